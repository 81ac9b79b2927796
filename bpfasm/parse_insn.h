/* SPDX-License-Identifier: MIT */
/* parse_insn.h - instructions of the verifier's dialect that begin with a register. */
#ifndef PARSE_INSN_H
#define PARSE_INSN_H

#include "parse_tok.h"

int parse_reg_line(struct parse *p, struct parse_reg dst); /* "r1 ..." after r1 */

#endif
