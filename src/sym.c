// SPDX-License-Identifier: MIT
/*
 * sym.c - the functions of an ELF file: which one a name means, and where it is.
 *
 * One name may stand for several functions: old and new versions (glibc has two memcpy), a weak
 * and a global one, static functions of different source files.  The dynamic linker gives new
 * programs the default version, so that is ours too; then global, weak, local.
 *
 * A symbol's value is not always where the code is: ARM marks Thumb code in bit 0, ppc64's first
 * ABI has descriptors in .opd, and its second one a second entry some bytes on, which calls from
 * inside the library use and those from outside fall through to.
 */
#include "sym.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gnuhash.h"
#include "near.h"
#include "symdebug.h"

#define SYM_NAME_MAX 1024 /* of f@@VERSION in .symtab; longer ones are not split */

#define SYM_STT_ARM_TFUNC 13 /* Thumb code in old ARM objects */

/* ---- files -------------------------------------------------------------------------------- */

int sym_open(struct sys *s, const char *path, struct sym_file *f, struct rawbpf_error *e)
{
	const struct elf_ident *id;
	int err;

	memset(f, 0, sizeof(*f));
	f->sys = s;
	err = elf_open(s, path, &f->elf, e);
	if (err)
		return err;
	id = elf_ident(f->elf);
	if (id->machine == EM_PPC64 && (id->flags & 3) != 2 &&
		elf_find_section(f->elf, ".opd", &f->opd))
		f->opd.size = 0;
	return 0;
}

void sym_close(struct sym_file *f)
{
	elf_close(f->debug);
	elf_close(f->elf);
	f->debug = f->elf = NULL;
}

/* The file that has the .symtab: this one, or (with_debug) its debug file; NULL: there is none. */
static struct elf_file *sym_symtab(struct sym_file *f, bool with_debug, struct elf_section *table)
{
	if (!elf_find_type(f->elf, SHT_SYMTAB, 0, table))
		return f->elf;
	if (!with_debug)
		return NULL;
	if (!f->debug_tried)
		symdebug_open(f->sys, f->elf, elf_ident(f->elf)->path, &f->debug);
	f->debug_tried = true;
	if (f->debug && !elf_find_type(f->debug, SHT_SYMTAB, 0, table))
		return f->debug;
	return NULL;
}

/* ---- one symbol --------------------------------------------------------------------------- */

static const char *sym_bind_name(uint8_t bind)
{
	switch (bind) {
	case STB_LOCAL: return "LOCAL";
	case STB_GLOBAL: return "GLOBAL";
	case STB_WEAK: return "WEAK";
	case STB_GNU_UNIQUE: return "UNIQUE";
	default: return "OTHER";
	}
}

static const char *sym_type_name(uint8_t type)
{
	return type == STT_GNU_IFUNC ? "IFUNC" : type == STT_NOTYPE ? "NOTYPE" : "FUNC";
}

static bool sym_is_function(const struct sym_file *f, const struct elf_symbol *y)
{
	return y->type == STT_FUNC || y->type == STT_GNU_IFUNC ||
	       (y->type == SYM_STT_ARM_TFUNC && elf_ident(f->elf)->machine == EM_ARM);
}

/* The address of the code that a symbol's value means. */
static uint64_t sym_code(struct sym_file *f, const struct elf_symbol *y)
{
	const void *data;
	size_t n;

	if (elf_ident(f->elf)->machine == EM_ARM)
		return y->value & ~(uint64_t)1;
	if (!f->opd.size || y->value < f->opd.addr || y->value - f->opd.addr >= f->opd.size)
		return y->value;
	if (elf_section_data(f->elf, &f->opd, &data, &n) || !data || n < 8 ||
		y->value - f->opd.addr > n - 8)
		return y->value;
	return elf_uint(f->elf, (const char *)data + (y->value - f->opd.addr), 8);
}

/* Bytes from the global to the local entry: ppc64 ELFv2's st_other. */
static uint64_t sym_local_entry(const struct sym_file *f, const struct elf_symbol *y)
{
	const struct elf_ident *id = elf_ident(f->elf);

	if (id->machine != EM_PPC64 || (id->flags & 3) != 2)
		return 0;
	return (uint64_t)(1u << (y->other >> 5)) >> 2 << 2;
}

