// SPDX-License-Identifier: MIT
/*
 * fmt.c - python's str.format over the six fields of a trace line.
 *
 *	{N} {} {{ }} {N:[[fill]align][0][width][.prec][type]}
 *
 * The values have python's types (str, int, int, str, float, str) and its rules: a string is
 * aligned left and a number right, "0" before the width fills with zeros, precision cuts a string
 * and is an error for an integer, widths count code points.  Numbers here are never negative.
 */
#include "fmt.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

enum { FMT_MAX = 1000000, FMT_FIELDS = 6 }; /* FMT_MAX: of a width or a precision */

static const char fmt_types[] = "siisfs"; /* of the fields: string, integer, float */

/* ---- numbers ---- */

/* printf writes the locale's decimal point, python a dot. */
static void fmt_dot(char *s)
{
	char *p = s + strspn(s, "0123456789+-"), *end;

	end = p + strcspn(p, "0123456789e");
	if (p == end || *p == 'e')
		return;
	*p = '.';
	memmove(p + 1, end, strlen(end) + 1);
}

/* strtod reads the locale's decimal point: learn it from printf. */
static double fmt_number(const char *ts)
{
	char text[64], half[16];
	size_t dot = strcspn(ts, ".");

	if (!ts[dot] || dot > 32)
		return strtod(ts, NULL);
	snprintf(half, sizeof(half), "%.1f", 0.5);
	half[strlen(half) - 1] = '\0'; /* "0," less the 5 */
	snprintf(text, sizeof(text), "%.*s%s%.20s", (int)dot, ts, half + 1, ts + dot + 1);
	return strtod(text, NULL);
}

/* The decimal exponent of v's first prec digits, which are written to out as %e has them. */
static int fmt_exponent(char *out, size_t size, int prec, double v)
{
	snprintf(out, size, "%.*e", prec - 1, v);
	fmt_dot(out);
	return atoi(strchr(out, 'e') + 1);
}

/* Zeros at the end of a fraction, and then its point, go. */
static void fmt_trim(char *s, const char *keep)
{
	char *e = strchr(s, 'e'), *end = e ? e : s + strlen(s), *p = end;

	if (!memchr(s, '.', (size_t)(end - s)))
		return;
	while (p[-1] == '0')
		p--;
	if (p[-1] == '.') {
		p--;
		while (*keep)
			*p++ = *keep++;
	}
	memmove(p, end, strlen(end) + 1);
}

/* Without a type: prec digits, always with a fraction; from 10^limit on with an exponent. */
static void fmt_plain(char *out, size_t size, int prec, int limit, double v)
{
	int exp = fmt_exponent(out, size, prec, v);

	if (exp < -4 || exp >= limit) {
		fmt_trim(out, "");
		return;
	}
	snprintf(out, size, "%.*f", prec - 1 > exp ? prec - 1 - exp : 1, v);
	fmt_dot(out);
	fmt_trim(out, ".0");
}

void fmt_repr(char *out, double v)
{
	int prec;

	/* the shortest that reads back as v; 15 digits or less always do, and lose their zeros */
	for (prec = 15; prec < 17; prec++) {
		snprintf(out, 32, "%.*e", prec - 1, v);
		if (strtod(out, NULL) == v)
			break;
	}
	fmt_plain(out, 32, prec, 16, v);
}

static void fmt_float(struct buf *out, const struct fmt_piece *p, double v)
{
	/* of a double: 309 digits before the point */
	size_t size = 400 + (p->prec > 0 ? (size_t)p->prec : 0);
	char small[32], form[] = "%.*f", *text;
	int prec = p->prec;

	if (!p->type && prec < 0) {
		fmt_repr(small, v);
		buf_puts(out, small);
		return;
	}
	text = malloc(size);
	if (!text) {
		out->failed = true;
		return;
	}
	form[3] = p->type;
	if (!p->type)
		fmt_plain(text, size, prec ? prec : 1, (prec ? prec : 1) - 1, v);
	else
		snprintf(text, size, form, prec < 0 ? 6 : prec, v);
	fmt_dot(text);
	buf_puts(out, text);
	free(text);
}

/* ---- one field ---- */

/* Bytes of the first n code points of s. */
static size_t fmt_points(const char *s, size_t len, size_t n)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80 && !n--)
			break;
	return i;
}

static size_t fmt_columns(const char *s, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	return n;
}

static void fmt_int(struct buf *out, const struct fmt_piece *p, unsigned v)
{
	if (p->type == 'x')
		buf_printf(out, "%x", v);
	else if (p->type == 'X')
		buf_printf(out, "%X", v);
	else if (p->type && p->type != 'd')
		fmt_float(out, p, v);
	else
		buf_printf(out, "%u", v);
}

