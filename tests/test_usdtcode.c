// SPDX-License-Identifier: MIT
/* test_usdtcode.c - operands of USDT probes as instructions, of every CPU; what cannot be read. */
#include "usdtcode.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpfasm.h"
#include "t.h"
#include "usdtreg.h"

/* What the file at hand is said to have: no more symbols than these, and no labels (".LC0"). */
enum { PC = 0x401000, TABLE = 0x403ff4, FSBASE = 4888, GSBASE = 4896 };

static int symbol(void *arg, const char *name, uint64_t *value)
{
	(void)arg;
	if (!strncmp(name, ".L", 2) || !strcmp(name, "nowhere"))
		return -ENOENT;
	if (!strcmp(name, "far"))
		*value = 0x7f0000000000;
	else
		*value = strcmp(name, "_GLOBAL_OFFSET_TABLE_") ? 0x404000 : TABLE;
	return 0;
}

static int slot(void *arg, const char *name, uint64_t *value)
{
	(void)arg;
	*value = 0x403fe0;
	return strcmp(name, "slotted") ? -ENOENT : 0;
}

static int tls(void *arg, const char *name, int64_t *offset)
{
	(void)arg;
	*offset = -16;
	return strcmp(name, "nowhere") ? 0 : -ENOENT;
}

/* A machine's name, as the golden files have it, to a site in a file for it. */
static struct usdtcode_site site_of(const char *name)
{
	static const struct {
		const char *name;
		unsigned machine;
		uint8_t bits;
		bool big_endian;
	} rows[] = {
		{"x86_64", MACHINE_X86_64, 64, false},
		{"x32", MACHINE_X86_64, 32, false},
		{"i386", MACHINE_386, 32, false},
		{"aarch64", MACHINE_AARCH64, 64, false},
		{"arm", MACHINE_ARM, 32, false},
		{"ppc64", MACHINE_PPC64, 64, false},
		{"ppc64be", MACHINE_PPC64, 64, true},
		{"ppc", MACHINE_PPC, 32, true},
		{"s390", MACHINE_S390, 64, true},
		{"s390-31", MACHINE_S390, 32, true},
		{"riscv", MACHINE_RISCV, 64, false},
		{"riscv32", MACHINE_RISCV, 32, false},
		{"mips", MACHINE_MIPS, 64, true},
		{"mips32", MACHINE_MIPS, 32, true},
		{"mipsel", MACHINE_MIPS, 64, false},
		{"loongarch", MACHINE_LOONGARCH, 64, false},
	};
	struct usdtcode_site s = {
		.pc = PC, .symbol = symbol, .slot = slot, .tls = tls, .fsbase = FSBASE};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows) && strcmp(rows[i].name, name); i++)
		;
	ck_assert_msg(i < sizeof(rows) / sizeof(*rows), "no machine '%s'", name);
	s.machine = rows[i].machine;
	s.bits = rows[i].bits;
	s.big_endian = rows[i].big_endian;
	s.gsbase = GSBASE;
	return s;
}

/* The code of an operand as one line of text; or "! " and the error. */
static void text_of(
	const char *cpu, const char *machine, const char *operand, char *out, size_t size)
{
	struct usdtcode_site s = site_of(machine);
	struct rawbpf_insn insns[USDTCODE_MAX];
	const struct arch *a = arch_find(cpu);
	struct bpfasm_out listing;
	struct usdtcode_op op;
	struct rawbpf_error e;
	uint32_t n;
	unsigned char *p;

	ck_assert_msg(a, "no CPU '%s'", cpu);
	if (usdtcode_resolve(a, &s, operand, 1, &op, &e)) {
		snprintf(out, size, "! %s", e.msg);
		return;
	}
	n = usdtcode_emit(a, &op, -16, insns);
	ck_assert_uint_le(n, USDTCODE_MAX);
	ck_assert_int_eq(bpfasm_disassemble(insns, n * sizeof(*insns), NULL, &listing), 0);
	for (p = listing.data; p < listing.data + listing.len; p++)
		if (*p == '\n')
			*p = ';';
	snprintf(out, size, "%.*s", (int)listing.len, (char *)listing.data);
	bpfasm_free(&listing);
}

