// SPDX-License-Identifier: MIT
/*
 * objlink.c - one program and the subprograms it calls, as one run of instructions.
 *
 * The program's own function comes first, then each subprogram once, in the order in which calls
 * to it are met.  Calls become relative to the new places; func_info and line_info records move
 * with their functions.  The kernel wants both for every function or for none.
 */
#include "object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "objcore.h"
#include "rows.h"

#define OBJLINK_TRACE_PRINTK  6
#define OBJLINK_TRACE_VPRINTK 177

/* A function that is part of the program. */
struct objlink_part {
	uint32_t func;	/* index into funcs */
	uint32_t start; /* in the new code */
};

struct objlink {
	const struct object *o;
	const struct object_prog *prog;
	struct object_code *c;
	struct rawbpf_error *e;
	struct objlink_part parts[OBJECT_FUNCS_MAX];
	size_t n_parts;
	bool inner; /* a call leads into the middle of a function */
};

static int objlink_nomem(struct objlink *l)
{
	return err_set(l->e, "open", -ENOMEM, "out of memory");
}

static const struct object_func *objlink_func_at(
	const struct object *o, uint32_t text, uint32_t start)
{
	size_t lo = 0, hi = o->n_funcs, mid;
	const struct object_func *f;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		f = &o->funcs[mid];
		if (f->text < text || (f->text == text && f->start < start))
			lo = mid + 1;
		else
			hi = mid;
	}
	f = &o->funcs[lo];
	return lo < o->n_funcs && f->text == text && f->start == start ? f : NULL;
}

/* Add a function unless it is there; *start is where it begins. */
static int objlink_add(struct objlink *l, const struct object_func *f, uint32_t *start)
{
	const struct object_text *t = &l->o->texts[f->text];
	uint32_t func = (uint32_t)(f - l->o->funcs), n = l->c->n_insns;
	struct rawbpf_insn *p;
	size_t i;

	for (i = 0; i < l->n_parts; i++) {
		*start = l->parts[i].start;
		if (l->parts[i].func == func)
			return 0;
	}
	if (l->n_parts == OBJECT_FUNCS_MAX || f->n_insns > OBJECT_INSNS_MAX - n)
		return err_set(l->e, "open", -E2BIG,
			"program '%s' with its subprograms is too big: above %d functions or %u "
			"instructions",
			l->prog->name, OBJECT_FUNCS_MAX, OBJECT_INSNS_MAX);
	p = realloc(l->c->insns, ((size_t)n + f->n_insns) * sizeof(*p));
	if (!p)
		return objlink_nomem(l);
	memcpy(p + n, t->insns + f->start, (size_t)f->n_insns * sizeof(*p));
	l->c->insns = p;
	l->c->n_insns += f->n_insns;
	l->parts[l->n_parts++] = (struct objlink_part){func, n};
	*start = n;
	return 0;
}

static int objlink_call(
	struct objlink *l, uint32_t text, int64_t target, uint32_t at, enum object_rel_kind kind)
{
	const struct object_func *f = NULL;
	uint32_t start;
	int err;

	if (target >= 0 && target < l->o->texts[text].n_insns)
		f = objlink_func_at(l->o, text, (uint32_t)target);
	if (!f)
		return err_set(l->e, "open", -EINVAL,
			"program '%s': instruction %u calls no function, but into section '%s'",
			l->prog->name, at, l->o->texts[text].name);
	err = objlink_add(l, f, &start);
	if (err)
		return err;
	object_set_src(&l->c->insns[at],
		kind == OBJECT_REL_FUNC ? RAWBPF_PSEUDO_FUNC : RAWBPF_PSEUDO_CALL);
	l->c->insns[at].imm = (int32_t)(start - at - 1);
	return 0;
}

static int objlink_ref(struct objlink *l, const struct object_rel *r, uint32_t at)
{
	struct object_ref *p = rows_room(l->c->refs, l->c->n_refs, sizeof(*p));
	struct rawbpf_insn *insn = &l->c->insns[at];

	if (!p)
		return objlink_nomem(l);
	l->c->refs = p;
	p[l->c->n_refs++] =
		(struct object_ref){at, r->index, r->offset, r->kind == OBJECT_REL_VALUE};
	object_set_src(
		insn, r->kind == OBJECT_REL_VALUE ? RAWBPF_PSEUDO_MAP_VALUE : RAWBPF_PSEUDO_MAP_FD);
	insn[0].imm = 0;
	insn[1].imm = (int32_t)r->offset;
	return 0;
}

