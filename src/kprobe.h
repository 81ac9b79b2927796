/* SPDX-License-Identifier: MIT */
/* kprobe.h - a probe on a function of the kernel. */
#ifndef KPROBE_H
#define KPROBE_H

#include "link.h"
#include "probeevent.h"

/*
 * Attach o->fn_name where o->event says, at the entry or (ret) at the return.  All of it or
 * nothing: 0, or a negative errno with the context's error set.  o has been through opts_read().
 */
int kprobe_attach(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret);
/* The same for a system call's function, whatever this kernel calls it: o->event is "openat". */
int kprobe_attach_syscall(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret);

/* Detach what was attached with the same event (fn_name NULL: any program). */
int kprobe_detach(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret);

/* ---- what probes of one and of many have in common ---------------------------------------- */

#define KPROBE_FILE "kprobe_events" /* of tracefs */

/*
 * As probeevent_make(), of a function of the kernel: at its entry, or (ret) at its return with
 * maxactive instances (0: the kernel's choice, which it is before Linux 4.12 too).
 */
int kprobe_event(struct rawbpf *b, const char *where, bool ret, unsigned maxactive,
	char name[PROBEEVENT_NAME], uint64_t *id, bool *reached);
/* A loaded program that probes take, by its function's name; NULL with the error set. */
struct prog *kprobe_prog(struct rawbpf *b, const char *fn_name);
/* o->maxactive against what the kernel takes: 0, or -EINVAL with the error set. */
int kprobe_check_maxactive(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret);
/* 0, or -EINVAL with the error set: a session's program as a return probe. */
int kprobe_check_session(struct rawbpf *b, const struct prog *prog, bool ret);
/* Is that where l is, or one of the functions that it covers? */
bool kprobe_is_at(const struct link *l, const char *place, bool ret);
/* The link by which prog is there, or NULL. */
const struct link *kprobe_find(
	struct rawbpf *b, const struct prog *prog, const char *place, bool ret);
/* -ENODEV with the error set, if the kernel has no probes of its functions at all; else 0. */
int kprobe_check_any(struct rawbpf *b);
/*
 * -EBUSY with the error set, if they are switched off, so that events would count nothing; else
 * 0.
 */
int kprobe_check_enabled(struct rawbpf *b);
/*
 * Attach prog to the perf event fd, as link_perf_event() does; event (or "") is that of tracefs
 * behind it, which goes with the link, or at once on failure.
 */
int kprobe_link(struct rawbpf *b, struct prog *prog, const char *place, bool ret, int fd,
	const char *event);

#endif
