// SPDX-License-Identifier: MIT
/*
 * usdt.c - attach programs to USDT probes: at all their locations, with their operands.
 *
 * A probe has as many locations as the compiler left of it, over one or more files, each with
 * operands and perhaps a semaphore of its own.  Those of one file are one call of uproad.c: one
 * link, where the kernel has such.  So are those of several probes that a context enables for one
 * program: the kernel takes some 50 ms to close a link, however many places it has.
 *
 * A program that reads no operand is the same everywhere.  Of one that does, the copies that the
 * locations need are one program (progmerge.c), which is told at each which copy it is.  Without
 * such links, or where the kernel takes them only one by one, each copy has a call for itself.
 */
#include "usdt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arch.h"
#include "kern.h"
#include "proc.h"
#include "progcopy.h"
#include "trace.h"
#include "uproad.h"
#include "usdtarg.h"
#include "usdtreg.h"
#include "usdtsite.h"
#include "usdtspec.h"

/* A probe to be attached. */
struct usdt_want {
	const struct usdt_probe *probe;
	struct prog *prog;
	char *name; /* "provider:name" */
};

/* A location to be probed. */
struct usdt_place {
	const struct usdt_loc *loc;
	const struct usdt_want *of;
	struct prog *prog; /* the program, or the copy for this place; NULL: left out */
	uint64_t record;   /* of its operands, for code of libbpf's convention */
	bool has_record;
};

/* One program, and probes for it. */
struct usdt {
	struct rawbpf *b;
	const struct rawbpf_usdt *u;
	const struct usdt_want *wants; /* in the order of the context */
	size_t n_wants;
	struct prog *prog;
	struct usdt_place *places;
	size_t n, n_new; /* how many, and how many where the program is not yet */
	int no_merge;	 /* the errno for which the copies are no one program; 0 */
};

static int usdt_no_memory(struct rawbpf *b)
{
	return err_set(&b->error, "attach", -ENOMEM, "out of memory");
}

/* ---- locations to places ------------------------------------------------------------------ */

/* In one place it is the order of the probes, then that of the notes. */
static int usdt_by_offset(const void *a, const void *b)
{
	const struct usdt_place *p = a, *q = b;
	const struct usdt_loc *x = p->loc, *y = q->loc;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	if (p->of != q->of)
		return p->of < q->of ? -1 : 1;
	return x < y ? -1 : x > y;
}

/* Where the program is the same is together, and what is left out comes last. */
static int usdt_by_copy(const void *a, const void *b)
{
	const struct usdt_place *x = a, *y = b;

	if (!x->prog != !y->prog)
		return x->prog ? -1 : 1;
	if (x->loc->file != y->loc->file)
		return x->loc->file < y->loc->file ? -1 : 1;
	if (x->prog && x->prog->copy != y->prog->copy)
		return x->prog->copy < y->prog->copy ? -1 : 1;
	return usdt_by_offset(a, b);
}

static int usdt_nowhere(const struct usdt *d, const struct usdt_want *w)
{
	const struct usdt_loc *l = &d->u->locs[w->probe->first];
	struct rawbpf_error *e = &d->b->error;

	err_set(e, "attach", -EINVAL, "probe '%s' is outside of the code of '%s'", w->name,
		d->u->files[l->file].path);
	err_hint(e, "its note says address 0x%llx, which no executable segment has",
		(unsigned long long)l->note_addr);
	return -EINVAL;
}

/* What a location cannot have is logged. */
static void usdt_doubt(const struct usdt *d, const struct usdt_want *w, const struct usdt_loc *l)
{
	if (!l->offset)
		ctx_log(d->b, RAWBPF_LOG_WARN,
			"probe '%s' at address 0x%llx is outside of the code: left out", w->name,
			(unsigned long long)l->note_addr);
	if (l->semaphore && !l->sem_offset)
		ctx_log(d->b, RAWBPF_LOG_WARN,
			"probe '%s': its semaphore 0x%llx is outside of the file's data and cannot "
			"be counted",
			w->name, (unsigned long long)l->semaphore);
}

