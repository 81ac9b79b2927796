// SPDX-License-Identifier: MIT
/*
 * carray.c - a unit as a header in C: instructions as an array, and what to do before they load.
 *
 * The kernel takes a program with its functions as one piece, so each program here is followed by a
 * copy of those that it reaches, and calls among them are filled in.  What is left is the maps,
 * whose numbers are known when they exist: relocations say where they go.
 *
 * The header is read with no header of ours: what it needs stands in it, once for all headers of a
 * translation unit.  Last comes the object, for rawbpf_load(), which BTF and line table need.
 */
#include "carray.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "carraymap.h"
#include "dis.h"
#include "insn.h"
#include "section.h"
#include "textout.h"

enum { CARRAY_MAX_INSNS = 1 << 22 };

struct carray_reloc {
	const char *kind;
	uint32_t insn, index;
	const char *name;
};

struct carray_prog {
	const struct ir_func *f;
	uint32_t first, count;
};

/* The functions of the program that is being written; at: slots from the array's start, plus one */
struct carray_piece {
	size_t func;
	uint32_t at;
};

struct carray {
	struct pool *pool;
	const struct ir_unit *u;
	struct textout out;
	char *name, *upper;		 /* of the array, in C */
	struct names funcs, ksyms, data; /* index plus one, as pointers */
	struct carraymap maps;
	struct carray_piece *pieces;
	size_t n_pieces;
	uint32_t *at; /* of each function of the unit in this program, 0: not in it */
	struct carray_reloc *relocs;
	size_t n_relocs, cap_relocs;
	struct carray_prog *progs;
	size_t n_progs;
	uint32_t n_insns;
};

/* What every such header has, once. */
static const char carray_types[] =
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
	"};\n"
	"#ifdef __GNUC__\n"
	"#define BPFASM_UNUSED __attribute__((unused))\n"
	"#else\n"
	"#define BPFASM_UNUSED\n"
	"#endif\n"
	"#endif\n\n";

/* @ and % stand for the array's name in small and capital letters */
static const char carray_example[] =
	" * Load one of the programs (@_progs[0]) with bpf(2) and nothing else:\n"
	" *\n"
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
	" *\n"
	" *\tstatic int @_load(const struct bpfasm_prog *p, const int *fds)\n"
	" *\t{\n"
	" *\t\tstatic struct bpf_insn insns[sizeof(@_insns) / sizeof(@_insns[0])];\n"
	" *\t\tunion bpf_attr a;\n"
	" *\t\tunsigned i;\n"
	" *\n"
	" *\t\tmemcpy(insns, @_insns, sizeof(insns));\n"
	" *\t\tfor (i = 0; i < %_RELOCS; i++)\n"
	" *\t\t\tif (@_relocs[i].kind <= BPFASM_RELOC_VALUE)\n"
	" *\t\t\t\tinsns[@_relocs[i].insn].imm = fds[@_relocs[i].index];\n"
	" *\t\tmemset(&a, 0, sizeof(a));\n"
	" *\t\ta.prog_type = p->type;\n"
	" *\t\ta.expected_attach_type = p->attach_type;\n"
	" *\t\ta.prog_flags = p->flags;\n"
	" *\t\ta.insns = (uintptr_t)(insns + p->first);\n"
	" *\t\ta.insn_cnt = p->count;\n"
	" *\t\ta.license = (uintptr_t)@_license;\n"
	" *\t\treturn (int)syscall"
	"(SYS_bpf, BPF_PROG_LOAD, &a, sizeof(a));\n"
	" *\t}\n"
	" *\n"
	" * where fds[i] is the map made of @_maps[i], one after the other, i < %_MAPS.\n"
	" *\n";

/* ... where there is something to fill */
static const char carray_fill[] =
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

static const char carray_end_of_text[] =
	" * The same programs as an object, with types and lines: rawbpf_load(b, .image = @,\n"
	" * .image_len = sizeof(@)); it is left out with %_NO_OBJECT defined.\n"
	" */\n";

/* ---- names ------------------------------------------------------------------------------- */

