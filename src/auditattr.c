// SPDX-License-Identifier: MIT
/*
 * auditattr.c - which fields each command has, as tables.
 *
 * A row is a field of union rawbpf_attr or of struct rawbpf_perf_attr: its name in the kernel's
 * headers, where it stands, how wide it is and what it means.  A pointer's row also says which
 * field counts what it points to.  What is past the size that the caller passed is not read.
 */
#include "auditattr.h"

#include <string.h>

/* How a row is read; what is not said here is of the same name in auditattr.h. */
enum attr_kind {
	ATTR_NUM,
	ATTR_NAMED,
	ATTR_ID,
	ATTR_ADDR,
	ATTR_OUT,
	ATTR_FD,
	ATTR_TEXT,  /* a pointer to a string */
	ATTR_CHARS, /* a string in place */
	ATTR_KEY,
	ATTR_VALUE,
	ATTR_SIZE, /* a pointer to a number of bytes that .count says, times .unit */
	ATTR_INSNS,
	ATTR_LIST,
	ATTR_NAMES,
};

struct attr_row {
	const char *name;
	uint16_t at, size; /* bytes */
	uint8_t kind;
	uint8_t set;	/* enum auditname_set */
	bool always;	/* shown when it is 0, too */
	uint16_t count; /* pointers: where the 32-bit number stands that says how many */
	uint16_t unit;	/* SIZE: bytes of one; 0: .unit_at says */
	uint16_t unit_at;
};

#define ATTR_AT(member)	    offsetof(union rawbpf_attr, member)
#define ATTR_SIZEOF(member) sizeof(((union rawbpf_attr *)0)->member)
#define ATTR(k, part, member, ...)                                                             \
	{                                                                                      \
		.name = #member, .at = ATTR_AT(part.member), .size = ATTR_SIZEOF(part.member), \
		.kind = k, __VA_ARGS__                                                         \
	}

static const struct attr_row attr_map[] = {
	ATTR(ATTR_NAMED, map, map_type, .set = AUDITNAME_MAP_TYPE, .always = true),
	ATTR(ATTR_NUM, map, key_size, .always = true),
	ATTR(ATTR_NUM, map, value_size, .always = true),
	ATTR(ATTR_NUM, map, max_entries, .always = true),
	ATTR(ATTR_NAMED, map, map_flags, .set = AUDITNAME_MAP_FLAGS),
	ATTR(ATTR_FD, map, inner_map_fd),
	ATTR(ATTR_NUM, map, numa_node),
	ATTR(ATTR_CHARS, map, map_name),
	ATTR(ATTR_NUM, map, map_ifindex),
	ATTR(ATTR_FD, map, btf_fd),
	ATTR(ATTR_NUM, map, btf_key_type_id),
	ATTR(ATTR_NUM, map, btf_value_type_id),
	ATTR(ATTR_ID, map, btf_vmlinux_value_type_id),
	ATTR(ATTR_NUM, map, map_extra),
	ATTR(ATTR_FD, map, value_type_btf_obj_fd),
	ATTR(ATTR_FD, map, map_token_fd),
};

static const struct attr_row attr_elem[] = {
	ATTR(ATTR_FD, elem, map_fd, .always = true),
	ATTR(ATTR_KEY, elem, key),
	ATTR(ATTR_VALUE, elem, value),
	ATTR(ATTR_NAMED, elem, flags, .set = AUDITNAME_ELEM_FLAGS),
};

/* What the kernel writes to is named, not read. */
static const struct attr_row attr_lookup[] = {
	ATTR(ATTR_FD, elem, map_fd, .always = true),
	ATTR(ATTR_KEY, elem, key),
	ATTR(ATTR_OUT, elem, value),
	ATTR(ATTR_NAMED, elem, flags, .set = AUDITNAME_ELEM_FLAGS),
};

