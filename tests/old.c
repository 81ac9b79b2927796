// SPDX-License-Identifier: MIT
/*
 * old.c - this kernel made to look like an older one.
 *
 * Each call is held against the table of old_rows.c.  What the played kernel has goes on to the
 * real one; what it lacks gets that kernel's answer, and is counted where all test processes see
 * it: a fallback that was never needed has not been tested.
 */
#include "old.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "fault.h"

#define OLD_FDS	    4096
#define OLD_MEMLOCK 65536 /* bytes: what these kernels began with */

static const struct {
	const char *name;
	unsigned version, patch;
	size_t attr; /* bytes of union bpf_attr */
} old_kernels[] = {
	{"4.9", OLD_KERNEL(4, 9), 337, 48},
	{"4.14", OLD_KERNEL(4, 14), 336, 48},
	{"4.19", OLD_KERNEL(4, 19), 325, 72},
	{"5.4", OLD_KERNEL(5, 4), 300, 112},
};
#define OLD_KERNELS (sizeof(old_kernels) / sizeof(*old_kernels))

/* the linker's --wrap: what a test's own hook calls, and where contexts come from */
long __real_rawbpf_call_kernel(const struct rawbpf_call *c);
long __wrap_rawbpf_call_kernel(const struct rawbpf_call *c);
struct rawbpf *__real_rawbpf_new(void);
struct rawbpf *__wrap_rawbpf_new(void);

static size_t played = OLD_KERNELS;
static unsigned *refusals; /* of each row, shared by all processes */
static uint32_t probe_types[2];
static struct {
	uint64_t event;
	bool prog;
} trace_events[OLD_FDS]; /* by fd; .event 0: none */

unsigned old_version(void)
{
	return played < OLD_KERNELS ? old_kernels[played].version : 0;
}

/* What the played kernel's LINUX_VERSION_CODE is: the patch level has a byte. */
static uint32_t version_code(void)
{
	unsigned patch = old_kernels[played].patch;

	return old_version() >> 8 << 16 | (old_version() & 255) << 8 | (patch > 255 ? 255 : patch);
}

/* ---- the table ------------------------------------------------------------------------------ */

static const struct old_row *refuse(const struct old_row *row)
{
	refusals[row - old_rows]++;
	return row;
}

const struct old_row *old_lacks(enum old_kind kind, unsigned low)
{
	const struct old_row *r;

	for (r = old_rows; r->name; r++)
		if (r->since > old_version() && r->kind == kind && low >= r->low && low <= r->high)
			return refuse(r);
	return NULL;
}

const struct old_row *old_lacks_path(const char *path)
{
	const struct old_row *r;
	const char *at;
	size_t n;

	for (r = old_rows; r->name; r++) {
		if (r->since <= old_version() || r->kind != OLD_PATH)
			continue;
		n = strlen(r->path);
		at = strstr(path, r->path);
		if (at && (at == path || at[-1] == '/') && (!at[n] || at[n] == '/'))
			return refuse(r);
	}
	return NULL;
}

/* ---- bpf(2) --------------------------------------------------------------------------------- */

/*
 * Bytes that this command does not know: EINVAL, or E2BIG where the whole union ends before them.
 * Both may be there, and the second is looked for first.
 */
static int lacks_attr(unsigned cmd, const unsigned char *attr, size_t size)
{
	const struct old_row *r;
	int err = 0;
	size_t i;

	for (r = old_rows; r->name; r++) {
		if (r->since <= old_version() || r->kind != OLD_ATTR || r->cmd != cmd)
			continue;
		for (i = r->low; i <= r->high && i < size && !attr[i]; i++)
			;
		if (i > r->high || i >= size)
			continue;
		refuse(r);
		err = err == -E2BIG || i >= old_kernels[played].attr ? -E2BIG : r->err;
	}
	return err;
}

static int refused(const struct old_row *row)
{
	return row ? row->err : 0;
}

static int lacks_map(const union rawbpf_attr *a)
{
	uint64_t bytes = ((uint64_t)a->map.key_size + a->map.value_size) * a->map.max_entries;
	int err = refused(old_lacks(OLD_MAP_TYPE, a->map.map_type));
	const struct old_row *r;
	struct rlimit lim;

	for (r = old_rows; !err && r->name; r++)
		if (r->since > old_version() && r->kind == OLD_MAP_FLAG &&
			(a->map.map_flags & r->low))
			err = refuse(r)->err;
	if (!err && !getrlimit(RLIMIT_MEMLOCK, &lim) && bytes > lim.rlim_cur)
		err = refused(old_lacks(OLD_FACT, OLD_NO_MEMLOCK));
	return err;
}

