// SPDX-License-Identifier: MIT
/*
 * vlogscan.c - the refusal in a verifier log, found by the shape of the lines.
 *
 * A log is a walk: "12: (79) r0 = *(u64 *)(r1 +0)" for each instruction looked at, between them
 * register states, source lines after "; ", notes on the walk itself; where it stops, a message in
 * free words, then "processed N insns".  So the refusal is found from the shape of the lines, not
 * from a list of messages: among the last lines before "processed" that are none of the others, the
 * last one that the list (vlog_advice.h) knows, or else the last one.  Linux 7.3 goes on after the
 * message with a block "Verification failed: ... Reason: ... Suggestion: ...", whose words are
 * passed on.
 *
 * Logs come cut: old kernels keep the head of what does not fit the buffer, new ones (6.4) the
 * tail, so the first and the last line may be fragments.  Logs come through other programs: indented,
 * after a time stamp, or as one line of a Go error, "12: (79) r3 = ...: R1 invalid mem access".
 */
#include "vlogscan.h"

#include <ctype.h>
#include <string.h>

enum vlog_kind {
	VLOG_EMPTY,
	VLOG_STEP,   /* an instruction */
	VLOG_NOTE,   /* states, notes on the walk, what loaders print around the log */
	VLOG_SOURCE, /* "; source text" */
	VLOG_BEGIN,  /* "-- BEGIN PROG LOAD LOG --" */
	VLOG_DONE,   /* "processed N insns" */
	VLOG_END,    /* "-- END PROG LOAD LOG --" */
	VLOG_BLOCK,  /* "Verification failed: ..." */
	VLOG_MESSAGE,
};

/* Beginnings of lines that are no message.  '#' is a digit. */
static const char *const vlog_notes[] = {
	"from # to ",
	"func##",
	"Func##",
	"frame#",
	"cur state:",
	"old state:",
	"caller:",
	"callee:",
	"returning from callee:",
	"to caller at ",
	"mark_precise:",
	"last_idx ",
	"regs=",
	"parent ",
	"propagating ",
	"Live regs",
	"live regs",
	"stack depth ",
	"verification time ",
	"Validating ",
	"peak_states",
	"max_states",
	"R#=",
	"R#_",
	"R##=",
	"R##_",
	"fp-#",
	"refs=",
	"bpf: Failed",
	"HINT: ",
	"subprog#",
	"mark_read",
	"arg## reference type(",
	"arg##:",
	"insns processed",
	"async callback",
	"update_",
	"iter_",
	"state equivalent",
	"scc",
	"total_states",
	"processed ",
	"jump table: ",
	"prediction",
	"program's hash",
	"Error: ",
	"Live regs before",
	"subprog # ",
	"use: ",
	"global live-out",
	/* the head of a BTF log */
	"magic: 0x",
	"version: #",
	"flags: 0x",
	"hdr_len: #",
	"type_off: #",
	"type_len: #",
	"str_off: #",
	"str_len: #",
	"btf_total_size: #",
};

static bool vlog_like(const char *pat, struct vlog_text t)
{
	const char *p = t.p, *end = t.p + t.n;

	for (; *pat; pat++) {
		if (p >= end)
			return false;
		if (*pat == '#' && *p != '#') {
			if (!isdigit((unsigned char)*p))
				return false;
			/* the last '#' of a run takes all digits */
			while (pat[1] != '#' && p + 1 < end && isdigit((unsigned char)p[1]))
				p++;
		} else if (*pat != *p) {
			return false;
		}
		p++;
	}
	return true;
}

/* "func 'sched_process_exit' arg0 has btf_id 114 type STRUCT 'task_struct'" is said of good programs. */
static bool vlog_told_type(struct vlog_text t)
{
	return vlogstep_starts(t, "func '") && memmem(t.p, t.n, " has btf_id ", 12);
}

/* "\tb type_id=1 bits_offset=32 Member exceeds struct_size", of a BTF log: words behind the numbers. */
static bool vlog_member(struct vlog_text t)
{
	const char *p, *end = t.p + t.n;

	if (*t.p != '\t' || !memmem(t.p, t.n, " type_id=", 9))
		return false;
	p = memrchr(t.p, '=', t.n);
	for (p = p ? p + 1 : end; p < end && isdigit((unsigned char)*p); p++)
		;
	return end - p > 2 && *p == ' ' && isalpha((unsigned char)p[1]);
}

