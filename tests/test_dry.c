// SPDX-License-Identifier: MIT
/*
 * test_dry.c - a run that changes nothing: what it passes on to the kernel, what strace(1) sees of
 * it, and that it is the audit of the run that does the same.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "buf.h"
#include "context.h"
#include "dry.h"
#include "t.h"
#include "t_plan.h"

/* A kernel that is asked only for what reads. */
struct kernel {
	struct sys sys;
	unsigned calls;
	long err; /* every open's answer, if not 0 */
};

static long answer(void *arg, const struct rawbpf_call *c)
{
	struct kernel *k = arg;

	k->calls++;
	switch (c->kind) {
	case RAWBPF_CALL_OPENAT:
		if (c->arg[2] & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC))
			abort();
		return k->err ? k->err : 5;
	case RAWBPF_CALL_PRLIMIT:
		if (c->arg[2])
			abort();
		return 0;
	case RAWBPF_CALL_FSOPEN:
	case RAWBPF_CALL_FSCONFIG:
	case RAWBPF_CALL_FSMOUNT: return k->err ? k->err : 7;
	case RAWBPF_CALL_READ:
	case RAWBPF_CALL_CLOSE:
	case RAWBPF_CALL_STATFS:
	case RAWBPF_CALL_UNAME: return 0;
	default: abort();
	}
}

static void begin(struct kernel *k, long err)
{
	*k = (struct kernel){.err = err};
	k->sys.hook = answer;
	k->sys.arg = k;
	ck_assert_int_eq(dry_set(&k->sys), 0);
	ck_assert_int_eq(dry_set(&k->sys), 0);
}

static int map_of(struct kernel *k, uint32_t type, uint32_t n)
{
	union rawbpf_attr a = {
		.map = {.map_type = type, .key_size = 4, .value_size = 8, .max_entries = n}};

	return sys_bpf(&k->sys, RAWBPF_MAP_CREATE, &a, sizeof(a.map), "map m");
}

/* Nothing of bpf(2), perf or ioctl reaches the kernel, and all succeed. */
START_TEST(calls)
{
	struct rawbpf_perf_attr p = {.size = sizeof(p)};
	struct rlimit lim = {1, 1};
	union rawbpf_attr a = {.link = {.attach_type = RAWBPF_PERF_EVENT}};
	uint64_t values[4] = {1, 2, 3, 4};
	uint32_t keys[4] = {9, 9, 9, 9}, info[20];
	struct kernel k;
	int array, hash, event;

	begin(&k, 0);
	array = map_of(&k, RAWBPF_MAP_ARRAY, 3);
	hash = map_of(&k, RAWBPF_MAP_HASH, 3);
	event = sys_perf_event_open(&k.sys, &p, -1, 0, NULL);
	ck_assert(array >= 1 << 20 && hash > array && event > hash);
	ck_assert_int_gt(sys_bpf(&k.sys, RAWBPF_LINK_CREATE, &a, sizeof(a.link), NULL), event);
	a.link.attach_type = RAWBPF_TRACE_UPROBE_MULTI;
	a.link.u.uprobe_multi.pid = (uint32_t)-1;
	ck_assert_int_eq(sys_bpf(&k.sys, RAWBPF_LINK_CREATE, &a, sizeof(a.link), NULL), -EINVAL);
	ck_assert_int_eq(sys_ioctl(&k.sys, event, RAWBPF_PERF_IOC_ENABLE, 0, NULL), 0);
	ck_assert_int_eq(sys_prlimit(&k.sys, RLIMIT_NOFILE, &lim, NULL), 0);
	memset(&a, 0, sizeof(a));
	a.batch.map_fd = (uint32_t)array;
	a.batch.count = 4;
	a.batch.keys = (uintptr_t)keys;
	a.batch.values = (uintptr_t)values;
	a.batch.out_batch = (uintptr_t)info;
	ck_assert_int_eq(
		sys_bpf(&k.sys, RAWBPF_MAP_LOOKUP_BATCH, &a, sizeof(a.batch), NULL), -ENOENT);
	ck_assert_uint_eq(a.batch.count, 3);
	ck_assert_uint_eq(info[0], 2);
	ck_assert(!values[0] && !values[2] && values[3] == 4 && keys[2] == 2 && keys[3] == 9);
	a.batch.count = 4;
	a.batch.map_fd = (uint32_t)hash;
	ck_assert_int_eq(
		sys_bpf(&k.sys, RAWBPF_MAP_LOOKUP_BATCH, &a, sizeof(a.batch), NULL), -ENOENT);
	ck_assert_uint_eq(a.batch.count, 0);
	memset(&a, 0, sizeof(a));
	a.info.bpf_fd = (uint32_t)array;
	a.info.info_len = sizeof(info);
	a.info.info = (uintptr_t)info;
	ck_assert_int_eq(sys_bpf(&k.sys, RAWBPF_OBJ_GET_INFO_BY_FD, &a, sizeof(a.info), NULL), 0);
	ck_assert(info[1] && !info[2]);
	/* the BTF of a module, and a caller who does not say which it is */
	memset(&a, 0, sizeof(a));
	a.info.bpf_fd =
		(uint32_t)sys_bpf(&k.sys, RAWBPF_BTF_GET_FD_BY_ID, &a, sizeof(a.get_id), "module");
	a.info.info_len = 32;
	a.info.info = (uintptr_t)info;
	ck_assert_int_eq(sys_bpf(&k.sys, RAWBPF_OBJ_GET_INFO_BY_FD, &a, sizeof(a.info), NULL), 0);
	/* to be read, and made or emptied by that */
	ck_assert_int_ge(sys_openat(&k.sys, AT_FDCWD, "x", O_RDONLY | O_CREAT, NULL), 1 << 20);
	ck_assert_int_ge(sys_openat(&k.sys, AT_FDCWD, "x", O_RDONLY | O_TRUNC, NULL), 1 << 20);
	sys_close(&k.sys, array);
	ck_assert_uint_eq(k.calls, 0);
	dry_free(&k.sys);
}
END_TEST

