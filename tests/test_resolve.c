// SPDX-License-Identifier: MIT
/* test_resolve.c - the assembler's questions: tracepoint fields and registers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpfasm.h"
#include "kbtf.h"
#include "resolve.h"
#include "t.h"
#include "tracefs.h"

/* A kernel whose format file of any event is made up. */
struct fake_format {
	const char *text;
	size_t at;
	int n_opens, fd, err;
};

static long fake_format_call(void *arg, const struct rawbpf_call *c)
{
	struct fake_format *f = arg;
	const char *path = (const char *)c->arg[1];
	size_t n;

	if (c->kind == RAWBPF_CALL_OPENAT && strstr(path, "/format")) {
		f->n_opens++;
		f->at = 0;
		return f->err ? f->err : 1000;
	}
	if (c->kind == RAWBPF_CALL_CLOSE && c->arg[0] == 1000)
		return 0;
	if (c->kind == RAWBPF_CALL_READ && c->arg[0] == 1000) {
		n = strlen(f->text + f->at);
		n = n < c->arg[2] ? n : c->arg[2];
		memcpy((void *)c->arg[1], f->text + f->at, n);
		f->at += n;
		return (long)n;
	}
	return rawbpf_call_kernel(c);
}

static const char made_up[] =
	"name: made_up\nID: 7\nformat:\n"
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"
	"\tfield:int common_preempt_lazy_count;\toffset:8;\tsize:4;\tsigned:1;\n\n"
	"\tfield:int dfd;\toffset:16;\tsize:8;\tsigned:0;\n"
	"\tfield:const char * filename;\toffset:24;\tsize:8;\tsigned:0;\n"
	"\tfield:s16 small;\toffset:32;\tsize:2;\tsigned:1;\n"
	"\tfield:char comm[TASK_COMM_LEN];\toffset:34;\tsize:16;\tsigned:0;\n"
	"\tfield:__data_loc char[] name;\toffset:52;\tsize:4;\tsigned:1;\n"
	"\tfield:__rel_loc char[] rel;\toffset:56;\tsize:4;\tsigned:0;\n\nprint fmt: \"\"\n";

START_TEST(fields)
{
	static const struct {
		const char *name;
		struct bpfasm_field f;
	} rows[] = {
		{"dfd", {16, 8, false, BPFASM_FIELD_PLAIN}},
		{"filename", {24, 8, false, BPFASM_FIELD_PLAIN}},
		{"small", {32, 2, true, BPFASM_FIELD_PLAIN}},
		{"comm", {34, 16, false, BPFASM_FIELD_BYTES}},
		{"name", {52, 4, true, BPFASM_FIELD_DATA_LOC}},
		{"rel", {56, 4, false, BPFASM_FIELD_REL_LOC}},
		{"common_preempt_lazy_count", {8, 4, true, BPFASM_FIELD_PLAIN}},
	};
	struct fake_format f = {.text = made_up};
	struct bpfasm_resolver r;
	struct rawbpf b = {0};
	char msg[256];
	size_t i;

	T_NEED_ROOT();
	b.sys.hook = fake_format_call;
	b.sys.arg = &f;
	ck_assert_int_eq(rawbpf_resolver(&b, NULL, &r), 0);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct bpfasm_field g = {0};

		ck_assert_int_eq(r.tracepoint_field(
					 r.arg, "a", "made_up", rows[i].name, &g, msg, sizeof(msg)),
			0);
		ck_assert_uint_eq(g.offset, rows[i].f.offset);
		ck_assert_uint_eq(g.size, rows[i].f.size);
		ck_assert_int_eq(g.is_signed, rows[i].f.is_signed);
		ck_assert_int_eq(g.kind, rows[i].f.kind);
	}
	ck_assert_int_eq(f.n_opens, 1);
	resolve_free(&b);
	tracefs_free(&b);
}
END_TEST

