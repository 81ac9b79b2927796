// SPDX-License-Identifier: MIT
/*
 * test_lib.c - the standard macros, by running them: programs of type raw_tracepoint are called
 * through BPF_PROG_TEST_RUN, with arg1 and arg2 as given (Linux 5.10).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rawbpf.h"
#include "old.h"
#include "rawbpf_sys.h"
#include "t.h"

Suite *suite_lib(void);

static struct rawbpf *b;

static void teardown(void)
{
	rawbpf_free(b);
	b = NULL;
}

static void load(const char *text)
{
	int err;

	b = rawbpf_new();
	err = rawbpf_load(b, .text = text);
	ck_assert_msg(
		!err, "%s\n%s", rawbpf_errmsg(b), rawbpf_error(b)->log ? rawbpf_error(b)->log : "");
}

/* -errno where the kernel does not run it */
static int call(const char *fn, uint64_t arg1, uint64_t arg2, uint32_t *result)
{
	uint64_t args[2] = {arg1, arg2};
	union rawbpf_attr a;
	long err;

	memset(&a, 0, sizeof(a));
	a.test.prog_fd = (uint32_t)rawbpf_prog_fd(b, fn);
	a.test.ctx_in = (uintptr_t)args;
	a.test.ctx_size_in = sizeof(args);
	err = rawbpf_sys_bpf(RAWBPF_PROG_TEST_RUN, &a, 80);
	*result = a.test.retval;
	return (int)err;
}

#define CALL(fn, arg1, arg2, result)                                                    \
	do {                                                                            \
		int call_err = call(fn, arg1, arg2, result);                            \
                                                                                        \
		if (call_err == -EINVAL || call_err == -524)                            \
			T_SKIP("no BPF_PROG_TEST_RUN of raw tracepoints (Linux 5.10)"); \
		ck_assert_int_eq(call_err, 0);                                          \
	} while (0)

/* bcc's functions, as its helpers.h has them in effect */
static unsigned log2_of(uint32_t v)
{
	unsigned n = 0;

	while (v >>= 1)
		n++;
	return n;
}

static unsigned log2l_of(uint64_t v)
{
	return v >> 32 ? log2_of((uint32_t)(v >> 32)) + 33 : log2_of((uint32_t)v) + 1;
}

static const char log2_text[] = ".include \"hist.inc\"\n"
				".prog small \"raw_tp/sys_enter\"\n"
				"r7 = arg1\n"
				"log2 r0, r7\n"
				"exit\n"
				".prog large \"raw_tp/sys_enter\"\n"
				"r7 = arg1\n"
				"log2l r0, r7\n"
				"exit\n";

START_TEST(log2_of_all_powers_and_their_neighbours)
{
	uint32_t got;
	unsigned i;
	int by;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	load(log2_text);
	for (i = 0; i < 64; i++) {
		for (by = -1; by <= 1; by++) {
			uint64_t v = (1ULL << i) + (uint64_t)by;

			CALL("small", v, 0, &got);
			ck_assert_msg(got == log2_of((uint32_t)v), "log2(%llx) is %u",
				(unsigned long long)v, got);
			CALL("large", v, 0, &got);
			ck_assert_msg(got == log2l_of(v), "log2l(%llx) is %u",
				(unsigned long long)v, got);
		}
	}
	CALL("large", UINT64_MAX, 0, &got);
	ck_assert_uint_eq(got, 64);
}
END_TEST

START_TEST(log2_as_bcc_measured_it)
{
	char *data, *p;
	unsigned long long v;
	unsigned small, large, rows = 0;
	uint32_t got;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	data = t_data("histograms/log2.txt", NULL);
	load(log2_text);
	for (p = data; p; p = strchr(p, '\n'), p = p ? p + 1 : NULL) {
		if (sscanf(p, "%llu %u %u", &v, &small, &large) != 3)
			continue;
		CALL("small", v, 0, &got);
		ck_assert_msg(got == small, "log2(%llu) is %u, not %u", v, got, small);
		CALL("large", v, 0, &got);
		ck_assert_msg(got == large, "log2l(%llu) is %u, not %u", v, got, large);
		rows++;
	}
	ck_assert_uint_gt(rows, 50);
	free(data);
}
END_TEST

