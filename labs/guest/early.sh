#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# early.sh - at the first boot of a machine, set its name and install the files of its lab
#
# agent_init.c runs this script inside the guest before init, so services find their
# configuration when they start. /hostlab is the lab's folder; params.sh describes this machine.
# The output goes to /var/log/umlab-early.log in the guest.
. /run/umlab/host/params.sh
mkdir -p /var/log /var/lib/umlab
exec >/var/log/umlab-early.log 2>&1

old=$(cat /etc/hostname 2>/dev/null)
echo "$name" >/etc/hostname
echo "$name" >/proc/sys/kernel/hostname 2>/dev/null || hostname "$name" 2>/dev/null
if [ -e /etc/hosts ] && [ -n "$old" ]; then
	sed "s/^127\.0\.1\.1[[:space:]].*/127.0.1.1	$name/" /etc/hosts >/etc/hosts.new &&
		cat /etc/hosts.new >/etc/hosts
	rm -f /etc/hosts.new
else
	{
		printf '127.0.0.1\tlocalhost\n'
		printf '127.0.1.1\t%s\n' "$name"
		printf '::1\tlocalhost ip6-localhost ip6-loopback\n'
	} >/etc/hosts
fi

# overlay DIR: copies the files of DIR over the root file system. In the guest the files belong to
# root, whoever owns them on the host. Existing folders keep owner and mode, and links to folders
# stay links.
overlay() {
	[ -d "$1" ] || return 0
	tar -C "$1" --exclude=.gitkeep --exclude=.DS_Store -cf - . |
		tar -C / --no-same-owner --no-overwrite-dir --keep-directory-symlink -xf - ||
		cp -r "$1/." /
	# Convert the line ends of text from Windows, which daemons do not accept.
	(cd "$1" && grep -rlI "$(printf '\r')\$" . 2>/dev/null) | while IFS= read -r file; do
		sed -i 's/\r$//' "/$file"
	done
}

if [ -n "$lab" ]; then
	[ "$shared" != copy ] || overlay /hostlab/shared
	overlay "/hostlab/$name"
	# Set the owners and modes that these folders have in the containers of Kathará.
	[ ! -d /var/www ] || chmod -R a+rwX /var/www
	for daemon in frr quagga; do
		if [ -d /etc/$daemon ] && id $daemon >/dev/null 2>&1; then
			chown -R $daemon:$daemon /etc/$daemon
			chmod 640 /etc/$daemon/* 2>/dev/null
		fi
	done
	# An image may have this script, which adapts the lab's files to the image's daemons.
	[ ! -x /usr/lib/umlab/lab-files ] || /usr/lib/umlab/lab-files
fi
touch /var/lib/umlab/configured
