// SPDX-License-Identifier: MIT
/*
 * libbpf_core.c - libbpf_core OBJECT BTF: the instructions of each program as libbpf would load
 * them, "PROGRAM CODE REGS OFF IMM" a line, with CO-RE records answered by the file BTF.
 *
 * Each program is loaded by itself, whether the kernel takes it or not.
 */
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>

static int show(struct bpf_program *p, struct bpf_prog_load_opts *opts, long cookie)
{
	const struct bpf_insn *i = bpf_program__insns(p), *end = i + bpf_program__insn_cnt(p);

	(void)opts;
	(void)cookie;
	for (; i < end; i++)
		printf("%s %02x %x%x %d %d\n", bpf_program__name(p), i->code, i->src_reg,
			i->dst_reg, i->off, i->imm);
	return 0;
}

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, args) : 0;
}

int main(int argc, char **argv)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, handler, .prog_prepare_load_fn = show);
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	struct bpf_object *o;
	struct bpf_program *p, *q;

	if (argc < 3)
		return 2;
	libbpf_set_print(quiet);
	opts.btf_custom_path = argv[2];
	libbpf_register_prog_handler("raw_tracepoint/", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, &handler);
	o = bpf_object__open_file(argv[1], &opts);
	if (!o)
		return 1;
	bpf_object__for_each_program(p, o)
	{
		struct bpf_object *one = bpf_object__open_file(argv[1], &opts);

		if (!one)
			return 1;
		bpf_object__for_each_program(q, one) bpf_program__set_autoload(
			q, !strcmp(bpf_program__name(q), bpf_program__name(p)));
		bpf_object__load(one);
		bpf_object__close(one);
	}
	bpf_object__close(o);
	return 0;
}
