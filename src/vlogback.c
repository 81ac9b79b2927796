// SPDX-License-Identifier: MIT
/*
 * vlogback.c - the way that a value took through a verifier log.
 *
 * The log is read backwards from the refused instruction.  At "from 3 to 7:" the kernel took up a
 * branch that it had put off: the path before it ends at instruction 3, so everything up to there
 * is skipped.  A subprogram that was left again is skipped too, but for r0.  A value that was saved
 * on the stack goes on at the store into that slot.
 */
#include "vlogback.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct vlogback_write {
	int insn;
	struct vlog_text line, step;
	bool call; /* a call destroyed it */
};

/* State of a walk back from the refusal. */
struct vlogback_walk {
	const char *log, *p; /* what lies before p is still to be read */
	int until;	     /* skip to this instruction: where another path branched off; -1 */
	int depth;	     /* inside a subprogram that was left again */
};

/* What is looked for: a write of reg, or of the stack slot "*(u64 *)(r10 -8)". */
struct vlogback_aim {
	int reg; /* -1: the slot */
	struct vlog_text slot;
};

static bool vlogback_line(struct vlogback_walk *b, struct vlog_text *t)
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

/* "8: (85) call bpf_loop#181 11: frame1: R1=scalar() cb": the callback's steps follow. */
static bool vlogback_runs(struct vlog_text line, struct vlog_text step)
{
	const char *p = step.p + step.n;

	return vlogstep_starts(step, "call bpf_") &&
	       memmem(p, (size_t)(line.p + line.n - p), ": frame", 7);
}

/* A call that the walk comes to from behind: 1 it changes reg, 0 not, -1 the walk must end. */
static int vlogback_call(
	struct vlogback_walk *b, struct vlog_text line, struct vlog_text step, int reg, bool *call)
{
	if (vlogback_runs(line, step)) {
		/* inside of the callback, which has its own r6 to r9 */
		if (!b->depth && (reg < 0 || reg > 5))
			return -1;
		b->depth -= b->depth > 0;
	}
	if (vlogstep_starts(step, "call pc") && b->depth-- <= 0) {
		/* this is where the caller called us: its r1 to r5 are ours */
		b->depth = 0;
		return reg >= 1 && reg <= 5 ? 0 : -1;
	}
	*call = reg >= 1 && reg <= 5;
	return !b->depth && reg >= 0 && reg <= 5;
}

/* "r1 = ", "r1 += ": an '=' in the second word, and no comparison, which begins with "if". */
static bool vlogback_sets(struct vlog_text step, int reg)
{
	const char *p = step.p, *end = step.p + step.n;

	if (vlogstep_reg(p, end) != reg)
		return false;
	p = memchr(p, ' ', step.n);
	for (p = p ? p + 1 : end; p < end && *p != ' '; p++)
		if (*p == '=')
			return true;
	return false;
}

static bool vlogback_stores(struct vlog_text step, struct vlog_text slot)
{
	return step.n > slot.n + 3 && !memcmp(step.p, slot.p, slot.n) &&
	       !memcmp(step.p + slot.n, " = ", 3);
}

/* Does a step write what is looked for?  1 yes, 0 no, -1 the walk must end. */
static int vlogback_writes(struct vlogback_walk *b, struct vlog_text line, struct vlog_text step,
	const struct vlogback_aim *aim, bool *call)
{
	*call = false;
	if (vlogstep_starts(step, "exit")) {
		b->depth++;
		return 0;
	}
	if (vlogstep_starts(step, "call "))
		return vlogback_call(b, line, step, aim->reg, call);
	if (b->depth > (aim->reg == 0))
		return 0;
	return aim->reg < 0 ? vlogback_stores(step, aim->slot) : vlogback_sets(step, aim->reg);
}

static bool vlogback_last(
	struct vlogback_walk *b, const struct vlogback_aim *aim, struct vlogback_write *w)
{
	struct vlog_text t, step;
	const char *p;
	int insn, r;

	while (vlogback_line(b, &t)) {
		t = vlogstep_trim(t);
		/* here lines were left out: what is before them may have been changed in them */
		if (t.n == 3 && vlogstep_starts(t, "..."))
			return false;
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
		r = vlogback_writes(b, t, step, aim, &w->call);
		if (r < 0)
			return false;
		if (!r)
			continue;
		w->insn = insn;
		w->line = t;
		w->step = step;
		return true;
	}
	return false;
}

static void vlogback_start(struct vlogback_walk *b, const char *log, struct vlog_text step)
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

/* ---- what the states say */

