#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t7000-network.sh - test the eth driver: options, machines at a switch, a switch that fails
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/net.sh" || exit 1
need_net
need_programs busybox iperf3 ethtool python3

refused() { # refused OPTION: claim that the kernel exits with 2 and names OPTION
	boot 20 "$SCRATCH/refused" "$1"; local status=$?
	[ $status -eq 2 ] && grep -q -- "$1" "$SCRATCH/refused"
}
for option in eth0 eth0= eth0=slip eth0=switch eth0=switch: eth0=fd:x eth0=unix: eth0=null:x \
	eth16=null \
	eth0=null,mtu=67 eth0=null,mtu=65521 eth0=null,mac=1:2:3:4:5:6 \
		eth0=null,mac=01:00:00:00:00:01 \
	eth0=switch:/x,port=0 eth0=switch:/x,vlan=4095 eth0=switch:/x,colour=red \
		eth0=daemon,,unix,/x; do
	claim "$option is rejected before the machine starts" refused "$option"
done
boot 20 "$SCRATCH/nofd" eth0=fd:77; is $? 1 "a descriptor that is not open prevents the start"
like "$(cat "$SCRATCH/nofd")" "eth0=fd:77.*not open" \
	"the error says that the descriptor is not open"
mkdir "$SCRATCH/alone"; cp "$LINUX" "$SCRATCH/alone/linux"
(unset UMLAB_NET; LINUX=$SCRATCH/alone/linux boot 20 "$SCRATCH/nohelper" eth0=slirp)
is $? 1 "a missing helper prevents the start"
like "$(cat "$SCRATCH/nohelper")" "eth0=slirp.*umlab-net" "the error names the helper"
rm -rf "$SCRATCH/alone"

SW=$SCRATCH/sw
net_run sw switch "$SW"; ok $? "a switch runs"
net_guest a eth0=switch:"$SW" eth1=null,mac=02:00:00:00:00:77,mtu=9000
ok $? "a machine boots at the switch"
net_guest b eth0=switch:"$SW",port=7,mtu=65520; ok $? "a machine boots at a port of its choice"
net_up a 10.9.0.1/24; net_up b 10.9.0.2/24
claim "the two machines reach each other" pings a 10.9.0.2
like "$(net ports "$SW")" '^7 b-eth0 umlab up' "the switch shows the name and the port of a machine"
like "$(net_do a 'cat /sys/class/net/eth1/address /sys/class/net/eth1/mtu')" '02:00:00:00:00:77' \
	"an interface uses the address that was given"
is "$(net_do a 'cat /sys/class/net/eth1/mtu')" 9000 "an interface uses the MTU that was given"
net_do a 'ip link set eth1 up' > /dev/null
is "$(net_do a 'cat /sys/class/net/eth1/carrier')" 1 "an interface of eth1=null has a carrier"
mac=$(net_do a 'cat /sys/class/net/eth0/address')
like "$mac" '^02:' "a generated address is locally administered"
is "$(net_do b 'ping -c 1 -s 40000 -W 3 10.9.0.1 | grep -c "bytes from"')" 1 \
	"a packet of 40000 bytes passes in one piece"

# Twenty requests arrive in one message. The machine sends several answers in one message.
cat > "$SCRATCH/bundle.py" << 'END'
import socket, struct, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.settimeout(5); s.connect(sys.argv[1])
zero = bytes(10)
hello = struct.pack("<IIIHH6sH32s", 0x6e6c6d75, 1, 3, 0, 0, zero[:6], 0, b"bundle")
s.send(struct.pack("<H", 1) + zero + hello)
def request(i):
    mac = bytes([2, 0, 0, 0, 9, i])
    arp = b"\0\1\x08\0\6\4\0\1" + mac + bytes([10, 9, 0, 100 + i]) + zero[:6] + bytes([10, 9, 0, 1])
    return b"\xff" * 6 + mac + b"\x08\x06" + arp + bytes(18 + 7 * i)
def frames(message):
    kind, at = struct.unpack_from("<H", message)[0], 12
    if kind == 0: yield message[12:], 1
    while kind == 5 and at < len(message):
        size = struct.unpack_from("<H", message, at)[0]
        yield message[at + 12:at + 12 + size], 2
        at += 12 + size
requests = [request(i) for i in range(20)]
bundle = b"".join(struct.pack("<H", len(frame)) + zero + frame for frame in requests)
s.send(struct.pack("<H", 5) + zero + bundle)
seen, together = set(), set()
while len(seen) < 20:
    for frame, how in frames(s.recv(70000)):
        if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\2":
            seen.add(frame[5]); together.add(how)
print(sorted(seen) == list(range(20)), 2 in together)
END
is "$(python3 "$SCRATCH/bundle.py" "$SW/umlab" 2>&1 | tail -n 1)" "True True" \
	"a machine reads and sends messages with several frames"

net_do a 'iperf3 -s -D > /dev/null 2>&1' > /dev/null; net_listens a 5201
like "$(net_do b 'iperf3 -c 10.9.0.1 -t 2 -J | tr -d "\n" |' \
	'grep -o "sum_received.*\"bits_per_second\":[^,]*" | grep -o "[0-9.e+]*$"')" \
	'^[0-9]+' "a TCP stream is received"
