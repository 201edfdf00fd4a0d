#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t3080-shortage.sh - test machines while the host lacks memory, kills processes or removes disks
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
need_kernel
hello="initrd=$MINI_CPIO topic=hello panic=-1"
limited() { # limited LIMIT SIZE: run a machine with SIZE of memory under a limit of the host
	# shellcheck disable=SC2086
	(as_user timeout 30 prlimit "$1" "$LINUX" mem="$2" $hello) < /dev/null 2>&1
}
unsignalled() { [ "$1" -le 125 ] && [ "$1" -ne 124 ]; }

output=$(limited --as=200000000 1G); status=$?
unsignalled $status && [ $status -ge 1 ]
ok $? "RLIMIT_AS below mem=: the machine ends with an error status, not by a signal ($status)"
like "$output" '[Mm]em|RAM|space' "RLIMIT_AS below mem=: the message names memory"
[ "$(printf '%s\n' "$output" | grep -c .)" -le 3 ]
ok $? "RLIMIT_AS below mem=: three lines at most" ||
	printf '%s\n' "$output" | head -n 12 | diag
output=$(limited --fsize=1000000 256M); status=$?
unsignalled $status; ok $? "under RLIMIT_FSIZE of a megabyte no signal ends the machine ($status)"
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
	# shellcheck disable=SC2086
	output=$(unshare -m bash -c 'mount -t tmpfs -o size=1m none /dev/shm &&
		head -c 2000000 /dev/zero > /dev/shm/full 2>/dev/null
		"$@" < /dev/null 2>&1' - timeout 30 "${USER_PREFIX[@]}" "$LINUX" mem=256M $hello)
	is $? 0 "a machine runs beside a full /dev/shm" || echo "$output" | tail -n 5 | diag
else
	skip "a machine runs beside a full /dev/shm" "needs root for a mount namespace"
fi
output=$(limited --nofile=12 128M); status=$?
unsignalled $status; ok $? "under RLIMIT_NOFILE of 12 no signal ends the machine ($status)"

# Kill the host process that holds the address space of a guest process.
for state in 1 2; do
	guest_start mem=128M
	guest_sees 30 guest#
	guest_processes "$guest_pid" | sort > "$SCRATCH/before"
	guest_type spawn $state
	guest_sees 10 @spawned
	came() {
		new=$(guest_processes "$guest_pid" | sort | comm -13 "$SCRATCH/before" -)
		[ -n "$new" ]
	}
	wait_for 10 came
	if [ -n "$new" ]; then
		# shellcheck disable=SC2086
		kill -KILL $new
		sleep 1
		guest_type echo alive
		guest_sees 10 '@echo alive'
		ok $? "the machine survives when the host kills a guest process (state $state)"
		# A guest process that waits (state 1) needs no host process, so it may survive.
		reaped() { guest_type reap; guest_sees 2 '@reaped [1-9][0-9]* 0x[1-9]'; }
		[ $state -eq 1 ] || { wait_for 15 reaped; ok $? "the guest sees that process die"; }
	else
		skip "the machine survives when the host kills a guest process" "no host process"
	fi
	guest_type poweroff
	guest_ends 20; is $? 0 "the machine powers off afterwards (state $state)"
done
guest_start mem=128M
guest_sees 30 guest#
mapfile -t left < <(guest_processes "$guest_pid")
kill -KILL "$guest_pid"
guest_ends 5
all_gone() {
	running=$(for pid in "${left[@]}"; do
		[ -d "/proc/$pid" ] && ! grep -q '^State:.[ZX]' "/proc/$pid/status" && echo "$pid"
	done)
	[ -z "$running" ]
}
wait_for 5 all_gone
is "$running" "" "no guest process survives SIGKILL of the kernel process"

# Change disk files while a machine uses them.
disk() { truncate -s 64M "$1" && chmod 666 "$1"; }
disk "$SCRATCH/disk"
guest_start mem=128M ubd0="$SCRATCH/disk"
guest_sees 30 guest#
writes() { guest_type write /dev/ubda; guest_sees 10 '@write done'; }
writes; ok $? "the guest writes a megabyte to a disk"
rm "$SCRATCH/disk"
writes; ok $? "a disk file without a name still works"
guest_type poweroff; guest_ends 20; is $? 0 "the machine powers off with its disk file removed"
disk "$SCRATCH/disk"
guest_start mem=128M ubd0="$SCRATCH/disk"
guest_sees 30 guest#
truncate -s 0 "$SCRATCH/disk"
guest_type read /dev/ubda; guest_sees 10 '@read'
ok $? "reading a truncated disk file returns (${guest_line:-none})"
guest_type echo alive; guest_sees 10 '@echo alive'
ok $? "the machine survives a truncated disk file"
guest_type poweroff; guest_ends 20; is $? 0 "the machine powers off with its disk file truncated"
if [ "$(id -u)" -eq 0 ] && mkdir "$SCRATCH/small" &&
	mount -t tmpfs -o size=600k,mode=777 none "$SCRATCH/small" 2>/dev/null; then
	cleanup() { umount -l "$SCRATCH/small"; }
	disk "$SCRATCH/small/disk"
	guest_start mem=128M ubd0="$SCRATCH/small/disk"
	guest_sees 30 guest#
	guest_type write /dev/ubda; guest_sees 10 '@write (No space|Input/output|Remote)'
	ok $? "a full host file system is an I/O error in the guest"
	guest_type echo alive; guest_sees 10 '@echo alive'
	ok $? "the machine survives a full host file system"
	guest_type poweroff; guest_ends 20; is $? 0 "the machine powers off with its disk full"
else
	skip "a full host file system is an I/O error in the guest" "needs root to mount one"
fi
done_testing
