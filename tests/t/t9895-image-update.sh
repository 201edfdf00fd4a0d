#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9895-image-update.sh - umlab image update: apt updates an image from an archive
# time limit: 600
#
# The archive is on a second host in a network namespace, because an uplink does not lead to the
# addresses of its host.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/net.sh" || exit 1
. "$(dirname "$0")/../lib/hosts.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
. "$(dirname "$0")/../lib/deb.sh" || exit 1
need_umlab
need_hosts
need_programs python3 dpkg-deb
cleanup() {
	local name
	machines_kill
	for name in "${!net_pids[@]}"; do net_end "$name"; done
}
hosts_start
as_user() { exec nsenter -n -t "${net_pids[host1]}" "${USER_PREFIX[@]}" "$@"; }
export UMLAB_LIMIT=300 UMLAB_IMAGE=debian-12

# package VERSION: put this version of the test package into the archive.
package() {
	rm -rf "$SCRATCH/package"
	mkdir -p "$SCRATCH/package/DEBIAN" "$SCRATCH/package/usr/share/umlab-test" \
		"$SCRATCH/package/etc"
	echo "$1" > "$SCRATCH/package/usr/share/umlab-test/version"
	echo "setting=$1" > "$SCRATCH/package/etc/umlab-test.conf"
	echo /etc/umlab-test.conf > "$SCRATCH/package/DEBIAN/conffiles"
	deb_archive "$SCRATCH/archive" "$1"
}
package 1
at_user web host2 python3 -u -m http.server -d "$SCRATCH/archive" --bind 192.168.77.2 8000
wait_for 10 grep -q 'port [0-9]' "$SCRATCH/web.log"

claim "image layer makes an image with version 1 of a package and a changed setting" \
	umlab image layer course --from debian-12 -- sh -c "
	rm -rf /etc/apt/sources.list.d
	echo deb [trusted=yes] http://192.168.77.2:8000 ./ > /etc/apt/sources.list
	echo $(base64 -w0 "$SCRATCH/archive/umlab-test.deb") | base64 -d > /tmp/p.deb &&
	dpkg -i /tmp/p.deb && echo setting=mine > /etc/umlab-test.conf"
package 2
umlab image update course > out 2>&1; is $? 0 "image update succeeds" || diag < out >&2
umlab create -i course c > /dev/null; umlab start c
is "$(umlab exec c -- cat /usr/share/umlab-test/version)" 2 \
	"a new machine has version 2 of the package"
is "$(umlab exec c -- cat /etc/umlab-test.conf)" setting=mine \
	"image update keeps a changed setting"
leftovers='ls /var/cache/apt/archives/*.deb 2> /dev/null; wc -c < /etc/machine-id'
is "$(umlab exec c -- sh -c "$leftovers")" 33 \
	"image update leaves no downloads behind, and the machine gets a machine-id"
is "$(umlab exec c -- dpkg --audit)" "" "image update leaves no package half installed"
umlab remove -f c
net_end web
umlab image update course > out 2>&1; is $? 1 "image update exits with status 1 without the archive"
like "$(cat out)" "the image was not changed" \
	"a failed image update says that the image was not changed"
umlab create -i course c > /dev/null; umlab start c
is "$(umlab exec c -- cat /usr/share/umlab-test/version)" 2 \
	"a failed image update leaves the image unchanged"
claim "wipe removes the machines of this test" umlab wipe -f
done_testing
