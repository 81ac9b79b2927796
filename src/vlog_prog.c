// SPDX-License-Identifier: MIT
/*
 * vlog_prog.c - what the verifier says of the program as a whole, its maps and its BTF, as data.
 *
 * The words of Linux 4.4 to 7.x; see vlog_advice.h for the patterns.
 */
#include "vlog_advice.h"

/* clang-format off */
static const char vlog_prog_table[] =
/* ---- flow */
VLOG_RULE("unreachable insn #", VLOG_INSN_1,
	"no path leads to insn {1}: remove it, or look for a jump or an exit before it that is meant "
	"to be conditional")
VLOG_RULE("indirect jump out of range", VLOG_NO_INSN, "the jump table leads out of the function; rebuild the object")
VLOG_RULE("jump out of range from insn # to #", VLOG_INSN_1,
	"the jump at insn {1} leaves the program or its function (target {2}); jump to a label inside")
VLOG_RULE("jump into the middle of ldimm64 insn #", VLOG_INSN_1,
	"the jump lands in the second half of a 64-bit constant at insn {1}; such a load counts as two "
	"instructions")
VLOG_RULE("jump out of range", VLOG_NO_INSN, "a jump leaves the program or its function; jump to a label inside")
VLOG_RULE("jump into ldimm64", VLOG_NO_INSN, "a jump lands in the second half of a 64-bit constant, which counts as two instructions")
VLOG_RULE("back-edge is not allowed", VLOG_NO_INSN, "this kernel or user may not loop; unroll it (.irp)")
VLOG_RULE("infinite loop detected at insn #", VLOG_INSN_1,
	"the loop through insn {1} changes nothing that ends it; count in a register and compare it "
	"with a constant limit")
VLOG_RULE("loop detected", "", "this kernel may not loop; unroll it, or use Linux 5.3 or newer")
VLOG_RULE("BPF program is too large. Processed # insn", VLOG_NO_MORE VLOG_AT_BACK,
	"{1} steps were verified, more than a program may take, the last in the loop that {i} closes; " VLOG_LOOP)
VLOG_RULE("BPF program is too large. Processed # insn", VLOG_NO_MORE,
	"{1} steps were verified, more than a program may take, the last at {i}; " VLOG_LOOP)
VLOG_RULE("BPF program is too complex", VLOG_NO_INSN, VLOG_LOOP)
VLOG_RULE("liveness analysis exceeded complexity limit", VLOG_NO_INSN, VLOG_LOOP)
VLOG_RULE("too many iterations", VLOG_NO_INSN, VLOG_LOOP)
VLOG_RULE("invalid insn idx #", VLOG_NO_INSN, "the program runs past its end: end every path with exit")
VLOG_RULE("invalid program size", VLOG_NO_INSN, "the program has no instructions, or too many")
VLOG_RULE("16-bit range", VLOG_NO_INSN, "a jump is longer than 32767 instructions after rewriting; split the program, use functions")
VLOG_RULE("subprogram can fall through", VLOG_NO_INSN, "a function's end is reached without exit; end it with 'exit' or a jump")
VLOG_RULE("missing jump table", VLOG_NO_INSN, "the indirect jump needs its table (an insn_array map); compile without jump tables (-fno-jump-tables)")
VLOG_RULE("points to outside of jump table", "", "bound the index of the jump table first")
VLOG_RULE("sequence of # jumps is too complex", VLOG_NO_MORE,
	"more than {1} branches were pending; use fewer conditional jumps, above all in loops, or a "
	"table lookup")
VLOG_RULE("too many jumps", VLOG_NO_INSN, "too many branches; " VLOG_LOOP)
VLOG_RULE("prog is too big", VLOG_NO_INSN, "split the program with tail calls")
/* ---- result */
VLOG_RULE("At program exit the register R0 *should have been in (#; #)", "",
	"the program's result must be in ({2}; {3}): as {2} in all bits but those of {3}; set r0 to an allowed value before "
	"exit")
VLOG_RULE("At program exit the register R0 *should have been in *", "",
	"the program's result must be in {2}; set r0 to an allowed value before exit")
VLOG_RULE("At async callback return the register R0 *should have been in *", "",
	"the callback of a timer or work item must return a number in {2}; set r0 before its exit: r0 = 0")
