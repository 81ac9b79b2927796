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

/* What leads to the C library by its name is up to how a machine is set up, but for the cache. */
static bool is_of_search(const char *path)
{
	static const char *const where[] = {
		"/lib", "/usr/lib", "/usr/local/lib", "/bin/", "/etc/ld-"};
	size_t i;

	for (i = 0; i < sizeof(where) / sizeof(*where); i++)
		if (!strncmp(path, where[i], strlen(where[i])))
			return !strstr(path, "/libc.so");
	return false;
}

static void learn_other(struct golden *g, const struct rawbpf_call *c, long ret)
{
	char *to = g->other;
	size_t n = sizeof(g->other);
	const uintptr_t *a = c->arg;

	put_other(g);
	switch (c->kind) {
	case RAWBPF_CALL_OPENAT:
		if (!strcmp((const char *)a[1], "/etc/ld.so.cache"))
			snprintf(to, n, "open \"/etc/ld.so.cache\"");
		else if (!is_of_others((const char *)a[1]) && !is_of_search((const char *)a[1]))
			snprintf(to, n, "open \"%s\" = %s", (const char *)a[1], result_of(ret));
		break;
	case RAWBPF_CALL_UNAME: snprintf(to, n, "uname"); break;
	case RAWBPF_CALL_POLL: snprintf(to, n, "poll"); break;
	case RAWBPF_CALL_CAPGET: snprintf(to, n, "capget"); break;
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
	const struct golden *g = arg;
	long ret = g->play ? g->play(g->play_arg, c) : rawbpf_call_kernel(c);

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

void golden_forget(struct golden *g)
{
	*g->other = '\0';
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
	{", tag ", "0123456789abcdef", "TAG", 1},
	{"kern_version=", "0123456789", "VERSION", 1},
	{"config2=0x", "0123456789abcdef", "OFFSET", 1},
	{"offsets=[0x", "0123456789abcdef, x", "OFFSET", 1},
	{"ref_ctr_offsets=[0x", "0123456789abcdef, x", "OFFSET", 1},
	{"/child:0x", "0123456789abcdef", "OFFSET", 1},
	{"/http:0x", "0123456789abcdef", "OFFSET", 1},
	{"/pie:0x", "0123456789abcdef", "OFFSET", 1},
	{"cookies=[0x", "0123456789abcdef, x", "COOKIE", 1},
	{"(0x", "0123456789abcdef", "OFFSET", 1}, /* a semaphore, behind the place */
	/* of a function of the kernel */
	{"<0x", "0123456789abcdef", "ADDRESS", 8},
	{" 0x", "0123456789abcdef", "ADDRESS", 8},
	{"/proc/", "0123456789", "PID", 1},
	{"rawbpf_PID_TIME_", "0123456789", "N", 1},
	{"{len=", "0123456789", "N",
		1}, /* of a filter: calls have numbers of their own on each CPU */
	{"config=", "0123456789", "SEMAPHORE", 10}, /* its offset, 32 bits up */
	{"key=", "0123456789abcdef ", "KEY", 1},    /* in an order that is a map's own */
	/* of code that reads operands, which are where this CPU has them */
	{"insn_cnt=", "0123456789", "N", 1},
	{"insns=[", "0123456789", "N", 1},
	{"line_info=[", "0123456789", "N", 1},
	{"line_info_cnt=", "0123456789", "N", 1},
	{"btf=[", "0123456789", "N", 1},
	{"btf_size=", "0123456789", "N", 1},
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

/* The C library's file, and a place in it. */
static size_t put_libc(const char *s, struct buf *out)
{
	size_t n = *s == '/' ? strcspn(s, "\":>, ") : 0, i;

	for (i = 0; i < n && strncmp(s + i, "/libc.so", 8) != 0; i++)
		;
	if (i == n)
		return 0;
	buf_puts(out, "LIBC");
	if (strncmp(s + n, ":0x", 3) != 0)
		return n;
	buf_puts(out, ":OFFSET");
	return n + 3 + strspn(s + n + 3, "0123456789abcdef");
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
			n = put_libc(s, out);
		if (!n)
			n = put_length(line, s, out);
		if (!n) {
			buf_add(out, s, 1);
			n = *line != '\t' && *s == '(' && s[1] == ' ' ? 2 : 1;
		}
		s += n;
	}
}

/* ---- the same for many ------------------------------------------------------------------------ */

/* What a call is made once for each of, by what its line has; NULL: it is not. */
static const struct {
	const char *has, *of, *spelt, *word;
} eaches[] = {
	{"(PR_CAPBSET_", "capability", "ABCDEFGHIJKLMNOPQRSTUVWXYZ_", "CAP_"},
	{" on cpu ", "CPU", "0123456789", " on cpu "},
	{"\topen \"/proc/PID/maps", "process", "", ""},
	{"(BPF_BTF_GET_NEXT_ID, ", "BTF in the kernel", "", ""},
	{"<sites:inlined>", "place", "", ""},
	{"key=", "element", "", ""},
};

static int each_of(const char *line)
{
	size_t i;

	for (i = 0; i < sizeof(eaches) / sizeof(*eaches); i++)
		if (strstr(line, eaches[i].has))
			return (int)i;
	return -1;
}

/* The line as it is for each of them: what tells one from another as a word. */
static char *shape_of(const char *line)
{
	static const char *const as[] = {"CAP", " on cpu CPU", "", "", "", ""};
	struct buf out = {0};
	int each = each_of(line);
	const char *s = line, *word = each < 0 ? "" : eaches[each].word;
	size_t n = strlen(word);

	buf_puts(&out, "");
	while (*s) {
		if (n && !strncmp(s, word, n)) {
			buf_puts(&out, as[each]);
			s += n + strspn(s + n, eaches[each].spelt);
		} else if (each == 1 && !strncmp(s, ", ", 2) && isdigit((unsigned char)s[2]) &&
			   !strncmp(s + 2 + strspn(s + 2, "0123456789"), ", -1, PERF_", 11)) {
			buf_puts(&out, ", CPU");
			s += 2 + strspn(s + 2, "0123456789");
		} else {
			buf_add(&out, s++, 1);
		}
	}
	ck_assert(!out.failed);
	return buf_steal(&out);
}

struct same_lines {
	char **line, **shape;
	size_t n;
	struct buf out;
};

static bool is_call(const struct same_lines *l, size_t i)
{
	return *l->line[i] != '\t';
}

/* How many lines from i on are the p first ones again and again. */
static size_t alike(const struct same_lines *l, size_t i, size_t p)
{
	bool each = false;
	size_t j;

	for (j = i; j < i + p && j < l->n && !is_call(l, j); j++)
		each |= each_of(l->line[j]) >= 0;
	if (j < i + p || !each)
		return 0;
	while (j < l->n && !strcmp(l->shape[j], l->shape[j - p]))
		j++;
	return j - i;
}

/* ... of those that are left: one of them, which asked more, stands before. */
static bool is_rest(const struct same_lines *l, size_t i)
{
	size_t j;

	for (j = i; j-- > 0 && !is_call(l, j);)
		if (!strcmp(l->shape[j], l->shape[i]))
			return true;
	return false;
}

static void put_each(struct same_lines *l, size_t i, size_t p)
{
	size_t j = i;

	while (each_of(l->line[j]) < 0)
		j++;
	buf_printf(&l->out, "\tfor each %s%s:\n", is_rest(l, j) ? "further " : "",
		eaches[each_of(l->line[j])].of);
	for (j = i; j < i + p; j++)
		buf_printf(&l->out, "\t%s\n", l->shape[j]);
}

/* How many lines from i on are of one CPU. */
static size_t of_cpu(const struct same_lines *l, size_t i)
{
	const char *cpu = strstr(l->line[i], " on cpu "), *other;
	size_t p, n = cpu ? 8 + strspn(cpu + 8, "0123456789") : 0;

	for (p = 0; n && i + p < l->n; p++) {
		other = strstr(l->line[i + p], " on cpu ");
		if (!other || strncmp(other, cpu, n + 1) != 0)
			break;
	}
	return p;
}

/* Of all CPUs, of which a machine may have one only; the first may ask what the others know. */
static size_t put_cpus(struct same_lines *l, size_t i)
{
	const size_t from = i;
	size_t p, k, was = i, was_p = 0;

	for (; i < l->n && (p = of_cpu(l, i)); i += p) {
		for (k = 0; k < p && p == was_p && !strcmp(l->shape[was + k], l->shape[i + k]); k++)
			;
		if (k < p)
			put_each(l, i, p);
		was = i;
		was_p = p;
	}
	return i - from;
}

/* The lines from i on that are told at once; how many they are. */
static size_t put_lines(struct same_lines *l, size_t i, const char *call)
{
	size_t p, n;

	if (strstr(l->line[i], " on cpu ") && !strstr(call, ".cpus"))
		return put_cpus(l, i);
	for (p = 1; p <= 8; p++) {
		n = alike(l, i, p);
		if (n < 2 * p)
			continue;
		if (n % p) /* so that the last ends where they do */
			break;
		put_each(l, i, p);
		return n;
	}
	buf_printf(&l->out, "%s\n", l->line[i]);
	return 1;
}

/* A file that is read is opened again where it cannot be mapped; waits are as many as it takes. */
static bool is_again(const struct same_lines *l, const char *line)
{
	return l->n && !strcmp(l->line[l->n - 1], line) && each_of(line) < 0 &&
	       (!strncmp(line, "\topen ", 6) || !strncmp(line, "\tpoll", 6));
}

static void add_line(struct same_lines *l, const char *line)
{
	struct buf out = {0};
	char *text;

	put_same(&out, line);
	ck_assert(!out.failed);
	text = buf_steal(&out);
	if (is_again(l, text)) {
		free(text);
		return;
	}
	l->line = realloc(l->line, (l->n + 1) * sizeof(*l->line));
	l->shape = realloc(l->shape, (l->n + 1) * sizeof(*l->shape));
	ck_assert(l->line && l->shape);
	l->line[l->n] = text;
	l->shape[l->n++] = shape_of(text);
}

/* Line by line; what is done for each of many is told once. */
static char *same_everywhere(char *log)
{
	struct same_lines l = {0};
	const char *call = "";
	char *save = NULL, *line;
	size_t i, n;

	for (line = strtok_r(log, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		add_line(&l, line);
	buf_puts(&l.out, "");
	for (i = 0; i < l.n; i += n) {
		n = 1;
		if (is_call(&l, i))
			buf_printf(&l.out, "%s\n", call = l.line[i]);
		else
			n = put_lines(&l, i, call);
	}
	for (i = 0; i < l.n; i++) {
		free(l.line[i]);
		free(l.shape[i]);
	}
	free(l.line);
	free(l.shape);
	ck_assert(!l.out.failed);
	return buf_steal(&l.out);
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
