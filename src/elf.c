// SPDX-License-Identifier: MIT
/*
 * elf.c - the only file that knows libelf.
 *
 * Tables are taken apart here: one that is used where it lies costs no copy.  Files are read, and
 * not mapped: one that is cut short while we look gives an error, where a mapping gives SIGBUS.
 *
 * Two reads do for the headers and the small sections of most files: its begin, and what stands
 * around the section headers at its end.  libelf would take six, as much time as all else that a
 * look at a file's notes costs; it keeps the pieces of a file that are no whole section.
 *
 * Nothing a file says is believed: each offset and size is held against the file's size by
 * elf_bytes(), each string against its table, each index against its count.
 */
#include "elf.h"

#include <errno.h>
#include <fcntl.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "elfread.h"

#define ELF_VER_HIDDEN 0x8000u /* of .gnu.version: name@version, not name@@version */
#define ELF_STRING_MAX 32768u  /* bytes of a version's name */
#define ELF_NAME_MAX   256     /* of names read one by one, longer ones take another way */
#define ELF_HEAD       1024u   /* bytes of a file's begin that are read at once */
#define ELF_TAIL       8192u   /* bytes before its section headers that are read with them */

/* Strings that end inside their section: any offset below len is one. */
struct elf_strings {
	const char *data;
	size_t len;
};

/* A symbol table and all that belongs to it. */
struct elf_table {
	bool ready;
	size_t index, n, entsize;
	const unsigned char *sym;
	struct elf_strings str;
	const unsigned char *versym; /* uint16_t each, n of them; NULL: no versions */
	const unsigned char *shndx;  /* uint32_t each, n of them; NULL: no large indexes */
};

struct elf_file {
	struct elfread r;
	Elf *elf; /* once it is needed */
	char *path;
	struct elf_ident ident;
	struct elfhdr hdr;
	const unsigned char *sections; /* their headers; NULL: not in the file */
	struct elf_segment *segments;
	size_t shstrndx;
	struct elf_strings names;
	const void **data;	    /* of each section, once read */
	void **own;		    /* ... and what is to be freed for it */
	struct elf_table tables[2]; /* the two used last */
	unsigned next_table;
	struct elfver versions;
};

uint64_t elf_uint(const struct elf_file *f, const void *p, size_t size)
{
	return elfhdr_uint(f->ident.big_endian, p, size);
}

const void *elf_bytes(struct elf_file *f, uint64_t offset, size_t n)
{
	const void *p;
	Elf_Data *d;

	if (!n || !elfread_inside(&f->r, offset, n))
		return NULL;
	p = elfread_near(&f->r, offset, n);
	if (p)
		return p;
	errno = 0;
	if (!f->elf && elf_version(EV_CURRENT) != EV_NONE)
		f->elf = elf_begin(f->r.fd, ELF_C_READ, NULL);
	d = elf_getdata_rawchunk(f->elf, (int64_t)offset, n, ELF_T_BYTE);
	if (!d && errno)
		f->r.failed = -errno;
	return d && d->d_size >= n ? d->d_buf : NULL;
}

bool elf_copy(struct elf_file *f, uint64_t offset, void *buf, size_t n)
{
	return elfread_copy(&f->r, offset, buf, n);
}

int elf_failed(const struct elf_file *f)
{
	return f->r.failed;
}

const struct elf_ident *elf_ident(const struct elf_file *f)
{
	return &f->ident;
}

/* ---- opening ------------------------------------------------------------------------------ */