VLOG_RULE("At callback return the register R0 *should have been in *", "",
	"a callback must return a number in {2}: for bpf_loop 0 goes on, 1 stops; set r0 before its exit")
VLOG_RULE("At * the register R0 is not a known value", "", "the result must be a number that the verifier can bound, not an address; set r0 before exit")
VLOG_RULE("the register R# is not a known value", "", "the value must be a number that the verifier can bound, not an address; set it before")
VLOG_RULE("At bpf_set_retval", "", "the value for bpf_set_retval is outside what this hook allows")
VLOG_RULE("R0 not a scalar value", "", "the result in r0 must be a number; set r0 before exit")
VLOG_RULE("At * the register R0 *should have been", "", "the result in r0 is outside what is allowed here; set it before exit")
VLOG_RULE("R0 is not a known value", "", "the result in r0 must be a number within limits; set r0 before exit")
VLOG_RULE("R0 has *should have been in", "", "the result in r0 is outside what is allowed here; set it before exit")
/* ---- encoding */
VLOG_RULE("unknown opcode cb", "", VLOG_SMALL_ATOMIC)
VLOG_RULE("unknown opcode d3", "", VLOG_SMALL_ATOMIC)
VLOG_RULE("unknown opcode 8d", "",
	"8d is callx, a call through a register, which no kernel takes: call the function by its name, or choose one by "
	"branches; bpf_tail_call takes an index")
VLOG_RULE("unknown opcode *", "",
	"operation code {1} is not known to this kernel: a damaged instruction, or one that is newer "
	"(atomic operations: Linux 5.12, cpu v4: 6.6); assemble for an older instruction set")
VLOG_RULE("BPF_ST stores into R# * is not allowed", "", "r{1} ({2}) cannot be written by a constant store on this kernel; use a register")
VLOG_RULE("BPF_LD_[ABS|IND] cannot be mixed with", "", "release what was acquired before the packet load")
VLOG_RULE("BPF_LD_[ABS|IND] cannot be used inside", "", "leave the region or release what was acquired before the packet load")
VLOG_RULE("cannot use BPF_LD_[ABS|IND] within callback", "", "a packet load may end the program: not in a callback")
VLOG_RULE("at the time of BPF_LD_ABS|IND R6 != pointer to skb", "", "packet loads need the context in r6: 'r6 = r1' at the start")
VLOG_RULE("LD_ABS is not allowed in subprogs without BTF", VLOG_NO_INSN, "a function with packet loads needs BTF, and returns int")
VLOG_RULE("LD_ABS is only allowed in functions that return 'int'", VLOG_NO_INSN, "a function with packet loads must return int")
VLOG_RULE("tail_call is not allowed in subprogs without BTF", VLOG_NO_INSN, "a function that tail-calls needs BTF, and returns int")
VLOG_RULE("tail_call is only allowed in functions that return 'int'", VLOG_NO_INSN, "a function that tail-calls must return int")
VLOG_RULE("invalid BPF_LD_IMM insn", VLOG_NO_INSN,
	"a 64-bit constant takes two instruction slots, the second with code and registers 0")
VLOG_RULE("invalid bpf_ld_imm64 insn", VLOG_NO_INSN,
	"a 64-bit constant takes two instruction slots, the second with code and registers 0; the second "
	"is missing or filled")
VLOG_RULE("unrecognized bpf_ld_imm64 insn", VLOG_NO_INSN,
	"the source register field of a 64-bit load says what it loads (0 number, 1 map, 2 map value, "
	"4 function); this kernel does not know the value given")
VLOG_RULE("bad bpf_ld_imm64 insn", VLOG_NO_INSN, "a 64-bit constant takes two instruction slots; one is damaged")
VLOG_RULE("uses invalid atomic opcode *", "",
	"atomic operation {1} does not exist: add, or, and, xor, xchg, cmpxchg, each with or without fetch")
VLOG_RULE("invalid atomic operand size", "", "atomic operations take 4 or 8 bytes; use u32 or u64")
VLOG_ALSO("atomic stores into R# * is not allowed", "")
VLOG_ALSO("BPF_ATOMIC stores into R#", "")
VLOG_RULE("BPF_XADD stores into R#", "", "r{1} cannot be changed atomically; use stack or map memory")
VLOG_RULE("BPF_EXIT uses reserved fields", "",
	"an exit instruction has a register, an offset or a constant set; all must be 0")
