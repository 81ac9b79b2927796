// SPDX-License-Identifier: MIT
/*
 * test_packages.c - probes that others have built into their programs: postgresql, python and the
 * C++ library at work, what is read compared with what they were told to do.
 */
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rawbpf.h"
#include "t.h"
#include "t_firings.h"
#include "t_sites.h"

/* What a command prints, without the last newline; NULL: nothing, or it failed. */
static char *found(const char *command)
{
	char *out;

	if (!t_run(&out, "%s", command) && *out) {
		out[strcspn(out, "\n")] = '\0';
		return out;
	}
	free(out);
	return NULL;
}

static void enable(struct rawbpf_usdt *u, const char *probe, const char *fn_name)
{
	ck_assert_msg(!rawbpf_usdt_enable_probe(u, .probe = probe, .fn_name = fn_name), "%s",
		rawbpf_usdt_errmsg(u));
}

static void load(struct rawbpf *b, const char *text, struct rawbpf_usdt *u)
{
	ck_assert_msg(!rawbpf_load(b, .text = text, .usdt_contexts = &u, .n_usdt_contexts = 1),
		"%s\n%s", rawbpf_errmsg(b), rawbpf_error(b)->log);
}

/* ---- postgresql: a query's text -------------------------------------------------------------- */

/* in order, each with its number */
static const char on_query[] = ".include \"usdt.inc\"\n"
			       ".license \"GPL\"\n"
			       ".map at array(u32, u64, 1)\n"
			       ".map seen hash(u32, char[128])\n"
			       ".prog on_query \"usdt\"\n"
			       ".var text: char[128]\n"
			       ".var key: u32\n"
			       "	usdt_arg_str text, 1\n"
			       "	if r0 s< 0 goto out\n"
			       "	key = 0\n"
			       "	r0 = bpf_map_lookup_elem(&at, &key)\n"
			       "	if r0 == 0 goto out\n"
			       "	r1 = *(u64 *)(r0 +0)\n"
			       "	key = r1\n"
			       "	r1 += 1\n"
			       "	*(u64 *)(r0 +0) = r1\n"
			       "	r0 = bpf_map_update_elem(&seen, &key, &text, 0)\n"
			       "out:	return 0\n";
static const char *const queries[] = {
	"SELECT 'rawbpf' AS name, 6 * 7 AS n",
	"CREATE TABLE small (id int PRIMARY KEY, what text)",
	"INSERT INTO small VALUES (1, 'one'), (2, 'two')",
	"SELECT count(*) FROM small WHERE what LIKE 't%'",
};

struct server {
	char dir[32], bin[256];
	pid_t pid;
};

