// SPDX-License-Identifier: MIT
/*
 * test_bpfasm5.c - what bpfasm(5) shows is true: each literal block is assembled, loaded where the
 * kernel takes such programs, and run: by an event, or by BPF_PROG_TEST_RUN, with the result that
 * a comment "gives N" tells.  A block without a .prog line is the body of a program.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpfasm.h"
#include "rawbpf.h"
#include "old.h"
#include "rawbpf_sys.h"
#include "t.h"

#define PAGE TEST_ROOT "/bpfasm/bpfasm.5"

Suite *suite_bpfasm5(void);

enum { MAN_MAX = 4096 };

/* A literal block's next line without roff's escapes: \& is nothing, \e a backslash. */
static void man_line(char *to, const char *line, size_t len)
{
	size_t i, n = strlen(to);

	ck_assert_uint_lt(n + len + 2, MAN_MAX);
	for (i = 0; i < len; i++) {
		if (line[i] == '\\') {
			ck_assert_msg(
				line[i + 1] == '&' || line[i + 1] == 'e', "'%.*s'", (int)len, line);
			if (line[++i] == 'e')
				to[n++] = '\\';
		} else {
			to[n++] = line[i];
		}
	}
	to[n++] = '\n';
	to[n] = '\0';
}

/* The next literal block at *page, in text; false: there is none. */
static bool man_block(const char **page, char *text)
{
	const char *p = strstr(*page, "\n.Bd -literal");
	size_t len;

	text[0] = '\0';
	if (!p)
		return false;
	for (p = strchr(p + 1, '\n') + 1; strncmp(p, ".Ed", 3) != 0; p += len + 1) {
		len = strcspn(p, "\n");
		man_line(text, p, len);
	}
	*page = p;
	return true;
}

/* Each block in turn, as a whole text. */
static unsigned man_each(void (*fn)(const char *text))
{
	char *page = t_read_file(PAGE, NULL), block[MAN_MAX], text[MAN_MAX + 64];
	const char *p = page;
	unsigned n = 0;

	for (; man_block(&p, block); n++) {
		if (strstr(block, ".prog"))
			strcpy(text, block);
		else
			sprintf(text, ".prog p \"socket\"\n%sexit\n", block);
		fn(text);
	}
	free(page);
	return n;
}

/* The kernel, or the one that is played, is older than this. */
static bool is_before(unsigned major, unsigned minor)
{
	struct utsname u;
	unsigned at = old_version(), of[2] = {0, 0};

	if (!at && !uname(&u) && sscanf(u.release, "%u.%u", &of[0], &of[1]) == 2)
		at = OLD_KERNEL(of[0], of[1]);
	return at < OLD_KERNEL(major, minor);
}

/* Some examples need a later kernel than this one, or the one that is played. */
static bool is_for_later(const char *msg)
{
	if (msg && strstr(msg, "is not known to this kernel")) /* GNU's ldxsw */
		return is_before(6, 6);
	if (msg && strstr(msg, "back-edge from insn")) /* a loop */
		return is_before(5, 3);
	return old_version() && msg &&
	       (strstr(msg, "came with Linux") || strstr(msg, "need Linux") ||
		       strstr(msg, "invalid func unknown#") ||
		       strstr(msg, "CONFIG_DEBUG_INFO_BTF") ||
		       strstr(msg, "it may not know programs of this type"));
}

static void assembles(const char *text)
{
	struct bpfasm_resolver target;
	struct bpfasm_opts o = {.sz = sizeof(o), .name = "bpfasm.5", .resolver = &target};
	struct rawbpf *b = rawbpf_new();
	struct bpfasm_out out;
	int err;

	ck_assert_int_eq(rawbpf_resolver(b, NULL, &target), 0);
	err = bpfasm_assemble(text, strlen(text), &o, &out);
	if (!is_for_later(out.diag))
		ck_assert_msg(!err && !out.diag, "%s\n%s", text, out.diag ? out.diag : "");
	bpfasm_free(&out);
	rawbpf_free(b);
}

static void loads(const char *text)
{
	struct rawbpf *b;
	int err;

	if (strstr(text, "usdt_arg(")) /* which is nothing without a probe */
		return;
	if (strstr(text, "\"raw_tp/") && is_before(4, 17))
		return;
	b = rawbpf_new();
	err = rawbpf_load(b, .text = text);
	if (!is_for_later(rawbpf_errmsg(b)))
		ck_assert_msg(!err, "%s\n%s\n%s", text, rawbpf_errmsg(b),
			rawbpf_error(b)->log ? rawbpf_error(b)->log : "");
	rawbpf_free(b);
}

START_TEST(each_example_assembles_and_loads)
{
	T_NEED_ROOT(); /* fields of tracepoints are in tracefs */
	ck_assert_uint_ge(man_each(assembles), 7);
	man_each(loads);
}
END_TEST

