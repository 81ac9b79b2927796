// SPDX-License-Identifier: MIT
/* parse_mem.c - loads, stores and atomics, and the other instructions that look like a call. */
#include <errno.h>

#include "global.h"
#include "insn.h"
#include "parse_mem.h"

static int mem_no_type(struct parse *p, const struct tok *t)
{
	const struct insn_size *size;
	struct suggest s;
	char buf[32];

	suggest_start(&s, t->s, t->kind == TOK_NAME ? t->len : 0);
	for (size = insn_sizes(); size->name; size++) {
		suggest_offer(&s, size->name, strlen(size->name));
		suggest_offer(&s, size->sname, strlen(size->sname));
	}
	return parse_error(p, t, "no width '%.*s'%s", (int)t->len, t->s,
		s.best ? suggest_text(&s, buf, sizeof(buf))
		       : "; u8 to u64 and s8 to s32 are there");
}

/* "u32 *)" after the first bracket: width and sign */
static int mem_type(struct parse *p, struct parse_mem *m)
{
	const struct tok *t = p->t;
	const struct insn_size *s;

	for (s = insn_sizes(); s->name; s++) {
		bool u = parse_is(t, s->name);

		if (!u && !parse_is(t, s->sname))
			continue;
		m->code = s->code;
		m->bytes = s->bytes;
		m->sign = !u;
		p->t++;
		if (parse_want(p, PUNCT('*', 0, 0)))
			return -EINVAL;
		return parse_want(p, PUNCT(')', 0, 0));
	}
	return mem_no_type(p, t);
}

int parse_offset(struct parse *p, struct parse_mem *m)
{
	const struct tok *t = p->t;
	int64_t off = 0;

	if (parse_take(p, PUNCT('+', 0, 0)) || parse_op(t, PUNCT('-', 0, 0)))
		if (parse_expr(p, &off))
			return -EINVAL;
	p->core.off = true;
	if (off < INT16_MIN || off > INT16_MAX)
		return parse_error(p, t + 1, "offset %lld does not fit in 16 bits", (long long)off);
	m->off = (int16_t)off;
	return 0;
}

int parse_addr(struct parse *p, struct parse_mem *m)
{
	const struct tok *t = p->t;
	struct parse_reg base;

	if (parse_want_reg(p, &base))
		return -EINVAL;
	if (base.w)
		return parse_error(p, t, "an address is 64 bits wide: r%d", base.num);
	m->base = base.num;
	return parse_offset(p, m);
}

int parse_mem(struct parse *p, struct parse_mem *m)
{
	if (parse_want(p, PUNCT('(', 0, 0)) || mem_type(p, m) || parse_want(p, PUNCT('(', 0, 0)) ||
		parse_addr(p, m))
		return -EINVAL;
	return parse_want(p, PUNCT(')', 0, 0));
}

/* "skb[14]", "skb[r7]", "skb[r7 + 14]": packet loads of classic BPF, into r0 */
static int mem_packet(struct parse *p, struct parse_reg dst, const struct parse_mem *m)
{
	const struct tok *t = p->t;
	struct parse_reg index;
	int32_t imm = 0;
	int is_reg;

	p->t++;
	if (dst.num || dst.w || m->sign || m->bytes == 8)
		return parse_error(p, t, "a packet load is 'r0 = *(u8 *)skb[...]', u8 to u32");
	if (parse_want(p, PUNCT('[', 0, 0)))
		return -EINVAL;
	is_reg = parse_reg(p, &index);
	if (is_reg < 0)
		return is_reg;
	if ((!is_reg || parse_take(p, PUNCT('+', 0, 0)) || parse_op(p->t, PUNCT('-', 0, 0))) &&
		parse_imm32(p, true, NULL, &imm))
		return -EINVAL;
	parse_emit(p, INSN_LD | m->code | (is_reg ? INSN_IND : INSN_ABS), 0, is_reg ? index.num : 0,
		0, imm);
	return parse_want(p, PUNCT(']', 0, 0));
}

/* the w form of a load or store is another spelling of the same instruction */
static int mem_width(
	struct parse *p, const struct tok *t, struct parse_reg r, const struct parse_mem *m)
{
	if (r.w && m->bytes == 8)
		return parse_error(p, t, "w%d does not hold 64 bits; write r%d", r.num, r.num);
	return 0;
}

