// SPDX-License-Identifier: MIT
/* parse_fn.c - functions: where they begin, what they declare, and what is checked at their end. */
#include "parse_fn.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "coredecl.h"
#include "depth.h"
#include "include.h"
#include "insn.h"
#include "ksymtype.h"
#include "lint.h"
#include "parse_map.h"
#include "parse_type.h"
#include "prelude.h"
#include "section.h"

/* Names of programs, functions and maps are symbols of one object. */
static int fn_name_free(struct parse *p, const struct tok *t)
{
	const struct ir_func *f = names_get(&p->funcs, t->s, t->len);
	const struct ir_map *m = names_get(&p->maps, t->s, t->len);
	const struct ir_data *v = names_get(&p->data, t->s, t->len);
	struct pos was = f ? f->at : m ? m->at : v ? v->at : p->at;

	if (names_get(&p->ksyms, t->s, t->len))
		return parse_error(
			p, t, "'%.*s' is already a name of the kernel", (int)t->len, t->s);
	if (!f && !m && !v)
		return 0;
	return parse_error(p, t, "'%.*s' is already a %s, of line %u", (int)t->len, t->s,
		v	     ? "variable"
		: m	     ? "map"
		: f->is_prog ? "program"
			     : "function",
		(unsigned)diag_user_pos(was).line);
}

static int fn_begin(struct parse *p, const struct tok *t, const char *name, const char *section)
{
	struct ir_func *f = pool_alloc(p->pool, sizeof(*f));
	struct parse_fn *fn = pool_alloc(p->pool, sizeof(*fn));
	struct ir_unit *u = p->unit;

	if (!f || !fn ||
		pool_grow(p->pool, &u->funcs, &u->cap_funcs, u->n_funcs, sizeof(*u->funcs)) ||
		pool_grow(p->pool, &p->fns, &p->cap_fns, p->n_fns, sizeof(*p->fns)))
		return -ENOMEM;
	f->name = name;
	f->section = section;
	f->is_prog = strcmp(section, ".text") != 0;
	f->at = parse_pos(p, t);
	fn->ir = f;
	fn->ctx = 1;
	fn->n_errors = p->diag->n_errors;
	p->diag->last = p->diag->len; /* its first error counts, whatever the last one said */
	u->funcs[u->n_funcs++] = f;
	p->fns[p->n_fns++] = fn;
	p->fn = fn;
	p->jump_end = false;
	return 0;
}

/* NAME of a directive that begins a function */
static const struct tok *fn_name(struct parse *p, const char *usage)
{
	const struct tok *t = p->t;

	if (t->kind != TOK_NAME || t->s[0] == '.' || memchr(t->s, '.', t->len)) {
		parse_error(p, t, "%s", usage);
		return NULL;
	}
	if (parse_is(t, IR_USDT_NAME)) {
		parse_error(p, t, "'" IR_USDT_NAME "' is a word of the language");
		return NULL;
	}
	p->t++;
	return fn_name_free(p, t) ? NULL : t;
}

static int fn_start(struct parse *p, const struct tok *t, const char *section)
{
	char *name = pool_strndup(p->pool, t->s, t->len);

	if (!name || !section || fn_begin(p, t, name, section) ||
		names_put(&p->funcs, p->pool, name, t->len, p->fn->ir))
		return -ENOMEM;
	return 0;
}

/* A warning only: there may be loaders that know more. */
static void fn_check_section(struct parse *p, const struct tok *name, const char *section)
{
	char text[64], near[64];

	if (section_known(section))
		return;
	snprintf(text, sizeof(text), "%.*s", (int)name->len, name->s);
	if (!section_by_name(text))
		parse_warn(p, p->t, "section '%s' says no type of program%s", section,
			section_near(section, near, sizeof(near)));
}

