// SPDX-License-Identifier: MIT
/*
 * vlog_call.c - what the verifier says of calls, references and locks, as data.
 *
 * The words of Linux 4.4 to 7.x; see vlog_advice.h for the patterns.
 */
#include "vlog_advice.h"

/* clang-format off */
static const char vlog_call_table[] =
/* ---- calls of helpers */
VLOG_RULE("invalid func unknown@195896080", "",
	"a relocation against a kernel type failed (CO-RE) and the instruction was replaced; this "
	"kernel lacks the type or field: guard it with bpf_core_field_exists")
VLOG_RULE("invalid func unknown@2001#", "",
	"the instruction uses a map that was not created on this kernel")
VLOG_RULE("invalid func unknown@2002#", "",
	"the instruction calls a kernel function that this kernel does not have, and that the object says may be "
	"absent (weak): ask first, 'if (bpf_ksym_exists(NAME))'")
VLOG_RULE("invalid func unknown@#", "",
	"this kernel has no helper of the number that {i} calls; use an older helper or a newer kernel "
	"('rawbpf doctor' tells what is here)")
VLOG_RULE("invalid func *@#", "",
	"this kernel has no helper {1}; use an older helper or a newer kernel")
VLOG_RULE("kernel subsystem misconfigured func", "", VLOG_BUG)
VLOG_RULE("program of this type cannot use helper bpf_unspec@0", "", VLOG_HELPER_0)
VLOG_RULE("unknown func bpf_unspec@0", "", VLOG_HELPER_0)
VLOG_RULE("program of this type cannot use helper bpf_probe_write_user@#", "", VLOG_WRITE_USER)
VLOG_RULE("unknown func bpf_probe_write_user@#", "", VLOG_WRITE_USER)
VLOG_RULE("program of this type cannot use helper bpf_override_return@#", "", VLOG_OVERRIDE)
VLOG_RULE("unknown func bpf_override_return@#", "", VLOG_OVERRIDE)
VLOG_RULE("program of this type cannot use helper bpf_probe_read_kernel*@#", "", VLOG_LOCKED)
VLOG_RULE("unknown func bpf_probe_read_kernel*@#", "", VLOG_LOCKED)
VLOG_RULE("program of this type cannot use helper *@#", "",
	"{1} is not available to this program type, or this kernel was built without it; " VLOG_TYPE)
VLOG_RULE("func *@# supported only for fentry", "", "{1} is for fentry and fexit programs: use one, or arguments of the context")
VLOG_RULE("func *@# not supported for program type", "", "{1} is not available to this program type; " VLOG_TYPE)
VLOG_RULE("helper call might sleep in a non-sleepable prog", "",
	"{c} may sleep; use a sleepable program (section 'uprobe.s/...', 'fentry.s/...') or "
	"bpf_probe_read_user in place of bpf_copy_from_user")
VLOG_RULE("sleepable helper *@# in ", "", "{1} may sleep, which is not allowed here; call it outside the lock, RCU or IRQ-off region, "
	"in a sleepable program")
VLOG_RULE("unknown func *@#", "",
	"{1} (helper {2}) is not available to this program type, or not in this kernel or configuration; "
	VLOG_TYPE)
VLOG_RULE("cannot use helper *@#", "", "{1} is not available to this program type; " VLOG_TYPE)
VLOG_RULE("cannot call GPL-restricted function", "", VLOG_LICENSE)
VLOG_RULE("cannot call GPL only function", "", VLOG_LICENSE)
VLOG_RULE("GPL only function from proprietary program", "", VLOG_LICENSE)
VLOG_RULE("cannot call kernel function from non-GPL", VLOG_NO_INSN,
	"declare a GPL-compatible licence (.license \"GPL\"), or do without: kernel functions are for such programs only, most "
	"helpers for all")
VLOG_RULE("metadata kfuncs require device-bound program", VLOG_NO_INSN,
	"the kernel functions that read a packet's metadata (bpf_xdp_metadata_*, Linux 6.3) are for XDP programs loaded for one "
	"network device (BPF_F_XDP_DEV_BOUND_ONLY); do without them here")
VLOG_RULE("metadata kfuncs can't be", VLOG_NO_INSN, "a program that runs on the device itself has no such functions; bind it to the device only")
VLOG_RULE("helper call is not allowed in probe", "",
	"{c} is not allowed at this place: the kernel lists the functions where it is (bpf_d_path: security_file_* "
	"and some of the vfs); attach to one of them, or do without")
VLOG_RULE("bpf_sleepable", "", "only sleepable programs (section with .s) may do this")
VLOG_RULE("might sleep in a non-sleepable", "",
	"{c} may sleep; use a sleepable program (section 'uprobe.s/...', 'fentry.s/...') or "
	"bpf_probe_read_user in place of bpf_copy_from_user")
