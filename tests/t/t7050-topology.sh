#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t7050-topology.sh - test bridges, VLANs, loops and spanning tree, bad cables, capture, 200 ports
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/net.sh" || exit 1
need_net
need_programs busybox bridge ip python3 tshark
ip=$(command -v ip)	# also for the machines, because busybox's ip lacks options

# Join three machines in a ring of three switches:
# a(eth0) s1 m(eth0), m(eth1) s2 b(eth0), b(eth1) s3 a(eth1).
for i in 1 2 3; do net_run s$i switch "$SCRATCH/s$i"; done
net_guest a eth0=switch:"$SCRATCH/s1" eth1=switch:"$SCRATCH/s3"
net_guest m eth0=switch:"$SCRATCH/s1" eth1=switch:"$SCRATCH/s2" eth2=switch:"$SCRATCH/s2"
net_guest b eth0=switch:"$SCRATCH/s2" eth1=switch:"$SCRATCH/s3"

##### VLANs across a bridge in a machine

net_do a 'ip link set eth0 up;' \
	'for i in 10 20; do ip link add link eth0 name eth0.$i type vlan id $i;' \
	'ip link set eth0.$i up; ip addr add 10.$i.0.1/24 dev eth0.$i; done' > /dev/null
net_do m "$ip link add br0 type bridge vlan_filtering 1 vlan_default_pvid 0;" \
	"for i in 0 1; do $ip link set eth\$i master br0 up; done; $ip link set br0 up" > /dev/null
net_do m 'bridge vlan add dev eth0 vid 10; bridge vlan add dev eth0 vid 20;' \
	'bridge vlan add dev eth1 vid 10 pvid untagged' > /dev/null
net_do b 'ip link set eth0 up;' \
	'ip addr add 10.10.0.2/24 dev eth0; ip addr add 10.20.0.2/24 dev eth0' > /dev/null
net_until a 10 'bytes from' 'ping -c 1 -W 1 10.10.0.2'
ok $? "tagged frames cross a trunk and leave the access port of a bridge"
is "$(net_do a 'ping -c 2 -W 1 10.20.0.2 | grep -c "bytes from"')" 0 \
	"frames of another VLAN do not pass"
net_do a 'iperf3 -s -D > /dev/null 2>&1' > /dev/null; net_listens a 5201
like "$(net_do b 'iperf3 -c 10.10.0.1 -t 1')" 'receiver' "a TCP stream crosses the bridge"
net link set "$SCRATCH/s1" m-eth0 trunk=20 > /dev/null
net_do a 'ip neigh flush all' > /dev/null
is "$(net_do a 'ping -c 2 -W 1 10.10.0.2 | grep -c "bytes from"')" 0 \
	"a VLAN outside the list of a trunk does not pass"
net link set "$SCRATCH/s1" m-eth0 trunk=all > /dev/null
net_do m 'ip link del br0' > /dev/null
net_do a 'ip link del eth0.10; ip link del eth0.20' > /dev/null
net_do b 'ip addr flush dev eth0' > /dev/null

##### a loop of bridges

n=0
for name in a m b; do
	n=$((n + 1))
	net_do $name "$ip link add br0 type bridge stp_state 1 forward_delay 200" \
		"hello_time 100 max_age 600;" \
		"for i in 0 1; do $ip link set eth\$i master br0 up; done;" \
		"ip link set br0 up; ip addr add 10.30.0.$n/24 dev br0" > /dev/null
done
net_until a 30 'bytes from' 'ping -c 1 -W 1 10.30.0.2'
ok $? "bridges in a ring find a tree that connects two machines"
net_until a 30 'bytes from' 'ping -c 1 -W 1 10.30.0.3'
blocked() { for name in a m b; do net_do $name 'cat /sys/class/net/br0/brif/*/state'; done |
	grep -c '^4$'; }
one_blocked() { [ "$(blocked)" -eq 1 ]; }
wait_for 20 one_blocked; ok $? "one of the six ports is blocked"
sent() { net counters "$SCRATCH/s1" | grep -o 'tx_frames=[0-9]*' |
	awk -F = '{ sum += $2 } END { print sum }'; }
