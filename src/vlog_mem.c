// SPDX-License-Identifier: MIT
/*
 * vlog_mem.c - what the verifier says of memory, bounds, stack, registers and pointers, as data.
 *
 * The words of Linux 4.4 to 7.x; see vlog_advice.h for the patterns.
 */
#include "vlog_advice.h"

/* clang-format off */
static const char vlog_mem_table[] =
/* ---- memory through a register */
VLOG_RULE("invalid mem access 'scalar'", VLOG_BASE VLOG_INDEX, VLOG_NUMBER_INDEX)
VLOG_RULE("invalid mem access 'inv'", VLOG_BASE VLOG_INDEX, VLOG_NUMBER_INDEX)
VLOG_RULE("invalid mem access 'scalar'", VLOG_BASE VLOG_ZERO VLOG_CALLBACK, VLOG_NUMBER_CALLBACK)
VLOG_RULE("invalid mem access 'inv'", VLOG_BASE VLOG_ZERO VLOG_CALLBACK, VLOG_NUMBER_CALLBACK)
VLOG_RULE("invalid mem access 'scalar'", VLOG_BASE VLOG_ZERO, VLOG_NUMBER_0)
VLOG_RULE("invalid mem access 'inv'", VLOG_BASE VLOG_ZERO, VLOG_NUMBER_0)
VLOG_RULE("invalid mem access 'scalar'", VLOG_BASE VLOG_SPOILED, VLOG_NUMBER_SPOILED)
VLOG_RULE("invalid mem access 'inv'", VLOG_BASE VLOG_SPOILED, VLOG_NUMBER_SPOILED)
VLOG_RULE("invalid mem access 'scalar'", VLOG_BASE VLOG_MADE, VLOG_NUMBER_MADE)
VLOG_RULE("invalid mem access 'inv'", VLOG_BASE VLOG_MADE, VLOG_NUMBER_MADE)
VLOG_RULE("invalid mem access 'scalar'", VLOG_BASE VLOG_LOST, VLOG_NUMBER_LOST)
VLOG_RULE("invalid mem access 'inv'", VLOG_BASE VLOG_LOST, VLOG_NUMBER_LOST)
VLOG_RULE("invalid mem access 'scalar'", VLOG_BASE VLOG_HALF, VLOG_NUMBER_HALF)
VLOG_RULE("invalid mem access 'inv'", VLOG_BASE VLOG_HALF, VLOG_NUMBER_HALF)
VLOG_RULE("invalid mem access 'scalar'", VLOG_BASE, VLOG_NUMBER)
VLOG_RULE("invalid mem access 'inv'", VLOG_BASE, VLOG_NUMBER)
VLOG_RULE("invalid mem access 'unknown", VLOG_BASE, VLOG_NUMBER)	/* 4.4 to 4.13 */
VLOG_RULE("invalid mem access 'imm'", VLOG_BASE, VLOG_NUMBER)
VLOG_RULE("invalid mem access 'map_value_or_null'", VLOG_BASE,
	"{r} may be NULL, the map may have no such key; " VLOG_NULL)
VLOG_RULE("invalid mem access 'mem_or_null'", VLOG_BASE VLOG_ARGUMENT,
	"{r} may be NULL: a global function is verified for any caller, and any may pass it a NULL pointer; compare {r} "
	"with 0 first, or tag the argument \"arg:nonnull\" (Linux 6.8)")
VLOG_RULE("invalid mem access 'dynptr_ptr'", VLOG_BASE, VLOG_DYNPTR)
VLOG_RULE("invalid mem access 'const_ptr_to_dynptr'", VLOG_BASE, VLOG_DYNPTR)
VLOG_RULE("invalid mem access '*mem_or_null'", VLOG_BASE,
	"{r} may be NULL: the ring buffer may be full, the dynptr too short; " VLOG_NULL)
VLOG_RULE("invalid mem access 'rcu_ptr_or_null", VLOG_BASE, "{r} may be NULL; " VLOG_NULL)
VLOG_RULE("invalid mem access '*_or_null", VLOG_BASE, "{r} may be NULL (its type is '{1}_or_null'); " VLOG_NULL)
VLOG_RULE("invalid mem access 'map_ptr'", VLOG_BASE,
	"{r} is the map itself, not one of its values; call bpf_map_lookup_elem and use the pointer "
	"that it returns in r0")
VLOG_RULE("invalid mem access 'pkt_end'", VLOG_BASE,
	"{r} is the packet's end, which can only be compared; read below it, through the data pointer")
VLOG_RULE("invalid mem access 'ctx'", VLOG_BASE,
	"{r} is the context, which {i} cannot use so; read its fields with plain loads at constant offsets")
