/* SPDX-License-Identifier: MIT */
/* kbtf.h - functions and events of the running kernel and of its modules, by name, in their BTF. */
#ifndef KBTF_H
#define KBTF_H

#include "btf.h"
#include "context.h"
#include "near.h"

#define KBTF_MODULE 64 /* bytes of a module's name, NUL included */

struct kbtf_found {
	const struct btf *btf; /* until the next call, or kbtf_free() */
	uint32_t id;
	char module[KBTF_MODULE]; /* "": the kernel itself */
};

/* Attach types of Linux 5.7 and 6.0: hooks of the security modules. */
enum { KBTF_LSM_MAC = 27, KBTF_LSM_CGROUP = 43 };

/* Does a program of this attach type name what it is loaded for? */
bool kbtf_wanted(enum rawbpf_attach_type as);
/*
 * What a program of attach type as is loaded for: "vfs_read" or "module:function" for a trampoline
 * (module "vmlinux": the kernel itself), "sched_switch" for a raw tracepoint with types.  Modules
 * are asked when the kernel has no such name (Linux 5.11).  0, or a negative errno with the error
 * set; -ENOENT with near names, if btf is NULL; else only that BTF is asked, and no module.
 */
int kbtf_find(struct rawbpf *b, const struct btf *btf, enum rawbpf_attach_type as,
	const char *place, struct kbtf_found *f);
/*
 * The same for the end of bcc's names, "FUNCTION" or "MODULE__FUNCTION": names of functions have
 * "__" in them too, so one that is there as a whole counts first.
 */
int kbtf_find_bcc(struct rawbpf *b, const struct btf *btf, enum rawbpf_attach_type as,
	const char *name, struct kbtf_found *f);
/* Offers the kernel's tracepoints to n; false: its BTF cannot be read, and b's error is set. */
bool kbtf_near_event(struct rawbpf *b, struct near *n);
/* The parameters of it, as its program gets them; false: they cannot be read. */
bool kbtf_proto(const struct kbtf_found *f, struct btf_type *proto);
/* An fd of a module's BTF, for PROG_LOAD; a negative errno with the error set. */
int kbtf_module_fd(struct rawbpf *b, const char *module);
/* The kernel's BTF, read at the first call and kept; a negative errno with the error set. */
int kbtf_kernel(struct rawbpf *b, const struct btf **out);
void kbtf_free(struct rawbpf *b);

#endif
