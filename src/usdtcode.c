// SPDX-License-Identifier: MIT
/*
 * usdtcode.c - where an operand of a USDT probe is: registers in pt_regs, symbols' addresses.
 *
 * A symbol's address is known as the file is linked; where the file is in a process tells the
 * instruction pointer, which at a probe is the probe's own address:
 *
 *	address in the process = ip - address of the probe + address of the symbol
 *
 * That needs no look at the process, and holds for files that are moved and for those that are not.
 * So is the table in which the dynamic linker puts an address (sym@GOTPCREL(%rip)).
 * A register that only carries the upper part of a symbol's address, or the address of a table
 * which the symbol is relative to (sym@GOTOFF(%ebx), sym@toc@l(9), :lo12:sym), takes no part then.
 *
 * What no program can read is an error here and so only for programs that want it; usdtemit.c
 * cannot fail.
 */
#include "usdtcode.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "rawbpf.h"
#include "usdtarg.h"
#include "usdtreg.h"

struct usdtcode_from {
	const struct arch *cpu;
	const struct usdtcode_site *site;
	struct usdtarg_text text;
	struct rawbpf_usdt_arg arg;
	struct usdtcode_op *op;
	struct rawbpf_error *e;
};

static bool usdtcode_is_x86(const struct usdtcode_from *c)
{
	return c->site->machine == MACHINE_X86_64 || c->site->machine == MACHINE_386;
}

static bool usdtcode_is_ip(const char *name)
{
	return name && (!strcmp(name, "rip") || !strcmp(name, "eip"));
}

/* An error at a word of the operand, behind its size. */
static int usdtcode_error(struct usdtcode_from *c, int err, const char *word, const char *why)
{
	size_t n = strlen(word), at = 0, i = strspn(c->text.s, "-0123456789f");

	if (c->text.s[i] != '@')
		i = 0;
	for (; i + n <= c->text.len; i++)
		if (!memcmp(c->text.s + i, word, n)) {
			at = i;
			break;
		}
	return usdtarg_error(c->e, err, &c->text, at, why);
}

/* ---- registers --------------------------------------------------------------------------- */

static int usdtcode_no_reg(struct usdtcode_from *c, const char *name, enum usdtreg_kind kind)
{
	const char *what = kind == USDTREG_MASK	    ? "a mask register"
			   : kind == USDTREG_ACCESS ? "an access register"
						    : "a floating point register";
	bool percent = usdtcode_is_x86(c) || c->site->machine == MACHINE_S390;
	char why[128];

	snprintf(why, sizeof(why), "%s%s is %s, which no bpf program can read", percent ? "%" : "",
		name, what);
	return usdtcode_error(c, -EOPNOTSUPP, name, why);
}

/* The place of a register by name; *zero: it always holds 0. */
static int usdtcode_find_reg(
	struct usdtcode_from *c, const char *name, struct usdtreg *r, bool *zero)
{
	*zero = false;
	if (!usdtreg_find(c->cpu, c->site->machine, c->site->bits, name, r))
		return usdtcode_error(c, -EINVAL, name, "there is no such register");
	if (r->kind != USDTREG_GENERAL && r->kind != USDTREG_ZERO)
		return usdtcode_no_reg(c, name, r->kind);
	*zero = r->kind == USDTREG_ZERO;
	return 0;
}

/* Its size lowest bytes. */
static void usdtcode_set_reg(const struct usdtcode_from *c, const struct usdtreg *r, unsigned size,
	struct usdtcode_reg *out)
{
	unsigned at = r->at;

	if (c->site->big_endian)
		at = c->cpu->word - at - size;
	out->off = (uint16_t)(r->off + at);
	out->size = (uint8_t)size;
}

/* s390 and powerpc mean 0 when they say register 0 in an address. */
static bool usdtcode_is_nothing(const struct usdtcode_from *c, const char *name, bool base)
{
	switch (c->site->machine) {
	case MACHINE_S390: return !strcmp(name, "r0");
	case MACHINE_PPC:
	case MACHINE_PPC64: return base && (!strcmp(name, "0") || !strcmp(name, "r0"));
	default: return false;
	}
}

/* A register of an address; name NULL: none. */
static int usdtcode_address_reg(
	struct usdtcode_from *c, const char *name, bool base, struct usdtcode_reg *out)
{
	struct usdtreg r;
	bool zero;
	int err;

