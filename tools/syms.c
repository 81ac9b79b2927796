// SPDX-License-Identifier: MIT
/* syms.c - rawbpf syms: the functions of a program or library. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rawbpf_sys.h"
#include "tool_audit.h"

static const char usage[] =
	"[--json] [--why [-p PID]] [--audit FILE] PATH|NAME [PATTERN]\n"
	"  functions of a program or library: address, file offset, size, binding,\n"
	"  name and version; PATTERN is a shell's, as in 'str*'\n"
	"  --why   for each name what a probe would be put on, and from where\n"
	"  -p PID  as that process sees the file\n" TOOL_AUDIT_USAGE;

struct listing {
	const char *path;
	bool json, why;
	int pid;
	size_t n;
	struct tool_audit audit;
};

static void hex_or_null(struct json *j, const char *key, bool known, uint64_t v)
{
	if (known)
		json_hex(j, key, v);
	else
		json_null(j, key);
}

static void json_sym(struct json *j, const struct listing *l, const struct rawbpf_sym *s)
{
	json_open(j, stdout);
	json_str(j, "path", l->path);
	json_str(j, "file", s->file);
	json_str(j, "name", s->name);
	json_str(j, "version", s->version);
	json_bool(j, "default", s->is_default);
	json_str(j, "table", s->table);
	json_str(j, "type", s->type);
	json_str(j, "bind", s->bind);
	json_hex(j, "value", s->value);
	json_uint(j, "size", s->size);
	json_hex(j, "offset", s->offset);
	hex_or_null(j, "target", s->target, s->target);
	if (s->local != s->offset)
		json_hex(j, "local", s->local);
}

static void print_json(const struct listing *l, const struct rawbpf_sym *s)
{
	struct json j;

	json_sym(&j, l, s);
	json_close(&j);
}

static void print_version(const struct rawbpf_sym *s)
{
	if (!s->version)
		return;
	fputs(s->is_default ? "@@" : "@", stdout);
	tool_puts_safe(stdout, s->version);
}

static void print_text(const struct listing *l, const struct rawbpf_sym *s)
{
	if (!l->n)
		puts("address          offset          size bind   name");
	printf("%016" PRIx64 " %8" PRIx64 " %10" PRIu64 " %-6s ", s->value, s->offset, s->size,
		s->bind);
	tool_puts_safe(stdout, s->name);
	print_version(s);
	if (s->ifunc && s->target)
		printf(" IFUNC -> %" PRIx64, s->target);
	else if (s->ifunc)
		fputs(" IFUNC", stdout);
	if (s->local != s->offset)
		printf(" local %" PRIx64, s->local);
	putchar('\n');
}

static int on_sym(void *arg, const struct rawbpf_sym *s)
{
	struct listing *l = arg;

	if (l->json)
		print_json(l, s);
	else
		print_text(l, s);
	l->n++;
	return ferror(stdout) ? -EIO : 0;
}

/* ---- --why -------------------------------------------------------------------------------- */

static void print_why_json(const struct listing *l, const struct rawbpf_why *w)
{
	struct json j;

	json_sym(&j, l, &w->sym);
	json_str(&j, "probed", w->path);
	json_str(&j, "road", w->road);
	json_str(&j, "debug", w->debug);
	json_str(&j, "found_by", w->table);
	json_str(&j, "choice", w->choice);
	json_uint(&j, "passed", w->passed);
	json_str(&j, "slot", w->slot);
	hex_or_null(&j, "probe", w->probe, w->probe);
	json_str(&j, "entry", w->entry);
	json_str(&j, "error", w->error ? w->error->msg : NULL);
	json_str(&j, "hint", w->error ? w->error->hint : NULL);
	json_close(&j);
}

static void print_why_symbol(const struct rawbpf_why *w)
{
	const struct rawbpf_sym *s = &w->sym;

	fputs("  symbol  ", stdout);
	tool_puts_safe(stdout, s->name);
	print_version(s);
	printf(" of %s, %s %s, %" PRIu64 " bytes at 0x%" PRIx64 ", by %s", s->table, s->bind,
		s->type, s->size, s->value, w->table);
	if (w->choice)
		printf(": %s", w->choice);
	if (w->passed)
		printf(" (%u other%s passed over)", w->passed, w->passed == 1 ? "" : "s");
	putchar('\n');
}