VLOG_RULE("might sleep", "", "{c} may sleep, which is not allowed here (in a lock, RCU or non-sleepable program)")
VLOG_RULE("is not sleepable", VLOG_NO_INSN, "this hook cannot run sleepable programs; drop the '.s' from the section")
VLOG_RULE("non-sleepable", "", "this needs a sleepable program: a section with '.s'")
VLOG_ALSO("cannot pass map_type # into func bpf_perf_event_", "")
VLOG_ALSO("cannot pass map_type # into func bpf_skb_output", "")
VLOG_RULE("cannot pass map_type # into func bpf_xdp_output", "", "{c} takes a map of type perf_event_array")
VLOG_RULE("cannot pass map_type # into func bpf_ringbuf_", "", "{c} takes a map of type ringbuf")
VLOG_RULE("cannot pass map_type # into func bpf_user_ringbuf_", "", "{c} takes a map of type user_ringbuf")
VLOG_RULE("cannot pass map_type # into func bpf_get_stackid", "", "{c} takes a map of type stack_trace")
VLOG_RULE("cannot pass map_type # into func bpf_tail_call", "", "{c} takes a map of type prog_array")
VLOG_RULE("cannot pass map_type # into func bpf_task_storage_", "", "{c} takes a map of type task_storage")
VLOG_RULE("cannot pass map_type # into func bpf_cgrp_storage_", "", "{c} takes a map of type cgrp_storage")
VLOG_ALSO("cannot pass map_type # into func bpf_current_task_under_cgroup", "")
VLOG_RULE("cannot pass map_type # into func bpf_skb_under_cgroup", "", "{c} takes a map of type cgroup_array")
VLOG_RULE("cannot pass map_type # into func bpf_redirect_map", "", "{c} takes a map of type devmap, devmap_hash, cpumap or xskmap")
VLOG_RULE("cannot pass map_type # into func bpf_sk_redirect_", "", "{c} takes a map of type sockmap (bpf_sk_redirect_hash: sockhash)")
VLOG_RULE("cannot pass map_type # into func bpf_msg_redirect_", "", "{c} takes a map of type sockmap (bpf_msg_redirect_hash: sockhash)")
VLOG_RULE("cannot pass map_type # into func bpf_sock_", "", "{c} takes a map of type sockmap (bpf_sock_hash_update: sockhash)")
VLOG_RULE("cannot pass map_type # into func bpf_sk_select_reuseport", "", "{c} takes a map of type reuseport_sockarray, sockmap or sockhash")
VLOG_RULE("cannot pass map_type # into func bpf_sk_storage_", "", "{c} takes a map of type sk_storage")
VLOG_RULE("cannot pass map_type # into func bpf_inode_storage_", "", "{c} takes a map of type inode_storage")
VLOG_RULE("cannot pass map_type # into func bpf_get_local_storage", "", "{c} takes a map of type cgroup_storage or percpu_cgroup_storage")
VLOG_RULE("cannot pass map_type # into func bpf_map_lookup_percpu_elem", "",
	"{c} takes a map of type percpu_array, percpu_hash or lru_percpu_hash")
VLOG_RULE("cannot pass map_type # into func bpf_map_p", "", "{c} takes a map of type queue, stack or, but for pop, bloom_filter")
VLOG_RULE("cannot pass map_type 3 into func *@#", "", "a prog_array is for bpf_tail_call only; user space fills it")
VLOG_RULE("cannot pass map_type 4 into func *@#", "",
	"a perf_event_array is for bpf_perf_event_output and bpf_perf_event_read only; use another map for data")
VLOG_RULE("cannot pass map_type 7 into func *@#", "", "a stack_trace map is for bpf_get_stackid only; user space reads it")
VLOG_RULE("cannot pass map_type 8 into func *@#", "", "a cgroup_array is for bpf_current_task_under_cgroup only")
VLOG_ALSO("cannot pass map_type 12 into func *@#", "")
VLOG_RULE("cannot pass map_type 13 into func *@#", "",
	"a map of maps can only be looked into by programs, on some kernels; user space puts maps into it")
VLOG_RULE("cannot pass map_type 22 into func *@#", "", "a queue has bpf_map_push_elem, bpf_map_pop_elem and bpf_map_peek_elem only")
VLOG_RULE("cannot pass map_type 23 into func *@#", "", "a stack has bpf_map_push_elem, bpf_map_pop_elem and bpf_map_peek_elem only")
VLOG_RULE("cannot pass map_type 27 into func *@#", "",
	"a ring buffer has bpf_ringbuf_output, _reserve, _submit and _discard only")
VLOG_RULE("cannot pass map_type 29 into func *@#", "", "task storage has bpf_task_storage_get and _delete only")
VLOG_RULE("cannot pass map_type 30 into func *@#", "", "a bloom filter has bpf_map_push_elem and bpf_map_peek_elem only")
VLOG_RULE("cannot pass map_type # into func *@#", "",
	"{2} does not take a map of this type (number {1}); use the type that it is for")
VLOG_RULE("R# type=scalar expected=", VLOG_SPOILED, VLOG_NUMBER_SPOILED)
VLOG_RULE("R# type=inv expected=", VLOG_SPOILED, VLOG_NUMBER_SPOILED)
VLOG_RULE("R# type=ctx expected=map_ptr", "",
	"{c} takes a map as first argument, {r} is still the context; load it: 'r1 = &map'")
VLOG_ALSO("R# type=inv expected=map_ptr", VLOG_ZERO)
VLOG_RULE("R# type=scalar expected=map_ptr", VLOG_ZERO,
	"{c} takes a map in {r}, it is 0: the loader put no map there; name the map ('{r} = &map'), in an object "
	"it needs a relocation")
VLOG_RULE("R# type=map_value_or_null expected=map_ptr", "",
	"{c} takes a map in {r}: what a lookup in a map of maps gave is one only where it is not 0, so compare it "
	"first; a value of any other map is none")
VLOG_RULE("R# type=* expected=map_ptr", "", "{c} takes a map in {r}: '{r} = &map'; it has type {2}")
VLOG_RULE("R# type=* expected=ctx", "",
	"{c} takes the program's context in {r}, it has type {2}; save the context at the start "
	"('r6 = r1') and pass it: '{r} = r6'")
VLOG_RULE("R# type=map_value_or_null expected=", "", "{r} may be NULL, the map may have no such key; " VLOG_NULL)
VLOG_RULE("R# type=*_or_null expected=", "", "{r} may be NULL; " VLOG_NULL)
VLOG_RULE("R# type=mem expected=ringbuf_mem", "",
	"{c} takes the pointer that bpf_ringbuf_reserve returned; a dynptr's memory is given back with "
	"bpf_ringbuf_submit_dynptr or _discard_dynptr")
VLOG_RULE("R# type=*expected=dynptr_ptr", "", "{c} takes the stack address of a dynptr in {r}")
VLOG_RULE("R# type=* expected=fp, dynptr_ptr", "",
	"{c} takes a dynptr in {r}: 16 bytes of the stack ('{r} = r10', '{r} += -16'), not {2}")
VLOG_RULE("R# type=scalar expected=ptr_, trusted_ptr_", "",
	"{c} takes a pointer to a kernel object in {r}, it is a number; use the argument of fentry or tp_btf, "
	"bpf_get_current_task_btf, or what an acquiring call returned")
VLOG_RULE("R# type=* expected=sock", "",
	"{c} takes a socket in {r}, it has type {2}: pass what bpf_sk_lookup_tcp and the like returned, or the "
	"context's field sk, where it is not 0")
VLOG_RULE("R# type=* expected=ptr_", "",
	"{c} takes a pointer to a kernel object in {r}, it has type {2}; use the argument of fentry or tp_btf, "
	"bpf_get_current_task_btf, or what an acquiring call returned")
