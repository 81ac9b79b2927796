/* SPDX-License-Identifier: MIT */
/*
 * dis.h - what dis.c offers beside dis_insn().
 *
 * The forms that are ours, not the kernel log's; the assembler reads each of them:
 *
 *	r1 = 0x123 ll			ld_imm64, both halves
 *	r1 = map_fd(FD) ll		src 1
 *	r1 = map_value(FD, OFF) ll	src 2
 *	r1 = btf_id(ID, BTF_FD) ll	src 3; BTF_FD 0: the kernel's own
 *	r1 = func(pc+N) ll		src 4
 *	r1 = map_idx(N) ll		src 5
 *	r1 = map_idx_value(N, OFF) ll	src 6
 *	call unknown#N			a helper without a name (so does the kernel)
 *	call kernel-function#ID		a kfunc (so does the kernel without names)
 *	call kernel-function#ID@IDX	the same, off: index into fd_array
 *	callx r1			LLVM's; no kernel takes it
 *	.word 0xIIIIIIIIOOOOSDCC ; invalid: src 0x2
 *					no instruction: imm, off, src, dst, code of one slot, and
 *					which of them make it none
 */
#ifndef DIS_H
#define DIS_H

#include "ir.h"

enum { DIS_TEXT_MAX = 96 }; /* no text is longer, with its NUL */

/* .word's number: the slot as a little-endian number, whatever the byte order of the output */
uint64_t dis_word(const struct ir_insn *i);

/* slot: index of the (first) slot; slots: 1, 2, or 0 for a .word, which takes one */
typedef int (*dis_line_fn)(void *arg, size_t slot, const char *text, int slots);
/* each instruction of n slots at p in turn, until fn returns other than 0, which is the result */
int dis_text(const unsigned char *p, size_t n, bool big_endian, dis_line_fn fn, void *arg);

#endif
