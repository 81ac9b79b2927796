// SPDX-License-Identifier: MIT
/* test_usdtspec.c - records of operands for objects that go by libbpf's convention. */
#include "usdtspec.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake.h"
#include "here.h"
#include "old.h"
#include "rawbpf.h"
#include "t.h"
#include "t_sites.h"

/* The records of both objects as this machine's compiler lays them out: BPF's is the same. */
struct record_arg {
	uint64_t val_off;
	uint32_t type;
	int16_t reg_off;
	bool is_signed;
	int8_t bitshift;
};

struct record {
	struct record_arg args[12];
	uint64_t cookie;
	int16_t count;
};

struct sib_arg {
	uint64_t val_off;
	uint32_t type : 8;
	uint16_t index : 12;
	uint16_t scale : 4;
	uint8_t unused : 8;
	int16_t reg_off;
	bool is_signed;
	int8_t bitshift;
};

struct sib_record {
	struct sib_arg args[12];
	uint64_t cookie;
	int16_t count;
};

enum { RECORDS = 16 }; /* of the objects' map */

/* The map's bytes, as they were written. */
struct written {
	struct fake f;
	unsigned writes, logs;
	size_t size; /* of a record */
	union {
		struct record plain;
		struct sib_record sib;
	} r[RECORDS];
	char log[400];
};

static long spec_call(void *arg, const struct rawbpf_call *c)
{
	const union rawbpf_attr *a = (const union rawbpf_attr *)c->arg[1];
	struct written *w = arg;
	uint32_t key;

	if (c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_MAP_UPDATE_ELEM && c->role &&
		!strcmp(c->role, USDTSPEC_MAP)) {
		memcpy(&key, (const void *)(uintptr_t)a->elem.key, sizeof(key));
		FAKE_MUST(key < RECORDS);
		memcpy(&w->r[key], (const void *)(uintptr_t)a->elem.value, w->size);
		w->writes++;
	}
	return fake_call(&w->f, c);
}

static void spec_log(void *arg, enum rawbpf_log_level level, const char *msg)
{
	struct written *w = arg;

	if (level != RAWBPF_LOG_WARN)
		return;
	w->logs++;
	strncpy(w->log, msg, sizeof(w->log) - 1);
}

/* The object loaded, every text from replaced by to. */
static struct rawbpf *spec_load(
	struct written *w, const char *file, const char *from, const char *to)
{
	struct rawbpf *b = rawbpf_new();
	size_t len, n = strlen(from);
	char *p = t_data(file, &len), *at = p;

	memset(w, 0, sizeof(*w));
	w->size = strstr(file, "_sib") ? sizeof(w->r->sib) : sizeof(w->r->plain);
	for (; n && (at = memmem(at, len - (size_t)(at - p), from, n)); at++)
		memcpy(at, to, n);
	rawbpf_set_hook(b, spec_call, w);
	rawbpf_set_log(b, spec_log, w);
	ck_assert_msg(!rawbpf_load(b, .image = p, .image_len = len), "%s", rawbpf_errmsg(b));
	free(p);
	return b;
}

static int spec_symbol(void *arg, const char *name, uint64_t *value)
{
	(void)arg;
	*value = 0x4010;
	return strcmp(name, "counter") ? -ENOENT : 0;
}

static int spec_operand(void *arg, unsigned i, struct usdtcode_op *op, struct rawbpf_error *e)
{
	const struct usdtcode_site site = {
		.machine = 62, .bits = 64, .pc = 0x1000, .symbol = spec_symbol};
	const char *const *args = arg;

	return usdtcode_resolve(arch_find("x86_64"), &site, *args, i, op, e);
}

static int spec_of(struct rawbpf *b, const char *args, uint64_t cookie, uint64_t *id)
{
	const char *all = args;
	struct usdtspec_place p = {
		.name = "p:q", .operand = spec_operand, .arg = &all, .cookie = cookie};
	char text[128];

	while (rawbpf_usdt_next_arg(&args, text, sizeof(text)) > 0)
		p.n++;
	return usdtspec_get(b, &p, id);
}

