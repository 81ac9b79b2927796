/* SPDX-License-Identifier: MIT */
/*
 * bpfasm_insn.h - arrays of struct bpf_insn in C, with no assembler at run time.
 *
 *	static const struct bpf_insn count[] = {
 *		BPFASM_MOV64_IMM(BPFASM_REG_0, 0),			r0 = 0
 *		BPFASM_LD_MAP_FD(BPFASM_REG_1, 3),			r1 = map_fd(3) ll
 *		BPFASM_LDX_MEM(BPFASM_U32, BPFASM_REG_2, BPFASM_REG_6, 8), r2 = *(u32 *)(r6 +8)
 *		BPFASM_JMP_IMM(BPFASM_JEQ, BPFASM_REG_2, 7, 1),		if r2 == 7 goto pc+1
 *		BPFASM_CALL_HELPER(14),					call bpf_get_current_pid_tgid
 *		BPFASM_EXIT(),
 *	};
 *
 * Each macro is the initializer of one element, or of two where it says so.  It is a constant
 * expression if its arguments are; as a value it is (struct bpf_insn)BPFASM_EXIT().  Arguments are
 * evaluated once but for the 64-bit constant of BPFASM_LD_IMM64.  Offsets of jumps and calls are
 * counted in slots of 8 bytes from the one behind the instruction.  "4.14" and the like is the
 * first kernel that takes it; where there is none, all do.
 *
 * The names are those of the kernel's own filter.h behind BPFASM_ in place of BPF_, so nothing here
 * is in the way of <linux/bpf.h>, whose struct bpf_insn is used where the compiler can tell that it
 * is there (__has_include).  Where it cannot, or there is none, the struct is defined here: then
 * include <linux/bpf.h> before this file, if at all.
 */
#ifndef BPFASM_INSN_H
#define BPFASM_INSN_H

#include <stdint.h>

#if !defined(__LINUX_BPF_H__) && !defined(_UAPI__LINUX_BPF_H__) && !defined(BPFASM_OWN_BPF_INSN)
#if defined(__has_include)
#if __has_include(<linux/bpf.h>)
#include <linux/bpf.h>
#else
#define BPFASM_OWN_BPF_INSN 1
#endif
#else
#define BPFASM_OWN_BPF_INSN 1
#endif
/* the headers that rawbpf asm -f c writes have it, too */
#ifdef BPFASM_OWN_BPF_INSN
struct bpf_insn {
	uint8_t code;
	uint8_t dst_reg : 4, src_reg : 4;
	int16_t off;
	int32_t imm;
};
#endif
#endif

/* ---- numbers ----------------------------------------------------------------------------- */

/* registers; what a call returns, its arguments, those that calls keep, the stack's upper end */
#define BPFASM_REG_0  0
#define BPFASM_REG_1  1
#define BPFASM_REG_2  2
#define BPFASM_REG_3  3
#define BPFASM_REG_4  4
#define BPFASM_REG_5  5
#define BPFASM_REG_6  6
#define BPFASM_REG_7  7
#define BPFASM_REG_8  8
#define BPFASM_REG_9  9
#define BPFASM_REG_10 10
#define BPFASM_REG_FP 10

/* operations of BPFASM_ALU64_* and BPFASM_ALU32_* */
#define BPFASM_ADD  0x00
#define BPFASM_SUB  0x10
#define BPFASM_MUL  0x20
#define BPFASM_DIV  0x30 /* unsigned; signed: BPFASM_SDIV64_REG() ... */
#define BPFASM_OR   0x40
#define BPFASM_AND  0x50
#define BPFASM_LSH  0x60
#define BPFASM_RSH  0x70
#define BPFASM_MOD  0x90
#define BPFASM_XOR  0xa0
#define BPFASM_MOV  0xb0
#define BPFASM_ARSH 0xc0 /* signed; 32 bits: 5.0 */

