#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# packages.sh - have the Debian packages of some groups installed
#
#   packages.sh GROUP...    groups of the file `packages` beside this script
#
# Installs what is missing where it may: as root, or by sudo that asks for no
# password. Elsewhere prints the one line that an administrator has to type.
# Exit status: 0 all there, 1 something missing. Called by GNUmakefile and .ci/run.
set -u
list=${BASH_SOURCE[0]%/*}/packages

wanted() {
	local group
	for group; do
		awk -v group="$group" '$1 == group { print $2 }' "$list"
	done
}

missing() {
	local package
	for package; do
		[[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
			echo "$package"
	done
}

# A fresh machine has no package lists, an old one has lists that name files long gone,
# and an interrupted installation has to be finished first. Another apt is waited for.
apt_install() {
	local get=("$@" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)
	local install=(install -y --no-install-recommends "${need[@]}")
	"${get[@]}" "${install[@]}" 2>/dev/null && return
	"$@" dpkg --configure -a && "${get[@]}" update && "${get[@]}" "${install[@]}"
}

if ! command -v dpkg-query >/dev/null; then
	echo "packages.sh: this machine is no Debian; it needs what $list names" >&2
	exit 1
fi
mapfile -t need < <(missing $(wanted "$@"))
(( ${#need[@]} )) || exit 0

if (( EUID == 0 )); then
	echo "packages  installing ${need[*]}"
	apt_install </dev/null || exit 1
elif sudo -n true 2>/dev/null; then
	echo "packages  installing ${need[*]} (sudo)"
	apt_install sudo -n </dev/null || exit 1
else
	{
		echo "umlab needs packages that only an administrator can install. The line is:"
		echo "    sudo apt-get install --no-install-recommends ${need[*]}"
	} >&2
	exit 1
fi
mapfile -t need < <(missing "${need[@]}")
(( ${#need[@]} == 0 )) || { echo "packages.sh: still missing: ${need[*]}" >&2; exit 1; }
