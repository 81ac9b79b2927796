// SPDX-License-Identifier: MIT
/* test_tpformat.c - format files of real kernels, and damaged ones. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "tpformat.h"

#define HEAD                               \
	"name: made_up\nID: 42\nformat:\n" \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n"
#define PARTS ";\toffset:8;\tsize:8;\tsigned:1;\n"

/* Every format of a file of tests/data; calls fn for each. */
static size_t each_format(
	const char *file, void (*fn)(const char *event, const char *text, size_t len))
{
	char *all = NULL, *p, *next, *nl;
	size_t n = 0;

	ck_assert_int_eq(t_run(&all, "xz -dc %s/tracepoint_formats/%s", TEST_DATA, file), 0);
	for (p = strstr(all, "=== "); p; p = next) {
		next = strstr(p, "\n=== ");
		if (next)
			*next++ = '\0';
		nl = strchr(p, '\n');
		*nl++ = '\0';
		fn(p + 4, nl, strlen(nl));
		n++;
	}
	free(all);
	return n;
}

/* What a second reader, written differently, finds in the text. */
static void compare(const char *event, const char *text, size_t len)
{
	unsigned offset, size, is_signed;
	struct rawbpf_error e;
	const char *p = text;
	struct tpformat f;
	char decl[256];
	size_t i = 0;

	ck_assert_msg(!tpformat_parse(text, len, &f, &e), "%s: %s", event, e.msg);
	ck_assert_str_eq(f.name, strchr(event, '/') + 1);
	ck_assert_uint_gt(f.id, 0);
	while ((p = strstr(p, "\tfield:"))) {
		const struct tpformat_field *g = &f.fields[i++];
		size_t name_len;

		ck_assert_uint_le(i, f.n_fields);
		ck_assert_int_eq(sscanf(p, "\tfield:%255[^;];\toffset:%u;\tsize:%u;\tsigned:%u;",
					 decl, &offset, &size, &is_signed),
			4);
		ck_assert_uint_eq(g->offset, offset);
		ck_assert_uint_eq(g->size, size);
		ck_assert_uint_eq(g->is_signed, is_signed);
		ck_assert_ptr_nonnull(strstr(decl, g->name));
		name_len = strlen(g->name);
		ck_assert(decl[strlen(decl) - 1] == ']' ||
			  !strcmp(decl + strlen(decl) - name_len, g->name));
		ck_assert_int_eq(g->kind == TPFORMAT_DATA_LOC, !strncmp(decl, "__data_loc", 10));
		ck_assert_int_eq(!!g->array, decl[strlen(decl) - 1] == ']');
		ck_assert_ptr_eq(tpformat_find(&f, g->name), g);
		ck_assert(g->kind != TPFORMAT_PLAIN || size == 1 || size == 2 || size == 4 ||
			  size == 8);
		p++;
	}
	ck_assert_uint_eq(i, f.n_fields);
	tpformat_free(&f);
}

START_TEST(real_kernels)
{
	ck_assert_uint_gt(each_format("5.10-amd64.txt.xz", compare), 1000);
	ck_assert_uint_gt(each_format("7.3-amd64.txt.xz", compare), 1000);
}
END_TEST

START_TEST(shapes)
{
	static const struct {
		const char *decl, *name, *type, *array;
		enum tpformat_kind kind;
	} rows[] = {
		{"u64 ts", "ts", "u64", NULL, TPFORMAT_PLAIN},
		{"const char * filename", "filename", "const char *", NULL, TPFORMAT_PLAIN},
		{"char *p", "p", "char *", NULL, TPFORMAT_PLAIN},
		{"struct page * page", "page", "struct page *", NULL, TPFORMAT_PLAIN},
		{"struct timeval when", "when", "struct timeval", NULL, TPFORMAT_BYTES},
		{"char comm[8]", "comm", "char", "8", TPFORMAT_BYTES},
		{"__u8 saddr[sizeof(int[2])]", "saddr", "__u8", "sizeof(int[2])", TPFORMAT_BYTES},
		{"u32 buf[]", "buf", "u32", "", TPFORMAT_BYTES},
	};
	const struct tpformat_field *g;
	struct tpformat f;
	char text[512];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(text, sizeof(text), HEAD "\tfield:%s" PARTS "\nprint fmt: \"field:x\"\n",
			rows[i].decl);
		ck_assert_int_eq(tpformat_parse(text, strlen(text), &f, NULL), 0);
		ck_assert_uint_eq(f.n_fields, 2);
		ck_assert_uint_eq(f.id, 42);
		ck_assert(f.fields[0].common && !f.fields[1].common);
		g = tpformat_find(&f, rows[i].name);
		ck_assert_msg(g, "%s", rows[i].decl);
		ck_assert_str_eq(g->type, rows[i].type);
		ck_assert_pstr_eq(g->array, rows[i].array);
		ck_assert_int_eq(g->kind, rows[i].kind);
		ck_assert(g->is_signed);
		tpformat_free(&f);
	}
}
END_TEST

