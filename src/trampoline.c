// SPDX-License-Identifier: MIT
/*
 * trampoline.c - programs that the kernel's functions call themselves: fentry, fexit, fmod_ret.
 *
 * Such a program (Linux 5.5) is loaded for one function, which the kernel knows by its BTF, so it
 * reads arguments and return value as they are and follows pointers without helpers.  To attach it
 * is one call, RAW_TRACEPOINT_OPEN without a name, on every kernel that has it; LINK_CREATE does
 * the same since 5.11 and can no more.  The function's first instruction then calls a trampoline,
 * with no trap and no perf event: what a CPU or a build lacks of that shows here, not when it is
 * loaded.
 */
#include "trampoline.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "rights.h"

#define TRAMPOLINE_ENOTSUPP 524 /* the kernel's own */

static bool trampoline_is(const struct prog *p, bool ret)
{
	if (p->type != RAWBPF_PROG_TRACING)
		return false;
	switch (p->attach_type) {
	case RAWBPF_TRACE_FEXIT: return true;
	case RAWBPF_TRACE_FENTRY:
	case RAWBPF_MODIFY_RETURN: return !ret;
	default: return false;
	}
}

static enum link_kind trampoline_kind(const struct prog *p)
{
	return p->attach_type == RAWBPF_TRACE_FEXIT ? LINK_FEXIT : LINK_FENTRY;
}

static bool trampoline_is_named(const char *name, const char *fn_name, bool ret)
{
	static const char *const prefixes[] = {"kretfunc__", "kfunc__", "kmod_ret__"};
	size_t i, n;

	if (!strcmp(name, fn_name))
		return true;
	for (i = ret ? 0 : 1; i < (ret ? 1 : sizeof(prefixes) / sizeof(*prefixes)); i++) {
		n = strlen(prefixes[i]);
		if (!strncmp(name, prefixes[i], n) && !strcmp(name + n, fn_name))
			return true;
	}
	return false;
}

struct prog *trampoline_prog(struct rawbpf *b, const char *fn_name, bool ret)
{
	const char *name = NULL;
	struct prog *p;
	size_t i;

	for (i = 0; i < b->n_progs; i++)
		if (trampoline_is_named(b->progs[i].name, fn_name, ret) &&
			(!name || !strcmp(b->progs[i].name, fn_name)))
			name = b->progs[i].name;
	p = prog_find(b, "attach", name ? name : fn_name);
	if (!p || trampoline_is(p, ret))
		return p;
	err_set(&b->error, "attach", -EINVAL,
		"program '%s' of section '%s' cannot be attached to a function's %s", p->name,
		p->section, ret ? "return" : "entry or return");
	err_hint(&b->error, "its section must begin with %s",
		ret ? "'fexit'" : "'fentry', 'fexit' or 'fmod_ret'");
	err_prog(&b->error, p->name);
	return NULL;
}

static bool trampoline_is_at(const struct link *l, const char *place)
{
	return (l->kind == LINK_FENTRY || l->kind == LINK_FEXIT) && !strcmp(l->place, place);
}

/* What the kernel says when it is attached, a sentence each. */
static void trampoline_hint(struct rawbpf_error *e, const struct prog *p, int err)
{
	switch (err) {
	case -TRAMPOLINE_ENOTSUPP:
	case -EOPNOTSUPP:
		err_hint(e, "this kernel has no trampolines on this CPU (arm64: Linux 6.4): use a "
			    "kprobe");
		break;
	case -ENOMEM:
		err_hint(e, "the kernel has no memory for the trampoline, or no JIT compiler: see "
			    "net.core.bpf_jit_enable");
		break;
	case -EBUSY:
		err_hint(e,
			"something else has changed the function's entry (a live patch, another "
			"tracer), or nothing may be called from there");
		break;
	case -E2BIG:
		err_hint(e, "the function has as many programs as its trampoline takes");
		break;
	case -EINVAL:
		if (p->attach_type == RAWBPF_MODIFY_RETURN)
			err_hint(e, "its return value may not be changed: only functions for error "
				    "injection and security hooks");
		break;
	default: break;
	}
}

