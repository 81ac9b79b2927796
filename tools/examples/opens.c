// SPDX-License-Identifier: MIT
/* opens.c - who opens which file: a tracepoint, whose fields are args->NAME. */
#include <signal.h>
#include <stdio.h>

#include "rawbpf.h"

static const char text[] =
	".include \"std.inc\"\n"
	".license \"GPL\"\n"
	".prog   on_open  \"tracepoint/syscalls/sys_enter_openat\"\n"
	".ctx    r6                              ; args-> stays at hand behind the call\n"
	".var    path: char[64]\n"
	"        probe_read_user_str  &path, sizeof(path), args->filename\n"
	"        if r0 s< 0 goto .done\n"
	"        printk  \"open %s flags %x\", &path, args->flags\n"
	".done:  return 0\n";

/* not zero after Ctrl-C: what .stop points to */
static volatile int stop;

static void on_signal(int sig)
{
	stop = sig;
}

int main(void)
{
	struct rawbpf *b = rawbpf_new();
	int err;

	signal(SIGINT, on_signal);
	err = rawbpf_load(b, .text = text, .name = "opens");
	if (!err)
		err = rawbpf_attach_all(b);
	if (!err) {
		puts("Tracing openat()... Hit Ctrl-C to end.");
		fflush(stdout);
		/* the fields are task, pid, cpu, flags, ts and msg */
		err = rawbpf_trace_print(b, .fmt = "{0} {1} {5}", .escape = true, .stop = &stop);
	}
	if (err && !stop) /* Ctrl-C is no failure */
		fprintf(stderr, "%s\n", rawbpf_errmsg(b));
	rawbpf_free(b);
	return err && !stop;
}
