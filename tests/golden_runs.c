// SPDX-License-Identifier: MIT
/*
 * golden_runs.c - a run for each kind of event, and for maps, trace lines and files: every public
 * function that has a context, as tests/data/audit and the manual page show it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpfasm.h"
#include "golden.h"
#include "old.h"
#include "rawbpf_sys.h"
#include "rawbpf_usdt.h"
#include "t.h"
#include "t_child.h"
#include "t_sites.h"
#include "tracefs.h"

/* A program to be attached; what its load asks is told by others. */
#define LOADED(g, source) golden_quiet(g, rawbpf_load((g)->b, .text = source))

#define PROG(name, section) ".prog " name " \"" section "\"\n	return 0\n"
#define GPL		    ".license \"GPL\"\n"

/* what is probed: work() of tests/child, and probes of tests/sites */
static const char app[] = TEST_BUILD "/child", server[] = T_SITES("http"),
		  places[] = T_SITES("pie");

/* ---- maps, their elements, and programs ------------------------------------------------------ */

static int on_pair(void *arg, const void *key, const void *value)
{
	(void)arg;
	return !key || !value;
}

static int on_table(void *arg, struct rawbpf_table *t, const char *hist)
{
	(void)arg;
	(void)hist;
	return !t;
}

static int on_hist(void *arg, const struct rawbpf_hist *h)
{
	(void)arg;
	return !h;
}

static int on_prog(void *arg, const struct rawbpf_prog_info *p)
{
	(void)arg;
	return !p;
}

static void tables(struct golden *g, struct rawbpf *b)
{
	struct rawbpf_table *counts, *dist;
	struct rawbpf_table_info info;
	uint32_t key = 1, next;
	uint64_t value = 2;
	FILE *out = fopen("/dev/null", "we");

	ASK_PLAIN(g, counts = rawbpf_table(b, "counts"));
	ASK(g, rawbpf_table_update(counts, &key, &value, 0));
	ASK(g, rawbpf_table_lookup(counts, &key, &value));
	ASK(g, rawbpf_table_next(counts, NULL, &next));
	ASK(g, rawbpf_table_each(counts, on_pair, NULL));
	ASK(g, rawbpf_table_delete(counts, &key));
	ASK(g, rawbpf_table_clear(counts));
	ASK(g, rawbpf_table_info(counts, &info));
	ASK(g, rawbpf_each_table(b, on_table, NULL));
	dist = rawbpf_table(b, "dist");
	ASK(g, rawbpf_print_log2_hist(dist, .out = out));
	ASK(g, rawbpf_print_linear_hist(dist, .out = out));
	ASK(g, rawbpf_each_hist(dist, false, NULL, on_hist, NULL));
	fclose(out);
}

static void run_maps(struct golden *g)
{
	static const char text[] = GPL
		".map counts hash(u32, u64, 16)\n.map dist histogram\n"
		".prog f \"tracepoint/sched/sched_switch\"\n	r1 = &counts\n	r2 = &dist\n"
		"	return 0\n";
	struct rawbpf *b = g->b;

	if (ASK(g, rawbpf_load(b, .text = text)))
		return;
	ASK_PLAIN(g, (void)rawbpf_prog_fd(b, "f"));
	ASK(g, rawbpf_each_prog(b, on_prog, NULL));
	tables(g, b);
}

/* Maps that have elements are emptied one by one; and one of values for each CPU. */
static void run_clear(struct golden *g)
{
	static const char text[] =
		GPL ".map counts hash(u32, u64, 16)\n.map slots array(u32, u64, 4)\n"
		    ".map per_cpu percpu_hash(u32, u64, 16)\n"
		    ".prog f \"tracepoint\"\n	r1 = &counts\n	r2 = &slots\n	r3 = &per_cpu\n"
		    "	return 0\n";
	struct rawbpf *b = g->b;
	struct rawbpf_table *counts, *slots, *per_cpu;
	struct rawbpf_table_info info;
	uint32_t key;
	uint64_t value = 1;

	LOADED(g, text);
	counts = rawbpf_table(b, "counts");
	slots = rawbpf_table(b, "slots");
	per_cpu = rawbpf_table(b, "per_cpu");
	for (key = 0; key < 3; key++)
		golden_quiet(g, rawbpf_table_update(counts, &key, &value, 0));
	ASK(g, rawbpf_table_each(counts, on_pair, NULL));
	ASK(g, rawbpf_table_clear(counts));
	ASK(g, rawbpf_table_clear(slots));
	ASK(g, rawbpf_table_info(per_cpu, &info));
	ASK(g, rawbpf_table_each(per_cpu, on_pair, NULL));
}

