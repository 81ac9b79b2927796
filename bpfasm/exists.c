// SPDX-License-Identifier: MIT
/* exists.c - exists(NAME): does the target have it? */
#include "exists.h"

#include <errno.h>
#include <stdio.h>

#include "kname.h"
#include "parse_name.h"
#include "parse_type.h"

/* A record of the text, and its fields. */
static int64_t exists_own(const struct ir_struct *record, const char *s, size_t len)
{
	const char *dot = memchr(s, '.', len), *element = memchr(s, '[', len);
	size_t end = element ? (size_t)(element - s) : len;
	uint32_t offset;

	return !dot || parse_field(record, dot + 1, end - (size_t)(dot - s) - 1, &offset);
}

/* A type or a member; a name without a dot may be that of an enumerator. */
static int exists_steps(struct parse *p, const struct tok *t, const char *s, size_t len,
	const struct kname **k, char *msg, size_t msg_len)
{
	char path[128], other[384];
	int is = kname_get(p, t, s, len, k, msg, msg_len);

	if (is || memchr(s, '.', len) || len + 1 >= sizeof(path))
		return is;
	*path = '.';
	memcpy(path + 1, s, len);
	return kname_get(p, t, path, len + 1, k, other, sizeof(other));
}

static int exists_known(struct parse *p, const struct tok *t, const struct kname *k)
{
	struct kname_place place;

	kname_place(k, k->hops - 1, p->o->big_endian, &place);
	if (k->hops > 1)
		return parse_error(p, t, "'%s' goes through a pointer; behind it stands '%s.%s'",
			k->text, place.step->name, place.step[1].name);
	kname_keep(p, t, &place,
		place.is_value ? KNAME_ENUM_EXISTS
		: place.n > 1  ? KNAME_FIELD_EXISTS
			       : KNAME_TYPE_EXISTS,
		false);
	return 0;
}

static int exists_by_steps(
	struct parse *p, const struct tok *t, const char *s, size_t len, int64_t *v)
{
	const struct kname *k;
	char msg[384];
	int is = exists_steps(p, t, s, len, &k, msg, sizeof(msg));

	if (is < 0)
		return is;
	*v = is;
	if (is)
		return exists_known(p, t, k);
	/* a record tells which sort of member it asks for */
	if (p->o->core && p->o->format == BPFASM_ELF)
		return parse_error(p, t,
			"%s: an object for any kernel can ask only for what the kernel has that it "
			"is assembled with; one that has it is named by --core --btf FILE",
			msg);
	return 0;
}

static int exists_by_field(
	struct parse *p, const struct tok *t, const char *s, size_t len, int64_t *v)
{
	const struct bpfasm_resolver *r = p->o->resolver;
	struct bpfasm_field f;
	char path[256], msg[384] = "the target cannot be asked";
	int err;

	if (!r || !r->type_field)
		return parse_error(p, t, "'%.*s' needs a target: the BTF of a kernel",
			len < 60 ? (int)len : 60, s);
	if (len >= sizeof(path))
		return parse_error(p, t, "this name is longer than %zu characters", sizeof(path));
	memcpy(path, s, len);
	path[len] = '\0';
	err = r->type_field(r->arg, path, &f, msg, sizeof(msg));
	*v = !err;
	return err && err != -ENOENT ? parse_target_error(p, t, err, msg) : 0;
}

int exists_ask(struct parse *p, const struct tok *t, const char *s, size_t len, int64_t *v)
{
	const char *dot = memchr(s, '.', len);
	const struct ir_struct *record = parse_find_struct(p, s, dot ? (size_t)(dot - s) : len);

	if (record) {
		*v = exists_own(record, s, len);
		return 0;
	}
	return kname_told(p, s, len) ? exists_by_steps(p, t, s, len, v)
				     : exists_by_field(p, t, s, len, v);
}
