// SPDX-License-Identifier: MIT
/*
 * usdtarg.c - the operands of a USDT probe, as the assembler of each CPU writes them.
 *
 * sys/sdt.h lets the compiler print an inline assembly operand into a note: "-4@8(%rsp)" is a
 * signed 4-byte value in memory, N@ is the size.  What follows is the CPU's own notation:
 *
 *	x86		$5  %eax  -8(%rbp)  (%rax,%rbx,4)  sym+8(%rip)  %fs:sym@tpoff  $sym+8
 *	arm64		5   x0    [sp, 12]  [x0, x1]  [x0, x1, lsl 3]
 *	arm		#5  r0    [r4, #-8]
 *	ppc64		i5  9     8(9)      where a bare number is a register
 *	s390x		5   %r2   160(%r15)  8(%r1,%r2)
 *	riscv		5   a0    8(sp)
 *	mips		5   $4    8($sp)
 *	loongarch	5   $r4   $r3,8     8($r3)
 *
 * The registers of each CPU are a table (usdtcpu.c); a name that is none of them is a symbol where the CPU
 * marks registers by nothing and the name is not in the form of one (x31), else an error.
 */
#include "usdtarg.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "err.h"
#include "machine.h"
#include "rawbpf.h"
#include "usdtcpu.h"

struct usdtarg_parser {
	const char *start, *p, *end;
	const struct usdtcpu *cpu;
	struct rawbpf_usdt_arg *a;
	size_t used;	 /* bytes of a->buf */
	int reg_size;	 /* of the register read last */
	const char *far; /* a number above INT64_MAX, or from which on a sum is; NULL: none */
	const char *at;	 /* an error: where ... */
	const char *why; /* ... and what; NULL so far */
	int err;
};

/* ---- pieces ------------------------------------------------------------------------------ */

/* The first error stays; the parser then stands at the end. */
static void usdtarg_fail(struct usdtarg_parser *s, const char *at, int err, const char *why)
{
	if (s->why)
		return;
	s->at = at;
	s->why = why;
	s->err = err;
	s->p = s->end;
}

