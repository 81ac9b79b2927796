// SPDX-License-Identifier: MIT
/*
 * auditfd.c - what each file descriptor is for, learnt from the calls that make and close it.
 *
 * bpf() and perf_event_open() have their role's words, an open file of tracefs its path.  No call
 * is made for it: what cannot be known without one (the name of a probe's unit) is learnt from what
 * the library reads for itself.
 */
#include "auditfd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

static struct auditfd *auditfd_row(const struct auditfd_table *t, int fd)
{
	size_t i;

	for (i = t->n_fds; i--;)
		if (t->fds[i].fd == fd)
			return &t->fds[i];
	return NULL;
}

const struct auditfd *auditfd_find(const struct auditfd_table *t, int fd)
{
	return auditfd_row(t, fd);
}

static void auditfd_forget(struct auditfd_table *t, int fd)
{
	struct auditfd *f = auditfd_row(t, fd);

	if (!f)
		return;
	free(f->role);
	*f = t->fds[--t->n_fds];
}

/* NULL when out of memory: the descriptor then has no role in what follows. */
static struct auditfd *auditfd_add(struct auditfd_table *t, int fd, const char *role)
{
	struct auditfd *f;

	auditfd_forget(t, fd);
	f = rows_room(t->fds, t->n_fds, sizeof(*f));
	if (!f)
		return NULL;
	t->fds = f;
	f = &t->fds[t->n_fds++];
	*f = (struct auditfd){.fd = fd, .role = role ? strdup(role) : NULL};
	return f;
}

/* ---- places --------------------------------------------------------------------------------- */