/* The value in "R6_w=map_value(..." at p, which lies before end; NULL when it is no state. */
static const char *vlogback_state(const char *p, const char *end, int reg)
{
	int r = vlogstep_int(&p, end);

	if (r != reg || p >= end)
		return NULL;
	/* liveness: "R6_w=", "R6_rw=", "R6_rwD=" */
	if (*p == '_')
		while (p < end && (*p == '_' || isalpha((unsigned char)*p)))
			p++;
	return p < end && *p == '=' ? p + 1 : NULL;
}

static bool vlogback_is_zero(const char *p, const char *end)
{
	if (end - p > 3 && !memcmp(p, "inv", 3))
		p += 3;
	return p < end && *p == '0' && (p + 1 >= end || isspace((unsigned char)p[1]));
}

static bool vlogback_is_pointer(const char *p, const char *end)
{
	static const char *const scalars[] = {"scalar", "inv", "imm", "P"};
	const char *word = p;
	size_t i, n;

	while (p < end && (isalnum((unsigned char)*p) || *p == '_'))
		p++;
	n = (size_t)(p - word);
	if (!n || !isalpha((unsigned char)*word))
		return false;
	for (i = 0; i < sizeof(scalars) / sizeof(*scalars); i++)
		if (n >= strlen(scalars[i]) && !memcmp(word, scalars[i], strlen(scalars[i])))
			return false;
	return true;
}

static bool vlogback_is_number(const char *p, const char *end)
{
	if (p < end && (isdigit((unsigned char)*p) || *p == '-'))
		return true;
	return (end - p >= 6 && !memcmp(p, "scalar", 6)) || (end - p >= 3 && !memcmp(p, "inv", 3));
}

/* The states between a register's last write and the step. */
static void vlogback_states(const char *p, const char *end, int reg, struct vlogback *v)
{
	const char *value;
	bool zero = false;

	for (; p && p < end; p++) {
		p = memchr(p, 'R', (size_t)(end - p));
		if (!p)
			break;
		value = vlogback_state(p + 1, end, reg);
		if (!value)
			continue;
		zero = vlogback_is_zero(value, end);
		v->pointer = vlogback_is_pointer(value, end);
		v->number = vlogback_is_number(value, end);
		v->lost |= v->pointer;
	}
	v->zero |= zero;
}

/* "r6 = r1": 1, else -1 */
static int vlogback_copied(struct vlog_text step)
{
	int src = vlogstep_src(step);
	const char *p = memmem(step.p, step.n, " = ", 3);

	/* not "r2 = be64 r2", which makes a number of it */
	return p && src >= 0 && src <= 9 && vlogstep_reg(p + 3, step.p + step.n) == src ? src : -1;
}

/* "w2 = w1", "w2 += 4", "r2 = (s32)r1" */
static bool vlogback_halves(struct vlog_text step)
{
	const char *eq = memmem(step.p, step.n, " = (s", 5);

	return vlogstep_starts(step, "w") ||
	       (eq && eq + 5 < step.p + step.n && isdigit((unsigned char)eq[5]));
}

/* No way back before end: what follows the call is the callback. */
static bool vlogback_in_callback(const struct vlogback_write *w, const char *end)
{
	const char *p = w->step.p + w->step.n;

	return vlogback_runs(w->line, w->step) &&
	       !memmem(p, (size_t)(end - p), "to caller at ", 13);
}

enum { VLOGBACK_STEPS = 4 };

void vlogback_look(const char *log, struct vlog_text step, int reg, struct vlogback *v)
{
	struct vlogback_aim aim = {reg, {NULL, 0}};
	struct vlogback_walk b;
	struct vlogback_write w;
	const char *end;
	int i;

	memset(v, 0, sizeof(*v));
	if (reg < 0 || reg > 9 || !step.p)
		return;
	vlogback_start(&b, log, step);
	end = b.p;
	/* through copies: what is true of the original is true of them */
	for (i = 0; i < VLOGBACK_STEPS; i++) {
		v->first = !vlogback_last(&b, &aim, &w);
		if (v->first)
			break;
		if (!i)
			v->clobbered = w.call;
		v->callback = w.call && vlogback_in_callback(&w, step.p);
		vlogback_states(w.step.p + w.step.n, end, aim.reg, v);
		v->zero |= vlogstep_zero(w.step);
		v->half |= !w.call && vlogback_halves(w.step);
		aim.reg = w.call ? -1 : vlogback_copied(w.step);
		if (aim.reg < 0)
			break;
		end = w.step.p;
	}
}

