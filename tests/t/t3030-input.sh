#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t3030-input.sh - test standard input other than a terminal: /dev/null, a file, a pipe, closed
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
need_kernel
try() { # try TITLE: boot once with the input that the caller set
	boot 40 "$SCRATCH/log" mem=128M initrd="$MINI_CPIO" topic=hello then=poweroff
	is $? 0 "$1" || tail -n 15 "$SCRATCH/log" | diag
	grep -q '@end hello exit 0' "$SCRATCH/log"; ok $? "$1: the program runs"
}
GUEST_INPUT=/dev/null try "input from /dev/null"
printf 'echo from a file\npoweroff\n' > "$SCRATCH/input"
chmod 644 "$SCRATCH/input"
GUEST_INPUT=$SCRATCH/input try "input from a file"
: > "$SCRATCH/empty"; chmod 644 "$SCRATCH/empty"
GUEST_INPUT=$SCRATCH/empty try "input from an empty file"
mkfifo "$SCRATCH/pipe"; sleep 300 > "$SCRATCH/pipe" & sleeper=$!
GUEST_INPUT=$SCRATCH/pipe try "input from a silent pipe"
kill $sleeper

GUEST_INPUT=$SCRATCH/input boot 40 "$SCRATCH/log" mem=128M initrd="$MINI_CPIO" then=prompt
is $? 0 "poweroff from a file ends the machine"
grep -q '@echo from a file' "$SCRATCH/log"; ok $? "a guest runs commands from a file"

guest_start mem=128M
guest_sees 30 guest#; ok $? "a guest with a pipe as its input boots"
guest_type echo through a pipe
guest_sees 5 '@echo through a pipe'; ok $? "the guest runs a command from the pipe"
guest_type flood 2000
guest_sees 30 '@flooded'; ok $? "the guest prints 2000 lines"
is "$(grep -c '@flood [0-9]* 0123456789abc.*XYZ' "$guest_log")" 2000 "no line of a flood is lost"
guest_type poweroff
guest_ends 20; is $? 0 "poweroff from the pipe ends the machine"

# The machine must survive the end of the process that writes to its input.
guest_start mem=128M
guest_sees 30 guest#
exec 9>&-
sleep 1
kill -0 "$guest_pid"; ok $? "a closed pipe does not end the machine"
kill -TERM "$guest_pid"
guest_ends 20; is $? 0 "SIGTERM ends a machine whose pipe is closed"

# shellcheck disable=SC2086  # several options in one variable
hello() {
	as_user timeout 40 setsid -w "$LINUX" mem=128M initrd="$MINI_CPIO" topic=hello \
		${UMLAB_KERNEL_ARGS:-}
}
(hello) <&- > "$SCRATCH/log" 2>&1
is $? 0 "a machine runs with its standard input closed"
(hello) < /dev/null > /dev/null 2>&1
is $? 0 "a machine runs with /dev/null as its standard output"
(hello) < /dev/null 2>&1 | head -n 1 > /dev/null
status=${PIPESTATUS[0]}
[ "$status" -ne 124 ]; ok $? "a machine whose output is a closed pipe does not hang ($status)"
done_testing
