#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t3100-debian.sh - the Debian image boots to a login, runs commands, powers off
# time limit: 400
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/console.sh" || exit 1
need_image
private_image "$SCRATCH/disk"
guest_at_console mem=512M ubd0="$SCRATCH/disk" root=/dev/ubda rw << 'END'
expect 180 login:
ok the image boots to a login prompt
send root
expect 20 (Password:|[#$] $)
ok root logs in
sleep 1
send echo result=$((6 * 7))
expect 10 result=42
ok a command runs
send cat /etc/debian_version; uname -rm
expect 10 6\.12.*x86_64
ok the machine runs Debian on our kernel
send echo state=$(systemctl is-system-running --wait)
expect 90 state=(running|degraded)
ok systemd finishes its start
send systemctl --failed --no-legend --plain | wc -l | sed 's/^/failed=/'
expect 20 failed=0
ok no unit has failed
END
grep -a -A20 'failed=' "$SCRATCH/console.log" | tail -n 20 | diag
guest_at_console mem=512M ubd0="$SCRATCH/disk" root=/dev/ubda rw << 'END'
expect 180 login:
ok the image boots again after its machine was killed
send root
expect 20 (Password:|[#$] $)
send mkdir -p /var/tmp/t && cd /var/tmp/t
send seq 100000 | md5sum > sum && seq 100000 > data && sync && echo stored
expect 20 stored
ok the machine stores a file
send poweroff
status 90 0
settings
ok poweroff ends the machine with status 0 and restores the terminal
END
guest_at_console mem=512M ubd0="$SCRATCH/disk" root=/dev/ubda rw << 'END'
expect 180 login:
send root
expect 20 (Password:|[#$] $)
send cd /var/tmp/t && md5sum < data | cmp - sum && echo same=$((1 + 1))
expect 20 same=2
ok the file is intact after the next boot
signal 15
status 120 0
ok SIGTERM shuts Debian down cleanly
END
done_testing
