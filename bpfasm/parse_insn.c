// SPDX-License-Identifier: MIT
/* parse_insn.c - lines that begin with a register: arithmetic, and what may stand behind '='. */
#include <errno.h>

#include "insn.h"
#include "parse_insn.h"
#include "parse_mem.h"
#include "sugar.h"

static const char alu_wide[] = "a wider constant is written 'rN = VALUE ll'";

static unsigned alu_class(struct parse_reg dst)
{
	return dst.w ? INSN_ALU : INSN_ALU64;
}

/* the right side of an operation: a register of the same width or a constant */
static int alu_operand(struct parse *p, struct parse_reg dst, unsigned op, int off)
{
	const struct tok *t = p->t;
	struct parse_reg src;
	int32_t imm;
	int is_reg = parse_reg(p, &src);

	if (is_reg < 0)
		return is_reg;
	if (is_reg && src.w != dst.w)
		return parse_error(p, t, "%c%d and %c%d are not equally wide", dst.w ? 'w' : 'r',
			dst.num, src.w ? 'w' : 'r', src.num);
	if (is_reg) {
		parse_emit(p, alu_class(dst) | op | INSN_X, dst.num, src.num, off, 0);
		return 0;
	}
	if (parse_imm32(p, dst.w, op == INSN_MOV ? alu_wide : "load it with 'rN = VALUE ll' first",
		    &imm))
		return -EINVAL;
	parse_emit(p, alu_class(dst) | op | INSN_K, dst.num, 0, off, imm);
	return 0;
}

/* s>>=, s/=, s%=: the s is a token of its own */
static int alu_signed(struct parse *p, struct parse_reg dst)
{
	const struct tok *t = p->t + 1;

	if (t->spaced || t->kind != TOK_PUNCT)
		return parse_error(
			p, p->t, "an operator is missing before '%.*s'", (int)p->t->len, p->t->s);
	p->t += 2;
	switch (t->op) {
	case PUNCT('>', '>', '='): return alu_operand(p, dst, INSN_ARSH, 0);
	case PUNCT('/', '=', 0): return alu_operand(p, dst, INSN_DIV, 1);
	case PUNCT('%', '=', 0): return alu_operand(p, dst, INSN_MOD, 1);
	default:
		return parse_error(p, t, "no signed operator 's%.*s'; s>>=, s/= and s%%= are there",
			(int)t->len, t->s);
	}
}

/* "r1 = -r1": there is no other target than the operand itself */
static int alu_neg(struct parse *p, struct parse_reg dst)
{
	const struct tok *t = ++p->t;
	struct parse_reg src;

	if (parse_want_reg(p, &src))
		return -EINVAL;
	if (src.num != dst.num || src.w != dst.w)
		return parse_error(p, t, "only '%c%d = -%c%d' is an instruction", dst.w ? 'w' : 'r',
			dst.num, dst.w ? 'w' : 'r', dst.num);
	parse_emit(p, alu_class(dst) | INSN_NEG, dst.num, 0, 0, 0);
	return 0;
}

/* "(s8)r2": movsx, 6.6 */
static int alu_cast(struct parse *p, struct parse_reg dst)
{
	const struct tok *type = p->t + 1, *t = p->t + 3;
	struct parse_reg src;
	int off = type->len == 2 ? 8 : type->s[1] == '1' ? 16 : 32;

	p->t += 3;
	if (parse_want_reg(p, &src))
		return -EINVAL;
	if (dst.w && off == 32)
		return parse_error(p, t, "'(s32)' makes 64 bits of 32; write 'r%d = (s32)r%d'",
			dst.num, src.num);
	if (src.w != dst.w)
		return parse_error(p, t,
			"%c%d and %c%d are not equally wide; write '%c%d = (s%d)%c%d'",
			dst.w ? 'w' : 'r', dst.num, src.w ? 'w' : 'r', src.num, dst.w ? 'w' : 'r',
			dst.num, off, dst.w ? 'w' : 'r', src.num);
	parse_emit(p, alu_class(dst) | INSN_MOV | INSN_X, dst.num, src.num, off, 0);
	return 0;
}