/* The section headers, and what stands before them. */
static int elf_read_sections(struct elf_file *f)
{
	const struct elfhdr *h = &f->hdr;
	uint64_t at = h->shoff > ELF_TAIL ? h->shoff - ELF_TAIL : 0, n = h->shnum;
	const unsigned char *first;
	struct elf_section zero;
	uint32_t name;
	int err = 0;

	if (!h->shoff || !elfread_inside(&f->r, h->shoff, h->shdr))
		return 0;
	if (!n || !elfread_inside(&f->r, h->shoff, n * h->shdr))
		n = 1;
	err = elfread_part(&f->r, ELFREAD_TAIL, at, (size_t)(h->shoff - at + n * h->shdr));
	first = err ? NULL : elfread_at_hand(&f->r, h->shoff, h->shdr);
	if (!first)
		return err ? err : -ENOEXEC;
	elfhdr_section(h, first, &zero, &name);
	n = h->shnum;
	if (!n && zero.size <= (f->r.size - h->shoff) / h->shdr)
		n = zero.size;
	f->ident.n_sections = (size_t)n;
	if (n && elfread_inside(&f->r, h->shoff, n * h->shdr))
		f->sections = elf_bytes(f, h->shoff, (size_t)(n * h->shdr));
	f->shstrndx = h->shstrndx == SHN_XINDEX ? zero.link : h->shstrndx;
	f->ident.n_segments = h->phnum == PN_XNUM ? zero.info : h->phnum;
	return 0;
}

static int elf_read_segments(struct elf_file *f)
{
	const struct elfhdr *h = &f->hdr;
	size_t i, n = f->ident.n_segments;
	const unsigned char *p;

	if (!h->phoff || !elfread_inside(&f->r, h->phoff, 0))
		n = 0;
	else if (n > (f->r.size - h->phoff) / h->phdr)
		n = (size_t)((f->r.size - h->phoff) / h->phdr);
	f->ident.n_segments = n;
	if (!n)
		return 0;
	p = elf_bytes(f, h->phoff, n * h->phdr);
	f->segments = p ? calloc(n, sizeof(*f->segments)) : NULL;
	if (!f->segments)
		return p ? -ENOMEM : -ENOEXEC;
	for (i = 0; i < n; i++)
		elfhdr_segment(h, p + i * h->phdr, &f->segments[i]);
	return 0;
}

/* The strings of section i; an empty table when it has none that end. */
static struct elf_strings elf_strings_of(struct elf_file *f, size_t i)
{
	struct elf_strings none = {NULL, 0};
	struct elf_section s;
	const void *p;
	size_t n;

	if (!i || elf_section(f, i, &s) || s.type != SHT_STRTAB || elf_section_data(f, &s, &p, &n))
		return none;
	while (n && ((const char *)p)[n - 1])
		n--;
	return (struct elf_strings){p, n};
}

static const char *elf_string(const struct elf_strings *t, uint64_t offset)
{
	return offset < t->len ? t->data + offset : NULL;
}

static void elf_fill_ident(struct elf_file *f)
{
	const struct elfhdr *h = &f->hdr;

	f->ident.path = f->path;
	f->ident.bits = h->wide ? 64 : 32;
	f->ident.big_endian = h->big_endian;
	f->ident.type = h->type;
	f->ident.machine = h->machine;
	f->ident.flags = h->flags;
	f->ident.n_segments = h->phnum;
	f->ident.cut =
		h->shoff &&
		(h->shoff >= f->r.size || f->r.size - h->shoff < (uint64_t)h->shentsize * h->shnum);
}

static int elf_read_headers(struct elf_file *f)
{
	size_t n = f->r.size < ELF_HEAD ? (size_t)f->r.size : ELF_HEAD;
	int err = elfread_part(&f->r, ELFREAD_HEAD, 0, n);
	const void *p = err || !n ? NULL : elfread_at_hand(&f->r, 0, n);

	if (!err)
		err = p ? elfhdr_read(p, n, &f->hdr) : -ENOEXEC;
	if (err)
		return err;
	elf_fill_ident(f);
	err = elf_read_sections(f);
	if (!err)
		err = elf_read_segments(f);
	if (err || !f->ident.n_sections)
		return err;
	f->data = calloc(f->ident.n_sections, sizeof(*f->data));
	f->own = calloc(f->ident.n_sections, sizeof(*f->own));
	if (!f->data || !f->own)
		return -ENOMEM;
	f->names = elf_strings_of(f, f->shstrndx);
	return 0;
}

static struct elf_file *elf_new(struct sys *s, const char *path)
{
	struct elf_file *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->r.sys = s;
	f->r.fd = -1;
	f->path = strdup(path);
	if (f->path)
		return f;
	free(f);
	return NULL;
}