VLOG_RULE("invalid mem access 'pkt*'", VLOG_BASE,
	"{r} is a packet pointer, which {i} cannot use so; compare it with data_end and use plain loads and stores")
VLOG_RULE("invalid mem access 'untrusted_ptr_*'", VLOG_BASE,
	"{r} points to kernel memory that may be gone; read it with bpf_probe_read_kernel")
VLOG_RULE("invalid mem access 'percpu_ptr_*'", VLOG_BASE,
	"{r} points to per-CPU data; get this CPU's address with bpf_this_cpu_ptr or bpf_per_cpu_ptr first")
VLOG_RULE("invalid mem access 'func'", VLOG_BASE, "{r} is the address of a function, which can only be passed as a callback")
VLOG_RULE("invalid mem access 'iter'", VLOG_BASE, "{r} is an iterator's state, which only the iterator's own calls use")
VLOG_RULE("invalid mem access 'fp'", VLOG_BASE, "{r} is not a stack address that can be used so; " VLOG_FRAME)
VLOG_RULE("invalid mem access '*'", VLOG_BASE,
	"{r} is of type '{1}', through which {i} cannot read or write; use the pointer that the "
	"helper or the context gave, or copy with bpf_probe_read_kernel")
VLOG_RULE("invalid mem access ", VLOG_BASE VLOG_SCALAR, VLOG_NUMBER)
VLOG_RULE("invalid bpf_context access off=# size=#", VLOG_BASE VLOG_AT_STORE,
	"the {2} bytes at offset {1} of this program type's context cannot be written: most fields are for reading, a "
	"kprobe's registers all are; keep results in a map")
VLOG_RULE("invalid bpf_context access off=# size=#", VLOG_BASE,
	"the context of this program type has no field of {2} bytes at offset {1} (behind its end, not at a field's "
	"start, or of another width), or it cannot be written there; check the field's name, width and the program's type")
VLOG_RULE("invalid bpf_context access", VLOG_BASE,
	"the context of this program type has no such field, or it cannot be written")
VLOG_ALSO("dereference of modified ctx ptr", VLOG_AT_CALL)
VLOG_RULE("negative offset ctx ptr", VLOG_AT_CALL,
	"the context pointer in {r} was moved; {c} takes it as it came: calculate in a copy, and pass the register that nothing "
	"was added to")
VLOG_ALSO("dereference of modified * ptr", VLOG_AT_CALL)
VLOG_RULE("negative offset * ptr", VLOG_AT_CALL,
	"the {1} pointer in {r} was moved; {c} takes it as it came: calculate in a copy, and pass the register that nothing "
	"was added to")
VLOG_RULE("dereference of modified ctx ptr R# off=# ", VLOG_BASE,
	"the context pointer in {r} was moved by {2}; keep it unchanged and let the instruction have the whole offset: "
	"*({s} *)({r} {o})")
VLOG_ALSO("dereference of modified ctx ptr", VLOG_BASE)
VLOG_RULE("negative offset ctx ptr", VLOG_BASE,
	"the context pointer in {r} was moved; keep it unchanged and let the instruction have the whole offset")
VLOG_ALSO("dereference of modified * ptr", VLOG_BASE)
VLOG_RULE("negative offset * ptr", VLOG_BASE,
	"the {1} pointer in {r} was moved; keep it unchanged and let the instruction have the whole offset")
VLOG_RULE("variable ctx access", VLOG_BASE,
	"the context in {r} can be read at constant offsets only; branch on the index and load each "
	"field with an offset of its own, or copy it with bpf_probe_read_kernel")
VLOG_RULE("variable * access var_off", VLOG_BASE, "{r} is used at constant offsets only; branch on the index, with an offset of its own each")
VLOG_RULE("access user memory", VLOG_BASE,
	"{r} points to user memory; read it with bpf_probe_read_user")
VLOG_RULE("access percpu memory", VLOG_BASE,
	"{r} points to per-CPU data; get this CPU's address with bpf_this_cpu_ptr or bpf_per_cpu_ptr")
VLOG_RULE("is ptr_* invalid negative access", VLOG_BASE,
	"{r} points to a {1}, which has nothing below its start; container_of needs "
	"bpf_probe_read_kernel")
VLOG_RULE("is ptr_* invalid variable offset", VLOG_BASE,
	"fields of {1} are read at constant offsets only; for an index use bpf_probe_read_kernel")
VLOG_RULE("access beyond struct * at off # size #", VLOG_BASE,
	"offset {2} is not inside struct {1}; take the offset from this kernel's own BTF (a CO-RE "
	"relocation), or read with bpf_probe_read_kernel")
