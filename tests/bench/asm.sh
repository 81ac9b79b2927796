#!/bin/sh
# SPDX-License-Identifier: MIT
# asm.sh - how long 100,000 lines take, ours against GNU's bpf-as on the same instructions, and
# whether our memory grows with the input.  Run it from the top directory after make.
#
#	RUNS=20 tests/bench/asm.sh [build/rawbpf]
#
# Fails when the ratio is over LIMIT (4) or twice the lines take more than 2.3 times the memory.
set -eu
rawbpf=${1:-build/rawbpf}
runs=${RUNS:-11}
limit=${LIMIT:-4}
lines=100000
here=$(dirname "$0")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

command -v bpf-as >/dev/null || { echo "asm.sh: bpf-as is missing (binutils-bpf)" >&2; exit 1; }
${CC:-cc} -O2 -o "$dir/timeit" "$here/timeit.c"

# a mix of everything both dialects can say, in blocks of ten lines
ours() {
	awk -v n="$1" 'BEGIN {
		print ".prog bench \"uprobe\"";
		for (i = 0; i < n / 10; i++) {
			print "\tr1 = " i % 1000; print "\tr2 = r10"; print "\tr2 += -16";
			print "\t*(u64 *)(r10 -8) = r1"; print "\tr3 = *(u32 *)(r10 -8)";
			print "\tw3 &= 255"; print "\tif r3 == 0x7 goto pc+1";
			print "\tr1 s>>= r3"; print "\tlock *(u64 *)(r10 -8) += r1";
			print "\t*(u16 *)(r10 -2) = 7";
		}
		print "\tr0 = 0"; print "\texit";
	}'
}
gnus() {
	awk -v n="$1" 'BEGIN {
		for (i = 0; i < n / 10; i++) {
			print "\tmov %r1," i % 1000; print "\tmov %r2,%r10"; print "\tadd %r2,-16";
			print "\tstxdw [%r10+-8],%r1"; print "\tldxw %r3,[%r10+-8]";
			print "\tand32 %r3,255"; print "\tjeq %r3,7,1";
			print "\tarsh %r1,%r3"; print "\txadddw [%r10+-8],%r1";
			print "\tsth [%r10+-2],7";
		}
		print "\tmov %r0,0"; print "\texit";
	}'
}

ours $lines >"$dir/a.bpf"
ours $((lines * 2)) >"$dir/b.bpf"
gnus $lines >"$dir/a.s"

# the two must be the same instructions
"$rawbpf" asm -f hex -o "$dir/a.hex" "$dir/a.bpf"
bpf-as "$dir/a.s" -o "$dir/a.gnu"
bpf-objcopy -O binary -j .text "$dir/a.gnu" "$dir/a.bin"
od -An -v -tx1 -w8 "$dir/a.bin" | tr -d ' ' >"$dir/a.gnuhex"
cmp "$dir/a.hex" "$dir/a.gnuhex"

# shellcheck disable=SC2046
set -- $("$dir/timeit" "$runs" "$rawbpf" asm -o "$dir/a.o" "$dir/a.bpf")
ours_s=$1 ours_kb=$2
# shellcheck disable=SC2046
set -- $("$dir/timeit" "$runs" "$rawbpf" asm -o "$dir/b.o" "$dir/b.bpf")
twice_s=$1 twice_kb=$2
# shellcheck disable=SC2046
set -- $("$dir/timeit" "$runs" bpf-as -o "$dir/a.gnu" "$dir/a.s")
gnu_s=$1 gnu_kb=$2

awk -v o="$ours_s" -v okb="$ours_kb" -v t="$twice_s" -v tkb="$twice_kb" -v g="$gnu_s" \
	-v gkb="$gnu_kb" -v lines=$lines -v limit="$limit" 'BEGIN {
	printf "lines                 %d, medians\n", lines;
	printf "rawbpf asm            %.1f ms  %d KB\n", o * 1000, okb;
	printf "rawbpf asm, twice     %.1f ms  %d KB  (%.2f times the memory)\n", t * 1000, tkb, tkb / okb;
	printf "bpf-as                %.1f ms  %d KB\n", g * 1000, gkb;
	printf "rawbpf asm / bpf-as   %.2f\n", o / g;
	exit o / g > limit || tkb / okb > 2.3;
}'
