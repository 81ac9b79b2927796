// SPDX-License-Identifier: MIT
/*
 * usdtctx.c - a USDT context: the probes of a file or process by name, and what they are for.
 *
 * One pass of the notes fills three arrays: files, locations, and probes, which chain their
 * locations.  A probe is its provider and its name; a hash table of both finds it while the notes
 * are read, and a second one, of names alone, when a caller gives no provider.  All strings lie in
 * an arena of chunks that never move.
 */
#include "usdtctx.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "near.h"
#include "note.h"
#include "opts.h"
#include "usdtfile.h"

#define USDTCTX_CHUNK 16384u /* bytes, unless one string needs more */

struct usdt_chunk {
	struct usdt_chunk *next;
	size_t used, size;
	char data[];
};

/* ---- strings ------------------------------------------------------------------------------ */

static char *usdtctx_keep(struct rawbpf_usdt *u, const char *s, size_t n)
{
	struct usdt_chunk *c = u->arena;
	size_t size = n < USDTCTX_CHUNK ? USDTCTX_CHUNK : n + 1;
	char *p;

	if (!c || c->size - c->used <= n) {
		c = malloc(sizeof(*c) + size);
		if (!c)
			return NULL;
		*c = (struct usdt_chunk){.next = u->arena, .used = 0, .size = size};
		u->arena = c;
	}
	p = c->data + c->used;
	memcpy(p, s, n);
	p[n] = '\0';
	c->used += n + 1;
	return p;
}

static char *usdtctx_str(struct rawbpf_usdt *u, const char *s)
{
	return usdtctx_keep(u, s, strlen(s));
}

/* ---- hash tables -------------------------------------------------------------------------- */

static uint32_t usdtctx_hash(uint32_t h, const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 0x01000193u;
	return h;
}

#define USDTCTX_SEED 0x811c9dc5u

/* What is looked up; provider NULL: any. */
struct usdt_key {
	const char *provider, *name;
	size_t provider_len, name_len;
	uint32_t both, alone; /* hashes */
};

static struct usdt_key usdtctx_key(
	const char *provider, size_t provider_len, const char *name, size_t name_len)
{
	struct usdt_key k = {provider, name, provider_len, name_len, 0, 0};

	k.alone = usdtctx_hash(USDTCTX_SEED, name, name_len);
	k.both = provider ? usdtctx_hash(k.alone, provider, provider_len) : 0;
	return k;
}

static bool usdtctx_is(const struct rawbpf_usdt *u, uint32_t i, const struct usdt_key *k, bool both)
{
	const struct usdt_probe *p = &u->probes[i];

	if (u->hashes[2 * i + !both] != (both ? k->both : k->alone))
		return false;
	if (strncmp(p->name, k->name, k->name_len) || p->name[k->name_len])
		return false;
	return !both || (!strncmp(p->provider, k->provider, k->provider_len) &&
				!p->provider[k->provider_len]);
}

/* The slot of a probe, or the free one where it belongs; there is always a free one. */
static uint32_t *usdtctx_slot(const struct rawbpf_usdt *u, const struct usdt_key *k, bool both)
{
	const struct usdt_hash *h = both ? &u->by_both : &u->by_name;
	uint32_t i = (both ? k->both : k->alone) & h->mask;

	while (h->slot[i] && !usdtctx_is(u, h->slot[i] - 1, k, both))
		i = (i + 1) & h->mask;
	return &h->slot[i];
}

/* Makes room for more probes than there are. */
static int usdtctx_rehash(struct rawbpf_usdt *u, struct usdt_hash *h, unsigned which)
{
	uint32_t i, at, mask = h->slot ? 4 * h->mask + 3 : 127;
	uint32_t *slot = calloc((size_t)mask + 1, sizeof(*slot));

	if (!slot)
		return -ENOMEM;
	/* by_name has not all of them, so the old table is what is gone through */
	for (i = 0; h->slot && i <= h->mask; i++) {
		if (!h->slot[i])
			continue;
		at = u->hashes[2 * (h->slot[i] - 1) + which] & mask;
		while (slot[at])
			at = (at + 1) & mask;
		slot[at] = h->slot[i];
	}
	free(h->slot);
	h->slot = slot;
	h->mask = mask;
	return 0;
}