/* "(0) frame 0 insn 6 +live -8", "(8,2) live stack update done in 2 iterations": notes of 6.18. */
static bool vlog_chain(struct vlog_text t)
{
	const char *p = t.p + 1, *end = t.p + t.n;

	if (*t.p != '(')
		return false;
	while (p < end && (isdigit((unsigned char)*p) || *p == ','))
		p++;
	return end - p > 2 && p > t.p + 1 && !memcmp(p, ") ", 2);
}

static enum vlog_kind vlog_classify(struct vlog_text t, int *insn, struct vlog_text *step)
{
	size_t i;

	if (!t.n)
		return VLOG_EMPTY;
	if (*t.p == ' ' || *t.p == '\t')
		return vlog_member(t) ? VLOG_MESSAGE : VLOG_NOTE;
	if (*t.p == ';')
		return VLOG_SOURCE;
	if (isdigit((unsigned char)*t.p)) {
		const char *p = t.p, *end = t.p + t.n;

		if (vlogstep_parse(t, insn, step))
			return VLOG_STEP;
		if (vlogstep_int(&p, end) >= 0 && (p == end || *p == ':'))
			return VLOG_NOTE;
		return VLOG_MESSAGE;
	}
	if (vlogstep_starts(t, "Verification failed:"))
		return VLOG_BLOCK;
	if (vlogstep_starts(t, "processed ") && t.n > 10 && isdigit((unsigned char)t.p[10]))
		return VLOG_DONE;
	if (memmem(t.p, t.n, "-- BEGIN ", 9))
		return VLOG_BEGIN;
	if (memmem(t.p, t.n, "-- END ", 7))
		return VLOG_END;
	if (memmem(t.p, t.n, "libbpf: ", 8) || vlog_told_type(t) || vlog_chain(t))
		return VLOG_NOTE;
	for (i = 0; i < sizeof(vlog_notes) / sizeof(*vlog_notes); i++)
		if (vlog_like(vlog_notes[i], t))
			return VLOG_NOTE;
	return VLOG_MESSAGE;
}

/* A heading of the block, or VLOG_OUTSIDE. */
static enum vlog_part vlog_heading(struct vlog_text t)
{
	if (vlogstep_starts(t, "Reason:"))
		return VLOG_REASON;
	if (vlogstep_starts(t, "At:"))
		return VLOG_AT;
	if (vlogstep_starts(t, "Causal path:"))
		return VLOG_PATH;
	if (vlogstep_starts(t, "Suggestion:"))
		return VLOG_SUGGESTION;
	return VLOG_OUTSIDE;
}

/* Grow *part to reach the end of line t; both lie in the log. */
static void vlog_extend(struct vlog_text *part, struct vlog_text t)
{
	if (!part->p)
		*part = t;
	part->n = (size_t)(t.p + t.n - part->p);
}

/* "10 | (bf) r1 = r6": the number, -1 when it is no such line, and the instruction's text. */
static int vlog_context(struct vlog_text t, struct vlog_text *text)
{
	const char *p = t.p, *end = t.p + t.n;
	int insn = vlogstep_int(&p, end);

	if (insn < 0 || end - p < 8 || memcmp(p, " | (", 4) || p[6] != ')')
		return -1;
	text->p = p + 7;
	text->n = (size_t)(end - text->p);
	*text = vlogstep_trim(*text);
	return insn;
}

/*
 * ">>> 10 | (bf) r1 = r6": the instruction that the block points at.  In its causal path these are
 * earlier ones, and of a block that refuses a call the first call behind them is meant.
 */
static void vlog_pointed(struct vlog_scan *s, struct vlog_text t)
{
	struct vlog_text text;
	int insn;

	t = vlogstep_trim(t);
	if (s->part > VLOG_AT || !t.n)
		return;
	if (s->at_text.p) {
		if (s->at_call.p || !isdigit((unsigned char)*t.p))
			return;
		insn = vlog_context(t, &text);
		if (insn > s->at && vlogstep_starts(text, "call ")) {
			s->at_call_insn = insn;
			s->at_call = text;
		}
		return;
	}
	if (!vlogstep_starts(t, ">>> "))
		return;
	t.p += 4;
	t.n -= 4;
	t = vlogstep_trim(t);
	insn = vlog_context(t, &text);
	if (insn < 0)
		return;
	if (s->at < 0)
		s->at = insn;
	s->at_text = text;
}

