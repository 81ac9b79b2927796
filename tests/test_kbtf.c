// SPDX-License-Identifier: MIT
/* test_kbtf.c - functions and events by name: of a made-up kernel with a module, and of this one. */
#include "kbtf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "t.h"

#define DIR    "/sys/kernel/btf"
#define MOD_FD 300000

#define INFO(kind, vlen) ((uint32_t)(kind) << 24 | (vlen))

/* A kernel whose BTF is in a folder of ours. */
struct kfiles {
	char dir[64];
	bool no_modules; /* before Linux 5.11 */
	unsigned n_open; /* fds of modules' BTF */
	int btf_err;	 /* of BTF_GET_NEXT_ID */
};

static long kfiles_bpf(struct kfiles *k, enum rawbpf_cmd cmd, union rawbpf_attr *a)
{
	static const char *const names[] = {"vmlinux", "other", "mod"};
	struct {
		uint64_t btf;
		uint32_t btf_size, id;
		uint64_t name;
		uint32_t name_len, kernel_btf;
	} info;

	switch (cmd) {
	case RAWBPF_BTF_GET_NEXT_ID:
		if (k->btf_err)
			return k->btf_err;
		if (a->get_id.id >= 30)
			return -ENOENT;
		a->get_id.next_id = a->get_id.id / 10 * 10 + 10;
		return 0;
	case RAWBPF_BTF_GET_FD_BY_ID:
		if (a->get_id.id == 20) /* unloaded meanwhile */
			return -ENOENT;
		k->n_open++;
		return MOD_FD + a->get_id.id;
	case RAWBPF_OBJ_GET_INFO_BY_FD:
		memcpy(&info, (void *)(uintptr_t)a->info.info, sizeof(info));
		snprintf((char *)(uintptr_t)info.name, info.name_len, "%s",
			names[(a->info.bpf_fd - MOD_FD) / 10 - 1]);
		info.kernel_btf = 1;
		memcpy((void *)(uintptr_t)a->info.info, &info, sizeof(info));
		return 0;
	default: return -ENOSYS;
	}
}

static long kfiles_call(void *arg, const struct rawbpf_call *c)
{
	struct kfiles *k = arg;
	struct rawbpf_call other = *c;
	char path[256];

	if (c->kind == RAWBPF_CALL_BPF)
		return kfiles_bpf(k, (enum rawbpf_cmd)c->arg[0], (union rawbpf_attr *)c->arg[1]);
	if (c->kind == RAWBPF_CALL_CLOSE && c->arg[0] >= MOD_FD) {
		k->n_open--;
		return 0;
	}
	if (c->kind == RAWBPF_CALL_OPENAT && !strncmp((const char *)c->arg[1], DIR, strlen(DIR))) {
		snprintf(path, sizeof(path), "%s%s", k->dir, (const char *)c->arg[1] + strlen(DIR));
		other.arg[1] = (uintptr_t)path;
	}
	return rawbpf_call_kernel(&other);
}

static void write_btf(const struct kfiles *k, const char *name, const uint32_t *words, size_t n,
	const char *strings, size_t n_strings)
{
	uint32_t h[6] = {0x1eb9f, 24, 0, (uint32_t)(n * 4), (uint32_t)(n * 4), (uint32_t)n_strings};
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", k->dir, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fwrite(h, sizeof(h), 1, f);
	fwrite(words, 4, n, f);
	fwrite(strings, n_strings, 1, f);
	ck_assert_int_eq(fclose(f), 0);
}

