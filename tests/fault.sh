#!/bin/sh
# fault.sh BUILD: make check-fault, the whole of test_fault.c, or of those scenarios whose names begin
# as RAWBPF_FAULT says.  Nearly all of the time the kernel waits until no CPU can run any more what
# is given up: meanwhile it is told to end such waits as soon as it can, as it does while it boots.
set -u
rcu=/sys/kernel/rcu_expedited
was=$(cat $rcu 2>/dev/null)
# shellcheck disable=SC2064 # the value as it is now
trap "${was:+echo $was >$rcu}" EXIT
trap 'exit 1' HUP INT TERM

[ -z "$was" ] || echo 1 >$rcu
RAWBPF_FAULT=${RAWBPF_FAULT:-all} "$1/check" fault
