// SPDX-License-Identifier: MIT
/*
 * test_drop.c - rights given up: what is asked for, what stays, and that all goes on without.
 *
 * Who gives up rights gets them never back, so each live test does it in a child, which tells what
 * went wrong by a text in memory that both share.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "context.h"
#include "fake.h"
#include "here.h"
#include "link.h"
#include "many.h"
#include "old.h"
#include "proc.h"
#include "t.h"
#include "t_kprobe.h"
#include "tracefs.h"

enum { BPF_BIT = 39, ADMIN_BIT = 21, DAC_BIT = 1, CAPS = 41 };

#define BIT(n) ((uint64_t)1 << (n))

/* ---- what it asks for ---------------------------------------------------------------------- */

struct rights {
	struct fake f;
	uint64_t permitted; /* at first */
	uint64_t map_needs; /* any of these, for bpf(2); 0: none */
	uint64_t effective, left;
	bool no_setpcap, no_filter, no_privs;
	struct buf log;
};

static uint64_t word(const struct rawbpf_cap_data *d, bool effective)
{
	return effective ? (uint64_t)d[1].effective << 32 | d[0].effective
			 : (uint64_t)d[1].permitted << 32 | d[0].permitted;
}

static long rights_prctl(struct rights *r, const struct rawbpf_call *c)
{
	switch (c->arg[0]) {
	case RAWBPF_PR_CAPBSET_DROP:
		if (!c->arg[1])
			buf_puts(&r->log, "bound ");
		return r->no_setpcap ? -EPERM : c->arg[1] < CAPS ? 0 : -EINVAL;
	case RAWBPF_PR_SET_SECUREBITS: return r->no_setpcap ? -EPERM : 0;
	case RAWBPF_PR_SET_NO_NEW_PRIVS:
		buf_puts(&r->log, "privs ");
		return r->no_privs ? -EINVAL : 0;
	case RAWBPF_PR_SET_SECCOMP: buf_puts(&r->log, "filter "); return r->no_filter ? -EINVAL : 0;
	default: return 0;
	}
}

static long rights_call(void *arg, const struct rawbpf_call *c)
{
	struct rawbpf_cap_data *d = (struct rawbpf_cap_data *)c->arg[1];
	struct rights *r = arg;

	switch (c->kind) {
	case RAWBPF_CALL_CAPGET:
		d[0].effective = d[0].permitted = (uint32_t)r->permitted;
		d[1].effective = d[1].permitted = (uint32_t)(r->permitted >> 32);
		return 0;
	case RAWBPF_CALL_CAPSET:
		if (word(d, false) & ~r->left || word(d, true) & ~word(d, false))
			return -EPERM;
		r->effective = word(d, true);
		r->left = word(d, false);
		ck_assert_uint_eq(d[0].inheritable | d[1].inheritable, 0);
		buf_printf(&r->log, "%llx/%llx ", (unsigned long long)r->effective,
			(unsigned long long)r->left);
		return 0;
	case RAWBPF_CALL_PRCTL: return rights_prctl(r, c);
	case RAWBPF_CALL_BPF:
		if (c->arg[0] != RAWBPF_OBJ_GET_INFO_BY_FD || !c->role)
			break;
		buf_puts(&r->log, "map ");
		return r->map_needs && !(r->effective & r->map_needs) ? -EPERM : 0;
	default: break;
	}
	return fake_call(&r->f, c);
}

#define ALL	 (BIT(CAPS) - 1)
#define TRIED	 (BIT(BPF_BIT) | BIT(ADMIN_BIT) | BIT(DAC_BIT))
#define FILTERED "privs filter "

