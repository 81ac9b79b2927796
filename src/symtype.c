// SPDX-License-Identifier: MIT
/*
 * symtype.c - types of the kernel's functions and variables as the assembler says them.
 *
 * Read from left to right: what a type ends with, then "*", "[N]" and "(...)" for what that is in
 * (bpfasm's ksymtype.c reads it).  Qualifiers and typedefs are passed over, as by those who compare
 * such types.
 */
#include "symtype.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { SYMTYPE_DEPTH = 16 }; /* types in each other's parameters, pointers to pointers */

struct symtype {
	const struct btf *b;
	char *text;
	size_t size, len;
	int err;
};

static void symtype_type(struct symtype *t, uint32_t id, int depth);

static void symtype_put(struct symtype *t, const char *a, const char *more)
{
	size_t n = strlen(a) + strlen(more);

	if (t->size - t->len <= n) {
		t->err = -ENOSPC;
		return;
	}
	snprintf(t->text + t->len, t->size - t->len, "%s%s", a, more);
	t->len += n;
}

static void symtype_tagged(struct symtype *t, const char *word, const char *tag)
{
	symtype_put(t, word, *tag ? " " : "");
	symtype_put(t, tag, "");
}

static void symtype_int(struct symtype *t, const struct btf_type *type)
{
	char word[8];

	if (type->size != 1 && type->size != 2 && type->size != 4 && type->size != 8) {
		t->err = -ENOENT;
		return;
	}
	snprintf(word, sizeof(word), "%c%u", btf_is_signed(t->b, type) ? 's' : 'u',
		8 * (unsigned)type->size);
	symtype_put(t, word, "");
}

/* Parameters of nothing: "..." at the end. */
static void symtype_proto(struct symtype *t, const struct btf_type *proto, int depth)
{
	struct btf_param p;
	uint32_t i;

	symtype_type(t, proto->type, depth);
	symtype_put(t, "(", "");
	for (i = 0; !t->err && i < proto->vlen; i++) {
		btf_param(t->b, proto, i, &p);
		symtype_put(t, i ? ", " : "", "");
		if (p.type)
			symtype_type(t, p.type, depth);
		else
			symtype_put(t, "...", "");
	}
	symtype_put(t, ")", "");
}

static void symtype_array(struct symtype *t, const struct btf_type *type, int depth)
{
	uint32_t element, n;
	char count[16];

	btf_array(t->b, type, &element, &n);
	symtype_type(t, element, depth);
	snprintf(count, sizeof(count), "[%u]", (unsigned)n);
	symtype_put(t, count, "");
}

static void symtype_pointer(struct symtype *t, uint32_t to, int depth)
{
	symtype_type(t, to, depth);
	if (t->len && !strchr("*)]", t->text[t->len - 1]))
		symtype_put(t, " ", "");
	symtype_put(t, "*", "");
}

static void symtype_type(struct symtype *t, uint32_t id, int depth)
{
	struct btf_type type = {.kind = BTF_VOID};

	if (t->err || ++depth > SYMTYPE_DEPTH || (id && !btf_plain(t->b, id, &type))) {
		t->err = t->err ? t->err : -ENOENT;
		return;
	}
	switch (type.kind) {
	case BTF_VOID: symtype_put(t, "void", ""); break;
	case BTF_INT: symtype_int(t, &type); break;
	case BTF_STRUCT: symtype_tagged(t, "struct", type.name); break;
	case BTF_UNION: symtype_tagged(t, "union", type.name); break;
	case BTF_ENUM:
	case BTF_ENUM64: symtype_tagged(t, "enum", type.name); break;
	case BTF_FWD:
		symtype_tagged(t, type.kflag ? "forward union" : "forward struct", type.name);
		break;
	case BTF_PTR: symtype_pointer(t, type.type, depth); break;
	case BTF_ARRAY: symtype_array(t, &type, depth); break;
	case BTF_FUNC_PROTO: symtype_proto(t, &type, depth); break;
	default: t->err = -ENOENT;
	}
}

int symtype_text(const struct btf *b, uint32_t id, char *text, size_t size)
{
	struct symtype t = {.b = b, .text = text, .size = size};
	struct btf_type type;

	*text = '\0';
	if (!btf_type(b, id, &type) || (type.kind != BTF_FUNC && type.kind != BTF_VAR))
		return -ENOENT;
	symtype_type(&t, type.type, 0);
	return t.err;
}

/* What the assembler writes where it does not know: a variable of void, a "void (...)". */
static bool symtype_is_unknown(const struct btf *b, const struct btf_type *t)
{
	struct btf_type proto;
	struct btf_param p;

	if (t->kind == BTF_VAR)
		return !t->type;
	if (!btf_type(b, t->type, &proto) || proto.kind != BTF_FUNC_PROTO || proto.type ||
		proto.vlen != 1)
		return false;
	btf_param(b, &proto, 0, &p);
	return !p.type;
}

void symtype_declared(const struct btf *b, const char *name, bool *is_func, char *text, size_t size)
{
	uint32_t id = b ? btf_find_any(b, 1U << BTF_FUNC | 1U << BTF_VAR, name) : 0;
	struct btf_type t;

	*text = '\0';
	if (!id || !btf_type(b, id, &t))
		return;
	*is_func = t.kind == BTF_FUNC;
	if (size < 3 || symtype_is_unknown(b, &t) || symtype_text(b, id, text + 2, size - 2))
		*text = '\0';
	else
		memcpy(text, ": ", 2);
}
