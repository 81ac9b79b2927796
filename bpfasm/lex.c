// SPDX-License-Identifier: MIT
/* lex.c - one line of text to tokens. */
#include "lex.h"

#include <errno.h>
#include <string.h>

/* What a byte may be. */
enum {
	LEX_BLANK = 1,
	LEX_START = 2, /* begins a name */
	LEX_DIGIT = 4,
	LEX_NAME = LEX_START | LEX_DIGIT,
	LEX_OP = 8,	   /* an operator of its own */
	LEX_OP_EQ = 16,	   /* and one with '=' behind it */
	LEX_OP_TWICE = 32, /* and one when it stands twice */
};

#define LEX_LETTERS(a)                                                                         \
	[a] = 2, [a + 1] = 2, [a + 2] = 2, [a + 3] = 2, [a + 4] = 2, [a + 5] = 2, [a + 6] = 2, \
	[a + 7] = 2, [a + 8] = 2, [a + 9] = 2, [a + 10] = 2, [a + 11] = 2, [a + 12] = 2,       \
	[a + 13] = 2, [a + 14] = 2, [a + 15] = 2, [a + 16] = 2, [a + 17] = 2, [a + 18] = 2,    \
	[a + 19] = 2, [a + 20] = 2, [a + 21] = 2, [a + 22] = 2, [a + 23] = 2, [a + 24] = 2,    \
	[a + 25] = 2

/* clang-format off */
static const unsigned char lex_class[256] = {
	[' '] = LEX_BLANK, ['\t'] = LEX_BLANK, ['\r'] = LEX_BLANK, ['\v'] = LEX_BLANK,
	['\f'] = LEX_BLANK,
	LEX_LETTERS('a'), LEX_LETTERS('A'), ['_'] = LEX_START, ['.'] = LEX_START,
	['$'] = LEX_START,
	['0'] = LEX_DIGIT, ['1'] = LEX_DIGIT, ['2'] = LEX_DIGIT, ['3'] = LEX_DIGIT,
	['4'] = LEX_DIGIT, ['5'] = LEX_DIGIT, ['6'] = LEX_DIGIT, ['7'] = LEX_DIGIT,
	['8'] = LEX_DIGIT, ['9'] = LEX_DIGIT,
	['+'] = LEX_OP | LEX_OP_EQ, ['-'] = LEX_OP | LEX_OP_EQ, ['*'] = LEX_OP | LEX_OP_EQ,
	['/'] = LEX_OP | LEX_OP_EQ, ['%'] = LEX_OP | LEX_OP_EQ, ['^'] = LEX_OP | LEX_OP_EQ,
	['!'] = LEX_OP | LEX_OP_EQ, ['='] = LEX_OP | LEX_OP_EQ,
	['&'] = LEX_OP | LEX_OP_EQ | LEX_OP_TWICE, ['|'] = LEX_OP | LEX_OP_EQ | LEX_OP_TWICE,
	['<'] = LEX_OP | LEX_OP_EQ | LEX_OP_TWICE, ['>'] = LEX_OP | LEX_OP_EQ | LEX_OP_TWICE,
	['~'] = LEX_OP, ['('] = LEX_OP, [')'] = LEX_OP, ['['] = LEX_OP, [']'] = LEX_OP,
	['{'] = LEX_OP, ['}'] = LEX_OP, [','] = LEX_OP, [':'] = LEX_OP, ['?'] = LEX_OP,
	['#'] = LEX_OP, ['@'] = LEX_OP,
};
/* clang-format on */

/* The line that is being read. */
struct lex {
	struct diag *d;
	struct pos at;
	const char *line, *p, *end;
};

static unsigned lex_kind(const char *p)
{
	return lex_class[(unsigned char)*p];
}

bool lex_name_start(char c)
{
	return lex_class[(unsigned char)c] & LEX_START;
}

bool lex_name_char(char c)
{
	return lex_class[(unsigned char)c] & LEX_NAME;
}

bool lex_is(const struct tok *t, const char *name)
{
	return t->kind == TOK_NAME && strlen(name) == t->len && !memcmp(t->s, name, t->len);
}

bool lex_op(const struct tok *t, uint32_t op)
{
	return t->kind == TOK_PUNCT && t->op == op;
}

static struct pos lex_pos(const struct lex *x, const char *p)
{
	struct pos at = x->at;

	at.col = (uint32_t)(p - x->line) + 1;
	return at;
}

/* The value of a digit in any base up to 16; 16: none. */
static unsigned lex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return 16;
}

