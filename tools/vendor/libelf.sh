#!/bin/sh
# libelf.sh DIR: DIR/libelf.a (zlib in it) and DIR/include, made by the compiler CC from the sources
# of elfutils and zlib.  For C libraries and CPUs whose libelf.a this machine does not have.
#
# On Debian apt brings the sources, from the archive that this machine uses and with its checks, into
# CACHE (~/.cache/rawbpf).  LIBELF_SOURCES: a folder that has them unpacked, elfutils-*/ and zlib-*/;
# nothing is fetched then.  CFLAGS, AR: as usual.  Exit status 77: no sources can be had here.
set -eu

die() { echo "libelf: $*" >&2; exit 1; }
none() { echo "libelf: $*" >&2; exit 77; }

dir=$1
cc=${CC:-cc} ar=${AR:-ar}
cflags=${CFLAGS:--Os}
cache=${CACHE:-${XDG_CACHE_HOME:-${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}/.cache}/rawbpf}
tmp=
trap '[ -z "$tmp" ] || rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# fetch TO: both packages' sources, unpacked
fetch() {
	for tool in apt-get tar bzip2 flock; do
		command -v $tool >/dev/null || none "no $tool; LIBELF_SOURCES can name the sources of elfutils and zlib"
	done
	# one at a time: another would take away what the first has just brought
	exec 9<"$cache"
	flock 9
	[ ! -d "$1" ] || return 0
	tmp=$1.new.$$
	mkdir -p "$tmp/lists/partial" "$tmp/archives/partial" "$tmp/sources"
	# shellcheck disable=SC2016
	apt-get indextargets --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
		grep ' main$' | grep -v security | sort -u >"$tmp/sources.list"
	[ -s "$tmp/sources.list" ] || none "apt knows no archive; LIBELF_SOURCES can name the sources"
	for step in update 'source --download-only elfutils zlib'; do
		# shellcheck disable=SC2086
		(cd "$tmp" && apt-get -q -o Dir::Etc::sourcelist="$tmp/sources.list" \
			-o Dir::Etc::sourceparts=- -o Dir::State::lists="$tmp/lists" \
			-o Dir::State::status=/dev/null -o Dir::Cache="$tmp" \
			-o APT::Sandbox::User= -o Acquire::Languages=none $step) >"$tmp/log" 2>&1 || {
			tail -n 3 "$tmp/log" >&2
			none "apt could not bring the sources of elfutils and zlib"
		}
	done
	for package in "$tmp"/elfutils_*.orig.tar.* "$tmp"/zlib_*.orig.tar.*; do
		case $package in *.asc) continue ;; esac
		tar -xf "$package" -C "$tmp/sources" --wildcards '*.[ch]' '*README' || die "'$package' cannot be unpacked"
	done
	rm -rf "$1"
	mv "$tmp/sources" "$1"
	rm -rf "$tmp"
	tmp=
}

sources=${LIBELF_SOURCES:-$cache/sources}
[ -n "${LIBELF_SOURCES:-}" ] || [ -d "$sources" ] || { mkdir -p "$cache"; fetch "$sources"; }
elf=$(find "$sources" -maxdepth 1 -name 'elfutils-*' | head -n 1)
z=$(find "$sources" -maxdepth 1 -name 'zlib-*' | head -n 1)
if [ ! -f "$elf/libelf/libelf.h" ] || [ ! -f "$z/zlib.h" ]; then
	die "'$sources' lacks elfutils-*/libelf or zlib-*"
fi

rm -rf "$dir/o" "$dir/include" "$dir/libelf.a"
mkdir -p "$dir/o" "$dir/include"
# what configure would have found out, and no translations
cat >"$dir/o/config.h" <<-END
	#define HAVE_ERR_H 1
	#define HAVE_DECL_MEMPCPY 1
	#define HAVE_DECL_REALLOCARRAY 1
	#define _GNU_SOURCE 1
	#include <eu-config.h>
END
echo '#define dgettext(domain, text) (text)' >"$dir/o/libintl.h"
{
	find "$elf/libelf" -name '*.c' | sort
	for f in adler32 compress crc32 deflate inffast inflate inftrees trees zutil; do
		echo "$z/$f.c"
	done
} >"$dir/o/list"
# shellcheck disable=SC2016
xargs -P "$(nproc 2>/dev/null || echo 1)" -n 12 sh -c '
	flags=$1 dir=$2 elf=$3 z=$4
	shift 4
	for f; do
		n=$(basename "$(dirname "$f")")-$(basename "$f" .c).o
		$flags -std=gnu11 -w -ffunction-sections -fdata-sections -DHAVE_CONFIG_H \
			-I"$dir/o" -I"$elf/libelf" -I"$elf/lib" -I"$z" -c -o "$dir/o/$n" "$f" || exit 255
	done' sh "$cc $cflags" "$dir" "$elf" "$z" <"$dir/o/list" || die "$cc cannot compile it"
$ar rcs "$dir/o/libelf.a" "$dir"/o/*.o
cp "$elf/libelf/libelf.h" "$elf/libelf/gelf.h" "$dir/include/"
mv "$dir/o/libelf.a" "$dir/libelf.a"
rm -rf "$dir/o"
