#!/bin/sh
# alone.sh BUILD [ARCH ...]: boot the kernels of tests/vm/alone.kernels with the static tool, two
# texts, /proc and /sys, and nothing else; the tool must trace there.  Exit status 77: it cannot be
# booted here.  VM_CACHE: where the kernels are kept.
set -u
vm=$(cd "$(dirname "$0")" && pwd)
root=${vm%/tests/vm}
build=$(cd "$1" && pwd)
shift
cache=${VM_CACHE:-${XDG_CACHE_HOME:-${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}/.cache}/rawbpf-vm}
[ $# -gt 0 ] || set -- amd64 arm64 armhf riscv64
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

die() { echo "check-alone: $*" >&2; exit 1; }
need() { command -v "$1" >/dev/null || { echo "check-alone: skipped, no $1"; exit 77; }; }

# boot ARCH KERNEL INITRD: the console, until it powers off or two minutes are over
boot() {
	words="rdinit=/init panic=-1 quiet"
	case $1 in
	amd64) set -- "$@" qemu-system-x86_64 -accel tcg,thread=single -cpu max,la57=off,cx16=off \
		-append "console=ttyS0 $words" ;;
	arm64) set -- "$@" qemu-system-aarch64 -M virt -cpu max,pauth-impdef=on -append "console=ttyAMA0 $words" ;;
	armhf) set -- "$@" qemu-system-arm -M virt -cpu cortex-a15 -append "console=ttyAMA0 $words" ;;
	riscv64) set -- "$@" qemu-system-riscv64 -M virt -append "console=ttyS0 $words" ;;
	*) die "no architecture '$1'" ;;
	esac
	kernel=$2 initrd=$3
	shift 3
	need "$1"
	timeout 240 "$@" -m 512 -nodefaults -display none -no-reboot -serial stdio \
		-kernel "$kernel" -initrd "$initrd" </dev/null 2>&1 | tr -d '\r'
}

# has WHAT REGEX: among the lines that "WHAT" printed
has() {
	sed -n "/^@begin $1\$/,/^@end $1 0\$/p" "$work/console" | grep -q "$2" && return
	cat "$work/console" >&2
	die "$arch: $1 did not say '$2', or failed"
}

need apt-get
need dpkg
host=$(dpkg --print-architecture)
"$vm/fetch.sh" "$cache/busybox-$host" stable "$host" busybox-static || exit 1
busybox=$(find "$cache/busybox-$host" -path '*bin/busybox' -type f)
for arch; do
	# shellcheck disable=SC2046
	set -- $(awk -v a="$arch" '$1 == a {print $2, $3, $4}' "$vm/alone.kernels")
	[ $# = 3 ] || die "no '$arch' in tests/vm/alone.kernels"
	if [ "$1" = musl ]; then
		cc=musl-gcc tool=$build/musl/rawbpf
	else
		cc=$1-gcc tool=$build/$1/static/rawbpf
	fi
	need "$cc"
	[ -x "$tool" ] || die "no $tool: see make check-cross"
	"$vm/fetch.sh" "$cache/6.12-$arch" "$2" "$arch" "$3" || exit 1
	rm -rf "$work/root"
	mkdir -p "$work/root/proc" "$work/root/sys"
	"$cc" -std=c11 -Wall -Wextra -Werror -Os -static -o "$work/root/init" "$vm/alone.c" || exit 1
	cp "$tool" "$root/bpfasm/examples/opensnoop.bpf" "$root/bpfasm/examples/read_sizes.bpf" "$work/root/"
	(cd "$work/root" && find . | "$busybox" cpio -o -H newc 2>/dev/null | gzip -1) >"$work/initrd"
	began=$(date +%s)
	boot "$arch" "$(find "$cache/6.12-$arch" -type f -name 'vmlinu*')" "$work/initrd" >"$work/console"
	has doctor '^.*bpf'
	has load 'on_open.*ok'
	has opensnoop 'open /nowhere/alone flags'
	has read_sizes '|\*'
	echo "check-alone: $arch: $(sed -n 's/^@init //p' "$work/console"), $(($(date +%s) - began)) s, $(stat -c %s "$tool") bytes"
done
