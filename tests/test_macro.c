// SPDX-License-Identifier: MIT
/* test_macro.c - what comes out of the directives that work on text. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "macro.h"
#include "t.h"

static struct pool pool;
static struct diag diag;
static char *out;
static size_t out_len, out_cap;
static unsigned n_lines;
static struct bpfasm_opts opts;

static void macro_teardown(void)
{
	diag_free(&diag);
	pool_free(&pool);
	memset(&diag, 0, sizeof(diag));
	free(out);
	out = NULL;
	out_len = out_cap = 0;
}

static void macro_setup(void)
{
	memset(&pool, 0, sizeof(pool));
	memset(&diag, 0, sizeof(diag));
	memset(&opts, 0, sizeof(opts));
	opts.name = "a.bpf";
	opts.kernel = 5 << 16 | 10 << 8;
}

static void put(const char *s, size_t n)
{
	if (out_len + n + 1 > out_cap) {
		out_cap = (out_len + n + 1) * 2;
		out = realloc(out, out_cap);
	}
	memcpy(out + out_len, s, n);
	out_len += n;
	out[out_len] = '\0';
}

/* All lines, their tokens with one blank between; ends as macro_next() did. */
static int expand_text(const char *text, size_t len, const struct expr_env *env)
{
	struct asm_line l;
	struct macro *m;
	size_t i;
	int err;

	macro_teardown();
	diag.pool = &pool;
	n_lines = 0;
	put("", 0);
	m = macro_new(&pool, &diag, text, len, &opts, env);
	if (!m)
		return -ENOMEM;
	while ((err = macro_next(m, &l)) == 1) {
		n_lines++;
		ck_assert_uint_ne(l.n, 0);
		ck_assert_int_eq(l.tok[l.n].kind, TOK_END);
		for (i = 0; i < l.n; i++) {
			put(" ", i != 0);
			put(l.tok[i].s, l.tok[i].len);
		}
		put("\n", 1);
	}
	macro_free(m);
	return err;
}

static int expand(const char *text)
{
	return expand_text(text, strlen(text), NULL);
}

static void gives(const char *text, const char *want)
{
	ck_assert_int_eq(expand(text), 0);
	ck_assert_msg(!diag.len, "%s\n%s", text, diag.text);
	ck_assert_str_eq(out, want);
}

static void fails(const char *text, const char *what)
{
	ck_assert_int_eq(expand(text), 0);
	ck_assert_uint_eq(diag.n_errors, 1);
	ck_assert_msg(strstr(diag.text, what), "%s\nhas no\n%s", diag.text, what);
}

START_TEST(plain_lines_pass)
{
	gives("", "");
	gives("\n\n ; c\n", "");
	gives("r1 = r2 ; c\n\texit", "r1 = r2\nexit\n");
	gives(".prog x \"s\"\n.unknown 5\n", ".prog x \"s\"\n.unknown 5\n");
	gives("a: b: r1 = 1\n.x: exit\n", "a : b : r1 = 1\n.x : exit\n");
	gives("12: (bf) r6 = r1 ; R6\n", "12: (bf) r6 = r1\n");
	gives("\xef\xbb\xbfr1 = 1\r\nr2 = 2\r\n", "r1 = 1\nr2 = 2\n");
	gives("a /* b\nc\nd */ e\n/* .if\n*/ f", "a\ne\nf\n");
}
END_TEST

