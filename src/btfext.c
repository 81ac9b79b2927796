// SPDX-License-Identifier: MIT
/*
 * btfext.c - .BTF.ext.
 *
 * Up to three parts, each a record size followed by blocks: a section's name, the number of its
 * records, and the records.  All of it is walked once when it is parsed.
 */
#include "btfext.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BTFEXT_HEADER  24 /* bytes, without the CO-RE part, which came later */
#define BTFEXT_REC_MAX 252

static const struct {
	const char *name;
	uint32_t min; /* bytes of a record, as the first kernel with it had them */
} btfext_kinds[BTFEXT_KINDS] = {
	{"func_info", 8},
	{"line_info", 16},
	{"core_relo", 16},
};

static uint32_t btfext_u32(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static int btfext_bad(struct rawbpf_error *e, const char *what)
{
	return err_set(e, "open", -EINVAL, "section '.BTF.ext': %s is cut off or malformed", what);
}

static int btfext_part_check(struct btfext *x, size_t kind, uint32_t off, uint32_t len)
{
	struct btfext_part *part = &x->part[kind];
	uint32_t size, n;

	if (!len)
		return 0;
	if (off > x->len || len > x->len - off || len < 4)
		return -EINVAL;
	size = btfext_u32(x->data + off);
	if (size < btfext_kinds[kind].min || size > BTFEXT_REC_MAX || size % 4)
		return -EINVAL;
	part->rec_size = size;
	part->off = off += 4;
	part->len = len -= 4;
	while (len) {
		if (len < 8)
			return -EINVAL;
		n = btfext_u32(x->data + off + 4);
		if (n > (len - 8) / size)
			return -EINVAL;
		off += 8 + n * size;
		len -= 8 + n * size;
	}
	return 0;
}

static int btfext_check(struct btfext *x, struct rawbpf_error *e)
{
	uint32_t hdr, off, len;
	uint16_t magic;
	size_t i;

	if (x->len < BTFEXT_HEADER || x->len > UINT32_MAX / 2)
		return btfext_bad(e, "the header");
	memcpy(&magic, x->data, sizeof(magic));
	hdr = btfext_u32(x->data + 4);
	if (magic != 0xeb9f || x->data[2] != 1 || hdr < BTFEXT_HEADER || hdr > x->len)
		return btfext_bad(e, "the header");
	for (i = 0; i < BTFEXT_KINDS; i++) {
		if (8 + i * 8 + 8 > hdr)
			break;
		off = btfext_u32(x->data + 8 + i * 8);
		len = btfext_u32(x->data + 12 + i * 8);
		if (len && off > x->len - hdr)
			return btfext_bad(e, btfext_kinds[i].name);
		if (btfext_part_check(x, i, len ? hdr + off : 0, len))
			return btfext_bad(e, btfext_kinds[i].name);
	}
	return 0;
}

int btfext_parse(const void *data, size_t len, struct btfext *x, struct rawbpf_error *e)
{
	int err;

	memset(x, 0, sizeof(*x));
	x->data = malloc(len ? len : 1);
	if (!x->data)
		return err_set(e, "open", -ENOMEM, "out of memory");
	if (len)
		memcpy(x->data, data, len);
	x->len = len;
	err = btfext_check(x, e);
	if (err)
		btfext_free(x);
	return err;
}

void btfext_free(struct btfext *x)
{
	free(x->data);
	memset(x, 0, sizeof(*x));
}

const unsigned char *btfext_records(const struct btfext *x, enum btfext_kind kind,
	const struct btf *b, const char *section, uint32_t *n)
{
	const struct btfext_part *part = &x->part[kind];
	const unsigned char *p, *end;
	const char *name;

	*n = 0;
	if (!part->rec_size)
		return NULL;
	p = x->data + part->off;
	end = p + part->len;
	while (p < end) {
		name = btf_str(b, btfext_u32(p));
		*n = btfext_u32(p + 4);
		if (name && !strcmp(name, section))
			return p + 8;
		p += 8 + (size_t)*n * part->rec_size;
	}
	*n = 0;
	return NULL;
}
