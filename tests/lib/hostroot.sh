# SPDX-License-Identifier: GPL-2.0-only
# hostroot.sh - a machine whose programs are those of the host, seen through hostfs
#
# Sourced after net.sh. For tests that need file system tools, fio or an NFS server in the
# guest and no image:
#   hostroot_guest NAME OPTION...    boots net.cpio; the host's / is at /h, read-only, with the
#                                    guest's own /dev, /proc, /sys, /run, /srv, /mnt, /var/lib/nfs
#   hostroot_do NAME COMMAND...      runs in there; output as of net_do
#   hostroot_module NAME MODULE...   loads modules of this kernel, with what they need
# $SCRATCH is writable there under its own name.

need_hostroot() { # need_hostroot PROGRAM...
	need_kernel
	[ -r "$NET_CPIO" ] || skip_all "no $NET_CPIO (make tests-build)"
	need_programs "$@"
	NET_CPIO=$(reachable "$NET_CPIO")
	# The modules' folder may lie where the guest's user cannot go.
	mkdir "$SCRATCH/modules" && cp -r "$BUILD/modules/lib" "$SCRATCH/modules/" && chmod -R a+rX "$SCRATCH/modules" ||
		skip_all "no modules (make kernel)"
}

hostroot_guest() {
	local name=$1; shift
	NET_MEM=${NET_MEM:-512M} net_guest "$name" hostfs=/,ro:"$SCRATCH" "$@"
	net_do "$name" "mkdir /h; mount -t hostfs -o / none /h && for d in /dev /proc /sys; do mount --bind \$d /h\$d; done" \
		"; for d in /run /srv /mnt /var/lib/nfs; do mount -t tmpfs none /h\$d; done" \
		"; mkdir -p /h/run/tmp /h/var/lib/nfs/sm /h/var/lib/nfs/rpc_pipefs /h/var/lib/nfs/v4recovery /h/mnt/a /h/mnt/b" \
		"; mount -t tmpfs none /h/tmp; mkdir -p '/h$SCRATCH'; mount -t hostfs -o '$SCRATCH' none '/h$SCRATCH'"
}

hostroot_do() {
	local name=$1; shift
	# In a file of its own: no quoting on the way.
	printf 'export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run/tmp TMPDIR=/run/tmp LC_ALL=C\n%s\n' "$*" > "$SCRATCH/$name.do"
	chmod 644 "$SCRATCH/$name.do"
	net_do "$name" "chroot /h /bin/bash '$SCRATCH/$name.do' 2>&1 </dev/null | cat"
}

hostroot_module() {
	local name=$1; shift
	hostroot_do "$name" "for m in $*; do modprobe -d '$SCRATCH/modules' \$m || echo \"no module \$m\"; done"
}
