#!/bin/sh
# install.sh BUILD: make install into folders of its own, use what is there, take it away again.
# Prints what failed; silence is success.
set -u
top=$(cd "$(dirname "$0")/.." && pwd) build=$(cd "$1" && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
cd "$top" || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES DESTDIR PREFIX
cc=${CC:-cc}

to() { make -s BUILD="${build#"$top"/}" "$@" >"$tmp/said" 2>&1 || { echo "make $*:"; cat "$tmp/said"; exit; }; }
same() { printf '%s\n' "$2" | sort >"$tmp/a"; printf '%s\n' "$3" | sort | diff "$tmp/a" - >"$tmp/diff" || { echo "$1:"; cat "$tmp/diff"; }; }

# ---- what a packager does: another prefix than the folder it goes to, the libraries elsewhere ----

root="$tmp/a root"
mkdir -p "$root/usr/share/doc/rawbpf"
echo kept >"$root/usr/share/doc/rawbpf/ours"
to install PREFIX=/usr LIBDIR=/usr/lib/cpu DESTDIR="$root"
same "files of make install" "$(cd "$root" && find . ! -type d | sed -n 's,^\./,,p' | grep -v '/examples/')" "\
usr/bin/rawbpf
$(for l in rawbpf bpfasm; do for s in a so so.0 so.0.1.0; do echo "usr/lib/cpu/lib$l.$s"; done; done)
usr/lib/cpu/pkgconfig/bpfasm.pc
usr/lib/cpu/pkgconfig/rawbpf.pc
$(for h in include/*.h; do echo "usr/$h"; done)
usr/share/bash-completion/completions/rawbpf
usr/share/doc/rawbpf/ours
usr/share/fish/vendor_completions.d/rawbpf.fish
usr/share/man/man1/rawbpf.1
usr/share/man/man3/bpfasm.3
usr/share/man/man3/rawbpf.3
usr/share/man/man5/bpfasm.5
usr/share/zsh/site-functions/_rawbpf"
for f in bpfasm/examples/*.bpf tools/examples/*.c; do
	cmp "$f" "$root/usr/share/doc/rawbpf/examples/${f##*/}" 2>&1
done
[ "$(find "$root/usr" -type f -perm /111 ! -name rawbpf)" = "" ] || echo "executable: more than the command"
grep -n "$tmp" "$root"/usr/lib/cpu/pkgconfig/* && echo "DESTDIR is in what was installed"

# ---- the functions of the headers, those only, each of them ------------------------------------

for lib in rawbpf bpfasm; do
	printf '#include <%s.h>\n' rawbpf rawbpf_usdt rawbpf_sys bpfasm |
		$cc -E -P -DRAWBPF_API=@rawbpf@ -DBPFASM_API=@bpfasm@ -Iinclude -x c - | tr '\n' ' ' |
		grep -oE "@$lib@ [^;(]*\(" | sed 's/.*[ *]\([a-z0-9_]*\)(/\1/' | sort -u >"$tmp/$lib.functions"
	same "lib$lib.so: functions against those of the headers" \
		"$(nm -D --defined-only "$root/usr/lib/cpu/lib$lib.so" | awk '$2 != "A" {sub(/@.*/, "", $3); print $3}')" \
		"$(cat "$tmp/$lib.functions")"
	while read -r f; do
		grep -qw -e "$f" -e "${f%_opts}" include/$lib.3 || echo "$lib.3 does not tell of $f()"
	done <"$tmp/$lib.functions"
	readelf -d "$root/usr/lib/cpu/lib$lib.so" >"$tmp/dynamic"
	grep -q "soname: \[lib$lib.so.0\]" "$tmp/dynamic" || echo "lib$lib.so: no soname lib$lib.so.0"
	grep -E 'TEXTREL|RPATH|RUNPATH' "$tmp/dynamic"
	sed -n 's/.*(NEEDED).*\[\(lib[a-z]*\)\..*/\1/p' "$tmp/dynamic" >"$tmp/$lib.needed"
done
[ "$(wc -l <"$tmp/rawbpf.functions")" -ge 80 ] || echo "too few functions were found in rawbpf.h"
same "what librawbpf.so needs" "$(grep -v '^libc$' "$tmp/rawbpf.needed")" "libbpfasm
libelf"
same "what libbpfasm.so needs" "$(grep -v '^libc$' "$tmp/bpfasm.needed")" ""

# ---- what a user does: a prefix, pkg-config, a program of each kind -------------------------------

to install PREFIX="$tmp/p"
cat >"$tmp/two.c" <<'END'
#include <bpfasm.h>
#include <rawbpf_sys.h>

int main(void)
{
	struct rawbpf *b = rawbpf_new();
	struct bpfasm_resolver r;
	struct bpfasm_opts o = {.sz = sizeof(o), .format = BPFASM_RAW, .resolver = &r};
	struct bpfasm_out out;
	int err = rawbpf_resolver(b, "x86_64", &r);

	if (!err)
		err = bpfasm_assemble(".prog f \"kprobe/f\"\nr0 = retval\nexit\n", 36, &o, &out);
	if (!err)
		printf("%zu bytes, %s\n", out.len, rawbpf_errno_name(rawbpf_load(b, .src_file = "/none")));
	bpfasm_free(&out);
	rawbpf_free(b);
	return err ? 1 : 0;
}
END
export PKG_CONFIG_PATH="$tmp/p/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
unset LD_LIBRARY_PATH # the linker looks there, too: what pkg-config says must be enough
# runs PROGRAM: with the libraries that were installed
runs() { LD_LIBRARY_PATH="$tmp/p/lib" "$@" 2>&1; }
# uses PROGRAM.c NAME [FLAG]: built with what pkg-config says, as a shared or a static program
uses() {
	# shellcheck disable=SC2046,SC2086
	$cc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror ${3:-} -o "$tmp/out" "$1" $(pkg-config ${3:+--static} --cflags --libs $2) 2>&1
}
for how in '' -static; do
	uses "$tmp/two.c" 'rawbpf bpfasm' $how && same "a program of both libraries $how" "$(runs "$tmp/out")" "16 bytes, ENOENT"
	uses tools/examples/assemble.c bpfasm $how && same "a program of the assembler $how" \
		"$(printf 'r0 = 7\nexit\n' | runs "$tmp/out")" "b7 00 00 00 07 00 00 00
95 00 00 00 00 00 00 00"
	uses tools/examples/strlen_hist.c rawbpf $how
	[ -z "$how" ] || continue
	readelf -d "$tmp/out" | grep -q 'NEEDED.*libelf' && echo "a program of librawbpf.so is told to link libelf"
done
same "the command that was installed" "$(runs "$tmp/p/bin/rawbpf" asm -f hex -o - - <"$top/bpfasm/examples/exits.bpf" | head -c 4)" \
	"$("$build/rawbpf" asm -f hex -o - - <"$top/bpfasm/examples/exits.bpf" | head -c 4)"

# ---- and away -------------------------------------------------------------------------------------

to uninstall PREFIX=/usr LIBDIR=/usr/lib/cpu DESTDIR="$root"
same "left by make uninstall" "$(find "$root" ! -type d)" "$root/usr/share/doc/rawbpf/ours"
to uninstall PREFIX="$tmp/p"
same "left by make uninstall" "$(find "$tmp/p" ! -type d; find "$tmp/p" -path '*/doc/*')" ""
to install PREFIX="$tmp/q" SHARED=
same "without shared libraries" "$(cd "$tmp/q/lib" && ls)" "libbpfasm.a
librawbpf.a
pkgconfig"
