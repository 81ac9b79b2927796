# asks.awk: features.txt, nothing.txt and the goldens of tests/data/audit, in the order in which they
# are to be told, to what rawbpf.3 says of them.  Of each golden the first part is the common road;
# of the others stands what no part before has for that call.  "# tells FEATURE ..." of a golden: only
# parts which lack that as the oldest, for the rest is as elsewhere.

# what is the same in each run, or follows from the rest, is left out
function brief(s) {
	gsub(/, (func_info|line_info)(_rec_size|_cnt)?=[^,}]*/, "", s)
	gsub(/, btf_(key|value)_type_id=[0-9]+/, "", s)
	gsub(/, (insn_cnt|log_size|info_len)=[0-9N]+/, "", s)
	gsub(/(, insns=\[[0-9N]+ insns, tag TAG\]|, log_buf=\[[0-9]+ bytes\]|, btf_size=[0-9N]+|size=112, )/, "", s)
	gsub(/btf=\[[0-9N]+ bytes\]/, "btf", s)
	gsub(/, (key|value)=([0-9a-f ]+|KEY)/, "", s)
	gsub(/BPF_(MAP|PROG)_TYPE_/, "", s)
	gsub(/}, [0-9]+\)/, "})", s)
	gsub(/, -1, PERF_FLAG_FD_CLOEXEC\)/, ")", s)
	gsub(/\|O_CLOEXEC/, "", s)
	gsub(/ = (0|LENGTH|ok)/, "", s)
	gsub(/perf event \(type 1, config 0x0\) on cpu (0|CPU)/, "perf event", s)
	gsub(/, LENGTH\)/, ")", s)
	if (s ~ /^openat/)
		sub(/ = <.*>/, "", s)
	return s
}
# three calls, or the open of where it is mounted, once for each context
function mounts(s) {
	return s ~ /^fs(config|mount)\(<(fs )?tracefs>/ || s ~ /^fsopen\("tracefs".*>/ || \
		s ~ /^openat\(AT_FDCWD, "\/sys\/kernel\/tracing"/
}

# Where a line may be broken: behind a comma, and before a result or a mark.
function breaks(s, i) {
	return substr(s, i, 1) == " " && (substr(s, i - 1, 1) == "," || substr(s, i, 10) == " fallback(" || \
		substr(s, i - 1, 4) == ") = ")
}
# one line of at most 73 columns, or several
function put(s, indent,    at, i, out, more) {
	gsub(/\\/, "\\e", s)
	more = indent "    "
	while (length(indent s) > 73) {
		at = 0
		for (i = 73 - length(indent); i > 8 && !at; i--)
			if (breaks(s, i))
				at = i
		for (i = 74 - length(indent); i < length(s) && !at; i++)
			if (breaks(s, i))
				at = i
		if (!at)
			break
		out = out indent substr(s, 1, at - 1) "\n"
		s = substr(s, at + 1)
		indent = more
	}
	return out indent s "\n"
}

# a line, and those below it that are for each of something
function put_all(s,    n, part, i, out) {
	n = split(s, part, "\n")
	for (i = 1; i <= n; i++)
		out = out put(part[i], i == 1 ? "    " : "        ")
	return out
}

# "5.10" as a number
function key_of(version,    v) {
	split(version, v, ".")
	return v[1] * 1000 + v[2]
}
# the oldest of the features that a road lacks: those that came later are lacking with it
function oldest(road,    i, n, part, f, old) {
	n = split(road, part, " ")
	for (i = 2; i <= n; i++) {
		f = substr(part[i], 2)
		if (part[i] ~ /^!/ && (old == "" || key_of(since[f]) < key_of(since[old])))
			old = f
	}
	return old
}

function listing(text) {
	if (text != "")
		printf ".Bd -literal\n%s.Ed\n", text
}

# What is the same of two lists that differ in names only.
function shape(text) {
	gsub(/<[^>]*>/, "<>", text)
	gsub(/"[^"]*"/, "", text)
	gsub(/\n +/, " ", text)
	return text
}
# A call and its lines: one that has been told of another call, but for names, is that.
function told_as(j, call, text,    form, name) {
	if (text == "")
		return ""
	form = shape(text)
	name = call
	sub(/\(.*/, "()", name)
	if (j > 1 && (form in first)) {
		same++
		return put(call, "") "    as of " first[form] "\n"
	}
	if (j > 1)
		first[form] = name
	news_of_part++
	return put(call, "") text
}

# The calls of a part with the lines that no part before had of them.
function news(j,    i, s, call, out, text, skip) {
	same = news_of_part = 0
	for (i = 1; i <= n_lines[j]; i++) {
		s = line[j, i]
		if (s !~ /^\t/) {
			out = out told_as(j, call, text)
			text = ""
			call = s
			# of a call that fails only here nothing is told
			skip = j > 1 && failed[j, i] && !((call, "failed") in had)
			if (j == 1 && failed[j, i])
				had[call, "failed"] = 1
			# closing ends links and events
			if (j == 1 && call != "rawbpf_free(b)" && (i == n_lines[j] || line[j, i + 1] !~ /^\t/))
				out = out put(call, "")
		} else if (!skip && (j == 1 || !((call, s) in had))) {
			text = text put_all(substr(s, 2))
			now[call, s] = 1
		}
	}
	out = out told_as(j, call, text)
	for (i in now)
		had[i] = 1
	split("", now)
	return out
}

function end_file(    j, text, f, r) {
	if (!n_parts)
		return
	print ".Ss " title
	split("", had)
	listing(news(1))
	for (j = 2; j <= n_parts; j++) {
		f = oldest(road[j])
		if (told != "all" && !index(" " told " ", " " f " "))
			continue
		r = road[j]
		if (since[f] == "-" && gsub(/!/, "", r) > 1)
			continue # nor what else a kernel lacks
		text = news(j)
		if (text == "")
			continue
		if (since[f] == "-")
			printf ".Pp\nWhere %s:\n", lack[f]
		else
			printf ".Pp\nBefore Linux %s, or where %s:\n", since[f], lack[f]
		listing(text)
	}
	split("", line)
}

function list_of(what,    i, n, out) {
	for (i = 1; i <= n_quiet; i++)
		if (quiet_what[i] == what)
			print ".Fn " quiet[i] (i == last_of[what] ? " ." : " ,")
}
function end_quiet() {
	print ".Ss Nothing, files and the caller's own"
	print "These ask nothing but memory:"
	list_of("nothing")
	print ".Pp\nThese open and read files, those that they are given and those which lead there:"
	list_of("files")
	print ".Pp\nThese issue the call that they are given and no other:"
	list_of("own")
}

FNR == 1 && NR != 1 { end_file(); n_parts = 0; title = ""; told = "all" }
FILENAME ~ /quiet.txt$/ {
	if ($0 !~ /^#/) {
		quiet_what[++n_quiet] = $1
		quiet[n_quiet] = $2
		last_of[$1] = n_quiet
	}
	next
}
FILENAME ~ /features.txt$/ {
	if ($0 !~ /^#/) {
		split($0, col, "\t")
		since[col[1]] = col[2]
		lack[col[1]] = col[3]
	}
	next
}
/^# tells/ { told = substr($0, 9); next }
/^#/ { if (title == "") title = substr($0, 3); next }
/^when/ { road[++n_parts] = $0; n_lines[n_parts] = 0; next }
{
	s = $0
	bad = 0
	if (s !~ /^\t/) {
		bad = s ~ / = -E[A-Z0-9]+$/
		sub(/ = (-E[A-Z0-9]+|[0-9]+)$/, "", s)
		gsub(/TEST_DATA "\/object\//, "\"", s)
		call = s
	} else if (s ~ /^\t\t/) { # for each of what the line before says
		line[n_parts, i] = line[n_parts, i] "\n" brief(substr(s, 3))
		next
	} else {
		s = substr(s, 2)
		if (mounts(s))
			next
		s = "\t" brief(s)
	}
	i = ++n_lines[n_parts]
	line[n_parts, i] = s
	failed[n_parts, i] = bad
}
END { end_file(); end_quiet() }
