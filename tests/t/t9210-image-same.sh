#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9210-image-same.sh - two builds from the same packages give identical images
# time limit: 1200
#
# Builds the recipe minimal twice from the same package lists and downloads, in different folders,
# at different times, with different time zones and languages. PROFILE=base (or dev, extra)
# chooses another recipe.
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
	env "$@" "$TOP/labs/image/build.sh" --packages "$TOP/labs/profiles/$PROFILE.packages" \
		--output "$SCRATCH/out$nr/image.img" --kernel "$LINUX" --modules "$BUILD/modules" \
		--headers "$BUILD/headers.tar" --rewrite "$REWRITE" --work "$SCRATCH/steps$nr" 2>&1
}

# Show where two images differ: first names, modes, sizes and times, then the content of files.
differences() {
	local nr
	for nr in 1 2; do
		mkdir "$SCRATCH/tree$nr"
		debugfs -R "rdump / $SCRATCH/tree$nr" "$SCRATCH/out$nr/image.img" > /dev/null 2>&1
		(cd "$SCRATCH/tree$nr" && find . ! -type l -printf '%p %M %s %T@\n' | sort) \
			> "$SCRATCH/list$nr"
	done
	diff "$SCRATCH/list1" "$SCRATCH/list2"
	diff -rq --no-dereference "$SCRATCH/tree1" "$SCRATCH/tree2" 2>&1
}

claim "a first image is built" build 1
claim "a second image is built with another folder, time zone and language" \
	build 2 TZ=Asia/Tokyo LANG=es_ES.UTF-8
cmp "$SCRATCH"/out[12]/image.img
ok $? "both images have the same bytes" || differences | head -n 60 | diag >&2
claim "the file system of the first image is clean" e2fsck -fn "$SCRATCH/out1/image.img"
is "$(stat -c %b "$SCRATCH/out1/image.img")" "$(stat -c %b "$SCRATCH/out2/image.img")" \
	"both image files occupy the same number of blocks on the host"
is "$(grep -c . "$SCRATCH/steps1/configure.log")" "$(grep -c . "$SCRATCH/steps2/configure.log")" \
	"the guests that configured the packages printed the same number of lines"
cmp -s "$SCRATCH"/steps[12]/configured.img
ok $? "both images have the same bytes before the kernel modules are added"
done_testing
