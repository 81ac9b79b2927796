// SPDX-License-Identifier: MIT
/* test_vlog_advice.c - the table of causes, and the matcher behind it. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "t.h"
#include "vlog_advice.h"

static struct vlog_text text_of(const char *s)
{
	struct vlog_text t = {s, strlen(s)};

	return t;
}

/* A message that the rule is made for. */
static void sample(const char *row, char *out, size_t size)
{
	const char *p;
	size_t n = 0;

	for (p = row; *p && n + 8 < size; p++) {
		if (*p == '#')
			n += (size_t)sprintf(out + n, "-7");
		else if (*p == '*')
			n += (size_t)sprintf(out + n, "xyzzy");
		else
			out[n++] = *p == '@' ? '#' : *p;
	}
	out[n] = '\0';
}

static const char *(*const tables[])(void) = {vlog_mem_rules, vlog_call_rules, vlog_prog_rules};

static bool find(const char *msg, const struct vlog_facts *f, struct vlog_match *m)
{
	struct vlog_index x;

	vlog_index_make(&x);
	return vlog_find(&x, text_of(msg), f, m);
}

static void says(const struct vlog_match *m, const char *words)
{
	const struct vlog_words w = {1, 3, {NULL, 0}, {NULL, 0}, {NULL, 0}, 0, 0};
	char out[512];

	vlog_fill(m, &w, out, sizeof(out));
	ck_assert_msg(strstr(out, words) != NULL, "%s", out);
}

/* No rule stands behind one that takes all its messages away. */
START_TEST(every_rule_is_reached)
{
	struct vlog_rule r;
	struct vlog_match m;
	const char *row;
	char msg[256], taken[4096] = "";
	size_t n = 0, rows = 0;

	for (row = tables[_i](); *row; row = vlog_rule_next(row), rows++) {
		vlog_rule_read(row, &r);
		struct vlog_facts f = {
			.at_exit = vlog_has(&r, VLOG_AT_EXIT),
			.clobbered = vlog_has(&r, VLOG_CLOBBER),
			.zero = vlog_has(&r, VLOG_ZERO),
			.lost = vlog_has(&r, VLOG_LOST),
			.half = vlog_has(&r, VLOG_HALF),
			.spoiled = vlog_has(&r, VLOG_SPOILED),
			.made = vlog_has(&r, VLOG_MADE),
			.index = vlog_has(&r, VLOG_INDEX),
			.sized = vlog_has(&r, VLOG_SIZED),
			.at_store = vlog_has(&r, VLOG_AT_STORE),
			.at_skb = vlog_has(&r, VLOG_AT_SKB),
			.at_call = vlog_has(&r, VLOG_AT_CALL),
			.back = vlog_has(&r, VLOG_AT_BACK),
			.callback = vlog_has(&r, VLOG_CALLBACK),
			.argument = vlog_has(&r, VLOG_ARGUMENT),
			.number = vlog_has(&r, VLOG_SCALAR),
		};

		sample(row, msg, sizeof(msg));
		ck_assert_msg(find(msg, &f, &m), "no rule for '%s'", msg);
		/* two rules may share their words when a flag tells them apart */
		if (m.rule.text != row && strcmp(m.rule.text, row) && n + 200 < sizeof(taken))
			n += (size_t)sprintf(
				taken + n, "\n'%s' is taken by '%s'", row, m.rule.text);
	}
	ck_assert_msg(!n, "%s", taken);
	ck_assert_uint_gt(rows, 50);
}
END_TEST

/* An advice with its sentences, its {} as they are. */
static void words_of(const char *advice, char *out, size_t size)
{
	size_t n = 0;

	for (; *advice; advice++)
		if ((unsigned char)*advice & 0x80)
			n += (size_t)snprintf(out + n, size - n, "%s", vlog_sentence(*advice));
		else
			n += (size_t)snprintf(out + n, size - n, "%c", *advice);
	ck_assert_uint_lt(n, size);
}

/* Every {} in an advice is known, and every capture it names is made by its pattern. */
START_TEST(advices_are_well_formed)
{
	struct vlog_rule r;
	const char *p, *row;
	char advice[512];
	int captures;

	for (row = tables[_i](); *row; row = vlog_rule_next(row)) {
		vlog_rule_read(row, &r);
		captures = 0;
		for (p = row; *p; p++)
			captures += *p == '#' || *p == '*';
		ck_assert_int_le(captures, VLOG_CAPTURES);
		if (vlog_has(&r, VLOG_INSN_1))
			ck_assert_int_ge(captures, 1);
		words_of(r.advice, advice, sizeof(advice));
		for (p = strchr(advice, '{'); p; p = strchr(p + 1, '{')) {
			ck_assert_msg(
				p[2] == '}' && strchr("ricagmnlso123456", p[1]), "%s", advice);
			if (isdigit((unsigned char)p[1]))
				ck_assert_msg(p[1] - '0' <= captures, "%s", row);
		}
		ck_assert_msg(*advice && strlen(advice) < 330, "too long: %s", advice);
		ck_assert_msg(advice[strlen(advice) - 1] != '.', "%s", advice);
	}
}
END_TEST

