/* SPDX-License-Identifier: MIT */
/*
 * rawbpf_sys.h - the system calls that rawbpf issues, one to one, and the hook they all pass.
 *
 * For auditors and tests.  Everything rawbpf asks of the kernel is one struct rawbpf_call; a hook
 * set on a context sees it before it happens and decides: pass it on with rawbpf_call_kernel(),
 * answer with another result, or change nothing and log.  The numbers below are the kernel's own
 * (uapi linux/bpf.h, linux/perf_event.h), so that no host header's age matters.
 */
#ifndef RAWBPF_SYS_H
#define RAWBPF_SYS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "rawbpf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- bpf(2) ------------------------------------------------------------------------------ */

enum rawbpf_cmd {
	RAWBPF_MAP_CREATE,
	RAWBPF_MAP_LOOKUP_ELEM,
	RAWBPF_MAP_UPDATE_ELEM,
	RAWBPF_MAP_DELETE_ELEM,
	RAWBPF_MAP_GET_NEXT_KEY,
	RAWBPF_PROG_LOAD,
	RAWBPF_OBJ_PIN,
	RAWBPF_OBJ_GET,
	RAWBPF_PROG_ATTACH,
	RAWBPF_PROG_DETACH,
	RAWBPF_PROG_TEST_RUN,
	RAWBPF_PROG_GET_NEXT_ID,
	RAWBPF_MAP_GET_NEXT_ID,
	RAWBPF_PROG_GET_FD_BY_ID,
	RAWBPF_MAP_GET_FD_BY_ID,
	RAWBPF_OBJ_GET_INFO_BY_FD,
	RAWBPF_PROG_QUERY,
	RAWBPF_RAW_TRACEPOINT_OPEN,
	RAWBPF_BTF_LOAD,
	RAWBPF_BTF_GET_FD_BY_ID,
	RAWBPF_TASK_FD_QUERY,
	RAWBPF_MAP_LOOKUP_AND_DELETE_ELEM,
	RAWBPF_MAP_FREEZE,
	RAWBPF_BTF_GET_NEXT_ID,
	RAWBPF_MAP_LOOKUP_BATCH,
	RAWBPF_MAP_LOOKUP_AND_DELETE_BATCH,
	RAWBPF_MAP_UPDATE_BATCH,
	RAWBPF_MAP_DELETE_BATCH,
	RAWBPF_LINK_CREATE,
	RAWBPF_LINK_UPDATE,
	RAWBPF_LINK_GET_FD_BY_ID,
	RAWBPF_LINK_GET_NEXT_ID,
	RAWBPF_ENABLE_STATS,
	RAWBPF_ITER_CREATE,
	RAWBPF_LINK_DETACH,
	RAWBPF_PROG_BIND_MAP,
	RAWBPF_TOKEN_CREATE,
};

enum rawbpf_map_type {
	RAWBPF_MAP_UNSPEC,
	RAWBPF_MAP_HASH,
	RAWBPF_MAP_ARRAY,
	RAWBPF_MAP_PROG_ARRAY,
	RAWBPF_MAP_PERF_EVENT_ARRAY,
	RAWBPF_MAP_PERCPU_HASH,
	RAWBPF_MAP_PERCPU_ARRAY,
	RAWBPF_MAP_STACK_TRACE,
	RAWBPF_MAP_CGROUP_ARRAY,
	RAWBPF_MAP_LRU_HASH,
	RAWBPF_MAP_LRU_PERCPU_HASH,
	RAWBPF_MAP_LPM_TRIE,
	RAWBPF_MAP_ARRAY_OF_MAPS,
	RAWBPF_MAP_HASH_OF_MAPS,
	RAWBPF_MAP_DEVMAP,
	RAWBPF_MAP_SOCKMAP,
	RAWBPF_MAP_CPUMAP,
	RAWBPF_MAP_XSKMAP,
	RAWBPF_MAP_SOCKHASH,
	RAWBPF_MAP_CGROUP_STORAGE,
	RAWBPF_MAP_REUSEPORT_SOCKARRAY,
	RAWBPF_MAP_PERCPU_CGROUP_STORAGE,
	RAWBPF_MAP_QUEUE,
	RAWBPF_MAP_STACK,
	RAWBPF_MAP_SK_STORAGE,
	RAWBPF_MAP_DEVMAP_HASH,
	RAWBPF_MAP_STRUCT_OPS,
	RAWBPF_MAP_RINGBUF,
	RAWBPF_MAP_INODE_STORAGE,
	RAWBPF_MAP_TASK_STORAGE,
	RAWBPF_MAP_BLOOM_FILTER,
	RAWBPF_MAP_USER_RINGBUF,
	RAWBPF_MAP_CGRP_STORAGE,
	RAWBPF_MAP_ARENA,
};

