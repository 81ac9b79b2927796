// SPDX-License-Identifier: MIT
/*
 * doctor.c - rawbpf doctor: what this kernel and this user can do.
 *
 * Every line is a trial, not a version: the call is made, with arguments that leave nothing behind,
 * and what the kernel answers is the result.  Where success would change something (a probe on a
 * function), the trial names a thing that does not exist: a kernel that can says so with ENOENT.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "caps.h"
#include "rawbpf_sys.h"
#include "tool.h"

#define TRACEFS_MAGIC_DOCTOR 0x74726163

static const char doctor_usage[] =
	"[--json | --reap]\n\n"
	"Tries what rawbpf needs of this kernel and this user, and tells for what is missing the\n"
	"reason and the remedy.  Exit status 0: programs can be loaded and attached; 1: something\n"
	"that every program needs is missing or denied (the lines marked !).\n\n"
	"  --json  one object a line\n"
	"  --reap  try nothing; remove what killed processes of rawbpf left in tracefs\n";

enum status { STATUS_OK, STATUS_MISSING, STATUS_DENIED, STATUS_UNKNOWN };

static const char *const status_names[] = {"ok", "missing", "denied", "unknown"};

struct finding {
	enum status status;
	enum need need;
	const struct caps *caps;       /* of the process */
	char reason[200], remedy[200]; /* "": none */
};

/* Of the process, read once. */
struct patient {
	struct caps caps;
	int tracefs; /* directory fd, -1: none */
};

struct check {
	const char *name;
	bool needed; /* by every program */
	enum need need;
	void (*run)(struct patient *p, struct finding *f, int arg);
	int arg;
};

__attribute__((format(printf, 3, 4))) static void found(
	struct finding *f, enum status status, const char *fmt, ...)
{
	va_list ap;

	f->status = status;
	va_start(ap, fmt);
	vsnprintf(f->reason, sizeof(f->reason), fmt, ap);
	va_end(ap);
}

__attribute__((format(printf, 2, 3))) static void remedy(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->remedy, sizeof(f->remedy), fmt, ap);
	va_end(ap);
}

static void remedy_rights(struct finding *f)
{
	char caps[100];

	if (*caps_lacking(f->caps, f->need, caps, sizeof(caps)))
		remedy(f, "run as root, or with %s", caps);
	else
		remedy(f, "no capability is missing: see seccomp, user_namespace and lockdown");
}

static long call(enum rawbpf_call_kind kind, uintptr_t a0, uintptr_t a1, uintptr_t a2, uintptr_t a3)
{
	const struct rawbpf_call c = {.kind = kind, .arg = {a0, a1, a2, a3}};

	return rawbpf_call_kernel(&c);
}

/* First line of a file; -errno. */
static int read_line(int dir, const char *path, char *out, size_t size)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	*out = '\0';
	if (fd < 0)
		return -errno;
	n = read(fd, out, size - 1);
	n = n < 0 ? -errno : n;
	close(fd);
	if (n < 0)
		return (int)n;
	out[n] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return 0;
}

/* The result of a trial: fd or 0, or -errno; "old" says what the kernel is too old for. */
static void judge(struct finding *f, long ret, const char *what, const char *since)
{
	if (ret >= 0) {
		found(f, STATUS_OK, "%s", what);
		return;
	}
	switch (ret) {
	case -EPERM:
	case -EACCES:
		found(f, STATUS_DENIED, "%s: %s", what, rawbpf_errno_name((int)ret));
		remedy_rights(f);
		break;
	case -EINVAL:
	case -ENOSYS:
	case -EBADF:
	case -E2BIG:
		found(f, STATUS_MISSING, "%s: this kernel does not know it", what);
		remedy(f, "Linux %s or later has it", since);
		break;
	case -EOPNOTSUPP:
	case -524: /* the kernel's ENOTSUPP */
		found(f, STATUS_MISSING, "%s: this kernel was built without it", what);
		break;
	default: found(f, STATUS_UNKNOWN, "%s: %s", what, rawbpf_errno_name((int)ret)); break;
	}
}

static void judge_fd(struct finding *f, long fd, const char *what, const char *since)
{
	judge(f, fd, what, since);
	if (fd >= 0)
		close((int)fd);
}

/* ---- the kernel and bpf(2) --------------------------------------------------------------- */

