// SPDX-License-Identifier: MIT
/*
 * kbtf.c - functions and events of the running kernel and of its modules, by name, in their BTF.
 *
 * A tracing program (Linux 5.5) is loaded for one function or one tracepoint, which PROG_LOAD takes
 * as the number of a type: of the function itself, or of the typedef "btf_trace_EVENT" that each
 * tracepoint has.  The kernel's BTF is 5 MB and is gone through once for a name (1 to 3 ms).  A
 * module's is small, counts on where the kernel's ends, and is named to PROG_LOAD by an fd of its
 * own (Linux 5.11).
 */
#include "kbtf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "btffile.h"
#include "ksym.h"
#include "near.h"
#include "proc.h"
#include "rights.h"

#define KBTF_DIR  "/sys/kernel/btf"
#define KBTF_MAX  (64U << 20) /* bytes of a module's */
#define KBTF_NAME 256

struct kbtf {
	struct btffile kernel;
	/* the module that was asked last */
	char module[KBTF_MODULE];
	struct buf bytes;
	struct btf *split;
};

/* How the BTF calls what a program names. */
static const struct kbtf_row {
	uint8_t as, kind;
	const char *prefix, *what;
} kbtf_rows[] = {
	{RAWBPF_TRACE_RAW_TP, BTF_TYPEDEF, "btf_trace_", "tracepoint"},
	{RAWBPF_TRACE_FENTRY, BTF_FUNC, "", "function"},
	{RAWBPF_TRACE_FEXIT, BTF_FUNC, "", "function"},
	{RAWBPF_MODIFY_RETURN, BTF_FUNC, "", "function"},
	{RAWBPF_TRACE_ITER, BTF_FUNC, "bpf_iter_", "iterator"},
	{KBTF_LSM_MAC, BTF_FUNC, "bpf_lsm_", "hook"},
	{KBTF_LSM_CGROUP, BTF_FUNC, "bpf_lsm_", "hook"},
};

/* What "bpf_iter_" begins with more than iterators: these are, of Linux 5.8 to 6.18. */
static const char *const kbtf_iters[] = {"bpf_link", "bpf_map", "bpf_map_elem", "bpf_prog",
	"bpf_sk_storage_map", "cgroup", "dmabuf", "ipv6_route", "kmem_cache", "ksym", "netlink",
	"sockmap", "task", "task_file", "task_vma", "tcp", "udp", "unix"};

static const struct kbtf_row *kbtf_row(enum rawbpf_attach_type as)
{
	size_t i;

	for (i = 0; i < sizeof(kbtf_rows) / sizeof(*kbtf_rows); i++)
		if (kbtf_rows[i].as == as)
			return &kbtf_rows[i];
	return NULL;
}

bool kbtf_wanted(enum rawbpf_attach_type as)
{
	return kbtf_row(as) != NULL;
}

static void kbtf_drop_module(struct kbtf *k)
{
	btf_free(k->split);
	buf_free(&k->bytes);
	k->split = NULL;
	*k->module = '\0';
}

void kbtf_free(struct rawbpf *b)
{
	if (!b->kbtf)
		return;
	kbtf_drop_module(b->kbtf);
	btffile_close(&b->sys, &b->kbtf->kernel);
	free(b->kbtf);
	b->kbtf = NULL;
}

int kbtf_kernel(struct rawbpf *b, const struct btf **out)
{
	struct kbtf *k = b->kbtf;
	int err;

	if (!k)
		k = b->kbtf = calloc(1, sizeof(*k));
	if (!k)
		return err_set(&b->error, "open", -ENOMEM, "out of memory");
	err = k->kernel.btf ? 0 : btffile_open(&b->sys, NULL, &k->kernel, &b->error);
	*out = k->kernel.btf;
	return err;
}

/* ---- modules ----------------------------------------------------------------------------- */