/* conditions of BPFASM_JMP_* and BPFASM_JMP32_* */
#define BPFASM_JEQ  0x10
#define BPFASM_JGT  0x20 /* unsigned */
#define BPFASM_JGE  0x30
#define BPFASM_JSET 0x40 /* dst & src */
#define BPFASM_JNE  0x50
#define BPFASM_JSGT 0x60 /* signed */
#define BPFASM_JSGE 0x70
#define BPFASM_JLT  0xa0 /* unsigned; 4.14, as the next three */
#define BPFASM_JLE  0xb0
#define BPFASM_JSLT 0xc0
#define BPFASM_JSLE 0xd0

/* sizes of loads and stores */
#define BPFASM_U8  0x10
#define BPFASM_U16 0x08
#define BPFASM_U32 0x00
#define BPFASM_U64 0x18

/* operations of BPFASM_ATOMIC(); BPFASM_U32 and BPFASM_U64 only */
#define BPFASM_ATOMIC_ADD 0x00
#define BPFASM_ATOMIC_OR  0x40 /* 5.12, as all that follow */
#define BPFASM_ATOMIC_AND 0x50
#define BPFASM_ATOMIC_XOR 0xa0
#define BPFASM_FETCH	  0x01 /* or'ed to the four: src becomes what was there */
#define BPFASM_XCHG	  0xe1
#define BPFASM_CMPXCHG	  0xf1 /* compares with r0, which becomes what was there */

/* ---- any instruction --------------------------------------------------------------------- */

#ifdef __cplusplus /* there a value of another type may not be narrowed in braces */
#define BPFASM_OFF_(off) (int16_t)(off)
#define BPFASM_IMM_(imm) (int32_t)(imm)
#else
#define BPFASM_OFF_(off) (off)
#define BPFASM_IMM_(imm) (imm)
#endif

/* the five fields of a slot, in the order of struct bpf_insn */
#define BPFASM_INSN(code, dst, src, off, imm)                            \
	{                                                                \
		(code), (dst), (src), BPFASM_OFF_(off), BPFASM_IMM_(imm) \
	}

/* ---- arithmetic -------------------------------------------------------------------------- */

/* r1 += r2, r1 += 7 */
#define BPFASM_ALU64_REG(op, dst, src) BPFASM_INSN((op) | 0x0f, dst, src, 0, 0)
#define BPFASM_ALU64_IMM(op, dst, imm) BPFASM_INSN((op) | 0x07, dst, 0, 0, imm)
/* w1 += w2, w1 += 7: 32 bits, the upper half of dst becomes 0 */
#define BPFASM_ALU32_REG(op, dst, src) BPFASM_INSN((op) | 0x0c, dst, src, 0, 0)
#define BPFASM_ALU32_IMM(op, dst, imm) BPFASM_INSN((op) | 0x04, dst, 0, 0, imm)

/* r1 = r2, r1 = -7 (sign extended), w1 = w2, w1 = 7 */
#define BPFASM_MOV64_REG(dst, src) BPFASM_ALU64_REG(BPFASM_MOV, dst, src)
#define BPFASM_MOV64_IMM(dst, imm) BPFASM_ALU64_IMM(BPFASM_MOV, dst, imm)
#define BPFASM_MOV32_REG(dst, src) BPFASM_ALU32_REG(BPFASM_MOV, dst, src)
#define BPFASM_MOV32_IMM(dst, imm) BPFASM_ALU32_IMM(BPFASM_MOV, dst, imm)

/* r1 = (s8)r2: bits 8, 16 or 32; w1 = (s8)w2: 8 or 16; 6.6 */
#define BPFASM_MOVSX64_REG(dst, src, bits) BPFASM_INSN(0xbf, dst, src, bits, 0)
#define BPFASM_MOVSX32_REG(dst, src, bits) BPFASM_INSN(0xbc, dst, src, bits, 0)

/* r1 = -r1, w1 = -w1 */
#define BPFASM_NEG64(dst) BPFASM_INSN(0x87, dst, 0, 0, 0)
#define BPFASM_NEG32(dst) BPFASM_INSN(0x84, dst, 0, 0, 0)