static const struct attr_row attr_next_key[] = {
	ATTR(ATTR_FD, elem, map_fd, .always = true),
	ATTR(ATTR_KEY, elem, key),
	{.name = "next_key",
		.at = ATTR_AT(elem.value),
		.size = ATTR_SIZEOF(elem.value),
		.kind = ATTR_OUT},
};

static const struct attr_row attr_batch[] = {
	ATTR(ATTR_OUT, batch, in_batch),
	ATTR(ATTR_OUT, batch, out_batch),
	ATTR(ATTR_OUT, batch, keys),
	ATTR(ATTR_OUT, batch, values),
	ATTR(ATTR_NUM, batch, count, .always = true),
	ATTR(ATTR_FD, batch, map_fd, .always = true),
	ATTR(ATTR_NAMED, batch, elem_flags, .set = AUDITNAME_ELEM_FLAGS),
	ATTR(ATTR_NUM, batch, flags),
};

static const struct attr_row attr_prog[] = {
	ATTR(ATTR_NAMED, prog, prog_type, .set = AUDITNAME_PROG_TYPE, .always = true),
	ATTR(ATTR_NUM, prog, insn_cnt, .always = true),
	ATTR(ATTR_INSNS, prog, insns, .count = ATTR_AT(prog.insn_cnt)),
	ATTR(ATTR_TEXT, prog, license),
	ATTR(ATTR_NUM, prog, log_level),
	ATTR(ATTR_NUM, prog, log_size),
	ATTR(ATTR_SIZE, prog, log_buf, .count = ATTR_AT(prog.log_size), .unit = 1),
	ATTR(ATTR_NUM, prog, kern_version),
	ATTR(ATTR_NAMED, prog, prog_flags, .set = AUDITNAME_PROG_FLAGS),
	ATTR(ATTR_CHARS, prog, prog_name),
	ATTR(ATTR_NUM, prog, prog_ifindex),
	ATTR(ATTR_NAMED, prog, expected_attach_type, .set = AUDITNAME_ATTACH_TYPE),
	ATTR(ATTR_FD, prog, prog_btf_fd),
	ATTR(ATTR_NUM, prog, func_info_rec_size),
	ATTR(ATTR_SIZE, prog, func_info, .count = ATTR_AT(prog.func_info_cnt),
		.unit_at = ATTR_AT(prog.func_info_rec_size)),
	ATTR(ATTR_NUM, prog, func_info_cnt),
	ATTR(ATTR_NUM, prog, line_info_rec_size),
	ATTR(ATTR_SIZE, prog, line_info, .count = ATTR_AT(prog.line_info_cnt),
		.unit_at = ATTR_AT(prog.line_info_rec_size)),
	ATTR(ATTR_NUM, prog, line_info_cnt),
	ATTR(ATTR_ID, prog, attach_btf_id),
	ATTR(ATTR_FD, prog, attach_btf_obj_fd),
	ATTR(ATTR_NUM, prog, core_relo_cnt),
	ATTR(ATTR_SIZE, prog, fd_array, .count = ATTR_AT(prog.fd_array_cnt), .unit = 4),
	ATTR(ATTR_NUM, prog, core_relo_rec_size),
	ATTR(ATTR_FD, prog, prog_token_fd),
	ATTR(ATTR_NUM, prog, fd_array_cnt),
};

static const struct attr_row attr_obj[] = {
	ATTR(ATTR_TEXT, obj, pathname),
	ATTR(ATTR_FD, obj, bpf_fd),
	ATTR(ATTR_NUM, obj, file_flags),
};

static const struct attr_row attr_test[] = {
	ATTR(ATTR_FD, test, prog_fd, .always = true),
	ATTR(ATTR_NUM, test, data_size_in),
	ATTR(ATTR_NUM, test, data_size_out),
	ATTR(ATTR_NUM, test, repeat),
	ATTR(ATTR_NUM, test, ctx_size_in),
	ATTR(ATTR_NUM, test, ctx_size_out),
	ATTR(ATTR_NUM, test, flags),
	ATTR(ATTR_NUM, test, cpu),
	ATTR(ATTR_NUM, test, batch_size),
};

