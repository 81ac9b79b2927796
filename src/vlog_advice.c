// SPDX-License-Identifier: MIT
/*
 * vlog_advice.c - the rule for a message of the verifier, and its advice.
 *
 * Wordings of Linux 4.4 to 7.x.  A kernel changes the words while the cause stays, so rules look
 * for the part that stayed; where old and new words have nothing in common there are two rules.
 * Order matters: special before general.  The rules are in vlog_mem.c, vlog_call.c and vlog_prog.c,
 * what several of them say in vlog_sentence.c.
 */
#include "vlog_advice.h"

#include <ctype.h>
#include <limits.h>
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

/*
 * pat against the start of [p, end).  The depth is the number of stars in pat, which the table
 * keeps small; texts are one line.
 */
static bool vlog_fits(
	const char *pat, const char *p, const char *end, struct vlog_text *cap, unsigned n_cap)
{
	const char *q;
	size_t n;

	for (; *pat; pat++) {
		if (*pat == '*' && n_cap < VLOG_CAPTURES) {
			for (q = p; q <= end; q++) {
				if (!vlog_fits(pat + 1, q, end, cap, n_cap + 1))
					continue;
				/* a final star takes all */
				cap[n_cap].p = p;
				cap[n_cap].n = (size_t)((pat[1] ? q : end) - p);
				return true;
			}
			return false;
		}
		if (p >= end)
			return false;
		n = *pat == '#' && n_cap < VLOG_CAPTURES ? vlog_number(p, end) : 0;
		if (n) {
			cap[n_cap].p = p;
			cap[n_cap++].n = n;
			p += n;
			continue;
		}
		if ((*pat == '@' ? '#' : *pat) != *p)
			return false;
		p++;
	}
	return true;
}

/*
 * The text ends inside of pat: how many of pat's own characters are there; -1: it does not.  An end
 * in what a star stands for is none: anything may come behind it.
 */
static int vlog_ends(const char *pat, const char *p, const char *end)
{
	const char *q;
	int n = 0, rest, best = -1;
	size_t number;

	for (; *pat; pat++) {
		if (p >= end)
			return n;
		if (*pat == '*') {
			for (q = p; q < end; q++) {
				rest = vlog_ends(pat + 1, q, end);
				best = rest > best ? rest : best;
			}
			return best < 0 ? -1 : n + best;
		}
		number = *pat == '#' ? vlog_number(p, end) : 0;
		if (!number && (*pat == '@' ? '#' : *pat) != *p)
			return -1;
		p += number ? number : 1;
		n++;
	}
	return -1;
}

/* What '#' stood for; no NUL need be behind it, and 0 is no sign of another base. */
static long vlog_amount(const struct vlog_text *number, size_t most)
{
	char digits[24];

	if (!number->n || number->n > most)
		return 0;
	snprintf(digits, sizeof(digits), "%.*s", (int)number->n, number->p);
	return strtol(digits, NULL, strstr(digits, "0x") ? 16 : 10);
}

/* An offset and a size: it begins in the frame, and passes its end or does not. */
static bool vlog_in_frame(const struct vlog_text *off, const struct vlog_text *size, bool over)
{
	long from = vlog_amount(off, 19), n = vlog_amount(size, 7);

	return from < 0 && from >= -512 && (from + n > 0) == over;
}

static bool vlog_applies(const struct vlog_rule *r, const struct vlog_facts *f)
{
	return (!vlog_has(r, VLOG_AT_EXIT) || f->at_exit) &&
	       (!vlog_has(r, VLOG_CLOBBER) || f->clobbered) &&
	       (!vlog_has(r, VLOG_ZERO) || f->zero) && (!vlog_has(r, VLOG_LOST) || f->lost) &&
	       (!vlog_has(r, VLOG_HALF) || f->half) && (!vlog_has(r, VLOG_SCALAR) || f->number) &&
	       (!vlog_has(r, VLOG_MADE) || f->made) && (!vlog_has(r, VLOG_INDEX) || f->index) &&
	       (!vlog_has(r, VLOG_SIZED) || f->sized) &&
	       (!vlog_has(r, VLOG_SPOILED) || f->spoiled) &&
	       (!vlog_has(r, VLOG_AT_STORE) || f->at_store) &&
	       (!vlog_has(r, VLOG_AT_SKB) || f->at_skb) &&
	       (!vlog_has(r, VLOG_AT_CALL) || f->at_call) &&
	       (!vlog_has(r, VLOG_AT_BACK) || f->back) &&
	       (!vlog_has(r, VLOG_CALLBACK) || f->callback) &&
	       (!vlog_has(r, VLOG_ARGUMENT) || f->argument);
}

