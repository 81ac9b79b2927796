// SPDX-License-Identifier: MIT
/* usdtput.c - the operands of a USDT probe put into a program's linked code. */
#include "usdtput.h"

#include <errno.h>
#include <stdlib.h>

#include "splice.h"

/* One for each place, their instructions in code; *s is malloc'ed. */
static int usdtput_splices(const struct object_code *c, const struct usdtcode_op *ops,
	struct rawbpf_insn *code, struct splice **s)
{
	const struct arch *a = arch_find(NULL);
	const struct object_usdt *u;
	size_t i;

	*s = calloc(c->n_usdt, sizeof(**s));
	if (!*s)
		return -ENOMEM;
	for (i = 0; i < c->n_usdt; i++, code += USDTCODE_MAX) {
		u = &c->usdt[i];
		(*s)[i].insn = u->insn;
		(*s)[i].insns = code;
		(*s)[i].n = usdtcode_emit(a, &ops[u->n - 1], u->slot, code);
	}
	return 0;
}

int usdtput_code(struct object_code *c, const struct usdtcode_op *ops, struct rawbpf_error *e)
{
	struct splice *s = NULL;
	struct rawbpf_insn *code;
	int err;

	if (!c->n_usdt)
		return 0;
	code = calloc(c->n_usdt, USDTCODE_MAX * sizeof(*code));
	err = code ? usdtput_splices(c, ops, code, &s) : -ENOMEM;
	err = err ? err_set(e, "load", err, "out of memory") : splice_code(c, s, c->n_usdt, e);
	free(s);
	free(code);
	return err;
}