static const struct attr_row attr_get_id[] = {
	ATTR(ATTR_ID, get_id, id, .always = true),
	ATTR(ATTR_NUM, get_id, open_flags),
};

static const struct attr_row attr_info[] = {
	ATTR(ATTR_FD, info, bpf_fd, .always = true),
	ATTR(ATTR_NUM, info, info_len, .always = true),
	ATTR(ATTR_OUT, info, info),
};

static const struct attr_row attr_raw_tp[] = {
	ATTR(ATTR_TEXT, raw_tp, name),
	ATTR(ATTR_FD, raw_tp, prog_fd, .always = true),
	ATTR(ATTR_NUM, raw_tp, cookie),
};

static const struct attr_row attr_btf[] = {
	ATTR(ATTR_SIZE, btf, btf, .count = ATTR_AT(btf.btf_size), .unit = 1),
	ATTR(ATTR_SIZE, btf, log_buf, .count = ATTR_AT(btf.log_size), .unit = 1),
	ATTR(ATTR_NUM, btf, btf_size, .always = true),
	ATTR(ATTR_NUM, btf, log_size),
	ATTR(ATTR_NUM, btf, log_level),
	ATTR(ATTR_NUM, btf, flags),
	ATTR(ATTR_FD, btf, token_fd),
};

static const struct attr_row attr_link[] = {
	ATTR(ATTR_FD, link, prog_fd, .always = true),
	ATTR(ATTR_FD, link, target_fd),
	ATTR(ATTR_NAMED, link, attach_type, .set = AUDITNAME_ATTACH_TYPE, .always = true),
	ATTR(ATTR_NUM, link, flags),
};

static const struct attr_row attr_link_perf[] = {
	ATTR(ATTR_NUM, link.u.perf, cookie),
};

static const struct attr_row attr_link_kmulti[] = {
	ATTR(ATTR_NAMED, link.u.kprobe_multi, flags, .set = AUDITNAME_KMULTI_FLAGS),
	ATTR(ATTR_NUM, link.u.kprobe_multi, cnt, .always = true),
	ATTR(ATTR_NAMES, link.u.kprobe_multi, syms, .count = ATTR_AT(link.u.kprobe_multi.cnt)),
	ATTR(ATTR_SIZE, link.u.kprobe_multi, addrs, .count = ATTR_AT(link.u.kprobe_multi.cnt),
		.unit = 8),
	ATTR(ATTR_LIST, link.u.kprobe_multi, cookies, .count = ATTR_AT(link.u.kprobe_multi.cnt)),
};

static const struct attr_row attr_link_tracing[] = {
	ATTR(ATTR_ID, link.u.tracing, target_btf_id),
	ATTR(ATTR_NUM, link.u.tracing, cookie),
};

static const struct attr_row attr_link_umulti[] = {
	ATTR(ATTR_TEXT, link.u.uprobe_multi, path),
	ATTR(ATTR_LIST, link.u.uprobe_multi, offsets, .count = ATTR_AT(link.u.uprobe_multi.cnt)),
	ATTR(ATTR_LIST, link.u.uprobe_multi, ref_ctr_offsets,
		.count = ATTR_AT(link.u.uprobe_multi.cnt)),
	ATTR(ATTR_LIST, link.u.uprobe_multi, cookies, .count = ATTR_AT(link.u.uprobe_multi.cnt)),
	ATTR(ATTR_NUM, link.u.uprobe_multi, cnt, .always = true),
	ATTR(ATTR_NAMED, link.u.uprobe_multi, flags, .set = AUDITNAME_UMULTI_FLAGS),
	ATTR(ATTR_NUM, link.u.uprobe_multi, pid),
};

static const struct attr_row attr_stats[] = {
	ATTR(ATTR_NUM, stats, type, .always = true),
};

static const struct attr_row attr_bind[] = {
	ATTR(ATTR_FD, bind, prog_fd, .always = true),
	ATTR(ATTR_FD, bind, map_fd, .always = true),
	ATTR(ATTR_NUM, bind, flags),
};

