/* SPDX-License-Identifier: MIT */
/*
 * link.h - a program attached to one place, or to many by one link: a bpf link where the kernel
 * has it (5.15 for perf events), else the perf event itself with the program set by ioctl.
 */
#ifndef LINK_H
#define LINK_H

#include "prog.h"

enum link_kind {
	LINK_UPROBE,
	LINK_URETPROBE,
	LINK_TRACEPOINT,
	LINK_KPROBE,
	LINK_KRETPROBE,
	LINK_RAW_TRACEPOINT,
	LINK_PERF_EVENT,
	LINK_FENTRY, /* at a function's entry: fentry, fmod_ret */
	LINK_FEXIT,
	LINK_USDT,
};

/* One of the places of a link or of a probe that is being made. */
struct link_place {
	uint64_t offset;
	char *name; /* for messages and detach: "c:strlen"; owned */
	/* file offset of a counter that is not 0 while somebody probes the place; 0: none */
	uint64_t semaphore;
	uint64_t cookie; /* what the program is told there; 0: nothing */
};

struct usdtsem; /* usdtsem.c */

/* Options of one attachment. */
struct link {
	struct link *next;
	enum link_kind kind;
	struct prog *prog;
	char *place;	 /* what it is attached to, for messages and detach: "c:strlen" */
	uint64_t key[3]; /* kind's own identity of the place (device, inode, offset; id) */
	pid_t pid;
	uint64_t start;	      /* when that process started, as link_start() says; 0: not known */
	int perf_fd, link_fd; /* -1: none */
	int file_fd; /* of several USDT probes: their file, which may lose its name; -1: none */
	unsigned n_places;	   /* places probed by it */
	struct link_place *places; /* them, for a link of many; NULL: place and key[2] alone */
	char *event;		   /* a probe event of tracefs to be removed with it, or NULL */
	const char *event_file;
	char *pattern;	 /* that it was attached by, with others; NULL: by its own name */
	char *asked;	 /* the name that a kernel function was found by ("getppid"); NULL: place */
	uint64_t cookie; /* without places: that of the one */
	int fallback;	 /* its calls are marked with it, see sys_fallback() */
	unsigned guessed;    /* in a dry run: SYS_GUESSED_ what of the place was not found out */
	bool records;	     /* the cookies are records of usdtspec.c, which it holds */
	struct usdtsem *sem; /* the place's counter, where the kernel does not count; NULL: none */
	const char **covers; /* kernel functions of a link of many, n_places, sorted; NULL: place */
};

/*
 * A perf event that a place is probed by: of process pid on any CPU, or (0) of all processes, for
 * which any one CPU does: the program runs wherever the place is reached.  fd or -errno.
 */
int link_perf_open(struct rawbpf *b, struct rawbpf_perf_attr *a, pid_t pid, const char *role);

/*
 * Attach prog to the perf event perf_fd, which the new link owns from here on (it is closed on
 * failure too), and add the link to b.  place is copied.  0 and *out (which may be NULL), or a
 * negative errno with the error set.
 */
int link_perf_event(struct rawbpf *b, enum link_kind kind, struct prog *prog, const char *place,
	int perf_fd, struct link **out);

/* The same, where the program is told cookie: Linux 5.15; not before, nor for 0. */
int link_perf_cookie(struct rawbpf *b, enum link_kind kind, struct prog *prog, const char *place,
	int perf_fd, uint64_t cookie, struct link **out);
/* Hold the records that l's cookies are the numbers of, as long as l is there. */
void link_hold_records(struct rawbpf *b, struct link *l);

/*
 * A bpf link of its own, for all of places (copied; place is what to call them): LINK_CREATE with
 * what a says.  It is added to b.  0 and *out, or a negative errno, without the error set: what
 * the kernel lacks has other roads.
 */
int link_multi(struct rawbpf *b, enum link_kind kind, struct prog *prog, const char *place,
	union rawbpf_attr *a, const struct link_place *places, size_t n, struct link **out);

/*
 * Have the probe event of that name removed from tracefs when l is detached; file is a constant
 * ("kprobe_events").  The name is copied; -ENOMEM leaves l as it was.
 */
int link_own_event(struct rawbpf *b, struct link *l, const char *file, const char *event);
/*
 * Remember the pattern that all links newer than mark were attached by; NULL: none was.  -ENOMEM,
 * with the error set, detaches them.
 */
int link_own_pattern(struct rawbpf *b, struct link *mark, const char *pattern);
/* Have l remember how it was asked for (each may be NULL); -ENOMEM with the error set. */
int link_own_names(struct rawbpf *b, struct link *l, const char *asked, const char *pattern);
/* Make copies of the names what l covers, in strcmp's order; -ENOMEM with the error set. */
int link_own_covers(struct rawbpf *b, struct link *l, const char *const *names, size_t n);
/* Is that function one that l covers?  l->covers is not NULL. */
bool link_covers(const struct link *l, const char *name);
/* Make copies of places those of l; -ENOMEM with the error set. */
int link_own_places(struct rawbpf *b, struct link *l, const struct link_place *places, size_t n);
/*
 * As link_perf_event(), for an fd that is the link already, which is closed on failure.  The
 * error is set.
 */
int link_adopt(struct rawbpf *b, enum link_kind kind, struct prog *prog, const char *place, int fd,
	struct link **out);

/*
 * Calls of a kernel function that the program was not run for, since the kernel was in it already
 * or had no room for more returns: as far as it tells, for events of tracefs and from Linux 6.7 on.
 */
uint64_t link_missed(struct rawbpf *b, const struct link *l);

/* When process pid started; 0: it is none (0), or that cannot be told. */
uint64_t link_start(struct rawbpf *b, pid_t pid);
/* Is l of process pid, which started then?  One that had its number before is another one. */
bool link_is_process(const struct link *l, pid_t pid, uint64_t start);

/* Take place i out of what l has, not out of the kernel: of several, of a process that ended. */
void link_strike(struct rawbpf *b, struct link *l, unsigned i);

/* Detach one, and free it; what it missed is logged. */
void link_close(struct rawbpf *b, struct link *l);
/* Detach all that are newer than mark (NULL: all), newest first. */
void link_close_until(struct rawbpf *b, struct link *mark);
/* The same after a failure, whose error stays b's. */
void link_undo(struct rawbpf *b, struct link *mark);

#endif
