// SPDX-License-Identifier: MIT
/*
 * fault_drop.c - the scenarios of rights given up once attached.
 *
 * They do not come back, so each run is a process of its own, whom its parent looks after.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "fault.h"
#include "here.h"
#include "many.h"
#include "t.h"

/* a system call that those without rights may still make, and that nobody else makes often */
#define CALL	  "setitimer"
#define CALL_TEXT ".prog on_call \"tracepoint/syscalls/sys_enter_" CALL "\"\n"

static bool begin_exe(struct fault *f)
{
	ssize_t n = readlink("/proc/self/exe", f->exe, sizeof(f->exe) - 1);

	return n > 0;
}

static bool begin_here(struct fault *f)
{
	if (!HERE)
		snprintf(f->why, sizeof(f->why), "no probes are written for this CPU");
	return HERE && begin_exe(f);
}

static bool begin_print(struct fault *f)
{
	f->out = fopen("/dev/null", "we");
	/* no buffer that the C library allocates while ours are counted */
	return f->out && !setvbuf(f->out, NULL, _IONBF, 0);
}

static void end_print(struct fault *f)
{
	fclose(f->out);
}

static void make_event(void)
{
	const struct itimerval never = {.it_interval = {0}};

	setitimer(ITIMER_REAL, &never, NULL);
}

int fault_drop(struct fault *f)
{
	return rawbpf_drop(f->b);
}

static int drop_to_write(struct fault *f)
{
	return rawbpf_drop(f->b, .write = true, .files = true);
}

static int attach(struct fault *f)
{
	return rawbpf_attach_all(f->b);
}

static int open_lines(struct fault *f)
{
	int fd = rawbpf_trace_fd(f->b, false);

	return fd < 0 ? fd : 0;
}

static int see_line(struct fault *f)
{
	struct rawbpf_trace_fields fields;
	int ret, i;

	make_event();
	for (i = 0; i < 20; i += !ret) { /* others may print meanwhile */
		ret = rawbpf_trace_fields(f->b, &fields, .timeout_ms = 50);
		if (ret < 0)
			return ret;
		if (ret && !strcmp(fields.msg, "one line"))
			return 0;
		if (!ret)
			make_event();
	}
	return f->hit ? 0 : -EIO; /* a road was taken on which there are other readers */
}

static int see(void *arg, const void *key, const void *value)
{
	(void)key;
	(void)value;
	++*(unsigned *)arg;
	return 0;
}

/* What the program counted, all of it. */
static int see_maps(struct fault *f)
{
	struct rawbpf_table *counts = rawbpf_table(f->b, "counts");
	uint32_t key = 7, next;
	uint64_t each[1024] = {0}; /* of so many CPUs at most */
	int err;

	make_event();
	f->count = 0;
	err = rawbpf_table_each(counts, see, &f->count);
	if (!err && f->count != 1 && !f->hit) /* "no more", it was told */
		return -EIO;
	if (!err)
		err = rawbpf_table_lookup(counts, &key, each);
	if (err == -ENOENT)
		return 0; /* an answer, no failure */
	if (!err)
		err = rawbpf_table_next(counts, NULL, &next);
	if (!err || err == 1 || err == -ENOENT)
		err = rawbpf_print_log2_hist(rawbpf_table(f->b, "dist"), .out = f->out);
	return err;
}

static int clear_maps(struct fault *f)
{
	return rawbpf_table_clear(rawbpf_table(f->b, "counts"));
}

/* ---- user space ----------------------------------------------------------------------------- */

static int attach_few(struct fault *f)
{
	return rawbpf_attach_uprobe(
		f->b, .name = f->exe, .sym_re = "many_0[01]", .fn_name = "on_call");
}

/* of this very process, whose memory has the semaphore */
static int attach_counted(struct fault *f)
{
	return rawbpf_attach_usdt(
		f->b, .path = f->exe, .pid = getpid(), .probe = "counted", .fn_name = "on_call");
}

const struct fault_row fault_drop_rows[] = {
	{.name = "drop, maps",
		.slow = 4,
		.text = ".include \"std.inc\"\n"
			".include \"hist.inc\"\n"
			".license \"GPL\"\n"
			".map counts percpu_hash(u32, u64, 16)\n"
			".map dist histogram\n" CALL_TEXT ".var key: u32\n"
			"	key = 7\n"
			"	map_inc counts, &key\n"
			"	r6 = 3\n"
			"	hist_add dist, r6\n"
			"	return 0\n",
		.begin = begin_print,
		.step = {attach, fault_drop, see_maps},
		.end = end_print,
		.apart = true,
		.drops = true,
		.probes = 1},
	{.name = "drop, maps to write",
		.slow = 6,
		.text = ".license \"GPL\"\n"
			".map counts hash(u32, u64, 16)\n" CALL_TEXT "	return 0\n",
		.step = {attach, drop_to_write, clear_maps},
		.apart = true,
		.drops = true,
		.probes = 1},
	{.name = "drop, trace lines",
		.slow = 6,
		.text = ".include \"std.inc\"\n"
			".license \"GPL\"\n" CALL_TEXT "	printk \"one line\"\n"
			"	return 0\n",
		.step = {open_lines, attach, fault_drop, see_line},
		.alone = true,
		.waits = true,
		.apart = true,
		.drops = true,
		.probes = 1},
	{.name = "drop, an event of tracefs each",
		.slow = 16,
		.text = ".license \"GPL\"\n.prog on_call \"uprobe\"\n	return 0\n",
		.begin = begin_exe,
		.step = {attach_few, fault_drop},
		.no_multi = true,
		.apart = true,
		.drops = true,
		.probes = -1},
	{.name = "drop, semaphores by hand",
		.slow = 16,
		.text = ".license \"GPL\"\n.prog on_call \"usdt\"\n	return 0\n",
		.begin = begin_here,
		.step = {attach_counted, fault_drop},
		.is_usdt = true,
		.no_multi = true,
		.by_hand = true,
		.apart = true,
		.drops = true,
		.probes = 1},
	{.name = NULL},
};