/* The table of the lowest bits goes to a register that is neither of the two. */
START_TEST(log2_in_any_registers)
{
	static const char *const regs[] = {"r0", "r1", "r4", "r5", "r9"};
	char text[512];
	uint32_t got;
	size_t i, n = sizeof(regs) / sizeof(regs[0]);

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	for (i = 0; i < n * n; i++) {
		/* also of a register in itself */
		snprintf(text, sizeof(text),
			".include \"hist.inc\"\n.prog f \"raw_tp/sys_enter\"\nr1 = arg1\n"
			"r6 = r1\n%2$s = r6\nlog2 %1$s, %2$s\nr7 = %1$s\n"
			"%2$s = r6\nlog2l %1$s, %2$s\nr7 <<= 8\nr7 += %1$s\nreturn r7\n",
			regs[i / n], regs[i % n]);
		load(text);
		CALL("f", 0x12345, 0, &got);
		ck_assert_msg(got == (16 << 8 | 17), "%s\n%x", text, got);
		teardown();
	}
}
END_TEST

static uint64_t slot(const char *map, uint32_t key)
{
	uint64_t v = 0;

	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, map), &key, &v), 0);
	return v;
}

START_TEST(histograms_count_slots)
{
	struct {
		uint32_t bucket, pad;
		uint64_t slot;
	} key = {7, 0, 0};
	uint64_t v = 0;
	uint32_t r, i;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	load(".include \"hist.inc\"\n.license \"GPL\"\n"
	     ".map dist histogram\n.map lin linear(4)\n.map keyed histogram(u32)\n"
	     ".prog add \"raw_tp/sys_enter\"\n.ctx r6\n.var k: keyed_key\n"
	     "r7 = arg1\nr8 = arg2\nhist_add dist, r7\nlinear_add lin, arg2\n"
	     "k = 0\nk.bucket = r8\nhist_add keyed, r7, k\nreturn 0\n");
	for (i = 0; i < 3; i++)
		CALL("add", 5, 7, &r);
	CALL("add", UINT64_MAX, 3, &r);
	CALL("add", 0, 3, &r);
	ck_assert_uint_eq(slot("dist", 3), 3);
	ck_assert_uint_eq(slot("dist", 64), 1);
	ck_assert_uint_eq(slot("dist", 1), 1);
	ck_assert_uint_eq(slot("dist", 0), 0);
	/* 7 is behind the last slot: not counted */
	ck_assert_uint_eq(slot("lin", 3), 2);
	key.slot = 3;
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "keyed"), &key, &v), 0);
	ck_assert_uint_eq(v, 3);
	key.bucket = 3;
	key.slot = 64;
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "keyed"), &key, &v), 0);
	ck_assert_uint_eq(v, 1);
	key.slot = 63;
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "keyed"), &key, &v), -ENOENT);
}
END_TEST

START_TEST(map_inc_begins_at_zero_and_stops_when_full)
{
	uint64_t key, v = 0;
	uint32_t r;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	load(".include \"std.inc\"\n.license \"GPL\"\n.map m hash(u64, u64, 2)\n"
	     ".prog inc \"raw_tp/sys_enter\"\n.ctx r6\n.var k: u64\n"
	     "r7 = arg1\nk = r7\nr8 = arg2\nmap_inc m, &k, r8\nreturn 0\n");
	CALL("inc", 1, 1, &r);
	CALL("inc", 1, 41, &r);
	CALL("inc", 2, 5, &r);
	CALL("inc", 3, 5, &r);
	key = 1;
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "m"), &key, &v), 0);
	ck_assert_uint_eq(v, 42);
	key = 2;
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "m"), &key, &v), 0);
	ck_assert_uint_eq(v, 5);
}
END_TEST

