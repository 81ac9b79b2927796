// SPDX-License-Identifier: MIT
/*
 * auditname.c - numbers as the names that the kernel's headers and strace give them.
 *
 * A set is a list of values with one name each, or of flags, of which several may be set.  What a
 * list lacks is printed as a number: an audit hides nothing.
 */
#include "auditname.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "rawbpf_sys.h"

struct auditname_row {
	uint64_t v;
	const char *name;
};

struct auditname_list {
	const char *prefix; /* of every name */
	const struct auditname_row *rows;
	size_t n;
	bool flags;
};

static const struct auditname_row auditname_cmds[] = {
	{RAWBPF_MAP_CREATE, "MAP_CREATE"},
	{RAWBPF_MAP_LOOKUP_ELEM, "MAP_LOOKUP_ELEM"},
	{RAWBPF_MAP_UPDATE_ELEM, "MAP_UPDATE_ELEM"},
	{RAWBPF_MAP_DELETE_ELEM, "MAP_DELETE_ELEM"},
	{RAWBPF_MAP_GET_NEXT_KEY, "MAP_GET_NEXT_KEY"},
	{RAWBPF_PROG_LOAD, "PROG_LOAD"},
	{RAWBPF_OBJ_PIN, "OBJ_PIN"},
	{RAWBPF_OBJ_GET, "OBJ_GET"},
	{RAWBPF_PROG_ATTACH, "PROG_ATTACH"},
	{RAWBPF_PROG_DETACH, "PROG_DETACH"},
	{RAWBPF_PROG_TEST_RUN, "PROG_TEST_RUN"},
	{RAWBPF_PROG_GET_NEXT_ID, "PROG_GET_NEXT_ID"},
	{RAWBPF_MAP_GET_NEXT_ID, "MAP_GET_NEXT_ID"},
	{RAWBPF_PROG_GET_FD_BY_ID, "PROG_GET_FD_BY_ID"},
	{RAWBPF_MAP_GET_FD_BY_ID, "MAP_GET_FD_BY_ID"},
	{RAWBPF_OBJ_GET_INFO_BY_FD, "OBJ_GET_INFO_BY_FD"},
	{RAWBPF_PROG_QUERY, "PROG_QUERY"},
	{RAWBPF_RAW_TRACEPOINT_OPEN, "RAW_TRACEPOINT_OPEN"},
	{RAWBPF_BTF_LOAD, "BTF_LOAD"},
	{RAWBPF_BTF_GET_FD_BY_ID, "BTF_GET_FD_BY_ID"},
	{RAWBPF_TASK_FD_QUERY, "TASK_FD_QUERY"},
	{RAWBPF_MAP_LOOKUP_AND_DELETE_ELEM, "MAP_LOOKUP_AND_DELETE_ELEM"},
	{RAWBPF_MAP_FREEZE, "MAP_FREEZE"},
	{RAWBPF_BTF_GET_NEXT_ID, "BTF_GET_NEXT_ID"},
	{RAWBPF_MAP_LOOKUP_BATCH, "MAP_LOOKUP_BATCH"},
	{RAWBPF_MAP_LOOKUP_AND_DELETE_BATCH, "MAP_LOOKUP_AND_DELETE_BATCH"},
	{RAWBPF_MAP_UPDATE_BATCH, "MAP_UPDATE_BATCH"},
	{RAWBPF_MAP_DELETE_BATCH, "MAP_DELETE_BATCH"},
	{RAWBPF_LINK_CREATE, "LINK_CREATE"},
	{RAWBPF_LINK_UPDATE, "LINK_UPDATE"},
	{RAWBPF_LINK_GET_FD_BY_ID, "LINK_GET_FD_BY_ID"},
	{RAWBPF_LINK_GET_NEXT_ID, "LINK_GET_NEXT_ID"},
	{RAWBPF_ENABLE_STATS, "ENABLE_STATS"},
	{RAWBPF_ITER_CREATE, "ITER_CREATE"},
	{RAWBPF_LINK_DETACH, "LINK_DETACH"},
	{RAWBPF_PROG_BIND_MAP, "PROG_BIND_MAP"},
	{RAWBPF_TOKEN_CREATE, "TOKEN_CREATE"},
};

