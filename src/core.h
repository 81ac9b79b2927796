/* SPDX-License-Identifier: MIT */
/*
 * core.h - what a CO-RE record asks, and what one BTF answers: offsets, sizes, numbers.
 *
 * Nothing of either BTF is trusted, and neither is the record.
 */
#ifndef CORE_H
#define CORE_H

#include "btf.h"
#include "corematch.h"

/* As they stand in .BTF.ext. */
enum core_kind {
	CORE_FIELD_OFFSET,
	CORE_FIELD_SIZE,
	CORE_FIELD_EXISTS,
	CORE_FIELD_SIGNED,
	CORE_FIELD_LSHIFT, /* of 64 bits, to cut a bit field out */
	CORE_FIELD_RSHIFT,
	CORE_TYPE_LOCAL, /* type id in the object's own BTF */
	CORE_TYPE_TARGET,
	CORE_TYPE_EXISTS,
	CORE_TYPE_SIZE,
	CORE_ENUM_EXISTS, /* an enumerator */
	CORE_ENUM_VALUE,
	CORE_TYPE_MATCHES,
	CORE_KINDS,
};

#define CORE_STEPS 64

struct core_step {
	const char *name; /* a member's, an enumerator's; NULL: element index of an array */
	uint32_t type;	  /* the record or enum that it is of; the element's own type */
	uint32_t index;
};

/* A record's question, seen in one BTF. */
struct core_place {
	const struct btf *btf;
	enum core_kind kind;
	uint32_t root; /* type id */
	uint64_t bits; /* from the root's start */
	uint32_t n;    /* steps; the first is the root itself, or an element of an array of them */
	struct core_step step[CORE_STEPS];
};

/* What the compiler put into the instruction, and what belongs there. */
struct core_answer {
	uint64_t was, is;
	uint32_t was_size, is_size; /* bytes of the field, of FIELD_OFFSET; else 0 */
	bool check;		    /* the instruction must hold was */
	bool absent; /* what has no such value: the instruction must not be reached */
	bool unfit;  /* the size differs, and not only in zeros above: no load or store will do */
	bool was_word,
		is_word; /* an enumerator of 32 bits that does not tell whether it is signed */
};

/* "0:1:2" in the object's BTF; 0, -EINVAL, -E2BIG */
int core_parse(const struct btf *b, uint32_t kind, uint32_t type, const char *access,
	struct core_place *out);
/* The same in type id of the target: 1; 0: it is not there; -EINVAL, -E2BIG */
int core_match(
	const struct core_place *local, struct corematch *m, uint32_t id, struct core_place *out);
/* target NULL: it is not there.  0, -EINVAL, -E2BIG (a bit field of more than 64 bits' reach) */
int core_answer(
	const struct core_place *local, const struct core_place *target, struct core_answer *a);
/* Do two targets give the same? */
bool core_agree(const struct core_place *p, const struct core_answer *a, const struct core_place *q,
	const struct core_answer *b);

bool core_is_field(enum core_kind kind);
bool core_is_enum(enum core_kind kind);
/* "field 'real_parent.tgid' of 'task_struct'", "type 'x'", "enumerator 'A' of 'e'" */
const char *core_text(const struct core_place *local, char *out, size_t size);

#endif
