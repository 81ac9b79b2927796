/* SPDX-License-Identifier: MIT */
/* t_strace.h - the calls that strace(1) saw, beside those that the audit log tells. */
#ifndef T_STRACE_H
#define T_STRACE_H

#include <stddef.h>

/* What an audit log is about, of strace's calls; and close, by which fds are followed. */
#define T_STRACE_CALLS                                                                     \
	"bpf,perf_event_open,ioctl,fsopen,fsconfig,fsmount,mkdirat,unlinkat,openat,write," \
	"pwrite64,capset,prctl,close"

/*
 * Both logs, call by call: what differs as text, "" for nothing; *calls: how many were compared.
 * The strace log is one of -f -v -s 100000 -e trace=T_STRACE_CALLS; free() the result.
 */
char *t_strace_compare(const char *strace_log, const char *audit_log, unsigned *calls);

#endif
