// SPDX-License-Identifier: MIT
/*
 * usdtemit.c - the instructions that read an operand of a USDT probe.
 *
 * A value in a register is one load from the context, of as many bytes as it has.  One in memory is
 * copied by a helper, since no instruction can read a process:
 *
 *	r3 = *(u64 *)(r1 +152)		; -4@8(%rsp,%rax,4)
 *	r0 = *(u64 *)(r1 +80)
 *	r0 <<= 2
 *	r3 += r0
 *	r3 += 8
 *	*(u64 *)(r10 -16) = 0		; what remains when it cannot be read
 *	r1 = r10
 *	r1 += -16
 *	r2 = 4
 *	call bpf_probe_read_user
 *	r0 = *(u32 *)(r10 -16)
 *	r0 <<= 32
 *	r0 s>>= 32
 *
 * The loader makes it bpf_probe_read where the kernel has only that (before Linux 5.5).
 *
 * Variables of a thread (%fs:) begin at an address that only the task has, and its copy takes the
 * slot.  Where registers take part as well, what they say must be kept meanwhile, and nothing but
 * the slot is there to keep it: so the address is copied in two parts.  What is added to it are 32
 * bits with a sign, as all distances from a thread's pointer; that plus the lower 32 bits takes 5
 * bytes of the slot at most, which leaves 3 for the upper bits of an address.
 */
#include "usdtcode.h"

#include "rawbpf.h"

enum {
	USDTEMIT_LD_IMM64 = 0x18,
	USDTEMIT_LDX_W = 0x61,
	USDTEMIT_LDX_H = 0x69,
	USDTEMIT_LDX_B = 0x71,
	USDTEMIT_LDX = 0x79,
	USDTEMIT_ST = 0x7a,
	USDTEMIT_STX_W = 0x63,
	USDTEMIT_STX_B = 0x73,
	USDTEMIT_ADD_K = 0x07,
	USDTEMIT_ADD = 0x0f,
	USDTEMIT_LSH = 0x67,
	USDTEMIT_RSH = 0x77,
	USDTEMIT_ARSH = 0xc7,
	USDTEMIT_MOV_K = 0xb7,
	USDTEMIT_MOV = 0xbf,
	USDTEMIT_CALL = 0x85,
	USDTEMIT_FP = 10, /* r10 */
	/* helpers */
	USDTEMIT_CURRENT_TASK = 35, /* Linux 4.8 */
	USDTEMIT_READ_USER = 112,   /* 5.5, as the next */
	USDTEMIT_READ_KERNEL = 113,
};

struct usdtemit {
	struct rawbpf_insn *out;
	uint32_t n;
	int32_t slot;
};

static void usdtemit_put(
	struct usdtemit *m, unsigned code, unsigned dst, unsigned src, int32_t off, int64_t imm)
{
	struct rawbpf_insn *i = &m->out[m->n++];

	i->code = (uint8_t)code;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	i->regs = (uint8_t)(dst | src << 4);
#else
	i->regs = (uint8_t)(dst << 4 | src);
#endif
	i->off = (int16_t)off;
	i->imm = (int32_t)imm;
}

static unsigned usdtemit_load_code(unsigned size)
{
	switch (size) {
	case 1: return USDTEMIT_LDX_B;
	case 2: return USDTEMIT_LDX_H;
	case 4: return USDTEMIT_LDX_W;
	default: return USDTEMIT_LDX;
	}
}

/* What a number of so many bytes in reg means as 64 bits. */
static void usdtemit_widen(struct usdtemit *m, unsigned reg, unsigned bits, bool is_signed)
{
	if (bits >= 64)
		return;
	usdtemit_put(m, USDTEMIT_LSH, reg, 0, 0, 64 - bits);
	usdtemit_put(m, is_signed ? USDTEMIT_ARSH : USDTEMIT_RSH, reg, 0, 0, 64 - bits);
}

