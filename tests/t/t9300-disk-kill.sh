#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9300-disk-kill.sh - machines killed while they write lose no flushed data and invent none
# time limit: 3600
#
# A guest program writes generations of sectors and flushes them (tests/guest/diskgen.c). After a
# kill, the disk must hold all data whose flush the program has reported.
# KILLS=N: number of kills (default 1000, about a second each on an idle machine).
# KINDS: the kinds of disks, each for a quarter of the kills (default: layer raw cow3 chain).
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/disks.sh" || exit 1
need_kernel
DISK=$(reachable "$BUILD/umlab-disk")
KILLS=${KILLS:-1000} KINDS=${KINDS:-layer raw cow3 chain}
# Use a small initramfs, so that the machine boots quickly and writes for most of the time.
"$TOP/labs/setup/pack-cpio" kill.cpio "$BUILD/tests/guest/guest_init" \
	"$BUILD/tests/guest/diskgen" && chmod 644 kill.cpio

# killed_guest FILE: a machine writes to this disk and is killed; its output is in killed.log.
killed_guest() {
	as_user setpriv --pdeathsig KILL setsid "$LINUX" mem=48M initrd=kill.cpio topic=diskgen \
		ubd0="$SCRATCH/$1" ${UMLAB_KERNEL_ARGS:-} < /dev/null > killed.log 2>&1 &
	guest_pid=$!
	local status=0
	wait_for 200 grep -q '@begin diskgen' killed.log || status=1
	sleep "0.$((RANDOM % 5))$((RANDOM % 10))"
	# Also kill a machine that did not start, or it would write into the log of the next one.
	{ kill -KILL "$guest_pid"; wait "$guest_pid"; } 2> /dev/null
	[ $status -eq 0 ] || diag < killed.log
	return $status
}
truncate -s 64M base.img; chmod 644 base.img
for kind in $KINDS; do
	disk_make $kind
	bad=0 flushed=0
	for ((i = 1; i <= (KILLS + 3) / 4; i++)); do
		killed_guest $kind.disk ||
			{ bad=$((bad + 1)); echo "round $i: does not start" | diag; break; }
		safe=$(tr -d '\r' < killed.log |
			sed -n 's/^.*@diskgen # flushed \([0-9]*\).*/\1/p' | tail -n 1)
		flushed=$((flushed + ${safe:-0}))
		wait_for 10 "$DISK" check $kind.disk ||
			{ bad=$((bad + 1)); "$DISK" check $kind.disk | diag; }
		"$DISK" convert --force --to raw $kind.disk now.raw
		"$BUILD/tests/guest/diskgen" verify now.raw "${safe:-0}" > out 2>&1 ||
			{ bad=$((bad + 1)); diag < out; }
	done
	is $bad 0 "$kind: each of $((i - 1)) kills leaves flushed data and only old or new sectors"
	[ "$flushed" -gt 0 ]
	ok $? "$kind: the killed machines had flushed something ($flushed flushes in all)"
done

# Start thirty machines on one base, as a class does.
for ((i = 1; i <= 30; i++)); do
	boot 300 "$SCRATCH/class.$i" mem=32M initrd="$MINI_CPIO" topic=hello \
		ubd0="$SCRATCH/student$i.cow,$SCRATCH/base.img" &
done
wait
is "$(grep -l 'made as an overlay' class.* | wc -l)" 30 \
	"thirty machines at once make their overlays on one base"
is "$(cat class.* | grep -c 'hello exit 0')" 30 "thirty machines on one base run at once"
good=0
for ((i = 1; i <= 30; i++)); do
	! "$DISK" check student$i.cow > /dev/null || good=$((good + 1))
done
is $good 30 "umlab-disk check finds no damage in any of thirty overlays"
done_testing
