# SPDX-License-Identifier: GPL-2.0-only
# t3080-shortage.sh - the host runs short, kills a process, takes the disk away
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/guest.sh"
need_kernel
trouble() { # trouble TITLE OUTPUT STATUS: an orderly refusal
	[ "$3" -ge 1 ] && [ "$3" -le 125 ] && [ "$3" -ne 124 ]; ok $? "$1: the machine ends with an error status, not by a signal ($3)"
	like "$2" '[Mm]em|RAM|space' "$1: it says that memory is short"
	[ "$(printf '%s\n' "$2" | grep -c .)" -le 3 ]; ok $? "$1: in a line or two" || printf '%s\n' "$2" | head -n 12 | diag
}
output=$(as_user timeout 30 prlimit --as=200000000 "$LINUX" mem=1G initrd="$MINI_CPIO" topic=hello panic=-1 < /dev/null 2>&1)
trouble "RLIMIT_AS below mem=" "$output" $?
output=$(as_user timeout 30 prlimit --fsize=1000000 "$LINUX" mem=256M initrd="$MINI_CPIO" topic=hello panic=-1 < /dev/null 2>&1)
status=$?
[ $status -le 125 ] && [ $status -ne 124 ]; ok $? "RLIMIT_FSIZE of a megabyte ends in no signal ($status)"
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
	output=$(unshare -m bash -c 'mount -t tmpfs -o size=1m none /dev/shm && head -c 2000000 /dev/zero > /dev/shm/full 2>/dev/null
		"$@" < /dev/null 2>&1' - timeout 30 "${USER_PREFIX[@]}" "$LINUX" mem=256M initrd="$MINI_CPIO" topic=hello panic=-1)
	is $? 0 "a full /dev/shm does not matter" || echo "$output" | tail -n 5 | diag
else
	skip "a full /dev/shm does not matter" "needs root for a mount namespace"
fi
output=$(as_user timeout 30 prlimit --nofile=12 "$LINUX" mem=128M initrd="$MINI_CPIO" topic=hello panic=-1 < /dev/null 2>&1)
status=$?
[ $status -le 125 ] && [ $status -ne 124 ]; ok $? "RLIMIT_NOFILE of 12 ends in no signal ($status)"

# The host kills the process behind a guest process.
for state in 1 2; do
	guest_start mem=128M
	guest_sees 30 guest#
	guest_processes "$guest_pid" | sort > "$SCRATCH/before"
	guest_type spawn $state
	guest_sees 10 @spawned
	came() { new=$(guest_processes "$guest_pid" | sort | comm -13 "$SCRATCH/before" -); [ -n "$new" ]; }
	wait_for 10 came
	if [ -n "$new" ]; then
		# shellcheck disable=SC2086
		kill -KILL $new
		sleep 1
		guest_type echo alive
		guest_sees 10 '@echo alive'; ok $? "the machine lives when the host kills a guest process (state $state)"
		# One that waits needs no host process just now, so it may live on.
		reaped() { guest_type reap; guest_sees 2 '@reaped [1-9][0-9]* 0x[1-9]'; }
		[ $state -eq 1 ] || { wait_for 15 reaped; ok $? "the guest sees that process die"; }
	else
		skip "the machine lives when the host kills a guest process" "no host process of its own"
	fi
	guest_type poweroff
	guest_ends 20; is $? 0 "and powers off"
done
guest_start mem=128M
guest_sees 30 guest#
mapfile -t left < <(guest_processes "$guest_pid")
kill -KILL "$guest_pid"
guest_ends 5
all_gone() {
	running=$(for pid in "${left[@]}"; do [ -d "/proc/$pid" ] && ! grep -q '^State:.[ZX]' "/proc/$pid/status" && echo "$pid"; done)
	[ -z "$running" ]
}
wait_for 5 all_gone
is "$running" "" "SIGKILL to the kernel leaves no guest process behind"

# Disks that change under the machine.
disk() { truncate -s 64M "$1" && chmod 666 "$1"; }
disk "$SCRATCH/disk"
guest_start mem=128M ubd0="$SCRATCH/disk"
guest_sees 30 guest#
guest_type write /dev/ubda; guest_sees 10 '@write done'; ok $? "a disk takes a megabyte"
rm "$SCRATCH/disk"
guest_type write /dev/ubda; guest_sees 10 '@write done'; ok $? "a disk file that lost its name still works"
guest_type poweroff; guest_ends 20; is $? 0 "and the machine powers off"
disk "$SCRATCH/disk"
guest_start mem=128M ubd0="$SCRATCH/disk"
guest_sees 30 guest#
truncate -s 0 "$SCRATCH/disk"
guest_type read /dev/ubda; guest_sees 10 '@read'; ok $? "reading a truncated disk file gives an answer (${guest_line:-none})"
guest_type echo alive; guest_sees 10 '@echo alive'; ok $? "and the machine lives"
guest_type poweroff; guest_ends 20; is $? 0 "and powers off"
if [ "$(id -u)" -eq 0 ] && mkdir "$SCRATCH/small" && mount -t tmpfs -o size=600k,mode=777 none "$SCRATCH/small" 2>/dev/null; then
	cleanup() { umount -l "$SCRATCH/small"; }
	disk "$SCRATCH/small/disk"
	guest_start mem=128M ubd0="$SCRATCH/small/disk"
	guest_sees 30 guest#
	guest_type write /dev/ubda; guest_sees 10 '@write (No space|Input/output|Remote)'; ok $? "a full host file system is an I/O error in the guest"
	guest_type echo alive; guest_sees 10 '@echo alive'; ok $? "which the machine survives"
	guest_type poweroff; guest_ends 20; is $? 0 "and powers off"
else
	skip "a full host file system is an I/O error in the guest" "needs root to mount a small one"
fi
done_testing
