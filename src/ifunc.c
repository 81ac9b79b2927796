// SPDX-License-Identifier: MIT
/*
 * ifunc.c - the function that processes really call for an IFUNC symbol.
 *
 * The value of an IFUNC symbol (58 names in glibc, strlen among them) is a resolver: the dynamic
 * linker calls it once, and it returns the address of the implementation for this CPU.  A probe
 * at the symbol would fire once in a process's life and see a pointer.
 *
 * No resolver has to be run to know what it answers.  The library calls its own IFUNCs through
 * slots that R_*_IRELATIVE relocations name, {slot, resolver}; others come with a GLOB_DAT or
 * JUMP_SLOT relocation against the symbol, in the library or in any file that calls it, or with
 * that of a plain word (R_X86_64_64) where a function pointer is initialised with it.  In a
 * running process the dynamic linker has filled those slots, so they are read there: from
 * /proc/PID/mem, of the process to be probed, of our own, or of any that maps the file.  All of
 * them run on the same CPU and so agree.
 *
 * A value is believed only if it lies in an executable mapping of the library itself: another one
 * is a lazy stub, the vdso (glibc's time() and gettimeofday()), or an interposed function.
 */
#include "ifunc.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "proc.h"
#include "rows.h"

#define IFUNC_SLOTS_MAX	 65536
#define IFUNC_RANGES_MAX 64
#define IFUNC_GOT_MAX	 (1u << 20) /* bytes of a process's memory read at most */
#define IFUNC_PAGE_MAX	 65536	    /* the largest page size */

struct ifunc_slot {
	uint64_t resolver; /* address of the resolver, 0: name is set instead */
	const char *name;  /* of the symbol that the relocation is against */
	uint64_t slot;	   /* address of the slot */
	uint64_t initial;  /* what the file has there */
	uint64_t target;   /* file offset of the implementation, 0: not known */
	bool vdso;	   /* it is the kernel's own code */
};

/* One process's view of the file. */
struct ifunc_view {
	uint64_t bias;
	struct ifunc_range {
		uint64_t start, end, offset;
	} exec[IFUNC_RANGES_MAX];
	size_t n_exec;
	uint64_t vdso, vdso_end;
	bool mapped; /* bias is known */
};

struct ifunc_search {
	struct sys *sys;
	pid_t parent; /* that has been asked; 0: none */
	struct sym_file *file;
	const char *path, *shown;
	struct stat st;
	struct ifunc *out;
};

/* ---- the slots of a file ------------------------------------------------------------------ */

static const struct ifunc_machine {
	uint16_t machine;
	uint32_t irelative, glob_dat, jump_slot, word; /* R_*_... */
} ifunc_machines[] = {
	{EM_X86_64, 37, 6, 7, 1 /* R_X86_64_64 */},
	{EM_386, 42, 6, 7, 1 /* R_386_32 */},
	{EM_AARCH64, 1032, 1025, 1026, 257 /* R_AARCH64_ABS64 */},
	{EM_ARM, 160, 21, 22, 2 /* R_ARM_ABS32 */},
	{EM_PPC64, 248, 20, 21, 38 /* R_PPC64_ADDR64 */},
	{EM_S390, 61, 10, 11, 22 /* R_390_64 */},
	{243 /* EM_RISCV */, 58, 2, 5, 2 /* R_RISCV_64, which is its GLOB_DAT too */},
	{258 /* EM_LOONGARCH */, 12, 2, 5, 2 /* R_LARCH_64, the same */},
	{0, 0, 0, 0, 0},
};

static const struct ifunc_machine *ifunc_machine(uint16_t machine)
{
	const struct ifunc_machine *m;

	for (m = ifunc_machines; m->machine; m++)
		if (m->machine == machine)
			return m;
	return NULL;
}

/* The word that the file has at an address, 0 when it has none. */
static uint64_t ifunc_word(struct elf_file *f, uint64_t vaddr)
{
	size_t word = (size_t)elf_ident(f)->bits / 8;
	uint64_t offset;
	const void *p;

	if (elf_offset(f, vaddr, 0, &offset))
		return 0;
	p = elf_bytes(f, offset, word);
	return p ? elf_uint(f, p, word) : 0;
}

