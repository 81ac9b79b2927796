// SPDX-License-Identifier: MIT
/*
 * ksymput.c - functions and variables of the kernel, by name (Linux 5.13, 5.10).
 *
 * A call or a ld_imm64 names one by its type in the kernel's BTF, so an object can only have the
 * name: an undefined symbol.  Which functions may be called, and by which programs, the verifier
 * knows.  One that is weak may be absent; its call becomes one that the verifier refuses where it
 * can be reached, and its address 0, as with libbpf.
 */
#include "ksymput.h"

#include <errno.h>

#include "kbtf.h"

enum {
	KSYMPUT_ABSENT = 2002000000, /* and the function's index, as libbpf has it: no helper */
	KSYMPUT_KINDS = 1U << BTF_VAR | 1U << BTF_FUNC,
};

static void ksymput_offer(void *arg, const char *name)
{
	near_offer(arg, name);
}

static int ksymput_no_btf(struct rawbpf *b, const char *name, int err)
{
	if (err != -ENOENT)
		return err;
	err_set(&b->error, "load", err, "the kernel has no BTF, so '%s' cannot be found by name",
		name);
	err_hint(&b->error, "names of the kernel in programs need one with CONFIG_DEBUG_INFO_BTF");
	return err;
}

/* line: where it is named; its file NULL: not known */
static int ksymput_none(struct rawbpf *b, const struct btf *btf, const char *name, bool call,
	const struct object_line *line)
{
	const char *what = call ? "function" : "variable";
	struct near n;

	if (line->file)
		err_set(&b->error, "load", -ENOENT,
			"no %s '%s' in the BTF of the kernel, named at %s:%u", what, name,
			line->file, line->line);
	else
		err_set(&b->error, "load", -ENOENT, "no %s '%s' in the BTF of the kernel", what,
			name);
	err_src(&b->error, line->file, line->line);
	near_start(&n, name);
	btf_each_name(btf, call ? 1U << BTF_FUNC : 1U << BTF_VAR, ksymput_offer, &n);
	if (!near_hint(&n, &b->error))
		err_hint(&b->error, call ? "it may be of a newer kernel, or of a module, whose "
					   "functions cannot be called by name"
					 : "most kernels have only their per-cpu variables there");
	return -ENOENT;
}

static int ksymput_one(struct rawbpf *b, const struct object *o, struct object_code *c,
	const struct object_kref *k)
{
	const struct object_ksym *f = &o->ksyms[k->ksym];
	struct rawbpf_insn *insn = &c->insns[k->insn];
	struct object_line line = {0};
	bool call = insn->code == OBJECT_CALL;
	const struct btf *btf;
	uint32_t id;
	int err = kbtf_kernel(b, &btf);

	if (err && !(f->weak && err == -ENOENT))
		return ksymput_no_btf(b, f->name, err);
	id = err ? 0 : btf_find_any(btf, call ? 1U << BTF_FUNC : KSYMPUT_KINDS, f->name);
	if (!id && !f->weak) {
		object_line(o, c, k->insn, &line);
		return ksymput_none(b, btf, f->name, call, &line);
	}
	if (!id)
		object_set_src(insn, 0);
	insn->imm = id ? (int32_t)id : call ? KSYMPUT_ABSENT + (int32_t)k->ksym : 0;
	return 0;
}

int ksymput_code(struct rawbpf *b, const struct object *o, struct object_code *c)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < c->n_krefs; i++)
		err = ksymput_one(b, o, c, &c->krefs[i]);
	return err;
}

const char *ksymput_absent(const struct object *o, const struct object_code *c, uint32_t insn)
{
	size_t i;

	for (i = 0; i < c->n_krefs; i++)
		if (c->krefs[i].insn == insn && c->insns[insn].code == OBJECT_CALL &&
			!object_src(&c->insns[insn]))
			return o->ksyms[c->krefs[i].ksym].name;
	return NULL;
}
