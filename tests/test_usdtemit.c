// SPDX-License-Identifier: MIT
/*
 * test_usdtemit.c - the instructions of operands, run by a small interpreter.
 *
 * Thousands of random operands on random registers: what the code gives must be what the operand
 * means, worked out here in another way, and nothing else may be touched.  The listings are compared
 * in test_usdtcode.c.
 */
#include <stdlib.h>
#include <string.h>

#include "rawbpf.h"
#include "t.h"
#include "usdtcode.h"

enum { SLOT = -24, STACK = 64, TASK = 0x5000 };
#define BASE 0x12345689abcdc0ULL /* of 5 levels of pages */

struct machine {
	uint64_t r[11];
	unsigned char ctx[512], stack[STACK]; /* below r10 */
	bool unreadable;
	unsigned reads_user;
	int32_t task; /* where in the task the segment's base is */
};

/* The bytes of a process: a number made of the address. */
static unsigned char byte_at(uint64_t address)
{
	return (unsigned char)((address * 0x9e3779b97f4a7c15ULL) >> 56);
}

static uint64_t get(const unsigned char *p, unsigned size)
{
	uint64_t v64;
	uint32_t v32;
	uint16_t v16;

	switch (size) {
	case 1: return *p;
	case 2: memcpy(&v16, p, 2); return v16;
	case 4: memcpy(&v32, p, 4); return v32;
	default: memcpy(&v64, p, 8); return v64;
	}
}

/* Bytes of the slot; address is of the first. */
static unsigned char *slot_at(struct machine *m, uint64_t address, uint64_t size)
{
	uint64_t at = address - m->r[10] - (uint64_t)(int64_t)SLOT;

	ck_assert_uint_lt(at, 8);
	ck_assert_uint_le(at + size, 8);
	return m->stack + STACK + SLOT + at;
}

/* What a load of size bytes at address gives. */
static uint64_t load(struct machine *m, uint64_t address, unsigned size)
{
	ck_assert_uint_eq(address % size, 0);
	if (address >= m->r[1] && address < m->r[1] + sizeof(m->ctx))
		return get(m->ctx + (address - m->r[1]), size);
	return get(slot_at(m, address, size), size);
}

static void store(struct machine *m, uint64_t address, unsigned size, uint64_t v)
{
	unsigned char *p = slot_at(m, address, size);
	uint32_t v32 = (uint32_t)v;
	uint8_t v8 = (uint8_t)v;

	ck_assert_uint_eq(address % size, 0);
	memcpy(p, size == 8 ? (void *)&v : size == 4 ? (void *)&v32 : (void *)&v8, size);
}

static void copy_task(struct machine *m)
{
	uint64_t from = m->r[3] - TASK - (uint64_t)(int64_t)m->task, i;
	unsigned char *to = slot_at(m, m->r[1], m->r[2]);

	ck_assert_uint_le(from + m->r[2], 8);
	for (i = 0; i < m->r[2]; i++)
		to[i] = (unsigned char)(BASE >> (from + i) * 8);
}

static void helper(struct machine *m, int32_t id)
{
	unsigned char *to;
	uint64_t i;
	unsigned r;

	if (id == 35) {
		m->r[0] = TASK;
	} else if (id == 113) {
		copy_task(m);
		m->r[0] = 0;
	} else {
		ck_assert_int_eq(id, 112);
		to = slot_at(m, m->r[1], m->r[2]);
		for (i = 0; !m->unreadable && i < m->r[2]; i++)
			to[i] = byte_at(m->r[3] + i);
		m->reads_user++;
		m->r[0] = 0;
	}
	for (r = 1; r < 6; r++) /* as the verifier has it: lost */
		m->r[r] = 0xdeaddeaddeaddead;
}

