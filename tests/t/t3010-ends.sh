#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t3010-ends.sh - test the ways in which a machine ends: poweroff, panic, reboot, signals, SysRq
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/console.sh" || exit 1
need_kernel
mini="mem=128M initrd=$MINI_CPIO"

# shellcheck disable=SC2086
{
boot 30 "$SCRATCH/log" $mini then=panic panic=-1; status=$?
[ $status -ne 0 ] && [ $status -ne 124 ]; ok $? "a panic ends with a status other than 0 ($status)"
like "$(cat "$SCRATCH/log")" 'Kernel panic|sysrq.*crash' "the console shows the panic"
like "$(cat "$SCRATCH/log")" '^.*[a-z_]+\+0x[0-9a-f]+/0x[0-9a-f]+' \
	"the backtrace of a panic names functions"

boot 30 "$SCRATCH/log" $mini then=exit panic=-1; status=$?
[ $status -ne 0 ] && [ $status -ne 124 ]; ok $? "the exit of process 1 causes a panic ($status)"
boot 30 "$SCRATCH/log" $mini init=/nowhere rdinit=/nowhere panic=-1; status=$?
[ $status -ne 0 ] && [ $status -ne 124 ]; ok $? "a missing init program causes a panic ($status)"
boot 30 "$SCRATCH/log" mem=128M panic=-1; status=$?
[ $status -ne 0 ] && [ $status -ne 124 ]; ok $? "no root file system causes a panic ($status)"
boot 30 "$SCRATCH/log" $mini then=halt; status=$?
[ $status -ne 124 ]; ok $? "halt ends the process ($status)"

start=$(date +%s)
boot 30 "$SCRATCH/log" $mini then=panic panic=3; status=$?
took=$(($(date +%s) - start))
[ $status -ne 124 ] && [ $took -ge 3 ] && [ $took -le 15 ]
ok $? "panic=3 waits three seconds before the machine ends ($took s in all)"
}

guest_at_console mem=128M initrd="$MINI_CPIO" then=prompt << 'END'
expect 30 guest#
send reboot
expect 30 @guest up
expect 10 guest#
ok a reboot starts the machine again in the same process
send uptime
expect 5 @uptime [0-9]\.
ok the uptime begins at zero after a reboot
send reboot
expect 30 @guest up
expect 10 guest#
send poweroff
status 20 0
settings
ok a second reboot works, and poweroff then ends with status 0
END

guest_at_console mem=128M initrd="$MINI_CPIO" then=prompt << 'END'
expect 30 guest#
signal 15
expect 10 @asked to stop
status 20 0
settings
ok SIGTERM asks the guest to shut down cleanly
END

guest_at_console mem=128M initrd="$MINI_CPIO" then=prompt << 'END'
expect 30 guest#
send sysrq h
expect 5 sysrq: HELP
ok SysRq h prints its help
send sysrq 9
send sysrq m
expect 5 Mem-Info
ok SysRq m shows memory
send sysrq t
expect 10 task:.*guest_init|task:init
ok SysRq t shows tasks
send sysrq b
expect 30 @guest up
expect 5 guest#
ok SysRq b boots again
send sysrq o
status 20 0
ok SysRq o powers off
END
done_testing