VLOG_RULE("BPF_STX uses reserved fields", "",
	"the store's fields are not what this kernel knows (atomic operations other than add came with "
	"Linux 5.12); use 'lock *(u64 *)(r1 +0) += r2'")
VLOG_RULE("BPF_NEG uses reserved fields", "", "a negation has no source and no offset; the fields must be 0")
VLOG_RULE("BPF_END uses reserved fields", "",
	"a byte swap takes 16, 32 or 64 bits; 'bswap' came with Linux 6.6 (cpu v4)")
VLOG_RULE("BPF_MOV uses reserved fields", "",
	"a move has fields set that this kernel does not know: sign-extending moves came with Linux 6.6 (cpu v4), addr_space_cast with 6.9")
VLOG_RULE("BPF_ALU uses reserved fields", "",
	"an arithmetic instruction has fields set that this kernel does not know: signed division came with Linux 6.6 (cpu v4)")
VLOG_RULE("BPF_LDX uses reserved fields", "", "a load has its constant set, which must be 0")
VLOG_RULE("BPF_ST uses reserved fields", "", "a store of a constant has its source register set, which must be 0")
VLOG_RULE("BPF_JA uses reserved fields", "",
	"a jump has fields set that this kernel does not know: the long jump (gotol) came with Linux 6.6 (cpu v4)")
VLOG_ALSO("BPF_JMP/JMP32 uses reserved fields", "")
VLOG_RULE("BPF_JMP uses reserved fields", "", "a conditional jump has both a register and a constant; one must be 0")
VLOG_RULE("BPF_LD_[ABS|IND] uses reserved fields", "", "a packet load has fields set that must be 0")
VLOG_RULE("BPF_LD_IMM64 uses reserved fields", "",
	"a 64-bit load has its offset set, or is of a kind that this kernel does not know")
VLOG_RULE("uses reserved fields", "",
	"fields that must be 0 are set; " VLOG_ENCODING)
VLOG_ALSO("invalid may_goto off", VLOG_NO_INSN)
VLOG_RULE("invalid may_goto imm", VLOG_NO_INSN, "may_goto takes a 16-bit offset and no constant")
VLOG_RULE("addr_space_cast insn", "", "addr_space_cast needs an arena map in the program, and goes between address space 1 and 0")
VLOG_RULE("requires a program with an associated arena", "", "use an arena map in the program")
VLOG_RULE("BPF_ATOMIC loads from R# *", "", "{r} cannot be read atomically; use stack or map memory")
VLOG_RULE("arena", VLOG_NO_INSN, "an arena (Linux 6.9) needs the JIT, CAP_BPF and CAP_PERFMON, one map in a program, mapped or with map_extra set")
VLOG_RULE("div by zero", VLOG_DST, "{i} divides {r} by the constant 0; use another divisor")
VLOG_RULE("invalid shift #", VLOG_DST, "{i} shifts {r} by {1}: the count must be below the width, 64 bits (32 for w registers)")
VLOG_RULE("invalid BPF_", VLOG_NO_INSN, VLOG_ENCODING)
VLOG_RULE("invalid operand size", VLOG_NO_INSN, VLOG_ENCODING)
VLOG_RULE("unknown insn class", VLOG_NO_INSN, VLOG_ENCODING)
VLOG_RULE("BPF_LD_[ABS|IND] instructions not allowed", VLOG_NO_INSN,
	"these packet loads are for socket filters; read the context or use bpf_skb_load_bytes")
/* ---- maps */
VLOG_RULE("fd # is not pointing to valid bpf_map", VLOG_NO_INSN,
	"file descriptor {1} in the program is not a map of this process: create the map first and put "
	"its descriptor into the instruction")
VLOG_RULE("fd_idx # is not a map", VLOG_NO_INSN, "entry {1} of the load's fd_array is not a map")
VLOG_RULE("fd_idx without fd_array", VLOG_NO_INSN,
	"a map told by a number ('map_idx(N)') is the N-th of the load's fd_array, and this load has none: name the map, 'rN = &MAP'")