START_TEST(arguments)
{
	const char *m = ".macro m a, b=7, c\n\\a+\\b+\\c\n.endm\n";
	char text[512];
	size_t i;
	static const char *const calls[][2] = {
		{"m 1, 2, 3", "1 + 2 + 3\n"},
		{"m 1,,3", "1 + 7 + 3\n"},
		{"m 1", "1 + 7 +\n"},
		{"m", "+ 7 +\n"},
		{"m 1 2 3", "1 + 2 + 3\n"},
		{"m r1 &x -1", "r1 + & x + - 1\n"},
		{"m 1 + 2", "1 + 2 + 7 +\n"},
		{"m c=1, b=2, a=3", "3 + 2 + 1\n"},
		{"m b=2, 1, 3", "1 + 2 + 3\n"},
		{"m b=, 1, 3", "1 + 7 + 3\n"},
		{"m z=2", "z = 2 + 7 +\n"},
		{"m f(1, 2), [3, 4], \"5, 6\"", "f ( 1 , 2 ) + [ 3 , 4 ] + \"5, 6\"\n"},
		{"m 1, 2, 3 ; comment, 4", "1 + 2 + 3\n"},
		{"m 1, 2 /* x, y */, 3", "1 + 2 + 3\n"},
		{"m *(u64 *)(r1 +8), 2", "* ( u64 * ) ( r1 + 8 ) + 2 +\n"},
		{"x: y: m 1", "x : y :\n1 + 7 +\n"},
		{"m: m 1", "m :\n1 + 7 +\n"},
		{"m = r1", "m = r1\n"},
		{"m += r1", "m += r1\n"},
	};

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		snprintf(text, sizeof(text), "%s%s", m, calls[i][0]);
		gives(text, calls[i][1]);
	}
	gives(".macro p f:req, a:vararg\n\\f|\\a\n.endm\np \"x\", r1, r2\np \"y\"\np \"z\" 1 2\n",
		"\"x\" | r1 , r2\n\"y\" |\n\"z\" | 1 2\n");
	gives(".macro p a b\n\\a-\\b\n.endm\np 1, 2", "1 - 2\n");
	gives(".macro p, a=1 b=(2 + 3) c=\"x y\"\n\\a \\b \\c\n.endm\np", "1 ( 2 + 3 ) \"x y\"\n");
	gives(".macro p\nexit\n.endm\np\np ; x\n", "exit\nexit\n");
}
END_TEST

START_TEST(argument_errors)
{
	fails(".macro m a\n\\a\n.endm\n\tm 1, 2\n",
		"a.bpf:4:7: error: macro 'm' takes 1 argument\n\tm 1, 2\n\t     ^\n");
	fails(".macro m\nexit\n.endm\nm 1\n", "macro 'm' takes 0 arguments");
	fails(".macro m a:req\n\\a\n.endm\nm\n", "macro 'm' needs its argument 'a'");
	fails(".macro m a, b\n\\a\n.endm\nm a=1, a=2\n", "'a' is given twice");
	fails(".macro m a, a\n.endm\n", "two parameters are called 'a'");
	fails(".macro m a:vararg, b\n.endm\n", "':vararg' must be the last one");
	fails(".macro m a:opt\n.endm\n", "':req' or ':vararg', not ':opt'");
	fails(".macro m 5\nx\n.endm\n", "a parameter's name is");
	fails(".macro m a.b\n.endm\n", "a parameter's name is");
	fails(".macro\nx\n.endm\n", ".macro needs a name");
	fails(".macro m\n\\z\n.endm\nm\n", "'\\z' is no parameter of a macro here");
}
END_TEST

START_TEST(substitution)
{
	gives(".macro m a\nx\\a\\()y .L\\@ \\a.f\n.endm\nm p\nm q\n", "xpy .L0 p.f\nxqy .L1 q.f\n");
	gives(".macro m n\n\"a\\n\\t\\x41\\\\n\\\"\\n\" \\n\n.endm\nm 5\n",
		"\"a\\n\\t\\x41\\\\n\\\"\\n\" 5\n");
	gives(".macro m fmt\n\"<\\fmt>\"\n.endm\nm hello\n", "\"<hello>\"\n");
	gives(".macro m a\n\\a ; \\b \"\n# \\c\n\\a // \\d\n.endm\nm 1\n", "1\n1\n");
	gives(".macro m a\n'\"' \\a '\\'' \\a\n.endm\nm 1\n", "'\"' 1 '\\'' 1\n");
	gives(".macro m a, aa\n\\aa \\a\n.endm\nm 1, 2\n", "2 1\n");
}
END_TEST

