#!/bin/sh
# SPDX-License-Identifier: MIT
# macro.sh - whether macro expansions are linear: 100,000 of them against 10,000, in time and in
# memory, net of what an empty program takes.  Run it from the top directory after make.
#
#	RUNS=20 tests/bench/macro.sh [build/rawbpf]
#
# Fails when ten times the expansions take more than LIMIT (11) times the time, or, as memory comes in
# pieces of 1 MB, LIMIT + 1 times the memory.
set -eu
rawbpf=${1:-build/rawbpf}
runs=${RUNS:-11}
limit=${LIMIT:-11}
here=$(dirname "$0")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
${CC:-cc} -O2 -o "$dir/timeit" "$here/timeit.c"

# KIND N: each form that makes text, N times; a new program after each 1000, as jumps reach no
# farther than 32767 instructions
text() {
	awk -v kind="$1" -v n="$2" 'BEGIN {
		print ".license \"GPL\"";
		print ".macro inner reg:req, by=1";
		print "\tif \\reg > \\by goto .out";
		print "\t\\reg += \\by";
		print ".out:";
		print ".endm";
		print ".macro work reg:req, value";
		print ".var .v: u64";
		print "\t.v = \\reg";
		print ".ifnb \\value";
		print "\t\\reg = \\value + \\@ % 7";
		print ".endif";
		print "\tr7 = .v";
		print "\t\\reg ^= r7";
		print "\tinner \\reg, 5";
		print ".endm";
		for (i = 0; i < n; i++) {
			if (i % 1000 == 0) {
				if (i) print "\treturn 0";
				print ".prog p" i " \"uprobe\"\n\tr6 = 0";
				if (kind == "rept") print ".rept " (n < 1000 ? n : 1000) / 2 "\n\tinner r6\n.endr";
				if (kind == "irp") {
					printf ".irp v, 0";
					for (k = 1; k < 500; k++) printf ", %d", k;
					print "\n\tinner r6, \\v\n.endr";
				}
			}
			# work is two expansions, a round of a loop with inner is two as well
			if (kind == "macro" && i % 2 == 0) print "\twork r6, " i % 1000;
		}
		print "\treturn 0";
	}'
}

printf '.prog p "uprobe"\n\treturn 0\n' >"$dir/none.bpf"
# shellcheck disable=SC2046
set -- $("$dir/timeit" "$runs" "$rawbpf" asm -o "$dir/o" "$dir/none.bpf")
none_s=$1 none_kb=$2 status=0
echo "expansions                 10,000      100,000   times, net of an empty program"
for kind in macro rept irp; do
	text $kind 10000 >"$dir/a.bpf"
	text $kind 100000 >"$dir/b.bpf"
	# shellcheck disable=SC2046
	set -- $("$dir/timeit" "$runs" "$rawbpf" asm -o "$dir/o" "$dir/a.bpf")
	a_s=$1 a_kb=$2
	# shellcheck disable=SC2046
	set -- $("$dir/timeit" "$runs" "$rawbpf" asm -o "$dir/o" "$dir/b.bpf")
	awk -v kind=$kind -v ns="$none_s" -v nk="$none_kb" -v as="$a_s" -v ak="$a_kb" -v bs="$1" \
		-v bk="$2" -v limit="$limit" 'BEGIN {
		t = (bs - ns) / (as - ns); k = (bk - nk) / (ak - nk);
		printf "%-6s time           %7.1f ms   %7.1f ms   %.2f\n", kind, as * 1000, bs * 1000, t;
		printf "%-6s memory         %7d KB   %7d KB   %.2f  (%.0f bytes each)\n", kind, ak, bk,
			k, (bk - nk) * 1024 / 100000;
		exit t > limit || k > limit + 1;
	}' || status=1
done
exit $status
