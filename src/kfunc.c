// SPDX-License-Identifier: MIT
/*
 * kfunc.c - calls of the kernel's own functions by name (Linux 5.13).
 *
 * The instruction names one by its type in the kernel's BTF, so an object can only have the name:
 * an undefined symbol.  Which functions may be called, and by which programs, the verifier knows.
 * One that is weak may be absent; its call becomes one that the verifier refuses where it can be
 * reached, as libbpf's does.
 */
#include "kfunc.h"

#include <errno.h>

#include "kbtf.h"

/* no helper will ever have this number */
enum { KFUNC_ABSENT = 0x7ffffff0 };

static void kfunc_offer(void *arg, const char *name)
{
	near_offer(arg, name);
}

static int kfunc_no_btf(struct rawbpf *b, const char *name, int err)
{
	if (err != -ENOENT)
		return err;
	err_set(&b->error, "load", err, "the kernel has no BTF, so '%s' cannot be called by name",
		name);
	err_hint(&b->error, "functions of the kernel need one with CONFIG_DEBUG_INFO_BTF");
	return err;
}

static int kfunc_absent(struct rawbpf *b, const struct btf *btf, const char *name)
{
	struct near n;

	err_set(&b->error, "load", -ENOENT, "no function '%s' in the BTF of the kernel", name);
	near_start(&n, name);
	btf_each_name(btf, 1U << BTF_FUNC, kfunc_offer, &n);
	if (!near_hint(&n, &b->error))
		err_hint(&b->error, "it may be of a newer kernel, or of a module, whose functions "
				    "cannot be called by name");
	return -ENOENT;
}

static int kfunc_one(struct rawbpf *b, const struct object_kfunc *f, struct rawbpf_insn *insn)
{
	const struct btf *btf;
	uint32_t id;
	int err = kbtf_kernel(b, &btf);

	if (err && !(f->weak && err == -ENOENT))
		return kfunc_no_btf(b, f->name, err);
	id = err ? 0 : btf_find(btf, BTF_FUNC, f->name);
	if (!id && !f->weak)
		return kfunc_absent(b, btf, f->name);
	if (!id)
		object_set_src(insn, 0);
	insn->imm = id ? (int32_t)id : KFUNC_ABSENT;
	return 0;
}

int kfunc_put(struct rawbpf *b, const struct object *o, struct object_code *c)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < c->n_kcalls; i++)
		err = kfunc_one(b, &o->kfuncs[c->kcalls[i].kfunc], &c->insns[c->kcalls[i].insn]);
	return err;
}
