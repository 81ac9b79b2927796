// SPDX-License-Identifier: MIT
/*
 * sym.c - functions of a big library by name: ours, and the least that it can cost.
 *
 * sym FILE [OBJECT]: the least of some runs in microseconds, each in a fresh process, so that no
 * page of the file is mapped yet: "bare ONE", .gnu.hash of the mapped file; "one ONE", rawbpf_find_syms();
 * "scan MANY", all names held against a hash table in one pass of the mapped symbols, "many MANY"
 * the same by rawbpf_find_syms().  The names are spread over the exported functions; where there is
 * a .symtab, "static_scan MANY" and "static_many MANY" are the same for names spread over its
 * static functions, and that pass goes to the end, as another function may have such a name.  With
 * libbpf (-DLIBBPF) and an OBJECT that has a uprobe, "libbpf ONE": its attach_uprobe to a process
 * that is not there.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef LIBBPF
#include <bpf/libbpf.h>
#endif

#include "rawbpf.h"

enum { MANY = 1000, RUNS = 21, SLOTS = 4096, WAYS = 3 };

static const char *path;
static const char *names[MANY];
static uint64_t want[MANY];

/* ---- the mapped file ---------------------------------------------------------------------- */

struct file {
	const uint8_t *p;
	size_t size;
	const Elf64_Shdr *sections;
	unsigned n;
};

static void file_map(struct file *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const Elf64_Ehdr *h;
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		exit(1);
	f->size = (size_t)st.st_size;
	f->p = mmap(NULL, f->size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (f->p == MAP_FAILED)
		exit(1);
	h = (const Elf64_Ehdr *)f->p;
	f->sections = (const Elf64_Shdr *)(f->p + h->e_shoff);
	f->n = h->e_shnum;
}

static const Elf64_Shdr *file_section(const struct file *f, uint32_t type)
{
	unsigned i;

	for (i = 0; i < f->n; i++)
		if (f->sections[i].sh_type == type)
			return &f->sections[i];
	return NULL;
}

static uint64_t file_offset(const struct file *f, const Elf64_Sym *s)
{
	const Elf64_Shdr *h = &f->sections[s->st_shndx];

	return s->st_value - h->sh_addr + h->sh_offset;
}

static uint32_t hash(const char *s)
{
	uint32_t h = 5381;

	while (*s)
		h = h * 33 + (uint8_t)*s++;
	return h;
}

static bool bare(uint64_t *out)
{
	uint32_t x = hash(names[0]), i;
	const Elf64_Shdr *section, *dynsym;
	const uint32_t *g, *buckets, *chain;
	const Elf64_Sym *sym;
	const char *str;
	struct file f;

	file_map(&f);
	section = file_section(&f, SHT_GNU_HASH);
	if (!section)
		exit(1);
	dynsym = &f.sections[section->sh_link];
	sym = (const Elf64_Sym *)(f.p + dynsym->sh_offset);
	str = (const char *)f.p + f.sections[dynsym->sh_link].sh_offset;
	g = (const uint32_t *)(f.p + section->sh_offset);
	buckets = g + 4 + 2 * g[2];
	chain = buckets + g[0];
	for (i = buckets[x % g[0]]; i; i++) {
		uint32_t c = chain[i - g[1]];

		if ((c | 1) == (x | 1) && !strcmp(str + sym[i].st_name, names[0])) {
			*out = file_offset(&f, &sym[i]);
			break;
		}
		if (c & 1)
			break;
	}
	munmap((void *)(uintptr_t)f.p, f.size);
	return *out;
}

/* One pass of a table: how many of the names are found, after which it may stop, or not. */
static unsigned scan_table(const struct file *f, const Elf64_Shdr *h, bool stop, uint64_t *out)
{
	static int slots[SLOTS];
	static uint32_t hashes[MANY];
	const char *str = (const char *)f->p + f->sections[h->sh_link].sh_offset;
	const Elf64_Sym *s = (const Elf64_Sym *)(f->p + h->sh_offset);
	const Elf64_Sym *end = s + h->sh_size / sizeof(*s);
	unsigned i, k, found = 0;
	uint32_t x;

	for (i = 0; i < MANY; i++) {
		hashes[i] = hash(names[i]);
		for (k = hashes[i] % SLOTS; slots[k]; k = (k + 1) % SLOTS)
			;
		slots[k] = (int)i + 1;
	}
	for (; s < end && !(stop && found == MANY); s++) {
		if (ELF64_ST_TYPE(s->st_info) != STT_FUNC || !s->st_shndx)
			continue;
		x = hash(str + s->st_name);
		for (k = x % SLOTS; slots[k]; k = (k + 1) % SLOTS) {
			i = (unsigned)slots[k] - 1;
			if (hashes[i] != x || out[i] || strcmp(names[i], str + s->st_name))
				continue;
			out[i] = file_offset(f, s);
			found++;
			break;
		}
	}
	return found;
}

/* .symtab, where a file that was not stripped has all its functions, else .dynsym. */
static bool scan_file(bool stop, uint64_t *out)
{
	const Elf64_Shdr *h;
	unsigned found;
	struct file f;

	file_map(&f);
	h = file_section(&f, SHT_SYMTAB);
	if (!h)
		h = file_section(&f, SHT_DYNSYM);
	found = h ? scan_table(&f, h, stop, out) : 0;
	munmap((void *)(uintptr_t)f.p, f.size);
	return found == MANY;
}

static bool scan(uint64_t *out)
{
	return scan_file(true, out);
}

static bool static_scan(uint64_t *out)
{
	return scan_file(false, out);
}

/* ---- ours --------------------------------------------------------------------------------- */

static int on_sym(void *arg, size_t i, const struct rawbpf_sym *s)
{
	((uint64_t *)arg)[i] = s ? s->offset : 0;
	return 0;
}

static bool one(uint64_t *out)
{
	return !rawbpf_find_syms(path, names, 1, on_sym, out, NULL);
}

static bool many(uint64_t *out)
{
	return !rawbpf_find_syms(path, names, MANY, on_sym, out, NULL);
}

#ifdef LIBBPF
static struct bpf_object *object;

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
	return 0;
}