static void run_object(struct golden *g)
{
	struct rawbpf *b = g->b;

	ASK(g, rawbpf_load(b, .src_file = TEST_DATA "/object/all.bpf.o"));
}

/* A map that is more than what may be locked. */
static void run_memlock(struct golden *g)
{
	static const char text[] = GPL ".map big array(u32, u64, 1000)\n" PROG("f", "tracepoint");
	struct rawbpf *b = g->b;
	struct rlimit low;

	ck_assert_int_eq(getrlimit(RLIMIT_MEMLOCK, &low), 0);
	low.rlim_cur = 4096;
	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &low), 0);
	ASK(g, rawbpf_load(b, .text = text));
}

static void run_kprobe_load(struct golden *g)
{
	static const char text[] = GPL PROG("f", "kprobe");
	struct rawbpf *b = g->b;

	ASK(g, rawbpf_load(b, .text = text));
}

/* A variable of the kernel, and a value that its names tell. */
static void run_kernel_names(struct golden *g)
{
	static const char text[] =
		GPL ".kvar rawbpf_none weak\n.kconfig LINUX_HAS_SYSCALL_WRAPPER: bool\n"
		    ".prog f \"tracepoint\"\n	r1 = &rawbpf_none\n	r1 = "
		    "&LINUX_HAS_SYSCALL_WRAPPER\n"
		    "	return 0\n";
	struct rawbpf *b = g->b;

	ASK_PLAIN(g, (void)rawbpf_load(b, .text = text));
}

/* ---- events of the kernel -------------------------------------------------------------------- */

static void run_tracepoint(struct golden *g)
{
	struct rawbpf *b = g->b;

	LOADED(g, GPL PROG("f", "tracepoint"));
	ASK(g, rawbpf_attach_tracepoint(b, .tp = "sched:sched_switch", .fn_name = "f"));
	ASK(g, rawbpf_num_open_probes(b));
	ASK_PLAIN(g, (void)rawbpf_num_missed(b));
	ASK(g, rawbpf_detach_tracepoint(b, .tp = "sched:sched_switch"));
}

static void run_tracepoint_re(struct golden *g)
{
	struct rawbpf *b = g->b;

	LOADED(g, GPL PROG("f", "tracepoint"));
	ASK(g, rawbpf_attach_tracepoint(
		       b, .tp_re = "sched:sched_(switch|wakeup)$", .fn_name = "f"));
	ASK(g, rawbpf_detach_tracepoint(b, .tp_re = "sched:sched_(switch|wakeup)$"));
}

static void run_raw_tracepoint(struct golden *g)
{
	static const char text[] = GPL PROG("f", "raw_tracepoint");
	struct rawbpf *b = g->b;

	if (rawbpf_load(b, .text = text))
		ASK_PLAIN(g, (void)rawbpf_load(b, .text = text));
	else
		golden_quiet(g, 0);
	ASK(g, rawbpf_attach_raw_tracepoint(b, .tp = "sched_switch", .fn_name = "f"));
	ASK(g, rawbpf_detach_raw_tracepoint(b, .tp = "sched_switch"));
}

static void run_tp_btf(struct golden *g)
{
	static const char text[] = GPL PROG("f", "tp_btf/sched_switch");
	struct rawbpf *b = g->b;

	if (ASK(g, rawbpf_load(b, .text = text)))
		return;
	ASK(g, rawbpf_attach_raw_tracepoint(b, .tp = "sched_switch", .fn_name = "f"));
}

static void run_kprobe(struct golden *g)
{
	struct rawbpf *b = g->b;

	LOADED(g, GPL PROG("f", "kprobe"));
	ASK(g, rawbpf_attach_kprobe(b, .event = "vfs_read", .fn_name = "f"));
	ASK_PLAIN(g, (void)rawbpf_num_missed(b));
	ASK(g, rawbpf_detach_kprobe(b, .event = "vfs_read"));
	ASK(g, rawbpf_attach_kretprobe(b, .event = "vfs_read", .fn_name = "f"));
	ASK(g, rawbpf_detach_kretprobe(b, .event = "vfs_read"));
}

