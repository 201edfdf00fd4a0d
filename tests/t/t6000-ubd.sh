#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t6000-ubd.sh - raw disks: what the guest writes is in the file, locks hold, trouble is told
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/net.sh" || exit 1
need_kernel
disk() { truncate -s "$2" "$SCRATCH/$1" && chmod 666 "$SCRATCH/$1"; }
disk a 64M; disk b 524544 # one half sector too much
cp "$SCRATCH/b" "$SCRATCH/b.before"
TOPIC_OPTIONS="ubd0=$SCRATCH/a,serial=LAB-0001 ubd1r=$SCRATCH/b" TOPIC_LIMIT=120 guest_topics disks
claim "the host file holds what the guest wrote last" "$BUILD/tests/guest/disks" verify "$SCRATCH/a"
cmp -s "$SCRATCH/b" "$SCRATCH/b.before"; ok $? "a read-only disk's file is as it was"
is "$(stat -c %s "$SCRATCH/a")" 67108864 "the file has kept its size"

# Locks between machines, and between the disks of one.
guest_start mem=64M ubd0="$SCRATCH/a"
guest_sees 30 guest#
boot 30 "$SCRATCH/log" mem=64M initrd="$MINI_CPIO" topic=hello ubd0="$SCRATCH/a"
like "$(cat "$SCRATCH/log")" "ubda: $SCRATCH/a: in use" "a file in use is refused with its name"
boot 30 "$SCRATCH/log" mem=64M initrd="$MINI_CPIO" topic=hello ubd0="$SCRATCH/a,shared"
! grep -q 'in use' "$SCRATCH/log"; ok $? "shared takes it all the same"
guest_type poweroff; guest_ends 20; is $? 0 "the one that has it powers off"
boot 30 "$SCRATCH/log" mem=64M initrd="$MINI_CPIO" topic=hello ubd0="$SCRATCH/a" ubd1="$SCRATCH/a"
like "$(cat "$SCRATCH/log")" "ubdb: $SCRATCH/a: in use" "two disks on one file are refused"
boot 30 "$SCRATCH/log" mem=64M initrd="$MINI_CPIO" topic=hello ubd0="$SCRATCH/a,ro" \
	ubd1="$SCRATCH/a,ro"
! grep -q 'in use' "$SCRATCH/log"; ok $? "two read-only ones are not"

boot 30 "$SCRATCH/log" mem=64M initrd="$MINI_CPIO" topic=hello ubd3="$SCRATCH/absent"
is $? 1 "a missing file ends the start with status 1"
is "$(cat "$SCRATCH/log")" "linux: ubd3=$SCRATCH/absent: no such file (error 2)" \
	"and one line that names it"
chmod 444 "$SCRATCH/b"
if [ "$(id -u)" -eq 0 ]; then
	boot 30 "$SCRATCH/log" mem=64M initrd="$MINI_CPIO" topic=hello ubd0="$SCRATCH/b"
	like "$(cat "$SCRATCH/log")" "ubda: $SCRATCH/b: may not be written, so the disk is read-only" "a file without write permission is a read-only disk"
else
	skip "a file without write permission is a read-only disk" "needs another user's file"
fi
boot 30 "$SCRATCH/log" mem=64M initrd="$MINI_CPIO" topic=hello ubd0="$SCRATCH"
like "$(cat "$SCRATCH/log")" "ubda: $SCRATCH: .*no disk" "a folder is no disk"

# As many as there can be, from two programs at once; the last one with partitions.
options=
for ((i = 0; i < 16; i++)); do disk "d$i" 2M; options="$options ubd$i=$SCRATCH/d$i"; done
NET_CPIO=$(reachable "$NET_CPIO")
# shellcheck disable=SC2086
net_guest m $options
is "$(net_do m 'ls /sys/block | grep -c ubd')" 16 "sixteen disks"
net_do m 'for d in a b c d e f g h i j k l m n o p; do echo "this is $d" | dd of=/dev/ubd$d bs=512 seek=2000 conv=fsync,sync 2>/dev/null & done; wait' > /dev/null
net_do m 'printf "n\np\n1\n64\n999\nn\np\n2\n1000\n1999\nw\n" | fdisk -u /dev/ubdp > /dev/null 2>&1; echo in-the-second | dd of=/dev/ubdp2 bs=512 conv=fsync,sync 2> /dev/null' > /dev/null
is "$(net_do m 'cat /sys/block/ubdp/ubdp*/size | xargs')" "936 1000" \
	"the sixteenth has the partitions that the guest makes on it"
echo off > m.in; wait_status 20 "${net_pids[m]}"; unset 'net_pids[m]'
good=0 i=0
for d in a b c d e f g h i j k l m n o p; do
	[ "$(dd if=d$i bs=512 skip=2000 count=1 status=none | tr -d '\0')" != "this is $d" ] ||
		good=$((good + 1)); i=$((i + 1))
done
is $good 16 "each file holds what was written to its disk"
is "$(dd if=d15 bs=512 skip=1000 count=1 status=none | tr -d '\0')" in-the-second \
	"and that of the sixteenth what was written to its second partition"
boot 30 "$SCRATCH/log" ubd16="$SCRATCH/d0"
is $? 2 "a seventeenth is refused" || diag < log
done_testing
