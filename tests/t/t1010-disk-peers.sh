#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t1010-disk-peers.sh - use disks with other programs: uml_moo, uml_mkcow, linux.uml, qemu, fio
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
DISK=$BUILD/umlab-disk
[ -x "$DISK" ] || skip_all "no $DISK (make umlab-disk)"
cd "$SCRATCH" || exit 1
have() { command -v "$1" > /dev/null; }
serve() { # serve FILE [OPTION]...: start an NBD server at $SCRATCH/nbd; its process is $server
	rm -f nbd; "$DISK" nbd --socket "$SCRATCH/nbd" "$@" > serve.log 2>&1 & server=$!
	wait_for 10 test -S nbd
}
put() { python3 "$TOP/tests/peers/nbdput.py" "$SCRATCH/nbd" "$@"; }
serve_end() { kill "$server"; wait "$server"; }
URI="nbd+unix:///?socket=$SCRATCH/nbd"

head -c 16M /dev/urandom > base.img
cp -p base.img base.keep

##### COW V3: each program reads what the others write
if have uml_mkcow && have uml_moo; then
	claim "check opens a COW file of uml_mkcow" sh -c \
		"uml_mkcow theirs.cow base.img && '$DISK' check theirs.cow"
	"$DISK" create --to cow3 --base base.img ours.cow
	is "$(stat -c %s ours.cow)" "$(stat -c %s theirs.cow)" \
		"our COW V3 file has the size of that of uml_mkcow"
	cmp <(head -c 4128 ours.cow) <(head -c 4128 theirs.cow)
	ok $? "our COW V3 file has the header of that of uml_mkcow"
	for file in ours theirs; do
		serve $file.cow
		put 5000 "$(head -c 3000 /dev/urandom | base64 -w0)" && put 16777000 end
		serve_end
		"$DISK" convert --to raw $file.cow $file.raw
		uml_moo $file.cow $file.moo > moo.log 2>&1; cmp $file.moo $file.raw
		ok $? "uml_moo reads the same content of $file.cow as convert" || diag < moo.log
	done
	# uml_moo must refuse layers.
	"$DISK" create --base base.img layer.cow; cp layer.cow layer.keep
	uml_moo layer.cow x.raw > moo.log 2>&1
	[ $? -ne 0 ] && cmp -s layer.cow layer.keep && cmp -s base.img base.keep
	ok $? "uml_moo refuses a layer and changes nothing"
	uml_moo -d -b base.img layer.cow > moo.log 2>&1
	[ $? -ne 0 ] && cmp -s layer.cow layer.keep && cmp -s base.img base.keep
	ok $? "uml_moo -d -b refuses a layer and changes nothing"
else skip "COW V3 with uml_moo and uml_mkcow" "no uml-utilities"; fi

##### a live linux.uml; it writes whole blocks of 4 KiB, because its smaller writes are wrong
if have linux.uml && [ -r "$BUILD/tests/mini.cpio" ]; then
	uml() {
		as_user env HOME="$SCRATCH" TMPDIR="$SCRATCH" timeout 60 setsid -w linux.uml \
			mem=96M con=null con0=fd:0,fd:1 uml_dir="$SCRATCH" initrd="$MINI_CPIO" \
			panic=1 "$@" < input > uml.log 2>&1
	}
	MINI_CPIO=$(reachable "$MINI_CPIO"); chmod 666 base.img
	mkfifo input; exec 8<> input
	for maker in ours theirs; do
		rm -f live.cow
		if [ $maker = ours ]; then "$DISK" create --to cow3 --base base.img live.cow
		else uml_mkcow live.cow base.img > /dev/null; fi
		chmod 666 live.cow
		: > uml.log
		(wait_for 40 grep -aq 'guest#' uml.log; printf 'write /dev/ubda\n' >&8
			wait_for 15 grep -aq '@write' uml.log; printf 'poweroff\n' >&8) & typist=$!
		uml then=prompt ubd0="$SCRATCH/live.cow"
		wait $typist
		like "$(tr -d '\r' < uml.log)" "@write done" \
			"linux.uml writes to a COW file that $maker made" || continue
		"$DISK" convert --force --to raw live.cow live.raw
		cmp live.raw <(head -c 1M /dev/zero; tail -c +1048577 base.keep)
		ok $? "convert reads what linux.uml wrote"
		claim "check finds no damage" "$DISK" check live.cow
	done
	cp layer.keep layer.cow; chmod 666 layer.cow
	uml then=poweroff ubd0="$SCRATCH/layer.cow"
	exec 8>&-
	cmp -s layer.cow layer.keep && cmp -s base.img base.keep
	ok $? "linux.uml changes neither a layer nor its base"
else skip "COW V3 with a live linux.uml" "no user-mode-linux"; fi

##### NBD clients
"$DISK" create --base base.img --size 32M served.cow
serve served.cow
if have qemu-io; then
	qio() { qemu-io -f raw "$URI" "$@" > qio.log 2>&1 && ! grep -qi "error\|fail" qio.log; }
	claim "qemu-io writes and verifies patterns" qio -c "write -P 0xab 1536 10k" \
		-c "write -P 0xcd 1000k 3M" -c "read -P 0xab 1536 10k" -c "read -P 0xcd 1000k 3M"
	claim "qemu-io zeroes and discards" qio -c "write -z 8k 64k" -c "read -P 0 8k 64k" \
		-c "discard 2M 1M" -c "read -P 0 2M 1M"
	claim "qemu-io writes with FUA and flushes" qio -c "write -f -P 0x11 20M 512" -c "flush" \
		-c "read -P 0x11 20M 512"
	claim "qemu-io has several writes in flight" qio -c "aio_write -P 1 4M 64k" \
		-c "aio_write -P 2 5M 64k" -c "aio_write -P 3 6M 512" -c "aio_flush" \
		-c "read -P 1 4M 64k" -c "read -P 2 5M 64k" -c "read -P 3 6M 512"
	claim "the disk reads as zeros after the end of its base" qio -c "read -P 0 24M 4M"
	! qio -c "write -P 1 32M 512"; ok $? "a write after the end of the disk fails"
	claim "qemu-img copies the disk over NBD" qemu-img convert -f raw -O raw "$URI" copy.raw
else skip "qemu-io over NBD" "no qemu-utils"; fi
if have fio && fio --enghelp 2> /dev/null | grep -q nbd; then
	claim "fio verifies its writes, with 16 in flight" fio --name=v --ioengine=nbd \
		--uri="$URI" --rw=randwrite --bsrange=512-64k --bs_unaligned=0 --iodepth=16 \
		--size=24M --verify=crc32c --verify_fatal=1 --do_verify=1 --randrepeat=1 \
		--output=fio.log
else skip "fio over NBD" "no fio with NBD"; fi
serve_end; is $? 0 "the server ends cleanly on a signal"
claim "check finds no damage" "$DISK" check served.cow
if have qemu-img; then
	claim "convert writes a qcow2 copy" "$DISK" convert --to qcow2 served.cow served.qcow2
	"$DISK" convert --to raw served.cow served.raw
	claim "the qcow2 copy has the same content" \
		qemu-img compare -f qcow2 -F raw served.qcow2 served.raw
	claim "qemu-img check accepts the qcow2 copy" qemu-img check served.qcow2
	format=$(qemu-img info --output=json served.cow |
		sed -n 's/.*"format": "\(.*\)".*/\1/p' | head -n 1)
	is "$format" raw "qemu-img takes a layer for raw, not for another format"
fi
cmp -s base.img base.keep; ok $? "the base is unchanged"
done_testing