START_TEST(nesting)
{
	gives(".macro a x\nb \\x\n.endm\n.macro b x\n[\\x]\n.endm\na 5\n", "[ 5 ]\n");
	/* a macro that defines a macro */
	gives(".macro def n, v\n.macro \\n x\n\\x + \\v\n.endm\n.endm\ndef foo, 3\nfoo 4\n",
		"4 + 3\n");
	/* recursion that ends */
	gives(".macro count n\n.if \\n\nx \\n\ncount \\n - 1\n.endif\n.endm\ncount 3\n",
		"x 3\nx 3 - 1\nx 3 - 1 - 1\n");
	gives(".irp a, 1, 2\n.irp b, 3, 4\n\\a\\b\n.endr\n.endr\n", "13\n14\n23\n24\n");
	gives(".macro m x\n.irp n, 16, 8\n\\x >> \\n\n.endr\n.endm\nm r1\n", "r1 >> 16\nr1 >> 8\n");
}
END_TEST

START_TEST(loops)
{
	gives(".irp n, 16, 8\nr1 >>= \\n\n.endr\n", "r1 >>= 16\nr1 >>= 8\n");
	gives(".irp n 16 8\n\\n\n.endr\n", "16\n8\n");
	gives(".irp n,16 8\n\\n\n.endr\n", "16\n8\n");
	gives(".irp n\nx\\n\n.endr\n", "x\n");
	gives(".irpc c, a1c\nx\\c\n.endr\n", "xa\nx1\nxc\n");
	gives(".irpc c\nx\\c\n.endr\n", "");
	gives(".rept 3\nexit\n.endr\nlast\n", "exit\nexit\nexit\nlast\n");
	gives(".rept 0\nexit\n.endr\n", "");
	gives(".set i, 0\n.rept 3\n.if i == 1\nx\n.endif\n.set i, i + 1\n.endr\n", "x\n");
	gives(".rept 2\n.L\\@:\n.endr\n", ".L0 :\n.L1 :\n");
	gives("l: .rept 1\nexit\n.endr\n", "l :\nexit\n");
	fails(".rept -1\nx\n.endr\n", "cannot repeat a negative number of times");
	fails(".rept y\nx\n.endr\n", "unknown name 'y'");
	fails(".irp 5, 1\nx\n.endr\n", "expected a name for the value");
	fails("\n.irp x, 1\nx\n", "a.bpf:2:1: error: '.irp' without .endr");
	fails(".rept 3\n.rept 2\n.endr\n", "a.bpf:1:1: error: '.rept' without .endr");
	fails(".endr\n", ".endr without .irp or .rept");
}
END_TEST

START_TEST(exits)
{
	gives(".macro m a\nx\n.if \\a\n.exitm\n.endif\ny\n.endm\nm 1\nm 0\nz\n", "x\nx\ny\nz\n");
	gives(".macro m\n.irp n, 1, 2\n\\n\n.exitm\n.endr\ny\n.endm\nm\nz\n", "1\nz\n");
	gives(".irp n, 1, 2, 3\n\\n\n.if \\n == 2\n.exitm\n.endif\n.endr\nz\n", "1\n2\nz\n");
	fails(".exitm\n", ".exitm outside of a macro");
}
END_TEST

START_TEST(definitions)
{
	gives(".macro m\nx\n.endm\n.purgem m\nm\n.macro m\ny\n.endm\nm\n", "m\ny\n");
	gives(".macro m\nx\n.endm\n.macro m\nx\n.endm\nm\n", "x\n");
	fails(".macro m\nx\n.endm\n.macro m\ny\n.endm\n",
		"a.bpf:4:8: error: macro 'm' is defined since a.bpf:1");
	fails(".purgem m\n", ".purgem needs the name of a macro");
	fails("\n\t.macro m\nx\n", "a.bpf:2:2: error: '.macro' without .endm");
	fails(".endm\n", ".endm without .macro");
	/* an .endm in a comment is none */
	gives(".macro m\n/*\n.endm\n*/ x\n.endm\nm\n", "x\n");
}
END_TEST

START_TEST(constants)
{
	gives(".equ A, 3\n.set B, A * 2\n.set B, B + 1\n.rept B - A\nx\n.endr\n", "x\nx\nx\nx\n");
	gives(".equ A, 3\n.equ A, 1 + 2\n", "");
	fails(".equ A, 3\n.equ A, 4\n", "'A' is 3 since a.bpf:1");
	fails(".set A, 3\n.equ A, 4\n", "'A' is 3 since a.bpf:1");
	fails(".equ KERNEL, 4\n", "give --kernel");
	fails(".equ A\n", "expected NAME, VALUE");
	fails(".equ A, B\n", "unknown name 'B'");
	fails(".equ LIMIT, 2\n.set X, LIMTI\n", "unknown name 'LIMTI'; did you mean 'LIMIT'?");
	fails(".equ A, 1 2\n", "a.bpf:1:11: error: nothing may stand here");
}
END_TEST