/* ids 1 to 8 and 36 bytes of strings, then those of the module */
static void kfiles_make(struct kfiles *k)
{
	static const char strings[] = "\0int\0do_it\0btf_trace_ev\0a\0size\0fn";
	enum { S_INT = 1, S_DO_IT = 5, S_EV = 11, S_A = 24, S_SIZE = 26, S_FN = 31 };
	static const uint32_t words[] = {
		S_INT, INFO(BTF_INT, 0), 4, 1 << 24 | 32,	  /* 1: int */
		0, INFO(BTF_PTR, 0), 0,				  /* 2: void * */
		0, INFO(BTF_FUNC_PROTO, 2), 1, S_A, 2, S_SIZE, 1, /* 3: int (void *a, int size) */
		S_DO_IT, INFO(BTF_FUNC, 0), 3,			  /* 4: do_it */
		0, INFO(BTF_FUNC_PROTO, 2), 0, 0, 2, 0, 1,	  /* 5: void (void *, int) */
		0, INFO(BTF_PTR, 0), 5,				  /* 6 */
		S_EV, INFO(BTF_TYPEDEF, 0), 6,			  /* 7: btf_trace_ev */
		S_FN, INFO(BTF_FUNC, 0), 3,			  /* 8: fn */
	};
	/* no NUL in front: offset 0 would be the kernel's */
	static const char mod_strings[] = "mod_fn\0count";
	static const uint32_t base = sizeof(strings);
	const uint32_t mod[] = {
		0, INFO(BTF_PTR, 0), 1,			    /* 9: int * */
		0, INFO(BTF_FUNC_PROTO, 1), 9, base + 7, 9, /* 10: int *(int *count) */
		base, INFO(BTF_FUNC, 0), 10,		    /* 11: mod_fn */
	};

	memset(k, 0, sizeof(*k));
	strcpy(k->dir, "/tmp/rawbpf-kbtf-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(k->dir));
	write_btf(k, "vmlinux", words, sizeof(words) / 4, strings, sizeof(strings));
	write_btf(k, "mod", mod, sizeof(mod) / 4, mod_strings, sizeof(mod_strings));
	write_btf(k, "broken", words, 3, mod_strings, 3);
}

static void kfiles_remove(struct kfiles *k)
{
	static const char *const names[] = {"vmlinux", "mod", "broken"};
	char path[128];
	size_t i;

	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", k->dir, names[i]);
		unlink(path);
	}
	ck_assert_int_eq(rmdir(k->dir), 0);
	ck_assert_uint_eq(k->n_open, 0);
}

