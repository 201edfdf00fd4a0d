# SPDX-License-Identifier: GPL-2.0-only
# t4090-hogs.sh - a memory hog or a fork bomb inside a guest leaves the machine alive
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/guest.sh"
TOPIC_LIMIT=120
guest_topics hogs
done_testing
