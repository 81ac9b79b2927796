// SPDX-License-Identifier: MIT
/*
 * noteview.c - all USDT probes of an ELF file, also those that are not in .note.stapsdt.
 *
 * What sys/sdt.h writes is in .note.stapsdt, and that section alone is read where it is.  But a
 * linker script or objcopy may put some of the notes into sections of other names, and a file whose
 * section headers were taken away (sstrip, packers) has its notes in PT_NOTE segments, if they were
 * loaded at all.
 *
 * Such a file is rare, so it is found by a look for the owner's name, which for the usual small
 * sections costs next to nothing, and is shown to the parser of notes as a small file in memory:
 * the headers, and of the contents only sections of notes, all of the usual name, in their order.
 * Addresses are turned into offsets by program headers, which stay, so these are offsets into the
 * real file.
 */
#include "noteview.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	NOTEVIEW_SYMTAB = 2, /* SHT_* */
	NOTEVIEW_STRTAB = 3,
	NOTEVIEW_RELA = 4,
	NOTEVIEW_NOTE = 7,
	NOTEVIEW_REL = 9,
	NOTEVIEW_XINDEX = 0xffff, /* SHN_XINDEX */
	NOTEVIEW_ET_REL = 1,
	NOTEVIEW_PT_NOTE = 4,
	NOTEVIEW_LEAST =
		22, /* bytes of a probe's note but for three words: header, owner, two NULs */
};

/* The names of the sections that stand for segments. */
static const char noteview_names[] = "\0PT_NOTE";

enum noteview_more { NOTEVIEW_NOTHING, NOTEVIEW_SECTIONS, NOTEVIEW_SEGMENTS };

/* The file in memory. */
struct noteview {
	struct elf_file *f;
	struct elfhdr h;
	size_t n;	  /* sections of it */
	size_t table;	  /* where their headers are */
	uint64_t len;	  /* so far */
	uint64_t room;	  /* bytes that contents may still take: no more than the file in all */
	uint64_t looked;  /* bytes that may still be searched */
	unsigned char *p; /* NULL: its length is found first */
	uint64_t cap;	  /* bytes of p */
};

/* ---- is there any? ------------------------------------------------------------------------ */

/* Whether the owner's name is in these bytes; overlapping ones are no more work than the file. */
static bool noteview_has(struct elf_file *f, uint64_t at, uint64_t n, uint64_t *room)
{
	char buf[1024];
	size_t part;

	/* a build ID is shorter */
	if (n < NOTEVIEW_LEAST + 3 * (uint64_t)(elf_ident(f)->bits / 8) || n > *room)
		return false;
	*room -= n;
	for (;; at += part - 7, n -= part - 7) {
		part = n < sizeof(buf) ? (size_t)n : sizeof(buf);
		if (!elf_copy(f, at, buf, part))
			return false;
		if (memmem(buf, part, "stapsdt", 8))
			return true;
		if (part == n)
			return false;
	}
}

static bool noteview_usual(const struct elf_section *s)
{
	return !strcmp(s->name, ".note.stapsdt");
}

static enum noteview_more noteview_look(struct elf_file *f)
{
	uint64_t room = elf_ident(f)->size;
	bool any = false, usual = false, other = false;
	struct elf_segment g;
	struct elf_section s;
	size_t i = 0;

	if (elf_ident(f)->cut)
		return NOTEVIEW_NOTHING;
	while ((i = elf_next_type(f, NOTEVIEW_NOTE, i + 1)) != 0) {
		any = true;
		if (elf_section(f, i, &s))
			continue;
		if (noteview_usual(&s))
			usual = true;
		else if (!other)
			other = noteview_has(f, s.offset, s.size, &room);
	}
	/* without the usual one all others are read by the parser itself */
	if (any)
		return usual && other ? NOTEVIEW_SECTIONS : NOTEVIEW_NOTHING;
	for (i = 0; !elf_segment(f, i, &g); i++)
		if (g.type == NOTEVIEW_PT_NOTE && noteview_has(f, g.offset, g.filesz, &room))
			return NOTEVIEW_SEGMENTS;
	return NOTEVIEW_NOTHING;
}

/* ---- the file in memory ------------------------------------------------------------------- */