static void check_kernel(struct patient *p, struct finding *f, int arg)
{
	struct utsname u;

	(void)p;
	(void)arg;
	if (uname(&u))
		found(f, STATUS_UNKNOWN, "uname: %s", rawbpf_errno_name(errno));
	else
		found(f, STATUS_OK, "%s %.60s on %.30s", u.sysname, u.release, u.machine);
}

static long bpf(enum rawbpf_cmd cmd, union rawbpf_attr *a)
{
	return rawbpf_sys_bpf(cmd, a, sizeof(*a));
}

static int make_map(uint32_t type, uint32_t key, uint32_t value, uint32_t n)
{
	union rawbpf_attr a;

	memset(&a, 0, sizeof(a));
	a.map.map_type = type;
	a.map.key_size = key;
	a.map.value_size = value;
	a.map.max_entries = n;
	return (int)bpf(RAWBPF_MAP_CREATE, &a);
}

/* "return 0" */
static int load_prog(uint32_t type, uint32_t attach_type)
{
	static const struct rawbpf_insn insns[] = {{0xb7, 0, 0, 0}, {0x95, 0, 0, 0}};
	union rawbpf_attr a;

	memset(&a, 0, sizeof(a));
	a.prog.prog_type = type;
	a.prog.insns = (uintptr_t)insns;
	a.prog.insn_cnt = 2;
	a.prog.license = (uintptr_t) "GPL";
	a.prog.expected_attach_type = attach_type;
	return (int)bpf(RAWBPF_PROG_LOAD, &a);
}

static void check_bpf(struct patient *p, struct finding *f, int arg)
{
	union rawbpf_attr a;
	long ret;

	(void)p;
	(void)arg;
	memset(&a, 0, sizeof(a));
	ret = bpf((enum rawbpf_cmd)9999, &a);
	if (ret == -ENOSYS) {
		found(f, STATUS_MISSING, "this kernel has no bpf(2)");
		remedy(f, "it must be built with CONFIG_BPF_SYSCALL");
		return;
	}
	judge(f, ret == -EINVAL ? 0 : ret, "bpf(2)", "3.18");
}

static void check_map(struct patient *p, struct finding *f, int type)
{
	static const struct {
		int type;
		uint32_t key, value, n;
		const char *what, *since;
	} rows[] = {
		{RAWBPF_MAP_ARRAY, 4, 8, 1, "array map", "3.19"},
		{RAWBPF_MAP_PERF_EVENT_ARRAY, 4, 4, 1, "perf buffer map", "4.3"},
		{RAWBPF_MAP_STACK_TRACE, 4, 8 * 16, 1, "stack trace map", "4.6"},
		{RAWBPF_MAP_RINGBUF, 0, 0, 65536, "ring buffer map", "5.8"},
	};
	size_t i;

	(void)p;
	for (i = 0; rows[i].type != type; i++)
		;
	judge_fd(f, make_map((uint32_t)type, rows[i].key, rows[i].value, rows[i].n), rows[i].what,
		rows[i].since);
}

static void check_memlock(struct patient *p, struct finding *f, int arg)
{
	int fd = make_map(RAWBPF_MAP_ARRAY, 4, 1 << 20, 1), small;

	(void)p;
	(void)arg;
	judge_fd(f, fd, "a map of 1 MiB", "3.19");
	if (fd != -EPERM)
		return;
	small = make_map(RAWBPF_MAP_ARRAY, 4, 8, 1);
	if (small < 0)
		return; /* no map at all: not for its size */
	close(small);
	found(f, STATUS_DENIED, "a map of 1 MiB: RLIMIT_MEMLOCK is too small");
	remedy(f, "ulimit -l unlimited (kernels before 5.11 count maps)");
}

static void check_prog(struct patient *p, struct finding *f, int type)
{
	static const struct {
		int type;
		const char *what, *since;
	} rows[] = {
		{RAWBPF_PROG_KPROBE, "program for kprobes and uprobes", "4.1"},
		{RAWBPF_PROG_TRACEPOINT, "program for tracepoints", "4.7"},
		{RAWBPF_PROG_PERF_EVENT, "program for perf events", "4.9"},
		{RAWBPF_PROG_RAW_TRACEPOINT, "program for raw tracepoints", "4.17"},
	};
	size_t i;

	(void)p;
	for (i = 0; rows[i].type != type; i++)
		;
	judge_fd(f, load_prog((uint32_t)type, 0), rows[i].what, rows[i].since);
}

