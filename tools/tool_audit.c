// SPDX-License-Identifier: MIT
/* tool_audit.c - the audit log of a subcommand, into a file. */
#include "tool_audit.h"

#include <errno.h>

#include "rawbpf_sys.h"

bool tool_audit_option(struct tool_audit *a, int opt, const char *value)
{
	switch (opt) {
	case TOOL_AUDIT_FILE: a->path = value; return true;
	case TOOL_AUDIT_STABLE: a->form |= RAWBPF_AUDIT_STABLE; return true;
	case TOOL_AUDIT_JSON: a->form |= RAWBPF_AUDIT_JSON; return true;
	default: return false;
	}
}

static void audit_line(void *arg, const char *line)
{
	fprintf(arg, "%s\n", line);
}

int tool_audit_watch(const struct tool_audit *a, const char *name, struct rawbpf *b)
{
	if (!a->out)
		return TOOL_OK;
	if (rawbpf_set_audit(b, audit_line, a->out))
		return tool_fail(name, "out of memory");
	rawbpf_set_audit_form(b, a->form);
	return TOOL_OK;
}

int tool_audit_begin(struct tool_audit *a, const char *name, struct rawbpf *b)
{
	if (!a->path)
		return TOOL_OK;
	a->out = fopen(a->path, "we");
	if (!a->out)
		return tool_fail(
			name, "'%s' cannot be written: %s", a->path, rawbpf_errno_name(errno));
	return tool_audit_watch(a, name, b);
}

int tool_audit_plan(struct tool_audit *a, const char *name, struct rawbpf *b)
{
	if (rawbpf_set_dry_run(b))
		return tool_fail(name, "out of memory");
	a->form |= RAWBPF_AUDIT_STABLE; /* there are no numbers to tell */
	if (a->path)
		return tool_audit_begin(a, name, b);
	a->out = stdout;
	return tool_audit_watch(a, name, b);
}

int tool_audit_end(struct tool_audit *a, const char *name, int status)
{
	bool bad;

	if (!a->out)
		return status;
	if (a->out == stdout)
		return tool_finish(name, status);
	bad = ferror(a->out);
	if (fclose(a->out) || bad)
		return tool_fail(
			name, "'%s' was not written whole: %s", a->path, rawbpf_errno_name(errno));
	return status;
}
