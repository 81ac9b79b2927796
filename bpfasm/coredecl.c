// SPDX-License-Identifier: MIT
/*
 * coredecl.c - .core: names of the kernel's types told in the text, and records by their kind.
 *
 *	.core task_struct.comm[3]: struct 9792, array 16 at 23808 of 16 1 signed int 1, signed int 1
 *
 * says what a resolver would say of the name, a part for each step: what is there, its bytes, and
 * at which bit of the record before it.  The name is a CO-RE record wherever it stands, and means
 * the same on every machine that assembles it: so objects, whose records are of their own types,
 * can be written as text and made again.
 *
 *	.core lshift_u64 task_struct.sched_reset_on_fork
 *
 * is a record of the kind, called as in libbpf, for the next instruction, whose number stands there
 * as it is.
 */
#include "coredecl.h"

#include <errno.h>

#include "kname.h"

enum {
	COREDECL_SIZE_MAX = INT32_MAX,	    /* bytes */
	COREDECL_BITS_MAX = INT32_MAX / 2,  /* where a member is */
	COREDECL_FIELD_MAX = (1 << 24) - 1, /* the same of a bit field */
	COREDECL_DIMS_MAX = 32,
	COREDECL_NAMES_MAX = 16384,
};

static const struct {
	const char *name;
	enum bpfasm_type type;
} coredecl_types[] = {
	{"int", BPFASM_TYPE_INT},
	{"ptr", BPFASM_TYPE_PTR},
	{"array", BPFASM_TYPE_ARRAY},
	{"struct", BPFASM_TYPE_STRUCT},
	{"union", BPFASM_TYPE_UNION},
	{"enum", BPFASM_TYPE_ENUM},
	{"float", BPFASM_TYPE_FLOAT},
};

/* by libbpf's number */
static const char *const coredecl_kinds[] = {"byte_off", "byte_sz", "field_exists", "signed",
	"lshift_u64", "rshift_u64", "local_type_id", "target_type_id", "type_exists", "type_size",
	"enumval_exists", "enumval_value", "type_matches"};

static int coredecl_usage(struct parse *p, const struct tok *t)
{
	return parse_error(p, t,
		"a name of the kernel's types is '.core NAME: TYPE SIZE, TYPE SIZE at BIT ...', a "
		"record '.core KIND NAME'");
}

/* ---- parts ----------------------------------------------------------------------------------- */

static int coredecl_number(struct parse *p, int64_t least, int64_t most, int64_t *v)
{
	const struct tok *t = p->t;

	if (parse_expr(p, v))
		return -EINVAL;
	return *v < least || *v > most ? parse_error(p, t, "%lld is too %s here", (long long)*v,
						 *v < least ? "small" : "large")
				       : 0;
}

/* "signed int", "struct", "struct NAME" */
static int coredecl_type(
	struct parse *p, enum bpfasm_type *type, bool *is_signed, const char **name)
{
	const struct tok *t;
	size_t i;

	*is_signed = parse_take_name(p, "signed");
	t = p->t;
	for (i = 0; i < sizeof(coredecl_types) / sizeof(coredecl_types[0]); i++) {
		if (!parse_take_name(p, coredecl_types[i].name))
			continue;
		*type = coredecl_types[i].type;
		*name = "";
		if (p->t->kind == TOK_NAME) {
			*name = pool_strndup(p->pool, p->t->s, p->t->len);
			p->t++;
		}
		return *name ? 0 : -ENOMEM;
	}
	return coredecl_usage(p, t);
}

/* "of COUNT DIMENSIONS TYPE SIZE" */
static int coredecl_elements(struct parse *p, struct bpfasm_step *s)
{
	const struct tok *t = p->t;
	const char *name;
	int64_t n, dims, size;
	bool is_signed;

	if (!parse_take_name(p, "of"))
		return parse_error(p, t, "an array is 'array SIZE of COUNT DIMENSIONS TYPE SIZE'");
	if (coredecl_number(p, 0, COREDECL_SIZE_MAX, &n) ||
		coredecl_number(p, 1, COREDECL_DIMS_MAX, &dims) ||
		coredecl_type(p, &s->of, &is_signed, &name) ||
		coredecl_number(p, 0, COREDECL_SIZE_MAX, &size))
		return -EINVAL;
	s->n = (uint64_t)n;
	s->dims = (uint32_t)dims;
	s->of_size = (uint64_t)size;
	return 0;
}

/* What may stand behind a size: "at BIT", "bits N", "of ...", "= VALUE". */
static int coredecl_more(struct parse *p, struct bpfasm_step *s)
{
	int64_t at = 0, bits = 0, value = 0;

	if (parse_take_name(p, "at") && coredecl_number(p, 0, COREDECL_BITS_MAX, &at))
		return -EINVAL;
	if (parse_take_name(p, "bits") && coredecl_number(p, 1, 64, &bits))
		return -EINVAL;
	if (bits && at > COREDECL_FIELD_MAX)
		return parse_error(p, p->t, "bit %lld is too far for a bit field", (long long)at);
	s->bit_offset = (uint64_t)at;
	s->bits = (uint32_t)bits;
	if (s->type == BPFASM_TYPE_ARRAY && coredecl_elements(p, s))
		return -EINVAL;
	if (parse_take(p, PUNCT('=', 0, 0)) && parse_expr(p, &value))
		return -EINVAL;
	if (s->kind == BPFASM_STEP_VALUE)
		s->value = (uint64_t)value;
	return 0;
}

