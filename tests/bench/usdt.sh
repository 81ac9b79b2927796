#!/bin/sh
# SPDX-License-Identifier: MIT
# usdt.sh - the static probes of a file with 531 sites (and of those that are given): listing them
# against reading the file's headers and notes by hand, a context of them against libbcc's, and the
# whole command against readelf -n, tplist and bpftrace -l, in one run.  Run it from the top
# directory after make; what is not installed is not compared.
#
#	tests/bench/usdt.sh [build [FILE ...]]
#
# Fails when the listing takes over 1.3 times reading by hand, or, of the file with 531 sites, the
# context over 50 us or 1/20 of libbcc's time, or the command more time than any other, or 2 MiB.
# SLOW=2 allows twice the 50 us, on a machine that is so much slower.
set -eu
build=${1:-build}
[ $# -eq 0 ] || shift
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cc=${CC:-cc}
fail=0

check() { # VALUE LIMIT WHAT
	awk -v v="$1" -v l="$2" 'BEGIN { exit !(v <= l) }' && return
	echo "FAILED: $3: $1, over $2" >&2
	fail=1
}

# as a JVM has them: three providers, 480 probes, 51 of them at two places
awk 'BEGIN {
	print ".text\nhere: .skip 4096, 0x90\n.section .stapsdt.base,\"aG\",%progbits,.stapsdt.base,comdat"
	print "_.stapsdt.base: .space 1\n.section .note.stapsdt,\"\",%note"
	for (i = 0; i < 531; i++) {
		print ".balign 4\n.4byte 8, 2f-1f, 3\n.asciz \"stapsdt\""
		printf "1: .8byte here+%d, _.stapsdt.base, 0\n", 7 * i
		printf ".asciz \"%s\"\n", i % 5 ? (i % 7 ? "hotspot_jni" : "hotspot_gc") : "hotspot"
		printf ".asciz \"Method%03d__%s\"\n", i % 480, i % 3 ? "entry" : "return"
		print ".asciz \"8@%rdi -4@12(%rsp) 8@%rdx\"\n2: .balign 4"
	}
}' >"$dir/sites.s"
case $($cc -dumpmachine) in
x86_64*) ;;
*) sed -i 's/8@%rdi -4@12(%rsp) 8@%rdx/8@0 -4@1 8@2/' "$dir/sites.s" ;;
esac
$cc -shared -nostdlib -o "$dir/libsites.so" "$dir/sites.s"
strip "$dir/libsites.so"

$cc -std=c11 -D_GNU_SOURCE -O2 -Iinclude -o "$dir/usdt" tests/bench/usdt.c "$build/librawbpf.a" \
	"$build/libbpfasm.a" -lelf -ldl
$cc -D_GNU_SOURCE -O2 -o "$dir/timeit" tests/bench/timeit.c

for f in "$dir/libsites.so" "$@"; do
	"$dir/usdt" "$f" >"$dir/out"
	awk -v f="${f##*/}" '{ v[$1] = $2; n[$1] = $3 } END {
		printf "%s: %d sites listed in %.1f us, %.2f of by hand; context %.1f us", f, n["list"],
			v["list"], v["list"] / v["floor"], v["context"]
		if (v["bcc"])
			printf ", 1/%.0f of libbcc", v["bcc"] / v["context"]
		print ""
		if (n["list"] != n["floor"] || n["context"] != n["floor"])
			exit 1
	}' "$dir/out" || {
		echo "FAILED: ${f##*/}: not all sites" >&2
		fail=1
	}
	check "$(awk '{ v[$1] = $2 } END { print v["list"] / v["floor"] }' "$dir/out")" 1.3 \
		"${f##*/}: listing to reading by hand"
	[ "$f" = "$dir/libsites.so" ] || continue
	check "$(awk '$1 == "context" { print $2 }' "$dir/out")" $((50 * ${SLOW:-1})) "microseconds"
	check "$(awk '{ v[$1] = $2 } END { print v["bcc"] ? v["context"] / v["bcc"] : 0 }' "$dir/out")" \
		0.05 "context to libbcc's"
done

echo "the whole command, medians of 20:"
"$dir/timeit" 20 "$build/rawbpf" usdt "$dir/libsites.so" >"$dir/ours"
awk '{ printf "  rawbpf usdt   %7.2f ms %6d KiB\n", $1 * 1e3, $2 }' "$dir/ours"
check "$(awk '{ print $2 }' "$dir/ours")" 2048 "KiB"
ours=$(awk '{ print $1 }' "$dir/ours")
other() { # NAME COMMAND ...
	name=$1
	shift
	command -v "$1" >/dev/null || {
		echo "  $1 is not installed"
		return
	}
	"$dir/timeit" 20 "$@" >"$dir/theirs" 2>/dev/null || {
		echo "  $name does not run here"
		return
	}
	awk -v n="$name" '{ printf "  %-13s %7.2f ms %6d KiB\n", n, $1 * 1e3, $2 }' "$dir/theirs"
	check "$ours" "$(awk '{ print $1 }' "$dir/theirs")" "seconds, and those of $name"
}
other "readelf -n" readelf -n "$dir/libsites.so"
other "tplist" tplist-bpfcc -l "$dir/libsites.so"
other "bpftrace -l" bpftrace -l "usdt:$dir/libsites.so:*"
exit $fail
