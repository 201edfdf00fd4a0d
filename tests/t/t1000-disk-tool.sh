# SPDX-License-Identifier: GPL-2.0-only
# t1000-disk-tool.sh - umlab-disk: each verb does what it says, and leaves everything as it was when it cannot
. "$(dirname "$0")/../lib/tap.sh"
DISK=$BUILD/umlab-disk
[ -x "$DISK" ] || skip_all "no $DISK (make umlab-disk)"
cd "$SCRATCH" || exit 1
disk() { "$DISK" "$@"; }
raw() { disk convert --force --to raw "$1" "$1.raw" 2>&1; }   # what a disk holds, as a file
# put FILE OFFSET TEXT: into the disk, by way of NBD
put() { local pid
	"$DISK" nbd --socket "$SCRATCH/s" "$1" > /dev/null 2>&1 & pid=$!
	python3 "$TOP/tests/peers/nbdput.py" "$SCRATCH/s" "$2" "$3" > put.log 2>&1; local status=$?
	kill "$pid"; wait "$pid"; [ $status -eq 0 ]; }
refused() { # refused TITLE ERE COMMAND...: ends with status 1 and one line that matches
	local title=$1 ere=$2 output; shift 2
	output=$("$@" 2>&1); is $? 1 "$title"
	like "$output" "$ere" "$title: the message"
}

head -c 8M /dev/urandom > base.img
cp base.img base.before

##### create and info
claim "create makes an overlay" disk create --base base.img top.cow
[ "$(du -k top.cow | cut -f1)" -le 64 ]; ok $? "an overlay of an untouched disk takes at most 64 KiB ($(du -k top.cow | cut -f1))"
refused "create replaces nothing" "top.cow: exists already" disk create --base base.img top.cow
refused "create without size or base" "needs a size or a base" disk create x.cow
refused "create on a missing base" "nowhere.img: no such file" disk create --base nowhere.img x.cow
[ ! -e x.cow ] && [ ! -e x.cow.part ]; ok $? "and leaves nothing behind"
claim "an empty disk of 10 GiB" disk create --size 10G --cluster 64K empty.cow
is "$(disk info --json empty.cow | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["size"], d["layers"][0]["cluster"])')" "10737418240 65536" "info as JSON tells size and clusters"
like "$(disk info top.cow)" "base       base.img" "info shows the base of an overlay"
like "$(file top.cow 2>/dev/null || echo use-umlab-disk)" "use-umlab-disk" "file(1) says whose it is"

##### writing, map, compare
claim "a disk is written over NBD" put top.cow 4096 hello
disk map top.cow > map; like "$(cat map)" "4096 +4096  top.cow" "map tells which file holds it"
printf hello | dd of=base.before bs=1 seek=4096 conv=notrunc 2> /dev/null
raw top.cow > /dev/null; claim "the disk holds base and change" cmp top.cow.raw base.before
disk compare top.cow base.before > /dev/null; is $? 0 "compare finds them the same"
disk compare top.cow base.img > cmp.out; is $? 1 "compare finds the difference"
like "$(cat cmp.out)" "differ at byte 4096" "and says where"
is "$(disk diff base.img top.cow)" "4096 4096" "diff tells what changed"
claim "diff makes a layer of it" disk diff --output delta.cow base.img base.before
disk compare delta.cow top.cow > /dev/null; is $? 0 "which holds the newer one"
claim "check finds nothing" disk check --data top.cow

