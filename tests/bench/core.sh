#!/bin/sh
# SPDX-License-Identifier: MIT
# core.sh - an object with CO-RE records: loaded by this library and by libbpf, in one run.  Run it as
# root from the top directory after make; without libbpf's headers nothing is compared.
#
#	sudo tests/bench/core.sh [build]
#
# Fails when all but bpf(2) takes over 1 ms.  SLOW=2 allows twice that, on a machine that is so much slower.
set -eu
build=${1:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cc=${CC:-cc}
libs='-lelf'
if echo '#include <bpf/libbpf.h>' | $cc -E - >/dev/null 2>&1; then
	libs="-DWITH_LIBBPF $libs -lbpf"
fi
# shellcheck disable=SC2086 # words of libs are options each
$cc -std=c11 -D_GNU_SOURCE -O2 -Iinclude -o "$dir/core" tests/bench/core.c "$build/librawbpf.a" \
	"$build/libbpfasm.a" $libs
"$dir/core" tests/data/object/core_task.bpf.o >"$dir/out"
awk -v slow="${SLOW:-1}" '{ v[$1] = $2 } END {
	printf "loaded in %.2f ms, of which outside of bpf(2) %.2f", v["load"], v["own"]
	if (v["libbpf"])
		printf "; libbpf %.2f", v["libbpf"]
	print " ms"
	if (v["own"] > slow) {
		print "FAILED: over 1 ms outside of bpf(2)" >"/dev/stderr"
		exit 1
	}
}' "$dir/out"
