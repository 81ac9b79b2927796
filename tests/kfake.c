// SPDX-License-Identifier: MIT
/* kfake.c - a kernel whose functions, PMU and tracefs are made up. */
#include "kfake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>

#include "t.h"

#define KFAKE_PMU "/sys/bus/event_source/devices/kprobe"

const char kfake_kallsyms[] = "ffffffff81000000 T _stext\n"
			      "ffffffff81000000 T startup\n"
			      "ffffffff81001000 T vfs_read\n"
			      "ffffffff81001100 t twice\n"
			      "ffffffff81001200 t split.isra.0\n"
			      "ffffffff81001280 t split.cold\n"
			      "ffffffff81001300 T __x64_sys_openat\n"
			      "ffffffff81001300 T __arm64_sys_openat\n"
			      "ffffffff81001300 T __riscv_sys_openat\n"
			      "ffffffff81001300 T __s390x_sys_openat\n"
			      "ffffffff81001400 t twice\n"
			      "ffffffff81001500 T listed\n"
			      "ffffffff81001600 T vfs_write\n"
			      "ffffffff81002000 D some_data\n"
			      "ffffffffc0003000 t in_module\t[mod_b]\n"
			      "ffffffffc0001000 t in_module\t[mod_a]\n"
			      "ffffffffc0001040 t other\t[mod_a]\n"
			      "not a line\n"
			      "ffffffffc0004000 tt odd\n";

/* Copies of a function; name may be "module:function". */
static unsigned kfake_has(const struct kfake *k, const char *name)
{
	const char *colon = strchr(name, ':'), *p = k->kallsyms ? k->kallsyms : kfake_kallsyms;
	char want[160];
	unsigned n = 0;

	if (colon)
		snprintf(want, sizeof(want), " %s\t[%.*s]\n", colon + 1, (int)(colon - name), name);
	else
		snprintf(want, sizeof(want), " %s", name);
	for (; (p = strstr(p, want)); p += strlen(want))
		if ((colon || strchr("\t\n", p[strlen(want)])) && p[-1] != 'D')
			n++;
	return n;
}

static long kfake_fd(struct kfake *k, const char *text, bool control)
{
	unsigned i;

	for (i = 0; k->files[i].open; i++)
		FAKE_MUST(i + 1 < KFAKE_FDS);
	k->files[i] = (struct kfake_file){.open = true, .control = control, .text = text};
	k->n_open++;
	return KFAKE_FD + (long)i;
}

static int kfake_find(const struct kfake *k, const char *name, size_t len)
{
	int i;

	for (i = 0; i < KFAKE_EVENTS; i++)
		if (len && strlen(k->events[i]) == len && !strncmp(k->events[i], name, len))
			return i;
	return -1;
}

static long kfake_open_event(struct kfake *k, const char *name, bool dir)
{
	size_t len = strcspn(name, "/");
	int i = kfake_find(k, name, len);

	if (i < 0 || (!dir && strcmp(name + len, "/id")))
		return -ENOENT;
	snprintf(k->id, sizeof(k->id), "%d\n", 1000 + i);
	return kfake_fd(k, k->id, false);
}

/* What kprobe_events reads as. */
static const char *kfake_list(struct kfake *k)
{
	size_t used = 0;
	unsigned i, j;

	k->list[0] = '\0';
	for (i = 0; i < KFAKE_EVENTS; i++)
		for (j = 0; k->events[i][0] && j < k->places[i]; j++) {
			used += (size_t)snprintf(k->list + used, sizeof(k->list) - used,
				"p:kprobes/%s f\n", k->events[i]);
			FAKE_MUST(used < sizeof(k->list));
		}
	return k->list;
}

static long kfake_open_file(struct kfake *k, const char *path, int flags)
{
	static const char events[] = "events/kprobes/";

	if (!strncmp(path, KFAKE_PMU, strlen(KFAKE_PMU)) && k->no_pmu)
		return -ENOENT;
	if (!strcmp(path, KFAKE_PMU "/type"))
		return kfake_fd(k, "8\n", false);
	if (!strcmp(path, KFAKE_PMU "/format/retprobe"))
		return kfake_fd(k, "config:3\n", false);
	if (!strcmp(path, "/proc/kallsyms"))
		return k->kallsyms ? kfake_fd(k, k->kallsyms, false) : -EACCES;
	if (!strcmp(path, "/sys/kernel/debug/kprobes/enabled"))
		return k->enabled ? kfake_fd(k, k->enabled, false) : -ENOENT;
	if (!strcmp(path, "kprobes/blacklist"))
		return kfake_fd(k, k->blacklist, false);
	if (!strcmp(path, "kprobe_profile") && k->profile) {
		snprintf(k->told, sizeof(k->told), "  %s  12  3\n%s", k->events[0], k->profile);
		return kfake_fd(k, k->told, false);
	}
	if (!strcmp(path, "available_filter_functions"))
		return k->filter ? kfake_fd(k, k->filter, false) : -ENOENT;
	if (!strcmp(path, "/sys/kernel/tracing") && !k->no_tracefs)
		return kfake_fd(k, NULL, false);
	if (!strncmp(path, events, strlen(events)))
		return kfake_open_event(k, path + strlen(events), flags & O_DIRECTORY);
	if (strcmp(path, "kprobe_events"))
		return strncmp(path, "/proc/self/", 11) ? -ENOENT : -1;
	if (k->no_kprobe_events)
		return -ENOENT;
	if (!(flags & (O_WRONLY | O_PATH)))
		return kfake_fd(k, kfake_list(k), false);
	FAKE_MUST(!(flags & O_TRUNC)); /* or all events of the machine would go */
	FAKE_MUST(flags & (O_APPEND | O_PATH));
	return kfake_fd(k, NULL, true);
}

