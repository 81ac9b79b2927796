// SPDX-License-Identifier: MIT
/*
 * traceline.c - one line of trace_pipe to its fields, by position.
 *
 *	            bash-1234    (   1234) [001] d..21  1768.945420: bpf_trace_printk: hello
 *	    bash-1234      0d... 291326us : bpf_trace_printk: hello
 *
 * Names and messages hold anything: blanks, "-12", " [001] ", ": ", newlines.  So nothing is searched
 * for.  The name is the first 16 bytes (8 with the option latency-format) and what follows is taken item
 * by item up to the time; only then comes free text.  Options of the trace instance add the
 * process in parentheses (record-tgid) or take away the flags (irq-info); the flags grew from four
 * letters to five in 5.15 and get new letters, so any will do.  The time is seconds with a point,
 * or a plain number where trace_clock counts something else.
 */
#include "traceline.h"

#include <limits.h>
#include <string.h>

enum {
	TRACELINE_NAME = 16, /* columns before the '-' */
	TRACELINE_LATENCY = 8,
};

/* Where the items of a line are; nothing is written before all is known to fit. */
struct traceline {
	const char *p, *end; /* what is left */
	const char *task, *task_end;
	const char *flags, *flags_end; /* NULL: none */
	const char *ts, *ts_end;
	const char *text; /* symbol and message */
	uint64_t ts_ns;
	int pid, tgid, cpu;
};

static bool tl_char(struct traceline *t, char c)
{
	if (t->p == t->end || *t->p != c)
		return false;
	t->p++;
	return true;
}

/* Any number of blanks; how many. */
static size_t tl_blanks(struct traceline *t)
{
	const char *start = t->p;

	while (tl_char(t, ' '))
		;
	return (size_t)(t->p - start);
}

static bool tl_digit(const struct traceline *t)
{
	return t->p != t->end && *t->p >= '0' && *t->p <= '9';
}

static bool tl_u64(struct traceline *t, uint64_t *v)
{
	unsigned d;

	if (!tl_digit(t))
		return false;
	for (*v = 0; tl_digit(t); t->p++) {
		d = (unsigned)(*t->p - '0');
		if (*v > (UINT64_MAX - d) / 10)
			return false;
		*v = *v * 10 + d;
	}
	return true;
}

static bool tl_int(struct traceline *t, int *v)
{
	uint64_t n;

	if (!tl_u64(t, &n) || n > INT_MAX)
		return false;
	*v = (int)n;
	return true;
}

/* "(   1234) " or "(-------) "; true too when there is neither. */
static bool tl_tgid(struct traceline *t)
{
	t->tgid = -1;
	if (!tl_char(t, '('))
		return true;
	if (tl_char(t, '-'))
		while (tl_char(t, '-'))
			;
	else if (tl_blanks(t), !tl_int(t, &t->tgid))
		return false;
	return tl_char(t, ')') && tl_blanks(t);
}

/* "1768.945420" (nanoseconds known) or "4618588238758". */
static bool tl_time(struct traceline *t)
{
	uint64_t sec, frac = 0, unit = 1000000000;

	t->ts = t->p;
	if (!tl_u64(t, &sec))
		return false;
	t->ts_ns = 0;
	if (tl_char(t, '.')) {
		if (!tl_digit(t))
			return false;
		for (; tl_digit(t); t->p++)
			if (unit > 1) {
				unit /= 10;
				frac += unit * (unsigned)(*t->p - '0');
			}
		if (sec < UINT64_MAX / 1000000000)
			t->ts_ns = sec * 1000000000 + frac;
	}
	t->ts_end = t->p;
	return true;
}

/* The colon after the time, and the one blank that follows it. */
static bool tl_text(struct traceline *t)
{
	if (!tl_char(t, ':'))
		return false;
	if (t->p != t->end && !tl_char(t, ' '))
		return false;
	t->text = t->p;
	return true;
}