static const struct auditname_row auditname_maps[] = {
	{RAWBPF_MAP_UNSPEC, "UNSPEC"},
	{RAWBPF_MAP_HASH, "HASH"},
	{RAWBPF_MAP_ARRAY, "ARRAY"},
	{RAWBPF_MAP_PROG_ARRAY, "PROG_ARRAY"},
	{RAWBPF_MAP_PERF_EVENT_ARRAY, "PERF_EVENT_ARRAY"},
	{RAWBPF_MAP_PERCPU_HASH, "PERCPU_HASH"},
	{RAWBPF_MAP_PERCPU_ARRAY, "PERCPU_ARRAY"},
	{RAWBPF_MAP_STACK_TRACE, "STACK_TRACE"},
	{RAWBPF_MAP_CGROUP_ARRAY, "CGROUP_ARRAY"},
	{RAWBPF_MAP_LRU_HASH, "LRU_HASH"},
	{RAWBPF_MAP_LRU_PERCPU_HASH, "LRU_PERCPU_HASH"},
	{RAWBPF_MAP_LPM_TRIE, "LPM_TRIE"},
	{RAWBPF_MAP_ARRAY_OF_MAPS, "ARRAY_OF_MAPS"},
	{RAWBPF_MAP_HASH_OF_MAPS, "HASH_OF_MAPS"},
	{RAWBPF_MAP_DEVMAP, "DEVMAP"},
	{RAWBPF_MAP_SOCKMAP, "SOCKMAP"},
	{RAWBPF_MAP_CPUMAP, "CPUMAP"},
	{RAWBPF_MAP_XSKMAP, "XSKMAP"},
	{RAWBPF_MAP_SOCKHASH, "SOCKHASH"},
	{RAWBPF_MAP_CGROUP_STORAGE, "CGROUP_STORAGE"},
	{RAWBPF_MAP_REUSEPORT_SOCKARRAY, "REUSEPORT_SOCKARRAY"},
	{RAWBPF_MAP_PERCPU_CGROUP_STORAGE, "PERCPU_CGROUP_STORAGE"},
	{RAWBPF_MAP_QUEUE, "QUEUE"},
	{RAWBPF_MAP_STACK, "STACK"},
	{RAWBPF_MAP_SK_STORAGE, "SK_STORAGE"},
	{RAWBPF_MAP_DEVMAP_HASH, "DEVMAP_HASH"},
	{RAWBPF_MAP_STRUCT_OPS, "STRUCT_OPS"},
	{RAWBPF_MAP_RINGBUF, "RINGBUF"},
	{RAWBPF_MAP_INODE_STORAGE, "INODE_STORAGE"},
	{RAWBPF_MAP_TASK_STORAGE, "TASK_STORAGE"},
	{RAWBPF_MAP_BLOOM_FILTER, "BLOOM_FILTER"},
	{RAWBPF_MAP_USER_RINGBUF, "USER_RINGBUF"},
	{RAWBPF_MAP_CGRP_STORAGE, "CGRP_STORAGE"},
	{RAWBPF_MAP_ARENA, "ARENA"},
};

