#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t3040-consoles.sh - test the backends of a console: terminal, pts, socket, file, null
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
need_kernel
boot 40 "$SCRATCH/log" mem=128M initrd="$MINI_CPIO" topic=hello con0=file:"$SCRATCH/con"
is $? 0 "a machine with con0=file: boots"
grep -q '@end hello exit 0' "$SCRATCH/con"; ok $? "the file of con0=file: holds the guest's output"
boot 40 "$SCRATCH/log" mem=128M initrd="$MINI_CPIO" topic=hello con0=null
is $? 0 "a machine with con0=null boots"
! grep -q '@end hello' "$SCRATCH/log"; ok $? "con0=null discards the guest's output"

guest_start mem=128M con0=pts
terminal=
if wait_for 20 grep -aoE '/dev/pts/[0-9]+' "$guest_log"; then
	terminal=$(grep -aoE '/dev/pts/[0-9]+' "$guest_log" | head -n 1)
fi
[ -n "$terminal" ]; ok $? "con0=pts prints the name of its terminal"
if [ -n "$terminal" ]; then
	exec 8<> "$terminal"
	timeout 30 cat <&8 > "$SCRATCH/pts" & reader=$!
	answers() {
		printf 'echo on a pts\r' >&8
		wait_for 2 grep -q '@echo on a pts' "$SCRATCH/pts"
	}
	wait_for 20 answers; ok $? "a client at the terminal of con0=pts reaches the guest"
	printf 'poweroff\r' >&8
	guest_ends 20; is $? 0 "a client at the terminal of con0=pts powers the guest off"
	kill $reader 2>/dev/null; exec 8>&-
else
	kill -KILL "$guest_pid"
fi

# Write a client of the socket in perl, which prove needs anyway.
cat > "$SCRATCH/client" <<'END'
use IO::Socket::UNIX;
my ($path, $command, $want) = @ARGV;
my $socket = IO::Socket::UNIX->new(Peer => $path) or die "no connection to $path: $!\n";
$SIG{ALRM} = sub { die "no answer in time\n" };
alarm 20;
print $socket "\r$command\r"; $socket->flush;
my $seen = '';
while (sysread $socket, my $bytes, 4096) { $seen .= $bytes; exit 0 if $seen =~ /$want/ }
exit($want eq 'END' ? 0 : 1);
END
guest_start mem=128M con0=unix:"$SCRATCH/socket"
wait_for 20 test -S "$SCRATCH/socket"; ok $? "con0=unix: makes its socket"
claim "a client of the socket reaches the guest" \
	perl "$SCRATCH/client" "$SCRATCH/socket" "echo by socket" '@echo by socket'
claim "a second client reaches the guest after the first" \
	perl "$SCRATCH/client" "$SCRATCH/socket" "echo again" '@echo again'
kill -0 "$guest_pid"; ok $? "the machine survives the end of its clients"
perl "$SCRATCH/client" "$SCRATCH/socket" poweroff END
guest_ends 20; is $? 0 "a client of the socket powers the guest off"
[ ! -e "$SCRATCH/socket" ]; ok $? "the machine removes its socket at its end"

guest_start mem=128M con1=file:"$SCRATCH/second"
guest_sees 30 guest#
guest_type write /dev/hvc1
written() { [ "$(stat -c %s "$SCRATCH/second" 2>/dev/null || echo 0)" -ge 1000000 ]; }
wait_for 20 written; ok $? "the second console is /dev/hvc1"
guest_type poweroff
guest_ends 20; is $? 0 "a machine with two consoles powers off"
done_testing
