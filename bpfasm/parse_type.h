/* SPDX-License-Identifier: MIT */
/* parse_type.h - types, and records with their layout. */
#ifndef PARSE_TYPE_H
#define PARSE_TYPE_H

#include "parse_tok.h"

extern const struct ir_type parse_u32, parse_u64;

int parse_struct(struct parse *p); /* after .struct */
/* the record ends here, by a directive that cannot be in it */
void parse_struct_broken(struct parse *p);
int parse_struct_line(struct parse *p); /* until .end */
/* u8 to u64, s8 to s64 */
bool parse_type_int(const char *s, size_t len, struct ir_type *type);
int parse_type(struct parse *p, struct ir_type *type);
/* after a type: "[4]" is told that no such array is there, and what is; 0: there is none */
int parse_no_array(
	struct parse *p, const struct ir_type *type, const char *where, const char *instead);
bool parse_type_starts(const struct parse *p, const struct tok *t);
int parse_no_type(struct parse *p, const struct tok *t);
/* a record made by hand: new, its fields, closed; NULL, -ENOMEM */
struct ir_struct *parse_struct_new(struct parse *p, const char *name, struct pos at);
int parse_struct_add(
	struct parse *p, struct ir_struct *s, const char *name, const struct ir_type *type);
void parse_struct_close(struct ir_struct *s);
const struct ir_struct *parse_find_struct(const struct parse *p, const char *s, size_t len);
/* "field" or "field.field" of a record; NULL: none */
const struct ir_field *parse_field(
	const struct ir_struct *s, const char *name, size_t len, uint32_t *offset);
int parse_no_field(struct parse *p, const struct tok *t, const char *what,
	const struct ir_struct *s, const char *name, size_t len);
uint32_t parse_type_align(const struct ir_type *t); /* bytes */
/* as it is written in the text */
void parse_type_text(const struct ir_type *t, char *text, size_t size);

#endif
