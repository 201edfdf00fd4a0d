#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t6010-hostfs.sh - host folders in a guest: file system calls, confinement, changes by the host
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
need_kernel
D=$SCRATCH/share
mkdir -p "$D/sub" "$SCRATCH/share-outside" "$SCRATCH/share-ro" && chmod 777 "$D" "$D/sub"
echo secret > "$SCRATCH/secret"; echo below > "$D/sub/below"
echo readable > "$SCRATCH/share-ro/file"
ln -s / "$D/to-root"; ln -s .. "$D/to-parent"; ln -s /proc/self/cwd "$D/to-proc"
ln -s "$SCRATCH/secret" "$D/to-secret"; ln -s ../secret "$D/to-secret-relative"
TOPIC_OPTIONS="hostfs=$D:$SCRATCH/share-ro,ro hostdir=$D" TOPIC_LIMIT=120 guest_topics hostfiles
is "$(stat -c %a "$SCRATCH/secret")" 644 "hostfiles: a file outside the folder is untouched"
is "$(ls "$D" | tr '\n' ' ')" "sub to-parent to-proc to-root to-secret to-secret-relative " \
	"hostfiles: the guest leaves no file behind in the folder"

# The guest's writer must see the host's limit on file sizes. The file that holds the machine's
# memory (512 MB) must stay below the limit.
ulimit -S -f $((600 * 1024))
TOPIC_OPTIONS="hostfs=$D hostdir=$D hostlimit=$((600 * 1024 * 1024))" TOPIC_LIMIT=60 \
	guest_topics hostlimit
ulimit -S -f unlimited

# Do the host's part of tests/guest/hostchanges.c, in another folder, so that nothing follows the
# symbolic links in $SCRATCH/share.
D=$SCRATCH/both
mkdir -p "$D" && chmod 777 "$D"
await() {
	local i
	for ((i = 0; i < 600; i++)); do
		[ -e "$D/guest-$1" ] && return
		sleep 0.05
	done
}
replace() { cat > "$D/.new" && chmod 666 "$D/.new" && mv "$D/.new" "$D/$1"; }
swap_for_ever() {
	while :; do
		mv -T "$D/swap" "$D/swap-a"; mv -T "$D/swap-link" "$D/swap"
		mv -T "$D/swap" "$D/swap-link"; mv -T "$D/swap-a" "$D/swap"
	done
}
host_side() {
	local n swapper
	for n in 1 2 3 4 5 6 7 8 9 10; do
		await "$n"
		case $n in
		1) echo one > "$D/new" ;;
		2) echo two, longer > "$D/new" ;;
		3) echo three | replace new ;;
		4) echo four > "$D/new" ;;
		5) echo host >> "$D/new" ;;
		6)	rm "$D/new"; mkdir -p "$D/tree/deep"; touch "$D/tree/deep/file"
			mv "$D/tree" "$D/moved" ;;
		7)	rm -f "$D"/reused-*
			for ((i = 0; i < 300; i++)); do echo "host $i" > "$D/reused-$i"; done ;;
		8)	[ "$(head -c 8 "$D/guest-made")" = written ] &&
				[ "$(tail -c 4096 "$D/guest-made" | head -c 7)" = mapped ] &&
				echo good > "$D/verdict" || echo bad > "$D/verdict" ;;
		9)	rm -rf "$D/cwd"; ln -s .. "$D/cwd"
			mkdir "$D/swap"; ln -s .. "$D/swap-link"
			swap_for_ever 2> /dev/null & swapper=$! ;;
		10)	kill "$swapper" ;;
		esac
		touch "$D/host-$n"
	done
}
host_side & side=$!
TOPIC_OPTIONS="hostfs=$D hostdir=$D" TOPIC_LIMIT=120 guest_topics hostchanges
kill "$side" 2>/dev/null; wait "$side" 2>/dev/null
is "$(stat -c %U:%a "$SCRATCH/secret")" "$(id -un):644" \
	"hostchanges: a file outside the folder is untouched"

# Files that give rights on the host: tests/guest/hostrights.c tries to make them.
D=$SCRATCH/rights
mkdir -p "$D/hostsgid" && touch "$D/hostsuid" "$D/hostsuid2" && truncate -s 4096 "$D/hostsuid"
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$D"
chmod 777 "$D"; chmod 4755 "$D/hostsuid" "$D/hostsuid2"; chmod 2775 "$D/hostsgid"
TOPIC_OPTIONS="hostfs=$D hostdir=$D" TOPIC_LIMIT=60 guest_topics hostrights
is "$(cd "$D" && find . ! -path ./hostsgid \( -perm /6000 -o -type p -o -type b -o -type c \))" "" \
	"hostrights: the host finds no set-user-ID file, no FIFO and no device node"

# At its start, the kernel checks the folders that the option names.
boot 20 "$SCRATCH/log" mem=64M initrd="$MINI_CPIO" topic=hello hostfs="$D:$SCRATCH/absent"
is $? 1 "a machine with a missing hostfs folder exits with status 1"
is "$(cat "$SCRATCH/log")" "linux: hostfs=$D:$SCRATCH/absent: no such file (error 2)" \
	"one line names the missing hostfs folder"
for bad in relative /dir,rx "" /a:b; do
	boot 20 "$SCRATCH/log" mem=64M initrd="$MINI_CPIO" topic=hello hostfs="$bad"
	is $? 2 "hostfs=$bad is refused with status 2"
done

# Boot with a host folder as the root file system.
mkdir -p "$SCRATCH/root"/{proc,sys,dev,tmp,topics} &&
	cp "$BUILD/tests/guest/guest_init" "$SCRATCH/root/init" &&
	cp "$BUILD/tests/guest/hello" "$SCRATCH/root/topics/" && chmod -R a+rX "$SCRATCH/root"
boot 30 "$SCRATCH/log" mem=64M root=hostfs rootfstype=hostfs rootflags="$SCRATCH/root" \
	hostfs="$SCRATCH/root" init=/init topic=hello panic=-1
status=$?
like "$(cat "$SCRATCH/log")" '@end hello exit 0' "a host folder can be the root file system" &&
	is "$status" 0 "a machine whose root is a host folder powers off"
done_testing
