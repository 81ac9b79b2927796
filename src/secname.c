// SPDX-License-Identifier: MIT
/*
 * secname.c - section names, as a table.
 *
 * A row matches the whole section, or what stands before its first '/'.  The place that follows
 * the '/' belongs to whoever attaches the program.
 */
#include "secname.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "near.h"

#define SEC_SLEEPABLE 1 /* the same with ".s" runs where it may sleep */
#define SEC_SLEEPS    2 /* always: the kernel takes no other */

/* Names stand in the rows: no pointers to be relocated, and one piece for the linker to drop. */
#define SEC_NAME 24

struct secname_row {
	char prefix[SEC_NAME];
	uint8_t type, attach, flags;
};

/* Attach types that the kernel checks when it loads, beyond those of rawbpf_sys.h. */
enum {
	SEC_CGROUP_INGRESS = 0,
	SEC_CGROUP_EGRESS = 1,
	SEC_CGROUP_SOCK_CREATE = 2,
	SEC_SK_SKB_PARSER = 4,
	SEC_SK_SKB_VERDICT = 5,
	SEC_CGROUP_DEVICE = 6,
	SEC_INET4_BIND = 8,
	SEC_INET6_BIND = 9,
	SEC_INET4_CONNECT = 10,
	SEC_INET6_CONNECT = 11,
	SEC_INET4_POST_BIND = 12,
	SEC_INET6_POST_BIND = 13,
	SEC_UDP4_SENDMSG = 14,
	SEC_UDP6_SENDMSG = 15,
	SEC_SYSCTL = 18,
	SEC_UDP4_RECVMSG = 19,
	SEC_UDP6_RECVMSG = 20,
	SEC_GETSOCKOPT = 21,
	SEC_SETSOCKOPT = 22,
	SEC_LSM_MAC = 27,
	SEC_INET4_GETPEERNAME = 29, /* Linux 5.8 */
	SEC_INET6_GETPEERNAME = 30,
	SEC_INET4_GETSOCKNAME = 31,
	SEC_INET6_GETSOCKNAME = 32,
	SEC_XDP_DEVMAP = 33,
	SEC_SOCK_RELEASE = 34, /* Linux 5.9 */
	SEC_XDP_CPUMAP = 35,
	SEC_SK_LOOKUP = 36,
	SEC_XDP = 37,
	SEC_SK_SKB = 38, /* Linux 5.13 */
	SEC_SK_REUSEPORT = 39,
	SEC_SK_REUSEPORT_MIGRATE = 40,
	SEC_LSM_CGROUP = 43,
	SEC_NETFILTER = 45,
	SEC_TCX_INGRESS = 46, /* Linux 6.6 */
	SEC_TCX_EGRESS = 47,
	SEC_UNIX_CONNECT = 49, /* Linux 6.7 */
	SEC_UNIX_SENDMSG = 50,
	SEC_UNIX_RECVMSG = 51,
	SEC_UNIX_GETPEERNAME = 52,
	SEC_UNIX_GETSOCKNAME = 53,
	SEC_NETKIT_PRIMARY = 54, /* Linux 6.7 */
	SEC_NETKIT_PEER = 55,
};

