/* SPDX-License-Identifier: MIT */
/* parse_fn.h - directives that begin and shape functions; what is checked when they end. */
#ifndef PARSE_FN_H
#define PARSE_FN_H

#include "parse_tok.h"

int parse_need_fn(struct parse *p, const struct tok *t); /* or report that .prog is missing */

/* each after its directive */
int parse_prog(struct parse *p);
int parse_func(struct parse *p);
int parse_kfunc(struct parse *p);
int parse_kvar(struct parse *p);
int parse_kconfig(struct parse *p);
int parse_var(struct parse *p);
int parse_args(struct parse *p);
int parse_license(struct parse *p);
int parse_word(struct parse *p);
int parse_nowarn(struct parse *p);

/* the current function is complete */
void parse_end_fn(struct parse *p);
/* the unit is complete: what its references mean */
void parse_resolve(struct parse *p);

#endif
