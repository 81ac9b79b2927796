/* SPDX-License-Identifier: MIT */
/* gnu.h - instructions by their mnemonics, as GNU's bpf-as has them. */
#ifndef GNU_H
#define GNU_H

#include "parse_tok.h"

/*
 * A line whose first word, at p->t, is one of GNU's mnemonics: 1, or -EINVAL after an error was
 * reported.  0: it is none of them, and nothing was taken.
 */
int gnu_line(struct parse *p);
int gnu_call_line(struct parse *p); /* after call, before '%': a call through a register */
/* the mnemonics, for a message about a word that is none */
void gnu_suggest(struct suggest *s);

#endif
