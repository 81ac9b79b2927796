// SPDX-License-Identifier: MIT
/* test_note.c - USDT notes: golden files, made files of all forms (real ones: test_usdt_parity.c). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "note.h"
#include "rawbpf.h"
#include "t.h"
#include "t_note.h"

/* ---- what was found ------------------------------------------------------------------------ */

struct found {
	char text[1 << 17]; /* a line for each probe */
	size_t n, len, bad_operands;
	int stop_at;
};

static int collect(void *arg, const struct rawbpf_usdt_probe *p)
{
	struct found *f = arg;
	struct rawbpf_usdt_arg a;
	char operand[256];
	const char *args = p->args;

	f->n++;
	f->len += (size_t)snprintf(f->text + f->len, sizeof(f->text) - f->len,
		"probe %s %s 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64
		"|%s\n",
		p->provider, p->name, p->addr, p->base, p->semaphore, p->offset, p->sem_offset,
		p->args);
	ck_assert_uint_lt(f->len, sizeof(f->text));
	while (rawbpf_usdt_next_arg(&args, operand, sizeof(operand)) != 0)
		f->bad_operands += rawbpf_usdt_parse_arg(p->machine, operand, &a, NULL) != 0;
	return f->stop_at && (int)f->n == f->stop_at ? 42 : 0;
}

static struct found *parse(struct t_note *m, int want)
{
	struct found *f = calloc(1, sizeof(*f));
	struct rawbpf_error e;
	int r;

	t_note_make(m);
	r = rawbpf_usdt_parse_notes(m->file, m->len, collect, f, &e);
	ck_assert_msg(r == want, "%d, not %d: %s", r, want, r < 0 ? e.msg : "");
	return f;
}

/* ---- tests --------------------------------------------------------------------------------- */

static const struct {
	unsigned bits;
	bool big;
	uint16_t machine, type;
} forms[] = {
	{64, false, 62, 3},
	{64, false, 62, 2},
	{32, false, 3, 3},
	{32, false, 40, 2},
	{32, true, 20, 2},
	{64, true, 22, 3},
	{64, false, 183, 3},
	{32, true, 8, 2},
};

START_TEST(all_forms)
{
	struct t_note *m =
		t_note_new(forms[_i].bits, forms[_i].big, forms[_i].machine, forms[_i].type);
	struct found *f;

	m->base_section = 0x400800;
	t_note_add(m, 0, (const uint64_t[]){0x400123, 0x400800, 0x600004}, "p", "with", "");
	t_note_add(m, 0, (const uint64_t[]){0x400200, 0x400800, 0}, "prov", "without", NULL);
	t_note_add(m, 1, (const uint64_t[]){0x40ffff, 0x400800, 0}, "p", "other_section", "");
	f = parse(m, 0);
	ck_assert_str_eq(f->text, "probe p with 0x400123 0x400800 0x600004 0x1123 0x12004|\n"
				  "probe prov without 0x400200 0x400800 0x0 0x1200 0x0|\n"
				  "probe p other_section 0x40ffff 0x400800 0x0 0x10fff 0x0|\n");
	free(f);
	free(m);
}
END_TEST

/* prelink moved code and data by 0x1000 up, or down (the sum then wraps) */
START_TEST(moved)
{
	struct t_note *m =
		t_note_new(forms[_i].bits, forms[_i].big, forms[_i].machine, forms[_i].type);
	struct found *f;

	m->base_section = 0x401800;
	t_note_add(m, 0, (const uint64_t[]){0x400123, 0x400800, 0x600004}, "p", "up", "");
	t_note_add(m, 0, (const uint64_t[]){0x402123, 0x402800, 0x602004}, "p", "down", "");
	/* no base in the note: nothing to go by */
	t_note_add(m, 0, (const uint64_t[]){0x400123, 0, 0x600004}, "p", "still", "");
	f = parse(m, 0);
	ck_assert_str_eq(f->text, "probe p up 0x400123 0x400800 0x600004 0x2123 0x13004|\n"
				  "probe p down 0x402123 0x402800 0x602004 0x2123 0x13004|\n"
				  "probe p still 0x400123 0x0 0x600004 0x1123 0x12004|\n");
	free(f);
	free(m);
}
END_TEST

