#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t6020-overlays.sh - layered disks in a machine: chains, locks, hot add, growing, a full host
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
need_kernel
DISK=$(reachable "$BUILD/umlab-disk")
disk() { "$DISK" "$@"; }
as_guest() { (as_user "$DISK" "$@"); }
run() { local log=$1; shift; boot 60 "$SCRATCH/$log" mem=64M initrd="$MINI_CPIO" topic=hello "$@"; }

# The disks topic writes 64 MB of patterns, and `disks verify` checks these patterns.
truncate -s 64M base; chmod 644 base
truncate -s 524544 ro; chmod 666 ro
as_guest create --base base layer1.cow; as_guest create --base layer1.cow layer2.cow
as_guest create --base layer2.cow top.cow
TOPIC_OPTIONS="ubd0=$SCRATCH/top.cow,serial=LAB-0001 ubd1r=$SCRATCH/ro" TOPIC_LIMIT=120 \
	guest_topics disks
disk convert --to raw top.cow top.raw
claim "the top layer holds what the guest wrote last" "$BUILD/tests/guest/disks" verify top.raw
cmp -s base <(head -c 64M /dev/zero); ok $? "the base of a chain is unchanged"
for layer in layer1 layer2; do
	! disk map --base /dev/null $layer.cow 2>/dev/null | grep -q "$layer"
	ok $? "$layer in the middle of a chain is unchanged"
done
is "$(disk info --json top.cow | sed -n '4s/.*"state": "\([a-z]*\)".*/\1/p')" clean \
	"a machine that powers off leaves its overlay clean"
claim "umlab-disk check finds no damage in the overlay" disk check top.cow

# Run the same disks topic on an overlay of format COW V3.
as_guest create --to cow3 --base base v3.cow
TOPIC_OPTIONS="ubd0=$SCRATCH/v3.cow,serial=LAB-0001 ubd1r=$SCRATCH/ro" TOPIC_LIMIT=120 \
	guest_topics disks
disk convert --to raw v3.cow v3.raw
claim "a COW V3 overlay holds what the guest wrote last" "$BUILD/tests/guest/disks" verify v3.raw
if command -v uml_moo > /dev/null; then
	cp -p base base2; uml_moo v3.cow merged.raw > /dev/null 2>&1; cmp merged.raw v3.raw
	ok $? "uml_moo reads the same content from a COW V3 overlay"
else
	skip "uml_moo reads the same content from a COW V3 overlay" "no uml-utilities"
fi

# Test ubd0=NEW,BASE, which creates the overlay NEW.
head -c 8M /dev/urandom > base.img
run log ubd0="$SCRATCH/new.cow,base.img"
like "$(cat log)" "new.cow: made as an overlay on base.img" \
	"ubd0=new.cow,base.img creates the overlay" || diag < log
run log ubd0="$SCRATCH/new.cow,$SCRATCH/absent.img"
like "$(cat log)" "absent.img: no such file" \
	"an existing overlay is refused when its base is given as a missing file"
run log ubd0="$SCRATCH/newer.cow,$SCRATCH/absent.img"
is $? 1 "a machine whose new overlay has no base exits with status 1"
[ ! -e newer.cow ]; ok $? "no overlay is created when its base is missing"
cp base.img copied.img; run log ubd0="$SCRATCH/new.cow,$SCRATCH/copied.img"
! grep -q "no disk" log; ok $? "an overlay accepts an exact copy of its base"
printf XXXXXXXXXXXXXXXX | dd of=copied.img bs=1 seek=100000 conv=notrunc 2> /dev/null
run log ubd0="$SCRATCH/new.cow,$SCRATCH/copied.img"
like "$(cat log)" "copied.img has changed: its content is different.*no disk" \
	"an overlay refuses a copy of its base that differs in a few bytes"
run log ubd0="$SCRATCH/top.cow,shared"
like "$(cat log)" "cannot be written by two machines at once" \
	"an overlay cannot be shared for writing"
disk seal layer1.cow 2>/dev/null; chmod 666 layer1.cow
run log ubd0="$SCRATCH/layer1.cow"
like "$(cat log)" "read-only .*is sealed" "a sealed layer is a read-only disk"

# A malformed header must give a clear message and no disk, and leave the file unchanged.
python3 "$TOP/tests/lib/cowcorpus.py" corpus base.img
for bad in corpus/bad-*; do
	cp "$bad" before; chmod 666 "$bad"
	timeout 20 "$DISK" info "$bad" > out 2>&1; status=$?
	[ $status -eq 1 ] && [ "$(wc -l < out)" -eq 1 ] && cmp -s "$bad" before
	ok $? "umlab-disk refuses ${bad#corpus/bad-} in one line and leaves the file unchanged" ||
		diag < out
