// SPDX-License-Identifier: MIT
/*
 * attachsec.c - attach a program where its section or its name says.
 *
 * A section is "KIND/PLACE" as libbpf spells it; a function named as bcc does says the same with
 * underscores.  Each kind is a row of a table with the function that takes the place apart.
 */
#include "attachsec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "kproad.h"
#include "kprobe.h"
#include "rawtp.h"
#include "tracepoint.h"
#include "trampoline.h"
#include "uprobe.h"
#include "usdt.h"

static int bad_place(struct rawbpf *b, const struct prog *p, const char *form)
{
	err_set(&b->error, "attach", -EINVAL, "section '%s' of program '%s' names no place",
		p->section, p->name);
	err_hint(&b->error, "write it as %s", form);
	err_prog(&b->error, p->name);
	return -EINVAL;
}

/* "+0x10" at the end of a symbol, cut off. */
static int cut_offset(char *sym, uint64_t *off)
{
	char *plus = strrchr(sym, '+'), *end;

	*off = 0;
	if (!plus)
		return 0;
	if (plus[1] < '0' || plus[1] > '9')
		return -EINVAL;
	errno = 0;
	*off = strtoull(plus + 1, &end, 0);
	if (errno || *end)
		return -EINVAL;
	*plus = '\0';
	return 0;
}

/*
 * PATH:SYMBOL, PATH:SYMBOL+OFFSET or PATH:0xADDRESS; for a program made for many places also
 * PATH:PATTERN
 */
static int section_uprobe(struct rawbpf *b, struct prog *p, const char *place, pid_t pid, bool ret)
{
	struct rawbpf_uprobe_opts o = {.sz = sizeof(o), .fn_name = p->name, .pid = pid};
	char *path = strdup(place), *sym, *end;
	int err = -EINVAL;
	bool pattern;

	if (!path)
		return err_set(&b->error, "attach", -ENOMEM, "out of memory");
	sym = strrchr(path, ':');
	if (sym) {
		*sym++ = '\0';
		o.name = path;
		errno = 0;
		if (*sym >= '0' && *sym <= '9')
			o.addr = strtoull(sym, &end, 0);
		else if (!cut_offset(sym, &o.sym_off) && *sym)
			o.sym = sym;
		pattern = p->attach_type == RAWBPF_TRACE_UPROBE_MULTI && o.sym &&
			  strpbrk(o.sym, "*?");
		if (*path && (o.sym || (o.addr && !errno && !*end)))
			err = pattern ? uprobe_attach_wild(b, &o, ret) : uprobe_attach(b, &o, ret);
		else
			err = bad_place(b, p, "uprobe/FILE:FUNCTION, with +OFFSET for the entry");
	} else {
		err = bad_place(b, p, "uprobe/FILE:FUNCTION");
	}
	free(path);
	return err;
}

static int section_uprobe_entry(struct rawbpf *b, struct prog *p, const char *place, pid_t pid)
{
	return section_uprobe(b, p, place, pid, false);
}

static int section_uprobe_return(struct rawbpf *b, struct prog *p, const char *place, pid_t pid)
{
	return section_uprobe(b, p, place, pid, true);
}

/* PATH:PROVIDER:NAME, in which PATH may have colons, to options; o->path is malloc'ed. */
static int cut_usdt(struct rawbpf *b, const struct prog *p, const char *place,
	struct rawbpf_usdt_attach_opts *o)
{
	const char *name = strrchr(place, ':'), *probe = name;

	while (probe && probe > place && *--probe != ':')
		;
	if (!probe || probe == place || name == probe + 1 || !name[1])
		return bad_place(b, p, "usdt/FILE:PROVIDER:NAME");
	o->sz = sizeof(*o);
	o->probe = probe + 1;
	o->fn_name = p->name;
	o->path = strndup(place, (size_t)(probe - place));
	return o->path ? 0 : err_set(&b->error, "attach", -ENOMEM, "out of memory");
}

