// SPDX-License-Identifier: MIT
/* test_dis.c - instructions to text: known rows, reserved fields, the running kernel's own log. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpfasm.h"
#include "dis.h"
#include "insn.h"
#include "rawbpf_sys.h"
#include "t.h"

Suite *suite_dis(void);

static const struct {
	struct ir_insn in[2];
	int slots;
	const char *text;
} rows[] = {
	{{{0x0f, 1, 2, 0, 0}}, 1, "r1 += r2"},
	{{{0x04, 9, 0, 0, -1}}, 1, "w9 += -1"},
	{{{0xcc, 1, 2, 0, 0}}, 1, "w1 s>>= w2"},
	{{{0x37, 1, 0, 1, 3}}, 1, "r1 s/= 3"},
	{{{0x9c, 1, 2, 1, 0}}, 1, "w1 s%= w2"},
	{{{0x87, 0, 0, 0, 0}}, 1, "r0 = -r0"},
	{{{0xbf, 0, 9, 8, 0}}, 1, "r0 = (s8)r9"},
	{{{0xbf, 1, 2, 32, 0}}, 1, "r1 = (s32)r2"},
	{{{0xbc, 1, 2, 32, 0}}, 0, ".word 0x00000000002021bc ; invalid: off 0x20"},
	{{{0xbf, 1, 2, 1, 65536}}, 1, "r1 = addr_space_cast(r2, 1, 0)"},
	{{{0xdc, 1, 0, 0, 16}}, 1, "r1 = be16 r1"},
	{{{0xd4, 1, 0, 0, 64}}, 1, "r1 = le64 r1"},
	{{{0xd7, 1, 0, 0, 32}}, 1, "r1 = bswap32 r1"},
	{{{0x79, 6, 1, 80, 0}}, 1, "r6 = *(u64 *)(r1 +80)"},
	{{{0x91, 6, 1, -1, 0}}, 1, "r6 = *(s8 *)(r1 -1)"},
	{{{0x73, 10, 1, -8, 0}}, 1, "*(u8 *)(r10 -8) = r1"},
	{{{0x7a, 10, 0, -8, -7}}, 1, "*(u64 *)(r10 -8) = -7"},
	{{{0xdb, 0, 1, 0, 0}}, 1, "lock *(u64 *)(r0 +0) += r1"},
	{{{0xc3, 0, 1, 0, 0xa0}}, 1, "lock *(u32 *)(r0 +0) ^= r1"},
	{{{0xdb, 1, 0, 0, 1}}, 1, "r0 = atomic64_fetch_add((u64 *)(r1 +0), r0)"},
	{{{0xc3, 1, 3, 4, 0x51}}, 1, "r3 = atomic_fetch_and((u32 *)(r1 +4), r3)"},
	{{{0xdb, 1, 2, 0, 0xe1}}, 1, "r2 = atomic64_xchg((u64 *)(r1 +0), r2)"},
	{{{0xc3, 1, 2, 0, 0xf1}}, 1, "r0 = atomic_cmpxchg((u32 *)(r1 +0), r0, r2)"},
	{{{0xcb, 1, 2, 0, 0x100}}, 1, "r1 = load_acquire((u16 *)(r2 +0))"},
	{{{0xd3, 10, 0, -8, 0x110}}, 1, "store_release((u8 *)(r10 -8), r0)"},
	{{{0x18, 1, 0, 0, 0x123}, {0, 0, 0, 0, 0}}, 2, "r1 = 0x123 ll"},
	{{{0x18, 1, 0, 0, -1}, {0, 0, 0, 0, 1}}, 2, "r1 = 0x1ffffffff ll"},
	{{{0x18, 1, 1, 0, 5}, {0, 0, 0, 0, 0}}, 2, "r1 = map_fd(5) ll"},
	{{{0x18, 1, 1, 0, 5}, {0, 0, 0, 0, 1}}, 0,
		".word 0x0000000500001118 ; invalid: second slot"},
	{{{0x18, 1, 2, 0, 5}, {0, 0, 0, 0, 8}}, 2, "r1 = map_value(5, 8) ll"},
	{{{0x18, 1, 4, 0, -3}, {0, 0, 0, 0, 0}}, 2, "r1 = func(pc-3) ll"},
	{{{0x18, 1, 0, 0, 0}, {0xb7, 0, 0, 0, 0}}, 0,
		".word 0x0000000000000118 ; invalid: second slot"},
	{{{0x30, 0, 0, 0, 14}}, 1, "r0 = *(u8 *)skb[14]"},
	{{{0x48, 0, 7, 0, -4}}, 1, "r0 = *(u16 *)skb[r7 + -4]"},
	{{{0x85, 0, 0, 0, 6}}, 1, "call bpf_trace_printk#6"},
	{{{0x85, 0, 0, 0, 9999}}, 1, "call unknown#9999"},
	{{{0x85, 0, 1, 0, -1}}, 1, "call pc-1"},
	{{{0x85, 0, 2, 0, 77}}, 1, "call kernel-function#77"},
	{{{0x85, 0, 2, 3, 77}}, 1, "call kernel-function#77@3"},
	{{{0x05, 0, 0, -1, 0}}, 1, "goto pc-1"},
	{{{0x06, 0, 0, 0, 70000}}, 1, "gotol pc+70000"},
	{{{0xe5, 0, 0, 2, 0}}, 1, "may_goto pc+2"},
	{{{0x0d, 3, 0, 0, 0}}, 1, "gotox r3"},
	{{{0x8d, 3, 0, 0, 0}}, 1, "callx r3"},
	{{{0x95, 0, 0, 0, 0}}, 1, "exit"},
	{{{0x15, 2, 0, 2, 0}}, 1, "if r2 == 0x0 goto pc+2"},
	{{{0xd6, 2, 0, -2, -1}}, 1, "if w2 s<= 0xffffffff goto pc-2"},
	{{{0x4d, 2, 3, 2, 0}}, 1, "if r2 & r3 goto pc+2"},
	{{{0x0f, 11, 2, 0, 0}}, 0, ".word 0x0000000000002b0f ; invalid: dst 0xb"},
	{{{0x62, 1, 2, 0, 0}}, 0, ".word 0x0000000000002162 ; invalid: src 0x2"},
	{{{0xbf, 1, 2, -1, 0}}, 1, "r1 = &(void __percpu *)(r2)"},
	{{{0xbc, 1, 2, -1, 0}}, 0, ".word 0x00000000ffff21bc ; invalid: off 0xffff"},
	{{{0x95, 1, 2, 3, 4}}, 0,
		".word 0x0000000400032195 ; invalid: dst 0x1, src 0x2, off 0x3, imm 0x4"},
	{{{0xd7, 1, 0, 0, 8}}, 0, ".word 0x00000008000001d7 ; invalid: imm 0x8"},
	{{{0xd3, 1, 2, 0, 0}}, 0, ".word 0x00000000000021d3 ; invalid: imm 0x0"},
	{{{0xdb, 1, 2, 0, 2}}, 0, ".word 0x00000002000021db ; invalid: imm 0x2"},
	{{{0x37, 1, 0, 2, 3}}, 0, ".word 0x0000000300020137 ; invalid: off 0x2"},
	{{{0x99, 1, 2, 0, 0}}, 0, ".word 0x0000000000002199 ; invalid: opcode 0x99"},
	{{{0x85, 0, 1, 2, 0}}, 0, ".word 0x0000000000021085 ; invalid: off 0x2"},
	{{{0xff, 15, 15, -1, -1}}, 0, ".word 0xffffffffffffffff ; invalid: opcode 0xff"},
};

START_TEST(known)
{
	char text[DIS_TEXT_MAX];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_int_eq(dis_insn(&rows[i].in[0], &rows[i].in[1], text, sizeof(text)),
			rows[i].slots);
		ck_assert_str_eq(text, rows[i].text);
	}
}
END_TEST

START_TEST(second_slot_missing)
{
	struct ir_insn in = {INSN_LD_IMM64, 1, 0, 0, 5};
	char text[DIS_TEXT_MAX];

	ck_assert_int_eq(dis_insn(&in, NULL, text, sizeof(text)), 0);
	ck_assert_str_eq(text, ".word 0x0000000500000118 ; invalid: second slot is missing");
	/* a small buffer is cut, not overrun */
	ck_assert_int_eq(dis_insn(&in, NULL, text, 5), 0);
	ck_assert_str_eq(text, ".wor");
}
END_TEST

