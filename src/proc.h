/* SPDX-License-Identifier: MIT */
/* proc.h - processes: their ids and their mappings. */
#ifndef PROC_H
#define PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "buf.h"
#include "err.h"
#include "sys.h"

/* ---- maps --------------------------------------------------------------------------------- */

struct proc_maps {
	struct buf text;
	char *at;
};

struct proc_map {
	uint64_t start, end, offset; /* addresses; offset in the file */
	uint64_t inode;		     /* 0: no file */
	uint32_t major, minor;	     /* of the file's device */
	bool exec, write, shared;
	const char *path; /* "" for none; valid until the maps are freed */
};

/* 0 or a negative errno, -ESRCH when there is no such process; pid 0 is this process */
int proc_maps_open(struct sys *s, pid_t pid, struct proc_maps *m);
bool proc_maps_next(struct proc_maps *m, struct proc_map *map);
void proc_maps_free(struct proc_maps *m);
/* Bytes of its path without what the kernel adds to that of a removed file. */
size_t proc_map_len(const char *path);

/* Process pid's root as maps spell it; "" when that is the usual one, or cannot be read. */
void proc_root(struct sys *s, pid_t pid, char *root, size_t size);
/* A path of maps as the process has it: what is below its root. */
const char *proc_below(const char *path, const char *root);

/* ---- processes ---------------------------------------------------------------------------- */

struct proc_stat {
	pid_t pid;	/* as /proc counts */
	pid_t parent;	/* 0: none that /proc shows */
	uint64_t start; /* clock ticks since boot */
	uint64_t flags; /* PF_* of the kernel */
	bool ended;	/* a zombie: it waits to be waited for */
};

/* -ESRCH with *e set: there is no such process, or it runs nothing. */
int proc_gone(struct sys *s, pid_t pid, const char *stage, struct rawbpf_error *e);

/* What /proc/PID/stat says, pid 0: of this process; -ESRCH, or why it cannot be read. */
int proc_stat(struct sys *s, pid_t pid, struct proc_stat *st);

/* Whether pid is what a namespace of its own calls process at (Linux 4.1), or a negative errno. */
int proc_has_pid(struct sys *s, pid_t at, pid_t pid);

/* The process of a thread, 0: not told; 0 or a negative errno. */
int proc_of_thread(struct sys *s, pid_t tid, pid_t *pid);

/* Every process's id, until fn returns non-zero, which is returned. */
int proc_each_pid(struct sys *s, int (*fn)(void *arg, pid_t pid), void *arg);

/* Every name in a directory ("." too), in the same way; -ENOENT ... when it cannot be read. */
int proc_each_name(struct sys *s, int dirfd, const char *dir,
	int (*fn)(void *arg, const char *name), void *arg);

#endif