START_TEST(locations)
{
	static const char text[] =
		HEAD "\tfield:__data_loc char[] a;\toffset:8;\tsize:4;\tsigned:1;\n"
		     "\tfield:__rel_loc char[] b;\toffset:12;\tsize:4;\tsigned:0;\n"
		     "\tfield:int old;\toffset:16;\tsize:4;\n";
	struct tpformat f;

	ck_assert_int_eq(tpformat_parse(text, strlen(text), &f, NULL), 0);
	ck_assert_int_eq(tpformat_find(&f, "a")->kind, TPFORMAT_DATA_LOC);
	ck_assert_str_eq(tpformat_find(&f, "a")->type, "char[]");
	ck_assert_int_eq(tpformat_find(&f, "b")->kind, TPFORMAT_REL_LOC);
	ck_assert(!tpformat_find(&f, "old")->is_signed);
	ck_assert_ptr_null(tpformat_find(&f, "c"));
	tpformat_free(&f);
}
END_TEST

START_TEST(damaged)
{
	static const char *const lines[] = {
		"\tfield:int a;\toffset:8;\tsize:x;\tsigned:1;\n",
		"\tfield:int a;\toffset:99999999999999999999;\tsize:4;\tsigned:1;\n",
		"\tfield:int a;\toffset:8;\tsize:-4;\tsigned:1;\n",
		"\tfield:int a;\tsize:4;\tsigned:1;\n",
		"\tfield:int a\toffset:8\n",
		"\tfield:__data_loc char[] a;\toffset:8;\tsize:8;\tsigned:0;\n",
	};
	struct rawbpf_error e;
	struct tpformat f;
	char text[512];
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		snprintf(text, sizeof(text), HEAD "%s", lines[i]);
		ck_assert_int_eq(tpformat_parse(text, strlen(text), &f, &e), -EINVAL);
		ck_assert_str_eq(e.msg, "line 6 of the format is damaged: EINVAL");
		ck_assert_ptr_null(f.text);
	}
	/* a declaration without a name is of no use, and no harm */
	snprintf(text, sizeof(text), HEAD "\tfield:" PARTS "\tfield:[]" PARTS "\tfield:]" PARTS);
	ck_assert_int_eq(tpformat_parse(text, strlen(text), &f, &e), 0);
	ck_assert_uint_eq(f.n_fields, 1);
	tpformat_free(&f);
}
END_TEST

static void mutate(const char *event, const char *text, size_t len)
{
	static const char bytes[] = "[];:\n\t field0-*(\0\xff";
	unsigned seed = (unsigned)len * 2654435761u;
	struct tpformat f;
	char *copy;
	size_t i, k, j;

	(void)event;
	copy = malloc(len);
	for (i = 0; i < 20; i++) {
		memcpy(copy, text, len);
		for (j = 0; j < 3; j++) {
			seed = seed * 1103515245u + 12345u;
			k = (seed >> 8) % len;
			copy[k] = bytes[(seed >> 4) % sizeof(bytes)];
		}
		/* any length: what is cut off is not looked at */
		if (!tpformat_parse(copy, (seed >> 8) % (len + 1), &f, NULL))
			for (k = 0; k < f.n_fields; k++)
				ck_assert_uint_gt(strlen(f.fields[k].name), 0);
		tpformat_free(&f);
	}
	free(copy);
}

START_TEST(mutations)
{
	ck_assert_uint_gt(each_format("7.3-amd64.txt.xz", mutate), 1000);
}
END_TEST

Suite *suite_tpformat(void);
Suite *suite_tpformat(void)
{
	Suite *s = suite_create("tpformat");
	TCase *t = tcase_create("unit");

	tcase_set_timeout(t, 30);
	tcase_add_test(t, real_kernels);
	tcase_add_test(t, shapes);
	tcase_add_test(t, locations);
	tcase_add_test(t, damaged);
	tcase_add_test(t, mutations);
	suite_add_tcase(s, t);
	return s;
}
