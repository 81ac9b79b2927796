// SPDX-License-Identifier: MIT
/*
 * test_old.c - what an older kernel lacks: asked for, and refused in words or done another way.
 *
 * They run on any kernel, real or played, and expect of it what its version has.
 */
#include "old.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bpfasm.h"
#include "counter.h"
#include "t.h"

/* Features of the table, a program that needs each, and what is said where it is missing. */
static const struct {
	const char *feature, *text, *msg;
} wishes[] = {
	{"map lru_hash", ".map m lru_hash(u32, u32, 16)\n", "need Linux 4.10"},
	{"map lru_percpu_hash", ".map m lru_percpu_hash(u32, u32, 16)\n", "need Linux 4.10"},
	{"map lpm_trie", ".map m lpm_trie(u64, u32, 16)\n", "need Linux 4.11"},
	{"map queue", ".map m queue(u32, 16)\n", "need Linux 4.20"},
	{"map stack", ".map m stack(u32, 16)\n", "need Linux 4.20"},
	{"map ringbuf", ".map m ringbuf(65536)\n", "need Linux 5.8"},
	{"map flag rdonly_prog", ".map m array(u32, u64, 1) flags=128\n", "map 'm' (array"},
	{"map flag mmapable", ".map m array(u32, u64, 1) flags=1024\n", "map 'm' (array"},
	{"prog raw_tracepoint", ".prog p \"raw_tp/sys_enter\"\n", "may not know programs of"},
	{"helper get_numa_node_id", "r0 = bpf_get_numa_node_id()\n", "unknown#42"},
	{"helper probe_read_str",
		".var v: u64\nr3 = 0\nr0 = bpf_probe_read_str(&v, sizeof(v), r3)\n", "unknown#45"},
	{"helper perf_event_read_value",
		".map m perf_event_array\n.prog p \"kprobe\"\n.var v: char[24]\nv = 0\n"
		"r0 = bpf_perf_event_read_value(&m, 0, &v, sizeof(v))\n",
		"unknown#55"},
	{"helper get_current_cgroup_id", "r0 = bpf_get_current_cgroup_id()\n", "unknown#80"},
	{"helper send_signal", "r0 = bpf_send_signal(9)\n", "unknown#109"},
	{"helper jiffies64", "r0 = bpf_jiffies64()\n", "unknown#118"},
	{"helper ktime_get_boot_ns", "r0 = bpf_ktime_get_boot_ns()\n", "unknown#125"},
	{"helper of 5.11 and later", "r0 = bpf_get_func_ip(r1)\n", "unknown#173"},
	{"insn call of a function",
		".prog p \"kprobe\"\nr1 = 1\nr0 = f(r1)\nexit\n.func f\nr0 = r1\n", "BPF_CALL"},
	{"insn jmp32", "r0 = bpf_get_prandom_u32()\nif w0 == 5 goto .out\nr0 = 1\n.out:\n",
		"unknown opcode"},
	{"insn loop", "r6 = 0\n.again: r6 += 1\nif r6 < 10 goto .again\nr0 = 0\n", "back-edge"},
	{"insn atomic",
		".var v: u64\nv = 0\nr2 = 1\n"
		"r2 = atomic64_fetch_add((u64 *)(r10 -8), r2)\nr0 = 0\n",
		"BPF_STX"},
	{"insn cpu v4", "r1 = 200\nr0 = (s8)r1\n", "reserved fields"},
};
#define WISHES ((int)(sizeof(wishes) / sizeof(*wishes)))

/* of the kernel that is played, or the running one */
static unsigned version(void)
{
	struct utsname u;
	unsigned major = 0, minor = 0;

	if (old_version())
		return old_version();
	ck_assert_int_eq(uname(&u), 0);
	ck_assert_int_eq(sscanf(u.release, "%u.%u", &major, &minor), 2);
	return OLD_KERNEL(major, minor);
}

