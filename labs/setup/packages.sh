#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# packages.sh - check or install the Debian packages of some groups
#
#   packages.sh check GROUP...      names the missing packages in one line
#   packages.sh install GROUP...    installs them as root or through sudo without a password;
#                                   otherwise prints the command for an administrator
#
# The groups are in the file `packages` in this folder. The exit status is 0 if all packages are
# installed, else 1. Called by GNUmakefile: goals that only build run `check`; `make deps` and the
# goals of the README's two commands run `install`.
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
		dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null |
			grep -qx installed || echo "$package"
	done
}

# apt_install: installs the packages, and waits while another apt holds the lock. The first attempt
# fails if the package lists are missing or old, or after an interrupted installation.
apt_install() {
	local get=("$@" env DEBIAN_FRONTEND=noninteractive
		apt-get -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)
	local install=(install -y --no-install-recommends "${need[@]}")
	"${get[@]}" "${install[@]}" 2>/dev/null && return
	"$@" dpkg --configure -a && "${get[@]}" update && "${get[@]}" "${install[@]}"
}

verb=${1-}
shift
if ! command -v dpkg-query >/dev/null; then
	# On another distribution the build itself shows what is missing.
	[[ $verb == install ]] || exit 0
	echo "packages.sh: this is not Debian; install the equivalents of what $list lists" >&2
	exit 1
fi
# shellcheck disable=SC2046 # a list of names
mapfile -t need < <(missing $(wanted "$@"))
(( ${#need[@]} )) || exit 0

case $verb in
check)
	echo "umlab: missing packages: ${need[*]}; run 'make deps'" >&2
	exit 1 ;;
install)
	if (( EUID == 0 )); then
		echo "packages  installing ${need[*]}"
		apt_install </dev/null || exit 1
	elif sudo -n true 2>/dev/null; then
		echo "packages  installing ${need[*]} (sudo)"
		apt_install sudo -n </dev/null || exit 1
	else
		{
			echo "umlab needs packages that an administrator has to install:"
			echo "    sudo apt-get install --no-install-recommends ${need[*]}"
		} >&2
		exit 1
	fi ;;
*)
	echo "usage: packages.sh check|install GROUP..." >&2
	exit 2 ;;
esac
mapfile -t need < <(missing "${need[@]}")
(( ${#need[@]} == 0 )) ||
	{ echo "packages.sh: still missing: ${need[*]}" >&2; exit 1; }
