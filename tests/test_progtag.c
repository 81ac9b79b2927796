// SPDX-License-Identifier: MIT
/* test_progtag.c - tags by hand, and those of the running kernel. */
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "progtag.h"
#include "t.h"

static const struct rawbpf_insn ret0[] = {{0xb7, 0, 0, 0}, {0x95, 0, 0, 0}};

static const char *tag_text(const struct rawbpf_insn *i, size_t n, bool sha256)
{
	static char text[2 * PROGTAG_LEN + 1];
	uint8_t tag[PROGTAG_LEN];
	size_t k;

	progtag(i, n, sha256, tag);
	for (k = 0; k < sizeof(tag); k++)
		snprintf(text + 2 * k, 3, "%02x", tag[k]);
	return text;
}

/* "r0 = 0; exit", which every loader tries first, as kernels list it. */
START_TEST(of_two_instructions)
{
	ck_assert_str_eq(tag_text(ret0, 2, false), "a04f5eef06a7f555");
	ck_assert_str_eq(tag_text(ret0, 2, true), "59f4a931744dcdc6");
}
END_TEST

/* Eight bytes an instruction: lengths about each edge of a block. */
START_TEST(of_any_length)
{
	static const struct {
		size_t n;
		const char *sha1, *sha256;
	} want[] = {
		{6, "c17fd92682ca5b30", "17b0761f87b081d5"},
		{7, "9438e360f578e12c", "d4817aa5497628e7"},
		{8, "c8d7d0ef0eedfa82", "f5a5fd42d16a2030"},
		{9, "0d0e47938f6e0016", "834a709ba2534ebe"},
		{16, "0ae4f711ef5d6e9d", "38723a2e5e8a17aa"},
	};
	struct rawbpf_insn zero[16] = {{0}};
	size_t i;

	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		ck_assert_str_eq(tag_text(zero, want[i].n, false), want[i].sha1);
		ck_assert_str_eq(tag_text(zero, want[i].n, true), want[i].sha256);
	}
}
END_TEST

/* r1 = map fd; a map's number is not hashed, another constant's is. */
START_TEST(maps_have_no_number)
{
	struct rawbpf_insn i[] = {
		{0x18, 0x11, 0, 5}, {0, 0, 0, 0}, {0xb7, 0, 0, 0}, {0x95, 0, 0, 0}};
	struct rawbpf_insn j[] = {
		{0x18, 0x21, 0, 7}, {0, 0, 0, 16}, {0xb7, 0, 0, 0}, {0x95, 0, 0, 0}};
	const uint16_t one = 1;
	char first[2 * PROGTAG_LEN + 1];

	if (!*(const unsigned char *)&one)
		j[0].regs = 0x12;
	strcpy(first, tag_text(i, 4, false));
	i[0].imm = 9;
	ck_assert_str_eq(tag_text(i, 4, false), first);
	strcpy(first, tag_text(j, 4, true));
	j[0].imm = 1;
	j[1].imm = 2;
	ck_assert_str_eq(tag_text(j, 4, true), first);
	i[0].regs = 1;
	strcpy(first, tag_text(i, 4, true));
	i[0].imm = 8;
	ck_assert_str_ne(tag_text(i, 4, true), first);
}
END_TEST

static bool kernel_has_sha256(void)
{
	struct utsname u;
	unsigned major = 0, minor = 0;

	ck_assert_int_eq(uname(&u), 0);
	ck_assert_int_eq(sscanf(u.release, "%u.%u", &major, &minor), 2);
	return major > 6 || (major == 6 && minor >= 18);
}

/* What the kernel says the program's tag is: struct bpf_prog_info's third field. */
static void kernels_tag(const struct rawbpf_insn *i, size_t n, char *text)
{
	union rawbpf_attr a = {.prog = {.prog_type = RAWBPF_PROG_SOCKET_FILTER,
				       .insn_cnt = (uint32_t)n,
				       .insns = (uintptr_t)i,
				       .license = (uintptr_t) "GPL"}};
	uint32_t info[64] = {0};
	const uint8_t *tag = (const uint8_t *)(info + 2);
	int fd = (int)rawbpf_sys_bpf(RAWBPF_PROG_LOAD, &a, 48);
	size_t k;

	ck_assert_int_ge(fd, 0);
	memset(&a, 0, sizeof(a));
	a.info.bpf_fd = (uint32_t)fd;
	a.info.info_len = 40;
	a.info.info = (uintptr_t)info;
	ck_assert_int_eq(rawbpf_sys_bpf(RAWBPF_OBJ_GET_INFO_BY_FD, &a, sizeof(a.info)), 0);
	close(fd);
	for (k = 0; k < PROGTAG_LEN; k++)
		snprintf(text + 2 * k, 3, "%02x", tag[k]);
}

START_TEST(as_the_kernel)
{
	struct rawbpf_insn i[40];
	char text[2 * PROGTAG_LEN + 1];
	size_t n;

	T_NEED_ROOT();
	t_raise_memlock();
	for (n = 0; n < 40; n++)
		i[n] = (struct rawbpf_insn){0xb7, 0, 0, (int32_t)n};
	for (n = 2; n <= 40; n++) {
		i[n - 1] = ret0[1];
		kernels_tag(i, n, text);
		ck_assert_str_eq(tag_text(i, n, kernel_has_sha256()), text);
		i[n - 1] = (struct rawbpf_insn){0xb7, 0, 0, (int32_t)n};
	}
}
END_TEST

Suite *suite_progtag(void);
Suite *suite_progtag(void)
{
	Suite *s = suite_create("progtag");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, of_two_instructions);
	tcase_add_test(tc, of_any_length);
	tcase_add_test(tc, maps_have_no_number);
	suite_add_tcase(s, tc);
	tc = tcase_create("live");
	tcase_add_test(tc, as_the_kernel);
	suite_add_tcase(s, tc);
	return s;
}
