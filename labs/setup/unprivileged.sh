#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# unprivileged.sh - run a command as an ordinary user without capabilities
#
#   unprivileged.sh COMMAND [ARGUMENT]...    runs COMMAND as `nobody`, or as sudo's caller
#   unprivileged.sh --own FILE...            gives files to that user
#
# If the caller is not root, the command runs with the caller's user id and cannot gain privileges.
#
# If the caller is root, the checkout may be closed to that user (/root has mode 0700). Relative
# names still work: the kernel looks them up from the current folder and checks no folder above.
# So callers change to build/, which all users may search, and name the kernel, disks and sockets
# relative to build/.
#
# Called by run.sh, labs/image/build.sh and the scripts of tests/bench.
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
