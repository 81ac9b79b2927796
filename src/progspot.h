/* SPDX-License-Identifier: MIT */
/* progspot.h - the instruction that a refusal speaks of when the verifier's log names none. */
#ifndef PROGSPOT_H
#define PROGSPOT_H

#include "object.h"

/* By the message; -1: it is of no one instruction, or not of one alone. */
int progspot_find(const struct object *o, const struct object_code *c, const char *msg);

#endif
