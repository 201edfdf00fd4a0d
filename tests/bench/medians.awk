# SPDX-License-Identifier: GPL-2.0-only
# medians.awk - read SYSTEM, ROW, FIGURE separated by tabs; print a line of medians for each row
{
	key = $2 SUBSEP $1
	figure[key, ++nr[key]] = $3 + 0
	if (!($2 in seen)) { seen[$2] = 1; rows[++nr_rows] = $2 }
	if (!($1 in known)) { known[$1] = 1; systems[++nr_systems] = $1 }
}
function median(key,    i, j, held, middle) {
	for (i = 2; i <= nr[key]; i++) {
		held = figure[key, i]
		for (j = i - 1; j >= 1 && figure[key, j] > held; j--)
			figure[key, j + 1] = figure[key, j]
		figure[key, j + 1] = held
	}
	middle = int((nr[key] + 1) / 2)
	if (nr[key] % 2)
		return figure[key, middle]
	return (figure[key, middle] + figure[key, middle + 1]) / 2
}
END {
	for (r = 1; r <= nr_rows; r++) {
		printf "%-24s", rows[r]
		for (s = 1; s <= nr_systems; s++) {
			key = rows[r] SUBSEP systems[s]
			if (key in nr) printf "  %s %.6g", systems[s], median(key)
		}
		print ""
	}
}
