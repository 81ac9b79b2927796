#!/bin/sh
# SPDX-License-Identifier: MIT
# many.sh - one program on a hundred functions: a uprobe_multi link, and one event of tracefs with
# a hundred places, against a perf event each, in one run.  Run it as root from the top directory
# after make.
#
#	RUNS=5 tests/bench/many.sh [build]
#
# Fails when the link (where the kernel has it) is detached less than 100 times faster, the event
# of tracefs less than 50 times, or when either is attached slower than the perf events.
set -eu
build=${1:-build}
runs=${RUNS:-5}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

${CC:-cc} -std=c11 -D_GNU_SOURCE -O2 -Iinclude -o "$dir/many" tests/bench/many.c tests/many.c \
	"$build/librawbpf.a" "$build/libbpfasm.a" -lelf

# median of column $1 of file $2
median() {
	cut -d' ' -f"$1" "$2" | sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

# the perf events once: that alone takes ten seconds
"$dir/many" events >"$dir/events"
for road in multi sibling; do
	i=0
	while [ "$i" -lt "$runs" ]; do
		"$dir/many" $road >>"$dir/$road" || exit 1
		i=$((i + 1))
	done
done
awk -v ea="$(median 1 "$dir/events")" -v ed="$(median 2 "$dir/events")" \
	-v ma="$(median 1 "$dir/multi")" -v md="$(median 2 "$dir/multi")" \
	-v sa="$(median 1 "$dir/sibling")" -v sd="$(median 2 "$dir/sibling")" 'BEGIN {
	printf "events   attach %8.2f ms  detach %8.2f ms\n", ea, ed
	printf "multi    attach %8.2f ms  detach %8.2f ms  %.0f times faster\n", ma, md, ed / md
	printf "sibling  attach %8.2f ms  detach %8.2f ms  %.0f times faster\n", sa, sd, ed / sd
	exit ed / md < 100 || ed / sd < 50 || ma > ea || sa > ea
}'
