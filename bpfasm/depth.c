// SPDX-License-Identifier: MIT
/*
 * depth.c - the stack that functions need together, one calling the other.
 *
 * 512 bytes are there for a program and the functions that it is in at one time, at most eight of
 * them.  The kernel counts what a function touches, from r10 down to the farthest byte, in steps of
 * 16 bytes, before Linux 6.9 or without a JIT compiler in steps of 32.  Since 6.13 x86-64 has a
 * stack of its own for each function of a tracing program that needs 64 bytes and more, so only a
 * kernel that is known and older makes an error of it.
 *
 * How much each function needs with all below it is found in rounds, one for each level of calls,
 * so that time grows as the number of calls does, and functions that call themselves end too.
 */
#include "depth.h"

#include <stdio.h>

#include "equ.h"
#include "insn.h"
#include "section.h"

enum {
	DEPTH_FRAMES = 8,
	DEPTH_STEP = 32,
	DEPTH_OWN_STACK = 6 << 16 | 13 << 8,
	DEPTH_FINE = 6 << 16 | 9 << 8,
	DEPTH_HELPER_TIMER = 170, /* bpf_timer_set_callback: runs on its own */
};

struct depth_call {
	uint32_t from, to;
	const struct ir_ref *ref;
};

struct depth {
	struct parse *p;
	struct depth_call *calls; /* those of a function stand together */
	size_t n_calls, cap_calls;
	size_t *first;	       /* of each function; one more at the end */
	uint32_t *own, *total; /* bytes: of a function, of the deepest way down from it */
	uint32_t *next;	       /* the total of one more level */
	uint32_t *levels;      /* functions on the longest way down, DEPTH_FRAMES + 1 at most */
	bool *called;
	uint32_t step;
	bool roomy; /* the kernel is known, and gives tracing programs more */
};

/* ---- what one function touches ---------------------------------------------------------------- */

/* Which registers hold r10 plus what, as the instructions stand. */
struct depth_walk {
	bool fp[INSN_REGS];
	int64_t at[INSN_REGS];
	int64_t low;
};

static void depth_touch(struct depth_walk *w, unsigned reg, int64_t off)
{
	if (reg < INSN_REGS && w->fp[reg] && w->at[reg] + off < w->low)
		w->low = w->at[reg] + off;
}

static void depth_alu(struct depth_walk *w, const struct ir_insn *in)
{
	bool whole = (in->code & INSN_CLASS) == INSN_ALU64, x = in->code & INSN_X;
	unsigned op = in->code & INSN_OP;

	if (whole && op == INSN_MOV && x && !in->off && in->src < INSN_REGS) {
		w->fp[in->dst] = w->fp[in->src];
		w->at[in->dst] = w->at[in->src];
		return;
	}
	if (!whole || x || (op != INSN_ADD && op != INSN_SUB)) {
		w->fp[in->dst] = false;
		return;
	}
	w->at[in->dst] += op == INSN_ADD ? in->imm : -(int64_t)in->imm;
	depth_touch(w, in->dst, 0);
}

static void depth_insn(struct depth_walk *w, const struct ir_insn *in)
{
	unsigned r;

	if (in->dst >= INSN_REGS)
		return;
	switch (in->code & INSN_CLASS) {
	case INSN_ALU:
	case INSN_ALU64: depth_alu(w, in); break;
	case INSN_ST:
	case INSN_STX: depth_touch(w, in->dst, in->off); break;
	case INSN_LDX: depth_touch(w, in->src, in->off); /* fallthrough */
	case INSN_LD: w->fp[in->dst] = false; break;
	case INSN_JMP:
		for (r = 0; in->code == INSN_CALL_K && r < 6; r++)
			w->fp[r] = false;
		break;
	default: break;
	}
	w->fp[INSN_FP] = true;
	w->at[INSN_FP] = 0;
}

static uint32_t depth_own(const struct depth *d, const struct ir_func *f)
{
	struct depth_walk w = {.fp = {[INSN_FP] = true}};
	size_t i;

	for (i = 0; i < f->n_insns; i++) {
		depth_insn(&w, &f->insns[i]);
		if (f->insns[i].code == INSN_LD_IMM64)
			i++;
	}
	if (w.low < -FRAME_SIZE)
		w.low = -FRAME_SIZE; /* an error of its own */
	/* without a JIT compiler a function has some in any case */
	if (d->step == DEPTH_STEP && !w.low)
		w.low = -1;
	return ((uint32_t)-w.low + d->step - 1) / d->step * d->step;
}

