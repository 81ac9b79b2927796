/* SPDX-License-Identifier: MIT */
/* traceline.h - one line of trace_pipe; the public call is rawbpf_parse_trace_line(). */
#ifndef TRACELINE_H
#define TRACELINE_H

#include <stdbool.h>

#include "rawbpf.h"

/*
 * What the bytes at a line's beginning are; a name may have newlines in it, so more than a line is
 * looked at.  whole: no more bytes will come.
 */
enum traceline_form {
	TRACELINE_NONE,	 /* no record begins here */
	TRACELINE_FIRST, /* one does */
	TRACELINE_SHORT, /* to know it takes more bytes */
};
enum traceline_form traceline_form(const char *p, size_t len, bool whole);
/* How many columns of a record its name takes; 0: it is no record. */
size_t traceline_columns(const char *line, size_t len);
/* "CPU:1 [LOST 145 EVENTS]", the kernel's notice; false when the line is none. */
bool traceline_lost(const char *line, size_t len, int *cpu, uint64_t *lost);
/*
 * Whether a record is an event's: "bpf_trace_printk" also means the forms that kernels before 5.9
 * print, which are no symbol or the address 0x00000001.
 */
bool traceline_is(const struct rawbpf_trace_fields *f, const char *symbol);

#endif
