#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t0130-bench.sh - the tables of make bench: medians of the rounds, and ratios between systems
. "$(dirname "$0")/../lib/tap.sh" || exit 1
bench=$(dirname "$0")/../bench

printf '%s\n' 'ours row 4' 'theirs row 10' 'ours row 1' \
	'theirs row 20' 'ours row 2' 'ours other 7' |
	tr ' ' '\t' > "$SCRATCH/samples"
is "$(awk -F '\t' -f "$bench/medians.awk" "$SCRATCH/samples" | tr -s ' ')" \
	$'row ours 2 theirs 15\nother ours 7' \
	"medians.awk prints the middle figure, or the mean of the two middle figures"

printf '%s\n' date=today rounds=2 > "$SCRATCH/conditions"
printf '%s\n' '1 one native getppid 100' '1 one upstream getppid 900' '1 one umlab getppid 300' \
	'2 one native getppid 100' '2 one upstream getppid 1100' '2 one umlab getppid 200' |
	tr ' ' '\t' > "$SCRATCH/calls"
claim "report.awk prints its table" awk -v csv="$SCRATCH/csv" -v json="$SCRATCH/json" \
	-f "$bench/report.awk" "$SCRATCH/conditions" "$SCRATCH/calls"
is "$(sed -n 's/^one,getppid,ns,//p' "$SCRATCH/csv")" \
	$'native,100,100,100,2\nupstream,1000,900,1100,2\numlab,250,200,300,2' \
	"report.awk writes the median, lowest and highest figure of each system to the CSV file"
claim "report.awk writes valid JSON" python3 -m json.tool "$SCRATCH/json"
done_testing