static void fmt_value(
	struct buf *out, const struct fmt_piece *p, const struct rawbpf_trace_fields *f)
{
	const char *s = p->field == 0 ? f->task : p->field == 3 ? f->flags : f->msg;
	size_t len = p->field == 5 ? f->msg_len : strlen(s);

	if (p->field == 1 || p->field == 2)
		fmt_int(out, p, (unsigned)(p->field == 1 ? f->pid : f->cpu));
	else if (p->field == 4)
		fmt_float(out, p, fmt_number(f->ts));
	else
		buf_add(out, s, p->prec < 0 ? len : fmt_points(s, len, (size_t)p->prec));
}

static void fmt_fill(struct buf *out, const struct fmt_piece *p, size_t n)
{
	size_t len = strlen(p->fill);

	if (buf_reserve(out, n * len))
		return;
	while (n--)
		buf_add(out, p->fill, len);
}

static void fmt_field(
	struct buf *out, const struct fmt_piece *p, const struct rawbpf_trace_fields *f)
{
	struct buf value = {0};
	size_t columns, pad, left;

	if (!p->width) {
		fmt_value(out, p, f);
		return;
	}
	fmt_value(&value, p, f);
	columns = fmt_columns(buf_str(&value), value.len);
	pad = columns < p->width ? p->width - columns : 0;
	left = p->align == '<' ? 0 : p->align == '^' ? pad / 2 : pad;
	fmt_fill(out, p, left);
	buf_add(out, buf_str(&value), value.len);
	fmt_fill(out, p, pad - left);
	out->failed |= value.failed;
	buf_free(&value);
}

void fmt_format(const struct fmt *f, const struct rawbpf_trace_fields *fields, struct buf *out)
{
	size_t i;

	for (i = 0; i < f->n; i++) {
		buf_add(out, f->pieces[i].text, f->pieces[i].len);
		if (f->pieces[i].field >= 0)
			fmt_field(out, &f->pieces[i], fields);
	}
}

/* ---- the format's text ---- */

struct fmt_parser {
	const char *start, *p;
	struct rawbpf_error *e;
	char **diag;
	int next;      /* field of the next "{}" */
	bool numbered; /* a "{N}" was seen */
};

/* Sets the error, and the caret below the byte at. */
__attribute__((format(printf, 3, 4))) static int fmt_bad(
	struct fmt_parser *s, const char *at, const char *why, ...)
{
	size_t column = fmt_columns(s->start, (size_t)(at - s->start));
	struct buf b = {0};
	char text[160];
	va_list ap;

	va_start(ap, why);
	vsnprintf(text, sizeof(text), why, ap);
	va_end(ap);
	buf_printf(&b, "%s\n%*s^\n", s->start, (int)(column < INT_MAX ? column : 0), "");
	free(*s->diag);
	*s->diag = buf_steal(&b);
	return err_set(
		s->e, "print", -EINVAL, "fmt '%.200s' column %zu: %s", s->start, column + 1, text);
}

static bool fmt_digits(struct fmt_parser *s, unsigned *v)
{
	for (*v = 0; *s->p >= '0' && *s->p <= '9'; s->p++) {
		if (*v > FMT_MAX / 10)
			return false;
		*v = *v * 10 + (unsigned)(*s->p - '0');
	}
	return *v <= FMT_MAX;
}

/* [[fill]align][0] */
static void fmt_align(struct fmt_parser *s, struct fmt_piece *piece, bool string)
{
	size_t len = *s->p ? fmt_points(s->p, strlen(s->p), 1) : 0;
	bool filled = false;

	piece->align = 0;
	memcpy(piece->fill, " ", 2);
	if (len && len < sizeof(piece->fill) && *s->p != '}' && s->p[len] &&
		strchr("<>^=", s->p[len])) {
		memcpy(piece->fill, s->p, len);
		piece->fill[len] = '\0';
		piece->align = s->p[len];
		filled = true;
		s->p += len + 1;
	} else if (*s->p && strchr("<>^=", *s->p)) {
		piece->align = *s->p++;
	}
	if (!filled && *s->p == '0') {
		memcpy(piece->fill, "0", 2);
		s->p++;
	}
	if (!piece->align)
		piece->align = string ? '<' : '>';
}

