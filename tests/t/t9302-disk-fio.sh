#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9302-disk-fio.sh - machines killed under fio: each sector has its place and a valid checksum
# time limit: 7200
#
# fio fills the disk with sectors that hold their place and a CRC. The guest's fio then writes with
# 16 requests in flight until the machine is killed, and the host's fio verifies the disk. The
# verification finds each sector that is neither old nor new. The writer of t9300-disk-kill.sh also
# knows what was flushed.
# KILLS=N: number of kills (default 1000, about three seconds each on an idle machine).
# KINDS: the kinds of disks, each for a quarter of the kills (default: layer raw cow3 chain).
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/disks.sh" || exit 1
. "$(dirname "$0")/../lib/net.sh" || exit 1
. "$(dirname "$0")/../lib/hostroot.sh" || exit 1
need_hostroot fio
DISK=$(reachable "$BUILD/umlab-disk")
KILLS=${KILLS:-1000} KINDS=${KINDS:-layer raw cow3 chain} SIZE=32M
FIO="fio --name=k --size=$SIZE --verify=crc32c --verify_interval=512"
NET_MEM=192M

# is_whole FILE: fio finds valid sectors only.
is_whole() {
	$FIO --filename="$1" --rw=read --bs=256k --verify_fatal=1 --output=/dev/null
}

# killed_under_fio FILE: kill a machine while its fio writes. Fails if fio ended before the kill.
killed_under_fio() {
	local early fio
	hostroot_guest m ubd0="$SCRATCH/$1"
	fio="$FIO --filename=/dev/ubda --rw=randwrite --bsrange=512-32k --bs_unaligned=0"
	fio="$fio --direct=1 --ioengine=libaio --iodepth=16 --fsync=20 --do_verify=0 --time_based"
	fio="$fio --runtime=60 --randseed=$RANDOM --output=/dev/null"
	# hostroot_do would wait until fio ends.
	printf '%s\n' "echo @write" "$fio" "echo @early" > m.do
	chmod 644 m.do; echo "chroot /h /bin/bash $SCRATCH/m.do" > m.in
	wait_for 20 grep -q '^@write' m.log
	sleep "0.$((5 + RANDOM % 5))$((RANDOM % 10))"
	early=$(grep -c '^@early' m.log)
	net_end m
	[ "$early" -eq 0 ] || { diag < m.log; return 1; }
}

$FIO --filename=base.img --rw=write --bs=256k --do_verify=0 --output=/dev/null; chmod 644 base.img
claim "fio verifies the disk before the kills" is_whole base.img
cp base.img broken.img
dd if=base.img of=broken.img bs=512 skip=100 seek=3000 count=1 conv=notrunc status=none
! is_whole broken.img 2> /dev/null; ok $? "fio notices a sector that was copied to another place"
for kind in $KINDS; do
	disk_make $kind
	bad=0 changed=0
	for ((i = 1; i <= (KILLS + 3) / 4; i++)); do
		cp --sparse=always $kind.disk before.disk
		killed_under_fio $kind.disk || { bad=$((bad + 1)); break; }
		cmp -s $kind.disk before.disk || changed=$((changed + 1))
		wait_for 10 "$DISK" check $kind.disk ||
			{ bad=$((bad + 1)); "$DISK" check $kind.disk | diag; }
		"$DISK" convert --force --to raw $kind.disk now.raw
		is_whole now.raw > out 2>&1 ||
			{ bad=$((bad + 1)); head -n 5 out | diag; cp $kind.disk "$kind.bad$bad"; }
	done
	is $bad 0 "$kind: each of $((i - 1)) kills leaves only old or new sectors"
	[ "$changed" -gt $(((i - 1) / 2)) ]
	ok $? "$kind: fio changed the disk before more than half of the kills ($changed times)"
done
done_testing
