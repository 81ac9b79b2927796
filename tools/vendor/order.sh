#!/bin/sh
# order.sh: the order in which the linker lays out the tool for a device (make musl).
#
# A kernel maps sixteen pages of a program for each that is touched.  Where the thousandth part that
# a run calls stands beside what it does not, all of the program is in memory; so what runs is
# laid out together, and order.txt, which is made, lists it.
#
#   order.sh make BUILD    order.txt anew (make order); root, on a kernel that runs the examples
#   order.sh script        a script for the linker of CC; nothing, and status 77, if it shows none
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
cc=${CC:-musl-gcc}

# linked FILE: what the compiler links to every program, this one too
linked() {
	echo 'int main(void) { return 0; }' | "$cc" -static -no-pie -o "$1" -x c - -Wl,-t |
		grep -E '(/crt[^/]*|/Scrt1)\.o$|/libc\.a$' | sort -u
}

make_list() {
	build=$(cd "$1" && pwd)
	cd "$root"
	mkdir -p "$build/order"
	lean='-Os -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-pie'
	tool() { make -s BUILD="$build/$1" CC="$cc" OWN_LIBELF=1 CFLAGS="$lean $2" LDFLAGS="-static -no-pie $3" "$build/$1/rawbpf"; }
	"$cc" -Os -fno-pie -c -o "$build/order/order.o" "$here/order.c"
	rm -f "$build/order/rawbpf"
	tool order -finstrument-functions "$build/order/order.o"
	tool order-plain -DTOOL_SHEDS ''

	nm "$build/order/rawbpf" | awk '{ print $1, $3 }' | sort -u -k1,1 >"$build/order/names"
	# another run beside these: whose traces are whose is asked then, too
	"$build/order-plain/rawbpf" run -d 60 "$root/bpfasm/examples/opensnoop.bpf" >"$build/order/beside" 2>&1 &
	trap 'kill $!' EXIT
	sleep 1
	for example in opensnoop strlen_hist; do
		text=$root/bpfasm/examples/$example.bpf
		"$build/order/rawbpf" asm -o "$build/order/$example.o" "$text"
		for file in "$build/order/$example.o" "$text"; do
			CALLED=$build/order/called "$build/order/rawbpf" run -d 1 "$file" >"$build/order/out" 2>&1
			# the program first, for the tool that a device has runs objects
			case $file in *.o) phase=run ;; *) phase=text ;; esac
			awk -v phase=$phase 'FNR == NR { name[$1] = $2; next }
				$1 in name { sub(/\..*/, "", name[$1]); print phase, name[$1] }' \
				"$build/order/names" "$build/order/called"
		done
	done | sort -s -k1,1 | awk '!($2 in seen) { seen[$2] = 1; print }' >"$build/order/calls"
	# what the C library calls by weak names, before main() and behind it
	for fn in _start_c __libc_start_main libc_start_main_stage2 __init_libc __init_tls static_init_tls __init_ssp \
		__libc_malloc_impl __malloc_alloc_meta __malloc_allzerop exit libc_exit_fini __stdio_exit _Exit cgt_init; do
		echo "run $fn"
	done >>"$build/order/calls"
	# shellcheck disable=SC2046
	readelf -SsrW $(find "$build/order-plain" -name '*.o' | sort) "$build/order-plain/libelf/libelf.a" \
		$(linked "$build/order/empty") 2>"$build/order/err" >"$build/order/read"
	{
		echo "# order.txt: made by make order; tools/vendor/order.sh tells what it is for."
		awk -f "$here/order.awk" "$build/order/calls" "$build/order/read"
	} >"$here/order.txt"
}

# patterns PHASE KIND: lines of the linker's script
patterns() { awk -v phase="$1" -v kind="$2" '$1 == phase && $2 == kind { printf "    *%s(%s)\n", $3, $4 }' "$here/order.txt"; }

make_script() {
	scripts=$("$cc" -static -no-pie -Wl,-z,noseparate-code,--verbose 2>/dev/null |
		awk '/^=====/ { on = !on; next } on') || :
	case $scripts in *'*(.text.unlikely'*) ;; *) exit 77 ;; esac
	echo "$scripts" | awk -v data="$(patterns run data)" \
		-v code="    *crt*.o(.text)
$(patterns run code)
$(patterns text code)
$(patterns text data)" '
		# strings are merged within a section: one that a message ends in would be where the message is
		/^  \.text  / { print "  .rodata.run :\n  {\n" data "\n  }" }
		/\*\(\.text\.unlikely/ { print code }
		{ print }'
}

case ${1:-} in
make) make_list "$2" ;;
script) make_script ;;
*) echo "order: make BUILD, or script" >&2; exit 2 ;;
esac
