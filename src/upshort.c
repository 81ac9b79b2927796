// SPDX-License-Identifier: MIT
/*
 * upshort.c - uplace.c in short, where RAWBPF_NO_SEARCH leaves that out.
 *
 * No rule of a dynamic linker is known here, and none is needed: "c" is a file of that name that
 * the process has mapped, or this one, or any other; and what an IFUNC became (ifunc.c says more)
 * stands in the memory of a process that has the file mapped.  So a library that nobody uses yet is
 * named by its path.
 */
#ifdef RAWBPF_NO_SEARCH
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "proc.h"
#include "upentry.h"
#include "uplace.h"

struct upshort {
	struct uplace *u;
	struct elf_file *elf; /* NULL: a file of that name is looked for */
	uint64_t base;	      /* address of the file's first byte, */
	uint64_t resolver;    /* ... of an IFUNC */
	uint64_t slot;	      /* ... and of a slot of it, whose value is looked for, */
	uint64_t offset;      /* ... as an offset in the file */
};

int uplace_no_memory(struct uplace *u)
{
	return err_set(&u->b->error, "attach", -ENOMEM, "out of memory");
}

/* ---- processes ---------------------------------------------------------------------------- */

/* "c" is libc.so.6, libc-2.31.so, and musl's loader. */
static bool upshort_is(const char *name, const char *path)
{
	const char *base = strrchr(path, '/') + 1;
	size_t n = strlen(name);

	if (!strcmp(base, name) || (!strcmp(name, "c") && !strncmp(base, "ld-musl-", 8)))
		return true;
	if (strncmp(base, "lib", 3) || strncmp(base + 3, name, n))
		return false;
	base += 3 + n;
	return !strncmp(base, ".so", 3) || (*base == '-' && base[1] >= '0' && base[1] <= '9');
}

static bool upshort_fits(const struct upshort *q, const struct proc_map *m)
{
	const struct stat *st = &q->u->st;

	if (m->offset || m->path[0] != '/')
		return false;
	if (!q->elf)
		return upshort_is(q->u->o->name, m->path);
	/* overlayfs and btrfs show other device numbers here than stat(2) does */
	return m->inode == (uint64_t)st->st_ino &&
	       (st->st_dev == makedev(m->major, m->minor) || !strcmp(m->path, q->u->file.shown));
}

/* The file, as process pid (0: this one) sees that path. */
static int upshort_take(struct uplace *u, pid_t pid, const char *path)
{
	struct buf below = {0};

	if (pid)
		buf_printf(&below, "/proc/%d/root", (int)pid);
	buf_puts(&below, path);
	u->file.path = buf_steal(&below);
	u->file.shown = strdup(path);
	return u->file.path && u->file.shown ? 1 : -ENOMEM;
}

/* 1 when the slot tells, in a process that has the file's first byte at start. */
static int upshort_ask(struct upshort *q, pid_t pid, uint64_t start)
{
	size_t word = (size_t)elf_ident(q->elf)->bits / 8;
	struct sys *s = &q->u->b->sys;
	char path[64] = "/proc/self/mem";
	uint64_t value = 0;
	bool read;
	int mem;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	mem = sys_openat(s, AT_FDCWD, path, O_RDONLY, "read an IFUNC's slots");
	read = mem >= 0 &&
	       sys_pread(s, mem, &value, word, q->slot - q->base + start) == (ssize_t)word;
	sys_close(s, mem);
	value = elf_uint(q->elf, &value, word) - start + q->base;
	return read && value != q->resolver && !elf_offset(q->elf, value, PF_X, &q->offset);
}

/* 1 when the process has what is looked for, 0 when it has not; why the one to be probed is closed. */
static int upshort_try(void *arg, pid_t pid)
{
	struct upshort *q = arg;
	struct proc_maps maps;
	struct proc_map m;
	int found = proc_maps_open(&q->u->b->sys, pid, &maps);

	if (found)
		return pid && pid == q->u->pid ? found : 0;
	while (!found && proc_maps_next(&maps, &m))
		if (upshort_fits(q, &m))
			found = q->elf ? upshort_ask(q, pid, m.start)
				       : upshort_take(q->u, pid, m.path);
	proc_maps_free(&maps);
	return found;
}

