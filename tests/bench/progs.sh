#!/bin/sh
# SPDX-License-Identifier: MIT
# progs.sh - a histogram of a value, and a count by comm: our macros, what clang -O2 makes of C, and
# bcc's, called with the same values in turn, each less an empty program.  Run it as root from the
# top directory after make; what is not installed is not compared.  bcc needs headers of a kernel:
# where there are none for the running one, BCC_KERNEL_SOURCE names a directory that has some.
#
#	RUNS=5 tests/bench/progs.sh [build]
#
# The figures are medians of RUNS runs: where the kernel puts a map costs more or less in each.  Fails
# when ours has over 40 (histogram) or 30 (count) instructions, or takes longer than SLACK (1.05,
# for what the measurement itself is off) times clang's or bcc's.
set -eu
build=${1:-build}
slack=${SLACK:-1.05}
runs=${RUNS:-5}
cc=${CC:-cc}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

cat >"$dir/hist.bpf" <<'TEXT'
.include "hist.inc"
.map    dist   histogram
.prog   hist   "raw_tp/sys_enter"
        r6 = arg1
        hist_add  dist, r6
        return 0
TEXT
cat >"$dir/comm.bpf" <<'TEXT'
.include "std.inc"
.map    counts  hash(char[16], u64)
.prog   comm    "raw_tp/sys_enter"
.var    name: char[16]
        comm     name
        map_inc  counts, &name
        return 0
TEXT
cat >"$dir/empty.bpf" <<'TEXT'
.prog   empty  "raw_tp/sys_enter"
        return 0
TEXT
cat "$dir/hist.bpf" "$dir/comm.bpf" "$dir/empty.bpf" >"$dir/ours.bpf"

cat >"$dir/clang.c" <<'TEXT'
typedef unsigned int u32;
typedef unsigned long long u64;
#define SEC(name) __attribute__((section(name), used))
#define FIELD(name, value) int (*name)[value]
static void *(*lookup)(void *map, const void *key) = (void *)1;
static long (*update)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*get_comm)(void *to, u32 size) = (void *)16;

struct {
	FIELD(type, 2); /* array */
	FIELD(max_entries, 65);
	u32 *key;
	u64 *value;
} dist SEC(".maps");

struct name {
	char text[16];
};
struct {
	FIELD(type, 1); /* hash */
	FIELD(max_entries, 10240);
	struct name *key;
	u64 *value;
} counts SEC(".maps");

static inline __attribute__((always_inline)) u32 slot_of(u64 v)
{
	u32 n = 1;

#define STEP(by)             \
	if (v >= 1ULL << by) \
	v >>= by, n += by
	STEP(32);
	STEP(16);
	STEP(8);
	STEP(4);
	STEP(2);
	return n + (v >> 1);
}

SEC("raw_tp/sys_enter") int hist(u64 *ctx)
{
	u32 slot = slot_of(ctx[0]);
	u64 *v = lookup(&dist, &slot);

	if (v)
		__sync_fetch_and_add(v, 1);
	return 0;
}

