/* SPDX-License-Identifier: MIT */
/* libname.h - the file that a library's or program's name means. */
#ifndef LIBNAME_H
#define LIBNAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"
#include "sys.h"

struct libname_file {
	char *path;    /* to be opened; through /proc/PID/root for another process's view */
	char *shown;   /* the path as that process sees it */
	char road[96]; /* how it was found, in words */
	bool gone;     /* a process's mapping: its path is another file, or none, by now */
};

/*
 * The file that a name means: a path, a library ("c", "ssl", "libssl.so.3") or a program of PATH.
 * With pid > 0: as that process sees it, and its own mappings first; a path whose file was removed
 * or replaced while the process runs is the file that it has mapped.  0, or a negative errno with
 * *e set (-ENOENT, -ESRCH).
 */
int libname_find(struct sys *s, const char *name, pid_t pid, struct libname_file *out,
	struct rawbpf_error *e);
void libname_free(struct libname_file *f);

#endif
