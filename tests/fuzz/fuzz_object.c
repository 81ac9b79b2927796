// SPDX-License-Identifier: MIT
/*
 * fuzz_object.c - any bytes as a BPF ELF object, loaded into a kernel that says yes to all, or, by
 * the size's last bit, refuses each program and says why.
 */
#include <errno.h>

#include "fuzz.h"
#include "rawbpf_sys.h"

static long refuse(const union rawbpf_attr *a)
{
	char *log = (char *)(uintptr_t)a->prog.log_buf;

	if (log && a->prog.log_size)
		snprintf(log, a->prog.log_size,
			"0: R1=ctx() R10=fp0\n%u: (79) r0 = *(u64 *)(r1 +0)\n"
			"R1 invalid mem access 'scalar'\n",
			a->prog.insn_cnt / 2);
	return -EACCES;
}

/* No call reaches the kernel; there is nothing but bpf(2). */
static long say_yes(void *arg, const struct rawbpf_call *c)
{
	const size_t *size = arg;
	const union rawbpf_attr *a = (const void *)c->arg[1];

	if (c->kind == RAWBPF_CALL_CLOSE)
		return 0;
	if (c->kind != RAWBPF_CALL_BPF)
		return -ENOENT;
	if (c->arg[0] == RAWBPF_MAP_CREATE || c->arg[0] == RAWBPF_BTF_LOAD)
		return 1000;
	if (c->arg[0] != RAWBPF_PROG_LOAD)
		return 0;
	/* all that the kernel is given can be read */
	FUZZ_CHECK(a->prog.insn_cnt);
	fuzz_use(*((const uint8_t *)(uintptr_t)a->prog.insns + 8 * (size_t)a->prog.insn_cnt - 1));
	fuzz_string((const char *)(uintptr_t)a->prog.license);
	return *size & 1 ? refuse(a) : 1000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rawbpf *b = rawbpf_new();

	rawbpf_set_hook(b, say_yes, &size);
	if (rawbpf_load(b, .image = data, .image_len = size))
		FUZZ_CHECK(*rawbpf_errmsg(b) && rawbpf_error(b)->err < 0);
	rawbpf_free(b);
	return 0;
}
