#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8030-images.sh - images from tars, container layers and disks; snapshots; machines as one file
# time limit: 900
#
# Some parts are skipped without a static busybox, qemu-img or the image minimal.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab

# Test snapshots that form a tree with two branches.
umlab create pc; umlab start pc
write() { umlab exec pc -- sh -c "echo $1 >/root/state; sync"; }
state() { umlab exec pc cat /root/state; }
# snapshots: print the snapshots of pc, separated by commas, without marks and dates
snapshots() { umlab snapshot list pc | sed 's/ *\(\*\)\{0,1\} *2[0-9]*-.*//' | tr '\n' ,; }
write one
claim "a snapshot is saved while the machine runs" umlab snapshot save -m "first step" pc one
is "$(state)" one "the machine runs with the same disk after snapshot save"
write two; claim "a second snapshot is saved" umlab snapshot save pc two
claim "the first snapshot is restored" umlab snapshot restore pc one
is "$(state)" one "after a restore the disk has the content of the snapshot"
write three; umlab snapshot save pc three
is "$(snapshots)" "one,  three,  two," "snapshot list indents snapshots below their parent"
like "$(umlab snapshot list pc)" "three \*" "snapshot list marks the parent of the present disk"
write four; claim "snapshot pop goes back to the last snapshot" umlab snapshot pop pc
is "$(state)" three "after snapshot pop the disk has the content of the last snapshot"
umlab snapshot save pc three 2> err; is $? 1 "snapshot save refuses a name that exists"
umlab snapshot restore pc thre 2> err
is $? 3 "snapshot restore exits with status 3 for a missing snapshot"
like "$(cat err)" "did you mean three" "snapshot restore suggests a similar name"
claim "a snapshot with children is deleted" umlab snapshot delete pc one
is "$(snapshots)" "three,two," "the children of a deleted snapshot move up to its parent"
umlab remove pc < /dev/null 2> err
is $? 1 "a machine with snapshots is not removed without a confirmation"

umlab stop pc
claim "export writes a machine as one file" umlab export pc pc.umlab
umlab export pc pc.umlab 2> err; is $? 1 "export does not overwrite a file"
claim "import makes a machine of an exported file" umlab import pc.umlab copy
umlab start copy
is "$(umlab exec copy cat /root/state)" three "an imported machine has the exported disk"
is "$(umlab snapshot list --names copy | tr '\n' ,)" "three,two," \
	"an imported machine has the exported snapshots"
echo junk > junk; umlab import junk x 2> err; is $? 1 "import refuses a file that is no export"
is "$(umlab list --json | jq length)" 2 "a refused import leaves no machine behind"
umlab remove -f copy pc

# Make a layer over an image, and publish it for others.
layer() { umlab image layer "$1" --from debian-12 -- sh -c "$2"; }
course() { umlab exec c cat /etc/course; }
claim "image layer makes an image by a command" layer course 'echo course > /etc/course'
umlab create -i course c; umlab start c
is "$(course)" course "a machine of a layered image has the command's changes"
umlab image remove course 2> err; is $? 1 "image remove refuses an image in use"
layer course2 'exit 3' 2> err; is $? 1 "image layer exits with status 1 when its command fails"
umlab image list --names | grep -qx course2
is $? 1 "image layer leaves no image behind when its command fails"
umlab image update course -- true 2> err; is $? 1 "image update refuses an image in use"
umlab remove -f c
umlab image update course -- sh -c 'echo broken > /etc/course; exit 3' 2> err
is $? 1 "image update exits with status 1 when its command fails"
umlab create -i course c; umlab start c
is "$(course)" course "a failed image update leaves the image unchanged"
umlab remove -f c
claim "image update changes an image by a command" \
	umlab image update course -- sh -c 'echo newer > /etc/course'
umlab create -i course c; umlab start c
is "$(course)" newer "new machines have the changes of image update"
public="$SCRATCH/home/pub lic"
claim "image publish copies an image to a folder" umlab image publish "$public" course
is "$(readlink "$public/course.img")" "$(cd "$public" && ls course@*.img)" \
	"a published image is a link to a file named after its content"
umlab remove -f c
is "$(UMLAB_IMAGES=$public umlab image list --json | jq -r '.[]|select(.name=="course").name')" \
	course "image list finds a published image through UMLAB_IMAGES"
