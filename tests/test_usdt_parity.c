// SPDX-License-Identifier: MIT
/*
 * test_usdt_parity.c - rawbpf usdt tells what readelf -n tells: of every file of this machine that
 * has probes, and of files made for other CPUs.
 *
 * PARITY_DIRS: where files are sought, instead of /usr and /opt.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "t.h"

/* ---- both, as lines "provider name address base semaphore|arguments" ------------------------ */

/* p behind the word that must be next in it, and what is there up to the end word as *text. */
static const char *between(const char *p, const char *word, const char *end, const char **text)
{
	static char buf[4][4096];
	static unsigned turn;
	const char *stop;
	size_t n;

	p = strstr(p, word);
	ck_assert_msg(p, "no '%s'", word);
	p += strlen(word);
	stop = strstr(p, end);
	ck_assert_msg(stop, "no '%s' behind '%s'", end, word);
	turn = (turn + 1) % 4;
	n = (size_t)(stop - p);
	ck_assert_uint_lt(n, sizeof(buf[0]));
	memcpy(buf[turn], p, n);
	buf[turn][n] = '\0';
	*text = buf[turn];
	return stop;
}

struct facts {
	char *text;
	size_t len, probes;
};

static void fact(struct facts *f, const char *provider, const char *name, const char *const at[3],
	const char *args)
{
	char line[16384];
	int n;

	n = snprintf(line, sizeof(line), "%s %s %llx %llx %llx|%s\n", provider, name,
		strtoull(at[0], NULL, 16), strtoull(at[1], NULL, 16), strtoull(at[2], NULL, 16),
		args);
	ck_assert_int_lt(n, (int)sizeof(line));
	f->text = realloc(f->text, f->len + (size_t)n + 1);
	ck_assert_ptr_nonnull(f->text);
	memcpy(f->text + f->len, line, (size_t)n + 1);
	f->len += (size_t)n;
	f->probes++;
}

/*     Provider: P\n    Name: N\n    Location: 0x..., Base: 0x..., Semaphore: 0x...\n    Arguments: A */
static struct facts by_readelf(const char *path)
{
	struct facts f = {NULL, 0, 0};
	char provider[4096], name[4096], *out;
	const char *p, *text, *at[3];

	setenv("PARITY_FILE", path, 1);
	t_run(&out, "LC_ALL=C readelf -nW \"$PARITY_FILE\" 2>/dev/null");
	for (p = out; (p = strstr(p, "    Provider: "));) {
		p = between(p, "Provider: ", "\n    ", &text);
		strcpy(provider, text);
		p = between(p, "Name: ", "\n    ", &text);
		strcpy(name, text);
		p = between(p, "Location: ", ", ", &at[0]);
		p = between(p, "Base: ", ", ", &at[1]);
		p = between(p, "Semaphore: ", "\n", &at[2]);
		p = between(p, "Arguments: ", "\n", &text);
		fact(&f, provider, name, at, text);
	}
	free(out);
	return f;
}

/* Its files' strings have nothing that JSON escapes; one that had would differ. */
static struct facts by_rawbpf(const char *path)
{
	struct facts f = {NULL, 0, 0};
	char provider[4096], name[4096], *out;
	const char *p, *text, *at[3];
	int status;

	setenv("PARITY_FILE", path, 1);
	status = t_run(&out, TEST_BUILD "/rawbpf usdt --json \"$PARITY_FILE\" 2>/dev/null");
	ck_assert_msg(!status, "%s: status %d", path, status);
	for (p = out; (p = strstr(p, "\"provider\": \""));) {
		p = between(p, "\"provider\": \"", "\", ", &text);
		strcpy(provider, text);
		p = between(p, "\"name\": \"", "\", ", &text);
		strcpy(name, text);
		p = between(p, "\"addr\": \"", "\", ", &at[0]);
		p = between(p, "\"base\": \"", "\", ", &at[1]);
		p = between(p, "\"semaphore\": \"", "\", ", &at[2]);
		p = between(p, "\"args\": \"", "\", ", &text);
		fact(&f, provider, name, at, text);
	}
	free(out);
	return f;
}