/* ---- a row of the tables */

const char *vlog_rule_next(const char *row)
{
	row += strlen(row) + 1;
	return row + strlen(row) + 1;
}

/* The end of the flags that begin at s. */
static const char *vlog_flags_end(const char *s)
{
	while (*s && (unsigned char)*s < ' ')
		s++;
	return s;
}

void vlog_rule_read(const char *row, struct vlog_rule *r)
{
	const char *s = row + strlen(row) + 1;

	r->text = row;
	r->flags = 0;
	r->advice = vlog_flags_end(s);
	for (; s < r->advice; s++)
		r->flags |= 1U << *s;
	while (!*r->advice) {
		s = r->advice + 1; /* the next row's text */
		r->advice = vlog_flags_end(s + strlen(s) + 1);
	}
}

/* ---- the rules that may fit, without a look at the others */

/*
 * Of the two characters at p.  What a '#' stands for begins with a digit, a '-' or a '#', so these
 * are one character here, and the '@' of a text with them.
 */
static size_t vlog_key(const char *p)
{
	unsigned char second = (unsigned char)p[1];

	if (isdigit(second) || second == '-' || second == '@')
		second = '#';
	return 1 + ((unsigned char)p[0] * 37U + second) % (VLOG_BUCKETS - 1);
}

/* The bucket 0 is of the texts that begin with any character, or have a '*' behind the first. */
static size_t vlog_rule_key(const char *text)
{
	return *text == '*' || *text == '#' || *text == '@' || text[1] == '*' || !text[1]
		       ? 0
		       : vlog_key(text);
}

static void vlog_index_add(struct vlog_index *x, const char *row)
{
	for (; *row && x->n < VLOG_RULES; row = vlog_rule_next(row))
		x->row[x->n++] = row;
}

void vlog_index_make(struct vlog_index *x)
{
	unsigned short *bucket;
	size_t i;

	x->n = 0;
	vlog_index_add(x, vlog_mem_rules());
	vlog_index_add(x, vlog_call_rules());
	vlog_index_add(x, vlog_prog_rules());
	memset(x->bucket, 0, sizeof(x->bucket));
	/* from the last, so that a bucket begins with its first */
	for (i = x->n; i; i--) {
		bucket = &x->bucket[vlog_rule_key(x->row[i - 1])];
		x->next[i - 1] = *bucket;
		*bucket = (unsigned short)i;
	}
}

/* Does an advice, or a sentence of it, tell what stood in the message and is not there? */
static bool vlog_lacks(const char *advice, const struct vlog_match *m)
{
	for (; *advice; advice++) {
		if ((unsigned char)*advice & 0x80 && vlog_lacks(vlog_sentence(*advice), m))
			return true;
		if (advice[0] != '{' || !advice[1] || advice[2] != '}')
			continue;
		if (isdigit((unsigned char)advice[1]) && !m->cap[advice[1] - '1'].n)
			return true;
		if (strchr("alos", advice[1]) && !m->cap[1].n)
			return true;
	}
	return false;
}

/* "[-409" without its ']', or words where the log ends: more of it was there. */
static bool vlog_short(const struct vlog_text *cap, const struct vlog_facts *f)
{
	char first = *cap->p;

	if (memchr(cap->p, '[', cap->n) && !memchr(cap->p, ']', cap->n))
		return true;
	if (memchr(cap->p, '(', cap->n) && !memchr(cap->p, ')', cap->n))
		return true;
	return f->torn && isalpha((unsigned char)first);
}

/* Does an advice repeat the message's last words, which were cut? */
static bool vlog_halved(
	const char *advice, const struct vlog_match *m, const struct vlog_facts *f, const char *end)
{
	const struct vlog_text *cap;

	for (; *advice; advice++) {
		if (advice[0] != '{' || !isdigit((unsigned char)advice[1]))
			continue;
		cap = &m->cap[advice[1] - '1'];
		if (cap->n && cap->p + cap->n == end && vlog_short(cap, f))
			return true;
	}
	return false;
}

/* A search for the first rule that fits anywhere in a message. */
struct vlog_hunt {
	const struct vlog_index *x;
	const struct vlog_facts *f;
	const char *end;      /* of the message */
	size_t best;	      /* place of the first rule that did so far */
	bool out[VLOG_RULES]; /* did, but for the numbers; what follows in the message is no matter */
};

