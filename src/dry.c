// SPDX-License-Identifier: MIT
/*
 * dry.c - a run that changes nothing: the answers of a kernel that has everything.
 *
 * It stands behind the audit and before the hook.  What only reads (files, processes, the machine)
 * goes on to the kernel; of what would change or try something nothing does: it is answered here,
 * as by a kernel that has each feature and a user who has each right, with descriptors that are
 * none (from DRY_FD on).  What was made so is remembered as far as later calls look for it: trace
 * instances, probe events, the sizes of maps.
 *
 * A file of tracefs that may not be read is opened here and then not read: the callers of
 * tracefs.c go on without, and what they cannot know stands as "?" in the audit.  Where tracefs is
 * not mounted, a mount of our own, which nobody else sees and which ends with us, is the only way
 * to read it: the three calls that make it go on to the kernel, which denies them to users.
 */
#include "dry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "auditfd.h"
#include "rows.h"

enum {
	DRY_FD = 1 << 20, /* as many files no process opens */
	DRY_NO_PID = -1,
};

struct dry_fd {
	int fd;
	const char *text;   /* that it holds; NULL: it cannot be read */
	size_t at;	    /* read so far */
	bool module;	    /* a module's BTF */
	uint32_t n, values; /* maps: elements, and bytes of one; 0 for what is no array */
};

struct dry {
	struct auditfd_table fds; /* whose places tell which files are of tracefs */
	struct dry_fd *made;
	size_t n_made;
	int next;
	char **paths; /* of tracefs, that were made: "instances/X", "events/kprobes/X" */
	size_t n_paths;
};

/* ---- descriptors ----------------------------------------------------------------------------- */

static struct dry_fd *dry_find(const struct dry *d, int fd)
{
	size_t i;

	for (i = d->n_made; fd >= DRY_FD && i--;)
		if (d->made[i].fd == fd)
			return &d->made[i];
	return NULL;
}

static struct dry_fd *dry_add(struct dry *d)
{
	struct dry_fd *f = rows_room(d->made, d->n_made, sizeof(*f));

	if (!f)
		return NULL;
	d->made = f;
	f = &d->made[d->n_made++];
	*f = (struct dry_fd){.fd = DRY_FD + d->next++};
	return f;
}

static long dry_open(struct dry *d, const char *text)
{
	struct dry_fd *f = dry_add(d);

	if (!f)
		return -ENOMEM;
	f->text = text;
	return f->fd;
}

static void dry_close(struct dry *d, struct dry_fd *f)
{
	*f = d->made[--d->n_made];
}

/* ---- what was made in tracefs ----------------------------------------------------------------- */

/* Whether path is made, or below what is; i: which. */
static bool dry_is_made(const struct dry *d, const char *path, size_t *i)
{
	size_t len;

	for (*i = 0; *i < d->n_paths; ++*i) {
		len = strlen(d->paths[*i]);
		if (!strncmp(path, d->paths[*i], len) && (!path[len] || path[len] == '/'))
			return true;
	}
	return false;
}

static long dry_make(struct dry *d, const char *path, size_t len)
{
	char **paths = rows_room(d->paths, d->n_paths, sizeof(*paths));

	if (!paths)
		return -ENOMEM;
	d->paths = paths;
	paths[d->n_paths] = strndup(path, len);
	if (!paths[d->n_paths])
		return -ENOMEM;
	d->n_paths++;
	return 0;
}

static long dry_remove(struct dry *d, const char *path)
{
	size_t i;

	if (dry_is_made(d, path, &i)) {
		free(d->paths[i]);
		d->paths[i] = d->paths[--d->n_paths];
	}
	return 0;
}

/* "p:GROUP/NAME PLACE\n", "-:GROUP/NAME\n" to the file of probe events */
static long dry_event(struct dry *d, const char *line, size_t len)
{
	const char *name = memchr(line, ':', len);
	char path[160];
	size_t n, at;

	if (!len || !name)
		return 0;
	name++;
	n = 0;
	while (name + n < line + len && !strchr(" \n", name[n]))
		n++;
	if (n + 8 > sizeof(path))
		return 0;
	memcpy(path, "events/", 7);
	memcpy(path + 7, name, n);
	path[7 + n] = '\0';
	if (*line == '-')
		return dry_remove(d, path);
	return dry_is_made(d, path, &at) ? 0 : dry_make(d, path, 7 + n);
}

/* ---- files ------------------------------------------------------------------------------------ */

/* Files of sysfs by which a kernel says that it has probes. */
static const char *dry_unit(const char *path)
{
	static const char *const rows[][2] = {
		{"kprobe/type", "6\n"},
		{"kprobe/format/retprobe", "config:0\n"},
		{"uprobe/type", "7\n"},
		{"uprobe/format/retprobe", "config:0\n"},
		{"uprobe/format/ref_ctr_offset", "config:32-63\n"},
	};
	static const char units[] = "/sys/bus/event_source/devices/";
	size_t i;

	if (strncmp(path, units, strlen(units)))
		return NULL;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!strcmp(path + strlen(units), rows[i][0]))
			return rows[i][1];
	return NULL;
}