/* An address in no segment of its kind has no file offset. */
START_TEST(outside_segments)
{
	struct t_note *m = t_note_new(64, false, 62, 3);
	struct found *f;

	t_note_add(m, 0, (const uint64_t[]){0x600010, 0, 0x400010}, "p", "swapped", "");
	t_note_add(m, 0, (const uint64_t[]){0x410000, 0, UINT64_MAX}, "p", "past", "");
	f = parse(m, 0);
	ck_assert_str_eq(f->text, "probe p swapped 0x600010 0x0 0x400010 0x0 0x0|\n"
				  "probe p past 0x410000 0x0 0xffffffffffffffff 0x0 0x0|\n");
	free(f);
	free(m);
}
END_TEST

START_TEST(callback_stops)
{
	struct t_note *m = t_note_new(64, false, 62, 3);
	struct found f = {.stop_at = 2};
	struct rawbpf_error e;
	int i;

	for (i = 0; i < 5; i++)
		t_note_add(m, 0, (const uint64_t[]){0x400000, 0, 0}, "p", "n", "");
	t_note_make(m);
	ck_assert_int_eq(rawbpf_usdt_parse_notes(m->file, m->len, collect, &f, &e), 42);
	ck_assert_uint_eq(f.n, 2);
	free(m);
}
END_TEST

/* Two sections over the same bytes, of which the file has not so many. */
START_TEST(overlapping)
{
	struct t_note *m = t_note_new(64, false, 62, 3);
	struct found *f = calloc(1, sizeof(*f));
	struct rawbpf_error e;
	unsigned char *first;
	uint64_t headers;
	int i;

	for (i = 0; i < 500; i++)
		t_note_add(m, 0, (const uint64_t[]){0x400000, 0, 0}, "p", "n", "");
	t_note_add(m, 1, (const uint64_t[]){0x400000, 0, 0}, "p", "n", "");
	t_note_make(m);
	memcpy(&headers, m->file + 40, 8);
	first = m->file + headers + 64;
	/* offset and size */
	memcpy(first + 64 + 24, first + 24, 16);
	ck_assert_int_eq(rawbpf_usdt_parse_notes(m->file, m->len, collect, f, &e), -ENOEXEC);
	ck_assert_ptr_nonnull(strstr(e.msg, "sections '.note.stapsdt' of '<image>' overlap"));
	ck_assert_uint_eq(f->n, 500);
	free(f);
	free(m);
}
END_TEST

/* Other notes in the section are passed over. */
START_TEST(foreign_notes)
{
	struct t_note *m = t_note_new(64, false, 62, 3);
	struct found *f;

	t_note_add(m, 0, (const uint64_t[]){0x400000, 0, 0}, "p", "n", "");
	memcpy(m->notes[0] + 12, "othersdt", 8);
	t_note_add(m, 0, (const uint64_t[]){0x400001, 0, 0}, "p", "m", "");
	f = parse(m, 0);
	ck_assert_str_eq(f->text, "probe p m 0x400001 0x0 0x0 0x1001 0x0|\n");
	free(f);
	free(m);
}
END_TEST

START_TEST(damaged)
{
	static const struct {
		size_t at, n;
		uint64_t v;
	} rows[] = {
		{0, 4, 0xffffffff}, /* name's size */
		{4, 4, 0xfffffff0}, /* desc's size */
		{4, 4, 23},	    /* too short for the addresses */
		{4, 4, 25},	    /* the provider does not end */
		{4, 4, 28},	    /* the name does not end */
	};
	struct t_note *m;
	struct found *f;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		m = t_note_new(64, false, 62, 3);
		t_note_add(m, 0, (const uint64_t[]){0x400000, 0, 0}, "prov", "name", "8@%rax");
		t_note_put(m, m->notes[0] + rows[i].at, rows[i].v, rows[i].n);
		f = parse(m, -ENOEXEC);
		ck_assert_uint_eq(f->n, 0);
		free(f);
		free(m);
	}
}
END_TEST