VLOG_RULE("R# type=* expected=percpu_ptr_", "", "{c} takes the address of a per-CPU kernel variable in {r}, it has type {2}")
VLOG_RULE("R# type=* expected=func", "", "{c} takes a callback in {r}: the address of a function of this program ('{r} = &function')")
VLOG_RULE("R# type=* expected=timer", "", "{c} takes the address of a struct bpf_timer in a map's value in {r}")
VLOG_RULE("R# type=fp expected=map_value", "",
	"{c} takes the address of something in a map's value in {r}, not of the stack; look the element up first (a format "
	"or other constant string: .rodata)")
VLOG_RULE("R# type=* expected=map_value", "", "{c} takes the address of something in a map's value in {r}, it has type {2}; look the element up first")
VLOG_ALSO("R# type=inv expected=mem", "")
VLOG_ALSO("R# type=inv expected=alloc_mem", "")
VLOG_ALSO("R# type=inv expected=ringbuf_mem", "")
VLOG_ALSO("R# type=scalar expected=alloc_mem", "")
VLOG_RULE("R# type=scalar expected=ringbuf_mem", "",
	"{c} takes the pointer that bpf_ringbuf_reserve returned; {r} is a number: it was submitted or "
	"discarded already, or overwritten")
VLOG_ALSO("R# type=* expected=alloc_mem", "")
VLOG_RULE("R# type=* expected=ringbuf_mem", "",
	"{c} takes the pointer that bpf_ringbuf_reserve returned, unchanged; {r} has type {2}")
VLOG_ALSO("R# type=scalar expected=fp", VLOG_ZERO)
VLOG_RULE("R# type=inv expected=fp", VLOG_ZERO,
	"{c} takes an address in {r} but it is 0: a NULL pointer, or a string or variable that the loader put "
	"nowhere; put the data on the stack and pass its address: '{r} = r10', '{r} += -8'")
VLOG_ALSO("R# type=scalar expected=fp", "")
VLOG_RULE("R# type=inv expected=fp", "",
	"{c} takes an address in {r} but it is a number; put the data on the stack and pass its "
	"address: '{r} = r10', '{r} += -8'")
VLOG_RULE("R# type=imm expected=fp", "",
	"{c} takes an address in {r} but it is a number; pass the address of stack data")
VLOG_RULE("R# type=* expected=fp, *", "",
	"{c} takes the address of stack or map memory in {r}, it has type {2}; copy the data to the "
	"stack first")
VLOG_RULE("R# type=* expected=fp", "",
	"{c} takes the address of stack memory in {r}, it has type {2}; put the data into a variable of the stack and pass its "
	"address: '{r} = r10', '{r} += -8'")
VLOG_ALSO("R# type=* expected=scalar", "")
VLOG_RULE("R# type=* expected=inv", "", "{c} takes a number in {r}, it has type {2}")
VLOG_RULE("R# type=* expected=*", "", "{c} takes {3} in {r}, it has type {2}; set {r} right before {i}")
VLOG_RULE("R# type=", "", "{c} takes something else in {r}; set it right before {i}")
VLOG_ALSO("is not a known constant", "")
VLOG_RULE("must be a known constant", "", "{c} needs a constant in {r}, one the verifier can see: '{r} = 8'")
VLOG_RULE("must be a rcu pointer", "", "hold bpf_rcu_read_lock while the pointer in {r} is used")
VLOG_RULE("must be referenced or trusted", "",
	"{c} takes in {r} only what the kernel passed or an acquiring function returned: a pointer loaded from memory "
	"may be stale, and one to the stack or a map's value is none; to read only, use bpf_probe_read_kernel")
VLOG_RULE("must be referenced when passed to release", "",
	"release only what an acquiring function returned, once, unchanged")
VLOG_RULE("allocated object must be referenced", "", "pass the object that the program still owns: not released, not inserted yet")
VLOG_RULE("must be referenced", "", "pass what an acquiring function returned, unchanged")
VLOG_RULE("Possibly NULL pointer passed to helper arg#", "", "r{1} of {c} may be NULL; compare it with 0 first and call only where it is not 0")
VLOG_RULE("Possibly NULL pointer passed to * arg0", "", "r1" VLOG_NULL_ARG)
VLOG_RULE("Possibly NULL pointer passed to * arg1", "", "r2" VLOG_NULL_ARG)
VLOG_RULE("Possibly NULL pointer passed to * arg2", "", "r3" VLOG_NULL_ARG)
VLOG_RULE("Possibly NULL pointer passed to * arg3", "", "r4" VLOG_NULL_ARG)
VLOG_RULE("Possibly NULL pointer passed to * arg4", "", "r5" VLOG_NULL_ARG)
VLOG_RULE("Possibly NULL pointer passed to * arg#", "",
	"argument {2} (counted from 0) of {c} may be NULL; compare it with 0 first and call only where it is not 0")
