// SPDX-License-Identifier: MIT
/*
 * kprobelist.c - what the kernel lists of its functions: those never probed.
 *
 * The list is in debugfs, which is often not mounted.  A detached mount (Linux 5.2) reads it
 * without a trace in the mount table.
 */
#include "kprobelist.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define KPROBELIST_MAX (64u << 20)

static int kprobelist_debugfs(struct sys *s)
{
	int fs = sys_fsopen(s, "debugfs"), fd;

	if (fs < 0)
		return fs;
	fd = sys_fsconfig(s, fs, 6 /* FSCONFIG_CMD_CREATE */);
	if (fd >= 0)
		fd = sys_fsmount(s, fs);
	sys_close(s, fs);
	return fd;
}

int kprobelist_blacklist(struct sys *s, struct buf *text)
{
	int dir, err;

	err = sys_read_file(
		s, AT_FDCWD, "/sys/kernel/debug/kprobes/blacklist", KPROBELIST_MAX, text);
	if (err != -ENOENT)
		return err;
	dir = kprobelist_debugfs(s);
	if (dir < 0)
		return err;
	err = sys_read_file(s, dir, "kprobes/blacklist", KPROBELIST_MAX, text);
	sys_close(s, dir);
	return err;
}

/* Lines are "0xBEGIN-0xEND\tNAME". */
bool kprobelist_has(const struct buf *text, const char *name)
{
	size_t len = strlen(name);
	const char *p = buf_str(text);

	for (; len && (p = strstr(p, name)); p += len)
		if (p > text->data && p[-1] == '\t' && (p[len] == '\n' || !p[len]))
			return true;
	return false;
}
