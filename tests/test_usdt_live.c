// SPDX-License-Identifier: MIT
/*
 * test_usdt_live.c - the programs of tests/sites, probed: every value of every firing is compared
 * with what the program says that it passed, and its semaphores with what it says they were.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "old.h"
#include "rawbpf.h"
#include "t.h"
#include "t_firings.h"
#include "t_sites.h"

#define N_OF(a) (sizeof(a) / sizeof(*(a)))

/* What one round of tests/sites/sites.c fires; of floats only the second can be read. */
static const struct t_firing all[] = {
	{"nothing", 0, 0},
	{"constants", 1, 9},
	{"registers", 1, 8},
	{"memory", 1, 8},
	{"fields", 1, 5},
	{"globals", 1, 5},
	{"indexed", 1, 5},
	{"scaled", 1, 5},
	{"per_thread", 1, 2},
	{"segment", 1, 2},
	{"twelve", 1, 12},
	{"inlined", 1, 2},
	{"mixed", 1, 2},
	{"kinds", 1, 5},
	{"strings", 1, 2},
	{"floats", 2, 2},
	{"guarded", 1, 1},
	{NULL, 0, 0},
};
/* those that name no symbol, whatever the compiler does */
static const struct t_firing unnamed[] = {
	{"constants", 1, 9},
	{"registers", 1, 8},
	{"memory", 1, 8},
	{"fields", 1, 5},
	{"guarded", 1, 1},
	{NULL, 0, 0},
};
/* of tests/sites/sites32.c */
#if defined(__x86_64__)
static const struct t_firing all32[] = {
	{"constants", 1, 7},
	{"registers", 1, 3},
	{"memory", 1, 6},
	{"globals", 1, 3},
	{"mixed", 1, 3},
	{"guarded", 1, 1},
	{NULL, 0, 0},
};
#endif
/* of tests/sites/library.c */
static const struct t_firing library[] = {
	{"entry", 1, 1},
	{"inside", 1, 4},
	{"linked", 1, 3},
	{"guarded", 1, 2},
	{NULL, 0, 0},
};

/* ---- a context and its programs ------------------------------------------------------------ */

struct bed {
	struct rawbpf *b;
	struct rawbpf_usdt *u;
	const struct t_firing *probes;
	int fds; /* that it has opened */
};

/* Probes of the provider, by path, by pid, or by both; how many places. */
static int bed_open(struct bed *t, const struct t_firing *probes, const char *provider,
	const char *path, pid_t pid)
{
	char *text = t_firings_text(probes, "usdt"), probe[64], fn[64];
	const struct t_firing *p;

	t->fds = -t_count_fds();
	t->probes = probes;
	t->b = rawbpf_new();
	t->u = rawbpf_usdt_new(.path = path, .pid = pid);
	for (p = probes; p->name; p++) {
		snprintf(probe, sizeof(probe), "%s:%s", provider, p->name);
		snprintf(fn, sizeof(fn), "on_%s", p->name);
		ck_assert_msg(!rawbpf_usdt_enable_probe(t->u, .probe = probe, .fn_name = fn), "%s",
			rawbpf_usdt_errmsg(t->u));
	}
	ck_assert_msg(
		!rawbpf_load(t->b, .text = text, .usdt_contexts = &t->u, .n_usdt_contexts = 1),
		"%s\n%s", rawbpf_errmsg(t->b), rawbpf_error(t->b)->log);
	free(text);
	t->fds += t_count_fds();
	return rawbpf_num_open_probes(t->b);
}

static void bed_close(struct bed *t)
{
	int fds = t_count_fds() - t->fds;

	rawbpf_free(t->b);
	rawbpf_usdt_free(t->u);
	ck_assert_int_eq(t_count_fds(), fds);
}

/* A line for each of the probes that were recorded; the others' are taken out. */
static char *only(char *told, const struct t_firing *probes)
{
	char *from = told, *to = told;
	const struct t_firing *p;
	size_t len;

	for (; *from; from += len) {
		len = strcspn(from, "\n") + 1;
		for (p = probes; p->name; p++)
			if (strcspn(from, " \n") == strlen(p->name) &&
				!strncmp(from, p->name, strlen(p->name)))
				break;
		if (!p->name)
			continue;
		memmove(to, from, len);
		to += len;
	}
	*to = '\0';
	return told;
}

