// SPDX-License-Identifier: MIT
/*
 * trace.c - trace_print and trace_fields: from a trace instance of our own, from the shared
 * trace_pipe, or from a file of saved lines.
 *
 * The shared pipe has room for one reader, who takes the lines away from all others.  A trace
 * instance has a pipe of its own; with only the bpf_trace_printk event enabled there (Linux 5.9) it
 * gets a copy of every line that a program prints, while the shared buffer gets its own as before.
 */
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "fmt.h"
#include "opts.h"
#include "reap.h"
#include "tracefs.h"
#include "traceline.h"
#include "traceread.h"
#include "visible.h"

#define TRACE_STAGE "trace"

struct trace {
	struct traceread own, shared, file;
	char *path;    /* of file */
	char name[96]; /* of the instance */
	int dir;       /* of the instance, -1: none */
	bool tried;
	struct rawbpf_error why; /* there is no instance */
	struct buf text;
};

/* What to read, and until when. */
struct trace_source {
	struct traceread *r;
	int64_t deadline;
	const char *symbol;
	uint64_t *unknown;
};

static int trace_need(struct rawbpf *b)
{
	if (b->trace)
		return 0;
	b->trace = calloc(1, sizeof(*b->trace));
	if (!b->trace)
		return err_set(&b->error, TRACE_STAGE, -ENOMEM, "out of memory");
	b->trace->own.fd = b->trace->shared.fd = b->trace->file.fd = b->trace->dir = -1;
	return 0;
}

static int trace_instance(struct rawbpf *b)
{
	struct trace *t = b->trace;
	int fd, err;

	err = tracefs_dir(b);
	if (err < 0)
		return err;
	reap_instances(
		b, err, NULL, NULL); /* what cannot be removed harms nobody more than before */
	err = tracefs_instance_make(b, t->name, sizeof(t->name), &t->dir);
	if (err)
		return err;
	fd = sys_openat(&b->sys, t->dir, "trace_pipe", O_RDONLY | O_NONBLOCK, "trace pipe");
	if (fd >= 0) {
		t->own.fd = fd;
		return 0;
	}
	tracefs_instance_remove(b, t->name, t->dir);
	t->dir = -1;
	return tracefs_refused(b, TRACE_STAGE, "instances/*/trace_pipe", fd);
}

int trace_prepare(struct rawbpf *b)
{
	struct rawbpf_error before =
		b->error; /* its strings point into b->error, where it returns */
	struct trace *t;
	int err = trace_need(b);

	if (err || b->trace->tried)
		return err;
	t = b->trace;
	t->tried = true;
	err = trace_instance(b);
	if (!err)
		return 0;
	err_copy(&t->why, &b->error);
	b->error = before;
	ctx_log(b, RAWBPF_LOG_INFO, "no trace instance, lines come from trace_pipe: %s",
		t->why.msg ? t->why.msg : err_name(err));
	return 0;
}

static int trace_busy(struct rawbpf *b)
{
	const struct rawbpf_error *why = &b->trace->why;

	err_set(&b->error, TRACE_STAGE, -EBUSY,
		"trace_pipe has another reader, and one is all it takes");
	if (why->err)
		err_hint(&b->error, "end that reader; a private instance was not possible: %s",
			why->msg);
	else
		err_hint(&b->error, "leave out 'shared': a private instance has its own pipe");
	return -EBUSY;
}

static int trace_open_shared(struct rawbpf *b)
{
	char on[8];
	int fd, dir = tracefs_dir(b);

	if (dir < 0)
		return dir;
	fd = sys_openat(&b->sys, dir, "trace_pipe", O_RDONLY | O_NONBLOCK, "shared trace pipe");
	if (fd == -EBUSY)
		return trace_busy(b);
	if (fd < 0)
		return tracefs_refused(b, TRACE_STAGE, "trace_pipe", fd);
	if (!sys_read_line(&b->sys, dir, "tracing_on", on, sizeof(on)) && !strcmp(on, "0"))
		ctx_log(b, RAWBPF_LOG_WARN,
			"tracing_on is 0: no line will come until 1 is written to it");
	b->trace->shared.fd = fd;
	return 0;
}

static void trace_close_file(struct rawbpf *b)
{
	struct trace *t = b->trace;

	if (t->file.fd == 0)
		t->file.fd = -1; /* stdin is not ours */
	traceread_close(&b->sys, &t->file);
	free(t->path);
	t->path = NULL;
}

static int trace_open_file(struct rawbpf *b, const char *path)
{
	struct trace *t = b->trace;
	int fd = -1;

	if (t->path && !strcmp(t->path, path))
		return 0;
	trace_close_file(b);
	t->path = strdup(path);
	if (!t->path)
		return err_set(&b->error, TRACE_STAGE, -ENOMEM, "out of memory");
	fd = strcmp(path, "-") ? sys_openat(&b->sys, AT_FDCWD, path, O_RDONLY, NULL) : 0;
	if (fd < 0) {
		trace_close_file(b);
		return err_set(&b->error, TRACE_STAGE, fd, "'%s' cannot be opened", path);
	}
	t->file.fd = fd;
	t->file.blocks = true;
	return 0;
}

