#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9880-labs-host.sh - hosts that are short of something: a full disk, a base on a remote file system, thirty machines on one base
# time limit: 900
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
[ -r "$BUILD/images/minimal.img" ] || skip_all "no image minimal (make images)"
export UMLAB_IMAGE=minimal UMLAB_LIMIT=300
mounted=()
cleanup() {
	local dir
	machines_kill
	for dir in "${mounted[@]}"; do umount -l "$dir" 2> /dev/null; done
}

# Thirty machines on one base, in one domain.
mkdir thirty; for i in $(seq 30)
do printf 'm%d[0]=A\nm%d[mem]=64\n' $i $i; echo \
	"ip addr add 10.0.0.$i/24 dev eth0" > thirty/m$i.startup; done > thirty/lab.conf
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/home"
umlab lstart -d thirty > out 2>&1; is $? 0 "thirty machines on one base start" || diag < out
is "$(umlab list -a --json | jq -r '[.[].state]|unique|join(" ")')" ready "all are ready"
claim "the last reaches the first" umlab exec -d thirty m30 -- ping -c 1 -W 10 10.0.0.1
claim "and all go" umlab lclean -f -d thirty
is "$(umlab list -a --json)" "[]" "indeed"

# A disk of the host that is full: the guest sees errors, the rest stays true.
if [ "$(id -u)" -eq 0 ] && mkdir "$SCRATCH/small" &&
	mount -t tmpfs -o size=40m,mode=777 tmpfs "$SCRATCH/small" 2> /dev/null; then
	mounted+=("$SCRATCH/small")
	export UMLAB_HOME=$SCRATCH/small/home; mkdir "$UMLAB_HOME"
	chown "$TEST_UID:$TEST_UID" "$UMLAB_HOME"
	umlab create f > /dev/null; umlab start f
	umlab exec f -- sh -c 'dd if=/dev/urandom of=/root/big bs=1M count=80 conv=fsync' > \
		out 2>&1; [ $? -ne 0 ]; ok $? "a guest on a full disk gets an error"
	like "$(umlab list --json | jq -r '.[0].state')" "ready|stopped" \
		"list still tells its state"
	umlab kill f; claim "reset makes room" umlab reset f
	claim "and it starts again" umlab start f
	is "$(umlab exec f echo good)" good "good as new"
	dd if=/dev/zero of="$SCRATCH/small/fill" bs=1M 2> /dev/null
	umlab create g > /dev/null 2> err; [ $? -ne 0 ]
	ok $? "where nothing fits no machine is made"
	like "$(cat err)" "No space|no space" "and the reason is told"
	is "$(umlab list --json | jq -r '[.[].name]|join(" ")')" f "nor is half of one left"
	claim "wipe works there" umlab wipe -f
	export UMLAB_HOME=$SCRATCH/home
else
	skip "a guest on a full disk gets an error" "only root can mount a small disk"
fi

# A quota that is used up: hosts of tests have none, so strace answers the machine's writes to its disk as such a host would.
if command -v strace > /dev/null; then
	umlab create q > /dev/null; umlab start q
	umlab exec q -- sh -c 'echo before > /root/before; sync'
	pid=$(umlab list --json | jq -r '.[0].pid') disk=$(find "$UMLAB_HOME" -path '*/q/disk.cow')
	as_user strace -f -qq -o "$SCRATCH/home/strace.out" -P \
		"$disk" -e trace=pwritev,pwrite64,fallocate \
		-e inject=pwritev,pwrite64,fallocate:error=EDQUOT -p \
			"$pid" 2> strace.err & tracer=$!
	traced() { [ "$(grep -c '^TracerPid:.[1-9]' "/proc/$pid/status")" -eq 1 ]; }
	wait_for 10 traced; ok $? "strace joins the machine" || diag < strace.err
	umlab exec q -- sh -c 'dd if=/dev/urandom of=/root/big bs=1M count=20 conv=fsync' > \
		out 2>&1; [ $? -ne 0 ]
		ok $? "a guest of a user whose quota is used up gets an error"
	grep -q EDQUOT strace.out; ok $? "indeed for want of quota"
	like "$(umlab list --json | jq -r '.[0].state')" "ready|stopped" \
		"list still tells its state"
	kill "$tracer"; wait "$tracer" 2> /dev/null
	umlab restart -f q > /dev/null 2>&1
	is "$(umlab exec q -- sh -c 'cat /root/before; echo after > /root/after; sync; cat /root/after')" "before
after" "with quota again nothing that was synced is lost, and it is written to"
	umlab stop q > /dev/null
	claim "its disk is whole" "$BUILD/umlab-disk" check "$disk"
	umlab remove -f q
else
	skip "a guest of a user whose quota is used up gets an error" "no strace here"
fi

# A base that lies on a remote file system, without locks and holes.
server=/usr/lib/openssh/sftp-server
if [ "$(id -u)" -eq 0 ] && [ -x $server ] && [ -w /dev/fuse ] &&
	command -v sshfs dpipe > /dev/null; then
	mkdir "$SCRATCH/remote" "$SCRATCH/there"
	cp --sparse=always "$BUILD/images/minimal.img" "$SCRATCH/there/far.img"
	chmod 444 "$SCRATCH/there/far.img"
	dpipe $server = sshfs ":$SCRATCH/there" \
		"$SCRATCH/remote" -o passive,allow_other,ro -f > sshfs.log 2>&1 &
	mounted+=("$SCRATCH/remote")
	wait_for 10 mountpoint -q "$SCRATCH/remote"; ok $? "sshfs mounts" || diag < sshfs.log
	export UMLAB_IMAGES=$SCRATCH/remote
	umlab create -i far r > /dev/null 2> err
	is $? 0 "a machine of a base on sshfs is made" || diag < err
	umlab start r 2> err; is $? 0 "and starts" || diag < err
	is "$(umlab exec r -- sh -c 'echo x > /root/x; sync; cat /root/x')" x "and is written to"
	umlab remove -f r
else
	skip "a machine of a base on sshfs is made" \
		"no sshfs, dpipe, sftp-server or /dev/fuse, or not root"
fi
# The rate of a machine holds either way: bytes that arrive in five seconds, at most those of six and what waits.
cd "$SCRATCH/home" && mkdir rates && cd rates || exit 1
printf 'a[0]=A\na[rate]=8m\nb[0]=A\n' > lab.conf
echo 'ip addr add 10.1.0.1/24 dev eth0' > a.startup
echo 'ip addr add 10.1.0.2/24 dev eth0' > b.startup
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" .
umlab lstart > /dev/null 2>&1
# flood FROM TO ADDRESS: how many bytes of FROM's arrived.
flood() {
	(umlab exec "$2" -- sh -c 'timeout 20 nc -l -p 9000 | wc -c' > got) & sleep 2
	umlab exec "$1" -- sh -c "timeout 5 nc -q 0 $3 9000 < /dev/zero" > /dev/null 2>&1
	umlab exec "$2" -- pkill nc > /dev/null 2>&1; wait; cat got
}
for way in "a b 10.1.0.2" "b a 10.1.0.1"; do
	# shellcheck disable=SC2086 # three words
	bytes=$(flood $way)
	[ "$bytes" -gt 100000 ] && [ "$bytes" -lt 9000000 ]
	ok $? "rate=8m: ${way% *}: $bytes bytes in five seconds"
done
umlab lclean -f > /dev/null 2>&1
done_testing
