#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kernel.sh - configure and build the kernel and its modules
#
#   kernel.sh BUILD [FLAVOR]    run from the top of the checkout, by GNUmakefile
#
# BUILD/src/linux is the source, BUILD/kernel kbuild's folder: objects, vmlinux with
# debug data, .config. Results: BUILD/linux, the same image without debug data, and
# BUILD/modules; of a flavour, all three with -FLAVOR behind. Flavours are what lies in
# arch-um/configs: umlab_FLAVOR_defconfig, or umlab_FLAVOR.config on top of the minimal one. Both are renamed into place, so they are whole or not there. kbuild
# copes with an interruption at any point; the next call goes on from there.
set -euo pipefail
: "${MAKEFLAGS=}"
build=$PWD/$1
flavor=${2-} suffix=${2:+-$2}
source=$build/src/linux
objects=$build/kernel$suffix
here=${BASH_SOURCE[0]%/*}
configs=(umlab_defconfig)
if [[ $flavor && -e arch-um/configs/umlab_${flavor}_defconfig ]]; then
	configs=("umlab_${flavor}_defconfig")
elif [[ $flavor && -e arch-um/configs/umlab_$flavor.config ]]; then
	configs=(umlab_minimal_defconfig "umlab_$flavor.config")
elif [[ $flavor ]]; then
	echo "kernel.sh: there is no flavour '$flavor'; there are: $(cd arch-um/configs &&
		echo *_*_defconfig *.config | sed 's/umlab_//g; s/_defconfig//g; s/\.config//g')" >&2
	exit 2
fi

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
stale=
for file in "${configs[@]/#/arch-um/configs/}" arch-um/Kconfig; do
	[[ -e $objects/.config && ! $file -nt $objects/.config ]] || stale=yes
done
config_log=$build/kernel$suffix-config.log
if [[ $stale ]]; then
	kbuild "${configs[@]}" >"$config_log" 2>&1 || { tail -n 20 "$config_log" >&2; exit 1; }
	touch "$objects/.config"
fi
kbuild olddefconfig >>"$config_log" 2>&1 </dev/null || { tail -n 20 "$config_log" >&2; exit 1; }

# A whole build takes 2.64 steps for each option that is on (measured), give or take a few.
# Of a build that goes on after an interruption, the objects that are there are done.
steps=0 done=0
if [[ ! -e $objects/vmlinux ]]; then
	steps=$(( $(grep -c '=[ym]$' "$objects/.config") * 264 / 100 ))
	done=$(find "$objects" -name '*.o' | wc -l)
fi
kbuild all </dev/null 2>&1 | "$here/progress.sh" "kernel$suffix" "$steps" "$build/kernel$suffix.log" "$done"

modules=$build/modules$suffix
rm -rf "$modules.part" "$modules.old"
mkdir "$modules.part"
if grep -q '^CONFIG_MODULES=y' "$objects/.config"; then
	kbuild modules_install INSTALL_MOD_PATH="$modules.part" INSTALL_MOD_STRIP=1 \
		</dev/null >"$build/kernel$suffix-modules.log" 2>&1 ||
		{ tail -n 20 "$build/kernel$suffix-modules.log" >&2; exit 1; }
	rm -f "$modules.part"/lib/modules/*/{build,source}
fi
# A module that did not change keeps its date: the image then need not be made again.
(cd "$modules.part" && find . -type f -print) | while IFS= read -r file; do
	! cmp -s "$modules/$file" "$modules.part/$file" ||
		touch -r "$modules/$file" "$modules.part/$file"
done
[[ ! -e $modules ]] || mv "$modules" "$modules.old"
mv "$modules.part" "$modules"
rm -rf "$modules.old"

# `make -C build/kernel M=DIR` then builds a module without further words.
[[ ! -e $objects/Makefile ]] || grep -q '^ARCH' "$objects/Makefile" || sed -i '1i ARCH ?= um' "$objects/Makefile"

objcopy --strip-debug "$objects/vmlinux" "$build/linux$suffix.part"
chmod 755 "$build/linux$suffix.part"
mv "$build/linux$suffix.part" "$build/linux$suffix"
echo "kernel    $1/linux$suffix is $(cat "$objects/include/config/kernel.release")"
