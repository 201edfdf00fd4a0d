#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# progress.sh - show what a long step is doing and how much of the step is done
#
#   STEP 2>&1 | progress.sh TITLE TOTAL LOG [DONE]
#
# Reads the step's output. Lines like kbuild's ("  CC      init/main.o") count as work done. TOTAL
# is the expected number of such lines (0: unknown), of which DONE were counted in an earlier run.
# Every other line is a message and is shown at once. On a terminal the progress is one line that
# is overwritten; elsewhere it is a plain line every 15 seconds. All output also goes to LOG.
# kernel.sh and source.sh call this script.
set -u
title=$1 total=$2 log=$3
work='^  [A-Z][A-Z0-9_ ]*(\[M\])? +[^ ]+$'
done=${4:-0} shown=$SECONDS line=
[[ -t 1 ]] && terminal=1 || terminal=0

report() {
	local how_far="$done steps"
	if (( total > 0 )); then
		local percent=$(( done * 100 / total ))
		how_far="$done of about $total, $(( percent < 99 ? percent : 99 )) %"
	fi
	if (( terminal )); then
		local file=${line##* }
		(( ${#file} <= 36 )) || file=...${file: -33}
		printf '\r%-9s %s  %s\033[K' "$title" "$how_far" "$file"
	else
		printf '%-9s %s\n' "$title" "$how_far"
	fi
}

exec 3>"$log"
while IFS= read -r line; do
	printf '%s\n' "$line" >&3
	if [[ $line =~ $work ]]; then
		(( ++done ))
		if (( terminal ? done % 5 == 0 : SECONDS - shown >= 15 )); then
			shown=$SECONDS
			report
		fi
	elif [[ $line != make* && -n $line ]]; then
		(( terminal )) && printf '\r\033[K'
		printf '%s\n' "$line"
	fi
done
(( terminal )) && printf '\r\033[K'
exit 0
