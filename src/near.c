// SPDX-License-Identifier: MIT
/*
 * near.c - "did you mean": the names nearest to one that was not found.
 *
 * Near means few edits: a letter more, less or other, or two neighbours exchanged.  Letters that
 * differ only in case are half an edit, so distances count in halves.  Where nothing is near, a
 * name that has the word in it may have been meant: sys for syscalls, openat for sys_enter_openat.
 */
#include "near.h"

#include <ctype.h>
#include <string.h>

#include "err.h"

/* Half edits that are still near for a word of this length. */
static unsigned near_limit(size_t len)
{
	size_t edits = len < 3 ? 1 : len / 3;

	return (unsigned)(2 * (edits > 4 ? 4 : edits));
}

static unsigned near_differ(char a, char b)
{
	if (a == b)
		return 0;
	return tolower((unsigned char)a) == tolower((unsigned char)b) ? 1 : 2;
}

static unsigned near_min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Three rows of the usual table; stops when a whole row is past limit. */
static unsigned near_distance(const char *a, size_t na, const char *b, size_t nb, unsigned limit)
{
	unsigned row[3][NEAR_LEN + 1], *prev2 = row[0], *prev = row[1], *cur = row[2], *t, best;
	size_t i, j;

	for (j = 0; j <= nb; j++)
		prev[j] = (unsigned)(2 * j);
	for (i = 1; i <= na; i++) {
		best = cur[0] = (unsigned)(2 * i);
		for (j = 1; j <= nb; j++) {
			cur[j] = near_min(prev[j] + 2, cur[j - 1] + 2);
			cur[j] = near_min(cur[j], prev[j - 1] + near_differ(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				cur[j] = near_min(cur[j], prev2[j - 2] + 2);
			best = near_min(best, cur[j]);
		}
		if (best > limit)
			return best;
		t = prev2;
		prev2 = prev;
		prev = cur;
		cur = t;
	}
	return prev[nb];
}

void near_start(struct near *n, const char *want)
{
	size_t len = strlen(want);

	memset(n, 0, sizeof(*n));
	if (len >= NEAR_LEN)
		return;
	memcpy(n->want, want, len + 1);
	n->len = len;
}

static void near_offer_whole(struct near *n, const char *name, size_t len)
{
	const char *at = n->len >= NEAR_PART ? strstr(name, n->want) : NULL;
	size_t i, rank = at == name ? len : NEAR_LEN + len;

	for (i = 0; i < n->n_whole; i++)
		if (!strcmp(n->whole[i].name, name))
			return;
	for (i = 0; i < n->n_whole && n->whole[i].rank <= rank; i++)
		;
	if (!at || i == NEAR_MAX)
		return;
	if (n->n_whole < NEAR_MAX)
		n->n_whole++;
	memmove(&n->whole[i + 1], &n->whole[i], (n->n_whole - 1 - i) * sizeof(n->whole[0]));
	memcpy(n->whole[i].name, name, len + 1);
	n->whole[i].rank = rank;
}

void near_offer(struct near *n, const char *name)
{
	unsigned d, limit = near_limit(n->len);
	size_t i, len = strlen(name);

	if (!n->len || !len || len >= NEAR_LEN)
		return;
	if (!n->n)
		near_offer_whole(n, name, len);
	if (len > n->len + limit / 2 || n->len > len + limit / 2)
		return;
	if (n->n == NEAR_MAX && n->best[NEAR_MAX - 1].distance <= limit)
		limit = n->best[NEAR_MAX - 1].distance;
	d = near_distance(n->want, n->len, name, len, limit);
	if (d > limit)
		return;
	for (i = 0; i < n->n; i++)
		if (!strcmp(n->best[i].name, name))
			return;
	for (i = 0; i < n->n && n->best[i].distance <= d; i++)
		;
	if (i == NEAR_MAX)
		return;
	if (n->n < NEAR_MAX)
		n->n++;
	memmove(&n->best[i + 1], &n->best[i], (n->n - 1 - i) * sizeof(n->best[0]));
	memcpy(n->best[i].name, name, len + 1);
	n->best[i].distance = d;
}

const char *near_text(const struct near *n, char *out, size_t size)
{
	size_t i, at = 0, count = n->n ? n->n : n->n_whole;
	const char *name;
	int len;

	if (size)
		out[0] = '\0';
	for (i = 0; i < count; i++) {
		/* only what is about as near as the nearest */
		if (n->n && n->best[i].distance > n->best[0].distance + 2)
			break;
		name = n->n ? n->best[i].name : n->whole[i].name;
		len = snprintf(out + at, size - at, "%s'%s'", i ? ", " : "", name);
		if (len < 0 || (size_t)len >= size - at) {
			out[at] = '\0';
			break;
		}
		at += (size_t)len;
	}
	return out;
}

bool near_hint(const struct near *n, struct rawbpf_error *e)
{
	char text[NEAR_MAX * (NEAR_LEN + 4)];

	if (!*near_text(n, text, sizeof(text)))
		return false;
	err_hint(e, "did you mean %s?", text);
	return true;
}
