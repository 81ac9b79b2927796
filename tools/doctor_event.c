// SPDX-License-Identifier: MIT
/* doctor_event.c - trials of what programs are attached to: PMUs, links, trampolines, tracefs. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"

#define TRACEFS_MAGIC_DOCTOR 0x74726163

/* The number of a dynamic PMU, or -errno. */
static int pmu_type(struct patient *p, const char *name)
{
	char path[96], line[32];
	int err;

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type", name);
	err = doctor_read_line(p, AT_FDCWD, path, line, sizeof(line));
	return err ? err : atoi(line);
}

/* Programs stay attached to kprobes that are switched off, and are not run. */
static bool kprobes_are_off(struct patient *p, struct finding *f)
{
	static const char path[] = "/sys/kernel/debug/kprobes/enabled";
	char line[16];

	if (doctor_read_line(p, AT_FDCWD, path, line, sizeof(line)) || *line != '0')
		return false;
	doctor_found(f, STATUS_DENIED, "kprobes are switched off: %s is 0", path);
	doctor_remedy(f, "echo 1 > %s", path);
	return true;
}

static void doctor_pmu(struct patient *p, struct finding *f, bool kernel)
{
	const char *name = kernel ? "kprobe" : "uprobe";
	struct rawbpf_perf_attr a;
	int type = pmu_type(p, name);
	char what[64];
	long ret;

	snprintf(what, sizeof(what), "%s by perf_event_open(2)", name);
	if (type < 0) {
		if (doctor_no_sysfs(f))
			return;
		doctor_found(f, STATUS_MISSING, "no /sys/bus/event_source/devices/%s", name);
		doctor_remedy(f, "Linux 4.17 or later with CONFIG_%s_EVENTS",
			kernel ? "KPROBE" : "UPROBE");
		return;
	}
	memset(&a, 0, sizeof(a));
	a.type = (uint32_t)type;
	a.size = sizeof(a);
	a.flags = RAWBPF_PERF_DISABLED;
	/*
	 * A function that is there: some locks are asked only then.  A file that nobody can make:
	 * where /proc is not mounted, ENOTDIR is the same answer.
	 */
	a.config1 = (uintptr_t)(kernel ? "vfs_read" : "/proc/self/rawbpf_no_such_file");
	ret = doctor_perf(p, &a, -1, 0);
	doctor_judge(f, ret == -ENOENT || (!kernel && ret == -ENOTDIR) ? 0 : ret, what, "4.17");
	doctor_close(p, ret);
	if (f->status == STATUS_OK && ret >= 0 && !kernel)
		doctor_found(f, STATUS_UNKNOWN, "%s took a place that does not exist", what);
}

void doctor_check_kprobe(struct patient *p, struct finding *f, int arg)
{
	(void)arg;
	if (!kprobes_are_off(p, f))
		doctor_pmu(p, f, true);
}

/* Any of three ways serves; what is wrong with the first is told all the same. */
void doctor_check_uprobe(struct patient *p, struct finding *f, int arg)
{
	struct finding other = {.caps = f->caps, .need = f->need};
	char lacks[100], why[sizeof(f->reason)];
	const char *road = NULL;

	(void)arg;
	doctor_pmu(p, f, false);
	if (f->status == STATUS_OK)
		return;
	doctor_check_multi(p, &other, RAWBPF_TRACE_UPROBE_MULTI);
	if (other.status == STATUS_OK) {
		road = "links of many user functions (uprobe_multi)";
	} else {
		if (p->tracefs < 0)
			doctor_check_tracefs(p, &other, 0);
		if (p->tracefs >= 0 && !faccessat(p->tracefs, "uprobe_events", W_OK, 0) &&
			f->caps->known && !*caps_lacking(f->caps, NEED_EVENT, lacks, sizeof(lacks)))
			road = "events of tracefs (uprobe_events)";
	}
	if (!road)
		return;
	memcpy(why, f->reason, sizeof(why));
	doctor_found(f, STATUS_OK, "by %s; %.100s", road, why);
	*f->remedy = '\0';
}

/* A counter of this process that never fires. */
static long open_quiet(struct patient *p, uint32_t type)
{
	struct rawbpf_perf_attr a;

	memset(&a, 0, sizeof(a));
	a.type = type;
	a.size = sizeof(a);
	a.sample_period = 1000000000;
	a.flags = RAWBPF_PERF_DISABLED;
	return doctor_perf(p, &a, 0, -1);
}