/* Every location of a probe that is in the file's code, behind the first *n places. */
static int usdt_add(struct usdt *d, const struct usdt_want *w, size_t *n)
{
	const struct usdt_loc *l;
	size_t before = *n;
	uint32_t k;

	for (k = w->probe->first; k != USDT_NONE; k = l->next) {
		l = &d->u->locs[k];
		usdt_doubt(d, w, l);
		if (l->offset)
			d->places[(*n)++] = (struct usdt_place){.loc = l, .of = w, .prog = d->prog};
	}
	return *n > before ? 0 : usdt_nowhere(d, w);
}

/* The places of all probes, each offset once: the first of two probes has it. */
static int usdt_collect(struct usdt *d)
{
	size_t i, n = 0;
	int err = 0;

	for (i = 0; i < d->n_wants; i++)
		n += d->wants[i].probe->n_locs;
	d->places = calloc(n, sizeof(*d->places));
	if (!d->places)
		return usdt_no_memory(d->b);
	for (i = n = 0; !err && i < d->n_wants; i++)
		err = usdt_add(d, &d->wants[i], &n);
	if (err)
		return err;
	qsort(d->places, n, sizeof(*d->places), usdt_by_offset);
	for (i = 0; i < n; i++)
		if (!d->n || d->places[d->n - 1].loc->file != d->places[i].loc->file ||
			d->places[d->n - 1].loc->offset != d->places[i].loc->offset)
			d->places[d->n++] = d->places[i];
	return 0;
}

/* ---- a program is at a place once --------------------------------------------------------- */

static bool usdt_is_prog(const struct link *l, const struct prog *p)
{
	return l->kind == LINK_USDT && (l->prog == p || l->prog->origin == p);
}

bool usdt_is_file(const struct link *l, const struct usdt_file *f)
{
	return l->key[0] == f->dev && l->key[1] == f->ino;
}

/* Takes the place at that offset of file out. */
static void usdt_leave_out(struct usdt *d, uint32_t file, uint64_t offset)
{
	const struct usdt_loc at = {.file = file, .offset = offset};
	size_t lo = 0, hi = d->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (d->places[mid].loc->file < at.file ||
			(d->places[mid].loc->file == at.file &&
				d->places[mid].loc->offset < at.offset))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < d->n && d->places[lo].loc->file == file && d->places[lo].loc->offset == offset)
		d->places[lo].prog = NULL;
}

/*
 * Where it is already, by another context or an earlier call, in this process or in all: it would
 * run twice.
 */
static void usdt_once(struct usdt *d)
{
	uint64_t start = link_start(d->b, d->u->pid);
	const struct link *l;
	uint32_t f;
	unsigned i;

	for (l = d->b->links; l; l = l->next) {
		if (!usdt_is_prog(l, d->prog) || (l->pid && !link_is_process(l, d->u->pid, start)))
			continue;
		for (f = 0; f < d->u->n_files; f++) {
			if (!usdt_is_file(l, &d->u->files[f]))
				continue;
			for (i = 0; l->places && i < l->n_places; i++)
				usdt_leave_out(d, f, l->places[i].offset);
			if (!l->places)
				usdt_leave_out(d, f, l->key[2]);
		}
	}
}

/* ---- copies ------------------------------------------------------------------------------- */

/* What was wrong with an operand, and where that is. */
static int usdt_no_operand(
	struct usdt *d, const struct usdt_place *p, const struct rawbpf_error *why)
{
	size_t tail = strlen(err_name(why->err)) + 2, n = strlen(why->msg);
	struct rawbpf_error *e = &d->b->error;

	if (why->err == -ENOMEM)
		return usdt_no_memory(d->b);
	err_set(e, "attach", why->err, "probe '%s' at 0x%llx of '%s': %.*s", p->of->name,
		(unsigned long long)p->loc->note_addr, d->u->files[p->loc->file].path,
		(int)(n > tail ? n - tail : n), why->msg);
	err_prog(e, d->prog->name);
	if (why->hint)
		err_hint(e, "%s", why->hint);
	if (why->log)
		err_diag(e, "%s", why->log);
	return why->err;
}

/* The copy of the program for one location. */
static int usdt_copy(struct usdt *d, struct usdtsite *site, struct usdt_place *p)
{
	struct usdtcode_op ops[OBJECT_USDT_MAX];
	struct rawbpf_error why;

	if (usdtsite_ops(site, p->loc, d->prog->usdt_args, ops, &why))
		return usdt_no_operand(d, p, &why);
	p->prog = progcopy_get(d->b, d->prog, ops, 0);
	return p->prog ? 0 : -ENOMEM;
}

