#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t4090-hogs.sh - a machine survives a memory hog and a fork bomb inside it
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
TOPIC_LIMIT=120
guest_topics hogs
done_testing
