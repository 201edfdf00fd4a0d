#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t4030-times.sh - test clocks, sleeps and timers inside a guest
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
guest_topics times vdsotime
TOPIC_OPTIONS=clock=host guest_topics vdsotime

# clock_error HOST GUEST: print how far the guest's clock strays from the host's, in ns
#
# HOST and GUEST hold pairs of cycle count and time, see tests/guest/clockpairs.c. The difference
# between the clocks is taken at equal cycle counts. The result is the median deviation from the
# median difference, because the scheduler of the host may delay single readings.
clock_error() {
	sed -n 's/.*# pair //p' "$1" "$2" | tr -d '\r' | awk -v hosts="$(grep -c '# pair' "$1")" '
		NR <= hosts { cycles[NR] = $1; ns[NR] = $2; next }
		{
			while (at + 1 < hosts && cycles[at + 2] < $1) at++
			if ($1 < cycles[1] || $1 > cycles[hosts]) next
			rate = (ns[at + 2] - ns[at + 1]) / (cycles[at + 2] - cycles[at + 1])
			printf "%.0f\n", $2 - ns[at + 1] - rate * ($1 - cycles[at + 1])
		}' | sort -g > "$SCRATCH/strays"
	awk '{ stray[NR] = $1 } END {
		middle = stray[int((NR + 1) / 2)]
		for (i = 1; i <= NR; i++) {
			error = stray[i] - middle
			print (error < 0 ? -error : error)
		}
	}' "$SCRATCH/strays" | sort -g | awk '{ error[NR] = $1 }
		END { printf "%d\n", (NR > 20 ? error[int(NR / 2)] : 1e9) }'
}

for clock in tsc host; do
	"$BUILD/tests/guest/clockpairs" > "$SCRATCH/host.$clock" &
	boot 60 "$SCRATCH/guest.$clock" mem=128M panic=-1 initrd="$GUEST_CPIO" topic=clockpairs \
		limit=40 then=poweroff clock=$clock
	wait $!
	error=$(clock_error "$SCRATCH/host.$clock" "$SCRATCH/guest.$clock")
	[ "$error" -le 50000 ]
	ok $? "clock=$clock: the guest's clock stays within 50 us of the host's ($error ns)"
	like "$(cat "$SCRATCH/guest.$clock")" "ok - the clock never goes back" \
		"clock=$clock: the guest's clock never goes back"
done
done_testing
