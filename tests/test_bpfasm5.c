// SPDX-License-Identifier: MIT
/*
 * test_bpfasm5.c - what bpfasm(5) shows is true: each literal block is assembled, and loaded where
 * the kernel takes such programs.  A block without a .prog line is the body of a program.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpfasm.h"
#include "rawbpf.h"
#include "old.h"
#include "t.h"

#define PAGE TEST_ROOT "/bpfasm/bpfasm.5"

Suite *suite_bpfasm5(void);

enum { MAN_MAX = 4096 };

/* A literal block's next line without roff's escapes: \& is nothing, \e a backslash. */
static void man_line(char *to, const char *line, size_t len)
{
	size_t i, n = strlen(to);

	ck_assert_uint_lt(n + len + 2, MAN_MAX);
	for (i = 0; i < len; i++) {
		if (line[i] == '\\') {
			ck_assert_msg(
				line[i + 1] == '&' || line[i + 1] == 'e', "'%.*s'", (int)len, line);
			if (line[++i] == 'e')
				to[n++] = '\\';
		} else {
			to[n++] = line[i];
		}
	}
	to[n++] = '\n';
	to[n] = '\0';
}

/* The next literal block at *page, in text; false: there is none. */
static bool man_block(const char **page, char *text)
{
	const char *p = strstr(*page, "\n.Bd -literal");
	size_t len;

	text[0] = '\0';
	if (!p)
		return false;
	for (p = strchr(p + 1, '\n') + 1; strncmp(p, ".Ed", 3) != 0; p += len + 1) {
		len = strcspn(p, "\n");
		man_line(text, p, len);
	}
	*page = p;
	return true;
}

/* Each block in turn, as a whole text. */
static unsigned man_each(void (*fn)(const char *text))
{
	char *page = t_read_file(PAGE, NULL), block[MAN_MAX], text[MAN_MAX + 64];
	const char *p = page;
	unsigned n = 0;

	for (; man_block(&p, block); n++) {
		if (strstr(block, ".prog"))
			strcpy(text, block);
		else
			sprintf(text, ".prog p \"socket\"\n%sexit\n", block);
		fn(text);
	}
	free(page);
	return n;
}

/* Some examples need a later kernel than the one that is played. */
static bool is_for_later(const char *msg)
{
	return old_version() && msg &&
	       (strstr(msg, "came with Linux") || strstr(msg, "invalid func unknown#"));
}

static void assembles(const char *text)
{
	struct bpfasm_resolver target;
	struct bpfasm_opts o = {.sz = sizeof(o), .name = "bpfasm.5", .resolver = &target};
	struct rawbpf *b = rawbpf_new();
	struct bpfasm_out out;
	int err;

	ck_assert_int_eq(rawbpf_resolver(b, NULL, &target), 0);
	err = bpfasm_assemble(text, strlen(text), &o, &out);
	if (!is_for_later(out.diag))
		ck_assert_msg(!err && !out.diag, "%s\n%s", text, out.diag ? out.diag : "");
	bpfasm_free(&out);
	rawbpf_free(b);
}

static void loads(const char *text)
{
	struct rawbpf *b;
	int err;

	if (strstr(text, "usdt_arg(")) /* which is nothing without a probe */
		return;
	b = rawbpf_new();
	err = rawbpf_load(b, .text = text);
	if (!is_for_later(rawbpf_errmsg(b)))
		ck_assert_msg(!err, "%s\n%s\n%s", text, rawbpf_errmsg(b),
			rawbpf_error(b)->log ? rawbpf_error(b)->log : "");
	rawbpf_free(b);
}

START_TEST(each_example_assembles_and_loads)
{
	T_NEED_ROOT(); /* fields of tracepoints are in tracefs */
	ck_assert_uint_ge(man_each(assembles), 7);
	man_each(loads);
}
END_TEST

/* ---- the example programs ---------------------------------------------------------------- */

/* Slots of a program as bytes: the object's own count. */
static unsigned slots_of(const char *example)
{
	char *out;
	unsigned n;

	ck_assert_int_eq(t_run(&out,
				 TEST_BUILD "/rawbpf asm -f hex -o - " TEST_ROOT
					    "/bpfasm/examples/%s.bpf | tr -d '\\n' | wc -c",
				 example),
		0);
	n = (unsigned)strtoul(out, NULL, 10) / 16;
	free(out);
	return n;
}

START_TEST(sizes_are_within_their_bars)
{
	T_NEED_ROOT();
	ck_assert_uint_gt(slots_of("strlen_hist"), 10);
	ck_assert_uint_le(slots_of("strlen_hist"), 40);
	ck_assert_uint_gt(slots_of("count_opens"), 10);
	ck_assert_uint_le(slots_of("count_opens"), 30);
}
END_TEST

static const char *const examples[] = {"strlen_hist", "vfs_read_latency", "opensnoop",
	"count_opens", "read_sizes", "read_latency", "execsnoop", "exits"};

START_TEST(examples_load)
{
	char path[256];
	size_t i;

	T_NEED_ROOT();
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		struct rawbpf *b = rawbpf_new();
		int err;

		snprintf(path, sizeof(path), TEST_ROOT "/bpfasm/examples/%s.bpf", examples[i]);
		err = rawbpf_load(b, .src_file = path);
		if (!is_for_later(rawbpf_errmsg(b)))
			ck_assert_msg(!err, "%s: %s\n%s", path, rawbpf_errmsg(b),
				rawbpf_error(b)->log ? rawbpf_error(b)->log : "");
		rawbpf_free(b);
	}
}
END_TEST

/* libbpf takes the objects as they are. */
START_TEST(libbpf_loads_the_examples)
{
	char *out;
	size_t i;

	T_NEED_ROOT();
	if (t_run(&out, "command -v bpftool") != 0) {
		free(out);
		T_SKIP("bpftool is not installed");
	}
	free(out);
	if (t_run(&out, "grep -q ' /sys/fs/bpf bpf ' /proc/mounts") != 0) {
		free(out);
		T_SKIP("no bpf file system is mounted for bpftool to pin to");
	}
	free(out);
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		int err = t_run(&out,
			"d=$(mktemp -d); pin=/sys/fs/bpf/rawbpf_test_$$; " TEST_BUILD
			"/rawbpf asm -o $d/x.o " TEST_ROOT "/bpfasm/examples/%s.bpf 2>&1 && "
			"bpftool prog loadall $d/x.o $pin 2>&1; s=$?; rm -rf $d $pin; exit $s",
			examples[i]);

		ck_assert_msg(!err, "%s: %s", examples[i], out);
		free(out);
	}
}
END_TEST

Suite *suite_bpfasm5(void)
{
	Suite *s = suite_create("bpfasm5");
	TCase *tc = tcase_create("live"), *host = tcase_create("host");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, each_example_assembles_and_loads);
	tcase_add_test(tc, sizes_are_within_their_bars);
	tcase_add_test(tc, examples_load);
	suite_add_tcase(s, tc);
	tcase_set_timeout(host, 60);
	tcase_add_test(host, libbpf_loads_the_examples);
	suite_add_tcase(s, host);
	return s;
}
