// SPDX-License-Identifier: MIT
/*
 * test_bpfasm_insn.c - bpfasm_insn.h: each macro gives the bytes that the assembler gives for the
 * text beside it, whichever compiler reads it, with <linux/bpf.h> and without.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpfasm.h"
#include "t.h"

#define HEADER TEST_ROOT "/include/bpfasm_insn.h"

Suite *suite_bpfasm_insn(void);

/* Every macro that makes an instruction. */
static const struct {
	const char *macro, *text;
} rows[] = {
	{"BPFASM_INSN(0x79, 1, 2, -8, 0)", "r1 = *(u64 *)(r2 -8)"},
	{"BPFASM_ALU64_REG(BPFASM_ADD, BPFASM_REG_1, BPFASM_REG_2)", "r1 += r2"},
	{"BPFASM_ALU64_IMM(BPFASM_RSH, BPFASM_REG_9, 63)", "r9 >>= 63"},
	{"BPFASM_ALU32_REG(BPFASM_XOR, BPFASM_REG_3, BPFASM_REG_4)", "w3 ^= w4"},
	{"BPFASM_ALU32_IMM(BPFASM_MOD, BPFASM_REG_5, -1)", "w5 %= -1"},
	{"BPFASM_MOV64_REG(BPFASM_REG_FP, BPFASM_REG_10)", "r10 = r10"},
	{"BPFASM_MOV64_IMM(BPFASM_REG_0, -2147483647 - 1)", "r0 = -2147483648"},
	{"BPFASM_MOV32_REG(BPFASM_REG_6, BPFASM_REG_7)", "w6 = w7"},
	{"BPFASM_MOV32_IMM(BPFASM_REG_8, 2147483647)", "w8 = 2147483647"},
	{"BPFASM_MOVSX64_REG(1, 2, 32)", "r1 = (s32)r2"},
	{"BPFASM_MOVSX32_REG(1, 2, 16)", "w1 = (s16)w2"},
	{"BPFASM_NEG64(3)", "r3 = -r3"},
	{"BPFASM_NEG32(3)", "w3 = -w3"},
	{"BPFASM_SDIV64_REG(1, 2)", "r1 s/= r2"},
	{"BPFASM_SDIV64_IMM(1, 7)", "r1 s/= 7"},
	{"BPFASM_SDIV32_REG(1, 2)", "w1 s/= w2"},
	{"BPFASM_SDIV32_IMM(1, 7)", "w1 s/= 7"},
	{"BPFASM_SMOD64_REG(1, 2)", "r1 s%= r2"},
	{"BPFASM_SMOD64_IMM(1, 7)", "r1 s%= 7"},
	{"BPFASM_SMOD32_REG(1, 2)", "w1 s%= w2"},
	{"BPFASM_SMOD32_IMM(1, 7)", "w1 s%= 7"},
	{"BPFASM_TO_LE(4, 16)", "r4 = le16 r4"},
	{"BPFASM_TO_BE(4, 32)", "r4 = be32 r4"},
	{"BPFASM_BSWAP(4, 64)", "r4 = bswap64 r4"},
	{"BPFASM_ADDR_SPACE_CAST(1, 2, 0, 1)", "r1 = addr_space_cast(r2, 0, 1)"},
	{"BPFASM_ADDR_SPACE_CAST(1, 2, 65535, 0)", "r1 = addr_space_cast(r2, 65535, 0)"},
	{"BPFASM_LDX_MEM(BPFASM_U16, 1, 2, 32767)", "r1 = *(u16 *)(r2 +32767)"},
	{"BPFASM_LDX_MEMSX(BPFASM_U32, 1, 2, 8)", "r1 = *(s32 *)(r2 +8)"},
	{"BPFASM_STX_MEM(BPFASM_U8, BPFASM_REG_FP, 2, -1)", "*(u8 *)(r10 -1) = r2"},
	{"BPFASM_ST_MEM(BPFASM_U64, BPFASM_REG_FP, -8, -7)", "*(u64 *)(r10 -8) = -7"},
	{"BPFASM_ATOMIC(BPFASM_U64, BPFASM_ATOMIC_ADD, 1, 2, 8)", "lock *(u64 *)(r1 +8) += r2"},
	{"BPFASM_ATOMIC(BPFASM_U32, BPFASM_ATOMIC_OR, 1, 2, 0)", "lock *(u32 *)(r1 +0) |= r2"},
	{"BPFASM_ATOMIC(BPFASM_U32, BPFASM_ATOMIC_XOR | BPFASM_FETCH, 1, 2, 8)",
		"r2 = atomic_fetch_xor((u32 *)(r1 +8), r2)"},
	{"BPFASM_ATOMIC(BPFASM_U64, BPFASM_ATOMIC_AND | BPFASM_FETCH, 1, 2, 8)",
		"r2 = atomic64_fetch_and((u64 *)(r1 +8), r2)"},
	{"BPFASM_ATOMIC(BPFASM_U64, BPFASM_XCHG, 1, 2, 8)",
		"r2 = atomic64_xchg((u64 *)(r1 +8), r2)"},
	{"BPFASM_ATOMIC(BPFASM_U32, BPFASM_CMPXCHG, 1, 2, 8)",
		"r0 = atomic_cmpxchg((u32 *)(r1 +8), r0, r2)"},
	{"BPFASM_LOAD_ACQ(BPFASM_U32, 1, 2, 8)", "r1 = load_acquire((u32 *)(r2 +8))"},
	{"BPFASM_STORE_REL(BPFASM_U8, 1, 2, -8)", "store_release((u8 *)(r1 -8), r2)"},
	{"BPFASM_LD_ABS(BPFASM_U16, 12)", "r0 = *(u16 *)skb[12]"},
	{"BPFASM_LD_IND(BPFASM_U32, 2, 12)", "r0 = *(u32 *)skb[r2 + 12]"},
	{"BPFASM_LD_IMM64_PAIR(1, 0, 5, 6)", "r1 = 0x600000005 ll"},
	{"BPFASM_LD_IMM64(1, 0xfedcba9876543210)", "r1 = 0xfedcba9876543210 ll"},
	{"BPFASM_LD_IMM64(1, -1)", "r1 = 0xffffffffffffffff ll"},
	{"BPFASM_LD_MAP_FD(1, 3)", "r1 = map_fd(3) ll"},
	{"BPFASM_LD_MAP_VALUE(1, 3, 16)", "r1 = map_value(3, 16) ll"},
	{"BPFASM_LD_BTF_ID(1, 77, 3)", "r1 = btf_id(77, 3) ll"},
	{"BPFASM_LD_FUNC(1, -5)", "r1 = func(pc-5) ll"},
	{"BPFASM_LD_MAP_IDX(1, 3)", "r1 = map_idx(3) ll"},
	{"BPFASM_LD_MAP_IDX_VALUE(1, 3, 16)", "r1 = map_idx_value(3, 16) ll"},
	{"BPFASM_GOTO(-3)", "goto pc-3"},
	{"BPFASM_GOTOL(70000)", "gotol pc+70000"},
	{"BPFASM_MAY_GOTO(7)", "may_goto pc+7"},
	{"BPFASM_GOTOX(1)", "gotox r1"},
	{"BPFASM_JMP_REG(BPFASM_JSGT, 1, 2, 7)", "if r1 s> r2 goto pc+7"},
	{"BPFASM_JMP_IMM(BPFASM_JEQ, 1, -5, 7)", "if r1 == -5 goto pc+7"},
	{"BPFASM_JMP32_REG(BPFASM_JSET, 1, 2, -7)", "if w1 & w2 goto pc-7"},
	{"BPFASM_JMP32_IMM(BPFASM_JLE, 1, 5, 7)", "if w1 <= 5 goto pc+7"},
	{"BPFASM_CALL_HELPER(14)", "call bpf_get_current_pid_tgid"},
	{"BPFASM_CALL_FUNC(7)", "call pc+7"},
	{"BPFASM_CALL_KFUNC(500, 0)", "call kernel-function#500"},
	{"BPFASM_CALL_KFUNC(500, 2)", "call kernel-function#500@2"},
	{"BPFASM_CALLX(1)", "callx r1"},
	{"BPFASM_EXIT()", "exit"},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static char dir[64];

static void setup(void)
{
	strcpy(dir, "/tmp/rawbpf-insn-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void teardown(void)
{
	t_run(NULL, "rm -r '%s'", dir);
}

static FILE *open_file(const char *name)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	ck_assert_ptr_nonnull(f);
	return f;
}

/* A program that prints its array's bytes; a header may come before ours, or behind it. */
static void begin_program(FILE *f)
{
	fputs("#ifdef BEFORE\n#include <linux/bpf.h>\n#endif\n#include \"bpfasm_insn.h\"\n"
	      "#ifdef AFTER\n#include <linux/bpf.h>\n#endif\n#include <stdio.h>\n"
	      "static const struct bpf_insn insns[] = {\n",
		f);
}

static void end_program(FILE *f)
{
	fputs("};\nint main(void)\n{\n\tconst unsigned char *p = (const unsigned char *)insns;\n"
	      "\tunsigned i;\n\n\tfor (i = 0; i < sizeof(insns); i++)\n"
	      "\t\tprintf(\"%02x\", p[i]);\n\tputchar('\\n');\n\treturn 0;\n}\n",
		f);
	ck_assert_int_eq(fclose(f), 0);
}

/* Each compiler that is here, each way to include it. */
static void prints_with_all(void)
{
	static const char *const compilers[] = {"gcc -std=c11 -pedantic",
		"clang -std=c11 -pedantic", "tcc", "musl-gcc -std=c11 -pedantic",
		"g++ -std=c++17 -pedantic -x c++", "clang++ -std=c++17 -pedantic -x c++"};
	static const char *const ways[] = {
		"", "-DBEFORE", "-DAFTER", "-DBPFASM_OWN_BPF_INSN -DBEFORE"};
	char *out;
	size_t i, k;
	int tried = 0;

	for (i = 0; i < sizeof(compilers) / sizeof(compilers[0]); i++) {
		if (t_run(NULL, "c='%s'; command -v ${c%%%% *} >/dev/null", compilers[i]))
			continue;
		for (k = 0; k < sizeof(ways) / sizeof(ways[0]); k++) {
			/* musl has none of the kernel's headers beside its own, and tcc's is not
			 * the C that they are written in */
			if (k && (strstr(compilers[i], "musl") || compilers[i][0] == 't'))
				continue;
			t_run(&out,
				"cd '%s' && %s -Wall -Wextra -Werror %s -I" TEST_ROOT
				"/include -o a a.c 2>&1 && ./a | cmp - want 2>&1",
				dir, compilers[i], ways[k]);
			ck_assert_msg(!*out, "%s %s: %s", compilers[i], ways[k], out);
			free(out);
			tried++;
		}
	}
	ck_assert_int_ge(tried, 4);
}

static bool host_is_big(void)
{
	const unsigned short one = 1;

	return !*(const unsigned char *)&one;
}

static void put_bytes(FILE *f, const char *text)
{
	struct bpfasm_opts o = {.sz = sizeof(o), .format = BPFASM_RAW, .big_endian = host_is_big()};
	struct bpfasm_out out;
	size_t i;

	ck_assert_msg(!bpfasm_assemble(text, strlen(text), &o, &out), "%s: %s", text, out.diag);
	for (i = 0; i < out.len; i++)
		fprintf(f, "%02x", out.data[i]);
	bpfasm_free(&out);
}

START_TEST(each_macro)
{
	FILE *f = open_file("a.c"), *want = open_file("want");
	size_t i;

	begin_program(f);
	for (i = 0; i < ROWS; i++) {
		fprintf(f, "\t%s,\n", rows[i].macro);
		put_bytes(want, rows[i].text);
	}
	end_program(f);
	fputc('\n', want);
	ck_assert_int_eq(fclose(want), 0);
	prints_with_all();
}
END_TEST

/* A macro without a row here would be one that nobody tries. */
START_TEST(no_macro_is_forgotten)
{
	char *names, *name, *save = NULL, word[80];
	size_t i, n = 0;

	t_run(&names, "sed -n 's/^#define \\(BPFASM_[A-Z0-9_]*\\)(.*/\\1/p' " HEADER
		      " | grep -v '_$' | sort -u");
	for (name = strtok_r(names, "\n", &save); name; name = strtok_r(NULL, "\n", &save), n++) {
		snprintf(word, sizeof(word), "%s(", name);
		for (i = 0; i < ROWS && strncmp(rows[i].macro, word, strlen(word)) != 0; i++)
			;
		ck_assert_msg(i < ROWS, "%s is in no row", name);
	}
	ck_assert_uint_gt(n, 45);
	free(names);
}
END_TEST

/* ---- others' instructions ---------------------------------------------------------------- */

/* What stands behind KEY= in a meaning as "cls=ALU64 op=ADD src=X dst=1 srcreg=2". */
static bool value_of(const char *meaning, const char *key, char *value, size_t size)
{
	size_t len = strlen(key);
	const char *p;

	*value = '\0';
	for (p = meaning; p; p = strchr(p, ' '), p = p ? p + 1 : NULL) {
		if (strncmp(p, key, len) != 0 || p[len] != '=')
			continue;
		snprintf(value, size, "%.*s", (int)strcspn(p + len + 1, " "), p + len + 1);
		return true;
	}
	return false;
}

struct meaning {
	char cls[16], op[24], src[8], size[8], mode[16], dst[8], reg[8], off[16], imm[24];
	bool wide; /* 64 bits */
	const char *bits, *bytes;
};

static void read_meaning(const char *text, struct meaning *m)
{
	value_of(text, "cls", m->cls, sizeof(m->cls));
	value_of(text, "op", m->op, sizeof(m->op));
	value_of(text, "src", m->src, sizeof(m->src));
	value_of(text, "size", m->size, sizeof(m->size));
	value_of(text, "mode", m->mode, sizeof(m->mode));
	value_of(text, "dst", m->dst, sizeof(m->dst));
	value_of(text, "srcreg", m->reg, sizeof(m->reg));
	value_of(text, "off", m->off, sizeof(m->off));
	if (!value_of(text, "imm", m->imm, sizeof(m->imm)))
		value_of(text, "imm64", m->imm, sizeof(m->imm));
	/* C has no constant of this value and type */
	if (!strcmp(m->imm, "-2147483648"))
		strcpy(m->imm, "-2147483647 - 1");
	if (!*m->off)
		strcpy(m->off, "0");
	m->wide = !strcmp(m->cls, "ALU64") || !strcmp(m->cls, "JMP");
	m->bits = m->wide ? "64" : "32";
	m->bytes = !strcmp(m->size, "B")   ? "BPFASM_U8"
		   : !strcmp(m->size, "H") ? "BPFASM_U16"
		   : !strcmp(m->size, "W") ? "BPFASM_U32"
					   : "BPFASM_U64";
}

static void put_alu(FILE *f, const struct meaning *m)
{
	bool reg = !strcmp(m->src, "X");

	if (!strncmp(m->op, "TO_", 3) || !strcmp(m->op, "BSWAP"))
		fprintf(f, "BPFASM_%s(%s, %s)", m->op, m->dst, m->imm);
	else if (!strcmp(m->op, "NEG"))
		fprintf(f, "BPFASM_NEG%s(%s)", m->bits, m->dst);
	else if (!strcmp(m->op, "MOVSX"))
		fprintf(f, "BPFASM_MOVSX%s_REG(%s, %s, %s)", m->bits, m->dst, m->reg, m->off);
	else if (!strcmp(m->op, "ADDR_SPACE_CAST"))
		fprintf(f, "BPFASM_ADDR_SPACE_CAST(%s, %s, (%s) >> 16, (%s) & 0xffff)", m->dst,
			m->reg, m->imm, m->imm);
	else if (m->op[0] == 'S' && (!strcmp(m->op, "SDIV") || !strcmp(m->op, "SMOD")))
		fprintf(f, "BPFASM_%s%s_%s(%s, %s)", m->op, m->bits, reg ? "REG" : "IMM", m->dst,
			reg ? m->reg : m->imm);
	else
		fprintf(f, "BPFASM_ALU%s_%s(BPFASM_%s, %s, %s)", m->bits, reg ? "REG" : "IMM",
			m->op, m->dst, reg ? m->reg : m->imm);
}

static void put_atomic(FILE *f, const struct meaning *m)
{
	bool swaps = strstr(m->op, "XCHG");
	const char *fetch = strstr(m->op, "|FETCH");

	if (!strcmp(m->op, "LOAD_ACQ") || !strcmp(m->op, "STORE_REL"))
		fprintf(f, "BPFASM_%s(%s, ", m->op, m->bytes);
	else
		fprintf(f, "BPFASM_ATOMIC(%s, BPFASM_%s%.*s%s, ", m->bytes, swaps ? "" : "ATOMIC_",
			(int)strcspn(m->op, "|"), m->op, fetch ? " | BPFASM_FETCH" : "");
	fprintf(f, "%s, %s, %s)", m->dst, m->reg, m->off);
}

static void put_memory(FILE *f, const struct meaning *m)
{
	if (!strcmp(m->mode, "ATOMIC"))
		put_atomic(f, m);
	else if (!strcmp(m->mode, "IMM"))
		fprintf(f, "BPFASM_LD_IMM64(%s, %s)", m->dst, m->imm);
	else if (!strcmp(m->mode, "ABS"))
		fprintf(f, "BPFASM_LD_ABS(%s, %s)", m->bytes, m->imm);
	else if (!strcmp(m->mode, "IND"))
		fprintf(f, "BPFASM_LD_IND(%s, %s, %s)", m->bytes, m->reg, *m->imm ? m->imm : "0");
	else if (!strcmp(m->cls, "ST"))
		fprintf(f, "BPFASM_ST_MEM(%s, %s, %s, %s)", m->bytes, m->dst, m->off, m->imm);
	else
		fprintf(f, "BPFASM_%s_%s(%s, %s, %s, %s)", m->cls, m->mode, m->bytes, m->dst,
			m->reg, m->off);
}

static void put_jump(FILE *f, const struct meaning *m)
{
	bool reg = !strcmp(m->src, "X");
	const char *w = m->wide ? "" : "32";

	if (!strcmp(m->op, "EXIT"))
		fputs("BPFASM_EXIT()", f);
	else if (!strcmp(m->op, "CALL") && reg)
		fprintf(f, "BPFASM_CALLX(%s)", m->dst);
	else if (!strcmp(m->op, "CALL"))
		fprintf(f, "BPFASM_CALL_%s(%s)", strcmp(m->reg, "1") ? "HELPER" : "FUNC", m->imm);
	else if (!strcmp(m->op, "JA") && reg)
		fprintf(f, "BPFASM_GOTOX(%s)", m->dst);
	else if (!strcmp(m->op, "JA"))
		fprintf(f, "BPFASM_GOTO%s(%s)", m->wide ? "" : "L", m->wide ? m->off : m->imm);
	else if (!strcmp(m->op, "JCOND"))
		fprintf(f, "BPFASM_MAY_GOTO(%s)", m->off);
	else
		fprintf(f, "BPFASM_JMP%s_%s(BPFASM_%s, %s, %s, %s)", w, reg ? "REG" : "IMM", m->op,
			m->dst, reg ? m->reg : m->imm, m->off);
}

/* LLVM's instructions and what they mean: the macro of that meaning gives LLVM's bytes. */
START_TEST(each_meaning)
{
	char *data = t_data("isa/insns.txt", NULL), *line, *save = NULL, *tab, *col[3];
	FILE *f = open_file("a.c"), *want = open_file("want");
	int n = 0, i;

	begin_program(f);
	for (line = strtok_r(data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct meaning m = {0};

		if (*line == '#')
			continue;
		for (i = 0, tab = line; i < 3; i++) {
			col[i] = tab;
			tab = strchr(tab, '\t');
			ck_assert_ptr_nonnull(tab);
			*tab++ = '\0';
		}
		read_meaning(col[2], &m);
		fputc('\t', f);
		if (!strncmp(m.cls, "ALU", 3))
			put_alu(f, &m);
		else if (!strncmp(m.cls, "JMP", 3))
			put_jump(f, &m);
		else
			put_memory(f, &m);
		fputs(",\n", f);
		fputs(col[host_is_big()], want);
		n++;
	}
	end_program(f);
	fputc('\n', want);
	ck_assert_int_eq(fclose(want), 0);
	ck_assert_int_gt(n, 300);
	prints_with_all();
	free(data);
}
END_TEST

Suite *suite_bpfasm_insn(void)
{
	Suite *s = suite_create("bpfasm_insn");
	TCase *t = tcase_create("unit");

	tcase_set_timeout(t, 240);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, each_macro);
	tcase_add_test(t, no_macro_is_forgotten);
	tcase_add_test(t, each_meaning);
	suite_add_tcase(s, t);
	return s;
}