/* offsets in pt_regs */
enum { BP = 32, BX = 40, AX = 80, DI = 112, IP = 128 };
enum { NONE = 0x7f };

static const struct {
	const char *args;
	struct record_arg want;
	uint16_t index, scale; /* index 0: what the older records tell, too */
} operands[] = {
	{"-4@%eax", {0, 1, AX, true, 32}, 0, 0},
	{"8@%rdi", {0, 1, DI, false, 0}, 0, 0},
	{"1@%al", {0, 1, AX, false, 56}, 0, 0},
	{"1@%ah", {0, 1, AX + 1, false, 56}, 0, 0},
	{"-2@%bx", {0, 1, BX, true, 48}, 0, 0},
	{"-8@$-5", {(uint64_t)-5, 0, 0, true, 0}, 0, 0},
	{"4@$-1", {0xffffffff, 0, 0, false, 32}, 0, 0},
	{"-4@-12(%rbp)", {(uint64_t)-12, 2, BP, true, 32}, 0, 0},
	{"8@counter+8(%rip)", {0x3018, 2, IP, false, 0}, 0, 0},
	{"-2@8(%rbp,%rax,4)", {8, 3, BP, true, 48}, AX, 2},
	{"8@(%rbp,%rax)", {0, 3, BP, false, 0}, AX, 0},
	{"8@%fs:16", {0, NONE, 0, false, 0}, 0, 0},
	{"8f@%xmm0", {0, NONE, 0, false, 0}, 0, 0},
	{"8@nowhere(%rip)", {0, NONE, 0, false, 0}, 0, 0},
};

#define OPERANDS (sizeof(operands) / sizeof(*operands))

START_TEST(plain_records)
{
	struct written *w = calloc(1, sizeof(*w));
	struct rawbpf *b = spec_load(w, "object/usdt.bpf.o", "", "");
	const struct record_arg *got, *want;
	uint64_t id;
	bool none;
	size_t i;

	for (i = 0; i < OPERANDS; i++) {
		w->logs = 0;
		ck_assert_msg(!spec_of(b, operands[i].args, 7, &id), "%s", rawbpf_errmsg(b));
		ck_assert_uint_eq(id, 0); /* nobody holds it by the next */
		got = &w->r[0].plain.args[0];
		want = &operands[i].want;
		none = want->type == NONE || operands[i].index;
		ck_assert_msg(got->type == (none ? NONE : want->type), "%s: %u", operands[i].args,
			got->type);
		ck_assert_uint_eq(w->logs, none);
		if (!none)
			ck_assert_msg(got->val_off == want->val_off &&
					      got->reg_off == want->reg_off &&
					      got->is_signed == want->is_signed &&
					      got->bitshift == want->bitshift,
				"%s", operands[i].args);
		ck_assert_int_eq(w->r[0].plain.count, 1);
		ck_assert_uint_eq(w->r[0].plain.cookie, 7);
		usdtspec_put(b, id);
	}
	rawbpf_free(b);
	free(w);
}
END_TEST

START_TEST(records_with_an_index)
{
	struct written *w = calloc(1, sizeof(*w));
	struct rawbpf *b = spec_load(w, "object/usdt_sib.bpf.o", "", "");
	const struct record_arg *want;
	const struct sib_arg *got;
	uint64_t id;
	size_t i;

	for (i = 0; i < OPERANDS; i++) {
		ck_assert_msg(!spec_of(b, operands[i].args, 0, &id), "%s", rawbpf_errmsg(b));
		got = &w->r[id].sib.args[0];
		want = &operands[i].want;
		ck_assert_msg(got->type == want->type, "%s: %u", operands[i].args, got->type);
		if (want->type != NONE)
			ck_assert_msg(got->val_off == want->val_off &&
					      got->reg_off == want->reg_off &&
					      got->index == operands[i].index &&
					      got->scale == operands[i].scale &&
					      got->is_signed == want->is_signed &&
					      got->bitshift == want->bitshift,
				"%s", operands[i].args);
		usdtspec_put(b, id);
	}
	rawbpf_free(b);
	free(w);
}
END_TEST

