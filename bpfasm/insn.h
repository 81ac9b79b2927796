/* SPDX-License-Identifier: MIT */
/*
 * insn.h - the numbers of the BPF instruction set (RFC 9669 and the kernel's additions).
 *
 * The opcode byte: bits 0..2 are the class; of arithmetic and jumps, bit 3 tells register from
 * immediate and bits 4..7 the operation; of loads and stores, bits 3..4 are the size and bits 5..7
 * the mode.
 */
#ifndef INSN_NUMBERS_H
#define INSN_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

/* classes */
enum {
	INSN_LD = 0x00,
	INSN_LDX = 0x01,
	INSN_ST = 0x02,
	INSN_STX = 0x03,
	INSN_ALU = 0x04, /* 32 bits */
	INSN_JMP = 0x05,
	INSN_JMP32 = 0x06, /* 5.1 */
	INSN_ALU64 = 0x07,
	INSN_CLASS = 0x07, /* mask */
};

/* the second operand of ALU and JMP */
enum {
	INSN_K = 0x00,	/* imm */
	INSN_X = 0x08,	/* the source register */
	INSN_OP = 0xf0, /* mask of the operation */
};

/* sizes of loads and stores */
enum {
	INSN_W = 0x00,
	INSN_H = 0x08,
	INSN_B = 0x10,
	INSN_DW = 0x18,
	INSN_SIZE = 0x18, /* mask */
};

/* modes of loads and stores */
enum {
	INSN_IMM = 0x00, /* ld_imm64 */
	INSN_ABS = 0x20, /* packet loads, class LD */
	INSN_IND = 0x40,
	INSN_MEM = 0x60,
	INSN_MEMSX = 0x80, /* sign extending loads, 6.6 */
	INSN_ATOMIC = 0xc0,
	INSN_MODE = 0xe0, /* mask */
};

/* arithmetic; insn.def has the table */
enum {
	INSN_ADD = 0x00,
	INSN_SUB = 0x10,
	INSN_MUL = 0x20,
	INSN_DIV = 0x30, /* off 1: signed, 6.6 */
	INSN_OR = 0x40,
	INSN_AND = 0x50,
	INSN_LSH = 0x60,
	INSN_RSH = 0x70,
	INSN_NEG = 0x80,
	INSN_MOD = 0x90, /* off 1: signed, 6.6 */
	INSN_XOR = 0xa0,
	INSN_MOV = 0xb0, /* off 8, 16, 32: sign extending, 6.6 */
	INSN_ARSH = 0xc0,
	INSN_END = 0xd0, /* byte swaps: ALU|K to little, ALU|X to big, ALU64|K always (6.6) */
};

/* jumps */
enum {
	INSN_JA = 0x00, /* JMP: by off; JMP32: by imm (gotol, 6.6) */
	INSN_JEQ = 0x10,
	INSN_JGT = 0x20,
	INSN_JGE = 0x30,
	INSN_JSET = 0x40,
	INSN_JNE = 0x50,
	INSN_JSGT = 0x60,
	INSN_JSGE = 0x70,
	INSN_CALL = 0x80,
	INSN_EXIT = 0x90,
	INSN_JLT = 0xa0, /* 4.14 */
	INSN_JLE = 0xb0,
	INSN_JSLT = 0xc0,
	INSN_JSLE = 0xd0,
	INSN_JCOND = 0xe0, /* may_goto, 6.9 */
};

/* whole opcodes that are met often */
enum {
	INSN_LD_IMM64 = INSN_LD | INSN_IMM | INSN_DW, /* 0x18; two slots */
	INSN_CALL_K = INSN_JMP | INSN_CALL,	      /* 0x85 */
	INSN_CALL_X = INSN_JMP | INSN_CALL | INSN_X,  /* 0x8d: callx, register in dst (LLVM 19) */
	INSN_JA_X = INSN_JMP | INSN_JA | INSN_X,      /* 0x0d: gotox, register in dst, 6.19 */
	INSN_EXIT_K = INSN_JMP | INSN_EXIT,	      /* 0x95 */
	INSN_GOTO = INSN_JMP | INSN_JA,		      /* 0x05 */
	INSN_GOTOL = INSN_JMP32 | INSN_JA,	      /* 0x06 */
	INSN_MAY_GOTO = INSN_JMP | INSN_JCOND,	      /* 0xe5 */
};

/* imm of the atomic operations, mode ATOMIC of class STX */
enum {
	INSN_FETCH = 0x01, /* or'ed to the four arithmetic ones; 5.12 */
	INSN_A_ADD = 0x00,
	INSN_A_OR = 0x40, /* all but plain add: 5.12 */
	INSN_A_AND = 0x50,
	INSN_A_XOR = 0xa0,
	INSN_A_XCHG = 0xe1,
	INSN_A_CMPXCHG = 0xf1,
	INSN_A_LOAD_ACQ = 0x100, /* dst = *(src + off); 6.15 */
	INSN_A_STORE_REL = 0x110,
};

/* src of ld_imm64: what the value stands for */
enum {
	INSN_IMM64_PLAIN = 0,
	INSN_IMM64_MAP_FD = 1,
	INSN_IMM64_MAP_VALUE = 2,     /* 5.2: fd in the first imm, offset in the second */
	INSN_IMM64_BTF_ID = 3,	      /* 5.10: a kernel variable */
	INSN_IMM64_FUNC = 4,	      /* 5.13: callback, offset to the function in slots */
	INSN_IMM64_MAP_IDX = 5,	      /* 5.14: index into fd_array */
	INSN_IMM64_MAP_IDX_VALUE = 6, /* 5.14 */
};

/* src of call */
enum {
	INSN_CALL_HELPER = 0,
	INSN_CALL_FUNC = 1,  /* 4.16: bpf to bpf, imm is relative to the next slot */
	INSN_CALL_KFUNC = 2, /* 5.13: imm is the BTF id */
};

/* off of MOV|X of class ALU64: addr_space_cast, 6.9; imm is dst space << 16 | src space */
enum { INSN_OFF_ADDR_CAST = 1 };
/* a per-cpu address, 6.10: the verifier itself writes it, and takes it from nobody */
enum { INSN_OFF_PERCPU = -1 };

enum { INSN_REGS = 11, INSN_FP = 10 };

/* insn.def's rows as tables; each ends in a row whose name is NULL */
struct insn_alu {
	const char *name, *op; /* "add", "+=" */
	uint8_t code;
};
struct insn_jmp {
	const char *name, *op; /* "jeq", "==" */
	uint8_t code;
};
struct insn_size {
	const char *name, *sname; /* "u8", "s8" */
	uint8_t code, bytes;
};
struct insn_atomic {
	const char *name, *op; /* "add", "+="; op NULL: no plain form */
	int32_t imm;
};
/* every row, up to one without a name */
const struct insn_alu *insn_alus(void);
const struct insn_jmp *insn_jmps(void);
const struct insn_size *insn_sizes(void);
const struct insn_atomic *insn_atomics(void);

/* the row of an operation (code's INSN_OP bits), or of a size (its INSN_SIZE bits); NULL: none */
const struct insn_alu *insn_alu_by_code(uint8_t code);
const struct insn_jmp *insn_jmp_by_code(uint8_t code);
const struct insn_size *insn_size_by_code(uint8_t code);
const struct insn_atomic *insn_atomic_by_imm(int32_t imm); /* FETCH masked off for the four */

#endif