	if (!name || usdtcode_is_nothing(c, name, base))
		return 0;
	err = usdtcode_find_reg(c, name, &r, &zero);
	if (err || zero)
		return err;
	usdtcode_set_reg(c, &r, r.size, out);
	/* (%eax,%ebx) cuts the sum */
	if (usdtcode_is_x86(c) && r.size == 4)
		c->op->bits = 32;
	return 0;
}

static int usdtcode_is_reg(struct usdtcode_from *c)
{
	struct usdtreg r;
	bool zero;
	int err;

	err = usdtcode_find_reg(c, c->arg.reg, &r, &zero);
	if (err)
		return err;
	if (zero) {
		c->op->kind = RAWBPF_ARG_CONST;
		return 0;
	}
	if (c->site->bits == 32 && c->arg.size > r.size && r.size == 4)
		return usdtcode_error(c, -EOPNOTSUPP, c->arg.reg,
			"a value of 8 bytes takes two registers here, of which only one is named");
	usdtcode_set_reg(
		c, &r, c->arg.size < r.size ? (unsigned)c->arg.size : r.size, &c->op->base);
	return 0;
}

/* ---- symbols ----------------------------------------------------------------------------- */

/* How a symbol's address is asked for. */
enum usdtcode_how {
	USDTCODE_WHOLE,	 /* sym */
	USDTCODE_PART,	 /* the base holds the rest of it */
	USDTCODE_GOTOFF, /* the base holds _GLOBAL_OFFSET_TABLE_ */
	USDTCODE_SLOT,	 /* memory that holds it */
	USDTCODE_OTHER,
};

static const struct {
	const char *before, *behind;
	enum usdtcode_how how;
} usdtcode_ways[] = {
	{"", "@GOTOFF", USDTCODE_GOTOFF},
	{"", "@GOTPCREL", USDTCODE_SLOT},
	{"", "@toc@l", USDTCODE_PART},
	{"", "@toc", USDTCODE_PART},
	{"", "@l", USDTCODE_PART},
	{":lo12:", "", USDTCODE_PART},
	{"%lo(", ")", USDTCODE_PART},
	{"%gp_rel(", ")", USDTCODE_PART},
	{"%pc_lo12(", ")", USDTCODE_PART},
	{"%abs_lo12(", ")", USDTCODE_PART},
};

/* The symbol's bare name in *name, of *n bytes. */
static enum usdtcode_how usdtcode_way(const char *sym, const char **name, size_t *n)
{
	size_t i, len = strlen(sym), before, behind;

	*name = sym;
	*n = len;
	if (!strpbrk(sym, "@%:"))
		return USDTCODE_WHOLE;
	for (i = 0; i < sizeof(usdtcode_ways) / sizeof(*usdtcode_ways); i++) {
		before = strlen(usdtcode_ways[i].before);
		behind = strlen(usdtcode_ways[i].behind);
		if (len <= before + behind || strncmp(sym, usdtcode_ways[i].before, before) ||
			strcasecmp(sym + len - behind, usdtcode_ways[i].behind))
			continue;
		*name = sym + before;
		*n = len - before - behind;
		if (!memchr(*name, '@', *n))
			return usdtcode_ways[i].how;
	}
	return USDTCODE_OTHER;
}

static int usdtcode_no_symbol(struct usdtcode_from *c, int err, const char *name)
{
	char why[160];

	snprintf(why, sizeof(why), "the file has %s '%.80s'",
		err == -EADDRNOTAVAIL ? "several symbols" : "no symbol", name);
	usdtcode_error(c, err, name, why);
	if (err == -EADDRNOTAVAIL)
		err_hint(c->e, "static variables of several source files have that name");
	else if (!strncmp(name, ".L", 2))
		err_hint(c->e, "it is a label of the compiler's, which no file keeps");
	else
		err_hint(c->e, "its name is in the debug file, if there is one");
	return err;
}

static int usdtcode_symbol(struct usdtcode_from *c, const char *name, uint64_t *value)
{
	const struct usdtcode_site *s = c->site;
	int err = s->symbol ? s->symbol(s->arg, name, value) : -ENOENT;

	return err ? usdtcode_no_symbol(c, err, name) : 0;
}

/* An address of the file, relative to the instruction pointer. */
static void usdtcode_from_ip(struct usdtcode_from *c, uint64_t value)
{
	struct usdtreg r = {0};
	uint64_t off;

	arch_reg(c->cpu, "ip", &off);
	r.off = (uint16_t)off;
	usdtcode_set_reg(c, &r, c->site->bits / 8U, &c->op->ip);
	c->op->val = (int64_t)((uint64_t)c->op->val + value - c->site->pc);
}

