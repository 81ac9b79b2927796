#!/bin/sh
# packages.sh BUILD: fetch the Debian packages of tests/data/usdt/truth.txt, of every CPU, and hold
# the listing of their files against it, where they are still the same (the tests say how many are
# not), and against readelf.  VM_CACHE: where they are kept, beside the kernels of check-vm.  Exit
# status 77: apt is missing.
set -u
build=$1
tests=$(cd "$(dirname "$0")" && pwd)
cache=${VM_CACHE:-${XDG_CACHE_HOME:-${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}/.cache}/rawbpf-vm}/usdt

for tool in apt-get dpkg-deb; do
	command -v $tool >/dev/null || { echo "check-packages: skipped, no $tool"; exit 77; }
done
mkdir -p "$cache" || exit 1
groups=$(sed -n 's/^file \([^ ]*\) \([^ ]*\) .*/\1 \2/p' "$tests/data/usdt/truth.txt" | sort -u)
echo "$groups" | while read -r suite arch; do
	names=$(sed -n "s/^file $suite $arch \([^ ]*\) .*/\1/p" "$tests/data/usdt/truth.txt" | sort -u)
	# shellcheck disable=SC2086
	"$tests/vm/fetch.sh" "$cache/$suite-$arch" "$suite" "$arch" $names || exit 1
done || exit 1
USDT_FILES=$cache PARITY_DIRS=$cache "$build/check" note usdt_parity || exit 1
echo "check-packages: $(cat "$build/parity")"
