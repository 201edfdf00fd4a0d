# SPDX-License-Identifier: GPL-2.0-only
# t5100-ptrace-engine.sh - what the other tests show of the engine that is chosen by itself, the ptrace engine does, too
# time limit: 1200
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/guest.sh"
need_kernel

# The boot log names the engine; a host that allows only one of them tests that above.
boot 60 "$SCRATCH/engine" mem=64M initrd="$MINI_CPIO" then=poweroff
chosen=$(tr -d '\r' < "$SCRATCH/engine" | sed -n 's/.*engine: *\([a-z]*\).*/\1/p' | head -n 1)
[ "$chosen" != ptrace ] || skip_all "ptrace is what this host allows; all tests run with it"
is "$chosen" seccomp "the boot log names the engine"

for script in "$TOP"/tests/t/t3010-*.sh "$TOP"/tests/t/t3080-*.sh "$TOP"/tests/t/t4*.sh "$TOP"/tests/t/t50[0-3]*.sh; do
	name=${script##*/} log=$SCRATCH/${name%.sh}.log
	UMLAB_KERNEL_ARGS="${UMLAB_KERNEL_ARGS:-} engine=ptrace" timeout -k 10 400 bash "$script" > "$log" 2>&1
	ok $? "${name%.sh}" || grep -A3 '^not ok' "$log" | head -n 30 | diag
done
done_testing