/* The one to be probed, or this one, or any: 0 or a negative errno, -ENOENT. */
static int upshort_search(struct upshort *q)
{
	int found = upshort_try(q, q->u->pid);

	if (!found && !q->u->pid)
		found = proc_each_pid(&q->u->b->sys, upshort_try, q);
	return found > 0 ? 0 : found ? found : -ENOENT;
}

/* ---- the file ----------------------------------------------------------------------------- */

static int upshort_file(struct uplace *u)
{
	const char *name = u->o->name;
	struct rawbpf_error *e = &u->b->error;
	struct upshort q = {.u = u};
	int err;

	if (!strchr(name, '/'))
		err = upshort_search(&q);
	else /* below /proc it names a process as we see it */
		err = upshort_take(
			u, *name != '/' || !strncmp(name, "/proc/", 6) ? 0 : u->pid, name);
	if (err == -ENOMEM)
		return uplace_no_memory(u);
	if (err >= 0)
		err = sys_stat(&u->b->sys, u->file.path, &u->st);
	if (!err)
		return elf_open(&u->b->sys, u->file.path, &u->sym.elf, e);
	err_set(e, "attach", err, "no file '%s', or no process that has it mapped", name);
	err_hint(e, "give its path (built with RAWBPF_NO_SEARCH)");
	return err;
}

/* A function of one table by its name: the default version and a global one first. */
static bool upshort_symbol(
	struct elf_file *f, uint32_t type, const char *name, struct elf_symbol *y)
{
	struct elf_section table;
	struct elf_symbol s;
	size_t i, n;
	int score, best = 0;

	if (elf_find_type(f, type, 0, &table))
		return false;
	n = elf_n_symbols(f, &table);
	for (i = 1; i < n; i++) {
		if (elf_symbol(f, &table, i, &s) || s.section == SHN_UNDEF ||
			(s.type != STT_FUNC && s.type != STT_GNU_IFUNC) || strcmp(s.name, name))
			continue;
		score = 1 + s.is_default + (s.bind != STB_LOCAL);
		if (score > best)
			*y = s;
		best = score > best ? score : best;
	}
	return best > 0;
}

/* A relocation against no symbol that puts what the resolver answers into a slot. */
static bool upshort_slot(struct upshort *q, const struct elf_section *rel)
{
	size_t i, word = (size_t)elf_ident(q->elf)->bits / 8;
	unsigned char p[8];
	struct elf_reloc r;
	uint64_t at;

	for (i = 0; !elf_reloc(q->elf, rel, i, &r); i++) {
		if (r.symbol)
			continue;
		if (!r.has_addend && !elf_offset(q->elf, r.offset, 0, &at) &&
			elf_copy(q->elf, at, p, word))
			r.addend = (int64_t)elf_uint(q->elf, p, word);
		if ((uint64_t)r.addend != q->resolver)
			continue;
		q->slot = r.offset;
		if (!upshort_search(q))
			return true;
	}
	return false;
}

/* From the resolver to what processes call. */
static int upshort_follow(struct uplace *u, const char *name, uint64_t resolver, uint64_t *offset)
{
	struct upshort q = {.u = u, .elf = u->sym.elf, .resolver = resolver};
	struct elf_section s;
	bool found = false;
	size_t i;

	if (elf_vaddr(q.elf, 0, 0, &q.base))
		q.base = 0;
	for (i = 1; !found && !elf_section(q.elf, i, &s); i++)
		found = (s.type == SHT_RELA || s.type == SHT_REL) && upshort_slot(&q, &s);
	*offset = q.offset;
	if (found)
		return 0;
	err_set(&u->b->error, "attach", -ENOENT,
		"'%s' of '%s' is an IFUNC, and no process shows what it became", name,
		u->file.shown);
	err_hint(&u->b->error, "give .offset (built with RAWBPF_NO_SEARCH)");
	return -ENOENT;
}

