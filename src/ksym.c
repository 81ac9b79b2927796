// SPDX-License-Identifier: MIT
/*
 * ksym.c - the kernel's functions by name, from one reading of /proc/kallsyms.
 *
 * The table has some 200,000 lines "ADDRESS TYPE NAME[\tMODULE]", is made by the kernel line by
 * line as it is read, and says nothing of sizes: a function ends at the latest where the next
 * symbol begins.  The kernel's own symbols are sorted by address, those of modules are not, so
 * the next one is sought in the whole table.  Everything here is asked for only where a name was
 * refused or an offset needs its bound; a plain probe never reads the table.
 */
#include "ksym.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "near.h"

#define KSYM_MAX   (256u << 20) /* bytes of the table: a bound, not a size */
#define KSYM_CHUNK 32768

int ksym_open(struct sys *s, struct ksyms *t)
{
	int err;

	memset(t, 0, sizeof(*t));
	err = sys_read_file(s, AT_FDCWD, "/proc/kallsyms", KSYM_MAX, &t->text);
	if (!err && !t->text.len)
		err = -ENODATA;
	return err;
}

void ksym_close(struct ksyms *t)
{
	buf_free(&t->text);
}

void ksym_rewind(struct ksyms *t)
{
	t->at = 0;
}

/* One field up to a blank or the line's end, cut at size; moves *p behind it. */
static void ksym_word(const char **p, const char *end, char *out, size_t size)
{
	size_t n = 0;

	while (*p < end && **p != ' ' && **p != '\t') {
		if (n + 1 < size)
			out[n++] = **p;
		(*p)++;
	}
	out[n] = '\0';
	while (*p < end && (**p == ' ' || **p == '\t'))
		(*p)++;
}

static bool ksym_line(const char *p, const char *end, struct ksym *k)
{
	char word[32], *stop;

	ksym_word(&p, end, word, sizeof(word));
	errno = 0;
	k->addr = strtoull(word, &stop, 16);
	if (stop == word || *stop || errno)
		return false;
	ksym_word(&p, end, word, sizeof(word));
	if (!word[0] || word[1])
		return false;
	k->type = word[0];
	ksym_word(&p, end, k->name, sizeof(k->name));
	ksym_word(&p, end, k->module, sizeof(k->module));
	if (k->module[0] == '[') {
		memmove(k->module, k->module + 1, strlen(k->module));
		k->module[strcspn(k->module, "]")] = '\0';
	}
	return k->name[0] != '\0';
}

bool ksym_next(struct ksyms *t, struct ksym *k)
{
	const char *line, *end;

	while (t->text.data && t->at < t->text.len) {
		line = t->text.data + t->at;
		end = memchr(line, '\n', t->text.len - t->at);
		if (!end)
			end = t->text.data + t->text.len;
		t->at = (size_t)(end - t->text.data) + 1;
		if (ksym_line(line, end, k))
			return true;
	}
	return false;
}

/* The whole lines in text to fn; *used: the bytes of them. */
static int ksym_lines(
	const struct buf *text, size_t *used, int (*fn)(void *arg, const struct ksym *k), void *arg)
{
	const char *line = text->data, *end;
	struct ksym k;
	int stop = 0;

	while (!stop && (end = memchr(line, '\n', text->len - (size_t)(line - text->data)))) {
		if (ksym_line(line, end, &k))
			stop = fn(arg, &k);
		line = end + 1;
	}
	*used = (size_t)(line - text->data);
	return stop;
}

static int ksym_each_fd(
	struct sys *s, int fd, int (*fn)(void *arg, const struct ksym *k), void *arg)
{
	struct buf text = {0};
	size_t used, all = 0;
	ssize_t n;
	int stop = buf_reserve(&text, KSYM_CHUNK);

	while (!stop && all < KSYM_MAX) {
		n = sys_read(s, fd, text.data + text.len, KSYM_CHUNK - text.len);
		if (n == -EINTR)
			continue;
		if (n <= 0 || (size_t)n > KSYM_CHUNK - text.len) {
			stop = n < 0 ? (int)n : all ? 0 : -ENODATA;
			break;
		}
		all += (size_t)n;
		text.len += (size_t)n;
		stop = ksym_lines(&text, &used, fn, arg);
		if (!used && text.len == KSYM_CHUNK)
			used = text.len; /* no line of the kernel's is as long */
		text.len -= used;
		memmove(text.data, text.data + used, text.len);
	}
	buf_free(&text);
	return stop;
}

int ksym_each(struct sys *s, int (*fn)(void *arg, const struct ksym *k), void *arg)
{
	int stop, fd = sys_openat(s, AT_FDCWD, "/proc/kallsyms", O_RDONLY, NULL);

	if (fd < 0)
		return fd;
	stop = ksym_each_fd(s, fd, fn, arg);
	sys_close(s, fd);
	return stop;
}