static void print_why_text(const struct rawbpf_why *w)
{
	tool_puts_safe(stdout, w->name);
	fputs("\n  file    ", stdout);
	tool_puts_safe(stdout, w->path);
	printf(": %s\n", w->road);
	if (w->table)
		print_why_symbol(w);
	if (w->debug) {
		fputs("  debug   ", stdout);
		tool_puts_safe(stdout, w->sym.file);
		printf(": %s\n", w->debug);
	}
	if (w->slot)
		printf("  ifunc   what it became is at offset 0x%" PRIx64 ": %s\n", w->sym.target,
			w->slot);
	if (w->entry)
		printf("  probe   offset 0x%" PRIx64 ": %s\n", w->probe, w->entry);
	if (w->error) {
		fputs("  no probe: ", stdout);
		tool_puts_safe(stdout, w->error->msg);
		if (w->error->hint) {
			fputs("; ", stdout);
			tool_puts_safe(stdout, w->error->hint);
		}
		putchar('\n');
	}
}

static int on_why(void *arg, const struct rawbpf_why *w)
{
	struct listing *l = arg;

	if (l->json)
		print_why_json(l, w);
	else
		print_why_text(w);
	l->n++;
	return ferror(stdout) ? -EIO : 0;
}

static int list_all(
	struct listing *l, struct rawbpf *b, const char *pattern, struct rawbpf_error *e)
{
	return l->why ? rawbpf_each_why_by(b, l->path, pattern, l->pid, on_why, l, e)
		      : rawbpf_each_sym_by(b, l->path, pattern, on_sym, l, e);
}

static int list_result(
	const struct listing *l, const char *pattern, int err, const struct rawbpf_error *e)
{
	if (err && e->msg)
		return tool_error("syms", e);
	if (err)
		return tool_finish("syms", TOOL_FAILED);
	if (!l->n && pattern)
		return tool_fail(
			"syms", "no function of '%s' matches '%s': ENOENT", l->path, pattern);
	if (!l->n)
		return tool_fail("syms", "'%s' has no functions: it is stripped", l->path);
	return tool_finish("syms", TOOL_OK);
}

static int list(struct listing *l, const char *pattern)
{
	struct rawbpf *b = rawbpf_new();
	int status = tool_audit_begin(&l->audit, "syms", b);
	struct rawbpf_error e;

	if (!status)
		status = list_result(l, pattern, list_all(l, b, pattern, &e), &e);
	rawbpf_free(b);
	return tool_audit_end(&l->audit, "syms", status);
}

static int pid_of(const char *text)
{
	char *end;
	long pid = strtol(text, &end, 10);

	return *text >= '0' && *text <= '9' && !*end && pid <= INT32_MAX ? (int)pid : 0;
}

int syms_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"why", no_argument, NULL, 'w'},
		{"pid", required_argument, NULL, 'p'},
		{"help", no_argument, NULL, 'h'},
		TOOL_AUDIT_OPTIONS,
		{NULL, 0, NULL, 0},
	};
	struct listing l = {.path = NULL};
	int c;

	while ((c = tool_getopt("syms", usage, argc, argv, ":hp:", options)) != -1) {
		switch (c) {
		case 'j': l.json = true; break;
		case 'w': l.why = true; break;
		case 'p':
			l.pid = pid_of(optarg);
			if (!l.pid)
				return tool_wrong("syms", usage, "'%s' is no process", optarg);
			break;
		case 'h': return tool_usage("syms", usage);
		default:
			if (!tool_audit_option(&l.audit, c, optarg))
				return TOOL_USAGE;
		}
	}
	if (tool_operands("syms", usage, argc, argv, "PATH or NAME", 1, 2))
		return TOOL_USAGE;
	if (l.pid && !l.why)
		return tool_wrong("syms", usage, "-p goes with --why");
	l.path = argv[optind];
	return list(&l, argv[optind + 1]);
}
