// SPDX-License-Identifier: MIT
/*
 * symfind.c - the function that a name means.
 *
 * One name may stand for several functions: old and new versions (glibc has two memcpy), a weak
 * and a global one, static functions of different source files.  The dynamic linker gives new
 * programs the default version, so that is ours too; then global, weak, local.
 *
 * Exported names are asked of .gnu.hash, which costs the same in a library of any size.  What it
 * has not is looked for in .symtab, once for all names: each function's name is held against a
 * table of those wanted, and before that against a filter, which knows by a name's length and ends
 * that it is none of them.
 */
#include "symfind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gnuhash.h"
#include "near.h"

#define SYMFIND_FEW    8		   /* names for which the tables are not read as a whole */
#define SYMFIND_FILTER 15		   /* log2 of its bits: it stays in the nearest cache */
#define SYMFIND_MIX    0x9e3779b97f4a7c15u /* spreads what it multiplies over the upper bits */

struct symfind_query {
	char *name; /* without the version */
	size_t len;
	uint64_t hash;
	const char *version; /* NULL: any */
	bool need_default;   /* f@@VERSION */
	int score;	     /* of the best; 0: none */
	struct symfind best;
};

/* Of open addressing.  The tag spares a look at the query itself for nearly all names. */
struct symfind_slot {
	uint32_t tag; /* the hash's upper half */
	uint32_t nr;  /* the query's number, plus one; 0: empty */
};

struct symfind_set {
	struct sym_file *f;
	struct symfind_query *q;
	size_t n;
	struct symfind_slot *slots;
	size_t mask;
	uint64_t filter[(1 << SYMFIND_FILTER) / 64];
	uint64_t hash;	 /* of the name that was asked for last */
	const char *way; /* being gone */
};

/* ---- the names wanted --------------------------------------------------------------------- */

/* Eight bytes at a time. */
static uint64_t symfind_hash(const char *name, size_t n)
{
	uint64_t v = 0, h = n;

	for (; n >= 8; n -= 8, name += 8) {
		memcpy(&v, name, 8);
		h = (h ^ v) * SYMFIND_MIX;
	}
	v = 0;
	memcpy(&v, name, n);
	h = (h ^ v) * SYMFIND_MIX;
	return h ^ h >> 32;
}

/* A name's bit of the filter, from its length, its first and its last eight bytes. */
static uint64_t symfind_bit(const char *name, size_t n)
{
	uint64_t first = 0, last = 0;

	if (n >= 8) {
		memcpy(&first, name, 8);
		memcpy(&last, name + n - 8, 8);
	} else {
		memcpy(&first, name, n);
	}
	return (((first + n) * SYMFIND_MIX ^ last) * SYMFIND_MIX) >> (64 - SYMFIND_FILTER);
}

/* Takes "f@V" apart; 0 or -ENOMEM. */
static int symfind_query_start(struct symfind_query *q, const char *want)
{
	char *at;

	q->name = strdup(want);
	if (!q->name)
		return -ENOMEM;
	at = strchr(q->name, '@');
	if (at && at != q->name) {
		*at++ = '\0';
		q->need_default = *at == '@';
		q->version = at + q->need_default;
	}
	q->len = strlen(q->name);
	q->hash = symfind_hash(q->name, q->len);
	return 0;
}

static void symfind_end(struct symfind_set *t)
{
	while (t->n)
		free(t->q[--t->n].name);
	free(t->q);
	free(t->slots);
}

static int symfind_start(
	struct symfind_set *t, struct sym_file *f, const char *const *names, size_t n)
{
	size_t size = 2;
	int err = 0;

	memset(t, 0, sizeof(*t));
	t->f = f;
	if (n > UINT32_MAX / 8 || n > SIZE_MAX / 8 / sizeof(*t->q))
		return -ENOMEM;
	while (size < 4 * n)
		size *= 2;
	t->mask = size - 1;
	t->q = calloc(n ? n : 1, sizeof(*t->q));
	t->slots = calloc(size, sizeof(*t->slots));
	for (; !err && t->q && t->n < n; t->n += !err)
		err = symfind_query_start(&t->q[t->n], names[t->n]);
	if (!err && t->q && t->slots)
		return 0;
	symfind_end(t);
	return -ENOMEM;
}

/* Fills slots and filter with the queries that have no answer; how many those are. */
static size_t symfind_fill(struct symfind_set *t)
{
	size_t i, at, n = 0;
	uint64_t bit;

	memset(t->slots, 0, (t->mask + 1) * sizeof(*t->slots));
	memset(t->filter, 0, sizeof(t->filter));
	for (i = 0; i < t->n; i++) {
		if (t->q[i].score)
			continue;
		for (at = t->q[i].hash & t->mask; t->slots[at].nr; at = (at + 1) & t->mask)
			;
		t->slots[at] =
			(struct symfind_slot){(uint32_t)(t->q[i].hash >> 32), (uint32_t)i + 1};
		bit = symfind_bit(t->q[i].name, t->q[i].len);
		t->filter[bit / 64] |= (uint64_t)1 << bit % 64;
		n++;
	}
	return n;
}

