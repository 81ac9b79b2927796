/* SPDX-License-Identifier: MIT */
/* btffile.h - the BTF of the running kernel, or of a file. */
#ifndef BTFFILE_H
#define BTFFILE_H

#include "btf.h"
#include "sys.h"

struct btffile {
	struct btf *btf; /* a view of one of these */
	void *map;
	size_t map_len;
	struct buf bytes;
	struct elf_file *elf;
};

/* path NULL: the running kernel's; else BTF itself, or an ELF file with a section .BTF */
int btffile_open(struct sys *s, const char *path, struct btffile *f, struct rawbpf_error *e);
void btffile_close(struct sys *s, struct btffile *f);

#endif