START_TEST(who_runs_it)
{
	uint32_t r;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	load(".include \"std.inc\"\n.license \"GPL\"\n"
	     ".prog p \"raw_tp/sys_enter\"\npid r0\nexit\n"
	     ".prog g \"raw_tp/sys_enter\"\ntgid r0\nexit\n"
	     ".prog t \"raw_tp/sys_enter\"\ntid r0\nexit\n"
	     ".prog u \"raw_tp/sys_enter\"\nuid r0\nexit\n"
	     ".prog mine \"raw_tp/sys_enter\"\n.ctx r6\nr7 = arg1\nfilter_pid r7\nfilter_tgid r7\n"
	     "filter_tid r7\n"
	     "return 77\n"
	     ".prog name \"raw_tp/sys_enter\"\n.var n: char[16]\ncomm n\n"
	     "r0 = *(u32 *)(r10 -16)\nexit\n");
	CALL("p", 0, 0, &r);
	ck_assert_uint_eq(r, (uint32_t)getpid());
	CALL("g", 0, 0, &r);
	ck_assert_uint_eq(r, (uint32_t)getpid());
	CALL("t", 0, 0, &r);
	ck_assert_uint_eq(r, (uint32_t)syscall(SYS_gettid));
	CALL("u", 0, 0, &r);
	ck_assert_uint_eq(r, getuid());
	CALL("mine", (uint64_t)getpid(), 0, &r);
	ck_assert_uint_eq(r, 77);
	CALL("mine", (uint64_t)getpid() + 1, 0, &r);
	ck_assert_uint_eq(r, 0);
	ck_assert_int_eq(prctl(PR_SET_NAME, "abcd"), 0);
	CALL("name", 0, 0, &r);
	ck_assert_int_eq(memcmp(&r, "abcd", 4), 0);
}
END_TEST

START_TEST(memory_is_copied)
{
	static const char text[] = "forty-two";
	uint64_t v = 42;
	uint32_t r;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	load(".include \"std.inc\"\n.license \"GPL\"\n"
	     ".prog num \"raw_tp/sys_enter\"\n.var v: u64\nr3 = arg1\n"
	     "probe_read_user &v, sizeof(v), r3\nif r0 != 0 goto .bad\nreturn v\n"
	     ".bad: return 1000\n"
	     ".prog str \"raw_tp/sys_enter\"\n.var s: char[16]\nr3 = arg1\n"
	     "probe_read_user_str &s, sizeof(s), r3\nexit\n"
	     ".prog kern \"raw_tp/sys_enter\"\n.var v: u64\n"
	     "probe_read_kernel &v, 8, \"12345678\"\nif r0 != 0 goto .bad\n"
	     "r1 = v\nr1 >>= 56\nreturn r1\n.bad: return 1000\n"
	     ".prog kstr \"raw_tp/sys_enter\"\n.var s: char[16]\n"
	     "probe_read_kernel_str &s, sizeof(s), \"hello\"\nexit\n");
	CALL("num", (uintptr_t)&v, 0, &r);
	ck_assert_uint_eq(r, 42);
	CALL("num", 8, 0, &r);
	ck_assert_uint_eq(r, 1000);
	CALL("str", (uintptr_t)text, 0, &r);
	ck_assert_uint_eq(r, sizeof(text));
	CALL("kern", 0, 0, &r);
	ck_assert_uint_eq(r, '8');
	CALL("kstr", 0, 0, &r);
	ck_assert_uint_eq(r, 6);
}
END_TEST

START_TEST(latencies_by_thread)
{
	uint64_t key = (uint64_t)getpid() << 32 | (uint32_t)syscall(SYS_gettid), v;
	uint32_t r;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	load(".include \"std.inc\"\n.license \"GPL\"\n.map t hash(u64, u64, 8)\n"
	     ".prog on \"raw_tp/sys_enter\"\ntime_start t\nreturn 0\n"
	     ".prog off \"raw_tp/sys_enter\"\ntime_stop t, r7\nr7 /= 1000\nr7 += 1\nreturn r7\n");
	CALL("off", 0, 0, &r);
	ck_assert_uint_eq(r, 0);
	CALL("on", 0, 0, &r);
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "t"), &key, &v), 0);
	usleep(2000);
	CALL("off", 0, 0, &r);
	ck_assert_uint_ge(r, 2000);
	ck_assert_uint_lt(r, 60 * 1000 * 1000);
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "t"), &key, &v), -ENOENT);
}
END_TEST