#undef ATTR_AT
#undef ATTR_SIZEOF
#define ATTR_AT(member)	    offsetof(struct rawbpf_perf_attr, member)
#define ATTR_SIZEOF(member) sizeof(((struct rawbpf_perf_attr *)0)->member)
#define ATTR_PERF(k, member, ...)                                                               \
	{                                                                                       \
		.name = #member, .at = ATTR_AT(member), .size = ATTR_SIZEOF(member), .kind = k, \
		__VA_ARGS__                                                                     \
	}

/* config, config1 and config2 mean what the type says: see attr_perf_event(). */
static const struct attr_row attr_perf_rest[] = {
	ATTR_PERF(ATTR_NUM, sample_period),
	ATTR_PERF(ATTR_NUM, sample_type),
	ATTR_PERF(ATTR_NUM, read_format),
	ATTR_PERF(ATTR_NAMED, flags, .set = AUDITNAME_PERF_BITS),
	ATTR_PERF(ATTR_NUM, wakeup_events),
	ATTR_PERF(ATTR_NUM, bp_type),
	ATTR_PERF(ATTR_NUM, branch_sample_type),
	ATTR_PERF(ATTR_NUM, sample_regs_user),
	ATTR_PERF(ATTR_NUM, sample_stack_user),
	ATTR_PERF(ATTR_NUM, clockid),
	ATTR_PERF(ATTR_NUM, sample_regs_intr),
	ATTR_PERF(ATTR_NUM, aux_watermark),
	ATTR_PERF(ATTR_NUM, sample_max_stack),
};

/* ---- reading a row ------------------------------------------------------------------------- */

struct attr_walk {
	const unsigned char *attr;
	size_t size; /* that the caller passed */
	void (*fn)(void *arg, const struct auditattr *a);
	void *arg;
};

/* A field's number; 0 past the end. */
static uint64_t attr_get(const struct attr_walk *w, size_t at, size_t size)
{
	uint64_t v64 = 0;
	uint32_t v32 = 0;
	uint16_t v16 = 0;

	if (at + size > w->size)
		return 0;
	switch (size) {
	case 8: memcpy(&v64, w->attr + at, 8); return v64;
	case 4: memcpy(&v32, w->attr + at, 4); return v32;
	case 2: memcpy(&v16, w->attr + at, 2); return v16;
	default: return 0;
	}
}

static void attr_one(const struct attr_walk *w, const struct attr_row *r, struct auditattr *a)
{
	uint64_t unit = r->unit ? r->unit : attr_get(w, r->unit_at, 4);
	uint64_t n = r->count ? attr_get(w, r->count, 4) : 0;
	/* kinds from AUDITATTR_STRING on are pointers */
	static const uint8_t kinds[] = {
		[ATTR_NUM] = AUDITATTR_NUM,
		[ATTR_NAMED] = AUDITATTR_NAMED,
		[ATTR_ID] = AUDITATTR_ID,
		[ATTR_ADDR] = AUDITATTR_ADDR,
		[ATTR_OUT] = AUDITATTR_OUT,
		[ATTR_FD] = AUDITATTR_FD,
		[ATTR_TEXT] = AUDITATTR_STRING,
		[ATTR_CHARS] = AUDITATTR_STRING,
		[ATTR_KEY] = AUDITATTR_KEY,
		[ATTR_VALUE] = AUDITATTR_VALUE,
		[ATTR_SIZE] = AUDITATTR_SIZE,
		[ATTR_INSNS] = AUDITATTR_INSNS,
		[ATTR_LIST] = AUDITATTR_LIST,
		[ATTR_NAMES] = AUDITATTR_NAMES,
	};

	a->kind = kinds[r->kind];
	a->p = (const void *)(uintptr_t)a->v;
	if (r->kind == ATTR_TEXT)
		a->len = strlen(a->p);
	else if (r->kind == ATTR_SIZE)
		a->v = n * unit;
	else if (r->count)
		a->v = n;
}

