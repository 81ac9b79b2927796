/* SPDX-License-Identifier: MIT */
/* fmt.h - python's str.format over the six fields of a trace line. */
#ifndef FMT_H
#define FMT_H

#include "buf.h"
#include "rawbpf.h"

/* A text, and after it, unless it is the last piece, a field. */
struct fmt_piece {
	const char *text; /* into the format */
	size_t len;
	int field;	/* 0..5: task, pid, cpu, flags, ts, msg; -1: none */
	char fill[5];	/* one code point */
	char align;	/* '<', '>', '^' or '=' */
	char type;	/* 'd', 'x', 'X', 'f', 'e', 'g', 's'; 0: as python's str() */
	unsigned width; /* code points */
	int prec;	/* -1: none */
};

struct fmt {
	char *copy; /* what the pieces point into */
	struct fmt_piece *pieces;
	size_t n;
};

/*
 * Check and compile.  A bad format is -EINVAL with the error set; *diag (malloc'ed, may be NULL)
 * is then the format with a caret under the offending byte.
 */
int fmt_compile(struct fmt *f, const char *text, struct rawbpf_error *e, char **diag);
/* One record, without a newline; out->failed tells of a lack of memory. */
void fmt_format(const struct fmt *f, const struct rawbpf_trace_fields *fields, struct buf *out);
void fmt_free(struct fmt *f);

/* A double as python's str() prints it; out has room for 32 bytes. */
void fmt_repr(char *out, double v);

#endif
