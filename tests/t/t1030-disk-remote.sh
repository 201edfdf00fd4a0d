#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t1030-disk-remote.sh - test disks on sshfs, which has neither locks between hosts nor holes
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
DISK=$BUILD/umlab-disk
[ -x "$DISK" ] || skip_all "no $DISK (make umlab-disk)"
SERVER=/usr/lib/openssh/sftp-server
{ command -v sshfs && command -v dpipe && [ -x $SERVER ] && [ -w /dev/fuse ]; } > /dev/null || \
	skip_all "needs sshfs, dpipe, sftp-server and /dev/fuse"
cd "$SCRATCH" || exit 1
mkdir export host1 host2
mount_host() {
	dpipe $SERVER = sshfs ":$SCRATCH/export" "$SCRATCH/$1" -o passive,allow_root -f \
		> "$1.log" 2>&1 &
	wait_for 10 mountpoint -q "$1"
}
cleanup() {
	umount "$SCRATCH/host1" "$SCRATCH/host2" 2> /dev/null ||
		umount -l "$SCRATCH/host1" "$SCRATCH/host2" 2> /dev/null
}
if ! mount_host host1 || ! mount_host host2; then
	diag < host1.log
	skip_all "sshfs does not mount here"
fi
put() { python3 "$TOP/tests/peers/nbdput.py" "$SCRATCH/n" "$@"; }
serve() {
	rm -f n; "$DISK" nbd --socket "$SCRATCH/n" "$1" > serve.log 2>&1 & server=$!
	wait_for 10 test -S n || { diag < serve.log; return 1; }
}

head -c 4M /dev/urandom > export/base.img
claim "create makes an overlay on a remote file system" "$DISK" create --base host1/base.img \
	host1/top.cow
serve host1/top.cow
claim "an overlay on a remote file system can be written" put 4096 remote
[ -s export/top.cow.umlab-lease ]; ok $? "its writer holds a lease"
output=$("$DISK" resize host2/top.cow 8M 2>&1); status=$?
is $status 1 "a writer on another host is refused, although it would get the lock"
like "$output" "host2/top.cow: in use by process $server on host" \
	"the message names the holder of the lease"
claim "another overlay on the same base can be made" "$DISK" create --base host2/base.img \
	host2/second.cow
kill -KILL $server; wait $server 2> /dev/null
claim "the lease of a killed process is taken over" "$DISK" resize host2/top.cow 8M
[ ! -e export/top.cow.umlab-lease ]; ok $? "the lease is removed when the writer ends"
claim "check finds no damage in the overlay" "$DISK" check host1/top.cow
"$DISK" convert --to raw host1/top.cow local.raw
is "$(dd if=local.raw bs=1 skip=4096 count=6 2> /dev/null)" remote \
	"the overlay holds what was flushed"
serve host1/top.cow
kill -KILL $server; wait $server 2> /dev/null # a running server would renew the lease
: > export/top.cow.umlab-lease
output=$("$DISK" resize host2/top.cow 9M 2>&1); is $? 1 "an unreadable lease counts as held"
claim "--break-lock removes a lease" "$DISK" info --break-lock host2/top.cow
claim "without the lease the disk can be written" "$DISK" resize host2/top.cow 9M
claim "create makes a COW V3 file on a remote file system" "$DISK" create --to cow3 --base \
	host1/base.img host1/v3.cow
serve host1/v3.cow; claim "that file can be written" put 8192 v3; kill $server; wait $server
claim "check finds no damage in that file" "$DISK" check --base \
	host2/base.img host2/v3.cow
done_testing
