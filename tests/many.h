/* SPDX-License-Identifier: MIT */
/* many.h - a hundred functions to be probed, each with its number: many_00 to many_99. */
#ifndef MANY_H
#define MANY_H

#define MANY 100

/* Calls every one times times; each returns its number, plus one. */
int many_call(int times);

#endif