static void noteview_put(const struct noteview *v, uint64_t at, size_t n, uint64_t value)
{
	size_t i;

	for (i = 0; v->p && i < n; i++)
		v->p[at + (v->h.big_endian ? n - 1 - i : i)] = (unsigned char)(value >> 8 * i);
}

/* n bytes of the real file, at the end; false: it has them not any more */
static bool noteview_append(struct noteview *v, uint64_t offset, uint64_t n)
{
	uint64_t at = v->len;

	/* the file may have been written to since its length was found */
	if (v->p && n > v->cap - at)
		return false;
	v->len += n;
	return !v->p || !n || elf_copy(v->f, offset, v->p + at, (size_t)n);
}

/* Section i has n bytes of the file from offset on; where the file has them not, so it is here. */
static void noteview_content(
	struct noteview *v, size_t i, uint32_t type, uint64_t offset, uint64_t n)
{
	uint64_t at = v->table + i * v->h.shdr, size = elf_ident(v->f)->size, to = v->len;
	size_t w = v->h.wide ? 8 : 4;
	bool there = offset <= size && n <= size - offset && n <= v->room;

	if (there) {
		v->room -= n;
		there = noteview_append(v, offset, n);
	}
	noteview_put(v, at + 4, 4, type);
	noteview_put(v, at + 8 + 2 * w, w, there ? to : UINT64_MAX);
	noteview_put(v, at + 8 + 3 * w, w, n);
}

/* The file header, program headers behind it, and the place of the section headers. */
static bool noteview_headers(struct noteview *v)
{
	size_t w = v->h.wide ? 8 : 4, ehdr = v->h.wide ? 64 : 52;

	v->len = 0;
	v->room = v->looked = elf_ident(v->f)->size;
	if (!noteview_append(v, 0, ehdr) ||
		!noteview_append(v, v->h.phoff, elf_ident(v->f)->n_segments * v->h.phdr))
		return false;
	v->table = (size_t)v->len;
	noteview_put(v, 24 + w, w, ehdr);
	noteview_put(v, 24 + 2 * w, w, v->table);
	noteview_put(v, 24 + 3 * w + 10, 2, v->h.shdr);
	return true;
}

/* Sections with probes, with names, and with what the addresses of relocatable files come from. */
static bool noteview_wanted(struct noteview *v, const struct elf_section *s, size_t names)
{
	bool reloc = elf_ident(v->f)->type == NOTEVIEW_ET_REL;

	switch (s->type) {
	case NOTEVIEW_NOTE:
		return noteview_usual(s) || noteview_has(v->f, s->offset, s->size, &v->looked);
	case NOTEVIEW_STRTAB: return reloc || s->index == names;
	case NOTEVIEW_SYMTAB:
	case NOTEVIEW_RELA:
	case NOTEVIEW_REL: return reloc;
	default: return false;
	}
}

/* The name of the usual section, as its offset; sections are read in their order when all have it. */
static uint32_t noteview_usual_name(struct noteview *v)
{
	unsigned char header[64];
	struct elf_section s;
	uint64_t at;

	if (elf_find_section(v->f, ".note.stapsdt", &s))
		return 0;
	at = v->h.shoff + s.index * v->h.shdr;
	return elf_copy(v->f, at, header, v->h.shdr) ? elfhdr_section_string(&v->h, header) : 0;
}

/* All sections as they are, but only those that are wanted have contents. */
static bool noteview_of_sections(struct noteview *v)
{
	size_t i, at, names = v->h.shstrndx;
	uint32_t usual = noteview_usual_name(v);
	struct elf_section s;

	v->n = elf_ident(v->f)->n_sections;
	if (!noteview_headers(v) || !noteview_append(v, v->h.shoff, v->n * v->h.shdr) ||
		elf_section(v->f, 0, &s))
		return false;
	if (names == NOTEVIEW_XINDEX)
		names = s.link;
	for (i = 1; !elf_section(v->f, i, &s); i++) {
		at = v->table + i * v->h.shdr;
		if (!noteview_wanted(v, &s, names)) {
			noteview_put(v, at + 4, 4, 0);
			continue;
		}
		if (s.type == NOTEVIEW_NOTE)
			noteview_put(v, at, 4, usual);
		noteview_content(v, i, s.type, s.offset, s.size);
	}
	return true;
}