/* -ENOENT: the module is not loaded, or has no BTF. */
static int kbtf_module(struct rawbpf *b, const struct btf *base, const char *module)
{
	struct kbtf *k = b->kbtf;
	char path[sizeof(KBTF_DIR) + KBTF_MODULE + 1];
	struct rawbpf_error e;
	int err;

	if (k->split && !strcmp(k->module, module))
		return 0;
	kbtf_drop_module(k);
	if (strlen(module) >= KBTF_MODULE || strchr(module, '/') || *module == '.')
		return -ENOENT;
	snprintf(path, sizeof(path), KBTF_DIR "/%s", module);
	err = sys_read_file(&b->sys, AT_FDCWD, path, KBTF_MAX, &k->bytes);
	if (!err)
		err = k->bytes.failed
			      ? -ENOMEM
			      : btf_view_split(k->bytes.data, k->bytes.len, base, &k->split, &e);
	if (err)
		kbtf_drop_module(k);
	else
		strcpy(k->module, module);
	return err;
}

struct kbtf_search {
	struct rawbpf *b;
	const struct btf *base;
	enum btf_kind kind;
	const char *name;
	struct kbtf_found *f;
};

static int kbtf_in_module(void *arg, const char *module)
{
	struct kbtf_search *s = arg;
	int err;

	if (*module == '.' || !strcmp(module, "vmlinux"))
		return 0;
	err = kbtf_module(s->b, s->base, module);
	if (err)
		return err == -ENOMEM ? err : 0;
	s->f->id = btf_find(s->b->kbtf->split, s->kind, s->name);
	if (!s->f->id)
		return 0;
	s->f->btf = s->b->kbtf->split;
	strcpy(s->f->module, s->b->kbtf->module);
	return 1;
}

/* What OBJ_GET_INFO_BY_FD tells of a BTF; Linux 5.11 */
struct kbtf_info {
	uint64_t btf;
	uint32_t btf_size, id;
	uint64_t name;
	uint32_t name_len, kernel_btf;
};

static int kbtf_fd_by_id(struct rawbpf *b, uint32_t id, const char *module)
{
	struct kbtf_info info = {0};
	char name[KBTF_MODULE] = "";
	union rawbpf_attr a;
	int fd, err;

	memset(&a, 0, sizeof(a));
	a.get_id.id = id;
	fd = sys_bpf(&b->sys, RAWBPF_BTF_GET_FD_BY_ID, &a, sizeof(a.get_id), module);
	if (fd < 0)
		return fd;
	memset(&a, 0, sizeof(a));
	info.name = (uintptr_t)name;
	info.name_len = sizeof(name);
	a.info.bpf_fd = (uint32_t)fd;
	a.info.info_len = sizeof(info);
	a.info.info = (uintptr_t)&info;
	err = sys_bpf(&b->sys, RAWBPF_OBJ_GET_INFO_BY_FD, &a, sizeof(a.info), module);
	if (!err && info.kernel_btf && !strcmp(name, module))
		return fd;
	sys_close(&b->sys, fd);
	return -ENOENT;
}

int kbtf_module_fd(struct rawbpf *b, const char *module)
{
	union rawbpf_attr a;
	uint32_t id = 0;
	int err, fd;

	for (;;) {
		memset(&a, 0, sizeof(a));
		a.get_id.id = id;
		err = sys_bpf(&b->sys, RAWBPF_BTF_GET_NEXT_ID, &a, sizeof(a.get_id), module);
		if (err)
			break;
		id = a.get_id.next_id;
		fd = kbtf_fd_by_id(b, id, module);
		if (fd >= 0)
			return fd;
		err = fd;
		if (err != -ENOENT) /* which one that was unloaded meanwhile gives, too */
			break;
	}
	err_set(&b->error, "load", err, "the BTF of module '%s' cannot be named to the kernel",
		module);
	if (err == -ENOENT || err == -EINVAL)
		err_hint(&b->error, "programs for functions of modules need Linux 5.11");
	return rights_explain(&b->sys, &b->error, RIGHTS_BPF, err);
}

/* ---- what is not there --------------------------------------------------------------------- */

struct kbtf_offer {
	struct near near;
	size_t skip; /* bytes of the prefix */
	const char *prefix;
};

static void kbtf_offer_name(void *arg, const char *name)
{
	struct kbtf_offer *o = arg;

	if (!strncmp(name, o->prefix, o->skip))
		near_offer(&o->near, name + o->skip);
}