START_TEST(conditions)
{
	gives(".if 1\na\n.else\nb\n.endif\n", "a\n");
	gives(".if 0\na\n.else\nb\n.endif\n", "b\n");
	gives(".if 0\na\n.elseif 1\nb\n.elseif 1\nc\n.else\nd\n.endif\n", "b\n");
	gives(".if 0\n.if 1\na\n.else\nb\n.endif\n.else\nc\n.endif\n", "c\n");
	gives(".if 0\n\"unterminated\n\x80 .if\n.endif\nx\n", "x\n");
	gives(".if 0\n.macro m\nx\n.endm\n.endif\nm\n", "m\n");
	gives(".if 0\n/*\n.endif\n*/\nx\n.endif\ny\n", "y\n");
	gives(".if 1\n.elseif 1 / 0\n.endif\n", "");
	gives(".ifdef A\na\n.else\nb\n.endif\n.equ A, 0\n.ifdef A\nc\n.endif\n", "b\nc\n");
	gives(".ifndef A\n.equ A, 0\nx\n.endif\n.ifndef A\ny\n.endif\n", "x\n");
	gives(".macro m a, b\n.ifb \\b\nx \\a\n.else\ny \\a\n.endif\n.endm\nm 1\nm 1, 2\n",
		"x 1\ny 1\n");
	gives(".macro m a\n.ifc \\a, r6\nx\n.endif\n.ifnc \\a,r6\ny\n.endif\n.endm\nm r6\nm r7\n",
		"x\ny\n");
	gives(".if KERNEL >= 5.5 && KERNEL < 5.11\na\n.endif\n.if KERNEL == 5.10.0\nb\n.endif\n",
		"a\nb\n");
	fails("\n .if 1\nx\n", "a.bpf:2:2: error: .if without .endif");
	fails(".else\n", "'.else' without .if");
	fails(".endif\n", "'.endif' without .if");
	fails(".elseif 1\n", "'.elseif' without .if");
	fails(".if 1\n.else\n.else\n.endif\n", "'.else' after .else");
	fails(".if 0\n.else\n.elseif 1\n.endif\n", "'.elseif' after .else");
	fails(".macro m\n.endif\n.endm\n.if 1\nm\n.endif\n", "'.endif' without .if");
	fails(".macro m\n.if 1\n.endm\nm\n", ".if without .endif");
	fails(".if zzz\na\n.else\nb\n.endif\nc\n", "unknown name 'zzz'");
	ck_assert_str_eq(out, "c\n");
	opts.kernel = 0;
	fails(".if KERNEL > 5.5\n.endif\n",
		"a.bpf:1:5: error: KERNEL needs a target: give --kernel\n"
		".if KERNEL > 5.5\n    ^~~~~~\n");
	gives(".ifdef KERNEL\nx\n.endif\n", "");
}
END_TEST

START_TEST(messages)
{
	ck_assert_int_eq(
		expand(".macro no\n\t.error \"not\\there\"\n.endm\n.warning \"w\"\nx: no\n"), 0);
	ck_assert_str_eq(diag.text, "a.bpf:4:1: warning: w\n"
				    ".warning \"w\"\n"
				    "^~~~~~~~\n"
				    "a.bpf:5:4: error: not\there\n"
				    "x: no\n"
				    "   ^~\n"
				    "in expansion of no at a.bpf:2: .error \"not\\there\"\n"
				    "                               ^~~~~~\n");
	ck_assert_str_eq(out, "x :\n");
	fails(".error\n", ".error needs a text in quotes");
	fails(".error \"a\\0b\"\n", "NUL byte");
	fails(".irp n, 1, 2\n.if \\n == 2\n?\n.error \"x\"\n.endif\n.endr\n",
		"a.bpf:1:1: error: x\n.irp n, 1, 2\n^~~~\nin expansion of .irp at a.bpf:4: .error");
}
END_TEST

static char dir[] = "/tmp/rawbpf-macro-XXXXXX";

