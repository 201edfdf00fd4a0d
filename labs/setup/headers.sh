#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# headers.sh - pack the kernel headers, so that modules can be built inside a machine
#
#   headers.sh BUILD OUTPUT    run by labs.mk, after kernel.sh
#
# OUTPUT is a tar of linux-headers-RELEASE with the headers, makefiles and symbols of the kernel
# in BUILD. As with Debian's packages, `make -C /lib/modules/RELEASE/build M=$PWD` builds a module.
# The two programs that kbuild runs from these headers are linked statically, because the guest's C
# library may be older than ours. The same kernel gives the same bytes.
set -euo pipefail
export LC_ALL=C
umask 022

build=$(realpath "$1") output=$2
source=$build/src/linux objects=$build/kernel
release=$(cat "$objects/include/config/kernel.release")
part=$output.part
rm -rf "$part" && mkdir "$part"
trap 'rm -rf "$part"' EXIT
top=$part/linux-headers-$release
mkdir "$top"

# copy FOLDER NAME...: copies files and folders below FOLDER, following links. A NAME may be a
# pattern, or an --exclude option of tar.
copy() {
	# shellcheck disable=SC2068 # patterns
	(cd "$1" && tar -chf - --exclude='.*.cmd' --exclude='*.o' --exclude='*.s' ${@:2}) |
		tar -C "$top" -xf -
}

copy "$source" --exclude=dt-bindings --exclude=include/config --exclude=include/generated \
	Makefile arch/um/Makefile arch/um/include arch/x86/include include \
	scripts/Kbuild.include 'scripts/Makefile*' scripts/basic scripts/mod 'scripts/*.sh' \
	'scripts/*.pl' scripts/subarch.include scripts/module-common.c
copy "$objects" Module.symvers arch/um/include/generated arch/x86/include/generated \
	include/config/auto.conf include/config/kernel.release include/generated \
	scripts/module.lds scripts/mod/devicetable-offsets.h scripts/mod/elfconfig.h

program() { ${CC:-gcc} -O2 -static -I "$source/scripts/include" -I "$top/scripts/mod" -o "$@"; }
program "$top/scripts/basic/fixdep" "$source/scripts/basic/fixdep.c"
program "$top/scripts/mod/modpost" \
	"$source"/scripts/mod/{modpost,file2alias,sumversion,symsearch}.c
strip "$top"/scripts/{basic/fixdep,mod/modpost}

# Default to our architecture, so that callers need no ARCH=um.
mv "$top/Makefile" "$top/Makefile.kernel"
printf 'ARCH ?= um\ninclude $(dir $(lastword $(MAKEFILE_LIST)))Makefile.kernel\n' >"$top/Makefile"

tar -C "$part" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 \
	-cf "$part/headers.tar" "${top##*/}"
mv "$part/headers.tar" "$output"
