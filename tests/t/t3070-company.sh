#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t3070-company.sh - test idle machines, several machines at once, and stopped machines
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
need_kernel

ticks() { # ticks PID: print the processor time of a guest, in ticks of 10 ms
	local sum=0 pid stat
	for pid in $(guest_processes "$1"); do
		stat=$(sed 's/^.*) //' "/proc/$pid/stat" 2>/dev/null) || continue
		# shellcheck disable=SC2086
		set -- $stat; sum=$((sum + ${12} + ${13}))
	done
	echo $sum
}
guest_start mem=256M
guest_sees 30 guest#; ok $? "a machine boots"
sleep 3
sleeps() { awk '/^voluntary_ctxt_switches/ { print $2 }' "/proc/$guest_pid/status"; }
# Work of the host itself may be charged to the machine, so one quiet period out of three suffices.
for _ in 1 2 3; do
	before=$(ticks "$guest_pid") slept=$(sleeps)
	sleep 10
	after=$(ticks "$guest_pid") slept=$(($(sleeps) - slept))
	[ $((after - before)) -gt 2 ] || [ $slept -gt 35 ] || break
done
[ $((after - before)) -le 2 ]
ok $? "ten idle seconds take at most 20 ms of processor time ($(((after - before) * 10)) ms)"
[ $slept -le 35 ]; ok $? "an idle machine wakes up at most 35 times in ten seconds ($slept times)"

took=$SECONDS
guest_type uptime; guest_sees 5 '@uptime'; before=$guest_line
group=$(guest_processes "$guest_pid")
# shellcheck disable=SC2086
kill -STOP $group; sleep 3
# shellcheck disable=SC2086
kill -CONT $group
guest_type uptime
guest_sees 10 '@uptime'; ok $? "a machine continues after SIGSTOP and SIGCONT"
took=$((SECONDS - took))
apart=$(($(echo "$guest_line" | sed 's/.* //') - $(echo "$before" | sed 's/.* //')))
[ "$apart" -ge 3 ] && [ "$apart" -le $((took + 1)) ]
ok $? "its clock has followed the host's meanwhile ($apart s of $took)"
guest_type spawn 2; guest_sees 5 @spawned
kill -STOP "$guest_pid"; sleep 1; kill -CONT "$guest_pid"
guest_type echo still here
guest_sees 10 '@echo still here'
ok $? "a machine survives a stop of its kernel process alone while guest code computes"
guest_type poweroff
guest_ends 20; is $? 0 "a machine that was stopped powers off"

for n in 1 2 3; do
	boot 120 "$SCRATCH/log$n" mem=256M initrd="$GUEST_CPIO" topic=hello,forks,waits,sharing &
	eval "pid$n=\$!"
done
# shellcheck disable=SC2154
for n in 1 2 3; do
	eval "wait \$pid$n"; is $? 0 "machine $n of three at once powers off"
	is "$(grep -c '@end [a-z]* exit 0' "$SCRATCH/log$n")" 4 "the four topics of machine $n pass"
done
done_testing
