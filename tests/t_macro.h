/* SPDX-License-Identifier: MIT */
/* t_macro.h - a text through the macro processor, for the tests of its parts. */
#ifndef T_MACRO_H
#define T_MACRO_H

#include "macro.h"
#include "t.h"

/* What the last text gave; the fixture makes it anew for each test. */
struct t_macro {
	struct pool pool;
	struct diag diag;
	struct bpfasm_opts opts; /* "a.bpf" for kernel 5.10 */
	char *out;		 /* the lines, their tokens with one blank between */
	size_t out_len, out_cap;
	unsigned n_lines;
};
extern struct t_macro tm;

void t_macro_setup(void);
void t_macro_teardown(void);
/* as macro_next() ended */
int t_expand_text(const char *text, size_t len, const struct expr_env *env);
int t_expand(const char *text);
/* it must give these lines and no message / one error with this in it */
void t_gives(const char *text, const char *want);
void t_fails(const char *text, const char *what);

#endif