START_TEST(asks_for)
{
	static const struct {
		struct rights r;
		struct rawbpf_drop_opts o;
		int err;
		const char *log, *msg;
	} rows[] = {
		{{.permitted = ALL}, {0}, 0, "bound 0/8000200002 map 0/0 " FILTERED, NULL},
		/* Linux 5.8 to 5.18 */
		{{.permitted = ALL, .map_needs = TRIED}, {0}, 0,
			"bound 0/8000200002 map 8000000000/8000200002 map "
			"8000000000/8000000000 " FILTERED,
			NULL},
		/* before: there is no CAP_BPF */
		{{.permitted = (1ULL << 38) - 1, .map_needs = 1ULL << ADMIN_BIT}, {0}, 0,
			"bound 0/200002 map 200000/200002 map 200000/200000 " FILTERED, NULL},
		/* CAP_BPF does not help */
		{{.permitted = ALL, .map_needs = 1ULL << ADMIN_BIT}, {0}, 0,
			"bound 0/8000200002 map 8000000000/8000200002 map 200000/8000200002 map "
			"200000/200000 " FILTERED,
			NULL},
		/* nothing does */
		{{.permitted = ALL, .map_needs = 1ULL << 60}, {0}, -EPERM,
			"bound 0/8000200002 map 8000000000/8000200002 map 200000/8000200002 map ",
			"cannot be read without rights: EPERM"},
		/* a user with two of them, and with none */
		{{.permitted = 3ULL << 38, .map_needs = TRIED, .no_setpcap = true}, {0}, 0,
			"bound 0/8000000000 map 8000000000/8000000000 map "
			"8000000000/8000000000 " FILTERED,
			NULL},
		{{.permitted = 0, .no_setpcap = true}, {0}, 0, "bound 0/0 map 0/0 " FILTERED, NULL},
		{{.permitted = ALL}, {.keep = 1 << 5}, 0, "bound 20/8000200022 map 20/20 " FILTERED,
			NULL},
		{{.permitted = ALL}, {.no_filter = true}, 0, "bound 0/8000200002 map 0/0 privs ",
			NULL},
		{{.permitted = ALL, .no_filter = true}, {0}, -EINVAL,
			"bound 0/8000200002 map 0/0 " FILTERED, "no filter of system calls"},
		{{.permitted = ALL, .no_privs = true}, {0}, -EINVAL,
			"bound 0/8000200002 map 0/0 privs ", "no_new_privs cannot be set"},
	};
	struct rawbpf_drop_opts o;
	struct rawbpf *b;
	struct rights r;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		r = rows[i].r;
		r.left = r.effective = r.permitted;
		o = rows[i].o;
		o.sz = sizeof(o);
		b = rawbpf_new();
		rawbpf_set_hook(b, rights_call, &r);
		ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), 0);
		r.log.len = 0;
		ck_assert_msg(
			rawbpf_drop_opts(b, &o) == rows[i].err, "row %zu: %s", i, rawbpf_errmsg(b));
		ck_assert_msg(
			!strcmp(buf_str(&r.log), rows[i].log), "row %zu: %s", i, buf_str(&r.log));
		if (rows[i].msg)
			ck_assert_msg(strstr(rawbpf_errmsg(b), rows[i].msg), "row %zu: %s", i,
				rawbpf_errmsg(b));
		rawbpf_free(b);
		buf_free(&r.log);
	}
	ck_assert_int_eq(rawbpf_drop(NULL), -ENOMEM);
}
END_TEST

/* The log of a run where more stays says by which errno. */
static void gather(void *arg, const char *line)
{
	buf_puts(arg, line);
	buf_puts(arg, "\n");
}

START_TEST(audited)
{
	struct rights r = {.permitted = ALL, .map_needs = BIT(BPF_BIT)};
	struct rawbpf *b = rawbpf_new();
	struct buf lines = {0};

	r.left = r.effective = r.permitted;
	rawbpf_set_hook(b, rights_call, &r);
	ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), 0);
	ck_assert_int_eq(rawbpf_set_audit(b, gather, &lines), 0);
	rawbpf_set_audit_form(b, RAWBPF_AUDIT_STABLE);
	ck_assert_int_eq(rawbpf_drop(b), 0);
	rawbpf_free(b);
	ck_assert_msg(strstr(buf_str(&lines),
			      "prctl(PR_CAPBSET_DROP, CAP_CHECKPOINT_RESTORE) = 0\n"
			      "prctl(PR_CAPBSET_DROP, 41) = -1 EINVAL\n"
			      "capset({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, {effective=0, "
			      "permitted=CAP_DAC_OVERRIDE|CAP_SYS_ADMIN|"
			      "CAP_BPF, inheritable=0}) = 0\n"),
		"%s", buf_str(&lines));
	ck_assert_msg(
		strstr(buf_str(&lines), " = -1 EPERM\ncapset({version=_LINUX_CAPABILITY_VERSION_3, "
					"pid=0}, {effective=CAP_BPF, "
					"permitted=CAP_DAC_OVERRIDE|CAP_SYS_ADMIN|"
					"CAP_BPF, inheritable=0}) = 0 fallback(EPERM)\n"),
		"%s", buf_str(&lines));
	ck_assert_msg(
		strstr(buf_str(&lines), "capset({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, "
					"{effective=CAP_BPF, permitted=CAP_BPF, "
					"inheritable=0}) = 0 fallback(EPERM)\n"
					"prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) = 0\n"
					"prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, {len="),
		"%s", buf_str(&lines));
	buf_free(&lines);
	r.log.len = 0;
	buf_free(&r.log);
}
END_TEST