static void attr_chars(const struct attr_walk *w, const struct attr_row *r)
{
	struct auditattr a = {.kind = AUDITATTR_STRING, .name = r->name};

	if (r->at + r->size > w->size)
		return;
	a.p = w->attr + r->at;
	a.len = strnlen(a.p, r->size);
	if (a.len)
		w->fn(w->arg, &a);
}

static void attr_rows(const struct attr_walk *w, const struct attr_row *rows, size_t n)
{
	const struct attr_row *r;

	for (r = rows; r < rows + n; r++) {
		struct auditattr a = {.name = r->name, .set = (enum auditname_set)r->set};

		if (r->kind == ATTR_CHARS) {
			attr_chars(w, r);
			continue;
		}
		a.v = attr_get(w, r->at, r->size);
		if (!a.v && !r->always)
			continue;
		attr_one(w, r, &a);
		w->fn(w->arg, &a);
	}
}

#define ATTR_ROWS(w, rows) attr_rows(w, rows, sizeof(rows) / sizeof(*(rows)))

static void attr_link_create(const struct attr_walk *w)
{
	ATTR_ROWS(w, attr_link);
	switch (attr_get(w, offsetof(union rawbpf_attr, link.attach_type), 4)) {
	case RAWBPF_PERF_EVENT: ATTR_ROWS(w, attr_link_perf); break;
	case RAWBPF_TRACE_KPROBE_SESSION:
	case RAWBPF_TRACE_KPROBE_MULTI: ATTR_ROWS(w, attr_link_kmulti); break;
	case RAWBPF_TRACE_UPROBE_SESSION:
	case RAWBPF_TRACE_UPROBE_MULTI: ATTR_ROWS(w, attr_link_umulti); break;
	default: ATTR_ROWS(w, attr_link_tracing);
	}
}

static void attr_bpf(const struct attr_walk *w, uint64_t cmd)
{
	switch (cmd) {
	case RAWBPF_MAP_CREATE: ATTR_ROWS(w, attr_map); break;
	case RAWBPF_MAP_UPDATE_ELEM: ATTR_ROWS(w, attr_elem); break;
	case RAWBPF_MAP_LOOKUP_ELEM:
	case RAWBPF_MAP_LOOKUP_AND_DELETE_ELEM:
	case RAWBPF_MAP_DELETE_ELEM:
	case RAWBPF_MAP_FREEZE: ATTR_ROWS(w, attr_lookup); break;
	case RAWBPF_MAP_GET_NEXT_KEY: ATTR_ROWS(w, attr_next_key); break;
	case RAWBPF_MAP_LOOKUP_BATCH:
	case RAWBPF_MAP_LOOKUP_AND_DELETE_BATCH:
	case RAWBPF_MAP_UPDATE_BATCH:
	case RAWBPF_MAP_DELETE_BATCH: ATTR_ROWS(w, attr_batch); break;
	case RAWBPF_PROG_LOAD: ATTR_ROWS(w, attr_prog); break;
	case RAWBPF_OBJ_PIN:
	case RAWBPF_OBJ_GET: ATTR_ROWS(w, attr_obj); break;
	case RAWBPF_PROG_TEST_RUN: ATTR_ROWS(w, attr_test); break;
	case RAWBPF_OBJ_GET_INFO_BY_FD: ATTR_ROWS(w, attr_info); break;
	case RAWBPF_RAW_TRACEPOINT_OPEN: ATTR_ROWS(w, attr_raw_tp); break;
	case RAWBPF_BTF_LOAD: ATTR_ROWS(w, attr_btf); break;
	case RAWBPF_LINK_CREATE: attr_link_create(w); break;
	case RAWBPF_ENABLE_STATS: ATTR_ROWS(w, attr_stats); break;
	case RAWBPF_PROG_BIND_MAP: ATTR_ROWS(w, attr_bind); break;
	default: ATTR_ROWS(w, attr_get_id);
	}
}

