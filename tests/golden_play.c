// SPDX-License-Identifier: MIT
/*
 * golden_play.c - runs of which not every machine has what they take: a module with BTF, whose
 * function a program is for, and a tracefs that may not be mounted and is in debugfs.  The kernel
 * of these is played, so their logs are the same everywhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "golden.h"
#include "rawbpf_sys.h"
#include "t.h"

#define BTF_DIR "/sys/kernel/btf"
#define DEBUG	"/sys/kernel/debug/tracing"

/* Where the BTF of the kernel and of its module is. */
struct module {
	char dir[64];
};

static void write_btf(const struct module *m, const char *name, const uint32_t *types,
	size_t n_types, const char *strings, size_t n_strings)
{
	uint32_t h[6] = {0x1eb9f, 24, 0, (uint32_t)(n_types * 4), (uint32_t)(n_types * 4),
		(uint32_t)n_strings};
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", m->dir, name);
	f = fopen(path, "we");
	ck_assert_ptr_nonnull(f);
	fwrite(h, sizeof(h), 1, f);
	fwrite(types, 4, n_types, f);
	fwrite(strings, n_strings, 1, f);
	ck_assert_int_eq(fclose(f), 0);
}

/* "void (void)", and in the module a function of that type, with ids and names behind the kernel's */
static void module_make(struct module *m)
{
	static const char strings[] = "\0own", module_strings[] = "module_function";
	static const uint32_t kernel[] = {0, 13U << 24, 0, 1, 12U << 24, 1},
			      types[] = {sizeof(strings), 12U << 24, 1};

	strcpy(m->dir, "/tmp/rawbpf-golden-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(m->dir));
	write_btf(m, "vmlinux", kernel, 6, strings, sizeof(strings));
	write_btf(m, "module", types, 3, module_strings, sizeof(module_strings));
}

static void module_remove(const struct module *m)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/vmlinux", m->dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/module", m->dir);
	unlink(path);
	ck_assert_int_eq(rmdir(m->dir), 0);
}

/* Some descriptor, from this number on. */
static long some_fd(int from)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), at = fcntl(fd, F_DUPFD_CLOEXEC, from);

	close(fd);
	return at;
}

/* The kernel's BTF is 1, the module's 3, and 2 that of somebody's program. */
static long module_bpf(enum rawbpf_cmd cmd, union rawbpf_attr *a)
{
	static const char *const names[] = {"vmlinux", "", "module"};
	struct {
		uint64_t btf;
		uint32_t btf_size, id;
		uint64_t name;
		uint32_t name_len, kernel_btf;
	} info;
	size_t i;

	switch (cmd) {
	case RAWBPF_BTF_GET_NEXT_ID:
		a->get_id.next_id = a->get_id.id + 1;
		return a->get_id.id < 3 ? 0 : -ENOENT;
	case RAWBPF_BTF_GET_FD_BY_ID: return some_fd(100 + 10 * (int)a->get_id.id);
	case RAWBPF_OBJ_GET_INFO_BY_FD:
		i = (a->info.bpf_fd - 100) / 10 - 1;
		memcpy(&info, (void *)(uintptr_t)a->info.info, sizeof(info));
		snprintf((char *)(uintptr_t)info.name, info.name_len, "%s", names[i]);
		info.kernel_btf = i != 1;
		memcpy((void *)(uintptr_t)a->info.info, &info, sizeof(info));
		return 0;
	default: return some_fd(3);
	}
}

static long module_call(void *arg, const struct rawbpf_call *c)
{
	const struct module *m = arg;
	struct rawbpf_call other = *c;
	char path[256];

	if (c->kind == RAWBPF_CALL_BPF)
		return module_bpf((enum rawbpf_cmd)c->arg[0], (union rawbpf_attr *)c->arg[1]);
	if (c->kind == RAWBPF_CALL_OPENAT &&
		!strncmp((const char *)c->arg[1], BTF_DIR, strlen(BTF_DIR))) {
		snprintf(path, sizeof(path), "%s%s", m->dir,
			(const char *)c->arg[1] + strlen(BTF_DIR));
		other.arg[1] = (uintptr_t)path;
	}
	return rawbpf_call_kernel(&other);
}

void golden_run_module(struct golden *g)
{
	static const char text[] =
		".license \"GPL\"\n.prog f \"fentry/module:module_function\"\n	return 0\n";
	struct rawbpf *b = g->b;
	struct module m;

	module_make(&m);
	g->play = module_call;
	g->play_arg = &m;
	ASK(g, rawbpf_load(b, .text = text));
	ASK(g, rawbpf_attach_kfunc(b, .fn_name = "f"));
	module_remove(&m);
}

/* ---- tracefs -------------------------------------------------------------------------------- */

static long debug_call(void *arg, const struct rawbpf_call *c)
{
	const char *path = (const char *)(c->kind == RAWBPF_CALL_OPENAT ? c->arg[1] : c->arg[0]);
	struct statfs *st;

	(void)arg;
	switch (c->kind) {
	case RAWBPF_CALL_FSOPEN: return -EPERM;
	case RAWBPF_CALL_STATFS:
		if (strcmp(path, DEBUG) != 0)
			return -ENOENT;
		st = (struct statfs *)c->arg[1];
		memset(st, 0, sizeof(*st));
		st->f_type = 0x74726163; /* TRACEFS_MAGIC */
		return 0;
	case RAWBPF_CALL_OPENAT: return some_fd(3);
	default: return rawbpf_call_kernel(c);
	}
}

void golden_run_debugfs(struct golden *g)
{
	struct rawbpf *b = g->b;

	g->play = debug_call;
	ASK_PLAIN(g, (void)rawbpf_trace_fd(b, true));
}
