/* SPDX-License-Identifier: MIT */
/*
 * parse.h - what the files of the parser share.
 *
 * parse.c takes lines from macro.c and hands each to the file that knows it: parse_map.c
 * (declarations), parse_insn.c, parse_mem.c and parse_jump.c (instructions of the dialect), sugar.c
 * (what expands to several).  All fill one struct ir_unit.
 */
#ifndef PARSE_H
#define PARSE_H

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
	unsigned ctx;	   /* the register that holds the context */
	unsigned n_errors; /* when it began */
	bool bare;	   /* instructions before any .prog: only their bytes are wanted */
	const struct ir_struct *args; /* .args */
};

struct parse {
	struct pool *pool;
	struct diag *diag;
	struct macro *macro;
	const struct bpfasm_opts *o;
	struct ir_unit *unit;
	struct names maps, structs, funcs;
	struct parse_fn **fns; /* in the order of unit->funcs */
	size_t n_fns, cap_fns;
	struct parse_fn *fn;	  /* NULL: outside */
	struct ir_struct *record; /* between .struct and .end */
	struct pos gpl_at;	  /* first call of a GPL-only helper */
	const struct helper *gpl;
	/* the line */
	const struct tok *t;   /* the next token */
	const struct tok *end; /* its TOK_END */
	struct pos at;
	struct expr_env env;
	int log_code;	     /* opcode in front of a verifier log's line; -1: none */
	bool jump_end;	     /* the last instruction does not go on to the next */
	const char *refused; /* why the target could not be asked, as reported last */
};

/* An operand that is a register: r0..r10, or w0..w10 for its lower half. */
struct parse_reg {
	uint8_t num;
	bool w;
};

