// SPDX-License-Identifier: MIT
/* rawbpf.c - public entry points of the context: its life, load, and the list of programs. */
#include "rawbpf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attachsec.h"
#include "audit.h"
#include "btfnamed.h"
#include "corekern.h"
#include "dry.h"
#include "kbtf.h"
#include "kconfig.h"
#include "kern.h"
#include "link.h"
#include "map.h"
#include "mapfill.h"
#include "object.h"
#include "opts.h"
#include "prog.h"
#include "source.h"
#include "sourcetext.h"
#include "trace.h"
#include "tracefs.h"
#include "usdt.h"
#include "usdtspec.h"

static const struct rawbpf_error rawbpf_no_context = {
	.err = -ENOMEM, .insn = -1, .stage = "open", .msg = "out of memory"};

struct rawbpf *rawbpf_new(void)
{
	struct rawbpf *b = calloc(1, sizeof(*b));

	if (b)
		err_clear(&b->error);
	return b;
}

static void rawbpf_unload(struct rawbpf *b)
{
	prog_close_all(b);
	map_close_all(b);
	object_free(b->object);
	b->object = NULL;
}

void rawbpf_free(struct rawbpf *b)
{
	if (!b)
		return;
	link_close_until(b, NULL);
	usdtspec_free(b);
	trace_free(b);
	rawbpf_unload(b);
	sourcetext_free(b);
	btfnamed_free(b);
	tracefs_free(b);
	kbtf_free(b);
	kern_free(b);
	audit_free(&b->sys);
	dry_free(&b->sys);
	free(b->error_log);
	free(b);
}

const struct rawbpf_error *rawbpf_error(const struct rawbpf *b)
{
	return b ? &b->error : &rawbpf_no_context;
}

const char *rawbpf_errmsg(const struct rawbpf *b)
{
	/* the line is made when it is asked for: that changes no state a caller can see */
	struct rawbpf *w = (struct rawbpf *)(uintptr_t)b;

	if (!b)
		return rawbpf_no_context.msg;
	err_line(&b->error, w->line, sizeof(w->line));
	return b->line;
}

void rawbpf_set_log(struct rawbpf *b,
	void (*fn)(void *arg, enum rawbpf_log_level level, const char *msg), void *arg)
{
	if (!b)
		return;
	b->log = fn;
	b->log_arg = arg;
}

void rawbpf_set_hook(
	struct rawbpf *b, long (*fn)(void *arg, const struct rawbpf_call *c), void *arg)
{
	if (!b)
		return;
	b->sys.hook = fn;
	b->sys.arg = arg;
}

long rawbpf_call(struct rawbpf *b, const struct rawbpf_call *c)
{
	return b ? sys_call(&b->sys, c) : rawbpf_call_kernel(c);
}

#ifndef RAWBPF_NO_AUDIT

static int rawbpf_set_by(struct rawbpf *b, int err)
{
	return err ? err_set(&b->error, "audit", err, "out of memory") : 0;
}

int rawbpf_set_dry_run(struct rawbpf *b)
{
	return b ? rawbpf_set_by(b, dry_set(&b->sys)) : -ENOMEM;
}

int rawbpf_set_audit(struct rawbpf *b, void (*fn)(void *arg, const char *line), void *arg)
{
	return b ? rawbpf_set_by(b, audit_set(&b->sys, fn, arg)) : -ENOMEM;
}

void rawbpf_set_audit_form(struct rawbpf *b, unsigned form)
{
	if (b)
		audit_form(&b->sys, form);
}

#endif

/* An object without a program can do nothing: an empty file, a text of comments. */
static int rawbpf_check_progs(struct rawbpf *b, bool is_text)
{
	if (b->object->n_progs)
		return 0;
	err_set(&b->error, "open", -EINVAL, "'%s' has no program", b->object->name);
	if (is_text)
		err_hint(&b->error, "a program begins with .prog NAME \"SECTION\"");
	else
		err_hint(&b->error, "a program is a function in a section like \"kprobe/NAME\"");
	return -EINVAL;
}