static void check_btf_load(struct patient *p, struct finding *f, int arg)
{
	/* a header, "int" of 4 bytes, and its name */
	static const struct {
		uint16_t magic;
		uint8_t version, flags;
		uint32_t hdr_len, type_off, type_len, str_off, str_len;
		uint32_t type[4];
		char str[5];
	} btf = {0xeb9f, 1, 0, 24, 0, 16, 16, 5, {1, 1u << 24, 4, 1u << 24 | 32},
		{0, 'i', 'n', 't', 0}};
	union rawbpf_attr a;

	(void)p;
	(void)arg;
	memset(&a, 0, sizeof(a));
	a.btf.btf = (uintptr_t)&btf;
	a.btf.btf_size = 24 + 16 + 5;
	judge_fd(f, bpf(RAWBPF_BTF_LOAD, &a), "loading BTF (line numbers in refusals)", "4.18");
}

static void check_btf_kernel(struct patient *p, struct finding *f, int arg)
{
	(void)p;
	(void)arg;
	if (!access("/sys/kernel/btf/vmlinux", R_OK)) {
		found(f, STATUS_OK, "/sys/kernel/btf/vmlinux");
	} else if (errno == ENOENT) {
		found(f, STATUS_MISSING, "no /sys/kernel/btf/vmlinux: no kernel types by name");
		remedy(f, "a kernel of 5.4 or later with CONFIG_DEBUG_INFO_BTF");
	} else {
		found(f, STATUS_DENIED, "/sys/kernel/btf/vmlinux: %s", rawbpf_errno_name(errno));
		remedy(f, "mount sysfs so that it can be read");
	}
}

static void check_batch(struct patient *p, struct finding *f, int arg)
{
	int fd = make_map(RAWBPF_MAP_HASH, 4, 8, 1);
	union rawbpf_attr a;

	(void)p;
	(void)arg;
	memset(&a, 0, sizeof(a));
	a.batch.map_fd = (uint32_t)fd; /* of no elements */
	judge(f, fd < 0 ? fd : bpf(RAWBPF_MAP_UPDATE_BATCH, &a), "reading maps in batches", "5.6");
	if (fd >= 0)
		close(fd);
}

/* ---- events ------------------------------------------------------------------------------ */

/* The number of a dynamic PMU, or -errno. */
static int pmu_type(const char *name)
{
	char path[96], line[32];
	int err;

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type", name);
	err = read_line(AT_FDCWD, path, line, sizeof(line));
	return err ? err : atoi(line);
}

static void check_pmu(struct patient *p, struct finding *f, int kernel)
{
	const char *name = kernel ? "kprobe" : "uprobe";
	struct rawbpf_perf_attr a;
	int type = pmu_type(name);
	char what[64];
	long ret;

	(void)p;
	snprintf(what, sizeof(what), "%s by perf_event_open(2)", name);
	if (type < 0) {
		found(f, STATUS_MISSING, "no /sys/bus/event_source/devices/%s", name);
		remedy(f, "Linux 4.17 or later with CONFIG_%s_EVENTS",
			kernel ? "KPROBE" : "UPROBE");
		return;
	}
	memset(&a, 0, sizeof(a));
	a.type = (uint32_t)type;
	a.size = sizeof(a);
	a.flags = RAWBPF_PERF_DISABLED;
	/* a function that is there: some locks are asked only then */
	a.config1 = (uintptr_t)(kernel ? "vfs_read" : "/rawbpf/no/such/file");
	ret = rawbpf_sys_perf_event_open(&a, -1, 0, -1, RAWBPF_PERF_FLAG_FD_CLOEXEC);
	judge_fd(f, ret == -ENOENT ? 0 : ret, what, "4.17");
	if (f->status == STATUS_OK && ret >= 0 && !kernel)
		found(f, STATUS_UNKNOWN, "%s took a place that does not exist", what);
}

/* The CPU's own counters; most virtual machines have none. */
static void check_hardware(struct patient *p, struct finding *f, int arg)
{
	struct rawbpf_perf_attr a;
	long ret;

	(void)p;
	(void)arg;
	memset(&a, 0, sizeof(a));
	a.type = RAWBPF_PERF_TYPE_HARDWARE;
	a.size = sizeof(a);
	a.sample_period = 1000000000;
	a.flags = RAWBPF_PERF_DISABLED;
	ret = rawbpf_sys_perf_event_open(&a, 0, -1, -1, RAWBPF_PERF_FLAG_FD_CLOEXEC);
	if (ret == -ENOENT || ret == -EOPNOTSUPP) {
		found(f, STATUS_MISSING, "perf events of the CPU's own counters: %s",
			rawbpf_errno_name((int)ret));
		remedy(f, "software events (.ev_type = 1) work without; in a virtual machine the "
			  "host must give it a PMU");
		return;
	}
	judge_fd(f, ret, "perf events of the CPU's own counters", "2.6.32");
}