static int count_line(void *arg, size_t slot, const char *text, int slots)
{
	size_t *seen = arg;

	ck_assert_uint_eq(slot, seen[0] ? 2 : 0);
	ck_assert_str_eq(text, seen[0] ? "exit" : "r1 = 0x123 ll");
	ck_assert_int_eq(slots, seen[0] ? 1 : 2);
	return ++seen[0] == seen[1] ? -ECANCELED : 0;
}

START_TEST(lines)
{
	static const unsigned char be[] = {
		0x18, 0x10, 0, 0, 0, 0, 1, 0x23, 0, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0};
	size_t seen[2] = {0, 0};

	ck_assert_int_eq(dis_text(be, 3, true, count_line, seen), 0);
	ck_assert_uint_eq(seen[0], 2);
	seen[0] = 0;
	seen[1] = 1;
	ck_assert_int_eq(dis_text(be, 3, true, count_line, seen), -ECANCELED);
}
END_TEST

/* No two encodings share a text, so that a text can mean only one of them. */
START_TEST(texts_are_unique)
{
	static const int16_t offs[] = {0, 1, 8, 16, 32, -1};
	static const int32_t imms[] = {0, 1, 16, 0x40, 0xf1, 0x100, -1};
	static const uint8_t srcs[] = {0, 1, 2, 4, 5, 10, 11};
	size_t max = 256 * 6 * 7 * 7, n = 0, i, o, m, s;
	char(*text)[DIS_TEXT_MAX] = calloc(max, sizeof(*text));
	struct ir_insn zero = {0, 0, 0, 0, 0};
	int code;

	ck_assert_ptr_nonnull(text);
	for (code = 0; code < 256; code++)
		for (o = 0; o < 6; o++)
			for (m = 0; m < 7; m++)
				for (s = 0; s < 7; s++) {
					struct ir_insn in = {
						(uint8_t)code, 3, srcs[s], offs[o], imms[m]};

					if (dis_insn(&in, &zero, text[n], sizeof(*text)))
						n++;
				}
	ck_assert_uint_gt(n, 1000);
	qsort(text, n, sizeof(*text), (int (*)(const void *, const void *))strcmp);
	for (i = 1; i < n; i++)
		ck_assert_str_ne(text[i - 1], text[i]);
	free(text);
}
END_TEST

