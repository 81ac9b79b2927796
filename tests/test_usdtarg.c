// SPDX-License-Identifier: MIT
/* test_usdtarg.c - the operands of USDT probes, of every CPU. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rawbpf.h"
#include "t.h"
#include "usdtarg.h"

static unsigned machine_of(const char *name)
{
	static const struct {
		const char *name;
		unsigned machine;
	} rows[] = {
		{"x86_64", 62},
		{"i386", 3},
		{"aarch64", 183},
		{"arm", 40},
		{"ppc64", 21},
		{"s390", 22},
		{"riscv", 243},
		{"mips", 8},
		{"loongarch", 258},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!strcmp(rows[i].name, name))
			return rows[i].machine;
	ck_abort_msg("no machine '%s'", name);
	return 0;
}

/* "reg=%s" when there is one; a number that is 0 is not told */
static void add_word(char *out, size_t size, const char *key, const char *s)
{
	size_t n = strlen(out);

	if (s)
		snprintf(out + n, size - n, " %s=%s", key, s);
}

static void add_number(char *out, size_t size, const char *key, long long v, bool always)
{
	size_t n = strlen(out);

	if (v || always)
		snprintf(out + n, size - n, " %s=%lld", key, v);
}

/* The operand as the golden file tells it. */
static void describe(
	const struct rawbpf_usdt_arg *a, bool off_told, bool scale_told, char *out, size_t size)
{
	static const char *const kinds[] = {"const", "reg", "mem", "addr"};

	snprintf(out, size, "size=%d signed=%d float=%d kind=%s", a->size, a->is_signed,
		a->is_float, kinds[a->kind]);
	add_word(out, size, "seg", a->seg);
	add_word(out, size, "reg", a->reg);
	add_word(out, size, "base", a->base);
	add_word(out, size, "index", a->index);
	if (scale_told)
		add_number(out, size, "scale", a->scale, true);
	add_number(out, size, "off", a->off, off_told);
	if (a->kind == RAWBPF_ARG_CONST)
		add_number(out, size, "val", a->val, true);
	add_word(out, size, "sym", a->sym);
}

START_TEST(golden)
{
	char *line, *next, *tab, *tab2, *data = t_data("usdt/operands.txt", NULL), got[512];
	struct rawbpf_usdt_arg a;
	struct rawbpf_error e;
	int n = 0, r;

	for (line = data; *line; line = next, n++) {
		next = strchr(line, '\n');
		*next++ = '\0';
		tab = strchr(line, '\t');
		*tab++ = '\0';
		tab2 = strchr(tab, '\t');
		*tab2++ = '\0';
		r = rawbpf_usdt_parse_arg(machine_of(line), tab, &a, &e);
		ck_assert_msg(!r, "%s %s: %s", line, tab, e.msg);
		describe(&a, strstr(tab2, " off="), strstr(tab2, " scale="), got, sizeof(got));
		ck_assert_msg(!strcmp(got, tab2), "%s %s:\n%s\nnot\n%s", line, tab, got, tab2);
	}
	ck_assert_int_gt(n, 300);
	free(data);
}
END_TEST