START_TEST(several_operands)
{
	struct written *w = calloc(1, sizeof(*w));
	struct rawbpf *b = spec_load(w, "object/usdt.bpf.o", "", "");
	uint64_t id;

	ck_assert_int_eq(spec_of(b, "-4@%eax 8f@%xmm1 8@%rdi", 0, &id), 0);
	ck_assert_int_eq(w->r[id].plain.count, 3);
	ck_assert_uint_eq(w->r[id].plain.args[1].type, NONE);
	ck_assert_int_eq(w->r[id].plain.args[2].reg_off, DI);
	ck_assert_ptr_nonnull(strstr(
		w->log, "operand 2 of probe 'p:q' cannot be told to a program for libbpf: "));
	ck_assert_int_eq(spec_of(b, "", 0, &id), 0);
	ck_assert_int_eq(w->r[id].plain.count, 0);
	/* what is not told is no secret of the last record */
	ck_assert_int_eq(w->r[id].plain.args[0].type, 0);
	rawbpf_free(b);
	free(w);
}
END_TEST

START_TEST(shared_and_given_back)
{
	struct written *w = calloc(1, sizeof(*w));
	struct rawbpf *b = spec_load(w, "object/usdt.bpf.o", "", "");
	uint64_t id, other;
	char args[32];
	int i;

	ck_assert_int_eq(spec_of(b, "8@%rdi", 0, &id), 0);
	ck_assert_int_eq(spec_of(b, "8@%rdi", 0, &other), 0);
	ck_assert_uint_eq(id, other);
	ck_assert_uint_eq(w->writes, 1);
	ck_assert_int_eq(spec_of(b, "8@%rdi", 1, &other), 0); /* another cookie */
	ck_assert_uint_ne(id, other);
	usdtspec_hold(b, id);
	usdtspec_put(b, id);
	usdtspec_put(b, id);
	ck_assert_int_eq(spec_of(b, "8@%rbx", 0, &other), 0); /* one holder is left */
	ck_assert_uint_ne(id, other);
	usdtspec_put(b, id);
	ck_assert_int_eq(spec_of(b, "8@%rbp", 0, &other), 0);
	ck_assert_uint_eq(id, other);
	for (i = 3; i < RECORDS; i++) {
		snprintf(args, sizeof(args), "4@$%d", i);
		ck_assert_int_eq(spec_of(b, args, 0, &id), 0);
	}
	ck_assert_int_eq(spec_of(b, "4@$1000", 0, &id), -E2BIG);
	ck_assert_str_eq(rawbpf_error(b)->msg,
		"the object's map '__bpf_usdt_specs' has room for 16 different places, which are "
		"in use: E2BIG");
	ck_assert_str_eq(rawbpf_error(b)->hint, "compile it with a larger BPF_USDT_MAX_SPEC_CNT");
	ck_assert_int_eq(spec_of(b, "4@$5", 0, &id), 0); /* one that is there */
	/* no such record: nothing */
	usdtspec_put(b, 1000);
	usdtspec_hold(b, 1000);
	rawbpf_free(b);
	free(w);
}
END_TEST

START_TEST(other_forms)
{
	static const char *const members[] = {"val_off", "arg_type", "reg_off", "arg_signed",
		"arg_bitshift", "usdt_cookie", "arg_cnt", "args"};
	struct written *w = calloc(1, sizeof(*w));
	struct rawbpf *b;
	char name[32], other[32];
	uint64_t id;
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(*members); i++) {
		/* with the NUL before it, so that no other name's end is meant */
		memset(name, 0, sizeof(name));
		memset(other, 0, sizeof(other));
		strcpy(name, members[i]);
		strcpy(other, members[i]);
		other[0] = 'X';
		b = spec_load(w, "object/usdt.bpf.o", name, other);
		ck_assert_int_eq(spec_of(b, "8@%rdi", 0, &id), -EINVAL);
		ck_assert_str_eq(rawbpf_error(b)->msg,
			"map '__bpf_usdt_specs' has records of no form that libbpf had: EINVAL");
		rawbpf_free(b);
	}
	free(w);
}
END_TEST

