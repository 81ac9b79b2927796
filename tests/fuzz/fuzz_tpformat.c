// SPDX-License-Identifier: MIT
/* fuzz_tpformat.c - any bytes as the format file of a tracepoint. */
#include "fuzz.h"
#include "tpformat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tpformat f;
	struct rawbpf_error e;
	size_t i;

	if (tpformat_parse((const char *)data, size, &f, &e)) {
		FUZZ_CHECK(e.err < 0 && *e.msg);
		return 0;
	}
	fuzz_string(f.name);
	for (i = 0; i < f.n_fields; i++) {
		const struct tpformat_field *p = &f.fields[i];

		FUZZ_CHECK(*p->name && tpformat_find(&f, p->name));
		FUZZ_CHECK(p->offset <= 65535 && p->size <= 65535);
		fuzz_string(p->type);
		fuzz_string(p->array);
	}
	tpformat_free(&f);
	return 0;
}