/* One round of the program: what it says is what was recorded. */
static void round_of(struct bed *t, struct t_sites *s, char command)
{
	char *told = only(t_sites_ask(s, command), t->probes), *seen;

	ck_assert(*told);
	seen = t_firings_take(t->b, t->probes);
	ck_assert_str_eq(seen, told);
	free(seen);
	free(told);
}

static void nothing_of(struct bed *t, struct t_sites *s, char command)
{
	char *seen;

	free(t_sites_ask(s, command));
	seen = t_firings_take(t->b, t->probes);
	ck_assert_str_eq(seen, "");
	free(seen);
}

/*
 * The semaphores of these probes are on, all others off.  The kernel counts places, whoever probes
 * them; where we count, it is who probes.
 */
static void semaphores(struct t_sites *s, char command, const struct t_firing *probes, bool on)
{
	char *told = t_sites_ask(s, command), *names = strdup(told), *line, *next;
	const struct t_firing *p;
	bool ours;

	ck_assert(*told);
	for (line = names; *line; line = next) {
		next = line + strcspn(line, "\n");
		*next++ = '\0';
		line[strcspn(line, " ")] = '\0';
		for (ours = false, p = probes; p->name; p++)
			ours |= !strcmp(line, p->name);
		ck_assert_msg((t_sites_number(told, line) > 0) == (ours && on), "'%s' in\n%s", line,
			told);
	}
	free(names);
	free(told);
}

/* ---- every value ---------------------------------------------------------------------------- */

static const struct {
	const char *path;
	const struct t_firing *probes;
	bool semaphores;
} programs[] = {
	{T_SITES("plain"), all, false},
	{T_SITES("pie"), all, true},
	{T_SITES("nopie"), all, true},
	{T_SITES("static"), all, true},
	{T_SITES("stripped"), unnamed, true},
#if defined(__x86_64__)
	{T_SITES("i386"), all32, true},
	{T_SITES("i386-pie"), all32, true},
#endif
};

#if defined(__x86_64__)
/* Whether the kernel tells where threads' variables begin; before Linux 5.4 none does. */
static bool has_threads(void)
{
	return !old_is_without("file /sys/kernel/btf") && !access("/sys/kernel/btf/vmlinux", R_OK);
}
#else
/* no segments */
static bool has_threads(void)
{
	return true;
}
#endif

/* The probes of programs[i] that can be read on this kernel; what_cannot_be_read() has the others. */
static const struct t_firing *readable(int i)
{
	static struct t_firing list[N_OF(all)];
	const struct t_firing *p;
	size_t n = 0;

	for (p = programs[i].probes; p->name; p++)
		if (has_threads() || (strcmp(p->name, "per_thread") && strcmp(p->name, "segment")))
			list[n++] = *p;
	list[n].name = NULL;
	return list;
}

/* By path alone, before the program is there: it needs no pid.  _i: of programs[] */
START_TEST(by_path)
{
	const struct t_firing *probes = readable(_i);
	struct t_sites s;
	struct bed t;

	T_NEED_ROOT();
	T_NEED_SITE(programs[_i].path);
	OLD_NEED("semaphore of an event");
	bed_open(&t, probes, "sites", programs[_i].path, 0);
	t_sites_start(&s, programs[_i].path, NULL, NULL);
	if (programs[_i].semaphores)
		semaphores(&s, 's', probes, true);
	round_of(&t, &s, 'f');
	round_of(&t, &s, 'f');
	bed_close(&t);
	if (programs[_i].semaphores)
		semaphores(&s, 's', probes, false);
	free(t_sites_end(&s));
}
END_TEST

/* By pid, and by both: of that process alone.  _i: 2 * programs[], odd: with the path, too */
START_TEST(by_pid)
{
	const struct t_firing *probes = readable(_i / 2);
	const char *path = programs[_i / 2].path;
	struct t_sites s, other;
	struct bed t;

	T_NEED_ROOT();
	T_NEED_SITE(path);
	t_sites_start(&s, path, NULL, NULL);
	t_sites_start(&other, path, NULL, NULL);
	bed_open(&t, probes, "sites", _i & 1 ? path : NULL, s.pid);
	if (programs[_i / 2].semaphores) {
		semaphores(&s, 's', probes, true);
		semaphores(&other, 's', probes, false);
	}
	nothing_of(&t, &other, 'f');
	round_of(&t, &s, 'f');
	round_of(&t, &s, 'f');
	bed_close(&t);
	if (programs[_i / 2].semaphores)
		semaphores(&s, 's', probes, false);
	free(t_sites_end(&s));
	free(t_sites_end(&other));
}
END_TEST

