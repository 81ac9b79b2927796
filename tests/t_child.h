/* SPDX-License-Identifier: MIT */
/* t_child.h - start tests/child/child.c, a program for live tests to probe. */
#ifndef T_CHILD_H
#define T_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* with all its symbols, and with none */
#define T_CHILD		 TEST_BUILD "/child"
#define T_CHILD_STRIPPED TEST_BUILD "/child-stripped"
/* with pointers to strstr(), memchr() and time(), and no calls */
#define T_CHILD_POINTERS TEST_BUILD "/child-pointers"

struct t_child {
	int in, out;
	pid_t pid;
};

/* Started, with libc mapped, waiting to be told to go.  command: see the program; path: a copy. */
void t_child_start(struct t_child *c, const char *path, const char *command);
/* Lets it do its work; it stays until it is ended. */
void t_child_go(const struct t_child *c);
void t_child_end(struct t_child *c);
/*
 * A program for musl's loader at path, which calls atoi() of its C library 50 times when told to
 * go; false: it cannot be built or run here.
 */
bool t_child_musl(const char *path);
/* The file offset in libc of what its callers get for a function's name. */
uint64_t t_child_where(const char *name);

#endif
