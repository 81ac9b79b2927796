// SPDX-License-Identifier: MIT
/*
 * progwhy.c - why the kernel refused a program, in words.
 *
 * What the verifier's log says goes first, with the line of the source that it speaks of.  Without
 * a log there is the errno alone, and what is known of the machine and of this user's rights.
 */
#include "progwhy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ksymput.h"
#include "object.h"
#include "progspot.h"
#include "rights.h"
#include "vlog.h"

/* The log and behind it the hint, which may be longer than an error's own buffer. */
static void progwhy_take_log(struct rawbpf *b, char *log, const char *source, const char *advice)
{
	size_t n = strlen(log), room;
	char *p;

	if (!*advice && !*source) {
		ctx_take_log(b, log);
		return;
	}
	room = strlen(source) + strlen(advice) + 8;
	p = realloc(log, n + 1 + room);
	if (!p) {
		free(log);
		return;
	}
	ctx_take_log(b, p);
	b->error.hint = p + n + 1;
	if (*source && *advice)
		snprintf(p + n + 1, room, "'%s': %s", source, advice);
	else
		snprintf(p + n + 1, room, "%s%s", source, advice);
}

static const char *progwhy_trim(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

/* Was it written in C, or in the assembler's text? */
static bool progwhy_is_c(const struct progwhy *w, uint32_t insn)
{
	struct object_line line;
	const char *dot = object_line(w->b->object, w->code, insn, &line) && line.file
				  ? strrchr(line.file, '.')
				  : NULL;

	return !dot || strcmp(dot, ".bpf") != 0;
}

/* An instruction that must not be reached was (objcore.c, ksymput.c): why it was made so. */
static void progwhy_dead(const struct progwhy *w, struct vlog *v)
{
	const char *why = v->insn >= 0 ? object_dead(w->code, (uint32_t)v->insn) : NULL;
	const char *absent =
		v->insn >= 0 ? ksymput_absent(w->b->object, w->code, (uint32_t)v->insn) : NULL;

	if (absent) {
		snprintf(v->msg, sizeof(v->msg), "function '%s' is not in this kernel", absent);
		snprintf(v->advice, sizeof(v->advice),
			"it is weak, so it may be absent, but must not be called then: ask first, "
			"in C 'if (bpf_ksym_exists(%s))', in a text 'r1 = &%s' and 'if r1 == 0 "
			"goto ...'",
			absent, absent);
	}
	if (!why)
		return;
	snprintf(v->msg, sizeof(v->msg), "%s", why);
	snprintf(v->advice, sizeof(v->advice), "ask first whether it is there, as %s",
		progwhy_is_c(w, (uint32_t)v->insn)
			? "bpf_core_field_exists() and bpf_core_enum_value_exists() do"
			: "'r2 = exists(TYPE.FIELD)' and 'if r2 == 0 goto ...' do");
}

/* 0, and the log taken, when it says why; a verifier that was content did not refuse. */
static int progwhy_rejected(const struct progwhy *w, char *log, int err)
{
	struct object_line line = {0};
	bool known;
	struct vlog v;

	if (vlog_parse(log, strlen(log), err, &v) || (!v.refused && prog_no_verdict(err)))
		return -ENOENT;
	if (v.insn < 0)
		v.insn = progspot_find(w->b->object, w->code, v.msg);
	progwhy_dead(w, &v);
	known = object_line(w->b->object, w->code, v.insn < 0 ? 0 : (uint32_t)v.insn, &line) &&
		line.file;
	if (known && v.insn >= 0)
		err_set(&w->b->error, "load", err, "prog '%s' rejected at %s:%u: %s", w->p->name,
			line.file, line.line, v.msg);
	else if (known) /* all of it is meant */
		err_set(&w->b->error, "load", err, "prog '%s', from %s:%u on, rejected: %s",
			w->p->name, line.file, line.line, v.msg);
	else if (v.insn >= 0)
		err_set(&w->b->error, "load", err, "prog '%s' rejected at instruction %d: %s",
			w->p->name, v.insn, v.msg);
	else
		err_set(&w->b->error, "load", err, "prog '%s' rejected: %s", w->p->name, v.msg);
	w->b->error.insn = v.insn;
	err_prog(&w->b->error, w->p->name);
	err_src(&w->b->error, line.file, line.line);
	progwhy_take_log(w->b, log,
		progwhy_trim(v.insn < 0	 ? ""
			     : line.text ? line.text
					 : v.source),
		v.advice);
	return 0;
}

/* A refusal without a usable log; log, which it takes, may be NULL. */
static void progwhy_silent(const struct progwhy *w, char *log, int err)
{
	struct rawbpf_error *e = &w->b->error;

	err_set(e, "load", err, "prog '%s' of type %s %s", w->p->name, secname_type(w->p->type),
		prog_no_verdict(err) ? "cannot be loaded" : "refused");
	err_prog(e, w->p->name);
	if (err == -EAGAIN || err == -EINTR)
		err_hint(e, "signals kept interrupting the verifier");
	else if (err == -ENOMEM)
		err_hint(e,
			"the kernel has no memory for it, or the memory cgroup's limit is reached");
	else if (prog_no_verdict(err))
		; /* err_set() or rights_explain() knows */
	else if (!w->targeted &&
		 (w->p->type == RAWBPF_PROG_TRACING || w->p->type == RAWBPF_PROG_LSM ||
			 w->p->type == RAWBPF_PROG_EXT))
		err_hint(e, "section '%s' must name a function whose BTF the kernel has",
			w->p->section);
	else if (err == -EINVAL)
		err_hint(e, "the kernel says no more: it may not know programs of this type");
	rights_explain(&w->b->sys, e, RIGHTS_BPF, err);
	if (log && *log)
		ctx_take_log(w->b, log);
	else
		free(log);
}

void progwhy_explain(const struct progwhy *w, char *log, int err)
{
	if (!log || !*log || progwhy_rejected(w, log, err))
		progwhy_silent(w, log, err);
	else
		rights_locked_helper(&w->b->sys, &w->b->error);
}
