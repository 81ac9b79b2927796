// SPDX-License-Identifier: MIT
/*
 * gnu.c - instructions by their mnemonics, as GNU's bpf-as has them: "ldxdw %r1, [%fp-8]".
 *
 * A row of the table says what stands behind a mnemonic (its form) and which opcode it is.  Most
 * have a second one that works on 32 bits and is the same name with 32 behind it.  The text gives
 * the bytes that bpf-as gives, also where no kernel takes them; then there is a warning.
 *
 * Names of instructions and registers are taken in capital letters, too, as bpf-as takes them.
 * The names are those of binutils 2.42.  Instructions that it has none for (may_goto, load_acquire,
 * store_release, addr_space_cast, gotox) are written in the other dialect, in the same text.
 */
#include "gnu.h"

#include <errno.h>

#include "insn.h"
#include "operand.h"
#include "parse_fn.h"
#include "parse_jump.h"
#include "parse_mem.h"

enum gnu_form {
	GNU_ALU,
	GNU_NEG,
	GNU_MOVS,
	GNU_SWAP,
	GNU_IMM64,
	GNU_ABS,
	GNU_IND,
	GNU_LDX,
	GNU_ST,
	GNU_STX,
	GNU_ATOMIC,
	GNU_JA,
	GNU_JMP,
};

/* What stands behind the mnemonic. */
static const char *const gnu_usage[] = {
	[GNU_ALU] = "REG, REG or VALUE",
	[GNU_NEG] = "REG",
	[GNU_MOVS] = "REG, REG, 8 or 16 or 32",
	[GNU_SWAP] = "REG, 16 or 32 or 64",
	[GNU_IMM64] = "REG, VALUE or MAP",
	[GNU_ABS] = "VALUE",
	[GNU_IND] = "REG, VALUE",
	[GNU_LDX] = "REG, [REG + OFFSET]",
	[GNU_ST] = "[REG + OFFSET], VALUE",
	[GNU_STX] = "[REG + OFFSET], REG",
	[GNU_ATOMIC] = "[REG + OFFSET], REG",
	[GNU_JA] = "LABEL or DISTANCE",
	[GNU_JMP] = "REG, REG or VALUE, LABEL or DISTANCE",
};

struct gnu_row {
	const char *name; /* with the 32 at its end, where there is a code32 */
	uint8_t form;
	uint8_t code, code32; /* code32: with 32 behind the name; 0: there is none */
	uint8_t imm;	      /* GNU_ATOMIC */
	uint8_t off;
};

/* clang-format off */
#define GNU_ROW_ALU(name, op, off) \
	{name "32", GNU_ALU, INSN_ALU64 | (op), INSN_ALU | (op), 0, off}
#define GNU_ROW_JMP(name, op) \
	{name "32", GNU_JMP, INSN_JMP | (op), INSN_JMP32 | (op), 0, 0}
#define GNU_ROW_MEM(name, form, code) \
	{name, form, code, 0, 0, 0}
#define GNU_ROW_A(name, imm) \
	{name "32", GNU_ATOMIC, GNU_STX_A | INSN_DW, GNU_STX_A | INSN_W, imm, 0}
/* clang-format on */

enum { GNU_STX_A = INSN_STX | INSN_ATOMIC };

