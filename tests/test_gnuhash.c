// SPDX-License-Identifier: MIT
/* test_gnuhash.c - exported symbols by name. */
#include "gnuhash.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libname.h"
#include "t.h"
#include "t_elf.h"

struct seen {
	const char *name;
	unsigned n, n_default;
	uint64_t sum;
};

static int on_hit(void *arg, const struct elf_section *table, const struct elf_symbol *s)
{
	struct seen *h = arg;

	ck_assert_str_eq(table->name, ".dynsym");
	ck_assert_str_eq(s->name, h->name);
	h->n++;
	h->n_default += s->is_default;
	h->sum += s->value;
	return 0;
}

/* The same by a look at every entry. */
static struct seen scan(struct elf_file *f, const char *name)
{
	struct seen h = {name, 0, 0, 0};
	struct elf_section t;
	struct elf_symbol s;
	size_t i;

	ck_assert_int_eq(elf_find_section(f, ".dynsym", &t), 0);
	for (i = 1; i < elf_n_symbols(f, &t); i++)
		if (!elf_symbol(f, &t, i, &s) && s.section && !strcmp(s.name, name))
			on_hit(&h, &t, &s);
	return h;
}

/* _i: with the tables read as a whole */
START_TEST(agrees_with_a_scan)
{
	static const char *const names[] = {"strlen", "memcpy", "malloc", "glob", "posix_spawn",
		"pthread_create", "qsort", "realpath", "no_such_function", "", "printf"};
	struct sys sys = {0};
	struct libname_file file;
	struct rawbpf_error e;
	struct elf_file *f;
	struct gnuhash h;
	struct seen a, b;
	size_t i;

	ck_assert_msg(!libname_find(&sys, "c", 0, &file, &e), "%s", e.msg);
	ck_assert_int_eq(elf_open(&sys, file.path, &f, &e), 0);
	ck_assert_int_eq(gnuhash_open(f, _i, &h), 0);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		a = (struct seen){names[i], 0, 0, 0};
		b = scan(f, names[i]);
		ck_assert_int_eq(gnuhash_each(f, &h, names[i], on_hit, &a), 0);
		ck_assert_uint_eq(a.n, b.n);
		ck_assert_uint_eq(a.n_default, b.n_default);
		ck_assert_uint_eq(a.sum, b.sum);
	}
	elf_close(f);
	libname_free(&file);
}
END_TEST

START_TEST(none)
{
	static const struct t_elf_sym dyn[] = {{.name = "f", .value = T_ELF_TEXT}, {.name = NULL}};
	struct t_elf e = {.bits = 64, .machine = 62, .dyn = dyn};
	struct elf_file *f;
	struct gnuhash h;
	size_t len;
	unsigned char *p = t_elf_make(&e, &len);

	ck_assert_int_eq(elf_open_memory(p, len, "t", &f, NULL), 0);
	ck_assert_int_eq(gnuhash_open(f, false, &h), -ENOENT);
	elf_close(f);
	free(p);
}
END_TEST

static int count_hit(void *arg, const struct elf_section *table, const struct elf_symbol *s)
{
	(void)table;
	*(size_t *)arg += strlen(s->name);
	return 0;
}

/* A real library with bytes of its .gnu.hash and .dynsym changed. */
START_TEST(hostile)
{
	struct sys sys = {0};
	struct libname_file file;
	struct elf_file *f;
	struct elf_section h;
	struct gnuhash g;
	uint32_t x = 12345;
	size_t len, i, j, n = 0;
	unsigned char *p, *q;

	ck_assert_int_eq(libname_find(&sys, "m", 0, &file, NULL), 0);
	p = (unsigned char *)t_read_file(file.path, &len);
	ck_assert_int_eq(elf_open_memory(p, len, "m", &f, NULL), 0);
	ck_assert_int_eq(elf_find_section(f, ".gnu.hash", &h), 0);
	elf_close(f);
	q = malloc(len);
	for (i = 0; i < 300; i++) {
		memcpy(q, p, len);
		for (j = 0; j < 8; j++) {
			x = x * 1103515245 + 12345;
			q[h.offset + (j < 4 ? x >> 8 & 15 : (x >> 8) % (h.size + 512))] =
				(unsigned char)(x >> 24);
		}
		ck_assert_int_eq(elf_open_memory(q, len, "m", &f, NULL), 0);
		if (!gnuhash_open(f, i & 1, &g)) {
			gnuhash_each(f, &g, "sin", count_hit, &n);
			gnuhash_each(f, &g, "cosf", count_hit, &n);
		}
		elf_close(f);
	}
	free(p);
	free(q);
	libname_free(&file);
}
END_TEST

/* A chain that is the whole of a large section: a step costs the same, however many there were. */
START_TEST(long_chain)
{
	const size_t size = 2 << 20;
	const uint32_t head[5] = {1, 1, 0, 0, 1}; /* a bucket, no bloom filter, the first symbol */
	char path[] = "/tmp/rawbpf-gnuhash-XXXXXX";
	struct sys sys = {0};
	struct libname_file file;
	struct elf_section h;
	struct elf_file *f;
	struct gnuhash g;
	ElfW(Shdr) * sh;
	size_t len, n = 0;
	unsigned char *p, *q;
	int fd = mkstemp(path);

	ck_assert_int_eq(libname_find(&sys, "m", 0, &file, NULL), 0);
	p = (unsigned char *)t_read_file(file.path, &len);
	ck_assert_int_eq(elf_open_memory(p, len, "m", &f, NULL), 0);
	ck_assert_int_eq(elf_find_section(f, ".gnu.hash", &h), 0);
	elf_close(f);
	q = calloc(1, len + size);
	memcpy(q, p, len);
	memcpy(q + len, head, sizeof(head));
	sh = (ElfW(Shdr) *)(void *)(q + ((ElfW(Ehdr) *)(void *)q)->e_shoff) + h.index;
	sh->sh_offset = (ElfW(Off))len;
	sh->sh_size = size;
	ck_assert_int_eq(write(fd, q, len + size), (ssize_t)(len + size));
	close(fd);
	if (_i)
		ck_assert_int_eq(elf_open(&sys, path, &f, NULL), 0);
	else
		ck_assert_int_eq(elf_open_memory(q, len + size, "m", &f, NULL), 0);
	ck_assert_int_eq(gnuhash_open(f, false, &g), 0);
	ck_assert_int_eq(gnuhash_each(f, &g, "sin", count_hit, &n), 0);
	elf_close(f);
	unlink(path);
	free(p);
	free(q);
	libname_free(&file);
}
END_TEST

Suite *suite_gnuhash(void);
Suite *suite_gnuhash(void)
{
	Suite *s = suite_create("gnuhash");
	TCase *t = tcase_create("unit");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, agrees_with_a_scan, 0, 2);
	tcase_add_test(t, none);
	tcase_add_test(t, hostile);
	tcase_add_loop_test(t, long_chain, 0, 2);
	suite_add_tcase(s, t);
	return s;
}
