# completion.zsh FOLDER LINE ...: what zsh with the functions of FOLDER completes at the end of each
# line: "LINE", a tab, a match.  The shell that is asked runs on a terminal of its own.
zmodload zsh/zpty || exit 77
folder=$1
shift
zpty shell zsh -f -i
zpty -w shell "PS1= ; fpath=(${(q)folder} \$fpath); autoload -U compinit; compinit -u -D; stty -echo
compadd() {
	local -a hits
	local word
	for word; do
		[[ \$word == -(|-) ]] && break
		[[ \$word == -[OAD]* ]] && { builtin compadd \"\$@\"; return }
	done
	builtin compadd -O hits \"\$@\"
	builtin compadd \"\$@\"
	(( \$#hits )) && print -rl -- '<'\$^hits'>'
}
show() { _main_complete; print -r -- '<the end>'; compstate[insert]=; compstate[list]= }
zle -C show complete-word show; bindkey '^X' show; print rea''dy"
zpty -r shell said '*ready*'
for line; do
	zpty -w -n shell $'\x15'"$line"$'\x18'
	zpty -r shell said '*<the end>*'
	print -r -- "$said" | tr -d '\r' | sed -n 's/.*<\(.*\)>.*/\1/p' | grep -vx 'the end' | while read -r match; do
		print -r -- "$line"$'\t'"$match"
	done
done
zpty -d shell