static int trampoline_refused(struct rawbpf *b, const struct prog *p, const char *place, int err)
{
	err_set(&b->error, "attach", err, "program '%s' cannot be attached to kernel function '%s'",
		p->name, place);
	err_prog(&b->error, p->name);
	trampoline_hint(&b->error, p, err);
	return rights_explain(&b->sys, &b->error, RIGHTS_BPF, err);
}

static int trampoline_open(struct rawbpf *b, int prog_fd, const char *place)
{
	union rawbpf_attr a;
	char role[160];

	memset(&a, 0, sizeof(a));
	a.raw_tp.prog_fd = (uint32_t)prog_fd;
	snprintf(role, sizeof(role), "function %s", place);
	return sys_bpf(&b->sys, RAWBPF_RAW_TRACEPOINT_OPEN, &a, sizeof(a.raw_tp), role);
}

/*
 * fd of the link, or a negative errno with the error set.  A program that was detached is attached
 * once more since Linux 5.13; before, it is -ENOENT (5.10) or -EINVAL, and another load of it
 * serves.
 */
static int trampoline_link(struct rawbpf *b, struct prog *p, const char *place)
{
	int fd, first, prog_fd = prog_for(b, p, place, false);

	if (prog_fd >= 0) {
		first = fd = trampoline_open(b, prog_fd, place);
		if ((fd == -ENOENT || fd == -EINVAL) && p->attached && b->object) {
			prog_fd = prog_for(b, p, place, true);
			fd = prog_fd < 0 ? prog_fd : trampoline_open(b, prog_fd, place);
		}
	}
	if (prog_fd < 0) {
		b->error.stage = "attach";
		return prog_fd;
	}
	if (fd < 0)
		return trampoline_refused(b, p, place, first);
	p->attached = true;
	return fd;
}

int trampoline_attach(struct rawbpf *b, struct prog *p, const struct rawbpf_kfunc_opts *o)
{
	const char *place = o->event && *o->event ? o->event : prog_place(p);
	const struct link *l;
	int fd;

	if (!*place) {
		err_set(&b->error, "attach", -EINVAL,
			"section '%s' of program '%s' names no function", p->section, p->name);
		err_hint(&b->error, "name it by .event, or write the section as fentry/FUNCTION");
		err_prog(&b->error, p->name);
		return -EINVAL;
	}
	for (l = b->links; l; l = l->next)
		if (l->prog == p && trampoline_is_at(l, place))
			return err_set(&b->error, "attach", -EEXIST,
				"program '%s' is attached to kernel function '%s' already", p->name,
				place);
	fd = trampoline_link(b, p, place);
	return fd < 0 ? fd : link_adopt(b, trampoline_kind(p), p, place, fd, NULL);
}

int trampoline_detach(struct rawbpf *b, const struct rawbpf_kfunc_opts *o, bool ret)
{
	struct link *l, *next;
	bool found = false;

	for (l = b->links; l; l = next) {
		next = l->next;
		if ((ret || l->kind != LINK_FENTRY) && l->kind != LINK_FEXIT)
			continue;
		if (o->event && strcmp(l->place, o->event))
			continue;
		if (o->fn_name && !trampoline_is_named(l->prog->name, o->fn_name, ret))
			continue;
		link_close(b, l);
		found = true;
	}
	if (found)
		return 0;
	if (o->event && o->fn_name)
		return err_set(&b->error, "detach", -ENOENT,
			"program '%s' is not attached to kernel function '%s'", o->fn_name,
			o->event);
	if (o->event)
		return err_set(&b->error, "detach", -ENOENT,
			"nothing is attached to kernel function '%s'", o->event);
	return err_set(&b->error, "detach", -ENOENT,
		"program '%s' is attached to no kernel function", o->fn_name);
}
