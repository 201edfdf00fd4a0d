#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t5100-ptrace-engine.sh - the ptrace engine passes the tests of the default engine
# time limit: 1200
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
need_kernel

# On a host that allows only the ptrace engine, the other scripts have already tested it.
boot 60 "$SCRATCH/engine" mem=64M initrd="$MINI_CPIO" then=poweroff
chosen=$(tr -d '\r' < "$SCRATCH/engine" | sed -n 's/.*engine: *\([a-z]*\).*/\1/p' | head -n 1)
[ "$chosen" != ptrace ] || skip_all "this host allows only ptrace; all tests run with it"
is "$chosen" seccomp "the boot log names the engine"

export UMLAB_KERNEL_ARGS="${UMLAB_KERNEL_ARGS:-} engine=ptrace"
for script in "$TOP"/tests/t/{t3010,t3080,t4,t50[0-3]}*.sh; do
	name=${script##*/} log=$SCRATCH/${name%.sh}.log
	timeout -k 10 400 bash "$script" > "$log" 2>&1
	ok $? "${name%.sh} passes" || grep -A3 '^not ok' "$log" | head -n 30 | diag
done
done_testing
