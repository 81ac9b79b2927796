// SPDX-License-Identifier: MIT
/*
 * audit_read.c - the lines of an audit log, as text or JSON, read into names and values.
 *
 * What differs between any two runs is left out: numbers of descriptors, of which the role stays,
 * the line's number, how long the call took, numbers of events and of types, where the kernel
 * writes to, and in texts the process and its time: rawbpf_PID_TIME, /proc/PID.  An argument has
 * the name that JSON gives it, so logs of either form compare.  Values are cut out of the text in
 * place.
 */
#include "audit_read.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* Where a value ends: at what separates values, and is not inside of quotes or brackets. */
static char *value_end(char *p)
{
	int depth = 0, role = 0;

	for (; *p; p++) {
		if (*p == '\\' && p[1]) {
			p++; /* of a role: a path may have any character */
		} else if (role || *p == '<') {
			role += (*p == '<') - (*p == '>');
		} else if (*p == '"') {
			for (p++; *p && *p != '"'; p++)
				p += *p == '\\' && p[1];
			if (!*p)
				break;
		} else if (*p == '[' || *p == '(') {
			depth++;
		} else if (depth && (*p == ']' || *p == ')')) {
			depth--;
		} else if (!depth && strchr(",{})", *p)) {
			break;
		}
	}
	return p;
}

/* Digits, or the word that a stable log has for them; NULL: neither. */
static char *skip_number(char *p, const char *word)
{
	size_t n = strspn(p, "0123456789");

	if (!n && !strncmp(p, word, strlen(word)))
		n = strlen(word);
	return n ? p + n : NULL;
}

/* Behind "rawbpf_PID_TIME" or "/proc/PID" at p; NULL: it is neither. */
static char *run_name_end(char *p)
{
	if (!strncmp(p, "/proc/", 6))
		return skip_number(p + 6, "PID");
	if (strncmp(p, "rawbpf_", 7))
		return NULL;
	p = skip_number(p + 7, "PID");
	return p && *p == '_' ? skip_number(p + 1, "TIME") : NULL;
}

/*
 * What differs from run to run or by the log's form, made the same in place: rawbpf_*_*, /proc/ *;
 * in lists no quotes; bytes as \xNN.  Nothing grows.
 */
static void plain_text(char *p)
{
	bool list = *p == '[';
	char *out = p, *end;

	while (*p) {
		end = run_name_end(p);
		if (end) {
			out = stpcpy(out, *p == '/' ? "/proc/*" : "rawbpf_*_*");
			p = end;
		} else if (!strncmp(p, "\\u00", 4)) {
			memcpy(out, "\\x", 2);
			out += 2;
			p += 4;
		} else if (*p == '\\' && p[1]) {
			*out++ = *p++;
			*out++ = *p++;
		} else if (list && *p == '"') {
			p++;
		} else {
			*out++ = *p++;
		}
	}
	*out = '\0';
}

/* "5<map dist>" as "<map dist>", and what is quoted without its quotes; in place. */
static char *plain_value(char *p)
{
	size_t n = strlen(p), digits;

	if (n > 1 && *p == '"' && p[n - 1] == '"') {
		p[n - 1] = '\0';
		p++;
	}
	plain_text(p);
	digits = strspn(p, "0123456789");
	return p[digits] == '<' ? p + digits : p;
}

