# SPDX-License-Identifier: GPL-2.0-only
# t9895-image-update.sh - umlab image update: apt brings an image up to date, from an archive in a network of its own
# time limit: 600
#
# Runs in a network namespace; the archive is in another one, for an uplink leads to no address of its own host.
if [ -z "${OWN_NETWORK-}" ]; then
	[ "$(id -u)" -eq 0 ] || { echo "1..0 # SKIP only root can make a network namespace"; exit 0; }
	OWN_NETWORK=yes exec unshare -n bash "$0"
fi
. "$(dirname "$0")/lib-tap.sh"
. "$(dirname "$0")/lib-guest.sh"
. "$(dirname "$0")/lib-labs.sh"
need_umlab
command -v python3 > /dev/null || skip_all "no python3"
unshare -n sleep 3000 & other=$!
inside() { nsenter -t $other -n "$@"; }
wait_for 10 sh -c "[ \$(readlink /proc/$other/ns/net) != $(readlink /proc/self/ns/net) ]"
ip link set lo up && ip link add v0 type veth peer name v1 netns $other && ip addr add 10.9.8.1/24 dev v0 && ip link set v0 up &&
	inside ip addr add 10.9.8.7/24 dev v1 && inside ip link set v1 up || { kill $other; skip_all "no network for the archive"; }
export UMLAB_LIMIT=300 UMLAB_IMAGE=debian-12

# package VERSION: $SCRATCH/archive offers it.
archive=$SCRATCH/archive; mkdir "$archive"
package() {
	rm -rf "$SCRATCH/package"; mkdir -p "$SCRATCH/package/DEBIAN" "$SCRATCH/package/usr/share/umlab-test" "$SCRATCH/package/etc"
	echo "$1" > "$SCRATCH/package/usr/share/umlab-test/version"; echo "setting=$1" > "$SCRATCH/package/etc/umlab-test.conf"
	echo /etc/umlab-test.conf > "$SCRATCH/package/DEBIAN/conffiles"
	printf '%s\n' "Package: umlab-test" "Version: $1" "Architecture: all" "Maintainer: nobody <nobody@example.org>" \
		"Description: a package with versions" > "$SCRATCH/package/DEBIAN/control"
	dpkg-deb -Zxz --root-owner-group -b "$SCRATCH/package" "$archive/umlab-test.deb" > /dev/null
	{ cat "$SCRATCH/package/DEBIAN/control"
		printf '%s\n' "Filename: ./umlab-test.deb" "Size: $(stat -c %s "$archive/umlab-test.deb")" \
			"SHA256: $(sha256sum < "$archive/umlab-test.deb" | cut -d ' ' -f 1)"; } > "$archive/Packages"
	chmod -R a+rX "$archive"
}
package 1
# The module's own main would ask for the name of its address, which nobody here answers.
(cd "$archive" && exec nsenter -t $other -n python3 -uc 'import http.server, socketserver
server = socketserver.ThreadingTCPServer(("10.9.8.7", 0), http.server.SimpleHTTPRequestHandler)
print("port", server.server_address[1]); server.serve_forever()') > web.log 2>&1 & web=$!
cleanup() { machines_kill; kill $web $other 2> /dev/null; }
wait_for 10 grep -q 'port [0-9]' web.log; port=$(sed -n 's/.*port \([0-9]*\).*/\1/p' web.log)

claim "an image with version 1 of a package, and a setting of its own" umlab image layer course --from debian-12 -- sh -c "
	rm -rf /etc/apt/sources.list.d; echo deb [trusted=yes] http://10.9.8.7:$port ./ > /etc/apt/sources.list
	echo $(base64 -w0 "$archive/umlab-test.deb") | base64 -d > /tmp/p.deb && dpkg -i /tmp/p.deb && echo setting=mine > /etc/umlab-test.conf"
package 2
umlab image update course > out 2>&1; is $? 0 "umlab image update" || diag < out >&2
umlab create -i course c > /dev/null; umlab start c
is "$(umlab exec c -- cat /usr/share/umlab-test/version)" 2 "a new machine has version 2"
is "$(umlab exec c -- cat /etc/umlab-test.conf)" setting=mine "and the setting that was the image's"
is "$(umlab exec c -- sh -c 'ls /var/cache/apt/archives/*.deb 2> /dev/null; wc -c < /etc/machine-id')" 33 "no download was left behind, and it has an identity of its own"
is "$(umlab exec c -- dpkg --audit)" "" "nothing is half installed"
umlab remove -f c
kill $web; wait $web 2> /dev/null
umlab image update course > out 2>&1; is $? 1 "without the archive an update fails"
like "$(cat out)" "the image is as it was" "and says that the image is as it was"
umlab create -i course c > /dev/null; umlab start c; is "$(umlab exec c -- cat /usr/share/umlab-test/version)" 2 "which is true"
claim "wipe" umlab wipe -f
done_testing
