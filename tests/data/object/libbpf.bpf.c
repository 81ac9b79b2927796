// SPDX-License-Identifier: MIT
/*
 * libbpf.bpf.c - every operand of a USDT probe, read by libbpf's own header.  Its test compiles it,
 * where that header is.
 */
#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

/* What a place that was reached said. */
struct seen {
	long value[12];
	int error[12];
	__u64 cookie, count;
};

__u32 hits; /* how many were reached; the last 64 are kept */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct seen);
} seen SEC(".maps");

SEC("usdt")
int on_probe(struct pt_regs *ctx)
{
	__u32 i, key = hits++ & 63;
	struct seen *p = bpf_map_lookup_elem(&seen, &key);
	long v;

	if (!p)
		return 0;
#pragma unroll
	for (i = 0; i < 12; i++) {
		p->error[i] = bpf_usdt_arg(ctx, i, &v);
		p->value[i] = v;
	}
	p->cookie = (__u64)bpf_usdt_cookie(ctx);
	p->count = (__u64)bpf_usdt_arg_cnt(ctx);
	return 0;
}

char _license[] SEC("license") = "GPL";
