/* SPDX-License-Identifier: MIT */
/* cond.h - .if and its like. */
#ifndef COND_H
#define COND_H

#include "preproc.h"

macro_fn cond_if, cond_ifdef, cond_ifndef, cond_ifb, cond_ifnb, cond_ifc, cond_ifnc;
macro_fn cond_elseif, cond_else, cond_endif;

#endif
