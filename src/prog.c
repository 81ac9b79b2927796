// SPDX-License-Identifier: MIT
/*
 * prog.c - programs: patched, loaded, refusals explained.
 *
 * The first try is quiet and passes all that a current kernel takes: name, func_info, line_info.
 * After a refusal the same is loaded again with the verifier's log.  A log that speaks of the
 * program ends the matter; an empty one (or one about BTF) may be an older kernel's way to say
 * that it does not know a field, so what it may not know is taken away step by step.  When nothing
 * helps, the first answer is the one reported, unless a later try got past what may be unknown.
 *
 * A tracing program is loaded for one function or event.  One whose section names none is loaded
 * late, when it is attached; and so is one that reads the operands of a USDT probe, in copies.
 */
#include "prog.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kbtf.h"
#include "kconfig.h"
#include "kern.h"
#include "ksymput.h"
#include "map.h"
#include "near.h"
#include "object.h"
#include "rights.h"
#include "usdtput.h"
#include "usdtspec.h"
#include "vlog.h"

#define PROG_TRIES     5	   /* a signal in the middle of verification gives EAGAIN */
#define PROG_LOG_FIRST (64U << 10) /* bytes */
#define PROG_LOG_OLD   (16U << 20) /* most that kernels before 5.2 take */
#define PROG_LOG_MAX   (256U << 20)
#define PROG_SLEEPABLE (1U << 4) /* BPF_F_SLEEPABLE, Linux 5.10 */
#define PROG_ENOTSUPP  524
#define PROG_MOV       0xb7 /* a register = a number */

/* helpers */
enum {
	PROG_READ = 4,
	PROG_READ_STR = 45,	  /* Linux 4.11 */
	PROG_READ_USER = 112,	  /* Linux 5.5, and so the others */
	PROG_READ_USER_STR = 114, /* 113: kernel */
	PROG_READ_KERNEL_STR = 115,
	PROG_COOKIE = 174, /* Linux 5.15 */
};

/* What a try passes beside the instructions. */
enum {
	PROG_WITH_NAME = 1,    /* Linux 4.15 */
	PROG_WITH_BTF = 2,     /* Linux 5.0 */
	PROG_WITH_VERSION = 4, /* wanted before Linux 5.0 */
	PROG_WITH_AS = 8, /* expected_attach_type of a probe: Linux 4.17, and used since 5.18 */
};

struct prog_load {
	struct rawbpf *b;
	struct prog *p;
	const struct object_prog *def;
	enum rawbpf_attach_type as;
	uint32_t target; /* type id in the kernel's BTF, 0: none ... */
	int module_fd;	 /* ... or in this module's */
	struct object_code code;
	int btf_fd;
	unsigned with;
	char *log; /* of the last loud try */
	uint32_t log_size;
};

static void prog_attr(const struct prog_load *l, union rawbpf_attr *a)
{
	const struct object *o = l->b->object;

	memset(a, 0, sizeof(*a));
	a->prog.prog_type = l->def->sec.type;
	if (l->with & PROG_WITH_AS)
		a->prog.expected_attach_type = l->as;
	a->prog.insn_cnt = l->code.n_insns;
	a->prog.insns = (uintptr_t)l->code.insns;
	a->prog.license = (uintptr_t)o->license;
	a->prog.prog_flags = l->def->sec.sleepable ? PROG_SLEEPABLE : 0;
	a->prog.kern_version = o->version;
	a->prog.attach_btf_id = l->target;
	a->prog.attach_btf_obj_fd = l->module_fd >= 0 ? (uint32_t)l->module_fd : 0;
	if (l->with & PROG_WITH_VERSION)
		a->prog.kern_version = kern_version(l->b);
	if (l->with & PROG_WITH_NAME)
		map_kernel_name("", l->def->name, a->prog.prog_name);
	if (!(l->with & PROG_WITH_BTF))
		return;
	a->prog.prog_btf_fd = (uint32_t)l->btf_fd;
	a->prog.func_info = (uintptr_t)l->code.func_info;
	a->prog.func_info_cnt = l->code.n_func_info;
	a->prog.func_info_rec_size = l->code.func_rec_size;
	if (!l->code.n_line_info)
		return;
	a->prog.line_info = (uintptr_t)l->code.line_info;
	a->prog.line_info_cnt = l->code.n_line_info;
	a->prog.line_info_rec_size = l->code.line_rec_size;
}