/* 0, or -ENOENT when it is undefined or not code. */
static int sym_fill(struct sym_file *f, struct elf_file *from, const struct elf_section *table,
	const struct elf_symbol *y, struct rawbpf_sym *out)
{
	uint64_t offset;

	if (y->section == SHN_UNDEF || !y->name[0] ||
		elf_offset(f->elf, sym_code(f, y), PF_X, &offset))
		return -ENOENT;
	*out = (struct rawbpf_sym){
		.name = y->name,
		.version = y->version,
		.file = elf_ident(from)->path,
		.table = table->type == SHT_DYNSYM ? ".dynsym" : ".symtab",
		.value = y->value,
		.size = y->size,
		.offset = offset,
		.local = offset + sym_local_entry(f, y),
		.is_default = y->is_default,
		.ifunc = y->type == STT_GNU_IFUNC,
		.type = sym_type_name(y->type),
		.bind = sym_bind_name(y->bind),
	};
	return 0;
}

/* .symtab has no versions beside it: linkers write them into the name. */
static void sym_split(struct elf_symbol *y, char *name, size_t size)
{
	const char *at = strchr(y->name, '@');
	size_t n = at ? (size_t)(at - y->name) : 0;

	if (!n || n >= size)
		return;
	memcpy(name, y->name, n);
	name[n] = '\0';
	y->name = name;
	y->is_default = at[1] == '@';
	y->version = at + 1 + y->is_default;
}

/* ---- all ---------------------------------------------------------------------------------- */

struct sym_walk {
	struct sym_file *f;
	struct elf_file *from;
	struct elf_section table;
	bool notype; /* symbols without a type, not functions */
	int (*fn)(void *arg, const struct rawbpf_sym *s);
	void *arg;
};

static int sym_walk_table(struct sym_walk *w)
{
	size_t i, n = elf_n_symbols(w->from, &w->table);
	bool split = w->table.type == SHT_SYMTAB;
	char name[SYM_NAME_MAX];
	struct elf_symbol y;
	struct rawbpf_sym s;
	int ret = 0;

	for (i = 1; i < n && !ret; i++) {
		if (elf_symbol(w->from, &w->table, i, &y))
			break;
		if (w->notype ? y.type != STT_NOTYPE || y.name[0] == '$'
			      : !sym_is_function(w->f, &y))
			continue;
		if (split)
			sym_split(&y, name, sizeof(name));
		if (!sym_fill(w->f, w->from, &w->table, &y, &s))
			ret = w->fn(w->arg, &s);
	}
	return ret;
}

int sym_each(struct sym_file *f, bool with_debug, int (*fn)(void *arg, const struct rawbpf_sym *s),
	void *arg)
{
	struct sym_walk w = {.f = f, .from = f->elf, .fn = fn, .arg = arg};
	int ret = 0;

	if (!elf_find_type(f->elf, SHT_DYNSYM, 0, &w.table))
		ret = sym_walk_table(&w);
	if (ret)
		return ret;
	w.from = sym_symtab(f, with_debug, &w.table);
	return w.from ? sym_walk_table(&w) : 0;
}

/* ---- one by name -------------------------------------------------------------------------- */

struct sym_query {
	struct sym_file *f;
	char *name;
	const char *version; /* NULL: any */
	bool need_default;   /* f@@VERSION */
	int score;	     /* of the best; 0: none */
	struct rawbpf_sym best;
	unsigned others; /* local functions of that name elsewhere */
	uint64_t other;	 /* one of those */
};

/* Takes "f@V" apart; 0 or -ENOMEM. */
static int sym_query_start(struct sym_query *q, struct sym_file *f, const char *want)
{
	char *at;

	memset(q, 0, sizeof(*q));
	q->f = f;
	q->name = strdup(want);
	if (!q->name)
		return -ENOMEM;
	at = strchr(q->name, '@');
	if (!at || at == q->name)
		return 0;
	*at++ = '\0';
	q->need_default = *at == '@';
	q->version = at + q->need_default;
	return 0;
}

static int sym_score(const struct rawbpf_sym *s)
{
	int bind = 2;

	if (!strcmp(s->bind, "LOCAL"))
		bind = 0;
	else if (!strcmp(s->bind, "WEAK"))
		bind = 1;
	return 1 + bind + (s->is_default ? 4 : 0);
}

