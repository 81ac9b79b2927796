// SPDX-License-Identifier: MIT
/* test_kern.c - versions, CPUs, the memlock limit. */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kern.h"
#include "old.h"
#include "t.h"

START_TEST(versions)
{
	ck_assert_uint_eq(kern_parse_version("6.18.15", "#1 SMP"), 0x06120f);
	ck_assert_uint_eq(kern_parse_version("5.4.0-42-generic", "#46-Ubuntu"), 0x050400);
	ck_assert_uint_eq(kern_parse_version("7.2-rc1", ""), 0x070200);
	ck_assert_uint_eq(kern_parse_version("4.14.336", ""), 0x040eff); /* cut at 255 */
	ck_assert_uint_eq(
		kern_parse_version("4.19.0-20-amd64", "#1 SMP Debian 4.19.235-1 (2022-03-17)"),
		0x0413eb);
	ck_assert_uint_eq(kern_parse_version("5.10.9", "#1 Debian 4.9.1"), 0x050a09);
	ck_assert_uint_eq(kern_parse_version("odd", ""), 0);
	ck_assert_uint_eq(kern_parse_version("", ""), 0);
}
END_TEST

/* A machine that says what the test wants. */
struct machine {
	const char *possible;
	struct rlimit memlock;
	int refuse; /* setting above the hard limit */
	unsigned calls;
};

static long machine_call(void *arg, const struct rawbpf_call *c)
{
	struct machine *m = arg;
	const struct rlimit *set = (const struct rlimit *)c->arg[2];

	m->calls++;
	switch (c->kind) {
	case RAWBPF_CALL_OPENAT: return m->possible ? 1000 : -ENOENT;
	case RAWBPF_CALL_CLOSE: return 0;
	case RAWBPF_CALL_READ:
		memcpy((void *)c->arg[1], m->possible, strlen(m->possible));
		return (long)strlen(m->possible);
	case RAWBPF_CALL_PRLIMIT:
		if (set && m->refuse && set->rlim_max > m->memlock.rlim_max)
			return m->refuse;
		if (c->arg[3])
			*(struct rlimit *)c->arg[3] = m->memlock;
		if (set)
			m->memlock = *set;
		return 0;
	case RAWBPF_CALL_UNAME:
		strcpy(((struct utsname *)c->arg[0])->release, "5.10.7");
		strcpy(((struct utsname *)c->arg[0])->version, "");
		return 0;
	default: return -ENOSYS;
	}
}

static struct rawbpf *on_machine(struct machine *m)
{
	struct rawbpf *b = rawbpf_new();

	rawbpf_set_hook(b, machine_call, m);
	return b;
}

static int cpus_of(const char *text)
{
	struct machine m = {.possible = text};
	struct rawbpf *b = on_machine(&m);
	int n = kern_possible_cpus(b);

	if (n < 0)
		ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "cpu"));
	else
		ck_assert_int_eq(kern_possible_cpus(b), n);
	rawbpf_free(b);
	return n;
}

START_TEST(cpus)
{
	ck_assert_int_eq(cpus_of("0\n"), 1);
	ck_assert_int_eq(cpus_of("0-3\n"), 4);
	ck_assert_int_eq(cpus_of("0-3,8\n"), 9);
	ck_assert_int_eq(cpus_of("\n"), -EINVAL);
	ck_assert_int_eq(cpus_of("0-x\n"), -EINVAL);
	ck_assert_int_eq(cpus_of("0-99999999999999999999\n"), -EINVAL);
	ck_assert_int_eq(cpus_of(NULL), -ENOENT);
}
END_TEST

START_TEST(memlock_once)
{
	struct machine m = {.memlock = {65536, 65536}};
	struct rawbpf *b = on_machine(&m);

	ck_assert(kern_raise_memlock(b));
	ck_assert(m.memlock.rlim_cur == RLIM_INFINITY);
	ck_assert(!kern_raise_memlock(b));
	rawbpf_free(b);
}
END_TEST

START_TEST(memlock_as_far_as_it_goes)
{
	struct machine m = {.memlock = {65536, 131072}, .refuse = -EPERM};
	struct rawbpf *b = on_machine(&m);

	ck_assert(kern_raise_memlock(b));
	ck_assert_uint_eq(m.memlock.rlim_cur, 131072);
	rawbpf_free(b);
	m.memlock = (struct rlimit){RLIM_INFINITY, RLIM_INFINITY};
	b = on_machine(&m);
	ck_assert(!kern_raise_memlock(b)); /* it cannot have been the limit */
	b->kern->memlock_raised = false;
	b->no_rlimit = true;
	m.calls = 0;
	ck_assert(!kern_raise_memlock(b));
	ck_assert_uint_eq(m.calls, 0);
	rawbpf_free(b);
}
END_TEST

START_TEST(version_is_asked_once)
{
	struct machine m = {0};
	struct rawbpf *b = on_machine(&m);

	ck_assert_uint_eq(kern_version(b), 0x050a07);
	ck_assert_uint_eq(kern_version(b), 0x050a07);
	ck_assert_uint_eq(m.calls, 1);
	rawbpf_free(b);
}
END_TEST