/* A line inside the block; false when it is not of the block. */
static bool vlog_block_line(struct vlog_scan *s, struct vlog_text t)
{
	enum vlog_part head;
	const char *p;

	if (!t.n)
		return true;
	head = vlog_heading(t);
	if (head != VLOG_OUTSIDE) {
		s->part = head;
		return true;
	}
	if (*t.p != ' ' && *t.p != '\t')
		return false;
	t = vlogstep_trim(t);
	if (s->part == VLOG_REASON)
		vlog_extend(&s->reason, t);
	else if (s->part == VLOG_SUGGESTION)
		vlog_extend(&s->suggestion, t);
	else if (s->part == VLOG_AT && s->at < 0 && vlogstep_starts(t, "insn ")) {
		p = t.p + 5;
		s->at = vlogstep_int(&p, t.p + t.n);
	}
	return true;
}

static void vlog_message(struct vlog_scan *s, struct vlog_text t)
{
	const char *tail = memmem(t.p, t.n, "processed ", 10);

	/* a log whose line ends were lost; the kernel forgets some itself */
	if (tail > t.p && tail + 10 < t.p + t.n && isdigit((unsigned char)tail[10])) {
		t.n = (size_t)(tail - t.p);
		t = vlogstep_trim(t);
	}
	memmove(s->kept + 1, s->kept, sizeof(s->kept) - sizeof(*s->kept));
	s->kept[0] = t;
}

static void vlog_forget(struct vlog_scan *s)
{
	memset(s->kept, 0, sizeof(s->kept));
}

/* "Invalid kind:25-- END BTF LOAD LOG --": of some messages the kernel ends no line. */
static void vlog_unended(struct vlog_scan *s, struct vlog_text t)
{
	const char *p = memmem(t.p, t.n, "-- END ", 7);

	if (!p || p == t.p || isspace((unsigned char)p[-1]))
		return;
	t.n = (size_t)(p - t.p);
	vlog_message(s, t);
}

/* Another program's log begins. */
static void vlog_anew(struct vlog_scan *s)
{
	vlog_forget(s);
	s->part = VLOG_OUTSIDE;
	s->insn = s->at = -1;
	memset(&s->step, 0, sizeof(s->step));
	memset(&s->source, 0, sizeof(s->source));
	s->validating = s->global = s->safe = s->done = false;
	s->turns = 0;
}

/* ---- what other programs put around the lines */

/* Where "12: (79) " begins in a line, not at its start; NULL: nowhere. */
static const char *vlog_inner_step(struct vlog_text t)
{
	const char *p, *end = t.p + t.n;

	for (p = t.p; (p = memmem(p, (size_t)(end - p), ": (", 3)); p++) {
		const char *q = p;

		if (end - p < 7 || !isxdigit((unsigned char)p[3]) || p[5] != ')')
			continue;
		while (q > t.p && isdigit((unsigned char)q[-1]))
			q--;
		if (q < p && q > t.p && isspace((unsigned char)q[-1]))
			return q;
	}
	return NULL;
}

/* Go's "MESSAGE (16 line(s) omitted)": the message alone, which holds when the log has none. */
static bool vlog_summed(struct vlog_scan *s, struct vlog_text *t)
{
	const char *omitted = memmem(t->p, t->n, "line(s) omitted)", 16);
	const char *p = omitted;

	while (p && p > t->p && *p != '(')
		p--;
	if (!p || *p != '(')
		return false;
	t->n = (size_t)(p - t->p);
	*t = vlogstep_trim(*t);
	s->omitted = true;
	return true;
}

/*
 * "load program: permission denied: 9: (79) r3 = *(u64 *)(r1 +96): R1 invalid mem access 'scalar'
 * (16 line(s) omitted)": the step, and *t the message.
 */
static bool vlog_one_line(struct vlog_scan *s, const char *inner, struct vlog_text *t)
{
	const char *end = t->p + t->n, *p = memchr(inner, ')', (size_t)(end - inner)), *colon;
	struct vlog_text step = {inner, 0};
	int insn;

	colon = p ? memmem(p, (size_t)(end - p), ": ", 2) : NULL;
	if (!colon || memchr(p, ';', (size_t)(colon - p)))
		return false;
	step.n = (size_t)(colon - inner);
	if (!vlogstep_parse(step, &insn, &s->step))
		return false;
	s->insn = insn;
	t->p = colon + 2;
	t->n = (size_t)(end - t->p);
	vlog_summed(s, t);
	return true;
}