/* Forms that the golden file does not have. */
static const struct {
	const char *machine, *operand, *want;
} forms[] = {
	{"x86_64", "%rax", "size=8 signed=0 float=0 kind=reg reg=rax"},
	{"x86_64", "%eax", "size=4 signed=0 float=0 kind=reg reg=eax"},
	{"x86_64", "%al", "size=1 signed=0 float=0 kind=reg reg=al"},
	{"x86_64", "-8(%rbp)", "size=8 signed=0 float=0 kind=mem base=rbp off=-8"},
	{"i386", "8(%ebp)", "size=4 signed=0 float=0 kind=mem base=ebp off=8"},
	{"x86_64", "8f@%xmm0", "size=8 signed=0 float=1 kind=reg reg=xmm0"},
	{"x86_64", "8f@%st(1)", "size=8 signed=0 float=1 kind=reg reg=st(1)"},
	{"x86_64", "-8@$-9223372036854775808",
		"size=8 signed=1 float=0 kind=const val=-9223372036854775808"},
	{"x86_64", "8@$18446744073709551615", "size=8 signed=0 float=0 kind=const val=-1"},
	{"x86_64", "8@$0xff", "size=8 signed=0 float=0 kind=const val=255"},
	{"x86_64", "4@%fs:-8(%rax,%rcx,4)",
		"size=4 signed=0 float=0 kind=mem seg=fs base=rax index=rcx off=-8"},
	{"x86_64", "8@%fs:owns+16@TPOFF",
		"size=8 signed=0 float=0 kind=mem seg=fs off=16 sym=owns"},
	{"i386", "-2@hidden+2@GOTOFF(%edi)",
		"size=2 signed=1 float=0 kind=mem base=edi off=2 sym=hidden@GOTOFF"},
	{"x86_64", "8@%fs:16+owns@tpoff",
		"size=8 signed=0 float=0 kind=mem seg=fs off=16 sym=owns"},
	{"x86_64", "4@%gs:16", "size=4 signed=0 float=0 kind=mem seg=gs off=16"},
	{"x86_64", "4@(,%rax,4)", "size=4 signed=0 float=0 kind=mem index=rax"},
	{"x86_64", "4@sym-4(%rip)", "size=4 signed=0 float=0 kind=mem base=rip off=-4 sym=sym"},
	{"x86_64", "4@sym", "size=4 signed=0 float=0 kind=mem sym=sym"},
	{"i386", "4@8+x@GOTOFF-2(%ebx)",
		"size=4 signed=0 float=0 kind=mem base=ebx off=6 sym=x@GOTOFF"},
	{"aarch64", "8@[x0, x1]", "size=8 signed=0 float=0 kind=mem base=x0 index=x1"},
	{"aarch64", "8@[x0, x1, lsl 3]", "size=8 signed=0 float=0 kind=mem base=x0 index=x1"},
	{"aarch64", "4@[x0,w1,uxtw #2]", "size=4 signed=0 float=0 kind=mem base=x0 index=w1"},
	{"aarch64", "w3", "size=4 signed=0 float=0 kind=reg reg=w3"},
	{"aarch64", "8@[x0, #:lo12:sym]", "size=8 signed=0 float=0 kind=mem base=x0 sym=:lo12:sym"},
	{"aarch64", "8@sym+8", "size=8 signed=0 float=0 kind=addr off=8 sym=sym"},
	{"arm", "-4@[r11, #-8]", "size=4 signed=1 float=0 kind=mem base=r11 off=-8"},
	{"arm", "4@[r1, r2]", "size=4 signed=0 float=0 kind=mem base=r1 index=r2"},
	{"ppc64", "8@%r9", "size=8 signed=0 float=0 kind=reg reg=r9"},
	{"ppc64", "8@9,10", "size=8 signed=0 float=0 kind=mem base=9 index=10"},
	{"ppc64", "8@-16(%r31)", "size=8 signed=0 float=0 kind=mem base=r31 off=-16"},
	{"ppc64", "8@-16(31)", "size=8 signed=0 float=0 kind=mem base=31 off=-16"},
	{"ppc64", "8@sym@toc@l(2)", "size=8 signed=0 float=0 kind=mem base=2 sym=sym@toc@l"},
	{"s390", "8@8(%r1,%r2)", "size=8 signed=0 float=0 kind=mem base=r2 index=r1 off=8"},
	{"riscv", "8@%lo(sym)(a0)", "size=8 signed=0 float=0 kind=mem base=a0 sym=%lo(sym)"},
	{"mips", "8@$4", "size=8 signed=0 float=0 kind=reg reg=4"},
	{"mips", "4@16($sp)", "size=4 signed=0 float=0 kind=mem base=sp off=16"},
	{"mips", "4@-5", "size=4 signed=0 float=0 kind=const val=-5"},
	{"loongarch", "8@$r4", "size=8 signed=0 float=0 kind=reg reg=r4"},
	{"loongarch", "8@$r3,-8", "size=8 signed=0 float=0 kind=mem base=r3 off=-8"},
	{"loongarch", "8@-8($r3)", "size=8 signed=0 float=0 kind=mem base=r3 off=-8"},
	{"loongarch", "8@$r3,$r5", "size=8 signed=0 float=0 kind=mem base=r3 index=r5"},
};

START_TEST(more_forms)
{
	struct rawbpf_usdt_arg a;
	struct rawbpf_error e;
	char got[512];
	size_t i;
	int r;

	for (i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		r = rawbpf_usdt_parse_arg(machine_of(forms[i].machine), forms[i].operand, &a, &e);
		ck_assert_msg(!r, "%s: %s", forms[i].operand, e.msg);
		describe(&a, false, false, got, sizeof(got));
		ck_assert_msg(!strcmp(got, forms[i].want), "%s:\n%s\nnot\n%s", forms[i].operand,
			got, forms[i].want);
	}
}
END_TEST

