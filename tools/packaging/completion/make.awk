# make.awk: awk -v shell=bash|zsh|fish -f make.awk tools/main.c options: a completion file.
# Subcommands are those of main.c's table, in its order, with its words.
FNR == NR {
	if (match($0, /^\t\{"[a-z]+", [a-z]+_main, "/)) {
		split($0, f, "\"")
		subs[++n_subs] = f[2]
		about[f[2]] = f[4]
	}
	next
}
/^#/ || /^$/ { next }
{
	k = split($0, f, "|")
	if (k != 4) {
		print FILENAME ":" FNR ": not four fields" > "/dev/stderr"
		exit 1
	}
	split(f[1], names, ",")
	for (i in names) {
		if (names[i] != "*" && !(names[i] in about)) {
			print FILENAME ":" FNR ": no subcommand '" names[i] "'" > "/dev/stderr"
			exit 1
		}
	}
	n++
	list[n] = "," f[1] ","; option[n] = f[2]; value[n] = f[3]; words[n] = f[4]
}

# does row i belong to subcommand s?
function of(i, s) { return list[i] == ",*," || index(list[i], "," s ",") }

# in single quotes
function quoted(s) { gsub(/'/, "'\\''", s); return "'" s "'" }

function is_list(v) { return index(v, ",") > 0 }
function spaced(v) { gsub(/,/, " ", v); return v }

END {
	cpus = "x86_64,arm64,arm,riscv64,ppc64le,s390x,mips64,loongarch64,i386,ppc64,mips64el"
	errnos = "EACCES,EINVAL,EPERM,E2BIG,ENOSPC,ENOTSUPP,EFAULT,ENOMEM,EBADF"
	for (i = 1; i <= n; i++) {
		if (value[i] == "cpu") value[i] = cpus
		if (value[i] == "errno") value[i] = errnos
	}
	if (shell == "bash") bash()
	else if (shell == "zsh") zsh()
	else if (shell == "fish") fish()
	else exit 1
}

# ---- bash: no bash-completion is needed -----------------------------------------------------

function bash_value(v) {
	if (v == "pid") return "_rawbpf_words \"$(cd /proc && printf '%s\\n' [0-9]*)\""
	if (v == "dir") return "_rawbpf_files -d"
	if (v == "program") return "_rawbpf_program"
	if (v == "binary") return "_rawbpf_binary"
	if (v == "text") return ":"
	if (v == "diff") return "if [ \"$COMP_CWORD\" -eq 2 ]; then _rawbpf_words diff; else _rawbpf_files -f; fi"
	if (is_list(v)) return "_rawbpf_words '" spaced(v) "'"
	return "_rawbpf_files -f"
}

function bash(    i, j, s) {
	print "# bash completion of rawbpf; made by its Makefile\n"
	print "_rawbpf_words() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\"); }"
	print "_rawbpf_files() {"
	print "\tcompopt -o filenames 2>/dev/null"
	print "\tmapfile -t COMPREPLY < <(compgen \"$@\" -- \"$cur\")\n}"
	print "_rawbpf_program() {"
	print "\tcompopt -o filenames 2>/dev/null"
	print "\tmapfile -t COMPREPLY < <({ compgen -f -X '!*.bpf' -- \"$cur\"; compgen -f -X '!*.o' -- \"$cur\"; compgen -d -- \"$cur\"; } | sort -u)\n}"
	print "_rawbpf_binary() {"
	print "\tlocal libs; libs=$(PATH=$PATH:/sbin ldconfig -p 2>/dev/null | sed -n 's/^\\tlib\\([^ ]*\\)\\.so.*/\\1/p' | sort -u)"
	print "\tcompopt -o filenames 2>/dev/null"
	print "\tmapfile -t COMPREPLY < <(compgen -f -W \"$libs\" -- \"$cur\")\n}\n"
	print "_rawbpf() {"
	print "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} options operand"
	print "\tCOMPREPLY=()"
	print "\tif [ \"$COMP_CWORD\" -eq 1 ]; then"
	printf "\t\t_rawbpf_words '"
	for (j = 1; j <= n_subs; j++) printf "%s ", subs[j]
	print "help --help'\n\t\treturn\n\tfi"
	print "\t# --btf=FILE is three words here"
	print "\tif [ \"$cur\" = = ]; then cur=; elif [ \"$prev\" = = ]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi"
	print "\tcase ${COMP_WORDS[1]}:$prev in"
	for (j = 1; j <= n_subs; j++)
		for (i = 1; i <= n; i++)
			if (of(i, subs[j]) && option[i] != "-" && value[i] != "")
				printf "\t%s:%s) %s; return ;;\n", subs[j], option[i], bash_value(value[i])
	print "\tesac"
	print "\tcase ${COMP_WORDS[1]} in"
	for (j = 1; j <= n_subs; j++) {
		s = "operand=:"
		for (i = 1; i <= n; i++)
			if (of(i, subs[j]) && option[i] == "-") s = "operand=" quoted(bash_value(value[i]))
		printf "\t%s) %s options='", subs[j], s
		s = ""
		for (i = 1; i <= n; i++)
			if (of(i, subs[j]) && option[i] != "-") { printf "%s%s", s, option[i]; s = " " }
		print "' ;;"
	}
	print "\t*) return ;;\n\tesac"
	print "\tcase $cur in"
	print "\t-*) _rawbpf_words \"$options\" ;;"
	print "\t*) eval \"$operand\" ;;\n\tesac\n}"
	print "complete -F _rawbpf rawbpf"
}

# ---- zsh ------------------------------------------------------------------------------------

function zsh_value(v) {
	if (v == "pid") return ":process:_pids"
	if (v == "dir") return ":folder:_files -/"
	if (v == "program") return ":program:_files -g \"*.(bpf|o)(-.)\""
	if (v == "binary") return ":file or library:_rawbpf_binary"
	if (v == "text") return ":value: "
	if (is_list(v)) return ":value:(" spaced(v) ")"
	return ":file:_files"
}

function zsh_words(s) { gsub(/:/, "\\:", s); return s }

function zsh(    i, j, s) {
	print "#compdef rawbpf\n# zsh completion of rawbpf; made by its Makefile\n"
	print "_rawbpf_binary() {"
	print "\tlocal -a libs"
	print "\tlibs=(${(u)${(M)${(f)\"$(PATH=$PATH:/sbin ldconfig -p 2>/dev/null)\"}:#*.so*}})"
	print "\tlibs=(${${libs#*lib}%%.so*})"
	print "\t_alternative 'files:file:_files' \"libraries:library:compadd -a libs\"\n}\n"
	print "_rawbpf() {"
	print "\tlocal curcontext=\"$curcontext\" state line"
	print "\tlocal -a subcommands\n\ttypeset -A opt_args\n"
	print "\t_arguments -C '(-): :->subcommand' '(-)*:: :->argument' && return"
	print "\tcase $state in\n\tsubcommand)"
	print "\t\tsubcommands=("
	for (j = 1; j <= n_subs; j++) print "\t\t\t" quoted(subs[j] ":" zsh_words(about[subs[j]]))
	print "\t\t\t'help:the subcommands'\n\t\t)"
	print "\t\t_describe subcommand subcommands ;;"
	print "\targument)\n\t\tcase $words[1] in"
	for (j = 1; j <= n_subs; j++) {
		printf "\t\t%s) _arguments", subs[j]
		for (i = 1; i <= n; i++) {
			if (!of(i, subs[j])) continue
			if (option[i] == "-" && value[i] == "diff") printf " \\\n\t\t\t'1:what:(diff)'"
			if (option[i] == "-") s = (value[i] == "binary" ? "1" : "*") zsh_value(value[i])
			else {
				s = (option[i] == "-I" ? "*" : "") option[i]
				if (value[i] != "") s = s (option[i] ~ /^--/ ? "=" : "+")
				s = s "[" zsh_words(words[i]) "]"
				if (value[i] != "") s = s zsh_value(value[i])
			}
			printf " \\\n\t\t\t%s", quoted(s)
		}
		print " ;;"
	}
	print "\t\tesac ;;\n\tesac\n}\n"
	print "_rawbpf \"$@\""
}

# ---- fish -----------------------------------------------------------------------------------

function fish_quoted(s) { gsub(/[\\']/, "\\\\&", s); return "'" s "'" }

function fish_value(v) {
	if (v == "pid") return "-x -a '(__fish_complete_pids)'"
	if (v == "dir") return "-x -a '(__fish_complete_directories)'"
	if (v == "program") return "-k -x -a '(__fish_complete_suffix .bpf)'"
	if (v == "text") return "-x"
	if (is_list(v)) return "-x -a '" spaced(v) "'"
	return "-r -F"
}

function fish(    i, j, s) {
	print "# fish completion of rawbpf; made by its Makefile\n"
	print "complete -c rawbpf -f"
	for (j = 1; j <= n_subs; j++)
		printf "complete -c rawbpf -n __fish_use_subcommand -a %s -d %s\n", subs[j], fish_quoted(about[subs[j]])
	print "complete -c rawbpf -n __fish_use_subcommand -a help -d 'the subcommands'"
	for (j = 1; j <= n_subs; j++) {
		print ""
		for (i = 1; i <= n; i++) {
			if (!of(i, subs[j])) continue
			s = "complete -c rawbpf -n '__fish_seen_subcommand_from " subs[j] "'"
			if (option[i] == "-") {
				if (value[i] == "binary")
					print s " -F -a '(PATH=\"$PATH:/sbin\" ldconfig -p 2>/dev/null | string replace -rf \"^\\\\tlib([^ ]*)\\\\.so.*\" \"\\$1\")'"
				else if (value[i] == "diff")
					print "complete -c rawbpf -n '__fish_seen_subcommand_from audit; and not __fish_seen_subcommand_from diff' -a diff\n" \
						"complete -c rawbpf -n '__fish_seen_subcommand_from diff' -F"
				else if (value[i] == "program") print s " -k -a '(__fish_complete_suffix .bpf)'"
				else print s " -F"
				continue
			}
			if (option[i] ~ /^--/) s = s " -l " substr(option[i], 3)
			else if (length(option[i]) == 2) s = s " -s " substr(option[i], 2)
			else s = s " -o " substr(option[i], 2)
			if (value[i] != "") s = s " " fish_value(value[i])
			print s " -d " fish_quoted(words[i])
		}
	}
}
