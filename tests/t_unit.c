// SPDX-License-Identifier: MIT
/* t_unit.c - a unit made by hand, for the tests of elfout.c and btfout.c. */
#include <stdlib.h>
#include <string.h>

#include "insn.h"
#include "t.h"
#include "t_unit.h"

/* the lines that the table points at */
static const char text[] = ".prog count \"uprobe\"\n"
			   "r1 = 0 ; spaces at the end   \r\n"
			   "        r0 = &dist[0] ; or not\n"
			   "call help\n"
			   "exit\n";

static void *add(struct pool *p, void *array, size_t *cap, size_t *n, size_t size)
{
	char *items;

	ck_assert_int_eq(pool_grow(p, array, cap, *n, size), 0);
	memcpy(&items, array, sizeof(items));
	return items + size * (*n)++;
}

static void *add_ptr(struct pool *p, void *array, size_t *cap, size_t *n, size_t size)
{
	void *item = pool_alloc(p, size), *slot = add(p, array, cap, n, sizeof(void *));

	ck_assert_ptr_nonnull(item);
	memcpy(slot, &item, sizeof(item));
	return item;
}

static struct pos at(struct unit *u, uint32_t line, uint32_t col)
{
	return (struct pos){&u->src, line, col};
}

static struct ir_func *func(struct unit *u, const char *name, const char *section, bool is_prog)
{
	struct ir_func *f =
		add_ptr(&u->pool, &u->ir.funcs, &u->ir.cap_funcs, &u->ir.n_funcs, sizeof(*f));

	f->name = name;
	f->section = section;
	f->is_prog = is_prog;
	f->at = at(u, 1, 7);
	return f;
}

static uint32_t emit(struct unit *u, struct ir_func *f, struct ir_insn in, uint32_t line)
{
	uint32_t slot = (uint32_t)f->n_insns;
	struct ir_line *l;

	memcpy(add(&u->pool, &f->insns, &f->cap_insns, &f->n_insns, sizeof(in)), &in, sizeof(in));
	if (line) {
		l = add(&u->pool, &f->lines, &f->cap_lines, &f->n_lines, sizeof(*l));
		l->insn = slot;
		l->at = at(u, line, 9);
	}
	return slot;
}

static void refer(
	struct unit *u, struct ir_func *f, uint32_t slot, enum ir_ref_kind kind, const char *name)
{
	struct ir_ref *r = add(&u->pool, &f->refs, &f->cap_refs, &f->n_refs, sizeof(*r));

	r->insn = slot;
	r->kind = kind;
	r->name = name;
}

static struct ir_map *map(struct unit *u, const char *name, uint32_t type, uint32_t n)
{
	struct ir_map *m =
		add_ptr(&u->pool, &u->ir.maps, &u->ir.cap_maps, &u->ir.n_maps, sizeof(*m));

	m->name = name;
	m->type = type;
	m->max_entries = n;
	return m;
}

static struct ir_type number(enum ir_type_kind kind, uint32_t size)
{
	return (struct ir_type){kind, size, false, NULL};
}

static void field(struct unit *u, struct ir_struct *s, const char *name, struct ir_type t)
{
	struct ir_field *f = add(&u->pool, &s->fields, &s->cap_fields, &s->n_fields, sizeof(*f));

	f->name = name;
	f->type = t;
	f->offset = s->size;
	s->size += t.size;
}

static void maps(struct unit *u)
{
	struct ir_struct *key = add_ptr(
		&u->pool, &u->ir.structs, &u->ir.cap_structs, &u->ir.n_structs, sizeof(*key));
	struct ir_map *m = map(u, "dist", 2, 65);

	m->has_key = m->has_value = true;
	m->key = number(IR_TYPE_INT, 4);
	m->value = number(IR_TYPE_LOG2, 8);
	key->name = "key";
	field(u, key, "comm", number(IR_TYPE_CHARS, 16));
	field(u, key, "pid", number(IR_TYPE_INT, 4));
	field(u, key, "delta", (struct ir_type){IR_TYPE_INT, 4, true, NULL});
	field(u, key, "slot", number(IR_TYPE_INT, 8));
	m = map(u, "keyed", 1, 1024);
	m->flags = 1; /* BPF_F_NO_PREALLOC */
	m->has_key = m->has_value = true;
	m->key = (struct ir_type){IR_TYPE_STRUCT, key->size, false, key};
	m->value = number(IR_TYPE_LINEAR, 8);
	map(u, "ring", 27, 4096);
	m = map(u, "events", 4, 0);
	m->has_key = true;
	m->key = number(IR_TYPE_INT, 4);
	m->value_size = 4;
	m = map(u, "jumps", 3, 8);
	m->key_size = m->value_size = 4;
	m = map(u, "stacks", 7, 64);
	m->key_size = 4;
	m->value_size = 1016;
}

static void code(struct unit *u)
{
	struct ir_func *f = func(u, "count", "uprobe", true);

	emit(u, f, (struct ir_insn){0xb7, 1, 0, 0, 0}, 2);
	refer(u, f, emit(u, f, (struct ir_insn){0x18, 0, 0, 0, 0}, 3), IR_REF_MAP, "dist");
	emit(u, f, (struct ir_insn){0, 0, 0, 0, 0}, 3); /* no line may begin here */
	refer(u, f, emit(u, f, (struct ir_insn){0x85, 0, 1, 0, 0}, 4), IR_REF_CALL, "help");
	emit(u, f, (struct ir_insn){0xb7, 0, 0, 0, 0}, 0);
	emit(u, f, (struct ir_insn){0x95, 0, 0, 0, 0}, 5);
	f = func(u, "help", ".text", false);
	emit(u, f, (struct ir_insn){0xb7, 0, 0, 0, 0}, 0); /* its lines begin late */
	emit(u, f, (struct ir_insn){0x95, 0, 0, 0, 0}, 5);
	f = func(u, "second", "uprobe", true);
	refer(u, f, emit(u, f, (struct ir_insn){0x18, 2, 0, 0, 0}, 3), IR_REF_MAP, "keyed");
	emit(u, f, (struct ir_insn){0, 0, 0, 0, 0}, 0);
	emit(u, f, (struct ir_insn){0xb7, 0, 0, 0, 0}, 4000);
	emit(u, f, (struct ir_insn){0x95, 0, 0, 0, 0}, 5000000);
	f = func(u, "other", "tracepoint/sched/sched_switch", true);
	emit(u, f, (struct ir_insn){0xb7, 0, 0, 0, 0}, 2);
	emit(u, f, (struct ir_insn){0x95, 0, 0, 0, 0}, 5);
}

void unit_make(struct unit *u, bool big_endian)
{
	memset(u, 0, sizeof(*u));
	u->ir.big_endian = big_endian;
	u->ir.license = "GPL";
	u->src.name = "unit.bpf";
	u->src.text = text;
	u->src.len = sizeof(text) - 1;
	maps(u);
	code(u);
}
