// SPDX-License-Identifier: MIT
/* old_insn.c - what an older kernel would not know in a program or in BTF. */
#include <stdio.h>
#include <string.h>

#include "old.h"

#define OLD_INSNS_MAX 4096 /* of a program, before Linux 5.2 */

static unsigned insn_src(const struct rawbpf_insn *i)
{
	static const uint16_t one = 1;

	return *(const uint8_t *)&one ? i->regs >> 4 : i->regs & 15;
}

static bool is_jump(const struct rawbpf_insn *i)
{
	/* neither call nor exit */
	return (i->code & 7) == 5 && (i->code & 0xf0) != 0x80 && (i->code & 0xf0) != 0x90;
}

/* Where the instruction goes on: the next one (-1: nowhere), and by a jump. */
static void insn_next(const struct rawbpf_insn *insns, uint32_t at, int next[2])
{
	const struct rawbpf_insn *i = &insns[at];

	next[0] = i->code == 0x95 || i->code == 0x05 ? -1 : (int)at + 1 + (i->code == 0x18);
	next[1] = is_jump(i) ? (int)at + 1 + i->off : -1;
}

/* Whether some way leads back to where it came from. */
static bool has_loop(const struct rawbpf_insn *insns, uint32_t n)
{
	static uint8_t seen[OLD_INSNS_MAX], edge[OLD_INSNS_MAX]; /* 1: on the way, 2: done */
	static uint16_t way[OLD_INSNS_MAX];
	uint32_t start, depth, at;
	int next[2], to;

	if (n > OLD_INSNS_MAX)
		return false;
	memset(seen, 0, sizeof(seen));
	memset(edge, 0, sizeof(edge));
	for (start = 0; start < n; start++) {
		if (seen[start])
			continue;
		seen[start] = 1;
		way[0] = (uint16_t)start;
		for (depth = 1; depth;) {
			at = way[depth - 1];
			insn_next(insns, at, next);
			if (edge[at] == 2) {
				seen[at] = 2;
				depth--;
				continue;
			}
			to = next[edge[at]++];
			if (to < 0 || (uint32_t)to >= n || seen[to] == 2)
				continue;
			if (seen[to] == 1)
				return true;
			seen[to] = 1;
			way[depth++] = (uint16_t)to;
		}
	}
	return false;
}

static const struct old_row *insn_v4(const struct rawbpf_insn *i)
{
	unsigned class = i->code & 7, op = i->code & 0xf0;
	bool v4 =
		(class == 1 && (i->code & 0xe0) == 0x80) || i->code == 0x06 || i->code == 0xd7 ||
		((class == 4 || class == 7) && i->off && (op == 0xb0 || op == 0x30 || op == 0x90));

	return v4 ? old_lacks(OLD_INSN, OLD_INSN_V4) : NULL;
}

static const struct old_row *insn_lacks(
	const struct rawbpf_insn *i, const char **says, unsigned *number)
{
	*number = (unsigned)i->imm;
	*says = "invalid func unknown#";
	if (i->code == 0x85 && !insn_src(i))
		return old_lacks(OLD_HELPER, (unsigned)i->imm);
	*says = "BPF_CALL uses reserved fields ";
	if (i->code == 0x85 && insn_src(i) == RAWBPF_PSEUDO_CALL)
		return old_lacks(OLD_INSN, OLD_INSN_CALL);
	*says = "unrecognized bpf_ld_imm64 insn ";
	if (i->code == 0x18 && insn_src(i) == RAWBPF_PSEUDO_MAP_VALUE)
		return old_lacks(OLD_INSN, OLD_INSN_MAP_VALUE);
	*number = i->code;
	*says = "unknown opcode ";
	if ((i->code & 7) == 6 && i->code != 0x06)
		return old_lacks(OLD_INSN, OLD_INSN_JMP32);
	*says = "BPF_STX uses reserved fields ";
	if ((i->code == 0xdb || i->code == 0xc3) && i->imm)
		return old_lacks(OLD_INSN, OLD_INSN_ATOMIC);
	*says = (i->code & 7) == 4 || i->code == 0xbf ? "BPF_MOV uses reserved fields "
						      : "unknown opcode ";
	return insn_v4(i);
}

const struct old_row *old_insns(const struct rawbpf_insn *insns, uint32_t n, char *log, size_t size)
{
	const struct old_row *row;
	const char *says;
	unsigned number;
	uint32_t i;

	for (i = 0; i < n; i += 1 + (insns[i].code == 0x18)) {
		row = insn_lacks(&insns[i], &says, &number);
		if (!row)
			continue;
		snprintf(log, size, "%s%u\n", says, number);
		return row;
	}
	if (!has_loop(insns, n))
		return NULL;
	snprintf(log, size, "back-edge from insn to insn\n");
	return old_lacks(OLD_INSN, OLD_INSN_LOOP);
}

/* Bytes behind a type's header. */
static uint32_t btf_rest(unsigned kind, uint32_t vlen)
{
	switch (kind) {
	case 1:	 /* int */
	case 14: /* var */
	case 17: /* decl_tag */ return 4;
	case 3: return 12; /* array */
	case 4:		   /* struct */
	case 5:		   /* union */
	case 15:	   /* datasec */
	case 19: /* enum64 */ return 12 * vlen;
	case 6: /* enum */
	case 13: /* func_proto */ return 8 * vlen;
	default: return 0;
	}
}

const struct old_row *old_btf(const void *btf, uint32_t len)
{
	uint32_t head[4], type[3], at, end; /* magic and version, hdr_len, type_off, type_len */
	const struct old_row *row;
	unsigned kind;

	if (len < 24)
		return NULL;
	memcpy(head, btf, sizeof(head));
	at = head[1] + head[2];
	end = at + head[3];
	for (; end <= len && at + 12 <= end; at += 12 + btf_rest(kind, type[1] & 0xffff)) {
		memcpy(type, (const char *)btf + at, sizeof(type));
		kind = type[1] >> 24 & 31;
		row = old_lacks(OLD_BTF_KIND, kind);
		if (!row && kind == 12 && (type[1] & 0xffff))
			row = old_lacks(OLD_FACT, OLD_LINKAGE);
		if (row)
			return row;
	}
	return NULL;
}