/* Two contexts: while one is there, its semaphores are on. */
START_TEST(semaphores_of_two)
{
	const struct t_firing *most = readable(1);
	struct bed one, two;
	struct t_sites s;

	T_NEED_ROOT();
	T_NEED_SITES();
	t_sites_start(&s, T_SITES("pie"), NULL, NULL);
	semaphores(&s, 's', most, false);
	bed_open(&one, unnamed, "sites", NULL, s.pid);
	semaphores(&s, 's', unnamed, true);
	bed_open(&two, most, "sites", NULL, s.pid);
	semaphores(&s, 's', most, true);
	round_of(&two, &s, 'f');
	free(t_firings_take(one.b, one.probes));
	bed_close(&two);
	semaphores(&s, 's', unnamed, true);
	round_of(&one, &s, 'f');
	bed_close(&one);
	semaphores(&s, 's', most, false);
	free(t_sites_end(&s));
}
END_TEST

/* ---- libraries ------------------------------------------------------------------------------ */

/* A library that comes after the probes do, twice. */
START_TEST(opened_later)
{
	struct t_sites s;
	struct bed t;

	T_NEED_ROOT();
	T_NEED_SITES();
	OLD_NEED("semaphore of an event");
	ck_assert_int_eq(bed_open(&t, library, "siteslib", T_SITES("library.so"), 0), 5);
	t_sites_start(&s, T_SITES("plain"), T_SITES("library.so"), NULL);
	t_sites_do(&s, 'd');
	semaphores(&s, 'm', library, true);
	round_of(&t, &s, 'l');
	t_sites_do(&s, 'c');
	t_sites_do(&s, 'd');
	semaphores(&s, 'm', library, true);
	round_of(&t, &s, 'l');
	round_of(&t, &s, 'l');
	bed_close(&t);
	semaphores(&s, 'm', library, false);
	free(t_sites_end(&s));
}
END_TEST

/* ... and one that is there, of a process by its pid; _i: by dlopen() or linked */
START_TEST(in_a_library)
{
	struct t_sites s;
	struct bed t;

	T_NEED_ROOT();
	T_NEED_SITES();
	t_sites_start(&s, _i ? T_SITES("linked") : T_SITES("plain"), T_SITES("library.so"), NULL);
	if (!_i)
		t_sites_do(&s, 'd');
	ck_assert_int_eq(bed_open(&t, library, "siteslib", NULL, s.pid), 5);
	semaphores(&s, 'm', library, true);
	round_of(&t, &s, 'l');
	round_of(&t, &s, 'l');
	bed_close(&t);
	semaphores(&s, 'm', library, false);
	free(t_sites_end(&s));
}
END_TEST

/* ---- threads and processes ------------------------------------------------------------------ */

static const char counts[] = ".include \"hist.inc\"\n"
			     ".license \"GPL\"\n"
			     ".map seen linear(16)\n"
			     ".prog on_it \"usdt\"\n"
			     "	r6 = usdt_arg(1)\n"
			     "	linear_add seen, r6\n"
			     "	return 0\n";

/* The slots that counted something: "N:TIMES ..." */
static void counted(struct rawbpf *b, const char *want)
{
	struct rawbpf_table *t = rawbpf_table(b, "seen");
	char got[256] = "";
	size_t len = 0;
	uint64_t v;
	uint32_t i;

	for (i = 0; i < 16; i++) {
		ck_assert_int_eq(rawbpf_table_lookup(t, &i, &v), 0);
		if (v)
			len += (size_t)snprintf(
				got + len, sizeof(got) - len, "%u:%u ", i, (unsigned)v);
	}
	ck_assert_str_eq(got, want);
}

