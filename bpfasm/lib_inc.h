/* SPDX-License-Identifier: MIT */
/* lib_inc.h - the standard macros (lib/X.inc), built into the library. */
#ifndef LIB_INC_H
#define LIB_INC_H

#include <stddef.h>

struct lib_inc {
	const char *name; /* "hist.inc"; NULL ends the table */
	const char *text;
	size_t len;
};

const struct lib_inc *lib_incs(void);

#endif
