#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t5010-fpstate.sh - test FP, vector and segment registers inside a guest
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
guest_topics fpstate segments
done_testing