/* The probes of a file, the same on both sides. */
static size_t compare(const char *path)
{
	struct facts want = by_readelf(path), got = by_rawbpf(path);

	ck_assert_msg(want.len == got.len && (!got.len || !memcmp(got.text, want.text, got.len)),
		"%s: %zu probes, readelf has %zu:\n%.3000s\nnot\n%.3000s", path, got.probes,
		want.probes, got.len ? got.text : "", want.len ? want.text : "");
	free(want.text);
	free(got.text);
	return want.probes;
}

static bool no_readelf(void)
{
	return t_run(NULL, "readelf --version 2>/dev/null | grep -q GNU") != 0;
}

/* ---- which files readelf -n could have anything of ------------------------------------------ */

struct scan {
	int fd;
	bool is_32, big;
	unsigned char head[64];
};

/* Bytes of a file as a number in its own order. */
static uint64_t number(const struct scan *s, const unsigned char *p, size_t n)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < n; i++)
		v = v << 8 | p[s->big ? i : n - 1 - i];
	return v;
}

static bool has_word(const struct scan *s, uint64_t at, uint64_t size)
{
	static unsigned char buf[1 << 20];
	const size_t overlap = 6; /* of "stapsdt" */
	ssize_t n;

	while (size) {
		n = pread(s->fd, buf, size < sizeof(buf) ? size : sizeof(buf), (off_t)at);
		if (n <= 0)
			return false;
		if (memmem(buf, (size_t)n, "stapsdt", 7))
			return true;
		if ((uint64_t)n == size)
			return false;
		n -= (ssize_t)((size_t)n > overlap ? overlap : 0);
		at += (uint64_t)n;
		size -= (uint64_t)n;
	}
	return false;
}

/* The headers of a table that describe notes: those of sections, or of segments. */
static bool table_has_word(const struct scan *s, bool sections)
{
	size_t word = s->is_32 ? 4 : 8, tail = 24 + 3 * word;
	uint64_t at = number(s, s->head + 24 + (sections ? 2 : 1) * word, word), type;
	uint64_t entry = number(s, s->head + tail + (sections ? 10 : 6), 2);
	uint64_t n = number(s, s->head + tail + (sections ? 12 : 8), 2), i;
	unsigned char h[64];
	size_t offset, size;

	/* so many that their number is elsewhere: let readelf look */
	if (at && (sections ? !n : n == PN_XNUM))
		return true;
	offset = sections ? 8 + 2 * word : word;
	size = sections ? 8 + 3 * word : s->is_32 ? 16 : 32;
	for (i = 0; at && i < n; i++) {
		if (pread(s->fd, h, s->is_32 ? 32 : 56, (off_t)(at + i * entry)) <= 0)
			return false;
		type = number(s, h + (sections ? 4 : 0), 4);
		if (type == (sections ? SHT_NOTE : PT_NOTE) &&
			has_word(s, number(s, h + offset, word), number(s, h + size, word)))
			return true;
	}
	return false;
}

/* An ELF file with the word in any of its notes. */
static bool may_have_probes(const char *path)
{
	struct scan s;
	bool may;

	s.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (s.fd < 0)
		return false;
	may = pread(s.fd, s.head, sizeof(s.head), 0) == sizeof(s.head) &&
	      !memcmp(s.head, ELFMAG, SELFMAG);
	s.is_32 = s.head[EI_CLASS] == ELFCLASS32;
	s.big = s.head[EI_DATA] == ELFDATA2MSB;
	may = may && (table_has_word(&s, true) || table_has_word(&s, false));
	close(s.fd);
	return may;
}

static struct {
	size_t files, candidates, with, probes;
} seen;