/* ---- who calls whom --------------------------------------------------------------------------- */

/* Functions whose address is taken are called at once, by bpf_loop() and the like; or later. */
static bool depth_is_later(const struct depth *d, const struct ir_func *f)
{
	size_t i;

	for (i = 0; i < f->n_insns; i++)
		if (f->insns[i].code == INSN_CALL_K && !f->insns[i].src &&
			f->insns[i].imm == DEPTH_HELPER_TIMER)
			return true;
	for (i = 0; i < f->n_refs; i++)
		if (f->refs[i].kind == IR_REF_CALL &&
			names_get(&d->p->ksyms, f->refs[i].name, strlen(f->refs[i].name)))
			return true;
	return false;
}

static int depth_calls_of(struct depth *d, struct names *index, size_t from)
{
	const struct ir_func *f = d->p->unit->funcs[from];
	bool later = f->n_refs && depth_is_later(d, f);
	size_t i, to;

	d->first[from] = d->n_calls;
	for (i = 0; i < f->n_refs; i++) {
		const struct ir_ref *r = &f->refs[i];

		if (r->kind != IR_REF_CALL && (r->kind != IR_REF_FUNC || later))
			continue;
		to = (size_t)(uintptr_t)names_get(index, r->name, strlen(r->name));
		if (!to)
			continue;
		if (pool_grow(d->p->pool, &d->calls, &d->cap_calls, d->n_calls, sizeof(*d->calls)))
			return -1;
		d->called[to - 1] = true;
		d->calls[d->n_calls++] = (struct depth_call){(uint32_t)from, (uint32_t)(to - 1), r};
	}
	return 0;
}

/* All calls; false: there are none, or there is no memory. */
static bool depth_graph(struct depth *d)
{
	const struct ir_unit *u = d->p->unit;
	struct pool *pool = d->p->pool;
	struct names index = {NULL, 0, 0};
	size_t i, n = u->n_funcs;

	d->first = pool_alloc(pool, (n + 1) * sizeof(*d->first));
	d->own = pool_alloc(pool, n * sizeof(*d->own) + 1);
	d->total = pool_alloc(pool, n * sizeof(*d->total) + 1);
	d->next = pool_alloc(pool, n * sizeof(*d->next) + 1);
	d->levels = pool_alloc(pool, n * sizeof(*d->levels) + 1);
	d->called = pool_alloc(pool, n * sizeof(*d->called) + 1);
	if (pool->failed)
		return false;
	for (i = 0; i < n; i++)
		if (names_put(&index, pool, u->funcs[i]->name, strlen(u->funcs[i]->name),
			    (void *)(uintptr_t)(i + 1)))
			return false;
	for (i = 0; i < n; i++)
		if (depth_calls_of(d, &index, i))
			return false;
	d->first[n] = d->n_calls;
	return d->n_calls && !pool->failed;
}

static void depth_totals(struct depth *d)
{
	size_t n = d->p->unit->n_funcs, i;
	unsigned level;

	for (i = 0; i < n; i++) {
		d->total[i] = d->own[i] = depth_own(d, d->p->unit->funcs[i]);
		d->levels[i] = 1;
	}
	for (level = 0; level < DEPTH_FRAMES; level++) {
		memcpy(d->next, d->total, n * sizeof(*d->next));
		for (i = d->n_calls; i--;) {
			const struct depth_call *c = &d->calls[i];

			if (d->levels[c->from] == level + 1 && d->levels[c->to] > level)
				d->levels[c->from] = level + 2;
			if (d->own[c->from] + d->total[c->to] > d->next[c->from])
				d->next[c->from] = d->own[c->from] + d->total[c->to];
		}
		memcpy(d->total, d->next, n * sizeof(*d->next));
	}
}

/* ---- what is told ----------------------------------------------------------------------------- */

/* "'p' 304, 'f' 208": where the bytes are. */
static void depth_text(
	const struct depth *d, const uint32_t *way, unsigned n, char *text, size_t size)
{
	size_t len = 0;
	unsigned i;

	*text = '\0';
	for (i = 0; i < n && len < size; i++)
		len += (size_t)snprintf(text + len, size - len, "%s'%.40s' %u", i ? ", " : "",
			d->p->unit->funcs[way[i]]->name, (unsigned)d->own[way[i]]);
}

/* Programs whose functions have stacks of their own since 6.13, where the JIT compiler can. */
static bool depth_is_tracing(const struct depth *d, size_t root)
{
	const struct ir_func *f = d->p->unit->funcs[root];
	struct section_type t;

	if (!f->is_prog)
		return true;
	section_type(f->section, &t);
	return t.type == 2 /* kprobe */ || t.type == 5 /* tracepoint */ ||
	       t.type == 7 /* perf event */ || t.type == 17 /* raw tracepoint */ ||
	       t.type == 26 /* tracing */;
}