static int usdt_copies(struct usdt *d)
{
	struct usdtsite site = {.b = d->b, .u = d->u};
	int err = 0;
	size_t i;

	for (i = 0; !err && i < d->n; i++)
		if (d->places[i].prog && d->prog->usdt_args)
			err = usdt_copy(d, &site, &d->places[i]);
	usdtsite_close(&site);
	return err;
}

/* ---- records ------------------------------------------------------------------------------ */

struct usdt_operands {
	struct usdtsite site;
	const struct usdt_loc *loc;
};

static int usdt_operand(void *arg, unsigned i, struct usdtcode_op *op, struct rawbpf_error *e)
{
	struct usdt_operands *o = arg;
	struct usdtcode_op ops[OBJECT_USDT_MAX];
	int err = usdtsite_ops(&o->site, o->loc, 1u << i, ops, e);

	*op = ops[i - 1];
	return err;
}

static unsigned usdt_count(const char *args)
{
	unsigned n;
	size_t len;

	for (n = 0; n < OBJECT_USDT_MAX && usdtarg_next(&args, &len); n++)
		;
	return n;
}

/*
 * The record of a place; the kernel tells the program its number, or (before Linux 5.15) a copy of
 * the program has it in its code.
 */
static int usdt_record(struct usdt *d, struct usdt_operands *o, struct usdt_place *p)
{
	const struct usdtcode_op none[OBJECT_USDT_MAX] = {{0}};
	const struct usdtspec_place place = {
		.name = p->of->name,
		.n = usdt_count(p->loc->args),
		.operand = usdt_operand,
		.arg = o,
		.cookie = p->of->probe->cookie,
	};
	int err;

	o->loc = p->loc;
	err = usdtspec_get(d->b, &place, &p->record);
	if (err)
		return err;
	p->has_record = true;
	if (d->b->kern->no_cookie && p->record)
		p->prog = progcopy_get(d->b, d->prog, none, (int32_t)p->record);
	return p->prog ? 0 : -ENOMEM;
}

static int usdt_records(struct usdt *d)
{
	struct usdt_operands o = {.site = {.b = d->b, .u = d->u}};
	int err = 0;
	size_t i;

	for (i = 0; !err && i < d->n && d->prog->reads_records; i++)
		if (d->places[i].prog)
			err = usdt_record(d, &o, &d->places[i]);
	usdtsite_close(&o.site);
	return err;
}

/* What is attached holds its own. */
static void usdt_put_records(struct usdt *d)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->places[i].has_record)
			usdtspec_put(d->b, d->places[i].record);
}

/* ---- attach ------------------------------------------------------------------------------- */

static bool usdt_same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* File systems give the number of a removed file to the next: its times tell them apart. */
static bool usdt_same_file(const struct usdt_file *f, const struct stat *st)
{
	return (uint64_t)st->st_dev == f->dev && (uint64_t)st->st_ino == f->ino &&
	       (uint64_t)st->st_size == f->size && usdt_same_time(&st->st_mtim, &f->mtime) &&
	       usdt_same_time(&st->st_ctim, &f->ctime);
}

static int usdt_no_file(struct usdt *d, const struct usdt_file *f, int err)
{
	struct rawbpf_error *e = &d->b->error;
	struct proc_stat st;
	pid_t pid = d->u->pid;

	if (!pid || (!proc_stat(&d->b->sys, pid, &st) && !st.ended))
		return err_set(e, "attach", err, "'%s' cannot be found", f->path);
	err_set(e, "attach", -ESRCH, "no process %d", (int)pid);
	err_hint(e, "it has ended since its probes were read");
	return -ESRCH;
}

