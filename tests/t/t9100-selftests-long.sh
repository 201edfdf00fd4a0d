#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9100-selftests-long.sh - the selftests of the generic kernel that take minutes
# time limit: 2400
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/console.sh" || exit 1
. "$(dirname "$0")/../lib/selftests.sh" || exit 1
selftests selftests-long.list
done_testing