/* A function that is there, but not in the BTF. */
static bool kbtf_is_untyped(struct rawbpf *b, const char *name)
{
	struct ksym_found f = {0};
	struct ksyms t;
	bool is;

	is = !ksym_open(&b->sys, &t);
	if (is)
		ksym_find(&t, name, &f);
	ksym_close(&t);
	if (!is || (!f.copies && !*f.others))
		return false;
	if (f.copies > 1)
		err_hint(&b->error, "the kernel has %u functions of that name, none is in its BTF",
			f.copies);
	else if (f.copies)
		err_hint(&b->error, "the function is there, but not its BTF: use a kprobe");
	else
		err_hint(&b->error, "the compiler made %s of it: use a kprobe there", f.others);
	return true;
}

/* The iterators of this kernel, in the hint. */
static void kbtf_iterators(struct rawbpf *b, const struct btf *btf)
{
	char list[400] = "", name[KBTF_NAME];
	size_t i, len = 0;

	for (i = 0; i < sizeof(kbtf_iters) / sizeof(*kbtf_iters); i++) {
		snprintf(name, sizeof(name), "bpf_iter_%s", kbtf_iters[i]);
		if (btf_find(btf, BTF_FUNC, name) && len < sizeof(list))
			len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s",
				len ? ", " : "", kbtf_iters[i]);
	}
	err_hint(&b->error, *list ? "this kernel's are %s" : "iterators need Linux 5.8%s", list);
}

static int kbtf_absent(struct rawbpf *b, const struct btf *btf, const struct kbtf_row *r,
	const char *module, const char *name)
{
	struct kbtf_offer o = {.prefix = r->prefix, .skip = strlen(r->prefix)};

	err_set(&b->error, "load", -ENOENT, "no %s '%s' in the BTF of %s%s", r->what, name,
		*module ? "module " : "the kernel", module);
	if (r->as == RAWBPF_TRACE_ITER) {
		kbtf_iterators(b, btf);
		return -ENOENT;
	}
	if (r->kind == BTF_FUNC && !*r->prefix && kbtf_is_untyped(b, name))
		return -ENOENT;
	near_start(&o.near, name);
	btf_each_name(btf, 1U << r->kind, kbtf_offer_name, &o);
	if (near_hint(&o.near, &b->error))
		return -ENOENT;
	if (!strcmp(r->what, "hook"))
		err_hint(&b->error, "hooks are functions 'bpf_lsm_NAME' of the kernel (Linux 5.7, "
				    "CONFIG_BPF_LSM)");
	else if (r->kind == BTF_FUNC)
		err_hint(&b->error, "it may be inlined, or in a module that is not loaded");
	else
		err_hint(&b->error, "system calls have 'sys_enter' and 'sys_exit' only");
	return -ENOENT;
}

static int kbtf_no_module(struct rawbpf *b, const char *module, int err)
{
	err_set(&b->error, "load", err, "module '%s' has no BTF in " KBTF_DIR, module);
	if (err == -ENOENT)
		err_hint(&b->error, "it is not loaded, or the kernel is older than 5.11");
	return err;
}

/* ------------------------------------------------------------------------------------------ */

static int kbtf_no_kernel(struct rawbpf *b, int err)
{
	if (err != -ENOENT) {
		b->error.stage = "load";
		return err;
	}
	err_set(&b->error, "load", err, "the kernel has no BTF, '" KBTF_DIR "/vmlinux'");
	err_hint(&b->error, "such programs need a kernel with CONFIG_DEBUG_INFO_BTF; kprobes and "
			    "raw tracepoints do not");
	return err;
}

/* "MODULE:NAME" to both; the module is "" when there is none, or it is the kernel itself. */
static const char *kbtf_split(const char *place, char *module)
{
	const char *colon = strchr(place, ':');
	size_t n = colon ? (size_t)(colon - place) : 0;

	*module = '\0';
	if (n == strlen("vmlinux") && !strncmp(place, "vmlinux", n))
		return colon + 1;
	if (!colon || !n || n >= KBTF_MODULE)
		return place;
	memcpy(module, place, n);
	module[n] = '\0';
	return colon + 1;
}

