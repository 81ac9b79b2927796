// SPDX-License-Identifier: MIT
/*
 * usdtsite.c - operands of a USDT probe's location, with what only its file and the kernel know.
 *
 * Most operands are registers and what these point to.  A variable of the program ("x(%rip)")
 * takes its symbol's address, and one of a thread ("%fs:8") the place where the kernel keeps the
 * thread's base: the file and the kernel's BTF are looked into only for operands that name such.
 */
#include "usdtsite.h"

#include <string.h>

#include "kbtf.h"
#include "usdtarg.h"

/* The file of the location, which is opened when a symbol of it is wanted. */
static struct usdtsym *usdtsite_file(struct usdtsite *s, uint32_t file)
{
	if (!s->sym.path || s->file != file) {
		usdtsite_close(s);
		s->sym.sys = &s->b->sys;
		s->sym.path = s->u->files[file].open_as;
		s->file = file;
	}
	return &s->sym;
}

/* Where the kernel keeps the bases of a thread's segments; unknown without its BTF. */
static void usdtsite_segments(struct rawbpf *b, struct usdtcode_site *site)
{
	struct rawbpf_error kept;
	const struct btf *btf;
	int err;

	err_copy(&kept, &b->error);
	err = kbtf_kernel(b, &btf);
	err_copy(&b->error, &kept);
	usdtsym_segments(err ? NULL : btf, site);
}

/* Does operand n begin at a segment of its thread? */
static bool usdtsite_of_thread(const char *args, unsigned n)
{
	const char *p = NULL, *end;
	size_t len;

	while (n--) {
		p = usdtarg_next(&args, &len);
		if (!p)
			return false;
	}
	for (end = p + len; p && end - p >= 4; p++)
		if (!memcmp(p, "%fs:", 4) || !memcmp(p, "%gs:", 4))
			return true;
	return false;
}

int usdtsite_ops(struct usdtsite *s, const struct usdt_loc *l, uint32_t args,
	struct usdtcode_op ops[OBJECT_USDT_MAX], struct rawbpf_error *e)
{
	const struct usdt_file *f = &s->u->files[l->file];
	struct usdtcode_site site = {.machine = f->machine,
		.bits = f->bits,
		.big_endian = f->big_endian,
		.pc = l->addr,
		.symbol = usdtsym_symbol,
		.slot = usdtsym_slot,
		.tls = usdtsym_tls,
		.arg = usdtsite_file(s, l->file)};
	unsigned n;
	int err = 0;

	memset(ops, 0, OBJECT_USDT_MAX * sizeof(*ops));
	for (n = 1; !err && n <= OBJECT_USDT_MAX; n++) {
		if (!(args & 1u << n))
			continue;
		if (site.bits == 64 && !site.fsbase && usdtsite_of_thread(l->args, n))
			usdtsite_segments(s->b, &site);
		err = usdtcode_resolve(arch_find(NULL), &site, l->args, n, &ops[n - 1], e);
	}
	return err;
}

void usdtsite_close(struct usdtsite *s)
{
	usdtsym_close(&s->sym);
	memset(&s->sym, 0, sizeof(s->sym));
}