/* Not "regs=4 stack=0 before 2: (bf)", which is the kernel's. */
static const char *vlog_foreign(struct vlog_text t)
{
	const char *inner = vlog_inner_step(t);

	return inner && inner - t.p > 7 && !memcmp(inner - 7, "before ", 7) ? NULL : inner;
}

/*
 * The first line that shows it: "Nov 23 07:56:28 host prog[12]: 0: (bf) r6 = r1".  In a log of no
 * step that is "processed 3 insns", when the line before begins alike.  True: no further line need
 * be looked at.
 */
static bool vlog_led(struct vlog_scan *s, struct vlog_text before, struct vlog_text t)
{
	struct vlog_scan scratch = *s;
	struct vlog_text step, lead = t;
	const char *inner = vlog_foreign(t);
	bool had;
	int insn;

	if (vlogstep_parse(t, &insn, &step))
		return true;
	if (inner) {
		if (vlog_one_line(&scratch, inner, &t))
			return false;
		s->lines.lead.p = lead.p;
		s->lines.lead.n = (size_t)(inner - lead.p);
		return true;
	}
	inner = memmem(t.p, t.n, "processed ", 10);
	if (!inner || inner == t.p || t.p + t.n - inner < 11 || !isdigit((unsigned char)inner[10]))
		return false;
	lead.n = (size_t)(inner - t.p);
	vlogstep_bare(before, lead, &had);
	if (had)
		s->lines.lead = lead;
	return true;
}

/* t without what another program put before it; true when that was a step and its message in one. */
static bool vlog_wrapped(struct vlog_scan *s, struct vlog_text *t)
{
	static const char output[] = "Verifier output: ";
	const char *inner = memmem(t->p, t->n, output, sizeof(output) - 1);
	struct vlog_text step;
	bool had;
	int insn;

	s->omitted = false;
	if (inner) {
		t->n -= (size_t)(inner - t->p) + sizeof(output) - 1;
		t->p = inner + sizeof(output) - 1;
	}
	if (!t->n || *t->p == ';')
		return false;
	if (vlogstep_parse(*t, &insn, &step))
		return vlog_one_line(s, t->p, t);
	*t = vlogstep_bare(*t, s->lines.lead, &had);
	if (had)
		return false;
	inner = vlog_foreign(*t);
	if (!inner)
		return vlog_summed(s, t);
	if (vlog_one_line(s, inner, t))
		return true;
	s->lines.lead.p = t->p;
	s->lines.lead.n = (size_t)(inner - t->p);
	t->p += s->lines.lead.n;
	t->n -= s->lines.lead.n;
	return false;
}

/*
 * "2: (55) if r3 != 0xa goto pc-2 infinite loop detected at insn 1": of a program without lines of a
 * source the kernel ends no line after a jump.
 */
static void vlog_behind(struct vlog_scan *s, struct vlog_text line)
{
	struct vlog_text t;

	t.p = s->step.p + s->step.n;
	t.n = (size_t)(line.p + line.n - t.p);
	t = vlogstep_trim(t);
	if (t.n > 8 && isalpha((unsigned char)*t.p) && !vlogstep_starts(t, "frame") &&
		!(*t.p == 'R' && isdigit((unsigned char)t.p[1]) && memchr(t.p, '=', 8)))
		vlog_message(s, t);
}

/* One line; true when the refusal is complete. */
static bool vlog_line(struct vlog_scan *s, struct vlog_text t)
{
	struct vlog_text step = {NULL, 0};
	int insn = -1;

	if (vlog_wrapped(s, &t)) {
		vlog_forget(s);
		vlog_message(s, t);
		if (s->omitted)
			s->summary = t;
		return false;
	}
	vlog_pointed(s, t);
	/* of a log without its middle only a later heading may be there */
	if ((s->part != VLOG_OUTSIDE || vlog_heading(t) != VLOG_OUTSIDE) && vlog_block_line(s, t))
		return false;
	switch (vlog_classify(t, &insn, &step)) {
	case VLOG_STEP:
		s->part = VLOG_OUTSIDE;
		s->turns += insn <= s->insn;
		s->insn = insn;
		s->step = step;
		/* the walk went on: what was said before was no refusal */
		s->validating = s->safe = false;
		vlog_forget(s);
		vlog_behind(s, t);
		break;
	case VLOG_SOURCE:
		t.p++;
		t.n--;
		s->source = vlogstep_trim(t);
		break;
	case VLOG_BLOCK:
		s->part = VLOG_TITLE;
		t.p += strlen("Verification failed:");
		t.n -= strlen("Verification failed:");
		s->title = vlogstep_trim(t);
		break;
	case VLOG_DONE:
		s->part = VLOG_OUTSIDE;
		s->done = true;
		return s->kept[0].p || s->title.p || s->suggestion.p;
	case VLOG_MESSAGE: vlog_message(s, *t.p == '\t' ? vlogstep_trim(t) : t); break;
	case VLOG_BEGIN: vlog_anew(s); break;
	case VLOG_END: vlog_unended(s, t); return s->kept[0].p || s->title.p || s->suggestion.p;
	case VLOG_EMPTY: break;
	case VLOG_NOTE:
		/* elsewhere that is said of programs that are good */
		if ((s->validating || (s->step.p && vlogstep_starts(s->step, "call "))) &&
			vlogstep_starts(t, "arg#"))
			vlog_message(s, t);
		s->safe |= t.n > 6 && !memcmp(t.p + t.n - 6, ": safe", 6);
		s->validating |= vlogstep_starts(t, "Validating ");
		s->global |= s->validating;
		break;
	}
	return false;
}

