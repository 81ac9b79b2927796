// SPDX-License-Identifier: MIT
/*
 * fault_rows.c - the scenarios: each road of the library, made and undone.
 *
 * A step allocates nothing of its own and asserts nothing: both would meet the fault.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fault.h"
#include "here.h"
#include "many.h"
#include "old.h"
#include "t.h"
#include "t_child.h"

#define UPROBE_TEXT ".license \"GPL\"\n.prog on_call \"uprobe\"\n\treturn 0\n"
#define MAPS_TEXT                              \
	".include \"hist.inc\"\n"              \
	".license \"GPL\"\n"                   \
	".map calls hash(u32, u64, 64)\n"      \
	".map few array(u64, 4)\n"             \
	".map each_cpu percpu_array(u64, 2)\n" \
	".map dist histogram\n"                \
	".map where histogram(u32)\n"          \
	".rodata limit: u32 = 7\n"             \
	".data seen: u64 = 1\n"                \
	".prog on_call \"tracepoint\"\n"       \
	"	r6 = limit\n"                        \
	"	hist_add dist, r6\n"                 \
	"	return 0\n"
#define TP	"syscalls:sys_enter_getpgid"
#define OBJECTS TEST_DATA "/object/"

static bool begin_exe(struct fault *f)
{
	ssize_t n = readlink("/proc/self/exe", f->exe, sizeof(f->exe) - 1);

	return n > 0;
}

/* ---- loading -------------------------------------------------------------------------------- */

static int load_maps(struct fault *f)
{
	return rawbpf_load(f->b, .text = MAPS_TEXT);
}

static int load_holding(struct fault *f)
{
	return rawbpf_load(
		f->b, .text = ".license \"GPL\"\n"
			      ".map one hash(u32, u64, 4)\n"
			      ".map outer array_of_maps(hash(u32, u64, 4), 2) = {one, 0}\n"
			      ".map jumps prog_array(2) = {q, 0}\n"
			      ".prog p \"raw_tp\"\n	return 0\n"
			      ".prog q \"raw_tp\"\n	return 0\n");
}

static int load_fields(struct fault *f)
{
	return rawbpf_load(f->b, .text = ".license \"GPL\"\n"
					 ".prog p \"tracepoint/sched/sched_switch\"\n"
					 "	r6 = args->next_pid\n"
					 "	return 0\n"
					 ".prog q \"uprobe\"\n"
					 "	r6 = arg1\n"
					 "	return 0\n");
}

static int load_file(struct fault *f)
{
	return rawbpf_load(f->b, .src_file = TEST_ROOT "/bpfasm/examples/strlen_hist.bpf");
}

static int load_each(struct fault *f)
{
	return rawbpf_load(f->b,
		.text = ".license \"GPL\"\n"
			".prog bad \"tracepoint\"\n	r0 = *(u64 *)(r0 + 0)\n	return 0\n"
			".prog good \"tracepoint\"\n	return 0\n",
		.each = true);
}

static int load_refused(struct fault *f)
{
	int err = rawbpf_load(f->b,
		.text = ".license \"GPL\"\n"
			".map m array(u64, 4)\n"
			".prog bad \"tracepoint\"\n	r0 = *(u64 *)(r0 + 0)\n	return 0\n");

	return err == -EACCES ? 0 : err;
}

static int load_all(struct fault *f)
{
	return rawbpf_load(f->b, .src_file = OBJECTS "all.bpf.o");
}

static int load_core(struct fault *f)
{
	return rawbpf_load(f->b, .src_file = OBJECTS "core_task.bpf.o");
}

static int load_kfuncs(struct fault *f)
{
	return rawbpf_load(f->b, .text = ".license \"GPL\"\n"
					 ".kfunc bpf_rcu_read_lock\n"
					 ".kfunc bpf_rcu_read_unlock\n"
					 ".prog p \"tp_btf/sched_switch\"\n"
					 "	call bpf_rcu_read_lock\n"
					 "	call bpf_rcu_read_unlock\n"
					 "	return 0\n");
}

static int load_kconfig(struct fault *f)
{
	return rawbpf_load(f->b, .src_file = OBJECTS "extern.bpf.o");
}

static int load_old(struct fault *f)
{
	return rawbpf_load(f->b, .src_file = OBJECTS "old.bpf.o");
}

/* ---- tracepoints ---------------------------------------------------------------------------- */