int kbtf_find(struct rawbpf *b, const struct btf *btf, enum rawbpf_attach_type as,
	const char *place, struct kbtf_found *f)
{
	const struct kbtf_row *r = kbtf_row(as);
	char module[KBTF_MODULE], name[KBTF_NAME];
	struct kbtf_search s = {.b = b, .name = name, .f = f};
	bool any = !btf, own; /* own: the place says whose it is */
	int err = 0;

	memset(f, 0, sizeof(*f));
	own = strchr(place, ':');
	place = kbtf_split(place, module);
	if (any)
		err = kbtf_kernel(b, &btf);
	if (err)
		return kbtf_no_kernel(b, err);
	if (!r || strlen(place) + strlen(r->prefix) >= sizeof(name))
		return err_set(
			&b->error, "load", -EINVAL, "'%s' names nothing of the kernel", place);
	strcat(strcpy(name, r->prefix), place);
	s.base = btf;
	s.kind = r->kind;
	f->btf = btf;
	if (*module && any) {
		err = kbtf_module(b, btf, module);
		if (err)
			return kbtf_no_module(b, module, err);
		err = kbtf_in_module(&s, module);
		return err > 0 ? 0 : kbtf_absent(b, b->kbtf->split, r, module, place);
	}
	f->id = btf_find(btf, s.kind, name);
	if (!f->id && any && !own)
		err = proc_each_name(&b->sys, AT_FDCWD, KBTF_DIR, kbtf_in_module, &s);
	if (err == -ENOMEM)
		return err_set(&b->error, "load", err, "out of memory");
	return f->id ? 0 : kbtf_absent(b, btf, r, "", place);
}

int kbtf_find_bcc(struct rawbpf *b, const struct btf *btf, enum rawbpf_attach_type as,
	const char *name, struct kbtf_found *f)
{
	struct rawbpf_error first;
	const char *mark;
	char place[KBTF_NAME];
	int err = kbtf_find(b, btf, as, name, f);

	if (err != -ENOENT || strchr(name, ':'))
		return err;
	err_copy(&first, &b->error);
	for (mark = strstr(name, "__"); mark; mark = strstr(mark + 1, "__")) {
		if (mark == name || !mark[2])
			continue;
		snprintf(place, sizeof(place), "%.*s:%s", (int)(mark - name), name, mark + 2);
		err = kbtf_find(b, btf, as, place, f);
		if (!err)
			return 0;
		/* what is said of a function of the kernel itself says more than of the whole */
		if (!strncmp(place, "vmlinux:", 8))
			return err;
	}
	err_copy(&b->error, &first);
	return -ENOENT;
}

bool kbtf_near_event(struct rawbpf *b, struct near *n)
{
	struct kbtf_offer o = {.near = *n, .prefix = "btf_trace_", .skip = strlen("btf_trace_")};
	const struct btf *btf;

	if (kbtf_kernel(b, &btf))
		return false;
	btf_each_name(btf, 1U << BTF_TYPEDEF, kbtf_offer_name, &o);
	*n = o.near;
	return true;
}

/* The typedef of an event names no parameters; its own function does, unless it is a class's. */
static bool kbtf_event_func(const struct kbtf_found *f, const struct btf_type *def,
	const struct btf_type *plain, struct btf_type *proto)
{
	char name[KBTF_NAME];
	struct btf_type t;
	uint32_t id;

	snprintf(name, sizeof(name), "__bpf_trace_%s", def->name + strlen("btf_trace_"));
	id = btf_find(f->btf, BTF_FUNC, name);
	return id && btf_type(f->btf, id, &t) && btf_type(f->btf, t.type, proto) &&
	       proto->kind == BTF_FUNC_PROTO && proto->vlen == plain->vlen;
}

bool kbtf_proto(const struct kbtf_found *f, struct btf_type *proto)
{
	struct btf_type t, def, named;

	if (!btf_type(f->btf, f->id, &t))
		return false;
	def = t;
	if (t.kind == BTF_TYPEDEF && (!btf_type(f->btf, t.type, &t) || t.kind != BTF_PTR))
		return false;
	if (!btf_type(f->btf, t.type, proto) || proto->kind != BTF_FUNC_PROTO)
		return false;
	if (def.kind == BTF_TYPEDEF && kbtf_event_func(f, &def, proto, &named))
		*proto = named;
	return true;
}
