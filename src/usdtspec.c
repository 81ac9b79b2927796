// SPDX-License-Identifier: MIT
/*
 * usdtspec.c - operands of USDT probes as objects for libbpf read them.
 *
 * Code compiled with libbpf's usdt.bpf.h has one program for all places of a probe.  It asks for
 * its attach cookie, takes the record of that number from the array __bpf_usdt_specs, and finds
 * there for each operand a constant, a register's offset in pt_regs, or the registers and the
 * number that make an address.  The struct's fields have moved and become more from version to
 * version, so the object's own BTF says where each is.
 */
#include "usdtspec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "map.h"
#include "rawbpf.h"

#define USDTSPEC_ARGS 64 /* operands of a record, at most; headers have 12 */

/* Where a number is: bits from the record's or the operand's begin, as BTF counts them. */
struct usdtspec_field {
	uint32_t at, bits; /* bits 0: there is no such field */
};

enum usdtspec_arg { /* of an operand; the order is usdtspec_arg_names' */
	USDTSPEC_VAL_OFF,
	USDTSPEC_TYPE,
	USDTSPEC_REG_OFF,
	USDTSPEC_SIGNED,
	USDTSPEC_BITSHIFT,
	USDTSPEC_IDX_REG_OFF, /* of an index: libbpf 1.7 */
	USDTSPEC_SCALE_BITSHIFT,
	USDTSPEC_ARG_FIELDS,
	USDTSPEC_ARG_NEEDED = USDTSPEC_IDX_REG_OFF,
};

static const char *const usdtspec_arg_names[] = {"val_off", "arg_type", "reg_off", "arg_signed",
	"arg_bitshift", "idx_reg_off", "scale_bitshift"};

struct usdtspec_layout {
	struct usdtspec_field cookie, count;
	struct usdtspec_field arg[USDTSPEC_ARG_FIELDS]; /* from the operand's begin */
	uint32_t args_at, arg_bits, n_args;
	uint32_t size; /* bytes of a record */
};

/* enum __bpf_usdt_arg_type */
enum usdtspec_type {
	USDTSPEC_CONST,
	USDTSPEC_REG,
	USDTSPEC_DEREF,
	USDTSPEC_SIB,
	USDTSPEC_NONE = 0x7f, /* none that code knows: it gives -EINVAL */
};

struct usdtspecs {
	const struct map *map;
	struct usdtspec_layout layout;
	unsigned char *records; /* as in the map: cap of them */
	uint32_t *holders, cap; /* of each */
};

/* ---- the struct -------------------------------------------------------------------------- */

static bool usdtspec_member(
	const struct btf *b, const struct btf_type *t, const char *name, struct btf_member *m)
{
	uint32_t i;

	for (i = 0; i < t->vlen; i++) {
		btf_member(b, t, i, m);
		if (!strcmp(m->name, name))
			return true;
	}
	return false;
}

/* false: it is not there, or is no number inside of the struct's first bits */
static bool usdtspec_find(const struct btf *b, const struct btf_type *t, const char *name,
	uint32_t bits, struct usdtspec_field *f)
{
	struct btf_member m;
	int64_t size;

	memset(f, 0, sizeof(*f));
	if (!usdtspec_member(b, t, name, &m))
		return false;
	size = btf_size(b, m.type);
	if (size <= 0 || size > 8)
		return false;
	f->at = m.bit_offset;
	f->bits = m.bit_size ? m.bit_size : (uint32_t)size * 8;
	if (f->bits <= 64 && f->at <= bits && f->bits <= bits - f->at)
		return true;
	f->bits = 0;
	return false;
}

static bool usdtspec_arg_layout(const struct btf *b, uint32_t type, struct usdtspec_layout *l)
{
	struct btf_type t;
	unsigned i;

	if (!btf_plain(b, type, &t) || t.kind != BTF_STRUCT || !t.size || t.size > 4096)
		return false;
	l->arg_bits = t.size * 8;
	for (i = 0; i < USDTSPEC_ARG_FIELDS; i++)
		if (!usdtspec_find(b, &t, usdtspec_arg_names[i], l->arg_bits, &l->arg[i]) &&
			i < USDTSPEC_ARG_NEEDED)
			return false;
	return true;
}

