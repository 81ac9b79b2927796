// SPDX-License-Identifier: MIT
/* fuzz_maps.c - any bytes as /proc/PID/maps. */
#include <errno.h>

#include "fuzz.h"
#include "proc.h"

struct source_bytes {
	const uint8_t *p;
	size_t left;
};

static long serve(void *arg, const struct rawbpf_call *c)
{
	struct source_bytes *s = arg;
	size_t n = s->left < c->arg[2] ? s->left : c->arg[2];

	switch (c->kind) {
	case RAWBPF_CALL_OPENAT: return 1000;
	case RAWBPF_CALL_CLOSE: return 0;
	case RAWBPF_CALL_READ:
		memcpy((void *)c->arg[1], s->p, n);
		s->p += n;
		s->left -= n;
		return (long)n;
	default: return -ENOENT;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source_bytes b = {data, size};
	struct sys s = {.hook = serve, .arg = &b};
	struct proc_maps maps;
	struct proc_map m;

	FUZZ_CHECK(!proc_maps_open(&s, 1, &maps));
	while (proc_maps_next(&maps, &m)) {
		FUZZ_CHECK(m.path && m.path[0] != ' ');
		fuzz_string(m.path);
	}
	proc_maps_free(&maps);
	return 0;
}
