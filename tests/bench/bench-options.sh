# SPDX-License-Identifier: GPL-2.0-only
# bench-options.sh - read the options of the measuring scripts
#
# The scripts source this file and set $here to their folder. options_read "NAME..." ARGUMENT...
# sets the variable NAME for each option --NAME VALUE. Any other argument ends the script with its
# usage line, which is taken from its head comment.
options_read() {
	local names=" $1 "; shift
	while (( $# )); do
		if [[ $1 != --* || $names != *" ${1#--} "* ]] || (( $# < 2 )); then
			sed -n 's/^#   \(bench[a-z-]*\.sh.*\)/usage: \1/p' "$here/${0##*/}" >&2
			exit 2
		fi
		printf -v "${1#--}" %s "$2"
		shift 2
	done
}