START_TEST(of_the_kernel_and_a_module)
{
	int fds = t_count_fds();
	struct rawbpf b = {0};
	struct kbtf_found f;
	struct btf_param p;
	struct kfiles k;
	struct btf_type t;

	kfiles_make(&k);
	b.sys = (struct sys){.hook = kfiles_call, .arg = &k};
	ck_assert_msg(!kbtf_find(&b, NULL, RAWBPF_TRACE_FENTRY, "do_it", &f), "%s", b.error.msg);
	ck_assert_uint_eq(f.id, 4);
	ck_assert_str_eq(f.module, "");
	ck_assert(kbtf_proto(&f, &t));
	ck_assert_uint_eq(t.vlen, 2);
	btf_param(f.btf, &t, 1, &p);
	ck_assert_str_eq(p.name, "size");
	ck_assert_uint_eq(p.type, 1);

	ck_assert_int_eq(kbtf_find(&b, NULL, RAWBPF_TRACE_RAW_TP, "ev", &f), 0);
	ck_assert_uint_eq(f.id, 7);
	ck_assert(kbtf_proto(&f, &t));
	ck_assert_uint_eq(t.id, 5);

	/* the kernel itself has a module's name, which its modules are not asked for */
	ck_assert_int_eq(kbtf_find(&b, NULL, RAWBPF_TRACE_FENTRY, "vmlinux:do_it", &f), 0);
	ck_assert_uint_eq(f.id, 4);
	ck_assert_str_eq(f.module, "");
	ck_assert_int_eq(kbtf_find(&b, NULL, RAWBPF_TRACE_FEXIT, "vmlinux:mod_fn", &f), -ENOENT);
	ck_assert_ptr_nonnull(strstr(b.error.msg, "'mod_fn' in the BTF of the kernel"));
	/* bcc's names */
	ck_assert_int_eq(kbtf_find_bcc(&b, NULL, RAWBPF_TRACE_FENTRY, "vmlinux__do_it", &f), 0);
	ck_assert_uint_eq(f.id, 4);
	ck_assert_str_eq(f.module, "");
	ck_assert_int_eq(kbtf_find_bcc(&b, NULL, RAWBPF_TRACE_FEXIT, "mod__mod_fn", &f), 0);
	ck_assert_uint_eq(f.id, 11);
	ck_assert_str_eq(f.module, "mod");
	ck_assert_int_eq(
		kbtf_find_bcc(&b, NULL, RAWBPF_TRACE_FENTRY, "vmlinux__do_ti", &f), -ENOENT);
	ck_assert_ptr_nonnull(strstr(b.error.hint, "'do_it'"));
	ck_assert_int_eq(kbtf_find_bcc(&b, NULL, RAWBPF_TRACE_FENTRY, "x__y", &f), -ENOENT);
	ck_assert_ptr_nonnull(strstr(b.error.msg, "'x__y'"));

	/* with its module's name, and without */
	ck_assert_msg(
		!kbtf_find(&b, NULL, RAWBPF_TRACE_FEXIT, "mod:mod_fn", &f), "%s", b.error.msg);
	ck_assert_uint_eq(f.id, 11);
	ck_assert_str_eq(f.module, "mod");
	ck_assert_int_eq(kbtf_find(&b, NULL, RAWBPF_TRACE_FEXIT, "mod_fn", &f), 0);
	ck_assert_uint_eq(f.id, 11);
	ck_assert(kbtf_proto(&f, &t));
	btf_param(f.btf, &t, 0, &p);
	ck_assert_str_eq(p.name, "count");
	ck_assert(btf_plain(f.btf, p.type, &t)); /* the module's pointer to the kernel's int */
	ck_assert_int_eq(t.kind, BTF_PTR);
	ck_assert(btf_plain(f.btf, t.type, &t));
	ck_assert_str_eq(t.name, "int");
	ck_assert_uint_eq(btf_int_bits(f.btf, &t), 32);
	ck_assert_uint_eq(btf_n_types(f.btf), 12);

	ck_assert_int_eq(kbtf_module_fd(&b, "mod"), MOD_FD + 30);
	sys_close(&b.sys, MOD_FD + 30);
	kbtf_free(&b);
	kfiles_remove(&k);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(what_is_not_there)
{
	static const struct {
		enum rawbpf_attach_type as;
		const char *place, *msg, *hint;
	} rows[] = {
		{RAWBPF_TRACE_FENTRY, "do_ti", "no function 'do_ti' in the BTF of the kernel",
			"did you mean 'do_it'"},
		{RAWBPF_TRACE_RAW_TP, "eev", "no tracepoint 'eev'", "did you mean 'ev'"},
		{RAWBPF_TRACE_FENTRY, "mod:do_it", "no function 'do_it' in the BTF of module mod",
			NULL},
		{RAWBPF_TRACE_FENTRY, "mod:mod_fm", "no function 'mod_fm'", "'mod_fn'"},
		{RAWBPF_TRACE_FENTRY, "away:f", "module 'away' has no BTF", "5.11"},
		{RAWBPF_TRACE_FENTRY, "../x:f", "module '../x' has no BTF", "5.11"},
		{RAWBPF_TRACE_RAW_TP, "zzzzzz", "no tracepoint 'zzzzzz'", "sys_enter"},
	};
	struct rawbpf b = {0};
	struct kbtf_found f;
	struct kfiles k;
	size_t i;

	kfiles_make(&k);
	b.sys = (struct sys){.hook = kfiles_call, .arg = &k};
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_int_eq(kbtf_find(&b, NULL, rows[i].as, rows[i].place, &f), -ENOENT);
		ck_assert_msg(strstr(b.error.msg, rows[i].msg), "%s", b.error.msg);
		ck_assert_str_eq(b.error.stage, "load");
		if (rows[i].hint)
			ck_assert_msg(b.error.hint && strstr(b.error.hint, rows[i].hint), "%s: %s",
				rows[i].place, b.error.hint);
	}
	ck_assert_int_lt(kbtf_find(&b, NULL, RAWBPF_TRACE_FENTRY, "broken:f", &f), 0);
	ck_assert_int_eq(kbtf_module_fd(&b, "gone"), -ENOENT);
	ck_assert_ptr_nonnull(strstr(b.error.msg, "module 'gone'"));
	k.btf_err = -EPERM;
	ck_assert_int_eq(kbtf_module_fd(&b, "mod"), -EPERM);
	kbtf_free(&b);
	strcat(k.dir, "/none");
	ck_assert_int_eq(kbtf_find(&b, NULL, RAWBPF_TRACE_FENTRY, "do_it", &f), -ENOENT);
	ck_assert_ptr_nonnull(strstr(b.error.msg, "the kernel has no BTF"));
	ck_assert_ptr_nonnull(strstr(b.error.hint, "CONFIG_DEBUG_INFO_BTF"));
	*strrchr(k.dir, '/') = '\0';
	kbtf_free(&b);
	kfiles_remove(&k);
}
END_TEST

