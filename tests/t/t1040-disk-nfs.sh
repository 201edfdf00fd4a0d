#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t1040-disk-nfs.sh - test disks on NFSv3 and NFSv4.2: identity, locks, holes, a read-only base
# time limit: 400
#
# Server and client are one machine, because the host may have no NFS. This machine runs the host's
# umlab-disk. For locks, two mounts of one export behave like two clients; a process on the server
# sees these locks too.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/net.sh" || exit 1
. "$(dirname "$0")/../lib/hostroot.sh" || exit 1
need_hostroot rpcbind rpc.nfsd rpc.mountd rpc.statd exportfs mount.nfs python3
NET_LIMIT=120
cp "$BUILD/umlab-disk" "$TOP/tests/peers/nbdput.py" . && chmod 755 umlab-disk
head -c 4M /dev/urandom > base.img; chmod 644 base.img
hostroot_guest m
hostroot_module m sunrpc lockd nfsd nfs nfsv3 nfsv4 > modules.log
out=$(hostroot_do m "mkdir -p /srv/exp/base /srv/exp/home
	for d in base home; do mount -t tmpfs none /srv/exp/\$d; done
	chmod 777 /srv/exp/home; cp $SCRATCH/base.img /srv/exp/base/
	# A new server waits for old clients to reclaim locks. There are none, so wait only briefly.
	mount -t nfsd nfsd /proc/fs/nfsd; echo 10 > /proc/fs/nfsd/nfsv4gracetime
	echo 1 > /proc/sys/fs/nfs/nlm_grace_period; rpcbind; rpc.statd --no-notify
	touch /var/lib/nfs/etab /var/lib/nfs/rmtab
	exportfs -i -o ro,insecure,fsid=0,no_subtree_check 127.0.0.1:/srv/exp
	exportfs -i -o ro,insecure,fsid=1,no_subtree_check 127.0.0.1:/srv/exp/base
	exportfs -i -o rw,no_root_squash,insecure,fsid=2,no_subtree_check 127.0.0.1:/srv/exp/home
	rpc.mountd; rpc.nfsd 4; sleep 1; echo Y > /proc/fs/nfsd/v4_end_grace
	mkdir -p /mnt/b3 /mnt/b4 /mnt/h3 /mnt/h4 /mnt/nolock
	mount -t nfs -o vers=3 127.0.0.1:/srv/exp/base /mnt/b3
	mount -t nfs -o vers=3 127.0.0.1:/srv/exp/home /mnt/h3
	mount -t nfs -o vers=3,nolock,nosharecache 127.0.0.1:/srv/exp/home /mnt/nolock
	mount -t nfs -o vers=4.2 127.0.0.1:/base /mnt/b4
	mount -t nfs -o vers=4.2 127.0.0.1:/home /mnt/h4
	grep -c 'nfs4\\? .*vers=\\(3\\|4.2\\)' /proc/mounts")
like "$out" "^5$" "the machine mounts its own exports by NFSv3 and NFSv4.2"
grep -q '^5$' <<< "$out" || { diag < modules.log; done_testing; }

cat > inside.sh << 'END'
disk=$SCRATCH/umlab-disk
say() { if [ "$1" -eq 0 ]; then echo "ok - $2"; else echo "not ok - $2"; fi; }
serve() {
	rm -f /run/tmp/n; "$disk" nbd --socket /run/tmp/n "$@" > /run/tmp/serve.log 2>&1 & server=$!
	for _ in $(seq 100); do [ -S /run/tmp/n ] && return; sleep 0.05; done
	cat /run/tmp/serve.log; return 1
}
serve_end() { kill $server; wait $server; }
put() {
	python3 "$SCRATCH/nbdput.py" /run/tmp/n "$@" > /run/tmp/put.log 2>&1 ||
		{ cat /run/tmp/put.log; return 1; }
}
refused() { # refused TEXT TITLE COMMAND...: claim exit status 1 and a message with TEXT
	local text=$1 title=$2 out status; shift 2
	out=$("$@" 2>&1); status=$?
	[ $status -eq 1 ] && grep -q "$text" <<< "$out"; say $? "$title ($out)"
}
for version in 3 4; do
	base=/mnt/b$version home=/mnt/h$version v=NFSv${version/4/4.2}
	top=$home/top$version.cow second=$home/second$version.cow own=$home/own$version.cow
	raw=b$version.img v3=$home/v3-$version.cow flat=$home/flat$version.cow
	"$disk" create --base $base/base.img $top
	say $? "$v: create makes an overlay on a base that is exported read-only"
	serve $top; say $? "$v: the overlay is opened for writing"
	put 4096 remote; say $? "$v: the overlay can be written"
	refused "in use by" "$v: a client without locks is refused" \
		"$disk" resize /mnt/nolock/top$version.cow 8M
	refused "in use by" "$v: a process on the server is refused" \
		"$disk" resize /srv/exp/home/top$version.cow 8M
	refused "in use by" "$v: a second process on this client is refused" "$disk" resize $top 8M
	"$disk" create --base $base/base.img $second && "$disk" check --data $second > /dev/null
	say $? "$v: another overlay on the same base can be used"
	serve_end
	[ ! -e $top.umlab-lease ]; say $? "$v: the lease is removed when the writer ends"
	"$disk" check --data $top; say $? "$v: check finds no damage"
	"$disk" convert --force --to raw $top /run/tmp/raw
	[ "$(dd if=/run/tmp/raw bs=1 skip=4096 count=6 status=none)" = remote ]
	say $? "$v: the disk holds what was written"
	serve $top; put 8192 killed; kill -KILL $server; wait $server 2> /dev/null
	"$disk" resize $top 8M; say $? "$v: the lock of a killed process is void"
	"$disk" check $top; say $? "$v: a killed writer does no damage"
	used=$(du -k $second | cut -f1)
	[ "$used" -le 64 ]; say $? "$v: an untouched overlay takes at most 64 KiB ($used)"
	"$disk" snapshot $top one && "$disk" rollback $top one
	say $? "$v: snapshot and rollback work"
	"$disk" flatten --output $flat $top && "$disk" compare $flat $top > /dev/null
	say $? "$v: flatten keeps the content"
	cp /srv/exp/base/base.img /srv/exp/home/$raw; "$disk" create --base $home/$raw $own
	serve $own; put 0 first; serve_end
	"$disk" commit $own && [ "$(head -c 5 $home/$raw)" = first ]
	say $? "$v: commit writes into a raw base"
	touch /srv/exp/home/$raw; sleep 1
	"$disk" check $own; say $? "$v: a base that was touched on the server is accepted"
	printf XXXXXXXXXXXXXXXX | dd of=/srv/exp/home/$raw bs=1 seek=3000000 conv=notrunc \
		2> /dev/null; sleep 4
	refused "its content is different" "$v: a base that was changed on the server is refused" \
		"$disk" check $own
	"$disk" create --to cow3 --base $base/base.img $v3
	serve --base $base/base.img $v3; put 8192 cow3; serve_end
	"$disk" check --base $base/base.img $v3; say $? "$v: a COW V3 file can be written"
done
chmod 600 /srv/exp/base/base.img; echo 3 > /proc/sys/vm/drop_caches
refused "ermission" "an unreadable base is an error with a message" \
	"$disk" check /mnt/h4/second4.cow
echo finished
END
hostroot_do m "SCRATCH=$SCRATCH; . $SCRATCH/inside.sh" > inside.out
grep -E '^(not )?ok ' inside.out > inside.tap; relay inside.tap
grep -vE '^ok ' inside.out | diag
grep -q '^finished' inside.out; ok $? "the script in the machine ran to its end"
done_testing
