// SPDX-License-Identifier: MIT
/*
 * listing.c - a BPF object as text of our own assembler.
 *
 * Each function becomes a .prog or a .func with its instructions as the verifier prints them; where
 * a relocation stands, the name it refers to replaces the number.  A reference that the text has no
 * name for (a string of the compiler's) keeps its bytes and is told in a comment.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpfasm.h"
#include "listcore.h"
#include "listdata.h"
#include "listindex.h"
#include "listmap.h"
#include "listname.h"
#include "object.h"
#include "symtype.h"

enum {
	LISTING_EM_BPF = 247,
	LISTING_EXEC = 4, /* SHF_EXECINSTR */
	LISTING_PROGBITS = 1,
	LISTING_SYMTAB = 2,
	LISTING_REL = 9,
	LISTING_RELA = 4,
	LISTING_OBJECT = 1, /* STT_ */
	LISTING_FUNC = 2,
	LISTING_SECTION = 3,
	LISTING_LD_IMM64 = 0x18,
	LISTING_CALL = 0x85,
	LISTING_UNDEF = 0,  /* SHN_UNDEF */
	LISTING_GLOBAL = 1, /* STB_ */
	LISTING_WEAK = 2,
	LISTING_TYPE = 1024, /* of the text of a kernel's function's type */
};

#define LISTING_USDT "usdt_arg"

/* A function, or bytes of a code section that no symbol covers. */
struct listing_func {
	const char *name; /* NULL: that of the section */
	uint64_t start;	  /* bytes */
	bool global;
};

struct listing {
	struct elf_file *f;
	const struct elf_ident *id;
	struct elf_section symtab;
	struct buf *out;
	struct rawbpf_error *e;
	size_t maps, old_maps;	  /* index of sections .maps and maps, 0: none */
	size_t *lost;		  /* references that are not in the text */
	size_t *lost_cores;	  /* CO-RE records, where the text has a word or a reference */
	struct listindex *funcs;  /* by section and place: symbols of functions */
	struct listindex *config; /* by name: variables of .kconfig */
	struct listindex *rels;	  /* by section: the section of its relocations */
	struct listtype types;
	struct listdata data; /* its names are the types' */
	struct listcore core;
};

static int listing_nomem(struct rawbpf_error *e)
{
	return err_set(e, "dis", -ENOMEM, "out of memory");
}

/* ---- what a relocation means ------------------------------------------------------------- */

/* No other section that begins with a dot holds programs. */
static bool listing_is_text(const struct elf_section *s)
{
	return s->name[0] == '.';
}

/*
 * The function symbol at a place of a section: clang names a static one by its section.  A program
 * is none that can be called.
 */
static bool listing_func_at(
	const struct listing *l, uint32_t section, uint64_t value, struct elf_symbol *s)
{
	const struct listindex_row *row;
	struct elf_section in;

	if (elf_section(l->f, section, &in) || !listing_is_text(&in))
		return false;
	row = listindex_find(l->funcs, section, value, "");
	return row && !elf_symbol(l->f, &l->symtab, row->v, s);
}

/* A function's name; the language has a meaning for one. */
static void listing_func_name(const struct listing *l, const char *name)
{
	listname_put(l->out, name);
	if (!strcmp(name, LISTING_USDT))
		buf_puts(l->out, "_");
}

/* The call that a loader replaces by what reads an operand of a USDT probe. */
static bool listing_usdt(
	const struct listing *l, const unsigned char *p, const struct elf_symbol *s)
{
	int32_t imm = (int32_t)elf_uint(l->f, p + 4, 4);
	int n = (int16_t)elf_uint(l->f, p + 2, 2);

	if (p[0] != LISTING_CALL || p[1] != (l->id->big_endian ? 0x01 : 0x10) ||
		s->section != LISTING_UNDEF || strcmp(s->name, LISTING_USDT) != 0 || n < 1 ||
		n > OBJECT_USDT_MAX || imm < -OBJECT_STACK || imm > -8 || imm % 8)
		return false;
	buf_printf(l->out, "call " LISTING_USDT "(%d, %d)", n, (int)imm);
	return true;
}

