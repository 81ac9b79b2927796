/* SPDX-License-Identifier: MIT */
/* listcore.h - the CO-RE records of an object as names in its text. */
#ifndef LISTCORE_H
#define LISTCORE_H

#include "core.h"
#include "listtype.h"

struct listcore_rec {
	uint32_t section, insn; /* ELF section, instruction in it */
	enum core_kind kind;
	bool inside; /* the name stands for the instruction's number */
	char *name;  /* "task_struct.comm[3]"; NULL: it has no form */
};

struct listcore {
	struct listcore_rec *recs; /* by section and instruction */
	size_t n;
	size_t left;	    /* without a form, or where no instruction was written */
	const char **names; /* each once, in their order; they are the records' */
	size_t n_names;
	const struct btf *btf;
};

/* 0, or a negative errno with an error set; to be closed in any case. */
int listcore_open(struct elf_file *f, const struct listtype *types, struct listcore *c,
	struct rawbpf_error *e);
void listcore_close(struct listcore *c);
/* a ".core" line for each name */
void listcore_names(const struct listcore *c, struct buf *out);
/* NULL: that instruction has none */
const struct listcore_rec *listcore_at(const struct listcore *c, uint32_t section, uint32_t insn);
/* A comment before an instruction, that its record is not there. */
void listcore_left(const struct listcore_rec *r, struct buf *out);
/* One instruction, of which line is the text, with its record. */
void listcore_put(const struct listcore_rec *r, const char *line, size_t len, struct buf *out);

#endif
