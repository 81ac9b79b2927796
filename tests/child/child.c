// SPDX-License-Identifier: MIT
/*
 * child.c - a program for the live tests to probe: dynamically linked, so that libc's functions are
 * in a file of their own, and built before the tests run, so that they need no compiler.
 *
 * Each command says that it is ready, waits for a byte on stdin, does its work, tells so, and waits
 * for the end of stdin.  Nothing here calls a function of libc's that is being counted but the work itself.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__((noinline, used)) long work(long x);
__attribute__((noinline, used)) long work(long x)
{
	__asm__ volatile("" : "+r"(x));
	return x + 1;
}

static void *work_10(void *p)
{
	int i;

	for (i = 0; i < 10; i++)
		work(i);
	return p;
}

/* 30 calls of work() in three threads */
static void threads(void)
{
	pthread_t t[3];
	int i;

	for (i = 0; i < 3; i++)
		if (pthread_create(&t[i], NULL, work_10, NULL))
			_exit(3);
	for (i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
}

/* strlen() of each end of a text of 36 characters: 37 calls, lengths 36 to 0 */
static void lengths(void)
{
	static const char text[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	size_t (*volatile fn)(const char *) = strlen;
	size_t i;

	for (i = 0; i < sizeof(text); i++)
		fn(text + i);
}

/* The file offset of what callers get for a name; dlsym() runs an IFUNC's resolver. */
static void where(const char *name)
{
	unsigned long addr = (unsigned long)dlsym(RTLD_DEFAULT, name), start, end, offset;
	FILE *f = fopen("/proc/self/maps", "re");
	char line[512];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx-%lx %*s %lx", &start, &end, &offset) == 3 && addr >= start &&
			addr < end)
			printf("%s %lu\n", name, addr - start + offset);
	if (f)
		fclose(f);
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "threads";
	char c;
	int i;

	if (!strcmp(command, "where")) {
		for (i = 2; i < argc; i++)
			where(argv[i]);
		return 0;
	}
	if (!strcmp(command, "calls")) /* their PLT slots are filled by the first call */
		argc -= !strstr(argv[0], argv[0] + 1) + !memchr(argv[0], *argv[0], 1);
	if (write(1, "ready\n", 6) != 6)
		return 2;
	if (read(0, &c, 1) != 1)
		return 0;
	if (!strcmp(command, "threads"))
		threads();
	else if (!strcmp(command, "strlen"))
		lengths();
	if (write(1, "done\n", 5) != 5)
		return 2;
	while (read(0, &c, 1) > 0)
		;
	return argc < 0; /* never: so that the call of strstr() is made */
}
