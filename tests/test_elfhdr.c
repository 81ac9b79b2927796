// SPDX-License-Identifier: MIT
/* test_elfhdr.c - headers of ELF files, as the system's own structs have them. */
#include "elfhdr.h"

#include <check.h>
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "t.h"

/* The bytes of a number in the other order, where _i asks for that. */
static void swap_bytes(void *p, size_t n)
{
	unsigned char *c = p, t;
	size_t i;

	for (i = 0; i < n / 2; i++) {
		t = c[i];
		c[i] = c[n - 1 - i];
		c[n - 1 - i] = t;
	}
}

#define SWAP(x) (_i ? swap_bytes(&(x), sizeof(x)) : (void)0)

static void ident(unsigned char *e, int class, bool other)
{
	const uint16_t one = 1;
	bool little = *(const unsigned char *)&one;

	memcpy(e, ELFMAG, SELFMAG);
	e[EI_CLASS] = (unsigned char)class;
	e[EI_DATA] = little != other ? ELFDATA2LSB : ELFDATA2MSB;
	e[EI_VERSION] = EV_CURRENT;
}

START_TEST(wide_header)
{
	Elf64_Ehdr e = {.e_type = ET_DYN,
		.e_machine = EM_AARCH64,
		.e_phoff = 0x123456789a,
		.e_shoff = 0xfedcba9876,
		.e_flags = 0x80000001,
		.e_phnum = 12,
		.e_shnum = 34,
		.e_shstrndx = 33,
		.e_shentsize = 64};
	struct elfhdr h;

	ident(e.e_ident, ELFCLASS64, _i);
	SWAP(e.e_type);
	SWAP(e.e_machine);
	SWAP(e.e_phoff);
	SWAP(e.e_shoff);
	SWAP(e.e_flags);
	SWAP(e.e_phnum);
	SWAP(e.e_shnum);
	SWAP(e.e_shstrndx);
	SWAP(e.e_shentsize);
	ck_assert_int_eq(elfhdr_read(&e, sizeof(e), &h), 0);
	ck_assert(h.wide);
	ck_assert(h.type == ET_DYN && h.machine == EM_AARCH64 && h.flags == 0x80000001);
	ck_assert(h.phoff == 0x123456789a && h.shoff == 0xfedcba9876);
	ck_assert(h.phnum == 12 && h.shnum == 34 && h.shstrndx == 33 && h.shentsize == 64);
	ck_assert(h.phdr == sizeof(Elf64_Phdr) && h.shdr == sizeof(Elf64_Shdr));
}
END_TEST

START_TEST(wide_tables)
{
	Elf64_Phdr p = {PT_LOAD, PF_X | PF_R, 0x1111111111, 0x2222222222, 3, 0x4444444444,
		0x5555555555, 4096};
	Elf64_Shdr s = {7, SHT_NOTE, 0x1122334455, 0x2233445566, 0x3344556677, 0x4455667788, 9, 10,
		11, 0x5566778899};
	struct elf_section section;
	struct elf_segment segment;
	Elf64_Ehdr e = {0};
	struct elfhdr h;
	uint32_t name;

	ident(e.e_ident, ELFCLASS64, _i);
	ck_assert_int_eq(elfhdr_read(&e, sizeof(e), &h), 0);
	SWAP(p.p_type);
	SWAP(p.p_flags);
	SWAP(p.p_offset);
	SWAP(p.p_vaddr);
	SWAP(p.p_filesz);
	SWAP(p.p_memsz);
	SWAP(p.p_align);
	elfhdr_segment(&h, &p, &segment);
	ck_assert(segment.type == PT_LOAD && segment.flags == (PF_X | PF_R));
	ck_assert(segment.offset == 0x1111111111 && segment.vaddr == 0x2222222222);
	ck_assert_uint_eq(segment.align, 4096);
	ck_assert(segment.filesz == 0x4444444444 && segment.memsz == 0x5555555555);
	SWAP(s.sh_name);
	SWAP(s.sh_type);
	SWAP(s.sh_flags);
	SWAP(s.sh_addr);
	SWAP(s.sh_offset);
	SWAP(s.sh_size);
	SWAP(s.sh_link);
	SWAP(s.sh_info);
	SWAP(s.sh_entsize);
	elfhdr_section(&h, &s, &section, &name);
	ck_assert(name == 7 && section.type == SHT_NOTE && elfhdr_section_type(&h, &s) == SHT_NOTE);
	ck_assert(section.flags == 0x1122334455 && section.addr == 0x2233445566);
	ck_assert(section.offset == 0x3344556677 && section.size == 0x4455667788);
	ck_assert(section.link == 9 && section.info == 10 && section.entsize == 0x5566778899);
}
END_TEST