static int objlink_kref(struct objlink *l, const struct object_rel *r, uint32_t at)
{
	struct object_kref *p = rows_room(l->c->krefs, l->c->n_krefs, sizeof(*p));

	if (!p)
		return objlink_nomem(l);
	l->c->krefs = p;
	p[l->c->n_krefs++] = (struct object_kref){at, r->index};
	object_set_src(&l->c->insns[at], l->c->insns[at].code == OBJECT_CALL
						 ? RAWBPF_PSEUDO_KFUNC_CALL
						 : RAWBPF_PSEUDO_BTF_ID);
	l->c->insns[at].off = 0;
	l->c->insns[at].imm = 0;
	return 0;
}

static int objlink_usdt(struct objlink *l, const struct object_rel *r, uint32_t at)
{
#ifdef RAWBPF_NO_USDT
	(void)r, (void)at;
	return err_words(l->e, "load", -EOPNOTSUPP, "built without USDT probes (RAWBPF_NO_USDT)");
#else
	struct object_usdt *p = rows_room(l->c->usdt, l->c->n_usdt, sizeof(*p));

	if (!p)
		return objlink_nomem(l);
	l->c->usdt = p;
	p[l->c->n_usdt++] = (struct object_usdt){at, (uint16_t)r->index, -(int32_t)r->offset};
	return 0;
#endif
}

static int objlink_rel(struct objlink *l, const struct object_rel *r, uint32_t at)
{
	switch (r->kind) {
	case OBJECT_REL_MAP:
	case OBJECT_REL_VALUE: return objlink_ref(l, r, at);
	case OBJECT_REL_CALL:
	case OBJECT_REL_FUNC: return objlink_call(l, r->index, r->offset, at, r->kind);
	case OBJECT_REL_KSYM: return objlink_kref(l, r, at);
	case OBJECT_REL_USDT: return objlink_usdt(l, r, at);
	default:
		return err_set(l->e, "open", -EINVAL, "program '%s': %s", l->prog->name,
			l->o->bad[r->index]);
	}
}

/* The instructions of a function one after the other, each with its relocation. */
struct objlink_walk {
	const struct object_text *t;
	const struct object_rel *rel; /* of this instruction; NULL: none */
	size_t next_rel;
	uint32_t insn, next, end; /* in the text */
};

static struct objlink_walk objlink_walk(const struct object *o, const struct object_func *f)
{
	struct objlink_walk w = {.t = &o->texts[f->text]};

	w.next_rel = rows_first(w.t->rels, w.t->n_rels, sizeof(*w.t->rels), f->start);
	w.next = f->start;
	w.end = f->start + f->n_insns;
	return w;
}

/* NULL: that was the last one */
static const struct rawbpf_insn *objlink_step(struct objlink_walk *w)
{
	const struct object_text *t = w->t;
	const struct rawbpf_insn *insn;
	bool half;

	if (w->next >= w->end)
		return NULL;
	w->insn = w->next++;
	insn = &t->insns[w->insn];
	half = insn->code == OBJECT_LD_IMM64 && w->next == w->end;
	w->next += insn->code == OBJECT_LD_IMM64;
	while (w->next_rel < t->n_rels && t->rels[w->next_rel].insn < w->insn)
		w->next_rel++;
	w->rel = NULL;
	if (w->next_rel < t->n_rels && t->rels[w->next_rel].insn == w->insn && !half)
		w->rel = &t->rels[w->next_rel];
	return insn;
}

/* A call that no relocation speaks of: of an instruction of the same text. */
static int64_t objlink_target(const struct objlink_walk *w, const struct rawbpf_insn *insn)
{
	return (int64_t)w->insn + insn->imm + 1;
}

/*
 * "call pc+1" to an instruction of the function itself, where no symbol makes a function of it: the
 * part moves as a whole, and the kernel finds out that there is one.
 */
static bool objlink_inner(struct objlink *l, const struct object_func *f, int64_t to)
{
	if (to < f->start || to - f->start >= f->n_insns ||
		objlink_func_at(l->o, f->text, (uint32_t)to))
		return false;
	l->inner = true;
	return true;
}

/* Relocations and calls of one part; new parts are added at the end. */
static int objlink_part(struct objlink *l, const struct objlink_part *part)
{
	const struct object_func *f = &l->o->funcs[part->func];
	struct objlink_walk w = objlink_walk(l->o, f);
	uint32_t move = part->start - f->start; /* modulo 2^32 */
	const struct rawbpf_insn *insn;
	int err = 0;

	while (!err && (insn = objlink_step(&w))) {
		if (w.rel) {
			err = objlink_rel(l, w.rel, w.insn + move);
			continue;
		}
		if (insn->code != OBJECT_CALL)
			continue;
		if (object_src(insn) == RAWBPF_PSEUDO_CALL &&
			!objlink_inner(l, f, objlink_target(&w, insn)))
			err = objlink_call(l, f->text, objlink_target(&w, insn), w.insn + move,
				OBJECT_REL_CALL);
		else if (!object_src(insn) &&
			 (insn->imm == OBJLINK_TRACE_PRINTK || insn->imm == OBJLINK_TRACE_VPRINTK))
			l->c->calls_trace_printk = true;
	}
	return err;
}

