// SPDX-License-Identifier: MIT
/* elfver.c - names of versions, of .gnu.version_d and .gnu.version_r. */
#include "elf.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define ELFVER_HIDDEN 0x8000u /* of an index: name@version, not name@@version */
#define ELFVER_BASE   1u      /* vd_flags: the file's own name, not a version */

/* A version's name, read when it is first asked for. */
struct elfver_one {
	uint32_t table; /* section of its string, 0: there is no such version */
	uint32_t at;
	const char *name;
};

static void elfver_set(struct elfver *v, size_t i, uint32_t table, uint64_t at)
{
	struct elfver_one *more;
	size_t n;

	if (i >= v->n) {
		n = i + 16;
		more = realloc(v->of, n * sizeof(*more));
		if (!more)
			return; /* its symbols have no version then */
		memset(more + v->n, 0, (n - v->n) * sizeof(*more));
		v->of = more;
		v->n = n;
	}
	v->of[i] = (struct elfver_one){table, (uint32_t)at, NULL};
}

/* .gnu.version_d: {u16 version, flags, index, count; u32 hash, aux, next}, aux {u32 name, next} */
static void elfver_read_defined(struct elf_file *f, struct elfver *v)
{
	const unsigned char *p;
	struct elf_section s;
	size_t n, at, aux, next;
	const void *data;

	if (elf_find_type(f, SHT_GNU_verdef, 0, &s) || elf_section_data(f, &s, &data, &n))
		return;
	for (at = 0; n >= 20 && at <= n - 20; at += next) {
		p = (const unsigned char *)data + at;
		next = elf_uint(f, p + 16, 4);
		aux = elf_uint(f, p + 12, 4);
		if (!(elf_uint(f, p + 2, 2) & ELFVER_BASE) && aux <= n - at && n - at - aux >= 8)
			elfver_set(v, elf_uint(f, p + 4, 2) & ~ELFVER_HIDDEN, s.link,
				elf_uint(f, p + aux, 4));
		if (!next || next > n - at)
			return;
	}
}

/* aux of .gnu.version_r: {u32 hash; u16 flags, other; u32 name, next} */
static void elfver_read_chain(struct elf_file *f, struct elfver *v, const unsigned char *base,
	size_t n, size_t at, uint32_t table, size_t *budget)
{
	const unsigned char *p;
	size_t next;

	for (; n >= 16 && at <= n - 16 && *budget; at += next) {
		p = base + at;
		--*budget;
		elfver_set(v, elf_uint(f, p + 6, 2) & ~ELFVER_HIDDEN, table, elf_uint(f, p + 8, 4));
		next = elf_uint(f, p + 12, 4);
		if (!next || next > n - at)
			return;
	}
}

/* .gnu.version_r: {u16 version, count; u32 file, aux, next} */
static void elfver_read_needed(struct elf_file *f, struct elfver *v)
{
	const unsigned char *p;
	struct elf_section s;
	size_t n, at, aux, next, budget = 65536;
	const void *data;

	if (elf_find_type(f, SHT_GNU_verneed, 0, &s) || elf_section_data(f, &s, &data, &n))
		return;
	/* the budget: chains of a hostile file may all share their tail */
	for (at = 0; n >= 16 && at <= n - 16 && budget; at += next) {
		p = (const unsigned char *)data + at;
		aux = elf_uint(f, p + 8, 4);
		next = elf_uint(f, p + 12, 4);
		if (aux <= n - at)
			elfver_read_chain(f, v, data, n, at + aux, s.link, &budget);
		if (!next || next > n - at)
			return;
	}
}

const char *elfver_name(struct elf_file *f, struct elfver *v, uint64_t i)
{
	struct elfver_one *one;

	if (!v->ready) {
		v->ready = true;
		elfver_read_defined(f, v);
		elfver_read_needed(f, v);
	}
	one = i < v->n ? &v->of[i] : NULL;
	if (!one || !one->table)
		return NULL;
	if (!one->name)
		one->name = elf_string_at(f, one->table, one->at);
	return one->name;
}
