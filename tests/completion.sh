#!/bin/sh
# completion.sh [BUILD SHELL]: hold what shells complete to the command's own tables of options, and
# ask this shell.  Prints what failed; silence is success.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
dir=$top/tools/packaging/completion

same() { diff "$2" "$3" >"$tmp/diff" || { echo "$1:"; cat "$tmp/diff"; }; }

# "run --btf =" and "run -v": what tools/*.c give to getopt_long(3); -E is of one letter, -EB of two
commands=$(sed -n 's/^	{"\([a-z]*\)", [a-z]*_main, .*/\1/p' "$top/tools/main.c")
for c in $commands; do
	f=$top/tools/$c.c
	{
		cat "$f"
		grep -o 'TOOL_[A-Z_]*OPTIONS' "$f" | sort -u |
			while read -r m; do
			sed -n "/#define $m/,/[^\\\\]\$/p" "$top"/tools/*.h
		done
	} | grep -oE '"[a-z-]+", *(no|required|optional)_argument' | sed 's/"\(.*\)", *\(.*\)_argument/--\1 \2/; s/ no$//; s/ [ro].*/ =/' >"$tmp/long"
	tr '\n' ' ' <"$f" | sed -n "s/.*tool_getopt(\"$c\", *[a-z_]*, *argc, *argv, *\":\{0,1\}\([^\"]*\)\".*/\1/p" |
		sed 's/\([A-Za-z]\)/\n-\1 /g; s/::/ /g; s/:/=/g' | grep . | sed 's/ *$//' >"$tmp/short"
	[ -s "$tmp/long" ] && [ -s "$tmp/short" ] || echo "tools/$c.c: no options were found"
	sed "s/^/$c /" "$tmp/long" "$tmp/short"
done | sed 's/^\(.* -E\) =$/\1/' | sort -u >"$tmp/command"
[ "$(wc -l <"$tmp/command")" -ge 60 ] || echo "too few options were found in tools/*.c"

awk -F '|' -v commands="$commands" '/^#/ || NF < 4 || $2 == "-" { next }
	{ n = split($1 == "*" ? commands : $1, c, /[,\n ]+/); for (i = 1; i <= n; i++) print c[i], $2 ($3 == "" ? "" : " =") }' \
	"$dir/options" | sort -u >"$tmp/table"
sed 's/ \(-E\)[BL]$/ \1/' "$tmp/table" | sort -u >"$tmp/letters"
same "tools/packaging/completion/options (>) against the tables in tools/*.c (<)" "$tmp/command" "$tmp/letters"
[ $# = 2 ] || exit 0

build=$(cd "$1" && pwd)
cd "$top" || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
make -s BUILD="${build#"$top"/}" completion 2>&1 || exit
made=$build/packaging/completion
sed 's/ =$//' "$tmp/table" | sort >"$tmp/options"
{ echo "$commands"; echo help; } | sort >"$tmp/commands"
export HOME="$tmp" XDG_CONFIG_HOME="$tmp" XDG_DATA_HOME="$tmp"

# judge SHELL: of lines "COMPLETED LINE<tab>MATCH" on stdin
judge() {
	sort -u >"$tmp/got"
	sed -n 's/^rawbpf \([a-z]*\) -	/\1 /p' "$tmp/got" | sort >"$tmp/a"
	same "options in $1 (>)" "$tmp/options" "$tmp/a"
	sed -n 's/^rawbpf 	//p' "$tmp/got" | grep -v '^-' | sort >"$tmp/a"
	same "subcommands in $1 (>)" "$tmp/commands" "$tmp/a"
	sed -n 's/^rawbpf asm -f 	//p' "$tmp/got" | paste -sd ' ' | grep -qx 'c elf hex' || echo "$1: forms of asm -f"
	grep -qx 'rawbpf run -p 	[0-9]*' "$tmp/got" || echo "$1: no processes after run -p"
	[ "$(sed -n 's/^rawbpf audit 	//p' "$tmp/got")" = diff ] || echo "$1: no 'diff' after audit"
	sed -n 's/^rawbpf asm --arch 	//p' "$tmp/got" | grep -qx mips64el || echo "$1: processors of asm --arch"
	for line in 'rawbpf audit diff ' 'rawbpf run ' 'rawbpf dis -EB ' 'rawbpf asm --core ' 'rawbpf asm --btf '; do
		grep -q "^${line}	one\.bpf\$" "$tmp/got" || echo "$1: no file after '$line'"
	done
	grep -q '^rawbpf syms 	c$' "$tmp/got" || ! PATH=$PATH:/sbin ldconfig -p 2>/dev/null | grep -q 'libc\.so' ||
		echo "$1: no library after syms"
}
lines() {
	for c in $commands; do echo "rawbpf $c -"; done
	printf 'rawbpf %s\n' '' 'asm -f ' 'run -p ' 'run ' 'dis -EB ' 'asm --core ' 'asm --btf ' 'syms ' \
		'audit ' 'audit diff ' 'asm --arch '
}

mkdir "$tmp/files"
echo >"$tmp/files/one.bpf"
cd "$tmp/files" || exit 1
case $2 in
bash)
	# shellcheck disable=SC2016
	lines | bash -c '. "$1"; while IFS= read -r line; do
		read -ra COMP_WORDS <<<"$line"; [[ $line == *" " ]] && COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _rawbpf
		for m in "${COMPREPLY[@]}"; do printf "%s\t%s\n" "$line" "$m"; done
	done' - "$made/rawbpf" | judge bash
	# shellcheck disable=SC2016
	[ "$(bash -c '. "$1"; COMP_WORDS=(rawbpf run --btf = on); COMP_CWORD=4; _rawbpf; echo "${COMPREPLY[@]}"' - "$made/rawbpf")" = one.bpf ] ||
		echo "bash: no file after run --btf="
	;;
fish)
	# shellcheck disable=SC2016
	lines | fish --no-config -c 'source $argv[1]; while read -l -d \n line
		complete -C $line | string replace -r "\t.*" "" | string replace -r "^" "$line"\t
	end' "$made/rawbpf.fish" | judge fish
	;;
zsh)
	lines >"$tmp/lines"
	# shellcheck disable=SC2016
	zsh -f -c 'exec zsh -f "$1" "$2" "${(@f)$(<$3)}"' - "$top/tests/completion.zsh" "$made" "$tmp/lines" | judge zsh
	;;
*) echo "no shell '$2'" ;;
esac
