#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh - boot the Debian image on this terminal (make run)
#
#   run.sh BUILD [--mem SIZE] [--disk FILE] -- [KERNEL OPTION]...
#
# The machine gets a writable disk of its own: a sparse copy of the image, removed when
# the next run finds its owner gone, or FILE, which is made from the image when it is
# not there and stays. Becomes the kernel by exec: signals and exit status are its own.
# Under root the guest runs as an unprivileged user; unprivileged.sh says how.
# UMLAB_LINUX=FILE runs another kernel, UMLAB_CONSOLE its console options.
set -eu
umask 022
here=$(realpath "${BASH_SOURCE[0]%/*}")
build=$1 mem= disk=
shift
while [[ ${1---} != -- ]]; do
	case $1 in
	--mem) mem=mem=$2 ;;
	--disk) disk=$(realpath -m --relative-to="$build" -- "$2") ;;
	*) echo "run.sh: unknown option $1" >&2; exit 2 ;;
	esac
	shift 2
done
shift || true

cd "$build"
unprivileged() { "$here/setup/unprivileged.sh" "$@"; }

mkdir -p run
for old in run/disk-*.img; do
	owner=${old#run/disk-} owner=${owner%.img}
	[[ -d /proc/$owner ]] || rm -f "$old"
done

copy=${disk:-run/disk-$$.img}
if [[ ! -e $copy ]]; then
	cp --reflink=auto --sparse=always images/debian-12.img "$copy.part"
	chmod 600 "$copy.part"
	unprivileged --own "$copy.part"
	mv "$copy.part" "$copy"
fi

# The internet on eth0, unless the caller says what eth0 is.
network=(eth0=slirp umlab.dhcp)
for word; do
	[[ $word != eth0=* ]] || network=()
done
[[ -x ./umlab-net ]] || network=()
export UMLAB_NET=./umlab-net

kernel=${UMLAB_LINUX:-./linux}
# shellcheck disable=SC2086  # several words, or none
exec "$here/setup/unprivileged.sh" "$kernel" $mem "ubd0=$copy" root=/dev/ubda rw \
	${UMLAB_CONSOLE:-con0=fd:0,fd:1} umlab.autologin "${network[@]}" ${TERM:+"TERM=$TERM"} "$@"