static int prog_call(const struct prog_load *l, union rawbpf_attr *a)
{
	char role[80];
	int i, fd = -EAGAIN;

	snprintf(role, sizeof(role), "prog %s", l->def->name);
	for (i = 0; (fd == -EAGAIN || fd == -EINTR) && i < PROG_TRIES; i++)
		fd = sys_bpf(&l->b->sys, RAWBPF_PROG_LOAD, a, sizeof(a->prog), role);
	return fd;
}

static int prog_quiet(const struct prog_load *l)
{
	union rawbpf_attr a;

	prog_attr(l, &a);
	return prog_call(l, &a);
}

/* How big the log must be, now that size was too small; 0: it cannot grow. */
static uint32_t prog_log_next(uint32_t size, uint32_t wanted)
{
	if (wanted > size && wanted <= PROG_LOG_MAX)
		return wanted; /* Linux 6.4 tells */
	if (size == PROG_LOG_OLD)
		return PROG_LOG_MAX;
	return size < PROG_LOG_OLD ? size * 4 : 0;
}

/*
 * The same with the verifier's log in l->log (NULL when there is no memory for it).  Returns an fd
 * when the kernel has changed its mind.
 */
static int prog_loud(struct prog_load *l)
{
	uint32_t size = PROG_LOG_FIRST, wanted = 0;
	union rawbpf_attr a;
	char *log;
	int fd = -ENOMEM;

	for (; size; size = prog_log_next(size, wanted)) {
		log = malloc(size);
		if (!log)
			break;
		log[0] = '\0';
		prog_attr(l, &a);
		a.prog.log_level = 1;
		a.prog.log_buf = (uintptr_t)log;
		a.prog.log_size = size;
		fd = prog_call(l, &a);
		log[size - 1] = '\0';
		if (fd != -ENOSPC && !log[0] && l->log) {
			free(log); /* a size that this kernel does not take: keep what there is */
			break;
		}
		free(l->log);
		l->log = log;
		l->log_size = size;
		if (fd != -ENOSPC)
			break;
		wanted = a.prog.log_true_size;
	}
	return fd;
}

static bool prog_log_has(const struct prog_load *l, const char *s)
{
	return l->log && strstr(l->log, s);
}

/* The number of a helper that the verifier does not know, 0: it knows all. */
static unsigned long prog_unknown_helper(const struct prog_load *l)
{
	static const char unknown[] = "invalid func unknown#";
	const char *p = l->log ? strstr(l->log, unknown) : NULL;

	return p ? strtoul(p + strlen(unknown), NULL, 10) : 0;
}

/*
 * Before Linux 5.15 there are no attach cookies: the number itself instead of the calls that ask
 * for it.
 */
static void prog_put_cookie(struct prog_load *l)
{
	struct rawbpf_insn *insn = l->code.insns, *end = insn + l->code.n_insns;

	for (; insn < end; insn++)
		if (insn->code == OBJECT_CALL && !insn->regs && insn->imm == PROG_COOKIE)
			*insn = (struct rawbpf_insn){.code = PROG_MOV, .imm = l->p->cookie};
}

static bool prog_no_cookie(struct prog_load *l)
{
	struct kern *k = kern_get(l->b);

	if (prog_unknown_helper(l) != PROG_COOKIE || !k || k->no_cookie)
		return false;
	k->no_cookie = true;
	prog_put_cookie(l);
	ctx_log(l->b, RAWBPF_LOG_INFO,
		"program '%s': the kernel has no attach cookies: numbers in their place",
		l->p->name);
	return true;
}

/*
 * Before Linux 5.5 one helper read kernel and user memory alike: its call instead of the later
 * ones, when it is these that the verifier does not know.
 */
