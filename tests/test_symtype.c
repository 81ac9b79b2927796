// SPDX-License-Identifier: MIT
/* test_symtype.c - types of the kernel's names as text: from objects' BTF, and from the kernel's. */
#include "symtype.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpfasm.h"
#include "btffile.h"
#include "elf.h"
#include "t.h"
#include "tasm.h"

Suite *suite_symtype(void);

static struct btf *types_of(const void *object, size_t n)
{
	struct elf_file *f;
	struct elf_section s;
	struct btf *b;
	const void *p;
	size_t len;

	ck_assert_int_eq(elf_open_memory(object, n, "object", &f, NULL), 0);
	ck_assert_int_eq(elf_find_section(f, ".BTF", &s), 0);
	ck_assert_int_eq(elf_section_data(f, &s, &p, &len), 0);
	ck_assert_int_eq(btf_parse(p, len, &b, NULL), 0);
	elf_close(f);
	return b;
}

static struct btf *types(const char *text)
{
	const uint16_t one = 1;
	struct bpfasm_opts o = {.sz = sizeof(o), .big_endian = !*(const unsigned char *)&one};
	struct bpfasm_out out;
	struct btf *b;

	ck_assert_msg(!bpfasm_assemble(text, strlen(text), &o, &out), "%s", out.diag);
	b = types_of(out.data, out.len);
	bpfasm_free(&out);
	return b;
}

/* What the assembler wrote of a type says the same type. */
static void same(const char *type)
{
	char text[600], got[600];
	struct btf *b;
	size_t size;

	snprintf(text, sizeof(text), ".kfunc f: %s\n.prog p \"socket\"\ncall f\nreturn 0\n", type);
	b = types(text);
	ck_assert_int_eq(symtype_text(b, btf_find(b, BTF_FUNC, "f"), got, sizeof(got)), 0);
	ck_assert_str_eq(got, type);
	for (size = 1; size <= strlen(type); size++) {
		ck_assert_int_eq(symtype_text(b, btf_find(b, BTF_FUNC, "f"), got, size), -ENOSPC);
		ck_assert_uint_lt(strlen(got), size);
	}
	btf_free(b);
}

START_TEST(there_and_back)
{
	same("void()");
	same("struct task_struct *(struct task_struct *)");
	same("s32(u8, u16, u32, u64, s8, s16, s64, ...)");
	same("void **(s32(void *, ...)*, enum colour, enum, union u, struct)");
	same("forward struct a *(forward union b **, u8[16]*, u8[2][3]*)");
}
END_TEST

START_TEST(declared)
{
	struct btf *b =
		types(".kfunc f\n.kvar v\n.kfunc g: void()\n.kvar w: void\n.kvar x: u64[4]\n"
		      ".kfunc unused: void(u8)\n.prog p \"socket\"\ncall f\ncall g\n"
		      "r1 = &v\nr1 = &w\nr1 = &x\nreturn 0\n");
	bool is_func = false;
	char text[64];

	symtype_declared(b, "f", &is_func, text, sizeof(text)); /* nobody knew it */
	ck_assert_str_eq(text, "");
	ck_assert(is_func);
	symtype_declared(b, "v", &is_func, text, sizeof(text));
	ck_assert_str_eq(text, "");
	ck_assert(!is_func);
	symtype_declared(b, "g", &is_func, text, sizeof(text));
	ck_assert_str_eq(text, ": void()");
	symtype_declared(b, "w", &is_func, text, sizeof(text));
	ck_assert_str_eq(text, ": void");
	symtype_declared(b, "x", &is_func, text, sizeof(text));
	ck_assert_str_eq(text, ": u64[4]");
	symtype_declared(b, "x", &is_func, text, 5);
	ck_assert_str_eq(text, "");
	is_func = true;
	symtype_declared(b, "unused", &is_func, text, sizeof(text));
	ck_assert_str_eq(text, "");
	symtype_declared(NULL, "x", &is_func, text, sizeof(text));
	ck_assert_str_eq(text, "");
	ck_assert(is_func);
	ck_assert_int_eq(symtype_text(b, 1, text, sizeof(text)), -ENOENT);
	ck_assert_int_eq(symtype_text(b, btf_n_types(b), text, sizeof(text)), -ENOENT);
	btf_free(b);
}
END_TEST

/* clang's: parameters without names, a variable of "const void" */
START_TEST(of_clang)
{
	char text[128], *image;
	bool is_func;
	struct btf *b;
	size_t len;

	image = t_data("object/ksyms.bpf.o", &len);
	b = types_of(image, len);
	symtype_declared(b, "bpf_nowhere", &is_func, text, sizeof(text));
	ck_assert_str_eq(text, ": s32(s32, void *)");
	btf_free(b);
	free(image);
}
END_TEST

struct count {
	const struct btf *btf;
	unsigned n, said;
};

static int each(void *arg, uint32_t id, enum btf_kind kind, const char *name)
{
	struct count *c = arg;
	char got[2048];
	int err = symtype_text(c->btf, id, got, sizeof(got));

	ck_assert_msg(!err || err == -ENOENT, "%d %s: %d", kind, name, err);
	c->n++;
	c->said += !err;
	return 0;
}

/* All but what has numbers of 16 bytes, or floats. */
START_TEST(each_of_the_kernel)
{
	struct sys sys = {0};
	struct btffile f = {0};
	struct rawbpf_error e;
	struct count c = {0};

	if (access("/sys/kernel/btf/vmlinux", R_OK))
		T_SKIP("the kernel has no BTF");
	ck_assert_int_eq(btffile_open(&sys, NULL, &f, &e), 0);
	c.btf = f.btf;
	ck_assert_int_eq(btf_each(f.btf, 1U << BTF_FUNC | 1U << BTF_VAR, each, &c), 0);
	ck_assert_uint_gt(c.n, 1000);
	ck_assert_uint_ge(c.said, c.n - c.n / 100);
	btffile_close(&sys, &f);
}
END_TEST

Suite *suite_symtype(void)
{
	Suite *s = suite_create("symtype");
	TCase *tc = tcase_create("unit"), *live = tcase_create("live");

	tcase_add_test(tc, there_and_back);
	tcase_add_test(tc, declared);
	tcase_add_test(tc, of_clang);
	suite_add_tcase(s, tc);
	tcase_add_test(live, each_of_the_kernel);
	suite_add_tcase(s, live);
	return s;
}
