// SPDX-License-Identifier: MIT
/*
 * dis.c - instructions to text, in the words of the verifier's log.
 *
 * The text must assemble back to the same bytes.  So a slot in which a field that the operation
 * does not use is set, or whose operation no kernel and no compiler knows, is no instruction here:
 * it is a .word, and a comment behind it says what is invalid.
 * Where the kernel's log says less than the bytes do (it prints the value of a ld_imm64 like that
 * of a plain move, and hides what a pseudo source register means) the form is ours; dis.h lists
 * those.
 */
#include <inttypes.h>
#include <stdio.h>

#include "dis.h"
#include "insn.h"

/* snprintf() that answers how many slots were printed */
#define DIS_PRINT(slots, ...) (snprintf(text, size, __VA_ARGS__), slots)

static const char *dis_size(const struct ir_insn *i)
{
	return insn_size_by_code(i->code)->name;
}

/* byte swaps: imm is the width in bits */
static int dis_end(const struct ir_insn *i, char *text, size_t size)
{
	bool wide = (i->code & INSN_CLASS) == INSN_ALU64;
	const char *name = wide ? "bswap" : i->code & INSN_X ? "be" : "le";

	if (i->src || i->off || (wide && i->code & INSN_X))
		return 0;
	if (i->imm != 16 && i->imm != 32 && i->imm != 64)
		return 0;
	return DIS_PRINT(1, "r%d = %s%d r%d", i->dst, name, (int)i->imm, i->dst);
}

static int dis_neg(const struct ir_insn *i, char w, char *text, size_t size)
{
	if (i->code & INSN_X || i->src || i->off || i->imm)
		return 0;
	return DIS_PRINT(1, "%c%d = -%c%d", w, i->dst, w, i->dst);
}

/* mov of a register: off tells a plain one from a sign extension and from an address cast */
static int dis_mov(const struct ir_insn *i, char w, char *text, size_t size)
{
	uint32_t imm = (uint32_t)i->imm;

	if (w == 'r' && i->off == INSN_OFF_ADDR_CAST)
		return DIS_PRINT(1, "r%d = addr_space_cast(r%d, %u, %u)", i->dst, i->src,
			(unsigned int)(imm >> 16), (unsigned int)(imm & 0xffff));
	if (i->imm)
		return 0;
	if (w == 'r' && i->off == INSN_OFF_PERCPU)
		return DIS_PRINT(1, "r%d = &(void __percpu *)(r%d)", i->dst, i->src);
	if (!i->off)
		return DIS_PRINT(1, "%c%d = %c%d", w, i->dst, w, i->src);
	if (i->off == 8 || i->off == 16 || (i->off == 32 && w == 'r'))
		return DIS_PRINT(1, "%c%d = (s%d)%c%d", w, i->dst, i->off, w, i->src);
	return 0;
}

static int dis_alu(const struct ir_insn *i, char *text, size_t size)
{
	char w = (i->code & INSN_CLASS) == INSN_ALU64 ? 'r' : 'w';
	uint8_t op = i->code & INSN_OP;
	const struct insn_alu *a;
	const char *sign = "";

	if (op == INSN_END)
		return dis_end(i, text, size);
	if (op == INSN_NEG)
		return dis_neg(i, w, text, size);
	if (op == INSN_MOV && i->code & INSN_X)
		return dis_mov(i, w, text, size);
	a = insn_alu_by_code(op);
	if (!a)
		return 0;
	if (i->off == 1 && (op == INSN_DIV || op == INSN_MOD))
		sign = "s";
	else if (i->off)
		return 0;
	if (!(i->code & INSN_X))
		return i->src ? 0
			      : DIS_PRINT(1, "%c%d %s%s %d", w, i->dst, sign, a->op, (int)i->imm);
	if (i->imm)
		return 0;
	return DIS_PRINT(1, "%c%d %s%s %c%d", w, i->dst, sign, a->op, w, i->src);
}

/* "64" where the kernel's names of atomic functions have it */
static const char *dis_width(const struct ir_insn *i)
{
	return (i->code & INSN_SIZE) == INSN_DW ? "64" : "";
}

