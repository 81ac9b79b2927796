// SPDX-License-Identifier: MIT
/* t_note.c - small ELF files with USDT notes, of any class, byte order and machine, in memory. */
#include "t_note.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct t_note *t_note_new(unsigned bits, bool big, uint16_t machine, uint16_t type)
{
	struct t_note *m = calloc(1, sizeof(*m));

	ck_assert_ptr_nonnull(m);
	m->bits = bits;
	m->big = big;
	m->machine = machine;
	m->type = type;
	m->segs[0] = (struct t_note_seg){0x400000, 0x1000, 0x10000, 5};
	m->segs[1] = (struct t_note_seg){0x600000, 0x12000, 0x10000, 6};
	return m;
}

void t_note_put(const struct t_note *m, unsigned char *p, uint64_t v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		p[m->big ? n - 1 - i : i] = (unsigned char)(v >> 8 * i);
}

static size_t put_text(unsigned char *p, const char *s)
{
	memcpy(p, s, strlen(s) + 1);
	return strlen(s) + 1;
}

/* Add a note to section i; args NULL: without the third string. */
void t_note_add(struct t_note *m, int i, const uint64_t addr[3], const char *provider,
	const char *name, const char *args)
{
	unsigned char *p = m->notes[i] + m->note_len[i], *d = p + 20;
	size_t w = m->bits / 8, k;

	for (k = 0; k < 3; k++, d += w)
		t_note_put(m, d, addr[k], w);
	d += put_text(d, provider);
	d += put_text(d, name);
	if (args)
		d += put_text(d, args);
	t_note_put(m, p, 8, 4);
	t_note_put(m, p + 4, (uint64_t)(d - p - 20), 4);
	t_note_put(m, p + 8, 3, 4);
	memcpy(p + 12, "stapsdt", 8);
	while ((d - p) & 3)
		*d++ = 0;
	m->note_len[i] += (size_t)(d - p);
	ck_assert_uint_lt(m->note_len[i], sizeof(m->notes[i]));
}

static void put_phdr(const struct t_note *m, unsigned char *p, const struct t_note_seg *s)
{
	if (m->bits == 64) {
		t_note_put(m, p, 1, 4);
		t_note_put(m, p + 4, s->flags, 4);
		t_note_put(m, p + 8, s->offset, 8);
		t_note_put(m, p + 16, s->vaddr, 8);
		t_note_put(m, p + 32, s->size, 8);
		t_note_put(m, p + 40, s->size, 8);
	} else {
		t_note_put(m, p, 1, 4);
		t_note_put(m, p + 4, s->offset, 4);
		t_note_put(m, p + 8, s->vaddr, 4);
		t_note_put(m, p + 16, s->size, 4);
		t_note_put(m, p + 20, s->size, 4);
		t_note_put(m, p + 24, s->flags, 4);
	}
}

static void put_shdr(const struct t_note *m, unsigned char *p, uint32_t name, uint32_t type,
	uint64_t addr, uint64_t offset, uint64_t size)
{
	size_t w = m->bits / 8;

	t_note_put(m, p, name, 4);
	t_note_put(m, p + 4, type, 4);
	t_note_put(m, p + 8 + w, addr, w);
	t_note_put(m, p + 8 + 2 * w, offset, w);
	t_note_put(m, p + 8 + 3 * w, size, w);
}

/* The headers around what t_note_add() collected. */
void t_note_make(struct t_note *m)
{
	static const char names[] = "\0.note.stapsdt\0.stapsdt.base\0.shstrtab";
	size_t w = m->bits / 8, eh = w == 8 ? 64 : 52, ph = w == 8 ? 56 : 32, sh = w == 8 ? 64 : 40;
	size_t at = eh + 2 * ph, note_at[2], names_at, k;
	unsigned char *f = m->file;

	memset(f, 0, sizeof(m->file));
	for (k = 0; k < 2; k++) {
		note_at[k] = at;
		memcpy(f + at, m->notes[k], m->note_len[k]);
		at += m->note_len[k];
		put_phdr(m, f + eh + k * ph, &m->segs[k]);
	}
	names_at = at;
	memcpy(f + at, names, sizeof(names));
	at = (at + sizeof(names) + 7) & ~(size_t)7;
	memcpy(f, "\177ELF", 4);
	f[4] = w == 8 ? 2 : 1;
	f[5] = m->big ? 2 : 1;
	f[6] = 1;
	t_note_put(m, f + 16, m->type, 2);
	t_note_put(m, f + 18, m->machine, 2);
	t_note_put(m, f + 20, 1, 4);
	t_note_put(m, f + 24 + w, eh, w);
	t_note_put(m, f + 24 + 2 * w, at, w);
	t_note_put(m, f + 28 + 3 * w, eh, 2);
	t_note_put(m, f + 30 + 3 * w, ph, 2);
	t_note_put(m, f + 32 + 3 * w, 2, 2);
	t_note_put(m, f + 34 + 3 * w, sh, 2);
	t_note_put(m, f + 36 + 3 * w, 5, 2);
	t_note_put(m, f + 38 + 3 * w, 4, 2);
	for (k = 0; k < 2; k++)
		put_shdr(m, f + at + (k + 1) * sh, m->renamed || (m->mixed && k) ? 6 : 1,
			m->note_len[k] ? 7 : 0, 0, note_at[k], m->note_len[k]);
	/* without a base the section is there under no name */
	put_shdr(m, f + at + 3 * sh, m->base_section ? 15 : 0, 1, m->base_section, eh, 1);
	put_shdr(m, f + at + 4 * sh, 29, 3, 0, names_at, sizeof(names));
	m->len = at + 5 * sh;
	ck_assert_uint_lt(m->len, sizeof(m->file));
}