static void check_link(struct patient *p, struct finding *f, int arg)
{
	int prog = load_prog(RAWBPF_PROG_PERF_EVENT, 0);
	struct rawbpf_perf_attr e;
	union rawbpf_attr a;
	long event, ret;

	(void)p;
	(void)arg;
	memset(&e, 0, sizeof(e));
	e.type = RAWBPF_PERF_TYPE_SOFTWARE;
	e.size = sizeof(e);
	e.sample_period = 1000000000;
	e.flags = RAWBPF_PERF_DISABLED;
	event = rawbpf_sys_perf_event_open(&e, 0, -1, -1, RAWBPF_PERF_FLAG_FD_CLOEXEC);
	memset(&a, 0, sizeof(a));
	a.link.prog_fd = (uint32_t)prog;
	a.link.target_fd = (uint32_t)event;
	a.link.attach_type = RAWBPF_PERF_EVENT;
	ret = prog < 0 ? prog : event < 0 ? event : bpf(RAWBPF_LINK_CREATE, &a);
	judge_fd(f, ret, "bpf link of a perf event (else an ioctl serves)", "5.15");
	if (event >= 0)
		close((int)event);
	if (prog >= 0)
		close(prog);
}

/* One link for many functions; of places that do not exist. */
static void check_multi(struct patient *p, struct finding *f, int attach_type)
{
	const uint32_t type = (uint32_t)attach_type;
	const bool kernel = type != RAWBPF_TRACE_UPROBE_MULTI;
	const bool session = type == RAWBPF_TRACE_KPROBE_SESSION;
	const char *name = "rawbpf_no_such_function";
	const uint64_t offset = 0;
	union rawbpf_attr a;
	long ret, prog;

	(void)p;
	prog = load_prog(RAWBPF_PROG_KPROBE, type);
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
	ret = prog < 0 ? prog : bpf(RAWBPF_LINK_CREATE, &a);
	if (prog >= 0 && (kernel ? ret == -ESRCH || ret == -ENOENT : ret == -EBADF))
		ret = 0;
	judge(f, ret,
		session	 ? "one program at entry and return of kernel functions"
		: kernel ? "one link for many kernel functions"
			 : "one link for many user functions",
		session	 ? "6.10"
		: kernel ? "5.18"
			 : "6.6");
	if (prog >= 0)
		close((int)prog);
}

/*
 * Programs that the kernel's BTF types, at a function and an event that only tests of the kernel
 * itself ever reach.
 */
static void check_typed(struct patient *p, struct finding *f, int event)
{
	static const char *const rows[][2] = {
		{"programs at kernel functions without a probe (fentry, fexit)",
			".license \"GPL\"\n.prog f \"fentry/bpf_fentry_test1\"\n\treturn 0\n"},
		{"programs at tracepoints with types (tp_btf)",
			".license \"GPL\"\n.prog f \"tp_btf/bpf_test_finish\"\n\treturn 0\n"},
	};
	struct rawbpf *b = rawbpf_new();
	int err = rawbpf_load(b, .text = rows[event][1]);

	(void)p;
	if (!err)
		err = rawbpf_attach_all(b);
	judge(f, err, rows[event][0], "5.5");
	if (err == -ENOENT || err == -ENOMEM || err == -EBUSY || err == -524) {
		found(f, STATUS_MISSING, "%s", rawbpf_error(b)->msg);
		remedy(f, "%s", rawbpf_error(b)->hint ? rawbpf_error(b)->hint : "use kprobes");
	}
	rawbpf_free(b);
}

/* ---- tracefs ----------------------------------------------------------------------------- */

static bool tracefs_at(const char *path)
{
	struct statfs st;

	return !statfs(path, &st) && (uint32_t)st.f_type == TRACEFS_MAGIC_DOCTOR;
}