/* ---- is it all there? --------------------------------------------------------------------- */

/* The page without roff's escapes. */
static char *man_text(void)
{
	char *page = t_read_file(PAGE, NULL), *to = page, *s;

	for (s = page; *s; s++) {
		if (s[0] == '\\' && (s[1] == '&' || s[1] == 'e')) {
			if (*++s == 'e')
				*to++ = '\\';
			continue;
		}
		*to++ = *s;
	}
	*to = '\0';
	return page;
}

static bool is_word(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

/* Is it there as a word or operator of its own?  "kprobe" of "kprobe.multi" is not. */
static bool man_tells(const char *page, const char *word)
{
	size_t n = strlen(word);
	const char *s;

	for (s = strstr(page, word); s; s = strstr(s + 1, word)) {
		char last = s == page ? ' ' : s[-1], next = s[n];

		if (!is_word(word[n - 1])) {
			if (strchr(" \n", last) && strchr(" ,\n", next))
				return true;
		} else if (!is_word(last) && last != '.' && last != '/' &&
			   (!is_word(next) || word[n - 1] == '_') &&
			   !(next == '.' && is_word(s[n + 1]))) {
			return true;
		}
	}
	return false;
}

/*
 * The tables of the assembler are what it takes: each of their words is in the page.  The script
 * picks them out of a file; at least so many, so that a table which has moved is not passed over.
 */
static const struct {
	const char *file, *script;
	unsigned least;
} man_tables[] = {
	{"parse.c", "/stmt_directives\\[\\]/,/^}/s/^\t{\"\\([^\"]*\\)\".*/\\1/p", 15},
	{"parse.c", "/stmt_words\\[\\]/,/^}/s/^\t{\"\\([^\"]*\\)\".*/\\1/p", 10},
	{"macro.c", "/macro_directives\\[\\]/,/^}/s/^\t{\"\\([^\"]*\\)\".*/\\1/p", 24},
	{"parse_tok.c", "/words\\[\\] = /,/;/s/\"\\([a-z_]*\\)\"/\\n\\1\\n/gp", 15},
	{"parse_map.c", "/mapk_table\\[\\]/,/^}/s/^\t{\"\\([^\"]*\\)\".*/\\1/p", 24},
	{"section.def",
		"s/^SECTION(\"\\([^\"]*\\)\", true.*/\\1.s\\n\\1/p; "
		"s/^SECTION(\"\\([^\"]*\\)\", false.*/\\1/p",
		90},
	{"section.c", "/^bool section_by_name/,/^}/s/\"\\([a-z_]*[a-z]\\)\"/\\n\\1__\\n/gp", 8},
	{"insn.def", "s/^\\(ALU\\|JMP\\)(.*, \"\\(.*\\)\").*/\\2/p", 20},
	{"parse_insn.c", "s/^\t\t{\"\\([bels]*[wap]*[0-9]*\\)\", INSN.*/\\1/p", 9},
	{"parse_mem.c", "/atomic_names\\[\\]/,/^}/s/^\t{\"\\([^\"]*\\)\".*/\\1/p", 17},
	{"parse_mem.c", "/imm64_names\\[\\]/,/^}/s/^\t{\"\\([^\"]*\\)\".*/\\1/p", 6},
	{"gnu.c", "/gnu_rows\\[\\]/,/^}/s/^\t\\(GNU_ROW_[A-Z]*(\\|{\\)\"\\([^\"]*\\)\".*/\\2/p",
		60},
	{"coredecl.c", "/coredecl_kinds\\[\\]/,/;/s/\"\\([a-z0-9_]*\\)\"/\\n\\1\\n/gp", 13},
	{"expr.c", "s/.*lex_is(x->t, \"\\([a-z]*s\\|sizeof\\)\").*/\\1/p", 2},
	{"expr.c",
		"/^static unsigned expr_precedence/,/^}/{s/.*case PUNCT(.\\(.\\)., .\\(.\\)., "
		"0):.*/\\1\\2/p; s/.*case .\\(.\\).:.*/\\1/p}",
		18},
	{"lib/*.inc", "s/^\\.\\(macro\\|equ\\) \\([a-zA-Z0-9_]*\\).*/\\2/p", 40},
};

/* They are for the library alone. */
static bool is_internal(const char *word)
{
	static const char *const words[] = {"HIST_INC", "STD_INC", "USDT_INC", "log2_steps",
		"log2_any", "log2_copied", "hist_slot"};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(word, words[i]))
			return true;
	return false;
}