/* The reader to use, opened; NULL with the error set. */
static struct traceread *trace_reader(struct rawbpf *b, bool shared, const char *file, int *err)
{
	struct trace *t;
	int was;

	*err = trace_need(b);
	if (*err)
		return NULL;
	t = b->trace;
	if (file) {
		*err = trace_open_file(b, file);
		return *err ? NULL : &t->file;
	}
	*err = shared ? 0 : trace_prepare(b);
	if (*err)
		return NULL;
	if (!shared && t->own.fd >= 0)
		return &t->own;
	was = sys_fallback(&b->sys, shared ? 0 : t->why.err);
	*err = t->shared.fd >= 0 ? 0 : trace_open_shared(b);
	sys_fallback_end(&b->sys, was);
	return *err ? NULL : &t->shared;
}

bool trace_has_instance(const struct rawbpf *b, int *why)
{
	*why = b->trace ? b->trace->why.err : 0;
	return b->trace && b->trace->dir >= 0;
}

int trace_may_go(struct rawbpf *b)
{
	int why;

	return trace_has_instance(b, &why) ? tracefs_instance_may_go(b, b->trace->name) : 0;
}

void trace_free(struct rawbpf *b)
{
	struct trace *t = b->trace;

	if (!t)
		return;
	trace_close_file(b);
	traceread_close(&b->sys, &t->shared);
	traceread_close(&b->sys, &t->own);
	if (t->dir >= 0)
		tracefs_instance_remove(b, t->name, t->dir);
	buf_free(&t->text);
	free(t);
	b->trace = NULL;
}

int rawbpf_trace_fd(struct rawbpf *b, bool shared)
{
	struct traceread *r;
	int err;

	if (!b)
		return -ENOMEM;
	r = trace_reader(b, shared, NULL, &err);
	return r ? r->fd : err;
}

/* ---- reading ---- */

static int trace_failed(struct rawbpf *b, const struct traceread *r, int err)
{
	if (err == -EINTR)
		return err_set(&b->error, TRACE_STAGE, err, "a signal ended the wait");
	if (r == &b->trace->file)
		return err_set(&b->error, TRACE_STAGE, err, "'%s' cannot be read", b->trace->path);
	return err_set(&b->error, TRACE_STAGE, err, "trace lines cannot be read");
}

/* The next block; counts lost events for the next record. */
static int trace_block(
	struct rawbpf *b, const struct trace_source *src, struct traceread_block *block)
{
	int ret = traceread_next(&b->sys, src->r, src->deadline, block);

	if (ret < 0)
		return trace_failed(b, src->r, ret);
	if (ret && block->kind == TRACEREAD_LOST)
		src->r->lost += block->lost;
	return ret;
}

/* A line that is left out and holds no record: "# tracer: nop" and the like are no loss. */
static void trace_unknown(const struct trace_source *src, const struct traceread_block *block)
{
	if (src->unknown && block->kind != TRACEREAD_LOST && *block->text != '#')
		++*src->unknown;
}

/* A block to *f if it is a wanted record; the count of lost events goes with it. */
static bool trace_wanted(const struct trace_source *src, const struct traceread_block *block,
	char *text, struct rawbpf_trace_fields *f)
{
	if (block->kind != TRACEREAD_RECORD || !rawbpf_parse_trace_line(text, block->len, f)) {
		trace_unknown(src, block);
		return false;
	}
	if (src->symbol && !traceline_is(f, src->symbol))
		return false;
	f->lost = src->r->lost;
	src->r->lost = 0;
	return true;
}

static void trace_notice(const struct traceread_block *block, struct rawbpf_trace_fields *f)
{
	*f = (struct rawbpf_trace_fields){.task = "",
		.flags = "",
		.ts = "",
		.symbol = "",
		.msg = "",
		.lost = block->lost,
		.tgid = -1,
		.cpu = block->cpu};
}

int rawbpf_trace_fields_opts(struct rawbpf *b, struct rawbpf_trace_fields *f,
	const struct rawbpf_trace_fields_opts *from)
{
	struct rawbpf_trace_fields_opts o;
	struct traceread_block block;
	struct trace_source src;
	int ret;

	if (!b)
		return -ENOMEM;
	ret = opts_read(&o, sizeof(o), from, TRACE_STAGE, &b->error);
	if (ret)
		return ret;
	if (!f)
		return err_set(&b->error, TRACE_STAGE, -EINVAL, "no fields to fill in");
	src.r = trace_reader(b, o.shared, o.file, &ret);
	if (!src.r)
		return ret;
	src.deadline = o.nonblocking ? TRACEREAD_NOWAIT : traceread_deadline(o.timeout_ms);
	src.symbol = o.symbol;
	src.unknown = o.unknown;
	do {
		ret = trace_block(b, &src, &block);
		if (ret > 0 && o.notices && block.kind == TRACEREAD_LOST) {
			trace_notice(&block, f);
			src.r->lost = 0;
			return 1;
		}
		if (ret > 0 && o.stop && *o.stop)
			return trace_failed(b, src.r, -EINTR);
	} while (ret > 0 && !trace_wanted(&src, &block, block.text, f));
	return ret;
}

