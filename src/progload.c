// SPDX-License-Identifier: MIT
/*
 * progload.c - one program passed to the kernel, as much of it as this kernel takes.
 *
 * The first try is quiet and passes all that a current kernel takes: name, func_info, line_info.
 * After a refusal the same is loaded again with the verifier's log.  A log that speaks of the
 * program ends the matter; an empty one (or one about BTF) may be an older kernel's way to say
 * that it does not know a field, so what it may not know is taken away step by step.  When nothing
 * helps, the first answer is the one reported, unless a later try got past what may be unknown.
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
#include "object.h"
#include "progmerge.h"
#include "progwhy.h"
#include "usdtput.h"
#include "usdtspec.h"

#define PROGLOAD_TRIES	   5	       /* a signal in the middle of verification gives EAGAIN */
#define PROGLOAD_LOG_FIRST (64U << 10) /* bytes */
#define PROGLOAD_LOG_OLD   (16U << 20) /* most that kernels before 5.2 take */
#define PROGLOAD_LOG_MAX   (256U << 20)
#define PROGLOAD_LOG_KEPT  (16U << 20) /* where the kernel keeps a longer log's end: Linux 6.4 */
#define PROGLOAD_LOG_HEAD  (64U << 10) /* what is then asked for of its start */
#define PROGLOAD_LOG_FIXED 8U	       /* BPF_LOG_FIXED: the start and not the end */
#define PROGLOAD_SLEEPABLE (1U << 4)   /* BPF_F_SLEEPABLE, Linux 5.10 */
#define PROGLOAD_ENOTSUPP  524
#define PROGLOAD_MOV	   0xb7 /* a register = a number */

/* helpers */
enum {
	PROGLOAD_READ = 4,
	PROGLOAD_READ_STR = 45,	      /* Linux 4.11 */
	PROGLOAD_READ_USER = 112,     /* Linux 5.5, and so the others */
	PROGLOAD_READ_USER_STR = 114, /* 113: kernel */
	PROGLOAD_READ_KERNEL_STR = 115,
	PROGLOAD_COOKIE = 174, /* Linux 5.15 */
};

/* What a try passes beside the instructions. */
enum {
	PROGLOAD_WITH_NAME = 1,	   /* Linux 4.15 */
	PROGLOAD_WITH_BTF = 2,	   /* Linux 5.0 */
	PROGLOAD_WITH_VERSION = 4, /* wanted before Linux 5.0 */
	PROGLOAD_WITH_AS = 8, /* expected_attach_type of a probe: Linux 4.17, and used since 5.18 */
};

