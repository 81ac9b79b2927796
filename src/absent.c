// SPDX-License-Identifier: MIT
/*
 * absent.c - what answers in the place of a part that is left out; parts.h has the list.
 *
 * Where a part was asked for the answer is an error that names the macro, where it was only to help
 * it is silence.  With everything in, this file is empty.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "btfext.h"
#include "btfnamed.h"
#include "btfpath.h"
#include "btftext.h"
#include "corekern.h"
#include "dry.h"
#include "elf.h"
#include "kbtf.h"
#include "kconfig.h"
#include "kprobewhy.h"
#include "ksymput.h"
#include "map.h"
#include "mapfill.h"
#include "near.h"
#include "objcore.h"
#include "parts.h"
#include "pattern.h"
#include "probeevent.h"
#include "progmerge.h"
#include "progwhy.h"
#include "rights.h"
#include "sourcetext.h"
#include "trace.h"
#include "tracefs.h"
#include "trampoline.h"
#include "upguess.h"
#include "usdt.h"
#include "usdtdetach.h"
#include "usdtput.h"
#include "usdtsem.h"
#include "usdtspec.h"
#include "vlog.h"

#if defined(RAWBPF_NO_ASM) || defined(RAWBPF_NO_USDT) || defined(RAWBPF_NO_CORE) || \
	defined(RAWBPF_NO_TRACEFS) || defined(RAWBPF_NO_PATTERN)
static int absent(struct rawbpf_error *e, const char *stage, const char *what)
{
	return err_words(e, stage, -EOPNOTSUPP, what);
}
#endif

/* ---- a text ---------------------------------------------------------------------------------- */

#ifdef RAWBPF_NO_ASM

int sourcetext_make(struct rawbpf *b, const struct rawbpf_load_opts *o, const char *text,
	size_t len, const char *name, unsigned char **object, size_t *object_len)
{
	(void)o, (void)text, (void)len, (void)name, (void)object, (void)object_len;
	absent(&b->error, "assemble", "a text, and built without an assembler (RAWBPF_NO_ASM)");
	err_hint(&b->error, "make an object of it: rawbpf asm");
	return -EOPNOTSUPP;
}

void sourcetext_unmake(unsigned char *object)
{
	(void)object;
}

void sourcetext_free(struct rawbpf *b)
{
	(void)b;
}

#endif

/* ---- advice ---------------------------------------------------------------------------------- */

#ifdef RAWBPF_NO_ADVICE

void near_start(struct near *n, const char *want)
{
	(void)want;
	n->n = n->n_whole = 0;
}

void near_offer(struct near *n, const char *name)
{
	(void)n, (void)name;
}

const char *near_text(const struct near *n, char *out, size_t size)
{
	(void)n, (void)size;
	*out = '\0';
	return out;
}

bool near_hint(const struct near *n, struct rawbpf_error *e)
{
	(void)n, (void)e;
	return false;
}

int rights_explain(struct sys *s, struct rawbpf_error *e, const char *action, int err)
{
	(void)s, (void)e, (void)action;
	return err;
}

bool rights_locked_tracefs(struct sys *s, struct rawbpf_error *e)
{
	(void)s, (void)e;
	return false;
}

void rights_locked_helper(struct sys *s, struct rawbpf_error *e)
{
	(void)s, (void)e;
}

bool maprule_explain(const struct object_map *def, uint32_t max_entries, struct rawbpf_error *e)
{
	(void)def, (void)max_entries, (void)e;
	return false;
}

bool maprule_flags(const struct object_map *def, int err, struct rawbpf_error *e)
{
	(void)def, (void)err, (void)e;
	return false;
}

bool maprule_limits(const struct object_map *def, uint32_t max_entries, struct rawbpf_error *e)
{
	(void)def, (void)max_entries, (void)e;
	return false;
}

bool maprule_known(enum rawbpf_map_type type)
{
	(void)type;
	return true;
}

const char *maprule_since(enum rawbpf_map_type type)
{
	(void)type;
	return NULL;
}

const char *maprule_type(enum rawbpf_map_type type)
{
	(void)type;
	return "map";
}

int kprobewhy_refused(struct rawbpf *b, const struct kprobewhy *w, int err)
{
	return err_set(&b->error, "attach", err, "no probe on '%s'", w->place);
}

int kprobewhy_bounds(struct rawbpf *b, const struct kprobewhy *w, uint64_t addr)
{
	(void)b, (void)w, (void)addr;
	return 0;
}

/* A line that the verifier ends with whatever it found. */
static bool absent_is_count(const char *line, size_t n)
{
	static const char *const counts[] = {
		"processed ", "verification time", "stack depth", "max_states"};
	size_t i, len;

	for (i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		len = strlen(counts[i]);
		if (n >= len && !memcmp(line, counts[i], len))
			return true;
	}
	return false;
}

