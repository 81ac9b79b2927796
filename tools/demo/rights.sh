#!/bin/sh
# rights.sh demo|check|doc [STATUS-FILE]: says in one line, with exit status 1, which of the rights
# that tracing needs this process lacks and what to do; says nothing when it has them all.
# The file is one like /proc/self/status, which is the default.
set -u
what=$1
status=${2:-/proc/self/status}

caps=$(sed -n 's/^CapEff:[[:space:]]*//p' "$status")
uid=$(sed -n 's/^Uid:[[:space:]]*[0-9]*[[:space:]]*\([0-9]*\).*/\1/p' "$status")
caps=$((0x${caps:-0}))
lacks=

# need NAME NUMBER
need() {
	[ $((caps >> $2 & 1)) = 1 ] || lacks="${lacks:+$lacks, }$1"
}

# CAP_SYS_ADMIN stands for the first two, which are there since Linux 5.8; probes and a tracefs of
# one's own ask for CAP_SYS_ADMIN itself; the files in it are root's
if [ $((caps >> 21 & 1)) = 0 ]; then
	need CAP_BPF 39
	need CAP_PERFMON 38
	need CAP_SYS_ADMIN 21
fi
[ "${uid:-0}" = 0 ] || need CAP_DAC_OVERRIDE 1

if [ -n "$lacks" ]; then
	why="$lacks missing"
elif [ $# -lt 2 ] && ! grep -q '^ *0  *0  *4294967295$' /proc/self/uid_map 2>/dev/null && [ -e /proc/self/uid_map ]; then
	why="a user namespace, where capabilities do not count" uid=0
else
	exit 0
fi
if [ "${uid:-0}" != 0 ]; then
	remedy="run 'sudo make $what'"
else
	remedy="run it outside of the container or sandbox, or give that these (--privileged)"
fi
case $what in
check) echo "check: $why: the live tests are skipped; $remedy" ;;
*) echo "$what: $why: tracing needs that; $remedy" ;;
esac
exit 1