/* ---- each kind of call --------------------------------------------------------------------- */

static void attr_say(const struct attr_walk *w, struct auditattr a)
{
	w->fn(w->arg, &a);
}

#define ATTR_SAY(w, k, n, ...) attr_say(w, (struct auditattr){.kind = k, .name = n, __VA_ARGS__})

static void attr_string(const struct attr_walk *w, const char *name, uintptr_t p)
{
	const char *s = (const char *)p;

	ATTR_SAY(w, AUDITATTR_STRING, name, .p = s, .len = s ? strlen(s) : 0);
}

/*
 * A tracepoint's config is its event's id.  A probe's unit has a number above 5, and config1 is a
 * pointer to a name or, where that is 0, config2 an address of the kernel.
 */
static void attr_perf_event(const struct attr_walk *w, const struct rawbpf_perf_attr *p)
{
	bool unit = p->type > 5;

	ATTR_SAY(w, AUDITATTR_NAMED, "type", .v = p->type, .set = AUDITNAME_PERF_TYPE);
	ATTR_SAY(w, AUDITATTR_NUM, "size", .v = p->size);
	if (p->config)
		ATTR_SAY(w, p->type == RAWBPF_PERF_TYPE_TRACEPOINT ? AUDITATTR_ID : AUDITATTR_NUM,
			"config", .v = p->config);
	if (p->config1 && unit)
		attr_string(w, "config1", (uintptr_t)p->config1);
	else if (p->config1)
		ATTR_SAY(w, AUDITATTR_NUM, "config1", .v = p->config1);
	if (p->config2)
		ATTR_SAY(w, unit && !p->config1 ? AUDITATTR_ADDR : AUDITATTR_HEX, "config2",
			.v = p->config2);
	ATTR_ROWS(w, attr_perf_rest);
}

static void attr_perf_open(struct attr_walk *w, const uintptr_t *a)
{
	const struct rawbpf_perf_attr *p = (const void *)a[0];

	w->attr = (const void *)p;
	w->size = p->size < sizeof(*p) ? p->size : sizeof(*p);
	ATTR_SAY(w, AUDITATTR_OPEN, "attr");
	attr_perf_event(w, p);
	ATTR_SAY(w, AUDITATTR_CLOSE, "attr");
	ATTR_SAY(w, AUDITATTR_NUM, "pid", .v = (uint64_t)(int64_t)(pid_t)a[1]);
	ATTR_SAY(w, AUDITATTR_NUM, "cpu", .v = (uint64_t)(int64_t)(int)a[2]);
	ATTR_SAY(w, AUDITATTR_FD, "group_fd", .v = (uint64_t)(int64_t)(int)a[3]);
	ATTR_SAY(w, AUDITATTR_NAMED, "open_flags", .v = a[4], .set = AUDITNAME_PERF_FLAGS);
}

static void attr_ioctl(const struct attr_walk *w, const uintptr_t *a)
{
	ATTR_SAY(w, AUDITATTR_FD, "fd", .v = a[0]);
	ATTR_SAY(w, AUDITATTR_NAMED, "request", .v = a[1], .set = AUDITNAME_IOCTL);
	if (a[1] == RAWBPF_PERF_IOC_SET_BPF)
		ATTR_SAY(w, AUDITATTR_FD, "arg", .v = a[2]);
	else
		ATTR_SAY(w, AUDITATTR_NUM, "arg", .v = a[2]);
}

