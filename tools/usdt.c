// SPDX-License-Identifier: MIT
/* usdt.c - rawbpf usdt: the static probes of a file or of a process. */
#include <errno.h>
#include <getopt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

static const char usdt_usage[] =
	"[--json] PATH | -p PID\n"
	"\n"
	"Lists the USDT probes of a program or library, or of every file that a process has "
	"mapped\n"
	"as code: provider, name, address, file offset, semaphore, and what each argument is.\n"
	"\n"
	"  -p PID  the process's files, as they are in its own view of the file system\n"
	"  --json  one object a probe";

struct usdt_list {
	bool json;
	size_t n;
};

enum { OPERAND_MAX = 256 };

static const char *const kinds[] = {"const", "reg", "mem", "addr"};

static void json_hex_or_null(struct json *j, const char *key, uint64_t v)
{
	if (v)
		json_hex(j, key, v);
	else
		json_null(j, key);
}

/* An operand that cannot be read: everything about it is unknown. */
static void json_unknown(struct json *j)
{
	static const char *const keys[] = {"size", "signed", "float", "kind", "reg", "base",
		"index", "scale", "off", "val", "seg", "sym"};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		json_null(j, keys[i]);
}

static void json_operand(struct json *j, const struct rawbpf_usdt_arg *a)
{
	json_int(j, "size", a->size);
	json_bool(j, "signed", a->is_signed);
	json_bool(j, "float", a->is_float);
	json_str(j, "kind", kinds[a->kind]);
	json_str(j, "reg", a->reg);
	json_str(j, "base", a->base);
	json_str(j, "index", a->index);
	if (a->index)
		json_int(j, "scale", a->scale);
	else
		json_null(j, "scale");
	if (a->kind == RAWBPF_ARG_MEM || a->kind == RAWBPF_ARG_ADDR)
		json_int(j, "off", a->off);
	else
		json_null(j, "off");
	if (a->kind == RAWBPF_ARG_CONST)
		json_int(j, "val", a->val);
	else
		json_null(j, "val");
	json_str(j, "seg", a->seg);
	json_str(j, "sym", a->sym);
}