static int next_key(void *arg, const void *key, const void *value)
{
	uint32_t *next = arg, k;

	memcpy(&k, key, sizeof(k));
	if (k != (*next)++)
		return -EBADMSG;
	return !((const char *)value)[0] ? 0 : -EBADMSG;
}

/* Values of any size, more of them than one batch: each key once, and no byte behind them. */
START_TEST(arrays)
{
	struct rawbpf *b = rawbpf_new();
	struct rawbpf_table *t;
	uint32_t n = 0, key = 5999;
	char value[] = "abcd";

	ck_assert_int_eq(rawbpf_set_dry_run(b), 0);
	ck_assert_int_eq(rawbpf_load(b, .text = ".map m array(char[3], 6000)\n"
						".prog p \"socket\"\n	return 0\n"),
		0);
	t = rawbpf_table(b, "m");
	ck_assert_int_eq(rawbpf_table_each(t, next_key, &n), 0);
	ck_assert_uint_eq(n, 6000);
	ck_assert_int_eq(rawbpf_table_lookup(t, &key, value), 0);
	ck_assert(!memcmp(value, "\0\0\0d", 5));
	key++;
	ck_assert_int_eq(rawbpf_table_lookup(t, &key, value), -ENOENT);
	rawbpf_free(b);
}
END_TEST

