// SPDX-License-Identifier: MIT
/*
 * symdebug.c - the debug file of a stripped file, where distributions put it.
 *
 * The build id names one file below /usr/lib/debug/.build-id; .gnu_debuglink names a file beside
 * the stripped one, in its directory's .debug, or below /usr/lib/debug.  A file that does not
 * carry the same build id, or the CRC that the link asks for, is of another build: not taken.
 */
#include "symdebug.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define SYMDEBUG_ID_MAX 64

/* The build id's length, 0: none. */
static size_t symdebug_id(struct elf_file *f, unsigned char id[SYMDEBUG_ID_MAX])
{
	struct elf_section s;
	const unsigned char *p;
	const void *data;
	uint64_t name, len;
	size_t n;

	if (elf_find_section(f, ".note.gnu.build-id", &s) || elf_section_data(f, &s, &data, &n) ||
		!data || n < 16)
		return 0;
	p = data;
	name = elf_uint(f, p, 4);
	len = elf_uint(f, p + 4, 4);
	if (name != 4 || memcmp(p + 12, "GNU", 4) || !len || len > n - 16 || len > SYMDEBUG_ID_MAX)
		return 0;
	memcpy(id, p + 16, (size_t)len);
	return (size_t)len;
}

/* The CRC-32 that .gnu_debuglink uses, four bits at a time. */
static uint32_t symdebug_crc(uint32_t crc, const unsigned char *p, size_t n)
{
	static const uint32_t table[16] = {0, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190,
		0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};

	crc = ~crc;
	while (n--) {
		crc ^= *p++;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

static bool symdebug_crc_is(struct sys *s, const char *path, uint32_t want)
{
	const size_t size = 1 << 16;
	unsigned char *buf = malloc(size);
	uint32_t crc = 0;
	ssize_t n = -1;
	int fd = buf ? sys_openat(s, AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, NULL) : -1;

	while (fd >= 0 && (n = sys_read(s, fd, buf, size)) > 0)
		crc = symdebug_crc(crc, buf, (size_t)n);
	sys_close(s, fd);
	free(buf);
	return !n && crc == want;
}

/* A file that is none, or closed to us, is as good as not there; it is another thing not to know. */
static int symdebug_passed(int err)
{
	switch (err) {
	case -ENOMEM:
	case -EMFILE:
	case -ENFILE:
	case -EIO: return err;
	default: return -ENOENT;
	}
}

/* Opens path if it has symbols, and the build id if one is asked for. */
static int symdebug_try(struct sys *s, const char *path, const unsigned char *id, size_t id_len,
	struct elf_file **out)
{
	unsigned char got[SYMDEBUG_ID_MAX];
	struct elf_section sec;

	int err = elf_open(s, path, out, NULL);

	if (err)
		return symdebug_passed(err);
	if (!elf_find_type(*out, SHT_SYMTAB, 0, &sec) &&
		(!id_len || (symdebug_id(*out, got) == id_len && !memcmp(got, id, id_len))))
		return 0;
	err = symdebug_passed(elf_failed(*out));
	elf_close(*out);
	*out = NULL;
	return err;
}

static int symdebug_by_id(struct sys *s, const unsigned char *id, size_t len, struct elf_file **out)
{
	char path[64 + 2 * SYMDEBUG_ID_MAX];
	size_t i, at;

	at = (size_t)snprintf(path, sizeof(path), "/usr/lib/debug/.build-id/%02x/", id[0]);
	for (i = 1; i < len; i++)
		at += (size_t)snprintf(path + at, sizeof(path) - at, "%02x", id[i]);
	snprintf(path + at, sizeof(path) - at, ".debug");
	return symdebug_try(s, path, id, len, out);
}

/* .gnu_debuglink: a file name, padded to 4 bytes, and the file's CRC. */
static int symdebug_by_link(struct sys *s, struct elf_file *f, const char *path,
	const unsigned char *id, size_t id_len, struct elf_file **out)
{
	static const char *const forms[] = {"%.*s/%s", "%.*s/.debug/%s", "/usr/lib/debug%.*s/%s"};
	const char *slash = strrchr(path, '/');
	int len = slash ? (int)(slash - path) : 1;
	const char *dir = slash ? path : ".";
	char file[PATH_MAX];
	struct elf_section sec;
	const void *data;
	size_t n, i, end;
	int err;

	if (elf_find_section(f, ".gnu_debuglink", &sec) || elf_section_data(f, &sec, &data, &n) ||
		!data)
		return -ENOENT;
	end = (strnlen(data, n) + 4) & ~(size_t)3;
	if (end > n || n - end < 4 || strchr(data, '/'))
		return -ENOENT;
	for (i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		if ((size_t)snprintf(file, sizeof(file), forms[i], len, dir, (const char *)data) >=
			sizeof(file))
			continue;
		err = symdebug_try(s, file, id, id_len, out);
		if (err == -ENOENT)
			continue;
		if (err)
			return err;
		if (id_len || symdebug_crc_is(
				      s, file, (uint32_t)elf_uint(f, (const char *)data + end, 4)))
			return 0;
		elf_close(*out);
		*out = NULL;
	}
	return -ENOENT;
}

int symdebug_open(struct sys *s, struct elf_file *f, const char *path, struct elf_file **debug,
	const char **how)
{
	unsigned char id[SYMDEBUG_ID_MAX];
	size_t len = symdebug_id(f, id);
	int err = -ENOENT;

	*debug = NULL;
	*how = "by its build id";
	if (len)
		err = symdebug_by_id(s, id, len, debug);
	if (err != -ENOENT)
		return err;
	*how = len ? "by .gnu_debuglink, of the same build id" : "by .gnu_debuglink and its CRC";
	return symdebug_by_link(s, f, path, id, len, debug);
}
