// SPDX-License-Identifier: MIT
/*
 * vlog_advice.c - the rule for a message of the verifier, and its advice.
 *
 * Wordings of Linux 4.4 to 7.x.  A kernel changes the words while the cause stays, so rules look
 * for the part that stayed; where old and new words have nothing in common there are two rules.
 * Order matters: special before general.  The rules are in vlog_mem.c, vlog_call.c and vlog_prog.c.
 */
#include "vlog_advice.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Length of the number at p ("-8", "0x1f", "12"), 0 when there is none. */
static size_t vlog_number(const char *p, const char *end)
{
	const char *q = p;

	if (q < end && *q == '-')
		q++;
	if (end - q > 2 && q[0] == '0' && q[1] == 'x' && isxdigit((unsigned char)q[2])) {
		for (q += 2; q < end && isxdigit((unsigned char)*q);)
			q++;
		return (size_t)(q - p);
	}
	if (q >= end || !isdigit((unsigned char)*q))
		return 0;
	while (q < end && isdigit((unsigned char)*q))
		q++;
	return (size_t)(q - p);
}

enum vlog_fit { VLOG_MISS, VLOG_FITS, VLOG_ENDS /* the text ends inside the pattern */ };

/*
 * pat against the start of [p, end).  The depth is the number of stars in pat, which the table
 * keeps small; texts are one line.
 */
static enum vlog_fit vlog_fits(
	const char *pat, const char *p, const char *end, struct vlog_text *cap, unsigned n_cap)
{
	enum vlog_fit fit, best = VLOG_MISS;
	const char *q;

	for (; *pat; pat++) {
		if (*pat == '*' && n_cap < VLOG_CAPTURES) {
			for (q = p; q <= end; q++) {
				fit = vlog_fits(pat + 1, q, end, cap, n_cap + 1);
				if (fit == VLOG_FITS) {
					/* a final star takes all */
					cap[n_cap].p = p;
					cap[n_cap].n = (size_t)((pat[1] ? q : end) - p);
					return VLOG_FITS;
				}
				if (fit == VLOG_ENDS)
					best = fit;
			}
			return best;
		}
		if (p >= end)
			return VLOG_ENDS;
		if (*pat == '#' && n_cap < VLOG_CAPTURES) {
			size_t n = vlog_number(p, end);

			if (n) {
				cap[n_cap].p = p;
				cap[n_cap++].n = n;
				p += n;
				continue;
			}
		}
		if ((*pat == '@' ? '#' : *pat) != *p)
			return VLOG_MISS;
		p++;
	}
	return VLOG_FITS;
}

/* What a cut text must at least have of a pattern to be taken for it. */
enum { VLOG_CUT_MIN = 8 };

static bool vlog_rule_fits(
	const struct vlog_rule *r, struct vlog_text msg, bool cut, struct vlog_match *m)
{
	const char *p, *end = msg.p + msg.n;
	enum vlog_fit fit;

	for (p = msg.p; p < end; p++) {
		if (*r->text != '*' && *r->text != '#' && *r->text != *p)
			continue;
		memset(m->cap, 0, sizeof(m->cap));
		fit = vlog_fits(r->text, p, end, m->cap, 0);
		if (fit == VLOG_FITS || (cut && fit == VLOG_ENDS && end - p >= VLOG_CUT_MIN))
			return true;
	}
	return false;
}

/* An offset and a size: all of it in the frame. */
static bool vlog_in_frame(const struct vlog_text *off, const struct vlog_text *size)
{
	long from = off->n && off->n < 20 ? strtol(off->p, NULL, 0) : 0;
	long n = size->n && size->n < 8 ? strtol(size->p, NULL, 0) : 0;

	return from < 0 && from >= -512 && from + n <= 0;
}

static bool vlog_applies(const struct vlog_rule *r, const struct vlog_facts *f)
{
	return (!(r->flags & VLOG_AT_EXIT) || f->at_exit) &&
	       (!(r->flags & VLOG_CLOBBER) || f->clobbered) &&
	       (!(r->flags & VLOG_ZERO) || f->zero) && (!(r->flags & VLOG_LOST) || f->lost) &&
	       (!(r->flags & VLOG_HALF) || f->half) &&
	       (!(r->flags & VLOG_AT_STORE) || f->at_store) &&
	       (!(r->flags & VLOG_AT_SKB) || f->at_skb);
}

static bool vlog_try(const struct vlog_rule *r, struct vlog_text msg, const struct vlog_facts *f,
	bool cut, struct vlog_match *m)
{
	for (; r->text; r++) {
		if (!vlog_applies(r, f) || !vlog_rule_fits(r, msg, cut, m))
			continue;
		if ((r->flags & VLOG_IN_FRAME) && !vlog_in_frame(&m->cap[1], &m->cap[2]))
			continue;
		m->rule = r;
		return true;
	}
	return false;
}

