// SPDX-License-Identifier: MIT
/* t_macro.c - a text through the macro processor, for the tests of its parts. */
#include "t_macro.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct t_macro tm;

void t_macro_teardown(void)
{
	diag_free(&tm.diag);
	pool_free(&tm.pool);
	memset(&tm.diag, 0, sizeof(tm.diag));
	free(tm.out);
	tm.out = NULL;
	tm.out_len = tm.out_cap = 0;
}

void t_macro_setup(void)
{
	memset(&tm.pool, 0, sizeof(tm.pool));
	memset(&tm.diag, 0, sizeof(tm.diag));
	memset(&tm.opts, 0, sizeof(tm.opts));
	tm.opts.name = "a.bpf";
	tm.opts.kernel = 5 << 16 | 10 << 8;
}

static void t_macro_put(const char *s, size_t n)
{
	if (tm.out_len + n + 1 > tm.out_cap) {
		tm.out_cap = (tm.out_len + n + 1) * 2;
		tm.out = realloc(tm.out, tm.out_cap);
	}
	memcpy(tm.out + tm.out_len, s, n);
	tm.out_len += n;
	tm.out[tm.out_len] = '\0';
}

/* All lines, their tokens with one blank between; ends as macro_next() did. */
int t_expand_text(const char *text, size_t len, const struct expr_env *env)
{
	struct asm_line l;
	struct macro *m;
	size_t i;
	int err;

	t_macro_teardown();
	tm.diag.pool = &tm.pool;
	tm.n_lines = 0;
	t_macro_put("", 0);
	m = macro_new(&tm.pool, &tm.diag, text, len, &tm.opts, env);
	if (!m)
		return -ENOMEM;
	while ((err = macro_next(m, &l)) == 1) {
		tm.n_lines++;
		ck_assert_uint_ne(l.n, 0);
		ck_assert_int_eq(l.tok[l.n].kind, TOK_END);
		for (i = 0; i < l.n; i++) {
			t_macro_put(" ", i != 0);
			t_macro_put(l.tok[i].s, l.tok[i].len);
		}
		t_macro_put("\n", 1);
	}
	return err;
}

int t_expand(const char *text)
{
	return t_expand_text(text, strlen(text), NULL);
}

void t_gives(const char *text, const char *want)
{
	ck_assert_int_eq(t_expand(text), 0);
	ck_assert_msg(!tm.diag.len, "%s\n%s", text, tm.diag.text);
	ck_assert_str_eq(tm.out, want);
}

void t_fails(const char *text, const char *what)
{
	ck_assert_int_eq(t_expand(text), 0);
	ck_assert_uint_eq(tm.diag.n_errors, 1);
	ck_assert_msg(strstr(tm.diag.text, what), "%s\nhas no\n%s", tm.diag.text, what);
}
