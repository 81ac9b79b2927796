/* SPDX-License-Identifier: MIT */
/* t_firings.h - programs that record what USDT probes pass, and what was recorded, as text. */
#ifndef T_FIRINGS_H
#define T_FIRINGS_H

#include "rawbpf.h"

/* What a program reads of a probe: the operands from first to last. */
struct t_firing {
	const char *name; /* of the probe; its program is on_NAME */
	unsigned first, last;
};

/*
 * A text with a program for each probe, up to one without a name; section: of all of them, with %s
 * for the probe's name, if any.  Malloc'ed.  Threads must not fire at the same time.
 */
char *t_firings_text(const struct t_firing *probes, const char *section);
/* What has fired since the last time, in order: "NAME 0xVALUE ..." a line; malloc'ed. */
char *t_firings_take(struct rawbpf *b, const struct t_firing *probes);

#endif