/* What an index is multiplied by, and whether it has a sign. */
START_TEST(scales)
{
	struct rawbpf_usdt_arg a;
	struct rawbpf_error e;

	ck_assert_int_eq(rawbpf_usdt_parse_arg(183, "8@[x0, x1, lsl 3]", &a, &e), 0);
	ck_assert_int_eq(a.scale, 8);
	ck_assert(!a.index_signed);
	ck_assert_int_eq(rawbpf_usdt_parse_arg(183, "8@[x0, w1, sxtw 2]", &a, &e), 0);
	ck_assert_int_eq(a.scale, 4);
	ck_assert(a.index_signed);
	ck_assert_int_eq(rawbpf_usdt_parse_arg(183, "8@[x0, w1, sxtw]", &a, &e), 0);
	ck_assert_int_eq(a.scale, 1);
	ck_assert_int_eq(rawbpf_usdt_parse_arg(62, "8@(%rax,%rbx)", &a, &e), 0);
	ck_assert_int_eq(a.scale, 1);
}
END_TEST

static const struct {
	const char *machine, *operand;
	int column;
	const char *why;
} malforms[] = {
	{"x86_64", "", 1, "missing"},
	{"x86_64", "4@", 3, "missing"},
	{"x86_64", "3@%eax", 1, "a size is"},
	{"x86_64", "-16@%rax", 2, "a size is"},
	{"x86_64", "2f@%ax", 1, "floating"},
	{"x86_64", "4@%foo", 4, "no such register"},
	{"x86_64", "4@%", 4, "register is missing"},
	{"x86_64", "4@%eaxy", 4, "no such register"},
	{"x86_64", "4@%r16", 4, "no such register"},
	{"x86_64", "4@%r08", 4, "no such register"},
	{"i386", "8@%rax", 4, "no such register"},
	{"x86_64", "4@-8(%rbp", 10, "')' is missing"},
	{"x86_64", "4@-8(rbp)", 6, "begins with '%'"},
	{"x86_64", "4@(%rax,%rbx,3)", 14, "a scale is"},
	{"x86_64", "4@a+b(%rip)", 5, "second symbol"},
	{"x86_64", "4@x@GOTOFF+16@GOTOFF", 14, "not part of"},
	{"x86_64", "4@$", 4, "number or a symbol"},
	{"x86_64", "4@$18446744073709551616", 4, "64 bits"},
	{"x86_64", "4@$12x", 4, "number is missing"},
	{"x86_64", "4@%eax junk", 7, "not part"},
	{"aarch64", "8@[x31]", 4, "no such register"},
	{"aarch64", "8@[x0, 8", 9, "']' is missing"},
	{"aarch64", "8@[x0, x1, sxtx 2]", 12, "'lsl', 'uxtw' or 'sxtw'"},
	{"aarch64", "8@[x0, x1, lsl 9]", 16, "at most 3"},
	{"aarch64", "8@x31", 3, "no such register"},
	{"aarch64", "8@w99", 3, "no such register"},
	{"aarch64", "8@[x0, x31]", 8, "no such register"},
	{"arm", "4@r16", 3, "no such register"},
	{"riscv", "8@x32", 3, "no such register"},
	{"riscv", "8@fs12", 3, "no such register"},
	{"ppc64", "8@r32", 3, "no such register"},
	{"ppc64", "8@%f99", 4, "no such register"},
	{"x86_64", "8@9223372036854775808(%rax)", 3, "63 bits"},
	{"x86_64", "8@8+9223372036854775807(%rax)", 5, "63 bits"},
	{"x86_64", "8@-9-9223372036854775807(%rax)", 6, "63 bits"},
	{"x86_64", "8@$x+9223372036854775808", 6, "63 bits"},
	{"riscv", "8@9223372036854775808(sp)", 3, "63 bits"},
	{"ppc64", "8@32", 3, "no such register"},
	{"s390", "8@%r16", 4, "no such register"},
	{"riscv", "8@8(x99)", 5, "no such register"},
	{"mips", "8@$99", 4, "no such register"},
};

START_TEST(malformed)
{
	struct rawbpf_usdt_arg a;
	struct rawbpf_error e;
	const char *caret;
	size_t i;
	int r;

	for (i = 0; i < sizeof(malforms) / sizeof(*malforms); i++) {
		r = rawbpf_usdt_parse_arg(
			machine_of(malforms[i].machine), malforms[i].operand, &a, &e);
		ck_assert_msg(r < 0, "%s is taken", malforms[i].operand);
		ck_assert_int_eq(e.err, r);
		ck_assert_msg(strstr(e.msg, malforms[i].operand), "%s", e.msg);
		ck_assert_msg(strstr(e.msg, malforms[i].why), "%s: %s", malforms[i].operand, e.msg);
		/* the caret stands below the place */
		ck_assert_ptr_nonnull(e.log);
		caret = strchr(strchr(e.log, '\n'), '^');
		ck_assert_msg(
			caret - strchr(e.log, '\n') == malforms[i].column, "%s\n%s", e.msg, e.log);
		rawbpf_usdt_parse_arg(
			machine_of(malforms[i].machine), malforms[i].operand, &a, NULL);
	}
}
END_TEST

