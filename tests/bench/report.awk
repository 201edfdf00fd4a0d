# SPDX-License-Identifier: GPL-2.0-only
#
# report.awk - print the medians of the samples as a table, as CSV and as JSON
#
#   awk -v csv=FILE -v json=FILE -f report.awk CONDITIONS SAMPLES     run by bench.sh
#
# CONDITIONS has lines name=value, SAMPLES the columns round, place, system, row, figure.
# Smaller is better in every row.

BEGIN {
	FS = "\t"
	nr_systems = split("native upstream umlab ptrace", systems, " ")
	nr_places = split("one free crowd", places, " ")
	units["boot_login"] = units["idle_cpu"] = "ms"
	units["idle_memory"] = "kB"
	units["clock_error"] = "%"
	units["processes"] = ""
	title["one"] = "everything on one processor"
	title["free"] = "free on all processors"
	title["crowd"] = "each of eight busy machines, free on all processors"
}

FNR == NR {
	at = index($0, "=")
	name[++nr_conditions] = substr($0, 1, at - 1)
	value[nr_conditions] = substr($0, at + 1)
	next
}

{
	key = $2 SUBSEP $4
	if (!(key in known)) {
		known[key] = 1
		rows[$2, ++nr_rows[$2]] = $4
	}
	key = key SUBSEP $3
	figures[key, ++nr_figures[key]] = $5 + 0
}

function sort(key, count,    i, j, held) {
	for (i = 2; i <= count; i++) {
		held = figures[key, i]
		for (j = i - 1; j >= 1 && figures[key, j] > held; j--)
			figures[key, j + 1] = figures[key, j]
		figures[key, j + 1] = held
	}
}

function median(key,    count) {
	count = nr_figures[key]
	if (count % 2)
		return figures[key, (count + 1) / 2]
	return (figures[key, count / 2] + figures[key, count / 2 + 1]) / 2
}

function unit(row) {
	return row in units ? units[row] : "ns"
}

function show(figure) {
	return figure == "" ? "-" : sprintf(figure < 100 ? "%.1f" : "%.0f", figure)
}

function ratio(over, under) {
	return over == "" || under == "" || under == 0 ? "-" : sprintf("%.2f", over / under)
}

# Append one result to the CSV and JSON files.
function write_figures(place, row, system_name, result, lowest, highest, rounds) {
	printf "%s,%s,%s,%s,%s,%s,%s,%d\n", place, row, unit(row), system_name, result,
	       lowest, highest, rounds >csv
	printf "%s\n    {\"place\": \"%s\", \"row\": \"%s\", \"unit\": \"%s\", ",
	       separator, place, row, unit(row) >json
	printf "\"system\": \"%s\", \"median\": %s, ", system_name, result >json
	printf "\"lowest\": %s, \"highest\": %s, \"rounds\": %d}", lowest, highest, rounds >json
}
END {
	for (i = 1; i <= nr_conditions; i++)
		printf "%s: %s\n", name[i], value[i]
	print "place,row,unit,system,median,lowest,highest,rounds" >csv
	printf "{\n" >json
	for (i = 1; i <= nr_conditions; i++) {
		gsub(/["\\]/, "", value[i])
		printf "  \"%s\": \"%s\",\n", name[i], value[i] >json
	}
	printf "  \"rows\": [" >json
	for (p = 1; p <= nr_places; p++) {
		place = places[p]
		if (!nr_rows[place])
			continue
		crowd = place == "crowd"
		printf "\n%s\n%-15s %-3s %12s %12s %12s  %11s %9s\n", title[place], "", "",
		       "host", crowd ? "ptrace" : "upstream", "umlab",
		       crowd ? "umlab/ptrac" : "umlab/upstr", "umlab/host"
		for (r = 1; r <= nr_rows[place]; r++) {
			row = rows[place, r]
			for (s = 1; s <= nr_systems; s++) {
				key = place SUBSEP row SUBSEP systems[s]
				result[s] = ""
				if (!nr_figures[key])
					continue
				sort(key, nr_figures[key])
				result[s] = median(key)
				write_figures(place, row, systems[s], result[s], figures[key, 1],
					      figures[key, nr_figures[key]], nr_figures[key])
				separator = ","
			}
			if (crowd)
				result[2] = result[4]
			behind = result[3] != "" && result[2] != "" && result[3] > result[2] &&
				 unit(row) ~ /[a-zB]/
			printf "%-15s %-3s %12s %12s %12s  %11s %9s%s\n", row, unit(row),
			       show(result[1]), show(result[2]), show(result[3]),
			       ratio(result[3], result[2]), ratio(result[3], result[1]),
			       behind ? "  behind" : ""
		}
	}
	printf "\n  ]\n}\n" >json
}