VLOG_RULE("fd_idx", VLOG_NO_INSN, "the load's fd_array does not have what the instruction asks for")
VLOG_RULE("fd_array", VLOG_NO_INSN, "the load's fd_array does not have what the program asks for")
VLOG_RULE("not pointing to valid bpf_map", VLOG_NO_INSN, "a file descriptor in the program is not a map; create the map first")
VLOG_RULE("total number of maps per program", VLOG_NO_INSN, "a program uses at most 64 maps; put several into one with a larger key")
VLOG_RULE("total number of btfs per program", VLOG_NO_INSN, "too many modules' BTF; use kernel functions of fewer modules")
VLOG_RULE("same insn cannot be used with different", "",
	"{i} reaches different kinds of memory on different paths; use an instruction of its own on each path")
VLOG_RULE("offload device mismatch", VLOG_NO_INSN, "program and map are for different devices")
VLOG_RULE("bpf_struct_ops map cannot be used in prog", VLOG_NO_INSN, "a struct_ops map cannot be used by a program")
VLOG_RULE("tracing progs cannot use bpf_wq", VLOG_NO_INSN, "tracing programs cannot use work queues on this kernel; use another program type")
VLOG_RULE("signed program", VLOG_NO_INSN, "a signed program may use only what its signature covers: sign it with these maps")
VLOG_RULE("signature verification failed", VLOG_NO_INSN, "the program's signature does not fit; sign it again, with a key of that keyring")
VLOG_RULE("signing keyring", VLOG_NO_INSN, "the keyring named with the load is not there")
VLOG_RULE("signed metadata", VLOG_NO_INSN, "the signed map cannot be read; freeze it and let no other program have it")
VLOG_RULE("Failed to properly initialize insn array", VLOG_NO_INSN, "the jump table does not fit the program; rebuild the object")
VLOG_RULE("doesn't point to any offset in map", "", "the jump table has no entry there; bound the index first")
VLOG_RULE("expected PTR_TO_INSN", "", "an indirect jump takes an entry of a jump table (an insn_array map)")
VLOG_RULE("only one cgroup storage of each type", VLOG_NO_INSN, "a program uses one cgroup storage of each type")
VLOG_RULE("tracing progs cannot use bpf_timer", VLOG_NO_INSN, "tracing programs cannot use timers on this kernel; use another program type")
VLOG_RULE("tracing progs cannot use bpf_{list_head,rb_root}", VLOG_NO_INSN, "tracing programs cannot use lists and trees on this kernel")
VLOG_RULE("cannot be used in tracing programs", "", "tracing programs run in NMIs, where this is not allowed; use another program type")
VLOG_RULE("socket filter progs cannot use", VLOG_NO_INSN, "a socket filter cannot use this; use another program type")
VLOG_RULE("excl_prog_hash", VLOG_NO_INSN, "the map is for another program only")
VLOG_RULE("only use preallocated hash map", VLOG_NO_INSN,
	"this program type needs hash maps allocated in advance; create the map without BPF_F_NO_PREALLOC")
VLOG_ALSO("trace type BPF program uses run-time allocation", VLOG_NO_INSN)
VLOG_RULE("run-time allocated hash maps are unsafe", VLOG_NO_INSN, "create the map without BPF_F_NO_PREALLOC")
VLOG_RULE("Sleepable programs can only use", VLOG_NO_INSN, "use a map of a kind that this kernel names, or a program that is not sleepable")
VLOG_RULE("direct value offset of # is not allowed", VLOG_NO_INSN, "the offset {1} is outside the map's value")
VLOG_RULE("no direct value access support", VLOG_NO_INSN, "only array maps have an address; look the element up")
VLOG_RULE("cannot use * map", VLOG_NO_INSN, "this program type cannot use the map type {1}")
VLOG_RULE("can only use", VLOG_NO_INSN, "this program type takes other kinds of maps; see bpf-helpers(7)")
VLOG_RULE("The used_maps exceeds", VLOG_NO_INSN, "a program uses at most 64 maps; put several into one with a larger key")
/* ---- where it attaches, BTF */
VLOG_RULE("attach_btf_id # is not a function", VLOG_NO_INSN, "fentry and fexit attach to functions; this BTF id is another type")
VLOG_RULE("Attaching tracing programs to function '*' is rejected", VLOG_NO_INSN,
	"{1} cannot be traced by fentry or fexit; use a kprobe or another function")