static int attach_tp(struct fault *f)
{
	return rawbpf_attach_tracepoint(f->b, .tp = TP, .fn_name = "on_call");
}

static int detach_tp(struct fault *f)
{
	return rawbpf_detach_tracepoint(f->b, .tp = TP);
}

static int attach_tps(struct fault *f)
{
	return rawbpf_attach_tracepoint(
		f->b, .tp_re = "syscalls:sys_enter_getp?gid", .fn_name = "on_call");
}

static int detach_tps(struct fault *f)
{
	return rawbpf_detach_tracepoint(f->b, .tp_re = "syscalls:sys_enter_getp?gid");
}

static int attach_raw(struct fault *f)
{
	return rawbpf_attach_raw_tracepoint(f->b, .tp = "sched_process_exec", .fn_name = "on_call");
}

static int detach_raw(struct fault *f)
{
	return rawbpf_detach_raw_tracepoint(f->b, .tp = "sched_process_exec");
}

static int attach_all(struct fault *f)
{
	return rawbpf_attach_all(f->b);
}

/* ---- perf events ---------------------------------------------------------------------------- */

static int attach_clock(struct fault *f)
{
	return rawbpf_attach_perf_event(f->b, .ev_type = RAWBPF_PERF_TYPE_SOFTWARE,
		.sample_freq = 10, .fn_name = "on_call");
}

static int detach_clock(struct fault *f)
{
	return rawbpf_detach_perf_event(f->b, .ev_type = RAWBPF_PERF_TYPE_SOFTWARE);
}

/* ---- functions of programs ------------------------------------------------------------------ */

static int attach_one(struct fault *f)
{
	return rawbpf_attach_uprobe(f->b, .name = f->exe, .sym = "many_00", .fn_name = "on_call");
}

static int detach_one(struct fault *f)
{
	return rawbpf_detach_uprobe(f->b, .name = f->exe, .sym = "many_00");
}

static int attach_return(struct fault *f)
{
	return rawbpf_attach_uretprobe(
		f->b, .name = f->exe, .sym = "many_01", .fn_name = "on_call");
}

static int detach_return(struct fault *f)
{
	return rawbpf_detach_uretprobe(f->b, .name = f->exe, .sym = "many_01");
}

/* of a library, by its name, in one process */
static int attach_lib(struct fault *f)
{
	return rawbpf_attach_uprobe(
		f->b, .name = "c", .sym = "strlen", .pid = f->child, .fn_name = "on_call");
}

static int detach_lib(struct fault *f)
{
	return rawbpf_detach_uprobe(f->b, .name = "c", .sym = "strlen", .pid = f->child);
}

static int attach_lib_all(struct fault *f)
{
	return rawbpf_attach_uprobe(f->b, .name = "c", .sym = "strfry", .fn_name = "on_call");
}

static int attach_pattern(struct fault *f)
{
	return rawbpf_attach_uprobe(
		f->b, .name = f->exe, .sym_re = "many_0[0-9]", .fn_name = "on_call");
}

static int detach_pattern(struct fault *f)
{
	return rawbpf_detach_uprobe(f->b, .name = f->exe, .sym_re = "many_0[0-9]");
}

static int attach_few(struct fault *f)
{
	return rawbpf_attach_uprobe(
		f->b, .name = f->exe, .sym_re = "many_0[01]", .fn_name = "on_call");
}

static int detach_few(struct fault *f)
{
	return rawbpf_detach_uprobe(f->b, .name = f->exe, .sym_re = "many_0[01]");
}

static int attach_offset(struct fault *f)
{
	return rawbpf_attach_uprobe(
		f->b, .name = f->exe, .offset = f->offset, .fn_name = "on_call");
}

static int detach_offset(struct fault *f)
{
	return rawbpf_detach_uprobe(f->b, .name = f->exe, .offset = f->offset);
}

/* A process that waits: f->fds hold what it is told by. */
static bool begin_child(struct fault *f)
{
	struct t_child c;

	t_child_start(&c, T_CHILD, "strlen");
	f->child = c.pid;
	f->fds[0] = c.in;
	f->fds[1] = c.out;
	return begin_exe(f);
}

static void end_child(struct fault *f)
{
	struct t_child c = {.in = f->fds[0], .out = f->fds[1], .pid = f->child};

	t_child_end(&c);
}

/* ---- USDT ----------------------------------------------------------------------------------- */