static int upshort_by_sym(struct uplace *u, uint64_t *offset)
{
	struct elf_file *f = u->sym.elf;
	const char *name = u->o->sym;
	struct elf_symbol y;
	const char *why;
	int err = 0;

	if (!upshort_symbol(f, SHT_DYNSYM, name, &y) && !upshort_symbol(f, SHT_SYMTAB, name, &y))
		return err_set(&u->b->error, "attach", -ENOENT, "no function '%s' in '%s'", name,
			u->file.shown);
	if (elf_ident(f)->machine == EM_ARM)
		y.value &= ~(uint64_t)1; /* Thumb */
	if (u->o->sym_off && (y.type == STT_GNU_IFUNC || u->o->sym_off >= y.size))
		err = -EINVAL;
	else if (y.type == STT_GNU_IFUNC)
		err = upshort_follow(u, name, y.value, offset);
	else if (elf_ident(f)->machine == EM_PPC64 || /* which has two entries, or none */
		 elf_offset(f, y.value + u->o->sym_off, PF_X, offset))
		err = -EINVAL;
	if (!err && !u->o->sym_off)
		*offset = upentry(f, *offset, y.type == STT_GNU_IFUNC ? 0 : y.size, &why);
	if (err != -EINVAL)
		return err;
	err_set(&u->b->error, "attach", -EINVAL, "'%s' of '%s' has no code there", name,
		u->file.shown);
	err_hint(&u->b->error, "give .offset (built with RAWBPF_NO_SEARCH)");
	return -EINVAL;
}

static int upshort_at(struct uplace *u, uint64_t *offset)
{
	const struct rawbpf_uprobe_opts *o = u->o;
	uint64_t other;

	if (o->sym)
		return upshort_by_sym(u, offset);
	*offset = o->offset;
	if (o->addr ? !elf_offset(u->sym.elf, o->addr, PF_X, offset)
		    : !elf_vaddr(u->sym.elf, o->offset, PF_X, &other))
		return 0;
	return err_set(&u->b->error, "attach", -EINVAL, "0x%llx is not in the code of '%s'",
		(unsigned long long)(o->addr ? o->addr : o->offset), u->file.shown);
}

/* ---- the place ---------------------------------------------------------------------------- */

/* Named as uprobe.c knows it again. */
static int upshort_place(struct uplace *u, uint64_t offset)
{
	const struct rawbpf_uprobe_opts *o = u->o;
	struct buf name = {0};

	buf_printf(&name, "%s:%s", o->name, o->sym ? o->sym : "");
	if (o->addr)
		buf_printf(&name, "0x%llx", (unsigned long long)o->addr);
	else if (o->offset || o->sym_off)
		buf_printf(&name, "+0x%llx", (unsigned long long)(o->offset + o->sym_off));
	u->places = calloc(1, sizeof(*u->places));
	if (!u->places) {
		buf_free(&name);
		return uplace_no_memory(u);
	}
	u->n = 1;
	u->places->offset = offset;
	u->places->name = buf_steal(&name);
	return u->places->name ? 0 : uplace_no_memory(u);
}

int uplace_open(struct uplace *u)
{
	const struct rawbpf_uprobe_opts *o = u->o;
	uint64_t offset;
	int err;

	if (o->sym_re || u->wild)
		return err_words(&u->b->error, "attach", -EOPNOTSUPP,
			"built without patterns (RAWBPF_NO_PATTERN)");
	if (o->pid < -1 || (u->ret && o->sym_off))
		return err_set(&u->b->error, "attach", -EINVAL,
			"pid %d is no process, or a return probe has .sym_off", (int)o->pid);
	u->pid = o->pid > 0 ? o->pid : 0;
	err = upshort_file(u);
	if (!err)
		err = upshort_at(u, &offset);
	return err ? err : upshort_place(u, offset);
}

void uplace_close(struct uplace *u)
{
	while (u->n)
		free(u->places[--u->n].name);
	free(u->places);
	elf_close(u->sym.elf);
	free(u->file.path);
	free(u->file.shown);
}
#endif
