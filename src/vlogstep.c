// SPDX-License-Identifier: MIT
/*
 * vlogstep.c - the instructions in a verifier log, and where a register got its value.
 *
 * The history is read backwards from the refused instruction.  At "from 3 to 7:" the kernel took up
 * a branch that it had put off: the path before it ends at instruction 3, so everything up to there
 * is skipped.  A subprogram that was left again is skipped too, but for r0.
 */
#include "vlogstep.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

bool vlogstep_starts(struct vlog_text t, const char *s)
{
	size_t n = strlen(s);

	return t.n >= n && !memcmp(t.p, s, n);
}

struct vlog_text vlogstep_trim(struct vlog_text t)
{
	while (t.n && isspace((unsigned char)t.p[t.n - 1]))
		t.n--;
	while (t.n && isspace((unsigned char)*t.p)) {
		t.p++;
		t.n--;
	}
	return t;
}

/* A number of at most 8 digits at *p; -1 when there is none.  *p moves behind it. */
int vlogstep_int(const char **p, const char *end)
{
	const char *q = *p;
	int v = 0;

	for (; q < end && isdigit((unsigned char)*q); q++) {
		if (q - *p >= 8)
			return -1;
		v = v * 10 + (*q - '0');
	}
	if (q == *p)
		return -1;
	*p = q;
	return v;
}

/* "12: (79) TEXT  ; comment": number and TEXT. */
bool vlogstep_parse(struct vlog_text t, int *insn, struct vlog_text *step)
{
	const char *p = t.p, *end = t.p + t.n, *semi;
	int n = vlogstep_int(&p, end);

	if (n < 0 || end - p < 5 || p[0] != ':' || p[1] != ' ')
		return false;
	p += 2;
	if (*p == '(' && end - p >= 4 && isxdigit((unsigned char)p[1]) && p[3] == ')')
		p += 4;
	else if (memcmp(p, "BUG", 3))
		return false;
	semi = memchr(p, ';', (size_t)(end - p));
	step->p = p;
	step->n = (size_t)((semi ? semi : end) - p);
	*step = vlogstep_trim(*step);
	*insn = n;
	return true;
}

/* "r7" or "w7" at p: 7, else -1. */
int vlogstep_reg(const char *p, const char *end)
{
	int n;

	if (p >= end || (*p != 'r' && *p != 'w' && *p != 'R'))
		return -1;
	p++;
	n = vlogstep_int(&p, end);
	if (n > 11 || (p < end && (isalnum((unsigned char)*p) || *p == '_')))
		return -1;
	return n;
}

int vlogstep_base(struct vlog_text step)
{
	const char *p = memmem(step.p, step.n, "*)(r", 4);

	return p ? vlogstep_reg(p + 3, step.p + step.n) : -1;
}

/* "r2 += r3": 3, and *dst 2; -1 when the right side is no register. */
int vlogstep_src(struct vlog_text step)
{
	const char *p = step.p + step.n;

	while (p > step.p && p[-1] != ' ')
		p--;
	return p > step.p ? vlogstep_reg(p, step.p + step.n) : -1;
}

/* "call bpf_ktime_get_ns#5": the name. */
struct vlog_text vlogstep_helper(struct vlog_text step)
{
	struct vlog_text t = {NULL, 0};
	const char *hash;

	if (!step.p || !vlogstep_starts(step, "call ") || vlogstep_starts(step, "call pc"))
		return t;
	t.p = step.p + 5;
	hash = memchr(t.p, '#', step.n - 5);
	t.n = hash ? (size_t)(hash - t.p) : step.n - 5;
	if (vlogstep_starts(t, "unknown"))
		t.n = 0;
	return t;
}

/* ---- where a register got its value */

struct vlog_write {
	int insn;
	struct vlog_text step;
	bool call; /* a call destroyed it */
};

/* State of a walk back from the refusal. */
struct vlog_back {
	const char *log, *p; /* what lies before p is still to be read */
	int until;	     /* skip to this instruction: where another path branched off; -1 */
	int depth;	     /* inside a subprogram that was left again */
};

