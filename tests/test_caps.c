// SPDX-License-Identifier: MIT
/*
 * test_caps.c - which capabilities each job needs, measured by dropping all others.
 *
 * tests/data/rights.txt tells a set for each job, kernel and kind of user: root without any right
 * of root's, and another user.  With the set and nothing else the job is done; without any one of
 * its capabilities it fails, and the command's own message names what is missing.  A row that is
 * not so is measured anew: what was found is in the failure.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "here.h"
#include "t.h"

#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#endif
#ifndef CAP_BPF
#define CAP_BPF 39
#endif

enum { NOBODY = 65534, SECURE_NOROOT = 3 };

/* In the order in which it is tried to do without: first what stands for others. */
static const struct {
	unsigned nr;
	const char *name;
} caps[] = {
	{CAP_SYS_ADMIN, "SYS_ADMIN"},
	{CAP_SYS_RESOURCE, "SYS_RESOURCE"},
	{CAP_DAC_OVERRIDE, "DAC_OVERRIDE"},
	{CAP_DAC_READ_SEARCH, "DAC_READ_SEARCH"},
	{CAP_SYSLOG, "SYSLOG"},
	{CAP_PERFMON, "PERFMON"},
	{CAP_BPF, "BPF"},
	{CAP_SYS_PTRACE, "SYS_PTRACE"},
};

enum { CAPS = sizeof(caps) / sizeof(*caps) };

#define TEXT(progs)	    ".license \"GPL\"\n" progs
#define PROG(name, section) ".prog " name " \"" section "\"\n	return 0\n"
#define TRACEPOINT	    TEXT(PROG("p", "tracepoint/sched/sched_process_exec"))

/* In arguments and sections @ is a file with probes; FILE the program, PID a process of root's. */
static const struct job {
	const char *name, *argv[5], *text;
} jobs[] = {
	{"asm", {"asm", "-o", "-", "FILE"}, TRACEPOINT},
	{"syms FILE", {"syms", "@", "many_00"}, NULL},
	{"usdt FILE", {"usdt", "@"}, NULL},
	{"usdt -p PID", {"usdt", "-p", "PID"}, NULL},
	{"run --dry-run", {"run", "--dry-run", "FILE"}, TRACEPOINT},
	{"load", {"load", "FILE"}, TRACEPOINT},
	{"tracepoint", {"run", "FILE"}, TRACEPOINT},
	{"tracepoint, lines", {"run", "FILE"},
		".include \"std.inc\"\n.license \"GPL\"\n"
		".prog p \"tracepoint/sched/sched_process_exec\"\n"
		"	printk \"seen\"\n	return 0\n"},
	{"raw_tp", {"run", "FILE"}, TEXT(PROG("p", "raw_tp/sched_process_exec"))},
	{"tp_btf", {"run", "FILE"}, TEXT(PROG("p", "tp_btf/sched_process_exec"))},
	{"uprobe", {"run", "FILE"}, TEXT(PROG("p", "uprobe/@:many_00"))},
	{"uprobe.multi", {"run", "FILE"}, TEXT(PROG("p", "uprobe.multi/@:many_0*"))},
	{"usdt", {"run", "FILE"}, TEXT(PROG("p", "usdt/@:here:counted"))},
	{"usdt, -p PID", {"run", "-p", "PID", "FILE"}, TEXT(PROG("p", "usdt/@:here:counted"))},
	{"kprobe", {"run", "FILE"}, TEXT(PROG("p", "kprobe/vfs_mkdir"))},
	{"kprobe.multi", {"run", "FILE"}, TEXT(PROG("p", "kprobe.multi/vfs_mk*"))},
	{"fentry", {"run", "FILE"}, TEXT(PROG("p", "fentry/vfs_mkdir"))},
	{"trace", {"trace"}, NULL},
	{"trace --shared", {"trace", "--shared"}, NULL},
	{"doctor --reap", {"doctor", "--reap"}, NULL},
};

enum { JOBS = sizeof(jobs) / sizeof(*jobs) };

/* ---- one try ------------------------------------------------------------------------------- */

/* Where the command and its files are for everybody to read, and what it said last. */
struct place {
	char dir[32], tool[64], exe[64], file[64];
	pid_t target;
	char said[4096];
};