calm() { # succeed if few frames pass s1 in a second, so that none circles
	local before
	before=$(sent); sleep 1
	[ $(($(sent) - before)) -lt 200 ]
}
net_do a 'ping -b -c 1 -W 1 10.30.0.255 > /dev/null 2>&1; echo' > /dev/null
claim "a broadcast does not circle in the ring" calm
# Cut a cable that carries frames, so that the tree has to change.
net link set "$SCRATCH/s1" a-eth0 down > /dev/null
net_until a 30 'bytes from' 'ping -c 1 -W 1 10.30.0.2'
ok $? "the ring finds another path when a cable is cut"
net_until a 30 'bytes from' 'ping -c 1 -W 1 10.30.0.3'; ok $? "the other path reaches all machines"
net link set "$SCRATCH/s1" a-eth0 up > /dev/null
for name in a m b; do net_do $name 'ip link del br0' > /dev/null; done

##### spanning tree in the switch: a machine bridges two of its ports

net set "$SCRATCH/s2" stp=on forward-delay=4 > /dev/null
net_do m "$ip link add br0 type bridge stp_state 1 forward_delay 200;" \
	"for i in 1 2; do $ip link set eth\$i master br0 up; done;" \
	"ip link set br0 up; ip addr add 10.40.0.2/24 dev br0" > /dev/null
net_do b 'ip addr add 10.40.0.3/24 dev eth0; ip link set eth0 up' > /dev/null
net_until b 40 'bytes from' 'ping -c 1 -W 1 10.40.0.2'
ok $? "a loop through the switch and a bridge carries frames"
like "$(net ports "$SCRATCH/s2"; net_do m 'cat /sys/class/net/br0/brif/*/state')" '^4$|blocking' \
	"one port of the loop is blocked, in the switch or in the machine"
net_do m 'ip link del br0' > /dev/null
net set "$SCRATCH/s2" stp=off > /dev/null

##### bad cables

net_do a 'ip addr flush dev eth0; ip addr add 10.50.0.1/24 dev eth0; ip link set eth0 up' > \
	/dev/null
net_do m 'ip addr add 10.50.0.2/24 dev eth0; ip link set eth0 up' > /dev/null
net_until a 10 'bytes from' 'ping -c 1 -W 1 10.50.0.2'
net link set "$SCRATCH/s1" m-eth0 delay=30ms > /dev/null
least=$(net_do a 'ping -c 5 -i 0.2 10.50.0.2' | sed -n 's#.*min/avg/max = \([0-9]*\).*#\1#p')
[ "${least:-0}" -ge 30 ]; ok $? "with delay=30ms no answer arrives earlier (${least:-none} ms)"
net link set "$SCRATCH/s1" m-eth0 delay=0 dup=100% > /dev/null
like "$(net_do a 'ping -c 2 -i 0.3 10.50.0.2')" 'DUP!|duplicates' \
	"with dup=100% frames arrive twice"
net link set "$SCRATCH/s1" m-eth0 dup=0 loss=100% > /dev/null
is "$(net_do a 'ping -c 2 -W 1 10.50.0.2 | grep -c "bytes from"')" 0 \
	"with loss=100% no frame arrives"
net link set "$SCRATCH/s1" m-eth0 loss=0 rate=20mbit > /dev/null
net_do m 'iperf3 -s -D > /dev/null 2>&1' > /dev/null; net_listens m 5201
got=$(net_do a 'iperf3 -c 10.50.0.2 -t 2 -f k' |
	sed -n 's#.* \([0-9]*\) Kbits/sec .*receiver.*#\1#p')
[ "${got:-0}" -gt 1000 ] && [ "$got" -le 21000 ]
ok $? "rate=20mbit limits a TCP stream (${got:-no} kbit/s)"
net link set "$SCRATCH/s1" m-eth0 rate=0 > /dev/null

##### captures, read by tshark

(as_user "$NET" capture "$SCRATCH/s1" -w "$SCRATCH/all.pcap") & capture=$!
(as_user "$NET" capture "$SCRATCH/s1" m-eth0 -w "$SCRATCH/one.pcap") & capture2=$!
(as_user "$NET" capture "$SCRATCH/s1") 2> /dev/null | tee "$SCRATCH/live.pcap" |
	timeout 20 tshark -r - -c 4 -Y icmp > "$SCRATCH/live.txt" 2> /dev/null & live=$!
# The switch starts each capture with a header.
for name in all one live; do wait_for 10 test -s "$SCRATCH/$name.pcap"; done
net_do a 'ping -c 3 -i 0.2 -s 1000 10.50.0.2; ping -c 1 -s 30000 10.50.0.2' > /dev/null
sleep 0.5; kill $capture $capture2 2> /dev/null; wait $capture $capture2 2> /dev/null
is "$(tshark -r "$SCRATCH/all.pcap" -Y 'icmp && frame.len == 1042' 2> /dev/null | wc -l)" 6 \
	"a capture of the switch holds each frame once"
