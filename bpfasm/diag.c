// SPDX-License-Identifier: MIT
/*
 * diag.c - messages with the line, carets and a suggestion.
 *
 * A message looks like this, "file:line:col: " as every editor reads it:
 *
 *	a.bpf:9:9: error: no register 'r11'; did you mean 'r1'?
 *	        hist_add  dist, r11
 *	        ^~~~~~~~
 *	in expansion of hist_add at hist.inc:12: r1 = r11
 *	                                              ^~~
 *
 * The first location is always a line of a file, the one the user wrote; expansions follow from
 * the outermost to the one that holds the error.  Where an included file came from stands last.
 */
#include "diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	DIAG_WIDTH = 100,   /* bytes of a source line that are shown around the caret */
	DIAG_LEVELS = 4,    /* expansions shown at either end of a deep chain */
	DIAG_WALK = 100000, /* levels followed: more than macro.c allows */
};

static void diag_put(struct diag *d, const char *s, size_t n)
{
	size_t cap = d->cap ? d->cap : 256;
	char *text;

	if (d->failed)
		return;
	if (n >= d->cap - d->len) {
		while (n >= cap - d->len)
			cap *= 2;
		text = realloc(d->text, cap);
		if (!text) {
			d->failed = true;
			return;
		}
		d->text = text;
		d->cap = cap;
	}
	memcpy(d->text + d->len, s, n);
	d->len += n;
	d->text[d->len] = '\0';
}

static void diag_pad(struct diag *d, char c, size_t n)
{
	while (n--)
		diag_put(d, &c, 1);
}

static void diag_vputf(struct diag *d, const char *fmt, va_list ap)
{
	va_list again;
	char buf[512], *text;
	int n;

	va_copy(again, ap);
	n = vsnprintf(buf, sizeof(buf), fmt, ap);
	if (n < 0) {
		d->failed = true;
	} else if ((size_t)n < sizeof(buf)) {
		diag_put(d, buf, (size_t)n);
	} else {
		text = malloc((size_t)n + 1);
		if (text) {
			vsnprintf(text, (size_t)n + 1, fmt, again);
			diag_put(d, text, (size_t)n);
		} else {
			d->failed = true;
		}
		free(text);
	}
	va_end(again);
}

static void __attribute__((format(printf, 2, 3))) diag_putf(struct diag *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_vputf(d, fmt, ap);
	va_end(ap);
}

const char *diag_line(const struct src *s, uint32_t line, size_t *len)
{
	const char *p = s->text, *end = s->text + s->len, *nl;
	uint32_t at = 1;

	*len = 0;
	if (!line || !s->text)
		return "";
	if (s->n_starts) {
		at = line < s->n_starts ? line : (uint32_t)s->n_starts;
		p += s->starts[at - 1];
	}
	for (; at < line; at++) {
		nl = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
		if (!nl)
			return "";
		p = nl + 1;
	}
	nl = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
	*len = (size_t)((nl ? nl : end) - p);
	if (*len && p[*len - 1] == '\r')
		--*len;
	return p;
}

struct pos diag_user_pos(struct pos at)
{
	while (at.src && at.src->expansion)
		at = at.src->from;
	return at;
}

struct pos diag_defined_pos(struct pos at)
{
	struct pos up;

	while (at.src && at.src->expansion) {
		up = at.src->defined;
		up.line += at.line - 1;
		at = up;
	}
	return at;
}

