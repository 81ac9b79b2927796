// SPDX-License-Identifier: MIT
/*
 * vlogback.c - the way that a value took through a verifier log.
 *
 * The log is read backwards from the refused instruction.  At "from 3 to 7:" the kernel took up a
 * branch that it had put off: the path before it ends at instruction 3, so everything up to there
 * is skipped.  The walk ends where another program's log, or another global function's, begins.  A subprogram that was left again is skipped too, but for r0, and for what it does to
 * the stack of its caller.
 *
 * A value that was saved on the stack goes on at what wrote that slot last: a store at r10, one at
 * a register that is found to be an address there, by the states that the kernel prints (Linux 5.18)
 * or by its own way back to r10, or a call that was given such an address.
 */
#include "vlogback.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "vlogslot.h"

struct vlogback_write {
	int insn;
	struct vlog_text line, step;
	bool call;   /* a call destroyed it */
	bool part;   /* of a slot not all, or not that alone, was written */
	bool direct; /* a store at r10 itself */
	int given; /* of a call that writes to a slot: the r10 offset that it was given, 0 unknown */
};

/* State of a walk back from the refusal. */
struct vlogback_walk {
	const struct vlog_lines *log;
	const char *p;		 /* what lies before p is still to be read */
	int until;		 /* skip to this instruction: where another path branched off; -1 */
	int next;		 /* the instruction read last, which is behind the next one */
	int depth;		 /* inside a subprogram that was left again */
	int up;			 /* calls that led here from a caller, which was entered */
	int above;		 /* the slot looked for is of a frame so many above the one here */
	unsigned lines;		 /* so many may be read */
	unsigned tries;		 /* so many registers may be followed to r10 */
	struct vlog_text border; /* the line that the walk ended at; p NULL: not yet */
	bool doubt;		 /* a store of a subprogram left again may be anywhere */
};

/* What is looked for: a write of reg, or of so many bytes of the stack at r10 + off. */
struct vlogback_aim {
	int reg; /* -1: the slot */
	int off, size;
};

enum {
	VLOGBACK_NEAR = 200, /* lines that are read for the address in one register */
	VLOGBACK_TRIES = 64,
	VLOGBACK_HOPS = 8, /* writes that an address, or a lost pointer, may have come through */
};

/*
 * What is before is of another program, or, at "Validating f() func#1...", of another function, which
 * is verified for itself.
 */
static bool vlogback_border(struct vlog_text t)
{
	const char *p = t.p + 5;

	if (t.n < 8)
		return false;
	switch (*t.p) {
	case 'V': return vlogstep_starts(t, "Validating ");
	case 'p':
		return t.n > 10 && vlogstep_starts(t, "processed ") &&
		       isdigit((unsigned char)t.p[10]);
	case 'f':
		return vlogstep_starts(t, "func#") && vlogstep_int(&p, t.p + t.n) >= 0 &&
		       t.p + t.n - p > 2 && !memcmp(p, " @", 2);
	}
	return !memcmp(t.p + t.n - 6, "LOG --", 6);
}

static bool vlogback_line(struct vlogback_walk *b, struct vlog_text *t)
{
	const char *p = b->p;
	bool had;

	if (p <= b->log->p || !b->lines)
		return false;
	b->lines--;
	/* no memrchr(): ASan looks at all that it might have read, for each line of a long log */
	while (p > b->log->p && p[-1] != '\n')
		p--;
	t->p = p;
	t->n = (size_t)(b->p - p);
	b->p = p > b->log->p ? p - 1 : p;
	*t = vlogstep_bare(*t, b->log->lead, &had);
	*t = vlogstep_trim(*t);
	/* the lead was found in trimmed lines */
	if (!had)
		*t = vlogstep_bare(*t, b->log->lead, &had);
	if (!vlogback_border(*t))
		return true;
	b->border = *t;
	b->lines = 0;
	return false;
}

/* What a line says behind its step. */
static struct vlog_text vlogback_tail(const struct vlogback_write *w)
{
	struct vlog_text t;

	t.p = w->step.p + w->step.n;
	t.n = (size_t)(w->line.p + w->line.n - t.p);
	return t;
}

