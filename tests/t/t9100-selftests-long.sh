# SPDX-License-Identifier: GPL-2.0-only
# t9100-selftests-long.sh - those of the generic kernel's selftests that take minutes
# time limit: 2400
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/console.sh"
. "$(dirname "$0")/../lib/selftests.sh"
selftests selftests-long.list
done_testing
