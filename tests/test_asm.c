// SPDX-License-Identifier: MIT
/*
 * test_asm.c - the library's interface, the golden rows of LLVM, and the files of tests/asm.
 *
 * A file of tests/asm is a source; comments in it say what becomes of it:
 *
 *	;= 0f21000000000000 ...		the bytes of the whole file (several such lines are one)
 *	;! 3:9: error: no map 'x'	its messages contain "NAME:3:9: error: no map 'x'"
 *	;> r0 = 0			the lines of instructions that it expands to
 *
 * A source without ";!" is also assembled to an object, and its expanded text gives its bytes again.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rawbpf.h"
#include "t.h"
#include "tasm.h"

Suite *suite_asm(void);

/* ---- LLVM's rows ------------------------------------------------------------------------- */

static void row_bytes(const char *text, const struct bpfasm_opts *o, const char *want)
{
	struct bpfasm_out out;
	int err = bpfasm_assemble(text, strlen(text), o, &out);
	char *got, *blank;

	ck_assert_msg(!err, "'%s': %s", text, out.diag);
	got = tasm_hex(out.data, out.len);
	blank = strchr(got, ' '); /* two slots: the row has none between them */
	if (blank)
		memmove(blank, blank + 1, strlen(blank));
	ck_assert_msg(!strcmp(got, want), "'%s' is %s, not %s", text, got, want);
	free(got);
	bpfasm_free(&out);
}

/* LLVM's text gives the bytes, and so does what the disassembler says of them. */
static void row_is(bool big, const char *want, const char *text)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);
	struct bpfasm_out out, back;

	o.big_endian = big;
	row_bytes(text, &o, want);
	ck_assert_int_eq(bpfasm_assemble(text, strlen(text), &o, &out), 0);
	ck_assert_int_eq(bpfasm_disassemble(out.data, out.len, &o, &back), 0);
	row_bytes((char *)back.data, &o, want);
	bpfasm_free(&out);
	bpfasm_free(&back);
}

START_TEST(every_row_in_both_byte_orders)
{
	char *data = t_data("isa/insns.txt", NULL), *line, *save = NULL, *tab, *col[5];
	unsigned i, rows = 0;

	for (line = strtok_r(data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (line[0] == '#')
			continue;
		for (i = 0; i < 5; i++, line = tab + 1) {
			col[i] = line;
			tab = strchr(line, '\t');
			ck_assert(tab || i == 4);
			if (tab)
				*tab = '\0';
		}
		row_is(false, col[0], col[3]);
		row_is(true, col[1], col[3]);
		rows++;
	}
	ck_assert_uint_gt(rows, 300);
	free(data);
}
END_TEST

/* ---- tests/asm --------------------------------------------------------------------------- */

/* What the comments of a golden file ask for. */
static unsigned golden_messages(const char *name, const char *text, const char *diag)
{
	char want[512];
	unsigned n = 0;
	const char *p;
	size_t len;

	for (p = text; p; p = strchr(p, '\n'), p = p ? p + 1 : NULL) {
		if (strncmp(p, ";! ", 3) != 0)
			continue;
		len = strcspn(p + 3, "\n");
		snprintf(want, sizeof(want), "%s:%.*s", name, (int)len, p + 3);
		ck_assert_msg(diag && strstr(diag, want), "%s: no message '%s' in:\n%s", name, want,
			diag ? diag : "");
		n++;
	}
	return n;
}

static char *golden_bytes(const char *text)
{
	char *hex = calloc(1, strlen(text) + 1), *to = hex;
	const char *p;

	for (p = text; p; p = strchr(p, '\n'), p = p ? p + 1 : NULL) {
		if (strncmp(p, ";= ", 3) != 0)
			continue;
		if (to != hex)
			*to++ = ' ';
		memcpy(to, p + 3, strcspn(p + 3, "\n"));
		to += strcspn(p + 3, "\n");
	}
	return hex;
}

/* The instructions of an expanded text, one a line. */
static char *golden_insns(const char *text)
{
	char *insns = calloc(1, strlen(text) + 1), *to = insns;
	const char *p;

	for (p = text; p; p = strchr(p, '\n'), p = p ? p + 1 : NULL)
		if (p[0] == '\t' && p[1] != '\t') {
			memcpy(to, p + 1, strcspn(p, "\n"));
			to += strcspn(p, "\n");
		}
	return insns;
}

static char *golden_expected(const char *text)
{
	char *lines = calloc(1, strlen(text) + 1), *to = lines;
	const char *p;

	for (p = text; p; p = strchr(p, '\n'), p = p ? p + 1 : NULL)
		if (!strncmp(p, ";> ", 3)) {
			memcpy(to, p + 3, strcspn(p, "\n") - 2);
			to += strcspn(p, "\n") - 2;
		}
	return lines;
}

/* The object as text: code, and the names that relocations give. */
static char *golden_listing(const char *text, size_t len, const struct bpfasm_opts *o)
{
	struct bpfasm_opts elf = *o;
	struct bpfasm_out out;
	struct rawbpf_error e;
	char *listing = NULL;
	size_t size;
	FILE *f = open_memstream(&listing, &size);

	elf.format = BPFASM_ELF;
	ck_assert_msg(!bpfasm_assemble(text, len, &elf, &out), "%s\n%s", text, out.diag);
	ck_assert_int_eq(rawbpf_list_object(out.data, out.len, f, &e), 0);
	fclose(f);
	bpfasm_free(&out);
	return listing;
}

/* What no bytes can hold: the expanded text, which gives the same object, and so does its listing. */
static void golden_expands(const char *name, const char *text, const char *want)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_TEXT);
	struct bpfasm_out out;
	char *got, *list[3];
	unsigned i;

	o.name = name;
	ck_assert_int_eq(bpfasm_assemble(text, strlen(text), &o, &out), 0);
	got = golden_insns((char *)out.data);
	ck_assert_str_eq(got, want);
	list[0] = golden_listing(text, strlen(text), &o);
	list[1] = golden_listing((char *)out.data, out.len, &o);
	list[2] = golden_listing(list[0], strlen(list[0]), &o);
	ck_assert_str_eq(list[1], list[0]);
	ck_assert_str_eq(list[2], list[0]);
	for (i = 0; i < 3; i++)
		free(list[i]);
	free(got);
	bpfasm_free(&out);
}