static long kfake_remove(struct kfake *k, const char *name, size_t len, long written)
{
	int i = kfake_find(k, name, len);

	if (i < 0)
		return -ENOENT;
	if (k->busy && k->busy--)
		return -EBUSY;
	FAKE_MUST(!k->event_fd[i] || !k->f.open[k->event_fd[i] - FAKE_FD]);
	k->event_fd[i] = 0;
	k->events[i][0] = '\0';
	return written;
}

/* "p:kprobes/NAME PLACE\n", "-:kprobes/NAME\n" */
static long kfake_write(struct kfake *k, const char *text, size_t n)
{
	char kind[16], name[80], place[300], *plus;
	int i;

	k->n_writes++;
	FAKE_MUST(n < sizeof(k->last_write));
	memcpy(k->last_write, text, n);
	k->last_write[n] = '\0';
	if (!strncmp(k->last_write, "-:kprobes/", 10))
		return kfake_remove(k, k->last_write + 10, n - 11, (long)n);
	FAKE_MUST(sscanf(k->last_write, "%15[^:]:kprobes/%79s %299s\n", kind, name, place) == 3);
	plus = strchr(place, '+');
	if (plus)
		*plus = '\0';
	if (strncmp(place, "0x", 2) && !kfake_has(k, place))
		return k->absent_err ? k->absent_err : -ENOENT;
	if (k->no_maxactive && kind[0] == 'r' && kind[1])
		snprintf(name, sizeof(name), "r_%.70s_0", place);
	i = kfake_find(k, name, strlen(name));
	if (i >= 0 && k->no_siblings)
		return -EEXIST;
	for (; i < 0 || (k->events[i][0] && strcmp(k->events[i], name));)
		FAKE_MUST(++i < KFAKE_EVENTS);
	k->places[i] = k->events[i][0] && !k->replaces ? k->places[i] + 1 : 1;
	strcpy(k->events[i], name);
	return (long)n;
}

static long kfake_perf_event(struct kfake *k, const struct rawbpf_call *c, uint64_t id)
{
	long fd = fake_call(&k->f, c);

	if (fd >= 0 && id >= 1000 && id < 1000 + KFAKE_EVENTS)
		k->event_fd[id - 1000] = fd;
	return fd;
}

static long kfake_perf(struct kfake *k, const struct rawbpf_call *c)
{
	const struct rawbpf_perf_attr *a = (const struct rawbpf_perf_attr *)c->arg[0];
	const char *name = (const char *)(uintptr_t)a->config1;

	k->last_attr = *a;
	if (a->type == RAWBPF_PERF_TYPE_TRACEPOINT)
		return kfake_perf_event(k, c, a->config);
	FAKE_MUST(a->type == 8);
	k->n_pmu++;
	snprintf(k->last_name, sizeof(k->last_name), "%s", name ? name : "");
	if (name && !kfake_has(k, name))
		return -ENOENT;
	if (k->pmu_err)
		return k->pmu_err;
	if (name && kfake_has(k, name) > 1)
		return -EADDRNOTAVAIL;
	return fake_call(&k->f, c);
}

/* A link is made for all of its functions or for none. */
static long kfake_multi(struct kfake *k, const struct rawbpf_call *c)
{
	const union rawbpf_attr *a = (const union rawbpf_attr *)c->arg[1];
	const uint64_t *syms = (const uint64_t *)(uintptr_t)a->link.u.kprobe_multi.syms;
	const char *name;
	uint32_t i;

	k->n_multi++;
	if (k->multi_err)
		return k->multi_err;
	FAKE_MUST(a->link.u.kprobe_multi.cnt && !a->link.u.kprobe_multi.addrs);
	for (i = 0; i < a->link.u.kprobe_multi.cnt; i++) {
		name = (const char *)(uintptr_t)syms[i];
		if (!kfake_has(k, name))
			return -ESRCH;
		if (k->untraced && !strcmp(name, k->untraced))
			return -EINVAL;
	}
	k->multi_places = a->link.u.kprobe_multi.cnt;
	k->multi_flags = a->link.u.kprobe_multi.flags;
	k->multi_type = a->link.attach_type;
	return fake_call(&k->f, c);
}

