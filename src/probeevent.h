/* SPDX-License-Identifier: MIT */
/* probeevent.h - probe events of tracefs: made, found and removed again. */
#ifndef PROBEEVENT_H
#define PROBEEVENT_H

#include "context.h"

#define PROBEEVENT_GROUP   "kprobes"
#define PROBEEVENT_KPROBES "kprobe_events"
#define PROBEEVENT_UPROBES "uprobe_events"
#define PROBEEVENT_NAME	   64 /* the kernel's own limit, with the NUL */

/*
 * Make one event: kind is "p", "r" or "r64" (instances of a return probe, Linux 4.12), where what
 * the kernel reads as the place ("vfs_read+16").  file is a file of tracefs ("kprobe_events").
 * *name becomes the event's name, rawbpf_PID_STARTTIME_N, and *id its number for perf events.
 * A negative errno is the kernel's own, no error is set but for tracefs itself (*reached false).
 */
int probeevent_make(struct rawbpf *b, const char *file, const char *kind, const char *where,
	char name[PROBEEVENT_NAME], uint64_t *id, bool *reached);
/* Is there an event of that name in our group?  1, 0, or -errno: without an fd it is not known. */
int probeevent_exists(struct rawbpf *b, const char *name);
/*
 * One more place for it (Linux 5.4).  Kernels before that say nothing and make a new event of the
 * name, with this place alone: so after the second place it is looked whether both are there.
 * -EEXIST if not, and where files cannot be locked.
 */
int probeevent_add(struct rawbpf *b, const char *file, const char *kind, const char *where,
	const char *name, bool second);
/* An event whose perf events are closed.  One that is gone already is no failure. */
int probeevent_remove(struct rawbpf *b, const char *file, const char *name);
/* Open in advance what probeevent_remove() needs of file, and for each event of several places. */
int probeevent_hold(struct rawbpf *b, const char *file);
/* Anybody's, once and at once: -EBUSY while it is in use, -ENOENT. */
int probeevent_delete(struct rawbpf *b, const char *file, const char *name);

/*
 * Every event of our group in file, each name once, until fn returns non-zero, which is returned;
 * *reached says that the file was read.  fn may remove the event.
 */
int probeevent_each(struct rawbpf *b, const char *file,
	int (*fn)(void *arg, const char *file, const char *name), void *arg, bool *reached);

#endif
