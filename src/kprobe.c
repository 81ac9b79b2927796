// SPDX-License-Identifier: MIT
/*
 * kprobe.c - probes on functions of the kernel.
 *
 * Two roads: a perf event of the kprobe PMU (Linux 4.17), which goes away with its fd, or a probe
 * event of tracefs, which has to be removed.  The second is taken only where there is no such PMU,
 * where it does what the PMU cannot (maxactive), or where a PMU is known to refuse what tracefs
 * takes (a name with a dot, before Linux 5.x); never because the first said no.
 *
 * A system call has a function whose name depends on CPU and kernel.  Who asks for "sys_openat" or
 * "openat" means that one, if the kernel has no function of the very name.
 */
#include "kprobe.h"

#ifdef __TINYC__ /* which cannot read glibc's regexec(size_t n, regmatch_t m[n]) */
#define _REGEX_NELTS(n)
#endif

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "kern.h"
#include "kprobelist.h"
#include "kprobewhy.h"
#include "ksym.h"
#include "probeevent.h"
#include "rights.h"
#include "tracefs.h"

#define KPROBE_PMU	 "/sys/bus/event_source/devices/kprobe"
#define KPROBE_FILE	 "kprobe_events"
#define KPROBE_MAXACTIVE 4096 /* the kernel's own limit */

/* Names of system calls' functions; newer ones first, and this CPU's. */
static const char *const kprobe_syscall[] = {
#if defined(__x86_64__) || defined(__i386__)
	"__x64_sys_", "__ia32_sys_",
#elif defined(__aarch64__)
	"__arm64_sys_",
#elif defined(__riscv)
	"__riscv_sys_",
#elif defined(__s390x__)
	"__s390x_sys_",
#endif
	"sys_", "SyS_", /* before Linux 4.17 */
};

#define KPROBE_SYSCALLS (sizeof(kprobe_syscall) / sizeof(*kprobe_syscall))

/* What the options of one call come to. */
struct kprobe {
	struct rawbpf *b;
	const struct rawbpf_kprobe_opts *o;
	bool ret, tracefs;
	char place[KSYM_NAME + 24]; /* "vfs_read+0x10" */
	char name[KSYM_NAME];	    /* "vfs_read", "module:function"; "" for an address */
	uint64_t addr, off;
	struct rawbpf_perf_attr attr; /* of the PMU */
	char event[PROBEEVENT_NAME];  /* of tracefs, "" for none */
};

/* ---- what is asked for --------------------------------------------------------------------- */

static int kprobe_bad_event(struct kprobe *k)
{
	struct rawbpf_error *e = &k->b->error;

	err_set(e, "attach", -EINVAL, "'%s' names no kernel function", k->o->event);
	err_hint(e, "write it as function, module:function or 0xaddress, with +offset if need be");
	return -EINVAL;
}

/* "+0x10" behind a name, cut off. */
static int kprobe_cut_offset(struct kprobe *k)
{
	char *plus = strchr(k->name, '+'), *end;

	k->off = k->o->event_off;
	if (!plus)
		return 0;
	if (k->o->event_off || plus[1] < '0' || plus[1] > '9')
		return -EINVAL;
	errno = 0;
	k->off = strtoull(plus + 1, &end, 0);
	*plus = '\0';
	return errno || *end ? -EINVAL : 0;
}

static bool kprobe_is_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$-");

	if (s[n] != ':')
		return n && !s[n];
	return n && s[n + 1] && !strpbrk(s + n + 1, ": /+\t\n");
}

static int kprobe_parse(struct kprobe *k)
{
	char *end;

	if (strlen(k->o->event) >= sizeof(k->name))
		return kprobe_bad_event(k);
	strcpy(k->name, k->o->event);
	if (kprobe_cut_offset(k))
		return kprobe_bad_event(k);
	if (k->off)
		snprintf(k->place, sizeof(k->place), "%s+0x%" PRIx64, k->name, k->off);
	else
		snprintf(k->place, sizeof(k->place), "%s", k->name);
	if (!strncmp(k->name, "0x", 2)) {
		errno = 0;
		k->addr = strtoull(k->name, &end, 16);
		if (errno || *end || !k->addr || k->addr + k->off < k->addr)
			return kprobe_bad_event(k);
		k->addr += k->off;
		k->off = 0;
		*k->name = '\0';
		return 0;
	}
	return kprobe_is_name(k->name) ? 0 : kprobe_bad_event(k);
}

