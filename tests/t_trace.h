/* SPDX-License-Identifier: MIT */
/* t_trace.h - a program that prints a trace line each time it is run. */
#ifndef T_TRACE_H
#define T_TRACE_H

/* A raw_tracepoint program that prints "rawbpf_test PID": its fd, or -errno.  Linux 5.10. */
int t_printer(void);
int t_run_printer(int fd, int times); /* 0 or -errno */

#endif
