/* SPDX-License-Identifier: MIT */
/* parse_data.h - .data, .rodata, .bss: variables that all programs of an object share. */
#ifndef PARSE_DATA_H
#define PARSE_DATA_H

#include "parse_tok.h"

int parse_data(struct parse *p);   /* after .data */
int parse_rodata(struct parse *p); /* after .rodata */
int parse_bss(struct parse *p);	   /* after .bss */
/* NULL: no such variable */
const struct ir_data *parse_find_data(const struct parse *p, const char *s, size_t len);

#endif
