/* SPDX-License-Identifier: MIT */
/* auditattr.h - the arguments of a call, one by one: names, and values with what they mean. */
#ifndef AUDITATTR_H
#define AUDITATTR_H

#include "auditname.h"
#include "rawbpf_sys.h"

enum auditattr_kind {
	AUDITATTR_NUM,	  /* v */
	AUDITATTR_NAMED,  /* v, of .set */
	AUDITATTR_ID,	  /* v: differs from run to run (BTF ids, event ids) */
	AUDITATTR_ADDR,	  /* v: an address, of a process or of the kernel */
	AUDITATTR_OUT,	  /* v: where the caller keeps what the kernel reads or writes */
	AUDITATTR_HEX,	  /* v: an offset in a file */
	AUDITATTR_OCTAL,  /* v: access rights */
	AUDITATTR_FD,	  /* v */
	AUDITATTR_STRING, /* p, len bytes; p NULL: none */
	AUDITATTR_KEY,	  /* p: bytes; how many only the map knows */
	AUDITATTR_VALUE,  /* the same */
	AUDITATTR_SIZE,	  /* v bytes stand somewhere */
	AUDITATTR_INSNS,  /* p: v instructions */
	AUDITATTR_LIST,	  /* p: v numbers of 8 bytes */
	AUDITATTR_NAMES,  /* p: v pointers to strings */
	AUDITATTR_OPEN,	  /* a struct named .name begins */
	AUDITATTR_CLOSE,  /* and ends */
};

struct auditattr {
	enum auditattr_kind kind;
	const char *name;
	uint64_t v;
	const void *p;
	size_t len;
	enum auditname_set set;
};

/* The call's own name, as strace writes it; NULL: not one that an audit shows. */
const char *auditattr_call(enum rawbpf_call_kind kind);

/*
 * Give fn each argument and each field that is set, in the kernel's order.  A field that is 0 is
 * not set, but for those that always count (a map's type, sizes).
 */
void auditattr_walk(
	const struct rawbpf_call *c, void (*fn)(void *arg, const struct auditattr *a), void *arg);

#endif
