#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t1000-disk-tool.sh - umlab-disk: each verb does what it says; a verb that fails changes nothing
. "$(dirname "$0")/../lib/tap.sh" || exit 1
DISK=$BUILD/umlab-disk
[ -x "$DISK" ] || skip_all "no $DISK (make umlab-disk)"
cd "$SCRATCH" || exit 1
disk() { "$DISK" "$@"; }
raw() { disk convert --force --to raw "$1" "$1.raw" 2>&1; } # writes the content to DISK.raw
# put FILE OFFSET TEXT: write TEXT to the disk over NBD
put() {
	local pid
	"$DISK" nbd --socket "$SCRATCH/s" "$1" > /dev/null 2>&1 & pid=$!
	python3 "$TOP/tests/peers/nbdput.py" "$SCRATCH/s" "$2" "$3" > put.log 2>&1; local status=$?
	kill "$pid"; wait "$pid"; [ $status -eq 0 ]
}
refused() { # refused TITLE ERE COMMAND...: claim exit status 1 and a message that matches
	local title=$1 ere=$2 output; shift 2
	output=$("$@" 2>&1); is $? 1 "$title"
	like "$output" "$ere" "$title: the message says why"
}

head -c 8M /dev/urandom > base.img
cp base.img base.before

##### create and info
claim "create makes an overlay" disk create --base base.img top.cow
used=$(du -k top.cow | cut -f1)
[ "$used" -le 64 ]; ok $? "an untouched overlay takes at most 64 KiB on the host ($used)"
refused "create does not replace a file" "top.cow: exists already" disk create --base base.img \
	top.cow
refused "create fails without size and base" "needs a size or a base" disk create x.cow
refused "create fails on a missing base" "nowhere.img: no such file" disk create --base \
	nowhere.img x.cow
[ ! -e x.cow ] && [ ! -e x.cow.part ]; ok $? "a failed create leaves no file"
claim "create makes an empty disk of 10 GiB" disk create --size 10G --cluster 64K empty.cow
info_json() { # info_json FILE: print the size of the disk and the cluster size
	disk info --json "$1" | python3 -c 'import json, sys
disk = json.load(sys.stdin)
print(disk["size"], disk["layers"][0]["cluster"])'
}
is "$(info_json empty.cow)" "10737418240 65536" "info --json shows size and cluster size"
like "$(disk info top.cow)" "base       base.img" "info shows the base of an overlay"
like "$(file top.cow 2>/dev/null || echo use-umlab-disk)" "use-umlab-disk" \
	"file(1) names the program for a layer"

##### writing, map, compare
claim "an NBD client writes to the disk" put top.cow 4096 hello
disk map top.cow > map
like "$(cat map)" "4096 +4096  top.cow" "map shows which file holds the written sectors"
printf hello | dd of=base.before bs=1 seek=4096 conv=notrunc 2> /dev/null
raw top.cow > /dev/null; claim "the disk holds the base and the change" cmp top.cow.raw base.before
disk compare top.cow base.before > /dev/null; is $? 0 "compare finds equal disks the same"
disk compare top.cow base.img > cmp.out; is $? 1 "compare finds a difference"
like "$(cat cmp.out)" "differ at byte 4096" "compare says where the difference is"
is "$(disk diff base.img top.cow)" "4096 4096" "diff shows the range that has changed"
claim "diff makes a layer of the difference" disk diff --output delta.cow base.img base.before
disk compare delta.cow top.cow > /dev/null; is $? 0 "that layer holds the newer content"
claim "check --data finds no damage" disk check --data top.cow

##### identity of the base
cp base.img moved.img; mkdir elsewhere; mv base.img elsewhere/
refused "a missing base is an error" \
	"base image not found, neither as base.img nor as $SCRATCH/base.img; name it with --base" \
		disk check top.cow