/* Bytes of the character at s (n bytes are there); 0: a byte that no terminal should get. */
static size_t diag_char(const char *s, size_t n)
{
	unsigned char c = (unsigned char)*s;
	size_t want = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : 4, i;

	if (c < 0x80)
		return c == '\t' || (c >= ' ' && c != 0x7f);
	if (c < 0xc2 || c > 0xf4 || want > n)
		return 0;
	/* U+0080..U+009F are control characters too */
	if (c == 0xc2 && (unsigned char)s[1] < 0xa0)
		return 0;
	for (i = 1; i < want; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
	return want;
}

/* Columns that a terminal gives to the character at s, of n bytes. */
static size_t diag_columns(const char *s, size_t n)
{
	static const struct {
		uint32_t from, to;
		uint8_t columns;
	} ranges[] = {
		{0x300, 0x36f, 0},   /* combining marks */
		{0x1100, 0x115f, 2}, /* Hangul, first letters */
		{0x200b, 0x200f, 0}, /* marks of no width, directions */
		{0x20d0, 0x20ff, 0},
		{0x2e80, 0x303e, 2}, /* CJK, kana, Yi, Hangul */
		{0x3041, 0xa4cf, 2},
		{0xac00, 0xd7a3, 2},
		{0xf900, 0xfaff, 2},
		{0xfe00, 0xfe0f, 0}, /* variants */
		{0xfe20, 0xfe2f, 0},
		{0xfe30, 0xfe6f, 2},
		{0xff00, 0xff60, 2}, /* full width forms */
		{0xffe0, 0xffe6, 2},
		{0x1f300, 0x1f64f, 2}, /* pictures */
		{0x1f900, 0x1f9ff, 2},
		{0x20000, 0x3fffd, 2},
	};
	uint32_t c = n < 2 ? 0 : (unsigned char)*s & (0xffU >> (n + 1));
	size_t i;

	for (i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)s[i] & 0x3f);
	for (i = 0; n > 1 && i < sizeof(ranges) / sizeof(*ranges) && ranges[i].from <= c; i++)
		if (c <= ranges[i].to)
			return ranges[i].columns;
	return 1;
}

/* ... and to a text of our own, which may hold a file's name. */
static size_t diag_width(const char *s, size_t len)
{
	size_t i, n, width = 0;

	for (i = 0; i < len; i += n ? n : 1) {
		n = diag_char(s + i, len - i);
		width += n ? diag_columns(s + i, n) : 1;
	}
	return width;
}

/* The part of a line that is shown: at most DIAG_WIDTH bytes with the caret's column inside. */
static void diag_cut(const char *s, size_t len, size_t col, size_t *from, size_t *to)
{
	*from = 0;
	*to = len;
	if (len <= DIAG_WIDTH)
		return;
	if (col > DIAG_WIDTH / 2)
		*from = col - DIAG_WIDTH / 2;
	if (*from > len - DIAG_WIDTH)
		*from = len - DIAG_WIDTH;
	*to = *from + DIAG_WIDTH;
	while (*from && ((unsigned char)s[*from] & 0xc0) == 0x80)
		--*from;
	while (*to < len && ((unsigned char)s[*to] & 0xc0) == 0x80)
		++*to;
}

/*
 * One pass over the shown part of a line: its text, or (carets) the line of blanks and ^~~~ that
 * goes below.  Tabs stay tabs in both, so that they line up whatever a tab's width is.
 */
static void diag_show(struct diag *d, const char *s, size_t from, size_t to, bool carets,
	size_t first, size_t last)
{
	size_t i, n, width, mark = 0;

	for (i = from; i < to; i += n ? n : 1) {
		n = diag_char(s + i, to - i);
		width = n ? diag_columns(s + i, n) : 4;
		if (!carets && n)
			diag_put(d, s + i, n);
		else if (!carets)
			diag_putf(d, "\\x%02x", (unsigned char)s[i]);
		else if (i >= last && i > first)
			break;
		else if (i < first)
			diag_pad(d, s[i] == '\t' ? '\t' : ' ', width);
		else
			for (; width; width--)
				diag_pad(d, mark++ ? '~' : '^', 1);
	}
	if (carets && !mark)
		diag_put(d, "^", 1);
}

/* The line of a position and the carets below it; indent: columns that stand before it already. */
static void diag_source(struct diag *d, struct pos at, size_t mark, size_t indent, bool trim)
{
	size_t len, from, to, start = 0, col = at.col ? at.col - 1 : 0;
	const char *s = diag_line(at.src, at.line, &len);

	while (trim && start < len && start < col && (s[start] == ' ' || s[start] == '\t'))
		start++;
	s += start;
	len -= start;
	col -= start;
	if (col > len)
		col = len;
	diag_cut(s, len, col, &from, &to);
	if (from)
		diag_put(d, "...", 3);
	diag_show(d, s, from, to, false, 0, 0);
	diag_put(d, to < len ? "...\n" : "\n", to < len ? 4 : 1);
	diag_pad(d, ' ', indent + (from ? 3 : 0));
	diag_show(d, s, from, to, true, col, mark < to - col ? col + mark : to);
	diag_put(d, "\n", 1);
}

