// SPDX-License-Identifier: MIT
/*
 * uprobe.c - probes on functions of programs and libraries.
 *
 * What is asked for (a library's name; a function, a pattern, an address or an offset) becomes a
 * list of offsets in one file, which uproad.c probes.  The kernel takes any offset, so the bounds
 * are held here.
 */
#include "uprobe.h"

#ifdef __TINYC__ /* which cannot read glibc's regexec(size_t n, regmatch_t m[n]) */
#define _REGEX_NELTS(n)
#endif

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ifunc.h"
#include "libname.h"
#include "near.h"
#include "uproad.h"

/* What the options of one call come to. */
struct uprobe {
	struct rawbpf *b;
	const struct rawbpf_uprobe_opts *o;
	bool ret;
	pid_t pid; /* 0: all */
	struct libname_file file;
	struct stat st;
	struct sym_file sym;
	struct ifunc ifunc, ifunc_any; /* of process .pid; of any */
	bool ifunc_tried, ifunc_any_tried;
	struct link_place *places;
	size_t n;
};

/* ---- places ------------------------------------------------------------------------------- */

static int uprobe_no_memory(struct uprobe *u)
{
	return err_set(&u->b->error, "attach", -ENOMEM, "out of memory");
}

/* One more place, unless it is there already; what is its name after "LIBRARY:". */
static int uprobe_add(struct uprobe *u, uint64_t offset, const char *what)
{
	struct link_place *more;
	struct buf name = {0};
	size_t i;

	for (i = 0; i < u->n; i++)
		if (u->places[i].offset == offset)
			return 0;
	if (!(u->n & (u->n - 1))) {
		more = realloc(u->places, (u->n ? 2 * u->n : 1) * sizeof(*more));
		if (!more)
			return uprobe_no_memory(u);
		u->places = more;
	}
	buf_printf(&name, "%s:%s", u->o->name, what);
	u->places[u->n] = (struct link_place){offset, buf_steal(&name)};
	if (!u->places[u->n].name)
		return uprobe_no_memory(u);
	u->n++;
	return 0;
}

static int uprobe_no_target(struct uprobe *u, const char *name, int err)
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
	err_set(e, "attach", -ENOENT,
		"'%s' of '%s' is an IFUNC, and no process shows what it became", name,
		u->file.shown);
	if (i->n_denied > i->n_read)
		err_hint(e,
			"%u of %u processes could not be read (%s): it takes CAP_SYS_PTRACE; or "
			"give .offset",
			i->n_denied, i->n_denied + i->n_read, err_name(i->err));
	else if (u->pid)
		err_hint(e, "let process %d call it first, or give .offset", (int)u->pid);
	else
		err_hint(e, "start a program that calls it, or give .offset");
	return -ENOENT;
}

/* Looks at the library's own slots, once, then at those of its callers: 0, -ENOENT or -EXDEV. */
static int uprobe_ask_ifunc(
	struct uprobe *u, pid_t pid, const struct rawbpf_sym *s, const char *name, uint64_t *offset)
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
static int uprobe_follow_ifunc(
	struct uprobe *u, const struct rawbpf_sym *s, const char *name, uint64_t *offset)
{
	const char *how = "its slot says";
	char impl[128];
	int err = uprobe_ask_ifunc(u, u->pid, s, name, offset);

	/* all processes run on the same CPUs; this one may not have called it yet */
	if (err && err != -ENOMEM && u->pid) {
		how = "another process's slot says";
		err = uprobe_ask_ifunc(u, 0, s, name, offset);
	}
	if (err == -ENOMEM)
		return uprobe_no_memory(u);
	if (err)
		return uprobe_no_target(u, name, err);
	if (!u->b->log)
		return 0;
	if (sym_at(&u->sym, *offset, impl, sizeof(impl)))
		snprintf(impl, sizeof(impl), "its implementation");
	ctx_log(u->b, RAWBPF_LOG_INFO, "'%s' is an IFUNC: probing %s at offset 0x%llx, as %s", name,
		impl, (unsigned long long)*offset, how);
	return 0;
}

