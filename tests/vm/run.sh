#!/bin/sh
# run.sh BUILD [NAME-ARCH ...]: boot these kernels of tests/vm/kernels (all) under QEMU, without KVM,
# run the live suite of a static test program in each, and print the matrix of test by kernel.  For
# another CPU the program is made in BUILD/ARCH, with the cross compiler and Debian's archives.
#
# A test may be skipped only where tests/vm/skips says so, and only while the doctor in that very
# machine calls the feature absent; a skip that the table names and that did not happen is a failure
# too, so the table stays true.  Every event of tests/vm/events must have its tests run in every
# kernel.  VM_CACHE: where the kernels are kept; VM_SECONDS: how long the tests of one may last;
# VM_QUIET: how long it may say nothing.  Exit status 77: apt, QEMU or the cross compiler is missing.
set -u
top=$1
shift
vm=$(cd "$(dirname "$0")" && pwd)
root=${vm%/tests/vm}
cache=${VM_CACHE:-${XDG_CACHE_HOME:-${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}/.cache}/rawbpf-vm}
seconds=${VM_SECONDS:-1200}
quiet=${VM_QUIET:-300}

die() { echo "check-vm: $*" >&2; exit 1; }
no_vm() { echo "check-vm: skipped, $*"; exit 77; }

qemu_of() {
	case $1 in
	amd64) echo qemu-system-x86_64 ;;
	arm64) echo qemu-system-aarch64 ;;
	*) die "no architecture '$1'" ;;
	esac
}

# boot ARCH KERNEL INITRD BUILD TO: until it powers off, or watch() ends it; what the machine says
# goes to TO.out and TO.console, what QEMU says and how it ended to TO.qemu
boot() {
	words="rdinit=/init panic=-1 quiet vm.root=$root vm.build=$4 vm.seconds=$seconds"
	case $1 in
	amd64) set -- "$@" -accel tcg,thread=single -cpu max,la57=off,cx16=off -smp 2 \
		-serial "file:$5.console" -serial "file:$5.out" \
		-append "console=ttyS0 vm.out=ttyS1 $words" ;;
	arm64) set -- "$@" -M virt -cpu max,pauth-impdef=on -smp 1 -serial "file:$5.console" \
		-chardev "file,id=out,path=$5.out" -device pci-serial,chardev=out \
		-append "console=ttyAMA0 vm.out=ttyS0 $words" ;;
	esac
	qemu=$(qemu_of "$1") kernel=$2 initrd=$3 to=$5
	shift 5
	rm -f "$to.out" "$to.console"
	"$qemu" -m 768 -nodefaults -display none -no-reboot \
		-kernel "$kernel" -initrd "$initrd" "$@" </dev/null >"$to.qemu" 2>&1 &
	machine=$!
	watch "$to"
	wait "$machine"
	echo "exit $?" >>"$to.qemu"
	machine=
}

# watch TO: end a machine that says nothing for longer than any test may last, or goes on for ever
watch() {
	began=$(date +%s) last=$began said=
	while kill -0 "$machine" 2>/dev/null; do
		sleep 1
		now=$(date +%s) why=
		size=$(cat "$1.out" "$1.console" 2>/dev/null | wc -c)
		[ "$size" = "$said" ] || { said=$size last=$now; }
		if grep -q '^@end ' "$1.out" 2>/dev/null; then
			[ $((now - last)) -lt 30 ] || why="it did not power off"
		else
			[ $((now - last)) -lt "$quiet" ] || why="nothing said for $quiet s"
			[ $((now - began)) -lt $((seconds + 120)) ] || why="not done in $((seconds + 120)) s"
		fi
		if [ "$why" ]; then
			echo "ended by run.sh: $why" >>"$1.qemu"
			kill -KILL "$machine"
			return
		fi
	done
}

busybox_of() { find "$cache/busybox-$1" -path '*bin/busybox' -type f; }

triplet_of() {
	case $1 in
	amd64) echo x86_64-linux-gnu ;;
	arm64) echo aarch64-linux-gnu ;;
	esac
}

# libs PROGRAM TRIPLET ROOT: the dynamic linker and the libraries that it needs, where it seeks them
libs() {
	elf=$(LC_ALL=C readelf -ldW "$1")
	linker=$(echo "$elf" | sed -n 's/.*program interpreter: \(.*\)]/\1/p')
	mkdir -p "$3/lib/$2" "$3${linker%/*}"
	for lib in "${linker##*/}" $(echo "$elf" | sed -n 's/.*(NEEDED).*\[\(.*\)]/\1/p'); do
		to=$3/lib/$2/$lib
		[ "$lib" = "${linker##*/}" ] && to=$3$linker
		for dir in "/lib/$2" "/usr/lib/$2" "/usr/$2/lib" "${linker%/*}"; do
			[ ! -f "$dir/$lib" ] || { cp -L "$dir/$lib" "$to"; break; }
		done
		[ -f "$to" ] || die "no $lib for $2"
	done
}

