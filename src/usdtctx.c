// SPDX-License-Identifier: MIT
/*
 * usdtctx.c - a USDT context: the probes of a file or process by name, and what they are for.
 *
 * One pass of the notes fills three arrays: files, locations, and probes, which chain their
 * locations.  A probe is its provider and its name; a hash table of both finds it while the notes
 * are read, and a second one, of names alone, when a caller gives no provider.  No string is
 * copied: the context takes over the bytes of the notes, which end each with a NUL.
 */
#include "usdtctx.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "near.h"
#include "noteview.h"
#include "opts.h"
#include "proc.h"
#include "usdtfile.h"

#define USDTCTX_NOTE 72u /* bytes of a usual note: what is made room for at once */

struct usdt_block {
	struct usdt_block *next;
	void *p;
};

/* ---- strings ------------------------------------------------------------------------------ */

/* p is the context's from now on, or freed; NULL: there was no memory. */
static void *usdtctx_keep(struct rawbpf_usdt *u, void *p)
{
	struct usdt_block *b = p ? malloc(sizeof(*b)) : NULL;

	if (!b) {
		free(p);
		return NULL;
	}
	*b = (struct usdt_block){.next = u->blocks, .p = p};
	u->blocks = b;
	return p;
}

/* ---- hash tables -------------------------------------------------------------------------- */

static uint32_t usdtctx_hash(uint32_t seed, const char *s, size_t n)
{
	uint64_t h = seed ^ n, v;

	for (; n >= 8; s += 8, n -= 8) {
		memcpy(&v, s, 8);
		h = (h ^ v) * 0x9e3779b97f4a7c15u;
		h ^= h >> 32;
	}
	for (v = 0; n; n--)
		v = v << 8 | (unsigned char)s[n - 1];
	h = (h ^ v) * 0x9e3779b97f4a7c15u;
	return (uint32_t)(h >> 32);
}

/* What is looked up; provider NULL: any. */
struct usdt_key {
	const char *provider, *name;
	size_t provider_len, name_len;
	uint32_t hash;
};

static struct usdt_key usdtctx_key(
	const char *provider, size_t provider_len, const char *name, size_t name_len)
{
	struct usdt_key k = {provider, name, provider_len, name_len, 0};

	k.hash = usdtctx_hash(0, name, name_len);
	if (provider)
		k.hash = usdtctx_hash(k.hash, provider, provider_len);
	return k;
}

static bool usdtctx_is(const struct usdt_probe *p, const struct usdt_key *k)
{
	if (k->provider &&
		(p->hash != k->hash || strncmp(p->provider, k->provider, k->provider_len) ||
			p->provider[k->provider_len]))
		return false;
	return !strncmp(p->name, k->name, k->name_len) && !p->name[k->name_len];
}

/* The slot of a probe, or the free one where it belongs; there is always a free one. */
static uint32_t *usdtctx_slot(const struct rawbpf_usdt *u, const struct usdt_key *k)
{
	const struct usdt_hash *h = k->provider ? &u->by_both : &u->by_name;
	uint32_t i = k->hash & h->mask;

	while (h->slot[i] && !usdtctx_is(&u->probes[h->slot[i] - 1], k))
		i = (i + 1) & h->mask;
	return &h->slot[i];
}