/* Threads are the process; its children are not.  _i: by path */
START_TEST(threads_and_children)
{
	static const char *const probes[] = {"threaded", "forked"};
	struct rawbpf_usdt *u;
	struct t_sites s;
	struct rawbpf *b;
	int i;

	T_NEED_ROOT();
	T_NEED_SITES();
	t_sites_start(&s, T_SITES("plain"), NULL, NULL);
	for (i = 0; i < 2; i++) {
		b = rawbpf_new();
		u = _i ? rawbpf_usdt_new(.path = T_SITES("plain")) : rawbpf_usdt_new(.pid = s.pid);
		ck_assert_int_eq(
			rawbpf_usdt_enable_probe(u, .probe = probes[i], .fn_name = "on_it"), 0);
		ck_assert_msg(
			!rawbpf_load(b, .text = counts, .usdt_contexts = &u, .n_usdt_contexts = 1),
			"%s", rawbpf_errmsg(b));
		t_sites_do(&s, i ? 'k' : 't');
		if (!i)
			counted(b, "0:3 1:3 2:3 3:3 4:3 5:3 6:3 7:3 8:3 9:3 ");
		else
			counted(b, _i ? "1:1 2:1 " : "1:1 ");
		rawbpf_free(b);
		rawbpf_usdt_free(u);
	}
	free(t_sites_end(&s));
}
END_TEST

/* ---- what cannot be read -------------------------------------------------------------------- */

/* The error of a load with one program for one probe. */
static void refused(const char *path, const struct t_firing *one, const char *const *words)
{
	char *text = t_firings_text(one, "usdt"), probe[64], fn[64];
	int fds = t_count_fds();
	struct rawbpf_usdt *u = rawbpf_usdt_new(.path = path);
	struct rawbpf *b = rawbpf_new();

	snprintf(probe, sizeof(probe), "sites:%s", one->name);
	snprintf(fn, sizeof(fn), "on_%s", one->name);
	ck_assert_int_eq(rawbpf_usdt_enable_probe(u, .probe = probe, .fn_name = fn), 0);
	ck_assert_int_lt(
		rawbpf_load(b, .text = text, .usdt_contexts = &u, .n_usdt_contexts = 1), 0);
	for (; *words; words++)
		ck_assert_msg(strstr(rawbpf_errmsg(b), *words), "no '%s' in '%s'", *words,
			rawbpf_errmsg(b));
	ck_assert_int_eq(rawbpf_num_open_probes(b), 0);
	rawbpf_free(b);
	rawbpf_usdt_free(u);
	ck_assert_int_eq(t_count_fds(), fds);
	free(text);
}

/* A number in a floating point register, and a symbol of a program that has none. */
START_TEST(what_cannot_be_read)
{
	static const struct t_firing number[] = {{"floats", 1, 1}, {NULL, 0, 0}};
	static const struct t_firing thread[] = {{"per_thread", 1, 1}, {NULL, 0, 0}};
	static const struct t_firing symbol[] = {{"globals", 5, 5}, {NULL, 0, 0}};

	T_NEED_ROOT();
	T_NEED_SITES();
	refused(T_SITES("plain"), number, (const char *const[]){"sites:floats", "8f@", NULL});
	if (!has_threads())
		refused(T_SITES("plain"), thread,
			(const char *const[]){"sites:per_thread", "BTF", NULL});
#if defined(__x86_64__)
	refused(T_SITES("stripped"), symbol,
		(const char *const[]){
			"sites:globals", "-8@sites_alone(%rip)", "no symbol 'sites_alone'", NULL});
#else
	(void)symbol;
#endif
}
END_TEST

Suite *suite_usdt_live(void);
Suite *suite_usdt_live(void)
{
	Suite *s = suite_create("usdt_live");
	TCase *t = tcase_create("live");

	tcase_add_loop_test(t, by_path, 0, N_OF(programs));
	tcase_add_loop_test(t, by_pid, 0, 2 * N_OF(programs));
	tcase_add_test(t, semaphores_of_two);
	tcase_add_test(t, opened_later);
	tcase_add_loop_test(t, in_a_library, 0, 2);
	tcase_add_loop_test(t, threads_and_children, 0, 2);
	tcase_add_test(t, what_cannot_be_read);
	suite_add_tcase(s, t);
	return s;
}
