#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t5040-isolation.sh - attacks by guest code reach nothing of the host, under each engine
# time limit: 1800
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
TOPIC_LIMIT=240
args=${UMLAB_KERNEL_ARGS:-}
for engine in seccomp ptrace; do
	echo "# engine=$engine"
	UMLAB_KERNEL_ARGS="$args engine=$engine"
	guest_topics isolation gates stubrange stubsignals stubjumps forging staleuse \
		recycled madesites runaways forgedip
done
done_testing
