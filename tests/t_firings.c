// SPDX-License-Identifier: MIT
/* t_firings.c - programs that record what USDT probes pass, and what was recorded, as text. */
#include "t_firings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "t.h"

enum { SLOTS = 16 }; /* of a firing: which probe, then its operands */

/* One counter for all, so that the order is kept, too. */
static const char head[] = ".license \"GPL\"\n"
			   ".map at array(u32, u64, 1)\n"
			   ".map seen hash(u32, u64, 65536)\n";
static const char begin[] = ".var key: u32\n"
			    ".var value: u64\n"
			    "	key = 0\n"
			    "	r0 = bpf_map_lookup_elem(&at, &key)\n"
			    "	if r0 != 0 goto there_%s\n"
			    "	return 0\n"
			    "there_%s:\n"
			    "	r7 = *(u64 *)(r0 +0)\n"
			    "	r1 = r7\n"
			    "	r1 += 1\n"
			    "	*(u64 *)(r0 +0) = r1\n"
			    "	r7 <<= 4\n"
			    "	r8 = %u\n";
static const char keep[] = "	key = r7\n"
			   "	value = r8\n"
			   "	r0 = bpf_map_update_elem(&seen, &key, &value, 0)\n"
			   "	r7 += 1\n";

char *t_firings_text(const struct t_firing *probes, const char *section)
{
	const struct t_firing *p;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	unsigned i;

	ck_assert_ptr_nonnull(f);
	fputs(head, f);
	for (p = probes; p->name; p++) {
		fprintf(f, ".prog on_%s \"", p->name);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
		fprintf(f, section, p->name);
#pragma GCC diagnostic pop
		fputs("\"\n", f);
		fprintf(f, begin, p->name, p->name, (unsigned)(p - probes));
		fputs(keep, f);
		for (i = p->first; i && i <= p->last; i++)
			fprintf(f, "	r8 = usdt_arg(%u)\n%s", i, keep);
		fputs("	return 0\n", f);
	}
	ck_assert_int_eq(fclose(f), 0);
	return text;
}

static uint64_t slot(struct rawbpf *b, uint32_t key)
{
	uint64_t v = 0;

	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "seen"), &key, &v), 0);
	return v;
}

char *t_firings_take(struct rawbpf *b, const struct t_firing *probes)
{
	struct rawbpf_table *at = rawbpf_table(b, "at");
	uint64_t n = 0, i, which, none = 0;
	const struct t_firing *p;
	uint32_t key = 0;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	unsigned a;

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(rawbpf_table_lookup(at, &key, &n), 0);
	for (i = 0; i < n; i++) {
		key = (uint32_t)i * SLOTS;
		which = slot(b, key);
		p = &probes[which];
		fputs(p->name, f);
		for (a = p->first; a && a <= p->last; a++)
			fprintf(f, " 0x%" PRIx64, slot(b, ++key));
		fputc('\n', f);
	}
	ck_assert_int_eq(fclose(f), 0);
	key = 0;
	ck_assert_int_eq(rawbpf_table_update(at, &key, &none, 0), 0);
	return text;
}
