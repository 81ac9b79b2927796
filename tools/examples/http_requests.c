// SPDX-License-Identifier: MIT
/*
 * http_requests.c - the path of each request that an HTTP server answers, by its probe
 * http_server_request, whose operand 6 points to it.
 * usage: http_requests PID, or /PATH: every process of that program
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "rawbpf.h"

static const char text[] = ".include \"usdt.inc\"\n"
			   ".license \"GPL\"\n"
			   ".prog   do_trace  \"usdt\"\n"
			   ".ctx    r6\n"
			   ".var    path: char[64]\n"
			   "        usdt_arg_str  path, 6\n"
			   "        if r0 s< 0 goto .none\n"
			   "        printk  \"path:%s\", &path\n"
			   "        return 0\n"
			   ".none:  r7 = usdt_arg(6)\n"
			   "        printk  \"operand 6 is no text: 0x%lx\", r7\n"
			   "        return 0\n";

static volatile int stop; /* not zero after Ctrl-C */

static void on_signal(int sig)
{
	stop = sig;
}

static void enable_probe_or_bail(struct rawbpf_usdt *u, const char *probe, const char *fn_name)
{
	if (!rawbpf_usdt_enable_probe(u, .probe = probe, .fn_name = fn_name))
		return;
	fprintf(stderr, "%s\n", rawbpf_usdt_errmsg(u));
	exit(1);
}

int main(int argc, char **argv)
{
	const char *who = argc > 1 ? argv[1] : "0";
	struct rawbpf_usdt *u = rawbpf_usdt_new(.pid = atoi(who), .path = *who == '/' ? who : NULL);
	struct rawbpf *b = rawbpf_new();
	int err;

	signal(SIGINT, on_signal);
	enable_probe_or_bail(u, "http_server_request", "do_trace");
	err = rawbpf_load(b, .text = text, .usdt_contexts = &u, .n_usdt_contexts = 1);
	if (!err) {
		fputs("Tracing requests... Hit Ctrl-C to end.\n", stderr);
		err = rawbpf_trace_print(b, .fmt = "{0} {1} {5}", .escape = true, .stop = &stop);
	}
	if (err && !stop)
		fprintf(stderr, "%s\n", rawbpf_errmsg(b));
	rawbpf_free(b);
	rawbpf_usdt_free(u);
	return err && !stop;
}