/* ---- filling ------------------------------------------------------------------------------ */

/* An array of *cap elements has room for one more than n. */
static int usdtctx_room(void *array, size_t *cap, size_t n, size_t size)
{
	void *p = NULL;
	size_t more = *cap ? 2 * *cap : 32;

	if (n < *cap)
		return 0;
	if (more >= UINT32_MAX / 8)
		return -ENOMEM;
	memcpy(&p, array, sizeof(p));
	p = realloc(p, more * size);
	if (!p)
		return -ENOMEM;
	memcpy(array, &p, sizeof(p));
	*cap = more;
	return 0;
}

static int usdtctx_probe_room(struct rawbpf_usdt *u)
{
	size_t cap = u->cap_probes;
	int err = 0;

	if (!u->by_both.slot || 2 * u->n_probes >= u->by_both.mask)
		err = usdtctx_rehash(u, &u->by_both, 0);
	if (!err && (!u->by_name.slot || 2 * u->n_probes >= u->by_name.mask))
		err = usdtctx_rehash(u, &u->by_name, 1);
	if (!err)
		err = usdtctx_room(&u->hashes, &cap, u->n_probes, 2 * sizeof(*u->hashes));
	return err ? err
		   : usdtctx_room(&u->probes, &u->cap_probes, u->n_probes, sizeof(*u->probes));
}

/* A probe that was not there: its twins, if any, are found by the first of them. */
static int usdtctx_new_probe(struct rawbpf_usdt *u, const struct usdt_key *k, uint32_t *index)
{
	uint32_t i = (uint32_t)u->n_probes, *both, *alone;
	struct usdt_probe *p;
	int err = usdtctx_probe_room(u);

	if (err)
		return err;
	p = &u->probes[i];
	*p = (struct usdt_probe){.first = USDT_NONE, .last = USDT_NONE, .twin = USDT_NONE};
	p->provider = usdtctx_keep(u, k->provider, k->provider_len);
	p->name = usdtctx_keep(u, k->name, k->name_len);
	if (!p->provider || !p->name)
		return -ENOMEM;
	both = usdtctx_slot(u, k, true);
	alone = usdtctx_slot(u, k, false);
	u->hashes[2 * i] = k->both;
	u->hashes[2 * i + 1] = k->alone;
	*both = i + 1;
	if (*alone) {
		/* behind the first, so that order is lost but no list is walked */
		p->twin = u->probes[*alone - 1].twin;
		u->probes[*alone - 1].twin = i;
	} else {
		*alone = i + 1;
	}
	u->n_probes++;
	*index = i;
	return 0;
}

static int usdtctx_probe(
	struct rawbpf_usdt *u, const struct rawbpf_usdt_probe *note, uint32_t *index)
{
	struct usdt_key k =
		usdtctx_key(note->provider, strlen(note->provider), note->name, strlen(note->name));
	uint32_t *slot = u->n_probes ? usdtctx_slot(u, &k, true) : NULL;

	if (!slot || !*slot)
		return usdtctx_new_probe(u, &k, index);
	*index = *slot - 1;
	return 0;
}

/* The file that is being read, which is kept when it has its first probe. */
struct usdtctx_fill {
	struct rawbpf_usdt *u;
	const struct usdtfile *f;
	bool known;
};

static int usdtctx_file(struct usdtctx_fill *fill)
{
	const struct elf_ident *id = elf_ident(fill->f->elf);
	struct rawbpf_usdt *u = fill->u;
	struct usdt_file *f;
	int err = usdtctx_room(&u->files, &u->cap_files, u->n_files, sizeof(*u->files));

	if (err)
		return err;
	f = &u->files[u->n_files];
	*f = (struct usdt_file){.dev = id->dev, .ino = id->ino, .machine = id->machine};
	f->bits = (uint8_t)id->bits;
	f->big_endian = id->big_endian;
	f->path = usdtctx_str(u, fill->f->path);
	f->open_as = usdtctx_str(u, fill->f->open_as);
	if (!f->path || !f->open_as)
		return -ENOMEM;
	u->n_files++;
	fill->known = true;
	return 0;
}