/*
 * A function of x86-64 built for indirect branch tracking begins with ENDBR64, which the kernel can
 * only step over (2.5 us an event).  A push behind it is emulated (0.2 us), and nothing has
 * happened yet: the arguments are in their registers, the return address is on top of the stack.
 * Any other instruction would be stepped over as well, and might be the head of a loop.
 */
static uint64_t uprobe_entry(struct uprobe *u, uint64_t offset, uint64_t size, const char *name)
{
	static const unsigned char endbr64[] = {0xf3, 0x0f, 0x1e, 0xfa};
	const unsigned char *p;
	bool push;

	if (elf_ident(u->sym.elf)->machine != EM_X86_64 || (size && size < 6))
		return offset;
	p = elf_bytes(u->sym.elf, offset, 6);
	if (!p || memcmp(p, endbr64, sizeof(endbr64)))
		return offset;
	push = (p[4] & 0xf8) == 0x50 || (p[4] == 0x41 && (p[5] & 0xf8) == 0x50);
	ctx_log(u->b, RAWBPF_LOG_DEBUG, "'%s' of '%s' begins with endbr64: probed %s", name,
		u->file.shown, push ? "at the push behind it" : "there, no push follows");
	return push ? offset + sizeof(endbr64) : offset;
}

static int uprobe_bad_sym_off(struct uprobe *u, const struct rawbpf_sym *s)
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

static int uprobe_by_sym(struct uprobe *u)
{
	const struct rawbpf_uprobe_opts *o = u->o;
	struct rawbpf_sym s;
	struct buf what = {0};
	uint64_t offset;
	int err = sym_find(&u->sym, o->sym, u->file.shown, &s, &u->b->error);

	if (err)
		return err;
	if (o->sym_off && (s.ifunc || o->sym_off >= s.size))
		return uprobe_bad_sym_off(u, &s);
	offset = (o->sym_off ? s.offset : s.local) + o->sym_off;
	if (s.version && !s.ifunc)
		ctx_log(u->b, RAWBPF_LOG_DEBUG, "'%s' is %s%s%s of '%s' (%s)", o->sym, o->sym,
			strchr(o->sym, '@') ? ""
			: s.is_default	    ? "@@"
					    : "@",
			strchr(o->sym, '@') ? "" : s.version, u->file.shown, s.table);
	if (s.ifunc) {
		buf_add(&what, o->sym, strcspn(o->sym, "@"));
		err = what.failed ? uprobe_no_memory(u)
				  : uprobe_follow_ifunc(u, &s, buf_str(&what), &offset);
		buf_free(&what);
		if (err)
			return err;
	}
	if (!o->sym_off)
		offset = uprobe_entry(u, offset, s.ifunc ? 0 : s.size, o->sym);
	buf_puts(&what, o->sym);
	if (o->sym_off)
		buf_printf(&what, "+0x%llx", (unsigned long long)o->sym_off);
	err = what.failed ? uprobe_no_memory(u) : uprobe_add(u, offset, buf_str(&what));
	buf_free(&what);
	return err;
}

struct uprobe_pattern {
	struct uprobe *u;
	regex_t re;
};

/*
 * As python's re.match, which bcc uses: the match must begin at the name's start, and may end
 * before the name does.
 */
static int uprobe_on_sym(void *arg, const struct rawbpf_sym *s)
{
	struct uprobe_pattern *p = arg;
	uint64_t offset = s->local;
	regmatch_t m;

	if (regexec(&p->re, s->name, 1, &m, 0) || m.rm_so)
		return 0;
	if (s->ifunc && uprobe_follow_ifunc(p->u, s, s->name, &offset)) {
		if (p->u->b->error.err == -ENOMEM)
			return -ENOMEM;
		ctx_log(p->u->b, RAWBPF_LOG_WARN, "%s: left out", p->u->b->error.msg);
		err_clear(&p->u->b->error);
		return 0;
	}
	offset = uprobe_entry(p->u, offset, s->ifunc ? 0 : s->size, s->name);
	return uprobe_add(p->u, offset, s->name);
}

