# SPDX-License-Identifier: GPL-2.0-only
# t5050-callsites.sh - frequent system calls, which the seccomp engine serves without a trap
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/guest.sh"
guest_topics callsites
done_testing