VLOG_RULE("on *noreturn function '*' is rejected", VLOG_NO_INSN, "{2} never returns: fexit would never run; use fentry")
VLOG_RULE("Private stack not supported", VLOG_NO_INSN, "this JIT has no private stack; use less stack")
VLOG_RULE("freplace programs with", VLOG_NO_INSN, "the function replaced takes too many arguments")
VLOG_RULE("Cannot nest tracing program attach more than once", VLOG_NO_INSN, "a tracing program that traces another cannot be traced itself")
VLOG_RULE("Cannot recursively attach", VLOG_NO_INSN, "a tracing program cannot be attached to one of its own kind")
VLOG_RULE("Cannot replace static functions", VLOG_NO_INSN, "freplace replaces global functions only")
VLOG_RULE("Cannot replace kernel functions", VLOG_NO_INSN, "freplace replaces functions of programs only")
VLOG_RULE("Cannot extend fentry/fexit", VLOG_NO_INSN, "a tracing program cannot be replaced in part")
VLOG_RULE("Extension program", VLOG_NO_INSN, "the replacing function must do no more than the one that it replaces, and needs the JIT")
VLOG_RULE("Can attach to only JITed progs", VLOG_NO_INSN, "the program traced must be JIT compiled: net.core.bpf_jit_enable=1")
VLOG_RULE("Only FENTRY/FEXIT*progs are attachable to another BPF prog", VLOG_NO_INSN, "use fentry or fexit to trace a program")
VLOG_RULE("Subprog * doesn't exist", VLOG_NO_INSN, "the program traced has no function {1}")
VLOG_ALSO("FENTRY/FEXIT program can only be attached to another program annotated with BTF", VLOG_NO_INSN)
VLOG_RULE("Tracing program can only be attached to another program annotated with BTF", VLOG_NO_INSN, "the program traced has no BTF")
VLOG_RULE("Target program bound device mismatch", VLOG_NO_INSN, "the program traced belongs to another device")
VLOG_RULE("attach_btf_id # is invalid", VLOG_NO_INSN, "BTF id {1} is not in this kernel; take it from the running kernel's BTF")
VLOG_RULE("attach_btf_id # doesn't have a name", VLOG_NO_INSN, "BTF id {1} is no function; take the id from the running kernel's BTF")
VLOG_RULE("attach_btf_id # is not a typedef", VLOG_NO_INSN, "tp_btf attaches to 'btf_trace_NAME'; take the id from the running kernel's BTF")
VLOG_RULE("attach_btf_id # points to wrong type name *", VLOG_NO_INSN,
	"the name does not fit the program type: tp_btf attaches to 'btf_trace_NAME', lsm to 'bpf_lsm_HOOK', not to {2}")
VLOG_RULE("attach_btf_id # points to disabled hook", VLOG_NO_INSN, "programs cannot attach to this hook on this kernel; use another")
VLOG_RULE("attach_btf_id # is not a supported struct", VLOG_NO_INSN, "this kernel has no struct_ops of that type")
VLOG_RULE("Sleepable program cannot attach to non-faultable tracepoint *", VLOG_NO_INSN, "tracepoint {1} cannot run sleepable programs; drop the '.s' from the section")
VLOG_RULE("Attach to function * with a >8 byte return value", VLOG_NO_INSN, "{1} returns more than 8 bytes; use fentry or a kretprobe")
VLOG_RULE("The address of function * cannot be found", VLOG_NO_INSN, "{1} was inlined or is hidden on this kernel; use a kprobe or another function")
VLOG_RULE("can't modify return codes", VLOG_NO_INSN, "this cannot be changed; use fexit to look at it")
VLOG_RULE("is not modifiable", VLOG_NO_INSN, "fmod_ret is for functions that allow error injection, and security_ hooks; use fexit")
VLOG_RULE("BPF_LSM_CGROUP that attach to void LSM hooks", "", "a void hook has no return value to set")
VLOG_RULE("Syscall programs can only be sleepable", VLOG_NO_INSN, "load the program as sleepable (BPF_F_SLEEPABLE)")
VLOG_RULE("Program of this type cannot be sleepable", VLOG_NO_INSN, "drop the '.s' from the section")
VLOG_RULE("programs can be sleepable", VLOG_NO_INSN, "drop the '.s' from the section: this program type cannot sleep")
VLOG_RULE("JIT does not support fsession", VLOG_NO_INSN, "use fentry and fexit")
VLOG_RULE("LSM programs must have a GPL", VLOG_NO_INSN, "declare a GPL-compatible licence (.license \"GPL\")")
VLOG_RULE("struct ops programs must have a GPL", VLOG_NO_INSN, "declare a GPL-compatible licence (.license \"GPL\")")
VLOG_RULE("struct_ops module * is not found", VLOG_NO_INSN, "load the module {1} first")
VLOG_RULE("attach to unsupported member *of struct *", VLOG_NO_INSN,
	"this kernel does not let a program be member {1} of struct {2}; leave it out")
