// SPDX-License-Identifier: MIT
/* test_elf.c - ELF files of each class and order, and hostile ones. */
#include "elf.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t.h"
#include "t_elf.h"

static const struct t_elf_sym dyn[] = {
	{"f", "@V1", T_ELF_TEXT + 0x10, 16, STT_FUNC, STB_GLOBAL, 0, false},
	{"f", "@@V2", T_ELF_TEXT + 0x20, 32, STT_FUNC, STB_GLOBAL, 0, false},
	{"g", NULL, T_ELF_TEXT + 0x40, 8, STT_GNU_IFUNC, STB_WEAK, 0x60, false},
	{"u", NULL, 0, 0, STT_FUNC, STB_GLOBAL, 0, true},
	{NULL, NULL, 0, 0, 0, 0, 0, false},
};
static const struct t_elf_sym sym[] = {
	{"static_f", NULL, T_ELF_TEXT + 0x80, 4, STT_FUNC, STB_LOCAL, 0, false},
	{NULL, NULL, 0, 0, 0, 0, 0, false},
};
static const struct t_elf_rela rela[] = {
	{T_ELF_DATA + 8, 37, 0, T_ELF_TEXT + 0x40},
	{T_ELF_DATA + 16, 7, 4, -3},
	{0, 0, 0, 0},
};

static unsigned char *make(unsigned bits, bool big, size_t *len)
{
	struct t_elf e = {.bits = bits, .big_endian = big, .machine = EM_X86_64};

	e.dyn = dyn;
	e.sym = sym;
	e.rela = rela;
	e.flags = 0x1234;
	return t_elf_make(&e, len);
}

static void check_symbols(struct elf_file *f)
{
	struct elf_section s;
	struct elf_symbol y;

	ck_assert_int_eq(elf_find_section(f, ".dynsym", &s), 0);
	ck_assert_uint_eq(elf_n_symbols(f, &s), 5);
	ck_assert_int_eq(elf_symbol(f, &s, 1, &y), 0);
	ck_assert_str_eq(y.name, "f");
	ck_assert_str_eq(y.version, "V1");
	ck_assert(!y.is_default);
	ck_assert_uint_eq(y.value, T_ELF_TEXT + 0x10);
	ck_assert_int_eq(elf_symbol(f, &s, 2, &y), 0);
	ck_assert_str_eq(y.version, "V2");
	ck_assert(y.is_default);
	ck_assert_uint_eq(y.size, 32);
	ck_assert_int_eq(elf_symbol(f, &s, 3, &y), 0);
	ck_assert_ptr_null(y.version);
	ck_assert_uint_eq(y.type, STT_GNU_IFUNC);
	ck_assert_uint_eq(y.bind, STB_WEAK);
	ck_assert_uint_eq(y.other, 0x60);
	ck_assert_uint_eq(y.section, 1);
	ck_assert_int_eq(elf_symbol(f, &s, 4, &y), 0);
	ck_assert_uint_eq(y.section, SHN_UNDEF);
	ck_assert_int_eq(elf_symbol(f, &s, 5, &y), -ENOENT);
	ck_assert_int_eq(elf_find_section(f, ".symtab", &s), 0);
	ck_assert_int_eq(elf_symbol(f, &s, 1, &y), 0);
	ck_assert_str_eq(y.name, "static_f");
	ck_assert_str_eq(elf_symbol_name(f, &s, 1, 1u << STT_FUNC), "static_f");
	ck_assert_ptr_null(elf_symbol_name(f, &s, 1, ~(1u << STT_FUNC)));
	ck_assert_ptr_null(elf_symbol_name(f, &s, 2, ~0u));
}

static void check_relocs(struct elf_file *f)
{
	struct elf_section s;
	struct elf_reloc r;

	ck_assert_int_eq(elf_find_section(f, ".rela.plt", &s), 0);
	ck_assert_uint_eq(elf_n_relocs(f, &s), 2);
	ck_assert_int_eq(elf_reloc(f, &s, 0, &r), 0);
	ck_assert_uint_eq(r.type, 37);
	ck_assert_uint_eq(r.offset, T_ELF_DATA + 8);
	ck_assert(r.has_addend);
	ck_assert_int_eq(r.addend, T_ELF_TEXT + 0x40);
	ck_assert_int_eq(elf_reloc(f, &s, 1, &r), 0);
	ck_assert_uint_eq(r.symbol, 4);
	ck_assert_int_eq(r.addend, -3);
	ck_assert_int_eq(elf_reloc(f, &s, 2, &r), -ENOENT);
}