/* A probe event that is not made yet: its name is free. */
static bool dry_is_event(const char *path)
{
	return !strncmp(path, "events/", 7) && strstr(path, "/rawbpf_");
}

static long dry_openat(struct dry *d, struct sys *s, const struct rawbpf_call *c)
{
	const char *path = (const char *)c->arg[1], *text = dry_unit(path);
	bool ours = dry_find(d, (int)c->arg[0]) && *path != '/';
	bool tracefs = auditfd_place(&d->fds, c) == AUDITFD_TRACEFS;
	long ret = -ENOENT;
	size_t i;

	if (c->arg[2] & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC) ||
		(tracefs && dry_is_made(d, path, &i)))
		return dry_open(d, NULL);
	if ((ours || tracefs) && dry_is_event(path))
		return -ENOENT;
	if (!ours)
		ret = sys_pass(s, c);
	if (ret == -ENOENT && text)
		return dry_open(d, text);
	if (ours || (tracefs && (ret == -EACCES || ret == -EPERM)))
		return dry_open(d, NULL);
	return ret;
}

static long dry_read(struct dry_fd *f, const struct rawbpf_call *c)
{
	size_t n;

	if (!f->text)
		return -EACCES;
	n = strlen(f->text) - f->at;
	n = n < c->arg[2] ? n : c->arg[2];
	memcpy((void *)c->arg[1], f->text + f->at, n);
	f->at += n;
	return (long)n;
}

static long dry_write(struct dry *d, const struct rawbpf_call *c)
{
	const struct auditfd *f = auditfd_find(&d->fds, (int)c->arg[0]);
	long err = 0;

	if (f && f->role && strstr(f->role, "probe_events"))
		err = dry_event(d, (const char *)c->arg[1], c->arg[2]);
	return err ? err : (long)c->arg[2];
}

/* Of tracefs, unmounted: a mount of our own, or what stands for it. */
static long dry_mount(struct dry *d, struct sys *s, const struct rawbpf_call *c)
{
	bool ours = c->kind != RAWBPF_CALL_FSOPEN && dry_find(d, (int)c->arg[0]);
	long ret = ours ? -EPERM : sys_pass(s, c);

	if (ret >= 0)
		return ret;
	return c->kind == RAWBPF_CALL_FSCONFIG ? 0 : dry_open(d, NULL);
}

/* ---- bpf(2) ----------------------------------------------------------------------------------- */

/* So many values has an element that each CPU has: the last of "0-3,8", plus one; 0: unknown. */
static uint32_t dry_cpus(struct sys *s)
{
	static const char path[] = "/sys/devices/system/cpu/possible";
	struct sys past = {.hook = s->hook, .arg = s->arg};
	char line[256], *p;

	if (sys_read_line(&past, AT_FDCWD, path, line, sizeof(line)))
		return 0;
	for (p = line + strlen(line); p > line && p[-1] >= '0' && p[-1] <= '9'; p--)
		;
	return *p ? (uint32_t)strtoul(p, NULL, 10) + 1 : 0;
}

static long dry_map(struct dry *d, struct sys *s, const union rawbpf_attr *a)
{
	struct dry_fd *f = dry_add(d);

	if (!f)
		return -ENOMEM;
	if (a->map.key_size != sizeof(f->n))
		return f->fd;
	if (a->map.map_type == RAWBPF_MAP_ARRAY)
		f->values = a->map.value_size;
	else if (a->map.map_type == RAWBPF_MAP_PERCPU_ARRAY)
		f->values = (a->map.value_size + 7) / 8 * 8 * dry_cpus(s);
	f->n = f->values ? a->map.max_entries : 0;
	return f->fd;
}

/* Arrays are full of zeros, all else is empty. */
static long dry_lookup(struct dry *d, const union rawbpf_attr *a)
{
	const struct dry_fd *f = dry_find(d, (int)a->elem.map_fd);
	uint32_t key;

	if (!f || !f->n)
		return -ENOENT;
	memcpy(&key, (const void *)(uintptr_t)a->elem.key, sizeof(key));
	if (key >= f->n)
		return -ENOENT;
	memset((void *)(uintptr_t)a->elem.value, 0, f->values);
	return 0;
}

