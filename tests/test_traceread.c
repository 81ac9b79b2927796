// SPDX-License-Identifier: MIT
/* test_traceread.c - records out of reads that end anywhere. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "traceread.h"

#define L1 "            bash-12     [001] d..1.  1768.945420: bpf_trace_printk: "
#define L2 "         sleep-1-1313131 [003] ...21  1769.000001: bpf_trace_printk: "

enum { FAKE_FD = 1000 };

/* A fd whose reads the test answers: pieces of text, with "nothing now" between them. */
struct fake {
	const char *text;
	size_t len, at, step;
	bool gaps, ends; /* -EAGAIN after each piece; 0 at the end, else -EAGAIN */
	bool gap;
	int reads, polls;
};

static long fake_call(void *arg, const struct rawbpf_call *c)
{
	struct fake *f = arg;
	size_t n = f->len - f->at;

	if (c->kind == RAWBPF_CALL_POLL) {
		f->polls++;
		return (int)c->arg[2] < 0 ? 1 : 0;
	}
	ck_assert_int_eq(c->kind, RAWBPF_CALL_READ);
	ck_assert_int_eq((int)c->arg[0], FAKE_FD);
	f->reads++;
	f->gap = f->gaps && !f->gap;
	if (f->gap && n)
		return -EAGAIN;
	if (!n)
		return f->ends ? 0 : -EAGAIN;
	if (n > f->step)
		n = f->step;
	if (n > c->arg[2])
		n = c->arg[2];
	memcpy((void *)c->arg[1], f->text + f->at, n);
	f->at += n;
	return (long)n;
}

/* All blocks as "K:TEXT" joined by '|'; asked until all is read and nothing comes. */
static char *blocks(struct fake *f, int64_t deadline)
{
	struct sys s = {.hook = fake_call, .arg = f};
	struct traceread r = {.fd = FAKE_FD};
	struct traceread_block b;
	struct buf out = {0};
	int ret, idle = 0;

	while (idle < 3) {
		ret = traceread_next(&s, &r, deadline, &b);
		ck_assert_int_ge(ret, 0);
		idle = ret || f->at < f->len ? 0 : idle + 1;
		if (!ret)
			continue;
		buf_printf(&out, "%s%c:", out.len ? "|" : "", "RLO"[b.kind]);
		buf_add(&out, b.text, b.len);
	}
	r.fd = -1;
	traceread_close(&s, &r);
	return buf_steal(&out);
}

static const char stream[] = "orphan\n" L1 "one\n" L2 "two\n\n" L1 "three\nmore\n\nend\n"
			     "CPU:1 [LOST 7 EVENTS]\n" L2 "four\n" L1 "five\n";
static const char want[] = "O:orphan|R:" L1 "one|R:" L2 "two|R:" L1 "three\nmore\n\nend"
			   "|L:CPU:1 [LOST 7 EVENTS]|R:" L2 "four|R:" L1 "five";

/* Pieces of every size: what comes without a pause is never split. */
START_TEST(any_piece_size)
{
	size_t step;

	for (step = 1; step < sizeof(stream); step++) {
		struct fake f = {.text = stream, .len = sizeof(stream) - 1, .step = step};
		char *got = blocks(&f, TRACEREAD_NOWAIT);

		ck_assert_msg(!strcmp(got, want), "step %zu: %s", step, got);
		free(got);
	}
}
END_TEST

/* A pause anywhere inside a line loses nothing. */
START_TEST(pause_inside_lines)
{
	static const char lines[] = L1 "one\n" L2 "two\n" L1 "three\n";
	size_t step;

	for (step = 1; step < sizeof(lines); step++) {
		struct fake f = {
			.text = lines, .len = sizeof(lines) - 1, .step = step, .gaps = true};
		char *got = blocks(&f, TRACEREAD_NOWAIT);

		ck_assert_msg(!strcmp(got, "R:" L1 "one|R:" L2 "two|R:" L1 "three"), "step %zu: %s",
			step, got);
		free(got);
	}
}
END_TEST

