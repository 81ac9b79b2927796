/* SPDX-License-Identifier: MIT */
/* parse_name.h - what a name means in an expression: a variable, a type, a part of one. */
#ifndef PARSE_NAME_H
#define PARSE_NAME_H

#include "kname.h"
#include "parse_type.h"

/* What "STRUCT.field" is: the last hop of a name of the target's. */
struct parse_path {
	struct bpfasm_field f;
	const struct kname *k;	  /* NULL: a .struct's, or of a target that tells no steps */
	struct kname_place place; /* k: where its last hop leads */
};
/* "STRUCT.field", also of the target's types; 0, or -EINVAL after a message */
int parse_type_path(struct parse *p, const char *s, size_t len, struct parse_path *f);
/* "STRUCT.field[N].field" at p->t, which moves behind it: t is where it began */
int parse_member(struct parse *p, const struct tok **t, struct parse_path *f);
int parse_size_of(struct parse *p, const char *s, size_t len, int64_t *v);

/* A variable, or a field of one. */
struct parse_place {
	struct frame_slot slot;
	struct ir_type type;
};
/* 1: found; 0: no such variable; -EINVAL: no such field, reported */
int parse_place(
	struct parse *p, const struct tok *t, const char *s, size_t len, struct parse_place *place);

/* answers of the parser to expressions, also to those that macro.c evaluates */
void parse_env(struct parse *p, struct expr_env *env);
/* "; did you mean 'v.pid'?" for "vv.pid", by the variables and records; or "", in buf */
const char *parse_near_place(struct parse *p, const char *name, size_t len, char *buf, size_t size);
/* a name that means nothing: everything that has a name is offered */
int parse_unknown(struct parse *p, const struct tok *t, const char *what);

#endif
