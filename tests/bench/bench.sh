#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bench.sh - compare this kernel with Debian's user-mode-linux and with the host
#
#   bench.sh [--rounds N] [--rows calls|job|crowd|machine|all] [--only 'ROW ...']
#
# `make bench` runs this script. --only selects rows of bench-guest.c for calls and crowd.
#
# Settings from the environment:
#   UMLAB_LINUX        this kernel (default build/linux)
#   UMLAB_UPSTREAM     user-mode-linux (default linux.uml, package user-mode-linux)
#   UMLAB_IMAGE        the image that both boot (default build/images/debian-12.img)
#   UMLAB_KERNEL_ARGS  further options for this kernel (engine=ptrace ...)
#
# Theory of operation
#   The figures of a host drift because of neighbours, clock rates and caches. Therefore the systems
#   take turns (host, upstream, this kernel, host ...), and the median of the rounds counts.
#   `calls` runs the rows of bench-guest.c, once with all processes on processor 0 and once on all
#   processors. `job` runs its row real_job in the same two ways. `crowd` runs eight machines that
#   are all busy with the same row, for both engines of this kernel. The figure is the harmonic mean
#   of the machines' times for an operation. `machine` boots private copies of the Debian image and
#   measures:
#     boot_login   from start to the login prompt
#     idle_cpu     processor time of all processes of the machine in 20 s at that prompt
#     idle_memory  host memory that the machine then takes (bench-machine.c)
#   The processes of a machine are found by their session and descent. Everything runs as an
#   unprivileged user. Each figure is appended to build/bench/samples.tsv. At the end, report.awk
#   makes the table, latest.csv and latest.json from that file.
set -eu
umask 022
export LC_ALL=C
here=$(realpath "${BASH_SOURCE[0]%/*}")
. "$here/bench-options.sh"
cd "$here/../../build"
unprivileged=$here/../../labs/setup/unprivileged.sh

rounds=3 rows=all only=
crowd_size=8 crowd_seconds=2
crowd_rows=(getppid signal_self page_fault file_fault fork_exit fork_exec
	pipe_processes pipe_threads thread_switch file_read_4k)
options_read "rounds rows only" "$@"
[[ -z $only ]] || read -ra crowd_rows <<<"$only"

linux=${UMLAB_LINUX:-./linux}
upstream=${UMLAB_UPSTREAM:-linux.uml}
image=${UMLAB_IMAGE:-images/debian-12.img}
settle_seconds=15 idle_seconds=20 boot_limit=180

systems=(native)
command -v "$upstream" >/dev/null && systems+=(upstream) ||
	echo "bench     no $upstream: its column stays empty"
[[ -x $linux ]] && systems+=(umlab) || echo "bench     no $linux: its column stays empty"

# Upstream keeps guest memory in a file in TMPDIR, and its sockets in uml_dir.
scratch=$(mktemp -d /tmp/umlab-bench.XXXXXX)
chmod 700 "$scratch"
"$unprivileged" --own "$scratch"
machine=0

# The consoles read from a silent pipe, because upstream cannot poll /dev/null.
mkfifo "$scratch/input" "$scratch/output"
exec 8<>"$scratch/input"

machine_kill() {
	(( machine )) || return 0
	{
		pkill -KILL --session "$machine"
		wait "$machine"
	} 2>/dev/null || true
	machine=0
}

finish() {
	machine_kill
	rm -rf "$scratch" run/bench-*.img
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# kernel_command SYSTEM: set the words of the command that all runs of this system share.
kernel_command() {
	command=("$unprivileged" env HOME="$scratch" TMPDIR=/dev/shm)
	case $1 in
	# Upstream needs a host mapping for each page of random_touch, and hangs at the
	# limit vm.max_map_count.
	upstream) command+=("$upstream" uml_dir="$scratch" con=null BENCH_WITHOUT=random_touch) ;;
	# shellcheck disable=SC2206  # several options in one variable
	umlab) command+=("$linux" ${UMLAB_KERNEL_ARGS:-}) ;;
	esac
	command+=(panic=-1 quiet)
}

sample() {
	printf '%s\t%s\t%s\t%s\t%s\n' "$round" "$@" >>bench/samples.tsv
}

##### rows of bench-guest

# guest_run PLACE SYSTEM INITRAMFS [ROW]...
guest_run() {
	local place=$1 system=$2 initramfs=$3 processors word row figure rest from=0 took
	[[ $place == one ]] && processors=0 || processors=0-$(( $(nproc --all) - 1 ))
	if [[ $system == native ]]; then
		command=("$unprivileged" env BENCH_EXEC=bench/bench-exec BENCH_JOB=bench/job/run
			bench/bench-guest "${@:4}")
	else
		kernel_command "$system"
		command+=(mem=1536M initrd="$initramfs" con0=fd:0,fd:1)
		# Upstream treats a final "--" as an argument.
		(( $# <= 3 )) || command+=(-- "${@:4}")
	fi
	while read -r word row figure rest; do
		case $word in
		@bench) sample "$place" "$system" "$row" "${figure%$'\r'}" ;;
		@begin) from=$EPOCHREALTIME begin=${row%$'\r'} ;;
		@error) echo "bench     $system: $row $figure $rest" >&2 ;;
		@end)
			# A guest whose second is shorter than the host's would seem fast.
			took=$(( ${EPOCHREALTIME/./} - ${from/./} ))
			sample "$place" "$system" clock_error \
				"$(awk -v guest=$(( ${row%$'\r'} - begin )) -v host=$took 'BEGIN {
					error = guest / 1000 / host - 1
					printf "%.2f", 100 * (error < 0 ? -error : error) }')" ;;
		esac
	done < <(taskset -c "$processors" timeout -k 5 300 "${command[@]}" 2>&1 <&8 8>&-)
	[[ $from != 0 ]] || echo "bench     $system ($place processor) did not start" >&2
}