static int usdtctx_add(struct usdtctx_fill *fill, const struct rawbpf_usdt_probe *note)
{
	struct rawbpf_usdt *u = fill->u;
	struct usdt_probe *p;
	struct usdt_loc *l;
	uint32_t probe, i = (uint32_t)u->n_locs;
	int err = fill->known ? 0 : usdtctx_file(fill);

	if (!err)
		err = usdtctx_room(&u->locs, &u->cap_locs, u->n_locs, sizeof(*u->locs));
	if (!err)
		err = usdtctx_probe(u, note, &probe);
	if (err)
		return err;
	l = &u->locs[i];
	*l = (struct usdt_loc){.file = (uint32_t)u->n_files - 1,
		.next = USDT_NONE,
		.addr = note->moved,
		.offset = note->offset,
		.sem_offset = note->sem_offset,
		.semaphore = note->semaphore,
		.note_addr = note->addr,
		.base = note->base};
	l->args = *note->args ? usdtctx_str(u, note->args) : "";
	if (!l->args)
		return -ENOMEM;
	u->n_locs++;
	p = &u->probes[probe];
	if (p->n_locs++)
		u->locs[p->last].next = i;
	else
		p->first = i;
	p->last = i;
	return 0;
}

static int usdtctx_on_note(void *arg, const struct rawbpf_usdt_probe *note)
{
	struct usdtctx_fill *fill = arg;
	int err = usdtctx_add(fill, note);

	return err ? err_set(&fill->u->error, "open", err, "out of memory") : 0;
}

static int usdtctx_on_file(void *arg, const struct usdtfile *f)
{
	struct usdtctx_fill fill = {arg, f, false};

	fill.u->n_read++;
	return note_each(f->elf, f->path, usdtctx_on_note, &fill, &fill.u->error);
}

/* ---- opening ------------------------------------------------------------------------------ */

/* How messages call what the context is of. */
static int usdtctx_where(struct rawbpf_usdt *u, const char *path)
{
	char text[64];
	size_t n = path ? strlen(path) + 3 : 0;
	char *p;

	if (!path) {
		snprintf(text, sizeof(text), "process %d", (int)u->pid);
		u->where = usdtctx_str(u, text);
		return u->where ? 0 : -ENOMEM;
	}
	p = malloc(n);
	if (!p)
		return -ENOMEM;
	snprintf(p, n, "'%s'", path);
	u->where = usdtctx_str(u, p);
	free(p);
	return u->where ? 0 : -ENOMEM;
}

static int usdtctx_read(struct rawbpf_usdt *u, const char *path)
{
	struct rawbpf_error *e = &u->error;
	int err;

	if (!path && !u->pid)
		return err_set(e, "open", -EINVAL, "either a pid or a path must be given");
	if (usdtctx_where(u, path))
		return err_set(e, "open", -ENOMEM, "out of memory");
	if (path && !strchr(path, '/'))
		return usdtfile_named(&u->sys, path, u->pid, usdtctx_on_file, u, e);
	if (path && *path != '/') {
		err_set(e, "open", -EINVAL, "path '%s' is not absolute", path);
		err_hint(e, "it must begin with '/', or be a library's or program's name alone");
		return -EINVAL;
	}
	err = usdtfile_each(&u->sys, path, u->pid, usdtctx_on_file, u, e);
	if (err || u->n_read)
		return err;
	err_set(e, "open", -ESRCH, "process %d runs no program", (int)u->pid);
	err_hint(e, "it has ended and waits for its parent, or is the kernel's own");
	return -ESRCH;
}

int usdtctx_open(struct rawbpf_usdt *u, const char *path, pid_t pid)
{
	err_clear(&u->error);
	u->pid = pid > 0 ? pid : 0;
	u->failed = usdtctx_read(u, path && *path ? path : NULL);
	return u->failed;
}

void usdtctx_close(struct rawbpf_usdt *u)
{
	struct usdt_chunk *c, *next;
	size_t i;

	for (i = 0; i < u->n_probes; i++)
		free(u->probes[i].fn_name);
	for (c = u->arena; c; c = next) {
		next = c->next;
		free(c);
	}
	free(u->files);
	free(u->locs);
	free(u->probes);
	free(u->hashes);
	free(u->by_both.slot);
	free(u->by_name.slot);
}

/* ---- finding ------------------------------------------------------------------------------ */