enum rawbpf_prog_type {
	RAWBPF_PROG_UNSPEC,
	RAWBPF_PROG_SOCKET_FILTER,
	RAWBPF_PROG_KPROBE,
	RAWBPF_PROG_SCHED_CLS,
	RAWBPF_PROG_SCHED_ACT,
	RAWBPF_PROG_TRACEPOINT,
	RAWBPF_PROG_XDP,
	RAWBPF_PROG_PERF_EVENT,
	RAWBPF_PROG_CGROUP_SKB,
	RAWBPF_PROG_CGROUP_SOCK,
	RAWBPF_PROG_LWT_IN,
	RAWBPF_PROG_LWT_OUT,
	RAWBPF_PROG_LWT_XMIT,
	RAWBPF_PROG_SOCK_OPS,
	RAWBPF_PROG_SK_SKB,
	RAWBPF_PROG_CGROUP_DEVICE,
	RAWBPF_PROG_SK_MSG,
	RAWBPF_PROG_RAW_TRACEPOINT,
	RAWBPF_PROG_CGROUP_SOCK_ADDR,
	RAWBPF_PROG_LWT_SEG6LOCAL,
	RAWBPF_PROG_LIRC_MODE2,
	RAWBPF_PROG_SK_REUSEPORT,
	RAWBPF_PROG_FLOW_DISSECTOR,
	RAWBPF_PROG_CGROUP_SYSCTL,
	RAWBPF_PROG_RAW_TRACEPOINT_WRITABLE,
	RAWBPF_PROG_CGROUP_SOCKOPT,
	RAWBPF_PROG_TRACING,
	RAWBPF_PROG_STRUCT_OPS,
	RAWBPF_PROG_EXT,
	RAWBPF_PROG_LSM,
	RAWBPF_PROG_SK_LOOKUP,
	RAWBPF_PROG_SYSCALL,
	RAWBPF_PROG_NETFILTER,
};

enum rawbpf_attach_type {
	RAWBPF_TRACE_RAW_TP = 23,
	RAWBPF_TRACE_FENTRY = 24,
	RAWBPF_TRACE_FEXIT = 25,
	RAWBPF_MODIFY_RETURN = 26,
	RAWBPF_TRACE_ITER = 28,
	RAWBPF_PERF_EVENT = 41,
	RAWBPF_TRACE_KPROBE_MULTI = 42,
	RAWBPF_TRACE_UPROBE_MULTI = 48,
	RAWBPF_TRACE_KPROBE_SESSION = 56,
	RAWBPF_TRACE_UPROBE_SESSION = 57,
};

enum {
	RAWBPF_F_RDONLY_PROG = 1 << 7, /* Linux 5.2 */
	RAWBPF_F_MMAPABLE = 1 << 10,   /* Linux 5.5 */
	RAWBPF_PSEUDO_MAP_FD = 1,      /* src_reg of ld_imm64: a map */
	RAWBPF_PSEUDO_MAP_VALUE = 2,   /* src_reg of ld_imm64: a map's first value (Linux 5.2) */
	RAWBPF_PSEUDO_BTF_ID = 3,
	RAWBPF_PSEUDO_FUNC = 4, /* src_reg of ld_imm64: a callback (Linux 5.13) */
	RAWBPF_PSEUDO_CALL = 1, /* src_reg of call: a subprogram (Linux 4.16) */
	RAWBPF_PSEUDO_KFUNC_CALL = 2,
	RAWBPF_OBJ_NAME_LEN = 16,
};

struct rawbpf_insn {
	uint8_t code;
	uint8_t regs; /* dst and src, a nibble each; dst is the low one on little-endian machines */
	int16_t off;
	int32_t imm;
};