static bool tl_flags(struct traceline *t)
{
	t->flags = t->p;
	while (t->p != t->end && *t->p != ' ' && *t->p != '\n')
		t->p++;
	t->flags_end = t->p;
	return tl_blanks(t);
}

static void tl_task(struct traceline *t, const char *line, size_t columns)
{
	t->p = t->task = line;
	t->task_end = line + columns;
	while (t->task < t->task_end && *t->task == ' ')
		t->task++;
	t->p = t->task_end + 1;
	t->flags = t->flags_end = NULL;
}

/* What follows a name in the common form. */
static bool tl_common(struct traceline *t, const char *line)
{
	const char *word;

	tl_task(t, line, TRACELINE_NAME);
	if (!tl_int(t, &t->pid) || !tl_blanks(t) || !tl_tgid(t))
		return false;
	if (!tl_char(t, '[') || !tl_int(t, &t->cpu) || !tl_char(t, ']') || !tl_blanks(t))
		return false;
	word = t->p; /* a time, or flags before it */
	if (tl_time(t) && tl_text(t))
		return true;
	t->p = word;
	return tl_flags(t) && tl_time(t) && tl_text(t);
}

/* The time is microseconds since the buffer began, "us" and a mark of slowness after it. */
static bool tl_latency(struct traceline *t, const char *line)
{
	uint64_t us;

	tl_task(t, line, TRACELINE_LATENCY);
	t->tgid = -1;
	if (!tl_int(t, &t->pid) || !tl_blanks(t) || !tl_int(t, &t->cpu) || !tl_flags(t))
		return false;
	t->ts = t->p;
	if (!tl_u64(t, &us))
		return false;
	t->ts_ns = us < UINT64_MAX / 1000 ? us * 1000 : 0;
	t->ts_end = t->p;
	if (!tl_char(t, 'u') || !tl_char(t, 's') || t->p == t->end)
		return false;
	t->p++; /* the mark: ' ', '+', '!', '#', '*', '@', '$' */
	return tl_text(t);
}

/* Cut *start..end out of the line. */
static const char *tl_cut(char *line, const char *start, const char *end)
{
	if (!start)
		return "";
	line[end - line] = '\0';
	return line + (start - line);
}

/*
 * "SYMBOL: MESSAGE", or a message alone.  The line may fill its memory to the last byte, so room
 * for the NUL at its end is made by moving the text over the blank before it.
 */
static void tl_message(
	struct rawbpf_trace_fields *f, const struct traceline *t, char *line, size_t len)
{
	char *text = line + (t->text - line), *colon;
	size_t n = (size_t)(line + len - text);

	f->symbol = f->msg = "";
	f->msg_len = 0;
	if (!n)
		return;
	memmove(text - 1, text, n);
	text[n - 1] = '\0';
	text--;
	colon = memchr(text, ':', n);
	if (colon) {
		*colon++ = '\0';
		f->symbol = text;
		n -= (size_t)(colon - text);
		text = colon;
		if (n && *text == ' ')
			text++, n--;
	}
	f->msg = text;
	f->msg_len = n;
}

/*
 * One of the two forms, by its name's columns.  A name of 16 columns has 15 bytes at most, so a
 * blank comes first; in old saved lines there may be none, but no newline either.
 */
static bool tl_parse_form(struct traceline *t, const char *line, size_t len, size_t columns)
{
	size_t name = len < columns ? len : columns;

	t->end = line + len;
	t->p = line;
	if (columns == TRACELINE_NAME && len && *line != ' ' && memchr(line, '\n', name))
		return false;
	t->p += name;
	if (t->p == t->end || *t->p != '-')
		return false;
	return columns == TRACELINE_NAME ? tl_common(t, line) : tl_latency(t, line);
}

static bool tl_parse(struct traceline *t, const char *line, size_t len)
{
	return tl_parse_form(t, line, len, TRACELINE_NAME) ||
	       tl_parse_form(t, line, len, TRACELINE_LATENCY);
}