/* ---- history */

/* " (line 12)" when the source line before a step names its place, as Linux 6.8 and newer do. */
static void vlogback_place(struct vlogback_walk b, char *out, size_t size)
{
	struct vlog_text t;
	const char *p;
	int line;

	*out = '\0';
	while (vlogback_line(&b, &t)) {
		t = vlogstep_trim(t);
		if (!t.n || *t.p != ';') {
			/* of another path, or too far away to be its own */
			if (vlogstep_starts(t, "from "))
				return;
			continue;
		}
		p = memrchr(t.p, ':', t.n);
		if (!p || !memmem(t.p, (size_t)(p - t.p), " @ ", 3))
			return;
		p++;
		line = vlogstep_int(&p, t.p + t.n);
		if (line > 0 && p == t.p + t.n)
			snprintf(out, size, " (line %d)", line);
		return;
	}
}

/* Where the value of a write came from; false when the way ends. */
static bool vlogback_source(const struct vlogback_write *w, struct vlogback_aim *aim)
{
	struct vlog_text step = w->step;
	const char *eq;

	if (w->call || vlogstep_starts(step, "call "))
		return false;
	eq = memmem(step.p, step.n, " = ", 3);
	if (!eq)
		return aim->reg >= 0; /* "r1 += 4": the value before it */
	if (aim->reg < 0 || !memchr(eq, '(', (size_t)(step.p + step.n - eq))) {
		aim->reg = vlogstep_src(step);
		return aim->reg >= 0 && aim->reg <= 9;
	}
	/* "r1 = *(u64 *)(r10 -8)": what was saved there */
	if (step.p + step.n - eq < 16 || memcmp(eq + 3, "*(u64 *)(r10 -", 14))
		return false;
	aim->reg = -1;
	aim->slot.p = eq + 3;
	aim->slot.n = (size_t)(step.p + step.n - aim->slot.p);
	return true;
}

void vlogback_history(
	const char *log, struct vlog_text step, int reg, unsigned steps, char *out, size_t size)
{
	struct vlogback_aim aim = {reg, {NULL, 0}};
	struct vlogback_walk b;
	struct vlogback_write w;
	char place[24];
	size_t n = 0;
	unsigned i;

	*out = '\0';
	if (reg < 0 || reg > 9 || !step.p)
		return;
	vlogback_start(&b, log, step);
	for (i = 0; i < steps && n < size && vlogback_last(&b, &aim, &w); i++) {
		if (!i)
			n = (size_t)snprintf(out, size, "r%d is from", reg);
		vlogback_place(b, place, sizeof(place));
		if (n < size)
			n += (size_t)snprintf(out + n, size - n, "%s insn %d '%.*s'%s",
				i ? "," : "", w.insn, w.step.n > 60 ? 60 : (int)w.step.n, w.step.p,
				place);
		if (!vlogback_source(&w, &aim))
			break;
	}
}

/* "if r7 < r6 goto pc-2" */
static bool vlogback_turns(struct vlog_text step)
{
	return memmem(step.p, step.n, "goto pc-", 8) || memmem(step.p, step.n, "gotol pc-", 9);
}

bool vlogback_loop(const char *log, struct vlog_text step, struct vlogback_loop *l)
{
	struct vlog_text t = step;
	struct vlogback_walk b;
	bool found = false;

	memset(l, 0, sizeof(*l));
	if (!step.p)
		return false;
	vlogback_start(&b, log, step);
	/* the step's own line, too */
	b.p = step.p + step.n;
	while (vlogback_line(&b, &t)) {
		t = vlogstep_trim(t);
		if (found && t.n > 2 && *t.p == ';') {
			l->source.p = t.p + 2;
			l->source.n = t.n - 2;
			return true;
		}
		if (found && !isdigit((unsigned char)*t.p))
			return true; /* of another path: no line is known */
		if (!found && t.n && vlogstep_parse(t, &l->insn, &step))
			found = vlogback_turns(step);
	}
	return found;
}

struct vlog_text vlogback_called(const char *log, struct vlog_text step, int insn)
{
	struct vlog_text t, found, none = {NULL, 0};
	struct vlogback_walk b;
	int at;

	if (!step.p)
		return none;
	vlogback_start(&b, log, step);
	while (vlogback_line(&b, &t)) {
		t = vlogstep_trim(t);
		if (t.n && isdigit((unsigned char)*t.p) && vlogstep_parse(t, &at, &found) &&
			at == insn)
			return vlogstep_helper(found);
	}
	return none;
}
