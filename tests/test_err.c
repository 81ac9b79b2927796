// SPDX-License-Identifier: MIT
/* test_err.c - error objects. */
#include <errno.h>
#include <string.h>

#include "err.h"
#include "t.h"

START_TEST(message_ends_in_errno)
{
	struct rawbpf_error e;

	ck_assert_int_eq(err_set(&e, "attach", -ENOENT, "no symbol '%s'", "strlne"), -ENOENT);
	ck_assert_str_eq(e.msg, "no symbol 'strlne': ENOENT");
	ck_assert_str_eq(e.stage, "attach");
	ck_assert_int_eq(e.insn, -1);
	ck_assert_ptr_null(e.hint);
}
END_TEST

/* What has one cause everywhere needs no caller to say so, and none is kept from saying more. */
/* A place before a message, whose errno and hint stay. */
START_TEST(told_of_a_place)
{
	struct rawbpf_error e;
	char text[600];

	err_set(&e, "map", -ENOENT, "no '%s'", "x");
	err_hint(&e, "make %s", "it");
	err_before(&e, "f.bpf:3");
	ck_assert_str_eq(e.msg, "f.bpf:3: no 'x': ENOENT");
	ck_assert_str_eq(e.hint, "make it");
	ck_assert_str_eq(e.stage, "map");
	ck_assert_int_eq(e.err, -ENOENT);
	err_set(&e, "map", -EINVAL, "bad");
	err_before(&e, "here");
	ck_assert_str_eq(e.msg, "here: bad: EINVAL");
	ck_assert_ptr_null(e.hint);
	memset(text, 'y', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_before(&e, text);
	ck_assert_str_eq(e.msg + strlen(e.msg) - strlen("...: EINVAL"), "...: EINVAL");
	err_clear(&e);
	err_before(&e, "here");
	ck_assert_ptr_null(e.msg);
	err_before(NULL, "here");
}
END_TEST

START_TEST(open_files_have_a_remedy)
{
	struct rawbpf_error e, copy;

	err_set(&e, "open", -EMFILE, "file 'x' cannot be opened");
	ck_assert_ptr_nonnull(strstr(e.hint, "'ulimit -n'"));
	err_copy(&copy, &e);
	ck_assert_str_eq(copy.hint, e.hint);
	err_hint(&e, "mine");
	ck_assert_str_eq(e.hint, "mine");
	err_set(&e, "open", -ENFILE, "file 'x' cannot be opened");
	ck_assert_ptr_nonnull(strstr(e.hint, "fs.file-max"));
	err_set(&e, "open", -ENOENT, "no file 'x'");
	ck_assert_ptr_null(e.hint);
}
END_TEST

/* Names are anybody's: no line is broken by one, and no terminal driven. */
START_TEST(control_bytes_are_written_out)
{
	struct rawbpf_error e;
	char text[sizeof(e.buf)];

	err_set(&e, "attach", -EINVAL, "'%s' names nothing", "a\nb\x1b[1m\x7f\xc3\xa9\t");
	err_hint(&e, "not '%s'", "\r");
	ck_assert_str_eq(e.msg, "'a\\nb\\x1b[1m\\x7f\xc3\xa9\\t' names nothing: EINVAL");
	ck_assert_str_eq(e.hint, "not '\\r'");
	memset(text, '\n', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set(&e, "attach", -EINVAL, "'%s'", text);
	err_hint(&e, "%s", text);
	ck_assert_ptr_null(strchr(e.msg, '\n'));
	ck_assert_ptr_null(strchr(e.hint, '\n'));
	ck_assert_ptr_nonnull(strstr(e.msg, "...: EINVAL"));
	ck_assert(e.hint + strlen(e.hint) < e.buf + sizeof(e.buf));
}
END_TEST

START_TEST(line_has_hint_before_errno)
{
	struct rawbpf_error e;
	char line[256];

	err_set(&e, "attach", -ENOENT, "no symbol 'strlne'");
	err_hint(&e, "did you mean '%s'?", "strlen");
	err_prog(&e, "count");
	err_src(&e, "a.bpf", 9);
	err_line(&e, line, sizeof(line));
	ck_assert_str_eq(line, "no symbol 'strlne'; did you mean 'strlen'?: ENOENT");
	ck_assert_str_eq(e.prog, "count");
	ck_assert_str_eq(e.src_file, "a.bpf");
	ck_assert_uint_eq(e.line, 9);
}
END_TEST

START_TEST(long_text_keeps_errno_and_hint)
{
	struct rawbpf_error e;
	char text[2000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	err_set(&e, "open", -ENAMETOOLONG, "%s", text);
	err_hint(&e, "%s", text);
	err_prog(&e, "p");
	ck_assert_ptr_nonnull(strstr(e.msg, "...: ENAMETOOLONG"));
	ck_assert(e.msg + strlen(e.msg) < e.hint);
	ck_assert(e.hint + strlen(e.hint) < e.buf + sizeof(e.buf));
	ck_assert_ptr_null(e.prog);
}
END_TEST

START_TEST(copy_points_into_itself)
{
	struct rawbpf_error a, b;

	err_set(&a, "open", -EIO, "disk");
	err_hint(&a, "buy one");
	err_copy(&b, &a);
	memset(&a, 'z', sizeof(a));
	ck_assert_str_eq(b.msg, "disk: EIO");
	ck_assert_str_eq(b.hint, "buy one");
}
END_TEST

START_TEST(null_is_legal)
{
	ck_assert_int_eq(err_set(NULL, "open", -EPERM, "no"), -EPERM);
	err_hint(NULL, "x");
	err_prog(NULL, "x");
	err_src(NULL, "x", 1);
	err_clear(NULL);
}
END_TEST

START_TEST(names)
{
	ck_assert_str_eq(err_name(-ENOENT), "ENOENT");
	ck_assert_str_eq(err_name(524), "ENOTSUPP");
	ck_assert_str_eq(rawbpf_errno_name(EACCES), "EACCES");
	ck_assert_str_eq(rawbpf_errno_name(-EACCES), "EACCES");
	ck_assert_str_eq(rawbpf_errno_name(ENOSYS), "ENOSYS");
	ck_assert_str_eq(err_name(99999), "unknown errno");
}
END_TEST

Suite *suite_err(void);
Suite *suite_err(void)
{
	Suite *s = suite_create("err");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, message_ends_in_errno);
	tcase_add_test(t, told_of_a_place);
	tcase_add_test(t, open_files_have_a_remedy);
	tcase_add_test(t, control_bytes_are_written_out);
	tcase_add_test(t, line_has_hint_before_errno);
	tcase_add_test(t, long_text_keeps_errno_and_hint);
	tcase_add_test(t, copy_points_into_itself);
	tcase_add_test(t, null_is_legal);
	tcase_add_test(t, names);
	suite_add_tcase(s, t);
	return s;
}