static int fmt_type(struct fmt_parser *s, struct fmt_piece *piece, char kind)
{
	const char *codes = kind == 's' ? "s" : kind == 'i' ? "dxXfeg" : "feg";

	if (*s->p == '}')
		return 0;
	if (!*s->p || *s->p == '{')
		return fmt_bad(s, s->p, "expected '}'");
	if (!strchr("dxXfegs", *s->p))
		return fmt_bad(s, s->p, "unknown code '%.*s'",
			(int)fmt_points(s->p, strlen(s->p), 1), s->p);
	if (!strchr(codes, *s->p))
		return fmt_bad(s, s->p, "code '%c' is not for %s", *s->p,
			kind == 's'   ? "a string"
			: kind == 'i' ? "an integer"
				      : "a float");
	piece->type = *s->p++;
	return 0;
}

/* What follows the colon, up to the brace. */
static int fmt_spec(struct fmt_parser *s, struct fmt_piece *piece)
{
	char kind = fmt_types[piece->field];
	const char *at = s->p, *dot;
	unsigned prec;
	int err;

	fmt_align(s, piece, kind == 's');
	if (kind == 's' && piece->align == '=')
		return fmt_bad(s, s->p - 1, "'=' aligns numbers only");
	at = s->p;
	if (!fmt_digits(s, &piece->width))
		return fmt_bad(s, at, "width is over %d", FMT_MAX);
	dot = s->p;
	if (*s->p == '.') {
		at = ++s->p;
		if (!fmt_digits(s, &prec))
			return fmt_bad(s, at, "precision is over %d", FMT_MAX);
		if (at == s->p)
			return fmt_bad(s, at, "precision is missing");
		piece->prec = (int)prec;
	}
	err = fmt_type(s, piece, kind);
	if (err)
		return err;
	if (kind == 'i' && piece->prec >= 0 && (!piece->type || strchr("dxX", piece->type)))
		return fmt_bad(s, dot, "an integer has no precision");
	return 0;
}

/* After the opening brace: which field, and how. */
static int fmt_brace(struct fmt_parser *s, struct fmt_piece *piece)
{
	const char *at = s->p;
	unsigned n;
	int err = 0;

	if (*s->p >= '0' && *s->p <= '9') {
		if (!fmt_digits(s, &n) || n >= FMT_FIELDS)
			return fmt_bad(s, at, "fields are 0 to %d", FMT_FIELDS - 1);
		if (s->next)
			return fmt_bad(s, at, "a number after '{}'");
		s->numbered = true;
	} else {
		if (*s->p != '}' && *s->p != ':')
			return fmt_bad(
				s, at, *s->p ? "expected a field number, 0 to 5" : "expected '}'");
		if (s->numbered)
			return fmt_bad(s, at, "'{}' after a numbered field");
		n = (unsigned)s->next++;
		if (n >= FMT_FIELDS)
			return fmt_bad(s, at, "more than %d fields", FMT_FIELDS);
	}
	piece->field = (int)n;
	piece->align = '<';
	if (*s->p == ':') {
		s->p++;
		err = fmt_spec(s, piece);
	}
	if (err)
		return err;
	if (*s->p != '}')
		return fmt_bad(s, s->p, "expected '}'");
	s->p++;
	return 0;
}

/* A text up to a brace, and the field there; a doubled brace ends a piece after its first half. */
static int fmt_piece_of(struct fmt_parser *s, struct fmt_piece *piece)
{
	const char *brace;

	*piece = (struct fmt_piece){.text = s->p, .field = -1, .prec = -1};
	brace = s->p + strcspn(s->p, "{}");
	piece->len = (size_t)(brace - s->p);
	s->p = brace;
	if (!*s->p)
		return 0;
	s->p++;
	if (*s->p == *brace) {
		piece->len++;
		s->p++;
		return 0;
	}
	if (*brace == '}')
		return fmt_bad(s, brace, "'}' without a '{'; write '}}' for the brace itself");
	return fmt_brace(s, piece);
}

int fmt_compile(struct fmt *f, const char *text, struct rawbpf_error *e, char **diag)
{
	struct fmt_parser s = {.e = e, .diag = diag};
	size_t most = 1, i;
	int err = 0;

	for (i = 0; text[i]; i++)
		most += text[i] == '{' || text[i] == '}';
	*f = (struct fmt){.copy = strdup(text), .pieces = calloc(most, sizeof(*f->pieces))};
	if (!f->copy || !f->pieces)
		err = err_set(e, "print", -ENOMEM, "out of memory");
	for (s.start = s.p = f->copy; !err && *s.p;)
		err = fmt_piece_of(&s, &f->pieces[f->n++]);
	if (err)
		fmt_free(f);
	return err;
}

void fmt_free(struct fmt *f)
{
	free(f->copy);
	free(f->pieces);
	*f = (struct fmt){0};
}