/* The kernel's union bpf_attr, as far as tracing uses it; every command takes the first bytes. */
union rawbpf_attr {
	struct { /* MAP_CREATE */
		uint32_t map_type, key_size, value_size, max_entries, map_flags;
		uint32_t inner_map_fd, numa_node;
		char map_name[16];
		uint32_t map_ifindex, btf_fd, btf_key_type_id, btf_value_type_id;
		uint32_t btf_vmlinux_value_type_id;
		uint64_t map_extra;
		int32_t value_type_btf_obj_fd, map_token_fd;
	} map;
	struct { /* MAP_*_ELEM, MAP_GET_NEXT_KEY, MAP_FREEZE */
		uint32_t map_fd, pad;
		uint64_t key;
		uint64_t value; /* or next_key */
		uint64_t flags;
	} elem;
	struct { /* MAP_*_BATCH, Linux 5.6 */
		uint64_t in_batch, out_batch, keys, values;
		uint32_t count, map_fd;
		uint64_t elem_flags, flags;
	} batch;
	struct { /* PROG_LOAD */
		uint32_t prog_type, insn_cnt;
		uint64_t insns, license;
		uint32_t log_level, log_size;
		uint64_t log_buf;
		uint32_t kern_version, prog_flags;
		char prog_name[16];
		uint32_t prog_ifindex, expected_attach_type, prog_btf_fd, func_info_rec_size;
		uint64_t func_info;
		uint32_t func_info_cnt, line_info_rec_size;
		uint64_t line_info;
		uint32_t line_info_cnt, attach_btf_id, attach_btf_obj_fd, core_relo_cnt;
		uint64_t fd_array, core_relos;
		uint32_t core_relo_rec_size, log_true_size;
		int32_t prog_token_fd;
		uint32_t fd_array_cnt;
	} prog;
	struct { /* OBJ_PIN, OBJ_GET */
		uint64_t pathname;
		uint32_t bpf_fd, file_flags;
	} obj;
	struct { /* PROG_TEST_RUN */
		uint32_t prog_fd, retval, data_size_in, data_size_out;
		uint64_t data_in, data_out;
		uint32_t repeat, duration, ctx_size_in, ctx_size_out;
		uint64_t ctx_in, ctx_out;
		uint32_t flags, cpu, batch_size, pad;
	} test;
	struct { /* *_GET_NEXT_ID, *_GET_FD_BY_ID */
		uint32_t id, next_id, open_flags;
	} get_id;
	struct { /* OBJ_GET_INFO_BY_FD */
		uint32_t bpf_fd, info_len;
		uint64_t info;
	} info;
	struct { /* RAW_TRACEPOINT_OPEN */
		uint64_t name;
		uint32_t prog_fd, pad;
		uint64_t cookie;
	} raw_tp;
	struct { /* BTF_LOAD */
		uint64_t btf, log_buf;
		uint32_t btf_size, log_size, log_level, log_true_size, flags;
		int32_t token_fd;
	} btf;
	struct { /* LINK_CREATE */
		uint32_t prog_fd, target_fd, attach_type, flags;
		union {
			uint32_t target_btf_id;
			struct {
				uint64_t cookie;
			} perf; /* Linux 5.15 */
			struct {
				uint32_t flags, cnt;
				uint64_t syms, addrs, cookies;
			} kprobe_multi; /* Linux 5.18 */
			struct {
				uint32_t target_btf_id, pad;
				uint64_t cookie;
			} tracing; /* Linux 6.1 */
			struct {
				uint64_t path, offsets, ref_ctr_offsets, cookies;
				uint32_t cnt, flags, pid;
			} uprobe_multi; /* Linux 6.6 */
		} u;
	} link;
	struct { /* ENABLE_STATS */
		uint32_t type;
	} stats;
	struct { /* PROG_BIND_MAP */
		uint32_t prog_fd, map_fd, flags;
	} bind;
	char pad[160];
};

/* ---- perf_event_open(2) ------------------------------------------------------------------ */

enum {
	RAWBPF_PERF_TYPE_HARDWARE = 0,
	RAWBPF_PERF_TYPE_SOFTWARE = 1,
	RAWBPF_PERF_TYPE_TRACEPOINT = 2,
	RAWBPF_PERF_FLAG_FD_CLOEXEC = 1 << 3,
};

#define RAWBPF_PERF_IOC_ENABLE	0x2400UL
#define RAWBPF_PERF_IOC_DISABLE 0x2401UL
#define RAWBPF_PERF_IOC_SET_BPF 0x40042408UL

/* struct perf_event_attr, size 112 (VER5); flags holds the kernel's bit fields from bit 0 on. */
struct rawbpf_perf_attr {
	uint32_t type, size;
	uint64_t config;
	uint64_t sample_period; /* or sample_freq, with RAWBPF_PERF_FREQ */
	uint64_t sample_type, read_format;
	uint64_t flags;
	uint32_t wakeup_events, bp_type;
	uint64_t config1; /* probe PMUs: pointer to the function's name or the file's path */
	uint64_t config2; /* probe PMUs: offset */
	uint64_t branch_sample_type, sample_regs_user;
	uint32_t sample_stack_user;
	int32_t clockid;
	uint64_t sample_regs_intr;
	uint32_t aux_watermark;
	uint16_t sample_max_stack, pad;
};

