// SPDX-License-Identifier: MIT
/* test_ksymout.c - the kernel's names in an object's BTF, as libbpf and the kernel take them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpfasm.h"
#include "btf.h"
#include "elf.h"
#include "old.h"
#include "rawbpf.h"
#include "rawbpf_sys.h"
#include "t.h"

Suite *suite_ksymout(void);

#define BTF_PATH "/sys/kernel/btf/vmlinux"

static struct bpfasm_out object(const char *text)
{
	const uint16_t one = 1;
	struct bpfasm_opts o = {.sz = sizeof(o), .big_endian = !*(const unsigned char *)&one};
	struct bpfasm_out out;

	ck_assert_msg(!bpfasm_assemble(text, strlen(text), &o, &out), "%s", out.diag);
	return out;
}

static struct btf *types(const char *text)
{
	struct bpfasm_out out = object(text);
	struct elf_file *f;
	struct elf_section s;
	struct btf *b;
	const void *p;
	size_t len;

	ck_assert_int_eq(elf_open_memory(out.data, out.len, "object", &f, NULL), 0);
	ck_assert_int_eq(elf_find_section(f, ".BTF", &s), 0);
	ck_assert_int_eq(elf_section_data(f, &s, &p, &len), 0);
	ck_assert_int_eq(btf_parse(p, len, &b, NULL), 0);
	elf_close(f);
	bpfasm_free(&out);
	return b;
}

static const char both[] =
	".license \"GPL\"\n.kfunc f: struct a *(struct a *)\n.kfunc unused\n.kvar v: struct a\n"
	".kvar unknown\n.kconfig CONFIG_HZ: u32\n.prog p \"socket\"\n"
	"call f\nr1 = &v\nr2 = &unknown\nr3 = &CONFIG_HZ\nreturn 0\n";

/* As clang has them: what is used, extern, in a section of its own. */
START_TEST(section)
{
	struct btf *b = types(both);
	static const char *const names[] = {"f", "v", "unknown"};
	struct btf_type sec, t, proto, a;
	struct btf_secvar v;
	struct btf_param param;
	uint32_t i;

	ck_assert(btf_type(b, btf_find(b, BTF_DATASEC, ".ksyms"), &sec));
	ck_assert_uint_eq(sec.vlen, 3);
	ck_assert_uint_eq(sec.size, 0);
	for (i = 0; i < sec.vlen; i++) {
		btf_secvar(b, &sec, i, &v);
		ck_assert(btf_type(b, v.type, &t));
		ck_assert_str_eq(t.name, names[i]);
		ck_assert_int_eq(t.kind, i ? BTF_VAR : BTF_FUNC);
		if (!i)
			ck_assert_uint_eq(t.vlen, BTF_LINK_EXTERN);
	}
	ck_assert(btf_type(b, btf_find(b, BTF_FUNC, "f"), &t));
	ck_assert(btf_type(b, t.type, &proto));
	ck_assert_uint_eq(proto.vlen, 1);
	btf_param(b, &proto, 0, &param);
	ck_assert(btf_type(b, param.type, &a));
	ck_assert_int_eq(a.kind, BTF_PTR);
	ck_assert(btf_type(b, a.type, &a));
	ck_assert_int_eq(a.kind, BTF_STRUCT);
	ck_assert(btf_type(b, btf_find(b, BTF_VAR, "v"), &t));
	ck_assert_uint_eq(t.type, a.id);
	btf_free(b);
	/* an object without such names has none of it */
	b = types(".prog p \"socket\"\nreturn 0\n");
	ck_assert_uint_eq(btf_find(b, BTF_DATASEC, ".ksyms"), 0);
	btf_free(b);
}
END_TEST

/* ---- the kernel takes what is left of it ------------------------------------------------------ */

static long btf_loads(void *arg, const struct rawbpf_call *c)
{
	long ret = rawbpf_call_kernel(c);

	if (c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_BTF_LOAD)
		*(long *)arg = ret;
	return ret;
}

#define ABSENT                                                                              \
	".license \"GPL\"\n.kvar rawbpf_nowhere%s weak\n"                                   \
	".kfunc bpf_rawbpf_nowhere: struct x *(s32, forward union y *, s32(void *, ...)*, " \
	"u8[4]*, enum foo) weak\n.kfunc bpf_rawbpf_unknown weak\n.prog p "                  \
	"\"tp_btf/sched_switch\"\nr1 = &rawbpf_nowhere\n"                                   \
	"if r1 == 0 goto out\nr1 = &bpf_rawbpf_nowhere\nif r1 == 0 goto out\n"              \
	"call bpf_rawbpf_nowhere\ncall bpf_rawbpf_unknown\nout: return 0\n"