claim "image remove removes an image" umlab image remove course
chmod a-w "$public"
UMLAB_IMAGES=$public umlab create -i course c
claim "a machine of an image in a read-only folder starts" umlab start c
is "$(course)" newer "a machine of a published image has the image's files"
umlab remove -f c; chmod u+w "$public"

# Import a container's image of two layers; the second one removes a file of the first.
mkdir -p one two oci/blobs/sha256
tar -C / -cf one.tar --no-recursive bin 2>/dev/null
mkdir -p tree/etc tree/bin tree/lib64 tree/root; cp "$BUILD/tests/guest/hello" tree/bin/ 2>/dev/null
busybox=$(command -v busybox)
digest() { sha256sum < "$1" | cut -c1-64; }
if [ -n "$busybox" ] && ! ldd "$busybox" > /dev/null 2>&1; then
	cp "$busybox" tree/bin/busybox
	for tool in sh ls cat tar mkdir ip mount sed rm; do ln -s busybox tree/bin/$tool; done
	echo below > tree/etc/gone; echo below > tree/etc/kept
	rm -f one.tar; tar -C tree -cf one.tar .
	mkdir -p upper/etc; touch upper/etc/.wh.gone; echo above > upper/etc/new
	tar -C upper -czf two.tar.gz .
	a=$(digest one.tar) b=$(digest two.tar.gz)
	mv one.tar "oci/blobs/sha256/$a"; mv two.tar.gz "oci/blobs/sha256/$b"
	printf '{"layers":[{"digest":"sha256:%s"},{"digest":"sha256:%s"}]}\n' "$a" "$b" > manifest
	m=$(digest manifest); mv manifest "oci/blobs/sha256/$m"
	printf '{"manifests":[{"digest":"sha256:%s"}]}\n' "$m" > oci/index.json
	echo '{"imageLayoutVersion":"1.0.0"}' > oci/oci-layout
	chmod -R a+rX .
	claim "image import makes an image of a container's layers" umlab image import oci box
	umlab create -i box b; claim "a system without init boots" umlab start b
	is "$(umlab exec b -- cat /etc/kept /etc/new | tr '\n' ,)" "below,above," \
		"an imported container has the files of both layers"
	umlab exec b -- cat /etc/gone 2> err
	is $? 1 "an imported container lacks the file that the upper layer removes"
	claim "a system without init shuts down cleanly" umlab stop b
	tar -C tree -czf tree.tar.gz .; chmod a+r tree.tar.gz
	claim "image import makes an image of a tar" umlab image import tree.tar.gz fromtar
	umlab create -i fromtar t; umlab start t
	is "$(umlab exec t -- cat /etc/kept /etc/gone | tr '\n' ,)" "below,below," \
		"a machine of an imported tar has the tar's files"
	claim "image import makes an image of a folder" umlab image import --size=64M tree fromdir
	umlab remove -f t b
else
	skip "image import makes an image of a container's layers" "no static busybox here"
fi
if [ -r "$BUILD/images/minimal.img" ] && command -v qemu-img > /dev/null; then
	qemu-img convert -U -O qcow2 "$BUILD/images/minimal.img" m.qcow2; chmod a+r m.qcow2
	claim "image import makes an image of a qcow2 disk" umlab image import m.qcow2 fromqcow
	umlab create -i fromqcow q; umlab start q
	is "$(umlab exec q hostname)" q "a machine of an imported qcow2 disk boots"
	qemu-img convert -f qcow2 -O raw m.qcow2 m.raw; chmod a+r m.raw
	claim "image import makes an image of a raw disk" umlab image import m.raw fromraw
	umlab image export fromraw out.raw; cmp -s out.raw m.raw
	ok $? "image export writes the same bytes that image import read"
	rm -f m.qcow2 m.raw out.raw; umlab remove -f q
else
	skip "image import makes an image of a qcow2 disk" "no qemu-img, or no image minimal"
fi
umlab image import junk j 2> err; is $? 1 "image import refuses a file of an unknown format"
umlab image import /no/such j 2> err; is $? 3 "image import exits with status 3 for a missing file"
claim "wipe removes the machines of this test" umlab wipe -f
done_testing