/* r1 s/= r2, r1 s%= 7, w1 s/= w2 ...: signed; 6.6 */
#define BPFASM_SDIV64_REG(dst, src) BPFASM_INSN(0x3f, dst, src, 1, 0)
#define BPFASM_SDIV64_IMM(dst, imm) BPFASM_INSN(0x37, dst, 0, 1, imm)
#define BPFASM_SDIV32_REG(dst, src) BPFASM_INSN(0x3c, dst, src, 1, 0)
#define BPFASM_SDIV32_IMM(dst, imm) BPFASM_INSN(0x34, dst, 0, 1, imm)
#define BPFASM_SMOD64_REG(dst, src) BPFASM_INSN(0x9f, dst, src, 1, 0)
#define BPFASM_SMOD64_IMM(dst, imm) BPFASM_INSN(0x97, dst, 0, 1, imm)
#define BPFASM_SMOD32_REG(dst, src) BPFASM_INSN(0x9c, dst, src, 1, 0)
#define BPFASM_SMOD32_IMM(dst, imm) BPFASM_INSN(0x94, dst, 0, 1, imm)

/* r1 = le16 r1, r1 = be16 r1, r1 = bswap16 r1: 16, 32 or 64 bits, the others become 0; bswap 6.6 */
#define BPFASM_TO_LE(dst, bits) BPFASM_INSN(0xd4, dst, 0, 0, bits)
#define BPFASM_TO_BE(dst, bits) BPFASM_INSN(0xdc, dst, 0, 0, bits)
#define BPFASM_BSWAP(dst, bits) BPFASM_INSN(0xd7, dst, 0, 0, bits)

/* r1 = addr_space_cast(r2, dst_space, src_space); 6.9 */
#define BPFASM_ADDR_SPACE_CAST(dst, src, dst_space, src_space) \
	BPFASM_INSN(                                           \
		0xbf, dst, src, 1, (int32_t)((uint32_t)(dst_space) << 16 | (uint32_t)(src_space)))

/* ---- memory ------------------------------------------------------------------------------ */

/* r1 = *(u32 *)(r2 +8) */
#define BPFASM_LDX_MEM(size, dst, src, off) BPFASM_INSN((size) | 0x61, dst, src, off, 0)
/* r1 = *(s32 *)(r2 +8): BPFASM_U8, _U16, _U32; 6.6 */
#define BPFASM_LDX_MEMSX(size, dst, src, off) BPFASM_INSN((size) | 0x81, dst, src, off, 0)
/* *(u32 *)(r1 +8) = r2 */
#define BPFASM_STX_MEM(size, dst, src, off) BPFASM_INSN((size) | 0x63, dst, src, off, 0)
/* *(u32 *)(r1 +8) = 7 */
#define BPFASM_ST_MEM(size, dst, off, imm) BPFASM_INSN((size) | 0x62, dst, 0, off, imm)

/* lock *(u64 *)(r1 +8) += r2; r2 = atomic64_fetch_add((u64 *)(r1 +8), r2); ... */
#define BPFASM_ATOMIC(size, op, dst, src, off) BPFASM_INSN((size) | 0xc3, dst, src, off, op)
/* r1 = load_acquire((u32 *)(r2 +8)); 6.15 */
#define BPFASM_LOAD_ACQ(size, dst, src, off) BPFASM_INSN((size) | 0xc3, dst, src, off, 0x100)
/* store_release((u32 *)(r1 +8), r2); 6.15 */
#define BPFASM_STORE_REL(size, dst, src, off) BPFASM_INSN((size) | 0xc3, dst, src, off, 0x110)

/* r0 = *(u16 *)skb[12], r0 = *(u16 *)skb[r2 + 12]: bytes of a packet; r6 is the context */
#define BPFASM_LD_ABS(size, imm)      BPFASM_INSN((size) | 0x20, 0, 0, 0, imm)
#define BPFASM_LD_IND(size, src, imm) BPFASM_INSN((size) | 0x40, 0, src, 0, imm)

/* ---- 64-bit constants: two elements each ------------------------------------------------- */

/* what the others are made of: src says what the halves mean */
#define BPFASM_LD_IMM64_PAIR(dst, src, low, high) \
	BPFASM_INSN(0x18, dst, src, 0, low), BPFASM_INSN(0, 0, 0, 0, high)