/* What both ways of opening end with. */
static int elf_finish_open(struct elf_file *f, struct elf_file **out, struct rawbpf_error *e)
{
	int err = elf_read_headers(f);

	if (!err)
		*out = f;
	else if (err == -ENOMEM)
		err_set(e, "open", err, "out of memory reading '%s'", f->path);
	else if (err == -ENOEXEC)
		err_set(e, "open", err, "'%s' is not an ELF file", f->path);
	else
		err_set(e, "open", err, "'%s' cannot be read", f->path);
	if (err)
		elf_close(f);
	return err;
}

/* A FIFO or a terminal must not hold us up, so O_NONBLOCK; it changes nothing for files. */
static int elf_open_fd(struct sys *s, const char *path, struct stat *st, struct rawbpf_error *e)
{
	int err, fd;

	fd = sys_openat(s, AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, "read an ELF file");
	if (fd < 0)
		return err_set(e, "open", fd, "'%s' cannot be opened", path);
	err = sys_fstat(s, fd, st);
	if (!err && !S_ISREG(st->st_mode))
		err = S_ISDIR(st->st_mode) ? -EISDIR : -EINVAL;
	if (err) {
		sys_close(s, fd);
		return err_set(e, "open", err, "'%s' is not a file", path);
	}
	return fd;
}

int elf_open(struct sys *s, const char *path, struct elf_file **out, struct rawbpf_error *e)
{
	struct elf_file *f;
	struct stat st = {0};
	int fd = elf_open_fd(s, path, &st, e);

	*out = NULL;
	if (fd < 0)
		return fd;
	f = elf_new(s, path);
	if (!f) {
		sys_close(s, fd);
		return err_set(e, "open", -ENOMEM, "out of memory reading '%s'", path);
	}
	f->r.fd = fd;
	f->r.size = f->ident.size = (uint64_t)st.st_size;
	f->ident.dev = (uint64_t)st.st_dev;
	f->ident.ino = (uint64_t)st.st_ino;
	f->ident.mtime = st.st_mtim;
	f->ident.ctime = st.st_ctim;
	return elf_finish_open(f, out, e);
}

int elf_open_memory(
	const void *p, size_t n, const char *name, struct elf_file **out, struct rawbpf_error *e)
{
	struct elf_file *f = elf_new(NULL, name ? name : "<image>");

	*out = NULL;
	if (!f)
		return err_set(e, "open", -ENOMEM, "out of memory");
	f->r.size = f->ident.size = p ? n : 0;
	f->r.image = p;
	return elf_finish_open(f, out, e);
}

void elf_close(struct elf_file *f)
{
	size_t i;

	if (!f)
		return;
	for (i = 0; f->own && i < f->ident.n_sections; i++)
		free(f->own[i]);
	free(f->own);
	elf_end(f->elf);
	elfread_close(&f->r);
	free(f->versions.of);
	free(f->data);
	free(f->segments);
	free(f->path);
	free(f);
}

/* ---- sections and segments ---------------------------------------------------------------- */

/* Its name: "" when that is nowhere. */
static const char *elf_section_name(const struct elf_file *f, uint32_t offset)
{
	const char *name = elf_string(&f->names, offset);

	return name ? name : "";
}

int elf_section(struct elf_file *f, size_t i, struct elf_section *s)
{
	uint32_t name;

	if (i >= f->ident.n_sections || !f->sections)
		return -ENOENT;
	elfhdr_section(&f->hdr, f->sections + i * f->hdr.shdr, s, &name);
	s->index = i;
	s->name = elf_section_name(f, name);
	return 0;
}

size_t elf_next_type(const struct elf_file *f, uint32_t type, size_t i)
{
	for (; f->sections && i < f->ident.n_sections; i++)
		if (elfhdr_section_type(&f->hdr, f->sections + i * f->hdr.shdr) == type)
			return i;
	return 0;
}

int elf_find_section(struct elf_file *f, const char *name, struct elf_section *s)
{
	const unsigned char *p = f->sections;
	size_t i;

	for (i = 1; p && i < f->ident.n_sections; i++) {
		p += f->hdr.shdr;
		if (!strcmp(elf_section_name(f, elfhdr_section_string(&f->hdr, p)), name))
			return elf_section(f, i, s);
	}
	return -ENOENT;
}

