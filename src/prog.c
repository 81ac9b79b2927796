// SPDX-License-Identifier: MIT
/*
 * prog.c - the programs of a loaded object: which are loaded, for what, and found by name.
 *
 * A tracing program is loaded for one function or event.  One whose section names none is loaded
 * late, when it is attached; and so is one that reads the operands of a USDT probe, in copies.
 */
#include "prog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kbtf.h"
#include "kern.h"
#include "near.h"
#include "object.h"

const char *prog_place(const struct prog *p)
{
	const char *slash = strchr(p->section, '/'), *mark = strstr(p->name, "__");

	if (slash)
		return slash + 1;
	if (mark && (!strncmp(p->name, "kfunc__", 7) || !strncmp(p->name, "kretfunc__", 10) ||
			    !strncmp(p->name, "kmod_ret__", 10) || !strncmp(p->name, "lsm__", 5)))
		return mark + 2;
	return "";
}

int prog_keep_error(struct rawbpf *b, struct prog *p)
{
	free(p->error);
	free(p->hint);
	p->error = strdup(b->error.msg ? b->error.msg : "");
	p->hint = b->error.hint ? strdup(b->error.hint) : NULL;
	if (p->error && (p->hint || !b->error.hint))
		return 0;
	return err_set(&b->error, "load", -ENOMEM, "out of memory");
}

static void prog_init(struct prog *p, const struct object *o, uint32_t i)
{
	const struct object_prog *def = &o->progs[i];

	p->def = i;
	p->usdt_args = object_usdt_args(o, i);
	p->name = def->name;
	p->section = def->section;
	p->type = def->sec.type;
	p->attach_type = def->sec.attach_type;
	p->autoload = def->sec.autoload;
	p->n_insns = o->funcs[def->func].n_insns;
	p->fd = -1;
	p->late = p->usdt_args != 0;
	p->late |= kbtf_wanted(p->attach_type) && !*prog_place(p);
}

/* Not loaded, but as far as that goes without a kernel. */
static int prog_load_late(struct rawbpf *b, struct prog *p, bool each)
{
	int err = prog_check(b, p);

	if (!err && p->usdt_args && p->type != RAWBPF_PROG_KPROBE) {
		err = err_set(&b->error, "load", -EINVAL,
			"program '%s' (section '%s') reads operands of a usdt probe, and is for "
			"none",
			p->name, p->section);
		err_hint(&b->error, "name its section 'usdt' or 'usdt/PATH:PROVIDER:NAME'");
		err_prog(&b->error, p->name);
	}
	if (err || !each || p->usdt_args)
		return err;
	err_set(&b->error, "load", -EINVAL, "section '%s' of program '%s' does not say for what",
		p->section, p->name);
	err_hint(&b->error, "it is loaded when it is attached, for the function or event named "
			    "then");
	return -EINVAL;
}

static int prog_load_own(struct rawbpf *b, struct prog *p, int btf_fd)
{
	const char *target = prog_place(p);

	if (kbtf_wanted(p->attach_type)) {
		p->target = strdup(target);
		if (!p->target)
			return err_set(&b->error, "load", -ENOMEM, "out of memory");
	}
	return prog_load(b, p, p->attach_type, p->target, btf_fd);
}

int prog_load_all(struct rawbpf *b, int btf_fd, bool each)
{
	const struct object *o = b->object;
	struct prog *p;
	size_t i;
	int err = 0;

	b->progs = calloc(o->n_progs ? o->n_progs : 1, sizeof(*b->progs));
	if (!b->progs)
		return err_set(&b->error, "load", -ENOMEM, "out of memory");
	b->n_progs = o->n_progs;
	for (i = 0; i < b->n_progs; i++)
		prog_init(&b->progs[i], o, (uint32_t)i);
	for (i = 0; !err && i < b->n_progs; i++) {
		p = &b->progs[i];
		if (!p->autoload && !each)
			continue;
		p->fd = p->late ? prog_load_late(b, p, each) : prog_load_own(b, p, btf_fd);
		err = p->err = p->fd < 0 ? p->fd : 0;
		if (err || p->late)
			p->fd = -1;
		if (err && each && err != -ENOMEM)
			err = prog_keep_error(b, p);
	}
	if (err)
		prog_close_all(b);
	return err;
}

void prog_close(struct rawbpf *b, struct prog *p)
{
	struct prog *c, *next;

	sys_close(&b->sys, p->fd);
	if (p->has_other)
		sys_close(&b->sys, p->other_fd);
	free(p->target);
	free(p->other_target);
	free(p->error);
	free(p->hint);
	free(p->ops);
	free(p->of);
	for (c = p->copies; c; c = next) {
		next = c->next;
		prog_close(b, c);
		free(c);
	}
}

void prog_close_all(struct rawbpf *b)
{
	size_t i;

	for (i = 0; i < b->n_progs; i++)
		prog_close(b, &b->progs[i]);
	free(b->progs);
	b->progs = NULL;
	b->n_progs = 0;
}

