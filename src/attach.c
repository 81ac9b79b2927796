// SPDX-License-Identifier: MIT
/*
 * attach.c - the public calls that attach and detach, and the places that sections name.
 *
 * A section is "KIND/PLACE" as libbpf spells it; a function named as bcc does says the same with
 * underscores.  Each kind is a row of a table with the function that takes the place apart.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "kprobe.h"
#include "link.h"
#include "opts.h"
#include "perfevent.h"
#include "prog.h"
#include "rawtp.h"
#include "trace.h"
#include "tracepoint.h"
#include "uprobe.h"

static int attach_invalid(struct rawbpf *b, const char *call, const char *what)
{
	return err_set(&b->error, "attach", -EINVAL, "%s: %s", call, what);
}

/* A program that prints may do so as soon as it is attached: have its lines kept from then on. */
static int attach_prepare(struct rawbpf *b, const char *fn_name)
{
	size_t i;

	for (i = 0; i < b->n_progs; i++)
		if (b->progs[i].calls_trace_printk && !strcmp(b->progs[i].name, fn_name))
			return trace_prepare(b);
	return 0;
}

/* ---- uprobes ----------------------------------------------------------------------------- */

static int check_uprobe(struct rawbpf *b, const struct rawbpf_uprobe_opts *o, const char *call)
{
	int n = !!o->sym + !!o->sym_re + !!o->addr + !!o->offset;

	if (!o->name || !*o->name)
		return attach_invalid(b, call, ".name (a library or path) is missing");
	if (!n)
		return attach_invalid(b, call, ".sym, .sym_re, .addr or .offset is missing");
	if (n > 1)
		return attach_invalid(b, call, "only one of .sym, .sym_re, .addr and .offset");
	if (o->sym_off && !o->sym)
		return attach_invalid(b, call, ".sym_off needs .sym");
	return 0;
}

static int public_uprobe(struct rawbpf *b, const struct rawbpf_uprobe_opts *in, bool ret,
	bool attach, const char *call)
{
	struct rawbpf_uprobe_opts o;
	int err;

	if (!b)
		return -ENOMEM;
	err = opts_read(&o, sizeof(o), in, "attach", &b->error);
	if (err)
		return err;
	if (attach && (!o.fn_name || !*o.fn_name))
		return attach_invalid(b, call, ".fn_name (the program) is missing");
	err = check_uprobe(b, &o, call);
	if (!err && attach)
		err = attach_prepare(b, o.fn_name);
	if (err)
		return err;
	return attach ? uprobe_attach(b, &o, ret) : uprobe_detach(b, &o, ret);
}

int rawbpf_attach_uprobe_opts(struct rawbpf *b, const struct rawbpf_uprobe_opts *o)
{
	return public_uprobe(b, o, false, true, "attach_uprobe");
}

int rawbpf_attach_uretprobe_opts(struct rawbpf *b, const struct rawbpf_uprobe_opts *o)
{
	return public_uprobe(b, o, true, true, "attach_uretprobe");
}

int rawbpf_detach_uprobe_opts(struct rawbpf *b, const struct rawbpf_uprobe_opts *o)
{
	return public_uprobe(b, o, false, false, "detach_uprobe");
}

int rawbpf_detach_uretprobe_opts(struct rawbpf *b, const struct rawbpf_uprobe_opts *o)
{
	return public_uprobe(b, o, true, false, "detach_uretprobe");
}

/* ---- kprobes ----------------------------------------------------------------------------- */

static int public_kprobe(struct rawbpf *b, const struct rawbpf_kprobe_opts *in, bool ret,
	bool attach, const char *call)
{
	struct rawbpf_kprobe_opts o;
	int err;

	if (!b)
		return -ENOMEM;
	err = opts_read(&o, sizeof(o), in, "attach", &b->error);
	if (err)
		return err;
	if (attach && (!o.fn_name || !*o.fn_name))
		return attach_invalid(b, call, ".fn_name (the program) is missing");
	if ((!o.event || !*o.event) && (!o.event_re || !*o.event_re))
		return attach_invalid(
			b, call, ".event (a kernel function) or .event_re is missing");
	if (o.event && o.event_re)
		return attach_invalid(b, call, "only one of .event and .event_re");
	if (o.event_re && o.event_off)
		return attach_invalid(b, call, ".event_off needs .event");
	err = attach ? attach_prepare(b, o.fn_name) : 0;
	if (err)
		return err;
	return attach ? kprobe_attach(b, &o, ret) : kprobe_detach(b, &o, ret);
}

int rawbpf_attach_kprobe_opts(struct rawbpf *b, const struct rawbpf_kprobe_opts *o)
{
	return public_kprobe(b, o, false, true, "attach_kprobe");
}

int rawbpf_attach_kretprobe_opts(struct rawbpf *b, const struct rawbpf_kprobe_opts *o)
{
	return public_kprobe(b, o, true, true, "attach_kretprobe");
}