/* How many calls in flight are kept, which only an event of tracefs can be told. */
static void run_maxactive(struct golden *g)
{
	struct rawbpf *b = g->b;

	LOADED(g, GPL PROG("f", "kprobe"));
	if (!old_is_without("maxactive"))
		ASK(g, rawbpf_attach_kretprobe(
			       b, .event = "vfs_read", .maxactive = 99, .fn_name = "f"));
}

/* A function by its address. */
static void run_kprobe_address(struct golden *g)
{
	struct rawbpf *b = g->b;
	char *table = t_read_file("/proc/kallsyms", NULL), *at = strstr(table, " T vfs_read\n"),
	     address[32];

	ck_assert_ptr_nonnull(at);
	while (at > table && at[-1] != '\n')
		at--;
	snprintf(address, sizeof(address), "0x%.*s", (int)strcspn(at, " "), at);
	free(table);
	LOADED(g, GPL PROG("f", "kprobe"));
	ASK(g, rawbpf_attach_kprobe(b, .event = address, .fn_name = "f"));
	ASK(g, rawbpf_detach_kprobe(b, .event = address));
}

static void run_kprobe_re(struct golden *g)
{
	struct rawbpf *b = g->b;

	LOADED(g, GPL PROG("f", "kprobe"));
	ASK(g, rawbpf_attach_kprobe(b, .event_re = "vfs_(read|write)", .fn_name = "f"));
	ASK(g, rawbpf_detach_kprobe(b, .event_re = "vfs_(read|write)"));
}

static void run_kfunc(struct golden *g)
{
	static const char text[] = GPL PROG("f", "fentry/vfs_read") PROG("h", "fexit/vfs_read");
	struct rawbpf *b = g->b;

	if (ASK(g, rawbpf_load(b, .text = text)))
		return;
	ASK(g, rawbpf_attach_kfunc(b, .fn_name = "f"));
	ASK(g, rawbpf_attach_kretfunc(b, .fn_name = "h"));
	ASK(g, rawbpf_detach_kfunc(b, .fn_name = "f"));
	ASK(g, rawbpf_detach_kretfunc(b, .fn_name = "h"));
	ASK(g, rawbpf_attach_kfunc(b, .fn_name = "f", .event = "vfs_write"));
}

static void run_perf_event(struct golden *g)
{
	struct rawbpf *b = g->b;
	const pid_t pid = getpid();

	LOADED(g, GPL PROG("f", "perf_event"));
	ASK(g, rawbpf_attach_perf_event(b, .ev_type = 1, .ev_config = 0, .sample_freq = 99,
		       .cpus = "0", .fn_name = "f"));
	ASK(g, rawbpf_detach_perf_event(b, .ev_type = 1, .ev_config = 0));
	ASK(g, rawbpf_attach_perf_event(b, .ev_type = 1, .ev_config = 0, .sample_freq = 99,
		       .pid = pid, .cpus = "0", .fn_name = "f"));
	golden_quiet(g, rawbpf_detach_perf_event(b, .ev_type = 1, .ev_config = 0));
	ASK(g, rawbpf_attach_perf_event(
		       b, .ev_type = 1, .ev_config = 0, .sample_freq = 99, .fn_name = "f"));
}

/* ---- functions and probes of programs -------------------------------------------------------- */

static void run_uprobe(struct golden *g)
{
	struct rawbpf *b = g->b;
	pid_t pid = getpid();

	LOADED(g, GPL PROG("f", "uprobe"));
	ASK(g, rawbpf_attach_uprobe(b, .name = app, .sym = "work", .fn_name = "f"));
	ASK(g, rawbpf_detach_uprobe(b, .name = app, .sym = "work"));
	ASK(g, rawbpf_attach_uretprobe(b, .name = app, .sym = "work", .fn_name = "f"));
	ASK(g, rawbpf_detach_uretprobe(b, .name = app, .sym = "work"));
	ASK(g, rawbpf_attach_uprobe(b, .name = app, .sym = "work", .pid = pid, .fn_name = "f"));
}

