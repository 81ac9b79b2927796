// SPDX-License-Identifier: MIT
/* main.c - rawbpf: one binary, one table of subcommands. */
#include <stdio.h>
#include <string.h>

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
	{NULL, NULL, NULL},
};

static int usage(FILE *out, int status)
{
	size_t i;

	fputs("usage: rawbpf SUBCOMMAND [ARGUMENT ...]\n\n", out);
	for (i = 0; commands[i].name; i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
	fputs("\n'rawbpf SUBCOMMAND --help' tells more, rawbpf(1) all.\n", out);
	return status;
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 2)
		return usage(stderr, TOOL_USAGE);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
		return usage(stdout, TOOL_OK);
	for (i = 0; commands[i].name; i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].main(argc - 1, argv + 1);
	fprintf(stderr, "rawbpf: no subcommand '%s'\n", argv[1]);
	return usage(stderr, TOOL_USAGE);
}
