/* SPDX-License-Identifier: MIT */
/*
 * kern.h - what this kernel does not take, learnt from its answers and kept for the context.
 *
 * Nothing is probed: a kernel that has everything is asked nothing extra.
 */
#ifndef KERN_H
#define KERN_H

#include "context.h"

struct kern {
	/* the errno, negative, by which it was found out; 0: nothing speaks against it */
	int no_map_names;     /* before Linux 4.15 */
	int no_prog_names;    /* before Linux 4.15 */
	int no_btf;	      /* the object's, at all: before Linux 4.18 */
	int no_prog_btf;      /* func_info and line_info: before Linux 5.0 */
	int want_version;     /* kprobe programs must tell it: before Linux 5.0 */
	int no_perf_link;     /* before Linux 5.15 */
	int no_cookie;	      /* no bpf_get_attach_cookie(): before Linux 5.15 */
	int no_uprobe_multi;  /* before Linux 6.6 */
	int no_maxactive;     /* before Linux 4.12 */
	int no_kprobe_multi;  /* before Linux 5.18, or without CONFIG_FPROBE */
	int no_multi_pid;     /* a uprobe_multi link's pid means a thread: before Linux 6.10 */
	bool multi_pid_asked; /* whether multi_pid is known */
	bool multi_pid;	      /* a uprobe_multi link's pid means the process: Linux 6.10 */
	bool memlock_raised;  /* tried, whatever came of it */
	uint32_t version;     /* 0: not asked yet */
	uint32_t n_cpus;      /* possible CPUs, 0: not asked yet */
	int first_cpu;	      /* that was online when somebody asked, 0 before */
};

/* The context's, made at the first call; NULL when out of memory (the error is set). */
struct kern *kern_get(struct rawbpf *b);
void kern_free(struct rawbpf *b);

/*
 * After an -EPERM that RLIMIT_MEMLOCK can be the cause of (Linux before 5.11): raise it, once for
 * each context, unless that was forbidden.  true: the call is worth another try.
 */
bool kern_raise_memlock(struct rawbpf *b);
/*
 * Before n files more are opened: raise RLIMIT_NOFILE as far as that needs and rights allow,
 * unless it was forbidden.
 */
void kern_raise_nofile(struct rawbpf *b, size_t n);
/* Possible CPUs: as many slots per-CPU values have.  Or a negative errno, with the error set. */
int kern_possible_cpus(struct rawbpf *b);
/*
 * After an -ENODEV that an event for CPU 0 can be refused with: look for the first CPU that is
 * online, and keep it as first_cpu.  true: it is another one, so the call is worth another try.
 */
bool kern_other_cpu(struct rawbpf *b);
/* major << 16 | minor << 8 | patch of the running kernel, 0 when it does not say */
uint32_t kern_version(struct rawbpf *b);
/* The number in uname's strings, as LINUX_VERSION_CODE had it; patch is cut at 255. */
uint32_t kern_parse_version(const char *release, const char *version);

#endif
