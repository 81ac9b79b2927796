/* SPDX-License-Identifier: MIT */
/* tool.h - what the subcommands share. */
#ifndef TOOL_H
#define TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "rawbpf.h"

/* Exit statuses. */
enum { TOOL_OK = 0, TOOL_FAILED = 1, TOOL_USAGE = 2 };

/* Each subcommand; argv[0] is its name.  Returns an exit status. */
int audit_main(int argc, char **argv);
int asm_main(int argc, char **argv);
int dis_main(int argc, char **argv);
int doctor_main(int argc, char **argv);
int explain_main(int argc, char **argv);
int hist_main(int argc, char **argv);
int load_main(int argc, char **argv);
int run_main(int argc, char **argv);
int syms_main(int argc, char **argv);
int trace_main(int argc, char **argv);
int usdt_main(int argc, char **argv);

/* "rawbpf NAME: TEXT" to stderr; returns TOOL_FAILED */
int tool_fail(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* the same of what the log function of a context is told, which may have several lines */
void tool_warn(const char *name, const char *msg);
/* an error object: its message, its hint on a line of its own, and the log when there is one */
int tool_error(const char *name, const struct rawbpf_error *e);
/* for --help: usage to stdout */
int tool_usage(const char *name, const char *usage);
/* wrong usage: what is wrong, then usage; returns TOOL_USAGE */
int tool_wrong(const char *name, const char *usage, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* getopt_long(3), with its optarg and optind; '?' after it told what is wrong, with usage */
struct option;
int tool_getopt(const char *name, const char *usage, int argc, char **argv, const char *shorts,
	const struct option *longs);
/*
 * The operands after the options, at least min and at most max, of which what ("FILE") names one
 * that is missing; TOOL_OK or TOOL_USAGE.
 */
int tool_operands(const char *name, const char *usage, int argc, char **argv, const char *what,
	int min, int max);

/* a whole file, or stdin for "-"; malloc'ed, NUL-terminated; NULL after it told why */
char *tool_read(const char *name, const char *path, size_t *len);
/* before work whose result would be lost: TOOL_FAILED when stdout is closed */
int tool_stdout(const char *name);
/* flush stdout; TOOL_FAILED when what was written did not all go out, else status */
int tool_finish(const char *name, int status);
/* In a device's tool: lets go of the pages of its own code; what is asked again is mapped again. */
void tool_shed(void);

/* JSON, one object a line: json_open(), fields, json_close().  key NULL: an array's element */
struct json {
	FILE *out;
	bool more; /* a comma is due */
};
void json_open(struct json *j, FILE *out);
void json_close(struct json *j);			       /* and the newline */
void json_str(struct json *j, const char *key, const char *s); /* NULL: null */
void json_strn(struct json *j, const char *key, const char *s, size_t len);
void json_int(struct json *j, const char *key, int64_t v);
void json_uint(struct json *j, const char *key, uint64_t v);
void json_hex(struct json *j, const char *key, uint64_t v); /* "0x1f" */
void json_bool(struct json *j, const char *key, bool v);
void json_null(struct json *j, const char *key);
void json_begin(struct json *j, const char *key, char bracket);	      /* '[' or '{' */
void json_end(struct json *j, char bracket);			      /* ']' or '}' */
void json_trace(struct json *j, const struct rawbpf_trace_fields *f); /* a trace line */

/* text from elsewhere to a terminal: \n, \t, \r or \xNN for bytes that are not to be seen */
void tool_puts_safe(FILE *out, const char *s);
void tool_puts_lines(FILE *out, const char *s); /* newlines and tabs stay */

/* A number of base 10 or 16, in a tenth of printf's time: a process's listing has thousands. */
void tool_put_number(FILE *out, uint64_t v, unsigned base);

#endif