/* Sizes that lie hide what is behind them, but no other damage does. */
START_TEST(damaged_hides_none)
{
	struct t_note *m = t_note_new(64, false, 62, 3);
	struct found *f;

	t_note_add(m, 0, (const uint64_t[]){0x400000, 0, 0}, "pro", "nam", "args123");
	t_note_add(m, 0, (const uint64_t[]){0x400001, 0, 0}, "last", "one", "");
	memset(m->notes[0] + 20 + 24, 'x', 16);
	f = parse(m, -ENOEXEC);
	ck_assert_str_eq(f->text, "probe last one 0x400001 0x0 0x0 0x1001 0x0|\n");
	free(f);
	free(m);
}
END_TEST

/* Odd, and as others read them: names of no length. */
START_TEST(empty_names)
{
	struct t_note *m = t_note_new(64, false, 62, 3);
	struct found *f;

	t_note_add(m, 0, (const uint64_t[]){0x400000, 0, 0}, "prov", "", "");
	t_note_add(m, 0, (const uint64_t[]){0x400001, 0, 0}, "", "name", "");
	t_note_add(m, 0, (const uint64_t[]){0x400002, 0, 0}, "last", "one", "");
	f = parse(m, 0);
	ck_assert_str_eq(f->text, "probe prov  0x400000 0x0 0x0 0x1000 0x0|\n"
				  "probe  name 0x400001 0x0 0x0 0x1001 0x0|\n"
				  "probe last one 0x400002 0x0 0x0 0x1002 0x0|\n");
	free(f);
	free(m);
}
END_TEST

/* What is behind the last string's NUL is nobody's, whatever it is. */
START_TEST(bytes_behind)
{
	struct t_note *m = t_note_new(64, false, 62, 3);
	struct found *f;

	t_note_add(m, 0, (const uint64_t[]){0x400000, 0, 0}, "prov", "name", "8@%rax");
	t_note_put(m, m->notes[0] + 4, 24 + 5 + 5 + 7 + 2, 4);
	memcpy(m->notes[0] + 20 + 24 + 5 + 5 + 7, "xy\0", 3);
	m->note_len[0] = 20 + 24 + 20;
	t_note_add(m, 0, (const uint64_t[]){0x400001, 0, 0}, "prov", "next", "");
	f = parse(m, 0);
	ck_assert_str_eq(f->text, "probe prov name 0x400000 0x0 0x0 0x1000 0x0|8@%rax\n"
				  "probe prov next 0x400001 0x0 0x0 0x1001 0x0|\n");
	free(f);
	free(m);
}
END_TEST

START_TEST(no_probes)
{
	struct t_note *m = t_note_new(64, false, 62, 3);
	struct found *f = parse(m, 0);
	struct rawbpf_error e;

	ck_assert_uint_eq(f->n, 0);
	ck_assert_int_lt(rawbpf_usdt_parse_notes("x", 1, collect, f, &e), 0);
	ck_assert_int_lt(rawbpf_usdt_parse_notes(NULL, 0, collect, f, NULL), 0);
	free(f);
	free(m);
}
END_TEST

/* What objcopy --rename-section makes: probes by their notes; others' notes, damaged too, are none. */
START_TEST(renamed)
{
	struct t_note *m = t_note_new(64, false, 62, 3);
	struct found *f;

	t_note_add(m, 0, (const uint64_t[]){0x400001, 0, 0}, "p", "one", "");
	t_note_add(m, 1, (const uint64_t[]){0x400002, 0, 0}, "p", "two", "");
	m->renamed = true;
	f = parse(m, 0);
	ck_assert_str_eq(f->text, "probe p one 0x400001 0x0 0x0 0x1001 0x0|\n"
				  "probe p two 0x400002 0x0 0x0 0x1002 0x0|\n");
	free(f);
	memcpy(m->notes[0] + 12, "GNU", 4);
	f = parse(m, 0);
	ck_assert_str_eq(f->text, "probe p two 0x400002 0x0 0x0 0x1002 0x0|\n");
	free(f);
	t_note_put(m, m->notes[0], 1 << 30, 4);
	f = parse(m, 0);
	ck_assert_uint_eq(f->n, 1);
	free(f);
	m->renamed = false;
	f = parse(m, -ENOEXEC);
	free(f);
	free(m);
}
END_TEST

