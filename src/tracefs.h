/* SPDX-License-Identifier: MIT */
/*
 * tracefs.h - where tracefs is: its mount, or a detached mount of our own.
 */
#ifndef TRACEFS_H
#define TRACEFS_H

#include "context.h"

/*
 * A directory fd of tracefs (borrowed from the context, O_PATH), opened at the first call: the
 * mount point if there is one, else a detached mount (Linux 5.2).  A negative errno with the error
 * set says which right or mount is missing.
 */
int tracefs_dir(struct rawbpf *b);
void tracefs_free(struct rawbpf *b);

/*
 * Open a file of tracefs in advance, until tracefs_free(): what is removed when rights have been
 * given up goes through it.  0, or a negative errno with the error set.
 */
int tracefs_hold(struct rawbpf *b, const char *file, int flags);
int tracefs_held(const struct rawbpf *b, const char *file); /* -1: not held */

/* Sets the error for err, which the kernel gave for the file path of tracefs_dir(); returns err. */
int tracefs_refused(struct rawbpf *b, const char *stage, const char *path, int err);

/*
 * This process as procfs names it, and when it was started (clock ticks since boot): together they
 * say for ever whose an object in tracefs was.
 */
int tracefs_owner(struct sys *s, long *pid, uint64_t *start);

/* id of a tracepoint "category", "event"; -ENOENT with near names in the hint */
int tracefs_event_id(struct rawbpf *b, const char *category, const char *event, uint64_t *id);
/* its format file's text, appended to *text */
int tracefs_event_format(
	struct rawbpf *b, const char *category, const char *event, struct buf *text);

/*
 * A trace instance of our own, instances/rawbpf_PID_STARTTIME_N, in which only the
 * bpf_trace_printk event is enabled (Linux 5.9): *dir is its directory's fd (O_PATH), *name its
 * name (NUL-terminated).  -ENOENT: this kernel has no such event.
 */
int tracefs_instance_make(struct rawbpf *b, char *name, size_t size, int *dir);
/*
 * Whether the instance may be removed: 0, or what the kernel says.  It is asked to remove it as if
 * it were a file: it looks at rights first.
 */
int tracefs_instance_may_go(struct rawbpf *b, const char *name);
/* Closes dir and removes the instance; close its trace_pipe before. */
void tracefs_instance_remove(struct rawbpf *b, const char *name, int dir);

/* A dry run may not read it, and goes on without. */
bool tracefs_unread(const struct rawbpf *b, int err);

#endif
