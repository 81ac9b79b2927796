/* SPDX-License-Identifier: MIT */
/* map.h - maps of the loaded object: created, filled, closed. */
#ifndef MAP_H
#define MAP_H

#include "context.h"
#include "object.h"

struct map {
	struct rawbpf *b;
	const struct object_map *def; /* the object's */
	uint32_t max_entries;	      /* as created */
	uint32_t id;		      /* 0: not asked yet */
	uint32_t n_cpus;	      /* 1 unless per-CPU; 0: not asked yet */
	int fd, inner_fd; /* inner_fd: while it is made, of a map as those in it will be */
	int no_batch;	  /* the errno: before Linux 5.6, or not for this type */
};

/* Create all maps of b->object; btf_fd: its BTF, -1: none.  All or none. */
int map_create_all(struct rawbpf *b, int btf_fd);
/* an element becomes a map, made as like says, or with NULL a program; what names it in the error */
int map_put_fd(
	struct map *m, uint32_t key, int fd, const struct object_map *like, const char *what);
void map_close_all(struct rawbpf *b);
/* NULL when there is none of that name */
struct map *map_find(struct rawbpf *b, const char *name);
bool map_is_array(const struct map *m);
bool map_is_percpu(const struct map *m);
/* What the kernel calls a thing: at most 15 bytes of [A-Za-z0-9_.], the rest becomes '_'. */
void map_kernel_name(const char *prefix, const char *name, char out[RAWBPF_OBJ_NAME_LEN]);

#define MAP_ENOTSUPP 524 /* the kernel's own */

/*
 * mapwhy.c: why the kernel refused a map, or with which one like those that m will hold.  Both set
 * the context's error and return err.
 */
int mapwhy_refused(struct map *m, struct map *which, int err);
/* an element of m was refused: the map like, or with NULL a program, which messages call what */
int mapwhy_element(
	struct map *m, uint32_t key, const struct object_map *like, const char *what, int err);

/* maprule.c: the rule that a refused map breaks, and the hint; false when none is known */
bool maprule_explain(const struct object_map *def, uint32_t max_entries, struct rawbpf_error *e);

/* The same for its flags, which a newer kernel may allow: to be asked after a refusal only. */
bool maprule_flags(const struct object_map *def, int err, struct rawbpf_error *e);
/* what is too large, after an E2BIG */
bool maprule_limits(const struct object_map *def, uint32_t max_entries, struct rawbpf_error *e);
/* whether there are rules for the type */
bool maprule_known(enum rawbpf_map_type type);
/* the first kernel that has the type, NULL: any of today */
const char *maprule_since(enum rawbpf_map_type type);
/* "hash", "ringbuf" ...; "unknown" */
const char *maprule_type(enum rawbpf_map_type type);

#endif
