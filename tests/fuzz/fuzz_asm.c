// SPDX-License-Identifier: MIT
/*
 * fuzz_asm.c - any bytes as assembler source: what is taken gives an object that lists, and a text
 * that gives the same bytes.
 *
 * Each source is assembled two or three times, not in every format for every target: which of them
 * it is, and what must then hold between them, its length says.  So any source can be tried in all
 * ways by blanks at its end, and a mutation that is kept in one way is soon tried in the others.
 */
#include <errno.h>

#include "fuzz.h"
#include "rawbpf.h"
#include "target.h"

struct way {
	const uint8_t *data;
	size_t size;
	struct target target;
	bool patient; /* what the first format refuses is given to the second one too */
};

/* 0, and the errors are told, or there are none. */
static int assemble_as(const void *text, size_t len, struct bpfasm_opts *o, struct bpfasm_out *out)
{
	int err = bpfasm_assemble(text, len, o, out);

	FUZZ_CHECK(!err == !out->n_errors);
	FUZZ_CHECK(!err || (!out->data && out->diag && *out->diag));
	fuzz_string(out->diag);
	return err;
}

static int assemble(struct way *w, unsigned format, struct bpfasm_out *out)
{
	struct bpfasm_opts o = target_opts(&w->target, format);

	return assemble_as(w->data, w->size, &o, out);
}

/* The bytes alone cannot hold a probe's operand and a kernel's variable; all else they can. */
static bool needs_loader(const struct bpfasm_out *raw)
{
	return raw->n_errors && strstr(raw->diag, "' is for the loader, which knows the ");
}

static void text_is_same(struct way *w, const struct bpfasm_out *text, const struct bpfasm_out *raw)
{
	struct bpfasm_opts o = target_opts(&w->target, BPFASM_RAW);
	struct bpfasm_out again;
	int err = assemble_as(text->data, text->len, &o, &again);

	if (err && !needs_loader(raw))
		fprintf(stderr, "%s%s", text->data, again.diag);
	if (needs_loader(raw)) {
		FUZZ_CHECK(err && needs_loader(&again) && again.n_errors == raw->n_errors);
	} else {
		FUZZ_CHECK(!err);
		FUZZ_CHECK(again.len == raw->len && !memcmp(again.data, raw->data, raw->len));
	}
	bpfasm_free(&again);
}

/* Instructions without a program may be any part of one, for both. */
static void try_text(struct way *w)
{
	struct bpfasm_out raw, text = {0};
	int err = assemble(w, BPFASM_RAW, &raw), text_err;

	if (!err || w->patient || needs_loader(&raw)) {
		text_err = assemble(w, BPFASM_TEXT, &text);
		FUZZ_CHECK(text_err || !err || needs_loader(&raw));
		if (!text_err)
			text_is_same(w, &text, &raw);
	}
	bpfasm_free(&raw);
	bpfasm_free(&text);
}

static void object_is_read(const struct bpfasm_out *object)
{
	struct rawbpf_error e;
	FILE *f = fopen("/dev/null", "we");

	FUZZ_CHECK(f && !rawbpf_list_object(object->data, object->len, f, &e));
	fclose(f);
}

/* ELF takes nothing without a program. */
static void try_object(struct way *w)
{
	struct bpfasm_out object, text = {0};
	int err = assemble(w, BPFASM_ELF, &object);

	if (!err)
		object_is_read(&object);
	if (!err || w->patient)
		FUZZ_CHECK(!assemble(w, BPFASM_TEXT, &text) || err);
	bpfasm_free(&object);
	bpfasm_free(&text);
}

/* Functions are copied to each program: that may be too much for a header. */
static void try_header(struct way *w)
{
	struct bpfasm_out header, object = {0};
	int err = assemble(w, BPFASM_C, &header), object_err;

	if (!err || w->patient) {
		object_err = assemble(w, BPFASM_ELF, &object);
		FUZZ_CHECK(err == object_err || err == -E2BIG);
	}
	bpfasm_free(&header);
	bpfasm_free(&object);
}

/* What is shown has bytes, but for what the loader knows. */
static void try_listing(struct way *w)
{
	struct bpfasm_out listing, raw = {0};

	if (!assemble(w, BPFASM_LISTING, &listing))
		FUZZ_CHECK(!assemble(w, BPFASM_RAW, &raw) || needs_loader(&raw));
	bpfasm_free(&listing);
	bpfasm_free(&raw);
}

/* An object for any kernel: where it stands a name is allowed for one kernel too. */
static void try_core(struct way *w)
{
	struct bpfasm_out core, object = {0};
	int err;

	w->target.core = true;
	err = assemble(w, BPFASM_ELF, &core);
	w->target.core = false;
	if (!err) {
		object_is_read(&core);
		FUZZ_CHECK(!assemble(w, BPFASM_ELF, &object));
	}
	bpfasm_free(&core);
	bpfasm_free(&object);
}

/* The other byte order: its constants may need other instructions. */
static void try_big(struct way *w)
{
	struct bpfasm_out big, little = {0};
	int err;

	w->target.big_endian = true;
	err = assemble(w, BPFASM_RAW, &big);
	w->target.big_endian = false;
	if (!err || w->patient)
		FUZZ_CHECK(assemble(w, BPFASM_RAW, &little) == err);
	bpfasm_free(&big);
	bpfasm_free(&little);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(struct way * w) = {
		try_text, try_object, try_header, try_core, try_listing, try_big};
	size_t n = sizeof(tries) / sizeof(*tries);
	struct way w = {.data = data,
		.size = size,
		.target = {.kind = (enum target_kind)(size / n % TARGET_KINDS)},
		.patient = size / n / TARGET_KINDS % 4 == 0};

	tries[size % n](&w);
	return 0;
}
