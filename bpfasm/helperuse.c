// SPDX-License-Identifier: MIT
/*
 * helperuse.c - helpers that a program cannot call, by its section.
 *
 * What programs may call only grows from kernel to kernel, so a helper is warned of where not even
 * the newest lets the program have it; the few that tracing got late are warned of, too, for an
 * older kernel that was named.  Functions (.func) are called by any program, and of extensions
 * (freplace) and struct_ops the kernel decides by what they replace.
 */
#include "helperuse.h"

#include <stdio.h>

enum {
	HELPERUSE_COARSE = 160, /* bpf_ktime_get_coarse_ns */
	HELPERUSE_FUNC_RET = 184,
	HELPERUSE_NAMED = 5, /* sections that a warning names */
};

/* The kernel's numbers (attach 0: any) to kinds, the most special first. */
static const struct {
	uint8_t type, attach, kind;
	const char *section; /* NULL: the one before names it */
} helperuse_kinds[] = {
	{2, 48, HELPER_UPROBE, NULL}, /* uprobe.multi */
	{2, 57, HELPER_UPROBE, NULL}, /* uprobe.session */
	{2, 0, HELPER_KPROBE, "kprobe"},
	{0, 0, HELPER_UPROBE, "uprobe"},
	{5, 0, HELPER_TRACEPOINT, "tracepoint"},
	{7, 0, HELPER_PERF, "perf_event"},
	{17, 0, HELPER_RAW, "raw_tracepoint"},
	{24, 0, HELPER_RAW, NULL}, /* raw_tracepoint.w */
	{26, 24, HELPER_FENTRY, "fentry"},
	{26, 25, HELPER_FEXIT, "fexit"},
	{26, 26, HELPER_FEXIT, "fmod_ret"},
	{26, 23, HELPER_TP_BTF, "tp_btf"},
	{26, 28, HELPER_ITER, "iter"},
	{29, 43, HELPER_LSM_CGROUP, "lsm_cgroup"},
	{29, 0, HELPER_LSM, "lsm"},
	{27, 0, HELPER_STRUCT_OPS, "struct_ops"},
	{31, 0, HELPER_SYSCALL, "syscall"},
	{1, 0, HELPER_SOCKET, "socket"},
	{3, 0, HELPER_TC, "tc"},
	{4, 0, HELPER_TC, NULL}, /* action */
	{6, 0, HELPER_XDP, "xdp"},
	{8, 0, HELPER_CG_SKB, "cgroup_skb"},
	{9, 0, HELPER_CG_SOCK, "cgroup/sock"},
	{18, 8, HELPER_CG_BIND, "cgroup/bind4"},
	{18, 9, HELPER_CG_BIND, NULL},
	{18, 14, HELPER_CG_BIND, "cgroup/sendmsg4"},
	{18, 15, HELPER_CG_BIND, NULL},
	{18, 50, HELPER_CG_BIND, NULL}, /* sendmsg_unix */
	{18, 49, HELPER_CG_BIND, NULL}, /* connect_unix: as bind, not as connect4 */
	{18, 10, HELPER_CG_CONNECT, "cgroup/connect4"},
	{18, 11, HELPER_CG_CONNECT, "cgroup/connect6"},
	{18, 0, HELPER_CG_NAME, "cgroup/getpeername4"},
	{15, 0, HELPER_CG_DEV, "cgroup/dev"},
	{23, 0, HELPER_CG_SYSCTL, "cgroup/sysctl"},
	{25, 21, HELPER_GETSOCKOPT, "cgroup/getsockopt"},
	{25, 22, HELPER_SETSOCKOPT, "cgroup/setsockopt"},
	{10, 0, HELPER_LWT_IN, "lwt_in"},
	{11, 0, HELPER_LWT_OUT, "lwt_out"},
	{12, 0, HELPER_LWT_XMIT, "lwt_xmit"},
	{19, 0, HELPER_LWT_SEG6, "lwt_seg6local"},
	{13, 0, HELPER_SOCKOPS, "sockops"},
	{14, 0, HELPER_SK_SKB, "sk_skb"},
	{16, 0, HELPER_SK_MSG, "sk_msg"},
	{30, 0, HELPER_SK_LOOKUP, "sk_lookup"},
	{21, 0, HELPER_REUSEPORT, "sk_reuseport"},
	{22, 0, HELPER_FLOW, "flow_dissector"},
	{32, 0, HELPER_NETFILTER, "netfilter"},
	{20, 0, HELPER_LIRC, "lirc_mode2"},
};

enum { HELPERUSE_KINDS = sizeof(helperuse_kinds) / sizeof(helperuse_kinds[0]) };

/* Tracing that got a helper later than others did. */
static const struct {
	uint8_t helper, kind;
	uint32_t kernel;
} helperuse_late[] = {
	{174, HELPER_RAW, 6 << 16 | 10 << 8}, /* get_attach_cookie */
	{174, HELPER_TP_BTF, 6 << 16 | 10 << 8}, {183, HELPER_TP_BTF, 7 << 16}, /* get_func_arg */
	{185, HELPER_TP_BTF, 7 << 16}, /* get_func_arg_cnt */
};