/* ---- printing ---- */

/*
 * Text as it is, or as any terminal may show it: tabs and newlines stay but those of the name in
 * its first columns, which begins no line.
 */
static void trace_write(FILE *out, const char *s, size_t len, size_t columns, bool escape)
{
	if (!escape) {
		fwrite(s, 1, len, out);
		return;
	}
	rawbpf_fprint_text(out, s, columns, false);
	visible_lines(out, s + columns, len - columns);
}

enum { TRACE_NAME = 16 * VISIBLE_BYTE };

/* A name without newlines and tabs; what else is no visible character is seen to as it is written. */
static const char *trace_name(const char *task, char out[TRACE_NAME])
{
	size_t n = 0;

	for (; *task && n < TRACE_NAME - VISIBLE_BYTE; task++) {
		if (*task == '\n' || *task == '\t')
			n += visible_byte((unsigned char)*task, out + n);
		else
			out[n++] = *task;
	}
	out[n] = '\0';
	return out;
}

/* The raw block; a filter by event needs it parsed, which is done on a copy. */
static int trace_print_raw(
	struct trace *t, const struct trace_source *src, const struct traceread_block *block)
{
	struct rawbpf_trace_fields f;

	t->text.len = 0;
	if (src->symbol && block->kind == TRACEREAD_OTHER) {
		trace_unknown(src, block);
		return 0;
	}
	if (!src->symbol || block->kind == TRACEREAD_LOST) {
		buf_add(&t->text, block->text, block->len);
		return 1;
	}
	buf_add(&t->text, block->text, block->len);
	if (!trace_wanted(src, block, t->text.data, &f))
		return 0;
	t->text.len = 0;
	buf_add(&t->text, block->text, block->len);
	return 1;
}

/* One block to t->text; 0 when it is not to be printed. */
static int trace_print_block(struct trace *t, const struct trace_source *src, const struct fmt *fmt,
	const struct traceread_block *block, bool escape)
{
	struct rawbpf_trace_fields f;
	char name[TRACE_NAME];

	if (!fmt)
		return trace_print_raw(t, src, block);
	if (!trace_wanted(src, block, block->text, &f))
		return 0;
	t->text.len = 0;
	if (escape)
		f.task = trace_name(f.task, name);
	fmt_format(fmt, &f, &t->text);
	return 1;
}

static int trace_print_all(struct rawbpf *b, const struct trace_source *src, const struct fmt *fmt,
	const struct rawbpf_trace_print_opts *o)
{
	struct traceread_block block;
	struct trace *t = b->trace;
	size_t columns;
	int ret;

	while ((ret = trace_block(b, src, &block)) > 0) {
		errno = 0;
		/* before the block is cut into fields */
		columns = fmt ? 0 : traceline_columns(block.text, block.len);
		if (trace_print_block(t, src, fmt, &block, o->escape) && !t->text.failed) {
			trace_write(o->out, buf_str(&t->text), t->text.len, columns, o->escape);
			fputc('\n', o->out);
		}
		if (t->text.failed)
			return trace_failed(b, src->r, -ENOMEM);
		/* each line is seen before the next read can wait */
		if (ferror(o->out) || (!traceread_ready(src->r) && fflush(o->out)))
			return err_set(&b->error, "print", errno ? -errno : -EIO,
				"trace lines cannot be written");
		if (o->stop && *o->stop)
			return trace_failed(b, src->r, -EINTR);
	}
	return ret;
}

static int trace_print_fmt(
	struct rawbpf *b, const struct rawbpf_trace_print_opts *o, const struct fmt *fmt)
{
	struct trace_source src = {.symbol = o->symbol, .unknown = o->unknown};
	int err;

	src.r = trace_reader(b, o->shared, o->file, &err);
	if (!src.r)
		return err;
	src.deadline = traceread_deadline(o->timeout_ms);
	return trace_print_all(b, &src, fmt, o);
}

int rawbpf_trace_print_opts(struct rawbpf *b, const struct rawbpf_trace_print_opts *from)
{
	struct rawbpf_trace_print_opts o;
	struct fmt fmt = {0};
	char *diag = NULL;
	int err;

	if (!b)
		return -ENOMEM;
	err = opts_read(&o, sizeof(o), from, TRACE_STAGE, &b->error);
	if (!err && o.fmt)
		err = fmt_compile(&fmt, o.fmt, &b->error, &diag);
	if (diag)
		ctx_take_log(b, diag);
	if (err)
		return err;
	if (!o.out)
		o.out = stdout;
	err = trace_print_fmt(b, &o, o.fmt ? &fmt : NULL);
	fmt_free(&fmt);
	return err;
}
