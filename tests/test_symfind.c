// SPDX-License-Identifier: MIT
/* test_symfind.c - which function a name means, one name or many. */
#include "symfind.h"

#include <elf.h>
#include <errno.h>

#include "libname.h"
#include "t.h"
#include "t_sym.h"

static uint64_t offset_of(struct sym_file *f, const char *name)
{
	struct rawbpf_error e;
	struct symfind r;

	ck_assert_msg(!symfind_one(f, name, "t", &r, &e), "%s", e.msg);
	return r.sym.offset;
}

START_TEST(choice)
{
	struct t_elf e = {.bits = 64, .machine = EM_X86_64, .dyn = t_sym_dyn, .sym = t_sym_sym};
	struct sym_file f;

	t_sym_open(&f, &e);
	ck_assert_uint_eq(offset_of(&f, "f"), T_ELF_OFF(0x20));
	ck_assert_uint_eq(offset_of(&f, "f@V1"), T_ELF_OFF(0x10));
	ck_assert_uint_eq(offset_of(&f, "f@V3"), T_ELF_OFF(0x30));
	ck_assert_uint_eq(offset_of(&f, "f@V2"), T_ELF_OFF(0x20));
	ck_assert_uint_eq(offset_of(&f, "f@@V2"), T_ELF_OFF(0x20));
	ck_assert_uint_eq(offset_of(&f, "w"), T_ELF_OFF(0x40));
	ck_assert_uint_eq(offset_of(&f, "alias"), T_ELF_OFF(0x70));
	ck_assert_uint_eq(offset_of(&f, "mixed"), T_ELF_OFF(0xa0));
	ck_assert_uint_eq(offset_of(&f, "old"), T_ELF_OFF(0xc0));
	ck_assert_uint_eq(offset_of(&f, "old@V1"), T_ELF_OFF(0xb0));
	ck_assert_uint_eq(offset_of(&f, "bare"), T_ELF_OFF(0xd0));
	sym_close(&f);
}
END_TEST

static void check_error(
	struct sym_file *f, const char *name, int err, const char *msg, const char *hint)
{
	struct rawbpf_error e;
	struct symfind r;

	ck_assert_int_eq(symfind_one(f, name, "t", &r, &e), err);
	ck_assert_str_eq(e.msg, msg);
	if (hint)
		ck_assert_str_eq(e.hint, hint);
	else
		ck_assert_ptr_null(e.hint);
}

START_TEST(errors)
{
	struct t_elf e = {.bits = 64, .machine = EM_X86_64, .dyn = t_sym_dyn, .sym = t_sym_sym};
	struct sym_file f;

	t_sym_open(&f, &e);
	check_error(&f, "twice", -EADDRNOTAVAIL, "'twice' names 2 functions in 't': EADDRNOTAVAIL",
		"give .addr, as 0x401050 or 0x401060");
	check_error(
		&f, "f@V9", -ENOENT, "no function 'f@V9' in 't': ENOENT", "did you mean 'f@V2'?");
	check_error(
		&f, "f@@V1", -ENOENT, "no function 'f@@V1' in 't': ENOENT", "did you mean 'f@V2'?");
	check_error(&f, "mixde", -ENOENT, "no function 'mixde' in 't': ENOENT",
		"did you mean 'mixed'?");
	check_error(&f, "elsewhere", -ENOENT, "no function 'elsewhere' in 't': ENOENT", NULL);
	check_error(&f, "data", -ENOENT, "no function 'data' in 't': ENOENT", NULL);
	check_error(&f, "nowhere", -ENOENT, "no function 'nowhere' in 't': ENOENT", NULL);
	sym_close(&f);
	e.sym = NULL;
	t_sym_open(&f, &e);
	check_error(&f, "elsewhere", -ENOENT, "no function 'elsewhere' in 't': ENOENT",
		"the file is stripped; install its debug symbols, or give .offset");
	sym_close(&f);
}
END_TEST

/* ---- many --------------------------------------------------------------------------------- */

struct many {
	const char *const *names;
	struct sym_file *f;
	size_t n, n_found;
};

