/* SPDX-License-Identifier: MIT */
/*
 * fault.h - every call and every allocation of a scenario fails once, and nothing is left behind.
 *
 * A scenario is a row: steps that a user takes one after the other, each of which may be taken again
 * when it failed.  fault_sweep() runs them with the N-th system call failing, for every N and each
 * errno of fault_calls.c, then with the N-th allocation failing, until nothing is left to fail.
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>
#include <sys/types.h>

#include "rawbpf.h"
#include "rawbpf_sys.h"

enum { FAULT_STEPS = 8, FAULT_ERRS = 12, FAULT_AGAIN = 4, FAULT_SEEN = 256 };

/* What a call answers when it fails: the errnos that its manual page names for what it is used for. */
struct fault_call {
	const char *name;
	enum rawbpf_call_kind kind;
	int which; /* command of bpf(2), request of ioctl(2), option of prctl(2); -1: any */
	int errs[FAULT_ERRS];	/* positive; 0: the end */
	int again[FAULT_AGAIN]; /* those of them after which the caller tries once more */
};
/* NULL: a call that does not fail, or whose result says nothing */
const struct fault_call *fault_call_of(const struct rawbpf_call *c);

struct fault;

struct fault_row {
	const char *name;
	const char *text; /* loaded before the steps, which need it; NULL: none */
	int (*step[FAULT_STEPS])(
		struct fault *f); /* 0 or more, or a negative errno with the error set */
	/* once, before and after the whole sweep: what is traced, for example */
	bool (*begin)(struct fault *f); /* false: not here, as f->why says */
	void (*end)(struct fault *f);
	/* what else must be as it was, after each run; NULL: it is */
	const char *(*left)(struct fault *f);
	bool waits;    /* for what a signal may end, as the call says */
	bool no_multi; /* a kernel without links of many places */
	bool by_hand;  /* ... that counts no semaphores */
	int probes;    /* open when the steps are through; -1: some */
	unsigned
		slow; /* the kernel waits whenever a place is given up: a sample has one call of so many */
	bool optional;	 /* not every machine has what it takes */
	bool is_usdt;	 /* counts the semaphores of this very program */
	bool alone;	 /* no two such at a time: trace_pipe has one reader */
	bool is_command; /* steps return an exit status, and what went wrong is on stderr */
	bool apart;	 /* each run is a process of its own: what it does to itself stays */
	bool drops;	 /* ... and has no rights when the steps are through */
	bool stops;	 /* waits until SIGALRM comes, which comes once it waits */
};

/* A scenario that is run. */
struct fault {
	const struct fault_row *row;
	struct rawbpf *b;
	unsigned at_step;
	bool done;    /* all steps are */
	bool reached; /* what was to fail was: of a run that had a process of its own */

	/* what is to fail */
	bool armed;
	unsigned fail_at; /* this call, from 1 */
	unsigned pick;	  /* by this errno of its list */
	bool retry;	  /* what failed is done once more, without the fault */
	/* what happened */
	unsigned n_calls, n_allocs;
	int not_open; /* a file that was closed, and was not open; -1: none */
	bool hit, must_go_on;
	int err; /* that the call gave, negative */
	enum rawbpf_call_kind kind;
	unsigned n_errs; /* how many it has ... */
	bool is_new;	/* ... and whether such a call of such a file or place has not failed yet */
	char what[300]; /* the call */

	/* the whole sweep */
	unsigned calls, allocs, runs, errors, bad;
	bool sweeps;
	uint64_t keeps;	  /* capabilities that stay where nothing fails */
	bool errnos[200]; /* by number */
	struct {
		const struct fault_call *call;
		uint32_t about;
	} seen[FAULT_SEEN];
	unsigned n_seen;
	char why[200]; /* ... nothing is swept */

	/* of the rows */
	char exe[4096], dir[64], list[64];
	pid_t child;
	int fds[2];
	unsigned count;
	uint64_t offset;
	struct rawbpf_usdt *usdt;
	const struct rawbpf_error *error; /* the step's, where it is not the context's */
	FILE *out;
};

/* How much: a sample has one errno for each call, and not every allocation. */
enum fault_size { FAULT_SAMPLE, FAULT_ALL };

/*
 * The whole of a row; false: it cannot be run here, f->why has the reason.  Violations are printed,
 * and counted in f->bad.  Other processes write to *f where the row's runs are apart.
 */
bool fault_sweep(struct fault *f, const struct fault_row *row, enum fault_size size);

/* A step: all rights are given up. */
int fault_drop(struct fault *f);

/* For tests/old.c: contexts of a scenario that is run have its hook. */
bool fault_hook(struct rawbpf *b);

extern const struct fault_row fault_rows[]; /* .name NULL: the end */
extern const struct fault_row fault_typed_rows[], fault_kernel_rows[], fault_trampoline_rows[],
	fault_drop_rows[], fault_command_rows[];

#endif
