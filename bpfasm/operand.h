/* SPDX-License-Identifier: MIT */
/* operand.h - a value that may take several instructions to get into a register. */
#ifndef OPERAND_H
#define OPERAND_H

#include "parse_tok.h"

enum operand_kind {
	OPERAND_REG,
	OPERAND_CONST,
	OPERAND_NAME,	/* &map, &function: the loader knows */
	OPERAND_STACK,	/* &variable */
	OPERAND_VAR,	/* variable */
	OPERAND_FIELD,	/* a number in memory: args->f, arg1, r6->REC.f */
	OPERAND_ADDR,	/* an array in memory, &r6->REC.f: its address */
	OPERAND_LOC,	/* data behind a tracepoint's record: its address */
	OPERAND_STR,	/* "text" */
	OPERAND_GLOBAL, /* variable of .data, .rodata, .bss */
	OPERAND_DATA,	/* &variable of these */
};

struct operand {
	enum operand_kind kind;
	const struct tok *t;	/* where it begins */
	struct parse_reg reg;	/* REG; FIELD, ADDR, LOC: what they are relative to */
	int64_t imm;		/* CONST; ADDR, LOC: what is added to the offset, found there */
	struct frame_slot slot; /* STACK, VAR */
	int32_t off;		/* FIELD, ADDR, LOC */
	uint32_t size;		/* VAR, FIELD, GLOBAL: bytes */
	bool is_signed;
	const char *text; /* STR, without its quotes */
	size_t len;
	const struct tok *context;  /* REG, FIELD, ADDR, LOC: the word that means the context */
	const struct ir_data *data; /* GLOBAL, DATA: its variable, and the byte in it */
	uint32_t add;
	const struct kname *k;	/* FIELD, ADDR: a name of the target's types */
	struct parse_core core; /* CONST: its record */
	bool keep;		/* STR: for the whole function, not for this statement alone */
};

/* 1: it is one that no single instruction of the dialect can mean; 0: something else */
int operand_sugar(struct parse *p, struct operand *o);
int operand_parse(struct parse *p, struct operand *o); /* any; 0 or -EINVAL */
int operand_load(struct parse *p, unsigned dst, const struct operand *o);
uint8_t operand_width(uint32_t bytes); /* INSN_B ... */
/* dst holds a signed number of so many bytes: extend it */
void operand_sign(struct parse *p, unsigned dst, uint32_t bytes);
/* the register that loading it reads; -1: none */
int operand_reads(const struct operand *o);
/* args->FIELD, arg1..arg6, retval, ctx: 1, 0: something else, -EINVAL */
int operand_context(struct parse *p, struct operand *o);

#endif
