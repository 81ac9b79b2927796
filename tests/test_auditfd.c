// SPDX-License-Identifier: MIT
/* test_auditfd.c - what descriptors are for, from the calls that make and close them. */
#include "auditfd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "t.h"

#define CALL(k, ...)                                            \
	&(const struct rawbpf_call)                             \
	{                                                       \
		.kind = RAWBPF_CALL_##k, .arg = { __VA_ARGS__ } \
	}
#define CALL_FOR(k, words, ...)                                                \
	&(const struct rawbpf_call)                                            \
	{                                                                      \
		.kind = RAWBPF_CALL_##k, .role = words, .arg = { __VA_ARGS__ } \
	}
#define P(x) ((uintptr_t)(x))

START_TEST(maps)
{
	struct auditfd_table t = {0};
	union rawbpf_attr a = {
		.map = {.map_type = RAWBPF_MAP_HASH, .key_size = 4, .value_size = 16}};
	const struct auditfd *f;

	auditfd_learn(&t, CALL_FOR(BPF, "map m", RAWBPF_MAP_CREATE, P(&a), sizeof(a.map)), 7);
	auditfd_learn(&t, CALL_FOR(BPF, "map no", RAWBPF_MAP_CREATE, P(&a), sizeof(a.map)), -EPERM);
	f = auditfd_find(&t, 7);
	ck_assert_ptr_nonnull(f);
	ck_assert_str_eq(f->role, "map m");
	ck_assert_uint_eq(f->map_type, RAWBPF_MAP_HASH);
	ck_assert_uint_eq(f->value_size, 16);
	ck_assert_uint_eq(t.n_fds, 1);
	/* a number is used again */
	auditfd_learn(&t, CALL_FOR(BPF, "prog p", RAWBPF_PROG_LOAD, P(&a), 8), 7);
	f = auditfd_find(&t, 7);
	ck_assert_str_eq(f->role, "prog p");
	ck_assert_uint_eq(f->map_type, 0);
	auditfd_learn(&t, CALL(CLOSE, 7), 0);
	ck_assert_ptr_null(auditfd_find(&t, 7));
	auditfd_learn(&t, CALL(CLOSE, 7), 0);
	auditfd_free(&t);
}
END_TEST

START_TEST(what_makes_one)
{
	ck_assert(auditfd_makes(CALL(BPF, RAWBPF_LINK_CREATE)));
	ck_assert(auditfd_makes(CALL(BPF, RAWBPF_LINK_GET_FD_BY_ID)));
	ck_assert(!auditfd_makes(CALL(BPF, RAWBPF_MAP_UPDATE_ELEM)));
	ck_assert(auditfd_makes(CALL(FSMOUNT, 0)));
	ck_assert(!auditfd_makes(CALL(FSCONFIG, 0)));
	ck_assert(!auditfd_makes(CALL(IOCTL, 0)));
}
END_TEST

START_TEST(places)
{
	struct auditfd_table t = {0};

	ck_assert_int_eq(
		auditfd_place(&t, CALL(OPENAT, P(AT_FDCWD), P("/proc/12/mem"))), AUDITFD_MEM);
	ck_assert_int_eq(
		auditfd_place(&t, CALL(OPENAT, P(AT_FDCWD), P("/proc/12/maps"))), AUDITFD_OTHER);
	ck_assert_int_eq(auditfd_place(&t, CALL(OPENAT, P(AT_FDCWD), P("/sys/kernel/tracing/x"))),
		AUDITFD_TRACEFS);
	ck_assert_int_eq(auditfd_place(&t, CALL(OPENAT, P(AT_FDCWD), P("/sys/kernel/btf/vmlinux"))),
		AUDITFD_OTHER);
	ck_assert_int_eq(
		auditfd_place(&t, CALL_FOR(OPENAT, "tracefs", P(AT_FDCWD), P("/mnt/tracing"))),
		AUDITFD_TRACEFS);
	/* below a descriptor it is the descriptor that tells */
	ck_assert_int_eq(auditfd_place(&t, CALL(MKDIRAT, 5, P("instances/x"))), AUDITFD_OTHER);
	auditfd_learn(&t, CALL_FOR(OPENAT, "tracefs", P(AT_FDCWD), P("/mnt/tracing")), 5);
	ck_assert_int_eq(auditfd_place(&t, CALL(MKDIRAT, 5, P("instances/x"))), AUDITFD_TRACEFS);
	auditfd_learn(&t, CALL(OPENAT, 5, P("uprobe_events"), O_WRONLY), 6);
	ck_assert_int_eq(auditfd_place(&t, CALL(WRITE, 6, P("x"), 1)), AUDITFD_TRACEFS);
	ck_assert_str_eq(auditfd_find(&t, 6)->role, "uprobe_events");
	/* another file under the same number is not shown */
	auditfd_learn(&t, CALL(OPENAT, P(AT_FDCWD), P("/etc/passwd")), 6);
	ck_assert_int_eq(auditfd_place(&t, CALL(WRITE, 6, P("x"), 1)), AUDITFD_OTHER);
	auditfd_free(&t);
}
END_TEST

