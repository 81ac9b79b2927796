/* SPDX-License-Identifier: MIT */
/* fake.h - a kernel for tests without root: bpf(2) and friends answered by a hook. */
#ifndef FAKE_H
#define FAKE_H

#include "rawbpf_sys.h"

#define FAKE_FD	   100000 /* its fds begin here */
#define FAKE_FDS   512
#define FAKE_CALLS 1024

struct fake {
	/* what it lacks */
	bool no_names, no_btf, no_line_info, want_version, no_perf_link, no_map_btf, no_memlock;
	int refuse_map, refuse_prog; /* -errno for every map or program */
	int refuse_update;	     /* of an element */
	int prog_again;		     /* so many PROG_LOADs answer -EAGAIN first */
	const char *log;	     /* what the verifier says when it refuses and may speak */
	uint32_t log_needs;	     /* log buffers below this are too small */
	bool log_rotates;	     /* those that are have the log's end, as from Linux 6.4 on */
	/* fault injection: call number fail_at (from 1) answers fail_err */
	unsigned fail_at;
	int fail_err;

	/* what happened */
	unsigned n_calls, n_open, n_bpf[40];
	bool open[FAKE_FDS];
	unsigned n_fds;
	bool memlock_raised;
	int bpf_calls[FAKE_CALLS]; /* commands in order */
	unsigned n_bpf_calls;
	union rawbpf_attr last_prog, last_map;
};

/* ck_assert for hooks: it allocates nothing while it holds, as t_fail_alloc_at() wants it */
#define FAKE_MUST(cond)                                                       \
	do {                                                                  \
		if (!(cond))                                                  \
			ck_abort_msg("%s:%d: %s", __FILE__, __LINE__, #cond); \
	} while (0)

/* the hook; arg is the struct fake */
long fake_call(void *arg, const struct rawbpf_call *c);
/* a context on it */
struct rawbpf *fake_context(struct fake *f);
/* an object of tests/data into it; as rawbpf_load() ended */
int fake_load(struct rawbpf *b, const char *file);
/* what a verifier says of tests/data/object/all.bpf.o */
extern const char fake_refusal[];

#endif