/* r1 = 0x123456789 ll */
#define BPFASM_LD_IMM64(dst, imm64)                                        \
	BPFASM_LD_IMM64_PAIR(dst, 0, (int32_t)(uint32_t)(uint64_t)(imm64), \
		(int32_t)(uint32_t)((uint64_t)(imm64) >> 32))
/* r1 = map_fd(fd) ll */
#define BPFASM_LD_MAP_FD(dst, fd) BPFASM_LD_IMM64_PAIR(dst, 1, fd, 0)
/* r1 = map_value(fd, at) ll: the address of byte at in the map's only value; 5.2 */
#define BPFASM_LD_MAP_VALUE(dst, fd, at) BPFASM_LD_IMM64_PAIR(dst, 2, fd, at)
/* r1 = btf_id(id, btf_fd) ll: a variable of the kernel, btf_fd 0, or of a module; 5.10 */
#define BPFASM_LD_BTF_ID(dst, id, btf_fd) BPFASM_LD_IMM64_PAIR(dst, 3, id, btf_fd)
/* r1 = func(pc+off) ll: a callback; 5.13 */
#define BPFASM_LD_FUNC(dst, off) BPFASM_LD_IMM64_PAIR(dst, 4, off, 0)
/* r1 = map_idx(index) ll, r1 = map_idx_value(index, at) ll: a place in bpf_attr.fd_array; 5.14 */
#define BPFASM_LD_MAP_IDX(dst, index)		BPFASM_LD_IMM64_PAIR(dst, 5, index, 0)
#define BPFASM_LD_MAP_IDX_VALUE(dst, index, at) BPFASM_LD_IMM64_PAIR(dst, 6, index, at)

/* ---- jumps, calls ------------------------------------------------------------------------ */

/* goto pc+7; gotol pc+70000 (6.6); may_goto pc+7 (6.9); gotox r1 (6.19) */
#define BPFASM_GOTO(off)     BPFASM_INSN(0x05, 0, 0, off, 0)
#define BPFASM_GOTOL(off)    BPFASM_INSN(0x06, 0, 0, 0, off)
#define BPFASM_MAY_GOTO(off) BPFASM_INSN(0xe5, 0, 0, off, 0)
#define BPFASM_GOTOX(dst)    BPFASM_INSN(0x0d, dst, 0, 0, 0)

/* if r1 == r2 goto pc+7, if r1 == 5 goto pc+7 (imm is sign extended) */
#define BPFASM_JMP_REG(op, dst, src, off) BPFASM_INSN((op) | 0x0d, dst, src, off, 0)
#define BPFASM_JMP_IMM(op, dst, imm, off) BPFASM_INSN((op) | 0x05, dst, 0, off, imm)
/* if w1 == w2 goto pc+7, if w1 == 5 goto pc+7; 5.1 */
#define BPFASM_JMP32_REG(op, dst, src, off) BPFASM_INSN((op) | 0x0e, dst, src, off, 0)
#define BPFASM_JMP32_IMM(op, dst, imm, off) BPFASM_INSN((op) | 0x06, dst, 0, off, imm)

/* a helper by its number (BPF_FUNC_* of <linux/bpf.h>) */
#define BPFASM_CALL_HELPER(id) BPFASM_INSN(0x85, 0, 0, 0, id)
/* call pc+7: a function of this program; 4.16 */
#define BPFASM_CALL_FUNC(off) BPFASM_INSN(0x85, 0, 1, 0, off)
/* a function of the kernel by its BTF id; index of its module in fd_array, or 0; 5.13 */
#define BPFASM_CALL_KFUNC(id, index) BPFASM_INSN(0x85, 0, 2, index, id)
/* callx r1: what compilers write; no kernel takes it yet */
#define BPFASM_CALLX(dst) BPFASM_INSN(0x8d, dst, 0, 0, 0)
#define BPFASM_EXIT()	  BPFASM_INSN(0x95, 0, 0, 0, 0)

#endif