/* Keys one by one, and values that each CPU has: as many bytes as the kernel would write. */
START_TEST(arrays_by_key)
{
	static const char text[] = ".map m array(u64, 3)\n"
				   ".map each percpu_array(char[3], 3)\n"
				   ".map h percpu_hash(u32, u64, 3)\n"
				   ".prog p \"socket\"\n	return 0\n";
	static const char *const names[] = {"m", "each"};
	unsigned char values[8 * 1024];
	struct rawbpf *b = rawbpf_new();
	struct rawbpf_table_info info;
	struct rawbpf_table *t;
	uint32_t key, next, n;
	size_t i, size;

	ck_assert_int_eq(rawbpf_set_dry_run(b), 0);
	ck_assert_int_eq(rawbpf_load(b, .text = text), 0);
	for (i = 0; i < 2; i++) {
		t = rawbpf_table(b, names[i]);
		ck_assert_int_eq(rawbpf_table_next(t, NULL, &next), 1);
		for (key = 0; key < 2; key++) {
			ck_assert_uint_eq(next, key);
			ck_assert_int_eq(rawbpf_table_next(t, &key, &next), 1);
		}
		ck_assert_int_eq(rawbpf_table_next(t, &key, &next), 0);
		key = 77; /* as the kernel: it begins again */
		ck_assert_int_eq(rawbpf_table_next(t, &key, &next), 1);
		ck_assert_uint_eq(next, 0);
		n = 0;
		ck_assert_int_eq(rawbpf_table_each(t, next_key, &n), 0);
		ck_assert_uint_eq(n, 3);
	}
	ck_assert_int_eq(rawbpf_table_info(t, &info), 0);
	size = 8 * (size_t)info.n_cpus;
	ck_assert(size && size < sizeof(values));
	memset(values, 0xee, sizeof(values));
	key = 2;
	ck_assert_int_eq(rawbpf_table_lookup(t, &key, values), 0);
	for (i = 0; i < sizeof(values); i++)
		ck_assert_uint_eq(values[i], i < size ? 0 : 0xee);
	key = 3;
	ck_assert_int_eq(rawbpf_table_lookup(t, &key, values), -ENOENT);
	ck_assert_int_eq(rawbpf_table_next(rawbpf_table(b, "h"), NULL, &next), 0);
	rawbpf_free(b);
}
END_TEST

/* Trace instances and probe events are there when they were made, until they are removed. */
START_TEST(made_in_tracefs)
{
	static const char event[] = "events/kprobes/rawbpf_1_2_3";
	struct kernel k;
	int dir, fd;

	begin(&k, 0);
	dir = sys_openat(&k.sys, AT_FDCWD, "/sys/kernel/tracing", O_PATH, "tracefs");
	ck_assert_int_eq(dir, 5);
	ck_assert_int_eq(sys_mkdirat(&k.sys, dir, "instances/rawbpf_1_2_0", 0700, NULL), 0);
	fd = sys_openat(&k.sys, dir, "instances/rawbpf_1_2_0", O_PATH, NULL);
	ck_assert_int_ge(fd, 1 << 20);
	ck_assert_int_eq(sys_write_file(&k.sys, fd, "enable", 0, "1", NULL), 0);
	ck_assert_int_eq(sys_unlinkat(&k.sys, dir, "instances/rawbpf_1_2_0", 0, NULL), -EISDIR);
	ck_assert_int_eq(
		sys_unlinkat(&k.sys, dir, "instances/rawbpf_1_2_0", AT_REMOVEDIR, NULL), 0);
	ck_assert_int_eq(sys_openat(&k.sys, dir, "instances/rawbpf_1_2_0", O_PATH, NULL), 5);
	ck_assert_int_eq(sys_openat(&k.sys, dir, event, O_PATH, NULL), -ENOENT);
	ck_assert_int_eq(sys_write_file(&k.sys, dir, "kprobe_events", O_APPEND,
				 "p:kprobes/rawbpf_1_2_3 vfs_read\n", NULL),
		0);
	ck_assert_int_ge(sys_openat(&k.sys, dir, event, O_PATH, NULL), 1 << 20);
	ck_assert_int_eq(sys_write_file(&k.sys, dir, "kprobe_events", O_APPEND,
				 "-:kprobes/rawbpf_1_2_3\n", NULL),
		0);
	ck_assert_int_eq(sys_openat(&k.sys, dir, event, O_PATH, NULL), -ENOENT);
	dry_free(&k.sys);
}
END_TEST