static int kprobe_check(struct kprobe *k)
{
	struct rawbpf_error *e = &k->b->error;

	if (k->ret && k->off) {
		err_set(e, "attach", -EINVAL, "a return probe takes no offset (0x%" PRIx64 ")",
			k->off);
		err_hint(e, "it runs when the function returns, wherever that is");
		return -EINVAL;
	}
	if (k->o->maxactive && !k->ret)
		return err_set(e, "attach", -EINVAL, ".maxactive is for return probes");
	if (k->o->maxactive > KPROBE_MAXACTIVE)
		return err_set(e, "attach", -EINVAL, ".maxactive %u is more than %u",
			k->o->maxactive, KPROBE_MAXACTIVE);
	return 0;
}

static struct kprobewhy kprobe_why(const struct kprobe *k)
{
	return (struct kprobewhy){k->place, k->name, k->off, k->ret, k->tracefs};
}

/* ---- the PMU ------------------------------------------------------------------------------- */

/* Fills k->attr, or says by k->tracefs that there is no such PMU. */
static int kprobe_pmu(struct kprobe *k)
{
	struct sys *s = &k->b->sys;
	unsigned bit = 0;
	char text[64];
	int err = sys_read_line(s, AT_FDCWD, KPROBE_PMU "/type", text, sizeof(text));

	if (err == -ENOENT || k->o->maxactive) {
		k->tracefs = true;
		return 0;
	}
	k->attr.size = sizeof(k->attr);
	if (!err)
		k->attr.type = (uint32_t)strtoul(text, NULL, 10);
	if (!err && k->ret) {
		err = sys_read_line(s, AT_FDCWD, KPROBE_PMU "/format/retprobe", text, sizeof(text));
		if (!err && (sscanf(text, "config:%u", &bit) != 1 || bit > 63))
			err = -EINVAL;
		k->attr.config = 1ULL << bit;
	}
	return err ? err_set(&k->b->error, "attach", err, "'%s' cannot be read", KPROBE_PMU) : 0;
}

/* The PMU takes no module's name: the function by its address, where that is not hidden. */
static int kprobe_module(struct kprobe *k, const char *name, const char **bare, uint64_t *addr)
{
	struct ksym_found f;
	struct ksyms t;
	int err = ksym_open(&k->b->sys, &t);

	*bare = strchr(name, ':') + 1;
	if (!err) {
		ksym_find(&t, name, &f);
		*addr = f.addr;
		err = f.copies ? 0 : -ENOENT;
	}
	ksym_close(&t);
	return err;
}

static int kprobe_perf_open(struct kprobe *k, struct rawbpf_perf_attr *a)
{
	int fd = sys_perf_event_open(&k->b->sys, a, -1, 0, k->place);

	if (fd == -EINTR)
		fd = sys_perf_event_open(&k->b->sys, a, -1, 0, k->place);
	return fd;
}

/* A perf event's fd or -errno. */
static int kprobe_by_pmu(struct kprobe *k, const char *name)
{
	uint64_t addr = k->addr;
	int err;

	if (strchr(name, ':')) {
		err = kprobe_module(k, name, &name, &addr);
		if (err)
			return err;
		addr += addr ? k->off : 0;
	}
	k->attr.config1 = addr ? 0 : (uintptr_t)name;
	k->attr.config2 = addr ? addr : k->off;
	return kprobe_perf_open(k, &k->attr);
}

/* ---- tracefs ------------------------------------------------------------------------------- */

/* Sets the error: neither road is there. */
static int kprobe_none(struct kprobe *k, int err)
{
	struct rawbpf_error *e = &k->b->error;

	err_set(e, "attach", err, "the kernel has neither '%s' nor '%s' in tracefs", KPROBE_PMU,
		KPROBE_FILE);
	err_hint(e, "it must be built with CONFIG_KPROBES and CONFIG_KPROBE_EVENTS");
	return err;
}

static bool kprobe_has_file(struct kprobe *k)
{
	int fd = sys_openat(&k->b->sys, tracefs_dir(k->b), KPROBE_FILE, O_PATH, NULL);

	sys_close(&k->b->sys, fd);
	return fd >= 0;
}