int parse_unit(struct parse *p); /* all lines; -EINVAL, -ENOMEM */

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
void parse_warn(struct parse *p, const struct tok *t, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
struct pos parse_pos(const struct parse *p, const struct tok *t);
/* 1: a register, which is taken; 0: something else; -EINVAL: r11 and the like, reported */
int parse_reg(struct parse *p, struct parse_reg *r);
int parse_want_reg(struct parse *p, struct parse_reg *r);
int parse_expr(struct parse *p, int64_t *v); /* a constant expression */
/* one that fits in 32 bits, signed; any_sign: or unsigned.  wide says what to write instead */
int parse_imm32(struct parse *p, bool any_sign, const char *wide, int32_t *imm);
/* answers of the parser to expressions, also to those that macro.c evaluates */
void parse_env(struct parse *p, struct expr_env *env);
/* "; did you mean 'v.pid'?" for "vv.pid", by the variables and records; or "", in buf */
const char *parse_near_place(struct parse *p, const char *name, size_t len, char *buf, size_t size);
/* a name that means nothing: everything that has a name is offered */
int parse_unknown(struct parse *p, const struct tok *t, const char *what);

/* ---- output ------------------------------------------------------------------------------ */

int parse_need_fn(struct parse *p, const struct tok *t);
void parse_emit(struct parse *p, unsigned code, unsigned dst, unsigned src, int off, int32_t imm);
void parse_emit_imm64(struct parse *p, unsigned dst, unsigned src, uint64_t v);
/* the instruction just emitted reaches into a slot: off or imm holds slot.off plus an addend */
void parse_note_slot(struct parse *p, struct frame_slot slot, bool imm);
/* the instruction to come takes the function's context register for the context; save: by .ctx */
int parse_note_context(struct parse *p, const struct tok *t, bool save);
int parse_ref(struct parse *p, enum ir_ref_kind kind, const struct tok *t);

/* ---- declarations: parse_map.c ----------------------------------------------------------- */

extern const struct ir_type parse_u32, parse_u64;

int parse_map(struct parse *p);		/* after .map */
int parse_struct(struct parse *p);	/* after .struct */
int parse_struct_line(struct parse *p); /* until .end */
int parse_type(struct parse *p, struct ir_type *type);
bool parse_type_starts(const struct parse *p, const struct tok *t);
int parse_no_type(struct parse *p, const struct tok *t);
/* a record made by hand: new, its fields, closed; NULL, -ENOMEM */
struct ir_struct *parse_struct_new(struct parse *p, const char *name, struct pos at);
int parse_struct_add(
	struct parse *p, struct ir_struct *s, const char *name, const struct ir_type *type);
void parse_struct_close(struct ir_struct *s);
const struct ir_struct *parse_find_struct(const struct parse *p, const char *s, size_t len);
/* "field" or "field.field" of a record; NULL: none */
const struct ir_field *parse_field(
	const struct ir_struct *s, const char *name, size_t len, uint32_t *offset);
int parse_no_field(struct parse *p, const struct tok *t, const char *what,
	const struct ir_struct *s, const char *name, size_t len);
/* as they are written in the text */
void parse_type_text(const struct ir_type *t, char *text, size_t size);
void parse_map_text(const struct ir_map *m, char *text, size_t size);
/* does the declaration of map m also make record s (the key of a histogram in sections)? */
bool parse_map_makes(const struct ir_map *m, const struct ir_struct *s);
/* "STRUCT.field", also of the target's types; 0, or -EINVAL after a message */
int parse_type_path(struct parse *p, const char *s, size_t len, struct bpfasm_field *f);
int parse_size_of(struct parse *p, const char *s, size_t len, int64_t *v);

/* A variable, or a field of one. */
struct parse_place {
	struct frame_slot slot;
	struct ir_type type;
};
/* 1: found; 0: no such variable; -EINVAL: no such field, reported */
int parse_place(
	struct parse *p, const struct tok *t, const char *s, size_t len, struct parse_place *place);

/* ---- instructions ------------------------------------------------------------------------ */

int parse_reg_line(struct parse *p, struct parse_reg dst); /* "r1 ..." after r1 */
int parse_store_line(struct parse *p);			   /* after the * of "*(u32 *)(r1 +0) = " */
int parse_lock_line(struct parse *p);			   /* after lock */
int parse_release_line(struct parse *p);		   /* after store_release */
int parse_if_line(struct parse *p);			   /* after if */
int parse_goto_line(struct parse *p, unsigned code);	   /* after goto, gotol, may_goto ... */
int parse_call_line(struct parse *p);			   /* after call */

/* "*(u32 *)(r1 +8)" */
struct parse_mem {
	uint8_t code;  /* INSN_B ... */
	uint8_t bytes; /* what that is */
	bool sign;     /* s8, s16, s32 */
	uint8_t base;
	int16_t off;
};
int parse_mem(struct parse *p, struct parse_mem *m);   /* after the star */
int parse_addr(struct parse *p, struct parse_mem *m);  /* "r1 + 8" */
int parse_load(struct parse *p, struct parse_reg dst); /* after "dst = *" */
/* "dst = NAME(...)" that is one instruction; 0: it is not */
int parse_builtin(struct parse *p, struct parse_reg dst);

/* ---- sugar ------------------------------------------------------------------------------- */

/* "dst = ..." where the right side is no instruction of the dialect; 0: it is no sugar either */
int sugar_assign(struct parse *p, struct parse_reg dst);
int sugar_var_line(struct parse *p);			      /* "NAME = ..." */
int sugar_field_line(struct parse *p, struct parse_reg base); /* after "r0->" */
int sugar_call(struct parse *p);			      /* "NAME(...)" */
/* is it in the kernel that was named; does it ask for a licence? */
void sugar_check_helper(struct parse *p, const struct tok *t, const struct helper *h);
int sugar_return(struct parse *p); /* after return */
int sugar_ctx(struct parse *p);	   /* after .ctx */

/* -E: the unit as text, malloc'ed */
int asmtext_write(const struct parse *p, unsigned char **data, size_t *len);

#endif