int parse_load(struct parse *p, struct parse_reg dst)
{
	const struct tok *t = p->t - 3;
	struct parse_mem m = {0};

	if (parse_want(p, PUNCT('(', 0, 0)) || mem_type(p, &m))
		return -EINVAL;
	if (parse_is(p->t, "skb"))
		return mem_packet(p, dst, &m);
	if (parse_want(p, PUNCT('(', 0, 0)) || parse_addr(p, &m) ||
		parse_want(p, PUNCT(')', 0, 0)) || mem_width(p, t, dst, &m))
		return -EINVAL;
	if (m.sign && m.bytes == 8)
		m.sign = false; /* nothing is left to extend */
	parse_emit(
		p, INSN_LDX | m.code | (m.sign ? INSN_MEMSX : INSN_MEM), dst.num, m.base, m.off, 0);
	return 0;
}

int parse_store_imm(struct parse *p, const struct parse_mem *m, bool any_sign)
{
	const struct tok *t = p->t;
	int32_t imm;

	if (parse_imm32(p, any_sign, "a wider one goes through a register", &imm))
		return -EINVAL;
	if (m->bytes < 4 && (imm < -(1 << (8 * m->bytes - 1)) || imm >> (8 * m->bytes) > 0))
		parse_warn(p, t, "only the low %d bits of %d are stored", 8 * m->bytes, (int)imm);
	if (m->bytes == 8 && imm < 0 && t->kind == TOK_NUM)
		parse_warn(p, t, "as 64 bits this is 0x%llx", (unsigned long long)(int64_t)imm);
	parse_emit(p, INSN_ST | INSN_MEM | m->code, m->base, 0, m->off, imm);
	return 0;
}

int parse_store_line(struct parse *p)
{
	struct parse_mem m = {0};
	struct parse_reg src;
	const struct tok *t;
	int is_reg;

	if (parse_mem(p, &m))
		return -EINVAL;
	t = p->t;
	if (t->kind == TOK_PUNCT && t->op != PUNCT('=', 0, 0) && t->len > 1)
		return parse_error(p, t, "memory is changed by 'lock *(u64 *)(r1 +0) += r2'");
	if (parse_want(p, PUNCT('=', 0, 0)))
		return -EINVAL;
	t = p->t;
	is_reg = parse_reg(p, &src);
	if (is_reg < 0)
		return is_reg;
	if (!is_reg)
		return parse_store_imm(p, &m, m.bytes < 8);
	if (mem_width(p, t, src, &m))
		return -EINVAL;
	parse_emit(p, INSN_STX | INSN_MEM | m.code, m.base, src.num, m.off, 0);
	return 0;
}

/* ---- atomics ----------------------------------------------------------------------------- */

static int atomic_emit(struct parse *p, const struct parse_mem *m, struct parse_reg src, int32_t op)
{
	parse_emit(p, INSN_STX | INSN_ATOMIC | m->code, m->base, src.num, m->off, op);
	return 0;
}

static int atomic_width(struct parse *p, const struct tok *t, const struct parse_mem *m)
{
	if (m->sign || m->bytes < 4)
		return parse_error(p, t, "this is for u32 and u64");
	return 0;
}

int parse_lock_line(struct parse *p)
{
	const struct insn_atomic *a;
	struct parse_mem m = {0};
	const struct tok *t = p->t + 2, *op;
	struct parse_reg src;

	if (global_begins(p, p->t))
		return global_lock_line(p);
	if (parse_want(p, PUNCT('*', 0, 0)) || parse_mem(p, &m) || atomic_width(p, t, &m))
		return -EINVAL;
	op = p->t;
	for (a = insn_atomics(); a->name; a++)
		if (a->op && op->kind == TOK_PUNCT && op->len == strlen(a->op) &&
			!memcmp(op->s, a->op, op->len))
			break;
	if (!a->name)
		return parse_error(p, op, "'lock' takes +=, |=, &= or ^=");
	t = ++p->t;
	if (parse_want_reg(p, &src) || mem_width(p, t, src, &m))
		return -EINVAL;
	return atomic_emit(p, &m, src, a->imm);
}