int elf_find_type(struct elf_file *f, uint32_t type, size_t link, struct elf_section *s)
{
	size_t i = 0;

	while ((i = elf_next_type(f, type, i + 1)) != 0)
		if (!elf_section(f, i, s) && (!link || s->link == link))
			return 0;
	return -ENOENT;
}

int elf_segment(struct elf_file *f, size_t i, struct elf_segment *s)
{
	if (i >= f->ident.n_segments)
		return -ENOENT;
	*s = f->segments[i];
	return 0;
}

int elf_section_data(struct elf_file *f, const struct elf_section *s, const void **p, size_t *n)
{
	size_t i = s->index;
	int err = 0;

	*p = NULL;
	*n = 0;
	if (i >= f->ident.n_sections)
		return -ENOENT;
	if (s->type == SHT_NOBITS || s->type == SHT_NULL || !s->size) {
		*n = s->type == SHT_NOBITS && s->size <= SIZE_MAX ? (size_t)s->size : 0;
		return 0;
	}
	if (s->size > SIZE_MAX)
		return -ENOEXEC;
	if (!f->data[i] && elfread_inside(&f->r, s->offset, s->size))
		f->data[i] = elfread_at_hand(&f->r, s->offset, (size_t)s->size);
	if (!f->data[i])
		err = elfread_whole(&f->r, s->offset, (size_t)s->size, &f->data[i], &f->own[i]);
	if (err)
		return err;
	*p = f->data[i];
	*n = (size_t)s->size;
	return 0;
}

const char *elf_string_at(struct elf_file *f, uint32_t table, uint64_t at)
{
	struct elf_section s;
	const char *p;
	size_t n;

	if (elf_section(f, table, &s) || s.type != SHT_STRTAB || at >= s.size ||
		s.offset > f->r.size)
		return NULL;
	if (f->data[table]) {
		p = (const char *)f->data[table] + at;
		return memchr(p, '\0', (size_t)(s.size - at)) ? p : NULL;
	}
	for (n = 64; n <= ELF_STRING_MAX; n *= 8) {
		if (n > s.size - at)
			n = (size_t)(s.size - at);
		p = elf_bytes(f, s.offset + at, n);
		if (!p || memchr(p, '\0', n))
			return p;
		if (n == s.size - at)
			return NULL;
	}
	return NULL;
}

void *elf_section_own(struct elf_file *f, const struct elf_section *s)
{
	const void *p;
	size_t n, i = s->index;
	void *own;

	if (elf_section_data(f, s, &p, &n) || !p)
		return NULL;
	if (!f->own[i]) {
		f->own[i] = malloc(n);
		if (!f->own[i])
			return NULL;
		f->data[i] = memcpy(f->own[i], p, n);
	}
	own = f->own[i];
	f->own[i] = NULL;
	return own;
}

void elf_section_drop(struct elf_file *f, const struct elf_section *s)
{
	size_t i = s->index;

	if (i >= f->ident.n_sections || !f->own[i])
		return;
	free(f->own[i]);
	f->own[i] = NULL;
	f->data[i] = NULL;
}

bool elf_section_copy(
	struct elf_file *f, const struct elf_section *s, uint64_t at, void *buf, size_t n)
{
	if (at > s->size || n > s->size - at || s->offset > f->r.size)
		return false;
	if (s->index >= f->ident.n_sections || !f->data[s->index])
		return s->type != SHT_NOBITS && elf_copy(f, s->offset + at, buf, n);
	memcpy(buf, (const char *)f->data[s->index] + at, n);
	return true;
}

int elf_load(struct elf_file *f, uint64_t vaddr, uint32_t flags, struct elf_segment *s)
{
	const struct elf_segment *g =
		elfhdr_load(f->segments, f->ident.n_segments, vaddr, false, flags);

	if (g)
		*s = *g;
	return g ? 0 : -ENOENT;
}

