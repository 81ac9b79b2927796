// SPDX-License-Identifier: MIT
/*
 * fuzz_notes.c - an ELF file, or the bytes of its .note.stapsdt behind one that picks class, byte
 * order and machine: every probe, a context of them, and every operand as code.
 */
#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "operand.h"
#include "rawbpf.h"
#include "usdtctx.h"
#include "wrap.h"

static int use_probe(void *arg, const struct rawbpf_usdt_probe *p)
{
	struct rawbpf_usdt_arg a;
	const char *args = p->args;
	char operand[64];
	int ret;

	fuzz_string(p->provider);
	fuzz_string(p->name);
	while ((ret = rawbpf_usdt_next_arg(&args, operand, sizeof(operand))) != 0)
		if (ret == 1)
			fuzz_use((size_t)rawbpf_usdt_parse_arg(p->machine, operand, &a, NULL));
	FUZZ_CHECK(!*args);
	++*(size_t *)arg;
	return 0;
}

static int use_location(void *arg, const struct rawbpf_usdt_probe *p)
{
	fuzz_string(p->path);
	fuzz_string(p->args);
	++*(size_t *)arg;
	return 0;
}

/* By its whole name, its name alone, and a name like it. */
static void use_names(struct rawbpf_usdt *u, size_t i)
{
	const struct usdt_probe *p = &u->probes[i];
	size_t n = strlen(p->provider) + strlen(p->name) + 2, locations = 0;
	char *name = malloc(n);
	struct rawbpf_error e;
	ptrdiff_t at;

	FUZZ_CHECK(name);
	snprintf(name, n, "%s:%s", p->provider, p->name);
	/* a provider that has a colon itself is found under no name */
	if (!strchr(p->provider, ':')) {
		at = usdtctx_find(u, name, &e);
		FUZZ_CHECK(at == (ptrdiff_t)i);
		FUZZ_CHECK(!rawbpf_usdt_each_location(u, name, use_location, &locations));
		FUZZ_CHECK(locations == p->n_locs);
	}
	at = usdtctx_find(u, p->name, &e);
	FUZZ_CHECK(at < 0 || !strcmp(u->probes[at].name, p->name) || strchr(p->name, ':'));
	name[n - 2] = '?';
	usdtctx_find(u, name, &e);
	free(name);
}

static void use_context(struct rawbpf_usdt *u, size_t n)
{
	struct usdtcode_site s = {.symbol = operand_symbol, .tls = operand_tls, .fsbase = 0x1234};
	size_t i, locations = 0;

	for (i = 0; i < u->n_locs; i++) {
		const struct usdt_loc *l = &u->locs[i];
		const struct usdt_file *f = &u->files[l->file];

		s.machine = f->machine;
		s.bits = f->bits;
		s.big_endian = f->big_endian;
		s.pc = l->addr;
		operand_use_all(&s, l->args);
	}
	for (i = 0; i < u->n_probes; i++) {
		locations += u->probes[i].n_locs;
		if (i < 16)
			use_names(u, i);
	}
	FUZZ_CHECK(locations == n && u->n_locs == n);
}

/* The same file by the road of a context, which opens it: it is in memory, but has a path. */
static void use_file(const void *elf, size_t len, size_t n)
{
	static int fd = -1;
	struct rawbpf_usdt u = {0};
	char path[32];

	if (fd < 0)
		fd = memfd_create("notes", MFD_CLOEXEC);
	FUZZ_CHECK(fd >= 0 && !ftruncate(fd, 0));
	FUZZ_CHECK(pwrite(fd, elf, len, 0) == (ssize_t)len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	FUZZ_CHECK(!usdtctx_open(&u, path, 0));
	use_context(&u, n);
	usdtctx_close(&u);
}

static void use_image(const void *elf, size_t len)
{
	struct rawbpf_error e;
	size_t n = 0;

	if (!rawbpf_usdt_parse_notes(elf, len, use_probe, &n, &e) && n)
		use_file(elf, len, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct wrap_section names[] = {
		{".note.stapsdt", SHT_NOTE}, {".stapsdt.base", SHT_PROGBITS}};
	uint8_t *elf;
	size_t len;

	if (size >= SELFMAG && !memcmp(data, ELFMAG, SELFMAG)) {
		use_image(data, size);
		return 0;
	}
	if (!size)
		return 0;
	elf = wrap_elf(data[0], names, 2, data + 1, size - 1, &len);
	FUZZ_CHECK(elf);
	use_image(elf, len);
	free(elf);
	return 0;
}