static uint64_t bit(unsigned i)
{
	return (uint64_t)1 << caps[i].nr;
}

/* These and no others, in this process and in what it starts. */
static bool become(uint64_t set, bool user)
{
	struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct d[2] = {{0}};
	unsigned i;

	if (prctl(PR_SET_SECUREBITS, SECURE_NOROOT | 1 << 4 /* KEEP_CAPS */))
		return false;
	for (i = 0; prctl(PR_CAPBSET_READ, i) >= 0; i++)
		if (!(set >> i & 1) && prctl(PR_CAPBSET_DROP, i))
			return false;
	if (user && (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
			    setresuid(NOBODY, NOBODY, NOBODY)))
		return false;
	for (i = 0; i < 2; i++)
		d[i].effective = d[i].permitted = d[i].inheritable = (uint32_t)(set >> 32 * i);
	if (syscall(SYS_capset, &h, d))
		return false;
	for (i = 0; i < 64; i++)
		if (set >> i & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0))
			return false;
	return true;
}

/* Tracefs where it is on every machine; who has it elsewhere, or not at all, needs SYS_ADMIN. */
static void see_tracefs(void)
{
	if (access("/sys/kernel/tracing/events", F_OK) && !unshare(CLONE_NEWNS) &&
		!mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
}

static void start(const struct place *p, const struct job *job, uint64_t set, bool user, int err)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const char *argv[8] = {"rawbpf"};
	char pid[16];
	size_t i;

	snprintf(pid, sizeof(pid), "%d", (int)p->target);
	for (i = 0; i < 5 && job->argv[i]; i++)
		argv[i + 1] = !strcmp(job->argv[i], "FILE")  ? p->file
			      : !strcmp(job->argv[i], "PID") ? pid
			      : !strcmp(job->argv[i], "@")   ? p->exe
							     : job->argv[i];
	dup2(null, 0);
	dup2(null, 1);
	dup2(err, 2);
	see_tracefs();
	if (become(set, user))
		execv(p->tool, (char *const *)argv);
	dprintf(2, "the rights could not be set: %s", strerror(errno));
	_exit(126);
}