START_TEST(every_word_of_the_language)
{
	char *page = man_text(), *words, *word, *save, missing[2048];
	size_t i, len = 0;
	unsigned n;

	missing[0] = '\0';
	for (i = 0; i < sizeof(man_tables) / sizeof(man_tables[0]); i++) {
		t_run(&words, "sed -n '%s' " TEST_ROOT "/bpfasm/%s", man_tables[i].script,
			man_tables[i].file);
		save = NULL;
		n = 0;
		for (word = strtok_r(words, "\n", &save); word;
			word = strtok_r(NULL, "\n", &save)) {
			if (strpbrk(word, "\t {}(),")) /* what stands around it */
				continue;
			n++;
			if (!is_internal(word) && !man_tells(page, word) &&
				len < sizeof(missing) - 80)
				len += (size_t)snprintf(
					missing + len, sizeof(missing) - len, " %s", word);
		}
		ck_assert_msg(n >= man_tables[i].least, "%s: only %u words by '%s'",
			man_tables[i].file, n, man_tables[i].script);
		free(words);
	}
	free(page);
	ck_assert_msg(!len, "bpfasm.5 does not tell of%s", missing);
}
END_TEST

/* ---- running them -------------------------------------------------------------------------- */

static bool is_kind(const char *text, const char *section)
{
	return strstr(text, section) != NULL;
}

/* Whether this machine can have what the text's programs are attached to. */
static bool has_places(const char *text)
{
	if ((is_kind(text, "\"kprobe/") || is_kind(text, "\"kretprobe/") ||
		    is_kind(text, "\"ksyscall/")) &&
		access("/sys/bus/event_source/devices/kprobe/type", F_OK))
		return false;
	if ((is_kind(text, "\"fentry/") || is_kind(text, "\"fexit/")) &&
		access("/sys/bus/event_source/devices/kprobe/type", F_OK))
		return false;
	/* a library needs a file system that has one */
	return !is_kind(text, "/c:") || !access("/etc/ld.so.cache", F_OK);
}

struct running {
	struct rawbpf *b;
	const char *text;
	unsigned n, events; /* programs; those that the kernel cannot call without an event */
};

