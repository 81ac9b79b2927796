// SPDX-License-Identifier: MIT
/*
 * vlog.c - a verifier log to the instruction, the message and the advice.
 *
 * What the lines say is vlogscan.c's, where a register got its value vlogback.c's, what a message
 * means vlog_advice.c's; here the answer is put together.
 */
#include "vlog.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "vlog_advice.h"
#include "vlogback.h"
#include "vlogscan.h"
#include "vlogslot.h"

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

/* "Possibly NULL pointer passed to trusted arg0": kernel functions count from 0, helpers from 1. */
static int vlog_null_arg(struct vlog_text t)
{
	static const char passed[] = "Possibly NULL pointer passed to ";
	const char *end = t.p + t.n, *p = memmem(t.p, t.n, passed, sizeof(passed) - 1);
	bool helper;
	int n;

	if (!p)
		return -1;
	p += sizeof(passed) - 1;
	helper = end - p > 7 && !memcmp(p, "helper ", 7);
	p = memmem(p, (size_t)(end - p), "arg", 3);
	if (!p)
		return -1;
	p += 3;
	p += p < end && *p == '#';
	n = vlogstep_int(&p, end);
	if (n < helper || n > 4 + helper)
		return -1;
	return helper ? n : n + 1;
}

/* Of "r1 += r2" the number that is added: the side that is not the pointer. */
static int vlog_added_reg(const struct vlog_lines *log, struct vlog_text step)
{
	int src = vlogstep_src(step), dst = vlogstep_reg(step.p, step.p + step.n);
	struct vlogback a, b;

	vlogback_look(log, step, src, &a);
	vlogback_look(log, step, dst, &b);
	return a.pointer && !b.pointer && dst >= 0 ? dst : src;
}

static int vlog_flag_reg(const struct vlog_lines *log, const struct vlog_rule *rule,
	struct vlog_text step, int named)
{
	int r = -1;

