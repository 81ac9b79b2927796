// SPDX-License-Identifier: MIT
/*
 * libbpf_core.c - libbpf_core OBJECT BTF: the instructions of each program as libbpf would load
 * them, "PROGRAM CODE REGS OFF IMM" a line, with CO-RE records answered by the file BTF.
 *
 * Maps have no fd.  What the kernel is then given does nothing, so that it takes all of them.
 */
#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdio.h>

static int show(struct bpf_program *p, struct bpf_prog_load_opts *opts, long cookie)
{
	static struct bpf_insn nothing[1000];
	const struct bpf_insn *i = bpf_program__insns(p), *end = i + bpf_program__insn_cnt(p);
	size_t n;

	(void)opts;
	(void)cookie;
	for (; i < end; i++) {
		bool map = i->code == 0x18 && i->src_reg == BPF_PSEUDO_MAP_FD;

		printf("%s %02x %x%x %d %d\n", bpf_program__name(p), i->code, map ? 0 : i->src_reg,
			i->dst_reg, i->off, map ? 0 : i->imm);
	}
	for (n = 0; n < bpf_program__insn_cnt(p); n++)
		nothing[n] = (struct bpf_insn){.code = 0xb7}; /* r0 = 0 */
	nothing[n - 1] = (struct bpf_insn){.code = 0x95};     /* exit */
	return bpf_program__set_insns(p, nothing, n);
}

int main(int argc, char **argv)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, handler, .prog_prepare_load_fn = show);
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	struct bpf_object *o;
	int err;

	if (argc < 3)
		return 2;
	opts.btf_custom_path = argv[2];
	libbpf_register_prog_handler("raw_tracepoint/", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, &handler);
	o = bpf_object__open_file(argv[1], &opts);
	if (!o)
		return 1;
	err = bpf_object__load(o);
	bpf_object__close(o);
	return err != 0;
}