/* A database of its own, reached by a socket in its directory alone. */
static void server_start(struct server *s, const struct passwd *user)
{
	char data[64];
	int i;

	strcpy(s->dir, "/tmp/rawbpf-pg-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(s->dir));
	ck_assert_int_eq(chown(s->dir, user->pw_uid, user->pw_gid), 0);
	ck_assert_int_eq(
		t_run(NULL,
			"cd / && setpriv --reuid=%u --regid=%u --clear-groups %s/initdb -D "
			"%s/data -A trust -U postgres --no-sync --no-locale >%s/log 2>&1",
			user->pw_uid, user->pw_gid, s->bin, s->dir, s->dir),
		0);
	snprintf(data, sizeof(data), "%s/data", s->dir);
	strcat(s->bin, "/postgres");
	s->pid = fork();
	ck_assert_int_ge(s->pid, 0);
	if (!s->pid) {
		i = open("/dev/null", O_RDWR);
		if (setgroups(0, NULL) || setgid(user->pw_gid) || setuid(user->pw_uid) ||
			/* after those, which would take it back */
			prctl(PR_SET_PDEATHSIG, SIGQUIT) || dup2(i, 1) < 0 || dup2(i, 2) < 0)
			_exit(126);
		execl(s->bin, s->bin, "-D", data, "-k", s->dir, "-F", "-c",
			"listen_addresses=", (char *)NULL);
		_exit(127);
	}
	for (i = 0; i < 200; i++) {
		if (!t_run(NULL, "psql -h %s -U postgres -c '' postgres >/dev/null 2>&1", s->dir))
			return;
		usleep(100000);
	}
	ck_abort_msg("%s does not answer", s->bin);
}

static void server_end(struct server *s)
{
	int status;

	ck_assert_int_eq(kill(s->pid, SIGINT), 0);
	ck_assert_int_eq(waitpid(s->pid, &status, 0), s->pid);
	ck_assert_int_eq(status, 0);
}

/* By path: the process that gets a query is not there yet. */
START_TEST(postgresql_query)
{
	char *dir = found("ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1"), got[128];
	struct passwd *user = getpwnam("postgres");
	struct rawbpf_usdt *u;
	struct rawbpf *b;
	struct server s;
	uint32_t key;

	T_NEED_ROOT();
	if (!dir || !user || t_run(NULL, "command -v psql setpriv >/dev/null"))
		T_SKIP("no postgresql");
	snprintf(s.bin, sizeof(s.bin), "%s", dir);
	free(dir);
	server_start(&s, user);
	u = rawbpf_usdt_new(.path = s.bin);
	enable(u, "query__start", "on_query");
	b = rawbpf_new();
	load(b, on_query, u);
	for (key = 0; key < sizeof(queries) / sizeof(*queries); key++) {
		ck_assert_int_eq(
			t_run(NULL, "psql -h %s -U postgres -q -c \"%s\" postgres >/dev/null",
				s.dir, queries[key]),
			0);
		ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "seen"), &key, got), 0);
		ck_assert_str_eq(got, queries[key]);
	}
	ck_assert_int_lt(rawbpf_table_lookup(rawbpf_table(b, "seen"), &key, got), 0);
	rawbpf_free(b);
	rawbpf_usdt_free(u);
	server_end(&s);
}
END_TEST

/* ---- python: a function's file, name and line ------------------------------------------------ */

struct call {
	char file[64], name[32];
	int64_t line;
};
static const char on_call[] = ".include \"usdt.inc\"\n"
			      ".license \"GPL\"\n"
			      ".struct call\n"
			      "	file: char[64]\n"
			      "	name: char[32]\n"
			      "	line: s64\n"
			      ".end\n"
			      ".map at array(u32, u64, 1)\n"
			      ".map seen hash(u32, call)\n"
			      ".prog on_call \"usdt\"\n"
			      ".var c: call\n"
			      ".var key: u32\n"
			      "	usdt_arg_str c.file, 1\n"
			      "	usdt_arg_str c.name, 2\n"
			      "	r1 = usdt_arg(3)\n"
			      "	c.line = r1\n"
			      "	key = 0\n"
			      "	r0 = bpf_map_lookup_elem(&at, &key)\n"
			      "	if r0 == 0 goto out\n"
			      "	r1 = *(u64 *)(r0 +0)\n"
			      "	key = r1\n"
			      "	r1 += 1\n"
			      "	*(u64 *)(r0 +0) = r1\n"
			      "	r0 = bpf_map_update_elem(&seen, &key, &c, 0)\n"
			      "out:	return 0\n";
/* python 3.11 comes by this probe only where something is thrown into a function that yields */
static const char script[] = "import os\n"
			     "def outer(n):\n"
			     "    yield n\n"
			     "    yield n + 1\n"
			     "\n"
			     "\n"
			     "def inner(n):\n"
			     "    try:\n"
			     "        yield n\n"
			     "    except ValueError:\n"
			     "        yield -n\n"
			     "\n"
			     "\n"
			     "def tell(g):\n"
			     "    line = g.gi_frame.f_lineno\n"
			     "    os.write(1, f'{__file__} {g.__name__} {line}\\n'.encode())\n"
			     "    return g\n"
			     "\n"
			     "\n"
			     "os.write(1, b'ready\\n')\n"
			     "while os.read(0, 1):\n"
			     "    g = outer(1)\n"
			     "    next(g)\n"
			     "    tell(g).close()\n"
			     "    g = outer(2)\n"
			     "    next(g)\n"
			     "    next(g)\n"
			     "    tell(g).close()\n"
			     "    g = inner(3)\n"
			     "    next(g)\n"
			     "    tell(g).throw(ValueError)\n"
			     "    tell(g).close()\n"
			     "    os.write(1, b'done\\n')\n";

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