START_TEST(not_taken)
{
	struct rawbpf_usdt_arg a;
	struct rawbpf_error e;
	char name[sizeof(a.buf) + 4];

	memset(name, 'n', sizeof(name));
	memcpy(name, "8@$", 3);
	name[sizeof(name) - 1] = '\0';
	ck_assert_int_eq(rawbpf_usdt_parse_arg(62, name, &a, &e), -ENAMETOOLONG);
	ck_assert_ptr_nonnull(strstr(e.msg, "column 4: the name is too long"));
	ck_assert_int_eq(rawbpf_usdt_parse_arg(9999, "4@%eax", &a, &e), -EOPNOTSUPP);
	ck_assert_int_eq(rawbpf_usdt_parse_arg(62, NULL, &a, &e), -EINVAL);
}
END_TEST

START_TEST(splitting)
{
	const char *args = "  8@%rax -4@[sp, 12]  8@[x0, x1]\t4@#5 ";
	const char *const want[] = {"8@%rax", "-4@[sp, 12]", "8@[x0, x1]", "4@#5"};
	char operand[64], tiny[4];
	size_t i;

	for (i = 0; i < 4; i++) {
		ck_assert_int_eq(rawbpf_usdt_next_arg(&args, operand, sizeof(operand)), 1);
		ck_assert_str_eq(operand, want[i]);
	}
	ck_assert_int_eq(rawbpf_usdt_next_arg(&args, operand, sizeof(operand)), 0);
	args = "8@[x0, 8@%rax";
	ck_assert_int_eq(rawbpf_usdt_next_arg(&args, operand, sizeof(operand)), 1);
	ck_assert_str_eq(operand, "8@[x0, 8@%rax");
	args = "8@%rax x";
	ck_assert_int_eq(rawbpf_usdt_next_arg(&args, tiny, sizeof(tiny)), -ENAMETOOLONG);
	ck_assert_str_eq(tiny, "8@%");
	ck_assert_int_eq(rawbpf_usdt_next_arg(&args, tiny, sizeof(tiny)), 1);
	ck_assert_int_eq(rawbpf_usdt_next_arg(&args, tiny, sizeof(tiny)), 0);
	ck_assert_int_eq(rawbpf_usdt_next_arg(NULL, tiny, sizeof(tiny)), -EINVAL);
}
END_TEST

/* Any bytes: an answer within its buffer, or an error. */
START_TEST(mutated)
{
	static const unsigned machines[] = {3, 8, 20, 21, 22, 40, 62, 183, 243, 258};
	char *data = t_data("usdt/operands.txt", NULL), *line, *next, *copy;
	struct rawbpf_usdt_arg a;
	struct rawbpf_error e;
	unsigned seed = 1;
	size_t n, i, k;

	for (line = data; *line; line = next) {
		next = strchr(line, '\n') + 1;
		line = strchr(line, '\t') + 1;
		n = strcspn(line, "\t");
		for (k = 0; k < 50; k++) {
			copy = strndup(line, n);
			for (i = 0; i < 1 + seed % 4; i++) {
				seed = seed * 1664525u + 1013904223u;
				copy[(seed >> 8) % n] = "%$#[](),@:-+0129fiax\xff"[seed % 21];
			}
			for (i = 0; i < sizeof(machines) / sizeof(*machines); i++) {
				if (rawbpf_usdt_parse_arg(machines[i], copy, &a, &e) < 0) {
					ck_assert_ptr_nonnull(e.msg);
					continue;
				}
				ck_assert(!a.sym || (a.sym >= a.buf && a.sym < a.buf + 64));
				ck_assert(!a.reg || (a.reg >= a.buf && a.reg < a.buf + 64));
				ck_assert(a.size >= 1 && a.size <= 64);
			}
			free(copy);
		}
	}
	free(data);
}
END_TEST

Suite *suite_usdtarg(void);
Suite *suite_usdtarg(void)
{
	Suite *s = suite_create("usdtarg");
	TCase *t = tcase_create("unit");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, golden);
	tcase_add_test(t, more_forms);
	tcase_add_test(t, scales);
	tcase_add_test(t, malformed);
	tcase_add_test(t, not_taken);
	tcase_add_test(t, splitting);
	tcase_add_test(t, mutated);
	suite_add_tcase(s, t);
	return s;
}
