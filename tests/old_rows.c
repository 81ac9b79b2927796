// SPDX-License-Identifier: MIT
/* old_rows.c - which kernel had what first, and what the ones before it answer. */
#include <errno.h>
#include <stddef.h>

#include "old.h"

#define K OLD_KERNEL

/* from one field of a command's attributes to another */
#define FROM(part, field) offsetof(union rawbpf_attr, part.field)
#define TO(part, field) \
	(offsetof(union rawbpf_attr, part.field) + sizeof(((union rawbpf_attr *)0)->part.field) - 1)

#define CMD(name, since, cmd)                                           \
	{                                                               \
		"cmd " name, since, OLD_CMD, cmd, cmd, -EINVAL, 0, NULL \
	}
#define ATTR(name, since, cmd, part, first, last)                                               \
	{                                                                                       \
		"attr " name, since, OLD_ATTR, FROM(part, first), TO(part, last), -EINVAL, cmd, \
			NULL                                                                    \
	}
#define MAP(name, since, type)                                                 \
	{                                                                      \
		"map " name, since, OLD_MAP_TYPE, type, type, -EINVAL, 0, NULL \
	}
#define FLAG(name, since, flag)                                                     \
	{                                                                           \
		"map flag " name, since, OLD_MAP_FLAG, flag, flag, -EINVAL, 0, NULL \
	}
#define PROG(name, since, type)                                                  \
	{                                                                        \
		"prog " name, since, OLD_PROG_TYPE, type, type, -EINVAL, 0, NULL \
	}
#define HELPER(name, since, low, high)                                         \
	{                                                                      \
		"helper " name, since, OLD_HELPER, low, high, -EINVAL, 0, NULL \
	}
#define INSN(name, since, insn)                                             \
	{                                                                   \
		"insn " name, since, OLD_INSN, insn, insn, -EINVAL, 0, NULL \
	}
#define KINDS(name, since, low, high)                                         \
	{                                                                     \
		"btf " name, since, OLD_BTF_KIND, low, high, -EINVAL, 0, NULL \
	}
#define CALL(name, since, call)                                             \
	{                                                                   \
		"call " name, since, OLD_CALL, call, call, -ENOSYS, 0, NULL \
	}
#define FILE_AT(since, path)                                          \
	{                                                             \
		"file " path, since, OLD_PATH, 0, 0, -ENOENT, 0, path \
	}
#define FACT(name, since, fact, err)                            \
	{                                                       \
		name, since, OLD_FACT, fact, fact, err, 0, NULL \
	}

