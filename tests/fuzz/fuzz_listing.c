// SPDX-License-Identifier: MIT
/* fuzz_listing.c - any bytes as a BPF ELF object: what is listed is text that assembles. */
#include "bpfasm.h"
#include "fuzz.h"
#include "rawbpf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bpfasm_opts o = {.sz = sizeof(o), .format = BPFASM_RAW};
	struct bpfasm_out out;
	struct rawbpf_error e;
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int err;

	FUZZ_CHECK(f);
	err = rawbpf_list_object(data, size, f, &e);
	fclose(f);
	if (err) {
		FUZZ_CHECK(e.err == err && *e.msg);
	} else {
		FUZZ_CHECK(strlen(text) == len);
		if (bpfasm_assemble(text, len, &o, &out)) {
			fprintf(stderr, "%s%s", text, out.diag);
			abort();
		}
		bpfasm_free(&out);
	}
	free(text);
	return 0;
}
