// SPDX-License-Identifier: MIT
/*
 * listcore.c - the CO-RE records of an object as names in its text.
 *
 * A record that asks for an offset, a size, a number or whether there is something is the name in
 * the place of the instruction's number: "r1 = *(u32 *)(r6 +task_struct.tgid)".  Others stand as
 * ".core KIND NAME" before the instruction.  What each name is in the object's own types a line
 * ".core NAME: ..." says, so that the text is the same object again wherever it is assembled.
 *
 * Only what the assembler is sure to read in the same way is written.  The rest (types without
 * names, elements of arrays of the type itself) has no form, and is counted.
 */
#include "listcore.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "btfext.h"
#include "btfpath.h"
#include "listname.h"

enum {
	LISTCORE_EXEC = 4, /* SHF_EXECINSTR */
	LISTCORE_PROGBITS = 1,
	LISTCORE_NAME = 1024,	     /* bytes of one */
	LISTCORE_WORK = 200000000,   /* types and members looked at for one object */
	LISTCORE_SIZE_MAX = 1 << 29, /* bytes of a type */
	LISTCORE_FIELD_MAX = 1 << 24,
	LISTCORE_LD_IMM64 = 0x18,
	LISTCORE_HEADER = 24,
};

/* by libbpf's number */
static const char *const listcore_kinds[CORE_KINDS] = {"byte_off", "byte_sz", "field_exists",
	"signed", "lshift_u64", "rshift_u64", "local_type_id", "target_type_id", "type_exists",
	"type_size", "enumval_exists", "enumval_value", "type_matches"};

static const char *const listcore_types[] = {[BPFASM_TYPE_INT] = "int",
	[BPFASM_TYPE_PTR] = "ptr",
	[BPFASM_TYPE_ARRAY] = "array",
	[BPFASM_TYPE_STRUCT] = "struct",
	[BPFASM_TYPE_UNION] = "union",
	[BPFASM_TYPE_ENUM] = "enum",
	[BPFASM_TYPE_FLOAT] = "float",
	[BPFASM_TYPE_OTHER] = NULL};

/* Where records are read. */
struct listcore_read {
	struct elf_file *f;
	const struct listtype *types;
	struct listcore *c;
	struct btfext ext;
	size_t work; /* types and members that may still be looked at */
	bool failed; /* no memory */
};

/* ---- names ----------------------------------------------------------------------------------- */

static bool listcore_is_name(const char *s)
{
	size_t i;

	for (i = 0; s[i]; i++)
		if (!listname_is_name(s[i], !i))
			return false;
	return i;
}

/* The text itself has something else of that name. */
static bool listcore_taken(const struct listtype *types, const char *root)
{
	uint32_t id, n = btf_n_types(types->btf);
	struct btf_type t;

	for (id = 1; id < n; id++)
		if (types->records[id] && types->records[id] != LISTTYPE_NO_RECORD &&
			btf_type(types->btf, id, &t) && !strcmp(t.name, root))
			return true;
	return bpfasm_is_word(root, strlen(root)) || btf_find(types->btf, BTF_VAR, root);
}

/* "TYPE.member[2].member"; false: it has no such name */
static bool listcore_path(const struct core_place *p, const char *root, struct buf *out)
{
	uint32_t i = 0;

	buf_puts(out, root);
	if (core_is_field(p->kind) && (!p->n || p->step[i++].index))
		return false; /* element 0 of an array of them is the type itself */
	for (; i < p->n; i++) {
		if (!p->step[i].name)
			buf_printf(out, "[%u]", (unsigned)p->step[i].index);
		else if (listcore_is_name(p->step[i].name))
			buf_printf(out, ".%s", p->step[i].name);
		else
			return false;
	}
	return out->len < LISTCORE_NAME;
}