static int sym_consider(void *arg, const struct rawbpf_sym *s)
{
	struct sym_query *q = arg;
	int score;

	if (strcmp(s->name, q->name))
		return 0;
	if (q->version && (!s->version || strcmp(s->version, q->version) ||
				  (q->need_default && !s->is_default)))
		return 0;
	score = sym_score(s);
	if (q->score && score == q->score && !strcmp(s->bind, "LOCAL") &&
		s->offset != q->best.offset) {
		q->others++;
		q->other = s->value;
	}
	if (score <= q->score)
		return 0;
	q->score = score;
	q->best = *s;
	q->best.name = q->name;
	q->others = 0;
	return 0;
}

static int sym_on_export(void *arg, const struct elf_section *table, const struct elf_symbol *y)
{
	struct sym_query *q = arg;
	struct rawbpf_sym s;

	if (sym_is_function(q->f, y) && !sym_fill(q->f, q->f->elf, table, y, &s))
		sym_consider(q, &s);
	return 0;
}

/* Exported ones through the hash table; then the other tables, and names without a type. */
static void sym_search(struct sym_query *q)
{
	struct sym_walk w = {.f = q->f, .from = q->f->elf, .fn = sym_consider, .arg = q};

	if (gnuhash_each(q->f->elf, q->name, sym_on_export, q) == -ENOENT &&
		!elf_find_type(q->f->elf, SHT_DYNSYM, 0, &w.table))
		sym_walk_table(&w);
	if (q->score)
		return;
	w.from = sym_symtab(q->f, true, &w.table);
	if (!w.from)
		return;
	sym_walk_table(&w);
	if (q->score)
		return;
	w.notype = true;
	sym_walk_table(&w);
}

static int sym_offer(void *arg, const struct rawbpf_sym *s)
{
	near_offer(arg, s->name);
	return 0;
}

static int sym_offer_version(void *arg, const struct rawbpf_sym *s)
{
	struct sym_query *q = arg;

	if (!strcmp(s->name, q->name) && s->version && (!q->best.version || s->is_default))
		q->best = *s;
	return 0;
}

static int sym_missing(
	struct sym_query *q, const char *want, const char *shown, struct rawbpf_error *e)
{
	struct elf_section table;
	struct near near;

	err_set(e, "attach", -ENOENT, "no function '%s' in '%s'", want, shown);
	if (q->version) {
		sym_each(q->f, true, sym_offer_version, q);
		if (q->best.version) {
			err_hint(e, "did you mean '%s@%s'?", q->name, q->best.version);
			return -ENOENT;
		}
	}
	near_start(&near, q->name);
	sym_each(q->f, true, sym_offer, &near);
	if (near_hint(&near, e))
		return -ENOENT;
	if (sym_symtab(q->f, true, &table))
		return -ENOENT;
	if (!elf_find_section(q->f->elf, ".gnu_debugdata", &table))
		err_hint(e, "the file is stripped and its xz mini debug info is not read; install "
			    "its debug symbols, or give .offset");
	else
		err_hint(e, "the file is stripped; install its debug symbols, or give .offset");
	return -ENOENT;
}

int sym_find(struct sym_file *f, const char *want, const char *shown, struct rawbpf_sym *out,
	struct rawbpf_error *e)
{
	struct sym_query q;
	int err = sym_query_start(&q, f, want);

	if (err)
		return err_set(e, "attach", err, "out of memory");
	sym_search(&q);
	if (!q.score) {
		err = sym_missing(&q, want, shown, e);
	} else if (q.others) {
		err = err_set(e, "attach", -EADDRNOTAVAIL, "'%s' names %u functions in '%s'", want,
			q.others + 1, shown);
		err_hint(e, "give .addr, as 0x%llx or 0x%llx", (unsigned long long)q.best.value,
			(unsigned long long)q.other);
	}
	*out = q.best;
	out->name = NULL; /* the caller has the name */
	free(q.name);
	return err;
}

struct sym_cover {
	uint64_t offset;
	char *name;
	size_t size;
	bool found;
};

static int sym_covers(void *arg, const struct rawbpf_sym *s)
{
	struct sym_cover *c = arg;

	if (c->offset < s->offset || c->offset - s->offset >= (s->size ? s->size : 1))
		return 0;
	snprintf(c->name, c->size, "%s", s->name);
	c->found = true;
	return 1;
}

int sym_at(struct sym_file *f, uint64_t offset, char *name, size_t size)
{
	struct sym_cover c = {offset, name, size, false};

	sym_each(f, true, sym_covers, &c);
	return c.found ? 0 : -ENOENT;
}