	if (!step.p)
		return named;
	if (vlog_has(rule, VLOG_SRC))
		r = vlog_added_reg(log, step);
	if (r < 0)
		r = named;
	if (r < 0 && vlog_has(rule, VLOG_BASE))
		r = vlogstep_base(step);
	if (r < 0 && vlog_has(rule, VLOG_DST))
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

/* Several lines of a log that came through another program. */
static void vlog_copy_lines(char *out, size_t size, struct vlog_text t, struct vlog_text lead)
{
	struct vlog_text line = t, rest;
	const char *nl;
	size_t n = 0;
	bool had;

	*out = '\0';
	for (rest = t; rest.n && n + 2 < size; n = strlen(out)) {
		nl = memchr(rest.p, '\n', rest.n);
		line.p = rest.p;
		line.n = nl ? (size_t)(nl - rest.p) : rest.n;
		rest.p += line.n + (nl != NULL);
		rest.n -= line.n + (nl != NULL);
		line = vlogstep_trim(vlogstep_bare(line, lead, &had));
		if (n && line.n)
			out[n++] = ' ';
		vlog_copy(out + n, size - n, line);
	}
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

/* Calls that the verifier refuses without a word, and why. */
static const struct {
	const char *helper, *advice;
} vlog_silent[] = {
	{"bpf_snprintf",
		"the size of the values in r5 must be a multiple of 8: each takes 8 bytes"},
	{"", "one of its arguments is not what the call takes, most likely a constant or a size; "
	     "see bpf-helpers(7)"},
};

/* The verifier stopped at a call; its last word is the number of steps. */
static void vlog_at_call(struct vlog_text helper, struct vlog *v)
{
	size_t i = 0;

	vlog_add(v->msg, sizeof(v->msg), "", "the verifier stopped at this call without a message",
		"");
	while (*vlog_silent[i].helper && (helper.n != strlen(vlog_silent[i].helper) ||
						 memcmp(helper.p, vlog_silent[i].helper, helper.n)))
		i++;
	vlog_add(v->advice, sizeof(v->advice), "", vlog_silent[i].advice, "");
	v->refused = true;
}

/* No refusal in the log: what the errno and the shape of the log tell. */
static int vlog_by_errno(const struct vlog_scan *s, int err, struct vlog *v)
{
	size_t i;
	bool loop = s->turns >= 2;

	v->insn = s->insn;
	if (!err)
		return -ENOENT;
	if (s->done && err == -EINVAL && s->step.p && vlogstep_starts(s->step, "call bpf_")) {
		vlog_at_call(vlogstep_helper(s->step), v);
		return 0;
	}
	vlog_add(v->msg, sizeof(v->msg), "",
		s->lines.p == s->end ? "the verifier wrote no message"
		: s->done	     ? "the verifier found nothing wrong"
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
static void vlog_choose(struct vlog_scan *s, const struct vlog_index *x, const struct vlog_facts *f,
	struct vlog_match *m, struct vlog *v)
{
	struct vlog_match first;
	char text[sizeof(v->msg)];

	vlog_find(x, s->msg, f, m);
	vlog_copy(v->msg, sizeof(v->msg), s->msg);
	if (!vlog_has(&m->rule, VLOG_LOOSE) || !s->prev.p)
		return;
	if (!vlog_find(x, s->prev, f, &first))
		return;
	*m = first;
	vlog_copy(text, sizeof(text), s->prev);
	if (vlog_add(text, sizeof(text), "; ", v->msg, ""))
		strcpy(v->msg, text);
}

/* A register's history and the kernel's own words, as advice ends with them. */
struct vlog_tail {
	char history[320], reason[320], suggestion[320];
};

/* Behind the advice: all of these, or nothing. */
static bool vlog_append(
	char *out, size_t room, const struct vlog_tail *t, bool reason, bool suggestion)
{
	const char *said[3] = {
		t->history, reason ? t->reason : "", suggestion ? t->suggestion : ""};
	size_t n = strlen(out), i;
	bool kernel = false;

	for (i = 0; i < 3; i++) {
		if (!*said[i])
			continue;
		if (!vlog_add(out, room,
			    kernel	? " "
			    : i && *out ? "; the kernel says: "
			    : *out	? "; "
					: "",
			    said[i], "")) {
			out[n] = '\0';
			return false;
		}
		kernel = i > 0;
	}
	return true;
}

/*
 * Our advice, the register's history, the kernel's own words.  Where there is no room for all of it
 * the history becomes shorter first, then of the kernel's words the general ones go.
 */
static void vlog_advise(
	const struct vlog_scan *s, const struct vlog_match *m, int err, size_t room, struct vlog *v)
{
	static const struct {
		unsigned steps;
		bool reason, suggestion;
	} tries[] = {{4, true, true}, {2, true, true}, {1, true, true}, {2, true, false},
		{1, true, false}, {4, false, false}, {1, false, false}, {0, true, false},
		{0, false, true}};
	struct vlog_words w = {
		v->reg, v->insn, vlogstep_helper(s->step), {NULL, 0}, {NULL, 0}, 0, 0};
	struct vlogslot_access access;
	struct vlogback back;
	struct vlog_tail t;
	const char *p;
	size_t i;

	if (m->cap[1].n) {
		p = m->cap[1].p;
		w.acquirer = vlogback_called(&s->lines, s->step, vlogstep_int(&p, p + m->cap[1].n));
	}
	if (vlog_has(&m->rule, VLOG_MADE)) {
		vlogback_look(&s->lines, s->step, v->reg, &back);
		w.made = back.made;
	}
	if (s->step.p && vlogslot_access(s->step, &access)) {
		w.off = access.off;
		w.size = access.size;
	}
	if (m->rule.text)
		vlog_fill(m, &w, v->advice, room);
	vlog_copy_lines(t.suggestion, sizeof(t.suggestion), s->suggestion, s->lines.lead);
	vlog_copy_lines(t.reason, sizeof(t.reason), s->reason, s->lines.lead);
	i = strlen(t.suggestion);
	if (i && t.suggestion[i - 1] == '.')
		t.suggestion[i - 1] = '\0';
	for (i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		vlogback_history(
			&s->lines, s->step, v->reg, tries[i].steps, t.history, sizeof(t.history));
		if (vlog_append(v->advice, room, &t, tries[i].reason, tries[i].suggestion))
			break;
	}
	if (err == -ENOSPC && !vlog_has(&m->rule, VLOG_NO_INSN) &&
		!vlog_has(&m->rule, VLOG_NO_MORE))
		vlog_add(v->advice, room, *v->advice ? "; " : "",
			"the log is cut: a larger buffer shows all of it", "");
}

/* Message and title were cut off, the block's suggestion is all that is left. */
static void vlog_lost(struct vlog_scan *s, struct vlog *v)
{
	char insn[128];

	if (s->at_call.p && s->suggestion.p && !vlogstep_starts(s->at_text, "call ") &&
		memmem(s->suggestion.p, s->suggestion.n, " this call", 10)) {
		s->at = s->at_call_insn;
		s->at_text = s->at_call;
	}
	vlog_copy(insn, sizeof(insn), s->at_text);
	snprintf(v->msg, sizeof(v->msg), "the verifier's message is missing from the log");
	if (*insn)
		vlog_add(v->msg, sizeof(v->msg), ", which points at '", insn, "'");
}

/* The number that the message itself gives, if it does. */
static int vlog_insn(const struct vlog_scan *s, const struct vlog_match *m)
{
	const char *p;

	if (vlog_has(&m->rule, VLOG_INSN_1) && m->cap[0].n) {
		p = m->cap[0].p;
		return vlogstep_int(&p, p + m->cap[0].n);
	}
	if (s->at >= 0)
		return s->at;
	/* a walk that was completed ends with an exit, or at what was safe already */
	if (vlog_has(&m->rule, VLOG_NO_INSN) &&
		(!s->step.p || s->safe || vlogstep_starts(s->step, "exit")))
		return -1;
	return s->insn;
}

/* Does the argument behind reg say how large what it points to is, with a number that varies? */
static bool vlog_sized(const struct vlog_scan *s, int reg)
{
	struct vlogback back;

	if (reg < 1 || reg > 4 || vlogstep_starts(s->step, "call bpf_map_"))
		return false;
	vlogback_look(&s->lines, s->step, reg + 1, &back);
	return back.range;
}

/* total: what message and advice may take together */
static int vlog_answer(const char *log, size_t len, int err, size_t total, struct vlog *v)
{
	struct vlog_scan s;
	struct vlog_index x;
	struct vlog_match m = {{NULL, 0, NULL}, {{NULL, 0}}};
	struct vlog_facts f = {.at_exit = false};
	struct vlogback_loop loop;
	struct vlogback back;

	memset(v, 0, sizeof(*v));
	v->insn = v->reg = -1;
	if (err > 0)
		err = -err;
	vlog_index_make(&x);
	vlogscan_search(&s, &x, log ? log : "", log ? len : 0);
	/* what is left when the message was cut off */
	if (!s.msg.p)
		s.msg = s.title.p ? s.title : s.suggestion;
	if (!s.msg.p)
		return vlog_by_errno(&s, err, v);

	f.at_exit = s.step.p && vlogstep_starts(s.step, "exit");
	f.at_store =
		s.step.p && (vlogstep_starts(s.step, "*(") || vlogstep_starts(s.step, "lock "));
	f.at_skb = s.step.p && memmem(s.step.p, s.step.n, ")skb[", 5);
	f.at_call = s.step.p && vlogstep_starts(s.step, "call ");
	f.back = vlogstep_starts(s.msg, "BPF program is too large") &&
		 vlogback_loop(&s.lines, s.step, &loop);
	v->reg = vlog_msg_reg(s.msg, s.cut_head);
	if (v->reg < 0 && s.prev.p)
		v->reg = vlog_msg_reg(s.prev, false);
	if (v->reg < 0)
		v->reg = vlog_null_arg(s.msg);
	vlogback_look(
		&s.lines, s.step, v->reg < 0 && s.step.p ? vlogstep_base(s.step) : v->reg, &back);
	f.number = back.number;
	vlogback_look(&s.lines, s.step, v->reg, &back);
	f.clobbered = back.clobbered && v->reg >= 1;
	f.zero = back.zero;
	f.lost = back.lost;
	f.half = back.half;
	f.spoiled = back.spoiled;
	f.index = back.index;
	f.made = back.made.p;
	f.sized = f.at_call && vlog_sized(&s, v->reg);
	f.callback = back.callback;
	f.argument = s.global && back.first;
	f.cut = !s.done;
	f.torn = f.cut && s.msg.p + s.msg.n == s.end;
	if (s.msg.n > VLOG_MSG)
		s.msg.n = VLOG_MSG;
	vlog_choose(&s, &x, &f, &m, v);
	if (!v->msg[0]) /* nothing of it was text */
		return vlog_by_errno(&s, err, v);
	if (!m.rule.text && err == -ENOSPC && (s.cut_head || f.cut))
		return v->msg[0] = '\0', vlog_by_errno(&s, err, v);
	if (s.msg.p == s.suggestion.p || vlog_has(&m.rule, VLOG_SUGGESTED))
		vlog_lost(&s, v);
	v->refused = true;
	v->insn = vlog_insn(&s, &m);
	if (vlog_has(&m.rule, VLOG_AT_BACK)) {
		v->insn = loop.insn;
		s.source = loop.source;
	}
	v->reg = vlog_flag_reg(&s.lines, &m.rule, s.step, v->reg);
	if (s.source.p)
		vlog_place(s.source, v);
	vlog_advise(&s, &m, err, total - strlen(v->msg), v);
	return 0;
}

int vlog_parse(const char *log, size_t len, int err, struct vlog *v)
{
	return vlog_answer(log, len, err, sizeof(v->advice), v);
}

/* Of a struct rawbpf_error's 512 bytes, less the errno's name. */
enum { VLOG_IN_ERROR = 470 };

int rawbpf_explain_log(const char *log, size_t len, int err, struct rawbpf_error *e)
{
	struct vlog v;
	int r = vlog_answer(log, len, err, VLOG_IN_ERROR, &v);

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
