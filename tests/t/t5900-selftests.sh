#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t5900-selftests.sh - run the short selftests of the generic kernel inside a guest
# time limit: 1800
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/console.sh" || exit 1
. "$(dirname "$0")/../lib/selftests.sh" || exit 1
selftests selftests.list
done_testing
