/* SPDX-License-Identifier: MIT */
/* usdtfile.h - the files that may have USDT probes: one by path, or all that a process runs. */
#ifndef USDTFILE_H
#define USDTFILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "elf.h"
#include "err.h"
#include "sys.h"

struct usdtfile {
	const char *path;    /* as the process sees it */
	const char *open_as; /* the same to us and to the kernel: below /proc/PID for a process */
	struct elf_file *elf;
};

/*
 * A process has many files, and one that cannot be read or is damaged does not hide the others:
 * why is kept here, of the first such, zero before, and the walk goes on.
 */
struct usdtfile_left {
	struct rawbpf_error why; /* .err 0: none was left out */
};
/* false: err is no matter of that one file, and the walk must end */
bool usdtfile_leave(struct usdtfile_left *left, int err, const struct rawbpf_error *why);

/*
 * Open path and call fn for it: a path with a slash as it is, or as process pid sees it if pid > 0;
 * without one also the name of a library or program.  path NULL: fn for each ELF file that process
 * pid has mapped as code; those that cannot be opened go to *left.  Returns 0, a negative errno
 * with *e set, or what fn returned when that is not 0; fn sets *e by itself.
 */
int usdtfile_each(struct sys *s, const char *path, pid_t pid,
	int (*fn)(void *arg, const struct usdtfile *f), void *arg, struct usdtfile_left *left,
	struct rawbpf_error *e);

/* fn for the file found by name and not by path, whatever is in the working directory */
int usdtfile_named(struct sys *s, const char *name, pid_t pid,
	int (*fn)(void *arg, const struct usdtfile *f), void *arg, struct rawbpf_error *e);

#endif
