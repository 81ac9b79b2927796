// SPDX-License-Identifier: MIT
/*
 * core_task.bpf.c - what the kernel knows of the process that makes a system call, on every kernel.
 *
 * "state" became "__state" in Linux 5.14.  core_task.bpf.o beside it was made with:
 * clang-14 -O2 -g -target bpf -fdebug-compilation-dir=. -c core_task.bpf.c && llvm-strip-14 -g core_task.bpf.o
 */
#define SEC(name) __attribute__((section(name), used))
#define CORE	  __attribute__((preserve_access_index))
#define READ(to, from)                                                  \
	read((to), sizeof(*(to)), (const void *)__builtin_preserve_access_index(&(from)))
#define HAS(field) __builtin_preserve_field_info(field, 2)

typedef unsigned int u32;
typedef unsigned long long u64;

static long (*update)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static u64 (*pid_tgid)(void) = (void *)14;
static u64 (*current)(void) = (void *)35;
static long (*read)(void *to, u32 size, const void *from) = (void *)113;

struct task_struct {
	char comm[16];
	struct task_struct *real_parent;
	int tgid;
	int pid;
} CORE;

struct task_struct___before_5_14 {
	long state;
} CORE;

struct task_struct___after_5_14 {
	u32 __state;
} CORE;

struct task_struct___never {
	int no_such_field;
} CORE;

struct no_such_type {
	int x;
} CORE;

enum pid_type {
	PIDTYPE_PID___local = 77,
};

struct seen {
	int pid, tgid, parent;
	u32 state, comm_size, task_size, type_missing, enum_pid;
	char comm[16];
};

struct {
	int (*type)[9]; /* lru_hash */
	int (*max_entries)[1024];
	u32 *key;
	struct seen *value;
} seen SEC(".maps");

SEC("raw_tracepoint/sys_enter")
int on_enter(void *ctx)
{
	struct task_struct *task = (void *)current(), *parent = 0;
	struct task_struct___before_5_14 *before = (void *)task;
	struct task_struct___after_5_14 *after = (void *)task;
	struct task_struct___never *never = (void *)task;
	u32 key = pid_tgid() >> 32;
	struct seen s = {};
	u64 word = 0;

	READ(&s.pid, task->pid);
	READ(&s.tgid, task->tgid);
	READ(&s.comm, task->comm);
	READ(&parent, task->real_parent);
	READ(&s.parent, parent->tgid);
	if (HAS(after->__state)) {
		READ(&s.state, after->__state);
	} else if (HAS(before->state)) {
		READ(&word, before->state);
		s.state = word;
	} else {
		s.state = ~0U;
	}
	if (HAS(never->no_such_field))
		READ(&s.pid, never->no_such_field);
	s.comm_size = __builtin_preserve_field_info(task->comm, 1);
	s.task_size = __builtin_preserve_type_info(*(struct task_struct *)0, 1);
	s.type_missing = !__builtin_preserve_type_info(*(struct no_such_type *)0, 0);
	s.enum_pid = __builtin_preserve_enum_value(*(enum pid_type *)PIDTYPE_PID___local, 1);
	update(&seen, &key, &s, 0);
	return 0;
}

/* reads what no kernel has, without asking */
SEC("?raw_tracepoint/sys_enter")
int unasked(void *ctx)
{
	struct task_struct___never *never = (void *)current();
	int x;

	READ(&x, never->no_such_field);
	return x;
}

char _license[] SEC("license") = "GPL";