/* Offsets are of the file that was read: not of another one that has its path by now. */
static int usdt_check_file(struct usdt *d, const struct usdt_file *f)
{
	const struct arch *cpu = arch_find(NULL);
	struct rawbpf_error *e = &d->b->error;
	struct stat st;
	int err = sys_stat(&d->b->sys, f->open_as, &st);

	if (err)
		return usdt_no_file(d, f, err);
	/* the kernel would wait for a process that can never be */
	if (!usdtreg_runs(cpu, f->machine) || f->bits > cpu->word * 8)
		return err_set(e, "attach", -ENOEXEC,
			"'%s' is a %u-bit file for machine %u, whose programs do not run under a "
			"kernel for %s",
			f->path, f->bits, f->machine, cpu->name);
	if (usdt_same_file(f, &st))
		return 0;
	err_set(e, "attach", -ESTALE, "'%s' was changed or replaced after its probes were read",
		f->path);
	err_hint(e, "make the usdt context anew");
	return -ESTALE;
}

/* Some of several probes may leave when the file is no longer where it was; see usdtdetach.c. */
static void usdt_keep_file(struct rawbpf *b, struct link *l, const struct usdt_file *f)
{
	struct stat st;
	size_t i;

	for (i = 1; l->places && i < l->n_places; i++)
		if (strcmp(l->places[i].name, l->places[0].name) != 0)
			break;
	if (!l->places || i == l->n_places)
		return;
	l->file_fd = sys_openat(&b->sys, AT_FDCWD, f->open_as, O_PATH, NULL);
	if (l->file_fd < 0 || (!sys_fstat(&b->sys, l->file_fd, &st) && usdt_same_file(f, &st)))
		return;
	sys_close(&b->sys, l->file_fd);
	l->file_fd = -1;
}

/*
 * n places of one file and one program; merged: of copies that this is in the place of, which is 1
 * if it cannot be.
 */
static int usdt_attach_group(
	struct usdt *d, const struct usdt_place *p, size_t n, struct prog *merged)
{
	const struct usdt_file *f = &d->u->files[p->loc->file];
	struct link_place *places = calloc(n, sizeof(*places));
	struct link *mark = d->b->links, *l;
	struct uproad r = {
		.b = d->b,
		.prog = merged ? merged : p->prog,
		.or_none = merged != NULL,
		.pid = d->u->pid,
		.path = f->open_as,
		.shown = f->path,
		.dev = f->dev,
		.ino = f->ino,
		.places = places,
		.n = n,
		.usdt = true,
		.records = p->has_record,
	};
	uint32_t k = 0;
	size_t i;
	int err = places ? usdt_check_file(d, f) : usdt_no_memory(d->b);

	for (i = 0; !err && i < n; i++) {
		places[i].offset = p[i].loc->offset;
		places[i].semaphore = p[i].loc->sem_offset;
		places[i].cookie = p[i].record;
		places[i].name = p[i].of->name;
		while (merged && merged->of[k] != p[i].prog) /* both by number */
			k++;
		if (merged)
			places[i].cookie = k;
	}
	if (!err)
		err = uproad_attach(&r);
	if (merged)
		d->no_merge = r.refused;
	for (l = d->b->links; !err && l != mark; l = l->next) {
		usdt_keep_file(d->b, l, f);
		err = link_own_names(d->b, l, f->path, NULL);
	}
	free(places);
	return err;
}

/* The copies of n places that have more than one, as one program; NULL: they need none. */
static int usdt_merge(struct usdt *d, const struct usdt_place *p, size_t n, struct prog **merged)
{
	struct prog **copies;
	uint32_t n_copies = 0;
	size_t i;

	*merged = NULL;
	if (p->prog == p[n - 1].prog || p->has_record || !uproad_may_link(d->b, d->u->pid))
		return 0;
	copies = malloc(n * sizeof(struct prog *));
	if (!copies)
		return usdt_no_memory(d->b);
	for (i = 0; i < n; i++)
		if (!i || p[i].prog != p[i - 1].prog)
			copies[n_copies++] = p[i].prog;
	*merged = progcopy_merged(d->b, d->prog, copies, n_copies);
	free(copies);
	if (!*merged)
		return -ENOMEM;
	if ((*merged)->err) {
		d->no_merge = (*merged)->err;
		*merged = NULL;
	}
	return 0;
}