/* ---- live ---------------------------------------------------------------------------------- */

static const char program[] = ".include \"std.inc\"\n"
			      ".include \"hist.inc\"\n"
			      ".license \"GPL\"\n"
			      ".map dist histogram\n"
			      ".map seen linear(100)\n"
			      ".map counts percpu_hash(u32, u64, 16)\n"
			      ".map stacks stack_trace(64)\n"
			      ".map ids array(u32, u64, 1)\n"
			      ".prog on_call \"tracepoint/syscalls/sys_enter_getpgid\"\n"
			      ".ctx r8\n"
			      "	r0 = bpf_get_current_pid_tgid()\n"
			      "	r0 >>= 32\n"
			      "	if r0 != %d goto .out\n"
			      "	r6 = 5\n"
			      "	hist_add dist, r6\n"
			      ".var key: u32\n"
			      "	key = 7\n"
			      "	map_inc counts, &key\n"
			      "	stack_id stacks, BPF_F_USER_STACK\n"
			      "	r7 = r0\n"
			      "	key = 0\n"
			      "	r0 = bpf_map_lookup_elem(&ids, &key)\n"
			      "	if r0 == 0 goto .out\n"
			      "	*(u64 *)(r0 + 0) = r7\n"
			      "	printk \"seen by %%d\", 4711\n"
			      ".out:	return 0\n"
			      ".prog on_entry \"uprobe\"\n"
			      "	r6 = arg1\n"
			      "	linear_add seen, r6\n"
			      "	return 0\n";

/* Which roads are closed; or what else is attached. */
enum { BEST, NO_MULTI, NO_PMU, ROADS, BY_HAND = ROADS, KPROBE_EVENT };

static long road_call(void *arg, const struct rawbpf_call *c)
{
	const union rawbpf_attr *a = (const union rawbpf_attr *)c->arg[1];
	int road = *(int *)arg;

	if (road != BEST && c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_LINK_CREATE &&
		a->link.attach_type == RAWBPF_TRACE_UPROBE_MULTI)
		return -EINVAL;
	if (road == BY_HAND && c->kind == RAWBPF_CALL_OPENAT &&
		strstr((const char *)c->arg[1], "format/ref_ctr_offset"))
		return -ENOENT;
	if (road == NO_PMU && c->kind == RAWBPF_CALL_OPENAT &&
		strstr((const char *)c->arg[1], "devices/uprobe"))
		return -ENOENT;
	if (road == NO_PMU && c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_LINK_CREATE)
		return -EINVAL;
	return rawbpf_call_kernel(c);
}

/* What both processes see. */
struct shared {
	char wrong[2000], status[4096];
	int lines;
	pid_t parent;		  /* who makes the events: the child may not call what is traced */
	int attached[2], made[2]; /* pipes by which they tell each other */
	unsigned semaphore;	  /* of here:counted, while it is attached */
};

static void wrong(struct shared *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void wrong(struct shared *s, const char *fmt, ...)
{
	size_t n = strlen(s->wrong);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->wrong + n, sizeof(s->wrong) - n, fmt, ap);
	va_end(ap);
}

static void must(struct shared *s, bool ok, const char *what)
{
	if (!ok)
		wrong(s, "%s (%s); ", what, strerror(errno));
}

#define MUST(s, cond) must(s, cond, #cond)

