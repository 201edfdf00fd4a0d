# SPDX-License-Identifier: GPL-2.0-only
# t5020-ptrace.sh - ptrace, seccomp and core dumps inside a guest
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/guest.sh"
guest_topics ptracer seccomps coredump
done_testing