/* A record is not held back by the half of the next one. */
START_TEST(half_a_line_waits)
{
	static const char lines[] = L1 "one\n" L2 "tw";
	struct fake f = {.text = lines, .len = sizeof(lines) - 1, .step = 8192};
	struct sys s = {.hook = fake_call, .arg = &f};
	struct traceread r = {.fd = FAKE_FD};
	struct traceread_block b;

	ck_assert_int_eq(traceread_next(&s, &r, TRACEREAD_NOWAIT, &b), 1);
	ck_assert_mem_eq(b.text + b.len - 3, "one", 3);
	ck_assert_int_eq(traceread_next(&s, &r, TRACEREAD_NOWAIT, &b), 0);
	f = (struct fake){.text = "o\n", .len = 2, .step = 8192};
	ck_assert_int_eq(traceread_next(&s, &r, TRACEREAD_NOWAIT, &b), 1);
	ck_assert_mem_eq(b.text + b.len - 3, "two", 3);
	ck_assert_int_eq(traceread_next(&s, &r, TRACEREAD_NOWAIT, &b), 0);
	r.fd = -1;
	traceread_close(&s, &r);
}
END_TEST

/* A record of very many lines: were each read to begin again, the test's time would not do. */
START_TEST(endless_record)
{
	const size_t lines = 3000000, head = sizeof(L1) - 1;
	char *text = malloc(head + 5 * lines), *got;
	struct fake f = {.text = text, .len = head + 5 * lines, .step = 8192};
	size_t i;

	memcpy(text, L1, head);
	for (i = 0; i < lines; i++)
		memcpy(text + head + 5 * i, "more\n", 5);
	got = blocks(&f, TRACEREAD_NOWAIT);
	ck_assert_uint_eq(strlen(got), 2 + f.len - 1);
	free(got);
	free(text);
}
END_TEST

START_TEST(end_of_pipe)
{
	static const char lines[] = L1 "one\n" L2 "two\nrest";
	struct fake f = {.text = lines, .len = sizeof(lines) - 1, .step = 50, .ends = true};
	char *got = blocks(&f, TRACEREAD_NOWAIT);

	ck_assert_str_eq(got, "R:" L1 "one"); /* a live pipe's line may still grow */
	free(got);
}
END_TEST

static long file_call(void *arg, const struct rawbpf_call *c)
{
	return c->kind == RAWBPF_CALL_POLL ? 1 : fake_call(arg, c);
}

/* The last line of a file may lack its newline. */
START_TEST(file_ends)
{
	static const char lines[] = L1 "one\n" L2 "two\nrest";
	struct fake f = {.text = lines, .len = sizeof(lines) - 1, .step = 50, .ends = true};
	struct sys s = {.hook = file_call, .arg = &f};
	struct traceread r = {.fd = FAKE_FD, .blocks = true};
	struct traceread_block b;

	ck_assert_int_eq(traceread_next(&s, &r, TRACEREAD_FOREVER, &b), 1);
	ck_assert_int_eq(traceread_next(&s, &r, TRACEREAD_FOREVER, &b), 1);
	ck_assert_mem_eq(b.text + b.len - 8, "two\nrest", 8);
	ck_assert_int_eq(traceread_next(&s, &r, TRACEREAD_FOREVER, &b), 0);
	f.reads = 0;
	ck_assert_int_eq(traceread_next(&s, &r, TRACEREAD_FOREVER, &b), 0);
	ck_assert_int_eq(f.reads, 0);
	r.fd = -1;
	traceread_close(&s, &r);
}
END_TEST

/* A live pipe that says "end" is asked twice with a pause between, then the caller decides. */
START_TEST(end_is_no_busy_loop)
{
	struct fake f = {.text = "", .ends = true};
	struct sys s = {.hook = fake_call, .arg = &f};
	struct traceread r = {.fd = FAKE_FD};
	struct traceread_block b;

	ck_assert_int_eq(traceread_next(&s, &r, TRACEREAD_FOREVER, &b), 0);
	ck_assert_int_eq(f.reads, 2);
	ck_assert_int_eq(f.polls, 1);
	r.fd = -1;
	traceread_close(&s, &r);
}
END_TEST

