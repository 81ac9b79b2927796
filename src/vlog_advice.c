// SPDX-License-Identifier: MIT
/*
 * vlog_advice.c - what the verifier's messages mean and what to write instead, as data.
 *
 * Wordings of Linux 4.4 to 7.x.  A kernel changes the words while the cause stays, so rules look
 * for the part that stayed; where old and new words have nothing in common there are two rules.
 * Order matters: special before general.
 */
#include "vlog_advice.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VLOG_NUMBER                                                                               \
	"{r} is a plain number here; read through it with bpf_probe_read_user (user address) or " \
	"bpf_probe_read_kernel (kernel address)"
#define VLOG_NULL "compare {r} with 0 first and use it only where it is not 0"
#define VLOG_BOUND                                                                             \
	"bound it first: 'if r > LIMIT goto' (unsigned) or 'r &= MASK', on the same register " \
	"that is used afterwards"
#define VLOG_INIT  "write every byte first (zero it with 8-byte stores), then pass it"
#define VLOG_FRAME "a stack frame is the 512 bytes from r10-512 to r10-1"
#define VLOG_TYPE                                                                            \
	"use a helper that this program type has (bpf_probe_read_kernel and _user, map and " \
	"time helpers are for all tracing types), or another program type"
#define VLOG_ENCODING                                                                           \
	"an encoding error: the instruction at fault is malformed, or newer than this kernel; " \
	"assemble for the kernel's instruction set (-mcpu=v1 to v4)"
#define VLOG_LICENSE                                                                      \
	"declare a GPL-compatible licence (.license \"GPL\"), or do without the helper: " \
	"bpf_probe_read*, bpf_trace_printk, bpf_ktime_get_ns, bpf_perf_event_output and " \
	"others are GPL only"
#define VLOG_LOOP                                                                              \
	"the verifier walks every turn of a loop: lower its bound, move the body to bpf_loop " \
	"(Linux 5.17), or split the program with tail calls or global functions"
#define VLOG_BUG \
	"a fault in the kernel's verifier, not in the program: try a newer kernel, report it"