static int uprobe_by_pattern(struct uprobe *u)
{
	struct rawbpf_error *e = &u->b->error;
	struct uprobe_pattern p = {.u = u};
	char why[128];
	int err = regcomp(&p.re, u->o->sym_re, REG_EXTENDED);

	if (err) {
		regerror(err, &p.re, why, sizeof(why));
		err_set(e, "attach", -EINVAL, "pattern '%s' cannot be read", u->o->sym_re);
		err_hint(e, "%s", why);
		return -EINVAL;
	}
	err = sym_each(&u->sym, true, uprobe_on_sym, &p);
	regfree(&p.re);
	if (!err && !u->n)
		err = err_set(e, "attach", -ENOENT, "no function of '%s' matches '%s'",
			u->file.shown, u->o->sym_re);
	return err;
}

static int uprobe_by_addr(struct uprobe *u)
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
	return uprobe_add(u, offset, what);
}

static int uprobe_by_offset(struct uprobe *u)
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
	return uprobe_add(u, offset, what);
}

static int uprobe_check(struct uprobe *u)
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

/* Fills u with the file and the places in it; uprobe_close() is due in any case. */
static int uprobe_open(struct uprobe *u)
{
	const struct rawbpf_uprobe_opts *o = u->o;
	struct rawbpf_error *e = &u->b->error;
	int err = uprobe_check(u);

	if (!err)
		err = libname_find(&u->b->sys, o->name, u->pid, &u->file, e);
	if (err)
		return err;
	err = sys_stat(&u->b->sys, u->file.path, &u->st);
	if (err)
		return err_set(e, "attach", err, "'%s' cannot be found", u->file.shown);
	err = sym_open(&u->b->sys, u->file.path, &u->sym, e);
	if (err)
		return err;
	if (o->sym)
		return uprobe_by_sym(u);
	if (o->sym_re)
		return uprobe_by_pattern(u);
	return o->addr ? uprobe_by_addr(u) : uprobe_by_offset(u);
}

static void uprobe_close(struct uprobe *u)
{
	while (u->n)
		free(u->places[--u->n].name);
	free(u->places);
	ifunc_close(&u->ifunc);
	ifunc_close(&u->ifunc_any);
	sym_close(&u->sym);
	libname_free(&u->file);
}

/* ---- attach ------------------------------------------------------------------------------- */

static struct uproad uprobe_road(struct uprobe *u, struct prog *prog)
{
	return (struct uproad){
		.b = u->b,
		.prog = prog,
		.ret = u->ret,
		.pid = u->pid,
		.path = u->file.path,
		.shown = u->file.shown,
		.dev = (uint64_t)u->st.st_dev,
		.ino = (uint64_t)u->st.st_ino,
		.places = u->places,
		.n = u->n,
	};
}

int uprobe_attach(struct rawbpf *b, const struct rawbpf_uprobe_opts *o, bool ret)
{
	struct uprobe u = {.b = b, .o = o, .ret = ret};
	struct prog *prog = prog_find(b, "attach", o->fn_name);
	struct uproad r;
	int err;

	if (!prog)
		return b->error.err;
	if (prog->type != RAWBPF_PROG_KPROBE) {
		err_set(&b->error, "attach", -EINVAL,
			"program '%s' (section '%s') is not for probes", prog->name, prog->section);
		err_hint(&b->error, "name its section 'uprobe' or 'uretprobe'");
		err_prog(&b->error, prog->name);
		return -EINVAL;
	}
	err = uprobe_open(&u);
	if (!err) {
		r = uprobe_road(&u, prog);
		err = uproad_attach(&r);
	}
	uprobe_close(&u);
	return err;
}

/* ---- detach ------------------------------------------------------------------------------- */

/*
 * By name, for when the place can no longer be found: the process has ended, the file is gone.  A
 * pattern then takes every function of the library that was attached by name.
 */
