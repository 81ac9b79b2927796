// SPDX-License-Identifier: MIT
/*
 * rootpath.c - paths as a process with another root sees them.
 *
 * An absolute link inside a container must not lead out of it, nor ".." above its root, so each
 * component is looked at by hand.
 */
#include "rootpath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "buf.h"
#include "sys.h"

#define ROOTPATH_LINKS_MAX 40

struct rootpath {
	struct sys *sys;
	const char *root;
};

/* A link's text goes before what is left of the path; an absolute one starts at the root again. */
static int rootpath_follow(const struct rootpath *w, struct buf *done, struct buf *left,
	size_t parent, const char *link)
{
	struct buf next = {0};

	done->len = *link == '/' ? strlen(w->root) : parent;
	done->data[done->len] = '\0';
	buf_puts(&next, link);
	buf_puts(&next, "/");
	buf_add(&next, left->data, left->len);
	buf_free(left);
	*left = next;
	return next.failed ? -ENOMEM : 0;
}

/* Moves one component from the front of left to the end of done. */
static int rootpath_step(const struct rootpath *w, struct buf *done, struct buf *left, int *links)
{
	size_t n = strcspn(left->data, "/"), parent = done->len;
	size_t skip = n + strspn(left->data + n, "/");
	char link[PATH_MAX];
	ssize_t got = -EINVAL;

	if (n == 2 && !memcmp(left->data, "..", 2)) {
		while (done->len > strlen(w->root) && done->data[--done->len] != '/')
			;
		done->data[done->len] = '\0';
	} else if (n && !(n == 1 && left->data[0] == '.')) {
		buf_puts(done, "/");
		buf_add(done, left->data, n);
		if (done->failed)
			return -ENOMEM;
		got = sys_readlinkat(w->sys, AT_FDCWD, done->data, link, sizeof(link) - 1);
	}
	left->len -= skip;
	memmove(left->data, left->data + skip, left->len + 1);
	if (got < 0) /* EINVAL: not a link */
		return got == -EINVAL ? 0 : (int)got;
	if (++*links > ROOTPATH_LINKS_MAX)
		return -ELOOP;
	link[got] = '\0';
	return rootpath_follow(w, done, left, parent, link);
}

int rootpath_walk(struct sys *s, const char *root, const char *path, bool gone, char **out)
{
	const struct rootpath w = {s, root};
	struct buf done = {0}, left = {0};
	int err = 0, links = 0;

	*out = NULL;
	if (!*root) {
		*out = strdup(path);
		return *out ? 0 : -ENOMEM;
	}
	buf_puts(&done, root);
	buf_puts(&left, path + strspn(path, "/"));
	if (done.failed || left.failed)
		err = -ENOMEM;
	while (!err && left.len)
		err = rootpath_step(&w, &done, &left, &links);
	if (gone && err == -ENOENT && !left.len)
		err = 0;
	if (!err)
		*out = buf_steal(&done);
	buf_free(&done);
	buf_free(&left);
	return err;
}
