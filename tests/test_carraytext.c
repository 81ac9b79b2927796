// SPDX-License-Identifier: MIT
/* test_carraytext.c - the parts of a header's example; test_carray.c compiles and runs them. */
#include "carraytext.h"

#include <stdlib.h>
#include <string.h>

#include "t.h"

Suite *suite_carraytext(void);

/* The comment of a header x; to be freed. */
static char *comment(const struct carraytext *parts)
{
	struct carraytext t = *parts;
	struct textout out;
	unsigned char *text;
	size_t len;

	ck_assert_int_eq(textout_begin(&out), 0);
	t.out = &out;
	t.name = "x";
	t.upper = "X";
	carraytext_comment(&t);
	ck_assert_int_eq(textout_end(&out, &text, &len), 0);
	return (char *)text;
}

static void parts(const struct carraytext *t, bool id, bool ksym, bool btf, bool fill)
{
	char *s = comment(t);

	ck_assert(!strstr(s, "static unsigned x_btf_id(") == !id);
	ck_assert(!strstr(s, "#include <fcntl.h>") == !id);
	ck_assert(!strstr(s, "a.attach_btf_id = x_btf_id(") == !t->attaches);
	ck_assert(!strstr(s, "BPFASM_RELOC_KSYM") == !ksym);
	ck_assert(!strstr(s, "a.btf_size = sizeof(x_btf)") == !btf);
	ck_assert(!strstr(s, "a.func_info_cnt") == !btf);
	ck_assert(!strstr(s, "static int x_fill(") == !fill);
	ck_assert_ptr_nonnull(strstr(s, "X_RELOCS"));
	ck_assert_ptr_null(strpbrk(s, "@%"));
	ck_assert_ptr_eq(strstr(s, "*/"), s + strlen(s) - 3);
	free(s);
}

START_TEST(parts_that_are_needed)
{
	parts(&(struct carraytext){.name = NULL}, false, false, false, false);
	parts(&(struct carraytext){.attaches = true}, true, false, false, false);
	parts(&(struct carraytext){.ksyms = true}, true, true, false, false);
	parts(&(struct carraytext){.callbacks = true}, false, false, true, false);
	parts(&(struct carraytext){.fills = true}, false, false, false, true);
}
END_TEST

Suite *suite_carraytext(void)
{
	Suite *s = suite_create("carraytext");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, parts_that_are_needed);
	suite_add_tcase(s, tc);
	return s;
}