static int section_usdt(struct rawbpf *b, struct prog *p, const char *place, pid_t pid)
{
	struct rawbpf_usdt_attach_opts o = {.pid = pid};
	int err = cut_usdt(b, p, place, &o);

	if (!err)
		err = usdt_attach(b, &o);
	free((char *)(uintptr_t)o.path);
	return err;
}

int attachsec_load(struct rawbpf *b, struct prog *p)
{
	struct rawbpf_usdt_attach_opts o = {.path = NULL};
	const char *place = strchr(p->section, '/');
	int err;

	if (!place) {
		err_set(&b->error, "load", -ENOENT, "program '%s' reads operands of a usdt probe",
			p->name);
		err_hint(&b->error,
			"it is loaded for the probe that it is attached to; its section "
			"names none");
		return 1;
	}
	err = cut_usdt(b, p, place + 1, &o);
	if (!err)
		err = usdt_load(b, p, &o);
	free((char *)(uintptr_t)o.path);
	return err;
}

/* A program in the kernel runs for every process, whatever the event was opened for. */
static void warn_pid(struct rawbpf *b, const struct prog *p, pid_t pid, const char *what)
{
	if (pid > 0)
		ctx_log(b, RAWBPF_LOG_WARN, "program '%s': a %s sees every process, not only %d",
			p->name, what, (int)pid);
}

/* FUNCTION, FUNCTION+OFFSET, MODULE:FUNCTION */
static int section_kprobe(struct rawbpf *b, struct prog *p, const char *place, pid_t pid)
{
	const struct rawbpf_kprobe_opts o = {.sz = sizeof(o), .event = place, .fn_name = p->name};

	warn_pid(b, p, pid, "kprobe");
	return *place ? kprobe_attach(b, &o, false) : bad_place(b, p, "kprobe/FUNCTION");
}

static int section_kretprobe(struct rawbpf *b, struct prog *p, const char *place, pid_t pid)
{
	const struct rawbpf_kprobe_opts o = {.sz = sizeof(o), .event = place, .fn_name = p->name};

	warn_pid(b, p, pid, "kretprobe");
	return *place ? kprobe_attach(b, &o, true) : bad_place(b, p, "kretprobe/FUNCTION");
}

/* A function's name or libbpf's pattern, in which '*' and '?' are special. */
static int section_kprobes(struct rawbpf *b, struct prog *p, const char *place, pid_t pid, bool ret)
{
	struct rawbpf_kprobe_opts o = {.sz = sizeof(o), .event = place, .fn_name = p->name};

	warn_pid(b, p, pid, "kprobe");
	if (!*place)
		return bad_place(b, p, "kprobe.multi/PATTERN, with * and ?");
	if (!strpbrk(place, "*?"))
		return kprobe_attach(b, &o, ret);
	o.event = NULL;
	return kproad_attach_wild(b, &o, place, ret);
}

static int section_kprobe_multi(struct rawbpf *b, struct prog *p, const char *place, pid_t pid)
{
	return section_kprobes(b, p, place, pid, false);
}

static int section_kretprobe_multi(struct rawbpf *b, struct prog *p, const char *place, pid_t pid)
{
	return section_kprobes(b, p, place, pid, true);
}

static int section_ksyscall(struct rawbpf *b, struct prog *p, const char *place, pid_t pid)
{
	const struct rawbpf_kprobe_opts o = {.sz = sizeof(o), .event = place, .fn_name = p->name};

	warn_pid(b, p, pid, "kprobe");
	return *place ? kprobe_attach_syscall(b, &o, false) : bad_place(b, p, "ksyscall/NAME");
}

static int section_kretsyscall(struct rawbpf *b, struct prog *p, const char *place, pid_t pid)
{
	const struct rawbpf_kprobe_opts o = {.sz = sizeof(o), .event = place, .fn_name = p->name};

	warn_pid(b, p, pid, "kretprobe");
	return *place ? kprobe_attach_syscall(b, &o, true) : bad_place(b, p, "kretsyscall/NAME");
}