static int coredecl_part(struct parse *p, struct bpfasm_step *s)
{
	bool type = s->kind == BPFASM_STEP_TYPE;
	int64_t size;

	s->is_typedef = type && parse_take_name(p, "typedef");
	if (coredecl_type(p, &s->type, &s->is_signed, &s->type_name) ||
		coredecl_number(p, 0, COREDECL_SIZE_MAX, &size))
		return -EINVAL;
	s->size = (uint64_t)size;
	/* 8 times their product is a distance in bits */
	if (s->kind == BPFASM_STEP_ELEMENT && s->value * s->size > COREDECL_SIZE_MAX)
		return parse_error(p, p->t, "element %llu of %lld bytes is too far away",
			(unsigned long long)s->value, (long long)size);
	return coredecl_more(p, s);
}

/* ---- names ----------------------------------------------------------------------------------- */

/* The next step of the name at *s, which moves behind it; false: it is none. */
static bool coredecl_step(struct parse *p, const char **s, const char *end,
	const struct bpfasm_step *before, struct bpfasm_step *out)
{
	const char *name = *s + (before != NULL);
	size_t len;

	memset(out, 0, sizeof(*out));
	out->name = "";
	if (before && **s == '[') {
		out->kind = BPFASM_STEP_ELEMENT;
		for (; name < end && *name >= '0' && *name <= '9'; name++)
			if (out->value <= INT32_MAX)
				out->value = 10 * out->value + (uint64_t)(*name - '0');
		*s = name + 1;
		return before->type == BPFASM_TYPE_ARRAY && out->value <= INT32_MAX;
	}
	for (len = 0; name + len < end && name[len] != '.' && name[len] != '['; len++)
		;
	*s = name + len;
	out->name = pool_strndup(p->pool, name, len);
	out->kind = !before			       ? BPFASM_STEP_TYPE
		    : before->type == BPFASM_TYPE_ENUM ? BPFASM_STEP_VALUE
						       : BPFASM_STEP_MEMBER;
	return len && out->name &&
	       (!before || before->type == BPFASM_TYPE_STRUCT ||
		       before->type == BPFASM_TYPE_UNION ||
		       (before->type == BPFASM_TYPE_ENUM && before->kind == BPFASM_STEP_TYPE));
}

static int coredecl_name(struct parse *p, const struct tok *t, const char *s, size_t len)
{
	struct bpfasm_step steps[BPFASM_STEPS];
	const char *at = s, *end = s + len;
	uint32_t n = 0;
	int err = 0;

	do {
		if (n == BPFASM_STEPS ||
			!coredecl_step(p, &at, end, n ? &steps[n - 1] : NULL, &steps[n]))
			return parse_error(p, t, "part %u of the name is none of what is before it",
				(unsigned)n + 1);
		if (coredecl_part(p, &steps[n++]))
			return -EINVAL;
	} while (at < end && !(err = parse_want(p, PUNCT(',', 0, 0))));
	if (err)
		return err;
	/* each is looked for among the others of its record, whose BTF has room for 65,535 */
	if (++p->n_told > COREDECL_NAMES_MAX)
		return parse_error(p, t, "a text tells no more than %d names", COREDECL_NAMES_MAX);
	if (kname_declare(p, s, len, steps, n) == -EEXIST)
		return parse_error(p, t, "'%.*s' is known already", len < 60 ? (int)len : 60, s);
	return p->pool->failed ? -ENOMEM : 0;
}

/* ---- records --------------------------------------------------------------------------------- */

static int coredecl_kind(const struct tok *t)
{
	int i;

	for (i = 0; i < (int)(sizeof(coredecl_kinds) / sizeof(coredecl_kinds[0])); i++)
		if (parse_is(t, coredecl_kinds[i]))
			return i;
	return -1;
}

/* ".core KIND NAME" */
static int coredecl_record(struct parse *p, int kind)
{
	const struct tok *t = p->t;
	struct kname_place place;
	const struct kname *k;
	char msg[384];
	const char *s;
	size_t len;
	int is;

	s = expr_path(p->diag, p->at, &p->env, &p->t, &len);
	if (!s)
		return -EINVAL;
	is = kname_get(p, t, s, len, &k, msg, sizeof(msg));
	if (is <= 0)
		return is ? is : parse_error(p, t, "%s", msg);
	if (k->hops > 1)
		return parse_error(p, t, "'%s' goes through a pointer", k->text);
	if (p->core_next.step)
		coredecl_left(p);
	kname_place(k, 0, p->o->big_endian, &place);
	kname_next(p, t, &place, (unsigned)kind);
	return 0;
}

void coredecl_left(struct parse *p)
{
	if (p->core_next.step)
		diag_error(p->diag, p->core_next.at, p->core_next.len,
			"no instruction follows that could take this record");
	p->core_next.step = NULL;
}

int coredecl_line(struct parse *p)
{
	const struct tok *t = p->t;
	int kind = coredecl_kind(t);
	const char *s;
	size_t len;

	if (t->kind != TOK_NAME)
		return coredecl_usage(p, t);
	if (kind >= 0 && t[1].kind == TOK_NAME) {
		p->t++;
		return coredecl_record(p, kind);
	}
	s = expr_path(p->diag, p->at, &p->env, &p->t, &len);
	if (!s)
		return -EINVAL;
	if (!parse_take(p, PUNCT(':', 0, 0)))
		return coredecl_usage(p, t);
	return coredecl_name(p, t, s, len);
}