claim "a copy with another name and date is accepted" disk check --base moved.img top.cow
mv elsewhere/base.img .; touch base.img
claim "a touched base is accepted" disk check top.cow
mkdir a b; cp base.img a/; (cd a && disk create --base base.img o.cow); cp -r a/* b/; rm -r a
claim "overlay and base can be moved together" disk check b/o.cow
cp base.img base.keep
printf XXXXXXXXXXXXXXXX | dd of=base.img bs=1 seek=5000000 conv=notrunc 2> /dev/null
refused "a base with changed bytes is refused" \
	"base image base.img has changed: its content is different.*rebase -u top.cow base.img" \
		disk check top.cow
truncate -s 4M base.img
refused "a shorter base is refused" "it has 4194304 bytes and had 8388608" disk check top.cow
cp base.keep base.img
claim "the restored content is accepted" disk check top.cow
claim "seal works on a raw base" disk seal base.img
[ -s base.img.umlab-id ]; ok $? "seal stores the hash of a raw base in base.img.umlab-id"
"$DISK" nbd --socket "$SCRATCH/held" top.cow 2> /dev/null & holder=$!
for _ in $(seq 100); do [ -S "$SCRATCH/held" ] && break; sleep 0.05; done
[ -S "$SCRATCH/held" ]; ok $? "an overlay on the base is in use"
rm base.img.umlab-id
claim "a base that is in use can be sealed" disk seal base.img
kill $holder; wait $holder 2> /dev/null
[ -s base.img.umlab-id ]; ok $? "the hash of that base is stored"

##### chains
claim "an overlay can be the base of another one" disk create --base top.cow second.cow
claim "the second layer can be written" put second.cow 8192 second
cp --sparse=always top.cow top.keep; put top.cow 0 x
refused "a write to the lower layer is noticed" "a program has written to it" disk check second.cow
mv top.keep top.cow
claim "the restored layer is accepted" disk check second.cow
ln -s second.cow loop.cow
disk rebase -u top.cow second.cow > /dev/null 2>&1
refused "a chain with a loop is refused" "is its own base" disk check second.cow
disk rebase -u top.cow base.img; disk rebase -u second.cow top.cow
claim "rebase -u resolves the loop" disk check second.cow
raw second.cow > /dev/null; cp second.cow.raw second.want

##### flatten, rebase, commit
claim "flatten into another file" disk flatten --output flat.cow second.cow
is "$(disk info --json flat.cow | grep -c '"file"')" 1 "the flattened disk has no base"
disk compare flat.cow second.want > /dev/null; is $? 0 "the flattened disk has the same content"
claim "rebase puts the disk on another base" disk rebase second.cow moved.img
disk compare second.cow second.want > /dev/null; is $? 0 "rebase keeps the content"
cp --sparse=always second.cow second.keep; cp top.cow top.keep
claim "rebase returns to the old base" disk rebase second.cow top.cow
claim "commit writes the overlay into the layer below" disk commit second.cow
disk compare top.cow second.want > /dev/null; is $? 0 "the layer below then holds all content"
disk compare second.cow second.want > /dev/null
is $? 0 "the overlay reads the same after the commit"
disk map second.cow > map; ! grep -q second.cow map; ok $? "the overlay is empty after the commit"
claim "commit writes into a raw base" disk commit top.cow
cmp base.img second.want; ok $? "the raw base then holds all content"
claim "the overlay accepts the base it was committed to" disk check --data top.cow

##### commit is interrupted anywhere and run again
disk create --base base.img big.cow
head -c 8M /dev/urandom > other; disk diff --output big2.cow base.img other; mv big2.cow big.cow
cp --sparse=always base.img base.old
for delay in 0.005 0.01 0.02 0.04; do
	"$DISK" commit big.cow > /dev/null 2>&1 & pid=$!
	sleep $delay; { kill -KILL $pid; wait $pid; } 2> /dev/null
	disk compare big.cow other > /dev/null || break
done
disk compare big.cow other > /dev/null
is $? 0 "a killed commit leaves the content of the disk unchanged"
claim "an interrupted commit can be run again" disk commit big.cow
cmp base.img other; ok $? "the repeated commit writes everything"

##### snapshots
disk create --base base.img s.cow; put s.cow 0 monday
claim "snapshot keeps a state" disk snapshot s.cow monday
put s.cow 0 tuesday
disk convert --to raw s.cow tuesday.raw; disk convert --to raw s.monday.cow monday.raw
is "$(head -c 7 tuesday.raw)$(head -c 6 monday.raw)" tuesdaymonday \
	"later writes do not change the snapshot"
claim "rollback runs" disk rollback s.cow monday
is "$(raw s.cow; head -c 6 s.cow.raw)" monday "rollback restores the state of the snapshot"
disk compare s.cow~ tuesday.raw > /dev/null; is $? 0 "rollback keeps the later state in FILE~"
refused "a snapshot name is used only once" "s.monday.cow: exists already" disk snapshot s.cow \
	monday

##### seal, pack, convert, resize
claim "seal works on a layer" disk seal s.monday.cow
refused "a sealed layer cannot be written" "is sealed" disk resize s.monday.cow 10G
disk rebase -u s.cow s.monday.cow
claim "check --data accepts a sealed layer" disk check --data s.cow
printf ZZZZZZZZZZZZZZZZ | dd of=s.monday.cow bs=1 seek=$((0x1010000 + 10)) conv=notrunc 2> /dev/null
refused "the next use finds a change in a sealed layer" \
	"s.monday.cow has changed: its content is not what was sealed" disk map s.cow
refused "check finds a change in a sealed layer" "not what was sealed" sh -c \
	"'$DISK' check --data s.cow 2>&1"
if command -v zstd > /dev/null; then
	claim "pack packs a layer" disk pack flat.cow flat.pack
	mv flat.cow flat.keep
	claim "unpack restores it" disk unpack flat.pack flat.cow
	disk compare flat.cow second.want > /dev/null
	is $? 0 "the unpacked disk has the same content"
	head -c $(($(stat -c %s flat.pack) - 100)) flat.pack > short.pack
	refused "a truncated pack is refused" "is damaged" disk unpack short.pack x.cow
	[ ! -e x.cow ] && [ ! -e x.cow.new ]; ok $? "a failed unpack leaves no file"
else skip "pack" "no zstd"; fi
for format in raw layer cow3 qcow2; do
	base=; [ $format != cow3 ] || base="--base base.keep"
	[ $format != qcow2 ] || command -v qemu-img > /dev/null || { skip "convert to qcow2" \
		"no qemu-img"; continue; }
	# shellcheck disable=SC2086
	claim "convert writes $format" disk convert --to $format $base second.want conv.$format
	rm -f back.raw; disk convert --to raw conv.$format back.raw && cmp back.raw second.want
	ok $? "convert reads $format"
done
disk create --base base.img grown.cow
claim "resize enlarges a disk" disk resize grown.cow 20M
is "$(info_json grown.cow | cut -d' ' -f1)" 20971520 "the disk has the new size"
refused "a disk does not shrink" "invalid size 10485760" disk resize grown.cow 10M

##### locks, interruption, usage
"$DISK" nbd --socket "$SCRATCH/n" grown.cow 2> nbd.log & pid=$!
for _ in $(seq 100); do [ -S n ] && break; sleep 0.05; done
refused "a second writer is refused" \
	"grown.cow: in use by process $pid on host $(uname -n) since 20" disk resize grown.cow 30M
"$DISK" nbd --socket "$SCRATCH/m" --raw base.before 2> /dev/null & pid2=$!
for _ in $(seq 100); do [ -S m ] && break; sleep 0.05; done
refused "a second writer of a raw disk is refused" "base.before: in use by process $pid2" \
	disk nbd --socket x --raw base.before
claim "info works while a disk is in use" disk info grown.cow
kill -KILL $pid $pid2; wait $pid $pid2 2> /dev/null; rm -f n m
claim "the lock of a killed process is void" disk resize grown.cow 30M
disk frobnicate > /dev/null 2>&1; is $? 2 "an unknown verb is wrong usage"
disk create --json x > /dev/null 2>&1
is $? 2 "an option that the verb does not take is wrong usage"
disk create --size 1Q x > /dev/null 2>&1; is $? 2 "an invalid size is wrong usage"
claim "--help works" disk --help
head -c 200M /dev/zero | tr '\0' x > large
for _ in $(seq 20); do # try until the signal arrives during flatten
	rm -f large.cow; disk create --base large large.cow
	(trap - INT; exec "$DISK" flatten large.cow) > /dev/null 2>&1 & pid=$!
	until [ -e large.cow.new ] || ! kill -0 $pid 2> /dev/null; do :; done
	kill -INT $pid 2> /dev/null; wait $pid; status=$?
	[ $status -eq 0 ] || break
done
disk check large.cow > /dev/null &&
	is "$(disk info large.cow | grep -c '^  base')-$status" "1-130" \
		"Ctrl-C leaves the input unchanged"
is "$(ls | grep -cE '\.(new|part)$')" 0 "an interrupted verb leaves no unfinished file"
done_testing
