#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9334-scattered.sh - test a guest process whose memory needs more mappings than the host allows
# time limit: 1200
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
free_mb=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
[ "$free_mb" -gt 6000 ] || skip_all "needs 6 GB of free memory, this host has $free_mb MB"
[ "$(cat /proc/sys/vm/max_map_count)" -lt 1000000 ] ||
	skip_all "vm.max_map_count allows all mappings of this test"
args=${UMLAB_KERNEL_ARGS:-} TOPIC_LIMIT=400
for engine in seccomp ptrace; do
	UMLAB_KERNEL_ARGS="$args engine=$engine mem=4800M"
	guest_topics scattered
done
done_testing
