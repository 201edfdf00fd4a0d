#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh - boot the Debian image on this terminal (make run)
#
#   run.sh BUILD [--mem SIZE] [--disk FILE] [--flavor NAME] [--gdb] -- [KERNEL OPTION]...
#
# The machine gets a writable disk of its own: an overlay on the image, removed when the
# next run finds its owner gone, or FILE, a sparse copy of the image that is made when it
# is not there and stays, whatever becomes of the image. Becomes the kernel by exec: signals and exit status are its own.
# Under root the guest runs as an unprivileged user; unprivileged.sh says how.
# UMLAB_LINUX=FILE runs another kernel, UMLAB_CONSOLE its console options.
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
# Other kernels know no layers.
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

# The internet on eth0, unless the caller says what eth0 is.
network=(eth0=slirp umlab.dhcp)
for word; do
	[[ $word != eth0=* ]] || network=()
done
[[ -x ./umlab-net ]] || network=()
export UMLAB_NET=./umlab-net

# gdb starts the kernel that has its debug data; it is stopped at its first instruction.
command=("$kernel")
if [[ $gdb ]]; then
	command=("${UMLAB_GDB:-gdb}" -q -iex "set auto-load python-scripts off" -x "$here/../gdb/umlab.py" -ex starti
		--args "kernel${flavor:+-$flavor}/vmlinux")
fi

# shellcheck disable=SC2086  # several words, or none
exec "$here/unprivileged.sh" "${command[@]}" $mem "ubd0=$disk" root=/dev/ubda rw \
	${UMLAB_CONSOLE:-con0=fd:0,fd:1} umlab.autologin "${network[@]}" ${TERM:+"TERM=$TERM"} "$@"