VLOG_RULE("Possibly NULL pointer passed to * R#", "", "r{2} of {c} may be NULL; compare it with 0 first and call only where it is not 0")
VLOG_RULE("Possibly NULL pointer passed", "", "an argument of the call may be NULL; compare it with 0 first")
VLOG_RULE("is of type * but * is expected", "", "{c} takes a pointer to {2} in {r}, not to {1}")
VLOG_RULE("expected pointer to ctx, but got", "", "pass the program's context, saved at the start: 'r6 = r1'")
VLOG_RULE("helper access to the packet is not allowed", "", "{c} cannot take a packet pointer here; copy the bytes to the stack first")
VLOG_RULE("expects pointer to ctx", "", "pass the program's context, saved at the start: 'r6 = r1'")
VLOG_RULE("is expected to be non-NULL", "", "the argument may be NULL; compare it with 0 first and call only where it is not 0")
VLOG_RULE("is a packet pointer, but func@# may change packet data", "", "a function that changes the packet ends packet pointers; pass the context and read them again")
VLOG_RULE("invalid map_ptr to access map->", "", "{c} needs to know the map: '{r} = &map' on every path")
VLOG_RULE("Helper has invalid btf", "", "the address in {r} is of no known kernel variable")
VLOG_RULE("cannot get callchain buffer", "", "no memory for stack traces: raise kernel.perf_event_max_stack's limits, or load again later")
VLOG_RULE("invalid return type #", "", VLOG_BUG)
VLOG_RULE("unknown return type #", "", "this kernel cannot verify the result of that helper for this program")
VLOG_RULE("failed to retrieve map value address", "", "the map's value has no address; look the element up")
VLOG_RULE("helper access to packet is not allowed", "", "{c} cannot take a packet pointer; copy the bytes first")
VLOG_RULE("expected prog array map for tail call", "", "bpf_tail_call takes a map of type prog_array in r2")
VLOG_RULE("cannot tail call within callback", "", "a callback cannot tail-call; do it after the loop")
VLOG_RULE("doesn't point to a map value", "", "{r} must be the address of a map's value")
VLOG_RULE("is not a constant address", "", "the string must be constant and read-only: in .rodata")
VLOG_RULE("is not a const", "", "{c} needs a constant in {r}, one the verifier can see: '{r} = 8'")
VLOG_RULE("At subprogram exit the register R0 is not a scalar", "", "a global function must return a number: set r0 before its exit")
VLOG_RULE("R# is not a scalar", "", "{c} takes a number in {r}, not an address")
VLOG_RULE("is a variable, size", "", "{c} needs a constant size in {r}")
VLOG_RULE("doesn't have constant offset", "", "pass the address at a fixed offset")
VLOG_RULE("dynptr has to be at a constant offset", "", "pass the dynptr at a constant stack offset")
VLOG_RULE("has to be at a constant offset", "", "pass the address at a fixed offset")
VLOG_RULE("invalid arg_type for sockmap", "", "a socket map cannot be used in this call; see bpf-helpers(7)")
VLOG_RULE("cannot update sockmap in this context", "", "this program type cannot change a socket map")
VLOG_RULE("bpf_loop iteration limit reached", "", "bpf_loop turns at most 8388608 times; lower the count in r1")
VLOG_RULE("get_local_storage() doesn't support non-zero flags", "", "flags of bpf_get_local_storage must be 0")
VLOG_RULE("map_ptr is null", "", "a map is missing; name it: '{r} = &map'")
VLOG_RULE("doesn't match map pointer in", "", "a timer or work item belongs to the map it lies in: pass that map")
VLOG_RULE("callback function not allowed for map", "", "this map's type cannot be walked with a callback")
VLOG_RULE("Unsupported reg type * for bpf_dynptr_from_mem", "",
	"bpf_dynptr_from_mem takes memory of a map's value, not {1}; look an element up")
VLOG_RULE("tail_call abusing map_ptr", "", "bpf_tail_call needs one certain program array on every path")
VLOG_ALSO("doesn't point to a const string", "")
VLOG_ALSO("does not point to a readonly map", "")
VLOG_RULE("direct value access on string failed", "", "the string must be constant and read-only: in .rodata")
VLOG_RULE("string is not zero-terminated", "", "end the string with a 0 byte")
VLOG_RULE("cannot be used as const string", "", "the string must be constant and read-only: in .rodata")
VLOG_RULE("Invalid format string", "",
	"a format has %d %i %u %x %c %s %p, with l or ll, and a value for each of them (bpf_trace_printk: at most 3)")
VLOG_RULE("kernel subsystem misconfigured verifier", "",
	"{c} does not fit the map given (bpf_tail_call takes one of type prog_array in r2), or the kernel's verifier is at fault")
VLOG_RULE("kernel subsystem misconfigured", "", VLOG_BUG)
VLOG_RULE("verifier bug", "", VLOG_BUG)
VLOG_RULE("Verifier bug", "", VLOG_BUG)
VLOG_RULE("internal bug", "", VLOG_BUG)
VLOG_RULE("verifier BUG", "", VLOG_BUG)
VLOG_RULE("backtracking bug", "", VLOG_BUG)
VLOG_RULE("backtracing misuse", "", VLOG_BUG)
VLOG_RULE("history bug", "", VLOG_BUG)
VLOG_RULE("REG INVARIANTS VIOLATION", "", VLOG_BUG)
VLOG_RULE("verifier is misconfigured", "", VLOG_BUG)
VLOG_RULE("out of sync with range bounds", "", VLOG_BUG)
VLOG_RULE("verifier narrow ctx", "", VLOG_BUG)
VLOG_RULE("poke descriptor failed", "", VLOG_BUG)
VLOG_RULE("tracking tail call prog failed", "", VLOG_BUG)
VLOG_RULE("failed to push state", "", "out of memory while verifying; load again")
VLOG_RULE("JIT doesn't support bpf-to-bpf calls", VLOG_NO_INSN, "this CPU's JIT knows no functions; put all in one")

VLOG_RULE("verifier internal error", "", VLOG_BUG)
/* ---- calls of kernel functions and subprograms */
VLOG_RULE("kernel btf_id # is not a function", "",
	"the kernel function called does not exist in this kernel (BTF id {1}); take its id from this "
	"kernel's own BTF")
VLOG_RULE("calling kernel function * is not allowed", "", "{1} may not be called from this program type")
VLOG_RULE("calling kernel functions is not allowed", "", "this program type cannot call kernel functions; use a helper")
VLOG_RULE("calling kernel function is not supported without CONFIG", "", "kernel functions need a kernel with CONFIG_DEBUG_INFO_BTF; use a helper")
VLOG_RULE("JIT is required for calling kernel function", "", "switch the JIT on: net.core.bpf_jit_enable=1")
VLOG_RULE("JIT does not support calling kfunc *@#", "", "the JIT of this CPU or kernel cannot call {1}; do without it")
VLOG_RULE("JIT does not support kfunc", "", "the JIT of this CPU or kernel cannot call it so; use fewer arguments, or do without")
VLOG_RULE("failed to find BTF for kernel function", "", "the kernel function is in a module whose BTF is missing; load the module, check its BTF")
VLOG_RULE("cannot find address for kernel function", "", "the kernel function is gone from this kernel; use another")
VLOG_ALSO("invalid module BTF", "")
VLOG_ALSO("kfunc offset > 0 without fd_array", "")
VLOG_ALSO("kfunc fd_idx", "")
VLOG_RULE("BTF fd for kfunc is not a module BTF", "", "the kernel function is in a module: pass its BTF with the load (fd_array)")
VLOG_RULE("too many different", "", "call fewer different kernel functions (256)")
VLOG_RULE("kernel function * args@# expected pointer to *but R# has a pointer to ", "",
	"argument {2} (from 0) of {1} takes a pointer to {3}, r{4} points to something else; pass the right object")
