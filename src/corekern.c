// SPDX-License-Identifier: MIT
/*
 * corekern.c - the CO-RE records of the loaded object, answered by the kernel.
 *
 * The kernel's own BTF is gone through once.  Only when it lacks a type that a record names are
 * those of all modules read (Linux 5.11): a driver's types are in its module.
 */
#include "corekern.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kbtf.h"
#include "objcore.h"
#include "object.h"
#include "proc.h"

#define COREKERN_DIR "/sys/kernel/btf"
#define COREKERN_MAX (64U << 20) /* bytes of a module's */

/* A module that may have types that are wanted. */
struct corekern_module {
	struct corekern_module *next;
	struct buf bytes;
	struct btf *btf;
};

struct corekern {
	struct rawbpf *b;
	struct objcore *core;
	const struct btf *kernel;
	struct corekern_module *modules;
};

static void corekern_drop(struct corekern_module *m)
{
	btf_free(m->btf);
	buf_free(&m->bytes);
	free(m);
}

/* One that cannot be read has been unloaded meanwhile, or has no BTF that fits this kernel's. */
static int corekern_module(void *arg, const char *name)
{
	struct corekern *k = arg;
	struct corekern_module *m;
	char path[sizeof(COREKERN_DIR) + KBTF_MODULE + 1];
	struct rawbpf_error e;
	int err;

	if (*name == '.' || !strcmp(name, "vmlinux") || strlen(name) >= KBTF_MODULE)
		return 0;
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	snprintf(path, sizeof(path), COREKERN_DIR "/%s", name);
	err = sys_read_file(&k->b->sys, AT_FDCWD, path, COREKERN_MAX, &m->bytes);
	if (!err && m->bytes.failed)
		err = -ENOMEM;
	if (!err)
		err = btf_view_split(m->bytes.data, m->bytes.len, k->kernel, &m->btf, &e);
	if (!err)
		err = objcore_search(k->core, m->btf);
	m->next = k->modules;
	k->modules = m;
	return err == -ENOMEM ? err : 0;
}

static int corekern_search(struct corekern *k, const struct btf *named)
{
	struct rawbpf *b = k->b;
	int err = 0;

	k->kernel = named;
	if (!named)
		err = kbtf_kernel(b, &k->kernel);
	if (err == -ENOMEM)
		return err;
	if (err) {
		b->object->core_err = err;
		return 0;
	}
	err = objcore_search(k->core, k->kernel);
	if (!err && !named && objcore_left(k->core))
		err = proc_each_name(&b->sys, AT_FDCWD, COREKERN_DIR, corekern_module, k);
	return err == -ENOMEM ? err_set(&b->error, "open", err, "out of memory") : 0;
}

int corekern_apply(struct rawbpf *b, const struct btf *named)
{
	struct corekern k = {.b = b};
	struct corekern_module *m;
	int err = objcore_open(b->object, &k.core, &b->error);

	if (err || !k.core)
		return err;
	if (objcore_asks(k.core))
		err = corekern_search(&k, named);
	if (!err && !b->object->core_err)
		err = objcore_apply(
			k.core, named ? "the BTF that was named" : "this kernel", &b->error);
	while ((m = k.modules)) {
		k.modules = m->next;
		corekern_drop(m);
	}
	objcore_free(k.core);
	if (!err)
		err_clear(&b->error);
	return err;
}
