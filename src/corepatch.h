/* SPDX-License-Identifier: MIT */
/* corepatch.h - the answer to a CO-RE record, put into its instruction. */
#ifndef COREPATCH_H
#define COREPATCH_H

#include <stddef.h>
#include <stdint.h>

#include "core.h"
#include "rawbpf_sys.h"

/* The helper that nobody has: what takes the place of an instruction that must not be reached. */
#define COREPATCH_POISON 195896080 /* 0xbad2310, as libbpf has it */

/*
 * Change the instruction at insns, of which n follow in its section.  0, or a negative errno and
 * what is wrong with the instruction in *why; it is then as it was.
 */
int corepatch(struct rawbpf_insn *insns, size_t n, const struct core_answer *a, const char **why);
/* Make the instruction (both slots of a wide one) a call of COREPATCH_POISON. */
void corepatch_poison(struct rawbpf_insn *insns, size_t n);
/* Does it take an answer as an offset: a load or store? */
int corepatch_is_access(const struct rawbpf_insn *insn);

#endif
