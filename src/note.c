// SPDX-License-Identifier: MIT
/*
 * note.c - USDT probes: the notes of an ELF file.
 *
 * The macros of sys/sdt.h leave a nop in the code, and for each a note in .note.stapsdt:
 *
 *	u32 namesz = 8, descsz, type = 3; "stapsdt\0"; desc, padded to 4 bytes
 *	desc: address of the nop, of .stapsdt.base, and of the semaphore (0: none), each of the
 *	file's word size; provider, name, and arguments, three strings that end in NUL
 *
 * The addresses are those of the link; prelink may have moved the file since, which is seen from
 * .stapsdt.base having another address than the note says.  The semaphore is a 16-bit counter in
 * writable data: its file offset goes by its own segment, not by the code's.
 *
 * Only headers and the note sections are looked at, in a file that is open or in memory already:
 * nothing here asks the kernel.
 */
#include "note.h"

#include <errno.h>
#include <string.h>

enum {
	NOTE_SHT = 7,	  /* SHT_NOTE */
	NOTE_STAPSDT = 3, /* type of a probe */
	NOTE_PF_X = 1,
	NOTE_PF_W = 2,
};

struct note_reader {
	struct elf_file *f;
	const char *path;
	int (*fn)(void *arg, const struct rawbpf_usdt_probe *p);
	void *arg;
	struct rawbpf_error *e;
	uint64_t base; /* address of .stapsdt.base, 0: none */
	size_t word;   /* bytes of an address */
};

/* The string at *p, and *p behind it; NULL when it does not end before end. */
static const char *note_string(const char **p, const char *end)
{
	const char *s = *p, *nul = s < end ? memchr(s, '\0', (size_t)(end - s)) : NULL;

	*p = nul ? nul + 1 : end;
	return nul ? s : NULL;
}

/* A link address to where it is now. */
static uint64_t note_moved(
	const struct note_reader *r, const struct rawbpf_usdt_probe *p, uint64_t a)
{
	if (!r->base || !p->base)
		return a;
	a += r->base - p->base;
	return r->word == 4 ? (uint32_t)a : a;
}

static void note_offsets(struct note_reader *r, struct rawbpf_usdt_probe *p)
{
	p->moved = note_moved(r, p, p->addr);
	if (elf_offset(r->f, p->moved, NOTE_PF_X, &p->offset))
		p->offset = 0;
	if (!p->semaphore)
		return;
	if (elf_offset(r->f, note_moved(r, p, p->semaphore), NOTE_PF_W, &p->sem_offset))
		p->sem_offset = 0;
}

/* 1: not a probe's; 0: *p is filled in; negative: it lies */
static int note_probe(struct note_reader *r, const char *d, size_t n, struct rawbpf_usdt_probe *p)
{
	const char *s = d + 3 * r->word, *end = d + n;

	if (n < 3 * r->word)
		return -ENOEXEC;
	memset(p, 0, sizeof(*p));
	p->path = r->path;
	p->machine = elf_ident(r->f)->machine;
	p->addr = elf_uint(r->f, d, r->word);
	p->base = elf_uint(r->f, d + r->word, r->word);
	p->semaphore = elf_uint(r->f, d + 2 * r->word, r->word);
	p->provider = note_string(&s, end);
	p->name = p->provider ? note_string(&s, end) : NULL;
	/* without arguments some writers leave out the third string */
	p->args = p->name && s < end ? note_string(&s, end) : "";
	if (!p->name || !p->args || !*p->provider || !*p->name)
		return -ENOEXEC;
	note_offsets(r, p);
	return 0;
}

static size_t note_round(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* One note at p; its length, 0 for a lie, or what fn gave in *stop. */
static size_t note_one(struct note_reader *r, const char *p, size_t n, int *stop)
{
	struct rawbpf_usdt_probe probe;
	size_t name, desc;
	uint64_t type;

	if (n < 12)
		return 0;
	name = elf_uint(r->f, p, 4);
	desc = elf_uint(r->f, p + 4, 4);
	type = elf_uint(r->f, p + 8, 4);
	if (name > n - 12 || note_round(name) > n - 12)
		return 0;
	if (desc > n - 12 - note_round(name))
		return 0;
	if (type == NOTE_STAPSDT && name == 8 && !memcmp(p + 12, "stapsdt", 8)) {
		if (note_probe(r, p + 12 + 8, desc, &probe))
			return 0;
		*stop = r->fn(r->arg, &probe);
	}
	/* the last one may lack its padding */
	desc = note_round(desc);
	return 12 + note_round(name) +
	       (desc > n - 12 - note_round(name) ? n - 12 - note_round(name) : desc);
}

static int note_section(struct note_reader *r, const struct elf_section *s)
{
	const char *p;
	const void *data;
	size_t n, at, len;
	int stop = 0, err;

	err = elf_section_data(r->f, s, &data, &n);
	if (err || !data)
		return err && n ? err
				: err_set(r->e, "open", -ENOEXEC,
					  "'%s' has no bytes for its section '%s'",
					  elf_ident(r->f)->path, s->name);
	p = data;
	for (at = 0; at < n; at += len) {
		len = note_one(r, p + at, n - at, &stop);
		if (stop)
			return stop;
		if (!len) {
			err_set(r->e, "open", -ENOEXEC,
				"the note at byte %zu of '%s' in '%s' is damaged", at, s->name,
				elf_ident(r->f)->path);
			err_hint(r->e, "compare with 'readelf -n %s'", elf_ident(r->f)->path);
			return -ENOEXEC;
		}
	}
	return 0;
}

int note_each(struct elf_file *f, const char *path,
	int (*fn)(void *arg, const struct rawbpf_usdt_probe *p), void *arg, struct rawbpf_error *e)
{
	struct note_reader r = {f, path, fn, arg, e, 0, elf_ident(f)->bits / 8u};
	size_t i, n = elf_ident(f)->n_sections;
	bool base_known = false;
	struct elf_section s;
	int err = 0;

	for (i = 1; i < n && !err; i++) {
		/* relocatable files have one section of notes for each group */
		if (elf_section(f, i, &s) || s.type != NOTE_SHT || strcmp(s.name, ".note.stapsdt"))
			continue;
		if (!s.size)
			continue;
		if (!base_known) {
			struct elf_section base;

			base_known = true;
			r.base = elf_find_section(f, ".stapsdt.base", &base) ? 0 : base.addr;
		}
		err = note_section(&r, &s);
	}
	return err;
}

int rawbpf_usdt_parse_notes(const void *elf, size_t len,
	int (*fn)(void *arg, const struct rawbpf_usdt_probe *p), void *arg, struct rawbpf_error *e)
{
	struct elf_file *f;
	int err = elf_open_memory(elf, len, "<image>", &f, e);

	if (err)
		return err;
	err = note_each(f, NULL, fn, arg, e);
	elf_close(f);
	return err;
}
