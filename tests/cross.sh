#!/bin/sh
# cross.sh BUILD [TRIPLET | musl ...]: the static tool of other CPUs, run by qemu-user, and that with
# musl, each with a libelf of its own.  What needs no kernel must print what this machine's own tool
# prints.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- musl aarch64-linux-gnu arm-linux-gnueabihf riscv64-linux-gnu
own=$build/rawbpf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$root"

die() { echo "check-cross: $*" >&2; exit 1; }

# same NAME ARGUMENT ...: of both tools
same() {
	name=$1
	shift
	"$own" "$@" >"$work/want" 2>&1 || die "$name: $(cat "$work/want")"
	[ -s "$work/want" ] || die "$name says nothing"
	$qemu "$tool" "$@" >"$work/got" 2>&1 || die "$t: $name: $(cat "$work/got")"
	cmp -s "$work/want" "$work/got" || {
		diff "$work/want" "$work/got" | head -n 5 >&2
		die "$t: $name differs"
	}
}

# peak FILE: VmHWM in KiB of a run of it, looked at in its last half second
peak() {
	"$tool" run -d 1 "$1" >"$work/got" 2>&1 &
	sleep 0.6
	kb=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$!/status")
	wait "$!" && [ "$kb" ] && echo "$kb"
}

for t; do
	if [ "$t" = musl ]; then
		${MAKE:-make} -s --no-print-directory BUILD="$build" musl
		qemu='' tool=$build/musl/rawbpf strip=strip
	else
		qemu=qemu-$(echo "${t%%-*}" | sed 's/i686/i386/') strip=$t-strip
		command -v "$qemu" >/dev/null || qemu=$qemu-static
		command -v "$qemu" >/dev/null || die "no $qemu; tools/demo/deps.sh cross"
		${MAKE:-make} -s --no-print-directory CROSS_COMPILE="$t-" BUILD="$build/$t" CFLAGS=-Os static
		tool=$build/$t/static/rawbpf
	fi
	readelf -lW "$tool" | grep -q INTERP && die "$tool needs a dynamic linker"
	"$own" asm -o "$work/all.o" bpfasm/examples/strlen_hist.bpf
	same "an object's listing" dis "$work/all.o"
	same "clang's object" dis tests/data/object/all.bpf.o
	printf '.license "GPL"\n.map m hash(u32, u64, 8)\n.prog f "socket"\nr1 = &m\nr0 = 0\nexit\n' >"$work/f.bpf"
	same "a text" asm -f hex -o - "$work/f.bpf"
	same "functions" syms "$own" 'rawbpf_*load*'
	printf '%s %s\n' 0 5 1 9 3 1 40 7 >"$work/slots"
	same "a histogram" hist "$work/slots"
	if [ "$t" = musl ]; then
		# what runs objects only
		${MAKE:-make} -s --no-print-directory BUILD="$build" SMALL=1 musl
		tool=$build/musl-small/rawbpf
		same "a histogram, SMALL=1" hist "$work/slots"
		same "functions, SMALL=1" syms "$own" 'rawbpf_*load*'
		for absent in asm dis explain usdt; do
			status=0
			"$tool" $absent x 2>"$work/got" || status=$?
			case "$status $(cat "$work/got")" in
			"2 rawbpf $absent: not in this build "*) ;;
			*) die "$absent, SMALL=1: status $status, $(cat "$work/got")" ;;
			esac
		done
		echo "check-cross: musl, SMALL=1: as here, $(stat -c %s "$tool") bytes"
		tool=$build/musl/rawbpf
		# what a run needs stands together (order.sh): a third of the tool is never in memory
		most=$(($(stat -c %s "$tool") * 2 / 3 / 1024))
		for example in strlen_hist opensnoop; do
			[ "$(id -u)" = 0 ] || continue
			kb=$(peak bpfasm/examples/$example.bpf) || die "$example: $(cat "$work/got")"
			[ "$kb" -lt "$most" ] || die "$example: $kb KiB of memory, may be $most"
			echo "check-cross: musl, $example: at most $kb KiB of memory"
		done
	fi
	echo "check-cross: $t: as here, $("$strip" -o "$work/stripped" "$tool" && stat -c %s "$work/stripped") bytes"
done
