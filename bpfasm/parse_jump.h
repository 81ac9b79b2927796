/* SPDX-License-Identifier: MIT */
/* parse_jump.h - jumps and calls. */
#ifndef PARSE_JUMP_H
#define PARSE_JUMP_H

#include "parse_tok.h"

int parse_if_line(struct parse *p);		     /* after if */
int parse_goto_line(struct parse *p, unsigned code); /* after goto, gotol, may_goto ... */
int parse_call_line(struct parse *p);		     /* after call */
/*
 * Where a jump leads: a label, pc+N, +N, and plain: N, too.  The jump is emitted, with imm where it
 * has a constant.
 */
int parse_jump(struct parse *p, unsigned code, unsigned dst, unsigned src, int32_t imm, bool plain);
/* is it in the kernel that was named; does it ask for a licence? */
void parse_check_helper(struct parse *p, const struct tok *t, const struct helper *h);

#endif
