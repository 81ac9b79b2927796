// SPDX-License-Identifier: MIT
/*
 * kconfig.c - values of an object's externs: what the kernel is, and how it was configured.
 *
 * LINUX_* are answered here, CONFIG_* by the kernel's configuration where that can be read as
 * text.  The variable's type says what may stand there: bool for y and n, char and enum
 * libbpf_tristate for m as well, whole numbers, and char[] for text.  A weak one that has no value
 * is 0.
 */
#include "kconfig.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "arch.h"
#include "kern.h"
#include "ksym.h"
#include "near.h"

#define KCONFIG_MAX (8U << 20) /* bytes of a configuration; they have 300 thousand */

struct kconfig {
	struct rawbpf *b;
	const struct object_extern *x;
	unsigned char *value; /* its bytes */
	struct btf_type type;
	struct buf text;   /* of the configuration */
	const char **line; /* its lines with a value, by name */
	size_t n_lines;
	bool asked;
	char file[160]; /* that it is from; "": none could be read */
};

static int kconfig_no_fit(const struct kconfig *k, const char *value, const char *wants)
{
	return err_set(&k->b->error, "load", -EINVAL,
		"extern '%s' is '%.40s' here, and its type takes %s", k->x->name, value, wants);
}

static void kconfig_put(const struct kconfig *k, uint64_t v)
{
	uint8_t b1 = (uint8_t)v;
	uint16_t b2 = (uint16_t)v;
	uint32_t b4 = (uint32_t)v;

	switch (k->x->size) {
	case 1: memcpy(k->value, &b1, sizeof(b1)); break;
	case 2: memcpy(k->value, &b2, sizeof(b2)); break;
	case 4: memcpy(k->value, &b4, sizeof(b4)); break;
	default: memcpy(k->value, &v, sizeof(v)); break;
	}
}

/* Is the type a number of 1, 2, 4 or 8 bytes? */
static bool kconfig_is_number(const struct kconfig *k)
{
	uint32_t n = k->x->size;

	return k->type.kind == BTF_INT && !btf_is_bool(k->b->object->btf, &k->type) && n <= 8 &&
	       !(n & (n - 1));
}

static bool kconfig_is_tristate(const struct kconfig *k)
{
	return (k->type.kind == BTF_ENUM || k->type.kind == BTF_ENUM64) &&
	       !strcmp(k->type.name, "libbpf_tristate") && k->x->size == 4;
}

/* Does v, which was written with a minus or without, fit the variable? */
static bool kconfig_fits(const struct kconfig *k, uint64_t v, bool minus)
{
	unsigned bits = k->x->size * 8;
	uint64_t top = 1ULL << (bits - 1);

	if (!btf_is_signed(k->b->object->btf, &k->type))
		return !minus && (bits == 64 || !(v >> bits));
	return minus ? 0 - v <= top : v < top;
}

static int kconfig_number(const struct kconfig *k, const char *text, uint64_t v)
{
	if (!kconfig_is_number(k))
		return kconfig_no_fit(k, text, "no number");
	if (!kconfig_fits(k, v, *text == '-'))
		return kconfig_no_fit(k, text, "smaller numbers");
	kconfig_put(k, v);
	return 0;
}

/* y, m or n */
static int kconfig_tristate(const struct kconfig *k, char c)
{
	char text[2] = {c, '\0'};

	if (btf_is_bool(k->b->object->btf, &k->type) && k->x->size == 1) {
		if (c == 'm')
			return kconfig_no_fit(k, text, "y or n");
		kconfig_put(k, c == 'y');
	} else if (kconfig_is_tristate(k)) {
		kconfig_put(k, c == 'y' ? 1 : c == 'm' ? 2 : 0);
	} else if (kconfig_is_number(k) && k->x->size == 1) {
		kconfig_put(k, (unsigned char)c);
	} else {
		return kconfig_no_fit(k, text, "no y, m or n");
	}
	return 0;
}

/* Text in quotes, of n bytes with them; what is too long is cut. */
static int kconfig_text(const struct kconfig *k, const char *text, size_t n)
{
	const struct btf *b = k->b->object->btf;
	uint32_t elem, count;

	if (k->type.kind == BTF_ARRAY) {
		btf_array(b, &k->type, &elem, &count);
		if (btf_size(b, elem) == 1 && n >= 2 && text[n - 1] == '"') {
			n = n - 2 < k->x->size ? n - 2 : k->x->size - 1;
			memcpy(k->value, text + 1, n);
			return 0;
		}
	}
	return kconfig_no_fit(k, text, n >= 2 && text[n - 1] == '"' ? "no text" : "whole lines");
}