static void child_attach(struct shared *s, struct rawbpf *b, int road, const char *exe)
{
	char text[2048];

	snprintf(text, sizeof(text), program, (int)s->parent);
	if (rawbpf_load(b, .text = text) || rawbpf_trace_fd(b, false) < 0 ||
		rawbpf_attach_tracepoint(
			b, .tp = "syscalls:sys_enter_getpgid", .fn_name = "on_call") ||
		rawbpf_attach_uprobe(
			b, .name = exe, .sym_re = "many_0[0-9]", .fn_name = "on_entry") ||
		rawbpf_drop(b))
		wrong(s, "%s; ", rawbpf_errmsg(b));
	MUST(s, road != NO_MULTI || old_version() || b->event_locks);
	MUST(s, road != NO_PMU || b->links->event);
}

static void child_maps(struct shared *s, struct rawbpf *b)
{
	uint64_t v = 0, frames[127] = {0}, id = 0, all[512], sum = 0;
	struct rawbpf_table_info info;
	uint32_t key = 3, i;

	MUST(s, !rawbpf_table_lookup(rawbpf_table(b, "dist"), &key, &v) && v == 5);
	for (key = 0; key < 10; key++)
		MUST(s, !rawbpf_table_lookup(rawbpf_table(b, "seen"), &key, &v) && v == 2);
	key = 7;
	MUST(s, !rawbpf_table_info(rawbpf_table(b, "counts"), &info) && info.n_cpus < 512);
	MUST(s, !rawbpf_table_lookup(rawbpf_table(b, "counts"), &key, all));
	for (i = 0; i < info.n_cpus; i++)
		sum += all[i];
	MUST(s, sum == 5);
	key = 0;
	MUST(s, !rawbpf_table_lookup(rawbpf_table(b, "ids"), &key, &id));
	key = (uint32_t)id;
	if (rawbpf_table_lookup(rawbpf_table(b, "stacks"), &key, frames) || !frames[0])
		wrong(s, "no stack %lld; ", (long long)id);
	MUST(s, rawbpf_table_update(rawbpf_table(b, "ids"), &key, &id, 0) == -EPERM);
}

static void child_lines(struct shared *s, struct rawbpf *b)
{
	struct rawbpf_trace_fields f;

	while (rawbpf_trace_fields(b, &f, .timeout_ms = 300) > 0)
		s->lines += f.pid == s->parent && strstr(f.msg, "seen by 4711");
	if (s->lines != 5)
		wrong(s, "%d lines; ", s->lines);
}

/* Nothing of what is not needed. */
static void child_calls(struct shared *s)
{
	union rawbpf_attr a = {.map = {.map_type = RAWBPF_MAP_ARRAY,
				       .key_size = 4,
				       .value_size = 8,
				       .max_entries = 1}};

	MUST(s, rawbpf_sys_bpf(RAWBPF_MAP_CREATE, &a, sizeof(a.map)) == -EPERM);
	memset(&a, 0, sizeof(a));
	MUST(s, rawbpf_sys_bpf(RAWBPF_PROG_GET_NEXT_ID, &a, sizeof(a.get_id)) == -EPERM);
	MUST(s, open("/etc/passwd", O_RDONLY | O_CLOEXEC) == -1 && errno == EPERM);
	MUST(s, socket(AF_UNIX, SOCK_STREAM, 0) == -1 && errno == EPERM);
	MUST(s, fork() == -1 && errno == EPERM);
	MUST(s, mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
				MAP_FAILED &&
			errno == EPERM);
}

/* What is counted by hand is so by a file that was open before. */
static void child_by_hand(struct shared *s, struct rawbpf *b, const char *exe)
{
	char c;

	if (rawbpf_load(b, .text = ".license \"GPL\"\n.prog p \"usdt\"\n	return 0\n") ||
		rawbpf_attach_usdt(
			b, .path = exe, .probe = "counted", .fn_name = "p", .pid = s->parent) ||
		rawbpf_drop(b))
		wrong(s, "%s; ", rawbpf_errmsg(b));
	else
		MUST(s, write(s->attached[1], "", 1) == 1 && read(s->made[0], &c, 1) == 1);
}