static void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

START_TEST(includes)
{
	char main_name[300], text[1000], want[1500];
	const char *dirs[1] = {text};
	char inc[300];

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(inc, sizeof(inc), "%s/inc", dir);
	ck_assert_int_eq(mkdir(inc, 0700), 0);
	ck_assert_int_eq(mkfifo(strcat(strcpy(text, dir), "/fifo"), 0600), 0);
	write_file("one.inc", "one\n.include \"inc/two.inc\"");
	write_file("inc/two.inc",
		"two\n.include \"three.inc\"\n.macro m\n.include \"three.inc\"\n.endm\n");
	write_file("inc/three.inc", "three\n");
	write_file("inc/bad.inc", "\n\tx = `\n");
	write_file("self.inc", "x\n.include \"self.inc\"\n");
	write_file("if.inc", ".if 1\n");
	snprintf(main_name, sizeof(main_name), "%s/main.bpf", dir);
	opts.name = main_name;
	gives(".include \"one.inc\"\nend\nm\n", "one\ntwo\nthree\nend\nthree\n");
	fails(".include \"inc\"\n", "is a directory");
	fails(".include \"fifo\"\n", "is no regular file");
	fails(".include \"onn.inc\"\n", "no file 'onn.inc' beside");
	fails(".include \"\"\n", "is no file name");
	fails(".include \"one.inc/x\"\n", "no file 'one.inc/x' beside");
	fails(".include three.inc\n", ".include needs a text in quotes");
	fails(".include \"if.inc\"\n", ".if without .endif");
	fails(".include \"inc/bad.inc\"\n", "inc/bad.inc:2:6: error: '`' has no meaning here\n"
					    "\tx = `\n\t    ^\nincluded from ");
	snprintf(want, sizeof(want), "included from %s:1\n", main_name);
	ck_assert_ptr_nonnull(strstr(diag.text, want));
	ck_assert_int_eq(expand(".include \"self.inc\"\n"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(diag.text, "self.inc' includes itself, 200 levels deep"));
	ck_assert_uint_eq(diag.n_errors, 1);
	ck_assert_uint_lt(diag.len, 4096);
	fails(".include \"three.inc\"\n", "no file 'three.inc' beside");
	snprintf(text, sizeof(text), "%s/inc", dir);
	opts.include_dirs = dirs;
	opts.n_include_dirs = 1;
	gives(".include \"three.inc\"\n", "three\n");
	snprintf(want, sizeof(want), ".include \"%s/three.inc\"\n", inc);
	gives(want, "three\n");
	t_run(NULL, "rm -r %s", dir);
}
END_TEST

START_TEST(no_input_runs_for_ever)
{
	ck_assert_int_eq(expand(".macro m\nm\n.endm\nm\n"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(
		diag.text, "a.bpf:4:1: error: macros and includes are nested more than 200 deep"));
	ck_assert_uint_eq(diag.n_errors, 1);
	/* twice each time: 2^200 calls, were it not for the first error */
	ck_assert_int_eq(expand(".macro m\nm\nm\n.endm\nm\n"), -EINVAL);
	/* wide, not deep */
	ck_assert_int_eq(expand(".rept 1000000000000\n.endr\n"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(diag.text, "macros expand to more than 128 MiB"));
	ck_assert_int_eq(expand(".rept 1000000000000\n\n\n\n\n\n\n\n\n\n.endr\n"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(diag.text, "more than 4194304 lines"));
	/* an argument that doubles */
	fails(".macro m a:vararg\nm \\a, \\a\n.endm\nm 1\n", "line is longer than 1048576 bytes");
}
END_TEST

/* The cost of n expansions, to see that it is linear. */
static size_t bytes_of(unsigned n)
{
	char text[256];

	snprintf(text, sizeof(text),
		".macro m a, b\n.done: r1 = \\a\nr2 = \\b + 1\n.endm\n.rept %u\nm 1, 2\n.endr\n",
		n);
	ck_assert_int_eq(expand(text), 0);
	ck_assert_uint_eq(n_lines, 2 * n);
	return out_len;
}

START_TEST(many_expansions)
{
	bytes_of(100);
	ck_assert_uint_eq(bytes_of(100000), out_len);
}
END_TEST

static int outer_lookup(void *arg, const char *s, size_t len, int64_t *v)
{
	(void)arg;
	if (len != 5 || memcmp(s, "OUTER", 5))
		return -ENOENT;
	*v = 1;
	return 0;
}

static int outer_size(void *arg, const char *s, size_t len, int64_t *v)
{
	(void)arg;
	(void)s;
	*v = (int64_t)len;
	return 0;
}

START_TEST(parsers_names)
{
	static const struct expr_env env = {outer_lookup, outer_size, NULL, NULL};
	const char *text = ".if OUTER && sizeof(abc) == 3\nx\n.endif\n.ifdef OUTER\ny\n.endif\n";

	ck_assert_int_eq(expand_text(text, strlen(text), &env), 0);
	ck_assert_uint_eq(diag.len, 0);
	ck_assert_str_eq(out, "x\ny\n");
}
END_TEST

START_TEST(names_for_the_parser)
{
	const char *text = ".equ FOO, 5\n.macro hist_add\n.endm\nx\n";
	struct asm_line l;
	struct suggest s;
	struct macro *m;
	char buf[64];
	int64_t v;

	diag.pool = &pool;
	m = macro_new(&pool, &diag, text, strlen(text), &opts, NULL);
	ck_assert_int_eq(macro_next(m, &l), 1);
	ck_assert_int_eq(macro_equ(m, "FOO", 3, &v), 0);
	ck_assert_int_eq(v, 5);
	ck_assert_int_eq(macro_equ(m, "FO", 2, &v), -ENOENT);
	ck_assert_int_eq(macro_equ(m, "KERNEL", 6, &v), 0);
	ck_assert_int_eq(v, opts.kernel);
	suggest_start(&s, "hist_ad", 7);
	macro_suggest(m, &s);
	ck_assert_str_eq(suggest_text(&s, buf, sizeof(buf)), "; did you mean 'hist_add'?");
	suggest_start(&s, ".inclde", 7);
	macro_suggest(m, &s);
	ck_assert_str_eq(suggest_text(&s, buf, sizeof(buf)), "; did you mean '.include'?");
	ck_assert_int_eq(macro_next(m, &l), 0);
	ck_assert_int_eq(macro_next(m, &l), 0);
	macro_free(m);
}
END_TEST

START_TEST(out_of_memory)
{
	const char *text =
		".equ A, 1\n.macro m a, b=2\n.irp n, 1, 2, 3\n\\a \\b \\n\n.endr\n.endm\n"
		".rept 300\nm A\n.endr\n.if A\n.error \"x\"\n.endif\n.ifc a, b\n.endif\n";
	struct asm_line l;
	struct macro *m;
	bool hit = true;
	unsigned n;
	int err;

	for (n = 1; hit; n++) {
		macro_teardown();
		macro_setup();
		diag.pool = &pool;
		t_fail_alloc_at(n);
		m = macro_new(&pool, &diag, text, strlen(text), &opts, NULL);
		err = m ? 1 : -ENOMEM;
		while (err == 1)
			err = macro_next(m, &l);
		hit = t_alloc_failed();
		ck_assert_int_eq(err, hit ? -ENOMEM : 0);
	}
	ck_assert_uint_gt(n, 6);
}
END_TEST

Suite *suite_macro(void);
Suite *suite_macro(void)
{
	Suite *s = suite_create("macro");
	TCase *t = tcase_create("unit");

	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, macro_setup, macro_teardown);
	tcase_add_test(t, plain_lines_pass);
	tcase_add_test(t, arguments);
	tcase_add_test(t, argument_errors);
	tcase_add_test(t, substitution);
	tcase_add_test(t, nesting);
	tcase_add_test(t, loops);
	tcase_add_test(t, exits);
	tcase_add_test(t, definitions);
	tcase_add_test(t, constants);
	tcase_add_test(t, conditions);
	tcase_add_test(t, messages);
	tcase_add_test(t, includes);
	tcase_add_test(t, no_input_runs_for_ever);
	tcase_add_test(t, many_expansions);
	tcase_add_test(t, parsers_names);
	tcase_add_test(t, names_for_the_parser);
	tcase_add_test(t, out_of_memory);
	suite_add_tcase(s, t);
	return s;
}