/* ---- operands of USDT probes ------------------------------------------------------------- */

#ifndef RAWBPF_NO_USDT

/* The function that an instruction calls or takes as a callback; NULL: none. */
static const struct object_func *objlink_callee(
	const struct object *o, const struct objlink_walk *w, const struct rawbpf_insn *insn)
{
	uint32_t text = (uint32_t)(w->t - o->texts);
	int64_t to;

	if (w->rel)
		return w->rel->kind == OBJECT_REL_CALL || w->rel->kind == OBJECT_REL_FUNC
			       ? objlink_func_at(o, w->rel->index, w->rel->offset)
			       : NULL;
	if (insn->code != OBJECT_CALL || object_src(insn) != RAWBPF_PSEUDO_CALL)
		return NULL;
	to = objlink_target(w, insn);
	return to >= 0 && to < w->t->n_insns ? objlink_func_at(o, text, (uint32_t)to) : NULL;
}

uint32_t object_usdt_args(const struct object *o, size_t prog)
{
	const struct object_func *funcs[OBJECT_FUNCS_MAX] = {&o->funcs[o->progs[prog].func]}, *to;
	const struct rawbpf_insn *insn;
	struct objlink_walk w;
	size_t i, k, n = 1;
	uint32_t args = 0;

	for (i = 0; i < n; i++) {
		w = objlink_walk(o, funcs[i]);
		while ((insn = objlink_step(&w))) {
			if (w.rel && w.rel->kind == OBJECT_REL_USDT)
				args |= 1U << w.rel->index;
			to = objlink_callee(o, &w, insn);
			for (k = 0; to && k < n && funcs[k] != to; k++)
				;
			if (to && k == n && n < OBJECT_FUNCS_MAX)
				funcs[n++] = to;
		}
	}
	return args;
}

#else

/* objlink_usdt() refuses a program that reads one. */
uint32_t object_usdt_args(const struct object *o, size_t prog)
{
	(void)o, (void)prog;
	return 0;
}

#endif

/* ---- func_info and line_info ------------------------------------------------------------- */

static uint32_t objlink_u32(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/*
 * The part's records of one kind, moved: written to out unless that is NULL.  Returns how many;
 * 0 also when the first is not at the function's first instruction, as the kernel demands.
 */
static uint32_t objlink_copy_info(struct objlink *l, enum btfext_kind kind,
	const struct objlink_part *part, unsigned char *out)
{
	const struct object_func *f = &l->o->funcs[part->func];
	uint32_t i, n, off, size = l->o->ext.part[kind].rec_size, count = 0;
	const unsigned char *p =
		btfext_records(&l->o->ext, kind, l->o->btf, l->o->texts[f->text].name, &n);

	for (i = 0; i < n; i++, p += size) {
		off = objlink_u32(p) / sizeof(struct rawbpf_insn);
		if (off < f->start || off - f->start >= f->n_insns)
			continue;
		if (!count && off != f->start)
			return 0;
		if (out) {
			off = off - f->start + part->start;
			memcpy(out + (size_t)count * size, p, size);
			memcpy(out + (size_t)count * size, &off, sizeof(off));
		}
		count++;
		if (kind == BTFEXT_FUNC)
			break;
	}
	return count;
}

/* Records of all parts, or none at all. */
static int objlink_info(
	struct objlink *l, enum btfext_kind kind, unsigned char **out, uint32_t *n, uint32_t *rec)
{
	uint32_t size = l->o->ext.part[kind].rec_size, count, total = 0;
	size_t i;

	*rec = size;
	if (!object_has_line_info(l->o))
		return 0;
	for (i = 0; i < l->n_parts; i++) {
		count = objlink_copy_info(l, kind, &l->parts[i], NULL);
		if (!count)
			return 0;
		total += count;
	}
	*out = malloc((size_t)total * size);
	if (!*out)
		return objlink_nomem(l);
	for (i = 0; i < l->n_parts; i++)
		*n += objlink_copy_info(l, kind, &l->parts[i], *out + (size_t)*n * size);
	return 0;
}

static int objlink_infos(struct objlink *l)
{
	struct object_code *c = l->c;
	int err = 0;

	/* of functions without a name nothing can be told; the lines are for messages then */
	if (!l->inner)
		err = objlink_info(
			l, BTFEXT_FUNC, &c->func_info, &c->n_func_info, &c->func_rec_size);
	if (err || (!c->n_func_info && !l->inner))
		return err;
	return objlink_info(l, BTFEXT_LINE, &c->line_info, &c->n_line_info, &c->line_rec_size);
}

/* ---- CO-RE ------------------------------------------------------------------------------- */

/* No BTF was there, or nobody asked it. */
static int objlink_no_core(struct objlink *l, const struct object_func *f)
{
	int err = l->o->core_err ? l->o->core_err : -EINVAL;

	err_set(l->e, "load", err,
		"program '%s' needs CO-RE: function '%s' has fields that are found through the "
		"kernel's BTF%s",
		l->prog->name, f->name, l->o->core_err ? ", which cannot be read" : "");
	err_hint(l->e, "it is '/sys/kernel/btf/vmlinux' with CONFIG_DEBUG_INFO_BTF, from 5.2 on; "
		       "else name a file that has it: --btf, rawbpf_resolver_btf()");
	return err;
}

static int objlink_dead(struct objlink *l, uint32_t insn, const char *why)
{
	struct object_dead *p = rows_room(l->c->dead, l->c->n_dead, sizeof(*p));

	if (!p)
		return objlink_nomem(l);
	l->c->dead = p;
	p[l->c->n_dead++] = (struct object_dead){insn, why};
	return 0;
}

/* What a part has of records without an answer. */
static int objlink_core(struct objlink *l, const struct objlink_part *part)
{
	const struct object_func *f = &l->o->funcs[part->func];
	const struct object_text *t = &l->o->texts[f->text];
	const struct object_core *r;
	size_t i;
	int err = objcore_unanswered(l->o, f) ? objlink_no_core(l, f) : 0;

	i = rows_first(t->cores, t->n_cores, sizeof(*t->cores), f->start);
	for (; !err && i < t->n_cores; i++) {
		r = &t->cores[i];
		if (r->insn - f->start >= f->n_insns)
			break;
		if (r->fatal)
			err = err_set(l->e, "load", -EINVAL, "program '%s': function '%s': %s",
				l->prog->name, f->name, r->text);
		else
			err = objlink_dead(l, r->insn - f->start + part->start, r->text);
	}
	return err;
}

static int objlink_cores(struct objlink *l)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < l->n_parts; i++)
		err = objlink_core(l, &l->parts[i]);
	return err;
}

