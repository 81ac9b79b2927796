// SPDX-License-Identifier: MIT
/*
 * resolveparam.c - arguments and return values of tracing programs, from the kernel's BTF.
 *
 * Such a program is given an array of words: the function's parameters, one word each (two for a
 * struct of up to 16 bytes), then, where it runs when the function has returned, what that
 * returned.
 */
#include "resolveparam.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kbtf.h"
#include "near.h"
#include "secname.h"

/* A program's function or event and its parameters. */
struct resolveparam {
	struct kbtf_found found;
	struct btf_type proto;
	enum rawbpf_attach_type as;
	const char *place;
	bool big;	/* endian: the target's CPU */
	uint32_t first; /* parameter: a tracepoint's own comes before those of the event */
};

/* Bytes of its words: a struct by value has more than one. */
static uint32_t resolveparam_words(const struct btf *btf, uint32_t type)
{
	int64_t size = btf_size(btf, type);

	return size > 8 && size <= 16 ? 16 : 8;
}

/*
 * A word holds a value in its low bytes, and above what was in the register.  On a big-endian CPU
 * those are not where the word begins; there calls extend values to whole words.
 */
static void resolveparam_word(const struct resolveparam *c, uint32_t type, struct bpfasm_field *f)
{
	const struct btf *btf = c->found.btf;
	struct btf_type t;

	f->size = 8;
	f->kind = BPFASM_FIELD_PLAIN;
	f->is_signed = false;
	if (c->big || !btf_plain(btf, type, &t))
		return;
	if (t.kind != BTF_INT && t.kind != BTF_ENUM && t.kind != BTF_ENUM64)
		return;
	if (t.size == 1 || t.size == 2 || t.size == 4)
		f->size = t.size;
	f->is_signed = btf_is_signed(btf, &t);
}

static int resolveparam_retval(
	const struct resolveparam *c, struct bpfasm_field *f, char *msg, size_t msg_len)
{
	if (c->as == RAWBPF_TRACE_RAW_TP || c->as == RAWBPF_TRACE_FENTRY ||
		c->as == RAWBPF_TRACE_ITER) {
		snprintf(msg, msg_len, "%s '%s' has no 'retval'; programs of section 'fexit' do",
			c->as == RAWBPF_TRACE_RAW_TP ? "tracepoint"
			: c->as == RAWBPF_TRACE_ITER ? "iterator"
						     : "the entry of",
			c->place);
		return -EINVAL;
	}
	if (!c->proto.type) {
		snprintf(msg, msg_len, "function '%s' returns nothing", c->place);
		return -EINVAL;
	}
	resolveparam_word(c, c->proto.type, f);
	return 0;
}

static int resolveparam_no_param(
	const struct resolveparam *c, const char *name, char *msg, size_t len)
{
	char text[3 * NEAR_LEN + 16];
	bool named = false;
	struct btf_param p;
	struct near n;
	uint32_t i;

	near_start(&n, name);
	for (i = c->first; i < c->proto.vlen; i++) {
		btf_param(c->found.btf, &c->proto, i, &p);
		near_offer(&n, p.name);
		named |= *p.name != '\0';
	}
	if (!named && c->proto.vlen > c->first) {
		snprintf(msg, len, "the BTF does not name the parameters of '%s'; write arg1 ...",
			c->place);
		return -ENOENT;
	}
	near_text(&n, text, sizeof(text));
	snprintf(msg, len, "'%s' has no parameter '%s'%s%s%s", c->place, name,
		*text ? "; did you mean " : "", text, *text ? "?" : "");
	return -ENOENT;
}

/* The parameter, or what comes behind them. */
static int resolveparam_place(const struct resolveparam *c, const char *name,
	struct bpfasm_field *f, char *msg, size_t msg_len)
{
	bool number = !strncmp(name, "arg", 3) && name[3] >= '1' && name[3] <= '9' && !name[4];
	uint32_t i, nth = number ? (uint32_t)(name[3] - '0') : 0;
	struct btf_param p;

	memset(f, 0, sizeof(*f));
	for (i = c->first; i < c->proto.vlen; i++) {
		btf_param(c->found.btf, &c->proto, i, &p);
		if (!p.type) /* "..." */
			break;
		if (nth ? nth == i + 1 - c->first : !strcmp(p.name, name)) {
			resolveparam_word(c, p.type, f);
			return 0;
		}
		f->offset += resolveparam_words(c->found.btf, p.type);
	}
	if (!strcmp(name, "retval"))
		return resolveparam_retval(c, f, msg, msg_len);
	if (!nth)
		return resolveparam_no_param(c, name, msg, msg_len);
	i -= c->first;
	snprintf(msg, msg_len, "'%s' has %u parameter%s, no '%s'", c->place, (unsigned)i,
		i == 1 ? "" : "s", name);
	return -ERANGE;
}

int resolveparam_find(struct rawbpf *b, const struct btf *btf, bool big, const char *section,
	const char *name, struct bpfasm_field *f, char *msg, size_t msg_len)
{
	struct resolveparam c = {.big = big, .place = strchr(section, '/')};
	struct secname s;
	int err;

	if (!c.place || secname_parse(section, "", &s, NULL) || !kbtf_wanted(s.attach_type)) {
		snprintf(msg, msg_len, "section '%s' says no types", section);
		return -EOPNOTSUPP;
	}
	c.as = s.attach_type;
	c.place++;
	c.first = c.as == RAWBPF_TRACE_RAW_TP;
	/* a section that stands for a name of bcc's has its end */
	err = kbtf_find_bcc(b, btf, c.as, c.place, &c.found);
	if (err)
		return err;
	if (kbtf_proto(&c.found, &c.proto))
		return resolveparam_place(&c, name, f, msg, msg_len);
	snprintf(msg, msg_len, "the BTF does not tell the parameters of '%s'", c.place);
	return -EINVAL;
}
