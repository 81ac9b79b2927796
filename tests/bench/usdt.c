// SPDX-License-Identifier: MIT
/*
 * usdt.c - the probes of a file: what they cost us, and the least that they can cost.
 *
 * usdt FILE: "WAY MICROSECONDS SITES", the least of some runs of each way, two of which take turns:
 * "floor", the file's headers, its sections' names and the notes read by hand, and the notes
 * walked, with "list", rawbpf_usdt_each(); "context", rawbpf_usdt_new() and rawbpf_usdt_free(), with
 * "bcc", the context that libbcc makes of the same file, where that is installed.
 */
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "rawbpf.h"

enum { TURNS = 100, RUNS = 10 };

static volatile uint64_t sink;

/* ---- by hand ------------------------------------------------------------------------------ */

static void *get(int fd, uint64_t at, size_t n)
{
	void *p = malloc(n + 1);

	if (!p || pread(fd, p, n, (off_t)at) != (ssize_t)n)
		exit(1);
	return p;
}

static unsigned walk(const char *p, const char *end)
{
	unsigned n = 0;

	while (p < end) {
		const Elf64_Nhdr *h = (const Elf64_Nhdr *)p;
		const char *d = p + sizeof(*h) + ((h->n_namesz + 3) & ~3u), *name, *args;

		p = d + ((h->n_descsz + 3) & ~3u);
		if (h->n_type != 3)
			continue;
		name = d + 24 + strlen(d + 24) + 1;
		args = name + strlen(name) + 1;
		sink += *(const uint64_t *)d + strlen(args);
		n++;
	}
	return n;
}

static unsigned by_hand(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf64_Shdr *sh;
	char *segments, *names, *notes;
	unsigned i, n = 0;
	Elf64_Ehdr e;

	if (fd < 0 || pread(fd, &e, sizeof(e), 0) != sizeof(e))
		exit(1);
	segments = get(fd, e.e_phoff, e.e_phnum * sizeof(Elf64_Phdr));
	sh = get(fd, e.e_shoff, e.e_shnum * sizeof(*sh));
	names = get(fd, sh[e.e_shstrndx].sh_offset, sh[e.e_shstrndx].sh_size);
	for (i = 0; i < e.e_shnum; i++) {
		if (sh[i].sh_type != SHT_NOTE || strcmp(names + sh[i].sh_name, ".note.stapsdt"))
			continue;
		notes = get(fd, sh[i].sh_offset, sh[i].sh_size);
		n += walk(notes, notes + sh[i].sh_size);
		free(notes);
	}
	free(names);
	free(sh);
	free(segments);
	close(fd);
	return n;
}

/* ---- ours --------------------------------------------------------------------------------- */

static int on_site(void *arg, const struct rawbpf_usdt_probe *p)
{
	sink += p->offset;
	++*(unsigned *)arg;
	return 0;
}

static unsigned list(const char *path)
{
	unsigned n = 0;

	return rawbpf_usdt_each(path, 0, on_site, &n, NULL) ? 0 : n;
}

static int on_probe(void *arg, const struct rawbpf_usdt_info *p)
{
	*(unsigned *)arg += p->n_locations;
	return 0;
}

/* What it has is counted in the first run alone, which is not timed. */
static unsigned context(const char *path)
{
	struct rawbpf_usdt *u = rawbpf_usdt_new(.path = path);
	static unsigned n;

	if (!n)
		rawbpf_usdt_each_probe(u, on_probe, &n);
	rawbpf_usdt_free(u);
	return n;
}

/* ---- libbcc ------------------------------------------------------------------------------- */

struct bcc_probe {
	const char *provider, *name, *path;
	uint64_t semaphore;
	int locations, arguments;
};

static void *(*bcc_new)(const char *path);
static void (*bcc_close)(void *u);
static void (*bcc_each)(void *u, void (*fn)(struct bcc_probe *p));
static unsigned bcc_n;

static void on_bcc(struct bcc_probe *p)
{
	bcc_n += (unsigned)p->locations;
}

static unsigned bcc(const char *path)
{
	void *u = bcc_new(path);

	if (u && !bcc_n)
		bcc_each(u, on_bcc);
	if (u)
		bcc_close(u);
	return bcc_n;
}

static bool bcc_open(void)
{
	void *lib = dlopen("libbcc.so.0", RTLD_NOW);

	if (!lib)
		return false;
	*(void **)&bcc_new = dlsym(lib, "bcc_usdt_new_frompath");
	*(void **)&bcc_close = dlsym(lib, "bcc_usdt_close");
	*(void **)&bcc_each = dlsym(lib, "bcc_usdt_foreach");
	return bcc_new && bcc_close && bcc_each;
}

/* ---- the runs ----------------------------------------------------------------------------- */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

struct way {
	const char *name;
	unsigned (*fn)(const char *path);
};

/*
 * Both ways in turn, so that what else the machine does meets them alike; several runs a turn, of
 * which the first ones have to get back the memory that the other way left.
 */
static void compare(const char *path, const struct way *ways, size_t n)
{
	double t, least[2] = {0, 0};
	unsigned sites[2] = {0, 0};
	size_t i, k, r;

	for (i = 0; i < TURNS; i++)
		for (k = 0; k < n; k++)
			for (r = 0; r < RUNS; r++) {
				t = now();
				sites[k] = ways[k].fn(path);
				t = now() - t;
				if ((!i && !r) || t < least[k])
					least[k] = t;
			}
	for (k = 0; k < n; k++)
		printf("%s %.2f %u\n", ways[k].name, least[k], sites[k]);
}

int main(int argc, char **argv)
{
	static const struct way lists[] = {{"floor", by_hand}, {"list", list}};
	static const struct way contexts[] = {{"context", context}, {"bcc", bcc}};

	if (argc != 2)
		return 2;
	compare(argv[1], lists, 2);
	compare(argv[1], contexts, bcc_open() ? 2 : 1);
	return 0;
}
