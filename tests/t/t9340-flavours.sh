#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9340-flavours.sh - kernels of make kernel FLAVOR=: they boot a Debian image; debug and kcsan find planted mistakes, kcov covers
# time limit: 1500
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
cp -r "$TOP/tests/modules/planted" "$SCRATCH/home/"
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/home/planted"

# flavour NAME: true when it was built; exports what umlab has to run.
flavour() {
	export UMLAB_LINUX=$BUILD/linux-$1
	[ -x "$UMLAB_LINUX" ] || { skip "$1" "not built (make kernel FLAVOR=$1)"; return 1; }
}
# finds WHAT ERE: the mistake is made, and the kernel says so.
finds() {
	umlab exec pc -- dmesg -C
	umlab module pc planted what="$1" > module.out 2>&1
	like "$(umlab exec pc -- dmesg)$(cat module.out)" "$2" "${UMLAB_LINUX##*-}: $1 is found"
}

for name in minimal kcov kcsan; do
	flavour $name || continue
	claim "$name: create" umlab create pc
	claim "$name: a Debian machine starts" umlab start pc
	like "$(umlab exec pc uname -r)" "umlab-$name\$" "$name: with this kernel"
	[ $name != kcov ] || is "$(umlab exec pc -- sh -c 'ls /sys/kernel/debug/kcov')" \
		/sys/kernel/debug/kcov "kcov: fuzzers find its file"
	[ $name != kcsan ] ||
		is "$(umlab exec pc -- sh -c 'dmesg | grep -E "KCSAN: (data-race|assert)"')" "" \
			"kcsan: the kernel itself has no race that it sees"
	[ $name != kcsan ] || finds race 'KCSAN: data-race in (race|shared_add)'
	umlab remove -f pc
done

if flavour debug; then
	claim "debug: create" umlab create --mem 512M pc
	UMLAB_LIMIT=300 claim "debug: a Debian machine starts" umlab start --timeout 240 pc
	is "$(umlab exec pc -- sh -c 'dmesg | grep -E "KASAN:|possible|UBSAN|BUG|WARNING"')" "" \
		"debug: and the kernel itself has none of these"
	finds use_after_free 'KASAN: slab-use-after-free in use_after_free'
	finds out_of_bounds 'KASAN: slab-out-of-bounds in out_of_bounds'
	finds vmalloc_bounds 'KASAN: vmalloc-out-of-bounds'
	finds stack_bounds 'KASAN: stack-out-of-bounds'
	finds global_bounds 'KASAN: global-out-of-bounds'
	finds sleep_in_atomic 'BUG: scheduling while atomic'
	finds array_index 'UBSAN: array-index-out-of-bounds'
	umlab exec pc -- dmesg -C
	umlab module pc planted what=leak > /dev/null 2>&1
	like "$(umlab exec pc -- sh -c 'sleep 8; for i in 1 2 3; do echo scan > /sys/kernel/debug/kmemleak; sleep 2; done; cat /sys/kernel/debug/kmemleak')" 'unreferenced object.*size 10' "debug: leak is found"
	# The task that finds this one ends in its middle, and the module stays.
	finds list_twice 'list_del corruption'
	umlab restart -f --timeout 240 pc > /dev/null 2>&1
	finds lock_order 'possible circular locking dependency'
	umlab module pc planted what=stack_overflow > /dev/null 2>&1
	like "$(umlab log pc)" 'kernel stack overflow of insmod' \
		"debug: stack_overflow is found, with a clear report"
	umlab remove -f pc
fi
done_testing
