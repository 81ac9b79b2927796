/* SPDX-License-Identifier: MIT */
/* counter.h - a context with programs that count this process's events, made without a loader. */
#ifndef COUNTER_H
#define COUNTER_H

#include "context.h"
#include "prog.h"

#define COUNTER_PROGS 4
/* an event that nobody but counter_events() makes here */
#define COUNTER_EVENT	"syscalls:sys_enter_getpgid"
#define COUNTER_SECTION "tracepoint/syscalls/sys_enter_getpgid"

struct counter {
	struct rawbpf b;
	struct prog progs[COUNTER_PROGS]; /* "count0" ...; each counts in its own slot */
	int map;
};

void counter_open(struct counter *c, enum rawbpf_prog_type type);
/* detaches, and closes everything */
void counter_close(struct counter *c);
/* what program "countI" has counted */
uint64_t counter_get(const struct counter *c, uint32_t i);
void counter_events(int n);
/* sets sections and, where not NULL, names of the programs */
void counter_sections(struct counter *c, const char *const sections[COUNTER_PROGS],
	const char *const names[COUNTER_PROGS]);
/* a function to be probed */
int counter_call(int n);

#endif