VLOG_RULE("attach to invalid member", VLOG_NO_INSN, "this kernel's struct has no such member; rebuild against its BTF")
VLOG_RULE("ldimm64 unable to resolve the size of type '*'", VLOG_NO_INSN, "the kernel variable's type {1} has no size in its BTF")
VLOG_RULE("ldimm64 failed to find the address for kernel symbol '*'", VLOG_NO_INSN, "this kernel's list of symbols has no {1} (variables are in it with CONFIG_KALLSYMS_ALL only)")
VLOG_RULE("in ldimm64 isn't KIND_VAR or KIND_FUNC", VLOG_NO_INSN, "the BTF id of the extern is no variable and no function")
VLOG_RULE("ldimm64 insn specifies invalid btf_id #", VLOG_NO_INSN, "BTF id {1} is not in this kernel; take it from the running kernel's BTF")
VLOG_RULE("kernel is missing BTF, make sure CONFIG_DEBUG_INFO_BTF=y", VLOG_NO_INSN, "use a kernel built with CONFIG_DEBUG_INFO_BTF")
VLOG_RULE("missing btf func_info", VLOG_NO_INSN,
	"a callback or global function needs BTF: keep .BTF and .BTF.ext in the object (compile with -g), and a loader that passes them")
VLOG_RULE("is not traceable", VLOG_NO_INSN, "the kernel does not allow tracing of this function; use another")
VLOG_ALSO("Tracing programs must provide btf_id", VLOG_NO_INSN)
VLOG_RULE("program must provide btf_id", VLOG_NO_INSN, "name the function in the section: 'fentry/FUNCTION'")
VLOG_RULE("func '*' doesn't have #-th argument", VLOG_BASE, "{1} has fewer arguments; check the number")
VLOG_RULE("func '*' arg# ", VLOG_BASE, "this argument of {1} cannot be read so; copy it with bpf_probe_read_kernel")
VLOG_RULE("func '*' offset # is not multiple of 8", VLOG_BASE,
	"arguments of {1} are u64 words: the offset must be a multiple of 8")
VLOG_RULE("func_info", VLOG_NO_INSN,
	"the function table in .BTF.ext does not fit the program's functions; rebuild the object, or load "
	"it without BTF")
VLOG_ALSO("missing bpf_line_info for", VLOG_NO_INSN)
VLOG_RULE("line_info", VLOG_NO_INSN,
	"the line table in .BTF.ext does not fit the program; rebuild the object, or load it without BTF")
VLOG_RULE("func info", VLOG_NO_INSN,
	"the function table in .BTF.ext does not fit the program's functions; rebuild the object, or load it without BTF")
VLOG_RULE("reserved field (insn[1].imm)", VLOG_NO_INSN, "a 64-bit load of a kernel variable has its second half filled; it must be 0")
VLOG_RULE("pseudo btf_id # in ldimm64", VLOG_NO_INSN, "BTF id {1} is no variable of this kernel; take it from the running kernel's BTF")
VLOG_RULE("String section is not at the end", VLOG_NO_INSN, "the object's BTF is damaged; rebuild the object")
VLOG_RULE("number of funcs", VLOG_NO_INSN, "the function table in .BTF.ext does not fit the program; rebuild the object")
VLOG_RULE("in-kernel BTF is malformed", VLOG_NO_INSN, "the kernel's own BTF is damaged: check its build (pahole's version)")
VLOG_RULE("Member exceeds struct_size", VLOG_NO_INSN,
	"by the object's BTF a member lies behind the end of its struct; rebuild the object")
