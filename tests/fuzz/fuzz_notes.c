// SPDX-License-Identifier: MIT
/*
 * fuzz_notes.c - an ELF file, or the bytes of its .note.stapsdt behind one that picks class, byte
 * order and machine; and every operand of what it holds.
 */
#include <elf.h>

#include "fuzz.h"
#include "rawbpf.h"
#include "wrap.h"

static int use_probe(void *arg, const struct rawbpf_usdt_probe *p)
{
	struct rawbpf_usdt_arg a;
	const char *args = p->args;
	char operand[64];
	int ret;

	(void)arg;
	fuzz_string(p->provider);
	fuzz_string(p->name);
	while ((ret = rawbpf_usdt_next_arg(&args, operand, sizeof(operand))) != 0)
		if (ret == 1)
			fuzz_use((size_t)rawbpf_usdt_parse_arg(p->machine, operand, &a, NULL));
	FUZZ_CHECK(!*args);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct wrap_section names[] = {
		{".note.stapsdt", SHT_NOTE}, {".stapsdt.base", SHT_PROGBITS}};
	struct rawbpf_error e;
	uint8_t *elf;
	size_t len;

	if (size >= SELFMAG && !memcmp(data, ELFMAG, SELFMAG)) {
		rawbpf_usdt_parse_notes(data, size, use_probe, NULL, &e);
		return 0;
	}
	if (!size)
		return 0;
	elf = wrap_elf(data[0], names, 2, data + 1, size - 1, &len);
	FUZZ_CHECK(elf);
	rawbpf_usdt_parse_notes(elf, len, use_probe, NULL, &e);
	free(elf);
	return 0;
}