/* Flags from the row itself, advice from the row below. */
START_TEST(rows_share_an_advice)
{
	static const char table[] = VLOG_ALSO("a", VLOG_DST VLOG_AT_BACK) VLOG_ALSO("b", "")
		VLOG_RULE("c", VLOG_BASE, "do so") VLOG_RULE("d", "", "do this");
	const char *row = table;
	struct vlog_rule r;

	vlog_rule_read(row, &r);
	ck_assert_str_eq(r.text, "a");
	ck_assert(vlog_has(&r, VLOG_DST) && vlog_has(&r, VLOG_AT_BACK) && !vlog_has(&r, VLOG_BASE));
	ck_assert_str_eq(r.advice, "do so");
	row = vlog_rule_next(row);
	vlog_rule_read(row, &r);
	ck_assert_uint_eq(r.flags, 0);
	ck_assert_str_eq(r.advice, "do so");
	row = vlog_rule_next(row);
	vlog_rule_read(row, &r);
	ck_assert(vlog_has(&r, VLOG_BASE));
	ck_assert_str_eq(r.advice, "do so");
	row = vlog_rule_next(row);
	vlog_rule_read(row, &r);
	ck_assert_str_eq(r.advice, "do this");
	ck_assert_str_eq(vlog_rule_next(row), "");
}
END_TEST

/* The first of all rules that fits, each looked at alone. */
static const char *first_fit(const char *msg, const struct vlog_facts *f)
{
	static struct vlog_index one;
	const char *row;
	struct vlog_match m;
	size_t t;

	one.n = one.bucket[0] = 1;
	for (t = 0; t < 3; t++)
		for (row = tables[t](); *row; row = vlog_rule_next(row)) {
			one.row[0] = row;
			if (vlog_find(&one, text_of(msg), f, &m))
				return row;
		}
	return NULL;
}

/* All rules as if any text might begin with any character. */
static void flat_index(struct vlog_index *x)
{
	const char *row;
	size_t t;

	memset(x, 0, sizeof(*x));
	x->bucket[0] = 1;
	for (t = 0; t < 3; t++)
		for (row = tables[t](); *row; row = vlog_rule_next(row)) {
			x->row[x->n++] = row;
			x->next[x->n - 1] = (unsigned short)(x->n + 1);
		}
	x->next[x->n - 1] = 0;
}

/* What the index leaves out would not have fitted: whole messages, and ones without their end. */
START_TEST(index_loses_no_rule)
{
	struct vlog_facts f = {.at_exit = true, .clobbered = true, .number = _i & 1};
	static struct vlog_index flat;
	struct vlog_match m, slow;
	const char *row, *first;
	struct vlog_index x;
	char msg[256];
	size_t i, n = 0, told = 0;

	f.cut = _i > 1;
	vlog_index_make(&x);
	flat_index(&flat);
	for (i = 0; i < 3; i++)
		for (row = tables[i](); *row; row = vlog_rule_next(row)) {
			ck_assert_ptr_eq(x.row[n++], row);
			sample(row, msg, sizeof(msg));
			if (f.cut)
				msg[strlen(msg) * 3 / 4] = '\0';
			vlog_find(&x, text_of(msg), &f, &m);
			vlog_find(&flat, text_of(msg), &f, &slow);
			ck_assert_msg(
				!m.rule.text == !slow.rule.text &&
					(!m.rule.text || !strcmp(m.rule.advice, slow.rule.advice)),
				"'%s'", msg);
			first = f.cut ? NULL : first_fit(msg, &f);
			ck_assert_msg(f.cut || m.rule.text == first, "'%s'", msg);
			told += m.rule.text != NULL;
		}
	ck_assert_uint_eq(x.n, n);
	ck_assert_uint_lt(n, VLOG_RULES);
	/* most that lost a quarter are still known */
	ck_assert_msg(told > n / 3, "%zu of %zu", told, n);
}
END_TEST

START_TEST(captures)
{
	const struct vlog_words w = {-1, 3, text_of("bpf_loop"), {NULL, 0}, {NULL, 0}, 0, 0};
	struct vlog_facts f = {.at_exit = false};
	struct vlog_match m;
	char out[256];

	ck_assert(find("unknown func bpf_loop4#181", &f, &m));
	ck_assert_uint_eq(m.cap[0].n, strlen("bpf_loop4"));
	vlog_fill(&m, &w, out, sizeof(out));
	ck_assert_ptr_nonnull(strstr(out, "bpf_loop4 (helper 181)"));

	ck_assert(find("jump out of range from insn 1 to 7", &f, &m));
	ck_assert_int_eq(*m.cap[0].p, '1');
	ck_assert_int_eq(*m.cap[1].p, '7');
	ck_assert(!find("nothing that any kernel says", &f, &m));
	ck_assert_ptr_null(m.rule.text);
}
END_TEST