/* ---- the assembler ----------------------------------------------------------------------- */

/* What is no instruction is called invalid, and nothing else is. */
static void invalid_is_named(const char *text)
{
	const char *line = text, *end;

	for (; *line; line = end + 1) {
		const char *why = strstr(line, " ; invalid: ");

		end = strchr(line, '\n');
		ck_assert_ptr_nonnull(end);
		ck_assert_msg(!strncmp(line, ".word ", 6) == (why && why < end && why[12] != '\n'),
			"%.*s", (int)(end - line), line);
	}
}

/* n slots to text and back: the same bytes. */
static void round_trip(const unsigned char *bytes, size_t n, bool big_endian)
{
	struct bpfasm_opts o = {.sz = sizeof(o), .format = BPFASM_RAW, .big_endian = big_endian};
	struct bpfasm_out text, back;
	size_t i;

	ck_assert_int_eq(bpfasm_disassemble(bytes, 8 * n, &o, &text), 0);
	invalid_is_named((const char *)text.data);
	bpfasm_assemble((const char *)text.data, text.len, &o, &back);
	ck_assert_msg(back.data != NULL, "%s", back.diag);
	ck_assert_uint_eq(back.len, 8 * n);
	for (i = 0; i < 8 * n; i++)
		ck_assert_msg(back.data[i] == bytes[i], "slot %zu of\n%.*s", i / 8, (int)text.len,
			(const char *)text.data);
	bpfasm_free(&text);
	bpfasm_free(&back);
}

/* column 1 of every row, also of those that only later versions of LLVM take, and column 2 */
START_TEST(sample_assembles_back)
{
	size_t len, rows_seen = 0, n, i;
	char *text = t_data("isa/insns.txt", &len), *line, *save = NULL, *hex;
	unsigned char bytes[16];
	int order;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (*line == '#')
			continue;
		for (hex = line, order = 0; order < 2; order++) {
			n = strcspn(hex, "\t") / 2;
			ck_assert(n == 8 || n == 16);
			for (i = 0; i < n; i++)
				ck_assert_int_eq(sscanf(hex + 2 * i, "%2hhx", &bytes[i]), 1);
			round_trip(bytes, n / 8, order == 1);
			hex += 2 * n + 1;
		}
		rows_seen++;
	}
	ck_assert_uint_gt(rows_seen, 300);
	free(text);
}
END_TEST

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Words of chance: half of them any 64 bits, half an opcode with few fields set. */
START_TEST(any_word_assembles_back)
{
	unsigned char bytes[8 * 64];
	uint64_t state = 0x9e3779b97f4a7c15, w;
	struct ir_insn in[64];
	int round, i;

	for (round = 0; round < 500; round++) {
		for (i = 0; i < 64; i++) {
			w = next_random(&state);
			in[i].code = (uint8_t)w;
			in[i].dst = (uint8_t)(w >> 8 & 15);
			in[i].src = (uint8_t)(w >> 12 & 15);
			in[i].off = (int16_t)(w >> 16);
			in[i].imm = (int32_t)(uint32_t)(w >> 32);
			if (round & 1) {
				in[i].dst %= INSN_REGS;
				in[i].src = w >> 20 & 1 ? in[i].src % INSN_REGS : 0;
				in[i].off = w >> 21 & 1 ? (int16_t)(w >> 22 & 63) : 0;
				in[i].imm = w >> 28 & 1 ? in[i].imm >> (w >> 29 & 31) : 0;
			}
		}
		encode_insns(in, 64, round & 2, bytes);
		round_trip(bytes, 64, round & 2);
	}
}
END_TEST