static int usdtctx_no_probes(const struct rawbpf_usdt *u, struct rawbpf_error *e)
{
	err_set(e, "attach", -ENOENT, "%s has no probes", u->where);
	err_hint(e, "probes are there when a program is built with the macros of sys/sdt.h");
	return -ENOENT;
}

/* "'a:one', 'b:one'": a probe and its twins */
static void usdtctx_names(const struct rawbpf_usdt *u, uint32_t i, char *text, size_t size)
{
	size_t at = 0;
	int len;

	for (text[0] = '\0'; i != USDT_NONE; i = u->probes[i].twin) {
		len = snprintf(text + at, size - at, "%s'%s:%s'", at ? ", " : "",
			u->probes[i].provider, u->probes[i].name);
		if ((size_t)len >= size - at) {
			text[at] = '\0';
			return;
		}
		at += (size_t)len;
	}
}

/* Not there under that provider, or not there at all. */
static int usdtctx_not_found(
	const struct rawbpf_usdt *u, const char *probe, const char *name, struct rawbpf_error *e)
{
	char text[2 * NEAR_LEN];
	struct usdt_key k = usdtctx_key(NULL, 0, name, strlen(name));
	struct near near;
	uint32_t same;
	size_t i;

	if (!u->n_probes)
		return usdtctx_no_probes(u, e);
	err_set(e, "attach", -ENOENT, "no probe '%s' in %s", probe, u->where);
	same = *usdtctx_slot(u, &k, false);
	if (same) {
		usdtctx_names(u, same - 1, text, sizeof(text));
		err_hint(e, "did you mean %s?", text);
		return -ENOENT;
	}
	near_start(&near, probe);
	for (i = 0; i < u->n_probes; i++) {
		const struct usdt_probe *p = &u->probes[i];

		if (name == probe) {
			near_offer(&near, p->name);
			continue;
		}
		if ((size_t)snprintf(text, sizeof(text), "%s:%s", p->provider, p->name) <
			sizeof(text))
			near_offer(&near, text);
	}
	if (!near_hint(&near, e))
		err_hint(e, "it has %zu others; 'rawbpf usdt' lists them", u->n_probes);
	return -ENOENT;
}

static int usdtctx_several(const struct rawbpf_usdt *u, uint32_t i, struct rawbpf_error *e)
{
	char text[256];
	unsigned n = 0;
	uint32_t k;

	for (k = i; k != USDT_NONE; k = u->probes[k].twin)
		n++;
	usdtctx_names(u, i, text, sizeof(text));
	err_set(e, "attach", -EINVAL, "probe '%s' of %s has %u providers", u->probes[i].name,
		u->where, n);
	err_hint(e, "say which one: %s", text);
	return -EINVAL;
}

ptrdiff_t usdtctx_find(const struct rawbpf_usdt *u, const char *probe, struct rawbpf_error *e)
{
	const char *colon = strchr(probe, ':'), *name = colon ? colon + 1 : probe;
	struct usdt_key k = usdtctx_key(
		colon ? probe : NULL, (size_t)(name - probe) - !!colon, name, strlen(name));
	uint32_t i = u->n_probes ? *usdtctx_slot(u, &k, !!colon) : 0;

	if (!i) {
		usdtctx_not_found(u, probe, name, e);
		return -1;
	}
	if (!colon && u->probes[i - 1].twin != USDT_NONE) {
		usdtctx_several(u, i - 1, e);
		return -1;
	}
	return (ptrdiff_t)i - 1;
}

/* ---- the public calls --------------------------------------------------------------------- */

static const struct rawbpf_error usdtctx_none = {
	.err = -ENOMEM, .insn = -1, .stage = "open", .msg = "out of memory"};

struct rawbpf_usdt *rawbpf_usdt_new_opts(const struct rawbpf_usdt_opts *opts)
{
	struct rawbpf_usdt *u = calloc(1, sizeof(*u));
	struct rawbpf_usdt_opts o;

	if (!u)
		return NULL;
	err_clear(&u->error);
	u->failed = opts_read(&o, sizeof(o), opts, "open", &u->error);
	if (!u->failed)
		usdtctx_open(u, o.path, o.pid);
	return u;
}

void rawbpf_usdt_free(struct rawbpf_usdt *u)
{
	if (!u)
		return;
	usdtctx_close(u);
	free(u);
}