static int ifunc_add(struct ifunc *u, const struct ifunc_slot *slot)
{
	struct ifunc_slot *more;

	if (u->n_slots >= IFUNC_SLOTS_MAX)
		return 0;
	more = rows_room(u->slots, u->n_slots, sizeof(*more));
	if (!more)
		return -ENOMEM;
	u->slots = more;
	u->slots[u->n_slots++] = *slot;
	return 0;
}

/*
 * Whether the dynamic linker puts the symbol's own address into the slot.  A word may have an
 * addend, in the relocation or in the slot: then it points elsewhere.
 */
static bool ifunc_is_address(
	const struct ifunc_machine *m, const struct elf_reloc *r, uint64_t initial)
{
	if (r->type == m->glob_dat || r->type == m->jump_slot)
		return true;
	return r->type == m->word && !(r->has_addend ? (uint64_t)r->addend : initial);
}

#define IFUNC_FEW 128 /* symbols for which a table is not read as a whole */

/* An entry of a table, of which nobody asks the name. */
static bool ifunc_symbol(struct elf_file *f, const struct elf_section *table, size_t i,
	struct elf_symbol *y, size_t *read)
{
	size_t each = elf_ident(f)->bits == 64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	unsigned char p[sizeof(Elf64_Sym)];
	uint64_t name;

	if (++*read > IFUNC_FEW)
		return !elf_symbol(f, table, i, y);
	if ((table->type != SHT_DYNSYM && table->type != SHT_SYMTAB) || i >= table->size / each ||
		!elf_section_copy(f, table, i * each, p, each))
		return false;
	elf_decode_symbol(f, p, y, &name);
	return true;
}

/* A relocation against a symbol: ours when that is an IFUNC of this file. */
static bool ifunc_against(struct elf_file *f, const struct elf_section *rel,
	const struct elf_reloc *r, struct ifunc_slot *slot, size_t *read)
{
	struct elf_section table;
	struct elf_symbol y;

	if (elf_section(f, rel->link, &table) || !ifunc_symbol(f, &table, r->symbol, &y, read) ||
		y.type != STT_GNU_IFUNC || y.section == SHN_UNDEF)
		return false;
	slot->resolver = y.value;
	return true;
}

static int ifunc_read_relocs(struct ifunc *u, struct elf_file *f, const struct elf_section *rel,
	const struct ifunc_machine *m)
{
	size_t i, n = elf_n_relocs(f, rel), read = 0;
	struct elf_reloc r;
	int err = 0;

	for (i = 0; i < n && !err; i++) {
		struct ifunc_slot slot = {0};

		if (elf_reloc(f, rel, i, &r))
			break;
		if (r.type != m->irelative && r.type != m->glob_dat && r.type != m->jump_slot &&
			r.type != m->word)
			continue;
		slot.slot = r.offset;
		slot.initial = ifunc_word(f, r.offset);
		if (r.type == m->irelative)
			slot.resolver = r.has_addend ? (uint64_t)r.addend : slot.initial;
		else if (!ifunc_is_address(m, &r, slot.initial) ||
			 !ifunc_against(f, rel, &r, &slot, &read))
			continue;
		err = ifunc_add(u, &slot);
	}
	return err;
}

static int ifunc_read_file(struct ifunc *u, struct elf_file *f)
{
	const struct elf_ident *id = elf_ident(f);
	const struct ifunc_machine *m = ifunc_machine(id->machine);
	struct elf_section s;
	int err = 0;
	size_t i;

	for (i = 1; m && i < id->n_sections && !err; i++)
		if (!elf_section(f, i, &s) && (s.type == SHT_RELA || s.type == SHT_REL))
			err = ifunc_read_relocs(u, f, &s, m);
	return err;
}

/* ---- a process's memory ------------------------------------------------------------------- */

static bool ifunc_is_file(const struct ifunc_search *q, const struct proc_map *m)
{
	if (m->inode && m->inode == (uint64_t)q->st.st_ino && m->major == major(q->st.st_dev) &&
		m->minor == minor(q->st.st_dev))
		return true;
	/* overlayfs and btrfs show other device numbers here than stat(2) does */
	return m->inode == (uint64_t)q->st.st_ino &&
	       (!strcmp(m->path, q->shown) || !strcmp(m->path, q->path));
}