static void attr_file(const struct attr_walk *w, const struct rawbpf_call *c)
{
	const uintptr_t *a = c->arg;
	bool bytes = c->kind == RAWBPF_CALL_WRITE || c->kind == RAWBPF_CALL_PWRITE;

	ATTR_SAY(w, AUDITATTR_FD, bytes ? "fd" : "dirfd", .v = (uint64_t)(int64_t)(int)a[0]);
	switch (c->kind) {
	case RAWBPF_CALL_OPENAT:
		attr_string(w, "path", a[1]);
		ATTR_SAY(w, AUDITATTR_NAMED, "flags", .v = a[2], .set = AUDITNAME_OPEN_FLAGS);
		break;
	case RAWBPF_CALL_MKDIRAT:
		attr_string(w, "path", a[1]);
		ATTR_SAY(w, AUDITATTR_OCTAL, "mode", .v = a[2]);
		break;
	case RAWBPF_CALL_UNLINKAT:
		attr_string(w, "path", a[1]);
		ATTR_SAY(w, AUDITATTR_NAMED, "flags", .v = a[2], .set = AUDITNAME_UNLINK_FLAGS);
		break;
	default:
		ATTR_SAY(w, AUDITATTR_STRING, "buf", .p = (const void *)a[1], .len = a[2]);
		ATTR_SAY(w, AUDITATTR_NUM, "count", .v = a[2]);
		if (c->kind == RAWBPF_CALL_PWRITE)
			ATTR_SAY(w, AUDITATTR_ADDR, "offset", .v = c->offset);
	}
}

static void attr_mount(const struct attr_walk *w, const struct rawbpf_call *c)
{
	const uintptr_t *a = c->arg;

	if (c->kind == RAWBPF_CALL_FSOPEN) {
		attr_string(w, "name", a[0]);
		ATTR_SAY(w, AUDITATTR_NAMED, "flags", .v = a[1], .set = AUDITNAME_FSOPEN_FLAGS);
		return;
	}
	ATTR_SAY(w, AUDITATTR_FD, "fd", .v = a[0]);
	if (c->kind == RAWBPF_CALL_FSMOUNT) {
		ATTR_SAY(w, AUDITATTR_NAMED, "flags", .v = a[1], .set = AUDITNAME_FSMOUNT_FLAGS);
		ATTR_SAY(w, AUDITATTR_NUM, "attributes", .v = a[2]);
		return;
	}
	ATTR_SAY(w, AUDITATTR_NAMED, "cmd", .v = a[1], .set = AUDITNAME_FSCONFIG);
	attr_string(w, "key", a[2]);
	attr_string(w, "value", a[3]);
	ATTR_SAY(w, AUDITATTR_NUM, "aux", .v = a[4]);
}

static void attr_capset(const struct attr_walk *w, const uintptr_t *a)
{
	const struct rawbpf_cap_header *h = (const void *)a[0];
	const struct rawbpf_cap_data *d = (const void *)a[1];

	ATTR_SAY(w, AUDITATTR_OPEN, "header");
	ATTR_SAY(w, AUDITATTR_NAMED, "version", .v = h->version, .set = AUDITNAME_CAP_VERSION);
	ATTR_SAY(w, AUDITATTR_NUM, "pid", .v = (uint64_t)h->pid);
	ATTR_SAY(w, AUDITATTR_CLOSE, "header");
	ATTR_SAY(w, AUDITATTR_OPEN, "data");
	ATTR_SAY(w, AUDITATTR_NAMED, "effective",
		.v = (uint64_t)d[1].effective << 32 | d[0].effective, .set = AUDITNAME_CAPS);
	ATTR_SAY(w, AUDITATTR_NAMED, "permitted",
		.v = (uint64_t)d[1].permitted << 32 | d[0].permitted, .set = AUDITNAME_CAPS);
	ATTR_SAY(w, AUDITATTR_NAMED, "inheritable",
		.v = (uint64_t)d[1].inheritable << 32 | d[0].inheritable, .set = AUDITNAME_CAPS);
	ATTR_SAY(w, AUDITATTR_CLOSE, "data");
}

