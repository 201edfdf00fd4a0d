#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bench-labs.sh - measure labs of 1, 5 and 20 machines, and a class of 20 students
#
# usage: tests/bench/bench-labs.sh [IMAGE [MEM]]     default: minimal 64
# Prints one line for each lab: seconds until the last startup script has finished, PSS of the
# processes of a machine (kernel and spaces), PSS of the keepers and switches, the decrease of the
# host's MemAvailable, and the disk space of a machine. The startup scripts set an address and
# ping the neighbour. `make bench-labs` runs this script on the host.
cd "$(dirname "$0")/../.." || exit 2
UMLAB=${UMLAB:-$PWD/build/umlab} IMAGE=${1:-minimal} MEM=${2:-64}
[ -r "build/images/$IMAGE.img" ] ||
	{ echo "bench-labs.sh: no image $IMAGE (make images)" >&2; exit 2; }
work=$(mktemp -d "${TMPDIR:-/tmp}/umlab-bench.XXXXXX") || exit 1
trap 'umlab wipe -f > /dev/null 2>&1; rm -rf "$work"' EXIT
export UMLAB_HOME=$work/home XDG_RUNTIME_DIR=$work/run HOME=$work/home UMLAB_IMAGE=$IMAGE
mkdir -m 700 "$work/home" "$work/run"
PREFIX=()
if [ "$(id -u)" -eq 0 ]; then
	PREFIX=(setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all
		--inh-caps=-all --no-new-privs)
	chmod 755 "$work"; chown 65534:65534 "$work/home" "$work/run"
fi
umlab() { "${PREFIX[@]}" "$UMLAB" "$@"; }
available() { sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo; }
# Print the PSS of this user's keepers and switches in kB.
helpers() {
	local pid sum=0
	for pid in $(pgrep -f "^(umlab keeper|umlab-net run switch $work|$UMLAB keeper)"); do
		pss=$(sed -n 's/^Pss: *\([0-9]*\).*/\1/p' "/proc/$pid/smaps_rollup" 2> /dev/null)
		sum=$((sum + ${pss:-0}))
	done
	echo $sum
}
row() { # row NAME NR BEFORE SECONDS
	umlab list -a --json |
		jq -r --arg name "$1" --argjson n "$2" --arg s "$4" --argjson used \
			"$(($3 - $(available)))" --argjson helpers "$(helpers)" '
		def mean: add / length;
		def tenths: . * 10 | round / 10;
		[.[] | select(.state == "ready")] as $r |
		[$name, $s, "\($r | length)/\($n)",
		 ($r | map(.memory_used) | mean / 1048576 | tenths), ($helpers / 1024 | tenths),
		 ($used / 1024 | round), ($r | map(.disk_used) | mean / 1024 | round)] | @tsv'
}
stopwatch() { local begin=$EPOCHREALTIME; \
	"$@" > /dev/null 2>&1; local end=$EPOCHREALTIME
	echo $(((${end/./} - ${begin/./}) / 10000)) | sed 's/\(..\)$/.\1/; s/^\./0./'; }

printf 'lab\tseconds\tready\tMB per machine (PSS)\tMB keepers+switches\t'
printf 'MB of the host\tkB of disk per machine\n'
for n in 1 5 20; do
	lab=$work/home/lab$n; mkdir "$lab"
	for i in $(seq "$n"); do
		printf 'm%d[0]=A\nm%d[mem]=%s\n' "$i" "$i" "$MEM" >> "$lab/lab.conf"
		echo "ip addr add 10.0.0.$i/24 dev eth0" > "$lab/m$i.startup"
	done
	[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 "$lab"
	before=$(available)
	seconds=$(cd "$lab" && stopwatch umlab lstart)
	row "$n machines" "$n" "$before" "$seconds"
	umlab lclean -f -d "$lab" > /dev/null 2>&1
done
lab=$work/home/one; mkdir "$lab"
printf 'pc[0]=A\npc[mem]=%s\n' "$MEM" > "$lab/lab.conf"
echo "ip addr add 10.0.0.1/24 dev eth0" > "$lab/pc.startup"
for i in $(seq -w 20); do echo "student$i"; done > "$work/home/students"
[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 "$lab" "$work/home/students"
umlab class create --students "$work/home/students" --lab "$lab" c > /dev/null 2>&1
before=$(available)
seconds=$(stopwatch umlab class start c)
row "class of 20" 20 "$before" "$seconds"