static bool auditfd_begins(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

/* "/proc/123/mem", "/proc/self/mem" */
static bool auditfd_is_mem(const char *path)
{
	size_t len = strlen(path);

	return auditfd_begins(path, "/proc/") && len > 4 && !strcmp(path + len - 4, "/mem");
}

static bool auditfd_is_unit(const char *path)
{
	size_t len = strlen(path);

	return auditfd_begins(path, "/sys/bus/event_source/devices/") && len > 5 &&
	       !strcmp(path + len - 5, "/type");
}

static enum auditfd_place auditfd_path(const struct auditfd_table *t, const struct rawbpf_call *c)
{
	const char *path = (const char *)c->arg[1];
	const struct auditfd *dir = auditfd_find(t, (int)c->arg[0]);

	if (*path != '/')
		return dir ? dir->place : AUDITFD_OTHER;
	if (auditfd_begins(path, "/sys/kernel/tracing") ||
		auditfd_begins(path, "/sys/kernel/debug/tracing") ||
		(c->role && !strcmp(c->role, "tracefs")))
		return AUDITFD_TRACEFS;
	if (auditfd_is_mem(path))
		return AUDITFD_MEM;
	return auditfd_is_unit(path) ? AUDITFD_UNIT_TYPE : AUDITFD_OTHER;
}

enum auditfd_place auditfd_place(const struct auditfd_table *t, const struct rawbpf_call *c)
{
	const struct auditfd *f;

	switch (c->kind) {
	case RAWBPF_CALL_OPENAT:
	case RAWBPF_CALL_MKDIRAT:
	case RAWBPF_CALL_UNLINKAT: return auditfd_path(t, c);
	default: f = auditfd_find(t, (int)c->arg[0]); return f ? f->place : AUDITFD_OTHER;
	}
}

/* ---- what calls make ------------------------------------------------------------------------ */

static bool auditfd_bpf_makes(uintptr_t cmd)
{
	switch (cmd) {
	case RAWBPF_MAP_CREATE:
	case RAWBPF_PROG_LOAD:
	case RAWBPF_BTF_LOAD:
	case RAWBPF_OBJ_GET:
	case RAWBPF_RAW_TRACEPOINT_OPEN:
	case RAWBPF_LINK_CREATE:
	case RAWBPF_BTF_GET_FD_BY_ID:
	case RAWBPF_PROG_GET_FD_BY_ID:
	case RAWBPF_MAP_GET_FD_BY_ID:
	case RAWBPF_LINK_GET_FD_BY_ID: return true;
	default: return false;
	}
}

bool auditfd_makes(const struct rawbpf_call *c)
{
	switch (c->kind) {
	case RAWBPF_CALL_BPF: return auditfd_bpf_makes(c->arg[0]);
	case RAWBPF_CALL_PERF_EVENT_OPEN:
	case RAWBPF_CALL_OPENAT:
	case RAWBPF_CALL_FSOPEN:
	case RAWBPF_CALL_FSMOUNT: return true;
	default: return false;
	}
}

static void auditfd_learn_open(struct auditfd_table *t, const struct rawbpf_call *c, int fd)
{
	enum auditfd_place place = auditfd_path(t, c);
	const char *path = (const char *)c->arg[1];
	struct auditfd *f;

	if (place == AUDITFD_OTHER) {
		auditfd_forget(t, fd);
		return;
	}
	f = auditfd_add(t, fd, *path == '/' && c->role ? c->role : path);
	if (f)
		f->place = place;
}

static void auditfd_learn_bpf(struct auditfd_table *t, const struct rawbpf_call *c, int fd)
{
	const union rawbpf_attr *attr = (const void *)c->arg[1];
	struct auditfd *f = auditfd_bpf_makes(c->arg[0]) ? auditfd_add(t, fd, c->role) : NULL;

	if (!f || c->arg[0] != RAWBPF_MAP_CREATE)
		return;
	f->map_type = attr->map.map_type;
	f->key_size = attr->map.key_size;
	f->value_size = attr->map.value_size;
}

const struct auditfd_unit *auditfd_unit(const struct auditfd_table *t, uint64_t type)
{
	size_t i;

	for (i = 0; i < t->n_units; i++)
		if (t->units[i].type == type)
			return &t->units[i];
	return NULL;
}

/* A unit's number, from what the library has read of it. */
static void auditfd_learn_unit(struct auditfd_table *t, const struct rawbpf_call *c, long got)
{
	const struct auditfd *f = auditfd_find(t, (int)c->arg[0]);
	const char *p = (const char *)c->arg[1], *name, *end;
	struct auditfd_unit *u = &t->units[t->n_units];
	uint32_t type = 0;

	if (!f || f->place != AUDITFD_UNIT_TYPE || !f->role || t->n_units == AUDITFD_UNITS)
		return;
	for (; got > 0 && *p >= '0' && *p <= '9'; got--)
		type = type * 10 + (uint32_t)(*p++ - '0');
	name = strstr(f->role, "devices/");
	end = name ? strchr(name + 8, '/') : NULL;
	if (!end || (size_t)(end - name - 8) >= sizeof(u->name) || auditfd_unit(t, type))
		return;
	u->type = type;
	memcpy(u->name, name + 8, (size_t)(end - name - 8));
	u->name[end - name - 8] = '\0';
	t->n_units++;
}

/* "fs tracefs" */
static void auditfd_learn_fs(struct auditfd_table *t, const char *name, int fd)
{
	char role[32];

	snprintf(role, sizeof(role), "fs %.20s", name);
	auditfd_add(t, fd, role);
}

/* A mount is called after its file system; only that of tracefs is a place. */
static void auditfd_learn_mount(struct auditfd_table *t, int fs, int fd)
{
	const struct auditfd *of = auditfd_find(t, fs);
	char name[32] = "mount";
	struct auditfd *f;

	if (of && of->role && !strncmp(of->role, "fs ", 3))
		snprintf(name, sizeof(name), "%s", of->role + 3);
	f = auditfd_add(t, fd, name);
	if (f && !strcmp(name, "tracefs"))
		f->place = AUDITFD_TRACEFS;
}

void auditfd_learn(struct auditfd_table *t, const struct rawbpf_call *c, long ret)
{
	if (c->kind == RAWBPF_CALL_CLOSE)
		auditfd_forget(t, (int)c->arg[0]);
	if (ret < 0)
		return;
	switch (c->kind) {
	case RAWBPF_CALL_BPF: auditfd_learn_bpf(t, c, (int)ret); break;
	case RAWBPF_CALL_FSOPEN: auditfd_learn_fs(t, (const char *)c->arg[0], (int)ret); break;
	case RAWBPF_CALL_PERF_EVENT_OPEN: auditfd_add(t, (int)ret, c->role); break;
	case RAWBPF_CALL_FSMOUNT: auditfd_learn_mount(t, (int)c->arg[0], (int)ret); break;
	case RAWBPF_CALL_OPENAT: auditfd_learn_open(t, c, (int)ret); break;
	case RAWBPF_CALL_READ: auditfd_learn_unit(t, c, ret); break;
	default: break;
	}
}

void auditfd_free(struct auditfd_table *t)
{
	while (t->n_fds)
		free(t->fds[--t->n_fds].role);
	free(t->fds);
	*t = (struct auditfd_table){0};
}