static bool carray_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool carray_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What C cannot spell becomes '_'. */
static char *carray_identifier(struct pool *pool, const char *s, bool upper)
{
	char *name = pool_printf(pool, "%s%s", carray_is_digit(*s) ? "_" : "", s), *p;

	for (p = name; p && *p; p++) {
		if (!carray_is_letter(*p) && !carray_is_digit(*p))
			*p = '_';
		else if (upper && *p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	}
	return name;
}

/* The last part of the path that the text has. */
static int carray_names(struct carray *c, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL, *base = slash ? slash + 1 : path;

	if (!base || !*base || *base == '<')
		base = "bpf_object";
	c->name = carray_identifier(c->pool, base, false);
	c->upper = carray_identifier(c->pool, base, true);
	return c->name && c->upper ? 0 : -ENOMEM;
}

static void carray_put_text(struct carray *c, const char *p)
{
	const char *end;

	for (; *p; p = end) {
		end = p + strcspn(p, "@%");
		textout_bytes(&c->out, p, (size_t)(end - p));
		if (*end)
			textout_put(&c->out, "%s", *end++ == '@' ? c->name : c->upper);
	}
}

/* ---- instructions ------------------------------------------------------------------------ */

static int carray_index(struct carray *c)
{
	const struct ir_unit *u = c->u;
	size_t i;

	for (i = 0; i < u->n_funcs; i++)
		if (names_put(&c->funcs, c->pool, u->funcs[i]->name, strlen(u->funcs[i]->name),
			    (void *)(uintptr_t)(i + 1)))
			return -ENOMEM;
	for (i = 0; i < u->n_data; i++)
		if (names_put(&c->data, c->pool, u->data[i]->name, strlen(u->data[i]->name),
			    u->data[i]))
			return -ENOMEM;
	for (i = 0; i < u->n_ksyms; i++)
		if (names_put(&c->ksyms, c->pool, u->ksyms[i]->name, strlen(u->ksyms[i]->name),
			    (void *)(uintptr_t)(i + 1)))
			return -ENOMEM;
	c->at = pool_alloc(c->pool, u->n_funcs * sizeof(*c->at) + 1);
	c->pieces = pool_alloc(c->pool, u->n_funcs * sizeof(*c->pieces) + 1);
	c->progs = pool_alloc(c->pool, u->n_funcs * sizeof(*c->progs) + 1);
	c->maps.pool = c->pool;
	c->maps.u = u;
	c->maps.out = &c->out;
	c->maps.name = c->name;
	c->maps.upper = c->upper;
	return c->at && c->pieces && c->progs ? carraymap_begin(&c->maps) : -ENOMEM;
}

/* Index plus one of what a name stands for in a table; 0: nothing. */
static size_t carray_find(const struct names *t, const char *name)
{
	return (size_t)(uintptr_t)names_get(t, name, strlen(name));
}

static int carray_add_piece(struct carray *c, size_t func)
{
	const struct ir_func *f = c->u->funcs[func];

	if (f->n_insns > (size_t)CARRAY_MAX_INSNS - c->n_insns)
		return -E2BIG;
	c->at[func] = c->n_insns + 1;
	c->pieces[c->n_pieces++] = (struct carray_piece){func, c->n_insns};
	c->n_insns += (uint32_t)f->n_insns;
	return 0;
}

/* A program and all that it reaches, each once, in the order in which they are met. */
static int carray_layout(struct carray *c, size_t prog)
{
	size_t i, k, to;
	int err;

	memset(c->at, 0, c->u->n_funcs * sizeof(*c->at));
	c->n_pieces = 0;
	err = carray_add_piece(c, prog);
	for (i = 0; !err && i < c->n_pieces; i++) {
		const struct ir_func *f = c->u->funcs[c->pieces[i].func];

		for (k = 0; !err && k < f->n_refs; k++) {
			if (f->refs[k].kind != IR_REF_CALL && f->refs[k].kind != IR_REF_FUNC)
				continue;
			to = carray_find(&c->funcs, f->refs[k].name);
			if (to && !c->at[to - 1])
				err = carray_add_piece(c, to - 1);
		}
	}
	return err;
}

static int carray_reloc(
	struct carray *c, const char *kind, uint32_t insn, uint32_t index, const char *name)
{
	if (pool_grow(c->pool, &c->relocs, &c->cap_relocs, c->n_relocs, sizeof(*c->relocs)))
		return -ENOMEM;
	c->relocs[c->n_relocs++] = (struct carray_reloc){kind, insn, index, name};
	return 0;
}

/* The instruction as it is written. */
static void carray_text(const struct ir_ref *r, const struct ir_insn *in, char *text, size_t size)
{
	if (r->kind == IR_REF_USDT)
		snprintf(text, size, "call %s(%d, %d)", r->name, (int)in->off, (int)in->imm);
	else if (r->kind == IR_REF_CALL)
		snprintf(text, size, "call %s", r->name);
	else if (r->addend)
		snprintf(text, size, "r%d = &%s + %lld", in->dst, r->name, (long long)r->addend);
	else
		snprintf(text, size, "r%d = &%s", in->dst, r->name);
}

/* The address of a variable: a place in its map's value. */
static int carray_link_data(struct carray *c, const struct ir_ref *r, const struct ir_data *v,
	uint32_t at, struct ir_insn *in)
{
	in[0].src = INSN_IMM64_MAP_VALUE;
	in[0].imm = 0;
	in[1].imm = (int32_t)(uint32_t)((uint64_t)v->offset + (uint64_t)r->addend);
	return carray_reloc(c, "VALUE", at, carraymap_data(&c->maps, v->section), r->name);
}

/* What a reference makes of the instruction (two slots) at slot at of the array; text: as it is written. */
static int carray_link(struct carray *c, const struct ir_ref *r, uint32_t at, struct ir_insn *in,
	char *text, size_t size)
{
	const struct ir_data *v;
	size_t to;

	if (r->kind == IR_REF_USDT) {
		carray_text(r, in, text, size);
		return carray_reloc(c, "USDT", at, 0, r->name);
	}
	to = carray_find(&c->ksyms, r->name);
	if (to) {
		in->imm = 0;
		in->src = r->kind == IR_REF_CALL ? INSN_CALL_KFUNC : INSN_IMM64_BTF_ID;
		carray_text(r, in, text, size);
		return carray_reloc(c, "KSYM", at, 0, r->name);
	}
	if (r->kind == IR_REF_CALL || r->kind == IR_REF_FUNC) {
		to = carray_find(&c->funcs, r->name);
		if (!to)
			return 0;
		in->imm = (int32_t)((int64_t)c->at[to - 1] - 1 - at - 1);
		carray_text(r, in, text, size);
		return carray_reloc(c, "FUNC", at, c->at[to - 1] - 1, r->name);
	}
	carray_text(r, in, text, size);
	v = names_get(&c->data, r->name, strlen(r->name));
	if (v)
		return carray_link_data(c, r, v, at, in);
	to = carraymap_find(&c->maps, r->name);
	return to ? carray_reloc(c, "MAP", at, (uint32_t)(to - 1), r->name) : 0;
}

static void carray_put_insn(struct carray *c, const struct ir_insn *in)
{
	textout_put(&c->out, "\t{0x%02x, %u, %u, %d, %d},", in->code, in->dst, in->src, in->off,
		(int)in->imm);
}

/* One function; the number beside an instruction is the one in the verifier's log. */
static int carray_put_func(struct carray *c, const struct carray_piece *piece, uint32_t first)
{
	const struct ir_func *f = c->u->funcs[piece->func];
	char text[DIS_TEXT_MAX + 64];
	size_t i, ref = 0;
	int n, err = 0;

	textout_put(&c->out, "\t/* %s */\n", f->name);
	for (i = 0; !err && i < f->n_insns;) {
		struct ir_insn in[2] = {f->insns[i], {0, 0, 0, 0, 0}};
		uint32_t at = piece->at + (uint32_t)i;

		if (i + 1 < f->n_insns)
			in[1] = f->insns[i + 1];
		n = dis_insn(in, i + 1 < f->n_insns ? in + 1 : NULL, text, sizeof(text));
		for (; ref < f->n_refs && f->refs[ref].insn < i; ref++)
			;
		if (ref < f->n_refs && f->refs[ref].insn == i)
			err = carray_link(c, &f->refs[ref++], at, in, text, sizeof(text));
		carray_put_insn(c, in);
		textout_put(&c->out, " /* %u: %s */\n", (unsigned)(at - first), text);
		if (n == 2) {
			carray_put_insn(c, in + 1);
			textout_put(&c->out, "\n");
		}
		i += n == 2 ? 2 : 1;
	}
	return err;
}

static int carray_put_prog(struct carray *c, size_t prog)
{
	struct carray_prog *p = &c->progs[c->n_progs++];
	size_t i;
	int err;

	p->f = c->u->funcs[prog];
	p->first = c->n_insns;
	err = carray_layout(c, prog);
	p->count = c->n_insns - p->first;
	for (i = 0; !err && i < c->n_pieces; i++)
		err = carray_put_func(c, &c->pieces[i], p->first);
	return err;
}

/* C knows no arrays of nothing: one without elements has this one. */
static void carray_end(struct carray *c, const char *what, size_t n, const char *zero)
{
	textout_put(&c->out, "%s};\n#define %s_%s %zu\n\n", n ? "" : zero, c->upper, what, n);
}

static int carray_insns(struct carray *c)
{
	size_t i;
	int err = 0;

	textout_put(
		&c->out, "BPFASM_UNUSED static const struct bpf_insn %s_insns[] = {\n", c->name);
	for (i = 0; !err && !c->out.failed && i < c->u->n_funcs; i++)
		if (c->u->funcs[i]->is_prog)
			err = carray_put_prog(c, i);
	carray_end(c, "INSNS", c->n_insns, "\t{0, 0, 0, 0, 0},\n");
	return err;
}

/* ---- tables ------------------------------------------------------------------------------ */

/* Two macros for each program; of names that are one in capitals the first has them. */
static int carray_macros(struct carray *c)
{
	struct names seen = {NULL, 0, 0};
	size_t i;

	for (i = 0; i < c->u->n_funcs; i++) {
		const struct ir_func *f = c->u->funcs[i];
		char *upper = carray_identifier(c->pool, f->name, true);

		if (!upper)
			return -ENOMEM;
		if (!f->is_prog || names_get(&seen, upper, strlen(upper)))
			continue;
		if (names_put(&seen, c->pool, upper, strlen(upper), upper))
			return -ENOMEM;
		textout_put(&c->out, "#define %s_PROG_%s \"%s\"\n#define %s_SECTION_%s ", c->upper,
			upper, f->name, c->upper, upper);
		textout_string(&c->out, f->section);
		textout_put(&c->out, "\n");
	}
	textout_put(&c->out, "\n");
	return 0;
}

static void carray_relocs(struct carray *c)
{
	size_t i;

	textout_put(&c->out, "BPFASM_UNUSED static const struct bpfasm_reloc %s_relocs[] = {\n",
		c->name);
	for (i = 0; i < c->n_relocs; i++) {
		const struct carray_reloc *r = &c->relocs[i];

		textout_put(&c->out, "\t{BPFASM_RELOC_%s, %u, %u, \"%s\"},\n", r->kind,
			(unsigned)r->insn, (unsigned)r->index, r->name);
	}
	carray_end(c, "RELOCS", c->n_relocs, "\t{0, 0, 0, \"\"},\n");
}

static void carray_progs(struct carray *c)
{
	struct section_type t;
	size_t i;

	textout_put(
		&c->out, "BPFASM_UNUSED static const struct bpfasm_prog %s_progs[] = {\n", c->name);
	for (i = 0; i < c->n_progs; i++) {
		const struct carray_prog *p = &c->progs[i];

		section_type(p->f->section, &t);
		textout_put(&c->out, "\t{\"%s\", ", p->f->name);
		textout_string(&c->out, p->f->section);
		/* BPF_F_SLEEPABLE */
		textout_put(&c->out, ", %u, %u, %u, %u, %u},\n", t.type, t.attach,
			t.sleepable ? 1U << 4 : 0, (unsigned)p->first, (unsigned)p->count);
	}
	carray_end(c, "PROGS", c->n_progs, "\t{\"\", \"\", 0, 0, 0, 0, 0},\n");
	textout_put(&c->out, "BPFASM_UNUSED static const char %s_license[] = ", c->name);
	textout_string(&c->out, c->u->license ? c->u->license : "");
	textout_put(&c->out, ";\n\n");
}

static int carray_object(struct carray *c)
{
	unsigned char *object;
	size_t i, len;
	int err = elfout_write(c->u, c->pool, &object, &len);

	if (err)
		return err;
	textout_put(&c->out,
		"#ifndef %s_NO_OBJECT\n"
		"#ifdef __GNUC__\n__attribute__((unused, aligned(8)))\n#endif\n"
		"static const unsigned char %s[%zu] = {",
		c->upper, c->name, len);
	for (i = 0; i < len; i++)
		textout_put(&c->out, "%s0x%02x,", i % 12 ? " " : "\n\t", object[i]);
	textout_put(&c->out, "\n};\n#endif\n\n#endif\n");
	free(object);
	return 0;
}

static int carray_all(struct carray *c)
{
	int err;

	textout_put(&c->out, "/*\n * Made by rawbpf asm: instructions as an array.\n *\n");
	carray_put_text(c, carray_example);
	if (carraymap_fills(&c->maps))
		carray_put_text(c, carray_fill);
	carray_put_text(c, carray_end_of_text);
	textout_put(&c->out, "#ifndef %s_OBJECT\n#define %s_OBJECT\n\n", c->upper, c->upper);
	textout_put(&c->out, "%s", carray_types);
	err = carray_macros(c);
	if (!err)
		err = carray_insns(c);
	if (err)
		return err;
	if (carraymap_write(&c->maps))
		return -ENOMEM;
	carray_relocs(c);
	carray_progs(c);
	return carray_object(c);
}

int carray_write(const struct parse *p, unsigned char **data, size_t *len)
{
	struct carray c = {.pool = p->pool, .u = p->unit};
	int err;

	if (textout_begin(&c.out))
		return -ENOMEM;
	err = carray_names(&c, p->o->name);
	if (!err)
		err = carray_index(&c);
	if (!err)
		err = carray_all(&c);
	if (err) {
		free(c.out.text);
		return err;
	}
	return textout_end(&c.out, data, len);
}