static bool libbpf(uint64_t *out)
{
	struct bpf_program *p = bpf_object__next_program(object, NULL);
	LIBBPF_OPTS(bpf_uprobe_opts, o, .func_name = names[0]);

	bpf_program__attach_uprobe_opts(p, 0x3fffff, path, 0, &o);
	*out = want[0];
	return true;
}
#endif

/* ---- the runs ----------------------------------------------------------------------------- */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

struct way {
	const char *name;
	bool (*fn)(uint64_t *out);
};

/* In a child: microseconds, or a negative number when an answer is wrong. */
static double run(const struct way *way, unsigned n)
{
	double t = -1;
	int fds[2];

	if (pipe(fds))
		exit(1);
	if (!fork()) {
		uint64_t *out = calloc(MANY, sizeof(*out));
		double from = now();
		bool ok = way->fn(out);

		t = now() - from;
		if (!ok || memcmp(out, want, n * sizeof(*out)))
			t = -1;
		_exit(write(fds[1], &t, sizeof(t)) != sizeof(t));
	}
	close(fds[1]);
	if (read(fds[0], &t, sizeof(t)) != sizeof(t))
		t = -1;
	close(fds[0]);
	wait(NULL);
	return t;
}

/* The ways in turn, so that what else the machine does meets them alike; the first turn warms up. */
static void compare(const struct way *ways, size_t n_ways, unsigned n)
{
	double t, least[WAYS];
	size_t i, k;

	for (i = 0; i <= RUNS; i++)
		for (k = 0; k < n_ways; k++) {
			t = run(&ways[k], n);
			if (t < 0) {
				fprintf(stderr, "sym: %s: wrong answers\n", ways[k].name);
				exit(1);
			}
			if (i < 2 || t < least[k])
				least[k] = t;
		}
	for (k = 0; k < n_ways; k++)
		printf("%s %.1f\n", ways[k].name, least[k]);
}

/* Functions of a table, static ones or all, evenly spread; false: it has not so many. */
static bool choose(uint32_t table, bool only_static)
{
	const Elf64_Shdr *h;
	const Elf64_Sym *s;
	const char *str;
	struct file f;
	size_t i, n, step, k = 0;

	file_map(&f);
	h = file_section(&f, table);
	if (!h)
		return false;
	s = (const Elf64_Sym *)(f.p + h->sh_offset);
	str = (const char *)f.p + f.sections[h->sh_link].sh_offset;
	n = only_static ? h->sh_info : h->sh_size / sizeof(*s); /* local symbols come first */
	step = n / (MANY + MANY / 10);
	for (i = step; step && k < MANY && i < n; i += step) {
		if (ELF64_ST_TYPE(s[i].st_info) != STT_FUNC || !s[i].st_shndx)
			continue;
		free((void *)(uintptr_t)names[k]);
		names[k] = strdup(str + s[i].st_name);
		want[k++] = file_offset(&f, &s[i]);
	}
	munmap((void *)(uintptr_t)f.p, f.size);
	return k == MANY;
}

int main(int argc, char **argv)
{
	const struct way single[WAYS] = {
		{"bare", bare},
		{"one", one},
#ifdef LIBBPF
		{"libbpf", libbpf},
#endif
	};
	const struct way exported[] = {{"scan", scan}, {"many", many}};
	const struct way statics[] = {{"static_scan", static_scan}, {"static_many", many}};
	size_t n = 2;

	if (argc < 2)
		return 2;
	path = argv[1];
	if (!choose(SHT_DYNSYM, false))
		return 1;
#ifdef LIBBPF
	if (argc > 2) {
		libbpf_set_print(quiet);
		object = bpf_object__open_file(argv[2], NULL);
		if (libbpf_get_error(object))
			return 1;
		n = 3;
	}
#endif
	compare(single, n, 1);
	compare(exported, 2, MANY);
	if (choose(SHT_SYMTAB, true))
		compare(statics, 2, MANY);
	return 0;
}
