// SPDX-License-Identifier: MIT
/*
 * resolve.c - the assembler's questions, answered by the running kernel.
 *
 * Fields of tracepoints come from tracefs, registers from a table, fields of records from BTF.  An
 * event's format, and BTF, is read once for each context and not before it is wanted, and what
 * could not be read is not asked for again by the same text: twenty wrong lines cost one look.
 */
#include "resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "bpfasm.h"
#include "btfnamed.h"
#include "btfpath.h"
#include "kbtf.h"
#include "kern.h"
#include "near.h"
#include "resolvearg.h"
#include "resolveparam.h"
#include "symtype.h"
#include "tpformat.h"
#include "tracefs.h"

struct resolve_event {
	struct resolve_event *next;
	char *category, *event;
	struct tpformat format;
	bool unread; /* by a dry run: its fields are anything */
	int err;     /* why it could not be read ... */
	char why[256];
	struct rawbpf_error error; /* the same */
};

/* What one resolver's arg points to. */
struct resolve_target {
	struct resolve_target *next;
	struct rawbpf *b;
	const struct arch *arch;
	bool big;  /* its byte order is that of s390x */
	bool here; /* the running kernel's CPU, not one that was named */
	struct resolvearg args;
};

struct resolve {
	struct resolve_event *events;
	struct resolve_target *targets;
	int btf_err; /* why the kernel's could not be read */
	char btf_why[384];
	/* since the last resolver was made */
	const struct resolve_event *refused;
	bool no_memory;
};

static void event_free(struct resolve_event *v)
{
	if (!v)
		return;
	tpformat_free(&v->format);
	free(v->category);
	free(v->event);
	free(v);
}

void resolve_free(struct rawbpf *b)
{
	struct resolve_event *v, *next;
	struct resolve_target *t, *more;

	if (!b->resolve)
		return;
	for (v = b->resolve->events; v; v = next) {
		next = v->next;
		event_free(v);
	}
	for (t = b->resolve->targets; t; t = more) {
		more = t->next;
		free(t);
	}
	free(b->resolve);
	b->resolve = NULL;
}

/* What could not be read may be the next time; the text that asked for it is done with. */
static void resolve_forget(struct resolve *r)
{
	struct resolve_event **p = &r->events, *v;

	while ((v = *p)) {
		if (!v->err) {
			p = &v->next;
			continue;
		}
		*p = v->next;
		event_free(v);
	}
	r->refused = NULL;
	r->no_memory = false;
	r->btf_err = 0;
}

static int resolve_told(struct resolve_target *t, int err)
{
	t->b->resolve->no_memory |= err == -ENOMEM;
	return err;
}

bool resolve_no_memory(const struct rawbpf *b)
{
	return b->resolve && b->resolve->no_memory;
}

static struct resolve *resolve_get(struct rawbpf *b)
{
	if (!b->resolve)
		b->resolve = calloc(1, sizeof(*b->resolve));
	return b->resolve;
}

/* The error without its errno's name: the assembler's line goes on after it. */
static void error_text(const struct rawbpf_error *e, char *out, size_t size)
{
	const char *name = err_name(e->err);
	size_t n, tail = strlen(name) + 2;

	err_line(e, out, size);
	n = strlen(out);
	if (n > tail && !strcmp(out + n - tail + 2, name))
		out[n - tail] = '\0';
}

static void event_read(struct rawbpf *b, struct resolve_event *v)
{
	struct buf text = {0};

	v->err = tracefs_event_format(b, v->category, v->event, &text);
	v->unread = tracefs_unread(b, v->err);
	if (v->err == -ENOENT && tracefs_dir(b) < 0)
		v->err = -ENODEV; /* it is not the event that is missing */
	if (!v->err && text.failed)
		v->err = err_set(&b->error, "tracefs", -ENOMEM, "out of memory");
	if (!v->err)
		v->err = tpformat_parse(buf_str(&text), text.len, &v->format, &b->error);
	err_copy(&v->error, &b->error);
	if (v->err)
		error_text(&b->error, v->why, sizeof(v->why));
	buf_free(&text);
}

