// SPDX-License-Identifier: MIT
/*
 * kname.c - names of the target's types: the steps they are made of, and where these lead.
 *
 * In an object for any kernel the number that a name stands for is known only when it is loaded.
 * The instruction that holds it gets a CO-RE record, so such a name has to be all of a constant, in
 * a place that loaders can change: the distance of a load or store, the operand of arithmetic, a
 * 64-bit constant.  kname_keep() remembers the name until the instruction comes; what is left when
 * the line ends stood somewhere else.
 */
#include "kname.h"

#include <errno.h>
#include <stdio.h>

#include "insn.h"

bool kname_known(const struct parse *p)
{
	const struct bpfasm_resolver *r = p->o->resolver;

	return r && r->sz >= offsetof(struct bpfasm_resolver, type_path) + sizeof(r->type_path) &&
	       r->type_path;
}

bool kname_told(const struct parse *p, const char *s, size_t len)
{
	return kname_known(p) || names_get(&p->knames, s, len);
}

static struct kname *kname_new(
	struct pool *pool, const char *path, const struct bpfasm_step *steps, uint32_t n)
{
	struct kname *k = pool_alloc(pool, sizeof(*k));
	struct bpfasm_step *copy = pool_alloc(pool, n * sizeof(*copy));
	uint32_t i;

	if (!k || !copy)
		return NULL;
	memcpy(copy, steps, n * sizeof(*copy));
	k->text = path;
	k->step = copy;
	k->n = n;
	for (i = 0; i < n; i++)
		k->hops += steps[i].kind == BPFASM_STEP_TYPE;
	return k;
}

int kname_declare(
	struct parse *p, const char *s, size_t len, const struct bpfasm_step *steps, uint32_t n)
{
	const char *path = pool_strndup(p->pool, s, len);
	struct kname *k = path ? kname_new(p->pool, path, steps, n) : NULL;

	if (names_get(&p->knames, s, len))
		return -EEXIST;
	if (!k)
		return -ENOMEM;
	k->declared = true;
	return names_put(&p->knames, p->pool, path, len, k);
}

int kname_get(struct parse *p, const struct tok *t, const char *s, size_t len,
	const struct kname **out, char *msg, size_t msg_len)
{
	const struct bpfasm_resolver *r = p->o->resolver;
	struct bpfasm_step steps[BPFASM_STEPS];
	char *path;
	struct kname *k = names_get(&p->knames, s, len);
	int n;

	*out = k;
	if (k)
		return 1;
	path = pool_strndup(p->pool, s, len);
	if (!path)
		return -ENOMEM;
	if (!kname_known(p)) {
		snprintf(msg, msg_len, "'%.100s' needs a target: the BTF of a kernel", path);
		return 0;
	}
	snprintf(msg, msg_len, "no type '%.100s'", path);
	n = r->type_path(r->arg, path, steps, msg, msg_len);
	if (n == -ENOENT)
		return 0;
	if (n <= 0 || n > BPFASM_STEPS || steps[0].kind != BPFASM_STEP_TYPE)
		return *path == '.' ? 0 : parse_target_error(p, t, n < 0 ? n : -EINVAL, msg);
	k = kname_new(p->pool, path, steps, (uint32_t)n);
	if (!k || names_put(&p->knames, p->pool, path, len, k))
		return -ENOMEM;
	*out = k;
	return 1;
}

/* The bytes that hold a bit field, by the rule of CO-RE: as many as its type has, or more. */
static bool kname_bits(struct kname_place *out, uint64_t bit, uint64_t size, bool big_endian)
{
	uint64_t at;

	if (size != 1 && size != 2 && size != 4 && size != 8)
		return false;
	for (at = bit / 8 / size * size; bit + out->bits > 8 * (at + size);) {
		if (size == 8)
			return false;
		size *= 2;
		at = bit / 8 / size * size;
	}
	out->f.offset = at;
	out->f.size = size;
	out->left = (uint32_t)(big_endian ? 64 - 8 * size + (bit - 8 * at)
					  : 64 - (bit + out->bits - 8 * at));
	out->right = 64 - out->bits;
	return true;
}

static bool kname_is_plain(const struct bpfasm_step *s)
{
	return s->type != BPFASM_TYPE_ARRAY && s->type != BPFASM_TYPE_STRUCT &&
	       s->type != BPFASM_TYPE_UNION &&
	       (s->size == 1 || s->size == 2 || s->size == 4 || s->size == 8);
}

