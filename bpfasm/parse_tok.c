// SPDX-License-Identifier: MIT
/* parse_tok.c - what every statement is made of: operators, registers, numbers; and its output. */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#include "insn.h"
#include "kname.h"
#include "parse_tok.h"

struct pos parse_pos(const struct parse *p, const struct tok *t)
{
	struct pos at = p->at;

	at.col = t->col;
	return at;
}

int parse_error(struct parse *p, const struct tok *t, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag_error(p->diag, parse_pos(p, t), t->len, "%s", text);
	return -EINVAL;
}

int parse_target_error(struct parse *p, const struct tok *t, int err, const char *msg)
{
	if (err == -ENOENT || err == -EINVAL || err == -ERANGE)
		return parse_error(p, t, "%s", msg);
	if (p->refused && !strcmp(p->refused, msg)) {
		if (p->fn)
			p->fn->n_errors =
				UINT_MAX; /* the function is not whole, as after an error */
		return -EINVAL;
	}
	p->refused = pool_strndup(p->pool, msg, strlen(msg));
	return parse_error(p, t, "%s", msg);
}

int parse_macro_call(struct parse *p, struct pos at, const char *name, size_t len)
{
	char usage[200] = "";
	const char *file;

	macro_usage(p->macro, name, len, &file, usage, sizeof(usage));
	if (file)
		diag_error(p->diag, at, len,
			"'%.*s' is a macro, no function; add '.include \"%s\"' and write it on a "
			"line of its own: '%s'",
			(int)len, name, file, usage);
	else
		diag_error(p->diag, at, len,
			"'%.*s' is a macro, no function; write it on a line of its own: '%s'",
			(int)len, name, usage);
	return -EINVAL;
}

void parse_warn(struct parse *p, const struct tok *t, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag_warning(p->diag, parse_pos(p, t), t->len, "%s", text);
}

bool parse_take(struct parse *p, uint32_t op)
{
	bool is = parse_op(p->t, op);

	p->t += is;
	return is;
}

bool parse_take_name(struct parse *p, const char *s)
{
	bool is = parse_is(p->t, s);

	p->t += is;
	return is;
}

int parse_want(struct parse *p, uint32_t op)
{
	char text[4] = {(char)op, (char)(op >> 8), (char)(op >> 16), '\0'};

	if (parse_take(p, op))
		return 0;
	if (p->t == p->end)
		return parse_error(p, p->t, "'%s' is missing", text);
	return parse_error(p, p->t, "'%s' expected before '%.*s'", text, (int)p->t->len, p->t->s);
}

int parse_want_end(struct parse *p)
{
	if (p->t == p->end)
		return 0;
	return parse_error(
		p, p->t, "'%.*s' is too much here", p->t->len < 60 ? (int)p->t->len : 60, p->t->s);
}

int parse_reg(struct parse *p, struct parse_reg *r)
{
	const struct tok *t = p->t;
	unsigned n = 0, i;

	if (t->kind != TOK_NAME || (t->s[0] != 'r' && t->s[0] != 'w') || t->len < 2 || t->len > 3)
		return 0;
	for (i = 1; i < t->len; i++) {
		if (t->s[i] < '0' || t->s[i] > '9')
			return 0;
		n = 10 * n + (unsigned)(t->s[i] - '0');
	}
	if (n >= INSN_REGS || (t->len == 3 && t->s[1] == '0'))
		return parse_error(p, t, "no register '%.*s'; did you mean '%c%u'?", (int)t->len,
			t->s, t->s[0], n < INSN_REGS ? n : INSN_FP);
	r->num = (uint8_t)n;
	r->w = t->s[0] == 'w';
	p->t++;
	return 1;
}

int parse_want_reg(struct parse *p, struct parse_reg *r)
{
	int is = parse_reg(p, r);

	if (is)
		return is < 0 ? is : 0;
	return parse_error(p, p->t, "a register is missing here");
}