/* How far the process's addresses are from the file's. */
static bool ifunc_bias(struct elf_file *f, const struct proc_map *m, uint64_t *bias)
{
	struct elf_segment g;
	size_t i;

	for (i = 0; !elf_segment(f, i, &g); i++) {
		if (g.type != PT_LOAD || !(g.flags & PF_X) ||
			m->offset + IFUNC_PAGE_MAX <= g.offset || m->offset >= g.offset + g.filesz)
			continue;
		*bias = m->start - (g.vaddr + (m->offset - g.offset));
		return true;
	}
	return false;
}

/* 0, -ENOENT when the process does not map the file, or why its maps cannot be read. */
static int ifunc_view(struct ifunc_search *q, pid_t pid, struct ifunc_view *v)
{
	struct proc_maps maps;
	struct proc_map m;
	int err = proc_maps_open(q->sys, pid, &maps);

	memset(v, 0, sizeof(*v));
	if (err)
		return err;
	while (proc_maps_next(&maps, &m)) {
		if (!strcmp(m.path, "[vdso]")) {
			v->vdso = m.start;
			v->vdso_end = m.end;
		}
		if (!m.exec || !ifunc_is_file(q, &m))
			continue;
		if (!v->mapped)
			v->mapped = ifunc_bias(q->file->elf, &m, &v->bias);
		if (v->n_exec < IFUNC_RANGES_MAX)
			v->exec[v->n_exec++] = (struct ifunc_range){m.start, m.end, m.offset};
	}
	proc_maps_free(&maps);
	return v->mapped ? 0 : -ENOENT;
}

static bool ifunc_in_view(const struct ifunc_view *v, uint64_t addr, uint64_t *offset)
{
	size_t i;

	for (i = 0; i < v->n_exec; i++) {
		if (addr < v->exec[i].start || addr >= v->exec[i].end)
			continue;
		*offset = addr - v->exec[i].start + v->exec[i].offset;
		return true;
	}
	return false;
}

static bool ifunc_in_vdso(const struct ifunc_view *v, uint64_t addr)
{
	return addr >= v->vdso && addr < v->vdso_end;
}

/* Takes one slot's value in the process; false when it tells nothing. */
static bool ifunc_take(struct ifunc_slot *s, const struct ifunc_view *v, uint64_t value)
{
	uint64_t offset;

	/* not yet relocated, or a stub that will resolve it at the first call */
	if (value == s->resolver + v->bias || value == s->initial + v->bias)
		return false;
	s->vdso = ifunc_in_vdso(v, value);
	if (!ifunc_in_view(v, value, &offset))
		return false;
	s->target = offset;
	return true;
}

/* A slot far from the others. */
static bool ifunc_read_slot(
	struct ifunc_search *q, const struct ifunc_view *v, int mem, struct ifunc_slot *s)
{
	size_t word = (size_t)elf_ident(q->file->elf)->bits / 8;
	uint64_t buf = 0;

	return sys_pread(q->sys, mem, &buf, word, s->slot + v->bias) == (ssize_t)word &&
	       ifunc_take(s, v, elf_uint(q->file->elf, &buf, word));
}

/* The slots lie close together, in the GOT and beside it: one read gets most or all. */
static bool ifunc_read_slots(struct ifunc_search *q, const struct ifunc_view *v, int mem)
{
	size_t i, word = (size_t)elf_ident(q->file->elf)->bits / 8;
	struct ifunc_slot *s = q->out->slots;
	uint64_t lo = UINT64_MAX, hi = 0;
	unsigned char *got;
	ssize_t n = -1;
	bool any = false;

	for (i = 0; i < q->out->n_slots; i++) {
		lo = s[i].slot < lo ? s[i].slot : lo;
		hi = s[i].slot > hi ? s[i].slot : hi;
	}
	if (hi - lo > IFUNC_GOT_MAX)
		hi = lo + IFUNC_GOT_MAX;
	got = malloc((size_t)(hi - lo) + word);
	if (got)
		n = sys_pread(q->sys, mem, got, (size_t)(hi - lo) + word, lo + v->bias);
	for (i = 0; i < q->out->n_slots; i++)
		if (s[i].slot - lo <= hi - lo && (ssize_t)(s[i].slot - lo + word) <= n)
			any |= ifunc_take(
				&s[i], v, elf_uint(q->file->elf, got + (s[i].slot - lo), word));
		else
			any |= ifunc_read_slot(q, v, mem, &s[i]);
	free(got);
	return any;
}