/* Digits of a base from *p on; -ERANGE past 64 bits. */
static int lex_digits(const char **p, const char *end, unsigned base, uint64_t *v)
{
	uint64_t limit = UINT64_MAX / base, n = 0;
	int err = 0;
	unsigned digit;

	for (; *p < end && (digit = lex_digit(**p)) < base; ++*p) {
		if (n > limit || n * base > UINT64_MAX - digit)
			err = -ERANGE;
		n = n * base + digit;
	}
	*v = n;
	return err;
}

/* 5.10 or 5.10.3: p stands on the first dot. */
static int lex_version(struct lex *x, const char *start, const char **p, uint64_t *num)
{
	uint64_t v[3] = {*num, 0, 0};
	int i, err = 0;

	for (i = 1; i < 3 && !err && *p + 1 < x->end && **p == '.'; i++) {
		if (lex_digit((*p)[1]) > 9)
			break;
		++*p;
		err = lex_digits(p, x->end, 10, &v[i]);
	}
	if (err || v[0] > 0xffff || v[1] > 255) {
		diag_error(x->d, lex_pos(x, start), (size_t)(*p - start),
			"'%.*s' is no kernel version", (int)(*p - start), start);
		return -EINVAL;
	}
	/* the kernel itself counts no patch level past 255 */
	*num = v[0] << 16 | v[1] << 8 | (v[2] > 255 ? 255 : v[2]);
	return 0;
}

/* C's u, l, ul, ull in any case; ll with a blank before it is a token of its own */
static void lex_suffix(const char **p, const char *end)
{
	int i;

	for (i = 0; i < 3 && *p < end; i++, ++*p)
		if (**p != 'u' && **p != 'U' && **p != 'l' && **p != 'L')
			break;
}

static int lex_bad_number(struct lex *x, const char *start, const char *p, int err)
{
	while (p < x->end && lex_kind(p) & LEX_NAME)
		p++;
	diag_error(x->d, lex_pos(x, start), (size_t)(p - start),
		err == -ERANGE ? "number '%.*s' does not fit in 64 bits" : "'%.*s' is no number",
		p - start > 60 ? 60 : (int)(p - start), start);
	return -EINVAL;
}

/* "1f", "0b", "12b": no digit but a first 0 alone may be one, so that 01f is none. */
static bool lex_local(struct lex *x, struct tok *t)
{
	const char *p = x->p;
	uint64_t num;

	if (lex_digits(&p, x->p[0] == '0' ? x->p + 1 : x->end, 10, &num) || num > UINT32_MAX)
		return false;
	if (p >= x->end || (*p != 'b' && *p != 'f') ||
		(p + 1 < x->end && lex_kind(p + 1) & LEX_NAME))
		return false;
	t->kind = TOK_LOCAL;
	t->num = num;
	x->p = p + 1;
	return true;
}

static int lex_number(struct lex *x, struct tok *t)
{
	const char *start = x->p, *p = start, *digits;
	unsigned base = 10;
	int err;

	if (*p == '0' && p + 1 < x->end) {
		if ((p[1] | 0x20) == 'x')
			base = 16;
		else if ((p[1] | 0x20) == 'b')
			base = 2;
		else if (p[1] != '.')
			base = 8;
		p += base == 16 || base == 2 ? 2 : 0;
	}
	digits = p;
	err = lex_digits(&p, x->end, base, &t->num);
	/* 0b alone is a label, 0b1 a number */
	if ((err || p == digits) && !lex_local(x, t))
		return lex_bad_number(x, start, p, err);
	if (p == digits)
		return 0;
	if (p < x->end && lex_kind(p) & LEX_NAME) {
		if (base != 16 && lex_local(x, t))
			return 0;
		if (base == 10 && *p == '.' && lex_version(x, start, &p, &t->num))
			return -EINVAL;
		if (p < x->end && *p != '.')
			lex_suffix(&p, x->end);
		if (p < x->end && lex_kind(p) & LEX_NAME)
			return lex_bad_number(x, start, p, 0);
	}
	t->kind = TOK_NUM;
	x->p = p;
	return 0;
}

/*
 * The character behind a backslash at *p, and *p moves past it.  -EINVAL: there is no such escape.
 */
static int lex_escape(const char **p, const char *end, unsigned char *c)
{
	static const char from[] = "ntrabfve\\\"'?", to[] = "\n\t\r\a\b\f\v\033\\\"'?";
	const char *known, *last;
	uint64_t v;

	if (*p >= end)
		return -EINVAL;
	if (**p == 'x' || (**p >= '0' && **p <= '7')) {
		last = **p == 'x' ? ++*p + 2 : *p + 3;
		known = *p;
		lex_digits(p, last < end ? last : end, known[-1] == 'x' ? 16 : 8, &v);
		*c = (unsigned char)v;
		return *p == known || v > 255 ? -EINVAL : 0;
	}
	known = **p ? strchr(from, **p) : NULL;
	if (!known)
		return -EINVAL;
	*c = (unsigned char)to[known - from];
	++*p;
	return 0;
}

