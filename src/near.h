/* SPDX-License-Identifier: MIT */
/* near.h - "did you mean": the names nearest to one that was not found. */
#ifndef NEAR_H
#define NEAR_H

#include <stdbool.h>
#include <stddef.h>

struct rawbpf_error;

#define NEAR_MAX  3
#define NEAR_PART 3  /* a shorter word is part of too many */
#define NEAR_LEN  80 /* longer names are not compared */

struct near {
	char want[NEAR_LEN];
	size_t len, n;
	struct near_name {
		char name[NEAR_LEN];
		unsigned distance;
	} best[NEAR_MAX]; /* nearest first */
	/*
	 * names that the word is a part of, when nothing is near: those that begin with it first,
	 * then by length
	 */
	struct near_whole {
		char name[NEAR_LEN];
		size_t rank;
	} whole[NEAR_MAX];
	size_t n_whole;
};

void near_start(struct near *n, const char *want);
void near_offer(struct near *n, const char *name);
/* "'strlen', 'strnlen'"; "" when nothing is near */
const char *near_text(const struct near *n, char *out, size_t size);
/* sets the hint "did you mean ...?" of the error just set; false when nothing is near */
bool near_hint(const struct near *n, struct rawbpf_error *e);

#endif