int prog_load_btf(struct rawbpf *b)
{
	union rawbpf_attr a;
	size_t len;
	int fd;

	if (!object_has_line_info(b->object))
		return -1;
	memset(&a, 0, sizeof(a));
	a.btf.btf = (uintptr_t)btf_bytes(b->object->btf, &len);
	a.btf.btf_size = (uint32_t)len;
	fd = sys_bpf(&b->sys, RAWBPF_BTF_LOAD, &a, sizeof(a.btf), "btf");
	if (fd >= 0)
		return fd;
	if (kern_get(b))
		b->kern->no_btf = fd;
	else
		err_clear(&b->error);
	ctx_log(b, RAWBPF_LOG_INFO, "the kernel takes no BTF of this object (%s): no line info",
		err_name(fd));
	return -1;
}

/* A load more, kept in p; target NULL: for nothing in particular. */
static int prog_load_other(
	struct rawbpf *b, struct prog *p, enum rawbpf_attach_type as, const char *target)
{
	char *copy = target ? strdup(target) : NULL;
	int fd, btf_fd;

	if (target && !copy)
		return err_set(&b->error, "load", -ENOMEM, "out of memory");
	btf_fd = prog_load_btf(b);
	fd = prog_load(b, p, as, target, btf_fd);
	sys_close(&b->sys, btf_fd);
	if (fd < 0) {
		free(copy);
		return fd;
	}
	if (p->fd < 0 && p->attach_type == as) {
		p->fd = fd;
		p->target = copy;
		return fd;
	}
	if (p->has_other)
		sys_close(&b->sys, p->other_fd);
	free(p->other_target);
	p->has_other = true;
	p->other = as;
	p->other_target = copy;
	p->other_fd = fd;
	return fd;
}

static int prog_no_object(struct rawbpf *b, const struct prog *p)
{
	return err_set(&b->error, "attach", -EOPNOTSUPP, "program '%s' cannot be loaded once more",
		p->name);
}

int prog_as(struct rawbpf *b, struct prog *p, enum rawbpf_attach_type as)
{
	if (p->attach_type == as && p->fd >= 0)
		return p->fd;
	if (p->has_other && p->other == as)
		return p->other_fd;
	return b->object ? prog_load_other(b, p, as, NULL) : prog_no_object(b, p);
}

int prog_for(struct rawbpf *b, struct prog *p, const char *target, bool again)
{
	if (!again && p->fd >= 0 && p->target && !strcmp(p->target, target))
		return p->fd;
	if (!again && p->has_other && p->other_target && !strcmp(p->other_target, target))
		return p->other_fd;
	return b->object ? prog_load_other(b, p, p->attach_type, target) : prog_no_object(b, p);
}

int prog_fd(const struct prog *p)
{
	const struct prog *c;

	for (c = p->copies; c && p->fd < 0; c = c->next)
		if (c->fd >= 0 || c->has_other)
			return c->fd >= 0 ? c->fd : c->other_fd;
	return p->fd;
}

struct prog *prog_find(struct rawbpf *b, const char *stage, const char *fn_name)
{
	struct prog *p = prog_named(b, stage, fn_name);

	if (!p || !p->usdt_args)
		return p;
	err_set(&b->error, stage, -EINVAL, "program '%s' reads operands of a usdt probe", fn_name);
	err_hint(&b->error, "attach it to one, in whose copies of it they are known");
	err_prog(&b->error, p->name);
	return NULL;
}

struct prog *prog_named(struct rawbpf *b, const char *stage, const char *fn_name)
{
	struct near n;
	size_t i;

	if (!fn_name) {
		err_set(&b->error, stage, -EINVAL, "no program named: .fn_name is missing");
		return NULL;
	}
	for (i = 0; i < b->n_progs && strcmp(b->progs[i].name, fn_name); i++)
		;
	if (i < b->n_progs && (b->progs[i].fd >= 0 || (b->progs[i].late && b->progs[i].autoload)))
		return &b->progs[i];
	if (i < b->n_progs) {
		err_set(&b->error, stage, -ENOENT, "program '%s' is not loaded", fn_name);
		if (b->progs[i].error)
			err_hint(&b->error, "%s", b->progs[i].error);
		else
			err_hint(
				&b->error, "its section '%s' begins with '?'", b->progs[i].section);
		return NULL;
	}
	near_start(&n, fn_name);
	for (i = 0; i < b->n_progs; i++)
		near_offer(&n, b->progs[i].name);
	err_set(&b->error, stage, -ENOENT, "no program '%s'%s", fn_name,
		b->n_progs ? "" : ": nothing is loaded");
	if (!near_hint(&n, &b->error) && b->n_progs)
		err_hint(&b->error, "the first one is '%s'", b->progs[0].name);
	return NULL;
}