/* struct bpf_link_info of a kprobe_multi link, or of a perf event's */
static long kfake_info(const struct kfake *k, const struct rawbpf_call *c)
{
	const union rawbpf_attr *a = (const union rawbpf_attr *)c->arg[1];
	unsigned char *info = (unsigned char *)(uintptr_t)a->info.info;
	const uint32_t type = k->n_multi ? 8 : 7, event = 4;

	FAKE_MUST(a->info.info_len >= 56);
	memcpy(info, &type, sizeof(type));
	if (!k->n_multi)
		memcpy(info + 16, &event, sizeof(event));
	memcpy(info + (k->n_multi ? 32 : 48), &k->missed, sizeof(k->missed));
	return 0;
}

static bool kfake_is_multi(const struct rawbpf_call *c)
{
	const union rawbpf_attr *a = (const union rawbpf_attr *)c->arg[1];

	return c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_LINK_CREATE &&
	       a->link.attach_type != RAWBPF_PERF_EVENT;
}

static long kfake_read(struct kfake *k, const struct rawbpf_call *c)
{
	struct kfake_file *f = &k->files[c->arg[0] - KFAKE_FD];
	size_t n = strlen(f->text) - f->at;

	if (n > c->arg[2])
		n = c->arg[2];
	memcpy((void *)c->arg[1], f->text + f->at, n);
	f->at += n;
	return (long)n;
}

static long kfake_close_fd(struct kfake *k, const struct rawbpf_call *c)
{
	struct kfake_file *f = &k->files[c->arg[0] - KFAKE_FD];

	FAKE_MUST(f->open);
	f->open = false;
	k->n_open--;
	return 0;
}

static long kfake_tracefs(const struct kfake *k, const struct rawbpf_call *c)
{
	if (k->no_tracefs || strcmp((const char *)c->arg[0], "/sys/kernel/tracing"))
		return -ENOENT;
	((struct statfs *)c->arg[1])->f_type = 0x74726163;
	return 0;
}

static long kfake_openat(struct kfake *k, const struct rawbpf_call *c)
{
	long fd = kfake_open_file(k, (const char *)c->arg[1], (int)c->arg[2]);

	return fd == -1 ? rawbpf_call_kernel(c) : fd;
}

long kfake_call(void *arg, const struct rawbpf_call *c)
{
	struct kfake *k = arg;
	bool own = (long)c->arg[0] >= KFAKE_FD && (long)c->arg[0] < KFAKE_FD + KFAKE_FDS;

	if (c->kind == RAWBPF_CALL_CLOSE)
		return own ? kfake_close_fd(k, c) : fake_call(&k->f, c);
	if (++k->n_calls == k->fail_at)
		return k->fail_err;
	if (c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_OBJ_GET_INFO_BY_FD)
		return kfake_info(k, c);
	if (kfake_is_multi(c))
		return kfake_multi(k, c);
	switch (c->kind) {
	case RAWBPF_CALL_PERF_EVENT_OPEN: return kfake_perf(k, c);
	case RAWBPF_CALL_OPENAT: return kfake_openat(k, c);
	case RAWBPF_CALL_READ: return own ? kfake_read(k, c) : rawbpf_call_kernel(c);
	case RAWBPF_CALL_WRITE:
		FAKE_MUST(own && k->files[c->arg[0] - KFAKE_FD].control);
		return kfake_write(k, (const char *)c->arg[1], c->arg[2]);
	case RAWBPF_CALL_STATFS: return kfake_tracefs(k, c);
	case RAWBPF_CALL_FSOPEN:
		if (k->blacklist && !strcmp((const char *)c->arg[0], "debugfs"))
			return kfake_fd(k, NULL, false);
		return -ENODEV;
	case RAWBPF_CALL_FSCONFIG: return 0;
	case RAWBPF_CALL_FSMOUNT: return kfake_fd(k, NULL, false);
	case RAWBPF_CALL_FLOCK:
	case RAWBPF_CALL_POLL: return 0;
	default: return fake_call(&k->f, c);
	}
}

void kfake_open(struct kfake *k)
{
	static const char *const names[] = {"on_call", "on_return"};
	int i;

	k->b = rawbpf_new();
	ck_assert_ptr_nonnull(k->b);
	rawbpf_set_hook(k->b, kfake_call, k);
	for (i = 0; i < 2; i++)
		k->progs[i] = (struct prog){.name = names[i],
			.section = i ? "kretprobe" : "kprobe",
			.type = RAWBPF_PROG_KPROBE,
			.autoload = true,
			.fd = FAKE_FD - 1};
	k->b->progs = k->progs;
	k->b->n_progs = 2;
}

void kfake_close(struct kfake *k)
{
	k->fail_at = 0;
	k->b->progs = NULL; /* which are not the context's own */
	k->b->n_progs = 0;
	rawbpf_free(k->b);
	ck_assert_uint_eq(kfake_events(k), 0);
	ck_assert_uint_eq(k->n_open, 0);
	ck_assert_uint_eq(k->f.n_open, 0);
}

unsigned kfake_events(const struct kfake *k)
{
	unsigned i, n = 0;

	for (i = 0; i < KFAKE_EVENTS; i++)
		n += k->events[i][0] != '\0';
	return n;
}
