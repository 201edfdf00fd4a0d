#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9330-kernel-labs.sh - the kernel course: each exercise fails its check, each solution passes it
# time limit: 1200
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
[ -r "$BUILD/images/minimal.img" ] || skip_all "no image minimal (make images)"
cp -r "$TOP/labs/examples" "$SCRATCH/home/labs"
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/home"

# lab NAME FLAVOR TRIGGER REPORT: with the exercise, the command TRIGGER makes the kernel print a
# line that matches REPORT, and the check fails. With the solution, the check passes.
lab() {
	local name=$1 flavor=$2 trigger=$3 report=$4
	if [ -n "$flavor" ] && [ ! -x "$BUILD/linux-$flavor" ]; then
		skip "$name: the exercise fails as its text says" \
			"no kernel of flavour $flavor (make kernel FLAVOR=$flavor)"
		return
	fi
	export UMLAB_LINUX=$BUILD/linux${flavor:+-$flavor}
	cd "$SCRATCH/home/labs/$name" || return
	is "$(umlab lint -q .)" "" "$name: lint finds no error"
	claim "$name: the lab starts" umlab lstart
	claim "$name: the exercise loads" umlab module pc exercise
	umlab exec pc -- sh -c "$trigger" > /dev/null 2>&1
	like "$(umlab exec pc -- dmesg)" "$report" "$name: the exercise fails as its text says"
	umlab check --live > /dev/null 2>&1; is $? 1 "$name: the exercise fails the check"
	umlab lclean > /dev/null 2>&1
	claim "$name: the lab starts again" umlab lstart
	cp -r exercise solution && rm -f solution/*.{ko,o,mod,mod.c} solution/.*.cmd &&
		patch -sd solution -p1 < solution.patch
	ok $? "$name: the solution applies to the exercise"
	[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" solution
	claim "$name: the solution loads" umlab module pc solution
	claim "$name: the solution passes the check" umlab check --live
	umlab lclean > /dev/null 2>&1
}

# gdb's shell command in solution.gdb must find umlab.
PATH=$(dirname "$UMLAB"):$PATH
syscall_lab() {
	export UMLAB_LINUX=$BUILD/linux
	cd "$SCRATCH/home/labs/kernel-syscall" || return
	is "$(umlab lint -q .)" "" "kernel-syscall: lint finds no error"
	claim "kernel-syscall: the lab starts" umlab lstart
	claim "kernel-syscall: the exercise loads" umlab module pc exercise
	umlab check --live > /dev/null 2>&1; is $? 1 "kernel-syscall: the exercise fails the check"
	like "$(umlab debug pc -- -batch -x solution.gdb 2>&1 < /dev/null)" \
		'^#[0-9]+ .* vault_write ' \
		"kernel-syscall: gdb shows the backtrace of the lab's text"
	wait_for 20 umlab check --live; ok $? "kernel-syscall: the solution passes the check"
	umlab lclean > /dev/null 2>&1
}
syscall_lab
lab kernel-race '' 'cat /proc/seats & cat /proc/seats & wait' '.'
lab kernel-module '' 'echo Hello > /dev/rot13' '.'
lab kernel-oops '' 'cat /proc/listing' 'Oops: unable to read kernel address'
lab kernel-memory debug 'echo a > /proc/cache; echo b > /proc/cache; echo -a > /proc/cache' \
	'KASAN: slab-use-after-free in (remove|cache_write)'
lab kernel-deadlock debug 'echo ab > /proc/ledger; echo ba > /proc/ledger' \
	'possible circular locking dependency'
lab kernel-trace trace 'cat /proc/book' '.'
trace_bpf() {
	[ -x "$BUILD/linux-trace" ] || return
	cd "$SCRATCH/home/labs/kernel-trace" || return
	claim "kernel-trace: the lab's BPF program compiles" \
		gcc -static -o bpfcount exercise/bpfcount.c
	umlab lstart > /dev/null 2>&1; umlab module pc exercise > /dev/null
	umlab cp bpfcount pc:/root/ > /dev/null
	# Expect 2000 hits for 1000 lines: seq_file starts again with a larger buffer.
	umlab exec pc -- sh -c "cd /sys/kernel/tracing
		echo 'p:lab/find book_find line=%di:u32' >> kprobe_events
		echo 'hist:keys=line.log2' > events/lab/find/trigger
		cat /proc/book > /dev/null; cat events/lab/find/hist" > hist
	like "$(cat hist)" 'Hits: 2000' \
		"kernel-trace: the histogram counts the hits, as the lab's text says"
	is "$(umlab exec pc /root/bpfcount lab/find cat /proc/book 2>&1 > /dev/null)" \
		"lab/find: 2000" "kernel-trace: the lab's BPF program counts the hits"
	umlab lclean > /dev/null 2>&1
}
trace_bpf
done_testing