START_TEST(kernel_takes_the_types)
{
	static const char *const types[] = {"", ": void", ": struct rq", ": u64[4]"};
	char text[1000];
	struct rawbpf *b;
	long loaded;
	size_t i;
	int err;

	T_NEED_ROOT();
	OLD_NEED("prog tracing");
	if (access(BTF_PATH, R_OK))
		T_SKIP("the kernel has no BTF");
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		b = rawbpf_new();
		loaded = -1;
		rawbpf_set_hook(b, btf_loads, &loaded);
		snprintf(text, sizeof(text), ABSENT, types[i]);
		err = rawbpf_load(b, .text = text);
		ck_assert_msg(!err, "%s", rawbpf_errmsg(b));
		ck_assert_msg(loaded >= 0, "'%s': %ld", types[i], loaded);
		rawbpf_free(b);
	}
}
END_TEST

/* ---- libbpf ---------------------------------------------------------------------------------- */

/* What bpftool says of an object of the text; %s of how is its file. */
static int bpftool(const char *text, const char *how, char **out)
{
	char command[600];

	snprintf(command, sizeof(command),
		"d=$(mktemp -d) && cat > $d/x.bpf <<'E' && " TEST_BUILD
		"/rawbpf asm -o $d/x.o $d/x.bpf 2>&1 && cd $d && %s 2>&1; s=$?; rm -rf $d; exit $s"
		"\n%%s\nE\n",
		how);
	return t_run(out, command, text);
}

static bool kernel_has(const char *symbol)
{
	char *symbols = t_read_file("/proc/kallsyms", NULL), line[128];
	bool is;

	snprintf(line, sizeof(line), " %s\n", symbol);
	is = strstr(symbols, line);
	free(symbols);
	return is;
}

static const char kfunc[] = ".license \"GPL\"\n.kfunc bpf_task_acquire\n.kfunc bpf_task_release\n"
			    ".prog p \"tp_btf/sched_switch\"\nr1 = arg2\ncall bpf_task_acquire\n"
			    "if r0 == 0 goto out\nr1 = r0\ncall bpf_task_release\nout: return 0\n";
static const char kvar[] = ".license \"GPL\"\n.kvar runqueues\n.prog p \"tp_btf/sched_switch\"\n"
			   "r0 = bpf_this_cpu_ptr(&runqueues)\nr0 = *(u32 *)(r0 +0)\nreturn 0\n";

#define LOADS                                                                        \
	"unshare -m sh -c \"mount -t bpf none /sys/fs/bpf && bpftool prog load x.o " \
	"/sys/fs/bpf/p\""

START_TEST(libbpf_takes_them)
{
	char *out;
	int err;

	T_NEED_ROOT();
	err = t_run(&out, "command -v bpftool && command -v unshare");
	free(out);
	if (err)
		T_SKIP("no bpftool or unshare");
	if (access(BTF_PATH, R_OK))
		T_SKIP("the kernel has no BTF");
	if (!kernel_has("bpf_task_acquire"))
		T_SKIP("the kernel has no bpf_task_acquire (Linux 6.1)");
	err = bpftool(kfunc, LOADS, &out);
	ck_assert_msg(!err, "%s", out);
	free(out);
	err = bpftool(kvar, "bpftool gen skeleton x.o", &out);
	ck_assert_msg(!err, "%s", out);
	free(out);
	err = bpftool(kvar, LOADS, &out);
	if (!kernel_has("runqueues"))
		ck_assert_msg(
			strstr(out, "failed to find the address for kernel symbol"), "%s", out);
	else
		ck_assert_msg(!err, "%s", out);
	free(out);
}
END_TEST

/* A function of a type that the kernel does not have is told, by libbpf as by its maker. */
START_TEST(libbpf_compares)
{
	char *out;
	int err;

	T_NEED_ROOT();
	err = t_run(&out, "command -v bpftool && command -v unshare");
	free(out);
	if (err)
		T_SKIP("no bpftool or unshare");
	if (access(BTF_PATH, R_OK) || !kernel_has("bpf_rcu_read_lock"))
		T_SKIP("the kernel has no bpf_rcu_read_lock, or no BTF (Linux 6.2)");
	err = bpftool(".license \"GPL\"\n.kfunc bpf_rcu_read_lock: void(u8)\n"
		      ".prog p \"tp_btf/sched_switch\"\ncall bpf_rcu_read_lock\nreturn 0\n",
		LOADS, &out);
	ck_assert_msg(err && strstr(out, "incompatible"), "%s", out);
	free(out);
}
END_TEST

Suite *suite_ksymout(void)
{
	Suite *s = suite_create("ksymout");
	TCase *tc = tcase_create("unit"), *live = tcase_create("live"),
	      *host = tcase_create("host");

	tcase_add_test(tc, section);
	suite_add_tcase(s, tc);
	tcase_add_test(live, kernel_takes_the_types);
	suite_add_tcase(s, live);
	tcase_set_timeout(host, 60);
	tcase_add_test(host, libbpf_takes_them);
	tcase_add_test(host, libbpf_compares);
	suite_add_tcase(s, host);
	return s;
}
