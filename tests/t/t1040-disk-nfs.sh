# SPDX-License-Identifier: GPL-2.0-only
# t1040-disk-nfs.sh - disks on real NFSv3 and NFSv4.2: identity, locks, holes, a class's base read-only
# time limit: 400
#
# Server and client are one machine of ours (nfsd, nfs, lockd of its own kernel; the host has none),
# the tool is the host's. Two mounts of one export are two clients as far as locks of
# different processes go; a process on the server sees them too.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/net.sh"
. "$(dirname "$0")/../lib/hostroot.sh"
need_hostroot rpcbind rpc.nfsd rpc.mountd rpc.statd exportfs mount.nfs python3
NET_LIMIT=120
cp "$BUILD/umlab-disk" "$TOP/tests/peers/nbdput.py" . && chmod 755 umlab-disk
head -c 4M /dev/urandom > base.img; chmod 644 base.img
hostroot_guest m
hostroot_module m sunrpc lockd nfsd nfs nfsv3 nfsv4 > modules.log
out=$(hostroot_do m "mkdir -p /srv/exp/base /srv/exp/home; for d in base home; do mount -t tmpfs none /srv/exp/\$d; done; chmod 777 /srv/exp/home; cp $SCRATCH/base.img /srv/exp/base/
	# A server that has just started waits for old clients to claim their locks; there are none.
	mount -t nfsd nfsd /proc/fs/nfsd; echo 10 > /proc/fs/nfsd/nfsv4gracetime; echo 1 > /proc/sys/fs/nfs/nlm_grace_period; rpcbind; rpc.statd --no-notify
	touch /var/lib/nfs/etab /var/lib/nfs/rmtab
	exportfs -i -o ro,insecure,fsid=0,no_subtree_check 127.0.0.1:/srv/exp
	exportfs -i -o ro,insecure,fsid=1,no_subtree_check 127.0.0.1:/srv/exp/base
	exportfs -i -o rw,no_root_squash,insecure,fsid=2,no_subtree_check 127.0.0.1:/srv/exp/home
	rpc.mountd; rpc.nfsd 4; sleep 1; echo Y > /proc/fs/nfsd/v4_end_grace
	mkdir -p /mnt/b3 /mnt/b4 /mnt/h3 /mnt/h4 /mnt/nolock
	mount -t nfs -o vers=3 127.0.0.1:/srv/exp/base /mnt/b3; mount -t nfs -o vers=3 127.0.0.1:/srv/exp/home /mnt/h3
	mount -t nfs -o vers=3,nolock,nosharecache 127.0.0.1:/srv/exp/home /mnt/nolock
	mount -t nfs -o vers=4.2 127.0.0.1:/base /mnt/b4; mount -t nfs -o vers=4.2 127.0.0.1:/home /mnt/h4
	grep -c 'nfs4\\? .*vers=\\(3\\|4.2\\)' /proc/mounts")
like "$out" "^5$" "the machine mounts its own exports by NFSv3 and NFSv4.2"
grep -q '^5$' <<< "$out" || { diag < modules.log; done_testing; }

cat > inside.sh << 'END'
disk=$SCRATCH/umlab-disk
say() { if [ "$1" -eq 0 ]; then echo "ok - $2"; else echo "not ok - $2"; fi; }
serve() { rm -f /run/tmp/n; "$disk" nbd --socket /run/tmp/n "$1" > /run/tmp/serve.log 2>&1 & server=$!
	for _ in $(seq 100); do [ -S /run/tmp/n ] && return; sleep 0.05; done; cat /run/tmp/serve.log; return 1; }
put() { python3 "$SCRATCH/nbdput.py" /run/tmp/n "$@" > /run/tmp/put.log 2>&1 || { cat /run/tmp/put.log; return 1; }; }
for version in 3 4; do
	base=/mnt/b$version home=/mnt/h$version v=NFSv${version/4/4.2}
	"$disk" create --base $base/base.img $home/top$version.cow; say $? "$v: an overlay in the home folder on a base that is exported read-only"
	serve $home/top$version.cow; say $? "$v: it is opened for writing"
	put 4096 remote; say $? "$v: and written"
	out=$("$disk" resize /mnt/nolock/top$version.cow 8M 2>&1); [ $? -eq 1 ] && grep -q "in use by" <<< "$out"; say $? "$v: another client without locks is refused ($out)"
	out=$("$disk" resize /srv/exp/home/top$version.cow 8M 2>&1); [ $? -eq 1 ] && grep -q "in use by" <<< "$out"; say $? "$v: so is a process on the server ($out)"
	out=$("$disk" resize $home/top$version.cow 8M 2>&1); [ $? -eq 1 ] && grep -q "in use by" <<< "$out"; say $? "$v: and another one on this client ($out)"
	"$disk" create --base $base/base.img $home/second$version.cow && "$disk" check --data $home/second$version.cow > /dev/null; say $? "$v: another overlay on the same base is not"
	kill $server; wait $server
	[ ! -e $home/top$version.cow.umlab-lease ]; say $? "$v: the lease is given back"
	"$disk" check --data $home/top$version.cow; say $? "$v: check finds no damage"
	"$disk" convert --force --to raw $home/top$version.cow /run/tmp/raw && [ "$(dd if=/run/tmp/raw bs=1 skip=4096 count=6 status=none)" = remote ]; say $? "$v: what was written is there"
	serve $home/top$version.cow; put 8192 killed; kill -KILL $server; wait $server 2> /dev/null
	"$disk" resize $home/top$version.cow 8M; say $? "$v: one that was killed is no holder"
	"$disk" check $home/top$version.cow; say $? "$v: and did no damage"
	[ "$(du -k $home/second$version.cow | cut -f1)" -le 64 ]; say $? "$v: the untouched overlay takes at most 64 KiB ($(du -k $home/second$version.cow | cut -f1))"
	"$disk" snapshot $home/top$version.cow one && "$disk" rollback $home/top$version.cow one; say $? "$v: snapshot and rollback"
	"$disk" flatten --output $home/flat$version.cow $home/top$version.cow && "$disk" compare $home/flat$version.cow $home/top$version.cow > /dev/null; say $? "$v: flatten"
	cp /srv/exp/base/base.img /srv/exp/home/b$version.img; "$disk" create --base $home/b$version.img $home/own$version.cow; serve $home/own$version.cow; put 0 first; kill $server; wait $server
	"$disk" commit $home/own$version.cow && [ "$(head -c 5 $home/b$version.img)" = first ]; say $? "$v: commit into a raw base"
	touch /srv/exp/home/b$version.img; sleep 1; "$disk" check $home/own$version.cow; say $? "$v: a base touched on the server is accepted"
	printf XXXXXXXXXXXXXXXX | dd of=/srv/exp/home/b$version.img bs=1 seek=3000000 conv=notrunc 2> /dev/null; sleep 4
	out=$("$disk" check $home/own$version.cow 2>&1); [ $? -eq 1 ] && grep -q "its content is different" <<< "$out"; say $? "$v: one changed on the server is refused ($out)"
	"$disk" create --to cow3 --base $base/base.img $home/v3-$version.cow; serve $home/v3-$version.cow; put 8192 cow3; kill $server; wait $server; "$disk" check $home/v3-$version.cow; say $? "$v: COW V3 as well"
done
chmod 600 /srv/exp/base/base.img; echo 3 > /proc/sys/vm/drop_caches
out=$("$disk" check /mnt/h4/second4.cow 2>&1); [ $? -eq 1 ] && grep -q "ermission" <<< "$out"; say $? "a base that root on the client may not read is an error in words ($out)"
echo finished
END
hostroot_do m "SCRATCH=$SCRATCH; . $SCRATCH/inside.sh" > inside.out
grep -E '^(not )?ok ' inside.out > inside.tap; relay inside.tap
grep -vE '^ok ' inside.out | diag
grep -q '^finished' inside.out; ok $? "all of that ran"
done_testing