static void no_words(void *arg, enum rawbpf_log_level level, const char *msg)
{
	if (level == RAWBPF_LOG_WARN)
		wrong(arg, "%s; ", msg);
}

/* An event of tracefs, of which missed calls are asked for at the end. */
static void child_kprobe(struct shared *s, struct rawbpf *b)
{
	uint32_t key = 3;
	char text[512], c;
	uint64_t v = 0;

	snprintf(text, sizeof(text),
		".include \"hist.inc\"\n.license \"GPL\"\n.map dist histogram\n.prog p "
		"\"kretprobe\"\n"
		"	r0 = bpf_get_current_pid_tgid()\n	r0 >>= 32\n"
		"	if r0 != %d goto .out\n	r6 = 5\n	hist_add dist, r6\n.out:	"
		"return 0\n",
		(int)s->parent);
	rawbpf_set_log(b, no_words, s);
	if (rawbpf_load(b, .text = text) ||
		rawbpf_attach_kretprobe(b, .event = "vfs_mkdir", .maxactive = 8, .fn_name = "p") ||
		rawbpf_drop(b)) {
		wrong(s, "%s; ", rawbpf_errmsg(b));
		return;
	}
	MUST(s, b->links->event);
	MUST(s, tracefs_held(b, "kprobe_profile") >= 0);
	MUST(s, write(s->attached[1], "", 1) == 1 && read(s->made[0], &c, 1) == 1);
	MUST(s, !rawbpf_table_lookup(rawbpf_table(b, "dist"), &key, &v) && v == 5);
	MUST(s, !rawbpf_num_missed(b));
}

static void child_all(struct shared *s, struct rawbpf *b, int road, const char *exe)
{
	char c;

	child_attach(s, b, road, exe);
	if (*s->wrong)
		return;
	MUST(s, write(s->attached[1], "", 1) == 1 && read(s->made[0], &c, 1) == 1);
	many_call(2);
	child_maps(s, b);
	child_lines(s, b);
	child_calls(s);
}

static void child(struct shared *s, int road, const char *exe)
{
	int status = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	struct rawbpf *b = rawbpf_new();

	if (road != BEST || !old_version())
		rawbpf_set_hook(b, road_call, &road);
	if (road == BY_HAND)
		child_by_hand(s, b, exe);
	else if (road == KPROBE_EVENT)
		child_kprobe(s, b);
	else
		child_all(s, b, road, exe);
	MUST(s, pread(status, s->status, sizeof(s->status) - 1, 0) > 0);
	rawbpf_free(b);
	syscall(SYS_exit_group, 0); /* before _exit() ASan calls what is given up */
}

static uint64_t status_word(const struct shared *s, const char *name)
{
	const char *p = strstr(s->status, name);

	ck_assert_msg(p != NULL, "no %s in '%s'", name, s->status);
	return strtoull(p + strlen(name), NULL, 16);
}

struct left {
	char prefix[32];
	int n;
};

static int count_name(void *arg, const char *name)
{
	struct left *l = arg;

	l->n += !strncmp(name, l->prefix, strlen(l->prefix));
	return 0;
}

/* Events and instances of a process's. */
static int count_left(pid_t pid)
{
	static const char *const files[] = {"kprobe_events", "uprobe_events"};
	struct left l = {.n = 0};
	struct rawbpf *b = rawbpf_new();
	struct buf text = {0};
	const char *p;
	char what[64];
	int i, dir = tracefs_dir(b);

	ck_assert_int_ge(dir, 0);
	snprintf(l.prefix, sizeof(l.prefix), "rawbpf_%d_", (int)pid);
	snprintf(what, sizeof(what), ":kprobes/%s", l.prefix);
	for (i = 0; i < 2; i++) {
		sys_read_file(&b->sys, dir, files[i], 1 << 20, &text);
		for (p = buf_str(&text); (p = strstr(p, what)); p++)
			l.n++;
		buf_free(&text);
	}
	proc_each_name(&b->sys, dir, "instances", count_name, &l);
	rawbpf_free(b);
	return l.n;
}

