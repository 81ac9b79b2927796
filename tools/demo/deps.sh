#!/bin/sh
# deps.sh [build] [test] [fuzz] [ci]: install what a build, the tests, make fuzz or CI need and this
# machine lacks.
# Says what it installs; says nothing when nothing is missing.  Knows apt, apk, dnf and pacman.
set -u

# a file of its own: a compiler that removes its output must not be given a device
probe=$(mktemp) || exit 1
trap 'rm -f "$probe"' EXIT

die() { echo "deps: $*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# can_compile HEADER [FLAGS]: does the compiler find this header, and the linker these libraries?
can_compile() {
	header=$1; shift
	printf '#include <stdio.h>\n#include <%s>\nint main(void){return 0;}\n' "$header" |
		${CC:-cc} -x c - -o "$probe" "$@" >/dev/null 2>&1
}

# is clang here, with libFuzzer and the sanitizers?
can_fuzz() {
	echo 'int LLVMFuzzerTestOneInput(const char *p, long n); int LLVMFuzzerTestOneInput(const char *p, long n) { return p && n < 0; }' |
		clang -fsanitize=fuzzer,address,undefined -x c - -o "$probe" >/dev/null 2>&1
}

manager=none
for m in apt-get apk dnf pacman; do
	if have $m; then manager=$m; break; fi
done

# pkg DEBIAN ALPINE FEDORA ARCH: the name that this machine's manager knows
pkg() {
	case $manager in
	apt-get) echo "$1" ;;
	apk) echo "$2" ;;
	dnf) echo "$3" ;;
	pacman) echo "$4" ;;
	none) echo "$1" ;;
	esac
}

# what make check-vm needs, on Debian only: the kernels are Debian's
missing_vm() {
	have qemu-system-x86_64 || echo qemu-system-x86
	have qemu-system-aarch64 || echo qemu-system-arm
	have aarch64-linux-gnu-gcc || echo gcc-aarch64-linux-gnu
	[ -f /usr/aarch64-linux-gnu/lib/libc.a ] || echo libc6-dev-arm64-cross
}

# packages that the jobs need and this machine lacks, one a line
missing() {
	for job; do
		case $job in
		build)
			have "${CC:-cc}" || pkg gcc gcc gcc gcc
			can_compile stdlib.h || pkg libc6-dev musl-dev glibc-devel glibc
			can_compile libelf.h -lelf || pkg libelf-dev elfutils-dev elfutils-libelf-devel libelf
			have ar || pkg binutils binutils binutils binutils
			;;
		test)
			have pkg-config || pkg pkg-config pkgconf pkgconf-pkg-config pkgconf
			can_compile check.h || pkg check check-dev check-devel check
			have g++ || pkg g++ g++ gcc-c++ gcc
			have gcc || pkg gcc gcc gcc gcc
			have xz || pkg xz-utils xz xz xz
			have mandoc || pkg mandoc mandoc mandoc mandoc
			;;
		fuzz)
			have clang || pkg clang clang clang clang
			can_fuzz || pkg libclang-rt-dev compiler-rt compiler-rt compiler-rt
			;;
		ci)
			have clang || pkg clang clang clang clang
			have clang-format || pkg clang-format clang-extra-tools clang-tools-extra clang
			have shellcheck || pkg shellcheck shellcheck ShellCheck shellcheck
			have bpf-as || pkg binutils-bpf binutils-bpf binutils-bpf-linux-gnu binutils
			have bpftool || pkg bpftool bpftool bpftool bpf
			have strace || pkg strace strace strace strace
			have tcc || pkg tcc tcc tcc tcc
			have musl-gcc || pkg musl-tools musl-dev musl-gcc musl
			[ $manager != apt-get ] || missing_vm
			;;
		*) die "no job '$job': build, test, fuzz or ci" ;;
		esac
	done
}

list=$(missing "$@" | sort -u | tr '\n' ' ')
[ -n "$list" ] || exit 0

[ "$manager" != none ] || die "missing: $list- no apt-get, apk, dnf or pacman here to install them with"
[ "$(id -u)" = 0 ] || die "missing: $list- installing them needs root: sudo make deps"
echo "deps: installing $list(with $manager)"
case $manager in
apt-get)
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -q >/dev/null || die "apt-get update failed"
	# shellcheck disable=SC2086
	apt-get install -y -q --no-install-recommends $list >/dev/null ;;
apk)
	# shellcheck disable=SC2086
	apk add -q $list ;;
dnf)
	# shellcheck disable=SC2086
	dnf install -y -q $list ;;
pacman)
	# shellcheck disable=SC2086
	pacman -Sy --noconfirm --needed $list >/dev/null ;;
esac || die "$manager could not install: $list"

left=$(missing "$@" | sort -u | tr '\n' ' ')
[ -z "$left" ] || die "still missing after the install: $left"