static bool usdtspec_layout(
	const struct btf *b, const struct object_map *m, struct usdtspec_layout *l)
{
	struct btf_member args;
	struct btf_type t, array;
	uint32_t elem;

	memset(l, 0, sizeof(*l));
	l->size = m->value_size;
	if (!b || !m->value_btf || m->type != RAWBPF_MAP_ARRAY || m->key_size != 4 ||
		l->size > 1U << 20 || !btf_plain(b, m->value_btf, &t) || t.kind != BTF_STRUCT ||
		!usdtspec_find(b, &t, "usdt_cookie", l->size * 8, &l->cookie) ||
		!usdtspec_find(b, &t, "arg_cnt", l->size * 8, &l->count) ||
		!usdtspec_member(b, &t, "args", &args) || !btf_plain(b, args.type, &array) ||
		array.kind != BTF_ARRAY)
		return false;
	btf_array(b, &array, &elem, &l->n_args);
	l->args_at = args.bit_offset;
	return usdtspec_arg_layout(b, elem, l) && l->n_args && l->n_args <= USDTSPEC_ARGS &&
	       l->args_at <= l->size * 8 && l->n_args <= (l->size * 8 - l->args_at) / l->arg_bits;
}

/* Numbers and bits begin at a byte's lowest bit where the lowest byte is the first. */
static void usdtspec_set(
	unsigned char *record, uint32_t from, const struct usdtspec_field *f, uint64_t v)
{
	uint32_t i, at;
	unsigned bit;

	for (i = 0; i < f->bits; i++) {
		at = from + f->at + i;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		bit = 1U << (at & 7);
		if (v >> i & 1)
#else
		bit = 0x80U >> (at & 7);
		if (v >> (f->bits - 1 - i) & 1)
#endif
			record[at / 8] |= (unsigned char)bit;
		else
			record[at / 8] &= (unsigned char)~bit;
	}
}

/* Does v fit the field, as a number with a sign or without? */
static bool usdtspec_fits(const struct usdtspec_field *f, uint64_t v, bool is_signed)
{
	return f->bits == 64 || (f->bits && !(v >> (f->bits - is_signed)));
}

/* ---- an operand -------------------------------------------------------------------------- */

/* What code makes of an operand's record. */
struct usdtspec_record {
	enum usdtspec_type type;
	int64_t val;
	uint32_t reg, index; /* bytes into pt_regs, of 8 bytes each */
	unsigned scale, bits;
	bool is_signed;
};

/* Where the 8 bytes begin that have a register's value lowest. */
static uint32_t usdtspec_reg(const struct usdtcode_reg *r)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return r->off;
#else
	return (uint32_t)(r->off + r->size - 8);
#endif
}

/* Is the whole register what counts?  Else 8 bytes of it are not its value. */
static bool usdtspec_whole(const struct usdtcode_op *op, const struct usdtcode_reg *r)
{
	/* the upper half is 0 while a program of 32 bits runs */
	return r->size == 8 || (r->size == 4 && op->bits == 32);
}

/* Up to two registers of an address: those that the operand has. */
static bool usdtspec_address(const struct usdtcode_op *op, struct usdtspec_record *r)
{
	const struct usdtcode_reg *const all[] = {&op->base, &op->ip};
	const struct usdtcode_reg *base = NULL, *index = NULL;
	unsigned i;

	for (i = 0; i < 2; i++) {
		if (!all[i]->size)
			continue;
		if (index || (base && op->index.size))
			return false;
		index = base;
		base = all[i];
	}
	if (op->index.size && index)
		return false;
	if (op->index.size) {
		index = &op->index;
		r->scale = op->shift;
	}
	if (!base && index && !op->shift) {
		base = index;
		index = NULL;
	}
	if (op->task || !base || !usdtspec_whole(op, base) || (index && !usdtspec_whole(op, index)))
		return false;
	r->reg = usdtspec_reg(base);
	r->val = op->val;
	r->type = index ? USDTSPEC_SIB : USDTSPEC_DEREF;
	r->index = index ? usdtspec_reg(index) : 0;
	return true;
}

static void usdtspec_operand(const struct usdtcode_op *op, struct usdtspec_record *r)
{
	memset(r, 0, sizeof(*r));
	r->type = USDTSPEC_NONE;
	r->bits = op->size * 8U;
	r->is_signed = op->is_signed;
	if (op->kind == RAWBPF_ARG_CONST) {
		r->type = USDTSPEC_CONST;
		r->val = op->val;
	} else if (op->kind == RAWBPF_ARG_REG) {
		r->type = USDTSPEC_REG;
		r->reg = usdtspec_reg(&op->base);
		r->bits = op->base.size * 8U;
	} else if (op->kind == RAWBPF_ARG_MEM && !usdtspec_address(op, r)) {
		r->type = USDTSPEC_NONE;
	}
}

