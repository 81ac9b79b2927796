// SPDX-License-Identifier: MIT
/*
 * usdtsym.c - addresses of the variables that operands of USDT probes name.
 *
 * Compilers name a variable in an operand as their assembly does, so static ones are among them.
 * All tables are asked, .dynsym and .symtab, or that of the debug file: a static variable may have
 * the name of an exported one.  Two of one name cannot be told apart: which of them is meant only
 * the object file knew.
 *
 * The address of one that another file may define is in .got, where the dynamic linker puts it: a
 * relocation says where.
 *
 * A variable of each thread that is reached at a fixed distance from the thread pointer is one of
 * the program itself, not of a library.  x86 puts the program's block directly below that pointer.
 */
#include "usdtsym.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "btfpath.h"
#include "symdebug.h"

struct usdtsym_find {
	const char *name;
	bool tls;
	bool found, twice;
	uint64_t value;
};

static void usdtsym_one(struct usdtsym_find *f, const struct elf_symbol *s)
{
	if (s->section == SHN_UNDEF || s->type == STT_SECTION || s->type == STT_FILE ||
		(s->type == STT_TLS) != f->tls)
		return;
	f->twice |= f->found && f->value != s->value;
	f->found = true;
	f->value = s->value;
}

static void usdtsym_table(struct usdtsym_find *f, struct elf_file *elf, uint32_t type)
{
	struct elf_section table;
	struct elf_symbol s;
	size_t i, n;

	if (!elf || elf_find_type(elf, type, 0, &table))
		return;
	n = elf_n_symbols(elf, &table);
	for (i = 0; i < n; i++)
		if (elf_symbol_named(elf, &table, i, f->name, &s) == 1)
			usdtsym_one(f, &s);
}

static void usdtsym_open(struct usdtsym *u)
{
	struct elf_section table;
	const char *how;

	if (u->tried)
		return;
	u->tried = true;
	if (elf_open(u->sys, u->path, &u->elf, NULL)) {
		u->elf = NULL;
		return;
	}
	if (elf_find_type(u->elf, SHT_SYMTAB, 0, &table) &&
		symdebug_open(u->sys, u->elf, u->path, &u->debug, &how))
		u->debug = NULL;
}

static int usdtsym_find(struct usdtsym *u, struct usdtsym_find *f)
{
	usdtsym_open(u);
	usdtsym_table(f, u->elf, SHT_DYNSYM);
	usdtsym_table(f, u->elf, SHT_SYMTAB);
	usdtsym_table(f, u->debug, SHT_SYMTAB);
	if (!f->found)
		return -ENOENT;
	return f->twice ? -EADDRNOTAVAIL : 0;
}

/* The linker's own symbol, for files without a .symtab. */
static int usdtsym_got(struct usdtsym *u, uint64_t *value)
{
	struct elf_section s;

	if (!u->elf ||
		(elf_find_section(u->elf, ".got.plt", &s) && elf_find_section(u->elf, ".got", &s)))
		return -ENOENT;
	*value = s.addr;
	return 0;
}

int usdtsym_symbol(void *arg, const char *name, uint64_t *value)
{
	struct usdtsym_find f = {.name = name};
	struct usdtsym *u = arg;
	int err;

	err = usdtsym_find(u, &f);
	if (err && !strcmp(name, "_GLOBAL_OFFSET_TABLE_"))
		return usdtsym_got(u, value);
	*value = f.value;
	return err;
}

/* The entry of .got that the dynamic linker fills; none where the linker knew the address. */
int usdtsym_slot(void *arg, const char *name, uint64_t *value)
{
	struct elf_section rel, table;
	struct usdtsym *u = arg;
	struct elf_symbol s;
	struct elf_reloc r;
	size_t i, n;

	usdtsym_open(u);
	if (!u->elf || elf_ident(u->elf)->machine != EM_X86_64 ||
		elf_find_section(u->elf, ".rela.dyn", &rel) ||
		elf_section(u->elf, rel.link, &table) || table.type != SHT_DYNSYM)
		return -ENOENT;
	n = elf_n_relocs(u->elf, &rel);
	for (i = 0; i < n; i++) {
		if (elf_reloc(u->elf, &rel, i, &r) || r.type != R_X86_64_GLOB_DAT ||
			elf_symbol_named(u->elf, &table, r.symbol, name, &s) != 1)
			continue;
		*value = r.offset;
		return 0;
	}
	return -ENOENT;
}

/* From the thread pointer down to the start of the program's block. */
static int usdtsym_block(struct elf_file *elf, uint64_t *size)
{
	struct elf_segment s;
	uint64_t align;
	size_t i;

	for (i = 0; !elf_segment(elf, i, &s); i++) {
		if (s.type != PT_TLS)
			continue;
		align = s.align ? s.align : 1;
		if (align & (align - 1))
			return -ENOEXEC;
		/* the block's start is as far from a multiple of align as its address is */
		*size = s.memsz + ((0 - s.vaddr - s.memsz) & (align - 1));
		return 0;
	}
	return -ENOENT;
}

int usdtsym_tls(void *arg, const char *name, int64_t *offset)
{
	struct usdtsym_find f = {.name = name, .tls = true};
	struct usdtsym *u = arg;
	uint64_t size;
	int err;

	err = usdtsym_find(u, &f);
	/* a debug file's segments have no bytes, but sizes they have */
	if (!err)
		err = usdtsym_block(u->elf, &size);
	if (!err)
		*offset = (int64_t)(f.value - size);
	return err;
}

void usdtsym_close(struct usdtsym *u)
{
	elf_close(u->debug);
	elf_close(u->elf);
	u->elf = u->debug = NULL;
	u->tried = false;
}

static int64_t usdtsym_in_task(const struct btf *btf, const char *path)
{
	struct btfpath p;
	char msg[128];

	return btf && !btfpath_find(btf, path, 8, &p, msg, sizeof(msg)) ? (int64_t)p.offset : -1;
}

void usdtsym_segments(const struct btf *btf, struct usdtcode_site *site)
{
	site->fsbase = usdtsym_in_task(btf, "task_struct.thread.fsbase");
	site->gsbase = usdtsym_in_task(btf, "task_struct.thread.gsbase");
}
