/* SPDX-License-Identifier: MIT */
/* kfake.h - a kernel whose functions, PMU and tracefs are made up. */
#ifndef KFAKE_H
#define KFAKE_H

#include "context.h"
#include "fake.h"
#include "prog.h"

#define KFAKE_FD     200000
#define KFAKE_FDS    256
#define KFAKE_EVENTS 16

struct kfake {
	struct fake f;
	/* what it is like */
	bool no_pmu, no_kprobe_events, no_tracefs, no_siblings;
	bool replaces;	       /* a second place takes the first one's, as before Linux 5.4 */
	int pmu_err;	       /* for every probe that the PMU would take */
	int absent_err;	       /* of kprobe_events for a name it has not; 0: -ENOENT */
	int multi_err;	       /* of every kprobe_multi link; 0: there are such links */
	const char *untraced;  /* a function that such links refuse; NULL: none */
	bool no_maxactive;     /* "r64:NAME" makes r_FUNCTION_0, as before Linux 4.12 */
	uint64_t missed;       /* of each link, as it tells */
	const char *profile;   /* kprobe_profile; "%s" is the first event; NULL: not there */
	int busy;	       /* so many removals answer -EBUSY first */
	const char *enabled;   /* kprobes/enabled of a mounted debugfs; NULL: there is none */
	const char *kallsyms;  /* NULL: not there */
	const char *blacklist; /* in debugfs, which is mounted nowhere; NULL: no debugfs */
	const char *filter;    /* available_filter_functions; NULL: not there */
	unsigned fail_at;      /* this call (from 1; closes do not count) answers fail_err */
	int fail_err;

	/* what happened */
	unsigned n_calls, n_open, n_pmu, n_writes, n_multi, multi_places;
	uint32_t multi_type, multi_flags; /* of the last link that was made */
	char events[KFAKE_EVENTS][80];	  /* of tracefs, that are there: "" or the name */
	unsigned places[KFAKE_EVENTS];	  /* of each */
	long event_fd[KFAKE_EVENTS];	  /* perf event of each, 0: none was */
	char last_name[80];		  /* the PMU's last function, "" for an address */
	struct rawbpf_perf_attr last_attr;
	char last_write[600];
	struct kfake_file {
		bool open, control;
		const char *text;
		size_t at;
	} files[KFAKE_FDS];
	char id[16], told[400], list[8192];
	struct prog progs[2]; /* "on_call", "on_return" */
	struct rawbpf *b;
};

/* The kernel's table of names that it begins with: kfake's functions are those of it. */
extern const char kfake_kallsyms[];

/* k->b becomes a context on it, with two loaded programs; what k is like is set before. */
void kfake_open(struct kfake *k);
/* frees the context, and checks that nothing is left behind */
void kfake_close(struct kfake *k);
/* probe events there are now */
unsigned kfake_events(const struct kfake *k);
/* the hook; arg is the struct kfake */
long kfake_call(void *arg, const struct rawbpf_call *c);

#endif
