/* SPDX-License-Identifier: MIT */
/* symtype.h - types of the kernel's functions and variables as the assembler says them. */
#ifndef SYMTYPE_H
#define SYMTYPE_H

#include "btf.h"

/*
 * Of the FUNC or VAR id: "struct task_struct *(struct task_struct *)".  0, -ENOENT (it is none, or
 * has a part that has no word), -ENOSPC.
 */
int symtype_text(const struct btf *b, uint32_t id, char *text, size_t size);

/*
 * ": TYPE" of a name whose type an object's BTF has, else "".  b NULL: there is none.  *is_func: as
 * the BTF has it, if it does.
 */
void symtype_declared(
	const struct btf *b, const char *name, bool *is_func, char *text, size_t size);

#endif
