// SPDX-License-Identifier: MIT
/*
 * uplace.c - what a uprobe's options ask for, as offsets in one file.
 *
 * A library's name becomes a file; a function, a pattern, an address or an offset becomes places in
 * it.  The kernel takes any offset, so the bounds are held here.
 */
#include "uplace.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"
#include "rows.h"
#include "symfind.h"
#include "upentry.h"
#include "wild.h"

/* ---- places ------------------------------------------------------------------------------- */

int uplace_no_memory(struct uplace *u)
{
	return err_set(&u->b->error, "attach", -ENOMEM, "out of memory");
}

/* A place as it was found: nr tells which was first of those at one offset. */
struct uplace_found {
	struct link_place place;
	size_t nr;
};

/* One more place; what is its name after "LIBRARY:". */
static int uplace_add(struct uplace *u, uint64_t offset, const char *what)
{
	struct buf name = {0};
	size_t n = u->n_found;
	struct uplace_found *more = rows_room(u->found, n, sizeof(*more));

	if (!more)
		return uplace_no_memory(u);
	u->found = more;
	buf_printf(&name, "%s:%s", u->o->name, what);
	u->found[n] = (struct uplace_found){{.offset = offset, .name = buf_steal(&name)}, n};
	if (!u->found[n].place.name)
		return uplace_no_memory(u);
	u->n_found++;
	return 0;
}

static int uplace_by_offset_then_nr(const void *a, const void *b)
{
	const struct uplace_found *x = a, *y = b;

	if (x->place.offset != y->place.offset)
		return x->place.offset < y->place.offset ? -1 : 1;
	return x->nr < y->nr ? -1 : x->nr > y->nr;
}

/* Functions have several names, and most are in two tables: each offset once, by its first name. */
static int uplace_sort(struct uplace *u)
{
	size_t i;

	if (!u->n_found)
		return 0;
	u->places = calloc(u->n_found, sizeof(*u->places));
	if (!u->places)
		return uplace_no_memory(u);
	qsort(u->found, u->n_found, sizeof(*u->found), uplace_by_offset_then_nr);
	for (i = 0; i < u->n_found; i++) {
		if (u->n && u->places[u->n - 1].offset == u->found[i].place.offset)
			continue;
		u->places[u->n++] = u->found[i].place;
		u->found[i].place.name = NULL;
	}
	return 0;
}

static int uplace_no_target(struct uplace *u, const char *name, int err)
{
	const struct ifunc *i = u->pid ? &u->ifunc_any : &u->ifunc;
	struct rawbpf_error *e = &u->b->error;

	if (err == -EXDEV) {
		err_set(e, "attach", -EOPNOTSUPP,
			"'%s' of '%s' became a function of the vdso, the kernel's own page", name,
			u->file.shown);
		err_hint(e, "the kernel takes no probe there: probe a function that calls it");
		return -EOPNOTSUPP;
	}
	if (i->err && i->err != -EACCES && i->err != -EPERM)
		return err_set(e, "attach", i->err,
			"what IFUNC '%s' of '%s' became cannot be read from processes", name,
			u->file.shown);
	err = i->n_denied && sys_unread(&u->b->sys, i->err) ? i->err : -ENOENT;
	err_set(e, "attach", err, "'%s' of '%s' is an IFUNC, and no process shows what it became",
		name, u->file.shown);
	if (i->n_denied > i->n_read)
		err_hint(e,
			"%u of %u processes could not be read (%s): it takes CAP_SYS_PTRACE; or "
			"give .offset",
			i->n_denied, i->n_denied + i->n_read, err_name(i->err));
	else if (u->pid)
		err_hint(e, "let process %d call it first, or give .offset", (int)u->pid);
	else
		err_hint(e, "start a program that calls it, or give .offset");
	return err;
}

/* Looks at the library's own slots, once, then at those of its callers: 0, -ENOENT or -EXDEV. */
static int uplace_ask_ifunc(
	struct uplace *u, pid_t pid, const struct rawbpf_sym *s, const char *name, uint64_t *offset)
{
	struct ifunc *i = pid == u->pid ? &u->ifunc : &u->ifunc_any;
	bool *tried = pid == u->pid ? &u->ifunc_tried : &u->ifunc_any_tried;
	struct sys *sys = &u->b->sys;
	int err, own;

	if (!*tried) {
		*tried = true;
		err = ifunc_open(sys, &u->sym, u->file.path, u->file.shown, pid, i);
		if (err)
			return err;
	}
	own = ifunc_target(i, s, offset);
	if (!own)
		return 0;
	err = ifunc_target_elsewhere(
		sys, &u->sym, u->file.path, u->file.shown, pid, s, name, offset);
	return err == -ENOENT ? own : err;
}

/* From the resolver's offset to that of the implementation, which is where calls arrive. */
static int uplace_follow_ifunc(
	struct uplace *u, const struct rawbpf_sym *s, const char *name, struct uplace_at *at)
{
	int err = uplace_ask_ifunc(u, u->pid, s, name, &at->target);

