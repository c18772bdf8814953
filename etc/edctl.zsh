#compdef edctl
# Completion of edctl(8) for zsh.  edctl itself knows what may come next.
_edctl()
{
	local -a before candidates
	local program=$words[1] line
	integer i=2 files=0

	while (( i < CURRENT )); do
		case $words[i] in
		-[st])
			(( i + 1 < CURRENT )) || { _files; return }
			before+=($words[i] $words[i+1])
			(( i += 2 ))
			;;
		-[st]?*)
			before+=($words[i])
			(( i++ ))
			;;
		-*)
			(( i++ ))
			;;
		*)
			break
			;;
		esac
	done
	if (( i == CURRENT )) && [[ $words[i] == -* ]]; then
		compadd -- -j -s -t
		return
	fi
	for line in ${(f)"$($program $before complete "${(@)words[i,CURRENT]}" 2>/dev/null)"}; do
		if [[ $line == :files ]]; then
			files=1
		else
			candidates+=($line)
		fi
	done
	(( ! files )) || _files
	compadd -a candidates
}
_edctl "$@"