static bool prog_plain_read(struct prog_load *l)
{
	unsigned long id = prog_unknown_helper(l);
	struct rawbpf_insn *insn = l->code.insns, *end = insn + l->code.n_insns;

	if (id < PROG_READ_USER || id > PROG_READ_KERNEL_STR)
		return false;
	for (; insn < end; insn++) {
		/* code, and no register: not one of the program's own functions */
		if (insn->code != 0x85 || insn->regs || insn->imm < PROG_READ_USER ||
			insn->imm > PROG_READ_KERNEL_STR)
			continue;
		insn->imm = insn->imm < PROG_READ_USER_STR ? PROG_READ : PROG_READ_STR;
	}
	ctx_log(l->b, RAWBPF_LOG_INFO,
		"program '%s': probe_read in place of probe_read_user and probe_read_kernel, which "
		"the kernel does not know",
		l->p->name);
	return true;
}

static bool prog_may_be_old(int err)
{
	return err == -EINVAL || err == -E2BIG || err == -PROG_ENOTSUPP || err == -EOPNOTSUPP;
}

/* Whether the answer may mean a field that the kernel does not know; takes the next away. */
static bool prog_fall_back(struct prog_load *l, int err)
{
	bool btf = prog_log_has(l, "func_info") || prog_log_has(l, "line_info");

	if (!prog_may_be_old(err))
		return false;
	if (prog_plain_read(l) || prog_no_cookie(l))
		return true;
	if (l->log && l->log[0] && !(btf && (l->with & PROG_WITH_BTF)))
		return false;
	if (l->with & PROG_WITH_BTF)
		l->with &= ~(unsigned)PROG_WITH_BTF;
	else if (err == -EINVAL && l->def->sec.type == RAWBPF_PROG_KPROBE &&
		 !(l->with & PROG_WITH_VERSION))
		l->with |= PROG_WITH_VERSION;
	else if (l->with & PROG_WITH_NAME)
		l->with &= ~(unsigned)PROG_WITH_NAME;
	else if (l->as && l->def->sec.type == RAWBPF_PROG_KPROBE && (l->with & PROG_WITH_AS))
		l->with &= ~(unsigned)PROG_WITH_AS;
	else
		return false;
	return true;
}

static void prog_learn(struct prog_load *l, struct kern *k, unsigned first)
{
	if (l->with == first)
		return;
	k->no_prog_btf |= (first & PROG_WITH_BTF) && !(l->with & PROG_WITH_BTF) && !l->log;
	k->no_prog_names |= (first & PROG_WITH_NAME) && !(l->with & PROG_WITH_NAME);
	k->want_version |= (l->with & PROG_WITH_VERSION) != 0;
	ctx_log(l->b, RAWBPF_LOG_INFO, "program '%s': the kernel took it without %s", l->p->name,
		l->with & PROG_WITH_NAME ? "line info" : "name and line info");
}

/* ---- why it was refused ------------------------------------------------------------------ */

/* The log and behind it the hint, which may be longer than an error's own buffer. */
static void prog_take_log(struct prog_load *l, const char *source, const char *advice)
{
	struct rawbpf *b = l->b;
	size_t n = strlen(l->log), room;
	char *p;

	if (!*advice && !*source) {
		ctx_take_log(b, l->log);
		l->log = NULL;
		return;
	}
	room = strlen(source) + strlen(advice) + 8;
	p = realloc(l->log, n + 1 + room);
	if (!p)
		return;
	l->log = NULL;
	ctx_take_log(b, p);
	b->error.hint = p + n + 1;
	if (*source && *advice)
		snprintf(p + n + 1, room, "'%s': %s", source, advice);
	else
		snprintf(p + n + 1, room, "%s%s", source, advice);
}

