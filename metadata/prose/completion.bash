# SPDX-License-Identifier: GPL-2.0-or-later
# The functions and the list of commands come from the tables, in front of this.
# shellcheck disable=SC2154
_luks_ssm() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} name choices
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "$_luks_ssm_commands --help --version" -- "$word")
		return
	fi
	# bash splits --option=value at the equals sign.
	if [[ $word == '=' ]]; then
		name=$before word=
	elif [[ $before == '=' ]]; then
		name=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [[ ${name-} == --* ]]; then
		choices=$(_luks_ssm_choices "$name")
		if [[ $choices ]]; then
			mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
		else
			mapfile -t COMPREPLY < <(compgen -f -- "$word")
		fi
	elif [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_luks_ssm_options "${COMP_WORDS[1]}")" -- "$word")
		[[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	fi
}
complete -F _luks_ssm luks-ssm
