/* SPDX-License-Identifier: MIT */
/* target.h - targets for the assembler that know every name but those with a 'z'. */
#ifndef TARGET_H
#define TARGET_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpfasm.h"

enum target_kind {
	TARGET_STEPS,  /* names of types by their steps */
	TARGET_FIELDS, /* by their offset and size; an old kernel, arguments in memory */
	TARGET_NONE,
	TARGET_KINDS,
};

struct target {
	enum target_kind kind;
	bool core, big_endian;
	struct bpfasm_resolver ask;
	char names[16384]; /* of the steps that were asked for */
	size_t used;
};

/* Names differ in place and shape. */
static inline int target_field(const char *name, struct bpfasm_field *f, char *msg, size_t msg_len)
{
	size_t len = strlen(name);

	if (strchr(name, 'z')) {
		snprintf(msg, msg_len, "no '%s' here", name);
		return -ENOENT;
	}
	f->kind = (enum bpfasm_field_kind)(len & 3);
	f->size = f->kind >= BPFASM_FIELD_DATA_LOC ? 4 : 1U << (len >> 2 & 3);
	f->offset = 8 * (len & 15);
	f->is_signed = name[0] & 1;
	return 0;
}

static inline int target_tracepoint(void *arg, const char *category, const char *event,
	const char *field, struct bpfasm_field *f, char *msg, size_t msg_len)
{
	(void)arg;
	(void)category;
	(void)event;
	return target_field(field, f, msg, msg_len);
}

static inline int target_reg(
	void *arg, const char *name, struct bpfasm_field *f, char *msg, size_t msg_len)
{
	int err = target_field(name, f, msg, msg_len);

	(void)arg;
	f->size = 8;
	f->kind = BPFASM_FIELD_PLAIN;
	return err;
}

static inline int target_type(
	void *arg, const char *path, struct bpfasm_field *f, char *msg, size_t msg_len)
{
	int err = target_field(path, f, msg, msg_len);

	(void)arg;
	f->kind = f->size < 3 ? BPFASM_FIELD_PLAIN : BPFASM_FIELD_BYTES;
	return err;
}

static inline int target_param(void *arg, const char *section, const char *name,
	struct bpfasm_field *f, char *msg, size_t msg_len)
{
	(void)section;
	return target_reg(arg, name, f, msg, msg_len);
}

/* System calls have theirs behind a pointer, uprobes on the stack. */
static inline int target_argument(
	void *arg, const struct bpfasm_arg_of *of, struct bpfasm_arg *a, char *msg, size_t msg_len)
{
	(void)arg;
	(void)msg;
	(void)msg_len;
	*a = (struct bpfasm_arg){.pointer = 112, .pointer_size = 8, .offset = 8 * of->n, .size = 8};
	if (!strncmp(of->section, "ksyscall/", 9))
		return 1;
	a->user = true;
	a->pointer_size = a->size = 4;
	return !strncmp(of->section, "uprobe/", 7);
}

/* ---- steps ---------------------------------------------------------------------------------- */

/* A name of the path, with a NUL, until the text is assembled; "": no room. */
static inline const char *target_name(struct target *t, const char *s, size_t len)
{
	char *copy = t->names + t->used;

	if (len >= sizeof(t->names) - t->used)
		return "";
	memcpy(copy, s, len);
	copy[len] = '\0';
	t->used += len + 1;
	return copy;
}

/* What a member of that name is: its letters say it, so that short names are of all kinds. */
static inline void target_shape(struct bpfasm_step *s, const char *name, size_t len, bool last)
{
	static const enum bpfasm_type ends[] = {BPFASM_TYPE_INT, BPFASM_TYPE_INT, BPFASM_TYPE_INT,
		BPFASM_TYPE_PTR, BPFASM_TYPE_ARRAY, BPFASM_TYPE_ENUM, BPFASM_TYPE_UNION,
		BPFASM_TYPE_FLOAT};
	unsigned c = (unsigned char)name[0] + (unsigned char)name[len - 1] * 3u;

	s->type = last ? ends[c & 7] : c & 1 ? BPFASM_TYPE_PTR : BPFASM_TYPE_STRUCT;
	s->size = s->type == BPFASM_TYPE_PTR ? 8 : 1U << (c >> 3 & 3);
	s->is_signed = c & 4;
	s->bit_offset = 8 * s->size * (c & 63);
	if (s->type == BPFASM_TYPE_INT && (c & 7) == 2) {
		s->bits = 1 + (c >> 5) % (8 * (uint32_t)s->size);
		s->bit_offset = c & 255;
	}
	if (s->type != BPFASM_TYPE_ARRAY)
		return;
	s->of = BPFASM_TYPE_INT;
	s->of_size = s->size;
	s->n = 1 + (c & 15);
	s->size *= s->n;
	s->dims = 1;
}

