/* SPDX-License-Identifier: MIT */
/*
 * btf.h - BTF bytes: types by id and name, sizes, members, and the corrections that an object's
 * own BTF needs before a kernel takes it.
 *
 * Everything is checked when it is parsed: offsets, string offsets and type ids that come out of
 * these functions can be followed.  The byte order is the host's.
 */
#ifndef BTF_H
#define BTF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum btf_kind {
	BTF_VOID,
	BTF_INT,
	BTF_PTR,
	BTF_ARRAY,
	BTF_STRUCT,
	BTF_UNION,
	BTF_ENUM,
	BTF_FWD,
	BTF_TYPEDEF,
	BTF_VOLATILE,
	BTF_CONST,
	BTF_RESTRICT,
	BTF_FUNC,
	BTF_FUNC_PROTO,
	BTF_VAR,
	BTF_DATASEC,
	BTF_FLOAT,    /* Linux 5.13 */
	BTF_DECL_TAG, /* Linux 5.16 */
	BTF_TYPE_TAG, /* Linux 5.17 */
	BTF_ENUM64,   /* Linux 6.0 */
};

struct btf;

struct btf_type {
	uint32_t id;
	enum btf_kind kind;
	uint32_t vlen; /* members, values, parameters or variables */
	uint32_t size; /* bytes, for kinds that have a size */
	uint32_t type; /* the type referred to, for kinds that refer to one */
	bool kflag;
	const char *name; /* "" when it has none */
	uint32_t at;	  /* where what follows the type begins, bytes into the BTF */
};

struct btf_member {
	const char *name;
	uint32_t type;
	uint32_t bit_offset;
	uint32_t bit_size; /* 0: no bit field */
};

/* A parameter of a FUNC_PROTO. */
struct btf_param {
	const char *name;
	uint32_t type; /* 0 for the "..." at the end */
};

/* A variable of a DATASEC. */
struct btf_secvar {
	uint32_t type; /* the VAR */
	uint32_t offset, size;
};

/* data is copied.  0, -EINVAL, -ENOMEM */
int btf_parse(const void *data, size_t len, struct btf **out, struct rawbpf_error *e);
/*
 * data is borrowed, and is walked only as far as it is asked about: for large ones of which little
 * is wanted.  What is malformed further on shows as types that are not there.  Not for
 * corrections.
 */
int btf_view(const void *data, size_t len, struct btf **out, struct rawbpf_error *e);
/* ... of a module; its ids and strings go on where those of base, the kernel's, end. */
int btf_view_split(const void *data, size_t len, const struct btf *base, struct btf **out,
	struct rawbpf_error *e);
void btf_free(struct btf *b);
const void *btf_bytes(const struct btf *b, size_t *len);

uint32_t btf_n_types(const struct btf *b); /* ids are below it; 0 is void */
/* NULL when off is outside the string section */
const char *btf_str(const struct btf *b, uint32_t off);
/* false: no such id */
bool btf_type(const struct btf *b, uint32_t id, struct btf_type *t);
/* the first type of that kind and name; its id, 0 when there is none */
uint32_t btf_find(const struct btf *b, enum btf_kind kind, const char *name);
/* ... of any of these kinds, 1 << BTF_STRUCT and so on */
uint32_t btf_find_any(const struct btf *b, uint32_t kinds, const char *name);
void btf_each_name(
	const struct btf *b, uint32_t kinds, void (*fn)(void *arg, const char *name), void *arg);
/*
 * Each type of these kinds that has a name, of b's own and not of its base, until fn returns
 * non-zero, which is returned; -ENOMEM.  The fast way through all of a large one.
 */
int btf_each(const struct btf *b, uint32_t kinds,
	int (*fn)(void *arg, uint32_t id, enum btf_kind kind, const char *name), void *arg);
/* the type below const, volatile, restrict, tags and typedefs; false: a loop, or no such id */
bool btf_plain(const struct btf *b, uint32_t id, struct btf_type *t);
/* bytes; a negative errno when the type has no size */
int64_t btf_size(const struct btf *b, uint32_t id);
uint32_t btf_int_bits(const struct btf *b, const struct btf_type *t);  /* of an INT, else 0 */
uint32_t btf_int_shift(const struct btf *b, const struct btf_type *t); /* its bit in there */
bool btf_is_bool(const struct btf *b, const struct btf_type *t);
bool btf_is_signed(const struct btf *b, const struct btf_type *t);

/* i below t->vlen */
void btf_member(const struct btf *b, const struct btf_type *t, uint32_t i, struct btf_member *m);
void btf_param(const struct btf *b, const struct btf_type *t, uint32_t i, struct btf_param *p);
void btf_array(const struct btf *b, const struct btf_type *t, uint32_t *elem, uint32_t *n);
uint64_t btf_enum_value(const struct btf *b, const struct btf_type *t, uint32_t i);
const char *btf_enum_name(const struct btf *b, const struct btf_type *t, uint32_t i);
void btf_each_enumerator(const struct btf *b, void (*fn)(void *arg, const char *name), void *arg);
/* the first enum with an enumerator of this name, and which one it is; 0: there is none */
uint32_t btf_find_enumerator(const struct btf *b, const char *name, uint32_t *index);
void btf_secvar(const struct btf *b, const struct btf_type *t, uint32_t i, struct btf_secvar *v);

/* Who sees a VAR or FUNC. */
enum btf_linkage {
	BTF_LINK_STATIC,
	BTF_LINK_GLOBAL,
	BTF_LINK_EXTERN,
};

/* Corrections, in place. */
/* of a VAR or FUNC */
void btf_set_linkage(struct btf *b, struct btf_type *t, enum btf_linkage linkage);
void btf_set_size(struct btf *b, struct btf_type *t, uint32_t size);
/* of a VAR: what it is of */
void btf_set_type(struct btf *b, struct btf_type *t, uint32_t type);
void btf_set_secvar(
	struct btf *b, const struct btf_type *t, uint32_t i, const struct btf_secvar *v);
/*
 * A DATASEC of what the kernel knows no variable for becomes a record without a name, each of whose
 * members has that type.
 */
void btf_hide_section(struct btf *b, const struct btf_type *t, const struct btf_type *member);
/* parameters of a FUNC that have no name get the function's: the kernel wants one */
void btf_name_params(struct btf *b, const struct btf_type *func);
/* the kernel wants a DATASEC's variables by rising offset */
void btf_sort_secvars(struct btf *b, const struct btf_type *t);

#endif