/* every opcode, with each field that it may not use set once */
START_TEST(reserved_fields_assemble_back)
{
	static const struct ir_insn set[] = {{0, 0, 0, 0, 0}, {0, 1, 0, 0, 0}, {0, 0, 1, 0, 0},
		{0, 0, 0, 1, 0}, {0, 0, 0, 0, 1}, {0, 11, 0, 0, 0}, {0, 0, 15, 0, 0},
		{0, 0, 0, -1, 0}, {0, 0, 0, 0, -1}, {0, 1, 1, 1, 1}, {0, 0, 0, 8, 0}};
	unsigned char bytes[16];
	struct ir_insn in[2];
	size_t i, k;
	int code;

	for (code = 0; code < 256; code++)
		for (i = 0; i < sizeof(set) / sizeof(set[0]); i++)
			for (k = 0; k < (code == INSN_LD_IMM64 ? 2 : 1); k++) {
				memset(in, 0, sizeof(in));
				in[k] = set[i];
				in[0].code = (uint8_t)code;
				encode_insns(in, 2, false, bytes);
				round_trip(bytes, code == INSN_LD_IMM64 ? 2 : 1, false);
				encode_insns(in, 2, true, bytes);
				round_trip(bytes, code == INSN_LD_IMM64 ? 2 : 1, true);
			}
}
END_TEST

/* ---- the running kernel ------------------------------------------------------------------ */

/* Registers and stack hold something the instruction under test can use. */
static const struct ir_insn prologue[] = {
	{0xbf, 6, 1, 0, 0},
	{0xb7, 0, 0, 0, 1},
	{0xb7, 1, 0, 0, 1},
	{0xb7, 2, 0, 0, 2},
	{0xb7, 3, 0, 0, 3},
	{0xb7, 4, 0, 0, 4},
	{0xb7, 5, 0, 0, 5},
	{0x7a, 10, 0, -8, 1},
	{0x7a, 10, 0, -16, 1},
};
enum { AT = sizeof(prologue) / sizeof(prologue[0]), LOG = 64 << 10 };

/* Load a packet classifier of n slots; the log, whatever the verdict.  An fd or -errno. */
static long load(const struct ir_insn *in, size_t n, char *log)
{
	unsigned char bytes[8 * 32];
	union rawbpf_attr a;
	union {
		uint16_t n;
		uint8_t first;
	} order = {1};
	long fd;

	memset(&a, 0, sizeof(a));
	encode_insns(in, n, !order.first, bytes);
	a.prog.prog_type = RAWBPF_PROG_SCHED_CLS;
	a.prog.insns = (uintptr_t)bytes;
	a.prog.insn_cnt = (uint32_t)n;
	a.prog.license = (uintptr_t) "GPL";
	a.prog.log_level = 2;
	a.prog.log_buf = (uintptr_t)log;
	a.prog.log_size = LOG;
	log[0] = '\0';
	fd = rawbpf_sys_bpf(RAWBPF_PROG_LOAD, &a, sizeof(a.prog));
	if (fd >= 0)
		close((int)fd);
	return fd;
}

/* What the log prints for slot AT, without the state behind it: text of "9: (b7) text ; ..." */
static bool logged(const char *log, char *text, size_t size)
{
	char want[16];
	const char *p, *end;
	size_t len;

	snprintf(want, sizeof(want), "\n%d: (", (int)AT);
	p = strstr(log, want);
	p = p ? strchr(p, ')') : NULL;
	if (!p)
		return false;
	p += 2;
	end = p + strcspn(p, ";\n");
	while (end > p && end[-1] == ' ')
		end--;
	len = (size_t)(end - p) < size ? (size_t)(end - p) : size - 1;
	memcpy(text, p, len);
	text[len] = '\0';
	return true;
}

