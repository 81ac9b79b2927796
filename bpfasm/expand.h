/* SPDX-License-Identifier: MIT */
/* expand.h - .macro, .rept, .irp, .irpc, and calls of macros. */
#ifndef EXPAND_H
#define EXPAND_H

#include "preproc.h"

macro_fn expand_macro, expand_purgem, expand_exitm, expand_rept, expand_irp, expand_irpc;
macro_fn expand_stray; /* .endm, .endr */
/* Read the expansion of a macro, called at t, next. */
int expand_call(struct macro *m, const struct tok *t, const struct macro_def *def);
/* The next round of a loop, if there is one. */
int expand_round(struct macro *m, struct input_loop *l);

#endif