/* "(u64 *)(r2 +0)", or with LLVM's xchg_64 and cmpxchg_64 "r2 + 0" */
static int atomic_addr(struct parse *p, struct parse_mem *m)
{
	if (!parse_take(p, PUNCT('(', 0, 0)))
		return parse_addr(p, m);
	p->t--;
	return parse_mem(p, m);
}

/* ", src)" where the result comes back in the same register */
static int atomic_same(struct parse *p, struct parse_reg dst, struct parse_mem *m, int32_t op)
{
	const struct tok *t;
	struct parse_reg src;

	if (parse_want(p, PUNCT(',', 0, 0)))
		return -EINVAL;
	t = p->t;
	if (parse_want_reg(p, &src) || mem_width(p, t, src, m))
		return -EINVAL;
	if (src.num != dst.num || src.w != dst.w)
		return parse_error(p, t,
			"the old value comes back in the register that was given: %c%d",
			dst.w ? 'w' : 'r', dst.num);
	return atomic_emit(p, m, src, op);
}

/* ", r0, src)": compared with r0, the old value comes back there */
static int atomic_cmpxchg(struct parse *p, struct parse_reg dst, struct parse_mem *m)
{
	const struct tok *t;
	struct parse_reg old, src;

	if (parse_want(p, PUNCT(',', 0, 0)))
		return -EINVAL;
	t = p->t;
	if (parse_want_reg(p, &old) || parse_want(p, PUNCT(',', 0, 0)))
		return -EINVAL;
	if (old.num || dst.num || old.w != dst.w)
		return parse_error(p, t, "cmpxchg compares with r0 and returns in r0");
	t = p->t;
	if (parse_want_reg(p, &src) || mem_width(p, t, src, m))
		return -EINVAL;
	if (src.w != dst.w)
		return parse_error(p, t, "w and r registers are mixed");
	return atomic_emit(p, m, src, INSN_A_CMPXCHG);
}

static int atomic_acquire(struct parse *p, struct parse_reg dst, const struct parse_mem *m)
{
	parse_emit(p, INSN_STX | INSN_ATOMIC | m->code, dst.num, m->base, m->off, INSN_A_LOAD_ACQ);
	return 0;
}

int parse_release_line(struct parse *p)
{
	struct parse_mem m = {0};
	struct parse_reg src;
	const struct tok *t;

	if (parse_want(p, PUNCT('(', 0, 0)) || parse_mem(p, &m) || parse_want(p, PUNCT(',', 0, 0)))
		return -EINVAL;
	t = p->t;
	if (parse_want_reg(p, &src) || mem_width(p, t, src, &m))
		return -EINVAL;
	atomic_emit(p, &m, src, INSN_A_STORE_REL);
	return parse_want(p, PUNCT(')', 0, 0));
}

/* The kernel's and LLVM's names; bytes 0: the type in brackets says it. */
static const struct atomic_name {
	const char *name;
	int32_t op;
	uint8_t bytes;
} atomic_names[] = {
	{"atomic64_fetch_add", INSN_A_ADD | INSN_FETCH, 8},
	{"atomic64_fetch_or", INSN_A_OR | INSN_FETCH, 8},
	{"atomic64_fetch_and", INSN_A_AND | INSN_FETCH, 8},
	{"atomic64_fetch_xor", INSN_A_XOR | INSN_FETCH, 8},
	{"atomic64_xchg", INSN_A_XCHG, 8},
	{"atomic64_cmpxchg", INSN_A_CMPXCHG, 8},
	{"atomic_fetch_add", INSN_A_ADD | INSN_FETCH, 0},
	{"atomic_fetch_or", INSN_A_OR | INSN_FETCH, 0},
	{"atomic_fetch_and", INSN_A_AND | INSN_FETCH, 0},
	{"atomic_fetch_xor", INSN_A_XOR | INSN_FETCH, 0},
	{"atomic_xchg", INSN_A_XCHG, 4},
	{"atomic_cmpxchg", INSN_A_CMPXCHG, 4},
	{"xchg_64", INSN_A_XCHG, 8},
	{"xchg32_32", INSN_A_XCHG, 4},
	{"cmpxchg_64", INSN_A_CMPXCHG, 8},
	{"cmpxchg32_32", INSN_A_CMPXCHG, 4},
	{"load_acquire", INSN_A_LOAD_ACQ, 1},
};