/* in the order of the names without that 32 */
static const struct gnu_row gnu_rows[] = {
	GNU_ROW_A("aadd", INSN_A_ADD),
	GNU_ROW_A("aand", INSN_A_AND),
	GNU_ROW_A("acmp", INSN_A_CMPXCHG),
	GNU_ROW_ALU("add", INSN_ADD, 0),
	GNU_ROW_A("afadd", INSN_A_ADD | INSN_FETCH),
	GNU_ROW_A("afand", INSN_A_AND | INSN_FETCH),
	GNU_ROW_A("afor", INSN_A_OR | INSN_FETCH),
	GNU_ROW_A("afxor", INSN_A_XOR | INSN_FETCH),
	GNU_ROW_ALU("and", INSN_AND, 0),
	GNU_ROW_A("aor", INSN_A_OR),
	GNU_ROW_ALU("arsh", INSN_ARSH, 0),
	GNU_ROW_A("axchg", INSN_A_XCHG),
	GNU_ROW_A("axor", INSN_A_XOR),
	{"bswap", GNU_SWAP, INSN_ALU64 | INSN_END, 0, 0, 0},
	GNU_ROW_ALU("div", INSN_DIV, 0),
	{"endbe", GNU_SWAP, INSN_ALU | INSN_END | INSN_X, 0, 0, 0},
	{"endle", GNU_SWAP, INSN_ALU | INSN_END, 0, 0, 0},
	{"ja", GNU_JA, INSN_GOTO, 0, 0, 0},
	{"jal", GNU_JA, INSN_GOTOL, 0, 0, 0},
	GNU_ROW_JMP("jeq", INSN_JEQ),
	GNU_ROW_JMP("jge", INSN_JGE),
	GNU_ROW_JMP("jgt", INSN_JGT),
	GNU_ROW_JMP("jle", INSN_JLE),
	GNU_ROW_JMP("jlt", INSN_JLT),
	GNU_ROW_JMP("jne", INSN_JNE),
	GNU_ROW_JMP("jset", INSN_JSET),
	GNU_ROW_JMP("jsge", INSN_JSGE),
	GNU_ROW_JMP("jsgt", INSN_JSGT),
	GNU_ROW_JMP("jsle", INSN_JSLE),
	GNU_ROW_JMP("jslt", INSN_JSLT),
	GNU_ROW_MEM("ldabsb", GNU_ABS, INSN_LD | INSN_ABS | INSN_B),
	GNU_ROW_MEM("ldabsdw", GNU_ABS, INSN_LD | INSN_ABS | INSN_DW),
	GNU_ROW_MEM("ldabsh", GNU_ABS, INSN_LD | INSN_ABS | INSN_H),
	GNU_ROW_MEM("ldabsw", GNU_ABS, INSN_LD | INSN_ABS | INSN_W),
	GNU_ROW_MEM("lddw", GNU_IMM64, INSN_LD_IMM64),
	GNU_ROW_MEM("ldindb", GNU_IND, INSN_LD | INSN_IND | INSN_B),
	GNU_ROW_MEM("ldinddw", GNU_IND, INSN_LD | INSN_IND | INSN_DW),
	GNU_ROW_MEM("ldindh", GNU_IND, INSN_LD | INSN_IND | INSN_H),
	GNU_ROW_MEM("ldindw", GNU_IND, INSN_LD | INSN_IND | INSN_W),
	GNU_ROW_MEM("ldxb", GNU_LDX, INSN_LDX | INSN_MEM | INSN_B),
	GNU_ROW_MEM("ldxdw", GNU_LDX, INSN_LDX | INSN_MEM | INSN_DW),
	GNU_ROW_MEM("ldxh", GNU_LDX, INSN_LDX | INSN_MEM | INSN_H),
	GNU_ROW_MEM("ldxsb", GNU_LDX, INSN_LDX | INSN_MEMSX | INSN_B),
	GNU_ROW_MEM("ldxsdw", GNU_LDX, INSN_LDX | INSN_MEMSX | INSN_DW),
	GNU_ROW_MEM("ldxsh", GNU_LDX, INSN_LDX | INSN_MEMSX | INSN_H),
	GNU_ROW_MEM("ldxsw", GNU_LDX, INSN_LDX | INSN_MEMSX | INSN_W),
	GNU_ROW_MEM("ldxw", GNU_LDX, INSN_LDX | INSN_MEM | INSN_W),
	GNU_ROW_ALU("lsh", INSN_LSH, 0),
	GNU_ROW_ALU("mod", INSN_MOD, 0),
	GNU_ROW_ALU("mov", INSN_MOV, 0),
	/* movs32's name in GNU's manual */
	{"mov32s", GNU_MOVS, INSN_ALU | INSN_MOV | INSN_X, 0, 0, 0},
	{"movs32", GNU_MOVS, INSN_ALU64 | INSN_MOV | INSN_X, INSN_ALU | INSN_MOV | INSN_X, 0, 0},
	GNU_ROW_ALU("mul", INSN_MUL, 0),
	{"neg32", GNU_NEG, INSN_ALU64 | INSN_NEG, INSN_ALU | INSN_NEG, 0, 0},
	GNU_ROW_ALU("or", INSN_OR, 0),
	GNU_ROW_ALU("rsh", INSN_RSH, 0),
	GNU_ROW_ALU("sdiv", INSN_DIV, 1),
	GNU_ROW_ALU("smod", INSN_MOD, 1),
	GNU_ROW_MEM("stb", GNU_ST, INSN_ST | INSN_MEM | INSN_B),
	GNU_ROW_MEM("stdw", GNU_ST, INSN_ST | INSN_MEM | INSN_DW),
	GNU_ROW_MEM("sth", GNU_ST, INSN_ST | INSN_MEM | INSN_H),
	GNU_ROW_MEM("stw", GNU_ST, INSN_ST | INSN_MEM | INSN_W),
	GNU_ROW_MEM("stxb", GNU_STX, INSN_STX | INSN_MEM | INSN_B),
	GNU_ROW_MEM("stxdw", GNU_STX, INSN_STX | INSN_MEM | INSN_DW),
	GNU_ROW_MEM("stxh", GNU_STX, INSN_STX | INSN_MEM | INSN_H),
	GNU_ROW_MEM("stxw", GNU_STX, INSN_STX | INSN_MEM | INSN_W),
	GNU_ROW_ALU("sub", INSN_SUB, 0),
	/* before atomics had names of their own */
	{"xadddw", GNU_ATOMIC, GNU_STX_A | INSN_DW, 0, INSN_A_ADD, 0},
	{"xaddw", GNU_ATOMIC, GNU_STX_A | INSN_W, 0, INSN_A_ADD, 0},
	GNU_ROW_ALU("xor", INSN_XOR, 0),
};

