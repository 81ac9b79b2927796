/* SPDX-License-Identifier: MIT */
/* auditfd.h - what each file descriptor is for, learnt from the calls that make and close it. */
#ifndef AUDITFD_H
#define AUDITFD_H

#include <stdbool.h>

#include "rawbpf_sys.h"

enum auditfd_place {
	AUDITFD_OTHER,
	AUDITFD_TRACEFS,
	AUDITFD_MEM,
	AUDITFD_UNIT_TYPE, /* .../event_source/devices/NAME/type */
};

struct auditfd {
	int fd;
	enum auditfd_place place;
	char *role; /* may be NULL */
	uint32_t map_type, key_size, value_size;
};

/* A probe's unit, whose number is another on each machine. */
struct auditfd_unit {
	uint32_t type;
	char name[24];
};

enum { AUDITFD_UNITS = 8 };

/* All zero: nothing is open. */
struct auditfd_table {
	struct auditfd *fds;
	size_t n_fds;
	struct auditfd_unit units[AUDITFD_UNITS];
	size_t n_units;
};

/* NULL: nothing is known of it */
const struct auditfd *auditfd_find(const struct auditfd_table *t, int fd);
const struct auditfd_unit *auditfd_unit(const struct auditfd_table *t, uint64_t type);
/* Where a call about a path leads to, and what it reads or writes there. */
enum auditfd_place auditfd_place(const struct auditfd_table *t, const struct rawbpf_call *c);
/* Whether the result is a new descriptor. */
bool auditfd_makes(const struct rawbpf_call *c);
/* After the call; a lack of memory leaves a descriptor without a role. */
void auditfd_learn(struct auditfd_table *t, const struct rawbpf_call *c, long ret);
void auditfd_free(struct auditfd_table *t);

#endif
