// SPDX-License-Identifier: MIT
/* usdtput.c - the operands of a USDT probe put into a program's linked code. */
#include "usdtput.h"

#include <errno.h>
#include <stdlib.h>

#include "buf.h"
#include "splice.h"

/* One for each place of c, in s, their instructions in code. */
static int usdtput_splices(const struct object_code *c, const struct usdtcode_op *ops,
	struct splice *s, struct buf *code)
{
	struct rawbpf_insn insns[USDTCODE_MAX];
	const struct arch *a = arch_find(NULL);
	const struct rawbpf_insn *p;
	const struct object_usdt *u;
	size_t i;

	for (i = 0; i < c->n_usdt; i++) {
		u = &c->usdt[i];
		s[i].insn = u->insn;
		s[i].n = usdtcode_emit(a, &ops[u->n - 1], u->slot, insns);
		buf_add(code, insns, s[i].n * sizeof(*insns));
	}
	if (code->failed)
		return -ENOMEM;
	/* now that they stay where they are */
	p = (const void *)code->data;
	for (i = 0; i < c->n_usdt; p += s[i++].n)
		s[i].insns = p;
	return 0;
}

int usdtput_code(struct object_code *c, const struct usdtcode_op *ops, struct rawbpf_error *e)
{
	struct buf code = {0};
	struct splice *s;
	int err;

	if (!c->n_usdt)
		return 0;
	s = calloc(c->n_usdt, sizeof(*s));
	err = s ? usdtput_splices(c, ops, s, &code) : -ENOMEM;
	err = err ? err_set(e, "load", err, "out of memory") : splice_code(c, s, c->n_usdt, e);
	free(s);
	buf_free(&code);
	return err;
}
