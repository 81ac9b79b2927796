// SPDX-License-Identifier: MIT
/* err.c - error objects: one text, one hint, the errno by name. */
#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "visible.h"

static const struct {
	int err;
	char name[16];
} errno_names[] = {
	{EPERM, "EPERM"}, {ENOENT, "ENOENT"}, {ESRCH, "ESRCH"}, {EINTR, "EINTR"}, {EIO, "EIO"},
	{ENXIO, "ENXIO"}, {E2BIG, "E2BIG"}, {ENOEXEC, "ENOEXEC"}, {EBADF, "EBADF"},
	{EAGAIN, "EAGAIN"}, {ENOMEM, "ENOMEM"}, {EACCES, "EACCES"}, {EFAULT, "EFAULT"},
	{EBUSY, "EBUSY"}, {EEXIST, "EEXIST"}, {EXDEV, "EXDEV"}, {ENODEV, "ENODEV"},
	{ENOTDIR, "ENOTDIR"}, {EISDIR, "EISDIR"}, {EINVAL, "EINVAL"}, {ENFILE, "ENFILE"},
	{EMFILE, "EMFILE"}, {ENOTTY, "ENOTTY"}, {ETXTBSY, "ETXTBSY"}, {EFBIG, "EFBIG"},
	{ENOSPC, "ENOSPC"}, {ESPIPE, "ESPIPE"}, {EROFS, "EROFS"}, {EPIPE, "EPIPE"}, {EDOM, "EDOM"},
	{ERANGE, "ERANGE"}, {ENAMETOOLONG, "ENAMETOOLONG"}, {ENOSYS, "ENOSYS"},
	{ENOTEMPTY, "ENOTEMPTY"}, {ELOOP, "ELOOP"}, {ENODATA, "ENODATA"}, {EPROTO, "EPROTO"},
	{EBADMSG, "EBADMSG"}, {EOVERFLOW, "EOVERFLOW"}, {EILSEQ, "EILSEQ"},
	{EOPNOTSUPP, "EOPNOTSUPP"}, {EADDRNOTAVAIL, "EADDRNOTAVAIL"}, {ETIMEDOUT, "ETIMEDOUT"},
	{EALREADY, "EALREADY"}, {ESTALE, "ESTALE"}, {ECANCELED, "ECANCELED"}, {EDEADLK, "EDEADLK"},
	{ENOLCK, "ENOLCK"}, {EMLINK, "EMLINK"}, {EDQUOT, "EDQUOT"},
	{524, "ENOTSUPP"}, /* the kernel's own */
};

const char *err_name(int err)
{
	size_t i;

	if (err < 0)
		err = -err;
	for (i = 0; i < sizeof(errno_names) / sizeof(*errno_names); i++)
		if (errno_names[i].err == err)
			return errno_names[i].name;
	return "unknown errno";
}

const char *rawbpf_errno_name(int err)
{
	return err_name(err);
}

/* The first byte of buf that no string of *e uses. */
static size_t err_used(const struct rawbpf_error *e)
{
	const char *const s[] = {e->msg, e->hint, e->prog, e->src_file, e->log};
	size_t i, end, used = 0;

	for (i = 0; i < sizeof(s) / sizeof(*s); i++) {
		if (s[i] < e->buf || s[i] >= e->buf + sizeof(e->buf))
			continue;
		end = (size_t)(s[i] - e->buf) + strlen(s[i]) + 1;
		if (end > used)
			used = end;
	}
	return used;
}

static const char *err_vadd(struct rawbpf_error *e, const char *fmt, va_list ap)
{
	size_t used = err_used(e);
	char *p = e->buf + used;

	if (used + 1 >= sizeof(e->buf))
		return NULL;
	vsnprintf(p, sizeof(e->buf) - used, fmt, ap);
	return p;
}

__attribute__((format(printf, 2, 3))) static const char *err_add(
	struct rawbpf_error *e, const char *fmt, ...)
{
	const char *p;
	va_list ap;

	va_start(ap, fmt);
	p = err_vadd(e, fmt, ap);
	va_end(ap);
	return p;
}

void err_clear(struct rawbpf_error *e)
{
	if (!e)
		return;
	memset(e, 0, sizeof(*e));
	e->insn = -1;
}

#ifndef RAWBPF_NO_TEXT

/* The next step for what has one cause wherever it happens; NULL: it depends on the place. */
static const char *err_remedy(int err)
{
	switch (err) {
	case -EMFILE: return "this process has as many files open as it may: raise 'ulimit -n'";
	case -ENFILE: return "the system has as many files open as it may: raise fs.file-max";
	default: return NULL;
	}
}

/*
 * Bytes of quoted words that no terminal should get become \n or \xNN, as far as there is room: a
 * message is one line, and no terminal is to be told what to do by a name.
 */
