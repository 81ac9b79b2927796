// SPDX-License-Identifier: MIT
/* t_vlog.c - what the tests of the verifier's messages share. */
#include "t_vlog.h"

#include <stdio.h>
#include <string.h>

#include "t.h"
#include "vlog.h"

void t_vlog_explains(const struct t_vlog_message *m)
{
	char log[512], word[128];
	const char *words = m->words, *bar;
	struct vlog v;

	snprintf(log, sizeof(log), "%s\nprocessed 9 insns (limit 1000000)\n", m->log);
	ck_assert_int_eq(vlog_parse(log, strlen(log), 0, &v), 0);
	ck_assert(v.refused);
	for (; words; words = bar ? bar + 1 : NULL) {
		bar = strchr(words, '|');
		snprintf(word, sizeof(word), "%.*s", bar ? (int)(bar - words) : 100, words);
		ck_assert_msg(
			strstr(v.advice, word), "no '%s' in '%s', for '%s'", word, v.advice, v.msg);
	}
}
