/* SPDX-License-Identifier: MIT */
/* hist.h - log2 and linear histograms as bcc prints them; kernel-free. */
#ifndef HIST_H
#define HIST_H

#include <stdbool.h>

#include "btf.h"
#include "rawbpf.h"

enum hist_kind {
	HIST_LOG2,
	HIST_LINEAR,
};

enum {
	HIST_LOG2_MAX = 64,	/* last slot: [2^63, 2^64 - 1] */
	HIST_LINEAR_MAX = 1024, /* bcc's limit */
	HIST_SECTION_MAX = 64,	/* bcc's limit for both kinds once there are sections */
};

/* How a bucket is named when the caller gives no section_print_fn. */
enum hist_name {
	/* 1, 2, 4 and 8 bytes are an unsigned number, others text or, where it is empty, hex */
	HIST_NAME_GUESS,
	HIST_NAME_BYTES, /* the same, but hex wherever it is not all text */
	HIST_NAME_UNSIGNED,
	HIST_NAME_SIGNED,
	HIST_NAME_TEXT,	 /* bytes up to the first NUL, which are also its identity */
	HIST_NAME_TYPED, /* as BTF has it */
};

/* What the values are; all zero for the kernel-free public calls. */
struct hist_form {
	enum hist_kind kind;
	enum hist_name name;
	bool is_signed;	       /* counts are signed; stored as their 64 bits either way */
	const struct btf *btf; /* HIST_NAME_TYPED */
	uint32_t type;
};

/*
 * The options of a print call, with out and the defaults filled in; the error to use is o->error
 * or, where that is NULL, e.
 */
int hist_opts(struct rawbpf_hist_opts *o, const struct rawbpf_hist_opts *from, FILE *out,
	struct rawbpf_error *e);
/* -1 for a slot that is no slot of this histogram; a negative one counts from the end */
int hist_slot(int64_t slot, int max);
int hist_range(const struct rawbpf_hist_opts *o, const char *slot, int max);

/* Print; o comes from hist_opts().  0, -EIO, -ERANGE, -EINVAL or -ENOMEM with the error set. */
int hist_print(const struct rawbpf_hist_opts *o, const struct hist_form *form,
	const uint64_t *slots, size_t n);
int hist_sections(const struct rawbpf_hist_opts *o, const struct hist_form *form,
	const struct rawbpf_hist_entry *entries, size_t n);

/* The same as data, without a word: fn non-zero stops and is returned. */
typedef int hist_fn(void *arg, const struct rawbpf_hist *h);
int hist_each_section(const struct rawbpf_hist_opts *o, const struct hist_form *form,
	const struct rawbpf_hist_entry *entries, size_t n, hist_fn *fn, void *arg);
/* Up to the last slot with a count. */
size_t hist_used(const uint64_t *slots, size_t n);

/* cells * val / max as python divides and cuts it; val <= max */
unsigned hist_stars(unsigned cells, uint64_t val, uint64_t max);

#endif
