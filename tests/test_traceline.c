// SPDX-License-Identifier: MIT
/* test_traceline.c - lines of trace_pipe from many kernels, and hostile ones. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "traceline.h"

/* \xNN, \t and \\ to bytes; how many. */
static size_t unescape(char *s)
{
	char *dst = s, *start = s;
	unsigned v;

	for (; *s; s++) {
		if (*s != '\\')
			*dst++ = *s;
		else if (*++s == 'x' && sscanf(s + 1, "%2x", &v) == 1)
			*dst++ = (char)v, s += 2;
		else
			*dst++ = *s == 't' ? '\t' : *s == 'n' ? '\n' : *s;
	}
	*dst = '\0';
	return (size_t)(dst - start);
}

/* The next of the fields that tabs separate, unescaped. */
static char *field(char **p)
{
	char *s = *p, *tab = strchr(s, '\t');

	*p = tab ? tab + 1 : s + strlen(s);
	if (tab)
		*tab = '\0';
	unescape(s);
	return s;
}

/* Memory of exactly the line's size, so that the sanitizer sees every byte too far. */
static int parse(const char *line, size_t len, struct rawbpf_trace_fields *f, char **mem)
{
	*mem = malloc(len ? len : 1);
	ck_assert_ptr_nonnull(*mem);
	if (len)
		memcpy(*mem, line, len);
	return rawbpf_parse_trace_line(*mem, len, f);
}

static void check_case(const char *name, char *line, char *want)
{
	struct rawbpf_trace_fields f;
	size_t len = unescape(line);
	char *mem;
	int ret = parse(line, len, &f, &mem);

	ck_assert_msg(ret == (want != NULL), "case %s: %d", name, ret);
	if (!want) {
		ck_assert_msg(!len || !memcmp(mem, line, len), "case %s: was changed", name);
		free(mem);
		return;
	}
	ck_assert_msg(!strcmp(f.task, field(&want)), "case %s: task '%s'", name, f.task);
	ck_assert_msg(f.pid == atoi(field(&want)), "case %s: pid %d", name, f.pid);
	ck_assert_msg(f.cpu == atoi(field(&want)), "case %s: cpu %d", name, f.cpu);
	ck_assert_msg(!strcmp(f.flags, field(&want)), "case %s: flags '%s'", name, f.flags);
	ck_assert_msg(
		strtod(f.ts, NULL) == strtod(field(&want), NULL), "case %s: ts '%s'", name, f.ts);
	len = unescape(want);
	ck_assert_msg(f.msg_len == len && !memcmp(f.msg, want, len + 1), "case %s: msg '%s'", name,
		f.msg);
	free(mem);
}

/* Calls fn for each case of the golden file. */
static int each_case(void (*fn)(const char *name, char *line, char *want))
{
	char *text = t_data("trace/cases.txt", NULL), *p, *next;
	char *name = NULL, *line = NULL, *want = NULL;
	int n = 0;

	for (p = text; *p; p = next) {
		next = strchr(p, '\n');
		ck_assert_ptr_nonnull(next);
		*next++ = '\0';
		if (!strncmp(p, "case ", 5))
			name = p + 5, line = want = NULL;
		else if (!strncmp(p, "line", 4))
			line = p + 4 + (p[4] == ' ');
		else if (!strncmp(p, "want ", 5))
			want = p + 5;
		else if (!strcmp(p, "end"))
			n++, fn(name, line, want);
	}
	free(text);
	return n;
}

START_TEST(golden_cases)
{
	ck_assert_int_ge(each_case(check_case), 1000);
}
END_TEST

START_TEST(every_form)
{
	static const struct {
		const char *line;
		int ret, pid, tgid, cpu;
		uint64_t ts_ns;
		const char *task, *flags, *ts, *symbol, *msg;
	} t[] = {
		{"            bash-12      (     10) [001] d..1.  1768.945420: sched_switch: a: "
		 "b\n",
			1, 12, 10, 1, 1768945420000, "bash", "d..1.", "1768.945420", "sched_switch",
			"a: b"},
		{"          <idle>-0       (-------) [000]     0.000001: : old", 1, 0, -1, 0, 1000,
			"<idle>", "", "0.000001", "", "old"},
		{"            bash-1234  [003] d...     1.5: 0x00000001: mid", 1, 1234, -1, 3,
			1500000000, "bash", "d...", "1.5", "0x00000001", "mid"},
		{"            bash-1234  [003] d...     77: bpf_trace_printk:", 1, 1234, -1, 3, 0,
			"bash", "d...", "77", "bpf_trace_printk", ""},
		{"            bash-1234  [003] d...     77:", 1, 1234, -1, 3, 0, "bash", "d...",
			"77", "", ""},
		{"            bash-1234  [003] d...     77: vfs_read <-ksys_read", 1, 1234, -1, 3,
			0, "bash", "d...", "77", "", "vfs_read <-ksys_read"},
		{"            bash-1234  [003] d...     77: odd:no blank", 1, 1234, -1, 3, 0,
			"bash", "d...", "77", "odd", "no blank"},
		{"   plain-94        0d... 291326us : bpf_trace_printk: hello", 1, 94, -1, 0,
			291326000, "plain", "d...", "291326", "bpf_trace_printk", "hello"},
		{"bash-x-y-4194303   2d.h11   12us+: e: m", 1, 4194303, -1, 2, 12000, "bash-x-y",
			"d.h11", "12", "e", "m"},
		{"            bash-1     [000] d... 1.1234567899: e: m", 1, 1, -1, 0, 1123456789,
			"bash", "d...", "1.1234567899", "e", "m"},
		{"            bash-1     [000] d... 18446744073709551615.5: e: m", 1, 1, -1, 0, 0,
			"bash", "d...", "18446744073709551615.5", "e", "m"},
		{"            bash-1     [000] d... 18446744073709551616.5: e: m", 0, 0, -1, 0, 0,
			"", "", "", "", ""},
		{"            bash-2147483648 [000] d... 1.5: e: m", 0, 0, -1, 0, 0, "", "", "", "",
			""},
		{"            bash-1     (    1 [000] d... 1.5: e: m", 0, 0, -1, 0, 0, "", "", "",
			"", ""},
		{"            bash-1     [000] d... 1.: e: m", 0, 0, -1, 0, 0, "", "", "", "", ""},
		{"            bash-1     [000] d... 1.5 e m", 0, 0, -1, 0, 0, "", "", "", "", ""},
		{"CPU:0 [LOST 145 EVENTS]", 0, 0, -1, 0, 0, "", "", "", "", ""},
		{"# tracer: nop", 0, 0, -1, 0, 0, "", "", "", "", ""},
		{"\n", 0, 0, -1, 0, 0, "", "", "", "", ""},
	};
	struct rawbpf_trace_fields f;
	char *mem;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		int ret = parse(t[i].line, strlen(t[i].line), &f, &mem);

		ck_assert_msg(ret == t[i].ret, "line %zu: %d", i, ret);
		ck_assert_str_eq(f.task, t[i].task);
		ck_assert_int_eq(f.pid, t[i].pid);
		ck_assert_int_eq(f.tgid, t[i].tgid);
		ck_assert_int_eq(f.cpu, t[i].cpu);
		ck_assert_str_eq(f.flags, t[i].flags);
		ck_assert_str_eq(f.ts, t[i].ts);
		ck_assert_uint_eq(f.ts_ns, t[i].ts_ns);
		ck_assert_str_eq(f.symbol, t[i].symbol);
		ck_assert_str_eq(f.msg, t[i].msg);
		ck_assert_uint_eq(f.msg_len, strlen(f.msg));
		free(mem);
	}
	ck_assert_int_eq(rawbpf_parse_trace_line(NULL, 0, &f), 0);
}
END_TEST

