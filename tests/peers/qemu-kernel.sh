#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# qemu-kernel.sh - print the path of Debian's own kernel 6.12, which QEMU boots as another host
#
# usage: qemu-kernel.sh
#
# The package is downloaded and unpacked below build/bench, not installed. The exit status is 1
# where the distribution has no such package. Called by t9497-ptrace-scope.sh and bench-gdb.sh on
# the host.
set -eu
folder=$(realpath "${BASH_SOURCE[0]%/*}/../../build")/bench/qemu
if ! compgen -G "$folder/boot/vmlinuz-6.12*" > /dev/null; then
	name=$(apt-cache search --names-only '^linux-image-6\.12\..*-cloud-amd64$' |
		sort -V | tail -n 1 | cut -d' ' -f1)
	[[ $name ]] || exit 1
	mkdir -p "$folder"
	(cd "$folder" && apt-get download -qq "$name" && dpkg -x ./*.deb . &&
		rm -rf lib usr ./*.deb) > /dev/null 2>&1 || exit 1
fi
compgen -G "$folder/boot/vmlinuz-6.12*" | sort -V | tail -n 1
