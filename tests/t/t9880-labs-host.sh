#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9880-labs-host.sh - test scarce hosts: thirty machines, full disk, quota, remote base, rate
# time limit: 900
#
# Needs the image minimal. Some parts are skipped without root, strace or sshfs.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
[ -r "$BUILD/images/minimal.img" ] || skip_all "no image minimal (make images)"
export UMLAB_IMAGE=minimal UMLAB_LIMIT=300
mounted=()
state() { umlab list --json | jq -r '.[0].state'; }
cleanup() {
	local dir
	machines_kill
	for dir in "${mounted[@]}"; do umount -l "$dir" 2> /dev/null; done
}

# Start thirty machines on one base, in one domain.
mkdir thirty
for i in $(seq 30); do
	printf 'm%d[0]=A\nm%d[mem]=64\n' $i $i >> thirty/lab.conf
	echo "ip addr add 10.0.0.$i/24 dev eth0" > thirty/m$i.startup
done
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/home"
umlab lstart -d thirty > out 2>&1; is $? 0 "thirty machines on one base start" || diag < out
is "$(umlab list -a --json | jq -r '[.[].state]|unique|join(" ")')" ready \
	"thirty machines on one base are ready"
claim "the last of thirty machines reaches the first" \
	umlab exec -d thirty m30 -- ping -c 1 -W 10 10.0.0.1
claim "lclean removes thirty machines" umlab lclean -f -d thirty
is "$(umlab list -a --json)" "[]" "list shows no machine after lclean"

# Fill the host's disk: the guest gets errors, and umlab still works.
if [ "$(id -u)" -eq 0 ] && mkdir "$SCRATCH/small" &&
	mount -t tmpfs -o size=40m,mode=777 tmpfs "$SCRATCH/small" 2> /dev/null; then
	mounted+=("$SCRATCH/small")
	export UMLAB_HOME=$SCRATCH/small/home; mkdir "$UMLAB_HOME"
	chown "$TEST_UID:$TEST_UID" "$UMLAB_HOME"
	umlab create f > /dev/null; umlab start f
	umlab exec f -- sh -c 'dd if=/dev/urandom of=/root/big bs=1M count=80 conv=fsync' \
		> out 2>&1
	[ $? -ne 0 ]; ok $? "a guest's write fails when the host's disk is full"
	like "$(state)" "ready|stopped" \
		"list shows the machine's state when the host's disk is full"
	umlab kill f; claim "reset works when the host's disk is full" umlab reset f
	claim "after reset the machine starts again" umlab start f
	is "$(umlab exec f echo good)" good "after reset the machine works again"
	dd if=/dev/zero of="$SCRATCH/small/fill" bs=1M 2> /dev/null
	umlab create g > /dev/null 2> err; [ $? -ne 0 ]
	ok $? "create fails when the host's disk is full"
	like "$(cat err)" "No space|no space" "create says that no space is left"
	is "$(umlab list --json | jq -r '[.[].name]|join(" ")')" f \
		"a create that failed leaves no machine behind"
	claim "wipe works when the host's disk is full" umlab wipe -f
	export UMLAB_HOME=$SCRATCH/home
else
	skip "a guest's write fails when the host's disk is full" "only root can mount a small disk"
fi