static void step(struct machine *m, const struct rawbpf_insn **at)
{
	const struct rawbpf_insn *i = *at;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint64_t *dst = &m->r[i->regs & 15], src = m->r[i->regs >> 4];
#else
	uint64_t *dst = &m->r[i->regs >> 4], src = m->r[i->regs & 15];
#endif
	uint64_t imm = (uint64_t)(int64_t)i->imm, off = (uint64_t)(int64_t)i->off;

	switch (i->code) {
	case 0x18:
		*dst = (uint32_t)i->imm | (uint64_t)(uint32_t)i[1].imm << 32;
		++*at;
		break;
	case 0x61: *dst = load(m, src + off, 4); break;
	case 0x69: *dst = load(m, src + off, 2); break;
	case 0x71: *dst = load(m, src + off, 1); break;
	case 0x79: *dst = load(m, src + off, 8); break;
	case 0x63: store(m, *dst + off, 4, src); break;
	case 0x73: store(m, *dst + off, 1, src); break;
	case 0x7a: store(m, *dst + off, 8, imm); break;
	case 0x07: *dst += imm; break;
	case 0x0f: *dst += src; break;
	case 0x67: *dst <<= imm; break;
	case 0x77: *dst >>= imm; break;
	case 0xc7: *dst = (uint64_t)((int64_t)*dst >> imm); break;
	case 0xb7: *dst = imm; break;
	case 0xbf: *dst = src; break;
	case 0x85: helper(m, i->imm); break;
	default: ck_abort_msg("instruction %#x", i->code);
	}
	++*at;
}

static uint64_t random64(void)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < 5; i++)
		v = v << 15 ^ (uint64_t)rand();
	return v >> (rand() % 64);
}

/* v's low bytes as 64 bits */
static uint64_t widen(uint64_t v, unsigned size, bool is_signed)
{
	switch (size) {
	case 1: return is_signed ? (uint64_t)(int64_t)(int8_t)v : (uint8_t)v;
	case 2: return is_signed ? (uint64_t)(int64_t)(int16_t)v : (uint16_t)v;
	case 4: return is_signed ? (uint64_t)(int64_t)(int32_t)v : (uint32_t)v;
	default: return v;
	}
}

static uint64_t reg_value(const struct machine *m, const struct usdtcode_reg *r)
{
	return r->size ? widen(get(m->ctx + r->off, r->size), r->size, r->is_signed) : 0;
}

static uint64_t expected(const struct machine *m, const struct usdtcode_op *op)
{
	unsigned char bytes[8];
	uint64_t sum;
	unsigned i;

	if (op->kind == RAWBPF_ARG_CONST)
		return (uint64_t)op->val;
	if (op->kind == RAWBPF_ARG_REG)
		return widen(
			get(m->ctx + op->base.off, op->base.size), op->base.size, op->is_signed);
	sum = reg_value(m, &op->base) + (reg_value(m, &op->index) << op->shift) +
	      reg_value(m, &op->ip) + (uint64_t)op->val;
	if (op->task && (op->base.size || op->index.size || op->ip.size))
		sum = op->bits == 64 ? (uint64_t)(int64_t)(int32_t)sum : (uint32_t)sum;
	if (op->bits < 64 && !op->task)
		sum &= ((uint64_t)1 << op->bits) - 1;
	sum += op->task ? BASE : 0;
	if (op->kind == RAWBPF_ARG_ADDR)
		return op->bits < op->size * 8 ? sum : widen(sum, op->size, op->is_signed);
	for (i = 0; i < op->size; i++)
		bytes[i] = m->unreadable ? 0 : byte_at(sum + i);
	return widen(get(bytes, op->size), op->size, op->is_signed);
}

static struct usdtcode_reg random_reg(bool may_lack)
{
	struct usdtcode_reg r = {0};

	if (may_lack && rand() % 3 == 0)
		return r;
	r.off = (uint16_t)(rand() % 60 * 8);
	r.size = (uint8_t)(1 << rand() % 4);
	r.is_signed = rand() % 4 == 0;
	return r;
}

