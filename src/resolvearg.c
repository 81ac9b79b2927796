// SPDX-License-Identifier: MIT
/*
 * resolvearg.c - arguments that a program has to read from memory.
 *
 * Two kinds: those of a system call whose function is given the caller's registers, and those that
 * come on the stack.  Which functions are such is the kernel's own business: its names say so
 * (__x64_sys_openat) on most CPUs, its version on the others, and where there are no names, or it
 * is another kernel, always its version.
 *
 * ksyscall/NAME means a system call.  kprobe/NAME may: who asks for "sys_openat" or "openat" gets
 * its function, if the kernel has none of that very name.  kprobe/__x64_sys_openat is that function
 * with the one argument it has.
 */
#include "resolvearg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "kern.h"
#include "ksym.h"
#include "tracefs.h"

/* Where a program runs. */
struct resolvearg_at {
	const char *place;	/* "vfs_read", "" */
	bool call, kernel, ret; /* a system call; a kprobe; at a function's return */
	bool user;		/* a function of a program */
};

/* ---- what the section says ----------------------------------------------------------------- */

static bool resolvearg_head(const char *section, const char *name)
{
	size_t n = strlen(name);

	if (strncmp(section, name, n) != 0)
		return false;
	if (!strncmp(section + n, ".s", 2) && (!section[n + 2] || section[n + 2] == '/'))
		n += 2;
	return !section[n] || section[n] == '/';
}

/* bcc's names say what a section may leave out: kprobe__sys_openat, syscall__openat. */
static void resolvearg_by_name(struct resolvearg_at *at, const char *prog)
{
	if (!strncmp(prog, "syscall__", 9))
		at->call = true;
	else if (!*at->place && !strncmp(prog, "kprobe__", 8))
		at->place = prog + 8;
}

static void resolvearg_at(struct resolvearg_at *at, const struct bpfasm_arg_of *of)
{
	const char *section = of->section + (*of->section == '?'), *slash = strchr(section, '/');

	memset(at, 0, sizeof(*at));
	at->place = slash ? slash + 1 : "";
	at->call = resolvearg_head(section, "ksyscall") || resolvearg_head(section, "kretsyscall");
	at->kernel = resolvearg_head(section, "kprobe");
	at->user = resolvearg_head(section, "uprobe") || resolvearg_head(section, "uprobe.multi") ||
		   resolvearg_head(section, "uretprobe");
	at->ret = resolvearg_head(section, "kretsyscall") ||
		  resolvearg_head(section, "uretprobe") || resolvearg_head(section, "kretprobe");
	if (at->kernel)
		resolvearg_by_name(at, of->prog);
}

/* ---- what the kernel says ------------------------------------------------------------------ */

static int resolvearg_is_wrapper(void *arg, const struct ksym *k)
{
	const struct arch *a = arg;

	return ksym_is_code(k) && !strncmp(k->name, a->call_prefix, strlen(a->call_prefix));
}

/* By version; 0: of a kernel to come. */
static bool resolvearg_by_version(const struct arch *a, uint32_t kernel)
{
	return a->call_prefix && (!kernel || kernel >= a->call_kernel);
}

static bool resolvearg_wrapped(
	struct rawbpf *b, struct resolvearg *r, const struct arch *a, uint32_t kernel)
{
	if (!r || kernel || !a->call_prefix)
		return resolvearg_by_version(a, kernel);
	if (!r->asked && a->call_named)
		r->wrapped = ksym_each(&b->sys, resolvearg_is_wrapper, (void *)a);
	else if (!r->asked)
		r->wrapped = -ENODATA;
	r->asked = true;
	return r->wrapped < 0 ? resolvearg_by_version(a, kern_version(b)) : r->wrapped;
}

/* Is a name that a probe may have a system call's? */
struct resolvearg_look {
	const char *name, *call, *prefix;
	bool call_seen;
};

static int resolvearg_look_at(void *arg, const struct ksym *k)
{
	struct resolvearg_look *l = arg;
	size_t n = strlen(l->prefix);

	if (!ksym_is_code(k))
		return 0;
	if (!strcmp(k->name, l->name))
		return 1;
	l->call_seen |= !strncmp(k->name, l->prefix, n) && !strcmp(k->name + n, l->call);
	return 0;
}

/* A name without "sys_" is hardly ever one: the table is read only if there is such an event. */
static bool resolvearg_may_be_call(struct rawbpf *b, const char *name)
{
	char path[192];
	int fd, dir = tracefs_dir(b);

	if (dir < 0)
		return false;
	snprintf(path, sizeof(path), "events/syscalls/sys_enter_%s", name);
	fd = sys_openat(&b->sys, dir, path, O_PATH, NULL);
	sys_close(&b->sys, fd);
	return fd >= 0;
}

static bool resolvearg_is_call(
	struct rawbpf *b, struct resolvearg *r, const struct arch *a, const char *place)
{
	bool old = !strncmp(place, "sys_", 4) || !strncmp(place, "SyS_", 4);
	struct resolvearg_look l = {.name = place, .call = old ? place + 4 : place};

	l.prefix = a->call_prefix;
	if (!a->call_prefix || !*l.call || strlen(place) >= sizeof(r->place) ||
		strpbrk(place, "+:*?./") || (!strncmp(place, "__", 2)))
		return false;
	if (!r)
		return old && a->call_named;
	if (strcmp(r->place, place) != 0) {
		strcpy(r->place, place);
		r->is_call = (old || resolvearg_may_be_call(b, place)) &&
			     !ksym_each(&b->sys, resolvearg_look_at, &l) && l.call_seen;
	}
	return r->is_call;
}

/* ---- answers ------------------------------------------------------------------------------- */

static int resolvearg_fill(
	const struct arch *a, const struct arch_memory *m, bool user, struct bpfasm_arg *out)
{
	*out = (struct bpfasm_arg){
		.pointer = m->pointer, .pointer_size = a->word, .offset = m->offset};
	out->size = m->size;
	out->user = user;
	return 1;
}

static int resolvearg_gone(const struct bpfasm_arg_of *of, char *msg, size_t msg_len)
{
	snprintf(msg, msg_len,
		"'arg%u' is gone when the function returns; keep it in a map where it begins",
		of->n);
	return -EINVAL;
}

int resolvearg_find(struct rawbpf *b, struct resolvearg *r, const struct arch *a,
	const struct bpfasm_arg_of *of, struct bpfasm_arg *out, char *msg, size_t msg_len)
{
	struct resolvearg_at at;
	struct arch_memory m = {0};
	int is;

	resolvearg_at(&at, of);
	if (of->kernel)
		r = NULL;
	if (at.call && at.ret)
		return resolvearg_gone(of, msg, msg_len);
	if (at.kernel && !at.call)
		at.call = resolvearg_is_call(b, r, a, at.place);
	if (at.call && resolvearg_wrapped(b, r, a, of->kernel)) {
		arch_call_arg(a, of->n, &m);
		return resolvearg_fill(a, &m, false, out);
	}
	if (!at.user && !at.kernel && !at.call && !at.ret)
		return 0;
	is = arch_stack_arg(a, of->n, at.user, &m);
	if (is == 1 && at.ret)
		return resolvearg_gone(of, msg, msg_len);
	if (is == 1)
		return resolvearg_fill(a, &m, at.user, out);
	return 0; /* a register, or what reg() has no place for */
}