VLOG_RULE("Invalid arg@#", VLOG_NO_INSN,
	"by the object's BTF argument {1} of the function has no name, or no type that an argument can have; rebuild the object")
VLOG_RULE("Loop detected", VLOG_NO_INSN, "by the object's BTF a type contains itself; it can hold a pointer to itself only")
VLOG_RULE("Array size overflows U32_MAX", VLOG_NO_INSN, "by the object's BTF an array has 4 GiB or more; make it smaller")
VLOG_RULE("nr_bits exceeds type_size", VLOG_NO_INSN, "by the object's BTF a number has more bits than its bytes hold; rebuild the object")
VLOG_RULE("Invalid kind:#", VLOG_NO_INSN,
	"this kernel knows no type of kind {1}: the object's BTF is newer or damaged; load it without BTF, or let the compiler "
	"write less of it")
VLOG_ALSO("btf_header not found", VLOG_NO_INSN)
VLOG_RULE("Invalid string section", VLOG_NO_INSN, "the object's BTF is damaged or cut; rebuild the object")
VLOG_RULE("Invalid BTF", VLOG_NO_INSN, "the object's BTF is newer than this kernel or damaged; load it without BTF")
VLOG_RULE("Invalid name", VLOG_NO_INSN, "a name in the object's BTF is not a C identifier; rename it")
VLOG_RULE("Invalid type_id", VLOG_NO_INSN, "the object's BTF refers to a type that is not there; rebuild it")
VLOG_RULE("Unsupported", VLOG_NO_INSN, "the object's BTF is newer than this kernel; load it without BTF")
/* ---- libbpf's own words, in place of the kernel's about an instruction that it poisoned */
VLOG_RULE("failed to resolve CO-RE relocation <*> [#] * (", "",
	"this kernel has no {3}, so libbpf put what no kernel takes into the place of {i}: ask before whether it is there "
	"(bpf_core_field_exists; in a text 'r2 = exists(TYPE.FIELD)'), or use what this kernel has")
VLOG_RULE("failed to resolve CO-RE relocation", "",
	"{i} uses a field or type that this kernel does not have: ask before whether it is there (bpf_core_field_exists; in a "
	"text 'r2 = exists(TYPE.FIELD)'), or use what this kernel has")
VLOG_RULE("kfunc '*' is referenced but wasn't resolved", "",
	"this kernel and its modules have no function {1}, which is weak and must not be called then: ask before, in C "
	"'if (bpf_ksym_exists({1}))', or load the module")
VLOG_RULE("BPF map '*' is referenced but wasn't created", "",
	"map {1} was left out (bpf_map__set_autocreate), so {i} must not be reached: ask before, with a constant in .rodata, or "
	"let the map be created")
/* ---- suggestions of 7.3, when they are all that is left of a log */
VLOG_RULE("that can invalidate it.", VLOG_SUGGESTED, VLOG_NUMBER)
VLOG_RULE("the accepted pointer or scalar types for this call", VLOG_NO_INSN VLOG_SUGGESTED,
	"an argument of a call has another type than the helper takes; what bpf_ringbuf_submit or "
	"_discard took cannot be used again")
VLOG_RULE("Add a NULL check and", VLOG_NO_INSN VLOG_SUGGESTED, "an argument of a call may be NULL; compare it with 0 first")
VLOG_RULE("Add a NULL check before", VLOG_NO_INSN VLOG_SUGGESTED, "a pointer may be NULL; compare it with 0 first")
VLOG_RULE("Add or adjust a bounds check", VLOG_NO_INSN VLOG_SUGGESTED, "an offset or index may leave the memory; bound it first")
VLOG_RULE("Clamp or bounds-check", VLOG_NO_INSN VLOG_SUGGESTED, "an offset added to a pointer is not limited; bound it first")
VLOG_RULE("on every path before this instruction", VLOG_NO_INSN VLOG_SUGGESTED, "a register is read that was not set on every path")
VLOG_RULE("Release or transfer ownership", VLOG_NO_INSN VLOG_SUGGESTED,
	"release what was acquired (bpf_ringbuf_submit or _discard) on every path");
/* clang-format on */

const char *vlog_prog_rules(void)
{
	return vlog_prog_table;
}
