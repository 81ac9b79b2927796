/* SPDX-License-Identifier: MIT */
/*
 * bpfasm.h - assemble and disassemble BPF programs; needs nothing but libc.
 *
 * The language is described in bpfasm(5), this library in bpfasm(3).  What the assembler cannot
 * know (fields of kernel structs and tracepoints, the register layout of a CPU) it asks of a struct
 * bpfasm_resolver.  There is no state: any number of threads may call at once.  An example:
 *
 *	struct bpfasm_opts o = {.sz = sizeof(o), .format = BPFASM_RAW};
 *	struct bpfasm_out out;
 *	int err = bpfasm_assemble("r0 = 7\nexit\n", 12, &o, &out);
 *
 *	if (err)
 *		fputs(out.diag ? out.diag : strerror(-err), stderr);
 *	else
 *		fwrite(out.data, 1, out.len, stdout);
 *	bpfasm_free(&out);
 */
#ifndef BPFASM_H
#define BPFASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) && !defined(BPFASM_API)
#define BPFASM_API __attribute__((visibility("default")))
#elif !defined(BPFASM_API)
#define BPFASM_API
#endif

/* How a field's bytes are to be read. */
enum bpfasm_field_kind {
	BPFASM_FIELD_PLAIN,    /* a number of .size bytes at .offset */
	BPFASM_FIELD_BYTES,    /* an array or struct at .offset: its value is its address */
	BPFASM_FIELD_DATA_LOC, /* u32 at .offset: length << 16 | offset from the record's start */
	BPFASM_FIELD_REL_LOC,  /* the same, the offset counted from the end of the u32 itself */
};

struct bpfasm_field {
	uint64_t offset; /* bytes from the start of the context, struct or record */
	uint64_t size;	 /* bytes */
	bool is_signed;
	enum bpfasm_field_kind kind;
};

/* An argument that is asked for. */
struct bpfasm_arg_of {
	const char *section, *prog; /* of the program that reads it: "ksyscall/openat", "on_open" */
	unsigned n;		    /* 1 for arg1 */
	unsigned kernel;	    /* bpfasm_opts.kernel */
};

/*
 * Where an argument is that is not in the context but in memory to which a register there
 * points.
 */
struct bpfasm_arg {
	uint64_t pointer, pointer_size; /* bytes from the start of the context, bytes */
	uint64_t offset, size;		/* of the argument: bytes from where that points, bytes */
	bool user;			/* memory of the process, not of the kernel */
};

/* What a type is below its typedefs, const and the like. */
enum bpfasm_type {
	BPFASM_TYPE_INT,
	BPFASM_TYPE_PTR,
	BPFASM_TYPE_ARRAY,
	BPFASM_TYPE_STRUCT,
	BPFASM_TYPE_UNION,
	BPFASM_TYPE_ENUM,
	BPFASM_TYPE_FLOAT,
	BPFASM_TYPE_OTHER,
};

enum bpfasm_step_kind {
	BPFASM_STEP_TYPE,    /* a type: the first step, and what a pointer points to */
	BPFASM_STEP_MEMBER,  /* of the record before it; unnamed records between are passed over */
	BPFASM_STEP_ELEMENT, /* of the array before it */
	BPFASM_STEP_VALUE,   /* an enumerator of the enum before it */
};

/* One step along a name: "task_struct.comm[3]" is a type, a member and an element. */
struct bpfasm_step {
	enum bpfasm_step_kind kind;
	enum bpfasm_type type; /* of what it leads to; VALUE: of the enum */
	const char *name;      /* of the type, member or enumerator; "" if it has none */
	const char *type_name; /* of what it leads to, below typedefs; "" if it has none */
	bool is_typedef;       /* TYPE: name is a typedef's */
	bool is_signed;
	uint32_t bits;	     /* of a bit field; 0: it is none */
	uint64_t bit_offset; /* MEMBER: from the start of the step before */
	uint64_t size;	     /* bytes of what it leads to; of a bit field: of its declared type */
	uint64_t n;	     /* ARRAY: elements */
	uint64_t value;	     /* ELEMENT: the index; VALUE: the number, its sign extended */
	enum bpfasm_type of; /* ARRAY, of arrays too: what is in the last of them ... */
	uint32_t dims;	     /* ... of so many, one in the other ... */
	uint64_t of_size;    /* ... and its bytes */
};

enum { BPFASM_STEPS = 64 }; /* the most that a name may have */

/*
 * What the assembler asks of its surroundings.  Each function may be NULL: then the name "needs a
 * target".  A function returns 0 and fills *f, or a negative errno and writes to msg one line that
 * says what is wrong, with a suggestion ("tracepoint a:b has no field 'x'; did you mean 'y'?").
 * -ENOENT, -EINVAL and -ERANGE mean that name; with any other errno the target could not be asked,
 * and the same msg is reported once only.
 */
