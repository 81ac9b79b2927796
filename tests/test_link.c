// SPDX-License-Identifier: MIT
/* test_link.c - links and the ioctl road; what is closed when. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "kern.h"
#include "link.h"
#include "t.h"

static struct rawbpf *link_context(struct fake *f)
{
	struct rawbpf *b = fake_context(f);
	size_t len;
	char *p = t_data("object/all.bpf.o", &len);

	ck_assert_int_eq(rawbpf_load(b, .image = p, .image_len = len), 0);
	free(p);
	return b;
}

static int link_one(struct rawbpf *b, struct fake *f, struct link **l)
{
	struct rawbpf_perf_attr attr = {0};
	int fd = sys_perf_event_open(&b->sys, &attr, -1, 0, NULL);

	ck_assert_int_ge(fd, FAKE_FD);
	(void)f;
	return link_perf_event(b, LINK_TRACEPOINT, &b->progs[0], "a:b", fd, l);
}

START_TEST(by_link)
{
	struct fake f = {0};
	struct rawbpf *b = link_context(&f);
	unsigned before = f.n_open, calls = f.n_calls;
	struct link *l, *m;

	ck_assert_int_eq(link_one(b, &f, &l), 0);
	ck_assert_uint_eq(f.n_calls, calls + 2); /* the event, the link: no ENABLE */
	ck_assert_int_ge(l->link_fd, FAKE_FD);
	ck_assert_str_eq(l->place, "a:b");
	ck_assert_int_eq(link_one(b, &f, &m), 0);
	ck_assert_ptr_eq(b->links, m); /* newest first */
	link_close(b, l);
	ck_assert_ptr_eq(b->links, m);
	link_close_until(b, NULL);
	ck_assert_ptr_null(b->links);
	ck_assert_uint_eq(f.n_open, before);
	rawbpf_free(b);
	ck_assert_uint_eq(f.n_open, 0);
}
END_TEST

START_TEST(by_ioctl)
{
	struct fake f = {.no_perf_link = true};
	struct rawbpf *b = link_context(&f);
	struct link *l;

	ck_assert_int_eq(link_one(b, &f, &l), 0);
	ck_assert_int_eq(l->link_fd, -1);
	ck_assert(b->kern->no_perf_link);
	ck_assert_int_eq(link_one(b, &f, NULL), 0);
	ck_assert_uint_eq(f.n_bpf[RAWBPF_LINK_CREATE], 1); /* asked once */
	rawbpf_free(b);
	ck_assert_uint_eq(f.n_open, 0);
}
END_TEST

START_TEST(refused)
{
	static const int errs[] = {-EPERM, -EBUSY, -ENOMEM, -EEXIST};
	size_t i;

	for (i = 0; i < sizeof(errs) / sizeof(*errs); i++) {
		struct fake f = {0};
		struct rawbpf *b = link_context(&f);
		unsigned before = f.n_open;

		f.fail_at = f.n_calls + 2;
		f.fail_err = errs[i];
		ck_assert_int_eq(link_one(b, &f, NULL), errs[i]);
		ck_assert_uint_eq(f.n_open, before); /* the event is closed too */
		ck_assert_ptr_null(b->links);
		ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "cannot be attached to 'a:b'"));
		rawbpf_free(b);
	}
}
END_TEST

/* Neither road: what the first said is told. */
START_TEST(first_answer)
{
	struct fake f = {.no_perf_link = true};
	struct rawbpf *b = link_context(&f);

	f.fail_at = f.n_calls + 3; /* SET_BPF */
	f.fail_err = -EEXIST;
	ck_assert_int_eq(link_one(b, &f, NULL), -EINVAL);
	ck_assert(!b->kern->no_perf_link);
	rawbpf_free(b);
	ck_assert_uint_eq(f.n_open, 0);
}
END_TEST

Suite *suite_link(void);
Suite *suite_link(void)
{
	Suite *s = suite_create("link");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, by_link);
	tcase_add_test(t, by_ioctl);
	tcase_add_test(t, refused);
	tcase_add_test(t, first_answer);
	suite_add_tcase(s, t);
	return s;
}
