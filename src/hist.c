// SPDX-License-Identifier: MIT
/*
 * hist.c - log2 and linear histograms, byte for byte as bcc prints them.
 *
 * Slot i of a log2 histogram covers [2^(i-1), 2^i - 1]; slot 1 is shown as "0 -> 1" and slot 0 is
 * not shown, though it counts for the scale.  What is odd here is odd in bcc, and scripts read it:
 * a negative slot counts from the end (python's list index), sections have 65 slots even when they
 * are linear, and of two entries of one section and slot the later one stays.
 */
#include "hist.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "btftext.h"
#include "err.h"
#include "opts.h"
#include "visible.h"

#define HIST_STAGE "print"

enum {
	HIST_CELLS = 40,      /* of the bar; half as many in the wide layout */
	HIST_NARROW_MAX = 32, /* last slot whose bounds fit in ten columns */
};

static const char hist_bucket_ptr[] = "Bucket ptr"; /* bcc's default header */

/*
 * The exact quotient is q = f + r/max.  A double near an integer f + 1 from below has steps of
 * 2^(e-52), where 2^e <= q; so q rounds up to f + 1, which is even, when the distance max - r is
 * at most max * 2^(e-53).
 */
unsigned hist_stars(unsigned cells, uint64_t val, uint64_t max)
{
	unsigned bit, e1 = 0, f = 0;
	uint64_t r = 0;

	if (!max || val >= max)
		return max ? cells : 0;
	for (bit = 1U << 31; bit; bit >>= 1) { /* k * val = f * max + r, k growing to cells */
		f *= 2;
		f += r >= max - r;
		r = r >= max - r ? r - (max - r) : 2 * r;
		if (!(cells & bit))
			continue;
		f += r >= max - val;
		r = r >= max - val ? r - (max - val) : r + val;
	}
	while (e1 < 32 && f >> e1) /* e + 1 */
		e1++;
	return f + (max - r <= max >> (54 - e1));
}

