// SPDX-License-Identifier: MIT
/* btfpath.c - "task_struct.tgid" to a place in memory, by BTF. */
#include "btfpath.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "near.h"

enum {
	PATH_DEPTH = 32,     /* records in records */
	PATH_STEPS = 200000, /* members looked at: unnamed records may hold each other */
	PATH_RECORDS = 1 << BTF_STRUCT | 1 << BTF_UNION,
	PATH_KINDS =
		PATH_RECORDS | 1 << BTF_TYPEDEF | 1 << BTF_ENUM | 1 << BTF_ENUM64 | 1 << BTF_INT,
};

/* Where a walk along a path is. */
struct path_walk {
	const struct btf *b;
	struct btf_type t; /* without typedefs and the like */
	uint64_t bits;	   /* from the start */
	uint32_t bit_size; /* of a bit field, else 0 */
	const char *path;
	size_t done;	/* bytes of the path that t stands for */
	unsigned steps; /* left */
	char *msg;
	size_t msg_len;
};

static void path_offer(void *arg, const char *name)
{
	near_offer(arg, name);
}

/* A member's name, and those of unnamed records inside. */
static void path_offer_members(const struct btf *b, const struct btf_type *t, struct near *n,
	unsigned depth, unsigned *steps)
{
	struct btf_member m;
	struct btf_type in;
	uint32_t i;

	for (i = 0; i < t->vlen && *steps; i++) {
		--*steps;
		btf_member(b, t, i, &m);
		if (*m.name)
			near_offer(n, m.name);
		else if (depth < PATH_DEPTH && btf_plain(b, m.type, &in) &&
			 PATH_RECORDS >> in.kind & 1)
			path_offer_members(b, &in, n, depth + 1, steps);
	}
}

static int path_say(const struct path_walk *w, int err, const char *text, const struct near *n)
{
	char near[3 * NEAR_LEN + 16] = "";

	if (n)
		near_text(n, near, sizeof(near));
	if (*near)
		snprintf(w->msg, w->msg_len, "%s; did you mean %s?", text, near);
	else
		snprintf(w->msg, w->msg_len, "%s", text);
	return err;
}

static int path_no_type(const struct path_walk *w, const char *name)
{
	char text[160];
	struct near n;

	near_start(&n, name);
	btf_each_name(w->b, PATH_KINDS, path_offer, &n);
	snprintf(text, sizeof(text), "no type '%.80s' in the kernel's BTF", name);
	return path_say(w, -ENOENT, text, &n);
}

static int path_no_member(const struct path_walk *w, const char *name)
{
	char text[256];
	unsigned steps = PATH_STEPS;
	struct near n;

	near_start(&n, name);
	path_offer_members(w->b, &w->t, &n, 0, &steps);
	snprintf(text, sizeof(text), "'%.*s' has no member '%.80s'",
		w->done < 80 ? (int)w->done : 80, w->path, name);
	return path_say(w, -ENOENT, text, &n);
}

/* What stands before a dot is no record. */
static int path_no_record(const struct path_walk *w)
{
	int shown = w->done < 80 ? (int)w->done : 80;
	struct btf_type to;
	char text[320];

	if (w->t.kind == BTF_PTR && btf_plain(w->b, w->t.type, &to) &&
		PATH_RECORDS >> to.kind & 1 && *to.name)
		snprintf(text, sizeof(text),
			"'%.*s' is a pointer: read it first, what it points to has '%.80s.MEMBER'",
			shown, w->path, to.name);
	else
		snprintf(text, sizeof(text), "'%.*s' is %s and has no members", shown, w->path,
			w->t.kind == BTF_PTR	 ? "a pointer"
			: w->t.kind == BTF_ARRAY ? "an array"
						 : "a number");
	return path_say(w, -EINVAL, text, NULL);
}