# pack ARCH BUILD INITRD: busybox, and what the tests want at the paths where it is here
pack() {
	i=$work/root
	rm -rf "$i"
	mkdir -p "$i/bin" "$i/proc" "$i/sys" "$i/dev" "$i/tmp" "$i/etc" "$i$root/tests" "$i$2"
	cp "$(busybox_of "$1")" "$i/bin/busybox" || die "no busybox for $1"
	cp "$vm/init" "$i/init"
	echo root:x:0:0::/:/bin/sh >"$i/etc/passwd"
	echo root:x:0: >"$i/etc/group"
	cp "$2/vm/check" "$i$2/check"
	cp "$2/static/rawbpf" "$i$2/rawbpf"
	cp "$2/child" "$2/child-stripped" "$2/child-pointers" "$i$2/"
	cp -r "$2/static/examples" "$i$2/"
	libs "$2/child" "$(triplet_of "$1")" "$i"
	cp -r "$2/sites" "$i$2/"
	cp -r "$root/tests/data" "$root/tests/asm" "$i$root/tests/"
	cp -r "$root/bpfasm" "$i$root/"
	(cd "$i" && find . | "$busybox" cpio -o -H newc 2>/dev/null | gzip -1) >"$3"
}

# one NAME-ARCH BUILD: its lines "suite:test<TAB>pass|skip|FAIL<TAB>reason" go to $work/NAME-ARCH.tsv
one() {
	id=$1 name=${1%-*} arch=${1##*-} build=$2
	line=$(awk -v n="$name" -v a="$arch" '$1 == n && $2 == a {print $3, $4}' "$vm/kernels")
	[ "$line" ] || die "no kernel '$id' in tests/vm/kernels"
	"$vm/fetch.sh" "$cache/$id" "${line%% *}" "$arch" "${line##* }" || return 1
	kernel=$(find "$cache/$id" -type f -name 'vmlinuz*')
	[ -f "$work/initrd-$arch" ] || pack "$arch" "$build" "$work/initrd-$arch"
	boot "$arch" "$kernel" "$work/initrd-$arch" "$build" "$work/$id"
	if ! grep -q '^@init' "$work/$id.out" 2>/dev/null; then
		for kind in out console qemu; do
			[ ! -f "$work/$id.$kind" ] || mv "$work/$id.$kind" "$work/$id.first.$kind"
		done
		echo "check-vm: $id: the boot never reached init; once more" >&2
		boot "$arch" "$kernel" "$work/initrd-$arch" "$build" "$work/$id"
	fi
	[ -f "$work/$id.out" ] || : >"$work/$id.out"
	awk -v id="$id" -v qemu="$(tail -n 2 "$work/$id.qemu" | paste -s -d ' ')" \
		-f "$vm/result.awk" "$vm/skips" "$work/$id.out" >"$work/$id.tsv"
}

# build_of ARCH: where its programs are made
build_of() { [ "$1" = "$host" ] && echo "$top" || echo "$top/$1"; }

make_for() {
	build=$(build_of "$1") dev=$cache/dev-$1 t=$(triplet_of "$1")
	set -- -s --no-print-directory -C "$root" BUILD="$build" vm-built
	[ "$build" = "$top" ] || set -- "$@" CC="$t-gcc" AR="$t-ar" \
		CPPFLAGS="-isystem $dev/usr/include -isystem $dev/usr/include/$t" LDFLAGS="-L$dev/usr/lib/$t"
	# the linker warns of getpwnam() and the like
	"${MAKE:-make}" "$@" 2>"$work/make" || { cat "$work/make" >&2; die "$build/vm/check: no build"; }
}

for tool in apt-get dpkg-deb dpkg readelf; do
	command -v $tool >/dev/null || no_vm "no $tool"
done
host=$(dpkg --print-architecture)
[ $# -gt 0 ] || eval "set -- $(awk '!/^#/ && NF == 4 {printf "%s-%s ", $1, $2}' "$vm/kernels")"
for id; do
	arch=${id##*-}
	qemu=$(qemu_of "$arch") || exit 1
	command -v "$qemu" >/dev/null || no_vm "no $qemu"
	cc=$(triplet_of "$arch")-gcc
	[ "$arch" = "$host" ] || command -v "$cc" >/dev/null || no_vm "no $cc"
done

work=$(mktemp -d)
machine=
trap '[ -z "$machine" ] || kill -KILL "$machine"; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$cache" || exit 1
for id; do echo "${id##*-}"; done | { cat; echo "$host"; } | sort -u >"$work/archs"
while read -r arch; do
	"$vm/fetch.sh" "$cache/busybox-$arch" stable "$arch" busybox-static || exit 1
	[ "$arch" = "$host" ] || "$vm/fetch.sh" "$cache/dev-$arch" bookworm "$arch" \
		check libelf-dev libsubunit-dev libzstd-dev systemtap-sdt-dev zlib1g-dev || exit 1
done <"$work/archs"
busybox=$(busybox_of "$host")
for id; do echo "${id##*-}"; done | sort -u >"$work/archs"
while read -r arch; do
	make_for "$arch"
done <"$work/archs"

files=
for id; do
	start=$(date +%s)
	one "$id" "$(build_of "${id##*-}")" || exit 1
	echo "check-vm: $id: $(sed -n 's/^@init //p' "$work/$id.out"), $(($(date +%s) - start)) s"
	files="$files $work/$id.tsv"
done

rm -rf "$top/vm-logs"
mkdir -p "$top/vm-logs" && cp "$work"/*.out "$work"/*.console "$work"/*.qemu "$work"/*.tsv "$top/vm-logs/"
echo
# shellcheck disable=SC2086
awk -v ids="$*" -f "$vm/matrix.awk" "$vm/events" $files
status=$?
echo "check-vm: what the machines said is in $top/vm-logs"
exit $status
