#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9332-kernel-filesystem.sh - the file system lab of the kernel course can be solved
# time limit: 1500
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
[ -r "$BUILD/images/minimal.img" ] || skip_all "no image minimal (make images)"
[ -r /usr/src/linux-source-6.12.tar.xz ] || skip_all "no kernel source"
lab=$SCRATCH/home/kernel-filesystem tree=$SCRATCH/tree
cp -r "$TOP/labs/examples/kernel-filesystem" "$lab"
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$lab"

# Use a separate checkout, because the solution changes the kernel source.
mkdir -p "$tree/build" "$tree/labs"
cp -R "$TOP"/{GNUmakefile,arch-um,drivers-ubd,cow} "$tree/"
cp -R "$TOP/labs/setup" "$tree/labs/"
(cd "$TOP" && find . -path ./build -prune -o -name '*.mk' -exec cp --parents {} "$tree/" \;)
touch -d tomorrow "$tree/build/.packages-build"
make_() { env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -C "$tree" -j"$(nproc)" "$@"; }
checks() { (cd "$lab" && umlab lrestart > /dev/null 2>&1; umlab check --live) > out 2>&1; }

claim "make unpacks the kernel source and builds the small kernel" make_ kernel FLAVOR=minimal
UMLAB_LINUX=$tree/build/linux-minimal
export UMLAB_LINUX
chmod a+rx "$SCRATCH" "$tree" "$tree/build"
cd "$lab" || exit
is "$(umlab lint -q .)" "" "lint finds no error in the lab"
claim "the lab starts" umlab lstart
checks; is $? 1 "the unchanged kernel fails the check"
claim "the solution applies to the kernel source" \
	patch -sd "$tree/build/src/linux" -p1 -i "$lab/solution.patch"
start=$SECONDS
claim "make builds the changed kernel" make_ kernel FLAVOR=minimal
echo "$((SECONDS - start)) s to build it after the change" | diag
checks; ok $? "the changed kernel passes the check" || diag < out
umlab lclean > /dev/null 2>&1
done_testing
