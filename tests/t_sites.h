/* SPDX-License-Identifier: MIT */
/* t_sites.h - start the programs of tests/sites, which have USDT probes and tell what they pass. */
#ifndef T_SITES_H
#define T_SITES_H

#include <stdio.h>
#include <sys/types.h>

#define T_SITES(name) TEST_BUILD "/sites/" name

/* They are not built where <sys/sdt.h> is missing. */
#define T_NEED_SITES()                                                          \
	do {                                                                    \
		if (access(T_SITES("plain"), X_OK))                             \
			T_SKIP("built without <sys/sdt.h>: systemtap-sdt-dev"); \
	} while (0)

/* ... nor are those of 32 bits by a compiler that knows no such CPU */
#define T_NEED_SITE(path)                                                \
	do {                                                             \
		T_NEED_SITES();                                          \
		if (access(path, X_OK))                                  \
			T_SKIP("the compiler makes no 32-bit programs"); \
	} while (0)

struct t_sites {
	int in;
	FILE *out;
	pid_t pid;
};

/* Started, having said "ready" (and what follows that, in line, if not NULL). */
void t_sites_start(struct t_sites *s, const char *path, const char *arg, char line[64]);
/* What it told of one command (see the program), without "done"; malloc'ed. */
char *t_sites_ask(struct t_sites *s, char command);
/* ... where nothing is to be told */
void t_sites_do(struct t_sites *s, char command);
/* Ends stdin, and waits; what it said last is malloc'ed. */
char *t_sites_end(struct t_sites *s);
/* The number behind a line's first word, "NAME 0x10" or "NAME 16"; -1: no such line. */
long t_sites_number(const char *told, const char *name);

#endif