/* TYPE.member.member[1].member: *path is moved behind the step. */
static inline bool target_step(struct target *t, const char **path, struct bpfasm_step *s)
{
	const char *p = *path + (**path == '.');
	size_t len = strcspn(p, ".[");
	bool array = p[len] == '[', last = !p[len];

	if (!len)
		return false;
	s->kind = BPFASM_STEP_MEMBER;
	s->name = target_name(t, p, len);
	s->type_name = len & 1 ? "" : s->name;
	target_shape(s, p, len, last);
	if (array) {
		s->type = BPFASM_TYPE_ARRAY;
		s->size = 64;
		s->n = 16;
		s->of = BPFASM_TYPE_INT;
		s->of_size = 4;
		s->dims = 1;
		s->bits = 0;
	}
	*path = p + len;
	return true;
}

static inline int target_no_path(const char *path, char *msg, size_t msg_len)
{
	snprintf(msg, msg_len, "no '%.100s' here", path);
	return strlen(path) > 300 ? -E2BIG : -ENOENT;
}

static inline int target_enum(
	struct target *t, const char *name, const char *value, struct bpfasm_step *s)
{
	size_t len = strlen(value);

	s[0] = (struct bpfasm_step){.kind = BPFASM_STEP_TYPE,
		.type = BPFASM_TYPE_ENUM,
		.name = name,
		.type_name = name,
		.size = len & 1 ? 4 : 8};
	s[1] = s[0];
	s[1].kind = BPFASM_STEP_VALUE;
	s[1].name = target_name(t, value, len);
	s[1].value = len & 2 ? (uint64_t) - (int64_t)len : (uint64_t)len << (len & 1 ? 0 : 33);
	return 2;
}

/* [1][2] */
static inline int target_elements(const char **path, struct bpfasm_step *s, int n)
{
	char *end;

	while (**path == '[' && n < BPFASM_STEPS) {
		s[n] = (struct bpfasm_step){.kind = BPFASM_STEP_ELEMENT,
			.type = BPFASM_TYPE_INT,
			.name = "",
			.type_name = "unsigned int",
			.size = 4,
			.value = strtoull(*path + 1, &end, 0)};
		if (*end != ']' || s[n].value > 15)
			return 0;
		*path = end + 1;
		if (**path == '.') {
			s[n].type = BPFASM_TYPE_STRUCT;
			s[n].size = 16;
		}
		n++;
	}
	return n;
}

static inline int target_path(
	void *arg, const char *path, struct bpfasm_step *steps, char *msg, size_t msg_len)
{
	struct target *t = arg;
	const char *p = path + strcspn(path, ".["),
		   *name = target_name(t, path, (size_t)(p - path));
	struct bpfasm_step root = {.kind = BPFASM_STEP_TYPE,
		.type = BPFASM_TYPE_STRUCT,
		.name = name,
		.type_name = name,
		.size = 4096};
	int n = 1;

	if (strchr(path, 'z') || *p == '[')
		return target_no_path(path, msg, msg_len);
	if (p[0] == '.' && p[1] >= 'A' && p[1] <= 'Z' && !strpbrk(p + 1, ".["))
		return target_enum(t, name, p + 1, steps);
	if (!*name)
		return target_no_path(path, msg, msg_len);
	root.is_typedef = name[0] == 't';
	steps[0] = root;
	while (*p && n && n < BPFASM_STEPS - 2) {
		if (steps[n - 1].type == BPFASM_TYPE_PTR)
			steps[n++] = root;
		memset(&steps[n], 0, sizeof(steps[n]));
		if (!target_step(t, &p, &steps[n++]))
			n = 0;
		else
			n = target_elements(&p, steps, n);
	}
	return *p || !n ? target_no_path(path, msg, msg_len) : n;
}

/* ---- options -------------------------------------------------------------------------------- */

static inline unsigned target_kernel(void *arg)
{
	(void)arg;
	return 5 << 16 | 4 << 8;
}

/* For a text that includes nothing but what is built in: the name's folder is not there. */
static inline struct bpfasm_opts target_opts(struct target *t, unsigned format)
{
	t->used = 0;
	t->ask = (struct bpfasm_resolver){.sz = sizeof(t->ask),
		.arg = t,
		.tracepoint_field = target_tracepoint,
		.reg = target_reg,
		.param = target_param};
	if (t->kind == TARGET_STEPS)
		t->ask.type_path = target_path;
	if (t->kind == TARGET_FIELDS) {
		t->ask.type_field = target_type;
		t->ask.argument = target_argument;
		t->ask.kernel = target_kernel;
	}
	return (struct bpfasm_opts){.sz = sizeof(struct bpfasm_opts),
		.name = "/nowhere/f.bpf",
		.resolver = t->kind == TARGET_NONE ? NULL : &t->ask,
		.kernel = t->kind == TARGET_STEPS ? 6 << 16 | 1 << 8 : 0,
		.format = format,
		.core = t->core,
		.big_endian = t->big_endian};
}

#endif
