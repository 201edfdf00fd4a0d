# SPDX-License-Identifier: GPL-2.0-only
# t3050-terminal.sh - a terminal is put back however the machine ends; its window and keys reach the guest
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/console.sh"
need_kernel
options="mem=128M initrd=$MINI_CPIO then=prompt panic=-1"

# shellcheck disable=SC2086
{
guest_at_console $options << 'END'
expect 30 guest#
send winsize
expect 5 @winsize 24 80
ok the guest knows the window
resize 40 132
sleep 0.5
send winsize
expect 5 @winsize 40 132
ok and follows it
send echo one\x7f\x7f\x7ftwo
expect 5 @echo two
ok line editing is the guest's
send poweroff
status 20 0
settings
ok the terminal is put back after poweroff
END

guest_at_console $options << 'END'
expect 30 guest#
send sysrq c
status 20 nonzero
settings
ok the terminal is put back after a panic
END

guest_at_console $options << 'END'
expect 30 guest#
type \x03
expect 5 @asked to stop
status 20 0
settings
ok Ctrl-C goes to the guest, not to the kernel's process
END

guest_at_console $options << 'END'
expect 30 guest#
signal 2
sleep 1
status 20 0
settings
ok SIGINT from outside ends the machine in order
END

guest_at_console $options << 'END'
expect 30 guest#
send flood 3000
expect 20 @flooded
send echo after the flood
expect 5 @echo after the flood
ok a flood of output arrives
hangup
status 30 0
ok a closed terminal shuts the machine down in order
END
}
done_testing