static int dis_atomic(const struct ir_insn *i, char *text, size_t size)
{
	const struct insn_atomic *a = insn_atomic_by_imm(i->imm);
	uint8_t width = i->code & INSN_SIZE;
	const char *s = dis_size(i);

	if (!a)
		return 0;
	if (i->imm == INSN_A_LOAD_ACQ)
		return DIS_PRINT(
			1, "r%d = load_acquire((%s *)(r%d %+d))", i->dst, s, i->src, i->off);
	if (i->imm == INSN_A_STORE_REL)
		return DIS_PRINT(
			1, "store_release((%s *)(r%d %+d), r%d)", s, i->dst, i->off, i->src);
	if (width != INSN_W && width != INSN_DW)
		return 0;
	if (i->imm == INSN_A_CMPXCHG)
		return DIS_PRINT(1, "r0 = atomic%s_cmpxchg((%s *)(r%d %+d), r0, r%d)", dis_width(i),
			s, i->dst, i->off, i->src);
	if (i->imm == INSN_A_XCHG)
		return DIS_PRINT(1, "r%d = atomic%s_xchg((%s *)(r%d %+d), r%d)", i->src,
			dis_width(i), s, i->dst, i->off, i->src);
	if (i->imm & INSN_FETCH)
		return DIS_PRINT(1, "r%d = atomic%s_fetch_%s((%s *)(r%d %+d), r%d)", i->src,
			dis_width(i), a->name, s, i->dst, i->off, i->src);
	return DIS_PRINT(1, "lock *(%s *)(r%d %+d) %s r%d", s, i->dst, i->off, a->op, i->src);
}

static int dis_store(const struct ir_insn *i, char *text, size_t size)
{
	if ((i->code & INSN_MODE) != INSN_MEM)
		return 0;
	if ((i->code & INSN_CLASS) == INSN_ST)
		return i->src ? 0
			      : DIS_PRINT(1, "*(%s *)(r%d %+d) = %d", dis_size(i), i->dst, i->off,
					(int)i->imm);
	if (i->imm)
		return 0;
	return DIS_PRINT(1, "*(%s *)(r%d %+d) = r%d", dis_size(i), i->dst, i->off, i->src);
}

static int dis_load(const struct ir_insn *i, char *text, size_t size)
{
	const struct insn_size *s = insn_size_by_code(i->code);
	uint8_t mode = i->code & INSN_MODE;

	if (i->imm)
		return 0;
	if (mode != INSN_MEM && (mode != INSN_MEMSX || s->code == INSN_DW))
		return 0;
	return DIS_PRINT(1, "r%d = *(%s *)(r%d %+d)", i->dst, mode == INSN_MEM ? s->name : s->sname,
		i->src, i->off);
}

/* the two slots of a 64-bit constant; src says what it stands for */
static int dis_imm64(const struct ir_insn *i, const struct ir_insn *next, char *text, size_t size)
{
	if (!next || next->code || next->dst || next->src || next->off || i->off)
		return 0;
	switch (i->src) {
	case INSN_IMM64_PLAIN:
		return DIS_PRINT(2, "r%d = 0x%" PRIx64 " ll", i->dst,
			(uint64_t)(uint32_t)next->imm << 32 | (uint32_t)i->imm);
	case INSN_IMM64_MAP_VALUE:
		return DIS_PRINT(
			2, "r%d = map_value(%d, %d) ll", i->dst, (int)i->imm, (int)next->imm);
	case INSN_IMM64_MAP_IDX_VALUE:
		return DIS_PRINT(
			2, "r%d = map_idx_value(%d, %d) ll", i->dst, (int)i->imm, (int)next->imm);
	case INSN_IMM64_BTF_ID:
		return DIS_PRINT(2, "r%d = btf_id(%d, %d) ll", i->dst, (int)i->imm, (int)next->imm);
	default: break;
	}
	if (next->imm)
		return 0;
	switch (i->src) {
	case INSN_IMM64_MAP_FD: return DIS_PRINT(2, "r%d = map_fd(%d) ll", i->dst, (int)i->imm);
	case INSN_IMM64_MAP_IDX: return DIS_PRINT(2, "r%d = map_idx(%d) ll", i->dst, (int)i->imm);
	case INSN_IMM64_FUNC: return DIS_PRINT(2, "r%d = func(pc%+d) ll", i->dst, (int)i->imm);
	default: return 0;
	}
}

