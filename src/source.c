// SPDX-License-Identifier: MIT
/*
 * source.c - a file, a text or an image, as the bytes of a BPF ELF object.
 *
 * A file that begins like ELF is taken as it is, everything else is text for the assembler.
 */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sourcetext.h"

#define SOURCE_MAX (256U << 20) /* bytes of a file */

static int source_nomem(struct rawbpf *b)
{
	return err_set(&b->error, "open", -ENOMEM, "out of memory");
}

/* ---- files ------------------------------------------------------------------------------- */

static int source_read_fd(struct rawbpf *b, int fd, struct source *s)
{
	size_t want = 0;
	struct buf text = {0};
	struct stat st;
	ssize_t n = sys_fstat(&b->sys, fd, &st);

	if (n < 0)
		return (int)n;
	if (S_ISREG(st.st_mode) && st.st_size > 0)
		want = (size_t)st.st_size;
	for (;;) {
		/* a regular file in one read; pipes and the like until they end */
		n = want > SOURCE_MAX ? -EFBIG : buf_reserve(&text, want > 4096 ? want : 4096);
		if (n)
			break;
		n = sys_read(&b->sys, fd, text.data + text.len, text.cap - text.len - 1);
		if (n == -EINTR)
			continue;
		if (n <= 0)
			break;
		text.len += (size_t)n;
		text.data[text.len] = '\0';
		if (text.len > SOURCE_MAX) {
			n = -EFBIG;
			break;
		}
		if (want && text.len == want)
			break;
	}
	if (n < 0) {
		buf_free(&text);
		return (int)n;
	}
	s->len = text.len;
	s->file = buf_steal(&text);
	return s->file ? 0 : -ENOMEM;
}

/* The folder of the running program, with its '/', and name behind it; NULL: not known. */
static char *source_beside_exe(struct rawbpf *b, const char *name)
{
	char exe[PATH_MAX], *slash, *path;
	ssize_t n = sys_readlinkat(&b->sys, AT_FDCWD, "/proc/self/exe", exe, sizeof(exe) - 1);

	if (n <= 0)
		return NULL;
	exe[n] = '\0';
	slash = strrchr(exe, '/');
	if (!slash)
		return NULL;
	slash[1] = '\0';
	path = malloc(strlen(exe) + strlen(name) + 1);
	if (path)
		sprintf(path, "%s%s", exe, name);
	return path;
}

static int source_open_file(struct rawbpf *b, const char *name, struct source *s)
{
	char *beside = NULL;
	int fd = sys_openat(&b->sys, AT_FDCWD, name, O_RDONLY, "source");

	s->path = strdup(name);
	if (fd == -ENOENT && *name && *name != '/') {
		beside = source_beside_exe(b, name);
		if (beside)
			fd = sys_openat(&b->sys, AT_FDCWD, beside, O_RDONLY, "source");
	}
	if (fd < 0) {
		err_set(&b->error, "open", fd, "file '%s' cannot be opened", name);
		if (fd == -ENOENT && beside)
			err_hint(&b->error, "it is not at '%s' either", beside);
	} else if (beside) {
		free(s->path);
		s->path = beside;
		beside = NULL;
	}
	free(beside);
	if (fd >= 0 && !s->path) {
		sys_close(&b->sys, fd);
		return source_nomem(b);
	}
	return fd;
}

static int source_file(struct rawbpf *b, const char *name, struct source *s)
{
	int err, fd = source_open_file(b, name, s);

	if (fd < 0)
		return fd;
	err = source_read_fd(b, fd, s);
	sys_close(&b->sys, fd);
	if (err)
		return err_set(&b->error, "open", err, "file '%s' cannot be read", s->path);
	s->image = s->file;
	s->name = s->path;
	return 0;
}

/* ---- text -------------------------------------------------------------------------------- */

static int source_text(struct rawbpf *b, const struct rawbpf_load_opts *o, const char *text,
	size_t len, const char *name, struct source *s)
{
	int err = sourcetext_make(b, o, text, len, name, &s->made, &s->len);

	s->image = s->made;
	s->name = name;
	return err;
}

/* ---- all three --------------------------------------------------------------------------- */

static bool source_is_elf(const void *p, size_t n)
{
	return n >= 4 && !memcmp(p, "\177ELF", 4);
}

int source_get(struct rawbpf *b, const struct rawbpf_load_opts *o, struct source *s)
{
	int n = !!o->text + !!o->src_file + !!o->image;
	int err = 0;

	memset(s, 0, sizeof(*s));
	if (n != 1)
		return err_set(&b->error, "open", -EINVAL,
			"%s of .text, .src_file and .image given, not exactly one",
			n ? "more" : "none");
	if (o->image) {
		s->image = o->image;
		s->len = o->image_len;
		s->name = o->name ? o->name : "<image>";
		return 0;
	}
	if (o->text)
		return source_text(b, o, o->text, strlen(o->text), o->name ? o->name : "<text>", s);
	err = source_file(b, o->src_file, s);
	if (!err && !source_is_elf(s->file, s->len))
		err = source_text(b, o, s->file, s->len, s->path, s);
	if (err)
		source_free(s);
	return err;
}

void source_free(struct source *s)
{
	sourcetext_unmake(s->made);
	free(s->file);
	free(s->path);
	memset(s, 0, sizeof(*s));
}
