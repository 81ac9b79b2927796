// SPDX-License-Identifier: MIT
/* fuzz_asm_front.c - any text through lexer, macros and expressions, with every token looked at. */
#include "fuzz.h"
#include "macro.h"

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
		if (!expr_eval(d, l->at, env, &e, &v))
			FUZZ_CHECK(e > t && e <= l->tok + l->n);
	}
	FUZZ_CHECK(l->tok[l->n].kind == TOK_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bpfasm_opts o = {.sz = sizeof(o), .name = "/nowhere/f.bpf", .kernel = 0x050a00};
	struct expr_env none = {0};
	struct pool pool = {0};
	struct diag d = {.pool = &pool};
	struct asm_line l;
	struct macro *m;

	m = macro_new(&pool, &d, (const char *)data, size, &o, &none);
	while (m && macro_next(m, &l) == 1)
		use_line(&d, &l, &none);
	if (m)
		FUZZ_CHECK(!d.text || strlen(d.text) == d.len);
	diag_free(&d);
	pool_free(&pool);
	return 0;
}
