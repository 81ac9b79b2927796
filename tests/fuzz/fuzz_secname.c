// SPDX-License-Identifier: MIT
/* fuzz_secname.c - a program's section, and behind a NUL its name. */
#include "fuzz.h"
#include "secname.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	size_t len = strlen(text);
	struct rawbpf_error e;
	struct secname s;
	int err = secname_parse(text, len < size ? text + len + 1 : "", &s, &e);

	FUZZ_CHECK(!err || (e.err == err && *e.msg));
	if (!err)
		fuzz_string(secname_type(s.type));
	free(text);
	return 0;
}
