/* SPDX-License-Identifier: MIT */
/*
 * ir.h - a parsed unit: what parse.c makes, elfout.c writes and dis.c prints.
 *
 * Everything lives in the pool of the assembly.  Byte order is decided when it is written.
 */
#ifndef IR_H
#define IR_H

#include "diag.h"

struct bpfasm_step;

/* One 8-byte instruction slot; ld_imm64 takes two, the second with code 0. */
struct ir_insn {
	uint8_t code, dst, src;
	int16_t off;
	int32_t imm;
};

/* A name that the loader resolves. */
enum ir_ref_kind {
	IR_REF_MAP,  /* ld_imm64 of a map, or a .kvar: R_BPF_64_64 against its symbol */
	IR_REF_CALL, /* call of a .func, or of a .kfunc: R_BPF_64_32 */
	IR_REF_FUNC, /* ld_imm64 of a .func's address (callback): R_BPF_64_64 */
	IR_REF_DATA, /* ld_imm64 of a variable in .data, .rodata, .bss: R_BPF_64_64 + addend */
	IR_REF_USDT, /* call usdt_arg(off, imm): R_BPF_64_32 against an undefined symbol */
};

/* IR_REF_USDT's: the loader puts in the call's place what reads the operand */
#define IR_USDT_NAME "usdt_arg"
enum { IR_USDT_ARGS = 12 }; /* sys/sdt.h has no more */

struct ir_ref {
	uint32_t insn; /* slot in its function */
	enum ir_ref_kind kind;
	const char *name;
	int64_t addend;
	struct pos at;
};

/*
 * A CO-RE record: a loader finds the name in the kernel's BTF and writes what the kind asks for,
 * its offset, size ..., into the instruction.
 */
struct ir_core {
	uint32_t insn; /* slot in its function */
	uint32_t kind; /* libbpf's number */
	const struct bpfasm_step *step;
	uint32_t n;
};

/* One row of the line table: from this slot on, the code comes from this line. */
struct ir_line {
	uint32_t insn;
	struct pos at; /* in a file, not in an expansion */
};

/* A .prog, or a .func when section is ".text". */
struct ir_func {
	const char *name, *section;
	bool is_prog;
	bool global; /* .func: its symbol, as of a C function that is not static */
	struct ir_insn *insns;
	size_t n_insns, cap_insns;
	size_t first; /* its place where all functions follow each other */
	struct ir_ref *refs;
	size_t n_refs, cap_refs;
	struct ir_line *lines;
	size_t n_lines, cap_lines;
	/* the same with lines inside of expansions; of others for BPFASM_LISTING only */
	struct ir_line *inner;
	size_t n_inner, cap_inner;
	struct ir_core *cores; /* by rising instruction */
	size_t n_cores, cap_cores;
	struct pos at;
};

/* The last row that begins at an instruction or before it; NULL: none does. */
static inline const struct ir_line *ir_line_of(const struct ir_line *rows, size_t n, size_t insn)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (rows[mid].insn <= insn)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &rows[lo - 1] : NULL;
}

/* The line that made an instruction. */
static inline struct pos ir_insn_pos(const struct ir_func *f, size_t insn)
{
	const struct ir_line *row = ir_line_of(f->lines, f->n_lines, insn);

	return row ? row->at : f->n_lines ? f->lines[0].at : f->at;
}

/* The same, in the expansion that has it, for a message. */
static inline struct pos ir_insn_spot(const struct ir_func *f, size_t insn)
{
	const struct ir_line *row = ir_line_of(f->lines, f->n_lines, insn);
	const struct ir_line *spot = ir_line_of(f->inner, f->n_inner, insn);

	return spot && row && spot->insn >= row->insn ? spot->at : ir_insn_pos(f, insn);
}

enum ir_type_kind {
	IR_TYPE_INT,	/* u8..u64, s8..s64 */
	IR_TYPE_CHARS,	/* char[n] */
	IR_TYPE_STRUCT, /* a .struct */
	IR_TYPE_LOG2,	/* u64 that is a log2 slot's count: typedef rawbpf_log2 */
	IR_TYPE_LINEAR, /* u64 that is a linear slot's count: typedef rawbpf_linear */
};