static bool lacks(const char *feature)
{
	const struct old_row *r = old_rows;

	while (r->name && strcmp(r->name, feature))
		r++;
	ck_assert_msg(r->name, "no row '%s'", feature);
	return r->since > version();
}

/* Assembled for no kernel in particular, so that the assembler refuses nothing. */
static struct rawbpf *load(const char *text, int *err)
{
	struct rawbpf *b = rawbpf_new();
	struct bpfasm_opts o = {.sz = sizeof(o), .name = "wish.bpf"};
	struct bpfasm_out out;

	ck_assert_msg(!bpfasm_assemble(text, strlen(text), &o, &out), "%s\n%s", text,
		out.diag ? out.diag : "");
	*err = rawbpf_load(b, .image = out.data, .image_len = out.len);
	bpfasm_free(&out);
	return b;
}

/* One program around what the row says, if that is none. */
static char *whole(const char *text, char *out, size_t size)
{
	bool map = !strncmp(text, ".map", 4), prog = strstr(text, ".prog");

	snprintf(out, size, ".license \"GPL\"\n%s%s%sexit\n", prog || map ? text : "",
		prog ? "" : ".prog p \"kprobe\"\n", prog || map ? "" : text);
	if (!strstr(text, "r0 ="))
		snprintf(out + strlen(out) - strlen("exit\n"), strlen("return 0\n") + 1,
			"return 0\n");
	return out;
}

/* What the kernel has is taken; what it lacks is refused, and the message says which it was. */
START_TEST(asked_for)
{
	int fds = t_count_fds(), err;
	char text[1000];
	struct rawbpf *b;

	T_NEED_ROOT();
	b = load(whole(wishes[_i].text, text, sizeof(text)), &err);
	if (!lacks(wishes[_i].feature))
		ck_assert_msg(!err, "%s: %s", wishes[_i].feature, rawbpf_errmsg(b));
	else
		ck_assert_msg(err < 0, "%s was taken", wishes[_i].feature);
	/* the words of the played ones are known */
	if (err && old_version())
		ck_assert_msg(strstr(rawbpf_errmsg(b), wishes[_i].msg) ||
				      (rawbpf_error(b)->hint &&
					      strstr(rawbpf_error(b)->hint, wishes[_i].msg)),
			"%s: %s; %s", wishes[_i].feature, rawbpf_errmsg(b), rawbpf_error(b)->hint);
	rawbpf_free(b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* More instructions than a kernel before 5.2 takes. */
START_TEST(long_program)
{
	char *text = malloc(200000), *p = text;
	struct rawbpf *b;
	int err, i;

	T_NEED_ROOT();
	ck_assert_ptr_nonnull(text);
	p += sprintf(p, ".license \"GPL\"\n.prog p \"kprobe\"\n");
	for (i = 0; i < 5000; i++)
		p += sprintf(p, "r0 = %d\n", i);
	strcpy(p, "exit\n");
	b = load(text, &err);
	ck_assert_int_eq(err, lacks("more than 4096 instructions") ? -E2BIG : 0);
	rawbpf_free(b);
	free(text);
}
END_TEST

/* Before Linux 5.5 the helpers that name an address space are replaced by the one that does not. */
START_TEST(plain_reads)
{
	static const char text[] = ".license \"GPL\"\n.prog p \"kprobe\"\n.var v: u64\nr6 = 0\n%s"
				   "r0 = bpf_probe_read_user(&v, sizeof(v), r6)\n"
				   "r0 = bpf_probe_read_kernel(&v, sizeof(v), r6)\nexit\n";
	static const char strings[] = "r0 = bpf_probe_read_user_str(&v, sizeof(v), r6)\n"
				      "r0 = bpf_probe_read_kernel_str(&v, sizeof(v), r6)\n";
	char whole_text[600];
	struct rawbpf *b;
	int err;

	T_NEED_ROOT();
	snprintf(whole_text, sizeof(whole_text), text, _i ? strings : "");
	b = load(whole_text, &err);
	if (_i && lacks("helper probe_read_str"))
		ck_assert_msg(err == -EINVAL && strstr(rawbpf_errmsg(b), "unknown#45"), "%s",
			rawbpf_errmsg(b));
	else
		ck_assert_msg(!err, "%s", rawbpf_errmsg(b));
	rawbpf_free(b);
}
END_TEST

START_TEST(second_program)
{
	struct counter c;
	int err;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_TRACEPOINT);
	ck_assert_int_eq(
		rawbpf_attach_tracepoint(&c.b, .tp = COUNTER_EVENT, .fn_name = "count0"), 0);
	err = rawbpf_attach_tracepoint(&c.b, .tp = COUNTER_EVENT, .fn_name = "count1");
	if (lacks("two programs on an event")) {
		ck_assert_int_eq(err, -EEXIST);
		ck_assert_msg(strstr(c.b.error.hint, "before Linux 4.15"), "%s", c.b.error.hint);
	} else {
		ck_assert_int_eq(err, 0);
	}
	counter_events(3);
	ck_assert_uint_eq(counter_get(&c, 0), 3);
	counter_close(&c);
}
END_TEST

START_TEST(raw_tracepoint)
{
	struct counter c;
	int err;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_RAW_TRACEPOINT);
	err = rawbpf_attach_raw_tracepoint(&c.b, .tp = "sys_enter", .fn_name = "count0");
	if (lacks("cmd raw_tracepoint_open")) {
		ck_assert_int_eq(err, -EINVAL);
		ck_assert_msg(strstr(c.b.error.hint, "4.17"), "%s", c.b.error.hint);
	} else {
		ck_assert_int_eq(err, 0);
	}
	counter_close(&c);
}
END_TEST

