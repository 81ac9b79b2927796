// SPDX-License-Identifier: MIT
/* tool.c - messages, files and JSON for the subcommands. */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void complain(const char *name, const char *fmt, va_list ap)
{
	char text[8192]; /* a path and words about it */

	fflush(stdout);
	fprintf(stderr, "rawbpf %s: ", name);
	vsnprintf(text, sizeof(text), fmt, ap);
	tool_puts_safe(stderr, text);
	fputc('\n', stderr);
}

int tool_fail(const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(name, fmt, ap);
	va_end(ap);
	return TOOL_FAILED;
}

int tool_error(const char *name, const struct rawbpf_error *e)
{
	if (e->log && e->stage && !strcmp(e->stage, "assemble")) {
		/* the diagnostics say all of it, with carets */
		fflush(stdout);
		tool_puts_lines(stderr, e->log);
		return TOOL_FAILED;
	}
	tool_fail(name, "%s", e->msg ? e->msg : "failed");
	/* a place shown by a caret, not a verifier's log */
	if (e->log && e->log >= e->buf && e->log < e->buf + sizeof(e->buf))
		tool_puts_lines(stderr, e->log);
	if (!e->hint)
		return TOOL_FAILED;
	fputs("  hint: ", stderr);
	tool_puts_safe(stderr, e->hint);
	fputc('\n', stderr);
	return TOOL_FAILED;
}

static void print_usage(FILE *out, const char *name, const char *usage)
{
	size_t len = strlen(usage);

	fprintf(out, "usage: rawbpf %s %s%s", name, usage,
		len && usage[len - 1] == '\n' ? "" : "\n");
}

int tool_usage(const char *name, const char *usage)
{
	print_usage(stdout, name, usage);
	return tool_finish(name, TOOL_OK);
}

int tool_wrong(const char *name, const char *usage, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(name, fmt, ap);
	va_end(ap);
	print_usage(stderr, name, usage);
	return TOOL_USAGE;
}

void tool_warn(const char *name, const char *msg)
{
	fprintf(stderr, "rawbpf %s: ", name);
	tool_puts_lines(stderr, msg);
	fputc('\n', stderr);
}

/* What getopt_long() found wrong: c is '?' or ':', word the argument it was in. */
static void wrong_option(const char *name, const char *usage, int c, const char *word)
{
	const char shown[] = {'-', (char)optopt, '\0'};

	if (strncmp(word, "--", 2) != 0)
		word = shown; /* one of several letters, perhaps */
	if (c == ':')
		tool_wrong(name, usage, "option '%s' needs an argument", word);
	else if (word != shown && optopt)
		tool_wrong(name, usage, "option '%.*s' takes no argument: '%s'",
			(int)strcspn(word, "="), word, word);
	else
		tool_wrong(name, usage, "no option '%s'", word);
}

int tool_getopt(const char *name, const char *usage, int argc, char **argv, const char *shorts,
	const struct option *longs)
{
	int at = optind, c;

	opterr = 0;
	optopt = 0;
	c = getopt_long(argc, argv, shorts, longs, NULL);
	if (c != '?' && c != ':')
		return c;
	/* a letter in a cluster does not move optind */
	wrong_option(name, usage, c, optind > at ? argv[optind - 1] : argv[at]);
	return '?';
}

int tool_operands(const char *name, const char *usage, int argc, char **argv, const char *what,
	int min, int max)
{
	if (argc - optind < min)
		return tool_wrong(name, usage, "no %s given", what);
	if (argc - optind > max)
		return tool_wrong(name, usage, "no use for '%s'", argv[optind + max]);
	return TOOL_OK;
}

enum { READ_MAX = 256 << 20 }; /* bytes: as much as the library takes */

static char *read_stream(FILE *f, size_t *len)
{
	size_t cap = 65536, n = 0, got;
	char *more, *p = malloc(cap);

	while (p && (got = fread(p + n, 1, cap - n - 1, f)) > 0) {
		n += got;
		if (n > READ_MAX) {
			errno = EFBIG;
			free(p);
			return NULL;
		}
		if (cap - n > 1)
			continue;
		cap *= 2;
		more = realloc(p, cap);
		if (!more)
			free(p);
		p = more;
	}
	if (p && ferror(f)) {
		free(p);
		return NULL;
	}
	if (p)
		p[n] = '\0';
	*len = n;
	return p;
}

char *tool_read(const char *name, const char *path, size_t *len)
{
	bool is_stdin = !strcmp(path, "-");
	FILE *f = is_stdin ? stdin : fopen(path, "re");
	char *p;

	errno = f ? 0 : errno;
	p = f ? read_stream(f, len) : NULL;
	if (!p)
		tool_fail(name, "'%s' cannot be read: %s", path,
			rawbpf_errno_name(errno ? errno : ENOMEM));
	if (f && !is_stdin)
		fclose(f);
	return p;
}

int tool_stdout(const char *name)
{
	int flags = fcntl(STDOUT_FILENO, F_GETFL);

	if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY)
		return TOOL_OK;
	return tool_fail(name, "stdout is closed: %s", rawbpf_errno_name(EBADF));
}