const struct rawbpf_error *rawbpf_usdt_error(const struct rawbpf_usdt *u)
{
	return u ? &u->error : &usdtctx_none;
}

const char *rawbpf_usdt_errmsg(const struct rawbpf_usdt *u)
{
	/* the line is made when it is asked for: that changes no state a caller can see */
	struct rawbpf_usdt *w = (struct rawbpf_usdt *)(uintptr_t)u;

	if (!u)
		return usdtctx_none.msg;
	err_line(&u->error, w->line, sizeof(w->line));
	return u->line;
}

/* 0: u can be used */
static int usdtctx_check(const struct rawbpf_usdt *u)
{
	return u ? u->failed : -ENOMEM;
}

int rawbpf_usdt_enable_probe_opts(struct rawbpf_usdt *u, const struct rawbpf_usdt_enable_opts *opts)
{
	struct rawbpf_usdt_enable_opts o;
	struct usdt_probe *p;
	ptrdiff_t i;
	int err = usdtctx_check(u);

	if (!err)
		err = opts_read(&o, sizeof(o), opts, "attach", &u->error);
	if (err)
		return err;
	if (!o.probe || !*o.probe)
		return err_set(&u->error, "attach", -EINVAL, "enable_probe: .probe is missing");
	if (!o.fn_name || !*o.fn_name)
		return err_set(&u->error, "attach", -EINVAL,
			"enable_probe: .fn_name (the program) is missing");
	i = usdtctx_find(u, o.probe, &u->error);
	if (i < 0)
		return u->error.err;
	p = &u->probes[i];
	if (p->fn_name)
		return err_set(&u->error, "attach", -EEXIST,
			"probe '%s:%s' is enabled already, for program '%s'", p->provider, p->name,
			p->fn_name);
	p->fn_name = strdup(o.fn_name);
	return p->fn_name ? 0 : err_set(&u->error, "attach", -ENOMEM, "out of memory");
}

static unsigned usdtctx_n_args(const char *args)
{
	char operand[1];
	unsigned n = 0;

	/* cut operands count as well */
	while (rawbpf_usdt_next_arg(&args, operand, sizeof(operand)))
		n++;
	return n;
}

int rawbpf_usdt_each_probe(
	struct rawbpf_usdt *u, int (*fn)(void *arg, const struct rawbpf_usdt_info *p), void *arg)
{
	int err = usdtctx_check(u);
	uint32_t k;
	size_t i;

	for (i = 0; !err && i < u->n_probes; i++) {
		const struct usdt_probe *p = &u->probes[i];
		struct rawbpf_usdt_info info = {.provider = p->provider, .name = p->name};

		info.path = u->files[u->locs[p->first].file].path;
		info.fn_name = p->fn_name;
		info.n_locations = p->n_locs;
		for (k = p->first; k != USDT_NONE; k = u->locs[k].next) {
			unsigned n = usdtctx_n_args(u->locs[k].args);

			if (n > info.n_args)
				info.n_args = n;
			info.has_semaphore |= u->locs[k].semaphore != 0;
		}
		err = fn(arg, &info);
	}
	return err;
}

int rawbpf_usdt_each_location(struct rawbpf_usdt *u, const char *probe,
	int (*fn)(void *arg, const struct rawbpf_usdt_probe *p), void *arg)
{
	int err = usdtctx_check(u);
	ptrdiff_t i;
	uint32_t k;

	if (err)
		return err;
	if (!probe || !*probe)
		return err_set(&u->error, "attach", -EINVAL, "each_location: no name of a probe");
	i = usdtctx_find(u, probe, &u->error);
	if (i < 0)
		return u->error.err;
	for (k = u->probes[i].first; !err && k != USDT_NONE; k = u->locs[k].next) {
		const struct usdt_loc *l = &u->locs[k];
		struct rawbpf_usdt_probe p = {.path = u->files[l->file].path,
			.provider = u->probes[i].provider,
			.name = u->probes[i].name,
			.args = l->args,
			.addr = l->note_addr,
			.base = l->base,
			.semaphore = l->semaphore,
			.offset = l->offset,
			.sem_offset = l->sem_offset,
			.machine = u->files[l->file].machine,
			.moved = l->addr};

		err = fn(arg, &p);
	}
	return err;
}
