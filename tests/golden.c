// SPDX-License-Identifier: MIT
/*
 * golden.c - a run's log, made the same on every machine.
 *
 * The stable audit log still has what differs between machines and builds: where this tree is, file
 * offsets of functions, the programs' tags (another sum from Linux 6.18 on) and the kernel's
 * version.  These become words.  What the audit does not show, files that are only read, limits,
 * waiting, comes from a hook; close(2), reads and mappings are left out.
 */
#include "golden.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "rawbpf_sys.h"
#include "t.h"

/* ---- calls ---------------------------------------------------------------------------------- */

static void put_other(struct golden *g)
{
	if (*g->other)
		buf_printf(&g->lines, "\t%s\n", g->other);
	*g->other = '\0';
}

static const char *result_of(long ret)
{
	return ret < 0 ? rawbpf_errno_name((int)ret) : "ok";
}

/* Of a process that is none of this run: what others leave in tracefs is looked at by rawbpf_reap(). */
static bool is_of_others(const char *path)
{
	return !strncmp(path, "/proc/", 6) && isdigit((unsigned char)path[6]) &&
	       atoi(path + 6) != (int)getpid() && strstr(path, "/stat") != NULL;
}

static void learn_other(struct golden *g, const struct rawbpf_call *c, long ret)
{
	char *to = g->other;
	size_t n = sizeof(g->other);
	const uintptr_t *a = c->arg;

	put_other(g);
	switch (c->kind) {
	case RAWBPF_CALL_OPENAT:
		if (!is_of_others((const char *)a[1]))
			snprintf(to, n, "open \"%s\" = %s", (const char *)a[1], result_of(ret));
		break;
	case RAWBPF_CALL_UNAME: snprintf(to, n, "uname"); break;
	case RAWBPF_CALL_POLL: snprintf(to, n, "poll"); break;
	case RAWBPF_CALL_FLOCK: snprintf(to, n, "flock = %s", result_of(ret)); break;
	case RAWBPF_CALL_PRLIMIT:
		if (a[2] && !ret) /* a hard limit lets only some raise it, to the end or not */
			snprintf(to, n, "setrlimit %s",
				a[1] == RLIMIT_NOFILE ? "RLIMIT_NOFILE" : "RLIMIT_MEMLOCK");
		break;
	default: break;
	}
}

static long golden_hook(void *arg, const struct rawbpf_call *c)
{
	long ret = rawbpf_call_kernel(c);

	learn_other(arg, c, ret);
	return ret;
}

void golden_line(void *arg, const char *line)
{
	struct golden *g = arg;

	*g->other = '\0'; /* the call that this line tells of */
	buf_printf(&g->lines, "\t%s\n", line);
}

void golden_quiet(struct golden *g, int result)
{
	ck_assert_msg(!result, "%s", rawbpf_errmsg(g->b));
	put_other(g);
	g->lines.len = 0;
}

void golden_ask(struct golden *g, const char *call)
{
	g->call = *call == '(' ? strchr(call, ')') + 1 : call; /* without a cast */
}

static void put_call(struct golden *g, const char *result)
{
	put_other(g);
	buf_printf(&g->log, "%s%s\n", g->call, result);
	buf_add(&g->log, buf_str(&g->lines), g->lines.len);
	g->lines.len = 0;
}

void golden_told(struct golden *g)
{
	put_call(g, "");
}

int golden_int(struct golden *g, int result)
{
	char text[64];

	snprintf(text, sizeof(text), " = %s%s", result < 0 ? "-" : "",
		result < 0 ? rawbpf_errno_name(result) : "");
	if (result >= 0)
		snprintf(text, sizeof(text), " = %d", result);
	put_call(g, text);
	return result;
}

/* ---- what differs between machines ---------------------------------------------------------- */

/* Numbers behind these words, as another word. */
static const struct {
	const char *behind, *of, *word;
	size_t least; /* digits */
} numbers[] = {
	{", tag ", "0123456789abcdef", "TAG", 1}, {"kern_version=", "0123456789", "VERSION", 1},
	{"config2=0x", "0123456789abcdef", "OFFSET", 1},
	{"offsets=[0x", "0123456789abcdef, x", "OFFSET", 1},
	{"ref_ctr_offsets=[0x", "0123456789abcdef, x", "OFFSET", 1},
	{"/child:0x", "0123456789abcdef", "OFFSET", 1},
	{"/http:0x", "0123456789abcdef", "OFFSET", 1},
	{"(0x", "0123456789abcdef", "OFFSET", 1}, /* a semaphore, behind the place */
	{"/proc/", "0123456789", "PID", 1}, {"rawbpf_PID_TIME_", "0123456789", "N", 1},
	{"{len=", "0123456789", "N",
		1}, /* of a filter: calls have numbers of their own on each CPU */
	{"config=", "0123456789", "SEMAPHORE", 10}, /* its offset, 32 bits up */
};