VLOG_RULE("access beyond the end of member", VLOG_BASE,
	"the load is wider than the field; use the field's own width")
VLOG_RULE("cannot access ptr member", VLOG_BASE,
	"a pointer field must be read whole, with a u64 load at its own offset")
VLOG_ALSO("only read is supported", VLOG_BASE)
VLOG_RULE("Writes through BTF pointers are not allowed", VLOG_BASE,
	"memory of the kernel behind {r} can only be read; keep results in a map")
VLOG_RULE("only read from bpf_* is supported", VLOG_BASE,
	"{r} is the map itself (the kernel's struct bpf_{1}), not one of its values; call bpf_map_lookup_elem and use the "
	"pointer that it returns in r0")
VLOG_RULE("only read from * is supported", VLOG_BASE, "memory of the kernel behind {r} can only be read; keep results in a map")
VLOG_RULE("doesn't have field at offset #", VLOG_BASE,
	"offset {1} is no field of the struct; take it from this kernel's own BTF (a CO-RE relocation)")
VLOG_RULE("max struct nesting depth exceeded", VLOG_BASE, "the field lies too deep; read it with bpf_probe_read_kernel")
VLOG_RULE("is a pointer to in-kernel struct with non-zero offset", "", "pass the pointer to the object itself, nothing added to it")
VLOG_RULE("must point to kernel BTF", "", "pass a pointer to a kernel object, with its type")
VLOG_RULE("cannot write into packet", VLOG_BASE, "this program type may only read packets; copy the bytes")
VLOG_RULE("cannot write into *", VLOG_BASE,
	"what {r} points to is read-only ({1}); copy it to the stack or to a map value and change "
	"the copy")
VLOG_RULE("write into map forbidden", VLOG_BASE,
	"the map was made read-only for programs (BPF_F_RDONLY_PROG, as .rodata is); write to another")
VLOG_RULE("read from map forbidden", VLOG_BASE,
	"the map was made write-only for programs (BPF_F_WRONLY_PROG); read another")
VLOG_RULE("write to change key", VLOG_BASE, "a map's key cannot be changed in place; delete and add it")
VLOG_RULE("invalid access to packet, off=# size=#, R#(id=#,off=#,r=#", VLOG_BASE,
	"{2} bytes at offset {1} of packet pointer r{3}, of which {6} bytes were checked; compare r{3} + offset "
	"+ size with the packet's end (data_end) first, on this register and after its last change")
VLOG_ALSO("invalid access to packet", VLOG_BASE)
VLOG_RULE("offset is outside of the packet", VLOG_LOOSE VLOG_BASE,
	"compare {r} + size with the packet's end (data_end) first, on the same pointer")
VLOG_RULE("the prog does not allow writes to packet data", "",
	"this program type may only read packets; use bpf_dynptr_slice and copy what is to change")
VLOG_RULE("invalid access to context, ctx_size=# off=# size=#", VLOG_BASE,
	"{3} bytes at offset {2} are outside the context of {1} bytes; check the field and the program's type")
VLOG_RULE("invalid access to flow keys", VLOG_BASE, "the offset is outside struct bpf_flow_keys; check the field")
VLOG_RULE("invalid variable offset to flow keys", VLOG_BASE, "struct bpf_flow_keys is read at constant offsets only")
VLOG_RULE("read from untrusted read-only memory", VLOG_BASE, "{r} is not trusted memory; read it with bpf_probe_read_kernel")
VLOG_ALSO("access is allowed only to CAP_PERFMON", "")
VLOG_RULE("is allowed only to CAP_PERFMON and CAP_SYS_ADMIN", "", "load with CAP_PERFMON, or do without")
VLOG_RULE("Cannot access kernel 'struct *' from non-GPL", VLOG_BASE, "declare a GPL-compatible licence (.license \"GPL\"), or use bpf_probe_read_kernel")
VLOG_RULE("invalid kptr access", VLOG_BASE, "only a kernel pointer of the field's own type may be stored there, with bpf_kptr_xchg")
VLOG_RULE("store to referenced kptr disallowed", VLOG_BASE, "a referenced kernel pointer is stored with bpf_kptr_xchg")
VLOG_RULE("store to uptr disallowed", VLOG_BASE, "a user pointer in task storage is set from user space only")
VLOG_RULE("kptr in map can only be accessed using", VLOG_BASE, "read the kernel pointer with a plain u64 load; change it with bpf_kptr_xchg")
VLOG_RULE("kptr access cannot have variable offset", VLOG_BASE, "use the field's constant offset")
VLOG_RULE("kptr access misaligned", VLOG_BASE, "use the field's own offset, a multiple of 8")
VLOG_RULE("kptr access size must be BPF_DW", VLOG_BASE, "read the whole pointer with a u64 load")
VLOG_RULE("BPF_ST imm must be 0 when storing to kptr", VLOG_BASE, "only NULL can be stored there; use bpf_kptr_xchg for a pointer")
VLOG_RULE("cannot be accessed indirectly by helper", "",
	"locks, timers and kernel pointers in a value are used through their own helpers only; pass another part of it")
