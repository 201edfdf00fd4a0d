#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t7070-apt.sh - test apt in the Debian image, from a repository on this host's loopback
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/console.sh" || exit 1
. "$(dirname "$0")/../lib/net.sh" || exit 1
. "$(dirname "$0")/../lib/deb.sh" || exit 1
need_image
need_net
need_programs dpkg-deb python3

repository=$SCRATCH/repository
mkdir -p "$SCRATCH/package/usr/share/umlab-test"
head -c 2000000 /dev/urandom > "$SCRATCH/package/usr/share/umlab-test/data"
sum=$(md5sum < "$SCRATCH/package/usr/share/umlab-test/data")
deb_archive "$repository" 1
background web python3 -u -m http.server -d "$repository" --bind 127.0.0.1 0
wait_for 10 grep -q 'port [0-9]' "$SCRATCH/web.log"
port=$(sed -n 's/.*port \([0-9]*\).*/\1/p' "$SCRATCH/web.log")

private_image "$SCRATCH/disk"
# As in net.cpio, init is not systemd but a shell that runs commands from the console.
NET_CPIO='' NET_MEM=512M NET_LIMIT=60
init='PATH=/usr/sbin:/usr/bin:/sbin:/bin; mount -t proc proc /proc; mount -t sysfs sys /sys; '
init+='mount -t tmpfs tmp /tmp; mount -t tmpfs run /run; stty -echo; echo @ready; '
# shellcheck disable=SC2016
init+='while read -r line; do eval $line; done'
net_guest a ubd0="$SCRATCH/disk" root=/dev/ubda rw quiet init=/bin/bash \
	eth0=slirp,allow=tcp:127.0.0.1:"$port" -- -c \
	"$init"
ok $? "the Debian image boots with a shell"
net_do a 'ip link set eth0 up; ip addr add 10.0.2.15/24 dev eth0;' \
	'ip route add default via 10.0.2.2; rm -rf /etc/apt/sources.list.d' > /dev/null
net_do a "echo deb [trusted=yes] http://10.0.2.2:$port ./ > /etc/apt/sources.list" > /dev/null
like "$(net_do a 'apt-get update; echo status $?')" '^status 0' "apt-get update succeeds"
like "$(net_do a 'DEBIAN_FRONTEND=noninteractive apt-get install -y umlab-test; echo status $?')" \
	'^status 0' \
	"apt-get install succeeds"
is "$(net_do a 'md5sum < /usr/share/umlab-test/data')" "$sum" "the file of the package is complete"
net_do a 'sync; mount -o remount,ro /' > /dev/null
net_end a
done_testing