/* As a user: tracefs is opened and not read, what is not there is not there. */
START_TEST(denied)
{
	char line[16];
	struct kernel k;
	int fs, dir;

	begin(&k, -EACCES);
	fs = sys_fsopen(&k.sys, "tracefs");
	ck_assert_int_eq(sys_fsconfig(&k.sys, fs, 6), 0);
	dir = sys_fsmount(&k.sys, fs);
	ck_assert(fs >= 1 << 20 && dir > fs);
	ck_assert_int_ge(sys_openat(&k.sys, dir, "events/a/b/id", O_RDONLY, NULL), 1 << 20);
	ck_assert_int_eq(sys_read_line(&k.sys, dir, "events/a/b/id", line, sizeof(line)), -EACCES);
	ck_assert_int_eq(
		sys_openat(&k.sys, dir, "events/kprobes/rawbpf_1_2_3", O_PATH, NULL), -ENOENT);
	ck_assert_int_eq(sys_openat(&k.sys, AT_FDCWD, "/etc/shadow", O_RDONLY, NULL), -EACCES);
	k.err = -ENOENT;
	ck_assert_int_eq(sys_openat(&k.sys, AT_FDCWD, "/nowhere", O_RDONLY, NULL), -ENOENT);
	ck_assert_int_eq(sys_read_line(&k.sys, AT_FDCWD,
				 "/sys/bus/event_source/devices/uprobe/format/ref_ctr_offset", line,
				 sizeof(line)),
		0);
	ck_assert_str_eq(line, "config:32-63");
	dry_free(&k.sys);
}
END_TEST

START_TEST(no_memory)
{
	struct kernel k;
	unsigned n;
	bool failed;
	int fd;

	begin(&k, 0);
	for (n = 1;; n++) {
		t_fail_alloc_at(n);
		fd = map_of(&k, RAWBPF_MAP_ARRAY, 3);
		if (fd >= 0)
			fd = sys_mkdirat(&k.sys, 1, "instances/x", 0700, NULL);
		failed = t_alloc_failed();
		ck_assert(fd == -ENOMEM || !fd); /* a role may be lost */
		if (!failed)
			break;
	}
	dry_free(&k.sys);
	ck_assert_int_eq(rawbpf_set_dry_run(NULL), -ENOMEM);
}
END_TEST

/* ---- plans and runs on the kernel at hand ------------------------------------------------------ */

/* EXE is this very program. */
static const char *const texts[] = {
	".include \"std.inc\"\n.map m hash(u32, u64, 16)\n.map h histogram\n"
	".prog p \"tracepoint/sched/sched_switch\"\n	r6 = 7\n	map_inc m, r6\n	return 0\n",
	".include \"std.inc\"\n.prog p \"tracepoint/sched/sched_switch\"\n"
	"	printk \"%d\", args->next_pid\n	return 0\n",
	".prog p \"raw_tp/sched_switch\"\n	return 0\n.prog q \"raw_tp/sched_process_exit\"\n"
	"	return 0\n",
	".prog p \"tp_btf/sched_switch\"\n	return 0\n",
	".prog p \"uprobe/EXE:t_lacks\"\n	return 0\n.prog q \"uretprobe/EXE:t_has_cap\"\n"
	"	return 0\n",
	".prog p \"uprobe.multi/EXE:t_*\"\n	return 0\n",
	".prog p \"kprobe/vfs_read\"\n	return 0\n.prog q \"kretprobe/vfs_read\"\n	return 0\n",
	".prog p \"kprobe.multi/vfs_rea*\"\n	return 0\n",
	".prog p \"fentry/vfs_read\"\n	return 0\n",
};

static void gather(void *arg, const char *line)
{
	buf_puts(arg, line);
	buf_puts(arg, "\n");
}

static int run_text(const char *text, bool dry, struct buf *lines)
{
	struct rawbpf *b = rawbpf_new();
	int err = rawbpf_set_audit(b, gather, lines);

	rawbpf_set_audit_form(b, RAWBPF_AUDIT_STABLE);
	if (!err && dry)
		err = rawbpf_set_dry_run(b);
	if (!err)
		err = rawbpf_load(b, .text = text);
	if (!err)
		err = rawbpf_attach_all(b);
	rawbpf_free(b);
	return err;
}

