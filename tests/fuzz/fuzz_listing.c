// SPDX-License-Identifier: MIT
/*
 * fuzz_listing.c - any bytes as a BPF ELF object: what is listed is text that assembles, unless a
 * name stands for two things or for none, as it does in the object.
 */
#include "bpfasm.h"
#include "fuzz.h"
#include "rawbpf.h"

static void text_is_read(const char *text, size_t len)
{
	struct bpfasm_opts o = {.sz = sizeof(o), .format = BPFASM_RAW};
	struct bpfasm_out out;

	if (bpfasm_assemble(text, len, &o, &out) && !strstr(out.diag, " already") &&
		!strstr(out.diag, "error: no ") && !strstr(out.diag, " is a program; ") &&
		!strstr(out.diag, "error: this jumps ") &&
		!strstr(out.diag, "' is for the loader")) {
		fprintf(stderr, "%s%s", text, out.diag);
		abort();
	}
	bpfasm_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
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
		text_is_read(text, len);
	}
	free(text);
	return 0;
}