int parse_prog(struct parse *p)
{
	static const char usage[] = "a program is '.prog NAME \"SECTION\"'";
	const struct tok *t;
	char *section;
	size_t len;

	parse_end_fn(p);
	t = fn_name(p, usage);
	if (!t)
		return -EINVAL;
	if (p->t->kind != TOK_STR)
		return parse_error(p, p->t,
			"%s; SECTION says what it is for, as in \"uretprobe/c:strlen\"", usage);
	section = lex_string(p->diag, parse_pos(p, p->t), p->t, &len);
	if (!section)
		return -EINVAL;
	if (!len || strlen(section) != len || section[0] == '.')
		return parse_error(
			p, p->t, "%s is no section of a program", len ? "this" : "an empty string");
	fn_check_section(p, t, section);
	p->t++;
	return fn_start(p, t, section);
}

int parse_func(struct parse *p)
{
	const struct tok *t;

	bool global;
	int err;

	parse_end_fn(p);
	t = fn_name(p, "a function is '.func NAME'");
	if (!t)
		return -EINVAL;
	global = parse_take_name(p, "global");
	err = fn_start(p, t, ".text");
	if (!err)
		p->fn->ir->global = global;
	return err;
}

/* A name of the kernel's, which the loader looks up there; NULL: reported, or no memory. */
static struct ir_ksym *fn_ksym_new(struct parse *p, const char *usage)
{
	struct ir_unit *u = p->unit;
	const struct tok *t = fn_name(p, usage);
	struct ir_ksym *k;

	if (!t)
		return NULL;
	if (helper_find(t->s, t->len)) {
		parse_error(p, t, "'%.*s' is already a helper; it is called without '.kfunc'",
			(int)t->len, t->s);
		return NULL;
	}
	k = pool_alloc(p->pool, sizeof(*k));
	if (!k)
		return NULL;
	k->name = pool_strndup(p->pool, t->s, t->len);
	if (!k->name || names_put(&p->ksyms, p->pool, k->name, t->len, k) ||
		pool_grow(p->pool, &u->ksyms, &u->cap_ksyms, u->n_ksyms, sizeof(struct ir_ksym *)))
		return NULL;
	u->ksyms[u->n_ksyms++] = k;
	return k;
}

static int fn_ksym(struct parse *p, bool is_func, const char *usage)
{
	struct ir_ksym *k = fn_ksym_new(p, usage);

	if (!k)
		return p->pool->failed ? -ENOMEM : -EINVAL;
	k->is_func = is_func;
	return ksymtype_declared(p, k);
}

int parse_kfunc(struct parse *p)
{
	return fn_ksym(p, true,
		"a function of the kernel is '.kfunc NAME', with ': TYPE' if that is to be said, "
		"and "
		"'weak' if it may be absent");
}

int parse_kvar(struct parse *p)
{
	return fn_ksym(p, false,
		"a variable of the kernel is '.kvar NAME', with ': TYPE' if that is to be said, "
		"and "
		"'weak' if it may be absent");
}

/* ".kconfig CONFIG_HZ: u32", which the loader fills in before the program begins */
int parse_kconfig(struct parse *p)
{
	struct ir_ksym *k = fn_ksym_new(p,
		"a value of the kernel's configuration is '.kconfig NAME: TYPE', with 'weak' if it "
		"may be absent");
	const struct tok *t;

	if (!k)
		return p->pool->failed ? -ENOMEM : -EINVAL;
	if (parse_want(p, PUNCT(':', 0, 0)))
		return -EINVAL;
	t = p->t;
	if (parse_take_name(p, "bool"))
		k->config = IR_CONFIG_BOOL;
	else if (parse_take_name(p, "tristate"))
		k->config = IR_CONFIG_TRISTATE;
	else if (parse_type(p, &k->type))
		return -EINVAL;
	else if (k->type.kind == IR_TYPE_STRUCT)
		return parse_error(p, t, "a value of the configuration is no record");
	else
		k->config = IR_CONFIG_TYPE;
	k->weak = parse_take_name(p, "weak");
	return 0;
}

