#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# startup.sh - at each boot of a machine, configure interfaces and run the startup scripts
#
# The keeper runs this script inside the guest through the agent, as soon as init accepts
# requests. The output becomes startup.log on the host; the host prints lines that begin with
# "umlab: warning: ". The exit status is the number of commands in startup scripts that failed,
# at most 100. The machine counts as ready when this script ends.
. /run/umlab/host/params.sh

# Reach basic.target first, because services that the startup scripts start may depend on it.
if [ -d /run/systemd/system ]; then
	systemctl start basic.target
fi

for link in /sys/class/net/eth*; do
	[ -e "$link" ] || continue
	interface=${link##*/}
	case $ipv6 in
	true) echo 0 ;;
	false) echo 1 ;;
	esac >"/proc/sys/net/ipv6/conf/$interface/disable_ipv6" 2>/dev/null
	ip link set "$interface" up
done
case $ipv6 in
true) sysctl -q -w net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0 ;;
false) sysctl -q -w net.ipv6.conf.default.disable_ipv6=1 ;;
esac 2>/dev/null

# address_set INTERFACE ADDRESS/24: sets the address with ip, or with ifconfig if ip is missing.
address_set() {
	if command -v ip >/dev/null; then
		ip addr add "$2" dev "$1"
	else
		ifconfig "$1" "${2%/*}" netmask 255.255.255.0 up
	fi
}

# gateway_set INTERFACE ADDRESS: sets the default route. Routes of the lab take precedence.
gateway_set() {
	if command -v ip >/dev/null; then
		ip route add default via "$2" dev "$1" metric 1024
	else
		route add default gw "$2" "$1"
	fi
}

# carrier_wait INTERFACE: waits at most 10 s until the uplink, a host process that starts in
# parallel with the machine, has connected the interface.
carrier_wait() {
	tries=0
	while [ "$(cat "/sys/class/net/$1/carrier" 2>/dev/null)" != 1 ]; do
		tries=$((tries + 1))
		if [ $tries -gt 100 ]; then
			echo "umlab: warning: $1 has no connection to its uplink after 10 s"
			return
		fi
		sleep 0.1
	done
}

# $address has lines with interface, address, gateway and name server, such as
# "eth2 10.0.2.15/24 10.0.2.2 10.0.2.3".
printf '%s\n' "$address" | while read -r interface own gateway server; do
	[ -n "$own" ] || continue
	address_set "$interface" "$own" || echo "umlab: warning: $interface has no address"
	[ -z "$gateway" ] || gateway_set "$interface" "$gateway"
	if [ -n "$server" ]; then
		# Remove a dangling link, which belongs to a service that this machine does not run.
		[ -e /etc/resolv.conf ] || rm -f /etc/resolv.conf
		echo "nameserver $server" >/etc/resolv.conf
		carrier_wait "$interface"
	fi
done
printf '%s\n' "$sysctl" | while IFS= read -r setting; do
	[ -z "$setting" ] || sysctl -q -w "$setting"
done

# $env has lines NAME=VALUE, where a value may contain any characters.
eval "$(printf '%s\n' "$env" | while IFS= read -r line; do
	[ -n "$line" ] || continue
	value=$(printf %s "${line#*=}" | sed "s/'/'\\\\''/g")
	printf "export %s='%s'\n" "${line%%=*}" "$value"
done)"
limits
[ -n "$lab" ] || exit 0

export HOME=/root
cd / || exit 1
failures=/run/umlab/failures
: >$failures
command -v bash >/dev/null || shell=${shell:-/bin/sh}

# This script for bash shows the commands of the file $1, and notes each failed command with its
# line. The command `. "$1"` is not noted, because it fails whenever the file's last command fails.
runner='
trap '\''s=$? l=$LINENO; [ "$BASH_COMMAND" = ". \"\$1\"" ] ||
	echo "$UMLAB_FILE:$l: status $s: $BASH_COMMAND" >>"$UMLAB_FAILURES"'\'' ERR
set -x; . "$1"'

# run FILE LOG: runs a startup script; the output also goes to LOG in the guest.
run() {
	[ -e "$1" ] || return 0
	file=/run/umlab/${1##*/}
	# Remove a byte order mark and the line ends of Windows.
	sed '1s/^\xef\xbb\xbf//; s/\r$//' "$1" >"$file"
	case ${shell:-/bin/bash} in
	*/bash)
		UMLAB_FILE=${1##*/} UMLAB_FAILURES=$failures \
			${shell:-/bin/bash} -c "$runner" "${1##*/}" "$file" ;;
	*) $shell -x "$file" || echo "${1##*/}: status $?" >>$failures ;;
	esac 2>&1 | tee "$2"
}
run /hostlab/shared.startup /var/log/shared.log
run "/hostlab/$name.startup" /var/log/startup.log
printf '%s\n' "$exec" | while IFS= read -r command; do
	[ -z "$command" ] || ${shell:-/bin/bash} -c "$command" ||
		echo "exec: status $?: $command" >>$failures
done
touch /tmp/EOS
nr=$(wc -l <$failures)
[ "$nr" = 0 ] || sed 's/^/umlab: failed: /' $failures
[ "$nr" -le 100 ] || nr=100
exit "$nr"
