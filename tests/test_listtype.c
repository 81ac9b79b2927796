// SPDX-License-Identifier: MIT
/* test_listtype.c - types of BTF as the assembler says them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpfasm.h"
#include "listtype.h"
#include "t.h"

Suite *suite_listtype(void);

static const char source[] = ".struct in\na: u8\nb: u32\n.end\n.struct rec\nn: s16\nc: char[5]\n"
			     "i: in\n.end\n.map m array(rec, 1)\n.prog p \"socket\"\nreturn 0\n";

/* The .struct of a record comes once, those in it before it. */
START_TEST(records)
{
	struct bpfasm_opts o = {.sz = sizeof(o)};
	struct listtype_name name;
	struct listtype types;
	struct bpfasm_out out;
	struct elf_file *f;
	int big;

	for (big = 0; big < 2; big++) {
		struct buf text = {0};

		o.big_endian = big;
		ck_assert_int_eq(bpfasm_assemble(source, strlen(source), &o, &out), 0);
		ck_assert_int_eq(elf_open_memory(out.data, out.len, "test", &f, NULL), 0);
		ck_assert_int_eq(listtype_open(f, &text, &types, NULL), 0);
		listtype_put(&types, btf_find(types.btf, BTF_STRUCT, "rec"), &name);
		ck_assert_str_eq(name.text, "rec");
		ck_assert_uint_eq(name.size, 16);
		ck_assert_uint_eq(name.align, 4);
		listtype_put(&types, btf_find(types.btf, BTF_STRUCT, "rec"), &name);
		ck_assert_str_eq(name.text, "rec");
		listtype_put(&types, 0, &name);
		ck_assert_str_eq(name.text, "char[1]");
		ck_assert_str_eq(buf_str(&text),
			".struct in\n\ta: u8\n\tb: u32\n.end\n"
			".struct rec\n\tn: s16\n\tc: char[5]\n\ti: in\n.end\n");
		listtype_close(&types);
		elf_close(f);
		buf_free(&text);
		bpfasm_free(&out);
	}
	listtype_chars(&name, 7);
	ck_assert_str_eq(name.text, "char[7]");
}
END_TEST

START_TEST(no_btf)
{
	struct listtype types;
	struct elf_file *f;
	size_t len;
	char *self = t_read_file("/proc/self/exe", &len);

	ck_assert_int_eq(elf_open_memory(self, len, "test", &f, NULL), 0);
	ck_assert_int_eq(listtype_open(f, NULL, &types, NULL), 0);
	ck_assert_ptr_null(types.btf);
	listtype_close(&types);
	elf_close(f);
	free(self);
}
END_TEST

Suite *suite_listtype(void)
{
	Suite *s = suite_create("listtype");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, records);
	tcase_add_test(t, no_btf);
	suite_add_tcase(s, t);
	return s;
}
