# SPDX-License-Identifier: GPL-2.0-only
# t5040-isolation.sh - guest code reaches nothing of the host, whatever it tries
. "$(dirname "$0")/lib-tap.sh"
. "$(dirname "$0")/lib-guest.sh"
guest_topics isolation
done_testing