static int lex_char(struct lex *x, struct tok *t)
{
	const char *p = x->p + 1;
	unsigned char c = 0;
	int err = -EINVAL;
	bool closed;

	if (p < x->end && *p == '\\') {
		p++;
		err = lex_escape(&p, x->end, &c);
	} else if (p < x->end && *p != '\'' && *p != '\0') {
		c = (unsigned char)*p++;
		err = 0;
	}
	/* GNU's assembler wants no second quote */
	closed = p < x->end && *p == '\'';
	if (!err && !closed)
		err = lex_kind(x->p + 1) & LEX_BLANK || (p < x->end && lex_kind(p) & LEX_NAME);
	if (err) {
		diag_error(x->d, lex_pos(x, x->p), (size_t)(p - x->p),
			"a character is one letter or escape between two \"'\"");
		return -EINVAL;
	}
	t->kind = TOK_NUM;
	t->num = c;
	x->p = p + closed;
	return 0;
}

static int lex_quoted(struct lex *x, struct tok *t)
{
	const char *p = x->p + 1;

	for (; p < x->end && *p != '"'; p++) {
		if (*p == '\\')
			p++;
		if (p >= x->end)
			break;
		if (*p == '\0') {
			diag_error(x->d, lex_pos(x, p), 1, "NUL byte in a string");
			return -EINVAL;
		}
	}
	if (p >= x->end) {
		diag_error(x->d, lex_pos(x, x->p), 1, "string has no closing '\"'");
		return -EINVAL;
	}
	t->kind = TOK_STR;
	x->p = p + 1;
	return 0;
}

/* Past a comment in C's style, to the line's end if that comes first. */
static void lex_comment(struct lex *x, struct toks *out)
{
	const char *p = x->p;

	for (; (p = memchr(p, '*', (size_t)(x->end - p))) != NULL; p++) {
		if (p + 1 < x->end && p[1] == '/') {
			x->p = p + 2;
			out->in_comment = false;
			return;
		}
	}
	x->p = x->end;
	out->in_comment = true;
}

/* Blanks and comments; false at the line's end. */
static bool lex_skip(struct lex *x, struct toks *out)
{
	for (;;) {
		while (x->p < x->end && lex_kind(x->p) & LEX_BLANK)
			x->p++;
		if (x->p >= x->end || *x->p == ';' || (*x->p == '#' && !out->n))
			return false;
		if (*x->p != '/' || x->p + 1 >= x->end)
			return true;
		if (x->p[1] == '/')
			return false;
		if (x->p[1] != '*')
			return true;
		out->comment = (uint32_t)(x->p - x->line) + 1;
		x->p += 2;
		lex_comment(x, out);
	}
}

static int lex_unknown(struct lex *x)
{
	unsigned char c = (unsigned char)*x->p;
	size_t n = 1;

	while (c >= 0xc0 && n < 4 && x->p + n < x->end && ((unsigned char)x->p[n] & 0xc0) == 0x80)
		n++;
	if (c == '\\') {
		while (x->p + n < x->end && lex_kind(x->p + n) & LEX_NAME && n < 60)
			n++;
		diag_error(x->d, lex_pos(x, x->p), n, "'%.*s' is no parameter of a macro here",
			(int)n, x->p);
	} else if (c > ' ' && c < 0x7f)
		diag_error(x->d, lex_pos(x, x->p), n, "'%c' has no meaning here", c);
	else if (n > 1)
		diag_error(x->d, lex_pos(x, x->p), n,
			"only strings and comments may hold characters other than ASCII");
	else
		diag_error(x->d, lex_pos(x, x->p), n, "byte 0x%02x has no meaning here", c);
	return -EINVAL;
}

/* The longest operator at x->p. */
static int lex_punct(struct lex *x, struct tok *t)
{
	const char *p = x->p;
	unsigned kind = lex_kind(p);
	size_t left = (size_t)(x->end - p);

	if (!(kind & LEX_OP))
		return lex_unknown(x);
	t->kind = TOK_PUNCT;
	if (left > 1 && kind & LEX_OP_TWICE && p[1] == p[0]) {
		/* shifts have an assignment, && and || have none */
		if (left > 2 && p[2] == '=' && (*p == '<' || *p == '>')) {
			t->op = PUNCT(p[0], p[0], '=');
			x->p += 3;
		} else {
			t->op = PUNCT(p[0], p[0], 0);
			x->p += 2;
		}
	} else if (left > 1 && ((kind & LEX_OP_EQ && p[1] == '=') || (*p == '-' && p[1] == '>'))) {
		t->op = PUNCT(p[0], p[1], 0);
		x->p += 2;
	} else {
		t->op = (unsigned char)*p;
		x->p++;
	}
	return 0;
}

