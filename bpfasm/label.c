// SPDX-License-Identifier: MIT
/*
 * label.c - labels of a function, and the jumps to them.
 *
 * A label that begins with '.' belongs to the macro expansion it stands in, any other one, and one
 * outside of an expansion, to the function.  A jump looks for its label in the expansion it stands
 * in, then in those around it, at last in the function.
 *
 * Labels that are numbers are GNU's: "1b" is the last "1:" above it, "1f" the next one below, in the
 * text as it is when all macros are expanded.  A listing has a number before each instruction that
 * no jump asks for, so they are only noted, and looked through when there is such a jump.
 */
#include "label.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_SHOWN = 60 }; /* characters of a name in a message */

#include "insn.h"

static size_t label_hash(const char *name, size_t len, const struct src *scope)
{
	size_t h = 14695981039346656037ULL ^ ((uintptr_t)scope >> 4), i;

	for (i = 0; i < len; i++)
		h = (h ^ (unsigned char)name[i]) * 1099511628211ULL;
	return h ^ h >> 29;
}

static uint32_t *label_slot(
	const struct labels *l, const char *name, size_t len, const struct src *scope)
{
	size_t i = label_hash(name, len, scope) & (l->n_slots - 1);

	for (; l->slots[i]; i = (i + 1) & (l->n_slots - 1)) {
		const struct label *have = &l->label[l->slots[i] - 1];

		if (have->scope == scope && have->len == len && !memcmp(have->name, name, len))
			break;
	}
	return &l->slots[i];
}

static struct label *label_find(
	const struct labels *l, const char *name, size_t len, const struct src *scope)
{
	uint32_t *slot = l->n_slots ? label_slot(l, name, len, scope) : NULL;

	return slot && *slot ? &l->label[*slot - 1] : NULL;
}

/* Keep the table at most half full. */
static int label_room(struct labels *l, struct pool *pool)
{
	size_t i;

	if (2 * l->n < l->n_slots)
		return 0;
	l->n_slots = l->n_slots ? 2 * l->n_slots : 16;
	l->slots = pool_alloc(pool, l->n_slots * sizeof(*l->slots));
	if (!l->slots) {
		l->n_slots = 0;
		return -ENOMEM;
	}
	for (i = 0; i < l->n; i++) {
		const struct label *have = &l->label[i];

		*label_slot(l, have->name, have->len, have->scope) = (uint32_t)i + 1;
	}
	return 0;
}

int label_define(struct labels *l, struct pool *pool, struct diag *d, struct pos at,
	const char *name, size_t len, uint32_t insn)
{
	const struct src *scope = name[0] == '.' && at.src->expansion ? at.src : NULL;
	struct label *have = label_find(l, name, len, scope), *add;

	if (have) {
		diag_error(d, at, len, "label '%.*s' is already defined at line %u",
			len < LABEL_SHOWN ? (int)len : LABEL_SHOWN, name,
			(unsigned)diag_user_pos(have->at).line);
		return -EINVAL;
	}
	if (pool_grow(pool, &l->label, &l->cap, l->n, sizeof(*l->label)) || label_room(l, pool))
		return -ENOMEM;
	add = &l->label[l->n++];
	add->name = pool_strndup(pool, name, len);
	if (!add->name)
		return -ENOMEM;
	add->len = (uint32_t)len;
	add->scope = scope;
	add->insn = insn;
	add->at = at;
	add->used = false;
	*label_slot(l, add->name, len, scope) = (uint32_t)l->n;
	return 0;
}

int label_jump(struct labels *l, struct pool *pool, struct pos at, const char *name, size_t len,
	uint32_t insn)
{
	struct label_jump *j;

	if (pool_grow(pool, &l->jump, &l->cap_jumps, l->n_jumps, sizeof(*l->jump)))
		return -ENOMEM;
	j = &l->jump[l->n_jumps++];
	j->name = pool_strndup(pool, name, len);
	j->len = (uint32_t)len;
	j->insn = insn;
	j->at = at;
	j->locals = (uint32_t)l->n_locals;
	j->label = UINT32_MAX;
	return j->name ? 0 : -ENOMEM;
}

/* ---- numbers ----------------------------------------------------------------------------- */

int label_local(struct labels *l, struct pool *pool, uint32_t num, struct pos at, uint32_t insn)
{
	struct label_local *add;

	if (pool_grow(pool, &l->local, &l->cap_locals, l->n_locals, sizeof(*l->local)))
		return -ENOMEM;
	add = &l->local[l->n_locals];
	*add = (struct label_local){.num = num, .insn = insn, .at = at};
	add->order = (uint32_t)l->n_locals++;
	return 0;
}

static bool label_is_local(const struct label_jump *j)
{
	return j->name[0] >= '0' && j->name[0] <= '9';
}