int elf_offset(struct elf_file *f, uint64_t vaddr, uint32_t flags, uint64_t *offset)
{
	const struct elf_segment *g =
		elfhdr_load(f->segments, f->ident.n_segments, vaddr, false, flags);

	if (g)
		*offset = vaddr - g->vaddr + g->offset;
	return g ? 0 : -ENOENT;
}

int elf_vaddr(struct elf_file *f, uint64_t offset, uint32_t flags, uint64_t *vaddr)
{
	const struct elf_segment *g =
		elfhdr_load(f->segments, f->ident.n_segments, offset, true, flags);

	if (g)
		*vaddr = offset - g->offset + g->vaddr;
	return g ? 0 : -ENOENT;
}

/* ---- symbols ------------------------------------------------------------------------------ */

/* The bytes of the section of this type that belongs to table, if it has an entry for each. */
static const unsigned char *elf_beside(
	struct elf_file *f, uint32_t type, size_t table, size_t count, size_t each)
{
	struct elf_section s;
	const void *p;
	size_t n;

	if (elf_find_type(f, type, table, &s) || elf_section_data(f, &s, &p, &n))
		return NULL;
	return n / each >= count ? p : NULL;
}

static int elf_read_table(struct elf_file *f, const struct elf_section *s, struct elf_table *t)
{
	size_t n;
	const void *p;

	memset(t, 0, sizeof(*t));
	t->entsize = f->ident.bits == 64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	if (s->type != SHT_SYMTAB && s->type != SHT_DYNSYM)
		return -EINVAL;
	if (elf_section_data(f, s, &p, &n))
		return -ENOEXEC;
	t->index = s->index;
	t->n = n / t->entsize;
	t->sym = p;
	t->str = elf_strings_of(f, s->link);
	if (s->type == SHT_DYNSYM)
		t->versym = elf_beside(f, SHT_GNU_versym, s->index, t->n, 2);
	t->shndx = elf_beside(f, SHT_SYMTAB_SHNDX, s->index, t->n, 4);
	t->ready = true;
	return 0;
}

static const struct elf_table *elf_table(struct elf_file *f, const struct elf_section *s)
{
	struct elf_table *t;
	size_t i;

	for (i = 0; i < 2; i++)
		if (f->tables[i].ready && f->tables[i].index == s->index)
			return &f->tables[i];
	t = &f->tables[f->next_table++ % 2];
	return elf_read_table(f, s, t) ? NULL : t;
}

size_t elf_n_symbols(struct elf_file *f, const struct elf_section *table)
{
	const struct elf_table *t = elf_table(f, table);

	return t ? t->n : 0;
}

/* The fields of one entry, which the two classes have in different orders. */
void elf_decode_symbol(
	const struct elf_file *f, const unsigned char *p, struct elf_symbol *s, uint64_t *name)
{
	bool wide = f->ident.bits == 64;
	unsigned info = wide ? p[4] : p[12];

	*name = elf_uint(f, p, 4);
	s->value = wide ? elf_uint(f, p + 8, 8) : elf_uint(f, p + 4, 4);
	s->size = wide ? elf_uint(f, p + 16, 8) : elf_uint(f, p + 8, 4);
	s->section = (uint32_t)(wide ? elf_uint(f, p + 6, 2) : elf_uint(f, p + 14, 2));
	s->type = info & 15;
	s->bind = (uint8_t)(info >> 4);
	s->other = wide ? p[5] : p[13];
	s->version = NULL;
	s->is_default = true;
}

/* index: the symbol's entry of .gnu.version */
static void elf_set_symbol_version(struct elf_file *f, struct elf_symbol *s, uint64_t index)
{
	s->version = elfver_name(f, &f->versions, index & ~(uint64_t)ELF_VER_HIDDEN);
	if (s->version)
		s->is_default = !(index & ELF_VER_HIDDEN) && s->section != SHN_UNDEF;
}