/* clang-format off */
const struct vlog_rule vlog_rules[] = {
/* ---- memory through a register */
{"invalid mem access 'scalar'", VLOG_BASE, VLOG_NUMBER},
{"invalid mem access 'inv'", VLOG_BASE, VLOG_NUMBER},
{"invalid mem access 'unknown", VLOG_BASE, VLOG_NUMBER},	/* 4.4 to 4.13 */
{"invalid mem access 'imm'", VLOG_BASE, VLOG_NUMBER},
{"invalid mem access 'map_value_or_null'", VLOG_BASE,
	"{r} may be NULL, the map may have no such key; " VLOG_NULL},
{"invalid mem access '*mem_or_null'", VLOG_BASE,
	"{r} may be NULL, the ring buffer may be full; " VLOG_NULL},
{"invalid mem access '*_or_null", VLOG_BASE, "{r} may be NULL (its type is '{1}_or_null'); " VLOG_NULL},
{"invalid mem access 'map_ptr'", VLOG_BASE,
	"{r} is the map itself, not one of its values; call bpf_map_lookup_elem and use the pointer "
	"that it returns in r0"},
{"invalid mem access 'pkt_end'", VLOG_BASE,
	"{r} is the packet's end, which can only be compared; read below it, through the data pointer"},
{"invalid mem access 'fp'", VLOG_BASE, "{r} is not a stack address that can be used so; " VLOG_FRAME},
{"invalid mem access '*'", VLOG_BASE,
	"{r} is of type '{1}', through which {i} cannot read or write; use the pointer that the "
	"helper or the context gave, or copy with bpf_probe_read_kernel"},
{"invalid mem access ", VLOG_BASE, VLOG_NUMBER},
{"invalid bpf_context access off=# size=#", VLOG_BASE,
	"the context of this program type has no field of {2} bytes at offset {1}, or it cannot be "
	"written there; check the field's name, width and the program's type"},
{"invalid bpf_context access", VLOG_BASE,
	"the context of this program type has no such field, or it cannot be written"},
{"dereference of modified ctx ptr", VLOG_BASE,
	"the context pointer in {r} was moved; keep it unchanged and put the offset into the load: "
	"*(u64 *)(r6 +16)"},
{"negative offset ctx ptr", VLOG_BASE,
	"the context pointer in {r} was moved back; keep it unchanged and put the offset into the load"},
{"variable ctx access", VLOG_BASE,
	"the context in {r} can be read at constant offsets only; branch on the index and load each "
	"field with an offset of its own, or copy it with bpf_probe_read_kernel"},
{"access user memory", VLOG_BASE,
	"{r} points to user memory; read it with bpf_probe_read_user"},
{"access percpu memory", VLOG_BASE,
	"{r} points to per-CPU data; get this CPU's address with bpf_this_cpu_ptr or bpf_per_cpu_ptr"},
{"is ptr_* invalid negative access", VLOG_BASE,
	"{r} points to a {1}, which has nothing below its start; container_of needs "
	"bpf_probe_read_kernel"},
{"is ptr_* invalid variable offset", VLOG_BASE,
	"fields of {1} are read at constant offsets only; for an index use bpf_probe_read_kernel"},
{"access beyond struct * at off # size #", VLOG_BASE,
	"offset {2} is not inside struct {1}; take the offset from this kernel's own BTF (a CO-RE "
	"relocation), or read with bpf_probe_read_kernel"},
{"access beyond the end of member", VLOG_BASE,
	"the load is wider than the field; use the field's own width"},
{"cannot access ptr member", VLOG_BASE,
	"a pointer field must be read whole, with a u64 load at its own offset"},
{"only read is supported", VLOG_BASE,
	"memory of the kernel behind {r} can only be read; keep results in a map"},
{"cannot write into *", VLOG_BASE,
	"what {r} points to is read-only ({1}); copy it to the stack or to a map value and change "
	"the copy"},
{"write into map forbidden", VLOG_BASE,
	"the map was made read-only for programs (BPF_F_RDONLY_PROG, as .rodata is); write to another"},
{"read from map forbidden", VLOG_BASE,
	"the map was made write-only for programs (BPF_F_WRONLY_PROG); read another"},
{"write to change key", VLOG_BASE, "a map's key cannot be changed in place; delete and add it"},
{"invalid access to packet", VLOG_BASE,
	"compare {r} + size with the packet's end (data_end) first, on the same pointer"},
{"buffer access: off=#", VLOG_BASE, "offset {1} is outside the buffer; check the bounds before"},
{"invalid negative access", VLOG_BASE, "the offset from {r} may be negative; " VLOG_BOUND},
/* ---- bounds */
{"invalid access to map value, value_size=# off=# size=#", VLOG_BASE,
	"{3} bytes at offset {2} from {r} are outside the map's value of {1} bytes; correct the offset, "
	"bound an index by the value's size, or declare a larger value"},
{"invalid access to map value pointer", VLOG_BASE,
	"the direct address lies outside the map's value; correct the offset"},
{"invalid access to map key, key_size=# off=# size=#", VLOG_BASE,
	"{3} bytes at offset {2} from {r} are outside the map's key of {1} bytes; correct the offset"},
{"invalid access to memory, mem_size=# off=# size=#", VLOG_BASE,
	"{3} bytes at offset {2} are outside the {1} bytes that {r} points to; correct the offset or "
	"reserve more"},
{"invalid access to memory", VLOG_BASE, "the access is outside the memory behind {r}; check the bounds"},
{"min value is negative, either use unsigned or", 0,
	"the size in {r} may be negative for all the verifier knows; make it unsigned and bound it: "
	"'{r} &= MASK' or 'if {r} > MAX goto', right before {i}"},
{"min value is negative", 0,
	"the index in {r} may be negative for all the verifier knows; compare it unsigned "
	"('if {r} > MAX goto') or mask it ('{r} &= MASK') before"},
{"unbounded memory access, use 'var &= const'", 0,
	"the size in {r} has no upper limit; bound it before {i}: '{r} &= MASK' or "
	"'if {r} > MAX goto'"},
{"unbounded memory access", VLOG_LOOSE, "the offset in {r} has no upper limit; " VLOG_BOUND},
{"max value is outside of the", VLOG_LOOSE,
	"the largest value that {r} may have leaves the memory; " VLOG_BOUND},
{"min value is outside of the", VLOG_LOOSE,
	"the smallest value that {r} may have leaves the memory; correct the offset, or check the "
	"lower bound too"},
{"math between * pointer and register with unbounded", VLOG_SRC,
	"{r} is added to a {1} pointer but may be anything; " VLOG_BOUND},
{"math between * pointer and #", VLOG_DST,
	"adding {2} moves the {1} pointer {r} too far; keep offsets small"},
{"makes * pointer be out of bounds", VLOG_SRC, "the sum leaves the {1}'s memory; bound {r} before adding it"},
{"pointer offset # is not allowed", VLOG_DST, "offset {1} moves {r} too far from what it points to"},
{"invalid zero-sized read", 0,
	"the size passed to {c} is or may be 0; pass at least 1: test the size ('if r == 0 goto') first"},
{"zero-sized", 0, "the size passed to {c} may be 0; test it first"},
/* ---- stack */
{"invalid read from stack R# off *", VLOG_BASE,
	"the stack bytes that {i} reads were never written on this path; store there before reading"},
{"invalid read from stack off #", VLOG_BASE,
	"the stack bytes at r10{1} were never written on this path; store there before reading"},
{"invalid read from stack* off=# size=#", VLOG_BASE | VLOG_IN_FRAME,
	"the {3} bytes at r10{2} were not all written on this path; store there before {i} reads them"},
{"invalid read from stack* off=# size=#", VLOG_BASE,
	"the {3} bytes at offset {2} are not in the frame: " VLOG_FRAME},
{"invalid read from stack", VLOG_BASE,
	"the stack bytes that {i} reads were never written; store there before reading"},
{"invalid write to stack* off=# size=#", VLOG_BASE,
	"the {3} bytes at offset {2} are not in the frame: " VLOG_FRAME "; keep large data in a map "
	"(a one-entry per-CPU array)"},
{"invalid stack off=# size=#", VLOG_BASE,
	"the {2} bytes at offset {1} are not in the frame: " VLOG_FRAME "; keep large data in a map "
	"(a one-entry per-CPU array)"},
{"invalid indirect read from stack*off #+# size #", 0,
	"{c} reads {4} stack bytes at r10{2}, of which not all were written; " VLOG_INIT},
{"invalid indirect read from stack", 0, "{c} reads stack bytes that were not all written; " VLOG_INIT},
{"invalid indirect access to stack* off=# size=#", 0,
	"{r} at offset {2} with {3} bytes is not inside the frame: " VLOG_FRAME
	"; pass a smaller size or a buffer in a map"},
{"invalid stack type R# off=# access_size=#", 0,
	"{r} at offset {2} with {3} bytes is not inside the frame: " VLOG_FRAME
	"; pass a smaller size or a buffer in a map"},
{"invalid indirect access to stack", 0, "{r} is not inside the frame; " VLOG_FRAME},
{"invalid unbounded variable-offset", VLOG_BASE, "the stack offset in {r} is not limited; " VLOG_BOUND},
{"invalid variable-offset", VLOG_BASE,
	"the stack offset in {r} may leave the frame or reach bytes never written; bound the index "
	"and zero the whole buffer first"},
{"variable stack access", VLOG_BASE,
	"the stack is used at constant offsets only on this kernel or without privilege; keep an "
	"array that is indexed in a map"},
{"variable stack read", VLOG_BASE, "the stack is read at constant offsets only; use a map for arrays"},
{"corrupt spilled pointer", VLOG_BASE,
	"{i} overwrites part of a pointer saved on the stack; give it a slot of its own"},
{"corrupted spill memory", VLOG_BASE, "part of a pointer saved on the stack was overwritten; use another slot"},
{"invalid size of register fill", VLOG_BASE,
	"a pointer saved on the stack must be loaded back whole, with a u64 load"},
{"invalid size of register spill", VLOG_BASE, "a pointer must be saved whole, with a u64 store"},
{"cannot spill pointers to stack into stack frame of the caller", VLOG_BASE,
	"a subprogram cannot store pointers into its caller's frame; return the value instead"},
{"leaking pointer from stack", VLOG_BASE, "without privilege a pointer cannot be copied as a number"},
{"combined stack size of # calls is #. Too large", VLOG_NO_INSN,
	"{1} functions that call each other use {2} bytes of stack together, 512 are allowed; use less "
	"in one of them, inline it, or keep data in a per-CPU array"},
{"tail_calls are not allowed when call stack", VLOG_NO_INSN,
	"with tail calls the functions above may use 256 bytes of stack; use less, or tail-call from "
	"the main program"},
{"stack size * too large", VLOG_NO_INSN, "use less stack: 512 bytes are allowed"},
{"stack size of subprog", VLOG_NO_INSN, "use less stack: 512 bytes are allowed in all; keep data in a map"},
{"the call stack of # frames is too deep", VLOG_NO_INSN, "at most 8 functions may be active; nest calls less deep"},
{"misaligned stack access *size #", VLOG_BASE,
	"{i} uses the stack through {r} at an offset that is not a multiple of its {2} bytes; move the "
	"slot to a multiple, or use narrower loads and stores"},
{"misaligned", VLOG_BASE,
	"the offset from {r} is not a multiple of the width; align it, or use narrower loads and stores"},
{"subtraction from stack pointer prohibited", VLOG_DST,
	"{r} is a stack address; subtract constants only ('{r} += -8'), or add a bounded index to the "
	"buffer's lowest address"},
/* ---- registers */
{"R0 !read_ok", VLOG_AT_EXIT,
	"r0 is the result and has no value at {i}; set it on every path before exit: r0 = 0"},
{"!read_ok", VLOG_CLOBBER,
	"{r} lost its value: a call destroys r1 to r5; keep what is needed after it in r6 to r9 (the "
	"context too: 'r6 = r1' first)"},
{"!read_ok", 0,
	"{r} has no value at {i} on this path; set it before (r1 is the context at the start, r0 the "
	"result of a call, and a call destroys r1 to r5)"},
{"frame pointer is read only", VLOG_DST, "r10 cannot be changed; copy it first: r2 = r10, then r2 += -8"},
{"R# is invalid", 0, "there are the registers r0 to r10 only; r{1} does not exist"},
/* ---- pointers as numbers */
{"pointer arithmetic on *_or_null prohibited", VLOG_DST, "{r} may be NULL; " VLOG_NULL},
{"null-check it first", VLOG_DST, "{r} may be NULL; " VLOG_NULL},
{"pointer arithmetic on * prohibited", VLOG_DST,
	"{r} is of type {1} and cannot be moved; use it as it is, with the offset in the load or store"},
{"pointer arithmetic with * operator prohibited", VLOG_DST,
	"{r} is a pointer: only addition and subtraction are allowed, not '{1}'"},
{"32-bit pointer arithmetic prohibited", VLOG_DST,
	"{r} is a pointer and needs 64-bit arithmetic; use r registers, not w"},
{"bitwise operator * on pointer prohibited", VLOG_DST,
	"{r} is a pointer: only addition and subtraction are allowed, not '{1}'"},
{"pointer # pointer prohibited", VLOG_DST, "two pointers cannot be added"},
{"pointer *= pointer prohibited", VLOG_DST,
	"two pointers cannot be combined by '{1}='; only pointers into the same object can be subtracted"},
{"pointer operation", VLOG_DST, "{r} is a pointer and cannot be used in this operation"},
{"pointer comparison prohibited", VLOG_DST,
	"pointers are compared with 0 only (without privilege also between packet pointers)"},
{"tried to subtract pointer from scalar", VLOG_DST,
	"a pointer cannot be subtracted from a number; do it the other way round"},
{"mixed signed bounds", VLOG_SRC, "the sign of {r} is not known; compare it unsigned ('if {r} > MAX goto')"},
{"unknown scalar with", VLOG_SRC, "the range of {r} is not known; " VLOG_BOUND},
{"unsupported alu operation", VLOG_DST, "this arithmetic on a pointer is not allowed without privilege"},
{"from different maps, paths", VLOG_DST,
	"without privilege a pointer must be of one map on all paths; load with CAP_BPF and CAP_PERFMON"},
{"beyond pointer bounds", VLOG_DST,
	"without privilege the sum must provably stay inside; bound the index, or load with CAP_BPF "
	"and CAP_PERFMON"},
{"pointer to stack cannot", VLOG_DST, "without privilege this use of a stack address is not allowed"},
{"partial copy of pointer", VLOG_SRC,
	"{r} is a pointer: its lower half (w register) cannot be taken without privilege"},
{"leaks addr as return value", 0,
	"r0 is a pointer at exit; a program's result is a number: r0 = 0"},
{"leaks addr into", 0,
	"{r} is a kernel address, which may not be stored or passed without privilege; store the value "
	"it points to, or load with CAP_BPF and CAP_PERFMON"},
/* ---- calls of helpers */
{"invalid func unknown@195896080", 0,
	"a relocation against a kernel type failed (CO-RE) and the instruction was replaced; this "
	"kernel lacks the type or field: guard it with bpf_core_field_exists"},
{"invalid func unknown@2001#", 0,
	"the instruction uses a map that was not created on this kernel"},
{"invalid func unknown@2002#", 0,
	"the instruction calls a kernel function that this kernel does not have"},
{"invalid func unknown@#", 0,
	"this kernel has no helper of the number that {i} calls; use an older helper or a newer kernel "
	"('rawbpf doctor' tells what is here)"},
{"invalid func *@#", 0,
	"this kernel has no helper {1}; use an older helper or a newer kernel"},
{"unknown func *@#", 0,
	"{1} (helper {2}) is not available to this program type, or not in this kernel or configuration; "
	VLOG_TYPE},
{"cannot use helper *@#", 0, "{1} is not available to this program type; " VLOG_TYPE},
{"cannot call GPL-restricted function", 0, VLOG_LICENSE},
{"cannot call GPL only function", 0, VLOG_LICENSE},
{"GPL only function from proprietary program", 0, VLOG_LICENSE},
{"cannot call kernel function from non-GPL", 0, VLOG_LICENSE},
{"helper call is not allowed in probe", 0, "{c} is not allowed in this program type; " VLOG_TYPE},
{"bpf_sleepable", 0, "only sleepable programs (section with .s) may do this"},
{"might sleep in a non-sleepable", 0,
	"{c} may sleep; use a sleepable program (section 'uprobe.s/...', 'fentry.s/...') or "
	"bpf_probe_read_user in place of bpf_copy_from_user"},
{"might sleep", 0, "{c} may sleep, which is not allowed here (in a lock, RCU or non-sleepable program)"},
{"is not sleepable", VLOG_NO_INSN, "this hook cannot run sleepable programs; drop the '.s' from the section"},
{"non-sleepable", 0, "this needs a sleepable program: a section with '.s'"},
{"cannot pass map_type # into func *@#", 0,
	"{2} does not take a map of this type (number {1}); use the type that it is for"},
{"R# type=ctx expected=map_ptr", 0,
	"{c} takes a map as first argument, {r} is still the context; load it: 'r1 = &map'"},
{"R# type=* expected=map_ptr", 0, "{c} takes a map in {r}: '{r} = &map'; it has type {2}"},
{"R# type=* expected=ctx", 0,
	"{c} takes the program's context in {r}, it has type {2}; save the context at the start "
	"('r6 = r1') and pass it: '{r} = r6'"},
{"R# type=map_value_or_null expected=", 0, "{r} may be NULL, the map may have no such key; " VLOG_NULL},
{"R# type=*_or_null expected=", 0, "{r} may be NULL; " VLOG_NULL},
{"R# type=inv expected=mem", 0,
	"{c} takes the pointer that bpf_ringbuf_reserve returned; {r} is a number: it was submitted or "
	"discarded already, or overwritten"},
{"R# type=*expected=alloc_mem", 0,
	"{c} takes the pointer that bpf_ringbuf_reserve returned; {r} is a number: it was submitted or "
	"discarded already, or overwritten"},
{"R# type=*expected=ringbuf_mem", 0,
	"{c} takes the pointer that bpf_ringbuf_reserve returned; {r} is a number: it was submitted or "
	"discarded already, or overwritten"},
{"R# type=scalar expected=fp", 0,
	"{c} takes an address in {r} but it is a number; put the data on the stack and pass its "
	"address: '{r} = r10', '{r} += -8'"},
{"R# type=inv expected=fp", 0,
	"{c} takes an address in {r} but it is a number; put the data on the stack and pass its "
	"address: '{r} = r10', '{r} += -8'"},
{"R# type=imm expected=fp", 0,
	"{c} takes an address in {r} but it is a number; pass the address of stack data"},
{"R# type=* expected=fp", 0,
	"{c} takes the address of stack or map memory in {r}, it has type {2}; copy the data to the "
	"stack first"},
{"R# type=* expected=scalar", 0, "{c} takes a number in {r}, it has type {2}"},
{"R# type=* expected=inv", 0, "{c} takes a number in {r}, it has type {2}"},
{"R# type=* expected=*", 0, "{c} takes {3} in {r}, it has type {2}; set {r} right before {i}"},
{"R# type=", 0, "{c} takes something else in {r}; set it right before {i}"},
{"is not a known constant", 0, "{c} needs a constant in {r}, one the verifier can see: '{r} = 8'"},
{"must be a known constant", 0, "{c} needs a constant in {r}, one the verifier can see: '{r} = 8'"},
{"must be a rcu pointer", 0, "hold bpf_rcu_read_lock while the pointer in {r} is used"},
{"must be referenced or trusted", 0,
	"{r} was loaded from memory and may be stale; use a pointer that the kernel passed or that an "
	"acquiring function returned, or read with bpf_probe_read_kernel"},
{"must be referenced when passed to release", 0,
	"release only what an acquiring function returned, once, unchanged"},
{"must be referenced", 0, "pass what an acquiring function returned, unchanged"},
{"Possibly NULL pointer passed", 0, "an argument of the call may be NULL; compare it with 0 first"},
{"is of type * but * is expected", 0, "{c} takes a pointer to {2} in {r}, not to {1}"},
{"expected pointer to ctx, but got", 0, "pass the program's context, saved at the start: 'r6 = r1'"},
{"pointer type * must point to", 0, "the call needs memory of plain numbers; copy the data to the stack"},
{"helper access to packet is not allowed", 0, "{c} cannot take a packet pointer; copy the bytes first"},
{"tail_call abusing map_ptr", 0, "bpf_tail_call needs one certain program array on every path"},
{"doesn't point to a const string", 0, "the string must be constant and read-only: in .rodata"},
{"Invalid format string", 0, "only %d %i %u %x %s %p with l, ll and at most 3 values are understood"},
{"kernel subsystem misconfigured", 0, VLOG_BUG},
{"verifier bug", 0, VLOG_BUG},
{"verifier internal error", 0, VLOG_BUG},
/* ---- calls of kernel functions and subprograms */
{"kernel btf_id # is not a function", 0,
	"the kernel function called does not exist in this kernel (BTF id {1}); take its id from this "
	"kernel's own BTF"},
{"calling kernel function * is not allowed", 0, "{1} may not be called from this program type"},
{"calling kernel functions is not allowed", 0, "this program type cannot call kernel functions; use a helper"},
{"JIT does not support calling kernel function", 0, "kernel functions need the JIT of this CPU; use a helper"},
{"calling kernel function without", 0, "the kernel function needs BTF in kernel and program"},
{"invalid kernel function", 0, "this kernel does not have the function, or offers it to no program"},
{"BPF_CALL uses reserved fields", VLOG_LOOSE,
	"the call's form is not known to this kernel (calls of kernel functions came with 5.13); use a "
	"helper, or a newer kernel"},
{"call to invalid destination", VLOG_NO_INSN,
	"a call of a subprogram leaves the program; its offset must point to the first instruction of "
	"a function"},
{"recursive call", VLOG_NO_INSN, "a function cannot call itself, nor one that calls it; use a loop"},
{"back-edge from insn # to #", VLOG_INSN_1,
	"a loop back to insn {2}: this kernel or user may not loop (bounded loops: Linux 5.3 with "
	"privilege); unroll it (.irp)"},
{"too many subprograms", VLOG_NO_INSN, "a program has at most 256 functions"},
{"last insn is not an exit or jmp", VLOG_NO_INSN,
	"the program's end is reached without exit; add 'r0 = 0' and 'exit'"},
{"no subprog starts at insn #", VLOG_INSN_1, "the address of a function must be of its first instruction"},
{"Caller passes invalid args into func", VLOG_LOOSE, "the arguments do not fit the global function's declared types"},
{"doesn't return scalar", 0, "a global function must return a number (int, long)"},
{"arg#* invalid", VLOG_NO_INSN, "the global function's argument has a type that cannot be verified on its own; make it static"},
/* ---- flow */
{"unreachable insn #", VLOG_INSN_1,
	"no path leads to insn {1}: remove it, or look for a jump or an exit before it that is meant "
	"to be conditional"},
{"jump out of range from insn # to #", VLOG_INSN_1,
	"the jump at insn {1} leaves the program or its function (target {2}); jump to a label inside"},
{"jump into the middle of ldimm64 insn #", VLOG_INSN_1,
	"the jump lands in the second half of a 64-bit constant at insn {1}; such a load counts as two "
	"instructions"},
{"infinite loop detected at insn #", VLOG_INSN_1,
	"the loop through insn {1} changes nothing that ends it; count in a register and compare it "
	"with a constant limit"},
{"loop detected", 0, "this kernel may not loop; unroll it, or use Linux 5.3 or newer"},
{"BPF program is too large. Processed # insn", VLOG_NO_INSN, "{1} steps were verified, more than a program may take; " VLOG_LOOP},
{"BPF program is too complex", VLOG_NO_INSN, VLOG_LOOP},
{"sequence of # jumps is too complex", VLOG_NO_INSN,
	"more than {1} branches were pending; use fewer conditional jumps, above all in loops, or a "
	"table lookup"},
{"too many jumps", VLOG_NO_INSN, "too many branches; " VLOG_LOOP},
{"prog is too big", VLOG_NO_INSN, "split the program with tail calls"},
/* ---- result */
{"At program exit the register R0 *should have been in *", 0,
	"the program's result must be in {2}; set r0 to an allowed value before exit"},
{"At * the register R0 *should have been", 0, "the result in r0 is outside what is allowed here; set it before exit"},
{"R0 is not a known value", 0, "the result in r0 must be a number within limits; set r0 before exit"},
{"R0 has *should have been in", 0, "the result in r0 is outside what is allowed here; set it before exit"},
/* ---- references, locks */
{"Unreleased reference id=# alloc_insn=#", 0,
	"what insn {2} acquired is not given back on the path to {i}: for bpf_ringbuf_reserve, call "
	"bpf_ringbuf_submit or bpf_ringbuf_discard on every path, early exits too"},
{"Unreleased reference", 0, "what was acquired must be released on every path that leaves the program"},
{"would lead to reference leak", VLOG_LOOSE,
	"release what was acquired (bpf_ringbuf_submit or _discard) on every path before {i}"},
{"reference has not been acquired", 0, "only what an acquiring call returned can be released, once"},
{"unacquired reference", 0, "only what an acquiring call returned can be released, once"},
{"without taking a lock", 0, "bpf_spin_unlock comes before bpf_spin_lock on this path"},
{"bpf_spin_unlock of different lock", 0, "unlock the same lock that was taken"},
{"Locking two bpf_spin_locks", 0, "one lock at a time: unlock the first before"},
{"inside bpf_spin_lock-ed region", 0, "call bpf_spin_unlock on every path before {i}"},
{"bpf_spin_lock is missing", 0, "call bpf_spin_unlock on every path before {i}"},
{"bpf_spin_unlock is missing", 0, "call bpf_spin_unlock on every path before {i}"},
{"function calls are not allowed while holding a lock", 0, "call {c} before bpf_spin_lock or after bpf_spin_unlock"},
{"has no valid bpf_spin_lock", 0, "the map's value needs a struct bpf_spin_lock, told by its BTF"},
{"cannot be accessed directly by load/store", VLOG_BASE,
	"locks, timers and kernel pointers in a value are used through their helpers only"},
{"has to have BTF in order to use", 0, "create the map with BTF for key and value"},
{"has to be at the constant offset", 0, "pass the address of the field at its fixed offset in the value"},
{"progs cannot use bpf_spin_lock", VLOG_NO_INSN,
	"tracing programs cannot hold bpf_spin_lock on this kernel; use atomic adds or a per-CPU map"},
{"bpf_rcu_read_unlock is missing", 0, "call bpf_rcu_read_unlock on every path before {i}"},
{"unmatched rcu read", 0, "pair bpf_rcu_read_lock and bpf_rcu_read_unlock on every path"},
/* ---- encoding */
{"unknown opcode *", VLOG_NO_INSN,
	"operation code {1} is not known to this kernel: a damaged instruction, or one that is newer "
	"(atomic operations: Linux 5.12, cpu v4: 6.6); assemble for an older instruction set"},
{"invalid BPF_LD_IMM insn", VLOG_NO_INSN,
	"a 64-bit constant takes two instruction slots, the second with code and registers 0"},
{"invalid bpf_ld_imm64 insn", VLOG_NO_INSN,
	"a 64-bit constant takes two instruction slots, the second with code and registers 0; the second "
	"is missing or filled"},
{"unrecognized bpf_ld_imm64 insn", VLOG_NO_INSN,
	"the source register field of a 64-bit load says what it loads (0 number, 1 map, 2 map value, "
	"4 function); this kernel does not know the value given"},
{"bad bpf_ld_imm64 insn", VLOG_NO_INSN, "a 64-bit constant takes two instruction slots; one is damaged"},
{"uses invalid atomic opcode *", 0,
	"atomic operation {1} does not exist: add, or, and, xor, xchg, cmpxchg, each with or without fetch"},
{"invalid atomic operand size", 0, "atomic operations take 4 or 8 bytes; use u32 or u64"},
{"atomic stores into R# * is not allowed", 0, "r{1} cannot be changed atomically; use stack or map memory"},
{"BPF_ATOMIC stores into R#", 0, "r{1} cannot be changed atomically; use stack or map memory"},
{"BPF_XADD stores into R#", 0, "r{1} cannot be changed atomically; use stack or map memory"},
{"BPF_EXIT uses reserved fields", VLOG_NO_INSN,
	"an exit instruction has a register, an offset or a constant set; all must be 0"},
{"BPF_STX uses reserved fields", VLOG_NO_INSN,
	"the store's fields are not what this kernel knows (atomic operations other than add came with "
	"Linux 5.12); use 'lock *(u64 *)(r1 +0) += r2'"},
{"uses reserved fields", VLOG_NO_INSN,
	"fields that must be 0 are set; " VLOG_ENCODING},
{"div by zero", VLOG_DST, "{i} divides {r} by the constant 0; use another divisor"},
{"invalid shift #", VLOG_DST, "{i} shifts {r} by {1}: the count must be below the width, 64 bits (32 for w registers)"},
{"invalid BPF_", VLOG_NO_INSN, VLOG_ENCODING},
{"unknown insn class", VLOG_NO_INSN, VLOG_ENCODING},
{"BPF_LD_[ABS|IND] instructions not allowed", VLOG_NO_INSN,
	"these packet loads are for socket filters; read the context or use bpf_skb_load_bytes"},
/* ---- maps */
{"fd # is not pointing to valid bpf_map", VLOG_NO_INSN,
	"file descriptor {1} in the program is not a map of this process: create the map first and put "
	"its descriptor into the instruction"},
{"only use preallocated hash map", VLOG_NO_INSN,
	"this program type needs hash maps allocated in advance; create the map without BPF_F_NO_PREALLOC"},
{"run-time allocated hash maps are unsafe", VLOG_NO_INSN, "create the map without BPF_F_NO_PREALLOC"},
{"Sleepable programs can only use", VLOG_NO_INSN, "use an array or a hash map, or a program that is not sleepable"},
{"direct value offset of # is not allowed", VLOG_NO_INSN, "the offset {1} is outside the map's value"},
{"no direct value access support", VLOG_NO_INSN, "only array maps have an address; look the element up"},
{"cannot use * map", VLOG_NO_INSN, "this program type cannot use the map type {1}"},
{"can only use", VLOG_NO_INSN, "this program type takes other kinds of maps; see bpf-helpers(7)"},
{"The used_maps exceeds", VLOG_NO_INSN, "a program uses at most 64 maps; put several into one with a larger key"},
/* ---- where it attaches, BTF */
{"attach_btf_id # is not a function", VLOG_NO_INSN, "fentry and fexit attach to functions; this BTF id is another type"},
{"Attaching tracing programs to function '*' is rejected", VLOG_NO_INSN,
	"{1} cannot be traced by fentry or fexit; use a kprobe or another function"},
{"is not traceable", VLOG_NO_INSN, "the kernel does not allow tracing of this function; use another"},
{"Tracing programs must provide btf_id", VLOG_NO_INSN, "name the function in the section: 'fentry/FUNCTION'"},
{"program must provide btf_id", VLOG_NO_INSN, "name the function in the section: 'fentry/FUNCTION'"},
{"func '*' doesn't have #-th argument", VLOG_BASE, "{1} has fewer arguments; check the number"},
{"func '*' arg# ", VLOG_BASE, "this argument of {1} cannot be read so; copy it with bpf_probe_read_kernel"},
{"func '*' offset # is not multiple of 8", VLOG_BASE,
	"arguments of {1} are u64 words: the offset must be a multiple of 8"},
{"func_info", VLOG_NO_INSN,
	"the function table in .BTF.ext does not fit the program's functions; rebuild the object, or load "
	"it without BTF"},
{"line_info", VLOG_NO_INSN,
	"the line table in .BTF.ext does not fit the program; rebuild the object, or load it without BTF"},
{"number of funcs", VLOG_NO_INSN, "the function table in .BTF.ext does not fit the program; rebuild the object"},
{"in-kernel BTF is malformed", VLOG_NO_INSN, "the kernel's own BTF is damaged: check its build (pahole's version)"},
{"Invalid BTF", VLOG_NO_INSN, "the object's BTF is newer than this kernel or damaged; load it without BTF"},
{"Invalid name", VLOG_NO_INSN, "a name in the object's BTF is not a C identifier; rename it"},
{"Invalid type_id", VLOG_NO_INSN, "the object's BTF refers to a type that is not there; rebuild it"},
{"Unsupported", VLOG_NO_INSN, "the object's BTF is newer than this kernel; load it without BTF"},
/* ---- suggestions of 7.3, when they are all that is left of a log */
{"that can invalidate it.", 0, VLOG_NUMBER},
{"the accepted pointer or scalar types for this call", VLOG_NO_INSN,
	"an argument of a call has another type than the helper takes; what bpf_ringbuf_submit or "
	"_discard took cannot be used again"},
{"Add a NULL check before", VLOG_NO_INSN, "a pointer may be NULL; compare it with 0 first"},
{"Add or adjust a bounds check", VLOG_NO_INSN, "an offset or index may leave the memory; bound it first"},
{"Clamp or bounds-check", VLOG_NO_INSN, "an offset added to a pointer is not limited; bound it first"},
{"on every path before this instruction", VLOG_NO_INSN, "a register is read that was not set on every path"},
{"Release or transfer ownership", VLOG_NO_INSN,
	"release what was acquired (bpf_ringbuf_submit or _discard) on every path"},
{NULL, 0, NULL},
};
/* clang-format on */

