/* SPDX-License-Identifier: MIT */
/* hwcaps.h - the levels of CPUs that a library may be built for (glibc-hwcaps). */
#ifndef HWCAPS_H
#define HWCAPS_H

#include "sys.h"

/* 2 to 4 for "x86-64-v2" to "x86-64-v4"; 0: not known */
int hwcaps_level(const char *name);
/* and back */
const char *hwcaps_name(int level);

/* This machine's level, 0: of none of them. */
int hwcaps_cpu(struct sys *s);

#endif
