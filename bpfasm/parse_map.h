/* SPDX-License-Identifier: MIT */
/* parse_map.h - .map, and how it is written. */
#ifndef PARSE_MAP_H
#define PARSE_MAP_H

#include "parse_tok.h"

int parse_map(struct parse *p); /* after .map */
/* what maps hold from the start is known by now: -EINVAL after errors */
int parse_map_resolve(struct parse *p);
/* as it is written in the text */
void parse_map_text(const struct ir_map *m, char *text, size_t size);
/* does the declaration of map m also make record s (the key of a histogram in sections)? */
bool parse_map_makes(const struct ir_map *m, const struct ir_struct *s);

#endif
