/* SPDX-License-Identifier: MIT */
/* usdt.h - attach programs to USDT probes: at all their locations, with their operands. */
#ifndef USDT_H
#define USDT_H

#include "link.h"
#include "usdtctx.h"

/*
 * Attach every probe that is enabled in these contexts, or none; a place where its program is
 * already is left out.  0, or a negative errno with b's error set.
 */
int usdt_attach_contexts(struct rawbpf *b, struct rawbpf_usdt *const *contexts, size_t n);
/* 0, or the first failure of one of them, which then is b's error. */
int usdt_check_contexts(struct rawbpf *b, struct rawbpf_usdt *const *contexts, size_t n);

/* By options, which have been through opts_read(). */
int usdt_attach(struct rawbpf *b, const struct rawbpf_usdt_attach_opts *o);
/*
 * Load prog, which reads operands, as it is for the probe's first location, and attach nothing.  0;
 * 1: there is no such probe here, which the error tells; or a negative errno.
 */
int usdt_load(struct rawbpf *b, struct prog *prog, const struct rawbpf_usdt_attach_opts *o);

/*
 * The context and the probe that options name.  0, or a negative errno with b's error set; either
 * way usdtctx_close(u).
 */
int usdt_open(struct rawbpf *b, const struct rawbpf_usdt_attach_opts *o, struct rawbpf_usdt *u,
	const struct usdt_probe **p);
/* Is l at a place of that file? */
bool usdt_is_file(const struct link *l, const struct usdt_file *f);

#endif
