#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9250-trixie.sh - images of Debian 13 are built, boot, and pass the tests of the images
# time limit: 3000
#
# Builds the images from the Debian archive by `umlab image build --suite trixie`. Then runs the
# tests of images with a build folder that holds the new images.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
UMLAB_LIMIT=1200

images=$SCRATCH/home/images
for recipe in "$TOP/labs/image/debian-12.packages" minimal base; do
	name=${recipe##*/} name=${name%.packages}
	if ! umlab image build --suite trixie "$recipe" > "$SCRATCH/$name.log" 2>&1 &&
		grep -q 'no Debian mirror\|package lists are incomplete\|apt-get update failed' \
			"$SCRATCH/$name.log"; then
		skip_all "no access to the Debian archive"
	fi
	claim "umlab image build --suite trixie makes the image $name" \
		test -e "$images/$name-trixie.img"
done
version=$(debugfs -R 'cat /etc/debian_version' "$images/base-trixie.img" 2>/dev/null)
like "$version" '^13' "the image base-trixie is Debian 13"

umlab create --image base-trixie pc && umlab start pc
like "$(umlab exec pc cat /etc/debian_version)" '^13' "a machine of base-trixie boots Debian 13"
is "$(umlab exec pc -- systemctl --failed --no-legend --plain)" "" \
	"no systemd unit fails in a machine of base-trixie"
umlab remove -f pc

mkdir -p "$SCRATCH/trixie/images"
for name in umlab labs linux kernel tests umlab-net umlab-disk image-rewrite modules; do
	[ ! -e "$BUILD/$name" ] || ln -s "$BUILD/$name" "$SCRATCH/trixie/$name"
done
rm "$SCRATCH/trixie/umlab" && cp "$BUILD/umlab" "$SCRATCH/trixie/umlab"
for name in debian-12 minimal base; do
	cp --sparse=always --reflink=auto "$images/$name-trixie.img" \
		"$SCRATCH/trixie/images/$name.img"
done
chmod -R a+rX "$SCRATCH/trixie/images"
for test in t0200-image t8030-images; do
	UMLAB_BUILD=$SCRATCH/trixie bash "$TOP/tests/t/$test.sh" \
		> "$SCRATCH/$test.tap" 2> "$SCRATCH/$test.err"
	relay "$SCRATCH/$test.tap"
	grep -q '^1\.\.' "$SCRATCH/$test.tap"
	ok $? "$test runs to its end with images of Debian 13" || diag < "$SCRATCH/$test.err"
done
done_testing