/* Section 0 has the numbers that may be too large for the header, 1 the names, the others notes. */
static bool noteview_of_segments(struct noteview *v)
{
	size_t w = v->h.wide ? 8 : 4, i, k = 2;
	uint64_t first, link;
	struct elf_segment g;

	if (!noteview_headers(v))
		return false;
	v->len += v->n * v->h.shdr;
	link = v->table + 8 + 4 * w;
	noteview_put(v, 24 + 3 * w + 12, 2, 0);
	noteview_put(v, 24 + 3 * w + 14, 2, 1);
	noteview_put(v, v->table + 8 + 3 * w, w, v->n);
	noteview_put(v, link + 4, 4, elf_ident(v->f)->n_segments);
	first = v->table + v->h.shdr;
	noteview_put(v, first + 4, 4, NOTEVIEW_STRTAB);
	noteview_put(v, first + 8 + 2 * w, w, v->len);
	noteview_put(v, first + 8 + 3 * w, w, sizeof(noteview_names));
	if (v->p)
		memcpy(v->p + v->len, noteview_names, sizeof(noteview_names));
	v->len += sizeof(noteview_names);
	for (i = 0; !elf_segment(v->f, i, &g); i++) {
		if (g.type != NOTEVIEW_PT_NOTE)
			continue;
		noteview_put(v, v->table + k * v->h.shdr, 4, 1);
		noteview_content(v, k++, NOTEVIEW_NOTE, g.offset, g.filesz);
	}
	return true;
}

static bool noteview_fill(struct noteview *v, enum noteview_more more)
{
	return more == NOTEVIEW_SECTIONS ? noteview_of_sections(v) : noteview_of_segments(v);
}

/* Its length, its bytes, and then it is opened; v->p stays the caller's. */
static int noteview_open(
	struct noteview *v, enum noteview_more more, struct elf_file **out, struct rawbpf_error *e)
{
	const char *path = elf_ident(v->f)->path;
	unsigned char head[64];
	struct elf_segment g;
	size_t i;

	memset(head, 0, sizeof(head));
	if (!elf_copy(v->f, 0, head, sizeof(head)) && !elf_copy(v->f, 0, head, 52))
		return err_set(e, "open", -ENOEXEC, "'%s' cannot be read", path);
	if (elfhdr_read(head, sizeof(head), &v->h))
		return err_set(e, "open", -ENOEXEC, "'%s' is not an ELF file", path);
	v->n = 2;
	for (i = 0; !elf_segment(v->f, i, &g); i++)
		v->n += g.type == NOTEVIEW_PT_NOTE;
	if (!noteview_fill(v, more))
		return err_set(e, "open", -ENOEXEC, "'%s' cannot be read", path);
	v->cap = v->len;
	v->p = v->len <= SIZE_MAX ? calloc(1, (size_t)v->len) : NULL;
	if (!v->p)
		return err_set(e, "open", -ENOMEM, "out of memory reading '%s'", path);
	if (!noteview_fill(v, more))
		return err_set(e, "open", -ENOEXEC, "'%s' cannot be read", path);
	return elf_open_memory(v->p, (size_t)v->len, path, out, e);
}

/* ---- all ---------------------------------------------------------------------------------- */

int noteview_each(struct elf_file *f, const char *path,
	int (*keep)(void *arg, void *bytes, size_t n),
	int (*fn)(void *arg, const struct rawbpf_usdt_probe *p), void *arg, struct rawbpf_error *e)
{
	enum noteview_more more = noteview_look(f);
	struct elf_file *image = NULL;
	struct noteview v = {.f = f};
	int err;

	if (more == NOTEVIEW_NOTHING)
		return note_each_kept(f, path, keep, fn, arg, e);
	err = noteview_open(&v, more, &image, e);
	if (!err)
		err = note_each_kept(image, path, keep, fn, arg, e);
	elf_close(image);
	free(v.p);
	return err;
}

int rawbpf_usdt_parse_notes(const void *elf, size_t len,
	int (*fn)(void *arg, const struct rawbpf_usdt_probe *p), void *arg, struct rawbpf_error *e)
{
	struct elf_file *f;
	int err;

	if (!fn)
		return err_set(e, "open", -EINVAL, "parse_notes: no function to call");
	err = elf_open_memory(elf, len, "<image>", &f, e);
	if (err)
		return err;
	err = noteview_each(f, NULL, NULL, fn, arg, e);
	elf_close(f);
	return err;
}