/* The CPU's own counters; most virtual machines have none. */
void doctor_check_hardware(struct patient *p, struct finding *f, int arg)
{
	long ret = open_quiet(p, RAWBPF_PERF_TYPE_HARDWARE);

	(void)arg;
	if (ret == -ENOENT || ret == -EOPNOTSUPP) {
		doctor_found(f, STATUS_MISSING, "perf events of the CPU's own counters: %s",
			rawbpf_errno_name((int)ret));
		doctor_remedy(f,
			"software events (.ev_type = 1) work without; in a virtual machine the "
			"host must give it a PMU");
		return;
	}
	doctor_judge_fd(p, f, ret, "perf events of the CPU's own counters", "2.6.32");
}

void doctor_check_link(struct patient *p, struct finding *f, int arg)
{
	int prog = doctor_load_prog(p, RAWBPF_PROG_PERF_EVENT, 0);
	long event = open_quiet(p, RAWBPF_PERF_TYPE_SOFTWARE), ret;
	union rawbpf_attr a;

	(void)arg;
	memset(&a, 0, sizeof(a));
	a.link.prog_fd = (uint32_t)prog;
	a.link.target_fd = (uint32_t)event;
	a.link.attach_type = RAWBPF_PERF_EVENT;
	ret = prog < 0	  ? prog
	      : event < 0 ? event
			  : doctor_bpf(p, RAWBPF_LINK_CREATE, &a, "link of a trial");
	doctor_judge_fd(p, f, ret, "bpf link of a perf event (else an ioctl serves)", "5.15");
	doctor_close(p, event);
	doctor_close(p, prog);
}

/* One link for many functions; of places that do not exist. */
void doctor_check_multi(struct patient *p, struct finding *f, int attach_type)
{
	const uint32_t type = (uint32_t)attach_type;
	const bool kernel = type != RAWBPF_TRACE_UPROBE_MULTI;
	const bool session = type == RAWBPF_TRACE_KPROBE_SESSION;
	/* the kernel reads 64 bits, whatever a pointer of this process has */
	const uint64_t name = (uintptr_t) "rawbpf_no_such_function", offset = 0;
	union rawbpf_attr a;
	long ret, prog;

	prog = doctor_load_prog(p, RAWBPF_PROG_KPROBE, type);
	memset(&a, 0, sizeof(a));
	a.link.prog_fd = (uint32_t)prog;
	a.link.attach_type = type;
	if (kernel) {
		a.link.u.kprobe_multi.cnt = 1;
		a.link.u.kprobe_multi.syms = (uintptr_t)&name;
	} else {
		a.link.u.uprobe_multi.cnt = 1;
		a.link.u.uprobe_multi.path = (uintptr_t) "/"; /* no file: EBADF */
		a.link.u.uprobe_multi.offsets = (uintptr_t)&offset;
	}
	ret = prog < 0 ? prog : doctor_bpf(p, RAWBPF_LINK_CREATE, &a, "link of a trial");
	if (prog >= 0 && (kernel ? ret == -ESRCH || ret == -ENOENT : ret == -EBADF))
		ret = 0;
	doctor_judge(f, ret,
		session	 ? "one program at entry and return of kernel functions"
		: kernel ? "one link for many kernel functions"
			 : "one link for many user functions",
		session	 ? "6.10"
		: kernel ? "5.18"
			 : "6.6");
	doctor_close(p, prog);
}

/*
 * Programs that the kernel's BTF types, at a function and an event that only tests of the kernel
 * itself ever reach.
 */
void doctor_check_typed(struct patient *p, struct finding *f, int event)
{
	static const char *const rows[][2] = {
		{"programs at kernel functions without a probe (fentry, fexit)",
			".license \"GPL\"\n.prog f \"fentry/bpf_fentry_test1\"\n\treturn 0\n"},
		{"programs at tracepoints with types (tp_btf)",
			".license \"GPL\"\n.prog f \"tp_btf/bpf_test_finish\"\n\treturn 0\n"},
	};
	struct rawbpf *b = rawbpf_new();
	int err = tool_audit_watch(&p->audit, "doctor", b) ? -ENOMEM : 0;

	if (!err)
		err = rawbpf_load(b, .text = rows[event][1]);
	if (!err)
		err = rawbpf_attach_all(b);
	doctor_judge(f, err, rows[event][0], "5.5");
	if (err == -ENOENT || err == -ENOMEM || err == -EBUSY || err == -524) {
		doctor_found(f, STATUS_MISSING, "%s", rawbpf_error(b)->msg);
		doctor_remedy(
			f, "%s", rawbpf_error(b)->hint ? rawbpf_error(b)->hint : "use kprobes");
	}
	rawbpf_free(b);
}