/* How the language calls the type of such a variable; false: it does not. */
static bool listing_config_type(const struct listing *l, uint32_t type, char *out, size_t size)
{
	struct btf_type t, of;
	uint32_t elem, n;

	if (!btf_plain(l->types.btf, type, &t))
		return false;
	if (t.kind == BTF_ARRAY) {
		btf_array(l->types.btf, &t, &elem, &n);
		snprintf(out, size, "char[%u]", (unsigned)n);
		return btf_plain(l->types.btf, elem, &of) && of.kind == BTF_INT && of.size == 1 &&
		       n;
	}
	if (t.kind == BTF_INT && btf_is_bool(l->types.btf, &t) && t.size == 1) {
		snprintf(out, size, "bool");
		return true;
	}
	if ((t.kind == BTF_ENUM || t.kind == BTF_ENUM64) && t.size == 4) {
		snprintf(out, size, "tristate");
		return !strcmp(t.name, "libbpf_tristate");
	}
	if (t.kind != BTF_INT || (t.size != 1 && t.size != 2 && t.size != 4 && t.size != 8))
		return false;
	snprintf(out, size, "%c%u", btf_is_signed(l->types.btf, &t) ? 's' : 'u',
		(unsigned)t.size * 8);
	return true;
}

/*
 * A variable that the loader makes, of the kernel's configuration and version; *type is its type's
 * name, "" for one that the language has none for.
 */
static bool listing_is_kconfig(
	const struct listing *l, const char *name, char *type, size_t type_len)
{
	const struct listindex_row *row = listindex_find(l->config, 0, 0, name);
	struct btf_type var;

	if (!row || !btf_type(l->types.btf, (uint32_t)row->v, &var))
		return false;
	if (!listing_config_type(l, var.type, type, type_len))
		*type = '\0';
	return true;
}

/*
 * A call of a function of the kernel by its name, or the address of a variable of it, or of a
 * function that may be absent.
 */
static bool listing_is_ksym(
	const struct listing *l, const unsigned char *p, const struct elf_symbol *s)
{
	unsigned char src = l->id->big_endian ? p[1] & 15 : p[1] >> 4;
	uint64_t imm = elf_uint(l->f, p + 4, 4);
	char type[32];
	bool call = p[0] == LISTING_CALL && src == 1 && imm == UINT32_MAX;
	size_t i;

	if ((!call && (p[0] != LISTING_LD_IMM64 || src || imm)) || p[2] || p[3] ||
		s->section != LISTING_UNDEF ||
		(s->bind != LISTING_GLOBAL && s->bind != LISTING_WEAK) ||
		!strcmp(s->name, LISTING_USDT))
		return false;
	for (i = 0; s->name[i]; i++)
		if (!listname_is_name(s->name[i], !i))
			return false;
	return i && !bpfasm_is_word(s->name, i) &&
	       (!listing_is_kconfig(l, s->name, type, sizeof(type)) || (*type && !call));
}

/* The address of a variable, with an addend; a reference before the first byte has no form. */
static bool listing_is_data(const struct listing *l, const unsigned char *p, const char *line,
	const struct elf_symbol *s)
{
	struct buf name = {0};
	int64_t imm = (int32_t)elf_uint(l->f, p + 4, 4);
	bool is = p[0] == LISTING_LD_IMM64 && s->section != LISTING_UNDEF &&
		  (imm >= 0 || (uint64_t)-imm <= s->value) &&
		  listdata_address(&l->data, s->section, s->value + (uint64_t)imm, &name);

	if (is)
		buf_printf(l->out, "%.*s= %s", (int)strcspn(line, "="), line, buf_str(&name));
	l->out->failed |= name.failed;
	buf_free(&name);
	return is;
}

static bool listing_is_map(const struct listing *l, const struct elf_symbol *s)
{
	return s->section && (s->section == l->maps || s->section == l->old_maps) &&
	       s->type != LISTING_SECTION;
}

