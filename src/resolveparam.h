/* SPDX-License-Identifier: MIT */
/* resolveparam.h - arguments and return values of tracing programs, from the kernel's BTF. */
#ifndef RESOLVEPARAM_H
#define RESOLVEPARAM_H

#include "bpfasm.h"
#include "btf.h"
#include "context.h"

/*
 * As bpfasm_resolver.param; btf NULL: the running kernel's and its modules'.  big: the target's
 * byte order is that of s390x.  When msg is left empty, b's error says why.
 */
int resolveparam_find(struct rawbpf *b, const struct btf *btf, bool big, const char *section,
	const char *name, struct bpfasm_field *f, char *msg, size_t msg_len);

#endif
