// SPDX-License-Identifier: MIT
/* test_btfout.c - type information and line table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "btfout.h"
#include "rawbpf_sys.h"
#include "t.h"
#include "t_unit.h"

Suite *suite_btfout(void);

static uint32_t get32(const unsigned char *p, bool be)
{
	return be ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
		  : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

struct sections {
	struct btfout_bytes btf, ext;
};

/* The sections of the unit, its functions of section "uprobe" only. */
static void make(struct unit *u, struct sections *s, bool be)
{
	struct btfout b;
	struct ir_func *funcs[2];
	uint32_t offsets[2] = {0, 48};

	unit_make(u, be);
	btfout_types(&b, &u->ir, &u->pool);
	funcs[0] = u->ir.funcs[0];
	funcs[1] = u->ir.funcs[2];
	btfout_section(&b, "uprobe", funcs, offsets, 2);
	btfout_finish(&b, &s->btf, &s->ext);
	ck_assert(!u->pool.failed);
}

static const char *str(const struct sections *s, uint32_t at, bool be)
{
	const unsigned char *p = s->btf.p;
	uint32_t off = 24 + get32(p + 16, be), len = get32(p + 20, be);

	ck_assert_uint_eq(off + len, s->btf.len);
	ck_assert_uint_lt(at, len);
	return (const char *)p + off + at;
}

START_TEST(line_table)
{
	static const struct {
		uint32_t offset, line, col;
		const char *text;
	} want[] = {
		{0, 2, 9, "r1 = 0 ; spaces at the end"},
		{8, 3, 9, "        r0 = &dist[0] ; or not"},
		{24, 4, 9, "call help"},
		{40, 5, 9, "exit"},
		{48, 3, 9, "        r0 = &dist[0] ; or not"},
		{64, 4000, 9, ""}, /* beyond the end of the text */
		{72, (1 << 22) - 1, 9, ""},
	};
	int be;

	for (be = 0; be < 2; be++) {
		struct unit u;
		struct sections s;
		const unsigned char *p;
		size_t i;

		make(&u, &s, be);
		p = s.ext.p + 32 + get32(s.ext.p + 16, be);
		ck_assert_uint_eq(get32(p, be), 16);
		ck_assert_str_eq(str(&s, get32(p + 4, be), be), "uprobe");
		ck_assert_uint_eq(get32(p + 8, be), sizeof(want) / sizeof(want[0]));
		p += 12;
		for (i = 0; i < sizeof(want) / sizeof(want[0]); i++, p += 16) {
			ck_assert_uint_eq(get32(p, be), want[i].offset);
			ck_assert_str_eq(str(&s, get32(p + 4, be), be), "unit.bpf");
			ck_assert_str_eq(str(&s, get32(p + 8, be), be), want[i].text);
			ck_assert_uint_eq(get32(p + 12, be), want[i].line << 10 | want[i].col);
		}
		/* one string for both uses of a line */
		ck_assert_uint_eq(get32(p - 16 * 3 + 8, be), get32(p - 16 * 6 + 8, be));
		pool_free(&u.pool);
	}
}
END_TEST

START_TEST(functions)
{
	struct unit u;
	struct sections s;
	const unsigned char *p;

	make(&u, &s, false);
	p = s.ext.p + 32;
	ck_assert_uint_eq(get32(p, false), 8);
	ck_assert_uint_eq(get32(p + 8, false), 2);
	ck_assert_uint_eq(get32(p + 12, false), 0);
	ck_assert_uint_eq(get32(p + 20, false), 48);
	ck_assert_uint_ne(get32(p + 16, false), get32(p + 24, false));
	pool_free(&u.pool);
}
END_TEST

/* Neither a long line nor a NUL in it nor a far column breaks the table. */
START_TEST(odd_lines)
{
	static char text[5000];
	struct unit u;
	struct btfout b;
	struct sections s;
	struct ir_func *f;
	uint32_t zero = 0;
	const unsigned char *p;

	unit_make(&u, false);
	memset(text, 'x', sizeof(text));
	text[4000] = '\n';
	text[4003] = '\0';
	u.src.text = text;
	u.src.len = sizeof(text);
	f = u.ir.funcs[3];
	f->lines[0].at = (struct pos){&u.src, 1, 3000};
	f->lines[1].at = (struct pos){&u.src, 2, 1};
	btfout_types(&b, &u.ir, &u.pool);
	btfout_section(&b, "x", &f, &zero, 1);
	btfout_finish(&b, &s.btf, &s.ext);
	p = s.ext.p + 32 + get32(s.ext.p + 16, false) + 12;
	ck_assert_uint_eq(strlen(str(&s, get32(p + 8, false), false)), 1000);
	ck_assert_uint_eq(get32(p + 12, false), 1 << 10 | 1023);
	ck_assert_str_eq(str(&s, get32(p + 16 + 8, false), false), "xx");
	pool_free(&u.pool);
}
END_TEST

/* names that the kernel would refuse a whole BTF for */
START_TEST(names)
{
	struct unit u;
	struct btfout b;
	struct sections s;
	uint32_t zero = 0;
	char longest[301];

	unit_make(&u, false);
	memset(longest, 'l', 300);
	longest[300] = '\0';
	u.ir.funcs[3]->name = "9a.b$c";
	u.ir.maps[0]->name = longest;
	btfout_types(&b, &u.ir, &u.pool);
	btfout_section(&b, "x", &u.ir.funcs[3], &zero, 1);
	btfout_finish(&b, &s.btf, &s.ext);
	longest[127] = '\0';
	ck_assert_ptr_nonnull(memmem(s.btf.p, s.btf.len, longest, 128));
	ck_assert_ptr_nonnull(memmem(s.btf.p, s.btf.len, "\0_a_b_c", 8));
	pool_free(&u.pool);
}
END_TEST