/* A table of all probes by both, with room for n. */
static int usdtctx_rehash(struct rawbpf_usdt *u, size_t n)
{
	uint32_t i, at, mask = 63;
	uint32_t *slot;

	while (mask / 2 < n)
		mask = 2 * mask + 1;
	slot = calloc((size_t)mask + 1, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	for (i = 0; i < u->n_probes; i++) {
		at = u->probes[i].hash & mask;
		while (slot[at])
			at = (at + 1) & mask;
		slot[at] = i + 1;
	}
	free(u->by_both.slot);
	u->by_both = (struct usdt_hash){slot, mask};
	return 0;
}

/* The table of names: probes of one name are a list, in which the last of them comes second. */
static int usdtctx_index_names(struct rawbpf_usdt *u)
{
	struct usdt_probe *p;
	struct usdt_key k;
	uint32_t i, *slot;

	if (u->by_name.slot)
		return 0;
	u->by_name.mask = u->by_both.mask;
	u->by_name.slot = calloc((size_t)u->by_name.mask + 1, sizeof(*slot));
	if (!u->by_name.slot)
		return -ENOMEM;
	for (i = 0; i < u->n_probes; i++) {
		p = &u->probes[i];
		k = usdtctx_key(NULL, 0, p->name, strlen(p->name));
		slot = usdtctx_slot(u, &k);
		if (*slot) {
			p->twin = u->probes[*slot - 1].twin;
			u->probes[*slot - 1].twin = i;
		} else {
			*slot = i + 1;
		}
	}
	return 0;
}

/* ---- filling ------------------------------------------------------------------------------ */

/* An array of *cap elements has room for more than the n it has. */
static int usdtctx_room(void *array, size_t *cap, size_t n, size_t more, size_t size)
{
	void *p;

	if (more <= *cap - n)
		return 0;
	if (more < n) /* not too often */
		more = n;
	if (n + more >= UINT32_MAX / 8)
		return -ENOMEM;
	memcpy(&p, array, sizeof(p));
	p = realloc(p, (n + more) * size);
	if (!p)
		return -ENOMEM;
	memcpy(array, &p, sizeof(p));
	*cap = n + more;
	return 0;
}

static int usdtctx_probe_room(struct rawbpf_usdt *u, size_t more)
{
	int err = usdtctx_room(&u->probes, &u->cap_probes, u->n_probes, more, sizeof(*u->probes));

	if (!err && (!u->by_both.slot || u->n_probes + more > u->by_both.mask / 2))
		err = usdtctx_rehash(u, u->n_probes + more);
	return err;
}

/* The probe of a note, a new one if need be. */
static int usdtctx_probe(
	struct rawbpf_usdt *u, const struct rawbpf_usdt_probe *note, struct usdt_probe **p)
{
	struct usdt_key k =
		usdtctx_key(note->provider, strlen(note->provider), note->name, strlen(note->name));
	int err = usdtctx_probe_room(u, 1);
	uint32_t *slot;

	if (err)
		return err;
	slot = usdtctx_slot(u, &k);
	if (!*slot) {
		u->probes[u->n_probes] = (struct usdt_probe){.provider = note->provider,
			.name = note->name,
			.hash = k.hash,
			.twin = USDT_NONE};
		*slot = (uint32_t)++u->n_probes;
	}
	*p = &u->probes[*slot - 1];
	return 0;
}

static int usdtctx_add(struct rawbpf_usdt *u, const struct rawbpf_usdt_probe *note)
{
	struct usdt_probe *p;
	struct usdt_loc *l;
	uint32_t i = (uint32_t)u->n_locs;
	int err = usdtctx_room(&u->locs, &u->cap_locs, u->n_locs, 1, sizeof(*u->locs));

	if (!err)
		err = usdtctx_probe(u, note, &p);
	if (err)
		return err;
	l = &u->locs[u->n_locs++];
	*l = (struct usdt_loc){.file = (uint32_t)u->n_files - 1,
		.next = USDT_NONE,
		.addr = note->moved,
		.offset = note->offset,
		.sem_offset = note->sem_offset,
		.semaphore = note->semaphore,
		.note_addr = note->addr,
		.base = note->base,
		.args = note->args};
	if (p->n_locs++)
		u->locs[p->last].next = i;
	else
		p->first = i;
	p->last = i;
	return 0;
}

static int usdtctx_add_file(struct rawbpf_usdt *u, const struct usdtfile *file)
{
	const struct elf_ident *id = elf_ident(file->elf);
	struct usdt_file *f;
	int err = usdtctx_room(&u->files, &u->cap_files, u->n_files, 1, sizeof(*u->files));

	if (err)
		return err;
	f = &u->files[u->n_files];
	*f = (struct usdt_file){.dev = id->dev, .ino = id->ino, .machine = id->machine};
	f->size = id->size;
	f->mtime = id->mtime;
	f->ctime = id->ctime;
	f->bits = (uint8_t)id->bits;
	f->big_endian = id->big_endian;
	f->path = usdtctx_keep(u, strdup(file->path));
	f->open_as = usdtctx_keep(u, strdup(file->open_as));
	if (!f->path || !f->open_as)
		return -ENOMEM;
	u->n_files++;
	return 0;
}

/* The file that is read; it is one of the context's when it has notes. */
struct usdtctx_reading {
	struct rawbpf_usdt *u;
	const struct usdtfile *f;
	bool added;
	size_t n_locs, n_probes; /* of the context, before */
};

/* Takes notes over, and makes room for as many as they may be. */
static int usdtctx_take(void *arg, void *bytes, size_t n)
{
	struct usdtctx_reading *r = arg;
	struct rawbpf_usdt *u = r->u;
	size_t most = n / USDTCTX_NOTE + 1;
	int err = usdtctx_keep(u, bytes) ? 0 : -ENOMEM;

	if (!err && !r->added)
		err = usdtctx_add_file(u, r->f);
	if (err)
		return err;
	r->added = true;
	err = usdtctx_room(&u->locs, &u->cap_locs, u->n_locs, most, sizeof(*u->locs));
	return err ? err : usdtctx_probe_room(u, most);
}

static int usdtctx_on_note(void *arg, const struct rawbpf_usdt_probe *note)
{
	const struct usdtctx_reading *r = arg;
	int err = usdtctx_add(r->u, note);

	return err ? err_set(&r->u->error, "open", err, "out of memory") : 0;
}

/* Takes away the locations and probes of a file: half of a probe would look like a whole one. */
static int usdtctx_forget(const struct usdtctx_reading *r)
{
	struct rawbpf_usdt *u = r->u;
	struct usdt_probe *p;
	size_t i;
	uint32_t k;

	if (r->added)
		u->n_files--;
	u->n_probes = r->n_probes;
	u->n_locs = r->n_locs;
	for (i = 0; i < u->n_probes; i++) {
		p = &u->probes[i];
		if (p->last < u->n_locs)
			continue;
		p->n_locs = 0;
		for (k = p->first; k < u->n_locs; k = u->locs[k].next) {
			p->last = k;
			p->n_locs++;
		}
		u->locs[p->last].next = USDT_NONE;
	}
	return u->by_both.slot ? usdtctx_rehash(u, u->cap_probes) : 0;
}

static int usdtctx_on_file(void *arg, const struct usdtfile *f)
{
	struct rawbpf_usdt *u = arg;
	struct usdtctx_reading r = {u, f, false, u->n_locs, u->n_probes};
	int err;

	err = noteview_each(f->elf, f->path, usdtctx_take, usdtctx_on_note, &r, &u->error);
	if (!err || !u->all || !usdtfile_leave(&u->left, err, &u->error))
		return err;
	err_clear(&u->error);
	if (usdtctx_forget(&r))
		return err_set(&u->error, "open", -ENOMEM, "out of memory");
	return 0;
}

/* ---- opening ------------------------------------------------------------------------------ */

/* How messages call what the context is of. */
static int usdtctx_where(struct rawbpf_usdt *u, const char *path)
{
	struct buf text = {0};

	if (path)
		buf_printf(&text, "'%s'", path);
	else
		buf_printf(&text, "process %d", (int)u->pid);
	u->where = usdtctx_keep(u, buf_steal(&text));
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
	u->all = !path;
	err = usdtfile_each(&u->sys, path, u->pid, usdtctx_on_file, u, &u->left, e);
	if (!err && u->left.why.err && !u->n_probes) {
		err_copy(e, &u->left.why);
		return e->err;
	}
	return err;
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
	struct usdt_block *b, *next;
	size_t i;

	for (i = 0; i < u->n_probes; i++)
		free(u->probes[i].fn_name);
	for (b = u->blocks; b; b = next) {
		next = b->next;
		free(b->p);
		free(b);
	}
	free(u->files);
	free(u->locs);
	free(u->probes);
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
	struct rawbpf_usdt *u, const char *probe, const char *name, struct rawbpf_error *e)
{
	struct usdt_key k = usdtctx_key(NULL, 0, name, strlen(name));
	char text[2 * NEAR_LEN];
	struct near near;
	uint32_t i;

	err_set(e, "attach", -ENOENT, "no probe '%s' in %s", probe, u->where);
	if (u->left.why.err) {
		err_hint(e, "not all of it was read: %s", u->left.why.msg);
		return -ENOENT;
	}
	i = *usdtctx_slot(u, &k);
	if (i) {
		usdtctx_names(u, i - 1, text, sizeof(text));
		err_hint(e, "did you mean %s?", text);
		return -ENOENT;
	}
	near_start(&near, probe);
	for (; i < u->n_probes; i++) {
		const struct usdt_probe *p = &u->probes[i];

		snprintf(text, sizeof(text), "%s:%s", p->provider, p->name);
		near_offer(&near, name == probe ? p->name : text);
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

ptrdiff_t usdtctx_find(struct rawbpf_usdt *u, const char *probe, struct rawbpf_error *e)
{
	const char *colon = strchr(probe, ':'), *name = colon ? colon + 1 : probe;
	struct usdt_key k = usdtctx_key(
		colon ? probe : NULL, (size_t)(name - probe) - !!colon, name, strlen(name));
	uint32_t i;

	if (!u->n_probes) {
		usdtctx_no_probes(u, e);
		return -1;
	}
	if (usdtctx_index_names(u)) {
		err_set(e, "attach", -ENOMEM, "out of memory");
		return -1;
	}
	i = *usdtctx_slot(u, &k);
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
	p->cookie = o.cookie;
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

	if (!err && !fn)
		return err_set(&u->error, "attach", -EINVAL, "each_probe: no function to call");
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
	if (!fn)
		return err_set(&u->error, "attach", -EINVAL, "each_location: no function to call");
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