	at->slot = "its slot says";
	/* all processes run on the same CPUs; this one may not have called it yet */
	if (err && err != -ENOMEM && u->pid) {
		at->slot = "another process's slot says";
		err = uplace_ask_ifunc(u, 0, s, name, &at->target);
	}
	if (err == -ENOMEM)
		return uplace_no_memory(u);
	if (err)
		return uplace_no_target(u, name, err);
	at->offset = at->target;
	return 0;
}

int uplace_at(struct uplace *u, const struct rawbpf_sym *s, const char *name, struct uplace_at *at)
{
	int err;

	memset(at, 0, sizeof(*at));
	at->offset = s->local;
	if (s->ifunc) {
		err = uplace_follow_ifunc(u, s, name, at);
		if (err)
			return err;
	}
	at->offset = upentry(u->sym.elf, at->offset, s->ifunc ? 0 : s->size, &at->entry);
	return symfind_read(&u->sym, u->file.shown, &u->b->error);
}

/* What syms --why shows, for -v. */
static void uplace_log_at(struct uplace *u, const char *name, const struct uplace_at *at)
{
	char impl[128];

	if (!u->b->log)
		return;
	if (at->slot && sym_at(&u->sym, at->target, impl, sizeof(impl)))
		snprintf(impl, sizeof(impl), "its implementation");
	if (at->slot)
		ctx_log(u->b, RAWBPF_LOG_INFO,
			"'%s' is an IFUNC: probing %s at offset 0x%llx, as %s", name, impl,
			(unsigned long long)at->target, at->slot);
	ctx_log(u->b, RAWBPF_LOG_DEBUG, "'%s' of '%s' is probed %s (offset 0x%llx)", name,
		u->file.shown, at->entry, (unsigned long long)at->offset);
}

static void uplace_log_found(struct uplace *u, const struct symfind *found)
{
	const struct rawbpf_sym *s = &found->sym;

	if (!u->b->log)
		return;
	ctx_log(u->b, RAWBPF_LOG_DEBUG, "'%s' is %s%s%s of '%s' (%s): %s", u->o->sym, u->o->sym,
		!s->version || strchr(u->o->sym, '@') ? ""
		: s->is_default			      ? "@@"
						      : "@",
		!s->version || strchr(u->o->sym, '@') ? "" : s->version, s->file, found->way,
		found->why);
}

static int uplace_bad_sym_off(struct uplace *u, const struct rawbpf_sym *s)
{
	struct rawbpf_error *e = &u->b->error;
	unsigned long long off = u->o->sym_off;

	if (s->ifunc)
		return err_set(e, "attach", -EINVAL,
			"'%s' is an IFUNC: .sym_off 0x%llx has no meaning there", u->o->sym, off);
	return err_set(e, "attach", -EINVAL,
		"'%s' has %llu bytes: .sym_off 0x%llx is outside of it", u->o->sym,
		(unsigned long long)s->size, off);
}

/* In the middle of a function. */
static int uplace_by_sym_off(struct uplace *u, const struct rawbpf_sym *s)
{
	const struct rawbpf_uprobe_opts *o = u->o;
	struct buf what = {0};
	int err;

	if (s->ifunc || o->sym_off >= s->size)
		return uplace_bad_sym_off(u, s);
	buf_printf(&what, "%s+0x%llx", o->sym, (unsigned long long)o->sym_off);
	err = what.failed ? uplace_no_memory(u)
			  : uplace_add(u, s->offset + o->sym_off, buf_str(&what));
	buf_free(&what);
	return err;
}

static int uplace_by_sym(struct uplace *u)
{
	const struct rawbpf_uprobe_opts *o = u->o;
	struct buf name = {0};
	struct symfind found;
	struct uplace_at at;
	int err = symfind_one(&u->sym, o->sym, u->file.shown, &found, &u->b->error);

	if (err)
		return err;
	uplace_log_found(u, &found);
	if (o->sym_off)
		return uplace_by_sym_off(u, &found.sym);
	buf_add(&name, o->sym, strcspn(o->sym, "@"));
	err = name.failed ? uplace_no_memory(u) : uplace_at(u, &found.sym, buf_str(&name), &at);
	if (!err) {
		uplace_log_at(u, o->sym, &at);
		err = uplace_add(u, at.offset, o->sym);
	}
	buf_free(&name);
	return err;
}

struct uplace_pattern {
	struct uplace *u;
	regex_t re;
};

/*
 * As python's re.match, which bcc uses: the match must begin at the name's start, and may end
 * before the name does.
 */
