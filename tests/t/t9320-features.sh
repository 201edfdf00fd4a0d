#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9320-features.sh - two machines use every kernel network feature that existing labs need
# time limit: 900
#
# Needs the image base (make images).
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
[ -r "$BUILD/images/base.img" ] || skip_all "no image base (make images)"
export UMLAB_LIMIT=300
mkdir lab; cd lab || exit 1
for m in a b; do
	printf '%s\n' "${m}[0]=A" "${m}[1]=B" "${m}[mem]=256" "${m}[ipv6]=true" >> lab.conf
	n=1; [ $m = a ] || n=2
	cat > $m.startup <<- END
	ip addr add 10.0.0.$n/24 dev eth0
	ip -6 addr add fd00::$n/64 dev eth0 nodad
	ip addr add 10.0.1.$n/24 dev eth1
	sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	END
done
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/home"
umlab lstart > out 2>&1; is $? 0 "two machines start" || diag < out

# both TITLE [COMMAND]: run the script on standard input in both machines. $n is the machine's
# number (1 or 2), $o that of the other machine. Then COMMAND must succeed in the first machine.
both() {
	local m n status=0 script; script=$(cat)
	for m in a b; do
		n=1; [ $m = a ] || n=2
		umlab exec $m -- bash -ec "n=$n o=$((3 - n)); $script" > out.$m 2>&1 ||
			{ status=1; sed "s/^/$m: /" out.$m | diag >&2; }
	done
	if [ $status = 0 ] && [ -n "${2-}" ]; then
		umlab exec a -- bash -c "for i in 1 2 3 4 5; do $2 && exit 0; sleep 1; done
			exit 1" > out.a 2>&1 || { status=1; diag < out.a >&2; }
	fi
	ok $status "$1"
}
ping9='ping -c 1 -W 2 10.9.9.2'
both "a bridge accepts STP and VLAN filtering" << 'END'
	ip link add br0 type bridge stp_state 1 vlan_filtering 1; ip link add p0 type dummy
	ip link set p0 master br0; bridge vlan add dev p0 vid 7 pvid untagged
	bridge vlan show | grep -q 7; ip link set br0 up; ip link del br0
END
both "brctl and ifconfig configure a bridge by ioctls" << 'END'
	brctl addbr br1; brctl addif br1 p0; brctl stp br1 on
	ifconfig br1 10.8.0.$n netmask 255.255.255.0 up; ifconfig br1 | grep -q 10.8.0.
	brctl show | grep -q p0; ifconfig br1 down; brctl delbr br1; ip link del p0
END
both "vxlan behind a bridge carries packets and accepts neigh_suppress" "$ping9" << 'END'
	ip link add vx type vxlan id 5 dev eth0 remote 10.0.0.$o dstport 4789
	ip link add br2 type bridge; ip link set vx master br2
	bridge link set dev vx neigh_suppress on learning off
	bridge link set dev vx neigh_suppress off learning on; ip addr add 10.9.9.$n/24 dev br2
	ip link set vx up; ip link set br2 up
END
both "vxlan and its bridge can be removed" <<< 'ip link del br2; ip link del vx'
both "an ipip tunnel carries packets" "$ping9" << 'END'
	ip tunnel add t0 mode ipip local 10.0.0.$n remote 10.0.0.$o
	ip addr add 10.9.9.$n/24 dev t0; ip link set t0 up
END
both "a gretap tunnel carries packets, and a gre tunnel can be added" "$ping9" << 'END'
	ip link del t0; ip link add g0 type gretap local 10.0.0.$n remote 10.0.0.$o
	ip addr add 10.9.9.$n/24 dev g0; ip link set g0 up
	ip tunnel add g1 mode gre local 10.0.0.$n remote 10.0.0.$o ttl 9; ip link del g1
END
both "a VLAN interface (802.1q) carries packets" "$ping9" << 'END'
	ip link del g0; ip link add link eth0 name eth0.9 type vlan id 9
	ip addr add 10.9.9.$n/24 dev eth0.9; ip link set eth0.9 up
