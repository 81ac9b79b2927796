// SPDX-License-Identifier: MIT
/*
 * golden_feature.c - what the kernel has, by trying it: each trial is one of rawbpf doctor's, or of
 * its kind, and past the library, for what that finds out is what is tested.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "context.h"
#include "golden.h"
#include "kern.h"
#include "old.h"
#include "rawbpf_sys.h"
#include "t.h"
#include "tracefs.h"

static long ask(enum rawbpf_call_kind kind, uintptr_t a0, uintptr_t a1, uintptr_t a2)
{
	const struct rawbpf_call c = {.kind = kind, .arg = {a0, a1, a2}};

	return rawbpf_call_kernel(&c);
}

static long ask_bpf(enum rawbpf_cmd cmd, union rawbpf_attr *a)
{
	return ask(RAWBPF_CALL_BPF, (uintptr_t)cmd, (uintptr_t)a, sizeof(*a));
}

static bool got(long fd)
{
	if (fd >= 0)
		ask(RAWBPF_CALL_CLOSE, (uintptr_t)fd, 0, 0);
	return fd >= 0;
}

static long make_map_of(uint32_t type, uint32_t flags, const char *name, uint32_t n)
{
	union rawbpf_attr a;

	memset(&a, 0, sizeof(a));
	a.map.map_type = type;
	a.map.key_size = 4;
	a.map.value_size = 8;
	a.map.max_entries = n;
	a.map.map_flags = flags;
	strcpy(a.map.map_name, name);
	return ask_bpf(RAWBPF_MAP_CREATE, &a);
}

static long make_map(uint32_t type, uint32_t flags, const char *name)
{
	return make_map_of(type, flags, name, 1);
}

static uint32_t kernel_version(void)
{
	struct rawbpf *b = rawbpf_new();
	uint32_t v = kern_version(b);

	rawbpf_free(b);
	return v;
}

static long load_prog(uint32_t type, uint32_t attach_type, uint32_t version, const char *name)
{
	static const struct rawbpf_insn insns[] = {{0xb7, 0, 0, 0}, {0x95, 0, 0, 0}};
	union rawbpf_attr a;

	memset(&a, 0, sizeof(a));
	a.prog.prog_type = type;
	a.prog.insns = (uintptr_t)insns;
	a.prog.insn_cnt = 2;
	a.prog.license = (uintptr_t) "GPL";
	a.prog.expected_attach_type = attach_type;
	a.prog.kern_version = version;
	strcpy(a.prog.prog_name, name);
	return ask_bpf(RAWBPF_PROG_LOAD, &a);
}

static bool has_map_names(void)
{
	return got(make_map(RAWBPF_MAP_ARRAY, 0, "a"));
}

static bool has_prog_names(void)
{
	return got(load_prog(RAWBPF_PROG_TRACEPOINT, 0, 0, "a"));
}

static bool has_no_version(void)
{
	return got(load_prog(RAWBPF_PROG_KPROBE, 0, 0, ""));
}

static bool has_raw_tracepoints(void)
{
	return got(load_prog(RAWBPF_PROG_RAW_TRACEPOINT, 0, 0, ""));
}

static bool has_constants(void)
{
	return got(make_map(RAWBPF_MAP_ARRAY, RAWBPF_F_RDONLY_PROG, ""));
}

static bool has_ring_buffer(void)
{
	union rawbpf_attr a;

	memset(&a, 0, sizeof(a));
	a.map.map_type = RAWBPF_MAP_RINGBUF;
	a.map.max_entries = 65536;
	return got(ask_bpf(RAWBPF_MAP_CREATE, &a));
}

/* A function that others may call: "void f(void)". */
static bool has_btf(void)
{
	static const struct {
		uint16_t magic;
		uint8_t version, flags;
		uint32_t hdr_len, type_off, type_len, str_off, str_len, proto[3], func[3];
		char strings[4];
	} btf = {0xeb9f, 1, 0, 24, 0, 24, 24, 4, {0, 13U << 24, 0}, {1, 12U << 24 | 1, 1}, "\0f"};
	union rawbpf_attr a;

	memset(&a, 0, sizeof(a));
	a.btf.btf = (uintptr_t)&btf;
	a.btf.btf_size = sizeof(btf);
	return got(ask_bpf(RAWBPF_BTF_LOAD, &a));
}