/* What stands behind the '=': n bytes, without the line's end. */
static int kconfig_value(const struct kconfig *k, const char *value, size_t n)
{
	char text[64], *end;
	uint64_t v;

	if (n && *value == '"')
		return kconfig_text(k, value, n);
	snprintf(text, sizeof(text), "%.*s", (int)(n < sizeof(text) ? n : sizeof(text) - 1), value);
	if (n == 1 && strchr("ymn", *text))
		return kconfig_tristate(k, *text);
	errno = 0;
	v = strtoull(text, &end, 0);
	if (!n || *end || errno)
		return kconfig_no_fit(k, text, "nothing of that form");
	return kconfig_number(k, text, v);
}

/* ---- LINUX_* ------------------------------------------------------------------------------- */

/* Do system calls' functions take the caller's registers, as their names tell? */
static bool kconfig_has_wrapper(struct rawbpf *b)
{
	const struct arch *a = arch_find(NULL);
	struct ksym_found found;
	struct ksyms t;
	char name[64];
	bool has = false;

	if (!a || !a->call_prefix)
		return false;
	snprintf(name, sizeof(name), "%sbpf", a->call_prefix);
	if (!ksym_open(&b->sys, &t)) {
		ksym_find(&t, name, &found);
		has = found.copies;
	} else {
		has = kern_version(b) >= a->call_kernel;
	}
	ksym_close(&t);
	return has;
}

/*
 * 1: there is none of that name.
 *
 * LINUX_HAS_BPF_COOKIE is true everywhere: where the kernel has no attach cookies, a call that
 * asks for one becomes the number that it would give (prog.c).
 */
static int kconfig_linux(const struct kconfig *k)
{
	const char *name = k->x->name;
	struct rawbpf *b = k->b;
	uint64_t v;
	char text[24];

	if (!strcmp(name, "LINUX_KERNEL_VERSION"))
		v = kern_version(b);
	else if (!strcmp(name, "LINUX_HAS_BPF_COOKIE"))
		v = 1;
	else if (!strcmp(name, "LINUX_HAS_SYSCALL_WRAPPER"))
		v = kconfig_has_wrapper(b);
	else
		return 1;
	if (btf_is_bool(b->object->btf, &k->type) && k->x->size == 1 && v <= 1) {
		kconfig_put(k, v);
		return 0;
	}
	snprintf(text, sizeof(text), "%llu", (unsigned long long)v);
	return kconfig_number(k, text, v);
}

/* ---- CONFIG_* ------------------------------------------------------------------------------ */

/* Compares names, which end at a '=', a line's end, or the text's. */
static int kconfig_compare(const char *a, const char *b)
{
	size_t na = strcspn(a, "=\n"), nb = strcspn(b, "=\n");
	int r = memcmp(a, b, na < nb ? na : nb);

	return r ? r : (na > nb) - (na < nb);
}

/* Of one name, the first comes first. */
static int kconfig_by_name(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	int r = kconfig_compare(x, y);

	return r ? r : (x > y) - (x < y);
}