/* Whether the job was done; once it says that it goes on until Ctrl-C, it gets that. */
static bool done_once(struct place *p, const struct job *job, uint64_t set, bool user)
{
	size_t len = 0;
	bool told = false;
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid)
		start(p, job, set, user, fds[1]);
	close(fds[1]);
	while ((n = read(fds[0], p->said + len, sizeof(p->said) - 1 - len)) > 0) {
		len += (size_t)n;
		p->said[len] = '\0';
		if (!told && strstr(p->said, "Ctrl-C ends"))
			told = !kill(pid, SIGINT);
	}
	p->said[len] = '\0';
	close(fds[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(!WIFEXITED(status) || WEXITSTATUS(status) < 126, "%s", p->said);
	return !status;
}

/* The shared trace_pipe has room for one reader, which may be another test's. */
static bool done(struct place *p, const struct job *job, uint64_t set, bool user)
{
	int i;

	for (i = 0; i < 100; i++) {
		if (done_once(p, job, set, user))
			return true;
		if (!strstr(p->said, "another reader"))
			return false;
		usleep(50000);
	}
	return false;
}

/* ---- what is true -------------------------------------------------------------------------- */

static void put_set(char *out, size_t size, uint64_t set)
{
	size_t i;

	*out = '\0';
	for (i = 0; i < CAPS; i++)
		if (set & bit((unsigned)i))
			snprintf(out + strlen(out), size - strlen(out), "%s%s", *out ? "," : "",
				caps[i].name);
	if (!*out)
		snprintf(out, size, "-");
}

/* All that this process can have. */
static uint64_t everything(void)
{
	uint64_t set = 0;
	unsigned i;

	for (i = 0; i < CAPS; i++)
		if (prctl(PR_CAPBSET_READ, caps[i].nr) == 1)
			set |= bit(i);
	return set;
}

/* The least set, as text. */
static void measure(struct place *p, const struct job *job, bool user, char *out, size_t size)
{
	uint64_t set = everything();
	unsigned i;

	if (!done(p, job, set, user)) {
		snprintf(out, size, "absent");
		return;
	}
	if (done(p, job, 0, user))
		set = 0;
	for (i = 0; i < CAPS; i++)
		if (set & bit(i) && done(p, job, set & ~bit(i), user))
			set &= ~bit(i);
	put_set(out, size, set);
}

/* "BPF,PERFMON", "-" or "absent" (*there false) */
static uint64_t read_set(const char *s, bool *there)
{
	uint64_t set = 0;
	size_t i, n;

	*there = strcmp(s, "absent") != 0;
	for (; *there && *s && *s != '-'; s += n + (s[n] == ',')) {
		n = strcspn(s, ",");
		for (i = 0; i < CAPS; i++)
			if (strlen(caps[i].name) == n && !strncmp(caps[i].name, s, n))
				break;
		ck_assert_msg(i < CAPS, "no capability '%.*s'", (int)n, s);
		set |= bit((unsigned)i);
	}
	return set;
}

/* A file's message says whose it is, or by which right there is another road than files. */
static bool names_it(const struct place *p, unsigned i)
{
	bool file = caps[i].nr == CAP_DAC_OVERRIDE || caps[i].nr == CAP_DAC_READ_SEARCH;
	char name[32];

	snprintf(name, sizeof(name), "CAP_%s", caps[i].name);
	return strstr(p->said, name) || (file && (strstr(p->said, "for its owner only") ||
							 strstr(p->said, "CAP_SYS_ADMIN missing")));
}

/*
 * Whether that set is what is needed, no more and no less, and the message names each that is
 * missing.  CAP_SYS_ADMIN stands for two others, which must not do in its place.
 */
static bool holds(struct place *p, const struct job *job, const char *told, bool user)
{
	uint64_t set, less;
	unsigned i;
	bool there;

	set = read_set(told, &there);
	if (!there)
		return !done(p, job, everything(), user);
	if (!done(p, job, set, user))
		return false;
	for (i = 0; i < CAPS; i++) {
		if (!(set & bit(i)))
			continue;
		less = set & ~bit(i);
		if (caps[i].nr == CAP_SYS_ADMIN)
			less |= (uint64_t)1 << CAP_BPF | (uint64_t)1 << CAP_PERFMON;
		if (done(p, job, less, user))
			return false;
		ck_assert_msg(names_it(p, i), "%s: without CAP_%s it says '%s'", job->name,
			caps[i].name, p->said);
	}
	return true;
}

/* ---- the table ----------------------------------------------------------------------------- */

/* Rows are JOB, the begin of a kernel's name, and the sets of root and of others, with tabs between. */
static bool find_row(const char *job, const char *release, char sets[2][64])
{
	char *all = t_data("rights.txt", NULL), *line, *save = NULL, name[64], kernel[32];
	char set[2][64];
	bool found = false;

	for (line = strtok_r(all, "\n", &save); line && !found; line = strtok_r(NULL, "\n", &save))
		found = *line != '#' &&
			sscanf(line, "%63[^\t]\t%31[^\t]\t%63[^\t]\t%63s", name, kernel, set[0],
				set[1]) == 4 &&
			!strcmp(name, job) && !strncmp(kernel, release, strlen(kernel));
	if (found)
		memcpy(sets, set, sizeof(set));
	free(all);
	return found;
}

static void copy(const char *from, const char *to)
{
	char *out;

	ck_assert_int_eq(t_run(&out, "cp -L %s %s && chmod 755 %s", from, to, to), 0);
	free(out);
}

static void write_text(const struct place *p, const struct job *job)
{
	FILE *f = fopen(p->file, "we");
	const char *s;

	ck_assert_ptr_nonnull(f);
	for (s = job->text ? job->text : ""; *s; s++) {
		if (*s == '@')
			fputs(p->exe, f);
		else
			fputc(*s, f);
	}
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(p->file, 0644), 0);
}

static void prepare(struct place *p, const struct job *job)
{
	char self[32];

	strcpy(p->dir, "/tmp/rawbpf-caps-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(p->dir));
	ck_assert_int_eq(chmod(p->dir, 0755), 0);
	snprintf(p->tool, sizeof(p->tool), "%s/rawbpf", p->dir);
	snprintf(p->exe, sizeof(p->exe), "%s/probed", p->dir);
	snprintf(p->file, sizeof(p->file), "%s/p.bpf", p->dir);
	snprintf(self, sizeof(self), "/proc/%d/exe", (int)getpid());
	copy(TEST_BUILD "/rawbpf", p->tool);
	copy(self, p->exe);
	write_text(p, job);
	p->target = fork();
	if (!p->target) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(0);
	}
}

