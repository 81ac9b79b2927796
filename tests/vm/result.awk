# result.awk: what a virtual machine (-v id=NAME-ARCH, -v qemu: how QEMU ended) told its second
# serial port, to lines "suite:test<TAB>pass|skip|FAIL<TAB>reason"; the first file is the table of
# allowed skips.
function set(test, what, why) {
	if (!(test in result))
		order[++n] = test
	else if (result[test] == "FAIL")
		return
	result[test] = what
	reason[test] = why
}
function field(line, key,    rest) {
	rest = line
	if (!sub(".*\"" key "\": \"", "", rest))
		return ""
	sub("\".*", "", rest)
	return rest
}

# ---- the table: KERNEL-ARCH SUITE:TEST FEATURE ----
FNR == NR {
	if ($1 == id && $0 !~ /^#/)
		feature[$2] = $3
	next
}

# ---- the machine ----
{ sub(/\r$/, "") }
/^@init / { booted = 1; next }
/^@doctor / { doctor[field($0, "check")] = field($0, "status"); next }
/^@begin / { begun = $2; next }
/^@end / { ended = 1; status = $2; next }
/^@dmesg / {
	line = substr($0, 8)
	if (line ~ /BUG:|WARNING:|Oops|general protection|Kernel panic|soft lockup|rcu.*stall|Call Trace/)
		set("kernel:log", "FAIL", line)
	next
}
/^@out skipped:/ { skips = 1; next }
/^@out / {
	if (skips && match($0, /^@out   [a-z0-9_]+:[a-z0-9_]+: /)) {
		test = substr($0, 8, RLENGTH - 9)
		skipped[test] = substr($0, RLENGTH + 1)
	}
	if ($0 ~ /^@out [0-9]+ passed, [0-9]+ failed/)
		told = 1
	next
}
/^Running suite / { suite = $3; next }
match($0, /:[PFE]:[a-z]+:[a-z0-9_]+:-?[0-9]+: /) {
	split(substr($0, RSTART + 1, RLENGTH), part, ":")
	if (part[1] == "P")
		set(suite ":" part[3], "pass", "")
	else
		set(suite ":" part[3], "FAIL", substr($0, RSTART + RLENGTH))
}

END {
	if (!booted)
		set("kernel:boot", "FAIL", "never reached init (QEMU: " qemu ")")
	else if (!ended)
		set("kernel:end", "FAIL", "never reached its end; the last test begun: " \
			(begun == "" ? "none" : begun) " (QEMU: " qemu ")")
	else if (!told)
		set("kernel:end", "FAIL", "the test program ended with status " status)
	for (test in skipped) {
		if ((test in result) && result[test] == "FAIL")
			continue
		if (!(test in feature))
			set(test, "FAIL", "unexpected skip: " skipped[test])
		else if (doctor[feature[test]] != "missing")
			set(test, "FAIL", "skipped (" skipped[test] ") though the doctor calls " \
				feature[test] " " doctor[feature[test]])
		else
			set(test, "skip", skipped[test])
	}
	for (test in feature)
		if (booted && ended && (test in result) && result[test] == "pass")
			set(test, "FAIL", "in tests/vm/skips, but was not skipped")
		else if (booted && ended && !(test in result))
			set(test, "FAIL", "in tests/vm/skips, but there is no such test")
	for (i = 1; i <= n; i++)
		print order[i] "\t" result[order[i]] "\t" reason[order[i]]
}