/* The PMU, else tracefs: either says that there is no such function, or that it is missing itself. */
START_TEST(kprobe_roads)
{
	struct counter c;
	int err;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	err = rawbpf_attach_kprobe(&c.b, .event = "no_such_function", .fn_name = "count0");
	ck_assert_msg(err == -ENOENT || err == -ENODEV, "%s", c.b.error.msg);
	ck_assert_int_lt(rawbpf_attach_kretprobe(&c.b, .event = "no_such_function",
				 .fn_name = "count0", .maxactive = 16),
		0);
	counter_close(&c);
}
END_TEST

/* Only what a played kernel says is known: the running one may lack them for other reasons. */
START_TEST(types_of_the_kernel)
{
	struct rawbpf *b;
	int err;

	T_NEED_ROOT();
	b = load(".license \"GPL\"\n.prog p \"fentry/vfs_read\"\nreturn 0\n", &err);
	if (old_version() && lacks("prog tracing"))
		ck_assert_int_lt(err, 0);
	rawbpf_free(b);
	b = rawbpf_new();
	err = rawbpf_load(b, .text = ".prog p \"kprobe\"\nr0 = task_struct.tgid\nexit\n");
	if (old_version() && lacks("file /sys/kernel/btf"))
		ck_assert_msg(err < 0 && strstr(rawbpf_errmsg(b), "/sys/kernel/btf/vmlinux"), "%s",
			rawbpf_errmsg(b));
	rawbpf_free(b);
}
END_TEST

Suite *suite_old(void);
Suite *suite_old(void)
{
	Suite *s = suite_create("old");
	TCase *t = tcase_create("live");

	tcase_add_loop_test(t, asked_for, 0, WISHES);
	tcase_add_test(t, long_program);
	tcase_add_loop_test(t, plain_reads, 0, 2);
	tcase_add_test(t, second_program);
	tcase_add_test(t, raw_tracepoint);
	tcase_add_test(t, kprobe_roads);
	tcase_add_test(t, types_of_the_kernel);
	suite_add_tcase(s, t);
	return s;
}