##### identity of the base
cp base.img moved.img; mkdir elsewhere; mv base.img elsewhere/
refused "a missing base" "base image not found, neither as base.img nor as $SCRATCH/base.img; name it with --base" disk check top.cow
claim "a copy with another name and date is accepted" disk check --base moved.img top.cow
mv elsewhere/base.img .; touch base.img
claim "a touched base is accepted" disk check top.cow
mkdir a b; cp base.img a/; (cd a && disk create --base base.img o.cow); cp -r a/* b/; rm -r a
claim "overlay and base are moved together" disk check b/o.cow
cp base.img base.keep
printf XXXXXXXXXXXXXXXX | dd of=base.img bs=1 seek=5000000 conv=notrunc 2> /dev/null
refused "a base with one other byte" "base image base.img has changed: its content is different.*rebase -u top.cow base.img" disk check top.cow
truncate -s 4M base.img
refused "a shorter base" "it has 4194304 bytes and had 8388608" disk check top.cow
cp base.keep base.img
claim "the old content brought back is accepted" disk check top.cow
claim "seal notes a raw base's hash beside it" disk seal base.img
[ -s base.img.umlab-id ]; ok $? "in base.img.umlab-id"
"$DISK" nbd --socket "$SCRATCH/held" top.cow 2> /dev/null & holder=$!
for _ in $(seq 100); do [ -S "$SCRATCH/held" ] && break; sleep 0.05; done
[ -S "$SCRATCH/held" ]; ok $? "somebody uses an overlay on it"
rm base.img.umlab-id
claim "then it can be sealed all the same" disk seal base.img
kill $holder; wait $holder 2> /dev/null
[ -s base.img.umlab-id ]; ok $? "and the hash is there"

##### chains
claim "a second layer" disk create --base top.cow second.cow
claim "is written" put second.cow 8192 second
refused "its lower layer is no longer written behind its back" "a program has written to it" sh -c "cp --sparse=always top.cow top.keep; '$DISK' nbd --socket '$SCRATCH/t' top.cow 2> /dev/null & python3 '$TOP/tests/peers/nbdput.py' '$SCRATCH/t' 0 x; kill \$!; wait \$!; '$DISK' check second.cow"
mv top.keep top.cow
claim "the layer brought back is accepted" disk check second.cow
ln -s second.cow loop.cow
disk rebase -u top.cow second.cow > /dev/null 2>&1
refused "a chain that bites its tail" "is its own base" disk check second.cow
disk rebase -u top.cow base.img; disk rebase -u second.cow top.cow
claim "and is mended" disk check second.cow
raw second.cow > /dev/null; cp second.cow.raw second.want

##### flatten, rebase, commit
claim "flatten into another file" disk flatten --output flat.cow second.cow
is "$(disk info --json flat.cow | grep -c '"file"')" 1 "which stands on nothing"
disk compare flat.cow second.want > /dev/null; is $? 0 "with the same content"
claim "rebase onto other content" disk rebase second.cow moved.img
disk compare second.cow second.want > /dev/null; is $? 0 "keeps the content"
cp --sparse=always second.cow second.keep; cp top.cow top.keep
claim "back again" disk rebase second.cow top.cow
claim "commit puts it into the layer below" disk commit second.cow
disk compare top.cow second.want > /dev/null; is $? 0 "which holds it all"
disk compare second.cow second.want > /dev/null; is $? 0 "the overlay reads the same"
disk map second.cow > map; ! grep -q second.cow map; ok $? "and is empty"
claim "commit into a raw base" disk commit top.cow
cmp base.img second.want; ok $? "which holds it all"
claim "the overlay still stands on it" disk check --data top.cow

##### commit is interrupted anywhere and run again
disk create --base base.img big.cow
head -c 8M /dev/urandom > other; disk diff --output big2.cow base.img other; mv big2.cow big.cow
cp --sparse=always base.img base.old
for delay in 0.005 0.01 0.02 0.04; do
	"$DISK" commit big.cow > /dev/null 2>&1 & pid=$!
	sleep $delay; { kill -KILL $pid; wait $pid; } 2> /dev/null
	disk compare big.cow other > /dev/null || break
done
disk compare big.cow other > /dev/null; is $? 0 "a commit that was killed leaves the disk as it was"
claim "and is carried through when run again" disk commit big.cow
cmp base.img other; ok $? "to its end"

##### snapshots
disk create --base base.img s.cow; put s.cow 0 monday; claim "snapshot" disk snapshot s.cow monday
put s.cow 0 tuesday
disk convert --to raw s.cow tuesday.raw; disk convert --to raw s.monday.cow monday.raw
is "$(head -c 7 tuesday.raw)$(head -c 6 monday.raw)" tuesdaymonday "the snapshot stays as it was"
claim "rollback" disk rollback s.cow monday
is "$(raw s.cow; head -c 6 s.cow.raw)" monday "goes back"
disk compare s.cow~ tuesday.raw > /dev/null; is $? 0 "what was since is kept"
refused "a snapshot of that name is there already" "s.monday.cow: exists already" disk snapshot s.cow monday

##### seal, pack, convert, resize
claim "seal a layer" disk seal s.monday.cow
refused "a sealed one is not written" "is sealed" disk resize s.monday.cow 10G
disk rebase -u s.cow s.monday.cow
claim "its content is compared by check --data" disk check --data s.cow
printf ZZZZZZZZZZZZZZZZ | dd of=s.monday.cow bs=1 seek=$((0x1010000 + 10)) conv=notrunc 2> /dev/null
refused "a change is found when it is next used" "s.monday.cow has changed: its content is not what was sealed" disk map s.cow
refused "and by check" "not what was sealed" sh -c "'$DISK' check --data s.cow 2>&1"
if command -v zstd > /dev/null; then
	claim "pack" disk pack flat.cow flat.pack
	mv flat.cow flat.keep
	claim "unpack" disk unpack flat.pack flat.cow
	disk compare flat.cow second.want > /dev/null; is $? 0 "gives the same disk"
	head -c $(($(stat -c %s flat.pack) - 100)) flat.pack > short.pack
	refused "a pack that was cut off" "is damaged" disk unpack short.pack x.cow
	[ ! -e x.cow ] && [ ! -e x.cow.new ]; ok $? "and leaves nothing behind"
else skip "pack" "no zstd"; fi
for format in raw layer cow3 qcow2; do
	base=; [ $format != cow3 ] || base="--base base.keep"
	[ $format != qcow2 ] || command -v qemu-img > /dev/null || { skip "convert to qcow2" "no qemu-img"; continue; }
	# shellcheck disable=SC2086
	claim "convert to $format" disk convert --to $format $base second.want conv.$format
	rm -f back.raw; disk convert --to raw conv.$format back.raw && cmp back.raw second.want; ok $? "and back"
done
disk create --base base.img grown.cow
claim "resize" disk resize grown.cow 20M
is "$(disk info --json grown.cow | sed -n 's/.*"size": \([0-9]*\),$/\1/p' | head -n 1)" 20971520 "the disk has grown"
refused "it does not shrink" "invalid size 10485760" disk resize grown.cow 10M

##### locks, interruption, usage
"$DISK" nbd --socket "$SCRATCH/n" grown.cow 2> nbd.log & pid=$!
for _ in $(seq 100); do [ -S n ] && break; sleep 0.05; done
refused "a disk that is written is refused" "grown.cow: in use by process $pid on host $(uname -n) since 20" disk resize grown.cow 30M
"$DISK" nbd --socket "$SCRATCH/m" --raw base.before 2> /dev/null & pid2=$!
for _ in $(seq 100); do [ -S m ] && break; sleep 0.05; done
refused "a raw one too" "base.before: in use by process $pid2" disk nbd --socket x --raw base.before
claim "info looks at it all the same" disk info grown.cow
kill -KILL $pid $pid2; wait $pid $pid2 2> /dev/null; rm -f n m
claim "a holder that was killed is no holder" disk resize grown.cow 30M
disk frobnicate > /dev/null 2>&1; is $? 2 "a verb that is none is wrong usage"
disk create --json x > /dev/null 2>&1; is $? 2 "so is an option that the verb does not take"
disk create --size 1Q x > /dev/null 2>&1; is $? 2 "and a size that is none"
claim "--help" disk --help
head -c 200M /dev/zero | tr '\0' x > large
for _ in $(seq 20); do # until it is caught at work: neither before it listens nor when it has ended
	rm -f large.cow; disk create --base large large.cow
	(trap - INT; exec "$DISK" flatten large.cow) > /dev/null 2>&1 & pid=$!
	until [ -e large.cow.new ] || ! kill -0 $pid 2> /dev/null; do :; done
	kill -INT $pid 2> /dev/null; wait $pid; status=$?
	[ $status -eq 0 ] || break
done
disk check large.cow > /dev/null && is "$(disk info large.cow | grep -c '^  base')-$status" "1-130" "Ctrl-C leaves the input as it was"
is "$(ls | grep -cE '\.(new|part)$')" 0 "and no half file"
done_testing
