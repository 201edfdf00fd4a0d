#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t4000-processes.sh - test processes inside a guest: fork, threads, wait, exec
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
guest_topics forks threads waits execs
done_testing
