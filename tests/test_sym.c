// SPDX-License-Identifier: MIT
/* test_sym.c - the functions of a file, and where they are. */
#include "sym.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ifunc.h"
#include "symfind.h"
#include "t.h"
#include "t_sym.h"

static struct rawbpf_sym found(struct sym_file *f, const char *name)
{
	struct rawbpf_error e;
	struct symfind r;

	ck_assert_msg(!symfind_one(f, name, "t", &r, &e), "%s", e.msg);
	return r.sym;
}

static uint64_t offset_of(struct sym_file *f, const char *name)
{
	return found(f, name).offset;
}

START_TEST(thumb)
{
	static const struct t_elf_sym arm[] = {
		T_ELF_FN("arm", NULL, T_ELF_AT(0x10), STB_GLOBAL),
		T_ELF_FN("thumb", NULL, T_ELF_AT(0x21), STB_GLOBAL),
		{"$t", NULL, T_ELF_AT(0x30), 0, STT_NOTYPE, STB_LOCAL, 0, false},
		T_ELF_END,
	};
	struct t_elf e = {.bits = 32, .big_endian = _i, .machine = EM_ARM, .sym = arm};
	struct rawbpf_sym s;
	struct symfind r;
	struct sym_file f;

	t_sym_open(&f, &e);
	ck_assert_uint_eq(offset_of(&f, "arm"), T_ELF_OFF(0x10));
	s = found(&f, "thumb");
	ck_assert_uint_eq(s.value, T_ELF_AT(0x21));
	ck_assert_uint_eq(s.offset, T_ELF_OFF(0x20));
	ck_assert_int_eq(symfind_one(&f, "$t", "t", &r, NULL), -ENOENT);
	sym_close(&f);
}
END_TEST

START_TEST(ppc64)
{
	static const struct t_elf_sym v2[] = {
		{"f", NULL, T_ELF_AT(0x20), 32, STT_FUNC, STB_GLOBAL, 3 << 5, false}, T_ELF_END};
	static const struct t_elf_sym v1[] = {
		T_ELF_FN("f", NULL, T_ELF_DATA + 24, STB_GLOBAL), T_ELF_END};
	static const uint64_t opd[] = {T_ELF_AT(0x100), T_ELF_AT(0x200), 0};
	struct t_elf e = {.bits = 64, .machine = EM_PPC64, .flags = 2, .sym = v2};
	struct rawbpf_sym s;
	struct sym_file f;

	t_sym_open(&f, &e);
	s = found(&f, "f");
	ck_assert_uint_eq(s.offset, T_ELF_OFF(0x20));
	ck_assert_uint_eq(s.local, T_ELF_OFF(0x28));
	sym_close(&f);

	e = (struct t_elf){.bits = 64, .big_endian = true, .machine = EM_PPC64};
	e.flags = 1;
	e.sym = v1;
	e.opd = opd;
	t_sym_open(&f, &e);
	s = found(&f, "f");
	ck_assert_uint_eq(s.value, T_ELF_DATA + 24);
	ck_assert_uint_eq(s.offset, T_ELF_OFF(0x200));
	ck_assert_uint_eq(s.local, T_ELF_OFF(0x200));
	sym_close(&f);
}
END_TEST

START_TEST(at_offset)
{
	struct t_elf e = {.bits = 64, .machine = EM_X86_64, .dyn = t_sym_dyn, .sym = t_sym_sym};
	struct sym_file f;
	char name[32];

	t_sym_open(&f, &e);
	ck_assert_int_eq(sym_at(&f, T_ELF_OFF(0x4f), name, sizeof(name)), 0);
	ck_assert_str_eq(name, "w");
	ck_assert_int_eq(sym_at(&f, T_ELF_OFF(0x8), name, sizeof(name)), -ENOENT);
	sym_close(&f);
}
END_TEST

static int touch(void *arg, const struct rawbpf_sym *s)
{
	*(size_t *)arg += strlen(s->name) + (s->version ? strlen(s->version) : 0);
	return 0;
}

static int touch_found(void *arg, size_t i, const struct symfind *r)
{
	*(size_t *)arg += i + strlen(r->sym.name);
	return 0;
}

/* Whatever bytes a file has, an answer or an error comes. */
START_TEST(hostile)
{
	static const char *const many[] = {
		"f@V1", "old", "w", "bare", "alias", "nowhere", "a", "b", "f@@V2", "data"};
	static const struct t_elf_rela rela[] = {
		{T_ELF_DATA, 37, 0, T_ELF_AT(16)}, {T_ELF_DATA + 8, 7, 2, 0}, {0, 0, 0, 0}};
	struct t_elf e = {
		.bits = 64, .machine = EM_X86_64, .dyn = t_sym_dyn, .sym = t_sym_sym, .rela = rela};
	char path[] = "/tmp/rawbpf-sym-XXXXXX";
	struct sys sys = {0};
	struct symfind r;
	struct sym_file f;
	struct ifunc u;
	uint32_t x = 77;
	size_t len, i, j, sum = 0;
	unsigned char c, *p = t_elf_make(&e, &len);
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	for (i = 0; i < 1000; i++) {
		ck_assert_int_eq(pwrite(fd, p, len, 0), (ssize_t)len);
		for (j = 0; j < 3; j++) {
			x = x * 1103515245 + 12345;
			c = (unsigned char)(x >> 24);
			/* the headers, or the tables behind the two segments */
			ck_assert_int_eq(pwrite(fd, &c, 1,
						 x & 256 ? (x >> 9) % 0xb0
							 : 0x3000 + (x >> 9) % (len - 0x3000)),
				1);
		}
		if (sym_open(&sys, path, &f, NULL))
			continue;
		sym_each(&f, true, touch, &sum);
		symfind_one(&f, "mixed", "t", &r, NULL);
		symfind_many(&f, many, sizeof(many) / sizeof(*many), touch_found, &sum);
		ck_assert_int_eq(ifunc_open(&sys, &f, path, path, getpid(), &u), 0);
		ifunc_close(&u);
		sym_close(&f);
	}
	ck_assert_uint_gt(sum, 10000);
	close(fd);
	unlink(path);
	free(p);
}
END_TEST