static void attr_prctl(const struct attr_walk *w, const uintptr_t *a)
{
	size_t i;

	ATTR_SAY(w, AUDITATTR_NAMED, "option", .v = a[0], .set = AUDITNAME_PRCTL);
	switch (a[0]) {
	case RAWBPF_PR_CAPBSET_READ:
	case RAWBPF_PR_CAPBSET_DROP:
		ATTR_SAY(w, AUDITATTR_NAMED, "cap", .v = a[1], .set = AUDITNAME_CAP);
		break;
	case RAWBPF_PR_CAP_AMBIENT:
		ATTR_SAY(w, AUDITATTR_NAMED, "op", .v = a[1], .set = AUDITNAME_AMBIENT);
		break;
	case RAWBPF_PR_SET_SECUREBITS:
		ATTR_SAY(w, AUDITATTR_NAMED, "bits", .v = a[1], .set = AUDITNAME_SECUREBITS);
		break;
	case RAWBPF_PR_SET_SECCOMP:
		ATTR_SAY(w, AUDITATTR_NAMED, "mode", .v = a[1], .set = AUDITNAME_SECCOMP);
		ATTR_SAY(w, AUDITATTR_OPEN, "filter");
		ATTR_SAY(w, AUDITATTR_NUM, "len",
			.v = ((const struct rawbpf_filter *)(const void *)a[2])->len);
		ATTR_SAY(w, AUDITATTR_CLOSE, "filter");
		break;
	default: ATTR_SAY(w, AUDITATTR_NUM, "arg", .v = a[1]);
	}
	/* these two demand that the rest is 0 */
	for (i = 2; i < 5; i++)
		if (a[0] == RAWBPF_PR_SET_NO_NEW_PRIVS || a[0] == RAWBPF_PR_CAP_AMBIENT)
			ATTR_SAY(w, AUDITATTR_NUM, "rest", .v = a[i]);
}

const char *auditattr_call(enum rawbpf_call_kind kind)
{
	switch (kind) {
	case RAWBPF_CALL_BPF: return "bpf";
	case RAWBPF_CALL_PERF_EVENT_OPEN: return "perf_event_open";
	case RAWBPF_CALL_IOCTL: return "ioctl";
	case RAWBPF_CALL_OPENAT: return "openat";
	case RAWBPF_CALL_WRITE: return "write";
	case RAWBPF_CALL_PWRITE: return "pwrite64";
	case RAWBPF_CALL_MKDIRAT: return "mkdirat";
	case RAWBPF_CALL_UNLINKAT: return "unlinkat";
	case RAWBPF_CALL_FSOPEN: return "fsopen";
	case RAWBPF_CALL_FSCONFIG: return "fsconfig";
	case RAWBPF_CALL_FSMOUNT: return "fsmount";
	case RAWBPF_CALL_CAPSET: return "capset";
	case RAWBPF_CALL_PRCTL: return "prctl";
	default: return NULL;
	}
}

void auditattr_walk(
	const struct rawbpf_call *c, void (*fn)(void *arg, const struct auditattr *a), void *arg)
{
	struct attr_walk w = {.fn = fn, .arg = arg};

	switch (c->kind) {
	case RAWBPF_CALL_BPF:
		w.attr = (const void *)c->arg[1];
		w.size = c->arg[2];
		ATTR_SAY(&w, AUDITATTR_NAMED, "cmd", .v = c->arg[0], .set = AUDITNAME_CMD);
		ATTR_SAY(&w, AUDITATTR_OPEN, "attr");
		attr_bpf(&w, c->arg[0]);
		ATTR_SAY(&w, AUDITATTR_CLOSE, "attr");
		ATTR_SAY(&w, AUDITATTR_NUM, "size", .v = c->arg[2]);
		break;
	case RAWBPF_CALL_PERF_EVENT_OPEN: attr_perf_open(&w, c->arg); break;
	case RAWBPF_CALL_IOCTL: attr_ioctl(&w, c->arg); break;
	case RAWBPF_CALL_FSOPEN:
	case RAWBPF_CALL_FSCONFIG:
	case RAWBPF_CALL_FSMOUNT: attr_mount(&w, c); break;
	case RAWBPF_CALL_CAPSET: attr_capset(&w, c->arg); break;
	case RAWBPF_CALL_PRCTL: attr_prctl(&w, c->arg); break;
	default:
		if (auditattr_call(c->kind))
			attr_file(&w, c);
	}
}