static const struct secname_row secname_rows[] = {
	{"kprobe", RAWBPF_PROG_KPROBE, 0, SEC_SLEEPABLE},
	{"kretprobe", RAWBPF_PROG_KPROBE, 0, SEC_SLEEPABLE},
	{"ksyscall", RAWBPF_PROG_KPROBE, 0, 0},
	{"kretsyscall", RAWBPF_PROG_KPROBE, 0, 0},
	{"uprobe", RAWBPF_PROG_KPROBE, 0, SEC_SLEEPABLE},
	{"uretprobe", RAWBPF_PROG_KPROBE, 0, SEC_SLEEPABLE},
	{"usdt", RAWBPF_PROG_KPROBE, 0, SEC_SLEEPABLE},
	{"kprobe.multi", RAWBPF_PROG_KPROBE, RAWBPF_TRACE_KPROBE_MULTI, 0},
	{"kretprobe.multi", RAWBPF_PROG_KPROBE, RAWBPF_TRACE_KPROBE_MULTI, 0},
	{"kprobe.session", RAWBPF_PROG_KPROBE, RAWBPF_TRACE_KPROBE_SESSION, 0},
	{"uprobe.multi", RAWBPF_PROG_KPROBE, RAWBPF_TRACE_UPROBE_MULTI, SEC_SLEEPABLE},
	{"uretprobe.multi", RAWBPF_PROG_KPROBE, RAWBPF_TRACE_UPROBE_MULTI, SEC_SLEEPABLE},
	{"uprobe.session", RAWBPF_PROG_KPROBE, RAWBPF_TRACE_UPROBE_SESSION, SEC_SLEEPABLE},
	{"tracepoint", RAWBPF_PROG_TRACEPOINT, 0, SEC_SLEEPABLE},
	{"tp", RAWBPF_PROG_TRACEPOINT, 0, SEC_SLEEPABLE},
	{"raw_tracepoint", RAWBPF_PROG_RAW_TRACEPOINT, 0, SEC_SLEEPABLE},
	{"raw_tp", RAWBPF_PROG_RAW_TRACEPOINT, 0, SEC_SLEEPABLE},
	{"raw_tracepoint.w", RAWBPF_PROG_RAW_TRACEPOINT_WRITABLE, 0, 0},
	{"raw_tp.w", RAWBPF_PROG_RAW_TRACEPOINT_WRITABLE, 0, 0},
	{"tp_btf", RAWBPF_PROG_TRACING, RAWBPF_TRACE_RAW_TP, SEC_SLEEPABLE},
	{"fentry", RAWBPF_PROG_TRACING, RAWBPF_TRACE_FENTRY, SEC_SLEEPABLE},
	{"fexit", RAWBPF_PROG_TRACING, RAWBPF_TRACE_FEXIT, SEC_SLEEPABLE},
	{"fmod_ret", RAWBPF_PROG_TRACING, RAWBPF_MODIFY_RETURN, SEC_SLEEPABLE},
	{"iter", RAWBPF_PROG_TRACING, RAWBPF_TRACE_ITER, SEC_SLEEPABLE},
	{"perf_event", RAWBPF_PROG_PERF_EVENT, 0, 0},
#ifndef RAWBPF_NO_NET
	{"freplace", RAWBPF_PROG_EXT, 0, 0},
	{"lsm", RAWBPF_PROG_LSM, SEC_LSM_MAC, SEC_SLEEPABLE},
	{"lsm_cgroup", RAWBPF_PROG_LSM, SEC_LSM_CGROUP, 0},
	{"syscall", RAWBPF_PROG_SYSCALL, 0, SEC_SLEEPABLE | SEC_SLEEPS},
	{"socket", RAWBPF_PROG_SOCKET_FILTER, 0, 0},
	{"xdp", RAWBPF_PROG_XDP, SEC_XDP, 0},
	{"xdp.frags", RAWBPF_PROG_XDP, SEC_XDP, 0},
	{"xdp/devmap", RAWBPF_PROG_XDP, SEC_XDP_DEVMAP, 0},
	{"xdp/cpumap", RAWBPF_PROG_XDP, SEC_XDP_CPUMAP, 0},
	{"tc", RAWBPF_PROG_SCHED_CLS, 0, 0},
	{"classifier", RAWBPF_PROG_SCHED_CLS, 0, 0},
	{"action", RAWBPF_PROG_SCHED_ACT, 0, 0},
	{"tcx/ingress", RAWBPF_PROG_SCHED_CLS, SEC_TCX_INGRESS, 0},
	{"tcx/egress", RAWBPF_PROG_SCHED_CLS, SEC_TCX_EGRESS, 0},
	{"netkit/primary", RAWBPF_PROG_SCHED_CLS, SEC_NETKIT_PRIMARY, 0},
	{"netkit/peer", RAWBPF_PROG_SCHED_CLS, SEC_NETKIT_PEER, 0},
	{"lwt_in", RAWBPF_PROG_LWT_IN, 0, 0},
	{"lwt_out", RAWBPF_PROG_LWT_OUT, 0, 0},
	{"lwt_xmit", RAWBPF_PROG_LWT_XMIT, 0, 0},
	{"lwt_seg6local", RAWBPF_PROG_LWT_SEG6LOCAL, 0, 0},
	{"cgroup_skb/ingress", RAWBPF_PROG_CGROUP_SKB, SEC_CGROUP_INGRESS, 0},
	{"cgroup_skb/egress", RAWBPF_PROG_CGROUP_SKB, SEC_CGROUP_EGRESS, 0},
	{"cgroup/skb", RAWBPF_PROG_CGROUP_SKB, 0, 0},
	{"cgroup/sock", RAWBPF_PROG_CGROUP_SOCK, SEC_CGROUP_SOCK_CREATE, 0},
	{"cgroup/sock_create", RAWBPF_PROG_CGROUP_SOCK, SEC_CGROUP_SOCK_CREATE, 0},
	{"cgroup/sock_release", RAWBPF_PROG_CGROUP_SOCK, SEC_SOCK_RELEASE, 0},
	{"cgroup/post_bind4", RAWBPF_PROG_CGROUP_SOCK, SEC_INET4_POST_BIND, 0},
	{"cgroup/post_bind6", RAWBPF_PROG_CGROUP_SOCK, SEC_INET6_POST_BIND, 0},
	{"cgroup/bind4", RAWBPF_PROG_CGROUP_SOCK_ADDR, SEC_INET4_BIND, 0},
	{"cgroup/bind6", RAWBPF_PROG_CGROUP_SOCK_ADDR, SEC_INET6_BIND, 0},
	{"cgroup/connect4", RAWBPF_PROG_CGROUP_SOCK_ADDR, SEC_INET4_CONNECT, 0},
	{"cgroup/connect6", RAWBPF_PROG_CGROUP_SOCK_ADDR, SEC_INET6_CONNECT, 0},
	{"cgroup/connect_unix", RAWBPF_PROG_CGROUP_SOCK_ADDR, SEC_UNIX_CONNECT, 0},
	{"cgroup/sendmsg4", RAWBPF_PROG_CGROUP_SOCK_ADDR, SEC_UDP4_SENDMSG, 0},
	{"cgroup/sendmsg6", RAWBPF_PROG_CGROUP_SOCK_ADDR, SEC_UDP6_SENDMSG, 0},
	{"cgroup/sendmsg_unix", RAWBPF_PROG_CGROUP_SOCK_ADDR, SEC_UNIX_SENDMSG, 0},
	{"cgroup/recvmsg4", RAWBPF_PROG_CGROUP_SOCK_ADDR, SEC_UDP4_RECVMSG, 0},
	{"cgroup/recvmsg6", RAWBPF_PROG_CGROUP_SOCK_ADDR, SEC_UDP6_RECVMSG, 0},
	{"cgroup/recvmsg_unix", RAWBPF_PROG_CGROUP_SOCK_ADDR, SEC_UNIX_RECVMSG, 0},
	{"cgroup/getpeername4", RAWBPF_PROG_CGROUP_SOCK_ADDR, SEC_INET4_GETPEERNAME, 0},
	{"cgroup/getpeername6", RAWBPF_PROG_CGROUP_SOCK_ADDR, SEC_INET6_GETPEERNAME, 0},
	{"cgroup/getpeername_unix", RAWBPF_PROG_CGROUP_SOCK_ADDR, SEC_UNIX_GETPEERNAME, 0},
	{"cgroup/getsockname4", RAWBPF_PROG_CGROUP_SOCK_ADDR, SEC_INET4_GETSOCKNAME, 0},
	{"cgroup/getsockname6", RAWBPF_PROG_CGROUP_SOCK_ADDR, SEC_INET6_GETSOCKNAME, 0},
	{"cgroup/getsockname_unix", RAWBPF_PROG_CGROUP_SOCK_ADDR, SEC_UNIX_GETSOCKNAME, 0},
	{"cgroup/dev", RAWBPF_PROG_CGROUP_DEVICE, SEC_CGROUP_DEVICE, 0},
	{"cgroup/sysctl", RAWBPF_PROG_CGROUP_SYSCTL, SEC_SYSCTL, 0},
	{"cgroup/getsockopt", RAWBPF_PROG_CGROUP_SOCKOPT, SEC_GETSOCKOPT, 0},
	{"cgroup/setsockopt", RAWBPF_PROG_CGROUP_SOCKOPT, SEC_SETSOCKOPT, 0},
	{"sockops", RAWBPF_PROG_SOCK_OPS, 0, 0},
	{"sk_skb", RAWBPF_PROG_SK_SKB, 0, 0},
	{"sk_skb/stream_parser", RAWBPF_PROG_SK_SKB, SEC_SK_SKB_PARSER, 0},
	{"sk_skb/stream_verdict", RAWBPF_PROG_SK_SKB, SEC_SK_SKB_VERDICT, 0},
	{"sk_skb/verdict", RAWBPF_PROG_SK_SKB, SEC_SK_SKB, 0},
	{"sk_msg", RAWBPF_PROG_SK_MSG, 0, 0},
	{"sk_lookup", RAWBPF_PROG_SK_LOOKUP, SEC_SK_LOOKUP, 0},
	{"sk_reuseport", RAWBPF_PROG_SK_REUSEPORT, SEC_SK_REUSEPORT, 0},
	{"sk_reuseport/migrate", RAWBPF_PROG_SK_REUSEPORT, SEC_SK_REUSEPORT_MIGRATE, 0},
	{"lirc_mode2", RAWBPF_PROG_LIRC_MODE2, 0, 0},
	{"flow_dissector", RAWBPF_PROG_FLOW_DISSECTOR, 0, 0},
	{"netfilter", RAWBPF_PROG_NETFILTER, SEC_NETFILTER, 0},
	{"struct_ops", RAWBPF_PROG_STRUCT_OPS, 0, SEC_SLEEPABLE},
#endif
};

