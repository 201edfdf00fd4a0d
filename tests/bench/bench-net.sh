#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bench-net.sh - measure networks against user-mode-linux, vde_switch and slirp4netns
#
#   bench-net.sh [--rounds N] [--rows guests|switch|delay|uplink|all]
#
# `make bench` runs this script. Pairs of guests with the same initial file system take turns:
#   umlab_switch   this kernel, at umlab-net's switch
#   umlab_vde      this kernel, at vde_switch
#   uml_daemon     user-mode-linux, eth0=daemon, at vde_switch
#   uml_vector     user-mode-linux, vec0 on the two ends of one socket, without a switch
# The script measures iperf3 in both directions, request/response (bench-net.c) and datagrams of 64
# bytes that arrive. Then it measures each switch alone with 2 and 64 ports (bench-switch.c), and
# the delay that a port adds. Last comes a server on this host's loopback through umlab-net's uplink
# and through slirp4netns, with two MTUs. The median of the rounds counts. SECONDS_EACH is the time
# for one figure. The table goes to build/bench/net.txt, the figures to net.tsv.

# The two guests of uml_vector inherit a pair of sockets as descriptors 20 and 21, made here.
[[ -n ${BENCH_NET_PAIR-} ]] || BENCH_NET_PAIR=1 exec python3 -c '
import os, socket, sys
for number, end in zip((20, 21), socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)):
    os.dup2(end.fileno(), number)
os.execvp("bash", ["bash"] + sys.argv[1:])' "$0" "$@"

here=$(realpath "${BASH_SOURCE[0]%/*}")
. "$here/bench-options.sh"
export LC_ALL=C UMLAB_BUILD=$here/../../build
. "$here/../lib/tap.sh"
. "$here/../lib/guest.sh"
. "$here/../lib/net.sh"
umask 022
rounds=3 rows=all seconds=${SECONDS_EACH:-3}
options_read "rounds rows" "$@"
samples=$BUILD/bench/net.tsv
: > "$samples"
NET_CPIO=$BUILD/bench/net.cpio NET_MEM=512M NET_LIMIT=60
bench_switch=$(reachable "$BUILD/bench/bench-switch")
need_net

have() { command -v "$1" > /dev/null; }
wanted() { [[ $rows == all || $rows == "$1" ]]; }
sample() { printf '%s\t%s\t%s\n' "$@" >> "$samples"; } # sample SYSTEM ROW FIGURE

# mbits: read the output of iperf3 -J and print Mbit/s, or nothing if iperf3 failed.
mbits() { tr -d '\r' | python3 -c 'import json, sys
text = sys.stdin.read()
try:
    end = json.loads(text[text.index("{"):])["end"]
    print("%.0f" % (end["sum_received"]["bits_per_second"] / 1e6))
except Exception: pass'; }

# measure SYSTEM NAME FIGURE: record a figure; report a failed one and leave it out.
measure() {
	if [[ $3 =~ ^[0-9.]+$ ]]; then sample "$@"; return; fi
	echo "bench     $1 $2: failed ${3:0:200}" >&2
}

##### pairs of guests: b is the client of a

pair_measure() { # pair_measure SYSTEM INTERFACE
	local system=$1 interface=$2 word row figure
	net_do a "ip link set $interface up; ip addr add 10.9.0.1/24 dev $interface
		{ iperf3 -s > /dev/null 2>&1 & bench-net serve & }" > /dev/null
	net_do b "ip link set $interface up; ip addr add 10.9.0.2/24 dev $interface" > /dev/null
	net_until b 15 'bytes from' "ping -c 1 -W 1 10.9.0.1"
	measure "$system" guest_mbits "$(net_do b "iperf3 -c 10.9.0.1 -t $seconds -J" | mbits)"
	measure "$system" guest_mbits_back \
		"$(net_do b "iperf3 -c 10.9.0.1 -t $seconds -R -J" | mbits)"
	while read -r word row figure; do
		[[ $word != @net ]] || measure "$system" "guest_$row" "$figure"
	done < <(net_do b "bench-net rr 10.9.0.1 $seconds; bench-net udp 10.9.0.1 $seconds")
}

pair_end() { net_end a; net_end b; net_end sw; }

guests_run() {
	net_run sw switch "$SCRATCH/sw"
	net_guest a eth0=switch:"$SCRATCH/sw"; net_guest b eth0=switch:"$SCRATCH/sw"
	pair_measure umlab_switch eth0
	pair_end
	have vde_switch || return 0
	vde_start vde "$SCRATCH/vde"
	net_guest a eth0=vde:vde://"$SCRATCH/vde"; net_guest b eth0=vde:vde://"$SCRATCH/vde"
	pair_measure umlab_vde eth0
	pair_end
	if have linux.uml; then
		net_uml a eth0=daemon,02:00:00:00:01:01,unix,"$SCRATCH/vde/ctl"
		net_uml b eth0=daemon,02:00:00:00:01:02,unix,"$SCRATCH/vde/ctl"
		pair_measure uml_daemon eth0
		pair_end
		net_uml a vec0:transport=fd,fd=20,depth=128
		net_uml b vec0:transport=fd,fd=21,depth=128
		pair_measure uml_vector vec0
		pair_end
	fi
	vde_end vde "$SCRATCH/vde"
}

##### the switches alone

processor_ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }

# rate SYSTEM PROTOCOL SOCKET PORTS SIZE PID: record frames per second, and frames per second of the
# switch's own processor time. The latter would be the rate if the peers cost nothing.
rate() {
	local before after arrived
	before=$(processor_ticks "$6")
	arrived=$( (as_user "$bench_switch" rate "$2" "$3" "$4" "$seconds" "$5") 2> /dev/null |
		sed -n 's/^@switch rate //p')
	after=$(processor_ticks "$6")
	measure "$1" "switch_$4_ports_$5" "$arrived"
	measure "$1" "switch_$4_ports_$5_own" \
		"$(( arrived * seconds * $(getconf CLK_TCK) / (after - before + 1) ))"
}

switch_run() {
	local ports size
	for size in 64 1514; do
		for ports in 2 64; do
			net_run sw switch "$SCRATCH/sw"
			rate switch_own own "$SCRATCH/sw/umlab" $ports $size "${net_pids[sw]}"
			rate switch_classic classic "$SCRATCH/sw/ctl" $ports $size "${net_pids[sw]}"
			net_end sw; rm -rf "$SCRATCH/sw"
			have vde_switch || continue
			vde_start vde "$SCRATCH/vde"
			rate vde_switch classic "$SCRATCH/vde/ctl" $ports $size "${net_pids[vde]}"
			vde_end vde "$SCRATCH/vde"
		done
	done
}

##### added delay, compared with a port without delay

delay_run() {
	local delay row figure word
	net_run sw switch "$SCRATCH/sw"
	for delay in 0 1 10 50; do
		(as_user "$NET" link set "$SCRATCH/sw" 2 delay=${delay}ms)
		while read -r word row figure; do
			[[ $word != @switch ]] || measure "delay_${delay}ms_us" "$row" "$figure"
		done < <(as_user "$bench_switch" delay own "$SCRATCH/sw/umlab" 200 2>&1)
	done
	net_end sw; rm -rf "$SCRATCH/sw"
}

##### uplinks to a server on this host's loopback

uplink_run() {
	local mtu port=5299 server
	iperf3 -s -B 127.0.0.1 -p $port > /dev/null 2>&1 & server=$!
	net_pids[server]=$server
	for mtu in 1500 65520; do
		net_guest a eth0=slirp,allow=tcp:127.0.0.1:$port,mtu=$mtu
		net_do a 'ip link set eth0 up; udhcpc -i eth0 -s /etc/udhcpc -n -q -t 10 -T 1' > \
			/dev/null 2>&1
		measure umlab_slirp "uplink_${mtu}_up" \
			"$(net_do a "iperf3 -c 10.0.2.2 -p $port -t $seconds -J" | mbits)"
		measure umlab_slirp "uplink_${mtu}_down" \
			"$(net_do a "iperf3 -c 10.0.2.2 -p $port -t $seconds -R -J" | mbits)"
		net_end a
		have slirp4netns || continue
		unshare -rn sleep 600 & net_pids[netns]=$!
		sleep 0.5
		slirp4netns --configure --mtu=$mtu \
			"${net_pids[netns]}" tap0 > /dev/null 2>&1 & net_pids[slirp4netns]=$!
		sleep 1.5
		inside() { nsenter --preserve-credentials -U -n -t "${net_pids[netns]}" "$@"; }
		measure slirp4netns "uplink_${mtu}_up" \
			"$(inside iperf3 -c 10.0.2.2 -p $port -t "$seconds" -J | mbits)"
		measure slirp4netns "uplink_${mtu}_down" \
			"$(inside iperf3 -c 10.0.2.2 -p $port -t "$seconds" -R -J | mbits)"
		net_end slirp4netns; net_end netns
	done
	net_end server
}

for (( round = 1; round <= rounds; round++ )); do
	for row in guests switch delay uplink; do
		wanted $row || continue
		echo "bench     round $round of $rounds: network, $row"
		${row}_run
	done
done

awk -F '\t' -f "$here/medians.awk" "$samples" | tee "$BUILD/bench/net.txt"