static void random_op(struct usdtcode_op *op)
{
	static const uint8_t widths[] = {31, 32, 64};

	memset(op, 0, sizeof(*op));
	op->kind = (uint8_t)(rand() % 4);
	op->size = (uint8_t)(1 << rand() % 4);
	op->is_signed = rand() % 2;
	op->bits = widths[rand() % 3];
	op->val = (int64_t)random64();
	if (rand() % 2)
		op->val = -op->val;
	if (op->kind == RAWBPF_ARG_CONST)
		return;
	op->base = random_reg(op->kind != RAWBPF_ARG_REG);
	if (op->kind == RAWBPF_ARG_REG)
		return;
	op->index = random_reg(true);
	op->shift = (uint8_t)(rand() % 4);
	op->ip = random_reg(true);
	if (op->kind == RAWBPF_ARG_MEM && rand() % 3 == 0)
		op->task = rand() % 2 ? 4888 : 40000;
}

START_TEST(means_what_it_says)
{
	const struct arch *a = arch_find("x86_64");
	struct rawbpf_insn code[USDTCODE_MAX + 1];
	const struct rawbpf_insn *at;
	struct machine m, before;
	struct usdtcode_op op;
	uint32_t n, longest = 0;
	uint64_t want;
	size_t i, j;

	srand(20);
	for (i = 0; i < 20000; i++) {
		random_op(&op);
		n = usdtcode_emit(a, &op, SLOT, code);
		ck_assert_uint_le(n, USDTCODE_MAX);
		longest = n > longest ? n : longest;
		memset(&m, 0, sizeof(m));
		for (j = 0; j < 11; j++)
			m.r[j] = (random64() | (uint64_t)1 << 63) & ~(uint64_t)7;
		for (j = 0; j < sizeof(m.ctx); j++)
			m.ctx[j] = (unsigned char)rand();
		memset(m.stack, 0x5a, sizeof(m.stack));
		m.unreadable = rand() % 8 == 0;
		m.task = op.task;
		before = m;
		want = expected(&m, &op);
		for (at = code; at < code + n;)
			step(&m, &at);
		ck_assert_ptr_eq(at, code + n);
		ck_assert_msg(m.r[0] == want, "%zu: %#lx, not %#lx", i, (unsigned long)m.r[0],
			(unsigned long)want);
		ck_assert_uint_eq(m.reads_user, op.kind == RAWBPF_ARG_MEM);
		/* r6 to r10, and the stack but for the slot */
		ck_assert_mem_eq(m.r + 6, before.r + 6, 5 * sizeof(*m.r));
		memcpy(m.stack + STACK + SLOT, before.stack + STACK + SLOT, 8);
		ck_assert_mem_eq(m.stack, before.stack, STACK);
	}
	ck_assert_uint_gt(longest, 24);
}
END_TEST

/* A register alone is one load; the context is read before anything can destroy r1. */
START_TEST(short_as_can_be)
{
	const struct arch *a = arch_find("x86_64");
	struct usdtcode_op op = {.kind = RAWBPF_ARG_REG, .size = 8, .bits = 64};
	struct rawbpf_insn code[USDTCODE_MAX];

	op.base = (struct usdtcode_reg){.off = 112, .size = 8};
	ck_assert_uint_eq(usdtcode_emit(a, &op, SLOT, code), 1);
	op.base.size = 4;
	ck_assert_uint_eq(usdtcode_emit(a, &op, SLOT, code), 1);
	op.is_signed = true;
	ck_assert_uint_eq(usdtcode_emit(a, &op, SLOT, code), 3);
	op.kind = RAWBPF_ARG_CONST;
	ck_assert_uint_eq(usdtcode_emit(a, &op, SLOT, code), 1);
	op.val = (int64_t)1 << 40;
	ck_assert_uint_eq(usdtcode_emit(a, &op, SLOT, code), 2);
	op.kind = RAWBPF_ARG_MEM;
	op.base.size = 8;
	op.val = 0;
	op.size = 8;
	ck_assert_uint_eq(usdtcode_emit(a, &op, SLOT, code), 7);
}
END_TEST

Suite *suite_usdtemit(void);
Suite *suite_usdtemit(void)
{
	Suite *s = suite_create("usdtemit");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, means_what_it_says);
	tcase_add_test(tc, short_as_can_be);
	suite_add_tcase(s, tc);
	return s;
}
