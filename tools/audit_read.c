// SPDX-License-Identifier: MIT
/*
 * audit_read.c - the lines of an audit log, as text or JSON, read into names and values.
 *
 * What differs between any two runs is left out: numbers of descriptors, of which the role stays,
 * the line's number and how long the call took.  Values are cut out of the text in place.
 */
#include "audit_read.h"

#include <ctype.h>
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

/* "5<map dist>" as "<map dist>", and what is quoted without its quotes; in place. */
static char *plain_value(char *p)
{
	size_t n = strlen(p), digits;

	if (n > 1 && *p == '"' && p[n - 1] == '"') {
		p[n - 1] = '\0';
		p++;
	}
	digits = strspn(p, "0123456789");
	return p[digits] == '<' ? p + digits : p;
}

static bool entry_add(struct audit_entry *e, const char *name, const char *text)
{
	struct audit_value *v = realloc(e->values, (e->n + 1) * sizeof(*v));

	if (!v)
		return false;
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
	static const char *const places[] = {"1", "2", "3", "4", "5", "6", "7", "8"};
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
		else if (!entry_add(e, eq ? p : places[n < 8 ? n : 7], plain_value(eq ? eq : p)))
			return false;
		n += !eq;
		if (was == ')')
			return read_result(e, end + 1);
		p = end + (was != '\0');
	}
	return *p && read_result(e, p + 1);
}

/* ---- JSON ----------------------------------------------------------------------------------- */

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
	else if (!strcmp(name, "errno") && !strcmp(value, "null"))
		return p;
	else if (strcmp(name, "n") && strcmp(name, "ns") && strcmp(name, "role") &&
		 !entry_add(e, name, value))
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

	if (!e)
		return false;
	log->entries = e;
	e += log->n++;
	*e = (struct audit_entry){.line = number, .call = "", .cmd = ""};
	read = *line == '{' ? read_json(e, line) : read_text(e, line);
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
		if (*p && !read_line(log, p, number)) {
			tool_fail(name, "line %zu of '%s' is none of an audit log", number, path);
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
