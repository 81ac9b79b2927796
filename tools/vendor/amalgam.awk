# amalgam.awk - parts of the amalgam; see amalgam.sh, which gives it a list of what comes when:
#
#	public FILE	a header of include/, with the headers of include/ that it includes
#	headers FILE	all that this file of C includes
#	file FILE	the file, with what of its includes is not there yet
#	text LINE	as it is

BEGIN {
	dirs[1] = "src"
	dirs[2] = "bpfasm"
}

function die(what) {
	print "amalgam: " what >"/dev/stderr"
	failed = 1
	exit 1
}

function there(path,   line, ok) {
	ok = (getline line <path) >= 0
	close(path)
	return ok
}

# what a local include of a file in dir means; "": a public header, which rawbpf.h has
function find(name, dir,   i) {
	if (there("include/" name))
		return public ? "include/" name : ""
	if (there(dir "/" name))
		return dir "/" name
	for (i = 1; i in dirs; i++)
		if (there(dirs[i] "/" name))
			return dirs[i] "/" name
	die("no '" name "' for a file of " dir)
}

# every name that a public header declares with RAWBPF_API or BPFASM_API
function read_api(path,   line, declared) {
	while ((getline line <path) > 0) {
		if (line !~ /^(RAWBPF|BPFASM)_API / && !declared)
			continue
		declared = line !~ /\(/ # the name is on the next line
		if (!declared)
			api[name_of(line)] = 1
	}
	close(path)
}

# the name before the first bracket
function name_of(line) {
	sub(/ *\(.*/, "", line)
	sub(/.*[ *]/, "", line)
	return line
}

# A line that begins a function's declaration or definition becomes static, a table too.
function internal(line, header,   before) {
	if (line !~ /^[A-Za-z_]/ || line ~ /^(typedef|_Static_assert|else|do|return)/)
		return line
	if (line ~ /^static inline /)
		return header ? "RAWBPF_INTERNAL" substr(line, 7) : line
	if (line ~ /^static /)
		return line
	if (line ~ /^extern /)
		return "static" substr(line, 7)
	if (header && line ~ /^[a-z_]+_fn [a-z_0-9, ]+;/) # functions by a typedef
		return "RAWBPF_INTERNAL " line
	before = line
	sub(/\(.*/, "", before)
	if (before ~ /=/)
		return line ~ /^const / ? "static " line : line
	if (before == line || before !~ /[ *][A-Za-z_0-9]+$/ || name_of(line) in api)
		return line
	return (header ? "RAWBPF_INTERNAL " : "static ") line
}

# the include of this line: "<x.h>", "x.h", or "" for none
function included(line) {
	if (line !~ /^#include /)
		return ""
	sub(/^#include /, "", line)
	sub(/[ \t].*/, "", line)
	gsub(/"/, "", line)
	return line
}

function include(what, line, dir,   path) {
	if (what ~ /^</) {
		if (conditional || !(what in seen))
			print line
		if (!conditional)
			seen[what] = 1
		return
	}
	path = find(what, dir)
	if (path == "" || path in seen)
		return
	if (path ~ /\.h$/)
		seen[path] = 1
	emit(path)
}

# A header's guard goes: it stands here once.
function emit(path,   line, text, n, i, dir, header, guard, inner, what, macro, was) {
	dir = path
	sub(/\/[^\/]*$/, "", dir)
	header = path ~ /\.h$/
	while ((getline line <path) > 0)
		text[++n] = line
	close(path)
	if (!n)
		die("'" path "' cannot be read")
	was = conditional
	conditional = 0
	what = path
	sub(/.*\/gen\//, "gen/", what)
	printf "\n/* ==== %s */\n", what
	for (i = 1; i <= n; i++) {
		line = text[i]
		if (line ~ /SPDX-License-Identifier/ && i == 1)
			continue
		if (header && !public && !guard && line ~ /^#ifndef [A-Z_0-9]*_H$/) {
			guard = substr(line, 9)
			continue
		}
		if (guard && (line == "#define " guard || line == "#endif" && i == n))
			continue
		if (line ~ /^#if/)
			conditional++
		if (line ~ /^#endif/)
			conditional--
		what = included(line)
		if (what != "")
			include(what, line, dir)
		else
			print public || macro ? line : internal(line, header)
		macro = line ~ /\\$/
	}
	conditional = was
}

# nothing of the file itself
function headers(path,   line, n, i, text, dir) {
	dir = path
	sub(/\/[^\/]*$/, "", dir)
	while ((getline line <path) > 0)
		if (included(line) != "")
			text[++n] = line
	close(path)
	for (i = 1; i <= n; i++)
		if (text[i] !~ /\.def"/)
			include(included(text[i]), text[i], dir)
}

$1 == "api" { read_api($2) }
$1 == "public" { public = 1; seen[$2] = 1; emit($2) }
$1 == "headers" { headers($2) }
$1 == "file" { seen[$2] = 1; emit($2) }
$1 == "text" { sub(/^text ?/, ""); print }
END { exit failed }
