/* SPDX-License-Identifier: MIT */
/*
 * btfout.h - the .BTF and .BTF.ext sections of a unit.
 *
 * elfout.c calls btfout_types() first, then btfout_section() for each section that holds code, in
 * the order of the file, then btfout_finish().  All memory is the pool's; a failed allocation shows
 * in pool->failed.
 */
#ifndef BTFOUT_H
#define BTFOUT_H

#include "ir.h"

struct btfout_bytes {
	unsigned char *p;
	size_t len, cap;
};

struct btfout_cursor {
	const struct src *src;
	const char *p; /* start of the line */
	uint32_t line;
};

struct btfout {
	struct pool *pool;
	bool big_endian;
	struct btfout_bytes types, strs, funcs, lines, cores;
	struct names offsets; /* of strings in strs, as pointers */
	struct btfout_cursor at;
	uint32_t n_types;
	uint32_t ctx_proto;  /* int (*)(void *ctx); 0: none yet */
	uint32_t index_type; /* what arrays are indexed with */
	uint32_t ints[2][9]; /* by sign and size in bytes */
	uint32_t char_type;
	uint32_t hist_types[2];		/* rawbpf_log2, rawbpf_linear */
	struct names records;		/* .struct to type id, as pointers */
	struct coreout_node *core_root; /* the types that CO-RE records name */
	struct names core_names;	/* a name's steps: its node below that */
	bool too_far; /* a bit field and a member where no record with one can have it */
	const struct ir_unit *unit;
};

/* bytes in .maps of one map's definition: the sum of its members, each a pointer */
uint32_t btfout_map_size(const struct ir_map *m);

/* The maps, their types and the DATASEC ".maps" of so many bytes. */
void btfout_types(struct btfout *b, const struct ir_unit *u, struct pool *pool);
/* Functions and lines of one section; offsets[i] is function i's place in it, in bytes. */
void btfout_section(struct btfout *b, const char *name, struct ir_func *const *funcs,
	const uint32_t *offsets, size_t n);
/* The finished sections, in the pool; ext is empty when there is no code. */
void btfout_finish(struct btfout *b, struct btfout_bytes *btf, struct btfout_bytes *ext);

/* What types are made of, for coreout.c. */
void btfout_word(struct btfout *b, uint32_t v);
/* s must live as long as the pool */
uint32_t btfout_string(struct btfout *b, const char *s, size_t len);
uint32_t btfout_cstring(struct btfout *b, const char *s);
/* The three words that every type begins with, kind | 0x80 with its flag set; returns its id. */
uint32_t btfout_type(
	struct btfout *b, uint32_t name, uint32_t kind, uint32_t vlen, uint32_t size_or_type);
uint32_t btfout_int(struct btfout *b, uint32_t size, bool is_signed); /* 1, 2, 4, 8 bytes */
uint32_t btfout_array(struct btfout *b, uint32_t element, uint32_t n);
uint32_t btfout_pointer(struct btfout *b, uint32_t to);

/* Numbers of the output's byte order; btfout_put32() appends. */
void btfout_set32(unsigned char *p, uint32_t v, bool big_endian);
void btfout_put32(struct pool *pool, struct btfout_bytes *out, uint32_t v, bool big_endian);
void btfout_put(struct pool *pool, struct btfout_bytes *out, const void *p, size_t n);

#endif
