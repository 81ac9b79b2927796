// SPDX-License-Identifier: MIT
/*
 * pointers.c - like child.c, but nothing in it calls strstr(), memchr() or time(): only pointers
 * among its data lead there.
 */
#include <string.h>
#include <time.h>
#include <unistd.h>

static char *(*volatile to_strstr)(const char *, const char *) = strstr;
static void *(*volatile to_memchr)(const void *, int, size_t) = memchr;
static time_t (*volatile to_time)(time_t *) = time;

int main(int argc, char **argv)
{
	char c;

	if (write(1, "ready\n", 6) != 6)
		return 2;
	while (read(0, &c, 1) > 0)
		;
	return argc < 0 &&
	       (!to_strstr(argv[0], argv[1]) || !to_memchr(argv[0], argc, 1) || to_time(NULL));
}
