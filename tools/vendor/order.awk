# order.awk: what a run needs of a program, as `readelf -SsrW` shows its objects and libraries.
#
# The first file lists functions in the order of their first call, "PHASE NAME" a line.
# What they refer to of the libraries is followed to its end, of the program itself its constants
# alone: a function of it that was not called is left where it was.  Printed is a line for each piece,
# "PHASE KIND OBJECT SECTION", KIND being code or data.

function base(path) {
	sub(/\)$/, "", path)
	sub(/.*[\/(]/, "", path)
	return path
}

# the function whose section this is; its parts (.part.0, .isra.0, .cold) are its own
function owner(section) {
	sub(/^\.text\.(startup\.|unlikely\.|exit\.)?/, "", section)
	sub(/\..*/, "", section)
	return section
}

FNR == NR { phase[$2] = $1; rank[$2] = FNR; next }

/^File: / { object = $2; lib = object ~ /\.a\(/ && object !~ /lib(rawbpf|bpfasm)\.a/; from = ""; next }

/^ *\[ *[0-9]+\] \./ {
	line = $0
	sub(/^ *\[ */, "", line)
	split(line, w, /[\] ]+/)
	name[object, w[1]] = w[2]
	if (lib)
		library[object] = 1
	if (w[2] ~ /^\.text/ && (owner(w[2]) in rank)) {
		n_found++
		found[n_found] = object SUBSEP w[2]
		found_rank[n_found] = rank[owner(w[2])]
	}
	next
}

/^Relocation section / { from = $3; gsub(/^'\.rela?|'$/, "", from); next }
/^Symbol table / { from = ""; symbols = 1; next }

# offset info type value symbol: a reference
from != "" && $1 ~ /^[0-9a-f]+$/ && NF >= 5 {
	n_refs[object, from]++
	refs[object, from, n_refs[object, from]] = $5
	next
}

# number value size type bind visibility section name
$1 ~ /^[0-9]+:$/ && $7 ~ /^[0-9]+$/ {
	where = name[object, $7]
	if ($4 == "SECTION")
		inside[object, where] = where
	else
		inside[object, $8] = where
	if ($5 != "LOCAL" && !($8 in global))
		global[$8] = object SUBSEP where
}

# Lists a piece and what it refers to, for the phase now.
function need(key, now,    w, i, sym, other, there, list, n) {
	if (key in done)
		return
	done[key] = 1
	split(key, w, SUBSEP)
	# what the start of a program writes to stays with its like
	if (w[2] !~ /^\.data/)
		print now, (w[2] ~ /^\.text/ ? "code" : "data"), base(w[1]), w[2]
	for (i = 1; i <= n_refs[key]; i++) {
		sym = refs[key, i]
		other = ""
		if ((w[1], sym) in inside)
			other = w[1] SUBSEP inside[w[1], sym]
		else if (sym in global)
			other = global[sym]
		split(other, there, SUBSEP)
		if (there[2] ~ /^\.(rodata|data\.rel\.ro)/ || (there[2] ~ /^\.text/ && (there[1] in library)))
			need(other, now)
	}
}

END {
	# by rank: an insertion sort of a thousand
	for (i = 2; i <= n_found; i++) {
		key = found[i]; r = found_rank[i]
		for (j = i - 1; j && found_rank[j] > r; j--) {
			found[j + 1] = found[j]; found_rank[j + 1] = found_rank[j]
		}
		found[j + 1] = key; found_rank[j + 1] = r
	}
	for (i = 1; i <= n_found; i++) {
		split(found[i], w, SUBSEP)
		need(found[i], phase[owner(w[2])])
	}
}