is "$(tshark -r "$SCRATCH/one.pcap" -Y 'icmp && frame.len == 1042' 2> /dev/null | wc -l)" 6 \
	"a capture of a port holds frames in both directions"
wrong='icmp.checksum.status == 0 || ip.checksum.status == 0 || _ws.malformed'
is "$(tshark -r "$SCRATCH/all.pcap" -Y "$wrong" -o ip.check_checksum:TRUE 2> /dev/null | wc -l)" 0 \
	"no frame in a capture is malformed"
wait $live; [ -s "$SCRATCH/live.txt" ]; ok $? "a capture to a pipe is read while frames pass"

##### a machine that stops reading

net_do a '{ ping -i 0.2 -c 60 10.50.0.2 > /tmp/ping.txt 2>&1 & }' > /dev/null
net_run s4 switch "$SCRATCH/s4" > /dev/null
net_guest x eth0=switch:"$SCRATCH/s1"; net_up x 10.50.0.9/24
kill -STOP "${net_pids[x]}"
claim "a stopped machine does not disturb the others" pings a 10.50.0.2 5
net_do a 'ping -b -f -c 3000 -s 1400 -W 1 10.50.0.255 > /dev/null 2>&1; echo' > /dev/null
claim "a stopped machine with a full queue does not disturb the others" pings a 10.50.0.2 5
kill -CONT "${net_pids[x]}"
net_until a 15 'bytes from' 'ping -c 1 -W 1 10.50.0.9'
ok $? "a stopped machine receives frames again when it continues"
for name in x a m b; do net_end $name; done

##### 200 ports and a flood of addresses

cat > "$SCRATCH/ports.py" <<'END'
import socket, struct, sys, time
path = sys.argv[1]
def join():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.connect(path)
    s.send(struct.pack("H10xIIIHH6sH32s", 1, 0x6e6c6d75, 1, 0, 0, 0, b"\2" * 6, 0, b""))
    assert struct.unpack_from("H10xIIIHH", s.recv(200))[5] == 0
    s.setblocking(False)
    return s
def frame(to, source, tag): return bytes(12) + to + source + b"\x88\xb5" + bytes([tag]) + bytes(45)
def mac(i): return b"\2\0\0" + struct.pack(">I", i)[1:]
def heard(s, tag): # returns how many frames with this tag have arrived; drops others
    n = 0
    try:
        while True:
            message = s.recv(70000)
            if message[:2] == b"\0\0" and message[26] == tag: n += 1
    except BlockingIOError: return n
def all_heard(sockets, tag, want, seconds=20): # returns the counts when their sum is `want`
    counts, end = [0] * len(sockets), time.monotonic() + seconds
    while True:
        done = sum(counts) >= want or time.monotonic() > end
        time.sleep(0.2 if done else 0.02)
        counts = [n + heard(s, tag) for n, s in zip(counts, sockets)]
        if done: return counts
peers = [join() for i in range(200)]
peers[7].send(frame(b"\xff" * 6, mac(7), 1))
print("broadcast", sum(all_heard(peers, 1, 199)))
for i, p in enumerate(peers): # receive now and then, because queues are bounded
    p.send(frame(mac(0xffffff), mac(i), 2))
    if i % 20 == 19: all_heard(peers, 2, 20 * 199)
for i in range(200): peers[i].send(frame(mac(199 - i), mac(i), 3))
print("unicast", all_heard(peers, 3, 200).count(1))
peers[0].setblocking(True)
for i in range(20000): peers[0].send(frame(mac(3), mac(0x100000 + i), 4))
peers[0].setblocking(False)
late = join()
for _ in range(20): # the queue of peer 3 may still be full
    late.send(frame(mac(3), mac(0xabcdef), 5))
    if sum(all_heard(peers[3:4], 5, 1, 1)): break
peers[3].send(frame(mac(0xabcdef), mac(3), 6))
print("after the flood", *all_heard([late], 6, 1), sum(heard(p, 6) for p in peers[4:]))
END
said=$( (as_user timeout 60 python3 "$SCRATCH/ports.py" "$SCRATCH/s4/umlab") 2>&1)
like "$said" '^broadcast 199$' "a broadcast reaches all others of 200 ports"
like "$said" '^unicast 200$' "each of 200 frames reaches its destination"
like "$said" '^after the flood 1 0$' "another port still learns after a flood of 20000 addresses"
done_testing
