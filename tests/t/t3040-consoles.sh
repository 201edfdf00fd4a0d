# SPDX-License-Identifier: GPL-2.0-only
# t3040-consoles.sh - where consoles can be: terminal, pts, socket, file, nowhere
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/guest.sh"
need_kernel
boot 40 "$SCRATCH/log" mem=128M initrd="$MINI_CPIO" topic=hello con0=file:"$SCRATCH/con"
is $? 0 "con0=file: boots"
grep -q '@end hello exit 0' "$SCRATCH/con"; ok $? "and the file has what the guest printed"
boot 40 "$SCRATCH/log" mem=128M initrd="$MINI_CPIO" topic=hello con0=null
is $? 0 "con0=null boots"
! grep -q '@end hello' "$SCRATCH/log"; ok $? "and the guest's lines go nowhere"

guest_start mem=128M con0=pts
terminal=
if wait_for 20 grep -aoE '/dev/pts/[0-9]+' "$guest_log"; then terminal=$(grep -aoE '/dev/pts/[0-9]+' "$guest_log" | head -n 1); fi
[ -n "$terminal" ]; ok $? "con0=pts tells its terminal's name"
if [ -n "$terminal" ]; then
	exec 8<> "$terminal"
	timeout 30 cat <&8 > "$SCRATCH/pts" & reader=$!
	answers() { printf 'echo on a pts\r' >&8; wait_for 2 grep -q '@echo on a pts' "$SCRATCH/pts"; }
	wait_for 20 answers; ok $? "a client there talks to the guest"
	printf 'poweroff\r' >&8
	guest_ends 20; is $? 0 "and powers it off"
	kill $reader 2>/dev/null; exec 8>&-
else
	kill -KILL "$guest_pid"
fi

# A client of the socket: perl is here, as prove needs it.
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
claim "a client of the socket talks to the guest" perl "$SCRATCH/client" "$SCRATCH/socket" "echo by socket" '@echo by socket'
claim "a second client after it too" perl "$SCRATCH/client" "$SCRATCH/socket" "echo again" '@echo again'
kill -0 "$guest_pid"; ok $? "and the machine outlives its clients"
perl "$SCRATCH/client" "$SCRATCH/socket" poweroff END
guest_ends 20; is $? 0 "a client powers it off"
[ ! -e "$SCRATCH/socket" ]; ok $? "the socket is gone with the machine"

guest_start mem=128M con1=file:"$SCRATCH/second"
guest_sees 30 guest#
guest_type write /dev/hvc1
written() { [ "$(stat -c %s "$SCRATCH/second" 2>/dev/null || echo 0)" -ge 1000000 ]; }
wait_for 20 written; ok $? "a second console is /dev/hvc1"
guest_type poweroff
guest_ends 20; is $? 0 "and does not disturb the end"
done_testing
