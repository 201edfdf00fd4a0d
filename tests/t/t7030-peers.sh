#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t7030-peers.sh - test foreign peers: vde_switch, vde_plug, user-mode-linux, QEMU
# time limit: 280
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/net.sh" || exit 1
need_net
need_programs busybox vde_switch vde_plug python3 iperf3

##### at our switch, with the classic protocol

SW=$SCRATCH/sw
net_run sw switch "$SW"
net_guest a eth0=switch:"$SW"; net_up a 10.9.0.1/24
if command -v linux.uml > /dev/null; then
	net_uml u eth0=daemon,02:00:00:00:00:55,unix,"$SW/ctl"
	ok $? "a user-mode-linux boots at our switch"
	net_do u 'ip link set eth0 up; ip addr add 10.9.0.5/24 dev eth0' > /dev/null
	claim "the user-mode-linux reaches our machine" pings u 10.9.0.1
	claim "our machine reaches the user-mode-linux" pings a 10.9.0.5
	net_do a '{ iperf3 -s > /dev/null 2>&1 & }' > /dev/null; net_listens a 5201
	like "$(net_do u 'iperf3 -c 10.9.0.1 -t 1')" ' [1-9][0-9.]* [KMG]?bits/sec +receiver' \
		"a TCP stream from the user-mode-linux is received"
	like "$(net_do u 'iperf3 -c 10.9.0.1 -t 1 -R')" ' [1-9][0-9.]* [KMG]?bits/sec +receiver' \
		"a TCP stream to the user-mode-linux is received, cut into segments"
	like "$(net table "$SW")" '02:00:00:00:00:55' \
		"the switch has learned the address of the user-mode-linux"
	net_end u
else skip "a user-mode-linux at our switch" "no linux.uml here"; fi

# Start two vde_plugs: a frame into one comes out of the other, through our switch.
cat > "$SCRATCH/plugs.py" <<'END'
import os, struct, subprocess, sys, threading, time
def plug():
    pipe = subprocess.PIPE
    return subprocess.Popen(["vde_plug", sys.argv[1]], stdin=pipe, stdout=pipe)
ends = [plug(), plug()]
def send(end, frame): end.stdin.write(struct.pack(">H", len(frame)) + frame); end.stdin.flush()
def receive(end):
    size, = struct.unpack(">H", end.stdout.read(2))
    return end.stdout.read(size)
frame = b"\xff" * 6 + b"\x02\x00\x00\x00\x00\x61" + b"\x88\xb5" + b"by vde_plug" * 10
def repeat(): # because the plugs may not be connected yet
    while True: send(ends[0], frame); time.sleep(0.5)
threading.Thread(target=repeat, daemon=True).start()
got = receive(ends[1])
while got[12:14] != b"\x88\xb5": got = receive(ends[1])
print("same" if got == frame else "different", flush=True)
os.close(2) # the other thread may still print errors
for end in ends: end.kill()
os._exit(0)
END
is "$( (as_user timeout 20 python3 "$SCRATCH/plugs.py" "vde://$SW") 2>&1)" same \
	"a frame goes from one vde_plug to another"

rom=/usr/share/qemu/pxe-e1000.rom
[ -e "$rom" ] || rom=/usr/lib/ipxe/qemu/pxe-e1000.rom
if command -v qemu-system-x86_64 > /dev/null && [ -e "$rom" ]; then
	# The firmware gets an address by DHCP, fetches a script from our machine and runs it.
	net_do a 'mkdir -p /tmp/www;' \
		'printf "%s\n" "#!ipxe" "echo fetched-through-the-switch \${net0/ip}" poweroff' \
		'> /tmp/www/go.ipxe;' \
		'httpd -p 80 -h /tmp/www' > /dev/null
	net_do a 'printf "%s\n" "start 10.9.0.77" "end 10.9.0.77" "interface eth0"' \
		'"option subnet 255.255.255.0" "boot_file http://10.9.0.1/go.ipxe"' \
		'"lease_file /tmp/leases" > /tmp/udhcpd.conf;' \
		'touch /tmp/leases; udhcpd /tmp/udhcpd.conf' > /dev/null
	background qemu timeout 90 setpriv --pdeathsig KILL qemu-system-x86_64 -accel tcg -m 64 \
		-display none -serial stdio -monitor none -machine graphics=off \
		-boot n -netdev vde,id=n,sock="$SW" -device \
			e1000,netdev=n,mac=02:00:00:00:00:66,bootindex=0
	wait_for 80 grep -aq 'fetched-through-the-switch' "$SCRATCH/qemu.log"
	like "$(tr -d '\r' < "$SCRATCH/qemu.log")" 'fetched-through-the-switch 10.9.0.77' \
		"a QEMU guest gets an address and a file from our machine" ||
		tail -c 1500 "$SCRATCH/qemu.log" | diag
	net_end qemu
