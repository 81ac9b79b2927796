#!/bin/sh
# fetch.sh DIR SUITE ARCH PATTERN ...: the newest Debian package that each pattern names, for that
# architecture, unpacked into DIR.  apt is asked where the archive is and checks the signatures; its
# state is private, so no root is needed and nothing is installed.  What is in DIR and no older than
# a week is taken as it is; older, it serves where apt fails.  Of several at once one fetches.
set -u

die() { echo "fetch: $*" >&2; exit 1; }

dir=$1 suite=$2 arch=$3
shift 3
# one at a time: another would take away what the first has just brought
mkdir -p "$(dirname "$dir")" && exec 9<"$(dirname "$dir")" || exit 1
flock 9 || exit 1
want="$suite $arch $*"
[ "$(cat "$dir/want" 2>/dev/null)" = "$want" ] && old=1 || old=
[ "$old" ] && [ "$(find "$dir/want" -mtime -7)" ] && exit 0

tmp=$dir.new.$$
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
rm -rf "$tmp"
mkdir -p "$tmp/lists/partial" "$tmp/archives/partial" "$tmp/root" || exit 1

# the archive's address: VM_MIRROR, or the first of this machine's own that is not the security one
# shellcheck disable=SC2016
uri=${VM_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' |
	grep -v security | head -n 1)}
[ "$uri" ] || die "apt knows no archive; VM_MIRROR can name one"
echo "deb [arch=$arch] $uri $suite main" >"$tmp/sources.list"

apt() {
	tool=$1; shift
	"$tool" -q -o Dir::Etc::sourcelist="$tmp/sources.list" -o Dir::Etc::sourceparts=- \
		-o Dir::State::lists="$tmp/lists" -o Dir::State::status=/dev/null \
		-o Dir::Cache="$tmp" -o APT::Sandbox::User= -o APT::Architecture="$arch" \
		-o APT::Architectures="$arch" -o Acquire::Languages=none "$@"
}

get() {
	apt apt-get update >"$tmp/log" 2>&1 || return 1
	names=
	for pattern; do
		name=$(apt apt-cache pkgnames | grep -x -e "$pattern" | grep -v -e -rt- -e unsigned |
			sort -V | tail -n 1)
		[ "$name" ] || { echo "no package $pattern in $suite" >>"$tmp/log"; return 1; }
		names="$names $name"
	done
	# shellcheck disable=SC2086
	(cd "$tmp" && apt apt-get download $names) >>"$tmp/log" 2>&1 || return 1
	for deb in "$tmp"/*.deb; do
		dpkg-deb -x "$deb" "$tmp/root" || return 1
	done
	echo "$names" >"$tmp/root/names"
}

if get "$@"; then
	echo "$want" >"$tmp/root/want"
	rm -rf "$dir"
	mv "$tmp/root" "$dir"
elif [ "$old" ]; then
	touch "$dir/want"
	echo "fetch: $suite: apt failed; the kernel of the cache serves another week" >&2
else
	tail -n 5 "$tmp/log" >&2
	die "$suite $arch: apt could not bring $*"
fi
