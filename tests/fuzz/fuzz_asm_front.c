// SPDX-License-Identifier: MIT
/*
 * fuzz_asm_front.c - any text through lexer, macros and expressions, for libFuzzer:
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Iinclude -Ibpfasm \
 *		-o build/fuzz_asm_front tests/fuzz/fuzz_asm_front.c build/gen/lib_inc.c \
 *		bpfasm/{lex,expr,macro,cond,expand,body,include,input,diag,mem}.c
 *	build/fuzz_asm_front -max_len=4096 -timeout=10
 */
#include <stdlib.h>
#include <string.h>

#include "macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every token as the parser might look at it. */
static void use_line(struct diag *d, const struct asm_line *l, const struct expr_env *env)
{
	const struct tok *t;
	const struct tok *e;
	size_t len, i;
	int64_t v;

	for (i = 0; i < l->n; i++) {
		t = &l->tok[i];
		if (t->kind == TOK_STR)
			lex_string(d, l->at, t, &len);
		if (i > 3)
			continue;
		e = t;
		if (!expr_eval(d, l->at, env, &e, &v) && (e <= t || e > l->tok + l->n))
			abort();
	}
	if (l->tok[l->n].kind != TOK_END)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bpfasm_opts o = {.sz = sizeof(o), .name = "f.bpf", .kernel = 0x050a00};
	struct expr_env none = {0};
	struct pool pool = {0};
	struct diag d = {.pool = &pool};
	struct asm_line l;
	struct macro *m;

	/* files of this machine are no part of the input */
	if (memmem(data, size, ".include", 8))
		return -1;
	m = macro_new(&pool, &d, (const char *)data, size, &o, &none);
	while (m && macro_next(m, &l) == 1)
		use_line(&d, &l, &none);
	if (m)
		macro_free(m);
	if (d.text && strlen(d.text) != d.len)
		abort();
	diag_free(&d);
	pool_free(&pool);
	return 0;
}