/* Helpers that may sleep, and what does the same without. */
static const struct {
	uint8_t helper;
	const char *instead;
} helperuse_sleeps[] = {
	{148, "bpf_probe_read_user"}, /* copy_from_user */
	{191, NULL},		      /* copy_from_user_task */
	{161, NULL},		      /* ima_inode_hash */
	{193, NULL},		      /* ima_file_hash */
};

int helperuse_kind(const char *section)
{
	struct section_type t;
	size_t i;

	if (!section_type(section, &t) || !t.type)
		return -1;
	section += *section == '?';
	/* uprobe, uretprobe, usdt */
	if (t.type == 2 && *section == 'u')
		return HELPER_UPROBE;
	for (i = 0; i < HELPERUSE_KINDS; i++)
		if (helperuse_kinds[i].type == t.type &&
			(!helperuse_kinds[i].attach || helperuse_kinds[i].attach == t.attach))
			return helperuse_kinds[i].kind;
	return -1;
}

/* "'tc', 'xdp'": whose programs may call it. */
static const char *helperuse_sections(const struct helper *h, char *text, size_t size)
{
	unsigned named = 0;
	size_t i, n = 0;

	*text = '\0';
	for (i = 0; i < HELPERUSE_KINDS && n < size; i++) {
		if (!helperuse_kinds[i].section || !(h->users >> helperuse_kinds[i].kind & 1))
			continue;
		if (++named > HELPERUSE_NAMED) {
			snprintf(text + n, size - n, " and others");
			break;
		}
		n += (size_t)snprintf(text + n, size - n, "%s'%s'", named > 1 ? ", " : "",
			helperuse_kinds[i].section);
	}
	return text;
}

/* The section's first word with ".s" behind it; false: no program of it may sleep. */
static bool helperuse_sleeper(const char *section, int kind, char *name, size_t size)
{
	struct section_type t;

	/* of these the kernel takes such a program, but runs it nowhere or only lately */
	if (kind == HELPER_KPROBE || kind == HELPER_TRACEPOINT || kind == HELPER_RAW ||
		kind == HELPER_TP_BTF)
		return false;
	section += *section == '?';
	snprintf(name, size, "%.*s.s", (int)strcspn(section, "/"), section);
	return section_type(name, &t) && t.sleepable;
}

static void helperuse_sleep(
	struct parse *p, const struct tok *t, const struct helper *h, const char *section, int kind)
{
	struct section_type type;
	char name[64], instead[80] = "";
	size_t i;

	for (i = 0; i < sizeof(helperuse_sleeps) / sizeof(helperuse_sleeps[0]); i++)
		if (helperuse_sleeps[i].helper == h->id)
			break;
	if (i == sizeof(helperuse_sleeps) / sizeof(helperuse_sleeps[0]))
		return;
	section_type(section, &type);
	/* system call programs always may */
	if (type.sleepable || kind == HELPER_SYSCALL)
		return;
	if (helperuse_sleeps[i].instead)
		snprintf(
			instead, sizeof(instead), "; '%s' never does", helperuse_sleeps[i].instead);
	if (helperuse_sleeper(section, kind, name, sizeof(name)))
		parse_warn(p, t, "'%s' may sleep, which programs of '%s' can, not of '%s'%s",
			h->name, name, section, instead);
	else
		parse_warn(p, t, "'%s' may sleep, which a program of '%s' cannot%s", h->name,
			section, instead);
}

/* The kernel that was named is too old for this helper in this kind of program. */
static bool helperuse_is_late(
	struct parse *p, const struct tok *t, const struct helper *h, const char *section, int kind)
{
	uint32_t have = p->o->kernel;
	size_t i;

	for (i = 0; have && i < sizeof(helperuse_late) / sizeof(helperuse_late[0]); i++) {
		if (helperuse_late[i].helper != h->id || helperuse_late[i].kind != kind ||
			have >= helperuse_late[i].kernel)
			continue;
		parse_warn(p, t,
			"'%s' is for programs of '%s' from Linux %u.%u on, this is for "
			"%u.%u",
			h->name, section, (unsigned)(helperuse_late[i].kernel >> 16),
			(unsigned)(helperuse_late[i].kernel >> 8 & 255), (unsigned)(have >> 16),
			(unsigned)(have >> 8 & 255));
		return true;
	}
	return false;
}

void helperuse_check(struct parse *p, const struct tok *t, const struct helper *h)
{
	const struct ir_func *f = p->fn->ir;
	int kind = f->is_prog && !p->fn->bare ? helperuse_kind(f->section) : -1;
	char text[160];

	if (kind < 0 || helperuse_is_late(p, t, h, f->section, kind))
		return;
	if (h->users >> kind & 1) {
		helperuse_sleep(p, t, h, f->section, kind);
		return;
	}
	/* from 5.11 to 5.15 any program could call it */
	if (h->id == HELPERUSE_COARSE && p->o->kernel && p->o->kernel < (5 << 16 | 16 << 8))
		return;
	if (h->id == HELPERUSE_FUNC_RET && kind == HELPER_FENTRY)
		parse_warn(p, t,
			"'%s' only fails in '%s', where the function has returned nothing yet; "
			"'fexit' has the result",
			h->name, f->section);
	else
		parse_warn(p, t, "'%s' is for programs of section %s, not of '%s'", h->name,
			helperuse_sections(h, text, sizeof(text)), f->section);
}
