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

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kern.h"
#include "kmulti.h"
#include "kprobewhy.h"
#include "ksym.h"
#include "probeevent.h"
#include "rights.h"
#include "tracefs.h"

#define KPROBE_PMU	 "/sys/bus/event_source/devices/kprobe"
#define KPROBE_ENABLED	 "/sys/kernel/debug/kprobes/enabled"
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
	struct prog *prog;
	bool ret, tracefs;
	bool multi;		    /* the program is made for a link of many: that is the road */
	char place[KSYM_NAME + 24]; /* "vfs_read+0x10" */
	char found[KSYM_NAME + 16]; /* a system call's function; "" where place is the function */
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
	/* "vmlinux:" is the kernel itself */
	strcpy(k->name, k->o->event + (strncmp(k->o->event, "vmlinux:", 8) ? 0 : 8));
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

int kprobe_check_maxactive(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret)
{
	if (o->maxactive && !ret)
		return err_set(&b->error, "attach", -EINVAL, ".maxactive is for return probes");
	if (o->maxactive > KPROBE_MAXACTIVE)
		return err_set(&b->error, "attach", -EINVAL, ".maxactive %u is more than %u",
			o->maxactive, KPROBE_MAXACTIVE);
	return 0;
}

int kprobe_check_session(struct rawbpf *b, const struct prog *prog, bool ret)
{
	if (!ret || !kmulti_is_session(prog))
		return 0;
	err_set(&b->error, "attach", -EINVAL, "program '%s' (section '%s') is no return probe's",
		prog->name, prog->section);
	err_hint(&b->error, "attach_kprobe has it run at entry and return");
	err_prog(&b->error, prog->name);
	return -EINVAL;
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
	return kprobe_check_maxactive(k->b, k->o, k->ret);
}

static struct kprobewhy kprobe_why(const struct kprobe *k)
{
	return (struct kprobewhy){k->place, k->name, k->off, k->ret, k->tracefs, false};
}

/* ---- the PMU ------------------------------------------------------------------------------- */

