// SPDX-License-Identifier: MIT
/* fields.c - trace lines taken apart: when which program was started by whom. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "rawbpf.h"

static const char text[] = ".include \"std.inc\"\n"
			   ".license \"GPL\"\n"
			   ".prog   on_exec  \"tracepoint/sched/sched_process_exec\"\n"
			   ".ctx    r6\n"
			   ".var    file: char[128]\n"
			   "        probe_read_kernel_str  &file, sizeof(file), args->filename\n"
			   "        if r0 s<= 0 goto .done\n"
			   "        printk  \"%s\", &file\n"
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
	struct rawbpf_trace_fields f;
	int err;

	signal(SIGINT, on_signal);
	setvbuf(stdout, NULL, _IOLBF, 0);
	err = rawbpf_load(b, .text = text, .name = "fields");
	if (!err)
		err = rawbpf_attach_all(b);
	if (!err)
		printf("%-18s %-16s %-7s %s\n", "TIME(s)", "TASK", "PID", "PROGRAM");
	while (!err) {
		err = rawbpf_trace_fields(b, &f, .stop = &stop);
		if (err < 0)
			break; /* -EINTR: Ctrl-C */
		/* names of others may hold what a terminal obeys */
		printf("%-18s ", f.ts);
		rawbpf_fprint_text(stdout, f.task, strlen(f.task), false);
		printf("%*s %-7d ", 16 - (int)strlen(f.task), "", f.pid);
		rawbpf_fprint_text(stdout, f.msg, f.msg_len, false);
		putchar('\n');
		err = 0;
	}
	if (err && !stop) /* Ctrl-C is no failure */
		fprintf(stderr, "%s\n", rawbpf_errmsg(b));
	rawbpf_free(b);
	return err && !stop;
}