/* Linux 6.6 has the newest instructions; an older one prints what it does not know as what it does. */
static bool knows_all(char *log)
{
	static const struct ir_insn movsx[] = {
		{0xb7, 0, 0, 0, 0}, {0xbf, 0, 0, 8, 0}, {0x95, 0, 0, 0, 0}};

	return load(movsx, 3, log) >= 0;
}

static bool is_condition(const struct ir_insn *in)
{
	unsigned class = in->code & INSN_CLASS, op = in->code & 0xf0;

	return (class == INSN_JMP || class == INSN_JMP32) && op != 0 && op < 0xe0 && op != 0x80 &&
	       op != 0x90;
}

/* Linux 7 decides a condition whose values it knows before it prints it. */
static bool decided(const struct ir_insn *in, const char *theirs)
{
	char taken[32];

	snprintf(taken, sizeof(taken), "goto pc%+d", in->off);
	return is_condition(in) && (!strcmp(theirs, "goto pc+0") || !strcmp(theirs, taken));
}

/* By a kernel that does not know all: refused, or taken for something else. */
static bool unknown(const struct ir_insn *in, long fd, const char *theirs)
{
	return fd < 0 || in->code == INSN_GOTOL || !strncmp(theirs, "call unknown#", 13);
}

/*
 * One instruction: 1 when the log's text was compared, 0 when the log does not have it.  Of a
 * kernel that does not know all instructions only those it takes are compared.
 */
static int compare(const struct ir_insn *in, size_t n, bool all, char *log)
{
	static const struct ir_insn end[] = {{0xb7, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0}};
	char ours[DIS_TEXT_MAX], theirs[256];
	struct ir_insn prog[32];
	size_t len = AT;
	char *ll;
	int slots = dis_insn(&in[0], n > 1 ? &in[1] : NULL, ours, sizeof(ours));
	long fd;

	memcpy(prog, prologue, sizeof(prologue));
	memcpy(prog + len, in, n * sizeof(*in));
	len += n;
	memcpy(prog + len, end, sizeof(end));
	len += 2;
	if (in->code == INSN_CALL_K && in->src == INSN_CALL_FUNC) {
		memcpy(prog + len, end, sizeof(end));
		len += 2;
	}
	fd = load(prog, len, log);
	if (!slots) {
		ck_assert_msg(fd < 0, "the kernel takes what is called '%s'", ours);
		return 0;
	}
	if (!logged(log, theirs, sizeof(theirs)))
		return 0;
	if (decided(in, theirs) || (!all && unknown(in, fd, theirs)))
		return 0;
	ll = strstr(ours, " ll");
	if (ll)
		*ll = '\0';
	ck_assert_str_eq(ours, theirs);
	return 1;
}

/* registers that make most instructions of the class acceptable */
static void set_regs(struct ir_insn *in)
{
	switch (in->code & INSN_CLASS) {
	case INSN_LDX:
		in->dst = 2;
		in->src = 10;
		break;
	case INSN_STX:
		in->dst = 10;
		in->src = 3;
		if (in->imm == INSN_A_LOAD_ACQ) {
			in->dst = 3;
			in->src = 10;
		}
		break;
	case INSN_ST:
		in->dst = 10;
		in->src = 0;
		break;
	case INSN_LD:
		in->dst = 0;
		in->src = (in->code & INSN_MODE) == INSN_IND ? 3 : 0;
		break;
	default:
		in->dst = 2;
		in->src = in->code & INSN_X ? 3 : 0;
		break;
	}
}

/* every opcode with the values of off and imm that mean something somewhere */
START_TEST(kernel_prints_the_same)
{
	static const int16_t offs[] = {0, 1, 8, 16, 32, -8, -16};
	static const int32_t imms[] = {
		0, 1, 16, 32, 64, 7, -1, 0x40, 0x41, 0x51, 0xa1, 0xe1, 0xf1, 0x100, 0x110, 65536};
	bool all;
	char *log;
	int code, compared = 0;
	size_t o, m;

	T_NEED_ROOT();
	log = malloc(LOG);
	ck_assert_ptr_nonnull(log);
	all = knows_all(log);
	for (code = 0; code < 256; code++)
		for (o = 0; o < sizeof(offs) / sizeof(offs[0]); o++)
			for (m = 0; m < sizeof(imms) / sizeof(imms[0]); m++) {
				struct ir_insn in = {(uint8_t)code, 0, 0, offs[o], imms[m]};

				/* a small sample of the values where they are only numbers */
				if ((code & 7) < 4 && (code & 7) != INSN_STX && m > 2)
					break;
				set_regs(&in);
				compared += compare(&in, 1, all, log);
			}
	ck_assert_int_gt(compared, all ? 500 : 150);
	free(log);
}
END_TEST

