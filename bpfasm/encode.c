// SPDX-License-Identifier: MIT
/* encode.c - instruction slots to bytes and back, and the tables of insn.def. */
#include "insn.h"
#include "ir.h"

static const struct insn_alu insn_alu_rows[] = {
#define ALU(name, code, op) {name, op, code},
#include "insn.def"
	{NULL, NULL, 0},
};

static const struct insn_jmp insn_jmp_rows[] = {
#define JMP(name, code, op) {name, op, code},
#include "insn.def"
	{NULL, NULL, 0},
};

static const struct insn_size insn_size_rows[] = {
#define SIZE(u, s, code, bytes) {u, s, code, bytes},
#include "insn.def"
	{NULL, NULL, 0, 0},
};

static const struct insn_atomic insn_atomic_rows[] = {
#define ATOMIC(name, imm, op) {name, op, imm},
#include "insn.def"
	{NULL, NULL, 0},
};

const struct insn_alu *insn_alus(void)
{
	return insn_alu_rows;
}

const struct insn_jmp *insn_jmps(void)
{
	return insn_jmp_rows;
}

const struct insn_size *insn_sizes(void)
{
	return insn_size_rows;
}

const struct insn_atomic *insn_atomics(void)
{
	return insn_atomic_rows;
}

const struct insn_alu *insn_alu_by_code(uint8_t code)
{
	const struct insn_alu *a;

	for (a = insn_alu_rows; a->name; a++)
		if (a->code == (code & INSN_OP))
			return a;
	return NULL;
}

const struct insn_jmp *insn_jmp_by_code(uint8_t code)
{
	const struct insn_jmp *j;

	for (j = insn_jmp_rows; j->name; j++)
		if (j->code == (code & INSN_OP))
			return j;
	return NULL;
}

const struct insn_size *insn_size_by_code(uint8_t code)
{
	const struct insn_size *s;

	for (s = insn_size_rows; s->name; s++)
		if (s->code == (code & INSN_SIZE))
			return s;
	return NULL;
}

const struct insn_atomic *insn_atomic_by_imm(int32_t imm)
{
	const struct insn_atomic *a;

	for (a = insn_atomic_rows; a->name; a++)
		if (a->imm == imm || (a->op && (a->imm | INSN_FETCH) == imm))
			return a;
	return NULL;
}

/* The registers share a byte as two bit fields: dst is the low nibble only in little endian. */
void encode_insns(const struct ir_insn *insns, size_t n, bool big_endian, unsigned char *p)
{
	const struct ir_insn *i;

	for (i = insns; n; n--, i++, p += 8) {
		uint16_t off = (uint16_t)i->off;
		uint32_t imm = (uint32_t)i->imm;
		unsigned int b = big_endian ? 24 : 0; /* shift of imm's first byte */

		p[0] = i->code;
		p[1] = (unsigned char)(big_endian ? i->dst << 4 | (i->src & 15)
						  : i->src << 4 | (i->dst & 15));
		p[2] = (unsigned char)(big_endian ? off >> 8 : off);
		p[3] = (unsigned char)(big_endian ? off : off >> 8);
		p[4] = (unsigned char)(imm >> b);
		p[5] = (unsigned char)(imm >> (b ^ 8));
		p[6] = (unsigned char)(imm >> (b ^ 16));
		p[7] = (unsigned char)(imm >> (b ^ 24));
	}
}

void encode_read(const unsigned char *p, size_t n, bool big_endian, struct ir_insn *insns)
{
	struct ir_insn *i;

	for (i = insns; n; n--, i++, p += 8) {
		unsigned int b = big_endian ? 24 : 0;
		uint32_t imm = (uint32_t)p[4] << b | (uint32_t)p[5] << (b ^ 8) |
			       (uint32_t)p[6] << (b ^ 16) | (uint32_t)p[7] << (b ^ 24);
		uint16_t off = (uint16_t)(big_endian ? p[2] << 8 | p[3] : p[3] << 8 | p[2]);

		i->code = p[0];
		i->dst = big_endian ? p[1] >> 4 : p[1] & 15;
		i->src = big_endian ? p[1] & 15 : p[1] >> 4;
		i->off = (int16_t)off;
		i->imm = (int32_t)imm;
	}
}