static const struct auditname_row auditname_progs[] = {
	{RAWBPF_PROG_UNSPEC, "UNSPEC"},
	{RAWBPF_PROG_SOCKET_FILTER, "SOCKET_FILTER"},
	{RAWBPF_PROG_KPROBE, "KPROBE"},
	{RAWBPF_PROG_SCHED_CLS, "SCHED_CLS"},
	{RAWBPF_PROG_SCHED_ACT, "SCHED_ACT"},
	{RAWBPF_PROG_TRACEPOINT, "TRACEPOINT"},
	{RAWBPF_PROG_XDP, "XDP"},
	{RAWBPF_PROG_PERF_EVENT, "PERF_EVENT"},
	{RAWBPF_PROG_CGROUP_SKB, "CGROUP_SKB"},
	{RAWBPF_PROG_CGROUP_SOCK, "CGROUP_SOCK"},
	{RAWBPF_PROG_LWT_IN, "LWT_IN"},
	{RAWBPF_PROG_LWT_OUT, "LWT_OUT"},
	{RAWBPF_PROG_LWT_XMIT, "LWT_XMIT"},
	{RAWBPF_PROG_SOCK_OPS, "SOCK_OPS"},
	{RAWBPF_PROG_SK_SKB, "SK_SKB"},
	{RAWBPF_PROG_CGROUP_DEVICE, "CGROUP_DEVICE"},
	{RAWBPF_PROG_SK_MSG, "SK_MSG"},
	{RAWBPF_PROG_RAW_TRACEPOINT, "RAW_TRACEPOINT"},
	{RAWBPF_PROG_CGROUP_SOCK_ADDR, "CGROUP_SOCK_ADDR"},
	{RAWBPF_PROG_LWT_SEG6LOCAL, "LWT_SEG6LOCAL"},
	{RAWBPF_PROG_LIRC_MODE2, "LIRC_MODE2"},
	{RAWBPF_PROG_SK_REUSEPORT, "SK_REUSEPORT"},
	{RAWBPF_PROG_FLOW_DISSECTOR, "FLOW_DISSECTOR"},
	{RAWBPF_PROG_CGROUP_SYSCTL, "CGROUP_SYSCTL"},
	{RAWBPF_PROG_RAW_TRACEPOINT_WRITABLE, "RAW_TRACEPOINT_WRITABLE"},
	{RAWBPF_PROG_CGROUP_SOCKOPT, "CGROUP_SOCKOPT"},
	{RAWBPF_PROG_TRACING, "TRACING"},
	{RAWBPF_PROG_STRUCT_OPS, "STRUCT_OPS"},
	{RAWBPF_PROG_EXT, "EXT"},
	{RAWBPF_PROG_LSM, "LSM"},
	{RAWBPF_PROG_SK_LOOKUP, "SK_LOOKUP"},
	{RAWBPF_PROG_SYSCALL, "SYSCALL"},
	{RAWBPF_PROG_NETFILTER, "NETFILTER"},
};

/* Those of tracing: 0 is an attribute that is not set, though it is also CGROUP_INET_INGRESS. */
static const struct auditname_row auditname_attach[] = {
	{RAWBPF_TRACE_RAW_TP, "TRACE_RAW_TP"},
	{RAWBPF_TRACE_FENTRY, "TRACE_FENTRY"},
	{RAWBPF_TRACE_FEXIT, "TRACE_FEXIT"},
	{RAWBPF_MODIFY_RETURN, "MODIFY_RETURN"},
	{RAWBPF_TRACE_ITER, "TRACE_ITER"},
	{RAWBPF_PERF_EVENT, "PERF_EVENT"},
	{RAWBPF_TRACE_KPROBE_MULTI, "TRACE_KPROBE_MULTI"},
	{RAWBPF_TRACE_UPROBE_MULTI, "TRACE_UPROBE_MULTI"},
	{RAWBPF_TRACE_KPROBE_SESSION, "TRACE_KPROBE_SESSION"},
	{RAWBPF_TRACE_UPROBE_SESSION, "TRACE_UPROBE_SESSION"},
};

static const struct auditname_row auditname_perf[] = {
	{0, "HARDWARE"},
	{1, "SOFTWARE"},
	{2, "TRACEPOINT"},
	{3, "HW_CACHE"},
	{4, "RAW"},
	{5, "BREAKPOINT"},
};

static const struct auditname_row auditname_ioctl[] = {
	{RAWBPF_PERF_IOC_ENABLE, "ENABLE"},
	{RAWBPF_PERF_IOC_DISABLE, "DISABLE"},
	{RAWBPF_PERF_IOC_SET_BPF, "SET_BPF"},
};

static const struct auditname_row auditname_fsconfig[] = {
	{0, "SET_FLAG"},
	{1, "SET_STRING"},
	{6, "CMD_CREATE"},
};

static const struct auditname_row auditname_elem[] = {
	{1, "NOEXIST"},
	{2, "EXIST"},
	{4, "F_LOCK"},
};

