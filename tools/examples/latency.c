// SPDX-License-Identifier: MIT
/*
 * latency.c - how long the calls of a function of the kernel take, as a histogram on Ctrl-C.
 *
 * usage: latency [FUNCTION]       vfs_read, or a system call by name: openat
 */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdio.h>

#include "rawbpf.h"

static const char text[] = ".include \"hist.inc\"\n"
			   ".license \"GPL\"\n"
			   ".map    started  hash(u64, u64)         ; thread to time\n"
			   ".map    usecs    histogram\n"
			   ".prog   on_enter  \"kprobe\"\n"
			   "        time_start  started\n"
			   "        return 0\n"
			   ".prog   on_return  \"kretprobe\"\n"
			   "        time_stop  started, r6          ; nanoseconds\n"
			   "        r6 /= 1000\n"
			   "        hist_add   usecs, r6\n"
			   "        return 0\n";

int main(int argc, char **argv)
{
	const char *function = argc > 1 ? argv[1] : "vfs_read";
	struct rawbpf *b = rawbpf_new();
	sigset_t stop;
	int sig, err;

	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	err = rawbpf_load(b, .text = text, .name = "latency");
	if (!err)
		err = rawbpf_attach_kprobe(b, .event = function, .fn_name = "on_enter");
	if (!err)
		err = rawbpf_attach_kretprobe(b, .event = function, .fn_name = "on_return");
	if (!err) {
		puts("Tracing... Hit Ctrl-C to end.");
		fflush(stdout);
		sigwait(&stop, &sig);
		err = rawbpf_print_log2_hist(rawbpf_table(b, "usecs"), .val_type = "usecs");
	}
	if (err)
		fprintf(stderr, "%s\n", rawbpf_errmsg(b));
	rawbpf_free(b);
	return err ? 1 : 0;
}