/* A perf event's fd or -errno; k->event is the event's name then. *said: the error is set. */
static int kprobe_by_tracefs(struct kprobe *k, const char *name, bool *said)
{
	struct rawbpf_perf_attr a = {.type = RAWBPF_PERF_TYPE_TRACEPOINT, .size = sizeof(a)};
	char where[KSYM_NAME + 24], kind[16];
	bool reached;
	int err, fd;

	if (*name)
		snprintf(where, sizeof(where), k->off ? "%s+%" PRIu64 : "%s", name, k->off);
	else
		snprintf(where, sizeof(where), "0x%" PRIx64, k->addr);
	snprintf(kind, sizeof(kind), k->o->maxactive ? "r%u" : k->ret ? "r" : "p", k->o->maxactive);
	err = probeevent_make(k->b, KPROBE_FILE, kind, where, k->event, &a.config, &reached);
	if (err) {
		*k->event = '\0';
		*said = !reached;
		if (reached && err == -ENOENT && !kprobe_has_file(k)) {
			*said = true;
			return kprobe_none(k, -ENODEV);
		}
		return err;
	}
	fd = kprobe_perf_open(k, &a);
	if (fd < 0) {
		probeevent_remove(k->b, KPROBE_FILE, k->event);
		*k->event = '\0';
	}
	return fd;
}

/* ---- one function -------------------------------------------------------------------------- */

/* Before Linux 5.x the PMU refuses names that the compiler made ("f.isra.0"), tracefs takes them. */
static bool kprobe_dotted(const struct kprobe *k, const char *name, int err)
{
	return err == -EINVAL && !k->tracefs && strchr(name, '.');
}

static int kprobe_open(struct kprobe *k, const char *name, bool *said)
{
	bool other = false;
	int first, fd;

	*said = false;
	if (k->tracefs)
		return kprobe_by_tracefs(k, name, said);
	first = kprobe_by_pmu(k, name);
	if (first == -ENODEV || first == -EOPNOTSUPP || kprobe_dotted(k, name, first)) {
		fd = kprobe_by_tracefs(k, name, &other);
		if (fd >= 0)
			return fd;
	}
	return first;
}

/* No function of that name, as each road says it. */
static bool kprobe_is_absent(const struct kprobe *k, int err)
{
	return err == -ENOENT || (k->tracefs && err == -EINVAL);
}

/* The system call's name in an event; NULL: it can be none. */
static const char *kprobe_call_name(const char *name)
{
	size_t i, n;

	for (i = 0; i < KPROBE_SYSCALLS; i++) {
		n = strlen(kprobe_syscall[i]);
		if (!strncmp(name, kprobe_syscall[i], n))
			return name + n;
	}
	return strchr(name, ':') || strchr(name, '.') || !*name ? NULL : name;
}

/* The function of a system call; -ENOENT: none of the names is there. */
static int kprobe_open_syscall(struct kprobe *k, const char *call, bool *said)
{
	char name[KSYM_NAME + 16];
	int fd = -ENOENT;
	size_t i;

	for (i = 0; i < KPROBE_SYSCALLS; i++) {
		snprintf(name, sizeof(name), "%s%s", kprobe_syscall[i], call);
		if (!strcmp(name, k->name))
			continue;
		fd = kprobe_open(k, name, said);
		if (fd >= 0)
			ctx_log(k->b, RAWBPF_LOG_INFO, "system call '%s' is function '%s' here",
				call, name);
		if (!kprobe_is_absent(k, fd))
			return fd;
	}
	return fd;
}

/* The function of that very name first, else the system call's. */
static int kprobe_open_any(struct kprobe *k, bool syscall_only)
{
	const char *call = kprobe_call_name(k->name);
	struct kprobewhy w = kprobe_why(k);
	bool said = false, ignored;
	int fd, first = -ENOENT;

	if (!syscall_only)
		first = kprobe_open(k, k->name, &said);
	if (first >= 0 || !call || !kprobe_is_absent(k, first) || said)
		goto out;
	fd = kprobe_open_syscall(k, call, &ignored);
	if (fd >= 0 || !kprobe_is_absent(k, fd))
		first = fd;
out:
	w.tracefs = k->tracefs;
	return first >= 0 || said ? first : kprobewhy_refused(k->b, &w, first);
}

static struct prog *kprobe_prog(struct rawbpf *b, const char *fn_name)
{
	struct prog *prog = prog_find(b, "attach", fn_name);

