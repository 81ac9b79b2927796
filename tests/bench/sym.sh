#!/bin/sh
# SPDX-License-Identifier: MIT
# sym.sh - functions of a library of 100 MB by name, with .symtab and stripped: one exported name
# against a bare look into .gnu.hash of the mapped file and against libbpf, and 1,000 names, of
# exported and of static functions, against one pass of the mapped table, in one run.  Run it from
# the top directory after make.
#
#	tests/bench/sym.sh [build]
#
# Fails when one name takes over 2.5 times the bare look, or over 1/20 of libbpf's time (where
# libbpf is installed), or 1,000 names over 1.2 times the pass.
set -eu
build=${1:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cc=${CC:-cc}
fail=0

# 110,000 functions of 900 bytes, and 20,000 static ones
awk 'BEGIN {
	print ".text"
	for (i = 0; i < 110000; i++) {
		s = sprintf("_ZN4demo%d6module5visitEPKc_%07d", i % 97, i)
		printf ".globl %s\n.type %s,%%function\n%s: .skip 900\n.size %s,.-%s\n", s, s, s, s, s
	}
	for (i = 0; i < 20000; i++) {
		s = sprintf("static_helper_%07d", i)
		printf ".type %s,%%function\n%s: .skip 4\n.size %s,.-%s\n", s, s, s, s
	}
}' >"$dir/big.s"
$cc -shared -nostdlib -Wl,--hash-style=gnu -o "$dir/libbig.so" "$dir/big.s"
cp "$dir/libbig.so" "$dir/libstripped.so"
strip "$dir/libstripped.so"

"$build/rawbpf" asm -o "$dir/probe.o" - <<'END'
.license "GPL"
.prog on_entry "uprobe"
	return 0
END
build_sym() {
	$cc -std=c11 -D_GNU_SOURCE -O2 -Iinclude -o "$dir/sym" tests/bench/sym.c "$build/librawbpf.a" \
		"$build/libbpfasm.a" "$@" -lelf
}
build_sym -DLIBBPF -lbpf 2>/dev/null || {
	echo "libbpf is not installed: not compared"
	build_sym
}
for f in libbig libstripped; do
	"$dir/sym" "$dir/$f.so" "$dir/probe.o" >"$dir/out"
	awk -v f=$f '{ v[$1] = $2 } END {
		one = v["one"] / v["bare"]
		many = v["many"] / v["scan"]
		printf "%s: one name %.3f ms, %.2f of the bare look", f, v["one"] / 1e3, one
		if (v["libbpf"])
			printf ", 1/%.0f of libbpf", v["libbpf"] / v["one"]
		printf "; 1000 names %.2f ms, %.2f of one pass", v["many"] / 1e3, many
		if (f == "libbig") {
			local = v["static_many"] / v["static_scan"]
			printf ", static ones %.2f ms, %.2f of one", v["static_many"] / 1e3, local
			if (!v["static_many"] || local > 1.2)
				slow = 1
		}
		print ""
		exit slow || one > 2.5 || many > 1.2 || (v["libbpf"] && v["libbpf"] < 20 * v["one"])
	}' "$dir/out" || fail=1
done
exit $fail
