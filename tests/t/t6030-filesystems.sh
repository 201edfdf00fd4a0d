#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t6030-filesystems.sh - ext4 with 1 KB blocks, xfs and btrfs on layers: fio verifies, fsck finds nothing
# time limit: 400
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/net.sh" || exit 1
. "$(dirname "$0")/../lib/hostroot.sh" || exit 1
need_hostroot fio mkfs.ext4 mkfs.xfs mkfs.btrfs
DISK=$(reachable "$BUILD/umlab-disk") NET_LIMIT=150
mkdir content; cp /usr/share/common-licenses/* content/

# The file system is made in the base, so that the guest's small writes go over what lies below.
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
	claim "$fs: mkfs" make_base $fs $([ $fs = ext4 ] && echo 160M || echo 320M)
	chmod 644 $fs.img
	(as_user "$DISK" create --base $fs.img $fs.middle) &&
		(as_user "$DISK" create --base $fs.middle $fs.cow)
	options="$options ubd$((${#options} ? $(wc -w <<< "$options") : 0))=$SCRATCH/$fs.cow"
done
# shellcheck disable=SC2086
hostroot_guest m $options
like "$(hostroot_module m xfs btrfs; hostroot_do m lsmod)" "btrfs" "the machine has their modules"
for fs in ext4 xfs btrfs; do
	device=/dev/ubd$letter letter=$(tr abc bcd <<< $letter)
	out=$(hostroot_do m "mount -t $fs -o discard $device /mnt/a && df --output=fstype /mnt/a
		fio --directory=/mnt/a --name=v --rw=randwrite --bsrange=512-32k --bs_unaligned=0 --size=24M --io_size=16M --fsync=40 \
			--nrfiles=4 --verify=crc32c --verify_fatal=1 --do_verify=1 --randseed=7 --output=/run/tmp/fio; echo fio=\$?
		dd if=/dev/zero of=/mnt/a/hole bs=64k count=64 conv=fsync 2> /dev/null; fallocate -p -o 100000 -l 300000 /mnt/a/hole; echo hole=\$?
		rm /mnt/a/hole; fstrim /mnt/a; echo trim=\$?
		umount /mnt/a; echo 3 > /proc/sys/vm/drop_caches; mount -t $fs $device /mnt/a
		fio --directory=/mnt/a --name=v --rw=randwrite --bsrange=512-32k --bs_unaligned=0 --size=24M --io_size=16M --fsync=40 \
			--nrfiles=4 --verify=crc32c --verify_only --verify_fatal=1 --randseed=7 --output=/run/tmp/fio; echo again=\$?
		for f in $SCRATCH/content/*; do [ $fs = xfs ] || cmp \$f /mnt/a/\${f##*/} || echo differs; done
		umount /mnt/a; echo umount=\$?
		case $fs in ext4) e2fsck -fn $device ;; xfs) xfs_repair -n $device ;; btrfs) btrfs check --check-data-csum $device ;; esac; echo fsck=\$?")
	for what in fio hole trim again umount fsck; do
		like "$out" "^$what=0" "$fs: ${what/again/fio, mounted anew} finds all in order" ||
			break
	done
	! grep -q differs <<< "$out"; ok $? "$fs: what lay in the base is as it was"
done
like "$(hostroot_do m 'dmesg | grep -iE "error|corrupt|ubd.: " | grep -v "errors=" | grep -c . ')" "^0" "the kernel says nothing of errors" || hostroot_do m dmesg | tail -n 20 | diag
echo off > m.in
wait_for 30 sh -c "! kill -0 ${net_pids[m]} 2> /dev/null"
for fs in ext4 xfs btrfs; do
	claim "$fs: check finds no damage in the layer" "$DISK" check $fs.cow
	"$DISK" convert --to raw $fs.cow $fs.raw 2> /dev/null
	case $fs in
	ext4) claim "ext4: nor the host's e2fsck in the disk" e2fsck -fn ext4.raw ;;
	xfs) claim "xfs: nor the host's xfs_repair" xfs_repair -n xfs.raw ;;
	btrfs) claim "btrfs: nor the host's btrfs check" btrfs check --check-data-csum btrfs.raw ;;
	esac
	! "$DISK" map $fs.cow | grep -q middle; ok $? "$fs: the layer in the middle stays empty"
done
done_testing