/* The next query of that name from slot *at on, NULL: there is none. */
static struct symfind_query *symfind_next(
	struct symfind_set *t, size_t *at, const char *name, size_t n)
{
	uint32_t tag = (uint32_t)(t->hash >> 32);
	struct symfind_query *q;

	for (; t->slots[*at].nr; *at = (*at + 1) & t->mask) {
		q = &t->q[t->slots[*at].nr - 1];
		if (t->slots[*at].tag != tag || q->len != n || memcmp(q->name, name, n))
			continue;
		*at = (*at + 1) & t->mask;
		return q;
	}
	return NULL;
}

static bool symfind_wants(void *arg, const char *name, size_t n)
{
	struct symfind_set *t = arg;
	uint64_t bit = symfind_bit(name, n);
	size_t at;

	if (!(t->filter[bit / 64] >> bit % 64 & 1))
		return false;
	t->hash = symfind_hash(name, n);
	at = t->hash & t->mask;
	return symfind_next(t, &at, name, n);
}

/* ---- the choice --------------------------------------------------------------------------- */

#define SYMFIND_FUNCTION 8 /* of a score: not a label */

/* At least 1: 0 is none. */
static int symfind_score(const struct rawbpf_sym *s)
{
	bool local = !strcmp(s->bind, "LOCAL"), weak = !strcmp(s->bind, "WEAK");

	return 1 +
	       (local	      ? 0
		       : weak ? 1
			      : 2) +
	       (s->is_default && !local ? 2 : 0) +
	       (strcmp(s->type, "NOTYPE") ? SYMFIND_FUNCTION : 0);
}

static void symfind_consider(struct symfind_query *q, const struct rawbpf_sym *s, const char *way)
{
	struct symfind *best = &q->best;
	int score = symfind_score(s);
	/* a label is no other function */
	bool elsewhere =
		q->score && s->offset != best->sym.offset && (score ^ q->score) < SYMFIND_FUNCTION;

	if (q->version && (!s->version || strcmp(s->version, q->version) ||
				  (q->need_default && !s->is_default)))
		return;
	if (elsewhere && score == q->score && !strcmp(s->bind, "LOCAL")) {
		best->n_same++;
		best->other = s->value;
	} else if (elsewhere && score <= q->score) {
		best->n_passed++;
	}
	if (score <= q->score)
		return;
	best->n_passed += (elsewhere ? 1 : 0) + best->n_same;
	best->n_same = 0;
	best->found = true;
	best->way = way;
	best->sym = *s;
	q->score = score;
}

static int symfind_on_sym(void *arg, const struct rawbpf_sym *s)
{
	struct symfind_set *t = arg;
	struct symfind_query *q;
	size_t at = t->hash & t->mask, n = strlen(s->name);

	while ((q = symfind_next(t, &at, s->name, n)))
		symfind_consider(q, s, t->way);
	return 0;
}

static const char *symfind_why(const struct symfind_query *q)
{
	const struct rawbpf_sym *s = &q->best.sym;

	if (q->version)
		return "the version asked for";
	if (!strcmp(s->type, "NOTYPE"))
		return "a label, as no function has that name";
	if (!q->best.n_passed)
		return strcmp(q->best.way, ".symtab") ? "the one that is exported"
						      : "the only one of that name";
	if (s->version)
		return s->is_default ? "the default version" : "the first of its versions";
	return strcmp(s->bind, "WEAK") ? "global, before weak and local ones"
				       : "weak, before local ones";
}

/* ---- the search --------------------------------------------------------------------------- */

struct symfind_export {
	struct sym_file *f;
	struct symfind_query *q;
};

static int symfind_on_export(void *arg, const struct elf_section *table, const struct elf_symbol *y)
{
	struct symfind_export *x = arg;
	struct rawbpf_sym s;

	if (!sym_export(x->f, table, y, &s))
		symfind_consider(x->q, &s, ".gnu.hash");
	return 0;
}

/* By the hash table: 0, or -ENOENT when there is none. */
static int symfind_exported(struct symfind_set *t)
{
	struct symfind_export x = {t->f, NULL};
	struct gnuhash h;
	size_t i;
	int err = gnuhash_open(t->f->elf, t->n > SYMFIND_FEW, &h);

	for (i = 0; !err && i < t->n; i++) {
		x.q = &t->q[i];
		gnuhash_each(t->f->elf, &h, x.q->name, symfind_on_export, &x);
	}
	return err;
}

