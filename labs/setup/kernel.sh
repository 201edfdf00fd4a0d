#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kernel.sh - configure and build the kernel and its modules
#
#   kernel.sh BUILD [FLAVOR]    run from the top of the checkout, by GNUmakefile
#
# BUILD/src/linux is the source. BUILD/kernel is kbuild's folder: objects, .config, and vmlinux
# with debug data. The results are BUILD/linux, the same program without debug data, and
# BUILD/modules; a flavour adds -FLAVOR to the three names. A flavour is a file in
# arch-um/configs: umlab_FLAVOR_defconfig, or umlab_FLAVOR.config on top of the minimal one.
# The results are renamed into place, so each is complete or absent. kbuild survives an
# interruption at any point, and the next call continues from there.
#
# Variables of the environment: CC is the compiler; V=1 shows kbuild's commands; UMLAB_VERSION is
# the version that the kernel prints next to its own.
#
# KCC=1 compiles through kcc.c, which precompiles headers; KCC=0 does not. With KCC=1 a whole build
# takes half the processor time: 13 instead of 24 minutes, estimated from one file in 15. KCC is an
# option because packages should be built with plain gcc. KCC=fresh means KCC=1 in a new folder
# only. Otherwise a folder keeps its compiler unless KCC is 0 or 1, because kbuild compiles
# everything again if the compiler changes.
set -euo pipefail
: "${MAKEFLAGS=}" "${CC:=gcc}" "${V=}" "${KCC=}"
build=$(realpath -m "$1")
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
	known=$(cd arch-um/configs && echo *_*_defconfig *.config)
	known=${known//umlab_/} known=${known//_defconfig/} known=${known//.config/}
	echo "kernel.sh: unknown flavour '$flavor'; the flavours are: $known" >&2
	exit 2
fi

# `make -n` runs this script too, because the recipe starts with "+" for job control.
letters=${MAKEFLAGS%% *}
[[ $letters == -* || $letters != *n* ]] || exit 0
umask 022

# The caller's flags are for our programs on the host, but kbuild's tools would use them too.
unset CFLAGS CPPFLAGS CXXFLAGS LDFLAGS AR
export UMLAB_VERSION

kbuild() {
	make --no-print-directory -C "$source" ARCH=um O="$objects" CC="$compiler" ${V:+V="$V"} "$@"
}

mkdir -p "$objects"
compiler=$CC
case $KCC in
0) rm -rf "$objects/.pch" ;;
1) mkdir -p "$objects/.pch" ;;
fresh) [[ -e $objects/.config ]] || mkdir -p "$objects/.pch" ;;
esac
if [[ -d $objects/.pch ]]; then
	[[ $build/kcc -nt $here/kcc.c ]] ||
		$CC -std=gnu11 -O2 -Wall -Wextra -o "$build/kcc" "$here/kcc.c"
	compiler="$build/kcc $CC"
fi
# Pass on job control only: kbuild would take our variables (BUILD=, T=) for its own.
MAKEFLAGS=${MAKEFLAGS%% -- *}

# Keep a configuration that was edited by hand (menuconfig) until the default configuration or
# the options of the port change.
stale=
for file in "${configs[@]/#/arch-um/configs/}" arch-um/Kconfig; do
	[[ -e $objects/.config && ! $file -nt $objects/.config ]] || stale=yes
done
config_log=$build/kernel$suffix-config.log
if [[ $stale ]]; then
	kbuild "${configs[@]}" >"$config_log" 2>&1 ||
		{ tail -n 20 "$config_log" >&2; exit 1; }
	touch "$objects/.config"
fi
kbuild olddefconfig >>"$config_log" 2>&1 </dev/null ||
	{ tail -n 20 "$config_log" >&2; exit 1; }

# A whole build takes about 2.64 steps for each enabled option (measured). When a build continues
# after an interruption, the existing objects count as done.
steps=0 done=0
if [[ ! -e $objects/vmlinux ]]; then
	steps=$(( $(grep -c '=[ym]$' "$objects/.config") * 264 / 100 ))
	done=$(find "$objects" -name '*.o' | wc -l)
fi
kbuild all </dev/null 2>&1 |
	"$here/progress.sh" "kernel$suffix" "$steps" "$build/kernel$suffix.log" "$done"

modules=$build/modules$suffix
rm -rf "$modules.part" "$modules.old"
mkdir "$modules.part"
if grep -q '^CONFIG_MODULES=y' "$objects/.config"; then
	kbuild modules_install INSTALL_MOD_PATH="$modules.part" INSTALL_MOD_STRIP=1 \
		</dev/null >"$build/kernel$suffix-modules.log" 2>&1 ||
		{ tail -n 20 "$build/kernel$suffix-modules.log" >&2; exit 1; }
	rm -f "$modules.part"/lib/modules/*/{build,source}
fi
# A module that did not change keeps its time, so the image is not built again.
(cd "$modules.part" && find . -type f -print) | while IFS= read -r file; do
	! cmp -s "$modules/$file" "$modules.part/$file" ||
		touch -r "$modules/$file" "$modules.part/$file"
done
[[ ! -e $modules ]] || mv "$modules" "$modules.old"
mv "$modules.part" "$modules"
rm -rf "$modules.old"

# Let `make -C build/kernel M=DIR` build a module without ARCH=um.
[[ ! -e $objects/Makefile ]] || grep -q '^ARCH' "$objects/Makefile" ||
	sed -i '1i ARCH ?= um' "$objects/Makefile"

objcopy --strip-debug "$objects/vmlinux" "$build/linux$suffix.part"
chmod 755 "$build/linux$suffix.part"
mv "$build/linux$suffix.part" "$build/linux$suffix"
echo "kernel    $1/linux$suffix is $(cat "$objects/include/config/kernel.release")"
