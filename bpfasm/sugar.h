/* SPDX-License-Identifier: MIT */
/* sugar.h - statements that stand for several instructions. */
#ifndef SUGAR_H
#define SUGAR_H

#include "parse_tok.h"

/* "dst = ..." where the right side is no instruction of the dialect; 0: it is no sugar either */
int sugar_assign(struct parse *p, struct parse_reg dst);
int sugar_var_line(struct parse *p);			      /* "NAME = ..." */
int sugar_field_line(struct parse *p, struct parse_reg base); /* after "r0->" */
int sugar_call(struct parse *p);			      /* "NAME(...)" */
bool sugar_is_call(const struct parse *p);		      /* does "NAME(" follow? */
int sugar_return(struct parse *p);			      /* after return */
int sugar_ctx(struct parse *p);				      /* after .ctx */

#endif
