# SPDX-License-Identifier: GPL-2.0-only
# hostroot.sh - boot a machine that runs the host's programs through hostfs
#
# Sourced after net.sh, by tests that need file system tools, fio or an NFS server in a guest, but
# no disk image:
#   hostroot_guest NAME OPTION...    boot net.cpio; /h is the host's root folder, read-only, with
#                                    the guest's own /dev, /proc, /sys, /run, /srv, /mnt,
#                                    /var/lib/nfs
#   hostroot_do NAME COMMAND...      run a command with /h as its root; prints what net_do prints
#   hostroot_module NAME MODULE...   load modules of this kernel and the modules that they need
# $SCRATCH is writable in the guest under the same name.

need_hostroot() { # need_hostroot PROGRAM...
	need_kernel
	[ -r "$NET_CPIO" ] || skip_all "no $NET_CPIO (make tests-build)"
	need_programs "$@"
	NET_CPIO=$(reachable "$NET_CPIO")
	# The guest's user may not be allowed to enter the folder of the modules.
	mkdir "$SCRATCH/modules" && cp -r "$BUILD/modules/lib" "$SCRATCH/modules/" &&
		chmod -R a+rX "$SCRATCH/modules" || skip_all "no modules (make kernel)"
}

hostroot_guest() {
	local name=$1; shift
	NET_MEM=${NET_MEM:-512M} net_guest "$name" hostfs=/,ro:"$SCRATCH" "$@"
	net_do "$name" "mkdir /h; mount -t hostfs -o / none /h &&" \
		"for d in /dev /proc /sys; do mount --bind \$d /h\$d; done" \
		"; for d in /run /srv /mnt /var/lib/nfs; do mount -t tmpfs none /h\$d; done" \
		"; mkdir -p /h/run/tmp /h/mnt/a /h/mnt/b" \
		"; cd /h/var/lib/nfs && mkdir -p sm rpc_pipefs v4recovery; cd /" \
		"; mount -t tmpfs none /h/tmp; mkdir -p '/h$SCRATCH'" \
		"; mount -t hostfs -o '$SCRATCH' none '/h$SCRATCH'"
}

hostroot_do() {
	local name=$1; shift
	# The command goes through a file, so that nothing needs quoting.
	{
		echo 'export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C'
		echo 'export HOME=/run/tmp TMPDIR=/run/tmp'
		printf '%s\n' "$*"
	} > "$SCRATCH/$name.do"
	chmod 644 "$SCRATCH/$name.do"
	net_do "$name" "chroot /h /bin/bash '$SCRATCH/$name.do' 2>&1 </dev/null | cat"
}

hostroot_module() {
	local name=$1; shift
	hostroot_do "$name" \
		"for m in $*; do modprobe -d '$SCRATCH/modules' \$m || echo \"no module \$m\"; done"
}