/* r0, w10, and what looks like one: r11 */
static bool tok_is_reg(const char *s, size_t len)
{
	size_t i;

	if (len < 2 || len > 3 || (*s != 'r' && *s != 'w'))
		return false;
	for (i = 1; i < len; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return true;
}

bool bpfasm_is_word(const char *s, size_t len)
{
	static const char *const words[] = {"if", "goto", "gotol", "gotox", "may_goto", "call",
		"callx", "exit", "lock", "return", "args", "ctx", "retval", "sizeof", "exists",
		"pc", "ll", "store_release", IR_USDT_NAME};
	size_t i;

	if (tok_is_reg(s, len) || (len == 4 && !memcmp(s, "arg", 3) && s[3] >= '0' && s[3] <= '9'))
		return true;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == len && !memcmp(s, words[i], len))
			return true;
	return false;
}

bool parse_is_reserved(const struct tok *t)
{
	return t->kind == TOK_NAME && bpfasm_is_word(t->s, t->len);
}

/* ---- expressions ------------------------------------------------------------------------- */

/* Does an expression end before this token? */
static bool tok_ends_expr(const struct tok *t)
{
	return t->kind == TOK_END || t->kind == TOK_NAME || parse_op(t, PUNCT(')', 0, 0)) ||
	       parse_op(t, PUNCT(',', 0, 0)) || parse_op(t, PUNCT(']', 0, 0));
}

/* sizeof("text"): the bytes a string takes, its NUL included */
static int expr_string_size(struct parse *p, int64_t *v)
{
	size_t len;

	if (!lex_string(p->diag, parse_pos(p, p->t + 2), p->t + 2, &len))
		return -EINVAL;
	*v = (int64_t)len + 1;
	p->t += 3;
	return parse_want(p, PUNCT(')', 0, 0));
}

int parse_expr(struct parse *p, int64_t *v)
{
	const struct tok *t = p->t;
	struct parse_core before;

	/* nearly all are one number */
	if (t->kind == TOK_NUM && tok_ends_expr(t + 1)) {
		*v = (int64_t)t->num;
		p->t++;
		return 0;
	}
	if (t->kind == TOK_PUNCT && t->op == PUNCT('-', 0, 0) && t[1].kind == TOK_NUM &&
		tok_ends_expr(t + 2)) {
		*v = (int64_t)(0 - t[1].num);
		p->t += 2;
		return 0;
	}
	if (t == p->end)
		return parse_error(p, t, "a value is missing here");
	if (parse_is(t, "sizeof") && parse_op(t + 1, PUNCT('(', 0, 0)) && t[2].kind == TOK_STR)
		return expr_string_size(p, v);
	before = p->core;
	p->core.step = NULL;
	if (expr_eval(p->diag, p->at, &p->env, &p->t, v) || kname_alone(p, t))
		return -EINVAL;
	if (before.step && kname_left(p)) /* two in one instruction */
		return -EINVAL;
	if (before.step)
		p->core = before;
	return 0;
}

const char *parse_value_text(
	const struct tok *t, const struct tok *end, int64_t v, char *buf, size_t size)
{
	bool minus = t->kind == TOK_PUNCT && t->op == PUNCT('-', 0, 0);
	const struct tok *num = minus ? t + 1 : t;

	if (num + 1 == end && num->kind == TOK_NUM)
		snprintf(buf, size, "%s%.*s", minus ? "-" : "", (int)num->len, num->s);
	else
		snprintf(buf, size, "%lld", (long long)v);
	return buf;
}

int parse_imm32(struct parse *p, bool any_sign, const char *wide, int32_t *imm)
{
	const struct tok *t = p->t;
	char text[64];
	int64_t v;

	if (parse_expr(p, &v))
		return -EINVAL;
	*imm = (int32_t)(uint32_t)v;
	if (v >= INT32_MIN && v <= (any_sign ? (int64_t)UINT32_MAX : INT32_MAX))
		return 0;
	return parse_error(p, t, "%s does not fit in 32 bits%s%s",
		parse_value_text(t, p->t, v, text, sizeof(text)), wide ? "; " : "",
		wide ? wide : "");
}

/* ---- output ------------------------------------------------------------------------------ */

