// SPDX-License-Identifier: MIT
/* fuzz_btf.c - any bytes as BTF; every type, member and size of it. */
#include "btf.h"
#include "fuzz.h"

static void use_parts(struct btf *b, const struct btf_type *t, uint32_t i)
{
	struct btf_member m;
	struct btf_secvar v;

	if (t->kind == BTF_STRUCT || t->kind == BTF_UNION) {
		btf_member(b, t, i, &m);
		fuzz_string(m.name);
		fuzz_use((size_t)btf_size(b, m.type));
	} else if (t->kind == BTF_ENUM || t->kind == BTF_ENUM64) {
		fuzz_use((size_t)btf_enum_value(b, t, i));
	} else if (t->kind == BTF_DATASEC) {
		btf_secvar(b, t, i, &v);
		btf_set_secvar(b, t, i, &v);
	}
}

static void use_type(struct btf *b, uint32_t id)
{
	struct btf_type t, plain;
	uint32_t elem, n, i;

	FUZZ_CHECK(btf_type(b, id, &t));
	fuzz_string(t.name);
	fuzz_use((size_t)btf_size(b, id));
	if (btf_plain(b, id, &plain))
		fuzz_use(btf_is_signed(b, &plain));
	FUZZ_CHECK(!*t.name || btf_find(b, t.kind, t.name));
	if (t.kind == BTF_ARRAY)
		btf_array(b, &t, &elem, &n);
	for (i = 0; i < t.vlen; i++)
		use_parts(b, &t, i);
	if (t.kind == BTF_DATASEC)
		btf_sort_secvars(b, &t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rawbpf_error e;
	struct btf *b;
	uint32_t id;

	if (btf_parse(data, size, &b, &e)) {
		FUZZ_CHECK(e.err < 0 && *e.msg && !b);
		return 0;
	}
	for (id = 0; id < btf_n_types(b) && id < 200; id++)
		use_type(b, id);
	btf_free(b);
	return 0;
}