/* What was recorded, as the script tells it; malloc'ed. */
static char *calls_seen(struct rawbpf *b)
{
	char *text = NULL;
	struct call c;
	uint32_t key;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(f);
	for (key = 0; !rawbpf_table_lookup(rawbpf_table(b, "seen"), &key, &c); key++)
		fprintf(f, "%s %s %d\n", c.file, c.name, (int)c.line);
	ck_assert_int_eq(fclose(f), 0);
	return text;
}

START_TEST(python_function)
{
	static const char python[] = "/usr/bin/python3.11";
	char dir[] = "/tmp/rawbpf-py-XXXXXX", path[64], *told, *seen;
	struct rawbpf_usdt *u;
	struct t_sites s;
	struct rawbpf *b;

	T_NEED_ROOT();
	if (t_run(NULL, "grep -qs function__entry %s", python))
		T_SKIP("no python 3.11 with probes");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/calls.py", dir);
	write_file(path, script);
	t_sites_start(&s, python, path, NULL);
	u = rawbpf_usdt_new(.pid = s.pid);
	enable(u, "function__entry", "on_call");
	b = rawbpf_new();
	load(b, on_call, u);
	told = t_sites_ask(&s, 'x');
	seen = calls_seen(b);
	ck_assert_str_eq(seen, told);
	ck_assert_ptr_nonnull(strstr(told, "/calls.py outer 4\n"));
	rawbpf_free(b);
	rawbpf_usdt_free(u);
	free(t_sites_end(&s));
	free(told);
	free(seen);
}
END_TEST

/* ---- the C++ library: what is thrown --------------------------------------------------------- */

static const struct t_firing throws[] = {{"throw", 1, 2}, {"catch", 1, 2}, {NULL, 0, 0}};

/* _i: every library of the process, or that one */
START_TEST(cplusplus_throw)
{
	char *lib = found("ls /usr/lib/*-linux-gnu/libstdc++.so.6 /usr/lib/libstdc++.so.6 "
			  "2>/dev/null | head -n 1"),
	     *text = t_firings_text(throws, "usdt"), *seen, *told;
	char dir[] = "/tmp/rawbpf-cc-XXXXXX", path[64];
	struct rawbpf_usdt *u;
	struct t_sites s;
	struct rawbpf *b;

	T_NEED_ROOT();
	if (!lib || t_run(NULL, "grep -q stapsdt %s && command -v g++ >/dev/null", lib))
		T_SKIP("no g++, or a C++ library without probes");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/throw", dir);
	ck_assert_int_eq(
		t_run(NULL, "g++ -O1 -o %s %s/tests/sites/throw.cc 2>&1", path, TEST_ROOT), 0);
	t_sites_start(&s, path, NULL, NULL);
	u = _i ? rawbpf_usdt_new(.pid = s.pid) : rawbpf_usdt_new(.path = lib, .pid = s.pid);
	enable(u, "libstdcxx:throw", "on_throw");
	enable(u, "libstdcxx:catch", "on_catch");
	b = rawbpf_new();
	load(b, text, u);
	told = t_sites_ask(&s, 'x');
	seen = t_firings_take(b, throws);
	ck_assert_str_eq(seen, told);
	rawbpf_free(b);
	rawbpf_usdt_free(u);
	free(t_sites_end(&s));
	free(seen);
	free(told);
	free(text);
	free(lib);
}
END_TEST

Suite *suite_packages(void);
Suite *suite_packages(void)
{
	Suite *s = suite_create("packages");
	TCase *t = tcase_create("host");

	tcase_add_test(t, postgresql_query);
	tcase_add_test(t, python_function);
	tcase_add_loop_test(t, cplusplus_throw, 0, 2);
	suite_add_tcase(s, t);
	return s;
}