START_TEST(bad_fields)
{
	static const struct {
		const char *category, *name, *msg;
		int err;
	} rows[] = {
		{"a", "filenam",
			"tracepoint a:made_up has no field 'filenam'; did you mean 'filename'?",
			-ENOENT},
		{"a", "xyzzyxyzzy", "tracepoint a:made_up has no field 'xyzzyxyzzy'", -ENOENT},
		{"a", "common_pid",
			"field 'common_pid' of tracepoint a:made_up is not passed to programs; "
			"use bpf_get_current_pid_tgid()",
			-EINVAL},
		{"syscalls", "name",
			"field 'name' of tracepoint syscalls:made_up is not passed to programs",
			-EINVAL},
	};
	struct fake_format f = {.text = made_up};
	struct bpfasm_resolver r;
	struct bpfasm_field g;
	struct rawbpf b = {0};
	char msg[256];
	size_t i;

	T_NEED_ROOT();
	b.sys.hook = fake_format_call;
	b.sys.arg = &f;
	ck_assert_int_eq(rawbpf_resolver(&b, NULL, &r), 0);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_int_eq(r.tracepoint_field(r.arg, rows[i].category, "made_up",
					 rows[i].name, &g, msg, sizeof(msg)),
			rows[i].err);
		ck_assert_str_eq(msg, rows[i].msg);
	}
	resolve_free(&b);
	tracefs_free(&b);
}
END_TEST

