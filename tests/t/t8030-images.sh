#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8030-images.sh - images from tars, container layers and disks; snapshots; machines as one file
# time limit: 900
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab

# Snapshots: a tree with two branches.
umlab create pc; umlab start pc
write() { umlab exec pc -- sh -c "echo $1 >/root/state; sync"; }
state() { umlab exec pc cat /root/state; }
write one; claim "snapshot save, while it runs" umlab snapshot save -m "first step" pc one
is "$(state)" one "it runs again, as it was"
write two; claim "another" umlab snapshot save pc two
claim "snapshot restore" umlab snapshot restore pc one
is "$(state)" one "the disk is that of the snapshot"
write three; umlab snapshot save pc three
is "$(umlab snapshot list pc | sed 's/ *\(\*\)\{0,1\} *2[0-9]*-.*//' | tr '\n' ,)" "one,  three,  two," "list shows the tree"
like "$(umlab snapshot list pc)" "three \*" "and where the disk stands"
write four; claim "snapshot pop" umlab snapshot pop pc
is "$(state)" three "goes back to the last one, which stays"
umlab snapshot save pc three 2> err; is $? 1 "a name is given once"
umlab snapshot restore pc thre 2> err; is $? 3 "a snapshot that is not there is status 3"
like "$(cat err)" "did you mean three" "with the one that was meant"
claim "snapshot delete" umlab snapshot delete pc one
is "$(umlab snapshot list pc | sed 's/ *\(\*\)\{0,1\} *2[0-9]*-.*//' | tr '\n' ,)" "three,two," "its children become its parent's"
umlab remove pc < /dev/null 2> err; is $? 1 "a machine with snapshots is not removed without a word"

umlab stop pc
claim "export writes a machine as one file" umlab export pc pc.umlab
umlab export pc pc.umlab 2> err; is $? 1 "and does not write over another"
claim "import makes a machine of it" umlab import pc.umlab copy
umlab start copy
is "$(umlab exec copy cat /root/state)" three "with its disk"
is "$(umlab snapshot list --names copy | tr '\n' ,)" "three,two," "and its snapshots"
echo junk > junk; umlab import junk x 2> err; is $? 1 "a file that is none is refused"
is "$(umlab list --json | jq length)" 2 "and leaves nothing"
umlab remove -f copy pc

# A layer of one's own, published for others.
claim "image layer makes an image by a command" umlab image layer course --from debian-12 -- sh -c 'echo course > /etc/course'
umlab create -i course c; umlab start c
is "$(umlab exec c cat /etc/course)" course "machines of it have what was changed"
umlab image remove course 2> err; is $? 1 "an image in use is not removed"
umlab image layer course2 --from debian-12 -- sh -c 'exit 3' 2> err; is $? 1 "a command that fails makes no image"
umlab image list --names | grep -qx course2; is $? 1 "indeed none"
umlab image update course -- true 2> err; is $? 1 "an image in use is not updated"
umlab remove -f c
umlab image update course -- sh -c 'echo broken > /etc/course; exit 3' 2> err; is $? 1 "an update that fails"
umlab create -i course c; umlab start c; is "$(umlab exec c cat /etc/course)" course "leaves the image as it was"
umlab remove -f c
claim "image update by a command" umlab image update course -- sh -c 'echo newer > /etc/course'
umlab create -i course c; umlab start c; is "$(umlab exec c cat /etc/course)" newer "new machines have what it did"
claim "image publish" umlab image publish "$SCRATCH/home/pub lic" course
is "$(readlink "pub lic/course.img")" "$(cd "pub lic" && ls course@*.img)" "under a name that tells the content"
umlab remove -f c
is "$(UMLAB_IMAGES="$SCRATCH/home/pub lic" umlab image list --json | jq -r '.[]|select(.name=="course").name')" course "others find it by UMLAB_IMAGES"
claim "image remove" umlab image remove course
chmod a-w "pub lic"
UMLAB_IMAGES="$SCRATCH/home/pub lic" umlab create -i course c
claim "a machine of a read-only image starts" umlab start c
is "$(umlab exec c cat /etc/course)" newer "with the course's files"
umlab remove -f c; chmod u+w "pub lic"

