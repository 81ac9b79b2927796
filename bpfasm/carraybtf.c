// SPDX-License-Identifier: MIT
/*
 * carraybtf.c - what programs of a header in C need of BTF: types of callbacks, and names.
 *
 * A program that passes a callback has to come with the types of its functions, which say no more
 * than that there are functions: BTF of them alone is enough.  Programs that are called with types
 * name a function or typedef of the kernel's BTF by its number, which only that kernel knows.
 */
#include "carraybtf.h"

#include <errno.h>
#include <string.h>

enum {
	CARRAYBTF_TYPEDEF = 8, /* kinds of BTF */
	CARRAYBTF_FUNC = 12,
	CARRAYBTF_TRACING = 26, /* types of programs */
	CARRAYBTF_LSM = 29,
	CARRAYBTF_RAW_TP = 23, /* attach types */
	CARRAYBTF_ITER = 28,
};

static bool carraybtf_is_wanted(const struct ir_unit *u)
{
	size_t i, k;

	for (i = 0; i < u->n_funcs; i++)
		for (k = 0; k < u->funcs[i]->n_refs; k++)
			if (u->funcs[i]->refs[k].kind == IR_REF_FUNC)
				return true;
	return false;
}

/* Functions alone: without maps, variables, lines and records. */
int carraybtf_begin(struct carraybtf *c, const struct ir_unit *u, struct pool *pool)
{
	struct ir_unit none = {.big_endian = u->big_endian};
	struct btfout_bytes ext;
	const uint32_t offset = 0;
	struct btfout b;
	size_t i;

	memset(c, 0, sizeof(*c));
	if (!carraybtf_is_wanted(u))
		return 0;
	c->types = pool_alloc(pool, (u->n_funcs + 1) * sizeof(*c->types));
	if (!c->types)
		return -ENOMEM;
	btfout_types(&b, &none, pool);
	for (i = 0; i < u->n_funcs; i++) {
		struct ir_func f = {.name = u->funcs[i]->name, .is_prog = u->funcs[i]->is_prog};
		struct ir_func *one = &f;

		btfout_section(&b, "", &one, &offset, 1);
		c->types[i] = b.n_types;
	}
	btfout_finish(&b, &c->btf, &ext);
	return pool->failed ? -ENOMEM : 0;
}

const char *carraybtf_attach(
	struct pool *pool, const char *section, const struct section_type *t, unsigned *kind)
{
	const char *place = strchr(section, '/'), *prefix = "";

	*kind = CARRAYBTF_FUNC;
	if (!place || (t->type != CARRAYBTF_TRACING && t->type != CARRAYBTF_LSM))
		return "";
	if (t->type == CARRAYBTF_LSM)
		prefix = "bpf_lsm_";
	if (t->type == CARRAYBTF_TRACING && t->attach == CARRAYBTF_ITER)
		prefix = "bpf_iter_";
	if (t->type == CARRAYBTF_TRACING && t->attach == CARRAYBTF_RAW_TP) {
		prefix = "btf_trace_";
		*kind = CARRAYBTF_TYPEDEF;
	}
	return pool_printf(pool, "%s%s", prefix, place + 1);
}

void carraybtf_write(
	const struct carraybtf *c, struct textout *out, const char *name, const char *upper)
{
	size_t i;

	textout_put(out, "BPFASM_UNUSED static const unsigned char %s_btf[] = {", name);
	for (i = 0; i < c->btf.len; i++)
		textout_put(out, "%s0x%02x,", i % 12 ? " " : "\n\t", c->btf.p[i]);
	textout_put(out, "%s\n};\n#define %s_BTF %zu\n\n", i ? "" : "\n\t0,", upper, i);
}