static void clean(const struct place *p)
{
	kill(p->target, SIGKILL);
	waitpid(p->target, NULL, 0);
	unlink(p->tool);
	unlink(p->exe);
	unlink(p->file);
	rmdir(p->dir);
}

static int setting(const char *path)
{
	FILE *f = fopen(path, "re");
	int v = -1;

	if (f && fscanf(f, "%d", &v) != 1)
		v = -1;
	if (f)
		fclose(f);
	return v;
}

START_TEST(needs)
{
	char sets[2][64] = {"?", "?"}, found[2][64];
	const struct job *job = &jobs[_i];
	struct place p = {.target = 0};
	struct utsname u;
	bool known, ok;

	NEED_HERE();
	if (!t_has_cap(CAP_SETPCAP) || !t_has_cap(CAP_SETUID))
		T_SKIP("needs CAP_SETPCAP and CAP_SETUID");
	if (!getenv("T_CAPS_ANY") && (setting("/proc/sys/kernel/unprivileged_bpf_disabled") < 1 ||
					     setting("/proc/sys/kernel/perf_event_paranoid") != 2))
		T_SKIP("the table is of other settings: of unprivileged_bpf_disabled 1 or 2 and "
		       "perf_event_paranoid 2");
	ck_assert_int_eq(uname(&u), 0);
	known = find_row(job->name, u.release, sets);
	if (!known && !getenv("T_CAPS_ANY"))
		T_SKIP("tests/data/rights.txt does not tell of Linux %s", u.release);
	prepare(&p, job);
	if (!strcmp(sets[0], "absent") && done(&p, job, everything(), false)) {
		clean(&p);
		T_SKIP("the table's row was measured where there is no %s", job->name);
	}
	ok = known && holds(&p, job, sets[0], false) && holds(&p, job, sets[1], true);
	if (!ok) {
		measure(&p, job, false, found[0], sizeof(found[0]));
		measure(&p, job, true, found[1], sizeof(found[1]));
	}
	clean(&p);
	ck_assert_msg(ok, "told '%s' and '%s', found:\n%s\t%.8s\t%s\t%s\n%s", sets[0], sets[1],
		job->name, u.release, found[0], found[1], p.said);
}
END_TEST

/* Who is not the owner of tracefs removes its instance by a capability, and keeps that one alone. */
START_TEST(drop_of_a_user)
{
	static const struct job job = {"run --drop", {"run", "-v", "--drop", "FILE"},
		".include \"std.inc\"\n.license \"GPL\"\n"
		".prog p \"raw_tp/sched_process_exec\"\n"
		"	printk \"seen\"\n	return 0\n"};
	uint64_t set = (uint64_t)1 << CAP_BPF | (uint64_t)1 << CAP_PERFMON |
		       (uint64_t)1 << CAP_DAC_OVERRIDE;
	struct place p = {.target = 0};
	bool user, root;
	char said[2][sizeof(p.said)];

	T_NEED_ROOT();
	if (!t_has_cap(CAP_SETPCAP) || !t_has_cap(CAP_SETUID))
		T_SKIP("needs CAP_SETPCAP and CAP_SETUID");
	if (T_SANITIZED) /* leaks are looked for by calls that are given up */
		setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	prepare(&p, &job);
	user = done(&p, &job, set, true);
	strcpy(said[0], p.said);
	root = done(&p, &job, set, false);
	strcpy(said[1], p.said);
	clean(&p);
	ck_assert_msg(user && strstr(said[0], "CAP_DAC_OVERRIDE stays"), "%s", said[0]);
	ck_assert_msg(!strstr(said[0], " and stays"), "%s", said[0]);
	ck_assert_msg(root && !strstr(said[1], "CAP_DAC_OVERRIDE stays"), "%s", said[1]);
	ck_assert_msg(!strstr(said[1], " and stays"), "%s", said[1]);
}
END_TEST

