// SPDX-License-Identifier: MIT
/*
 * test_terminal.c - what others chose (names of processes and files, strings, lines) reaches a
 * terminal only as text.
 *
 * Each command has a pseudo-terminal for its output, which stands in raw mode: what comes out at
 * the other end is what a terminal would have been told.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "t.h"

#define TERM_TOOL TEST_BUILD "/rawbpf"

/* A title for the window, a colour, C1's CSI alone and in UTF-8, and a byte of no character. */
#define TERM_EVIL      "\x1b]0;x\a\x9b\x33m\xc2\x9b\xff"
#define TERM_EVIL_SEEN "\\x1b]0;x\\x07\\x9b3m\\xc2\\x9b\\xff"

struct term {
	pid_t pid;
	int fd; /* the terminal's own end */
	size_t len;
	char text[1 << 16];
};

static bool term_open(struct term *t, int *slave)
{
	struct termios raw;

	t->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (t->fd < 0 || grantpt(t->fd) || unlockpt(t->fd))
		return false;
	*slave = open(ptsname(t->fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(*slave, 0);
	ck_assert_int_eq(tcgetattr(*slave, &raw), 0);
	cfmakeraw(&raw);
	ck_assert_int_eq(tcsetattr(*slave, TCSANOW, &raw), 0);
	return true;
}

/* stdin, stdout and stderr are the terminal; false: this machine has none */
static bool term_start(struct term *t, const char *const *argv)
{
	int slave;

	t->len = 0;
	if (!term_open(t, &slave))
		return false;
	t->pid = fork();
	if (!t->pid) {
		dup2(slave, 0);
		dup2(slave, 1);
		dup2(slave, 2);
		execv(TERM_TOOL, (char *const *)argv);
		_exit(127);
	}
	close(slave);
	return true;
}

/* Until it has said that; false: it ended before. */
static bool term_said(struct term *t, const char *what)
{
	ssize_t n;

	for (;;) {
		t->text[t->len] = '\0';
		if (what && strstr(t->text, what))
			return true;
		if (t->len == sizeof(t->text) - 1)
			return false;
		n = read(t->fd, t->text + t->len, sizeof(t->text) - 1 - t->len);
		if (n <= 0) /* EIO: the last of the other end is closed */
			return false;
		t->len += (size_t)n;
	}
}

static void term_end(struct term *t)
{
	int status;

	term_said(t, NULL);
	ck_assert_int_eq(waitpid(t->pid, &status, 0), t->pid);
	close(t->fd);
}

/* Nothing but text and newlines, and a stand-in for what was more. */
static void term_check(const struct term *t, const char *want)
{
	size_t i;

	for (i = 0; i < t->len; i++) {
		unsigned char c = (unsigned char)t->text[i];

		ck_assert_msg((c >= ' ' && c < 0x7f) || c == '\n' || c == '\t',
			"byte %02x at %zu: %s", c, i, t->text);
	}
	ck_assert_msg(strstr(t->text, want), "no '%s': %s", want, t->text);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

#define TERM_LINE                                                               \
	"  sh" TERM_EVIL "-12     [001] d..1.  1768.945420: bpf_trace_printk: " \
	"one" TERM_EVIL "\n"

/* argv from the second on; FILE stands for the file's name, which is as bad as what it holds */
static const struct {
	const char *text, *argv[5], *want;
} commands[] = {
	{"", {"usdt", "/nonexistent/" TERM_EVIL}, "'/nonexistent/" TERM_EVIL_SEEN},
	{"", {"syms", "FILE"}, TERM_EVIL_SEEN},
	{"", {"run", TERM_EVIL}, TERM_EVIL_SEEN},
	{"", {"load", TERM_EVIL}, TERM_EVIL_SEEN},
	{"", {"nothing", TERM_EVIL}, "no subcommand"},
	{"", {TERM_EVIL}, TERM_EVIL_SEEN},
	{"", {"run", "--" TERM_EVIL}, TERM_EVIL_SEEN},
	{"", {"hist", "-x", TERM_EVIL}, "no option"},
	{TERM_EVIL "\n", {"asm", "-E", "FILE"}, "\\x1b"},
	{".error \"" TERM_EVIL "\"\n", {"asm", "-E", "FILE"}, "\\x1b"},
	{".error \"" TERM_EVIL "\"\n", {"load", "FILE"}, "\\x1b"},
	{TERM_EVIL " 3 x\n", {"hist", "FILE"}, "\\x1b"},
	{TERM_EVIL " 3 4\n", {"hist", "FILE"}, TERM_EVIL_SEEN},
	{TERM_EVIL " 3 4\n", {"hist", "--json", "FILE"},
		"\\u001b]0;x\\u0007\\u009b3m\\u009b\\u00ff"},
	{TERM_LINE, {"trace", "FILE"}, "one" TERM_EVIL_SEEN "\n"},
	{TERM_LINE, {"trace", "-f", "{0}: {5}", "FILE"}, TERM_EVIL_SEEN ": one" TERM_EVIL_SEEN},
	{TERM_LINE, {"trace", "--json", "FILE"}, "one\\u001b]0;x\\u0007\\u009b3m\\u009b\\u00ff\""},
	{"0: (85) call " TERM_EVIL "#4711\ninvalid func " TERM_EVIL "#4711\n", {"explain", "FILE"},
		"\\x1b"},
};

START_TEST(what_commands_say)
{
	static struct term t;
	const char *argv[8] = {"rawbpf"};
	char dir[] = "/tmp/rawbpf-term-XXXXXX", path[96];
	size_t i;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/" TERM_EVIL, dir);
	write_file(path, commands[_i].text);
	for (i = 0; i < 5; i++)
		argv[i + 1] = commands[_i].argv[i] && !strcmp(commands[_i].argv[i], "FILE")
				      ? path
				      : commands[_i].argv[i];
	if (!term_start(&t, argv))
		T_SKIP("no pseudo-terminals");
	term_end(&t);
	unlink(path);
	rmdir(dir);
	term_check(&t, commands[_i].want);
}
END_TEST

/* An object's strings are the object's; a pipe gets them as they are. */
START_TEST(strings_of_an_object)
{
	char dir[] = "/tmp/rawbpf-term-XXXXXX", text[64], object[64], *out;
	static struct term t;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(text, sizeof(text), "%s/t.bpf", dir);
	snprintf(object, sizeof(object), "%s/t.o", dir);
	write_file(text, ".license \"GPL\"\n.map m array(u32, char[8], 1)\n"
			 ".prog p \"socket/" TERM_EVIL "\"\n	return 0\n");
	ck_assert_int_eq(t_run(&out, TERM_TOOL " asm -o %s %s 2>&1", object, text), 0);
	free(out);
	ck_assert_int_eq(t_run(&out, TERM_TOOL " dis %s", object), 0);
	ck_assert_ptr_nonnull(strstr(out, "socket/"));
	free(out);
	if (!term_start(&t, (const char *const[]){"rawbpf", "dis", object, NULL}))
		T_SKIP("no pseudo-terminals");
	term_end(&t);
	unlink(text);
	unlink(object);
	rmdir(dir);
	term_check(&t, "\\x1b");
}
END_TEST

/* ---- live ---------------------------------------------------------------------------------- */

#define TERM_NAME      "\x1b]0;x\a\x9b\xc2\x85\xff"
#define TERM_NAME_SEEN "\\x1b]0;x\\x07\\x9b\\xc2\\x85\\xff"

static const char program[] = ".include \"std.inc\"\n"
			      ".include \"hist.inc\"\n"
			      ".license \"GPL\"\n"
			      ".map dist histogram(char[16])\n"
			      ".prog on_getpgid \"tracepoint/syscalls/sys_enter_getpgid\"\n"
			      ".var key: dist_key\n"
			      "	r0 = bpf_get_current_pid_tgid()\n"
			      "	r0 >>= 32\n"
			      "	if r0 != %d goto .out\n"
			      "	key = 0\n"
			      "	comm key.bucket\n"
			      "	printk \"seen %%s\", &key.bucket\n"
			      "	hist_add dist, 5, key\n"
			      ".out:	return 0\n";

/* The kernel learns a name that it prints before a line whenever the process sleeps. */
static void call_by_that_name(void)
{
	int i;

	ck_assert_int_eq(prctl(PR_SET_NAME, TERM_NAME), 0);
	for (i = 0; i < 5; i++) {
		usleep(10000);
		syscall(SYS_getpgid, 0);
	}
}

/* The name of the process that is traced, in the lines, in what the program prints, and as the key
 * of a histogram; "run", and "trace" beside it. */
START_TEST(names_of_processes)
{
	const char *const trace[] = {"rawbpf", "trace", _i ? "--json" : NULL, NULL};
	const char *run[] = {"rawbpf", "run", NULL, _i ? "--json" : NULL, NULL};
	const char *seen = _i ? "\"msg\": \"seen \\u001b]0;x\\u0007\\u009b\\u0085\\u00ff\"}"
			      : "seen " TERM_NAME_SEEN "\n";
	char path[] = "/tmp/rawbpf-term-XXXXXX", text[1024], old[16] = "";
	static struct term t, lines;

	T_NEED_ROOT();
	close(mkstemp(path));
	snprintf(text, sizeof(text), program, getpid());
	write_file(path, text);
	run[2] = path;
	if (!term_start(&t, run) || !term_start(&lines, trace))
		T_SKIP("no pseudo-terminals");
	ck_assert_msg(term_said(&t, "attached at 1 place"), "%s", t.text);
	ck_assert_msg(term_said(&lines, "Ctrl-C ends"), "%s", lines.text);
	ck_assert_int_eq(prctl(PR_GET_NAME, old), 0);
	call_by_that_name();
	ck_assert_msg(term_said(&t, seen), "%s", t.text);
	/* before 5.9 there is one pipe, and "run" has it */
	if (!strstr(lines.text, "EBUSY"))
		ck_assert_msg(
			term_said(&lines, seen) || strstr(lines.text, "EBUSY"), "%s", lines.text);
	kill(t.pid, SIGINT); /* what is on its way is printed first */
	kill(lines.pid, SIGINT);
	term_end(&t);
	term_end(&lines);
	prctl(PR_SET_NAME, old);
	unlink(path);
	term_check(&t, seen);
	term_check(&t,
		_i ? "\"section\": \"\\\\x1b]0;x\\\\x07" : "\nBucket ptr = " TERM_NAME_SEEN "\n");
	term_check(&t, _i ? "\"task\": \"\\u001b]0;x" : TERM_NAME_SEEN "-");
	term_check(&lines, strstr(lines.text, "EBUSY") ? "EBUSY" : seen);
}
END_TEST

Suite *suite_terminal(void);
Suite *suite_terminal(void)
{
	int n = (int)(sizeof(commands) / sizeof(commands[0]));
	Suite *s = suite_create("terminal");
	TCase *t = tcase_create("host"), *live = tcase_create("live");

	tcase_add_loop_test(t, what_commands_say, 0, n);
	tcase_add_test(t, strings_of_an_object);
	suite_add_tcase(s, t);
	tcase_add_loop_test(live, names_of_processes, 0, 2);
	tcase_set_timeout(live, 60);
	suite_add_tcase(s, live);
	return s;
}