VLOG_RULE("kernel function * expected pointer to", "", "an argument of {1} points to the wrong kind of object; pass the right one")
VLOG_RULE("kernel function * returns pointer type", "", "{1} returns a pointer that programs cannot use on this kernel; do without it")
VLOG_RULE("destructive kfunc", "", "this kernel function needs CAP_SYS_BOOT; load with it, or do without")
VLOG_RULE("program must be sleepable to call sleepable kfunc *", "", "{1} may sleep: use a sleepable program (section '...s/')")
VLOG_RULE("kernel func * is sleepable within", "", "{1} may sleep, which is not allowed here; call it outside the region")
VLOG_RULE("sleepable kfunc", "", "it may sleep: use a sleepable program, and call it outside locks and RCU regions")
VLOG_RULE("kernel func * requires RCU critical section", "", "call {1} between bpf_rcu_read_lock and bpf_rcu_read_unlock")
VLOG_ALSO("release kernel function * expects refcounted", "")
VLOG_RULE("release kfunc * expects referenced", "",
	"{1} takes only what an acquiring function returned, unchanged and not released yet; a pointer read from memory is none")
VLOG_RULE("release helper * expects referenced", "",
	"{1} takes only what an acquiring function returned, unchanged and not released yet")
VLOG_RULE("must have zero offset when passed to release", "", "pass the pointer as it was acquired, without anything added")
VLOG_RULE("has non-overwritten BPF_PTR_POISON type", "", "{c} cannot be called with this; see bpf-helpers(7)")
VLOG_RULE("arg@# pointer type * must point to scalar, or struct with scalar", "",
	"argument {1} (from 0) of {c} is the kernel's own {2}; what is passed is none: a number, one that was released "
	"already, or memory of the program; pass what the kernel passed, or an acquiring function returned")
VLOG_RULE("pointer type * must point to scalar, or struct with scalar", "",
	"{c} does not take a pointer of this kind ({1}): pass a trusted pointer to the object itself, not its address on the stack")
VLOG_RULE("pointer type * must point to void", "", "{c} needs memory of plain numbers; copy the data to the stack")
VLOG_RULE("memory, len pair leads to invalid memory access", VLOG_LOOSE,
	"the memory passed to {c} is smaller than the length passed with it, or not readable; lower the length or pass a larger buffer")
VLOG_RULE("arg@# reference type('UNKNOWN ') size cannot be determined", VLOG_NO_INSN,
	"argument {1} (counted from 0) of a global function is a pointer to what btf knows no size of, as void; give it a type with one: "
	"a struct that is defined, a number, char")
VLOG_RULE("reference type('FWD *') size cannot be determined", VLOG_NO_INSN,
	"an argument's type, struct {1}, is only declared, not defined, in the object's BTF; define it, or take a number or 'char *'")
VLOG_RULE("reference type('*') size cannot be determined", VLOG_NO_INSN,
	"an argument's type {1} is only declared, not defined, in the object's BTF; define it, or take a number or 'char *'")
VLOG_RULE("unexpected __bpf_trap()", "", "the compiler found undefined behaviour (a variable never set): initialise it")
VLOG_RULE("isn't map pointer", "", "pass the map itself: '{r} = &map'")
VLOG_RULE("JIT does not support calling kernel function", "", "kernel functions need the JIT of this CPU; use a helper")
VLOG_RULE("calling kernel function without", "", "the kernel function needs BTF in kernel and program")
VLOG_RULE("invalid kernel function", "", "this kernel does not have the function, or offers it to no program")
VLOG_RULE("BPF_CALL uses reserved fields", VLOG_LOOSE,
	"the call's form is not known to this kernel (calls of kernel functions came with 5.13); use a "
	"helper, or a newer kernel")
VLOG_RULE("call to invalid destination", VLOG_NO_INSN,
	"a call of a subprogram leaves the program; its offset must point to the first instruction of "
	"a function")
VLOG_RULE("recursive subprogram call", VLOG_NO_INSN, "a function cannot call itself, nor one that calls it; use a loop")
VLOG_RULE("insn # cannot call exception cb directly", VLOG_INSN_1,
	"the exception callback runs on bpf_throw only; call a function of its own")
VLOG_RULE("cannot be called from callback", "", "bpf_throw cannot be called in a callback; return a value and throw after it")
VLOG_ALSO("exception cb only supports single", "")
VLOG_RULE("exception cb cannot return void", "", "an exception callback takes one u64 and returns a number")
VLOG_RULE("programs cannot attach to exception callback", VLOG_NO_INSN, "an exception callback cannot be traced; use another function")
VLOG_RULE("exception callback", VLOG_NO_INSN, "the exception callback must be one global function of the object, with BTF")
VLOG_RULE("Program extension requires BTF", VLOG_NO_INSN, "keep .BTF in the object (compile with -g)")
VLOG_RULE("is not a global function", VLOG_NO_INSN, "freplace replaces global functions only")
VLOG_RULE("() has # args while *() has # args", VLOG_NO_INSN, "the replacing function must have the same arguments")
VLOG_RULE("doesn't match type * of", VLOG_NO_INSN, "the replacing function must return the same type")
VLOG_RULE("arg# in *() is * while *() has", VLOG_NO_INSN, "the replacing function must have the same arguments")
VLOG_RULE("is not a pointer to context", VLOG_NO_INSN, "the argument must be the program type's own context")
VLOG_RULE("Global functions need valid BTF", VLOG_NO_INSN, "keep .BTF and .BTF.ext in the object (compile with -g), and a loader that passes them")
VLOG_RULE("BTF of func@# doesn't point to KIND_FUNC", VLOG_NO_INSN, "the function table in .BTF.ext does not fit the BTF; rebuild the object")
VLOG_RULE("The function * has # arguments. Too many", VLOG_NO_INSN, "{1} has {2} arguments, more than fentry and fexit handle; use a kprobe")
VLOG_RULE("The function * return type * is unsupported", VLOG_NO_INSN, "{1} returns what fentry and fexit cannot handle; use a kprobe")
VLOG_RULE("The function * with variable args is unsupported", VLOG_NO_INSN, "{1} takes variable arguments; use a kprobe")
VLOG_RULE("The function * arg# type * is unsupported", VLOG_NO_INSN, "an argument of {1} is a struct or of a type that fentry and fexit cannot handle; use a kprobe")
VLOG_RULE("The function * has malformed void", VLOG_NO_INSN, "the BTF of {1} is damaged; use a kprobe")
VLOG_RULE("ret type * not allowed for fmod_ret", VLOG_NO_INSN, "fmod_ret is for functions that return int")
VLOG_RULE("Invalid type of function", VLOG_NO_INSN, "the function's BTF is damaged; rebuild the object")
VLOG_RULE("Arg@# type * in *() is not supported", VLOG_NO_INSN, "an argument of global function {3} has a type that cannot be verified on its own; make it static")
VLOG_RULE("args@# pointer type * is not supported", "", "the call takes no pointer of this kind ({2}) on this kernel")
VLOG_RULE("arg@# pointer type * not to stack", "", "pass the address of stack memory")
VLOG_RULE("arg@# pointer type * must be valid and initialized", "", "make the dynptr first, on every path")
VLOG_RULE("points to unsupported dynamic pointer type", "", "pass a dynptr of another kind")
VLOG_RULE("reg type unsupported for arg@#", "",
	"argument {1} (from 0) of the call has a kind of pointer that this kernel does not take there; pass the kernel's own object, or "
	"memory of plain numbers")