/* The key behind a key; behind none, and behind one that is not there, the first. */
static long dry_next_key(struct dry *d, const union rawbpf_attr *a)
{
	const struct dry_fd *f = dry_find(d, (int)a->elem.map_fd);
	uint32_t key = UINT32_MAX;

	if (!f || !f->n)
		return -ENOENT;
	if (a->elem.key)
		memcpy(&key, (const void *)(uintptr_t)a->elem.key, sizeof(key));
	if (key == f->n - 1)
		return -ENOENT;
	key = key < f->n ? key + 1 : 0;
	memcpy((void *)(uintptr_t)a->elem.value, &key, sizeof(key));
	return 0;
}

/* The same in batches; a position is the last key that was told. */
static long dry_batch(struct dry *d, union rawbpf_attr *a)
{
	const struct dry_fd *f = dry_find(d, (int)a->batch.map_fd);
	unsigned char *keys = (unsigned char *)(uintptr_t)a->batch.keys;
	uint32_t key = 0, i, n = a->batch.count;

	a->batch.count = 0;
	if (!f || !f->n)
		return -ENOENT;
	if (a->batch.in_batch) {
		memcpy(&key, (const void *)(uintptr_t)a->batch.in_batch, sizeof(key));
		key = key < f->n ? key + 1 : f->n;
	}
	for (i = 0; i < n && key < f->n; i++, key++)
		memcpy(keys + (size_t)i * sizeof(key), &key, sizeof(key));
	memset((void *)(uintptr_t)a->batch.values, 0, (size_t)i * f->values);
	if (i)
		memcpy((void *)(uintptr_t)a->batch.out_batch, keys + (size_t)(i - 1) * sizeof(key),
			sizeof(key));
	a->batch.count = i;
	return i < n ? -ENOENT : 0;
}

/* What is told of a BTF. */
struct dry_btf_info {
	uint64_t btf;
	uint32_t btf_size, id;
	uint64_t name;
	uint32_t name_len, kernel_btf;
};

/* Of a map, a program or a link: the second number is its own. */
static long dry_info(const struct dry *d, const struct rawbpf_call *c)
{
	const union rawbpf_attr *a = (const void *)c->arg[1];
	const struct dry_fd *f = dry_find(d, (int)a->info.bpf_fd);
	unsigned char *info = (unsigned char *)(uintptr_t)a->info.info;
	const uint32_t id = 1;
	struct dry_btf_info btf;

	if (f && f->module && c->role && a->info.info_len == sizeof(btf)) {
		memcpy(&btf, info, sizeof(btf));
		btf.kernel_btf = 1;
		if (btf.name_len > strlen(c->role))
			strcpy((char *)(uintptr_t)btf.name, c->role);
		memcpy(info, &btf, sizeof(btf));
		return 0;
	}
	memset(info, 0, a->info.info_len);
	if (a->info.info_len >= 8)
		memcpy(info + 4, &id, sizeof(id));
	return 0;
}

/* The BTF of a module: the first that is asked for is the one, the call's role says which. */
static long dry_module(struct dry *d, const struct rawbpf_call *c, union rawbpf_attr *a)
{
	struct dry_fd *f;

	if (c->arg[0] == RAWBPF_BTF_GET_NEXT_ID) {
		a->get_id.next_id = 1;
		return c->role && !a->get_id.id ? 0 : -ENOENT;
	}
	f = c->role ? dry_add(d) : NULL;
	if (!f)
		return -ENOENT;
	f->module = true;
	return f->fd;
}

/* By -1 a kernel is asked whether it means processes: those of Linux 6.10 say that it is none. */
static long dry_link(struct dry *d, const union rawbpf_attr *a)
{
	if (a->link.attach_type == RAWBPF_TRACE_UPROBE_MULTI &&
		a->link.u.uprobe_multi.pid == (uint32_t)DRY_NO_PID)
		return -EINVAL;
	return dry_open(d, NULL);
}

static long dry_bpf(struct dry *d, struct sys *s, const struct rawbpf_call *c)
{
	union rawbpf_attr *a = (union rawbpf_attr *)c->arg[1];

	switch (c->arg[0]) {
	case RAWBPF_MAP_CREATE: return dry_map(d, s, a);
	case RAWBPF_LINK_CREATE: return dry_link(d, a);
	case RAWBPF_MAP_LOOKUP_ELEM: return dry_lookup(d, a);
	case RAWBPF_MAP_LOOKUP_BATCH: return dry_batch(d, a);
	case RAWBPF_OBJ_GET_INFO_BY_FD: return dry_info(d, c);
	case RAWBPF_BTF_GET_NEXT_ID:
	case RAWBPF_BTF_GET_FD_BY_ID: return dry_module(d, c, a);
	case RAWBPF_MAP_GET_NEXT_KEY: return dry_next_key(d, a);
	case RAWBPF_MAP_LOOKUP_AND_DELETE_ELEM:
	case RAWBPF_MAP_LOOKUP_AND_DELETE_BATCH:
	case RAWBPF_PROG_GET_NEXT_ID:
	case RAWBPF_MAP_GET_NEXT_ID:
	case RAWBPF_LINK_GET_NEXT_ID: return -ENOENT;
	default: return auditfd_makes(c) ? dry_open(d, NULL) : 0;
	}
}