END
make_key='ip link del eth0.9; umask 77; wg genkey > /root/key; wg pubkey < /root/key'
umlab exec b -- bash -c "$make_key" > key.b 2> err
umlab exec a -- bash -c "$make_key" > key.a 2> err
umlab cp key.a b:/root/peer; umlab cp key.b a:/root/peer
both "wireguard carries packets" "$ping9" << 'END'
	ip link add wg0 type wireguard
	wg set wg0 private-key /root/key listen-port 5555 peer $(cat /root/peer) \
		endpoint 10.0.0.$o:5555 allowed-ips 10.9.9.0/24
	ip addr add 10.9.9.$n/24 dev wg0; ip link set wg0 up
END
both "an ESP tunnel of xfrm carries packets" "ping -c 1 -W 2 -I 10.9.9.1 10.9.9.2" << 'END'
	ip link del wg0; ip addr add 10.9.9.$n/32 dev lo
	k=0x0123456789abcdef0123456789abcdef
	for d in "1 2" "2 1"; do
		set -- $d
		ip xfrm state add src 10.0.0.$1 dst 10.0.0.$2 proto esp spi 0x$1 mode tunnel \
			enc "cbc(aes)" $k auth "hmac(sha256)" $k
	done
	ip xfrm policy add src 10.9.9.$n dst 10.9.9.$o dir out \
		tmpl src 10.0.0.$n dst 10.0.0.$o proto esp mode tunnel
	ip xfrm policy add src 10.9.9.$o dst 10.9.9.$n dir in \
		tmpl src 10.0.0.$o dst 10.0.0.$n proto esp mode tunnel
	ip route add 10.9.9.$o via 10.0.0.$o src 10.9.9.$n
END
both "a nexthop group with two paths and a hash policy carries packets" \
	"ping -c 1 -W 2 10.9.2.1" << 'END'
	ip xfrm policy flush; ip xfrm state flush; ip route del 10.9.9.$o
	ip addr del 10.9.9.$n/32 dev lo; ip nexthop add id 1 via 10.0.0.$o dev eth0
	ip nexthop add id 2 via 10.0.1.$o dev eth1; ip nexthop add id 3 group 1/2
	sysctl -q -w net.ipv4.fib_multipath_hash_policy=1; ip addr add 10.9.$n.1/32 dev lo
	ip route add 10.9.$o.1 nhid 3; ip route show 10.9.$o.1 | grep -q "nhid 3"
END
both "IPv6 neighbours answer pings" <<< 'ping -6 -c 1 -W 5 fd00::$o'
both "programs can join IPv4 and IPv6 multicast groups" << 'END'
	cat > /tmp/join.py << 'PYTHON'
import socket, struct, sys
group = socket.inet_aton("239.1.2.3") + socket.inet_aton("10.0.0." + sys.argv[1])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(0, socket.IP_ADD_MEMBERSHIP, group)
group = socket.inet_pton(socket.AF_INET6, "ff05::99")
t = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
t.setsockopt(41, 20, group + struct.pack("I", socket.if_nametoindex("eth0")))
assert "030201EF" in open("/proc/net/igmp").read()
assert "ff050000000000000000000000000099" in open("/proc/net/igmp6").read()
PYTHON
	python3 /tmp/join.py $n
END
both "programs can open raw sockets and set a socket buffer of 90 MB" << 'END'
	cat > /tmp/raw.py << 'PYTHON'
import socket
socket.socket(socket.AF_INET, socket.SOCK_RAW, 89)   # OSPF
socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58)  # ICMPv6
socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)    # ICMP
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
s.setsockopt(socket.SOL_SOCKET, 33, 90000000)
assert s.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) >= 90000000
PYTHON
	python3 /tmp/raw.py
END
both "tcpdump captures packets through a BPF filter" << 'END'
	timeout 20 tcpdump -n -i eth0 -c 1 icmp > /tmp/seen 2> /tmp/err & sleep 2
	ping -c 2 10.0.0.$o > /dev/null; wait; grep -q ICMP /tmp/seen
END
both "nf_tables accepts nat, filter and conntrack rules and counts packets" << 'END'
	nft add table ip t; nft "add chain ip t in { type filter hook input priority 0 ; }"
	nft "add chain ip t post { type nat hook postrouting priority 100 ; }"
	nft add rule ip t post oif eth1 masquerade
	nft add rule ip t in ct state established,related counter accept
	ping -c 1 10.0.1.$o > /dev/null; nft list chain ip t in | grep -q "packets [1-9]"
	nft flush ruleset