static int atomic_call(struct parse *p, struct parse_reg dst, const struct atomic_name *a)
{
	struct parse_mem m = {0};
	const struct tok *t;
	int err;

	p->t += 2;
	t = p->t + 1;
	m.bytes = a->bytes;
	m.code = a->bytes == 8 ? INSN_DW : INSN_W;
	if (atomic_addr(p, &m) || mem_width(p, t, dst, &m))
		return -EINVAL;
	if (a->op == INSN_A_LOAD_ACQ)
		err = m.sign ? parse_error(p, t, "this is for u8 to u64")
			     : atomic_acquire(p, dst, &m);
	else if (atomic_width(p, t, &m))
		return -EINVAL;
	else if (a->bytes && a->bytes != m.bytes)
		err = parse_error(p, t, "'%s' is for u%d", a->name, 8 * a->bytes);
	else if (a->op == INSN_A_CMPXCHG)
		err = atomic_cmpxchg(p, dst, &m);
	else
		err = atomic_same(p, dst, &m, a->op);
	return err || parse_want(p, PUNCT(')', 0, 0)) ? -EINVAL : 1;
}

/* ---- address spaces and constants that the kernel fills in ------------------------------- */

/* "addr_space_cast(r2, TO, FROM)", 6.9 */
static int mem_cast(struct parse *p, struct parse_reg dst)
{
	const struct tok *t = p->t;
	struct parse_reg src;
	int64_t to, from;

	p->t += 2;
	if (parse_want_reg(p, &src) || parse_want(p, PUNCT(',', 0, 0)) || parse_expr(p, &to) ||
		parse_want(p, PUNCT(',', 0, 0)) || parse_expr(p, &from) ||
		parse_want(p, PUNCT(')', 0, 0)))
		return -EINVAL;
	if (dst.w || src.w || to < 0 || to > 0xffff || from < 0 || from > 0xffff)
		return parse_error(p, t, "this is 'r1 = addr_space_cast(r2, TO, FROM)'");
	parse_emit(p, INSN_ALU64 | INSN_MOV | INSN_X, dst.num, src.num, INSN_OFF_ADDR_CAST,
		(int32_t)(uint32_t)(to << 16 | from));
	return 1;
}

/* map_fd(3) ll and its kin: what src of ld_imm64 says */
static const struct imm64_name {
	const char *name;
	uint8_t src, args;
} imm64_names[] = {
	{"map_fd", INSN_IMM64_MAP_FD, 1},
	{"map_value", INSN_IMM64_MAP_VALUE, 2},
	{"btf_id", INSN_IMM64_BTF_ID, 2},
	{"func", INSN_IMM64_FUNC, 1},
	{"map_idx", INSN_IMM64_MAP_IDX, 1},
	{"map_idx_value", INSN_IMM64_MAP_IDX_VALUE, 2},
};

static int imm64_call(struct parse *p, struct parse_reg dst, const struct imm64_name *n)
{
	const struct tok *t = p->t;
	int32_t v[2] = {0, 0};
	unsigned i;

	p->t += 2;
	for (i = 0; i < n->args; i++) {
		if (i && parse_want(p, PUNCT(',', 0, 0)))
			return -EINVAL;
		/* a function is as far as a jump to it: pc+N */
		if (n->src == INSN_IMM64_FUNC && parse_take_name(p, "pc"))
			parse_take(p, PUNCT('+', 0, 0));
		if (parse_imm32(p, true, NULL, &v[i]))
			return -EINVAL;
	}
	if (parse_want(p, PUNCT(')', 0, 0)))
		return -EINVAL;
	parse_take_name(p, "ll");
	if (dst.w)
		return parse_error(p, t, "this is 64 bits wide; write r%d", dst.num);
	parse_emit_imm64(p, dst.num, n->src, (uint64_t)(uint32_t)v[1] << 32 | (uint32_t)v[0]);
	return 1;
}

