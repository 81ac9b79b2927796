/* SPDX-License-Identifier: MIT */
/* exists.h - exists(NAME): does the target have it? */
#ifndef EXISTS_H
#define EXISTS_H

#include "parse_tok.h"

/*
 * *v: 1 or 0, of a record of the text or of the target's types, members and enumerators.  In an
 * object for any kernel the constant that is emitted next gets a record.  0, -ENOMEM, or -EINVAL
 * after it was reported at t that nobody can tell.
 */
int exists_ask(struct parse *p, const struct tok *t, const char *s, size_t len, int64_t *v);

#endif
