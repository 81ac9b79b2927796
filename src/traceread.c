// SPDX-License-Identifier: MIT
/*
 * traceread.c - the bytes of a trace pipe or file to whole records.
 *
 * A message with newlines in it spreads over lines of which only the first says what it is, and
 * one that ends in a newline leaves an empty line.  So a record ends where the next line begins
 * one, or where nothing more is to be had: the kernel gives whole records in each read, and a
 * first line that has come alone once a read finds nothing more is the whole record.  What is not
 * yet a whole line is kept, and so is a line that may be the first part of a process's name: names
 * hold any byte but NUL, newlines too.
 */
#include "traceread.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "traceline.h"

enum {
	TRACEREAD_SIZE = 8192,	/* the kernel's own buffer (one page before 6.6) */
	TRACEREAD_REST_MS = 10, /* a writer's lines belong together when they come so close */
	TRACEREAD_EOF_MS = 50,
};

static int64_t tr_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t traceread_deadline(int timeout_ms)
{
	return timeout_ms > 0 ? tr_now() + timeout_ms : TRACEREAD_FOREVER;
}

/* The length of the line at offset at, newline included; 0: it is not whole yet. */
static size_t tr_line(const struct traceread *r, size_t at)
{
	const char *p, *nl;

	if (at == r->in.len)
		return 0;
	p = r->in.data + at;
	nl = memchr(p, '\n', r->in.len - at);
	if (nl)
		return (size_t)(nl - p) + 1;
	return r->eof ? r->in.len - at : 0;
}

static bool tr_notice(const struct traceread *r, size_t at, size_t len)
{
	uint64_t lost;
	int cpu;

	return traceline_lost(r->in.data + at, len, &cpu, &lost);
}

/* What a line is by all that has come; a pause is the end where the last line is whole. */
static enum traceline_form tr_form(const struct traceread *r, size_t at, bool settled)
{
	bool whole = r->eof || (settled && r->in.data[r->in.len - 1] == '\n');

	return traceline_form(r->in.data + at, r->in.len - at, whole);
}

/* Whether a line that has not all come yet looks like a record's first. */
static bool tr_may_begin(const struct traceread *r, size_t at)
{
	const char *p = r->in.data + at;

	return r->in.len - at > 17 && p[16] == '-' && p[17] >= '0' && p[17] <= '9' &&
	       !memchr(p, '\n', r->in.len - at);
}

/*
 * Where the record at r->at ends, 0 when that is not known yet.  settled: a read has just found
 * nothing more.  A line is looked at once, however many reads the record takes.
 */
static size_t tr_record_end(struct traceread *r, size_t first, bool settled)
{
	size_t end = r->at + first, len;
	enum traceline_form form;

	if (end < r->seen)
		end = r->seen;
	for (;;) {
		r->seen = end;
		len = tr_line(r, end);
		if (!len && end == r->in.len)
			return settled || r->eof ? end : 0;
		form = tr_form(r, end, settled);
		if (form == TRACELINE_FIRST || (len && tr_notice(r, end, len)))
			return end;
		if (!len || form == TRACELINE_SHORT)
			return tr_may_begin(r, end) ? end : 0;
		end += len;
	}
}

/* The length of a record's first line, which ends after its name; 0: it is not whole yet. */
static size_t tr_first(const struct traceread *r, size_t at)
{
	size_t name = traceline_columns(r->in.data + at, r->in.len - at);
	size_t len = tr_line(r, at + name);

	return len ? name + len : 0;
}

/* The next block of what was read: its end, or 0. */
static size_t tr_block(struct traceread *r, bool settled, struct traceread_block *block)
{
	size_t len = tr_line(r, r->at);
	enum traceline_form form;

	if (!len)
		return 0;
	block->text = r->in.data + r->at;
	if (traceline_lost(block->text, len, &block->cpu, &block->lost)) {
		block->kind = TRACEREAD_LOST;
		return r->at + len;
	}
	form = tr_form(r, r->at, settled);
	if (form == TRACELINE_SHORT)
		return 0;
	if (form == TRACELINE_NONE) {
		block->kind = TRACEREAD_OTHER;
		return r->at + len;
	}
	block->kind = TRACEREAD_RECORD;
	len = tr_first(r, r->at);
	return len ? tr_record_end(r, len, settled) : 0;
}

