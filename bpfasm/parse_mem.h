/* SPDX-License-Identifier: MIT */
/* parse_mem.h - loads, stores and atomic operations. */
#ifndef PARSE_MEM_H
#define PARSE_MEM_H

#include "parse_tok.h"

int parse_store_line(struct parse *p);	 /* after the * of "*(u32 *)(r1 +0) = " */
int parse_lock_line(struct parse *p);	 /* after lock */
int parse_release_line(struct parse *p); /* after store_release */

/* "*(u32 *)(r1 +8)" */
struct parse_mem {
	uint8_t code;  /* INSN_B ... */
	uint8_t bytes; /* what that is */
	bool sign;     /* s8, s16, s32 */
	uint8_t base;
	int16_t off;
};
int parse_mem(struct parse *p, struct parse_mem *m);	/* after the star */
int parse_addr(struct parse *p, struct parse_mem *m);	/* "r1 + 8" */
int parse_offset(struct parse *p, struct parse_mem *m); /* the "+ 8" of it, or nothing */
/* the value of a store to m, which is emitted; any_sign: 32 bits with a sign or without one */
int parse_store_imm(struct parse *p, const struct parse_mem *m, bool any_sign);
int parse_load(struct parse *p, struct parse_reg dst); /* after "dst = *" */
int parse_pseudo_line(struct parse *p);		       /* after ld_pseudo */
/* "dst = NAME(...)" that is one instruction; 0: it is not */
int parse_builtin(struct parse *p, struct parse_reg dst);

#endif