	if (!prog || prog->type == RAWBPF_PROG_KPROBE)
		return prog;
	err_set(&b->error, "attach", -EINVAL, "program '%s' (section '%s') is not for probes",
		prog->name, prog->section);
	err_hint(&b->error, "name its section 'kprobe' or 'kretprobe'");
	err_prog(&b->error, prog->name);
	return NULL;
}

static bool kprobe_is_at(const struct kprobe *k, const struct link *l)
{
	return l->kind == (k->ret ? LINK_KRETPROBE : LINK_KPROBE) && !strcmp(l->place, k->place);
}

static int kprobe_once(struct kprobe *k, const struct prog *prog)
{
	const struct link *l;

	for (l = k->b->links; l; l = l->next)
		if (l->prog == prog && kprobe_is_at(k, l))
			return err_set(&k->b->error, "attach", -EEXIST,
				"program '%s' is attached to kernel function '%s' already",
				prog->name, k->place);
	return 0;
}

static int kprobe_link(struct kprobe *k, struct prog *prog, int fd)
{
	struct link *l;
	int err = link_perf_event(
		k->b, k->ret ? LINK_KRETPROBE : LINK_KPROBE, prog, k->place, fd, &l);

	if (!err && *k->event) {
		err = link_own_event(k->b, l, KPROBE_FILE, k->event);
		if (err)
			link_close(k->b, l);
	}
	if (err && *k->event)
		probeevent_remove(k->b, KPROBE_FILE, k->event);
	return err;
}

static int kprobe_prepare(struct kprobe *k)
{
	struct kprobewhy w;
	int err = kprobe_parse(k);

	if (!err)
		err = kprobe_check(k);
	if (err || (!k->off && !k->addr))
		return err;
	w = kprobe_why(k);
	return kprobewhy_bounds(k->b, &w, k->addr);
}

static int kprobe_attach_event(
	struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret, bool syscall_only)
{
	struct kprobe k = {.b = b, .o = o, .ret = ret};
	struct prog *prog = kprobe_prog(b, o->fn_name);
	int err, fd;

	if (!prog)
		return b->error.err;
	err = kprobe_prepare(&k);
	if (!err)
		err = kprobe_once(&k, prog);
	if (!err)
		err = kprobe_pmu(&k);
	if (err)
		return err;
	fd = kprobe_open_any(&k, syscall_only);
	return fd < 0 ? fd : kprobe_link(&k, prog, fd);
}

/* ---- by pattern ---------------------------------------------------------------------------- */

/* Functions up to here get a perf event each, which is gone when the process is. */
#define KPROBE_FEW 8

/* One by one: a function that the kernel refuses is left out, unless none is taken. */
static int kprobe_each(struct kprobe *k, const struct kprobelist *l)
{
	struct rawbpf_kprobe_opts o = *k->o;
	struct link *mark = k->b->links;
	struct rawbpf_error first = {0};
	size_t i;
	int err;

	kern_raise_nofile(k->b, 2 * l->n);
	for (i = 0; i < l->n; i++) {
		o.event = l->names[i];
		err = kprobe_attach_event(k->b, &o, k->ret, false);
		if (err && !first.err)
			err_copy(&first, &k->b->error);
		if (err == -ENOMEM || err == -EMFILE || err == -ENFILE) {
			link_close_until(k->b, mark);
			break;
		}
		if (err)
			ctx_log(k->b, RAWBPF_LOG_WARN, "%s: left out", k->b->error.msg);
	}
	if (k->b->links != mark) {
		err_clear(&k->b->error);
		return 0;
	}
	err_copy(&k->b->error, &first);
	return first.err;
}

/*
 * All as places of one event (Linux 5.4), which needs one fd however many they are.  The number
 * of places, or a negative errno without an error set: one by one, then.
 */