/* What is found for many is what is found for one. */
static int on_many(void *arg, size_t i, const struct symfind *r)
{
	struct many *m = arg;
	struct symfind one;
	int err = symfind_one(m->f, m->names[i], "t", &one, NULL);

	ck_assert_uint_eq(i, m->n++);
	ck_assert_int_eq(symfind_verdict(m->f, m->names[i], "t", r, NULL), err);
	ck_assert_int_eq(r->found, one.found);
	m->n_found += r->found;
	if (!r->found)
		return 0;
	ck_assert_uint_eq(r->sym.offset, one.sym.offset);
	ck_assert_uint_eq(r->sym.value, one.sym.value);
	ck_assert_uint_eq(r->n_passed, one.n_passed);
	ck_assert_uint_eq(r->n_same, one.n_same);
	ck_assert_str_eq(r->why, one.why);
	ck_assert_str_eq(r->way, one.way);
	return 0;
}

START_TEST(many_are_as_one)
{
	static const char *const names[] = {"f", "f@V1", "f@@V2", "f@V2", "f", "twice", "old",
		"old@V1", "none", "bare", "mixed", "w", "alias", "nowhere", "data", "", "@V1"};
	struct t_elf e = {.bits = 64, .machine = EM_X86_64, .dyn = t_sym_dyn, .sym = t_sym_sym};
	struct sym_file f;
	struct many m = {names, &f, 0, 0};

	t_sym_open(&f, &e);
	ck_assert_int_eq(symfind_many(&f, names, sizeof(names) / sizeof(*names), on_many, &m), 0);
	ck_assert_uint_eq(m.n, sizeof(names) / sizeof(*names));
	ck_assert_uint_eq(m.n_found, 12);
	ck_assert_int_eq(symfind_many(&f, NULL, 0, on_many, &m), 0);
	sym_close(&f);
}
END_TEST

/* What tells names apart may be anywhere in them, and they may be of any length. */
START_TEST(names_nearly_alike)
{
	static const struct t_elf_sym some[] = {
		T_ELF_FN("begin___1___middle___end", NULL, T_ELF_AT(0x10), STB_LOCAL),
		T_ELF_FN("begin___2___middle___end", NULL, T_ELF_AT(0x20), STB_LOCAL),
		T_ELF_FN("begin___2___middle___enD", NULL, T_ELF_AT(0x30), STB_LOCAL),
		T_ELF_FN("begin___2___middle___end_", NULL, T_ELF_AT(0x40), STB_LOCAL),
		T_ELF_FN("begin___2___middle___ends@@V1", NULL, T_ELF_AT(0x50), STB_GLOBAL),
		T_ELF_FN("1234567", NULL, T_ELF_AT(0x60), STB_LOCAL),
		T_ELF_FN("12345678", NULL, T_ELF_AT(0x70), STB_LOCAL),
		T_ELF_FN("123456789@V1", NULL, T_ELF_AT(0x80), STB_GLOBAL),
		T_ELF_FN("@odd", NULL, T_ELF_AT(0x90), STB_LOCAL),
		{"$x", NULL, T_ELF_AT(0xa0), 0, STT_NOTYPE, STB_LOCAL, 0, false},
		T_ELF_END,
	};
	static const char *const names[] = {"begin___1___middle___end", "begin___2___middle___end",
		"begin___2___middle___enD", "begin___2___middle___end_",
		"begin___2___middle___ends", "1234567", "12345678", "123456789", "@odd",
		"begin___3___middle___end", "123456", "$x"};
	struct t_elf e = {.bits = 64, .machine = EM_X86_64, .sym = some};
	struct sym_file f;
	struct many m = {names, &f, 0, 0};
	unsigned i;

	t_sym_open(&f, &e);
	for (i = 0; i < 9; i++)
		ck_assert_uint_eq(offset_of(&f, names[i]), T_ELF_OFF(0x10 * (i + 1)));
	ck_assert_int_eq(symfind_many(&f, names, sizeof(names) / sizeof(*names), on_many, &m), 0);
	ck_assert_uint_eq(m.n_found, 9);
	sym_close(&f);
}
END_TEST

