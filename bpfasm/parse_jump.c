// SPDX-License-Identifier: MIT
/* parse_jump.c - if, goto and its kin, and calls by name or number without arguments. */
#include "parse_jump.h"

#include <errno.h>

#include "equ.h"
#include "gnu.h"
#include "helperuse.h"
#include "insn.h"

enum { JUMP_KERNEL_OLD = 4 << 16 | 17 << 8 };

/* The distance behind "pc", or alone: +5, -5; plain: 5, too. */
static int jump_distance(struct parse *p, unsigned code, bool plain, int64_t *by)
{
	bool wide = code == INSN_GOTOL || code == INSN_CALL_K; /* by imm */
	const struct tok *t = p->t;

	if (!plain && !parse_op(t, PUNCT('+', 0, 0)) && !parse_op(t, PUNCT('-', 0, 0)))
		return parse_error(p, t, "a distance is +N or -N");
	if (parse_take(p, PUNCT('+', 0, 0)) && p->t->kind == TOK_NUM &&
		parse_op(p->t + 1, PUNCT('<', 0, 0)))
		*by = (int64_t)p->t++->num; /* no comparison: objdump's comment follows */
	else if (parse_expr(p, by))
		return -EINVAL;
	if (*by >= (wide ? INT32_MIN : INT16_MIN) && *by <= (wide ? INT32_MAX : INT16_MAX))
		return 0;
	return parse_error(p, t, "a jump by %lld is too far%s%s", (long long)*by, wide ? "" : "; ",
		wide ? "" : label_far_hint(code));
}

/* What objdump adds behind a distance: <.text+0x10> */
static void jump_comment(struct parse *p)
{
	if (parse_op(p->t, PUNCT('<', 0, 0)))
		p->t = p->end;
}

/* A label, "1f", pc+N or +N; the jump itself is emitted here. */
int parse_jump(struct parse *p, unsigned code, unsigned dst, unsigned src, int32_t imm, bool plain)
{
	const struct tok *t = p->t;
	bool wide = code == INSN_GOTOL;
	int64_t by = 0;
	uint32_t len;

	if (t->kind == TOK_LOCAL ||
		(t->kind == TOK_NAME && !(parse_is(t, "pc") && t[1].kind == TOK_PUNCT))) {
		p->t++;
		parse_emit(p, code, dst, src, 0, imm);
		return label_jump(&p->fn->labels, p->pool, parse_pos(p, t), t->s, t->len,
			(uint32_t)p->fn->ir->n_insns - 1);
	}
	if (t->kind == TOK_END)
		return parse_error(p, t, "a label is missing here");
	if (t->kind == TOK_NUM && !plain)
		return parse_error(
			p, t, "a distance is written with its sign: +%.*s", (int)t->len, t->s);
	parse_take_name(p, "pc");
	if (jump_distance(p, code, plain, &by))
		return -EINVAL;
	len = (uint32_t)(p->t[-1].s + p->t[-1].len - t->s);
	jump_comment(p);
	parse_emit(p, code, dst, src, wide ? 0 : (int)by, wide ? (int32_t)by : imm);
	return flow_add_jump(
		&p->fn->flow, p->pool, parse_pos(p, t), len, (uint32_t)p->fn->ir->n_insns - 1);
}

int parse_goto_line(struct parse *p, unsigned code)
{
	const struct tok *t = p->t;
	struct parse_reg r;

	if (code != INSN_JA_X && code != INSN_CALL_X)
		return parse_jump(p, code, 0, 0, 0, false);
	if (parse_want_reg(p, &r))
		return -EINVAL;
	if (r.w)
		return parse_error(p, t, "an address is 64 bits wide: r%d", r.num);
	parse_emit(p, code, r.num, 0, 0, 0);
	return 0;
}

/* The comparison; its code, or 0 after an error. */
static unsigned jump_compare(struct parse *p)
{
	const struct tok *t = p->t++;
	bool sign = t->kind == TOK_NAME && t->len == 1 && t->s[0] == 's' && !t[1].spaced;

	if (sign)
		t = p->t++;
	if (t->kind == TOK_PUNCT) {
		switch (t->op) {
		case PUNCT('>', 0, 0): return sign ? INSN_JSGT : INSN_JGT;
		case PUNCT('<', 0, 0): return sign ? INSN_JSLT : INSN_JLT;
		case PUNCT('>', '=', 0): return sign ? INSN_JSGE : INSN_JGE;
		case PUNCT('<', '=', 0): return sign ? INSN_JSLE : INSN_JLE;
		case PUNCT('=', '=', 0): return sign ? 0 : INSN_JEQ;
		case PUNCT('!', '=', 0): return sign ? 0 : INSN_JNE;
		case PUNCT('&', 0, 0): return sign ? 0 : INSN_JSET;
		default: break;
		}
	}
	p->t = t;
	return 0;
}

