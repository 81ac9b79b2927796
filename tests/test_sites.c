// SPDX-License-Identifier: MIT
/*
 * test_sites.c - the probes of our own programs, made by <sys/sdt.h> (tests/sites), as they are
 * listed: against readelf, the bytes at their places, and where the programs have their semaphores.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rawbpf.h"
#include "t.h"
#include "t_sites.h"

#define N_OF(a) (sizeof(a) / sizeof(*(a)))

/* Each, with the command that has it tell where its semaphores are; see tests/sites/sites.c. */
static const struct file {
	const char *path, *program;
	char where;
	unsigned n_probes, n_semaphores;
} files[] = {
	{T_SITES("plain"), T_SITES("plain"), 'w', 27, 0},
	{T_SITES("pie"), T_SITES("pie"), 'w', 27, 19},
	{T_SITES("nopie"), T_SITES("nopie"), 'w', 27, 19},
	{T_SITES("static"), T_SITES("static"), 'w', 27, 19},
	{T_SITES("stripped"), T_SITES("stripped"), 'w', 27, 19},
	{T_SITES("linked"), T_SITES("linked"), 'w', 27, 0},
	{T_SITES("library.so"), T_SITES("linked"), 'x', 5, 4},
	{T_SITES("http"), T_SITES("http"), 0, 1, 1},
#if defined(__x86_64__)
	{T_SITES("i386"), T_SITES("i386"), 0, 8, 6},
	{T_SITES("i386-pie"), T_SITES("i386-pie"), 0, 8, 6},
#endif
};

/* Both as lines "PROVIDER NAME ADDR BASE SEMAPHORE ARGS", numbers without zeros in front. */
#define BY_READELF                                                              \
	"LC_ALL=C readelf -n %s | sed -n 's/^ *//; /^Provider/ {s/.*: //; h}; " \
	"/^Name/ {s/.*: //; H}; /^Location/ {s/[A-Z][a-z]*: //g; s/,//g; H}; "  \
	"/^Arguments/ {s/Arguments: *//; H; g; s/\\n/ /g; s/0x0*/0x/g; s/ *$//; p}'"
#define BY_US                                                                                   \
	TEST_BUILD "/rawbpf usdt --json %s | sed -n 's/.*\"provider\": \"\\([^\"]*\\)\", "      \
		   "\"name\": \"\\([^\"]*\\)\", \"addr\": \"\\([^\"]*\\)\", \"base\": "         \
		   "\"\\([^\"]*\\)\", "                                                         \
		   "\"semaphore\": \"\\([^\"]*\\)\".*\"args\": \"\\([^\"]*\\)\", \"operands.*/" \
		   "\\1 \\2 \\3 \\4 \\5 \\6/; s/0x0*/0x/g; s/ *$//; p'"

START_TEST(as_readelf_lists_them)
{
	char *ours, *theirs;

	T_NEED_SITE(files[_i].path);
	ck_assert_int_eq(t_run(&theirs, BY_READELF, files[_i].path), 0);
	ck_assert_int_eq(t_run(&ours, BY_US, files[_i].path), 0);
	ck_assert(*ours);
	ck_assert_str_eq(ours, theirs);
	free(ours);
	free(theirs);
}
END_TEST

/* Whether an instruction that does nothing is there. */
static bool is_nop(const unsigned char *p, unsigned machine)
{
	static const unsigned char arm64[] = {0x1f, 0x20, 0x03, 0xd5};

	return machine == 183 ? !memcmp(p, arm64, sizeof(arm64)) : *p == 0x90;
}

struct places {
	const struct file *file;
	const unsigned char *bytes;
	size_t len;
	const char *told; /* of the semaphores */
	unsigned n;
};

static int check_places(void *arg, const struct rawbpf_usdt_probe *p)
{
	struct places *at = arg;
	char *slash = strrchr(at->file->path, '/');

	at->n++;
	ck_assert_str_eq(p->path, at->file->path);
	ck_assert_str_eq(p->provider, !strcmp(slash, "/library.so") ? "siteslib"
				      : !strcmp(slash, "/http")	    ? "http"
								    : "sites");
	ck_assert(p->offset && p->offset + 4 <= at->len);
	ck_assert_msg(is_nop(at->bytes + p->offset, p->machine), "%s: no nop at 0x%llx", p->name,
		(unsigned long long)p->offset);
	ck_assert_int_eq(!p->sem_offset, !at->file->n_semaphores);
	ck_assert_int_eq(!p->semaphore, !at->file->n_semaphores);
	if (at->told && p->sem_offset)
		ck_assert_int_eq(t_sites_number(at->told, p->name), (long)p->sem_offset);
	return 0;
}

