#!/bin/sh
# SPDX-License-Identifier: MIT
# audit.sh - what the audit log costs of the start of bpfasm/examples/count_opens.bpf: with it, and
# where it is not asked for.  Needs root, a C compiler and `make`.
#
#	tests/bench/audit.sh [-n RUNS]
#
# Fails when a start with it takes more than 1.05 of one without, or when the calls of a start
# without it spend more than 0.001 of it on the question whether there is one.
set -eu
cd "$(dirname "$0")/../.."
runs=201
[ "${1:-}" = -n ] && runs=$2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

make -s build/librawbpf.a build/libbpfasm.a
${CC:-cc} -std=c11 -D_GNU_SOURCE -O2 -Iinclude -o "$tmp/audit" tests/bench/audit.c build/librawbpf.a \
	build/libbpfasm.a -lelf
"$tmp/audit" "$runs" bpfasm/examples/count_opens.bpf | tee "$tmp/out"
awk '$3 == "audit" && / ratio / && $NF > 1.05 { print "FAILED: with audit: ratio " $NF ", over 1.05"; bad = 1 }
	/ of the start / && $NF > 0.001 { print "FAILED: without audit: " $NF " of the start, over 0.001"; bad = 1 }
	END { exit bad }' "$tmp/out" >&2
