// SPDX-License-Identifier: MIT
/* main.c - rawbpf: one binary, one table of subcommands. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

static const struct {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *help;
} commands[] = {
	{"run", run_main, "load a file, attach its programs, print what they find"},
	{"load", load_main, "load every program, attach none"},
	{"asm", asm_main, "a text program to an object, a C header or hexadecimal"},
	{"dis", dis_main, "instructions back to text that assembles"},
	{"trace", trace_main, "the lines that programs print, live or saved"},
	{"hist", hist_main, "histogram of slot and count lines"},
	{"explain", explain_main, "a verifier log to the instruction, the cause and the advice"},
	{"usdt", usdt_main, "static probes of a program, a library or a process"},
	{"syms", syms_main, "functions of a program or library and their file offsets"},
	{"doctor", doctor_main, "what this kernel and this user can do"},
	{"audit", audit_main, "what two audit logs did differently"},
	{NULL, NULL, NULL},
};

/*
 * A file opened later must not become the closed stdin, stdout or stderr.  Reading takes stdout's
 * place, so that a write says EBADF.
 */
static void hold_standard_fds(void)
{
	struct pollfd fds[3] = {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}};
	int i, fd;

	poll(fds, 3, 0);
	for (i = 0; i < 3; i++) {
		if (!(fds[i].revents & POLLNVAL))
			continue;
		fd = open("/dev/null", i == 2 ? O_WRONLY : O_RDONLY);
		if (fd >= 0 && fd != i) {
			dup2(fd, i);
			close(fd);
		}
	}
}

static int usage(FILE *out, int status)
{
	size_t i;

	fputs("usage: rawbpf SUBCOMMAND [ARGUMENT ...]\n\n", out);
	for (i = 0; commands[i].name; i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
	fputs("\n'rawbpf SUBCOMMAND --help' tells more, rawbpf(1) all.\n", out);
	return status ? status : tool_finish("help", status);
}

int main(int argc, char **argv)
{
	size_t i;

	hold_standard_fds();
	if (argc < 2)
		return usage(stderr, TOOL_USAGE);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
		return usage(stdout, TOOL_OK);
	for (i = 0; commands[i].name; i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].main(argc - 1, argv + 1);
	fputs("rawbpf: no subcommand '", stderr);
	tool_puts_safe(stderr, argv[1]);
	fputs("'\n", stderr);
	return usage(stderr, TOOL_USAGE);
}