static int compare_file(const char *path, const struct stat *st, int type, struct FTW *w)
{
	size_t n;

	(void)w;
	if (type != FTW_F || !S_ISREG(st->st_mode))
		return 0;
	seen.files++;
	if (!may_have_probes(path))
		return 0;
	seen.candidates++;
	n = compare(path);
	seen.with += n > 0;
	seen.probes += n;
	return 0;
}

START_TEST(every_file_here)
{
	const char *dirs = getenv("PARITY_DIRS");
	char *list = strdup(dirs ? dirs : "/usr /opt"), *dir, *save = NULL;
	FILE *f;

	if (no_readelf())
		T_SKIP("no readelf of GNU to compare with");
	for (dir = strtok_r(list, " ", &save); dir; dir = strtok_r(NULL, " ", &save))
		ck_assert(!nftw(dir, compare_file, 64, FTW_PHYS | FTW_MOUNT) || errno == ENOENT);
	free(list);
	/* for those who ask how much that was */
	f = fopen(TEST_BUILD "/parity", "we");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "%zu files, %zu with the word in their notes, %zu with probes: %zu\n",
		seen.files, seen.candidates, seen.with, seen.probes);
	fclose(f);
	if (!seen.with)
		T_SKIP("no file here has probes");
}
END_TEST

/* ---- files of other CPUs -------------------------------------------------------------------- */

static const struct {
	const char *triple;
	unsigned word; /* bytes */
} others[] = {
	{"x86_64-linux-gnu", 8},
	{"i386-linux-gnu", 4},
	{"aarch64-linux-gnu", 8},
	{"armv7-linux-gnueabi", 4},
	{"powerpc64-linux-gnu", 8},
	{"powerpc64le-linux-gnu", 8},
	{"powerpc-linux-gnu", 4},
	{"riscv64-linux-gnu", 8},
	{"riscv32-linux-gnu", 4},
	{"mips-linux-gnu", 4},
	{"mipsel-linux-gnu", 4},
	{"mips64-linux-gnu", 8},
	{"mips64el-linux-gnu", 8},
	{"s390x-linux-gnu", 8},
};

/* An object or library of three probes, one of them with a semaphore, as <sys/sdt.h> would have them. */
static void write_source(const char *path, unsigned word)
{
	FILE *f = fopen(path, "we");
	int i;

	ck_assert_ptr_nonnull(f);
	fputs(".section .stapsdt.base,\"a\",%progbits\nbase: .space 1\n"
	      ".data\n.space 6\nsemaphore: .space 2\n"
	      ".text\n.globl f\nf:\n",
		f);
	for (i = 0; i < 3; i++)
		fprintf(f,
			".space 8\n.Lprobe%d:\n.space 4\n"
			".pushsection .note.stapsdt,\"\",%%note\n.balign 4\n"
			".4byte 8, .Lend%d - .Ldesc%d, 3\n.asciz \"stapsdt\"\n"
			".Ldesc%d: .%ubyte .Lprobe%d, base, %s\n.asciz \"prov%d\"\n"
			".asciz \"%s\"\n.asciz \"%s\"\n.Lend%d: .balign 4\n.popsection\n",
			i, i, i, i, word, i, i == 1 ? "semaphore" : "0", i / 2,
			i == 2 ? "a__name" : "n", i ? "-4@$-1 8@foo+4(%rip)" : "", i);
	ck_assert_int_eq(fclose(f), 0);
}

/* Made by clang with these words; the file's probes are compared, if it can be made. */
static bool made_and_compared(const char *dir, const char *triple, const char *words)
{
	char path[64];

	if (t_run(NULL,
		    "cd %s && clang --target=%s -nostdlib %s "
		    "-Wno-unused-command-line-argument -o p.elf p.s >/dev/null 2>&1",
		    dir, triple, words))
		return false;
	snprintf(path, sizeof(path), "%s/p.elf", dir);
	ck_assert(may_have_probes(path));
	ck_assert_uint_eq(compare(path), 3);
	return true;
}

