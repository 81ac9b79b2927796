/* SPDX-License-Identifier: MIT */
/* lex.h - one line of text to tokens. */
#ifndef LEX_H
#define LEX_H

#include "diag.h"

enum tok_kind {
	TOK_END,  /* after the last token */
	TOK_NAME, /* [A-Za-z_.$][A-Za-z0-9_.$]*: names, registers, .directives, .labels */
	TOK_NUM,  /* 10, 0x1f, 0b1, 017, 'c', 'c; 5.10 and 5.10.3: versions, as KERNEL is counted */
	TOK_STR,  /* "text", quotes included; see lex_string() */
	TOK_PUNCT, /* one operator: op holds its characters */
	TOK_LOG,   /* "12: (bf)" at a line's start, as the verifier's log has it; num: the opcode */
	TOK_LOCAL, /* 1f, 1b: the next or last label "1:"; num: its number */
};

/* Operators of up to three characters as one number: PUNCT('s', '>', '>') is never made here. */
#define PUNCT(a, b, c) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16)

struct tok {
	enum tok_kind kind;
	uint32_t op;   /* TOK_PUNCT */
	const char *s; /* the token's text */
	uint32_t len;
	uint32_t col; /* 1-based */
	uint64_t num; /* TOK_NUM */
	bool spaced;  /* white space stands before it */
};

struct toks {
	struct tok *tok; /* ends in TOK_END */
	size_t n, cap;	 /* TOK_END not counted */
	/* in: the line begins inside a C comment; out: it ends in one, begun at column comment (0:
	 * on an earlier line).  Whoever reads one line alone looks at it afterwards. */
	bool in_comment;
	uint32_t comment;
};

enum { LEX_MAX_LINE = 1 << 20 }; /* bytes: a longer line is an error */

/*
 * Tokens of the line [s, s + len) at position at; comments (; // # at a line's start, and C's)
 * are left out.  0, or -EINVAL after an error was reported, or -ENOMEM.
 */
int lex_line(struct diag *d, struct pos at, const char *s, size_t len, struct toks *out);
/*
 * The bytes of a TOK_STR with C's escapes undone (\n \t \\ \" \0 \xNN ...), NUL-terminated in the
 * pool; *len excludes that NUL.  NULL after an error was reported or when out of memory.
 */
char *lex_string(struct diag *d, struct pos at, const struct tok *t, size_t *len);

/* can c begin a name, stand inside one? */
bool lex_name_start(char c);
bool lex_name_char(char c);
/* is it this name, this operator? */
bool lex_is(const struct tok *t, const char *name);
bool lex_op(const struct tok *t, uint32_t op);

#endif
