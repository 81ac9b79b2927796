#!/bin/sh
# readme.sh BUILD: run what README.md shows.  Prints what failed; silence is success.
#
# Indented lines that begin with "build/rawbpf" or "sudo build/rawbpf" are run, the C compiler's
# line too (that of the amalgam is tests/amalgam.sh's); fenced programs are assembled (text with .prog) or compiled and linked (C with main).
# What needs the kernel is left out without the rights, which the last line then tells.
set -u
top=$(cd "$(dirname "$0")/.." && pwd) build=$(cd "$1" && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
ln -s "$build" "$tmp/build"
ln -s "$top/bpfasm" "$top/include" "$top/tests" "$top/tools" "$tmp/"
cp "$top"/bpfasm/examples/strlen_hist.bpf "$tmp/"
cd "$tmp" || exit 1

needs_root() {
	case $1 in *rawbpf\ run* | *rawbpf\ load* | *rawbpf\ trace* | *rawbpf\ doctor*) return 0 ;; esac
	return 1
}

awk '/^```/ { inside = !inside; n += inside; next } inside { print > ("block-" n) }' "$top/README.md"
ran=0 left=0
lacks=$("$top/tools/demo/rights.sh" doc)
for f in block-*; do
	if grep -q '^[[:space:]]*\.prog' "$f"; then
		ran=$((ran + 1))
		build/rawbpf asm -o /dev/null "$f" >out 2>&1 || { echo "$f does not assemble:"; cat "$f" out; }
	elif grep -q 'int main(' "$f"; then
		cp "$f" strlen_hist.c
	fi
done

# shellcheck disable=SC2016
sed -n 's/^    \(sudo \)\{0,1\}\(build\/rawbpf .*\)/\2/p; s/^    cc \(.*\)/${CC:-cc} -Wall -Wextra -Werror $DOC_CFLAGS \1/p' \
	"$top/README.md" | grep -v ' rawbpf\.c ' | sed 's/[[:space:]]\{2,\}#.*//' >list
while IFS= read -r line; do
	if needs_root "$line" && [ -n "$lacks" ]; then
		left=$((left + 1))
		continue
	fi
	ran=$((ran + 1))
	DOC_CFLAGS=${DOC_CFLAGS:-} timeout 60 sh -c "$line" >out 2>&1 </dev/null
	status=$?
	[ $status = 0 ] || { echo "\$ $line: exit $status"; head -5 out; }
done <list
[ $((ran + left)) -ge 8 ] || echo "README.md: only $ran examples were found"
[ $left = 0 ] || echo "left out: $left"