static bool listcore_part_fits(const struct bpfasm_step *s, bool first)
{
	return (s->kind == BPFASM_STEP_TYPE) == first && listcore_types[s->type] &&
	       s->size <= LISTCORE_SIZE_MAX && s->n <= LISTCORE_SIZE_MAX &&
	       s->bit_offset <= LISTCORE_SIZE_MAX &&
	       (!s->bits || (s->bits <= 64 && s->bit_offset < LISTCORE_FIELD_MAX)) &&
	       (s->type != BPFASM_TYPE_ARRAY ||
		       (listcore_types[s->of] && s->of != BPFASM_TYPE_ARRAY && s->dims &&
			       s->of_size <= LISTCORE_SIZE_MAX));
}

/* The steps of a name that can be said, and lead where the record does; how many, 0: none. */
static int listcore_steps(
	const struct btf *b, const char *path, struct bpfasm_step *steps, size_t *work)
{
	int n = btfpath_steps(b, path, 8, steps, work), i;

	for (i = 0; i < n; i++)
		if (!listcore_part_fits(&steps[i], !i))
			return 0;
	return n < 0 ? 0 : n;
}

static uint64_t listcore_bits(const struct bpfasm_step *s, int n)
{
	uint64_t bits = 0;
	int i;

	for (i = 0; i < n; i++)
		bits += s[i].bit_offset +
			(s[i].kind == BPFASM_STEP_ELEMENT ? 8 * s[i].size * s[i].value : 0);
	return bits;
}

/* ---- instructions ---------------------------------------------------------------------------- */

enum listcore_sort { LISTCORE_NONE, LISTCORE_ACCESS, LISTCORE_NUMBER, LISTCORE_WIDE };

/* Which number of an instruction a record may be of, and that number. */
static enum listcore_sort listcore_number(
	struct elf_file *f, const unsigned char *p, size_t len, uint64_t *v)
{
	bool big = elf_ident(f)->big_endian;
	unsigned class = p[0] & 7, op = p[0] & 0xf0;

	*v = (uint64_t)(int64_t)(int32_t)elf_uint(f, p + 4, 4);
	if (class >= 1 && class <= 3) {
		*v = (uint64_t)(int64_t)(int16_t)elf_uint(f, p + 2, 2);
		return LISTCORE_ACCESS;
	}
	if (class == 4 || class == 7) /* a number; no swap and no minus */
		return p[0] & 8 || op == 0xd0 || op == 0x80 ? LISTCORE_NONE : LISTCORE_NUMBER;
	if (p[0] != LISTCORE_LD_IMM64 || len < 16 || (big ? p[1] & 15 : p[1] >> 4))
		return LISTCORE_NONE;
	*v = (uint32_t)elf_uint(f, p + 4, 4) | (uint64_t)elf_uint(f, p + 12, 4) << 32;
	return LISTCORE_WIDE;
}

/*
 * Whether the name in the place of the number gives the number: it is what the assembler computes.
 */
static bool listcore_inside(const struct core_place *place, const struct bpfasm_step *steps, int n,
	enum listcore_sort sort, uint64_t there)
{
	const struct bpfasm_step *last = &steps[n - 1];
	uint64_t bits = listcore_bits(steps, n);
	bool field = last->bits || bits % 8;

	if (sort == LISTCORE_ACCESS && place->kind != CORE_FIELD_OFFSET)
		return false;
	switch (place->kind) {
	case CORE_FIELD_OFFSET: return n > 1 && !field && there == bits / 8;
	case CORE_FIELD_SIZE: return n > 1 && !field && there == last->size;
	case CORE_TYPE_SIZE: return n == 1 && there == last->size;
	case CORE_FIELD_EXISTS: return n > 1 && there == 1;
	case CORE_TYPE_EXISTS: return n == 1 && there == 1;
	case CORE_ENUM_EXISTS: return last->kind == BPFASM_STEP_VALUE && there == 1;
	case CORE_ENUM_VALUE: return last->kind == BPFASM_STEP_VALUE && there == last->value;
	default: return false;
	}
}

