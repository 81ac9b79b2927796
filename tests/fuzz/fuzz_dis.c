// SPDX-License-Identifier: MIT
/* fuzz_dis.c - any instructions, the first byte picks their order: text gives the same bytes. */
#include "bpfasm.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bpfasm_opts o = {.sz = sizeof(o), .format = BPFASM_RAW};
	struct bpfasm_out text, again;

	if (!size)
		return 0;
	o.big_endian = *data++ & 1;
	size--;
	if (bpfasm_disassemble(data, size, &o, &text)) {
		FUZZ_CHECK(size % 8);
		return 0;
	}
	FUZZ_CHECK(strlen((char *)text.data) == text.len);
	FUZZ_CHECK(!bpfasm_assemble((char *)text.data, text.len, &o, &again));
	FUZZ_CHECK(again.len == size && (!size || !memcmp(again.data, data, size)));
	bpfasm_free(&again);
	bpfasm_free(&text);
	return 0;
}