/* packet loads of classic BPF; the others of their class have two slots */
static int dis_ld(const struct ir_insn *i, const struct ir_insn *next, char *text, size_t size)
{
	uint8_t mode = i->code & INSN_MODE;

	if (i->code == INSN_LD_IMM64)
		return dis_imm64(i, next, text, size);
	if (i->dst || i->off || (i->code & INSN_SIZE) == INSN_DW)
		return 0;
	if (mode == INSN_ABS && !i->src)
		return DIS_PRINT(1, "r0 = *(%s *)skb[%d]", dis_size(i), (int)i->imm);
	if (mode == INSN_IND)
		return DIS_PRINT(1, "r0 = *(%s *)skb[r%d + %d]", dis_size(i), i->src, (int)i->imm);
	return 0;
}

static int dis_call(const struct ir_insn *i, char *text, size_t size)
{
	const struct helper *h = helper_by_id((uint32_t)i->imm);

	if (i->dst)
		return 0;
	if (i->src == INSN_CALL_KFUNC && i->off)
		return DIS_PRINT(
			1, "call kernel-function#%d@%d", (int)i->imm, (int)(uint16_t)i->off);
	if (i->off)
		return 0;
	switch (i->src) {
	case INSN_CALL_HELPER:
		return DIS_PRINT(1, "call %s#%d", h ? h->name : "unknown", (int)i->imm);
	case INSN_CALL_FUNC: return DIS_PRINT(1, "call pc%+d", (int)i->imm);
	case INSN_CALL_KFUNC: return DIS_PRINT(1, "call kernel-function#%d", (int)i->imm);
	default: return 0;
	}
}

/* jumps without a condition, and those through a register */
static int dis_goto(const struct ir_insn *i, char *text, size_t size)
{
	switch (i->code) {
	case INSN_GOTO: return i->dst || i->src || i->imm ? 0 : DIS_PRINT(1, "goto pc%+d", i->off);
	case INSN_GOTOL:
		return i->dst || i->src || i->off ? 0 : DIS_PRINT(1, "gotol pc%+d", (int)i->imm);
	case INSN_MAY_GOTO:
		return i->dst || i->src || i->imm ? 0 : DIS_PRINT(1, "may_goto pc%+d", i->off);
	case INSN_EXIT_K: return i->dst || i->src || i->off || i->imm ? 0 : DIS_PRINT(1, "exit");
	case INSN_CALL_X:
	case INSN_JA_X:
		if (i->src || i->off || i->imm)
			return 0;
		return DIS_PRINT(1, "%s r%d", i->code == INSN_JA_X ? "gotox" : "callx", i->dst);
	default: return 0;
	}
}

static int dis_jmp(const struct ir_insn *i, char *text, size_t size)
{
	char w = (i->code & INSN_CLASS) == INSN_JMP ? 'r' : 'w';
	const struct insn_jmp *j = insn_jmp_by_code(i->code);

	if (i->code == INSN_CALL_K)
		return dis_call(i, text, size);
	if (!j)
		return dis_goto(i, text, size);
	if (!(i->code & INSN_X))
		return i->src ? 0
			      : DIS_PRINT(1, "if %c%d %s 0x%" PRIx32 " goto pc%+d", w, i->dst,
					j->op, (uint32_t)i->imm, i->off);
	if (i->imm)
		return 0;
	return DIS_PRINT(1, "if %c%d %s %c%d goto pc%+d", w, i->dst, j->op, w, i->src, i->off);
}

