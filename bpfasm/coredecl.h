/* SPDX-License-Identifier: MIT */
/* coredecl.h - .core: names of the kernel's types told in the text, and records by their kind. */
#ifndef COREDECL_H
#define COREDECL_H

#include "parse_tok.h"

int coredecl_line(struct parse *p);
/* a record by its kind whose instruction has not come: report it */
void coredecl_left(struct parse *p);

#endif
