// SPDX-License-Identifier: MIT
/* load.c - rawbpf load: every program of a file through the verifier, none attached. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "tool_audit.h"

static const char load_usage[] = "[--btf FILE] [--json] [--audit FILE] FILE\n\n"
				 "Loads every program of FILE (assembler text or a BPF object) and "
				 "attaches none: does this\n"
				 "kernel take each, and why not.\n\n"
				 "  --btf FILE  what the kernel's types are: BTF, or ELF with "
				 ".BTF; default: this kernel's\n"
				 "  --json      one object a program\n" TOOL_AUDIT_USAGE;

struct load {
	struct json json;
	bool as_json;
	const char *btf;
	unsigned refused;
	int name_width, type_width;
	struct tool_audit audit;
};

/* "name 'count' rejected at ...: EACCES": the errno's name ends every message. */
static const char *load_result(const struct rawbpf_prog_info *p)
{
	const char *colon = p->error ? strrchr(p->error, ':') : NULL;

	if (!p->err)
		return p->fd >= 0 ? "ok" : "not loaded";
	return colon && colon[1] == ' ' ? colon + 2 : "failed";
}

static int load_width(void *arg, const struct rawbpf_prog_info *p)
{
	struct load *l = arg;
	int name = (int)strlen(p->name), type = (int)strlen(p->type);

	if (name > l->name_width)
		l->name_width = name;
	if (type > l->type_width)
		l->type_width = type;
	return 0;
}

static void load_json(struct load *l, const struct rawbpf_prog_info *p)
{
	json_open(&l->json, stdout);
	json_str(&l->json, "prog", p->name);
	json_str(&l->json, "section", p->section);
	json_str(&l->json, "type", p->type);
	json_uint(&l->json, "insns", p->n_insns);
	json_str(&l->json, "result", load_result(p));
	json_str(&l->json, "error", p->error);
	json_str(&l->json, "hint", p->hint);
	json_close(&l->json);
}

static int load_row(void *arg, const struct rawbpf_prog_info *p)
{
	struct load *l = arg;

	l->refused += p->err != 0;
	if (l->as_json) {
		load_json(l, p);
		return 0;
	}
	tool_puts_safe(stdout, p->name);
	printf("%*s  %-*s  %12u  %s\n", l->name_width - (int)strlen(p->name), "", l->type_width,
		p->type, p->n_insns, load_result(p));
	return 0;
}

/* Why, after the whole table. */
static int load_why(void *arg, const struct rawbpf_prog_info *p)
{
	(void)arg;
	/* one that is not loaded, and not refused: for want of its USDT probe */
	if (!p->err && (p->fd >= 0 || !p->error))
		return 0;
	fputs("rawbpf load: ", stderr);
	if (!p->err) {
		tool_puts_safe(stderr, p->name);
		fputs(" is not loaded: ", stderr);
	}
	tool_puts_safe(stderr, p->error ? p->error : "failed");
	if (p->hint) {
		fputs("\n  hint: ", stderr);
		tool_puts_safe(stderr, p->hint);
	}
	fputc('\n', stderr);
	return 0;
}

/* What the assembler warns of: notes are for 'run -v'. */
static void load_tell(void *arg, enum rawbpf_log_level level, const char *text)
{
	(void)arg;
	if (level == RAWBPF_LOG_WARN)
		tool_warn("load", text);
}

static int load_progs(struct load *l, struct rawbpf *b, const char *path)
{
	rawbpf_set_log(b, load_tell, NULL);
	if ((l->btf && rawbpf_resolver_btf(b, l->btf)) ||
		rawbpf_load(b, .src_file = path, .each = true))
		return tool_error("load", rawbpf_error(b));
	rawbpf_each_prog(b, load_width, l);
	if (!l->as_json)
		printf("%-*s  %-*s  %12s  %s\n", l->name_width, "program", l->type_width, "type",
			"instructions", "result");
	rawbpf_each_prog(b, load_row, l);
	fflush(stdout);
	rawbpf_each_prog(b, load_why, l);
	return l->refused ? TOOL_FAILED : TOOL_OK;
}

static int load_file(struct load *l, const char *path)
{
	struct rawbpf *b = rawbpf_new();
	int status = tool_audit_begin(&l->audit, "load", b);

	if (!status)
		status = load_progs(l, b, path);
	rawbpf_free(b);
	status = tool_audit_end(&l->audit, "load", status);
	return tool_finish("load", status);
}

int load_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"btf", required_argument, NULL, 'b'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		TOOL_AUDIT_OPTIONS,
		{NULL, 0, NULL, 0},
	};
	struct load l = {.name_width = 7, .type_width = 4};
	int c;

	while ((c = tool_getopt("load", load_usage, argc, argv, ":h", options)) != -1) {
		switch (c) {
		case 'b': l.btf = optarg; break;
		case 'j': l.as_json = true; break;
		case 'h': return tool_usage("load", load_usage);
		default:
			if (!tool_audit_option(&l.audit, c, optarg))
				return TOOL_USAGE;
		}
	}
	if (tool_operands("load", load_usage, argc, argv, "FILE", 1, 1))
		return TOOL_USAGE;
	return load_file(&l, argv[optind]);
}