START_TEST(bpftool_reads_it)
{
	char path[] = "/tmp/rawbpf-btfout-XXXXXX", *out;
	unsigned char *data;
	struct unit u;
	size_t len;
	int fd, be;

	if (t_run(NULL, "command -v bpftool >/dev/null"))
		T_SKIP("no bpftool");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	for (be = 0; be < 2; be++) {
		unit_make(&u, be);
		ck_assert_int_eq(elfout_write(&u.ir, &u.pool, &data, &len), 0);
		ck_assert_int_eq(ftruncate(fd, 0), 0);
		ck_assert_int_eq(pwrite(fd, data, len, 0), (ssize_t)len);
		free(data);
		pool_free(&u.pool);
		ck_assert_msg(!t_run(&out, "bpftool btf dump file %s 2>&1", path), "%s", out);
		ck_assert_ptr_nonnull(strstr(out, "TYPEDEF 'rawbpf_log2' type_id="));
		ck_assert_ptr_nonnull(strstr(out, "TYPEDEF 'rawbpf_linear' type_id="));
		ck_assert_ptr_nonnull(strstr(out, "STRUCT 'key' size=32 vlen=4"));
		ck_assert_ptr_nonnull(strstr(out, "'delta' type_id="));
		ck_assert_ptr_nonnull(strstr(out, "DATASEC '.maps' size=176 vlen=6"));
		ck_assert_ptr_nonnull(strstr(out, "FUNC 'count'"));
		ck_assert_ptr_nonnull(strstr(out, "linkage=static"));
		free(out);
	}
	close(fd);
	unlink(path);
}
END_TEST

START_TEST(kernel_takes_it)
{
	const uint16_t one = 1;
	union rawbpf_attr a;
	static char log[1 << 16];
	struct sections s;
	struct unit u;
	long fd;

	T_NEED_ROOT();
	make(&u, &s, !*(const unsigned char *)&one);
	memset(&a, 0, sizeof(a));
	a.btf.btf = (uintptr_t)s.btf.p;
	a.btf.btf_size = (uint32_t)s.btf.len;
	a.btf.log_buf = (uintptr_t)log;
	a.btf.log_size = sizeof(log);
	a.btf.log_level = 1;
	fd = rawbpf_sys_bpf(RAWBPF_BTF_LOAD, &a, sizeof(a.btf));
	ck_assert_msg(fd >= 0, "%s", log);
	close((int)fd);
	pool_free(&u.pool);
}
END_TEST

/* far more lines than a file of the kernel's limit holds: the text goes first, not the table */
START_TEST(many_lines)
{
	enum { LINES = 200000, WIDTH = 100 };
	char *text = malloc((size_t)LINES * WIDTH);
	struct ir_line *lines = calloc(LINES, sizeof(*lines));
	struct ir_insn *insns = calloc(LINES, sizeof(*insns));
	struct ir_func f = {.name = "f", .section = "s", .is_prog = true};
	struct ir_func *funcs = &f;
	struct ir_unit ir = {0};
	struct pool pool = {0};
	struct src src = {.name = "big"};
	struct btfout b;
	struct sections s;
	uint32_t zero = 0;
	int i;

	ck_assert(text && lines && insns);
	for (i = 0; i < LINES; i++) {
		char *p = text + (size_t)i * WIDTH;

		memset(p, '.', WIDTH);
		snprintf(p, WIDTH, "%d", i);
		p[strlen(p)] = '.';
		p[WIDTH - 1] = '\n';
		lines[i].insn = (uint32_t)i;
		lines[i].at = (struct pos){&src, (uint32_t)i + 1, 1};
		insns[i].code = 0xb7;
	}
	src.text = text;
	src.len = (size_t)LINES * WIDTH;
	f.insns = insns;
	f.lines = lines;
	f.n_insns = f.n_lines = LINES;
	btfout_types(&b, &ir, &pool);
	btfout_section(&b, "s", &funcs, &zero, 1);
	btfout_finish(&b, &s.btf, &s.ext);
	ck_assert(!pool.failed);
	ck_assert_uint_lt(s.btf.len, 16 << 20);
	ck_assert_uint_eq(s.ext.len, 32 + 4 + 8 + 8 + 4 + 8 + (size_t)LINES * 16);
	pool_free(&pool);
	free(text);
	free(lines);
	free(insns);
}
END_TEST

Suite *suite_btfout(void)
{
	Suite *s = suite_create("btfout");
	TCase *t = tcase_create("btf"), *live = tcase_create("live");

	tcase_set_timeout(t, 30);
	tcase_add_test(t, line_table);
	tcase_add_test(t, functions);
	tcase_add_test(t, odd_lines);
	tcase_add_test(t, names);
	tcase_add_test(t, bpftool_reads_it);
	tcase_add_test(t, many_lines);
	suite_add_tcase(s, t);
	tcase_set_timeout(live, 60);
	tcase_add_test(live, kernel_takes_it);
	suite_add_tcase(s, live);
	return s;
}