/* Fills k->attr, or says by k->tracefs that there is no such PMU. */
static int kprobe_pmu(struct kprobe *k)
{
	struct sys *s = &k->b->sys;
	unsigned bit = 0;
	char text[64];
	int err = kprobe_check_enabled(k->b);

	if (err)
		return err;
	err = sys_read_line(s, AT_FDCWD, KPROBE_PMU "/type", text, sizeof(text));
	if (err == -ENOENT || k->o->maxactive) {
		sys_fallback(s, k->o->maxactive ? 0 : err);
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
	return link_perf_open(k->b, &k->attr, 0, k->place);
}

/* ---- tracefs ------------------------------------------------------------------------------- */

/*
 * Before Linux 4.12 the kernel reads "r100:NAME" as an "r" whose event has no name, and gives it
 * one of its own: that is how such a kernel is found out.  An event that had this name already
 * would be replaced there, so then the version must do.  1: not taken.
 */
static int kprobe_with_maxactive(struct kern *k, struct rawbpf *b, const char *where,
	unsigned maxactive, char name[PROBEEVENT_NAME], uint64_t *id, bool *reached)
{
	char made[PROBEEVENT_NAME], kind[16];
	bool there;
	int err;

	snprintf(made, sizeof(made), "r_%s_0", where); /* cut as the kernel cuts it */
	there = probeevent_exists(b, made) > 0;
	if (there && kern_version(b) && kern_version(b) < (4u << 16 | 12u << 8))
		return 1;
	snprintf(kind, sizeof(kind), "r%u", maxactive);
	err = probeevent_make(b, KPROBE_FILE, kind, where, name, id, reached);
	if (err != -ENOENT || !*reached || there || probeevent_exists(b, made) <= 0)
		return err;
	probeevent_remove(b, KPROBE_FILE, made);
	k->no_maxactive = err;
	return 1;
}

int kprobe_event(struct rawbpf *b, const char *where, bool ret, unsigned maxactive,
	char name[PROBEEVENT_NAME], uint64_t *id, bool *reached)
{
	struct kern *k = kern_get(b);
	int err = 1;

	*reached = k != NULL; /* else the error is set */
	if (!k)
		return -ENOMEM;
	if (maxactive && !k->no_maxactive)
		err = kprobe_with_maxactive(k, b, where, maxactive, name, id, reached);
	if (err <= 0)
		return err;
	sys_fallback(&b->sys, k->no_maxactive);
	if (maxactive)
		ctx_log(b, RAWBPF_LOG_WARN,
			"'%s': .maxactive needs Linux 4.12, the kernel's choice it is", where);
	return probeevent_make(b, KPROBE_FILE, ret ? "r" : "p", where, name, id, reached);
}

/* Sets the error: neither road is there. */
static int kprobe_none(struct rawbpf *b)
{
	struct rawbpf_error *e = &b->error;

	err_set(e, "attach", -ENODEV, "the kernel has neither '%s' nor '%s' in tracefs", KPROBE_PMU,
		KPROBE_FILE);
	err_hint(e, "it must be built with CONFIG_KPROBES and CONFIG_KPROBE_EVENTS");
	return -ENODEV;
}

static bool kprobe_has_file(struct rawbpf *b)
{
	int fd = sys_openat(&b->sys, tracefs_dir(b), KPROBE_FILE, O_PATH, NULL);

	sys_close(&b->sys, fd);
	return fd != -ENOENT;
}

int kprobe_check_any(struct rawbpf *b)
{
	char text[64];

	if (sys_read_line(&b->sys, AT_FDCWD, KPROBE_PMU "/type", text, sizeof(text)) != -ENOENT ||
		tracefs_dir(b) < 0 || kprobe_has_file(b))
		return 0;
	return kprobe_none(b);
}

int kprobe_check_enabled(struct rawbpf *b)
{
	char text[16];

	if (sys_read_line(&b->sys, AT_FDCWD, KPROBE_ENABLED, text, sizeof(text)) || *text != '0')
		return 0; /* where debugfs is not mounted, it is not looked for */
	err_set(&b->error, "attach", -EBUSY, "probes of the kernel are switched off by '%s'",
		KPROBE_ENABLED);
	err_hint(&b->error, "echo 1 > " KPROBE_ENABLED);
	return -EBUSY;
}

/* A perf event's fd or -errno; k->event is the event's name then. *said: the error is set. */
static int kprobe_by_tracefs(struct kprobe *k, const char *name, bool *said)
{
	struct rawbpf_perf_attr a = {.type = RAWBPF_PERF_TYPE_TRACEPOINT, .size = sizeof(a)};
	char where[KSYM_NAME + 24];
	bool reached;
	int err, fd;

	if (*name)
		snprintf(where, sizeof(where), k->off ? "%s+%" PRIu64 : "%s", name, k->off);
	else
		snprintf(where, sizeof(where), "0x%" PRIx64, k->addr);
	err = kprobe_event(k->b, where, k->ret, k->o->maxactive, k->event, &a.config, &reached);
	if (err) {
		*k->event = '\0';
		*said = !reached;
		if (reached && err == -ENOENT && !kprobe_has_file(k->b)) {
			*said = true;
			return kprobe_none(k->b);
		}
		if (reached && (err == -EACCES || err == -EPERM)) {
			*said = true;
			return tracefs_refused(k->b, "attach", KPROBE_FILE, err);
		}
		return err;
	}
	fd = link_perf_open(k->b, &a, 0, k->place);
	if (fd < 0) {
		probeevent_remove(k->b, KPROBE_FILE, k->event);
		*k->event = '\0';
	}
	return fd;
}

/* ---- one function -------------------------------------------------------------------------- */

/* Before Linux 5.x the PMU refuses names that compilers make ("f.isra.0"), tracefs takes them. */
static bool kprobe_dotted(const struct kprobe *k, const char *name, int err)
{
	return err == -EINVAL && !k->tracefs && strchr(name, '.');
}

/* A link's fd or -errno; k->multi is false then, where there are no such links. */
static int kprobe_by_multi(struct kprobe *k, const char *name, bool *said)
{
	struct kmulti m = {k->b, k->prog, k->ret, k->place, &name, 1, 0};
	int err, fd = kmulti_open(&m);

	if (fd != -EOPNOTSUPP)
		return fd;
	*said = true;
	if (kmulti_is_session(k->prog)) {
		err = kprobe_check_any(k->b);
		return err ? err : kmulti_no_session(k->b, k->prog);
	}
	k->multi = false;
	sys_fallback(&k->b->sys, m.refused);
	err = kprobe_pmu(k);
	*said = err != 0;
	return err;
}

static int kprobe_open(struct kprobe *k, const char *name, bool *said)
{
	bool other = false;
	int first, fd;

	*said = false;
	if (k->multi) {
		fd = kprobe_by_multi(k, name, said);
		if (k->multi || *said)
			return fd;
	}
	if (k->tracefs)
		return kprobe_by_tracefs(k, name, said);
	first = kprobe_by_pmu(k, name);
	if (first == -ENODEV || first == -EOPNOTSUPP || kprobe_dotted(k, name, first)) {
		sys_fallback(&k->b->sys, first);
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

/* 0, or -EEXIST with the error set when the program is there already. */
static int kprobe_once(struct kprobe *k, const char *place)
{
	const struct link *l = kprobe_find(k->b, k->prog, place, k->ret);

	if (!l)
		return 0;
	err_set(&k->b->error, "attach", -EEXIST,
		"program '%s' is attached to kernel function '%s' already", k->prog->name, place);
	if (l->pattern)
		err_hint(&k->b->error, "it was attached by pattern '%s'", l->pattern);
	return -EEXIST;
}

/* The function of a system call, into k->found; -ENOENT: none of the names is there. */
static int kprobe_open_syscall(struct kprobe *k, const char *call, bool *said)
{
	char *name = k->found;
	int fd = -ENOENT;
	size_t i;

	for (i = 0; i < KPROBE_SYSCALLS; i++) {
		snprintf(name, sizeof(k->found), "%s%.*s", kprobe_syscall[i], KSYM_NAME, call);
		if (!strcmp(name, k->name))
			continue;
		fd = kprobe_once(k, name);
		*said = fd != 0;
		if (!fd)
			fd = kprobe_open(k, name, said);
		if (fd >= 0)
			ctx_log(k->b, RAWBPF_LOG_INFO, "system call '%s' is function '%s' here",
				call, name);
		if (*said || !kprobe_is_absent(k, fd))
			return fd;
	}
	return fd;
}

/* The function of that very name first, else the system call's. */
static int kprobe_open_any(struct kprobe *k, bool syscall_only)
{
	const char *call = kprobe_call_name(k->name);
	struct kprobewhy w = kprobe_why(k);
	bool said = false;
	int fd, first = -ENOENT;

	if (!syscall_only)
		first = kprobe_open(k, k->name, &said);
	if (first >= 0 || !call || !kprobe_is_absent(k, first) || said)
		goto out;
	fd = kprobe_open_syscall(k, call, &said);
	if (fd >= 0 || said || !kprobe_is_absent(k, fd))
		first = fd;
out:
	w.tracefs = k->tracefs;
	w.call = syscall_only;
	return first >= 0 || said ? first : kprobewhy_refused(k->b, &w, first);
}

struct prog *kprobe_prog(struct rawbpf *b, const char *fn_name)
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

bool kprobe_is_at(const struct link *l, const char *place, bool ret)
{
	if (l->kind != (ret ? LINK_KRETPROBE : LINK_KPROBE))
		return false;
	return l->covers ? link_covers(l, place) : !strcmp(l->place, place);
}

const struct link *kprobe_find(
	struct rawbpf *b, const struct prog *prog, const char *place, bool ret)
{
	const struct link *l;

	for (l = b->links; l; l = l->next)
		if (l->prog == prog && kprobe_is_at(l, place, ret))
			return l;
	return NULL;
}

/* -ENOENT, with the error set: a detach found nothing. */
static int kprobe_nothing(struct rawbpf *b, const char *fn_name, const char *place)
{
	if (fn_name)
		return err_set(&b->error, "detach", -ENOENT,
			"program '%s' is not attached to kernel function '%s'", fn_name, place);
	return err_set(
		&b->error, "detach", -ENOENT, "nothing is attached to kernel function '%s'", place);
}

int kprobe_link(
	struct rawbpf *b, struct prog *prog, const char *place, bool ret, int fd, const char *event)
{
	struct link *l;
	int err = link_perf_event(b, ret ? LINK_KRETPROBE : LINK_KPROBE, prog, place, fd, &l);

	if (!err && *event) {
		err = link_own_event(b, l, KPROBE_FILE, event);
		if (err)
			link_close(b, l);
	}
	if (err && *event)
		probeevent_remove(b, KPROBE_FILE, event);
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

/* A link of many takes functions by name, from their begin. */
static int kprobe_choose(struct kprobe *k)
{
	bool session = kmulti_is_session(k->prog);
	bool plain = *k->name && !strchr(k->name, ':') && !k->off && !k->o->maxactive;
	struct rawbpf_error *e = &k->b->error;

	k->multi = plain && (session || k->prog->attach_type == RAWBPF_TRACE_KPROBE_MULTI);
	if (k->multi)
		return 0;
	if (!session)
		return kprobe_pmu(k);
	err_set(e, "attach", -EINVAL,
		"program '%s' (section '%s') is a session's: '%s' is no place", k->prog->name,
		k->prog->section, k->place);
	err_hint(e, "it takes a function's name, without a module or an offset");
	err_prog(e, k->prog->name);
	return -EINVAL;
}

static int kprobe_adopt(struct kprobe *k, int fd)
{
	const char *place = *k->found ? k->found : k->place;
	int err;

	if (k->multi)
		err = link_adopt(
			k->b, k->ret ? LINK_KRETPROBE : LINK_KPROBE, k->prog, place, fd, NULL);
	else
		err = kprobe_link(k->b, k->prog, place, k->ret, fd, k->event);
	if (err || !*k->found)
		return err;
	err = link_own_names(k->b, k->b->links, k->place, NULL);
	if (err)
		link_close(k->b, k->b->links);
	return err;
}

static int kprobe_attach_road(
	struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret, bool syscall_only)
{
	struct kprobe k = {.b = b, .o = o, .ret = ret, .prog = kprobe_prog(b, o->fn_name)};
	int err, fd;

	if (!k.prog)
		return b->error.err;
	err = kprobe_check_session(b, k.prog, ret);
	if (!err)
		err = kprobe_prepare(&k);
	if (!err)
		err = syscall_only ? 0 : kprobe_once(&k, k.place);
	if (!err)
		err = kprobe_choose(&k);
	if (err)
		return err;
	fd = kprobe_open_any(&k, syscall_only);
	return fd < 0 ? fd : kprobe_adopt(&k, fd);
}

static int kprobe_attach_event(
	struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret, bool syscall_only)
{
	int was = sys_fallback(&b->sys, 0), err = kprobe_attach_road(b, o, ret, syscall_only);

	sys_fallback_end(&b->sys, was);
	return err;
}

int kprobe_attach(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret)
{
	return kprobe_attach_event(b, o, ret, false);
}

int kprobe_attach_syscall(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret)
{
	return kprobe_attach_event(b, o, ret, true);
}

/* ---- detach -------------------------------------------------------------------------------- */

/* Attached by its own name, as it was asked for or found. */
static bool kprobe_is_single(const struct link *l, const char *place, bool ret)
{
	if (l->pattern || l->kind != (ret ? LINK_KRETPROBE : LINK_KPROBE))
		return false;
	return !strcmp(l->place, place) || (l->asked && !strcmp(l->asked, place));
}

int kprobe_detach(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret)
{
	struct kprobe k = {.b = b, .o = o, .ret = ret};
	struct link *l, *next;
	const char *pattern = NULL;
	bool any = false;
	int err = kprobe_parse(&k);

	if (err)
		return err;
	for (l = b->links; l; l = next) {
		next = l->next;
		if (o->fn_name && strcmp(l->prog->name, o->fn_name))
			continue;
		if (l->pattern && kprobe_is_at(l, k.place, ret))
			pattern = l->pattern;
		if (!kprobe_is_single(l, k.place, ret))
			continue;
		link_close(b, l);
		any = true;
	}
	if (any)
		return 0;
	err = kprobe_nothing(b, o->fn_name, k.place);
	if (pattern)
		err_hint(&b->error, "it was attached by pattern '%s': detach that", pattern);
	return err;
}