/* How much to underline where a macro was invoked: its name. */
static size_t diag_word(struct pos at)
{
	size_t len, n = 0;
	const char *s = diag_line(at.src, at.line, &len);

	if (!at.col || at.col > len)
		return 0;
	for (s += at.col - 1, len -= at.col - 1; n < len; n++)
		if (!((s[n] >= 'a' && s[n] <= 'z') || (s[n] >= 'A' && s[n] <= 'Z') ||
			    (s[n] >= '0' && s[n] <= '9') || s[n] == '_' || s[n] == '.' ||
			    s[n] == '$'))
			break;
	return n;
}

/* The position k levels out from one inside expansions. */
static struct pos diag_level(struct pos at, size_t k)
{
	while (k--)
		at = at.src->from;
	return at;
}

static void diag_expansions(struct diag *d, struct pos at, size_t len)
{
	struct pos p = at, def;
	size_t n = 0, i, before;

	for (; p.src && p.src->expansion && n < DIAG_WALK; p = p.src->from)
		n++;
	for (i = n; i--;) {
		if (n > 2 * DIAG_LEVELS && i == n - 1 - DIAG_LEVELS) {
			diag_putf(d, "(%zu more expansions)\n", n - 2 * DIAG_LEVELS);
			i = DIAG_LEVELS - 1;
		}
		p = diag_level(at, i);
		def = diag_defined_pos(p);
		before = d->len;
		diag_putf(d, "in expansion of %s at %s:%u: ", p.src->name,
			def.src ? def.src->name : "?", def.line);
		diag_source(d, p, i ? diag_word(p) : len,
			d->text ? diag_width(d->text + before, d->len - before) : 0, true);
	}
}

static void diag_includes(struct diag *d, struct pos at)
{
	unsigned n;

	for (n = 0; at.src && at.src->from.src && n < DIAG_WALK; n++) {
		at = at.src->from;
		if (at.src->expansion)
			continue;
		if (n < 2 * DIAG_LEVELS)
			diag_putf(d, "included from %s:%u\n", at.src->name, at.line);
	}
}

static void diag_emit(
	struct diag *d, struct pos at, size_t len, const char *kind, const char *fmt, va_list ap)
{
	struct pos user = diag_user_pos(at);

	if (user.src)
		diag_putf(d, "%s:%u:%u: ", user.src->name, user.line, user.col ? user.col : 1);
	diag_putf(d, "%s: ", kind);
	diag_vputf(d, fmt, ap);
	diag_put(d, "\n", 1);
	if (!user.src)
		return;
	diag_source(d, user, user.src == at.src ? len : diag_word(user), 0, false);
	diag_expansions(d, at, len);
	diag_includes(d, user);
}

/*
 * A macro that uses an argument twice has the same error twice, at the same place of the user's text:
 * once is enough.
 */
static bool diag_is_again(struct diag *d, size_t at)
{
	size_t n;

	if (d->failed || d->last >= at)
		return false;
	n = strcspn(d->text + at, "\n") + 1;
	return d->last + n <= at && !memcmp(d->text + d->last, d->text + at, n);
}

void diag_error(struct diag *d, struct pos at, size_t len, const char *fmt, ...)
{
	size_t from = d->len;
	va_list ap;

	if (diag_full(d))
		return;
	va_start(ap, fmt);
	diag_emit(d, at, len, "error", fmt, ap);
	va_end(ap);
	if (d->n_errors && at.src && at.src->expansion && diag_is_again(d, from)) {
		d->len = from;
		d->text[from] = '\0';
		d->n_again++;
	} else {
		d->last = from;
		d->n_errors++;
	}
	if (diag_full(d))
		diag_putf(d, "too many errors, stopped after %u\n", d->n_errors);
}

void diag_warning(struct diag *d, struct pos at, size_t len, const char *fmt, ...)
{
	va_list ap;

	if (d->quiet || diag_full(d))
		return;
	if (d->n_warnings++ >= DIAG_MAX_ERRORS)
		return;
	va_start(ap, fmt);
	diag_emit(d, at, len, "warning", fmt, ap);
	va_end(ap);
	if (d->n_warnings == DIAG_MAX_ERRORS)
		diag_putf(d, "no more warnings are shown\n");
}

bool diag_full(const struct diag *d)
{
	return d->n_errors >= DIAG_MAX_ERRORS || d->n_again >= DIAG_MAX_AGAIN || d->failed;
}

