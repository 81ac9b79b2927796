// SPDX-License-Identifier: MIT
/*
 * fuzz_core.c - two BTFs of any bytes, the object's and the kernel's, and every record that the one
 * may ask of the other: each string of it as an access string, for each type and kind.
 *
 * The first two bytes are the length of the first BTF.
 */
#include <errno.h>

#include "core.h"
#include "corefind.h"
#include "corepatch.h"
#include "fuzz.h"

#define CORE_TYPES   16 /* of each BTF */
#define CORE_STRINGS 8

static void patch(const struct core_answer *a)
{
	static const uint8_t codes[] = {0xb7, 0x61, 0x79, 0x6a, 0x18, 0x85};
	struct rawbpf_insn insn[2];
	const char *why;
	size_t i;
	int err;

	for (i = 0; i < sizeof(codes); i++) {
		memset(insn, 0, sizeof(insn));
		insn[0].code = codes[i];
		insn[0].off = (int16_t)a->was;
		insn[0].imm = (int32_t)(uint32_t)a->was;
		why = NULL;
		err = corepatch(insn, 1 + (codes[i] == 0x18), a, &why);
		FUZZ_CHECK(err <= 0 && !err == !why);
		FUZZ_CHECK(err || codes[i] == insn[0].code || a->was_size != a->is_size);
		corepatch_poison(insn, 2);
		FUZZ_CHECK(insn[0].imm == COREPATCH_POISON);
	}
}

static void ask(const struct core_place *l, const struct btf *target, uint32_t id)
{
	struct corematch m = {.local = l->btf, .target = target, .steps = 2000};
	static struct core_place t;
	struct core_answer a;
	int is = core_match(l, &m, id, &t);

	FUZZ_CHECK(is == 0 || is == 1 || is == -EINVAL || is == -E2BIG);
	if (is < 0 || core_answer(l, is ? &t : NULL, &a))
		return;
	FUZZ_CHECK(!is || core_agree(&t, &a, &t, &a));
	patch(&a);
}

static void each_record(const struct btf *l, const struct btf *t, uint32_t type, const char *access)
{
	static struct core_place p;
	char text[64];
	uint32_t kind, id;

	for (kind = 0; kind <= CORE_KINDS; kind++) {
		if (core_parse(l, kind, type, access, &p))
			continue;
		FUZZ_CHECK(kind < CORE_KINDS && p.n <= CORE_STEPS);
		FUZZ_CHECK(*core_text(&p, text, sizeof(text)));
		for (id = 0; id < CORE_TYPES; id++)
			ask(&p, t, id);
	}
}

/* All types of the one are looked for in the other. */
static void find(const struct btf *l, const struct btf *t)
{
	struct corefind f = {0};
	struct btf_type type;
	uint32_t id;
	size_t i, k;

	for (id = 1; id < CORE_TYPES && btf_type(l, id, &type); id++)
		FUZZ_CHECK(corefind_want(&f, type.name, type.kind) == (int)id - 1);
	FUZZ_CHECK(!corefind_search(&f, t));
	for (i = 0; i < f.n; i++)
		for (k = 0; k < f.wants[i].n; k++) {
			FUZZ_CHECK(btf_type(t, f.wants[i].found[k].id, &type));
			FUZZ_CHECK(corematch_names(f.wants[i].name, type.name));
		}
	corefind_free(&f);
}

static void both(const struct btf *l, const struct btf *t)
{
	const char *s;
	uint32_t type, off = 1;
	unsigned n;

	find(l, t);
	for (n = 0; n < CORE_STRINGS && (s = btf_str(l, off)); n++, off += (uint32_t)strlen(s) + 1)
		for (type = 0; *s >= '0' && *s <= '9' && type < CORE_TYPES; type++)
			each_record(l, t, type, s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct btf *l, *t;
	struct rawbpf_error e;
	size_t n;

	if (size < 2)
		return 0;
	n = data[0] | (size_t)data[1] << 8;
	data += 2;
	size -= 2;
	if (n > size || btf_parse(data, n, &l, &e))
		return 0;
	if (!btf_view(data + n, size - n, &t, &e)) {
		both(l, t);
		btf_free(t);
	}
	btf_free(l);
	return 0;
}
