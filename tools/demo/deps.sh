#!/bin/sh
# deps.sh [build] [test] [fuzz] [musl] [cross] [ci]: install what a build, the tests, make fuzz, make musl,
# cross builds or CI need and this machine lacks.
# Says what it installs; says nothing when nothing is missing.  Knows apt, apk, dnf and pacman.
# What the tests only compare with comes one by one: what cannot be had is told, and is no failure.
set -u

die() { echo "deps: $*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# for outputs: a compiler that removes its output must not be given a device
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

# can_compile HEADER [FLAGS]: does the compiler find this header, and the linker these libraries?
can_compile() {
	header=$1; shift
	printf '#include <stdio.h>\n#include <%s>\nint main(void){return 0;}\n' "$header" |
		${CC:-cc} -x c - -o "$tmp/out" "$@" >/dev/null 2>&1
}

# is clang here, with libFuzzer and the sanitizers?
can_fuzz() {
	echo 'int LLVMFuzzerTestOneInput(const char *p, long n); int LLVMFuzzerTestOneInput(const char *p, long n) { return p && n < 0; }' |
		clang -fsanitize=fuzzer,address,undefined -x c - -o "$tmp/out" >/dev/null 2>&1
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

# compilers for other CPUs, and what runs their programs here; on Debian only: the names are Debian's
missing_cross() {
	for t in aarch64-linux-gnu arm-linux-gnueabihf riscv64-linux-gnu; do
		have $t-gcc || echo gcc-$t
	done
	[ -f /usr/aarch64-linux-gnu/lib/libc.a ] || echo libc6-dev-arm64-cross
	[ -f /usr/arm-linux-gnueabihf/lib/libc.a ] || echo libc6-dev-armhf-cross
	[ -f /usr/riscv64-linux-gnu/lib/libc.a ] || echo libc6-dev-riscv64-cross
	have qemu-riscv64-static || have qemu-riscv64 || echo qemu-user-static
	have qemu-system-x86_64 || echo qemu-system-x86
	have qemu-system-arm || echo qemu-system-arm
	have qemu-system-riscv64 || echo qemu-system-misc
	[ -d /usr/share/opensbi ] || [ -d /usr/lib/riscv64-linux-gnu/opensbi ] || echo opensbi
	have bzip2 || echo bzip2
}

# what make deb needs
missing_deb() {
	have dpkg-buildpackage || echo dpkg-dev
	have dh || echo debhelper
	have lintian || echo lintian
}

# packages of what the tests compare with
oracles() {
	case " $* " in *' test '*) ;; *) return ;; esac
	have bpftool || pkg bpftool bpftool bpftool bpf
	have clang || pkg clang clang clang clang
	have llvm-objdump || pkg llvm llvm llvm llvm
	have readelf || pkg binutils binutils binutils binutils
	have strace || pkg strace strace strace strace
	have setpriv || pkg util-linux setpriv util-linux util-linux
	have unshare || pkg util-linux util-linux-misc util-linux util-linux
	have mandoc || pkg mandoc mandoc mandoc mandoc
	have python3 || pkg python3 python3 python3 python
	have curl || echo curl
	# compilers that build the amalgam; bzip2 for the sources of libelf
	have tcc || pkg tcc tcc tcc tcc
	have musl-gcc || pkg musl-tools musl-dev musl-gcc musl
	have bzip2 || echo bzip2
	# <sys/sdt.h>, for the probes of the tests' own programs
	[ $manager = apk ] || can_compile sys/sdt.h ||
		pkg systemtap-sdt-dev none systemtap-sdt-devel systemtap
	# programs of others that are built with probes
	[ $manager = apt-get ] || return
	[ -x /usr/bin/python3 ] || echo python3
	[ "$(find /usr/lib/postgresql -name postgres 2>/dev/null)" ] || echo postgresql
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
			can_compile stdlib.h -static || pkg libc6-dev musl-dev glibc-static glibc
			have g++ || pkg g++ g++ gcc-c++ gcc
			have gcc || pkg gcc gcc gcc gcc
			have xz || pkg xz-utils xz xz xz
			;;
		fuzz)
			have clang || pkg clang clang clang clang
			can_fuzz || pkg libclang-rt-dev compiler-rt compiler-rt compiler-rt
			;;
		musl)
			have musl-gcc || pkg musl-tools musl-dev musl-gcc musl
			have bzip2 || echo bzip2
			;;
		cross)
			[ $manager = apt-get ] || die "cross compilers come from Debian's packages here"
			missing_cross
			;;
		ci)
			have clang || pkg clang clang clang clang
			have clang-format || pkg clang-format clang-extra-tools clang-tools-extra clang
			have shellcheck || pkg shellcheck shellcheck ShellCheck shellcheck
			have bpf-as || pkg binutils-bpf binutils-bpf binutils-bpf-linux-gnu binutils
			have bpftool || pkg bpftool bpftool bpftool bpf
			have strace || pkg strace strace strace strace
			have tcc || pkg tcc tcc tcc tcc
			have zsh || pkg zsh zsh zsh zsh
			have fish || pkg fish fish fish fish
			have musl-gcc || pkg musl-tools musl-dev musl-gcc musl
			have bzip2 || echo bzip2
			[ $manager != apt-get ] || have qemu-aarch64-static || echo qemu-user-static
			[ $manager != apt-get ] || missing_deb
			[ $manager != apt-get ] || missing_vm
			;;
		*) die "no job '$job': build, test, fuzz, musl, cross or ci" ;;
		esac
	done
}

