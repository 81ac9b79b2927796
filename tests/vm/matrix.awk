# matrix.awk: the table of events (tests/vm/events), then one file of result.awk's lines a kernel
# (-v ids, their names in the files' order), to two matrices: event by kernel, test by kernel; then
# the reasons of the skips and failures.  An event's cell is the worst of its tests; a test that did
# not run is worse than one that failed.  Exit 1 on any failure.
BEGIN { FS = "\t"; n_ids = split(ids, id, " ") }
function fail(what) { failures[++n_failures] = what }
function pad(text) { if (length(text) > width) width = length(text) }

# ---- the events: NAME SUITE:TEST[ SUITE:TEST ...] ----
FNR == 1 { file++ }
file == 1 {
	if (/^#/ || /^$/)
		next
	event[++n_events] = $1
	tests_of[n_events] = $2
	pad($1)
	if (NF != 2 || $2 !~ /^[a-z0-9_]+:[a-z0-9_]+( [a-z0-9_]+:[a-z0-9_]+)*$/)
		fail("tests/vm/events: '" $1 "' has no test")
	if ($1 in named)
		fail("tests/vm/events: '" $1 "' twice")
	named[$1] = 1
	next
}

# ---- the kernels ----
{
	if (!($1 in known)) {
		known[$1] = 1
		order[++n] = $1
		pad($1)
	}
	kernel = file - 1
	cell[$1, kernel] = $2
	count[$2, kernel]++
	if ($2 == "skip") {
		if (!($3 in note)) {
			note[$3] = ++n_notes
			notes[n_notes] = $3
		}
		cell[$1, kernel] = "skip " note[$3]
	}
	if ($2 == "FAIL")
		fail(id[kernel] " " $1 ": " $3)
}

# worse first
function rank(what) { return what == "none" ? 3 : what == "FAIL" ? 2 : what ~ /^skip/ ? 1 : 0 }
# that it did not reach its end says it all
function dead(kernel) { return ("kernel:boot", kernel) in cell || ("kernel:end", kernel) in cell }
function event_cell(e, kernel,    test, n_tests, t, what, worst) {
	worst = ""
	n_tests = split(tests_of[e], test, " ")
	for (t = 1; t <= n_tests; t++) {
		what = cell[test[t], kernel]
		if (what == "") {
			what = "none"
			if (!dead(kernel))
				fail(id[kernel] " " event[e] ": " (test[t] in known ? \
					test[t] " did not run" : "tests/vm/events names " \
					test[t] ", and no kernel ran it"))
		}
		if (worst == "" || rank(what) > rank(worst))
			worst = what
	}
	return worst == "" ? "none" : worst
}
function head(what,    i, line) {
	line = sprintf("%-*s", width, what)
	for (i = 1; i <= n_ids; i++)
		line = line sprintf("  %-10s", id[i])
	return line
}
function row(line) {
	sub(/ +$/, "", line)
	print line
}

END {
	pad("passed/skipped/failed")
	row(head("event"))
	for (e = 1; e <= n_events; e++) {
		line = sprintf("%-*s", width, event[e])
		for (i = 1; i <= n_ids; i++)
			line = line sprintf("  %-10s", event_cell(e, i))
		row(line)
	}
	print ""
	row(head("test"))
	for (t = 1; t <= n; t++) {
		line = sprintf("%-*s", width, order[t])
		for (i = 1; i <= n_ids; i++)
			line = line sprintf("  %-10s", cell[order[t], i] == "" ? "-" : cell[order[t], i])
		row(line)
	}
	line = sprintf("%-*s", width, "passed/skipped/failed")
	for (i = 1; i <= n_ids; i++)
		line = line sprintf("  %-10s", \
			count["pass", i] + 0 "/" count["skip", i] + 0 "/" count["FAIL", i] + 0)
	row(line)
	for (i = 1; i <= n_notes; i++)
		printf "skip %d: %s\n", i, notes[i]
	for (i = 1; i <= n_failures; i++)
		print "FAIL " failures[i]
	if (!n_events)
		print "FAIL tests/vm/events names no event"
	exit n_failures > 0 || !n_events || file - 1 < n_ids
}