static int lacks_prog(const union rawbpf_attr *a)
{
	const struct old_row *row = NULL;
	char log[64] = "";

	if (a->prog.insn_cnt > 4096)
		row = old_lacks(OLD_FACT, OLD_MANY_INSNS);
	if (!row && a->prog.prog_type == RAWBPF_PROG_KPROBE &&
		a->prog.kern_version != version_code())
		row = old_lacks(OLD_FACT, OLD_NO_VERSION);
	if (!row)
		row = old_lacks(OLD_PROG_TYPE, a->prog.prog_type);
	if (!row && a->prog.log_level && a->prog.log_size > 0xffffffffU >> 8)
		row = old_lacks(OLD_FACT, OLD_BIG_LOG);
	if (!row)
		row = old_insns((const struct rawbpf_insn *)(uintptr_t)a->prog.insns,
			a->prog.insn_cnt, log, sizeof(log));
	if (row && *log && a->prog.log_level && a->prog.log_size > sizeof(log))
		strcpy((char *)(uintptr_t)a->prog.log_buf, log);
	return refused(row);
}

static int lacks_bpf(unsigned cmd, const union rawbpf_attr *a, size_t size)
{
	int err = refused(old_lacks(OLD_CMD, cmd));

	if (!err)
		err = lacks_attr(cmd, (const unsigned char *)a, size);
	if (err)
		return err;
	switch (cmd) {
	case RAWBPF_MAP_CREATE: return lacks_map(a);
	case RAWBPF_PROG_LOAD: return lacks_prog(a);
	case RAWBPF_BTF_LOAD:
		return refused(old_btf((const void *)(uintptr_t)a->btf.btf, a->btf.btf_size));
	case RAWBPF_MAP_GET_NEXT_KEY:
		return a->elem.key ? 0 : refused(old_lacks(OLD_FACT, OLD_FIRST_KEY));
	default: return 0;
	}
}

static long bpf_call(const struct rawbpf_call *c)
{
	union rawbpf_attr *a = (union rawbpf_attr *)c->arg[1];
	uint32_t as;
	long ret = lacks_bpf((unsigned)c->arg[0], a, c->arg[2]);

	if (ret)
		return ret;
	if (c->arg[0] != RAWBPF_PROG_LOAD || a->prog.prog_type != RAWBPF_PROG_KPROBE)
		return __real_rawbpf_call_kernel(c);
	/* a probe's program had no attach types yet, and none was looked at */
	as = a->prog.expected_attach_type;
	if (as)
		a->prog.expected_attach_type = 0;
	ret = __real_rawbpf_call_kernel(c);
	if (as)
		a->prog.expected_attach_type = as;
	return ret;
}

/* ---- perf events ---------------------------------------------------------------------------- */

static long perf_call(const struct rawbpf_call *c)
{
	const struct rawbpf_perf_attr *a = (const struct rawbpf_perf_attr *)c->arg[0];
	const struct old_row *row = NULL;
	long fd;

	if (a->type && (a->type == probe_types[0] || a->type == probe_types[1]))
		row = old_lacks(OLD_FACT, OLD_PROBE_PMU);
	if (!row && (a->flags >> 35 & 1))
		row = old_lacks(OLD_FACT, OLD_PERF_FLAG);
	if (row)
		return row->err;
	fd = __real_rawbpf_call_kernel(c);
	if (fd >= 0 && fd < OLD_FDS) {
		trace_events[fd].event = a->type == RAWBPF_PERF_TYPE_TRACEPOINT ? a->config : 0;
		trace_events[fd].prog = false;
	}
	return fd;
}

static long ioctl_call(const struct rawbpf_call *c)
{
	size_t fd = c->arg[0], i;
	const struct old_row *row = NULL;
	long ret;

	if (c->arg[1] != RAWBPF_PERF_IOC_SET_BPF || fd >= OLD_FDS || !trace_events[fd].event)
		return __real_rawbpf_call_kernel(c);
	for (i = 0; i < OLD_FDS && !row; i++)
		if (trace_events[i].prog && trace_events[i].event == trace_events[fd].event)
			row = old_lacks(OLD_FACT, OLD_TWO_PROGS);
	if (row)
		return row->err;
	ret = __real_rawbpf_call_kernel(c);
	trace_events[fd].prog = ret >= 0;
	return ret;
}

/* ---- files ---------------------------------------------------------------------------------- */

static const char *fd_path(int fd, char *out, size_t size)
{
	char link[32];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, out, size - 1);
	out[n < 0 ? 0 : n] = '\0';
	return out;
}

/* Before Linux 5.4 a probe event takes the place of the one that had its name. */
static void forget_event(int fd, const char *path, const char *text)
{
	const char *colon = strchr(text, ':');
	int len = colon ? (int)strcspn(colon + 1, " \n") : 0;
	char file[512], gone[160];

	snprintf(file, sizeof(file), "%.*s/events/%.*s", (int)(strrchr(path, '/') - path), path,
		len, colon ? colon + 1 : "");
	if (!len || access(file, F_OK) || !old_lacks(OLD_FACT, OLD_SIBLING))
		return;
	snprintf(gone, sizeof(gone), "-:%.*s\n", len, colon + 1);
	if (write(fd, gone, strlen(gone)) < 0)
		fprintf(stderr, "old kernel: '%s' stays\n", file);
}