START_TEST(who_reads_them)
{
	struct written *w = calloc(1, sizeof(*w));
	struct rawbpf *b = spec_load(w, "object/usdt.bpf.o", "", "");
	struct object_code c;

	ck_assert_int_eq(object_link(b->object, 0, &c, NULL), 0);
	ck_assert(usdtspec_is_read(b->object, &c));
	object_code_free(&c);
	rawbpf_free(b);
	b = spec_load(w, "object/hist.bpf.o", "", "");
	ck_assert_int_eq(object_link(b->object, 0, &c, NULL), 0);
	ck_assert(!usdtspec_is_read(b->object, &c));
	object_code_free(&c);
	rawbpf_free(b);
	free(w);
}
END_TEST

START_TEST(refused_write)
{
	struct written *w = calloc(1, sizeof(*w));
	struct rawbpf *b = spec_load(w, "object/usdt.bpf.o", "", "");
	uint64_t id;

	w->f.fail_at = w->f.n_calls + 1;
	w->f.fail_err = -EPERM;
	ck_assert_int_eq(spec_of(b, "8@%rdi", 0, &id), -EPERM);
	ck_assert_int_eq(spec_of(b, "8@%rdi", 0, &id), 0);
	ck_assert_uint_eq(id, 0);
	rawbpf_free(b);
	free(w);
}
END_TEST

START_TEST(no_memory)
{
	struct written *w = calloc(1, sizeof(*w));
	bool failed = true;
	struct rawbpf *b;
	uint64_t id;
	unsigned n;
	int err;

	for (n = 1; failed; n++) {
		b = spec_load(w, "object/usdt.bpf.o", "", "");
		t_fail_alloc_at(n);
		err = spec_of(b, "8@%rdi -4@%eax", 0, &id);
		failed = t_alloc_failed();
		ck_assert_msg(!err || (failed && err == -ENOMEM), "%u: %d", n, err);
		rawbpf_free(b);
	}
	ck_assert_uint_gt(n, 4);
	free(w);
}
END_TEST

/* ---- this kernel --------------------------------------------------------------------------- */

/* What the objects' programs say of a place. */
struct seen {
	int64_t value[12];
	int32_t error[12];
	uint64_t cookie, count;
};

/* This kernel without the better roads. */
struct specroad {
	bool no_multi, no_cookie;
	unsigned multi, loads;
};

static bool asks_for_cookie(const union rawbpf_attr *a)
{
	const struct rawbpf_insn *i = (const struct rawbpf_insn *)(uintptr_t)a->prog.insns;
	uint32_t n;

	for (n = 0; n < a->prog.insn_cnt; n++)
		if (i[n].code == 0x85 && !i[n].regs && i[n].imm == 174)
			return true;
	return false;
}

static long specroad_call(void *arg, const struct rawbpf_call *c)
{
	union rawbpf_attr *a = (union rawbpf_attr *)c->arg[1];
	bool load = c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_PROG_LOAD;
	struct specroad *r = arg;
	long ret;

	r->loads += load;
	if (load && r->no_cookie && asks_for_cookie(a)) {
		if (a->prog.log_buf)
			snprintf((char *)(uintptr_t)a->prog.log_buf, a->prog.log_size,
				"0: (85) call unknown#174\ninvalid func unknown#174\n");
		return -EINVAL;
	}
	if (c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_LINK_CREATE &&
		a->link.attach_type == RAWBPF_TRACE_UPROBE_MULTI) {
		ret = r->no_multi ? -EINVAL : rawbpf_call_kernel(c);
		r->multi += ret >= 0;
		return ret;
	}
	return rawbpf_call_kernel(c);
}

static const struct seen *seen_at(struct rawbpf *b, uint32_t i)
{
	static struct seen s;

	i &= RECORDS - 1;
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "seen"), &i, &s), 0);
	return &s;
}

