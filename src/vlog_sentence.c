// SPDX-License-Identifier: MIT
/* vlog_sentence.c - what several advices say, as data: the byte that stands for it, and the words. */
#include "vlog_advice.h"

#include <string.h>

#define VLOG_SENTENCE(byte, words) byte words "\0"

/* clang-format off */
static const char vlog_sentences[] =
VLOG_SENTENCE(VLOG_NUMBER,
	"{r} is a plain number here; read through it with bpf_probe_read_user (user address) or "
	"bpf_probe_read_kernel (kernel address)")
VLOG_SENTENCE(VLOG_NUMBER_0,
	"{r} is a plain number here: 0, a NULL pointer on this path; use it only on the branch "
	"where it is not 0, or set it to an address first")
VLOG_SENTENCE(VLOG_NUMBER_CALLBACK,
	"{r} is a plain number here: 0, a NULL pointer on this path; it is the context that this "
	"callback is given (r3 of bpf_loop and bpf_for_each_map_elem): pass the address of a "
	"variable of the stack there")
VLOG_SENTENCE(VLOG_NUMBER_LOST,
	"{r} is a plain number here, though it was a pointer: a call on the way (release, "
	"submit, discard, packet or dynptr change) ended it; take the pointer anew after it")
VLOG_SENTENCE(VLOG_NUMBER_HALF,
	"{r} is a plain number here: a w register, or a sign-extending move, takes only a part "
	"of an address; use r registers on its way")
VLOG_SENTENCE(VLOG_NUMBER_SPOILED,
	"{r} is a plain number here: the pointer that was saved in its stack slot was overwritten "
	"since; save it in a slot that nothing else reaches, or write fewer bytes (a shorter size)")
VLOG_SENTENCE(VLOG_NUMBER_MADE,
	"{r} is a plain number here, what {m} gave, and no address: keep the address in another "
	"register, and calculate in a copy")
VLOG_SENTENCE(VLOG_NUMBER_INDEX,
	"{r} is a plain number here: bpf_loop gives its callback the turn's number in r1; the "
	"context is in r2")
VLOG_SENTENCE(VLOG_TOP_SIZED,
	"the size in {n} may be up to {3}, but at r10{2} there are {l} bytes up to the frame's end: bound "
	"it before {i} ('if {n} > {l} goto'), or make the buffer larger")
VLOG_SENTENCE(VLOG_TOP,
	"{c} uses {3} bytes at r10{2}, where {l} are left up to the frame's end: make the variable as "
	"large as what is read or written (a map's key or value), or pass a smaller size")
VLOG_SENTENCE(VLOG_NULL_ARG,
	" of {c} may be NULL; compare it with 0 first and call only where it is not 0")
VLOG_SENTENCE(VLOG_NULL,
	"compare {r} with 0 first and use it only where it is not 0")
VLOG_SENTENCE(VLOG_BOUND,
	"bound it first: 'if r > LIMIT goto' (unsigned) or 'r &= MASK', on the same register "
	"that is used afterwards")
VLOG_SENTENCE(VLOG_INIT,
	"write every byte first (store 0, in stores as wide as its parts), then pass it")
VLOG_SENTENCE(VLOG_SIZE_0,
	"the size passed to {c} may be 0, which this kernel refuses: test it ('if r == 0 goto') "
	"before")
VLOG_SENTENCE(VLOG_FRAME,
	"a stack frame is the 512 bytes from r10-512 to r10-1")
VLOG_SENTENCE(VLOG_TYPE,
	"use a helper that this program type has (bpf_probe_read_kernel and _user, map and time "
	"helpers are for all tracing types), or another program type")
VLOG_SENTENCE(VLOG_WRITE_USER,
	"bpf_probe_write_user is for tracing programs, needs CAP_SYS_ADMIN, and lockdown forbids "
	"it (/sys/kernel/security/lockdown)")
VLOG_SENTENCE(VLOG_OVERRIDE,
	"bpf_override_return is for kprobe programs, in a kernel with "
	"CONFIG_BPF_KPROBE_OVERRIDE; fmod_ret changes a result without it")
VLOG_SENTENCE(VLOG_LOCKED,
	"this program type has no bpf_probe_read_kernel on this kernel, or lockdown forbids to "
	"read kernel memory (/sys/kernel/security/lockdown says 'confidentiality')")
VLOG_SENTENCE(VLOG_DYNPTR,
	"{r} is a dynptr, which only its own calls read and write: bpf_dynptr_read, "
	"bpf_dynptr_write, bpf_dynptr_data")
VLOG_SENTENCE(VLOG_HELPER_0,
	"helper number 0 does not exist: the call's number was not filled in (an unresolved name "
	"in the object); name the helper that is meant")
VLOG_SENTENCE(VLOG_SMALL_ATOMIC,
	"atomic operations take 4 or 8 bytes; of 1 and 2 bytes there are load_acquire and "
	"store_release only, from Linux 6.15 on")
VLOG_SENTENCE(VLOG_ENCODING,
	"an encoding error: the instruction at fault is malformed, or newer than this kernel; "
	"assemble for the kernel's instruction set (-mcpu=v1 to v4)")
VLOG_SENTENCE(VLOG_LICENSE,
	"declare a GPL-compatible licence (.license \"GPL\"), or do without the helper: "
	"bpf_probe_read*, bpf_trace_printk, bpf_perf_event_output and others are GPL only "
	"(bpf_ktime_get_ns before Linux 5.8)")
VLOG_SENTENCE(VLOG_LOOP,
	"the verifier walks every turn of a loop: give it a constant bound or a lower one, move "
	"the body to bpf_loop (Linux 5.17), or split the program with tail calls or global "
	"functions")
VLOG_SENTENCE(VLOG_BUG,
	"a fault in the kernel's verifier, not in the program: try a newer kernel, report it");
/* clang-format on */

const char *vlog_sentence(char c)
{
	const char *s = vlog_sentences;

	while (*s && *s != c)
		s += strlen(s) + 1;
	return *s ? s + 1 : s;
}
