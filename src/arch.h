/* SPDX-License-Identifier: MIT */
/* arch.h - where a CPU's pt_regs keeps arguments, return value and registers; kernel-free. */
#ifndef ARCH_H
#define ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arch_reg {
	const char *name;
	uint16_t offset; /* bytes from the start of the context of a kprobe or uprobe program */
};

struct arch {
	const char *name;		   /* "x86_64" */
	const char *const *aliases;	   /* "amd64" ..., ends in NULL */
	uint16_t machine;		   /* EM_X86_64 ... */
	uint8_t word;			   /* bytes of a register */
	uint8_t n_args;			   /* arguments that come in registers */
	const char *const *args;	   /* their registers' names */
	const char *retval, *ip, *sp, *fp; /* registers' names */
	const struct arch_reg *regs;	   /* ends in a NULL name */
};

/* By name or alias; NULL: unknown.  name NULL: the CPU this library was compiled for. */
const struct arch *arch_find(const char *name);
/* Every CPU, for i from 0 on; NULL at the end. */
const struct arch *arch_at(size_t i);
/*
 * "arg1".."arg6", "retval", "ip", "sp", "fp" or a register's name: its offset, or -ENOENT (unknown
 * name), or -ERANGE (an argument that this CPU passes on the stack).
 */
int arch_reg(const struct arch *a, const char *name, uint64_t *offset);

#endif
