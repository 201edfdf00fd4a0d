# SPDX-License-Identifier: GPL-2.0-only
# labs.sh - run the umlab command as an ordinary user with a separate home folder
#
# Sourced after tap.sh and guest.sh by the tests t8* and others. The function `umlab` runs the
# command with a time limit of $UMLAB_LIMIT seconds. cleanup kills the machines that still run at
# the end of the script.

UMLAB=$BUILD/umlab
export UMLAB_HOME=$SCRATCH/home XDG_RUNTIME_DIR=$SCRATCH/run HOME=$SCRATCH/home
export UMLAB_LIMIT=${UMLAB_LIMIT:-120}

umlab() { (as_user timeout -k 5 "$UMLAB_LIMIT" "$UMLAB" "$@"); }

need_umlab() {
	need_kernel
	[ -x "$UMLAB" ] || skip_all "no command at $UMLAB (make labs)"
	[ -r "$BUILD/images/debian-12.img" ] || skip_all "no Debian image (make image)"
	# The user who runs the guests may not be allowed to enter the checkout.
	if ! (as_user test -x "$UMLAB") 2>/dev/null; then
		mkdir -p "$SCRATCH/build"
		cp -r "$BUILD/umlab" "$BUILD/umlab-net" "$BUILD/labs" "$LINUX" "$SCRATCH/build/"
		mkdir "$SCRATCH/build/images"
		cp --sparse=always --reflink=auto "$BUILD"/images/*.img "$SCRATCH/build/images/"
		chmod -R a+rX "$SCRATCH/build"
		UMLAB=$SCRATCH/build/umlab
	fi
	mkdir -m 700 "$SCRATCH/home" "$SCRATCH/run"
	[ "$(id -u)" -ne 0 ] || chown "$TEST_UID:$TEST_UID" "$SCRATCH/home" "$SCRATCH/run"
	cd "$SCRATCH/home" || exit 1
}

# emptied FOLDER: wait until a folder below the runtime folder is empty, except for the folder of
# the networks, which may stay. This may take a moment, because processes do not end at once.
# nets_gone: wait until there are no networks.
emptied() {
	wait_for 10 sh -c '[ -z "$(ls -I net "$1" 2> /dev/null)" ]' - "$XDG_RUNTIME_DIR/$1"
}
nets_gone() { emptied umlab/net; }

# Kill the machines that a test left running.
machines_kill() {
	local lock
	for lock in "$SCRATCH"/home/state/*/*/kernel "$SCRATCH"/run/umlab/*/kernel; do
		[ -e "$lock" ] && kill -KILL "$(cut -d' ' -f1 "$lock")" 2>/dev/null
	done
	sleep 0.3
}
cleanup() { machines_kill; }   # a script that mounts something replaces this function
