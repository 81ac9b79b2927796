#!/bin/sh
# amalgam.sh BUILD: BUILD/amalgam/rawbpf.c and rawbpf.h, the whole library as two files.
#
# The order is README's table of layers, so the same sources give the same bytes.  Headers come
# first, each once, before what uses it.  A part that can be left out (src/parts.h) stands in an
# #ifndef.  Every function but the public ones becomes static.
set -eu
export LC_ALL=C
build=$1
cd "$(dirname "$0")/../.."
to=$build/amalgam
mkdir -p "$to"

# part NAME: the macro that leaves this file of src/ out, "" for none; src/parts.h says what they mean
part() {
	case $1 in
	list* | resolve* | sourcetext) echo RAWBPF_NO_ASM ;;
	vlog* | near | rights | maprule | kprobewhy) echo RAWBPF_NO_ADVICE ;;
	usdt* | note | noteview | progcopy | progmerge | splice) echo RAWBPF_NO_USDT ;;
	core* | objcore | btffile | btfnamed | btfpath | kbtf | kconfig | ksymput | trampoline) echo RAWBPF_NO_CORE ;;
	audit* | dry | upguess) echo RAWBPF_NO_AUDIT ;;
	libname | ldcache | hwcaps | soname | interp | rootpath | sym | symdebug | symfind | symlist | symwhy) echo RAWBPF_NO_SEARCH ;;
	elfver | gnuhash | ifunc | uplace) echo RAWBPF_NO_SEARCH ;;
	btftext) echo RAWBPF_NO_BUCKETS ;;
	btfext | objext) echo RAWBPF_NO_LINES ;;
	progwhy | progspot) echo RAWBPF_NO_TEXT ;;
	objfill | mapfill) echo RAWBPF_NO_FILL ;;
	pattern) echo RAWBPF_NO_PATTERN ;;
	tracefs | trace | traceread | traceline | probeevent | reap | tpformat) echo RAWBPF_NO_TRACEFS ;;
	esac
}

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
} >"$to/list"
awk -f tools/vendor/amalgam.awk "$to/list" >"$to/rawbpf.h.new"
{
	echo "text // SPDX-License-Identifier: MIT"
	echo "text /* rawbpf.c - all of rawbpf but libelf, made by its make amalgam. */"
	licence | sed 's/^/text /'
	cat <<-END
	text #ifndef _GNU_SOURCE
	text #define _GNU_SOURCE
	text #endif
	text #ifndef _FILE_OFFSET_BITS
	text #define _FILE_OFFSET_BITS 64
	text #endif
	text #include "rawbpf.h"
	END
	echo "file src/parts.h"
	cat <<-END
	text 
	text /* nobody unwinds these functions, and the tables for it are a sixth of them */
	text #if defined(RAWBPF_SMALL) && defined(__GNUC__) && !defined(__TINYC__)
	text __asm__(".cfi_sections .debug_frame");
	text #endif
	text 
	text /* some have no caller where a part is left out */
	text #define RAWBPF_INTERNAL static __attribute__((unused))
	END
	for h in include/*.h; do echo "api $h"; done
	while read -r name; do
		case $name in list* | resolve* | sourcetext) ;; *) echo "headers src/$name.c" ;; esac
	done <"$to/files"
	echo "text "
	echo "text #ifndef RAWBPF_NO_ASM"
	for f in bpfasm/*.c "$build/gen/lib_inc.c"; do echo "file $f"; done
	echo "text #endif /* RAWBPF_NO_ASM */"
	while read -r name; do
		without=$(part "$name")
		[ -z "$without" ] || { echo "text "; echo "text #ifndef $without"; }
		echo "file src/$name.c"
		[ -z "$without" ] || echo "text #endif /* $without */"
	done <"$to/files"
} >"$to/list"
awk -f tools/vendor/amalgam.awk "$to/list" >"$to/rawbpf.c.new"
mv "$to/rawbpf.h.new" "$to/rawbpf.h"
mv "$to/rawbpf.c.new" "$to/rawbpf.c"
rm "$to/list" "$to/files"
