# SPDX-License-Identifier: GPL-2.0-only
# t5000-signals.sh - signals inside a guest: delivery, faults, privileged instructions
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/guest.sh"
guest_topics signals sigfaults privileged faultowner
done_testing
