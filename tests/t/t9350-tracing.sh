#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9350-tracing.sh - test tracing in the kernel of make kernel FLAVOR=trace, with both engines
# time limit: 300
UMLAB_LINUX=$(cd "$(dirname "$0")/../.." && pwd)/build/linux-trace
export UMLAB_LINUX
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
for engine in seccomp ptrace; do
	TOPIC_OPTIONS=engine=$engine guest_topics tracing
done
done_testing