static unsigned n_lines(const char *s)
{
	unsigned n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

/* _i: of files[] */
START_TEST(where_they_are)
{
	struct places at = {.file = &files[_i]};
	struct rawbpf_error e;
	struct t_sites s;
	char *bytes, *told = NULL;

	T_NEED_SITE(at.file->path);
	if (at.file->where) {
		t_sites_start(&s, at.file->program, NULL, NULL);
		told = t_sites_ask(&s, at.file->where);
		ck_assert_uint_eq(n_lines(told), at.file->n_semaphores);
		free(t_sites_end(&s));
	}
	bytes = t_read_file(at.file->path, &at.len);
	at.bytes = (const unsigned char *)bytes;
	at.told = told;
	ck_assert_int_eq(rawbpf_usdt_each(at.file->path, 0, check_places, &at, &e), 0);
	ck_assert_uint_ge(at.n, at.file->n_probes);
	free(bytes);
	free(told);
}
END_TEST

static int count_library(void *arg, const struct rawbpf_usdt_probe *p)
{
	unsigned *n = arg;

	n[!strcmp(p->provider, "siteslib")]++;
	return 0;
}

/* A process has the library's probes while it has the library. */
START_TEST(of_a_process)
{
	unsigned n[2] = {0, 0};
	struct rawbpf_error e;
	struct t_sites s;

	T_NEED_SITES();
	t_sites_start(&s, T_SITES("pie"), T_SITES("library.so"), NULL);
	ck_assert_int_eq(rawbpf_usdt_each(NULL, s.pid, count_library, n, &e), 0);
	ck_assert_uint_ge(n[0], 27);
	ck_assert_uint_eq(n[1], 0);
	t_sites_do(&s, 'd');
	ck_assert_int_eq(rawbpf_usdt_each(NULL, s.pid, count_library, n, &e), 0);
	ck_assert_uint_eq(n[1], 5);
	t_sites_do(&s, 'c');
	ck_assert_int_eq(rawbpf_usdt_each(NULL, s.pid, count_library, n, &e), 0);
	ck_assert_uint_eq(n[1], 5);
	free(t_sites_end(&s));
	ck_assert_int_eq(rawbpf_usdt_each(NULL, s.pid, count_library, n, &e), -ESRCH);
}
END_TEST

/* The tests below mean something only if the compiler wrote such operands. */
START_TEST(operands_of_every_kind)
{
	static const char *const want[] = {
#if defined(__clang__)
		"@",
#elif defined(__x86_64__)
		" 1@$-6 ",
		" -8@$-9223372036854775807 ",
		"(%rip)",
		"-2@hidden",
		" 8@%fs:",
		"own@",
		"(%rbp)",
		"(%rsp)",
		" 2@(%",
		",4) ",
		",8)",
		" 8f@%xmm",
		" -1@%dil",
		"@-212(%",
#elif defined(__aarch64__)
		" 1@-6 ",
		" -8@-9223372036854775807 ",
		"[sp, ",
		" 8f@v",
		", lsl 2]",
		" -1@x",
#else
		"@",
#endif
	};
	char *all;
	size_t i;

	T_NEED_SITES();
	ck_assert_int_eq(
		t_run(&all,
			"for f in plain nopie static; do " TEST_BUILD
			"/rawbpf usdt --json " T_SITES(
				"$f") "| sed 's/.*\"args\": \"/ /; s/\", \"operands.*/ /'; done"),
		0);
	for (i = 0; i < N_OF(want); i++)
		ck_assert_msg(strstr(all, want[i]), "no '%s' in\n%s", want[i], all);
	free(all);
}
END_TEST

Suite *suite_sites(void);
Suite *suite_sites(void)
{
	Suite *s = suite_create("sites");
	TCase *t = tcase_create("tool");

	tcase_add_loop_test(t, as_readelf_lists_them, 0, N_OF(files));
	tcase_add_test(t, operands_of_every_kind);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_add_loop_test(t, where_they_are, 0, N_OF(files));
	tcase_add_test(t, of_a_process);
	suite_add_tcase(s, t);
	return s;
}
