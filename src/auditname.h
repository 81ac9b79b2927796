/* SPDX-License-Identifier: MIT */
/* auditname.h - the kernel's own names for the numbers that rawbpf passes to it. */
#ifndef AUDITNAME_H
#define AUDITNAME_H

#include <stdint.h>

#include "buf.h"

enum auditname_set {
	AUDITNAME_NONE, /* numbers */
	AUDITNAME_CMD,	/* of bpf(2) */
	AUDITNAME_MAP_TYPE,
	AUDITNAME_PROG_TYPE,
	AUDITNAME_ATTACH_TYPE,
	AUDITNAME_PERF_TYPE,
	AUDITNAME_IOCTL,
	AUDITNAME_FSCONFIG,
	AUDITNAME_ELEM_FLAGS,
	AUDITNAME_MAP_FLAGS,
	AUDITNAME_PROG_FLAGS,
	AUDITNAME_KMULTI_FLAGS,
	AUDITNAME_UMULTI_FLAGS,
	AUDITNAME_PERF_BITS, /* the bit fields of struct perf_event_attr */
	AUDITNAME_PERF_FLAGS,
	AUDITNAME_OPEN_FLAGS,
	AUDITNAME_UNLINK_FLAGS,
	AUDITNAME_FSOPEN_FLAGS,
	AUDITNAME_FSMOUNT_FLAGS,
	AUDITNAME_CAP_VERSION,
	AUDITNAME_CAP,	/* number of a capability */
	AUDITNAME_CAPS, /* a set of them */
	AUDITNAME_PRCTL,
	AUDITNAME_AMBIENT,
	AUDITNAME_SECUREBITS,
	AUDITNAME_SECCOMP,
	AUDITNAME_COUNT,
};

/* v's name, for flags "A|B|0x40"; a number where there is no name. */
void auditname_print(struct buf *out, enum auditname_set set, uint64_t v);

#endif