START_TEST(every_allocation_fails)
{
	int err, fds = t_count_fds();
	struct rawbpf b = {0};
	struct kbtf_found f;
	bool failed = true;
	struct kfiles k;
	unsigned n;

	kfiles_make(&k);
	b.sys = (struct sys){.hook = kfiles_call, .arg = &k};
	for (n = 1; failed; n++) {
		t_fail_alloc_at(n);
		err = kbtf_find(&b, NULL, RAWBPF_TRACE_FENTRY, "mod_fn", &f);
		failed = t_alloc_failed();
		ck_assert_int_eq(err, failed ? -ENOMEM : 0);
		kbtf_free(&b);
		ck_assert_int_eq(t_count_fds(), fds);
	}
	ck_assert_uint_gt(n, 5);
	kfiles_remove(&k);
}
END_TEST

START_TEST(of_this_kernel)
{
	struct rawbpf b = {0};
	const struct btf *btf;
	struct kbtf_found f;
	struct btf_param p;
	struct btf_type t;

	if (access(DIR "/vmlinux", R_OK))
		T_SKIP("no BTF of the kernel");
	ck_assert_msg(!kbtf_find(&b, NULL, RAWBPF_TRACE_FENTRY, "vfs_read", &f), "%s", b.error.msg);
	ck_assert(kbtf_proto(&f, &t));
	ck_assert_uint_eq(t.vlen, 4);
	btf_param(f.btf, &t, 2, &p);
	ck_assert_str_eq(p.name, "count");
	ck_assert_int_eq(kbtf_find(&b, NULL, RAWBPF_TRACE_RAW_TP, "sched_switch", &f), 0);
	ck_assert(kbtf_proto(&f, &t));
	ck_assert_uint_ge(t.vlen, 4);
	ck_assert_int_eq(kbtf_find(&b, NULL, RAWBPF_TRACE_RAW_TP, "sched_swich", &f), -ENOENT);
	ck_assert_ptr_nonnull(strstr(b.error.hint, "'sched_switch'"));
	ck_assert_int_eq(kbtf_find(&b, NULL, RAWBPF_TRACE_FENTRY, "vfs_raed", &f), -ENOENT);
	ck_assert_ptr_nonnull(strstr(b.error.hint, "'vfs_read'"));
	/* hooks of the security modules, for programs (27) and those of a cgroup (43) */
	ck_assert_int_eq(kbtf_find(&b, NULL, 27, "nosuchhook", &f), -ENOENT);
	ck_assert_ptr_nonnull(strstr(b.error.msg, "no hook 'nosuchhook' in the BTF of the kernel"));
	ck_assert_ptr_nonnull(strstr(b.error.hint, "bpf_lsm_NAME"));
	if (!kbtf_kernel(&b, &btf) && btf_find(btf, BTF_FUNC, "bpf_lsm_file_open")) {
		ck_assert_int_eq(kbtf_find(&b, NULL, 27, "file_open", &f), 0);
		ck_assert_uint_eq(f.id, btf_find(btf, BTF_FUNC, "bpf_lsm_file_open"));
		ck_assert_int_eq(kbtf_find(&b, NULL, 43, "socket_bind", &f), 0);
		ck_assert_int_eq(kbtf_find(&b, NULL, 27, "file_opn", &f), -ENOENT);
		ck_assert_ptr_nonnull(strstr(b.error.hint, "'file_open'"));
	}
	kbtf_free(&b);
}
END_TEST