void diag_free(struct diag *d)
{
	free(d->text);
	d->text = NULL;
	d->len = d->cap = 0;
}

enum { SUGGEST_MAX = 63 }; /* longer words get no suggestion */

static uint32_t suggest_letters(const char *s, size_t len)
{
	uint32_t letters = 0;
	size_t i;

	for (i = 0; i < len; i++)
		letters |= 1U << (s[i] & 31); /* without their case */
	return letters;
}

static unsigned suggest_count(uint32_t bits)
{
	unsigned n = 0;

	for (; bits; bits &= bits - 1)
		n++;
	return n;
}

void suggest_start(struct suggest *s, const char *want, size_t len)
{
	s->want = want;
	s->len = len;
	s->letters = suggest_letters(want, len <= SUGGEST_MAX ? len : 0);
	s->best = NULL;
	s->best_len = 0;
	s->begins = false;
	s->distance = (unsigned)(len / 3 ? len / 3 : 1) + 1;
}

static unsigned suggest_min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static char suggest_fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Edits (insert, delete, replace, swap of neighbours) from a to b; limit or more: limit. */
static unsigned suggest_distance(const char *a, size_t na, const char *b, size_t nb, unsigned limit)
{
	unsigned rows[3][SUGGEST_MAX + 2], *two = rows[0], *one = rows[1], *now = rows[2], *t;
	unsigned least, cost;
	size_t i, j;

	for (j = 0; j <= nb; j++)
		one[j] = (unsigned)j;
	for (i = 1; i <= na; i++) {
		now[0] = least = (unsigned)i;
		for (j = 1; j <= nb; j++) {
			cost = suggest_fold(a[i - 1]) != suggest_fold(b[j - 1]);
			now[j] =
				suggest_min(one[j - 1] + cost, suggest_min(one[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = suggest_min(now[j], two[j - 2] + 1);
			least = suggest_min(least, now[j]);
		}
		if (least >= limit)
			return limit;
		t = two;
		two = one;
		one = now;
		now = t;
	}
	return one[nb];
}

/* An edit brings one letter and takes one: a word with other letters is no near one. */
static bool suggest_may(const struct suggest *s, uint32_t letters)
{
	return suggest_count(s->letters & ~letters) < s->distance &&
	       suggest_count(letters & ~s->letters) < s->distance;
}

/* The word is how the name begins: only one slip is likelier than letters that were left out. */
static bool suggest_begins(const struct suggest *s, const char *name, size_t len)
{
	return s->distance > 1 && s->len >= 4 && len > s->len + 1 &&
	       !memcmp(name, s->want, s->len) && (!s->begins || len < s->best_len);
}

/* Two neighbours changed places: the likeliest of all slips. */
static bool suggest_swapped(const struct suggest *s, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < len && i < s->len && name[i] == s->want[i]; i++)
		;
	return len == s->len && i + 1 < len && name[i] == s->want[i + 1] &&
	       name[i + 1] == s->want[i] && !memcmp(name + i + 2, s->want + i + 2, len - i - 2);
}

void suggest_offer(struct suggest *s, const char *name, size_t len)
{
	size_t gap = len > s->len ? len - s->len : s->len - len;
	unsigned n = s->distance;

	if (!len || !s->len || s->len > SUGGEST_MAX || len > SUGGEST_MAX)
		return;
	if (len == s->len && !memcmp(name, s->want, len))
		return;
	if (gap < s->distance && suggest_may(s, suggest_letters(name, len)))
		n = suggest_distance(s->want, s->len, name, len, s->distance);
	/* a word of one or two letters is near to everything: one letter must stay */
	if (suggest_begins(s, name, len)) {
		s->begins = true;
		s->distance = 2;
	} else if (n < s->distance && n < s->len) {
		s->distance = n;
	} else if (!s->best || s->distance != 1 || !suggest_swapped(s, name, len) ||
		   suggest_swapped(s, s->best, s->best_len)) {
		return;
	}
	s->best = name;
	s->best_len = len;
}

const char *suggest_text(const struct suggest *s, char *buf, size_t size)
{
	if (s->best && s->best_len < size)
		snprintf(buf, size, "; did you mean '%.*s'?", (int)s->best_len, s->best);
	else if (size)
		buf[0] = '\0';
	return buf;
}
