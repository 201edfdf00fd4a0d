#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t7040-hosts.sh - join machines on two hosts, and a tap interface, through libvdeplug
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/net.sh" || exit 1
. "$(dirname "$0")/../lib/hosts.sh" || exit 1
need_net
need_programs busybox curl
need_hosts
hosts_start

guest_at host1 a "eth0=vde:udp://5000->192.168.77.2:5000"; net_up a 10.7.0.1/24
guest_at host2 b "eth0=vde:udp://5000->192.168.77.1:5000"; net_up b 10.7.0.2/24
claim "udp:// joins machines on two hosts" pings a 10.7.0.2 5
net_do b 'httpd -p 80 -h /bin' > /dev/null
is "$(net_do a 'curl -s -m 15 http://10.7.0.2/busybox | wc -c')" \
	"$(stat -c %s "$(command -v busybox)")" \
	"a file arrives complete through udp://"
net_end a; net_end b

guest_at host1 a "eth0=vde:vxvde://239.1.2.3"; net_up a 10.7.0.1/24
guest_at host2 b "eth0=vde:vxvde://239.1.2.3"; net_up b 10.7.0.2/24
claim "vxvde:// joins machines on two hosts" pings a 10.7.0.2 5
net_end a; net_end b

guest_at host1 a "eth0=vde:vxlan://239.1.2.4/vni=77"; net_up a 10.7.0.1/24
guest_at host2 b "eth0=vde:vxlan://239.1.2.4/vni=77"; net_up b 10.7.0.2/24
# Test only broadcasts: libvdeplug 4.0.1 sends unicast frames with a socket address of length 0.
net_do a 'ping -c 3 -i 0.2 -W 1 10.7.0.2' > /dev/null
mac=$(net_do a 'cat /sys/class/net/eth0/address')
net_until b 5 '[1-9]' "ip neigh show 10.7.0.1 | grep -c $mac"
ok $? "vxlan:// carries broadcasts between hosts"
net_end a; net_end b

# Two uplinks join a switch on each host: all machines are in one network.
at_user sw1 host1 "$NET" run switch "$SCRATCH/sw1"
at_user sw2 host2 "$NET" run switch "$SCRATCH/sw2"
wait_for 5 net_answers "$SCRATCH/sw1"; wait_for 5 net_answers "$SCRATCH/sw2"
at_user joint1 host1 "$NET" run vde "$SCRATCH/joint1" switch="$SCRATCH/sw1" \
	"udp://5001->192.168.77.2:5001"
at_user joint2 host2 "$NET" run vde "$SCRATCH/joint2" switch="$SCRATCH/sw2" \
	"udp://5001->192.168.77.1:5001"
net_guest a eth0=switch:"$SCRATCH/sw1"; net_up a 10.6.0.1/24
net_guest b eth0=switch:"$SCRATCH/sw2"; net_up b 10.6.0.2/24
net_until a 15 'bytes from' 'ping -c 1 -W 1 10.6.0.2'
ok $? "uplinks join the switches of two hosts into one network" ||
	cat "$SCRATCH"/joint?.log | diag
for name in joint1 joint2 sw1 sw2 a b; do net_end $name; done

# tap:// opens an interface that root has made for this user. Usually udev lets everybody open
# /dev/net/tun; here the test provides such a device.
if mknod -m 666 "$SCRATCH/tun" c 10 200 2> /dev/null &&
	at host1 mount --bind "$SCRATCH/tun" /dev/net/tun &&
	at host1 ip tuntap add dev umtap mode tap user "$TEST_UID"; then
	at host1 ip addr add 10.5.0.1/24 dev umtap; at host1 ip link set umtap up
	guest_at host1 a eth0=vde:tap://umtap; net_up a 10.5.0.2/24
	claim "a machine reaches its host through tap://" pings a 10.5.0.1 ||
		net_do a dmesg | tail -n 5 | diag
	claim "the host reaches the machine through tap://" at host1 busybox ping -c 1 -W 3 10.5.0.2
	net_end a
else skip "a machine reaches its host through tap://" "no tap devices here"; fi
done_testing