START_TEST(nofile)
{
	static const struct {
		rlim_t cur, max;
		int refuse;
		size_t want;
		rlim_t becomes;
	} rows[] = {
		{1024, 4096, 0, 100, 1024},	  /* enough */
		{1024, 4096, 0, 2000, 2064},	  /* as needed */
		{1024, 4096, 0, 8000, 8064},	  /* the hard limit too */
		{1024, 4096, -EPERM, 8000, 4096}, /* as far as it goes */
		{4096, 4096, -EPERM, 8000, 4096},
	};
	struct machine m;
	struct rawbpf *b;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		m = (struct machine){
			.memlock = {rows[i].cur, rows[i].max}, .refuse = rows[i].refuse};
		b = on_machine(&m);
		kern_raise_nofile(b, rows[i].want);
		ck_assert_uint_eq(m.memlock.rlim_cur, rows[i].becomes);
		b->no_rlimit = true;
		kern_raise_nofile(b, 1000000);
		ck_assert_uint_eq(m.memlock.rlim_cur, rows[i].becomes);
		rawbpf_free(b);
	}
}
END_TEST

/* Only where CPU 0 is offline there is another first one. */
START_TEST(other_cpu)
{
	static const struct {
		const char *online;
		int first;
	} rows[] = {{"0-3\n", 0}, {"1-3\n", 1}, {"12\n", 12}, {"2,4\n", 2}, {"\n", 0}, {"-1\n", 0},
		{"65536\n", 0}, {"99999999999999999999\n", 0}, {NULL, 0}};
	struct machine m;
	struct rawbpf *b;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		m = (struct machine){.possible = rows[i].online};
		b = on_machine(&m);
		ck_assert(kern_other_cpu(b) == (rows[i].first != 0));
		ck_assert_int_eq(b->kern->first_cpu, rows[i].first);
		ck_assert(!kern_other_cpu(b)); /* the same again is no other */
		rawbpf_free(b);
	}
}
END_TEST

/* ---- the kernel at hand -------------------------------------------------------------------- */

static const char megabyte[] = ".license \"GPL\"\n"
			       ".map big array(u32, u64, 131072)\n"
			       ".prog f \"kprobe\"\n"
			       "	return 0\n";

static long count_raises(void *arg, const struct rawbpf_call *c)
{
	if (c->kind == RAWBPF_CALL_PRLIMIT && c->arg[1] == RLIMIT_MEMLOCK && c->arg[2])
		++*(unsigned *)arg;
	return rawbpf_call_kernel(c);
}

static void lower_memlock(void)
{
	struct rlimit lim;

	ck_assert_int_eq(getrlimit(RLIMIT_MEMLOCK, &lim), 0);
	lim.rlim_cur = 65536;
	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &lim), 0);
}

/* Whether this kernel charges maps to the limit: before Linux 5.11. */
static bool is_charged(void)
{
	union rawbpf_attr a;
	long fd;

	memset(&a, 0, sizeof(a));
	a.map.map_type = RAWBPF_MAP_ARRAY;
	a.map.key_size = 4;
	a.map.value_size = 8;
	a.map.max_entries = 131072;
	fd = rawbpf_sys_bpf(RAWBPF_MAP_CREATE, &a, sizeof(a.map));
	ck_assert_msg(fd >= 0 || fd == -EPERM, "%ld", fd);
	close((int)fd);
	return fd < 0;
}

static int load_megabyte(unsigned *raises, bool no_rlimit, struct rawbpf **b)
{
	*raises = 0;
	*b = rawbpf_new();
	rawbpf_set_hook(*b, count_raises, raises);
	return rawbpf_load(*b, .text = megabyte, .no_rlimit = no_rlimit);
}

/* A megabyte under a limit of 64 KiB: the limit is raised where that helps, once, or not at all. */
START_TEST(memlock_of_this_kernel)
{
	struct rawbpf *b;
	unsigned raises;
	bool charged;
	struct rlimit lim;

	T_NEED_ROOT();
	lower_memlock();
	ck_assert_int_eq(getrlimit(RLIMIT_MEMLOCK, &lim), 0);
	if (!t_has_cap(CAP_SYS_RESOURCE) && lim.rlim_max < 8 << 20)
		T_SKIP("needs CAP_SYS_RESOURCE");
	charged = is_charged() || old_is_without("maps beyond RLIMIT_MEMLOCK");
	ck_assert_int_eq(load_megabyte(&raises, true, &b), charged ? -EPERM : 0);
	ck_assert_uint_eq(raises, 0);
	if (charged) {
		ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "map 'big'"));
		ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "RLIMIT_MEMLOCK is 65536 bytes"));
	}
	rawbpf_free(b);
	ck_assert_msg(!load_megabyte(&raises, false, &b), "%s", rawbpf_errmsg(b));
	/* to no limit, or as far as the hard one */
	ck_assert_uint_eq(raises, charged ? 1U + !t_has_cap(CAP_SYS_RESOURCE) : 0U);
	rawbpf_free(b);
	ck_assert_int_eq(getrlimit(RLIMIT_MEMLOCK, &lim), 0);
	ck_assert((lim.rlim_cur == 65536) == !charged);
}
END_TEST

Suite *suite_kern(void);
Suite *suite_kern(void)
{
	Suite *s = suite_create("kern");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, nofile);
	tcase_add_test(t, versions);
	tcase_add_test(t, cpus);
	tcase_add_test(t, memlock_once);
	tcase_add_test(t, memlock_as_far_as_it_goes);
	tcase_add_test(t, version_is_asked_once);
	tcase_add_test(t, other_cpu);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_add_test(t, memlock_of_this_kernel);
	suite_add_tcase(s, t);
	return s;
}