static const struct auditname_row auditname_map_flags[] = {
	{1 << 0, "NO_PREALLOC"},
	{1 << 1, "NO_COMMON_LRU"},
	{1 << 2, "NUMA_NODE"},
	{1 << 3, "RDONLY"},
	{1 << 4, "WRONLY"},
	{1 << 5, "STACK_BUILD_ID"},
	{1 << 6, "ZERO_SEED"},
	{1 << 7, "RDONLY_PROG"},
	{1 << 8, "WRONLY_PROG"},
	{1 << 9, "CLONE"},
	{1 << 10, "MMAPABLE"},
	{1 << 11, "PRESERVE_ELEMS"},
	{1 << 12, "INNER_MAP"},
	{1 << 13, "LINK"},
	{1 << 14, "PATH_FD"},
	{1 << 15, "VTYPE_BTF_OBJ_FD"},
	{1 << 16, "TOKEN_FD"},
	{1 << 17, "SEGV_ON_FAULT"},
	{1 << 18, "NO_USER_CONV"},
};

static const struct auditname_row auditname_prog_flags[] = {
	{1 << 0, "STRICT_ALIGNMENT"},
	{1 << 1, "ANY_ALIGNMENT"},
	{1 << 2, "TEST_RND_HI32"},
	{1 << 3, "TEST_STATE_FREQ"},
	{1 << 4, "SLEEPABLE"},
	{1 << 5, "XDP_HAS_FRAGS"},
	{1 << 6, "XDP_DEV_BOUND_ONLY"},
	{1 << 7, "TEST_REG_INVARIANTS"},
	{1 << 16, "TOKEN_FD"},
};

static const struct auditname_row auditname_multi[] = {
	{1, "RETURN"},
};

static const struct auditname_row auditname_perf_bits[] = {
	{1 << 0, "disabled"},
	{1 << 1, "inherit"},
	{1 << 2, "pinned"},
	{1 << 3, "exclusive"},
	{1 << 4, "exclude_user"},
	{1 << 5, "exclude_kernel"},
	{1 << 6, "exclude_hv"},
	{1 << 7, "exclude_idle"},
	{1 << 8, "mmap"},
	{1 << 9, "comm"},
	{1 << 10, "freq"},
	{1 << 14, "watermark"},
	{1 << 18, "sample_id_all"},
};

static const struct auditname_row auditname_perf_flags[] = {
	{1 << 0, "FD_NO_GROUP"},
	{1 << 1, "FD_OUTPUT"},
	{1 << 2, "PID_CGROUP"},
	{1 << 3, "FD_CLOEXEC"},
};

static const struct auditname_row auditname_open[] = {
	{O_WRONLY, "WRONLY"},
	{O_RDWR, "RDWR"},
	{O_CREAT, "CREAT"},
	{O_EXCL, "EXCL"},
	{O_NOCTTY, "NOCTTY"},
	{O_TRUNC, "TRUNC"},
	{O_APPEND, "APPEND"},
	{O_NONBLOCK, "NONBLOCK"},
	{O_NOFOLLOW, "NOFOLLOW"},
	{O_CLOEXEC, "CLOEXEC"},
	{O_PATH, "PATH"},
	{O_DIRECTORY, "DIRECTORY"},
};

static const struct auditname_row auditname_unlink[] = {
	{AT_REMOVEDIR, "REMOVEDIR"},
};

static const struct auditname_row auditname_cloexec[] = {
	{1, "CLOEXEC"},
};

