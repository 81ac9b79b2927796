#!/bin/sh
# demo.sh: trace strlen() on this machine for about 5 seconds while real programs run, show who
# opens files, and check one process's counts against what it knows of itself.
# usage: demo.sh BUILD-DIRECTORY
set -u
build=$1
rawbpf=$build/rawbpf
top=$(cd "$(dirname "$0")/../.." && pwd)
hist=$top/bpfasm/examples/strlen_hist.bpf
opens=$top/bpfasm/examples/opensnoop.bpf

die() { echo "demo: $*" >&2; exit 1; }

tmp=$(mktemp -d) || exit 1
pids=
# shellcheck disable=SC2317,SC2329
stop() {
	trap - EXIT INT TERM
	for p in $pids; do kill "$p" 2>/dev/null; done
	wait 2>/dev/null
	rm -rf "$tmp"
}
trap stop EXIT
trap 'exit 130' INT TERM

# started FILE PID: wait until the tracer says on stderr that it is attached
started() {
	n=0
	until grep -q attached "$1" 2>/dev/null; do
		kill -0 "$2" 2>/dev/null || { cat "$1" >&2; die "the tracer ended early"; }
		n=$((n + 1))
		[ $n -lt 300 ] || die "the tracer was not ready within 30 seconds"
		sleep 0.1
	done
}

# real programs, over and over, until told to stop
workload() {
	while :; do
		find /usr/share/doc 2>/dev/null | head -2000 | sort | uniq -c | sort -rn >/dev/null
		grep -r root /etc/passwd /etc/group 2>/dev/null | awk -F: '{print $1}' >/dev/null
		find /etc -maxdepth 2 -name '*.conf' -exec wc -l {} + >/dev/null 2>&1
		for i in 1 2 3 4 5; do expr "$i" : '.*' >/dev/null; done
	done
}

echo "== who opens files (opensnoop.bpf)"
workload & pids="$pids $!"
"$rawbpf" run -d 1 "$opens" 2>"$tmp/opens.err" >"$tmp/opens.out" || { cat "$tmp/opens.err" >&2; die "opensnoop.bpf failed"; }
[ -s "$tmp/opens.out" ] || die "no open was seen in one second"
head -8 "$tmp/opens.out"

echo
echo "== strlen() everywhere, for 5 seconds (strlen_hist.bpf)"
mkfifo "$tmp/go"
"$build/known" <"$tmp/go" >"$tmp/known.out" & known=$!
pids="$pids $known"
exec 3>"$tmp/go"
n=0
until [ -s "$tmp/known.out" ]; do
	n=$((n + 1)); [ $n -lt 50 ] || die "the known process did not start"
	sleep 0.1
done
"$rawbpf" run -d 5 "$hist" >"$tmp/all.out" 2>"$tmp/all.err" & all=$!
pids="$pids $all"
"$rawbpf" run --json -d 5 -p "$known" "$hist" >"$tmp/one.json" 2>"$tmp/one.err" & one=$!
pids="$pids $one"
started "$tmp/all.err" "$all"
started "$tmp/one.err" "$one"
echo go >&3
wait "$known" || die "the known process failed"
wait "$all" || { cat "$tmp/all.err" >&2; die "strlen_hist.bpf failed"; }
wait "$one" || { cat "$tmp/one.err" >&2; die "strlen_hist.bpf -p failed"; }
cat "$tmp/all.out"

# lengths, not pointers: nothing at or above 2^32
awk '$2 == "->" && $1 >= 4294967296 && $5 > 0 { bad = 1 } END { exit bad }' "$tmp/all.out" ||
	die "results of 2^32 and more: these are pointers, not lengths"
grep -q -- '->' "$tmp/all.out" || die "the histogram is empty"

# the known process: exactly what it said it would do
tail -n +2 "$tmp/known.out" >"$tmp/want"
sed 's/{"low"/\n&/g' "$tmp/one.json" |
	sed -n 's/^{"low": *\([0-9]*\), *"high": *\([0-9]*\), *"count": *\([0-9]*\).*/\1 \2 \3/p' |
	awk '$3 > 0' >"$tmp/got"
echo
if diff "$tmp/want" "$tmp/got" >"$tmp/diff"; then
	echo "== one process's own counts: $(awk '{n += $3} END {print n}' "$tmp/got") calls, each in the bucket it must be in"
else
	echo "demo: the known process's histogram differs ('<' what it did, '>' what was counted):" >&2
	cat "$tmp/diff" >&2
	exit 1
fi