# Simulate an exhausted disk quota. Test hosts have no quotas, so strace makes the machine's writes
# to its disk fail with EDQUOT.
if command -v strace > /dev/null; then
	umlab create q > /dev/null; umlab start q
	umlab exec q -- sh -c 'echo before > /root/before; sync'
	pid=$(umlab list --json | jq -r '.[0].pid') disk=$(find "$UMLAB_HOME" -path '*/q/disk.cow')
	calls=pwritev,pwrite64,fallocate
	as_user strace -f -qq -o "$SCRATCH/home/strace.out" -P "$disk" -e trace=$calls \
		-e inject=$calls:error=EDQUOT -p "$pid" 2> strace.err & tracer=$!
	traced() { [ "$(grep -c '^TracerPid:.[1-9]' "/proc/$pid/status")" -eq 1 ]; }
	wait_for 10 traced; ok $? "strace attaches to the machine" || diag < strace.err
	umlab exec q -- sh -c 'dd if=/dev/urandom of=/root/big bs=1M count=20 conv=fsync' \
		> out 2>&1
	[ $? -ne 0 ]; ok $? "a guest's write fails when the user's quota is used up"
	grep -q EDQUOT strace.out; ok $? "strace has made writes to the disk fail with EDQUOT"
	like "$(state)" "ready|stopped" "list shows the machine's state when the quota is used up"
	kill "$tracer"; wait "$tracer" 2> /dev/null
	umlab restart -f q > /dev/null 2>&1
	again='cat /root/before; echo after > /root/after; sync; cat /root/after'
	is "$(umlab exec q -- sh -c "$again" | tr '\n' ,)" before,after, \
		"with quota again, synced data is there and writes succeed"
	umlab stop q > /dev/null
	claim "umlab-disk check finds no damage after the quota was used up" \
		"$BUILD/umlab-disk" check "$disk"
	umlab remove -f q
else
	skip "a guest's write fails when the user's quota is used up" "no strace here"
fi

# Use a base on a remote file system without locks and holes.
server=/usr/lib/openssh/sftp-server
if [ "$(id -u)" -eq 0 ] && [ -x $server ] && [ -w /dev/fuse ] &&
	command -v sshfs dpipe > /dev/null; then
	mkdir "$SCRATCH/remote" "$SCRATCH/there"
	cp --sparse=always "$BUILD/images/minimal.img" "$SCRATCH/there/far.img"
	chmod 444 "$SCRATCH/there/far.img"
	dpipe $server = sshfs ":$SCRATCH/there" "$SCRATCH/remote" -o passive,allow_other,ro -f \
		> sshfs.log 2>&1 &
	mounted+=("$SCRATCH/remote")
	wait_for 10 mountpoint -q "$SCRATCH/remote"
	ok $? "sshfs mounts a folder" || diag < sshfs.log
	export UMLAB_IMAGES=$SCRATCH/remote
	umlab create -i far r > /dev/null 2> err
	is $? 0 "create makes a machine whose base is on sshfs" || diag < err
	umlab start r 2> err; is $? 0 "a machine whose base is on sshfs starts" || diag < err
	is "$(umlab exec r -- sh -c 'echo x > /root/x; sync; cat /root/x')" x \
		"a machine whose base is on sshfs can write to its disk"
	umlab remove -f r
else
	skip "create makes a machine whose base is on sshfs" \
		"no sshfs, dpipe, sftp-server or /dev/fuse, or not root"
fi

# The rate of a machine limits both directions. In five seconds, no more may arrive than the bytes
# of six seconds at this rate and the contents of the queues.
cd "$SCRATCH/home" && mkdir rates && cd rates || exit 1
printf 'a[0]=A\na[rate]=8m\nb[0]=A\n' > lab.conf
echo 'ip addr add 10.1.0.1/24 dev eth0' > a.startup
echo 'ip addr add 10.1.0.2/24 dev eth0' > b.startup
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" .
umlab lstart > /dev/null 2>&1
# flood FROM TO ADDRESS: send for five seconds, and print how many bytes arrived.
flood() {
	(umlab exec "$2" -- sh -c 'timeout 20 nc -l -p 9000 | wc -c' > got) & sleep 2
	umlab exec "$1" -- sh -c "timeout 5 nc -q 0 $3 9000 < /dev/zero" > /dev/null 2>&1
	umlab exec "$2" -- pkill nc > /dev/null 2>&1; wait; cat got
}
for way in "a b 10.1.0.2" "b a 10.1.0.1"; do
	read -r _ to _ <<< "$way"
	# shellcheck disable=SC2086 # three words
	bytes=$(flood $way)
	[ "$bytes" -gt 100000 ] && [ "$bytes" -lt 9000000 ]
	ok $? "rate=8m limits the bytes from ${way% * *} to $to ($bytes in five seconds)"
done
umlab lclean -f > /dev/null 2>&1
done_testing