struct ir_struct;

struct ir_type {
	enum ir_type_kind kind;
	uint32_t size; /* bytes */
	bool is_signed;
	const struct ir_struct *record; /* IR_TYPE_STRUCT */
};

struct ir_field {
	const char *name;
	struct ir_type type;
	uint32_t offset; /* bytes */
};

struct ir_struct {
	const char *name;
	struct ir_field *fields;
	size_t n_fields, cap_fields;
	struct names by_name; /* index of each field, plus one */
	uint32_t size, align;
	struct pos at;
};

/* What stands in an element from the start: a map or a program, by name. */
struct ir_map_value {
	const char *name; /* NULL: nothing */
	struct pos at;
};

enum { IR_MAP_NUMA = 4 }; /* BPF_F_NUMA_NODE */

struct ir_map {
	const char *name;
	uint32_t type, max_entries, flags; /* the kernel's numbers */
	uint32_t numa;			   /* node, where flags has IR_MAP_NUMA */
	uint64_t extra;		 /* map_extra: hashes of a bloom filter ... (Linux 5.16) */
	bool has_key, has_value; /* false: key_size and value_size say it, or nothing */
	struct ir_type key, value;
	uint32_t key_size, value_size; /* bytes, when there is no type; 0: none */
	const struct ir_map *inner;    /* of a map of maps: what those look like; NULL */
	struct ir_map_value *values;
	size_t n_values, cap_values;
	struct pos at;
};

/* What a name of the kernel's stands for. */
enum ir_config {
	IR_CONFIG_NONE,	    /* a function or variable of the kernel itself */
	IR_CONFIG_TYPE,	    /* of its configuration or version: a variable of .type ... */
	IR_CONFIG_BOOL,	    /* ... yes or no */
	IR_CONFIG_TRISTATE, /* ... enum libbpf_tristate: 0 no, 1 yes, 2 module */
};

enum ir_ktype_kind {
	IR_KTYPE_VOID,
	IR_KTYPE_INT,
	IR_KTYPE_STRUCT,
	IR_KTYPE_UNION,
	IR_KTYPE_ENUM,
	IR_KTYPE_FORWARD, /* a record that is only declared */
	IR_KTYPE_PTR,
	IR_KTYPE_ARRAY,
	IR_KTYPE_FUNC,
};

/* A type of the kernel, as far as loaders compare it: ksymtype.c */
struct ir_ktype {
	enum ir_ktype_kind kind;
	const char *tag; /* STRUCT, UNION, ENUM, FORWARD; "" if it has none */
	bool is_union;	 /* FORWARD */
	uint32_t size;	 /* INT: bytes */
	bool is_signed;
	const struct ir_ktype *of; /* what is pointed to, an element, what is returned */
	uint32_t n;		   /* ARRAY: elements; FUNC: parameters ... */
	const struct ir_ktype *params, *next;
};

/* A function or variable of the kernel, by its name. */
struct ir_ksym {
	const char *name;
	enum ir_config config;
	struct ir_type type;	      /* IR_CONFIG_TYPE: a number or characters */
	const struct ir_ktype *ktype; /* of the kernel's own; NULL: not known */
	const char *type_text;	      /* the same as the text has it; NULL: it has not */
	bool is_func;
	bool used; /* by a reference */
	bool weak; /* may be absent: then its address is 0 */
};

enum ir_data_section { IR_DATA, IR_RODATA, IR_BSS, IR_DATA_SECTIONS };
extern const char *const ir_data_sections[IR_DATA_SECTIONS]; /* ".data" ... */

/* A variable that all programs share. */
struct ir_data {
	const char *name;
	enum ir_data_section section;
	struct ir_type type;	   /* of an element */
	uint32_t count;		   /* of elements; 0: it is no array */
	uint32_t offset, size;	   /* bytes, in its section */
	const unsigned char *init; /* size bytes in the unit's order; NULL: zero */
	struct pos at;
};