START_TEST(bad_events)
{
	struct fake_format f = {.err = -EACCES};
	int fds = t_count_fds();
	struct bpfasm_resolver r;
	struct bpfasm_field g;
	struct rawbpf b = {0};
	char msg[256], tiny[8];

	T_NEED_ROOT();
	ck_assert_int_eq(rawbpf_resolver(&b, NULL, &r), 0);
	ck_assert_int_eq(
		r.tracepoint_field(r.arg, "sched", "sched_swich", "x", &g, msg, sizeof(msg)),
		-ENOENT);
	ck_assert_str_eq(msg, "no tracepoint 'sched:sched_swich'; did you mean 'sched_switch'?");
	ck_assert_int_eq(
		r.tracepoint_field(r.arg, "sched", "sched_swich", "x", &g, tiny, sizeof(tiny)),
		-ENOENT);
	ck_assert_str_eq(tiny, "no trac");
	b.sys.hook = fake_format_call;
	b.sys.arg = &f;
	ck_assert_int_eq(r.tracepoint_field(r.arg, "a", "b", "x", &g, msg, sizeof(msg)), -EACCES);
	ck_assert_int_eq(r.tracepoint_field(r.arg, "a", "b", "y", &g, msg, sizeof(msg)), -EACCES);
	ck_assert_int_eq(f.n_opens, 1);
	f.err = 0;
	f.text = "\tfield:int a;\n";
	ck_assert_int_eq(r.tracepoint_field(r.arg, "a", "c", "x", &g, msg, sizeof(msg)), -EINVAL);
	ck_assert_str_eq(msg, "line 1 of the format is damaged");
	resolve_free(&b);
	tracefs_free(&b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(running_kernel)
{
	struct bpfasm_resolver r;
	struct bpfasm_field g;
	struct rawbpf b = {0};
	char msg[256];

	T_NEED_ROOT();
	ck_assert_int_eq(rawbpf_resolver(&b, NULL, &r), 0);
	ck_assert_msg(!r.tracepoint_field(
			      r.arg, "sched", "sched_switch", "next_pid", &g, msg, sizeof(msg)),
		"%s", msg);
	ck_assert_uint_eq(g.size, 4);
	ck_assert(g.is_signed);
	resolve_free(&b);
	tracefs_free(&b);
}
END_TEST

START_TEST(registers)
{
	struct bpfasm_resolver r, arm;
	struct bpfasm_field g;
	struct rawbpf b = {0};
	char msg[256];

	ck_assert_int_eq(rawbpf_resolver(NULL, NULL, &r), -ENOMEM);
	ck_assert_int_eq(rawbpf_resolver(&b, "vax", &r), -EINVAL);
	ck_assert_str_eq(b.error.msg, "unknown CPU 'vax': EINVAL");
	ck_assert_int_eq(rawbpf_resolver(&b, "x86_64", &r), 0);
	ck_assert_int_eq(rawbpf_resolver(&b, "arm", &arm), 0);
	ck_assert_uint_eq(r.sz, sizeof(r));
	ck_assert_int_eq(r.reg(r.arg, "retval", &g, msg, sizeof(msg)), 0);
	ck_assert_uint_eq(g.offset, 80);
	ck_assert_uint_eq(g.size, 8);
	ck_assert_int_eq(arm.reg(arm.arg, "arg2", &g, msg, sizeof(msg)), 0);
	ck_assert_uint_eq(g.offset, 4);
	ck_assert_uint_eq(g.size, 4);
	ck_assert_int_eq(arm.reg(arm.arg, "arg5", &g, msg, sizeof(msg)), -ERANGE);
	ck_assert_str_eq(msg, "arm passes 'arg5' on the stack, not in a register");
	ck_assert_int_eq(r.reg(r.arg, "orig_a", &g, msg, sizeof(msg)), -ENOENT);
	ck_assert_msg(
		strstr(msg, "x86_64 has no register 'orig_a'; did you mean 'orig_ax'"), "%s", msg);
	resolve_free(&b);
	resolve_free(&b);
}
END_TEST

START_TEST(every_allocation_fails)
{
	struct fake_format f = {.text = made_up};
	int err, fds = t_count_fds();
	struct bpfasm_resolver r;
	struct bpfasm_field g;
	unsigned n, failures = 0;
	bool failed = true;
	char msg[256];

	T_NEED_ROOT();
	for (n = 1; failed; n++) {
		struct rawbpf b = {.sys = {.hook = fake_format_call, .arg = &f}};

		t_fail_alloc_at(n);
		err = rawbpf_resolver(&b, "x86_64", &r);
		if (!err)
			err = r.tracepoint_field(
				r.arg, "a", "made_up", "dfd", &g, msg, sizeof(msg));
		failed = t_alloc_failed();
		ck_assert_int_eq(err, failed ? -ENOMEM : 0);
		failures += failed;
		resolve_free(&b);
		tracefs_free(&b);
		ck_assert_int_eq(t_count_fds(), fds);
	}
	ck_assert_uint_ge(failures, 5);
}
END_TEST

/* A kernel without BTF; opens are counted. */
static long no_btf_call(void *arg, const struct rawbpf_call *c)
{
	if (c->kind == RAWBPF_CALL_OPENAT && strstr((const char *)c->arg[1], "/btf/vmlinux")) {
		++*(int *)arg;
		return -ENOENT;
	}
	return rawbpf_call_kernel(c);
}

START_TEST(records)
{
	static const char text[] =
		".struct rec\na: u16\n.end\n.map m hash(rec, u16)\n.prog p \"socket\"\nreturn 0\n";
	char path[] = "/tmp/rawbpf-resolve-XXXXXX", msg[400];
	struct bpfasm_opts o = {.sz = sizeof(o)};
	struct rawbpf *b = rawbpf_new();
	struct bpfasm_resolver r;
	struct bpfasm_field f;
	struct bpfasm_out out;
	int opens = 0, i, fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	rawbpf_set_hook(b, no_btf_call, &opens);
	ck_assert_int_eq(rawbpf_resolver(b, NULL, &r), 0);
	ck_assert_int_eq(opens, 0);
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(r.type_field(r.arg, "rec.a", &f, msg, sizeof(msg)), -ENOENT);
		ck_assert_ptr_nonnull(strstr(msg, "'/sys/kernel/btf/vmlinux' cannot be read"));
	}
	ck_assert_int_le(opens, 2); /* mapped, then read: once */
	o.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	ck_assert_int_eq(bpfasm_assemble(text, strlen(text), &o, &out), 0);
	ck_assert_int_eq(write(fd, out.data, out.len), (ssize_t)out.len);
	close(fd);
	bpfasm_free(&out);
	ck_assert_int_eq(rawbpf_resolver_btf(b, path), 0);
	unlink(path);
	ck_assert_int_eq(r.type_field(r.arg, "rec.a", &f, msg, sizeof(msg)), 0);
	ck_assert(f.size == 2 && !f.is_signed && f.kind == BPFASM_FIELD_PLAIN);
	/* a file that is not there leaves all as it was */
	ck_assert_int_eq(rawbpf_resolver_btf(b, "/nonexistent"), -ENOENT);
	ck_assert_int_eq(r.type_field(r.arg, "rec.a", &f, msg, sizeof(msg)), 0);
	ck_assert_int_eq(rawbpf_resolver_btf(b, NULL), 0);
	ck_assert_int_eq(r.type_field(r.arg, "rec.a", &f, msg, sizeof(msg)), -ENOENT);
	ck_assert_int_eq(rawbpf_resolver_btf(NULL, NULL), -ENOMEM);
	rawbpf_free(b);
}
END_TEST

Suite *suite_resolve(void);
Suite *suite_resolve(void)
{
	Suite *s = suite_create("resolve");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, records);
	tcase_add_test(t, registers);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_add_test(t, fields);
	tcase_add_test(t, bad_fields);
	tcase_add_test(t, bad_events);
	tcase_add_test(t, running_kernel);
	tcase_add_test(t, every_allocation_fails);
	suite_add_tcase(s, t);
	return s;
}
