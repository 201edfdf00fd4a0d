#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t6000-ubd.sh - raw disks: the file holds what the guest writes, locks hold, errors are reported
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/net.sh" || exit 1
need_kernel
disk() { truncate -s "$2" "$SCRATCH/$1" && chmod 666 "$SCRATCH/$1"; }
hello() { boot 30 "$SCRATCH/log" mem=64M initrd="$MINI_CPIO" topic=hello "$@"; }
disk a 64M
disk b 524544   # 512 KB and half a sector
cp "$SCRATCH/b" "$SCRATCH/b.before"
TOPIC_OPTIONS="ubd0=$SCRATCH/a,serial=LAB-0001 ubd1r=$SCRATCH/b" TOPIC_LIMIT=120 guest_topics disks
claim "the host file holds what the guest wrote last" "$BUILD/tests/guest/disks" verify "$SCRATCH/a"
cmp -s "$SCRATCH/b" "$SCRATCH/b.before"; ok $? "the file of a read-only disk is unchanged"
is "$(stat -c %s "$SCRATCH/a")" 67108864 "the size of a disk file does not change"

# Test the locks between machines, and between the disks of one machine.
guest_start mem=64M ubd0="$SCRATCH/a"
guest_sees 30 guest#
hello ubd0="$SCRATCH/a"
like "$(cat "$SCRATCH/log")" "ubda: $SCRATCH/a: in use" \
	"a disk file that another machine uses is refused, and the message names it"
hello ubd0="$SCRATCH/a,shared"
! grep -q 'in use' "$SCRATCH/log"; ok $? "with ,shared a second machine may use the same disk file"
guest_type poweroff; guest_ends 20; is $? 0 "the machine that held the disk file powers off"
hello ubd0="$SCRATCH/a" ubd1="$SCRATCH/a"
like "$(cat "$SCRATCH/log")" "ubdb: $SCRATCH/a: in use" \
	"two disks of one machine cannot use the same file"
hello ubd0="$SCRATCH/a,ro" ubd1="$SCRATCH/a,ro"
! grep -q 'in use' "$SCRATCH/log"; ok $? "two read-only disks can use the same file"

hello ubd3="$SCRATCH/absent"
is $? 1 "a machine with a missing disk file exits with status 1"
is "$(cat "$SCRATCH/log")" "linux: ubd3=$SCRATCH/absent: no such file (error 2)" \
	"one line names the missing disk file"
chmod 444 "$SCRATCH/b"
if [ "$(id -u)" -eq 0 ]; then
	hello ubd0="$SCRATCH/b"
	like "$(cat "$SCRATCH/log")" \
		"ubda: $SCRATCH/b: may not be written, so the disk is read-only" \
		"a file without write permission becomes a read-only disk"
else
	skip "a file without write permission becomes a read-only disk" \
		"needs a file of another user"
fi
hello ubd0="$SCRATCH"
like "$(cat "$SCRATCH/log")" "ubda: $SCRATCH: .*no disk" "a folder is refused as a disk"

# Use the maximum number of disks; sixteen programs write to them at once. The last disk gets
# partitions.
options=
for ((i = 0; i < 16; i++)); do disk "d$i" 2M; options="$options ubd$i=$SCRATCH/d$i"; done
letters='a b c d e f g h i j k l m n o p'
NET_CPIO=$(reachable "$NET_CPIO")
# shellcheck disable=SC2086
net_guest m $options
is "$(net_do m 'ls /sys/block | grep -c ubd')" 16 "a machine can have sixteen disks"
dd='dd bs=512 conv=fsync,sync'
# The guest reads its commands line by line.
write="echo \"this is \$d\" | $dd of=/dev/ubd\$d seek=2000 2> /dev/null"
net_do m "for d in $letters; do $write & done; wait" > /dev/null
net_do m 'printf "n\np\n1\n64\n999\nn\np\n2\n1000\n1999\nw\n" | fdisk -u /dev/ubdp > /dev/null 2>&1'
net_do m "echo in-the-second | $dd of=/dev/ubdp2 2> /dev/null" > /dev/null
is "$(net_do m 'cat /sys/block/ubdp/ubdp*/size | xargs')" "936 1000" \
	"the guest can make partitions on the sixteenth disk"
echo off > m.in; wait_status 20 "${net_pids[m]}"; unset 'net_pids[m]'
good=0 i=0
for d in $letters; do
	[ "$(dd if=d$i bs=512 skip=2000 count=1 status=none | tr -d '\0')" != "this is $d" ] ||
		good=$((good + 1)); i=$((i + 1))
done
is $good 16 "each of sixteen files holds what was written to its disk"
is "$(dd if=d15 bs=512 skip=1000 count=1 status=none | tr -d '\0')" in-the-second \
	"a write to the second partition is at its place in the disk file"
boot 30 "$SCRATCH/log" ubd16="$SCRATCH/d0"
is $? 2 "a seventeenth disk is refused with status 2" || diag < log
done_testing
