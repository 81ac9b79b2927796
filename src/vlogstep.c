// SPDX-License-Identifier: MIT
/* vlogstep.c - the instructions in a verifier log, taken apart. */
#include "vlogstep.h"

#include <ctype.h>
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

/* Times are in it: "[    9.999] " and then "[   10.000] ". */
static bool vlogstep_alike(char a, char b)
{
	return a == b ||
	       ((isdigit((unsigned char)a) || a == ' ') && (isdigit((unsigned char)b) || b == ' '));
}

struct vlog_text vlogstep_bare(struct vlog_text t, struct vlog_text lead, bool *had)
{
	bool blank = !vlogstep_trim(lead).n;
	size_t i;

	*had = false;
	for (i = 0; i < lead.n && i < t.n; i++)
		if (blank ? t.p[i] != lead.p[i] : !vlogstep_alike(t.p[i], lead.p[i]))
			return t;
	/* an empty line may have lost its last blanks */
	for (; i < lead.n; i++)
		if (!isspace((unsigned char)lead.p[i]))
			return t;
	*had = lead.n > 0;
	i = t.n < lead.n ? t.n : lead.n;
	t.p += i;
	t.n -= i;
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

/*
 * "if r3 != 0xa goto pc-2 1: R1=ctx()": without the line of a source the states, or a message, follow
 * a jump in its own line.
 */
static void vlogstep_cut_jump(struct vlog_text *step)
{
	const char *p = memmem(step->p, step->n, "goto pc", 7), *end = step->p + step->n;

	if (!p || end - p < 9 || (p[7] != '+' && p[7] != '-'))
		return;
	p += 8;
	if (vlogstep_int(&p, end) >= 0 && p < end && *p == ' ')
		step->n = (size_t)(p - step->p);
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
	else if (memcmp(p, "BUG", 3) && (end - p < 9 || memcmp(p, "<invalid ", 9)))
		return false; /* libbpf puts "<invalid kfunc call>" in the place of what it poisoned */
	semi = memchr(p, ';', (size_t)(end - p));
	step->p = p;
	step->n = (size_t)((semi ? semi : end) - p);
	*step = vlogstep_trim(*step);
	/* a callback's first step follows in the same line: "call bpf_loop#181 9: frame1: R1=..." */
	if (vlogstep_starts(*step, "call ") && (semi = memchr(step->p + 5, ' ', step->n - 5)))
		step->n = (size_t)(semi - step->p);
	vlogstep_cut_jump(step);
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

/* "r1 = 0", "w1 = 0", "r1 = 0x0" */
bool vlogstep_zero(struct vlog_text step)
{
	const char *p = step.p, *end = step.p + step.n, *eq;

	if (vlogstep_reg(p, end) < 0 || !(eq = memmem(p, step.n, " = ", 3)))
		return false;
	eq += 3;
	if (end - eq > 2 && eq[0] == '0' && eq[1] == 'x')
		eq += 2;
	return end - eq == 1 && *eq == '0';
}

/* The value in "R6_w=map_value(..." at p, which is behind the R; NULL when it is no state of reg. */
const char *vlogstep_state(const char *p, const char *end, int reg)
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

static bool vlogstep_is_zero(const char *p, const char *end)
{
	if (end - p > 3 && !memcmp(p, "inv", 3))
		p += 3;
	return p < end && *p == '0' && (p + 1 >= end || isspace((unsigned char)p[1]));
}

static bool vlogstep_is_pointer(const char *p, const char *end)
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

static bool vlogstep_is_number(const char *p, const char *end)
{
	if (p < end && (isdigit((unsigned char)*p) || *p == '-'))
		return true;
	return (end - p >= 6 && !memcmp(p, "scalar", 6)) || (end - p >= 3 && !memcmp(p, "inv", 3));
}

/* "scalar(umax=255)", "inv(id=0)", "scalar()", not "16" and "inv16" */
static bool vlogstep_varies(const char *p, const char *end)
{
	if (!isalpha((unsigned char)*p))
		return false;
	while (p < end && isalpha((unsigned char)*p))
		p++;
	return p >= end || !(isdigit((unsigned char)*p) || *p == '-');
}

/* What a line says of reg last: "R6=map_value(...)", "R1_w=inv(id=0)". */
bool vlogstep_value(struct vlog_text t, int reg, struct vlogstep_value *v)
{
	const char *p, *end = t.p + t.n, *value, *last = NULL;

	for (p = t.p; p < end && (p = memchr(p, 'R', (size_t)(end - p))); p++)
		if ((value = vlogstep_state(p + 1, end, reg)))
			last = value;
	if (!last)
		return false;
	v->zero = vlogstep_is_zero(last, end);
	v->pointer = vlogstep_is_pointer(last, end);
	v->number = vlogstep_is_number(last, end);
	v->range = v->number && vlogstep_varies(last, end);
	return true;
}