START_TEST(very_long_line)
{
	size_t n = 3 << 20;
	char *text = malloc(n + sizeof(L1) + 2), *got;
	struct fake f = {.text = text, .step = 8192};

	ck_assert_ptr_nonnull(text);
	strcpy(text, L1);
	memset(text + sizeof(L1) - 1, 'x', n);
	strcpy(text + sizeof(L1) - 1 + n, "\n");
	f.len = strlen(text);
	got = blocks(&f, TRACEREAD_NOWAIT);
	ck_assert_uint_eq(strlen(got), f.len + 1);
	free(got);
	free(text);
}
END_TEST

/* One record of a process that chose its name, and its message. */
static void put_record(struct buf *out, const char *name, const char *msg)
{
	buf_printf(out, "%16s-%-7d [%03d] d..21 %5d.%06d: bpf_trace_printk: %s\n", name, 25477, 1,
		1768, 945420, msg);
}

/* The blocks of text come out as wanted, whatever a read holds. */
static void check_blocks(const char *text, const char *wanted, size_t step)
{
	struct fake f = {.text = text, .len = strlen(text), .step = step};
	char *got = blocks(&f, TRACEREAD_NOWAIT);

	ck_assert_msg(!strcmp(got, wanted), "step %zu: %s\nwanted %s", step, got, wanted);
	free(got);
}

/* A name of newlines, alone and among others' records. */
START_TEST(names_with_newlines)
{
	static const char *const names[] = {"a\nb", "\n", "\nab", "ab\n", "\n\n\n", "x\n\ny",
		"\n12345678901234", "12345678901234\n", "\n       a",
		"a\n-1 [0] 5: ", "\n-1 [0] d 5.5: ", "\n        -1 [0]", "-1 [0] 5: x: y",
		"\nabcdefgh-1 0d ", "abcdefg\n-1 0d 5", "\033[2J\a\x9bX\n\r", "CPU:1 [LOST 1\n",
		"# x\n#", "\n# tracer: nop", "a\n\t", "-\n-", "a-1\nb-2",
		"\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n", "\n\n\n\n\n\n\n\n-1 0d 5"};
	size_t i, j, step;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct buf in = {0}, out = {0};

		for (j = 0; j < 4; j++) {
			const char *name = j % 2 ? "bash" : names[i];
			const char *msg = j < 2 ? "plain" : "two\n  ab";

			ck_assert_uint_le(strlen(name), 15);
			put_record(&in, name, msg);
			buf_puts(&out, j ? "|R:" : "R:");
			put_record(&out, name, msg);
			out.data[--out.len] = '\0';
		}
		for (step = 1; step < in.len; step += step < 300 ? 1 : 97)
			check_blocks(buf_str(&in), buf_str(&out), step);
		check_blocks(buf_str(&in), buf_str(&out), in.len);
		buf_free(&in);
		buf_free(&out);
	}
}
END_TEST

/* Names of any bytes that a header has: each record comes out alone and as it went in. */
START_TEST(names_imitate_headers)
{
	static const char bytes[] = "\n\n\n  --1190[]()d.:,#u\ts";
	unsigned seed = 1, round, i, n;
	char name[16];

	for (round = 0; round < 3000; round++) {
		struct buf in = {0}, out = {0};

		for (i = 0; i < 5; i++) {
			for (n = 0; n < 15 && rand_r(&seed) % 16; n++)
				name[n] = bytes[rand_r(&seed) % (sizeof(bytes) - 1)];
			name[n] = '\0';
			put_record(&in, name, i % 2 ? "m" : "x\n   y");
			buf_puts(&out, i ? "|R:" : "R:");
			put_record(&out, name, i % 2 ? "m" : "x\n   y");
			out.data[--out.len] = '\0';
		}
		check_blocks(buf_str(&in), buf_str(&out), in.len);
		check_blocks(buf_str(&in), buf_str(&out), 1 + rand_r(&seed) % in.len);
		buf_free(&in);
		buf_free(&out);
	}
}
END_TEST