/* Who runs it has each right. */
static long dry_caps(const struct rawbpf_call *c)
{
	struct rawbpf_cap_data *d = (struct rawbpf_cap_data *)c->arg[1];

	d[0].effective = d[0].permitted = UINT32_MAX;
	d[1].effective = d[1].permitted = UINT32_MAX;
	return 0;
}

/* Of prctl(2): a capability is given up where the kernel knows one of that number. */
static long dry_prctl(struct sys *s, const struct rawbpf_call *c)
{
	struct rawbpf_call read = *c;
	long ret;

	if (c->arg[0] == RAWBPF_PR_CAPBSET_READ)
		return sys_pass(s, c);
	if (c->arg[0] != RAWBPF_PR_CAPBSET_DROP)
		return 0;
	read.arg[0] = RAWBPF_PR_CAPBSET_READ;
	ret = sys_pass(s, &read);
	return ret < 0 ? ret : 0;
}

/* ---- every call ------------------------------------------------------------------------------- */

/* About a descriptor that is none. */
static long dry_own(struct dry *d, struct dry_fd *f, const struct rawbpf_call *c)
{
	switch (c->kind) {
	case RAWBPF_CALL_CLOSE: dry_close(d, f); return 0;
	case RAWBPF_CALL_READ: return dry_read(f, c);
	case RAWBPF_CALL_FSTAT:
	case RAWBPF_CALL_PREAD: return -EACCES;
	default: return 0; /* no entries, nothing to wait for */
	}
}

static long dry_any(struct dry *d, struct sys *s, const struct rawbpf_call *c)
{
	struct dry_fd *f;

	switch (c->kind) {
	case RAWBPF_CALL_CLOSE:
	case RAWBPF_CALL_READ:
	case RAWBPF_CALL_PREAD:
	case RAWBPF_CALL_FSTAT:
	case RAWBPF_CALL_GETDENTS:
	case RAWBPF_CALL_READLINKAT:
		f = dry_find(d, (int)c->arg[0]);
		return f ? dry_own(d, f, c) : sys_pass(s, c);
	case RAWBPF_CALL_STAT:
	case RAWBPF_CALL_STATFS:
	case RAWBPF_CALL_UNAME:
	case RAWBPF_CALL_MUNMAP: return sys_pass(s, c);
	case RAWBPF_CALL_MMAP: return c->arg[1] & 2 /* to write */ ? -EACCES : sys_pass(s, c);
	case RAWBPF_CALL_PRLIMIT: return c->arg[2] ? 0 : sys_pass(s, c);
	case RAWBPF_CALL_BPF: return dry_bpf(d, s, c);
	case RAWBPF_CALL_PERF_EVENT_OPEN: return dry_open(d, NULL);
	case RAWBPF_CALL_OPENAT: return dry_openat(d, s, c);
	case RAWBPF_CALL_WRITE:
	case RAWBPF_CALL_PWRITE: return dry_write(d, c);
	case RAWBPF_CALL_MKDIRAT:
		return dry_make(d, (const char *)c->arg[1], strlen((const char *)c->arg[1]));
	case RAWBPF_CALL_UNLINKAT:
		/* a folder, as if it were a file: it is asked whether it may be removed */
		return c->arg[2] ? dry_remove(d, (const char *)c->arg[1]) : -EISDIR;
	case RAWBPF_CALL_CAPGET: return dry_caps(c);
	case RAWBPF_CALL_PRCTL: return dry_prctl(s, c);
	case RAWBPF_CALL_FSOPEN:
	case RAWBPF_CALL_FSCONFIG:
	case RAWBPF_CALL_FSMOUNT: return dry_mount(d, s, c);
	default: return 0; /* ioctl, flock, poll, capset */
	}
}

static long dry_call(void *arg, struct sys *s, const struct rawbpf_call *c)
{
	struct dry *d = arg;
	long ret = dry_any(d, s, c);

	auditfd_learn(&d->fds, c, ret);
	return ret;
}

int dry_set(struct sys *s)
{
	if (s->dry)
		return 0;
	s->dry_arg = calloc(1, sizeof(struct dry));
	if (!s->dry_arg)
		return -ENOMEM;
	s->dry = dry_call;
	return 0;
}

void dry_free(struct sys *s)
{
	struct dry *d = s->dry_arg;

	s->dry = NULL;
	s->dry_arg = NULL;
	if (!d)
		return;
	while (d->n_paths)
		free(d->paths[--d->n_paths]);
	free(d->paths);
	free(d->made);
	auditfd_free(&d->fds);
	free(d);
}
