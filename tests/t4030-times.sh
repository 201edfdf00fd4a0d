# SPDX-License-Identifier: GPL-2.0-only
# t4030-times.sh - clocks, sleeps and timers inside a guest
. "$(dirname "$0")/lib-tap.sh"
. "$(dirname "$0")/lib-guest.sh"
guest_topics times
done_testing