VLOG_RULE("kernel function * is sleepable but the program is not", "", "{1} may sleep: use a sleepable program (section '...s/')")
VLOG_RULE("kernel function btf_id # does not have a valid", "", "BTF id {1} is no function; take it from this kernel's own BTF")
VLOG_RULE("address of kernel function * is out of range", "", "the JIT cannot reach {1}, of a module; use another function")
VLOG_ALSO("expected pointer to map value", "")
VLOG_RULE("doesn't point to map value or allocated object", "", "pass the address of the field in a map's value or in an object of bpf_obj_new")
VLOG_RULE("must have constant offset", "", "pass the address at a fixed offset")
VLOG_RULE("no referenced kptr at map value offset", "", "pass the address of the kernel-pointer field itself")
VLOG_RULE("BTF type must be a double pointer", "", "pass the address of the kernel-pointer field")
VLOG_RULE("expected for bpf_obj_drop", "", "pass what bpf_obj_new returned")
VLOG_RULE("expected for bpf_percpu_obj_drop", "", "pass what bpf_percpu_obj_new returned")
VLOG_ALSO("can only take non-owning or refcounted bpf_rb_node", "")
VLOG_RULE("node input must be non-owning ref", "", "pass a node that is in the tree: one that was looked up under its lock")
VLOG_RULE("operation on * expects arg@# * at offset=#", "", "the node's offset must be that of the field the list or tree was declared with")
VLOG_RULE("offset=#, but expected * at offset=#", "", "pass the address of the field {2} itself")
VLOG_RULE("not found at offset=#", "", "the map's value has no such field at offset {1}")
VLOG_RULE("expected pointer to func", "", "pass a function of this program: '{r} = &function'")
VLOG_RULE("Unknown type ID # passed", "", "type id {1} is not in this kernel's BTF; use the running kernel's own")
VLOG_RULE("local type ID argument must be", "", "the type id must be a constant from the program's own BTF")
VLOG_RULE("bpf_rdonly_cast type ID argument", "", "bpf_rdonly_cast casts to a struct or to void")
VLOG_RULE("acquire kernel function does not return", "", VLOG_BUG)
VLOG_RULE("nested rcu read lock", "", "this kernel has no nested RCU locks; unlock first")
VLOG_RULE("cannot tail call within exception cb", "", "an exception callback cannot tail-call")
VLOG_RULE("tail_calls are not allowed in programs with stack args", VLOG_NO_INSN, "use at most 5 arguments, or no tail call")
VLOG_RULE("program with __ref argument cannot tail call", VLOG_NO_INSN, "release the argument and return in place of the tail call")
VLOG_RULE("stack arg write offset", "", "the call passes more arguments on the stack than it may; pass a struct")
VLOG_RULE("r11 load must be before", "", "read the stack arguments at the function's start")
VLOG_RULE("callback function not static", "", "the callback must be a static function (.subprog, in C 'static')")
VLOG_RULE("callback function cannot be the main program", "", "the callback must be a function of its own")
VLOG_RULE("callee expects # args", "", "the function takes {1} arguments; set them all before the call")
VLOG_RULE("failed callback verification", "", "the callback's arguments do not fit the call")
VLOG_ALSO("loading/calling other bpf or kernel functions are allowed for", VLOG_NO_INSN)
VLOG_RULE("loading/calling other bpf functions are allowed", VLOG_NO_INSN,
	"functions need privilege: load with CAP_BPF (before Linux 5.8 CAP_SYS_ADMIN), or put all in one function")
VLOG_RULE("function calls to other bpf functions are allowed for", VLOG_NO_INSN,
	"functions need privilege: load with CAP_SYS_ADMIN, or put all in one function")
VLOG_RULE("loading or calling other BPF functions requires", VLOG_NO_INSN, "functions need privilege: load with CAP_BPF")
VLOG_RULE("calling kernel functions requires CAP_BPF", VLOG_NO_INSN, "kernel functions need privilege: load with CAP_BPF")
VLOG_RULE("global function calls are not allowed while holding a lock", "",
	"a global function cannot be called with a lock held; make it static, or unlock first")
VLOG_RULE("sleepable global function *() called in", "", "{1} may sleep, which is not allowed here; call it outside the region")
VLOG_ALSO("tail_calls are not allowed in programs with bpf-to-bpf calls", VLOG_NO_INSN)
VLOG_RULE("mixing of tail_calls and bpf-to-bpf calls", VLOG_NO_INSN,
	"this kernel or CPU cannot have tail calls and functions in one program (x86: Linux 5.10, arm64: 6.0); inline the functions")
