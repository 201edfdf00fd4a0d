#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t1020-disk-log.sh - test power failures at any recorded write, and a flush that fails once
#
# qemu-storage-daemon exports a file by FUSE, and records the writes to it or makes a flush fail.
# TRIALS=N: power failures for each format (default 10).
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
DISK=$BUILD/umlab-disk
[ -x "$DISK" ] || skip_all "no $DISK (make umlab-disk)"
command -v qemu-storage-daemon > /dev/null || skip_all \
	"no qemu-storage-daemon (package qemu-system-common)"
[ -w /dev/fuse ] || skip_all "no /dev/fuse"
cd "$SCRATCH" || exit 1
TRIALS=${TRIALS:-10}
LOGCRASH=$TOP/tests/lib/logcrash.py
head -c 4M /dev/zero > base.img
shown() {
	[ "$(stat -f -c %T file.show 2> /dev/null)" = fuseblk ] ||
		[ "$(stat -f -c %t file.show)" = 65735546 ]
}
show() { # show BLOCKDEV-OPTIONS...: export file.real as file.show, and serve that over NBD
	truncate -s 0 file.show
	qemu-storage-daemon --blockdev driver=file,filename=file.real,node-name=f,discard=unmap \
		"$@" \
		--export fuse,id=e,node-name=top,mountpoint="$SCRATCH/file.show",writable=on \
		> daemon.log 2>&1 & daemon=$!
	wait_for 10 shown || { diag < daemon.log; return 1; }
	"$DISK" nbd --socket "$SCRATCH/n" file.show > serve.log 2>&1 & server=$!
	wait_for 10 test -S n || { diag < serve.log; return 1; }; }
hide() {
	kill -KILL $server; wait $server 2> /dev/null; kill $daemon; wait $daemon 2> /dev/null
	umount file.show 2> /dev/null; rm -f n file.show.umlab-lease
}
cleanup() {
	[ -n "${daemon:-}" ] || return
	{ kill -KILL $server $daemon; umount -l "$SCRATCH/file.show"; } 2> /dev/null
}
power_failure() { # power_failure CUT SEED: check what the disk holds after a power failure
	python3 "$LOGCRASH" replay log notes before after "$1" "$2"
	rm -f after.raw
	"$DISK" check after && "$DISK" convert --to raw after after.raw &&
		python3 "$LOGCRASH" verify after.raw notes "$1"
}

for format in layer cow3; do
	rm -f file.real; "$DISK" create --to $format --base base.img file.real
	cp --sparse=always file.real before
	truncate -s 64M log
	if ! show --blockdev driver=file,filename=log,node-name=l --blockdev \
		driver=blklogwrites,file=f,log=l,log-super-update-interval=1,node-name=top; then
		hide; skip "$format: recorded writes" "the file cannot be exported by FUSE here"
		continue
	fi
	claim "$format: 30 rounds of writes and flushes are recorded" \
		python3 "$LOGCRASH" write n log notes 30
	hide
	entries=$(python3 "$LOGCRASH" count log)
	[ "$entries" -gt 200 ]; ok $? "$format: the log has more than 200 entries ($entries)"
	bad=0
	for ((i = 0; i < TRIALS; i++)); do
		cut=$((RANDOM * 32768 + RANDOM)) cut=$((cut % (entries + 1)))
		power_failure $cut $i > out 2>&1 && continue
		bad=$((bad + 1))
		{ echo "failure at entry $cut, seed $i:"; cat out; } | diag
	done
	is $bad 0 \
		"$format: after $TRIALS power failures flushed sectors are new, others old or new"
done

rm -f file.real; "$DISK" create --base base.img file.real
# The third flush fails. The first two flush the header: on opening, and before the first write.
flush=flush_to_disk
debug=driver=blkdebug,image=f,node-name=d
debug+=,set-state.0.event=$flush,set-state.0.state=1,set-state.0.new_state=2
debug+=,set-state.1.event=$flush,set-state.1.state=2,set-state.1.new_state=3
debug+=,inject-error.0.event=$flush,inject-error.0.state=3
debug+=,inject-error.0.errno=5,inject-error.0.once=on
if show --blockdev $debug --blockdev driver=raw,file=d,node-name=top; then
	is "$(python3 "$LOGCRASH" flush n)" "0 5 5 5" \
		"after a failed flush all later flushes and writes fail" || diag < daemon.log
else skip "a flush that fails once" "the file cannot be exported by FUSE here"; fi
hide
done_testing
