// SPDX-License-Identifier: MIT
/*
 * strlen_hist.c - histogram of strlen() results, printed on Ctrl-C.
 *
 * usage: strlen_hist [PID]
 */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "rawbpf.h"

/* as bpfasm/examples/strlen_hist.bpf; .src_file loads a file */
static const char text[] =
	".include \"hist.inc\"\n"
	".license \"GPL\"\n"
	".map    dist   histogram                ; array(u32, u64, 65): one u64 per power of two\n"
	".prog   count  \"uretprobe/c:strlen\"\n"
	"        r6 = retval                     ; this machine's pt_regs field\n"
	"        hist_add  dist, r6\n"
	"        return 0\n";

int main(int argc, char **argv)
{
	struct rawbpf *b;
	sigset_t stop;
	int sig, err;

	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigprocmask(SIG_BLOCK, &stop, NULL);

	b = rawbpf_new();
	err = rawbpf_load(b, .text = text, .name = "strlen_hist");
	if (err)
		goto out;
	err = rawbpf_attach_uretprobe(b, .name = "c", .sym = "strlen", .fn_name = "count",
		.pid = argc > 1 ? atoi(argv[1]) : 0);
	if (err)
		goto out;

	puts("Tracing strlen()... Hit Ctrl-C to end.");
	fflush(stdout);
	sigwait(&stop, &sig);
	err = rawbpf_print_log2_hist(rawbpf_table(b, "dist"), .val_type = "strlen return");
out:
	if (err)
		fprintf(stderr, "strlen_hist: %s\n", rawbpf_errmsg(b));
	rawbpf_free(b);
	return err ? 1 : 0;
}
