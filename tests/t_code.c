// SPDX-License-Identifier: MIT
/* t_code.c - the code of two objects, compared. */
#include "t_code.h"

#include <check.h>

#include "elf.h"

void t_same_code(const void *a, size_t na, const void *b, size_t nb)
{
	struct elf_file *fa, *fb;
	struct elf_section s, t;
	const void *p, *q;
	size_t i, n, m, compared = 0;

	ck_assert_int_eq(elf_open_memory(a, na, "a", &fa, NULL), 0);
	ck_assert_int_eq(elf_open_memory(b, nb, "b", &fb, NULL), 0);
	for (i = 1; i < elf_ident(fa)->n_sections; i++) {
		if (elf_section(fa, i, &s) || !(s.flags & 4) || !s.size)
			continue;
		ck_assert_int_eq(elf_find_section(fb, s.name, &t), 0);
		ck_assert_int_eq(elf_section_data(fa, &s, &p, &n), 0);
		ck_assert_int_eq(elf_section_data(fb, &t, &q, &m), 0);
		ck_assert_uint_eq(n, m);
		ck_assert_mem_eq(p, q, n);
		compared++;
	}
	ck_assert_uint_gt(compared, 0);
	elf_close(fa);
	elf_close(fb);
}
