// SPDX-License-Identifier: MIT
/*
 * audit.c - rawbpf audit diff: what two runs, or two kernels, did differently.
 *
 * Calls are aligned by what they are (call, command) and what they are about (role): the longest
 * common sequence of those, in which a pair that is the same in all else counts for more.  What
 * both logs begin and end with is set aside first; the table is of the rest.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit_read.h"
#include "tool.h"

static const char audit_usage[] =
	"diff [--json] A B\n\n"
	"What two audit logs (--audit FILE, --dry-run) did differently: calls that only one has, "
	"and\n"
	"what differs in those that both have.  Exit status 0: the same, 1: not, 2: trouble.\n\n"
	"  --json  one object a call that differs\n";

enum {
	AUDIT_ROOM = 64 << 20, /* bytes of the table */
	AUDIT_SAME = 4,	       /* what a pair counts for */
	AUDIT_ENDED_SAME = 3,
	AUDIT_ALIKE = 2,
};

struct audit_diff {
	struct audit_log a, b;
	bool json, differs;
};

static const char *value_of(const struct audit_entry *e, const char *name)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		if (!strcmp(e->values[i].name, name))
			return e->values[i].text;
	return NULL;
}

/* A call that was refused made nothing that has a role: what it names tells. */
static bool has_same_name(const struct audit_entry *a, const struct audit_entry *b)
{
	static const char *const names[] = {
		"prog_name", "map_name", "path", "config1", "target_fd"};
	const char *x, *y;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		x = value_of(a, names[i]);
		y = value_of(b, names[i]);
		if (x && y)
			return !strcmp(x, y);
	}
	return !*a->role || !*b->role;
}

static bool is_alike(const struct audit_entry *a, const struct audit_entry *b)
{
	return !strcmp(a->call, b->call) && !strcmp(a->cmd, b->cmd) &&
	       (!strcmp(a->role, b->role) || has_same_name(a, b));
}

/* The next value in which they differ, looked for from *i on; NULL: no more. */
static const char *next_difference(
	const struct audit_entry *a, const struct audit_entry *b, size_t *i)
{
	const struct audit_entry *e;
	const char *name, *x, *y;

	for (; *i < a->n + b->n; ++*i) {
		e = *i < a->n ? a : b;
		name = e->values[*i < a->n ? *i : *i - a->n].name;
		x = value_of(a, name);
		y = value_of(b, name);
		if (e == b ? !x : !y || strcmp(x, y) != 0)
			return name;
	}
	return NULL;
}

static bool is_same(const struct audit_entry *a, const struct audit_entry *b)
{
	size_t i = 0;

	return is_alike(a, b) && !next_difference(a, b, &i);
}

/* ---- what is told --------------------------------------------------------------------------- */

static void print_value(const char *s)
{
	if (s)
		tool_puts_safe(stdout, s);
	else
		fputs("(none)", stdout);
}

static void print_call(const struct audit_entry *e)
{
	tool_puts_safe(stdout, e->call);
	if (*e->cmd) {
		putchar(' ');
		tool_puts_safe(stdout, e->cmd);
	}
	if (*e->role) {
		putchar(' ');
		tool_puts_safe(stdout, e->role);
	}
}

static void print_one(char sign, const struct audit_entry *e)
{
	size_t i;

	printf("%c %zu: ", sign, e->line);
	print_call(e);
	for (i = 0; i < e->n; i++) {
		fputs(i ? ", " : ": ", stdout);
		tool_puts_safe(stdout, e->values[i].name);
		putchar('=');
		tool_puts_safe(stdout, e->values[i].text);
	}
	putchar('\n');
}

static void print_two(const struct audit_entry *a, const struct audit_entry *b)
{
	const char *name;
	size_t i;

	printf("! %zu, %zu: ", a->line, b->line);
	print_call(a);
	putchar('\n');
	for (i = 0; (name = next_difference(a, b, &i)); i++) {
		fputs("    ", stdout);
		tool_puts_safe(stdout, name);
		fputs(": ", stdout);
		print_value(value_of(a, name));
		fputs(" -> ", stdout);
		print_value(value_of(b, name));
		putchar('\n');
	}
}

static void json_line(struct json *j, const char *key, const struct audit_entry *e)
{
	if (e)
		json_uint(j, key, e->line);
	else
		json_null(j, key);
}