/* Whether the kernel at hand takes it; then what is not marked is as planned. */
static bool plan_holds(const char *from, const char *self)
{
	struct buf text = {0}, plan = {0}, run = {0};
	const char *exe;
	char *differs;
	int err, unplanned;

	buf_puts(&text, ".license \"GPL\"\n");
	for (; (exe = strstr(from, "EXE")); from = exe + 3) {
		buf_add(&text, from, (size_t)(exe - from));
		buf_puts(&text, self);
	}
	buf_puts(&text, from);
	unplanned = run_text(buf_str(&text), true, &plan);
	ck_assert_ptr_null(strstr(buf_str(&plan), "fallback"));
	err = run_text(buf_str(&text), false, &run);
	/* what cannot be planned, for want of the kernel's BTF, does not run either */
	ck_assert_msg(!unplanned || err, "%s", buf_str(&text));
	differs = err ? strdup("") : t_plan_differs(buf_str(&plan), buf_str(&run));
	ck_assert_msg(!*differs, "%.1500s%.2000s", differs, buf_str(&run));
	free(differs);
	buf_free(&text);
	buf_free(&plan);
	buf_free(&run);
	return !err;
}

/* Whatever this kernel lacks; tracepoints and uprobes it has. */
START_TEST(plan_here)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	unsigned taken = 0;
	size_t i;

	T_NEED_ROOT();
	ck_assert_int_gt(n, 0);
	self[n] = '\0';
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		taken += plan_holds(texts[i], self);
	ck_assert_uint_ge(taken, 3);
}
END_TEST

/* ---- the command ---------------------------------------------------------------------------- */

#define RAWBPF	TEST_BUILD "/rawbpf "
#define EXAMPLE TEST_ROOT "/bpfasm/examples/"

static const char *const examples[] = {"opensnoop", "strlen_hist", "execsnoop", "count_opens",
	"read_latency", "read_sizes", "short_reads", "vfs_read_latency"};

/* Each example, and once more with the rights that it gives up. */
static const char *drops(int i)
{
	return i % 2 ? "--drop" : "";
}

/* The plan is the audit of the run, line by line, but for what is marked. */
START_TEST(plan_of_a_run)
{
	char *plan, *run, *differs;
	int status;

	T_NEED_ROOT();
	if (T_SANITIZED) /* leaks are looked for by calls that are given up */
		setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	ck_assert_int_eq(t_run(&plan, RAWBPF "run %s --dry-run " EXAMPLE "%s.bpf 2>/dev/null",
				 drops(_i), examples[_i / 2]),
		0);
	ck_assert_ptr_null(strstr(plan, "?"));
	status = t_run(&run,
		RAWBPF "run %s -d 0.2 --audit-stable --audit /dev/fd/3 " EXAMPLE
		       "%s.bpf 3>&1 >/dev/null 2>&1",
		drops(_i), examples[_i / 2]);
	if (status) {
		free(plan);
		free(run);
		T_SKIP("this kernel does not take %s.bpf", examples[_i / 2]);
	}
	/* how many lookups a hash takes is up to what is in it */
	differs = t_plan_differs(plan, run);
	ck_assert_msg(!*differs, "%.3000s", differs);
	free(differs);
	free(plan);
	free(run);
}
END_TEST

#define CHANGES                                                                                   \
	"capset,seccomp,bpf,perf_event_open,mkdirat,mkdir,unlinkat,unlink,rmdir,rename,renameat," \
	"mount,umount2,"                                                                          \
	"move_mount,open_tree,init_module,finit_module,setrlimit,ptrace,kill,pwrite64,pwritev,"   \
	"writev,flock,fchmod,ftruncate,truncate,link,linkat,symlink,ioctl,prlimit64,openat,write"

static const char nobody[] = "setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "
			     "--bounding-set=-all ";