enum { GNU_ROWS = sizeof(gnu_rows) / sizeof(gnu_rows[0]), GNU_NAME_MAX = 8 };

/* The instruction that is being read. */
struct gnu {
	struct parse *p;
	const struct tok *name;
	const struct gnu_row *row;
	unsigned code;
	bool wide; /* its registers hold 64 bits: no w register may be one */
};

/* The length of a row's name, without the 32. */
static size_t gnu_name_len(const struct gnu_row *row)
{
	return strlen(row->name) - (row->code32 ? 2 : 0);
}

static const struct gnu_row *gnu_find(const char *s, size_t len)
{
	size_t lo = 0, hi = GNU_ROWS;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2, n = gnu_name_len(&gnu_rows[mid]);
		int order = memcmp(s, gnu_rows[mid].name, len < n ? len : n);

		if (!order && len == n)
			return &gnu_rows[mid];
		if (order > 0 || (!order && len > n))
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* A name in small letters, for bpf-as takes any; false: it is that already, or too long. */
static bool gnu_lower(const struct tok *t, char *to, size_t size)
{
	bool any = false;
	uint32_t i;

	if (t->len > size)
		return false;
	for (i = 0; i < t->len; i++) {
		bool up = t->s[i] >= 'A' && t->s[i] <= 'Z';

		to[i] = (char)(up ? t->s[i] + ('a' - 'A') : t->s[i]);
		any |= up;
	}
	return any;
}

static bool gnu_lookup_name(struct gnu *g, const char *s, size_t len)
{
	g->row = gnu_find(s, len);
	g->code = g->row ? g->row->code : 0;
	if (!g->row && len > 2 && !memcmp(s + len - 2, "32", 2)) {
		g->row = gnu_find(s, len - 2);
		g->code = g->row ? g->row->code32 : 0;
	}
	return g->code;
}

/* The row of a mnemonic, and which of its opcodes is meant. */
static bool gnu_lookup(struct gnu *g)
{
	const struct tok *t = g->name;
	char low[GNU_NAME_MAX];

	return gnu_lookup_name(g, t->s, t->len) ||
	       (gnu_lower(t, low, sizeof(low)) && gnu_lookup_name(g, low, t->len));
}

void gnu_suggest(struct suggest *s)
{
	size_t i, len;

	for (i = 0; i < GNU_ROWS; i++) {
		len = gnu_name_len(&gnu_rows[i]);
		suggest_offer(s, gnu_rows[i].name, len);
		if (gnu_rows[i].code32)
			suggest_offer(s, gnu_rows[i].name, len + 2);
	}
}

/* ---- operands ---------------------------------------------------------------------------- */

/* The names that are not numbers. */
static const struct {
	const char *name;
	uint8_t num;
} gnu_regs[] = {{"fp", INSN_FP}, {"ctx", 6}, {"a", 0}};

enum { GNU_REGS = sizeof(gnu_regs) / sizeof(gnu_regs[0]) };

static int gnu_no_reg(struct parse *p)
{
	static const char *const plain[] = {
		"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10"};
	struct suggest s;
	char buf[64];
	unsigned i;

	suggest_start(&s, p->t->s, p->t->kind == TOK_NAME ? p->t->len : 0);
	for (i = 0; i < INSN_REGS; i++)
		suggest_offer(&s, plain[i], strlen(plain[i]));
	for (i = 0; i < GNU_REGS; i++)
		suggest_offer(&s, gnu_regs[i].name, strlen(gnu_regs[i].name));
	return parse_error(p, p->t, "no register '%%%.*s'%s", p->t->len < 60 ? (int)p->t->len : 60,
		p->t->s, suggest_text(&s, buf, sizeof(buf)));
}

/* A register's number behind the '%', in letters of any size: 1, 0: it is none, -EINVAL */
static int gnu_reg_name(struct parse *p, struct parse_reg *r)
{
	const struct tok *was = p->t;
	struct tok t = *was;
	char low[4];
	unsigned i;
	int is;

	if (t.kind == TOK_NAME && gnu_lower(&t, low, sizeof(low)))
		t.s = low;
	r->w = false;
	for (i = 0; i < GNU_REGS; i++) {
		if (parse_is(&t, gnu_regs[i].name)) {
			r->num = gnu_regs[i].num;
			p->t++;
			return 1;
		}
	}
	p->t = &t;
	is = parse_reg(p, r);
	p->t = was + (is == 1);
	return is;
}

/* "%r1", "%fp", "%w1", "r1": 1, 0: something else, -EINVAL */
static int gnu_reg(struct gnu *g, unsigned *num)
{
	struct parse *p = g->p;
	const struct tok *t = p->t;
	bool marked = parse_take(p, PUNCT('%', 0, 0));
	struct parse_reg r;
	int is = marked ? gnu_reg_name(p, &r) : parse_reg(p, &r);

	if (is < 0 || (!is && !marked))
		return is;
	if (!is)
		return gnu_no_reg(p);
	if (r.w && g->wide)
		return parse_error(p, t + marked, "'%.*s' is 64 bits wide; write %%r%d",
			(int)g->name->len, g->name->s, r.num);
	*num = r.num;
	return 1;
}

static int gnu_want_reg(struct gnu *g, unsigned *num)
{
	const struct tok *t = g->p->t;
	int is = gnu_reg(g, num);

	if (is)
		return is < 0 ? is : 0;
	return parse_error(g->p, t, "a register is missing here: '%.*s %s'", (int)g->name->len,
		g->name->s, gnu_usage[g->row->form]);
}

static int gnu_comma(struct gnu *g)
{
	const struct tok *t = g->p->t;

	if (parse_take(g->p, PUNCT(',', 0, 0)))
		return 0;
	return parse_error(g->p, t, "',' is missing here: '%.*s %s'", (int)g->name->len, g->name->s,
		gnu_usage[g->row->form]);
}

/* A constant of 32 bits, with or without sign as for bpf-as. */
static int gnu_imm(struct gnu *g, int32_t *imm)
{
	const struct tok *t = g->p->t;

	if (t == g->p->end)
		return parse_error(g->p, t, "a value is missing here: '%.*s %s'", (int)g->name->len,
			g->name->s, gnu_usage[g->row->form]);
	if (parse_imm32(g->p, true, "load it into a register with 'lddw %rN, VALUE' first", imm))
		return -EINVAL;
	if (*imm < 0 && t->kind == TOK_NUM && g->wide)
		parse_warn(g->p, t, "as 64 bits this is 0x%llx", (unsigned long long)(int64_t)*imm);
	return 0;
}

/* A register, and then src, or a constant: 1, 0, or -EINVAL */
static int gnu_reg_or_imm(struct gnu *g, unsigned *src, int32_t *imm)
{
	int is = gnu_reg(g, src);

	*imm = 0;
	if (is)
		return is;
	*src = 0;
	return gnu_imm(g, imm) ? -EINVAL : 0;
}

/* "[%r1 + 8]", "[%r1+-8]", "[%r1]" */
static int gnu_mem(struct gnu *g, struct parse_mem *m)
{
	const struct insn_size *size = insn_size_by_code((uint8_t)g->code);
	bool wide = g->wide;
	unsigned base;
	int err;

	m->code = size->code;
	m->bytes = size->bytes;
	if (!parse_take(g->p, PUNCT('[', 0, 0)))
		return parse_error(g->p, g->p->t, "'[' is missing here: '%.*s %s'",
			(int)g->name->len, g->name->s, gnu_usage[g->row->form]);
	g->wide = true;
	err = gnu_want_reg(g, &base);
	g->wide = wide;
	if (err)
		return err;
	m->base = (uint8_t)base;
	return parse_offset(g->p, m) ? -EINVAL : parse_want(g->p, PUNCT(']', 0, 0));
}

/* ---- forms ------------------------------------------------------------------------------- */

/* bpf-as has it, the verifier does not */
static void gnu_warn_kernel(struct gnu *g)
{
	parse_warn(g->p, g->name, "no kernel takes this");
}

static int gnu_alu(struct gnu *g)
{
	unsigned dst, src;
	int32_t imm;
	int is_reg;

	if (gnu_want_reg(g, &dst) || gnu_comma(g))
		return -EINVAL;
	is_reg = gnu_reg_or_imm(g, &src, &imm);
	if (is_reg < 0)
		return is_reg;
	parse_emit(g->p, g->code | (is_reg ? INSN_X : INSN_K), dst, src, g->row->off, imm);
	return 0;
}

/* One register; before 2.42 it was also written twice. */
static int gnu_neg(struct gnu *g)
{
	const struct tok *t;
	unsigned dst, src;

	if (gnu_want_reg(g, &dst))
		return -EINVAL;
	if (parse_take(g->p, PUNCT(',', 0, 0))) {
		t = g->p->t;
		if (gnu_want_reg(g, &src))
			return -EINVAL;
		if (src != dst)
			return parse_error(g->p, t, "only '%.*s %%r%u' is an instruction",
				(int)g->name->len, g->name->s, dst);
	}
	parse_emit(g->p, g->code, dst, 0, 0, 0);
	return 0;
}

/* One of three numbers of bits. */
static int gnu_bits(struct gnu *g, int64_t first, int64_t *bits)
{
	const struct tok *t = g->p->t;

	if (gnu_comma(g))
		return -EINVAL;
	t = g->p->t;
	if (parse_expr(g->p, bits))
		return -EINVAL;
	if (*bits == first || *bits == 2 * first || *bits == 4 * first)
		return 0;
	return parse_error(g->p, t, "this is the number of bits: '%.*s %s'", (int)g->name->len,
		g->name->s, gnu_usage[g->row->form]);
}

static int gnu_movs(struct gnu *g)
{
	unsigned dst, src;
	int64_t bits;

	if (gnu_want_reg(g, &dst) || gnu_comma(g) || gnu_want_reg(g, &src) || gnu_bits(g, 8, &bits))
		return -EINVAL;
	if (bits == 32 && !g->wide)
		gnu_warn_kernel(g);
	parse_emit(g->p, g->code, dst, src, (int)bits, 0);
	return 0;
}

static int gnu_swap(struct gnu *g)
{
	unsigned dst;
	int64_t bits;

	if (gnu_want_reg(g, &dst) || gnu_bits(g, 16, &bits))
		return -EINVAL;
	parse_emit(g->p, g->code, dst, 0, 0, (int32_t)bits);
	return 0;
}

/* A number, or what the loader knows: a map, "&map", "&function". */
static int gnu_imm64(struct gnu *g)
{
	struct parse *p = g->p;
	struct operand o;
	const struct tok *t;
	unsigned dst;
	int64_t v;

	if (gnu_want_reg(g, &dst) || gnu_comma(g))
		return -EINVAL;
	t = p->t;
	if (t->kind == TOK_NAME && names_get(&p->maps, t->s, t->len)) {
		memset(&o, 0, sizeof(o));
		o.kind = OPERAND_NAME;
		o.t = p->t++;
		return operand_load(p, dst, &o);
	}
	if (parse_op(t, PUNCT('&', 0, 0))) {
		if (operand_parse(p, &o))
			return -EINVAL;
		if (o.kind != OPERAND_NAME && o.kind != OPERAND_DATA)
			return parse_error(p, t,
				"only the address of a map or function is an "
				"instruction; of a variable it is 'rN = &NAME'");
		return operand_load(p, dst, &o);
	}
	if (parse_expr(p, &v))
		return -EINVAL;
	parse_emit_imm64(p, dst, INSN_IMM64_PLAIN, (uint64_t)v);
	return 0;
}

/* Packet loads of classic BPF, into r0. */
static int gnu_packet(struct gnu *g)
{
	unsigned src = 0;
	int32_t imm;

	if (g->row->form == GNU_IND && (gnu_want_reg(g, &src) || gnu_comma(g)))
		return -EINVAL;
	g->wide = false; /* an offset: its sign is nothing to warn of */
	if (gnu_imm(g, &imm))
		return -EINVAL;
	if ((g->code & INSN_SIZE) == INSN_DW)
		gnu_warn_kernel(g);
	parse_emit(g->p, g->code, 0, src, 0, imm);
	return 0;
}

static int gnu_ldx(struct gnu *g)
{
	struct parse_mem m = {0};
	unsigned dst;

	if (gnu_want_reg(g, &dst) || gnu_comma(g) || gnu_mem(g, &m))
		return -EINVAL;
	if (m.code == INSN_DW && (g->code & INSN_MODE) == INSN_MEMSX)
		gnu_warn_kernel(g);
	parse_emit(g->p, g->code, dst, m.base, m.off, 0);
	return 0;
}

static int gnu_st(struct gnu *g)
{
	struct parse_mem m = {0};

	if (gnu_mem(g, &m) || gnu_comma(g))
		return -EINVAL;
	return parse_store_imm(g->p, &m, true);
}

/* A store of a register, or an atomic operation with one. */
static int gnu_stx(struct gnu *g)
{
	struct parse_mem m = {0};
	unsigned src;

	if (gnu_mem(g, &m) || gnu_comma(g) || gnu_want_reg(g, &src))
		return -EINVAL;
	parse_emit(g->p, g->code, m.base, src, m.off, g->row->imm);
	return 0;
}

static int gnu_jmp(struct gnu *g)
{
	unsigned dst, src;
	int32_t imm;
	int is_reg;

	if (gnu_want_reg(g, &dst) || gnu_comma(g))
		return -EINVAL;
	is_reg = gnu_reg_or_imm(g, &src, &imm);
	if (is_reg < 0 || gnu_comma(g))
		return -EINVAL;
	return parse_jump(g->p, g->code | (is_reg ? INSN_X : INSN_K), dst, src, imm, true);
}

static int gnu_form(struct gnu *g)
{
	switch ((enum gnu_form)g->row->form) {
	case GNU_ALU: return gnu_alu(g);
	case GNU_NEG: return gnu_neg(g);
	case GNU_MOVS: return gnu_movs(g);
	case GNU_SWAP: return gnu_swap(g);
	case GNU_IMM64: return gnu_imm64(g);
	case GNU_ABS:
	case GNU_IND: return gnu_packet(g);
	case GNU_LDX: return gnu_ldx(g);
	case GNU_ST: return gnu_st(g);
	case GNU_STX:
	case GNU_ATOMIC: return gnu_stx(g);
	case GNU_JA: return parse_jump(g->p, g->code, 0, 0, 0, true);
	case GNU_JMP: return gnu_jmp(g);
	}
	return -EINVAL;
}

/* Do the registers of this instruction hold more than 32 bits? */
static bool gnu_is_wide(const struct gnu *g)
{
	switch ((enum gnu_form)g->row->form) {
	case GNU_ALU:
	case GNU_NEG:
	case GNU_MOVS: return (g->code & INSN_CLASS) == INSN_ALU64;
	case GNU_JMP: return (g->code & INSN_CLASS) == INSN_JMP;
	case GNU_LDX:
	case GNU_STX:
	case GNU_ATOMIC: return (g->code & INSN_SIZE) == INSN_DW;
	default: return true;
	}
}

/* "CALL" and "EXIT", which are words of the other dialect in small letters only */
static int gnu_word(struct parse *p)
{
	const struct tok *t = p->t;
	char low[4];

	if (t->len != sizeof(low) || !gnu_lower(t, low, sizeof(low)) ||
		(memcmp(low, "call", 4) != 0 && memcmp(low, "exit", 4) != 0))
		return 0;
	if (parse_need_fn(p, t))
		return -EINVAL;
	p->t++;
	if (*low == 'c')
		return parse_call_line(p) ? -EINVAL : 1;
	parse_emit(p, INSN_EXIT_K, 0, 0, 0, 0);
	return 1;
}

int gnu_line(struct parse *p)
{
	struct gnu g = {.p = p, .name = p->t};

	if (!gnu_lookup(&g))
		return gnu_word(p);
	if (parse_need_fn(p, p->t))
		return -EINVAL;
	p->t++;
	g.wide = gnu_is_wide(&g);
	return gnu_form(&g) ? -EINVAL : 1;
}

int gnu_call_line(struct parse *p)
{
	static const struct gnu_row row = {"call", GNU_NEG, INSN_CALL_X, 0, 0, 0};
	struct gnu g = {.p = p, .name = p->t - 1, .row = &row, .wide = true};
	unsigned dst;

	if (gnu_want_reg(&g, &dst))
		return -EINVAL;
	gnu_warn_kernel(&g);
	parse_emit(p, INSN_CALL_X, dst, 0, 0, 0);
	return 0;
}