/* The same with the option latency-format, which cuts names to eight columns. */
START_TEST(newlines_in_latency_format)
{
	static const char bytes[] = "\n\n\n  --1190[]()d.:,#u\ts";
	unsigned seed = 1, round, i, n;
	char name[16];

	for (round = 0; round < 3000; round++) {
		struct buf in = {0}, out = {0};

		for (i = 0; i < 5; i++) {
			for (n = 0; n < 15 && rand_r(&seed) % 16; n++)
				name[n] = bytes[rand_r(&seed) % (sizeof(bytes) - 1)];
			name[n] = '\0';
			n = (unsigned)out.len;
			buf_printf(&out, "%sR:", i ? "|" : "");
			n = (unsigned)out.len;
			buf_printf(&out, "%8.8s-%-7d %3d%s %4dus : bpf_trace_printk: m", name,
				25477, 1, "d..21", 291326);
			buf_add(&in, out.data + n, out.len - n);
			buf_add(&in, "\n", 1);
		}
		check_blocks(buf_str(&in), buf_str(&out), in.len);
		check_blocks(buf_str(&in), buf_str(&out), 1 + rand_r(&seed) % in.len);
		buf_free(&in);
		buf_free(&out);
	}
}
END_TEST

static long interrupted(void *arg, const struct rawbpf_call *c)
{
	(void)arg;
	return c->kind == RAWBPF_CALL_POLL ? -EINTR : -EAGAIN;
}

static long broken(void *arg, const struct rawbpf_call *c)
{
	(void)arg;
	(void)c;
	return -EIO;
}

START_TEST(signals_and_errors)
{
	struct sys s = {.hook = interrupted};
	struct traceread r = {.fd = FAKE_FD};
	struct traceread_block b;

	ck_assert_int_eq(traceread_next(&s, &r, TRACEREAD_FOREVER, &b), -EINTR);
	ck_assert_int_eq(traceread_next(&s, &r, traceread_deadline(1000), &b), -EINTR);
	ck_assert_int_eq(traceread_next(&s, &r, TRACEREAD_NOWAIT, &b), 0);
	s.hook = broken;
	ck_assert_int_eq(traceread_next(&s, &r, TRACEREAD_NOWAIT, &b), -EIO);
	r.fd = -1;
	traceread_close(&s, &r);
}
END_TEST

START_TEST(no_memory)
{
	struct fake f = {.text = stream, .len = sizeof(stream) - 1, .step = 8192};
	struct sys s = {.hook = fake_call, .arg = &f};
	struct traceread r = {.fd = FAKE_FD};
	struct traceread_block b;
	int ret;

	t_fail_alloc_at(1);
	ret = traceread_next(&s, &r, TRACEREAD_NOWAIT, &b);
	ck_assert(t_alloc_failed());
	ck_assert_int_eq(ret, -ENOMEM);
	/* nothing was lost by it */
	ck_assert_int_eq(traceread_next(&s, &r, TRACEREAD_NOWAIT, &b), 1);
	r.fd = -1;
	traceread_close(&s, &r);
}
END_TEST

Suite *suite_traceread(void);
Suite *suite_traceread(void)
{
	Suite *s = suite_create("traceread");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, any_piece_size);
	tcase_add_test(t, pause_inside_lines);
	tcase_add_test(t, half_a_line_waits);
	tcase_add_test(t, endless_record);
	tcase_add_test(t, end_of_pipe);
	tcase_add_test(t, file_ends);
	tcase_add_test(t, end_is_no_busy_loop);
	tcase_add_test(t, very_long_line);
	tcase_add_test(t, names_with_newlines);
	tcase_add_test(t, names_imitate_headers);
	tcase_add_test(t, newlines_in_latency_format);
	tcase_add_test(t, signals_and_errors);
	tcase_add_test(t, no_memory);
	suite_add_tcase(s, t);
	return s;
}
