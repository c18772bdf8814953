# Completion of edctl(8) for bash.  edctl itself knows what may come next.
_edctl()
{
	local cur words cword line option=
	local -a before=()

	# Words as edctl gets them: "@" and ":" do not end one.
	if declare -F _get_comp_words_by_ref >/dev/null; then
		_get_comp_words_by_ref -n @:= cur words cword
	else
		words=("${COMP_WORDS[@]}")
		cword=$COMP_CWORD
		cur=${words[cword]}
	fi
	COMPREPLY=()
	set -- "${words[@]:1:cword}"
	while [ $# -gt 1 ]; do
		case $1 in
		-[st])
			[ $# -gt 2 ] || { option=$1; break; }
			before+=("$1" "$2")
			shift 2
			;;
		-[st]?*)
			before+=("$1")
			shift
			;;
		-*)
			shift
			;;
		*)
			break
			;;
		esac
	done
	if [ "$option" = -s ]; then
		compopt -o default
		return
	fi
	[ -z "$option" ] || return
	if [ $# -eq 1 ] && [ "${cur#-}" != "$cur" ]; then
		COMPREPLY=($(compgen -W "-j -s -t" -- "$cur"))
		return
	fi
	while IFS= read -r line; do
		if [ "$line" = :files ]; then
			compopt -o default
		else
			COMPREPLY+=("$line")
		fi
	done < <("${words[0]}" "${before[@]}" complete "$@" 2>/dev/null)
	if declare -F __ltrimcolons_completions >/dev/null; then
		__ltrimcolons_completions "$cur"
	fi
}
complete -F _edctl edctl