int parse_need_fn(struct parse *p, const struct tok *t)
{
	if (p->fn)
		return 0;
	if (p->o->format == BPFASM_ELF || p->o->format == BPFASM_C) {
		parse_error(p, t,
			"an instruction before any program; begin with '.prog NAME \"SECTION\"'");
		/* one such message is enough */
		fn_begin(p, t, "", "bare");
		return p->fn ? 0 : -ENOMEM;
	}
	if (fn_begin(p, t, "", "bare"))
		return -ENOMEM;
	p->fn->bare = true;
	return 0;
}

int parse_var(struct parse *p)
{
	const struct tok *t = p->t;
	struct frame_var v = {0};
	const struct frame_var *have;

	if (t->kind != TOK_NAME)
		return parse_error(p, t, "a variable is '.var NAME: TYPE'");
	if (memchr(t->s + 1, '.', t->len - 1) || parse_is_reserved(t))
		return parse_error(p, t, "'%.*s' cannot name a variable", (int)t->len, t->s);
	if (parse_need_fn(p, t))
		return -EINVAL;
	have = frame_find(&p->fn->frame, p->at.src, t->s, t->len);
	v.scope = t->s[0] == '.' && p->at.src->expansion ? p->at.src : NULL;
	if (have && have->scope == v.scope)
		return parse_error(p, t, "variable '%.*s' is already declared at line %u",
			(int)t->len, t->s, (unsigned)diag_user_pos(have->at).line);
	p->t++;
	if (parse_want(p, PUNCT(':', 0, 0)) || parse_type(p, &v.type) ||
		parse_no_array(p, &v.type, "on the stack", "make it a .data variable"))
		return -EINVAL;
	v.name = pool_strndup(p->pool, t->s, t->len);
	v.len = t->len;
	v.at = parse_pos(p, t);
	return v.name ? frame_add(&p->fn->frame, p->pool, p->diag, &v) : -ENOMEM;
}

int parse_args(struct parse *p)
{
	const struct tok *t = p->t;
	struct suggest s;
	char buf[128];
	size_t i;

	if (t->kind != TOK_NAME)
		return parse_error(p, t, "the layout of args-> is '.args STRUCT'");
	if (!p->fn || !p->fn->ir->is_prog)
		return parse_error(p, t, "'.args' stands in a program, after '.prog'");
	p->fn->args = parse_find_struct(p, t->s, t->len);
	p->t++;
	if (p->fn->args)
		return 0;
	suggest_start(&s, t->s, t->len);
	for (i = 0; i < p->unit->n_structs; i++)
		suggest_offer(&s, p->unit->structs[i]->name, strlen(p->unit->structs[i]->name));
	return parse_error(
		p, t, "no struct '%.*s'%s", (int)t->len, t->s, suggest_text(&s, buf, sizeof(buf)));
}

int parse_license(struct parse *p)
{
	char *text;
	size_t len;

	if (p->t->kind != TOK_STR)
		return parse_error(p, p->t, "the licence is a string: .license \"GPL\"");
	text = lex_string(p->diag, parse_pos(p, p->t), p->t, &len);
	if (!text)
		return -EINVAL;
	if (strlen(text) != len || len > 127)
		return parse_error(p, p->t, "a licence is at most 127 characters");
	if (p->unit->license && strcmp(p->unit->license, text) != 0)
		return parse_error(p, p->t, "the licence is already \"%s\"", p->unit->license);
	p->unit->license = text;
	p->t++;
	return 0;
}

