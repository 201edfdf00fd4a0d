#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t7060-nat.sh - test an uplink and another host: IPv4, IPv6, names, ping, ssh, forwards
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/net.sh" || exit 1
. "$(dirname "$0")/../lib/hosts.sh" || exit 1
need_net
need_programs busybox curl dnsmasq dig ssh ssh-keygen python3
need_hosts
NET_CPIO=$SCRATCH/dig.cpio NET_MEM=320M
"$TOP/tests/lib/pack-net-cpio" "$NET_CPIO" dig && chmod 644 "$NET_CPIO"; ok $? "the machine has dig"
hosts_start

mkdir -m 755 "$SCRATCH/www"; head -c 3000000 /dev/urandom > "$SCRATCH/www/file"
chmod 644 "$SCRATCH/www/file"
sum=$(md5sum < "$SCRATCH/www/file")
at_user web4 host2 python3 -m http.server -d "$SCRATCH/www" --bind 192.168.77.2 8000
at_user web6 host2 python3 -m http.server -d "$SCRATCH/www" --bind fd77::2 8000
# Start a name server on the host, and name it in the host's resolv.conf.
echo "nameserver 127.0.0.1" > "$SCRATCH/resolv.conf"
at host1 mount --bind "$SCRATCH/resolv.conf" /etc/resolv.conf
at host1 setpriv --pdeathsig KILL dnsmasq -k -C /dev/null --no-resolv --no-hosts \
	--listen-address=127.0.0.1 --bind-interfaces --address=/lab.example/192.168.77.2 \
	--txt-record=note.example,fifteen --user=root -x '' > \
		"$SCRATCH/dnsmasq.log" 2>&1 & net_pids[dnsmasq]=$!
# Start an ssh server on the host's loopback that accepts our key.
ssh-keygen -q -t ed25519 -N '' -f "$SCRATCH/host_key"
ssh-keygen -q -t ed25519 -N '' -f "$SCRATCH/key"
mkdir -p /run/sshd
mkdir -m 755 "$SCRATCH/ssh"; cp "$SCRATCH/key.pub" "$SCRATCH/ssh/keys"
chmod 644 "$SCRATCH/ssh/keys"
printf '%s\n' "ListenAddress 127.0.0.1:2222" "HostKey $SCRATCH/host_key" \
	"AuthorizedKeysFile $SCRATCH/ssh/keys" \
	"StrictModes no" "UsePAM no" "PermitRootLogin yes" "PidFile none" \
		"ForceCommand echo by-ssh" > "$SCRATCH/sshd.conf"
at host1 setpriv --pdeathsig KILL "$(command -v sshd)" -D -e -f "$SCRATCH/sshd.conf" > \
	"$SCRATCH/sshd.log" 2>&1 & net_pids[sshd]=$!
wait_for 10 at host2 curl -s -o /dev/null http://192.168.77.2:8000/
wait_for 10 at host2 curl -s -o /dev/null "http://[fd77::2]:8000/"
wait_for 10 at host1 dig +short +time=1 +tries=1 @127.0.0.1 lab.example
wait_for 10 at host1 bash -c ': < /dev/tcp/127.0.0.1/2222'

forwards=forward=tcp:192.168.77.1:8080-80,forward=udp:192.168.77.1:7000-7000
guest_at host1 a "eth0=slirp,ipv6=on,allow=tcp:127.0.0.1:2222,$forwards"
like "$(net_do a 'ip link set eth0 up; udhcpc -i eth0 -s /etc/udhcpc -n -q -t 10 -T 1 2>&1')" \
	'lease of 10.0.2.15' \
	"DHCP gives the machine an address"
is "$(net_do a 'curl -s -m 10 http://192.168.77.2:8000/file | md5sum')" "$sum" \
	"a file from another host arrives complete by IPv4"
net_until a 15 'fec0::[0-9a-f:]+/64' 'ip -6 addr show dev eth0'
ok $? "the machine gets an IPv6 address by router advertisement"
is "$(net_do a 'curl -s -m 10 "http://[fd77::2]:8000/file" | md5sum')" "$sum" \
	"a file from another host arrives complete by IPv6"
is "$(net_do a 'dig +short +time=3 lab.example')" 192.168.77.2 "dig asks the host's name server"
is "$(net_do a 'dig +short +time=3 note.example TXT')" '"fifteen"' "dig gets a TXT record"
is "$(net_do a 'curl -s -m 10 http://lab.example:8000/file | md5sum')" "$sum" \
	"a file arrives from a host that is named"

is "$(net_do a 'ping -c 1 -W 2 192.168.77.2 | grep -c "bytes from"')" 0 \
	"ping to other hosts fails if the host does not permit it"
like "$(net_do a dmesg)" 'ping_group_range' "the machine's log names the setting that permits ping"
at host1 sh -c 'echo "0 2147483647" > /proc/sys/net/ipv4/ping_group_range'
net_until a 15 'bytes from' 'ping -c 1 -W 1 192.168.77.2'
ok $? "ping works as soon as the host permits it"

net_do a "mkdir -p /root/.ssh;" \
	"echo '$(base64 -w 0 "$SCRATCH/key")' | base64 -d > /root/.ssh/id_ed25519;" \
	"chmod 700 /root/.ssh; chmod 600 /root/.ssh/id_ed25519" > /dev/null
like "$(net_do a 'ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -p 2222' \
	'root@10.0.2.2 2> /tmp/ssh.log; cat /tmp/ssh.log')" '^by-ssh' \
	"ssh reaches an allowed server on the host's loopback"

net_do a 'mkdir -p /tmp/www; echo inside > /tmp/www/index.html; httpd -p 80 -h /tmp/www;' \
	'{ socat UDP-LISTEN:7000,fork SYSTEM:"read line; echo you said \$line" & }' > /dev/null
net_listens a 7000
is "$(at host2 curl -s -m 5 http://192.168.77.1:8080/)" inside \
	"a forward leads from another host into the machine"
is "$(at host2 sh -c 'echo hi | timeout 8 socat -t 5 - UDP:192.168.77.1:7000')" "you said hi" \
	"a forward for UDP works from another host in both directions"
is "$(net_do a 'curl -s -m 3 -o /dev/null http://192.168.77.1:8080/; echo $?')" 7 \
	"the machine cannot reach the host's own address"
for name in a sshd dnsmasq web4 web6 host1 host2; do net_end $name; done
done_testing