# root of a container may lack what a package manager does as root: chown, setuid and the like
can_install() {
	caps=$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status 2>/dev/null)
	[ "$(id -u)" = 0 ] && [ $((0x${caps:-cb} & 0xcb)) = $((0xcb)) ]
}

# install PACKAGE ...: what the manager says is kept for why()
install() {
	case $manager in
	apt-get) DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" ;;
	apk) apk add -q "$@" ;;
	dnf) dnf install -y -q "$@" ;;
	pacman) pacman -S --noconfirm --needed "$@" ;;
	esac >"$tmp/said" 2>&1 </dev/null
}
refresh() {
	case $manager in
	apt-get) apt-get update -q ;;
	pacman) pacman -Sy --noconfirm ;;
	esac >"$tmp/said" 2>&1 </dev/null
}
# its first error, on one line
why() { grep -i -m1 -e '^E:' -e error -e 'unable' "$tmp/said" || tail -1 "$tmp/said"; }

list=$(missing "$@" | sort -u | tr '\n' ' ')
more=$(oracles "$@" | sort -u | tr '\n' ' ')
[ -n "$list$more" ] || exit 0

# without the right or the means to install them, only what a build must have ends it
cannot=
if [ "$manager" = none ]; then
	cannot="no apt-get, apk, dnf or pacman here to install them with"
elif ! can_install; then
	cannot="installing them needs root with all its capabilities: sudo make deps"
fi
if [ -n "$cannot" ]; then
	[ -z "$list" ] || die "missing: $list- $cannot"
	echo "deps: some tests are skipped without: $more- $cannot"
	exit 0
fi

echo "deps: installing $list$more(with $manager)"
if ! refresh; then
	[ -z "$list" ] || die "$manager finds no packages: $(why)"
	echo "deps: some tests are skipped without: $more- $manager finds no packages: $(why)"
	exit 0
fi
if [ -n "$list" ]; then
	# shellcheck disable=SC2086
	install $list || die "$manager could not install $list: $(why)"
	left=$(missing "$@" | sort -u | tr '\n' ' ')
	[ -z "$left" ] || die "still missing after the install: $left"
fi
for p in $more; do
	install "$p" || echo "deps: $manager has no $p: tests that compare with it are skipped"
done
exit 0