VLOG_RULE("map_ptr access not supported", VLOG_BASE, "struct bpf_map cannot be read on this kernel; keep what is needed in the program")
VLOG_RULE("Invalid read of # bytes from insn_array", VLOG_BASE, "a jump table is read in 8-byte entries")
VLOG_RULE("the minimal bound for a memory access is a negative", VLOG_LOOSE, "the offset may be negative; " VLOG_BOUND)
VLOG_RULE("the minimal bound for a memory access is", VLOG_LOOSE, "the offset leaves the memory; " VLOG_BOUND)
VLOG_RULE("the maximal bound for a memory access is", VLOG_LOOSE, "the largest offset leaves the memory; " VLOG_BOUND)
VLOG_RULE("invalid access of r# in call to bpf_", "", "the buffer passed is too small for the call; pass the size it has")
VLOG_RULE("invalid variable buffer offset", VLOG_BASE, "the buffer behind {r} is used at constant offsets only")
VLOG_RULE("invalid negative * buffer offset", VLOG_BASE, "the offset is below the start of the {1} buffer behind {r}")
VLOG_RULE("allocation size exceeds", VLOG_BASE, "the size asked for is too large; bound it")
VLOG_RULE("access cannot have variable offset", VLOG_BASE, "the field is used at its constant offset only")
VLOG_RULE("access size must be BPF_DW", VLOG_BASE, "the field is read whole, with a u64 load")
VLOG_RULE("access misaligned expected", VLOG_BASE, "the field is used at its own offset only")
VLOG_RULE("R# invalid * access off=# size=#", VLOG_BASE,
	"{i} uses {4} bytes at offset {3} of a {2} that are not there or not writable; check the field and its width")
VLOG_RULE("buffer access: off=#", VLOG_BASE, "offset {1} is outside the buffer; check the bounds before")
VLOG_RULE("invalid negative access", VLOG_BASE, "the offset from {r} may be negative; " VLOG_BOUND)
/* ---- bounds */
VLOG_RULE("invalid access to map value, value_size=# off=# size=0", VLOG_BASE, VLOG_SIZE_0)
VLOG_RULE("invalid access to map value, value_size=# off=# size=#", VLOG_BASE VLOG_AT_CALL,
	"{c} may use {3} bytes at offset {2} from {r}, which are outside the map's value of {1} bytes; pass a smaller "
	"size, bound an offset, or declare a larger value")
VLOG_RULE("invalid access to map value, value_size=# off=# size=#", VLOG_BASE,
	"{3} bytes at offset {2} from {r} are outside the map's value of {1} bytes; correct the offset, "
	"bound an index by the value's size, or declare a larger value")
VLOG_RULE("invalid access to map value pointer", VLOG_BASE,
	"the direct address lies outside the map's value, or the array has more than one entry: only the value of a "
	"one-entry array has an address; correct the offset, or look the element up")
VLOG_RULE("invalid access to map key, key_size=# off=# size=#", VLOG_BASE,
	"{3} bytes at offset {2} from {r} are outside the map's key of {1} bytes; correct the offset")
VLOG_RULE("invalid access to memory, mem_size=# off=# size=0", VLOG_BASE, VLOG_SIZE_0)
VLOG_RULE("invalid access to memory, mem_size=# off=# size=#", VLOG_BASE VLOG_AT_CALL,
	"{c} may use {3} bytes at offset {2}, which are outside the {1} bytes that {r} points to; pass a smaller size, or "
	"reserve more")
VLOG_RULE("invalid access to memory, mem_size=# off=# size=#", VLOG_BASE,
	"{3} bytes at offset {2} are outside the {1} bytes that {r} points to; correct the offset or "
	"reserve more")
VLOG_RULE("invalid access to memory", VLOG_BASE, "the access is outside the memory behind {r}; check the bounds")
VLOG_RULE("min value is negative, either use unsigned or", "",
	"the size in {r} may be negative for all the verifier knows; make it unsigned and bound it: "
	"'{r} &= MASK' or 'if {r} > MAX goto', right before {i}")