/* The right side of a comparison: a constant, which the log prints as 32 bits without sign. */
static int jump_const(struct parse *p, bool w, int32_t *imm)
{
	const struct tok *t = p->t;

	if (parse_imm32(p, true, "load it into a register with 'rN = VALUE ll' first", imm))
		return -EINVAL;
	if (*imm < 0 && t->kind == TOK_NUM && !w && p->log_code < 0)
		parse_warn(p, t, "as 64 bits this is 0x%llx", (unsigned long long)(int64_t)*imm);
	return 0;
}

static int jump_no_goto(struct parse *p)
{
	const struct tok *t = p->t;
	struct suggest s;
	char buf[32];

	suggest_start(&s, t->s, t->kind == TOK_NAME ? t->len : 0);
	suggest_offer(&s, "goto", 4);
	return parse_error(p, t, "'goto' is missing here%s", suggest_text(&s, buf, sizeof(buf)));
}

int parse_if_line(struct parse *p)
{
	const struct tok *t;
	struct parse_reg a, b = {0, false};
	unsigned op, class;
	int32_t imm = 0;
	int is_reg;

	if (parse_want_reg(p, &a))
		return -EINVAL;
	op = jump_compare(p);
	if (!op)
		return parse_error(
			p, p->t, "a comparison is one of == != > >= < <= s> s>= s< s<= &");
	t = p->t;
	is_reg = parse_reg(p, &b);
	if (is_reg < 0)
		return is_reg;
	if (is_reg && a.w != b.w)
		return parse_error(p, t, "%c%d and %c%d are not equally wide", a.w ? 'w' : 'r',
			a.num, b.w ? 'w' : 'r', b.num);
	if (!is_reg && jump_const(p, a.w, &imm))
		return -EINVAL;
	if (!parse_take_name(p, "goto"))
		return jump_no_goto(p);
	class = a.w ? INSN_JMP32 : INSN_JMP;
	return parse_jump(p, class | op | (is_reg ? INSN_X : INSN_K), a.num, b.num, imm, false);
}

/* ---- calls ------------------------------------------------------------------------------- */

/* "kernel-function#ID" and "kernel-function#ID@MODULE" */
static int call_kfunc(struct parse *p)
{
	int32_t id;
	int64_t module = 0;

	p->t += 3;
	if (parse_want(p, PUNCT('#', 0, 0)) || parse_imm32(p, false, NULL, &id))
		return -EINVAL;
	if (parse_take(p, PUNCT('@', 0, 0)) && parse_expr(p, &module))
		return -EINVAL;
	if (module < 0 || module > UINT16_MAX)
		return parse_error(p, p->t - 1, "a module's index has 16 bits");
	parse_emit(p, INSN_CALL_K, 0, INSN_CALL_KFUNC, (int16_t)(uint16_t)module, id);
	return 0;
}

static int call_no_helper(struct parse *p, const struct tok *t, uint32_t id)
{
	const struct helper *h = helper_by_id(id);
	struct suggest s;
	char buf[128];

	suggest_start(&s, t->s, t->len);
	helper_suggest(&s);
	if (h)
		return parse_error(p, t, "no helper '%.*s', and number %u is '%s'%s", (int)t->len,
			t->s, (unsigned)id, h->name, suggest_text(&s, buf, sizeof(buf)));
	return parse_error(p, t,
		"no helper '%.*s': a function of the kernel that printed this, %u its BTF id or "
		"address there; kernel functions are called as 'call kernel-function#BTF_ID'%s",
		(int)t->len, t->s, (unsigned)id, suggest_text(&s, buf, sizeof(buf)));
}

/*
 * "NAME#N" as the verifier's log and bpftool have it.  In the log N is the helper's number; bpftool
 * prints of a loaded program how far the helper is from some other function.  So the name says
 * which helper it is; only "unknown" leaves that to the number.
 */
static int call_numbered(struct parse *p)
{
	const struct tok *t = p->t;
	const struct helper *h = helper_find(t->s, t->len), *other;
	int32_t id;

	p->t += 2;
	if (parse_imm32(p, true, NULL, &id))
		return -EINVAL;
	if (!h && !parse_is(t, "unknown") && !(parse_is(t, "bpf_unspec") && !id))
		return call_no_helper(p, t, (uint32_t)id);
	other = helper_by_id((uint32_t)id);
	if (h && other && other != h)
		parse_warn(p, t, "'%s' is helper %u; %u is '%s'", h->name, h->id, (unsigned)id,
			other->name);
	parse_emit(p, INSN_CALL_K, 0, INSN_CALL_HELPER, 0, h ? h->id : id);
	return 0;
}