/* A load leaves zeroes above what it has read. */
static void usdtemit_load(
	struct usdtemit *m, unsigned reg, unsigned from, int32_t off, unsigned size, bool is_signed)
{
	usdtemit_put(m, usdtemit_load_code(size), reg, from, off, 0);
	if (is_signed)
		usdtemit_widen(m, reg, size * 8, true);
}

static void usdtemit_const(struct usdtemit *m, unsigned reg, int64_t v)
{
	if (v == (int32_t)v) {
		usdtemit_put(m, USDTEMIT_MOV_K, reg, 0, 0, v);
		return;
	}
	usdtemit_put(m, USDTEMIT_LD_IMM64, reg, 0, 0, (int32_t)(uint64_t)v);
	usdtemit_put(m, 0, 0, 0, 0, (int32_t)((uint64_t)v >> 32));
}

/* reg += v, by way of tmp when it is a long number */
static void usdtemit_add(struct usdtemit *m, unsigned reg, unsigned tmp, int64_t v)
{
	if (!v)
		return;
	if (v == (int32_t)v) {
		usdtemit_put(m, USDTEMIT_ADD_K, reg, 0, 0, v);
		return;
	}
	usdtemit_const(m, tmp, v);
	usdtemit_put(m, USDTEMIT_ADD, reg, tmp, 0, 0);
}

/* The sum of an operand's registers and its number in reg; r1 is the context, tmp is lost. */
static void usdtemit_sum(
	struct usdtemit *m, const struct usdtcode_op *op, unsigned reg, unsigned tmp)
{
	const struct usdtcode_reg *const parts[] = {&op->base, &op->index, &op->ip};
	bool first = true;
	unsigned i, to;

	for (i = 0; i < 3; i++) {
		if (!parts[i]->size)
			continue;
		to = first ? reg : tmp;
		usdtemit_load(m, to, 1, parts[i]->off, parts[i]->size, parts[i]->is_signed);
		if (parts[i] == &op->index && op->shift)
			usdtemit_put(m, USDTEMIT_LSH, to, 0, 0, op->shift);
		if (!first)
			usdtemit_put(m, USDTEMIT_ADD, reg, tmp, 0, 0);
		first = false;
	}
	if (first)
		usdtemit_const(m, reg, op->val);
	else
		usdtemit_add(m, reg, tmp, op->val);
}

/* size bytes from the address in r3 to byte at of the slot */
static void usdtemit_copy(struct usdtemit *m, unsigned helper, int at, unsigned size)
{
	usdtemit_put(m, USDTEMIT_MOV, 1, USDTEMIT_FP, 0, 0);
	usdtemit_put(m, USDTEMIT_ADD_K, 1, 0, 0, m->slot + at);
	usdtemit_put(m, USDTEMIT_MOV_K, 2, 0, 0, size);
	usdtemit_put(m, USDTEMIT_CALL, 0, 0, 0, helper);
}

/* size bytes of what is at op->task in the current task: from byte from on, to the slot's at */
static void usdtemit_copy_task(
	struct usdtemit *m, const struct usdtcode_op *op, int from, int at, unsigned size)
{
	usdtemit_put(m, USDTEMIT_CALL, 0, 0, 0, USDTEMIT_CURRENT_TASK);
	usdtemit_put(m, USDTEMIT_MOV, 3, 0, 0, 0);
	usdtemit_add(m, 3, 0, (int64_t)op->task + from);
	usdtemit_copy(m, USDTEMIT_READ_KERNEL, at, size);
}

/* r3 = what is there, and the operand's number */
static void usdtemit_task(struct usdtemit *m, const struct usdtcode_op *op)
{
	usdtemit_copy_task(m, op, 0, 0, 8);
	usdtemit_load(m, 3, USDTEMIT_FP, m->slot, 8, false);
	usdtemit_add(m, 3, 0, op->val);
}

