// SPDX-License-Identifier: MIT
/* explain.c - rawbpf explain: a verifier log to the instruction, the cause and the advice. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tool.h"

static const char explain_usage[] =
	"[--errno N] [--json] [FILE | -]\n"
	"\n"
	"Reads a verifier log, from a file or stdin, and tells where and why the program was "
	"refused\n"
	"and what to write instead.  What a loader prints around the log does no harm.\n"
	"\n"
	"  --errno N  what bpf(2) gave, a number or a name (EACCES); tells the cause of an empty "
	"log\n"
	"  --json     one object: insn, line, msg, hint, file, errno";

/* What BPF_PROG_LOAD gives. */
static const struct {
	const char *name;
	int err;
} errno_names[] = {
	{"EPERM", EPERM},
	{"ENOENT", ENOENT},
	{"ESRCH", ESRCH},
	{"EINTR", EINTR},
	{"E2BIG", E2BIG},
	{"EBADF", EBADF},
	{"EAGAIN", EAGAIN},
	{"ENOMEM", ENOMEM},
	{"EACCES", EACCES},
	{"EFAULT", EFAULT},
	{"EBUSY", EBUSY},
	{"EEXIST", EEXIST},
	{"ENODEV", ENODEV},
	{"EINVAL", EINVAL},
	{"ENOSPC", ENOSPC},
	{"ERANGE", ERANGE},
	{"EDEADLK", EDEADLK},
	{"EOPNOTSUPP", EOPNOTSUPP},
	{"ENOTSUP", EOPNOTSUPP},
	{"ENOTSUPP", 524},
};

/* "13", "-13", "EACCES", "-eacces"; 0 for what is none */
static int parse_errno(const char *s)
{
	unsigned long v;
	char *end;
	size_t i;

	s += *s == '-';
	for (i = 0; i < sizeof(errno_names) / sizeof(*errno_names); i++)
		if (!strcasecmp(s, errno_names[i].name))
			return errno_names[i].err;
	if (*s < '0' || *s > '9')
		return 0;
	v = strtoul(s, &end, 10);
	return *end || v > 4095 ? 0 : (int)v;
}

/* The message without the errno's name, which the library appends; *name is that name. */
static size_t message_len(const struct rawbpf_error *e, const char **name)
{
	const char *colon = e->err ? strrchr(e->msg, ':') : NULL;

	*name = colon ? colon + 2 : NULL;
	return colon ? (size_t)(colon - e->msg) : strlen(e->msg);
}

static void print_json(const struct rawbpf_error *e)
{
	struct json j;
	const char *name;
	size_t len = message_len(e, &name);

	json_open(&j, stdout);
	if (e->insn >= 0)
		json_int(&j, "insn", e->insn);
	else
		json_null(&j, "insn");
	if (e->line)
		json_uint(&j, "line", e->line);
	else
		json_null(&j, "line");
	json_strn(&j, "msg", e->msg, len);
	json_str(&j, "hint", e->hint);
	json_str(&j, "file", e->src_file);
	json_str(&j, "errno", name);
	json_close(&j);
}

static void print_text(const struct rawbpf_error *e)
{
	if (e->src_file) {
		tool_puts_safe(stdout, e->src_file);
		printf(":%u: ", e->line);
	}
	if (e->insn >= 0)
		printf("insn %d: ", e->insn);
	tool_puts_safe(stdout, e->msg);
	putchar('\n');
	if (e->hint) {
		fputs("  hint: ", stdout);
		tool_puts_safe(stdout, e->hint);
		putchar('\n');
	}
}

static int explain(const char *path, int err, bool as_json)
{
	struct rawbpf_error e;
	size_t len = 0;
	char *log = tool_read("explain", path, &len);
	int r;

	if (!log)
		return TOOL_FAILED;
	r = rawbpf_explain_log(log, len, -err, &e);
	free(log);
	if (r) {
		tool_error("explain", &e);
		fputs("  hint: if bpf(2) refused the program, tell its errno with --errno\n",
			stderr);
		return TOOL_FAILED;
	}
	if (as_json)
		print_json(&e);
	else
		print_text(&e);
	return tool_finish("explain", TOOL_OK);
}

int explain_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"errno", required_argument, NULL, 'e'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	bool as_json = false;
	int c, err = 0;

	while ((c = tool_getopt("explain", explain_usage, argc, argv, ":h", options)) != -1) {
		switch (c) {
		case 'e':
			err = parse_errno(optarg);
			if (err || !strcmp(optarg, "0"))
				break;
			return tool_wrong("explain", explain_usage, "no errno '%s'", optarg);
		case 'j': as_json = true; break;
		case 'h': return tool_usage("explain", explain_usage);
		default: return TOOL_USAGE;
		}
	}
	if (tool_operands("explain", explain_usage, argc, argv, "FILE", 0, 1))
		return TOOL_USAGE;
	return explain(optind < argc ? argv[optind] : "-", err, as_json);
}