/* Length of the number at p ("-8", "0x1f", "12"), 0 when there is none. */
static size_t vlog_number(const char *p, const char *end)
{
	const char *q = p;

	if (q < end && *q == '-')
		q++;
	if (end - q > 2 && q[0] == '0' && q[1] == 'x' && isxdigit((unsigned char)q[2])) {
		for (q += 2; q < end && isxdigit((unsigned char)*q);)
			q++;
		return (size_t)(q - p);
	}
	if (q >= end || !isdigit((unsigned char)*q))
		return 0;
	while (q < end && isdigit((unsigned char)*q))
		q++;
	return (size_t)(q - p);
}

enum vlog_fit { VLOG_MISS, VLOG_FITS, VLOG_ENDS /* the text ends inside the pattern */ };

/*
 * pat against the start of [p, end).  The depth is the number of stars in pat, which the table
 * keeps small; texts are one line.
 */
static enum vlog_fit vlog_fits(
	const char *pat, const char *p, const char *end, struct vlog_text *cap, unsigned n_cap)
{
	enum vlog_fit fit, best = VLOG_MISS;
	const char *q;

	for (; *pat; pat++) {
		if (*pat == '*' && n_cap < VLOG_CAPTURES) {
			for (q = p; q <= end; q++) {
				fit = vlog_fits(pat + 1, q, end, cap, n_cap + 1);
				if (fit == VLOG_FITS) {
					/* a final star takes all */
					cap[n_cap].p = p;
					cap[n_cap].n = (size_t)((pat[1] ? q : end) - p);
					return VLOG_FITS;
				}
				if (fit == VLOG_ENDS)
					best = fit;
			}
			return best;
		}
		if (p >= end)
			return VLOG_ENDS;
		if (*pat == '#' && n_cap < VLOG_CAPTURES) {
			size_t n = vlog_number(p, end);

			if (n) {
				cap[n_cap].p = p;
				cap[n_cap++].n = n;
				p += n;
				continue;
			}
		}
		if ((*pat == '@' ? '#' : *pat) != *p)
			return VLOG_MISS;
		p++;
	}
	return VLOG_FITS;
}

