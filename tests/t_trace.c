// SPDX-License-Identifier: MIT
/* t_trace.c - a program that prints a trace line each time it is run. */
#include "t_trace.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rawbpf_sys.h"

/* A raw_tracepoint program that prints "rawbpf_test PID N"; its fd, or -errno. */
int t_printer(void)
{
	char text[32] = {0};
	struct rawbpf_insn insn[32];
	union rawbpf_attr a = {.prog = {.prog_type = RAWBPF_PROG_RAW_TRACEPOINT}};
	unsigned n = 0, i;
	uint64_t word;
	size_t len;

	snprintf(text, sizeof(text), "rawbpf_test %d", getpid());
	len = strlen(text) + 1;
	for (i = 0; i < 4; i++) {
		memcpy(&word, text + i * 8, 8);
		insn[n++] = (struct rawbpf_insn){.code = 0x18, .regs = 1, .imm = (int32_t)word};
		insn[n++] = (struct rawbpf_insn){.imm = (int32_t)(word >> 32)};
		insn[n++] = (struct rawbpf_insn){/* *(u64 *)(r10 - 32 + 8 * i) = r1 */
			.code = 0x7b,
			.regs = 0x1a,
			.off = (int16_t)(8 * (int)i - 32)};
	}
	insn[n++] = (struct rawbpf_insn){.code = 0xbf, .regs = 0xa1};	       /* r1 = r10 */
	insn[n++] = (struct rawbpf_insn){.code = 0x07, .regs = 1, .imm = -32}; /* r1 += -32 */
	insn[n++] = (struct rawbpf_insn){.code = 0xb7, .regs = 2, .imm = (int)len};
	insn[n++] = (struct rawbpf_insn){.code = 0x85, .imm = 6}; /* bpf_trace_printk */
	insn[n++] = (struct rawbpf_insn){.code = 0xb7};		  /* r0 = 0 */
	insn[n++] = (struct rawbpf_insn){.code = 0x95};
	a.prog.insns = (uintptr_t)insn;
	a.prog.insn_cnt = n;
	a.prog.license = (uintptr_t) "GPL";
	return (int)rawbpf_sys_bpf(RAWBPF_PROG_LOAD, &a, sizeof(a));
}

int t_run_printer(int fd, int times)
{
	union rawbpf_attr a = {.test = {.prog_fd = (uint32_t)fd}};
	int err = 0;

	while (times-- && !err)
		err = (int)rawbpf_sys_bpf(RAWBPF_PROG_TEST_RUN, &a, sizeof(a));
	return err;
}
