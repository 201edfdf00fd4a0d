#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# source.sh - unpack Debian's kernel source and link our folders into it
#
#   source.sh TARBALL FOLDER    run by GNUmakefile, from the top of the checkout
#
# The generic tree stays as Debian ships it, except for upstream's user-mode port: arch/um and
# arch/x86/um are removed, and symbolic links to our folders replace them.
# The work happens in FOLDER.part, which is renamed at the end, so FOLDER is complete or absent.
set -euo pipefail
tarball=$1 folder=$2 top=$PWD
here=${BASH_SOURCE[0]%/*}
umask 022

rm -rf "$folder.part" "$folder.old"
mkdir -p "$folder.part"

# A checkpoint is 2000 records of 10 KiB, and the source of 6.12 has 76 checkpoints. Files get the
# current time (-m), so that kbuild notices when a newer package replaces an older one.
xz -dc -T0 "$tarball" |
	tar -x -m -C "$folder.part" --strip-components=1 \
	    --checkpoint=2000 --checkpoint-action=echo='  UNPACK  %u' 2>&1 |
	sed -u 's/^tar: //' |
	"$here/progress.sh" source 76 "$folder.log"

rm -rf "$folder.part/arch/um" "$folder.part/arch/x86/um"
overlay() {
	local above; above=$(realpath "$folder.part/${2%/*}")
	ln -s "$(realpath -m --relative-to="$above" "$top/$1")" "$folder.part/$2"
}
overlay arch-um arch/um
overlay drivers-ubd ./drivers-ubd
overlay cow ./umlab-cow

[[ ! -e $folder ]] || mv "$folder" "$folder.old"
mv "$folder.part" "$folder"
rm -rf "$folder.old"
echo "source    $(basename "$tarball") unpacked"