/* What a cut text must at least have of a pattern to be taken for it. */
enum { VLOG_CUT_MIN = 8 };

static bool vlog_rule_fits(
	const struct vlog_rule *r, struct vlog_text msg, bool cut, struct vlog_match *m)
{
	const char *p, *end = msg.p + msg.n;
	enum vlog_fit fit;

	for (p = msg.p; p < end; p++) {
		if (*r->text != '*' && *r->text != '#' && *r->text != *p)
			continue;
		memset(m->cap, 0, sizeof(m->cap));
		fit = vlog_fits(r->text, p, end, m->cap, 0);
		if (fit == VLOG_FITS || (cut && fit == VLOG_ENDS && end - p >= VLOG_CUT_MIN))
			return true;
	}
	return false;
}

static bool vlog_in_frame(const struct vlog_text *c)
{
	long v = c->n && c->n < 20 ? strtol(c->p, NULL, 0) : 0;

	return v < 0 && v >= -512;
}

static bool vlog_try(
	struct vlog_text msg, const struct vlog_facts *f, bool cut, struct vlog_match *m)
{
	const struct vlog_rule *r;

	for (r = vlog_rules; r->text; r++) {
		if ((r->flags & VLOG_AT_EXIT) && !f->at_exit)
			continue;
		if ((r->flags & VLOG_CLOBBER) && !f->clobbered)
			continue;
		if (!vlog_rule_fits(r, msg, cut, m))
			continue;
		if ((r->flags & VLOG_IN_FRAME) && !vlog_in_frame(&m->cap[1]))
			continue;
		m->rule = r;
		return true;
	}
	return false;
}