static void golden_passes(const char *name, const char *text, const char *hex)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);
	struct bpfasm_out out, expanded;
	char *got;

	o.name = name;
	ck_assert_int_eq(bpfasm_assemble(text, strlen(text), &o, &out), 0);
	got = tasm_hex(out.data, out.len);
	if (hex[0])
		ck_assert_msg(!strcmp(got, hex), "%s is\n%s, not\n%s", name, got, hex);
	bpfasm_free(&out);
	o.format = BPFASM_TEXT;
	ck_assert_int_eq(bpfasm_assemble(text, strlen(text), &o, &expanded), 0);
	o.format = BPFASM_RAW;
	ck_assert_msg(!bpfasm_assemble((char *)expanded.data, expanded.len, &o, &out),
		"%s, expanded:\n%s\n%s", name, expanded.data, out.diag);
	hex = tasm_hex(out.data, out.len);
	ck_assert_msg(!strcmp(got, hex), "%s, expanded, is\n%s, not\n%s", name, hex, got);
	free((char *)hex);
	free(got);
	bpfasm_free(&out);
	bpfasm_free(&expanded);
}

static void golden_file(const char *dir, const char *name)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);
	struct bpfasm_out out;
	char path[512], *text, *hex, *lines;
	unsigned n;
	int err;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	text = t_read_file(path, NULL);
	o.name = name;
	err = bpfasm_assemble(text, strlen(text), &o, &out);
	n = golden_messages(name, text, out.diag);
	hex = golden_bytes(text);
	lines = golden_expected(text);
	ck_assert_msg(n || !out.diag, "%s: %s", name, out.diag);
	ck_assert_msg(!err == !out.n_errors, "%s: %d", name, err);
	ck_assert_msg(n || hex[0] || lines[0], "%s expects nothing", name);
	if (!err && lines[0])
		golden_expands(name, text, lines);
	else if (!err)
		golden_passes(name, text, hex);
	free(lines);
	free(hex);
	free(text);
	bpfasm_free(&out);
}