const char *object_dead(const struct object_code *c, uint32_t insn)
{
	size_t i;

	for (i = 0; i < c->n_dead; i++)
		if (c->dead[i].insn == insn)
			return c->dead[i].why;
	return NULL;
}

int object_link(const struct object *o, size_t prog, struct object_code *c, struct rawbpf_error *e)
{
	struct objlink *l = malloc(sizeof(*l));
	uint32_t start;
	size_t i;
	int err;

	memset(c, 0, sizeof(*c));
	if (!l)
		return err_set(e, "open", -ENOMEM, "out of memory");
	l->o = o;
	l->prog = &o->progs[prog];
	l->c = c;
	l->e = e;
	l->n_parts = 0;
	l->inner = false;
	err = objlink_add(l, &o->funcs[l->prog->func], &start);
	for (i = 0; !err && i < l->n_parts; i++)
		err = objlink_part(l, &l->parts[i]);
	if (!err)
		err = objlink_cores(l);
	if (!err)
		err = objlink_infos(l);
	if (err) {
		err_prog(e, l->prog->name);
		object_code_free(c);
	}
	free(l);
	return err;
}

void object_code_free(struct object_code *c)
{
	free(c->insns);
	free(c->refs);
	free(c->krefs);
	free(c->usdt);
	free(c->dead);
	free(c->func_info);
	free(c->line_info);
	memset(c, 0, sizeof(*c));
}

static bool objlink_line(const struct object *o, const unsigned char *rec, struct object_line *l)
{
	l->file = btf_str(o->btf, objlink_u32(rec + 4));
	l->text = btf_str(o->btf, objlink_u32(rec + 8));
	l->line = objlink_u32(rec + 12) >> 10;
	return l->line != 0;
}

bool object_map_line(const struct object *o, const struct object_map *m, struct object_line *l)
{
	bool plain = m->kind == OBJECT_MAP_PLAIN;
	uint32_t i, n, size = o->ext.part[BTFEXT_LINE].rec_size;
	const unsigned char *p;

	if (!o->btf)
		return false;
	p = btfext_records(&o->ext, BTFEXT_LINE, o->btf, plain ? ".maps" : m->name, &n);
	for (i = 0; i < n; i++, p += size)
		if (!plain || objlink_u32(p) == m->offset)
			return objlink_line(o, p, l);
	return false;
}

bool object_line(
	const struct object *o, const struct object_code *c, uint32_t insn, struct object_line *l)
{
	const unsigned char *p = c->line_info, *found = NULL;
	uint32_t i;

	for (i = 0; i < c->n_line_info; i++, p += c->line_rec_size) {
		if (objlink_u32(p) > insn)
			break;
		found = p;
	}
	if (!found)
		return false;
	return objlink_line(o, found, l);
}