/* Commands of an empty map: all but EINVAL is an answer. */
static bool has_batch(void)
{
	long fd = make_map(RAWBPF_MAP_HASH, 0, "");
	uint32_t next, keys[2];
	uint64_t values[2];
	union rawbpf_attr a;
	bool has;

	memset(&a, 0, sizeof(a));
	a.batch.map_fd = (uint32_t)fd;
	a.batch.out_batch = (uintptr_t)&next;
	a.batch.keys = (uintptr_t)keys;
	a.batch.values = (uintptr_t)values;
	a.batch.count = 1;
	has = ask_bpf(RAWBPF_MAP_LOOKUP_BATCH, &a) == -ENOENT;
	got(fd);
	return has;
}

/* More than the limit that this process has, for as long as the trial lasts. */
static bool has_memlock_free(void)
{
	struct rlimit was, low;
	bool has;

	ck_assert_int_eq(getrlimit(RLIMIT_MEMLOCK, &was), 0);
	low = was;
	low.rlim_cur = 4096;
	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &low), 0);
	has = got(make_map_of(RAWBPF_MAP_ARRAY, 0, "", 1 << 17));
	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &was), 0);
	return has;
}

static bool has_first_key(void)
{
	long fd = make_map(RAWBPF_MAP_HASH, 0, "");
	union rawbpf_attr a;
	uint32_t next;
	bool has;

	memset(&a, 0, sizeof(a));
	a.elem.map_fd = (uint32_t)fd;
	a.elem.value = (uintptr_t)&next;
	has = ask_bpf(RAWBPF_MAP_GET_NEXT_KEY, &a) == -ENOENT;
	got(fd);
	return has;
}

static bool has_map_info(void)
{
	long fd = make_map(RAWBPF_MAP_HASH, 0, "");
	union rawbpf_attr a;
	char info[80] = "";
	bool has;

	memset(&a, 0, sizeof(a));
	a.info.bpf_fd = (uint32_t)fd;
	a.info.info_len = sizeof(info);
	a.info.info = (uintptr_t)info;
	has = !ask_bpf(RAWBPF_OBJ_GET_INFO_BY_FD, &a);
	got(fd);
	return has;
}