done
options=; n=0
for bad in corpus/bad-*; do
	options="$options ubd$n=$SCRATCH/$bad"; n=$((n + 1))
	[ $n -lt 16 ] || break
done
cat corpus/bad-* > before
# shellcheck disable=SC2086
run log $options
is "$(grep -c 'no disk' log)" "$n" "a machine refuses each malformed overlay with one line" ||
	diag < log
cat corpus/bad-* | cmp -s - before; ok $? "a machine leaves malformed overlays unchanged"
for good in corpus/good-*; do
	rm -f good.raw; disk convert --to raw --below base.img "$good" good.raw > out 2>&1
	cmp good.raw corpus/want >> out 2>&1
	ok $? "umlab-disk reads ${good#corpus/good-} correctly" || diag < out
done

# Let two machines use the same layers.
chmod 666 top.cow
truncate -s 8M hot.img; chmod 666 hot.img
guest_start mem=64M ubd0="$SCRATCH/top.cow" diskctl="$SCRATCH/ctl"
guest_sees 30 guest#
run log ubd0="$SCRATCH/top.cow"
like "$(cat log)" "in use by process [0-9]+ on host $(uname -n) since" \
	"a second machine on one overlay is refused, and the message names the first"
run log ubd0="$SCRATCH/other.cow,$SCRATCH/layer2.cow"; ! grep -q "no disk" log
ok $? "a second machine with a separate overlay can use the same base"

# Add, grow and remove disks while the machine runs.
machine() { as_guest machine "$SCRATCH/ctl" "$@"; }
wait_for 10 test -S ctl
like "$(machine list)" "ubd0 ubda 67108864 rw .*top.cow" \
	"machine list shows number, device, size, mode and file of a disk"
claim "a disk is added while the machine runs" machine add "ubd3=$SCRATCH/hot.img"
claim "an added disk grows while the machine runs" \
	sh -c "truncate -s 12M hot.img; '$DISK' machine '$SCRATCH/ctl' grow ubd3"
like "$(machine list)" "ubd3 ubdd 12582912 rw" "machine list shows the new size of a grown disk"
claim "an overlay grows while the machine runs" machine grow ubd0 80M
guest_type show /proc/partitions; guest_sees 10 "81920 ubda"
ok $? "the guest sees the new size of a grown overlay"
machine add "ubd3=$SCRATCH/hot.img" 2> err
like "$(cat err)" "such a disk already" "adding a disk with a number that is taken is refused"
machine add "ubd4=$SCRATCH/top.cow" 2> err
like "$(cat err)" "no disk" "adding a disk whose file is in use is refused"
claim "a disk is removed while the machine runs" machine remove ubd3
machine remove ubd3 2> err
like "$(cat err)" "no such disk" "removing a disk a second time is refused"
claim "the file of a removed disk can be added again" machine add "ubd3=$SCRATCH/hot.img"
guest_type poweroff; guest_ends 20
is $? 0 "the machine powers off after disks were added and grown"
claim "umlab-disk check finds no damage in the grown overlay" disk check top.cow

# Fill the host's file system.
mkdir small
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=4m,mode=777 small \
	"$SCRATCH/small" 2> /dev/null; then
	cleanup() { umount "$SCRATCH/small"; }
	as_guest create --base base.img small/a.cow
	guest_start mem=64M ubd0="$SCRATCH/small/a.cow"
	guest_sees 30 guest#
	dd if=/dev/zero of=small/filler bs=4k 2> /dev/null
	guest_type write /dev/ubda; guest_sees 30 "^@write"
	like "$guest_line" "No space left|Input/output error" \
		"a write to an overlay on a full host fails in the guest"
	rm small/filler
	guest_type write /dev/ubda; guest_sees 30 "^@write"
	like "$guest_line" "@write done" "writes succeed once the host has space again"
	guest_type poweroff; guest_ends 20; is $? 0 "the machine powers off after its host was full"
	claim "umlab-disk check finds no damage after the host was full" disk check small/a.cow
	disk convert --to raw small/a.cow after.raw
	cmp after.raw <(head -c 1M /dev/zero; tail -c +1048577 base.img)
	ok $? "after the host was full the disk holds the written data and the base elsewhere"
else
	skip "a write to an overlay on a full host fails in the guest" \
		"needs root for a small file system"
fi
done_testing
