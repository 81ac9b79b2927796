/* SPDX-License-Identifier: MIT */
/* symfind.h - the function that a name means. */
#ifndef SYMFIND_H
#define SYMFIND_H

#include "sym.h"

/* What a name means in a file. */
struct symfind {
	struct rawbpf_sym sym; /* name: valid inside fn, NULL from symfind_one() */
	bool found;
	const char *way;   /* the table that answered: ".gnu.hash", ".dynsym", ".symtab" */
	const char *why;   /* this one and no other, in words */
	unsigned n_passed; /* functions of that name elsewhere, which it goes before */
	unsigned n_same;   /* local ones elsewhere that it does not go before: it is not clear */
	uint64_t other;	   /* the address of one of those */
};

/*
 * "name", "name@VERSION" or "name@@VERSION": the default version first, then global, weak, local.
 * 0, or -ENOENT with near names, or -EADDRNOTAVAIL when several local functions have that name; the
 * error calls the file shown.
 */
int symfind_one(struct sym_file *f, const char *want, const char *shown, struct symfind *out,
	struct rawbpf_error *e);

/*
 * The same for n names with one look at each table.  fn is called for each in turn with its number,
 * until it returns non-zero, which is returned; or -ENOMEM, or what symfind_read() tells.
 */
int symfind_many(struct sym_file *f, const char *const *names, size_t n,
	int (*fn)(void *arg, size_t i, const struct symfind *s), void *arg);

/* What symfind_one() would say of what symfind_many() gave: 0, or the error, set. */
int symfind_verdict(struct sym_file *f, const char *want, const char *shown,
	const struct symfind *s, struct rawbpf_error *e);

/* Whether all was read that was looked at: 0, or why not, the error set. */
int symfind_read(const struct sym_file *f, const char *shown, struct rawbpf_error *e);
/*
 * Why a file may have no functions at all: -ENOEXEC and the error set if it is cut short, or what
 * symfind_read() says, else 0.
 */
int symfind_whole(struct sym_file *f, const char *shown, struct rawbpf_error *e);

#endif
