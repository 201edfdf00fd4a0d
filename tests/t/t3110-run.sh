#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t3110-run.sh - test what `make run` starts: a shell, a disk of its own, the internet on eth0
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/console.sh" || exit 1
need_image
at_console "$TOP/labs/setup/run.sh" "$BUILD" --mem 400M -- ${UMLAB_KERNEL_ARGS:-} << 'END'
expect 180 root@umlab:~#
ok it ends at a shell, without a password
send ip -4 -br addr show eth0; ip route | grep -c default | sed 's/^/routes=/'
expect 30 eth0 +UP +10\.0\.2\.15/24
expect 10 routes=1
ok eth0 has an address and a way out
send awk '/MemTotal/ { print "memory=" int($2 / 1000) }' /proc/meminfo
expect 10 memory=[34][0-9][0-9]
ok MEM is its memory
send touch /here; sync; poweroff
status 90 0
settings
ok poweroff ends it and puts the terminal back
END
at_console "$TOP/labs/setup/run.sh" "$BUILD" -- eth0=null ${UMLAB_KERNEL_ARGS:-} << 'END'
expect 180 root@umlab:~#
send ls /here; ip -4 -br addr show eth0 | grep -c 10.0.2 | sed 's/^/addresses=/'
expect 10 No such file
ok the next one has a disk of its own
expect 10 addresses=0
ok and what ARGS says of eth0 counts
send poweroff
status 90 0
ok poweroff ends it
END
done_testing
