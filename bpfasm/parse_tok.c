// SPDX-License-Identifier: MIT
/* parse_tok.c - what every statement is made of: operators, registers, numbers; and its output. */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#include "insn.h"
#include "parse.h"

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

bool parse_is_reserved(const struct tok *t)
{
	static const char *const words[] = {"if", "goto", "gotol", "gotox", "may_goto", "call",
		"callx", "exit", "lock", "return", "args", "ctx", "retval", "sizeof", "pc", "ll",
		"store_release"};
	size_t i;

	if (t->len > 1 && t->len < 4 && (t->s[0] == 'r' || t->s[0] == 'w') && t->s[1] >= '0' &&
		t->s[1] <= '9')
		return true;
	if (t->len == 4 && !memcmp(t->s, "arg", 3) && t->s[3] >= '0' && t->s[3] <= '9')
		return true;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (parse_is(t, words[i]))
			return true;
	return false;
}

/* ---- expressions ------------------------------------------------------------------------- */

static int env_lookup(void *arg, const char *s, size_t len, int64_t *v)
{
	struct parse *p = arg;
	struct bpfasm_field f;
	int err = p->macro ? macro_equ(p->macro, s, len, v) : -ENOENT;

	if (err != -ENOENT)
		return err;
	/* nobody said which kernel it is for: one that has everything */
	if (len == 6 && !memcmp(s, "KERNEL", 6)) {
		*v = macro_target_kernel(p->o);
		if (!*v)
			*v = UINT32_MAX;
		return 0;
	}
	if (!memchr(s, '.', len))
		return -ENOENT;
	err = parse_type_path(p, s, len, &f);
	if (!err)
		*v = (int64_t)f.offset;
	return err;
}

static int env_size_of(void *arg, const char *s, size_t len, int64_t *v)
{
	return parse_size_of(arg, s, len, v);
}

/* r and w registers whose digit is a letter, arg1 to arg6: the likely one first. */
static void env_suggest_regs(struct suggest *s)
{
	static const char args[6][5] = {"arg6", "arg5", "arg4", "arg3", "arg2", "arg1"};
	char last = s->len ? s->want[s->len - 1] : 0;
	bool one = last == 'l' || last == 'I' || last == 'i', zero = last == 'o' || last == 'O';
	size_t i;

	if (s->len == 2 && (one || zero)) {
		if (*s->want == 'r')
			suggest_offer(s, one ? "r1" : "r0", 2);
		if (*s->want == 'w')
			suggest_offer(s, one ? "w1" : "w0", 2);
	}
	if (one)
		suggest_offer(s, "arg1", 4);
	for (i = 0; i < 6; i++)
		suggest_offer(s, args[i], 4);
	suggest_offer(s, "retval", 6);
	suggest_offer(s, "args", 4);
	suggest_offer(s, "ctx", 3);
}

static void env_suggest_places(struct parse *p, struct suggest *s)
{
	size_t i;

	for (i = 0; p->fn && i < p->fn->frame.n_vars; i++)
		suggest_offer(s, p->fn->frame.vars[i].name, p->fn->frame.vars[i].len);
	for (i = 0; i < p->unit->n_structs; i++)
		suggest_offer(s, p->unit->structs[i]->name, strlen(p->unit->structs[i]->name));
}

static void env_suggest(void *arg, struct suggest *s)
{
	struct parse *p = arg;

	if (p->fn)
		env_suggest_regs(s);
	env_suggest_places(p, s);
	if (p->macro)
		macro_suggest(p->macro, s);
	suggest_offer(s, "KERNEL", 6);
}

const char *parse_near_place(struct parse *p, const char *name, size_t len, char *buf, size_t size)
{
	const char *dot = len > 1 ? memchr(name + 1, '.', len - 1) : NULL;
	size_t first = dot ? (size_t)(dot - name) : len;
	struct suggest s;

	*buf = '\0';
	suggest_start(&s, name, first);
	env_suggest_places(p, &s);
	if (s.best && s.best_len + len - first < size - 20)
		snprintf(buf, size, "; did you mean '%.*s%.*s'?", (int)s.best_len, s.best,
			(int)(len - first), name + first);
	return buf;
}

void parse_env(struct parse *p, struct expr_env *env)
{
	env->lookup = env_lookup;
	env->size_of = env_size_of;
	env->suggest = env_suggest;
	env->arg = p;
}

int parse_unknown(struct parse *p, const struct tok *t, const char *what)
{
	struct suggest s;
	char buf[128];
	size_t i;

	suggest_start(&s, t->s, t->len);
	env_suggest(p, &s);
	for (i = 0; i < p->unit->n_maps; i++)
		suggest_offer(&s, p->unit->maps[i]->name, strlen(p->unit->maps[i]->name));
	/* of "vv.pid" the first part is what may be known */
	if (!*parse_near_place(p, t->s, t->len, buf, sizeof(buf)))
		suggest_text(&s, buf, sizeof(buf));
	return parse_error(p, t, "no %s '%.*s'%s", what, t->len < 60 ? (int)t->len : 60, t->s, buf);
}

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
	return expr_eval(p->diag, p->at, &p->env, &p->t, v);
}

int parse_imm32(struct parse *p, bool any_sign, const char *wide, int32_t *imm)
{
	const struct tok *t = p->t;
	int64_t v;

	if (parse_expr(p, &v))
		return -EINVAL;
	*imm = (int32_t)(uint32_t)v;
	if (v >= INT32_MIN && v <= (any_sign ? (int64_t)UINT32_MAX : INT32_MAX))
		return 0;
	return parse_error(p, t, "%lld does not fit in 32 bits%s%s", (long long)v, wide ? "; " : "",
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

static void emit_slot(
	struct parse *p, unsigned code, unsigned dst, unsigned src, int off, int32_t imm)
{
	struct ir_func *f = p->fn->ir;
	struct ir_insn *in;

	emit_line(p, f);
	if (f->n_insns == f->cap_insns &&
		pool_grow(p->pool, &f->insns, &f->cap_insns, f->n_insns, sizeof(*f->insns)))
		return;
	in = &f->insns[f->n_insns++];
	in->code = (uint8_t)code;
	in->dst = (uint8_t)dst;
	in->src = (uint8_t)src;
	in->off = (int16_t)off;
	in->imm = imm;
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
