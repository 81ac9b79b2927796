/* SPDX-License-Identifier: MIT */
/* tool_audit.h - --audit FILE, --audit-stable and --audit-json of the subcommands. */
#ifndef TOOL_AUDIT_H
#define TOOL_AUDIT_H

#include "tool.h"

#define TOOL_AUDIT_USAGE                                                                          \
	"  --audit FILE    write each call to the kernel that BPF, perf or tracefs gets, a line " \
	"each\n"                                                                                  \
	"  --audit-stable  without fd numbers, addresses, ids and times, so that two runs "       \
	"compare\n"                                                                               \
	"  --audit-json    as JSON, one object a line\n"

#define TOOL_AUDIT_OPTIONS                                              \
	{"audit", required_argument, NULL, TOOL_AUDIT_FILE},            \
		{"audit-stable", no_argument, NULL, TOOL_AUDIT_STABLE}, \
	{                                                               \
		"audit-json", no_argument, NULL, TOOL_AUDIT_JSON        \
	}

enum { TOOL_AUDIT_FILE = 1000, TOOL_AUDIT_STABLE, TOOL_AUDIT_JSON };

/* All zero: no audit. */
struct tool_audit {
	const char *path;
	unsigned form;
	FILE *out;
};

/* true: opt was one of these options */
bool tool_audit_option(struct tool_audit *a, int opt, const char *value);
/* TOOL_OK, or TOOL_FAILED after it told why */
int tool_audit_begin(struct tool_audit *a, const char *name, struct rawbpf *b);
/* of a dry run, which b is from here on: to stdout where no file is named, stable */
int tool_audit_plan(struct tool_audit *a, const char *name, struct rawbpf *b);
/* the same file for one context more */
int tool_audit_watch(const struct tool_audit *a, const char *name, struct rawbpf *b);
/* when the context has been freed: status, or TOOL_FAILED when lines were lost */
int tool_audit_end(struct tool_audit *a, const char *name, int status);

#endif
