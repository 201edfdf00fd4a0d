#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kernel.sh - configure and build the kernel and its modules
#
#   kernel.sh BUILD    run from the top of the checkout, by GNUmakefile
#
# BUILD/src/linux is the source, BUILD/kernel kbuild's folder: objects, vmlinux with
# debug data, .config. Results: BUILD/linux, the same image without debug data, and
# BUILD/modules. Both are renamed into place, so they are whole or not there. kbuild
# copes with an interruption at any point; the next call goes on from there.
set -euo pipefail
: "${MAKEFLAGS=}"
build=$PWD/$1
source=$build/src/linux
objects=$build/kernel
here=${BASH_SOURCE[0]%/*}
defconfig=arch-um/configs/umlab_defconfig

# `make -n` runs this script too, for it takes part in make's job control.
letters=${MAKEFLAGS%% *}
[[ $letters == -* || $letters != *n* ]] || exit 0
umask 022

kbuild() {
	make --no-print-directory -C "$source" ARCH=um O="$objects" CC="$compiler" "$@"
}

mkdir -p "$objects"
# gcc behind a front end that precompiles headers: the difference between 12 minutes and 5.
compiler=gcc
if [[ -e $here/kcc.c ]]; then
	[[ $build/kcc -nt $here/kcc.c ]] || gcc -std=gnu11 -O2 -Wall -Wextra -o "$build/kcc" "$here/kcc.c"
	compiler="$build/kcc gcc"
fi
# Our options (BUILD=, T=) would reach kbuild as its own: only job control goes on.
MAKEFLAGS=${MAKEFLAGS%% -- *}

# A configuration edited by hand (menuconfig) stays until the default one, or what the port can do, changes.
if [[ ! -e $objects/.config || $defconfig -nt $objects/.config || arch-um/Kconfig -nt $objects/.config ]]; then
	kbuild umlab_defconfig >"$build/kernel-config.log" 2>&1 ||
		{ tail -n 20 "$build/kernel-config.log" >&2; exit 1; }
	touch "$objects/.config"
fi
kbuild olddefconfig >>"$build/kernel-config.log" 2>&1 </dev/null ||
	{ tail -n 20 "$build/kernel-config.log" >&2; exit 1; }

# A whole build takes 2.64 steps for each option that is on (measured), give or take a few.
# Of a build that goes on after an interruption, the objects that are there are done.
steps=0 done=0
if [[ ! -e $objects/vmlinux ]]; then
	steps=$(( $(grep -c '=[ym]$' "$objects/.config") * 264 / 100 ))
	done=$(find "$objects" -name '*.o' | wc -l)
fi
kbuild all </dev/null 2>&1 | "$here/progress.sh" kernel "$steps" "$build/kernel.log" "$done"

rm -rf "$build/modules.part" "$build/modules.old"
mkdir "$build/modules.part"
if grep -q '^CONFIG_MODULES=y' "$objects/.config"; then
	kbuild modules_install INSTALL_MOD_PATH="$build/modules.part" INSTALL_MOD_STRIP=1 \
		</dev/null >"$build/kernel-modules.log" 2>&1 ||
		{ tail -n 20 "$build/kernel-modules.log" >&2; exit 1; }
	rm -f "$build"/modules.part/lib/modules/*/{build,source}
fi
# A module that did not change keeps its date: the image then need not be made again.
(cd "$build/modules.part" && find . -type f -print) | while IFS= read -r file; do
	! cmp -s "$build/modules/$file" "$build/modules.part/$file" ||
		touch -r "$build/modules/$file" "$build/modules.part/$file"
done
[[ ! -e $build/modules ]] || mv "$build/modules" "$build/modules.old"
mv "$build/modules.part" "$build/modules"
rm -rf "$build/modules.old"

objcopy --strip-debug "$objects/vmlinux" "$build/linux.part"
chmod 755 "$build/linux.part"
mv "$build/linux.part" "$build/linux"
echo "kernel    $1/linux is $(cat "$objects/include/config/kernel.release")"