/* Columns that python counts: code points of UTF-8. */
static int hist_columns(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static int hist_header(FILE *out, int indent, const char *label, int width)
{
	int pad = width - hist_columns(label);

	return fprintf(out, "%*s%s%*s : count     distribution\n", indent, "", label,
		pad > 0 ? pad : 0, "");
}

static int hist_row(
	FILE *out, const struct hist_form *form, uint64_t val, uint64_t max, unsigned cells)
{
	bool negative = form->is_signed && val >> 63;
	unsigned n = negative ? 0 : hist_stars(cells, val, max);
	static const char stars[] = "****************************************";
	char num[24];

	snprintf(num, sizeof(num), negative ? "-%" PRIu64 : "%" PRIu64, negative ? 0 - val : val);
	return fprintf(out, "%-8s |%.*s%*s|\n", num, (int)n, stars, (int)(cells - n), "");
}

static int hist_label(FILE *out, enum hist_kind kind, int i, bool wide)
{
	uint64_t low, high;

	if (kind == HIST_LINEAR)
		return fprintf(out, "        %-10d : ", i);
	low = i == 1 ? 0 : UINT64_C(1) << (i - 1);
	high = UINT64_MAX >> (64 - i);
	return fprintf(
		out, "%*" PRIu64 " -> %-*" PRIu64 " : ", wide ? 20 : 10, low, wide ? 20 : 10, high);
}

/* The rows; negative after a failure to write. */
static int hist_body(const struct rawbpf_hist_opts *o, const struct hist_form *form,
	const uint64_t *slots, int last, uint64_t max)
{
	bool wide = form->kind == HIST_LOG2 && last > HIST_NARROW_MAX;
	unsigned cells = wide ? HIST_CELLS / 2 : HIST_CELLS;
	bool skip = o->strip_leading_zero;
	int i;

	if (form->kind == HIST_LINEAR)
		i = hist_header(o->out, 5, o->val_type, 13);
	else
		i = hist_header(o->out, wide ? 15 : 5, o->val_type, wide ? 29 : 19);
	if (i < 0)
		return i;
	for (i = form->kind == HIST_LOG2; i <= last; i++) {
		if (skip && !slots[i])
			continue;
		skip = false;
		if (hist_label(o->out, form->kind, i, wide) < 0 ||
			hist_row(o->out, form, slots[i], max, cells) < 0)
			return -1;
	}
	return 0;
}

static int hist_one(const struct rawbpf_hist_opts *o, const struct hist_form *form,
	const uint64_t *slots, size_t n)
{
	uint64_t max = 0;
	int i, last = -1;

	for (i = 0; (size_t)i < n; i++) {
		if (!slots[i] || (form->is_signed && slots[i] >> 63))
			continue;
		last = i;
		if (slots[i] > max)
			max = slots[i];
	}
	if (last < (form->kind == HIST_LOG2))
		return 0;
	return hist_body(o, form, slots, last, max);
}

/* What was written has gone out, or says why not. */
static int hist_end(const struct rawbpf_hist_opts *o, int written)
{
	int err = errno;

	if (written >= 0) {
		errno = 0;
		if (!fflush(o->out))
			return 0;
		err = errno;
	}
	return err_set(o->error, HIST_STAGE, err ? -err : -EIO, "histogram cannot be written");
}

int hist_slot(int64_t slot, int max)
{
	if (slot < 0)
		slot += max + 1;
	return slot < 0 || slot > max ? -1 : (int)slot;
}

int hist_range(const struct rawbpf_hist_opts *o, const char *slot, int max)
{
	int err = err_set(o->error, HIST_STAGE, -ERANGE,
		"slot '%s' is outside the histogram, whose last slot is %d", slot, max);

	err_hint(o->error, max == HIST_LINEAR_MAX ? "divide the value into fewer, wider slots"
						  : "make log2 slots with the log2l macro");
	return err;
}

int hist_print(const struct rawbpf_hist_opts *o, const struct hist_form *form,
	const uint64_t *slots, size_t n)
{
	int max = form->kind == HIST_LOG2 ? HIST_LOG2_MAX : HIST_LINEAR_MAX;
	char num[24];
	size_t i;

	if (!slots && n)
		return err_set(o->error, HIST_STAGE, -EINVAL, "no slots given");
	for (i = (size_t)max + 1; i < n; i++) {
		if (!slots[i])
			continue;
		snprintf(num, sizeof(num), "%zu", i);
		return hist_range(o, num, max);
	}
	return hist_end(o, hist_one(o, form, slots, n <= (size_t)max ? n : (size_t)max + 1));
}

size_t hist_used(const uint64_t *slots, size_t n)
{
	while (n && !slots[n - 1])
		n--;
	return n;
}

/* ---- sections ---- */

#ifndef RAWBPF_NO_BUCKETS

struct hist_section {
	uint64_t slots[HIST_SECTION_MAX + 1];
	size_t size;
	uint64_t bucket[]; /* size bytes, aligned for any member of a caller's struct */
};

/* Sections in the order of their first entry, found by hash. */
struct hist_set {
	struct hist_section **list;  /* n of them, room for as many as there are entries */
	struct hist_section **index; /* mask + 1 places, half of them free */
	size_t n, mask;
	uint64_t *copy; /* of an entry's bucket, for bucket_fn */
};

static void hist_set_free(struct hist_set *s)
{
	while (s->n)
		free(s->list[--s->n]);
	free(s->list);
	free(s->index);
	free(s->copy);
}

/* Room for the sections of n entries, and a copy of the largest bucket. */
static int hist_set_init(
	struct hist_set *s, const struct rawbpf_hist_entry *entries, size_t n, const char **why)
{
	size_t i, most = 1;

	for (i = 0; i < n; i++) {
		*why = "an entry has no bucket";
		if (!entries[i].bucket && entries[i].size)
			return -EINVAL;
		if (entries[i].size > most)
			most = entries[i].size;
	}
	*why = "out of memory";
	if (n > SIZE_MAX / 64 || most > SIZE_MAX / 2)
		return -ENOMEM;
	s->mask = 7;
	while (s->mask + 1 < 2 * n)
		s->mask = s->mask * 2 + 1;
	s->list = calloc(n ? n : 1, sizeof(struct hist_section *));
	s->index = calloc(s->mask + 1, sizeof(struct hist_section *));
	s->copy = malloc(most + sizeof(*s->copy));
	return s->list && s->index && s->copy ? 0 : -ENOMEM;
}

static struct hist_section *hist_section_of(struct hist_set *s, size_t size)
{
	const unsigned char *p = (const unsigned char *)s->copy;
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	struct hist_section *sec;
	size_t i;

	for (i = 0; i < size; i++)
		hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
	for (i = (size_t)(hash ^ hash >> 32) & s->mask; s->index[i]; i = (i + 1) & s->mask)
		if (s->index[i]->size == size && !memcmp(s->index[i]->bucket, p, size))
			return s->index[i];
	sec = calloc(1, sizeof(*sec) + size + sizeof(*s->copy));
	if (!sec)
		return NULL;
	memcpy(sec->bucket, p, size);
	sec->size = size;
	s->index[i] = sec;
	s->list[s->n++] = sec;
	return sec;
}

static int hist_add(struct hist_set *s, const struct rawbpf_hist_opts *o,
	const struct hist_form *form, const struct rawbpf_hist_entry *e)
{
	int slot = hist_slot(e->slot, HIST_SECTION_MAX);
	struct hist_section *sec;
	char *copy = (char *)s->copy;
	char num[24];
	size_t len;

	if (slot < 0) {
		snprintf(num, sizeof(num), "%" PRId64, e->slot);
		return hist_range(o, num, HIST_SECTION_MAX);
	}
	if (e->size)
		memcpy(copy, e->bucket, e->size);
	if (o->bucket_fn)
		o->bucket_fn(copy, e->size, o->arg);
	if (form->name == HIST_NAME_TEXT) {
		len = strnlen(copy, e->size);
		memset(copy + len, 0, e->size - len);
	}
	sec = hist_section_of(s, e->size);
	if (!sec)
		return err_set(o->error, HIST_STAGE, -ENOMEM, "out of memory");
	sec->slots[slot] = (uint64_t)e->count;
	return 0;
}

/* A merge sort: stable, and no comparison that needs a global. */
static void hist_sort(const struct rawbpf_hist_opts *o, struct hist_section **a, size_t n,
	struct hist_section **spare)
{
	size_t half = n / 2, i = 0, j = half, k = 0;

	if (n < 2)
		return;
	hist_sort(o, a, half, spare);
	hist_sort(o, a + half, n - half, spare);
	while (i < half && j < n)
		spare[k++] = o->bucket_sort_fn(a[i]->bucket, a[j]->bucket, o->arg) <= 0 ? a[i++]
											: a[j++];
	while (i < half)
		spare[k++] = a[i++];
	memcpy(a, spare, k * sizeof(*a));
}

static uint64_t hist_number(const void *p, size_t size)
{
	uint32_t v32;
	uint16_t v16;
	uint64_t v;

	switch (size) {
	case 1: return *(const uint8_t *)p;
	case 2: memcpy(&v16, p, 2); return v16;
	case 4: memcpy(&v32, p, 4); return v32;
	default: memcpy(&v, p, 8); return v;
	}
}

/* A record names its fields itself: nothing stands before it that the caller did not ask for. */
static bool hist_is_bare(const struct rawbpf_hist_opts *o, const struct hist_form *form)
{
	return form->name == HIST_NAME_TYPED && !o->section_print_fn &&
	       o->section_header == hist_bucket_ptr && btftext_is_record(form->btf, form->type);
}

static bool hist_is_text(const struct hist_form *form, const struct hist_section *s)
{
	if (form->name == HIST_NAME_TEXT)
		return true;
	return form->name == HIST_NAME_BYTES ? visible_is_text(s->bucket, s->size)
					     : *(const char *)s->bucket != '\0';
}

static int hist_name(const struct rawbpf_hist_opts *o, const struct hist_form *form,
	const struct hist_section *s)
{
	bool number = s->size == 1 || s->size == 2 || s->size == 4 || s->size == 8;
	uint64_t v;

	if (o->section_print_fn) {
		o->section_print_fn(o->out, s->bucket, s->size, o->arg);
		return ferror(o->out) ? -1 : 0;
	}
	if (form->name == HIST_NAME_TYPED)
		return btftext_put(
			o->out, form->btf, form->type, s->bucket, s->size, hist_is_bare(o, form));
	if (form->name == HIST_NAME_TEXT || !number)
		return (hist_is_text(form, s) ? visible_text : visible_bytes)(
			o->out, s->bucket, s->size);
	v = hist_number(s->bucket, s->size);
	if (form->name != HIST_NAME_SIGNED || !(v >> (s->size * 8 - 1)))
		return fprintf(o->out, "%" PRIu64, v);
	return fprintf(o->out, "-%" PRIu64, (UINT64_MAX >> (64 - s->size * 8)) - v + 1);
}

static int hist_print_set(
	const struct rawbpf_hist_opts *o, const struct hist_form *form, struct hist_set *s)
{
	bool bare = hist_is_bare(o, form);
	struct hist_section *sec;
	size_t i;

	for (i = 0; i < s->n; i++) {
		sec = s->list[i];
		if (fprintf(o->out, "\n%s%s", bare ? "" : o->section_header, bare ? "" : " = ") <
				0 ||
			hist_name(o, form, sec) < 0 || fputc('\n', o->out) < 0 ||
			hist_one(o, form, sec->slots, HIST_SECTION_MAX + 1) < 0)
			return -1;
	}
	return 0;
}

static int hist_call(const struct rawbpf_hist_opts *o, const struct hist_form *form,
	const struct hist_section *s, hist_fn *fn, void *arg)
{
	struct rawbpf_hist h = {.bucket = s->bucket, .size = s->size, .slots = s->slots};
	struct rawbpf_hist_opts named = *o;
	char *text = NULL;
	size_t len;
	int ret = -1;

	named.out = open_memstream(&text, &len);
	if (named.out) {
		ret = hist_name(&named, form, s);
		ret = fclose(named.out) ? -1 : ret;
	}
	h.section = text;
	h.n = hist_used(s->slots, HIST_SECTION_MAX + 1);
	ret = ret < 0 ? err_set(o->error, HIST_STAGE, -ENOMEM, "out of memory") : fn(arg, &h);
	free(text);
	return ret;
}

static int hist_set_fill(struct hist_set *s, const struct rawbpf_hist_opts *o,
	const struct hist_form *form, const struct rawbpf_hist_entry *entries, size_t n)
{
	const char *why;
	size_t i;
	int err;

	if (!entries && n)
		return err_set(o->error, HIST_STAGE, -EINVAL, "no entries given");
	err = hist_set_init(s, entries, n, &why);
	if (err)
		return err_set(o->error, HIST_STAGE, err, "%s", why);
	for (i = 0; i < n && !err; i++)
		err = hist_add(s, o, form, &entries[i]);
	/* the index has served: its memory is the sort's */
	if (!err && o->bucket_sort_fn)
		hist_sort(o, s->list, s->n, s->index);
	return err;
}

int hist_sections(const struct rawbpf_hist_opts *o, const struct hist_form *form,
	const struct rawbpf_hist_entry *entries, size_t n)
{
	struct hist_set s = {0};
	int err = hist_set_fill(&s, o, form, entries, n);

	if (!err)
		err = hist_end(o, hist_print_set(o, form, &s));
	hist_set_free(&s);
	return err;
}

int hist_each_section(const struct rawbpf_hist_opts *o, const struct hist_form *form,
	const struct rawbpf_hist_entry *entries, size_t n, hist_fn *fn, void *arg)
{
	struct hist_set s = {0};
	int ret = hist_set_fill(&s, o, form, entries, n);
	size_t i;

	for (i = 0; i < s.n && !ret; i++)
		ret = hist_call(o, form, s.list[i], fn, arg);
	hist_set_free(&s);
	return ret;
}

#else

int hist_sections(const struct rawbpf_hist_opts *o, const struct hist_form *form,
	const struct rawbpf_hist_entry *entries, size_t n)
{
	(void)form, (void)entries, (void)n;
	return err_words(o->error, HIST_STAGE, -EOPNOTSUPP,
		"a histogram of several buckets, and built without (RAWBPF_NO_BUCKETS)");
}

int hist_each_section(const struct rawbpf_hist_opts *o, const struct hist_form *form,
	const struct rawbpf_hist_entry *entries, size_t n, hist_fn *fn, void *arg)
{
	(void)fn, (void)arg;
	return hist_sections(o, form, entries, n);
}

#endif

/* ---- the public calls ---- */

int hist_opts(struct rawbpf_hist_opts *o, const struct rawbpf_hist_opts *from, FILE *out,
	struct rawbpf_error *e)
{
	int err;

	if (from && from->sz >= offsetof(struct rawbpf_hist_opts, error) + sizeof(from->error) &&
		from->error)
		e = from->error;
	err = opts_read(o, sizeof(*o), from, HIST_STAGE, e);
	if (err)
		return err;
	o->error = e;
	if (out)
		o->out = out;
	if (!o->out)
		o->out = stdout;
	if (!o->val_type)
		o->val_type = "value";
	if (!o->section_header)
		o->section_header = hist_bucket_ptr;
	return 0;
}

static int hist_public(FILE *out, enum hist_kind kind, const uint64_t *slots, size_t n,
	const struct rawbpf_hist_opts *o)
{
	const struct hist_form form = {.kind = kind};
	struct rawbpf_hist_opts all;
	int err = hist_opts(&all, o, out, NULL);

	return err ? err : hist_print(&all, &form, slots, n);
}

int rawbpf_fprint_log2_hist_opts(
	FILE *out, const uint64_t *slots, size_t n, const struct rawbpf_hist_opts *o)
{
	return hist_public(out, HIST_LOG2, slots, n, o);
}

int rawbpf_fprint_linear_hist_opts(
	FILE *out, const uint64_t *slots, size_t n, const struct rawbpf_hist_opts *o)
{
	return hist_public(out, HIST_LINEAR, slots, n, o);
}

#ifndef RAWBPF_NO_BUCKETS

static int hist_public_sections(FILE *out, enum hist_kind kind, const struct rawbpf_hist_entry *e,
	size_t n, const struct rawbpf_hist_opts *o)
{
	const struct hist_form form = {.kind = kind, .is_signed = true};
	struct rawbpf_hist_opts all;
	int err = hist_opts(&all, o, out, NULL);

	return err ? err : hist_sections(&all, &form, e, n);
}

int rawbpf_fprint_log2_sections_opts(
	FILE *out, const struct rawbpf_hist_entry *e, size_t n, const struct rawbpf_hist_opts *o)
{
	return hist_public_sections(out, HIST_LOG2, e, n, o);
}

int rawbpf_fprint_linear_sections_opts(
	FILE *out, const struct rawbpf_hist_entry *e, size_t n, const struct rawbpf_hist_opts *o)
{
	return hist_public_sections(out, HIST_LINEAR, e, n, o);
}

#endif
