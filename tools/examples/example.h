/* SPDX-License-Identifier: MIT */
/*
 * example.h - what the examples share: Ctrl-C, and failures that end the program.  Tools may print
 * and exit; the library never does.
 */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "rawbpf.h"

/* int, which sig_atomic_t is on Linux: .stop points to an int, whatever that type is elsewhere */
static volatile int example_signal;

static inline void example_on_signal(int sig)
{
	example_signal = sig;
}

/* For .stop: not zero after Ctrl-C. */
static inline const volatile int *ctrl_c(void)
{
	signal(SIGINT, example_on_signal);
	return &example_signal;
}

/* Say what goes on, and wait for Ctrl-C. */
static inline void until_ctrl_c(const char *what)
{
	sigset_t stop;
	int sig;

	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	printf("%s... Hit Ctrl-C to end.\n", what);
	fflush(stdout);
	sigwait(&stop, &sig);
}

static inline void enable_probe_or_bail(
	struct rawbpf_usdt *u, const char *probe, const char *fn_name)
{
	if (!rawbpf_usdt_enable_probe(u, .probe = probe, .fn_name = fn_name))
		return;
	fprintf(stderr, "%s\n", rawbpf_usdt_errmsg(u));
	rawbpf_usdt_free(u);
	exit(1);
}

/* The end of an example, and its exit status: Ctrl-C is no failure. */
static inline int example_end(struct rawbpf *b, int err)
{
	if (err == -EINTR)
		err = 0;
	if (err)
		fprintf(stderr, "%s\n", rawbpf_errmsg(b));
	rawbpf_free(b);
	return err ? 1 : 0;
}

#endif