/* The lines that have a value, to k->line if that is not NULL; how many. */
static size_t kconfig_lines(const struct kconfig *k)
{
	const char *p = buf_str(&k->text);
	size_t n = 0;

	while (*p) {
		if (*p != '#' && p[strcspn(p, "=\n")] == '=') {
			if (k->line)
				k->line[n] = p;
			n++;
		}
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	return n;
}

static int kconfig_sort(struct kconfig *k)
{
	k->n_lines = kconfig_lines(k);
	if (!k->n_lines)
		return 0;
	k->line = malloc(k->n_lines * sizeof(*k->line));
	if (!k->line)
		return err_set(&k->b->error, "load", -ENOMEM, "out of memory");
	kconfig_lines(k);
	qsort(k->line, k->n_lines, sizeof(*k->line), kconfig_by_name);
	return 0;
}

/* Reads the configuration: once, and where it stands as text. */
static int kconfig_read(struct kconfig *k)
{
	static const char *const places[] = {
		"/boot/config-%s", "/lib/modules/%s/config", "/proc/config"};
	struct utsname u;
	size_t i;

	k->asked = true;
	if (sys_uname(&k->b->sys, &u))
		return 0;
	for (i = 0; i < sizeof(places) / sizeof(*places); i++) {
		snprintf(k->file, sizeof(k->file), places[i], u.release);
		if (!sys_read_file(&k->b->sys, AT_FDCWD, k->file, KCONFIG_MAX, &k->text) &&
			k->text.len)
			return kconfig_sort(k);
		buf_free(&k->text);
	}
	k->file[0] = '\0';
	return 0;
}

static void kconfig_close(struct kconfig *k)
{
	free(k->line);
	buf_free(&k->text);
}

/* The value of a name, *n bytes; NULL: it has none. */
static const char *kconfig_find(const struct kconfig *k, const char *name, size_t *n)
{
	size_t lo = 0, hi = k->n_lines, mid;
	const char *value;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (kconfig_compare(k->line[mid], name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == k->n_lines || kconfig_compare(k->line[lo], name))
		return NULL;
	value = strchr(k->line[lo], '=') + 1;
	*n = strcspn(value, "\n");
	return value;
}

static int kconfig_config(struct kconfig *k)
{
	const char *value;
	size_t n;
	int err = k->asked ? 0 : kconfig_read(k);

	if (err)
		return err;
	value = kconfig_find(k, k->x->name, &n);
	return value ? kconfig_value(k, value, n) : 1;
}

/* ---- all of them --------------------------------------------------------------------------- */

static int kconfig_absent(const struct kconfig *k)
{
	struct rawbpf_error *e = &k->b->error;
	const char *name = k->x->name;
	struct near near;

	if (!strncmp(name, "CONFIG_", 7) && !*k->file) {
		err_set(e, "load", -ENOENT,
			"extern '%s': the kernel's configuration is not readable", name);
		err_hint(e, "it is looked for as text, in /boot/config-RELEASE, "
			    "/lib/modules/RELEASE/config and /proc/config; 'zcat /proc/config.gz "
			    ">/boot/config-$(uname -r)' writes it where the kernel has that");
		return -ENOENT;
	}
	err_set(e, "load", -ENOENT, "extern '%s' has no value here", name);
	near_start(&near, name);
	near_offer(&near, "LINUX_KERNEL_VERSION");
	near_offer(&near, "LINUX_HAS_BPF_COOKIE");
	near_offer(&near, "LINUX_HAS_SYSCALL_WRAPPER");
	if (!near_hint(&near, e))
		err_hint(e, "make it weak, and it is 0");
	return -ENOENT;
}

static int kconfig_one(struct kconfig *k)
{
	int err = 1;

	if (!btf_plain(k->b->object->btf, k->x->type, &k->type))
		return err_set(
			&k->b->error, "load", -EINVAL, "extern '%s' has no type", k->x->name);
	if (!strncmp(k->x->name, "LINUX_", 6))
		err = kconfig_linux(k);
	else if (!strncmp(k->x->name, "CONFIG_", 7))
		err = kconfig_config(k);
	if (err <= 0)
		return err;
	return k->x->weak ? 0 : kconfig_absent(k);
}

static int kconfig_value_of(struct kconfig *k, struct object_extern *x)
{
	k->x = x;
	k->value = k->b->object->maps[x->map].data + x->offset;
	return kconfig_one(k);
}

int kconfig_fill(struct rawbpf *b)
{
	struct kconfig k = {.b = b};
	size_t i;
	int err = 0;

	for (i = 0; i < b->object->n_externs && err != -ENOMEM; i++) {
		err = kconfig_value_of(&k, &b->object->externs[i]);
		b->object->externs[i].bad = err != 0;
	}
	kconfig_close(&k);
	if (err == -ENOMEM)
		return err;
	err_clear(&b->error);
	return 0;
}

/* The variable that a reference is into, when it has no value; they are in the order of offsets. */
static struct object_extern *kconfig_bad(struct object *o, const struct object_ref *r)
{
	size_t lo = 0, hi = o->n_externs, mid;
	struct object_extern *x;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (o->externs[mid].offset <= r->offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo)
		return NULL;
	x = &o->externs[lo - 1];
	return x->bad && x->map == r->map && r->offset - x->offset < x->size ? x : NULL;
}

int kconfig_check(struct rawbpf *b, const struct object_code *c)
{
	struct object_extern *x = NULL;
	struct kconfig k = {.b = b};
	size_t i;
	int err;

	for (i = 0; !x && i < c->n_refs; i++)
		x = kconfig_bad(b->object, &c->refs[i]);
	if (!x)
		return 0;
	err = kconfig_value_of(&k, x);
	kconfig_close(&k);
	return err;
}