struct ir_unit {
	struct ir_func **funcs; /* in the order of the text */
	size_t n_funcs, cap_funcs;
	struct ir_map **maps;
	size_t n_maps, cap_maps;
	struct ir_struct **structs;
	size_t n_structs, cap_structs;
	struct ir_ksym **ksyms;
	size_t n_ksyms, cap_ksyms;
	struct ir_data **data; /* of each section with rising offsets */
	size_t n_data, cap_data;
	uint32_t data_size[IR_DATA_SECTIONS];
	const char *license; /* NULL: none given */
	bool big_endian;
};

/*
 * elfout.c: the unit as an ELF64 BPF relocatable object, malloc'ed.  0, -ENOMEM, -E2BIG (more
 * than 65,000 sections or maps), -EFBIG (more than 4 GB), or -EDOM (a CO-RE record is of a type
 * that BTF cannot hold).
 * Sections: one for each program section, .text, .maps, license, .BTF, .BTF.ext, relocations.
 */
int elfout_write(const struct ir_unit *u, struct pool *pool, unsigned char **data, size_t *len);
/* encode.c: the instructions alone, in the unit's byte order; 8 bytes each into p */
void encode_insns(const struct ir_insn *insns, size_t n, bool big_endian, unsigned char *p);
void encode_read(const unsigned char *p, size_t n, bool big_endian, struct ir_insn *insns);

/*
 * dis.c: one instruction as the verifier prints it ("r6 = *(u64 *)(r1 +80)"); next is the second
 * slot of ld_imm64 or NULL.  Returns the slots it took (1 or 2), or 0 when it is no instruction
 * (the text is then ".word 0x... ; invalid: ..." for 8 bytes).  Jump targets are "pc+N".
 */
int dis_insn(const struct ir_insn *insn, const struct ir_insn *next, char *text, size_t size);

/* helper.c: helpers by name and number; NULL: none */
enum helper_kind { /* of programs, as the kernel tells apart what they may call */
	HELPER_SOCKET,
	HELPER_KPROBE,
	HELPER_UPROBE,
	HELPER_TRACEPOINT,
	HELPER_PERF,
	HELPER_RAW,
	HELPER_FENTRY,
	HELPER_FEXIT, /* and fmod_ret */
	HELPER_TP_BTF,
	HELPER_ITER,
	HELPER_LSM,
	HELPER_LSM_CGROUP,
	HELPER_SYSCALL,
	HELPER_STRUCT_OPS,
	HELPER_TC,
	HELPER_XDP,
	HELPER_CG_SKB,
	HELPER_CG_SOCK,
	HELPER_CG_BIND, /* and sendmsg */
	HELPER_CG_CONNECT,
	HELPER_CG_NAME, /* getpeername, getsockname, recvmsg */
	HELPER_CG_DEV,
	HELPER_CG_SYSCTL,
	HELPER_GETSOCKOPT,
	HELPER_SETSOCKOPT,
	HELPER_LWT_IN,
	HELPER_LWT_OUT,
	HELPER_LWT_XMIT,
	HELPER_LWT_SEG6,
	HELPER_SOCKOPS,
	HELPER_SK_SKB,
	HELPER_SK_MSG,
	HELPER_SK_LOOKUP,
	HELPER_REUSEPORT,
	HELPER_FLOW,
	HELPER_NETFILTER,
	HELPER_LIRC,
	HELPER_KINDS,
};
struct helper {
	const char *name; /* "bpf_map_lookup_elem" */
	uint16_t id;
	uint8_t n_args;
	bool gpl_only;
	uint32_t kernel;  /* first version: major << 16 | minor << 8 */
	uint8_t min_args; /* less than n_args only for bpf_trace_printk */
	uint64_t users;	  /* which programs may call it: 1 << enum helper_kind */
};
const struct helper *helper_find(const char *name, size_t len);
const struct helper *helper_by_id(uint32_t id);
void helper_suggest(struct suggest *s);

#endif
