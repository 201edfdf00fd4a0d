#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# shutdown.sh - run the shutdown scripts of the lab before the machine powers off
#
# The keeper runs this script inside the guest through the agent; then the agent asks init to
# power off. The output becomes shutdown.log on the host.
. /run/umlab/host/params.sh
[ -n "$lab" ] || exit 0
cd / || exit 1
interpreter=sh
! command -v bash >/dev/null || interpreter=bash
for file in "/hostlab/$name.shutdown" /hostlab/shared.shutdown; do
	[ -e "$file" ] || continue
	# Remove a byte order mark and the line ends of Windows.
	sed '1s/^\xef\xbb\xbf//; s/\r$//' "$file" >/run/umlab/shutdown
	$interpreter -x /run/umlab/shutdown
done 2>&1
exit 0
