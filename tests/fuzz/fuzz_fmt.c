// SPDX-License-Identifier: MIT
/* fuzz_fmt.c - any bytes as a format of trace_print, used on a record. */
#include "fmt.h"
#include "fuzz.h"

/* Wide fields are right, but take their time. */
static bool is_wide(const struct fmt *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (f->pieces[i].width > 4096 || f->pieces[i].prec > 4096)
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rawbpf_trace_fields fields = {.task = "t\303\244sk",
		.flags = "...21",
		.ts = "12.345678",
		.symbol = "bpf_trace_printk",
		.msg = "a \342\202\254 message",
		.msg_len = 13,
		.ts_ns = 12345678000,
		.pid = 42,
		.tgid = -1,
		.cpu = 3};
	char *text = fuzz_text(data, size), *diag = NULL;
	struct rawbpf_error e;
	struct buf out = {0};
	struct fmt f;

	if (fmt_compile(&f, text, &e, &diag)) {
		FUZZ_CHECK(e.err < 0 && *e.msg);
		fuzz_string(diag);
		free(diag);
	} else {
		if (!is_wide(&f))
			fmt_format(&f, &fields, &out);
		FUZZ_CHECK(strlen(buf_str(&out)) == out.len);
		fmt_free(&f);
	}
	buf_free(&out);
	free(text);
	return 0;
}