static int section_tracepoint(struct rawbpf *b, struct prog *p, const char *place, pid_t pid)
{
	struct rawbpf_tracepoint_opts o = {.sz = sizeof(o), .tp = place, .fn_name = p->name};
	const char *slash = strchr(place, '/');

	if (!slash || slash == place || !slash[1])
		return bad_place(b, p, "tracepoint/CATEGORY/EVENT");
	warn_pid(b, p, pid, "tracepoint");
	return tracepoint_attach(b, &o);
}

/*
 * bcc's name, CATEGORY__EVENT.  bcc takes every "__" for the mark; both names may hold one, so the
 * first split that names an event of this kernel counts.
 */
static int name_tracepoint(struct rawbpf *b, struct prog *p, const char *place, pid_t pid)
{
	struct rawbpf_tracepoint_opts o = {.sz = sizeof(o), .fn_name = p->name};
	struct rawbpf_error first = {0};
	const char *mark;
	char tp[256];
	int err;

	warn_pid(b, p, pid, "tracepoint");
	for (mark = strstr(place, "__"); mark; mark = strstr(mark + 1, "__")) {
		if (mark == place || !mark[2])
			continue;
		snprintf(tp, sizeof(tp), "%.*s:%s", (int)(mark - place), place, mark + 2);
		o.tp = tp;
		err = tracepoint_attach(b, &o);
		if (err != -ENOENT)
			return err;
		if (!first.err)
			err_copy(&first, &b->error);
	}
	if (!first.err)
		return bad_place(b, p, "tracepoint__CATEGORY__EVENT");
	err_copy(&b->error, &first);
	return first.err;
}

static int section_raw_tracepoint(struct rawbpf *b, struct prog *p, const char *place, pid_t pid)
{
	struct rawbpf_raw_tracepoint_opts o = {.sz = sizeof(o), .tp = place, .fn_name = p->name};

	warn_pid(b, p, pid, "raw tracepoint");
	return *place ? rawtp_attach(b, &o) : bad_place(b, p, "raw_tp/EVENT");
}

static int section_kfunc(struct rawbpf *b, struct prog *p, const char *place, pid_t pid)
{
	/* of bcc's "kfunc__MODULE__FUNCTION", too, its section's place is what it was loaded for */
	const struct rawbpf_kfunc_opts o = {.sz = sizeof(o), .fn_name = p->name};

	warn_pid(b, p, pid, "kernel function's probe");
	return *place ? trampoline_attach(b, p, &o) : bad_place(b, p, "fentry/FUNCTION");
}

static int section_perf_event(struct rawbpf *b, struct prog *p, const char *place, pid_t pid)
{
	(void)place;
	(void)pid;
	return bad_place(b, p, "perf_event alone, and attach it with its counter");
}

static const struct attachsec_kind {
	char kind[20];
	int (*section)(struct rawbpf *b, struct prog *p, const char *place, pid_t pid);
	/* by bcc's name, or NULL */
	int (*name)(struct rawbpf *b, struct prog *p, const char *place, pid_t pid);
} attachsec_kinds[] = {
	{"uprobe", section_uprobe_entry, NULL},
	{"uprobe.multi", section_uprobe_entry, NULL},
	{"uretprobe", section_uprobe_return, NULL},
	{"uretprobe.multi", section_uprobe_return, NULL},
	{"usdt", section_usdt, NULL},
	{"kprobe", section_kprobe, section_kprobe},
	{"kprobe.multi", section_kprobe_multi, NULL},
	{"kprobe.session", section_kprobe_multi, NULL},
	{"kretprobe", section_kretprobe, section_kretprobe},
	{"kretprobe.multi", section_kretprobe_multi, NULL},
	{"ksyscall", section_ksyscall, NULL},
	{"kretsyscall", section_kretsyscall, NULL},
	{"tracepoint", section_tracepoint, name_tracepoint},
	{"tp", section_tracepoint, NULL},
	{"raw_tracepoint", section_raw_tracepoint, section_raw_tracepoint},
	{"raw_tracepoint.w", section_raw_tracepoint, NULL},
	{"raw_tp", section_raw_tracepoint, NULL},
	{"raw_tp.w", section_raw_tracepoint, NULL},
	{"tp_btf", section_raw_tracepoint, NULL},
	{"fentry", section_kfunc, NULL},
	{"fexit", section_kfunc, NULL},
	{"fmod_ret", section_kfunc, NULL},
	{"kfunc", NULL, section_kfunc},
	{"kretfunc", NULL, section_kfunc},
	{"kmod_ret", NULL, section_kfunc},
	{"perf_event", section_perf_event, NULL},
};

