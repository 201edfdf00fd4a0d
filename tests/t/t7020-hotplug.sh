#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t7020-hotplug.sh - add, remove and cut off interfaces of a running machine (netctl=)
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/net.sh" || exit 1
need_net
need_programs busybox ethtool

SW=$SCRATCH/sw CTL=$SCRATCH/ctl
net_run sw switch "$SW"
net_guest a eth0=switch:"$SW" netctl="$CTL"; ok $? "a machine boots with a control socket"
net_guest b eth0=switch:"$SW"
net_up b 10.9.0.2/24
machine() { net machine "$CTL" "$@"; }
is "$(stat -c %a "$CTL")" 600 "only the user may open the control socket"
like "$(machine list)" "^eth0 off switch:$SW 02:" \
	"the list shows interface, state, other end and address"

is "$(machine add eth1=switch:"$SW",mac=02:00:00:00:00:99,mtu=9000)" "" "an interface can be added"
is "$(net_do a 'cat /sys/class/net/eth1/address /sys/class/net/eth1/mtu | tr "\n" " "')" \
	"02:00:00:00:00:99 9000 " \
	"the added interface has the address and the MTU that were given"
net_up a 10.9.0.1/24 eth1
claim "the added interface carries frames" pings a 10.9.0.2
like "$(machine list)" '^eth1 up switch' "the list shows that the added interface is up"
like "$(net_do a 'ethtool -S eth1')" 'rx_packets: [1-9]' "the added interface counts packets"
like "$(machine add eth1=null)" 'such an interface already' "an interface cannot be added twice"
machine add eth1=null > /dev/null; is $? 1 "adding an interface twice is status 1"
for bad in eth2=nonsense eth16=null eth2 eth2=switch: eth2=fd:99 eth2=null,mtu=1; do
	like "$(machine add $bad)" "^umlab-net: .*$CTL: " "add $bad is rejected with a reason"
done
like "$(machine explode)" 'commands are' "an unknown command is rejected with the list of commands"

is "$(machine link eth1 down)" "" "the cable of an interface can be cut"
net_until a 10 '^0$' 'cat /sys/class/net/eth1/carrier'; ok $? "the interface loses the carrier"
is "$(net_do a 'ping -c 1 -W 1 10.9.0.2 | grep -c "bytes from"')" 0 "a cut cable carries no frames"
net link set "$SW" a-eth1 down > /dev/null; net link set "$SW" a-eth1 up > /dev/null
like "$(machine list)" '^eth1 cut' \
	"the switch cannot restore a cable that the machine's side has cut"
machine link eth1 up
net_until a 10 '^1$' 'cat /sys/class/net/eth1/carrier'; ok $? "the carrier returns with the cable"
claim "the restored cable carries frames" pings a 10.9.0.2

machine add eth2=slirp; ok $? "an uplink can be added to a machine without one"
net_do a 'ip link set eth2 up' > /dev/null
like "$(net_do a 'udhcpc -i eth2 -s /etc/udhcpc -n -q -t 10 -T 1 2>&1')" 'lease of 10.0.2.15' \
	"the helper of the added uplink gives a lease"
claim "the added uplink reaches the host" pings a 10.0.2.2
net_do a '{ ping -i 0.2 10.0.2.2 > /dev/null 2>&1 & }' > /dev/null
is "$(machine remove eth2)" "" "an interface in use can be removed"
is "$(net_do a 'ls /sys/class/net | grep -c eth2')" 0 "the removed interface is gone from the guest"
wait_for 5 sh -c "! pgrep -P ${net_pids[a]} -f '[u]mlab-net run slirp'"
ok $? "the helper of the removed uplink has ended"
like "$(machine remove eth2)" "no interface 'eth2'" "an interface cannot be removed twice"
for i in 1 2 3 4 5 6 7 8 9 10; do
	machine add eth3=switch:"$SW" &&
		net_do a 'ip link set eth3 up; ip link set eth3 up' > /dev/null &&
			machine remove eth3 || break
done; is $i 10 "an interface can be added and removed ten times"
for i in 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do machine add eth$i=switch:"$SW" || break; done
net_do a 'for i in /sys/class/net/eth*; do ip link set ${i##*/} up; done' > /dev/null
net_until a 15 '^16$' 'cat /sys/class/net/eth*/carrier | grep -c 1'
ok $? "sixteen interfaces are connected at the same time"
claim "the first of sixteen interfaces still works" pings a 10.9.0.2
done_testing
