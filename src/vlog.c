// SPDX-License-Identifier: MIT
/*
 * vlog.c - a verifier log to the instruction, the message and the advice.
 *
 * A log is a walk: "12: (79) r0 = *(u64 *)(r1 +0)" for each instruction looked at, between them
 * register states, source lines after "; ", notes on the walk itself; where it stops, a message in
 * free words, then "processed N insns".  So the refusal is found from the shape of the lines, not
 * from a list of messages: the last line before "processed" that is none of the others.  The list
 * (vlog_advice.c) only gives the advice.  Linux 7.3 goes on after the message with a block
 * "Verification failed: ... Reason: ... Suggestion: ...", whose words are passed on.
 *
 * Logs come cut: old kernels keep the head of what does not fit the buffer, new ones (6.4) the
 * tail, so the first and the last line may be fragments.
 *
 * One pass over the lines; where the register at fault got its value is found by walking back.
 */
#include "vlog.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "vlog_advice.h"

enum vlog_kind {
	VLOG_EMPTY,
	VLOG_STEP,   /* an instruction */
	VLOG_NOTE,   /* states, notes on the walk, what loaders print around the log */
	VLOG_SOURCE, /* "; source text" */
	VLOG_DONE,   /* "processed N insns" */
	VLOG_BLOCK,  /* "Verification failed: ..." */
	VLOG_MESSAGE,
};

/* Parts of the block that 7.3 adds. */
enum vlog_part { VLOG_OUTSIDE, VLOG_TITLE, VLOG_REASON, VLOG_AT, VLOG_PATH, VLOG_SUGGESTION };

struct vlog_scan {
	const char *log, *end;
	enum vlog_part part;
	int insn;		    /* of the step printed last, -1: none */
	struct vlog_text step;	    /* its line, without comment */
	struct vlog_text source;    /* line after "; " */
	struct vlog_text msg, prev; /* last message, and the one before it */
	struct vlog_text title, reason, suggestion;
	int at; /* the block's own instruction number, -1: none */
	bool done, cut_head;
	unsigned turns; /* steps back in the program */
};

static bool vlog_starts(struct vlog_text t, const char *s)
{
	size_t n = strlen(s);

	return t.n >= n && !memcmp(t.p, s, n);
}

static struct vlog_text vlog_trim(struct vlog_text t)
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
static int vlog_int(const char **p, const char *end)
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
static bool vlog_step(struct vlog_text t, int *insn, struct vlog_text *step)
{
	const char *p = t.p, *end = t.p + t.n, *semi;
	int n = vlog_int(&p, end);

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
	*step = vlog_trim(*step);
	*insn = n;
	return true;
}

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
	"libbpf: ",
	"-- BEGIN",
	"-- END",
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

static enum vlog_kind vlog_classify(struct vlog_text t, int *insn, struct vlog_text *step)
{
	size_t i;

	if (!t.n)
		return VLOG_EMPTY;
	if (*t.p == ' ' || *t.p == '\t')
		return VLOG_NOTE;
	if (*t.p == ';')
		return VLOG_SOURCE;
	if (isdigit((unsigned char)*t.p)) {
		const char *p = t.p, *end = t.p + t.n;

		if (vlog_step(t, insn, step))
			return VLOG_STEP;
		if (vlog_int(&p, end) >= 0 && (p == end || *p == ':'))
			return VLOG_NOTE;
		return VLOG_MESSAGE;
	}
	if (vlog_starts(t, "Verification failed:"))
		return VLOG_BLOCK;
	if (vlog_starts(t, "processed ") && t.n > 10 && isdigit((unsigned char)t.p[10]))
		return VLOG_DONE;
	for (i = 0; i < sizeof(vlog_notes) / sizeof(*vlog_notes); i++)
		if (vlog_like(vlog_notes[i], t))
			return VLOG_NOTE;
	return VLOG_MESSAGE;
}

/* A heading of the block, or VLOG_OUTSIDE. */
static enum vlog_part vlog_heading(struct vlog_text t)
{
	if (vlog_starts(t, "Reason:"))
		return VLOG_REASON;
	if (vlog_starts(t, "At:"))
		return VLOG_AT;
	if (vlog_starts(t, "Causal path:"))
		return VLOG_PATH;
	if (vlog_starts(t, "Suggestion:"))
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
	t = vlog_trim(t);
	if (s->part == VLOG_REASON)
		vlog_extend(&s->reason, t);
	else if (s->part == VLOG_SUGGESTION)
		vlog_extend(&s->suggestion, t);
	else if (s->part == VLOG_AT && s->at < 0 && vlog_starts(t, "insn ")) {
		p = t.p + 5;
		s->at = vlog_int(&p, t.p + t.n);
	}
	return true;
}