/* ---- the same for readers ------------------------------------------------------------------ */

enum { KERNELS = 16 };

/* The kernels of the table, in its order; and the sets of a job there. */
static size_t read_job(const char *job, char kernels[KERNELS][32], char sets[KERNELS][2][64])
{
	char *all = t_data("rights.txt", NULL), *line, *save = NULL, name[64], kernel[32], a[64],
	     b[64];
	size_t n = 0;

	for (line = strtok_r(all, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (*line == '#')
			continue;
		ck_assert_msg(
			sscanf(line, "%63[^\t]\t%31[^\t]\t%63[^\t]\t%63s", name, kernel, a, b) == 4,
			"%s", line);
		if (strcmp(name, job) != 0)
			continue;
		ck_assert_uint_lt(n, KERNELS);
		strcpy(kernels[n], kernel);
		strcpy(sets[n][0], a);
		strcpy(sets[n++][1], b);
	}
	free(all);
	return n;
}

static void add_set(char *out, const char *set)
{
	for (out += strlen(out); *set; set++)
		out += sprintf(out, *set == ',' ? ", " : "%c", *set);
}

/*
 * "| `JOB` | BPF, PERFMON | ... | DAC_OVERRIDE (6.1) |", without kernels where all that can do it
 * ask for it; "" for a job that needs nothing anywhere
 */
static void readme_row(const char *job, char *out)
{
	char kernels[KERNELS][32], sets[KERNELS][2][64], more[512] = "", *p = out;
	size_t n = read_job(job, kernels, sets), i, k;
	bool any = false, there, more_there;
	uint64_t extra = 0, here;
	size_t asks[CAPS] = {0}, can = 0;
	char where[CAPS][64] = {{0}};

	ck_assert_msg(n > 4, "%s: %zu kernels", job, n);
	p += sprintf(p, "| `%s` |", job);
	for (i = 0; i < n; i++) {
		here = read_set(sets[i][1], &more_there) & ~read_set(sets[i][0], &there);
		extra |= here;
		can += there;
		for (k = 0; k < CAPS; k++)
			if (here & bit((unsigned)k)) {
				asks[k]++;
				sprintf(where[k] + strlen(where[k]), "%s%.*s",
					*where[k] ? ", " : "", (int)strlen(kernels[i]) - 1,
					kernels[i]);
			}
		any = any || strcmp(sets[i][0], "-") != 0;
		if (there)
			add_set(strcat(p, " "), sets[i][0]);
		strcat(p, " |");
		p += strlen(p);
	}
	for (k = 0; k < CAPS; k++)
		if (extra & bit((unsigned)k)) {
			sprintf(more + strlen(more), "%s %s", *more ? "," : "", caps[k].name);
			if (asks[k] < can)
				strcat(strcat(strcat(more, " ("), where[k]), ")");
		}
	sprintf(p, "%s |\n", more);
	if (!any && !extra)
		*out = '\0';
}

START_TEST(readme)
{
	char row[1024], head[256] = "| job |", kernels[KERNELS][32], sets[KERNELS][2][64];
	char *text = t_read_file(TEST_ROOT "/README.md", NULL);
	size_t n = read_job("load", kernels, sets), i;

	for (i = 0; i < n; i++)
		sprintf(head + strlen(head), " %.*s%s |", (int)strlen(kernels[i]) - 1, kernels[i],
			strchr(kernels[i], '.')[1] || strlen(kernels[i]) > 2 ? "" : ".x");
	ck_assert_msg(strstr(text, head) != NULL, "no '%s' in README.md", head);
	for (i = 0; i < JOBS; i++) {
		readme_row(jobs[i].name, row);
		ck_assert_msg(strstr(text, row) != NULL, "not in README.md: %s", row);
	}
	free(text);
}
END_TEST

Suite *suite_caps(void);
Suite *suite_caps(void)
{
	Suite *s = suite_create("caps");
	TCase *t = tcase_create("live"), *host = tcase_create("host");

	tcase_add_test(host, readme);
	suite_add_tcase(s, host);
	tcase_add_loop_test(t, needs, 0, JOBS);
	tcase_add_test(t, drop_of_a_user);
	tcase_set_timeout(t, 120);
	suite_add_tcase(s, t);
	return s;
}
