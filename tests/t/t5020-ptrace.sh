#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t5020-ptrace.sh - test ptrace, seccomp and core dumps inside a guest
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
guest_topics ptracer seccomps coredump
done_testing