/* bcc's function names: PREFIX__PLACE */
static const struct secname_row secname_bcc[] = {
	{"kprobe", RAWBPF_PROG_KPROBE, 0, 0},
	{"kretprobe", RAWBPF_PROG_KPROBE, 0, 0},
	{"tracepoint", RAWBPF_PROG_TRACEPOINT, 0, 0},
	{"raw_tracepoint", RAWBPF_PROG_RAW_TRACEPOINT, 0, 0},
	{"kfunc", RAWBPF_PROG_TRACING, RAWBPF_TRACE_FENTRY, 0},
	{"kretfunc", RAWBPF_PROG_TRACING, RAWBPF_TRACE_FEXIT, 0},
	{"kmod_ret", RAWBPF_PROG_TRACING, RAWBPF_MODIFY_RETURN, 0},
#ifndef RAWBPF_NO_NET
	{"lsm", RAWBPF_PROG_LSM, SEC_LSM_MAC, SEC_SLEEPABLE},
#endif
};

#define SEC_COUNT(a) (sizeof(a) / sizeof(*(a)))

static const char secname_types[][SEC_NAME] = {
	"unspec",
	"socket_filter",
	"kprobe",
	"sched_cls",
	"sched_act",
	"tracepoint",
	"xdp",
	"perf_event",
	"cgroup_skb",
	"cgroup_sock",
	"lwt_in",
	"lwt_out",
	"lwt_xmit",
	"sock_ops",
	"sk_skb",
	"cgroup_device",
	"sk_msg",
	"raw_tracepoint",
	"cgroup_sock_addr",
	"lwt_seg6local",
	"lirc_mode2",
	"sk_reuseport",
	"flow_dissector",
	"cgroup_sysctl",
	"raw_tracepoint_writable",
	"cgroup_sockopt",
	"tracing",
	"struct_ops",
	"ext",
	"lsm",
	"sk_lookup",
	"syscall",
	"netfilter",
};