/* The address of a symbol. */
static int usdtcode_by_ip(struct usdtcode_from *c, const char *name)
{
	uint64_t value;
	int err;

	err = usdtcode_symbol(c, name, &value);
	if (!err)
		usdtcode_from_ip(c, value);
	return err;
}

static int usdtcode_not_known(struct usdtcode_from *c)
{
	usdtcode_error(
		c, -EOPNOTSUPP, c->arg.sym, "what the linker put in place of this is not known");
	err_hint(c->e, "a variable inside a function that holds the value, given to the probe, "
		       "can be read");
	return -EOPNOTSUPP;
}

/* sym@GOTPCREL(%rip): where nothing needed the entry, the linker made none, and knew the address */
static int usdtcode_by_slot(struct usdtcode_from *c, const char *name)
{
	const struct usdtcode_site *s = c->site;
	uint64_t value;
	int err;

	if (s->machine != MACHINE_X86_64 || !usdtcode_is_ip(c->arg.base) || c->arg.index ||
		c->arg.off)
		return usdtcode_not_known(c);
	if (s->slot && !s->slot(s->arg, name, &value)) {
		usdtcode_from_ip(c, value);
		return 0;
	}
	err = usdtcode_by_ip(c, name);
	if (!err)
		c->op->kind = RAWBPF_ARG_ADDR;
	return err;
}

/* sym@GOTOFF(%ebx,%eax): either may be the one that holds the table's address */
static int usdtcode_by_table(struct usdtcode_from *c, const char *name)
{
	uint64_t value, table;
	int err;

	err = usdtcode_symbol(c, name, &value);
	if (!err)
		err = usdtcode_symbol(c, "_GLOBAL_OFFSET_TABLE_", &table);
	if (!err)
		c->op->val = (int64_t)((uint64_t)c->op->val + value - table);
	return err;
}

/* Adds the symbol; *base is set to NULL when that register takes no part. */
static int usdtcode_add_symbol(struct usdtcode_from *c, const char **base)
{
	char name[sizeof(c->arg.buf)];
	enum usdtcode_how how;
	const char *p;
	size_t n;

	how = usdtcode_way(c->arg.sym, &p, &n);
	snprintf(name, sizeof(name), "%.*s", (int)n, p);
	if (how == USDTCODE_SLOT)
		return usdtcode_by_slot(c, name);
	if (how == USDTCODE_OTHER || (how != USDTCODE_WHOLE && !*base))
		return usdtcode_not_known(c);
	if (how == USDTCODE_GOTOFF && c->arg.index && c->arg.scale == 1)
		return usdtcode_by_table(c, name);
	if (how != USDTCODE_WHOLE)
		*base = NULL;
	return usdtcode_by_ip(c, name);
}

/* ---- variables of a thread --------------------------------------------------------------- */

static int usdtcode_segment(struct usdtcode_from *c)
{
	const struct usdtcode_site *s = c->site;
	bool fs = !strcmp(c->arg.seg, "fs");
	int64_t task = fs ? s->fsbase : s->gsbase, off;
	int err;

	/* the others begin at 0 */
	if (!fs && strcmp(c->arg.seg, "gs"))
		return 0;
	if (s->bits == 32)
		return usdtcode_error(c, -EOPNOTSUPP, c->arg.seg,
			"where a segment of a 32-bit program begins no bpf program can read");
	if (task <= 0 || task > INT32_MAX) {
		usdtcode_error(c, -ENODATA, c->arg.seg,
			"where the segment begins is in a struct of the kernel whose layout is "
			"not known");
		err_hint(c->e, "it needs a kernel with BTF (CONFIG_DEBUG_INFO_BTF)");
		return -ENODATA;
	}
	c->op->task = (int32_t)task;
	if (!c->arg.sym)
		return 0;
	err = strpbrk(c->arg.sym, "@%:") || !s->tls ? -ENOENT : s->tls(s->arg, c->arg.sym, &off);
	if (err)
		return usdtcode_no_symbol(c, err, c->arg.sym);
	c->op->val = (int64_t)((uint64_t)c->op->val + (uint64_t)off);
	return 0;
}

/* ---- each kind --------------------------------------------------------------------------- */