/* Many as one, with .gnu.hash and versions. */
START_TEST(many_of_libc)
{
	static const char *const names[] = {"memcpy", "memcpy@GLIBC_2.2.5", "malloc", "free",
		"qsort", "printf", "no_such_function", "realpath", "posix_spawn", "glob", "getenv",
		"realpath@GLIBC_2.2.5", "malloc"};
	struct sys sys = {0};
	struct libname_file file;
	struct sym_file f;
	struct many m = {names, &f, 0, 0};

	ck_assert_int_eq(libname_find(&sys, "c", 0, &file, NULL), 0);
	ck_assert_int_eq(sym_open(&sys, file.path, &f, NULL), 0);
	ck_assert_int_eq(symfind_many(&f, names, sizeof(names) / sizeof(*names), on_many, &m), 0);
	ck_assert_uint_ge(m.n_found, 10);
	sym_close(&f);
	libname_free(&file);
}
END_TEST

struct reason {
	const char *name, *why, *way;
	unsigned passed;
};

START_TEST(reasons)
{
	static const struct reason rows[] = {
		{"f", "the default version", ".dynsym", 2},
		{"f@V3", "the version asked for", ".dynsym", 0},
		{"w", "the one that is exported", ".dynsym", 0},
		{"alias", "the only one of that name", ".symtab", 0},
		{"mixed", "global, before weak and local ones", ".symtab", 2},
		{"old", "the default version", ".symtab", 1},
		{"bare", "a label, as no function has that name", ".symtab", 0},
	};
	struct t_elf e = {.bits = 64, .machine = EM_X86_64, .dyn = t_sym_dyn, .sym = t_sym_sym};
	struct sym_file f;
	struct symfind r;
	size_t i;

	t_sym_open(&f, &e);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_int_eq(symfind_one(&f, rows[i].name, "t", &r, NULL), 0);
		ck_assert_str_eq(r.why, rows[i].why);
		ck_assert_str_eq(r.way, rows[i].way);
		ck_assert_uint_eq(r.n_passed, rows[i].passed);
	}
	sym_close(&f);
}
END_TEST

/* An old version that is exported goes before a static function. */
START_TEST(global_before_local)
{
	static const struct t_elf_sym both[] = {
		T_ELF_FN("g", NULL, T_ELF_AT(0x10), STB_LOCAL),
		T_ELF_FN("g@V1", NULL, T_ELF_AT(0x20), STB_GLOBAL),
		{"g", NULL, T_ELF_AT(0x30), 0, STT_NOTYPE, STB_GLOBAL, 0, false},
		T_ELF_END,
	};
	struct t_elf e = {.bits = 64, .machine = EM_X86_64, .sym = both};
	struct sym_file f;

	t_sym_open(&f, &e);
	ck_assert_uint_eq(offset_of(&f, "g"), T_ELF_OFF(0x20));
	sym_close(&f);
}
END_TEST

static int count_found(void *arg, size_t i, const struct symfind *r)
{
	(void)i;
	*(size_t *)arg += r->found;
	return 0;
}

/* Each allocation fails once: an error then, and nothing is left. */
START_TEST(no_memory)
{
	static const char *const names[] = {"f", "old@V1", "none"};
	struct t_elf e = {.bits = 64, .machine = EM_X86_64, .dyn = t_sym_dyn, .sym = t_sym_sym};
	struct sym_file f;
	size_t n = 0;
	bool refused = true;
	int i, err;

	for (i = 1; refused; i++) {
		t_sym_open(&f, &e);
		t_fail_alloc_at((unsigned)i);
		err = symfind_many(&f, names, 3, count_found, &n);
		refused = t_alloc_failed();
		ck_assert(!err || (refused && err == -ENOMEM));
		sym_close(&f);
	}
	ck_assert_int_gt(i, 4);
}
END_TEST

Suite *suite_symfind(void);
Suite *suite_symfind(void)
{
	Suite *s = suite_create("symfind");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, choice);
	tcase_add_test(t, errors);
	tcase_add_test(t, many_are_as_one);
	tcase_add_test(t, names_nearly_alike);
	tcase_add_test(t, many_of_libc);
	tcase_add_test(t, reasons);
	tcase_add_test(t, global_before_local);
	tcase_add_test(t, no_memory);
	suite_add_tcase(s, t);
	return s;
}