static long detached_tracefs(void)
{
	long fd, fs = call(RAWBPF_CALL_FSOPEN, (uintptr_t) "tracefs", 1, 0, 0);

	if (fs < 0)
		return fs;
	fd = call(RAWBPF_CALL_FSCONFIG, (uintptr_t)fs, 6 /* CREATE */, 0, 0);
	if (fd >= 0)
		fd = call(RAWBPF_CALL_FSMOUNT, (uintptr_t)fs, 1, 0, 0);
	close((int)fs);
	return fd;
}

static void open_mounted_tracefs(struct patient *p, struct finding *f, const char *path)
{
	p->tracefs = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->tracefs >= 0) {
		found(f, STATUS_OK, "mounted at %s", path);
	} else {
		found(f, STATUS_DENIED, "%s: %s", path, rawbpf_errno_name(errno));
		remedy(f, "run as root, or remount it with gid=");
	}
}

static void check_tracefs(struct patient *p, struct finding *f, int arg)
{
	static const char path[] = "/sys/kernel/tracing", debug[] = "/sys/kernel/debug/tracing";
	long fd;

	(void)arg;
	if (tracefs_at(path)) {
		open_mounted_tracefs(p, f, path);
		return;
	}
	fd = detached_tracefs();
	if (fd >= 0) {
		p->tracefs = (int)fd;
		found(f, STATUS_OK, "not mounted, reached through a detached mount");
	} else if (tracefs_at(debug)) {
		open_mounted_tracefs(p, f, debug);
	} else if (fd == -EPERM) {
		found(f, STATUS_DENIED, "not mounted, and a detached mount needs CAP_SYS_ADMIN");
		remedy(f, "run as root, or mount -t tracefs tracefs %s", path);
	} else if (fd == -ENODEV) {
		found(f, STATUS_MISSING, "this kernel has no tracefs");
		remedy(f, "it must be built with CONFIG_FTRACE");
	} else {
		found(f, STATUS_MISSING, "not mounted, and no detached mount: %s",
			rawbpf_errno_name((int)fd));
		remedy(f, "mount -t tracefs tracefs %s", path);
	}
}

/* A file below tracefs that stands for a feature. */
static void check_event(struct patient *p, struct finding *f, int syscalls)
{
	const char *path = syscalls ? "events/syscalls/sys_enter_openat/id"
				    : "events/bpf_trace/bpf_trace_printk/id";
	char line[32];
	int err;

	if (p->tracefs < 0) {
		found(f, STATUS_UNKNOWN, "tracefs cannot be read");
		return;
	}
	err = read_line(p->tracefs, path, line, sizeof(line));
	if (!err) {
		found(f, STATUS_OK, "%s",
			syscalls ? "tracepoints of system calls"
				 : "bpf_trace_printk lines in a private trace instance");
	} else if (err != -ENOENT) {
		found(f, STATUS_DENIED, "%s: %s", path, rawbpf_errno_name(err));
		remedy(f, "run as root");
	} else if (faccessat(p->tracefs, "events", F_OK, 0)) {
		found(f, STATUS_DENIED, "tracefs is empty");
		remedy(f, "boot without lockdown=confidentiality");
	} else if (syscalls) {
		found(f, STATUS_MISSING, "no tracepoints of system calls");
		remedy(f, "a kernel with CONFIG_FTRACE_SYSCALLS");
	} else {
		found(f, STATUS_MISSING,
			"no bpf_trace_printk event: lines come from the shared trace_pipe");
		remedy(f, "Linux 5.9 or later has it");
	}
}

/* ---- rights and settings ----------------------------------------------------------------- */

static void check_caps(struct patient *p, struct finding *f, int arg)
{
	char has[100], lacks[100], need[100];

	(void)p;
	(void)arg;
	caps_list(f->caps, true, has, sizeof(has));
	caps_list(f->caps, false, lacks, sizeof(lacks));
	caps_lacking(f->caps, NEED_BPF, need, sizeof(need));
	if (!*lacks)
		found(f, STATUS_OK, "has%s", has);
	else
		found(f, *need ? STATUS_DENIED : STATUS_OK, "has%s; lacks%s", *has ? has : " none",
			lacks);
	if (*caps_lacking(f->caps, *need ? NEED_ALL : NEED_PROBE, need, sizeof(need)))
		remedy(f, "run as root, or give the program %s", need);
}