/* A member of w->t, or of an unnamed record in it: found, w has moved on to it. */
static bool path_member(struct path_walk *w, const char *name, unsigned depth)
{
	const struct btf_type t = w->t;
	uint64_t bits = w->bits;
	struct btf_member m;
	uint32_t i;

	for (i = 0; i < t.vlen && w->steps; i++) {
		w->steps--;
		btf_member(w->b, &t, i, &m);
		if ((*m.name && strcmp(m.name, name) != 0) || !btf_plain(w->b, m.type, &w->t))
			continue;
		w->bits = bits + m.bit_offset;
		w->bit_size = m.bit_size;
		if (*m.name)
			return true;
		if (depth < PATH_DEPTH && PATH_RECORDS >> w->t.kind & 1 &&
			path_member(w, name, depth + 1))
			return true;
	}
	w->t = t;
	w->bits = bits;
	return false;
}

/*
 * sock's sk_family and its kin are macros of the kernel's headers, which BTF does not know: they
 * stand for __sk_common.skc_family.
 */
static bool path_sock(struct path_walk *w, const char *name)
{
	const struct path_walk before = *w;
	char common[260];

	if (strncmp(name, "sk_", 3) != 0 || strlen(name) + 1 >= sizeof(common))
		return false;
	snprintf(common, sizeof(common), "skc_%s", name + 3);
	if (path_member(w, "__sk_common", 0) && PATH_RECORDS >> w->t.kind & 1 &&
		path_member(w, common, 0))
		return true;
	*w = before;
	return false;
}

/* The record itself before its name as a typedef, which may stand for another. */
static int path_type(struct path_walk *w, const char *name)
{
	uint32_t id = btf_find_any(w->b, PATH_RECORDS, name);

	if (!id)
		id = btf_find_any(w->b, PATH_KINDS, name);
	return id && btf_plain(w->b, id, &w->t) ? 0 : path_no_type(w, name);
}

static int path_end(const struct path_walk *w, unsigned word, struct btfpath *out)
{
	uint32_t bits = w->bit_size ? w->bit_size : btf_int_bits(w->b, &w->t);
	int64_t size = w->t.kind == BTF_PTR ? (int64_t)word : btf_size(w->b, w->t.id);
	char text[256];

	if (size < 0) {
		snprintf(text, sizeof(text), "'%.80s' has no size", w->path);
		return path_say(w, -EINVAL, text, NULL);
	}
	if (w->bits % 8 || (bits && bits != 8 * (uint64_t)size)) {
		snprintf(text, sizeof(text),
			"'%.80s' is a bit field, %u bit%s at bit %llu; read the bytes around it "
			"and "
			"shift",
			w->path, bits, bits == 1 ? "" : "s", (unsigned long long)w->bits);
		return path_say(w, -EINVAL, text, NULL);
	}
	out->offset = w->bits / 8;
	out->size = (uint64_t)size;
	out->is_signed = btf_is_signed(w->b, &w->t);
	out->plain = w->t.kind != BTF_ARRAY && !(PATH_RECORDS >> w->t.kind & 1) &&
		     (size == 1 || size == 2 || size == 4 || size == 8);
	return 0;
}

int btfpath_find(const struct btf *b, const char *path, unsigned word, struct btfpath *out,
	char *msg, size_t msg_len)
{
	struct path_walk w = {
		.b = b, .path = path, .steps = PATH_STEPS, .msg = msg, .msg_len = msg_len};
	const char *p = path;
	char name[256];
	size_t n;

	memset(out, 0, sizeof(*out));
	for (;; p += n + 1) {
		n = strcspn(p, ".");
		if (!n || n >= sizeof(name))
			return path_say(&w, -EINVAL, "no name of a type or a member", NULL);
		memcpy(name, p, n);
		name[n] = '\0';
		if (p == path) {
			if (path_type(&w, name))
				return -ENOENT;
		} else if (!(PATH_RECORDS >> w.t.kind & 1)) {
			return path_no_record(&w);
		} else if (!path_member(&w, name, 0) && !path_sock(&w, name)) {
			return path_no_member(&w, name);
		}
		w.done = (size_t)(p + n - path);
		if (!p[n])
			return path_end(&w, word, out);
	}
}
