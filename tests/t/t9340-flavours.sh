#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9340-flavours.sh - the kernels of FLAVOR= boot a Debian image; debug and kcsan find errors
# time limit: 1500
#
# The module tests/modules/planted makes the errors. Flavours that were not built are skipped.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
cp -r "$TOP/tests/modules/planted" "$SCRATCH/home/"
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/home/planted"

# flavour NAME: let umlab run the kernel of this flavour. Fails if the kernel was not built.
flavour() {
	export UMLAB_LINUX=$BUILD/linux-$1
	[ ! -x "$UMLAB_LINUX" ] || return 0
	skip "$1: a Debian machine starts" "not built (make kernel FLAVOR=$1)"
	return 1
}
# finds WHAT ERE: the module makes the error WHAT, and the kernel's report matches ERE.
finds() {
	umlab exec pc -- dmesg -C
	umlab module pc planted what="$1" > module.out 2>&1
	like "$(umlab exec pc -- dmesg)$(cat module.out)" "$2" \
		"${UMLAB_LINUX##*-}: the kernel reports the error $1"
}

for name in minimal kcov kcsan; do
	flavour $name || continue
	claim "$name: create makes a machine" umlab create pc
	claim "$name: a Debian machine starts" umlab start pc
	like "$(umlab exec pc uname -r)" "umlab-$name\$" \
		"$name: the machine runs the kernel of this flavour"
	[ $name != kcov ] || is "$(umlab exec pc -- sh -c 'ls /sys/kernel/debug/kcov')" \
		/sys/kernel/debug/kcov "kcov: /sys/kernel/debug/kcov exists"
	[ $name != kcsan ] ||
		is "$(umlab exec pc -- sh -c 'dmesg | grep -E "KCSAN: (data-race|assert)"')" "" \
			"kcsan: the kernel reports no race of its own code"
	[ $name != kcsan ] || finds race 'KCSAN: data-race in (race|shared_add)'
	umlab remove -f pc
done

if flavour debug; then
	claim "debug: create makes a machine" umlab create --mem 512M pc
	UMLAB_LIMIT=300 claim "debug: a Debian machine starts" umlab start --timeout 240 pc
	is "$(umlab exec pc -- sh -c 'dmesg | grep -E "KASAN:|possible|UBSAN|BUG|WARNING"')" "" \
		"debug: the kernel reports no error of its own code"
	finds use_after_free 'KASAN: slab-use-after-free in use_after_free'
	finds out_of_bounds 'KASAN: slab-out-of-bounds in out_of_bounds'
	finds vmalloc_bounds 'KASAN: vmalloc-out-of-bounds'
	finds stack_bounds 'KASAN: stack-out-of-bounds'
	finds global_bounds 'KASAN: global-out-of-bounds'
	finds sleep_in_atomic 'BUG: scheduling while atomic'
	finds array_index 'UBSAN: array-index-out-of-bounds'
	umlab exec pc -- dmesg -C
	umlab module pc planted what=leak > /dev/null 2>&1
	leaks=$(umlab exec pc -- sh -c 'cd /sys/kernel/debug; sleep 8
		for i in 1 2 3; do echo scan > kmemleak; sleep 2; done; cat kmemleak')
	like "$leaks" 'unreferenced object.*size 10' "debug: the kernel reports the error leak"
	# This error kills insmod half-way, and the module stays loaded until the restart.
	finds list_twice 'list_del corruption'
	umlab restart -f --timeout 240 pc > /dev/null 2>&1
	finds lock_order 'possible circular locking dependency'
	umlab module pc planted what=stack_overflow > /dev/null 2>&1
	like "$(umlab log pc)" 'kernel stack overflow of insmod' \
		"debug: the kernel reports the error stack_overflow"
	umlab remove -f pc
fi
done_testing
