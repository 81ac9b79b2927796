// SPDX-License-Identifier: MIT
/* test_corekern.c - an object with CO-RE records on this kernel; kernels without BTF; modules. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "btffile.h"
#include "context.h"
#include "fake.h"
#include "object.h"
#include "old.h"
#include "rawbpf.h"
#include "t.h"

Suite *suite_corekern(void);

/* What core_task.bpf.c keeps. */
struct seen {
	int pid, tgid, parent;
	uint32_t state, comm_size, task_size, type_missing, enum_pid;
	char comm[16];
};

static char *object_path(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/object/%s", TEST_DATA, name);
	return path;
}

/* What the kernel says of this very process. */
START_TEST(task_fields)
{
	struct rawbpf *b = rawbpf_new();
	struct seen s = {0};
	uint32_t key = (uint32_t)getpid();
	char comm[16] = "";
	FILE *f;

	T_NEED_ROOT();
	OLD_NEED("file /sys/kernel/btf");
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		T_SKIP("this kernel has no BTF");
	ck_assert_msg(!rawbpf_load(b, .src_file = object_path("core_task.bpf.o")), "%s",
		rawbpf_errmsg(b));
	ck_assert_msg(!rawbpf_attach_raw_tracepoint(b, .tp = "sys_enter", .fn_name = "on_enter"),
		"%s", rawbpf_errmsg(b));
	syscall(SYS_getppid);
	ck_assert_msg(
		!rawbpf_table_lookup(rawbpf_table(b, "seen"), &key, &s), "%s", rawbpf_errmsg(b));
	ck_assert_int_eq(s.pid, (int)syscall(SYS_gettid));
	ck_assert_int_eq(s.tgid, getpid());
	ck_assert_int_eq(s.parent, getppid());
	f = fopen("/proc/self/comm", "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fscanf(f, "%15s", comm), 1);
	fclose(f);
	ck_assert_str_eq(s.comm, comm);
	ck_assert_uint_eq(s.state, 0); /* running */
	ck_assert_uint_eq(s.comm_size, 16);
	ck_assert_uint_gt(s.task_size, 1000);
	ck_assert_uint_eq(s.type_missing, 1);
	ck_assert_uint_eq(s.enum_pid, 0);
	rawbpf_free(b);
}
END_TEST

/* A field that no kernel has, read without asking: its name and the line, not the verifier's. */
START_TEST(absent_field)
{
	struct rawbpf *b = rawbpf_new();
	const struct rawbpf_error *e = rawbpf_error(b);

	T_NEED_ROOT();
	OLD_NEED("prog tracing");
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		T_SKIP("this kernel has no BTF");
	ck_assert_int_eq(rawbpf_load(b, .src_file = object_path("core_absent.bpf.o")), -EINVAL);
	ck_assert_str_eq(e->msg, "prog 'unasked' rejected at ./core_absent.bpf.c:19: field "
				 "'no_such_field' of 'struct "
				 "task_struct' is not in this kernel: EINVAL");
	ck_assert_ptr_nonnull(
		strstr(e->hint, "ask first whether it is there, as bpf_core_field_exists()"));
	ck_assert_str_eq(e->prog, "unasked");
	ck_assert_uint_eq(e->line, 19);
	rawbpf_free(b);
}
END_TEST

/* ---- kernels of other sorts -------------------------------------------------------------- */

struct pretended {
	struct fake fake;
	char dir[64]; /* stands for /sys/kernel/btf; "": there is none */
	unsigned opens;
};

static long pretended_call(void *arg, const struct rawbpf_call *c)
{
	struct pretended *p = arg;
	static const char real[] = "/sys/kernel/btf";
	const char *path = (const char *)(uintptr_t)c->arg[1];
	struct rawbpf_call to = *c;
	char other[256];

	if (c->kind != RAWBPF_CALL_OPENAT || strncmp(path, real, strlen(real)) != 0)
		return c->kind == RAWBPF_CALL_BPF || c->kind == RAWBPF_CALL_CLOSE
			       ? fake_call(&p->fake, c)
			       : rawbpf_call_kernel(c);
	p->opens++;
	if (!*p->dir)
		return -ENOENT;
	snprintf(other, sizeof(other), "%s%s", p->dir, path + strlen(real));
	to.arg[1] = (uintptr_t)other;
	return rawbpf_call_kernel(&to);
}

static void pretended_btf(struct pretended *p, const char *name, const void *data, size_t len)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(data, 1, len, f), len);
	fclose(f);
}

/* The BTF of core_kernel.o as the kernel's, and a module that has "struct absent { u64; int x; }". */
static void pretended_open(struct pretended *p)
{
	struct sys sys = {0};
	struct rawbpf_error e;
	struct btffile f;
	const void *bytes;
	uint32_t id, w[32] = {0x1eb9f, 24, 0, 24, 24, 10}, strings;
	size_t len;

	strcpy(p->dir, "/tmp/rawbpf-core-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(p->dir));
	ck_assert_int_eq(btffile_open(&sys, object_path("core_kernel.o"), &f, &e), 0);
	bytes = btf_bytes(f.btf, &len);
	pretended_btf(p, "vmlinux", bytes, len);
	memcpy(&strings, (const char *)bytes + 20, 4);
	id = btf_find(f.btf, BTF_INT, "int");
	w[6] = strings;
	w[7] = BTF_STRUCT << 24 | 1;
	w[8] = 16;
	w[9] = strings + 7;
	w[10] = id;
	w[11] = 64;
	memcpy(w + 12, "absent\0x\0", 9);
	w[5] = 9;
	pretended_btf(p, "driver", w, 48 + 9);
	pretended_btf(p, "broken", w, 20);
	btffile_close(&sys, &f);
}

static void pretended_close(struct pretended *p)
{
	char path[128];
	static const char *const names[] = {"vmlinux", "driver", "broken", ""};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", p->dir, names[i]);
		remove(path);
	}
}

