// SPDX-License-Identifier: MIT
/*
 * btffile.c - the BTF of the running kernel, or of a file.
 *
 * The kernel's is 5 MB and more; since Linux 6.16 it can be mapped, so that only the pages that are
 * looked at cost anything.  Other files are read: one that shrinks while it is mapped would end the
 * process.
 */
#include "btffile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "elf.h"

#define BTFFILE_KERNEL "/sys/kernel/btf/vmlinux"
#define BTFFILE_MAX    (256 << 20) /* bytes */

static int btffile_unread(const char *path, int err, struct rawbpf_error *e)
{
	if (path)
		return err_set(e, "assemble", err, "'%s' cannot be read", path);
	err_set(e, "assemble", err, "the kernel's BTF '" BTFFILE_KERNEL "' cannot be read");
	err_hint(e, "it is there with CONFIG_DEBUG_INFO_BTF, from 5.2 on; else name a file with "
		    "--btf");
	return err;
}

/* Mapped, or false. */
static bool btffile_map(struct sys *s, struct btffile *f)
{
	struct stat st;
	int fd = sys_openat(s, AT_FDCWD, BTFFILE_KERNEL, O_RDONLY, NULL);
	bool ok;

	if (fd < 0)
		return false;
	ok = !sys_fstat(s, fd, &st) && st.st_size > 0 && st.st_size <= BTFFILE_MAX &&
	     !sys_mmap(s, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0, &f->map);
	sys_close(s, fd);
	f->map_len = ok ? (size_t)st.st_size : 0;
	return ok;
}

/* The first bytes say that it is ELF; false also when they cannot be read. */
static bool btffile_is_elf(struct sys *s, const char *path)
{
	char magic[4] = {0};
	int fd = sys_openat(s, AT_FDCWD, path, O_RDONLY, NULL);

	if (fd < 0)
		return false;
	if (sys_pread(s, fd, magic, sizeof(magic), 0) != sizeof(magic))
		magic[0] = 0;
	sys_close(s, fd);
	return !memcmp(magic, "\177ELF", 4);
}

static int btffile_elf(struct sys *s, const char *path, struct btffile *f, const void **p,
	size_t *n, struct rawbpf_error *e)
{
	struct elf_section sec;
	int err = elf_open(s, path, &f->elf, e);

	if (err)
		return err;
	if (elf_find_section(f->elf, ".BTF", &sec))
		return err_set(e, "assemble", -ENOENT, "'%s' has no section .BTF", path);
	err = elf_section_data(f->elf, &sec, p, n);
	if (!err && !*p)
		err = -ENODATA;
	return err ? btffile_unread(path, err, e) : 0;
}

static int btffile_view(
	const char *path, const void *p, size_t n, struct btffile *f, struct rawbpf_error *e)
{
	struct rawbpf_error why;
	int err = btf_view(p, n, &f->btf, &why);

	if (err) /* the errno's name stands at its end, and would twice */
		err_set(e, "assemble", err, "'%s': %.*s", path,
			(int)(strrchr(why.msg, ':') - why.msg), why.msg);
	return err;
}

int btffile_open(struct sys *s, const char *path, struct btffile *f, struct rawbpf_error *e)
{
	const void *p = NULL;
	size_t n = 0;
	int err = 0;

	memset(f, 0, sizeof(*f));
	if (!path && btffile_map(s, f)) {
		p = f->map;
		n = f->map_len;
	} else if (path && btffile_is_elf(s, path)) {
		err = btffile_elf(s, path, f, &p, &n, e);
	} else {
		err = sys_read_file(
			s, AT_FDCWD, path ? path : BTFFILE_KERNEL, BTFFILE_MAX, &f->bytes);
		if (err)
			btffile_unread(path, err, e);
		p = f->bytes.data;
		n = f->bytes.len;
	}
	if (!err)
		err = btffile_view(path ? path : BTFFILE_KERNEL, p, n, f, e);
	if (err)
		btffile_close(s, f);
	return err;
}

void btffile_close(struct sys *s, struct btffile *f)
{
	btf_free(f->btf);
	if (f->map)
		sys_munmap(s, f->map, f->map_len);
	if (f->elf)
		elf_close(f->elf);
	buf_free(&f->bytes);
	memset(f, 0, sizeof(*f));
}
