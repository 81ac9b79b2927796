/* SPDX-License-Identifier: MIT */
/* t_code.h - the code of two objects, compared. */
#ifndef T_CODE_H
#define T_CODE_H

#include <stddef.h>

/* Each section with code of object a holds the same bytes in b; there is one at least. */
void t_same_code(const void *a, size_t na, const void *b, size_t nb);

#endif
