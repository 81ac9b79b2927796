// SPDX-License-Identifier: MIT
/* t_plan.c - the audit of a run beside that of a kernel that has everything. */
#include "t_plan.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "t.h"

enum { LINES = 8000 };

struct text {
	char *all, *line[LINES];
	size_t n;
};

static void split(struct text *t, const char *s)
{
	char *save = NULL, *p;

	t->all = strdup(s);
	ck_assert_ptr_nonnull(t->all);
	for (p = strtok_r(t->all, "\n", &save); p; p = strtok_r(NULL, "\n", &save)) {
		ck_assert_uint_lt(t->n, LINES);
		t->line[t->n++] = p;
	}
}

/* The call without its result. */
static size_t call_len(const char *line)
{
	const char *p, *end = line;

	for (p = line; (p = strstr(p, ") = ")); p++)
		end = p;
	return (size_t)(end - line);
}

static bool same_call(const char *a, const char *b)
{
	return call_len(a) == call_len(b) && !strncmp(a, b, call_len(a));
}

/* Whether this try was refused, and a later line is marked for it. */
static bool is_refused(const struct text *t, size_t i)
{
	const char *result = t->line[i] + call_len(t->line[i]);
	char mark[64];

	if (strncmp(result, ") = -1 ", 7) != 0)
		return false;
	snprintf(mark, sizeof(mark), " fallback(%s)", result + 7);
	while (++i < t->n)
		if (strstr(t->line[i], mark))
			return true;
	return false;
}

char *t_plan_differs(const char *plan, const char *run)
{
	struct text p = {.n = 0}, r = {.n = 0};
	struct buf out = {0};
	bool other_road = false;
	size_t i, j, at = 0;

	split(&p, plan);
	split(&r, run);
	for (i = 0; i < r.n; i++) {
		if (strstr(r.line[i], " fallback(")) {
			other_road = true;
			continue;
		}
		for (j = at; j < p.n && !same_call(p.line[j], r.line[i]); j++)
			;
		if (j == p.n || (j > at && !other_road)) {
			buf_printf(&out, "not planned: %.300s\n    planned: %.300s\n", r.line[i],
				at < p.n ? p.line[at] : "nothing");
			other_road = true;
			continue;
		}
		at = j + 1;
		other_road = is_refused(&r, i);
		if (!other_road && strcmp(p.line[j], r.line[i]) != 0)
			buf_printf(&out, "ended as:   %.300s\n", r.line[i]);
	}
	if (at < p.n && !other_road)
		buf_printf(&out, "not made:   %.300s\n", p.line[at]);
	free(p.all);
	free(r.all);
	return out.data ? out.data : strdup("");
}
