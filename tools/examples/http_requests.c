// SPDX-License-Identifier: MIT
/*
 * http_requests.c - the path of each request that an HTTP server answers, by its probe
 * http_server_request, whose operand 6 points to it.
 *
 * usage: http_requests PID         that process
 *        http_requests /PATH       every process of that program
 */
#include <string.h>

#include "example.h"

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

int main(int argc, char **argv)
{
	const volatile int *stop = ctrl_c();
	struct rawbpf_usdt *u;
	struct rawbpf *b;
	int err;

	if (argc != 2) {
		fputs("usage: http_requests PID | /PATH\n", stderr);
		return 2;
	}
	if (strchr(argv[1], '/'))
		u = rawbpf_usdt_new(.path = argv[1]);
	else
		u = rawbpf_usdt_new(.pid = atoi(argv[1]));
	enable_probe_or_bail(u, "http_server_request", "do_trace");

	b = rawbpf_new();
	err = rawbpf_load(b, .text = text, .usdt_contexts = &u, .n_usdt_contexts = 1);
	if (!err) {
		puts("Tracing requests... Hit Ctrl-C to end.");
		fflush(stdout);
		err = rawbpf_trace_print(b, .fmt = "{0} {1} {5}", .stop = stop);
	}
	err = example_end(b, err);
	rawbpf_usdt_free(u);
	return err;
}
