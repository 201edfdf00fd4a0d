# SPDX-License-Identifier: GPL-2.0-only
# disks.sh - make disks of all kinds over one base, for the tests that kill machines
#
# Sourced after guest.sh by t9300-disk-kill.sh and t9302-disk-fio.sh. disk_make KIND makes
# KIND.disk, a writable disk over base.img. KIND is layer, raw (a copy), cow3 (COW V3) or chain
# (the third layer of a chain). $DISK is umlab-disk.
disk_make() {
	local below=base.img layer
	case $1 in
	layer) (as_user "$DISK" create --base base.img layer.disk) ;;
	cow3) (as_user "$DISK" create --to cow3 --base base.img cow3.disk) ;;
	raw) cp --sparse=always base.img raw.disk ;;
	chain)
		for layer in c1.cow c2.cow chain.disk; do
			(as_user "$DISK" create --base $below $layer)
			below=$layer
		done ;;
	esac
	chmod 666 "$1.disk"
}