static int dis_any(const struct ir_insn *i, const struct ir_insn *next, char *text, size_t size)
{
	if (i->dst >= INSN_REGS || i->src >= INSN_REGS)
		return 0;
	switch (i->code & INSN_CLASS) {
	case INSN_LD: return dis_ld(i, next, text, size);
	case INSN_LDX: return dis_load(i, text, size);
	case INSN_ST: return dis_store(i, text, size);
	case INSN_STX:
		if ((i->code & INSN_MODE) == INSN_ATOMIC)
			return dis_atomic(i, text, size);
		return dis_store(i, text, size);
	case INSN_ALU:
	case INSN_ALU64: return dis_alu(i, text, size);
	default: return dis_jmp(i, text, size);
	}
}

uint64_t dis_word(const struct ir_insn *i)
{
	return (uint64_t)(uint32_t)i->imm << 32 | (uint32_t)(uint16_t)i->off << 16 |
	       (uint32_t)(i->src & 15) << 12 | (uint32_t)(i->dst & 15) << 8 | i->code;
}

/* ---- what is no instruction -------------------------------------------------------------- */

/* "src 2, " behind what is there already, when an instruction with only that field set is none */
static size_t dis_field(const struct ir_insn *one, const char *name, unsigned int v, char *why,
	size_t size, size_t used)
{
	static const struct ir_insn zero;
	char text[DIS_TEXT_MAX];
	int n;

	if (dis_any(one, &zero, text, sizeof(text)))
		return used;
	n = snprintf(why + used, size - used, "%s%s 0x%x", used ? ", " : "", name, v);
	return used + (size_t)n < size ? used + (size_t)n : size - 1;
}

/* An instruction of this opcode has this imm, or 0. */
static int32_t dis_usual_imm(const struct ir_insn *i)
{
	uint8_t class = i->code & INSN_CLASS, size = i->code & INSN_SIZE;

	if ((class == INSN_ALU || class == INSN_ALU64) && (i->code & INSN_OP) == INSN_END)
		return 16;
	if (class == INSN_STX && (i->code & INSN_MODE) == INSN_ATOMIC && size != INSN_W &&
		size != INSN_DW)
		return INSN_A_LOAD_ACQ;
	return 0;
}

/* Which of its fields are invalid, each looked at with the others as they should be. */
static void dis_invalid(const struct ir_insn *i, const struct ir_insn *next, char *why, size_t size)
{
	struct ir_insn base = {.code = i->code, .imm = dis_usual_imm(i)}, one;
	size_t used;

	why[0] = '\0';
	if (dis_field(&base, "opcode", i->code, why, size, 0))
		return;
	one = base, one.dst = i->dst;
	used = dis_field(&one, "dst", i->dst, why, size, 0);
	one = base, one.src = i->src;
	used = dis_field(&one, "src", i->src, why, size, used);
	one = base, one.off = i->off;
	used = dis_field(&one, "off", (uint16_t)i->off, why, size, used);
	one = base, one.imm = i->imm;
	used = dis_field(&one, "imm", (uint32_t)i->imm, why, size, used);
	if (!used)
		snprintf(why, size, "%s",
			i->code == INSN_LD_IMM64 ? next ? "second slot" : "second slot is missing"
						 : "fields that exclude each other");
}

int dis_insn(const struct ir_insn *insn, const struct ir_insn *next, char *text, size_t size)
{
	int n = dis_any(insn, next, text, size);
	char why[DIS_TEXT_MAX / 2];

	if (n)
		return n;
	dis_invalid(insn, next, why, sizeof(why));
	snprintf(text, size, ".word 0x%016" PRIx64 " ; invalid: %s", dis_word(insn), why);
	return 0;
}

int dis_text(const unsigned char *p, size_t n, bool big_endian, dis_line_fn fn, void *arg)
{
	struct ir_insn in[2];
	char text[DIS_TEXT_MAX];
	size_t i;
	int err;

	for (i = 0; i < n;) {
		size_t left = n - i < 2 ? 1 : 2;
		int slots;

		encode_read(p + 8 * i, left, big_endian, in);
		slots = dis_insn(in, left > 1 ? in + 1 : NULL, text, sizeof(text));
		err = fn(arg, i, text, slots);
		if (err)
			return err;
		i += slots ? (size_t)slots : 1;
	}
	return 0;
}
