#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t5000-signals.sh - test signals inside a guest: delivery, faults, privileged instructions
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
guest_topics signals sigfaults privileged faultowner
done_testing
