#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t3090-unprivileged.sh - a machine needs no root, capability, /dev/kvm, tun or user namespace
# time limit: 600
#
# tests/lib/confine.c lets the machine have at most 512 host processes. The limit counts all
# processes of a user, so root runs this test as a user that no other test uses.
[ "$(id -u)" -ne 0 ] || UMLAB_TEST_UID=${UMLAB_TEST_UID_ALONE:-64999}
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
need_kernel
confine=$(reachable "$BUILD/tests/confine")
hide=()
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
	hide=(unshare -m bash -c 'for file in /dev/kvm /dev/net/tun; do
		[ ! -e $file ] || mount --bind /proc/version $file
	done
	exec "$@"' -)
fi
"${hide[@]}" "${USER_PREFIX[@]}" "$confine" sh -c 'id
	grep -E "^(Cap|NoNew|Seccomp:)" /proc/self/status
	ls -l /dev/kvm /dev/net/tun
	ulimit -u' 2>&1 | diag
# shellcheck disable=SC2086  # several options in one variable
timeout -k 3 560 "${hide[@]}" "${USER_PREFIX[@]}" "$confine" \
	setsid -w "$LINUX" mem=512M initrd="$GUEST_CPIO" limit=180 panic=-1 \
	topic=hello,forks,threads,waits,execs,mappings \
	${UMLAB_KERNEL_ARGS:-} < /dev/null > "$SCRATCH/log" 2>&1
is $? 0 "a machine on such a host powers off"
tr -d '\r' < "$SCRATCH/log" | sed -n 's/^.*\(@[a-z@][a-z0-9_]* \)/\1/p' > "$SCRATCH/lines"
for topic in hello forks threads waits execs mappings; do
	topic_results $topic "$SCRATCH/lines"
done
done_testing
