// SPDX-License-Identifier: MIT
/* sections.c - bytes that read() returned: a histogram for each process, printed on Ctrl-C. */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "rawbpf.h"

static const char text[] = ".include \"hist.inc\"\n.license \"GPL\"\n"
			   ".map    sizes  histogram(u32)           ; and the record sizes_key\n"
			   ".prog   on_read  \"tracepoint/syscalls/sys_exit_read\"\n"
			   ".var    key: sizes_key\n"
			   "        r7 = args->ret\n"
			   "        if r7 s<= 0 goto .done          ; the end, or an error\n"
			   "        key = 0\n        pid       r8\n        key.bucket = r8\n"
			   "        hist_add  sizes, r7, key\n"
			   ".done:  return 0\n";

/* The section's name: the process and its program. */
static void print_process(FILE *out, const void *bucket, size_t size, void *arg)
{
	char path[32], name[32] = "is gone";
	unsigned pid;
	FILE *f;

	(void)arg;
	memcpy(&pid, bucket, size);
	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	f = fopen(path, "re");
	if (f && fgets(name, sizeof(name), f))
		name[strcspn(name, "\n")] = '\0';
	if (f)
		fclose(f);
	fprintf(out, "%u ", pid);
	rawbpf_fprint_text(out, name, strlen(name), false);
}

int main(void)
{
	struct rawbpf *b = rawbpf_new();
	int sig, err = rawbpf_load(b, .text = text, .name = "sections");
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	if (!err)
		err = rawbpf_attach_all(b);
	if (!err) {
		fputs("Tracing read()... Hit Ctrl-C to end.\n", stderr);
		sigwait(&stop, &sig);
		err = rawbpf_print_log2_hist(rawbpf_table(b, "sizes"), .val_type = "bytes",
			.section_header = "Process", .section_print_fn = print_process);
	}
	if (err)
		fprintf(stderr, "%s\n", rawbpf_errmsg(b));
	rawbpf_free(b);
	return err ? 1 : 0;
}