#define COOKIE 0x123456789abcdef

static void one_value(struct rawbpf *b, uint32_t i, int64_t value)
{
	const struct seen *s = seen_at(b, i);

	ck_assert_uint_eq(s->count, 1);
	ck_assert_int_eq(s->error[0], 0);
	ck_assert_msg(s->value[0] == value, "%u: %lld", i, (long long)s->value[0]);
	ck_assert_int_eq(s->error[1], -2); /* there is one only */
	ck_assert_uint_eq(s->cookie, COOKIE);
}

static void probe_on(struct rawbpf *b, const char *probe)
{
	char exe[4096] = "";

	ck_assert_int_gt(readlink("/proc/self/exe", exe, sizeof(exe) - 1), 0);
	ck_assert_msg(!rawbpf_attach_usdt(b, .path = exe, .probe = probe, .fn_name = "on_probe",
			      .cookie = COOKIE),
		"%s: %s", probe, rawbpf_errmsg(b));
}

static void probe_off(struct rawbpf *b, const char *probe)
{
	char exe[4096] = "";

	ck_assert_int_gt(readlink("/proc/self/exe", exe, sizeof(exe) - 1), 0);
	ck_assert_msg(!rawbpf_detach_usdt(b, .path = exe, .probe = probe, .fn_name = "on_probe"),
		"%s: %s", probe, rawbpf_errmsg(b));
}

/* All places but those of spread. */
static uint32_t fire_rest(struct rawbpf *b, uint32_t n)
{
	uint32_t i;

	here_odd(5);
	ck_assert_int_eq(seen_at(b, n)->error[0], -22);
	ck_assert_int_eq(seen_at(b, n)->error[1], 0);
	ck_assert_int_eq(seen_at(b, n++)->value[1], 5);
	here_many(-3);
	for (i = 0; i < HERE_MANY; i++)
		one_value(b, n + i, (int)i - 3);
	return n + HERE_MANY;
}

/* Every place's own operands, one after the other; n: what was seen before. */
static uint32_t fire_all(struct rawbpf *b, uint32_t n)
{
	here_spread(-77);
	one_value(b, n, -77);
	one_value(b, n + 1, -76);
	one_value(b, n + 2, HERE_SPREAD);
	return fire_rest(b, n + 3);
}

static void on_road(const char *file, struct specroad *r)
{
	int fds = t_count_fds(), err, again;
	struct rawbpf *b = rawbpf_new();
	uint32_t n = 0;
	size_t len;
	char *p = t_data(file, &len);

	rawbpf_set_hook(b, specroad_call, r);
	err = rawbpf_load(b, .image = p, .image_len = len);
	ck_assert_msg(
		!err, "%s\n%s", rawbpf_errmsg(b), rawbpf_error(b)->log ? rawbpf_error(b)->log : "");
	free(p);
	/* more often than there are records: what is detached holds none */
	for (again = 0; again < 3; again++) {
		probe_on(b, "spread");
		probe_on(b, "odd");
		probe_on(b, "many");
		ck_assert_int_eq(rawbpf_num_open_probes(b), 3 + 1 + HERE_MANY);
		n = fire_all(b, n);
		probe_off(b, "spread");
		probe_off(b, "odd");
		probe_off(b, "many");
		ck_assert_int_eq(rawbpf_num_open_probes(b), 0);
	}
	here_spread(1);
	one_value(b, n - 1, HERE_MANY - 4);
	rawbpf_free(b);
	ck_assert_int_eq(t_count_fds(), fds);
}

START_TEST(best_road)
{
	struct specroad r = {0};

	NEED_HERE();
	OLD_NEED("insn address of a map's value");
	on_road("object/usdt.bpf.o", &r);
	on_road("object/usdt_sib.bpf.o", &r);
}
END_TEST

