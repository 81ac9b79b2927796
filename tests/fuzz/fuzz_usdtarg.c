// SPDX-License-Identifier: MIT
/*
 * fuzz_usdtarg.c - the first byte picks a machine and what is known of the file, the rest is a list
 * of operands: each parsed, and made to code.
 */
#include <elf.h>

#include "fuzz.h"
#include "operand.h"
#include "rawbpf.h"

static const unsigned machines[] = {EM_X86_64, EM_386, EM_AARCH64, EM_ARM, EM_PPC64, EM_PPC,
	EM_S390, EM_RISCV, EM_MIPS, 258 /* LoongArch */, 0};

enum { MACHINES = sizeof(machines) / sizeof(*machines) };

static void use_arg(unsigned machine, const char *text)
{
	struct rawbpf_usdt_arg a;
	struct rawbpf_error e;
	int err = rawbpf_usdt_parse_arg(machine, text, &a, &e);

	if (err) {
		FUZZ_CHECK(e.err == err && *e.msg);
		fuzz_string(e.log);
		return;
	}
	fuzz_string(a.reg);
	fuzz_string(a.base);
	fuzz_string(a.index);
	fuzz_string(a.sym);
	fuzz_string(a.seg);
	FUZZ_CHECK(a.kind <= RAWBPF_ARG_ADDR && a.size >= 0 && a.size <= 64);
}

static void use_code(unsigned machine, unsigned how, const char *args)
{
	struct usdtcode_site s = {.machine = machine,
		.bits = how & 1 ? 32 : 64,
		.big_endian = how & 2,
		.pc = 0x401000};

	if (how & 4) {
		s.symbol = operand_symbol;
		s.tls = operand_tls;
	}
	if (how & 8)
		s.fsbase = s.gsbase = how & 2 ? 0x12340 : 0x1234;
	operand_use_all(&s, args);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *args;
	char *text, operand[96];
	unsigned machine;
	int ret;

	if (!size)
		return 0;
	machine = machines[data[0] % MACHINES];
	args = text = fuzz_text(data + 1, size - 1);
	use_arg(machine, text);
	while ((ret = rawbpf_usdt_next_arg(&args, operand, sizeof(operand))) != 0)
		if (ret == 1)
			use_arg(machine, operand);
	FUZZ_CHECK(!*args);
	use_code(machine, data[0] / MACHINES, text);
	free(text);
	return 0;
}