int rawbpf_detach_kprobe_opts(struct rawbpf *b, const struct rawbpf_kprobe_opts *o)
{
	return public_kprobe(b, o, false, false, "detach_kprobe");
}

int rawbpf_detach_kretprobe_opts(struct rawbpf *b, const struct rawbpf_kprobe_opts *o)
{
	return public_kprobe(b, o, true, false, "detach_kretprobe");
}

/* ---- tracepoints ------------------------------------------------------------------------- */

static int public_tracepoint(
	struct rawbpf *b, const struct rawbpf_tracepoint_opts *in, bool attach, const char *call)
{
	struct rawbpf_tracepoint_opts o;
	int err;

	if (!b)
		return -ENOMEM;
	err = opts_read(&o, sizeof(o), in, "attach", &b->error);
	if (err)
		return err;
	if (attach && (!o.fn_name || !*o.fn_name))
		return attach_invalid(b, call, ".fn_name (the program) is missing");
	if (!o.tp || !*o.tp)
		return attach_invalid(b, call, ".tp (category:event) is missing");
	err = attach ? attach_prepare(b, o.fn_name) : 0;
	if (err)
		return err;
	return attach ? tracepoint_attach(b, &o) : tracepoint_detach(b, &o);
}

int rawbpf_attach_tracepoint_opts(struct rawbpf *b, const struct rawbpf_tracepoint_opts *o)
{
	return public_tracepoint(b, o, true, "attach_tracepoint");
}

int rawbpf_detach_tracepoint_opts(struct rawbpf *b, const struct rawbpf_tracepoint_opts *o)
{
	return public_tracepoint(b, o, false, "detach_tracepoint");
}

/* ---- raw tracepoints, perf events --------------------------------------------------------- */

static int public_raw_tracepoint(struct rawbpf *b, const struct rawbpf_raw_tracepoint_opts *in,
	bool attach, const char *call)
{
	struct rawbpf_raw_tracepoint_opts o;
	int err;

	if (!b)
		return -ENOMEM;
	err = opts_read(&o, sizeof(o), in, "attach", &b->error);
	if (err)
		return err;
	if (attach && (!o.fn_name || !*o.fn_name))
		return attach_invalid(b, call, ".fn_name (the program) is missing");
	if (!o.tp || !*o.tp)
		return attach_invalid(b, call, ".tp (the event) is missing");
	err = attach ? attach_prepare(b, o.fn_name) : 0;
	if (err)
		return err;
	return attach ? rawtp_attach(b, &o) : rawtp_detach(b, &o);
}

int rawbpf_attach_raw_tracepoint_opts(struct rawbpf *b, const struct rawbpf_raw_tracepoint_opts *o)
{
	return public_raw_tracepoint(b, o, true, "attach_raw_tracepoint");
}

int rawbpf_detach_raw_tracepoint_opts(struct rawbpf *b, const struct rawbpf_raw_tracepoint_opts *o)
{
	return public_raw_tracepoint(b, o, false, "detach_raw_tracepoint");
}

int rawbpf_attach_perf_event_opts(struct rawbpf *b, const struct rawbpf_perf_event_opts *in)
{
	static const char call[] = "attach_perf_event";
	struct rawbpf_perf_event_opts o;
	int err;

	if (!b)
		return -ENOMEM;
	err = opts_read(&o, sizeof(o), in, "attach", &b->error);
	if (err)
		return err;
	if (!o.fn_name || !*o.fn_name)
		return attach_invalid(b, call, ".fn_name (the program) is missing");
	if (!o.sample_period == !o.sample_freq)
		return attach_invalid(b, call, "one of .sample_period and .sample_freq");
	err = attach_prepare(b, o.fn_name);
	return err ? err : perfevent_attach(b, &o);
}

int rawbpf_detach_perf_event_opts(struct rawbpf *b, const struct rawbpf_perf_event_opts *in)
{
	struct rawbpf_perf_event_opts o;
	int err;

	if (!b)
		return -ENOMEM;
	err = opts_read(&o, sizeof(o), in, "attach", &b->error);
	return err ? err : perfevent_detach(b, &o);
}

/* ---- by section -------------------------------------------------------------------------- */

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

/* libbpf's pattern of uprobe.multi sections, in which '*' and '?' are special, as sym_re has it */
static int glob_to_re(const char *glob, struct buf *re)
{
	for (; *glob; glob++) {
		if (*glob == '*')
			buf_puts(re, ".*");
		else if (*glob == '?')
			buf_puts(re, ".");
		else if (strchr("^$.[]()|+{}\\", *glob))
			buf_printf(re, "\\%c", *glob);
		else
			buf_printf(re, "%c", *glob);
	}
	buf_puts(re, "$");
	return re->failed ? -ENOMEM : 0;
}