const struct rawbpf_error *resolve_refused(const struct rawbpf *b)
{
	return b->resolve && b->resolve->refused ? &b->resolve->refused->error : NULL;
}

/* An event, read now or before; NULL: out of memory. */
static struct resolve_event *event_get(struct rawbpf *b, const char *category, const char *event)
{
	struct resolve_event *v;

	for (v = b->resolve->events; v; v = v->next)
		if (!strcmp(v->category, category) && !strcmp(v->event, event))
			return v;
	v = calloc(1, sizeof(*v));
	if (!v)
		return NULL;
	v->category = strdup(category);
	v->event = strdup(event);
	if (!v->category || !v->event) {
		event_free(v);
		return NULL;
	}
	event_read(b, v);
	if (v->err == -ENOMEM) { /* may be better the next time */
		event_free(v);
		return NULL;
	}
	v->next = b->resolve->events;
	b->resolve->events = v;
	return v;
}

/*
 * A program's context has the record's bytes from 8 on only (the kernel keeps a pointer in front),
 * and of a system call's record the arguments, not the strings which 6.19 and later copy for
 * traces.
 */
static bool readable(const struct resolve_event *v, const struct tpformat_field *f)
{
	if (f->offset < 8)
		return false;
	return f->kind != TPFORMAT_DATA_LOC || strcmp(v->category, "syscalls");
}

static int no_field(const struct resolve_event *v, const char *name, char *msg, size_t msg_len)
{
	char text[3 * NEAR_LEN + 16];
	struct near n;
	size_t i;

	near_start(&n, name);
	for (i = 0; i < v->format.n_fields; i++)
		if (readable(v, &v->format.fields[i]))
			near_offer(&n, v->format.fields[i].name);
	near_text(&n, text, sizeof(text));
	if (*text)
		snprintf(msg, msg_len, "tracepoint %s:%s has no field '%s'; did you mean %s?",
			v->category, v->event, name, text);
	else
		snprintf(msg, msg_len, "tracepoint %s:%s has no field '%s'", v->category, v->event,
			name);
	return -ENOENT;
}

static int unreadable(const struct resolve_event *v, const char *name, char *msg, size_t msg_len)
{
	bool pid = !strcmp(name, "common_pid");

	snprintf(msg, msg_len, "field '%s' of tracepoint %s:%s is not passed to programs%s", name,
		v->category, v->event, pid ? "; use bpf_get_current_pid_tgid()" : "");
	return -EINVAL;
}

static int resolve_field(void *arg, const char *category, const char *event, const char *name,
	struct bpfasm_field *out, char *msg, size_t msg_len)
{
	static const enum bpfasm_field_kind kinds[] = {
		[TPFORMAT_PLAIN] = BPFASM_FIELD_PLAIN,
		[TPFORMAT_BYTES] = BPFASM_FIELD_BYTES,
		[TPFORMAT_DATA_LOC] = BPFASM_FIELD_DATA_LOC,
		[TPFORMAT_REL_LOC] = BPFASM_FIELD_REL_LOC,
	};
	struct resolve_target *t = arg;
	const struct tpformat_field *f;
	struct resolve_event *v = event_get(t->b, category, event);

	if (!v) {
		snprintf(msg, msg_len, "out of memory");
		return resolve_told(t, -ENOMEM);
	}
	if (v->unread) {
		t->b->sys.guessed |= SYS_GUESSED_CODE;
		*out = (struct bpfasm_field){.offset = 8, .size = 8};
		return 0;
	}
	if (v->err) {
		if (v->err != -ENOENT && v->err != -EINVAL)
			t->b->resolve->refused = v;
		snprintf(msg, msg_len, "%s", v->why);
		return v->err;
	}
	f = tpformat_find(&v->format, name);
	if (!f)
		return no_field(v, name, msg, msg_len);
	if (!readable(v, f))
		return unreadable(v, name, msg, msg_len);
	out->offset = f->offset;
	out->size = f->size;
	out->is_signed = f->is_signed;
	out->kind = kinds[f->kind];
	return 0;
}

