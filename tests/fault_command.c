// SPDX-License-Identifier: MIT
/*
 * fault_command.c - the scenarios of the command: whole subcommands, in this process.
 *
 * What they print goes to a file; of one that fails, the last line of stderr must say in whose name.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fault.h"

enum { WORDS = 16 };

int asm_main(int argc, char **argv);
int dis_main(int argc, char **argv);
int doctor_main(int argc, char **argv);
int load_main(int argc, char **argv);
int run_main(int argc, char **argv);
int syms_main(int argc, char **argv);
int trace_main(int argc, char **argv);
int usdt_main(int argc, char **argv);

/* f->fds: stdout and stderr as they were; f->count: the file that stands for both. */
static bool begin_quiet(struct fault *f)
{
	int fd = memfd_create("printed", MFD_CLOEXEC);

	fflush(NULL);
	f->count = (unsigned)fd;
	f->fds[0] = fcntl(1, F_DUPFD_CLOEXEC, 10);
	f->fds[1] = fcntl(2, F_DUPFD_CLOEXEC, 10);
	return fd >= 0 && f->fds[0] >= 0 && f->fds[1] >= 0;
}

static void end_quiet(struct fault *f)
{
	close((int)f->count);
	close(f->fds[0]);
	close(f->fds[1]);
}

/* One command, of words; what it printed is not shown. */
static int command(struct fault *f, int (*run)(int argc, char **argv), const char *const *words)
{
	static char says[8192];
	char *argv[WORDS + 1] = {NULL}, name[40];
	ssize_t n;
	int argc, status;

	for (argc = 0; argc < WORDS && words[argc]; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc];
	if (ftruncate((int)f->count, 0) || lseek((int)f->count, 0, SEEK_SET) ||
		dup2((int)f->count, 1) < 0 || dup2((int)f->count, 2) < 0)
		return -errno;
	optind = 0;
	status = run(argc, argv);
	fflush(stdout);
	if (!f->row->apart) { /* which rights that are given up do not allow */
		dup2(f->fds[0], 1);
		dup2(f->fds[1], 2);
	}
	if (!status)
		return 0;
	n = pread((int)f->count, says, sizeof(says) - 1, 0);
	says[n < 0 ? 0 : n] = '\0';
	snprintf(name, sizeof(name), "rawbpf %s: ", words[0]);
	snprintf(f->why, sizeof(f->why), "%.199s", says);
	/* the doctor tells in its own table; errors of a text stand at their line */
	return strstr(says, name) || strstr(says, ": error: ") || run == doctor_main ? status : 99;
}

static int doctor(struct fault *f)
{
	static const char *const words[] = {"doctor", NULL};
	int status = command(f, doctor_main, words);

	return status == 1 ? 0 : status; /* something is missing here */
}

static int doctor_reap(struct fault *f)
{
	static const char *const words[] = {"doctor", "--reap", NULL};

	return command(f, doctor_main, words);
}

static int load(struct fault *f)
{
	static const char *const words[] = {
		"load", TEST_ROOT "/bpfasm/examples/opensnoop.bpf", NULL};

	return command(f, load_main, words);
}

static int run_hist(struct fault *f)
{
	static const char *const words[] = {"run", "-d", "0.01", "--audit", "/dev/null",
		TEST_ROOT "/bpfasm/examples/count_opens.bpf", NULL};

	return command(f, run_main, words);
}

static int run_drop(struct fault *f)
{
	static const char *const words[] = {
		"run", "-d", "0.01", "--drop", TEST_ROOT "/bpfasm/examples/count_opens.bpf", NULL};

	return command(f, run_main, words);
}

static int run_drop_lines(struct fault *f)
{
	static const char *const words[] = {"run", "-d", "0.01", "--drop", "--json",
		TEST_ROOT "/bpfasm/examples/opensnoop.bpf", NULL};

	return command(f, run_main, words);
}