/* bpf(2) by who has no right: sysctl kernel.unprivileged_bpf_disabled. */
static bool has_bpf_by_all(void)
{
	struct rawbpf_cap_header h = {.version = RAWBPF_CAP_VERSION};
	struct rawbpf_cap_data none[2] = {{0}};
	long fd = make_map(RAWBPF_MAP_HASH, 0, "");
	union rawbpf_attr a;
	uint32_t key = 0;
	uint64_t value;
	int status;
	pid_t pid = fork();

	if (!pid) {
		memset(&a, 0, sizeof(a));
		a.elem.map_fd = (uint32_t)fd;
		a.elem.key = (uintptr_t)&key;
		a.elem.value = (uintptr_t)&value;
		if (ask(RAWBPF_CALL_CAPSET, (uintptr_t)&h, (uintptr_t)none, 0))
			_exit(2);
		_exit(ask_bpf(RAWBPF_MAP_LOOKUP_ELEM, &a) != -ENOENT);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	got(fd);
	return !status;
}

/* ---- events --------------------------------------------------------------------------------- */

static bool has_file(const char *path)
{
	return got(ask(
		RAWBPF_CALL_OPENAT, (uintptr_t)AT_FDCWD, (uintptr_t)path, O_RDONLY | O_CLOEXEC));
}

/* Those of functions: some variables are at 0. */
static bool has_addresses(void)
{
	char *table = t_read_file("/proc/kallsyms", NULL), *at = strstr(table, " T vfs_read\n");
	bool has = at && at - table >= 8 && strncmp(at - 8, "00000000", 8) != 0;

	free(table);
	return has;
}

static bool has_uprobe_pmu(void)
{
	return has_file("/sys/bus/event_source/devices/uprobe/type");
}

static bool has_semaphores(void)
{
	return has_file("/sys/bus/event_source/devices/uprobe/format/ref_ctr_offset");
}

static bool has_btf_kernel(void)
{
	return has_file("/sys/kernel/btf/vmlinux");
}

static bool has_kprobe_pmu(void)
{
	return has_file("/sys/bus/event_source/devices/kprobe/type");
}

/* no kernel of tests/vm lacks these: Linux 4.12 and 5.4 */
static bool has_maxactive(void)
{
	return !old_is_without("maxactive");
}

static bool has_siblings(void)
{
	return !old_is_without("several places of an event");
}

static bool has_fsopen(void)
{
	return got(ask(RAWBPF_CALL_FSOPEN, (uintptr_t) "tracefs", 1, 0));
}

static long open_event(uint64_t flags, pid_t pid)
{
	struct rawbpf_perf_attr p = {
		.type = 1, .size = sizeof(p), .sample_period = 1 << 30, .flags = flags | 1};
	const struct rawbpf_call c = {.kind = RAWBPF_CALL_PERF_EVENT_OPEN,
		.arg = {(uintptr_t)&p, (uintptr_t)pid, pid ? 0 : (uintptr_t)-1, (uintptr_t)-1, 8}};

	return rawbpf_call_kernel(&c);
}

/* ... to read what an IFUNC became in this process: it has the C library as a file */
static bool has_own_libc(void)
{
	size_t n;
	char *maps = t_read_file("/proc/self/maps", &n);
	bool has = strstr(maps, "/libc.so") != NULL;

	free(maps);
	return has;
}

/* events that threads inherit and children do not */
static bool has_inherit_thread(void)
{
	return got(open_event(RAWBPF_PERF_INHERIT | 1ULL << 35, getpid()));
}

static bool has_perf_link(void)
{
	long prog = load_prog(RAWBPF_PROG_PERF_EVENT, 0, 0, ""), event = open_event(0, 0);
	union rawbpf_attr a;
	bool has;

	memset(&a, 0, sizeof(a));
	a.link.prog_fd = (uint32_t)prog;
	a.link.target_fd = (uint32_t)event;
	a.link.attach_type = RAWBPF_PERF_EVENT;
	has = got(ask_bpf(RAWBPF_LINK_CREATE, &a));
	got(event);
	got(prog);
	return has;
}

/* A link of many functions, to one that does not exist. */
static long open_multi(uint32_t type)
{
	const uint64_t name = (uintptr_t) "rawbpf_no_such_function", offset = 0;
	long prog = load_prog(RAWBPF_PROG_KPROBE, type, kernel_version(), ""), ret;
	union rawbpf_attr a;

	memset(&a, 0, sizeof(a));
	a.link.prog_fd = (uint32_t)prog;
	a.link.attach_type = type;
	if (type == RAWBPF_TRACE_UPROBE_MULTI) {
		a.link.u.uprobe_multi.cnt = 1;
		a.link.u.uprobe_multi.path = (uintptr_t) "/";
		a.link.u.uprobe_multi.offsets = (uintptr_t)&offset;
	} else {
		a.link.u.kprobe_multi.cnt = 1;
		a.link.u.kprobe_multi.syms = (uintptr_t)&name;
	}
	ret = ask_bpf(RAWBPF_LINK_CREATE, &a);
	got(prog);
	return ret;
}

static bool has_uprobe_multi(void)
{
	return open_multi(RAWBPF_TRACE_UPROBE_MULTI) == -EBADF;
}

static bool has_kprobe_multi(void)
{
	long ret = open_multi(RAWBPF_TRACE_KPROBE_MULTI);

	return ret == -ESRCH || ret == -ENOENT;
}

/* What the kernel's BTF types: at a function and an event that only tests of the kernel reach. */
static bool takes(const char *text, bool attached)
{
	struct rawbpf *b = rawbpf_new();
	int err = rawbpf_load(b, .text = text);

	if (!err && attached)
		err = rawbpf_attach_all(b);
	rawbpf_free(b);
	return !err;
}

static const char fentry_text[] =
	".license \"GPL\"\n.prog f \"fentry/bpf_fentry_test1\"\n\treturn 0\n";

static bool has_fentry(void)
{
	return takes(fentry_text, true);
}

static bool has_fentry_load(void)
{
	return takes(fentry_text, false);
}

static bool has_tp_btf(void)
{
	return takes(".license \"GPL\"\n.prog f \"tp_btf/sched_switch\"\n\treturn 0\n", true);
}

/* ---- in tracefs ----------------------------------------------------------------------------- */

static bool has_in_tracefs(const char *path, int flags)
{
	struct rawbpf *b = rawbpf_new();
	int dir = tracefs_dir(b), fd = -1;

	if (dir >= 0)
		fd = sys_openat(&b->sys, dir, path, flags, NULL);
	if (fd >= 0)
		sys_close(&b->sys, fd);
	rawbpf_free(b);
	return fd >= 0;
}

static bool has_kprobe_events(void)
{
	return has_in_tracefs("kprobe_events", O_PATH);
}

static bool has_functions(void)
{
	return has_in_tracefs("available_filter_functions", O_RDONLY);
}

static bool has_trace_instance(void)
{
	return has_in_tracefs("events/bpf_trace/bpf_trace_printk/enable", O_PATH);
}

const struct golden_feature golden_features[] = {
	{"addresses", has_addresses},
	{"batch", has_batch},
	{"bpf_by_all", has_bpf_by_all},
	{"btf", has_btf},
	{"btf_kernel", has_btf_kernel},
	{"constants", has_constants},
	{"fentry", has_fentry},
	{"fentry_load", has_fentry_load},
	{"first_key", has_first_key},
	{"fsopen", has_fsopen},
	{"functions", has_functions},
	{"inherit_thread", has_inherit_thread},
	{"kprobe_events", has_kprobe_events},
	{"kprobe_multi", has_kprobe_multi},
	{"kprobe_pmu", has_kprobe_pmu},
	{"map_info", has_map_info},
	{"map_names", has_map_names},
	{"maxactive", has_maxactive},
	{"memlock_free", has_memlock_free},
	{"no_version", has_no_version},
	{"own_libc", has_own_libc},
	{"perf_link", has_perf_link},
	{"prog_names", has_prog_names},
	{"raw_tracepoint", has_raw_tracepoints},
	{"ring_buffer", has_ring_buffer},
	{"semaphores", has_semaphores},
	{"siblings", has_siblings},
	{"tp_btf", has_tp_btf},
	{"trace_instance", has_trace_instance},
	{"uprobe_multi", has_uprobe_multi},
	{"uprobe_pmu", has_uprobe_pmu},
};
const size_t golden_n_features = sizeof(golden_features) / sizeof(*golden_features);

bool golden_names(const char *list, const char *name)
{
	size_t n = strlen(name);
	const char *p = list;

	while ((p = strstr(p, name))) {
		if ((p == list || p[-1] == ' ') && (!p[n] || p[n] == ' '))
			return true;
		p += n;
	}
	return false;
}

char *golden_road(const char *by)
{
	struct buf out = {0};
	size_t i;

	buf_puts(&out, "");
	for (i = 0; i < golden_n_features; i++)
		if (golden_names(by, golden_features[i].name))
			buf_printf(&out, "%s%s%s", out.len ? " " : "",
				golden_features[i].has() ? "" : "!", golden_features[i].name);
	ck_assert(!out.failed);
	return buf_steal(&out);
}
