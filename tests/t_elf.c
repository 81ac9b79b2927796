// SPDX-License-Identifier: MIT
/* t_elf.c - small ELF files of any class, byte order and machine, made in memory. */
#include "t_elf.h"

#include <check.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

enum {
	SEC_NULL,
	SEC_TEXT,
	SEC_OPD,
	SEC_DYNSYM,
	SEC_DYNSTR,
	SEC_VERSYM,
	SEC_VERDEF,
	SEC_SYMTAB,
	SEC_STRTAB,
	SEC_RELA,
	SEC_SHSTRTAB,
	N_SEC
};

struct bytes {
	unsigned char *p;
	size_t n, room;
};

struct maker {
	const struct t_elf *e;
	struct bytes out;
	struct {
		const char *name;
		uint32_t type, link, info;
		uint64_t flags, addr, offset, size, entsize;
	} sec[N_SEC];
	const char *versions[16]; /* by index, from 2 */
	size_t n_versions;
};

static void put_raw(struct bytes *b, const void *p, size_t n)
{
	if (b->n + n + 1 > b->room) {
		b->room = 2 * (b->n + n + 1);
		b->p = realloc(b->p, b->room);
		ck_assert_ptr_nonnull(b->p);
	}
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

static void set(struct maker *m, size_t at, uint64_t v, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		m->out.p[at + i] = (unsigned char)(v >> 8 * (m->e->big_endian ? size - 1 - i : i));
}

static void put(struct maker *m, uint64_t v, size_t size)
{
	put_raw(&m->out, "\0\0\0\0\0\0\0\0", size);
	set(m, m->out.n - size, v, size);
}

static size_t word(const struct maker *m)
{
	return m->e->bits / 8;
}

static void pad_to(struct maker *m, size_t n)
{
	while (m->out.n < n)
		put(m, 0, 1);
}

static void begin(struct maker *m, int s, const char *name, uint32_t type, uint64_t entsize)
{
	pad_to(m, (m->out.n + 7) & ~(size_t)7);
	m->sec[s].name = name;
	m->sec[s].type = type;
	m->sec[s].offset = m->out.n;
	m->sec[s].entsize = entsize;
}

static void end(struct maker *m, int s)
{
	m->sec[s].size = m->out.n - m->sec[s].offset;
}

static unsigned version_index(struct maker *m, const char *v)
{
	size_t i;

	v += strspn(v, "@");
	for (i = 2; i < m->n_versions; i++)
		if (!strcmp(m->versions[i], v))
			return (unsigned)i;
	ck_assert_uint_lt(m->n_versions, 16);
	m->versions[m->n_versions] = v;
	return (unsigned)m->n_versions++;
}

static void put_symbols(struct maker *m, const struct t_elf_sym *s, struct bytes *str)
{
	size_t w = word(m);

	pad_to(m, m->out.n + (w == 8 ? 24 : 16));
	put_raw(str, "", 1);
	for (; s->name; s++) {
		unsigned info = (unsigned)s->bind << 4 | s->type;
		unsigned shndx = s->undefined ? SHN_UNDEF : SEC_TEXT;

		put(m, str->n, 4);
		put_raw(str, s->name, strlen(s->name) + 1);
		if (w == 8) {
			put(m, info, 1);
			put(m, s->other, 1);
			put(m, shndx, 2);
			put(m, s->value, 8);
			put(m, s->size, 8);
			continue;
		}
		put(m, s->value, 4);
		put(m, s->size, 4);
		put(m, info, 1);
		put(m, s->other, 1);
		put(m, shndx, 2);
	}
}

static void put_versions(struct maker *m, struct bytes *str)
{
	const struct t_elf_sym *s;
	size_t i;

	begin(m, SEC_VERSYM, ".gnu.version", SHT_GNU_versym, 2);
	put(m, 0, 2);
	for (s = m->e->dyn; s->name; s++)
		put(m,
			!s->version ? 1
				    : version_index(m, s->version) |
					      (s->version[1] == '@' ? 0u : 0x8000u),
			2);
	end(m, SEC_VERSYM);
	begin(m, SEC_VERDEF, ".gnu.version_d", SHT_GNU_verdef, 0);
	for (i = 1; i < m->n_versions; i++) {
		put(m, 1, 2);
		put(m, i == 1 ? VER_FLG_BASE : 0, 2);
		put(m, i, 2);
		put(m, 1, 2);
		put(m, 0, 4);
		put(m, 20, 4);
		put(m, i + 1 < m->n_versions ? 28 : 0, 4);
		put(m, str->n, 4);
		put_raw(str, m->versions[i], strlen(m->versions[i]) + 1);
		put(m, 0, 4);
	}
	end(m, SEC_VERDEF);
	m->sec[SEC_VERSYM].link = SEC_DYNSYM;
	m->sec[SEC_VERDEF].link = SEC_DYNSTR;
}

static void put_tables(struct maker *m)
{
	uint64_t each = word(m) == 8 ? 24 : 16;
	struct bytes str = {NULL, 0, 0};

	if (m->e->dyn) {
		begin(m, SEC_DYNSYM, ".dynsym", SHT_DYNSYM, each);
		put_symbols(m, m->e->dyn, &str);
		end(m, SEC_DYNSYM);
		m->sec[SEC_DYNSYM].link = SEC_DYNSTR;
		put_versions(m, &str);
		begin(m, SEC_DYNSTR, ".dynstr", SHT_STRTAB, 0);
		put_raw(&m->out, str.p, str.n);
		end(m, SEC_DYNSTR);
		str.n = 0;
	}
	if (m->e->sym) {
		begin(m, SEC_SYMTAB, ".symtab", SHT_SYMTAB, each);
		put_symbols(m, m->e->sym, &str);
		end(m, SEC_SYMTAB);
		m->sec[SEC_SYMTAB].link = SEC_STRTAB;
		begin(m, SEC_STRTAB, ".strtab", SHT_STRTAB, 0);
		put_raw(&m->out, str.p, str.n);
		end(m, SEC_STRTAB);
	}
	free(str.p);
}

static void put_rela(struct maker *m)
{
	const struct t_elf_rela *r = m->e->rela;
	size_t w = word(m);

	if (!r)
		return;
	begin(m, SEC_RELA, m->e->rela_name ? m->e->rela_name : ".rela.plt", SHT_RELA, 3 * w);
	for (; r->type; r++) {
		put(m, r->offset, w);
		put(m, w == 8 ? (uint64_t)r->sym << 32 | r->type : r->sym << 8 | r->type, w);
		put(m, (uint64_t)r->addend, w);
	}
	end(m, SEC_RELA);
	m->sec[SEC_RELA].link = SEC_DYNSYM;
}

static void put_sections(struct maker *m)
{
	size_t i, w = word(m), name[N_SEC] = {0};

	begin(m, SEC_SHSTRTAB, ".shstrtab", SHT_STRTAB, 0);
	put(m, 0, 1);
	for (i = 1; i < N_SEC; i++) {
		if (!m->sec[i].name)
			continue;
		name[i] = m->out.n - m->sec[SEC_SHSTRTAB].offset;
		put_raw(&m->out, m->sec[i].name, strlen(m->sec[i].name) + 1);
	}
	end(m, SEC_SHSTRTAB);
	pad_to(m, (m->out.n + 7) & ~(size_t)7);
	set(m, w == 8 ? 40 : 32, m->out.n, w); /* e_shoff */
	for (i = 0; i < N_SEC; i++) {
		put(m, name[i], 4);
		put(m, m->sec[i].type, 4);
		put(m, m->sec[i].flags, w);
		put(m, m->sec[i].addr, w);
		put(m, m->sec[i].offset, w);
		put(m, m->sec[i].size, w);
		put(m, m->sec[i].link, 4);
		put(m, m->sec[i].info, 4);
		put(m, 8, w);
		put(m, m->sec[i].entsize, w);
	}
}

static void put_phdr(struct maker *m, uint32_t flags, uint64_t offset, uint64_t vaddr)
{
	size_t w = word(m);

	put(m, PT_LOAD, 4);
	if (w == 8)
		put(m, flags, 4);
	put(m, offset, w);
	put(m, vaddr, w);
	put(m, vaddr, w);
	put(m, T_ELF_SEG, w);
	put(m, T_ELF_SEG, w);
	if (w == 4)
		put(m, flags, 4);
	put(m, T_ELF_SEG, w);
}

static void put_header(struct maker *m)
{
	size_t w = word(m), ehsize = w == 8 ? 64 : 52;

	put_raw(&m->out, ELFMAG, SELFMAG);
	put(m, w == 8 ? ELFCLASS64 : ELFCLASS32, 1);
	put(m, m->e->big_endian ? ELFDATA2MSB : ELFDATA2LSB, 1);
	put(m, EV_CURRENT, 1);
	pad_to(m, 16);
	put(m, ET_DYN, 2);
	put(m, m->e->machine, 2);
	put(m, EV_CURRENT, 4);
	put(m, T_ELF_TEXT, w); /* entry */
	put(m, ehsize, w);     /* program headers */
	put(m, 0, w);	       /* section headers, set later */
	put(m, m->e->flags, 4);
	put(m, ehsize, 2);
	put(m, w == 8 ? 56 : 32, 2);
	put(m, 2, 2);
	put(m, w == 8 ? 64 : 40, 2);
	put(m, N_SEC, 2);
	put(m, SEC_SHSTRTAB, 2);
	put_phdr(m, PF_R | PF_X, T_ELF_TEXT_OFF, T_ELF_TEXT);
	put_phdr(m, PF_R | PF_W, T_ELF_DATA_OFF, T_ELF_DATA);
}

unsigned char *t_elf_make(const struct t_elf *e, size_t *len)
{
	struct maker m = {.e = e, .versions = {[1] = "libt.so.1"}, .n_versions = 2};
	const uint64_t *o;

	put_header(&m);
	pad_to(&m, T_ELF_TEXT_OFF);
	begin(&m, SEC_TEXT, ".text", SHT_PROGBITS, 0);
	m.sec[SEC_TEXT].addr = T_ELF_TEXT;
	m.sec[SEC_TEXT].flags = SHF_ALLOC | SHF_EXECINSTR;
	pad_to(&m, T_ELF_DATA_OFF);
	end(&m, SEC_TEXT);
	if (e->opd) {
		begin(&m, SEC_OPD, ".opd", SHT_PROGBITS, 0);
		m.sec[SEC_OPD].addr = T_ELF_DATA;
		m.sec[SEC_OPD].flags = SHF_ALLOC | SHF_WRITE;
		for (o = e->opd; *o; o++) {
			put(&m, *o, 8);
			put(&m, 0, 8);
			put(&m, 0, 8);
		}
		end(&m, SEC_OPD);
	}
	pad_to(&m, T_ELF_DATA_OFF + T_ELF_SEG);
	put_tables(&m);
	put_rela(&m);
	put_sections(&m);
	*len = m.out.n;
	return m.out.p;
}
