/* SPDX-License-Identifier: MIT */
/*
 * parse.h - the parser's entry.
 *
 * parse.c takes lines from macro.c and hands each to the file that knows it: parse_fn.c,
 * parse_map.c and parse_type.c (declarations), parse_insn.c, parse_mem.c and parse_jump.c
 * (instructions of the dialect), sugar.c (what expands to several).  All stand on parse_tok.c and
 * fill one struct ir_unit.
 */
#ifndef PARSE_H
#define PARSE_H

#include "parse_tok.h"

int parse_unit(struct parse *p); /* all lines; -EINVAL, -ENOMEM */

#endif
