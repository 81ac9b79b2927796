/* SPDX-License-Identifier: MIT */
/* btftext.h - a value as text, by its type in BTF. */
#ifndef BTFTEXT_H
#define BTFTEXT_H

#include <stdio.h>

#include "btf.h"

/*
 * The value of type id in the size bytes at p, of this machine's byte order: "-3", "RUNNING", a
 * text, "{1, 2}", "{user = 0, name = bash}".  bare: a record of its own, without its braces.
 * Bytes that BTF says nothing useful about are hex.  Negative after a failure to write.
 */
int btftext_put(FILE *out, const struct btf *b, uint32_t id, const void *p, size_t size, bool bare);
/* Whether the type is a record: it has fields by name. */
bool btftext_is_record(const struct btf *b, uint32_t id);
/* Whether it is an array of char. */
bool btftext_is_text(const struct btf *b, uint32_t id);

#endif
