// SPDX-License-Identifier: MIT
/* tasm.c - a made-up target for the assembler, and comparisons of what it makes. */
#include "tasm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"

static const struct {
	const char *name;
	struct bpfasm_field field;
} event_fields[] = {
	{"id", {8, 4, false, BPFASM_FIELD_PLAIN}},
	{"code", {12, 2, true, BPFASM_FIELD_PLAIN}},
	{"name", {16, 16, false, BPFASM_FIELD_BYTES}},
	{"path", {32, 4, false, BPFASM_FIELD_DATA_LOC}},
	{"rel", {36, 4, false, BPFASM_FIELD_REL_LOC}},
	{"when", {40, 8, false, BPFASM_FIELD_PLAIN}},
	{"far", {40000, 8, false, BPFASM_FIELD_PLAIN}},
	{"odd", {48, 3, false, BPFASM_FIELD_PLAIN}},
};

static int target_event(void *arg, const char *category, const char *event, const char *field,
	struct bpfasm_field *f, char *msg, size_t msg_len)
{
	size_t i;

	(void)arg;
	if (strcmp(category, "t") != 0 || strcmp(event, "ev") != 0) {
		snprintf(msg, msg_len, "no tracepoint %s:%s", category, event);
		return -ENOENT;
	}
	for (i = 0; i < sizeof(event_fields) / sizeof(event_fields[0]); i++) {
		if (strcmp(event_fields[i].name, field) != 0)
			continue;
		*f = event_fields[i].field;
		return 0;
	}
	snprintf(msg, msg_len, "tracepoint t:ev has no field '%s'; did you mean 'name'?", field);
	return -ENOENT;
}

static int target_reg(
	void *arg, const char *name, struct bpfasm_field *f, char *msg, size_t msg_len)
{
	static const struct {
		const char *name;
		unsigned offset;
	} regs[] = {{"arg1", 112}, {"arg2", 104}, {"arg3", 96}, {"retval", 80}, {"ax", 80}};
	size_t i;

	(void)arg;
	for (i = 0; i < sizeof(regs) / sizeof(regs[0]); i++) {
		if (strcmp(regs[i].name, name) != 0)
			continue;
		f->offset = regs[i].offset;
		f->size = 8;
		return 0;
	}
	snprintf(msg, msg_len, "no register '%s' in pt_regs", name);
	return -ENOENT;
}

static int target_type(
	void *arg, const char *path, struct bpfasm_field *f, char *msg, size_t msg_len)
{
	static const struct bpfasm_field tgid = {1000, 4, true, BPFASM_FIELD_PLAIN};
	static const struct bpfasm_field comm = {1008, 16, false, BPFASM_FIELD_BYTES};
	static const struct bpfasm_field task = {0, 9000, false, BPFASM_FIELD_BYTES};

	(void)arg;
	if (!strcmp(path, "task_struct.tgid"))
		*f = tgid;
	else if (!strcmp(path, "task_struct.comm"))
		*f = comm;
	else if (!strcmp(path, "task_struct"))
		*f = task;
	else
		return snprintf(msg, msg_len, "no type '%s' in the kernel's BTF", path), -ENOENT;
	return 0;
}

const struct bpfasm_resolver tasm_target = {
	.sz = sizeof(tasm_target),
	.tracepoint_field = target_event,
	.reg = target_reg,
	.type_field = target_type,
};

#define STEP(k, t, label, of_type) \
	.kind = BPFASM_STEP_##k, .type = BPFASM_TYPE_##t, .name = label, .type_name = of_type
#define REC                                                  \
	{                                                    \
		STEP(TYPE, STRUCT, "rec", "rec"), .size = 64 \
	}
#define MEMBER(label, t, of_type, sign, width, at, bytes)                          \
	{                                                                          \
		STEP(MEMBER, t, label, of_type), .is_signed = sign, .bits = width, \
						 .bit_offset = at, .size = bytes   \
	}
#define ARR(label, at, bytes, each)                                                               \
	{                                                                                         \
		STEP(MEMBER, ARRAY, label, ""), .bit_offset = at, .size = bytes,                  \
						.n = (bytes) / (each), .of_size = each, .dims = 1 \
	}
#define ELEMENT(of_type, bytes, i)                                         \
	{                                                                  \
		STEP(ELEMENT, INT, "", of_type), .size = bytes, .value = i \
	}
#define ENUM(label)                                                          \
	{                                                                    \
		STEP(TYPE, ENUM, label, label), .is_signed = true, .size = 4 \
	}
#define ENUM64(label)                                      \
	{                                                  \
		STEP(TYPE, ENUM, label, label), .size = 8, \
	}
#define VALUE64(of, label, v)                                                   \
	{                                                                       \
		STEP(VALUE, ENUM, label, of), .size = 8, .value = (uint64_t)(v) \
	}
#define VALUE(of, label, v)                                                                        \
	{                                                                                          \
		STEP(VALUE, ENUM, label, of), .is_signed = true, .size = 4, .value = (uint64_t)(v) \
	}
#define P MEMBER("p", PTR, "", false, 0, 64, 8)
#define A MEMBER("a", INT, "int", true, 0, 32, 4)