VLOG_RULE("min value is negative", "",
	"the index in {r} may be negative for all the verifier knows; compare it unsigned "
	"('if {r} > MAX goto') or mask it ('{r} &= MASK') before")
VLOG_RULE("unbounded memory access, use 'var &= const'", "",
	"the size in {r} has no upper limit; bound it before {i}: '{r} &= MASK' or "
	"'if {r} > MAX goto'")
VLOG_RULE("unbounded memory access", VLOG_LOOSE, "the offset in {r} has no upper limit; " VLOG_BOUND)
VLOG_RULE("max value is outside of the", VLOG_LOOSE,
	"the largest value that {r} may have leaves the memory; " VLOG_BOUND)
VLOG_RULE("min value is outside of the", VLOG_LOOSE,
	"the smallest value that {r} may have leaves the memory; correct the offset, or check the "
	"lower bound too")
VLOG_RULE("math between * pointer and register with unbounded min", VLOG_SRC,
	"{r} is added to a {1} pointer but may be negative or anything; bound it first, unsigned: "
	"'{r} &= MASK' or 'if {r} > LIMIT goto', on the register that is added")
VLOG_RULE("math between * pointer and register with unbounded", VLOG_SRC,
	"{r} is added to a {1} pointer but may be anything; " VLOG_BOUND)
VLOG_RULE("math between * pointer and #", VLOG_DST,
	"adding {2} moves the {1} pointer {r} too far; keep offsets small")
VLOG_RULE("makes * pointer be out of bounds", VLOG_SRC, "the sum leaves the {1}'s memory; bound {r} before adding it")
VLOG_RULE("pointer offset is not safe", VLOG_DST, "{r} was moved too far from what it points to; bound the offset first")
VLOG_RULE("pointer offset # is not allowed", VLOG_DST, "offset {1} moves {r} too far from what it points to")
VLOG_RULE("unbounded size, use 'var &= const'", "",
	"{c} needs a constant size in {r} on this kernel, one the verifier can see: '{r} = 8'")
VLOG_RULE("memory size # is too large", "", "the size passed is too large for a verified access; bound it lower")
VLOG_RULE("array range", VLOG_LOOSE, "the index may leave the map's value; " VLOG_BOUND)
VLOG_RULE("R# invalid zero-sized read", "",
	"the size in {r} that {c} takes is or may be 0: pass at least 1, and test one that varies ('if {r} == 0 goto') "
	"before")
VLOG_RULE("invalid zero-sized read", "",
	"a size that {c} takes is or may be 0: pass at least 1, and test one that varies ('if r2 == 0 goto') "
	"before; a map without keys (queue, stack, ring buffer) has calls of its own")
VLOG_RULE("zero-sized", "", "the size passed to {c} may be 0; test it first")
/* ---- stack */
VLOG_RULE("invalid read from stack R# off #+# size #", VLOG_BASE,
	"{i} reads {4} stack bytes at r10{2}, of which not all can be read: they were never written on this path, or a "
	"dynptr or iterator lies there; store there before reading")
VLOG_RULE("invalid read from stack off #+# size #", VLOG_BASE,
	"{i} reads {3} stack bytes at r10{1}, of which not all can be read: they were never written on this path, or a "
	"dynptr or iterator lies there; store there before reading")
VLOG_RULE("slot poisoned by dead code elimination", VLOG_BASE,
	"the stack slot is read only where the verifier thought nobody reads it; use a slot of its own")
VLOG_RULE("uninitialized stack read", VLOG_BASE, "write the stack bytes before they are read")
VLOG_RULE("invalid read from stack R# off *", VLOG_BASE,
	"the stack bytes that {i} reads were never written on this path; store there before reading")
VLOG_RULE("invalid read from stack off #", VLOG_BASE,
	"the stack bytes at r10{1} were never written on this path; store there before reading")
VLOG_RULE("invalid read from stack* off=# size=#", VLOG_BASE VLOG_AT_CALL VLOG_SIZED VLOG_OVER_TOP, VLOG_TOP_SIZED)
VLOG_RULE("invalid read from stack* off=# size=#", VLOG_BASE VLOG_AT_CALL VLOG_OVER_TOP, VLOG_TOP)
VLOG_RULE("invalid read from stack* off=# size=#", VLOG_BASE VLOG_IN_FRAME,
	"the {3} bytes at r10{2} were not all written on this path; store there before {i} reads them")
VLOG_RULE("invalid read from stack* off=# size=#", VLOG_BASE,
	"the {3} bytes at offset {2} are not in the frame: " VLOG_FRAME)
VLOG_RULE("invalid read from stack arg", "", "the function was not given that many arguments")
VLOG_RULE("invalid read from stack", VLOG_BASE,
	"the stack bytes that {i} reads were never written; store there before reading")
