/* SPDX-License-Identifier: MIT */
/* source.h - the stack of texts that are being read: files, and expansions inside them. */
#ifndef SOURCE_H
#define SOURCE_H

#include "body.h"

/* The body of .irp or .rept, again and again. */
struct source_loop {
	struct body body;
	struct body_arg *values; /* one a round; NULL: .rept */
	uint64_t n, i;		 /* rounds, and the one to come */
	bool counts;		 /* there is a \@ in it */
	const char *name;	 /* the directive */
	struct pos from, first;	 /* of the directive, and of the body's first line */
};

/* An .if that is open. */
struct source_cond {
	struct source_cond *next;
	struct pos at;
	bool active; /* lines are assembled now */
	bool taken;  /* a branch was, or none may be */
	bool other;  /* .else was seen */
};

struct source {
	struct source *next;
	struct src *src;
	const char *p, *end;
	const char *at; /* the line that was read last */
	uint32_t line;
	bool call; /* a macro's expansion */
	bool in_comment;
	struct pos comment; /* where that began */
	struct source_loop *loop;
	struct source_cond *conds; /* those that were open before */
	unsigned depth;		   /* texts below it */
	size_t *starts, cap_starts;
};

struct sources {
	struct pool *pool;
	struct diag *d;
	struct source *top, *spare;
	struct source_cond *conds, *spare_conds;
	size_t lines, bytes; /* of all texts but the first */
};

enum {
	SOURCE_DEPTH = 200,
	SOURCE_LINES = 1 << 22, /* beyond the first text: no program needs as many */
	SOURCE_BYTES = 1 << 27,
};

/* Read src before the rest of the top.  0, -ENOMEM, or -EINVAL after an error: it is too deep. */
int source_push(struct sources *s, struct src *src);
/* 1 and the next line of the top; 0: it has none; -EINVAL after an error: too many; -ENOMEM */
int source_line(struct sources *s, const char **text, size_t *len);
/* Back to the text below; an open .if or comment is an error unless early. */
void source_pop(struct sources *s, bool early);
/* Before an expansion of n bytes is made: 0, or -EINVAL after an error. */
int source_charge(struct sources *s, struct pos at, size_t n);
/* Where the top is. */
struct pos source_pos(const struct sources *s);

int source_if(struct sources *s, struct pos at, bool active, bool taken);
void source_endif(struct sources *s);
/* the innermost .if of the top itself, or NULL */
struct source_cond *source_cond(const struct sources *s);
/* are lines passed over? */
bool source_skips(const struct sources *s);

#endif