static void vlog_message(struct vlog_scan *s, struct vlog_text t)
{
	s->prev = s->msg;
	s->msg = t;
}

/* One line; true when the refusal is complete. */
static bool vlog_line(struct vlog_scan *s, struct vlog_text t)
{
	struct vlog_text step = {NULL, 0};
	int insn = -1;

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
		memset(&s->msg, 0, sizeof(s->msg));
		memset(&s->prev, 0, sizeof(s->prev));
		break;
	case VLOG_SOURCE:
		t.p++;
		t.n--;
		s->source = vlog_trim(t);
		break;
	case VLOG_BLOCK:
		s->part = VLOG_TITLE;
		t.p += strlen("Verification failed:");
		t.n -= strlen("Verification failed:");
		s->title = vlog_trim(t);
		break;
	case VLOG_DONE:
		s->part = VLOG_OUTSIDE;
		s->done = true;
		return s->msg.p || s->title.p || s->suggestion.p;
	case VLOG_MESSAGE: vlog_message(s, t); break;
	case VLOG_EMPTY:
	case VLOG_NOTE: break;
	}
	return false;
}

static void vlog_scan(struct vlog_scan *s, const char *log, size_t len)
{
	const char *p, *nl;
	struct vlog_text t;

	memset(s, 0, sizeof(*s));
	s->insn = s->at = -1;
	s->log = log;
	s->end = log + len;
	/* the kernel's NUL, if it was counted */
	while (s->end > log && !s->end[-1])
		s->end--;
	for (p = log; p < s->end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(s->end - p));
		if (!nl)
			nl = s->end;
		t.p = p;
		t.n = (size_t)(nl - p);
		while (t.n && (t.p[t.n - 1] == '\r' || !t.p[t.n - 1]))
			t.n--;
		if (vlog_line(s, t))
			break;
	}
	/* a fragment at the head that nothing explains is no message: see vlog_parse() */
	s->cut_head = s->msg.p == log && s->insn < 0;
}

/* ---- registers */

/* "r7" or "w7" at p: 7, else -1. */
static int vlog_reg_at(const char *p, const char *end)
{
	int n;

	if (p >= end || (*p != 'r' && *p != 'w' && *p != 'R'))
		return -1;
	p++;
	n = vlog_int(&p, end);
	if (n > 11 || (p < end && (isalnum((unsigned char)*p) || *p == '_')))
		return -1;
	return n;
}

/* The register that a message names; a line whose "R" was cut off begins with the number. */
static int vlog_msg_reg(struct vlog_text t, bool cut)
{
	const char *p = t.p, *end = t.p + t.n;
	int r;

	if (cut && isdigit((unsigned char)*p)) {
		r = vlog_int(&p, end);
		return r <= 10 && p < end && *p == ' ' ? r : -1;
	}
	for (; p < end; p++) {
		if (*p != 'R' || (p > t.p && isalnum((unsigned char)p[-1])))
			continue;
		r = vlog_reg_at(p, end);
		if (r >= 0 && r <= 10)
			return r;
	}
	return -1;
}

static int vlog_base_reg(struct vlog_text step)
{
	const char *p = memmem(step.p, step.n, "*)(r", 4);

	return p ? vlog_reg_at(p + 3, step.p + step.n) : -1;
}

/* "r2 += r3": 3, and *dst 2; -1 when the right side is no register. */
static int vlog_src_reg(struct vlog_text step)
{
	const char *p = step.p + step.n;

	while (p > step.p && p[-1] != ' ')
		p--;
	return p > step.p ? vlog_reg_at(p, step.p + step.n) : -1;
}

static int vlog_flag_reg(unsigned flags, struct vlog_text step, int named)
{
	int r = -1;

	if (!step.p)
		return named;
	if (flags & VLOG_SRC)
		r = vlog_src_reg(step);
	if (r < 0)
		r = named;
	if (r < 0 && (flags & VLOG_BASE))
		r = vlog_base_reg(step);
	if (r < 0 && (flags & VLOG_DST))
		r = vlog_reg_at(step.p, step.p + step.n);
	return r > 10 ? -1 : r;
}

/* "call bpf_ktime_get_ns#5": the name. */
static struct vlog_text vlog_helper(struct vlog_text step)
{
	struct vlog_text t = {NULL, 0};
	const char *hash;