/* ... and its registers, which the helpers destroy.  x86, and so the low bytes are the first. */
static void usdtemit_task_sum(struct usdtemit *m, const struct usdtcode_op *op)
{
	usdtemit_sum(m, op, 3, 0);
	usdtemit_put(m, USDTEMIT_STX_W, USDTEMIT_FP, 3, m->slot, 0);
	usdtemit_copy_task(m, op, 0, 4, 4);
	/* an address of 32 bits (%fs:(%eax)) is cut before, and has no sign */
	usdtemit_load(m, 0, USDTEMIT_FP, m->slot, 4, op->bits == 64);
	usdtemit_load(m, 3, USDTEMIT_FP, m->slot + 4, 4, false);
	usdtemit_put(m, USDTEMIT_ADD, 0, 3, 0, 0);
	usdtemit_put(m, USDTEMIT_STX_W, USDTEMIT_FP, 0, m->slot, 0);
	usdtemit_put(m, USDTEMIT_RSH, 0, 0, 0, 32);
	usdtemit_put(m, USDTEMIT_STX_B, USDTEMIT_FP, 0, m->slot + 4, 0);
	usdtemit_copy_task(m, op, 4, 5, 3);
	usdtemit_load(m, 3, USDTEMIT_FP, m->slot, 4, false);
	usdtemit_load(m, 0, USDTEMIT_FP, m->slot + 4, 1, false);
	usdtemit_put(m, USDTEMIT_LSH, 0, 0, 0, 56);
	usdtemit_put(m, USDTEMIT_ARSH, 0, 0, 0, 24);
	usdtemit_put(m, USDTEMIT_ADD, 3, 0, 0, 0);
	usdtemit_load(m, 0, USDTEMIT_FP, m->slot + 5, 1, false);
	usdtemit_put(m, USDTEMIT_LSH, 0, 0, 0, 32);
	usdtemit_put(m, USDTEMIT_ADD, 3, 0, 0, 0);
	usdtemit_load(m, 0, USDTEMIT_FP, m->slot + 6, 2, false);
	usdtemit_put(m, USDTEMIT_LSH, 0, 0, 0, 40);
	usdtemit_put(m, USDTEMIT_ADD, 3, 0, 0, 0);
}

static void usdtemit_memory(struct usdtemit *m, const struct arch *a, const struct usdtcode_op *op)
{
	if (op->task && !op->base.size && !op->index.size && !op->ip.size)
		usdtemit_task(m, op);
	else if (op->task)
		usdtemit_task_sum(m, op);
	else
		usdtemit_sum(m, op, 3, 0);
	/* a kernel of 32 bits has no use for the rest anyway */
	if (a->word == 8 && !op->task)
		usdtemit_widen(m, 3, op->bits, false);
	/* what remains when it cannot be read */
	usdtemit_put(m, USDTEMIT_ST, USDTEMIT_FP, 0, m->slot, 0);
	usdtemit_copy(m, USDTEMIT_READ_USER, 0, op->size);
	usdtemit_load(m, 0, USDTEMIT_FP, m->slot, op->size, op->is_signed);
}

static void usdtemit_address(struct usdtemit *m, const struct usdtcode_op *op)
{
	unsigned bits = op->size * 8U;

	usdtemit_sum(m, op, 0, 2);
	if (op->bits < bits)
		usdtemit_widen(m, 0, op->bits, false);
	else
		usdtemit_widen(m, 0, bits, op->is_signed);
}

uint32_t usdtcode_emit(
	const struct arch *a, const struct usdtcode_op *op, int32_t slot, struct rawbpf_insn *out)
{
	struct usdtemit m = {out, 0, slot};

	switch (op->kind) {
	case RAWBPF_ARG_CONST: usdtemit_const(&m, 0, op->val); break;
	case RAWBPF_ARG_REG:
		usdtemit_load(&m, 0, 1, op->base.off, op->base.size, op->is_signed);
		break;
	case RAWBPF_ARG_MEM: usdtemit_memory(&m, a, op); break;
	default: usdtemit_address(&m, op); break;
	}
	return m.n;
}
