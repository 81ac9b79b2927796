// SPDX-License-Identifier: MIT
/*
 * fuzz_listing.c - any bytes as a BPF ELF object: what is listed is text that assembles, unless a
 * name stands for two things or for none, as it does in the object.
 */
#include "bpfasm.h"
#include "fuzz.h"
#include "rawbpf.h"

/* what is wrong with the object itself: names, and code that no kernel takes */
static bool object_is_blamed(const char *diag)
{
	static const char *const words[] = {" already", "error: no ", " is a program; ",
		"error: this jumps ", "' is for the loader", " runs off its end",
		" has no instructions", "the stack is below r10", " is below the stack",
		"the kernel wants them at a multiple", "r10 is the address of the stack",
		"no kernel lets a function call itself", " bytes of stack are in use"};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strstr(diag, words[i]))
			return true;
	return false;
}

static void text_is_read(const char *text, size_t len)
{
	struct bpfasm_opts o = {.sz = sizeof(o), .format = BPFASM_RAW};
	struct bpfasm_out out;

	if (bpfasm_assemble(text, len, &o, &out) && !object_is_blamed(out.diag)) {
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
