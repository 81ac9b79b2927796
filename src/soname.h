/* SPDX-License-Identifier: MIT */
/* soname.h - names of library files: whose library one is, and what it may have been meant by. */
#ifndef SONAME_H
#define SONAME_H

struct near;

/* How well a file's name fits a library's: 0 not at all, 4 it is the same. */
int soname_rank(const char *name, const char *file);
/* what is behind the last '/' */
const char *soname_base(const char *path);
/* "libssl.so.3", and as a user would ask for it: "ssl" or "libssl" */
void soname_offer(struct near *n, const char *file);

#endif
