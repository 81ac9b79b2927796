// SPDX-License-Identifier: MIT
/* test_probeevent.c - probe events of tracefs: names that are free, siblings, removal. */
#include "probeevent.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kfake.h"
#include "t.h"

#define EVENTS_FILE "kprobe_events"

START_TEST(made_and_removed)
{
	char name[2][PROBEEVENT_NAME], head[64];
	struct kfake k = {0};
	uint64_t id[2];
	bool reached;

	kfake_open(&k);
	snprintf(head, sizeof(head), "rawbpf_%d_", (int)getpid());
	ck_assert_int_eq(
		probeevent_make(k.b, EVENTS_FILE, "p", "vfs_read", name[0], &id[0], &reached), 0);
	ck_assert(reached);
	ck_assert(!strncmp(name[0], head, strlen(head)));
	ck_assert_uint_eq(id[0], 1000);
	/* the same place again is another event, not more of the first */
	ck_assert_int_eq(
		probeevent_make(k.b, EVENTS_FILE, "r8", "vfs_read", name[1], &id[1], &reached), 0);
	ck_assert_str_ne(name[0], name[1]);
	ck_assert_uint_eq(id[1], 1001);
	ck_assert(!strncmp(k.last_write, "r8:kprobes/", 11));
	ck_assert_uint_eq(kfake_events(&k), 2);
	k.busy = 3;
	ck_assert_int_eq(probeevent_remove(k.b, EVENTS_FILE, name[0]), 0);
	ck_assert_int_eq(probeevent_remove(k.b, EVENTS_FILE, name[0]), 0); /* gone: good */
	ck_assert_uint_eq(kfake_events(&k), 1);
	k.busy = 1000;
	ck_assert_int_eq(probeevent_remove(k.b, EVENTS_FILE, name[1]), -EBUSY);
	k.busy = 0;
	ck_assert_int_eq(probeevent_remove(k.b, EVENTS_FILE, name[1]), 0);
	kfake_close(&k);
}
END_TEST

START_TEST(siblings)
{
	struct kfake k = {0};
	char name[PROBEEVENT_NAME];
	bool reached;
	uint64_t id;

	kfake_open(&k);
	ck_assert_int_eq(
		probeevent_make(k.b, EVENTS_FILE, "p", "vfs_read", name, &id, &reached), 0);
	ck_assert_int_eq(probeevent_add(k.b, EVENTS_FILE, "p", "vfs_write", name, true), 0);
	ck_assert_uint_eq(k.places[0], 2);
	ck_assert_int_eq(probeevent_add(k.b, EVENTS_FILE, "p", "no_such", name, false), -ENOENT);
	k.replaces = true;
	ck_assert_int_eq(probeevent_add(k.b, EVENTS_FILE, "p", "listed", name, true), -EEXIST);
	k.no_siblings = true;
	ck_assert_int_eq(probeevent_add(k.b, EVENTS_FILE, "p", "listed", name, false), -EEXIST);
	ck_assert_int_eq(probeevent_remove(k.b, EVENTS_FILE, name), 0);
	kfake_close(&k);
}
END_TEST

START_TEST(refusals)
{
	struct kfake k = {.no_tracefs = true};
	char name[PROBEEVENT_NAME];
	bool reached;
	uint64_t id;

	kfake_open(&k);
	ck_assert_int_eq(
		probeevent_make(k.b, EVENTS_FILE, "p", "vfs_read", name, &id, &reached), -ENODEV);
	ck_assert(!reached);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(k.b), "no tracefs"));
	k.no_tracefs = false;
	ck_assert_int_eq(
		probeevent_make(k.b, EVENTS_FILE, "p", "no_such", name, &id, &reached), -ENOENT);
	ck_assert(reached);
	kfake_close(&k);
}
END_TEST

/* Whatever call fails, no event stays. */
START_TEST(every_call_fails)
{
	char name[PROBEEVENT_NAME];
	unsigned n, failed = 0;
	bool reached, done;
	uint64_t id;
	int err;

	for (n = 1;; n++) {
		struct kfake k = {.fail_at = n, .fail_err = -EIO};

		kfake_open(&k);
		err = probeevent_make(k.b, EVENTS_FILE, "p", "vfs_read", name, &id, &reached);
		failed += err != 0;
		done = k.n_calls < n;
		k.fail_at = 0;
		if (!err)
			probeevent_remove(k.b, EVENTS_FILE, name);
		ck_assert_uint_eq(kfake_events(&k), 0);
		kfake_close(&k);
		if (done)
			break;
	}
	ck_assert_uint_gt(failed, 3);
}
END_TEST

Suite *suite_probeevent(void);
Suite *suite_probeevent(void)
{
	Suite *s = suite_create("probeevent");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, made_and_removed);
	tcase_add_test(t, siblings);
	tcase_add_test(t, refusals);
	tcase_add_test(t, every_call_fails);
	suite_add_tcase(s, t);
	return s;
}
