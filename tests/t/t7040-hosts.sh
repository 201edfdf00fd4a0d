# SPDX-License-Identifier: GPL-2.0-only
# t7040-hosts.sh - machines on two hosts (network namespaces, a cable between them), tap, by libvdeplug
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/net.sh"
. "$(dirname "$0")/../lib/hosts.sh"
need_net
need_programs busybox curl
need_hosts
hosts_start

guest_at host1 a "eth0=vde:udp://5000->192.168.77.2:5000"; net_up a 10.7.0.1/24
guest_at host2 b "eth0=vde:udp://5000->192.168.77.1:5000"; net_up b 10.7.0.2/24
claim "machines on two hosts are joined by udp://" pings a 10.7.0.2 5
net_do b 'httpd -p 80 -h /bin' > /dev/null
is "$(net_do a 'curl -s -m 15 http://10.7.0.2/busybox | wc -c')" "$(stat -c %s "$(command -v busybox)")" "a file arrives whole"
net_end a; net_end b

guest_at host1 a "eth0=vde:vxvde://239.1.2.3"; net_up a 10.7.0.1/24
guest_at host2 b "eth0=vde:vxvde://239.1.2.3"; net_up b 10.7.0.2/24
claim "and by vxvde://" pings a 10.7.0.2 5
net_end a; net_end b

guest_at host1 a "eth0=vde:vxlan://239.1.2.4/vni=77"; net_up a 10.7.0.1/24
guest_at host2 b "eth0=vde:vxlan://239.1.2.4/vni=77"; net_up b 10.7.0.2/24
# Only what goes to all: libvdeplug 4.0.1 sends to a learned peer with an address of no length.
net_do a 'ping -c 3 -i 0.2 -W 1 10.7.0.2' > /dev/null
net_until b 5 '[1-9]' "ip neigh show 10.7.0.1 | grep -c $(net_do a 'cat /sys/class/net/eth0/address')"; ok $? "broadcasts cross by vxlan://"
net_end a; net_end b

# A switch of each host, joined: all machines of both are one network.
at_user sw1 host1 "$NET" run switch "$SCRATCH/sw1"
at_user sw2 host2 "$NET" run switch "$SCRATCH/sw2"
wait_for 5 net_answers "$SCRATCH/sw1"; wait_for 5 net_answers "$SCRATCH/sw2"
at_user joint1 host1 "$NET" run vde "$SCRATCH/joint1" switch="$SCRATCH/sw1" "udp://5001->192.168.77.2:5001"
at_user joint2 host2 "$NET" run vde "$SCRATCH/joint2" switch="$SCRATCH/sw2" "udp://5001->192.168.77.1:5001"
net_guest a eth0=switch:"$SCRATCH/sw1"; net_up a 10.6.0.1/24
net_guest b eth0=switch:"$SCRATCH/sw2"; net_up b 10.6.0.2/24
net_until a 15 'bytes from' 'ping -c 1 -W 1 10.6.0.2'; ok $? "the switches of two hosts are one network" ||
	cat "$SCRATCH"/joint?.log | diag
for name in joint1 joint2 sw1 sw2 a b; do net_end $name; done

# tap:// opens an interface that root made for this user. Elsewhere udev lets everybody open the device.
if mknod -m 666 "$SCRATCH/tun" c 10 200 2> /dev/null && at host1 mount --bind "$SCRATCH/tun" /dev/net/tun &&
	at host1 ip tuntap add dev umtap mode tap user "$TEST_UID"; then
	at host1 ip addr add 10.5.0.1/24 dev umtap; at host1 ip link set umtap up
	guest_at host1 a eth0=vde:tap://umtap; net_up a 10.5.0.2/24
	claim "by tap:// a machine and its host reach each other" pings a 10.5.0.1 || net_do a dmesg | tail -n 5 | diag
	claim "in both directions" at host1 busybox ping -c 1 -W 3 10.5.0.2
	net_end a
else skip "by tap:// a machine and its host reach each other" "no tap devices here"; fi
done_testing