static bool uprobe_is_named(const struct uprobe *u, const char *place)
{
	const struct rawbpf_uprobe_opts *o = u->o;
	size_t n = strlen(o->name);
	char what[32] = "";

	if (strncmp(place, o->name, n) || place[n] != ':')
		return false;
	if (o->addr)
		snprintf(what, sizeof(what), "0x%llx", (unsigned long long)o->addr);
	else if (o->offset || o->sym_off)
		snprintf(what, sizeof(what), "+0x%llx",
			(unsigned long long)(o->offset ? o->offset : o->sym_off));
	if (o->sym_re)
		return place[n + 1] != '+' && strncmp(place + n + 1, "0x", 2);
	if (!o->sym)
		return !strcmp(place + n + 1, what);
	return !strncmp(place + n + 1, o->sym, strlen(o->sym)) &&
	       !strcmp(place + n + 1 + strlen(o->sym), what);
}

static bool uprobe_is_place(const struct uprobe *u, bool found, const char *name, uint64_t offset)
{
	size_t i;

	if (!found)
		return uprobe_is_named(u, name);
	for (i = 0; i < u->n; i++)
		if (u->places[i].offset == offset)
			return true;
	return false;
}

/* Whether it is a link to this file by such a program; found: the file is there. */
static bool uprobe_is_link(const struct uprobe *u, const struct link *l, bool found)
{
	if (l->kind != (u->ret ? LINK_URETPROBE : LINK_UPROBE) || l->pid != u->pid)
		return false;
	if (u->o->fn_name && strcmp(l->prog->name, u->o->fn_name))
		return false;
	return !found ||
	       (l->key[0] == (uint64_t)u->st.st_dev && l->key[1] == (uint64_t)u->st.st_ino);
}

/* The places of l that stay, in rest; how many. */
static size_t uprobe_rest(
	const struct uprobe *u, const struct link *l, bool found, struct link_place *rest)
{
	size_t i, n = 0;

	for (i = 0; i < l->n_places; i++)
		if (!uprobe_is_place(u, found, l->places[i].name, l->places[i].offset))
			rest[n++] = l->places[i];
	return n;
}

/*
 * A link of many places loses some: the others get a link of their own before it is closed, so
 * that none of them misses a call.  1: something was detached.
 */
static int uprobe_detach_some(struct uprobe *u, struct link *l, bool found)
{
	struct link_place *rest = calloc(l->n_places, sizeof(*rest));
	struct uproad r = uprobe_road(u, l->prog);
	int err = 0;

	if (!rest)
		return uprobe_no_memory(u);
	r.places = rest;
	r.n = uprobe_rest(u, l, found, rest);
	if (r.n < l->n_places) {
		if (r.n && found)
			err = uproad_attach(&r);
		if (!err && (!r.n || found)) {
			link_close(u->b, l);
			err = 1;
		}
	}
	free(rest);
	return err;
}

static int uprobe_detach_link(struct uprobe *u, struct link *l, bool found)
{
	if (!uprobe_is_link(u, l, found))
		return 0;
	if (l->places)
		return uprobe_detach_some(u, l, found);
	if (!uprobe_is_place(u, found, l->place, l->key[2]))
		return 0;
	link_close(u->b, l);
	return 1;
}

int uprobe_detach(struct rawbpf *b, const struct rawbpf_uprobe_opts *o, bool ret)
{
	struct uprobe u = {.b = b, .o = o, .ret = ret};
	struct link *l, *next;
	int one, err = uprobe_open(&u);
	bool any = false, found = !err;

	for (l = b->links; l; l = next) {
		next = l->next;
		one = uprobe_detach_link(&u, l, found);
		if (one < 0) {
			uprobe_close(&u);
			return one;
		}
		any |= one > 0;
	}
	if (any) {
		err_clear(&b->error);
		err = 0;
	} else if (!err) {
		err = err_set(&b->error, "detach", -ENOENT, "no %s on '%s'",
			ret ? "return probe" : "probe", u.places[0].name);
	}
	uprobe_close(&u);
	return err;
}