#define USDT_TEXT                  \
	".license \"GPL\"\n"       \
	".prog on_call \"usdt\"\n" \
	"	r6 = usdt_arg(1)\n"      \
	"	return 0\n"

static bool begin_here(struct fault *f)
{
	if (!HERE)
		snprintf(f->why, sizeof(f->why), "no probes are written for this CPU");
	f->offset = HERE ? here_counted_offset() : 0;
	return HERE && begin_exe(f);
}

/* Semaphores in this very process's memory. */
static bool begin_self(struct fault *f)
{
	f->child = getpid();
	return begin_here(f);
}

static int attach_spread(struct fault *f)
{
	return rawbpf_attach_usdt(
		f->b, .path = f->exe, .pid = f->child, .probe = "spread", .fn_name = "on_call");
}

static int detach_spread(struct fault *f)
{
	return rawbpf_detach_usdt(
		f->b, .path = f->exe, .pid = f->child, .probe = "spread", .fn_name = "on_call");
}

static int attach_counted(struct fault *f)
{
	return rawbpf_attach_usdt(
		f->b, .path = f->exe, .pid = f->child, .probe = "counted", .fn_name = "on_call");
}

/* What looks for the probes has no context of ours, so its calls do not fail. */
static int load_context(struct fault *f)
{
	int err;

	rawbpf_usdt_free(f->usdt);
	f->usdt = rawbpf_usdt_new(.path = f->exe);
	err = rawbpf_usdt_enable_probe(f->usdt, .probe = "spread", .fn_name = "on_call");
	f->error = err ? rawbpf_usdt_error(f->usdt) : NULL;
	return err ? err
		   : rawbpf_load(f->b, .text = USDT_TEXT, .usdt_contexts = &f->usdt,
			     .n_usdt_contexts = 1);
}

static int load_usdt_object(struct fault *f)
{
	return rawbpf_load(f->b, .src_file = OBJECTS "usdt.bpf.o");
}

/* ---- maps ----------------------------------------------------------------------------------- */

static struct rawbpf_table *table(struct fault *f, const char *name)
{
	return rawbpf_table(f->b, name);
}

static int maps_write(struct fault *f)
{
	uint32_t key;
	uint64_t value = 3;
	int err = 0;

	for (key = 0; !err && key < 3; key++) {
		err = rawbpf_table_update(table(f, "calls"), &key, &value, 0);
		if (!err)
			err = rawbpf_table_update(table(f, "few"), &key, &value, 0);
	}
	return err;
}

static int maps_read(struct fault *f)
{
	uint64_t each[1024] = {0}, value = 0; /* of so many CPUs at most */
	uint32_t key = 1, next;
	int err;

	err = rawbpf_table_lookup(table(f, "calls"), &key, &value);
	if (err == -ENOENT)
		return 0; /* an answer, no failure */
	if (!err && value != 3)
		return -EIO;
	if (!err)
		err = rawbpf_table_lookup(table(f, "each_cpu"), &key, each);
	if (!err)
		err = rawbpf_table_next(table(f, "calls"), NULL, &next);
	return err < 0 && err != -ENOENT ? err : 0;
}

static int maps_see(void *arg, const void *key, const void *value)
{
	(void)key;
	(void)value;
	++*(unsigned *)arg;
	return 0;
}

static int maps_each(struct fault *f)
{
	int err = rawbpf_table_each(table(f, "calls"), maps_see, &f->count);

	return err ? err : rawbpf_table_each(table(f, "each_cpu"), maps_see, &f->count);
}

static int maps_delete(struct fault *f)
{
	uint32_t key = 1;
	int err = rawbpf_table_delete(table(f, "calls"), &key);

	return err == -ENOENT ? 0 : err;
}

static int maps_clear(struct fault *f)
{
	int err = rawbpf_table_clear(table(f, "calls"));

	return err ? err : rawbpf_table_clear(table(f, "few"));
}

/* ---- what is printed ------------------------------------------------------------------------ */

static bool begin_print(struct fault *f)
{
	f->out = fopen("/dev/null", "we");
	return f->out;
}

static void end_print(struct fault *f)
{
	fclose(f->out);
}