static long write_call(const struct rawbpf_call *c)
{
	const char *text = (const char *)c->arg[1], *base;
	const struct old_row *row = NULL;
	char path[300];

	base = strrchr(fd_path((int)c->arg[0], path, sizeof(path)), '/');
	if (!base || (strcmp(base, "/kprobe_events") && strcmp(base, "/uprobe_events")))
		return __real_rawbpf_call_kernel(c);
	if (text[0] == 'r' && text[1] >= '0' && text[1] <= '9')
		row = old_lacks(OLD_FACT, OLD_MAXACTIVE);
	if (!row && strstr(text, "(0x"))
		row = old_lacks(OLD_FACT, OLD_REF_CTR);
	if (row)
		return row->err;
	if (text[0] != '-')
		forget_event((int)c->arg[0], path, text);
	return __real_rawbpf_call_kernel(c);
}

static void release_name(char *out, size_t size)
{
	snprintf(out, size, "%s.%u-old", old_kernels[played].name, old_kernels[played].patch);
}

/* The played kernel's text for a file: an fd to read it from, or -errno. */
static long serve_release(void)
{
	char text[64];
	size_t len;
	int fd = memfd_create("osrelease", MFD_CLOEXEC);

	release_name(text, sizeof(text));
	len = strlen(text);
	text[len++] = '\n';
	if (fd >= 0 && (write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET))) {
		close(fd);
		return -EIO;
	}
	return fd < 0 ? -errno : fd;
}

static long open_call(const struct rawbpf_call *c)
{
	const char *path = (const char *)c->arg[1];
	const struct old_row *row = old_lacks_path(path);

	if (!strcmp(path, "/proc/sys/kernel/osrelease"))
		return serve_release();
	return row ? row->err : __real_rawbpf_call_kernel(c);
}

static long path_call(const struct rawbpf_call *c, size_t arg)
{
	const struct old_row *row = old_lacks_path((const char *)c->arg[arg]);

	return row ? row->err : __real_rawbpf_call_kernel(c);
}

/* ---- the rest ------------------------------------------------------------------------------- */

static long uname_call(const struct rawbpf_call *c)
{
	struct utsname *u = (struct utsname *)c->arg[0];
	long ret = __real_rawbpf_call_kernel(c);

	release_name(u->release, sizeof(u->release));
	snprintf(u->version, sizeof(u->version), "#1 SMP");
	return ret;
}

static long any_call(const struct rawbpf_call *c)
{
	const struct old_row *row = old_lacks(OLD_CALL, c->kind);

	return row ? row->err : __real_rawbpf_call_kernel(c);
}

long old_call(void *arg, const struct rawbpf_call *c)
{
	(void)arg;
	switch (c->kind) {
	case RAWBPF_CALL_BPF: return bpf_call(c);
	case RAWBPF_CALL_PERF_EVENT_OPEN: return perf_call(c);
	case RAWBPF_CALL_IOCTL: return ioctl_call(c);
	case RAWBPF_CALL_WRITE: return write_call(c);
	case RAWBPF_CALL_OPENAT: return open_call(c);
	case RAWBPF_CALL_READLINKAT: return path_call(c, 1);
	case RAWBPF_CALL_STAT:
	case RAWBPF_CALL_STATFS: return path_call(c, 0);
	case RAWBPF_CALL_UNAME: return uname_call(c);
	case RAWBPF_CALL_CLOSE:
		if (c->arg[0] < OLD_FDS)
			trace_events[c->arg[0]].event = trace_events[c->arg[0]].prog = 0;
		return __real_rawbpf_call_kernel(c);
	default: return any_call(c);
	}
}

void old_hook(struct sys *s)
{
	if (old_version())
		s->hook = old_call;
}

long __wrap_rawbpf_call_kernel(const struct rawbpf_call *c)
{
	return old_version() ? old_call(NULL, c) : __real_rawbpf_call_kernel(c);
}

struct rawbpf *__wrap_rawbpf_new(void)
{
	struct rawbpf *b = __real_rawbpf_new();

	if (b && !fault_hook(b) && old_version())
		rawbpf_set_hook(b, old_call, NULL);
	return b;
}

/* ---- which kernel --------------------------------------------------------------------------- */

static uint32_t read_type(const char *pmu)
{
	char path[80];
	uint32_t type = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type", pmu);
	f = fopen(path, "re");
	if (f && fscanf(f, "%u", &type) != 1)
		type = 0;
	if (f)
		fclose(f);
	return type;
}

bool old_play(const char *name)
{
	size_t n = 0;

	while (old_rows[n].name)
		n++;
	refusals = mmap(NULL, n * sizeof(*refusals), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (refusals == MAP_FAILED)
		return false;
	probe_types[0] = read_type("kprobe");
	probe_types[1] = read_type("uprobe");
	for (played = 0; played < OLD_KERNELS && strcmp(old_kernels[played].name, name); played++)
		;
	return played < OLD_KERNELS;
}

unsigned old_refusals(const struct old_row *row)
{
	return refusals[row - old_rows];
}
