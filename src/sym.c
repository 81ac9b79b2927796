// SPDX-License-Identifier: MIT
/*
 * sym.c - the functions of an ELF file, and where they are.
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

int sym_failed(const struct sym_file *f)
{
	int err = f->elf ? elf_failed(f->elf) : 0;

	if (!err && f->debug)
		err = elf_failed(f->debug);
	return err ? err : f->debug_err;
}

/* The file that has the .symtab: this one, or (with_debug) its debug file; NULL: there is none. */
static struct elf_file *sym_symtab(struct sym_file *f, bool with_debug, struct elf_section *table)
{
	if (!elf_find_type(f->elf, SHT_SYMTAB, 0, table))
		return f->elf;
	if (!with_debug)
		return NULL;
	if (!f->debug_tried)
		f->debug_err = symdebug_open(
			f->sys, f->elf, elf_ident(f->elf)->path, &f->debug, &f->debug_how);
	if (f->debug_err == -ENOENT)
		f->debug_err = 0;
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

/* The types of functions, a bit each. */
static unsigned sym_functions(const struct sym_file *f)
{
	unsigned types = 1u << STT_FUNC | 1u << STT_GNU_IFUNC;

	return elf_ident(f->elf)->machine == EM_ARM ? types | 1u << SYM_STT_ARM_TFUNC : types;
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

/* Bytes of a name without its version: .symtab has none beside it, linkers write f@@VERSION. */
static size_t sym_name_length(const struct elf_section *table, const char *name)
{
	size_t n = table->type == SHT_SYMTAB ? (size_t)(strchrnul(name, '@') - name) : 0;

	return n && n < SYM_NAME_MAX ? n : strlen(name);
}

/* Takes that name of n bytes apart; it is kept in room. */
static void sym_split(struct elf_symbol *y, size_t n, char room[SYM_NAME_MAX])
{
	const char *at = y->name + n;

	if (!*at)
		return;
	memcpy(room, y->name, n);
	room[n] = '\0';
	y->name = room;
	y->is_default = at[1] == '@';
	y->version = at + 1 + y->is_default;
}

/* ---- all ---------------------------------------------------------------------------------- */

struct sym_walk {
	struct sym_file *f;
	struct elf_file *from;
	struct elf_section table;
	bool (*wants)(void *arg, const char *name, size_t n); /* NULL: every function */
	int (*fn)(void *arg, const struct rawbpf_sym *s);
	void *arg;
};

/* Types of functions; where names are wanted, of labels of .symtab too. */
static unsigned sym_types(const struct sym_walk *w)
{
	bool labels = w->wants && w->table.type == SHT_SYMTAB;

	return sym_functions(w->f) | (labels ? 1u << STT_NOTYPE : 0);
}

/* Symbol i, whose name of n bytes is wanted. */
static int sym_visit(struct sym_walk *w, size_t i, size_t n)
{
	char room[SYM_NAME_MAX];
	struct elf_symbol y;
	struct rawbpf_sym s;

	if (elf_symbol(w->from, &w->table, i, &y))
		return 0;
	if (y.type == STT_NOTYPE && y.name[0] == '$') /* it marks code or data */
		return 0;
	sym_split(&y, n, room);
	return sym_fill(w->f, w->from, &w->table, &y, &s) ? 0 : w->fn(w->arg, &s);
}

/* Nearly all symbols of a big table are passed over here, with one look at type and name. */
static int sym_walk_table(struct sym_walk *w)
{
	size_t i, len, n = elf_n_symbols(w->from, &w->table);
	unsigned types = sym_types(w);
	const char *name;
	int ret = 0;

	for (i = 1; i < n && !ret; i++) {
		name = elf_symbol_name(w->from, &w->table, i, types);
		if (!name)
			continue;
		len = sym_name_length(&w->table, name);
		if (!w->wants || w->wants(w->arg, name, len))
			ret = sym_visit(w, i, len);
	}
	return ret;
}

static int sym_walk(struct sym_walk *w, enum sym_table table, bool with_debug)
{
	w->from = w->f->elf;
	if (table == SYM_SYMTAB)
		w->from = sym_symtab(w->f, with_debug, &w->table);
	else if (elf_find_type(w->f->elf, SHT_DYNSYM, 0, &w->table))
		return 0;
	return w->from ? sym_walk_table(w) : 0;
}

int sym_each(struct sym_file *f, bool with_debug, int (*fn)(void *arg, const struct rawbpf_sym *s),
	void *arg)
{
	struct sym_walk w = {.f = f, .fn = fn, .arg = arg};
	int ret = sym_walk(&w, SYM_DYNSYM, with_debug);

	return ret ? ret : sym_walk(&w, SYM_SYMTAB, with_debug);
}

int sym_each_wanted(struct sym_file *f, enum sym_table table,
	bool (*wants)(void *arg, const char *name, size_t n),
	int (*fn)(void *arg, const struct rawbpf_sym *s), void *arg)
{
	struct sym_walk w = {.f = f, .wants = wants, .fn = fn, .arg = arg};

	return sym_walk(&w, table, true);
}

int sym_export(struct sym_file *f, const struct elf_section *table, const struct elf_symbol *y,
	struct rawbpf_sym *out)
{
	return sym_functions(f) >> y->type & 1 ? sym_fill(f, f->elf, table, y, out) : -ENOENT;
}

bool sym_has_symtab(struct sym_file *f)
{
	struct elf_section table;

	return sym_symtab(f, true, &table);
}

/* ---- by offset ----------------------------------------------------------------------------- */

#define SYM_CHUNK 512 /* entries of a table that are read at once: libc's .symtab is 10,000 */

/* Does the function of a table's entry cover the offset? */
static bool sym_covers(struct sym_file *f, struct elf_file *from, const struct elf_section *table,
	struct elf_symbol *y, uint64_t offset)
{
	struct rawbpf_sym s;

	y->name = "?"; /* it has one: what it is, is asked of one symbol only */
	return sym_functions(f) >> y->type & 1 && !sym_fill(f, from, table, y, &s) &&
	       offset >= s.offset && offset - s.offset < (s.size ? s.size : 1);
}

/* The name at a place of the table's strings, without its version. */
static int sym_put_name(struct elf_file *from, const struct elf_section *table, uint64_t at,
	char *name, size_t size)
{
	const char *s = elf_string_at(from, table->link, at);

	if (!s || !*s)
		return -ENOENT;
	snprintf(name, size, "%.*s", (int)sym_name_length(table, s), s);
	return 0;
}

/* A table is gone through in pieces, since nothing else of it is wanted. */
static int sym_table_at(struct sym_file *f, struct elf_file *from, const struct elf_section *table,
	uint64_t offset, char *name, size_t size)
{
	size_t each = elf_ident(from)->bits == 64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	uint64_t i, n = table->size / each, at;
	unsigned char *p = malloc(SYM_CHUNK * each);
	struct elf_symbol y;
	size_t k, some;
	int err = -ENOENT;

	for (i = 0; p && err && i < n; i += some) {
		some = n - i < SYM_CHUNK ? (size_t)(n - i) : SYM_CHUNK;
		if (!elf_section_copy(from, table, i * each, p, some * each))
			break;
		for (k = 0; err && k < some; k++) {
			elf_decode_symbol(from, p + k * each, &y, &at);
			if (sym_covers(f, from, table, &y, offset))
				err = sym_put_name(from, table, at, name, size);
		}
	}
	free(p);
	return err;
}

int sym_at(struct sym_file *f, uint64_t offset, char *name, size_t size)
{
	struct elf_section table;
	struct elf_file *from;

	if (!elf_find_type(f->elf, SHT_DYNSYM, 0, &table) &&
		!sym_table_at(f, f->elf, &table, offset, name, size))
		return 0;
	from = sym_symtab(f, true, &table);
	return from ? sym_table_at(f, from, &table, offset, name, size) : -ENOENT;
}
