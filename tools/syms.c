// SPDX-License-Identifier: MIT
/* syms.c - rawbpf syms: the functions of a program or library. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

static const char usage[] =
	"[--json] PATH|NAME [PATTERN]\n"
	"  functions of a program or library: address, file offset, size, binding,\n"
	"  name and version; PATTERN is a shell's, as in 'str*'";

struct listing {
	const char *path;
	bool json;
	size_t n;
};

static void hex_or_null(struct json *j, const char *key, bool known, uint64_t v)
{
	if (known)
		json_hex(j, key, v);
	else
		json_null(j, key);
}

static void print_json(const struct listing *l, const struct rawbpf_sym *s)
{
	struct json j;

	json_open(&j, stdout);
	json_str(&j, "path", l->path);
	json_str(&j, "file", s->file);
	json_str(&j, "name", s->name);
	json_str(&j, "version", s->version);
	json_bool(&j, "default", s->is_default);
	json_str(&j, "table", s->table);
	json_str(&j, "type", s->type);
	json_str(&j, "bind", s->bind);
	json_hex(&j, "value", s->value);
	json_uint(&j, "size", s->size);
	json_hex(&j, "offset", s->offset);
	hex_or_null(&j, "target", s->target, s->target);
	if (s->local != s->offset)
		json_hex(&j, "local", s->local);
	json_close(&j);
}

static void print_text(const struct listing *l, const struct rawbpf_sym *s)
{
	if (!l->n)
		puts("address          offset          size bind   name");
	printf("%016" PRIx64 " %8" PRIx64 " %10" PRIu64 " %-6s ", s->value, s->offset, s->size,
		s->bind);
	tool_puts_safe(stdout, s->name);
	if (s->version) {
		fputs(s->is_default ? "@@" : "@", stdout);
		tool_puts_safe(stdout, s->version);
	}
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

int syms_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct listing l = {NULL, false, 0};
	const char *pattern;
	struct rawbpf_error e;
	int c, err;

	while ((c = tool_getopt("syms", usage, argc, argv, ":h", options)) != -1) {
		switch (c) {
		case 'j': l.json = true; break;
		case 'h': return tool_usage("syms", usage);
		default: return TOOL_USAGE;
		}
	}
	if (tool_operands("syms", usage, argc, argv, "PATH or NAME", 1, 2))
		return TOOL_USAGE;
	l.path = argv[optind];
	pattern = argv[optind + 1];
	err = rawbpf_each_sym(l.path, pattern, on_sym, &l, &e);
	if (err && e.msg)
		return tool_error("syms", &e);
	if (err)
		return tool_finish("syms", TOOL_FAILED);
	if (!l.n && pattern)
		return tool_fail("syms", "no function of '%s' matches '%s'", l.path, pattern);
	if (!l.n)
		return tool_fail("syms", "'%s' has no functions: it is stripped", l.path);
	return tool_finish("syms", TOOL_OK);
}
