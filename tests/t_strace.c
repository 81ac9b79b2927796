// SPDX-License-Identifier: MIT
/*
 * t_strace.c - the calls that strace(1) saw, beside those that the audit log tells.
 *
 * Both write a call as name(arguments) = result.  Each line is read into leaves, keyed or in order,
 * whatever structs they stand in; then numbers, strings and sets of flags are brought to one form.
 * strace 6.1 does not follow some pointers, and prints what it does not know as numbers: what only
 * one side can say is not compared, and is listed in no_value[].
 */
#include "t_strace.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "t.h"

enum { LEAVES = 160, TEXT = 600, FDS = 64 };

struct leaf {
	char key[32], value[TEXT];
	bool unknown; /* strace has no name for it */
};

struct line {
	char name[24], result[64];
	struct leaf leaf[LEAVES];
	size_t n;
	bool unknown;
};

/* Pointers, which one side or the other does not follow; their sizes and counts are compared. */
static const char *const no_value[] = {"key", "value", "log_buf", "btf_log_buf", "func_info",
	"line_info", "info", "fd_array", "config1", "next_id", "extra_data", "core_relos", "filter",
	NULL};

/* strace's word for a field, and ours. */
static const char *const same_key[][2] = {
	{"btf_log_size", "log_size"},
	{"btf_log_level", "log_level"},
	{"bpf_cookie", "cookie"},
	{"sample_freq", "sample_period"},
	{"start_id", "id"},
	{"btf_id", "id"},
	{"prog_id", "id"},
	{"map_id", "id"},
	{"link_id", "id"},
	{"attach_prog_fd", "attach_btf_obj_fd"},
};

static const char *const same_value[][2] = {
	{"NULL", "0"},
	{"BPF_ANY", "0"},
	{"BPF_CGROUP_INET_INGRESS", "0"},
	{"KERNEL_VERSION(0, 0, 0)", "0"},
	{"PERF_ATTR_SIZE_VER5", "112"},
	{"PERF_COUNT_HW_CPU_CYCLES", "0"},
	{"PERF_COUNT_SW_CPU_CLOCK", "0"},
	{"-1</>", "-1"},
};

static bool is_one_of(const char *const *list, const char *s)
{
	for (; *list; list++)
		if (!strcmp(*list, s))
			return true;
	return false;
}

/* ---- values --------------------------------------------------------------------------------- */

/* A quoted string, with one escape for each byte that is not plain; the bytes that it has. */
static size_t same_string(const char *s, char *out, size_t size)
{
	size_t n = 0, at = 0;
	unsigned v;
	int len;

	for (s++; *s && *s != '"'; n++) {
		v = (unsigned char)*s++;
		if (v == '\\') {
			const char *from = "nrtvf\\\"", *to = "\n\r\t\v\f\\\"";
			const char *p = strchr(from, *s);

			if (p) {
				v = (unsigned char)to[p - from];
				s++;
			} else if (*s == 'x' && sscanf(s + 1, "%2x%n", &v, &len) == 1) {
				s += 1 + len;
			} else if (sscanf(s, "%3o%n", &v, &len) == 1) {
				s += len;
			}
		}
		if (at + 5 < size)
			at += (size_t)sprintf(out + at, isprint((int)v) ? "%c" : "\\x%02x", v);
	}
	out[at] = '\0';
	return n;
}