static const char *prog_trim(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

/* Errnos that speak of the machine and this process, not of the program. */
static bool prog_no_verdict(int err)
{
	switch (err) {
	case -EAGAIN:
	case -EINTR:
	case -EMFILE:
	case -ENFILE:
	case -ENOMEM:
	case -ENOSYS: return true;
	default: return false;
	}
}

/* An instruction that a CO-RE record made so that it must not be reached was: why it was made so. */
static void prog_dead(const struct prog_load *l, struct vlog *v)
{
	const char *why = v->insn >= 0 ? object_dead(&l->code, (uint32_t)v->insn) : NULL;

	if (!why)
		return;
	snprintf(v->msg, sizeof(v->msg), "%s", why);
	snprintf(v->advice, sizeof(v->advice),
		"ask first whether it is there, as bpf_core_field_exists() and "
		"bpf_core_enum_value_exists() do");
}

/* 0 when the log says why; a verifier that was content is not the one that refused. */
static int prog_rejected(struct prog_load *l, int err)
{
	struct object_line line = {0};
	struct vlog v;

	if (vlog_parse(l->log, strlen(l->log), err, &v) || (!v.refused && prog_no_verdict(err)))
		return -ENOENT;
	prog_dead(l, &v);
	if (v.insn >= 0 && object_line(l->b->object, &l->code, (uint32_t)v.insn, &line) &&
		line.file)
		err_set(&l->b->error, "load", err, "prog '%s' rejected at %s:%u: %s", l->p->name,
			line.file, line.line, v.msg);
	else if (v.insn >= 0)
		err_set(&l->b->error, "load", err, "prog '%s' rejected at instruction %d: %s",
			l->p->name, v.insn, v.msg);
	else
		err_set(&l->b->error, "load", err, "prog '%s' rejected: %s", l->p->name, v.msg);
	l->b->error.insn = v.insn;
	err_prog(&l->b->error, l->p->name);
	err_src(&l->b->error, line.file, line.line);
	prog_take_log(l, prog_trim(line.text ? line.text : v.source), v.advice);
	return 0;
}

/* A refusal without a usable log. */
static void prog_silent(struct prog_load *l, int err)
{
	struct rawbpf_error *e = &l->b->error;

	err_set(e, "load", err, "prog '%s' of type %s %s", l->p->name, secname_type(l->p->type),
		prog_no_verdict(err) ? "cannot be loaded" : "refused");
	err_prog(e, l->p->name);
	if (err == -EAGAIN || err == -EINTR)
		err_hint(e, "signals kept interrupting the verifier");
	else if (err == -ENOMEM)
		err_hint(e,
			"the kernel has no memory for it, or the memory cgroup's limit is reached");
	else if (prog_no_verdict(err))
		; /* err_set() or rights_explain() knows */
	else if (!l->target &&
		 (l->p->type == RAWBPF_PROG_TRACING || l->p->type == RAWBPF_PROG_LSM ||
			 l->p->type == RAWBPF_PROG_EXT))
		err_hint(e, "section '%s' must name a function whose btf the kernel has",
			l->p->section);
	else if (err == -EINVAL)
		err_hint(e, "the kernel says no more: it may not know programs of this type");
	rights_explain(&l->b->sys, e, RIGHTS_BPF, err);
	if (l->log && l->log[0]) {
		ctx_take_log(l->b, l->log);
		l->log = NULL;
	}
}

static void prog_explain(struct prog_load *l, int err)
{
	if (!l->log || !l->log[0] || prog_rejected(l, err))
		prog_silent(l, err);
	else
		rights_locked_helper(&l->b->sys, &l->b->error);
}

/* ---- load -------------------------------------------------------------------------------- */

/* fd, or a negative errno with the error set */
static int prog_negotiate(struct prog_load *l, struct kern *k)
{
	unsigned start = l->with;
	int fd, err, first = 0;

	for (;;) {
		fd = prog_quiet(l);
		if (fd == -EPERM && kern_raise_memlock(l->b))
			fd = prog_quiet(l);
		if (fd >= 0)
			break;
		err = fd;
		if (!first)
			first = err;
		/* out of memory may be the verifier's: a program too complex for it */
		fd = prog_no_verdict(err) && err != -ENOMEM ? err : prog_loud(l);
		if (fd >= 0)
			break;
		/* the log of another failure (no memory for it, say) explains nothing */
		if (fd != err && fd != -ENOSPC && l->log)
			l->log[0] = '\0';
		if (!prog_fall_back(l, err)) {
			prog_explain(
				l, (l->log && l->log[0]) || first == -E2BIG || !prog_may_be_old(err)
					   ? err
					   : first);
			return l->b->error.err;
		}
		free(l->log);
		l->log = NULL;
	}
	prog_learn(l, k, start);
	return fd;
}

static void prog_patch(struct prog_load *l)
{
	size_t i;

	for (i = 0; i < l->code.n_refs; i++)
		l->code.insns[l->code.refs[i].insn].imm = l->b->maps[l->code.refs[i].map].fd;
}

const char *prog_place(const struct prog *p)
{
	const char *slash = strchr(p->section, '/'), *mark = strstr(p->name, "__");

	if (slash)
		return slash + 1;
	if (mark && (!strncmp(p->name, "kfunc__", 7) || !strncmp(p->name, "kretfunc__", 10) ||
			    !strncmp(p->name, "kmod_ret__", 10)))
		return mark + 2;
	return "";
}

/* The type id that a tracing program is loaded for. */
static int prog_target(struct prog_load *l, const char *target)
{
	struct kbtf_found found;
	int err;

	if (!target)
		return 0;
	err = strchr(l->p->section, '/') ? kbtf_find(l->b, NULL, l->as, target, &found)
					 : kbtf_find_bcc(l->b, NULL, l->as, target, &found);
	if (err) {
		err_prog(&l->b->error, l->p->name);
		return err;
	}
	l->target = found.id;
	if (*found.module)
		l->module_fd = kbtf_module_fd(l->b, found.module);
	return l->module_fd < 0 && *found.module ? l->module_fd : 0;
}

static int prog_ksyms(struct prog_load *l)
{
	int err = ksymput_code(l->b, l->b->object, &l->code);

	return err ? err_prog(&l->b->error, l->p->name), err : 0;
}

static int prog_link(struct prog_load *l)
{
	int err = object_link(l->b->object, l->p->def, &l->code, &l->b->error);

	if (!err && l->p->ops)
		err = usdtput_code(&l->code, l->p->ops, &l->b->error);
	if (err) {
		err_prog(&l->b->error, l->p->name);
		return err;
	}
	err = kconfig_check(l->b, &l->code);
	if (err) {
		err_prog(&l->b->error, l->p->name);
		return err;
	}
	l->p->n_insns = l->code.n_insns;
	if (l->p->origin)
		l->p->origin->n_insns = l->code.n_insns;
	l->p->calls_trace_printk = l->code.calls_trace_printk;
	l->p->reads_records = usdtspec_is_read(l->b->object, &l->code);
	return 0;
}

/* fd, or a negative errno with the error set; target NULL: for nothing in particular */
static int prog_load(struct rawbpf *b, struct prog *p, enum rawbpf_attach_type as,
	const char *target, int btf_fd)
{
	struct prog_load l = {
		.b = b, .p = p, .as = as, .btf_fd = btf_fd, .module_fd = -1, .with = PROG_WITH_AS};
	struct kern *k = kern_get(b);
	int fd, err;

	if (!k)
		return -ENOMEM;
	l.def = &b->object->progs[p->def];
	err = prog_link(&l);
	if (!err)
		err = prog_ksyms(&l);
	if (!err)
		err = prog_target(&l, target);
	if (err) {
		object_code_free(&l.code);
		return err;
	}
	prog_patch(&l);
	if (k->no_cookie)
		prog_put_cookie(&l);
	if (!k->no_prog_names)
		l.with |= PROG_WITH_NAME;
	if (!k->no_prog_btf && btf_fd >= 0 && l.code.n_func_info)
		l.with |= PROG_WITH_BTF;
	if (k->want_version && l.p->type == RAWBPF_PROG_KPROBE)
		l.with |= PROG_WITH_VERSION;
	fd = prog_negotiate(&l, k);
	sys_close(&b->sys, l.module_fd);
	free(l.log);
	object_code_free(&l.code);
	return fd;
}

int prog_keep_error(struct rawbpf *b, struct prog *p)
{
	free(p->error);
	free(p->hint);
	p->error = strdup(b->error.msg ? b->error.msg : "");
	p->hint = b->error.hint ? strdup(b->error.hint) : NULL;
	if (p->error && (p->hint || !b->error.hint))
		return 0;
	return err_set(&b->error, "load", -ENOMEM, "out of memory");
}

static void prog_init(struct prog *p, const struct object *o, uint32_t i)
{
	const struct object_prog *def = &o->progs[i];

	p->def = i;
	p->usdt_args = object_usdt_args(o, i);
	p->name = def->name;
	p->section = def->section;
	p->type = def->sec.type;
	p->attach_type = def->sec.attach_type;
	p->autoload = def->sec.autoload;
	p->n_insns = o->funcs[def->func].n_insns;
	p->fd = -1;
	p->late = p->usdt_args != 0;
	p->late |= p->type == RAWBPF_PROG_TRACING && kbtf_wanted(p->attach_type) && !*prog_place(p);
}

/* Not loaded, but as far as that goes without a kernel. */
static int prog_load_late(struct rawbpf *b, struct prog *p, bool each)
{
	struct prog_load l = {.b = b, .p = p};
	int err = prog_link(&l);

	object_code_free(&l.code);
	if (!err && p->usdt_args && p->type != RAWBPF_PROG_KPROBE) {
		err = err_set(&b->error, "load", -EINVAL,
			"program '%s' (section '%s') reads operands of a usdt probe, and is for "
			"none",
			p->name, p->section);
		err_hint(&b->error, "name its section 'usdt' or 'usdt/PATH:PROVIDER:NAME'");
		err_prog(&b->error, p->name);
	}
	if (err || !each || p->usdt_args)
		return err;
	err_set(&b->error, "load", -EINVAL, "section '%s' of program '%s' does not say for what",
		p->section, p->name);
	err_hint(&b->error, "it is loaded when it is attached, for the function or event named "
			    "then");
	return -EINVAL;
}

static int prog_load_own(struct rawbpf *b, struct prog *p, int btf_fd)
{
	const char *target = prog_place(p);

	if (p->type == RAWBPF_PROG_TRACING && kbtf_wanted(p->attach_type)) {
		p->target = strdup(target);
		if (!p->target)
			return err_set(&b->error, "load", -ENOMEM, "out of memory");
	}
	return prog_load(b, p, p->attach_type, p->target, btf_fd);
}

int prog_load_all(struct rawbpf *b, int btf_fd, bool each)
{
	const struct object *o = b->object;
	struct prog *p;
	size_t i;
	int err = 0;

	b->progs = calloc(o->n_progs ? o->n_progs : 1, sizeof(*b->progs));
	if (!b->progs)
		return err_set(&b->error, "load", -ENOMEM, "out of memory");
	b->n_progs = o->n_progs;
	for (i = 0; i < b->n_progs; i++)
		prog_init(&b->progs[i], o, (uint32_t)i);
	for (i = 0; !err && i < b->n_progs; i++) {
		p = &b->progs[i];
		if (!p->autoload && !each)
			continue;
		p->fd = p->late ? prog_load_late(b, p, each) : prog_load_own(b, p, btf_fd);
		err = p->err = p->fd < 0 ? p->fd : 0;
		if (err || p->late)
			p->fd = -1;
		if (err && each && err != -ENOMEM)
			err = prog_keep_error(b, p);
	}
	if (err)
		prog_close_all(b);
	return err;
}

void prog_close(struct rawbpf *b, struct prog *p)
{
	struct prog *c, *next;

	sys_close(&b->sys, p->fd);
	if (p->has_other)
		sys_close(&b->sys, p->other_fd);
	free(p->target);
	free(p->other_target);
	free(p->error);
	free(p->hint);
	free(p->ops);
	for (c = p->copies; c; c = next) {
		next = c->next;
		prog_close(b, c);
		free(c);
	}
}

void prog_close_all(struct rawbpf *b)
{
	size_t i;

	for (i = 0; i < b->n_progs; i++)
		prog_close(b, &b->progs[i]);
	free(b->progs);
	b->progs = NULL;
	b->n_progs = 0;
}

int prog_load_btf(struct rawbpf *b)
{
	union rawbpf_attr a;
	size_t len;
	int fd;

	if (!object_has_line_info(b->object))
		return -1;
	memset(&a, 0, sizeof(a));
	a.btf.btf = (uintptr_t)btf_bytes(b->object->btf, &len);
	a.btf.btf_size = (uint32_t)len;
	fd = sys_bpf(&b->sys, RAWBPF_BTF_LOAD, &a, sizeof(a.btf), "btf");
	if (fd >= 0)
		return fd;
	ctx_log(b, RAWBPF_LOG_INFO, "the kernel takes no btf of this object (%s): no line info",
		err_name(fd));
	return -1;
}

/* A load more, kept in p; target NULL: for nothing in particular. */
static int prog_load_other(
	struct rawbpf *b, struct prog *p, enum rawbpf_attach_type as, const char *target)
{
	char *copy = target ? strdup(target) : NULL;
	int fd, btf_fd;

	if (target && !copy)
		return err_set(&b->error, "load", -ENOMEM, "out of memory");
	btf_fd = prog_load_btf(b);
	fd = prog_load(b, p, as, target, btf_fd);
	sys_close(&b->sys, btf_fd);
	if (fd < 0) {
		free(copy);
		return fd;
	}
	if (p->fd < 0 && p->attach_type == as) {
		p->fd = fd;
		p->target = copy;
		return fd;
	}
	if (p->has_other)
		sys_close(&b->sys, p->other_fd);
	free(p->other_target);
	p->has_other = true;
	p->other = as;
	p->other_target = copy;
	p->other_fd = fd;
	return fd;
}

static int prog_no_object(struct rawbpf *b, const struct prog *p)
{
	return err_set(&b->error, "attach", -EOPNOTSUPP, "program '%s' cannot be loaded once more",
		p->name);
}

int prog_as(struct rawbpf *b, struct prog *p, enum rawbpf_attach_type as)
{
	if (p->attach_type == as && p->fd >= 0)
		return p->fd;
	if (p->has_other && p->other == as)
		return p->other_fd;
	return b->object ? prog_load_other(b, p, as, NULL) : prog_no_object(b, p);
}

int prog_for(struct rawbpf *b, struct prog *p, const char *target, bool again)
{
	if (!again && p->fd >= 0 && p->target && !strcmp(p->target, target))
		return p->fd;
	if (!again && p->has_other && p->other_target && !strcmp(p->other_target, target))
		return p->other_fd;
	return b->object ? prog_load_other(b, p, p->attach_type, target) : prog_no_object(b, p);
}

int prog_fd(const struct prog *p)
{
	const struct prog *c;

	for (c = p->copies; c && p->fd < 0; c = c->next)
		if (c->fd >= 0 || c->has_other)
			return c->fd >= 0 ? c->fd : c->other_fd;
	return p->fd;
}

struct prog *prog_find(struct rawbpf *b, const char *stage, const char *fn_name)
{
	struct prog *p = prog_named(b, stage, fn_name);

	if (!p || !p->usdt_args)
		return p;
	err_set(&b->error, stage, -EINVAL, "program '%s' reads operands of a usdt probe", fn_name);
	err_hint(&b->error, "attach it to one, in whose copies of it they are known");
	err_prog(&b->error, p->name);
	return NULL;
}

struct prog *prog_named(struct rawbpf *b, const char *stage, const char *fn_name)
{
	struct near n;
	size_t i;

	if (!fn_name) {
		err_set(&b->error, stage, -EINVAL, "no program named: .fn_name is missing");
		return NULL;
	}
	for (i = 0; i < b->n_progs && strcmp(b->progs[i].name, fn_name); i++)
		;
	if (i < b->n_progs && (b->progs[i].fd >= 0 || (b->progs[i].late && b->progs[i].autoload)))
		return &b->progs[i];
	if (i < b->n_progs) {
		err_set(&b->error, stage, -ENOENT, "program '%s' is not loaded", fn_name);
		if (b->progs[i].error)
			err_hint(&b->error, "%s", b->progs[i].error);
		else
			err_hint(
				&b->error, "its section '%s' begins with '?'", b->progs[i].section);
		return NULL;
	}
	near_start(&n, fn_name);
	for (i = 0; i < b->n_progs; i++)
		near_offer(&n, b->progs[i].name);
	err_set(&b->error, stage, -ENOENT, "no program '%s'%s", fn_name,
		b->n_progs ? "" : ": nothing is loaded");
	if (!near_hint(&n, &b->error) && b->n_progs)
		err_hint(&b->error, "the first one is '%s'", b->progs[0].name);
	return NULL;
}