static int trace_lines(struct fault *f)
{
	static const char *const words[] = {"trace", "--json", "--audit", "/dev/null", NULL};

	return command(f, trace_main, words);
}

static int trace_shared(struct fault *f)
{
	static const char *const words[] = {
		"trace", "--shared", "-f", "{1:>7} {5}", "--symbol", "none", NULL};

	return command(f, trace_main, words);
}

static int trace_drop(struct fault *f)
{
	static const char *const words[] = {"trace", "--drop", NULL};

	return command(f, trace_main, words);
}

static int trace_saved(struct fault *f)
{
	const char *const words[] = {"trace", "--json", f->dir, NULL};

	return command(f, trace_main, words);
}

static bool begin_saved(struct fault *f)
{
	static const char lines[] = "            bash-815     [001] d..31  2703.1: a: one\n two\n"
				    "# tracer: nop\n"
				    "CPU:1 [LOST 7 EVENTS]\n"
				    "            bash-815     [001] d..31  2703.2: a: three\n";
	int fd = memfd_create("saved", MFD_CLOEXEC);

	f->offset = (uint64_t)fd;
	snprintf(f->dir, sizeof(f->dir), "/proc/self/fd/%d", fd);
	return fd >= 0 && write(fd, lines, strlen(lines)) > 0 && begin_quiet(f);
}

static void end_saved(struct fault *f)
{
	close((int)f->offset);
	end_quiet(f);
}

static int run_dry(struct fault *f)
{
	static const char *const words[] = {
		"run", "--dry-run", TEST_ROOT "/bpfasm/examples/opensnoop.bpf", NULL};

	return command(f, run_main, words);
}

static int syms(struct fault *f)
{
	static const char *const words[] = {"syms", TEST_BUILD "/child", "work", "--why", NULL};

	return command(f, syms_main, words);
}

static int assemble(struct fault *f)
{
	static const char *const words[] = {
		"asm", "-o", "-", TEST_ROOT "/bpfasm/examples/opensnoop.bpf", NULL};

	return command(f, asm_main, words);
}

static int disassemble(struct fault *f)
{
	static const char *const words[] = {"dis", TEST_DATA "/object/all.bpf.o", NULL};

	return command(f, dis_main, words);
}

static int usdt(struct fault *f)
{
	static const char *const words[] = {"usdt", "/proc/self/exe", NULL};

	return command(f, usdt_main, words);
}

#define COMMAND(words, fn)                                                               \
	.name = "rawbpf " words, .is_command = true, .begin = begin_quiet, .step = {fn}, \
	.end = end_quiet

const struct fault_row fault_command_rows[] = {
	{COMMAND("doctor", doctor), .slow = 10, .waits = true},
	{COMMAND("doctor --reap", doctor_reap)},
	{COMMAND("load", load), .slow = 3},
	{COMMAND("run", run_hist), .slow = 4, .waits = true},
	{COMMAND("run --dry-run", run_dry), .slow = 3},
	{COMMAND("run --drop", run_drop), .slow = 4, .waits = true, .apart = true, .drops = true},
	{COMMAND("run --drop --json", run_drop_lines), .slow = 8, .alone = true, .waits = true,
		.apart = true, .drops = true},
	{COMMAND("trace", trace_lines), .slow = 2, .alone = true, .waits = true, .apart = true,
		.stops = true},
	{COMMAND("trace --shared", trace_shared), .alone = true, .waits = true, .apart = true,
		.stops = true},
	{COMMAND("trace --drop", trace_drop), .slow = 4, .alone = true, .waits = true,
		.apart = true, .drops = true, .stops = true},
	{.name = "rawbpf trace FILE",
		.is_command = true,
		.begin = begin_saved,
		.step = {trace_saved},
		.waits = true,
		.end = end_saved},
	{COMMAND("syms --why", syms)},
	{COMMAND("asm", assemble)},
	{COMMAND("dis", disassemble)},
	{COMMAND("usdt", usdt)},
	{.name = NULL},
};