like "$(net_do b 'iperf3 -c 10.9.0.1 -t 1 -R')" 'receiver' \
	"a TCP stream in the other direction is received"
like "$(net_do b 'iperf3 -u -b 200M -c 10.9.0.1 -t 1')" '0/[0-9]+ \(0%\) +receiver|receiver' \
	"UDP datagrams are received"
stats=$(net_do b 'ethtool -S eth0')
like "$stats" 'tx_offloaded: [1-9]' "the sender leaves segmentation to the other end (ethtool -S)"
like "$stats" 'connections: 1' "the driver counts one connection"
like "$(net_do a 'ethtool -i eth0; ethtool eth0')" 'umlab-eth' \
	"ethtool shows the name of the driver"
is "$(net_do a 'ethtool -K eth0 tso off tx off; ping -c 1 10.9.0.2 | grep -c "bytes from"')" 1 \
	"frames pass without offloads"
net_do a 'ethtool -K eth0 tx on tso on' > /dev/null

net link set "$SW" b-eth0 down > /dev/null
net_until b 10 '^0$' 'cat /sys/class/net/eth0/carrier'
ok $? "a machine whose cable is cut loses the carrier"
net link set "$SW" b-eth0 up > /dev/null
net_until b 10 '^1$' 'cat /sys/class/net/eth0/carrier'; ok $? "the carrier returns with the cable"

net_end sw KILL
net_until a 10 '^0$' 'cat /sys/class/net/eth0/carrier'
ok $? "the link goes down when the switch is killed"
is "$(net_do a 'echo alive')" alive "the machine keeps running without the switch"
net_run sw switch "$SW"; ok $? "a new switch replaces the killed one"
net_until a 10 '^1$' 'cat /sys/class/net/eth0/carrier'; ok $? "the link to the new switch comes up"
net_until b 10 '^1$' 'cat /sys/class/net/eth0/carrier'
claim "frames pass through the new switch" pings a 10.9.0.2
like "$(net_do a 'ethtool -S eth0')" 'link_losses: 1' "the driver counts the lost link"
net_do a 'ip link set eth0 down; ip link set eth0 up' > /dev/null
net_until a 10 '^1$' 'cat /sys/class/net/eth0/carrier'
claim "an interface works after it was down and up" pings a 10.9.0.2

net_end a
net_guest a eth0=switch:"$SW" > /dev/null
is "$(net_do a 'cat /sys/class/net/eth0/address')" "$mac" \
	"a machine has the same address after a restart"
net_end a
net_guest c eth0=switch:"$SW" > /dev/null
[ "$(net_do c 'cat /sys/class/net/eth0/address')" != "$mac" ]
ok $? "another machine has another address"
net_end b; net_end c; net_end sw

# Start a foreign peer: on one socket it sends the length before each frame, on the other it sends
# each frame as a message.
cat > "$SCRATCH/relay.py" <<'END'
import os, socket, sys, threading
def listen(kind, path):
    door = socket.socket(socket.AF_UNIX, kind); door.bind(path); door.listen(); return door
doors = listen(socket.SOCK_STREAM, sys.argv[1]), listen(socket.SOCK_SEQPACKET, sys.argv[2])
stream, messages = [door.accept()[0] for door in doors]
def back():
    while frame := messages.recv(70000):
        stream.sendall(len(frame).to_bytes(4, "big") + frame)
threading.Thread(target=back, daemon=True).start()
source = stream.makefile("rb")
while size := source.read(4):
    messages.sendall(source.read(int.from_bytes(size, "big")))
END
# The machine inherits a descriptor of a connection that another program has made.
cat > "$SCRATCH/inherit" <<END
#!/usr/bin/env python3
import os, socket, sys
end = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); end.connect("$SCRATCH/messages")
os.dup2(end.fileno(), 20)
os.execv("$LINUX", ["linux"] + sys.argv[1:])
END
chmod 755 "$SCRATCH/inherit"
background relay python3 "$SCRATCH/relay.py" "$SCRATCH/stream" "$SCRATCH/messages"
wait_for 10 test -S "$SCRATCH/messages"
net_guest d eth0=unix:"$SCRATCH/stream"; NET_LINUX=$SCRATCH/inherit net_guest e eth0=fd:20
net_up d 10.9.0.4/24; net_up e 10.9.0.5/24
claim "frames pass from a machine with unix: to one with fd:" pings d 10.9.0.5
net_do e 'iperf3 -s -D > /dev/null 2>&1' > /dev/null; net_listens e 5201
like "$(net_do d 'iperf3 -c 10.9.0.5 -t 1')" ' [1-9][0-9.]* [KMG]?bits/sec +receiver' \
	"a TCP stream is received through unix: and fd:"
like "$(net_do d 'iperf3 -c 10.9.0.5 -t 1 -R')" ' [1-9][0-9.]* [KMG]?bits/sec +receiver' \
	"a TCP stream in the other direction is received through fd: and unix:"
net_end relay
net_until e 10 '^0$' 'cat /sys/class/net/eth0/carrier'
ok $? "an interface loses the carrier when the other end of its descriptor closes"
done_testing
