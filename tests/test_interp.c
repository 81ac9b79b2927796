// SPDX-License-Identifier: MIT
/* test_interp.c - the dynamic linker that a program asks for. */
#include "interp.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t.h"

/* A program of one header, whose string is where the header says. */
static size_t make(unsigned char *p, unsigned class)
{
	static const char name[] = "/lib/ld-x.so.1";
	const uint16_t one = 1;
	Elf64_Ehdr *e = (Elf64_Ehdr *)p;
	Elf32_Ehdr *e32 = (Elf32_Ehdr *)p;
	Elf64_Phdr *h = (Elf64_Phdr *)(p + 64);
	Elf32_Phdr *h32 = (Elf32_Phdr *)(p + 64);

	memset(p, 0, 512);
	memcpy(p, ELFMAG, SELFMAG);
	p[EI_CLASS] = (unsigned char)class;
	p[EI_DATA] = *(const uint8_t *)&one ? ELFDATA2LSB : ELFDATA2MSB;
	if (class == ELFCLASS64) {
		e->e_phoff = 64;
		e->e_phentsize = sizeof(*h);
		e->e_phnum = 2;
		h[0].p_type = PT_LOAD;
		h[1].p_type = PT_INTERP;
		h[1].p_offset = 256;
		h[1].p_filesz = sizeof(name);
	} else {
		e32->e_phoff = 64;
		e32->e_phentsize = sizeof(*h32);
		e32->e_phnum = 2;
		h32[0].p_type = PT_LOAD;
		h32[1].p_type = PT_INTERP;
		h32[1].p_offset = 256;
		h32[1].p_filesz = sizeof(name);
	}
	memcpy(p + 256, name, sizeof(name));
	return 512;
}

static void read_back(const unsigned char *p, size_t n, unsigned class, char *out, size_t size)
{
	char path[] = "/tmp/rawbpf-interp-XXXXXX";
	unsigned char ident[512];
	struct sys s = {0};
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, p, n), (ssize_t)n);
	close(fd);
	make(ident, class);
	interp_read(&s, path, ident, out, size);
	unlink(path);
}

START_TEST(classes)
{
	unsigned class = _i ? ELFCLASS32 : ELFCLASS64;
	unsigned char p[512];
	char out[64];
	size_t n = make(p, class);

	read_back(p, n, class, out, sizeof(out));
	ck_assert_str_eq(out, "/lib/ld-x.so.1");
	read_back(p, n, class, out, 8); /* no room */
	ck_assert_str_eq(out, "");
	read_back(p, n, class ^ 3, out, sizeof(out)); /* of another class */
	ck_assert_str_eq(out, "");
	read_back(p, 60, class, out, sizeof(out)); /* cut short */
	ck_assert_str_eq(out, "");
	read_back(p, 258, class, out, sizeof(out));
	ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(hostile)
{
	unsigned char p[512];
	char out[64];
	uint32_t x = 7;
	int i, j;

	for (i = 0; i < 500; i++) {
		make(p, _i ? ELFCLASS32 : ELFCLASS64);
		for (j = 0; j < 4; j++) {
			x = x * 1103515245 + 12345;
			p[6 + (x >> 8) % 170] = (unsigned char)(x >> 24);
		}
		read_back(p, sizeof(p), _i ? ELFCLASS32 : ELFCLASS64, out, sizeof(out));
		ck_assert_uint_lt(strlen(out), sizeof(out));
	}
}
END_TEST

/* This program's own header says the same. */
START_TEST(native)
{
	uint8_t made[20] = {0}, own[20];
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(read(fd, own, sizeof(own)), sizeof(own));
	close(fd);
	interp_native(made);
	ck_assert_mem_eq(made, own, EI_DATA + 1);
	ck_assert_mem_eq(made + 18, own + 18, 2);
}
END_TEST

Suite *suite_interp(void);
Suite *suite_interp(void)
{
	Suite *s = suite_create("interp");
	TCase *t = tcase_create("unit");

	tcase_add_loop_test(t, classes, 0, 2);
	tcase_add_loop_test(t, hostile, 0, 2);
	tcase_add_test(t, native);
	suite_add_tcase(s, t);
	return s;
}