static int usdtcode_memory(struct usdtcode_from *c)
{
	const struct rawbpf_usdt_arg *arg = &c->arg;
	const char *base = arg->base;
	int err = 0;

	if (usdtcode_is_x86(c) && usdtcode_is_ip(base)) {
		if (!arg->sym)
			return usdtcode_error(c, -EOPNOTSUPP, base,
				"this counts from an instruction which the note does not name");
		base = NULL;
	}
	if (arg->seg)
		err = usdtcode_segment(c);
	if (!err && arg->sym && !c->op->task)
		err = usdtcode_add_symbol(c, &base);
	if (!err)
		err = usdtcode_address_reg(c, base, true, &c->op->base);
	if (!err)
		err = usdtcode_address_reg(c, arg->index, false, &c->op->index);
	c->op->index.is_signed = arg->index_signed;
	while (!err && arg->index && 1 << c->op->shift < arg->scale)
		c->op->shift++;
	return err;
}

/* A constant as its size makes it. */
static int64_t usdtcode_constant(int64_t v, int size, bool is_signed)
{
	unsigned unused = 64 - (unsigned)size * 8;

	if (!is_signed)
		return (int64_t)((uint64_t)v << unused >> unused);
	return (int64_t)((uint64_t)v << unused) >> unused;
}

/* What has no "N@" is a word: of the file, where the CPU has files of both kinds. */
static void usdtcode_default_size(struct usdtcode_from *c)
{
	size_t i = strspn(c->text.s, "-0123456789f");

	if (c->site->bits == 32 && c->arg.size == 8 && c->text.s[i] != '@' && !usdtcode_is_x86(c))
		c->arg.size = 4;
}

static int usdtcode_kind(struct usdtcode_from *c)
{
	const char *base = NULL;

	usdtcode_default_size(c);
	c->op->kind = (uint8_t)c->arg.kind;
	c->op->size = (uint8_t)c->arg.size;
	c->op->is_signed = c->arg.is_signed;
	/* the highest bit of the 31-bit mode is no part of an address */
	c->op->bits = c->site->bits == 32 && c->site->machine == MACHINE_S390 ? 31 : c->site->bits;
	c->op->val = c->arg.off;
	switch (c->arg.kind) {
	case RAWBPF_ARG_REG: return usdtcode_is_reg(c);
	case RAWBPF_ARG_MEM: return usdtcode_memory(c);
	case RAWBPF_ARG_ADDR: return usdtcode_add_symbol(c, &base);
	default:
		c->op->val = usdtcode_constant(c->arg.val, c->arg.size, c->arg.is_signed);
		return 0;
	}
}

/* ---- the whole --------------------------------------------------------------------------- */

/* As usdtarg_error(), of what stands behind all operands; the log has their last 200 bytes. */
static int usdtcode_not_there(struct usdtcode_from *c, const char *args, unsigned n, unsigned has)
{
	size_t len = strlen(args);

	while (len && isspace((unsigned char)args[len - 1]))
		len--;
	if (len > 200) {
		args += len - 200;
		len = 200;
	}
	err_set(c->e, "usdt", -ENOENT, "operand %u is not there: the probe has %u", n, has);
	err_diag(c->e, "%.*s\n%*s^\n", (int)len, args, (int)len + !!len, "");
	err_hint(c->e, "which operands a probe has 'rawbpf usdt FILE' lists");
	return -ENOENT;
}

/* The operand's text. */
static int usdtcode_pick(struct usdtcode_from *c, const char *args, unsigned n)
{
	const char *p = args;
	unsigned i;

	for (i = 0; i < n; i++) {
		c->text.s = usdtarg_next(&p, &c->text.len);
		if (!c->text.s)
			return usdtcode_not_there(c, args, n, i);
	}
	c->text.n = n;
	return n ? 0 : err_set(c->e, "usdt", -EINVAL, "operand 0 is none: the first is 1");
}

int usdtcode_resolve(const struct arch *a, const struct usdtcode_site *s, const char *args,
	unsigned n, struct usdtcode_op *op, struct rawbpf_error *e)
{
	struct usdtcode_from c = {.cpu = a, .site = s, .op = op, .e = e};
	int err;

	memset(op, 0, sizeof(*op));
	if (!usdtreg_runs(a, s->machine) || (s->bits != 32 && s->bits != 64) ||
		s->bits > a->word * 8)
		return err_set(e, "usdt", -ENOEXEC,
			"operand %u is in a %u-bit file for machine %u, whose programs do not run "
			"under a kernel for %s",
			n, s->bits, s->machine, a->name);
	err = usdtcode_pick(&c, args, n);
	if (!err)
		err = usdtarg_parse(s->machine, &c.text, &c.arg, e);
	if (!err)
		err = usdtcode_kind(&c);
	if (err)
		memset(op, 0, sizeof(*op));
	return err;
}
