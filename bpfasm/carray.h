/* SPDX-License-Identifier: MIT */
/* carray.h - a unit as a header in C. */
#ifndef CARRAY_H
#define CARRAY_H

#include "parse_tok.h"

/* BPFASM_C, malloc'ed; -E2BIG: more than 4 million instructions, -EFBIG as elfout_write() */
int carray_write(const struct parse *p, unsigned char **data, size_t *len);

#endif