const char *secname_type(enum rawbpf_prog_type type)
{
	return (size_t)type < SEC_COUNT(secname_types) ? secname_types[type] : "unknown";
}

/* Length of the row's part of section, 0: no match.  The longest match wins. */
static size_t secname_match(const struct secname_row *r, const char *section, bool *sleepable)
{
	size_t n = strlen(r->prefix);

	*sleepable = false;
	if (strncmp(section, r->prefix, n))
		return 0;
	if ((r->flags & SEC_SLEEPABLE) && !strncmp(section + n, ".s", 2)) {
		*sleepable = true;
		n += 2;
	}
	return !section[n] || section[n] == '/' ? n : 0;
}

static bool secname_by_section(const char *section, struct secname *s)
{
	size_t i, n, best = 0;
	bool sleepable;

	for (i = 0; i < SEC_COUNT(secname_rows); i++) {
		n = secname_match(&secname_rows[i], section, &sleepable);
		if (n <= best)
			continue;
		best = n;
		s->type = (enum rawbpf_prog_type)secname_rows[i].type;
		s->attach_type = (enum rawbpf_attach_type)secname_rows[i].attach;
		s->sleepable = sleepable || (secname_rows[i].flags & SEC_SLEEPS);
	}
	return best > 0;
}

static bool secname_by_name(const char *name, struct secname *s)
{
	size_t i, n;

	for (i = 0; i < SEC_COUNT(secname_bcc); i++) {
		n = strlen(secname_bcc[i].prefix);
		if (strncmp(name, secname_bcc[i].prefix, n) || strncmp(name + n, "__", 2))
			continue;
		s->type = (enum rawbpf_prog_type)secname_bcc[i].type;
		s->attach_type = (enum rawbpf_attach_type)secname_bcc[i].attach;
		s->sleepable = secname_bcc[i].flags & SEC_SLEEPABLE;
		return true;
	}
	return false;
}