/* ... at s: bytes taken, 0: they are not there */
static size_t stand_in(const char *s, struct buf *out)
{
	size_t i, n, m;

	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		n = strlen(numbers[i].behind);
		if (strncmp(s, numbers[i].behind, n) != 0)
			continue;
		m = strspn(s + n, numbers[i].of);
		if (m < numbers[i].least)
			continue;
		buf_add(out, s, n - (s[n - 1] == 'x' ? 2 : 0));
		buf_puts(out, numbers[i].word);
		return n + m;
	}
	return 0;
}

/* How long a text is that has such a word: write(FD, "...", 72) = 72 */
static size_t put_length(const char *line, const char *s, struct buf *out)
{
	int n = 0, m = 0, a, b;

	if (strncmp(line, "\twrite(", 7) != 0 || sscanf(s, "\", %d) = %n", &a, &n) != 1 || !n)
		return 0;
	buf_puts(out, "\", LENGTH) = ");
	if (sscanf(s + n, "%d%n", &b, &m) != 1 || a != b)
		return (size_t)n;
	buf_puts(out, "LENGTH");
	return (size_t)(n + m);
}

/* Where this tree and its programs are, and blanks of the source. */
static size_t left_out(const char *s)
{
	static const char *const words[] = {TEST_BUILD, TEST_DATA};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strncmp(s, words[i], strlen(words[i])))
			return strlen(words[i]);
	return 0;
}

static void put_same(struct buf *out, const char *line)
{
	const char *s = line;
	size_t n;

	while (*s) {
		n = left_out(s);
		if (!n)
			n = stand_in(s, out);
		if (!n)
			n = put_length(line, s, out);
		if (!n) {
			buf_add(out, s, 1);
			n = *line != '\t' && *s == '(' && s[1] == ' ' ? 2 : 1;
		}
		s += n;
	}
}

/* The line without its key: a walk through a map, or through rights, is the same call many times. */
static size_t before_key(const char *line)
{
	const char *key = strstr(line, "key=");

	if (!key)
		key = strstr(line, "CAP_");
	return key ? (size_t)(key - line) : strlen(line);
}

/* Line by line; of lines that are alike the first, and how many they are. */
static char *same_everywhere(char *log)
{
	struct buf out = {0};
	const char *last = "";
	unsigned alike = 0;
	char *save = NULL, *line;
	size_t n;

	for (line = strtok_r(log, "\n", &save);; line = strtok_r(NULL, "\n", &save)) {
		n = before_key(last);
		if (line && *line == '\t' && n > 1 && before_key(line) == n &&
			!strncmp(line, last, n)) {
			/* a file that is read is opened again where it cannot be mapped; waits are as many as it takes */
			alike += strncmp(line, "\topen ", 6) && strncmp(line, "\tpoll", 6);
			continue;
		}
		if (alike)
			buf_printf(&out, "\t%u more\n", alike);
		alike = 0;
		if (!line)
			break;
		last = line;
		put_same(&out, line);
		buf_puts(&out, "\n");
	}
	ck_assert(!out.failed);
	return buf_steal(&out);
}

char *golden_log(const struct golden_run *r)
{
	struct rawbpf *b = rawbpf_new();
	struct golden g = {.b = b};
	char *log, *out;

	ck_assert_ptr_nonnull(b);
	rawbpf_set_hook(b, golden_hook, &g);
	ck_assert_int_eq(rawbpf_set_audit(b, golden_line, &g), 0);
	rawbpf_set_audit_form(b, RAWBPF_AUDIT_STABLE);
	g.lines.len = 0;
	*g.other = '\0';
	r->run(&g);
	ASK_PLAIN(&g, rawbpf_free(b));
	log = buf_steal(&g.log);
	out = same_everywhere(log);
	free(log);
	buf_free(&g.lines);
	return out;
}

/* ---- files ---------------------------------------------------------------------------------- */

char *golden_want(const char *file, const char *road)
{
	struct buf out = {0};
	bool here = false;
	char *line, *save = NULL, *text = strdup(file);

	ck_assert_ptr_nonnull(text);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (*line == '#')
			continue;
		if (!strncmp(line, "when", 4) && (!line[4] || line[4] == ' '))
			here = !strcmp(line[4] ? line + 5 : "", road);
		else if (here)
			buf_printf(&out, "%s\n", line);
	}
	free(text);
	return buf_steal(&out);
}
