// SPDX-License-Identifier: MIT
/*
 * attach.c - the public calls that attach and detach: options checked, the programs prepared.
 *
 * No function does both, so that a linker leaves out what a program does not call.
 */
#include <errno.h>
#include <string.h>

#include "attachsec.h"
#include "context.h"
#include "kproad.h"
#include "kprobe.h"
#include "link.h"
#include "opts.h"
#include "perfevent.h"
#include "rawtp.h"
#include "trace.h"
#include "tracepoint.h"
#include "trampoline.h"
#include "uprobe.h"
#include "usdt.h"
#include "usdtdetach.h"

static int attach_invalid(struct rawbpf *b, const char *call, const char *what)
{
	return err_set(&b->error, "attach", -EINVAL, "%s: %s", call, what);
}

static bool attach_no_prog(struct rawbpf *b, const char *fn_name, const char *call)
{
	if (fn_name && *fn_name)
		return false;
	attach_invalid(b, call, ".fn_name (the program) is missing");
	return true;
}

/* Reads the caller's options. */
static int attach_opts(struct rawbpf *b, void *o, size_t size, const void *in)
{
	return b ? opts_read(o, size, in, "attach", &b->error) : -ENOMEM;
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

/* The options of an attachment or of its end, read and checked. */
static int uprobe_opts(struct rawbpf *b, struct rawbpf_uprobe_opts *o,
	const struct rawbpf_uprobe_opts *in, bool attach, const char *call)
{
	int err = attach_opts(b, o, sizeof(*o), in);

	if (err)
		return err;
	if (attach && attach_no_prog(b, o->fn_name, call))
		return -EINVAL;
	err = check_uprobe(b, o, call);
	return !err && attach ? attach_prepare(b, o->fn_name) : err;
}

int rawbpf_attach_uprobe_opts(struct rawbpf *b, const struct rawbpf_uprobe_opts *in)
{
	struct rawbpf_uprobe_opts o;
	int err = uprobe_opts(b, &o, in, true, "attach_uprobe");

	return err ? err : uprobe_attach(b, &o, false);
}

int rawbpf_attach_uretprobe_opts(struct rawbpf *b, const struct rawbpf_uprobe_opts *in)
{
	struct rawbpf_uprobe_opts o;
	int err = uprobe_opts(b, &o, in, true, "attach_uretprobe");

	return err ? err : uprobe_attach(b, &o, true);
}

int rawbpf_detach_uprobe_opts(struct rawbpf *b, const struct rawbpf_uprobe_opts *in)
{
	struct rawbpf_uprobe_opts o;
	int err = uprobe_opts(b, &o, in, false, "detach_uprobe");

	return err ? err : uprobe_detach(b, &o, false);
}

int rawbpf_detach_uretprobe_opts(struct rawbpf *b, const struct rawbpf_uprobe_opts *in)
{
	struct rawbpf_uprobe_opts o;
	int err = uprobe_opts(b, &o, in, false, "detach_uretprobe");

	return err ? err : uprobe_detach(b, &o, true);
}

/* ---- kprobes ----------------------------------------------------------------------------- */

static int kprobe_opts(struct rawbpf *b, struct rawbpf_kprobe_opts *o,
	const struct rawbpf_kprobe_opts *in, bool attach, const char *call)
{
	int err = attach_opts(b, o, sizeof(*o), in);

	if (err)
		return err;
	if (attach && attach_no_prog(b, o->fn_name, call))
		return -EINVAL;
	if ((!o->event || !*o->event) && (!o->event_re || !*o->event_re))
		return attach_invalid(
			b, call, ".event (a kernel function) or .event_re is missing");
	if (o->event && o->event_re)
		return attach_invalid(b, call, "only one of .event and .event_re");
	if (o->event_re && o->event_off)
		return attach_invalid(b, call, ".event_off needs .event");
	return attach ? attach_prepare(b, o->fn_name) : 0;
}

static int public_attach_kprobe(
	struct rawbpf *b, const struct rawbpf_kprobe_opts *in, bool ret, const char *call)
{
	struct rawbpf_kprobe_opts o;
	int err = kprobe_opts(b, &o, in, true, call);

	if (err)
		return err;
	return o.event_re ? kproad_attach(b, &o, ret) : kprobe_attach(b, &o, ret);
}

static int public_detach_kprobe(
	struct rawbpf *b, const struct rawbpf_kprobe_opts *in, bool ret, const char *call)
{
	struct rawbpf_kprobe_opts o;
	int err = kprobe_opts(b, &o, in, false, call);

	if (err)
		return err;
	return o.event_re ? kproad_detach(b, &o, ret) : kprobe_detach(b, &o, ret);
}

int rawbpf_attach_kprobe_opts(struct rawbpf *b, const struct rawbpf_kprobe_opts *o)
{
	return public_attach_kprobe(b, o, false, "attach_kprobe");
}

int rawbpf_attach_kretprobe_opts(struct rawbpf *b, const struct rawbpf_kprobe_opts *o)
{
	return public_attach_kprobe(b, o, true, "attach_kretprobe");
}

int rawbpf_detach_kprobe_opts(struct rawbpf *b, const struct rawbpf_kprobe_opts *o)
{
	return public_detach_kprobe(b, o, false, "detach_kprobe");
}

int rawbpf_detach_kretprobe_opts(struct rawbpf *b, const struct rawbpf_kprobe_opts *o)
{
	return public_detach_kprobe(b, o, true, "detach_kretprobe");
}

/* ---- tracepoints ------------------------------------------------------------------------- */

static int tracepoint_opts(struct rawbpf *b, struct rawbpf_tracepoint_opts *o,
	const struct rawbpf_tracepoint_opts *in, bool attach, const char *call)
{
	int err = attach_opts(b, o, sizeof(*o), in);

	if (err)
		return err;
	if (attach && attach_no_prog(b, o->fn_name, call))
		return -EINVAL;
	if ((!o->tp || !*o->tp) && (!o->tp_re || !*o->tp_re))
		return attach_invalid(b, call, ".tp (category:event) or .tp_re is missing");
	if (o->tp && o->tp_re)
		return attach_invalid(b, call, "only one of .tp and .tp_re");
	return attach ? attach_prepare(b, o->fn_name) : 0;
}

int rawbpf_attach_tracepoint_opts(struct rawbpf *b, const struct rawbpf_tracepoint_opts *in)
{
	struct rawbpf_tracepoint_opts o;
	int err = tracepoint_opts(b, &o, in, true, "attach_tracepoint");

	return err ? err : tracepoint_attach(b, &o);
}

int rawbpf_detach_tracepoint_opts(struct rawbpf *b, const struct rawbpf_tracepoint_opts *in)
{
	struct rawbpf_tracepoint_opts o;
	int err = tracepoint_opts(b, &o, in, false, "detach_tracepoint");

	return err ? err : tracepoint_detach(b, &o);
}

/* ---- raw tracepoints, perf events --------------------------------------------------------- */

static int raw_tracepoint_opts(struct rawbpf *b, struct rawbpf_raw_tracepoint_opts *o,
	const struct rawbpf_raw_tracepoint_opts *in, bool attach, const char *call)
{
	int err = attach_opts(b, o, sizeof(*o), in);

	if (err)
		return err;
	if (attach && attach_no_prog(b, o->fn_name, call))
		return -EINVAL;
	if (!o->tp || !*o->tp)
		return attach_invalid(b, call, ".tp (the event) is missing");
	return attach ? attach_prepare(b, o->fn_name) : 0;
}

int rawbpf_attach_raw_tracepoint_opts(struct rawbpf *b, const struct rawbpf_raw_tracepoint_opts *in)
{
	struct rawbpf_raw_tracepoint_opts o;
	int err = raw_tracepoint_opts(b, &o, in, true, "attach_raw_tracepoint");

	return err ? err : rawtp_attach(b, &o);
}

int rawbpf_detach_raw_tracepoint_opts(struct rawbpf *b, const struct rawbpf_raw_tracepoint_opts *in)
{
	struct rawbpf_raw_tracepoint_opts o;
	int err = raw_tracepoint_opts(b, &o, in, false, "detach_raw_tracepoint");

	return err ? err : rawtp_detach(b, &o);
}

/* ---- functions of the kernel, by their trampolines ------------------------------------------- */

static int public_attach_kfunc(
	struct rawbpf *b, const struct rawbpf_kfunc_opts *in, bool ret, const char *call)
{
	struct rawbpf_kfunc_opts o;
	struct prog *p;
	int err = attach_opts(b, &o, sizeof(o), in);

	if (err)
		return err;
	if (attach_no_prog(b, o.fn_name, call))
		return -EINVAL;
	p = trampoline_prog(b, o.fn_name, ret);
	if (!p)
		return b->error.err;
	err = attach_prepare(b, p->name);
	return err ? err : trampoline_attach(b, p, &o);
}

static int public_detach_kfunc(
	struct rawbpf *b, const struct rawbpf_kfunc_opts *in, bool ret, const char *call)
{
	struct rawbpf_kfunc_opts o;
	int err = attach_opts(b, &o, sizeof(o), in);

	if (err)
		return err;
	if ((!o.event || !*o.event) && (!o.fn_name || !*o.fn_name))
		return attach_invalid(b, call, ".event (a kernel function) or .fn_name is missing");
	return trampoline_detach(b, &o, ret);
}

int rawbpf_attach_kfunc_opts(struct rawbpf *b, const struct rawbpf_kfunc_opts *o)
{
	return public_attach_kfunc(b, o, false, "attach_kfunc");
}

int rawbpf_attach_kretfunc_opts(struct rawbpf *b, const struct rawbpf_kfunc_opts *o)
{
	return public_attach_kfunc(b, o, true, "attach_kretfunc");
}

int rawbpf_detach_kfunc_opts(struct rawbpf *b, const struct rawbpf_kfunc_opts *o)
{
	return public_detach_kfunc(b, o, false, "detach_kfunc");
}

int rawbpf_detach_kretfunc_opts(struct rawbpf *b, const struct rawbpf_kfunc_opts *o)
{
	return public_detach_kfunc(b, o, true, "detach_kretfunc");
}

int rawbpf_attach_perf_event_opts(struct rawbpf *b, const struct rawbpf_perf_event_opts *in)
{
	static const char call[] = "attach_perf_event";
	struct rawbpf_perf_event_opts o;
	int err = attach_opts(b, &o, sizeof(o), in);

	if (err)
		return err;
	if (attach_no_prog(b, o.fn_name, call))
		return -EINVAL;
	if (!o.sample_period == !o.sample_freq)
		return attach_invalid(b, call, "one of .sample_period and .sample_freq");
	err = attach_prepare(b, o.fn_name);
	return err ? err : perfevent_attach(b, &o);
}

int rawbpf_detach_perf_event_opts(struct rawbpf *b, const struct rawbpf_perf_event_opts *in)
{
	struct rawbpf_perf_event_opts o;
	int err = attach_opts(b, &o, sizeof(o), in);

	return err ? err : perfevent_detach(b, &o);
}

/* ---- usdt probes ---------------------------------------------------------------------------- */

static int usdt_opts(struct rawbpf *b, struct rawbpf_usdt_attach_opts *o,
	const struct rawbpf_usdt_attach_opts *in, bool attach, const char *call)
{
	int err = attach_opts(b, o, sizeof(*o), in);

	if (err)
		return err;
	if (attach && attach_no_prog(b, o->fn_name, call))
		return -EINVAL;
	if (!o->probe || !*o->probe)
		return attach_invalid(b, call, ".probe (name or provider:name) is missing");
	if ((!o->path || !*o->path) && o->pid <= 0)
		return attach_invalid(b, call, ".path (a file) or .pid is missing");
	return 0;
}

int rawbpf_attach_usdt_opts(struct rawbpf *b, const struct rawbpf_usdt_attach_opts *in)
{
	struct rawbpf_usdt_attach_opts o;
	int err = usdt_opts(b, &o, in, true, "attach_usdt");

	return err ? err : usdt_attach(b, &o);
}

int rawbpf_detach_usdt_opts(struct rawbpf *b, const struct rawbpf_usdt_attach_opts *in)
{
	struct rawbpf_usdt_attach_opts o;
	int err = usdt_opts(b, &o, in, false, "detach_usdt");

	return err ? err : usdt_detach(b, &o);
}

/* ---- all, and how many ---------------------------------------------------------------------- */

int rawbpf_attach_all_opts(struct rawbpf *b, const struct rawbpf_attach_all_opts *in)
{
	struct rawbpf_attach_all_opts o;
	struct link *mark;
	size_t i;
	int err = attach_opts(b, &o, sizeof(o), in);

	if (err)
		return err;
	if (!b->n_progs)
		return err_set(&b->error, "attach", -EINVAL, "no program is loaded");
	mark = b->links;
	for (i = 0; i < b->n_progs; i++) {
		if (b->progs[i].fd < 0 && !(b->progs[i].late && b->progs[i].autoload))
			continue; /* '?', left out by its author */
		err = attach_prepare(b, b->progs[i].name);
		if (!err)
			err = attachsec_prog(b, &b->progs[i], o.pid);
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

uint64_t rawbpf_num_missed(struct rawbpf *b)
{
	const struct link *l;
	uint64_t n = 0;

	for (l = b ? b->links : NULL; l; l = l->next)
		n += link_missed(b, l);
	return n;
}

int rawbpf_num_open_probes(struct rawbpf *b)
{
	const struct link *l;
	unsigned n = 0;

	for (l = b ? b->links : NULL; l; l = l->next) {
		if (l->guessed & SYS_GUESSED_NAMES)
			return -EACCES;
		n += l->n_places;
	}
	return (int)n;
}