/* The last line is the message, the last "12: (" the instruction. */
int vlog_parse(const char *log, size_t len, int err, struct vlog *v)
{
	const char *p, *line, *end = log + len;
	const char *after;
	int insn;

	memset(v, 0, sizeof(*v));
	v->insn = v->reg = -1;
	for (line = log; line < end; line = p + 1) {
		p = memchr(line, '\n', (size_t)(end - line));
		if (!p)
			p = end;
		for (insn = 0, after = line; after < p && *after >= '0' && *after <= '9'; after++)
			insn = insn < 10000000 ? insn * 10 + *after - '0' : insn;
		if (after > line && p - after > 3 && !memcmp(after, ": (", 3))
			v->insn = insn;
		else if (p > line && *line != ';' && !absent_is_count(line, (size_t)(p - line)))
			snprintf(v->msg, sizeof(v->msg), "%.*s", (int)(p - line), line);
	}
	v->refused = v->msg[0] != '\0';
	return v->refused || err ? 0 : -ENOENT;
}

int rawbpf_explain_log(const char *log, size_t len, int err, struct rawbpf_error *e)
{
	struct vlog v;
	int r = vlog_parse(log ? log : "", log ? len : 0, err, &v);

	if (r)
		return err_set(e, "load", r, "the log holds no refusal");
	if (!e)
		return 0;
	err_words(e, "load", err > 0 ? -err : err, v.msg);
	e->insn = v.insn;
	return 0;
}

#endif

/* ---- USDT ------------------------------------------------------------------------------------ */

#ifdef RAWBPF_NO_USDT

static int absent_usdt(struct rawbpf *b, const char *stage)
{
	return absent(&b->error, stage, "built without USDT probes (RAWBPF_NO_USDT)");
}

int usdt_check_contexts(struct rawbpf *b, struct rawbpf_usdt *const *contexts, size_t n)
{
	(void)contexts;
	return n ? absent_usdt(b, "open") : 0;
}

int usdt_attach_contexts(struct rawbpf *b, struct rawbpf_usdt *const *contexts, size_t n)
{
	(void)b, (void)contexts, (void)n;
	return 0;
}

int usdt_attach(struct rawbpf *b, const struct rawbpf_usdt_attach_opts *o)
{
	(void)o;
	return absent_usdt(b, "attach");
}

int usdt_load(struct rawbpf *b, struct prog *prog, const struct rawbpf_usdt_attach_opts *o)
{
	(void)prog, (void)o;
	return absent_usdt(b, "load");
}

int usdt_detach(struct rawbpf *b, const struct rawbpf_usdt_attach_opts *o)
{
	(void)o;
	return absent_usdt(b, "detach");
}

int usdtput_code(struct object_code *c, const struct usdtcode_op *ops, struct rawbpf_error *e)
{
	(void)c, (void)ops;
	return absent(e, "load", "built without USDT probes (RAWBPF_NO_USDT)");
}

int progmerge_code(const struct object_code *codes, size_t n, struct object_code *out)
{
	(void)codes, (void)n, (void)out;
	return -EOPNOTSUPP;
}

int usdtsem_up(
	struct sys *s, const struct usdtsem_place *p, struct usdtsem **out, struct rawbpf_error *e)
{
	(void)s, (void)p, (void)out;
	return absent(e, "attach", "built without USDT probes (RAWBPF_NO_USDT)");
}

void usdtsem_down(struct sys *s, struct usdtsem *sem)
{
	(void)s, (void)sem;
}

bool usdtspec_is_read(const struct object *o, const struct object_code *c)
{
	(void)o, (void)c;
	return false;
}

void usdtspec_hold(struct rawbpf *b, uint64_t id)
{
	(void)b, (void)id;
}

void usdtspec_put(struct rawbpf *b, uint64_t id)
{
	(void)b, (void)id;
}

void usdtspec_free(struct rawbpf *b)
{
	(void)b;
}

#endif

/* ---- the kernel's types and names ------------------------------------------------------------ */

#ifdef RAWBPF_NO_CORE

static int absent_core(struct rawbpf *b)
{
	return absent(
		&b->error, "load", "built without the kernel's types and names (RAWBPF_NO_CORE)");
}

const struct btf *btfnamed(const struct rawbpf *b)
{
	(void)b;
	return NULL;
}

void btfnamed_free(struct rawbpf *b)
{
	(void)b;
}

