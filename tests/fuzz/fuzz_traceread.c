// SPDX-License-Identifier: MIT
/* fuzz_traceread.c - any bytes as a trace file, read in pieces: blocks are its lines in order. */
#include <errno.h>

#include "fuzz.h"
#include "traceread.h"

struct source_bytes {
	const uint8_t *p;
	size_t left, piece;
};

static long serve(void *arg, const struct rawbpf_call *c)
{
	struct source_bytes *s = arg;
	size_t n = s->left < s->piece ? s->left : s->piece;

	if (c->kind == RAWBPF_CALL_POLL)
		return 1;
	if (c->kind != RAWBPF_CALL_READ)
		return 0;
	if (n > c->arg[2])
		n = c->arg[2];
	memcpy((void *)c->arg[1], s->p, n);
	s->p += n;
	s->left -= n;
	return (long)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source_bytes b = {data, size, size % 7 ? 1 + size % 61 : SIZE_MAX};
	struct sys s = {.hook = serve, .arg = &b};
	struct traceread r = {.fd = 0, .blocks = true};
	struct traceread_block block;
	const uint8_t *at = data, *found;
	int ret;

	while ((ret = traceread_next(&s, &r, TRACEREAD_NOWAIT, &block)) == 1) {
		FUZZ_CHECK(block.len && block.kind <= TRACEREAD_OTHER);
		/* nothing but newlines is left out, and nothing comes twice */
		for (found = at; found < data + size && *found == '\n'; found++)
			;
		found -= strspn(block.text, "\n"); /* of a name */
		FUZZ_CHECK(found >= at);
		FUZZ_CHECK((size_t)(data + size - found) >= block.len);
		FUZZ_CHECK(!memcmp(found, block.text, block.len));
		at = found + block.len;
	}
	FUZZ_CHECK(!ret);
	while (at < data + size)
		FUZZ_CHECK(*at++ == '\n');
	traceread_close(&s, &r);
	return 0;
}
