/* SPDX-License-Identifier: MIT */
/* upguess.h - in a dry run, the places of a uprobe whose file or process may not be read. */
#ifndef UPGUESS_H
#define UPGUESS_H

#include "uplace.h"

/*
 * As uplace_open(); in a dry run what may not be read is no error, and u->guessed says which of the
 * places' values only stand for what is not known.
 */
int upguess_open(struct uplace *u);

#endif