int corekern_apply(struct rawbpf *b, const struct btf *named)
{
	size_t i;

	(void)named;
	for (i = 0; i < b->object->n_texts; i++)
		if (b->object->texts[i].core)
			return absent_core(b);
	return 0;
}

bool objcore_unanswered(const struct object *o, const struct object_func *f)
{
	(void)o, (void)f;
	return false;
}

int kconfig_fill(struct rawbpf *b)
{
	return b->object->n_externs ? absent_core(b) : 0;
}

int kconfig_check(struct rawbpf *b, const struct object_code *c)
{
	(void)b, (void)c;
	return 0;
}

int ksymput_code(struct rawbpf *b, const struct object *o, struct object_code *c)
{
	(void)o;
	return c->n_krefs ? absent_core(b) : 0;
}

const char *ksymput_absent(const struct object *o, const struct object_code *c, uint32_t insn)
{
	(void)o, (void)c, (void)insn;
	return NULL;
}

bool kbtf_wanted(enum rawbpf_attach_type as)
{
	/* tp_btf to iter, with fentry and lsm between them, and lsm_cgroup */
	return (as >= RAWBPF_TRACE_RAW_TP && as <= RAWBPF_TRACE_ITER) || (int)as == KBTF_LSM_CGROUP;
}

int kbtf_find(struct rawbpf *b, const struct btf *btf, enum rawbpf_attach_type as,
	const char *place, struct kbtf_found *f)
{
	(void)btf, (void)as, (void)place;
	memset(f, 0, sizeof(*f));
	return absent_core(b);
}

int kbtf_find_bcc(struct rawbpf *b, const struct btf *btf, enum rawbpf_attach_type as,
	const char *name, struct kbtf_found *f)
{
	return kbtf_find(b, btf, as, name, f);
}

int kbtf_kernel(struct rawbpf *b, const struct btf **out)
{
	*out = NULL;
	return absent_core(b);
}

/* what a USDT probe's register points to */
int btfpath_find(const struct btf *b, const char *path, unsigned word, struct btfpath *out,
	char *msg, size_t msg_len)
{
	(void)b, (void)path, (void)word;
	memset(out, 0, sizeof(*out));
	snprintf(msg, msg_len, "built without the kernel's types (RAWBPF_NO_CORE)");
	return -EOPNOTSUPP;
}

bool kbtf_near_event(struct rawbpf *b, struct near *n)
{
	(void)b, (void)n;
	return true;
}

int kbtf_module_fd(struct rawbpf *b, const char *module)
{
	(void)b, (void)module;
	return -EOPNOTSUPP;
}

void kbtf_free(struct rawbpf *b)
{
	(void)b;
}

struct prog *trampoline_prog(struct rawbpf *b, const char *fn_name, bool ret)
{
	(void)fn_name, (void)ret;
	absent_core(b);
	return NULL;
}

int trampoline_attach(struct rawbpf *b, struct prog *p, const struct rawbpf_kfunc_opts *o)
{
	(void)p, (void)o;
	return absent_core(b);
}

int trampoline_detach(struct rawbpf *b, const struct rawbpf_kfunc_opts *o, bool ret)
{
	(void)o, (void)ret;
	return absent_core(b);
}

#endif

/* ---- tracefs --------------------------------------------------------------------------------- */

#ifdef RAWBPF_NO_TRACEFS

int tracefs_dir(struct rawbpf *b)
{
	return absent(&b->error, "attach", "built without tracefs (RAWBPF_NO_TRACEFS)");
}

void tracefs_free(struct rawbpf *b)
{
	(void)b;
}

/* no file of it is needed later either */
int tracefs_hold(struct rawbpf *b, const char *file, int flags)
{
	(void)b, (void)file, (void)flags;
	return 0;
}

int tracefs_held(const struct rawbpf *b, const char *file)
{
	(void)b, (void)file;
	return -1;
}

int probeevent_hold(struct rawbpf *b, const char *file)
{
	(void)b, (void)file;
	return 0;
}

bool trace_has_instance(const struct rawbpf *b, int *why)
{
	(void)b;
	*why = 0;
	return false;
}

int trace_may_go(struct rawbpf *b)
{
	(void)b;
	return 0;
}

int tracefs_refused(struct rawbpf *b, const char *stage, const char *path, int err)
{
	return err_set(&b->error, stage, err, "'%s' of tracefs cannot be used", path);
}

bool tracefs_unread(const struct rawbpf *b, int err)
{
	(void)b;
	return err != 0;
}

int tracefs_event_id(struct rawbpf *b, const char *category, const char *event, uint64_t *id)
{
	(void)category, (void)event;
	*id = 0;
	return tracefs_dir(b);
}

