// SPDX-License-Identifier: MIT
/*
 * listtype.c - types of an object's BTF as the assembler says them.
 *
 * A type the assembler can say is said; one it cannot (a union, an array of numbers, a bit field)
 * becomes as many characters, so that keys and values keep their sizes.
 */
#include "listtype.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "listname.h"

enum {
	LISTTYPE_DEPTH = 8, /* records in records */
	LISTTYPE_BTF_HEADER = 24,
};

void listtype_chars(struct listtype_name *t, uint32_t size)
{
	snprintf(t->text, sizeof(t->text), "char[%u]", (unsigned int)size);
	t->size = size;
	t->align = 1;
}

static void listtype_struct_name(const struct btf_type *t, char *text, size_t size)
{
	size_t i;

	if (*t->name)
		snprintf(text, size, "%s", t->name);
	else
		snprintf(text, size, "anon_%u", (unsigned int)t->id);
	for (i = 0; text[i]; i++)
		if (!listname_is_name(text[i], i == 0))
			text[i] = '_';
}

static bool listtype_record(
	struct listtype *l, const struct btf_type *t, int depth, struct listtype_name *out);

static void listtype_deep(struct listtype *l, uint32_t id, int depth, struct listtype_name *out)
{
	int64_t size = btf_size(l->btf, id);
	struct btf_type t;
	bool number;

	if (size <= 0 || size > UINT32_MAX || !btf_plain(l->btf, id, &t)) {
		listtype_chars(out, 1);
		return;
	}
	number = t.kind == BTF_INT || t.kind == BTF_ENUM || t.kind == BTF_ENUM64 ||
		 t.kind == BTF_PTR;
	if (number && (size == 1 || size == 2 || size == 4 || size == 8)) {
		snprintf(out->text, sizeof(out->text), "%c%u",
			t.kind != BTF_PTR && btf_is_signed(l->btf, &t) ? 's' : 'u',
			(unsigned int)size * 8);
		out->size = out->align = (uint32_t)size;
		return;
	}
	if (t.kind != BTF_STRUCT || !listtype_record(l, &t, depth, out))
		listtype_chars(out, (uint32_t)size);
}

/* Whether the assembler would lay a struct out as the object has it, and its fields' types. */
static bool listtype_layout(struct listtype *l, const struct btf_type *t, int depth,
	struct listtype_name *fields, uint32_t *align)
{
	struct btf_member m;
	uint64_t at = 0;
	uint32_t i;

	*align = 1;
	for (i = 0; i < t->vlen; i++) {
		btf_member(l->btf, t, i, &m);
		if (!*m.name || m.bit_size)
			return false;
		listtype_deep(l, m.type, depth + 1, &fields[i]);
		at = (at + fields[i].align - 1) / fields[i].align * fields[i].align;
		if (at * 8 != m.bit_offset)
			return false;
		at += fields[i].size;
		if (fields[i].align > *align)
			*align = fields[i].align;
	}
	return t->vlen && t->size <= LISTTYPE_MAX && (at + *align - 1) / *align * *align == t->size;
}

/* The .struct of a type, once; false: it cannot be written as one. */
static bool listtype_record(
	struct listtype *l, const struct btf_type *t, int depth, struct listtype_name *out)
{
	unsigned char *known = &l->records[t->id];
	struct listtype_name *fields;
	struct btf_member m;
	uint32_t i;
	bool ok;

	listtype_struct_name(t, out->text, sizeof(out->text));
	out->size = t->size;
	out->align = *known;
	if (*known || depth >= LISTTYPE_DEPTH)
		return *known && *known != LISTTYPE_NO_RECORD;
	fields = calloc(t->vlen ? t->vlen : 1, sizeof(*fields));
	if (!fields) {
		l->out->failed = true;
		return false;
	}
	*known = LISTTYPE_NO_RECORD; /* inside itself */
	ok = listtype_layout(l, t, depth, fields, &out->align);
	*known = ok ? (unsigned char)out->align : LISTTYPE_NO_RECORD;
	if (ok) {
		buf_printf(l->out, ".struct %s\n", out->text);
		for (i = 0; i < t->vlen; i++) {
			btf_member(l->btf, t, i, &m);
			buf_puts(l->out, "\t");
			listname_put(l->out, m.name);
			buf_printf(l->out, ": %s\n", fields[i].text);
		}
		buf_puts(l->out, ".end\n");
	}
	free(fields);
	return ok;
}

void listtype_put(struct listtype *l, uint32_t id, struct listtype_name *out)
{
	listtype_deep(l, id, 0, out);
}

/* ---- the BTF ----------------------------------------------------------------------------- */

static void listtype_swap32(unsigned char *p)
{
	unsigned char t = p[0];

	p[0] = p[3];
	p[3] = t;
	t = p[1];
	p[1] = p[2];
	p[2] = t;
}

/* BTF of the other byte order: but for the first four bytes, all of it is 32-bit words. */
static void listtype_swap(unsigned char *p, size_t len)
{
	unsigned char t = p[0];
	uint32_t words[5];
	size_t i;

	p[0] = p[1];
	p[1] = t;
	for (i = 0; i < 5; i++) {
		listtype_swap32(p + 4 + 4 * i);
		memcpy(&words[i], p + 4 + 4 * i, 4);
	}
	/* header length, then offset and length of the types, counted from its end */
	if (words[0] > len || words[1] > len - words[0] || words[2] > len - words[0] - words[1])
		return;
	p += words[0] + words[1];
	for (i = 0; i + 4 <= words[2]; i += 4)
		listtype_swap32(p + i);
}

static int listtype_read(struct elf_file *f, struct btf **btf, struct rawbpf_error *e)
{
	static const uint16_t one = 1;
	bool host_big = !*(const unsigned char *)&one;
	struct elf_section s;
	unsigned char *copy;
	const void *p;
	size_t len;
	int err;

	*btf = NULL;
	if (elf_find_section(f, ".BTF", &s) || elf_section_data(f, &s, &p, &len) || !p)
		return 0;
	if (elf_ident(f)->big_endian == host_big || len < LISTTYPE_BTF_HEADER)
		return btf_parse(p, len, btf, e);
	copy = malloc(len);
	if (!copy)
		return err_set(e, "dis", -ENOMEM, "out of memory");
	memcpy(copy, p, len);
	listtype_swap(copy, len);
	err = btf_parse(copy, len, btf, e);
	free(copy);
	return err;
}

void listtype_close(struct listtype *l)
{
	btf_free(l->btf);
	free(l->records);
	l->btf = NULL;
	l->records = NULL;
}

int listtype_open(struct elf_file *f, struct buf *out, struct listtype *l, struct rawbpf_error *e)
{
	int err = listtype_read(f, &l->btf, e);

	l->out = out;
	l->records = NULL;
	if (err || !l->btf)
		return err;
	l->records = calloc(btf_n_types(l->btf) + 1, 1);
	if (l->records)
		return 0;
	listtype_close(l);
	return err_set(e, "dis", -ENOMEM, "out of memory");
}
