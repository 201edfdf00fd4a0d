#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t1050-disk-hostile.sh - the header of an overlay cannot make umlab-disk or a machine use a file
#
# A guest kernel can write anything into its disk. Here the header names the user's secret, with
# the right size, inode and dates, which a guest would have to guess.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
DISK=$BUILD/umlab-disk
[ -x "$DISK" ] || skip_all "no $DISK (make umlab-disk)"
cd "$SCRATCH" || exit 1
disk() { timeout 20 "$DISK" "$@"; }
forge() { python3 "$TOP/tests/lib/cowforge.py" "$@"; }

mkdir private disks
yes secret-of-the-user | head -c 65536 > private/secret
cp private/secret private/before
head -c 65536 /dev/urandom > disks/base.img
disk create --base disks/base.img disks/plain.cow

# unharmed NAME: no verb reads the secret through disks/NAME.cow, or writes to it.
unharmed() {
	local file=disks/$1.cow title=$2 verb bad=
	cp "$file" kept.cow
	for verb in "info" "info --json" "map" "check" "check --data" "convert --force --to raw" \
		"convert --force --to raw --raw" "flatten --output out.cow" "commit" \
		"pack" "resize" "snapshot" "compare"; do
		rm -f out*
		case $verb in
		convert*) disk $verb "$file" out.raw > out 2>&1 ;;
		resize) disk resize "$file" 1M > out 2>&1 ;;
		pack)
			disk pack "$file" out.pack > out 2>&1
			zstd -q -d -c out.pack > out.unpacked 2>&1 ;;
		compare)
			disk compare "$file" private/secret > out 2>&1 &&
				bad="$bad, compare reads it" ;;
		snapshot) disk snapshot "$file" out.snap > out 2>&1 ;;
		*) disk $verb "$file" > out 2>&1 ;;
		esac
		grep -qs "secret-of-the-user" out out.* "$file" && bad="$bad, $verb reads it"
		cmp -s private/secret private/before || bad="$bad, $verb writes to it"
		LC_ALL=C grep -q "$(printf '\033')" out && bad="$bad, $verb prints an escape"
		cp kept.cow "$file"
	done
	cp "$file" out.cow; cp disks/base.img out.img
	disk rebase "$file" out.img > out 2>&1
	grep -qs "secret-of-the-user" "$file" out.img && bad="$bad, rebase reads it"
	cp kept.cow "$file"
	# A server would run until the time limit ends it.
	timeout 3 "$DISK" nbd --socket "$SCRATCH/s" "$file" > out 2>&1
	[ $? -eq 1 ] || bad="$bad, nbd serves it"
	is "$bad" "" "$title"
}

attack() { # attack NAME TITLE OPTION...: forge disks/NAME.cow and try it
	local name=$1 title=$2; shift 2
	cp disks/plain.cow "disks/$name.cow"
	forge layer "disks/$name.cow" private/secret "$@" || bail_out "forge"
	unharmed "$name" "$title"
}
attack unknown "a base that only the header names is not used"
attack times "the inode and the dates in a header prove nothing" honest-times
attack commit "a header that claims a commit is not trusted" committing
attack both "a header that claims both is not trusted" committing honest-times
attack relative "a relative path proves no more" honest-times path=../private/secret
attack escape "a path with escapes does not reach the terminal" honest-times \
	'path=/\x1b]0;x\x07\x1b[31m'
ln -s ../private/secret disks/link
forge id disks/link.umlab-id private/secret disks/plain.cow
attack link "a forged identity file beside a link is not trusted" "path=$SCRATCH/disks/link"
forge commit disks/link.umlab-commit disks/plain.cow
attack noted "a forged note of a commit beside a link is not trusted" committing \
	"path=$SCRATCH/disks/link"
forge v3 disks/v3.cow private/secret
unharmed v3 "a COW V3 header with the right size and date cannot name a file elsewhere"

# What must still work.
cp disks/plain.cow disks/named.cow; forge layer disks/named.cow private/secret honest-times
claim "a base that the user names is used" disk convert --to raw --below private/secret \
	disks/named.cow named.raw
cmp -s named.raw private/secret; ok $? "the disk has the content of the named base"
claim "a COW V3 base that the user names is used" disk convert --to raw --below private/secret \
	disks/v3.cow v3.raw
touch -d '2001-01-01' disks/base.img
claim "an overlay accepts its base with other dates" disk check disks/plain.cow
mkdir moved; cp disks/plain.cow disks/base.img moved
claim "overlay and base can be moved" disk check moved/plain.cow

if [ -x "$LINUX" ] && [ -r "$MINI_CPIO" ]; then
	n=0 options=
	chmod -R a+rwX disks private
	for name in unknown times commit both relative link noted v3; do
		options="$options ubd$n=$SCRATCH/disks/$name.cow"; n=$((n + 1))
	done
	# shellcheck disable=SC2086
	boot 60 "$SCRATCH/log" mem=64M initrd="$MINI_CPIO" topic=hello $options
	is "$(grep -c 'no disk' log)" "$n" "a machine refuses each of these disks" || diag < log
else
	skip "a machine refuses each of these disks" "no kernel"
fi
done_testing
