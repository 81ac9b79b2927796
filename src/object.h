/* SPDX-License-Identifier: MIT */
/*
 * object.h - a BPF ELF object taken apart: maps, functions, programs, relocations.
 *
 * No kernel is asked, and the same bytes always give the same image.  Nothing of the file is
 * borrowed once object_open() has returned.
 */
#ifndef OBJECT_H
#define OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "btf.h"
#include "btfext.h"
#include "elf.h"
#include "err.h"
#include "rawbpf_sys.h"
#include "secname.h"

#define OBJECT_INSNS_MAX (1U << 20) /* of one program: more no kernel takes */
#define OBJECT_FUNCS_MAX 256	    /* of one program: BPF_MAX_SUBPROGS */
#define OBJECT_USDT_MAX	 12	    /* operands: sys/sdt.h has no more */

enum object_map_kind {
	OBJECT_MAP_PLAIN,
	OBJECT_MAP_DATA,   /* .data*: written when it is made */
	OBJECT_MAP_RODATA, /* .rodata*: written and frozen */
	OBJECT_MAP_BSS,	   /* .bss*: zero */
};

/* What a map of maps or of programs holds from the start. */
struct object_value {
	uint32_t index;	 /* of the element; of a hash, its key */
	uint32_t target; /* of maps, or of progs */
};

struct object_map {
	char *name; /* as written: "dist", ".rodata" */
	enum object_map_kind kind;
	enum rawbpf_map_type type;
	uint32_t key_size, value_size, max_entries, flags, numa_node;
	uint64_t extra;
	uint32_t key_btf, value_btf;	/* type ids in the object's BTF, 0: none */
	unsigned char *data;		/* value_size bytes of .data and .rodata */
	uint32_t section, offset;	/* where its symbol is: ELF section, bytes */
	struct object_map *inner;	/* of a map of maps: what those look like; NULL */
	uint32_t values_at, values_end; /* in section; equal: it has none */
	struct object_value *values;
	size_t n_values;
};

/* A variable that is defined nowhere in the object: a name of .kconfig. */
struct object_extern {
	char *name;
	uint32_t type;	       /* in the object's BTF */
	uint32_t map;	       /* the map that holds it, and where there */
	uint32_t offset, size; /* bytes */
	bool weak;	       /* 0 if nothing has that name */
	bool bad;	       /* it has no value, or no fit one */
};

/* A function or variable of the kernel, by its name. */
struct object_ksym {
	char *name;
	bool weak; /* may be absent: a variable is at 0 then, a function must not be called */
};

enum object_rel_kind {
	OBJECT_REL_MAP,	  /* ld_imm64 of map index */
	OBJECT_REL_VALUE, /* ld_imm64 of offset bytes into the value of map index */
	OBJECT_REL_CALL,  /* call of instruction offset of section index */
	OBJECT_REL_FUNC,  /* ld_imm64 of the same, as a callback */
	OBJECT_REL_KSYM,  /* call of the kernel's function index, ld_imm64 of its variable */
	OBJECT_REL_USDT,  /* usdt_arg(): operand index, scratch at r10 - offset */
	OBJECT_REL_BAD,	  /* cannot be resolved: index into bad[] */
};

struct object_rel {
	uint32_t insn; /* in its section */
	enum object_rel_kind kind;
	uint32_t index, offset;
};

/* Why an instruction with a CO-RE record got no value. */
struct object_core {
	uint32_t insn; /* in its section */
	bool fatal;    /* its programs cannot be loaded; else it must only not be reached */
	char *text;    /* "field 'tgid' of 'struct task_struct' is not in this kernel" */
};

/* A section with code. */
struct object_text {
	char *name;
	uint32_t section; /* ELF section */
	struct rawbpf_insn *insns;
	uint32_t n_insns;
	struct object_rel *rels; /* by insn */
	size_t n_rels;
	bool core; /* has CO-RE records that nobody has dealt with yet (objcore.c) */
	struct object_core *cores; /* by insn */
	size_t n_cores;
};

struct object_func {
	char *name;
	uint32_t text; /* index into texts */
	uint32_t start, n_insns;
	bool is_prog;
};

struct object_prog {
	const char *name;    /* its function's */
	const char *section; /* its text's */
	uint32_t func;
	struct secname sec;
};

struct object {
	char *name; /* how messages call it */
	struct object_map *maps;
	size_t n_maps;
	struct object_text *texts;
	size_t n_texts;
	struct object_func *funcs; /* by text and start */
	size_t n_funcs;
	struct object_prog *progs; /* in the file's order */
	size_t n_progs;
	struct object_extern *externs; /* by offset */
	struct object_extern **externs_by_name;
	size_t n_externs;
	struct object_ksym *ksyms;
	size_t n_ksyms;
	char **bad; /* why a relocation cannot be resolved */
	size_t n_bad;
	struct btf *btf;   /* NULL: none */
	struct btfext ext; /* all zero: none */
	char license[128];
	uint32_t version; /* of section "version", 0: none */
	int core_err;	  /* why there is no BTF for CO-RE records; 0: there is, or nobody looked */
};

