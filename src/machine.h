/* SPDX-License-Identifier: MIT */
/*
 * machine.h - e_machine of the CPUs whose USDT operands are known, from the ELF specification.
 *
 * <elf.h> has them as macros, but not all of them on older systems.
 */
#ifndef MACHINE_H
#define MACHINE_H

enum {
	MACHINE_386 = 3,
	MACHINE_MIPS = 8,
	MACHINE_PPC = 20,
	MACHINE_PPC64 = 21,
	MACHINE_S390 = 22,
	MACHINE_ARM = 40,
	MACHINE_X86_64 = 62,
	MACHINE_AARCH64 = 183,
	MACHINE_RISCV = 243,
	MACHINE_LOONGARCH = 258,
};

#endif