static void check_addresses(struct elf_file *f)
{
	uint64_t v;

	ck_assert_int_eq(elf_offset(f, T_ELF_TEXT + 5, PF_X, &v), 0);
	ck_assert_uint_eq(v, T_ELF_TEXT_OFF + 5);
	ck_assert_int_eq(elf_offset(f, T_ELF_TEXT + T_ELF_SEG, PF_X, &v), -ENOENT);
	ck_assert_int_eq(elf_offset(f, T_ELF_DATA, PF_X, &v), -ENOENT);
	ck_assert_int_eq(elf_offset(f, T_ELF_DATA + 1, 0, &v), 0);
	ck_assert_uint_eq(v, T_ELF_DATA_OFF + 1);
	ck_assert_int_eq(elf_vaddr(f, T_ELF_TEXT_OFF, PF_X, &v), 0);
	ck_assert_uint_eq(v, T_ELF_TEXT);
	ck_assert_int_eq(elf_vaddr(f, T_ELF_DATA_OFF, PF_X, &v), -ENOENT);
	ck_assert_int_eq(elf_vaddr(f, 0, 0, &v), -ENOENT);
}

START_TEST(each_class_and_order)
{
	unsigned bits = _i & 1 ? 64 : 32;
	bool big = _i & 2;
	struct rawbpf_error e;
	struct elf_file *f;
	const struct elf_ident *id;
	size_t len;
	unsigned char *p = make(bits, big, &len);

	ck_assert_int_eq(elf_open_memory(p, len, "t", &f, &e), 0);
	id = elf_ident(f);
	ck_assert_int_eq(id->bits, (int)bits);
	ck_assert_int_eq(id->big_endian, big);
	ck_assert_uint_eq(id->machine, EM_X86_64);
	ck_assert_uint_eq(id->type, ET_DYN);
	ck_assert_uint_eq(id->flags, 0x1234);
	ck_assert_uint_eq(id->n_segments, 2);
	ck_assert_str_eq(id->path, "t");
	check_symbols(f);
	check_relocs(f);
	check_addresses(f);
	elf_close(f);
	free(p);
}
END_TEST