/* a row of the line table, where the line differs from that of the last instruction */
static void emit_line(struct parse *p, struct ir_func *f)
{
	struct pos at = diag_user_pos(p->at);
	struct ir_line *last = f->n_lines ? &f->lines[f->n_lines - 1] : NULL;

	if (last && last->at.line == at.line && last->at.src == at.src)
		return;
	if (pool_grow(p->pool, &f->lines, &f->cap_lines, f->n_lines, sizeof(*f->lines)))
		return;
	last = &f->lines[f->n_lines++];
	last->insn = (uint32_t)f->n_insns;
	last->at = at;
	if (!last->at.col)
		last->at.col = 1;
}

/* the line itself, if it is not that of the last instruction */
static void emit_inner(struct parse *p, struct ir_func *f)
{
	struct ir_line *last = f->n_inner ? &f->inner[f->n_inner - 1] : NULL;

	if (last && last->at.line == p->at.line && last->at.src == p->at.src)
		return;
	if (pool_grow(p->pool, &f->inner, &f->cap_inner, f->n_inner, sizeof(*f->inner)))
		return;
	f->inner[f->n_inner++] = (struct ir_line){(uint32_t)f->n_insns, p->at};
}

static void emit_slot(
	struct parse *p, unsigned code, unsigned dst, unsigned src, int off, int32_t imm)
{
	struct ir_func *f = p->fn->ir;
	struct ir_insn *in;

	emit_line(p, f);
	if (p->o->format == BPFASM_LISTING || p->at.src->expansion)
		emit_inner(p, f);
	if (f->n_insns == f->cap_insns &&
		pool_grow(p->pool, &f->insns, &f->cap_insns, f->n_insns, sizeof(*f->insns)))
		return;
	in = &f->insns[f->n_insns++];
	in->code = (uint8_t)code;
	in->dst = (uint8_t)dst;
	in->src = (uint8_t)src;
	in->off = (int16_t)off;
	in->imm = imm;
	if (p->core_next.step) {
		if (p->core.step)
			kname_left(p);
		p->core = p->core_next;
		p->core_next.step = NULL;
	}
	if (p->core.step)
		kname_attach(p);
}

void parse_emit(struct parse *p, unsigned code, unsigned dst, unsigned src, int off, int32_t imm)
{
	emit_slot(p, code, dst, src, off, imm);
	p->jump_end =
		code == INSN_EXIT_K || code == INSN_GOTO || code == INSN_GOTOL || code == INSN_JA_X;
}

void parse_emit_imm64(struct parse *p, unsigned dst, unsigned src, uint64_t v)
{
	parse_emit(p, INSN_LD_IMM64, dst, src, 0, (int32_t)(uint32_t)v);
	emit_slot(p, 0, 0, 0, 0, (int32_t)(uint32_t)(v >> 32));
}

void parse_note_slot(struct parse *p, struct frame_slot slot, bool imm)
{
	if (slot.scratch && p->fn->ir->n_insns)
		frame_note(&p->fn->frame, p->pool, (uint32_t)p->fn->ir->n_insns - 1, imm);
}

int parse_note_context(struct parse *p, const struct tok *t, bool save)
{
	struct flow_use u = {.reg = (uint8_t)p->fn->ctx, .save = save, .len = t->len};

	u.insn = (uint32_t)p->fn->ir->n_insns;
	u.at = parse_pos(p, t);
	return flow_add_use(&p->fn->flow, p->pool, &u);
}

int parse_ref(struct parse *p, enum ir_ref_kind kind, const struct tok *t)
{
	struct ir_func *f = p->fn->ir;
	struct ir_ref *r;

	if (pool_grow(p->pool, &f->refs, &f->cap_refs, f->n_refs, sizeof(*f->refs)))
		return -ENOMEM;
	r = &f->refs[f->n_refs++];
	r->insn = (uint32_t)f->n_insns;
	r->kind = kind;
	r->name = pool_strndup(p->pool, t->s, t->len);
	r->addend = 0;
	r->at = parse_pos(p, t);
	return r->name ? 0 : -ENOMEM;
}