static const struct attachsec_kind *attachsec_find(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(attachsec_kinds) / sizeof(*attachsec_kinds); i++)
		if (strlen(attachsec_kinds[i].kind) == len &&
			!strncmp(attachsec_kinds[i].kind, s, len))
			return &attachsec_kinds[i];
	return NULL;
}

/* What is to be done with programs that are loaded and not attached here. */
static const struct {
	const char *kind, *hint;
} attachsec_loaded[] = {
	{"iter", "it is loaded and runs when it is read: 'bpftool iter pin OBJECT FILE', then 'cat "
		 "FILE'; in C BPF_LINK_CREATE of rawbpf_prog_fd(), then BPF_ITER_CREATE"},
	{"syscall", "it is loaded, and runs once for each BPF_PROG_TEST_RUN of rawbpf_prog_fd()"},
	{"freplace", "it is loaded for another program, by whoever has that one's fd"},
	{"lsm", "it is loaded: 'bpftool prog loadall OBJECT DIR autoattach' attaches such "
		"programs"},
};

static int attachsec_unsupported(struct rawbpf *b, const struct prog *p)
{
	const char *section = p->section + (*p->section == '?');
	struct buf kinds = {0};
	size_t i, len = strcspn(section, "/.");

	for (i = 0; i < sizeof(attachsec_kinds) / sizeof(*attachsec_kinds); i++)
		if (attachsec_kinds[i].section && attachsec_kinds[i].section != section_perf_event)
			buf_printf(&kinds, "%s%s/", kinds.len ? ", " : "", attachsec_kinds[i].kind);
	err_set(&b->error, "attach", -EOPNOTSUPP,
		"section '%s' of program '%s' is of a kind that is not attached by section",
		p->section, p->name);
	if (!kinds.failed)
		err_hint(&b->error, "this version attaches %s", buf_str(&kinds));
	buf_free(&kinds);
	for (i = 0; i < sizeof(attachsec_loaded) / sizeof(*attachsec_loaded); i++)
		if (strlen(attachsec_loaded[i].kind) == len &&
			!strncmp(attachsec_loaded[i].kind, section, len))
			err_hint(&b->error, "%s", attachsec_loaded[i].hint);
	err_prog(&b->error, p->name);
	return -EOPNOTSUPP;
}

int attachsec_prog(struct rawbpf *b, struct prog *p, pid_t pid)
{
	const char *section = p->section + (*p->section == '?');
	size_t len = strcspn(section, "/"),
	       dot = len > 2 && !strncmp(section + len - 2, ".s", 2) ? 2 : 0;
	const struct attachsec_kind *k = attachsec_find(section, len - dot);
	const char *mark = strstr(p->name, "__");
	const struct attachsec_kind *named =
		mark ? attachsec_find(p->name, (size_t)(mark - p->name)) : NULL;

	if (section[len] && k && k->section)
		return k->section(b, p, section + len + 1, pid);
	if (!section[len] && named && named->name)
		return named->name(b, p, mark + 2, pid);
	if (!section[len] && k && k->section) {
		ctx_log(b, RAWBPF_LOG_INFO,
			"program '%s': section '%s' names no place, attach it by name", p->name,
			p->section);
		return 0;
	}
	return attachsec_unsupported(b, p);
}
