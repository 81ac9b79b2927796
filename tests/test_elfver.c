// SPDX-License-Identifier: MIT
/* test_elfver.c - names of versions, as a file defines and needs them. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "elf.h"
#include "t.h"
#include "t_elf.h"

static struct elf_file *open_made(bool wide, bool big_endian, unsigned char **image)
{
	static const struct t_elf_sym dyn[] = {
		T_ELF_FN("f", "@V1", T_ELF_AT(0x10), STB_GLOBAL),
		T_ELF_FN("f", "@@V2", T_ELF_AT(0x20), STB_GLOBAL),
		T_ELF_FN("g", NULL, T_ELF_AT(0x30), STB_GLOBAL),
		T_ELF_END,
	};
	struct t_elf t = {.bits = wide ? 64 : 32,
		.big_endian = big_endian,
		.machine = wide ? EM_PPC64 : EM_PPC,
		.dyn = dyn};
	struct rawbpf_error e;
	struct elf_file *f;
	size_t len;

	*image = t_elf_make(&t, &len);
	ck_assert_msg(!elf_open_memory(*image, len, "made", &f, &e), "%s", e.msg);
	return f;
}

/* how many of the indexes below n have this name */
static unsigned named(struct elf_file *f, struct elfver *v, const char *name, uint64_t n)
{
	unsigned found = 0;
	const char *s;

	while (n--) {
		s = elfver_name(f, v, n);
		found += s && !strcmp(s, name);
	}
	return found;
}

/* _i: bit 0 wide, bit 1 big endian */
START_TEST(defined)
{
	unsigned char *image;
	struct elf_file *f = open_made(_i & 1, _i & 2, &image);
	struct elfver v = {0};

	ck_assert_uint_eq(named(f, &v, "V1", 64), 1);
	ck_assert_uint_eq(named(f, &v, "V2", 64), 1);
	ck_assert_ptr_null(elfver_name(f, &v, 0));
	ck_assert_ptr_null(elfver_name(f, &v, 0x7fff));
	ck_assert_ptr_null(elfver_name(f, &v, UINT64_MAX));
	free(v.of);
	elf_close(f);
	free(image);
}
END_TEST

/* Without memory for them there are none. */
START_TEST(no_memory)
{
	unsigned char *image;
	struct elf_file *f = open_made(true, false, &image);
	struct elfver v = {0};
	const char *name;
	bool failed = true;
	unsigned n;

	for (n = 1; failed && n < 50; n++) {
		memset(&v, 0, sizeof(v));
		t_fail_alloc_at(n);
		name = elfver_name(f, &v, 2);
		failed = t_alloc_failed();
		ck_assert(failed || name);
		free(v.of);
	}
	ck_assert(!failed);
	ck_assert_uint_gt(n, 2);
	elf_close(f);
	free(image);
}
END_TEST

/* What this program's C library was linked with is among what it needs. */
START_TEST(needed)
{
	struct sys s = {0};
	struct elfver v = {0};
	struct rawbpf_error e;
	struct elf_section sec;
	struct elf_file *f;

	ck_assert_msg(!elf_open(&s, TEST_BUILD "/check", &f, &e), "%s", e.msg);
	if (elf_find_type(f, SHT_GNU_verneed, 0, &sec)) {
		elf_close(f);
		T_SKIP("this program needs no versions");
	}
	ck_assert_ptr_nonnull(elfver_name(f, &v, 2));
	free(v.of);
	elf_close(f);
}
END_TEST

Suite *suite_elfver(void);
Suite *suite_elfver(void)
{
	Suite *s = suite_create("elfver");
	TCase *t = tcase_create("unit");

	tcase_add_loop_test(t, defined, 0, 4);
	tcase_add_test(t, no_memory);
	tcase_add_test(t, needed);
	suite_add_tcase(s, t);
	return s;
}
