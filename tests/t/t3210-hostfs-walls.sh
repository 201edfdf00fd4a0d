#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t3210-hostfs-walls.sh - folders of hostfs= hold a kernel process that has been taken over
#
# tests/lib/hostfspeer.c sends the requests that such a process could send.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
need_kernel
peer=$BUILD/tests/hostfspeer
fake=$SCRATCH/rw real=$SCRATCH/real ro=$SCRATCH/ro outside=$SCRATCH/outside

# The folders of the first start. Everything belongs to the user who runs the machine.
folders_make() {
	rm -rf "$fake" "$real" "$ro" "$outside"
	mkdir -p "$fake/sub" "$ro" "$outside/deep"
	touch "$fake/file" "$fake/suid" "$ro/file" "$outside/secret" "$outside/deep/secret"
	ln -s "$outside" "$fake/link-out"
	ln -s "$outside/secret" "$fake/link-secret"
	[ "$(id -u)" -ne 0 ] || chown -hR "$TEST_UID:$TEST_UID" "$fake" "$ro" "$outside"
	chmod 4755 "$fake/suid"; chmod 600 "$outside/secret"; chmod 711 "$outside"
	find "$outside" -printf '%P %m %U %T@ %s %n\n' | sort > "$SCRATCH/outside.before"
}

attacks() {
	local engine=$1 server
	folders_make
	guest_start mem=64M "engine=$engine" "hostfs=$fake:$ro,ro"
	claim "$engine: the server of the folders is confined" guest_sees 60 \
		'hostfs: a process of its own; only its folders \(Landlock\); filtered system calls'
	guest_sees 60 '@guest up' > /dev/null
	# As a guest with /hostlab writable would do before a reboot: make the path lead to /.
	mv "$fake" "$real" && ln -s / "$fake"
	guest_type reboot
	claim "$engine: a restart keeps the server" guest_sees 90 'as before the restart$'
	guest_sees 60 '@guest up' > /dev/null
	(as_user "$peer" "$guest_pid" "$fake" "$ro" "$outside" "$real") > "$SCRATCH/peer" 2>&1
	case $? in
	2) skip "$engine: attacks on the server fail" "this host does not allow tracing" ;;
	*)	sed -E "s/^(ok|not ok) - /\1 - $engine: /; /^1\.\./d" "$SCRATCH/peer" \
			> "$SCRATCH/tap"
		relay "$SCRATCH/tap"
		claim "$engine: the attacks run to their end" grep -q '^1\.\.' "$SCRATCH/peer" ;;
	esac
	find "$outside" -printf '%P %m %U %T@ %s %n\n' | sort > "$SCRATCH/outside.after"
	claim "$engine: nothing outside the folders has changed" \
		cmp "$SCRATCH/outside.before" "$SCRATCH/outside.after"
	is "$(find "$real" -perm /6000)" "" "$engine: no file has a set-user-ID or set-group-ID bit"
	server=$(cat "/proc/$guest_pid/task/"*/children | tr ' ' '\n' | while read -r pid; do
		[ "$(cat "/proc/$pid/comm")" != umlab-hostfs ] || echo "/proc/$pid"
	done)
	like "$(tr '\n\t' '  ' < "$server/status")" 'NoNewPrivs: +1 .*Seccomp: +2 ' \
		"$engine: /proc of the host shows the filter of the server"
	guest_type echo still here
	claim "$engine: the machine continues" guest_sees 30 '@echo still here'
	guest_type poweroff
	guest_ends 60
	is "$guest_status" 0 "$engine: the machine powers off"
	wait_for 10 test ! -e "$server"
	is $? 0 "$engine: the server ends with the machine"
}

# refused TITLE ERE OPTION: claim that a machine with this hostfs= does not start, and says why.
refused() {
	boot 20 "$SCRATCH/log" mem=64M initrd="$MINI_CPIO" topic=hello "hostfs=$3"
	is $? 1 "$1 is refused with status 1" &&
		like "$(cat "$SCRATCH/log")" "^linux: hostfs=.*$2" "$1: one line says why" &&
		is "$(wc -l < "$SCRATCH/log")" 1 "$1: nothing else is printed"
}

folders_make
mkdir -p "$SCRATCH/lab/shared" "$SCRATCH/lab2/deep"
chmod 755 "$SCRATCH/lab" "$SCRATCH/lab/shared" "$SCRATCH/lab2" "$SCRATCH/lab2/deep"
inside='lies inside another that the guest can write'
link='a part of its path is a symbolic link'
refused "a folder inside a writable folder" "$inside" "$SCRATCH/lab:$SCRATCH/lab/shared"
refused "a read-only folder inside a writable folder" "$inside" \
	"$SCRATCH/lab/shared,ro:$SCRATCH/lab"
refused "the same folder twice" "$inside" "$SCRATCH/lab:$SCRATCH/lab,ro,as=/other"
refused "a folder deep inside a writable folder" "$inside" "$SCRATCH:$SCRATCH/lab2/deep"
# ln -s .. /hostlab/shared, then the next start
rmdir "$SCRATCH/lab/shared" && ln -s .. "$SCRATCH/lab/shared"
refused "a folder that has become a link" "$link" "$SCRATCH/lab/shared"
refused "a folder behind a link" "$link" "$SCRATCH/lab/shared/lab2"
refused "a folder of the kernel's process" "(symbolic link|cannot open|no such file)" \
	"/proc/self/cwd"
ln -s lab2 "$SCRATCH/alias"
refused "a path through a link" "$link" "$SCRATCH/alias/deep"
boot 30 "$SCRATCH/log" mem=64M initrd="$MINI_CPIO" topic=hello \
	"hostfs=$SCRATCH/lab,ro:$SCRATCH/lab2/deep,as=/d"
is $? 0 "a read-only folder beside a writable one is accepted"
boot 30 "$SCRATCH/log" mem=64M initrd="$MINI_CPIO" topic=hello \
	"hostfs=$SCRATCH,ro,as=/all:$SCRATCH/lab2"
is $? 0 "a writable folder inside a read-only one is accepted"

for engine in seccomp ptrace; do
	attacks "$engine"
done
done_testing