# Imports: a container's image in layers, with something taken away in the second.
mkdir -p one two oci/blobs/sha256
tar -C / -cf one.tar --no-recursive bin 2>/dev/null
mkdir -p tree/etc tree/bin tree/lib64 tree/root; cp "$BUILD/tests/guest/hello" tree/bin/ 2>/dev/null
busybox=$(command -v busybox)
if [ -n "$busybox" ] && ! ldd "$busybox" > /dev/null 2>&1; then
	cp "$busybox" tree/bin/busybox; for tool in sh ls cat tar mkdir ip mount sed rm; do ln -s busybox tree/bin/$tool; done
	echo below > tree/etc/gone; echo below > tree/etc/kept; rm -f one.tar; tar -C tree -cf one.tar .
	mkdir -p upper/etc; touch upper/etc/.wh.gone; echo above > upper/etc/new; tar -C upper -czf two.tar.gz .
	a=$(sha256sum < one.tar | cut -c1-64) b=$(sha256sum < two.tar.gz | cut -c1-64)
	mv one.tar oci/blobs/sha256/$a; mv two.tar.gz oci/blobs/sha256/$b
	echo '{"layers":[{"digest":"sha256:'$a'"},{"digest":"sha256:'$b'"}]}' > manifest; m=$(sha256sum < manifest | cut -c1-64); mv manifest oci/blobs/sha256/$m
	echo '{"manifests":[{"digest":"sha256:'$m'"}]}' > oci/index.json; echo '{"imageLayoutVersion":"1.0.0"}' > oci/oci-layout
	chmod -R a+rX .
	claim "image import of a container's layers" umlab image import oci box
	umlab create -i box b; claim "a system without init boots" umlab start b
	is "$(umlab exec b -- cat /etc/kept /etc/new | tr '\n' ,)" "below,above," "with the files of both layers"
	umlab exec b -- cat /etc/gone 2> err; is $? 1 "without what the upper one took away"
	claim "and stops in order" umlab stop b
	tar -C tree -czf tree.tar.gz .; chmod a+r tree.tar.gz
	claim "image import of a tar" umlab image import tree.tar.gz fromtar
	umlab create -i fromtar t; umlab start t
	is "$(umlab exec t -- cat /etc/kept /etc/gone | tr '\n' ,)" "below,below," "its files are there"
	claim "image import of a folder" umlab image import --size=64M tree fromdir
	umlab remove -f t b
else
	skip "image import of a container's layers" "no static busybox here"
fi
if [ -r "$BUILD/images/minimal.img" ] && command -v qemu-img > /dev/null; then
	qemu-img convert -U -O qcow2 "$BUILD/images/minimal.img" m.qcow2; chmod a+r m.qcow2
	claim "image import of a qcow2 disk" umlab image import m.qcow2 fromqcow
	umlab create -i fromqcow q; umlab start q
	is "$(umlab exec q hostname)" q "it boots"
	qemu-img convert -f qcow2 -O raw m.qcow2 m.raw; chmod a+r m.raw
	claim "image import of a raw disk" umlab image import m.raw fromraw
	umlab image export fromraw out.raw; cmp -s out.raw m.raw; ok $? "export writes the same again"
	rm -f m.qcow2 m.raw out.raw; umlab remove -f q
else
	skip "image import of a qcow2 disk" "no qemu-img, or no image minimal"
fi
umlab image import junk j 2> err; is $? 1 "what is no archive makes no image"
umlab image import /no/such j 2> err; is $? 3 "nor does what is not there"
claim "wipe" umlab wipe -f
done_testing