/* false: the record has no room for what r says; it is left as one that cannot be read */
static bool usdtspec_put_arg(const struct usdtspec_layout *l, unsigned char *record, unsigned i,
	const struct usdtspec_record *r)
{
	uint32_t at = l->args_at + i * l->arg_bits;
	bool sib = r->type == USDTSPEC_SIB;

	usdtspec_set(record, at, &l->arg[USDTSPEC_TYPE], USDTSPEC_NONE);
	if (r->type == USDTSPEC_NONE || !usdtspec_fits(&l->arg[USDTSPEC_REG_OFF], r->reg, true) ||
		(sib && (!usdtspec_fits(&l->arg[USDTSPEC_IDX_REG_OFF], r->index, false) ||
				!usdtspec_fits(&l->arg[USDTSPEC_SCALE_BITSHIFT], r->scale, false))))
		return false;
	usdtspec_set(record, at, &l->arg[USDTSPEC_TYPE], r->type);
	usdtspec_set(record, at, &l->arg[USDTSPEC_VAL_OFF], (uint64_t)r->val);
	usdtspec_set(record, at, &l->arg[USDTSPEC_REG_OFF], r->reg);
	usdtspec_set(record, at, &l->arg[USDTSPEC_SIGNED], r->is_signed);
	usdtspec_set(record, at, &l->arg[USDTSPEC_BITSHIFT], 64 - r->bits);
	usdtspec_set(record, at, &l->arg[USDTSPEC_IDX_REG_OFF], r->index);
	usdtspec_set(record, at, &l->arg[USDTSPEC_SCALE_BITSHIFT], r->scale);
	return true;
}

/* ---- a place ----------------------------------------------------------------------------- */

static void usdtspec_log(
	struct rawbpf *b, const struct usdtspec_place *p, unsigned n, const char *why)
{
	ctx_log(b, RAWBPF_LOG_WARN,
		"operand %u of probe '%s' cannot be told to a program for libbpf: %s", n, p->name,
		why);
}

/* The record of a place; -ENOMEM: nothing else ends it. */
static int usdtspec_fill(struct rawbpf *b, const struct usdtspec_layout *l,
	const struct usdtspec_place *p, unsigned char *record)
{
	unsigned i, n = p->n < l->n_args ? p->n : l->n_args;
	struct usdtspec_record r;
	struct rawbpf_error e;
	struct usdtcode_op op;
	int err;

	for (i = 0; i < n; i++) {
		err = p->operand(p->arg, i + 1, &op, &e);
		if (err == -ENOMEM)
			return err_set(&b->error, "attach", err, "out of memory");
		r.type = USDTSPEC_NONE;
		if (err)
			usdtspec_log(b, p, i + 1, e.msg);
		else
			usdtspec_operand(&op, &r);
		if (!usdtspec_put_arg(l, record, i, &r) && !err)
			usdtspec_log(b, p, i + 1,
				"it is no constant, register, or memory at a register and a "
				"number");
	}
	usdtspec_set(record, 0, &l->count, n);
	usdtspec_set(record, 0, &l->cookie, p->cookie);
	return 0;
}

/* ---- the map ----------------------------------------------------------------------------- */

bool usdtspec_is_read(const struct object *o, const struct object_code *c)
{
	size_t i;

	for (i = 0; i < c->n_refs; i++)
		if (!strcmp(o->maps[c->refs[i].map].name, USDTSPEC_MAP))
			return true;
	return false;
}

static int usdtspec_open(struct rawbpf *b)
{
	const struct map *m = map_find(b, USDTSPEC_MAP);
	struct usdtspec_layout l;

	if (b->usdtspecs)
		return 0;
	if (!m || !usdtspec_layout(b->object->btf, m->def, &l)) {
		err_set(&b->error, "attach", -EINVAL,
			"map '" USDTSPEC_MAP "' has records of no form that libbpf had");
		err_hint(&b->error, "is it that of its usdt.bpf.h, with -g?");
		return -EINVAL;
	}
	b->usdtspecs = calloc(1, sizeof(*b->usdtspecs));
	if (!b->usdtspecs)
		return err_set(&b->error, "attach", -ENOMEM, "out of memory");
	b->usdtspecs->map = m;
	b->usdtspecs->layout = l;
	return 0;
}