static int secname_unknown(const char *section, const char *name, struct rawbpf_error *e)
{
#ifdef RAWBPF_NO_NET
	(void)section;
	err_words(e, "open", -EINVAL,
		"its section is for no kind of tracing, and built without others (RAWBPF_NO_NET)");
	err_prog(e, name);
	return -EINVAL;
#else
	struct near n;
	char head[64];
	size_t i;

	snprintf(head, sizeof(head), "%.*s", (int)strcspn(section, "/"), section);
	near_start(&n, head);
	for (i = 0; i < SEC_COUNT(secname_rows); i++)
		near_offer(&n, secname_rows[i].prefix);
	err_set(e, "open", -EINVAL, "program '%s': section '%s' says no program type", name,
		section);
	err_prog(e, name);
	if (!near_hint(&n, e))
		err_hint(e, "name it as in \"kprobe/FUNCTION\", \"uprobe/FILE:FUNCTION\" or "
			    "\"tracepoint/CATEGORY/EVENT\"");
	return -EINVAL;
#endif
}

/* Its functions are members of a map that is a record of the kernel's. */
static int secname_struct_ops(const char *section, const char *name, struct rawbpf_error *e)
{
	err_set(e, "open", -EOPNOTSUPP,
		"program '%s': section '%s': a function of a struct_ops map, which rawbpf does not "
		"make",
		name, section);
	err_prog(e, name);
	err_hint(e, "load the object with 'bpftool struct_ops register'");
	return -EOPNOTSUPP;
}

int secname_parse(const char *section, const char *name, struct secname *s, struct rawbpf_error *e)
{
	memset(s, 0, sizeof(*s));
	s->autoload = *section != '?';
	if (!s->autoload)
		section++;
	if (secname_by_section(section, s) || secname_by_name(name, s))
		return s->type == RAWBPF_PROG_STRUCT_OPS ? secname_struct_ops(section, name, e) : 0;
	return secname_unknown(section, name, e);
}