VLOG_RULE("tail_calls are not allowed in non-JITed", VLOG_NO_INSN,
	"without the JIT a program has tail calls or functions, not both; switch the JIT on or inline the functions")
VLOG_RULE("callbacks are not allowed in non-JITed", VLOG_NO_INSN, "callbacks need the JIT: net.core.bpf_jit_enable=1")
VLOG_RULE("calls are not allowed in non-JITed", VLOG_NO_INSN, "functions with tail calls need the JIT: net.core.bpf_jit_enable=1")
VLOG_RULE("calling kernel functions are not allowed in non-JITed", VLOG_NO_INSN, "kernel functions need the JIT: net.core.bpf_jit_enable=1")
VLOG_RULE("recursive call", VLOG_NO_INSN, "a function cannot call itself, nor one that calls it; use a loop")
VLOG_RULE("back-edge from insn # to #", VLOG_INSN_1,
	"a loop back to insn {2}: this kernel or user may not loop (bounded loops: Linux 5.3 with "
	"privilege); unroll it (.irp)")
VLOG_RULE("too many subprograms", VLOG_NO_INSN, "a program has at most 256 functions")
VLOG_RULE("last insn is not an exit or jmp", VLOG_NO_INSN,
	"the end of the program, or of a function in it, is reached without exit; add 'r0 = 0' and 'exit'")
VLOG_RULE("no subprog starts at insn #", VLOG_INSN_1, "the address of a function must be of its first instruction")
VLOG_RULE("Caller passes invalid args into func", VLOG_LOOSE, "the arguments do not fit the global function's declared types")
VLOG_RULE("Global function *() doesn't return scalar", VLOG_NO_INSN, "global function {1} must return a number (int, long), or be static")
VLOG_RULE("doesn't return scalar", "", "a global function must return a number (int, long)")
VLOG_RULE("type * in Function *() is not supported", VLOG_NO_INSN, "an argument of global function {2} has a type that cannot be verified on its own; make it static")
VLOG_RULE("Global function * with # > # args", VLOG_NO_INSN, "global function {1} takes too many arguments (5 at most); pass a struct, or make it static")
VLOG_RULE("Function * has # > # args", VLOG_NO_INSN, "{1} takes {2} arguments, {3} at most; pass a struct")
VLOG_RULE("invalid recursive", VLOG_NO_INSN, "use a loop in place of recursion")
VLOG_RULE("arg@# invalid", VLOG_NO_INSN, "the global function's argument has a type that cannot be verified on its own; make it static")
/* ---- references, locks */
VLOG_RULE("Unreleased reference id=# alloc_insn=#", "",
	"what insn {2} ({a}) acquired is not given back on the path to {i}; call {g} on every path, early exits too")
VLOG_RULE("Leaking reference id=# alloc_insn=#", "",
	"what insn {2} ({a}) acquired is not given back before the call at {i}; release it first")
VLOG_RULE("Unreleased reference", "", "what was acquired must be released on every path that leaves the program")
VLOG_RULE("would lead to reference leak", VLOG_LOOSE,
	"release what was acquired (bpf_ringbuf_submit or _discard) on every path before {i}")
VLOG_RULE("arg # is an unacquired reference", "",
	"r{1} of {c} is no owned object any more: it was released already, or was never acquired; release once")
VLOG_ALSO("cannot release unowned const bpf_dynptr", "")
VLOG_ALSO("CONST_PTR_TO_DYNPTR cannot be released", "")
VLOG_RULE("const dynptr release", "", "a dynptr that the program was given is not its own to release")
VLOG_RULE("Expected an initialized dynptr as arg *", VLOG_BASE,
	"the dynptr passed to {c} was not made on this path, was released (submit, discard), or was overwritten; make it "
	"first (bpf_ringbuf_reserve_dynptr, bpf_dynptr_from_mem ...) and pass its own address")
VLOG_RULE("Expected an initialized dynptr as", "", "make the dynptr first, on every path, and pass its own address")
VLOG_RULE("Expected a dynptr of type * as", "", "{c} takes a dynptr of type {1}; make it with the function for that type")
VLOG_RULE("Dynptr has to be an uninitialized dynptr", "",
	"{c} makes a dynptr in 16 bytes of the stack, aligned to 8, at a constant offset and not in use; give it a slot of its own")
VLOG_RULE("dynptr is already initialized", "", "{c} makes a dynptr: give it a stack slot of its own, or release the other first")
VLOG_RULE("cannot overwrite referenced dynptr", "",
	"{i} overwrites a dynptr that still holds its memory; bpf_ringbuf_submit_dynptr or _discard_dynptr it first, or use "
	"another stack slot")
VLOG_RULE("cannot pass in dynptr at an offset", "", "pass the dynptr's own address: 16 bytes of the stack, aligned to 8")
VLOG_RULE("cannot pass in * at an offset=#", "", "pass the address of the {1} itself, nothing added to it")
VLOG_RULE("potential write to dynptr at off=#", "",
	"{c} would write over the dynptr at r10{1}; write to another part of the stack")
VLOG_RULE("expected pointer to stack or const struct bpf_dynptr", "", "{c} takes a dynptr: an address on the stack")
VLOG_RULE("dynptr", "", "dynptrs are made, used and released through their own functions, 16 bytes each, on the stack")
VLOG_RULE("expected an initialized iter_* as arg", "",
	"the {1} iterator passed to {c} is not made on this path, was destroyed, or was overwritten; call bpf_iter_{1}_new "
	"first and keep its stack bytes untouched")
VLOG_RULE("expected uninitialized iter_* as", "",
	"the {1} iterator is in use already; call bpf_iter_{1}_destroy first, or give it stack bytes of its own")
VLOG_RULE("expected an initialized iter_", "", "call the iterator's _new function first, on every path")
VLOG_RULE("expected pointer to an iterator on stack", "",
	"{c} takes the address of an iterator on the stack, a pointer to something else was passed")
VLOG_RULE("expected valid iter pointer", "", "pass the stack address of the iterator that this function is for")
VLOG_RULE("expected an RCU CS when using", "", "use this iterator between bpf_rcu_read_lock and bpf_rcu_read_unlock, or in a program that is not sleepable")
VLOG_RULE("css_task_iter is only allowed in", "", "use this iterator in a sleepable program")
VLOG_RULE("expected an initialized irq flag as", "",
	"{c} takes the stack slot that bpf_local_irq_save filled on this path; it was restored already, overwritten, or never set")