VLOG_RULE("invalid write to stack* off=# size=#", VLOG_BASE VLOG_AT_CALL VLOG_SIZED VLOG_OVER_TOP, VLOG_TOP_SIZED)
VLOG_RULE("invalid write to stack* off=# size=#", VLOG_BASE VLOG_AT_CALL VLOG_OVER_TOP, VLOG_TOP)
VLOG_RULE("invalid write to stack* off=# size=#", VLOG_BASE,
	"the {3} bytes at offset {2} are not in the frame: " VLOG_FRAME "; keep large data in a map "
	"(a one-entry per-CPU array)")
VLOG_RULE("invalid stack off=# size=#", VLOG_BASE,
	"the {2} bytes at offset {1} are not in the frame: " VLOG_FRAME "; keep large data in a map "
	"(a one-entry per-CPU array)")
VLOG_RULE("invalid indirect read from stack*off #+# size #", "",
	"{c} reads {4} stack bytes at r10{2}, of which not all were written; " VLOG_INIT)
VLOG_RULE("invalid indirect read from stack", "", "{c} reads stack bytes that were not all written; " VLOG_INIT)
VLOG_RULE("invalid indirect access to stack* off=# size=#", VLOG_BASE VLOG_AT_CALL VLOG_SIZED VLOG_OVER_TOP, VLOG_TOP_SIZED)
VLOG_RULE("invalid indirect access to stack* off=# size=#", VLOG_BASE VLOG_AT_CALL VLOG_OVER_TOP, VLOG_TOP)
VLOG_RULE("invalid stack type R# off=# access_size=#", VLOG_BASE VLOG_AT_CALL VLOG_SIZED VLOG_OVER_TOP, VLOG_TOP_SIZED)
VLOG_RULE("invalid stack type R# off=# access_size=#", VLOG_BASE VLOG_AT_CALL VLOG_OVER_TOP, VLOG_TOP)
VLOG_ALSO("invalid indirect access to stack* off=# size=#", "")
VLOG_RULE("invalid stack type R# off=# access_size=#", "",
	"{r} at offset {2} with {3} bytes is not inside the frame: " VLOG_FRAME
	"; pass a smaller size or a buffer in a map")
VLOG_RULE("invalid indirect access to stack", "", "{r} is not inside the frame; " VLOG_FRAME)
VLOG_RULE("invalid unbounded variable-offset", VLOG_BASE, "the stack offset in {r} is not limited; " VLOG_BOUND)
VLOG_RULE("unbounded indirect variable offset stack access", VLOG_BASE, /* Linux 5.2 to 5.11 */
	"the stack offset in {r} is not limited; " VLOG_BOUND)
VLOG_RULE("max value is outside of stack bound", "",
	"the stack offset in {r} may be too high for the bytes that are used; " VLOG_BOUND)
VLOG_RULE("min value is outside of stack bound", "",
	"the stack offset in {r} may be too low; " VLOG_FRAME "; " VLOG_BOUND)
VLOG_RULE("invalid variable-offset", VLOG_BASE,
	"the stack offset in {r} may leave the frame or reach bytes never written; bound the index "
	"and zero the whole buffer first")
VLOG_RULE("variable offset stack pointer cannot be passed", "",
	"{c} takes the stack at a constant offset only; use a fixed slot, or a buffer in a map")
VLOG_RULE("variable offset stack access prohibited", VLOG_BASE,
	"without privilege the stack is used at constant offsets only; keep an array that is indexed in a map")
VLOG_RULE("stack pointer arithmetic goes out of range", VLOG_DST, "the stack address leaves the frame; " VLOG_FRAME)
VLOG_RULE("pointer arithmetic of map value goes out of range", VLOG_DST, "the address leaves the map's value; bound the index first")
VLOG_RULE("spilled ptr in range of var-offset stack write", VLOG_BASE,
	"a store at a variable stack offset may hit a saved pointer; keep the array and saved registers apart, or use a map")
VLOG_RULE("uninit stack in range of var-offset write", VLOG_BASE, "zero the whole array before it is written at a variable offset")
VLOG_RULE("reading from stack", VLOG_BASE, "the stack bytes that {i} reads hold nothing that can be read; store there first")
VLOG_RULE("private stack", VLOG_NO_INSN, "use less stack, or the main stack: this JIT has no private one")
VLOG_RULE("variable stack access", VLOG_BASE,
	"the stack is used at constant offsets only on this kernel or without privilege; keep an "
	"array that is indexed in a map")