/* In a folder that anybody may read: what script, with the user's command in it, prints. */
static void run_as(
	char **out, const char *user, const char *script, const char *option, const char *example)
{
	int status = t_run(out,
		"d=$(mktemp -d) && chmod 755 $d && cp " RAWBPF " " EXAMPLE
		"*.bpf $d && chmod a+rx $d/* && cd $d && run='%s./rawbpf run %s --dry-run %s.bpf' "
		"&& "
		"{ %s; }; rm -r $d",
		user, option, example, script);

	ck_assert_int_eq(status, 0);
}

/* Who may not read tracefs gets the same lines, with "?" for what depends on it. */
START_TEST(plan_of_nobody)
{
	char *root, *plan, *p, *q, *save = NULL, *keep = NULL;
	unsigned guessed = 0;
	size_t n;

	T_NEED_ROOT();
	if (t_run(&root, "command -v setpriv"))
		T_SKIP("no setpriv(1)");
	free(root);
	run_as(&root, "", "$run 2>/dev/null", drops(_i), examples[_i / 2]);
	run_as(&plan, nobody, "$run 2>/dev/null", drops(_i), examples[_i / 2]);
	p = strtok_r(root, "\n", &save);
	q = strtok_r(plan, "\n", &keep);
	for (; p && q; p = strtok_r(NULL, "\n", &save), q = strtok_r(NULL, "\n", &keep)) {
		n = strcspn(q, "?");
		guessed += q[n] == '?';
		ck_assert_msg(!strncmp(p, q, n + !q[n]), "%s\n%s", p, q);
	}
	ck_assert_msg(!p && !q, "%s, and %s", p, q);
	/* BTF and program of what reads args->FIELD */
	ck_assert_uint_eq(guessed, _i / 2 == 0 || _i / 2 == 2 || _i / 2 == 5 ? 2 : 0);
	free(root);
	free(plan);
}
END_TEST

#if !T_SANITIZED /* looks for leaks by ptrace(2), as strace does */
/* Nothing that changes anything is called: as root, and as nobody. */
START_TEST(changes_nothing)
{
	char *out;

	T_NEED_ROOT();
	if (t_run(&out, "command -v strace && command -v setpriv"))
		T_SKIP("no strace(1) or setpriv(1)");
	free(out);
	run_as(&out, _i % 2 ? nobody : "",
		"strace -f -o strace.log -e trace=" CHANGES " $run >plan 2>err || cat err; "
		"grep -q '\\.bpf\", O_RDONLY' strace.log || echo nothing traced; "
		"sed -E 's/^[0-9]+ +//; s/\\) = .*/)/' strace.log | "
		"sed -n '/^openat.*\\.bpf/,$p' | "
		"grep -vE '^openat\\([^,]*, [^,]*, "
		"O_RDONLY(\\|O_(CLOEXEC|DIRECTORY|PATH|NONBLOCK|NOCTTY))*\\)$|^write\\([12], |"
		"^ioctl\\([012], TCGETS|^prlimit64\\(0, [A-Z_]*, NULL|^\\+\\+\\+'",
		drops(_i / 2), examples[_i / 4]);
	ck_assert_str_eq(out, "");
	free(out);
}
END_TEST
#endif

Suite *suite_dry(void);
Suite *suite_dry(void)
{
	Suite *s = suite_create("dry");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, calls);
	tcase_add_test(tc, arrays);
	tcase_add_test(tc, arrays_by_key);
	tcase_add_test(tc, made_in_tracefs);
	tcase_add_test(tc, denied);
	tcase_add_test(tc, no_memory);
	suite_add_tcase(s, tc);
	tc = tcase_create("live");
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, plan_here);
	suite_add_tcase(s, tc);
	tc = tcase_create("host");
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, plan_of_a_run, 0, 2 * (int)(sizeof(examples) / sizeof(*examples)));
	tcase_add_loop_test(tc, plan_of_nobody, 0, 2 * (int)(sizeof(examples) / sizeof(*examples)));
#if !T_SANITIZED
	tcase_add_loop_test(
		tc, changes_nothing, 0, 4 * (int)(sizeof(examples) / sizeof(*examples)));
#endif
	suite_add_tcase(s, tc);
	return s;
}