static void depth_report(const struct depth *d, const struct ir_ref *at, const uint32_t *way,
	unsigned n, uint32_t bytes)
{
	bool sure = d->p->o->kernel && d->p->o->kernel < DEPTH_OWN_STACK;
	const char *when = sure || !depth_is_tracing(d, way[0]) ? "" : " before Linux 6.13";
	char text[400];

	if (!sure && (d->p->nowarn || d->p->fns[way[0]]->nowarn))
		return;
	depth_text(d, way, n, text, sizeof(text));
	(sure ? diag_error : diag_warning)(d->p->diag, at->at, strlen(at->name),
		"with this call %u bytes of stack are in use, of %d for all functions%s: %s",
		(unsigned)bytes, FRAME_SIZE, when, text);
}

/* The way down from a function that no kernel, or no older one, goes to its end. */
static void depth_from(const struct depth *d, size_t root, bool *told)
{
	uint32_t way[DEPTH_FRAMES + 1] = {(uint32_t)root}, bytes = d->own[root];
	const struct depth_call *c;
	unsigned n = 1;
	size_t i;

	while (n <= DEPTH_FRAMES && bytes <= FRAME_SIZE) {
		c = NULL;
		for (i = d->first[way[n - 1]]; !c && i < d->first[way[n - 1] + 1]; i++)
			if (bytes + d->total[d->calls[i].to] > FRAME_SIZE)
				c = &d->calls[i];
		if (!c)
			return;
		way[n++] = c->to;
		bytes += d->own[c->to];
		if (bytes <= FRAME_SIZE || told[c - d->calls])
			continue;
		told[c - d->calls] = true;
		depth_report(d, c->ref, way, n, bytes);
	}
}

/* Is a function one of those that led to a call? */
static bool depth_is_in(const uint32_t *way, unsigned n, uint32_t fn)
{
	unsigned i;

	for (i = 0; i < n; i++)
		if (way[i] == fn)
			return true;
	return false;
}

/*
 * More functions in each other than there are frames: the call of the ninth, or the one that comes
 * back to a function that is running.
 */
static bool depth_too_many(const struct depth *d, size_t root)
{
	const struct depth_call *c = NULL;
	uint32_t at = (uint32_t)root, way[DEPTH_FRAMES + 1];
	unsigned level, n = 0;
	size_t i;

	if (d->levels[root] <= DEPTH_FRAMES)
		return false;
	for (level = DEPTH_FRAMES; level; level--) {
		for (i = d->first[at]; i < d->first[at + 1]; i++)
			if (d->levels[d->calls[i].to] >= level)
				break;
		if (i == d->first[at + 1])
			return false;
		c = &d->calls[i];
		way[n++] = at;
		at = c->to;
		if (!depth_is_in(way, n, at))
			continue;
		diag_error(d->p->diag, c->ref->at, strlen(c->ref->name),
			"'%.60s' %s: no kernel lets a function call itself; use a loop",
			c->ref->name,
			at == way[n - 1] ? "calls itself here"
					 : "is running already, it leads to this call");
		return true;
	}
	diag_error(d->p->diag, c->ref->at, strlen(c->ref->name),
		"with this call of '%.60s' nine functions are in each other, and no kernel has "
		"room for more than eight",
		c->ref->name);
	return true;
}

static void depth_kernel(struct depth *d)
{
	const struct bpfasm_opts *o = d->p->o;
	uint32_t kernel = o->core && !o->kernel ? 0 : equ_target_kernel(o);

	d->step = kernel >= DEPTH_FINE ? 16 : DEPTH_STEP;
	d->roomy = kernel >= DEPTH_OWN_STACK;
}

void depth_check(struct parse *p)
{
	struct depth d = {.p = p};
	bool *told;
	size_t i;

	if (!depth_graph(&d))
		return;
	depth_kernel(&d);
	told = pool_alloc(p->pool, d.n_calls * sizeof(*told));
	if (!told)
		return;
	depth_totals(&d);
	for (i = 0; i < p->unit->n_funcs && !diag_full(p->diag); i++) {
		if ((d.called[i] && !p->unit->funcs[i]->is_prog) || depth_too_many(&d, i))
			continue;
		if (!d.roomy || !depth_is_tracing(&d, i))
			depth_from(&d, i, told);
	}
}