static int no_reg(const struct arch *a, const char *name, char *msg, size_t msg_len)
{
	char text[3 * NEAR_LEN + 16];
	const struct arch_reg *r;
	struct near n;

	near_start(&n, name);
	for (r = a->regs; r->name; r++)
		near_offer(&n, r->name);
	near_text(&n, text, sizeof(text));
	if (*text)
		snprintf(msg, msg_len, "%s has no register '%s'; did you mean %s?", a->name, name,
			text);
	else
		snprintf(msg, msg_len, "%s has no register '%s'", a->name, name);
	return -ENOENT;
}

static int resolve_reg(
	void *arg, const char *name, struct bpfasm_field *out, char *msg, size_t msg_len)
{
	const struct arch *a = ((struct resolve_target *)arg)->arch;
	int err;

	memset(out, 0, sizeof(*out));
	err = arch_reg(a, name, &out->offset);
	if (err == -ERANGE)
		snprintf(msg, msg_len, "%s passes '%s' on the stack, not in a register", a->name,
			name);
	else if (err)
		return no_reg(a, name, msg, msg_len);
	out->size = a->word;
	return err;
}

static int resolve_argument(void *arg, const struct bpfasm_arg_of *of, struct bpfasm_arg *out,
	char *msg, size_t msg_len)
{
	struct resolve_target *t = arg;

	return resolve_told(t,
		resolvearg_find(t->b, t->here ? &t->args : NULL, t->arch, of, out, msg, msg_len));
}

/* of the running kernel, asked of it once for each context */
static unsigned resolve_kernel(void *arg)
{
	return kern_version(((struct resolve_target *)arg)->b);
}

/* ---- records ----------------------------------------------------------------------------- */

static const struct arch *running_arch(struct rawbpf *b);

static int resolve_btf(struct resolve_target *t, const struct btf **out)
{
	struct resolve *r = t->b->resolve;
	const struct btf *named = btfnamed(t->b);
	const struct arch *here = named ? t->arch : running_arch(t->b);

	*out = named;
	if (here != t->arch) {
		snprintf(r->btf_why, sizeof(r->btf_why),
			"the BTF of this machine's kernel is not that of %s; name a file with "
			"--btf",
			t->arch->name);
		return -EINVAL;
	}
	if (named || r->btf_err)
		return named ? 0 : r->btf_err;
	r->btf_err = kbtf_kernel(t->b, out);
	if (r->btf_err)
		error_text(&t->b->error, r->btf_why, sizeof(r->btf_why));
	return resolve_told(t, r->btf_err);
}

static int resolve_type(
	void *arg, const char *path, struct bpfasm_field *out, char *msg, size_t msg_len)
{
	struct resolve_target *t = arg;
	const struct btf *btf;
	struct btfpath found;
	int err = resolve_btf(t, &btf);

	if (err) {
		snprintf(msg, msg_len, "%s", t->b->resolve->btf_why);
		return err;
	}
	err = btfpath_find(btf, path, t->arch->word, &found, msg, msg_len);
	if (err)
		return resolve_told(t, err);
	memset(out, 0, sizeof(*out));
	out->offset = found.offset;
	out->size = found.size;
	out->is_signed = found.is_signed;
	out->kind = found.plain ? BPFASM_FIELD_PLAIN : BPFASM_FIELD_BYTES;
	return 0;
}

static int resolve_path(
	void *arg, const char *path, struct bpfasm_step *steps, char *msg, size_t msg_len)
{
	struct resolve_target *t = arg;
	const struct btf *btf;
	int err = resolve_btf(t, &btf);

	if (!err)
		return resolve_told(t, btfpath_walk(btf, path, t->arch->word, steps, msg, msg_len));
	snprintf(msg, msg_len, "%s", t->b->resolve->btf_why);
	return err;
}