/* "map[fd:3]", "map[fd:3][0]+4" as bpftool writes them */
static int imm64_bpftool(struct parse *p, struct parse_reg dst)
{
	const struct tok *t = p->t;
	int32_t fd, off = 0;
	bool value;

	p->t += 2;
	if (parse_is(p->t, "id"))
		return parse_error(p, p->t,
			"an instruction holds no map's id; name the map ('&NAME'), or its "
			"descriptor: 'map[fd:N]'");
	if (!parse_take_name(p, "fd"))
		return parse_error(p, p->t, "only 'map[fd:N]' names a map by a number");
	if (dst.w)
		return parse_error(p, t, "this is 64 bits wide; write r%d", dst.num);
	if (parse_want(p, PUNCT(':', 0, 0)) || parse_imm32(p, false, NULL, &fd) ||
		parse_want(p, PUNCT(']', 0, 0)))
		return -EINVAL;
	value = parse_take(p, PUNCT('[', 0, 0));
	if (value && (parse_imm32(p, false, NULL, &off) || parse_want(p, PUNCT(']', 0, 0)) ||
			     parse_want(p, PUNCT('+', 0, 0)) || parse_imm32(p, true, NULL, &off)))
		return -EINVAL;
	parse_emit_imm64(p, dst.num, value ? INSN_IMM64_MAP_VALUE : INSN_IMM64_MAP_FD,
		(uint64_t)(uint32_t)off << 32 | (uint32_t)fd);
	return 1;
}

/* "subprog[+5]" as bpftool writes a callback: func(pc+5) */
static int imm64_subprog(struct parse *p, struct parse_reg dst)
{
	const struct tok *t = p->t;
	int32_t by;

	p->t += 2;
	parse_take(p, PUNCT('+', 0, 0));
	if (parse_imm32(p, false, NULL, &by) || parse_want(p, PUNCT(']', 0, 0)))
		return -EINVAL;
	if (dst.w)
		return parse_error(p, t, "this is 64 bits wide; write r%d", dst.num);
	parse_emit_imm64(p, dst.num, INSN_IMM64_FUNC, (uint32_t)by);
	return 1;
}

/* "ld_pseudo r1, SRC, VALUE": LLVM's ld_imm64 of any kind, by the number that src is then */
int parse_pseudo_line(struct parse *p)
{
	const struct tok *t = p->t;
	struct parse_reg dst;
	int64_t src, v;

	if (parse_want_reg(p, &dst))
		return -EINVAL;
	if (dst.w)
		return parse_error(p, t, "this is 64 bits wide; write r%d", dst.num);
	if (parse_want(p, PUNCT(',', 0, 0)))
		return -EINVAL;
	t = p->t;
	if (parse_expr(p, &src))
		return -EINVAL;
	if (src < INSN_IMM64_PLAIN || src > INSN_IMM64_MAP_IDX_VALUE)
		return parse_error(
			p, t, "what the constant stands for is 0 to %d", INSN_IMM64_MAP_IDX_VALUE);
	if (parse_want(p, PUNCT(',', 0, 0)) || parse_expr(p, &v))
		return -EINVAL;
	parse_emit_imm64(p, dst.num, (unsigned)src, (uint64_t)v);
	return 0;
}

int parse_builtin(struct parse *p, struct parse_reg dst)
{
	const struct tok *t = p->t;
	size_t i;

	if (parse_is(t, "map") && parse_op(t + 1, PUNCT('[', 0, 0)))
		return imm64_bpftool(p, dst);
	if (parse_is(t, "subprog") && parse_op(t + 1, PUNCT('[', 0, 0)))
		return imm64_subprog(p, dst);
	/* all of these names begin with one of few letters, helpers with none of them */
	if (!parse_op(t + 1, PUNCT('(', 0, 0)) || !memchr("axclmbf", t->s[0], 7))
		return 0;
	for (i = 0; i < sizeof(atomic_names) / sizeof(atomic_names[0]); i++)
		if (parse_is(t, atomic_names[i].name))
			return atomic_call(p, dst, &atomic_names[i]);
	for (i = 0; i < sizeof(imm64_names) / sizeof(imm64_names[0]); i++)
		if (parse_is(t, imm64_names[i].name))
			return imm64_call(p, dst, &imm64_names[i]);
	return parse_is(t, "addr_space_cast") ? mem_cast(p, dst) : 0;
}
