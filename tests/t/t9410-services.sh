#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9410-services.sh - server software works: containers, storage, file servers, firewalls, tunnels
# time limit: 2400
#
# Builds an image from tests/services/services.packages (downloads about 1 GB the first time).
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/console.sh" || exit 1
need_image
services=$BUILD/images/services.img
"$TOP/labs/image/build.sh" --packages "$TOP/tests/services/services.packages" \
	--output "$services" --size 6G --kernel "$BUILD/linux" --modules "$BUILD/modules" \
	--rewrite "$BUILD/labs/image-rewrite" --work "$BUILD/image-services" \
	> "$SCRATCH/build.log" 2>&1
ok $? "an image with the server software is built" ||
	{ tail -n 20 "$SCRATCH/build.log" | diag; done_testing; exit; }

cp --sparse=always --reflink=auto "$services" "$SCRATCH/disk" && chmod 666 "$SCRATCH/disk"
mkdir -m 777 "$SCRATCH/results"
guest_at_console mem=2G ubd0="$SCRATCH/disk" root=/dev/ubda rw umlab.autologin \
	hostfs="$SCRATCH/results" << END
expect 180 root@umlab:~#
send mkdir -p /results && mount -t hostfs none /results -o $SCRATCH/results
send services /results/tap; echo services=\$((1 + 1))
expect 1800 services=2
ok the program services runs to its end in the guest
send poweroff
status 120 0
ok the machine with the server software powers off
END
is "$(grep -c '^\(not \)\?ok' "$SCRATCH/results/tap")" \
	"$(sed -n 's/^1\.\.//p' "$SCRATCH/results/tap")" \
	"the program services has tried each of its claims"
grep -v '^1\.\.' "$SCRATCH/results/tap" > "$SCRATCH/tap"
relay "$SCRATCH/tap"
done_testing