##### many machines at once

# crowd_run ENGINE ROW
crowd_run() {
	local engine=$1 row=$2 machine
	kernel_command umlab
	command+=(engine="$engine" mem=128M initrd=bench/bench.cpio con0=fd:0,fd:1
		BENCH_SECONDS=$crowd_seconds -- "$row")
	for (( machine = 0; machine < crowd_size; machine++ )); do
		timeout -k 5 120 "${command[@]}" <&8 8>&- >"$scratch/crowd.$machine" 2>&1 &
	done
	wait
	cat "$scratch"/crowd.* | tr -d '\r' | awk -v size=$crowd_size \
		'$1 == "@bench" { rate += 1 / $3; seen++ }
		END { if (seen != size) exit 1; print seen / rate }' >"$scratch/figure" ||
		{ echo "bench     a machine of the crowd gave no figure for $row" >&2; return 0; }
	sample crowd "$([[ $engine == ptrace ]] && echo ptrace || echo umlab)" "$row" \
		"$(<"$scratch/figure")"
}

##### rows of the whole machine

machine_run() {
	local system=$1 disk=run/bench-$1.img word start before after memory processes
	mkdir -p run
	cp --reflink=auto --sparse=always "$image" "$disk"
	"$unprivileged" --own "$disk"
	kernel_command "$system"
	command+=(mem=512M ubd0="$disk" root=/dev/ubda rw)
	# The login prompt of upstream appears on its second console.
	[[ $system == upstream ]] && command+=(con0=null con1=fd:0,fd:1) ||
		command+=(con0=fd:0,fd:1)

	exec 7<>"$scratch/output"
	start=${EPOCHREALTIME/./}
	setsid "${command[@]}" <&8 >&7 2>&1 7>&- 8>&- &
	machine=$!
	while IFS= read -r -t "$boot_limit" -d ' ' -u 7 word; do
		[[ $word != *login: ]] || break
	done
	if [[ $word != *login: ]]; then
		echo "bench     $system: no login prompt within $boot_limit s" >&2
	else
		sample free "$system" boot_login "$(( (${EPOCHREALTIME/./} - start) / 1000 ))"
		sleep "$settle_seconds"
		read -r before _ < <(bench/bench-machine "$machine")
		sleep "$idle_seconds"
		read -r after memory processes < <(bench/bench-machine "$machine")
		sample free "$system" idle_cpu \
			"$(awk -v us=$((after - before)) 'BEGIN { printf "%.3f", us / 1000 }')"
		sample free "$system" idle_memory "$memory"
		sample free "$system" processes "$processes"
	fi
	machine_kill
	exec 7>&-
	rm -f "$disk"
}

##### the turns

: >bench/samples.tsv
{
	echo "date=$(date -u +%Y-%m-%dT%H:%MZ)"
	model=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
	echo "host=$(uname -r), $(nproc --all) processors, $model"
	echo "rounds=$rounds"
	echo "load=$(cut -d ' ' -f 1 /proc/loadavg)"
} >bench/conditions

for (( round = 1; round <= rounds; round++ )); do
	for place in one free; do
		for system in "${systems[@]}"; do
			[[ $rows != @(calls|all) ]] || {
				echo "bench     round $round of $rounds: calls, $place, $system"
				# shellcheck disable=SC2086  # several rows in one variable
				guest_run "$place" "$system" bench/bench.cpio $only
			}
			[[ $rows != @(job|all) ]] || {
				echo "bench     round $round of $rounds: job, $place, $system"
				guest_run "$place" "$system" bench/job.cpio real_job
			}
		done
	done
	if [[ $rows == @(crowd|all) && -x $linux ]]; then
		for row in "${crowd_rows[@]}"; do
			echo "bench     round $round of $rounds: crowd, $row"
			crowd_run seccomp "$row"
			crowd_run ptrace "$row"
		done
	fi
	[[ $rows == @(machine|all) && -e $image ]] || continue
	for system in "${systems[@]:1}"; do
		echo "bench     round $round of $rounds: machine, $system"
		machine_run "$system"
	done
done

awk -v csv=bench/latest.csv -v json=bench/latest.json -f "$here/report.awk" \
	bench/conditions bench/samples.tsv | tee bench/latest.txt
