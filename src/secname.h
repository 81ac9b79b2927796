/* SPDX-License-Identifier: MIT */
/* secname.h - what a program's section, or its name, says about its type. */
#ifndef SECNAME_H
#define SECNAME_H

#include "err.h"
#include "rawbpf_sys.h"

struct secname {
	enum rawbpf_prog_type type;
	enum rawbpf_attach_type attach_type; /* what the kernel is told when it loads, 0: nothing */
	bool sleepable;			     /* Linux 5.10 */
	bool autoload;			     /* false: the section begins with '?' */
};

/*
 * section as libbpf spells it ("?uprobe.s/c:strlen"), name as bcc does ("kprobe__vfs_read") for
 * sections that say nothing.  0, -EINVAL with near sections in the hint, or -EOPNOTSUPP: of a
 * struct_ops map.
 */
int secname_parse(const char *section, const char *name, struct secname *s, struct rawbpf_error *e);

/* "kprobe", "tracepoint" ...: a program type as bpftool prints it; "unknown" */
const char *secname_type(enum rawbpf_prog_type type);

#endif