static void vlog_hunt_at(struct vlog_hunt *h, size_t bucket, const char *p, struct vlog_match *m)
{
	struct vlog_match found;
	struct vlog_rule r;
	size_t i;

	for (i = h->x->bucket[bucket]; i && i <= h->best; i = h->x->next[i - 1]) {
		if (!vlog_fits(h->x->row[i - 1], p, h->end, found.cap, 0) || h->out[i - 1])
			continue;
		vlog_rule_read(h->x->row[i - 1], &r);
		if (!vlog_applies(&r, h->f))
			continue;
		/* without what a try that failed has left */
		memset(&found, 0, sizeof(found));
		vlog_fits(r.text, p, h->end, found.cap, 0);
		h->out[i - 1] =
			(vlog_has(&r, VLOG_IN_FRAME) || vlog_has(&r, VLOG_OVER_TOP)) &&
			!vlog_in_frame(&found.cap[1], &found.cap[2], vlog_has(&r, VLOG_OVER_TOP));
		h->out[i - 1] |= h->f->cut && (vlog_lacks(r.advice, &found) ||
						      vlog_halved(r.advice, &found, h->f, h->end));
		if (h->out[i - 1])
			continue;
		found.rule = r;
		*m = found;
		h->best = i - 1;
	}
}

static bool vlog_hunt(const struct vlog_index *x, struct vlog_text msg, const struct vlog_facts *f,
	struct vlog_match *m)
{
	struct vlog_hunt h = {x, f, msg.p + msg.n, x->n, {false}};
	const char *p;

	for (p = msg.p; p < h.end; p++) {
		vlog_hunt_at(&h, 0, p, m);
		if (h.end - p > 1)
			vlog_hunt_at(&h, vlog_key(p), p, m);
	}
	return h.best < x->n;
}

/* ---- a message without its end */

/* What must be there of a rule's own characters: so many, and of the message more than half. */
enum { VLOG_CUT_MIN = 8 };

/* A search for the rules that the whole message may have been for. */
struct vlog_torn {
	const struct vlog_index *x;
	const struct vlog_facts *f;
	struct vlog_text msg;
	struct vlog_rule rule; /* of those that are longest the first */
	int most;	       /* its characters that are there */
	int over;	       /* with more than so many a third of the message is enough */
	bool many;	       /* they do not say the same */
};

/* What is said behind "invalid mem access" is the register's type, which may be known. */
static bool vlog_may_be(const struct vlog_torn *t, const char *text)
{
	static const char access[] = "invalid mem access ";

	return !t->f->number || strncmp(text, access, sizeof(access) - 1) ||
	       !strcmp(text + sizeof(access) - 1, "'scalar'");
}

/* Of rules with the same words the first is taken. */
static bool vlog_is_second(const struct vlog_torn *t, size_t bucket, size_t place)
{
	struct vlog_rule r;
	size_t i;

	for (i = t->x->bucket[bucket]; i && i < place; i = t->x->next[i - 1]) {
		if (strcmp(t->x->row[i - 1], t->x->row[place - 1]))
			continue;
		vlog_rule_read(t->x->row[i - 1], &r);
		if (vlog_applies(&r, t->f))
			return true;
	}
	return false;
}

static void vlog_torn_at(struct vlog_torn *t, size_t bucket, const char *p)
{
	const char *end = t->msg.p + t->msg.n;
	struct vlog_rule r;
	size_t i;
	int n;

	for (i = t->x->bucket[bucket]; i; i = t->x->next[i - 1]) {
		n = vlog_ends(t->x->row[i - 1], p, end);
		if (n < VLOG_CUT_MIN || n < t->most || (size_t)n * (n > t->over ? 3 : 2) < t->msg.n)
			continue;
		vlog_rule_read(t->x->row[i - 1], &r);
		if (!vlog_applies(&r, t->f) || !vlog_may_be(t, r.text) ||
			vlog_is_second(t, bucket, i))
			continue;
		if (n > t->most)
			t->rule = r;
		t->many = n == t->most ? t->many || strcmp(r.advice, t->rule.advice) != 0 : false;
		t->most = n;
	}
}

/* A rule's own characters. */
static int vlog_own(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += *text != '*';
	return n;
}