SEC("raw_tp/sys_enter") int comm(u64 *ctx)
{
	struct name name;
	u64 zero = 0, *v;

	get_comm(&name, sizeof(name));
	v = lookup(&counts, &name);
	if (!v) {
		update(&counts, &name, &zero, 1);
		v = lookup(&counts, &name);
	}
	if (v)
		__sync_fetch_and_add(v, 1);
	return 0;
}
TEXT
# bcc's programs stay loaded for the command behind, which is given their file descriptors
cat >"$dir/frombcc.py" <<'TEXT'
import os, sys
from bcc import BPF
b = BPF(text="""
BPF_HISTOGRAM(dist, int, 65);
BPF_HISTOGRAM(atomic_dist, int, 65);
struct name { char text[16]; };
BPF_HASH(counts, struct name, u64);
BPF_HASH(atomic_counts, struct name, u64);
int hist(struct bpf_raw_tracepoint_args *ctx) { dist.increment(bpf_log2l(ctx->args[0])); return 0; }
int atomic_hist(struct bpf_raw_tracepoint_args *ctx) { atomic_dist.atomic_increment(bpf_log2l(ctx->args[0])); return 0; }
int comm(struct bpf_raw_tracepoint_args *ctx)
{
	struct name n = {};
	bpf_get_current_comm(&n, sizeof(n));
	counts.increment(n);
	return 0;
}
int atomic_comm(struct bpf_raw_tracepoint_args *ctx)
{
	struct name n = {};
	bpf_get_current_comm(&n, sizeof(n));
	atomic_counts.atomic_increment(n);
	return 0;
}
""")
args = []
for name in "hist", "atomic_hist", "comm", "atomic_comm":
	fd = b.load_func(name, BPF.RAW_TRACEPOINT).fd
	os.set_inheritable(fd, True)
	args.append("bcc.%s=%d" % (name, fd))
os.execvp(sys.argv[1], sys.argv[1:] + args)
TEXT

fail=0
check() { # VALUE LIMIT WHAT
	awk -v v="$1" -v l="$2" 'BEGIN { exit !(v <= l) }' && return
	echo "FAILED: $3: $1, over $2" >&2
	fail=1
}
for p in hist comm; do
	n=$("$build/rawbpf" asm -f hex -o - "$dir/$p.bpf" | wc -l)
	echo "$p: $n instructions"
	[ $p = hist ] && limit=40 || limit=30
	check "$n" "$limit" "instructions of $p"
done

$cc -std=c11 -D_GNU_SOURCE -O2 -Iinclude -o "$dir/progs" tests/bench/progs.c "$build/librawbpf.a" \
	"$build/libbpfasm.a" -lelf
set -- "ours:$dir/ours.bpf"
if clang -target bpf -O2 -g -c -o "$dir/clang.o" "$dir/clang.c" 2>"$dir/why"; then
	set -- "$@" "clang:$dir/clang.o"
else
	echo "clang: skipped: $(head -n 1 "$dir/why")"
fi
set -- "$dir/progs" "$@"
# Debian's package is for its own python3
for python in /usr/bin/python3 python3; do
	command -v "$python" >/dev/null && "$python" -c 'import bcc' 2>"$dir/why" && break
done
if "$python" "$dir/frombcc.py" true >"$dir/why" 2>&1; then
	set -- "$python" "$dir/frombcc.py" "$@"
else
	echo "bcc: skipped: $(grep -m 1 -E 'headers|Error|Exception|Killed' "$dir/why")"
fi
i=0
while [ "$i" -lt "$runs" ]; do
	"$@" >"$dir/run" 2>"$dir/why" || { cat "$dir/why" >&2; exit 1; }
	awk '{ v[$1] = $2 } END { for (p in v) print p, v[p] - v["ours.empty"] }' "$dir/run" >>"$dir/out"
	i=$((i + 1))
done
sort -k 1,1 -k 2,2g "$dir/out" | awk '{ v[$1] = v[$1] " " $2 }
	END { for (p in v) { n = split(v[p], a); print p, a[int((n + 1) / 2)] } }' >"$dir/net"
cell() { awk -v p="$1" '$1 == p { print $2 }' "$dir/net"; }
for p in hist comm; do
	ours=$(cell ours.$p)
	echo "$p: ours $ours ns"
	for other in "clang.$p" "bcc.$p" "bcc.atomic_$p"; do
		theirs=$(cell "$other")
		[ -n "$theirs" ] || continue
		ratio=$(awk -v a="$ours" -v b="$theirs" 'BEGIN { printf "%.2f", a / b }')
		echo "$p: $other $theirs ns, ours is $ratio of it"
		check "$ratio" "$slack" "$p against $other"
	done
done
exit $fail
