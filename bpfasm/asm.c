// SPDX-License-Identifier: MIT
/* asm.c - the library's interface: text to an object, bytes or expanded text, and back. */
#include <errno.h>
#include <stdlib.h>

#include "annotate.h"
#include "asmtext.h"
#include "carray.h"
#include "dis.h"
#include "insn.h"
#include "parse.h"
#include "parse_name.h"

/* A caller built against an older header has fewer options, one against a newer more. */
static int asm_opts(const struct bpfasm_opts *from, struct bpfasm_opts *o)
{
	const unsigned char *tail = (const unsigned char *)from;
	size_t i, size = from ? from->sz : 0;

	memset(o, 0, sizeof(*o));
	if (from && size < sizeof(size))
		return -EINVAL;
	for (i = sizeof(*o); i < size; i++)
		if (tail[i])
			return -E2BIG;
	if (from)
		memcpy(o, from, size < sizeof(*o) ? size : sizeof(*o));
	o->sz = sizeof(*o);
	return o->format > BPFASM_LISTING ? -EINVAL : 0;
}

/* Calls between the functions of one unit, which follow each other in the output. */
static void asm_link(const struct parse *p)
{
	const struct ir_unit *u = p->unit;
	const struct ir_func *to;
	size_t i, j, at = 0;

	for (i = 0; i < u->n_funcs; at += u->funcs[i++]->n_insns)
		u->funcs[i]->first = at;
	for (i = 0; i < u->n_funcs; i++) {
		struct ir_func *f = u->funcs[i];

		for (j = 0; j < f->n_refs; j++) {
			const struct ir_ref *r = &f->refs[j];

			if (r->kind != IR_REF_CALL && r->kind != IR_REF_FUNC)
				continue;
			to = names_get(&p->funcs, r->name, strlen(r->name));
			if (!to) /* a function of the kernel */
				continue;
			f->insns[r->insn].imm =
				(int32_t)((int64_t)to->first - (int64_t)(f->first + r->insn) - 1);
		}
	}
}

static int asm_raw(const struct parse *p, unsigned char **data, size_t *len)
{
	const struct ir_unit *u = p->unit;
	size_t i, n = 0;

	asm_link(p);
	for (i = 0; i < u->n_funcs; i++)
		n += u->funcs[i]->n_insns;
	*data = malloc(n ? 8 * n : 1);
	if (!*data)
		return -ENOMEM;
	*len = 8 * n;
	for (i = n = 0; i < u->n_funcs; n += u->funcs[i++]->n_insns)
		encode_insns(
			u->funcs[i]->insns, u->funcs[i]->n_insns, u->big_endian, *data + 8 * n);
	return 0;
}

static int asm_output(const struct parse *p, struct bpfasm_out *out)
{
	switch (p->o->format) {
	case BPFASM_RAW: return asm_raw(p, &out->data, &out->len);
	case BPFASM_TEXT: return asmtext_write(p, &out->data, &out->len);
	case BPFASM_C: return carray_write(p, &out->data, &out->len);
	case BPFASM_LISTING: asm_link(p); return annotate_write(p->unit, &out->data, &out->len);
	default: return elfout_write(p->unit, p->pool, &out->data, &out->len);
	}
}

/* What an object cannot hold: told at the text's last map or program. */
static void asm_too_much(const struct parse *p, int err)
{
	const struct ir_unit *u = p->unit;
	struct pos at = u->n_funcs ? u->funcs[u->n_funcs - 1]->at : (struct pos){NULL, 0, 0};

	if (u->n_maps > u->n_funcs)
		at = u->maps[u->n_maps - 1]->at;
	if (err == -EFBIG)
		diag_error(p->diag, at, 0, "the object would have more than 4 GB");
	else if (err == -EDOM)
		diag_error(p->diag, at, 0,
			"a type of '.core' has a bit field and a member at bit 16777216 or "
			"farther: "
			"an object's types cannot say both");
	else
		diag_error(p->diag, at, 0,
			"an object holds no more than 65,000 maps and sections, C no more than "
			"4 million instructions");
}

static int asm_run(struct parse *p, const char *text, size_t len, struct bpfasm_out *out)
{
	struct expr_env env;
	int err;

	parse_env(p, &env);
	p->env = env;
	p->unit->big_endian = p->o->big_endian;
	p->macro = macro_new(p->pool, p->diag, text, len, p->o, &p->env);
	if (!p->macro)
		return -ENOMEM;
	err = parse_unit(p);
	if (err)
		return err;
	err = asm_output(p, out);
	if (err == -E2BIG || err == -EFBIG || err == -EDOM)
		asm_too_much(p, err);
	return err == -EDOM ? -EINVAL : err;
}

int bpfasm_assemble(
	const char *text, size_t len, const struct bpfasm_opts *opts, struct bpfasm_out *out)
{
	struct bpfasm_opts o;
	struct pool pool = {0};
	struct diag d = {.pool = &pool};
	struct ir_unit unit = {0};
	struct parse p = {.pool = &pool, .diag = &d, .o = &o, .unit = &unit};
	int err;

	memset(out, 0, sizeof(*out));
	err = asm_opts(opts, &o);
	if (err)
		return err;
	err = asm_run(&p, text, len, out);
	if (pool.failed || d.failed)
		err = -ENOMEM;
	/* the text of the messages changes hands */
	out->diag = d.text;
	out->n_errors = d.n_errors;
	pool_free(&pool);
	if (err) {
		free(out->data);
		out->data = NULL;
		out->len = 0;
	}
	return err;
}

struct asm_dis {
	char *text;
	size_t len, cap;
};

static int asm_dis_line(void *arg, size_t slot, const char *line, int slots)
{
	struct asm_dis *x = arg;
	size_t len = strlen(line);
	char *more;

	(void)slot;
	(void)slots;
	if (x->cap - x->len < len + 2) {
		more = realloc(x->text, 2 * x->cap + len + 2);
		if (!more)
			return -ENOMEM;
		x->text = more;
		x->cap = 2 * x->cap + len + 2;
	}
	memcpy(x->text + x->len, line, len);
	x->len += len;
	x->text[x->len++] = '\n';
	x->text[x->len] = '\0';
	return 0;
}

int bpfasm_disassemble(
	const void *insns, size_t len, const struct bpfasm_opts *opts, struct bpfasm_out *out)
{
	struct bpfasm_opts o;
	struct asm_dis x = {.cap = 256};
	int err;

	memset(out, 0, sizeof(*out));
	err = asm_opts(opts, &o);
	if (err)
		return err;
	if (len % 8)
		return -EINVAL;
	x.text = calloc(1, x.cap);
	if (!x.text)
		return -ENOMEM;
	err = dis_text(insns, len / 8, o.big_endian, asm_dis_line, &x);
	if (err) {
		free(x.text);
		return err;
	}
	out->data = (unsigned char *)x.text;
	out->len = x.len;
	return 0;
}

void bpfasm_free(struct bpfasm_out *out)
{
	if (!out)
		return;
	free(out->data);
	free(out->diag);
	memset(out, 0, sizeof(*out));
}
