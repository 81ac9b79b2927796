/* SPDX-License-Identifier: MIT */
/* btfpath.h - "task_struct.tgid" to a place in memory. */
#ifndef BTFPATH_H
#define BTFPATH_H

#include "bpfasm.h"
#include "btf.h"

struct btfpath {
	uint64_t offset, size; /* bytes */
	bool is_signed;
	bool plain; /* a number or pointer; else an array or a record */
};

/*
 * The steps of a name, BPFASM_STEPS at most: as bpfasm_resolver.type_path.  Their names are the
 * BTF's own.  word: bytes of a pointer.
 */
int btfpath_walk(const struct btf *b, const char *path, unsigned word, struct bpfasm_step *steps,
	char *msg, size_t msg_len);

/* The same without a message; *work: members that may still be looked at, over all such calls. */
int btfpath_steps(const struct btf *b, const char *path, unsigned word, struct bpfasm_step *steps,
	size_t *work);

/*
 * TYPE, or TYPE.MEMBER with members of embedded records behind further dots; members of unnamed
 * ones count as their owner's.  word: bytes of a pointer.  0, or a negative errno and why in msg.
 */
int btfpath_find(const struct btf *b, const char *path, unsigned word, struct btfpath *out,
	char *msg, size_t msg_len);

#endif