static int rawbpf_load_object(struct rawbpf *b, bool each)
{
	int err, btf_fd = prog_load_btf(b);

	err = kconfig_fill(b);
	if (!err)
		err = corekern_apply(b, btfnamed(b));
	if (!err)
		err = map_create_all(b, btf_fd);
	if (!err)
		err = prog_load_all(b, btf_fd, each);
	if (!err)
		err = mapfill_programs(b);
	sys_close(&b->sys, btf_fd);
	return err;
}

#ifndef RAWBPF_NO_USDT

/* Those that are loaded when they are attached to a USDT probe: each as it would be there. */
static int rawbpf_load_usdt(struct rawbpf *b)
{
	struct prog *p;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < b->n_progs; i++) {
		p = &b->progs[i];
		if (!p->usdt_args || p->err)
			continue;
		err = attachsec_load(b, p);
		p->err = err < 0 ? err : 0;
		if (err && err != -ENOMEM)
			err = prog_keep_error(b, p);
	}
	return err;
}

#else

static int rawbpf_load_usdt(struct rawbpf *b)
{
	(void)b;
	return 0;
}

#endif

int rawbpf_load_opts(struct rawbpf *b, const struct rawbpf_load_opts *opts)
{
	struct rawbpf_load_opts o;
	struct source s;
	int err;

	if (!b)
		return -ENOMEM;
	err = opts_read(&o, sizeof(o), opts, "open", &b->error);
	if (err)
		return err;
	if (b->object)
		return err_set(&b->error, "open", -EBUSY, "'%s' is loaded in this context already",
			b->object->name);
	b->no_rlimit = o.no_rlimit;
	err = usdt_check_contexts(b, o.usdt_contexts, o.n_usdt_contexts);
	if (!err)
		err = source_get(b, &o, &s);
	if (err)
		return err;
	err = object_open(s.image, s.len, s.name, &b->object, &b->error);
	if (!err)
		err = rawbpf_check_progs(b, s.made != NULL);
	source_free(&s);
	if (!err)
		err = rawbpf_load_object(b, o.each);
	if (!err && o.each)
		err = rawbpf_load_usdt(b);
	if (!err)
		err = usdt_attach_contexts(b, o.usdt_contexts, o.n_usdt_contexts);
	if (err)
		rawbpf_unload(b);
	else if (o.each)
		err_clear(&b->error); /* each program has its own */
	return err;
}

int rawbpf_prog_fd(struct rawbpf *b, const char *fn_name)
{
	struct prog *p;

	if (!b)
		return -ENOMEM;
	p = prog_named(b, "load", fn_name);
	if (!p || prog_fd(p) >= 0)
		return p ? prog_fd(p) : b->error.err;
	err_set(&b->error, "load", -ENOENT, "program '%s' is loaded when it is attached", fn_name);
	if (p->usdt_args)
		err_hint(&b->error, "it reads operands of a usdt probe, which are known only then");
	else
		err_hint(&b->error, "its section '%s' does not say for what", p->section);
	return -ENOENT;
}

int rawbpf_each_prog(
	struct rawbpf *b, int (*fn)(void *arg, const struct rawbpf_prog_info *p), void *arg)
{
	struct rawbpf_prog_info info;
	size_t i;
	int ret = 0;

	if (!b)
		return -ENOMEM;
	if (!fn)
		return err_set(&b->error, "load", -EINVAL, "each_prog: no function to call");
	for (i = 0; !ret && i < b->n_progs; i++) {
		info = (struct rawbpf_prog_info){
			.name = b->progs[i].name,
			.section = b->progs[i].section,
			.type = secname_type(b->progs[i].type),
			.n_insns = b->progs[i].n_insns,
			.fd = prog_fd(&b->progs[i]),
			.err = b->progs[i].err,
			.error = b->progs[i].error,
			.hint = b->progs[i].hint,
			.trace_printk = b->progs[i].calls_trace_printk,
		};
		ret = fn(arg, &info);
	}
	return ret;
}