static void check_seccomp(struct patient *p, struct finding *f, int arg)
{
	uint64_t mode;

	(void)p;
	(void)arg;
	if (!caps_status("Seccomp", 10, &mode)) {
		found(f, STATUS_UNKNOWN, "/proc/self/status does not tell");
	} else if (mode) {
		found(f, STATUS_DENIED, "a seccomp filter is in force: calls may be refused by it");
		remedy(f, "allow bpf and perf_event_open in the container's profile");
	} else {
		found(f, STATUS_OK, "no filter");
	}
}

static void check_user_ns(struct patient *p, struct finding *f, int arg)
{
	unsigned long long in, out, n;
	char line[128];

	(void)p;
	(void)arg;
	if (read_line(AT_FDCWD, "/proc/self/uid_map", line, sizeof(line)) ||
		sscanf(line, "%llu %llu %llu", &in, &out, &n) != 3) {
		found(f, STATUS_UNKNOWN, "/proc/self/uid_map does not tell");
	} else if (in || out || n != 4294967295ULL) {
		found(f, STATUS_DENIED,
			"not the initial user namespace: capabilities do not count");
		remedy(f, "run outside of the container");
	} else {
		found(f, STATUS_OK, "the initial one");
	}
}

/* A setting that is for privileged processes above a value. */
static void check_sysctl(struct patient *p, struct finding *f, int which)
{
	static const struct {
		const char *path;
		int open; /* up to this value all may */
		const char *what;
	} rows[] = {
		{"/proc/sys/kernel/unprivileged_bpf_disabled", 0, "bpf(2)"},
		{"/proc/sys/kernel/perf_event_paranoid", -1, "tracing events"},
		{"/proc/sys/kernel/kptr_restrict", 0, "kernel addresses"},
	};
	char line[32], caps[100];
	int v;

	(void)p;
	if (read_line(AT_FDCWD, rows[which].path, line, sizeof(line))) {
		found(f, STATUS_UNKNOWN, "%s cannot be read", rows[which].path);
		return;
	}
	v = atoi(line);
	if (v <= rows[which].open)
		found(f, STATUS_OK, "%d: %s for everybody", v, rows[which].what);
	else
		found(f,
			*caps_lacking(f->caps, f->need, caps, sizeof(caps)) ? STATUS_DENIED
									    : STATUS_OK,
			"%d: %s for privileged processes", v, rows[which].what);
	if (f->status == STATUS_DENIED)
		remedy_rights(f);
}

static void check_lockdown(struct patient *p, struct finding *f, int arg)
{
	char line[128];

	(void)p;
	(void)arg;
	if (read_line(AT_FDCWD, "/sys/kernel/security/lockdown", line, sizeof(line))) {
		found(f, STATUS_OK, "not in force, or securityfs is not mounted");
	} else if (strstr(line, "[confidentiality]")) {
		found(f, STATUS_DENIED,
			"confidentiality: programs cannot read kernel memory, no tracefs");
		remedy(f, "boot without lockdown=confidentiality");
	} else if (strstr(line, "[integrity]")) {
		found(f, STATUS_OK, "integrity: programs cannot write user memory");
	} else {
		found(f, STATUS_OK, "none");
	}
}

static void check_jit(struct patient *p, struct finding *f, int arg)
{
	char line[32];
	int err = read_line(AT_FDCWD, "/proc/sys/net/core/bpf_jit_enable", line, sizeof(line));

	(void)p;
	(void)arg;
	if (err) {
		found(f, STATUS_UNKNOWN, "bpf_jit_enable: %s", rawbpf_errno_name(err));
	} else if (atoi(line)) {
		found(f, STATUS_OK, "programs are compiled");
	} else {
		found(f, STATUS_MISSING, "programs are interpreted: slower, no fentry");
		remedy(f, "sysctl net.core.bpf_jit_enable=1");
	}
}

/* ------------------------------------------------------------------------------------------ */

