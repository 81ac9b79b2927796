/* SPDX-License-Identifier: MIT */
/* section.h - is a program's section one that loaders know? */
#ifndef SECTION_H
#define SECTION_H

#include "diag.h"

/* "?uprobe.s/c:strlen": a '?' in front says that it is not loaded unless asked for */
bool section_known(const char *section);
/* does a program's name say its type, as bcc's "kprobe__vfs_read" does? */
bool section_by_name(const char *name);
/* "; did you mean 'kprobe'?" or "", in buf */
const char *section_near(const char *section, char *buf, size_t size);

#endif