struct bpfasm_resolver {
	size_t sz; /* sizeof(struct bpfasm_resolver) */
	void *arg; /* passed to every function */
	/* args->FIELD of tracepoint category:event */
	int (*tracepoint_field)(void *arg, const char *category, const char *event,
		const char *field, struct bpfasm_field *f, char *msg, size_t msg_len);
	/* "arg1".."arg6", "retval", "ip", "sp", or the CPU's own register name, in pt_regs */
	int (*reg)(void *arg, const char *name, struct bpfasm_field *f, char *msg, size_t msg_len);
	/* "task_struct.tgid" from BTF; without a dot: the whole type's size, offset 0 */
	int (*type_field)(
		void *arg, const char *path, struct bpfasm_field *f, char *msg, size_t msg_len);
	/*
	 * Which kernel it is for, as bpfasm_opts.kernel, 0: unknown.  Asked only if that is 0 and
	 * the text needs to know.
	 */
	unsigned (*kernel)(void *arg);
	/*
	 * Asked first for each argN of a program whose context is pt_regs.  1: *a is filled in, 0:
	 * it is in the context, reg() knows where.
	 */
	int (*argument)(void *arg, const struct bpfasm_arg_of *of, struct bpfasm_arg *a, char *msg,
		size_t msg_len);
	bool big_endian; /* the target's byte order, for bpfasm_opts.big_endian; not read here */
	/*
	 * "arg1".."arg6", "retval" or a parameter's name, in the array of words that a program of
	 * section "fentry/vfs_read", "fexit/...", "fmod_ret/..." or "tp_btf/sched_switch" is given.
	 * -ERANGE: fewer parameters; -ENOENT: no such function, event or parameter.
	 */
	int (*param)(void *arg, const char *section, const char *name, struct bpfasm_field *f,
		char *msg, size_t msg_len);
	/*
	 * In place of type_field: each step of "task_struct.real_parent.tgid", "rec.arr[2].x",
	 * "task_struct", "pid_type.PIDTYPE_TGID", and ".PIDTYPE_TGID" for an enumerator of any
	 * enum, into room for BPFASM_STEPS.  How many, or a negative errno.  Their names have to
	 * live until bpfasm_assemble() returns.
	 */
	int (*type_path)(
		void *arg, const char *path, struct bpfasm_step *steps, char *msg, size_t msg_len);
	/*
	 * The type of a function or variable of the kernel that .kfunc and .kvar name, as these
	 * have it: "struct task_struct *(struct task_struct *)".  0, or a negative errno: it is not
	 * known, which is no error.
	 */
	int (*symbol_type)(void *arg, const char *name, bool is_func, char *type, size_t type_len);
};

/* What bpfasm_assemble() makes. */
enum {
	BPFASM_ELF,	/* an ELF64 relocatable object with .maps, .BTF and .BTF.ext */
	BPFASM_RAW,	/* the bytes of every program, one after the other; usdt_arg() has none */
	BPFASM_TEXT,	/* the text after macro expansion, one instruction a line */
	BPFASM_C,	/* a header in C, which says itself what it holds and how it is used */
	BPFASM_LISTING, /* each instruction's number, bytes and text beside the line it comes from */
};

/* Zero means the default for every field but the first. */
struct bpfasm_opts {
	size_t sz;	  /* sizeof(struct bpfasm_opts) */
	const char *name; /* of the text, for messages and the line table; default "<text>" */
	const char *arch; /* "x86_64", "arm64" ...: which CPU's objects; NULL: unknown */
	/* where .include looks, after the directory of the file that has it, before the library's */
	const char *const *include_dirs;
	size_t n_include_dirs;
	const struct bpfasm_resolver *resolver; /* NULL: no target */
	unsigned
		kernel; /* value of KERNEL: major << 16 | minor << 8 | patch; 0: ask the resolver */
	unsigned format; /* BPFASM_ELF ... */
	bool big_endian; /* byte order of the output */
	/*
	 * BPFASM_ELF: the object is for any kernel.  Names that resolver.type_path knows become
	 * CO-RE records, which a loader fills in for the kernel it is on.
	 */
	bool core;
};

struct bpfasm_out {
	unsigned char *data; /* NULL after an error; text has a NUL behind it */
	size_t len;	     /* bytes, without that NUL */
	char *diag;	     /* errors and warnings as text, lines end in \n; NULL: none */
	unsigned n_errors;
};

/*
 * bpfasm_assemble() - len bytes of text, which need no NUL, to what o->format says.  o may be NULL.
 * *out is always to be given to bpfasm_free().  Returns 0 or
 * -EINVAL	the text has errors: out->diag says where and why, up to 20 of them; or, with no
 *		n_errors, o->sz or o->format is wrong
 * -E2BIG	*o is larger than this library knows, and not zero there; or more than 65,000
 *		sections or maps, or for BPFASM_C 4 million instructions
 * -EFBIG	the object would have more than 4 GB
 * -ENOMEM
 */
BPFASM_API int bpfasm_assemble(
	const char *text, size_t len, const struct bpfasm_opts *o, struct bpfasm_out *out);

/*
 * bpfasm_disassemble() - instructions (8 bytes each, in o->big_endian's order) to the verifier's
 * pseudo-C, one a line; assembles back to the same bytes.  o may be NULL.  Returns 0, -EINVAL
 * (len is no multiple of 8), -ENOMEM.  Words that are no instruction come out as ".word" with a
 * comment, "; invalid: " and what is wrong.
 */
BPFASM_API int bpfasm_disassemble(
	const void *insns, size_t len, const struct bpfasm_opts *o, struct bpfasm_out *out);

BPFASM_API void bpfasm_free(struct bpfasm_out *out); /* NULL: nothing */

/*
 * bpfasm_is_word() - is it a register or a word of the language, which no map can be called?  For
 * those who write text for bpfasm_assemble().
 */
BPFASM_API bool bpfasm_is_word(const char *s, size_t len);

#ifdef __cplusplus
}
#endif
#endif
