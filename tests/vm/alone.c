// SPDX-License-Identifier: MIT
/*
 * alone.c - init of a machine that has nothing but the tool, a text, /proc and /sys: runs the tool
 * and gives it something to see, then powers off.  Its output is the console; "@" begins its own.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void read_some(int fd)
{
	char some[64];

	if (read(fd, some, sizeof(some)) <= 0)
		puts("@no /proc/version");
}

static pid_t start(const char *const *argv)
{
	pid_t pid = fork();

	if (!pid) {
		dup2(1, 2);
		execv("/rawbpf", (char *const *)argv);
		_exit(127);
	}
	return pid;
}

/* What the tool did with its arguments, while files are opened until it ends. */
static void run(const char *name, const char *const *argv)
{
	const struct timespec some = {0, 50000000};
	int status = -1, fd, i;
	pid_t pid;

	printf("@begin %s\n", name);
	pid = start(argv);
	for (i = 0; i < 2400 && waitpid(pid, &status, WNOHANG) != pid; i++) {
		syscall(SYS_openat, AT_FDCWD, "/nowhere/alone", O_RDONLY);
		fd = open("/proc/version", O_RDONLY | O_CLOEXEC);
		read_some(fd);
		close(fd);
		nanosleep(&some, NULL);
	}
	if (i == 2400)
		kill(pid, SIGKILL);
	printf("@end %s %d\n", name, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

int main(void)
{
	static const char *const doctor[] = {"rawbpf", "doctor", NULL};
	static const char *const load[] = {"rawbpf", "load", "/opensnoop.bpf", NULL};
	static const char *const opens[] = {"rawbpf", "run", "-d", "3", "/opensnoop.bpf", NULL};
	static const char *const sizes[] = {"rawbpf", "run", "-d", "3", "/read_sizes.bpf", NULL};
	struct utsname u;

	setvbuf(stdout, NULL, _IONBF, 0);
	if (mount("proc", "/proc", "proc", 0, NULL) || mount("sysfs", "/sys", "sysfs", 0, NULL))
		puts("@no /proc or /sys");
	if (!uname(&u))
		printf("@init %s %s\n", u.release, u.machine);
	run("doctor", doctor);
	run("load", load);
	run("opensnoop", opens);
	run("read_sizes", sizes);
	puts("@done");
	reboot(RB_POWER_OFF);
	return 1;
}
