// SPDX-License-Identifier: MIT
/* vlogslot.c - the stack in a verifier log: what a step reads and writes there. */
#include "vlogslot.h"

#include <ctype.h>
#include <string.h>

/* "-24", "+8", "24" at *p; false when there is no number. */
static bool vlogslot_int(const char **p, const char *end, int *v)
{
	bool minus = *p < end && **p == '-';

	*p += minus || (*p < end && **p == '+');
	*v = vlogstep_int(p, end);
	if (*v < 0)
		return false;
	*v = minus ? -*v : *v;
	return true;
}

/* The bytes of "u32" or "s8", which ends at end; 0: none. */
static int vlogslot_width(const char *start, const char *end)
{
	const char *p = end;
	int bits;

	while (p > start && isdigit((unsigned char)p[-1]))
		p--;
	if (p == end || p == start || (p[-1] != 'u' && p[-1] != 's'))
		return 0;
	bits = vlogstep_int(&p, end);
	return bits == 8 || bits == 16 || bits == 32 || bits == 64 ? bits / 8 : 0;
}

bool vlogslot_access(struct vlog_text step, struct vlogslot_access *a)
{
	const char *end = step.p + step.n, *p = memmem(step.p, step.n, " *)(r", 5);
	const char *eq = memmem(step.p, step.n, " = ", 3);

	memset(a, 0, sizeof(*a));
	if (!p)
		return false;
	a->size = vlogslot_width(step.p, p);
	p += 5;
	a->base = vlogstep_int(&p, end);
	p += p < end && *p == ' ';
	if (!a->size || a->base < 0 || a->base > 10 || !vlogslot_int(&p, end, &a->off))
		return false;
	a->mixes = vlogstep_starts(step, "lock ") ||
		   (eq && end - eq > 9 && !memcmp(eq, " = atomic", 9));
	a->store =
		a->mixes || vlogstep_starts(step, "*(") || vlogstep_starts(step, "store_release(");
	a->load = !a->store && eq && (eq[3] == '*' || end - eq > 15) &&
		  (eq[3] == '*' || !memcmp(eq, " = load_acquire", 15));
	return true;
}

/* "fp-24", "fp[0]-8" at p, of the states of function frame. */
static bool vlogslot_fp(const char *p, const char *end, int frame, struct vlogslot_at *at)
{
	int of;

	if (end - p < 3 || memcmp(p, "fp", 2))
		return false;
	p += 2;
	at->up = 0;
	if (*p == '[') {
		p++;
		of = vlogstep_int(&p, end);
		if (of < 0 || of > frame || p >= end || *p++ != ']')
			return false;
		at->up = frame - of;
	}
	return vlogslot_int(&p, end, &at->off);
}

enum vlogslot_kind vlogslot_state(struct vlog_text line, int reg, struct vlogslot_at *at)
{
	const char *p = line.p, *end = line.p + line.n, *value;
	int frame = 0;

	for (; p < end; p++) {
		if (end - p > 6 && !memcmp(p, "frame", 5) && isdigit((unsigned char)p[5])) {
			p += 5;
			frame = vlogstep_int(&p, end);
		}
		value = p < end && *p == 'R' ? vlogstep_state(p + 1, end, reg) : NULL;
		if (value)
			return vlogslot_fp(value, end, frame, at) ? VLOGSLOT_STACK : VLOGSLOT_OTHER;
	}
	return VLOGSLOT_UNKNOWN;
}

/* States have the stack in slots of 8 bytes: "fp-24=mmmm????". */
bool vlogslot_shown(struct vlog_text line, int off, int size)
{
	const char *p = line.p, *end = line.p + line.n;
	int at;

	while ((p = memmem(p, (size_t)(end - p), " fp-", 4))) {
		p += 4;
		at = -vlogstep_int(&p, end);
		if (at < 1 && at < off + size && at + 8 > off && p < end &&
			(*p == '=' || *p == '_'))
			return true;
	}
	return false;
}

bool vlogslot_moves(struct vlog_text step, int *by)
{
	const char *end = step.p + step.n, *p = memmem(step.p, step.n, " += ", 4);

	if (!p || vlogstep_reg(step.p, end) < 0 || *step.p != 'r')
		return false;
	p += 4;
	return vlogslot_int(&p, end, by) && p == end;
}

/* By the start of the name; what the callbacks of the last two do, the log shows. */
static const char *const vlogslot_readers[] = {
	"bpf_map_lookup_",
	"bpf_map_update_",
	"bpf_map_delete_",
	"bpf_map_push_",
	"bpf_perf_event_output",
	"bpf_ringbuf_output",
	"bpf_skb_output",
	"bpf_xdp_output",
	"bpf_trace_",
	"bpf_seq_",
	"bpf_probe_write_user",
	"bpf_skb_store_bytes",
	"bpf_dynptr_write",
	"bpf_loop",
	"bpf_for_each_map_elem",
};

bool vlogslot_reads(struct vlog_text helper)
{
	size_t i;

	for (i = 0; i < sizeof(vlogslot_readers) / sizeof(*vlogslot_readers); i++)
		if (vlogstep_starts(helper, vlogslot_readers[i]))
			return true;
	return false;
}