/* "8: (85) call bpf_loop#181 11: frame1: R1=scalar() cb": the callback's steps follow. */
static bool vlogback_runs(const struct vlogback_write *w)
{
	struct vlog_text t = vlogback_tail(w);

	return vlogstep_starts(w->step, "call bpf_") && memmem(t.p, t.n, ": frame", 7);
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

/* "r6 = r1": 1, else -1 */
static int vlogback_copied(struct vlog_text step)
{
	int src = vlogstep_src(step);
	const char *p = memmem(step.p, step.n, " = ", 3);

	/* not "r2 = be64 r2", which makes a number of it */
	return p && src >= 0 && src <= 10 && vlogstep_reg(p + 3, step.p + step.n) == src ? src : -1;
}

/* ---- addresses on the stack */

static bool vlogback_last(
	struct vlogback_walk *b, const struct vlogback_aim *aim, struct vlogback_write *w);

/* Where on the stack the address in reg lies; b is at the step that uses it. */
static bool vlogback_address(struct vlogback_walk b, int reg, struct vlogslot_at *at)
{
	struct vlogback_aim aim = {.reg = reg};
	struct vlogback_write w;
	int i, by, off = 0;

	b.depth = b.up = b.above = 0;
	b.until = -1;
	b.lines = VLOGBACK_NEAR;
	for (i = 0; i < VLOGBACK_HOPS; i++) {
		if (aim.reg == 10) {
			at->up = b.up;
			at->off = off;
			return true;
		}
		if (!vlogback_last(&b, &aim, &w))
			return false;
		if (vlogslot_state(vlogback_tail(&w), aim.reg, at) == VLOGSLOT_STACK) {
			at->up += b.up;
			at->off += off;
			return true;
		}
		if (w.call)
			return false;
		if (vlogslot_moves(w.step, &by))
			off += by;
		else if (vlogstep_starts(w.step, "w") || (aim.reg = vlogback_copied(w.step)) < 0)
			return false;
	}
	return false;
}

/* The address in reg at the step of w, where b is; b->tries bounds the work. */
static enum vlogslot_kind vlogback_points(
	struct vlogback_walk *b, const struct vlogback_write *w, int reg, struct vlogslot_at *at)
{
	enum vlogslot_kind kind = VLOGSLOT_STACK;

	at->up = at->off = 0;
	if (reg == 10)
		return VLOGSLOT_STACK;
	if (!vlogstep_starts(w->step, "call "))
		kind = vlogslot_state(vlogback_tail(w), reg, at);
	else
		kind = VLOGSLOT_UNKNOWN; /* what a call's states tell is of after it */
	if (kind != VLOGSLOT_UNKNOWN || !b->tries)
		return kind;
	b->tries--;
	return vlogback_address(*b, reg, at) ? VLOGSLOT_STACK : VLOGSLOT_UNKNOWN;
}

static bool vlogback_stores(
	struct vlogback_walk *b, const struct vlogback_aim *aim, struct vlogback_write *w)
{
	struct vlogslot_access a;
	struct vlogslot_at at;
	enum vlogslot_kind kind;

	if (!vlogslot_access(w->step, &a) || !a.store)
		return false;
	kind = vlogback_points(b, w, a.base, &at);
	b->doubt |= kind == VLOGSLOT_UNKNOWN && b->depth > 0;
	at.off += a.off;
	if (kind != VLOGSLOT_STACK || at.up != b->depth + b->above ||
		at.off >= aim->off + aim->size || at.off + a.size <= aim->off)
		return false;
	w->part = a.mixes || at.off != aim->off || a.size != aim->size;
	w->direct = a.base == 10;
	return true;
}

/* "r2 = 16": the number, -1 when it is no such step */
static int vlogback_fixed(struct vlog_text step)
{
	const char *p = memmem(step.p, step.n, " = ", 3), *end = step.p + step.n;
	int n;

	if (!p)
		return -1;
	p += 3;
	n = vlogstep_int(&p, end);
	return p == end ? n : -1;
}

/* The number that a call is given in reg; -1 unknown. */
static int vlogback_constant(struct vlogback_walk b, int reg)
{
	struct vlogback_aim aim = {.reg = reg};
	struct vlogback_write w;

	b.depth = b.up = b.above = 0;
	b.until = -1;
	b.lines = VLOGBACK_NEAR;
	return vlogback_last(&b, &aim, &w) && !w.call ? vlogback_fixed(w.step) : -1;
}

/* Was a call given an address from which it may reach the slot?  sized: the next register says how far. */
static bool vlogback_given(struct vlogback_walk *b, const struct vlogback_aim *aim,
	struct vlogback_write *w, bool sized)
{
	struct vlogslot_at at;
	int reg, size;

	for (reg = 1; reg <= 5; reg++) {
		if (vlogback_points(b, w, reg, &at) != VLOGSLOT_STACK ||
			at.up != b->depth + b->above || at.off >= aim->off + aim->size)
			continue;
		size = sized && reg < 5 ? vlogback_constant(*b, reg + 1) : -1;
		if (size < 0 || at.off + size > aim->off) {
			w->given = at.off;
			return true;
		}
	}
	return false;
}

/* A helper, which is no subprogram and runs none. */
static bool vlogback_fills(
	struct vlogback_walk *b, const struct vlogback_aim *aim, struct vlogback_write *w)
{
	struct vlog_text tail = vlogback_tail(w);
	bool states = !b->depth && !b->above && memchr(tail.p, ';', tail.n);

	if (states && !vlogslot_shown(tail, aim->off, aim->size))
		return false;
	if (!states && vlogslot_reads(vlogstep_helper(w->step)))
		return false;
	return vlogback_given(b, aim, w, true) || states;
}

/* ---- writes */

/* A call that the walk comes to from behind: 1 it changes what is looked for, 0 not, -1 the walk must end. */
static int vlogback_call(
	struct vlogback_walk *b, const struct vlogback_aim *aim, struct vlogback_write *w)
{
	bool pc = vlogstep_starts(w->step, "call pc"), runs = vlogback_runs(w), left = false;
	int reg = aim->reg;

	if (reg < 0 && b->above && !b->depth && (runs || (pc && b->next != w->insn + 1))) {
		/* from here on the slot is that of the function itself */
		b->above--;
		b->up++;
		return 0;
	}
	if (runs) {
		/* inside of the callback, which has its own r6 to r9 */
		if (!b->depth && (reg < 0 || reg > 5))
			return -1;
		left = b->depth > 0;
		b->depth -= left;
	}
	/* but of a global function no step follows */
	if (pc && b->next != w->insn + 1) {
		if (b->depth-- <= 0) {
			/* this is where the caller called us: its r1 to r5 are ours */
			b->depth = 0;
			b->up++;
			return reg >= 1 && reg <= 5 ? 0 : -1;
		}
		left = true;
	}
	if (reg < 0) {
		w->call = w->part = left ? b->doubt && vlogback_given(b, aim, w, false)
				    : pc ? vlogback_given(b, aim, w, false)
					 : vlogback_fills(b, aim, w);
		b->doubt &= b->depth > 0;
		return w->call;
	}
	w->call = reg >= 1 && reg <= 5;
	return b->depth <= (reg == 0) && reg <= 5;
}

/* Does a step write what is looked for?  1 yes, 0 no, -1 the walk must end. */
static int vlogback_writes(
	struct vlogback_walk *b, const struct vlogback_aim *aim, struct vlogback_write *w)
{
	w->call = w->part = w->direct = false;
	w->given = 0;
	if (vlogstep_starts(w->step, "exit")) {
		b->depth++;
		return 0;
	}
	if (vlogstep_starts(w->step, "call "))
		return vlogback_call(b, aim, w);
	if (aim->reg < 0)
		return vlogback_stores(b, aim, w);
	return b->depth <= (aim->reg == 0) && vlogback_sets(w->step, aim->reg);
}

static bool vlogback_last(
	struct vlogback_walk *b, const struct vlogback_aim *aim, struct vlogback_write *w)
{
	struct vlog_text t;
	const char *p;
	int r;

	while (vlogback_line(b, &t)) {
		/* here lines were left out: what is before them may have been changed in them */
		if (t.n == 3 && vlogstep_starts(t, "..."))
			return false;
		if (b->until < 0 && vlogstep_starts(t, "from ")) {
			p = t.p + 5;
			b->until = vlogstep_int(&p, t.p + t.n);
			continue;
		}
		if (!t.n || !isdigit((unsigned char)*t.p) || !vlogstep_parse(t, &w->insn, &w->step))
			continue;
		if (b->until >= 0 && w->insn != b->until)
			continue;
		b->until = -1;
		w->line = t;
		r = vlogback_writes(b, aim, w);
		b->next = w->insn;
		if (r)
			return r > 0;
	}
	return false;
}

/* Before the refused step, whose own line is not read. */
static void vlogback_start(
	struct vlogback_walk *b, const struct vlog_lines *log, struct vlog_text step)
{
	struct vlog_text t, found;

	memset(b, 0, sizeof(*b));
	b->log = log;
	b->p = step.p + step.n;
	b->until = b->next = -1;
	b->lines = UINT_MAX;
	b->tries = VLOGBACK_TRIES;
	if (vlogback_line(b, &t))
		vlogstep_parse(t, &b->next, &found);
}

/* ---- what the states say */

static void vlogback_is(const struct vlogstep_value *said, struct vlogback *v)
{
	v->zero |= said->zero;
	v->pointer = said->pointer;
	v->number = said->number;
	v->range = said->range;
	v->lost |= said->pointer;
}

/*
 * The states between a register's last write, in which from lies, and the step, which b is before:
 * only those of this path.
 */
static void vlogback_states(struct vlogback_walk b, const char *from, int reg, struct vlogback *v)
{
	struct vlogstep_value said;
	struct vlog_text t, step;
	const char *p, *end;
	bool last = true;
	int insn;

	while (b.p > from && vlogback_line(&b, &t)) {
		if (b.until >= 0 && vlogstep_parse(t, &insn, &step) && insn == b.until)
			b.until = -1;
		if (b.until >= 0)
			continue;
		if (vlogstep_starts(t, "from ")) {
			p = t.p + 5;
			b.until = vlogstep_int(&p, t.p + t.n);
		}
		end = t.p + t.n;
		if (t.p < from)
			t.p = from;
		t.n = (size_t)(end - t.p);
		if (!vlogstep_value(t, reg, &said))
			continue;
		if (last)
			vlogback_is(&said, v);
		v->lost |= said.pointer;
		last = false;
	}
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

	return vlogback_runs(w) && !memmem(p, (size_t)(end - p), "to caller at ", 13);
}

enum {
	VLOGBACK_COPIES = 16,
	VLOGBACK_STEPS = 64, /* of a history, most of which are not told */
};

/* Through copies: what is true of the original is true of them.  b and *w: the last write seen. */
static void vlogback_copies(struct vlogback_walk *b, struct vlog_text step, int reg,
	struct vlogback_write *w, struct vlogback *v)
{
	struct vlogback_aim aim = {.reg = reg};
	struct vlogback_walk before;
	int i;

	memset(v, 0, sizeof(*v));
	for (i = 0; i < VLOGBACK_COPIES && aim.reg >= 0 && aim.reg <= 9; i++) {
		before = *b;
		v->first = !vlogback_last(b, &aim, w);
		if (v->first)
			return;
		if (!i)
			v->clobbered = w->call;
		v->zero |= vlogstep_zero(w->step);
		v->half |= !w->call && vlogback_halves(w->step);
		/* of half a pointer only that it may be 0 is true */
		if (v->half && vlogback_copied(w->step) < 0)
			return;
		if (!v->half) {
			v->callback = w->call && vlogback_in_callback(w, step.p);
			v->index = v->callback && aim.reg == 1 &&
				   vlogstep_starts(w->step, "call bpf_loop#");
			vlogback_states(before, w->step.p + w->step.n, aim.reg, v);
		}
		aim.reg = w->call ? -1 : vlogback_copied(w->step);
		b->depth = 0;
	}
}

/* Where a step loads from the stack of its function. */
static bool vlogback_loads(
	struct vlogback_walk *b, const struct vlogback_write *w, struct vlogback_aim *aim)
{
	struct vlogslot_access a;
	struct vlogslot_at at;

	if (!vlogslot_access(w->step, &a) || !a.load)
		return false;
	if (vlogback_points(b, w, a.base, &at) != VLOGSLOT_STACK)
		return false;
	b->above = at.up;
	aim->reg = -1;
	aim->off = at.off + a.off;
	aim->size = a.size;
	return true;
}

/* Was the register on the right side of a step a pointer? */
static bool vlogback_of_pointer(const struct vlog_lines *log, const struct vlogback_write *w)
{
	struct vlog_text tail = vlogback_tail(w);
	struct vlogback_walk b, before;
	struct vlogback_write last;
	struct vlogback v;
	struct vlogstep_value said;
	int reg = vlogstep_src(w->step);

	if (reg < 0 || reg > 9)
		return reg == 10;
	vlogback_start(&b, log, w->step);
	before = b;
	vlogback_copies(&b, w->step, reg, &last, &v);
	if (v.first)
		vlogback_states(before, log->p, reg, &v);
	else if (!v.half && !last.call && vlogback_copied(last.step) == 10)
		return true;
	if (vlogstep_value(tail, reg, &said))
		vlogback_is(&said, &v);
	return v.pointer;
}

/* The value of w was loaded from a slot: did something overwrite a pointer that was saved there? */
static bool vlogback_spoiled(struct vlogback_walk b, const struct vlogback_write *load)
{
	struct vlogback_aim aim;
	struct vlogback_write w;
	int i;

	if (!vlogback_loads(&b, load, &aim) || !vlogback_last(&b, &aim, &w))
		return false;
	/* one who stores another value there knows it */
	if (!w.part && w.direct && !b.depth)
		return false;
	for (i = 0; i < VLOGBACK_HOPS && vlogback_last(&b, &aim, &w); i++)
		if (!w.part && w.direct)
			return !b.depth && aim.size == 8 && vlogback_of_pointer(b.log, &w);
	return false;
}

/* "r2 = -r2", "r2 = be64 r2", "r2 *= 8", a pointer less another: what comes of it is no address. */
static bool vlogback_makes(const struct vlog_lines *log, const struct vlogback_write *w)
{
	static const char *const ops[] = {" = -r", " = -w", " = be", " = le", " = bswap",
		" *= ", " /= ", " s/= ", " %= ", " s%= ", " ^= ", " <<= ", " >>= ", " s>>= "};
	struct vlog_text step = w->step;
	const char *end = step.p + step.n, *p = memmem(step.p, step.n, " &= ", 4);
	size_t i;

	if (vlogstep_reg(step.p, end) < 0)
		return false;
	/* an address may be rounded down: "r2 &= -8" */
	if (p && p + 4 < end)
		return isdigit((unsigned char)p[4]);
	if (memmem(step.p, step.n, " -= r", 5))
		return vlogback_of_pointer(log, w);
	for (i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		if (memmem(step.p, step.n, ops[i], strlen(ops[i])))
			return true;
	return false;
}

void vlogback_look(const struct vlog_lines *log, struct vlog_text step, int reg, struct vlogback *v)
{
	struct vlogback_walk b;
	struct vlogback_write w;

	memset(v, 0, sizeof(*v));
	if (reg < 0 || reg > 9 || !step.p)
		return;
	vlogback_start(&b, log, step);
	w.call = true;
	vlogback_copies(&b, step, reg, &w, v);
	if (!v->first && !w.call && vlogback_makes(log, &w))
		v->made = w.step;
	/* of old kernels no state may be there */
	v->range |= !v->first && !w.call && !v->number && !v->pointer && vlogback_fixed(w.step) < 0;
	v->spoiled = !v->first && !v->half && !w.call && vlogback_spoiled(b, &w);
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
static bool vlogback_source(
	struct vlogback_walk *b, const struct vlogback_write *w, struct vlogback_aim *aim)
{
	struct vlog_text step = w->step;
	const char *eq, *end = step.p + step.n;

	if (w->call || w->part || vlogstep_starts(step, "call "))
		return false;
	eq = memmem(step.p, step.n, " = ", 3);
	if (!eq)
		return aim->reg >= 0; /* "r1 += 4": the value before it */
	/* "r2 = -r2" */
	if (end - eq > 4 && eq[3] == '-')
		return aim->reg >= 0 && vlogstep_reg(eq + 4, end) == aim->reg;
	if (aim->reg < 0 || !memchr(eq, '(', (size_t)(end - eq))) {
		b->above = 0;
		aim->reg = vlogstep_src(step);
		return aim->reg >= 0 && aim->reg <= 9;
	}
	/* "r1 = *(u64 *)(r10 -8)": what was saved there */
	return vlogback_loads(b, w, aim);
}

/* The next write, of an instruction that was not told yet: a loop has the same again and again. */
static bool vlogback_further(struct vlogback_walk *b, struct vlogback_aim *aim, const int *told,
	unsigned n, struct vlogback_write *w)
{
	unsigned i;

	while (vlogback_last(b, aim, w)) {
		b->depth = 0;
		for (i = 0; i < n && told[i] != w->insn; i++)
			;
		if (i == n)
			return true;
		if (!vlogback_source(b, w, aim))
			return false;
	}
	return false;
}

/* One write, with what goes before it in a list; b is where it was found. */
static size_t vlogback_tell(const struct vlogback_walk *b, const struct vlogback_write *w,
	const char *before, char *out, size_t size)
{
	char place[24];
	size_t n;

	vlogback_place(*b, place, sizeof(place));
	n = (size_t)snprintf(out, size, "%s insn %d '%.*s'%s", before, w->insn,
		w->step.n > 60 ? 60 : (int)w->step.n, w->step.p, place);
	if (n < size && w->given)
		n += (size_t)snprintf(
			out + n, size - n, ", which was given the stack at r10%d", w->given);
	return n;
}

/* Where the walk ended at "Validating f() func#1...": what it looked for is an argument of that. */
static void vlogback_argument(
	const struct vlogback_walk *b, int reg, const char *before, char *out, size_t size)
{
	struct vlog_text t = b->border;
	const char *name, *p;

	if (!t.p || b->depth > 0 || b->until >= 0 || !vlogstep_starts(t, "Validating "))
		return;
	name = t.p + 11;
	p = memchr(name, '(', t.n - 11);
	if (p && p - name < 64)
		snprintf(out, size, "%sr%d is argument %d of the global function '%.*s'", before,
			reg, reg, (int)(p - name), name);
}

void vlogback_history(const struct vlog_lines *log, struct vlog_text step, int reg, unsigned steps,
	char *out, size_t size)
{
	struct vlogback_aim aim = {.reg = reg};
	int told[VLOGBACK_STEPS];
	struct vlogback_walk b, first;
	struct vlogback_write w, origin;
	size_t n = 0;
	unsigned i;

	*out = '\0';
	if (reg < 0 || reg > 9 || !step.p || !steps)
		return;
	vlogback_start(&b, log, step);
	for (i = 0; i < VLOGBACK_STEPS && vlogback_further(&b, &aim, told, i, &w); i++) {
		told[i] = w.insn;
		if (!i)
			n = (size_t)snprintf(out, size, "r%d is from", reg);
		if (i < steps && n < size)
			n += vlogback_tell(&b, &w, i ? "," : "", out + n, size - n);
		origin = w;
		first = b;
		if (!vlogback_source(&b, &w, &aim)) {
			i++;
			break;
		}
	}
	/* the last of them is where the value is from */
	if (i > steps && n < size)
		n += vlogback_tell(
			&first, &origin, i > steps + 1 ? ", ..." : ",", out + n, size - n);
	if (n < size && aim.reg >= 1 && aim.reg <= 5)
		vlogback_argument(&b, aim.reg, i ? ", " : "", out + n, size - n);
}

/* "if r7 < r6 goto pc-2" */
static bool vlogback_turns(struct vlog_text step)
{
	return memmem(step.p, step.n, "goto pc-", 8) || memmem(step.p, step.n, "gotol pc-", 9);
}

bool vlogback_loop(const struct vlog_lines *log, struct vlog_text step, struct vlogback_loop *l)
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

struct vlog_text vlogback_called(const struct vlog_lines *log, struct vlog_text step, int insn)
{
	struct vlog_text t, found, none = {NULL, 0};
	struct vlogback_walk b;
	int at;

	if (!step.p)
		return none;
	vlogback_start(&b, log, step);
	while (vlogback_line(&b, &t)) {
		if (t.n && isdigit((unsigned char)*t.p) && vlogstep_parse(t, &at, &found) &&
			at == insn)
			return vlogstep_helper(found);
	}
	return none;
}
