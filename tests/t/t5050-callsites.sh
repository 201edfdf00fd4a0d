#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t5050-callsites.sh - test frequent system calls, which the seccomp engine serves without a trap
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
guest_topics callsites
done_testing