static const struct auditname_row auditname_cap[] = {
	{0, "CHOWN"},
	{1, "DAC_OVERRIDE"},
	{2, "DAC_READ_SEARCH"},
	{3, "FOWNER"},
	{4, "FSETID"},
	{5, "KILL"},
	{6, "SETGID"},
	{7, "SETUID"},
	{8, "SETPCAP"},
	{9, "LINUX_IMMUTABLE"},
	{10, "NET_BIND_SERVICE"},
	{11, "NET_BROADCAST"},
	{12, "NET_ADMIN"},
	{13, "NET_RAW"},
	{14, "IPC_LOCK"},
	{15, "IPC_OWNER"},
	{16, "SYS_MODULE"},
	{17, "SYS_RAWIO"},
	{18, "SYS_CHROOT"},
	{19, "SYS_PTRACE"},
	{20, "SYS_PACCT"},
	{21, "SYS_ADMIN"},
	{22, "SYS_BOOT"},
	{23, "SYS_NICE"},
	{24, "SYS_RESOURCE"},
	{25, "SYS_TIME"},
	{26, "SYS_TTY_CONFIG"},
	{27, "MKNOD"},
	{28, "LEASE"},
	{29, "AUDIT_WRITE"},
	{30, "AUDIT_CONTROL"},
	{31, "SETFCAP"},
	{32, "MAC_OVERRIDE"},
	{33, "MAC_ADMIN"},
	{34, "SYSLOG"},
	{35, "WAKE_ALARM"},
	{36, "BLOCK_SUSPEND"},
	{37, "AUDIT_READ"},
	{38, "PERFMON"},
	{39, "BPF"},
	{40, "CHECKPOINT_RESTORE"},
};

static const struct auditname_row auditname_cap_version[] = {
	{RAWBPF_CAP_VERSION, "3"},
};

static const struct auditname_row auditname_prctl[] = {
	{RAWBPF_PR_SET_SECCOMP, "SET_SECCOMP"},
	{RAWBPF_PR_CAPBSET_READ, "CAPBSET_READ"},
	{RAWBPF_PR_CAPBSET_DROP, "CAPBSET_DROP"},
	{RAWBPF_PR_SET_SECUREBITS, "SET_SECUREBITS"},
	{RAWBPF_PR_SET_NO_NEW_PRIVS, "SET_NO_NEW_PRIVS"},
	{RAWBPF_PR_CAP_AMBIENT, "CAP_AMBIENT"},
};

static const struct auditname_row auditname_ambient[] = {
	{4, "CLEAR_ALL"},
};

static const struct auditname_row auditname_securebits[] = {
	{1 << 0, "NOROOT"},
	{1 << 1, "NOROOT_LOCKED"},
	{1 << 2, "NO_SETUID_FIXUP"},
	{1 << 3, "NO_SETUID_FIXUP_LOCKED"},
	{1 << 4, "KEEP_CAPS"},
	{1 << 5, "KEEP_CAPS_LOCKED"},
	{1 << 6, "NO_CAP_AMBIENT_RAISE"},
	{1 << 7, "NO_CAP_AMBIENT_RAISE_LOCKED"},
};

static const struct auditname_row auditname_seccomp[] = {
	{2, "FILTER"},
};

#define AUDITNAME_ROWS(prefix, rows, flags)                         \
	{                                                           \
		prefix, rows, sizeof(rows) / sizeof(*(rows)), flags \
	}