static int hist_fill(struct fault *f)
{
	uint32_t slot = 3;
	uint32_t key[2] = {5, 3}; /* a bucket and a slot */
	uint64_t value = 9;
	struct rawbpf_table_info info;
	uint64_t where[2] = {5, 3};
	int err = rawbpf_table_update(table(f, "dist"), &slot, &value, 0);

	if (!err)
		err = rawbpf_table_info(table(f, "where"), &info);
	return err ? err
		   : rawbpf_table_update(table(f, "where"),
			     info.key_size == 8 ? (void *)key : (void *)where, &value, 0);
}

static int hist_print(struct fault *f)
{
	int err = rawbpf_print_log2_hist(table(f, "dist"), .out = f->out);

	return err ? err : rawbpf_print_log2_hist(table(f, "where"), .out = f->out);
}

#define LINES_TEXT                                                  \
	".include \"std.inc\"\n"                                    \
	".license \"GPL\"\n"                                        \
	".prog on_call \"tracepoint/syscalls/sys_enter_getpgid\"\n" \
	"	printk \"one line\"\n"                                    \
	"	return 0\n"

static int trace_line(struct fault *f)
{
	struct rawbpf_trace_fields fields;
	int ret, i;

	syscall(SYS_getpgid, 0);
	for (i = 0; i < 20; i += !ret) { /* others may print meanwhile */
		ret = rawbpf_trace_fields(f->b, &fields, .timeout_ms = 50);
		if (ret < 0)
			return ret;
		if (ret && !strcmp(fields.msg, "one line"))
			return 0;
		if (!ret)
			syscall(SYS_getpgid, 0);
	}
	return f->hit || old_version()
		       ? 0
		       : -EIO; /* a road was taken on which there are other readers */
}

static int trace_print(struct fault *f)
{
	int ret;

	syscall(SYS_getpgid, 0);
	ret = rawbpf_trace_print(f->b, .out = f->out, .fmt = "{1} {5}", .timeout_ms = 5);
	return ret;
}

static int trace_shared(struct fault *f)
{
	int fd = rawbpf_trace_fd(f->b, true);

	return fd < 0 ? fd : 0;
}

/* ---- the rest ------------------------------------------------------------------------------- */

static void audit_line(void *arg, const char *line)
{
	struct fault *f = arg;

	f->count += line[0] != '\0';
}

static int audit_on(struct fault *f)
{
	int err = rawbpf_set_audit(f->b, audit_line, f);

	rawbpf_set_audit_form(f->b, f->count & 1 ? RAWBPF_AUDIT_JSON : RAWBPF_AUDIT_STABLE);
	return err;
}

static int dry_on(struct fault *f)
{
	return rawbpf_set_dry_run(f->b);
}

static int reap(struct fault *f)
{
	int n = rawbpf_reap(f->b, NULL, NULL);

	return n < 0 ? n : 0;
}