struct progload {
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

bool prog_no_verdict(int err)
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

static void progload_attr(const struct progload *l, union rawbpf_attr *a)
{
	const struct object *o = l->b->object;

	memset(a, 0, sizeof(*a));
	a->prog.prog_type = l->def->sec.type;
	if (l->with & PROGLOAD_WITH_AS)
		a->prog.expected_attach_type = l->as;
	a->prog.insn_cnt = l->code.n_insns;
	a->prog.insns = (uintptr_t)l->code.insns;
	a->prog.license = (uintptr_t)o->license;
	a->prog.prog_flags = l->def->sec.sleepable ? PROGLOAD_SLEEPABLE : 0;
	a->prog.kern_version = o->version;
	a->prog.attach_btf_id = l->target;
	a->prog.attach_btf_obj_fd = l->module_fd >= 0 ? (uint32_t)l->module_fd : 0;
	if (l->with & PROGLOAD_WITH_VERSION)
		a->prog.kern_version = kern_version(l->b);
	if (l->with & PROGLOAD_WITH_NAME)
		map_kernel_name("", l->def->name, a->prog.prog_name);
	if (!(l->with & PROGLOAD_WITH_BTF))
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

static int progload_call(const struct progload *l, union rawbpf_attr *a)
{
	char role[80];
	int i, fd = -EAGAIN, was = sys_fallback(&l->b->sys, 0);

	snprintf(role, sizeof(role), "prog %s", l->def->name);
	for (i = 0; (fd == -EAGAIN || fd == -EINTR) && i < PROGLOAD_TRIES; i++) {
		sys_fallback(&l->b->sys, i ? fd : 0);
		fd = sys_bpf(&l->b->sys, RAWBPF_PROG_LOAD, a, sizeof(a->prog), role);
	}
	sys_fallback_end(&l->b->sys, was);
	return fd;
}

static int progload_quiet(const struct progload *l)
{
	union rawbpf_attr a;

	progload_attr(l, &a);
	return progload_call(l, &a);
}

/* How big the log must be, now that size was too small; 0: it cannot grow. */
static uint32_t progload_log_next(uint32_t size, uint32_t wanted)
{
	if (wanted > size) /* Linux 6.4 tells */
		return wanted <= PROGLOAD_LOG_KEPT ? wanted
		       : size < PROGLOAD_LOG_KEPT  ? PROGLOAD_LOG_KEPT
						   : 0;
	if (size == PROGLOAD_LOG_OLD)
		return PROGLOAD_LOG_MAX;
	return size < PROGLOAD_LOG_OLD ? size * 4 : 0;
}

/* The same with the verifier's log, and the size that it wanted, 0: unknown. */
static int progload_into(
	const struct progload *l, char *log, uint32_t size, unsigned level, uint32_t *wanted)
{
	union rawbpf_attr a;
	int fd;

	log[0] = '\0';
	progload_attr(l, &a);
	a.prog.log_level = level;
	a.prog.log_buf = (uintptr_t)log;
	a.prog.log_size = size;
	fd = progload_call(l, &a);
	log[size - 1] = '\0';
	*wanted = a.prog.log_true_size;
	return fd;
}

/* The lines of head, then "...", then as many of the end that log has as there is room for. */
static void progload_join(char *log, const char *head)
{
	const char *end = strrchr(head, '\n');
	size_t n = end ? (size_t)(end + 1 - head) : 0;
	char *tail = n && strlen(log) > n + 4 ? strchr(log + n + 4, '\n') : NULL;

	if (!tail)
		return;
	memcpy(log, head, n);
	memcpy(log + n, "...\n", 4);
	memmove(log + n + 4, tail + 1, strlen(tail + 1) + 1);
}

/* A log that no buffer holds, of which there is the end: its start from one more try. */
static int progload_head(struct progload *l)
{
	uint32_t size = l->log_size / 4 < PROGLOAD_LOG_HEAD ? l->log_size / 4 : PROGLOAD_LOG_HEAD;
	uint32_t wanted;
	char *head = malloc(size);
	int fd = -ENOSPC;

	if (!head)
		return fd;
	fd = progload_into(l, head, size, 1 | PROGLOAD_LOG_FIXED, &wanted);
	if (fd == -ENOSPC)
		progload_join(l->log, head);
	free(head);
	return fd < 0 ? -ENOSPC : fd;
}

/*
 * The same with the verifier's log in l->log (NULL when there is no memory for it).  Returns an fd
 * when the kernel has changed its mind.
 */
static int progload_loud(struct progload *l)
{
	uint32_t size = PROGLOAD_LOG_FIRST, wanted = 0;
	char *log;
	int fd = -ENOMEM;

	for (; size; size = progload_log_next(size, wanted)) {
		log = malloc(size);
		if (!log)
			break;
		fd = progload_into(l, log, size, 1, &wanted);
		if (fd != -ENOSPC && !log[0] && l->log) {
			free(log); /* a size that this kernel does not take: keep what there is */
			break;
		}
		free(l->log);
		l->log = log;
		l->log_size = size;
		if (fd != -ENOSPC)
			break;
	}
	return fd == -ENOSPC && wanted && l->log ? progload_head(l) : fd;
}

static bool progload_may_be_old(int err)
{
	return err == -EINVAL || err == -E2BIG || err == -PROGLOAD_ENOTSUPP || err == -EOPNOTSUPP;
}

/* ---- what an older kernel does not know ----------------------------------------------------- */

#ifndef RAWBPF_NO_OLD

static bool progload_log_has(const struct progload *l, const char *s)
{
	return l->log && strstr(l->log, s);
}

/* The number of a helper that the verifier does not know, 0: it knows all. */
static unsigned long progload_unknown_helper(const struct progload *l)
{
	static const char unknown[] = "invalid func unknown#";
	const char *p = l->log ? strstr(l->log, unknown) : NULL;

	return p ? strtoul(p + strlen(unknown), NULL, 10) : 0;
}

/*
 * Before Linux 5.15 there are no attach cookies: the number itself instead of the calls that ask
 * for it.
 */
static void progload_put_cookie(struct progload *l)
{
	struct rawbpf_insn *insn = l->code.insns, *end = insn + l->code.n_insns;

	for (; insn < end; insn++)
		if (insn->code == OBJECT_CALL && !insn->regs && insn->imm == PROGLOAD_COOKIE)
			*insn = (struct rawbpf_insn){.code = PROGLOAD_MOV, .imm = l->p->cookie};
}

static bool progload_no_cookie(struct progload *l)
{
	struct kern *k = kern_get(l->b);

	if (progload_unknown_helper(l) != PROGLOAD_COOKIE || !k || k->no_cookie)
		return false;
	k->no_cookie = -EINVAL;
	progload_put_cookie(l);
	ctx_log(l->b, RAWBPF_LOG_INFO,
		"program '%s': the kernel has no attach cookies: numbers in their place",
		l->p->name);
	return true;
}

/*
 * Before Linux 5.5 one helper read kernel and user memory alike: its call instead of the later
 * ones, when it is these that the verifier does not know.
 */
static bool progload_plain_read(struct progload *l)
{
	unsigned long id = progload_unknown_helper(l);
	struct rawbpf_insn *insn = l->code.insns, *end = insn + l->code.n_insns;

	if (id < PROGLOAD_READ_USER || id > PROGLOAD_READ_KERNEL_STR)
		return false;
	for (; insn < end; insn++) {
		/* code, and no register: not one of the program's own functions */
		if (insn->code != 0x85 || insn->regs || insn->imm < PROGLOAD_READ_USER ||
			insn->imm > PROGLOAD_READ_KERNEL_STR)
			continue;
		insn->imm = insn->imm < PROGLOAD_READ_USER_STR ? PROGLOAD_READ : PROGLOAD_READ_STR;
	}
	ctx_log(l->b, RAWBPF_LOG_INFO,
		"program '%s': probe_read in place of probe_read_user and probe_read_kernel, which "
		"the kernel does not know",
		l->p->name);
	return true;
}

/* Whether the answer may mean a field that the kernel does not know; takes the next away. */
static bool progload_fall_back(struct progload *l, int err)
{
	bool btf = progload_log_has(l, "func_info") || progload_log_has(l, "line_info");

	if (!progload_may_be_old(err))
		return false;
	if (progload_plain_read(l) || progload_no_cookie(l))
		return true;
	if (l->log && l->log[0] && !(btf && (l->with & PROGLOAD_WITH_BTF)))
		return false;
	if (l->with & PROGLOAD_WITH_BTF)
		l->with &= ~(unsigned)PROGLOAD_WITH_BTF;
	else if (err == -EINVAL && l->def->sec.type == RAWBPF_PROG_KPROBE &&
		 !(l->with & PROGLOAD_WITH_VERSION))
		l->with |= PROGLOAD_WITH_VERSION;
	else if (l->with & PROGLOAD_WITH_NAME)
		l->with &= ~(unsigned)PROGLOAD_WITH_NAME;
	else if (l->as && l->def->sec.type == RAWBPF_PROG_KPROBE && (l->with & PROGLOAD_WITH_AS))
		l->with &= ~(unsigned)PROGLOAD_WITH_AS;
	else
		return false;
	return true;
}

static void progload_learn(struct progload *l, struct kern *k, unsigned first, int err)
{
	unsigned less = first & ~l->with;

	if (l->with == first)
		return;
	if ((less & PROGLOAD_WITH_BTF) && !l->log)
		k->no_prog_btf = err;
	if (less & PROGLOAD_WITH_NAME)
		k->no_prog_names = err;
	if (l->with & ~first & PROGLOAD_WITH_VERSION)
		k->want_version = err;
	if (less & (PROGLOAD_WITH_NAME | PROGLOAD_WITH_BTF))
		ctx_log(l->b, RAWBPF_LOG_INFO, "program '%s': the kernel took it without %s",
			l->p->name, less & PROGLOAD_WITH_NAME ? "name and line info" : "line info");
}

#else

static void progload_put_cookie(struct progload *l)
{
	(void)l;
}

static bool progload_fall_back(struct progload *l, int err)
{
	(void)l, (void)err;
	return false;
}

static void progload_learn(struct progload *l, struct kern *k, unsigned first, int err)
{
	(void)l, (void)k, (void)first, (void)err;
}

#endif

/* ---- one load ------------------------------------------------------------------------------- */

static void progload_explain(struct progload *l, int err)
{
	struct progwhy w = {l->b, l->p, &l->code, l->target != 0};

	progwhy_explain(&w, l->log, err);
	l->log = NULL;
}

/* fd, or a negative errno with the error set */
static int progload_negotiate(struct progload *l, struct kern *k)
{
	unsigned start = l->with;
	int fd, err, first = 0;

	for (;;) {
		fd = progload_quiet(l);
		if (fd == -EPERM && kern_raise_memlock(l->b)) {
			sys_fallback(&l->b->sys, fd);
			fd = progload_quiet(l);
		}
		if (fd >= 0)
			break;
		err = fd;
		if (!first)
			first = err;
		sys_fallback(&l->b->sys, first);
		/* out of memory may be the verifier's: a program too complex for it */
		fd = prog_no_verdict(err) && err != -ENOMEM ? err : progload_loud(l);
		if (fd >= 0)
			break;
		/* the log of another failure (no memory for it, say) explains nothing */
		if (fd != err && fd != -ENOSPC && l->log)
			l->log[0] = '\0';
		if (!progload_fall_back(l, err)) {
			if (!(l->log && l->log[0]) && first != -E2BIG && progload_may_be_old(err))
				err = first;
			progload_explain(l, err);
			return l->b->error.err;
		}
		free(l->log);
		l->log = NULL;
	}
	progload_learn(l, k, start, first);
	return fd;
}

static void progload_patch(struct progload *l)
{
	size_t i;

	for (i = 0; i < l->code.n_refs; i++)
		l->code.insns[l->code.refs[i].insn].imm = l->b->maps[l->code.refs[i].map].fd;
}

/* What the program is for is not there: the line that it begins at. */
static int progload_for_nothing(struct progload *l, int err)
{
	struct object_line line = {0};
	char before[320];

	if (object_line(l->b->object, &l->code, 0, &line) && line.file) {
		snprintf(before, sizeof(before), "prog '%.60s', from %.200s:%u on", l->p->name,
			line.file, line.line);
		err_before(&l->b->error, before);
		err_src(&l->b->error, line.file, line.line);
	}
	err_prog(&l->b->error, l->p->name);
	return err;
}

/* The type id that a tracing program is loaded for. */
static int progload_target(struct progload *l, const char *target)
{
	struct kbtf_found found;
	int err;

	if (!target)
		return 0;
	err = strchr(l->p->section, '/') ? kbtf_find(l->b, NULL, l->as, target, &found)
					 : kbtf_find_bcc(l->b, NULL, l->as, target, &found);
	if (err)
		return progload_for_nothing(l, err);
	l->target = found.id;
	if (*found.module)
		l->module_fd = kbtf_module_fd(l->b, found.module);
	return l->module_fd < 0 && *found.module ? l->module_fd : 0;
}

static int progload_ksyms(struct progload *l)
{
	int err = ksymput_code(l->b, l->b->object, &l->code);

	return err ? err_prog(&l->b->error, l->p->name), err : 0;
}

/* ---- copies of programs, each for its USDT probe -------------------------------------------- */

/* The code of l->p, or of a copy that it is in the place of. */
static int progload_copy(struct progload *l, const struct prog *p, struct object_code *c)
{
	int err = object_link(l->b->object, p->def, c, &l->b->error);

	return !err && p->ops ? usdtput_code(c, p->ops, &l->b->error) : err;
}

/* Why, or which of them is refused, is told by a load of each; kept unless it may be otherwise. */
static int progload_not_one(struct progload *l, int err)
{
	l->p->err = prog_no_verdict(err) ? 0 : err;
	return err_set(&l->b->error, "load", err, "%u copies are no one program", l->p->n_of);
}

#ifndef RAWBPF_NO_USDT

static int progload_merge(struct progload *l)
{
	uint32_t i, n = l->p->n_of;
	struct object_code *codes = calloc(n, sizeof(*codes));
	int err = 0;

	if (!codes)
		return err_set(&l->b->error, "load", -ENOMEM, "out of memory");
	for (i = 0; !err && i < n; i++)
		err = progload_copy(l, l->p->of[i], &codes[i]);
	if (!err) {
		err = progmerge_code(codes, n, &l->code);
		if (err)
			progload_not_one(l, err);
	}
	for (i = 0; i < n; i++)
		object_code_free(&codes[i]);
	free(codes);
	return err;
}

#else

static int progload_merge(struct progload *l)
{
	return progload_not_one(l, -EOPNOTSUPP); /* nobody makes copies */
}

#endif

/* ---- all of it ------------------------------------------------------------------------------ */

static int progload_link(struct progload *l)
{
	int err = l->p->n_of ? progload_merge(l) : progload_copy(l, l->p, &l->code);

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

/* Copies as one: for a kernel that takes all there is. */
static int progload_once(struct progload *l)
{
	int fd = progload_quiet(l);

	if (fd == -EPERM && kern_raise_memlock(l->b)) {
		sys_fallback(&l->b->sys, fd);
		fd = progload_quiet(l);
	}
	return fd < 0 ? progload_not_one(l, fd) : fd;
}

/* What the first try leaves out of what a kernel that has everything gets, for which errno. */
static int progload_lacks(const struct progload *l, const struct kern *k)
{
	if (k->no_cookie && l->p->cookie)
		return k->no_cookie;
	if ((l->with & PROGLOAD_WITH_VERSION) || k->no_prog_names)
		return k->no_prog_names ? k->no_prog_names : k->want_version;
	if ((l->with & PROGLOAD_WITH_BTF) || !l->code.n_func_info)
		return 0;
	return k->no_prog_btf ? k->no_prog_btf : k->no_btf;
}

int prog_load(struct rawbpf *b, struct prog *p, enum rawbpf_attach_type as, const char *target,
	int btf_fd)
{
	struct progload l = {.b = b,
		.p = p,
		.as = as,
		.btf_fd = btf_fd,
		.module_fd = -1,
		.with = PROGLOAD_WITH_AS};
	struct kern *k = kern_get(b);
	int fd, err, was;

	if (!k)
		return -ENOMEM;
	l.def = &b->object->progs[p->def];
	err = progload_link(&l);
	if (!err)
		err = progload_ksyms(&l);
	if (!err)
		err = progload_target(&l, target);
	if (err) {
		object_code_free(&l.code);
		return err;
	}
	progload_patch(&l);
	if (k->no_cookie)
		progload_put_cookie(&l);
	if (!k->no_prog_names)
		l.with |= PROGLOAD_WITH_NAME;
	if (!k->no_prog_btf && btf_fd >= 0 && l.code.n_func_info)
		l.with |= PROGLOAD_WITH_BTF;
	if (k->want_version && l.p->type == RAWBPF_PROG_KPROBE)
		l.with |= PROGLOAD_WITH_VERSION;
	was = sys_fallback(&b->sys, progload_lacks(&l, k));
	fd = p->n_of ? progload_once(&l) : progload_negotiate(&l, k);
	sys_fallback_end(&b->sys, was);
	sys_close(&b->sys, l.module_fd);
	free(l.log);
	object_code_free(&l.code);
	return fd;
}

int prog_check(struct rawbpf *b, struct prog *p)
{
	struct progload l = {.b = b, .p = p};
	int err = progload_link(&l);

	object_code_free(&l.code);
	return err;
}