/* by number, then as they stand in the text */
static int label_local_order(const void *a, const void *b)
{
	const struct label_local *x = a, *y = b;

	if (x->num != y->num)
		return x->num < y->num ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static void label_sort_locals(struct labels *l)
{
	size_t i;

	for (i = 0; i < l->n_jumps && !label_is_local(&l->jump[i]); i++)
		;
	if (i < l->n_jumps && l->n_locals)
		qsort(l->local, l->n_locals, sizeof(*l->local), label_local_order);
}

/* The one that a jump means; NULL: there is none. */
static struct label_local *label_find_local(const struct labels *l, const struct label_jump *j)
{
	bool forward = j->name[j->len - 1] == 'f';
	size_t lo = 0, hi = l->n_locals, mid;
	const char *digit = j->name;
	uint32_t num = 0;

	for (; *digit >= '0' && *digit <= '9'; digit++)
		num = 10 * num + (uint32_t)(*digit - '0');
	/* the first that stands below the jump, or has a higher number */
	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (l->local[mid].num < num ||
			(l->local[mid].num == num && l->local[mid].order < j->locals))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (forward)
		return lo < l->n_locals && l->local[lo].num == num ? &l->local[lo] : NULL;
	return lo && l->local[lo - 1].num == num ? &l->local[lo - 1] : NULL;
}

/* It becomes a label as all others are, which no other jump can name. */
static int label_from_local(struct labels *l, struct pool *pool, struct label_local *local)
{
	struct label *add;

	if (local->label)
		return 0;
	if (pool_grow(pool, &l->label, &l->cap, l->n, sizeof(*l->label)))
		return -ENOMEM;
	add = &l->label[l->n++];
	add->name = pool_printf(pool, "%u", (unsigned)local->num);
	if (!add->name)
		return -ENOMEM;
	add->len = (uint32_t)strlen(add->name);
	add->scope = NULL;
	add->insn = local->insn;
	add->at = local->at;
	local->label = (uint32_t)l->n;
	return 0;
}

/* ---- jumps ------------------------------------------------------------------------------- */

static struct label *label_resolve(const struct labels *l, const struct label_jump *j)
{
	const struct src *src;
	struct label *found;

	for (src = j->at.src; src && src->expansion && j->name[0] == '.'; src = src->from.src) {
		found = label_find(l, j->name, j->len, src);
		if (found)
			return found;
	}
	return label_find(l, j->name, j->len, NULL);
}

static void label_unknown(const struct labels *l, struct diag *d, const struct label_jump *j)
{
	struct suggest s;
	char buf[128];
	size_t i;

	if (label_is_local(j)) {
		diag_error(d, j->at, j->len, "no label '%.*s:' stands %s this jump",
			(int)j->len - 1, j->name, j->name[j->len - 1] == 'f' ? "below" : "above");
		return;
	}
	suggest_start(&s, j->name, j->len);
	for (i = 0; i < l->n; i++)
		if (!l->label[i].scope || l->label[i].scope == j->at.src)
			suggest_offer(&s, l->label[i].name, l->label[i].len);
	diag_error(d, j->at, j->len, "no label '%.*s'%s", LABEL_SHOWN, j->name,
		suggest_text(&s, buf, sizeof(buf)));
}

const char *label_far_hint(unsigned code)
{
	if (code == INSN_GOTO)
		return "use gotol";
	/* no other condition is their reverse */
	if (code == INSN_MAY_GOTO || (code & INSN_OP) == INSN_JSET)
		return "let it lead to a gotol near by";
	return "reverse the condition and let it lead past a gotol";
}

/* gotol has its distance in imm, 32 bits wide; all other jumps in off */
static void label_patch(
	struct diag *d, const struct label_jump *j, struct ir_insn *in, uint32_t target)
{
	int64_t off = (int64_t)target - (int64_t)j->insn - 1;

	if (in->code == INSN_GOTOL) {
		in->imm = (int32_t)off;
	} else if (off >= INT16_MIN && off <= INT16_MAX) {
		in->off = (int16_t)off;
	} else {
		diag_error(d, j->at, j->len,
			"label '%.*s' is %lld instructions away, a jump reaches 32767; %s",
			LABEL_SHOWN, j->name, (long long)(off < 0 ? -off : off),
			label_far_hint(in->code));
	}
}

/* *to: where it leads; NULL: nowhere */
static int label_target(
	struct labels *l, struct pool *pool, const struct label_jump *j, struct label **to)
{
	struct label_local *local;
	int err;

	*to = NULL;
	if (!label_is_local(j)) {
		*to = label_resolve(l, j);
		return 0;
	}
	local = label_find_local(l, j);
	err = local ? label_from_local(l, pool, local) : 0;
	if (local && !err)
		*to = &l->label[local->label - 1];
	return err;
}

int label_finish(struct labels *l, struct pool *pool, struct diag *d, struct ir_insn *insns)
{
	size_t i;

	label_sort_locals(l);
	for (i = 0; i < l->n_jumps && !diag_full(d); i++) {
		struct label_jump *j = &l->jump[i];
		struct label *to;

		if (label_target(l, pool, j, &to))
			return -ENOMEM;
		if (!to) {
			label_unknown(l, d, j);
			continue;
		}
		to->used = true;
		j->label = (uint32_t)(to - l->label);
		label_patch(d, j, &insns[j->insn], to->insn);
	}
	return 0;
}

void label_unused(const struct labels *l, struct diag *d)
{
	size_t i;

	/* a macro may offer a label that not each use of it needs */
	for (i = 0; i < l->n; i++)
		if (!l->label[i].used && !l->label[i].at.src->expansion)
			diag_warning(d, l->label[i].at, l->label[i].len,
				"nothing jumps to label '%.*s'", LABEL_SHOWN, l->label[i].name);
}
