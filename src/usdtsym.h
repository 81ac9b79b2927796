/* SPDX-License-Identifier: MIT */
/* usdtsym.h - what struct usdtcode_site asks of a probed file and of the kernel's BTF. */
#ifndef USDTSYM_H
#define USDTSYM_H

#include "btf.h"
#include "elf.h"
#include "usdtcode.h"

/* A file, opened when the first symbol is wanted. */
struct usdtsym {
	struct sys *sys;
	const char *path;	      /* to be opened; borrowed */
	struct elf_file *elf, *debug; /* NULL: not opened, or that failed */
	bool tried;
};

/* For site->symbol, slot and tls; arg is a struct usdtsym of which sys and path are set. */
int usdtsym_symbol(void *arg, const char *name, uint64_t *value);
int usdtsym_slot(void *arg, const char *name, uint64_t *value);
int usdtsym_tls(void *arg, const char *name, int64_t *offset);
void usdtsym_close(struct usdtsym *u);

/* Fills in site->fsbase and site->gsbase; btf NULL, or of a kernel without them: unknown. */
void usdtsym_segments(const struct btf *btf, struct usdtcode_site *site);

#endif
