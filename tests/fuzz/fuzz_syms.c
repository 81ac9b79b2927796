// SPDX-License-Identifier: MIT
/* fuzz_syms.c - any bytes as an ELF file with functions: each of them, and each by its name. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "gnuhash.h"
#include "ifunc.h"
#include "symfind.h"

/* The input is the only file there is, and no process has it open. */
static long only_input(void *arg, const struct rawbpf_call *c)
{
	const int *fd = arg;

	switch (c->kind) {
	case RAWBPF_CALL_OPENAT:
		return strcmp((const char *)c->arg[1], "input") ? -ENOENT
								: fcntl(*fd, F_DUPFD_CLOEXEC, 3);
	case RAWBPF_CALL_CLOSE:
	case RAWBPF_CALL_PREAD:
	case RAWBPF_CALL_FSTAT: return rawbpf_call_kernel(c);
	default: return -ENOENT;
	}
}

static int use_sym(void *arg, const struct rawbpf_sym *s)
{
	struct sym_file *f = arg;
	struct symfind again;
	char name[64];

	fuzz_string(s->name);
	fuzz_string(s->version);
	fuzz_use((size_t)sym_at(f, s->offset, name, sizeof(name)));
	fuzz_use((size_t)symfind_one(f, s->name, "input", &again, NULL));
	return strlen(s->name) % 7 == 6; /* not each of a thousand */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("input", MFD_CLOEXEC);
	struct sys s = {.hook = only_input, .arg = &fd};
	struct sym_file f;
	struct ifunc u;
	struct rawbpf_error e;

	FUZZ_CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	if (!sym_open(&s, "input", &f, &e)) {
		sym_each(&f, true, use_sym, &f);
		if (!ifunc_open(&s, &f, "input", "input", 0, &u))
			ifunc_close(&u);
		sym_close(&f);
	}
	close(fd);
	return 0;
}
