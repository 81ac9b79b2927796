// SPDX-License-Identifier: MIT
/* fuzz_traceline.c - any bytes as a line of trace_pipe. */
#include "fuzz.h"
#include "traceline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rawbpf_trace_fields f;
	char *line = fuzz_text(data, size);
	uint64_t lost;
	int cpu;

	fuzz_use(traceline_form(line, size, size % 2));
	FUZZ_CHECK(traceline_form(line, size, true) != TRACELINE_SHORT);
	FUZZ_CHECK(traceline_columns(line, size) < size || !size);
	fuzz_use(traceline_lost(line, size, &cpu, &lost));
	FUZZ_CHECK(!memcmp(line, data, size));
	if (rawbpf_parse_trace_line(line, size, &f) == 1) {
		fuzz_string(f.task);
		fuzz_string(f.flags);
		fuzz_string(f.ts);
		fuzz_string(f.symbol);
		fuzz_use(traceline_is(&f, "bpf_trace_printk"));
		FUZZ_CHECK(!f.msg_len || (f.msg >= line && f.msg + f.msg_len <= line + size));
	}
	free(line);
	return 0;
}