static unsigned elements(const char *s)
{
	unsigned n = strchr(s, '{') ? 1 : 0;
	int depth = 0;

	for (s++; *s; s++) {
		depth += *s == '{' || *s == '[';
		depth -= *s == '}' || *s == ']';
		n += *s == ',' && !depth;
	}
	return n;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "B|A" as "A|B" */
static void same_flags(char *s)
{
	char copy[TEXT], *flag[32], *save = NULL, *p;
	size_t n = 0, i;

	snprintf(copy, sizeof(copy), "%s", s);
	for (p = strtok_r(copy, "|", &save); p && n < 32; p = strtok_r(NULL, "|", &save))
		flag[n++] = p;
	qsort(flag, n, sizeof(*flag), by_text);
	for (*s = '\0', i = 0; i < n; i++)
		sprintf(s + strlen(s), "%s%s", i ? "|" : "", flag[i]);
}

static void same_form(struct leaf *f, const char *text)
{
	char copy[TEXT], *end;
	unsigned long long v;
	unsigned n;
	size_t i;

	if (*text == '"') {
		n = (unsigned)same_string(text, f->value, sizeof(f->value));
		if (!strcmp(f->key, "btf"))
			sprintf(f->value, "[%u bytes]", n);
		return;
	}
	if (*text == '[') {
		if (strstr(text, " bytes]"))
			snprintf(f->value, sizeof(f->value), "%.*s", TEXT - 1, text);
		else
			sprintf(f->value, "%u",
				strstr(text, " insns") ? (unsigned)atoi(text + 1) : elements(text));
		return;
	}
	snprintf(copy, sizeof(copy), "%.*s", TEXT - 1, text);
	while ((end = strstr(copy, "1<<"))) /* of capabilities */
		memmove(end, end + 3, strlen(end + 3) + 1);
	f->unknown = strstr(copy, "???") != NULL;
	if (strstr(copy, " /*"))
		*strstr(copy, " /*") = '\0';
	if (strchr(copy, '<'))
		*strchr(copy, '<') = '\0';
	for (i = 0; i < sizeof(same_value) / sizeof(*same_value); i++)
		if (!strcmp(copy, same_value[i][0]))
			strcpy(copy, same_value[i][1]);
	v = strtoull(copy, &end, 0);
	if (end != copy && !*end && *copy != '-' && strncmp(copy, "07", 2) != 0)
		sprintf(copy, "%llu", v);
	same_flags(copy);
	snprintf(f->value, sizeof(f->value), "%s", copy);
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* Where a value ends: at the comma or bracket that is not inside of one. */
static const char *value_end(const char *p)
{
	int depth = 0;

	for (; *p; p++) {
		if (*p == '"') {
			for (p++; *p && *p != '"'; p++)
				p += *p == '\\';
		} else if (*p == '/' && p[1] == '*' && strstr(p, "*/")) {
			p = strstr(p, "*/") + 1;
		} else if (!strncmp(p, "<<", 2)) {
			p++;
		} else if (*p == '[' || *p == '(' || *p == '<') {
			depth++;
		} else if (depth && (*p == ']' || *p == ')' || *p == '>')) {
			depth--;
		} else if (!depth && (*p == ',' || *p == '}' || *p == ')' || *p == '{')) {
			break;
		}
	}
	return p;
}

/* Behind the struct that begins at p's first brace. */
static const char *struct_end(const char *p)
{
	int depth = 0;

	for (p = strchr(p, '{'); *p; p++) {
		depth += *p == '{';
		depth -= *p == '}';
		if (!depth)
			return p + 1;
	}
	return p;
}

static const struct leaf *find(const struct line *l, const char *key)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (!strcmp(l->leaf[i].key, key))
			return &l->leaf[i];
	return NULL;
}

static void add_leaf(struct line *l, const char *p, const char *end)
{
	struct leaf *f = &l->leaf[l->n];
	const char *eq = *p == '"' || *p == '[' ? NULL : memchr(p, '=', (size_t)(end - p));
	char text[128 * 1024];
	size_t i;

	ck_assert_uint_lt(l->n, LEAVES);
	memset(f, 0, sizeof(*f));
	if (eq)
		snprintf(f->key, sizeof(f->key), "%.*s", (int)(eq - p), p);
	for (i = 0; i < sizeof(same_key) / sizeof(*same_key); i++)
		if (!strcmp(f->key, same_key[i][0]))
			strcpy(f->key, same_key[i][1]);
	snprintf(text, sizeof(text), "%.*s", (int)(end - (eq ? eq + 1 : p)), eq ? eq + 1 : p);
	if (is_one_of(no_value, f->key))
		return;
	same_form(f, text);
	l->unknown |= f->unknown;
	l->n++;
}

/* perf's bits are one field of ours: each by its name */
static void add_bits(struct line *l, const char *p, const char *end)
{
	char text[256], one[64], *save = NULL, *bit;

	snprintf(text, sizeof(text), "%.*s", (int)(end - p), p);
	for (bit = strtok_r(text, "|", &save); bit; bit = strtok_r(NULL, "|", &save)) {
		snprintf(one, sizeof(one), "%s=1", bit);
		add_leaf(l, one, one + strlen(one));
	}
}

static void add_result(struct line *l, const char *p)
{
	size_t n;

	p += strspn(p, ") =");
	n = strcspn(p, *p == '-' ? "(" : "< \n");
	snprintf(l->result, sizeof(l->result), "%.*s", (int)n, p);
	if (strstr(l->result, " fallback")) /* that is the audit's alone */
		*strstr(l->result, " fallback") = '\0';
	if (strstr(l->result, "  ")) /* how long it took */
		*strstr(l->result, "  ") = '\0';
	for (n = strlen(l->result); n && isspace((unsigned char)l->result[n - 1]);)
		l->result[--n] = '\0';
}

/* false: no call */
static bool read_line(const char *p, struct line *l)
{
	const char *open, *end;

	p += strspn(p, "0123456789 ");
	open = strchr(p, '(');
	l->n = 0;
	l->unknown = false;
	if (!open || (size_t)(open - p) >= sizeof(l->name) || *p == '+' || *p == '-')
		return false;
	snprintf(l->name, sizeof(l->name), "%.*s", (int)(open - p), p);
	for (p = open + 1; *p && *p != ')';) {
		/* what came back */
		if (!strncmp(p, "=> {", 4) || (!strncmp(p, "info={", 6) && find(l, "info_len"))) {
			p = struct_end(p);
			continue;
		}
		if (strchr(", {}", *p)) {
			p++;
			continue;
		}
		end = value_end(p);
		if (*end == '{')
			; /* the name of a struct, or a link_create= */
		else if (!strcmp(l->name, "perf_event_open") && !strncmp(p, "flags=", 6))
			add_bits(l, p + 6, end);
		else
			add_leaf(l, p, end);
		p = end;
	}
	if (*p != ')')
		return false;
	add_result(l, p);
	return true;
}

/* ---- which of strace's calls an audit tells ------------------------------------------------- */

/* Descriptors of tracefs, and of a process's memory. */
struct follow {
	int fd[FDS];
	size_t n;
};

static bool follows(const struct follow *w, int fd)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->fd[i] == fd)
			return true;
	return false;
}