/* An instruction slot by its bytes: bits 0..7 code, 8..11 dst, 12..15 src, 16..31 off, 32.. imm. */
int parse_word(struct parse *p)
{
	const struct tok *t = p->t;
	int64_t v;

	if (parse_need_fn(p, t) || parse_expr(p, &v))
		return -EINVAL;
	if (p->core.step) {
		p->core.step = NULL;
		return parse_error(p, t,
			"'.word' is bytes as they are, and '%.*s' is known only when the object is "
			"loaded; assemble for one kernel (--btf FILE)",
			(int)t->len, t->s);
	}
	parse_emit(p, v & 0xff, v >> 8 & 15, v >> 12 & 15, (int16_t)(v >> 16), (int32_t)(v >> 32));
	return 0;
}

/* From here to the end of the function, or of the text. */
int parse_nowarn(struct parse *p)
{
	if (p->fn)
		p->fn->nowarn = true;
	else
		p->nowarn = true;
	p->diag->quiet = true;
	return 0;
}

/* ---- the end ----------------------------------------------------------------------------- */

/* To a label behind the last instruction. */
static bool fn_jumps_to_end(const struct parse_fn *fn)
{
	const struct ir_func *f = fn->ir;
	size_t i, insn;
	int64_t by;

	for (i = 0; i < fn->labels.n_jumps; i++) {
		insn = fn->labels.jump[i].insn;
		if (insn < f->n_insns && flow_jumps(&f->insns[insn], &by) &&
			(int64_t)insn + 1 + by == (int64_t)f->n_insns)
			return true;
	}
	return false;
}

static void fn_check_end(struct parse *p, const struct parse_fn *fn)
{
	const struct ir_func *f = fn->ir;
	struct pos at = f->n_insns ? ir_insn_pos(f, f->n_insns - 1) : f->at;

	if (!f->n_insns)
		diag_error(p->diag, f->at, strlen(f->name), "%s '%s' has no instructions",
			f->is_prog ? "program" : "function", f->name);
	else if (!p->jump_end || fn_jumps_to_end(fn))
		diag_error(p->diag, at, 0, "%s '%s' runs off its end; add 'return 0'",
			f->is_prog ? "program" : "function", f->name);
}

static void fn_end(struct parse *p, struct parse_fn *fn)
{
	struct diag *d = p->diag;

	if (fn->frame.n_pending)
		frame_settle(&fn->frame, d);
	if (p->pool->failed || prelude_finish(p, fn))
		return;
	if (label_finish(&fn->labels, p->pool, d, fn->ir->insns))
		return;
	if (d->n_errors == fn->n_errors)
		label_unused(&fn->labels, d);
	frame_finish(&fn->frame, fn->ir->insns);
	prelude_check(d, fn);
	flow_check_context(&fn->flow, p->pool, d, fn->ir);
	/* what has errors may lack its end, and more, by them */
	if (d->n_errors != fn->n_errors)
		return;
	/* instructions without a program may be any part of one */
	if (!fn->bare)
		fn_check_end(p, fn);
	if (!fn->bare && d->n_errors == fn->n_errors)
		flow_check_jumps(&fn->flow, &fn->labels, d, fn->ir);
	if (!fn->bare && d->n_errors == fn->n_errors)
		flow_check_stack(d, fn->ir);
}

void parse_end_fn(struct parse *p)
{
	struct parse_fn *fn = p->fn;

	coredecl_left(p);
	p->fn = NULL;
	if (fn)
		fn_end(p, fn);
	p->diag->quiet = p->nowarn;
}

/* A macro, a name like one's, or what *s found among functions. */
static int fn_unknown_call(struct parse *p, const struct ir_ref *r, struct suggest *s)
{
	size_t len = strlen(r->name);
	struct suggest more;
	const char *file;
	char buf[200];
	bool prefix;

	/* "probe_read_user" is one, too, but what was meant is "bpf_probe_read_user" */
	snprintf(buf, sizeof(buf), "bpf_%.100s", r->name);
	prefix = helper_find(buf, strlen(buf));
	if (!prefix && macro_usage(p->macro, r->name, len, &file, buf, sizeof(buf)))
		return parse_macro_call(p, r->at, r->name, len);
	more = *s;
	if (!prefix) {
		macro_suggest_macros(p->macro, &more);
		include_suggest(&more);
	}
	if (more.best != s->best &&
		macro_usage(p->macro, more.best, more.best_len, &file, buf, sizeof(buf))) {
		diag_error(p->diag, r->at, len,
			"no helper or function '%s'; did you mean the macro '%s'%s%s%s?", r->name,
			buf, file ? " of \"" : "", file ? file : "", file ? "\"" : "");
		return -EINVAL;
	}
	diag_error(p->diag, r->at, len, "no helper or function '%s'%s", r->name,
		suggest_text(s, buf, sizeof(buf)));
	return -EINVAL;
}