static int lex_token(struct lex *x, struct tok *t)
{
	unsigned kind = lex_kind(x->p);
	const char *p;

	if (kind & LEX_START) {
		for (p = x->p + 1; p < x->end && lex_kind(p) & LEX_NAME; p++)
			;
		x->p = p;
		t->kind = TOK_NAME;
		return 0;
	}
	if (kind & LEX_DIGIT)
		return lex_number(x, t);
	if (*x->p == '"')
		return lex_quoted(x, t);
	if (*x->p == '\'')
		return lex_char(x, t);
	return lex_punct(x, t);
}

/* An instruction's bytes as objdump prints them: 8 or 16 of two digits, and blanks. */
static bool lex_raw(const struct lex *x, const char **p, uint64_t *code)
{
	const char *s = *p;
	unsigned n = 0;
	uint64_t v;

	for (; n < 16 && x->end - s > 2 && lex_digit(s[0]) < 16 && lex_digit(s[1]) < 16 &&
		lex_kind(s + 2) & LEX_BLANK;
		n++) {
		lex_digits(&s, s + 2, 16, &v);
		if (!n)
			*code = v;
		s++;
	}
	*p = s;
	return n == 8 || n == 16;
}

/* What stands in front of an instruction in a listing: "12: (bf)", or "12:" and its bytes. */
static bool lex_log(struct lex *x, struct tok *t)
{
	const char *p = x->p;
	uint64_t code = 0;

	while (p < x->end && lex_kind(p) & LEX_DIGIT)
		p++;
	if (p == x->p || p >= x->end || *p++ != ':')
		return false;
	while (p < x->end && lex_kind(p) & LEX_BLANK)
		p++;
	t->kind = TOK_LOG;
	if (p < x->end && *p != '(') {
		if (!lex_raw(x, &p, &code))
			return false;
		t->num = code;
		x->p = p;
		return true;
	}
	if (x->end - p < 4 || p[0] != '(' || p[3] != ')' || lex_digit(p[1]) > 15 ||
		lex_digit(p[2]) > 15)
		return false;
	p++;
	lex_digits(&p, p + 2, 16, &code);
	t->num = code;
	x->p = p + 1;
	return true;
}

static int lex_end(struct lex *x, struct toks *out, int err)
{
	struct tok *t = out->tok + out->n;

	memset(t, 0, sizeof(*t));
	t->s = x->p;
	t->col = (uint32_t)(x->p - x->line) + 1;
	return err;
}

int lex_line(struct diag *d, struct pos at, const char *s, size_t len, struct toks *out)
{
	struct lex x = {d, at, s, s, s + len};
	const char *before = s;
	struct tok *t;
	int err = 0;

	out->n = 0;
	if (len > LEX_MAX_LINE) {
		diag_error(d, lex_pos(&x, s + LEX_MAX_LINE), 1, "line is longer than %d bytes",
			LEX_MAX_LINE);
		x.end = s;
		err = -EINVAL;
	}
	if (out->in_comment) {
		out->comment = 0;
		lex_comment(&x, out);
	}
	for (;;) {
		if (out->n + 1 >= out->cap &&
			pool_grow(d->pool, &out->tok, &out->cap, out->cap, sizeof(*t)))
			return -ENOMEM;
		if (err || !lex_skip(&x, out))
			break;
		t = &out->tok[out->n];
		t->s = x.p;
		t->col = (uint32_t)(x.p - s) + 1;
		t->spaced = x.p != before;
		t->op = 0;
		err = !out->n && lex_log(&x, t) ? 0 : lex_token(&x, t);
		t->len = (uint32_t)(x.p - t->s);
		before = x.p;
		out->n += !err;
	}
	return lex_end(&x, out, err);
}

char *lex_string(struct diag *d, struct pos at, const struct tok *t, size_t *len)
{
	const char *p = t->s + 1, *end = t->s + t->len - 1, *start;
	char *text = pool_alloc(d->pool, t->len);
	unsigned char c;
	size_t n = 0;

	*len = 0;
	while (text && p < end) {
		start = p;
		c = (unsigned char)*p++;
		if (c == '\\' && lex_escape(&p, end, &c)) {
			at.col = t->col + (uint32_t)(start - t->s);
			diag_error(d, at, 2, "'\\%c' is no escape", p < end ? start[1] : '"');
			return NULL;
		}
		text[n++] = (char)c;
	}
	*len = n;
	return text;
}
