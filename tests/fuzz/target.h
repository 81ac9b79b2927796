/* SPDX-License-Identifier: MIT */
/* target.h - a target for the assembler that knows every name. */
#ifndef TARGET_H
#define TARGET_H

#include <stdio.h>
#include <string.h>

#include "bpfasm.h"

/* Names differ in place and shape; those with a 'z' are not known. */
static inline int target_field(const char *name, struct bpfasm_field *f, char *msg, size_t msg_len)
{
	size_t len = strlen(name);

	if (strchr(name, 'z')) {
		snprintf(msg, msg_len, "no '%s' here", name);
		return -2;
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

/* Options for a text that includes nothing but what is built in: the name's folder is not there. */
static inline struct bpfasm_opts target_opts(unsigned format)
{
	static const struct bpfasm_resolver all = {.sz = sizeof(all),
		.tracepoint_field = target_tracepoint,
		.reg = target_reg,
		.type_field = target_type};

	return (struct bpfasm_opts){.sz = sizeof(struct bpfasm_opts),
		.name = "/nowhere/f.bpf",
		.resolver = &all,
		.kernel = 6 << 16 | 1 << 8,
		.format = format};
}

#endif
