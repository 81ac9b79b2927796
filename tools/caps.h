/* SPDX-License-Identifier: MIT */
/* caps.h - the capabilities of this process, and which of them are missing for what. */
#ifndef CAPS_H
#define CAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct caps {
	uint64_t effective;
	bool known;    /* false: /proc does not tell */
	bool split;    /* CAP_BPF and CAP_PERFMON exist (Linux 5.8) */
	bool paranoid; /* perf_event_paranoid above 2: events take CAP_SYS_ADMIN (Debian) */
};

/* What is asked for: bpf(2), events, events of probes, addresses of the kernel, all to trace. */
enum need { NEED_NONE, NEED_BPF, NEED_EVENT, NEED_PROBE, NEED_ADDRESSES, NEED_ALL };

void caps_read(struct caps *c);
/*
 * The capabilities that need asks for and this process lacks, with a comma between; "": none.
 * CAP_SYS_ADMIN stands for CAP_BPF and CAP_PERFMON, and is all there is before 5.8.
 */
const char *caps_lacking(const struct caps *c, enum need need, char *out, size_t size);
/* CAP_SYS_RESOURCE, which limits do not hold */
bool caps_resource(const struct caps *c);
/* those that matter here and are there, or are not; each with a blank before it */
void caps_list(const struct caps *c, bool there, char *out, size_t size);
/* the value after "NAME:" in /proc/self/status */
bool caps_status(const char *name, int base, uint64_t *v);

#endif
