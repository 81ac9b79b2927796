// SPDX-License-Identifier: MIT
/* sourcetext.c - a text as the bytes of a BPF ELF object: the assembler, asked by the loader. */
#include "sourcetext.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpfasm.h"
#include "resolve.h"

/* "FILE:LINE:COL: error: ...": the first error's line becomes the message. */
static int sourcetext_bad(struct rawbpf *b, int err, const char *diag)
{
	const char *p, *end, *colon, *mark = NULL;
	unsigned long line;
	char text[400], file[200] = "";

	for (p = diag ? diag : ""; *p; p = end + (*end == '\n')) {
		end = p + strcspn(p, "\n");
		mark = strstr(p, ": error: ");
		if (mark && mark < end)
			break;
		mark = NULL;
	}
	if (!mark)
		return err_set(&b->error, "assemble", err, "the text cannot be assembled");
	snprintf(text, sizeof(text), "%.*s", (int)(end - p), p);
	err_set(&b->error, "assemble", err, "%s", text);
	/* back from ": error:" over the column and the line */
	for (colon = mark; colon > p && colon[-1] != ':'; colon--)
		;
	for (colon -= colon > p; colon > p && colon[-1] != ':'; colon--)
		;
	line = strtoul(colon, NULL, 10);
	if (colon > p && line && line <= UINT_MAX) {
		snprintf(file, sizeof(file), "%.*s", (int)(colon - p - 1), p);
		err_src(&b->error, file, (unsigned)line);
	}
	return err;
}

int sourcetext_make(struct rawbpf *b, const struct rawbpf_load_opts *o, const char *text,
	size_t len, const char *name, unsigned char **object, size_t *object_len)
{
	struct bpfasm_resolver r = {.sz = sizeof(r)};
	struct bpfasm_opts a = {.sz = sizeof(a), .name = name, .resolver = &r};
	struct bpfasm_out out = {0};
	const struct rawbpf_error *refused;
	int err = rawbpf_resolver(b, NULL, &r);

	if (err)
		return err;
	a.include_dirs = o->include_dirs;
	a.n_include_dirs = o->n_include_dirs;
	a.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	err = bpfasm_assemble(text, len, &a, &out);
	refused = out.n_errors == 1 ? resolve_refused(b) : NULL;
	if (err == -ENOMEM || resolve_no_memory(b))
		err = err_set(&b->error, "open", -ENOMEM, "out of memory");
	else if (err && refused) /* nothing is wrong with the text, as far as one can tell */
		err = refused->err;
	else if (err)
		sourcetext_bad(b, err, out.diag);
	if (err && refused && err != -ENOMEM)
		err_copy(&b->error, refused);
	else if (out.diag && err)
		ctx_take_log(b, strdup(out.diag));
	else if (out.diag)
		ctx_log(b, RAWBPF_LOG_WARN, "%s", out.diag);
	if (!err) {
		*object = out.data;
		*object_len = out.len;
		out.data = NULL;
	}
	bpfasm_free(&out);
	return err;
}

void sourcetext_unmake(unsigned char *object)
{
	struct bpfasm_out out = {.data = object};

	bpfasm_free(&out);
}

void sourcetext_free(struct rawbpf *b)
{
	resolve_free(b);
}
