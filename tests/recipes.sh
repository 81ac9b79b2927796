#!/bin/sh
# recipes.sh BUILD: what the recipes of Alpine, Buildroot and Yocto do, done without these systems, on
# what BUILD has.  Prints what failed; silence is success.
set -u
top=$(cd "$(dirname "$0")/.." && pwd) build=$(cd "$1" && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
pkg=$top/tools/packaging
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES DESTDIR PREFIX
cd "$top" || exit 1

version=$(sed -n 's/^VERSION *:= *//p' "$pkg/install.mk") so=$(sed -n 's/^SOVERSION *:= *//p' "$pkg/install.mk")
is() { [ "$2" = "$3" ] || echo "$1: '$2', not '$3'"; }

# one list for all: what make install puts below /usr
files() { (cd "$1" 2>/dev/null && find . ! -type d | sort); }
make -s BUILD="${build#"$top"/}" PREFIX=/usr DESTDIR="$tmp/want" install 2>&1 || exit
files "$tmp/want" >"$tmp/want.list"
installs() { files "$2" | diff "$tmp/want.list" - >"$tmp/diff" || { echo "$1 installs:"; cat "$tmp/diff"; }; }

# ---- Debian: the soname is in the names ------------------------------------------------------------

is "libraries of debian/control" "$(sed -n 's/^Package: \(lib[a-z]*[0-9]\)$/\1/p' "$pkg/debian/control" | paste -sd ' ')" \
	"librawbpf$so libbpfasm$so"
is "libraries of debian/" "$(cd "$pkg/debian" && echo lib*[0-9].install)" "libbpfasm$so.install librawbpf$so.install"

# ---- Alpine: the functions of the recipe, as abuild calls them -----------------------------------------

recipe=$pkg/alpine/APKBUILD
if command -v shellcheck >/dev/null; then
	# what abuild reads, and what it sets
	shellcheck -s sh -e SC2034,SC2154 "$recipe"
fi
mkdir -p "$tmp/src"
ln -s "$build" "$tmp/src/build"
# shellcheck disable=SC2034,SC2154
(
	set -e
	startdir=$pkg/alpine srcdir=$tmp/src pkgdir=$tmp/alpine
	# shellcheck source=/dev/null
	. "$recipe"
	is "APKBUILD: version" "$pkgver" "$version"
	for need in "$pkgname" "$pkgdesc" "$url" "$arch" "$license" "$makedepends"; do
		[ "$need" ] || echo "APKBUILD: something that abuild demands is empty"
	done
	cd "$builddir"
	[ -f Makefile ] || echo "APKBUILD: no sources in $builddir"
	build
	package
) >"$tmp/said" 2>&1 || { echo "APKBUILD:"; cat "$tmp/said"; }
grep '^APKBUILD:' "$tmp/said"
installs APKBUILD "$tmp/alpine"

# ---- Buildroot: the commands of the recipe, by a package machinery of three lines -----------------

cat >"$tmp/buildroot.mk" <<END
BR2_EXTERNAL_RAWBPF_PATH := $pkg/buildroot
TARGET_MAKE_ENV := BUILD=$build
TARGET_CONFIGURE_OPTS := CC=cc
TARGET_DIR := $tmp/target
STAGING_DIR := $tmp/staging
include $pkg/buildroot/external.mk
all:
	@test "\$(RAWBPF_VERSION)" = "$version" || echo "rawbpf.mk: version"
	@test "\$(RAWBPF_SITE)" = "$top" || echo "rawbpf.mk: sources in \$(RAWBPF_SITE)"
	@test -f "$top/\$(RAWBPF_LICENSE_FILES)" || echo "rawbpf.mk: no license"
# \$(@D) of this target is where the sources are
$top/.:
	\$(RAWBPF_BUILD_CMDS)
	\$(RAWBPF_INSTALL_STAGING_CMDS)
	\$(RAWBPF_INSTALL_TARGET_CMDS)
.PHONY: all $top/.
END
make -s -f "$tmp/buildroot.mk" all 2>&1
make -s -f "$tmp/buildroot.mk" "$top/." >"$tmp/said" 2>&1 || { echo "rawbpf.mk:"; cat "$tmp/said"; }
installs "rawbpf.mk, staging," "$tmp/staging"
installs "rawbpf.mk, target," "$tmp/target"
grep -oh 'BR2_[A-Z_]*' "$pkg/buildroot/package/rawbpf/Config.in" | sort -u | while read -r option; do
	case $option in
	BR2_EXTERNAL_RAWBPF_PATH | BR2_PACKAGE_RAWBPF | BR2_PACKAGE_ELFUTILS) ;;
	BR2_USE_WCHAR | BR2_STATIC_LIBS | BR2_TOOLCHAIN_HAS_THREADS) ;;
	*) echo "Config.in: $option is not one that elfutils has" ;;
	esac
done

# ---- Yocto: the functions of the recipe, with what bitbake would put for its variables --------------

recipe=$pkg/yocto/recipes-devtools/rawbpf/rawbpf_$version.bb
[ -f "$recipe" ] || echo "no $recipe"
is "the license's sum in the recipe" "$(sed -n 's/^LIC_FILES_CHKSUM = .*md5=\([0-9a-f]*\)"/\1/p' "$recipe")" \
	"$(md5sum <LICENSE | sed 's/ .*//')"
is "the recipe's sources" "$(realpath "$(dirname "$recipe")/$(sed -n "s/^EXTERNALSRC = .*'\/\(.*\)').*/\1/p" "$recipe")")" "$top"
{
	echo "S='$top' B='$build' D='$tmp/yocto' BPN=rawbpf CC=cc AR=ar CFLAGS='-O2 -g' LDFLAGS="
	echo "prefix=/usr bindir=/usr/bin libdir=/usr/lib includedir=/usr/include datadir=/usr/share"
	echo "mandir=/usr/share/man docdir=/usr/share/doc"
	# bitbake puts in values first, quotes are the shell's
	# shellcheck disable=SC2016
	printf 'extra=$(cat <<END\n%s\nEND\n)\n' "$(sed -n '/^EXTRA_OEMAKE = "/,/"$/p' "$recipe" | sed 's/^EXTRA_OEMAKE = "//; s/"$//; s/\\$//' | tr '\n' ' ')"
	# shellcheck disable=SC2016
	echo 'oe_runmake() { eval "make -s $extra \"\$@\""; }'
	sed -n '/^do_[a-z]*() {/,/^}/p' "$recipe"
	echo 'do_compile && do_install'
} >"$tmp/yocto.sh"
sh -e "$tmp/yocto.sh" >"$tmp/said" 2>&1 || { echo "the recipe of Yocto:"; cat "$tmp/said"; }
installs "the recipe of Yocto" "$tmp/yocto"
