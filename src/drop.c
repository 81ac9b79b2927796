// SPDX-License-Identifier: MIT
/*
 * drop.c - rights given up once attached.
 *
 * What runs in the kernel goes on without us, and goes away with its descriptors.  What is left to
 * do is to read maps and lines, and to remove from tracefs what does not go away by itself.  So:
 *
 *   1. the files that removing needs are opened now;
 *   2. capabilities leave the ambient and the bounding set, and the secure bits make root nobody
 *      special; where CAP_SETPCAP is missing for that, step 5 does it alone;
 *   3. the effective set is emptied and what is left to do is tried: a map is asked for, and the
 *      trace instance is removed in a way that fails after the kernel has looked at rights;
 *   4. what was refused is tried with one capability after the other, and the first that helps
 *      stays.  The others go for good;
 *   5. no_new_privs, and a filter of system calls.
 *
 * Which kernel it is, or what its settings are, is not asked.
 */
#include <errno.h>
#include <string.h>

#include "kern.h"
#include "link.h"
#include "map.h"
#include "missed.h"
#include "opts.h"
#include "probeevent.h"
#include "seccomp.h"
#include "trace.h"
#include "tracefs.h"

#define DROP_STAGE "drop"

/* Capabilities that may have to stay. */
enum {
	DROP_CAP_DAC_OVERRIDE = 1,
	DROP_CAP_SYS_ADMIN = 21,
	DROP_CAP_BPF = 39, /* Linux 5.8 */
};

enum {
	DROP_SECUREBITS = 0xef, /* NOROOT, NO_SETUID_FIXUP, NO_CAP_AMBIENT_RAISE, and all locked */
	DROP_AMBIENT_CLEAR_ALL = 4,
	DROP_MODE_FILTER = 2,
};

struct drop {
	struct rawbpf *b;
	unsigned needs; /* SECCOMP_ */
	uint64_t had, keep;
	int fallback; /* the errno by which something is needed that the best road does not */
};

static uint64_t drop_bit(unsigned cap)
{
	return (uint64_t)1 << cap;
}

/* ---- in advance ---------------------------------------------------------------------------- */

static bool drop_is_kprobe(const struct link *l)
{
	return l->kind == LINK_KPROBE || l->kind == LINK_KRETPROBE;
}

static int drop_prepare_link(struct drop *d, const struct link *l)
{
	int err, was;

	if (!l->event && !l->sem)
		return 0;
	d->fallback = l->fallback;
	if (l->sem)
		d->needs |= SECCOMP_MEM;
	if (!l->event)
		return 0;
	if (d->b->event_locks)
		d->needs |= SECCOMP_LOCK;
	was = sys_fallback(&d->b->sys, l->fallback);
	err = probeevent_hold(d->b, l->event_file);
	if (!err && d->b->log && drop_is_kprobe(l) && missed_hold(d->b))
		err_clear(&d->b->error); /* then nobody is told of missed calls */
	sys_fallback_end(&d->b->sys, was);
	return err;
}

static int drop_prepare(struct drop *d)
{
	const struct link *l;
	int err = 0, why = 0;
	size_t i;

	for (l = d->b->links; l && !err; l = l->next)
		err = drop_prepare_link(d, l);
	for (i = 0; i < d->b->n_maps && !err; i++)
		if (map_is_percpu(&d->b->maps[i]) && kern_possible_cpus(d->b) < 0)
			err = d->b->error.err;
	if (trace_has_instance(d->b, &why))
		d->needs |= SECCOMP_RMDIR;
	else if (why)
		d->fallback = why;
	return err;
}

/* ---- capabilities -------------------------------------------------------------------------- */

/* What keeps a later exec from getting them again; not allowed, it is done by no_new_privs. */
static void drop_for_execs(struct sys *s)
{
	unsigned cap;

	sys_prctl(s, RAWBPF_PR_CAP_AMBIENT, DROP_AMBIENT_CLEAR_ALL, 0, NULL); /* Linux 4.3 */
	sys_prctl(s, RAWBPF_PR_SET_SECUREBITS, DROP_SECUREBITS, 0, NULL);
	/* until there is none of that number, or this is not allowed */
	for (cap = 0; cap < 64 && sys_prctl(s, RAWBPF_PR_CAPBSET_DROP, cap, 0, NULL) >= 0; cap++)
		;
}

static int drop_capset(struct drop *d, uint64_t effective, uint64_t permitted)
{
	const struct sys_caps c = {.effective = effective, .permitted = permitted};
	int err = sys_capset(&d->b->sys, &c, NULL);

	return err < 0 ? err_set(&d->b->error, DROP_STAGE, err, "capabilities cannot be given up")
		       : 0;
}

/* Any call of bpf(2) may need a right: unprivileged_bpf_disabled, before Linux 5.19. */
static int drop_ask_map(struct rawbpf *b)
{
	uint32_t info[20] = {0};
	union rawbpf_attr a;

	if (!b->n_maps)
		return 0;
	memset(&a, 0, sizeof(a));
	a.info.bpf_fd = (uint32_t)b->maps[0].fd;
	a.info.info_len = sizeof(info);
	a.info.info = (uintptr_t)info;
	return sys_bpf(
		&b->sys, RAWBPF_OBJ_GET_INFO_BY_FD, &a, sizeof(a.info), b->maps[0].def->name);
}

static bool drop_is_refused(int err)
{
	return err == -EPERM || err == -EACCES;
}

