#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t3020-sizes.sh - boot machines with 32 MB to 16 GB of memory
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
need_kernel
for size in 32M 33M 64M 100M 256M 1G 4G 16G; do
	boot 60 "$SCRATCH/log" mem=$size initrd="$MINI_CPIO" topic=hello panic=-1
	is $? 0 "mem=$size boots and powers off" || tail -n 15 "$SCRATCH/log" | diag
done
boot 60 "$SCRATCH/log" initrd="$MINI_CPIO" topic=hello panic=-1
is $? 0 "the default of mem= boots"

# The host allocates guest memory on first use, not when the machine starts.
guest_start mem=4G
guest_sees 60 guest#; ok $? "a machine with 4 GB boots"
used=0
for pid in $(guest_processes "$guest_pid"); do
	pss=$(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup" 2>/dev/null)
	used=$((used + ${pss:-0}))
done
[ "$used" -gt 0 ] && [ "$used" -lt 400000 ]
ok $? "an idle machine with 4 GB takes less than 400 MB of the host ($used kB)"
guest_type poweroff
guest_ends 20; is $? 0 "a machine with 4 GB powers off"
done_testing
