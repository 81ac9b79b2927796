/* SPDX-License-Identifier: MIT */
/* uproad.h - the way on which offsets of one file are probed, chosen by the kernel's answers. */
#ifndef UPROAD_H
#define UPROAD_H

#include "link.h"

/* What is to be probed; everything is borrowed. */
struct uproad {
	struct rawbpf *b;
	struct prog *prog; /* of type kprobe */
	bool ret;	   /* at the return */
	pid_t pid;	   /* 0: every process */
	const char *path;  /* what the kernel is given */
	const char *shown; /* the file, for messages */
	uint64_t dev, ino; /* the file, for detach */
	struct link_place *places;
	size_t n;
	unsigned guessed; /* as in struct uplace */
	bool usdt;	  /* its links are LINK_USDT */
	bool or_none; /* one link of many or nothing: 1 where that cannot be, without the error */
	bool records; /* ... and the places' cookies are numbers of usdtspec.c's records */
	int refused;  /* set for or_none: the errno */
	/* uproad.c's own: no such PMU, counts no semaphores; the errno where there is no such link */
	bool no_pmu, no_ref;
	int no_multi;
	bool one; /* all places are one event */
};

/*
 * Attach r->prog to all places or to none: 0, or a negative errno with the context's error set; 1:
 * see or_none.
 * The links (one or one each) are added to the context.
 */
int uproad_attach(struct uproad *r);
/*
 * May there be links of many places, with cookies and jumps of 32 bits (all Linux 6.6), as far as
 * is known?  pid as in struct uproad.
 */
bool uproad_may_link(struct rawbpf *b, pid_t pid);

#endif
