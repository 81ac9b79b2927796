/* SPDX-License-Identifier: MIT */
/*
 * usdtspec.h - operands of USDT probes as objects for libbpf read them: from records of a map,
 * whose number they are told by an attach cookie.
 */
#ifndef USDTSPEC_H
#define USDTSPEC_H

#include "context.h"
#include "object.h"
#include "usdtcode.h"

#define USDTSPEC_MAP "__bpf_usdt_specs"

/* What the record of one place says. */
struct usdtspec_place {
	const char *name; /* of the probe, for the log */
	unsigned n;	  /* operands */
	/* operand i (from 1): 0, or a negative errno and why */
	int (*operand)(void *arg, unsigned i, struct usdtcode_op *op, struct rawbpf_error *e);
	void *arg;
	uint64_t cookie; /* what bpf_usdt_cookie() gives */
};

/* Does the program read such records? */
bool usdtspec_is_read(const struct object *o, const struct object_code *c);

/*
 * A record that is as p says, written to the map of the loaded object; places that are alike share
 * one.  *id is its number, which the caller holds until usdtspec_put().  An operand that no record
 * can describe is logged; a program that reads it gets an error.  0, or a negative errno with the
 * error set: -E2BIG (the map is full), -EINVAL (its records are of an unknown form), -ENOMEM.
 */
int usdtspec_get(struct rawbpf *b, const struct usdtspec_place *p, uint64_t *id);
/* One holder more, one less: what nobody holds is given to the next who asks. */
void usdtspec_hold(struct rawbpf *b, uint64_t id);
void usdtspec_put(struct rawbpf *b, uint64_t id);
void usdtspec_free(struct rawbpf *b);

#endif
