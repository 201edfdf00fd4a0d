#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9200-image-build.sh - the image is built by an ordinary user and survives interruptions
# time limit: 1200
#
# Starts from the package lists and downloads of the last build, so that it needs no network.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
need_kernel
REWRITE=$BUILD/labs/image-rewrite
[ -e "$BUILD/image/index.done" ] || skip_all "no downloads to start from (make image)"

mkdir "$SCRATCH/labs" "$SCRATCH/steps"
cp -R "$TOP/labs/image" "$TOP/labs/setup" "$SCRATCH/labs/"
cp -R "$BUILD"/image/{apt,cache,sources.list,index.done} "$SCRATCH/steps/"
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/steps"
image=$SCRATCH/out.d/image
mkdir -m 777 "$SCRATCH/out.d"

build_command=("$SCRATCH/labs/image/build.sh" --output "$image" --kernel "$LINUX"
	--rewrite "$REWRITE" --work "$SCRATCH/steps")
build() { (as_user "${build_command[@]}" "$@") 2>&1; }

# interrupted SIGNAL STEP COMMAND...: run a build, and send it the signal once COMMAND succeeds.
interrupted() {
	local signal=$1 step=$2 pid status=0; shift 2
	as_user "${build_command[@]}" > "$SCRATCH/log" 2>&1 &
	pid=$!
	wait_for 300 "$@"
	ok $? "the build reaches the step: $step" || diag < "$SCRATCH/log"
	kill "-$signal" "$pid"
	wait_status 20 "$pid" 2>/dev/null || status=$?
	[ "$status" -ge 128 ] && [ ! -e "$image" ]
	ok $? "SIG$signal ends the build without an image during the step: $step"
}

claim "build.sh --prepare succeeds" build --prepare
[ ! -e "$image" ] && [ -e "$SCRATCH/steps/unpacked.img" ]
ok $? "build.sh --prepare stops before the guest's part and makes no image"
rm "$SCRATCH/steps/"{unpack,format}.done "$SCRATCH/steps/unpacked.img"

interrupted KILL "unpacking" test -d "$SCRATCH/steps/tree/usr/bin"
interrupted TERM "making the file system" test -e "$SCRATCH/steps/unpacked.img"
interrupted HUP "configuring packages in the guest" \
	grep -q '^Setting up' "$SCRATCH/steps/configure.log"
claim "the next build after interruptions makes an image" build
claim "the file system of the image is clean" e2fsck -fn "$image"
is "$(build)" "" "a second build does nothing"
owner=$(debugfs -R 'stat /etc/shadow' "$image" 2>/dev/null |
	sed -n 's/^User: *\([0-9]*\).*/\1/p')
is "$owner" 0 "files belong to root in an image that an ordinary user built"

# New modules need only the last step of the build.
mkdir -p "$SCRATCH/modules/lib/modules/6.12/kernel"
echo code > "$SCRATCH/modules/lib/modules/6.12/kernel/some.ko"
chmod -R a+rX "$SCRATCH/modules"
like "$(build --modules "$SCRATCH/modules" | grep -c ': done')" '^1$' \
	"a build with new modules repeats one step only"
is "$(debugfs -R 'cat /lib/modules/6.12/kernel/some.ko' "$image" 2>/dev/null)" code \
	"the image holds the new modules"
done_testing