/* ---- tracefs ----------------------------------------------------------------------------- */

static bool tracefs_at(const char *path)
{
	return doctor_is_fs(path, TRACEFS_MAGIC_DOCTOR);
}

static long detached_tracefs(struct patient *p)
{
	long fd, fs = doctor_call(p, RAWBPF_CALL_FSOPEN, (uintptr_t) "tracefs", 1, 0, 0);

	if (fs < 0)
		return fs;
	fd = doctor_call(p, RAWBPF_CALL_FSCONFIG, (uintptr_t)fs, 6 /* CREATE */, 0, 0);
	if (fd >= 0)
		fd = doctor_call(p, RAWBPF_CALL_FSMOUNT, (uintptr_t)fs, 1, 0, 0);
	doctor_close(p, fs);
	return fd;
}

static void open_mounted_tracefs(struct patient *p, struct finding *f, const char *path)
{
	doctor_close(p, p->tracefs);
	p->tracefs = doctor_open(p, AT_FDCWD, path, O_RDONLY | O_DIRECTORY, "tracefs");
	if (p->tracefs >= 0) {
		doctor_found(f, STATUS_OK, "mounted at %s", path);
	} else {
		doctor_found(f, STATUS_DENIED, "%s: %s", path, rawbpf_errno_name(p->tracefs));
		doctor_remedy(f, "run as root, or remount it with gid=");
	}
}

void doctor_check_tracefs(struct patient *p, struct finding *f, int arg)
{
	static const char path[] = "/sys/kernel/tracing", debug[] = "/sys/kernel/debug/tracing";
	long fd;

	(void)arg;
	if (tracefs_at(path)) {
		open_mounted_tracefs(p, f, path);
		return;
	}
	fd = detached_tracefs(p);
	if (fd >= 0) {
		doctor_close(p, p->tracefs);
		p->tracefs = (int)fd;
		doctor_found(f, STATUS_OK, "not mounted, reached through a detached mount");
	} else if (tracefs_at(debug)) {
		open_mounted_tracefs(p, f, debug);
	} else if (fd == -EPERM) {
		doctor_found(
			f, STATUS_DENIED, "not mounted, and a detached mount needs CAP_SYS_ADMIN");
		doctor_remedy(f, "run as root, or mount -t tracefs tracefs %s", path);
	} else if (fd == -ENODEV) {
		doctor_found(f, STATUS_MISSING, "this kernel has no tracefs");
		doctor_remedy(f, "it must be built with CONFIG_FTRACE");
	} else {
		doctor_found(f, STATUS_MISSING, "not mounted, and no detached mount: %s",
			rawbpf_errno_name((int)fd));
		doctor_remedy(f, "mount -t tracefs tracefs %s", path);
	}
}

/* A file below tracefs that stands for a feature. */
void doctor_check_event(struct patient *p, struct finding *f, int syscalls)
{
	const char *path = syscalls ? "events/syscalls/sys_enter_openat/id"
				    : "events/bpf_trace/bpf_trace_printk/id";
	char line[32];
	int err;

	if (p->tracefs < 0) {
		doctor_found(f, STATUS_UNKNOWN, "tracefs cannot be read");
		return;
	}
	err = doctor_read_line(p, p->tracefs, path, line, sizeof(line));
	if (!err) {
		doctor_found(f, STATUS_OK, "%s",
			syscalls ? "tracepoints of system calls"
				 : "bpf_trace_printk lines in a private trace instance");
	} else if (err != -ENOENT) {
		doctor_found(f, STATUS_DENIED, "%s: %s", path, rawbpf_errno_name(err));
		doctor_remedy(f, "run as root");
	} else if (faccessat(p->tracefs, "events", F_OK, 0)) {
		doctor_found(f, STATUS_DENIED, "tracefs is empty");
		doctor_remedy(f, "boot without lockdown=confidentiality");
	} else if (syscalls) {
		doctor_found(f, STATUS_MISSING, "no tracepoints of system calls");
		doctor_remedy(f, "a kernel with CONFIG_FTRACE_SYSCALLS");
	} else {
		doctor_found(f, STATUS_MISSING,
			"no bpf_trace_printk event: lines come from the shared trace_pipe");
		doctor_remedy(f, "Linux 5.9 or later has it");
	}
}
