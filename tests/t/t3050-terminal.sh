#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t3050-terminal.sh - a machine restores its terminal; window size and keys reach the guest
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/console.sh" || exit 1
need_kernel
options="mem=128M initrd=$MINI_CPIO then=prompt panic=-1"

# shellcheck disable=SC2086
{
guest_at_console $options << 'END'
expect 30 guest#
send winsize
expect 5 @winsize 24 80
ok the guest knows the size of the window
resize 40 132
sleep 0.5
send winsize
expect 5 @winsize 40 132
ok the guest follows a change of the window size
send echo one\x7f\x7f\x7ftwo
expect 5 @echo two
ok the guest edits its input lines
send poweroff
status 20 0
settings
ok poweroff restores the terminal
END

guest_at_console $options << 'END'
expect 30 guest#
send sysrq c
status 20 nonzero
settings
ok a panic restores the terminal
END

guest_at_console $options << 'END'
expect 30 guest#
type \x03
expect 5 @asked to stop
status 20 0
settings
ok Ctrl-C reaches the guest, not the kernel process
END

guest_at_console $options << 'END'
expect 30 guest#
signal 2
sleep 1
status 20 0
settings
ok SIGINT from outside shuts the machine down cleanly
END

guest_at_console $options << 'END'
expect 30 guest#
send flood 3000
expect 20 @flooded
send echo after the flood
expect 5 @echo after the flood
ok the terminal receives a flood of output
hangup
status 30 0
ok closing the terminal shuts the machine down cleanly
END
}
done_testing