static unsigned char *usdtspec_at(const struct usdtspecs *s, uint32_t id)
{
	return s->records + (size_t)id * s->layout.size;
}

/* One record more than there are. */
static int usdtspec_grow(struct rawbpf *b)
{
	struct usdtspecs *s = b->usdtspecs;
	uint32_t *holders;
	unsigned char *p;

	if (s->cap == s->map->max_entries) {
		err_set(&b->error, "attach", -E2BIG,
			"the object's map '" USDTSPEC_MAP "' has room for %u different places, "
			"which are in use",
			s->cap);
		err_hint(&b->error, "compile it with a larger BPF_USDT_MAX_SPEC_CNT");
		return -E2BIG;
	}
	p = realloc(s->records, ((size_t)s->cap + 1) * s->layout.size);
	if (p)
		s->records = p;
	holders = realloc(s->holders, ((size_t)s->cap + 1) * sizeof(*holders));
	if (holders)
		s->holders = holders;
	if (!p || !holders)
		return err_set(&b->error, "attach", -ENOMEM, "out of memory");
	memset(usdtspec_at(s, s->cap), 0, s->layout.size);
	s->holders[s->cap++] = 0;
	return 0;
}

static int usdtspec_write(struct rawbpf *b, uint32_t id)
{
	struct usdtspecs *s = b->usdtspecs;
	union rawbpf_attr a;
	int err;

	memset(&a, 0, sizeof(a));
	a.elem.map_fd = (uint32_t)s->map->fd;
	a.elem.key = (uintptr_t)&id;
	a.elem.value = (uintptr_t)usdtspec_at(s, id);
	err = sys_bpf(&b->sys, RAWBPF_MAP_UPDATE_ELEM, &a, sizeof(a.elem), USDTSPEC_MAP);
	if (err)
		return err_set(
			&b->error, "attach", err, "map '" USDTSPEC_MAP "' cannot be written to");
	return 0;
}

/* A record of these bytes: one that is held, or a free one, which then is written. */
static int usdtspec_share(struct rawbpf *b, const unsigned char *record, uint64_t *id)
{
	struct usdtspecs *s = b->usdtspecs;
	uint32_t i, unused;
	int err = 0;

	for (i = 0, unused = s->cap; i < s->cap; i++) {
		if (!s->holders[i] && unused == s->cap)
			unused = i;
		if (s->holders[i] && !memcmp(usdtspec_at(s, i), record, s->layout.size))
			break;
	}
	if (i == s->cap) {
		i = unused;
		if (i == s->cap)
			err = usdtspec_grow(b);
		if (err)
			return err;
		memcpy(usdtspec_at(s, i), record, s->layout.size);
		err = usdtspec_write(b, i);
	}
	if (err)
		return err;
	s->holders[i]++;
	*id = i;
	return 0;
}

int usdtspec_get(struct rawbpf *b, const struct usdtspec_place *p, uint64_t *id)
{
	const struct usdtspec_layout *l;
	unsigned char *record;
	int err = usdtspec_open(b);

	if (err)
		return err;
	l = &b->usdtspecs->layout;
	record = calloc(1, l->size);
	if (!record)
		return err_set(&b->error, "attach", -ENOMEM, "out of memory");
	err = usdtspec_fill(b, l, p, record);
	if (!err)
		err = usdtspec_share(b, record, id);
	free(record);
	return err;
}

void usdtspec_hold(struct rawbpf *b, uint64_t id)
{
	if (b->usdtspecs && id < b->usdtspecs->cap)
		b->usdtspecs->holders[id]++;
}

void usdtspec_put(struct rawbpf *b, uint64_t id)
{
	if (b->usdtspecs && id < b->usdtspecs->cap && b->usdtspecs->holders[id])
		b->usdtspecs->holders[id]--;
}

void usdtspec_free(struct rawbpf *b)
{
	if (!b->usdtspecs)
		return;
	free(b->usdtspecs->records);
	free(b->usdtspecs->holders);
	free(b->usdtspecs);
	b->usdtspecs = NULL;
}