START_TEST(own_program)
{
	int fds = t_count_fds();
	struct sys s = {0};
	struct rawbpf_error e;
	struct elf_section sec;
	struct elf_symbol y;
	struct elf_file *f;
	const void *p;
	size_t i, n;
	bool found = false;

	ck_assert_int_eq(elf_open(&s, "/proc/self/exe", &f, &e), 0);
	ck_assert_int_eq(elf_find_section(f, ".symtab", &sec), 0);
	ck_assert_uint_gt(elf_n_symbols(f, &sec), 100);
	for (i = 0; i < elf_n_symbols(f, &sec); i++)
		if (!elf_symbol(f, &sec, i, &y) && !strcmp(y.name, "suite_elf"))
			found = true;
	ck_assert(found);
	ck_assert_int_eq(elf_find_section(f, ".bss", &sec), 0);
	ck_assert_int_eq(elf_section_data(f, &sec, &p, &n), 0);
	ck_assert_ptr_null(p);
	ck_assert_int_eq(elf_find_section(f, ".no such", &sec), -ENOENT);
	ck_assert_int_eq(elf_section(f, 1 << 20, &sec), -ENOENT);
	ck_assert_ptr_null(elf_bytes(f, UINT64_MAX - 2, 8));
	ck_assert_int_eq(memcmp(elf_bytes(f, 0, 4), "\177ELF", 4), 0);
	elf_close(f);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(not_elf)
{
	int fds = t_count_fds();
	struct sys s = {0};
	struct rawbpf_error e;
	struct elf_file *f = (void *)1;

	ck_assert_int_eq(elf_open(&s, "/no/such", &f, &e), -ENOENT);
	ck_assert_ptr_null(f);
	ck_assert_str_eq(e.msg, "'/no/such' cannot be opened: ENOENT");
	ck_assert_int_eq(elf_open(&s, "/", &f, &e), -EISDIR);
	ck_assert_int_eq(elf_open(&s, "/dev/null", &f, &e), -EINVAL);
	ck_assert_int_eq(elf_open(&s, "/etc/passwd", &f, &e), -ENOEXEC);
	ck_assert_str_eq(e.msg, "'/etc/passwd' is not an ELF file: ENOEXEC");
	ck_assert_int_eq(elf_open_memory(NULL, 0, "m", &f, &e), -ENOEXEC);
	ck_assert_int_eq(elf_open_memory("\177ELF", 4, "m", &f, &e), -ENOEXEC);
	ck_assert_int_eq(elf_open_memory("!<arch>\n        ", 16, "m", &f, NULL), -ENOEXEC);
	elf_close(NULL);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* Everything a caller can ask, of whatever the file says it is. */
static void walk(struct elf_file *f)
{
	const struct elf_ident *id = elf_ident(f);
	struct elf_section s;
	struct elf_symbol y;
	struct elf_reloc r;
	size_t sum = 0;
	const void *p;
	uint64_t v;
	size_t i, j, n;

	for (i = 0; i < id->n_sections && i < 64; i++) {
		if (elf_section(f, i, &s))
			continue;
		if (!elf_section_data(f, &s, &p, &n) && p && n)
			sum += ((const unsigned char *)p)[n - 1] + *(const unsigned char *)p;
		for (j = 0; j < elf_n_symbols(f, &s); j++)
			if (!elf_symbol(f, &s, j, &y))
				sum += strlen(y.name) + (y.version ? strlen(y.version) : 0);
		for (j = 0; j < elf_n_relocs(f, &s); j++)
			sum += (size_t)elf_reloc(f, &s, j, &r);
	}
	elf_offset(f, T_ELF_TEXT, 0, &v);
	elf_vaddr(f, T_ELF_TEXT_OFF, 0, &v);
	/* every byte was read: keep the compiler from leaving that out */
	ck_assert_uint_ne(sum, SIZE_MAX);
}

static uint32_t next_random(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	return *x ^= *x << 5;
}

/* One to four bytes changed where headers and tables are, or the end cut off. */
static size_t mutate(unsigned char *p, size_t len, uint32_t *x)
{
	static const unsigned char nasty[] = {0, 1, 0x7f, 0x80, 0xff, 0xfe};
	size_t i, at, n = 1 + next_random(x) % 4;

	for (i = 0; i < n; i++) {
		at = next_random(x) % (len - 2 * T_ELF_SEG - 0x200);
		/* the two segments hold only zeros: jump over them */
		at = at < 0x200 ? at : at + 2 * T_ELF_SEG;
		p[at] = next_random(x) % 2 ? nasty[next_random(x) % 6]
					   : (unsigned char)next_random(x);
	}
	return next_random(x) % 8 ? len : next_random(x) % len;
}

START_TEST(hostile)
{
	uint32_t x = 2463534242u + (uint32_t)_i;
	size_t len, cut, opened = 0;
	unsigned char *p = make(_i & 1 ? 64 : 32, _i & 2, &len), *q = malloc(len);
	struct elf_file *f;
	int i;

	for (i = 0; i < 4000; i++) {
		memcpy(q, p, len);
		cut = mutate(q, len, &x);
		q = realloc(q, cut ? cut : 1); /* so that a sanitizer sees the end */
		ck_assert_ptr_nonnull(q);
		if (!elf_open_memory(q, cut, "m", &f, NULL)) {
			opened++;
			walk(f);
			elf_close(f);
		}
		q = realloc(q, len);
		ck_assert_ptr_nonnull(q);
	}
	ck_assert_uint_gt(opened, 1000);
	free(q);
	free(p);
}
END_TEST

/* What was read with a file's headers is kept, whatever becomes of the file. */
START_TEST(shrinking_file)
{
	char path[] = "/tmp/rawbpf-elf-XXXXXX";
	struct sys s = {0};
	struct rawbpf_error e;
	struct elf_section sec;
	struct elf_file *f;
	const void *p;
	size_t len, n;
	unsigned char *bytes = make(64, false, &len);
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	ck_assert_int_eq(elf_open(&s, path, &f, &e), 0);
	ck_assert_int_eq(elf_find_section(f, ".dynsym", &sec), 0);
	ck_assert_int_eq(ftruncate(fd, 64), 0);
	ck_assert_int_eq(elf_section_data(f, &sec, &p, &n), 0);
	ck_assert_uint_eq(n, sec.size);
	ck_assert(!memcmp(p, bytes + sec.offset, n));
	elf_close(f);
	ck_assert_int_eq(elf_open(&s, path, &f, &e), 0);
	ck_assert(elf_ident(f)->cut);
	ck_assert_int_eq(elf_find_section(f, ".dynsym", &sec), -ENOENT);
	ck_assert_int_eq(elf_section(f, 1, &sec), -ENOENT);
	ck_assert_uint_eq(elf_next_type(f, SHT_DYNSYM, 1), 0);
	elf_close(f);
	close(fd);
	unlink(path);
	free(bytes);
}
END_TEST

/* A section's bytes outlive the file for who owns them; _i: read with the headers, or by themselves. */
START_TEST(owned_section)
{
	size_t i, n = _i ? 1000 : 10, len, got;
	struct t_elf_sym *many = calloc(n + 1, sizeof(*many));
	struct t_elf e = {.bits = 64, .machine = EM_X86_64, .sym = many};
	char path[] = "/tmp/rawbpf-elf-XXXXXX";
	struct sys sys = {0};
	struct elf_section s;
	struct elf_file *f;
	unsigned char *p;
	const void *q;
	int fd = mkstemp(path);
	void *own;

	for (i = 0; i < n; i++)
		many[i] = (struct t_elf_sym){"f", NULL, T_ELF_TEXT, 1, STT_FUNC, 0, 0, false};
	p = t_elf_make(&e, &len);
	free(many);
	ck_assert_int_eq(write(fd, p, len), (ssize_t)len);
	close(fd);
	ck_assert_int_eq(elf_open(&sys, path, &f, NULL), 0);
	ck_assert_int_eq(elf_section(f, elf_next_type(f, SHT_SYMTAB, 1), &s), 0);
	own = elf_section_own(f, &s);
	ck_assert_ptr_nonnull(own);
	ck_assert_int_eq(elf_section_data(f, &s, &q, &got), 0);
	elf_close(f);
	unlink(path);
	ck_assert_uint_eq(got, (n + 1) * 24);
	ck_assert(!memcmp(q, p + s.offset, got));
	free(own);
	/* an image's, too */
	ck_assert_int_eq(elf_open_memory(p, len, NULL, &f, NULL), 0);
	own = elf_section_own(f, &s);
	ck_assert_ptr_nonnull(own);
	elf_close(f);
	ck_assert(!memcmp(own, p + s.offset, got));
	free(own);
	free(p);
}
END_TEST

/*
 * A file that is cut short after it was opened: what is read afterwards is an error, never a
 * signal.  _i: a small one; one whose tables are read in large pages.
 */
START_TEST(cut_short)
{
	size_t i, n = _i ? 200000 : 1000, len;
	struct t_elf_sym *many = calloc(n + 1, sizeof(*many));
	struct t_elf e = {.bits = 64, .machine = EM_X86_64, .sym = many};
	char path[] = "/tmp/rawbpf-elf-XXXXXX";
	struct sys sys = {0};
	struct elf_section s;
	struct elf_symbol y;
	struct elf_file *f;
	unsigned char *p, byte;
	int fd = mkstemp(path);

	for (i = 0; i < n; i++)
		many[i] = (struct t_elf_sym){"f", NULL, T_ELF_TEXT, 1, STT_FUNC, 0, 0, false};
	p = t_elf_make(&e, &len);
	free(many);
	ck_assert_int_eq(write(fd, p, len), (ssize_t)len);
	ck_assert_int_eq(elf_open(&sys, path, &f, NULL), 0);
	ck_assert_int_eq(elf_find_type(f, SHT_SYMTAB, 0, &s), 0);
	ck_assert_int_eq(ftruncate(fd, 0x800), 0);
	ck_assert_uint_eq(elf_n_symbols(f, &s), 0);
	ck_assert_int_eq(elf_symbol(f, &s, 1, &y), -ENOENT);
	ck_assert_int_eq(elf_symbol_named(f, &s, 1, "f", &y), -ENOENT);
	ck_assert(!elf_copy(f, s.offset, &byte, 1));
	ck_assert_ptr_null(elf_bytes(f, s.offset, 1));
	elf_close(f);
	/* whole again, all is well */
	ck_assert_int_eq(pwrite(fd, p, len, 0), (ssize_t)len);
	ck_assert_int_eq(elf_open(&sys, path, &f, NULL), 0);
	ck_assert_uint_eq(elf_n_symbols(f, &s), n + 1);
	ck_assert_int_eq(elf_symbol(f, &s, n, &y), 0);
	ck_assert_str_eq(y.name, "f");
	elf_close(f);
	close(fd);
	unlink(path);
	free(p);
}
END_TEST

Suite *suite_elf(void);
Suite *suite_elf(void)
{
	Suite *s = suite_create("elf");
	TCase *t = tcase_create("unit");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, each_class_and_order, 0, 4);
	tcase_add_test(t, own_program);
	tcase_add_test(t, not_elf);
	tcase_add_loop_test(t, hostile, 0, 4);
	tcase_add_test(t, shrinking_file);
	tcase_add_loop_test(t, owned_section, 0, 2);
	tcase_add_loop_test(t, cut_short, 0, 2);
	suite_add_tcase(s, t);
	return s;
}
