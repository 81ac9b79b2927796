/* SPDX-License-Identifier: MIT */
/* asmtext.h - a unit as text. */
#ifndef ASMTEXT_H
#define ASMTEXT_H

#include "parse_tok.h"

/* -E: the unit as text, malloc'ed */
int asmtext_write(const struct parse *p, unsigned char **data, size_t *len);

#endif