int tool_finish(const char *name, int status)
{
	errno = 0;
	if (fflush(stdout) || ferror(stdout))
		return tool_fail(name, "stdout cannot be written: %s",
			rawbpf_errno_name(errno ? errno : EIO));
	return status;
}

void tool_puts_safe(FILE *out, const char *s)
{
	rawbpf_fprint_text(out, s, strlen(s), false);
}

void tool_puts_lines(FILE *out, const char *s)
{
	rawbpf_fprint_text(out, s, strlen(s), true);
}

void tool_put_number(FILE *out, uint64_t v, unsigned base)
{
	char text[24], *p = text + sizeof(text);

	*--p = '\0';
	do {
		*--p = "0123456789abcdef"[v % base];
	} while (v /= base);
	fputs(p, out);
}

static void json_key(struct json *j, const char *key)
{
	if (j->more)
		fputs(", ", j->out);
	j->more = true;
	if (!key)
		return;
	fputc('"', j->out);
	fputs(key, j->out);
	fputs("\": ", j->out);
}

/* Length of a well-formed UTF-8 sequence at s (at most n bytes), 0 when it is not one. */
static size_t utf8_len(const unsigned char *s, size_t n)
{
	size_t i, len = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	unsigned lo = s[0] == 0xe0 ? 0xa0 : s[0] == 0xf0 ? 0x90 : 0x80;
	unsigned hi = s[0] == 0xed ? 0x9f : s[0] == 0xf4 ? 0x8f : 0xbf;

	if ((s[0] >= 0x80 && s[0] < 0xc2) || s[0] > 0xf4 || len > n)
		return 0;
	if (len > 1 && (s[1] < lo || s[1] > hi))
		return 0;
	for (i = 2; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/* Bytes of the character at s as it may stand in a string; 0: U+0000 to U+001F, U+007F to U+009F. */
static size_t json_plain(const unsigned char *s, size_t n)
{
	size_t len = utf8_len(s, n);

	if (*s < ' ' || *s == 0x7f || *s == '"' || *s == '\\')
		return 0;
	return len == 2 && *s == 0xc2 && s[1] < 0xa0 ? 0 : len;
}

/*
 * A byte that is not UTF-8 becomes the code point of its own number, and so do controls, which no
 * terminal should get.
 */
static void json_text(FILE *out, const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s, *from = p;
	size_t len;

	fputc('"', out);
	for (; n; p += len, n -= len) {
		len = json_plain(p, n);
		if (len)
			continue;
		fwrite(from, 1, (size_t)(p - from), out);
		len = utf8_len(p, n) == 2 ? 2 : 1; /* U+0080 to U+009F end in their number */
		if (*p == '"' || *p == '\\')
			fprintf(out, "\\%c", *p);
		else
			fprintf(out, "\\u%04x", p[len - 1]);
		from = p + len;
	}
	fwrite(from, 1, (size_t)(p - from), out);
	fputc('"', out);
}

void json_open(struct json *j, FILE *out)
{
	j->out = out;
	j->more = false;
	fputc('{', out);
}

void json_close(struct json *j)
{
	fputs("}\n", j->out);
}

void json_strn(struct json *j, const char *key, const char *s, size_t len)
{
	json_key(j, key);
	json_text(j->out, s, len);
}

void json_str(struct json *j, const char *key, const char *s)
{
	if (s)
		json_strn(j, key, s, strlen(s));
	else
		json_null(j, key);
}

void json_int(struct json *j, const char *key, int64_t v)
{
	json_key(j, key);
	if (v < 0)
		fputc('-', j->out);
	tool_put_number(j->out, v < 0 ? -(uint64_t)v : (uint64_t)v, 10);
}

void json_uint(struct json *j, const char *key, uint64_t v)
{
	json_key(j, key);
	tool_put_number(j->out, v, 10);
}

void json_hex(struct json *j, const char *key, uint64_t v)
{
	json_key(j, key);
	fputs("\"0x", j->out);
	tool_put_number(j->out, v, 16);
	fputc('"', j->out);
}

void json_bool(struct json *j, const char *key, bool v)
{
	json_key(j, key);
	fputs(v ? "true" : "false", j->out);
}

void json_null(struct json *j, const char *key)
{
	json_key(j, key);
	fputs("null", j->out);
}

void json_begin(struct json *j, const char *key, char bracket)
{
	json_key(j, key);
	fputc(bracket, j->out);
	j->more = false;
}

void json_end(struct json *j, char bracket)
{
	fputc(bracket, j->out);
	j->more = true;
}

void json_trace(struct json *j, const struct rawbpf_trace_fields *f)
{
	json_str(j, "task", f->task);
	json_int(j, "pid", f->pid);
	if (f->tgid < 0)
		json_null(j, "tgid");
	else
		json_int(j, "tgid", f->tgid);
	json_int(j, "cpu", f->cpu);
	json_str(j, "flags", f->flags);
	json_str(j, "ts", f->ts);
	json_str(j, "symbol", f->symbol);
	json_strn(j, "msg", f->msg, f->msg_len);
}
