#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9345-flavour-disks.sh - test disk traffic and hot-plug in the kernels kcsan and kcov
# time limit: 300
#
# Both flavours instrument kernel code. The instrumentation reads `current`, which host threads do
# not have, so code that may run on host threads must not be instrumented.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/net.sh" || exit 1
need_net
DISK=$(reachable "$BUILD/umlab-disk")
[ -x "$DISK" ] || skip_all "no umlab-disk (make umlab-disk)"
disk() { (as_user "$DISK" "$@"); }
export NET_LIMIT=120 NET_MEM=256M
COMPLAINTS='KCSAN: |KASAN: |UBSAN: |WARNING|BUG|Oops|kernel fault|possible|Call Trace'
INSTRUMENTATION='__tsan|__kcsan|__sanitizer_cov|__asan|__ubsan|__fentry__'

# host_objects FOLDER: print the objects below FOLDER whose code may run on host threads. FOLDER is
# the output of kbuild.
host_objects() {
	local source
	for source in "$TOP"/{arch-um/host/*,drivers-ubd/worker,cow/lib}/*.c; do
		source=${source#"$TOP/"}
		case $source in
		arch-um/*) source=arch/um/${source#arch-um/} ;;
		cow/*) source=umlab-$source ;;
		esac
		[ ! -e "$1/${source%.c}.o" ] || echo "$1/${source%.c}.o"
	done
}

# pattern WORD: print 4 MB that consist of this word.
pattern() { yes "$1" | head -c 4M; }

# guest_writes NAME DEVICE WORD: the guest writes the pattern to the start of a disk and flushes.
guest_writes() {
	local dd="dd of=$2 bs=64k count=64 iflag=fullblock conv=fsync"
	net_do "$1" "yes $3 | $dd 2> /dev/null"
}

# traffic NAME: until /tmp/stop exists, three tasks write, flush and read parts of ubda.
traffic() {
	local size='bs=64k count=64' write read program
	write="yes traffic | dd of=/dev/ubda $size seek=\$1 iflag=fullblock conv=fsync"
	read="dd if=/dev/ubda of=/dev/null $size skip=\$1 iflag=direct"
	program="while [ ! -e /tmp/stop ]; do { $write; $read; } 2> /dev/null; done"
	net_do "$1" "echo '$program; touch /tmp/stopped.\$1' > /tmp/traffic" > /dev/null
	net_do "$1" 'for at in 64 128 192; do sh /tmp/traffic $at & done' > /dev/null
}
traffic_end() {
	net_do "$1" 'touch /tmp/stop' > /dev/null
	net_until "$1" 60 '^3$' 'ls /tmp | grep -c stopped'
}

# hotplug_round NAME WORD: add a disk, write to it, read it, remove it, compare the file.
hotplug_round() {
	local hot=$SCRATCH/$1.hot ctl=$SCRATCH/$1.ctl sum
	disk machine "$ctl" add "ubd1=$hot" || return
	guest_writes "$1" /dev/ubdb "$2"
	sum=$(net_do "$1" 'echo 3 > /proc/sys/vm/drop_caches; md5sum < /dev/ubdb')
	disk machine "$ctl" remove ubd1 && [ "$sum" = "$(pattern "$2" | md5sum)" ] &&
		cmp "$hot" <(pattern "$2")
}

for name in kcsan kcov; do
	LINUX=$BUILD/linux-$name
	[ -x "$LINUX" ] || { skip "$name" "not built (make kernel FLAVOR=$name)"; continue; }
	LINUX=$(reachable "$LINUX")

	objects=$BUILD/kernel-$name
	found=$(host_objects "$objects" | xargs nm -u | grep -E "$INSTRUMENTATION" | sort -u)
	is "$found" "" "$name: no code of host threads is instrumented"
	like "$(nm -u "$objects/drivers-ubd/kernel/ubd.o")" "$INSTRUMENTATION" \
		"$name: the driver itself is instrumented"

	truncate -s 32M "$name.base"; chmod 644 "$name.base"
	truncate -s 4M "$name.hot"; chmod 666 "$name.hot"
	disk create --base "$name.base" "$name.cow"
	net_guest "$name" ubd0="$SCRATCH/$name.cow" diskctl="$SCRATCH/$name.ctl"
	like "$(net_do "$name" uname -r)" "umlab-$name\$" "$name: a machine boots this kernel"
	traffic "$name"
	for round in 1 2 3 4 5 6; do
		claim "$name: under traffic, disk $round is added, keeps its data and is removed" \
			hotplug_round "$name" "$name-$round"
	done
	claim "$name: the overlay grows under traffic" \
		disk machine "$SCRATCH/$name.ctl" grow ubd0 48M
	claim "$name: the traffic ends" traffic_end "$name"
	guest_writes "$name" /dev/ubda "$name-last"
	is "$(net_do "$name" "dmesg | grep -E '$COMPLAINTS'")" "" "$name: the log has no warning"
	is "$(grep -aE "$COMPLAINTS" "$SCRATCH/$name.log")" "" "$name: the console shows no warning"
	echo off > "$SCRATCH/$name.in"
	claim "$name: the machine powers off" \
		wait_for 30 sh -c "! kill -0 ${net_pids[$name]} 2> /dev/null"

	claim "$name: the overlay is sound" disk check "$name.cow"
	disk convert --to raw "$name.cow" "$name.raw"
	cmp <(head -c 16M "$name.raw") \
		<(pattern "$name-last"; for i in 1 2 3; do pattern traffic; done)
	ok $? "$name: the overlay holds what was written"
	claim "$name: the base is unchanged" cmp "$name.base" <(head -c 32M /dev/zero)
done
done_testing