static bool alu_is_cast(const struct tok *t)
{
	return parse_op(t, PUNCT('(', 0, 0)) && parse_op(t + 2, PUNCT(')', 0, 0)) &&
	       (parse_is(t + 1, "s8") || parse_is(t + 1, "s16") || parse_is(t + 1, "s32"));
}

/* "&(void __percpu *)(r2)": only in a listing of what the verifier made, 6.10 */
static bool alu_is_percpu(const struct tok *t)
{
	return parse_op(t, PUNCT('&', 0, 0)) && parse_op(t + 1, PUNCT('(', 0, 0)) &&
	       parse_is(t + 2, "void") && parse_is(t + 3, "__percpu");
}

static int alu_percpu(struct parse *p, struct parse_reg dst)
{
	const struct tok *t = p->t;
	struct parse_reg src;

	p->t += 4;
	if (parse_want(p, PUNCT('*', 0, 0)) || parse_want(p, PUNCT(')', 0, 0)) ||
		parse_want(p, PUNCT('(', 0, 0)) || parse_want_reg(p, &src) ||
		parse_want(p, PUNCT(')', 0, 0)))
		return -EINVAL;
	if (dst.w || src.w)
		return parse_error(
			p, t, "an address is 64 bits wide: r%d", dst.w ? dst.num : src.num);
	parse_emit(p, INSN_ALU64 | INSN_MOV | INSN_X, dst.num, src.num, INSN_OFF_PERCPU, 0);
	return 0;
}

/* be16 r1, le32 r1, bswap64 r1; 0: something else */
static int alu_swap(struct parse *p, struct parse_reg dst)
{
	const struct tok *t = p->t;
	static const struct {
		const char *name;
		uint8_t code, bits;
	} swaps[] = {
		{"be16", INSN_ALU | INSN_END | INSN_X, 16},
		{"be32", INSN_ALU | INSN_END | INSN_X, 32},
		{"be64", INSN_ALU | INSN_END | INSN_X, 64},
		{"le16", INSN_ALU | INSN_END, 16},
		{"le32", INSN_ALU | INSN_END, 32},
		{"le64", INSN_ALU | INSN_END, 64},
		{"bswap16", INSN_ALU64 | INSN_END, 16},
		{"bswap32", INSN_ALU64 | INSN_END, 32},
		{"bswap64", INSN_ALU64 | INSN_END, 64},
	};
	struct parse_reg src;
	size_t i;

	if (t[1].kind != TOK_NAME)
		return 0;
	for (i = 0; i < sizeof(swaps) / sizeof(swaps[0]) && !parse_is(t, swaps[i].name); i++)
		;
	if (i == sizeof(swaps) / sizeof(swaps[0]))
		return 0;
	p->t++;
	if (parse_want_reg(p, &src))
		return -EINVAL;
	if (src.num != dst.num || src.w || dst.w)
		return parse_error(p, t + 1, "only 'r%d = %s r%d' is an instruction", dst.num,
			swaps[i].name, dst.num);
	parse_emit(p, swaps[i].code, dst.num, 0, 0, swaps[i].bits);
	return 1;
}