int probeevent_make(struct rawbpf *b, const char *file, const char *kind, const char *where,
	char name[PROBEEVENT_NAME], uint64_t *id, bool *reached)
{
	(void)file, (void)kind, (void)where;
	memset(name, 0, PROBEEVENT_NAME);
	*reached = false;
	*id = 0;
	return tracefs_dir(b);
}

int probeevent_exists(struct rawbpf *b, const char *name)
{
	(void)b, (void)name;
	return 0;
}

int probeevent_add(struct rawbpf *b, const char *file, const char *kind, const char *where,
	const char *name, bool second)
{
	(void)file, (void)kind, (void)where, (void)name, (void)second;
	return tracefs_dir(b);
}

int probeevent_remove(struct rawbpf *b, const char *file, const char *name)
{
	(void)b, (void)file, (void)name;
	return 0;
}

int trace_prepare(struct rawbpf *b)
{
	(void)b;
	return 0;
}

void trace_free(struct rawbpf *b)
{
	(void)b;
}

#endif

/* ---- patterns -------------------------------------------------------------------------------- */

#ifdef RAWBPF_NO_PATTERN

int pattern_compile(struct rawbpf_error *e, const char *stage, const char *text, regex_t *re)
{
	(void)text;
	memset(re, 0, sizeof(*re));
	return absent(e, stage, "built without patterns (RAWBPF_NO_PATTERN)");
}

int pattern_match(const regex_t *re, const char *name, bool whole)
{
	(void)re, (void)name, (void)whole;
	return 0;
}

#endif

/* ---- sentences ------------------------------------------------------------------------------- */

#ifdef RAWBPF_NO_TEXT

/* The verifier's log says it. */
void progwhy_explain(const struct progwhy *w, char *log, int err)
{
	err_words(&w->b->error, "load", err, NULL);
	err_prog(&w->b->error, w->p->name);
	if (log && *log)
		ctx_take_log(w->b, log);
	else
		free(log);
}

#endif

/* ---- histograms of several buckets ----------------------------------------------------------- */

#ifdef RAWBPF_NO_BUCKETS

bool btftext_is_text(const struct btf *b, uint32_t id)
{
	(void)b, (void)id;
	return false;
}

#endif

/* ---- the object's BTF ------------------------------------------------------------------------ */

#ifdef RAWBPF_NO_LINES

/* u16 magic, u8 version, flags; u32 bytes of this header ... at 28: of CO-RE records */
int btfext_parse(const void *data, size_t len, struct btfext *x, struct rawbpf_error *e)
{
	uint32_t header[8] = {0};

	(void)e;
	memset(x, 0, sizeof(*x));
	memcpy(header, data, len < sizeof(header) ? len : sizeof(header));
	if (header[1] >= sizeof(header))
		x->part[BTFEXT_CORE].len = header[7];
	return 0;
}

void btfext_free(struct btfext *x)
{
	(void)x;
}

/* Of no section does it say more than that there are some. */
const unsigned char *btfext_records(const struct btfext *x, enum btfext_kind kind,
	const struct btf *b, const char *section, uint32_t *n)
{
	(void)b;
	*n = x->part[kind].len > sizeof(uint32_t);
	return (const unsigned char *)section;
}

int objext_read(struct object *o, struct elf_file *f, const struct elf_section *symtab,
	struct rawbpf_error *e)
{
	(void)o, (void)f, (void)symtab, (void)e;
	return 0;
}

/* It is taken for a symbol of the kernel, which is an error where it is used. */
const struct object_extern *object_extern(const struct object *o, const char *name)
{
	(void)o, (void)name;
	return NULL;
}

#endif

/* ---- what maps hold from the start: objmap.c tells that it is not known -------------------- */

#ifdef RAWBPF_NO_FILL

int objfill_read(struct object *o, struct elf_file *f, const struct elf_section *symtab,
	struct rawbpf_error *e)
{
	(void)o, (void)f, (void)symtab, (void)e;
	return 0;
}

int mapfill_programs(struct rawbpf *b)
{
	(void)b;
	return 0;
}

#endif

/* ---- audit ----------------------------------------------------------------------------------- */

#ifdef RAWBPF_NO_AUDIT

void audit_free(struct sys *s)
{
	(void)s;
}

void dry_free(struct sys *s)
{
	(void)s;
}

int upguess_open(struct uplace *u)
{
	return uplace_open(u);
}

#endif

/* ---- the search for libraries and symbols: upshort.c, and here ------------------------------- */

#ifdef RAWBPF_NO_SEARCH

/* It has one: that is enough to tell a default version. */
const char *elfver_name(struct elf_file *f, struct elfver *v, uint64_t i)
{
	(void)f, (void)v;
	return i > 1 ? "" : NULL;
}

#endif
