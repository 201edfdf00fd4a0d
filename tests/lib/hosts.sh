# SPDX-License-Identifier: GPL-2.0-only
# hosts.sh - make network namespaces that act as hosts, with a cable between them; needs root
#
# Sourced after net.sh, for example by t7040-hosts.sh. Only `at` runs commands as root; all else
# runs without privileges (USER_PREFIX), as in other tests:
#   hosts_start                     makes host1 (192.168.77.1, fd77::1) and host2 (.2, fd77::2)
#   at HOST COMMAND...              runs the command there, as root
#   at_user NAME HOST COMMAND...    runs the command there in the background, as the guests' user;
#                                   the output goes to $SCRATCH/NAME.log
#   guest_at HOST NAME OPTION...    boots a machine there, as net_guest does

need_hosts() {
	need_programs unshare nsenter ip
	unshare -n true 2> /dev/null || skip_all "network namespaces need root here"
}

host_start() { # host_start NAME: a sleeping process keeps the namespaces of the host
	setpriv --pdeathsig KILL unshare -n -m sleep 3000 < /dev/null > /dev/null 2>&1 &
	net_pids[$1]=$!
	wait_for 5 sh -c "[ \$(readlink /proc/$!/ns/mnt) != \$(readlink /proc/self/ns/mnt) ]"
}

at() { nsenter -n -m -t "${net_pids[$1]}" "${@:2}"; }

at_user() {
	local name=$1 host=$2; shift 2
	nsenter -n -m -t "${net_pids[$host]}" "${USER_PREFIX[@]}" setpriv --pdeathsig KILL \
		"$@" < /dev/null > "$SCRATCH/$name.log" 2>&1 &
	net_pids[$name]=$!
}

guest_at() {
	local run=$SCRATCH/run-$1
	printf '#!/bin/sh\nexec nsenter -n -m -t %s %s "%s" "$@"\n' "${net_pids[$1]}" \
		"${USER_PREFIX[*]}" "$LINUX" > "$run"
	chmod 755 "$run"; shift
	local USER_PREFIX=()
	NET_LINUX=$run net_guest "$@"
}

hosts_start() {
	local i
	host_start host1; host_start host2
	at host1 ip link add veth0 type veth peer name veth0 netns "${net_pids[host2]}"
	for i in 1 2; do
		at host$i ip link set lo up
		at host$i ip addr add 192.168.77.$i/24 dev veth0
		at host$i ip -6 addr add fd77::$i/64 dev veth0 nodad
		at host$i ip link set veth0 up
		at host$i ip route add 239.0.0.0/8 dev veth0
	done
	claim "two hosts are joined" at host1 busybox ping -c 1 -W 5 192.168.77.2
}