/* Programs that the kernel calls when it is asked to: what they return is behind "; gives". */
static int run_by_hand(void *arg, const struct rawbpf_prog_info *p)
{
	struct running *r = arg;
	const char *gives = strstr(r->text, "; gives ");
	uint64_t args[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	bool raw = !strcmp(p->type, "raw_tracepoint");
	union rawbpf_attr a;
	long err;

	if (!raw && strcmp(p->type, "socket_filter") != 0) {
		r->events++;
		return 0;
	}
	memset(&a, 0, sizeof(a));
	a.test.prog_fd = (uint32_t)p->fd;
	if (raw) {
		a.test.ctx_in = (uintptr_t)args;
		a.test.ctx_size_in = sizeof(args);
	} else {
		a.test.data_in = (uintptr_t)args;
		a.test.data_size_in = sizeof(args);
		a.test.repeat = 1;
	}
	err = rawbpf_sys_bpf(RAWBPF_PROG_TEST_RUN, &a, 80);
	ck_assert_msg(!err, "%s: %ld\n%s", p->name, err, r->text);
	if (gives)
		ck_assert_msg(a.test.retval == strtoul(gives + 8, NULL, 10), "%s gives %u\n%s",
			p->name, a.test.retval, r->text);
	return 0;
}

static int has_run(void *arg, const struct rawbpf_prog_info *p)
{
	struct running *r = arg;
	uint64_t info[40] = {0}; /* run_cnt: bytes 200 to 207 */
	union rawbpf_attr a;

	memset(&a, 0, sizeof(a));
	a.info.bpf_fd = (uint32_t)p->fd;
	a.info.info_len = sizeof(info);
	a.info.info = (uintptr_t)info;
	ck_assert_int_eq(rawbpf_sys_bpf(RAWBPF_OBJ_GET_INFO_BY_FD, &a, 16), 0);
	ck_assert_msg(info[25] > 0, "%s has never run\n%s", p->name, r->text);
	r->n++;
	return 0;
}

/* What the examples' places are passed by. */
static void provoke(void)
{
	size_t (*volatile length)(const char *) = strlen;
	int fd = open("/dev/zero", O_RDWR | O_CLOEXEC);
	pid_t child;
	char c;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(read(fd, &c, 1), 1);
	ck_assert_int_eq(write(fd, &c, 1), 1);
	close(fd);
	ck_assert_int_eq(read(-1, &c, 1), -1);
	ck_assert_uint_eq(length("four"), 4);
	child = fork();
	if (!child)
		_exit(0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}

static void runs(const char *text)
{
	struct rawbpf_attach_all_opts me = {.sz = sizeof(me), .pid = getpid()};
	struct running r = {.text = text};
	int err;

	if (strstr(text, "usdt_arg(") || !has_places(text))
		return;
	r.b = rawbpf_new();
	err = rawbpf_load(r.b, .text = text);
	if (!is_for_later(rawbpf_errmsg(r.b))) {
		ck_assert_msg(!err, "%s\n%s", text, rawbpf_errmsg(r.b));
		/* before any event: those of the whole system would fill the buffers */
		rawbpf_each_prog(r.b, run_by_hand, &r);
		if (r.events) {
			err = rawbpf_attach_all_opts(r.b, &me);
			ck_assert_msg(!err, "%s\n%s", text, rawbpf_errmsg(r.b));
			provoke();
		}
		rawbpf_each_prog(r.b, has_run, &r);
		ck_assert_uint_gt(r.n, 0);
	}
	rawbpf_free(r.b);
}

START_TEST(each_example_runs)
{
	union rawbpf_attr a;
	int stats;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	memset(&a, 0, sizeof(a)); /* count what runs; Linux 5.8 */
	stats = (int)rawbpf_sys_bpf(RAWBPF_ENABLE_STATS, &a, 4);
	ck_assert_int_ge(stats, 0);
	man_each(runs);
	close(stats);
}
END_TEST

/* ---- the example programs ---------------------------------------------------------------- */

/* Slots of a program as bytes: the object's own count. */
static unsigned slots_of(const char *example)
{
	char *out;
	unsigned n;

	ck_assert_int_eq(t_run(&out,
				 TEST_BUILD "/rawbpf asm -f hex -o - " TEST_ROOT
					    "/bpfasm/examples/%s.bpf | tr -d '\\n' | wc -c",
				 example),
		0);
	n = (unsigned)strtoul(out, NULL, 10) / 16;
	free(out);
	return n;
}

START_TEST(sizes_are_within_their_bars)
{
	T_NEED_ROOT();
	ck_assert_uint_gt(slots_of("strlen_hist"), 10);
	ck_assert_uint_le(slots_of("strlen_hist"), 40);
	ck_assert_uint_gt(slots_of("count_opens"), 10);
	ck_assert_uint_le(slots_of("count_opens"), 30);
}
END_TEST

static const char *const examples[] = {"strlen_hist", "vfs_read_latency", "opensnoop",
	"count_opens", "read_sizes", "read_latency", "execsnoop", "exits"};

START_TEST(examples_load)
{
	char path[256];
	size_t i;

	T_NEED_ROOT();
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		struct rawbpf *b = rawbpf_new();
		int err;

		snprintf(path, sizeof(path), TEST_ROOT "/bpfasm/examples/%s.bpf", examples[i]);
		err = rawbpf_load(b, .src_file = path);
		if (!is_for_later(rawbpf_errmsg(b)))
			ck_assert_msg(!err, "%s: %s\n%s", path, rawbpf_errmsg(b),
				rawbpf_error(b)->log ? rawbpf_error(b)->log : "");
		rawbpf_free(b);
	}
}
END_TEST

/* libbpf takes the objects as they are. */
START_TEST(libbpf_loads_the_examples)
{
	char *out;
	size_t i;

	T_NEED_ROOT();
	if (t_run(&out, "command -v bpftool") != 0) {
		free(out);
		T_SKIP("bpftool is not installed");
	}
	free(out);
	if (t_run(&out, "grep -q ' /sys/fs/bpf bpf ' /proc/mounts") != 0) {
		free(out);
		T_SKIP("no bpf file system is mounted for bpftool to pin to");
	}
	free(out);
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		int err = t_run(&out,
			"d=$(mktemp -d); pin=/sys/fs/bpf/rawbpf_test_$$; " TEST_BUILD
			"/rawbpf asm -o $d/x.o " TEST_ROOT "/bpfasm/examples/%s.bpf 2>&1 && "
			"bpftool prog loadall $d/x.o $pin 2>&1; s=$?; rm -rf $d $pin; exit $s",
			examples[i]);

		ck_assert_msg(!err, "%s: %s", examples[i], out);
		free(out);
	}
}
END_TEST

Suite *suite_bpfasm5(void)
{
	Suite *s = suite_create("bpfasm5");
	TCase *tc = tcase_create("live"), *host = tcase_create("host");
	TCase *unit = tcase_create("unit");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, each_example_assembles_and_loads);
	tcase_add_test(tc, each_example_runs);
	tcase_add_test(tc, sizes_are_within_their_bars);
	tcase_add_test(tc, examples_load);
	suite_add_tcase(s, tc);
	tcase_set_timeout(host, 60);
	tcase_add_test(host, libbpf_loads_the_examples);
	suite_add_tcase(s, host);
	tcase_add_test(unit, every_word_of_the_language);
	suite_add_tcase(s, unit);
	return s;
}