VLOG_RULE("expected uninitialized irq flag as", "", "the stack slot holds saved flags already; restore them first, or use another slot")
VLOG_RULE("doesn't point to an irq flag on stack", "", "pass the address of an 8-byte stack slot that is used for nothing else")
VLOG_RULE("cannot restore irq state out of order, expected id=# acquired at insn_idx=#", "",
	"interrupt flags are restored in reverse order of saving: first what insn {2} saved")
VLOG_RULE("irq flag acquired by * kfuncs cannot be restored with", "",
	"flags saved by {1} functions are restored by the function of the same family")
VLOG_RULE("cannot be used inside bpf_local_irq_save-ed region", "",
	"interrupts are still off at {i}: call bpf_local_irq_restore on every path before")
VLOG_RULE("cannot be used inside bpf_rcu_read_lock-ed region", "", "call bpf_rcu_read_unlock on every path before {i}")
VLOG_RULE("cannot be used inside bpf_preempt_disable-ed region", "", "call bpf_preempt_enable on every path before {i}")
VLOG_RULE("unmatched attempt to enable preemption", "", "pair bpf_preempt_disable and bpf_preempt_enable on every path")
VLOG_RULE("bpf_preempt_enable is missing", "", "call bpf_preempt_enable on every path before {i}")
VLOG_RULE("has no valid kptr", "", "{r} is not the address of a kernel-pointer field: pass the field of a map's value, at its own offset")
VLOG_RULE("doesn't point to kptr", "", "pass the address of the kernel-pointer field itself")
VLOG_RULE("kptr isn't referenced kptr", "", "bpf_kptr_xchg needs a field marked __kptr")
VLOG_RULE("expected pointer to allocated object", "", "pass what bpf_obj_new returned")
VLOG_RULE("is neither owning or non-owning ref", "", "pass a pointer to an object with a bpf_refcount")
VLOG_RULE("doesn't point to a type with bpf_refcount", "", "the type needs a field struct bpf_refcount")
VLOG_RULE("bpf_spin_lock at off=# must be held for", "", "take the lock of the list or tree before and give it back after")
VLOG_RULE("held lock and object are not in the same allocation", "", "take the lock that lies in the same value or object as the list or tree")
VLOG_ALSO("not allowed in rbtree cb", "")
VLOG_RULE("in rbtree cb", "", "the comparison callback may only compare; do this outside of it")
VLOG_RULE("in unnecessary rbtree callback", "", "the comparison callback needs no RCU lock")
VLOG_RULE("AA deadlock detected", "", "the lock is held already on this path; unlock it first")
VLOG_ALSO("bpf_spin_unlock of different lock", "")
VLOG_ALSO("unlock of a different lock", "")
VLOG_RULE("_unlock of different lock", "", "unlock the same lock that was taken")
VLOG_RULE("_unlock cannot be out of order", "", "unlock in reverse order of locking")
VLOG_RULE("cannot be used inside *_lock-ed region", "", "call {1}_unlock on every path before {i}")
VLOG_ALSO("reference has not been acquired", "")
VLOG_RULE("unacquired reference", "", "only what an acquiring call returned can be released, once")
VLOG_ALSO("bpf_spin_unlock without taking a lock", "")
VLOG_RULE("without taking a lock", "", "the unlock comes before the lock on this path")
VLOG_RULE("Locking two bpf_spin_locks", "", "one lock at a time: unlock the first before")
VLOG_ALSO("bpf_spin_lock is missing", "")
VLOG_RULE("bpf_spin_unlock is missing", "", "call bpf_spin_unlock on every path before {i}")
VLOG_RULE("function calls are not allowed while holding a lock", "", "call {c} before bpf_spin_lock or after bpf_spin_unlock")
VLOG_RULE("has no valid bpf_spin_lock", "", "the map's value needs a struct bpf_spin_lock, told by its BTF")
VLOG_RULE("cannot be accessed directly by load/store", VLOG_BASE,
	"locks, timers and kernel pointers in a value are used through their helpers only")
VLOG_RULE("map '*' has more than one 'struct bpf_spin_lock'", "", "the value of map {1} may hold one lock")
VLOG_RULE("map '*' doesn't have 'struct bpf_spin_lock'", "", "the value of map {1} needs a struct bpf_spin_lock, told by its BTF")
VLOG_RULE("map '*' is not a struct type or bpf_spin_lock is mangled", "", "the value of map {1} must be a struct with a bpf_spin_lock, told by its BTF")
VLOG_RULE("map '*' has no valid", "", "the value of map {1} needs that field, told by its BTF")
VLOG_RULE("off # doesn't point to 'struct *' that is at #", "", "pass the address of the field itself: offset {3} of the value, not {1}")
VLOG_RULE("off # doesn't point to 'struct *'", "", "pass the address of the struct {2} itself")
VLOG_RULE("' has no valid *_lock", "", "the object needs a struct {1}_lock")
VLOG_RULE("has to have BTF in order to use", "", "create the map with BTF for key and value")
VLOG_RULE("has to be at the constant offset", "", "pass the address of the field at its fixed offset in the value")
VLOG_RULE("socket filter progs cannot use bpf_spin_lock", VLOG_NO_INSN,
	"a socket filter cannot hold bpf_spin_lock; use atomic adds or a per-CPU map, or another program type (tc, cgroup_skb)")
VLOG_RULE("sleepable progs cannot use bpf_spin_lock", VLOG_NO_INSN,
	"a sleepable program cannot hold bpf_spin_lock on this kernel; drop the '.s' from the section, or use atomic adds or "
	"a per-CPU map")
VLOG_RULE("tracing progs cannot use bpf_spin_lock", VLOG_NO_INSN,
	"tracing programs cannot hold bpf_spin_lock on this kernel; use atomic adds or a per-CPU map")
VLOG_RULE("bpf_rcu_read_unlock is missing", "", "call bpf_rcu_read_unlock on every path before {i}")
VLOG_RULE("unmatched rcu read", "", "pair bpf_rcu_read_lock and bpf_rcu_read_unlock on every path");
/* clang-format on */

const char *vlog_call_rules(void)
{
	return vlog_call_table;
}
