/* SPDX-License-Identifier: MIT */
/* carraymap.h - the maps of a header in C: how each is made, and what it holds from the start. */
#ifndef CARRAYMAP_H
#define CARRAYMAP_H

#include "ir.h"
#include "textout.h"

/* One map after the other, as they are to be made: what others look like stands before them. */
struct carraymap {
	struct pool *pool;
	const struct ir_unit *u;
	struct textout *out;
	const char *name, *upper; /* of the array, in C */
	struct names maps, progs; /* row plus one, as pointers; place among programs plus one */
	const struct ir_map **rows;
	uint32_t n_rows; /* behind them those that sections of variables are */
};

int carraymap_begin(struct carraymap *m); /* -ENOMEM */
/* Index plus one of a map by name; 0: there is none. */
size_t carraymap_find(const struct carraymap *m, const char *name);
/* The map that a section of variables is. */
uint32_t carraymap_data(const struct carraymap *m, enum ir_data_section which);
/* How many elements hold something from the start. */
size_t carraymap_fills(const struct carraymap *m);
/* The arrays of bytes, maps and elements.  0 or -ENOMEM. */
int carraymap_write(struct carraymap *m);

#endif