START_TEST(no_function)
{
	struct rawbpf_error e;

	ck_assert_int_eq(rawbpf_usdt_parse_notes("x", 1, NULL, NULL, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.msg, "no function to call"));
	ck_assert_int_eq(rawbpf_usdt_parse_notes("x", 1, NULL, NULL, NULL), -EINVAL);
}
END_TEST

/* Every cut, and many changed bytes: an answer or an error, nothing else. */
START_TEST(hostile)
{
	struct t_note *m =
		t_note_new(forms[_i].bits, forms[_i].big, forms[_i].machine, forms[_i].type);
	struct found *f = calloc(1, sizeof(*f));
	struct rawbpf_error e;
	unsigned seed = 7;
	unsigned char *p;
	size_t n, k;

	m->base_section = 0x400800;
	for (k = 0; k < 4; k++)
		t_note_add(m, (int)k & 1, (const uint64_t[]){0x400123, 0x400800, 0x600004}, "prov",
			"name", "8@%rax -4@[sp, 8] 4@$5");
	t_note_make(m);
	for (n = 0; n <= m->len; n++) {
		p = malloc(n ? n : 1);
		memcpy(p, m->file, n);
		f->len = 0;
		rawbpf_usdt_parse_notes(p, n, collect, f, &e);
		free(p);
	}
	for (n = 0; n < 3000; n++) {
		p = malloc(m->len);
		memcpy(p, m->file, m->len);
		for (k = 0; k < 1 + n % 5; k++) {
			seed = seed * 1664525u + 1013904223u;
			p[(seed >> 8) % m->len] = n & 1 ? (unsigned char)seed : 0xff;
		}
		f->len = 0;
		rawbpf_usdt_parse_notes(p, m->len, collect, f, &e);
		free(p);
	}
	free(f);
	free(m);
}
END_TEST

/* ---- golden -------------------------------------------------------------------------------- */

static uint16_t golden_machine(const char *name)
{
	static const struct {
		const char *name;
		uint16_t machine;
	} rows[] = {{"x86_64", 62}, {"i386", 3}, {"aarch64", 183}, {"arm", 40}, {"ppc64", 21},
		{"ppc", 20}, {"s390", 22}, {"riscv", 243}, {"mips", 8}, {"loongarch", 258}};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!strcmp(rows[i].name, name))
			return rows[i].machine;
	ck_abort_msg("no machine '%s'", name);
	return 0;
}

/* One file of the golden set. */
struct golden {
	char suite[16], arch[16], path[512], sha[80], probes[1 << 17];
	size_t len, n;
	struct t_note *m;
};

static void golden_probe(struct golden *g, const char *line)
{
	char provider[128], name[128];
	uint64_t a[3], off, sem_off;
	const char *args = strchr(line, '|');
	struct t_note_seg *s = g->m->segs;

	ck_assert_ptr_nonnull(args);
	ck_assert_int_eq(sscanf(line,
				 "probe %127s %127s %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64
				 " %" SCNx64,
				 provider, name, &a[0], &a[1], &a[2], &off, &sem_off),
		7);
	/* two segments with the distances that the real ones have */
	s[0] = (struct t_note_seg){a[0] - off, 0, UINT32_MAX, 5};
	if (a[2])
		s[1] = (struct t_note_seg){a[2] - sem_off, 0, UINT32_MAX, 6};
	t_note_add(g->m, g->n & 1, a, provider, name, args + 1);
	g->n++;
	g->len += (size_t)snprintf(g->probes + g->len, sizeof(g->probes) - g->len, "%s\n", line);
}

/* fn for every file of truth.txt */
static void each_golden(void (*fn)(struct golden *g, void *arg), void *arg)
{
	char *data = t_data("usdt/truth.txt", NULL), *line, *next, order[8], machine[32], type[8];
	struct golden *g = calloc(1, sizeof(*g));
	unsigned bits;
	uint64_t base;

	for (line = data; *line; line = next) {
		next = strchr(line, '\n');
		*next++ = '\0';
		if (sscanf(line, "file %15s %15s %*s %511s", g->suite, g->arch, g->path) == 3) {
			g->len = g->n = 0;
		} else if (sscanf(line, "sha256 %79s", g->sha) == 1) {
			continue;
		} else if (sscanf(line, "elf %u %7s %31s %7s base-section %" SCNx64, &bits, order,
				   machine, type, &base) == 5) {
			g->m = t_note_new(bits, !strcmp(order, "be"), golden_machine(machine),
				!strcmp(type, "EXEC") ? 2 : 3);
			g->m->base_section = base;
		} else if (!strncmp(line, "probe ", 6)) {
			golden_probe(g, line);
		} else if (!strcmp(line, "end")) {
			fn(g, arg);
			free(g->m);
		}
	}
	free(g);
	free(data);
}

