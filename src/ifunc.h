/* SPDX-License-Identifier: MIT */
/* ifunc.h - the function that processes really call for an IFUNC symbol. */
#ifndef IFUNC_H
#define IFUNC_H

#include "sym.h"

struct ifunc_slot;

/* What a file's IFUNC symbols became in one running process. */
struct ifunc {
	struct ifunc_slot *slots;
	size_t n_slots;
	pid_t pid; /* whose memory was read; 0: no process maps the file, or none could be read */
	int err;   /* what kept us from reading a process's memory, 0: nothing did */
	unsigned n_read, n_denied; /* processes */
};

/*
 * Looks into process pid (0: into any that maps the file) for what the slots of f hold.  shown is
 * the file's path as the process sees it.  0, or -ENOMEM; nothing found is no error.
 */
int ifunc_open(struct sys *s, struct sym_file *f, const char *path, const char *shown, pid_t pid,
	struct ifunc *out);
void ifunc_close(struct ifunc *u);

/*
 * File offset of the code that sym's callers reach: 0, -ENOENT, or -EXDEV when it is in the vdso,
 * the kernel's own pages.
 */
int ifunc_target(const struct ifunc *u, const struct rawbpf_sym *sym, uint64_t *offset);

/*
 * The same from the slots of the programs and libraries that call sym: for an IFUNC that its own
 * library does not call.  It may open every file that some process maps: a last resort.
 */
int ifunc_target_elsewhere(struct sys *s, struct sym_file *f, const char *path, const char *shown,
	pid_t pid, const struct rawbpf_sym *sym, const char *name, uint64_t *offset);

#endif