static void run_uprobe_re(struct golden *g)
{
	struct rawbpf *b = g->b;

	LOADED(g, GPL PROG("f", "uprobe"));
	ASK(g, rawbpf_attach_uprobe(
		       b, .name = app, .sym_re = "^(main|work|work_10)$", .fn_name = "f"));
	ASK(g, rawbpf_detach_uprobe(b, .name = app, .sym = "work"));
	ASK(g, rawbpf_detach_uprobe(b, .name = app, .sym_re = "^(main|work|work_10)$"));
}

/* A function whose code for this CPU the C library chose when it was loaded: in a child, too. */
static void run_ifunc(struct golden *g)
{
	struct rawbpf *b = g->b;
	struct t_child c;

	t_child_start(&c, T_CHILD, "-");
	LOADED(g, GPL PROG("f", "uprobe"));
	ASK(g, rawbpf_attach_uprobe(b, .name = "c", .sym = "memchr", .fn_name = "f"));
	ASK(g, rawbpf_detach_uprobe(b, .name = "c", .sym = "memchr"));
	t_child_end(&c);
}

/* A probe with a semaphore. */
static void run_usdt(struct golden *g)
{
	struct rawbpf *b = g->b;

	LOADED(g, GPL PROG("f", "usdt"));
	ASK(g, rawbpf_attach_usdt(
		       b, .path = server, .probe = "http_server_request", .fn_name = "f"));
	ASK(g, rawbpf_detach_usdt(
		       b, .path = server, .probe = "http_server_request", .fn_name = "f"));
}

/* A probe of several places, whose operands the program reads. */
static void run_usdt_args(struct golden *g)
{
	struct rawbpf *b = g->b;

	LOADED(g, ".include \"std.inc\"\n" GPL ".prog f \"usdt\"\n	r1 = usdt_arg(1)\n"
		  "	return 0\n");
	ASK(g, rawbpf_attach_usdt(b, .path = places, .probe = "inlined", .fn_name = "f"));
	ASK(g, rawbpf_detach_usdt(b, .path = places, .probe = "inlined", .fn_name = "f"));
}

/* ... by records in a map, as objects for libbpf read them */
static void run_usdt_specs(struct golden *g)
{
	static const char object[] = TEST_DATA "/object/usdt.bpf.o";
	struct rawbpf *b = g->b;

	if (rawbpf_load(b, .src_file = object)) {
		golden_forget(g);
		ASK_PLAIN(g, (void)rawbpf_load(b, .src_file = object));
		return;
	}
	golden_quiet(g, 0);
	ASK(g, rawbpf_attach_usdt(
		       b, .path = server, .probe = "http_server_request", .fn_name = "on_probe"));
}

/* ... of a process, which before Linux 4.20 is what it takes */
static void run_usdt_pid(struct golden *g)
{
	struct rawbpf *b = g->b;
	struct t_sites s;
	char line[64];
	pid_t pid;

	t_sites_start(&s, server, NULL, line);
	pid = s.pid;
	LOADED(g, GPL PROG("f", "usdt"));
	ASK(g, rawbpf_attach_usdt(b, .path = server, .pid = pid, .probe = "http_server_request",
		       .fn_name = "f"));
	ASK(g, rawbpf_detach_usdt(b, .path = server, .pid = pid, .probe = "http_server_request",
		       .fn_name = "f"));
	free(t_sites_end(&s));
}

static void run_usdt_context(struct golden *g)
{
	static const char text[] = GPL PROG("f", "usdt");
	struct rawbpf *b = g->b;
	struct rawbpf_usdt *u = rawbpf_usdt_new(.path = server);

	ck_assert_int_eq(
		rawbpf_usdt_enable_probe(u, .probe = "http_server_request", .fn_name = "f"), 0);
	ASK(g, rawbpf_load(b, .text = text, .usdt_contexts = &u, .n_usdt_contexts = 1));
	rawbpf_usdt_free(u);
}

static void run_attach_all(struct golden *g)
{
	static const struct rawbpf_attach_all_opts o = {.sz = sizeof(o)};
	struct rawbpf *b = g->b;

	LOADED(g, GPL PROG("f", "tracepoint/sched/sched_switch"));
	ASK(g, rawbpf_attach_all(b));
	golden_quiet(g, rawbpf_detach_tracepoint(b, .tp = "sched:sched_switch"));
	ASK(g, rawbpf_attach_all_opts(b, &o));
}