VLOG_RULE("variable stack read", VLOG_BASE, "the stack is read at constant offsets only; use a map for arrays")
VLOG_RULE("corrupt spilled pointer", VLOG_BASE,
	"{i} overwrites part of a pointer saved on the stack; give it a slot of its own")
VLOG_RULE("allocated_stack too small", VLOG_BASE, "{i} reads stack that was never written; store there first")
VLOG_RULE("cannot return stack pointer to the caller", "",
	"r0 is an address in the function's own frame, which ends with it; return a number, or write through a "
	"pointer that the caller passes")
VLOG_RULE("corrupted spill memory", VLOG_BASE, "part of a pointer saved on the stack was overwritten; use another slot")
VLOG_RULE("invalid size of register fill", VLOG_BASE,
	"a pointer saved on the stack must be loaded back whole, with a u64 load")
VLOG_RULE("invalid size of register spill", VLOG_BASE, "a pointer must be saved whole, with a u64 store")
VLOG_RULE("cannot spill pointers to stack into stack frame of the caller", VLOG_BASE,
	"a subprogram cannot store pointers into its caller's frame; return the value instead")
VLOG_RULE("leaking pointer from stack", VLOG_BASE, "without privilege a pointer cannot be copied as a number")
VLOG_RULE("combined stack size of # calls is #. Too large", VLOG_NO_INSN,
	"the functions of one chain of calls ({1} of them) use {2} bytes of stack together, 512 are allowed; use "
	"less in one of them, inline it, or keep data in a per-CPU array")
VLOG_RULE("tail_calls are not allowed when call stack", VLOG_NO_INSN,
	"with tail calls the functions above may use 256 bytes of stack; use less, or tail-call from "
	"the main program")
VLOG_RULE("stack size * too large", VLOG_NO_INSN, "use less stack: 512 bytes are allowed")
VLOG_RULE("stack size of subprog", VLOG_NO_INSN, "use less stack: 512 bytes are allowed in all; keep data in a map")
VLOG_RULE("the call stack of # frames is too deep", VLOG_NO_INSN,
	"at most 8 functions may be active: nest calls less deep; a function that calls itself is refused so, too")
VLOG_RULE("misaligned stack access *size #", VLOG_BASE,
	"{i} uses the stack through {r} at an offset that is not a multiple of its {2} bytes; move the "
	"slot to a multiple, or use narrower loads and stores")
VLOG_RULE("misaligned", VLOG_BASE VLOG_SCALAR,
	"{r} is no pointer but a plain number here; use {i} on an address: of the stack, of a map's value")
VLOG_RULE("misaligned", VLOG_BASE,
	"the offset from {r} is not a multiple of the width; align it, or use narrower loads and stores")
VLOG_RULE("subtraction from stack pointer prohibited", VLOG_DST,
	"{r} is a stack address; subtract constants only ('{r} += -8'), or add a bounded index to the "
	"buffer's lowest address")
/* ---- registers */
VLOG_RULE("R0 !read_ok", VLOG_AT_EXIT,
	"r0 is the result and has no value at {i}; set it on every path before exit: r0 = 0")
VLOG_RULE("!read_ok", VLOG_CALLBACK,
	"{r} is no argument of this callback and has no value: bpf_loop gives r1 and r2 (turn, context), a timer r1 to r3 "
	"(map, key, value), bpf_for_each_map_elem r1 to r4 (map, key, value, context)")
VLOG_RULE("!read_ok", VLOG_CLOBBER,
	"{r} lost its value: a call destroys r1 to r5; keep what is needed after it in r6 to r9 (the "
	"context too: 'r6 = r1' first)")
VLOG_RULE("R6 !read_ok", VLOG_AT_SKB,
	"a packet load takes the context from r6, which has no value: 'r6 = r1' at the start")
VLOG_RULE("!read_ok", "",
	"{r} has no value at {i} on this path; set it before (at the start r1 is the context, in a function r1 to r5 "
	"are its arguments and r6 to r9 its own; r0 is the result of a call, which destroys r1 to r5)")