bool vlog_find(struct vlog_text msg, const struct vlog_facts *f, struct vlog_match *m)
{
	m->rule = NULL;
	return vlog_try(msg, f, false, m) || (f->cut && vlog_try(msg, f, true, m));
}

/* The text of one {}; returns its length. */
static int vlog_value(char c, const struct vlog_match *m, int reg, int insn,
	struct vlog_text helper, char *out, size_t size)
{
	const struct vlog_text *cap;

	switch (c) {
	case 'r':
		return reg < 0 ? snprintf(out, size, "the register")
			       : snprintf(out, size, "r%d", reg);
	case 'i':
		return insn < 0 ? snprintf(out, size, "the instruction")
				: snprintf(out, size, "insn %d", insn);
	case 'c':
		return helper.n ? snprintf(out, size, "%.*s", (int)helper.n, helper.p)
				: snprintf(out, size, "the helper");
	default:
		cap = &m->cap[c - '1'];
		return cap->n ? snprintf(out, size, "%.*s", (int)cap->n, cap->p)
			      : snprintf(out, size, "(unknown)");
	}
}

void vlog_fill(const struct vlog_match *m, int reg, int insn, struct vlog_text helper, char *out,
	size_t size)
{
	const char *s = m->rule->advice;
	char value[64];
	size_t n = 0, len;

	for (; *s && n + 1 < size; s++) {
		if (s[0] == '{' && s[1] && strchr("ric123456", s[1]) && s[2] == '}') {
			vlog_value(s[1], m, reg, insn, helper, value, sizeof(value));
			len = strlen(value);
			if (len > size - n - 1)
				len = size - n - 1;
			memcpy(out + n, value, len);
			n += len;
			s += 2;
			continue;
		}
		out[n++] = *s;
	}
	out[n] = '\0';
}
