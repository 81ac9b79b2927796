// SPDX-License-Identifier: MIT
/*
 * carraytext.c - what a header in C says besides its arrays: declarations, and how to load it.
 *
 * The example is one that compiles as it stands: tests take it out of the comment and run it.  It
 * has the parts that the programs need.
 */
#include "carraytext.h"

#include <string.h>

/* What every such header has, once. */
static const char carraytext_declared[] =
	"#include <stdint.h>\n\n"
	"#if !defined(__LINUX_BPF_H__) && !defined(_UAPI__LINUX_BPF_H__) && "
	"!defined(BPFASM_OWN_BPF_INSN)\n"
	"#if defined(__has_include)\n"
	"#if __has_include(<linux/bpf.h>)\n"
	"#include <linux/bpf.h>\n"
	"#else\n"
	"#define BPFASM_OWN_BPF_INSN 1\n"
	"#endif\n"
	"#else\n"
	"#define BPFASM_OWN_BPF_INSN 1\n"
	"#endif\n"
	"#ifdef BPFASM_OWN_BPF_INSN\n"
	"struct bpf_insn {\n"
	"\tuint8_t code;\n"
	"\tuint8_t dst_reg : 4, src_reg : 4;\n"
	"\tint16_t off;\n"
	"\tint32_t imm;\n"
	"};\n"
	"#endif\n"
	"#endif\n\n"
	"#ifndef BPFASM_IMAGE\n"
	"#define BPFASM_IMAGE\n"
	"/* a map as bpf_attr of BPF_MAP_CREATE has it; max_entries 0: as many as there are CPUs "
	"*/\n"
	"struct bpfasm_map {\n"
	"\tconst char *name;\n"
	"\tuint32_t type, key_size, value_size, max_entries, flags;\n"
	"\tuint32_t inner; /* of a map of maps: inner_map_fd is that of map inner - 1; else 0 */\n"
	"\tconst unsigned char *data; /* value_size bytes of key 0, which is to be set; NULL: none "
	"*/\n"
	"\tuint32_t numa_node; /* counts with BPF_F_NUMA_NODE */\n"
	"\tuint64_t map_extra;\n"
	"};\n"
	"/* element key of a map holds another map, or program, from the start */\n"
	"struct bpfasm_fill {\n"
	"\tuint32_t map, key, is_prog, index;\n"
	"};\n"
	"enum {\n"
	"\tBPFASM_RELOC_MAP,  /* .imm of the instruction is to be the fd of map index */\n"
	"\tBPFASM_RELOC_VALUE, /* the same; the address is one inside of the map's value */\n"
	"\tBPFASM_RELOC_FUNC, /* filled in: the function that begins at instruction index */\n"
	"\tBPFASM_RELOC_KSYM, /* .imm is to be the BTF id of the kernel's function or variable "
	"name */\n"
	"\tBPFASM_RELOC_USDT, /* an operand of a probe: only rawbpf_load() of the object can */\n"
	"};\n"
	"struct bpfasm_reloc {\n"
	"\tuint32_t kind, insn, index;\n"
	"\tconst char *name;\n"
	"};\n"
	"/* a program: count instructions from first on, its functions behind it */\n"
	"struct bpfasm_prog {\n"
	"\tconst char *name, *section;\n"
	"\tuint32_t type, attach_type, flags; /* .prog_type, .expected_attach_type, .prog_flags "
	"*/\n"
	"\tuint32_t first, count;\n"
	"\tconst char *attach; /* .attach_btf_id is that of this name in the kernel's BTF; \"\": "
	"none "
	"*/\n"
	"\tuint32_t attach_kind; /* ... of this kind: 12 a function, 8 a typedef */\n"
	"\tuint32_t first_func, funcs; /* .func_info; no functions: it needs none */\n"
	"};\n"
	"/* struct bpf_func_info: an instruction of the program, and the function's type there */\n"
	"struct bpfasm_func {\n"
	"\tuint32_t insn, type;\n"
	"};\n"
	"#ifdef __GNUC__\n"
	"#define BPFASM_UNUSED __attribute__((unused))\n"
	"#else\n"
	"#define BPFASM_UNUSED\n"
	"#endif\n"
	"#endif\n\n";

/* @ and % stand for the array's name in small and capital letters */
static const char carraytext_example[] =
	" * Load one of the programs (@_progs[0]) with bpf(2) and nothing else:\n"
	" *\n";

