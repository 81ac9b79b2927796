// SPDX-License-Identifier: MIT
/* test_symdebug.c - the debug file of a stripped file. */
#include "symdebug.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "symfind.h"
#include "t.h"

#define BUILD                                                                         \
	"printf 'static __attribute__((noinline)) int inner(int x) { return x * 3; }" \
	"int main(int c, char **v) { (void)v; return inner(c); }' >p.c && "           \
	"cc -g -O1 -Wl,--build-id=%s -o p p.c && objcopy --only-keep-debug p p.debug && "
#define STRIP "strip p && objcopy --add-gnu-debuglink=p.debug p"

static bool build(char *dir, const char *id, const char *end)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	return !t_run(NULL, "cd %s && " BUILD STRIP "%s 2>/dev/null", dir, id, end);
}

/* 0 and where inner() is, or the error. */
static int find_inner(const char *dir, struct rawbpf_sym *s, bool *from_debug)
{
	struct sys sys = {0};
	struct symfind r;
	struct sym_file f;
	char path[256];
	int err;

	snprintf(path, sizeof(path), "%s/p", dir);
	ck_assert_int_eq(sym_open(&sys, path, &f, NULL), 0);
	err = symfind_one(&f, "inner", "p", &r, NULL);
	*s = r.sym;
	*from_debug = f.debug && !err;
	sym_close(&f);
	return err;
}

START_TEST(by_link)
{
	static const char *const ends[] = {"", " && mkdir .debug && mv p.debug .debug/",
		" && echo >>p.debug", " && rm p.debug"};
	static const char *const ids[] = {"none", "none", "none", "sha1"};
	char dir[] = "/tmp/rawbpf-debug-XXXXXX";
	struct rawbpf_sym s;
	bool debug;
	int err, fds = t_count_fds();

	if (!build(dir, ids[_i], ends[_i]))
		T_SKIP("no cc, strip or objcopy");
	err = find_inner(dir, &s, &debug);
	ck_assert_int_eq(err, _i < 2 ? 0 : -ENOENT); /* changed: the CRC differs */
	ck_assert_int_eq(debug, _i < 2);
	t_run(NULL, "rm -rf %s", dir);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* With a build id, the debug file of another build is not taken. */
START_TEST(by_link_with_id)
{
	char dir[] = "/tmp/rawbpf-debug-XXXXXX";
	struct rawbpf_sym s;
	bool debug;

	if (!build(dir, "0x0123456789abcdef", ""))
		T_SKIP("no cc, strip or objcopy");
	ck_assert_int_eq(find_inner(dir, &s, &debug), 0);
	ck_assert(debug);
	ck_assert_uint_gt(s.offset, 0);
	ck_assert_int_eq(t_run(NULL, "cd %s && " BUILD " mv p q && true", dir, "0x00ff"), 0);
	ck_assert_int_eq(t_run(NULL,
				 "cd %s && cc -O1 -s -Wl,--build-id=0x1234 -o p p.c && "
				 "objcopy --add-gnu-debuglink=p.debug p",
				 dir),
		0);
	ck_assert_int_eq(find_inner(dir, &s, &debug), -ENOENT);
	t_run(NULL, "rm -rf %s", dir);
}
END_TEST

Suite *suite_symdebug(void);
Suite *suite_symdebug(void)
{
	Suite *s = suite_create("symdebug");
	TCase *t = tcase_create("unit");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, by_link, 0, 4);
	tcase_add_test(t, by_link_with_id);
	suite_add_tcase(s, t);
	return s;
}