START_TEST(only_this_name)
{
	uint32_t r;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	load(".include \"std.inc\"\n"
	     ".prog four \"raw_tp/sys_enter\"\nfilter_comm \"abcd\"\nreturn 77\n"
	     ".prog all \"raw_tp/sys_enter\"\nfilter_comm \"123456789abcdef\"\nreturn 77\n");
	ck_assert_int_eq(prctl(PR_SET_NAME, "abcd"), 0);
	CALL("four", 0, 0, &r);
	ck_assert_uint_eq(r, 77);
	CALL("all", 0, 0, &r);
	ck_assert_uint_eq(r, 0);
	ck_assert_int_eq(prctl(PR_SET_NAME, "abc"), 0);
	CALL("four", 0, 0, &r);
	ck_assert_uint_eq(r, 0);
	ck_assert_int_eq(prctl(PR_SET_NAME, "abcdefghi"), 0);
	CALL("four", 0, 0, &r);
	ck_assert_uint_eq(r, 0);
	ck_assert_int_eq(prctl(PR_SET_NAME, "123456789abcdef"), 0);
	CALL("all", 0, 0, &r);
	ck_assert_uint_eq(r, 77);
	ck_assert_int_eq(prctl(PR_SET_NAME, "123456789abcdeF"), 0);
	CALL("all", 0, 0, &r);
	ck_assert_uint_eq(r, 0);
}
END_TEST

/* The root of the cgroups of version 2, mounted nowhere: an fd, or -1 (Linux 5.2). */
static int cgroup_root(void)
{
	int fs = (int)syscall(430, "cgroup2", 1), fd; /* fsopen */

	if (fs < 0)
		return -1;
	fd = syscall(431, fs, 6, NULL, NULL, 0) ? -1 /* fsconfig: create */
						: (int)syscall(432, fs, 1, 0); /* fsmount */
	close(fs);
	return fd;
}

START_TEST(only_this_cgroup)
{
	uint32_t r, key = 1, id;
	int fd;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	load(".include \"std.inc\"\n.map groups cgroup_array(2)\n"
	     ".prog id \"raw_tp/sys_enter\"\nr0 = bpf_get_current_cgroup_id()\nexit\n"
	     ".prog in \"raw_tp/sys_enter\"\n.ctx r6\nr7 = arg1\nfilter_cgroup r7\nreturn 77\n"
	     ".prog under \"raw_tp/sys_enter\"\nfilter_cgroup_under groups, 1\nreturn 77\n");
	CALL("id", 0, 0, &id);
	ck_assert_uint_ne(id, 0);
	CALL("in", id, 0, &r);
	ck_assert_uint_eq(r, 77);
	CALL("in", id + 1, 0, &r);
	ck_assert_uint_eq(r, 0);
	/* nothing is in the map yet */
	CALL("under", 0, 0, &r);
	ck_assert_uint_eq(r, 0);
	fd = cgroup_root();
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(rawbpf_table_update(rawbpf_table(b, "groups"), &key, &fd, 0), 0);
	close(fd);
	CALL("under", 0, 0, &r);
	ck_assert_uint_eq(r, 77);
}
END_TEST

/* A map for each: two stacks of one hash in one map are -EEXIST. */
START_TEST(stacks_are_stored)
{
	uint64_t ips[127];
	uint32_t id;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	load(".include \"std.inc\"\n.license \"GPL\"\n.map kstacks stack_trace(64)\n"
	     ".map ustacks stack_trace(64)\n"
	     ".prog kern \"raw_tp/sys_enter\"\n.ctx r6\nstack_id kstacks\nexit\n"
	     ".prog user \"raw_tp/sys_enter\"\n.ctx r6\nstack_id ustacks, "
	     "BPF_F_USER_STACK\nexit\n");
	CALL("kern", 0, 0, &id);
	ck_assert_int_ge((int32_t)id, 0);
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "kstacks"), &id, ips), 0);
	ck_assert_uint_ge(ips[0], 1ULL << 63);
	CALL("user", 0, 0, &id);
	ck_assert_int_ge((int32_t)id, 0);
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "ustacks"), &id, ips), 0);
	ck_assert_uint_ne(ips[0], 0);
	ck_assert_uint_lt(ips[0], 1ULL << 63);
}
END_TEST

