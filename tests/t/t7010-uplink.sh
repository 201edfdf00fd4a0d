#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t7010-uplink.sh - test the internet through libslirp; servers on this host play the internet
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/net.sh" || exit 1
need_net
need_programs busybox python3 curl socat

# Start servers on free ports: two for TCP, one of them allowed, and one that echoes UDP.
cat > "$SCRATCH/servers.py" <<'END'
import http.server, os, socket, sys, threading
os.chdir(sys.argv[1])
class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args): pass
servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) for i in range(2)]
for server in servers:
    threading.Thread(target=server.serve_forever, daemon=True).start()
try: door = socket.create_server(("127.0.0.1", 6667))
except OSError: door = None
def irc():
    while door:
        peer = door.accept()[0]
        while data := peer.recv(4096): peer.sendall(data)
threading.Thread(target=irc, daemon=True).start()
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 0))
ports = [server.server_port for server in servers]
print(*ports, udp.getsockname()[1], "irc" if door else "taken", flush=True)
while True:
    data, peer = udp.recvfrom(65536)
    udp.sendto(b"echo " + data, peer)
END
mkdir -m 755 "$SCRATCH/www"
head -c 5000000 /dev/urandom > "$SCRATCH/www/file"; chmod 644 "$SCRATCH/www/file"
sum=$(md5sum < "$SCRATCH/www/file")
background servers python3 "$SCRATCH/servers.py" "$SCRATCH/www"
wait_for 10 test -s "$SCRATCH/servers.log"
read -r allowed forbidden udp irc < "$SCRATCH/servers.log"
free_port() {
	python3 -c '
import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
web=$(free_port) late=$(free_port)

allow="allow=tcp:127.0.0.1:$allowed,allow=udp:127.0.0.1:$udp,allow=tcp:127.0.0.1:6667"
net_guest a "eth0=slirp,$allow,forward=tcp:$web-8080"; ok $? "a machine boots with an uplink"
lease() { net_do "$1" 'ip link set eth0 up; udhcpc -i eth0 -s /etc/udhcpc -n -q -t 10 -T 1 2>&1'; }
like "$(lease a)" 'lease of 10.0.2.15' "DHCP gives the machine an address"
is "$(net_do a 'cat /etc/resolv.conf')" "nameserver 10.0.2.3" "DHCP gives the machine a name server"
claim "ping reaches the host" pings a 10.0.2.2
is "$(net_do a "curl -s -m 10 http://10.0.2.2:$allowed/file | md5sum")" "$sum" \
	"a file from an allowed service arrives complete"
fetch() { net_do a "curl -s -m 3 -o /dev/null http://$1/file; echo status \$?"; }
is "$(fetch "10.0.2.2:$forbidden")" "status 7" "a service that was not allowed is refused at once"
like "$(fetch "127.0.0.1:$forbidden")" 'status (7|28)' \
	"a service cannot be reached at the address of the loopback"
net_do a 'ip route add 127.0.0.1 via 10.0.2.2 2>/dev/null; ip addr del 127.0.0.1/8 dev lo;' \
	'ip route del table local 127.0.0.0/8 dev lo 2>/dev/null; ip link set lo down;' \
	'echo 1 > /proc/sys/net/ipv4/conf/eth0/route_localnet;' \
	'ip route add 127.0.0.1 via 10.0.2.2 dev eth0' > /dev/null
like "$(fetch "127.0.0.1:$forbidden")" 'status (7|28)' \
	"a service cannot be reached by packets to the address of the loopback"
own=$(ip -4 -o addr show scope global | sed -n '1s/.*inet \([0-9.]*\).*/\1/p')
if [ -n "$own" ]; then like "$(fetch "$own:$forbidden")" 'status 7' \
	"the host's own address is refused"
else skip "the host's own address is refused" "it has none"; fi
is "$(net_do a "echo hello | socat -t 5 - UDP:10.0.2.2:$udp")" "echo hello" \
	"UDP reaches an allowed service and returns"
beside=$((udp == 65535 ? udp - 1 : udp + 1))
like "$(net_do a "echo hello | socat -t 1 - UDP:10.0.2.2:$beside 2> /dev/null; echo end")" '^end$' \
	"UDP to another port gets no answer"

for server in 10.0.2.2 10.0.2.3; do
	is "$(net_do a "printf '\\0\\001file\\0octet\\0' |" \
		"socat -t 2 - UDP:$server:69 2> /dev/null | wc -c")" 0 \
		"a TFTP request to $server gets no answer"
done
# With its emulation of IRC, libslirp would replace the address in this message and open a port for
# it.
offer='PRIVMSG friend :DCC CHAT chat 167772687 5000'
if [ "$irc" = irc ]; then is "$(net_do a "echo '$offer' | socat -t 5 - TCP:10.0.2.2:6667")" \
	"$offer" "what an IRC client sends is not changed"
else skip "what an IRC client sends is not changed" "another program has port 6667"; fi

net_do a 'mkdir -p /tmp/www; echo inside > /tmp/www/index.html; httpd -p 8080 -h /tmp/www' > \
	/dev/null
is "$(curl -s -m 5 "http://127.0.0.1:$web/")" inside \
	"a forward leads from the host into the machine"
net_do a '{ socat -u TCP-LISTEN:8081 CREATE:/tmp/sent & }' > /dev/null; net_listens a 8081
net forward add a-eth0 "tcp:$late-8081" > /dev/null
socat -u "FILE:$SCRATCH/www/file" "TCP:127.0.0.1:$late"
net_until a 10 "^$sum" 'md5sum < /tmp/sent'; ok $? "a file sent through a forward arrives complete"
net forward remove a-eth0 "tcp:$late-8081" > /dev/null
ahead() { net show "$1" | sed -n 's/^tcp ahead: \([0-9]*\) bytes.*, \([0-9]*\) frames.*/\1 \2/p'; }
like "$(ahead a-eth0)" '^[1-9][0-9]{6,} ' \
	"most of the file runs ahead of the machine's acknowledgements"
like "$(net list)" 'a-eth0 +slirp' "the list shows the uplink"
is "$(net forward add a-eth0 "tcp:$late-8080")" "" "a forward can be added to a running uplink"
is "$(curl -s -m 5 "http://127.0.0.1:$late/")" inside "an added forward works at once"
like "$(net forward list a-eth0)" "tcp:$late-8080" "an added forward is listed"
like "$(net forward add a-eth0 "tcp:$web-22")" "taken by another" \
	"the error for a port in use says so"
net forward add a-eth0 "tcp:$forbidden-22" > /dev/null; is $? 1 "a port in use is status 1"
like "$(net forward add a-eth0 "tcp:99999-22")" "host's side must be" \
	"the error for an invalid port names the host's side"
net forward remove a-eth0 "tcp:$late-8080" > /dev/null
curl -s -m 2 "http://127.0.0.1:$late/" > /dev/null
is $? 7 "the port of a removed forward is closed"
(as_user "$NET" forward add a-eth0 "unix:$XDG_RUNTIME_DIR/web.sock-8080")
is "$( (as_user curl -s -m 5 --unix-socket "$XDG_RUNTIME_DIR/web.sock" http://machine/) )" inside \
	"a socket file leads into the machine"
net_do a "killall httpd;" \
	"{ socat UDP-LISTEN:7000,fork SYSTEM:'read line; echo you said \$line' & }" > /dev/null
net_listens a 7000
net forward add a-eth0 "udp:$late-7000" > /dev/null
is "$( (as_user timeout 5 python3 -c "
import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(4)
s.sendto(b'hi\n', ('127.0.0.1', $late)); print(s.recv(100).decode(), end='')") 2>&1)" \
	"you said hi" "a forward for UDP works in both directions"

helpers() { pgrep -P "${net_pids[a]}" -f 'umlab-net run slirp'; }
helper=$(helpers)
like "$(grep -E 'Seccomp:|NoNewPrivs:' "/proc/$helper/status" | tr '\n\t' '  ')" \
	'NoNewPrivs: +1 +Seccomp: +2' \
	"the helper confines itself"
is "$(find "/proc/$helper/fd" -lname '*net.cpio' -o -lname '*memfd*' | wc -l)" 0 \
	"the helper has no descriptors of the machine's files"
kill -KILL "$helper"
other_helper() { helpers | grep -qvx "$helper"; }
wait_for 15 other_helper; ok $? "a helper that was killed is replaced by another process"
net_until a 15 '^1$' 'sleep 0.2; cat /sys/class/net/eth0/carrier'
ok $? "the link to the new helper comes up"
is "$(net_do a "curl -s -m 10 http://10.0.2.2:$allowed/file | md5sum")" "$sum" \
	"the machine reaches the internet through the new helper"
helper=$(helpers)
net_end a; wait_for 5 sh -c "! grep -qs '^State:.[^XZ]' /proc/$helper/status"
ok $? "the helper ends with the machine"

net_guest r "eth0=slirp,restrict,allow=tcp:127.0.0.1:$allowed,forward=tcp:$web-8080"
lease r > /dev/null
like "$(net_do r 'timeout 5 nslookup debian.org 10.0.2.3 2>&1; echo status $?')" 'status [1-9]' \
	"a restricted machine cannot resolve names"
is "$(net_do r 'nc -w 2 1.1.1.1 80 < /dev/null > /dev/null 2>&1; echo $?')" 1 \
	"a restricted machine cannot reach the internet"
is "$(net_do r "curl -s -m 10 http://10.0.2.2:$allowed/file | md5sum")" "$sum" \
	"a restricted machine reaches an allowed service"
net_do r 'mkdir -p /tmp/www; echo inside > /tmp/www/index.html; httpd -p 8080 -h /tmp/www' > \
	/dev/null
is "$(curl -s -m 5 "http://127.0.0.1:$web/")" inside "a forward leads into a restricted machine"
net_end r

# A switch between the uplink and its machine can lose frames.
net_run lossy switch "$SCRATCH/lossy"
net_run world slirp "$SCRATCH/world" switch="$SCRATCH/lossy" "allow=tcp:127.0.0.1:$allowed"
net_guest s "eth0=switch:$SCRATCH/lossy"
lease s > /dev/null
net link set "$SCRATCH/lossy" s-eth0 loss=5% > /dev/null
is "$(net_do s "curl -s -m 60 http://10.0.2.2:$allowed/file | md5sum")" "$sum" \
	"a file arrives complete although frames acknowledged ahead are lost"
like "$(ahead "$SCRATCH/world")" '^[1-9][0-9]{5,} [1-9]' "repeated frames are counted"
net link set "$SCRATCH/lossy" s-eth0 loss=0 rate=20mbit > /dev/null
net_do s "{ curl -s -m 60 http://10.0.2.2:$allowed/file | md5sum > /tmp/stopped & }" > /dev/null
sleep 0.3; kill -STOP "${net_pids[s]}"; sleep 2; kill -CONT "${net_pids[s]}"
net_until s 30 "^$sum" 'cat /tmp/stopped'
ok $? "a machine that stops for two seconds receives the complete file"
net link set "$SCRATCH/lossy" s-eth0 rate=0 > /dev/null
net_do s "echo 0 > /proc/sys/net/ipv4/tcp_window_scaling" > /dev/null
is "$(net_do s "curl -s -m 60 http://10.0.2.2:$allowed/file | md5sum")" "$sum" \
	"a machine that does not scale its windows receives the complete file"
for name in s world lossy; do net_end "$name"; done

# 5 000 000 bytes at 40 Mbit/s take at least a second in either direction.
limits=rate=40mbit,in-rate=40mbit
net_guest l "eth0=slirp,allow=tcp:127.0.0.1:$allowed,forward=tcp:$web-8080,$limits"
lease l > /dev/null
like "$(net_do l "curl -s -m 20 -w '%{time_total} %{size_download}' -o /tmp/file" \
	"http://10.0.2.2:$allowed/file; md5sum < /tmp/file")" \
	"^([1-9]|1[0-9])[.].* 5000000.*${sum%% *}" \
		"rate= slows what the machine receives without losing data"
net_do l 'httpd -p 8080 -h /tmp' > /dev/null
fetched=$(curl -s -m 20 -w '%{time_total} %{size_download}' -o file "http://127.0.0.1:$web/file")
like "$fetched$(md5sum < file)" \
	"^([1-9]|1[0-9])[.].* 5000000.*${sum%% *}" \
		"in-rate= slows what the machine sends without losing data"
net_end l
like "$(net run slirp t fd=0,rate=fast)" "rate=fast" "the error for an invalid rate names it"

net_guest m eth0=slirp,nonsense
net_do m 'ip link set eth0 up' > /dev/null
net_until m 10 'nonsense' dmesg
ok $? "the machine's log names an option that the uplink does not know"
like "$(net run slirp t fd=0,allow=udp:127.0.0.1:69)" 'UDP port 69 .TFTP.' \
	"the error for allowing the port of TFTP explains it"
done_testing