/* Ids, and addresses in the memory of the process that made the log. */
static bool is_of_one_run(const char *name, const char *text)
{
	static const char *const names[] = {"attach_btf_id", "target_btf_id", "id",
		"btf_vmlinux_value_type_id", "in_batch", "out_batch", "keys", "values", "info",
		"next_key"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return !strcmp(name, "value") && !strncmp(text, "0x", 2);
}

static bool entry_add(struct audit_entry *e, const char *name, const char *text)
{
	struct audit_value *v;

	if (is_of_one_run(name, text))
		return true;
	v = realloc(e->values, (e->n + 1) * sizeof(*v));
	if (!v) {
		errno = ENOMEM;
		return false;
	}
	if (!strcmp(name, "pid") && (isdigit((unsigned char)*text) || !strcmp(text, "PID")))
		text = strcmp(text, "0") ? "PID" : text;
	e->values = v;
	v[e->n++] = (struct audit_value){name, text};
	return true;
}

/* The role of what was made, else of what the call is about. */
static const char *entry_role(const struct audit_entry *e)
{
	size_t i;

	for (i = e->n; i--;)
		if (!strcmp(e->values[i].name, "result") && *e->values[i].text == '<')
			return e->values[i].text;
	for (i = 0; i < e->n; i++)
		if (*e->values[i].text == '<')
			return e->values[i].text;
	return "";
}

/* "BPF_MAP_CREATE", "PERF_EVENT_IOC_SET_BPF", "FSCONFIG_CMD_CREATE" */
static bool is_cmd(const char *s)
{
	return !strncmp(s, "BPF_", 4) || !strncmp(s, "PERF_EVENT_IOC_", 15) ||
	       !strncmp(s, "FSCONFIG_", 9);
}

/* The name of argument n of a call that text gives without one; "arg" is what prctl()'s option says. */
static const char *argument_name(const char *call, size_t n)
{
	static const struct {
		const char *call, *names[5];
	} rows[] = {
		{"bpf", {"cmd", "size"}},
		{"perf_event_open", {"pid", "cpu", "group_fd", "open_flags"}},
		{"ioctl", {"fd", "request", "arg"}},
		{"openat", {"dirfd", "path", "flags"}},
		{"mkdirat", {"dirfd", "path", "mode"}},
		{"unlinkat", {"dirfd", "path", "flags"}},
		{"write", {"fd", "buf", "count"}},
		{"pwrite64", {"fd", "buf", "count", "offset"}},
		{"fsopen", {"name", "flags"}},
		{"fsconfig", {"fd", "cmd", "key", "value", "aux"}},
		{"fsmount", {"fd", "flags", "attributes"}},
		{"prctl", {"option", "arg", "rest", "rest", "rest"}},
	};
	static const char *const places[] = {"1", "2", "3", "4", "5", "6", "7", "8"};
	size_t i;

	for (i = 0; n < 5 && i < sizeof(rows) / sizeof(*rows); i++)
		if (!strcmp(rows[i].call, call) && rows[i].names[n])
			return rows[i].names[n];
	return places[n < 8 ? n : 7];
}

/* What JSON calls argument 1 of prctl(). */
static bool is_prctl_argument(const char *name)
{
	return !strcmp(name, "cap") || !strcmp(name, "op") || !strcmp(name, "bits") ||
	       !strcmp(name, "mode");
}

/* The number of an event of tracefs, which is another on each machine. */
static void drop_event_id(struct audit_entry *e)
{
	bool event = false;
	size_t i;

	for (i = 0; i < e->n; i++) {
		event |= !strcmp(e->values[i].name, "type") &&
			 !strcmp(e->values[i].text, "PERF_TYPE_TRACEPOINT");
		if (!event || strcmp(e->values[i].name, "config"))
			continue;
		memmove(&e->values[i], &e->values[i + 1], (e->n - i - 1) * sizeof(*e->values));
		e->n--;
		return;
	}
}

/* " = 5<map dist> fallback(EINVAL)  9.1 us", behind the arguments */
static bool read_result(struct audit_entry *e, char *p)
{
	static const char mark[] = " fallback(";
	char *time = strstr(p, "  "), *back;

	if (strncmp(p, " = ", 3))
		return false;
	if (time)
		*time = '\0';
	back = strstr(p, mark);
	if (back) {
		*back = '\0';
		back += strlen(mark);
		back[strcspn(back, ")")] = '\0';
	}
	return entry_add(e, "result", plain_value(p + 3)) &&
	       (!back || entry_add(e, "fallback", back));
}

static bool read_text(struct audit_entry *e, char *line)
{
	char *p = strchr(line, '('), *end, *eq;
	size_t n = 0;
	char was;

	if (!p)
		return false;
	*p++ = '\0';
	e->call = line;
	while (*p && *p != ')') {
		if (strchr(", {}", *p)) {
			p++;
			continue;
		}
		end = value_end(p);
		was = *end;
		*end = '\0';
		eq = *p == '"' ? NULL : strchr(p, '=');
		if (eq)
			*eq++ = '\0';
		if (!eq && is_cmd(p))
			e->cmd = p;
		else if (!entry_add(e, eq ? p : argument_name(line, n), plain_value(eq ? eq : p)))
			return false;
		n += !eq;
		if (was == ')')
			return read_result(e, end + 1);
		p = end + (was != '\0');
	}
	return *p && read_result(e, p + 1);
}

/* ---- JSON ----------------------------------------------------------------------------------- */

/* "-1" and "EPERM" as text has them, "-1 EPERM"; the line has room between the two. */
static bool add_errno(struct audit_entry *e, char *value)
{
	struct audit_value *v = e->n ? &e->values[e->n - 1] : NULL;
	char *result = v && !strcmp(v->name, "result") ? (char *)(uintptr_t)v->text : NULL;

	if (!result || strcmp(result, "-1") || value < result + 3)
		return entry_add(e, "errno", value);
	result[2] = ' ';
	memmove(result + 3, value, strlen(value) + 1);
	return true;
}

/* One "name": value, at p; NULL: it is none. */
static char *read_pair(struct audit_entry *e, char *p)
{
	char *name = ++p, *end = strchr(p, '"'), *value;

	if (!end || strncmp(end, "\": ", 3))
		return NULL;
	*end = '\0';
	p = end + 3;
	if (*p == '{')
		return p; /* its pairs are read as ours */
	end = value_end(p);
	value = p;
	p = *end ? end + 1 : end;
	*end = '\0';
	value = plain_value(value);
	if (!strcmp(name, "call"))
		e->call = value;
	else if (!strcmp(name, "cmd"))
		e->cmd = strcmp(value, "null") ? value : "";
	else if (!strcmp(name, "errno"))
		return !strcmp(value, "null") || add_errno(e, value) ? p : NULL;
	else if (strcmp(name, "n") && strcmp(name, "ns") && strcmp(name, "role") &&
		 !entry_add(e, !strcmp(e->call, "prctl") && is_prctl_argument(name) ? "arg" : name,
			 strcmp(value, "null") ? value : "NULL"))
		return NULL;
	return p;
}

static bool read_json(struct audit_entry *e, char *p)
{
	while (*p) {
		if (strchr("{}, ", *p))
			p++;
		else if (*p == '"')
			p = read_pair(e, p);
		else
			return false;
		if (!p)
			return false;
	}
	return *e->call;
}

/* ---- a log ---------------------------------------------------------------------------------- */

static bool read_line(struct audit_log *log, char *line, size_t number)
{
	struct audit_entry *e = realloc(log->entries, (log->n + 1) * sizeof(*e));
	bool read;

	if (!e) {
		errno = ENOMEM;
		return false;
	}
	log->entries = e;
	e += log->n++;
	*e = (struct audit_entry){.line = number, .call = "", .cmd = ""};
	read = *line == '{' ? read_json(e, line) : read_text(e, line);
	drop_event_id(e);
	e->role = entry_role(e);
	return read;
}

bool audit_log_read(const char *name, const char *path, struct audit_log *log)
{
	size_t len, number = 0;
	char *p, *end;

	*log = (struct audit_log){0};
	log->text = tool_read(name, path, &len);
	for (p = log->text; p && *p; p = end) {
		end = p + strcspn(p, "\n");
		if (*end)
			*end++ = '\0';
		number++;
		errno = 0;
		if (*p && !read_line(log, p, number)) {
			if (errno == ENOMEM)
				tool_fail(name, "out of memory");
			else
				tool_fail(name, "line %zu of '%s' is none of an audit log", number,
					path);
			return false;
		}
	}
	return log->text != NULL;
}

void audit_log_free(struct audit_log *log)
{
	while (log->n)
		free(log->entries[--log->n].values);
	free(log->entries);
	free(log->text);
}