bool kname_place(const struct kname *k, uint32_t hop, bool big_endian, struct kname_place *out)
{
	const struct bpfasm_step *s = k->step, *end = k->step + k->n, *last;
	uint64_t bit = 0;

	memset(out, 0, sizeof(*out));
	out->declared = k->declared;
	for (; hop; hop--)
		for (s++; s < end && s->kind != BPFASM_STEP_TYPE; s++)
			;
	out->step = last = s;
	for (s++; s < end && s->kind != BPFASM_STEP_TYPE; last = s++)
		bit += s->kind == BPFASM_STEP_ELEMENT ? 8 * s->size * s->value : s->bit_offset;
	out->n = (uint32_t)(s - out->step);
	out->is_value = last->kind == BPFASM_STEP_VALUE;
	out->f.offset = out->is_value ? last->value : bit / 8;
	out->f.size = last->size;
	out->f.is_signed = last->is_signed;
	out->f.kind = kname_is_plain(last) ? BPFASM_FIELD_PLAIN : BPFASM_FIELD_BYTES;
	out->bits = last->bits;
	if (!out->bits && bit % 8) /* of an old compiler: whole bytes that begin at any bit */
		out->bits = (uint32_t)(8 * last->size);
	return !out->bits || (out->bits <= 64 && kname_bits(out, bit, last->size, big_endian));
}

/* ---- in an object for any kernel ------------------------------------------------------------ */

/* An enum that has no name cannot be looked for: its enumerators are what they are here. */
static bool kname_is_record(const struct parse *p, const struct kname_place *place)
{
	return (p->o->core || place->declared) && p->o->format == BPFASM_ELF && *place->step->name;
}

static struct parse_core kname_core(
	struct parse *p, const struct tok *t, const struct kname_place *place, unsigned kind)
{
	return (struct parse_core){.step = place->step,
		.n = place->n,
		.kind = (uint8_t)kind,
		.at = parse_pos(p, t),
		.len = t->len};
}

void kname_next(
	struct parse *p, const struct tok *t, const struct kname_place *place, unsigned kind)
{
	if (p->o->format != BPFASM_ELF)
		return;
	p->core_next = kname_core(p, t, place, kind);
	p->core_next.any = true;
}

void kname_keep(struct parse *p, const struct tok *t, const struct kname_place *place,
	unsigned kind, bool off)
{
	if (!kname_is_record(p, place))
		return;
	p->core = kname_core(p, t, place, kind);
	p->core.off = off;
}

static bool kname_fits(const struct parse_core *c, const struct ir_insn *in)
{
	switch (in->code & INSN_CLASS) {
	case INSN_LDX:
	case INSN_ST:
	case INSN_STX: return c->off || (c->any && c->kind == KNAME_BYTE_OFFSET);
	case INSN_ALU:
	case INSN_ALU64:
		return !c->off && !(in->code & INSN_X) && (in->code & INSN_OP) != INSN_END &&
		       (in->code & INSN_OP) != INSN_NEG;
	case INSN_LD: return !c->off && in->code == INSN_LD_IMM64 && !in->src;
	default: return false;
	}
}

void kname_attach(struct parse *p)
{
	struct ir_func *f = p->fn->ir;
	struct ir_core *c;

	if (!f->n_insns)
		return;
	if (!kname_fits(&p->core, &f->insns[f->n_insns - 1])) {
		kname_left(p);
		return;
	}
	if (!pool_grow(p->pool, &f->cores, &f->cap_cores, f->n_cores, sizeof(*f->cores))) {
		c = &f->cores[f->n_cores++];
		c->insn = (uint32_t)f->n_insns - 1;
		c->kind = p->core.kind;
		c->step = p->core.step;
		c->n = p->core.n;
	}
	p->core.step = NULL;
}

static int kname_report(struct parse *p, const char *what)
{
	diag_error(p->diag, p->core.at, p->core.len,
		"%s: the number is known only when the object is loaded; %sassemble for one "
		"kernel (--btf FILE)",
		what, p->outside.len ? "" : "load it first ('rN = ...'), or ");
	p->core.step = NULL;
	return -EINVAL;
}

int kname_left(struct parse *p)
{
	return p->core.step ? kname_report(p, "a name of the kernel's types cannot stand here") : 0;
}

int kname_alone(struct parse *p, const struct tok *t)
{
	unsigned in = 0;

	for (; p->core.step && t < p->t; t++) {
		if (t->kind != TOK_PUNCT || t->op == '(' || t->op == ')' ||
			t->op == PUNCT('-', '>', 0)) /* sizeof(rN->...) */
			continue;
		if (t->op == '[' && (in || *t[-1].s == ']' || memchr(t[-1].s, '.', t[-1].len))) {
			in++;
		} else if (t->op == ']' && in) {
			in--;
		} else if (!in) {
			return kname_report(p, "a name of the kernel's types has to stand alone");
		}
	}
	return 0;
}
