/* SPDX-License-Identifier: MIT */
/*
 * context.h - what a struct rawbpf holds.  Low layers use sys and error; the parts that belong to
 * a higher layer are pointers to structs which only that layer knows.
 */
#ifndef CONTEXT_H
#define CONTEXT_H

#include "err.h"
#include "sys.h"

struct btffile;		/* btfnamed.c: BTF in place of the kernel's */
struct kbtf;		/* kbtf.c: the kernel's BTF */
struct kern;		/* kern.c: features found by trying */
struct link;		/* link.c: what is attached */
struct map;		/* map.c */
struct object;		/* object.c: the image that was loaded */
struct prog;		/* prog.c */
struct probeevent_lock; /* probeevent.c: events of several places */
struct trace;		/* trace.c: the reader of trace lines */
struct resolve;		/* resolve.c: what the resolver has read */
struct usdtspecs;	/* usdtspec.c: records of operands */
struct tracefs;		/* tracefs.c: where tracefs is */

struct rawbpf {
	struct sys sys;
	struct rawbpf_error error;
	char *error_log; /* what error.log points to, owned */
	char line[1024]; /* what rawbpf_errmsg() returns */
	void (*log)(void *arg, enum rawbpf_log_level level, const char *msg);
	void *log_arg;

	struct object *object;
	bool no_rlimit; /* never raise RLIMIT_MEMLOCK */
	struct map *maps;
	size_t n_maps;
	struct prog *progs;
	size_t n_progs;
	struct link *links;	     /* newest first */
	struct usdtspecs *usdtspecs; /* that links hold */

	/* made when first needed; each file's own X_free() is called by rawbpf_free() */
	struct btffile *btfnamed;
	struct kbtf *kbtf;
	struct kern *kern;
	struct tracefs *tracefs;
	struct probeevent_lock *event_locks; /* ended with each event */
	struct trace *trace;
	struct resolve *resolve; /* resolve.c: what the resolver has read */
};

/* Tell the log function, if one is set. */
#ifndef RAWBPF_NO_TEXT
void ctx_log(struct rawbpf *b, enum rawbpf_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
#else
#define ctx_log(b, level, ...) ((void)(b), ERR_UNSAID(__VA_ARGS__))
#endif
/* Make log (malloc'ed, may be NULL) the current error's log. */
void ctx_take_log(struct rawbpf *b, char *log);

#endif
