// SPDX-License-Identifier: MIT
/*
 * kprobewhy.c - why the kernel took no probe on a function, in a sentence.
 *
 * The kernel says ENOENT for a name that is nowhere, one that the compiler split or copied, and
 * one of a module that is not loaded; EINVAL for its blacklist and more.  Its own tables tell
 * which, and are read only when something was refused, or when an offset must be bounded: kernels
 * 6.1 and 6.18 take vfs_read+0x100000 and probe whatever is there.
 */
#include "kprobewhy.h"

#include <errno.h>
#include <string.h>

#include "kprobelist.h"
#include "ksym.h"
#include "rights.h"

#define KPROBEWHY_ENOTSUPP 524 /* the kernel's own */

static int kprobewhy_no_table(struct rawbpf *b, int err)
{
	err_hint(&b->error, "'/proc/kallsyms', the names of this kernel, cannot be read (%s)",
		err_name(err));
	return b->error.err;
}

/* The name is in no table, or only in other forms. */
static int kprobewhy_absent(
	struct rawbpf *b, const struct kprobewhy *w, struct ksyms *t, const struct ksym_found *f)
{
	const char *colon = strchr(w->name, ':');
	struct rawbpf_error *e = &b->error;

	if (w->call) {
		err_set(e, "attach", -ENOENT, "the kernel has no system call '%s'", w->name);
		if (!ksym_near_call(t, w->name, e))
			err_hint(e, "a function of the kernel is 'kprobe/%s'", w->name);
	} else if (colon && !f->any_module) {
		err_set(e, "attach", -ENOENT, "no module '%.*s' of function '%s' is loaded",
			(int)(colon - w->name), w->name, colon + 1);
		err_hint(e, "modprobe %.*s", (int)(colon - w->name), w->name);
	} else if (f->data) {
		err_set(e, "attach", -ENOENT, "'%s' is data of the kernel, not a function",
			w->name);
	} else if (*f->others) {
		err_set(e, "attach", -ENOENT, "the kernel has no function '%s' but only %s",
			w->name, f->others);
		err_hint(e, "the compiler inlined or split it: probe what is left, or a caller");
	} else {
		err_set(e, "attach", -ENOENT, "the kernel has no function '%s'", w->name);
		if (!ksym_near(t, w->name, e))
			err_hint(e, "it may be inlined, or in a module that is not loaded: see "
				    "/proc/kallsyms");
	}
	return -ENOENT;
}

static int kprobewhy_copies(
	struct rawbpf *b, const struct kprobewhy *w, int err, const struct ksym_found *f)
{
	struct rawbpf_error *e = &b->error;

	err_set(e, "attach", err, "the kernel has %u functions '%s'", f->copies, w->name);
	if (*f->addrs)
		err_hint(e, "name one by its address: %s", f->addrs);
	else
		rights_hidden_addresses(&b->sys, e);
	return err;
}

/* What names alone cannot tell. */
static int kprobewhy_invalid(struct rawbpf *b, const struct kprobewhy *w, int err)
{
	struct rawbpf_error *e = &b->error;
	const char *colon = strchr(w->name, ':'), *bare = colon ? colon + 1 : w->name;
	struct buf list = {0};
	int listed = kprobelist_blacklist(&b->sys, &list);

	if (!listed && kprobelist_has(&list, bare)) {
		err_set(e, "attach", err, "'%s' is on the kernel's list of functions never probed",
			w->name);
		err_hint(e, "see kprobes/blacklist in debugfs; probe a caller of it");
	} else {
		err_hint(e, "the kernel takes no probe there: code that probes themselves run "
			    "(notrace, noinstr) and code freed after boot have none");
	}
	buf_free(&list);
	return err;
}