int elf_symbol(struct elf_file *f, const struct elf_section *table, size_t i, struct elf_symbol *s)
{
	const struct elf_table *t = elf_table(f, table);
	uint64_t name;

	if (!t || i >= t->n)
		return -ENOENT;
	elf_decode_symbol(f, t->sym + i * t->entsize, s, &name);
	s->name = elf_string(&t->str, name);
	if (!s->name)
		s->name = "";
	if (s->section == SHN_XINDEX && t->shndx)
		s->section = (uint32_t)elf_uint(f, t->shndx + 4 * i, 4);
	if (!t->versym)
		return 0;
	elf_set_symbol_version(f, s, elf_uint(f, t->versym + 2 * i, 2));
	return 0;
}

/* A pass of a whole table begins with this, so nothing is taken apart that it does not need. */
const char *elf_symbol_name(
	struct elf_file *f, const struct elf_section *table, size_t i, unsigned types)
{
	const struct elf_table *t = elf_table(f, table);
	const unsigned char *p;

	if (!t || i >= t->n)
		return NULL;
	p = t->sym + i * t->entsize;
	if (!(types >> (p[f->ident.bits == 64 ? 4 : 12] & 15) & 1))
		return NULL;
	return elf_string(&t->str, elf_uint(f, p, 4));
}

int elf_symbol_named(struct elf_file *f, const struct elf_section *table, size_t i,
	const char *name, struct elf_symbol *s)
{
	size_t n = strlen(name) + 1, each = f->ident.bits == 64 ? 24 : 16;
	unsigned char p[24], index[2];
	struct elf_section str, vers;
	char buf[ELF_NAME_MAX];
	const char *text = buf;
	uint64_t at;

	if (f->data[table->index]) {
		if (elf_symbol(f, table, i, s))
			return -ENOENT;
		return !strcmp(s->name, name);
	}
	if (i >= table->size / each || table->offset > f->r.size ||
		elf_section(f, table->link, &str) || str.type != SHT_STRTAB ||
		!elf_copy(f, table->offset + i * each, p, each))
		return -ENOENT;
	elf_decode_symbol(f, p, s, &at);
	if (at > str.size || n > str.size - at || str.offset > f->r.size)
		return 0;
	if (n > sizeof(buf))
		text = elf_bytes(f, str.offset + at, n);
	else if (!elf_copy(f, str.offset + at, buf, n))
		text = NULL;
	if (!text || memcmp(text, name, n))
		return 0;
	s->name = name;
	if (elf_find_type(f, SHT_GNU_versym, table->index, &vers) || i >= vers.size / 2 ||
		vers.offset > f->r.size)
		return 1;
	if (elf_copy(f, vers.offset + 2 * i, index, sizeof(index)))
		elf_set_symbol_version(f, s, elf_uint(f, index, sizeof(index)));
	return 1;
}

/* ---- relocations -------------------------------------------------------------------------- */

static size_t elf_reloc_size(const struct elf_file *f, const struct elf_section *s)
{
	size_t word = f->ident.bits == 64 ? 8 : 4;

	return s->type == SHT_RELA ? 3 * word : s->type == SHT_REL ? 2 * word : 0;
}

size_t elf_n_relocs(struct elf_file *f, const struct elf_section *s)
{
	size_t n, each = elf_reloc_size(f, s);
	const void *p;

	if (!each || elf_section_data(f, s, &p, &n))
		return 0;
	return n / each;
}

int elf_reloc(struct elf_file *f, const struct elf_section *s, size_t i, struct elf_reloc *r)
{
	size_t n, word = f->ident.bits == 64 ? 8 : 4, each = elf_reloc_size(f, s);
	const unsigned char *p;
	const void *data;
	uint64_t info;

	if (!each || elf_section_data(f, s, &data, &n) || i >= n / each)
		return -ENOENT;
	p = (const unsigned char *)data + i * each;
	info = elf_uint(f, p + word, word);
	r->offset = elf_uint(f, p, word);
	r->type = (uint32_t)(word == 8 ? info & 0xffffffff : info & 0xff);
	r->symbol = (size_t)(word == 8 ? info >> 32 : info >> 8);
	r->has_addend = s->type == SHT_RELA;
	r->addend = 0;
	if (r->has_addend)
		r->addend = word == 8 ? (int64_t)elf_uint(f, p + 16, 8)
				      : (int32_t)(uint32_t)elf_uint(f, p + 8, 4);
	return 0;
}
