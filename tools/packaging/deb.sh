#!/bin/sh
# deb.sh BUILD VERSION: Debian packages of this tree in BUILD/deb, and what lintian says of them.
# DEB_BUILD_OPTIONS as for dpkg-buildpackage.  Exit status 77: a tool is missing.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1/deb"
out=$(cd "$1/deb" && pwd)
stage=$out/rawbpf-$2

for tool in dpkg-buildpackage dh lintian; do
	command -v $tool >/dev/null || { echo "deb: no $tool here: apt-get install dpkg-dev debhelper lintian" >&2; exit 77; }
done

# "debian" stands at the top of a package's tree; in ours it does not
rm -rf "$out"
mkdir -p "$stage"
cd "$top"
# of the tests only what the Makefile reads: a package's source holds no binaries without their source
cp -R src include bpfasm tools Makefile README.md LICENSE CHANGELOG.md "$stage/"
mkdir -p "$stage/tests/sites"
cp tests/sites/sites.mk "$stage/tests/sites/"
cp -R tools/packaging/debian "$stage/"
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
sed "s/@VERSION@/$2/; s/@DATE@/$(LC_ALL=C date -u -R -d "@$epoch")/" "$stage/debian/changelog.in" >"$stage/debian/changelog"
rm "$stage/debian/changelog.in"

# what the outer make was given is not for the package
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES BUILD CC CFLAGS CPPFLAGS LDFLAGS SAN WERROR
cd "$stage"
DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS:-parallel=$(nproc)}" dpkg-buildpackage -us -uc -F >"$out/log" 2>&1 || {
	tail -n 40 "$out/log" >&2
	echo "deb: dpkg-buildpackage failed; all of it is in $out/log" >&2
	exit 1
}
cd "$out"
rm -rf "$stage"
# root may run it, too: the package's files are read, not run
lintian --allow-root --fail-on error,warning --tag-display-limit 0 ./*.changes
for f in *.deb; do echo "$out/$f"; done
