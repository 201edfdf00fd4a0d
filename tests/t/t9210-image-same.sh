#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9210-image-same.sh - the same packages give an image of the same bytes
# time limit: 1200
#
# Two builds of the recipe minimal from the same lists and downloads, in other folders, at
# other times, by callers with other settings. PROFILE=base (or dev, extra) takes another recipe.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
need_kernel
PROFILE=${PROFILE:-minimal} REWRITE=$BUILD/labs/image-rewrite
[ -e "$BUILD/image-$PROFILE/index.done" ] || skip_all "no downloads to start from (make images)"
[ -x "$REWRITE" ] || skip_all "no $REWRITE (make labs)"

# build NR [VARIABLE=VALUE]...
build() {
	local nr=$1; shift
	mkdir -m 777 "$SCRATCH/steps$nr" "$SCRATCH/out$nr"
	cp -al "$BUILD/image-$PROFILE"/{apt,cache} "$SCRATCH/steps$nr/" 2>/dev/null ||
		cp -R "$BUILD/image-$PROFILE"/{apt,cache} "$SCRATCH/steps$nr/"
	cp "$BUILD/image-$PROFILE"/{sources.list,index.done} "$SCRATCH/steps$nr/"
	env "$@" "$TOP/labs/image/build.sh" --packages \
		"$TOP/labs/profiles/$PROFILE.packages" --output "$SCRATCH/out$nr/image.img" \
		--kernel "$LINUX" --modules "$BUILD/modules" --headers \
			"$BUILD/headers.tar" --rewrite "$REWRITE" --work "$SCRATCH/steps$nr" 2>&1
}

# Where two images differ: names, rights, sizes and times first, then what files hold.
differences() {
	local nr
	for nr in 1 2; do
		mkdir "$SCRATCH/tree$nr"
		debugfs -R "rdump / $SCRATCH/tree$nr" "$SCRATCH/out$nr/image.img" > /dev/null 2>&1
		(cd "$SCRATCH/tree$nr" && find . ! -type l -printf '%p %M %s %T@\n' | sort) > \
			"$SCRATCH/list$nr"
	done
	diff "$SCRATCH/list1" "$SCRATCH/list2"
	diff -rq --no-dereference "$SCRATCH/tree1" "$SCRATCH/tree2" 2>&1
}

claim "an image is built" build 1
claim "another, later, elsewhere, with another time zone and language" build 2 TZ=Asia/Tokyo \
	LANG=es_ES.UTF-8
cmp "$SCRATCH"/out[12]/image.img
ok $? "they are the same bytes" || differences | head -n 60 | diag >&2
claim "and a clean file system" e2fsck -fn "$SCRATCH/out1/image.img"
is "$(stat -c %b "$SCRATCH/out1/image.img")" "$(stat -c %b "$SCRATCH/out2/image.img")" \
	"of the same size on the disk"
is "$(grep -c . "$SCRATCH/steps1/configure.log")" "$(grep -c . "$SCRATCH/steps2/configure.log")" \
	"both were configured in a guest"
cmp -s "$SCRATCH"/steps[12]/configured.img; ok $? "before the modules were added as well"
done_testing
