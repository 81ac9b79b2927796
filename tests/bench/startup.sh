#!/bin/sh
# SPDX-License-Identifier: MIT
# startup.sh - start to first event of bpfasm/examples/count_opens.bpf, side by side with a C program
# that issues the same system calls by hand, both with glibc and both with musl where that is
# installed, and with libbpf linked statically where that is.  Needs root and a C compiler.
#
#	tests/bench/startup.sh [-n RUNS]
#
# Fails when a ratio is over 1.15 with musl or 1.5 with glibc, the tool's memory over 2 MiB, its system
# calls over 20 for a tracepoint or 25 for a function of a program, or libbpf is ahead.  How many calls
# a function of libc takes is up to the system and only printed.
#
# libbpf finds tracefs only where it is mounted, so with it all three run in a mount namespace of
# their own, where it is.
set -eu
cd "$(dirname "$0")/../.."
runs=20
[ "${1:-}" = -n ] && runs=$2
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

# calls WHAT LIMIT COMMAND ...: from main() to the first wait; LIMIT -: none
calls() {
	what=$1 limit=$2
	shift 2
	timeout -s INT 2 strace -o "$tmp/strace" "$@" >/dev/null 2>&1 || true
	n=$(awk '/SIG_BLOCK/ { on = 1 } /^poll\(/ { on = 0 }
		on && !/^(brk|mmap|munmap|mremap|mprotect|madvise|rt_sig[a-z]*|signalfd4?)\(/ { n++ }
		END { print n + 0 }' "$tmp/strace")
	printf '  %-32s %s\n' "$what" "$n"
	[ "$limit" = - ] || check "$n" "$limit" "system calls of $what"
}

# a function of a program, and one of libc that is an IFUNC
cat >"$tmp/app.c" <<'E'
__attribute__((noinline)) int work(int x) { __asm__ volatile("" : "+r"(x)); return x; }
int main(int argc, char **argv) { (void)argv; return work(argc) > 9; }
E
${CC:-cc} -o "$tmp/app" "$tmp/app.c"
cat >"$tmp/uprobe.bpf" <<E
.license "GPL"
.map counts array(u32, u64, 1)
.prog f "uprobe/$tmp/app:work"
	r1 = &counts
	return 0
E
${CC:-cc} -D_GNU_SOURCE -O2 -static -o "$tmp/startup" tests/bench/startup.c

# side LIBC TOOL RATIO: one libc's tool beside its floor
side() {
	if command -v strace >/dev/null; then
		echo "$1: system calls from main() to the first wait (without memory and signals):"
		calls "by hand, a tracepoint" - "$tmp/floor-$1" "$text"
		calls "a tracepoint" 20 "$2" run "$text"
		calls "a function of a program" 25 "$2" run "$tmp/uprobe.bpf"
		calls "strlen() of libc" - "$2" run bpfasm/examples/strlen_hist.bpf
	else
		echo "strace is not installed: no system calls are counted"
	fi
	"$tmp/startup" -n "$runs" count_open "$tmp/floor-$1 $text" "$2 run $text" >"$tmp/table"
	cat "$tmp/table"
	check "$(cell "$tmp/table" "$2" 6)" "$3" "$1: ratio to the floor"
	check "$(cell "$tmp/table" "$2" 5)" 2048 "$1: KiB"
	echo
}

make -s static
${CC:-cc} -D_GNU_SOURCE -O2 -static -o "$tmp/floor-glibc" tests/bench/startup_floor.c
tool=build/static/rawbpf
side glibc $tool 1.5

if command -v "${MUSL_CC:-musl-gcc}" >/dev/null; then
	make -s musl
	# the kernel's headers are not among musl's
	"${MUSL_CC:-musl-gcc}" -D_GNU_SOURCE -O2 -static -s -idirafter /usr/include \
		-idirafter "/usr/include/$(${CC:-cc} -print-multiarch)" \
		-o "$tmp/floor-musl" tests/bench/startup_floor.c
	side musl build/musl/rawbpf 1.15
else
	echo "musl is not installed: not compared"
fi

if ${CC:-cc} -D_GNU_SOURCE -O2 -static -o "$tmp/startup_libbpf" tests/bench/startup_libbpf.c \
	-lbpf -lelf -lz -lzstd 2>/dev/null; then
	$tool asm -o "$tmp/count_opens.o" $text
	echo "with tracefs mounted, in a mount namespace:"
	# shellcheck disable=SC2016
	unshare -m --propagation private sh -c '
		mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null || true
		exec "$1/startup" -n "$2" count_open "$1/floor-glibc $4" "$3 run $4" \
			"$1/startup_libbpf $1/count_opens.o"' sh "$tmp" "$runs" "$tool" "$text" >"$tmp/table"
	cat "$tmp/table"
	check "$(cell "$tmp/table" "$tool" 2)" "$(cell "$tmp/table" "$tmp/startup_libbpf" 2)" "libbpf's time"
else
	echo "libbpf is not installed for static linking: not compared"
fi
exit $fail
