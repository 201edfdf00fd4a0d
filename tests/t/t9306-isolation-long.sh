#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9306-isolation-long.sh - try attacks on isolation that need to win a race, in many rounds
# time limit: 3600
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
args=${UMLAB_KERNEL_ARGS:-} TOPIC_LIMIT=800
for engine in seccomp ptrace; do
	UMLAB_KERNEL_ARGS="$args engine=$engine rounds=200"
	guest_topics stubjumps forging staleuse
done
done_testing