static int section_pattern(struct rawbpf *b, const struct rawbpf_uprobe_opts *in, bool ret)
{
	struct rawbpf_uprobe_opts o = *in;
	struct buf re = {0};
	int err = glob_to_re(o.sym, &re);

	if (err)
		err_set(&b->error, "attach", err, "out of memory");
	o.sym = NULL;
	o.sym_re = buf_str(&re);
	if (!err)
		err = uprobe_attach(b, &o, ret);
	buf_free(&re);
	return err;
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
			err = pattern ? section_pattern(b, &o, ret) : uprobe_attach(b, &o, ret);
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

static int section_perf_event(struct rawbpf *b, struct prog *p, const char *place, pid_t pid)
{
	(void)place;
	(void)pid;
	return bad_place(b, p, "perf_event alone, and attach it with its counter");
}

static const struct attach_kind {
	const char *kind;
	int (*section)(struct rawbpf *b, struct prog *p, const char *place, pid_t pid);
	/* by bcc's name, or NULL */
	int (*name)(struct rawbpf *b, struct prog *p, const char *place, pid_t pid);
} attach_kinds[] = {
	{"uprobe", section_uprobe_entry, NULL},
	{"uprobe.multi", section_uprobe_entry, NULL},
	{"uretprobe", section_uprobe_return, NULL},
	{"uretprobe.multi", section_uprobe_return, NULL},
	{"kprobe", section_kprobe, section_kprobe},
	{"kretprobe", section_kretprobe, section_kretprobe},
	{"ksyscall", section_ksyscall, NULL},
	{"kretsyscall", section_kretsyscall, NULL},
	{"tracepoint", section_tracepoint, name_tracepoint},
	{"tp", section_tracepoint, NULL},
	{"raw_tracepoint", section_raw_tracepoint, section_raw_tracepoint},
	{"raw_tp", section_raw_tracepoint, NULL},
	{"perf_event", section_perf_event, NULL},
};

static const struct attach_kind *find_kind(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(attach_kinds) / sizeof(*attach_kinds); i++)
		if (strlen(attach_kinds[i].kind) == len && !strncmp(attach_kinds[i].kind, s, len))
			return &attach_kinds[i];
	return NULL;
}

static int attach_unsupported(struct rawbpf *b, const struct prog *p)
{
	err_set(&b->error, "attach", -EOPNOTSUPP,
		"section '%s' of program '%s' is of a kind that is not attached by section",
		p->section, p->name);
	err_hint(&b->error,
		"this version attaches uprobe/, uretprobe/, kprobe/, kretprobe/, ksyscall/, "
		"kretsyscall/, tracepoint/, tp/ and raw_tp/");
	err_prog(&b->error, p->name);
	return -EOPNOTSUPP;
}

/* One program: 0 also for one that is to be attached by name. */
static int attach_prog(struct rawbpf *b, struct prog *p, pid_t pid)
{
	const char *section = p->section + (*p->section == '?');
	size_t len = strcspn(section, "/");
	const struct attach_kind *k = find_kind(section, len);
	const char *mark = strstr(p->name, "__");
	const struct attach_kind *named =
		mark ? find_kind(p->name, (size_t)(mark - p->name)) : NULL;

	if (section[len] && k)
		return k->section(b, p, section + len + 1, pid);
	if (!section[len] && named && named->name)
		return named->name(b, p, mark + 2, pid);
	if (!section[len] && k) {
		ctx_log(b, RAWBPF_LOG_INFO,
			"program '%s': section '%s' names no place, attach it by name", p->name,
			p->section);
		return 0;
	}
	return attach_unsupported(b, p);
}

int rawbpf_attach_all_opts(struct rawbpf *b, const struct rawbpf_attach_all_opts *in)
{
	struct rawbpf_attach_all_opts o;
	struct link *mark;
	size_t i;
	int err;

	if (!b)
		return -ENOMEM;
	err = opts_read(&o, sizeof(o), in, "attach", &b->error);
	if (err)
		return err;
	if (!b->n_progs)
		return err_set(&b->error, "attach", -EINVAL, "no program is loaded");
	mark = b->links;
	for (i = 0; i < b->n_progs; i++) {
		if (b->progs[i].fd < 0) /* '?', left out by its author */
			continue;
		err = attach_prepare(b, b->progs[i].name);
		if (!err)
			err = attach_prog(b, &b->progs[i], o.pid);
		if (err) {
			link_close_until(b, mark);
			return err;
		}
	}
	return 0;
}

/* in parentheses, since C callers see a macro of that name */
int(rawbpf_attach_all)(struct rawbpf *b)
{
	return rawbpf_attach_all_opts(b, NULL);
}

int rawbpf_num_open_probes(struct rawbpf *b)
{
	const struct link *l;
	unsigned n = 0;

	for (l = b ? b->links : NULL; l; l = l->next)
		n += l->n_places;
	return (int)n;
}