static void err_one_line(char *text, size_t size)
{
	char byte[VISIBLE_BYTE], *p = text;
	size_t left, len, seen, room;

	for (left = strlen(text); left; p += seen, left -= seen) {
		seen = visible_char((const unsigned char *)p, left);
		if (seen)
			continue;
		len = visible_byte((unsigned char)*p, byte);
		room = size - 1 - (size_t)(p - text);
		if (room < len) {
			*p = '\0';
			break;
		}
		if (left - 1 > room - len)
			left = room - len + 1;
		memmove(p + len, p + 1, left - 1);
		memcpy(p, byte, len);
		left += len - 1;
		p[left] = '\0';
		seen = len;
	}
}

int err_set(struct rawbpf_error *e, const char *stage, int err, const char *fmt, ...)
{
	const char *name = err_name(err);
	size_t room, len;
	char text[sizeof(e->buf)];
	va_list ap;

	if (!e)
		return err;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_one_line(text, sizeof(text));

	err_clear(e);
	e->err = err;
	e->stage = stage;
	e->hint = err_remedy(err);
	/* a long text loses its tail, never the errno's name; a quarter is kept for the rest */
	room = sizeof(e->buf) * 3 / 4 - strlen(name) - 3;
	len = strlen(text);
	if (len > room)
		memcpy(text + room - 3, "...", 4);
	e->msg = err_add(e, "%s: %s", text, name);
	return err;
}

void err_hint(struct rawbpf_error *e, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return;
	e->hint = NULL;
	va_start(ap, fmt);
	e->hint = err_vadd(e, fmt, ap);
	va_end(ap);
	if (e->hint)
		err_one_line(
			e->buf + (e->hint - e->buf), sizeof(e->buf) - (size_t)(e->hint - e->buf));
}

void err_before(struct rawbpf_error *e, const char *before)
{
	char msg[sizeof(e->buf)], hint[sizeof(e->buf)];
	bool hinted = e && e->hint;
	size_t n = e && e->msg ? strlen(e->msg) : 0, name;

	if (!n)
		return;
	name = strlen(err_name(e->err)) + 2;
	snprintf(msg, sizeof(msg), "%.*s", (int)(n > name ? n - name : n), e->msg);
	snprintf(hint, sizeof(hint), "%s", hinted ? e->hint : "");
	err_set(e, e->stage, e->err, "%s: %s", before, msg);
	if (hinted)
		err_hint(e, "%s", hint);
}

int err_words(struct rawbpf_error *e, const char *stage, int err, const char *words)
{
	return err_set(e, stage, err, "%s", words);
}

#else

void err_before(struct rawbpf_error *e, const char *before)
{
	(void)e, (void)before;
}

int err_words(struct rawbpf_error *e, const char *stage, int err, const char *words)
{
	if (!e)
		return err;
	err_clear(e);
	e->err = err;
	e->stage = stage;
	e->msg = err_add(e, "%s", words ? words : strerror(-err));
	return err;
}

#endif

void err_diag(struct rawbpf_error *e, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return;
	e->log = NULL;
	va_start(ap, fmt);
	e->log = err_vadd(e, fmt, ap);
	va_end(ap);
}

void err_prog(struct rawbpf_error *e, const char *prog)
{
	if (e && prog)
		e->prog = err_add(e, "%s", prog);
}

void err_src(struct rawbpf_error *e, const char *file, unsigned line)
{
	if (!e)
		return;
	e->line = line;
	if (file)
		e->src_file = err_add(e, "%s", file);
}

static const char *err_rebase(
	const char *s, const struct rawbpf_error *from, const struct rawbpf_error *to)
{
	if (s < from->buf || s >= from->buf + sizeof(from->buf))
		return s;
	return to->buf + (s - from->buf);
}

void err_copy(struct rawbpf_error *dst, const struct rawbpf_error *src)
{
	if (!dst || dst == src)
		return;
	*dst = *src;
	dst->msg = err_rebase(src->msg, src, dst);
	dst->hint = err_rebase(src->hint, src, dst);
	dst->prog = err_rebase(src->prog, src, dst);
	dst->src_file = err_rebase(src->src_file, src, dst);
	dst->log = err_rebase(src->log, src, dst);
}

#ifndef RAWBPF_NO_TEXT
void err_line(const struct rawbpf_error *e, char *out, size_t size)
{
	size_t len = e->msg ? strlen(e->msg) : 0;
	const char *name = err_name(e->err);
	size_t tail = strlen(name) + 2;

	if (!len || !e->hint) {
		snprintf(out, size, "%s", e->msg ? e->msg : "");
		return;
	}
	if (len > tail)
		len -= tail;
	snprintf(out, size, "%.*s; %s: %s", (int)len, e->msg, e->hint, name);
}
#else
void err_line(const struct rawbpf_error *e, char *out, size_t size)
{
	snprintf(out, size, "%s", e->msg ? e->msg : "");
}

#endif