const struct old_row old_rows[] = {
	CMD("obj_get_info_by_fd", K(4, 13), RAWBPF_OBJ_GET_INFO_BY_FD),
	CMD("raw_tracepoint_open", K(4, 17), RAWBPF_RAW_TRACEPOINT_OPEN),
	CMD("btf_load", K(4, 18), RAWBPF_BTF_LOAD),
	CMD("map_freeze", K(5, 2), RAWBPF_MAP_FREEZE),
	CMD("map_lookup_batch", K(5, 6), RAWBPF_MAP_LOOKUP_BATCH),
	CMD("link_create", K(5, 7), RAWBPF_LINK_CREATE),

	/* behind the last field that a command knows every byte must be 0 */
	ATTR("map name", K(4, 15), RAWBPF_MAP_CREATE, map, map_name, map_name),
	ATTR("map btf", K(4, 18), RAWBPF_MAP_CREATE, map, btf_fd, btf_value_type_id),
	ATTR("prog name", K(4, 15), RAWBPF_PROG_LOAD, prog, prog_name, prog_name),
	ATTR("expected_attach_type", K(4, 17), RAWBPF_PROG_LOAD, prog, expected_attach_type,
		expected_attach_type),
	ATTR("func_info, line_info", K(5, 0), RAWBPF_PROG_LOAD, prog, prog_btf_fd, line_info_cnt),

	MAP("lru_hash", K(4, 10), RAWBPF_MAP_LRU_HASH),
	MAP("lru_percpu_hash", K(4, 10), RAWBPF_MAP_LRU_PERCPU_HASH),
	MAP("lpm_trie", K(4, 11), RAWBPF_MAP_LPM_TRIE),
	MAP("queue", K(4, 20), RAWBPF_MAP_QUEUE),
	MAP("stack", K(4, 20), RAWBPF_MAP_STACK),
	MAP("ringbuf", K(5, 8), RAWBPF_MAP_RINGBUF),
	FLAG("rdonly_prog", K(5, 2), RAWBPF_F_RDONLY_PROG),
	FLAG("mmapable", K(5, 5), RAWBPF_F_MMAPABLE),

	PROG("raw_tracepoint", K(4, 17), RAWBPF_PROG_RAW_TRACEPOINT),
	PROG("raw_tracepoint_writable", K(5, 2), RAWBPF_PROG_RAW_TRACEPOINT_WRITABLE),
	PROG("tracing", K(5, 5), RAWBPF_PROG_TRACING),

	/* those between that belong to network programs are left out */
	HELPER("get_numa_node_id", K(4, 10), 42, 42),
	HELPER("probe_read_str", K(4, 11), 45, 45),
	HELPER("perf_event_read_value", K(4, 15), 55, 55),
	HELPER("get_current_cgroup_id", K(4, 18), 80, 80),
	HELPER("send_signal", K(5, 3), 109, 109),
	HELPER("probe_read_user, _kernel", K(5, 5), 112, 113),
	HELPER("probe_read_user_str, _kernel_str", K(5, 5), 114, 115),
	HELPER("jiffies64", K(5, 6), 118, 118),
	HELPER("ktime_get_boot_ns", K(5, 8), 125, 125),
	HELPER("of 5.11 and later", K(5, 11), 154, 9999),

	INSN("call of a function", K(4, 16), OLD_INSN_CALL),
	INSN("jmp32", K(5, 1), OLD_INSN_JMP32),
	INSN("address of a map's value", K(5, 2), OLD_INSN_MAP_VALUE),
	INSN("loop", K(5, 3), OLD_INSN_LOOP),
	INSN("atomic", K(5, 12), OLD_INSN_ATOMIC),
	INSN("cpu v4", K(6, 6), OLD_INSN_V4),

	KINDS("functions", K(5, 0), 12, 13),
	KINDS("variables", K(5, 2), 14, 15),
	KINDS("of 5.13 and later", K(5, 13), 16, 31),
	FACT("btf linkage of functions", K(5, 6), OLD_LINKAGE, -EINVAL),

	CALL("fsopen", K(5, 2), RAWBPF_CALL_FSOPEN),

	FILE_AT(K(4, 17), "/sys/bus/event_source/devices/kprobe"),
	FILE_AT(K(4, 17), "/sys/bus/event_source/devices/uprobe"),
	FILE_AT(K(4, 20), "/sys/bus/event_source/devices/uprobe/format/ref_ctr_offset"),
	FILE_AT(K(5, 4), "/sys/kernel/btf"),
	FILE_AT(K(5, 4), "/sys/kernel/security/lockdown"),
	FILE_AT(K(5, 9), "events/bpf_trace"),

	FACT("first key", K(4, 12), OLD_FIRST_KEY, -EFAULT),
	FACT("maxactive", K(4, 12), OLD_MAXACTIVE, -EINVAL),
	FACT("two programs on an event", K(4, 15), OLD_TWO_PROGS, -EEXIST),
	FACT("probe pmu", K(4, 17), OLD_PROBE_PMU, -ENOENT),
	FACT("semaphore of an event", K(4, 20), OLD_REF_CTR, -EINVAL),
	FACT("probes without a version", K(5, 0), OLD_NO_VERSION, -EINVAL),
	FACT("more than 4096 instructions", K(5, 2), OLD_MANY_INSNS, -E2BIG),
	FACT("log of more than 16 MiB", K(5, 2), OLD_BIG_LOG, -EINVAL),
	/* not refused: the event that had the name is thrown away */
	FACT("several places of an event", K(5, 4), OLD_SIBLING, 0),
	FACT("maps beyond RLIMIT_MEMLOCK", K(5, 11), OLD_NO_MEMLOCK, -EPERM),
	FACT("threads inherit", K(5, 13), OLD_PERF_FLAG, -EINVAL),

	{NULL, 0, OLD_CMD, 0, 0, 0, 0, NULL},
};