const struct fault_row fault_rows[] = {
	{.name = "load text", .step = {load_maps}},
	{.name = "load text, maps of maps and programs", .step = {load_holding}},
	{.name = "load text, fields and arguments", .step = {load_fields}},
	{.name = "load file", .step = {load_file}},
	{.name = "load each", .step = {load_each}},
	{.name = "load refused", .step = {load_refused, load_maps}},
	{.name = "load object", .step = {load_all}},
	{.name = "load old object", .step = {load_old}},
	{.name = "load object, kconfig", .optional = true, .step = {load_kconfig}},
	{.name = "load object, libbpf's usdt", .step = {load_usdt_object}},
	{.name = "tracepoint",
		.slow = 2,
		.text = ".license \"GPL\"\n.prog on_call \"tracepoint\"\n	return 0\n",
		.step = {attach_tp, detach_tp}},
	{.name = "tracepoints by pattern",
		.slow = 6,
		.text = ".license \"GPL\"\n.prog on_call \"tracepoint\"\n	return 0\n",
		.step = {attach_tps, detach_tps}},
	{.name = "perf event",
		.text = ".license \"GPL\"\n.prog on_call \"perf_event\"\n	return 0\n",
		.step = {attach_clock, detach_clock}},
	{.name = "uprobe",
		.slow = 3,
		.text = UPROBE_TEXT,
		.begin = begin_exe,
		.step = {attach_one, detach_one}},
	{.name = "uretprobe",
		.slow = 3,
		.text = UPROBE_TEXT,
		.begin = begin_exe,
		.step = {attach_return, detach_return}},
	{.name = "uprobe of a library, in a process",
		.slow = 5,
		.text = UPROBE_TEXT,
		.begin = begin_child,
		.step = {attach_lib, detach_lib},
		.end = end_child},
	{.name = "uprobe of a library",
		.slow = 2,
		.text = UPROBE_TEXT,
		.begin = begin_child, /* so that somebody has it */
		.step = {attach_lib_all},
		.end = end_child,
		.probes = 1},
	{.name = "uprobe by offset",
		.slow = 2,
		.text = UPROBE_TEXT,
		.begin = begin_here,
		.step = {attach_offset, detach_offset}},
	{.name = "uprobes by pattern",
		.slow = 2,
		.text = UPROBE_TEXT,
		.begin = begin_exe,
		.step = {attach_pattern, detach_pattern}},
	{.name = "uprobes by pattern, one event",
		.slow = 30,
		.text = UPROBE_TEXT,
		.begin = begin_exe,
		.step = {attach_pattern, detach_pattern},
		.no_multi = true},
	{.name = "uprobes by pattern, an event each",
		.slow = 12,
		.text = UPROBE_TEXT,
		.begin = begin_exe,
		.step = {attach_few, detach_few},
		.no_multi = true},
	{.name = "usdt",
		.slow = 3,
		.text = USDT_TEXT,
		.begin = begin_here,
		.is_usdt = true,
		.step = {attach_spread, detach_spread}},
	{.name = "usdt, several",
		.slow = 4,
		.text = USDT_TEXT,
		.begin = begin_here,
		.is_usdt = true,
		.step = {attach_counted, attach_spread},
		.probes = 4},
	{.name = "usdt context",
		.slow = 4,
		.begin = begin_here,
		.is_usdt = true,
		.step = {load_context},
		.probes = 3},
	{.name = "usdt without links",
		.slow = 16,
		.text = USDT_TEXT,
		.begin = begin_here,
		.is_usdt = true,
		.step = {attach_spread, detach_spread},
		.no_multi = true},
	{.name = "usdt of a process",
		.slow = 8,
		.text = USDT_TEXT,
		.begin = begin_self,
		.is_usdt = true,
		.step = {attach_spread, detach_spread}},
	{.name = "usdt of a process, semaphores by hand",
		.slow = 20,
		.text = USDT_TEXT,
		.begin = begin_self,
		.is_usdt = true,
		.step = {attach_counted, attach_spread},
		.no_multi = true,
		.by_hand = true,
		.probes = 4},
	{.name = "tables",
		.text = MAPS_TEXT,
		.step = {maps_write, maps_read, maps_each, maps_delete, maps_clear}},
	{.name = "histograms",
		.text = MAPS_TEXT,
		.begin = begin_print,
		.step = {hist_fill, hist_print},
		.end = end_print},
	{.name = "trace lines",
		.alone = true,
		.slow = 4,
		.text = LINES_TEXT,
		.begin = begin_print,
		.step = {attach_all, trace_line, trace_print},
		.waits = true,
		.end = end_print,
		.probes = 1},
	{.name = "shared trace lines", .alone = true, .step = {trace_shared}},
	{.name = "sections",
		.slow = 4,
		.text = ".license \"GPL\"\n"
			".prog a \"tracepoint/sched/sched_process_exec\"\n	return 0\n"
			".prog b \"uprobe/" TEST_BUILD "/child:work\"\n	return 0\n"
			".prog c \"uretprobe/" TEST_BUILD "/child:work\"\n	return 0\n",
		.step = {attach_all},
		.probes = 3},
	{.name = "audit",
		.slow = 3,
		.begin = begin_exe,
		.step = {audit_on, load_maps, attach_tp},
		.probes = 1},
	{.name = "dry run",
		.begin = begin_exe,
		.step = {dry_on, load_maps, attach_tp},
		.probes = 1},
	{.name = "reap", .step = {reap}},
	{.name = NULL},
};

const struct fault_row fault_typed_rows[] = {
	{.name = "load object, CO-RE", .step = {load_core}},
	{.name = "load text, functions of the kernel", .optional = true, .step = {load_kfuncs}},
	{.name = "raw tracepoint",
		.text = ".license \"GPL\"\n.prog on_call \"raw_tp\"\n	return 0\n",
		.step = {attach_raw, detach_raw}},
	{.name = "typed raw tracepoint",
		.text = ".license \"GPL\"\n.prog on_call \"tp_btf/sched_process_exec\"\n	"
			"return 0\n",
		.step = {attach_all},
		.probes = 1},
	{.name = NULL},
};