static int fn_unknown_ref(struct parse *p, const struct frame *f, const struct ir_ref *r)
{
	struct suggest s;
	char buf[128];
	size_t i;

	suggest_start(&s, r->name, strlen(r->name));
	for (i = 0; i < f->n_vars && r->kind != IR_REF_CALL; i++)
		suggest_offer(&s, f->vars[i].name, f->vars[i].len);
	for (i = 0; i < p->unit->n_maps && r->kind != IR_REF_CALL; i++)
		suggest_offer(&s, p->unit->maps[i]->name, strlen(p->unit->maps[i]->name));
	for (i = 0; i < p->unit->n_data && r->kind != IR_REF_CALL; i++)
		suggest_offer(&s, p->unit->data[i]->name, strlen(p->unit->data[i]->name));
	for (i = 0; i < p->unit->n_funcs; i++)
		if (!p->unit->funcs[i]->is_prog)
			suggest_offer(&s, p->unit->funcs[i]->name, strlen(p->unit->funcs[i]->name));
	for (i = 0; i < p->unit->n_ksyms; i++)
		if (p->unit->ksyms[i]->is_func == (r->kind == IR_REF_CALL))
			suggest_offer(&s, p->unit->ksyms[i]->name, strlen(p->unit->ksyms[i]->name));
	if (r->kind == IR_REF_CALL) {
		helper_suggest(&s);
		suggest_offer(&s, "sizeof", 6);
		suggest_offer(&s, IR_USDT_NAME, sizeof(IR_USDT_NAME) - 1);
		return fn_unknown_call(p, r, &s);
	}
	diag_error(p->diag, r->at, strlen(r->name), "no map or variable '%s'%s", r->name,
		suggest_text(&s, buf, sizeof(buf)));
	return -EINVAL;
}

/* Where the operand is, only who has the probed file knows. */
static int fn_check_usdt(struct parse *p, const struct ir_ref *r)
{
	if (p->o->format != BPFASM_RAW)
		return 0;
	diag_error(p->diag, r->at, strlen(r->name),
		"'" IR_USDT_NAME "' is for the loader, which knows the probe: bytes alone cannot "
		"hold it, only an object");
	return -EINVAL;
}

/* Which number it has, only the kernel it is loaded into can tell. */
static int fn_check_ksym(struct parse *p, const struct ir_ref *r, struct ir_ksym *k)
{
	bool called = r->kind == IR_REF_CALL;

	ksymtype_ask(p, k);
	/* the address of one that may be absent says whether it is there */
	if (k->is_func != called && !(k->is_func && k->weak)) {
		diag_error(p->diag, r->at, strlen(r->name), "'%s' is a %s of the kernel; %s",
			r->name, k->is_func ? "function" : "variable",
			k->is_func ? "it can only be called, or be asked for if it is 'weak'"
				   : "it cannot be called");
		return -EINVAL;
	}
	if (k->config && (p->o->format == BPFASM_RAW || p->o->format == BPFASM_C)) {
		diag_error(p->diag, r->at, strlen(r->name),
			"'%s' is for the loader, which knows the kernel: only an object can hold "
			"it",
			r->name);
		return -EINVAL;
	}
	if (p->o->format != BPFASM_RAW)
		return 0;
	diag_error(p->diag, r->at, strlen(r->name),
		"'%s' is for the loader, which knows the kernel: bytes alone cannot hold it, only "
		"its number, '%s'",
		r->name, called ? "call kernel-function#BTF_ID" : "btf_id(BTF_ID, 0) ll");
	return -EINVAL;
}