/* The line at *p, which moves behind it; false at the end. */
static bool vlog_next(const struct vlog_scan *s, const char **p, struct vlog_text *t)
{
	const char *nl;

	if (*p >= s->end)
		return false;
	nl = memchr(*p, '\n', (size_t)(s->end - *p));
	if (!nl)
		nl = s->end;
	t->p = *p;
	t->n = (size_t)(nl - *p);
	while (t->n && (t->p[t->n - 1] == '\r' || !t->p[t->n - 1]))
		t->n--;
	if (s->trim)
		*t = vlogstep_trim(*t);
	*p = nl + 1;
	return true;
}

static void vlog_scan(struct vlog_scan *s, const char *log, size_t len, bool trim)
{
	struct vlog_text t, before = {log, 0};
	const char *p;
	bool had;

	memset(s, 0, sizeof(*s));
	s->insn = s->at = -1;
	s->trim = trim;
	s->lines.p = log;
	s->end = log + len;
	/* the kernel's NUL, if it was counted */
	while (s->end > log && !s->end[-1])
		s->end--;
	for (p = log; vlog_next(s, &p, &t) && !vlog_led(s, before, t); before = t)
		;
	for (p = log; vlog_next(s, &p, &t) && !vlog_line(s, t);)
		;
	/* a fragment at the head that nothing explains is no message: see vlog_parse() */
	t.p = log;
	t.n = (size_t)(s->end - log);
	s->cut_head = s->kept[0].p == vlogstep_bare(t, s->lines.lead, &had).p && s->insn < 0;
}

/*
 * Of the messages after the last step, the last that a rule knows, or else the last.  Rules that
 * only complete another message come second.
 */
static bool vlog_pick(struct vlog_scan *s, const struct vlog_index *x)
{
	const struct vlog_facts f = {.at_exit = true, .clobbered = true};
	size_t i, loose = VLOG_KEPT, strong = VLOG_KEPT;
	struct vlog_match m;

	if (!s->kept[0].p && !s->done)
		s->kept[0] = s->summary;
	for (i = 0; i < VLOG_KEPT && s->kept[i].p && strong == VLOG_KEPT; i++) {
		if (s->kept[i].n > VLOG_MSG)
			s->kept[i].n = VLOG_MSG;
		if (!vlog_find(x, s->kept[i], &f, &m))
			continue;
		if (!vlog_has(&m.rule, VLOG_LOOSE))
			strong = i;
		else if (loose == VLOG_KEPT)
			loose = i;
	}
	s->msg = s->kept[loose < VLOG_KEPT ? loose : strong < VLOG_KEPT ? strong : 0];
	if (loose < VLOG_KEPT && strong < VLOG_KEPT)
		s->prev = s->kept[strong];
	return loose < VLOG_KEPT || strong < VLOG_KEPT;
}

/* By shape first; what that does not find may be indented or behind other words. */
void vlogscan_search(struct vlog_scan *s, const struct vlog_index *x, const char *log, size_t len)
{
	struct vlog_scan trimmed;

	vlog_scan(s, log, len, false);
	if (vlog_pick(s, x) || s->title.p || s->suggestion.p)
		return;
	vlog_scan(&trimmed, log, len, true);
	if (vlog_pick(&trimmed, x))
		*s = trimmed;
}