	if (!step.p || !vlog_starts(step, "call ") || vlog_starts(step, "call pc"))
		return t;
	t.p = step.p + 5;
	hash = memchr(t.p, '#', step.n - 5);
	t.n = hash ? (size_t)(hash - t.p) : step.n - 5;
	if (vlog_starts(t, "unknown"))
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
	const char *nl;

	if (b->p <= b->log)
		return false;
	t->n = (size_t)(b->p - b->log);
	nl = memrchr(b->log, '\n', t->n);
	t->p = nl ? nl + 1 : b->log;
	t->n = (size_t)(b->p - t->p);
	b->p = nl ? nl : b->log;
	return true;
}

/* Does a step write reg?  1 yes, 0 no, -1 the walk must end. */
static int vlog_writes(struct vlog_back *b, struct vlog_text step, int reg, bool *call)
{
	const char *p;

	*call = false;
	if (vlog_starts(step, "exit")) {
		b->depth++;
		return 0;
	}
	if (vlog_starts(step, "call ")) {
		if (vlog_starts(step, "call pc") && b->depth-- <= 0) {
			/* this is where the caller called us: its r1 to r5 are ours */
			b->depth = 0;
			return reg >= 1 && reg <= 5 ? 0 : -1;
		}
		*call = reg >= 1 && reg <= 5;
		return !b->depth && reg <= 5;
	}
	if (b->depth > (reg == 0))
		return 0;
	if (vlog_reg_at(step.p, step.p + step.n) != reg)
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
		if (b->until < 0 && vlog_starts(t, "from ")) {
			p = t.p + 5;
			b->until = vlog_int(&p, t.p + t.n);
			continue;
		}
		if (!t.n || !isdigit((unsigned char)*t.p) || !vlog_step(t, &insn, &step))
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

static void vlog_back_init(struct vlog_back *b, const struct vlog_scan *s)
{
	b->log = s->log;
	b->p = s->step.p ? s->step.p : s->log;
	b->until = -1;
	b->depth = 0;
	/* to the start of the refused step's own line */
	while (b->p > b->log && b->p[-1] != '\n')
		b->p--;
	if (b->p > b->log)
		b->p--;
}

static bool vlog_clobbered(const struct vlog_scan *s, int reg)
{
	struct vlog_back b;
	struct vlog_write w;

	if (reg < 1 || reg > 5 || !s->step.p)
		return false;
	vlog_back_init(&b, s);
	return vlog_last_write(&b, reg, &w) && w.call;
}

/* ---- the answer */

static void vlog_copy(char *out, size_t size, struct vlog_text t)
{
	size_t i, n = 0;
	bool blank = false;

	/* lines joined, control bytes gone */
	for (i = 0; i < t.n && n + 1 < size; i++) {
		unsigned char c = (unsigned char)t.p[i];

		if (c <= ' ' || c == 0x7f) {
			blank = n > 0;
			continue;
		}
		if (blank && n + 2 < size)
			out[n++] = ' ';
		blank = false;
		out[n++] = (char)c;
	}
	out[n] = '\0';
}

/* add at most room bytes in all, or nothing */
static bool vlog_add(char *out, size_t room, const char *a, const char *b, const char *c)
{
	size_t n = strlen(out);

	if (!*b || n + strlen(a) + strlen(b) + strlen(c) >= room)
		return false;
	sprintf(out + n, "%s%s%s", a, b, c);
	return true;
}

enum { VLOG_STEPS_BACK = 3 };

/* "r1 is from insn 7 'r1 = r6', insn 0 'r6 = *(u64 *)(r1 +112)'" */
static void vlog_history(const struct vlog_scan *s, int reg, char *out, size_t size)
{
	struct vlog_back b;
	struct vlog_write w;
	size_t n = 0;
	int i, first = reg;

	*out = '\0';
	if (reg < 0 || reg > 9 || !s->step.p)
		return;
	vlog_back_init(&b, s);
	for (i = 0; i < VLOG_STEPS_BACK && n < size && vlog_last_write(&b, reg, &w); i++) {
		if (!i)
			n = (size_t)snprintf(out, size, "r%d is from", first);
		if (n < size)
			n += (size_t)snprintf(out + n, size - n, "%s insn %d '%.*s'", i ? "," : "",
				w.insn, w.step.n > 60 ? 60 : (int)w.step.n, w.step.p);
		if (w.call || vlog_starts(w.step, "call "))
			break;
		if (memmem(w.step.p, w.step.n, " = ", 3)) {
			reg = vlog_src_reg(w.step);
			if (reg < 0 || reg > 9 || memchr(w.step.p, '(', w.step.n))
				break;
		}
	}
}

/* "; text @ file.c:12" of Linux 6.8: the line, and text without it. */
static void vlog_place(struct vlog_text source, struct vlog *v)
{
	struct vlog_text file;
	const char *p, *at = NULL, *end = source.p + source.n;
	int line;

	for (p = source.p; p && p + 3 <= end; p++)
		if (!memcmp(p, " @ ", 3))
			at = p;
	if (!at && source.n > 2 && !memcmp(source.p, "@ ", 2))
		at = source.p - 1;
	p = at ? memrchr(at, ':', (size_t)(end - at)) : NULL;
	if (p) {
		file.p = at + 3;
		file.n = (size_t)(p - file.p);
		p++;
		line = vlog_int(&p, end);
		if (line > 0 && p == end) {
			vlog_copy(v->file, sizeof(v->file), file);
			v->line = (unsigned)line;
			source.n = at < source.p ? 0 : (size_t)(at - source.p);
		}
	}
	vlog_copy(v->source, sizeof(v->source), vlog_trim(source));
}

static const struct {
	int err;
	const char *advice;
} vlog_errnos[] = {
	{E2BIG, "the program has no instructions, or more than this kernel and user may load (4096 "
		"before Linux 5.2 and without privilege, else a million)"},
	{EINVAL, "the verifier was not reached: this kernel does not know the program type, the "
		 "attach type or a load option ('rawbpf doctor' tells what it has)"},
	{EPERM, "the right to load is missing: be root, or have CAP_BPF and CAP_PERFMON (Linux "
		"5.8; "
		"before, CAP_SYS_ADMIN); lockdown and seccomp forbid it too, and before 5.11 a low "
		"RLIMIT_MEMLOCK"},
	{EACCES, "refused without a text: load again with log level 1 to get the reason"},
	{ENOSPC, "the log buffer was too small and the reason is lost: load again with a larger "
		 "one"},
	{EBADF, "a file descriptor in the program is not an open map"},
	{ENOENT, "what the program attaches to (BTF id, function) is not in this kernel"},
	{ENOMEM, "out of memory for the program"},
	{524, "the JIT of this CPU or kernel cannot do what the program asks for"},
	{EOPNOTSUPP, "this kernel was built without what the program asks for"},
	{EFAULT, "a buffer of the load call cannot be read or written"},
	{EAGAIN, "a signal interrupted the verifier: load again"},
	{EINTR, "a signal interrupted the verifier: load again"},
};

/* No refusal in the log: what the errno and the shape of the log tell. */
static int vlog_by_errno(const struct vlog_scan *s, int err, struct vlog *v)
{
	size_t i;
	bool loop = s->turns >= 2;

	v->insn = s->insn;
	if (!err)
		return -ENOENT;
	vlog_add(v->msg, sizeof(v->msg), "",
		s->log == s->end ? "the verifier wrote no message"
		: s->done	 ? "the verifier found nothing wrong"
				 : "the log ends before the verifier's message",
		"");
	for (i = 0; i < sizeof(vlog_errnos) / sizeof(*vlog_errnos); i++)
		if (vlog_errnos[i].err == -err)
			vlog_add(v->advice, sizeof(v->advice), "", vlog_errnos[i].advice, "");
	if (loop)
		vlog_add(v->advice, sizeof(v->advice), "; ",
			"the same instructions come again and again: a loop that is verified turn "
			"by "
			"turn; lower its bound or use bpf_loop (Linux 5.17)",
			"");
	return 0;
}

/*
 * The message that says what is wrong: the last, but "R0 min value is outside of the allowed
 * memory range" and the like only complete the one before, with which they are joined.
 */
static void vlog_choose(
	struct vlog_scan *s, const struct vlog_facts *f, struct vlog_match *m, struct vlog *v)
{
	struct vlog_match first;
	char text[sizeof(v->msg)];

	if (!vlog_find(s->msg, f, m))
		m->rule = NULL;
	vlog_copy(v->msg, sizeof(v->msg), s->msg);
	if (!m->rule || !(m->rule->flags & VLOG_LOOSE) || !s->prev.p)
		return;
	if (!vlog_find(s->prev, f, &first))
		return;
	*m = first;
	vlog_copy(text, sizeof(text), s->prev);
	if (vlog_add(text, sizeof(text), "; ", v->msg, ""))
		strcpy(v->msg, text);
}

/* Our advice, then the kernel's own words, then the register's history, as far as there is room. */
static void vlog_advise(
	const struct vlog_scan *s, const struct vlog_match *m, int err, struct vlog *v)
{
	/* message and advice go into one struct rawbpf_error */
	size_t room = 470 - strlen(v->msg);
	char text[256], reason[256];
	bool kernel = false;

	if (m->rule)
		vlog_fill(m, v->reg, v->insn, vlog_helper(s->step), v->advice, room);
	vlog_copy(text, sizeof(text), s->suggestion);
	vlog_copy(reason, sizeof(reason), s->reason);
	if (*text && text[strlen(text) - 1] == '.')
		text[strlen(text) - 1] = '\0';
	if (s->msg.p == s->suggestion.p)
		*text = '\0';
	if (strlen(v->advice) + strlen(text) + strlen(reason) + 16 < room)
		kernel = vlog_add(
			v->advice, room, *v->advice ? "; the kernel says: " : "", reason, "");
	if (!vlog_add(v->advice, room,
		    !*v->advice ? ""
		    : kernel	? " "
				: "; the kernel says: ",
		    text, "") &&
		!kernel)
		vlog_add(v->advice, room, *v->advice ? "; the kernel says: " : "", reason, "");
	vlog_history(s, v->reg, text, sizeof(text));
	vlog_add(v->advice, room, *v->advice ? "; " : "", text, "");
	if (err == -ENOSPC && !(m->rule && (m->rule->flags & VLOG_NO_INSN)))
		vlog_add(v->advice, room, *v->advice ? "; " : "",
			"the log is cut: a larger buffer shows all of it", "");
}

/* The number that the message itself gives, if it does. */
static int vlog_insn(const struct vlog_scan *s, const struct vlog_match *m)
{
	const char *p;

	if (m->rule && (m->rule->flags & VLOG_INSN_1) && m->cap[0].n) {
		p = m->cap[0].p;
		return vlog_int(&p, p + m->cap[0].n);
	}
	if (s->at >= 0)
		return s->at;
	return m->rule && (m->rule->flags & VLOG_NO_INSN) ? -1 : s->insn;
}

int vlog_parse(const char *log, size_t len, int err, struct vlog *v)
{
	struct vlog_scan s;
	struct vlog_match m = {NULL, {{NULL, 0}}};
	struct vlog_facts f = {false, false, false};

	memset(v, 0, sizeof(*v));
	v->insn = v->reg = -1;
	if (err > 0)
		err = -err;
	vlog_scan(&s, log ? log : "", log ? len : 0);
	/* what is left when the message was cut off */
	if (!s.msg.p)
		s.msg = s.title.p ? s.title : s.suggestion;
	if (!s.msg.p)
		return vlog_by_errno(&s, err, v);

	f.at_exit = s.step.p && vlog_starts(s.step, "exit");
	v->reg = vlog_msg_reg(s.msg, s.cut_head);
	f.clobbered = vlog_clobbered(&s, v->reg);
	f.cut = !s.done;
	if (s.msg.n > sizeof(v->msg))
		s.msg.n = sizeof(v->msg);
	if (s.prev.n > sizeof(v->msg))
		s.prev.n = sizeof(v->msg);
	vlog_choose(&s, &f, &m, v);
	if (!m.rule && err == -ENOSPC && (s.cut_head || f.cut))
		return v->msg[0] = '\0', vlog_by_errno(&s, err, v);
	v->insn = vlog_insn(&s, &m);
	v->reg = vlog_flag_reg(m.rule ? m.rule->flags : 0, s.step, v->reg);
	if (s.source.p)
		vlog_place(s.source, v);
	vlog_advise(&s, &m, err, v);
	return 0;
}

int rawbpf_explain_log(const char *log, size_t len, int err, struct rawbpf_error *e)
{
	struct vlog v;
	int r = vlog_parse(log, len, err, &v);

	if (r)
		return err_set(e, "load", r, "the log holds no refusal");
	if (!e)
		return 0;
	if (err > 0)
		err = -err;
	err_set(e, "load", err, "%s", v.msg);
	if (!err)
		e->buf[strlen(v.msg)] = '\0'; /* no errno to name */
	e->insn = v.insn;
	if (v.line)
		err_src(e, v.file, v.line);
	if (v.advice[0])
		err_hint(e, "%s", v.advice);
	return 0;
}
