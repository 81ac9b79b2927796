/* SPDX-License-Identifier: MIT */
/* t_kprobe.h - what the live tests of the kernel's probes share: which roads there are. */
#ifndef T_KPROBE_H
#define T_KPROBE_H

#include "counter.h"
#include "t.h"

/* whether the kernel makes probes by perf_event_open(), and by kprobe_events of tracefs */
bool t_kprobe_pmu(void);
bool t_kprobe_file(struct counter *c);
/* this process's probe events in tracefs */
int t_kprobe_events(struct counter *c);

/* a pattern of system calls that nothing but counter_events() makes here: ids of processes */
#define T_KPROBE_IDS \
	"(__(x64|arm64|riscv|s390x)_)?sys_(get|set)(pgid|pgrp|sid|re?s?[ug]id|e?[ug]id)"

/* Inside START_TEST, those with c close it when the test is skipped. */
#define T_NEED_KPROBE_PMU()                           \
	do {                                          \
		if (!t_kprobe_pmu())                  \
			T_SKIP("no kprobe PMU here"); \
	} while (0)

#define T_NEED_KPROBES(c)                                                  \
	do {                                                               \
		if (!t_kprobe_pmu() && !t_kprobe_file(c)) {                \
			counter_close(c);                                  \
			T_SKIP("no kprobe PMU and no kprobe_events here"); \
		}                                                          \
	} while (0)

#define T_NEED_KPROBE_FILE(c)                            \
	do {                                             \
		if (!t_kprobe_file(c)) {                 \
			counter_close(c);                \
			T_SKIP("no kprobe_events here"); \
		}                                        \
	} while (0)

#endif