static const struct auditname_list auditname_lists[AUDITNAME_COUNT] = {
	[AUDITNAME_CMD] = AUDITNAME_ROWS("BPF_", auditname_cmds, false),
	[AUDITNAME_MAP_TYPE] = AUDITNAME_ROWS("BPF_MAP_TYPE_", auditname_maps, false),
	[AUDITNAME_PROG_TYPE] = AUDITNAME_ROWS("BPF_PROG_TYPE_", auditname_progs, false),
	[AUDITNAME_ATTACH_TYPE] = AUDITNAME_ROWS("BPF_", auditname_attach, false),
	[AUDITNAME_PERF_TYPE] = AUDITNAME_ROWS("PERF_TYPE_", auditname_perf, false),
	[AUDITNAME_IOCTL] = AUDITNAME_ROWS("PERF_EVENT_IOC_", auditname_ioctl, false),
	[AUDITNAME_FSCONFIG] = AUDITNAME_ROWS("FSCONFIG_", auditname_fsconfig, false),
	[AUDITNAME_ELEM_FLAGS] = AUDITNAME_ROWS("BPF_", auditname_elem, true),
	[AUDITNAME_MAP_FLAGS] = AUDITNAME_ROWS("BPF_F_", auditname_map_flags, true),
	[AUDITNAME_PROG_FLAGS] = AUDITNAME_ROWS("BPF_F_", auditname_prog_flags, true),
	[AUDITNAME_KMULTI_FLAGS] = AUDITNAME_ROWS("BPF_F_KPROBE_MULTI_", auditname_multi, true),
	[AUDITNAME_UMULTI_FLAGS] = AUDITNAME_ROWS("BPF_F_UPROBE_MULTI_", auditname_multi, true),
	[AUDITNAME_PERF_BITS] = AUDITNAME_ROWS("", auditname_perf_bits, true),
	[AUDITNAME_PERF_FLAGS] = AUDITNAME_ROWS("PERF_FLAG_", auditname_perf_flags, true),
	[AUDITNAME_OPEN_FLAGS] = AUDITNAME_ROWS("O_", auditname_open, true),
	[AUDITNAME_UNLINK_FLAGS] = AUDITNAME_ROWS("AT_", auditname_unlink, true),
	[AUDITNAME_FSOPEN_FLAGS] = AUDITNAME_ROWS("FSOPEN_", auditname_cloexec, true),
	[AUDITNAME_FSMOUNT_FLAGS] = AUDITNAME_ROWS("FSMOUNT_", auditname_cloexec, true),
	[AUDITNAME_CAP_VERSION] =
		AUDITNAME_ROWS("_LINUX_CAPABILITY_VERSION_", auditname_cap_version, false),
	[AUDITNAME_CAP] = AUDITNAME_ROWS("CAP_", auditname_cap, false),
	[AUDITNAME_CAPS] = AUDITNAME_ROWS("CAP_", auditname_cap, false),
	[AUDITNAME_PRCTL] = AUDITNAME_ROWS("PR_", auditname_prctl, false),
	[AUDITNAME_AMBIENT] = AUDITNAME_ROWS("PR_CAP_AMBIENT_", auditname_ambient, false),
	[AUDITNAME_SECUREBITS] = AUDITNAME_ROWS("SECBIT_", auditname_securebits, true),
	[AUDITNAME_SECCOMP] = AUDITNAME_ROWS("SECCOMP_MODE_", auditname_seccomp, false),
};

static const struct auditname_row *auditname_find(const struct auditname_list *l, uint64_t v)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->rows[i].v == v)
			return &l->rows[i];
	return NULL;
}

static void auditname_flags(struct buf *out, const struct auditname_list *l, uint64_t v)
{
	const char *sep = "";
	size_t i;

	for (i = 0; i < l->n; i++) {
		if ((v & l->rows[i].v) != l->rows[i].v)
			continue;
		buf_printf(out, "%s%s%s", sep, l->prefix, l->rows[i].name);
		v &= ~l->rows[i].v;
		sep = "|";
	}
	if (v || !*sep)
		buf_printf(out, v ? "%s0x%" PRIx64 : "%s%" PRIu64, sep, v);
}

/* A set of what the rows are the numbers of; strace writes 1<<CAP_BPF. */
static void auditname_bits(struct buf *out, const struct auditname_list *l, uint64_t v)
{
	const char *sep = "";
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (!(v >> l->rows[i].v & 1))
			continue;
		buf_printf(out, "%s%s%s", sep, l->prefix, l->rows[i].name);
		v &= ~((uint64_t)1 << l->rows[i].v);
		sep = "|";
	}
	if (v || !*sep)
		buf_printf(out, v ? "%s0x%" PRIx64 : "%s%" PRIu64, sep, v);
}

void auditname_print(struct buf *out, enum auditname_set set, uint64_t v)
{
	const struct auditname_list *l = &auditname_lists[set];
	const struct auditname_row *r;

	if (set == AUDITNAME_OPEN_FLAGS && !(v & (O_WRONLY | O_RDWR)))
		buf_puts(out, v ? "O_RDONLY|" : "O_RDONLY");
	if (set == AUDITNAME_OPEN_FLAGS && !v)
		return;
	if (set == AUDITNAME_CAPS) {
		auditname_bits(out, l, v);
		return;
	}
	if (l->flags) {
		auditname_flags(out, l, v);
		return;
	}
	r = auditname_find(l, v);
	if (r)
		buf_printf(out, "%s%s", l->prefix, r->name);
	else
		buf_printf(out, "%" PRIu64, v);
}
