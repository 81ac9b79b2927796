#!/bin/sh
# SPDX-License-Identifier: MIT
# startup.sh - start to first event of bpfasm/examples/count_opens.bpf, side by side with a C program
# that issues the same system calls by hand, and with libbpf linked statically where that is
# installed.  Needs root, a C compiler and `make static`.
#
#	tests/bench/startup.sh [-n RUNS]
#
# Fails when the ratio is over 1.5, the tool's memory over 2 MiB, its system calls over 25, or libbpf
# is ahead.
#
# libbpf finds tracefs only where it is mounted, so with it all three run in a mount namespace of
# their own, where it is.
set -eu
cd "$(dirname "$0")/../.."
runs=20
[ "${1:-}" = -n ] && runs=$2
tool=build/static/rawbpf
text=bpfasm/examples/count_opens.bpf
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
fail=0

check() { # VALUE LIMIT WHAT
	awk -v v="$1" -v l="$2" 'BEGIN { exit !(v <= l) }' && return
	echo "FAILED: $3: $1, over $2" >&2
	fail=1
}
# a column of a tool's row in startup's table
cell() { awk -v t="$2" -v c="$3" '$1 == t { print $c }' "$1"; }

make -s static
for f in startup startup_floor; do
	${CC:-cc} -D_GNU_SOURCE -O2 -static -o "$tmp/$f" "tests/bench/$f.c"
done

echo "system calls from main() to the first wait (brk, mmap, munmap and signal calls left out):"
if command -v strace >/dev/null; then
	for t in "$tool run $text" "$tmp/startup_floor $text"; do
		# shellcheck disable=SC2086
		timeout -s INT 2 strace -o "$tmp/strace" $t 2>/dev/null || true
		awk -v t="${t%% *}" '/SIG_BLOCK/ { on = 1 } /^poll\(/ { on = 0 }
			on && !/^(brk|mmap|munmap|rt_sig)/ { n++ }
			END { printf "%-40s %d\n", t, n }' "$tmp/strace" | tee -a "$tmp/calls"
	done
	check "$(cell "$tmp/calls" "$tool" 2)" 25 "system calls"
else
	echo "  strace is not installed"
fi
echo

"$tmp/startup" -n "$runs" count_open "$tmp/startup_floor $text" "$tool run $text" >"$tmp/table"
cat "$tmp/table"
check "$(cell "$tmp/table" "$tool" 6)" 1.5 "ratio to the floor"
check "$(cell "$tmp/table" "$tool" 5)" 2048 "KiB"

if ${CC:-cc} -D_GNU_SOURCE -O2 -static -o "$tmp/startup_libbpf" tests/bench/startup_libbpf.c \
	-lbpf -lelf -lz -lzstd 2>/dev/null; then
	$tool asm -o "$tmp/count_opens.o" $text
	echo
	echo "with tracefs mounted, in a mount namespace:"
	# shellcheck disable=SC2016
	unshare -m --propagation private sh -c '
		mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null || true
		exec "$1/startup" -n "$2" count_open "$1/startup_floor $4" "$3 run $4" \
			"$1/startup_libbpf $1/count_opens.o"' sh "$tmp" "$runs" "$tool" "$text" >"$tmp/table"
	cat "$tmp/table"
	check "$(cell "$tmp/table" "$tool" 2)" "$(cell "$tmp/table" "$tmp/startup_libbpf" 2)" "libbpf's time"
else
	echo "libbpf is not installed for static linking: not compared"
fi
exit $fail
