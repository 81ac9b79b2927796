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
 * In a relocatable file (.o) what the addresses are is in the relocations behind the section; they
 * are then offsets into sections, and not in the file.
 *
 * Only headers and the note sections are looked at, in a file that is open or in memory already:
 * nothing here asks the kernel.
 */
#include "note.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	NOTE_SHT = 7, /* SHT_NOTE */
	NOTE_SHT_RELA = 4,
	NOTE_SHT_REL = 9,
	NOTE_ET_REL = 1,
	NOTE_MIPS = 8,
	NOTE_RISCV = 243,
	NOTE_RISCV_ADD32 = 35,
	NOTE_RISCV_SUB32 = 39,
	NOTE_STAPSDT = 3, /* type of a probe */
	NOTE_PF_X = 1,
	NOTE_PF_W = 2,
};

struct note_reader {
	struct elf_file *f;
	int (*keep)(void *arg, void *bytes, size_t n);
	int (*fn)(void *arg, const struct rawbpf_usdt_probe *p);
	void *arg;
	struct rawbpf_error *e;
	uint64_t base;	/* address of .stapsdt.base, 0: none */
	uint64_t bytes; /* of the sections so far, never more than the file has */
	size_t word;	/* bytes of an address */
	bool big_endian;
	bool usual; /* numbers are as this machine has them, and addresses of 64 bits */
	struct rawbpf_usdt_probe probe; /* the current one; path and machine are those of all */
	/* segments of the last nop and the last semaphore: those of the next are the same */
	struct elf_segment code, data;
};

/* The string at *p, and *p behind it; NULL when it does not end before end. */
static const char *note_string(const char **p, const char *end)
{
	const char *s = *p, *nul = s < end ? memchr(s, '\0', (size_t)(end - s)) : NULL;

	*p = nul ? nul + 1 : end;
	return nul ? s : NULL;
}