/* Messages call it name.  0, -EINVAL (no BPF object, or a malformed one), -ENOMEM. */
int object_open(
	const void *p, size_t n, const char *name, struct object **out, struct rawbpf_error *e);
void object_free(struct object *o);
bool object_has_line_info(const struct object *o);

/* A place in linked code that takes a map's fd. */
struct object_ref {
	uint32_t insn, map;
	uint32_t offset; /* of a value */
	bool is_value;
};

/*
 * usdt_arg(): an instruction of linked code that stands for those that put operand n of the USDT
 * probe into r0.  The kernel cannot take it; who knows the probe replaces it (splice.c).
 */
struct object_usdt {
	uint32_t insn;
	uint16_t n;   /* 1 to OBJECT_USDT_MAX */
	int32_t slot; /* the 8 bytes at r10 + slot are free for it */
};

/* An instruction of linked code that nobody can run, and why; the text is the object's. */
struct object_dead {
	uint32_t insn;
	const char *why;
};

/* An instruction that names the kernel's own ksym; ksymput.c puts its number in. */
struct object_kref {
	uint32_t insn, ksym;
};

/* One program with its subprograms, ready but for the fds. */
struct object_code {
	struct rawbpf_insn *insns;
	uint32_t n_insns;
	struct object_ref *refs;
	size_t n_refs;
	struct object_kref *krefs;
	size_t n_krefs;
	struct object_usdt *usdt; /* by rising insn; NULL: none */
	size_t n_usdt;
	struct object_dead *dead; /* by insn; NULL: none */
	size_t n_dead;
	/* records as the kernel takes them, NULL: none */
	unsigned char *func_info, *line_info;
	uint32_t n_func_info, n_line_info, func_rec_size, line_rec_size;
	bool calls_trace_printk;
};

/* 0, -EINVAL (a call to nowhere, an unresolved name ...), -E2BIG, -ENOMEM */
int object_link(const struct object *o, size_t prog, struct object_code *c, struct rawbpf_error *e);
void object_code_free(struct object_code *c);
/*
 * The operands of a USDT probe that the program or a subprogram of it reads: bit n set for
 * operand n.  0: none.
 */
uint32_t object_usdt_args(const struct object *o, size_t prog);

/* Where an instruction of linked code was written; false: not known. */
struct object_line {
	const char *file, *text;
	unsigned line;
};
bool object_line(
	const struct object *o, const struct object_code *c, uint32_t insn, struct object_line *l);

/* Where a map was written, of a section of data its first variable: our assembler says it. */
bool object_map_line(const struct object *o, const struct object_map *m, struct object_line *l);

/* Why the instruction cannot be run; NULL: it can */
const char *object_dead(const struct object_code *c, uint32_t insn);

/* NULL: no extern of that name */
const struct object_extern *object_extern(const struct object *o, const char *name);

/* objmap.c: called by object_open() */
int objmap_read(struct object *o, struct elf_file *f, const struct elf_section *symtab,
	struct rawbpf_error *e);
int objmap_fix_btf(struct object *o, struct elf_file *f, const struct elf_section *symtab,
	struct rawbpf_error *e);
/* a map more, all zero; NULL with the error set */
struct object_map *objmap_add(struct object *o, const char *name, uint32_t section, uint32_t offset,
	struct rawbpf_error *e);
/* objfill.c: called by object_open() */
int objfill_read(struct object *o, struct elf_file *f, const struct elf_section *symtab,
	struct rawbpf_error *e);
/* objext.c: called by object_open() */
int objext_read(struct object *o, struct elf_file *f, const struct elf_section *symtab,
	struct rawbpf_error *e);
/* objrel.c: called by object_open() */
int objrel_read(struct object *o, struct elf_file *f, const struct elf_section *symtab,
	struct rawbpf_error *e);

/* Registers of an instruction; which nibble is which depends on the byte order. */
static inline unsigned object_src(const struct rawbpf_insn *i)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return i->regs >> 4;
#else
	return i->regs & 15;
#endif
}

static inline unsigned object_dst(const struct rawbpf_insn *i)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return i->regs & 15;
#else
	return i->regs >> 4;
#endif
}

static inline void object_set_src(struct rawbpf_insn *i, unsigned src)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	i->regs = (uint8_t)((i->regs & 15) | src << 4);
#else
	i->regs = (uint8_t)((i->regs & 0xf0) | src);
#endif
}

enum {
	OBJECT_LD_IMM64 = 0x18, /* two slots */
	OBJECT_CALL = 0x85,
	OBJECT_STACK = 512, /* bytes of a function's */
};

#endif