static void json_operands(struct json *j, const struct rawbpf_usdt_probe *p)
{
	char operand[OPERAND_MAX];
	struct rawbpf_usdt_arg a;
	const char *args = p->args;
	int r;

	json_begin(j, "operands", '[');
	while ((r = rawbpf_usdt_next_arg(&args, operand, sizeof(operand))) != 0) {
		json_begin(j, NULL, '{');
		if (r < 0 || rawbpf_usdt_parse_arg(p->machine, operand, &a, NULL))
			json_unknown(j);
		else
			json_operand(j, &a);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void print_json(const struct rawbpf_usdt_probe *p)
{
	struct json j;

	json_open(&j, stdout);
	json_str(&j, "path", p->path);
	json_str(&j, "provider", p->provider);
	json_str(&j, "name", p->name);
	json_hex(&j, "addr", p->addr);
	json_hex(&j, "base", p->base);
	json_hex(&j, "semaphore", p->semaphore);
	json_hex_or_null(&j, "offset", p->offset);
	json_hex_or_null(&j, "semaphore_offset", p->sem_offset);
	json_str(&j, "args", p->args);
	json_operands(&j, p);
	json_close(&j);
}

static void print_hex(const char *what, uint64_t v)
{
	fputs(what, stdout);
	fputs("0x", stdout);
	tool_put_number(stdout, v, 16);
}

static void print_decimal(int64_t v)
{
	if (v < 0)
		putchar('-');
	tool_put_number(stdout, v < 0 ? -(uint64_t)v : (uint64_t)v, 10);
}

static void print_sum(int64_t v)
{
	if (v)
		print_hex(v < 0 ? "-" : "+", v < 0 ? -(uint64_t)v : (uint64_t)v);
}

static void print_memory(const struct rawbpf_usdt_arg *a)
{
	const char *plus = "";

	fputs("at ", stdout);
	if (a->seg) {
		fputs(a->seg, stdout);
		putchar(':');
	}
	if (a->base) {
		fputs(a->base, stdout);
		plus = "+";
	}
	if (a->index) {
		fputs(plus, stdout);
		fputs(a->index, stdout);
		putchar('*');
		print_decimal(a->scale);
		plus = "+";
	}
	if (a->sym) {
		fputs(plus, stdout);
		tool_puts_safe(stdout, a->sym);
		plus = "+";
	}
	if (*plus)
		print_sum(a->off);
	else
		print_hex("", (uint64_t)a->off);
}

/* "signed 4 bytes at rsp+0x8" */
static void print_words(const struct rawbpf_usdt_arg *a)
{
	fputs(a->is_float ? "float " : a->is_signed ? "signed " : "unsigned ", stdout);
	print_decimal(a->size);
	fputs(a->size == 1 ? " byte " : " bytes ", stdout);
	switch (a->kind) {
	case RAWBPF_ARG_CONST:
		fputs("constant ", stdout);
		print_decimal(a->val);
		break;
	case RAWBPF_ARG_REG:
		fputs("in ", stdout);
		fputs(a->reg, stdout);
		break;
	case RAWBPF_ARG_MEM: print_memory(a); break;
	case RAWBPF_ARG_ADDR:
		fputs("address of ", stdout);
		tool_puts_safe(stdout, a->sym);
		print_sum(a->off);
		break;
	}
}

static void print_operands(const struct rawbpf_usdt_probe *p)
{
	char operand[OPERAND_MAX];
	struct rawbpf_usdt_arg a;
	struct rawbpf_error e;
	const char *args = p->args;
	int r, i = 0;

	while ((r = rawbpf_usdt_next_arg(&args, operand, sizeof(operand))) != 0) {
		fputs("  arg", stdout);
		print_decimal(++i);
		putchar(' ');
		tool_puts_safe(stdout, operand);
		fputs(": ", stdout);
		if (r < 0)
			fputs("longer than any operand", stdout);
		else if (rawbpf_usdt_parse_arg(p->machine, operand, &a, &e))
			tool_puts_safe(stdout, e.msg);
		else
			print_words(&a);
		putchar('\n');
	}
}

static void print_text(const struct rawbpf_usdt_probe *p)
{
	tool_puts_safe(stdout, p->path ? p->path : "?");
	putchar(' ');
	tool_puts_safe(stdout, p->provider);
	putchar(':');
	tool_puts_safe(stdout, p->name);
	print_hex(" address ", p->addr);
	print_hex(" base ", p->base);
	if (p->offset)
		print_hex(" offset ", p->offset);
	if (p->semaphore)
		print_hex(" semaphore ", p->semaphore);
	if (p->sem_offset)
		print_hex(" semaphore-offset ", p->sem_offset);
	putchar('\n');
	print_operands(p);
}

static int usdt_probe(void *arg, const struct rawbpf_usdt_probe *p)
{
	struct usdt_list *l = arg;

	l->n++;
	if (l->json)
		print_json(p);
	else
		print_text(p);
	/* nobody reads any more */
	return ferror(stdout) ? -EIO : 0;
}

static int usdt_list(struct usdt_list *l, const char *path, pid_t pid)
{
	struct rawbpf_error e;
	int err = rawbpf_usdt_each(path, pid, usdt_probe, l, &e);

	if (err == -EIO && ferror(stdout))
		return tool_finish("usdt", TOOL_FAILED);
	if (err)
		return tool_error("usdt", &e);
	if (!l->n && path)
		tool_fail("usdt", "'%s' has no probes", path);
	else if (!l->n)
		tool_fail("usdt", "process %d has no probes", (int)pid);
	return tool_finish("usdt", TOOL_OK);
}

int usdt_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"pid", required_argument, NULL, 'p'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct usdt_list l = {false, 0};
	long pid = 0;
	char *end;
	int c;

	while ((c = tool_getopt("usdt", usdt_usage, argc, argv, ":p:h", options)) != -1) {
		switch (c) {
		case 'p':
			pid = strtol(optarg, &end, 10);
			if (*optarg >= '0' && *optarg <= '9' && !*end && pid > 0 &&
				pid <= INT32_MAX)
				break;
			return tool_wrong("usdt", usdt_usage, "no process number: '%s'", optarg);
		case 'j': l.json = true; break;
		case 'h': return tool_usage("usdt", usdt_usage);
		default: return TOOL_USAGE;
		}
	}
	if (tool_operands("usdt", usdt_usage, argc, argv, "PATH or -p PID", !pid, !pid))
		return TOOL_USAGE;
	return usdt_list(&l, pid ? NULL : argv[optind], (pid_t)pid);
}