/* A constant: 32 bits in one slot, with "ll" behind it 64 bits in two. */
static int assign_const(struct parse *p, struct parse_reg dst)
{
	const struct tok *t = p->t, *end;
	char text[64];
	int64_t v;

	if (parse_expr(p, &v))
		return -EINVAL;
	end = p->t;
	if (parse_take_name(p, "ll") || p->log_code == INSN_LD_IMM64) {
		if (dst.w)
			return parse_error(
				p, t, "w%d is 32 bits wide; write r%d", dst.num, dst.num);
		parse_emit_imm64(p, dst.num, INSN_IMM64_PLAIN, (uint64_t)v);
		return 0;
	}
	if (v < INT32_MIN || v > (dst.w ? (int64_t)UINT32_MAX : INT32_MAX))
		return parse_error(p, t, "%s does not fit in 32 bits; %s",
			parse_value_text(t, end, v, text, sizeof(text)),
			dst.w ? "w registers hold no more" : alu_wide);
	parse_emit(p, alu_class(dst) | INSN_MOV, dst.num, 0, 0, (int32_t)(uint32_t)v);
	return 0;
}

static int assign_name(struct parse *p, struct parse_reg dst)
{
	int done = alu_swap(p, dst);

	if (!done)
		done = parse_builtin(p, dst);
	if (!done)
		done = sugar_assign(p, dst);
	return done < 0 ? done : done ? 0 : assign_const(p, dst);
}

/* the right side of "dst =" */
static int parse_assign(struct parse *p, struct parse_reg dst)
{
	const struct tok *t = p->t;
	struct parse_reg src;
	int done;

	if (t->kind == TOK_NUM)
		return assign_const(p, dst);
	if (parse_op(t, PUNCT('*', 0, 0))) {
		p->t++;
		return parse_load(p, dst);
	}
	if (t->kind == TOK_NAME && !parse_op(t + 1, PUNCT('-', '>', 0))) {
		done = parse_reg(p, &src);
		if (!done)
			return assign_name(p, dst);
		p->t = t;
		return done < 0 ? done : alu_operand(p, dst, INSN_MOV, 0);
	}
	if (parse_op(t, PUNCT('-', 0, 0)) && t[1].kind == TOK_NAME &&
		(t[1].s[0] == 'r' || t[1].s[0] == 'w') && parse_is_reserved(t + 1))
		return alu_neg(p, dst);
	if (alu_is_cast(t))
		return alu_cast(p, dst);
	if (alu_is_percpu(t))
		return alu_percpu(p, dst);
	if (t->kind == TOK_END)
		return parse_error(p, t, "a value is missing behind '='");
	done = sugar_assign(p, dst);
	return done < 0 ? done : done ? 0 : assign_const(p, dst);
}

int parse_reg_line(struct parse *p, struct parse_reg dst)
{
	const struct tok *t = p->t;

	if (t->kind == TOK_NAME && t->len == 1 && t->s[0] == 's')
		return alu_signed(p, dst);
	if (t->kind != TOK_PUNCT)
		return parse_error(p, t, "'=' or another operator expected");
	p->t++;
	switch (t->op) {
	case PUNCT('=', 0, 0): return parse_assign(p, dst);
	case PUNCT('+', '=', 0): return alu_operand(p, dst, INSN_ADD, 0);
	case PUNCT('-', '=', 0): return alu_operand(p, dst, INSN_SUB, 0);
	case PUNCT('*', '=', 0): return alu_operand(p, dst, INSN_MUL, 0);
	case PUNCT('/', '=', 0): return alu_operand(p, dst, INSN_DIV, 0);
	case PUNCT('%', '=', 0): return alu_operand(p, dst, INSN_MOD, 0);
	case PUNCT('|', '=', 0): return alu_operand(p, dst, INSN_OR, 0);
	case PUNCT('&', '=', 0): return alu_operand(p, dst, INSN_AND, 0);
	case PUNCT('^', '=', 0): return alu_operand(p, dst, INSN_XOR, 0);
	case PUNCT('<', '<', '='): return alu_operand(p, dst, INSN_LSH, 0);
	case PUNCT('>', '>', '='): return alu_operand(p, dst, INSN_RSH, 0);
	case PUNCT('-', '>', 0): return sugar_field_line(p, dst);
	default:
		p->t--;
		return parse_error(
			p, t, "'%.*s' is no operator of an instruction", (int)t->len, t->s);
	}
}
