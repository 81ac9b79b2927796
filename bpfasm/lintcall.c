// SPDX-License-Identifier: MIT
/*
 * lintcall.c - what calls read, write and destroy.
 *
 * Of the helpers that tracing uses it is known which of their arguments point to memory that they
 * read or fill, and how much of it.  Whatever else is given an address of the stack may write there.
 */
#include <string.h>

#include "insn.h"
#include "lint.h"

enum {
	LINT_HELPERS = 211,
	LINT_CLOBBERED = 0x3e, /* r1 to r5 */
	/* sizes that no argument holds */
	LINT_KEY = 8, /* of the map in r1 */
	LINT_VALUE,
	LINT_EIGHT, /* 8 bytes */
};

/* One argument of a helper that is an address. */
static const struct lint_arg {
	uint8_t helper, arg;
	uint8_t size; /* the argument that holds it, or LINT_KEY ... */
	bool reads;   /* false: it fills the memory */
} lint_args[] = {
	{1, 2, LINT_KEY, true},	     /* map_lookup_elem */
	{2, 2, LINT_KEY, true},	     /* map_update_elem */
	{2, 3, LINT_VALUE, true},    /* */
	{3, 2, LINT_KEY, true},	     /* map_delete_elem */
	{4, 1, 2, false},	     /* probe_read */
	{6, 1, 2, true},	     /* trace_printk */
	{16, 1, 2, false},	     /* get_current_comm */
	{25, 4, 5, true},	     /* perf_event_output */
	{36, 2, 3, true},	     /* probe_write_user */
	{45, 1, 2, false},	     /* probe_read_str */
	{55, 3, 4, false},	     /* perf_event_read_value */
	{56, 2, 3, false},	     /* perf_prog_read_value */
	{67, 2, 3, false},	     /* get_stack */
	{87, 2, LINT_VALUE, true},   /* map_push_elem */
	{88, 2, LINT_VALUE, false},  /* map_pop_elem */
	{89, 2, LINT_VALUE, false},  /* map_peek_elem */
	{112, 1, 2, false},	     /* probe_read_user */
	{113, 1, 2, false},	     /* probe_read_kernel */
	{114, 1, 2, false},	     /* probe_read_user_str */
	{115, 1, 2, false},	     /* probe_read_kernel_str */
	{120, 3, 4, false},	     /* get_ns_current_pid_tgid */
	{130, 2, 3, true},	     /* ringbuf_output */
	{141, 2, 3, false},	     /* get_task_stack */
	{147, 2, 3, false},	     /* d_path */
	{148, 1, 2, false},	     /* copy_from_user */
	{177, 1, 2, true},	     /* trace_vprintk */
	{177, 3, 4, true},	     /* */
	{183, 3, LINT_EIGHT, false}, /* get_func_arg */
	{184, 2, LINT_EIGHT, false}, /* get_func_ret */
	{195, 2, LINT_KEY, true},    /* map_lookup_percpu_elem */
};

enum { LINT_N_ARGS = sizeof(lint_args) / sizeof(lint_args[0]) };

const struct ir_ref *lint_ref(const struct ir_func *fn, size_t i)
{
	size_t lo = 0, hi = fn->n_refs, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (fn->refs[mid].insn < i)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < fn->n_refs && fn->refs[lo].insn == i ? &fn->refs[lo] : NULL;
}

/* The map that is a call's first argument; NULL: not known. */
static const struct ir_map *lint_map(const struct lint_walk *w)
{
	const struct lint_reg *r = &w->s.reg[1];
	const struct ir_ref *ref = r->kind == LINT_MAP ? lint_ref(w->l->fn, (size_t)r->v) : NULL;

	return ref ? names_get(w->l->maps, ref->name, strlen(ref->name)) : NULL;
}

static int64_t lint_map_bytes(const struct lint_walk *w, bool key)
{
	const struct ir_map *m = lint_map(w);

	if (!m)
		return -1;
	if (key)
		return m->has_key ? m->key.size : m->key_size;
	return m->has_value ? m->value.size : m->value_size;
}

/* The bytes that an argument points to; -1: not known */
static int64_t lint_arg_bytes(const struct lint_walk *w, const struct lint_arg *a)
{
	const struct lint_reg *r;

	if (a->size == LINT_EIGHT)
		return 8;
	if (a->size >= LINT_KEY)
		return lint_map_bytes(w, a->size == LINT_KEY);
	r = &w->s.reg[a->size];
	return r->kind == LINT_CONST && r->v >= 0 ? r->v : -1;
}

static const struct lint_arg *lint_arg(uint32_t helper, unsigned arg)
{
	size_t i;

	for (i = 0; i < LINT_N_ARGS; i++)
		if (lint_args[i].helper == helper && lint_args[i].arg == arg)
			return &lint_args[i];
	return NULL;
}

bool lint_takes_address(uint32_t helper, unsigned arg)
{
	return lint_arg(helper, arg);
}

/* Register arg of a helper's call holds an address in the stack. */
static void lint_pass(struct lint_walk *w, size_t i, unsigned arg)
{
	const struct lint_arg *a = lint_arg((uint32_t)w->l->fn->insns[i].imm, arg);
	const struct lint_reg *r = &w->s.reg[arg];
	int64_t n = a ? lint_arg_bytes(w, a) : -1;

	if (!a || (r->kind == LINT_STACK && !a->reads))
		lint_escape(w);
	else if (r->kind == LINT_FP && !a->reads)
		lint_write(w, r->v, n < 0 ? FRAME_SIZE * 2 : n);
	else if (r->kind == LINT_FP && n > 0) {
		w->key = a->size == LINT_KEY ? lint_map(w) : NULL;
		lint_read(w, i, r->v, n);
		w->key = NULL;
	}
}

/* Fills of the stack come after reads, in whatever order the arguments are. */
static void lint_helper(struct lint_walk *w, size_t i)
{
	const struct helper *h = helper_by_id((uint32_t)w->l->fn->insns[i].imm);
	unsigned arg, last = h ? h->n_args : 5;

	for (arg = 1; h && arg <= h->min_args; arg++)
		lint_use(w, i, arg);
	for (arg = 1; arg <= last; arg++)
		if (w->s.set >> arg & 1 &&
			(w->s.reg[arg].kind == LINT_FP || w->s.reg[arg].kind == LINT_STACK))
			lint_pass(w, i, arg);
}

/* A function of the text or of the kernel, or code that the loader makes. */
static void lint_other(struct lint_walk *w, size_t i)
{
	const struct ir_insn *in = &w->l->fn->insns[i];
	const struct ir_ref *r = lint_ref(w->l->fn, i);
	unsigned arg;

	if (r && r->kind == IR_REF_USDT) {
		lint_use(w, i, 1);
		lint_write(w, in->imm, 8);
		return;
	}
	if (in->code == INSN_CALL_X)
		lint_use(w, i, in->dst);
	for (arg = 1; arg <= 5; arg++)
		if (w->s.set >> arg & 1 &&
			(w->s.reg[arg].kind == LINT_FP || w->s.reg[arg].kind == LINT_STACK))
			lint_escape(w);
}

void lint_call(struct lint_walk *w, size_t i)
{
	const struct ir_insn *in = &w->l->fn->insns[i];

	if (in->code == INSN_CALL_K && in->src == INSN_CALL_HELPER && in->imm > 0 &&
		in->imm <= LINT_HELPERS)
		lint_helper(w, i);
	else
		lint_other(w, i);
	w->s.set = (uint16_t)((w->s.set & ~LINT_CLOBBERED) | 1U);
	w->s.reg[0] = (struct lint_reg){LINT_ANY, 0};
}
