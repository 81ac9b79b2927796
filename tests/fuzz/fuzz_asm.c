// SPDX-License-Identifier: MIT
/*
 * fuzz_asm.c - any bytes as assembler source: what is taken gives an object that lists, and a text
 * that gives the same bytes.
 */
#include <errno.h>

#include "fuzz.h"
#include "rawbpf.h"
#include "target.h"

/* 0, and the errors are told, or there are none. */
static int assemble(const void *text, size_t len, unsigned format, struct bpfasm_out *out)
{
	struct bpfasm_opts o = target_opts(format);
	int err = bpfasm_assemble(text, len, &o, out);

	FUZZ_CHECK(!err == !out->n_errors);
	FUZZ_CHECK(!err || (!out->data && out->diag && *out->diag));
	fuzz_string(out->diag);
	return err;
}

/* The bytes alone cannot hold an operand of a probe; all else of the text they can. */
static bool needs_loader(const struct bpfasm_out *raw)
{
	return raw->n_errors && strstr(raw->diag, "'usdt_arg' is for the loader");
}

static void text_is_same(const struct bpfasm_out *text, const struct bpfasm_out *raw)
{
	struct bpfasm_out again;

	if (needs_loader(raw)) {
		FUZZ_CHECK(assemble(text->data, text->len, BPFASM_RAW, &again));
		FUZZ_CHECK(needs_loader(&again) && again.n_errors == raw->n_errors);
		bpfasm_free(&again);
		return;
	}
	FUZZ_CHECK(!assemble(text->data, text->len, BPFASM_RAW, &again));
	FUZZ_CHECK(again.len == raw->len && !memcmp(again.data, raw->data, raw->len));
	bpfasm_free(&again);
}

static void object_is_read(const struct bpfasm_out *object)
{
	struct rawbpf_error e;
	FILE *f = fopen("/dev/null", "we");

	FUZZ_CHECK(f && !rawbpf_list_object(object->data, object->len, f, &e));
	fclose(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bpfasm_out raw, text, object, header;
	int raw_err = assemble(data, size, BPFASM_RAW, &raw);
	int text_err = assemble(data, size, BPFASM_TEXT, &text);
	int object_err = assemble(data, size, BPFASM_ELF, &object);
	int header_err = assemble(data, size, BPFASM_C, &header);

	/* RAW takes a program that runs off its end, ELF nothing without a program */
	FUZZ_CHECK(text_err || !raw_err || needs_loader(&raw));
	if (!text_err)
		text_is_same(&text, &raw);
	FUZZ_CHECK(object_err || !text_err);
	/* functions are copied to each program: that may be too much */
	FUZZ_CHECK(header_err == object_err || header_err == -E2BIG);
	if (object.data)
		object_is_read(&object);
	bpfasm_free(&raw);
	bpfasm_free(&text);
	bpfasm_free(&object);
	bpfasm_free(&header);
	return 0;
}