/* A process that could not be asked: 0, or the errno when it is not that process's own. */
static int ifunc_blind(struct ifunc *u, int err)
{
	if (err == -ENOENT || err == -ESRCH) { /* another program, or it has ended */
		u->n_read++;
		return 0;
	}
	u->err = err;
	u->n_denied++;
	return err == -EACCES || err == -EPERM ? 0 : err;
}

/* 1 when the process told, 0 when it did not, or why no process can be asked. */
static int ifunc_try(void *arg, pid_t pid)
{
	struct ifunc_search *q = arg;
	struct ifunc_view view;
	char path[64] = "/proc/self/mem";
	bool any;
	int mem, err = ifunc_view(q, pid, &view);

	if (err)
		return ifunc_blind(q->out, err);
	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	mem = sys_openat(q->sys, AT_FDCWD, path, O_RDONLY, "read an IFUNC's slots");
	if (mem < 0)
		return ifunc_blind(q->out, mem);
	q->out->n_read++;
	any = ifunc_read_slots(q, &view, mem);
	sys_close(q->sys, mem);
	if (any)
		q->out->pid = pid ? pid : -1;
	return any;
}

static int ifunc_try_other(void *arg, pid_t pid)
{
	struct ifunc_search *q = arg;

	return pid == q->parent ? 0 : ifunc_try(q, pid);
}

/* All of them, the parent first: a shell, which has the libraries that most have. */
static void ifunc_try_all(struct ifunc_search *q)
{
	struct proc_stat st;

	if (ifunc_try(q, 0))
		return;
	if (!proc_stat(q->sys, 0, &st))
		q->parent = st.parent;
	if (q->parent <= 0 || !ifunc_try(q, q->parent))
		proc_each_pid(q->sys, ifunc_try_other, q);
}

int ifunc_open(struct sys *s, struct sym_file *f, const char *path, const char *shown, pid_t pid,
	struct ifunc *out)
{
	struct ifunc_search q = {.sys = s, .file = f, .path = path, .shown = shown, .out = out};
	int err;

	memset(out, 0, sizeof(*out));
	err = ifunc_read_file(out, f->elf);
	if (err || !out->n_slots || sys_stat(s, path, &q.st)) {
		if (err)
			ifunc_close(out);
		return err;
	}
	if (pid > 0)
		ifunc_try(&q, pid);
	else
		ifunc_try_all(&q);
	return 0; /* out->err says what went wrong */
}

void ifunc_close(struct ifunc *u)
{
	free(u->slots);
	u->slots = NULL;
	u->n_slots = 0;
}

int ifunc_target(const struct ifunc *u, const struct rawbpf_sym *sym, uint64_t *offset)
{
	int err = -ENOENT;
	size_t i;

	for (i = 0; i < u->n_slots; i++) {
		if (u->slots[i].resolver != sym->value)
			continue;
		if (u->slots[i].vdso)
			err = -EXDEV;
		if (!u->slots[i].target)
			continue;
		*offset = u->slots[i].target;
		return 0;
	}
	return err;
}

/* ---- slots of other files ----------------------------------------------------------------- */

struct ifunc_callers {
	struct ifunc_search q;
	const char *name;
	const struct rawbpf_sym *sym;
	uint64_t offset;
	bool vdso; /* a slot leads into it */
	struct ifunc_seen {
		uint64_t inode;
		uint32_t major, minor;
	} * seen; /* files that do not call it */
	size_t n_seen;
};

static bool ifunc_was_seen(const struct ifunc_callers *c, const struct proc_map *m)
{
	size_t i;

	for (i = 0; i < c->n_seen; i++)
		if (c->seen[i].inode == m->inode && c->seen[i].major == m->major &&
			c->seen[i].minor == m->minor)
			return true;
	return false;
}

static void ifunc_mark_seen(struct ifunc_callers *c, const struct proc_map *m)
{
	struct ifunc_seen *more = rows_room(c->seen, c->n_seen, sizeof(*more));

	if (!more)
		return; /* it will be looked at again, that is all */
	c->seen = more;
	c->seen[c->n_seen++] = (struct ifunc_seen){m->inode, m->major, m->minor};
}

