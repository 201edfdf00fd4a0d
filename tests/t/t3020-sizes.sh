# SPDX-License-Identifier: GPL-2.0-only
# t3020-sizes.sh - machines of 32 MB to 16 GB
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/guest.sh"
need_kernel
for size in 32M 33M 64M 100M 256M 1G 4G 16G; do
	boot 60 "$SCRATCH/log" mem=$size initrd="$MINI_CPIO" topic=hello panic=-1
	is $? 0 "mem=$size boots and powers off" || tail -n 15 "$SCRATCH/log" | diag
done
boot 60 "$SCRATCH/log" initrd="$MINI_CPIO" topic=hello panic=-1
is $? 0 "without mem= there is a default that boots"

# Memory is taken when it is used, not when the machine starts.
guest_start mem=4G
guest_sees 60 guest#; ok $? "a machine of 4 GB is up"
used=0
for pid in $(guest_processes "$guest_pid"); do
	used=$((used + $(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup" 2>/dev/null || echo 0)))
done
[ "$used" -gt 0 ] && [ "$used" -lt 400000 ]; ok $? "an idle machine of 4 GB takes less than 400 MB of the host ($used kB)"
guest_type poweroff
guest_ends 20; is $? 0 "and ends"
done_testing