/* One of them may be NULL: then all that the other has differs. */
static void print_json(const struct audit_entry *a, const struct audit_entry *b)
{
	static const struct audit_entry none;
	const struct audit_entry *e = a ? a : b;
	const char *name;
	struct json j;
	size_t i;

	json_open(&j, stdout);
	json_line(&j, "a", a);
	json_line(&j, "b", b);
	json_str(&j, "call", e->call);
	json_str(&j, "cmd", *e->cmd ? e->cmd : NULL);
	json_str(&j, "role", *e->role ? e->role : NULL);
	json_begin(&j, "differs", '[');
	a = a ? a : &none;
	b = b ? b : &none;
	for (i = 0; (name = next_difference(a, b, &i)); i++) {
		json_begin(&j, NULL, '{');
		json_str(&j, "name", name);
		json_str(&j, "a", value_of(a, name));
		json_str(&j, "b", value_of(b, name));
		json_end(&j, '}');
	}
	json_end(&j, ']');
	json_close(&j);
}

static void tell(struct audit_diff *d, const struct audit_entry *a, const struct audit_entry *b)
{
	d->differs = true;
	if (d->json)
		print_json(a, b);
	else if (a && b)
		print_two(a, b);
	else
		print_one(a ? '-' : '+', a ? a : b);
}

/* ---- side by side --------------------------------------------------------------------------- */

/* What a and b count for as a pair; 0: they are none. */
static uint32_t pair(const struct audit_entry *a, const struct audit_entry *b)
{
	const char *x = value_of(a, "result"), *y = value_of(b, "result");

	if (!is_alike(a, b))
		return 0;
	if (is_same(a, b))
		return AUDIT_SAME;
	return x && y && !strcmp(x, y) ? AUDIT_ENDED_SAME : AUDIT_ALIKE;
}

/* Rows of m + 1: the most that the entries from i and from j on can count for. */
static void fill_table(
	uint32_t *t, const struct audit_entry *a, size_t n, const struct audit_entry *b, size_t m)
{
	size_t i, j, w = m + 1;
	uint32_t best, with;

	for (i = n; i--;) {
		for (j = m; j--;) {
			best = t[(i + 1) * w + j];
			if (t[i * w + j + 1] > best)
				best = t[i * w + j + 1];
			with = pair(&a[i], &b[j]);
			if (with && with + t[(i + 1) * w + j + 1] > best)
				best = with + t[(i + 1) * w + j + 1];
			t[i * w + j] = best;
		}
	}
}

static void walk_table(struct audit_diff *d, const uint32_t *t, const struct audit_entry *a,
	size_t n, const struct audit_entry *b, size_t m)
{
	size_t i = 0, j = 0, w = m + 1;
	uint32_t with;

	while (i < n || j < m) {
		with = i < n && j < m ? pair(&a[i], &b[j]) : 0;
		if (with && t[i * w + j] == with + t[(i + 1) * w + j + 1]) {
			if (with != AUDIT_SAME)
				tell(d, &a[i], &b[j]);
			i++;
			j++;
		} else if (j == m || (i < n && t[i * w + j] == t[(i + 1) * w + j])) {
			tell(d, &a[i++], NULL);
		} else {
			tell(d, NULL, &b[j++]);
		}
	}
}

static int compare(struct audit_diff *d)
{
	const struct audit_entry *a = d->a.entries, *b = d->b.entries;
	size_t n = d->a.n, m = d->b.n;
	uint32_t *t = NULL;

	for (; n && m && is_same(a, b); n--, m--, a++, b++)
		;
	for (; n && m && is_same(&a[n - 1], &b[m - 1]); n--, m--)
		;
	if (n + 1 >= AUDIT_ROOM / sizeof(*t) / (m + 1)) {
		tool_fail("audit", "the logs differ in too many lines to be aligned: %zu and %zu",
			n, m);
		return TOOL_USAGE;
	}
	t = calloc((n + 1) * (m + 1), sizeof(*t));
	if (!t) {
		tool_fail("audit", "out of memory");
		return TOOL_USAGE;
	}
	fill_table(t, a, n, b, m);
	walk_table(d, t, a, n, b, m);
	free(t);
	return d->differs ? TOOL_FAILED : TOOL_OK;
}

int audit_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct audit_diff d = {.json = false};
	int c, status = TOOL_USAGE;

	while ((c = tool_getopt("audit", audit_usage, argc, argv, ":h", options)) != -1) {
		switch (c) {
		case 'j': d.json = true; break;
		case 'h': return tool_usage("audit", audit_usage);
		default: return TOOL_USAGE;
		}
	}
	if (tool_operands("audit", audit_usage, argc, argv, "diff A B", 3, 3))
		return TOOL_USAGE;
	if (strcmp(argv[optind], "diff"))
		return tool_wrong("audit", audit_usage, "audit can 'diff', not '%s'", argv[optind]);
	if (audit_log_read("audit", argv[optind + 1], &d.a) &&
		audit_log_read("audit", argv[optind + 2], &d.b))
		status = compare(&d);
	audit_log_free(&d.a);
	audit_log_free(&d.b);
	return tool_finish("audit", status);
}