END
both "legacy iptables accepts state, statistic, nat, MASQUERADE, LOG and REJECT rules" << 'END'
	i=iptables-legacy; $i -A INPUT -m state --state ESTABLISHED,RELATED -j ACCEPT
	$i -A INPUT -p tcp --dport 81 -m statistic --mode nth --every 2 --packet 0 -j DROP
	$i -t nat -A POSTROUTING -o eth1 -j MASQUERADE
	$i -t nat -A PREROUTING -p tcp --dport 82 -j DNAT --to-destination 10.0.0.$o:80
	$i -t nat -A OUTPUT -p tcp --dport 83 -j REDIRECT --to-ports 80
	$i -A FORWARD -m conntrack --ctstate INVALID -m limit --limit 5/min -j LOG
	$i -A FORWARD -j REJECT
	$i -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
	ip6tables-legacy -A INPUT -p icmpv6 -j ACCEPT; ping -c 1 10.0.1.$o > /dev/null
	$i -t nat -L -v -n | grep -q MASQ; $i -F; $i -t nat -F; $i -t mangle -F
	ip6tables-legacy -F
END
both "arptables and ebtables accept rules" << 'END'
	arptables -A INPUT -s 10.0.0.77 -j DROP; arptables -F
	ebtables -A FORWARD -p IPv4 --ip-dst 10.0.0.77 -j DROP; ebtables -F
END
both "tc accepts tbf, htb, netem and police on ingress" << 'END'
	tc qdisc add dev eth1 root tbf rate 1mbit burst 10k latency 50ms
	tc qdisc del dev eth1 root; tc qdisc add dev eth1 root handle 1: htb default 10
	tc class add dev eth1 parent 1: classid 1:10 htb rate 1mbit
	tc filter add dev eth1 parent 1: protocol ip u32 match ip dport 80 0xffff flowid 1:10
	tc qdisc add dev eth1 parent 1:10 netem delay 20ms loss 1%
	tc qdisc add dev eth1 handle ffff: ingress
	tc filter add dev eth1 parent ffff: protocol ip u32 match u32 0 0 \
		police rate 1mbit burst 10k drop flowid :1
	tc qdisc del dev eth1 root; tc qdisc del dev eth1 ingress
END
both "a bonding interface carries packets" "$ping9" << 'END'
	ip link add bond0 type bond mode active-backup miimon 100; ip link set eth1 down
	ip link set eth1 master bond0; ip addr add 10.9.9.$n/24 dev bond0; ip link set bond0 up
END
both "dummy, tun and vrf interfaces can be added" << 'END'
	ip link del bond0; ip link add d0 type dummy; ip tuntap add mode tun name tun5
	ip link add red type vrf table 10; ip link set red up; ip link set d0 master red
	ip link del red; ip link del d0; ip link del tun5
END
both "sysctl sets rp_filter, proxy_arp, accept_ra and icmp_echo_ignore_broadcasts" << 'END'
	sysctl -q -w net.ipv4.conf.eth0.rp_filter=0 net.ipv4.conf.eth0.proxy_arp=1
	sysctl -q -w net.ipv6.conf.eth0.accept_ra=2 net.ipv4.icmp_echo_ignore_broadcasts=0
END
both "the kernel accepts an MPLS route" << 'END'
	sysctl -q -w net.mpls.platform_labels=100 net.mpls.conf.eth0.input=1
	ip -f mpls route add 33 as 34 via inet 10.0.0.$o dev eth0
	ip -f mpls route | grep -q ^33
END
# Each machine makes these keys at its first boot; the image must not hold them.
both "rndc reaches named with the key that the machine made" << 'END'
	systemctl start named
	for i in 1 2 3 4 5; do ! rndc status || exit 0; sleep 1; done; exit 1
END
both "apache2 serves https with the certificate that the machine made" << 'END'
	a2enmod -q ssl; a2ensite -q default-ssl; systemctl start apache2
	curl -sko /dev/null https://127.0.0.1/
END
for file in /etc/bind/rndc.key /etc/ssl/private/ssl-cert-snakeoil.key; do
	keys=$(for m in a b; do umlab exec $m sha256sum $file; done)
	is "$(sort -u <<< "$keys" | wc -l)" 2 "$file differs between two machines of an image"
done
claim "lclean removes the machines" umlab lclean -f
done_testing
