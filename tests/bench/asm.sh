#!/bin/sh
# SPDX-License-Identifier: MIT
# asm.sh - how long 100,000 lines take, ours against GNU's bpf-as on the same instructions, in our
# dialect and from the very file that bpf-as reads; and whether time and memory stay linear in the
# lines and in the expansions of macros.  Run it from the top directory after make.
#
#	RUNS=20 tests/bench/asm.sh [build/rawbpf]
#
# Fails when we take more than LIMIT (2) times as long as bpf-as, or twice the input takes more than
# 2.5 times the time or 2.3 times the memory.
set -eu
rawbpf=${1:-build/rawbpf}
runs=${RUNS:-11}
limit=${LIMIT:-2}
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
# two levels of macros, a label of the expansion's own, one loop
macros() {
	awk -v n="$1" 'BEGIN {
		print ".macro keep r, by=1\n\tif \\r != \\by goto .x\n\t\\r += \\by\n.x:\n.endm";
		print ".macro both a, b\n\tkeep \\a, 2\n\tkeep \\b\n.endm";
		print ".prog bench \"uprobe\"";
		for (i = 1; i <= 6; i++)
			print "\tr" i " = 0";
		for (i = 0; i < n / 3; i++)
			print "\tboth r" i % 5 + 1 ", r6";
		print "\tr0 = 0\n\texit";
	}'
}

ours $lines >"$dir/a.bpf"
ours $((lines * 2)) >"$dir/b.bpf"
gnus $lines >"$dir/a.s"
macros $lines >"$dir/m.bpf"
macros $((lines * 2)) >"$dir/n.bpf"

# the three must be the same instructions
bpf-as "$dir/a.s" -o "$dir/a.gnu"
bpf-objcopy -O binary -j .text "$dir/a.gnu" "$dir/a.bin"
od -An -v -tx1 -w8 "$dir/a.bin" | tr -d ' ' >"$dir/a.gnuhex"
for f in a.bpf a.s; do
	"$rawbpf" asm -f hex -o "$dir/a.hex" "$dir/$f"
	cmp "$dir/a.hex" "$dir/a.gnuhex"
done

# of a command: seconds and kilobytes
row() {
	name=$1
	shift
	echo "$name $("$dir/timeit" "$runs" "$@")" >>"$dir/rows"
}
{ echo '.prog bench "uprobe"'; cat "$dir/a.s"; } >"$dir/c.s"
row ours "$rawbpf" asm -o "$dir/a.o" "$dir/a.bpf"
row twice "$rawbpf" asm -o "$dir/b.o" "$dir/b.bpf"
row theirs "$rawbpf" asm -o "$dir/c.o" "$dir/c.s"
row gnu bpf-as -o "$dir/a.gnu" "$dir/a.s"
row macros "$rawbpf" asm -o "$dir/m.o" "$dir/m.bpf"
row macros2 "$rawbpf" asm -o "$dir/n.o" "$dir/n.bpf"

awk -v lines=$lines -v limit="$limit" '
	{ s[$1] = $2; kb[$1] = $3 }
	function show(what, r) { printf "%-32s %7.1f ms  %6d KB\n", what, s[r] * 1000, kb[r] }
	function ratio(what, a, b, most) {
		printf "%-32s %7.2f\n", what, a / b;
		if (a / b > most) { print "  more than " most; bad = 1 }
	}
	END {
		printf "%d lines, %d expansions, medians\n", lines, lines;
		show("rawbpf asm", "ours"); show("rawbpf asm, twice as many", "twice");
		show("rawbpf asm, what bpf-as reads", "theirs"); show("bpf-as", "gnu");
		show("expansions of macros", "macros"); show("expansions, twice as many", "macros2");
		ratio("rawbpf asm / bpf-as", s["ours"], s["gnu"], limit);
		ratio("the same text / bpf-as", s["theirs"], s["gnu"], limit);
		ratio("twice the lines: time", s["twice"], s["ours"], 2.5);
		ratio("twice the lines: memory", kb["twice"], kb["ours"], 2.3);
		ratio("twice the expansions: time", s["macros2"], s["macros"], 2.5);
		ratio("twice the expansions: memory", kb["macros2"], kb["macros"], 2.3);
		exit bad;
	}' "$dir/rows"