/* libbpf's own search gives the same numbers. */
START_TEST(as_libbpf_says)
{
	static const char program[] =
		"#include <bpf/libbpf.h>\n#include <stdio.h>\n#include <stdlib.h>\n"
		"int main(int argc, char **argv)\n{\n"
		"for (int i = 1; i + 1 < argc; i += 2)\n"
		"printf(\"%d\\n\", libbpf_find_vmlinux_btf_id(argv[i + 1], atoi(argv[i])));\n"
		"return 0;\n}\n";
	static const struct {
		enum rawbpf_attach_type as;
		const char *name;
	} rows[] = {{RAWBPF_TRACE_FENTRY, "vfs_read"}, {RAWBPF_TRACE_FEXIT, "vfs_write"},
		{RAWBPF_TRACE_FENTRY, "tcp_v4_connect"}, {RAWBPF_TRACE_RAW_TP, "sched_switch"},
		{RAWBPF_TRACE_RAW_TP, "sys_enter"}, {RAWBPF_MODIFY_RETURN, "bpf_fentry_test1"}};
	char dir[] = "/tmp/rawbpf-kbtf-XXXXXX", args[512] = "", *out, *p;
	struct rawbpf b = {0};
	struct kbtf_found f;
	size_t i;
	int err;

	if (access(DIR "/vmlinux", R_OK))
		T_SKIP("no BTF of the kernel");
	if (t_run(NULL, "echo 'int main(void) { return 0; }' |"
			"cc -include bpf/libbpf.h -x c - -o /tmp/rawbpf-kbtf-$$ -lbpf 2>/dev/null;"
			"s=$?; rm -f /tmp/rawbpf-kbtf-$$; exit $s"))
		T_SKIP("no C compiler or no libbpf to ask");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		snprintf(args + strlen(args), sizeof(args) - strlen(args), " %d %s", rows[i].as,
			rows[i].name);
	err = t_run(&out,
		"cd %s && printf '%%s' '%s' >a.c && cc -o a a.c -lbpf 2>&1 && ./a%s; s=$?;"
		"cd /; rm -r %s; exit $s",
		dir, program, args, dir);
	ck_assert_msg(!err, "%s", out);
	for (i = 0, p = out; i < sizeof(rows) / sizeof(*rows); i++, p = strchr(p, '\n') + 1) {
		ck_assert_msg(
			!kbtf_find(&b, NULL, rows[i].as, rows[i].name, &f), "%s", b.error.msg);
		ck_assert_msg(
			(uint32_t)atoi(p) == f.id, "%s: %u, not %d", rows[i].name, f.id, atoi(p));
	}
	free(out);
	kbtf_free(&b);
}
END_TEST

Suite *suite_kbtf(void);
Suite *suite_kbtf(void)
{
	Suite *s = suite_create("kbtf");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, of_the_kernel_and_a_module);
	tcase_add_test(t, what_is_not_there);
	tcase_add_test(t, every_allocation_fails);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_add_test(t, of_this_kernel);
	suite_add_tcase(s, t);
	t = tcase_create("host");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, as_libbpf_says);
	suite_add_tcase(s, t);
	return s;
}