START_TEST(kernel_prints_calls_and_jumps)
{
	static const struct ir_insn in[][2] = {
		{{0x85, 0, 0, 0, 7}},
		{{0x85, 0, 0, 0, 5}},
		{{0x85, 0, 1, 0, 2}},
		{{0x05, 0, 0, 0, 0}},
		{{0x06, 0, 0, 0, 0}},
		{{0xe5, 0, 0, 0, 0}},
		{{0x18, 2, 0, 0, 0x1234}, {0, 0, 0, 0, 0}},
		{{0x18, 2, 0, 0, -1}, {0, 0, 0, 0, 7}},
		{{0x85, 0, 0, 0, 211}},
		{{0x95, 0, 0, 0, 0}},
		{{0x85, 0, 0, 0, 9999}},
		{{0x07, 2, 0, 0, -2147483647 - 1}},
		{{0x16, 2, 0, 0, -2147483647 - 1}},
		{{0x50, 0, 3, 0, -4}},
	};
	size_t i;
	int compared = 0;
	bool all;
	char *log;

	T_NEED_ROOT();
	log = malloc(LOG);
	ck_assert_ptr_nonnull(log);
	all = knows_all(log);
	for (i = 0; i < sizeof(in) / sizeof(in[0]); i++)
		compared += compare(in[i], in[i][0].code == INSN_LD_IMM64 ? 2 : 1, all, log);
	ck_assert_int_ge(compared, all ? 10 : 5);
	free(log);
}
END_TEST

/* A jump of the sample leads too far for a program of a few instructions: let it lead nowhere. */
static void shorten(struct ir_insn *in)
{
	unsigned class = in->code & INSN_CLASS;

	if (in->code == INSN_GOTOL)
		in->imm = 0;
	else if (in->code == INSN_CALL_K && in->src == INSN_CALL_FUNC)
		in->imm = 2;
	else if (class == INSN_JMP || class == INSN_JMP32)
		in->off = 0;
}

/* each row of data/isa, with its own registers and constants */
START_TEST(kernel_prints_the_sample)
{
	size_t len, n, i;
	char *text = t_data("isa/insns.txt", &len), *line, *save = NULL, *log;
	unsigned char bytes[16];
	struct ir_insn in[2];
	int compared = 0;
	bool all;

	T_NEED_ROOT();
	log = malloc(LOG);
	ck_assert_ptr_nonnull(log);
	all = knows_all(log);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (*line == '#')
			continue;
		n = strcspn(line, "\t") / 2;
		for (i = 0; i < n; i++)
			ck_assert_int_eq(sscanf(line + 2 * i, "%2hhx", &bytes[i]), 1);
		encode_read(bytes, n / 8, false, in);
		shorten(in);
		compared += compare(in, n / 8, all, log);
	}
	ck_assert_int_gt(compared, all ? 300 : 80); /* 93 with Linux 5.10 */
	free(log);
	free(text);
}
END_TEST

Suite *suite_dis(void)
{
	Suite *s = suite_create("dis");
	TCase *t = tcase_create("text"), *live = tcase_create("live");
	TCase *back = tcase_create("back");

	tcase_add_test(t, known);
	tcase_add_test(t, second_slot_missing);
	tcase_add_test(t, lines);
	tcase_add_test(t, texts_are_unique);
	suite_add_tcase(s, t);
	tcase_set_timeout(back, 60);
	tcase_add_test(back, sample_assembles_back);
	tcase_add_test(back, any_word_assembles_back);
	tcase_add_test(back, reserved_fields_assemble_back);
	suite_add_tcase(s, back);
	tcase_set_timeout(live, 120);
	tcase_add_test(live, kernel_prints_the_same);
	tcase_add_test(live, kernel_prints_calls_and_jumps);
	tcase_add_test(live, kernel_prints_the_sample);
	suite_add_tcase(s, live);
	return s;
}
