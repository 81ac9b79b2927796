/* SPDX-License-Identifier: MIT */
/* tasm.h - what the tests of the assembler share: a made-up target, and comparisons. */
#ifndef TASM_H
#define TASM_H

#include "bpfasm.h"

/*
 * tracepoint t:ev: u32 id, s16 code, char name[16], __data_loc path, __rel_loc rel, u64 when;
 * registers of x86-64; struct task_struct with s32 tgid at 1000 and char comm[16] at 1008
 */
extern const struct bpfasm_resolver tasm_target;

/*
 * A target that tells steps.  struct rec, 64 bytes: s32 a at 4, rec *p at 8, u16 arr[4] at 16,
 * struct { u8 in; } sub at 24, unsigned bit:3 at bit 261, int neg:2 at bit 287 (it ends at 289),
 * char name[16] at 40; enum colour { RED = 1, BLUE = -2, HIGH = 0xf0000000 }, enum { FREE = 7 },
 * enum wide { BIG = 1 << 40, MASK = -1 << 32 }, of 8 bytes without a sign
 */
extern const struct bpfasm_resolver tasm_types;

/* the options most tests use: name "t", the target above */
struct bpfasm_opts tasm_opts(unsigned format);
/* bytes as text: 16 digits an instruction, a blank between two; the caller frees it */
char *tasm_hex(const unsigned char *data, size_t len);
/* these lines give these bytes, without any message */
void tasm_is(const char *text, const char *hex);
/* and with o instead of tasm_opts() */
void tasm_is_opts(const char *text, const char *hex, const struct bpfasm_opts *o);
/* the ELF form of text is refused, and the messages contain want */
void tasm_fails(const char *text, const char *want);
/* each of the n lines bad[][0] behind head, a program's, is refused so with bad[][1] */
void tasm_lines_fail(const char *head, const char *const (*bad)[2], size_t n);
/* it is assembled to ELF, and the messages contain want */
void tasm_warns(const char *text, const char *want);
/* it is assembled to ELF, without a message */
void tasm_passes(const char *text);
/* every allocation fails in turn, at least this many: no output then, and -ENOMEM */
void tasm_every_alloc(const char *text, const struct bpfasm_opts *o, unsigned least);

#endif