static int kprobewhy_by_table(struct rawbpf *b, const struct kprobewhy *w, int err)
{
	struct ksym_found f;
	struct ksyms t;
	int read = ksym_open(&b->sys, &t);

	if (read) {
		kprobewhy_no_table(b, read);
	} else {
		ksym_find(&t, w->name, &f);
		if (!f.copies || (w->call && err == -ENOENT))
			err = kprobewhy_absent(b, w, &t, &f);
		else if (err == -EADDRNOTAVAIL)
			err = kprobewhy_copies(b, w, err, &f);
		else
			err = kprobewhy_invalid(b, w, err);
	}
	ksym_close(&t);
	return err;
}

int kprobewhy_refused(struct rawbpf *b, const struct kprobewhy *w, int err)
{
	struct rawbpf_error *e = &b->error;

	err_set(e, "attach", err, "no %s on kernel function '%s'",
		w->ret ? "return probe" : "probe", w->place);
	switch (err) {
	case -ENOENT:
	case -EADDRNOTAVAIL:
	case -EINVAL:
		if (*w->name)
			return kprobewhy_by_table(b, w, err);
		return kprobewhy_invalid(b, w, err);
	case -EILSEQ:
		err_set(e, "attach", err, "'%s' is not where an instruction begins", w->place);
		break;
	case -KPROBEWHY_ENOTSUPP:
	case -EOPNOTSUPP:
		err_hint(e, "the kernel cannot probe the instruction there; probe another");
		break;
	case -EMFILE: err_hint(e, "each place needs a file descriptor: raise 'ulimit -n'"); break;
	default: break;
	}
	return rights_explain(&b->sys, e, RIGHTS_KPROBE, err);
}

static int kprobewhy_outside(
	struct rawbpf *b, const struct kprobewhy *w, const struct ksym_found *f)
{
	struct rawbpf_error *e = &b->error;
	unsigned long long off = w->off;

	if (f->copies > 1)
		return kprobewhy_copies(b, w, -EINVAL, f);
	if (f->size && off < f->size)
		return 0;
	if (f->size)
		return err_set(e, "attach", -EINVAL,
			"'%s' has at most %llu bytes: offset 0x%llx is outside of it", w->name,
			(unsigned long long)f->size, off);
	err_set(e, "attach", -EINVAL, "offset 0x%llx cannot be checked: '%s' has no size here", off,
		w->name);
	if (!f->addr)
		rights_hidden_addresses(&b->sys, e);
	return -EINVAL;
}

/* Are all addresses 0? */
static bool kprobewhy_is_hidden(struct ksyms *t)
{
	struct ksym k;

	ksym_rewind(t);
	while (ksym_next(t, &k))
		if (k.addr)
			return false;
	return true;
}

static int kprobewhy_bad_addr(struct rawbpf *b, struct ksyms *t, uint64_t addr)
{
	struct rawbpf_error *e = &b->error;
	struct ksym k;
	uint64_t size;

	if (ksym_at(t, addr, &k, &size))
		return 0;
	if (kprobewhy_is_hidden(t)) {
		err_set(e, "attach", -EINVAL, "address 0x%llx cannot be checked",
			(unsigned long long)addr);
		rights_hidden_addresses(&b->sys, e);
		return -EINVAL;
	}
	err_set(e, "attach", -EINVAL, "address 0x%llx is in no function of the kernel",
		(unsigned long long)addr);
	err_hint(e, "addresses are those of /proc/kallsyms and change with each boot");
	return -EINVAL;
}

int kprobewhy_bounds(struct rawbpf *b, const struct kprobewhy *w, uint64_t addr)
{
	struct ksym_found f;
	struct ksyms t;
	int err = ksym_open(&b->sys, &t);

	if (err) {
		err_set(&b->error, "attach", err, "'%s' cannot be checked", w->place);
		kprobewhy_no_table(b, err);
	} else if (!*w->name) {
		err = kprobewhy_bad_addr(b, &t, addr);
	} else {
		ksym_find(&t, w->name, &f);
		err = f.copies ? kprobewhy_outside(b, w, &f) : kprobewhy_absent(b, w, &t, &f);
	}
	ksym_close(&t);
	return err;
}