/* ---- what programs print --------------------------------------------------------------------- */

static void run_trace(struct golden *g)
{
	struct rawbpf_trace_fields f;
	struct rawbpf *b = g->b;
	FILE *out = fopen("/dev/null", "we");

	ASK_PLAIN(g, (void)rawbpf_trace_fd(b, false));
	ASK_PLAIN(g, (void)rawbpf_trace_fields(b, &f, .nonblocking = true, .symbol = "none"));
	ASK_PLAIN(g, (void)rawbpf_trace_print(b, .timeout_ms = 50, .symbol = "none", .out = out));
	fclose(out);
}

static void run_trace_shared(struct golden *g)
{
	struct rawbpf *b = g->b;

	ASK_PLAIN(g, (void)rawbpf_trace_fd(b, true));
}

static void run_trace_attach(struct golden *g)
{
	struct rawbpf *b = g->b;

	LOADED(g, ".include \"std.inc\"\n" GPL ".prog f \"tracepoint\"\n	printk \"x\"\n"
		  "	return 0\n");
	ASK(g, rawbpf_attach_tracepoint(b, .tp = "sched:sched_switch", .fn_name = "f"));
}

/* An event and a trace instance of a process that has ended, as it would have named them. */
static void leave(struct rawbpf *b)
{
	int dir = tracefs_dir(b), fd, n;
	pid_t pid = fork();
	char text[256];

	if (!pid)
		_exit(0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_msg(dir >= 0, "%s", rawbpf_errmsg(b));
	snprintf(text, sizeof(text), "instances/rawbpf_%d_999999999999_0", (int)pid);
	ck_assert_int_eq(mkdirat(dir, text, 0700), 0);
	n = snprintf(text, sizeof(text), "p:kprobes/rawbpf_%d_999999999999_1 %s:0x1000\n", (int)pid,
		app);
	fd = openat(dir, "uprobe_events", O_WRONLY | O_APPEND | O_CLOEXEC);
	ck_assert_int_eq(write(fd, text, (size_t)n), n);
	close(fd);
}

static void run_reap(struct golden *g)
{
	struct rawbpf *b = rawbpf_new();

	leave(b);
	rawbpf_free(b);
	b = g->b;
	ASK(g, rawbpf_reap(b, NULL, NULL));
}

/* ---- rights ---------------------------------------------------------------------------------- */

/* For good: by a process of its own, which is let do nothing after it but tell. */
static void ask_drop(struct golden *g)
{
	struct rawbpf *b = g->b;
	char text[8192];
	ssize_t n, got = 0;
	int fds[2], status;
	pid_t pid;

	golden_quiet(g, rawbpf_attach_all(b));
	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		ASK(g, rawbpf_drop(b));
		_exit(write(fds[1], buf_str(&g->log), g->log.len) != (ssize_t)g->log.len);
	}
	close(fds[1]);
	while ((n = read(fds[0], text + got, sizeof(text) - (size_t)got)) > 0)
		got += n;
	close(fds[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	buf_add(&g->log, text, (size_t)got);
}

static void run_drop(struct golden *g)
{
	LOADED(g, GPL PROG("f", "tracepoint/sched/sched_switch"));
	ask_drop(g);
}

/* ... with a map that is still read, and a trace instance to be removed in the end */
static void run_drop_all(struct golden *g)
{
	LOADED(g, ".include \"std.inc\"\n" GPL ".map counts hash(u32, u64, 16)\n"
		  ".prog f \"tracepoint/sched/sched_switch\"\n	r1 = &counts\n	printk \"x\"\n"
		  "	return 0\n");
	ask_drop(g);
}

/* ---- files, and calls of the caller's own ---------------------------------------------------- */

static int on_sym(void *arg, const struct rawbpf_sym *s)
{
	(void)arg;
	return !s;
}

static int on_why(void *arg, const struct rawbpf_why *w)
{
	(void)arg;
	return !w;
}

static void run_files(struct golden *g)
{
	struct bpfasm_resolver r;
	struct rawbpf *b = g->b;

	ASK(g, rawbpf_each_sym_by(b, app, "work", on_sym, NULL, NULL));
	ASK(g, rawbpf_each_why_by(b, app, "work", 0, on_why, NULL, NULL));
	ASK(g, rawbpf_resolver(b, NULL, &r));
	ASK(g, rawbpf_resolver_btf(b, TEST_DATA "/object/all.bpf.o"));
}

static void run_audit(struct golden *g)
{
	struct rawbpf *b = g->b;

	golden_quiet(g, rawbpf_set_audit(b, NULL, NULL));
	ASK(g, rawbpf_set_audit(b, golden_line, g));
}

static void run_call(struct golden *g)
{
	const struct rawbpf_call c = {
		.kind = RAWBPF_CALL_IOCTL, .arg = {(uintptr_t)-1, RAWBPF_PERF_IOC_ENABLE, 0}};
	struct rawbpf *b = g->b;

	ASK(g, (int)rawbpf_call(b, &c));
}

#define PROG_BY "btf prog_names"
#define LOAD_BY PROG_BY " map_names"

const struct golden_run golden_runs[] = {
	{"maps", run_maps, LOAD_BY " batch first_key map_info"},
	{"clear", run_clear, LOAD_BY " batch first_key map_info"},
	{"object", run_object, LOAD_BY " constants ring_buffer"},
	{"memlock", run_memlock, "btf map_names memlock_free"},
	{"kprobe_load", run_kprobe_load, PROG_BY " no_version"},
	{"kernel_names", run_kernel_names, LOAD_BY " btf_kernel constants"},
	{"tracepoint", run_tracepoint, "fsopen perf_link"},
	{"tracepoint_re", run_tracepoint_re, "fsopen perf_link"},
	{"raw_tracepoint", run_raw_tracepoint, "raw_tracepoint"},
	{"tp_btf", run_tp_btf, PROG_BY " btf_kernel tp_btf"},
	{"kprobe", run_kprobe, "kprobe_pmu kprobe_events perf_link fsopen"},
	{"kprobe_address", run_kprobe_address,
		"addresses kprobe_pmu kprobe_events perf_link fsopen"},
	{"maxactive", run_maxactive, "maxactive kprobe_pmu kprobe_events perf_link fsopen"},
	{"kprobe_re", run_kprobe_re,
		PROG_BY " no_version functions kprobe_multi kprobe_pmu kprobe_events perf_link "
			"siblings fsopen"},
	{"kfunc", run_kfunc, PROG_BY " btf_kernel fentry_load fentry"},
	{"module", golden_run_module, ""},
	{"perf_event", run_perf_event, "perf_link inherit_thread"},
	{"uprobe", run_uprobe, "uprobe_pmu perf_link fsopen"},
	{"uprobe_re", run_uprobe_re,
		PROG_BY " no_version uprobe_multi uprobe_pmu perf_link siblings fsopen"},
	{"ifunc", run_ifunc, "own_libc uprobe_pmu perf_link fsopen"},
	{"usdt", run_usdt, "semaphores uprobe_pmu perf_link fsopen"},
	{"usdt_pid", run_usdt_pid, "semaphores uprobe_pmu perf_link fsopen"},
	{"usdt_context", run_usdt_context,
		PROG_BY " no_version semaphores uprobe_pmu perf_link uprobe_multi fsopen"},
	{"usdt_args", run_usdt_args,
		PROG_BY " no_version semaphores uprobe_pmu perf_link siblings uprobe_multi fsopen"},
	{"usdt_specs", run_usdt_specs,
		PROG_BY " no_version semaphores uprobe_pmu perf_link siblings uprobe_multi fsopen"},
	{"attach_all", run_attach_all, "fsopen perf_link"},
	{"trace", run_trace, "trace_instance fsopen"},
	{"trace_shared", run_trace_shared, "fsopen"},
	{"debugfs", golden_run_debugfs, ""},
	{"trace_attach", run_trace_attach, "trace_instance fsopen perf_link"},
	{"reap", run_reap, "fsopen kprobe_events"},
	{"drop", run_drop, ""},
	{"drop_all", run_drop_all, "trace_instance fsopen bpf_by_all map_info"},
	{"files", run_files, ""},
	{"audit", run_audit, ""},
	{"call", run_call, ""},
};
const size_t golden_n_runs = sizeof(golden_runs) / sizeof(*golden_runs);