static int uplace_on_sym(void *arg, const struct rawbpf_sym *s)
{
	struct uplace_pattern *p = arg;
	struct uplace_at at;
	int err, match = p->u->wild ? wild_match(p->u->o->sym, s->name)
				    : pattern_match(&p->re, s->name, false);

	if (match <= 0)
		return match ? uplace_no_memory(p->u) : 0;
	err = uplace_at(p->u, s, s->name, &at);
	if (err) {
		if (err == -ENOMEM || sys_unread(&p->u->b->sys, err))
			return err;
		ctx_log(p->u->b, RAWBPF_LOG_WARN, "%s: left out", p->u->b->error.msg);
		err_clear(&p->u->b->error);
		return 0;
	}
	uplace_log_at(p->u, s->name, &at);
	return uplace_add(p->u, at.offset, s->name);
}

static int uplace_by_pattern(struct uplace *u)
{
	struct rawbpf_error *e = &u->b->error;
	struct uplace_pattern p = {.u = u};
	int err = u->wild ? 0 : pattern_compile(e, "attach", u->o->sym_re, &p.re);

	if (err)
		return err;
	err = sym_each(&u->sym, true, uplace_on_sym, &p);
	if (!u->wild)
		regfree(&p.re);
	if (!err)
		err = symfind_read(&u->sym, u->file.shown, e);
	if (!err && !u->n_found)
		err = symfind_whole(&u->sym, u->file.shown, e);
	if (!err && !u->n_found)
		err = err_set(e, "attach", -ENOENT, "no function of '%s' matches '%s'",
			u->file.shown, u->wild ? u->o->sym : u->o->sym_re);
	return err;
}

static int uplace_by_addr(struct uplace *u)
{
	unsigned long long addr = u->o->addr;
	struct rawbpf_error *e = &u->b->error;
	uint64_t offset, other;
	char what[32];

	if (elf_offset(u->sym.elf, addr, PF_X, &offset)) {
		err_set(e, "attach", -EINVAL, "address 0x%llx is not in the code of '%s'", addr,
			u->file.shown);
		if (!elf_vaddr(u->sym.elf, addr, PF_X, &other))
			err_hint(e, "as a file offset it is: use .offset");
		else
			err_hint(e, "an address is what nm prints, without the load address");
		return -EINVAL;
	}
	snprintf(what, sizeof(what), "0x%llx", addr);
	return uplace_add(u, offset, what);
}

static int uplace_by_offset(struct uplace *u)
{
	unsigned long long offset = u->o->offset;
	struct rawbpf_error *e = &u->b->error;
	uint64_t other;
	char what[32];

	if (elf_vaddr(u->sym.elf, offset, PF_X, &other)) {
		err_set(e, "attach", -EINVAL, "file offset 0x%llx is not in the code of '%s'",
			offset, u->file.shown);
		if (!elf_offset(u->sym.elf, offset, PF_X, &other))
			err_hint(e, "as an address it is: use .addr");
		return -EINVAL;
	}
	snprintf(what, sizeof(what), "+0x%llx", offset);
	return uplace_add(u, offset, what);
}

static int uplace_check(struct uplace *u)
{
	const struct rawbpf_uprobe_opts *o = u->o;
	struct rawbpf_error *e = &u->b->error;

	if (o->pid < -1)
		return err_set(e, "attach", -EINVAL, "pid %d is no process", (int)o->pid);
	if (u->ret && o->sym_off)
		return err_set(e, "attach", -EINVAL, "a return probe takes no .sym_off (0x%llx)",
			(unsigned long long)o->sym_off);
	u->pid = o->pid > 0 ? o->pid : 0;
	return 0;
}

static int uplace_find_file(struct uplace *u)
{
	struct rawbpf_error *e = &u->b->error;
	int err = libname_find(&u->b->sys, u->o->name, u->pid, &u->file, e);

	if (err)
		return err;
	err = sys_stat(&u->b->sys, u->file.path, &u->st);
	if (err)
		return err_set(e, "attach", err, "'%s' cannot be found", u->file.shown);
	ctx_log(u->b, RAWBPF_LOG_DEBUG, "'%s' is '%s': %s", u->o->name, u->file.shown,
		u->file.road);
	if (u->file.gone)
		ctx_log(u->b, RAWBPF_LOG_INFO,
			"'%s' was removed or replaced: probing the file that process %d has mapped",
			u->file.shown, (int)u->pid);
	return sym_open(&u->b->sys, u->file.path, &u->sym, e);
}

int uplace_open(struct uplace *u)
{
	const struct rawbpf_uprobe_opts *o = u->o;
	int err = uplace_check(u);

	if (!err)
		err = uplace_find_file(u);
	if (err)
		return err;
	if (o->sym && !u->wild)
		err = uplace_by_sym(u);
	else if (o->sym || o->sym_re)
		err = uplace_by_pattern(u);
	else
		err = o->addr ? uplace_by_addr(u) : uplace_by_offset(u);
	return err ? err : uplace_sort(u);
}

void uplace_close(struct uplace *u)
{
	while (u->n_found)
		free(u->found[--u->n_found].place.name);
	free(u->found);
	while (u->n)
		free(u->places[--u->n].name);
	free(u->places);
	ifunc_close(&u->ifunc);
	ifunc_close(&u->ifunc_any);
	sym_close(&u->sym);
	libname_free(&u->file);
}
