// SPDX-License-Identifier: MIT
/* preproc.c - what the directives that work on the text share: places, errors, words, comments. */
#include "preproc.h"

#include <errno.h>
#include <string.h>

struct pos preproc_pos(const struct macro *m, const struct tok *t)
{
	struct pos at = input_pos(&m->in);

	at.col = t->col;
	return at;
}

int preproc_error(struct macro *m, const struct tok *t, const char *text)
{
	diag_error(m->d, preproc_pos(m, t), t->len, "%s", text);
	return -EINVAL;
}

bool preproc_end(struct macro *m, const struct tok *t)
{
	if (t->kind == TOK_END)
		return true;
	diag_error(m->d, preproc_pos(m, t), t->len, "nothing may stand here");
	return false;
}

int preproc_fatal(int err)
{
	return err == -EINVAL ? -E2BIG : err;
}

int preproc_eval(struct macro *m, const struct tok **t, int64_t *v)
{
	return expr_eval(m->d, input_pos(&m->in), &m->env, t, v);
}

const char *preproc_word(const char *s, size_t len, size_t *n)
{
	const char *end = s + len, *p;

	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	for (p = s; p < end && lex_name_char(*p); p++)
		;
	*n = (size_t)(p - s);
	return s;
}

bool preproc_word_is(const char *s, size_t n, const char *name)
{
	return strlen(name) == n && !memcmp(s, name, n);
}

void preproc_follow(struct macro *m, const char *s, size_t len)
{
	struct input *f = m->in.top;
	const char *p = s, *end = s + len;
	bool quoted = false;

	if (!f->in_comment && !memchr(s, '*', len))
		return;
	for (; p < end; p++) {
		char next = p + 1 < end ? p[1] : '\0';

		if (f->in_comment) {
			if (*p == '*' && next == '/') {
				f->in_comment = false;
				p++;
			}
		} else if (quoted) {
			if (*p == '\\')
				p++;
			else
				quoted = *p != '"';
		} else if (*p == ';' || (*p == '/' && next == '/')) {
			return;
		} else if (*p == '/' && next == '*') {
			f->in_comment = true;
			f->comment = input_pos(&m->in);
			f->comment.col = (uint32_t)(p - s) + 1;
			p++;
		} else {
			quoted = *p == '"';
		}
	}
}