static const char carraytext_example_set[] =
	" *\t#include <linux/bpf.h>\n"
	" *\t#include <string.h>\n"
	" *\t#include <sys/syscall.h>\n"
	" *\t#include <unistd.h>\n"
	" *\n"
	" *\tstatic int @_set(int map, uint32_t key, const void *value)\n"
	" *\t{\n"
	" *\t\tunion bpf_attr a;\n"
	" *\n"
	" *\t\tmemset(&a, 0, sizeof(a));\n"
	" *\t\ta.map_fd = (uint32_t)map;\n"
	" *\t\ta.key = (uintptr_t)&key;\n"
	" *\t\ta.value = (uintptr_t)value;\n"
	" *\t\treturn (int)syscall"
	"(SYS_bpf, BPF_MAP_UPDATE_ELEM, &a, sizeof(a));\n"
	" *\t}\n"
	" *\n"
	" *\tstatic int @_map(const struct bpfasm_map *m, const int *fds)\n"
	" *\t{\n"
	" *\t\tunion bpf_attr a;\n"
	" *\t\tint fd;\n"
	" *\n"
	" *\t\tmemset(&a, 0, sizeof(a));\n"
	" *\t\ta.map_type = m->type;\n"
	" *\t\ta.key_size = m->key_size;\n"
	" *\t\ta.value_size = m->value_size;\n"
	" *\t\ta.max_entries = m->max_entries;\n"
	" *\t\ta.map_flags = m->flags;\n"
	" *\t\ta.numa_node = m->numa_node;\n"
	" *\t\ta.map_extra = m->map_extra;\n"
	" *\t\ta.inner_map_fd = m->inner ? (uint32_t)fds[m->inner - 1] : 0;\n"
	" *\t\tfd = (int)syscall"
	"(SYS_bpf, BPF_MAP_CREATE, &a, sizeof(a));\n"
	" *\t\tif (fd < 0 || !m->data)\n"
	" *\t\t\treturn fd;\n"
	" *\t\tif (@_set(fd, 0, m->data))\n"
	" *\t\t\treturn -1;\n"
	" *\t\tmemset(&a, 0, sizeof(a));\n"
	" *\t\ta.map_fd = (uint32_t)fd;\n"
	" *\t\tif (m->flags & BPF_F_RDONLY_PROG &&\n"
	" *\t\t\tsyscall"
	"(SYS_bpf, BPF_MAP_FREEZE, &a, sizeof(a)))\n"
	" *\t\t\treturn -1;\n"
	" *\t\treturn fd;\n"
	" *\t}\n"
	" *\n";

/* ... where the kernel's BTF has to tell numbers: kinds by their bytes, and by those of a member */
static const char carraytext_example_id[] =
	" *\tstatic unsigned @_btf_id(const char *name, unsigned kind)\n"
	" *\t{\n"
	" *\t\tstatic const unsigned char more[20] = {\n"
	" *\t\t\t0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0};\n"
	" *\t\tstatic const unsigned char each[20] = {\n"
	" *\t\t\t0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12};\n"
	" *\t\tstatic unsigned btf[8 << 20];\n"
	" *\t\tunsigned id, at, end, k;\n"
	" *\t\tconst char *strings;\n"
	" *\t\tsize_t n = 0;\n"
	" *\t\tssize_t got;\n"
	" *\t\tint fd = open(\"/sys/kernel/btf/vmlinux\", O_RDONLY);\n"
	" *\n"
	" *\t\twhile (fd >= 0 && (got = read(fd, (char *)btf + n, sizeof(btf) - n)) > 0)\n"
	" *\t\t\tn += (size_t)got;\n"
	" *\t\tclose(fd);\n"
	" *\t\tstrings = (const char *)btf + btf[1] + btf[4];\n"
	" *\t\tat = (btf[1] + btf[2]) / 4;\n"
	" *\t\tend = at + btf[3] / 4;\n"
	" *\t\tfor (id = 1; n > 24 && at < end; id++) {\n"
	" *\t\t\tk = btf[at + 1] >> 24 & 31;\n"
	" *\t\t\tif (k == kind && !strcmp(strings + btf[at], name))\n"
	" *\t\t\t\treturn id;\n"
	" *\t\t\tif (k >= 20)\n"
	" *\t\t\t\tbreak;\n"
	" *\t\t\tat += 3 + (more[k] + each[k] * (btf[at + 1] & 0xffff)) / 4;\n"
	" *\t\t}\n"
	" *\t\treturn 0;\n"
	" *\t}\n"
	" *\n";

/* ... where there are callbacks */
static const char carraytext_example_btf[] = " *\tstatic int @_types(void)\n"
					     " *\t{\n"
					     " *\t\tunion bpf_attr a;\n"
					     " *\n"
					     " *\t\tmemset(&a, 0, sizeof(a));\n"
					     " *\t\ta.btf = (uintptr_t)@_btf;\n"
					     " *\t\ta.btf_size = sizeof(@_btf);\n"
					     " *\t\treturn (int)syscall"
					     "(SYS_bpf, BPF_BTF_LOAD, &a, sizeof(a));\n"
					     " *\t}\n"
					     " *\n";