/* The rest of an instruction's line whose name is known; false: it keeps its number. */
static bool listing_named(const struct listing *l, const struct elf_reloc *r,
	const unsigned char *p, const char *line, struct elf_symbol *s)
{
	int32_t imm = (int32_t)elf_uint(l->f, p + 4, 4);
	bool call = p[0] == LISTING_CALL;
	struct elf_symbol fn;
	uint64_t value;

	if (elf_symbol(l->f, &l->symtab, r->symbol, s))
		return false;
	if (listing_usdt(l, p, s))
		return true;
	if (*line == '.')
		return false; /* half an instruction is a .word */
	if (listing_is_ksym(l, p, s)) {
		if (call)
			buf_printf(l->out, "call %s", s->name);
		else
			buf_printf(l->out, "%.*s= &%s", (int)strcspn(line, "="), line, s->name);
		return true;
	}
	if (!call && p[0] == LISTING_LD_IMM64 && listing_is_map(l, s) && !imm) {
		buf_printf(l->out, "%.*s= &", (int)strcspn(line, "="), line);
		listname_map(l->out, s->name);
		return true;
	}
	if (listing_is_data(l, p, line, s))
		return true;
	if (s->section == LISTING_UNDEF || (!call && p[0] != LISTING_LD_IMM64))
		return false;
	value = s->value + (call ? ((uint64_t)(int64_t)imm + 1) * 8 : (uint64_t)(int64_t)imm);
	if (!listing_func_at(l, s->section, value, &fn))
		return false;
	if (call)
		buf_puts(l->out, "call ");
	else
		buf_printf(l->out, "%.*s= &", (int)strcspn(line, "="), line);
	listing_func_name(l, fn.name);
	return true;
}

/* One instruction with a relocation. */
static void listing_reloc(const struct listing *l, const struct elf_reloc *r,
	const unsigned char *p, const char *line, size_t len)
{
	struct elf_symbol s;
	struct elf_section in;
	const char *name;

	memset(&s, 0, sizeof(s));
	if (listing_named(l, r, p, line, &s))
		return;
	++*l->lost;
	name = s.name ? s.name : "";
	if (!*name && !elf_section(l->f, s.section, &in))
		name = in.name;
	buf_printf(l->out, "%.*s ; %s ", (int)len, line,
		s.section == LISTING_UNDEF ? "extern" : "address of");
	listname_quoted(l->out, name, strlen(name));
}

/* ---- code -------------------------------------------------------------------------------- */

