#!/bin/sh
# size.sh BUILD: bytes of the static tools, what the loader of the amalgam adds to a program, and the
# most memory that the tool with musl had at once.  An object for the last two is assembled here.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# row WHAT BYTES BAR
row() { awk -v w="$1" -v n="$2" -v bar="$3" 'BEGIN {
	printf "%-58s %8d %8d%s\n", w, n, bar, n < bar ? "" : "  over" }'; }

# stripped FILE: its bytes without symbols
stripped() {
	strip -o "$work/stripped" "$1"
	stat -c %s "$work/stripped"
}
# loaded PROGRAM: text and data
loaded() { size "$1" | awk 'NR == 2 {print $1 + $2}'; }

# peak TOOL FILE: VmHWM of a run in KiB, looked at until it ends
peak() {
	"$build/$1/rawbpf" run -d 1 "$2" >"$work/out" 2>&1 &
	most=0
	while kb=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$!/status" 2>/dev/null) && [ "$kb" ]; do
		[ "$kb" -le "$most" ] || most=$kb
		sleep 0.05
	done
	wait "$!" || { cat "$work/out" >&2; most=; }
	[ "$most" ] && echo "$most"
}

printf '%-58s %8s %8s\n' "bytes" "is" "bar"
row "tool, static, glibc" "$(stripped "$build/static/rawbpf")" 1100000
row "tool, static, musl" "$(stripped "$build/musl/rawbpf")" 450000
row "... that runs objects only (make musl SMALL=1)" "$(stripped "$build/musl-small/rawbpf")" 450000

# what the parts of the tool with musl weigh, code and constants
for f in "$build"/musl/bpfasm/*.o "$build"/musl/gen/*.o "$build"/musl/src/*.o "$build"/musl/tools/*.o; do
	size "$f" | awk -v f="${f#"$build"/musl/}" 'NR == 2 { print $1 + $2, f }'
done | awk '
	function part(f) {
		if (f ~ /^(bpfasm|gen)/) return "assembler"
		if (f ~ /^tools/) return "subcommands"
		if (f ~ /^src\/(vlog|near|map(rule|why)|prog(spot|why)|rights|kprobewhy)/) return "advice"
		if (f ~ /^src\/(usdt|note)/) return "USDT"
		if (f ~ /^src\/(audit|dry)/) return "audit, dry run"
		if (f ~ /^src\/(list|symlist)/) return "listings"
		return "loader"
	}
	{ bytes[part($2)] += $1; sum += $1 }
	END { for (p in bytes) printf "    %-54s %8d\n", p, bytes[p] | "sort -k1.60nr"; close("sort -k1.60nr")
		printf "    %-54s %8d\n", "all of our own", sum }'

# the program of README with its object inside, and one that does nothing
cd "$work"
cp "$build/amalgam/rawbpf.c" "$build/amalgam/rawbpf.h" .
echo 'int main(void) { return 0; }' >empty.c
"$build/rawbpf" asm -o strlen_hist.o "$root/bpfasm/examples/strlen_hist.bpf"
{
	echo 'static const unsigned char object[] = {'
	od -An -v -tu1 strlen_hist.o | sed 's/[0-9][0-9]*/&,/g'
	echo '};'
	sed '/^static const char text/,/;$/d; s/\.text = text, .name = "[^"]*"/.image = object, .image_len = sizeof(object)/' "$root/tools/examples/strlen_hist.c"
} | awk '/_POSIX_C_SOURCE/ {next} {print}' >loader.c
flags="-std=gnu11 -Os -ffunction-sections -fdata-sections -Wl,--gc-sections"
# shellcheck disable=SC2086
{
	${CC:-cc} $flags -o empty empty.c
	${CC:-cc} $flags -DRAWBPF_NO_ASM -o loader loader.c rawbpf.c -lelf
	${CC:-cc} $flags -DRAWBPF_SMALL -o least loader.c rawbpf.c -lelf
}
row "loader of the amalgam, with strlen_hist: text and data" $(($(loaded loader) - $(loaded empty))) 64000
row "... of what has to be there (RAWBPF_SMALL)" $(($(loaded least) - $(loaded empty))) 64000

printf '\n%-58s %8s %8s\n' "KiB at most (VmHWM), musl" "is" "bar"
# most TOOL FILE WHAT
most() {
	if kb=$(peak "$1" "$2"); then
		row "$3" "$kb" 400
	else
		echo "$3: needs root"
	fi
}
for example in strlen_hist opensnoop; do
	file=$root/bpfasm/examples/$example.bpf
	"$build/rawbpf" asm -o "$example.o" "$file"
	most musl "$file" "rawbpf run $example.bpf"
	most musl-small "$example.o" "... its object, SMALL=1"
done