static void forget(struct follow *w, int fd)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->fd[i] == fd)
			w->fd[i--] = w->fd[--w->n];
}

static void learn(struct follow *w, const char *result)
{
	int fd = atoi(result);

	forget(w, fd);
	if (fd < 0)
		return;
	ck_assert_uint_lt(w->n, FDS);
	w->fd[w->n++] = fd;
}

static bool is_place(const struct follow *w, const struct line *l)
{
	const char *path = l->leaf[1].value, *mem = strstr(path, "/mem");

	if (*path != '/')
		return follows(w, atoi(l->leaf[0].value)) && isdigit((int)*l->leaf[0].value);
	return !strncmp(path, "/sys/kernel/tracing", 19) ||
	       !strncmp(path, "/sys/kernel/debug/tracing", 25) ||
	       (!strncmp(path, "/proc/", 6) && mem && !mem[4]);
}

static bool is_told(struct follow *w, const struct line *l)
{
	if (!strncmp(l->name, "syscall_", 8)) /* of a uretprobe's or uprobe's own making */
		return false;
	if (!strcmp(l->name, "close")) {
		forget(w, atoi(l->leaf[0].value));
		return false;
	}
	if (!strcmp(l->name, "ioctl"))
		return l->n > 1 && !strncmp(l->leaf[1].value, "PERF_EVENT_IOC_", 15);
	if (!strcmp(l->name, "write") || !strcmp(l->name, "pwrite64"))
		return follows(w, atoi(l->leaf[0].value));
	if (!strcmp(l->name, "openat") && !is_place(w, l)) {
		forget(w, atoi(l->result));
		return false;
	}
	if (!strcmp(l->name, "openat") || !strcmp(l->name, "fsmount"))
		learn(w, l->result);
	return true;
}