static int kprobe_siblings(struct kprobe *k, const struct kprobelist *l)
{
	char kind[16];
	bool reached;
	uint64_t id;
	size_t i;
	int n = 0, err = 0;

	snprintf(kind, sizeof(kind), k->o->maxactive ? "r%u" : k->ret ? "r" : "p", k->o->maxactive);
	for (i = 0; i < l->n && err != -EEXIST && err != -ENOMEM; i++) {
		if (!n)
			err = probeevent_make(
				k->b, KPROBE_FILE, kind, l->names[i], k->event, &id, &reached);
		else
			err = probeevent_add(k->b, KPROBE_FILE, kind, l->names[i], k->event);
		if (!n && err && !reached)
			break;
		if (err)
			ctx_log(k->b, RAWBPF_LOG_DEBUG, "no place at '%s' (%s)", l->names[i],
				err_name(err));
		else if (!n++)
			k->attr = (struct rawbpf_perf_attr){.type = RAWBPF_PERF_TYPE_TRACEPOINT,
				.size = sizeof(k->attr),
				.config = id};
	}
	if (n && (err == -EEXIST || err == -ENOMEM)) {
		probeevent_remove(k->b, KPROBE_FILE, k->event);
		n = 0;
	}
	return n ? n : err;
}

/* 1: attached, 0: this road is closed, or a negative errno. */
static int kprobe_as_one(struct kprobe *k, struct prog *prog, const struct kprobelist *l)
{
	int fd, err, n = kprobe_siblings(k, l);

	if (n <= 0)
		return 0;
	fd = kprobe_perf_open(k, &k->attr);
	if (fd < 0) {
		probeevent_remove(k->b, KPROBE_FILE, k->event);
		ctx_log(k->b, RAWBPF_LOG_INFO, "one event for all is refused (%s)", err_name(fd));
		return 0;
	}
	err = kprobe_link(k, prog, fd);
	if (err)
		return err;
	k->b->links->n_places = (unsigned)n;
	return 1;
}

static int kprobe_attach_pattern(
	struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret, struct prog *prog)
{
	struct kprobe k = {.b = b, .o = o, .ret = ret};
	struct kprobelist l;
	int err = kprobe_check(&k);

	snprintf(k.place, sizeof(k.place), "%s", o->event_re);
	if (!err)
		err = kprobe_once(&k, prog);
	if (err)
		return err;
	err = kprobelist_match(b, o->event_re, &l);
	if (!err && l.n > KPROBE_FEW)
		err = kprobe_as_one(&k, prog, &l);
	if (!err)
		err = kprobe_each(&k, &l);
	kprobelist_free(&l);
	return err > 0 ? 0 : err;
}

int kprobe_attach(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret)
{
	struct prog *prog;

	if (!o->event_re)
		return kprobe_attach_event(b, o, ret, false);
	prog = kprobe_prog(b, o->fn_name);
	return prog ? kprobe_attach_pattern(b, o, ret, prog) : b->error.err;
}

int kprobe_attach_syscall(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret)
{
	return kprobe_attach_event(b, o, ret, true);
}

/* ---- detach -------------------------------------------------------------------------------- */

/* The pattern's own event, or a function's that it matches. */
static bool kprobe_is_match(const struct kprobe *k, const struct link *l, const regex_t *re)
{
	regmatch_t m;

	if (!k->o->event_re || kprobe_is_at(k, l))
		return kprobe_is_at(k, l);
	return l->kind == (k->ret ? LINK_KRETPROBE : LINK_KPROBE) &&
	       !regexec(re, l->place, 1, &m, 0) && !m.rm_so && !l->place[m.rm_eo];
}

static int kprobe_detach_all(struct kprobe *k, const regex_t *re)
{
	const char *fn = k->o->fn_name;
	struct link *l, *next;
	bool any = false;

	for (l = k->b->links; l; l = next) {
		next = l->next;
		if (!kprobe_is_match(k, l, re) || (fn && strcmp(l->prog->name, fn)))
			continue;
		link_close(k->b, l);
		any = true;
	}
	if (any)
		return 0;
	if (fn)
		return err_set(&k->b->error, "detach", -ENOENT,
			"program '%s' is not attached to kernel function '%s'", fn, k->place);
	return err_set(&k->b->error, "detach", -ENOENT,
		"nothing is attached to kernel function '%s'", k->place);
}

int kprobe_detach(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret)
{
	struct kprobe k = {.b = b, .o = o, .ret = ret};
	regex_t re;
	int err;

	if (!o->event_re) {
		err = kprobe_parse(&k);
		return err ? err : kprobe_detach_all(&k, NULL);
	}
	snprintf(k.place, sizeof(k.place), "%s", o->event_re);
	if (regcomp(&re, o->event_re, REG_EXTENDED))
		return err_set(
			&b->error, "detach", -EINVAL, "pattern '%s' cannot be read", o->event_re);
	err = kprobe_detach_all(&k, &re);
	regfree(&re);
	return err;
}