START_TEST(other_cpu)
{
	char dir[] = "/tmp/rawbpf-parity-XXXXXX", path[64];
	bool object, library;

	if (no_readelf())
		T_SKIP("no readelf of GNU to compare with");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/p.s", dir);
	write_source(path, others[_i].word);
	object = made_and_compared(dir, others[_i].triple, "-c");
	library = made_and_compared(dir, others[_i].triple, "-shared -fuse-ld=lld");
	ck_assert_int_eq(t_run(NULL, "rm -r %s", dir), 0);
	if (!object || !library)
		T_SKIP("no %s for %s", object ? "lld" : "clang", others[_i].triple);
}
END_TEST

/* ---- notes at other places ------------------------------------------------------------------ */

/* A note of a probe at f, in this section. */
static void write_note(FILE *f, const char *section, const char *name)
{
	fprintf(f,
		".section %s,%%note\n.balign 4\n.4byte 8, 2f-1f, 3\n.asciz \"stapsdt\"\n"
		"1: .%ubyte f, base, 0\n.asciz \"prov\"\n.asciz \"%s\"\n.asciz \"8@$1\"\n"
		"2: .balign 4\n",
		section, (unsigned)sizeof(long), name);
}

/* Linked; not linked; without section headers: only what is loaded is found. */
static const struct {
	const char *made;
	size_t probes;
} odd[] = {
	{"cc -c -o p.elf p.s", 4},
	{"cc -nostdlib -shared -o p.elf p.s", 4},
	{"cc -c -o p.o p.s && ld -r -o p.elf p.o", 4},
	{"cc -nostdlib -shared -o p.elf p.s && objcopy --rename-section .note.stapsdt=.note.x "
	 "p.elf",
		4},
	{"cc -nostdlib -shared -o p.elf p.s && "
	 "dd if=/dev/zero of=p.elf bs=1 seek=40 count=8 conv=notrunc && "
	 "dd if=/dev/zero of=p.elf bs=1 seek=58 count=6 conv=notrunc",
		2},
};

START_TEST(odd_places)
{
	char dir[] = "/tmp/rawbpf-parity-XXXXXX", path[64], *out;
	FILE *f;

	if (no_readelf() || t_run(NULL, "command -v cc ld objcopy >/dev/null"))
		T_SKIP("no readelf of GNU to compare with, or no compiler");
	if (sizeof(long) != 8 && _i == 4)
		T_SKIP("section headers are cut off a file of 64 bits");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/p.s", dir);
	f = fopen(path, "we");
	ck_assert_ptr_nonnull(f);
	fputs(".section .stapsdt.base,\"a\",%progbits\nbase: .space 1\n.text\n.space 9\nf: .space "
	      "9\n",
		f);
	write_note(f, ".note.loaded,\"a\"", "one");
	write_note(f, ".note.stapsdt,\"\"", "two");
	write_note(f, ".note.other,\"\"", "three");
	write_note(f, ".note.loaded,\"a\"", "four");
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_msg(!t_run(&out, "cd %s && { %s; } 2>&1", dir, odd[_i].made), "%s", out);
	free(out);
	snprintf(path, sizeof(path), "%s/p.elf", dir);
	ck_assert_uint_eq(compare(path), odd[_i].probes);
	ck_assert_int_eq(t_run(NULL, "rm -r %s", dir), 0);
}
END_TEST

Suite *suite_usdt_parity(void);
Suite *suite_usdt_parity(void)
{
	Suite *s = suite_create("usdt_parity");
	TCase *t = tcase_create("host");

	tcase_set_timeout(t, 600);
	tcase_add_test(t, every_file_here);
	tcase_add_loop_test(t, odd_places, 0, sizeof(odd) / sizeof(*odd));
	tcase_add_loop_test(t, other_cpu, 0, sizeof(others) / sizeof(*others));
	suite_add_tcase(s, t);
	return s;
}