static const struct check checks[] = {
	{"kernel", false, NEED_NONE, check_kernel, 0},
	{"bpf", true, NEED_BPF, check_bpf, 0},
	{"map", true, NEED_BPF, check_map, RAWBPF_MAP_ARRAY},
	{"memlock", false, NEED_BPF, check_memlock, 0},
	{"prog_kprobe", true, NEED_BPF, check_prog, RAWBPF_PROG_KPROBE},
	{"prog_tracepoint", true, NEED_BPF, check_prog, RAWBPF_PROG_TRACEPOINT},
	{"prog_perf_event", false, NEED_BPF, check_prog, RAWBPF_PROG_PERF_EVENT},
	{"prog_raw_tracepoint", false, NEED_BPF, check_prog, RAWBPF_PROG_RAW_TRACEPOINT},
	{"uprobe", true, NEED_PROBE, check_pmu, 0},
	{"kprobe", false, NEED_PROBE, check_pmu, 1},
	{"tracefs", true, NEED_NONE, check_tracefs, 0},
	{"syscall_tracepoints", false, NEED_NONE, check_event, 1},
	{"trace_instance", false, NEED_NONE, check_event, 0},
	{"perf_hardware", false, NEED_EVENT, check_hardware, 0},
	{"perf_link", false, NEED_EVENT, check_link, 0},
	{"uprobe_multi", false, NEED_BPF, check_multi, RAWBPF_TRACE_UPROBE_MULTI},
	{"kprobe_multi", false, NEED_BPF, check_multi, RAWBPF_TRACE_KPROBE_MULTI},
	{"kprobe_session", false, NEED_BPF, check_multi, RAWBPF_TRACE_KPROBE_SESSION},
	{"fentry", false, NEED_BPF, check_typed, 0},
	{"tp_btf", false, NEED_BPF, check_typed, 1},
	{"btf_kernel", false, NEED_NONE, check_btf_kernel, 0},
	{"btf_load", false, NEED_BPF, check_btf_load, 0},
	{"perf_buffer", false, NEED_BPF, check_map, RAWBPF_MAP_PERF_EVENT_ARRAY},
	{"ring_buffer", false, NEED_BPF, check_map, RAWBPF_MAP_RINGBUF},
	{"stack_trace", false, NEED_BPF, check_map, RAWBPF_MAP_STACK_TRACE},
	{"batch", false, NEED_BPF, check_batch, 0},
	{"jit", false, NEED_NONE, check_jit, 0},
	{"capabilities", false, NEED_NONE, check_caps, 0},
	{"user_namespace", false, NEED_NONE, check_user_ns, 0},
	{"seccomp", false, NEED_NONE, check_seccomp, 0},
	{"unprivileged_bpf_disabled", false, NEED_BPF, check_sysctl, 0},
	{"perf_event_paranoid", false, NEED_EVENT, check_sysctl, 1},
	{"kptr_restrict", false, NEED_ADDRESSES, check_sysctl, 2},
	{"lockdown", false, NEED_NONE, check_lockdown, 0},
};

static void print_finding(const struct check *c, const struct finding *f, bool json)
{
	bool bad = c->needed && f->status != STATUS_OK;
	struct json j;

	if (json) {
		json_open(&j, stdout);
		json_str(&j, "check", c->name);
		json_str(&j, "status", status_names[f->status]);
		json_str(&j, "reason", *f->reason ? f->reason : NULL);
		json_str(&j, "remedy", *f->remedy ? f->remedy : NULL);
		json_close(&j);
		return;
	}
	printf("%c %-26s %-8s %s\n", bad ? '!' : ' ', c->name, status_names[f->status], f->reason);
	if (*f->remedy)
		printf("  %-26s %-8s -> %s\n", "", "", f->remedy);
}

int doctor_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"reap", no_argument, NULL, 'r'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct patient p = {.tracefs = -1};
	int c, status = TOOL_OK;
	bool json = false, old = false;
	struct finding f;
	size_t k;

	while ((c = tool_getopt("doctor", doctor_usage, argc, argv, ":h", options)) != -1) {
		switch (c) {
		case 'j': json = true; break;
		case 'r': old = true; break;
		case 'h': return tool_usage("doctor", doctor_usage);
		default: return TOOL_USAGE;
		}
	}
	if (tool_operands("doctor", doctor_usage, argc, argv, "", 0, 0))
		return TOOL_USAGE;
	if (old && json)
		return tool_wrong("doctor", doctor_usage, "--json or --reap, not both");
	if (old)
		return doctor_reap();
	caps_read(&p.caps);
	for (k = 0; k < sizeof(checks) / sizeof(*checks); k++) {
		f = (struct finding){.need = checks[k].need, .caps = &p.caps};
		checks[k].run(&p, &f, checks[k].arg);
		print_finding(&checks[k], &f, json);
		if (checks[k].needed && f.status != STATUS_OK)
			status = TOOL_FAILED;
	}
	if (p.tracefs >= 0)
		close(p.tracefs);
	return tool_finish("doctor", status);
}