/* ---- records, as a reader gets them ------------------------------------------------------- */

struct record {
	uint32_t id;
	char name[16];
};

static int map_fd(const char *name)
{
	struct rawbpf_table_info info;

	ck_assert_int_eq(rawbpf_table_info(rawbpf_table(b, name), &info), 0);
	return info.fd;
}

/* What stands in a ring buffer of 4096 bytes: "LENGTH:ID:NAME " each. */
static void ring_text(char *text, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), n = 0;
	const uint8_t *p =
		mmap(NULL, page + 2 * 4096, PROT_READ, MAP_SHARED, map_fd("ring"), (off_t)page);
	uint64_t end, at = 0;
	uint32_t len;

	ck_assert_ptr_ne(p, MAP_FAILED);
	memcpy(&end, p, 8);
	text[0] = '\0';
	for (; at < end; at += (len + 8 + 7) / 8 * 8) {
		struct record r;
		bool discarded;

		memcpy(&len, p + page + at, 4);
		ck_assert(!(len & 1U << 31)); /* no writer has it any more */
		discarded = len & 1U << 30;
		len &= ~(1U << 30);
		ck_assert_uint_eq(len, sizeof(r));
		memcpy(&r, p + page + at + 8, sizeof(r));
		n += (size_t)snprintf(
			text + n, size - n, "%s%u:%.16s ", discarded ? "-" : "", r.id, r.name);
	}
	munmap((void *)p, page + 2 * 4096);
}

START_TEST(records_of_a_ring_buffer)
{
	char text[256];
	uint32_t r;
	int i;

	T_NEED_ROOT();
	OLD_NEED("map ringbuf");
	if (sysconf(_SC_PAGESIZE) != 4096)
		T_SKIP("pages are larger than the test's buffer");
	load(".include \"std.inc\"\n.map ring ringbuf(4096)\n"
	     ".struct rec\n\tid: u32\n\tname: char[16]\n.end\n"
	     ".prog copied \"raw_tp/sys_enter\"\n.var e: rec\ne = 0\ne.id = 5\n"
	     "e.name = \"copied\"\nring_output ring, e\nexit\n"
	     ".prog placed \"raw_tp/sys_enter\"\n.ctx r6\nr7 = arg1\n"
	     "ring_reserve ring, sizeof(rec), r8\nr8->rec.id = r7\ncomm r8->rec.name\n"
	     "if r7 == 7 goto drop\nring_submit r8\nreturn 1\n"
	     "drop: ring_discard r8\nreturn 2\n");
	ck_assert_int_eq(prctl(PR_SET_NAME, "placed"), 0);
	CALL("copied", 0, 0, &r);
	ck_assert_uint_eq(r, 0);
	CALL("placed", 6, 0, &r);
	ck_assert_uint_eq(r, 1);
	CALL("placed", 7, 0, &r);
	ck_assert_uint_eq(r, 2);
	CALL("placed", 8, 0, &r);
	ck_assert_uint_eq(r, 1);
	ring_text(text, sizeof(text));
	ck_assert_str_eq(text, "5:copied 6:placed -7:placed 8:placed ");
	/* nobody reads: 4096 bytes are room for 128 of them */
	for (i = 0; i < 200; i++)
		CALL("placed", 9, 0, &r);
	ck_assert_uint_eq(r, 0);
	CALL("copied", 0, 0, &r);
	ck_assert_int_eq((int32_t)r, -EAGAIN);
}
END_TEST

