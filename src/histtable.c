// SPDX-License-Identifier: MIT
/*
 * histtable.c - histograms of a table.
 *
 * A key is a slot, or a struct of a bucket and a slot, as its BTF says (padding is left out).
 * Without BTF a key of up to 8 bytes is a slot; of a larger one the last 8 bytes are, or the last
 * 4 when 8 does not divide its size, and the rest is the bucket.  Values of several CPUs are added.
 * A bucket that is a record is named by its fields.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "btftext.h"
#include "buf.h"
#include "hist.h"
#include "rawbpf_sys.h"
#include "table.h"

#define HT_STAGE "print"

/* A table's contents on their way to a histogram. */
struct ht {
	struct rawbpf_table *t;
	struct rawbpf_table_info info;
	struct hist_form form;
	struct rawbpf_error *e;
	struct table_field bucket, slot, value; /* bucket.size 0: there is none */
	size_t step;				/* of one CPU's value to the next */
	uint32_t n_cpus;			/* values of an element */
	struct buf buckets, entries;
};

/* Where the slot is in a key that BTF tells nothing about. */
static void ht_guess(struct ht *h)
{
	uint32_t size = h->info.key_size, n = size % 8 ? 4 : 8;

	h->slot = (struct table_field){.offset = size - n, .size = n};
	h->bucket = (struct table_field){.size = size - n, .is_bytes = true};
}

static bool ht_fits(const struct table_field *f, uint32_t size)
{
	return f->offset <= size && f->size <= size - f->offset;
}

/* How a bucket is shown. */
static void ht_name(struct ht *h)
{
	const struct table_field *f = &h->bucket;

	h->form.btf = table_btf(h->t);
	h->form.type = f->type;
	if (!h->form.btf || !f->type)
		h->form.name = HIST_NAME_BYTES;
	else if (!f->is_bytes)
		h->form.name = f->is_signed ? HIST_NAME_SIGNED : HIST_NAME_GUESS;
	else if (btftext_is_text(h->form.btf, f->type))
		h->form.name = HIST_NAME_TEXT;
	else
		h->form.name = HIST_NAME_TYPED;
}

static int ht_key(struct ht *h)
{
	struct table_key k;
	int err = table_key(h->t, &k);

	if (err)
		return err;
	if (k.n_fields == 1 && !k.fields[0].name && k.fields[0].is_bytes && !k.fields[0].is_text &&
		h->info.key_size > 8 && h->info.key_size % 4 == 0)
		ht_guess(h);
	else if (k.n_fields == 1)
		h->slot = k.fields[0];
	else if (k.n_fields) {
		h->bucket = k.fields[0];
		h->slot = k.fields[1];
	}
	if (!h->slot.size || h->slot.is_bytes || !ht_fits(&h->slot, h->info.key_size) ||
		!ht_fits(&h->bucket, h->info.key_size)) {
		err = err_set(h->e, HT_STAGE, -EINVAL,
			"map '%s' has no slot in its key of %u bytes", h->info.name,
			h->info.key_size);
		err_hint(h->e, "use an integer, or a struct of a bucket and then an integer");
		return err;
	}
	ht_name(h);
	return 0;
}

static bool ht_is_percpu(uint32_t type)
{
	return type == RAWBPF_MAP_PERCPU_HASH || type == RAWBPF_MAP_PERCPU_ARRAY ||
	       type == RAWBPF_MAP_LRU_PERCPU_HASH;
}

static bool ht_is_array(uint32_t type)
{
	return type == RAWBPF_MAP_ARRAY || type == RAWBPF_MAP_PERCPU_ARRAY;
}

static int ht_value(struct ht *h)
{
	struct table_key k;
	int err = table_value(h->t, &k);

	if (err)
		return err;
	h->value = k.fields[0];
	h->n_cpus = ht_is_percpu(h->info.type) ? h->info.n_cpus : 1;
	h->step = (h->info.value_size + 7) / 8 * 8;
	h->form.is_signed = h->value.is_signed;
	if (k.n_fields == 1 && !h->value.is_bytes && ht_fits(&h->value, h->info.value_size))
		return 0;
	err = err_set(h->e, HT_STAGE, -EINVAL, "map '%s' has no count in its value of %u bytes",
		h->info.name, h->info.value_size);
	err_hint(h->e, "use an integer");
	return err;
}

/* An integer of the machine's own order, extended to 64 bits. */
static uint64_t ht_number(const struct table_field *f, const void *data)
{
	const char *p = (const char *)data + f->offset;
	uint8_t v8;
	uint16_t v16;
	uint32_t v32;
	uint64_t v = 0;

	switch (f->size) {
	case 1: memcpy(&v8, p, 1); return f->is_signed ? (uint64_t)(int8_t)v8 : v8;
	case 2: memcpy(&v16, p, 2); return f->is_signed ? (uint64_t)(int16_t)v16 : v16;
	case 4: memcpy(&v32, p, 4); return f->is_signed ? (uint64_t)(int32_t)v32 : v32;
	default: memcpy(&v, p, 8); return v;
	}
}

static uint64_t ht_sum(const struct ht *h, const void *value)
{
	uint64_t sum = 0;
	uint32_t cpu;

	for (cpu = 0; cpu < h->n_cpus; cpu++)
		sum += ht_number(&h->value, (const char *)value + cpu * h->step);
	return sum;
}