static const struct {
	const char *path;
	int n;
	struct bpfasm_step steps[6];
} type_paths[] = {
	{"rec", 1, {REC}},
	{"rec.a", 2, {REC, A}},
	{"rec.p", 2, {REC, P}},
	{"rec.p.a", 4, {REC, P, REC, A}},
	{"rec.p.p.a", 6, {REC, P, REC, P, REC, A}},
	{"rec.arr", 2, {REC, ARR("arr", 128, 8, 2)}},
	{"rec.arr[2]", 3, {REC, ARR("arr", 128, 8, 2), ELEMENT("unsigned short", 2, 2)}},
	{"rec.sub.in", 3,
		{REC, MEMBER("sub", STRUCT, "", false, 0, 192, 1),
			MEMBER("in", INT, "unsigned char", false, 0, 0, 1)}},
	{"rec.bit", 2, {REC, MEMBER("bit", INT, "unsigned int", false, 3, 261, 4)}},
	{"rec.neg", 2, {REC, MEMBER("neg", INT, "int", true, 2, 287, 4)}},
	{"rec.p.bit", 4, {REC, P, REC, MEMBER("bit", INT, "unsigned int", false, 3, 261, 4)}},
	{"rec.name", 2, {REC, ARR("name", 320, 16, 1)}},
	{"rec.far", 2, {REC, MEMBER("far", INT, "int", true, 0, 8 * 40000, 4)}},
	{"colour.BLUE", 2, {ENUM("colour"), VALUE("colour", "BLUE", -2)}},
	{".RED", 2, {ENUM("colour"), VALUE("colour", "RED", 1)}},
	{".BIG", 2, {ENUM64("wide"), VALUE64("wide", "BIG", 1LL << 40)}},
	{".MASK", 2, {ENUM64("wide"), VALUE64("wide", "MASK", 0xffffffff00000000)}},
	{".HIGH", 2, {ENUM("colour"), VALUE("colour", "HIGH", 0xf0000000)}},
	{".FREE", 2, {ENUM(""), VALUE("", "FREE", 7)}},
};

static int types_path(
	void *arg, const char *path, struct bpfasm_step *steps, char *msg, size_t msg_len)
{
	size_t i;

	(void)arg;
	for (i = 0; i < sizeof(type_paths) / sizeof(type_paths[0]); i++) {
		if (strcmp(type_paths[i].path, path) != 0)
			continue;
		memcpy(steps, type_paths[i].steps, (size_t)type_paths[i].n * sizeof(*steps));
		return type_paths[i].n;
	}
	return snprintf(msg, msg_len, "no type '%s' in the kernel's BTF%s", path,
		       !strcmp(path, ".BIGG") ? "; did you mean 'BIG', 'BLUE'?" : ""),
	       -ENOENT;
}

const struct bpfasm_resolver tasm_types = {.sz = sizeof(tasm_types), .type_path = types_path};

struct bpfasm_opts tasm_opts(unsigned format)
{
	struct bpfasm_opts o = {
		.sz = sizeof(o), .name = "t", .resolver = &tasm_target, .format = format};

	return o;
}

char *tasm_hex(const unsigned char *data, size_t len)
{
	char *text = malloc(len * 2 + len / 8 + 1), *p = text;
	size_t i;

	ck_assert_ptr_nonnull(text);
	for (i = 0; i < len; i++)
		p += sprintf(p, "%s%02x", i && !(i % 8) ? " " : "", data[i]);
	*p = '\0';
	return text;
}

void tasm_is_opts(const char *text, const char *hex, const struct bpfasm_opts *o)
{
	struct bpfasm_out out;
	int err = bpfasm_assemble(text, strlen(text), o, &out);
	char *got;

	if (err || out.diag)
		ck_abort_msg("'%s': %d, %s", text, err, out.diag ? out.diag : "no message");
	got = tasm_hex(out.data, out.len);
	if (strcmp(got, hex) != 0)
		ck_abort_msg("'%s' is %s, not %s", text, got, hex);
	free(got);
	bpfasm_free(&out);
}

void tasm_is(const char *text, const char *hex)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);

	tasm_is_opts(text, hex, &o);
}

static void tasm_message(const char *text, const char *want, bool fails)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);
	struct bpfasm_out out;
	int err = bpfasm_assemble(text, strlen(text), &o, &out);

	ck_assert_msg(err == (fails ? -EINVAL : 0), "'%s': %d, %s", text, err,
		out.diag ? out.diag : "no message");
	ck_assert_msg(!out.n_errors == !fails, "'%s': %u errors", text, out.n_errors);
	ck_assert_msg(!out.data == fails, "'%s': there is output", text);
	if (want)
		ck_assert_msg(out.diag && strstr(out.diag, want), "'%s' gives '%s', not '%s'", text,
			out.diag ? out.diag : "", want);
	else
		ck_assert_msg(!out.diag, "'%s' gives '%s'", text, out.diag);
	bpfasm_free(&out);
}

void tasm_fails(const char *text, const char *want)
{
	tasm_message(text, want, true);
}

void tasm_lines_fail(const char *head, const char *const (*bad)[2], size_t n)
{
	char text[512];
	size_t i;

	for (i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s%s\nexit\n", head, bad[i][0]);
		tasm_fails(text, bad[i][1]);
	}
}

void tasm_warns(const char *text, const char *want)
{
	tasm_message(text, want, false);
}

void tasm_passes(const char *text)
{
	tasm_message(text, NULL, false);
}

void tasm_every_alloc(const char *text, const struct bpfasm_opts *o, unsigned least)
{
	unsigned n, failures = 0;
	struct bpfasm_out out;
	bool failed = true;
	int err;

	for (n = 1; failed; n++) {
		t_fail_alloc_at(n);
		err = bpfasm_assemble(text, strlen(text), o, &out);
		failed = t_alloc_failed();
		ck_assert_int_eq(err, failed ? -ENOMEM : 0);
		ck_assert(!out.data == failed);
		failures += failed;
		bpfasm_free(&out);
	}
	ck_assert_uint_ge(failures, least);
}