/* The rules that a message may have begun; how much of them is there. */
static int vlog_hunt_torn(struct vlog_torn *t)
{
	const char *p, *end = t->msg.p + t->msg.n;

	for (p = t->msg.p; p + VLOG_CUT_MIN <= end; p++) {
		vlog_torn_at(t, 0, p);
		vlog_torn_at(t, vlog_key(p), p);
	}
	return t->most;
}

/* One advice, and none of words that are missing: or else none is given. */
bool vlog_find(const struct vlog_index *x, struct vlog_text msg, const struct vlog_facts *f,
	struct vlog_match *m)
{
	struct vlog_torn t = {.x = x, .f = f, .msg = msg, .over = INT_MAX};
	bool found;

	memset(&m->rule, 0, sizeof(m->rule));
	found = vlog_hunt(x, msg, f, m);
	if (found)
		t.over = vlog_own(m->rule.text);
	/* the start of a special rule may hold all of a general one */
	if (!f->cut || !vlog_hunt_torn(&t) ||
		(found &&
			(t.most <= t.over || (!t.many && !strcmp(t.rule.advice, m->rule.advice)))))
		return found;
	memset(m, 0, sizeof(*m));
	if (t.many || vlog_lacks(t.rule.advice, m))
		return false;
	m->rule = t.rule;
	return true;
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

/* "-16": there are 16 bytes up to r10 */
static int vlog_left(const struct vlog_text *off, char *out, size_t size)
{
	size_t minus = off->n && *off->p == '-';

	return off->n ? snprintf(out, size, "%.*s", (int)(off->n - minus), off->p + minus)
		      : snprintf(out, size, "fewer");
}

/* "u64" */
static int vlog_size(int bytes, char *out, size_t size)
{
	return bytes > 0 ? snprintf(out, size, "u%d", 8 * bytes) : snprintf(out, size, "SIZE");
}

/* The text of one {}, which may stand in an instruction; returns its length. */
static int vlog_value(char c, bool code, const struct vlog_match *m, const struct vlog_words *w,
	char *out, size_t size)
{
	switch (c) {
	case 'r':
		return w->reg >= 0 ? snprintf(out, size, "r%d", w->reg)
				   : snprintf(out, size, "%s", code ? "rN" : "the register");
	case 'n':
		return w->reg >= 0 ? snprintf(out, size, "r%d", w->reg + 1)
				   : snprintf(out, size, "the next register");
	case 'l': return vlog_left(&m->cap[1], out, size);
	case 's': return vlog_size(w->size, out, size);
	case 'o': return snprintf(out, size, "%+ld", w->off + vlog_amount(&m->cap[1], 8));
	case 'm':
		return w->made.p ? snprintf(out, size, "'%.*s'", (int)w->made.n, w->made.p)
				 : snprintf(out, size, "arithmetic");
	case 'i':
		return w->insn < 0 ? snprintf(out, size, "the instruction")
				   : snprintf(out, size, "insn %d", w->insn);
	case 'c': return vlog_name(w->helper, "the call", out, size);
	case 'g': return vlog_releaser(w->acquirer, out, size);
	case 'a': return vlog_name(w->acquirer, "call", out, size);
	default: return vlog_name(m->cap[c - '1'], "(unknown)", out, size);
	}
}

struct vlog_out {
	char *p;
	size_t n, size;
};

static void vlog_put(struct vlog_out *o, const char *s)
{
	for (; *s && o->n + 1 < o->size; s++)
		o->p[o->n++] = *s;
}

/* s is an advice, or a sentence of one */
static void vlog_say(
	const struct vlog_match *m, const struct vlog_words *w, const char *s, struct vlog_out *o)
{
	char value[80];
	bool code;

	for (; *s && o->n + 1 < o->size; s++) {
		if (s[0] == '{' && s[1] && strchr("ricagmnlso123456", s[1]) && s[2] == '}') {
			code = (o->n && o->p[o->n - 1] == '\'') ||
			       (o->n > 2 && !memcmp(o->p + o->n - 3, "if ", 3));
			vlog_value(s[1], code, m, w, value, sizeof(value));
			vlog_put(o, value);
			s += 2;
		} else if ((unsigned char)*s & 0x80) {
			vlog_say(m, w, vlog_sentence(*s), o);
		} else {
			o->p[o->n++] = *s;
		}
	}
}

void vlog_fill(const struct vlog_match *m, const struct vlog_words *w, char *out, size_t size)
{
	struct vlog_out o = {out, 0, size};

	vlog_say(m, w, m->rule.advice, &o);
	out[o.n] = '\0';
}