START_TEST(narrow)
{
	Elf32_Ehdr e = {.e_type = ET_EXEC,
		.e_machine = EM_PPC,
		.e_phoff = 0x12345678,
		.e_shoff = 0xfedcba98,
		.e_flags = 5,
		.e_phnum = 1,
		.e_shnum = 2,
		.e_shstrndx = 3,
		.e_shentsize = 40};
	Elf32_Phdr p = {PT_LOAD, 0x11111111, 0x22222222, 3, 0x44444444, 0x55555555, PF_W, 4096};
	Elf32_Shdr s = {
		7, SHT_NOTE, 0x11223344, 0x22334455, 0x33445566, 0x44556677, 9, 10, 11, 0x55667788};
	struct elf_section section;
	struct elf_segment segment;
	struct elfhdr h;
	uint32_t name;

	ident(e.e_ident, ELFCLASS32, _i);
	SWAP(e.e_type);
	SWAP(e.e_machine);
	SWAP(e.e_phoff);
	SWAP(e.e_shoff);
	SWAP(e.e_flags);
	SWAP(e.e_phnum);
	SWAP(e.e_shnum);
	SWAP(e.e_shstrndx);
	SWAP(e.e_shentsize);
	ck_assert_int_eq(elfhdr_read(&e, sizeof(e), &h), 0);
	ck_assert(!h.wide);
	ck_assert(h.type == ET_EXEC && h.machine == EM_PPC && h.flags == 5);
	ck_assert(h.phoff == 0x12345678 && h.shoff == 0xfedcba98);
	ck_assert(h.phnum == 1 && h.shnum == 2 && h.shstrndx == 3 && h.shentsize == 40);
	ck_assert(h.phdr == sizeof(p) && h.shdr == sizeof(s));
	SWAP(p.p_type);
	SWAP(p.p_flags);
	SWAP(p.p_offset);
	SWAP(p.p_vaddr);
	SWAP(p.p_filesz);
	SWAP(p.p_memsz);
	SWAP(p.p_align);
	elfhdr_segment(&h, &p, &segment);
	ck_assert(segment.type == PT_LOAD && segment.flags == PF_W);
	ck_assert(segment.offset == 0x11111111 && segment.vaddr == 0x22222222);
	ck_assert_uint_eq(segment.align, 4096);
	ck_assert(segment.filesz == 0x44444444 && segment.memsz == 0x55555555);
	SWAP(s.sh_name);
	SWAP(s.sh_type);
	SWAP(s.sh_flags);
	SWAP(s.sh_addr);
	SWAP(s.sh_offset);
	SWAP(s.sh_size);
	SWAP(s.sh_link);
	SWAP(s.sh_info);
	SWAP(s.sh_entsize);
	elfhdr_section(&h, &s, &section, &name);
	ck_assert(name == 7 && section.type == SHT_NOTE && elfhdr_section_type(&h, &s) == SHT_NOTE);
	ck_assert(section.flags == 0x11223344 && section.addr == 0x22334455);
	ck_assert(section.offset == 0x33445566 && section.size == 0x44556677);
	ck_assert(section.link == 9 && section.info == 10 && section.entsize == 0x55667788);
}
END_TEST

START_TEST(no_elf)
{
	static const struct {
		size_t at;
		unsigned char byte;
	} rows[] = {{0, 0}, {3, 'f'}, {EI_CLASS, 0}, {EI_CLASS, 3}, {EI_DATA, 0}, {EI_DATA, 3},
		{EI_VERSION, 0}, {EI_VERSION, 2}};
	unsigned char e[64];
	struct elfhdr h;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		memset(e, 0, sizeof(e));
		ident(e, ELFCLASS64, false);
		ck_assert_int_eq(elfhdr_read(e, sizeof(e), &h), 0);
		e[rows[i].at] = rows[i].byte;
		ck_assert_int_eq(elfhdr_read(e, sizeof(e), &h), -ENOEXEC);
	}
	ident(e, ELFCLASS64, false);
	for (i = 0; i < 64; i++)
		ck_assert_int_eq(elfhdr_read(e, i, &h), -ENOEXEC);
	ident(e, ELFCLASS32, false);
	ck_assert_int_eq(elfhdr_read(e, 51, &h), -ENOEXEC);
	ck_assert_int_eq(elfhdr_read(e, 52, &h), 0);
}
END_TEST

START_TEST(numbers)
{
	static const unsigned char b[9] = {0, 1, 2, 3, 4, 5, 6, 7, 8};

	ck_assert_uint_eq(elfhdr_uint(true, b + 1, 8), 0x0102030405060708);
	ck_assert_uint_eq(elfhdr_uint(false, b + 1, 8), 0x0807060504030201);
	ck_assert_uint_eq(elfhdr_uint(true, b + 1, 4), 0x01020304);
	ck_assert_uint_eq(elfhdr_uint(false, b + 1, 4), 0x04030201);
	ck_assert_uint_eq(elfhdr_uint(true, b + 1, 2), 0x0102);
	ck_assert_uint_eq(elfhdr_uint(false, b + 1, 2), 0x0201);
	ck_assert_uint_eq(elfhdr_uint(true, b + 1, 1), 1);
	ck_assert_uint_eq(elfhdr_uint(false, b + 1, 1), 1);
}
END_TEST

Suite *suite_elfhdr(void);
Suite *suite_elfhdr(void)
{
	Suite *s = suite_create("elfhdr");
	TCase *t = tcase_create("unit");

	tcase_add_loop_test(t, wide_header, 0, 2);
	tcase_add_loop_test(t, wide_tables, 0, 2);
	tcase_add_loop_test(t, narrow, 0, 2);
	tcase_add_test(t, no_elf);
	tcase_add_test(t, numbers);
	suite_add_tcase(s, t);
	return s;
}
