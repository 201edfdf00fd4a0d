# SPDX-License-Identifier: GPL-2.0-only
# t7020-hotplug.sh - interfaces of a running machine: added, removed, cut off (netctl=)
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/net.sh"
need_net
need_programs busybox ethtool

SW=$SCRATCH/sw CTL=$SCRATCH/ctl
net_run sw switch "$SW"
net_guest a eth0=switch:"$SW" netctl="$CTL"; ok $? "a machine boots with a control socket"
net_guest b eth0=switch:"$SW"
net_up b 10.9.0.2/24
machine() { net machine "$CTL" "$@"; }
is "$(stat -c %a "$CTL")" 600 "only its user may open the socket"
like "$(machine list)" "^eth0 off switch:$SW 02:" "the list tells interface, state, other end and address"

is "$(machine add eth1=switch:"$SW",mac=02:00:00:00:00:99,mtu=9000)" "" "an interface is added"
is "$(net_do a 'cat /sys/class/net/eth1/address /sys/class/net/eth1/mtu | tr "\n" " "')" "02:00:00:00:00:99 9000 " "the guest has it, with its address and MTU"
net_up a 10.9.0.1/24 eth1
claim "it carries frames" pings a 10.9.0.2
like "$(machine list)" '^eth1 up switch' "the list says that it is up"
like "$(net_do a 'ethtool -S eth1')" 'rx_packets: [1-9]' "it counts"
like "$(machine add eth1=null)" 'such an interface already' "it is not added twice"
machine add eth1=null > /dev/null; is $? 1 "with status 1"
for bad in eth2=nonsense eth16=null eth2 eth2=switch: eth2=fd:99 eth2=null,mtu=1; do
	like "$(machine add $bad)" "^umlab-net: .*$CTL: " "add $bad is refused with a reason"
done
like "$(machine explode)" 'commands are' "so is an unknown command"

is "$(machine link eth1 down)" "" "its cable is cut"
net_until a 10 '^0$' 'cat /sys/class/net/eth1/carrier'; ok $? "the guest loses the carrier"
is "$(net_do a 'ping -c 1 -W 1 10.9.0.2 | grep -c "bytes from"')" 0 "and nothing passes"
net link set "$SW" a-eth1 down > /dev/null; net link set "$SW" a-eth1 up > /dev/null
like "$(machine list)" '^eth1 cut' "the other end cannot mend it"
machine link eth1 up
net_until a 10 '^1$' 'cat /sys/class/net/eth1/carrier'; ok $? "mended, the carrier is back"
claim "and frames pass" pings a 10.9.0.2

machine add eth2=slirp; ok $? "an uplink is added to a machine that had none"
net_do a 'ip link set eth2 up' > /dev/null
like "$(net_do a 'udhcpc -i eth2 -s /etc/udhcpc -n -q -t 10 -T 1 2>&1')" 'lease of 10.0.2.15' "its helper starts and gives a lease"
claim "it reaches the host" pings a 10.0.2.2
net_do a '{ ping -i 0.2 10.0.2.2 > /dev/null 2>&1 & }' > /dev/null
is "$(machine remove eth2)" "" "an interface in use is removed"
is "$(net_do a 'ls /sys/class/net | grep -c eth2')" 0 "the guest has it no more"
wait_for 5 sh -c "! pgrep -P ${net_pids[a]} -f '[u]mlab-net run slirp'"; ok $? "its helper has ended"
like "$(machine remove eth2)" "no interface 'eth2'" "it is not removed twice"
for i in 1 2 3 4 5 6 7 8 9 10; do
	machine add eth3=switch:"$SW" && net_do a 'ip link set eth3 up; ip link set eth3 up' > /dev/null && machine remove eth3 || break
done; is $i 10 "ten times in and out"
for i in 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do machine add eth$i=switch:"$SW" || break; done
net_do a 'for i in /sys/class/net/eth*; do ip link set ${i##*/} up; done' > /dev/null
net_until a 15 '^16$' 'cat /sys/class/net/eth*/carrier | grep -c 1'; ok $? "sixteen interfaces at once are all connected"
claim "the first of them still works" pings a 10.9.0.2
done_testing