/* CPU of the kernel, machine of the program, operand, code */
START_TEST(golden)
{
	char *line, *next, *data = t_data("usdt/code.txt", NULL), *column[4], got[2048];
	int n = 0, i;

	for (line = data; *line; line = next) {
		next = strchr(line, '\n');
		*next++ = '\0';
		if (*line == '#')
			continue;
		for (i = 0; i < 4; i++, line = strchr(line, '\0') + 1) {
			column[i] = line;
			if (i < 3)
				*strchr(line, '\t') = '\0';
		}
		text_of(column[0], column[1], column[2], got, sizeof(got));
		ck_assert_msg(!strcmp(got, column[3]), "%s on %s: %s\n%s\nnot\n%s", column[1],
			column[0], column[2], got, column[3]);
		n++;
	}
	ck_assert_int_gt(n, 450);
	free(data);
}
END_TEST

/* What the golden file's errors do not show: the caret, the hint, and no struct left half filled. */
START_TEST(refused)
{
	static const struct {
		const char *operand;
		int err;
		const char *log, *hint;
	} rows[] = {
		{"8f@%xmm0", -EOPNOTSUPP, "8f@%xmm0\n    ^\n", NULL},
		{"4@(%rax,%xmm1)", -EOPNOTSUPP, "4@(%rax,%xmm1)\n         ^\n", NULL},
		{"4@nowhere+4(%rip)", -ENOENT, "4@nowhere+4(%rip)\n  ^\n", "debug file"},
		{"8@$.LC0", -ENOENT, "8@$.LC0\n   ^\n", "label of the compiler"},
		{"8@%fs:nowhere@tpoff", -ENOENT, "8@%fs:nowhere@tpoff\n      ^\n", NULL},
		{"8@%foo", -EINVAL, "8@%foo\n   ^\n", NULL},
		{"%xmm0", -EOPNOTSUPP, "%xmm0\n ^\n", NULL},
		{"8@sym@GOTPCREL(%rbx)", -EOPNOTSUPP, "8@sym@GOTPCREL(%rbx)\n  ^\n",
			"variable inside a function"},
		{"8@slotted@GOTPCREL+8(%rip)", -EOPNOTSUPP, "8@slotted@GOTPCREL+8(%rip)\n  ^\n",
			"variable inside a function"},
		{"8@$slotted@GOTPCREL", -EOPNOTSUPP, "8@$slotted@GOTPCREL\n   ^\n", "variable"},
		{"8@nowhere@GOTPCREL(%rip)", -ENOENT, "8@nowhere@GOTPCREL(%rip)\n  ^\n",
			"debug file"},
	};
	struct usdtcode_site s = site_of("x86_64");
	const struct arch *a = arch_find("x86_64");
	struct usdtcode_op op, zero;
	struct rawbpf_error e;
	size_t i;

	memset(&zero, 0, sizeof(zero));
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		memset(&op, 1, sizeof(op));
		ck_assert_int_eq(usdtcode_resolve(a, &s, rows[i].operand, 1, &op, &e), rows[i].err);
		ck_assert_str_eq(e.log, rows[i].log);
		ck_assert_msg(!rows[i].hint || strstr(e.hint, rows[i].hint), "%s", e.msg);
		ck_assert_mem_eq(&op, &zero, sizeof(op));
		ck_assert_int_eq(
			usdtcode_resolve(a, &s, rows[i].operand, 1, &op, NULL), rows[i].err);
	}
}
END_TEST

START_TEST(numbers)
{
	static const char args[] = "-4@%edi 8@8(%rsp)\t1@$7 ";
	struct usdtcode_site s = site_of("x86_64");
	const struct arch *a = arch_find("x86_64");
	struct usdtcode_op op;
	struct rawbpf_error e;
	char many[300];

	ck_assert_int_eq(usdtcode_resolve(a, &s, args, 1, &op, &e), 0);
	ck_assert_int_eq(op.kind, RAWBPF_ARG_REG);
	ck_assert_int_eq(usdtcode_resolve(a, &s, args, 3, &op, &e), 0);
	ck_assert_int_eq(op.val, 7);
	ck_assert_int_eq(usdtcode_resolve(a, &s, args, 4, &op, &e), -ENOENT);
	ck_assert_str_eq(e.msg, "operand 4 is not there: the probe has 3: ENOENT");
	ck_assert_str_eq(e.log, "-4@%edi 8@8(%rsp)\t1@$7\n                       ^\n");
	ck_assert_ptr_nonnull(strstr(e.hint, "'rawbpf usdt FILE'"));
	ck_assert_int_eq(usdtcode_resolve(a, &s, "", 1, &op, &e), -ENOENT);
	ck_assert_str_eq(e.msg, "operand 1 is not there: the probe has 0: ENOENT");
	ck_assert_str_eq(e.log, "\n^\n");
	memset(many, '7', sizeof(many));
	many[299] = '\0';
	memcpy(many + 290, "@", 1);
	memset(many + 100, ' ', 3);
	ck_assert_int_eq(usdtcode_resolve(a, &s, many, 3, &op, &e), -ENOENT);
	ck_assert_uint_eq(strcspn(e.log, "\n"), 200);
	ck_assert_uint_eq(strcspn(e.log, "^"), 402);
	ck_assert_int_eq(usdtcode_resolve(a, &s, args, 0, &op, &e), -EINVAL);
	/* the number is told */
	ck_assert_int_eq(usdtcode_resolve(a, &s, "8@%rax 8@%xmm3", 2, &op, &e), -EOPNOTSUPP);
	ck_assert_ptr_nonnull(strstr(e.msg, "operand 2 '8@%xmm3'"));
	ck_assert_int_eq(usdtcode_resolve(a, &s, "8@%rax 9@%rax", 2, &op, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.msg, "operand 2 '9@%rax' column 1: a size is"));
}
END_TEST