/* The slot of a key; -ERANGE when it is none. */
static int ht_slot(const struct ht *h, const void *key, int max)
{
	uint64_t v = ht_number(&h->slot, key);
	char num[24];
	int slot;

	if (h->slot.is_signed || v <= INT64_MAX)
		slot = hist_slot((int64_t)v, max);
	else
		slot = -1;
	if (slot >= 0)
		return slot;
	snprintf(num, sizeof(num), h->slot.is_signed ? "%" PRId64 : "%" PRIu64, v);
	return hist_range(&(struct rawbpf_hist_opts){.error = h->e}, num, max);
}

static int ht_add(void *arg, const void *key, const void *value)
{
	struct ht *h = arg;
	struct rawbpf_hist_entry e = {.size = h->bucket.size};
	int slot, max = HIST_SECTION_MAX;

	if (!e.size && h->form.kind == HIST_LINEAR)
		max = HIST_LINEAR_MAX;
	e.count = (int64_t)ht_sum(h, value);
	/* every key of an array is there: without a count it is as good as absent */
	if (!e.count && ht_is_array(h->info.type))
		return 0;
	slot = ht_slot(h, key, max);
	if (slot < 0)
		return slot;
	e.slot = slot;
	buf_add(&h->entries, &e, sizeof(e));
	buf_add(&h->buckets, (const char *)key + h->bucket.offset, e.size);
	return h->entries.failed || h->buckets.failed
		       ? err_set(h->e, HT_STAGE, -ENOMEM, "out of memory")
		       : 0;
}

static int ht_read(
	struct ht *h, struct rawbpf_table *t, enum hist_kind kind, struct rawbpf_error *e)
{
	int err;

	*h = (struct ht){.t = t, .e = e, .form.kind = kind};
	err = rawbpf_table_info(t, &h->info);
	if (!err)
		err = ht_key(h);
	if (!err)
		err = ht_value(h);
	return err ? err : rawbpf_table_each(t, ht_add, h);
}

static void ht_free(struct ht *h)
{
	buf_free(&h->buckets);
	buf_free(&h->entries);
}

/* A table that log2 filled, not log2l: each row is one too low, zeros and ones are not shown. */
static void ht_slot0(const struct ht *h, const uint64_t *slots)
{
	if (h->form.kind == HIST_LOG2 && slots[0])
		ctx_log(table_context(h->t), RAWBPF_LOG_WARN,
			"map '%s' has %" PRIu64
			" in slot 0, which is not shown: fill it with log2l, not log2",
			h->info.name, slots[0]);
}

/* What to do with the histograms: print them, or hand them to fn. */
struct ht_use {
	hist_fn *fn; /* NULL: print */
	void *arg;
};

static int ht_use_slots(struct ht *h, const struct rawbpf_hist_opts *o, const struct ht_use *use)
{
	const struct rawbpf_hist_entry *e = (const void *)h->entries.data;
	size_t i, n = h->entries.len / sizeof(*e);
	uint64_t slots[HIST_LINEAR_MAX + 1] = {0};
	struct rawbpf_hist whole = {.slots = slots};

	for (i = 0; i < n; i++)
		slots[e[i].slot] = (uint64_t)e[i].count;
	ht_slot0(h, slots);
	n = h->form.kind == HIST_LOG2 ? HIST_LOG2_MAX + 1 : HIST_LINEAR_MAX + 1;
	if (!use->fn)
		return hist_print(o, &h->form, slots, n);
	whole.n = hist_used(slots, n);
	return use->fn(use->arg, &whole);
}

static int ht_use_sections(struct ht *h, const struct rawbpf_hist_opts *o, const struct ht_use *use)
{
	struct rawbpf_hist_entry *e = (void *)h->entries.data;
	size_t i, n = h->entries.len / sizeof(*e);

	for (i = 0; i < n; i++)
		e[i].bucket = h->buckets.data + i * h->bucket.size;
	if (use->fn)
		return hist_each_section(o, &h->form, e, n, use->fn, use->arg);
	return hist_sections(o, &h->form, e, n);
}

static int ht_histograms(struct rawbpf_table *t, enum hist_kind kind,
	const struct rawbpf_hist_opts *from, const struct ht_use *use)
{
	struct rawbpf *b = table_context(t);
	struct rawbpf_error *user;
	struct rawbpf_hist_opts o;
	struct ht h = {0};
	int err;

	if (!b)
		return -EINVAL;
	err = hist_opts(&o, from, NULL, &b->error);
	if (err)
		return err;
	user = o.error;
	o.error = &b->error;
	err = ht_read(&h, t, kind, &b->error);
	if (!err)
		err = h.bucket.size ? ht_use_sections(&h, &o, use) : ht_use_slots(&h, &o, use);
	ht_free(&h);
	if (err < 0 && user != &b->error)
		err_copy(user, &b->error);
	return err;
}

int rawbpf_print_log2_hist_opts(struct rawbpf_table *t, const struct rawbpf_hist_opts *o)
{
	return ht_histograms(t, HIST_LOG2, o, &(const struct ht_use){0});
}

int rawbpf_print_linear_hist_opts(struct rawbpf_table *t, const struct rawbpf_hist_opts *o)
{
	return ht_histograms(t, HIST_LINEAR, o, &(const struct ht_use){0});
}

int rawbpf_each_hist(struct rawbpf_table *t, bool linear, const struct rawbpf_hist_opts *o,
	int (*fn)(void *arg, const struct rawbpf_hist *h), void *arg)
{
	const struct ht_use use = {.fn = fn, .arg = arg};

	return fn ? ht_histograms(t, linear ? HIST_LINEAR : HIST_LOG2, o, &use) : -EINVAL;
}