bool ksym_is_code(const struct ksym *k)
{
	return strchr("tTwW", k->type) != NULL;
}

/* Bytes up to the first symbol behind addr, 0: there is none. */
static uint64_t ksym_bound(struct ksyms *t, uint64_t addr)
{
	uint64_t next = UINT64_MAX;
	struct ksym k;

	if (!addr)
		return 0;
	ksym_rewind(t);
	while (ksym_next(t, &k))
		if (k.addr > addr && k.addr < next)
			next = k.addr;
	return next == UINT64_MAX ? 0 : next - addr;
}

/* The name with what the compiler adds for a part or a copy of the function. */
static bool ksym_is_variant(const char *name, const char *want, size_t len)
{
	static const char *const added[] = {
		".isra.", ".constprop.", ".part.", ".cold", ".llvm.", ".localalias"};
	size_t i;

	if (strncmp(name, want, len) || name[len] != '.')
		return false;
	for (i = 0; i < sizeof(added) / sizeof(*added); i++)
		if (!strncmp(name + len, added[i], strlen(added[i])))
			return true;
	return false;
}

/* Adds to a list, as long as there is room. */
static void ksym_list(char *list, size_t size, const char *text)
{
	size_t at = strlen(list);
	int n = snprintf(list + at, size - at, "%s%s", at ? ", " : "", text);

	if (n < 0 || (size_t)n >= size - at)
		list[at] = '\0';
}

static void ksym_take(struct ksym_found *f, const struct ksym *k)
{
	char addr[24];

	if (!ksym_is_code(k)) {
		f->data = true;
		return;
	}
	if (!f->copies++) {
		f->addr = k->addr;
		snprintf(f->module, sizeof(f->module), "%s", k->module);
	}
	snprintf(addr, sizeof(addr), "0x%" PRIx64, k->addr);
	if (k->addr)
		ksym_list(f->addrs, sizeof(f->addrs), addr);
}

void ksym_find(struct ksyms *t, const char *name, struct ksym_found *f)
{
	const char *colon = strchr(name, ':'), *want = colon ? colon + 1 : name;
	size_t in = colon ? (size_t)(colon - name) : 0, len = strlen(want);
	char quoted[KSYM_NAME + 2];
	struct ksym k;

	memset(f, 0, sizeof(*f));
	ksym_rewind(t);
	while (ksym_next(t, &k)) {
		if (in && (strncmp(k.module, name, in) || k.module[in]))
			continue;
		f->any_module |= *k.module != '\0';
		if (!strcmp(k.name, want)) {
			ksym_take(f, &k);
		} else if (ksym_is_code(&k) && ksym_is_variant(k.name, want, len)) {
			snprintf(quoted, sizeof(quoted), "'%s'", k.name);
			ksym_list(f->others, sizeof(f->others), quoted);
		}
	}
	f->size = ksym_bound(t, f->addr);
}

bool ksym_at(struct ksyms *t, uint64_t addr, struct ksym *k, uint64_t *size)
{
	bool found = false;
	struct ksym it;

	ksym_rewind(t);
	while (ksym_next(t, &it)) {
		if (!it.addr || it.addr > addr || !ksym_is_code(&it))
			continue;
		if (found && it.addr <= k->addr)
			continue;
		*k = it;
		found = true;
	}
	*size = found ? ksym_bound(t, k->addr) : 0;
	return found && addr - k->addr < *size;
}

bool ksym_near(struct ksyms *t, const char *name, struct rawbpf_error *e)
{
	const char *colon = strchr(name, ':');
	struct near n;
	struct ksym k;

	near_start(&n, colon ? colon + 1 : name);
	ksym_rewind(t);
	while (ksym_next(t, &k))
		if (ksym_is_code(&k))
			near_offer(&n, k.name);
	return near_hint(&n, e);
}

/* "openat" of "__x64_sys_openat" and "sys_openat"; NULL: no system call's */
static const char *ksym_call(const char *name)
{
	const char *sys;

	if (!strncmp(name, "sys_", 4))
		return name + 4;
	if (strncmp(name, "__", 2) != 0 || !strncmp(name, "__pfx_", 6))
		return NULL;
	sys = strchr(name + 2, '_');
	return sys && !strncmp(sys, "_sys_", 5) && strncmp(name, "__se_", 5) != 0 &&
			       strncmp(name, "__do_", 5) != 0
		       ? sys + 5
		       : NULL;
}

bool ksym_near_call(struct ksyms *t, const char *name, struct rawbpf_error *e)
{
	const char *call;
	struct near n;
	struct ksym k;

	near_start(&n, name);
	ksym_rewind(t);
	while (ksym_next(t, &k)) {
		call = ksym_is_code(&k) ? ksym_call(k.name) : NULL;
		if (call)
			near_offer(&n, call);
	}
	return near_hint(&n, e);
}
