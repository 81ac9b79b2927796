// SPDX-License-Identifier: MIT
/*
 * tpformat.c - the text of a tracepoint's format file, taken apart.
 *
 * A field is a line "field:TYPE NAME[ARRAY];  offset:N;  size:N;  signed:N;".  The declaration is
 * C as the kernel's sources have it, macros and all, so only its end is looked at; widths come
 * from size, never from the type ("int dfd" of a system call has 8 bytes), and what is in the
 * brackets is often a constant's name.
 */
#include "tpformat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TPFORMAT_MAX_OFFSET 65535 /* a record has at most 64 KiB */

/* Blanks before *p and after the end are cut. */
static char *trimmed(char *p)
{
	size_t n;

	p += strspn(p, " \t");
	n = strlen(p);
	while (n && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		p[--n] = '\0';
	return p;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* "KEY:NUMBER" among the parts behind the declaration. */
static int part_number(const char *parts, const char *key, uint64_t *v)
{
	const char *p = strstr(parts, key);
	char *end;

	if (!p)
		return -ENOENT;
	p += strlen(key);
	if (*p < '0' || *p > '9')
		return -EINVAL;
	*v = strtoull(p, &end, 10);
	return *end == ';' && *v <= TPFORMAT_MAX_OFFSET ? 0 : -EINVAL;
}

/* The bracket that opens the group which ends the text, or NULL. */
static char *last_bracket(char *decl)
{
	size_t n = strlen(decl), depth = 0;

	while (n--) {
		if (decl[n] == ']')
			depth++;
		else if (decl[n] == '[' && !--depth)
			return decl + n;
		else if (!depth)
			return NULL;
	}
	return NULL;
}

/* Cuts "TYPE NAME[ARRAY]" into its parts; false: it does not end in a name. */
static bool split_decl(char *decl, struct tpformat_field *f)
{
	char *p, *end;

	decl = trimmed(decl);
	p = last_bracket(decl);
	if (p) {
		p[strlen(p) - 1] = '\0';
		*p = '\0';
		f->array = trimmed(p + 1);
		decl = trimmed(decl);
	}
	end = decl + strlen(decl);
	for (p = end; p > decl && is_word(p[-1]); p--)
		;
	if (p == end || p == decl)
		return false;
	f->name = p;
	/* the type's end takes the blank's place; for "char *p" it moves over "field:"'s ':' */
	if (p[-1] != ' ' && p[-1] != '\t') {
		memmove(decl - 1, decl, (size_t)(p - decl));
		decl--;
	}
	p[-1] = '\0';
	f->type = trimmed(decl);
	return true;
}

static bool starts(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

static bool plain_size(uint64_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/* The type's prefix or shape decides how the field is read. */
static void set_kind(struct tpformat_field *f)
{
	bool record = starts(f->type, "struct ") || starts(f->type, "union ");

	if (starts(f->type, "__data_loc ")) {
		f->kind = TPFORMAT_DATA_LOC;
		f->type += strlen("__data_loc ");
	} else if (starts(f->type, "__rel_loc ")) {
		f->kind = TPFORMAT_REL_LOC;
		f->type += strlen("__rel_loc ");
	} else if (f->array || !plain_size(f->size) || (record && !strchr(f->type, '*'))) {
		f->kind = TPFORMAT_BYTES;
	} else {
		f->kind = TPFORMAT_PLAIN;
	}
}

/* A line's part behind "field:": 1 a field, 0 one that is no use to anybody, or -EINVAL. */
static int format_field(char *line, struct tpformat_field *f)
{
	uint64_t is_signed = 0;
	char *parts;

	memset(f, 0, sizeof(*f));
	parts = strchr(line, ';');
	if (!parts)
		return -EINVAL;
	*parts++ = '\0';
	if (part_number(parts, "offset:", &f->offset) || part_number(parts, "size:", &f->size))
		return -EINVAL;
	if (part_number(parts, "signed:", &is_signed) == -EINVAL)
		return -EINVAL;
	f->is_signed = is_signed;
	if (!split_decl(line, f))
		return 0;
	f->common = starts(f->name, "common_");
	set_kind(f);
	if ((f->kind == TPFORMAT_DATA_LOC || f->kind == TPFORMAT_REL_LOC) && f->size != 4)
		return -EINVAL;
	return 1;
}

static int parse_line(char *line, struct tpformat *f)
{
	int got;

	line += strspn(line, " \t");
	if (starts(line, "field:")) {
		/* one for each line of the text is there */
		got = format_field(line + strlen("field:"), &f->fields[f->n_fields]);
		if (got > 0)
			f->n_fields++;
		return got < 0 ? got : 0;
	}
	if (starts(line, "name:") && !f->n_fields)
		f->name = trimmed(line + strlen("name:"));
	else if (starts(line, "ID:") && !f->n_fields)
		f->id = strtoull(line + strlen("ID:"), NULL, 10);
	return 0;
}

static size_t count_fields(const char *text)
{
	size_t n = 0;

	while ((text = strstr(text, "field:"))) {
		text++;
		n++;
	}
	return n;
}

int tpformat_parse(const char *text, size_t len, struct tpformat *f, struct rawbpf_error *e)
{
	char *line, *next;
	unsigned n = 0;
	int err;

	memset(f, 0, sizeof(*f));
	f->name = "";
	f->text = malloc(len + 1);
	if (!f->text)
		goto no_memory;
	memcpy(f->text, text, len);
	f->text[len] = '\0';
	f->fields = calloc(count_fields(f->text) + 1, sizeof(*f->fields));
	if (!f->fields)
		goto no_memory;

	for (line = f->text; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		n++;
		if (starts(line, "print fmt:"))
			break; /* code follows, over several lines at times */
		err = parse_line(line, f);
		if (err) {
			tpformat_free(f);
			return err_set(e, "tracefs", err, "line %u of the format is damaged", n);
		}
	}
	return 0;
no_memory:
	tpformat_free(f);
	return err_set(e, "tracefs", -ENOMEM, "out of memory");
}

void tpformat_free(struct tpformat *f)
{
	free(f->fields);
	free(f->text);
	memset(f, 0, sizeof(*f));
	f->name = "";
}

const struct tpformat_field *tpformat_find(const struct tpformat *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->n_fields; i++)
		if (!strcmp(f->fields[i].name, name))
			return &f->fields[i];
	return NULL;
}