/* n places of one file, by copies: by one link, or each copy for itself. */
static int usdt_attach_file(struct usdt *d, const struct usdt_place *p, size_t n)
{
	struct prog *merged;
	size_t i, k;
	int was, err;

	d->no_merge = 0;
	err = usdt_merge(d, p, n, &merged);

	if (!err && merged) {
		err = usdt_attach_group(d, p, n, merged);
		if (err <= 0)
			return err;
		ctx_log(d->b, RAWBPF_LOG_DEBUG,
			"program '%s': a copy for each set of operands, and a link for each copy",
			d->prog->name);
		err = 0;
	}
	was = sys_fallback(&d->b->sys, d->no_merge);
	for (i = 0; !err && i < n; i += k) {
		for (k = 1; i + k < n && p[i + k].prog == p[i].prog; k++)
			;
		err = usdt_attach_group(d, &p[i], k, NULL);
	}
	sys_fallback_end(&d->b->sys, was);
	return err;
}

static int usdt_attach_files(struct usdt *d)
{
	size_t i, n;
	int err = 0;

	qsort(d->places, d->n, sizeof(*d->places), usdt_by_copy);
	for (i = 0; !err && i < d->n && d->places[i].prog; i += n, d->n_new += n) {
		for (n = 1; i + n < d->n && d->places[i + n].prog &&
			    d->places[i + n].loc->file == d->places[i].loc->file;
			n++)
			;
		err = usdt_attach_file(d, &d->places[i], n);
	}
	return err;
}

static int usdt_check_prog(struct rawbpf *b, const struct prog *p)
{
	if (p->type == RAWBPF_PROG_KPROBE)
		return 0;
	err_set(&b->error, "attach", -EINVAL, "program '%s' (section '%s') is not for probes",
		p->name, p->section);
	err_hint(&b->error, "name its section 'usdt'");
	err_prog(&b->error, p->name);
	return -EINVAL;
}

static int usdt_all(struct usdt *d)
{
	struct link *mark = d->b->links;
	int err = usdt_collect(d);

	if (err)
		return err;
	usdt_once(d);
	err = usdt_copies(d);
	if (!err)
		err = usdt_records(d);
	if (!err)
		err = usdt_attach_files(d);
	usdt_put_records(d);
	if (err)
		link_undo(d->b, mark);
	return err;
}

static int usdt_name(struct rawbpf *b, const struct usdt_probe *p, struct usdt_want *w)
{
	struct buf name = {0};

	buf_printf(&name, "%s:%s", p->provider, p->name);
	w->probe = p;
	w->name = buf_steal(&name);
	return w->name ? 0 : usdt_no_memory(b);
}

/* One probe and one program; -ENOMEM, or that there is no such program. */
static int usdt_ask(
	struct rawbpf *b, const struct usdt_probe *p, const char *fn_name, struct usdt_want *w)
{
	w->prog = prog_named(b, "attach", fn_name);
	return w->prog ? usdt_name(b, p, w) : b->error.err;
}

/* n probes for the program that the first has.  *n_new: at how many places that was not before */
static int usdt_attach_wants(struct rawbpf *b, const struct rawbpf_usdt *u,
	const struct usdt_want *wants, size_t n, size_t *n_new)
{
	struct usdt d = {.b = b, .u = u, .wants = wants, .n_wants = n, .prog = wants->prog};
	int err = usdt_check_prog(b, d.prog);

	if (!err && d.prog->calls_trace_printk)
		err = trace_prepare(b);
	if (!err)
		err = usdt_all(&d);
	*n_new = d.n_new;
	free(d.places);
	return err;
}

/* ---- contexts ----------------------------------------------------------------------------- */

int usdt_check_contexts(struct rawbpf *b, struct rawbpf_usdt *const *contexts, size_t n)
{
	size_t i;

	if (n && !contexts)
		return err_set(&b->error, "open", -EINVAL, "load: .usdt_contexts is missing");
	for (i = 0; i < n; i++) {
		if (!contexts[i])
			return usdt_no_memory(b);
		if (contexts[i]->failed) {
			err_copy(&b->error, &contexts[i]->error);
			return contexts[i]->failed;
		}
	}
	return 0;
}

/* Those for one program together, in the order in which each program and each probe comes first. */
static void usdt_sort(struct usdt_want *wants, size_t n)
{
	struct usdt_want w;
	size_t i, j, end;

	for (i = 0; i < n; i = end) {
		for (end = i + 1, j = i + 1; j < n; j++) {
			if (wants[j].prog != wants[i].prog)
				continue;
			w = wants[j];
			memmove(&wants[end + 1], &wants[end], (j - end) * sizeof(w));
			wants[end++] = w;
		}
	}
}

