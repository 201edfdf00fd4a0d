#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9304-examples.sh - each lab of labs/examples passes its check
# time limit: 3600
#
# EXAMPLES=PATTERN chooses labs by name (default: all).
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
export UMLAB_LIMIT=400
for image in minimal base; do
	[ -r "$BUILD/images/$image.img" ] || skip_all "no image $image (make images)"
done
cp -r "$TOP/labs/examples" "$SCRATCH/home/labs"
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/home"
# shellcheck disable=SC2231  # EXAMPLES is a pattern
for lab in "$SCRATCH"/home/labs/${EXAMPLES:-*}/; do
	name=$(basename "$lab")
	[[ $name != kernel-* ]] || continue	# t9330-kernel-labs tests these
	umlab lint -q "$lab" > out; is "$(cat out)" "" "$name: lint finds no error"
	umlab check -v "$lab" > out 2>&1
	ok $? "$name: the lab passes all its checks" || tail -n 30 out | diag
	umlab wipe -f > /dev/null 2>&1
done
done_testing
