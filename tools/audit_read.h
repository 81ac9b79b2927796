/* SPDX-License-Identifier: MIT */
/* audit_read.h - the lines of an audit log, as text or JSON, read into names and values. */
#ifndef AUDIT_READ_H
#define AUDIT_READ_H

#include <stdbool.h>
#include <stddef.h>

struct audit_value {
	const char *name; /* "key_size"; of arguments that have none "2", their place */
	const char *text; /* without numbers of descriptors, and not quoted */
};

/* One call. */
struct audit_entry {
	size_t line;		    /* from 1 */
	const char *call, *cmd;	    /* cmd: "" for calls that have none */
	const char *role;	    /* "map dist"; "" */
	struct audit_value *values; /* arguments and fields, then "result", then "fallback" */
	size_t n;
};

struct audit_log {
	char *text; /* that entries point into */
	struct audit_entry *entries;
	size_t n;
};

/* true, or false after it told why; audit_log_free() in any case */
bool audit_log_read(const char *name, const char *path, struct audit_log *log);
void audit_log_free(struct audit_log *log);

#endif