/* ---- the golden file ---------------------------------------------------------------------- */

struct row {
	char name[256], version[64], table[16], type[16], bind[16];
	unsigned long long value, size, offset;
	bool seen;
};

struct truth {
	struct row *rows;
	size_t n_rows, n_functions, n_seen;
	bool ifunc; /* of the row wanted */
};

static bool row_is(const struct row *r, const struct rawbpf_sym *s)
{
	char version[64] = "-";

	if (strcmp(r->name, s->name) || strcmp(r->table, s->table) || r->value != s->value)
		return false;
	if (s->version)
		snprintf(version, sizeof(version), "%s%s", s->is_default ? "@@" : "@", s->version);
	return !strcmp(r->version, version);
}

static int on_sym(void *arg, const struct rawbpf_sym *s)
{
	struct truth *t = arg;
	size_t i;

	t->n_functions++;
	for (i = 0; i < t->n_rows; i++) {
		struct row *r = &t->rows[i];

		if (r->seen || !row_is(r, s))
			continue;
		r->seen = true;
		t->n_seen++;
		ck_assert_str_eq(r->type, s->type);
		ck_assert_str_eq(r->bind, s->bind);
		ck_assert_uint_eq(r->size, s->size);
		ck_assert_uint_eq(r->offset, s->offset);
	}
	return 0;
}

static bool same_sum(const char *path, const char *sum)
{
	char *out;
	bool same = !t_run(&out, "sha256sum '%s' 2>/dev/null", path) && !strncmp(out, sum, 64);

	free(out);
	return same;
}

/* One file of the truth: its rows against what sym_each() gives. */
static void check_file(const char *path, struct truth *t, size_t functions)
{
	struct sys sys = {0};
	struct rawbpf_error e;
	struct sym_file f;
	size_t i;

	ck_assert_msg(!sym_open(&sys, path, &f, &e), "%s", e.msg);
	ck_assert_int_eq(sym_each(&f, false, on_sym, t), 0);
	sym_close(&f);
	for (i = 0; i < t->n_rows; i++)
		ck_assert_msg(t->rows[i].seen, "%s: %s %s missing", path, t->rows[i].name,
			t->rows[i].version);
	ck_assert_uint_eq(t->n_functions, functions);
}

static void add_row(struct truth *t, const char *line)
{
	struct row r = {.seen = false};

	ck_assert_int_eq(sscanf(line, "sym %255s %63s %15s %15s %15s %llx %llu %llx", r.name,
				 r.version, r.table, r.type, r.bind, &r.value, &r.size, &r.offset),
		8);
	t->rows = realloc(t->rows, (t->n_rows + 1) * sizeof(r));
	ck_assert_ptr_nonnull(t->rows);
	t->rows[t->n_rows++] = r;
}

START_TEST(golden)
{
	char *text = t_data("symbols/truth.txt", NULL), *line, *save = NULL;
	char path[300] = "", sum[80] = "", file[256], why[400] = "";
	size_t functions = 0, checked = 0;
	struct truth t = {0};

	for (line = strtok_r(text, "\n", &save);; line = strtok_r(NULL, "\n", &save)) {
		if (!line || !strncmp(line, "file ", 5)) {
			if (*path && same_sum(path, sum)) {
				check_file(path, &t, functions);
				checked++;
			} else if (*path) {
				snprintf(why, sizeof(why), "not here as it was: %s", path);
			}
			free(t.rows);
			memset(&t, 0, sizeof(t));
			if (!line)
				break;
			ck_assert_int_eq(sscanf(line, "file %*s %*s %*s %255s", file), 1);
			snprintf(path, sizeof(path), "/%s", file);
		}
		sscanf(line, "sha256 %79s", sum);
		sscanf(line, "functions %zu", &functions);
		if (!strncmp(line, "sym ", 4))
			add_row(&t, line);
	}
	free(text);
	if (*why)
		T_SKIP("%zu files checked; %s", checked, why);
}
END_TEST

Suite *suite_sym(void);
Suite *suite_sym(void)
{
	Suite *s = suite_create("sym");
	TCase *t = tcase_create("unit");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, thumb, 0, 2);
	tcase_add_test(t, ppc64);
	tcase_add_test(t, at_offset);
	tcase_add_test(t, hostile);
	tcase_add_test(t, golden);
	suite_add_tcase(s, t);
	return s;
}