/* The n-th slot of a file for calls of name: 0 and *slot, or -ENOENT. */
static int ifunc_caller_slot(struct elf_file *f, const struct ifunc_machine *m, const char *name,
	size_t nth, uint64_t *slot)
{
	struct elf_section rel, table;
	struct elf_symbol y;
	struct elf_reloc r;
	size_t i, j;

	for (i = 1; i < elf_ident(f)->n_sections; i++) {
		if (elf_section(f, i, &rel) || (rel.type != SHT_RELA && rel.type != SHT_REL) ||
			elf_section(f, rel.link, &table))
			continue;
		for (j = 0; !elf_reloc(f, &rel, j, &r); j++) {
			if (!ifunc_is_address(
				    m, &r, r.type == m->word ? ifunc_word(f, r.offset) : 0) ||
				elf_symbol(f, &table, r.symbol, &y) || strcmp(y.name, name) ||
				nth--)
				continue;
			*slot = r.offset;
			return 0;
		}
	}
	return -ENOENT;
}

/* One file mapped by a process: true when one of its slots tells. */
static bool ifunc_ask_caller(struct ifunc_callers *c, pid_t pid, const struct ifunc_view *v,
	const struct proc_map *map, int mem)
{
	const struct ifunc_machine *m = ifunc_machine(elf_ident(c->q.file->elf)->machine);
	size_t nth, word = (size_t)elf_ident(c->q.file->elf)->bits / 8;
	uint64_t slot, bias, value, buf = 0;
	struct elf_file *f;
	char path[4096 + 64];
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%d/root%s", (int)pid, map->path);
	if (!m || elf_open(c->q.sys, path, &f, NULL)) {
		ifunc_mark_seen(c, map);
		return false;
	}
	if (elf_ident(f)->machine != m->machine || !ifunc_bias(f, map, &bias) ||
		ifunc_caller_slot(f, m, c->name, 0, &slot))
		ifunc_mark_seen(c, map);
	else
		for (nth = 0; !found && !ifunc_caller_slot(f, m, c->name, nth, &slot); nth++) {
			if (sys_pread(c->q.sys, mem, &buf, word, slot + bias) != (ssize_t)word)
				continue;
			value = elf_uint(f, &buf, word);
			c->vdso |= ifunc_in_vdso(v, value);
			found = value != c->sym->value + v->bias &&
				ifunc_in_view(v, value, &c->offset);
		}
	elf_close(f);
	return found;
}

static int ifunc_try_callers(void *arg, pid_t pid)
{
	struct ifunc_callers *c = arg;
	struct ifunc_view view;
	struct proc_maps maps;
	struct proc_map m;
	char path[64];
	bool found = false;
	int mem;

	if (ifunc_view(&c->q, pid, &view) || proc_maps_open(c->q.sys, pid, &maps))
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	mem = sys_openat(c->q.sys, AT_FDCWD, path, O_RDONLY, "read a caller's slot of an IFUNC");
	while (mem >= 0 && !found && proc_maps_next(&maps, &m))
		if (m.exec && m.path[0] == '/' && !ifunc_is_file(&c->q, &m) &&
			!ifunc_was_seen(c, &m))
			found = ifunc_ask_caller(c, pid, &view, &m, mem);
	sys_close(c->q.sys, mem);
	proc_maps_free(&maps);
	return found;
}

int ifunc_target_elsewhere(struct sys *s, struct sym_file *f, const char *path, const char *shown,
	pid_t pid, const struct rawbpf_sym *sym, const char *name, uint64_t *offset)
{
	struct ifunc_callers c = {.name = name, .sym = sym};
	int found;

	c.q = (struct ifunc_search){.sys = s, .file = f, .path = path, .shown = shown};
	if (sys_stat(s, path, &c.q.st))
		return -ENOENT;
	found = pid > 0 ? ifunc_try_callers(&c, pid) : proc_each_pid(s, ifunc_try_callers, &c);
	free(c.seen);
	*offset = c.offset;
	if (found == 1)
		return 0;
	return c.vdso ? -EXDEV : -ENOENT;
}
