/* SPDX-License-Identifier: MIT */
/* depth.h - the stack that functions need together, one calling the other. */
#ifndef DEPTH_H
#define DEPTH_H

#include "parse_tok.h"

/* Of all functions, which have no errors: what is too much is reported at the call that passes it. */
void depth_check(struct parse *p);

#endif
