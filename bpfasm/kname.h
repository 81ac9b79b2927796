/* SPDX-License-Identifier: MIT */
/*
 * kname.h - names of the target's types: the steps they are made of, and where these lead.
 *
 * A name is one hop, or several where pointers are followed: "task_struct.real_parent.tgid" loads
 * the pointer at task_struct.real_parent, then the number at task_struct.tgid.
 */
#ifndef KNAME_H
#define KNAME_H

#include "parse_tok.h"

struct kname {
	const char *text;
	const struct bpfasm_step *step; /* in the pool */
	uint32_t n, hops;
	bool declared; /* in the text: always a record */
};

/* What one hop reaches. */
struct kname_place {
	struct bpfasm_field f;		/* of a bit field the bytes that hold it */
	uint32_t bits;			/* of a bit field, else 0 */
	uint32_t left, right;		/* shifts of 64 bits that leave a bit field alone */
	const struct bpfasm_step *step; /* its own steps */
	uint32_t n;
	bool is_value; /* an enumerator, in f.offset */
	bool declared;
};

/* does the resolver tell steps? */
bool kname_known(const struct parse *p);
/* ... or the text, of this name? */
bool kname_told(const struct parse *p, const char *s, size_t len);
/* A name that the text tells: its steps, which are copied.  0, -EEXIST, -ENOMEM */
int kname_declare(
	struct parse *p, const char *s, size_t len, const struct bpfasm_step *steps, uint32_t n);
/*
 * Ask for a name.  1: *out, which the parser keeps for the next time; 0: there is no such name;
 * msg says so; -EINVAL: reported at t.
 */
int kname_get(struct parse *p, const struct tok *t, const char *s, size_t len,
	const struct kname **out, char *msg, size_t msg_len);
/* hop 0 .. hops - 1; false: a bit field that no load of 8 bytes holds */
bool kname_place(const struct kname *k, uint32_t hop, bool big_endian, struct kname_place *out);

/* kinds of CO-RE records, as libbpf numbers them */
enum {
	KNAME_BYTE_OFFSET = 0,
	KNAME_BYTE_SIZE = 1,
	KNAME_FIELD_EXISTS = 2,
	KNAME_LSHIFT = 4,
	KNAME_RSHIFT = 5,
	KNAME_TYPE_EXISTS = 8,
	KNAME_TYPE_SIZE = 9,
	KNAME_ENUM_EXISTS = 10,
	KNAME_ENUM_VALUE = 11,
};

/*
 * In an object for any kernel: the constant that is emitted next is that of a record.  off: it is
 * the distance of a load or store, else an operand.  Else nothing.
 */
void kname_keep(struct parse *p, const struct tok *t, const struct kname_place *place,
	unsigned kind, bool off);
/* The same for the first instruction of the lines that follow, whatever it is. */
void kname_next(
	struct parse *p, const struct tok *t, const struct kname_place *place, unsigned kind);
/* the instruction just emitted takes what was kept */
void kname_attach(struct parse *p);
/* what was kept came to nothing: report it; 0 or -EINVAL */
int kname_left(struct parse *p);
/* the expression from t to p->t is more than the name that was kept: report it */
int kname_alone(struct parse *p, const struct tok *t);

#endif
