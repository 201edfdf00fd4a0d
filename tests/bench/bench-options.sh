# SPDX-License-Identifier: GPL-2.0-only
# bench-options.sh - how the measuring scripts read their options
#
# Sourced by them from the folder $here. options_read "NAME..." ARGUMENT...: each --NAME VALUE becomes the variable of that
# name; anything else ends the script with the line of its head comment that says what it takes.
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
