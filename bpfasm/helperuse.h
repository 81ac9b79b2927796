/* SPDX-License-Identifier: MIT */
/* helperuse.h - may the program that is written call this helper? */
#ifndef HELPERUSE_H
#define HELPERUSE_H

#include "parse_tok.h"
#include "section.h"

/* What a section's programs may call, as enum helper_kind; -1: that is not known. */
int helperuse_kind(const char *section);
/* A warning where no kernel lets the program call it, or not the one that was named. */
void helperuse_check(struct parse *p, const struct tok *t, const struct helper *h);

#endif