START_TEST(message_with_nul)
{
	static const char line[] = "            bash-1     [000] d... 1.5: e: a\0b\n";
	struct rawbpf_trace_fields f;
	char *mem;

	ck_assert_int_eq(parse(line, sizeof(line) - 1, &f, &mem), 1);
	ck_assert_uint_eq(f.msg_len, 3);
	ck_assert_mem_eq(f.msg, "a\0b", 4);
	free(mem);
}
END_TEST

START_TEST(lost_notice)
{
	uint64_t lost;
	int cpu;

	ck_assert(traceline_lost("CPU:13 [LOST 145 EVENTS]\n", 25, &cpu, &lost));
	ck_assert_int_eq(cpu, 13);
	ck_assert_uint_eq(lost, 145);
	ck_assert(traceline_lost("CPU:0 [LOST EVENTS]", 19, &cpu, &lost));
	ck_assert_uint_eq(lost, 1);
	ck_assert(!traceline_lost("CPU:0 [LOST 145 EVENTS] x", 25, &cpu, &lost));
	ck_assert(!traceline_lost("CPU:0 [LOST 145 EVENTS]", 22, &cpu, &lost));
	ck_assert(!traceline_lost("CPU: [LOST 145 EVENTS]", 22, &cpu, &lost));
	ck_assert(!traceline_lost("", 0, &cpu, &lost));
}
END_TEST

START_TEST(symbols)
{
	struct rawbpf_trace_fields f = {.symbol = "bpf_trace_printk"};

	ck_assert(traceline_is(&f, "bpf_trace_printk"));
	ck_assert(!traceline_is(&f, "sched_switch"));
	f.symbol = "";
	ck_assert(traceline_is(&f, "bpf_trace_printk"));
	ck_assert(!traceline_is(&f, "sched_switch"));
	f.symbol = "0x00000001";
	ck_assert(traceline_is(&f, "bpf_trace_printk"));
	f.symbol = "sched_switch";
	ck_assert(!traceline_is(&f, "bpf_trace_printk"));
}
END_TEST

/* Each line with bytes changed, cut and doubled: fields must stay inside it. */
static void mutate(const char *name, char *line, char *want)
{
	static unsigned seed = 1;
	struct rawbpf_trace_fields f;
	size_t len = unescape(line), cut, i;
	char copy[8192], *mem;

	(void)name;
	(void)want;
	if (!len || len > sizeof(copy))
		return;
	for (i = 0; i < 40; i++) {
		static const char odd[] = " -[]():.0199\n\0\t\xff";

		memcpy(copy, line, len);
		seed = seed * 1103515245 + 12345;
		copy[(seed >> 8) % (i & 1 && len > 70 ? 70 : len)] = odd[(seed >> 3) % sizeof(odd)];
		cut = i % 3 ? len : (seed >> 5) % (len + 1);
		if (parse(copy, cut, &f, &mem)) {
			ck_assert_uint_le(f.msg_len, cut);
			ck_assert_int_eq(f.msg[f.msg_len], '\0');
			ck_assert_uint_le(strlen(f.task), 16);
			ck_assert_uint_le(strlen(f.flags) + strlen(f.ts) + strlen(f.symbol), cut);
		}
		free(mem);
	}
}

START_TEST(hostile_lines)
{
	each_case(mutate);
}
END_TEST

Suite *suite_traceline(void);
Suite *suite_traceline(void)
{
	Suite *s = suite_create("traceline");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, golden_cases);
	tcase_add_test(t, every_form);
	tcase_add_test(t, message_with_nul);
	tcase_add_test(t, lost_notice);
	tcase_add_test(t, symbols);
	tcase_add_test(t, hostile_lines);
	suite_add_tcase(s, t);
	return s;
}