static int listing_reloc_order(const void *a, const void *b)
{
	const struct elf_reloc *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* The relocations of one section by offset; to be freed. */
static int listing_relocs(
	const struct listing *l, size_t section, struct elf_reloc **out, size_t *n)
{
	const struct listindex_row *row = listindex_find(l->rels, section, 0, "");
	struct elf_section s;
	size_t k, count;

	*out = NULL;
	*n = 0;
	if (!row || elf_section(l->f, row->v, &s))
		return 0;
	count = elf_n_relocs(l->f, &s);
	*out = calloc(count ? count : 1, sizeof(**out));
	if (!*out)
		return listing_nomem(l->e);
	for (k = 0; k < count; k++)
		if (!elf_reloc(l->f, &s, k, &(*out)[*n]))
			++*n;
	qsort(*out, *n, sizeof(**out), listing_reloc_order);
	return 0;
}

/* A record where the text has no place for one: r, unless it is NULL.  Those without a name are counted. */
static void listing_core_lost(const struct listing *l, const struct listcore_rec *r)
{
	if (!r)
		return;
	listcore_left(r, l->out);
	*l->lost_cores += r->name != NULL;
}

/* One instruction without a relocation. */
static void listing_plain(
	const struct listing *l, size_t section, uint64_t at, const char *line, size_t len)
{
	const struct listcore_rec *r = listcore_at(&l->core, (uint32_t)section, (uint32_t)(at / 8));

	if (r && *line != '.') {
		listcore_put(r, line, len, l->out);
		return;
	}
	listing_core_lost(l, r);
	buf_add(l->out, line, len);
}

/* The instructions of [start, end) of a section's bytes, one a line. */
static int listing_insns(const struct listing *l, size_t section, const unsigned char *code,
	uint64_t start, uint64_t end, const struct elf_reloc *rel, size_t n_rel)
{
	struct bpfasm_opts o = {.sz = sizeof(o), .big_endian = l->id->big_endian};
	struct bpfasm_out text;
	const char *line;
	size_t k = 0, len;
	int err;

	err = bpfasm_disassemble(code + start, end - start, &o, &text);
	if (err) {
		bpfasm_free(&text);
		return err_set(l->e, "dis", err, "instructions cannot be listed");
	}
	while (k < n_rel && rel[k].offset < start)
		k++;
	for (line = (const char *)text.data; start < end; line += len + 1) {
		const unsigned char *p = code + start;
		const char *nl = memchr(line, '\n', text.len - (size_t)(line - (char *)text.data));

		if (!nl)
			break;
		len = (size_t)(nl - line);
		buf_puts(l->out, "\t");
		if (k < n_rel && rel[k].offset == start) {
			listing_core_lost(
				l, listcore_at(&l->core, (uint32_t)section, (uint32_t)(start / 8)));
			listing_reloc(l, &rel[k++], p, line, len);
		} else {
			listing_plain(l, section, start, line, len);
		}
		buf_puts(l->out, "\n");
		start += p[0] == LISTING_LD_IMM64 && *line != '.' ? 16 : 8;
		while (k < n_rel && rel[k].offset < start)
			k++;
	}
	bpfasm_free(&text);
	return 0;
}

static int listing_func_order(const void *a, const void *b)
{
	const struct listing_func *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->global != y->global ? (x->global ? -1 : 1) : strcmp(x->name, y->name);
}

/* The functions of a section by place, one for each place; to be freed. */
static int listing_funcs(const struct listing *l, const struct elf_section *in, size_t len,
	struct listing_func **out, size_t *n)
{
	size_t from = listindex_from(l->funcs, in->index, 0, ""),
	       to = listindex_from(l->funcs, in->index, len, ""), i, k;
	struct elf_symbol s;

	*n = 0;
	*out = calloc(to - from + 1, sizeof(**out));
	if (!*out)
		return listing_nomem(l->e);
	for (i = from; i < to; i++) {
		if (l->funcs->row[i].b % 8 || elf_symbol(l->f, &l->symtab, l->funcs->row[i].v, &s))
			continue;
		(*out)[*n].name = s.name;
		(*out)[*n].start = s.value;
		(*out)[(*n)++].global = s.bind != 0;
	}
	qsort(*out, *n, sizeof(**out), listing_func_order);
	for (i = k = 0; i < *n; i++)
		if (!k || (*out)[i].start != (*out)[k - 1].start)
			(*out)[k++] = (*out)[i];
	*n = k;
	if (!k || (*out)[0].start) {
		memmove(*out + 1, *out, k * sizeof(**out));
		memset(*out, 0, sizeof(**out));
		++*n;
	}
	return 0;
}

static void listing_head(
	const struct listing *l, const struct elf_section *in, const struct listing_func *fn)
{
	bool text = listing_is_text(in);

	buf_puts(l->out, text ? "\n.func " : "\n.prog ");
	listing_func_name(l, fn->name ? fn->name : in->name);
	if (!text) {
		buf_puts(l->out, " ");
		listname_quoted(l->out, in->name, strlen(in->name));
	} else if (fn->global) {
		buf_puts(l->out, " global");
	}
	buf_puts(l->out, "\n");
}

static int listing_section(const struct listing *l, const struct elf_section *in)
{
	struct listing_func *fn = NULL;
	struct elf_reloc *rel = NULL;
	const void *code;
	size_t len, n = 0, n_rel = 0, i;
	int err;

	if (!*in->name)
		return err_set(l->e, "dis", -EINVAL, "section %zu has instructions and no name",
			in->index);
	err = elf_section_data(l->f, in, &code, &len);
	if (err || !code || len % 8)
		return err_set(
			l->e, "dis", -EINVAL, "section '%s' does not hold instructions", in->name);
	err = listing_funcs(l, in, len, &fn, &n);
	if (!err)
		err = listing_relocs(l, in->index, &rel, &n_rel);
	for (i = 0; !err && i < n; i++) {
		listing_head(l, in, &fn[i]);
		err = listing_insns(l, in->index, code, fn[i].start,
			i + 1 < n ? fn[i + 1].start : len, rel, n_rel);
	}
	free(fn);
	free(rel);
	return err;
}

/* ---- the object -------------------------------------------------------------------------- */

static void listing_license(const struct listing *l)
{
	struct elf_section s;
	const void *p;
	size_t len;

	if (elf_find_section(l->f, "license", &s) || elf_section_data(l->f, &s, &p, &len) || !p)
		return;
	len = strnlen(p, len);
	buf_puts(l->out, ".license ");
	listname_quoted(l->out, p, len);
	buf_puts(l->out, "\n");
}

static void listing_ksym(const struct listing *l, const struct elf_symbol *s, bool call)
{
	const char *weak = s->bind == LISTING_WEAK ? " weak" : "";
	char type[LISTING_TYPE];

	if (listing_is_kconfig(l, s->name, type, sizeof(type))) {
		buf_printf(l->out, ".kconfig %s: %s%s\n", s->name, type, weak);
		return;
	}
	symtype_declared(l->types.btf, s->name, &call, type, sizeof(type));
	buf_printf(l->out, ".%s %s%s%s\n", call ? "kfunc" : "kvar", s->name, type, weak);
}

/*
 * Declares the kernel's names of this section, those that are called or the others; seen: by
 * symbol, which are declared.
 */
static int listing_ksyms(
	const struct listing *l, const struct elf_section *in, bool calls, bool *seen)
{
	const unsigned char *insn;
	struct elf_reloc *rel;
	struct elf_symbol s;
	const void *code;
	size_t len, n, i;
	int err = listing_relocs(l, in->index, &rel, &n);

	if (err || elf_section_data(l->f, in, &code, &len) || !code)
		n = 0;
	for (i = 0; i < n; i++) {
		if (rel[i].offset % 8 || rel[i].offset >= len || len - rel[i].offset < 8 ||
			elf_symbol(l->f, &l->symtab, rel[i].symbol, &s) || seen[rel[i].symbol])
			continue;
		insn = (const unsigned char *)code + rel[i].offset;
		if ((*insn == LISTING_CALL) != calls || !listing_is_ksym(l, insn, &s))
			continue;
		seen[rel[i].symbol] = true;
		listing_ksym(l, &s, calls);
	}
	free(rel);
	return err;
}

static int listing_declare(const struct listing *l)
{
	size_t n = elf_n_symbols(l->f, &l->symtab), i;
	bool *seen = calloc(n ? n : 1, sizeof(*seen));
	struct elf_section s;
	int err = seen ? 0 : listing_nomem(l->e);

	for (i = 0; !err && i < 2 * l->id->n_sections; i++)
		if (!elf_section(l->f, i % l->id->n_sections, &s) && s.type == LISTING_PROGBITS &&
			s.flags & LISTING_EXEC && s.size)
			err = listing_ksyms(l, &s, i < l->id->n_sections, seen);
	free(seen);
	return err;
}

/* What is looked up for each reference. */
static int listing_lookup(const struct listing *l)
{
	uint32_t id = l->types.btf ? btf_find(l->types.btf, BTF_DATASEC, ".kconfig") : 0, k;
	size_t n = l->symtab.type ? elf_n_symbols(l->f, &l->symtab) : 0, i;
	struct btf_type sec, var;
	struct elf_section in;
	struct btf_secvar v;
	struct elf_symbol s;

	for (i = 0; i < n; i++)
		if (!elf_symbol(l->f, &l->symtab, i, &s) && s.type == LISTING_FUNC)
			listindex_add(l->funcs, s.section, s.value, "", i);
	for (i = 1; i < l->id->n_sections; i++)
		if (!elf_section(l->f, i, &in) &&
			(in.type == LISTING_REL || in.type == LISTING_RELA))
			listindex_add(l->rels, in.info, 0, "", i);
	for (k = 0; id && btf_type(l->types.btf, id, &sec) && k < sec.vlen; k++) {
		btf_secvar(l->types.btf, &sec, k, &v);
		if (btf_type(l->types.btf, v.type, &var))
			listindex_add(l->config, 0, 0, var.name, v.type);
	}
	listindex_sort(l->funcs);
	listindex_sort(l->rels);
	listindex_sort(l->config);
	return l->funcs->failed || l->rels->failed || l->config->failed ? listing_nomem(l->e) : 0;
}

static int listing_object(struct listing *l)
{
	struct elf_section s;
	size_t i;
	int err;

	if (l->id->machine != LISTING_EM_BPF || l->id->bits != 64)
		return err_set(l->e, "dis", -EINVAL, "this ELF file is not a BPF object");
	if (!elf_find_section(l->f, ".maps", &s))
		l->maps = s.index;
	if (!elf_find_section(l->f, "maps", &s))
		l->old_maps = s.index;
	if (elf_find_section(l->f, ".symtab", &l->symtab) || l->symtab.type != LISTING_SYMTAB)
		memset(&l->symtab, 0, sizeof(l->symtab));
	listing_license(l);
	err = listtype_open(l->f, l->out, &l->types, l->e);
	if (!err)
		err = listing_lookup(l);
	if (!err)
		err = listmap_print(l->f, &l->types, l->e);
	if (!err)
		err = listdata_print(l->f, &l->types, &l->data, l->e);
	if (!err)
		err = listing_declare(l);
	if (!err)
		err = listcore_open(l->f, &l->types, &l->core, l->e);
	if (!err)
		listcore_names(&l->core, l->out);
	for (i = 1; !err && i < l->id->n_sections; i++)
		if (!elf_section(l->f, i, &s) && s.type == LISTING_PROGBITS &&
			s.flags & LISTING_EXEC && s.size)
			err = listing_section(l, &s);
	return err;
}

/* It is no error: the text is whole but for these. */
static void listing_warn(struct rawbpf_error *e, size_t refs, size_t others, size_t cores)
{
	const struct {
		const char *what;
		size_t n;
	} left[] = {{"reference", refs}, {"pinning or pointer", others}, {"CO-RE record", cores}};
	char text[160] = "";
	size_t i, n = 0;

	for (i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		if (left[i].n)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%zu %s%s",
				n ? " and " : "", left[i].n,
				i == 1 && left[i].n > 1 ? "pinnings or pointer" : left[i].what,
				left[i].n == 1 ? "" : "s");
	snprintf(e->buf, sizeof(e->buf),
		"%s %s left out: the text has no form for what comments stand at", text,
		refs + others + cores == 1 ? "is" : "are");
	e->msg = e->buf;
}

int rawbpf_list_object(const void *elf, size_t len, FILE *out, struct rawbpf_error *e)
{
	struct listindex funcs = {0}, config = {0}, rels = {0};
	struct listing l = {.funcs = &funcs, .config = &config, .rels = &rels};
	size_t left, others, lost = 0, lost_cores = 0;
	struct buf text = {0};
	int err;

	err_clear(e);
	l.e = e;
	l.out = &text;
	l.lost = &lost;
	l.lost_cores = &lost_cores;
	err = elf_open_memory(elf, len, "the object", &l.f, e);
	if (err)
		return err;
	l.id = elf_ident(l.f);
	err = listing_object(&l);
	left = l.core.left + lost_cores;
	others = l.types.left;
	listindex_free(&funcs);
	listindex_free(&config);
	listindex_free(&rels);
	listcore_close(&l.core);
	listdata_free(&l.data);
	listtype_close(&l.types);
	elf_close(l.f);
	if (!err && text.failed)
		err = listing_nomem(e);
	if (!err && text.len && fwrite(text.data, 1, text.len, out) != text.len)
		err = err_set(e, "dis", errno ? -errno : -EIO, "the listing cannot be written");
	if (!err && (left || others || lost) && e)
		listing_warn(e, lost, others, left);
	buf_free(&text);
	return err;
}