/* One link for all places of a probe, whatever their operands. */
START_TEST(one_link)
{
	struct specroad r = {0};

	NEED_HERE();
	OLD_NEED("cmd link_create");
	on_road("object/usdt.bpf.o", &r);
	if (!r.multi)
		T_SKIP("the kernel has no uprobe_multi");
	ck_assert_uint_eq(r.multi, 3 * 2);
	ck_assert_uint_eq(r.loads, 2);
}
END_TEST

/* As on Linux 5.15: a perf event each, which has the cookie. */
START_TEST(perf_events)
{
	struct specroad r = {.no_multi = true};

	NEED_HERE();
	OLD_NEED("insn address of a map's value");
	on_road("object/usdt.bpf.o", &r);
}
END_TEST

/* Before that: a program for each record, which has the number in its code. */
START_TEST(no_cookies)
{
	struct specroad r = {.no_multi = true, .no_cookie = true};

	NEED_HERE();
	OLD_NEED("insn address of a map's value");
	on_road("object/usdt.bpf.o", &r);
}
END_TEST

static struct rawbpf_usdt *three_probes(void)
{
	static const char *const probes[] = {"spread", "odd", "many"};
	char exe[4096] = "";
	struct rawbpf_usdt *u;
	size_t i;

	ck_assert_int_gt(readlink("/proc/self/exe", exe, sizeof(exe) - 1), 0);
	u = rawbpf_usdt_new(.path = exe);
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(rawbpf_usdt_enable_probe(u, .probe = probes[i],
					 .fn_name = "on_probe", .cookie = COOKIE),
			0);
	return u;
}

/*
 * Three probes of a context, one of which leaves and comes again: the others keep their records.
 * _i 1: an event each, 2: without cookies.
 */
START_TEST(of_a_context)
{
	struct specroad r = {.no_multi = _i > 0, .no_cookie = _i == 2};
	struct rawbpf_usdt *u;
	struct rawbpf *b;
	uint32_t n;
	int again;
	size_t len;
	char *p;

	NEED_HERE();
	OLD_NEED("insn address of a map's value");
	p = t_data("object/usdt.bpf.o", &len);
	u = three_probes();
	b = rawbpf_new();
	rawbpf_set_hook(b, specroad_call, &r);
	ck_assert_msg(!rawbpf_load(b, .image = p, .image_len = len, .usdt_contexts = &u,
			      .n_usdt_contexts = 1),
		"%s", rawbpf_errmsg(b));
	free(p);
	if (!_i)
		ck_assert_uint_le(r.multi, 1);
	n = fire_all(b, 0);
	for (again = 0; again < 3; again++) {
		probe_off(b, "spread");
		ck_assert_int_eq(rawbpf_num_open_probes(b), 1 + HERE_MANY);
		n = fire_rest(b, n);
		probe_on(b, "spread");
		n = fire_all(b, n);
	}
	rawbpf_free(b);
	rawbpf_usdt_free(u);
}
END_TEST

/* ---- libbpf's own header ------------------------------------------------------------------- */

/* Probes whose operands no record can tell, not all at least. */
static bool may_be_dumb(const char *probe)
{
	static const char *const names[] = {
		"per_thread", "segment", "indexed", "scaled", "kinds", "floats"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(probe, names[i]))
			return true;
	return false;
}

/* One line of what the program told, "NAME 0xVALUE ...", against what was seen; how many values. */
static unsigned compare_line(struct rawbpf *b, uint32_t i, char *line)
{
	char *save, *name = strtok_r(line, " ", &save), *word;
	bool dumb = may_be_dumb(name), floats = !strcmp(name, "floats");
	unsigned n = floats, same = 0; /* the float itself is not told */
	struct seen s;
	uint64_t v;

	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "seen"), &i, &s), 0);
	for (; (word = strtok_r(NULL, " ", &save)); n++) {
		v = strtoull(word, NULL, 0);
		ck_assert_msg(dumb || !s.error[n], "%s: operand %u: %d", name, n + 1, s.error[n]);
		ck_assert_msg(s.error[n] || (uint64_t)s.value[n] == v,
			"%s: operand %u is %#llx, not %#llx", name, n + 1,
			(unsigned long long)s.value[n], (unsigned long long)v);
		same += !s.error[n];
	}
	ck_assert_msg(
		s.count == n, "%s: %u operands, not %llu", name, n, (unsigned long long)s.count);
	return same;
}