/* The first of caps with which ask is not refused stays; permitted: those not tried yet. */
static int drop_try(struct drop *d, int (*ask)(struct rawbpf *b), const unsigned *caps, size_t n,
	uint64_t permitted)
{
	int err = ask(d->b), ret, was = sys_fallback(&d->b->sys, 0);
	size_t i;

	for (i = 0; i < n && drop_is_refused(err); i++) {
		if (!(d->had & drop_bit(caps[i])))
			continue;
		sys_fallback(&d->b->sys, err);
		d->fallback = err;
		ret = drop_capset(d, d->keep | drop_bit(caps[i]), permitted);
		err = ret ? ret : ask(d->b);
		if (!drop_is_refused(err))
			d->keep |= drop_bit(caps[i]);
	}
	sys_fallback_end(&d->b->sys, was);
	return drop_is_refused(err) ? err : 0;
}

/* Empties the effective set, then finds what must stay. */
static int drop_find(struct drop *d)
{
	static const unsigned for_maps[] = {DROP_CAP_BPF, DROP_CAP_SYS_ADMIN};
	static const unsigned for_files[] = {DROP_CAP_DAC_OVERRIDE};
	uint64_t maybe = drop_bit(DROP_CAP_BPF) | drop_bit(DROP_CAP_SYS_ADMIN) |
			 drop_bit(DROP_CAP_DAC_OVERRIDE) | d->keep;
	int err = drop_capset(d, d->keep, d->had & maybe);

	if (err)
		return err;
	err = drop_try(d, drop_ask_map, for_maps, 2, d->had & maybe);
	if (err)
		return err_set(&d->b->error, DROP_STAGE, err,
			"map '%s' cannot be read without rights", d->b->maps[0].def->name);
	err = drop_try(d, trace_may_go, for_files, 1, d->had & maybe);
	if (err)
		return err_set(&d->b->error, DROP_STAGE, err,
			"the trace instance cannot be removed without rights");
	return 0;
}

static int drop_caps(struct drop *d, const struct rawbpf_drop_opts *o)
{
	struct sys *s = &d->b->sys;
	struct sys_caps c;
	int err, was;

	err = sys_capget(s, &c);
	if (err < 0)
		return err_set(&d->b->error, DROP_STAGE, err, "capabilities cannot be read");
	d->had = c.permitted;
	d->keep = o->keep & c.permitted;
	drop_for_execs(s);
	err = drop_find(d);
	if (err)
		return err;
	was = sys_fallback(s, d->keep & ~o->keep ? d->fallback : 0);
	err = drop_capset(d, d->keep, d->keep);
	sys_fallback_end(s, was);
	return err;
}

static void drop_tell(const struct drop *d)
{
	bool bpf = d->keep & drop_bit(DROP_CAP_BPF), admin = d->keep & drop_bit(DROP_CAP_SYS_ADMIN);

	if (bpf || admin)
		ctx_log(d->b, RAWBPF_LOG_INFO, "%s stays: this kernel reads no map without it",
			bpf ? "CAP_BPF" : "CAP_SYS_ADMIN");
	if (d->keep & drop_bit(DROP_CAP_DAC_OVERRIDE))
		ctx_log(d->b, RAWBPF_LOG_INFO,
			"CAP_DAC_OVERRIDE stays: the trace instance is not removed without it");
}

/* ---- system calls -------------------------------------------------------------------------- */

static int drop_filter(struct drop *d)
{
	struct rawbpf_filter_insn insns[SECCOMP_MAX];
	struct rawbpf_filter f = {.insns = insns};
	int n, was, dir = d->needs & SECCOMP_RMDIR ? tracefs_dir(d->b) : -1;

	n = seccomp_filter(d->needs, dir, insns);
	if (n < 0)
		return err_set(&d->b->error, DROP_STAGE, n,
			"no filter of system calls is known for this CPU");
	f.len = (unsigned short)n;
	was = sys_fallback(&d->b->sys, d->fallback);
	n = sys_prctl(&d->b->sys, RAWBPF_PR_SET_SECCOMP, DROP_MODE_FILTER, (uintptr_t)&f, NULL);
	sys_fallback_end(&d->b->sys, was);
	if (n >= 0)
		return 0;
	err_set(&d->b->error, DROP_STAGE, n, "no filter of system calls can be set");
	if (n == -EINVAL)
		err_hint(&d->b->error, "the kernel must be built with CONFIG_SECCOMP_FILTER");
	return n;
}

int rawbpf_drop_opts(struct rawbpf *b, const struct rawbpf_drop_opts *from)
{
	struct drop d = {.b = b};
	struct rawbpf_drop_opts o;
	int err;

	if (!b)
		return -ENOMEM;
	err = opts_read(&o, sizeof(o), from, DROP_STAGE, &b->error);
	if (err)
		return err;
	d.needs = (o.write ? SECCOMP_WRITE : 0) | (o.files ? SECCOMP_FILES : 0);
	err = drop_prepare(&d);
	if (!err)
		err = drop_caps(&d, &o);
	if (err)
		return err;
	err = sys_prctl(&b->sys, RAWBPF_PR_SET_NO_NEW_PRIVS, 1, 0, NULL);
	if (err < 0)
		return err_set(&b->error, DROP_STAGE, err, "no_new_privs cannot be set");
	err = o.no_filter ? 0 : drop_filter(&d);
	if (!err)
		drop_tell(&d);
	return err;
}