/* ---- reading --------------------------------------------------------------------------------- */

/* The name of a record into r; it stays without one where the text has no form. */
static void listcore_name(struct listcore_read *w, struct listcore_rec *r,
	const struct core_place *place, const unsigned char *insn, size_t len)
{
	const struct btf *b = w->types->btf;
	struct bpfasm_step steps[BPFASM_STEPS];
	enum listcore_sort sort;
	struct buf path = {0};
	struct btf_type root;
	uint64_t there;
	int n = 0;

	sort = listcore_number(w->f, insn, len, &there);
	if (sort == LISTCORE_NONE || (sort == LISTCORE_ACCESS && r->kind != CORE_FIELD_OFFSET) ||
		!btf_type(b, place->root, &root) || !listcore_is_name(root.name) ||
		listcore_taken(w->types, root.name))
		return;
	if (listcore_path(place, root.name, &path) && !path.failed)
		n = listcore_steps(b, buf_str(&path), steps, &w->work);
	if (n && steps[0].is_typedef == (root.kind == BTF_TYPEDEF) &&
		(!core_is_field(r->kind) || listcore_bits(steps, n) == place->bits)) {
		r->inside = listcore_inside(place, steps, n, sort, there);
		r->name = buf_steal(&path);
		w->failed |= !r->name;
	}
	w->failed |= path.failed;
	buf_free(&path);
}

