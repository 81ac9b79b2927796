// SPDX-License-Identifier: MIT
/*
 * interp.c - the dynamic linker that a program asks for.
 *
 * It stands near the begin of the file, so one read does; elf.c would open the whole of it.
 */
#include "interp.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>

/* An offset or a size: 8 bytes, of a 32-bit file 4. */
static uint64_t interp_word(const uint8_t *p, bool wide)
{
	uint64_t v;
	uint32_t half;

	if (wide) {
		memcpy(&v, p, sizeof(v));
		return v;
	}
	memcpy(&half, p, sizeof(half));
	return half;
}

/* The program header of PT_INTERP in the n bytes at h; NULL: there is none. */
static const uint8_t *interp_header(const uint8_t *h, size_t n, bool wide)
{
	uint64_t phoff;
	uint16_t i, each, count;
	uint32_t type;

	phoff = interp_word(h + (wide ? 32 : 28), wide);
	memcpy(&each, h + (wide ? 54 : 42), 2);
	memcpy(&count, h + (wide ? 56 : 44), 2);
	for (i = 0; i < count && each >= (wide ? 56 : 32); i++) {
		if (phoff > n || (uint64_t)each * (i + 1u) > n - phoff)
			return NULL;
		memcpy(&type, h + phoff + (size_t)each * i, 4);
		if (type == PT_INTERP)
			return h + phoff + (size_t)each * i;
	}
	return NULL;
}

int interp_read(struct sys *s, const char *path, const uint8_t *ident, char *out, size_t size)
{
	uint64_t offset, len;
	bool wide = ident[EI_CLASS] == ELFCLASS64;
	const uint8_t *p;
	uint8_t h[4096];
	ssize_t got;
	int fd;

	*out = '\0';
	fd = sys_openat(s, AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, NULL);
	got = fd < 0 ? fd : sys_pread(s, fd, h, sizeof(h), 0);
	sys_close(s, fd);
	if (got < 0)
		return (int)got;
	if (got < 64 || memcmp(h, ident, EI_DATA + 1))
		return 0;
	p = interp_header(h, (size_t)got, wide);
	if (!p)
		return 0;
	offset = interp_word(p + (wide ? 8 : 4), wide);
	len = interp_word(p + (wide ? 32 : 16), wide);
	if (offset > (uint64_t)got || len > (uint64_t)got - offset || len >= size)
		return 0;
	memcpy(out, h + offset, (size_t)len);
	out[len] = '\0';
	return 0;
}

void interp_native(uint8_t hdr[20])
{
	const uint16_t one = 1;
	uint16_t machine = EM_NONE;
	bool little = *(const uint8_t *)&one;

#if defined(__x86_64__)
	machine = EM_X86_64;
#elif defined(__aarch64__)
	machine = EM_AARCH64;
#elif defined(__arm__)
	machine = EM_ARM;
#elif defined(__i386__)
	machine = EM_386;
#elif defined(__riscv)
	machine = 243; /* EM_RISCV */
#elif defined(__powerpc64__)
	machine = EM_PPC64;
#elif defined(__s390__)
	machine = EM_S390;
#elif defined(__mips__)
	machine = EM_MIPS;
#elif defined(__loongarch__)
	machine = 258; /* EM_LOONGARCH */
#endif
	memcpy(hdr, ELFMAG, SELFMAG);
	hdr[EI_CLASS] = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;
	hdr[EI_DATA] = little ? ELFDATA2LSB : ELFDATA2MSB;
	hdr[little ? 18 : 19] = (uint8_t)machine;
	hdr[little ? 19 : 18] = (uint8_t)(machine >> 8);
}
