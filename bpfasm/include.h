/* SPDX-License-Identifier: MIT */
/* include.h - the file that .include names. */
#ifndef INCLUDE_H
#define INCLUDE_H

#include "bpfasm.h"
#include "mem.h"

struct include_file {
	const char *path; /* as it was found; the name itself when built in */
	const char *text;
	size_t len;
	bool builtin;
};

enum { INCLUDE_MAX = 64 << 20 }; /* bytes of one file */

/*
 * Find name: beside the file from (unless that is built in), in o->include_dirs (o may be NULL),
 * among the standard macros.  files remembers what was read.  0 and *f; -EINVAL and one line in
 * msg; -ENOMEM.
 */
int include_find(struct pool *p, struct names *files, const struct bpfasm_opts *o, const char *from,
	bool from_builtin, const char *name, struct include_file **f, char *msg, size_t msg_len);

struct suggest;
/* the library's file that defines this macro or constant; NULL: none does */
const char *include_defines(const char *name, size_t len);
/* what stands behind a macro's name where the library defines it: its parameters; NULL: it does not */
const char *include_macro(const char *name, size_t len, size_t *n, const char **file);
/* offer the library's macros */
void include_suggest(struct suggest *s);

#endif