#define RAWBPF_PERF_DISABLED (1ULL << 0)
#define RAWBPF_PERF_INHERIT  (1ULL << 1)
#define RAWBPF_PERF_FREQ     (1ULL << 10)

/* ---- rights ------------------------------------------------------------------------------ */

#define RAWBPF_CAP_VERSION 0x20080522U /* _LINUX_CAPABILITY_VERSION_3 */

struct rawbpf_cap_header {
	uint32_t version;
	int pid; /* 0: the calling thread */
};

/* Capabilities 0 to 31, and 32 to 63 in a second one. */
struct rawbpf_cap_data {
	uint32_t effective, permitted, inheritable;
};

enum rawbpf_prctl {
	RAWBPF_PR_SET_SECCOMP = 22,
	RAWBPF_PR_CAPBSET_READ = 23,
	RAWBPF_PR_CAPBSET_DROP = 24,
	RAWBPF_PR_SET_SECUREBITS = 28,
	RAWBPF_PR_SET_NO_NEW_PRIVS = 38,
	RAWBPF_PR_CAP_AMBIENT = 47,
};

/* Classic BPF, as of seccomp(2): struct sock_filter, struct sock_fprog. */
struct rawbpf_filter_insn {
	uint16_t code;
	uint8_t jt, jf;
	uint32_t k;
};

struct rawbpf_filter {
	unsigned short len;
	const struct rawbpf_filter_insn *insns;
};

/* ---- the hook ---------------------------------------------------------------------------- */

/*
 * Every kind of call.  Arguments are those of the system call, in its order, pointers as uintptr;
 * what "at" stands for is in struct rawbpf_call's .offset, which has 64 bits on every machine.
 */
enum rawbpf_call_kind {
	RAWBPF_CALL_BPF,	     /* cmd, union rawbpf_attr *, size */
	RAWBPF_CALL_PERF_EVENT_OPEN, /* struct rawbpf_perf_attr *, pid, cpu, group_fd, flags */
	RAWBPF_CALL_IOCTL,	     /* fd, request, argument */
	RAWBPF_CALL_OPENAT,	     /* dirfd, path, flags, mode */
	RAWBPF_CALL_CLOSE,	     /* fd */
	RAWBPF_CALL_READ,	     /* fd, buffer, bytes */
	RAWBPF_CALL_PREAD,	     /* fd, buffer, bytes; at */
	RAWBPF_CALL_WRITE,	     /* fd, buffer, bytes */
	RAWBPF_CALL_PWRITE,	     /* fd, buffer, bytes; at */
	RAWBPF_CALL_FSTAT,	     /* fd, struct stat * */
	RAWBPF_CALL_STAT,	     /* path, struct stat * */
	RAWBPF_CALL_STATFS,	     /* path, struct statfs * */
	RAWBPF_CALL_READLINKAT,	     /* dirfd, path, buffer, bytes */
	RAWBPF_CALL_GETDENTS,	     /* fd, buffer, bytes */
	RAWBPF_CALL_MKDIRAT,	     /* dirfd, path, mode */
	RAWBPF_CALL_UNLINKAT,	     /* dirfd, path, flags */
	RAWBPF_CALL_FSOPEN,	     /* name, flags */
	RAWBPF_CALL_FSCONFIG,	     /* fd, cmd, key, value, aux */
	RAWBPF_CALL_FSMOUNT,	     /* fd, flags, attributes */
	RAWBPF_CALL_POLL,	     /* struct pollfd *, n, timeout in ms */
	RAWBPF_CALL_MMAP,	     /* length, prot, flags, fd; at */
	RAWBPF_CALL_MUNMAP,	     /* address, length */
	RAWBPF_CALL_PRLIMIT,	     /* pid, resource, new struct rlimit *, old struct rlimit * */
	RAWBPF_CALL_UNAME,	     /* struct utsname * */
	RAWBPF_CALL_FLOCK,	     /* fd, operation */
	RAWBPF_CALL_CAPGET,	     /* struct rawbpf_cap_header *, struct rawbpf_cap_data [2] */
	RAWBPF_CALL_CAPSET,	     /* the same */
	RAWBPF_CALL_PRCTL,	     /* option, and four arguments */
	RAWBPF_CALL_COUNT,
};

struct rawbpf_call {
	enum rawbpf_call_kind kind;
	uintptr_t arg[6];
	const char *role; /* what the call is for, in words ("map dist"), or NULL */
	uint64_t offset;  /* in the file: PREAD, PWRITE, MMAP */
	/*
	 * Not what a kernel that has everything would get: the errno of the try that was refused,
	 * negative; 0: it is.
	 */
	int fallback;
};

