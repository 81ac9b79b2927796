// SPDX-License-Identifier: MIT
/* test_usdtsite.c - operands of a location: those asked for, and what the file and kernel say of them. */
#include "usdtsite.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "here.h"
#include "kbtf.h"
#include "kern.h"
#include "t.h"

/* A context of this program, and one location of it with other operands. */
struct site {
	struct rawbpf b;
	struct rawbpf_usdt u;
	struct usdtsite site;
	struct usdt_loc loc;
	struct usdtcode_op ops[OBJECT_USDT_MAX];
	struct rawbpf_error e;
	char exe[4096];
};

static void site_open(struct site *s, const char *args)
{
	ssize_t n;

	memset(s, 0, sizeof(*s));
	n = readlink("/proc/self/exe", s->exe, sizeof(s->exe) - 1);
	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(usdtctx_open(&s->u, s->exe, 0), 0);
	s->site.b = &s->b;
	s->site.u = &s->u;
	s->loc = s->u.locs[0];
	s->loc.args = args;
}

static void site_close(struct site *s)
{
	usdtsite_close(&s->site);
	usdtctx_close(&s->u);
	kbtf_free(&s->b);
	kern_free(&s->b);
}

static int site_ops(struct site *s, uint32_t args)
{
	return usdtsite_ops(&s->site, &s->loc, args, s->ops, &s->e);
}

#if defined(__aarch64__)
#define TWO "-4@x1 8@[x2, 16]"
#else
#define TWO "-4@%ecx 8@16(%rdx)"
#endif

/* Only what is asked for is looked at, and all else is zero. */
START_TEST(those_asked_for)
{
	static const struct usdtcode_op none;
	struct site s;

	NEED_PROBES_HERE();
	site_open(&s, TWO " nonsense@");
	ck_assert_msg(!site_ops(&s, 1 << 2), "%s", s.e.msg);
	ck_assert_mem_eq(&s.ops[0], &none, sizeof(none));
	ck_assert_int_eq(s.ops[1].kind, RAWBPF_ARG_MEM);
	ck_assert_int_eq(s.ops[1].val, 16);
	ck_assert_mem_eq(&s.ops[2], &none, sizeof(none));
	ck_assert_msg(!site_ops(&s, 1 << 1 | 1 << 2), "%s", s.e.msg);
	ck_assert_int_eq(s.ops[0].kind, RAWBPF_ARG_REG);
	ck_assert_int_ne(site_ops(&s, 1 << 3), 0);
	ck_assert_ptr_nonnull(strstr(s.e.msg, "nonsense"));
	ck_assert_int_eq(site_ops(&s, 1 << 4), -ENOENT);
	ck_assert_int_eq(site_ops(&s, 0), 0);
	site_close(&s);
}
END_TEST

#if defined(__x86_64__)
/* A variable's address, from the file's symbols. */
START_TEST(symbol)
{
	struct usdtcode_op other;
	struct site s;

	site_open(&s, "2@here_many_semaphore(%rip) 2@here_spread_semaphore(%rip) 4@no_such(%rip)");
	ck_assert_msg(!site_ops(&s, 1 << 1 | 1 << 2), "%s", s.e.msg);
	other = s.ops[1];
	ck_assert_int_eq(other.val - s.ops[0].val,
		(intptr_t)&here_spread_semaphore - (intptr_t)&here_many_semaphore);
	ck_assert_int_eq(site_ops(&s, 1 << 3), -ENOENT);
	ck_assert_ptr_nonnull(strstr(s.e.msg, "no_such"));
	site_close(&s);
}
END_TEST

/* A variable of a thread: by the kernel's BTF, whose absence is told only then. */
START_TEST(thread)
{
	const struct btf *btf;
	struct site s;

	site_open(&s, "8@%fs:40 8@%gs:16 8@%rax");
	ck_assert_msg(!site_ops(&s, 1 << 3), "%s", s.e.msg);
	ck_assert_ptr_null(s.b.kbtf); /* no operand that is read needs it */
	if (kbtf_kernel(&s.b, &btf)) {
		ck_assert_int_eq(site_ops(&s, 1 << 1), -ENODATA);
	} else {
		ck_assert_msg(!site_ops(&s, 1 << 1 | 1 << 2), "%s", s.e.msg);
		ck_assert_int_gt(s.ops[0].task, 0);
		ck_assert_int_ne(s.ops[0].task, s.ops[1].task);
	}
	site_close(&s);
}
END_TEST
#endif

Suite *suite_usdtsite(void);
Suite *suite_usdtsite(void)
{
	Suite *s = suite_create("usdtsite");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, those_asked_for);
#if defined(__x86_64__)
	tcase_add_test(t, symbol);
	tcase_add_test(t, thread);
#endif
	suite_add_tcase(s, t);
	return s;
}