START_TEST(golden_files)
{
	DIR *dir = opendir(TEST_ROOT "/tests/asm");
	struct dirent *e;
	unsigned n = 0;

	ck_assert_ptr_nonnull(dir);
	while ((e = readdir(dir)) != NULL) {
		if (!strstr(e->d_name, ".bpf"))
			continue;
		golden_file(TEST_ROOT "/tests/asm", e->d_name);
		n++;
	}
	closedir(dir);
	ck_assert_uint_ge(n, 5);
}
END_TEST

/* ---- the interface ----------------------------------------------------------------------- */

START_TEST(options_of_other_sizes)
{
	struct {
		struct bpfasm_opts o;
		unsigned long more;
	} newer = {.o = tasm_opts(BPFASM_RAW)};
	struct bpfasm_out out;

	newer.o.sz = sizeof(newer);
	ck_assert_int_eq(bpfasm_assemble("exit", 4, &newer.o, &out), 0);
	ck_assert_uint_eq(out.len, 8);
	bpfasm_free(&out);
	newer.more = 1;
	ck_assert_int_eq(bpfasm_assemble("exit", 4, &newer.o, &out), -E2BIG);
	ck_assert_int_eq(bpfasm_disassemble("", 0, &newer.o, &out), -E2BIG);
	newer.o.sz = 4;
	ck_assert_int_eq(bpfasm_assemble("exit", 4, &newer.o, &out), -EINVAL);
	newer.o = tasm_opts(77);
	ck_assert_int_eq(bpfasm_assemble("exit", 4, &newer.o, &out), -EINVAL);
	bpfasm_free(&out);
}
END_TEST

START_TEST(empty_and_broken_input)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);
	struct bpfasm_out out;

	ck_assert_int_eq(bpfasm_assemble("", 0, &o, &out), 0);
	bpfasm_free(&out);
	ck_assert_int_eq(bpfasm_assemble("exit", 4, &o, &out), -EINVAL);
	ck_assert_ptr_nonnull(strstr(out.diag, "an instruction before any program"));
	ck_assert_uint_eq(out.n_errors, 1);
	ck_assert_ptr_null(out.data);
	bpfasm_free(&out);
	ck_assert_int_eq(bpfasm_disassemble("1234", 4, NULL, &out), -EINVAL);
	bpfasm_free(&out);
	ck_assert_int_eq(
		bpfasm_disassemble("\x95\0\0\0\0\0\0\0\xff\0\0\0\0\0\0\0", 16, NULL, &out), 0);
	ck_assert_str_eq(
		(char *)out.data, "exit\n.word 0x00000000000000ff ; invalid: opcode 0xff\n");
	bpfasm_free(&out);
}
END_TEST

START_TEST(nothing_to_free)
{
	struct bpfasm_out out = {0};

	bpfasm_free(NULL);
	bpfasm_free(&out);
	bpfasm_free(&out);
}
END_TEST

START_TEST(calls_between_functions_are_linked)
{
	tasm_is(".prog a \"socket\"\nr0 = f(1)\nexit\n.func f\nr0 = g(r1)\nexit\n.func g\nr0 = 3\n"
		"exit",
		"b701000001000000 8510000001000000 9500000000000000 8510000001000000 "
		"9500000000000000 b700000003000000 9500000000000000");
}
END_TEST

START_TEST(errors_stop_at_twenty)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);
	struct bpfasm_out out;
	char text[4096] = "";
	int i;

	for (i = 0; i < 100; i++)
		strcat(text, "r1 = r12\n");
	ck_assert_int_eq(bpfasm_assemble(text, strlen(text), &o, &out), -EINVAL);
	ck_assert_uint_eq(out.n_errors, 20);
	bpfasm_free(&out);
}
END_TEST

Suite *suite_asm(void)
{
	Suite *s = suite_create("asm");
	TCase *tc = tcase_create("unit");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, every_row_in_both_byte_orders);
	tcase_add_test(tc, golden_files);
	tcase_add_test(tc, options_of_other_sizes);
	tcase_add_test(tc, empty_and_broken_input);
	tcase_add_test(tc, calls_between_functions_are_linked);
	tcase_add_test(tc, nothing_to_free);
	tcase_add_test(tc, errors_stop_at_twenty);
	suite_add_tcase(s, tc);
	return s;
}