static bool tr_take(struct traceread *r, bool settled, struct traceread_block *block)
{
	size_t end;

	for (;;) {
		end = tr_block(r, settled, block);
		if (!end)
			return false;
		block->len = end - r->at;
		r->at = end;
		/* empty lines are what a newline at a message's end leaves */
		while (block->len && block->text[block->len - 1] == '\n')
			block->len--;
		if (block->len)
			return true;
	}
}

bool traceread_ready(const struct traceread *r)
{
	struct traceread copy = *r;
	struct traceread_block block;

	return tr_block(&copy, false, &block) != 0;
}

static int tr_poll(struct sys *s, int fd, int timeout_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return sys_poll(s, &p, 1, timeout_ms);
}

/* Bytes added, 0 at the end, or -EAGAIN. */
static ssize_t tr_fill(struct sys *s, struct traceread *r)
{
	ssize_t n;

	if (r->at) {
		memmove(r->in.data, r->in.data + r->at, r->in.len - r->at);
		r->in.len -= r->at;
		r->seen -= r->seen < r->at ? r->seen : r->at;
		r->at = 0;
	}
	r->in.failed = false; /* what was read before is whole: the next call tries again */
	if (buf_reserve(&r->in, TRACEREAD_SIZE))
		return -ENOMEM;
	if (r->blocks) {
		n = tr_poll(s, r->fd, r->in.len ? TRACEREAD_REST_MS : 0);
		if (n <= 0)
			return n ? n : -EAGAIN;
	}
	n = sys_read(s, r->fd, r->in.data + r->in.len, TRACEREAD_SIZE);
	if (n > 0) {
		r->in.len += (size_t)n;
		r->in.data[r->in.len] = '\0';
	}
	return n;
}

/* 1: there may be more now; 0: the deadline is over; or -EINTR. */
static int tr_wait(struct sys *s, int fd, int64_t deadline, int64_t most)
{
	int64_t ms = most;

	if (deadline == TRACEREAD_NOWAIT)
		return 0;
	if (deadline != TRACEREAD_FOREVER) {
		ms = deadline - tr_now();
		if (ms <= 0)
			return 0;
		if (most >= 0 && ms > most)
			ms = most;
	}
	ms = tr_poll(s, fd, (int)ms);
	return ms < 0 ? (int)ms : 1;
}

/*
 * idle counts the reads in a row that gave nothing.  After the first of them what looks whole is
 * whole; a pipe that poll calls readable over and over though nothing comes is asked less often;
 * and a live pipe that says "end" twice is left to the caller, who must not spin either.
 */
int traceread_next(
	struct sys *s, struct traceread *r, int64_t deadline, struct traceread_block *block)
{
	ssize_t n = 1;
	int idle = 0, ret;

	for (;;) {
		if (tr_take(r, idle > 0, block))
			return 1;
		if (r->eof || (!n && idle > 1))
			return 0;
		if (idle) {
			bool rest = !n || idle > 3;

			ret = tr_wait(s, rest ? -1 : r->fd, deadline, rest ? TRACEREAD_EOF_MS : -1);
			if (ret <= 0)
				return ret;
		}
		n = tr_fill(s, r);
		if (n < 0 && n != -EAGAIN)
			return (int)n;
		r->eof = !n && r->blocks;
		idle = n > 0 ? 0 : idle + 1;
	}
}

void traceread_close(struct sys *s, struct traceread *r)
{
	sys_close(s, r->fd);
	buf_free(&r->in);
	*r = (struct traceread){.fd = -1};
}
