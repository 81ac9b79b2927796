// SPDX-License-Identifier: MIT
/* test_sourcetext.c - texts that are loaded, and what is said of those that cannot be. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fake.h"
#include "sourcetext.h"
#include "t.h"

static const char good_text[] = ".license \"GPL\"\n"
				".map hits array(u32, u64, 2)\n"
				".prog f \"uprobe/c:strlen\"\n"
				"\tr0 = 0\n"
				"\texit\n";

START_TEST(text)
{
	struct fake f = {0};
	struct rawbpf *b = fake_context(&f);

	ck_assert_msg(!rawbpf_load(b, .text = good_text), "%s", rawbpf_errmsg(b));
	ck_assert_int_ge(rawbpf_prog_fd(b, "f"), FAKE_FD);
	ck_assert_ptr_nonnull(rawbpf_table(b, "hits"));
	ck_assert_uint_gt(f.last_prog.prog.line_info_cnt, 0);
	/* BTF, map, program: no more */
	ck_assert_uint_eq(f.n_calls, 3);
	rawbpf_free(b);
	ck_assert_uint_eq(f.n_open, 0);
}
END_TEST

START_TEST(bad_text)
{
	struct rawbpf *b = rawbpf_new();
	const struct rawbpf_error *e = rawbpf_error(b);

	ck_assert_int_eq(rawbpf_load(b,
				 .text = ".license \"GPL\"\n.prog f \"kprobe/f\"\n\tr0 = "
					 "nothing\n\texit\n",
				 .name = "mine.bpf"),
		-EINVAL);
	ck_assert_str_eq(e->stage, "assemble");
	ck_assert_str_eq(e->src_file, "mine.bpf");
	ck_assert_uint_eq(e->line, 3);
	ck_assert(!strncmp(e->msg, "mine.bpf:3:", 11));
	ck_assert_ptr_nonnull(strstr(e->msg, ": error: "));
	ck_assert_ptr_nonnull(strstr(e->log, "r0 = nothing")); /* with the line itself */
	ck_assert_int_eq(rawbpf_load(b, .text = ".frobnicate"), -EINVAL);
	ck_assert_str_eq(e->src_file, "<text>");
	rawbpf_free(b);
}
END_TEST

static long no_tracefs(void *arg, const struct rawbpf_call *c)
{
	switch (c->kind) {
	case RAWBPF_CALL_STATFS: return -ENOENT;
	case RAWBPF_CALL_FSOPEN: return *(int *)arg;
	default: return rawbpf_call_kernel(c);
	}
}

/* The right that is missing is the error, not the lines that would need it. */
START_TEST(text_of_a_closed_target)
{
	static const char needy[] = ".prog f \"tracepoint/a/b\"\n\tr2 = args->x\n\tr3 = args->y\n"
				    "\tr0 = 0\n\texit\n";
	static const char bad[] = ".prog f \"kprobe/f\"\n\tr0 = nothing\n\texit\n";
	struct rawbpf *b = rawbpf_new();
	const struct rawbpf_error *e = rawbpf_error(b);
	int err = -EPERM;

	rawbpf_set_hook(b, no_tracefs, &err);
	ck_assert_int_eq(rawbpf_load(b, .text = needy), -EPERM);
	ck_assert_str_eq(e->msg, "tracefs is not mounted and may not be reached unmounted: EPERM");
	ck_assert_ptr_nonnull(e->hint);
	ck_assert_ptr_null(e->log);
	ck_assert_int_eq(rawbpf_load(b, .text = needy), -EPERM); /* from memory, the same */
	ck_assert_ptr_nonnull(e->hint);
	/* and a text that is wrong itself is told so */
	ck_assert_int_eq(rawbpf_load(b, .text = bad), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e->log, "r0 = nothing"));
	rawbpf_free(b);
	b = rawbpf_new();
	err = -ENOSYS;
	rawbpf_set_hook(b, no_tracefs, &err);
	ck_assert_int_eq(rawbpf_load(b, .text = needy), -ENOENT);
	ck_assert_str_eq(rawbpf_error(b)->msg, "tracefs is not mounted: ENOENT");
	rawbpf_free(b);
}
END_TEST

/* Both ways of one file: text, and the object made of it. */
START_TEST(text_file)
{
	struct fake f = {0};
	struct rawbpf *b = fake_context(&f);
	char path[4096];
	FILE *out;

	snprintf(path, sizeof(path), "%s/source-test.bpf", TEST_BUILD);
	out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	fputs(good_text, out);
	fclose(out);
	ck_assert_msg(!rawbpf_load(b, .src_file = path), "%s", rawbpf_errmsg(b));
	rawbpf_free(b);
	ck_assert_uint_eq(f.n_open, 0);
}
END_TEST

/* What cannot be assembled leaves nothing; what can be is an object. */
START_TEST(an_object)
{
	struct rawbpf_load_opts o = {.sz = sizeof(o)};
	struct rawbpf *b = rawbpf_new();
	unsigned char *object = NULL;
	size_t len = 0;

	ck_assert_int_eq(sourcetext_make(b, &o, "?", 1, "x", &object, &len), -EINVAL);
	ck_assert_ptr_null(object);
	ck_assert_int_eq(
		sourcetext_make(b, &o, good_text, strlen(good_text), "x", &object, &len), 0);
	ck_assert_uint_gt(len, 64);
	ck_assert_mem_eq(object, "\177ELF", 4);
	sourcetext_unmake(object);
	sourcetext_unmake(NULL);
	rawbpf_free(b);
}
END_TEST

Suite *suite_sourcetext(void);
Suite *suite_sourcetext(void)
{
	Suite *s = suite_create("sourcetext");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, text);
	tcase_add_test(t, bad_text);
	tcase_add_test(t, text_of_a_closed_target);
	tcase_add_test(t, text_file);
	tcase_add_test(t, an_object);
	suite_add_tcase(s, t);
	return s;
}
