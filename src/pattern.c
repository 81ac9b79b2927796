// SPDX-License-Identifier: MIT
/* pattern.c - the patterns that users give for names: POSIX extended expressions. */
#include "pattern.h"

#include <errno.h>

int pattern_compile(struct rawbpf_error *e, const char *stage, const char *text, regex_t *re)
{
	int err = regcomp(re, text, REG_EXTENDED);
	char why[128];

	if (!err)
		return 0;
	if (err == REG_ESPACE)
		return err_set(e, stage, -ENOMEM, "out of memory");
	regerror(err, re, why, sizeof(why));
	if (*why >= 'A' && *why <= 'Z')
		*why += 'a' - 'A';
	err_set(e, stage, -EINVAL, "pattern '%s' cannot be read: %s", text, why);
	err_hint(e, "it is a POSIX extended expression, as in 'vfs_(read|write)': see regex(7)");
	return -EINVAL;
}

int pattern_match(const regex_t *re, const char *name, bool whole)
{
	regmatch_t m;
	int err = *name ? regexec(re, name, 1, &m, 0) : REG_NOMATCH;

	if (err == REG_ESPACE)
		return -ENOMEM;
	return !err && !m.rm_so && (!whole || !name[m.rm_eo]);
}
