#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# t0020-bench.sh - test that the measuring programs measure what they claim
#
# This test does not look at the speeds: a test machine is too noisy for that (see make bench).
. "$(dirname "$0")/../lib/tap.sh" || exit 1

bench=$SCRATCH/bench
mkdir "$bench"
claim "the programs compile" env -u MAKEFLAGS -u MAKELEVEL make -C "$TOP" BENCH_OUT="$bench" \
	-o "$BUILD/.packages-build" bench-build

BENCH_EXEC=$bench/bench-exec "$bench/bench-guest" getppid fork_exec thread_switch \
	> "$SCRATCH/calls" 2>&1
is $? 0 "bench-guest runs on the host"
is "$(awk '$1 == "@bench" && $3 > 0 && $4 > 0 { print $2 }' "$SCRATCH/calls" | xargs)" \
	"getppid fork_exec thread_switch" "bench-guest measures the requested rows"
like "$(cpio --quiet -t < "$bench/bench.cpio" | xargs)" 'bench-exec dev init' \
	"the initramfs has bench-guest as /init, and bench-exec"

truncate -s 256M "$SCRATCH/disk"
"$bench/bench-disk" "$SCRATCH/disk" > "$SCRATCH/disks" 2>&1
is "$(awk '$1 == "@disk" && $3 > 0 { print $2 }' "$SCRATCH/disks" | xargs)" \
	"rand_read_1 rand_read_32 seq_read seq_write rand_write_1 rand_write_32 fsync" \
	"bench-disk measures a file"

# Start a process that uses 64 MB, and its child. bench-machine finds both by their session.
setsid bash -c '
	text=$(head -c 64M /dev/zero | tr "\0" x)
	sleep 60 & echo "${#text}" > "$1/ready"; wait' - "$SCRATCH" &
machine=$!
for ((i = 0; i < 600; i++)); do [ -s "$SCRATCH/ready" ] && break; sleep 0.1; done
read -r time memory processes < <("$bench/bench-machine" "$machine")
kill -KILL -- "-$machine"
wait "$machine" 2>/dev/null
is "$processes" 2 "bench-machine counts the processes of a session"
[ "$memory" -gt 65536 ] && [ "$memory" -lt 400000 ]
ok $? "bench-machine adds up their memory" || echo "$memory kB" | diag
[ "$time" -gt 0 ]
ok $? "bench-machine adds up their CPU time" || echo "$time ms" | diag

printf 'host=test\n' > "$SCRATCH/conditions"
printf '%s\tone\t%s\tgetppid\t%s\n' 1 umlab 30 2 umlab 10 3 umlab 20 1 upstream 200 \
	2 upstream 100 1 native 5 > "$SCRATCH/samples"
awk -v csv="$SCRATCH/csv" -v json="$SCRATCH/json" -f "$TOP/tests/bench/report.awk" \
	"$SCRATCH/conditions" "$SCRATCH/samples" > "$SCRATCH/table"
like "$(cat "$SCRATCH/table")" '^getppid +ns +5\.0 +150 +20\.0 +0\.13 +4\.00$' \
	"the table shows medians and ratios"
is "$(grep umlab "$SCRATCH/csv")" one,getppid,ns,umlab,20,10,30,3 \
	"the CSV file holds median, lowest, highest and rounds"
claim "the JSON file is well-formed" perl -MJSON::PP -e 'local $/; decode_json(<>)' "$SCRATCH/json"
done_testing