static void symfind_search(struct symfind_set *t)
{
	size_t i;

	if (symfind_exported(t)) {
		t->way = ".dynsym";
		symfind_fill(t);
		sym_each_wanted(t->f, SYM_DYNSYM, symfind_wants, symfind_on_sym, t);
	}
	t->way = ".symtab";
	if (symfind_fill(t))
		sym_each_wanted(t->f, SYM_SYMTAB, symfind_wants, symfind_on_sym, t);
	for (i = 0; i < t->n; i++) {
		t->q[i].best.sym.name = t->q[i].name;
		if (t->q[i].score)
			t->q[i].best.why = symfind_why(&t->q[i]);
	}
}

/* ---- what is not there -------------------------------------------------------------------- */

static int symfind_offer(void *arg, const struct rawbpf_sym *s)
{
	near_offer(arg, s->name);
	return 0;
}

static int symfind_offer_version(void *arg, const struct rawbpf_sym *s)
{
	struct symfind_query *q = arg;

	if (!strcmp(s->name, q->name) && s->version && (!q->best.sym.version || s->is_default))
		q->best.sym = *s;
	return 0;
}

int symfind_read(const struct sym_file *f, const char *shown, struct rawbpf_error *e)
{
	int err = sym_failed(f);

	if (err == -ENOMEM)
		return err_set(e, "open", err, "out of memory reading '%s'", shown);
	return err ? err_set(e, "open", err, "'%s' cannot be read", shown) : 0;
}

int symfind_whole(struct sym_file *f, const char *shown, struct rawbpf_error *e)
{
	int err = symfind_read(f, shown, e);

	if (err || !elf_ident(f->elf)->cut)
		return err;
	err_set(e, "open", -ENOEXEC, "'%s' is cut short: its section headers are missing", shown);
	err_hint(e, "get the whole file: what its functions are is told at its end");
	return -ENOEXEC;
}

static int symfind_missing(struct sym_file *f, struct symfind_query *q, const char *want,
	const char *shown, struct rawbpf_error *e)
{
	struct elf_section s;
	struct near near;
	int err = symfind_whole(f, shown, e);

	if (err)
		return err;
	err_set(e, "attach", -ENOENT, "no function '%s' in '%s'", want, shown);
	if (q->version) {
		sym_each(f, true, symfind_offer_version, q);
		if (q->best.sym.version) {
			err_hint(e, "did you mean '%s@%s'?", q->name, q->best.sym.version);
			return -ENOENT;
		}
	}
	near_start(&near, q->name);
	sym_each(f, true, symfind_offer, &near);
	if (near_hint(&near, e) || sym_has_symtab(f))
		return -ENOENT;
	if (!elf_find_section(f->elf, ".gnu_debugdata", &s))
		err_hint(e, "the file is stripped and its xz mini debug info is not read; install "
			    "its debug symbols, or give .offset");
	else
		err_hint(e, "the file is stripped; install its debug symbols, or give .offset");
	return -ENOENT;
}

int symfind_verdict(struct sym_file *f, const char *want, const char *shown,
	const struct symfind *s, struct rawbpf_error *e)
{
	struct symfind_query q = {.score = 0};
	int err = 0;

	if (!s->found) {
		err = symfind_query_start(&q, want);
		err = err ? err_set(e, "attach", err, "out of memory")
			  : symfind_missing(f, &q, want, shown, e);
		free(q.name);
	} else if (s->n_same) {
		err = err_set(e, "attach", -EADDRNOTAVAIL, "'%s' names %u functions in '%s'", want,
			s->n_same + 1, shown);
		err_hint(e, "give .addr, as 0x%llx or 0x%llx", (unsigned long long)s->sym.value,
			(unsigned long long)s->other);
	}
	return err;
}

int symfind_many(struct sym_file *f, const char *const *names, size_t n,
	int (*fn)(void *arg, size_t i, const struct symfind *s), void *arg)
{
	struct symfind_set t;
	size_t i;
	int err = symfind_start(&t, f, names, n);

	if (err)
		return err;
	symfind_search(&t);
	err = sym_failed(f); /* another one might be better */
	for (i = 0; i < n && !err; i++)
		err = fn(arg, i, &t.q[i].best);
	symfind_end(&t);
	return err;
}

static int symfind_take(void *arg, size_t i, const struct symfind *s)
{
	(void)i;
	*(struct symfind *)arg = *s;
	((struct symfind *)arg)->sym.name = NULL; /* the caller has it */
	return 0;
}

int symfind_one(struct sym_file *f, const char *want, const char *shown, struct symfind *out,
	struct rawbpf_error *e)
{
	int err = symfind_many(f, &want, 1, symfind_take, out);

	if (err && !symfind_read(f, shown, e))
		err_set(e, "attach", err, "out of memory");
	return err ? err : symfind_verdict(f, want, shown, out, e);
}
