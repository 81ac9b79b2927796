/* SPDX-License-Identifier: MIT */
/* ksym.h - the kernel's functions by name, from one reading of /proc/kallsyms. */
#ifndef KSYM_H
#define KSYM_H

#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "sys.h"

#define KSYM_NAME 512 /* longer names the kernel does not make */

/* A line of the table. */
struct ksym {
	uint64_t addr; /* 0: hidden from this process by kernel.kptr_restrict */
	char type;     /* as nm(1): t and T are code, w and W weak code */
	char name[KSYM_NAME];
	char module[64]; /* "" for the kernel itself */
};

struct ksyms {
	struct buf text;
	size_t at;
};

/* Reads the table.  0 or a negative errno; ksym_close() is due in any case. */
int ksym_open(struct sys *s, struct ksyms *t);
void ksym_close(struct ksyms *t);

void ksym_rewind(struct ksyms *t);
bool ksym_next(struct ksyms *t, struct ksym *k);
bool ksym_is_code(const struct ksym *k);

/*
 * Each line to fn, in the kernel's order and as it is read, until fn returns other than 0: that,
 * or 0 at the end, or a negative errno.  For what is found near the table's start.
 */
int ksym_each(struct sys *s, int (*fn)(void *arg, const struct ksym *k), void *arg);

/* What is known of a name. */
struct ksym_found {
	uint64_t addr;	  /* of the first copy; 0: hidden, or there is none */
	uint64_t size;	  /* bytes up to the next symbol; 0: not known */
	unsigned copies;  /* functions of that name */
	bool data;	  /* the name is there, but is no function */
	bool any_module;  /* a symbol of the module was seen */
	char addrs[96];	  /* of the copies: "0xffffffff81000000, ..." */
	char others[200]; /* what the compiler made of it: "'f.isra.0', 'f.cold'"; "" for none */
	char module[64];  /* of the first copy */
};

/* name may be "module:function" */
void ksym_find(struct ksyms *t, const char *name, struct ksym_found *f);
/* The function that holds the address, and its bound as ksym_find() gives it. */
bool ksym_at(struct ksyms *t, uint64_t addr, struct ksym *k, uint64_t *size);
/* Sets the hint of the error just set to names near to name; false: none is. */
bool ksym_near(struct ksyms *t, const char *name, struct rawbpf_error *e);
/* The same for the names of system calls, without what CPUs put before them. */
bool ksym_near_call(struct ksyms *t, const char *name, struct rawbpf_error *e);

#endif
