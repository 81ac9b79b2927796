# golden.awk: -v dir=tests/data/audit; the logs that test_golden printed because they are not what is
# there, as a test or a virtual machine put them out, become what is there: the part of a file for
# that road is replaced, or added.  Parts stand in the order of what their kernels lack.
function lacks(road) { return gsub(/!/, "", road) }

# the file's parts: part[ROAD], the roads in order; its comment
function load(name,    file, line, road) {
	split("", part)
	n = 0
	comment = ""
	file = dir "/" name ".txt"
	while ((getline line <file) > 0) {
		if (line ~ /^#/)
			comment = comment line "\n"
		else if (line ~ /^when( |$)/) {
			road = line
			roads[++n] = road
			part[road] = ""
		} else
			part[road] = part[road] line "\n"
	}
	close(file)
}
function save(name,    file, i, j, t) {
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && (lacks(roads[j]) < lacks(roads[j - 1]) || \
			lacks(roads[j]) == lacks(roads[j - 1]) && roads[j] < roads[j - 1]); j--) {
			t = roads[j]; roads[j] = roads[j - 1]; roads[j - 1] = t
		}
	file = dir "/" name ".txt"
	printf "%s", comment >file
	for (i = 1; i <= n; i++)
		printf "%s\n%s", roads[i], part[roads[i]] >file
	close(file)
	print name ": " road
}
{ sub(/\r$/, ""); sub(/^@out /, "") }
/^golden end$/ {
	load(name)
	if (!(road in part))
		roads[++n] = road
	part[road] = text
	save(name)
	name = ""
	next
}
/^golden [a-z_]+$/ { name = $2; road = text = ""; next }
name != "" && road == "" { road = $0; next }
name != "" { text = text $0 "\n" }
