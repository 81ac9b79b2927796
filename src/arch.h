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
	/* arguments on the stack: bytes from sp to the first of them at a function's entry ... */
	int16_t stack_user, stack_kernel; /* ... of a program, of the kernel; -1: not known */
	uint8_t n_args_user;		  /* arguments in registers there: i386 has none */
	/* system calls whose function is given the caller's registers */
	const char *call_prefix;      /* of its name; NULL: there are none */
	bool call_named;	      /* who has that name is such a function */
	uint32_t call_kernel;	      /* the first version: major << 16 | minor << 8 */
	const char *const *call_args; /* six of the caller's registers */
};

/* An argument in memory. */
struct arch_memory {
	uint64_t pointer; /* the register that points there, as arch_reg() gives it */
	uint64_t offset;  /* bytes from there */
	uint64_t size;	  /* bytes */
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
/*
 * Argument n (1 to 6) at the entry of a function of a program (user) or of the kernel, when it
 * comes on the stack: 1 and *m; 0: in a register; -ERANGE: where it is is not known.
 */
int arch_stack_arg(const struct arch *a, unsigned n, bool user, struct arch_memory *m);
/* Argument n of a system call whose function is given the caller's registers. */
void arch_call_arg(const struct arch *a, unsigned n, struct arch_memory *m);
/* Does name, which arch_find() knows, mean the CPU with the byte order of s390x? */
bool arch_is_big(const char *name);

#endif
