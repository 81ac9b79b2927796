/* SPDX-License-Identifier: MIT */
/* rootpath.h - paths as a process with another root sees them. */
#ifndef ROOTPATH_H
#define ROOTPATH_H

#include <stdbool.h>

struct sys;

/*
 * The path to open for what is path below root ("" for our own: the path as it is), malloc'ed; no
 * part of it is a link.  gone: its last part may be missing.  0 or a negative errno.
 */
int rootpath_walk(struct sys *s, const char *root, const char *path, bool gone, char **out);

#endif
