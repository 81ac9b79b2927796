#!/bin/sh
# run.sh BUILD SECONDS NAME...: run each fuzzer for its share of the seconds, or FUZZ_RUNS times, from
# its committed corpus; what it finds on its way is kept in BUILD/corpus.  Fails after a crash, a leak or an
# input that takes 10 seconds; the input is then BUILD/NAME-crash-..., to be given to BUILD/NAME.
# tests/fuzz/NAME.flags has more of libFuzzer's flags.
set -eu

build=$1 seconds=$2
shift 2
share=$((seconds / $#))
[ "$share" -gt 0 ] || share=1
failed=
# memory that was freed is soon used again, while it is in the cache
export ASAN_OPTIONS="quarantine_size_mb=16:malloc_context_size=8${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
limit=-max_total_time=$share
[ -z "${FUZZ_RUNS:-}" ] || limit=-runs=$FUZZ_RUNS
for name; do
	max_len=8192
	# a refusal and the way to it; ten million of them in half an hour
	[ "$name" != vlog ] || max_len=2048
	mkdir -p "$build/corpus/$name"
	flags=$(cat "tests/fuzz/$name.flags" 2>/dev/null || :)
	# shellcheck disable=SC2086 # each word of flags is a flag
	if ! "$build/$name" "$limit" -timeout=10 -rss_limit_mb=2048 -max_len=$max_len $flags \
		-artifact_prefix="$build/$name-" "$build/corpus/$name" \
		"tests/fuzz/corpus/$name" >"$build/$name.log" 2>&1; then
		grep -vE '^(INFO|#[0-9]+)' "$build/$name.log" | head -60
		failed="$failed $name"
	fi
	printf '%-12s %s\n' "$name" "$(grep '^Done ' "$build/$name.log" || tail -n 1 "$build/$name.log")"
done
[ -z "$failed" ] || { echo "fuzz: failed:$failed" >&2; exit 1; }
