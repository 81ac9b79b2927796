// SPDX-License-Identifier: MIT
/* test_resolveparam.c - arguments and return values by name: places, widths, signs. */
#include "resolveparam.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kbtf.h"
#include "resolve.h"
#include "t.h"

/* Of the running kernel's BTF: vfs_read(file, buf, count, pos) and others that are as old as BPF. */
START_TEST(params)
{
	static const struct {
		const char *section, *name;
		uint64_t offset, size;
		bool is_signed;
	} rows[] = {
		{"fentry/vfs_read", "arg3", 16, 8, false},
		{"fexit.s/vfs_read", "count", 16, 8, false},
		{"fexit/vfs_read", "retval", 32, 8, true},
		{"fmod_ret/bpf_fentry_test2", "a", 0, 4, true},
		{"fexit/bpf_fentry_test2", "retval", 16, 4, true},
		{"tp_btf/sched_switch", "arg1", 0, 1, false},
		{"tp_btf/sched_switch", "arg2", 8, 8, false},
	};
	static const struct {
		const char *section, *name, *msg;
		int err;
	} bad[] = {
		{"fentry/vfs_read", "arg5", "'vfs_read' has 4 parameters, no 'arg5'", -ERANGE},
		{"fentry/vfs_read", "cuont",
			"'vfs_read' has no parameter 'cuont'; did you mean 'count'?", -ENOENT},
		{"fentry/vfs_read", "retval",
			"the entry of 'vfs_read' has no 'retval'; programs of section 'fexit' do",
			-EINVAL},
		{"fexit/schedule", "retval", "function 'schedule' returns nothing", -EINVAL},
		{"raw_tp/x", "arg1", "section 'raw_tp/x' says no types", -EOPNOTSUPP},
	};
	struct bpfasm_resolver r;
	struct rawbpf b = {0};
	struct bpfasm_field f;
	char msg[384];
	size_t i;

	if (access("/sys/kernel/btf/vmlinux", R_OK))
		T_SKIP("no BTF of the kernel");
	ck_assert_int_eq(rawbpf_resolver(&b, NULL, &r), 0);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_msg(!r.param(r.arg, rows[i].section, rows[i].name, &f, msg, sizeof(msg)),
			"%s", msg);
		ck_assert_uint_eq(f.offset, rows[i].offset);
		ck_assert_uint_eq(f.size, rows[i].size);
		ck_assert_int_eq(f.is_signed, rows[i].is_signed);
	}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		ck_assert_int_eq(r.param(r.arg, bad[i].section, bad[i].name, &f, msg, sizeof(msg)),
			bad[i].err);
		ck_assert_str_eq(msg, bad[i].msg);
	}
	ck_assert_int_eq(r.param(r.arg, "fexit/vfs_raed", "retval", &f, msg, sizeof(msg)), -ENOENT);
	ck_assert_msg(
		strstr(msg, "no function 'vfs_raed'") && strstr(msg, "'vfs_read'"), "%s", msg);
	ck_assert_int_eq(b.error.err, 0);
	resolve_free(&b);
	kbtf_free(&b);
}
END_TEST

/* A struct by value takes two words, "..." none; a big-endian CPU's words are whole. */
START_TEST(made_up_function)
{
	enum { S_F = 1, S_A = 3, S_S = 5, S_B = 7, S_INT = 9, S_G = 13 };
	static const char strings[] = "\0f\0a\0s\0b\0int\0g";
	static const struct {
		uint32_t header[6], words[44];
		char strings[sizeof(strings)];
	} raw = {{0x1eb9f, 24, 0, 44 * 4, 44 * 4, sizeof(strings)},
		{
			S_INT, 1u << 24, 4, 1u << 24 | 32,	  /* 1: int */
			S_S, 4u << 24 | 2, 16, 0, 4, 0, 0, 4, 64, /* 2: struct s of 16 bytes */
			0, 13u << 24 | 4, 1,			  /* 3: int (int a, */
			S_A, 1, S_S, 2, S_B, 4, 0, 0,		  /* struct s s, void *b, ...) */
			0, 2u << 24, 0,				  /* 4: void * */
			S_F, 12u << 24, 3,			  /* 5: f */
			0, 13u << 24 | 1, 0, S_A, 1,		  /* 6: void (int a) */
			S_G, 12u << 24, 6,			  /* 7: g */
			S_A, 8u << 24, 1, 0, 9u << 24, 1,	  /* 8, 9: not used */
		},
		"\0f\0a\0s\0b\0int\0g"};
	static const struct {
		const char *section, *name;
		int err;
		uint64_t offset, size;
	} rows[] = {
		{"fexit/f", "arg1", 0, 0, 4},
		{"fexit/f", "arg2", 0, 8, 8},
		{"fexit/f", "b", 0, 24, 8},
		{"fexit/f", "retval", 0, 32, 4},
		{"fexit/f", "arg4", -ERANGE, 0, 0},
		{"fexit/g", "retval", -EINVAL, 0, 0},
		{"fexit/g", "b", -ENOENT, 0, 0},
		{"fexit/h", "arg1", -ENOENT, 0, 0},
		{"fexit", "arg1", -EOPNOTSUPP, 0, 0},
		{"kprobe/f", "arg1", -EOPNOTSUPP, 0, 0},
	};
	struct rawbpf b = {0};
	struct bpfasm_field f;
	struct btf *btf;
	char msg[200];
	size_t i;

	ck_assert_msg(!btf_view(&raw, sizeof(raw.header) + sizeof(raw.words) + sizeof(strings),
			      &btf, &b.error),
		"%s", b.error.msg);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		*msg = '\0';
		ck_assert_int_eq(resolveparam_find(&b, btf, false, rows[i].section, rows[i].name,
					 &f, msg, sizeof(msg)),
			rows[i].err);
		ck_assert(!rows[i].err || *msg || b.error.err == rows[i].err);
		if (rows[i].err)
			continue;
		ck_assert_uint_eq(f.offset, rows[i].offset);
		ck_assert_uint_eq(f.size, rows[i].size);
	}
	ck_assert_int_eq(
		resolveparam_find(&b, btf, true, "fexit/f", "retval", &f, msg, sizeof(msg)), 0);
	ck_assert_uint_eq(f.size, 8);
	btf_free(btf);
}
END_TEST

Suite *suite_resolveparam(void);
Suite *suite_resolveparam(void)
{
	Suite *s = suite_create("resolveparam");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, made_up_function);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_add_test(t, params);
	suite_add_tcase(s, t);
	return s;
}