/* What must stay here, by the kernel's documents: the library finds it by trying. */
static uint64_t stays(void)
{
	char *out, *end;
	unsigned long major, minor;
	int locked;

	t_run(&out, "cat /proc/sys/kernel/unprivileged_bpf_disabled 2>/dev/null");
	locked = atoi(out);
	free(out);
	t_run(&out, "cat /proc/sys/kernel/osrelease");
	major = strtoul(out, &end, 10);
	minor = strtoul(end + 1, NULL, 10);
	free(out);
	if (!locked || major > 5 || (major == 5 && minor >= 19))
		return 0;
	return BIT(major == 5 && minor >= 8 ? BPF_BIT : ADMIN_BIT);
}

static void make_folder(void)
{
	char dir[] = "/tmp/rawbpf-drop-XXXXXX";

	ck_assert(mkdtemp(dir) && !rmdir(dir));
}

static void run_child(int road, struct shared **out)
{
	struct shared *s =
		mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char exe[4096], c;
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	int status, i;
	pid_t pid;

	ck_assert_ptr_ne(s, MAP_FAILED);
	ck_assert_int_gt(n, 0);
	exe[n] = '\0';
	s->parent = getpid();
	ck_assert(!pipe2(s->attached, O_CLOEXEC) && !pipe2(s->made, O_CLOEXEC));
	fflush(NULL);
	pid = fork();
	if (!pid)
		child(s, road, exe);
	close(s->attached[1]);
	if (read(s->attached[0], &c, 1) == 1) /* the end: it has gone */
		for (i = 0; i < 5; i++) {
			syscall(SYS_getpgid, 0);
			make_folder();
		}
	s->semaphore = here_counted_semaphore;
	ck_assert_int_eq(write(s->made[1], "", 1), 1);
	close(s->attached[0]);
	close(s->made[0]);
	close(s->made[1]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(!status, "status %x: %s", status, s->wrong);
	ck_assert_msg(!*s->wrong, "road %d: %s", road, s->wrong);
	ck_assert_int_eq(count_left(pid), 0);
	*out = s;
}

START_TEST(goes_on_without)
{
	struct shared *s;

	T_NEED_ROOT();
	run_child(_i, &s);
	ck_assert_uint_eq(status_word(s, "CapPrm:"), stays());
	ck_assert_uint_eq(status_word(s, "CapEff:"), stays());
	ck_assert_uint_eq(status_word(s, "CapInh:"), 0);
	ck_assert_uint_eq(status_word(s, "CapBnd:"), 0);
	ck_assert_uint_eq(status_word(s, "CapAmb:"), 0);
	ck_assert_uint_eq(status_word(s, "NoNewPrivs:"), 1);
	ck_assert_uint_eq(status_word(s, "Seccomp:"), 2);
	munmap(s, sizeof(*s));
}
END_TEST

START_TEST(semaphore_by_hand)
{
	struct shared *s;

	NEED_HERE();
	ck_assert_uint_eq(here_counted_semaphore, 0);
	run_child(BY_HAND, &s);
	ck_assert_uint_eq(s->semaphore, 1);
	ck_assert_uint_eq(here_counted_semaphore, 0);
	ck_assert_uint_eq(status_word(s, "Seccomp:"), 2);
	munmap(s, sizeof(*s));
}
END_TEST

START_TEST(event_of_a_kernel_function)
{
	struct shared *s;

	T_NEED_ROOT();
	T_NEED_KPROBE_PMU();
	run_child(KPROBE_EVENT, &s);
	ck_assert_uint_eq(status_word(s, "Seccomp:"), 2);
	ck_assert_uint_eq(status_word(s, "CapEff:"), stays());
	munmap(s, sizeof(*s));
}
END_TEST

Suite *suite_drop(void);
Suite *suite_drop(void)
{
	Suite *s = suite_create("drop");
	TCase *t = tcase_create("unit"), *live = tcase_create("live");

	tcase_add_test(t, asks_for);
	tcase_add_test(t, audited);
	suite_add_tcase(s, t);
	tcase_add_loop_test(live, goes_on_without, 0, ROADS);
	tcase_add_test(live, semaphore_by_hand);
	tcase_add_test(live, event_of_a_kernel_function);
	tcase_set_timeout(live, 60);
	suite_add_tcase(s, live);
	return s;
}