static const char carraytext_example_load[] =
	" *\tstatic int @_load(const struct bpfasm_prog *p, const int *fds)\n"
	" *\t{\n"
	" *\t\tstatic struct bpf_insn insns[sizeof(@_insns) / sizeof(@_insns[0])];\n"
	" *\t\tunion bpf_attr a;\n"
	" *\t\tunsigned i;\n"
	" *\n"
	" *\t\tmemcpy(insns, @_insns, sizeof(insns));\n"
	" *\t\tfor (i = 0; i != %_RELOCS; i++)\n"
	" *\t\t\tif (@_relocs[i].kind <= BPFASM_RELOC_VALUE)\n"
	" *\t\t\t\tinsns[@_relocs[i].insn].imm = fds[@_relocs[i].index];\n";

static const char carraytext_example_ksym[] =
	" *\t\tfor (i = 0; i != %_RELOCS; i++)\n"
	" *\t\t\tif (@_relocs[i].kind == BPFASM_RELOC_KSYM)\n"
	" *\t\t\t\tinsns[@_relocs[i].insn].imm = (int)@_btf_id(@_relocs[i].name,\n"
	" *\t\t\t\t\tinsns[@_relocs[i].insn].code == 0x85 ? 12 : 14);\n";

static const char carraytext_example_attr[] = " *\t\tmemset(&a, 0, sizeof(a));\n"
					      " *\t\ta.prog_type = p->type;\n"
					      " *\t\ta.expected_attach_type = p->attach_type;\n"
					      " *\t\ta.prog_flags = p->flags;\n"
					      " *\t\ta.insns = (uintptr_t)(insns + p->first);\n"
					      " *\t\ta.insn_cnt = p->count;\n"
					      " *\t\ta.license = (uintptr_t)@_license;\n";

static const char carraytext_example_attach[] =
	" *\t\tif (*p->attach)\n"
	" *\t\t\ta.attach_btf_id = @_btf_id(p->attach, p->attach_kind);\n";

static const char carraytext_example_funcs[] =
	" *\t\tif (p->funcs) {\n"
	" *\t\t\ta.prog_btf_fd = (uint32_t)@_types();\n"
	" *\t\t\ta.func_info = (uintptr_t)(@_funcs + p->first_func);\n"
	" *\t\t\ta.func_info_cnt = p->funcs;\n"
	" *\t\t\ta.func_info_rec_size = sizeof(@_funcs[0]);\n"
	" *\t\t}\n";

static const char carraytext_example_end[] =
	" *\t\treturn (int)syscall"
	"(SYS_bpf, BPF_PROG_LOAD, &a, sizeof(a));\n"
	" *\t}\n"
	" *\n"
	" * where fds[i] is the map made of @_maps[i], one after the other, i < %_MAPS.\n"
	" *\n";

/* ... where there is something to fill */
static const char carraytext_fill[] =
	" * What maps of maps and of programs hold is set last, progs[i] being @_progs[i]:\n"
	" *\n"
	" *\tstatic int @_fill(const int *fds, const int *progs)\n"
	" *\t{\n"
	" *\t\tconst struct bpfasm_fill *f = @_fills;\n"
	" *\n"
	" *\t\tfor (; f < @_fills + %_FILLS; f++)\n"
	" *\t\t\tif (@_set(fds[f->map], f->key,\n"
	" *\t\t\t\t    f->is_prog ? progs + f->index : fds + f->index))\n"
	" *\t\t\t\treturn -1;\n"
	" *\t\treturn 0;\n"
	" *\t}\n"
	" *\n";

static const char carraytext_end_of_text[] =
	" * The same programs as an object, with types and lines: rawbpf_load(b, .image = @,\n"
	" * .image_len = sizeof(@)); it is left out with %_NO_OBJECT defined.\n"
	" */\n";

/* With the names in their places. */
static void carraytext_put(const struct carraytext *t, const char *p)
{
	const char *end;

	for (; *p; p = end) {
		end = p + strcspn(p, "@%");
		textout_bytes(t->out, p, (size_t)(end - p));
		if (*end)
			textout_put(t->out, "%s", *end++ == '@' ? t->name : t->upper);
	}
}

void carraytext_types(struct textout *out)
{
	textout_put(out, "%s", carraytext_declared);
}

void carraytext_comment(const struct carraytext *t)
{
	bool ids = t->attaches || t->ksyms;

	textout_put(t->out, "/*\n * Made by rawbpf asm: instructions as an array.\n *\n");
	carraytext_put(t, carraytext_example);
	if (ids)
		textout_put(t->out, " *\t#include <fcntl.h>\n");
	carraytext_put(t, carraytext_example_set);
	if (ids)
		carraytext_put(t, carraytext_example_id);
	if (t->callbacks)
		carraytext_put(t, carraytext_example_btf);
	carraytext_put(t, carraytext_example_load);
	if (t->ksyms)
		carraytext_put(t, carraytext_example_ksym);
	carraytext_put(t, carraytext_example_attr);
	if (t->attaches)
		carraytext_put(t, carraytext_example_attach);
	if (t->callbacks)
		carraytext_put(t, carraytext_example_funcs);
	carraytext_put(t, carraytext_example_end);
	if (t->fills)
		carraytext_put(t, carraytext_fill);
	carraytext_put(t, carraytext_end_of_text);
}
