#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t6030-filesystems.sh - ext4, xfs and btrfs on layers: fio verifies the data, fsck finds no errors
# time limit: 400
#
# ext4 has blocks of 1 KB. Needs fio and the mkfs programs; runs the host's programs in a machine.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/net.sh" || exit 1
. "$(dirname "$0")/../lib/hostroot.sh" || exit 1
need_hostroot fio mkfs.ext4 mkfs.xfs mkfs.btrfs
DISK=$(reachable "$BUILD/umlab-disk") NET_LIMIT=150
mkdir content; cp /usr/share/common-licenses/* content/

# The file system is made in the base, so that the guest's small writes cover blocks of the base.
make_base() {
	truncate -s "$2" "$1.img"
	case $1 in
	ext4) mkfs.ext4 -q -b 1024 -d content "$1.img" ;;
	xfs) mkfs.xfs -q "$1.img" ;;
	btrfs) mkfs.btrfs -q --rootdir content "$1.img" ;;
	esac
}
options=; letter=a
for fs in ext4 xfs btrfs; do
	size=320M; [ $fs != ext4 ] || size=160M
	claim "$fs: mkfs makes the file system in the base" make_base $fs $size
	chmod 644 $fs.img
	(as_user "$DISK" create --base $fs.img $fs.middle) &&
		(as_user "$DISK" create --base $fs.middle $fs.cow)
	options="$options ubd$((${#options} ? $(wc -w <<< "$options") : 0))=$SCRATCH/$fs.cow"
done
# shellcheck disable=SC2086
hostroot_guest m $options
like "$(hostroot_module m xfs btrfs; hostroot_do m lsmod)" "btrfs" \
	"the machine loads the modules of xfs and btrfs"

# fsck_command FS FILE: the command that looks for errors in a file system without repairing it.
fsck_command() {
	case $1 in
	ext4) echo "e2fsck -fn $2" ;;
	xfs) echo "xfs_repair -n $2" ;;
	btrfs) echo "btrfs check --check-data-csum $2" ;;
	esac
}
fio="fio --directory=/mnt/a --name=v --rw=randwrite --bsrange=512-32k --bs_unaligned=0 --size=24M"
fio="$fio --io_size=16M --nrfiles=4 --verify=crc32c --verify_fatal=1 --randseed=7"
fio="$fio --output=/run/tmp/fio --fsync=40"
declare -A steps=([fio]="fio verifies what it wrote" [hole]="a hole can be punched into a file"
	[trim]="fstrim succeeds" [again]="fio verifies its files after a new mount"
	[umount]="the file system is unmounted" [fsck]="the guest's fsck finds no errors")
for fs in ext4 xfs btrfs; do
	device=/dev/ubd$letter letter=$(tr abc bcd <<< $letter)
	out=$(hostroot_do m "mount -t $fs -o discard $device /mnt/a && df --output=fstype /mnt/a
		$fio --do_verify=1; echo fio=\$?
		dd if=/dev/zero of=/mnt/a/hole bs=64k count=64 conv=fsync 2> /dev/null
		fallocate -p -o 100000 -l 300000 /mnt/a/hole; echo hole=\$?
		rm /mnt/a/hole; fstrim /mnt/a; echo trim=\$?
		umount /mnt/a; echo 3 > /proc/sys/vm/drop_caches; mount -t $fs $device /mnt/a
		$fio --verify_only; echo again=\$?
		for f in $SCRATCH/content/*; do
			[ $fs = xfs ] || cmp \$f /mnt/a/\${f##*/} || echo differs
		done
		umount /mnt/a; echo umount=\$?
		$(fsck_command $fs $device); echo fsck=\$?")
	for step in fio hole trim again umount fsck; do
		like "$out" "^$step=0" "$fs: ${steps[$step]}" || break
	done
	! grep -q differs <<< "$out"; ok $? "$fs: the files in the base are unchanged"
done
errors='dmesg | grep -iE "error|corrupt|ubd.: " | grep -v "errors=" | grep -c . '
like "$(hostroot_do m "$errors")" "^0" "the kernel reports no disk or file system error" ||
	hostroot_do m dmesg | tail -n 20 | diag
echo off > m.in
wait_for 30 sh -c "! kill -0 ${net_pids[m]} 2> /dev/null"
for fs in ext4 xfs btrfs; do
	claim "$fs: umlab-disk check finds no damage in the layer" "$DISK" check $fs.cow
	"$DISK" convert --to raw $fs.cow $fs.raw 2> /dev/null
	# shellcheck disable=SC2046  # a command and its arguments
	claim "$fs: the host's fsck finds no errors in the disk" $(fsck_command $fs $fs.raw)
	! "$DISK" map $fs.cow | grep -q middle; ok $? "$fs: the layer in the middle stays empty"
done
done_testing