static int call_pc(struct parse *p)
{
	const struct tok *t = p->t++;
	uint32_t len;
	int64_t by;

	if (jump_distance(p, INSN_CALL_K, false, &by))
		return -EINVAL;
	len = (uint32_t)(p->t[-1].s + p->t[-1].len - t->s);
	if (parse_take(p, PUNCT('#', 0, 0)))
		p->t = p->end; /* bpftool: the function's name and tag */
	parse_emit(p, INSN_CALL_K, 0, INSN_CALL_FUNC, 0, (int32_t)by);
	return flow_add_jump(
		&p->fn->flow, p->pool, parse_pos(p, t), len, (uint32_t)p->fn->ir->n_insns - 1);
}

/* "usdt_arg(N, OFF)": operand N of a USDT probe to r0, by way of the 8 bytes at r10 + OFF */
static int call_usdt(struct parse *p)
{
	const struct tok *name = p->t++, *t = ++p->t;
	int64_t n, off;
	int err;

	if (parse_expr(p, &n))
		return -EINVAL;
	if (n < 1 || n > IR_USDT_ARGS)
		return parse_error(p, t, "a probe's operands are 1 to %d", IR_USDT_ARGS);
	if (parse_op(p->t, PUNCT(')', 0, 0)))
		return parse_error(p, name,
			"this is 'call " IR_USDT_NAME "(N, OFFSET)'; the operand as a value is "
			"'rN = " IR_USDT_NAME "(N)'");
	if (parse_want(p, PUNCT(',', 0, 0)))
		return -EINVAL;
	t = p->t;
	if (parse_expr(p, &off))
		return -EINVAL;
	if (off < -FRAME_SIZE || off > -8 || off % 8)
		return parse_error(
			p, t, "the place on the stack is a multiple of 8, -%d to -8", FRAME_SIZE);
	if (parse_want(p, PUNCT(')', 0, 0)))
		return -EINVAL;
	err = parse_ref(p, IR_REF_USDT, name);
	parse_emit(p, INSN_CALL_K, 0, INSN_CALL_FUNC, (int)n, (int32_t)off);
	return err;
}

void parse_check_helper(struct parse *p, const struct tok *t, const struct helper *h)
{
	uint32_t want = h->kernel, have = 0;

	/* what is older than uprobes' perf events (4.17) is in every kernel this can be for */
	if (want > JUMP_KERNEL_OLD || p->o->kernel)
		have = equ_target_kernel(p->o);
	if (have && have < want)
		parse_error(p, t, "'%s' came with Linux %u.%u, this is for %u.%u", h->name,
			(unsigned)(want >> 16), (unsigned)(want >> 8 & 255), (unsigned)(have >> 16),
			(unsigned)(have >> 8 & 255));
	if (h->gpl_only && !p->gpl && !p->diag->quiet) {
		p->gpl = h;
		p->gpl_at = parse_pos(p, t);
	}
	helperuse_check(p, t, h);
}

int parse_call_line(struct parse *p)
{
	const struct tok *t = p->t;
	const struct helper *h;
	int32_t id;
	int err;

	if (parse_op(t, PUNCT('%', 0, 0)))
		return gnu_call_line(p);
	if (t->kind == TOK_NUM && parse_op(t + 1, PUNCT('#', 0, 0)))
		return parse_error(p, t,
			"this is where some function is in the kernel that printed it, to one who "
			"may not see names; call it by its name");
	if (t->kind != TOK_NAME) {
		if (parse_imm32(p, false, NULL, &id))
			return -EINVAL;
		parse_emit(p, INSN_CALL_K, 0, INSN_CALL_HELPER, 0, id);
		return 0;
	}
	if (parse_is(t, "pc"))
		return call_pc(p);
	if (parse_is(t, "kernel") && parse_op(t + 1, PUNCT('-', 0, 0)) &&
		parse_is(t + 2, "function"))
		return call_kfunc(p);
	if (parse_op(t + 1, PUNCT('#', 0, 0)))
		return call_numbered(p);
	if (parse_is(t, IR_USDT_NAME)) {
		if (parse_op(t + 1, PUNCT('(', 0, 0)))
			return call_usdt(p);
		return parse_error(p, t, "this is 'call " IR_USDT_NAME "(N, OFFSET)'");
	}
	p->t++;
	h = helper_find(t->s, t->len);
	if (h) {
		parse_check_helper(p, t, h);
		parse_emit(p, INSN_CALL_K, 0, INSN_CALL_HELPER, 0, h->id);
		return 0;
	}
	err = parse_ref(p, IR_REF_CALL, t);
	parse_emit(p, INSN_CALL_K, 0, INSN_CALL_FUNC, 0, -1);
	return err;
}