/* ---- what tracing programs are given --------------------------------------------------------- */

static int resolve_param(void *arg, const char *section, const char *name, struct bpfasm_field *f,
	char *msg, size_t msg_len)
{
	struct resolve_target *t = arg;
	struct rawbpf *b = t->b;
	struct rawbpf_error before;
	const struct btf *btf;
	int err;

	err_copy(&before, &b->error);
	err = resolve_btf(t, &btf);
	if (err) {
		snprintf(msg, msg_len, "%s", b->resolve->btf_why);
	} else {
		*msg = '\0';
		err = resolveparam_find(b, btfnamed(b), t->big, section, name, f, msg, msg_len);
		if (err && !*msg)
			error_text(&b->error, msg, msg_len);
	}
	err_copy(&b->error, &before); /* an argument is its whole word, then */
	return resolve_told(t, err);
}

/* A kernel's functions have the same parameters on each CPU: this machine's BTF tells them too. */
static int resolve_symbol(void *arg, const char *name, bool is_func, char *type, size_t type_len)
{
	struct rawbpf *b = ((struct resolve_target *)arg)->b;
	const struct btf *btf = btfnamed(b);
	struct rawbpf_error before;
	uint32_t id;
	int err = 0;

	err_copy(&before, &b->error);
	if (!btf)
		err = kbtf_kernel(b, &btf);
	err_copy(&b->error, &before); /* the type is not known, then */
	id = err ? 0 : btf_find(btf, is_func ? BTF_FUNC : BTF_VAR, name);
	return id ? symtype_text(btf, id, type, type_len) : -ENOENT;
}

/*
 * The kernel's CPU.  A program of 32 bits may run on a kernel of 64 (arm on arm64, i386 on
 * x86_64), and the context is the kernel's; it says which since 6.1.
 */
static const struct arch *running_arch(struct rawbpf *b)
{
	const struct arch *a = arch_find(NULL), *k;
	char line[64];

	if (!a || a->word == 8)
		return a;
	if (sys_read_line(&b->sys, AT_FDCWD, "/proc/sys/kernel/arch", line, sizeof(line)))
		return a;
	k = arch_find(line);
	return k ? k : a;
}

int rawbpf_resolver(struct rawbpf *b, const char *arch, struct bpfasm_resolver *r)
{
	struct resolve_target *t;
	const struct arch *a;

	if (!b)
		return -ENOMEM;
	if (!r)
		return err_set(&b->error, "assemble", -EINVAL, "no resolver to fill in");
	a = arch ? arch_find(arch) : running_arch(b);
	if (!a) {
		err_set(&b->error, "assemble", -EINVAL, "unknown CPU '%s'",
			arch ? arch : "this one");
		err_hint(&b->error, "x86_64, arm64, arm, riscv64, ppc64le, s390x, mips64, "
				    "loongarch64 and i386 are known");
		return -EINVAL;
	}
	t = resolve_get(b) ? calloc(1, sizeof(*t)) : NULL;
	if (!t)
		return err_set(&b->error, "assemble", -ENOMEM, "out of memory");
	t->b = b;
	t->arch = a;
	t->big = arch_is_big(arch);
	t->here = !arch;
	resolve_forget(b->resolve);
	t->next = b->resolve->targets;
	b->resolve->targets = t;
	*r = (struct bpfasm_resolver){.sz = sizeof(*r),
		.arg = t,
		.tracepoint_field = resolve_field,
		.reg = resolve_reg,
		.type_field = resolve_type,
		.param = resolve_param,
		.symbol_type = resolve_symbol,
		.type_path = resolve_path,
		.kernel = arch ? NULL : resolve_kernel, /* another CPU's is not this one */
		.argument = resolve_argument,
		.big_endian = arch_is_big(arch)};
	return 0;
}
