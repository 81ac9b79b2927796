// SPDX-License-Identifier: MIT
/*
 * fuzz_objcore.c - any bytes as a BPF ELF object with CO-RE records, answered by its own BTF as
 * the kernel's; then every program linked.
 */
#include "fuzz.h"
#include "objcore.h"

static void link_all(const struct object *o)
{
	struct object_code c;
	struct rawbpf_error e;
	size_t i, k;

	for (i = 0; i < o->n_progs; i++) {
		if (object_link(o, i, &c, &e)) {
			FUZZ_CHECK(e.err < 0 && *e.msg);
			continue;
		}
		for (k = 0; k < c.n_dead; k++) {
			FUZZ_CHECK(c.dead[k].insn < c.n_insns);
			fuzz_string(object_dead(&c, c.dead[k].insn));
		}
		fuzz_use(c.insns[c.n_insns - 1].code);
		object_code_free(&c);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rawbpf_error e;
	struct objcore *c;
	struct object *o;

	if (object_open(data, size, "fuzz.o", &o, &e))
		return 0;
	if (!objcore_open(o, &c, &e) && c) {
		FUZZ_CHECK(!objcore_search(c, o->btf));
		objcore_left(c);
		FUZZ_CHECK(!objcore_apply(c, "this kernel", &e));
		objcore_free(c);
	}
	link_all(o);
	object_free(o);
	return 0;
}
