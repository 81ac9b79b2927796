# matrix.awk: one file of result.awk's lines a kernel (-v ids, their names in the files' order) to
# one matrix of test by kernel; then the reasons of the skips and failures.  Exit 1 on any failure.
BEGIN { FS = "\t"; n_ids = split(ids, id, " ") }
FNR == 1 { file++ }
{
	if (!($1 in known)) {
		known[$1] = 1
		order[++n] = $1
		if (length($1) > width)
			width = length($1)
	}
	what[$1, file] = $2
	count[$2, file]++
	if ($2 == "skip") {
		if (!($3 in note)) {
			note[$3] = ++n_notes
			notes[n_notes] = $3
		}
		what[$1, file] = "skip " note[$3]
	}
	if ($2 == "FAIL")
		failures[++n_failures] = id[file] " " $1 ": " $3
}
END {
	printf "%-*s", width, ""
	for (i = 1; i <= n_ids; i++)
		printf "  %-10s", id[i]
	print ""
	for (t = 1; t <= n; t++) {
		line = sprintf("%-*s", width, order[t])
		for (i = 1; i <= n_ids; i++)
			line = line sprintf("  %-10s", what[order[t], i] == "" ? "-" : what[order[t], i])
		sub(/ +$/, "", line)
		print line
	}
	line = sprintf("%-*s", width, "passed/skipped/failed")
	for (i = 1; i <= n_ids; i++)
		line = line sprintf("  %-10s", \
			count["pass", i] + 0 "/" count["skip", i] + 0 "/" count["FAIL", i] + 0)
	sub(/ +$/, "", line)
	print line
	for (i = 1; i <= n_notes; i++)
		printf "skip %d: %s\n", i, notes[i]
	for (i = 1; i <= n_failures; i++)
		print "FAIL " failures[i]
	exit n_failures > 0 || file < n_ids
}
