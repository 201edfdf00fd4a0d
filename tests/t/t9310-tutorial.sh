#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9310-tutorial.sh - the commands of the tutorial in README.md work as they are
# time limit: 1200
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
[ -r "$BUILD/images/minimal.img" ] || skip_all "no image minimal (make images)"
sed -n '/^<!-- tutorial/,/^Labs are/s/^    //p' "$TOP/README.md" > commands
is "$(wc -l < commands)" 10 "the tutorial has ten commands"
like "$(sed -n 1p commands)" "^make all images" \
	"the first command of the tutorial builds, as the caller of this test did"
# The user of the guests cannot write to the checkout. The commands run in a folder that holds
# the files that they name.
ln -s "$(dirname "$UMLAB")" build; mkdir -p labs; cp -r "$TOP/labs/examples" labs/examples
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/home"
sed 1d commands > rest
(as_user env HOME="$SCRATCH/home" timeout 900 bash -e rest) > out 2>&1
ok $? "the other commands of the tutorial succeed" || tail -n 30 out | diag
like "$(cat out)" "10.0.2.2" "the traceroute of the tutorial shows the second router"
like "$(cat out)" "6 passed, 0 failed" "the lab of the tutorial passes its check"
is "$(umlab list -a --json)" "[]" "the tutorial leaves no machine behind"
done_testing
