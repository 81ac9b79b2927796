#!/bin/sh
# amalgam.sh BUILD: BUILD/amalgam/rawbpf.c and rawbpf.h, the whole library as two files.
#
# The order is README's table of layers, so the same sources give the same bytes.  Headers come
# first, each once, before what uses it.  What only the assembler needs is left out by
# -DRAWBPF_NO_ASM, advice about refusals by -DRAWBPF_NO_ADVICE.  Every function but the public ones becomes static.
set -eu
export LC_ALL=C
build=$1
cd "$(dirname "$0")/../.."
to=$build/amalgam
mkdir -p "$to"

# asks_asm NAME: does this file of src/ ask the assembler, or answer it?
asks_asm() {
	case $1 in list* | resolve* | sourcetext) return 0 ;; esac
	return 1
}
# those that hold what to do about the verifier's refusals
advice=" vlog_call vlog_mem vlog_prog vlog_sentence "

# src/ by layer
sed -n 's/^| \([0-9]\) | \([a-z0-9_ ]*\) |.*/\1 \2/p' README.md | sort -n |
	awk '{for (i = 2; i <= NF; i++) print $i}' >"$to/files"
if [ "$(sort "$to/files")" != "$(find src -name '*.c' | sed 's,src/,,; s,\.c$,,' | sort)" ]; then
	echo "amalgam: README's table of layers is not what src/ has" >&2
	exit 1
fi

licence() {
	echo "/*"
	sed 's/^/ * /; s/ *$//' LICENSE
	echo " */"
}

{
	echo "text /* SPDX-License-Identifier: MIT */"
	echo "text /* rawbpf.h - the public headers of rawbpf, made by its make amalgam. */"
	licence | sed 's/^/text /'
	echo "public include/rawbpf.h"
	echo "public include/rawbpf_sys.h"
	echo "public include/bpfasm.h"
} >"$to/list"
awk -f tools/vendor/amalgam.awk "$to/list" >"$to/rawbpf.h.new"
{
	echo "text // SPDX-License-Identifier: MIT"
	echo "text /* rawbpf.c - all of rawbpf but libelf, made by its make amalgam.  -DRAWBPF_NO_ASM: no assembler;"
	echo "text    -DRAWBPF_NO_ADVICE: the verifier's own words alone. */"
	licence | sed 's/^/text /'
	cat <<-END
	text #ifndef _GNU_SOURCE
	text #define _GNU_SOURCE
	text #endif
	text #ifndef _FILE_OFFSET_BITS
	text #define _FILE_OFFSET_BITS 64
	text #endif
	text #include "rawbpf.h"
	text 
	text /* some have no caller where a part is left out */
	text #define RAWBPF_INTERNAL static __attribute__((unused))
	END
	for h in include/*.h; do echo "api $h"; done
	while read -r name; do
		asks_asm "$name" || echo "headers src/$name.c"
	done <"$to/files"
	echo "text "
	echo "text #ifndef RAWBPF_NO_ASM"
	for f in bpfasm/*.c "$build/gen/lib_inc.c"; do echo "file $f"; done
	echo "text #endif /* RAWBPF_NO_ASM */"
	while read -r name; do
		without=
		! asks_asm "$name" || without=RAWBPF_NO_ASM
		case $advice in *" $name "*) without=RAWBPF_NO_ADVICE ;; esac
		[ -z "$without" ] || { echo "text "; echo "text #ifndef $without"; }
		echo "file src/$name.c"
		[ -z "$without" ] || echo "text #endif /* $without */"
	done <"$to/files"
} >"$to/list"
awk -f tools/vendor/amalgam.awk "$to/list" >"$to/rawbpf.c.new"
mv "$to/rawbpf.h.new" "$to/rawbpf.h"
mv "$to/rawbpf.c.new" "$to/rawbpf.c"
rm "$to/list" "$to/files"