/* Provider, name and arguments, which some writers leave out when there are none. */
static int note_strings(struct rawbpf_usdt_probe *p, const char *s, const char *end)
{
	if (s < end && !end[-1]) {
		/* every string in it ends: that is all to look out for, in half the time */
		p->provider = s;
		p->name = s + strlen(s) + 1;
		p->args = p->name < end ? p->name + strlen(p->name) + 1 : end;
		if (p->name == end)
			return -ENOEXEC;
		if (p->args == end)
			p->args = "";
	} else {
		p->provider = note_string(&s, end);
		p->name = note_string(&s, end);
		p->args = s < end ? note_string(&s, end) : "";
		if (!p->provider || !p->name || !p->args)
			return -ENOEXEC;
	}
	return 0;
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

/* A file offset by its segment, 0: it is in none; last is where the one before was. */
static uint64_t note_offset(
	struct note_reader *r, uint64_t addr, uint32_t flags, struct elf_segment *last)
{
	if ((addr < last->vaddr || addr - last->vaddr >= last->filesz) &&
		elf_load(r->f, addr, flags, last)) {
		last->filesz = 0;
		return 0;
	}
	return addr - last->vaddr + last->offset;
}

/* Three addresses. */
static void note_words(const struct note_reader *r, const char *p, uint64_t v[3])
{
	size_t i;

	if (r->usual)
		memcpy(v, p, 24);
	else
		for (i = 0; i < 3; i++)
			v[i] = elfhdr_uint(r->big_endian, p + i * r->word, r->word);
}

/* 0: the probe is filled in; negative: it lies */
static int note_probe(struct note_reader *r, const char *d, size_t n)
{
	struct rawbpf_usdt_probe *p = &r->probe;
	uint64_t v[3];

	if (n < 3 * r->word || note_strings(p, d + 3 * r->word, d + n))
		return -ENOEXEC;
	note_words(r, d, v);
	p->addr = v[0];
	p->base = v[1];
	p->semaphore = v[2];
	p->moved = note_moved(r, p, p->addr);
	p->offset = note_offset(r, p->moved, NOTE_PF_X, &r->code);
	p->sem_offset = 0;
	if (p->semaphore)
		p->sem_offset = note_offset(r, note_moved(r, p, p->semaphore), NOTE_PF_W, &r->data);
	return 0;
}

static size_t note_round(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* One note at p; its length, 0 for a lie, *bad for a probe that lies, or what fn gave in *stop. */
static size_t note_one(struct note_reader *r, const char *p, size_t n, bool *bad, int *stop)
{
	size_t name, desc;
	uint64_t type;

	if (n < 12)
		return 0;
	name = elfhdr_uint(r->big_endian, p, 4);
	desc = elfhdr_uint(r->big_endian, p + 4, 4);
	type = elfhdr_uint(r->big_endian, p + 8, 4);
	if (name > n - 12 || note_round(name) > n - 12)
		return 0;
	if (desc > n - 12 - note_round(name))
		return 0;
	if (type == NOTE_STAPSDT && name == 8 && !memcmp(p + 12, "stapsdt", 8)) {
		*bad = note_probe(r, p + 12 + 8, desc) != 0;
		*stop = *bad ? 0 : r->fn(r->arg, &r->probe);
	}
	/* the last one may lack its padding */
	desc = note_round(desc);
	return 12 + note_round(name) +
	       (desc > n - 12 - note_round(name) ? n - 12 - note_round(name) : desc);
}

/* A number of n bytes in the file's byte order. */
static void note_put(const struct note_reader *r, char *p, size_t n, uint64_t v)
{
	size_t i;

	for (i = 0; i < n; i++)
		p[r->big_endian ? n - 1 - i : i] = (char)(v >> 8 * i);
}

/* What the linker would make of p's n bytes: an address, or the difference of two on RISC-V. */
static void note_apply(const struct note_reader *r, const struct elf_reloc *rel, uint64_t symbol,
	char *p, size_t n)
{
	bool riscv = elf_ident(r->f)->machine == NOTE_RISCV;
	bool add = riscv && rel->type == NOTE_RISCV_ADD32;
	bool sub = riscv && rel->type == NOTE_RISCV_SUB32;
	uint64_t v = symbol + (uint64_t)rel->addend;
	size_t size = add || sub ? 4 : r->word;

	if (rel->offset > n || n - rel->offset < size)
		return;
	p += rel->offset;
	if (sub)
		v = -v;
	if (add || sub || !rel->has_addend)
		v += elf_uint(r->f, p, size);
	note_put(r, p, size, v);
}

/* The bytes with the addresses that the linker would put in: all are whole words. */
static void note_relocate(
	struct note_reader *r, const struct elf_section *relocs, char *p, size_t n)
{
	struct elf_section table;
	struct elf_symbol symbol;
	struct elf_reloc rel;
	size_t i;

	if (elf_section(r->f, relocs->link, &table))
		return;
	for (i = 0; !elf_reloc(r->f, relocs, i, &rel); i++) {
		/* the number of 64 bits is cut in two as a structure: symbol first, then bytes */
		if (elf_ident(r->f)->machine == NOTE_MIPS && r->word == 8 && !r->big_endian)
			rel.symbol = rel.type;
		if (!elf_symbol(r->f, &table, rel.symbol, &symbol))
			note_apply(r, &rel, symbol.value, p, n);
	}
}

static int note_no_memory(const struct note_reader *r)
{
	return err_set(r->e, "open", -ENOMEM, "out of memory reading '%s'", elf_ident(r->f)->path);
}

/*
 * A copy with addresses of a relocatable file's section, or NULL: it needs none.  All that write
 * such files put a section's relocations right behind it.
 */
static int note_copy(
	struct note_reader *r, const struct elf_section *s, const void *data, size_t n, char **copy)
{
	struct elf_section relocs;

	*copy = NULL;
	if (elf_ident(r->f)->type != NOTE_ET_REL || elf_section(r->f, s->index + 1, &relocs) ||
		(relocs.type != NOTE_SHT_RELA && relocs.type != NOTE_SHT_REL) ||
		relocs.info != s->index)
		return 0;
	*copy = malloc(n);
	if (!*copy)
		return note_no_memory(r);
	memcpy(*copy, data, n);
	note_relocate(r, &relocs, *copy, n);
	return 0;
}

static int note_damaged(const struct note_reader *r, const struct elf_section *s, size_t at)
{
	err_set(r->e, "open", -ENOEXEC, "the note at byte %zu of '%s' in '%s' is damaged", at,
		s->name, elf_ident(r->f)->path);
	err_hint(r->e, "compare with 'readelf -n %s'", elf_ident(r->f)->path);
	return -ENOEXEC;
}

/* A damaged probe is told when the others behind it were seen. */
static int note_bytes(struct note_reader *r, const struct elf_section *s, const char *p, size_t n)
{
	size_t at, len = 1, first = n;
	bool bad = false;
	int stop = 0;

	for (at = 0; at < n && len; at += len) {
		len = note_one(r, p + at, n - at, &bad, &stop);
		if (stop)
			return stop;
		if ((bad || !len) && first == n)
			first = at;
		bad = false;
	}
	return first < n ? note_damaged(r, s, first) : 0;
}

/* The section's bytes become the caller's: those of the file, or the copy with addresses. */
static int note_hand_over(struct note_reader *r, const struct elf_section *s, const void **data,
	size_t n, char **copy)
{
	void *own = *copy;

	if (*copy) {
		*data = *copy;
		*copy = NULL;
	} else {
		own = elf_section_own(r->f, s);
		if (!own || elf_section_data(r->f, s, data, &n))
			return note_no_memory(r);
	}
	return r->keep(r->arg, own, n) ? note_no_memory(r) : 0;
}

static int note_section(struct note_reader *r, const struct elf_section *s)
{
	const void *data;
	char *copy;
	size_t n;
	int err;

	err = elf_section_data(r->f, s, &data, &n);
	if (err == -ENOMEM)
		return note_no_memory(r);
	if (elf_failed(r->f))
		return err_set(r->e, "open", elf_failed(r->f), "'%s' cannot be read",
			elf_ident(r->f)->path);
	if (err || !data)
		return err_set(r->e, "open", -ENOEXEC, "'%s' has no bytes for its section '%s'",
			elf_ident(r->f)->path, s->name);
	err = note_copy(r, s, data, n, &copy);
	if (err)
		return err;
	if (r->keep)
		err = note_hand_over(r, s, &data, n, &copy);
	if (!err)
		err = note_bytes(r, s, copy ? copy : data, n);
	free(copy);
	elf_section_drop(r->f, s);
	return err;
}

/* Sections that overlap would be as much work as a file of any size. */
static int note_overlap(struct note_reader *r, const struct elf_section *s)
{
	uint64_t size = elf_ident(r->f)->size;

	/* one that is too long by itself is an error of its own */
	if (s->size <= size && s->size > size - r->bytes)
		return err_set(r->e, "open", -ENOEXEC, "sections '%s' of '%s' overlap", s->name,
			elf_ident(r->f)->path);
	r->bytes += s->size;
	return 0;
}

static int note_stop(void *arg, const struct rawbpf_usdt_probe *p)
{
	(void)arg;
	(void)p;
	return 1;
}

/* 1 when the section has a probe, 0, -ENOMEM; what is damaged in it are no probes. */
static int note_has_probe(const struct note_reader *r, const struct elf_section *s)
{
	struct note_reader look = *r;
	const void *data = NULL;
	size_t at = 0, len = 1, n = 0;
	bool bad = false;
	int stop = 0, err = elf_section_data(r->f, s, &data, &n);

	if (err == -ENOMEM)
		return note_no_memory(r);
	look.fn = note_stop;
	for (; !err && data && len && at < n && !stop && !bad; at += len)
		len = note_one(&look, (const char *)data + at, n - at, &bad, &stop);
	if (!stop)
		elf_section_drop(r->f, s);
	return stop;
}

/* 1 to be read, 0, or a negative errno; sections of other names may be as wrong as they like. */
static int note_wanted(struct note_reader *r, const struct elf_section *s, bool named)
{
	int err;

	if (!named && s->size > elf_ident(r->f)->size - r->bytes)
		return 0;
	err = note_overlap(r, s);
	if (err)
		return err;
	return named ? 1 : note_has_probe(r, s);
}

/* The sections of that name, or, when there is none (objcopy renamed it), all that have probes. */
static int note_sections(struct note_reader *r, bool named, bool *any)
{
	struct elf_section s, base;
	bool base_known = false;
	size_t i = 0;
	int err = 0;

	while (!err && (i = elf_next_type(r->f, NOTE_SHT, i + 1)) != 0) {
		/* relocatable files have one section of notes for each group */
		if (elf_section(r->f, i, &s) || (named && strcmp(s.name, ".note.stapsdt")))
			continue;
		*any = true;
		if (!s.size)
			continue;
		err = note_wanted(r, &s, named);
		if (err <= 0)
			continue;
		if (!base_known)
			r->base = elf_find_section(r->f, ".stapsdt.base", &base) ? 0 : base.addr;
		base_known = true;
		err = note_section(r, &s);
	}
	return err;
}

int note_each_kept(struct elf_file *f, const char *path,
	int (*keep)(void *arg, void *bytes, size_t n),
	int (*fn)(void *arg, const struct rawbpf_usdt_probe *p), void *arg, struct rawbpf_error *e)
{
	struct note_reader r = {.f = f, .keep = keep, .fn = fn, .arg = arg, .e = e};
	const uint16_t one = 1;
	bool any = false;
	int err;

	r.probe.path = path;
	r.probe.machine = elf_ident(f)->machine;
	r.word = elf_ident(f)->bits / 8u;
	r.big_endian = elf_ident(f)->big_endian;
	r.usual = r.word == 8 && r.big_endian == !*(const uint8_t *)&one;
	if (elf_ident(f)->cut) {
		err_set(e, "open", -ENOEXEC, "'%s' is cut short", elf_ident(f)->path);
		err_hint(e, "its section headers are said to be behind its end");
		return -ENOEXEC;
	}
	err = note_sections(&r, true, &any);
	return err || any ? err : note_sections(&r, false, &any);
}

int note_each(struct elf_file *f, const char *path,
	int (*fn)(void *arg, const struct rawbpf_usdt_probe *p), void *arg, struct rawbpf_error *e)
{
	return note_each_kept(f, path, NULL, fn, arg, e);
}
