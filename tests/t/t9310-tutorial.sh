#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9310-tutorial.sh - the tutorial of the README, command by command, as it stands there
# time limit: 1200
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
[ -r "$BUILD/images/minimal.img" ] || skip_all "no image minimal (make images)"
sed -n '/^<!-- tutorial/,/^Labs are/s/^    //p' "$TOP/README.md" > commands
is "$(wc -l < commands)" 10 "ten commands"
like "$(sed -n 1p commands)" "^make all images" "the first one builds, as this test's caller did"
# The guests' user cannot write the checkout: it stands in its own folder with links to what the commands name.
ln -s "$(dirname "$UMLAB")" build; mkdir -p labs; cp -r "$TOP/labs/examples" labs/examples
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/home"
sed 1d commands > rest
(as_user env HOME="$SCRATCH/home" timeout 900 bash -e rest) > out 2>&1
ok $? "the others run as they stand" || tail -n 30 out | diag
like "$(cat out)" "10.0.2.2" "the way goes over the second router"
like "$(cat out)" "6 passed, 0 failed" "and the lab holds what it should"
is "$(umlab list -a --json)" "[]" "nothing is left"
done_testing