/* Of ASCII, whatever the locale. */
static bool usdtarg_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ... of base 16; 16: it is none */
static unsigned usdtarg_digit_value(char c)
{
	if (usdtarg_digit(c))
		return (unsigned)(c - '0');
	c |= 'a' - 'A';
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

static bool usdtarg_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool usdtarg_eat(struct usdtarg_parser *s, char c)
{
	if (s->p >= s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static void usdtarg_blanks(struct usdtarg_parser *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t'))
		s->p++;
}

static void usdtarg_need(struct usdtarg_parser *s, char c, const char *why)
{
	usdtarg_blanks(s);
	if (!usdtarg_eat(s, c))
		usdtarg_fail(s, s->p, -EINVAL, why);
}

/* A copy in the argument's own buffer. */
static const char *usdtarg_keep(struct usdtarg_parser *s, const char *p, size_t n)
{
	char *out = s->a->buf + s->used;

	if (n >= sizeof(s->a->buf) - s->used) {
		usdtarg_fail(s, p, -ENAMETOOLONG, "the name is too long");
		return NULL;
	}
	memcpy(out, p, n);
	out[n] = '\0';
	s->used += n + 1;
	return out;
}

static bool usdtarg_is_name(char c)
{
	return usdtarg_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       c == '.';
}

static size_t usdtarg_name_len(const struct usdtarg_parser *s)
{
	const char *p = s->p;

	while (p < s->end && usdtarg_is_name(*p))
		p++;
	return (size_t)(p - s->p);
}

/* A register without its mark, kept; NULL when the name is none (which is then an error). */
static const char *usdtarg_reg(struct usdtarg_parser *s)
{
	size_t n = usdtarg_name_len(s);
	const char *p = s->p;

	s->reg_size = usdtcpu_reg_size(s->cpu, p, n);
	if (!s->reg_size) {
		usdtarg_fail(s, p, -EINVAL, n ? "no such register" : "a register is missing");
		return NULL;
	}
	/* %st(1) */
	if (n == 2 && !memcmp(p, "st", 2) && s->end - p >= 5 && p[2] == '(' &&
		usdtarg_digit(p[3]) && p[4] == ')')
		n = 5;
	s->p += n;
	return usdtarg_keep(s, p, n);
}

static const char *usdtarg_marked_reg(struct usdtarg_parser *s, char mark)
{
	usdtarg_blanks(s);
	if (!usdtarg_eat(s, mark)) {
		usdtarg_fail(s, s->p, -EINVAL,
			mark == '%' ? "a register begins with '%' here"
				    : "a register begins with '$' here");
		return NULL;
	}
	return usdtarg_reg(s);
}

/* A number without sign, of at most 64 bits. */
static bool usdtarg_uint(struct usdtarg_parser *s, uint64_t *v)
{
	const char *p = s->p;
	unsigned base = 10, d;

	*v = 0;
	if (s->end - p > 2 && p[0] == '0' && (p[1] | 32) == 'x') {
		base = 16;
		p += 2;
	}
	for (; p < s->end; p++) {
		d = usdtarg_digit_value(*p);
		if (d >= base)
			break;
		if (*v > (UINT64_MAX - d) / base) {
			usdtarg_fail(s, s->p, -ERANGE, "the number has more than 64 bits");
			return false;
		}
		*v = *v * base + d;
	}
	if (p == s->p || (p < s->end && usdtarg_is_name(*p))) {
		usdtarg_fail(s, s->p, -EINVAL, "a number is missing");
		return false;
	}
	s->p = p;
	return true;
}

/* A symbol with what relocation it asks for: "x@GOTOFF", "%lo(x)", ":lo12:x". */
static void usdtarg_symbol(struct usdtarg_parser *s)
{
	const char *p = s->p, *start = p;
	bool reloc = p < s->end && *p == '%';

	if (reloc)
		p++;
	while (p < s->end && (usdtarg_is_name(*p) || strchr("@$:", *p) || (reloc && *p == '(')))
		p++;
	if (reloc && p < s->end && *p == ')')
		p++;
	if (p == start)
		usdtarg_fail(s, p, -EINVAL, "a number or a symbol is missing");
	else if (usdtcpu_like_reg(s->cpu, start, (size_t)(p - start)))
		usdtarg_fail(s, start, -EINVAL, "no such register");
	else if (s->a->sym)
		usdtarg_fail(s, start, -EINVAL, "there is a second symbol");
	else
		s->a->sym = usdtarg_keep(s, start, (size_t)(p - start));
	if (!s->why)
		s->p = p;
}

/* Numbers and at most one symbol, added: the sum of the numbers. */
static int64_t usdtarg_sum(struct usdtarg_parser *s)
{
	uint64_t sum = 0, v;
	bool minus, first = true;
	const char *at;

	for (; !s->why && s->p < s->end; first = false) {
		minus = *s->p == '-';
		if (minus || *s->p == '+')
			s->p++;
		else if (!first)
			break;
		at = s->p;
		if (s->p < s->end && usdtarg_digit(*s->p)) {
			if (!usdtarg_uint(s, &v))
				break;
			/* a negative number must fit its sign */
			if (minus && v > (uint64_t)1 << 63)
				usdtarg_fail(s, at, -ERANGE, "the number has more than 64 bits");
			if (minus ? (int64_t)(sum - v) > (int64_t)sum
				  : v > INT64_MAX || (int64_t)(sum + v) < (int64_t)sum)
				s->far = at;
			sum = minus ? sum - v : sum + v;
		} else if (minus) {
			usdtarg_fail(s, s->p, -EINVAL, "a number is missing");
		} else {
			usdtarg_symbol(s);
		}
	}
	if (first)
		usdtarg_fail(s, s->p, -EINVAL, "a number or a symbol is missing");
	return (int64_t)sum;
}

/* An immediate: a number, or the address of a symbol. */
static void usdtarg_const(struct usdtarg_parser *s)
{
	int64_t v = usdtarg_sum(s);

	s->a->kind = s->a->sym ? RAWBPF_ARG_ADDR : RAWBPF_ARG_CONST;
	if (s->a->sym)
		s->a->off = v;
	else
		s->a->val = v;
}

static void usdtarg_is_reg(struct usdtarg_parser *s, const char *reg)
{
	s->a->kind = RAWBPF_ARG_REG;
	s->a->reg = reg;
	if (!s->a->size)
		s->a->size = s->reg_size;
}

/* ---- each CPU's notation ----------------------------------------------------------------- */

/* "sym+8@GOTOFF": clang writes behind the number what gcc writes behind the symbol */
static void usdtarg_late_reloc(struct usdtarg_parser *s)
{
	const char *p = s->p;

	if (!s->a->sym || s->why || p >= s->end || *p != '@' || strchr(s->a->sym, '@'))
		return;
	for (p++; p < s->end && usdtarg_is_name(*p); p++)
		;
	s->used--; /* the symbol was kept last; this goes on with it */
	if (usdtarg_keep(s, s->p, (size_t)(p - s->p)))
		s->p = p;
}

/* "@tpoff" says no more than the segment does */
static void usdtarg_strip_tls(struct rawbpf_usdt_arg *a)
{
	char *at = a->sym ? strchr(a->buf + (a->sym - a->buf), '@') : NULL;

	if (a->seg && at && strlen(at) >= 5 && !strncasecmp(at + strlen(at) - 5, "tpoff", 5))
		*at = '\0';
}

static void usdtarg_x86_memory(struct usdtarg_parser *s)
{
	uint64_t scale = 1;

	s->a->kind = RAWBPF_ARG_MEM;
	if (s->p >= s->end || *s->p != '(')
		s->a->off = usdtarg_sum(s);
	usdtarg_late_reloc(s);
	usdtarg_strip_tls(s->a);
	if (!usdtarg_eat(s, '('))
		return;
	usdtarg_blanks(s);
	if (s->p < s->end && *s->p != ',')
		s->a->base = usdtarg_marked_reg(s, '%');
	usdtarg_blanks(s);
	if (usdtarg_eat(s, ',')) {
		s->a->index = usdtarg_marked_reg(s, '%');
		usdtarg_blanks(s);
		if (usdtarg_eat(s, ',')) {
			usdtarg_blanks(s);
			if (usdtarg_uint(s, &scale) && scale != 1 && scale != 2 && scale != 4 &&
				scale != 8)
				usdtarg_fail(s, s->p - 1, -EINVAL, "a scale is 1, 2, 4 or 8");
		}
		s->a->scale = (int)scale;
	}
	usdtarg_need(s, ')', "')' is missing");
}

static void usdtarg_x86(struct usdtarg_parser *s)
{
	static const char *const segs[] = {"cs", "ds", "es", "fs", "gs", "ss"};
	size_t i;

	if (usdtarg_eat(s, '$')) {
		usdtarg_const(s);
		return;
	}
	if (s->p >= s->end || *s->p != '%') {
		usdtarg_x86_memory(s);
		return;
	}
	for (i = 0; i < sizeof(segs) / sizeof(*segs); i++) {
		if (s->end - s->p < 4 || memcmp(s->p + 1, segs[i], 2) || s->p[3] != ':')
			continue;
		s->a->seg = usdtarg_keep(s, s->p + 1, 2);
		s->p += 4;
		usdtarg_x86_memory(s);
		return;
	}
	s->p++;
	usdtarg_is_reg(s, usdtarg_reg(s));
}

/* "lsl 3", "lsl #3", "uxtw #2", "sxtw 2", "sxtw" behind an index */
static void usdtarg_arm_shift(struct usdtarg_parser *s)
{
	const char *p = s->p;
	uint64_t n = 0;
	bool lsl, sxtw;

	lsl = s->end - p >= 3 && !memcmp(p, "lsl", 3);
	sxtw = s->end - p >= 4 && !memcmp(p, "sxtw", 4);
	if (!lsl && !sxtw && !(s->end - p >= 4 && !memcmp(p, "uxtw", 4))) {
		usdtarg_fail(
			s, p, -EINVAL, "an index can be moved by 'lsl', 'uxtw' or 'sxtw' only");
		return;
	}
	s->a->index_signed = sxtw;
	s->p += lsl ? 3 : 4;
	usdtarg_blanks(s);
	usdtarg_eat(s, '#');
	if ((lsl || s->p < s->end) && (lsl || usdtarg_digit(*s->p)) && usdtarg_uint(s, &n) && n > 3)
		usdtarg_fail(s, s->p - 1, -EINVAL, "an index is moved by at most 3 bits");
	s->a->scale = 1 << (n & 3);
}

static void usdtarg_arm_memory(struct usdtarg_parser *s)
{
	s->a->kind = RAWBPF_ARG_MEM;
	usdtarg_blanks(s);
	s->a->base = usdtarg_reg(s);
	usdtarg_blanks(s);
	if (usdtarg_eat(s, ',')) {
		usdtarg_blanks(s);
		if (usdtcpu_reg_size(s->cpu, s->p, usdtarg_name_len(s))) {
			s->a->index = usdtarg_reg(s);
			s->a->scale = 1;
			usdtarg_blanks(s);
			if (usdtarg_eat(s, ',')) {
				usdtarg_blanks(s);
				usdtarg_arm_shift(s);
			}
		} else {
			usdtarg_eat(s, '#');
			s->a->off = usdtarg_sum(s);
		}
	}
	usdtarg_need(s, ']', "']' is missing");
}

static void usdtarg_arm(struct usdtarg_parser *s)
{
	if (usdtarg_eat(s, '['))
		usdtarg_arm_memory(s);
	else if (usdtcpu_reg_size(s->cpu, s->p, usdtarg_name_len(s)))
		usdtarg_is_reg(s, usdtarg_reg(s));
	else {
		usdtarg_eat(s, '#');
		usdtarg_const(s);
	}
}

static bool usdtarg_is_ppc(const struct usdtcpu *cpu)
{
	return cpu->machine == MACHINE_PPC || cpu->machine == MACHINE_PPC64;
}

/* What riscv, mips, loongarch, s390 and ppc share: SUM, or SUM(REGISTER); mark 0: none */
static void usdtarg_sum_or_memory(struct usdtarg_parser *s, char mark)
{
	int64_t v = 0;

	if (s->p >= s->end || *s->p != '(')
		v = usdtarg_sum(s);
	if (!usdtarg_eat(s, '(')) {
		s->a->kind = s->a->sym ? RAWBPF_ARG_ADDR : RAWBPF_ARG_CONST;
		*(s->a->sym ? &s->a->off : &s->a->val) = v;
		return;
	}
	s->a->kind = RAWBPF_ARG_MEM;
	s->a->off = v;
	/* "8(%r3)" is the other way to write "8(r3)" */
	if (usdtarg_is_ppc(s->cpu))
		usdtarg_eat(s, '%');
	if (mark)
		s->a->base = usdtarg_marked_reg(s, mark);
	else
		s->a->base = usdtarg_reg(s);
	/* s390: displacement(index,base) */
	usdtarg_blanks(s);
	if (s->cpu->machine == MACHINE_S390 && usdtarg_eat(s, ',')) {
		s->a->index = s->a->base;
		s->a->scale = 1;
		s->a->base = usdtarg_marked_reg(s, mark);
	}
	usdtarg_need(s, ')', "')' is missing");
}

static void usdtarg_s390(struct usdtarg_parser *s)
{
	if (usdtarg_eat(s, '%'))
		usdtarg_is_reg(s, usdtarg_reg(s));
	else
		usdtarg_sum_or_memory(s, '%');
}

static void usdtarg_riscv(struct usdtarg_parser *s)
{
	if (usdtcpu_reg_size(s->cpu, s->p, usdtarg_name_len(s)))
		usdtarg_is_reg(s, usdtarg_reg(s));
	else
		usdtarg_sum_or_memory(s, 0);
}

/* mips: $4, 8($sp); loongarch: $r4, $r3,8 */
static void usdtarg_dollar(struct usdtarg_parser *s)
{
	const char *reg;

	if (!usdtarg_eat(s, '$')) {
		usdtarg_sum_or_memory(s, '$');
		return;
	}
	reg = usdtarg_reg(s);
	usdtarg_blanks(s);
	if (!usdtarg_eat(s, ',')) {
		usdtarg_is_reg(s, reg);
		return;
	}
	s->a->kind = RAWBPF_ARG_MEM;
	s->a->base = reg;
	usdtarg_blanks(s);
	if (usdtarg_eat(s, '$')) {
		s->a->index = usdtarg_reg(s);
		s->a->scale = 1;
	} else {
		s->a->off = usdtarg_sum(s);
	}
}

static void usdtarg_ppc(struct usdtarg_parser *s)
{
	size_t n;

	if (s->end - s->p >= 2 && *s->p == 'i' && strchr("+-0123456789", s->p[1])) {
		s->p++;
		usdtarg_const(s);
		return;
	}
	usdtarg_eat(s, '%');
	n = usdtarg_name_len(s);
	if (!usdtcpu_reg_size(s->cpu, s->p, n) ||
		(s->p + n < s->end && memchr("(+@", s->p[n], 3))) {
		if (n && usdtarg_digit(*s->p) && s->p + n == s->end)
			usdtarg_fail(s, s->p, -EINVAL, "no such register");
		usdtarg_sum_or_memory(s, 0);
		return;
	}
	usdtarg_is_reg(s, usdtarg_reg(s));
	/* register,register: the sum of both is the address */
	if (!usdtarg_eat(s, ','))
		return;
	usdtarg_blanks(s);
	s->a->kind = RAWBPF_ARG_MEM;
	s->a->index = usdtarg_reg(s);
	s->a->scale = 1;
	s->a->base = s->a->reg;
	s->a->reg = NULL;
}

static void usdtarg_operand(struct usdtarg_parser *s)
{
	switch (s->cpu->machine) {
	case MACHINE_X86_64:
	case MACHINE_386: usdtarg_x86(s); break;
	case MACHINE_AARCH64:
	case MACHINE_ARM: usdtarg_arm(s); break;
	case MACHINE_PPC64:
	case MACHINE_PPC: usdtarg_ppc(s); break;
	case MACHINE_S390: usdtarg_s390(s); break;
	case MACHINE_RISCV: usdtarg_riscv(s); break;
	default: usdtarg_dollar(s); break; /* mips, loongarch */
	}
}

/* ---- the whole --------------------------------------------------------------------------- */

/* "-4@", "8f@": false, and nothing read, when there is none. */
static bool usdtarg_size(struct usdtarg_parser *s)
{
	const char *p = s->p, *digits;
	struct rawbpf_usdt_arg *a = s->a;
	bool is_signed = p < s->end && *p == '-', is_float;
	int size = 0;

	p += is_signed;
	for (digits = p; p < s->end && usdtarg_digit(*p); p++)
		if (size < 1000)
			size = size * 10 + (*p - '0');
	is_float = p > digits && p < s->end && *p == 'f';
	p += is_float;
	if (p == digits || p >= s->end || *p != '@')
		return false;
	if (size != 1 && size != 2 && size != 4 && size != 8)
		usdtarg_fail(s, digits, -EINVAL, "a size is 1, 2, 4 or 8");
	else if (is_float && size < 4)
		usdtarg_fail(s, digits, -EINVAL, "a floating point value has 4 or 8 bytes");
	else
		s->p = p + 1;
	a->size = size;
	a->is_signed = is_signed;
	a->is_float = is_float;
	return true;
}

int usdtarg_error(struct rawbpf_error *e, int err, const struct usdtarg_text *t, size_t column,
	const char *why)
{
	int shown = t->len < 100 ? (int)t->len : 100;
	char number[16] = "";

	if (t->n)
		snprintf(number, sizeof(number), " %u", t->n);
	err_set(e, "usdt", err, "operand%s '%.*s' column %zu: %s", number, shown, t->s, column + 1,
		why);
	if (column <= (size_t)shown)
		err_diag(e, "%.*s\n%*s^\n", shown, t->s, (int)column, "");
	return err;
}

int usdtarg_parse(unsigned e_machine, const struct usdtarg_text *t, struct rawbpf_usdt_arg *a,
	struct rawbpf_error *e)
{
	struct usdtarg_parser s = {0};

	memset(a, 0, sizeof(*a));
	s.start = s.p = t->s;
	s.end = t->s + t->len;
	s.a = a;
	s.cpu = usdtcpu_find(e_machine);
	if (!s.cpu)
		return err_set(
			e, "usdt", -EOPNOTSUPP, "operands of machine %u are not known", e_machine);
	usdtarg_size(&s);
	if (s.p >= s.end)
		usdtarg_fail(&s, s.p, -EINVAL, "the operand is missing");
	else
		usdtarg_operand(&s);
	if (s.p < s.end)
		usdtarg_fail(&s, s.p, -EINVAL, "this is not part of an operand");
	/* of a constant all 64 bits are its value */
	if (s.far && a->kind != RAWBPF_ARG_CONST)
		usdtarg_fail(&s, s.far, -ERANGE, "a distance has at most 63 bits and a sign");
	if (!a->size)
		a->size = s.cpu->word;
	if (!s.why)
		return 0;
	memset(a, 0, sizeof(*a));
	return usdtarg_error(e, s.err, t, (size_t)(s.at - s.start), s.why);
}

int rawbpf_usdt_parse_arg(
	unsigned e_machine, const char *operand, struct rawbpf_usdt_arg *a, struct rawbpf_error *e)
{
	struct usdtarg_text t = {operand, 0, 0};

	if (!operand || !a)
		return err_set(e, "usdt", -EINVAL, "no operand given");
	t.len = strlen(operand);
	return usdtarg_parse(e_machine, &t, a, e);
}

const char *usdtarg_next(const char **args, size_t *n)
{
	const char *p = *args, *start;
	int depth = 0;

	while (usdtarg_space(*p))
		p++;
	for (start = p; *p && (depth > 0 || !usdtarg_space(*p)); p++) {
		if (*p == '[' || *p == '(')
			depth++;
		else if (*p == ']' || *p == ')')
			depth--;
	}
	*n = (size_t)(p - start);
	*args = p;
	return *n ? start : NULL;
}

int rawbpf_usdt_next_arg(const char **args, char *operand, size_t size)
{
	const char *p;
	size_t n;

	if (!args || !*args || !operand || !size)
		return -EINVAL;
	p = usdtarg_next(args, &n);
	if (!p)
		return 0;
	if (n < size)
		size = n + 1;
	memcpy(operand, p, size - 1);
	operand[size - 1] = '\0';
	return size > n ? 1 : -ENAMETOOLONG;
}