static int usdt_attach_sorted(
	struct rawbpf *b, const struct rawbpf_usdt *u, const struct usdt_want *wants, size_t n)
{
	size_t i, k, n_new;
	int err = 0;

	for (i = 0; !err && i < n; i += k) {
		for (k = 1; i + k < n && wants[i + k].prog == wants[i].prog; k++)
			;
		err = usdt_attach_wants(b, u, &wants[i], k, &n_new);
	}
	return err;
}

static int usdt_attach_context(struct rawbpf *b, const struct rawbpf_usdt *u)
{
	struct usdt_want *wants = calloc(u->n_probes + 1, sizeof(*wants));
	size_t i, n = 0;
	int err = wants ? 0 : usdt_no_memory(b);

	for (i = 0; !err && i < u->n_probes; i++)
		if (u->probes[i].fn_name)
			err = usdt_ask(b, &u->probes[i], u->probes[i].fn_name, &wants[n++]);
	if (!err) {
		usdt_sort(wants, n);
		err = usdt_attach_sorted(b, u, wants, n);
	}
	for (i = 0; i < n; i++)
		free(wants[i].name);
	free(wants);
	return err;
}

int usdt_attach_contexts(struct rawbpf *b, struct rawbpf_usdt *const *contexts, size_t n)
{
	struct link *mark = b->links;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < n; i++)
		err = usdt_attach_context(b, contexts[i]);
	if (err)
		link_undo(b, mark);
	return err;
}

/* ---- by options --------------------------------------------------------------------------- */

int usdt_open(struct rawbpf *b, const struct rawbpf_usdt_attach_opts *o, struct rawbpf_usdt *u,
	const struct usdt_probe **p)
{
	ptrdiff_t i;
	int err;

	memset(u, 0, sizeof(*u));
	u->sys = b->sys;
	err = usdtctx_open(u, o->path, o->pid);
	if (err) {
		err_copy(&b->error, &u->error);
		return err;
	}
	i = usdtctx_find(u, o->probe, &b->error);
	if (i < 0)
		return b->error.err;
	u->probes[i].cookie = o->cookie;
	*p = &u->probes[i];
	return 0;
}

int usdt_attach(struct rawbpf *b, const struct rawbpf_usdt_attach_opts *o)
{
	const struct usdt_probe *p;
	struct usdt_want w = {.probe = NULL};
	struct rawbpf_usdt u;
	size_t n = 0;
	int err = usdt_open(b, o, &u, &p);

	if (!err)
		err = usdt_ask(b, p, o->fn_name, &w);
	if (!err)
		err = usdt_attach_wants(b, &u, &w, 1, &n);
	if (!err && !n) {
		err = err_set(&b->error, "attach", -EEXIST,
			"program '%s' is attached to probe '%s' already", o->fn_name, w.name);
		err_prog(&b->error, o->fn_name);
	}
	free(w.name);
	usdtctx_close(&u);
	return err;
}

/* The copy for the first of its places. */
static int usdt_load_first(struct usdt *d)
{
	struct usdtsite site = {.b = d->b, .u = d->u};
	int fd, err = usdt_copy(d, &site, &d->places[0]);

	usdtsite_close(&site);
	if (err)
		return err;
	fd = prog_as(d->b, d->places[0].prog, d->prog->attach_type);
	return fd < 0 ? fd : 0;
}

int usdt_load(struct rawbpf *b, struct prog *prog, const struct rawbpf_usdt_attach_opts *o)
{
	const struct usdt_probe *p;
	struct usdt_want w = {.probe = NULL};
	struct rawbpf_usdt u;
	struct usdt d = {.b = b, .u = &u, .wants = &w, .n_wants = 1, .prog = prog};
	int err = usdt_open(b, o, &u, &p);

	if (!err)
		err = usdt_name(b, p, &w);
	if (!err)
		err = usdt_collect(&d);
	if (err)
		err = err == -ENOMEM ? err : 1;
	else
		err = usdt_load_first(&d);
	free(d.places);
	free(w.name);
	usdtctx_close(&u);
	return err;
}
