/* SPDX-License-Identifier: MIT */
/* traceread.h - the bytes of a trace pipe or file to whole records. */
#ifndef TRACEREAD_H
#define TRACEREAD_H

#include "sys.h"

/* A reader of one fd. */
struct traceread {
	int fd;	       /* -1: not open */
	bool blocks;   /* fd is not O_NONBLOCK: ask poll first */
	bool eof;      /* a file has ended (a live pipe never does) */
	struct buf in; /* what was read */
	size_t at;     /* what of it was returned */
	size_t seen;   /* where the lines begin that no record has been looked for in */
	uint64_t lost; /* events lost since the last record; the caller's own count */
};

enum traceread_kind {
	TRACEREAD_RECORD, /* a record with the lines that continue its message */
	TRACEREAD_LOST,	  /* the kernel's notice of lost events */
	TRACEREAD_OTHER,  /* a line without a record */
};

/* One block of lines, without its last newline; text may be changed, and lasts until the next. */
struct traceread_block {
	enum traceread_kind kind;
	char *text;
	size_t len;
	int cpu; /* of a notice */
	uint64_t lost;
};

/* When to give up: a time of CLOCK_MONOTONIC in ms, or one of these. */
enum { TRACEREAD_NOWAIT = 0, TRACEREAD_FOREVER = -1 };
int64_t traceread_deadline(int timeout_ms);

/* 1 and *block, 0 when there is none until the deadline or the input has ended, or -errno. */
int traceread_next(
	struct sys *s, struct traceread *r, int64_t deadline, struct traceread_block *block);
/* Whether the next block is there without a read. */
bool traceread_ready(const struct traceread *r);
void traceread_close(struct sys *s, struct traceread *r);

#endif