static struct rawbpf *pretended_context(struct pretended *p)
{
	struct rawbpf *b = rawbpf_new();

	ck_assert_ptr_nonnull(b);
	rawbpf_set_hook(b, pretended_call, p);
	return b;
}

static const struct rawbpf_insn *first_of(const struct rawbpf *b, const char *prog)
{
	const struct object *o = b->object;
	size_t i;

	for (i = 0; i < o->n_funcs && strcmp(o->funcs[i].name, prog) != 0; i++)
		;
	ck_assert_uint_lt(i, o->n_funcs);
	return o->texts[o->funcs[i].text].insns + o->funcs[i].start;
}

/* A type that only a module has; and without the modules it is not there. */
START_TEST(of_a_module)
{
	struct pretended p = {.opens = 0};
	struct rawbpf *b = pretended_context(&p);

	pretended_open(&p);
	ck_assert_msg(
		!rawbpf_load(b, .src_file = object_path("core.bpf.o")), "%s", rawbpf_errmsg(b));
	ck_assert_uint_eq(p.opens, 4); /* the kernel's, the directory, two modules */
	ck_assert_int_eq(first_of(b, "load_absent")->code, 0x61);
	ck_assert_int_eq(first_of(b, "load_absent")->off, 8);
	ck_assert_int_eq(first_of(b, "load_pid")->off, 60);
	ck_assert_int_eq(first_of(b, "type_absent_size")->imm, 16);
	rawbpf_free(b);
	ck_assert_uint_eq(p.fake.n_open, 0);
	pretended_close(&p);
}
END_TEST

/* One kernel's BTF that was named, and no module. */
START_TEST(named)
{
	struct pretended p = {.opens = 0};
	struct rawbpf *b = pretended_context(&p);

	ck_assert_int_eq(rawbpf_resolver_btf(b, object_path("core_kernel.o")), 0);
	ck_assert_msg(
		!rawbpf_load(b, .src_file = object_path("core.bpf.o")), "%s", rawbpf_errmsg(b));
	ck_assert_uint_eq(p.opens, 0);
	ck_assert_int_eq(first_of(b, "load_pid")->off, 60);
	ck_assert_int_eq(first_of(b, "load_absent")->imm, 195896080);
	rawbpf_free(b);
	ck_assert_uint_eq(p.fake.n_open, 0);
}
END_TEST

/* Only programs that need it are refused, and say what to do. */
START_TEST(no_btf)
{
	struct pretended p = {.opens = 0};
	struct rawbpf *b = pretended_context(&p);
	const struct rawbpf_error *e = rawbpf_error(b);

	ck_assert_int_eq(rawbpf_load(b, .src_file = object_path("core_task.bpf.o")), -ENOENT);
	ck_assert_str_eq(e->msg,
		"program 'on_enter' needs CO-RE: function 'on_enter' has fields that are found "
		"through the kernel's BTF, which cannot be read: ENOENT");
	ck_assert_ptr_nonnull(strstr(e->hint, "--btf"));
	ck_assert_str_eq(e->stage, "load");
	ck_assert_str_eq(e->prog, "on_enter");
	ck_assert_uint_eq(p.opens, 2); /* to map, to read */
	/* of the assembler, where the event is one of BTF too */
	ck_assert_int_eq(rawbpf_load(b, .src_file = object_path("names.bpf.o")), -ENOENT);
	ck_assert_str_eq(e->msg,
		"program 'on_exit' needs CO-RE: function 'on_exit' has fields that are found "
		"through the kernel's BTF, which cannot be read: ENOENT");
	ck_assert_ptr_nonnull(strstr(e->hint, "from 5.2 on; else name a file that has it: --btf"));
	/* registers and cookies are the same everywhere */
	p.opens = 0;
	ck_assert_msg(
		!rawbpf_load(b, .src_file = object_path("usdt.bpf.o")), "%s", rawbpf_errmsg(b));
	ck_assert_uint_eq(p.opens, 0);
	rawbpf_free(b);
	ck_assert_uint_eq(p.fake.n_open, 0);
}
END_TEST

START_TEST(no_memory)
{
	struct pretended p = {.opens = 0};
	unsigned n = 1;
	bool failed;
	int err;

	pretended_open(&p);
	do {
		struct rawbpf *b = pretended_context(&p);

		t_fail_alloc_at(n++);
		err = rawbpf_load(b, .src_file = object_path("core_task.bpf.o"));
		failed = t_alloc_failed();
		/* a module that cannot be read is one less */
		ck_assert_msg(!failed || !err || err == -ENOMEM, "%u: %d", n, err);
		ck_assert(failed || !err);
		rawbpf_free(b);
		ck_assert_uint_eq(p.fake.n_open, 0);
	} while (failed);
	ck_assert_uint_gt(n, 20);
	pretended_close(&p);
}
END_TEST

Suite *suite_corekern(void)
{
	Suite *s = suite_create("corekern");
	TCase *t = tcase_create("unit"), *live = tcase_create("live");

	tcase_add_test(t, of_a_module);
	tcase_add_test(t, named);
	tcase_add_test(t, no_btf);
	tcase_add_test(t, no_memory);
	tcase_add_test(live, task_fields);
	tcase_add_test(live, absent_field);
	suite_add_tcase(s, t);
	suite_add_tcase(s, live);
	return s;
}
