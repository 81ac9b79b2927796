/* SPDX-License-Identifier: MIT */
/* symlist.h - what listings of functions share. */
#ifndef SYMLIST_H
#define SYMLIST_H

#include "libname.h"
#include "rawbpf.h"

/* Whether a pattern is a name, which it matches alone. */
bool symlist_is_name(const char *pattern);
/* As a shell's: "str*" is held against the name, "str*@GLIBC_2.2.5" against name and version; NULL: all. */
bool symlist_match(const char *pattern, const struct rawbpf_sym *s);

/* A file here of that name, or what a library's name means to process pid (0: here). */
int symlist_path(struct sys *s, const char *name, pid_t pid, struct libname_file *out,
	struct rawbpf_error *e);

#endif
