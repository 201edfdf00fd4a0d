# SPDX-License-Identifier: GPL-2.0-only
# t1030-disk-remote.sh - disks on a remote file system that has no locks between hosts and no holes (sshfs)
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/guest.sh"
DISK=$BUILD/umlab-disk
[ -x "$DISK" ] || skip_all "no $DISK (make umlab-disk)"
SERVER=/usr/lib/openssh/sftp-server
{ command -v sshfs && command -v dpipe && [ -x $SERVER ] && [ -w /dev/fuse ]; } > /dev/null || skip_all "needs sshfs, dpipe, sftp-server and /dev/fuse"
cd "$SCRATCH" || exit 1
mkdir export host1 host2
mount_host() { dpipe $SERVER = sshfs ":$SCRATCH/export" "$SCRATCH/$1" -o passive,allow_root -f > $1.log 2>&1 & wait_for 10 mountpoint -q "$1"; }
cleanup() { umount "$SCRATCH/host1" "$SCRATCH/host2" 2> /dev/null || umount -l "$SCRATCH/host1" "$SCRATCH/host2" 2> /dev/null; }
mount_host host1 && mount_host host2 || { cat host1.log | diag; skip_all "sshfs does not mount here"; }
put() { python3 "$TOP/tests/peers/nbdput.py" "$SCRATCH/n" "$@"; }
serve() { rm -f n; "$DISK" nbd --socket "$SCRATCH/n" "$1" > serve.log 2>&1 & server=$!; wait_for 10 test -S n || { diag < serve.log; return 1; }; }

head -c 4M /dev/urandom > export/base.img
claim "an overlay is made on a remote file system" "$DISK" create --base host1/base.img host1/top.cow
serve host1/top.cow
claim "it is written" put 4096 remote
[ -s export/top.cow.umlab-lease ]; ok $? "its writer has a lease"
output=$("$DISK" resize host2/top.cow 8M 2>&1); status=$?
is $status 1 "another host is refused, though its lock would have been granted"
like "$output" "host2/top.cow: in use by process $server on host" "and told who has it"
claim "another overlay on the same base is not" "$DISK" create --base host2/base.img host2/second.cow
kill -KILL $server; wait $server 2> /dev/null
claim "the lease of a process that is gone is taken over" "$DISK" resize host2/top.cow 8M
[ ! -e export/top.cow.umlab-lease ]; ok $? "and given back"
claim "no damage" "$DISK" check host1/top.cow
"$DISK" convert --to raw host1/top.cow local.raw
is "$(dd if=local.raw bs=1 skip=4096 count=6 2> /dev/null)" remote "what was flushed is there"
serve host1/top.cow
kill -KILL $server; wait $server 2> /dev/null # first: alive, it would write the lease anew
: > export/top.cow.umlab-lease
output=$("$DISK" resize host2/top.cow 9M 2>&1); is $? 1 "a lease that cannot be read is somebody's"
claim "--break-lock forgets it" "$DISK" info --break-lock host2/top.cow
claim "and the disk is free" "$DISK" resize host2/top.cow 9M
claim "COW V3 is written there too" "$DISK" create --to cow3 --base host1/base.img host1/v3.cow
serve host1/v3.cow; claim "and holds it" put 8192 v3; kill $server; wait $server
claim "no damage" "$DISK" check host2/v3.cow
done_testing
