#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh - boot the Debian image on this terminal (make run)
#
#   run.sh BUILD [--mem SIZE] [--disk FILE] [--flavor NAME] [--gdb] -- [KERNEL OPTION]...
#
# Without --disk the machine gets a new overlay on the image. A later run removes the overlay of a
# machine that has ended. With --disk, FILE is a sparse copy of the image, which is created if it
# is missing, and kept. This script ends with exec, so the kernel gets signals meant for the script,
# and the exit status is the kernel's. If root calls the script, the machine runs as an ordinary
# user (unprivileged.sh). UMLAB_LINUX=FILE runs another kernel; UMLAB_CONSOLE sets the console.
set -eu
umask 022
here=$(realpath "${BASH_SOURCE[0]%/*}")
build=$1 mem= disk= flavor= gdb=
shift
while [[ ${1---} != -- ]]; do
	case $1 in
	--mem) mem=mem=$2 ;;
	--flavor) flavor=$2 ;;
	--gdb) gdb=yes; set -- x "$@" ;;
	--disk) disk=$(realpath -m --relative-to="$build" -- "$2") ;;
	*) echo "run.sh: unknown option $1" >&2; exit 2 ;;
	esac
	shift 2
done
shift || true

cd "$build"
unprivileged() { "$here/unprivileged.sh" "$@"; }

mkdir -p run
for old in run/disk-*; do
	owner=${old#run/disk-} owner=${owner%%.*}
	[[ -d /proc/$owner ]] || rm -f "$old"
done

kernel=${UMLAB_LINUX:-./linux${flavor:+-$flavor}}
image=images/debian-12.img
# Only our kernel can read overlays.
[[ -n $disk || -z ${UMLAB_LINUX-} ]] || disk=run/disk-$$.img
if [[ -z $disk ]]; then
	disk=run/disk-$$.cow
	./umlab-disk create --base "$image" "$disk"
elif [[ ! -e $disk ]]; then
	cp --reflink=auto --sparse=always "$image" "$disk.part"
	mv "$disk.part" "$disk"
	new=yes
fi
if [[ $disk == run/disk-$$.* || -n ${new-} ]]; then
	chmod 600 "$disk"
	unprivileged --own "$disk"
fi

# Connect eth0 to the internet, unless the caller configures eth0.
network=(eth0=slirp umlab.dhcp)
for word; do
	[[ $word != eth0=* ]] || network=()
done
[[ -x ./umlab-net ]] || network=()
export UMLAB_NET=./umlab-net

# gdb starts the kernel that has debug data, and stops at the first instruction.
command=("$kernel")
if [[ $gdb ]]; then
	command=("${UMLAB_GDB:-gdb}" -q -iex "set auto-load python-scripts off"
		-x "$here/../gdb/umlab.py" -ex starti --args "kernel${flavor:+-$flavor}/vmlinux")
fi

# shellcheck disable=SC2086  # each may be several words, or none
exec "$here/unprivileged.sh" "${command[@]}" $mem "ubd0=$disk" root=/dev/ubda rw \
	${UMLAB_CONSOLE:-con0=fd:0,fd:1} umlab.autologin "${network[@]}" ${TERM:+"TERM=$TERM"} "$@"
