/* SPDX-License-Identifier: MIT */
/* input.h - the stack of texts that are being read: files, and expansions inside them. */
#ifndef INPUT_H
#define INPUT_H

#include "body.h"

/* The body of .irp or .rept, again and again. */
struct input_loop {
	struct body body;
	struct body_arg *values; /* one a round; NULL: .rept */
	uint64_t n, i;		 /* rounds, and the one to come */
	bool counts;		 /* there is a \@ in it */
	const char *name;	 /* the directive */
	struct pos from, first;	 /* of the directive, and of the body's first line */
};

/* An .if that is open. */
struct input_cond {
	struct input_cond *next;
	struct pos at;
	bool active; /* lines are assembled now */
	bool taken;  /* a branch was, or none may be */
	bool other;  /* .else was seen */
};

struct input {
	struct input *next;
	struct src *src;
	const char *p, *end;
	const char *at; /* the line that was read last */
	uint32_t line;
	bool call; /* a macro's expansion */
	bool in_comment;
	struct pos comment; /* where that began */
	struct input_loop *loop;
	struct input_cond *conds; /* those that were open before */
	unsigned depth;		  /* texts below it */
	size_t *starts, cap_starts;
};

struct inputs {
	struct pool *pool;
	struct diag *d;
	struct input *top, *spare;
	struct input_cond *conds, *spare_conds;
	size_t lines, bytes; /* of all texts but the first */
};

enum {
	INPUT_DEPTH = 200,
	/* beyond the first text: no program needs as many, the kernel takes a million instructions;
	 * with a sanitizer it is two seconds */
	INPUT_LINES = 1 << 21,
	INPUT_BYTES = 1 << 26,
};

/* Read src before the rest of the top.  0, -ENOMEM, or -EINVAL after an error: it is too deep. */
int input_push(struct inputs *s, struct src *src);
/* 1 and the next line of the top; 0: it has none; -EINVAL after an error: too many; -ENOMEM */
int input_line(struct inputs *s, const char **text, size_t *len);
/* Back to the text below; an open .if or comment is an error unless early. */
void input_pop(struct inputs *s, bool early);
/* Before an expansion of n bytes is made: 0, or -EINVAL after an error. */
int input_charge(struct inputs *s, struct pos at, size_t n);
/* Where the top is. */
struct pos input_pos(const struct inputs *s);

int input_if(struct inputs *s, struct pos at, bool active, bool taken);
void input_endif(struct inputs *s);
/* the innermost .if of the top itself, or NULL */
struct input_cond *input_cond(const struct inputs *s);
/* are lines passed over? */
bool input_skips(const struct inputs *s);

#endif