static enum traceline_form tl_form(const char *p, size_t len, bool whole, size_t columns)
{
	struct traceline t;
	bool first = tl_parse_form(&t, p, len, columns);

	if (t.p == t.end && !whole)
		return TRACELINE_SHORT;
	return first ? TRACELINE_FIRST : TRACELINE_NONE;
}

static enum traceline_form tl_either(const char *p, size_t len, bool whole, size_t *columns)
{
	enum traceline_form common = tl_form(p, len, whole, TRACELINE_NAME), latency;

	*columns = TRACELINE_NAME;
	if (common == TRACELINE_FIRST)
		return common;
	latency = tl_form(p, len, whole, TRACELINE_LATENCY);
	if (latency == TRACELINE_NONE)
		return common;
	*columns = TRACELINE_LATENCY;
	return latency;
}

/*
 * A newline in a name may as well be the end of a message, and what follows a record whose name
 * imitates what comes after a name.  But the rest of a name that has its newline in column N leaves
 * too few columns for a line that looks like a record again: so where one of the lines in the name
 * does, that is the record.
 */
enum traceline_form traceline_form(const char *p, size_t len, bool whole)
{
	size_t columns, unused, i;
	enum traceline_form form = tl_either(p, len, whole, &columns), inner;

	for (i = 0; form != TRACELINE_NONE && i < columns && i < len; i++) {
		if (p[i] != '\n')
			continue;
		inner = tl_either(p + i + 1, len - i - 1, whole, &unused);
		if (inner == TRACELINE_FIRST)
			form = TRACELINE_NONE;
		else if (inner == TRACELINE_SHORT)
			form = TRACELINE_SHORT;
	}
	return form;
}

size_t traceline_columns(const char *line, size_t len)
{
	struct traceline t;

	if (!tl_parse(&t, line, len))
		return 0;
	return (size_t)(t.task_end - line);
}

int rawbpf_parse_trace_line(char *line, size_t len, struct rawbpf_trace_fields *f)
{
	struct traceline t;

	memset(f, 0, sizeof(*f));
	f->task = f->flags = f->ts = f->symbol = f->msg = "";
	f->tgid = -1;
	if (!line)
		return 0;
	if (len && line[len - 1] == '\n')
		len--;
	if (!tl_parse(&t, line, len))
		return 0;
	tl_message(f, &t, line, len);
	f->task = tl_cut(line, t.task, t.task_end);
	f->flags = tl_cut(line, t.flags, t.flags_end);
	f->ts = tl_cut(line, t.ts, t.ts_end);
	f->ts_ns = t.ts_ns;
	f->pid = t.pid;
	f->tgid = t.tgid;
	f->cpu = t.cpu;
	return 1;
}

static bool tl_word(struct traceline *t, const char *word)
{
	while (*word && tl_char(t, *word))
		word++;
	return !*word;
}

bool traceline_lost(const char *line, size_t len, int *cpu, uint64_t *lost)
{
	struct traceline t = {.p = line};

	if (len && line[len - 1] == '\n')
		len--;
	t.end = line + len;
	*lost = 1; /* "[LOST EVENTS]": the kernel does not know how many */
	if (!tl_word(&t, "CPU:") || !tl_int(&t, cpu) || !tl_word(&t, " [LOST "))
		return false;
	if (tl_digit(&t) && (!tl_u64(&t, lost) || !tl_char(&t, ' ')))
		return false;
	return tl_word(&t, "EVENTS]") && t.p == t.end;
}

bool traceline_is(const struct rawbpf_trace_fields *f, const char *symbol)
{
	if (!strcmp(f->symbol, symbol))
		return true;
	return !strcmp(symbol, "bpf_trace_printk") &&
	       (!*f->symbol || !strcmp(f->symbol, "0x00000001"));
}