else skip "a QEMU guest at our switch" "no qemu-system-x86_64 with a network ROM"; fi

##### at their switch

vde_start vde "$SCRATCH/vde"; ok $? "Debian's vde_switch runs"
net_guest b eth0=vde:vde://"$SCRATCH/vde"; net_up b 10.8.0.2/24
net_end a
net_guest a eth0=vde:vde://"$SCRATCH/vde"; net_up a 10.8.0.1/24
claim "two of our machines reach each other through vde_switch" pings a 10.8.0.2
# An uplink joins their switch and ours.
background joint "$NET" run vde joint switch="$SW" vde://"$SCRATCH/vde"
net_guest c eth0=switch:"$SW"; net_up c 10.8.0.3/24
wait_for 10 sh -c "'$NET' show joint"
claim "an uplink joins our switch and theirs into one network" pings c 10.8.0.2 5
net_end joint

##### other schemes of libvdeplug

background joint "$NET" run vde joint switch="$SW" "cmd://vde_plug vde://$SCRATCH/vde"
wait_for 10 net_answers joint
claim "cmd:// sends frames through the input and output of a program" pings c 10.8.0.2 5
net_end joint
said=$(net run vde bad switch="$SW" nothing://here)
is $? 1 "a URL with an unknown scheme is status 1"
like "$said" 'nothing://here.*no such scheme' "the error says that the scheme is unknown"
net_end c; net_end b; net_end a; net_end vde; net_end sw
net_guest a eth0=vde:ptp://"$SCRATCH/ptp"; net_guest b eth0=vde:ptp://"$SCRATCH/ptp"
net_up a 10.7.0.1/24; net_up b 10.7.0.2/24
claim "ptp:// connects two machines" pings b 10.7.0.1 5
net_end a; net_end b
for scheme in hub switch; do
	net_guest a eth0=vde:$scheme://"$SCRATCH/$scheme"; net_up a 10.7.0.1/24
	for name in b c; do net_guest $name eth0=vde:vde://"$SCRATCH/$scheme"; done
	net_up b 10.7.0.2/24; net_up c 10.7.0.3/24
	claim "the uplink of a machine serves $scheme:// for others, which reach the machine" \
		pings b 10.7.0.1 5
	claim "machines at a $scheme:// reach each other" pings b 10.7.0.3 5
	net_end a; net_end b; net_end c
done
net_guest a eth0=vde:multi://"$SCRATCH/multi"; net_up a 10.7.0.1/24
net_guest b eth0=vde:vde://"$SCRATCH/multi"; net_up b 10.7.0.2/24
claim "multi:// connects a machine with a peer that joins" pings b 10.7.0.1 5
net_end a; net_end b

net_guest a eth0=vde:null://; net_up a 10.7.0.1/24; ok $? "an interface of null:// has a carrier"
like "$(net_do a 'ping -c 2 -i 0.2 -W 1 10.7.0.2')" '100% packet loss' \
	"null:// answers nothing"
net_end a

# One of our switches joins a bonding node.
net_guest a eth0=vde:bonding://"$SCRATCH/bonding"; net_up a 10.7.0.1/24
net_run sw switch "$SW"
net_guest b eth0=switch:"$SW"; net_up b 10.7.0.2/24
background joint "$NET" run vde "$SCRATCH/joint" switch="$SW" vde://"$SCRATCH/bonding"
wait_for 10 net_answers "$SCRATCH/joint"
claim "bonding:// connects a machine with a switch that joins" pings b 10.7.0.1 5
net_end a; net_end joint

# Two switches are joined by a pair of sockets that a parent process has opened.
net_run sw2 switch "$SCRATCH/sw2"
net_guest a eth0=switch:"$SCRATCH/sw2"; net_up a 10.7.0.1/24
cat > joint.py << 'END'
import os, signal, socket, subprocess, sys
signal.signal(signal.SIGTERM, lambda *rest: sys.exit(0))
ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
def uplink(i, fd):
    words = ["run", "vde", f"{sys.argv[2]}{i}", f"switch={sys.argv[3 + i]}", f"seqpacket://{fd}"]
    return subprocess.Popen([sys.argv[1], *words], pass_fds=[fd])
helpers = [uplink(i, end.fileno()) for i, end in enumerate(ends)]
try:
    helpers[0].wait()
finally:
    for helper in helpers:
        helper.kill()
END
background joint python3 "$SCRATCH/joint.py" "$NET" "$SCRATCH/j" "$SW" "$SCRATCH/sw2"
wait_for 10 net_answers "$SCRATCH/j0"; wait_for 10 net_answers "$SCRATCH/j1"
claim "seqpacket:// uses a descriptor of the caller" pings a 10.7.0.2 5 || diag < \
	"$SCRATCH/joint.log"
net_end joint TERM; net_end a; net_end b; net_end sw; net_end sw2
done_testing