static bool vlog_prev_line(struct vlog_back *b, struct vlog_text *t)
{
	const char *p = b->p;

	if (p <= b->log)
		return false;
	/* no memrchr(): ASan looks at all that it might have read, for each line of a long log */
	while (p > b->log && p[-1] != '\n')
		p--;
	t->p = p;
	t->n = (size_t)(b->p - p);
	b->p = p > b->log ? p - 1 : p;
	return true;
}

/* Does a step write reg?  1 yes, 0 no, -1 the walk must end. */
static int vlog_writes(struct vlog_back *b, struct vlog_text step, int reg, bool *call)
{
	const char *p;

	*call = false;
	if (vlogstep_starts(step, "exit")) {
		b->depth++;
		return 0;
	}
	if (vlogstep_starts(step, "call ")) {
		if (vlogstep_starts(step, "call pc") && b->depth-- <= 0) {
			/* this is where the caller called us: its r1 to r5 are ours */
			b->depth = 0;
			return reg >= 1 && reg <= 5 ? 0 : -1;
		}
		*call = reg >= 1 && reg <= 5;
		return !b->depth && reg <= 5;
	}
	if (b->depth > (reg == 0))
		return 0;
	if (vlogstep_reg(step.p, step.p + step.n) != reg)
		return 0;
	p = memchr(step.p, ' ', step.n);
	/* "r1 = ", "r1 += ": an '=' in the second word */
	for (p = p ? p + 1 : step.p + step.n; p < step.p + step.n && *p != ' '; p++)
		if (*p == '=')
			return 1;
	return 0;
}

static bool vlog_last_write(struct vlog_back *b, int reg, struct vlog_write *w)
{
	struct vlog_text t, step;
	const char *p;
	int insn, r;

	while (vlog_prev_line(b, &t)) {
		if (b->until < 0 && vlogstep_starts(t, "from ")) {
			p = t.p + 5;
			b->until = vlogstep_int(&p, t.p + t.n);
			continue;
		}
		if (!t.n || !isdigit((unsigned char)*t.p) || !vlogstep_parse(t, &insn, &step))
			continue;
		if (b->until >= 0 && insn != b->until)
			continue;
		b->until = -1;
		r = vlog_writes(b, step, reg, &w->call);
		if (r < 0)
			return false;
		if (!r)
			continue;
		w->insn = insn;
		w->step = step;
		return true;
	}
	return false;
}

static void vlog_back_init(struct vlog_back *b, const char *log, struct vlog_text step)
{
	b->log = log;
	b->p = step.p;
	b->until = -1;
	b->depth = 0;
	/* to the start of the refused step's own line */
	while (b->p > b->log && b->p[-1] != '\n')
		b->p--;
	if (b->p > b->log)
		b->p--;
}

bool vlogstep_clobbered(const char *log, struct vlog_text step, int reg)
{
	struct vlog_back b;
	struct vlog_write w;

	if (reg < 1 || reg > 5 || !step.p)
		return false;
	vlog_back_init(&b, log, step);
	return vlog_last_write(&b, reg, &w) && w.call;
}

enum { VLOG_STEPS_BACK = 3 };

/* "r1 is from insn 7 'r1 = r6', insn 0 'r6 = *(u64 *)(r1 +112)'" */
void vlogstep_history(const char *log, struct vlog_text step, int reg, char *out, size_t size)
{
	struct vlog_back b;
	struct vlog_write w;
	size_t n = 0;
	int i, first = reg;

	*out = '\0';
	if (reg < 0 || reg > 9 || !step.p)
		return;
	vlog_back_init(&b, log, step);
	for (i = 0; i < VLOG_STEPS_BACK && n < size && vlog_last_write(&b, reg, &w); i++) {
		if (!i)
			n = (size_t)snprintf(out, size, "r%d is from", first);
		if (n < size)
			n += (size_t)snprintf(out + n, size - n, "%s insn %d '%.*s'", i ? "," : "",
				w.insn, w.step.n > 60 ? 60 : (int)w.step.n, w.step.p);
		if (w.call || vlogstep_starts(w.step, "call "))
			break;
		if (memmem(w.step.p, w.step.n, " = ", 3)) {
			reg = vlogstep_src(w.step);
			if (reg < 0 || reg > 9 || memchr(w.step.p, '(', w.step.n))
				break;
		}
	}
}
