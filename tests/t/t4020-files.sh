#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t4020-files.sh - test futexes, pipes, sockets, files and /proc inside a guest
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
guest_topics futexes ipc tmpfiles procfiles
done_testing
