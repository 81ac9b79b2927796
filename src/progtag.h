/* SPDX-License-Identifier: MIT */
/* progtag.h - the tag that the kernel gives a program. */
#ifndef PROGTAG_H
#define PROGTAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rawbpf_sys.h"

enum { PROGTAG_LEN = 8 };

/*
 * The first bytes of a hash over the instructions, with the fds of maps taken for 0: SHA-1, from
 * Linux 6.18 on (sha256) SHA-256.  bpftool prog shows it.
 */
void progtag(const struct rawbpf_insn *insns, size_t n, bool sha256, uint8_t tag[PROGTAG_LEN]);

#endif