/*
 * Other CPUs' files are not on this machine, but their notes can be made again from what is true
 * of them: class, order, addresses, arguments.
 */
static void remade(struct golden *g, void *arg)
{
	struct found *f = calloc(1, sizeof(*f));
	struct rawbpf_error e;
	char *line, *next;
	int r;

	t_note_make(g->m);
	r = rawbpf_usdt_parse_notes(g->m->file, g->m->len, collect, f, &e);
	ck_assert_msg(!r, "%s: %s", g->path, e.msg);
	ck_assert_uint_eq(f->n, g->n);
	ck_assert_msg(
		!f->bad_operands, "%s: %zu operands not understood", g->path, f->bad_operands);
	/* notes went to two sections in turn, so the order differs */
	for (line = g->probes; *line; line = next) {
		next = strchr(line, '\n') + 1;
		ck_assert_msg(memmem(f->text, f->len, line, (size_t)(next - line)), "%s: no %.*s",
			g->path, (int)(next - line), line);
	}
	free(f);
	++*(int *)arg;
}

START_TEST(golden_remade)
{
	int n = 0;

	each_golden(remade, &n);
	ck_assert_int_ge(n, 11);
}
END_TEST

struct golden_count {
	int checked, absent;
};

static bool has_sha(const char *path, const char *sha)
{
	char *out;
	bool same;

	t_run(&out, "sha256sum '%s' 2>/dev/null", path);
	same = !strncmp(out, sha, 64);
	free(out);
	return same;
}

/* The real file, when it is here and the same: installed, or unpacked by tests/packages.sh. */
static void real(struct golden *g, void *arg)
{
	const char *unpacked = getenv("USDT_FILES");
	struct golden_count *c = arg;
	struct rawbpf_error e;
	struct found *f;
	char path[1024];
	int r;

	snprintf(path, sizeof(path), "%s/%s-%s/%s", unpacked ? unpacked : "", g->suite, g->arch,
		g->path);
	if (!unpacked || !has_sha(path, g->sha))
		snprintf(path, sizeof(path), "/%s", g->path);
	if (!has_sha(path, g->sha)) {
		c->absent++;
		return;
	}
	f = calloc(1, sizeof(*f));
	r = rawbpf_usdt_each(path, 0, collect, f, &e);
	ck_assert_msg(!r, "%s", e.msg);
	ck_assert_str_eq(f->text, g->probes);
	ck_assert_msg(!f->bad_operands, "%s: %zu operands not understood", path, f->bad_operands);
	free(f);
	c->checked++;
}

START_TEST(golden_files)
{
	struct golden_count c = {0, 0};

	each_golden(real, &c);
	if (c.absent)
		T_SKIP("%d files checked; %d are not on this machine with the same sha256",
			c.checked, c.absent);
}
END_TEST

Suite *suite_note(void);
Suite *suite_note(void)
{
	Suite *s = suite_create("note");
	TCase *t = tcase_create("unit");
	int n = sizeof(forms) / sizeof(*forms);

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, all_forms, 0, n);
	tcase_add_loop_test(t, moved, 0, n);
	tcase_add_test(t, outside_segments);
	tcase_add_test(t, callback_stops);
	tcase_add_test(t, overlapping);
	tcase_add_test(t, foreign_notes);
	tcase_add_test(t, damaged);
	tcase_add_test(t, damaged_hides_none);
	tcase_add_test(t, empty_names);
	tcase_add_test(t, bytes_behind);
	tcase_add_test(t, no_probes);
	tcase_add_test(t, renamed);
	tcase_add_test(t, no_function);
	tcase_add_loop_test(t, hostile, 0, n);
	tcase_add_test(t, golden_remade);
	tcase_add_test(t, golden_files);
	suite_add_tcase(s, t);
	return s;
}
