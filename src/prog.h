/* SPDX-License-Identifier: MIT */
/* prog.h - programs: loaded into the kernel, for what they are attached to, found by name. */
#ifndef PROG_H
#define PROG_H

#include "context.h"

struct usdtcode_op; /* usdtcode.h */

/* A program of the loaded object, or a copy of one. */
struct prog {
	const char *name;	    /* function name, borrowed from the object */
	const char *section;	    /* "uretprobe/c:strlen" */
	enum rawbpf_prog_type type; /* from the section */
	enum rawbpf_attach_type attach_type;
	uint32_t n_insns;	 /* as passed to the kernel, subprograms included */
	bool calls_trace_printk; /* it, or a subprogram, writes to trace_pipe */
	bool autoload;		 /* false for a section that begins with '?' */
	bool attached;		 /* a tracing program that was, at one time or now */
	bool late;		 /* loaded when it is attached: only then it is known for what */
	int fd;			 /* -1: not loaded */
	char *target;		 /* what fd was loaded for, NULL: nothing in particular; owned */
	int other_fd;		 /* prog_as(), prog_for(): the same for something else */
	bool has_other;
	enum rawbpf_attach_type other;
	char *other_target;
	int err;	    /* 0, or what its load gave */
	char *error, *hint; /* why, when programs are loaded each for itself; owned */

	uint32_t def;		 /* its number in the object */
	uint32_t usdt_args;	 /* operands of a USDT probe that it reads: bit N of operand N */
	struct prog *copies;	 /* progcopy.c: one for each set of such operands; owned */
	struct prog *next;	 /* of the copies */
	struct prog *origin;	 /* of a copy: the program; else NULL */
	struct usdtcode_op *ops; /* of a copy: operand N at N - 1; owned */
	uint32_t copy;		 /* its number, from 1 */
	struct prog **of;	 /* copies that this one is in the place of, by number; owned */
	uint32_t n_of;		 /* 0: it is one itself; else its cookie is an index of of */
	int32_t cookie;		 /* of a copy: what its places have, where the kernel keeps none */
	bool reads_records;	 /* of operands, by libbpf's convention (usdtspec.c) */
};

/*
 * progload.c: p of b->object as it is now, for target (NULL: for nothing in particular).  An fd, or
 * a negative errno with the error set.
 */
int prog_load(struct rawbpf *b, struct prog *p, enum rawbpf_attach_type as, const char *target,
	int btf_fd);
/* progload.c: as far as that goes without a kernel; 0, or a negative errno with the error set */
int prog_check(struct rawbpf *b, struct prog *p);

/*
 * Load the programs of b->object; btf_fd: its BTF, -1: none.  each: go on after a refusal, which
 * then is kept in its program (only -ENOMEM ends it); else all or none.
 */
int prog_load_all(struct rawbpf *b, int btf_fd, bool each);
/* Make the current error p's; -ENOMEM. */
int prog_keep_error(struct rawbpf *b, struct prog *p);
void prog_close_all(struct rawbpf *b);
/* One of them: what it holds, not the struct. */
void prog_close(struct rawbpf *b, struct prog *p);

/* The object's BTF, for line info and typed maps: an fd, or -1 where the kernel takes none. */
int prog_load_btf(struct rawbpf *b);

/*
 * An fd (borrowed) of p as loaded for attach type as: its own, or that of a second load from the
 * object, which is kept until another type is asked for; links hold what they use.  A negative
 * errno with the error set; -EOPNOTSUPP when there is no object to load it from.
 */
int prog_as(struct rawbpf *b, struct prog *p, enum rawbpf_attach_type as);

/* Errnos that speak of the machine and this process, not of the program. */
bool prog_no_verdict(int err);

/*
 * The function or event that p's section or name says it is for ("fentry/vfs_read",
 * "kfunc__vfs_read"), "" when neither does.
 */
const char *prog_place(const struct prog *p);
/*
 * As prog_as(), of a tracing program for a function or event ("vfs_read").  again: one that was not
 * attached before, since Linux before 5.13 attaches none a second time.
 */
int prog_for(struct rawbpf *b, struct prog *p, const char *target, bool again);

/*
 * A loaded program, or one to be loaded late, by its function's name; NULL, with an error that
 * names the near ones.  Not one that reads a USDT probe's operands: that has its own calls.
 */
struct prog *prog_find(struct rawbpf *b, const char *stage, const char *fn_name);
/* The same, whatever it reads. */
struct prog *prog_named(struct rawbpf *b, const char *stage, const char *fn_name);

/* Its fd, or that of the newest copy that is loaded; -1: none is. */
int prog_fd(const struct prog *p);

#endif