static uint32_t listcore_u32(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* One record, of a section with so many bytes of code. */
static void listcore_one(struct listcore_read *w, const struct elf_section *in,
	const unsigned char *code, size_t len, const unsigned char *p)
{
	struct listcore_rec *r = &w->c->recs[w->c->n++];
	const char *access = btf_str(w->types->btf, listcore_u32(p + 8));
	uint32_t at = listcore_u32(p), kind = listcore_u32(p + 12);
	struct core_place place;

	memset(r, 0, sizeof(*r));
	r->section = (uint32_t)in->index;
	r->insn = at / 8;
	if (at % 8 || at >= len || len - at < 8 || !access ||
		w->work < btf_n_types(w->types->btf) ||
		core_parse(w->types->btf, kind, listcore_u32(p + 4), access, &place))
		return;
	w->work -= btf_n_types(w->types->btf);
	r->kind = place.kind;
	listcore_name(w, r, &place, code + at, len - at);
}

static int listcore_section(struct listcore_read *w, const struct elf_section *in)
{
	uint32_t n, i, size = w->ext.part[BTFEXT_CORE].rec_size;
	const unsigned char *p = btfext_records(&w->ext, BTFEXT_CORE, w->types->btf, in->name, &n);
	struct listcore_rec *recs;
	const void *code;
	size_t len;

	if (!p || !n || elf_section_data(w->f, in, &code, &len) || !code)
		return 0;
	recs = realloc(w->c->recs, (w->c->n + n) * sizeof(*recs));
	if (!recs)
		return -ENOMEM;
	w->c->recs = recs;
	for (i = 0; i < n; i++)
		listcore_one(w, in, code, len, p + (size_t)i * size);
	return w->failed ? -ENOMEM : 0;
}

/* Records name a section: of several of one name they mean the first, and are not all theirs. */
static bool listcore_has_code(struct elf_file *f, const struct elf_section *s)
{
	struct elf_section first;

	return s->type == LISTCORE_PROGBITS && s->flags & LISTCORE_EXEC && s->size &&
	       !elf_find_section(f, s->name, &first) && first.index == s->index;
}

/* BTF.ext of the other byte order: but for the first four bytes, all of it is 32-bit words. */
static void listcore_swap(unsigned char *p, size_t len)
{
	unsigned char t = p[0];
	size_t i;

	p[0] = p[1];
	p[1] = t;
	for (i = 4; i + 4 <= len; i += 4) {
		t = p[i];
		p[i] = p[i + 3];
		p[i + 3] = t;
		t = p[i + 1];
		p[i + 1] = p[i + 2];
		p[i + 2] = t;
	}
}

/* 1: there are records */
static int listcore_ext(struct listcore_read *w, struct rawbpf_error *e)
{
	static const uint16_t one = 1;
	bool host_big = !*(const unsigned char *)&one;
	struct elf_section s;
	unsigned char *copy;
	const void *p;
	size_t len;
	int err;

	if (!w->types->btf || elf_find_section(w->f, ".BTF.ext", &s) ||
		elf_section_data(w->f, &s, &p, &len) || !p)
		return 0;
	copy = malloc(len ? len : 1);
	if (!copy)
		return err_set(e, "dis", -ENOMEM, "out of memory");
	memcpy(copy, p, len);
	if (elf_ident(w->f)->big_endian != host_big && len >= LISTCORE_HEADER)
		listcore_swap(copy, len);
	err = btfext_parse(copy, len, &w->ext, e);
	free(copy);
	return err ? err : w->ext.part[BTFEXT_CORE].rec_size != 0;
}

static int listcore_by_place(const void *a, const void *b)
{
	const struct listcore_rec *x = a, *y = b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return x->insn < y->insn ? -1 : x->insn > y->insn;
}

static int listcore_by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of several records of one instruction none is written: their order is lost in a text. */
static int listcore_sort(struct listcore *c)
{
	size_t i, k = 0;

	if (c->n)
		qsort(c->recs, c->n, sizeof(*c->recs), listcore_by_place);
	c->names = calloc(c->n + 1, sizeof(*c->names));
	if (!c->names)
		return -ENOMEM;
	for (i = 0; i < c->n; i++) {
		if ((i && !listcore_by_place(&c->recs[i], &c->recs[i - 1])) ||
			(i + 1 < c->n && !listcore_by_place(&c->recs[i], &c->recs[i + 1]))) {
			free(c->recs[i].name);
			c->recs[i].name = NULL;
		}
		c->left += !c->recs[i].name;
		if (c->recs[i].name)
			c->names[k++] = c->recs[i].name;
	}
	qsort(c->names, k, sizeof(*c->names), listcore_by_name);
	for (i = 0; i < k; i++)
		if (!i || strcmp(c->names[i], c->names[c->n_names - 1]) != 0)
			c->names[c->n_names++] = c->names[i];
	return 0;
}

int listcore_open(struct elf_file *f, const struct listtype *types, struct listcore *c,
	struct rawbpf_error *e)
{
	struct listcore_read w = {.f = f, .types = types, .c = c, .work = LISTCORE_WORK};
	struct elf_section s;
	size_t i;
	int err;

	memset(c, 0, sizeof(*c));
	c->btf = types->btf;
	err = listcore_ext(&w, e);
	if (err <= 0) {
		btfext_free(&w.ext);
		return err;
	}
	for (i = 1, err = 0; !err && i < elf_ident(f)->n_sections; i++)
		if (!elf_section(f, i, &s) && listcore_has_code(f, &s))
			err = listcore_section(&w, &s);
	if (!err)
		err = listcore_sort(c);
	btfext_free(&w.ext);
	return err ? err_set(e, "dis", err, "out of memory") : 0;
}

void listcore_close(struct listcore *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		free(c->recs[i].name);
	free(c->recs);
	free(c->names);
	memset(c, 0, sizeof(*c));
}

/* ---- text ------------------------------------------------------------------------------------ */

/* "struct sched_entity 320 at 1024" */
static void listcore_part(const struct bpfasm_step *s, struct buf *out)
{
	bool named = s->kind != BPFASM_STEP_TYPE && s->type != BPFASM_TYPE_INT &&
		     s->type != BPFASM_TYPE_PTR && s->type != BPFASM_TYPE_ARRAY &&
		     listcore_is_name(s->type_name);

	buf_printf(out, "%s%s%s %s%s%llu", s->is_typedef ? "typedef " : "",
		s->is_signed ? "signed " : "", listcore_types[s->type], named ? s->type_name : "",
		named ? " " : "", (unsigned long long)s->size);
	if (s->kind == BPFASM_STEP_MEMBER)
		buf_printf(out, " at %llu", (unsigned long long)s->bit_offset);
	if (s->bits)
		buf_printf(out, " bits %u", (unsigned)s->bits);
	if (s->type == BPFASM_TYPE_ARRAY)
		buf_printf(out, " of %llu %u %s %llu", (unsigned long long)s->n, (unsigned)s->dims,
			listcore_types[s->of], (unsigned long long)s->of_size);
	if (s->kind == BPFASM_STEP_VALUE)
		buf_printf(out, " = %lld", (long long)s->value);
}

void listcore_names(const struct listcore *c, struct buf *out)
{
	struct bpfasm_step steps[BPFASM_STEPS];
	size_t i, work;
	int n, k;

	for (i = 0; i < c->n_names; i++) {
		/* each has been walked before, for a record */
		work = LISTCORE_WORK;
		n = listcore_steps(c->btf, c->names[i], steps, &work);
		buf_printf(out, ".core %s", c->names[i]);
		for (k = 0; k < n; k++) {
			buf_puts(out, k ? ", " : ": ");
			listcore_part(&steps[k], out);
		}
		buf_puts(out, "\n");
	}
}

const struct listcore_rec *listcore_at(const struct listcore *c, uint32_t section, uint32_t insn)
{
	const struct listcore_rec key = {.section = section, .insn = insn};

	return c->n ? bsearch(&key, c->recs, c->n, sizeof(key), listcore_by_place) : NULL;
}

static void listcore_value(const struct listcore_rec *r, struct buf *out)
{
	switch (r->kind) {
	case CORE_FIELD_SIZE:
	case CORE_TYPE_SIZE: buf_printf(out, "sizeof(%s)", r->name); break;
	case CORE_FIELD_EXISTS:
	case CORE_TYPE_EXISTS:
	case CORE_ENUM_EXISTS: buf_printf(out, "exists(%s)", r->name); break;
	default: buf_puts(out, r->name);
	}
}

/* Where the number begins that the name replaces, and its length; NULL: not found. */
static const char *listcore_find(const char *line, size_t len, size_t *n)
{
	const char *p, *end = line + len, *last = NULL;

	/* "(r2 +8)", the only bracket with a sign behind a blank */
	for (p = line; p + 2 < end && !last; p++)
		if (*p == ' ' && p[1] == '+' && p[2] >= '0' && p[2] <= '9' &&
			memchr(p, ')', (size_t)(end - p)))
			last = p + 2;
	/* "r1 = 8", "r1 = 0x8 ll" */
	for (p = end; !last && p > line; p--)
		if (p[-1] == ' ' && (p + 2 != end || memcmp(p, "ll", 2) != 0))
			last = p;
	for (p = last; p && p < end && *p != ')' && *p != ' '; p++)
		;
	*n = last ? (size_t)(p - last) : 0;
	return last;
}

void listcore_left(const struct listcore_rec *r, struct buf *out)
{
	buf_printf(out, "; a CO-RE record, %s, is left out\n\t", listcore_kinds[r->kind]);
}

void listcore_put(const struct listcore_rec *r, const char *line, size_t len, struct buf *out)
{
	size_t n;
	const char *at = r->name && r->inside ? listcore_find(line, len, &n) : NULL;

	if (!r->name)
		listcore_left(r, out);
	else if (!at)
		buf_printf(out, ".core %s %s\n\t", listcore_kinds[r->kind], r->name);
	if (!at) {
		buf_add(out, line, len);
		return;
	}
	buf_add(out, line, (size_t)(at - line));
	listcore_value(r, out);
	buf_add(out, at + n, len - (size_t)(at - line) - n);
}