/* What &NAME and NAME() mean may stand below them in the text. */
static int fn_resolve_ref(struct parse *p, const struct parse_fn *fn, struct ir_ref *r)
{
	struct ir_func *f = fn->ir;
	size_t len = strlen(r->name);
	const struct ir_func *to = names_get(&p->funcs, r->name, len);
	struct ir_ksym *k;
	const struct ir_data *v;

	if (r->kind == IR_REF_DATA)
		return 0;
	if (r->kind == IR_REF_USDT)
		return fn_check_usdt(p, r);
	if (to && to->is_prog) {
		diag_error(p->diag, r->at, len, "'%s' is a program; only a .func can be called",
			r->name);
		return -EINVAL;
	}
	k = names_get(&p->ksyms, r->name, len);
	if (k)
		return fn_check_ksym(p, r, k);
	if (r->kind == IR_REF_CALL)
		return to ? 0 : fn_unknown_ref(p, &fn->frame, r);
	if (to) {
		r->kind = IR_REF_FUNC;
		f->insns[r->insn].src = INSN_IMM64_FUNC;
		return 0;
	}
	v = names_get(&p->data, r->name, len);
	if (v) { /* one that is declared below */
		r->kind = IR_REF_DATA;
		f->insns[r->insn].src = INSN_IMM64_MAP_VALUE;
		f->insns[r->insn + 1].imm = (int32_t)v->offset;
		return 0;
	}
	if (names_get(&p->maps, r->name, len))
		return 0;
	return fn_unknown_ref(p, &fn->frame, r);
}

/* Kernel's license_is_gpl_compatible() */
static bool fn_is_gpl(const char *license)
{
	static const char *const gpl[] = {"GPL", "GPL v2", "GPL and additional rights",
		"Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"};
	size_t i;

	for (i = 0; license && i < sizeof(gpl) / sizeof(gpl[0]); i++)
		if (!strcmp(license, gpl[i]))
			return true;
	return false;
}

/* Do programs come out of it that a kernel is given? */
static bool fn_is_loaded(const struct parse *p)
{
	return p->o->format == BPFASM_ELF || p->o->format == BPFASM_C ||
	       (p->o->format == BPFASM_RAW && p->n_fns && !p->fns[0]->bare);
}

/* What may be wrong in functions that have no errors. */
static void fn_lint(struct parse *p)
{
	size_t i;

	for (i = 0; i < p->n_fns && !p->diag->n_errors; i++) {
		const struct parse_fn *fn = p->fns[i];
		const struct lint l = {p->diag, &p->maps, fn->ir, &fn->frame,
			fn->prelude ? fn->prelude->n_insns : 0};

		/* instructions without a program may be any part of one */
		if (!fn->bare && !fn->nowarn && !p->nowarn && lint_function(&l))
			p->pool->failed = true;
	}
}

void parse_resolve(struct parse *p)
{
	struct ir_unit *u = p->unit;
	const struct ir_func *f;
	size_t i, j;

	parse_map_resolve(p);
	for (i = 0; i < p->n_fns; i++) {
		f = p->fns[i]->ir;
		for (j = 0; j < f->n_refs && !diag_full(p->diag); j++)
			fn_resolve_ref(p, p->fns[i], &f->refs[j]);
	}
	if (p->gpl && fn_is_loaded(p) && !fn_is_gpl(u->license))
		diag_warning(p->diag, p->gpl_at, strlen(p->gpl->name),
			"'%s' is for GPL-compatible programs only; add '.license \"GPL\"'",
			p->gpl->name);
	fn_lint(p);
	if (!p->diag->n_errors)
		depth_check(p);
}
