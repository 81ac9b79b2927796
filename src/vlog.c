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
 * One pass over the lines; where the register at fault got its value is found by walking back
 * (vlogstep.c).
 */
#include "vlog.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "vlog_advice.h"
#include "vlogstep.h"

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
	int at;			  /* the block's own instruction number, -1: none */
	struct vlog_text at_text; /* that instruction, where the block shows it */
	bool done, cut_head;
	unsigned turns; /* steps back in the program */
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

/*
 * ">>> 10 | (bf) r1 = r6": the instruction that the block points at.  In its causal path these are
 * earlier ones.
 */
static void vlog_pointed(struct vlog_scan *s, struct vlog_text t)
{
	const char *p, *end;
	int insn;

	t = vlogstep_trim(t);
	if (s->at_text.p || s->part > VLOG_AT || !vlogstep_starts(t, ">>> "))
		return;
	p = t.p + 4;
	end = t.p + t.n;
	insn = vlogstep_int(&p, end);
	if (insn < 0 || end - p < 8 || memcmp(p, " | (", 4) || p[6] != ')')
		return;
	if (s->at < 0)
		s->at = insn;
	s->at_text.p = p + 7;
	s->at_text.n = (size_t)(end - s->at_text.p);
	s->at_text = vlogstep_trim(s->at_text);
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
	s->prev = s->msg;
	s->msg = t;
}

/* One line; true when the refusal is complete. */
static bool vlog_line(struct vlog_scan *s, struct vlog_text t)
{
	struct vlog_text step = {NULL, 0};
	int insn = -1;

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
		memset(&s->msg, 0, sizeof(s->msg));
		memset(&s->prev, 0, sizeof(s->prev));
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

/* The register that a message names; a line whose "R" was cut off begins with the number. */
static int vlog_msg_reg(struct vlog_text t, bool cut)
{
	const char *p = t.p, *end = t.p + t.n;
	int r;

	if (cut && isdigit((unsigned char)*p)) {
		r = vlogstep_int(&p, end);
		return r <= 10 && p < end && *p == ' ' ? r : -1;
	}
	for (; p < end; p++) {
		if (*p != 'R' || (p > t.p && isalnum((unsigned char)p[-1])))
			continue;
		r = vlogstep_reg(p, end);
		if (r >= 0 && r <= 10)
			return r;
	}
	return -1;
}

static int vlog_flag_reg(unsigned flags, struct vlog_text step, int named)
{
	int r = -1;

	if (!step.p)
		return named;
	if (flags & VLOG_SRC)
		r = vlogstep_src(step);
	if (r < 0)
		r = named;
	if (r < 0 && (flags & VLOG_BASE))
		r = vlogstep_base(step);
	if (r < 0 && (flags & VLOG_DST))
		r = vlogstep_reg(step.p, step.p + step.n);
	return r > 10 ? -1 : r;
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
		line = vlogstep_int(&p, end);
		if (line > 0 && p == end) {
			vlog_copy(v->file, sizeof(v->file), file);
			v->line = (unsigned)line;
			source.n = at < source.p ? 0 : (size_t)(at - source.p);
		}
	}
	vlog_copy(v->source, sizeof(v->source), vlogstep_trim(source));
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
		vlog_fill(m, v->reg, v->insn, vlogstep_helper(s->step), v->advice, room);
	vlog_copy(text, sizeof(text), s->suggestion);
	vlog_copy(reason, sizeof(reason), s->reason);
	if (*text && text[strlen(text) - 1] == '.')
		text[strlen(text) - 1] = '\0';
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
	vlogstep_history(s->log, s->step, v->reg, text, sizeof(text));
	vlog_add(v->advice, room, *v->advice ? "; " : "", text, "");
	if (err == -ENOSPC && !(m->rule && (m->rule->flags & VLOG_NO_INSN)))
		vlog_add(v->advice, room, *v->advice ? "; " : "",
			"the log is cut: a larger buffer shows all of it", "");
}

/* Message and title were cut off, the block's suggestion is all that is left. */
static void vlog_lost(const struct vlog_scan *s, struct vlog *v)
{
	char insn[128];

	vlog_copy(insn, sizeof(insn), s->at_text);
	snprintf(v->msg, sizeof(v->msg), "the verifier's message is missing from the log");
	if (*insn)
		vlog_add(v->msg, sizeof(v->msg), ", which points at '", insn, "'");
}

/* The number that the message itself gives, if it does. */
static int vlog_insn(const struct vlog_scan *s, const struct vlog_match *m)
{
	const char *p;

	if (m->rule && (m->rule->flags & VLOG_INSN_1) && m->cap[0].n) {
		p = m->cap[0].p;
		return vlogstep_int(&p, p + m->cap[0].n);
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

	f.at_exit = s.step.p && vlogstep_starts(s.step, "exit");
	v->reg = vlog_msg_reg(s.msg, s.cut_head);
	f.clobbered = vlogstep_clobbered(s.log, s.step, v->reg);
	f.cut = !s.done;
	if (s.msg.n > sizeof(v->msg))
		s.msg.n = sizeof(v->msg);
	if (s.prev.n > sizeof(v->msg))
		s.prev.n = sizeof(v->msg);
	vlog_choose(&s, &f, &m, v);
	if (!v->msg[0]) /* nothing of it was text */
		return vlog_by_errno(&s, err, v);
	if (!m.rule && err == -ENOSPC && (s.cut_head || f.cut))
		return v->msg[0] = '\0', vlog_by_errno(&s, err, v);
	if (s.msg.p == s.suggestion.p)
		vlog_lost(&s, v);
	v->refused = true;
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
