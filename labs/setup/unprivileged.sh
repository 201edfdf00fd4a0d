#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# unprivileged.sh - run a command as an ordinary user without capabilities
#
#   unprivileged.sh COMMAND [ARGUMENT]...    as `nobody`, or whoever called sudo
#   unprivileged.sh --own FILE...            hand files over to that user
#
# A caller who is not root keeps the user id and only loses the way to new rights.
#
# Under root the checkout may lie where that user has no way in (/root is 0700).
# The current folder is the way round: names relative to it are looked up from it,
# and no folder above it is asked. So callers stand in build/, which is searchable
# for everybody, and name the kernel, disks and sockets relative to it.
set -eu

if [[ $(id -u) == 0 ]]; then
	uid=${SUDO_UID:-65534}
	gid=${SUDO_GID:-65534}
	[[ $uid != 0 ]] || uid=65534
	[[ $gid != 0 ]] || gid=65534
	if [[ ${1-} == --own ]]; then
		shift
		exec chown "$uid:$gid" -- "$@"
	fi
	exec setpriv --reuid="$uid" --regid="$gid" --clear-groups --bounding-set=-all \
		--inh-caps=-all --no-new-privs -- "$@"
fi
[[ ${1-} != --own ]] || exit 0
exec setpriv --no-new-privs -- "$@"