/*
 * rawbpf_call_kernel() - issue the call now.  Returns what the kernel returned, or -errno; errno
 * itself is left alone.
 */
RAWBPF_API long rawbpf_call_kernel(const struct rawbpf_call *c);

/*
 * rawbpf_set_hook() - let fn answer every call of this context from now on; NULL: none.
 *
 *	static long refuse_ringbuf(void *arg, const struct rawbpf_call *c)
 *	{
 *		const union rawbpf_attr *a = (const void *)c->arg[1];
 *
 *		if (c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_MAP_CREATE &&
 *			a->map.map_type == RAWBPF_MAP_RINGBUF)
 *			return -EINVAL;
 *		return rawbpf_call_kernel(c);
 *	}
 */
RAWBPF_API void rawbpf_set_hook(
	struct rawbpf *b, long (*fn)(void *arg, const struct rawbpf_call *c), void *arg);

/*
 * rawbpf_call() - issue a call of your own as this context's calls are: its audit log shows it, its
 * hook answers it.  b NULL: as rawbpf_call_kernel().
 */
RAWBPF_API long rawbpf_call(struct rawbpf *b, const struct rawbpf_call *c);

/*
 * rawbpf_each_sym_by(), rawbpf_each_why_by() - rawbpf_each_sym() and rawbpf_each_why() through b's
 * hook and audit log: for an IFUNC they read /proc/PID/mem.
 */
RAWBPF_API int rawbpf_each_sym_by(struct rawbpf *b, const char *path, const char *pattern,
	int (*fn)(void *arg, const struct rawbpf_sym *s), void *arg, struct rawbpf_error *e);
RAWBPF_API int rawbpf_each_why_by(struct rawbpf *b, const char *path, const char *pattern,
	pid_t pid, int (*fn)(void *arg, const struct rawbpf_why *w), void *arg,
	struct rawbpf_error *e);

/* ---- the audit log ----------------------------------------------------------------------- */

enum rawbpf_audit_form {
	RAWBPF_AUDIT_STABLE = 1, /* no fd numbers, addresses, ids, times: two runs compare */
	RAWBPF_AUDIT_JSON =
		2, /* {n, call, cmd, attr: {...}, role, result, errno, ns}; fallback, where marked */
};

/*
 * rawbpf_set_audit() - give fn one line, without a newline, for each bpf(), perf_event_open() and
 * ioctl(), for the mount of a tracefs of our own, and for each open, write, mkdir and rmdir in
 * tracefs and of /proc/PID/mem: the call as strace writes it, every attribute that is set, what
 * each file descriptor is for, the result and how long it took.
 *
 *	bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_ARRAY, key_size=4, ...}, 72) = 4<map dist>  9.1 us
 *
 * fallback(ERRNO) behind the result marks a call of another road than that of a kernel that has
 * everything: the try that was refused with this errno stands before it, or was that of an earlier
 * map, program or place, whose answer is remembered.
 *
 * Set it before rawbpf_load(): a descriptor made earlier has no words.  fn NULL: none.  Returns 0
 * or -ENOMEM.  Any kernel.
 */
RAWBPF_API int rawbpf_set_audit(
	struct rawbpf *b, void (*fn)(void *arg, const char *line), void *arg);

/* rawbpf_set_audit_form() - how lines look from now on: flags of enum rawbpf_audit_form. */
RAWBPF_API void rawbpf_set_audit_form(struct rawbpf *b, unsigned form);

/*
 * rawbpf_set_dry_run() - from now on nothing that b does changes or tries anything: tracefs, sysfs,
 * /proc and BTF are read, all else is answered as a kernel that has everything would answer it, to
 * whoever asks.  With rawbpf_set_audit() it is the plan of what the same calls would do; what may
 * not be read stands there as "?".  Set it before rawbpf_load(); it stays.  Descriptors that the
 * context gives away are none.  Returns 0 or -ENOMEM.  Any kernel, no privilege.
 */
RAWBPF_API int rawbpf_set_dry_run(struct rawbpf *b);

/* bpf(2) and perf_event_open(2) themselves: a result or -errno. */
RAWBPF_API long rawbpf_sys_bpf(enum rawbpf_cmd cmd, union rawbpf_attr *attr, size_t size);
RAWBPF_API long rawbpf_sys_perf_event_open(
	struct rawbpf_perf_attr *attr, pid_t pid, int cpu, int group_fd, unsigned long flags);

#ifdef __cplusplus
}
#endif
#endif