VLOG_ALSO("R#(w) is not readable", "")
VLOG_RULE("is not readable", "", "{r} has no value at {i} on this path; set it before")
VLOG_RULE("stack arg# is not initialized", "", "write the outgoing stack argument right before the call")
VLOG_RULE("sign-extension part of pointer", VLOG_SRC, "{r} is a pointer: a sign-extending move takes part of it; use a plain r move")
VLOG_RULE("frame pointer is read only", VLOG_DST, "r10 cannot be changed; copy it first: r2 = r10, then r2 += -8")
VLOG_RULE("R# is invalid", "", "there are the registers r0 to r10 only; r{1} does not exist")
/* ---- pointers as numbers */
VLOG_ALSO("pointer arithmetic on *_or_null prohibited", VLOG_DST)
VLOG_RULE("null-check it first", VLOG_DST, "{r} may be NULL; " VLOG_NULL)
VLOG_ALSO("pointer arithmetic on pkt_end prohibited", VLOG_DST)
VLOG_RULE("pointer arithmetic on PTR_TO_PACKET_END prohibited", VLOG_DST, "the packet's end is only compared; add to the data pointer")
VLOG_ALSO("pointer arithmetic on map_ptr prohibited", VLOG_DST)
VLOG_RULE("pointer arithmetic on CONST_PTR_TO_MAP prohibited", VLOG_DST,
	"{r} is the map itself, not a value; look an element up and use r0")
VLOG_RULE("pointer arithmetic on * prohibited", VLOG_DST,
	"{r} is of type {1} and cannot be moved; use it as it is, with the offset in the load or store")
VLOG_RULE("pointer arithmetic with * operator prohibited", VLOG_DST,
	"{r} is a pointer: only addition and subtraction are allowed, not '{1}'")
VLOG_RULE("32-bit pointer arithmetic prohibited", VLOG_DST,
	"{r} is a pointer and needs 64-bit arithmetic; use r registers, not w")
VLOG_RULE("bitwise operator * on pointer prohibited", VLOG_DST,
	"{r} is a pointer: only addition and subtraction are allowed, not '{1}'")
VLOG_RULE("pointer # pointer prohibited", VLOG_DST, "two pointers cannot be added")
VLOG_RULE("pointer *= pointer prohibited", VLOG_DST,
	"two pointers cannot be combined by '{1}='; only pointers into the same object can be subtracted")
VLOG_RULE("pointer arithmetic prohibited", VLOG_DST,
	"{r} is a pointer: only addition and subtraction are allowed, in 64 bits; calculate on the number before")
VLOG_RULE("bitwise operation on pointer", VLOG_DST, "{r} is a pointer: only addition and subtraction are allowed")
VLOG_RULE("pointer arithmetic with it prohibited for !root", VLOG_DST,
	"without privilege this arithmetic on a pointer is not allowed; load with CAP_BPF and CAP_PERFMON")
VLOG_RULE("could not be pushed for speculative verification", VLOG_DST,
	"the program is too complex to be verified without privilege; load with CAP_BPF and CAP_PERFMON")
VLOG_RULE("pointer * pointer prohibited", VLOG_DST,
	"two pointers cannot be combined by '{1}'; only pointers into the same object can be subtracted")
VLOG_RULE("pointer operation", VLOG_DST, "{r} is a pointer and cannot be used in this operation")
VLOG_RULE("pointer comparison prohibited", VLOG_DST,
	"{r} is a pointer: compare it with 0, or a packet pointer with data_end; load what it points to before comparing values")
VLOG_RULE("tried to subtract pointer from scalar", VLOG_DST,
	"a pointer cannot be subtracted from a number; do it the other way round")
VLOG_RULE("mixed signed bounds", VLOG_SRC, "the sign of {r} is not known; compare it unsigned ('if {r} > MAX goto')")
VLOG_RULE("unknown scalar with", VLOG_SRC, "the range of {r} is not known; " VLOG_BOUND)
VLOG_RULE("unsupported alu operation", VLOG_DST, "this arithmetic on a pointer is not allowed without privilege")
VLOG_RULE("from different maps, paths", VLOG_DST,
	"without privilege a pointer must be of one map on all paths; load with CAP_BPF and CAP_PERFMON")
VLOG_RULE("beyond pointer bounds", VLOG_DST,
	"without privilege the sum must provably stay inside; bound the index, or load with CAP_BPF "
	"and CAP_PERFMON")
VLOG_RULE("pointer to stack cannot", VLOG_DST, "without privilege this use of a stack address is not allowed")
VLOG_RULE("partial copy of pointer", VLOG_SRC,
	"{r} is a pointer: its lower half (w register) cannot be taken without privilege")
VLOG_RULE("leaks addr as return value", "",
	"r0 is a pointer at exit; a program's result is a number: r0 = 0")
VLOG_RULE("leaks addr into ctx", VLOG_SRC, "{r} is a kernel address, which may not be stored in the context; store a number")
VLOG_RULE("leaks addr into", "",
	"{r} is a kernel address, which may not be stored or passed without privilege; store the value "
	"it points to, or load with CAP_BPF and CAP_PERFMON");
/* clang-format on */

const char *vlog_mem_rules(void)
{
	return vlog_mem_table;
}
