#!/bin/sh
# amalgam.sh BUILD CC: make the guide's examples from BUILD/amalgam/rawbpf.c and .h alone, with this
# compiler, into BUILD/amalgam/CC, and say what is wrong.  Exit status 77: it cannot be done here.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
from=$1/amalgam to=$1/amalgam/$2 cc=$2
flags="-std=c11 -Wall -Wextra -Werror"
libelf=-lelf
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

command -v "$cc" >/dev/null || { echo "no $cc"; exit 77; }
if [ "$cc" = musl-gcc ]; then
	own=$1/musl/libelf
	[ -f "$own/libelf.a" ] || CC=$cc "$root/tools/vendor/libelf.sh" "$own" 2>&1 || exit
	flags="$flags -static -I$own/include" libelf=$own/libelf.a
	mkdir "$work/folder"
	ln -s "$own" "$work/folder/libelf" # as README's command names it
fi
rm -rf "$to"
mkdir -p "$to" "$work/folder"
cp "$from/rawbpf.c" "$from/rawbpf.h" "$work/folder"
cd "$work/folder" || exit 1

# what the header declares with RAWBPF_API and BPFASM_API
awk '/^(RAWBPF|BPFASM)_API / {
	line = $0
	if (line !~ /\(/) { getline more; line = line more }
	sub(/ *\(.*/, "", line); sub(/.*[ *]/, "", line); print line
}' rawbpf.h | sort >"$work/public"
# symbols OBJECT: those that are defined and not static
symbols() { nm -g --defined-only "$1" | awk 'NF == 3 {print $3}' | sort; }

# shellcheck disable=SC2086
{
	$cc $flags -c -o "$to/rawbpf.o" rawbpf.c || exit 1
	$cc $flags -DRAWBPF_SMALL -c -o "$work/loader.o" rawbpf.c || exit 1
	# each part by itself
	[ "$cc" != clang ] || for part in ASM ADVICE USDT CORE TRACEFS PATTERN TEXT AUDIT SEARCH MULTI \
		BUCKETS LINES FILL OLD NET; do
		$cc $flags -DRAWBPF_NO_$part -fsyntax-only rawbpf.c || exit 1
	done
}
symbols "$to/rawbpf.o" | diff "$work/public" - | sed -n "s/^</$cc: not there:/p; s/^>/$cc: not static:/p"
symbols "$work/loader.o" | comm -13 "$work/public" - | sed "s/^/$cc: not static with RAWBPF_SMALL: /"

# the command that README shows, for the one that it shows
fast=-O0 # optimized once is enough
[ "$cc" != gcc ] || fast=
command=$(sed -n "s/^    $([ "$cc" = musl-gcc ] && echo musl-gcc || echo cc) \(.* rawbpf\.c .*\)/\1/p" "$root/README.md")
[ "$command" ] || { echo "README.md shows no command for $cc"; exit 1; }

# runs PROGRAM: attached, with a process of its own to look at, and ended by Ctrl-C, it prints its head
runs() {
	"$root/tools/demo/rights.sh" doc >"$work/lacks"
	[ ! -s "$work/lacks" ] || return 0 # without the rights it is built, no more
	sleep 60 &
	sleeper=$!
	(cd "$work/folder" && exec timeout -s INT 3 "$1" "$sleeper") >"$work/said" 2>&1
	kill "$sleeper"
	grep -q '^Tracing strlen()' "$work/said" || { echo "$cc: $1 in a folder of its own:"; cat "$work/said"; }
}

for example in "$root"/tools/examples/*.c; do
	name=$(basename "$example" .c)
	cp "$example" .
	if [ "$name" = strlen_hist ]; then
		# shellcheck disable=SC2086
		$cc $flags $command $fast || exit 1
		# and in that folder it runs: nothing is read but the two files' program itself
		runs ./strlen_hist
		mv strlen_hist "$to/"
	else
		# shellcheck disable=SC2086
		$cc $flags -o "$to/$name" "$name.c" "$to/rawbpf.o" $libelf || exit 1
	fi
	rm "$name.c"
done
