/* SPDX-License-Identifier: MIT */
/* section.h - is a program's section one that loaders know? */
#ifndef SECTION_H
#define SECTION_H

#include "diag.h"

/* "?uprobe.s/c:strlen": a '?' in front says that it is not loaded unless asked for */
bool section_known(const char *section);
/* what the kernel is told of its program: bpf_attr.prog_type, .expected_attach_type, and
 * BPF_F_SLEEPABLE; false: it is not known, all are 0 */
struct section_type {
	uint8_t type, attach;
	bool sleepable;
};
bool section_type(const char *section, struct section_type *t);
/* does a program's name say its type, as bcc's "kprobe__vfs_read" does? */
bool section_by_name(const char *name);
/* "; did you mean 'kprobe'?" or "", in buf */
const char *section_near(const char *section, char *buf, size_t size);

#endif