/* Without anybody who knows symbols or the kernel. */
START_TEST(not_known)
{
	struct usdtcode_site s = site_of("x86_64");
	const struct arch *a = arch_find("x86_64");
	struct usdtcode_op op;
	struct rawbpf_error e;

	s.symbol = NULL;
	ck_assert_int_eq(usdtcode_resolve(a, &s, "4@global(%rip)", 1, &op, &e), -ENOENT);
	ck_assert_ptr_nonnull(strstr(e.msg, "the file has no symbol 'global'"));
	s.tls = NULL;
	ck_assert_int_eq(usdtcode_resolve(a, &s, "4@%fs:x@tpoff", 1, &op, &e), -ENOENT);
	s.fsbase = -1;
	ck_assert_int_eq(usdtcode_resolve(a, &s, "4@%fs:-8", 1, &op, &e), -ENODATA);
	ck_assert_ptr_nonnull(strstr(e.hint, "BTF"));
	ck_assert_int_eq(usdtcode_resolve(a, &s, "4@%gs:-8", 1, &op, &e), 0);
	s.gsbase = 0;
	ck_assert_int_eq(usdtcode_resolve(a, &s, "4@%gs:-8", 1, &op, &e), -ENODATA);
}
END_TEST

START_TEST(another_machine)
{
	static const char *const wrong[][2] = {{"x86_64", "aarch64"}, {"i386", "x86_64"},
		{"i386", "x32"}, {"arm64", "riscv"}, {"arm", "aarch64"}, {"s390x", "ppc64"}};
	struct usdtcode_site s;
	struct usdtcode_op op;
	struct rawbpf_error e;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		s = site_of(wrong[i][1]);
		ck_assert_int_eq(
			usdtcode_resolve(arch_find(wrong[i][0]), &s, "4@5", 1, &op, &e), -ENOEXEC);
		ck_assert_ptr_nonnull(strstr(e.msg, wrong[i][0]));
	}
}
END_TEST

/* What is read alike is alike in every byte, whatever was in the struct. */
START_TEST(equal_bytes)
{
	struct usdtcode_site s = site_of("x86_64"), other = s;
	const struct arch *a = arch_find("x86_64");
	struct usdtcode_op x, y;

	memset(&x, 0x55, sizeof(x));
	memset(&y, 0xaa, sizeof(y));
	other.pc += 4096;
	ck_assert_int_eq(usdtcode_resolve(a, &s, "8@%rax -4@8(%rbp,%rax,4)", 2, &x, NULL), 0);
	ck_assert_int_eq(usdtcode_resolve(a, &other, "-4@8(%rbp,%rax,4)", 1, &y, NULL), 0);
	ck_assert_mem_eq(&x, &y, sizeof(x));
	/* this one depends on the place */
	ck_assert_int_eq(usdtcode_resolve(a, &s, "4@global(%rip)", 1, &x, NULL), 0);
	ck_assert_int_eq(usdtcode_resolve(a, &other, "4@global(%rip)", 1, &y, NULL), 0);
	ck_assert_mem_ne(&x, &y, sizeof(x));
}
END_TEST

Suite *suite_usdtcode(void);
Suite *suite_usdtcode(void)
{
	Suite *s = suite_create("usdtcode");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, golden);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, numbers);
	tcase_add_test(tc, not_known);
	tcase_add_test(tc, another_machine);
	tcase_add_test(tc, equal_bytes);
	suite_add_tcase(s, tc);
	return s;
}
