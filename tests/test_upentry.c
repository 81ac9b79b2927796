// SPDX-License-Identifier: MIT
/* test_upentry.c - the instruction at an entry that is probed; test_uprobe.c probes some. */
#include <elf.h>
#include <string.h>

#include "t.h"
#include "upentry.h"

#define ENDBR "\xf3\x0f\x1e\xfa"

static const struct {
	const char *code;
	size_t size;
	uint16_t machine;
	uint64_t at;
	const char *why;
} entries[] = {
	{"\x55\x48\x89\xe5\x5d\xc3", 6, EM_X86_64, 0, "first instruction"},
	{ENDBR "\x55\x5d\xc3", 7, EM_X86_64, 4, "costs less"},
	{ENDBR "\x41\x54\x41\x5c\xc3", 9, EM_X86_64, 4, "costs less"},
	{ENDBR "\x41\x89\xc0\x41\x5c\xc3", 10, EM_X86_64, 0, "no push follows"},
	{ENDBR "\x31\xc0\xc3", 7, EM_X86_64, 0, "no push follows"},
	/* a jump back by 8, as jmp, jne and their long forms; one byte further is none */
	{ENDBR "\x55\x5d\xeb\xfc", 8, EM_X86_64, 0, "a jump may lead"},
	{ENDBR "\x55\x5d\x75\xfc", 8, EM_X86_64, 0, "a jump may lead"},
	{ENDBR "\x55\x5d\xe9\xf9\xff\xff\xff", 11, EM_X86_64, 0, "a jump may lead"},
	{ENDBR "\x55\x5d\x0f\x85\xf8\xff\xff\xff", 12, EM_X86_64, 0, "a jump may lead"},
	{ENDBR "\x55\x5d\xe2\xfc", 8, EM_X86_64, 0, "a jump may lead"},
	{ENDBR "\x55\x5d\xeb\xfd", 8, EM_X86_64, 4, "costs less"},
	/* of another machine, or the file ends */
	{ENDBR "\x55\x5d\xc3", 7, EM_AARCH64, 0, "first instruction"},
	{ENDBR "\x55", 5, EM_X86_64, 0, "first instruction"},
};

/* The code stands behind a header without sections; size known, and not. */
START_TEST(entry)
{
	size_t i = (size_t)_i / 2;
	union {
		Elf64_Ehdr h;
		unsigned char bytes[sizeof(Elf64_Ehdr) + 4096];
	} image = {.h = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			   .e_type = ET_DYN,
			   .e_machine = entries[i].machine,
			   .e_version = EV_CURRENT,
			   .e_ehsize = sizeof(Elf64_Ehdr)}};
	const uint64_t start = sizeof(Elf64_Ehdr);
	size_t n = entries[i].size > 5 ? 4096 : entries[i].size; /* whole pages of code */
	struct elf_file *f;
	const char *why = NULL;

	memset(image.bytes + start, 0xcc, 4096);
	memcpy(image.bytes + start, entries[i].code, entries[i].size);
	ck_assert_int_eq(elf_open_memory(&image, start + n, "image", &f, NULL), 0);
	ck_assert_uint_eq(
		upentry(f, start, _i % 2 ? entries[i].size : 0, &why), start + entries[i].at);
	ck_assert_msg(strstr(why, entries[i].why), "%zu: %s", i, why);
	elf_close(f);
}
END_TEST

Suite *suite_upentry(void);
Suite *suite_upentry(void)
{
	Suite *s = suite_create("upentry");
	TCase *t = tcase_create("unit");

	tcase_add_loop_test(t, entry, 0, 2 * (int)(sizeof(entries) / sizeof(*entries)));
	suite_add_tcase(s, t);
	return s;
}