START_TEST(stack_offset_decides)
{
	struct vlog_facts f = {.at_exit = false};
	struct vlog_match m;

	ck_assert(find("invalid read from stack R10 off=-8 size=8", &f, &m));
	says(&m, "not all written");
	ck_assert(find("invalid read from stack R10 off=-520 size=8", &f, &m));
	says(&m, "not in the frame");
}
END_TEST

START_TEST(cut_message)
{
	struct vlog_facts f = {.at_exit = false};
	struct vlog_match m;

	ck_assert(!find("R1 invalid me", &f, &m));
	f.cut = true;
	/* of which type r1 is would be said behind it */
	ck_assert(!find("R1 invalid me", &f, &m));
	f.number = true;
	ck_assert(find("R1 invalid me", &f, &m));
	says(&m, "bpf_probe_read_user");
	ck_assert(!find("R1 inv", &f, &m));
}
END_TEST

/* Several rules may be meant, or the words that the advice repeats are not there: none is given. */
START_TEST(cut_too_short)
{
	static const char *const rows[] = {"invalid func unkn", "unknown opc", "unknown opcode ",
		"kernel function bpf_foo is not allowed in p",
		"sleepable helper bpf_copy_from_user#148 with", "calling kernel function bpf_ta",
		"helper call bpf_get_current_comm is not allowed in function callback",
		"kernel function bpf_foo pointer type STRUCT foo is not supported",
		"program must be sleepable to call sleepable kfu", "bpf_spin_unlock ",
		"bpf_spin_un", "missing b", "R0 cannot write into rdo"};
	struct vlog_facts f = {.cut = true, .torn = true};
	struct vlog_match m;
	char out[512];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct vlog_words w = {1, 3, {NULL, 0}, {NULL, 0}, {NULL, 0}, 0, 0};

		*out = '\0';
		if (find(rows[i], &f, &m))
			vlog_fill(&m, &w, out, sizeof(out));
		ck_assert_msg(!*out, "%s: %s", rows[i], out);
	}
	ck_assert(find("R3 subtraction from stack poin", &f, &m));
	says(&m, "subtract constants only");
	ck_assert(find("bpf_spin_unlock w", &f, &m));
	says(&m, "the unlock comes before the lock");
	ck_assert(find("perf_event programs can only use preallocat", &f, &m));
	says(&m, "allocated in advance");
	/* all of it is there: that a rule begins with the last words is no matter */
	ck_assert(
		find("func_info BTF section doesn't match subprog layout in BPF program", &f, &m));
	says(&m, "function table");
	ck_assert(find("the register R0 has smin=1 should have been in [-409", &f, &m));
	says(&m, "outside what is allowed here");
	f.torn = false;
	ck_assert(find("R0 cannot write into rdonly_mem", &f, &m));
	says(&m, "(rdonly_mem)");
	ck_assert(find("JIT is required for calling kern", &f, &m));
	says(&m, "net.core.bpf_jit_enable=1");
}
END_TEST

/* Where no register is known the code that is advised has one by no name. */
START_TEST(no_register)
{
	struct vlog_match m = {
		{"x", 0, "{r} is free: '{r} &= 7' or 'if {r} > 7 goto', on {r}"}, {{NULL, 0}}};
	struct vlog_words w = {-1, -1, {NULL, 0}, {NULL, 0}, {NULL, 0}, 0, 0};
	char out[128];

	vlog_fill(&m, &w, out, sizeof(out));
	ck_assert_str_eq(
		out, "the register is free: 'rN &= 7' or 'if rN > 7 goto', on the register");
	w.reg = 3;
	vlog_fill(&m, &w, out, sizeof(out));
	ck_assert_str_eq(out, "r3 is free: 'r3 &= 7' or 'if r3 > 7 goto', on r3");
}
END_TEST

START_TEST(fill_keeps_its_bounds)
{
	struct vlog_facts f = {.at_exit = false};
	struct vlog_match m;
	const struct vlog_words w = {1, 1, {NULL, 0}, {NULL, 0}, {NULL, 0}, 0, 0};
	char out[40];
	size_t size;

	ck_assert(find("R1 invalid mem access 'scalar'", &f, &m));
	for (size = 1; size < sizeof(out); size++) {
		memset(out, 'Z', sizeof(out));
		vlog_fill(&m, &w, out, size);
		ck_assert_uint_lt(strlen(out), size);
		ck_assert_int_eq(out[size], 'Z');
	}
}
END_TEST

Suite *suite_vlog_advice(void);
Suite *suite_vlog_advice(void)
{
	Suite *s = suite_create("vlog_advice");
	TCase *t = tcase_create("unit");

	tcase_add_loop_test(t, every_rule_is_reached, 0, 3);
	tcase_add_loop_test(t, index_loses_no_rule, 0, 4);
	tcase_add_loop_test(t, advices_are_well_formed, 0, 3);
	tcase_add_test(t, rows_share_an_advice);
	tcase_add_test(t, captures);
	tcase_add_test(t, stack_offset_decides);
	tcase_add_test(t, cut_message);
	tcase_add_test(t, cut_too_short);
	tcase_add_test(t, no_register);
	tcase_add_test(t, fill_keeps_its_bounds);
	suite_add_tcase(s, t);
	return s;
}