static int enable_probe(void *arg, const struct rawbpf_usdt_info *p)
{
	return rawbpf_usdt_enable_probe(
		arg, .probe = p->name, .fn_name = "on_probe", .cookie = COOKIE);
}

static void compare_all(const char *object)
{
	struct t_sites s;
	struct rawbpf_usdt *u = rawbpf_usdt_new(.path = T_SITES("plain"));
	struct rawbpf *b = rawbpf_new();
	char *told, *line, *save;
	unsigned same = 0;
	uint32_t i = 0;
	int err;

	ck_assert_msg(!rawbpf_usdt_each_probe(u, enable_probe, u), "%s", rawbpf_usdt_errmsg(u));
	err = rawbpf_load(b, .src_file = object, .usdt_contexts = &u, .n_usdt_contexts = 1);
	ck_assert_msg(
		!err, "%s\n%s", rawbpf_errmsg(b), rawbpf_error(b)->log ? rawbpf_error(b)->log : "");
	t_sites_start(&s, T_SITES("plain"), NULL, NULL);
	told = t_sites_ask(&s, 'f');
	for (line = strtok_r(told, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		same += compare_line(b, i++, line);
	ck_assert_uint_gt(i, 20);
	ck_assert_uint_gt(same, 60);
	free(told);
	free(t_sites_end(&s));
	rawbpf_free(b);
	rawbpf_usdt_free(u);
}

/* What clang makes of the header of this machine, at every kind of operand. */
START_TEST(header_of_libbpf)
{
	const char *object = TEST_BUILD "/libbpf.bpf.o", *flags = getenv("RAWBPF_TEST_BPF_FLAGS");

	T_NEED_ROOT();
	T_NEED_SITES();
	if (t_run(NULL, "test -e /usr/include/bpf/usdt.bpf.h"))
		T_SKIP("no <bpf/usdt.bpf.h>: libbpf-dev");
	if (t_run(NULL, "c=$(for c in clang clang-14 clang-16 clang-19; do command -v $c && "
			"break; done) && test \"$c\""))
		T_SKIP("no clang");
	ck_assert_int_eq(
		t_run(NULL,
			"c=$(for c in clang clang-14 clang-16 clang-19; do command -v $c && "
			"break; done) && $c %s -I/usr/include/$(uname -m)-linux-gnu "
			"-D__TARGET_ARCH_$(uname -m | sed 's/x86_64/x86/;s/aarch64/arm64/') -O2 "
			"-g -target bpf -c %s/object/libbpf.bpf.c -o %s 2>&1",
			flags ? flags : "", TEST_DATA, object),
		0);
	compare_all(object);
	unlink(object);
}
END_TEST

Suite *suite_usdtspec(void);
Suite *suite_usdtspec(void)
{
	Suite *s = suite_create("usdtspec");
	TCase *t = tcase_create("unit"), *live = tcase_create("live"), *host = tcase_create("host");

	tcase_add_test(t, plain_records);
	tcase_add_test(t, records_with_an_index);
	tcase_add_test(t, several_operands);
	tcase_add_test(t, shared_and_given_back);
	tcase_add_test(t, other_forms);
	tcase_add_test(t, who_reads_them);
	tcase_add_test(t, refused_write);
	tcase_add_test(t, no_memory);
	suite_add_tcase(s, t);
	tcase_set_timeout(live, 60);
	tcase_add_test(live, best_road);
	tcase_add_test(live, one_link);
	tcase_add_test(live, perf_events);
	tcase_add_test(live, no_cookies);
	tcase_add_loop_test(live, of_a_context, 0, 3);
	suite_add_tcase(s, live);
	tcase_set_timeout(host, 120);
	tcase_add_test(host, header_of_libbpf);
	suite_add_tcase(s, host);
	return s;
}