static bool vlog_try_all(
	struct vlog_text msg, const struct vlog_facts *f, bool cut, struct vlog_match *m)
{
	return vlog_try(vlog_mem_rules, msg, f, cut, m) ||
	       vlog_try(vlog_call_rules, msg, f, cut, m) ||
	       vlog_try(vlog_prog_rules, msg, f, cut, m);
}

bool vlog_find(struct vlog_text msg, const struct vlog_facts *f, struct vlog_match *m)
{
	m->rule = NULL;
	return vlog_try_all(msg, f, false, m) || (f->cut && vlog_try_all(msg, f, true, m));
}

static int vlog_name(struct vlog_text t, const char *other, char *out, size_t size)
{
	while (t.n && isspace((unsigned char)t.p[t.n - 1]))
		t.n--;
	return t.n ? snprintf(out, size, "%.*s", (int)t.n, t.p) : snprintf(out, size, "%s", other);
}

/* What gives back what a call acquired, by the start of the name; special before general. */
static const struct {
	const char *acquirer, *releaser;
} vlog_releasers[] = {
	{"bpf_ringbuf_reserve_dynptr", "bpf_ringbuf_submit_dynptr or bpf_ringbuf_discard_dynptr"},
	{"bpf_ringbuf_reserve", "bpf_ringbuf_submit or bpf_ringbuf_discard"},
	{"bpf_sk_lookup_", "bpf_sk_release"},
	{"bpf_skc_lookup_", "bpf_sk_release"},
	{"bpf_task_", "bpf_task_release"},
	{"bpf_cgroup_", "bpf_cgroup_release"},
	{"bpf_cpumask_", "bpf_cpumask_release"},
	{"bpf_obj_new", "bpf_obj_drop, or put it into a list, tree or map"},
	{"bpf_percpu_obj_new", "bpf_percpu_obj_drop"},
	{"bpf_refcount_acquire", "bpf_obj_drop"},
	{"bpf_list_pop_", "bpf_obj_drop"},
	{"bpf_rbtree_remove", "bpf_obj_drop"},
	{"bpf_kptr_xchg", "bpf_kptr_xchg again, or the object's own release function"},
	{"bpf_crypto_ctx_", "bpf_crypto_ctx_release"},
	{"bpf_get_task_exe_file", "bpf_put_file"},
	{"bpf_local_irq_save", "bpf_local_irq_restore"},
};

static int vlog_releaser(struct vlog_text t, char *out, size_t size)
{
	size_t i, n;

	for (i = 0; i < sizeof(vlog_releasers) / sizeof(*vlog_releasers); i++) {
		n = strlen(vlog_releasers[i].acquirer);
		if (t.n >= n && !memcmp(t.p, vlog_releasers[i].acquirer, n))
			return snprintf(out, size, "%s", vlog_releasers[i].releaser);
	}
	if (t.n > 13 && !memcmp(t.p, "bpf_iter_", 9) && !memcmp(t.p + t.n - 4, "_new", 4))
		return snprintf(out, size, "%.*s_destroy", (int)t.n - 4, t.p);
	return snprintf(out, size, "what releases it (for bpf_ringbuf_reserve bpf_ringbuf_submit)");
}

/* The text of one {}; returns its length. */
static int vlog_value(
	char c, const struct vlog_match *m, const struct vlog_words *w, char *out, size_t size)
{
	switch (c) {
	case 'r':
		return w->reg < 0 ? snprintf(out, size, "the register")
				  : snprintf(out, size, "r%d", w->reg);
	case 'i':
		return w->insn < 0 ? snprintf(out, size, "the instruction")
				   : snprintf(out, size, "insn %d", w->insn);
	case 'c': return vlog_name(w->helper, "the call", out, size);
	case 'g': return vlog_releaser(w->acquirer, out, size);
	case 'a': return vlog_name(w->acquirer, "call", out, size);
	default: return vlog_name(m->cap[c - '1'], "(unknown)", out, size);
	}
}

void vlog_fill(const struct vlog_match *m, const struct vlog_words *w, char *out, size_t size)
{
	const char *s = m->rule->advice;
	char value[80];
	size_t n = 0, len;

	for (; *s && n + 1 < size; s++) {
		if (s[0] == '{' && s[1] && strchr("ricag123456", s[1]) && s[2] == '}') {
			vlog_value(s[1], m, w, value, sizeof(value));
			len = strlen(value);
			if (len > size - n - 1)
				len = size - n - 1;
			memcpy(out + n, value, len);
			n += len;
			s += 2;
			continue;
		}
		out[n++] = *s;
	}
	out[n] = '\0';
}
