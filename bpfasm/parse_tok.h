/* SPDX-License-Identifier: MIT */
/* parse_tok.h - the parser's state; what every statement is made of, and its output. */
#ifndef PARSE_TOK_H
#define PARSE_TOK_H

#include <string.h>

#include "bpfasm.h"
#include "expr.h"
#include "flow.h"
#include "frame.h"
#include "macro.h"

/* A function while it is being read. */
struct parse_fn {
	struct ir_func *ir;
	struct frame frame;
	struct labels labels;
	struct flow flow;
	unsigned ctx;		 /* the register that holds the context */
	unsigned n_errors;	 /* when it began */
	bool bare;		 /* instructions before any .prog: only their bytes are wanted */
	bool nowarn;		 /* .nowarn in it */
	uint64_t addresses[2];	 /* argaddr.c: 8 bytes each, named and short-lived: may hold one */
	struct pos argaddr_told; /* the line that it warned of last */
	const struct ir_struct *args; /* .args */
	struct prelude *prelude;      /* arguments that are got before it begins; NULL: none yet */
};

/* A constant that an object for any kernel leaves to its loader; see kname.h. */
struct parse_core {
	const struct bpfasm_step *step; /* NULL: none */
	uint32_t n, len;
	uint8_t kind;
	bool off;
	bool any; /* by its kind: the distance of a load or store, or an operand */
	struct pos at;
};

struct parse {
	struct pool *pool;
	struct diag *diag;
	struct macro *macro;
	const struct bpfasm_opts *o;
	struct ir_unit *unit;
	struct names maps, structs, funcs, ksyms, data;
	struct parse_fn **fns; /* in the order of unit->funcs */
	size_t n_fns, cap_fns;
	struct parse_fn *fn;	  /* NULL: outside */
	struct ir_struct *record; /* between .struct and .end */
	bool record_told;	  /* it began with an error */
	bool stop;		  /* after an error that would bring many more */
	struct pos gpl_at;	  /* first call of a GPL-only helper */
	const struct helper *gpl;
	/* the line */
	const struct tok *t;   /* the next token */
	const struct tok *end; /* its TOK_END */
	struct pos at;
	struct expr_env env;
	struct names knames;	     /* struct kname */
	uint32_t n_told;	     /* of them, in the text */
	struct parse_core core;	     /* for the next instruction */
	struct parse_core core_next; /* the same from a line before it */
	int log_code;		     /* opcode in front of a verifier log's line; -1: none */
	bool jump_end;		     /* the last instruction does not go on to the next */
	bool nowarn;		     /* .nowarn before any function */
	struct tok outside;  /* a name in a line that is no statement, as .if; len 0: none */
	const char *near;    /* the target's enumerator nearest to a name that it has not */
	const char *refused; /* why the target could not be asked, as reported last */
};

/* An operand that is a register: r0..r10, or w0..w10 for its lower half. */
struct parse_reg {
	uint8_t num;
	bool w;
};

/* ---- tokens ------------------------------------------------------------------------------ */

static inline bool parse_op(const struct tok *t, uint32_t op)
{
	return t->op == op && t->kind == TOK_PUNCT;
}
static inline bool parse_is(const struct tok *t, const char *name)
{
	size_t len = strlen(name);

	return t->len == len && t->kind == TOK_NAME && !memcmp(t->s, name, len);
}
bool parse_is_reserved(const struct tok *t);	      /* a register or a word of the language */
bool parse_take(struct parse *p, uint32_t op);	      /* if it is there */
bool parse_take_name(struct parse *p, const char *s); /* if it is there */
int parse_want(struct parse *p, uint32_t op);	      /* or report that it is missing */
int parse_want_end(struct parse *p);		      /* of the line */
/* report at a token; always -EINVAL */
int parse_error(struct parse *p, const struct tok *t, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * What a resolver answered with err.  One that speaks of the target, not of the name at t, is
 * reported once: each further name would get it too.
 */
int parse_target_error(struct parse *p, const struct tok *t, int err, const char *msg);
/* report that a macro was written as a call, and how it is called; always -EINVAL */
int parse_macro_call(struct parse *p, struct pos at, const char *name, size_t len);
void parse_warn(struct parse *p, const struct tok *t, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
struct pos parse_pos(const struct parse *p, const struct tok *t);
/* 1: a register, which is taken; 0: something else; -EINVAL: r11 and the like, reported */
int parse_reg(struct parse *p, struct parse_reg *r);
int parse_want_reg(struct parse *p, struct parse_reg *r);
int parse_expr(struct parse *p, int64_t *v); /* a constant expression */
/* What a message calls a value: a number as it is written from t to end, or what an expression gives. */
const char *parse_value_text(
	const struct tok *t, const struct tok *end, int64_t v, char *buf, size_t size);
/* one that fits in 32 bits, signed; any_sign: or unsigned.  wide says what to write instead */
int parse_imm32(struct parse *p, bool any_sign, const char *wide, int32_t *imm);

/* ---- output ------------------------------------------------------------------------------ */

void parse_emit(struct parse *p, unsigned code, unsigned dst, unsigned src, int off, int32_t imm);
void parse_emit_imm64(struct parse *p, unsigned dst, unsigned src, uint64_t v);
/* the instruction just emitted reaches into a slot: off or imm holds slot.off plus an addend */
void parse_note_slot(struct parse *p, struct frame_slot slot, bool imm);
/* the instruction to come takes the function's context register for the context; save: by .ctx */
int parse_note_context(struct parse *p, const struct tok *t, bool save);
int parse_ref(struct parse *p, enum ir_ref_kind kind, const struct tok *t);

#endif
