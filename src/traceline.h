/* SPDX-License-Identifier: MIT */
/* traceline.h - one line of trace_pipe; the public call is rawbpf_parse_trace_line(). */
#ifndef TRACELINE_H
#define TRACELINE_H

#include <stdbool.h>

#include "rawbpf.h"

/* Whether a line is a record's first; it is not changed. */
bool traceline_starts(const char *line, size_t len);
/* "CPU:1 [LOST 145 EVENTS]", the kernel's notice; false when the line is none. */
bool traceline_lost(const char *line, size_t len, int *cpu, uint64_t *lost);
/*
 * Whether a record is an event's: "bpf_trace_printk" also means the forms that kernels before 5.9
 * print, which are no symbol or the address 0x00000001.
 */
bool traceline_is(const struct rawbpf_trace_fields *f, const char *symbol);

#endif
