/* SPDX-License-Identifier: MIT */
/*
 * objcore.h - CO-RE records of an object, answered and put into its instructions.
 *
 * objcore_open(); if objcore_asks(), objcore_search() in the kernel's BTF and, as long as
 * objcore_left(), in its modules'; objcore_apply().  Those BTFs are borrowed up to there.
 */
#ifndef OBJCORE_H
#define OBJCORE_H

#include "object.h"

struct objcore;

/* *out NULL: there is nothing to do.  0, -EINVAL (a malformed record), -ENOMEM */
int objcore_open(struct object *o, struct objcore **out, struct rawbpf_error *e);
/* Is there a record that only the kernel's BTF answers? */
bool objcore_asks(const struct objcore *c);
/* 0 or -ENOMEM */
int objcore_search(struct objcore *c, const struct btf *btf);
/* Are there names that what was searched does not have? */
bool objcore_left(struct objcore *c);
/*
 * What has no answer is kept in its text for object_link().  where: "this kernel", for messages.
 * 0 or -ENOMEM.
 */
int objcore_apply(struct objcore *c, const char *where, struct rawbpf_error *e);
void objcore_free(struct objcore *c);
/* Has the function a record that nobody has answered, and that is not the same on all kernels? */
bool objcore_unanswered(const struct object *o, const struct object_func *f);

#endif
