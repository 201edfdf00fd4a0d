#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# early.sh - first boot of a machine: its name, and the files of its lab
#
# Run inside the guest by agent_init.c, before init: services find their configuration
# from the start. /hostlab is the lab, params.sh tells which machine this is. Its trace
# is /var/log/umlab-early.log.
. /run/umlab/host/params.sh
mkdir -p /var/log /var/lib/umlab
exec >/var/log/umlab-early.log 2>&1

old=$(cat /etc/hostname 2>/dev/null)
echo "$name" >/etc/hostname
echo "$name" >/proc/sys/kernel/hostname 2>/dev/null || hostname "$name" 2>/dev/null
if [ -e /etc/hosts ] && [ -n "$old" ]; then
	sed "s/^127\.0\.1\.1[[:space:]].*/127.0.1.1	$name/" /etc/hosts >/etc/hosts.new && cat /etc/hosts.new >/etc/hosts
	rm -f /etc/hosts.new
else
	printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s\n::1\tlocalhost ip6-localhost ip6-loopback\n' "$name" >/etc/hosts
fi

# overlay DIR: its files over ours. They belong to root here, whoever owns them outside;
# folders that exist keep their owner and mode, links to folders stay links.
overlay() {
	[ -d "$1" ] || return 0
	tar -C "$1" --exclude=.gitkeep --exclude=.DS_Store -cf - . |
		tar -C / --no-same-owner --no-overwrite-dir --keep-directory-symlink -xf - ||
		cp -r "$1/." /
	# Text written on Windows: its line ends confuse every daemon.
	(cd "$1" && grep -rlI "$(printf '\r')\$" . 2>/dev/null) | while IFS= read -r file; do
		sed -i 's/\r$//' "/$file"
	done
}

if [ -n "$lab" ]; then
	[ "$shared" != copy ] || overlay /hostlab/shared
	overlay "/hostlab/$name"
	# As the containers of Kathará do it.
	[ ! -d /var/www ] || chmod -R a+rwX /var/www
	for daemon in frr quagga; do
		if [ -d /etc/$daemon ] && id $daemon >/dev/null 2>&1; then
			chown -R $daemon:$daemon /etc/$daemon
			chmod 640 /etc/$daemon/* 2>/dev/null
		fi
	done
	# For umlab-shims, if the image has them.
	[ ! -x /usr/lib/umlab/lab-files ] || /usr/lib/umlab/lab-files
fi
touch /var/lib/umlab/configured