/* ---- side by side --------------------------------------------------------------------------- */

/* Fields that are set on one side and not, or otherwise, on the other. */
static void compare_fields(struct buf *out, const struct line *a, const struct line *b, bool back)
{
	const struct leaf *f, *g;

	for (f = a->leaf; f < a->leaf + a->n; f++) {
		if (!*f->key || !*f->value || !strcmp(f->value, "0") || (!back && f->unknown))
			continue;
		g = find(b, f->key);
		if ((!g && back && b->unknown) || (g && (g->unknown || f->unknown)))
			continue;
		if (!g || strcmp(f->value, g->value) != 0)
			buf_printf(out, "  %s: %s is %s, and %s here\n", a->name, f->key, f->value,
				g ? g->value : "not set");
	}
}

static size_t plain(const struct line *l, const struct leaf **out)
{
	size_t i, n = 0;

	for (i = 0; i < l->n; i++)
		if (!*l->leaf[i].key)
			out[n++] = &l->leaf[i];
	return n;
}

static void compare_line(struct buf *out, const struct line *s, const struct line *a)
{
	const struct leaf *x[LEAVES], *y[LEAVES];
	size_t i, n = plain(s, x), m = plain(a, y);

	if (strcmp(s->name, a->name) != 0 || strcmp(s->result, a->result) != 0)
		buf_printf(out, "  %s() = %s, and %s() = %s here\n", s->name, s->result, a->name,
			a->result);
	if (n != m && !s->unknown)
		buf_printf(out, "  %s: %zu arguments, %zu here\n", s->name, n, m);
	for (i = 0; i < n && i < m && (!i || !s->unknown); i++)
		if (strcmp(x[i]->value, y[i]->value) != 0 && !x[i]->unknown)
			buf_printf(out, "  %s: argument %zu is %s, %s here\n", s->name, i + 1,
				x[i]->value, y[i]->value);
	compare_fields(out, s, a, false);
	compare_fields(out, a, s, true);
}

static char *next_line(char **text)
{
	char *line = *text, *end = strchr(line, '\n');

	if (!end)
		return NULL;
	*end = '\0';
	*text = end + 1;
	return line;
}

char *t_strace_compare(const char *strace_log, const char *audit_log, unsigned *calls)
{
	static struct line s, a;
	struct follow w = {.n = 0};
	struct buf out = {0};
	char *seen = strdup(strace_log), *told = strdup(audit_log), *p = seen, *q = told;
	char *at, *line;
	size_t before;

	ck_assert(seen && told);
	buf_puts(&out, "");
	for (*calls = 0; (at = next_line(&p));) {
		if (!read_line(at, &s) || !is_told(&w, &s))
			continue;
		line = next_line(&q);
		if (!line || !read_line(line, &a)) {
			buf_printf(&out, "not told: %.300s\n", at);
			continue;
		}
		++*calls;
		before = out.len;
		compare_line(&out, &s, &a);
		if (out.len != before)
			buf_printf(&out, "strace: %.500s\naudit:  %.500s\n", at, line);
	}
	while ((line = next_line(&q)))
		buf_printf(&out, "not made: %.300s\n", line);
	free(seen);
	free(told);
	ck_assert(!out.failed);
	return out.data ? out.data : strdup("");
}