/* The first record of a CPU's perf buffer, which is opened for the map's slot; its mapping. */
static uint8_t *perf_open(uint32_t cpu, int *fd)
{
	struct perf_event_attr a = {.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(a),
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW,
		.sample_period = 1};
	uint8_t *p;

	*fd = (int)syscall(SYS_perf_event_open, &a, -1, (int)cpu, -1, PERF_FLAG_FD_CLOEXEC);
	ck_assert_int_ge(*fd, 0);
	p = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE) * 2, PROT_READ | PROT_WRITE, MAP_SHARED, *fd,
		0);
	ck_assert_ptr_ne(p, MAP_FAILED);
	ck_assert_int_eq(rawbpf_table_update(rawbpf_table(b, "perf"), &cpu, fd, 0), 0);
	ck_assert_int_eq(ioctl(*fd, PERF_EVENT_IOC_ENABLE, 0), 0);
	return p;
}

START_TEST(records_of_a_perf_buffer)
{
	struct perf_event_header head;
	struct record got;
	cpu_set_t set;
	uint32_t r, size, cpu;
	uint8_t *p;
	int fd;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	load(".include \"std.inc\"\n.license \"GPL\"\n.map perf perf_event_array\n"
	     ".struct rec\n\tid: u32\n\tname: char[16]\n.end\n"
	     ".prog p \"raw_tp/sys_enter\"\n.ctx r6\n.var e: rec\ne = 0\n"
	     "r7 = arg1\ne.id = r7\ncomm e.name\nperf_output perf, e\nr0 = -r0\nexit\n");
	ck_assert_int_eq(prctl(PR_SET_NAME, "writer"), 0);
	CALL("p", 0, 0, &r);
	ck_assert_uint_eq(r, ENOENT); /* nobody has opened the buffer of this CPU */
	cpu = (uint32_t)sched_getcpu();
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(set), &set), 0);
	p = perf_open(cpu, &fd);
	CALL("p", 42, 0, &r);
	ck_assert_uint_eq(r, 0);
	p += sysconf(_SC_PAGESIZE);
	memcpy(&head, p, sizeof(head));
	ck_assert_uint_eq(head.type, PERF_RECORD_SAMPLE);
	memcpy(&size, p + sizeof(head), 4);
	ck_assert_uint_ge(size, sizeof(got));
	memcpy(&got, p + sizeof(head) + 4, sizeof(got));
	ck_assert_uint_eq(got.id, 42);
	ck_assert_str_eq(got.name, "writer");
	munmap(p - sysconf(_SC_PAGESIZE), (size_t)sysconf(_SC_PAGESIZE) * 2);
	close(fd);
}
END_TEST

/* What is printed is read back by test_trace.c. */
START_TEST(prints_run)
{
	uint32_t r;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	load(".include \"std.inc\"\n.license \"GPL\"\n"
	     ".prog print \"raw_tp/sys_enter\"\nprintk \"plain\"\nprintk \"%d %d\", 1, 2\nexit\n");
	CALL("print", 0, 0, &r);
	ck_assert_uint_eq(r, 3); /* the bytes of "1 2" */
}
END_TEST

Suite *suite_lib(void)
{
	Suite *s = suite_create("lib");
	TCase *tc = tcase_create("live");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, log2_of_all_powers_and_their_neighbours);
	tcase_add_test(tc, log2_as_bcc_measured_it);
	tcase_add_test(tc, log2_in_any_registers);
	tcase_add_test(tc, histograms_count_slots);
	tcase_add_test(tc, map_inc_begins_at_zero_and_stops_when_full);
	tcase_add_test(tc, who_runs_it);
	tcase_add_test(tc, memory_is_copied);
	tcase_add_test(tc, latencies_by_thread);
	tcase_add_test(tc, only_this_name);
	tcase_add_test(tc, only_this_cgroup);
	tcase_add_test(tc, stacks_are_stored);
	tcase_add_test(tc, records_of_a_ring_buffer);
	tcase_add_test(tc, records_of_a_perf_buffer);
	tcase_add_test(tc, prints_run);
	suite_add_tcase(s, tc);
	return s;
}