/* Of two mounts of our own only one is tracefs. */
START_TEST(mounts)
{
	struct auditfd_table t = {0};

	auditfd_learn(&t, CALL(FSOPEN, P("tracefs"), 1), 5);
	auditfd_learn(&t, CALL(FSMOUNT, 5), 6);
	auditfd_learn(&t, CALL(FSOPEN, P("debugfs"), 1), 7);
	auditfd_learn(&t, CALL(FSMOUNT, 7), 8);
	ck_assert_str_eq(auditfd_find(&t, 5)->role, "fs tracefs");
	ck_assert_str_eq(auditfd_find(&t, 6)->role, "tracefs");
	ck_assert_str_eq(auditfd_find(&t, 7)->role, "fs debugfs");
	ck_assert_str_eq(auditfd_find(&t, 8)->role, "debugfs");
	ck_assert_int_eq(auditfd_place(&t, CALL(OPENAT, 6, P("uprobe_events"))), AUDITFD_TRACEFS);
	ck_assert_int_eq(auditfd_place(&t, CALL(OPENAT, 8, P("kprobes/list"))), AUDITFD_OTHER);
	auditfd_free(&t);
}
END_TEST

START_TEST(units)
{
	static const char uprobe[] = "/sys/bus/event_source/devices/uprobe/type";
	struct auditfd_table t = {0};
	unsigned i;

	auditfd_learn(&t, CALL(OPENAT, P(AT_FDCWD), P(uprobe)), 5);
	for (i = 0; i < 2 * AUDITFD_UNITS; i++) /* the same again takes no room */
		auditfd_learn(&t, CALL(READ, 5, P("9\n"), 8), 2);
	ck_assert_uint_eq(t.n_units, 1);
	ck_assert_ptr_nonnull(auditfd_unit(&t, 9));
	ck_assert_str_eq(auditfd_unit(&t, 9)->name, "uprobe");
	ck_assert_ptr_null(auditfd_unit(&t, 8));
	auditfd_free(&t);
	ck_assert_uint_eq(t.n_fds, 0);
}
END_TEST

START_TEST(no_memory)
{
	struct auditfd_table t = {0};
	unsigned n;
	bool failed;

	for (n = 1;; n++) {
		t_fail_alloc_at(n);
		auditfd_learn(&t, CALL_FOR(PERF_EVENT_OPEN, "event", 0), 5);
		auditfd_learn(&t, CALL_FOR(PERF_EVENT_OPEN, "event", 0), 6);
		failed = t_alloc_failed();
		ck_assert_uint_ge(t.n_fds, failed ? 0 : 2);
		auditfd_free(&t);
		if (!failed)
			break;
	}
	ck_assert_uint_gt(n, 2);
}
END_TEST

Suite *suite_auditfd(void);
Suite *suite_auditfd(void)
{
	Suite *s = suite_create("auditfd");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, maps);
	tcase_add_test(tc, what_makes_one);
	tcase_add_test(tc, places);
	tcase_add_test(tc, mounts);
	tcase_add_test(tc, units);
	tcase_add_test(tc, no_memory);
	suite_add_tcase(s, tc);
	return s;
}
