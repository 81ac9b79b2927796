// SPDX-License-Identifier: MIT
/* fuzz_vlog.c - any bytes as a verifier log. */
#include <errno.h>

#include "fuzz.h"
#include "rawbpf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int errs[] = {0, EACCES, EINVAL, E2BIG, ENOSPC};
	int err = errs[size % (sizeof(errs) / sizeof(*errs))];
	struct rawbpf_error e;

	if (rawbpf_explain_log((const char *)data, size, err, &e)) {
		FUZZ_CHECK(!err);
		return 0;
	}
	FUZZ_CHECK(*e.msg && e.insn >= -1);
	fuzz_string(e.hint);
	fuzz_string(e.src_file);
	return 0;
}
